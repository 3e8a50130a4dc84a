/* Orders to destroy files with data, as the courier gives and the gate takes
 * them. */
#include "core/disposal.h"

#include <string.h>

#include "base/crypt.h"
#include "cases_store.h"

#define MINUTE_MS INT64_C(60000)

static struct store *shared;

static struct disposals one(struct arena *a, const char *subject)
{
	struct disposal *d = ARENA_NEW(a, struct disposal);
	*d = (struct disposal){ .request = STR("R-1"),
		.kind = subject[0] ? STR("uploads") : STR("artefacts"),
		.sha256 = STR("s"),
		.subject = str_of(subject),
		.name = STR("a.csv"),
		.bytes = 3 };
	return (struct disposals){ .v = d, .n = 1 };
}

static void order(const char *subject)
{
	struct ctx cx = open_on(shared, true);
	struct disposals all = one(cx.arena, subject);
	T_OK(&cx, disposal_order(&cx, &all));
	commit(&cx);
}

static bool begin(const char *subject)
{
	bool mine = false;
	struct ctx cx = open_on(shared, true);
	struct disposals all = one(cx.arena, subject);
	T_OK(&cx, disposal_begun(&cx, &all.v[0], &mine));
	commit(&cx);
	return mine;
}

static void go(const char *subject, bool was_there)
{
	struct ctx cx = open_on(shared, true);
	struct disposals all = one(cx.arena, subject);
	T_OK(&cx, disposal_gone(&cx, &all.v[0], was_there));
	commit(&cx);
}

static void forget(void)
{
	struct ctx cx = open_on(shared, true);
	T_OK(&cx, disposal_forget(&cx));
	commit(&cx);
}

/* What the gate may look at; "how" of the first. */
static size_t n_open(struct arena *a, struct str *ret_how, bool *ret_holds)
{
	struct disposals all = { 0 };
	struct ctx cx = open_on(shared, false);
	T_OK(&cx, disposal_open(&cx, &all));
	*ret_how = all.n ? str_dup(a, all.v[0].how) : STR("none");
	*ret_holds = all.n && disposal_holds(&cx, &all.v[0]);
	end(&cx);
	return all.n;
}

static struct disposal reported(struct arena *a)
{
	struct disposals all = { 0 };
	struct disposal d = { 0 };
	struct ctx cx = open_on(shared, false);
	T_OK(&cx, disposal_reports(&cx, &all));
	T_CHECK(all.n == 1, "%zu reports", all.n);
	if (all.n > 0)
		d = (struct disposal){ .how = str_dup(a, all.v[0].how),
			.gone = all.v[0].gone };
	end(&cx);
	return d;
}

static void clear(void)
{
	struct ctx cx = open_on(shared, true);
	T_OK(&cx,
	    sql_exec(&cx, SQL_SCAN("delete from disposal"), NO_VALS, NULL));
	T_OK(&cx, sql_exec(&cx, SQL_SCAN("delete from upload"), NO_VALS, NULL));
	commit(&cx);
}

static void what_was_begun_is_told_however_late(void)
{
	struct arena *a = arena_new();
	struct str how;
	bool holds;
	order("");
	T_CHECK(n_open(a, &how, &holds) == 1 && holds, "ordered");
	T_CHECK(begin(""), "begun");
	now += 60 * MINUTE_MS;
	forget();
	T_CHECK(n_open(a, &how, &holds) == 1 && !holds, "held no more");
	T_TEXT(how, STR("begun"));
	go("", false);
	T_TEXT(reported(a).how, STR("destroyed"));
	clear();
	arena_free(a);
}

static void an_order_that_is_old_is_forgotten(void)
{
	struct arena *a = arena_new();
	struct str how;
	bool holds;
	order("");
	now += 60 * MINUTE_MS;
	T_CHECK(n_open(a, &how, &holds) == 0, "not to be acted on");
	T_CHECK(!begin(""), "nor begun");
	forget();
	order("");
	T_CHECK(begin(""), "given again");
	struct ctx cx = open_on(shared, true);
	struct disposals all = one(cx.arena, "");
	T_OK(&cx, disposal_left(&cx, &all.v[0]));
	commit(&cx);
	now += 60 * MINUTE_MS;
	forget();
	cx = open_on(shared, false);
	struct row row;
	T_OK(&cx, sql_one(&cx, SQL_SCAN("select count(*) as n from disposal"),
		      NO_VALS, &row));
	T_CHECK(row_i64(row, "n") == 0, "left, and not ordered any more");
	end(&cx);
	arena_free(a);
}

/* Two gates on one folder: the one that finds nothing is the second. */
static void the_first_word_is_right(void)
{
	struct arena *a = arena_new();
	order("");
	T_CHECK(begin(""), "by the one");
	int64_t at = now;
	go("", true);
	now += MINUTE_MS;
	go("", false);
	T_CHECK(!begin(""), "gone is not begun");
	T_TEXT(reported(a).how, STR("destroyed"));
	T_CHECK(reported(a).gone == at, "when");
	clear();
	order("");
	go("", false);
	T_TEXT(reported(a).how, STR("absent"));
	clear();
	arena_free(a);
}

static void put_uploads(size_t n)
{
	struct ctx cx = open_on(shared, true);
	for (size_t i = 0; i < n; i++)
		T_OK(&cx,
		    sql_exec(&cx,
			SQL("insert into upload (id, request, name, sha256,"
			    " bytes, actor, created, received, used, swept)"
			    " values ($1, 'R', 'n', 's', 1, 'a', 1, 1, 1, 0)"),
			VALS(val_str(str_fmt(cx.arena, "u%04zu", i))), NULL));
	commit(&cx);
}

static size_t page_of(struct disposal_page *page, struct str *ret, char id[64])
{
	struct disposals all = { 0 };
	struct ctx cx = open_on(shared, false);
	T_OK(&cx, disposal_uploads(&cx, (struct keeping){ 0 }, page, &all));
	struct str got = all.n ? all.v[0].subject : STR("none");
	REQUIRE(got.n < 64);
	memcpy(id, got.p, got.n);
	id[got.n] = '\0';
	*ret = str_of(id);
	end(&cx);
	return all.n;
}

static void uploads_are_looked_at_in_turn(void)
{
	struct disposal_page page = { 0 };
	struct str first;
	char id[64];
	put_uploads(DISPOSALS_AT_ONCE + 1);
	T_CHECK(page_of(&page, &first, id) == DISPOSALS_AT_ONCE, "a page");
	T_TEXT(first, STR("u0000"));
	T_CHECK(page_of(&page, &first, id) == 1, "the rest");
	T_TEXT(first, STR("u0200"));
	T_CHECK(page_of(&page, &first, id) == DISPOSALS_AT_ONCE, "anew");
	T_TEXT(first, STR("u0000"));
	clear();
}

static void tests(const struct scratch *s)
{
	shared = scratch_store(s, "shared", 2);
	struct ctx cx = ctx_new(arena_new(), now, LANG_EN);
	T_OK(&cx, store_migrate(&cx, shared, "shared", NULL));
	end(&cx);
	T_RUN(what_was_begun_is_told_however_late);
	T_RUN(an_order_that_is_old_is_forgotten);
	T_RUN(the_first_word_is_right);
	T_RUN(uploads_are_looked_at_in_turn);
}

int main(void)
{
	crypt_init();
	scratch_each(tests);
	return T_PLAN();
}
