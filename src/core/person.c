#include <string.h>

#include "base/str.h"
#include "base/thai.h"
#include "core/line.h"
#include "core/password.h"
#include "core/people.h"
#include "core/setting.h"
#include "sql/sql.h"

/* In characters, except for e-mails (RFC 5321 4.5.3.1: 254 bytes, 64 before
 * the '@'). */
enum {
	MAX_NAME = 200,
	MAX_PHONE = 100,
	MAX_EMAIL = 254,
	MAX_LOCAL_PART = 64,
	MAX_ROLES = 50
};

static bool email_char(char c)
{
	static const char specials[] = "!#$%&'*+-/=?^_`{|}~.";

	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (c && strchr(specials, c));
}

static bool host_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '.';
}

static bool all_chars(struct str s, bool (*good)(char))
{
	for (size_t i = 0; i < s.n; i++)
		if (!good(s.p[i]))
			return false;
	return s.n > 0;
}

/* Parts between dots, none of them empty. */
static bool dots_apart(struct str s)
{
	return !str_starts(s, STR(".")) && !str_ends(s, STR(".")) &&
	       !str_has(s, STR(".."));
}

bool email_normal(struct arena *a, struct str s, struct str *ret)
{
	struct str local, host;

	s = str_trim(s);
	if (s.n > MAX_EMAIL)
		return false;
	s = str_lower(a, s);
	if (!str_cut(s, '@', &local, &host) || local.n > MAX_LOCAL_PART)
		return false;
	if (!all_chars(local, email_char) || !dots_apart(local))
		return false;
	if (!all_chars(host, host_char) || !dots_apart(host) ||
	    !str_has(host, STR(".")))
		return false;
	*ret = s;
	return true;
}

bool person_holds(
    const struct person *p, enum role role, struct str office, struct str unit)
{
	for (size_t i = 0; i < p->n_roles; i++) {
		const struct held_role *r = &p->roles[i];
		if (r->role == role &&
		    (office.n == 0 || str_eq(r->office, office)) &&
		    (unit.n == 0 || str_eq(r->unit, unit)))
			return true;
	}
	return false;
}

bool person_signs(const struct person *p, struct str unit)
{
	for (size_t i = 0; i < p->n_roles; i++) {
		const struct held_role *r = &p->roles[i];
		if (r->role == ROLE_owner && !r->clerk &&
		    (unit.n == 0 || str_eq(r->unit, unit)))
			return true;
	}
	return false;
}

bool person_in_office(const struct person *p, struct str office)
{
	for (size_t i = 0; i < p->n_roles; i++)
		if (p->roles[i].office.n && str_eq(p->roles[i].office, office))
			return true;
	return false;
}

#define PERSON_COLUMNS                                                    \
	"p.id, p.email, p.name, p.name_en, p.phone, p.position, p.unit, " \
	"p.lang, p.active"
#define ROLE_COLUMNS "r.person, r.role, r.office, r.unit, r.clerk"

static struct person person_of(struct row row)
{
	struct person p = {
		.id = row_i64(row, "id"),
		.email = row_str(row, "email"),
		.name = row_str(row, "name"),
		.name_en = row_str(row, "name_en"),
		.phone = row_str(row, "phone"),
		.position = row_str(row, "position"),
		.unit = row_str(row, "unit"),
		.active = row_flag(row, "active"),
	};

	if (!lang_parse(row_str(row, "lang"), &p.lang))
		p.lang = LANG_TH;
	return p;
}

static enum err held_of(struct ctx *cx, struct row row, struct held_role *ret)
{
	size_t role = row_enum(row, "role", role_names, ROLES);

	if (role == ROLES)
		return fail_detail(cx, ERR_BROKEN,
		    "person_role: unknown role %.*s",
		    STR_ARG(row_str(row, "role")));
	*ret = (struct held_role){
		.role = (enum role)role,
		.office = row_str(row, "office"),
		.unit = row_str(row, "unit"),
		.clerk = row_flag(row, "clerk"),
	};
	return OK;
}

/* Puts persons and their roles together: both come in the same order, each
 * person once. */
