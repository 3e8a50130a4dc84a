#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "source/pg.h"

#define IDLE_EACH 16 /* all that stream at once: to connect costs a process */
#define IDLE_MS 60000
#define LOOK_MS 100 /* how often a waiting run asks whether to go on */
#define STATEMENTS_MAX 64
#define DRAIN_MS 1000 /* for all of them */
#define CANCELS 5

static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;
static struct pg_conn *pool; /* the latest first */

static int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void forget_statements(struct pg_conn *c)
{
	while (c->statements != NULL) {
		struct pg_statement *s = c->statements;

		c->statements = s->next;
		PQclear(s->description);
		free(s);
	}
	c->n_statements = 0;
}

static void conn_close(struct pg_conn *c)
{
	forget_statements(c);
	PQfinish(c->db);
	free(c->key);
	free(c);
}

/* The server said nothing since: what could it say but good-bye? */
static bool is_quiet(const struct pg_conn *c)
{
	struct pollfd p = { .fd = PQsocket(c->db), .events = POLLIN };

	return PQstatus(c->db) == CONNECTION_OK && p.fd >= 0 &&
	       poll(&p, 1, 0) == 0;
}

static struct pg_conn *pool_take(const char *key)
{
	struct pg_conn *found = NULL;

	pthread_mutex_lock(&pool_lock);
	for (struct pg_conn **at = &pool; *at != NULL && found == NULL;) {
		if (strcmp((*at)->key, key) == 0) {
			found = *at;
			*at = found->next;
		} else {
			at = &(*at)->next;
		}
	}
	pthread_mutex_unlock(&pool_lock);
	return found;
}

/* Closes those that were idle for long, and with `key` those of its source that
 * are too many. */
static void pool_trim(const char *key)
{
	struct pg_conn *out = NULL;
	int64_t now = clock_ms();
	int kept = 0;

	pthread_mutex_lock(&pool_lock);
	for (struct pg_conn **at = &pool; *at != NULL;) {
		struct pg_conn *c = *at;
		bool same = key != NULL && strcmp(c->key, key) == 0;

		kept += same;
		if (now - c->idle_since > IDLE_MS ||
		    (same && kept > IDLE_EACH)) {
			*at = c->next;
			c->next = out;
			out = c;
		} else {
			at = &c->next;
		}
	}
	pthread_mutex_unlock(&pool_lock);
	while (out != NULL) {
		struct pg_conn *c = out;

		out = c->next;
		conn_close(c);
	}
}

void pg_tidy(void)
{
	pool_trim(NULL);
}

static void pool_give(struct pg_conn *c)
{
	c->idle_since = clock_ms();
	pthread_mutex_lock(&pool_lock);
	c->next = pool;
	pool = c;
	pthread_mutex_unlock(&pool_lock);
	pool_trim(c->key);
}

static void no_notices(void *arg, const PGresult *r)
{
	(void)arg;
	(void)r;
}

/* What the DSN says, and what it may not. */
PGconn *pg_dial(const struct source *source, struct arena *a)
{
	const char *keys[] = { "dbname", "client_encoding", "application_name",
		"connect_timeout", "tcp_user_timeout",
		source->secret.p != NULL ? "password" : NULL, NULL };
	const char *values[] = { str_cstr(a, source->dsn), "UTF8", "pratu-gate",
		"5", "15000",
		source->secret.p != NULL ? str_cstr(a, source->secret) : NULL,
		NULL };

	return PQconnectdbParams(keys, values, 1);
}

static bool command(struct pg_conn *c, const char *sql)
{
	PGresult *r = PQexec(c->db, sql);
	bool good = PQresultStatus(r) == PGRES_COMMAND_OK;

	PQclear(r);
	return good;
}

/* The settings are ours whatever the server's and the DSN's are. Times without
 * a zone are Thai. */
static bool configure(struct pg_conn *c)
{
	static const char settings[] =
	    "set session characteristics as transaction read only;"
	    "set datestyle = 'ISO, YMD'; set intervalstyle = 'iso_8601';"
	    "set timezone = 'Asia/Bangkok'; set extra_float_digits = 1;"
	    "set bytea_output = 'hex'; set standard_conforming_strings = on;"
	    "set lock_timeout = '5s'; set xmloption = content;"
	    "set row_security = on";
	const char *encoding = PQparameterStatus(c->db, "server_encoding");

	c->raw = encoding != NULL && strcmp(encoding, "SQL_ASCII") == 0;
	if (!command(c, settings) ||
	    (c->raw && !command(c, "set client_encoding = 'SQL_ASCII'")))
		return false;
	PGresult *r = PQexec(c->db,
	    "select 1 from pg_catalog.pg_collation"
	    " where collname = 'und-x-icu' and collencoding in (-1,"
	    " pg_catalog.pg_char_to_encoding(pg_catalog.getdatabaseencoding()))");
	bool good = PQresultStatus(r) == PGRES_TUPLES_OK;
	c->icu = good && !c->raw && PQntuples(r) > 0;
	PQclear(r);
	return good;
}

