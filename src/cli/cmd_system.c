#include "base/str.h"
#include "cli/cmd_import.h"
#include "cli/options.h"

/* One more of each than system_put takes, so that it can refuse. */
enum { MAX_SERVICES = 5, MAX_OFFICERS = 51, MAX_POSITION = 1000000 };

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
	read_active(cx, cells[ACTIVE], &s.active);
	read_services(cx, &s, services, flagged, cells);
	while (s.n_officers < MAX_OFFICERS && import_word(&list, &word))
		officers[s.n_officers++].email = word;
	return system_put(cx, &s);
}

int cmd_system(struct cli *cli)
{
	static const struct import_kind kind = { .columns = columns,
		.n_columns = COUNT(columns),
		.n_needed = COUNT(columns),
		.list = all_systems,
		.put = put_system };
	static const char *const shown[] = { "code", "name_th", "office",
		"owner_unit", "division", "services", "officers" };
	bool dry_run = false;
	const struct opt opts[] = {
		{ .name = "dry-run", .flag = &dry_run },
	};
	struct words words;
	int code;

	if (!options_read(cli, opts, COUNT(opts), 1, 2, &words, &code))
		return code;
	if (str_eq(words.v[0], STR("list")) && words.n == 1)
		return import_list(cli, &kind, shown, COUNT(shown));
	if (str_eq(words.v[0], STR("import")) && words.n == 2)
		return import_file(cli, &kind, words.v[1], dry_run);
	return usage_wrong(cli);
}
