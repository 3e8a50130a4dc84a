/* Tables that are sent in, as desk, gate and courier know them. */
#include "core/inbound.h"

#include "base/crypt.h"
#include "cases_store.h"
#include "core/disposal.h"
#include "core/given_back.h"
#include "core/upload.h"

#define SECOND_MS INT64_C(1000)
#define DAY_MS (86400 * SECOND_MS)

static struct store *shared;

/* Its id lives in `a`. */
static struct str sent_for(struct arena *a, bool here, struct str replaces)
{
	struct inbound in;
	struct ctx cx = open_on(shared, true);
	const struct inbound_new w = { .request = STR("R-1"),
		.name = STR("รหัส.csv"),
		.actor = STR("anan@example.ac.th"),
		.purpose = STR("join"),
		.destroy_on = STR("2026-12-31"),
		.replaces = replaces };
	T_OK(&cx, inbound_new(&cx, &w, &in));
	if (here) {
		T_OK(&cx, upload_received(&cx, in.upload, STR("ab"), 3));
		T_OK(&cx, inbound_received(&cx, in.upload));
	}
	struct str id = str_dup(a, in.upload);
	commit(&cx);
	return id;
}

static struct str sent(struct arena *a, bool here)
{
	return sent_for(a, here, STR(""));
}

static struct inbound got(struct arena *a, struct str id)
{
	struct inbound in = { 0 };
	struct ctx cx = ctx_new(a, now, LANG_EN);
	T_OK(&cx, store_read(&cx, shared));
	T_OK(&cx, inbound_get(&cx, id, &in));
	store_end(&cx);
	return in;
}

static bool claim(struct arena *a, const char *owner, struct inbound *ret)
{
	bool found = false;
	struct ctx cx = ctx_new(a, now, LANG_EN);
	T_OK(&cx, store_write(&cx, shared));
	T_OK(&cx, inbound_claim(&cx, str_of(owner), ret, &found));
	T_OK(&cx, store_commit(&cx));
	return found;
}

static bool tell_read(const struct inbound *in, const char *found)
{
	bool mine = false;
	struct ctx cx = open_on(shared, true);
	T_OK(&cx, inbound_read(&cx, in, parsed(&cx, str_of(found)), &mine));
	commit(&cx);
	return mine;
}

static bool tell_refused(const struct inbound *in, const char *finding)
{
	bool mine = false;
	struct ctx cx = open_on(shared, true);
	T_OK(&cx, inbound_refused(
		      &cx, in, parsed(&cx, str_of(finding)), NULL, &mine));
	commit(&cx);
	return mine;
}

static bool tell_progress(const struct inbound *in, int64_t thousandths)
{
	bool mine = false;
	struct ctx cx = open_on(shared, true);
	T_OK(&cx, inbound_progress(&cx, in, thousandths, &mine));
	commit(&cx);
	return mine;
}

static enum err choose(struct str id, const char *choice)
{
	struct ctx cx = open_on(shared, true);
	enum err e = inbound_choose(&cx, id, parsed(&cx, str_of(choice)));
	if (!e)
		T_OK(&cx, store_commit(&cx));
	end(&cx);
	return e;
}

static size_t untold(struct arena *a, struct inbound *first)
{
	const struct inbound *v = NULL;
	size_t n = 0;
	struct ctx cx = ctx_new(a, now, LANG_EN);
	T_OK(&cx, store_read(&cx, shared));
	T_OK(&cx, inbound_untold(&cx, STR(""), &v, &n));
	store_end(&cx);
	if (n > 0)
		*first = v[0];
	return n;
}

static void clear(void)
{
	struct ctx cx = open_on(shared, true);
	T_OK(
	    &cx, sql_exec(&cx, SQL_SCAN("delete from inbound"), NO_VALS, NULL));
	T_OK(&cx,
	    sql_exec(&cx, SQL_SCAN("delete from disposal"), NO_VALS, NULL));
	T_OK(&cx, sql_exec(&cx, SQL_SCAN("delete from upload"), NO_VALS, NULL));
	commit(&cx);
}

