#include "base/str.h"
#include "cli/cmd_import.h"
#include "core/procedure.h"

enum { CODE, NAME_TH, NAME_EN, PARENT, KIND, PROCEDURE };

static const char *const columns[] = { "code", "name_th", "name_en", "parent",
	"kind", "procedure" };

static struct str procedure_of(
    const struct office *v, size_t n, struct str office)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i].code, office))
			return v[i].procedure;
	return STR("");
}

static enum err all_units(struct ctx *cx, json_t **ret)
{
	const struct office *offices;
	const struct unit *units;
	size_t n_offices = 0, n;
	json_t *all = json_new_array(cx->arena);

	enum err e = unit_list(cx, &units, &n);
	if (!e)
		e = office_list(cx, &offices, &n_offices);
	if (e)
		return e;
	for (size_t i = 0; i < n; i++) {
		const struct unit *u = &units[i];
		json_t *o = json_new_object(cx->arena);
		json_put_text(o, "code", u->code);
		json_put_text(o, "name_th", u->name_th);
		json_put_text(o, "name_en", u->name_en);
		json_put_text(o, "parent", u->parent);
		json_put_text(o, "kind", u->kind);
		json_put_text(
		    o, "procedure", procedure_of(offices, n_offices, u->code));
		json_add(all, o);
	}
	*ret = all;
	return OK;
}

static enum err put_office(struct ctx *cx, const struct str *cells)
{
	const struct procedure *p;
	struct ctx look = *cx;

	enum err e = procedure_get(&look, cells[PROCEDURE], STR(""), &p);
	if (e && e != ERR_NOT_FOUND) {
		cx->fault = look.fault;
		return e;
	}
	if (e) {
		field_wrong(cx, STR("procedure"), MSG_cli_procedure_unknown,
		    cells[PROCEDURE]);
		return fields_end(cx);
	}
	return office_put(cx, &(struct office){ .code = cells[CODE],
				  .name_th = cells[NAME_TH],
				  .name_en = cells[NAME_EN],
				  .procedure = p->code });
}

static enum err put_unit(struct ctx *cx, const struct str *cells)
{
	bool office = str_eq(cells[KIND], STR("office"));
	enum err e = unit_put(cx, &(struct unit){ .code = cells[CODE],
				      .name_th = cells[NAME_TH],
				      .name_en = cells[NAME_EN],
				      .parent = cells[PARENT],
				      .kind = cells[KIND] });

	if (e)
		return e;
	if (office && cells[PROCEDURE].n)
		return put_office(cx, cells);
	if (office || cells[PROCEDURE].n)
		field_wrong(cx, STR("procedure"),
		    office ? MSG_field_required : MSG_cli_import_no_office,
		    STR(""));
	return fields_end(cx);
}

int cmd_unit(struct cli *cli)
{
	static const struct import_kind kind = { .columns = columns,
		.n_columns = COUNT(columns),
		.n_needed = KIND + 1,
		.list = all_units,
		.put = put_unit };
	return import_command(cli, &kind, columns, COUNT(columns));
}
