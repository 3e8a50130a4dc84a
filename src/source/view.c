#include "source/view.h"

#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "source/pg.h"
#include "source/view_in.h"

static void no_notices(void *arg, const PGresult *r)
{
	(void)arg;
	(void)r;
}

static void close_views(void *arg)
{
	struct views *v = arg;

	PQfinish(v->db);
}

static void clear_result(void *arg)
{
	PQclear(arg);
}

static enum err fail_down(struct ctx *cx, const struct views *v)
{
	struct str why =
	    str_dup(cx->arena, str_trim(str_of(PQerrorMessage(v->db))));
	enum err e = fail(cx, ERR_BUSY, MSG_error_source_down);

	cx->fault.detail = why;
	return e;
}

/* Its words are for officers and administrators; DETAIL may quote values. */
static enum err fail_said(
    struct ctx *cx, const struct views *v, const PGresult *r)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *said = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);

	/* 57: an administrator or a limit ended it; 55P03: no lock in time. */
	if (state == NULL || said == NULL || strncmp(state, "57", 2) == 0 ||
	    strcmp(state, "55P03") == 0)
		return fail_down(cx, v);
	struct str words = str_fmt(cx->arena, "%s (%s)", said, state);
	enum err e = fail1(cx, ERR_CONFLICT, MSG_error_view_refused, words);
	cx->fault.detail = words;
	return e;
}

enum err view_run(struct ctx *cx, struct views *v, struct str sql, int n,
    const char *const *values, PGresult **ret)
{
	PGresult *r = PQexecParams(
	    v->db, str_cstr(cx->arena, sql), n, NULL, values, NULL, NULL, 0);
	ExecStatusType status = PQresultStatus(r);

	arena_defer(cx->arena, clear_result, r);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		return fail_said(cx, v, r);
	if (ret != NULL)
		*ret = r;
	return OK;
}

struct str view_text(struct ctx *cx, const PGresult *r, int row, int column)
{
	return str_dup(cx->arena, str_of(PQgetvalue(r, row, column)));
}

static struct str kept(struct ctx *cx, char *quoted)
{
	REQUIRE(quoted != NULL);
	struct str s = str_dup(cx->arena, str_of(quoted));
	PQfreemem(quoted);
	return s;
}

struct str view_ident(struct ctx *cx, struct views *v, struct str s)
{
	return kept(cx, PQescapeIdentifier(v->db, s.p, s.n));
}

struct str view_literal(struct ctx *cx, struct views *v, struct str s)
{
	return kept(cx, PQescapeLiteral(v->db, s.p ? s.p : "", s.n));
}

struct str view_owner(struct arena *a, struct str id)
{
	REQUIRE(id.n > 0 && id.n <= 40);
	for (size_t i = 0; i < id.n; i++)
		REQUIRE((id.p[i] >= 'a' && id.p[i] <= 'z') ||
			(id.p[i] >= '0' && id.p[i] <= '9'));
	return str_cat(a, STR("pratu_"), id);
}

enum err view_begin(struct ctx *cx, struct views *v)
{
	return view_run(cx, v, STR("begin"), 0, NULL, NULL);
}

enum err view_end(struct ctx *cx, struct views *v, enum err e)
{
	struct fault before = cx->fault;

	if (e == OK)
		return view_run(cx, v, STR("commit"), 0, NULL, NULL);
	if (view_run(cx, v, STR("rollback"), 0, NULL, NULL) != OK)
		PQreset(v->db);
	cx->fault = before;
	return e;
}

enum err views_open(struct ctx *cx, const struct source *maker, struct str mark,
    struct views **ret)
{
	static const char settings[] =
	    "set statement_timeout = '10s'; set lock_timeout = '5s';"
	    " set client_min_messages = error; set datestyle = 'ISO, YMD';"
	    " set timezone = 'UTC'; set standard_conforming_strings = on;"
	    " set search_path = pg_catalog";
	struct views *v = ARENA_NEW(cx->arena, struct views);

	v->mark = mark;
	v->db = pg_dial(maker, cx->arena);
	REQUIRE(v->db != NULL);
	arena_defer(cx->arena, close_views, v);
	if (PQstatus(v->db) != CONNECTION_OK)
		return fail_down(cx, v);
	PQsetNoticeReceiver(v->db, no_notices, NULL);
	PGresult *r = PQexec(v->db, settings);
	bool good = PQresultStatus(r) == PGRES_COMMAND_OK;
	PQclear(r);
	if (!good)
		return fail_down(cx, v);
	*ret = v;
	return OK;
}