static void it_is_read_when_it_is_here(void)
{
	struct arena *a = arena_new();
	struct inbound in = { 0 }, first;
	struct str id = sent(a, false);
	T_CHECK(!claim(a, "g1", &in), "not here yet");
	T_CHECK(got(a, id).state == INBOUND_waiting, "waiting");
	struct str other = sent(a, true);
	T_CHECK(claim(a, "g1", &in), "the one that is here");
	T_TEXT(in.upload, other);
	T_TEXT(in.name, STR("รหัส.csv"));
	T_TEXT(in.destroy_on, STR("2026-12-31"));
	T_CHECK(!claim(a, "g2", &in), "one reads it");
	T_CHECK(untold(a, &first) == 0, "nothing to tell of what is read");
	T_CHECK(tell_progress(&in, 500), "halfway");
	T_CHECK(got(a, other).progress == 500, "kept");
	T_CHECK(tell_read(&in, "{\"rows\":3,\"sheets\":[]}"), "read");
	in = got(a, other);
	T_CHECK(in.state == INBOUND_read && in.version == 2, "state");
	T_CHECK(json_int(in.found, "rows", 0) == 3, "found");
	T_CHECK(in.finding == NULL && in.progress == 1000, "no finding");
	T_CHECK(untold(a, &first) == 1, "to be told");
	T_TEXT(first.upload, other);
	struct ctx cx = open_on(shared, true);
	T_OK(&cx, inbound_told(&cx, other, first.version));
	T_OK(&cx, inbound_told(&cx, other, 0));
	commit(&cx);
	T_CHECK(untold(a, &first) == 0, "told, and not less afterwards");
	clear();
	arena_free(a);
}

static void a_gate_that_died_is_followed_by_another(void)
{
	struct arena *a = arena_new();
	struct inbound one = { 0 }, two = { 0 };
	struct str id = sent(a, true);
	T_CHECK(claim(a, "g1", &one), "the first");
	now += (INBOUND_HOLDS_S - 1) * SECOND_MS;
	T_CHECK(!claim(a, "g2", &two), "held");
	T_CHECK(tell_progress(&one, 10), "a word");
	now += (INBOUND_HOLDS_S - 1) * SECOND_MS;
	T_CHECK(!claim(a, "g2", &two), "held by the word");
	now += 2 * SECOND_MS;
	T_CHECK(claim(a, "g2", &two), "let go");
	T_CHECK(two.tries == 2, "the second try");
	T_CHECK(!tell_progress(&one, 20), "the first has lost it");
	T_CHECK(!tell_read(&one, "{}"), "and is not heard");
	T_CHECK(!tell_refused(&one, "{}"), "with either word");
	struct ctx cx = open_on(shared, true);
	T_OK(&cx, inbound_left(&cx, &two, 0));
	commit(&cx);
	T_CHECK(got(a, id).tries == 1, "what was left does not count");
	T_CHECK(claim(a, "g3", &two), "and is free at once");
	T_CHECK(tell_refused(&two, "{\"code\":\"slow\"}"), "refused");
	T_TEXT(json_text(got(a, id).finding, "code"), STR("slow"));
	T_CHECK(got(a, id).tries == 0, "tries begin anew");
	clear();
	arena_free(a);
}

static void a_choice_lets_it_be_read_anew(void)
{
	struct arena *a = arena_new();
	struct inbound in = { 0 }, anew = { 0 };
	struct str id = sent(a, false);
	T_CHECK(choose(id, "{}") == ERR_CONFLICT, "not here");
	id = sent(a, true);
	T_CHECK(claim(a, "g1", &in), "reading");
	T_CHECK(choose(id, "{\"sheet\":\"สอง\",\"other\":1}") == OK, "chosen");
	T_CHECK(!tell_read(&in, "{}"), "what was read before does not count");
	T_CHECK(claim(a, "g1", &anew), "anew");
	T_CHECK(!tell_read(&in, "{}"), "nor when the same reads it anew");
	T_TEXT(json_text(anew.choice, "sheet"), STR("สอง"));
	T_CHECK(json_value(anew.choice, "other") == NULL, "only what is known");
	T_CHECK(tell_read(&anew, "{}"), "read");
	T_CHECK(choose(id, "{}") == OK, "and once more");
	T_CHECK(got(a, id).state == INBOUND_reading, "reading");
	clear();
	arena_free(a);
}

