#include "base/crypt.h"
#include "base/str.h"
#include "cli/demo/demo.h"
#include "core/people.h"
#include "core/setting.h"

enum { MAX_ROLES_HERE = 2, TOKEN_DAYS = 366, MAX_KEPT_BYTES = 256 << 10 };

static const struct unit units[] = {
#define UNIT(code, parent, kind, th, en)                                \
	{ STR_INIT(code), STR_INIT(th), STR_INIT(en), STR_INIT(parent), \
		STR_INIT(kind) },
#include "cli/demo/people.def"
};

static const struct office offices[] = {
#define OFFICE(code, procedure, th, en) \
	{ STR_INIT(code), STR_INIT(th), STR_INIT(en), STR_INIT(procedure) },
#include "cli/demo/people.def"
};

struct demo_person {
	struct str local, name, name_en, phone, position, unit;
	struct held_role roles[MAX_ROLES_HERE];
	size_t n_roles;
};

#define R(r)                     \
	{                        \
		.role = ROLE_##r \
	}
#define OF(r, u)                                      \
	{                                             \
		.role = ROLE_##r, .unit = STR_INIT(u) \
	}
#define AT(r, o)                                        \
	{                                               \
		.role = ROLE_##r, .office = STR_INIT(o) \
	}
#define IN(r, o, u)                                                          \
	{                                                                    \
		.role = ROLE_##r, .office = STR_INIT(o), .unit = STR_INIT(u) \
	}
static const struct demo_person people[] = {
#define PERSON(local, name, name_en, phone, position, unit, ...)               \
	{ STR_INIT(local), STR_INIT(name), STR_INIT(name_en), STR_INIT(phone), \
		STR_INIT(position), STR_INIT(unit), { __VA_ARGS__ },           \
		sizeof((const struct held_role[]){ __VA_ARGS__ }) /            \
		    sizeof(struct held_role) },
#include "cli/demo/people.def"
};

struct demo_place {
	struct str code;
	int64_t position;
	struct str office, owner_unit, division, aliases, th, en;
	struct str officers; /* with blanks between */
};
static const struct demo_place places[] = {
#define SYSTEM(                                                         \
    code, position, office, owner, division, aliases, th, en, officers) \
	{ STR_INIT(code), position, STR_INIT(office), STR_INIT(owner),  \
		STR_INIT(division), STR_INIT(aliases), STR_INIT(th),    \
		STR_INIT(en), STR_INIT(officers) },
#include "cli/demo/people.def"
};

static struct str kept_name(void)
{
	return STR("demo.people");
}

static struct str email_of(struct arena *a, struct str local)
{
	return str_cat(a, local, STR("@example.ac.th"));
}

static enum err add_places(struct ctx *cx)
{
	enum err e = OK;

	for (size_t i = 0; !e && i < COUNT(units); i++)
		e = unit_put(cx, &units[i]);
	for (size_t i = 0; !e && i < COUNT(offices); i++)
		e = office_put(cx, &offices[i]);
	return e;
}

/* Twelve letters in threes: 62 bits, and easy to type. */
static struct str new_password(struct arena *a)
{
	struct str s = random_id(a, 12);

	return str_fmt(
	    a, "%.3s-%.3s-%.3s-%.3s", s.p, s.p + 3, s.p + 6, s.p + 9);
}

/* What demo.json says of the person, once for each role. */
static void add_entries(json_t *ret, const struct demo_person *p,
    struct str email, struct str password, struct str token)
{
	for (size_t i = 0; i < p->n_roles; i++) {
		const struct held_role *r = &p->roles[i];
		/* Owner of two units is one role. */
		if (i > 0 && r->role == p->roles[i - 1].role)
			continue;
		json_t *entry = json_object(), *in = json_array();
		json_put_text(entry, "role", str_of(role_names[r->role]));
		json_put_text(entry, "name", p->name);
		json_put_text(entry, "email", email);
		json_put_text(entry, "password", password);
		json_put_text(entry, "token", token);
		if (r->office.n)
			json_add_text(in, r->office);
		json_put(entry, "offices", in);
		json_add(ret, entry);
		json_decref(in);
		json_decref(entry);
	}
}

