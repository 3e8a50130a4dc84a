/* What stands in the places of registers and procedures. */
#include "base/str.h"
#include "base/time.h"
#include "core/papers.h"

static json_t *item(json_t *list)
{
	json_t *v = json_object();
	json_array_append_new(list, v);
	return v;
}

static struct str unit_name(const struct unit *v, size_t n, struct str code)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i].code, code))
			return v[i].name_th;
	return code;
}

static struct str number(struct arena *a, int64_t n)
{
	return n == 0 ? STR("") : str_fmt(a, "%lld", (long long)n);
}

static void put_row(
    struct arena *a, json_t *o, const struct register_row *r, struct str unit)
{
	json_put_int(o, "number", r->number);
	json_put_text(o, "request", r->request);
	json_put_text(
	    o, "day", date_short(a, LANG_TH, date_of_ms(r->received)));
	json_put_text(o, "code", r->systems);
	json_put_text(o, "service",
	    r->service_type.n == 0
		? STR("")
		: msg_code(a, LANG_TH, STR("service."), r->service_type));
	json_put_text(o, "unit", unit);
	json_put_text(o, "title", r->title);
	json_put_text(o, "memo_in", r->memo_in);
	json_put_text(o, "memo_out", r->memo_out);
	json_put_text(o, "score", number(a, r->score));
	json_put_text(o, "outcome",
	    r->outcome.n == 0
		? STR("")
		: msg_code(a, LANG_TH, STR("outcome."), r->outcome));
}

enum err papers_office_into(struct ctx *cx, struct str office, json_t *data)
{
	const struct office *offices;
	size_t n = 0;
	json_t *who = json_new_object(cx->arena);
	enum err e = office_list(cx, &offices, &n);
	if (e)
		return e;
	struct str name = office;
	for (size_t i = 0; i < n; i++)
		if (str_eq(offices[i].code, office))
			name = offices[i].name_th;
	json_put_text(who, "code", office);
	json_put_text(who, "name", name);
	json_put(data, "office", who);
	return OK;
}

enum err papers_register_data(struct ctx *cx, struct str office, int64_t year,
    const struct register_row *rows, size_t n, json_t **ret)
{
	const struct unit *units = NULL;
	size_t n_units = 0;
	struct arena *a = cx->arena;
	json_t *o = json_new_object(a), *list = json_new_array(a);
	enum err e = papers_office_into(cx, office, o);
	if (!e)
		e = unit_list(cx, &units, &n_units);
	if (e)
		return e;
	json_put_text(o, "year", number(a, year));
	for (size_t i = 0; i < n; i++)
		put_row(a, item(list), &rows[i],
		    unit_name(units, n_units, rows[i].unit));
	json_put(o, "rows", list);
	*ret = o;
	return OK;
}

static json_t *list_in(struct arena *a, json_t *o, const char *key)
{
	json_t *list = json_new_array(a);
	json_put(o, key, list);
	return list;
}

static void put_control(struct arena *a, json_t *o, const struct procedure *p)
{
	json_t *list = list_in(a, o, "approvals");
	for (size_t i = 0; i < p->n_approvals; i++) {
		json_t *one = item(list);
		json_put_text(one, "act", p->approvals[i].act.th);
		json_put_text(one, "position", p->approvals[i].position.th);
	}
	list = list_in(a, o, "revisions");
	for (size_t i = 0; i < p->n_revisions; i++) {
		const struct revision *r = &p->revisions[i];
		json_t *one = item(list);
		json_put_text(one, "revision", r->revision);
		json_put_text(one, "day", date_short(a, LANG_TH, r->effective));
		json_put_text(one, "what", r->what.th);
	}
}

static void put_stages(struct arena *a, json_t *o, const struct procedure *p)
{
	json_t *list = list_in(a, o, "stages");
	for (size_t i = 0; i < p->n_stages; i++) {
		const struct stage *s = &p->stages[i];
		json_t *one = item(list);
		json_put_int(one, "number", (int64_t)i + 1);
		json_put_text(one, "stage", s->title.th);
		json_put_text(one, "clause", s->clause);
		json_put_text(one, "role", p->role_title[s->role].th);
		json_put_text(one, "days", number(a, s->budget_max));
	}
}

/* "Page {0} of {1}" with the names that a template's .number knows. */
static struct str numbered(struct arena *a, struct str label)
{
	struct str out = STR(""), before, name;
	while (str_cut(label, '{', &before, &label)) {
		bool ends = str_cut(label, '}', &name, &label);
		out = str_fmt(a, "%.*s%.*s%s", STR_ARG(out), STR_ARG(before),
		    str_eq(name, STR("1")) ? "{pages}" : "{page}");
		if (!ends)
			return out;
	}
	return str_cat(a, out, before);
}

json_t *papers_procedure_data(struct arena *a, const struct procedure *p)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "code", p->code);
	json_put_text(o, "revision", p->revision);
	json_put_text(o, "day", date_long(a, LANG_TH, p->effective));
	json_put_text(o, "title", p->title.th);
	json_put_text(o, "kind", p->kind.th);
	json_put_text(o, "class", p->class_.th);
	json_put_text(o, "organisation", p->organisation.th);
	json_put_text(o, "notice", p->notice.th);
	json_put_text(o, "iso", p->iso_clause);
	json_put_text(o, "sheet", numbered(a, p->page_label.th));
	put_control(a, o, p);
	put_stages(a, o, p);
	json_t *list = list_in(a, o, "paragraphs");
	for (size_t i = 0; i < p->n_paragraphs; i++) {
		json_t *one = item(list);
		json_put_text(one, "number", p->paragraphs[i].number);
		json_put_text(one, "heading", p->paragraphs[i].heading.th);
		json_put_text(one, "text", p->paragraphs[i].text.th);
	}
	return o;
}