static void one_in_its_place_is_read_as_it_was(void)
{
	struct arena *a = arena_new();
	struct inbound in = { 0 };
	struct str first = sent(a, true);
	T_CHECK(got(a, sent_for(a, false, first)).choice == NULL,
	    "nothing was found yet");
	T_CHECK(choose(first,
		    "{\"sheet\":\"สอง\",\"encoding\":\"cp874\","
		    "\"once\":true,\"columns\":[{\"name\":\"b\","
		    "\"check\":\"code\",\"codes\":[\"x\",\"y\"]}]}") == OK,
	    "chosen");
	T_CHECK(claim(a, "g1", &in) && str_eq(in.upload, first), "claimed");
	T_CHECK(tell_read(&in,
		    "{\"columns\":[{\"title\":\"เอ\",\"name\":\"a\","
		    "\"type\":\"integer\",\"check\":\"integer\",\"era\":\"be\","
		    "\"needed\":true,\"wrong\":1},{\"name\":\"b\","
		    "\"check\":\"code\",\"era\":\"any\",\"needed\":false}]}"),
	    "read");
	const json_t *again = got(a, sent_for(a, false, first)).choice;
	T_CHECK(again != NULL, "as the first");
	T_TEXT(again ? json_compact(a, again) : STR(""),
	    STR("{\"once\":true,\"columns\":[{\"name\":\"a\",\"check\":\"integer\",\"era\":\"be\",\"needed\":true},{\"name\":\"b\",\"check\":\"code\",\"era\":\"any\",\"codes\":[\"x\",\"y\"],\"needed\":false}]}"));
	clear();
	arena_free(a);
}

static void a_wrong_choice_names_its_fields(void)
{
	static const struct {
		const char *choice, *field;
	} wrong[] = {
		{ "{\"encoding\":\"ebcdic\"}", "encoding" },
		{ "{\"columns\":[{\"check\":\"date\"}]}", "columns[0].name" },
		{ "{\"columns\":[{\"name\":\"a\",\"check\":\"no\"}]}",
		    "columns[0].check" },
		{ "{\"columns\":[{\"name\":\"a\",\"era\":\"ah\"}]}",
		    "columns[0].era" },
		{ "{\"columns\":[{\"name\":\"a\",\"check\":\"code\"}]}",
		    "columns[0].codes" },
		{ "{\"columns\":[{\"name\":\"a\",\"codes\":[1]}]}",
		    "columns[0].codes" },
		{ "{\"columns\":[{\"name\":\"a\",\"check\":\"code\","
		  "\"codes\":[\"x\"],\"list\":\"b\"}]}",
		    "columns[0].list" },
		{ "{\"columns\":[{\"name\":\"a\"},{\"name\":\"a\"}]}",
		    "columns[1].name" },
	};
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct ctx cx = ctx_new(arena_new(), now, LANG_EN);
		json_t *kept;
		enum err e = inbound_choice_check(
		    &cx, parsed(&cx, str_of(wrong[i].choice)), &kept);
		T_CHECK(e == ERR_INVALID, "%s", wrong[i].choice);
		if (e == ERR_INVALID)
			T_TEXT(cx.fault.fields->field, str_of(wrong[i].field));
		arena_free(cx.arena);
	}
}

static void what_waits_for_a_list_of_codes_says_so(void)
{
	struct arena *a = arena_new();
	struct inbound in = { 0 }, again = { 0 };
	struct str id = sent(a, true);
	T_CHECK(choose(id, "{\"columns\":[{\"name\":\"a\",\"check\":\"code\","
			   "\"list\":\"b\"}]}") == OK,
	    "chosen");
	T_CHECK(claim(a, "g1", &in), "reading");
	const json_t *columns = json_list(in.choice, "columns");
	T_TEXT(json_text(json_array_get(columns, 0), "list"), STR("b"));
	struct ctx cx = open_on(shared, true);
	T_OK(&cx, inbound_held(
		      &cx, &in, 60, parsed(&cx, STR("{\"code\":\"list\"}"))));
	commit(&cx);
	struct inbound held = got(a, id);
	T_CHECK(held.state == INBOUND_reading && held.tries == 0, "held");
	T_TEXT(json_text(held.finding, "code"), STR("list"));
	T_CHECK(!claim(a, "g1", &again), "for a minute");
	now += 61 * SECOND_MS;
	T_CHECK(claim(a, "g1", &again), "and again");
	T_CHECK(tell_read(&again, "{}"), "read");
	T_CHECK(got(a, id).finding == NULL, "nothing is found against it");
	T_CHECK(choose(id, "{}") == OK, "once more");
	T_CHECK(claim(a, "g1", &in), "reading");
	cx = open_on(shared, true);
	T_OK(&cx, inbound_held(
		      &cx, &in, 60, parsed(&cx, STR("{\"code\":\"list\"}"))));
	commit(&cx);
	T_CHECK(choose(id, "{}") == OK, "otherwise");
	T_CHECK(got(a, id).finding == NULL, "and it is forgotten");
	clear();
	arena_free(a);
}

