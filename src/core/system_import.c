#include "core/system_import.h"

#include "base/str.h"

/* One more of each than system_put takes, so that it can refuse. */
enum {
	MAX_SERVICES = SERVICE_TYPES + 1,
	MAX_OFFICERS = 51,
	MAX_POSITION = 1000000
};

enum {
	CODE,
	NAME_TH,
	NAME_EN,
	ALIASES,
	OFFICE,
	OWNER_UNIT,
	DIVISION,
	POSITION,
	ACTIVE,
	SERVICES,
	FLAGGED,
	OFFICERS
};

static const char *const columns[] = { "code", "name_th", "name_en", "aliases",
	"office", "owner_unit", "division", "position", "active", "services",
	"flagged", "officers" };

static struct str joined(struct arena *a, struct str list, struct str word)
{
	return list.n ? str_fmt(a, "%.*s %.*s", STR_ARG(list), STR_ARG(word))
	              : word;
}

/* As the file has it. */
static json_t *system_json(struct arena *a, const struct system *s)
{
	struct str services = STR(""), flagged = STR(""), officers = STR("");
	json_t *o = json_new_object(a);

	for (size_t i = 0; i < s->n_services; i++) {
		services = joined(a, services, s->services[i]);
		if (s->flagged[i])
			flagged = joined(a, flagged, s->services[i]);
	}
	for (size_t i = 0; i < s->n_officers; i++)
		officers = joined(a, officers, s->officers[i].email);
	json_put_text(o, "code", s->code);
	json_put_text(o, "name_th", s->name_th);
	json_put_text(o, "name_en", s->name_en);
	json_put_text(o, "aliases", s->aliases);
	json_put_text(o, "office", s->office);
	json_put_text(o, "owner_unit", s->owner_unit);
	json_put_text(o, "division", s->division);
	json_put_int(o, "position", s->position);
	json_put_flag(o, "active", s->active);
	json_put_text(o, "services", services);
	json_put_text(o, "flagged", flagged);
	json_put_text(o, "officers", officers);
	return o;
}

static enum err all_systems(struct ctx *cx, json_t **ret)
{
	json_t *all = json_new_array(cx->arena);
	const struct system *v;
	size_t n;

	enum err e = system_list(cx, STR(""), &v, &n);
	for (size_t i = 0; !e && i < n; i++)
		json_add(all, system_json(cx->arena, &v[i]));
	*ret = all;
	return e;
}

static void read_active(struct ctx *cx, struct str s, bool *ret)
{
	*ret = !s.n || str_eq_nocase(s, STR("yes")) || str_eq(s, STR("1"));
	if (!*ret && !str_eq_nocase(s, STR("no")) && !str_eq(s, STR("0")))
		field_wrong(cx, STR("active"), MSG_field_bad_choice, s);
}

/* Those flagged are of those offered. */
static void read_services(struct ctx *cx, struct system *s,
    struct str *services, bool *flagged, const struct str *cells)
{
	struct str list = cells[SERVICES], word;
	size_t i;

	while (s->n_services < MAX_SERVICES && import_word(&list, &word))
		services[s->n_services++] = word;
	list = cells[FLAGGED];
	while (import_word(&list, &word)) {
		for (i = 0; i < s->n_services; i++)
			if (str_eq(services[i], word))
				break;
		if (i == s->n_services)
			field_wrong(
			    cx, STR("flagged"), MSG_field_bad_choice, word);
		else
			flagged[i] = true;
	}
	s->services = services;
	s->flagged = flagged;
}

/* What a sheet would calculate or a browser take for a tag is no name. */
static void read_plain(struct ctx *cx, const char *field, struct str s)
{
	static const struct str begins = STR_INIT("=+-@");
	size_t tag = str_index(s, '<');
	bool wrong = s.n > 0 && str_index(begins, s.p[0]) < begins.n;

	if (tag + 1 < s.n) {
		char c = s.p[tag + 1];
		wrong |= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		         c == '/' || c == '!' || c == '?';
	}
	if (wrong)
		field_wrong(cx, str_of(field), MSG_field_not_plain, STR(""));
}

static enum err put_system(struct ctx *cx, const struct str *cells)
{
	struct str services[MAX_SERVICES], list = cells[OFFICERS], word;
	struct person *officers =
	    ARENA_ARRAY(cx->arena, struct person, MAX_OFFICERS);
	bool flagged[MAX_SERVICES] = { false };
	struct system s = { .code = cells[CODE],
		.name_th = cells[NAME_TH],
		.name_en = cells[NAME_EN],
		.aliases = cells[ALIASES],
		.office = cells[OFFICE],
		.owner_unit = cells[OWNER_UNIT],
		.division = cells[DIVISION],
		.officers = officers };

	if (cells[POSITION].n &&
	    (!str_i64(cells[POSITION], &s.position) || s.position < 0 ||
		s.position > MAX_POSITION))
		field_wrong(cx, STR("position"), MSG_field_bad_number, STR(""));
	read_plain(cx, "name_th", s.name_th);
	read_plain(cx, "name_en", s.name_en);
	read_plain(cx, "aliases", s.aliases);
	read_active(cx, cells[ACTIVE], &s.active);
	read_services(cx, &s, services, flagged, cells);
	while (s.n_officers < MAX_OFFICERS && import_word(&list, &word))
		officers[s.n_officers++].email = word;
	return system_put(cx, &s);
}

const struct import_kind system_import_kind = { .columns = columns,
	.n_columns = COUNT(columns),
	.n_needed = COUNT(columns),
	.list = all_systems,
	.put = put_system };
