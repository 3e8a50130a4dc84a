/* The making of a view and its role, and the look at what the role can reach. */
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/time.h"
#include "source/pg.h"
#include "source/view_in.h"

#define SQL_BYTES (SOURCE_SQL_BYTES + SOURCE_COLUMNS * 1024)

struct making {
	struct ctx *cx;
	struct views *v;
	const struct view_order *order;
	struct str owner, quoted, view; /* pratu_ID, "pratu_ID", schema.view */
};

static enum err say(struct making *m, struct str sql)
{
	return view_run(m->cx, m->v, sql, 0, NULL, NULL);
}

/* The database and the schemas in which the reader's names are found. The
 * server's start tells one server from another. */
struct place {
	struct str path, database, started;
};

static enum err place_of_reader(
    struct ctx *cx, const struct source *reader, struct place *ret)
{
	struct pg_run *run = NULL;
	PGresult *r = NULL;
	enum err e = pg_take(cx, reader, &source_limits_officer, false, &run);

	if (e != OK)
		return e;
	e = pg_query(cx, run,
	    "select (select string_agg(pg_catalog.quote_ident(s), ', ')"
	    " from pg_catalog.unnest(pg_catalog.current_schemas(false)) s),"
	    " pg_catalog.current_database()::text, extract(epoch from"
	    " pg_catalog.pg_postmaster_start_time())::text",
	    0, NULL, &r);
	if (e == OK)
		*ret = (struct place){ .path = view_text(cx, r, 0, 0),
			.database = view_text(cx, r, 0, 1),
			.started = view_text(cx, r, 0, 2) };
	pg_give(run);
	return e;
}

static enum err check_place(struct making *m, const struct place *reader)
{
	PGresult *r = NULL;
	enum err e = view_run(m->cx, m->v,
	    STR("select current_database()::text, extract(epoch from"
		" pg_postmaster_start_time())::text"),
	    0, NULL, &r);

	if (e == OK && (!str_eq(view_text(m->cx, r, 0, 0), reader->database) ||
			   !str_eq(view_text(m->cx, r, 0, 1), reader->started)))
		e = fail(m->cx, ERR_CONFLICT, MSG_error_view_elsewhere);
	return e;
}

/* What stands for a column: its year, whole, whatever the reader's settings.
 * As the gate masks (fmt/mask): what is not a date gives NULL. */
static void put_column(
    struct making *m, struct buf *b, const struct column *c, Oid type)
{
	struct str name = view_ident(m->cx, m->v, c->name);

	if (!str_eq(c->mask, STR("year"))) {
		buf_fmt(b, "q.%.*s", STR_ARG(name));
		return;
	}
	switch (type) {
	case PG_DATE:
	case PG_TIMESTAMP:
		buf_fmt(b, "extract(year from q.%.*s)::integer", STR_ARG(name));
		break;
	case PG_TIMESTAMPTZ:
		buf_fmt(b,
		    "extract(year from q.%.*s at time zone"
		    " 'Asia/Bangkok')::integer",
		    STR_ARG(name));
		break;
	case PG_TEXT:
	case PG_VARCHAR:
	case PG_BPCHAR:
		buf_fmt(b,
		    "case when q.%.*s::text ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}'"
		    " then left(q.%.*s::text, 4)::integer end",
		    STR_ARG(name), STR_ARG(name));
		break;
	default:
		buf_str(b, STR("null::integer"));
	}
}

static enum err types_of(struct making *m, PGresult **ret)
{
	struct str sql = str_fmt(m->cx->arena,
	    "select * from (%.*s\n) q limit 0", STR_ARG(m->order->sql));
	enum err e = view_run(m->cx, m->v, sql, 0, NULL, ret);

	if (e == OK && (size_t)PQnfields(*ret) != m->order->columns.n)
		e = fail(m->cx, ERR_CONFLICT, MSG_error_source_drifted);
	return e;
}

/* Hidden behind security_barrier, so that no function of the reader's sees a row
 * before the query's own conditions have. */
static enum err create_view(struct making *m)
{
	struct buf b = buf_new(m->cx->arena, SQL_BYTES);
	struct columns cs = m->order->columns;
	PGresult *types = NULL;
	size_t n = 0;
	enum err e = types_of(m, &types);

	if (e != OK)
		return e;
	buf_fmt(&b, "create view %.*s with (security_barrier) as select ",
	    STR_ARG(m->view));
	for (size_t i = 0; i < cs.n; i++) {
		if (str_eq(cs.v[i].mask, STR("drop")))
			continue;
		if (n++ > 0)
			buf_str(&b, STR(", "));
		put_column(m, &b, &cs.v[i], PQftype(types, (int)i));
		buf_str(&b, STR(" as "));
		buf_str(&b, view_ident(m->cx, m->v, cs.v[i].name));
	}
	buf_fmt(&b, " from (%.*s\n) q", STR_ARG(m->order->sql));
	if (!buf_ok(&b))
		return fail(m->cx, ERR_CONFLICT, MSG_error_too_large);
	return say(m, buf_view(&b));
}