static void what_is_lost_or_destroyed_is_told(void)
{
	struct arena *a = arena_new();
	struct inbound in = { 0 }, first;
	struct str id = sent(a, true);
	struct ctx cx = open_on(shared, true);
	T_OK(&cx, inbound_lost(&cx, id, STR("absent")));
	T_OK(&cx, inbound_lost(&cx, id, STR("changed")));
	commit(&cx);
	in = got(a, id);
	T_CHECK(in.state == INBOUND_lost && in.version == 2, "lost once");
	T_TEXT(json_text(in.finding, "code"), STR("absent"));
	T_CHECK(!claim(a, "g", &in), "it is not read");
	T_CHECK(untold(a, &first) == 1, "told");
	/* As the courier orders it and the gate says it. */
	cx = open_on(shared, true);
	struct disposal d = { .request = STR("R-1"),
		.kind = STR("uploads"),
		.sha256 = STR("ab"),
		.subject = id,
		.name = STR("n") };
	T_OK(&cx, disposal_order(&cx, &(struct disposals){ .v = &d, .n = 1 }));
	T_OK(&cx, disposal_gone(&cx, &d, true));
	commit(&cx);
	in = got(a, id);
	T_CHECK(in.state == INBOUND_destroyed && in.swept == now, "destroyed");
	T_CHECK(choose(id, "{}") == ERR_CONFLICT, "no choice any more");
	clear();
	arena_free(a);
}

static size_t given_back(
    struct arena *a, struct str after, const struct given_back **ret)
{
	size_t n = 0;
	struct ctx cx = ctx_new(a, now, LANG_EN);
	T_OK(&cx, store_read(&cx, shared));
	T_OK(&cx, given_back_untold(&cx, after, ret, &n));
	store_end(&cx);
	return n;
}

/* As a gate does from its log; `reading` 0: of anything else. */
static void deliver(const char *id, int64_t reading)
{
	struct ctx cx = open_on(shared, true);
	const struct delivered d = { .d = { .id = str_of(id),
					 .document = STR("u1"),
					 .request = STR("R-1"),
					 .key = STR("one@example.ac.th"),
					 .digest = STR("aa"),
					 .query = STR("รหัส.csv"),
					 .reading = reading,
					 .at = now },
		.status = STR("whole"),
		.sha256 = STR("cc"),
		.bytes = 9,
		.log = STR("log"),
		.leaf = 7,
		.result_leaf = -1 };
	T_OK(&cx, delivery_put(&cx, &d));
	T_OK(&cx, given_back_note(&cx, &d.d));
	commit(&cx);
}

static void what_was_handed_over_is_noted_until_it_is_told(void)
{
	struct arena *a = arena_new();
	const struct given_back *v = NULL;
	deliver("a", 0);
	deliver("b", 4);
	deliver("b", 4);
	deliver("c", 5);
	T_CHECK(given_back(a, STR(""), &v) == 2, "those with a reading, once");
	T_TEXT(v[0].delivery, STR("b"));
	T_TEXT(v[0].upload, STR("u1"));
	T_TEXT(v[0].request, STR("R-1"));
	T_TEXT(v[0].to, STR("one@example.ac.th"));
	T_TEXT(v[0].name, STR("รหัส.csv"));
	T_TEXT(v[0].sha256, STR("aa"));
	T_TEXT(v[0].digest, STR("cc"));
	T_TEXT(v[0].log, STR("log"));
	T_CHECK(v[0].reading == 4 && v[0].leaf == 7 && v[0].bytes == 9 &&
		    v[0].at == now,
	    "numbers");
	T_CHECK(given_back(a, STR("b"), &v) == 1, "after it");
	T_TEXT(v[0].delivery, STR("c"));
	struct ctx cx = open_on(shared, true);
	T_OK(&cx, given_back_told(&cx, STR("b")));
	T_OK(&cx, given_back_told(&cx, STR("b")));
	commit(&cx);
	T_CHECK(given_back(a, STR(""), &v) == 1, "told");
	T_TEXT(v[0].delivery, STR("c"));
	arena_free(a);
}

static void lose(struct str id)
{
	struct ctx cx = open_on(shared, true);
	T_OK(&cx, inbound_lost(&cx, id, STR("absent")));
	commit(&cx);
}

