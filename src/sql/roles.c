#include "sql/roles.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "sql/pg.h"

struct admin {
	struct ctx *cx;
	PGconn *conn;
	const char *db; /* quoted */
};

struct role {
	struct str name;
	struct str password;
	const char *quoted;
};

static enum err fail_pg(struct admin *ad, const PGresult *r, const char *what)
{
	const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
	const char *why =
	    r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;

	if (!state)
		return fail_detail(ad->cx, ERR_BUSY, "roles: %.*s",
		    STR_ARG(str_trim(str_of(PQerrorMessage(ad->conn)))));
	return fail_detail(ad->cx, ERR_BROKEN, "roles: %s: %s: %s", what, state,
	    why ? why : "");
}

/* Runs one statement made of `format`, in which each %s is one of `parts`. */
static enum err run(struct admin *ad, const char *format,
    const char *const *parts, size_t n_parts)
{
	struct buf text = buf_new(ad->cx->arena, 4096);
	struct str rest = str_of(format);
	size_t used = 0;

	while (rest.n) {
		if (str_take(&rest, STR("%s"))) {
			REQUIRE(used < n_parts);
			buf_str(&text, str_of(parts[used++]));
		} else {
			buf_char(&text, rest.p[0]);
			rest = str_from(rest, 1);
		}
	}
	REQUIRE(used == n_parts && buf_ok(&text));
	PGresult *r =
	    PQexecParams(ad->conn, str_cstr(ad->cx->arena, buf_view(&text)), 0,
		NULL, NULL, NULL, NULL, 0);
	ExecStatusType status = PQresultStatus(r);
	enum err e = OK;
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		e = fail_pg(ad, r, format);
	PQclear(r);
	return e;
}

#define RUN(ad, format, ...)                                  \
	run(ad, format, (const char *const[]){ __VA_ARGS__ }, \
	    COUNT(((const char *const[]){ __VA_ARGS__ })))

/* Name or verifier; the copy goes with the arena. */
static const char *quoted(struct admin *ad, struct str s, bool is_name)
{
	char *q = is_name ? PQescapeIdentifier(ad->conn, s.p, s.n)
	                  : PQescapeLiteral(ad->conn, s.p, s.n);
	REQUIRE(q);
	const char *copy = str_cstr(ad->cx->arena, str_of(q));
	PQfreemem(q);
	return copy;
}

/* The first column of the first row, "" when there is none. */
static enum err ask(
    struct admin *ad, const char *text, struct str arg, struct str *ret)
{
	const char *const values[] = { str_cstr(ad->cx->arena, arg) };
	PGresult *r =
	    PQexecParams(ad->conn, text, 1, NULL, values, NULL, NULL, 0);
	enum err e = OK;

	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		e = fail_pg(ad, r, text);
	else
		*ret = PQntuples(r)
		           ? str_dup(ad->cx->arena, str_of(PQgetvalue(r, 0, 0)))
		           : (struct str){ 0 };
	PQclear(r);
	return e;
}

static enum err set_password(struct admin *ad, const struct role *role)
{
	char *verifier = PQencryptPasswordConn(ad->conn,
	    str_cstr(ad->cx->arena, role->password),
	    str_cstr(ad->cx->arena, role->name), "scram-sha-256");

	if (!verifier)
		return fail_pg(ad, NULL, "verifier");
	const char *literal = quoted(ad, str_of(verifier), false);
	PQfreemem(verifier);
	return RUN(
	    ad, "alter role %s login password %s", role->quoted, literal);
}

static enum err make_role(struct admin *ad, const struct role *role)
{
	struct str rights = { 0 };

	enum err e = ask(ad,
	    "select case when rolsuper or rolcreaterole or rolcreatedb"
	    " or rolreplication or rolbypassrls or exists (select 1"
	    " from pg_auth_members m where m.member = r.oid)"
	    " then 'much' else 'few' end from pg_roles r where rolname = $1",
	    role->name, &rights);
	if (e)
		return e;
	if (str_eq(rights, STR("much")))
		return fail_detail(ad->cx, ERR_CONFLICT,
		    "roles: %.*s exists and may do too much",
		    STR_ARG(role->name));
	if (rights.n == 0 && role->password.n == 0)
		return fail_detail(ad->cx, ERR_INVALID,
		    "roles: no password for the new role %.*s",
		    STR_ARG(role->name));
	if (rights.n == 0)
		e = RUN(ad, "create role %s login", role->quoted);
	if (!e && role->password.n)
		e = set_password(ad, role);
	if (!e)
		e = RUN(ad, "grant connect on database %s to %s", ad->db,
		    role->quoted);
	return e;
}