static enum err comment(struct making *m, const char *kind)
{
	struct str text = view_literal(m->cx, m->v,
	    str_fmt(m->cx->arena, VIEW_COMMENT "%.*s" VIEW_MARK "%.*s",
		STR_ARG(m->order->id), STR_ARG(m->v->mark)));

	return say(m, str_fmt(m->cx->arena, "comment on %s %.*s is %.*s", kind,
			  STR_ARG(m->quoted), STR_ARG(text)));
}

/* The maker is a member, so that it may end the role's sessions. */
static enum err create_role(struct making *m)
{
	struct arena *a = m->cx->arena;
	struct str until =
	    view_literal(m->cx, m->v, time_iso(a, m->order->until));
	enum err e = say(m,
	    str_fmt(a,
		"create role %.*s nologin nosuperuser nocreatedb nocreaterole"
		" noinherit noreplication nobypassrls connection limit 5"
		" valid until %.*s role current_user",
		STR_ARG(m->quoted), STR_ARG(until)));

	return e != OK ? e : comment(m, "role");
}

/* Of the role's settings these are for its comfort; it may change them. What
 * keeps it out is what it was not granted. */
static enum err grant(struct making *m)
{
	static const char *const formats[] = {
		"revoke all on schema %.*s from public",
		"alter role %.*s set default_transaction_read_only = on",
		"alter role %.*s set statement_timeout = '15min'",
		("alter role %.*s set idle_in_transaction_session_timeout ="
		 " '15min'"),
		"alter role %.*s set timezone = 'Asia/Bangkok'",
	};
	struct arena *a = m->cx->arena;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < COUNT(formats); i++) {
		struct str head, tail, text = str_of(formats[i]);

		REQUIRE(str_cut(text, '%', &head, &tail));
		e = say(m, str_cat(a, str_cat(a, head, m->quoted),
			       str_from(tail, strlen(".*s"))));
	}
	if (e == OK)
		e = say(m, str_fmt(a, "alter role %.*s set search_path = %.*s",
			       STR_ARG(m->quoted), STR_ARG(m->quoted)));
	if (e == OK)
		e = say(m, str_fmt(a, "revoke all on table %.*s from public",
			       STR_ARG(m->view)));
	if (e == OK)
		e = say(m, str_fmt(a, "grant usage on schema %.*s to %.*s",
			       STR_ARG(m->quoted), STR_ARG(m->quoted)));
	if (e == OK)
		e = say(m, str_fmt(a, "grant select on table %.*s to %.*s",
			       STR_ARG(m->view), STR_ARG(m->quoted)));
	return e;
}

static enum err make_all(struct making *m, const struct source *reader)
{
	struct arena *a = m->cx->arena;
	struct place place;
	enum err e = place_of_reader(m->cx, reader, &place);

	if (e == OK)
		e = check_place(m, &place);
	if (e == OK)
		e = create_role(m);
	if (e == OK)
		e = say(
		    m, str_fmt(a, "create schema %.*s", STR_ARG(m->quoted)));
	if (e == OK)
		e = comment(m, "schema");
	/* quote_ident of the server made it. */
	if (e == OK && place.path.n > 0)
		e = say(m, str_fmt(a, "set local search_path = %.*s",
			       STR_ARG(place.path)));
	if (e == OK)
		e = create_view(m);
	if (e == OK)
		e = say(m, STR("set local search_path = pg_catalog"));
	return e == OK ? grant(m) : e;
}

static struct making making_of(
    struct ctx *cx, struct views *v, const struct view_order *order)
{
	struct making m = { .cx = cx,
		.v = v,
		.order = order,
		.owner = view_owner(cx->arena, order->id) };

	m.quoted = view_ident(cx, v, m.owner);
	m.view = str_fmt(cx->arena, "%.*s.%.*s", STR_ARG(m.quoted),
	    STR_ARG(view_ident(cx, v, order->name)));
	return m;
}

enum err view_make(struct ctx *cx, struct views *v, const struct source *reader,
    const struct view_order *order)
{
	struct making m = making_of(cx, v, order);
	enum err e = view_begin(cx, v);

	return e != OK ? e : view_end(cx, v, make_all(&m, reader));
}

/* As the role, and as any role whose member it is: $1 the role, $2 the view.
 * Beside the view there must be nothing in a schema that may be used; of
 * pg_catalog, which shows everybody names and definitions but no rows, what
 * holds secrets or touches files. */