static void what_is_lost_is_looked_for(void)
{
	struct arena *a = arena_new();
	struct inbound in = { 0 };
	const struct inbound *v = NULL;
	size_t n = 0;
	struct str id = sent(a, true), other = sent(a, true);
	lose(id);
	struct ctx cx = ctx_new(a, now, LANG_EN);
	T_OK(&cx, store_read(&cx, shared));
	T_OK(&cx, inbound_lost_list(&cx, STR(""), &v, &n));
	T_CHECK(n == 1 && str_eq(v[0].upload, id), "%zu", n);
	T_OK(&cx, inbound_lost_list(&cx, id, &v, &n));
	T_CHECK(n == 0, "after it %zu", n);
	store_end(&cx);
	cx = open_on(shared, true);
	T_OK(&cx, inbound_again(&cx, id));
	T_OK(&cx, inbound_again(&cx, other));
	commit(&cx);
	T_CHECK(got(a, id).state == INBOUND_reading, "there again");
	T_CHECK(got(a, other).version == 1, "what is not lost stays");
	lose(id);
	T_CHECK(choose(id, "{}") == OK, "who asks has it looked for");
	in = got(a, id);
	T_CHECK(in.state == INBOUND_reading && in.version == 5, "%lld",
	    (long long)in.version);
	clear();
	arena_free(a);
}

static void who_came_first_is_read_first(void)
{
	struct arena *a = arena_new();
	struct str came[5];
	struct inbound in = { 0 };
	for (size_t i = 0; i < COUNT(came); i++) {
		came[i] = sent(a, true);
		now++;
	}
	for (size_t i = 0; i < COUNT(came); i++) {
		T_CHECK(claim(a, "g", &in), "%zu", i);
		T_TEXT(in.upload, came[i]);
	}
	clear();
	arena_free(a);
}

static void what_is_told_is_looked_for_page_by_page(void)
{
	struct arena *a = arena_new();
	const struct inbound *v = NULL;
	size_t n = 0;
	struct str one = sent(a, true), two = sent(a, true);
	lose(one);
	lose(two);
	struct str least = str_cmp(one, two) < 0 ? one : two;
	struct ctx cx = ctx_new(a, now, LANG_EN);
	T_OK(&cx, store_read(&cx, shared));
	T_OK(&cx, inbound_untold(&cx, STR(""), &v, &n));
	T_CHECK(n == 2 && str_eq(v[0].upload, least), "%zu", n);
	T_OK(&cx, inbound_untold(&cx, least, &v, &n));
	T_CHECK(n == 1 && !str_eq(v[0].upload, least), "%zu", n);
	store_end(&cx);
	clear();
	arena_free(a);
}

static void it_is_not_swept_while_it_waits_for_its_request(void)
{
	struct arena *a = arena_new();
	const struct upload_file *v = NULL;
	size_t n = 0;
	struct str here = sent(a, true), coming = sent(a, false);
	now += (UPLOAD_DAYS + 1) * DAY_MS;
	struct ctx cx = open_on(shared, true);
	T_OK(&cx, uploads_sweep(&cx, &v, &n));
	T_CHECK(n == 1, "%zu", n);
	if (n == 1)
		T_TEXT(v[0].id, coming);
	commit(&cx);
	T_CHECK(got(a, here).swept == 0, "it stays");
	clear();
	arena_free(a);
}

static void tests(const struct scratch *s)
{
	shared = scratch_store(s, "shared", 2);
	struct ctx cx = ctx_new(arena_new(), now, LANG_EN);
	T_OK(&cx, store_migrate(&cx, shared, "shared", NULL));
	end(&cx);
	T_RUN(it_is_read_when_it_is_here);
	T_RUN(a_gate_that_died_is_followed_by_another);
	T_RUN(a_choice_lets_it_be_read_anew);
	T_RUN(one_in_its_place_is_read_as_it_was);
	T_RUN(a_wrong_choice_names_its_fields);
	T_RUN(what_waits_for_a_list_of_codes_says_so);
	T_RUN(what_is_lost_or_destroyed_is_told);
	T_RUN(what_is_lost_is_looked_for);
	T_RUN(what_was_handed_over_is_noted_until_it_is_told);
	T_RUN(who_came_first_is_read_first);
	T_RUN(what_is_told_is_looked_for_page_by_page);
	T_RUN(it_is_not_swept_while_it_waits_for_its_request);
}

int main(void)
{
	crypt_init();
	scratch_each(tests);
	return T_PLAN();
}
