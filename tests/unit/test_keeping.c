/* What is kept for people: links, answers, notices, files, settings. */
#include <fcntl.h>
#include <sys/stat.h>

#include "core/attachment.h"
#include "core/idempotency.h"
#include "core/link.h"
#include "core/outbox.h"
#include "core/setting.h"
#include "people_store.h"

#define HOUR_MS ((int64_t)60 * 60 * 1000)
#define DAY_MS (24 * HOUR_MS)

static void settings_and_counters(void)
{
	struct ctx cx = cx_write();
	struct str s;
	int64_t n = 0;

	MUST(cx, setting_find(&cx, STR("colour"), &s));
	T_CHECK(!s.p, "absent");
	MUST(cx, setting_put(&cx, STR("colour"), STR("เขียว")));
	MUST(cx, setting_put(&cx, STR("colour"), STR("แดง")));
	MUST(cx, setting_find(&cx, STR("colour"), &s));
	T_TEXT(s, STR("แดง"));
	MUST(cx, counter_next(&cx, STR("test"), &n));
	MUST(cx, counter_next(&cx, STR("test"), &n));
	T_CHECK(n == 2, "%lld", (long long)n);
	cx_commit(&cx);
	cx = cx_write();
	MUST(cx, counter_next(&cx, STR("test"), &n));
	cx_free(&cx);
	cx = cx_write();
	MUST(cx, counter_next(&cx, STR("test"), &n));
	T_CHECK(
	    n == 3, "a number taken back is given again: %lld", (long long)n);
	cx_commit(&cx);
}

static struct sha256 digest_of(struct ctx *cx, struct str body)
{
	return idempotency_digest(cx->arena, STR("POST"), STR("/x"), body);
}

#define CALL(who, name, hash) \
	((struct idempotent){ \
	    .person = (who), .key = (name), .digest = (hash) })

static void answers_are_kept_for_a_day(void)
{
	struct ctx cx = cx_write();
	const struct kept_answer answer = { .status = 201,
		.body = STR("{\"no\":\"ICIT-2569-00001\"}") };
	struct sha256 d = digest_of(&cx, STR("{}"));
	struct kept_answer got;
	bool found;

	MUST(cx, idempotency_find(&cx, &CALL(1, STR("k1"), d), &got, &found));
	T_CHECK(!found, "new");
	MUST(cx, idempotency_keep(&cx, &CALL(1, STR("k1"), d), &answer));
	cx_commit(&cx);
	now += DAY_MS - 1;
	cx = cx_write();
	MUST(cx, idempotency_find(&cx, &CALL(1, STR("k1"), d), &got, &found));
	T_CHECK(found && got.status == 201, "again");
	T_TEXT(got.body, answer.body);
	MUST(cx, idempotency_find(&cx, &CALL(2, STR("k1"), d), &got, &found));
	T_CHECK(!found, "another person");
	T_CHECK(idempotency_find(&cx,
		    &CALL(1, STR("k1"), digest_of(&cx, STR("{ }"))), &got,
		    &found) == ERR_INVALID &&
		    cx.fault.msg == MSG_error_idempotency_reused,
	    "another body");
	T_CHECK(idempotency_keep(&cx, &CALL(1, STR("k1"), d), &answer) ==
		    ERR_CONFLICT,
	    "kept meanwhile");
	cx_free(&cx);
	now += 1;
	cx = cx_write();
	MUST(cx, idempotency_find(&cx, &CALL(1, STR("k1"), d), &got, &found));
	T_CHECK(!found, "a day later");
	MUST(cx, idempotency_keep(&cx, &CALL(1, STR("k1"), d), &answer));
	cx_commit(&cx);
}