static enum err persons_of(struct ctx *cx, const struct rows *people,
    const struct rows *roles, const struct person **ret, size_t *ret_n)
{
	struct person *v = ARENA_ARRAY(cx->arena, struct person, people->n);
	struct held_role *held =
	    ARENA_ARRAY(cx->arena, struct held_role, roles->n);
	size_t k = 0;

	for (size_t i = 0; i < people->n; i++) {
		v[i] = person_of(people->row[i]);
		v[i].roles = held + k;
		while (k < roles->n &&
		       row_i64(roles->row[k], "person") == v[i].id) {
			enum err e = held_of(cx, roles->row[k], &held[k]);
			if (e)
				return e;
			k++;
			v[i].n_roles++;
		}
	}
	/* Somebody was added between the two questions. */
	if (k != roles->n)
		return fail_detail(cx, ERR_BUSY, "persons have changed");
	*ret = v;
	*ret_n = people->n;
	return OK;
}

static enum err person_unknown(struct ctx *cx, struct str who)
{
	return fail1(cx, ERR_NOT_FOUND, MSG_error_person_unknown, who);
}

static enum err person_from(struct ctx *cx, struct row row, struct person *ret)
{
	struct person p = person_of(row);
	struct rows roles;
	enum err e = sql_all(cx,
	    SQL("select " ROLE_COLUMNS " from person_role r where r.person = $1"
		" order by r.role, r.office, r.unit"),
	    VALS(val_i64(p.id)), &roles);

	if (e)
		return e;
	struct held_role *held =
	    ARENA_ARRAY(cx->arena, struct held_role, roles.n);
	for (size_t i = 0; i < roles.n; i++) {
		e = held_of(cx, roles.row[i], &held[i]);
		if (e)
			return e;
	}
	p.roles = held;
	p.n_roles = roles.n;
	*ret = p;
	return OK;
}

enum err person_get(struct ctx *cx, int64_t id, struct person *ret)
{
	struct row row;
	bool found;
	enum err e = sql_find(cx,
	    SQL("select " PERSON_COLUMNS " from person p where p.id = $1"),
	    VALS(val_i64(id)), &row, &found);

	if (e)
		return e;
	if (!found)
		return person_unknown(
		    cx, str_fmt(cx->arena, "%lld", (long long)id));
	return person_from(cx, row, ret);
}

enum err person_by_email(struct ctx *cx, struct str email, struct person *ret)
{
	struct row row;
	struct str key;
	bool found;

	if (!email_normal(cx->arena, email, &key))
		return person_unknown(cx, STR(""));
	enum err e = sql_find(cx,
	    SQL("select " PERSON_COLUMNS " from person p where p.email = $1"),
	    VALS(val_str(key)), &row, &found);
	if (e)
		return e;
	if (!found)
		return person_unknown(cx, key);
	return person_from(cx, row, ret);
}

enum err person_list_role(struct ctx *cx, enum role role, struct str office,
    struct str unit, const struct person **ret, size_t *ret_n)
{
	struct rows people, roles;
	struct vals vals = VALS(
	    val_str(str_of(role_names[role])), val_str(office), val_str(unit));
	enum err e = sql_all(cx,
	    SQL("select " PERSON_COLUMNS " from person p where p.active = 1"
		" and p.id in (select h.person from person_role h"
		"  where h.role = $1 and ($2 = '' or h.office = $2)"
		"  and ($3 = '' or h.unit = $3)) order by p.order_key, p.id"),
	    vals, &people);

	if (e)
		return e;
	e = sql_all(cx,
	    SQL("select " ROLE_COLUMNS " from person p"
		" join person_role r on r.person = p.id where p.active = 1"
		" and p.id in (select h.person from person_role h"
		"  where h.role = $1 and ($2 = '' or h.office = $2)"
		"  and ($3 = '' or h.unit = $3))"
		" order by p.order_key, p.id, r.role, r.office, r.unit"),
	    vals, &roles);
	if (e)
		return e;
	return persons_of(cx, &people, &roles, ret, ret_n);
}

/* Both statements want every person. */
enum err person_list(struct ctx *cx, const struct person **ret, size_t *ret_n)
{
	struct rows people, roles;
	enum err e = sql_all(cx,
	    SQL_SCAN("select " PERSON_COLUMNS " from person p"
		     " order by p.order_key, p.id"),
	    NO_VALS, &people);

	if (e)
		return e;
	e = sql_all(cx,
	    SQL_SCAN("select " ROLE_COLUMNS " from person p"
		     " join person_role r on r.person = p.id"
		     " order by p.order_key, p.id, r.role, r.office, r.unit"),
	    NO_VALS, &roles);
	if (e)
		return e;
	return persons_of(cx, &people, &roles, ret, ret_n);
}

