/* Tables that were sent in, in the temporary schema of a connection to a SQLite
 * source: before it has its guard, and before it may write nothing. */
#include <stdlib.h>

#include "base/str.h"
#include "source/given_in.h"
#include "source/lite.h"

static enum err take(struct ctx *cx, void *arg, const struct batch *rows)
{
	return lite_fill_rows(cx, arg, rows);
}

static enum err fill(struct ctx *cx, struct lite *l, const struct given *g)
{
	struct lite_fill f;
	enum err e =
	    lite_fill_begin(cx, l->db, "temp", g->name, g->columns, &f);

	if (!e)
		e = given_rows(cx, g, &l->limits, take, &f);
	lite_fill_end(&f);
	return e;
}

static enum err run(struct ctx *cx, struct lite *l, const char *sql)
{
	int rc = sqlite3_exec(l->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? OK : lite_fail(cx, l, rc, false);
}

enum err lite_given(struct ctx *cx, struct lite *l, const struct source *source)
{
	enum err e = given_check(cx, source->given, source->n_given);

	for (size_t i = 0; i < source->n_given && !e; i++)
		if (lite_has_table(l, source->given[i].name))
			e = given_shadows(cx, source->given[i].name);
	/* Its pages go to the file when they are more than that. */
	if (!e)
		e = run(cx, l, "pragma temp.cache_size=-2048; begin");
	for (size_t i = 0; i < source->n_given && !e; i++)
		e = fill(cx, l, &source->given[i]);
	if (!e)
		e = run(cx, l, "commit");
	for (size_t i = 0; i < source->n_given && !e; i++)
		lite_add_table(l, source->given[i].name);
	return e;
}