static enum err fail_conn(struct ctx *cx, struct pg_conn *c)
{
	struct str why =
	    str_dup(cx->arena, str_trim(str_of(PQerrorMessage(c->db))));
	enum err e = fail(cx, ERR_BUSY, MSG_error_source_down);

	cx->fault.detail = why;
	c->spoiled = true;
	return e;
}

static enum err open_new(struct ctx *cx, const struct source *source,
    const char *key, struct pg_conn **ret)
{
	struct pg_conn *c = calloc(1, sizeof(*c));

	REQUIRE(c != NULL);
	c->db = pg_dial(source, cx->arena);
	c->key = strdup(key);
	REQUIRE(c->db != NULL && c->key != NULL);
	PQsetNoticeReceiver(c->db, no_notices, NULL);
	if (PQstatus(c->db) != CONNECTION_OK || !configure(c)) {
		enum err e = fail_conn(cx, c);

		conn_close(c);
		return e;
	}
	c->cp874 = c->raw && source->cp874;
	*ret = c;
	return OK;
}

static enum err set_timeout(struct ctx *cx, struct pg_run *r)
{
	int64_t ms = r->budget.limits.time_ms;

	if (r->c->timeout_ms == ms)
		return OK;
	if (!command(
		r->c, str_cstr(cx->arena,
			  str_fmt(cx->arena, "set statement_timeout = %lld",
			      (long long)ms))))
		return fail_conn(cx, r->c);
	r->c->timeout_ms = ms;
	return OK;
}

static void give_deferred(void *arg)
{
	pg_give(arg);
}

enum err pg_take(struct ctx *cx, const struct source *source,
    const struct source_limits *limits, bool officer, struct pg_run **ret)
{
	struct pg_run *r = ARENA_NEW(cx->arena, struct pg_run);
	/* The secret too: another one must not find this one's connection. */
	const char *key = str_cstr(
	    cx->arena, str_fmt(cx->arena, "%d %.*s\n%.*s", source->cp874,
			   STR_ARG(source->dsn), STR_ARG(source->secret)));
	enum err e = OK;

	r->budget = budget_new(limits);
	r->officer = officer;
	while (source->n_given == 0 && (r->c = pool_take(key)) != NULL &&
	       !is_quiet(r->c))
		conn_close(r->c);
	if (r->c == NULL)
		e = open_new(cx, source, key, &r->c);
	if (e != OK)
		return e;
	r->c->once = source->n_given > 0;
	arena_defer(cx->arena, give_deferred, r);
	e = set_timeout(cx, r);
	if (e == OK && source->n_given > 0)
		e = pg_given(cx, r, source);
	if (e != OK)
		return e;
	r->budget = budget_new(limits); /* filling took none of it */
	*ret = r;
	return OK;
}

void pg_give(struct pg_run *r)
{
	struct pg_conn *c = r->c;

	if (c == NULL)
		return;
	r->c = NULL;
	if (c->spoiled || c->once || PQtransactionStatus(c->db) != PQTRANS_IDLE)
		conn_close(c);
	else
		pool_give(c);
}

/* "relation "x" does not exist" gives x. */
static struct str quoted_in(struct str said)
{
	struct str name, rest;

	if (!str_cut(said, '"', &name, &rest) ||
	    !str_cut(rest, '"', &name, &rest))
		return said;
	return name;
}

static enum err fail_officer(
    struct ctx *cx, const char *state, struct str said, bool preparing)
{
	if (strcmp(state, "42P01") == 0)
		return fail1(
		    cx, ERR_INVALID, MSG_error_sql_no_table, quoted_in(said));
	if (strcmp(state, "42703") == 0)
		return fail1(
		    cx, ERR_INVALID, MSG_error_sql_no_column, quoted_in(said));
	return fail1(cx, ERR_INVALID,
	    preparing ? MSG_error_sql_syntax : MSG_error_sql_run, said);
}

static bool state_in(const char *state, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(state, list[i], strlen(list[i])) == 0)
			return true;
	return false;
}

/* DETAIL quotes values: it goes nowhere; nor does a message of class 22 at the
 * gate, for it does too. */