static enum err make_schema(
    struct admin *ad, const char *schema, const struct role *owner)
{
	struct str is = { 0 };

	enum err e = RUN(ad, "create schema if not exists %s authorization %s",
	    schema, owner->quoted);
	if (!e)
		e = ask(ad,
		    "select pg_get_userbyid(nspowner) from pg_namespace"
		    " where nspname = $1",
		    str_of(schema), &is);
	if (e)
		return e;
	if (!str_eq(is, owner->name))
		return fail_detail(ad->cx, ERR_CONFLICT,
		    "roles: the schema %s belongs to %.*s", schema,
		    STR_ARG(is));
	return RUN(ad, "revoke all on schema %s from public", schema);
}

/* Rights of the gate: rows of shared, nothing of people. */
static enum err grant_gate(
    struct admin *ad, const struct role *people, const struct role *gate)
{
	static const struct {
		const char *format;
		bool both; /* people's role, then the gate's */
	} grants[] = {
		{ "revoke all on schema people from %s", false },
		{ "revoke all on all tables in schema people from public, %s",
		    false },
		{ "revoke all on all tables in schema shared from public, %s",
		    false },
		{ "grant usage on schema shared to %s", false },
		{ "grant select, insert, update, delete"
		  " on all tables in schema shared to %s",
		    false },
		{ "alter default privileges for role %s in schema shared"
		  " grant select, insert, update, delete on tables to %s",
		    true },
	};

	for (size_t i = 0; i < COUNT(grants); i++) {
		enum err e = grants[i].both
		                 ? RUN(ad, grants[i].format, people->quoted,
				       gate->quoted)
		                 : RUN(ad, grants[i].format, gate->quoted);
		if (e)
			return e;
	}
	return OK;
}

/* Who is no superuser must be a member of a role to give what is its own. */
static enum err make_all(
    struct admin *ad, const struct role *people, const struct role *gate)
{
	struct str super = { 0 };

	enum err e = ask(ad,
	    "select rolsuper::text from pg_roles where rolname = current_user"
	    " and $1 = ''",
	    STR(""), &super);
	if (!e)
		e = make_role(ad, people);
	if (!e)
		e = make_role(ad, gate);
	bool member = str_eq(super, STR("true"));
	if (!e && !member)
		e = RUN(ad, "grant %s to current_user", people->quoted);
	if (!e)
		e = make_schema(ad, "people", people);
	if (!e)
		e = make_schema(ad, "shared", people);
	if (!e)
		e = grant_gate(ad, people, gate);
	if (!e && !member)
		e = RUN(ad, "revoke %s from current_user", people->quoted);
	return e;
}

static enum err create(
    struct admin *ad, const struct pg_roles *given, struct pg_role_names *ret)
{
	struct arena *a = ad->cx->arena;
	struct str db = str_of(PQdb(ad->conn));

	if (!name_is_plain(db))
		return fail_detail(ad->cx, ERR_INVALID,
		    "roles: the database's name must be [a-z0-9_]{1,40}");
	struct role people = {
		.name = str_fmt(a, "pratu_%.*s_people", STR_ARG(db)),
		.password = str_trim(given->people_password),
	};
	struct role gate = {
		.name = str_fmt(a, "pratu_%.*s_gate", STR_ARG(db)),
		.password = str_trim(given->gate_password),
	};
	ad->db = quoted(ad, db, true);
	people.quoted = quoted(ad, people.name, true);
	gate.quoted = quoted(ad, gate.name, true);

	/* Two that set up at once wait for each other. */
	enum err e = run(ad, "begin", NULL, 0);
	if (!e)
		e = run(
		    ad, "select pg_advisory_xact_lock(1347572821)", NULL, 0);
	if (!e)
		e = make_all(ad, &people, &gate);
	if (!e)
		e = run(ad, "commit", NULL, 0);
	if (e)
		return e; /* closing rolls back */
	*ret =
	    (struct pg_role_names){ .people = people.name, .gate = gate.name };
	return OK;
}

enum err store_pg_create(struct ctx *cx, struct str admin_dsn,
    struct str secret, const struct pg_roles *given, struct pg_role_names *ret)
{
	struct target t = { .dsn = str_cstr(cx->arena, admin_dsn) };
	struct admin ad = { .cx = cx };

	secret = str_trim(secret);
	if (secret.n)
		t.secret = str_cstr(cx->arena, secret);
	enum err e = pg_connect(cx, &t, &ad.conn);
	if (e)
		return e;
	if (PQstatus(ad.conn) != CONNECTION_OK)
		e = fail_pg(&ad, NULL, "connect");
	else
		e = create(&ad, given, ret);
	PQfinish(ad.conn);
	return e;
}