enum err views_lock(struct ctx *cx, struct views *v)
{
	PGresult *r = NULL;
	enum err e = view_run(cx, v,
	    STR("select pg_try_advisory_lock(hashtextextended($1, 0))"), 1,
	    (const char *const[]){ str_cstr(cx->arena, v->mark) }, &r);

	if (e == OK && PQgetvalue(r, 0, 0)[0] != 't')
		e = fail_detail(cx, ERR_BUSY, "another gate is at work there");
	return e;
}

struct views_address views_address(struct ctx *cx, const struct views *v)
{
	return (struct views_address){
		.host = str_dup(cx->arena, str_of(PQhost(v->db))),
		.port = str_dup(cx->arena, str_of(PQport(v->db))),
		.database = str_dup(cx->arena, str_of(PQdb(v->db))),
	};
}

enum { AT_ID, AT_ROLE, AT_SCHEMA, AT_VIEW, AT_LOGIN, AT_UNTIL, AT_SESSIONS };

static bool is_true(const PGresult *r, int row, int column)
{
	return PQgetvalue(r, row, column)[0] == 't';
}

static int64_t number(const PGresult *r, int row, int column)
{
	int64_t n = 0;

	return str_i64(str_of(PQgetvalue(r, row, column)), &n) ? n : 0;
}

enum err views_list(struct ctx *cx, struct views *v,
    const struct view_standing **ret, size_t *ret_n)
{
	static const char sql[] =
	    "with r as (select substr(rolname, 7) as id, rolname, rolcanlogin,"
	    " rolvaliduntil from pg_roles where rolname like 'pratu\\_%'"
	    " and shobj_description(oid, 'pg_authid') = '" VIEW_COMMENT
	    "' || substr(rolname, 7) || '" VIEW_MARK "' || $1),"
	    " s as (select substr(nspname, 7) as id, exists (select 1"
	    " from pg_class c where c.relnamespace = n.oid"
	    " and c.relkind = 'v') as has_view"
	    " from pg_namespace n where nspname like 'pratu\\_%'"
	    " and obj_description(oid, 'pg_namespace') = '" VIEW_COMMENT
	    "' || substr(nspname, 7) || '" VIEW_MARK "' || $1)"
	    " select coalesce(r.id, s.id), r.id is not null,"
	    " s.id is not null, coalesce(s.has_view, false),"
	    " coalesce(rolcanlogin, false),"
	    " case when isfinite(rolvaliduntil) then"
	    " (extract(epoch from rolvaliduntil) * 1000)::bigint else 0 end,"
	    " (select count(*) from pg_stat_activity a"
	    " where a.usename = r.rolname)"
	    " from r full join s on s.id = r.id order by 1";
	PGresult *r = NULL;
	enum err e = view_run(cx, v, str_of(sql), 1,
	    (const char *const[]){ str_cstr(cx->arena, v->mark) }, &r);

	if (e != OK)
		return e;
	size_t n = (size_t)PQntuples(r);
	struct view_standing *out =
	    ARENA_ARRAY(cx->arena, struct view_standing, n + 1);
	for (size_t i = 0; i < n; i++)
		out[i] = (struct view_standing){
			.id = view_text(cx, r, (int)i, AT_ID),
			.role = is_true(r, (int)i, AT_ROLE),
			.schema = is_true(r, (int)i, AT_SCHEMA),
			.view = is_true(r, (int)i, AT_VIEW),
			.login = is_true(r, (int)i, AT_LOGIN),
			.until = number(r, (int)i, AT_UNTIL),
			.sessions = number(r, (int)i, AT_SESSIONS),
		};
	*ret = out;
	*ret_n = n;
	return OK;
}

static enum err alter(
    struct ctx *cx, struct views *v, struct str id, struct str how)
{
	struct str role = view_ident(cx, v, view_owner(cx->arena, id));

	return view_run(cx, v,
	    str_fmt(
		cx->arena, "alter role %.*s %.*s", STR_ARG(role), STR_ARG(how)),
	    0, NULL, NULL);
}

