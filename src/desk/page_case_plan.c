/* Between the form on which data are prepared and the body of the command. */
#include "base/str.h"
#include "base/time.h"
#include "desk/form_command.h"
#include "desk/page_case_prepare.h"

size_t plan_count(const struct visit *v)
{
	int64_t n;
	struct str step = visit_form(v, "step");
	if (!str_i64(visit_form(v, "n_parts"), &n) || n < 1)
		n = 1;
	if (str_eq(step, STR("add")))
		n++;
	if (str_eq(step, STR("remove")) && n > 1)
		n--;
	return n > (int64_t)PLAN_PARTS ? PLAN_PARTS : (size_t)n;
}

static struct str posted(struct visit *v, struct str prefix, const char *name)
{
	return str_trim(pairs_get(v->rq->form,
	    str_fmt(v->cx.arena, "%.*s.%s", STR_ARG(prefix), name)));
}

static void put(json_t *o, const char *key, struct str value)
{
	if (value.n > 0)
		json_put_text(o, key, value);
}

static void read_columns(struct visit *v, struct str prefix, json_t *part)
{
	static const char *const keys[] = { "title_th", "title_en", "class",
		"mask" };
	struct arena *a = v->cx.arena;
	json_t *columns = json_new_array(a), *filterable = json_new_array(a);
	for (size_t k = 0; k < PLAN_COLUMNS; k++) {
		struct str at =
		    str_fmt(a, "%.*s.column[%zu]", STR_ARG(prefix), k);
		struct str name = posted(v, at, "name");
		if (name.n == 0)
			break;
		json_t *c = json_object();
		json_put_text(c, "name", name);
		for (size_t i = 0; i < COUNT(keys); i++)
			put(c, keys[i], posted(v, at, keys[i]));
		json_array_append_new(columns, c);
		if (posted(v, at, "filterable").n > 0)
			json_add_text(filterable, name);
	}
	if (json_array_size(columns) == 0)
		return;
	json_put(part, "columns", columns);
	json_put(part, "filterable", filterable);
}

/* "year integer required", "year integer = 2569", "id text required body-only",
 * a line each. */
static void read_params(struct visit *v, struct str prefix, json_t *part)
{
	json_t *lines = json_new_array(v->cx.arena);
	json_t *params = json_new_array(v->cx.arena);
	form_lines(lines, posted(v, prefix, "params"), false);
	for (size_t i = 0; i < json_array_size(lines); i++) {
		struct str line = json_as_text(json_array_get(lines, i));
		struct str head, preset = STR(""), name, type, rest = STR("");
		bool has_default = str_cut(line, '=', &head, &preset);
		head = str_trim(head);
		str_cut(head, ' ', &name, &type);
		type = str_trim(type);
		str_cut(type, ' ', &type, &rest);
		json_t *o = json_object();
		json_put_text(o, "name", name);
		json_put_text(o, "type", type.n ? type : STR("text"));
		json_put_flag(
		    o, "required", str_has_word(rest, STR("required")));
		if (str_has_word(rest, STR("body-only")))
			json_put_flag(o, "body_only", true);
		if (has_default)
			json_put_text(o, "default", str_trim(preset));
		json_array_append_new(params, o);
	}
	if (json_array_size(params) > 0)
		json_put(part, "params", params);
}

/* "national_id: ใช้จับคู่กับฐานเดิม", a line each. */
static void read_reasons(struct visit *v, struct str prefix, json_t *part)
{
	struct arena *a = v->cx.arena;
	json_t *lines = json_new_array(a), *reasons = json_new_object(a);
	form_lines(lines, posted(v, prefix, "reasons"), false);
	for (size_t i = 0; i < json_array_size(lines); i++) {
		struct str name, why = STR("");
		str_cut(
		    json_as_text(json_array_get(lines, i)), ':', &name, &why);
		json_put_text(
		    reasons, str_cstr(a, str_trim(name)), str_trim(why));
	}
	if (json_object_size(reasons) > 0)
		json_put(part, "reasons", reasons);
}

static json_t *read_part(struct visit *v, size_t i)
{
	struct arena *a = v->cx.arena;
	struct str prefix = str_fmt(a, "prepare.parts[%zu]", i);
	struct str from = posted(v, prefix, "from");
	json_t *part = json_new_object(a);
	put(part, "name", posted(v, prefix, "name"));
	put(part, "title_th", posted(v, prefix, "title_th"));
	read_reasons(v, prefix, part);
	if (str_take(&from, STR("file:"))) {
		put(part, "file", from);
		return part;
	}
	str_take(&from, STR("source:"));
	put(part, "source", from);
	put(part, "sql",
	    form_unix(
		a, pairs_get(v->rq->form, str_cat(a, prefix, STR(".sql")))));
	read_params(v, prefix, part);
	plan_read_tables(v, prefix, part);
	read_columns(v, prefix, part);
	return part;
}