/* An answer with a secret: the store has neither it nor what opens it. */
static void secrets_are_sealed(void)
{
	struct ctx cx = cx_write();
	const struct kept_answer answer = { .status = 201,
		.body = STR("{\"key\":\"prk_0123456789\"}") };
	struct idempotent call =
	    CALL(7, STR("sealed-1"), digest_of(&cx, STR("{}")));
	struct kept_answer got;
	struct rows rows;
	bool found;

	call.secret = STR("prt_mine");
	MUST(cx, idempotency_keep(&cx, &call, &answer));
	MUST(cx, idempotency_find(&cx, &call, &got, &found));
	T_CHECK(found && got.status == 201, "again");
	T_TEXT(got.body, answer.body);
	MUST(cx, sql_all(&cx,
		     SQL("select key, body from idempotency where person = $1"),
		     VALS(val_i64(7)), &rows));
	T_CHECK(rows.n == 1, "%zu rows", rows.n);
	struct str key = row_str(rows.row[0], "key"),
		   body = row_str(rows.row[0], "body");
	T_CHECK(!str_has(key, call.key), "the key in clear");
	T_CHECK(!str_has(body, STR("prk_")) && !str_has(body, STR("key")),
	    "the answer in clear");
	call.secret = STR("prt_another");
	T_CHECK(idempotency_find(&cx, &call, &got, &found) == ERR_CONFLICT &&
		    cx.fault.msg == MSG_error_idempotency_sealed,
	    "another token");
	/* The same key for a call without a secret. */
	call.secret = STR("");
	call.digest = digest_of(&cx, STR("[]"));
	T_CHECK(idempotency_find(&cx, &call, &got, &found) == ERR_INVALID,
	    "another call");
	cx_free(&cx);
}

static void the_call_is_method_path_and_body(void)
{
	struct arena *a = arena_new();
	static const struct {
		struct str method, path, body;
	} calls[] = { { STR_INIT("POST"), STR_INIT("/a"), STR_INIT("b") },
		{ STR_INIT("PATCH"), STR_INIT("/a"), STR_INIT("b") },
		{ STR_INIT("POST"), STR_INIT("/ab"), STR_INIT("") },
		{ STR_INIT("POST"), STR_INIT("/a"), STR_INIT("") } };
	struct sha256 d[COUNT(calls)];

	for (size_t i = 0; i < COUNT(calls); i++) {
		d[i] = idempotency_digest(
		    a, calls[i].method, calls[i].path, calls[i].body);
		for (size_t k = 0; k < i; k++)
			T_CHECK(memcmp(&d[i], &d[k], sizeof d[i]) != 0,
			    "%zu %zu", i, k);
	}
	arena_free(a);
}

static void keys_are_limited(void)
{
	struct ctx cx = cx_read();
	struct sha256 d = digest_of(&cx, STR(""));
	char key[201];
	struct kept_answer got;
	bool found;

	memset(key, 'k', sizeof key);
	T_CHECK(idempotency_find(
		    &cx, &CALL(1, str_n(key, 200), d), &got, &found) == OK,
	    "200");
	T_CHECK(idempotency_find(&cx, &CALL(1, str_n(key, 201), d), &got,
		    &found) == ERR_INVALID,
	    "201");
	T_CHECK(idempotency_find(&cx, &CALL(1, STR(""), d), &got, &found) ==
		    ERR_INVALID,
	    "empty");
	T_CHECK(idempotency_find(&cx, &CALL(1, STR("a\r\nb"), d), &got,
		    &found) == ERR_INVALID,
	    "control marks");
	T_CHECK(idempotency_find(&cx, &CALL(1, STR("ก"), d), &got, &found) ==
		    ERR_INVALID,
	    "not ASCII");
	cx_free(&cx);
}

static struct str link_for(struct arena *a, const char *request)
{
	struct ctx cx = cx_write();
	struct str secret;

	MUST(cx, link_new(&cx, STR("acceptance"), str_of(request),
		     STR("anan.k@example.ac.th"), &secret));
	secret = str_dup(a, secret);
	cx_commit(&cx);
	return secret;
}

static enum err find_link(
    struct str purpose, struct str secret, struct link *ret)
{
	struct ctx cx = cx_read();
	enum err e = link_find(&cx, purpose, secret, ret);

	cx_free(&cx);
	return e;
}

static void links_are_found_until_they_end(void)
{
	struct arena *a = arena_new();
	struct str purpose = STR("acceptance");
	struct str secret = link_for(a, "ICIT-2569-00001");
	struct link link;
	struct rows rows;

	struct ctx cx = cx_read();
	MUST(cx, link_find(&cx, purpose, secret, &link));
	T_TEXT(link.request, STR("ICIT-2569-00001"));
	T_TEXT(link.email, STR("anan.k@example.ac.th"));
	MUST(cx, sql_all(&cx,
		     SQL_SCAN("select hash, purpose, request, email"
			      " from link"),
		     NO_VALS, &rows));
	for (size_t i = 0; i < rows.n; i++)
		for (size_t k = 0; k < rows.n_columns; k++)
			T_CHECK(!str_has(rows.row[i].v[k].s, secret),
			    "the secret is stored");
	cx_free(&cx);
	T_CHECK(find_link(STR("other"), secret, &link) == ERR_NOT_FOUND,
	    "another purpose");
	T_CHECK(find_link(purpose, STR("x"), &link) == ERR_NOT_FOUND, "none");
	T_CHECK(find_link(purpose, STR(""), &link) == ERR_NOT_FOUND, "empty");
	now += 60 * DAY_MS - 1;
	T_CHECK(find_link(purpose, secret, &link) == OK, "60 days");
	now += 1;
	T_CHECK(find_link(purpose, secret, &link) == ERR_GONE, "expired");
	cx = cx_write();
	T_CHECK(link_use(&cx, &link) == ERR_GONE, "use of an expired one");
	cx_free(&cx);
	arena_free(a);
}