/* The demo's password, the same for everybody who tries it. */
struct demo_password {
	struct str text, hash;
};

static enum err add_person(struct ctx *cx, const struct demo_person *p,
    const struct demo_password *password, json_t *ret)
{
	const struct new_person person = {
		.email = email_of(cx->arena, p->local),
		.name = p->name,
		.name_en = p->name_en,
		.phone = p->phone,
		.position = p->position,
		.unit = p->unit,
		.hash = password->hash,
		.roles = p->roles,
		.n_roles = p->n_roles,
	};
	struct token_info info;
	struct str token = STR("");
	int64_t id;

	enum err e = person_add(cx, &person, &id);
	if (!e)
		e = token_add(
		    cx, id, STR("demo"), false, TOKEN_DAYS, &token, &info);
	if (!e)
		add_entries(ret, p, person.email, password->text, token);
	return e;
}

/* The first officer of the office has every system of it; then the system's
 * own. CEREMONY and ENTPROC have none of their own (domain.md N-15). */
static size_t officers_of(struct arena *a, const struct demo_place *place,
    struct person *ret, size_t max)
{
	struct str rest = place->officers, local;
	size_t n = 0;

	for (size_t i = 0; i < COUNT(people) && n == 0; i++)
		if (people[i].roles[0].role == ROLE_officer &&
		    str_eq(people[i].roles[0].office, place->office))
			ret[n++].email = email_of(a, people[i].local);
	while (rest.n) {
		REQUIRE(n < max);
		str_cut(rest, ' ', &local, &rest);
		ret[n++].email = email_of(a, local);
	}
	return n;
}

/* Every service is offered for every system; an API beyond HRIS is what the
 * procedure does not foresee (N-13), so the records office looks twice. */
static enum err add_system(struct ctx *cx, const struct demo_place *place)
{
	static const struct str services[] = { STR_INIT("existing"),
		STR_INIT("processing"), STR_INIT("api"), STR_INIT("database") };
	const bool flagged[COUNT(services)] = { false, false,
		!str_eq(place->code, STR("HRIS")), false };
	struct person officers[8] = { 0 };
	const struct system s = {
		.code = place->code,
		.name_th = place->th,
		.name_en = place->en,
		.aliases = place->aliases,
		.office = place->office,
		.owner_unit = place->owner_unit,
		.division = place->division,
		.position = place->position,
		.active = true,
		.officers = officers,
		.n_officers =
		    officers_of(cx->arena, place, officers, COUNT(officers)),
		.services = services,
		.flagged = flagged,
		.n_services = COUNT(services),
	};

	return system_put(cx, &s);
}

static enum err make_people(struct ctx *cx, json_t *ret)
{
	struct demo_password password = { .text = new_password(cx->arena) };
	enum err e = add_places(cx);

	password.hash = password_hash(cx->arena, password.text);
	for (size_t i = 0; !e && i < COUNT(people); i++)
		e = add_person(cx, &people[i], &password, ret);
	for (size_t i = 0; !e && i < COUNT(places); i++)
		e = add_system(cx, &places[i]);
	if (e)
		return e;
	e = setting_put(cx, kept_name(), json_compact(cx->arena, ret));
	/* The desk's pages say that this is a demo. */
	return e ? e : setting_put(cx, STR("demo"), STR("1"));
}

enum err demo_people(struct ctx *cx, json_t *ret_people)
{
	json_t *made = json_new_array(cx->arena);
	struct str kept;
	enum err e = setting_find(cx, kept_name(), &kept);

	if (e)
		return e;
	if (kept.n)
		e = json_parse(cx, kept, MAX_KEPT_BYTES, &made);
	else
		e = make_people(cx, made);
	if (!e)
		REQUIRE(json_array_extend(ret_people, made) == 0);
	return e;
}
