/* Whether a source's texts are what they are taken for: its tables' first rows
 * are read as the gate would read them. */
#include <time.h>

#include "base/str.h"
#include "source/driver.h"

enum { TABLES = 200, ROWS = 200, TIME_MS = 5000 };

/* One table's, in an arena of its own. */
static enum err sample_table(struct ctx *cx, const struct source *source,
    struct str table, int64_t *ret_rows, uint64_t *ret_bad)
{
	struct approved all = { .sql = str_fmt(cx->arena, "select * from %.*s",
				    STR_ARG(table)) };
	struct description found;
	struct compiled compiled;
	struct query first = query_all();
	struct source_stream *s = NULL;
	struct batch rows = { 0 };
	enum err e = source_describe(cx, source, all.sql, NO_PARAMS, NO_ARGS,
	    &source_limits_officer, &found);

	if (e)
		return e;
	all.columns = found.columns;
	first.limit = ROWS;
	e = query_compile(cx, &all, &first, &compiled);
	if (!e)
		e = source_open(
		    cx, source, &compiled, &source_limits_officer, &s);
	while (!e && !(e = source_next(cx, s, &rows)) && rows.n_rows > 0)
		*ret_rows += (int64_t)rows.n_rows;
	if (s != NULL) {
		*ret_bad = source_bad_texts(s);
		source_close(s);
	}
	return e;
}

static int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void sample_all(struct ctx *cx, const struct source *source,
    const struct str *tables, size_t n, struct source_report *r)
{
	int64_t end = clock_ms() + TIME_MS;

	r->n_looked = 0;
	for (size_t i = 0; i < n && clock_ms() < end; i++) {
		struct arena *a = arena_new();
		struct ctx inner = ctx_new(a, cx->now, cx->lang);
		int64_t rows = 0;
		uint64_t bad = 0;

		/* One that may not be read tells nothing. */
		if (sample_table(&inner, source, tables[i], &rows, &bad) == OK)
			r->n_looked += rows;
		if (bad > 0 && r->n_bad == 0)
			r->bad_table = tables[i];
		r->n_bad += (int64_t)bad;
		arena_free(a);
	}
}

void source_sample(
    struct ctx *cx, const struct source *source, struct source_report *r)
{
	const struct source_driver *d = source_driver_of(source);
	struct str *tables = ARENA_ARRAY(cx->arena, struct str, TABLES);
	size_t n = 0;

	if (d->tables != NULL &&
	    d->tables(cx, source, TABLES, tables, &n) == OK && n > 0)
		sample_all(cx, source, tables, n, r);
}
