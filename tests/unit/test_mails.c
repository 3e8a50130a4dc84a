/* Mails on their way: one envelope for each address, leases, attempts whose end
 * nobody saw, and how long is waited. */
#include "core/mails.h"
#include "core/outbox.h"
#include "people_store.h"

#define MINUTE_MS INT64_C(60000)

/* A mail to two addresses, of which one is named twice; its notice's id. */
static int64_t add_mail(void)
{
	struct ctx cx = cx_write();
	struct notice n = { .kind = NOTICE_waiting,
		.request = STR("ICIT-2569-00001"),
		.recipient = STR("a@example.ac.th"),
		.subject = STR("เรื่อง"),
		.body = STR("เรียน") };
	const struct str emails[] = { STR("a@example.ac.th"),
		STR("b@example.ac.th"), STR("a@example.ac.th") };
	int64_t id = 0;
	MUST(cx, outbox_add(&cx, &n, &id));
	struct mail m = { .notice = id,
		.request = n.request,
		.message_id = STR("1@example.ac.th"),
		.sha256 = STR("00"),
		.bytes = 1 };
	MUST(cx, mail_add(&cx, &m, emails, COUNT(emails)));
	cx_commit(&cx);
	return id;
}

/* At most `max`; the first of them lives in `cx`. */
static size_t claim(
    struct ctx *cx, struct str owner, int64_t max, struct envelope *first)
{
	const struct envelope *v;
	size_t n;
	*cx = cx_write();
	MUST(*cx, envelopes_claim(cx, owner, MINUTE_MS, max, &v, &n));
	MUST(*cx, store_commit(cx));
	if (n > 0)
		*first = v[0];
	return n;
}

enum step { START, SENT, LATER, LATER_UNSURE, FAILED };

static enum err take(enum step step, const struct envelope *n, struct str owner)
{
	struct ctx cx = cx_write();
	enum err e = OK;
	if (step == START)
		e = envelope_start(&cx, n, owner, MINUTE_MS);
	else if (step == SENT)
		e = envelope_sent(&cx, n, owner, STR("250 ok"));
	else if (step == FAILED)
		e = envelope_failed(&cx, n, owner, STR("550 no"));
	else
		e = envelope_later(&cx, n, owner, STR("451"), now + MINUTE_MS,
		    step == LATER_UNSURE);
	if (e == OK)
		cx_commit(&cx);
	else
		cx_free(&cx);
	return e;
}

static bool is_open(int64_t notice)
{
	struct ctx cx = cx_read();
	bool open = false;
	MUST(cx, mail_is_open(&cx, notice, &open));
	cx_free(&cx);
	return open;
}

static void each_address_goes_its_own_way(void)
{
	struct ctx one, two, none;
	struct envelope a, b, more;
	int64_t notice = add_mail();
	T_CHECK(claim(&one, STR("one"), 1, &a) == 1, "the first");
	T_CHECK(claim(&two, STR("two"), 5, &b) == 1, "the other, once");
	T_CHECK(claim(&none, STR("three"), 5, &more) == 0, "all are held");
	cx_free(&none);
	T_TEXT(a.email, STR("a@example.ac.th"));
	T_TEXT(b.email, STR("b@example.ac.th"));
	T_CHECK(a.first == 0, "never tried");
	T_CHECK(take(START, &a, STR("two")) == ERR_CONFLICT, "not his");
	T_CHECK(take(START, &a, STR("one")) == OK, "his");
	T_CHECK(take(SENT, &a, STR("one")) == OK, "sent");
	T_CHECK(take(SENT, &a, STR("one")) == ERR_CONFLICT, "once");
	T_CHECK(is_open(notice), "the other waits");
	T_CHECK(take(START, &b, STR("two")) == OK, "his");
	T_CHECK(take(FAILED, &b, STR("two")) == OK, "given up");
	T_CHECK(!is_open(notice), "over");
	cx_free(&one);
	cx_free(&two);
}

/* What a courier that died had begun may have arrived; what it only held has
 * not. */
static void an_attempt_without_an_end_is_known(void)
{
	struct ctx one, two;
	struct envelope a, b;
	add_mail();
	T_CHECK(claim(&one, STR("dead"), 1, &a) == 1, "taken");
	T_CHECK(take(START, &a, STR("dead")) == OK, "begun");
	T_CHECK(claim(&two, STR("dead"), 1, &b) == 1, "held only");
	cx_free(&two);
	cx_free(&one);
	now += 2 * MINUTE_MS;
	T_CHECK(claim(&one, STR("heir"), 1, &a) == 1, "free again");
	T_CHECK(a.unsure == 1 && a.attempts == 1, "begun: %lld",
	    (long long)a.unsure);
	T_CHECK(a.first == now - 2 * MINUTE_MS, "when it was tried first");
	T_CHECK(
	    take(SENT, &a, STR("dead")) == ERR_CONFLICT, "the lease is lost");
	T_CHECK(take(START, &a, STR("heir")) == OK, "again");
	T_CHECK(take(SENT, &a, STR("heir")) == OK, "sent");
	T_CHECK(claim(&two, STR("heir"), 1, &b) == 1, "the other");
	T_CHECK(b.unsure == 0 && b.attempts == 0, "never begun");
	T_CHECK(take(START, &b, STR("heir")) == OK, "its first");
	T_CHECK(take(LATER_UNSURE, &b, STR("heir")) == OK, "no answer");
	cx_free(&two);
	T_CHECK(claim(&two, STR("heir"), 1, &b) == 0, "not before its time");
	cx_free(&two);
	now += 2 * MINUTE_MS;
	T_CHECK(claim(&two, STR("heir"), 1, &b) == 1, "now");
	T_CHECK(b.unsure == 1 && b.attempts == 1, "it may be there");
	T_CHECK(take(START, &b, STR("heir")) == OK, "again");
	T_CHECK(take(LATER, &b, STR("heir")) == OK, "refused for now");
	cx_free(&two);
	now += 2 * MINUTE_MS;
	T_CHECK(claim(&two, STR("heir"), 1, &b) == 1, "once more");
	T_CHECK(b.first == now - 4 * MINUTE_MS, "the first stays the first");
	T_CHECK(b.unsure == 1 && b.attempts == 2, "%lld, %lld",
	    (long long)b.unsure, (long long)b.attempts);
	T_CHECK(take(START, &b, STR("heir")) == OK &&
		    take(SENT, &b, STR("heir")) == OK,
	    "sent");
	cx_free(&two);
	cx_free(&one);
}

static void waits_double_up_to_twelve_hours(void)
{
	static const int64_t seconds[] = { 10, 20, 40, 80, 160, 320, 640, 1280,
		2560, 5120, 10240, 20480, 40960, 43200, 43200 };
	for (size_t i = 0; i < COUNT(seconds); i++)
		T_CHECK(envelope_wait_ms((int64_t)i + 1) == seconds[i] * 1000,
		    "after %zu: %lld", i + 1,
		    (long long)envelope_wait_ms((int64_t)i + 1));
	T_CHECK(envelope_wait_ms(INT64_C(1) << 40) == INT64_C(43200000),
	    "however often");
}

static void tests(void)
{
	T_RUN(each_address_goes_its_own_way);
	T_RUN(an_attempt_without_an_end_is_known);
	T_RUN(waits_double_up_to_twelve_hours);
}

int main(void)
{
	crypt_init();
	on_each_store(tests);
	return T_PLAN();
}