static void links_can_be_ended(void)
{
	struct arena *a = arena_new();
	struct str mine = link_for(a, "ICIT-2569-00002");
	struct str other = link_for(a, "ICIT-2569-00003");
	struct link link;

	struct ctx cx = cx_write();
	MUST(cx, link_end(&cx, STR("acceptance"), STR("ICIT-2569-00002")));
	cx_commit(&cx);
	T_CHECK(find_link(STR("acceptance"), mine, &link) == ERR_GONE, "ended");
	T_CHECK(find_link(STR("acceptance"), other, &link) == OK, "goes on");
	arena_free(a);
}

struct racer {
	pthread_barrier_t *start;
	struct store *store;
	const struct link *link;
	enum err got;
	size_t n_claimed;
};

static void race(struct racer r[2], void *(*run)(void *))
{
	pthread_barrier_t start;
	pthread_t t[2];

	pthread_barrier_init(&start, NULL, 2);
	for (int i = 0; i < 2; i++) {
		r[i].start = &start;
		r[i].store = i ? second_store : store;
		REQUIRE(pthread_create(&t[i], NULL, run, &r[i]) == 0);
	}
	for (int i = 0; i < 2; i++)
		REQUIRE(pthread_join(t[i], NULL) == 0);
	pthread_barrier_destroy(&start);
}

/* Both look before one of them writes. */
static void *use_link(void *arg)
{
	struct racer *r = arg;
	struct ctx cx = cx_new();

	pthread_barrier_wait(r->start);
	MUST(cx, store_write(&cx, r->store));
	r->got = link_use(&cx, r->link);
	if (r->got == OK)
		MUST(cx, store_commit(&cx));
	cx_free(&cx);
	return NULL;
}

static void links_are_used_once(void)
{
	struct arena *a = arena_new();
	struct str secret = link_for(a, "ICIT-2569-00004");
	struct link link = { .created = 0 };

	/* A use that is rolled back is none. */
	struct ctx cx = cx_write();
	MUST(cx, link_find(&cx, STR("acceptance"), secret, &link));
	T_CHECK(link_use(&cx, &link) == OK, "rolled back");
	cx_free(&cx);

	for (int round = 0; round < 20; round++) {
		struct racer r[2] = { { .link = &link }, { .link = &link } };
		secret = link_for(a, "ICIT-2569-00005");
		REQUIRE(find_link(STR("acceptance"), secret, &link) == OK);
		race(r, use_link);
		T_CHECK((r[0].got == OK && r[1].got == ERR_GONE) ||
			    (r[0].got == ERR_GONE && r[1].got == OK),
		    "round %d: %d %d", round, (int)r[0].got, (int)r[1].got);
		T_CHECK(find_link(STR("acceptance"), secret, &link) == ERR_GONE,
		    "used");
	}
	arena_free(a);
}

static int64_t add_notice(
    struct ctx *cx, struct str recipient, struct str cc, struct str subject)
{
	const struct notice n = { .kind = NOTICE_waiting,
		.request = STR("ICIT-2569-00001"),
		.recipient = recipient,
		.cc = cc,
		.subject = subject,
		.body = STR("เรียน ผู้รับ\n\nมีคำขอรอท่าน"),
		.link = STR("/requests/ICIT-2569-00001") };
	int64_t id = 0;

	MUST(*cx, outbox_add(cx, &n, &id));
	return id;
}