/* What stands before a given name and does not count when names are ordered
 * (domain.md 5.11); of two that begin alike, the longer one first. */
static const struct str ranks[] = { STR_INIT("ศาสตราจารย์"),
	STR_INIT("รองศาสตราจารย์"), STR_INIT("ผู้ช่วยศาสตราจารย์"),
	STR_INIT("อาจารย์"), STR_INIT("ผศ."), STR_INIT("รศ."), STR_INIT("ศ."),
	STR_INIT("อ."), STR_INIT("ดร."), STR_INIT("ว่าที่ร้อยตรี"),
	STR_INIT("ม.ร.ว."), STR_INIT("ม.ล.") };
static const struct str titles[] = { STR_INIT("นางสาว"), STR_INIT("น.ส."),
	STR_INIT("นาง"), STR_INIT("นาย") };

static bool take_any(struct str *s, const struct str *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s->n > v[i].n && str_take(s, v[i])) {
			*s = str_trim(*s);
			return true;
		}
	return false;
}

/* Thai persons are ordered by their given name. */
static struct str name_order_key(struct arena *a, struct str name)
{
	while (take_any(&name, ranks, COUNT(ranks)))
		;
	if (name.n > 0)
		take_any(&name, titles, COUNT(titles));
	return thai_order_key(a, name);
}

static bool role_has_office(enum role role)
{
	return role_sees[role] == 'o';
}

static bool role_has_unit(enum role role)
{
	return role == ROLE_owner || role == ROLE_head;
}

static enum err check_role(struct ctx *cx, const struct held_role *r)
{
	bool found = true;
	enum err e = OK;

	if (role_has_office(r->role) != (r->office.n > 0) ||
	    role_has_unit(r->role) != (r->unit.n > 0) ||
	    (r->clerk && r->role != ROLE_owner)) {
		field_wrong(cx, STR("roles"), MSG_error_role_place,
		    str_of(role_names[r->role]));
		return OK;
	}
	if (r->office.n)
		e = office_exists(cx, r->office, &found);
	if (!e && found && r->unit.n)
		e = unit_exists(cx, r->unit, &found);
	if (!e && !found)
		field_wrong(cx, STR("roles"), MSG_error_role_place,
		    str_of(role_names[r->role]));
	return e;
}

static enum err check_roles(struct ctx *cx, const struct new_person *p)
{
	if (p->n_roles > MAX_ROLES) {
		field_wrong(cx, STR("roles"), MSG_field_too_long, STR("50"));
		return OK;
	}
	for (size_t i = 0; i < p->n_roles; i++) {
		REQUIRE(p->roles[i].role < ROLES);
		enum err e = check_role(cx, &p->roles[i]);
		if (e)
			return e;
	}
	return OK;
}

static enum err check_person(struct ctx *cx, struct new_person *p)
{
	bool found = true;

	if (!email_normal(cx->arena, p->email, &p->email))
		field_wrong(cx, STR("email"), MSG_field_bad_email, STR(""));
	p->name = line_checked(cx, "name", p->name, MAX_NAME, true);
	p->name_en = line_checked(cx, "name_en", p->name_en, MAX_NAME, false);
	p->phone = line_checked(cx, "phone", p->phone, MAX_PHONE, false);
	p->position =
	    line_checked(cx, "position", p->position, MAX_NAME, false);
	if (p->password.n)
		password_rules(cx, p->email, p->password);
	enum err e = check_roles(cx, p);
	if (e)
		return e;
	if (p->unit.n)
		e = unit_exists(cx, p->unit, &found);
	if (e)
		return e;
	if (!found)
		field_wrong(cx, STR("unit"), MSG_error_unit_unknown, STR(""));
	return fields_end(cx);
}

/* What the role lets its holder see; see person_role in the migrations. */
static struct str viewer_of(struct ctx *cx, const struct held_role *r)
{
	switch (role_sees[r->role]) {
	case 'o':
		return str_cat(cx->arena, STR("office:"), r->office);
	case 'u':
		return str_cat(cx->arena, STR("owner:"), r->unit);
	case 'a':
		return STR("all");
	default:
		return STR("");
	}
}

static enum err add_role(
    struct ctx *cx, int64_t person, const struct held_role *r)
{
	return sql_exec(cx,
	    SQL("insert into person_role (person, role, office, unit, viewer,"
		" clerk) values ($1, $2, $3, $4, $5, $6)"
		" on conflict do nothing"),
	    VALS(val_i64(person), val_str(str_of(role_names[r->role])),
		val_str(r->office), val_str(r->unit), val_str(viewer_of(cx, r)),
		val_i64(r->clerk)),
	    NULL);
}