static enum err fail_state(
    struct ctx *cx, struct pg_run *r, const PGresult *result, bool preparing)
{
	static const char *const down[] = { "08", "53", "57P", "40", "55P03",
		"58", "XX" };
	static const char *const shape[] = { "42", "0A000", "3F", "26" };
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	struct str said = str_dup(cx->arena,
	    str_of(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)));
	enum err e = ERR_BROKEN;

	if (state == NULL)
		return fail_conn(cx, r->c);
	if (budget_over(&r->budget))
		e = budget_fail(cx, &r->budget);
	else if (strcmp(state, "57014") == 0)
		e = fail(cx, ERR_TIME_LIMIT, MSG_error_source_time_limit);
	else if (state_in(state, down, COUNT(down)))
		e = fail(cx, ERR_BUSY, MSG_error_source_down);
	else if (r->officer)
		e = fail_officer(cx, state, said, preparing);
	else if (preparing || state_in(state, shape, COUNT(shape)))
		e = fail(cx, ERR_CONFLICT, MSG_error_source_drifted);
	else
		e = fail(cx, ERR_BROKEN, MSG_error_source_failed);
	if (state_in(state, down, COUNT(down)))
		r->c->spoiled = true;
	cx->fault.detail = str_fmt(cx->arena, "%s: %.*s", state,
	    STR_ARG(strncmp(state, "22", 2) == 0 ? STR("data") : said));
	return e;
}

bool pg_plan_spoiled(const struct ctx *cx)
{
	return str_starts(cx->fault.detail, STR("0A000: cached plan"));
}

/* Until libpq has a whole result. */
static enum err wait_result(struct ctx *cx, struct pg_run *r)
{
	struct pollfd p = { .fd = PQsocket(r->c->db), .events = POLLIN };

	while (PQisBusy(r->c->db)) {
		int64_t left = budget_left_ms(&r->budget);

		if (budget_over(&r->budget)) {
			pg_cancel(r);
			return budget_fail(cx, &r->budget);
		}
		poll(&p, 1, (int)(left < LOOK_MS ? left + 1 : LOOK_MS));
		if (!PQconsumeInput(r->c->db))
			return fail_conn(cx, r->c);
	}
	return OK;
}

enum err pg_result(
    struct ctx *cx, struct pg_run *r, bool preparing, PGresult **ret)
{
	enum err e = PQflush(r->c->db) < 0 ? fail_conn(cx, r->c) : OK;

	if (e == OK)
		e = wait_result(cx, r);
	if (e != OK)
		return e;
	PGresult *result = PQgetResult(r->c->db);
	ExecStatusType status = PQresultStatus(result);
	if (result == NULL || status == PGRES_COMMAND_OK ||
	    status == PGRES_TUPLES_OK || status == PGRES_SINGLE_TUPLE) {
		*ret = result;
		return OK;
	}
	e = fail_state(cx, r, result, preparing);
	PQclear(result);
	/* The connection is good for another statement. */
	while (!r->c->spoiled && !PQisBusy(r->c->db) &&
	       (result = PQgetResult(r->c->db)) != NULL)
		PQclear(result);
	return e;
}

enum err pg_done(struct ctx *cx, struct pg_run *r)
{
	PGresult *result = NULL;
	enum err e = OK;

	while ((e = pg_result(cx, r, false, &result)) == OK && result != NULL)
		PQclear(result);
	return e;
}

/* Reads what had been sent before the server heard; false: it goes on. */
static bool drain(struct pg_run *r, int64_t ms)
{
	struct pollfd p = { .fd = PQsocket(r->c->db), .events = POLLIN };
	int64_t end = clock_ms() + ms;

	while (clock_ms() < end) {
		if (PQisBusy(r->c->db)) {
			if (poll(&p, 1, LOOK_MS) > 0 &&
			    !PQconsumeInput(r->c->db))
				return false;
			continue;
		}
		PGresult *result = PQgetResult(r->c->db);
		if (result == NULL)
			return true;
		PQclear(result);
	}
	return false;
}

/* A server that has not begun with the query yet does not hear the first. */
void pg_cancel(struct pg_run *r)
{
	char why[256];
	PGcancel *cancel = PQgetCancel(r->c->db);
	bool ended = false;

	for (int i = 0; i < CANCELS && cancel != NULL && !ended; i++) {
		if (!PQcancel(cancel, why, (int)sizeof(why)))
			break;
		ended = drain(r, DRAIN_MS / CANCELS);
	}
	PQfreeCancel(cancel);
	if (!ended)
		r->c->spoiled = true;
}

static void clear_result(void *arg)
{
	PQclear(arg);
}