static void notices_are_listed_newest_first(void)
{
	struct ctx cx = cx_write();
	const struct notice *v;
	struct notice one;
	int64_t id[5];
	size_t n;

	for (int i = 0; i < 5; i++)
		id[i] = add_notice(&cx,
		    i % 2 ? STR("A@example.ac.th") : STR("b@example.ac.th"),
		    STR("c@example.ac.th,D@example.ac.th"),
		    STR("เรื่อง\r\nBcc:\x01x@example.com\x7f"));
	MUST(cx, outbox_list(&cx, STR(""), 0, 3, &v, &n));
	T_CHECK(n == 3 && v[0].id == id[4] && v[2].id == id[2], "newest");
	MUST(cx, outbox_list(&cx, STR(""), v[2].id, 3, &v, &n));
	T_CHECK(n == 2 && v[0].id == id[1] && v[1].id == id[0], "the rest");
	MUST(cx, outbox_list(&cx, STR("a@Example.ac.th"), 0, 10, &v, &n));
	T_CHECK(n == 2 && v[0].id == id[3] && v[1].id == id[1], "to one");
	MUST(cx, outbox_get(&cx, id[0], &one));
	T_TEXT(one.cc, STR("c@example.ac.th, d@example.ac.th"));
	T_TEXT(one.subject, STR("เรื่อง Bcc: x@example.com"));
	T_CHECK(one.kind == NOTICE_waiting && one.done == 0, "as added");
	struct notice bad = one;
	bad.recipient = STR("x\r\ny@example.ac.th");
	T_CHECK(outbox_add(&cx, &bad, NULL) == ERR_INVALID, "recipient");
	bad = one;
	bad.cc = STR("a@example.ac.th, nobody");
	T_CHECK(outbox_add(&cx, &bad, NULL) == ERR_INVALID, "copies");
	cx_free(&cx);
}

static size_t claim(struct str owner, int64_t max, int64_t *first)
{
	struct ctx cx = cx_write();
	const struct notice *v;
	size_t n;

	MUST(cx, outbox_claim(&cx, owner, 60000, max, &v, &n));
	for (size_t i = 1; i < n; i++)
		T_CHECK(v[i - 1].id < v[i].id, "oldest first");
	*first = n ? v[0].id : 0;
	cx_commit(&cx);
	return n;
}

static enum err done(int64_t id, struct str owner)
{
	struct ctx cx = cx_write();
	enum err e = outbox_done(&cx, id, owner);

	if (e == OK)
		cx_commit(&cx);
	else
		cx_free(&cx);
	return e;
}

static void notices_are_leased(void)
{
	struct ctx cx = cx_write();
	int64_t first[3], id, none;
	struct notice n;

	for (size_t i = 0; i < 3; i++)
		first[i] = add_notice(
		    &cx, STR("a@example.ac.th"), STR(""), STR("เรื่อง"));
	cx_commit(&cx);
	T_CHECK(claim(STR("one"), 2, &id) == 2 && id == first[0], "two");
	T_CHECK(claim(STR("two"), 2, &id) == 1 && id == first[2], "the third");
	T_CHECK(claim(STR("two"), 2, &none) == 0, "all are held");
	T_CHECK(done(first[0], STR("two")) == ERR_CONFLICT, "not its holder");
	T_CHECK(done(first[0], STR("one")) == OK, "sent");
	T_CHECK(done(first[0], STR("one")) == ERR_CONFLICT, "sent already");
	now += 59999;
	T_CHECK(claim(STR("two"), 5, &none) == 0, "until the lease ends");
	now += 1;
	T_CHECK(claim(STR("two"), 5, &id) == 2 && id == first[1], "taken over");
	T_CHECK(done(first[1], STR("one")) == ERR_CONFLICT, "lease lost");
	T_CHECK(done(first[1], STR("two")) == OK, "sent by the other");
	T_CHECK(done(first[2], STR("two")) == OK, "and the third");
	cx = cx_read();
	MUST(cx, outbox_get(&cx, first[1], &n));
	T_CHECK(n.done == now, "when");
	cx_free(&cx);
	now += DAY_MS;
	T_CHECK(claim(STR("one"), 5, &none) == 0, "nothing is left");
}

static void *claim_at_once(void *arg)
{
	struct racer *r = arg;
	struct ctx cx = cx_new();
	const struct notice *v;

	pthread_barrier_wait(r->start);
	MUST(cx, store_write(&cx, r->store));
	MUST(cx, outbox_claim(&cx, STR("racer"), 60000, 10, &v, &r->n_claimed));
	MUST(cx, store_commit(&cx));
	cx_free(&cx);
	return NULL;
}

