#include <pthread.h>

#include "base/str.h"
#include "core/procedure.h"
#include "sql/sql.h"

/* Procedures that were read, newest first. A text never changes under its
 * digest, so an entry is right for ever; there are as many as revisions. */
struct cached {
	struct procedure procedure;
	struct arena *arena; /* where all of this is; never freed */
	struct cached *next;
};
static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static struct cached *cache;

static const struct procedure *cache_find(struct str digest)
{
	const struct cached *c = cache;

	while (c && !str_eq(c->procedure.digest, digest))
		c = c->next;
	return c ? &c->procedure : NULL;
}

/* Reads the text into memory that stays. Called with the lock held, so that
 * two threads do not read it twice. */
static enum err cache_add(struct ctx *cx, struct str body, struct str digest,
    const struct procedure **ret)
{
	struct arena *stays = arena_new();
	struct ctx own = ctx_new(stays, cx->now, cx->lang);
	struct cached *c = ARENA_NEW(stays, struct cached);
	struct procedure_errors *errors =
	    ARENA_NEW(cx->arena, struct procedure_errors);

	enum err e = procedure_read(&own, body, &c->procedure, errors);
	if (e) {
		struct str why = errors->n
		                     ? str_dup(cx->arena, errors->v[0].text)
		                     : STR("?");
		int line = errors->n ? errors->v[0].line : 0;
		arena_free(stays);
		return fail_detail(cx, ERR_BROKEN,
		    "a kept procedure cannot be read: line %d: %.*s", line,
		    STR_ARG(why));
	}
	if (!str_eq(c->procedure.digest, digest)) {
		arena_free(stays);
		return fail_detail(cx, ERR_BROKEN,
		    "a kept procedure does not have its digest");
	}
	c->arena = stays;
	c->next = cache;
	cache = c;
	*ret = &c->procedure;
	return OK;
}

static enum err read_body(struct ctx *cx, struct str code, struct str revision,
    struct str digest, const struct procedure **ret)
{
	struct row row;

	enum err e = sql_one(cx,
	    SQL("select body from procedure_revision"
		" where code = $1 and revision = $2"),
	    VALS(val_str(code), val_str(revision)), &row);
	return e ? e : cache_add(cx, row_str(row, "body"), digest, ret);
}

/* The procedure with that digest, read if it is not in memory yet. */
static enum err procedure_of(struct ctx *cx, struct str code,
    struct str revision, struct str digest, const struct procedure **ret)
{
	const struct procedure *found;
	enum err e = OK;

	REQUIRE(pthread_mutex_lock(&cache_lock) == 0);
	found = cache_find(digest);
	if (!found)
		e = read_body(cx, code, revision, digest, &found);
	REQUIRE(pthread_mutex_unlock(&cache_lock) == 0);
	if (e)
		return e;
	*ret = found;
	return OK;
}

enum err procedure_keep(struct ctx *cx, const struct procedure *p)
{
	struct row row;
	bool found;

	enum err e = sql_find(cx,
	    SQL("select digest from procedure_revision"
		" where code = $1 and revision = $2"),
	    VALS(val_str(p->code), val_str(p->revision)), &row, &found);
	if (e)
		return e;
	if (found && !str_eq(row_str(row, "digest"), p->digest))
		return fail2(cx, ERR_CONFLICT, MSG_error_procedure_differs,
		    p->code, p->revision);
	if (found)
		return OK;
	return sql_exec(cx,
	    SQL("insert into procedure_revision"
		" (code, revision, effective, digest, body, loaded)"
		" values ($1, $2, $3, $4, $5, $6)"),
	    VALS(val_str(p->code), val_str(p->revision),
		val_str(date_iso(cx->arena, p->effective)), val_str(p->digest),
		val_str(p->body), val_i64(cx->now)),
	    NULL);
}

/* Whether a row was found goes to *ret_found. */
static enum err find_revision(struct ctx *cx, struct str code,
    struct str revision, struct row *ret, bool *ret_found)
{
	if (revision.n > 0)
		return sql_find(cx,
		    SQL("select revision, digest from procedure_revision"
			" where code = $1 and revision = $2"),
		    VALS(val_str(code), val_str(revision)), ret, ret_found);
	return sql_find(cx,
	    SQL("select revision, digest from procedure_revision"
		" where code = $1 and effective <= $2"
		" order by effective desc, revision desc limit 1"),
	    VALS(val_str(code),
		val_str(date_iso(cx->arena, date_of_ms(cx->now)))),
	    ret, ret_found);
}

enum err procedure_get(struct ctx *cx, struct str code, struct str revision,
    const struct procedure **ret)
{
	struct row row;
	bool found;

	enum err e = find_revision(cx, code, revision, &row, &found);
	if (e)
		return e;
	if (!found)
		return fail1(
		    cx, ERR_NOT_FOUND, MSG_error_procedure_unknown, code);
	return procedure_of(
	    cx, code, row_str(row, "revision"), row_str(row, "digest"), ret);
}

enum err procedure_list(
    struct ctx *cx, const struct procedure ***ret, size_t *ret_n)
{
	struct rows rows;
	size_t n = 0;

	/* All of a small table: as many rows as revisions were ever made. */
	enum err e = sql_all(cx,
	    SQL_SCAN("select code, revision, digest from procedure_revision"
		     " where effective <= $1"
		     " order by code, effective desc, revision desc"),
	    VALS(val_str(date_iso(cx->arena, date_of_ms(cx->now)))), &rows);
	if (e)
		return e;
	const struct procedure **all =
	    ARENA_ARRAY(cx->arena, const struct procedure *, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++) {
		struct str code = row_str(rows.row[i], "code");
		if (n > 0 && str_eq(all[n - 1]->code, code))
			continue;
		e = procedure_of(cx, code, row_str(rows.row[i], "revision"),
		    row_str(rows.row[i], "digest"), &all[n]);
		if (e)
			return e;
		n++;
	}
	*ret = all;
	*ret_n = n;
	return OK;
}

enum err procedure_revisions(struct ctx *cx, struct str code,
    const struct loaded_revision **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select revision, digest, effective from procedure_revision"
		" where code = $1 order by effective desc, revision desc"),
	    VALS(val_str(code)), &rows);

	if (e)
		return e;
	struct loaded_revision *v =
	    ARENA_ARRAY(cx->arena, struct loaded_revision, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++) {
		struct row r = rows.row[i];
		v[i] = (struct loaded_revision){ .revision =
						     row_str(r, "revision"),
			.digest = row_str(r, "digest") };
		if (!date_parse_iso(row_str(r, "effective"), &v[i].effective))
			return fail_detail(
			    cx, ERR_BROKEN, "a kept revision has no day");
	}
	*ret = v;
	*ret_n = rows.n;
	return OK;
}
