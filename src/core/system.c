#include "base/str.h"
#include "core/line.h"
#include "core/people.h"
#include "sql/sql.h"

/* Names in characters. */
enum { MAX_NAME = 300, MAX_OFFICERS = 50 };

const char *const service_types[SERVICE_TYPES] = { "existing", "processing",
	"api", "database" };

static enum err check_unit_code(
    struct ctx *cx, const char *field, struct str *code)
{
	bool found;

	*code = code_checked(cx, field, *code);
	enum err e = unit_exists(cx, *code, &found);
	if (!e && !found)
		field_wrong(cx, str_of(field), MSG_error_unit_unknown, STR(""));
	return e;
}

static enum err check_office(struct ctx *cx, struct system *s)
{
	bool found;

	s->office = code_checked(cx, "office", s->office);
	enum err e = office_exists(cx, s->office, &found);
	if (!e && !found)
		field_wrong(
		    cx, STR("office"), MSG_error_office_unknown, STR(""));
	return e;
}

static void check_services(struct ctx *cx, const struct system *s)
{
	if (s->n_services > SERVICE_TYPES)
		field_wrong(cx, STR("services"), MSG_field_bad_choice, STR(""));
	for (size_t i = 0; i < s->n_services && i < SERVICE_TYPES; i++)
		if (kind_find(s->services[i], service_types, SERVICE_TYPES) < 0)
			field_wrong(
			    cx, STR("services"), MSG_field_bad_choice, STR(""));
}

static void officer_wrong(struct ctx *cx, struct str email)
{
	field_wrong(cx, STR("officers"), MSG_error_officer_unknown, email);
}

/* Finds the officers' ids. */
static enum err check_officers(
    struct ctx *cx, const struct system *s, int64_t *ids)
{
	const struct person *v;
	size_t n;
	enum err e =
	    person_list_role(cx, ROLE_officer, s->office, STR(""), &v, &n);

	if (e)
		return e;
	for (size_t i = 0; i < s->n_officers; i++) {
		struct str email = STR("");
		email_normal(cx->arena, s->officers[i].email, &email);
		for (size_t k = 0; k < n && !ids[i]; k++)
			if (str_eq(v[k].email, email))
				ids[i] = v[k].id;
		if (!ids[i])
			officer_wrong(cx, email);
	}
	return OK;
}

static enum err check_system(struct ctx *cx, struct system *s, int64_t *ids)
{
	s->code = code_checked(cx, "code", s->code);
	s->name_th = line_checked(cx, "name_th", s->name_th, MAX_NAME, true);
	s->name_en = line_checked(cx, "name_en", s->name_en, MAX_NAME, true);
	s->aliases = line_checked(cx, "aliases", s->aliases, MAX_NAME, false);
	check_services(cx, s);
	enum err e = check_office(cx, s);
	if (!e)
		e = check_unit_code(cx, "owner_unit", &s->owner_unit);
	if (!e)
		e = check_unit_code(cx, "division", &s->division);
	if (!e)
		e = check_officers(cx, s, ids);
	return e ? e : fields_end(cx);
}

static enum err put_services(struct ctx *cx, const struct system *s)
{
	enum err e =
	    sql_exec(cx, SQL("delete from system_service where system = $1"),
		VALS(val_str(s->code)), NULL);

	for (size_t i = 0; !e && i < s->n_services; i++)
		e = sql_exec(cx,
		    SQL("insert into system_service (system, service, flagged)"
			" values ($1, $2, $3) on conflict do nothing"),
		    VALS(val_str(s->code), val_str(s->services[i]),
			val_i64(s->flagged[i])),
		    NULL);
	return e;
}

static enum err put_officers(
    struct ctx *cx, struct str system, const int64_t *ids, size_t n)
{
	enum err e =
	    sql_exec(cx, SQL("delete from system_officer where system = $1"),
		VALS(val_str(system)), NULL);

	for (size_t i = 0; !e && i < n; i++)
		e = sql_exec(cx,
		    SQL("insert into system_officer (system, person)"
			" values ($1, $2) on conflict do nothing"),
		    VALS(val_str(system), val_i64(ids[i])), NULL);
	return e;
}

bool system_unassigned(const struct system *s)
{
	return s->active && s->n_officers == 0;
}

enum err system_put(struct ctx *cx, const struct system *input)
{
	struct system s = *input;
	int64_t ids[MAX_OFFICERS] = { 0 };

