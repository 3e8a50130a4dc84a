#include "sql/pg.h"

#include <string.h>

#include "base/str.h"

static enum err err_of(const char *state)
{
	static const struct {
		const char *start;
		enum err err;
	} states[] = {
		{ "23505", ERR_CONFLICT },   /* unique */
		{ "23503", ERR_CONFLICT },   /* foreign key */
		{ "40", ERR_BUSY },          /* serialization, deadlock */
		{ "55P03", ERR_BUSY },       /* lock_timeout */
		{ "57014", ERR_TIME_LIMIT }, /* statement_timeout */
		{ "57P", ERR_BUSY },         /* shutting down, starting */
		{ "08P01", ERR_BROKEN },     /* our own mistake */
		{ "08", ERR_BUSY },          /* connection */
		{ "53", ERR_BUSY },          /* connections, memory, disk */
		{ "25P03", ERR_BUSY }, /* idle_in_transaction_session_timeout */
	};

	for (size_t i = 0; i < COUNT(states); i++)
		if (!strncmp(state, states[i].start, strlen(states[i].start)))
			return states[i].err;
	return ERR_BROKEN;
}

/* The connection itself failed: libpq's own words, which hold no values. */
enum err pg_fail_conn(struct ctx *cx, struct conn *c)
{
	const char *why = PQerrorMessage(c->handle);

	c->broken = true;
	return fail_detail(
	    cx, ERR_BUSY, "postgresql: %.*s", STR_ARG(str_trim(str_of(why))));
}

/* DETAIL and, for data exceptions (class 22), even the message quote values:
 * they must not reach the log. */
enum err pg_fail_result(
    struct ctx *cx, struct conn *c, const PGresult *r, const char *text)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *why = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	const char *rule = PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME);

	if (PQstatus(c->handle) == CONNECTION_BAD || !state)
		return pg_fail_conn(cx, c);
	/* A plan that a changed table has spoiled: a new connection cures. */
	if (!strcmp(state, "0A000") || !strncmp(state, "26", 2))
		c->broken = true;
	if (!why || !strncmp(state, "22", 2))
		why = "a value does not fit";
	return fail_detail(cx, err_of(state), "postgresql %s: %s (%s): %.*s",
	    state, why, rule ? rule : "", STR_ARG(text_head(text)));
}

bool pg_is_good(const PGresult *r)
{
	ExecStatusType s = PQresultStatus(r);

	return s == PGRES_COMMAND_OK || s == PGRES_TUPLES_OK ||
	       s == PGRES_SINGLE_TUPLE;
}

/* Takes `r`, which may be NULL. */
enum err pg_finish(
    struct ctx *cx, struct conn *c, PGresult *r, const char *text)
{
	enum err e = OK;

	if (!r)
		return pg_fail_conn(cx, c);
	if (!pg_is_good(r))
		e = pg_fail_result(cx, c, r, text);
	PQclear(r);
	return e;
}

static void no_notices(void *arg, const PGresult *r)
{
	(void)arg;
	(void)r;
}

/* Parameters of the connection: those of the DSN, then ours. */
enum { MAX_PARAMETERS = 80 };
struct parameters {
	const char *keys[MAX_PARAMETERS + 1], *values[MAX_PARAMETERS + 1];
	size_t n;
};

static void put_parameter(
    struct parameters *p, const char *key, const char *value)
{
	for (size_t i = 0; i < p->n; i++) {
		if (!strcmp(p->keys[i], key)) {
			p->values[i] = value;
			return;
		}
	}
	REQUIRE(p->n < MAX_PARAMETERS);
	p->keys[p->n] = key;
	p->values[p->n++] = value;
}

static void put_default(
    struct parameters *p, const char *key, const char *value)
{
	for (size_t i = 0; i < p->n; i++)
		if (!strcmp(p->keys[i], key))
			return;
	put_parameter(p, key, value);
}

static enum err read_dsn(
    struct ctx *cx, const PQconninfoOption *o, struct parameters *p)
{
	for (; o->keyword; o++) {
		if (!o->val || !*o->val)
			continue;
		if (!strcmp(o->keyword, "password"))
			return fail_detail(cx, ERR_INVALID,
			    "postgresql: the DSN must hold no password");
		put_parameter(p, o->keyword, o->val);
	}
	return OK;
}

static void complete(struct parameters *p, const struct target *t)
{
	if (t->user)
		put_parameter(p, "user", t->user);
	if (t->secret)
		put_parameter(p, "password", t->secret);
	put_parameter(p, "client_encoding", "UTF8");
	put_default(p, "application_name", "pratu");
	put_default(p, "connect_timeout", "5");
	put_default(p, "tcp_user_timeout", "15000");
}

enum err pg_connect(struct ctx *cx, const struct target *t, PGconn **ret)
{
	PQconninfoOption *options = PQconninfoParse(t->dsn, NULL);
	struct parameters p = { .n = 0 };

	if (!options)
		return fail_detail(
		    cx, ERR_INVALID, "postgresql: the DSN cannot be read");
	enum err e = read_dsn(cx, options, &p);
	if (!e) {
		complete(&p, t);
		*ret = PQconnectdbParams(p.keys, p.values, 0);
		REQUIRE(*ret); /* NULL is out of memory only */
		PQsetNoticeReceiver(*ret, no_notices, NULL);
	}
	PQconninfoFree(options);
	return e;
}

/* The settings are ours whatever the server's are; two that only the server
 * has must be safe, as a commit is on disk when it returns. */
static enum err configure(
    struct ctx *cx, struct conn *c, const struct target *t)
{
	static const char text[] =
	    "select set_config('search_path', $1, false),"
	    " set_config('statement_timeout', '30s', false),"
	    " set_config('lock_timeout', '10s', false),"
	    " set_config('idle_in_transaction_session_timeout', '60s', false),"
	    " set_config('bytea_output', 'hex', false),"
	    " set_config('extra_float_digits', '1', false),"
	    " set_config('timezone', 'UTC', false),"
	    " set_config('synchronous_commit', case"
	    " when current_setting('synchronous_commit') in ('off', 'local')"
	    " then 'on' else current_setting('synchronous_commit') end, false),"
	    " current_setting('fsync') = 'on'"
	    " and current_setting('full_page_writes') = 'on'"
	    " and current_setting('server_encoding') = 'UTF8' as safe";
	const char *const values[] = { t->schema };
	PGresult *r =
	    PQexecParams(c->handle, text, 1, NULL, values, NULL, NULL, 0);
	bool safe = r && PQntuples(r) == 1 &&
	            !strcmp(PQgetvalue(r, 0, PQfnumber(r, "safe")), "t");
	enum err e = pg_finish(cx, c, r, text);

	if (!e && !safe)
		return fail_detail(cx, ERR_BROKEN,
		    "postgresql: fsync and full_page_writes must be on and"
		    " the encoding UTF8");
	return e;
}

void pg_close(struct conn *c)
{
	PQfinish(c->handle);
	arena_free(c->arena);
}

enum err pg_open(
    struct ctx *cx, const struct target *t, bool writes, struct conn **ret)
{
	PGconn *handle;

	enum err e = pg_connect(cx, t, &handle);
	if (e)
		return e;
	struct arena *a = arena_new();
	struct conn *c = ARENA_NEW(a, struct conn);
	*c = (struct conn){ .arena = a, .handle = handle, .writes = writes };
	if (PQstatus(handle) != CONNECTION_OK)
		e = pg_fail_conn(cx, c);
	else
		e = configure(cx, c, t);
	if (e) {
		pg_close(c);
		return e;
	}
	*ret = c;
	return OK;
}