/* Two couriers, each with a connection of its own. */
static void notices_have_one_courier(void)
{
	for (int round = 0; round < 20; round++) {
		struct racer r[2] = { { .n_claimed = 0 } };
		struct ctx cx = cx_write();
		for (int i = 0; i < 5; i++)
			add_notice(
			    &cx, STR("a@example.ac.th"), STR(""), STR("เรื่อง"));
		cx_commit(&cx);
		race(r, claim_at_once);
		T_CHECK(r[0].n_claimed + r[1].n_claimed == 5,
		    "round %d: %zu and %zu of 5", round, r[0].n_claimed,
		    r[1].n_claimed);
		cx = cx_write();
		MUST(cx, sql_exec(&cx, SQL_SCAN("delete from outbox"), NO_VALS,
			     NULL));
		cx_commit(&cx);
	}
}

static void names_of_files_are_harmless(void)
{
	static const struct {
		struct str raw, want;
	} cases[] = {
		{ STR_INIT("../../x"), STR_INIT("x") },
		{ STR_INIT("..\\..\\x.pdf"), STR_INIT("x.pdf") },
		{ STR_INIT("/etc/passwd"), STR_INIT("passwd") },
		{ STR_INIT("C:\\temp\\บันทึก.docx"), STR_INIT("บันทึก.docx") },
		{ STR_INIT("a\0b.pdf"), STR_INIT("ab.pdf") },
		{ STR_INIT("a\r\nSet-Cookie: x"), STR_INIT("aSet-Cookie: x") },
		{ STR_INIT(".."), STR_INIT("file") },
		{ STR_INIT(""), STR_INIT("file") },
		{ STR_INIT("/"), STR_INIT("file") },
		{ STR_INIT(".htaccess"), STR_INIT("htaccess") },
		{ STR_INIT("x.pdf. ."), STR_INIT("x.pdf") },
		{ STR_INIT("gnp\u202efdp.exe"), STR_INIT("gnpfdp.exe") },
		{ STR_INIT(".\u200b./.\u2060.\\x"), STR_INIT("x") },
		{ STR_INIT("น\u0e4d\u0e49\u0e32.txt"), STR_INIT("น้ำ.txt") },
	};
	struct arena *a = arena_new();
	struct str got;

	for (size_t i = 0; i < COUNT(cases); i++) {
		T_CHECK(attachment_name(a, cases[i].raw, &got), "%zu", i);
		T_TEXT(got, cases[i].want);
	}
	T_CHECK(!attachment_name(a, STR("\xff.pdf"), &got), "not UTF-8");
	struct str name = STR("");
	for (int i = 0; i < 40; i++)
		name = str_cat(a, name, STR("ที่อยู่"));
	T_CHECK(attachment_name(a, str_cat(a, name, STR(".xlsx")), &got) &&
		    got.n <= 255 && got.n > 240 && str_utf8(got) &&
		    str_ends(got, STR(".xlsx")),
	    "%zu bytes", got.n);
	struct str before = str_upto(got, got.n - 5),
		   next = str_from(name, before.n);
	uint32_t c = 0;
	T_CHECK(str_starts(name, before) && str_take_utf8(&next, &c) &&
		    c != 0x0e35 && c != 0x0e48 && c != 0x0e39,
	    "cut before a mark");
	arena_free(a);
}

static struct str files_folder(struct arena *a)
{
	return str_cat(a, folder, STR("/attachments"));
}