static const char reach[] =
    "with who as (select oid from pg_roles"
    " where pg_has_role($1, oid, 'member')),"
    " ns as (select n.oid, n.nspname from pg_namespace n"
    " where n.nspname <> 'pg_catalog' and n.nspname <> 'information_schema'"
    " and n.nspname !~ '^pg_(toast|temp_|toast_temp_)' and exists"
    " (select 1 from who w where has_schema_privilege(w.oid, n.oid, 'usage')))"
    " select what, remedy from ("
    " select format('%I.%I', ns.nspname, c.relname) as what,"
    " format('revoke all on %s %I.%I from public', case c.relkind"
    " when 'S' then 'sequence' else 'table' end, ns.nspname, c.relname)"
    " as remedy from ns join pg_class c on c.relnamespace = ns.oid"
    " where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')"
    " and not (ns.nspname = $1 and c.relname = $2)"
    " and exists (select 1 from who w where case c.relkind when 'S' then"
    " has_sequence_privilege(w.oid, c.oid, 'usage,select,update') else"
    " has_table_privilege(w.oid, c.oid, 'select,insert,update,delete,"
    "truncate,references,trigger') or has_any_column_privilege(w.oid, c.oid,"
    " 'select,insert,update,references') end)"
    " union all select p.oid::regprocedure::text,"
    " format('revoke execute on function %s from public',"
    " p.oid::regprocedure) from ns join pg_proc p on p.pronamespace = ns.oid"
    " where p.prosecdef and exists (select 1 from who w where"
    " has_function_privilege(w.oid, p.oid, 'execute'))"
    " union all select format('create in schema %I', n.nspname),"
    " format('revoke create on schema %I from public', n.nspname)"
    " from pg_namespace n where exists (select 1 from who w where"
    " has_schema_privilege(w.oid, n.oid, 'create'))"
    " union all select p || ' on database ' || quote_ident("
    "current_database()), format('revoke %s on database %I from public', p,"
    " current_database()) from unnest(array['create', 'temporary']) p"
    " where exists (select 1 from who w where"
    " has_database_privilege(w.oid, current_database(), p))"
    " union all select 'pg_catalog.' || c.relname,"
    " format('revoke all on table pg_catalog.%I from public', c.relname)"
    " from pg_class c where c.relnamespace = 'pg_catalog'::regnamespace"
    " and c.relname in ('pg_authid', 'pg_shadow', 'pg_statistic',"
    " 'pg_statistic_ext_data', 'pg_largeobject', 'pg_user_mapping',"
    " 'pg_hba_file_rules', 'pg_file_settings', 'pg_ident_file_mappings')"
    " and exists (select 1 from who w where"
    " has_any_column_privilege(w.oid, c.oid, 'select'))"
    " union all select p.oid::regprocedure::text,"
    " format('revoke execute on function %s from public',"
    " p.oid::regprocedure) from pg_proc p"
    " where p.pronamespace = 'pg_catalog'::regnamespace and p.proname in"
    " ('pg_read_file', 'pg_read_binary_file', 'pg_stat_file', 'pg_ls_dir',"
    " 'pg_ls_logdir', 'pg_ls_waldir', 'pg_ls_tmpdir', 'pg_file_write',"
    " 'lo_import', 'lo_export') and exists (select 1"
    " from who w where has_function_privilege(w.oid, p.oid, 'execute'))"
    " union all select 'large object ' || l.oid, format("
    "'revoke all on large object %s from public', l.oid)"
    " from pg_largeobject_metadata l where exists (select 1 from"
    " aclexplode(l.lomacl) x where x.grantee = 0)"
    ") t order by what collate \"C\" limit 20";

enum err view_look(struct ctx *cx, struct views *v, struct str id,
    struct str name, const struct view_reach **ret, size_t *ret_n)
{
	const char *const values[] = {
		str_cstr(cx->arena, view_owner(cx->arena, id)),
		str_cstr(cx->arena, name),
	};
	PGresult *r = NULL;
	enum err e = view_run(cx, v, str_of(reach), 2, values, &r);

	if (e != OK)
		return e;
	size_t n = (size_t)PQntuples(r);
	struct view_reach *out =
	    ARENA_ARRAY(cx->arena, struct view_reach, n + 1);
	for (size_t i = 0; i < n; i++)
		out[i] = (struct view_reach){
			.what = view_text(cx, r, (int)i, 0),
			.remedy = view_text(cx, r, (int)i, 1),
		};
	*ret = out;
	*ret_n = n;
	return OK;
}

enum err view_try(struct ctx *cx, struct views *v, const struct source *reader,
    const struct view_order *order, const struct view_reach **ret,
    size_t *ret_n)
{
	struct making m = making_of(cx, v, order);
	enum err e = view_begin(cx, v);

	if (e != OK)
		return e;
	e = make_all(&m, reader);
	if (e == OK)
		e = view_look(cx, v, order->id, order->name, ret, ret_n);
	if (e != OK)
		return view_end(cx, v, e);
	return view_run(cx, v, STR("rollback"), 0, NULL, NULL);
}
