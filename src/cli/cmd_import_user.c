#include "base/str.h"
#include "cli/cmd_import.h"

enum { EMAIL, NAME, NAME_EN, PHONE, POSITION, UNIT, ROLES_OF };
/* One more than person_add takes, so that it can refuse. */
enum { MAX_ROLES = 51 };

static const char *const columns[] = { "email", "name", "name_en", "phone",
	"position", "unit", "roles" };

static enum err all_people(struct ctx *cx, json_t **ret)
{
	json_t *all = json_new_array(cx->arena);
	const struct person *v;
	size_t n;

	enum err e = person_list(cx, &v, &n);
	for (size_t i = 0; !e && i < n; i++)
		json_add(all, person_json(cx->arena, &v[i]));
	*ret = all;
	return e;
}

static enum err put_person(struct ctx *cx, const struct str *cells)
{
	struct held_role roles[MAX_ROLES];
	struct new_person n = { .email = cells[EMAIL],
		.name = cells[NAME],
		.name_en = cells[NAME_EN],
		.phone = cells[PHONE],
		.position = cells[POSITION],
		.unit = cells[UNIT],
		.roles = roles };
	struct str list = cells[ROLES_OF], word, name;
	struct ctx look = *cx;
	struct person p;
	int64_t id;

	while (n.n_roles < MAX_ROLES && import_word(&list, &word))
		if (role_parse(word, &roles[n.n_roles], &name))
			n.n_roles++;
		else
			field_wrong(
			    cx, STR("roles"), MSG_field_bad_choice, name);
	enum err e = person_by_email(&look, n.email, &p);
	if (e == ERR_NOT_FOUND)
		return person_add(cx, &n, &id);
	if (e) {
		cx->fault = look.fault;
		return e;
	}
	return person_change(cx, &p, &n);
}

int user_import(struct cli *cli, struct str path, bool dry_run)
{
	static const struct import_kind kind = { .columns = columns,
		.n_columns = COUNT(columns),
		.n_needed = COUNT(columns),
		.list = all_people,
		.put = put_person };

	return import_file(cli, &kind, path, dry_run);
}
