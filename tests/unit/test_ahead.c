/* A stream that is read ahead gives what it gives when it is read at once, and
 * ends when nobody wants more. */
#include "source_fixture.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/crypt.h"
#include "source/ahead.h"
#include "source/query.h"

static struct ctx cx;
static _Atomic bool enough;

static void begin(void)
{
	arena_free(cx.arena);
	cx = ctx_new(arena_new(), 0, LANG_EN);
	atomic_store(&enough, false);
}

static bool stop(void *arg)
{
	(void)arg;
	return atomic_load(&enough);
}

/* Opens `sql`, whose columns are id and name. */
static struct source_stream *open_rows(const char *sql)
{
	static const struct str names[] = { STR_INIT("id"), STR_INIT("name") };
	struct column *v = ARENA_ARRAY(cx.arena, struct column, 2);
	struct approved *a = ARENA_NEW(cx.arena, struct approved);
	struct compiled *q = ARENA_NEW(cx.arena, struct compiled);
	struct source_limits limits = source_limits_stream;
	struct query all = query_all();
	struct source_stream *s = NULL;

	limits.stop = stop;
	for (size_t i = 0; i < 2; i++)
		v[i].name = names[i];
	*a = (struct approved){ .sql = str_of(sql),
		.columns = { .v = v, .n = 2 } };
	enum err e = query_compile(&cx, a, &all, q);
	if (!e)
		e = source_open(&cx, &fixture, q, &limits, &s);
	if (e) {
		printf("Bail out! %.*s\n", STR_ARG(cx.fault.detail));
		exit(1);
	}
	return s;
}

struct sum {
	struct sha256_state *digest;
	size_t rows;
};

static void add(struct sum *sum, const struct batch *b)
{
	for (size_t i = 0; i < b->n_rows * b->n_columns; i++) {
		struct str s = b->cells[i].s;
		sha256_add(sum->digest, &b->cells[i].kind, 1);
		sha256_add(sum->digest, s.n > 0 ? s.p : "", s.n);
	}
	sum->rows += b->n_rows;
}

static struct sum sum_at_once(const char *sql)
{
	struct sum sum = { .digest = sha256_begin(cx.arena) };
	struct source_stream *s = open_rows(sql);
	struct batch b;
	while (source_next(&cx, s, &b) == OK && b.n_rows > 0)
		add(&sum, &b);
	source_close(s);
	return sum;
}

/* `slow`: who takes them is slower than who reads, or the other way round. */
static struct sum sum_ahead(const char *sql, bool slow)
{
	struct sum sum = { .digest = sha256_begin(cx.arena) };
	struct source_stream *s = open_rows(sql);
	struct ahead *a = ahead_begin(cx.arena, s);
	struct batch b;
	REQUIRE(a != NULL);
	while (ahead_next(&cx, a, &b) == OK && b.n_rows > 0) {
		if (slow)
			usleep(500);
		add(&sum, &b);
	}
	T_CHECK(ahead_next(&cx, a, &b) == OK && b.n_rows == 0, "the end stays");
	ahead_end(a);
	source_close(s);
	return sum;
}

#define NUMBERS                                                            \
	"with recursive n(id) as (select 1 union all select id + 1 from n" \
	" where id < 20000) select id, "
static const char *const queries[] = {
	NUMBERS "'name ' || id as name from n",
	NUMBERS "case id % 3 when 0 then null when 1 then id / 7.0 else 'ก' end"
		" as name from n",
	/* Larger than a batch, between rows that are not: lent. */
	NUMBERS "case when id % 1000 = 7 then"
		" replace(printf('%40000d', 1), ' ', 'x') else 'y' end"
		" as name from n",
	NUMBERS "cast(printf('%1000d', 1) as blob) as name from n",
	NUMBERS "id as name from n where id > 20000",
};

static void gives_the_same(void)
{
	for (size_t i = 0; i < 2 * COUNT(queries); i++) {
		begin();
		struct sum want = sum_at_once(queries[i / 2]);
		struct sum got = sum_ahead(queries[i / 2], i % 2);
		T_CHECK(
		    got.rows == want.rows && (want.rows == 20000 || i / 2 == 4),
		    "%zu: %zu rows, not %zu", i, got.rows, want.rows);
		struct sha256 a = sha256_end(want.digest),
			      b = sha256_end(got.digest);
		T_CHECK(memcmp(&a, &b, sizeof(a)) == 0, "%zu differs", i);
	}
}

static void tells_of_a_failure(void)
{
	begin();
	struct source_stream *s = open_rows(
	    NUMBERS "case when id < 5000 then id else abs(-9223372036854775807"
		    " - 1) end as name from n");
	struct ahead *a = ahead_begin(cx.arena, s);
	struct batch b;
	size_t rows = 0;
	enum err e;
	while ((e = ahead_next(&cx, a, &b)) == OK && b.n_rows > 0)
		rows += b.n_rows;
	T_CHECK(e == ERR_BROKEN || e == ERR_INVALID, "%d", (int)e);
	T_CHECK(str_has(cx.fault.detail, STR("overflow")), "%.*s",
	    STR_ARG(cx.fault.detail));
	T_CHECK(rows > 4000 && rows < 5000, "%zu rows before it", rows);
	ahead_end(a);
	source_close(s);
}

/* While it waits for room, while it reads for long, and at once. */
static void ends_when_nobody_wants_more(void)
{
	static const char *const all[] = { NUMBERS "id as name from n",
		NUMBERS "(select count(*) from n a, n b) as name from n" };
	for (size_t i = 0; i < 4; i++) {
		begin();
		struct source_stream *s = open_rows(all[i % 2]);
		struct ahead *a = ahead_begin(cx.arena, s);
		struct batch b = { 0 };
		if (i == 0)
			T_CHECK(ahead_next(&cx, a, &b) == OK && b.n_rows > 0,
			    "the first");
		if (i < 2)
			usleep(20000);
		atomic_store(&enough, true);
		ahead_end(a);
		source_close(s);
	}
	T_CHECK(true, "came back");
}

int main(void)
{
	struct ctx fx = ctx_new(arena_new(), 0, LANG_EN);

	fixture_make(&fx);
	T_RUN(gives_the_same);
	T_RUN(tells_of_a_failure);
	T_RUN(ends_when_nobody_wants_more);
	arena_free(cx.arena);
	arena_free(fx.arena);
	return T_PLAN();
}