/* Committed first: who signs in after it is refused, who was before is ended. */
static enum err end_sessions(struct ctx *cx, struct views *v, struct str id)
{
	return view_run(cx, v,
	    STR("select pg_terminate_backend(pid) from pg_stat_activity"
		" where usename = $1"),
	    1,
	    (const char *const[]){
		str_cstr(cx->arena, view_owner(cx->arena, id)) },
	    NULL);
}

enum err view_allow(struct ctx *cx, struct views *v, struct str id)
{
	return alter(cx, v, id, STR("login"));
}

enum err view_shut(struct ctx *cx, struct views *v, struct str id)
{
	enum err e = alter(cx, v, id, STR("nologin"));

	return e != OK ? e : end_sessions(cx, v, id);
}

enum err view_until(
    struct ctx *cx, struct views *v, struct str id, int64_t until)
{
	struct str day = view_literal(cx, v, time_iso(cx->arena, until));

	return alter(
	    cx, v, id, str_fmt(cx->arena, "valid until %.*s", STR_ARG(day)));
}

static enum err drop_views(
    struct ctx *cx, struct views *v, struct str owner, struct str schema)
{
	PGresult *r = NULL;
	enum err e = view_run(cx, v,
	    STR("select c.relname from pg_class c join pg_namespace n"
		" on n.oid = c.relnamespace where n.nspname = $1"
		" and c.relkind = 'v' and c.relowner = current_user::regrole"),
	    1, (const char *const[]){ str_cstr(cx->arena, owner) }, &r);

	for (int i = 0; e == OK && i < PQntuples(r); i++) {
		struct str name = view_ident(cx, v, view_text(cx, r, i, 0));

		e = view_run(cx, v,
		    str_fmt(cx->arena, "drop view %.*s.%.*s", STR_ARG(schema),
			STR_ARG(name)),
		    0, NULL, NULL);
	}
	return e;
}

/* What the role itself has made here, such as large objects, goes with it. */
static enum err drop_all(
    struct ctx *cx, struct views *v, const struct view_standing *s)
{
	struct str owner = view_owner(cx->arena, s->id);
	struct str quoted = view_ident(cx, v, owner);
	enum err e = OK;

	if (s->schema)
		e = drop_views(cx, v, owner, quoted);
	if (e == OK && s->schema)
		e = view_run(cx, v,
		    str_fmt(cx->arena, "drop schema %.*s", STR_ARG(quoted)), 0,
		    NULL, NULL);
	if (e == OK && s->role)
		e = view_run(cx, v,
		    str_fmt(cx->arena, "drop owned by %.*s", STR_ARG(quoted)),
		    0, NULL, NULL);
	if (e == OK && s->role)
		e = view_run(cx, v,
		    str_fmt(cx->arena, "drop role %.*s", STR_ARG(quoted)), 0,
		    NULL, NULL);
	return e;
}

enum err view_drop(
    struct ctx *cx, struct views *v, const struct view_standing *s)
{
	enum err e = s->role ? view_shut(cx, v, s->id) : OK;

	if (e == OK)
		e = view_begin(cx, v);
	if (e != OK)
		return e;
	return view_end(cx, v, drop_all(cx, v, s));
}

static enum err is_ours(struct ctx *cx, struct views *v, struct str id)
{
	const struct view_standing *all;
	size_t n;
	enum err e = views_list(cx, v, &all, &n);

	for (size_t i = 0; e == OK && i < n; i++)
		if (str_eq(all[i].id, id) && all[i].role)
			return OK;
	return e != OK ? e : fail(cx, ERR_NOT_FOUND, MSG_error_view_not_there);
}

enum err view_password(
    struct ctx *cx, struct views *v, struct str id, struct str secret)
{
	struct str role = view_owner(cx->arena, id), how = STR("password null");
	enum err e = is_ours(cx, v, id);

	if (e != OK)
		return e;
	if (secret.n > 0) {
		char *verifier =
		    PQencryptPasswordConn(v->db, str_cstr(cx->arena, secret),
			str_cstr(cx->arena, role), "scram-sha-256");
		if (verifier == NULL)
			return fail_down(cx, v);
		struct str text = kept(cx, verifier);
		how = str_fmt(cx->arena, "password %.*s",
		    STR_ARG(view_literal(cx, v, text)));
	}
	e = alter(cx, v, id, how);
	return e != OK ? e : end_sessions(cx, v, id);
}