static void read_list(struct visit *v, const char *name, json_t *plan)
{
	json_t *list = json_new_array(v->cx.arena);
	struct str full = str_fmt(v->cx.arena, "prepare.%s", name);
	for (size_t i = 0; i < v->rq->form.n; i++)
		if (str_eq(v->rq->form.v[i].name, full))
			form_lines(list, v->rq->form.v[i].value, true);
	if (json_array_size(list) > 0)
		json_put(plan, name, list);
}

/* Said or not, both are asked of who prepares (N-28). */
static void read_confirm(struct visit *v, json_t *plan)
{
	static const char *const keys[] = { "exists", "releasable" };
	json_t *confirm = json_new_object(v->cx.arena);
	for (size_t k = 0; k < COUNT(keys); k++) {
		bool said = false;
		for (size_t i = 0; i < v->rq->form.n; i++)
			said |= str_eq(v->rq->form.v[i].name,
				    STR("prepare.confirm")) &&
			        str_eq(v->rq->form.v[i].value, str_of(keys[k]));
		json_put_flag(confirm, keys[k], said);
	}
	json_put(plan, "confirm", confirm);
}

static void read_quota(struct visit *v, json_t *plan)
{
	static const char *const keys[] = { "calls_per_day", "rows_per_day",
		"bytes_per_day", "per_second", "streams" };
	json_t *quota = json_new_object(v->cx.arena);
	for (size_t i = 0; i < COUNT(keys); i++) {
		int64_t n;
		if (str_i64(posted(v, STR("prepare.quota"), keys[i]), &n) &&
		    n > 0)
			json_put_int(quota, keys[i], n);
	}
	if (json_object_size(quota) > 0)
		json_put(plan, "quota", quota);
}

json_t *plan_posted(struct visit *v)
{
	json_t *plan = json_new_object(v->cx.arena);
	json_t *parts = json_new_array(v->cx.arena);
	size_t n = plan_count(v);
	for (size_t i = 0; i < n; i++)
		json_add(parts, read_part(v, i));
	json_put(plan, "parts", parts);
	read_list(v, "outlets", plan);
	read_list(v, "formats", plan);
	read_list(v, "networks", plan);
	put(plan, "expires", form_date(v, STR("prepare.expires")));
	put(plan, "note",
	    form_unix(v->cx.arena, posted(v, STR("prepare"), "note")));
	read_confirm(v, plan);
	read_quota(v, plan);
	return plan;
}

static bool lists(const json_t *list, struct str code)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_eq(json_as_text(json_array_get(list, i)), code))
			return true;
	return false;
}

/* Asked formats as the gate calls them. */
static json_t *asked_formats(struct arena *a, const json_t *asked)
{
	json_t *list = json_new_array(a);
	bool none = json_array_size(asked) == 0;
	if (none || lists(asked, STR("json")))
		json_add_text(list, STR("json"));
	if (none || lists(asked, STR("table")))
		json_add_text(list, STR("csv"));
	if (none || lists(asked, STR("table")) || lists(asked, STR("xlsx")))
		json_add_text(list, STR("xlsx"));
	if (json_array_size(list) == 0)
		json_add_text(list, STR("csv"));
	return list;
}

static json_t *asked_outlets(const struct case_work *w)
{
	struct arena *a = w->v->cx.arena;
	const json_t *asked = json_list(w->f.answers, "connection");
	json_t *list = json_new_array(a);
	/* Whether a view can be made only the sources can say. */
	for (size_t i = 0; i < json_array_size(asked); i++)
		if (w->views || !str_eq(json_as_text(json_array_get(asked, i)),
				    STR("view")))
			json_add(list, json_array_get(asked, i));
	if (json_array_size(list) == 0)
		json_add_text(list, str_eq(w->f.service_type, STR("api"))
					? STR("api-get")
					: STR("export"));
	return list;
}

json_t *plan_first(const struct case_work *w)
{
	struct arena *a = w->v->cx.arena;
	if (w->f.artefact != NULL)
		return json_keep(a, json_deep_copy(w->f.artefact));
	json_t *plan = json_new_object(a), *parts = json_new_array(a);
	json_add(parts, json_new_object(a));
	json_put(plan, "parts", parts);
	json_put(plan, "outlets", asked_outlets(w));
	json_put(plan, "formats",
	    asked_formats(a, json_list(w->f.answers, "formats")));
	const json_t *networks = json_list(w->f.answers, "networks");
	if (networks != NULL)
		json_put(plan, "networks", networks);
	return plan;
}