enum err pg_query(struct ctx *cx, struct pg_run *r, const char *sql, int n,
    const char *const *values, PGresult **ret)
{
	if (!PQsendQueryParams(r->c->db, sql, n, NULL, values, NULL, NULL, 0))
		return fail_conn(cx, r->c);

	enum err e = pg_result(cx, r, false, ret);
	if (e != OK)
		return e;
	arena_defer(cx->arena, clear_result, *ret);
	return pg_done(cx, r);
}

struct str pg_text(struct ctx *cx, const struct pg_run *r, struct str s)
{
	return r->c->cp874 ? cp874_of(cx->arena, s) : s;
}

static struct pg_statement *find_statement(
    const struct pg_conn *c, struct str sql)
{
	for (struct pg_statement *s = c->statements; s != NULL; s = s->next)
		if (s->n_sql == sql.n && memcmp(s->sql, sql.p, sql.n) == 0)
			return s;
	return NULL;
}

static Oid type_of_param(enum column_type t)
{
	static const enum pg_type types[COLUMN_TYPES] = {
		[TYPE_TEXT] = PG_TEXT,
		[TYPE_INTEGER] = PG_INT8,
		[TYPE_NUMBER] = PG_NUMERIC,
		[TYPE_BOOLEAN] = PG_BOOL,
		[TYPE_DATE] = PG_DATE,
		[TYPE_DATETIME] = PG_TIMESTAMPTZ,
		[TYPE_BYTES] = PG_BYTEA,
	};

	return (Oid)types[t];
}

static enum err describe_statement(
    struct ctx *cx, struct pg_run *r, struct pg_statement *s, struct params ps)
{
	Oid types[PARAMS_MAX];
	PGresult *result = NULL;

	for (size_t i = 0; i < ps.n; i++)
		types[i] = type_of_param(ps.v[i].type);
	if (!PQsendPrepare(r->c->db, s->name, s->sql, (int)ps.n, types))
		return fail_conn(cx, r->c);
	enum err e = pg_result(cx, r, true, &result);
	if (e != OK)
		return e;
	PQclear(result);
	e = pg_done(cx, r);
	if (e != OK)
		return e;
	if (!PQsendDescribePrepared(r->c->db, s->name))
		return fail_conn(cx, r->c);
	e = pg_result(cx, r, true, &s->description);
	return e == OK ? pg_done(cx, r) : e;
}

/* Texts differ by limit and offset: past a number of them all are dropped. */
static void make_room(struct pg_conn *c)
{
	if (c->n_statements < STATEMENTS_MAX)
		return;
	forget_statements(c);
	if (!command(c, "deallocate all"))
		c->spoiled = true;
}

enum err pg_prepare(struct ctx *cx, struct pg_run *r, struct str sql,
    struct params ps, const struct pg_statement **ret)
{
	struct str text = pg_text(cx, r, sql);
	struct pg_statement *s = find_statement(r->c, text);

	if (s != NULL) {
		*ret = s;
		return OK;
	}
	make_room(r->c);
	s = calloc(1, sizeof(*s) + text.n + 1);
	REQUIRE(s != NULL);
	memcpy(s->sql, text.p, text.n);
	s->n_sql = text.n;
	(void)snprintf(s->name, sizeof(s->name), "p%u", r->c->n_made++);

	enum err e = describe_statement(cx, r, s, ps);
	if (e != OK) {
		PQclear(s->description);
		free(s);
		return e;
	}
	s->next = r->c->statements;
	r->c->statements = s;
	r->c->n_statements++;
	*ret = s;
	return OK;
}

static const char *value_text(
    struct ctx *cx, const struct pg_run *r, const struct cell *c)
{
	if (c->kind == CELL_NULL)
		return NULL;
	if (c->kind == CELL_BYTES)
		return str_cstr(
		    cx->arena, str_cat(cx->arena, STR("\\x"),
				   str_hex(cx->arena, c->s.p, c->s.n)));
	return str_cstr(cx->arena, pg_text(cx, r, c->s));
}

enum err pg_send(struct ctx *cx, struct pg_run *r, const struct pg_statement *s,
    struct params ps, const struct cell *params_v, const struct cell *values,
    size_t n_values)
{
	size_t n = ps.n + n_values;
	const char **v = ARENA_ARRAY(cx->arena, const char *, n + 1);

	for (size_t i = 0; i < ps.n; i++)
		v[i] = value_text(cx, r, &params_v[i]);
	for (size_t i = 0; i < n_values; i++)
		v[ps.n + i] = value_text(cx, r, &values[i]);
	if (!PQsendQueryPrepared(r->c->db, s->name, (int)n, v, NULL, NULL, 0) ||
	    !PQsetSingleRowMode(r->c->db))
		return fail_conn(cx, r->c);
	return OK;
}