static void files_are_kept_by_digest(void)
{
	struct ctx cx = cx_new();
	struct str dir = files_folder(cx.arena), bytes = STR("%PDF-1.7 …");
	struct attachment t, u;
	const struct attachment *v;
	struct kept_file file;
	char back[64];
	size_t n;
	int fd = -1;

	MUST(cx, attachment_keep(&cx, dir, bytes, &file));
	MUST(cx, attachment_keep(&cx, dir, bytes, &file));
	MUST(cx, store_write(&cx, store));
	MUST(cx, attachment_add(&cx, STR("R-1"), STR("../../x"),
		     STR("application/PDF; charset=x"), &file,
		     STR("a@example.ac.th"), &t));
	MUST(cx, attachment_add(&cx, STR("R-2"), STR("y"), STR("text"), &file,
		     STR("a@example.ac.th"), &u));
	MUST(cx, attachment_list(&cx, STR("R-1"), &v, &n));
	T_CHECK(n == 1 && v[0].bytes == (int64_t)bytes.n, "%zu", n);
	T_TEXT(v[0].name, STR("x"));
	T_TEXT(v[0].type, STR("application/pdf"));
	T_TEXT(u.type, STR("application/octet-stream"));
	T_CHECK(attachment_get(&cx, STR("R-1"), u.id, &t) == ERR_NOT_FOUND,
	    "another request's");
	MUST(cx, attachment_get(&cx, STR("R-1"), v[0].id, &t));
	MUST(cx, attachment_open(&cx, dir, &t, &fd));
	ssize_t got = read(fd, back, sizeof back);
	close(fd);
	T_TEXT(str_n(back, (size_t)got), bytes);
	const char *path =
	    str_cstr(cx.arena, str_fmt(cx.arena, "%.*s/%.2s/%.*s", STR_ARG(dir),
				   t.sha256.p, STR_ARG(t.sha256)));
	struct stat st;
	T_CHECK(
	    stat(path, &st) == 0 && (st.st_mode & 0777) == 0600, "only for us");
	REQUIRE(truncate(path, 3) == 0);
	T_CHECK(
	    attachment_open(&cx, dir, &t, &fd) == ERR_BROKEN, "another length");
	REQUIRE(unlink(path) == 0);
	const char *other =
	    str_cstr(cx.arena, str_cat(cx.arena, folder, STR("/other")));
	fd = open(other, O_WRONLY | O_CREAT, 0600);
	REQUIRE(fd >= 0 && write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n &&
		close(fd) == 0 && symlink(other, path) == 0);
	T_CHECK(attachment_open(&cx, dir, &t, &fd) == ERR_BROKEN, "a link");
	cx_free(&cx);
}

static void files_are_limited(void)
{
	struct ctx cx = cx_new();
	struct str dir = files_folder(cx.arena);
	char *large = arena_alloc(cx.arena, ATTACHMENT_MAX_BYTES + 1);
	struct kept_file file;
	struct attachment t;

	T_CHECK(
	    attachment_keep(&cx, dir, STR(""), &file) == ERR_INVALID, "empty");
	T_CHECK(
	    attachment_keep(&cx, dir, str_n(large, ATTACHMENT_MAX_BYTES + 1),
		&file) == ERR_TOO_LARGE,
	    "25 MiB and one");
	MUST(cx, attachment_keep(
		     &cx, dir, str_n(large, ATTACHMENT_MAX_BYTES), &file));
	MUST(cx, store_write(&cx, store));
	for (int i = 0; i < 20; i++)
		MUST(cx, attachment_add(&cx, STR("R-3"), STR("x"), STR(""),
			     &file, STR("a@example.ac.th"), &t));
	T_CHECK(attachment_add(&cx, STR("R-3"), STR("x"), STR(""), &file,
		    STR("a@example.ac.th"), &t) == ERR_CONFLICT,
	    "the 21st");
	MUST(cx, attachment_add(&cx, STR("R-4"), STR("x"), STR(""), &file,
		     STR("a@example.ac.th"), &t));
	T_CHECK(attachment_add(&cx, STR("R-4"), STR("\xff"), STR(""), &file,
		    STR("a@example.ac.th"), &t) == ERR_INVALID,
	    "a name that is no text");
	cx_free(&cx);
}

static void a_disk_that_fails_is_said(void)
{
	struct ctx cx = cx_new();
	struct kept_file file;

	T_CHECK(attachment_keep(&cx, STR("/proc/nowhere/x"), STR("x"), &file) ==
			ERR_BROKEN &&
		    cx.fault.detail.n > 0,
	    "a folder that cannot be");
	cx_free(&cx);
}

static void tests(void)
{
	T_RUN(settings_and_counters);
	T_RUN(answers_are_kept_for_a_day);
	T_RUN(secrets_are_sealed);
	T_RUN(the_call_is_method_path_and_body);
	T_RUN(keys_are_limited);
	T_RUN(links_are_found_until_they_end);
	T_RUN(links_can_be_ended);
	T_RUN(links_are_used_once);
	T_RUN(notices_are_listed_newest_first);
	T_RUN(notices_are_leased);
	T_RUN(notices_have_one_courier);
	T_RUN(names_of_files_are_harmless);
	T_RUN(files_are_kept_by_digest);
	T_RUN(files_are_limited);
	T_RUN(a_disk_that_fails_is_said);
}

int main(void)
{
	crypt_init();
	on_each_store(tests);
	return T_PLAN();
}