static enum err insert_person(
    struct ctx *cx, int64_t id, const struct new_person *p)
{
	int64_t added;
	enum err e = sql_exec(cx,
	    SQL("insert into person (id, email, name, name_en, phone, position,"
		" unit, password, lang, active, order_key, created)"
		" values ($1, $2, $3, $4, $5, $6, $7, $8, 'th', 1, $9, $10)"
		" on conflict (email) do nothing"),
	    VALS(val_i64(id), val_str(p->email), val_str(p->name),
		val_str(p->name_en), val_str(p->phone), val_str(p->position),
		val_str(p->unit), val_str(p->hash),
		val_bytes(name_order_key(cx->arena, p->name)),
		val_i64(cx->now)),
	    &added);

	if (e)
		return e;
	if (added == 0)
		return fail1(
		    cx, ERR_CONFLICT, MSG_error_person_exists, p->email);
	return OK;
}

enum err person_add(
    struct ctx *cx, const struct new_person *input, int64_t *ret_id)
{
	struct new_person p = *input;
	int64_t id;

	enum err e = check_person(cx, &p);
	if (e)
		return e;
	e = counter_next(cx, STR("person"), &id);
	if (e)
		return e;
	if (p.password.n)
		p.hash = password_hash(cx->arena, p.password);
	e = insert_person(cx, id, &p);
	for (size_t i = 0; !e && i < p.n_roles; i++)
		e = add_role(cx, id, &p.roles[i]);
	if (e)
		return e;
	*ret_id = id;
	return OK;
}

static enum err change_row(
    struct ctx *cx, int64_t id, const struct new_person *p)
{
	return sql_exec(cx,
	    SQL("update person set name = $1, name_en = $2, phone = $3,"
		" position = $4, unit = $5, order_key = $6 where id = $7"),
	    VALS(val_str(p->name), val_str(p->name_en), val_str(p->phone),
		val_str(p->position), val_str(p->unit),
		val_bytes(name_order_key(cx->arena, p->name)), val_i64(id)),
	    NULL);
}

/* An installation without an administrator could not be mended on its pages. */
static enum err check_admins(struct ctx *cx)
{
	const struct person *v;
	size_t n;
	enum err e = person_list_role(cx, ROLE_admin, STR(""), STR(""), &v, &n);
	if (e)
		return e;
	if (n == 0)
		field_wrong(cx, STR("roles"), MSG_field_last_admin, STR(""));
	return fields_end(cx);
}

enum err person_change(
    struct ctx *cx, const struct person *who, const struct new_person *input)
{
	struct new_person p = *input;
	bool admin = person_holds(who, ROLE_admin, STR(""), STR(""));

	p.password = STR("");
	enum err e = check_person(cx, &p);
	if (!e)
		e = change_row(cx, who->id, &p);
	if (!e)
		e = sql_exec(cx,
		    SQL("delete from person_role where person = $1"),
		    VALS(val_i64(who->id)), NULL);
	for (size_t i = 0; !e && i < p.n_roles; i++)
		e = add_role(cx, who->id, &p.roles[i]);
	return e || !admin ? e : check_admins(cx);
}

enum err person_set_lang(struct ctx *cx, int64_t id, enum lang lang)
{
	return sql_exec(cx, SQL("update person set lang = $1 where id = $2"),
	    VALS(val_str(lang_code(lang)), val_i64(id)), NULL);
}

enum err person_disable(struct ctx *cx, struct str email)
{
	struct person p;
	enum err e = person_by_email(cx, email, &p);

	if (e)
		return e;
	e = sql_exec(cx, SQL("update person set active = 0 where id = $1"),
	    VALS(val_i64(p.id)), NULL);
	if (e)
		return e;
	e = sql_exec(cx, SQL("delete from session where person = $1"),
	    VALS(val_i64(p.id)), NULL);
	if (e)
		return e;
	e = sql_exec(cx, SQL("delete from token where person = $1"),
	    VALS(val_i64(p.id)), NULL);
	if (e)
		return e;
	/* Rare, and links are those of two months. */
	return sql_exec(cx,
	    SQL_SCAN("update link set expires = $1"
		     " where email = $2 and used = 0 and expires > $1"),
	    VALS(val_i64(cx->now), val_str(p.email)), NULL);
}