	if (s.n_officers > MAX_OFFICERS) {
		field_wrong(cx, STR("officers"), MSG_field_too_long, STR("50"));
		return fields_end(cx);
	}
	enum err e = check_system(cx, &s, ids);
	if (e)
		return e;
	e = sql_exec(cx,
	    SQL("insert into system (code, name_th, name_en, aliases, office,"
		" owner_unit, division, position, active)"
		" values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
		" on conflict (code) do update set name_th = excluded.name_th,"
		" name_en = excluded.name_en, aliases = excluded.aliases,"
		" office = excluded.office, owner_unit = excluded.owner_unit,"
		" division = excluded.division, position = excluded.position,"
		" active = excluded.active"),
	    VALS(val_str(s.code), val_str(s.name_th), val_str(s.name_en),
		val_str(s.aliases), val_str(s.office), val_str(s.owner_unit),
		val_str(s.division), val_i64(s.position), val_i64(s.active)),
	    NULL);
	if (!e)
		e = put_services(cx, &s);
	return e ? e : put_officers(cx, s.code, ids, s.n_officers);
}

static struct system system_of(struct row row)
{
	return (struct system){
		.code = row_str(row, "code"),
		.name_th = row_str(row, "name_th"),
		.name_en = row_str(row, "name_en"),
		.aliases = row_str(row, "aliases"),
		.office = row_str(row, "office"),
		.owner_unit = row_str(row, "owner_unit"),
		.division = row_str(row, "division"),
		.position = row_i64(row, "position"),
		.active = row_flag(row, "active"),
	};
}

static void add_services(
    struct ctx *cx, struct system *s, const struct rows *rows)
{
	struct str *services = ARENA_ARRAY(cx->arena, struct str, rows->n);
	bool *flagged = ARENA_ARRAY(cx->arena, bool, rows->n);

	for (size_t i = 0; i < rows->n; i++)
		if (str_eq(row_str(rows->row[i], "system"), s->code)) {
			services[s->n_services] =
			    row_str(rows->row[i], "service");
			flagged[s->n_services++] =
			    row_flag(rows->row[i], "flagged");
		}
	s->services = services;
	s->flagged = flagged;
}

static bool is_officer(const struct rows *pairs, struct str system, int64_t id)
{
	for (size_t i = 0; i < pairs->n; i++)
		if (row_i64(pairs->row[i], "person") == id &&
		    str_eq(row_str(pairs->row[i], "system"), system))
			return true;
	return false;
}

/* The officers of one office, for the systems that follow one another. */
struct staff {
	struct str office;
	const struct person *v;
	size_t n;
};

/* Officers who have left the office or were disabled are none. */
static enum err add_officers(struct ctx *cx, struct system *s,
    const struct rows *pairs, struct staff *staff)
{
	if (!staff->v || !str_eq(staff->office, s->office)) {
		staff->office = s->office;
		enum err e = person_list_role(
		    cx, ROLE_officer, s->office, STR(""), &staff->v, &staff->n);
		if (e)
			return e;
	}
	struct person *officers =
	    ARENA_ARRAY(cx->arena, struct person, staff->n);
	for (size_t i = 0; i < staff->n; i++)
		if (is_officer(pairs, s->code, staff->v[i].id))
			officers[s->n_officers++] = staff->v[i];
	s->officers = officers;
	return OK;
}

static enum err complete(struct ctx *cx, struct system *v, size_t n)
{
	struct staff staff = { .v = NULL };
	struct rows services, pairs;
	enum err e = sql_all(cx,
	    SQL_SCAN("select system, service, flagged from system_service"
		     " order by system, service"),
	    NO_VALS, &services);

	if (e)
		return e;
	e = sql_all(cx, SQL_SCAN("select system, person from system_officer"),
	    NO_VALS, &pairs);
	for (size_t i = 0; !e && i < n; i++) {
		add_services(cx, &v[i], &services);
		e = add_officers(cx, &v[i], &pairs, &staff);
	}
	return e;
}

/* An installation has some ten systems: they are read as a whole. */
enum err system_list(
    struct ctx *cx, struct str office, const struct system **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL_SCAN("select code, name_th, name_en, aliases, office,"
		     " owner_unit, division, position, active from system"
		     " where $1 = '' or office = $1 order by position, code"),
	    VALS(val_str(office)), &rows);

	if (e)
		return e;
	struct system *v = ARENA_ARRAY(cx->arena, struct system, rows.n);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = system_of(rows.row[i]);
	e = complete(cx, v, rows.n);
	if (e)
		return e;
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

const struct system *system_find(
    const struct system *v, size_t n, struct str code)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i].code, code))
			return &v[i];
	return NULL;
}
