/* On the page where data are prepared: a table that was sent in, beside a part's
 * source. The page names one; the API more. */
#include "base/str.h"
#include "desk/form_command.h"
#include "desk/page_case_prepare.h"

static const char *part_name(
    const struct case_form *f, size_t i, const char *name)
{
	struct arena *a = f->w->v->cx.arena;
	return str_cstr(a, str_fmt(a, "parts[%zu].%s", i, name));
}

static struct ui_choice *choices(const struct case_form *f,
    const struct inbound *v, size_t n, struct str chosen, size_t *ret_n)
{
	struct arena *a = f->w->v->cx.arena;
	struct ui_choice *out = ARENA_ARRAY(a, struct ui_choice, n + 1);
	size_t m = 0;
	out[m++] = (struct ui_choice){ .value = STR(""),
		.label = case_say(f->w, MSG_plan_table_none) };
	for (size_t i = 0; i < n; i++) {
		if (v[i].state != INBOUND_read || v[i].swept != 0)
			continue;
		out[m++] = (struct ui_choice){ .value = v[i].upload,
			.label = case_say2(f->w, MSG_plan_table_of, v[i].name,
			    case_number(f->w, json_int(v[i].found, "rows", 0))),
			.chosen = str_eq(v[i].upload, chosen) };
	}
	*ret_n = m;
	return out;
}

/* "name: SELECT …", one below the other. */
static struct str takes_text(struct arena *a, const json_t *part)
{
	const json_t *list = json_list(part, "take");
	struct buf b = buf_new(a, 1 << 20);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *t = json_array_get(list, i);
		buf_fmt(&b, "%.*s: %.*s\n", STR_ARG(json_text(t, "name")),
		    STR_ARG(json_text(t, "sql")));
	}
	return buf_view(&b);
}

/* A name is followed by its parts. */
static void put_column(struct buf *b, const json_t *c)
{
	const json_t *parts = json_list(c, "parts");
	buf_fmt(
	    b, "%s%.*s", b->n > 0 ? ", " : "", STR_ARG(json_text(c, "name")));
	for (size_t i = 0; i < json_array_size(parts); i++)
		buf_fmt(b, ", %.*s",
		    STR_ARG(json_as_text(json_array_get(parts, i))));
}

/* What the chosen table's columns are called in SQL. */
static struct str columns_text(
    struct arena *a, const struct inbound *v, size_t n, struct str chosen)
{
	struct buf b = buf_new(a, 65536);
	for (size_t i = 0; i < n; i++) {
		const json_t *list = json_list(v[i].found, "columns");
		if (!str_eq(v[i].upload, chosen))
			continue;
		for (size_t k = 0; k < json_array_size(list); k++)
			put_column(&b, json_array_get(list, k));
	}
	return buf_view(&b);
}

void plan_ask_tables(struct case_form *f, size_t i, const json_t *part,
    const struct inbound *v, size_t n)
{
	struct arena *a = f->w->v->cx.arena;
	const json_t *table = json_array_get(json_list(part, "tables"), 0);
	struct str file = json_text(table, "file");
	size_t n_choices = 0;
	struct ui_choice *all = choices(f, v, n, file, &n_choices);
	if (n_choices == 1)
		return;
	struct ui_field *which =
	    form_choices(f, UI_SELECT, part_name(f, i, "table"), MSG_plan_table,
		MSG_plan_table_hint, all, n_choices);
	which->optional = true;
	struct str names = columns_text(a, v, n, file);
	if (names.n > 0)
		which->hint = case_say1(f->w, MSG_plan_table_columns, names);
	struct str name = json_text(table, "name");
	struct ui_field *called =
	    form_text(f, part_name(f, i, "table_name"), MSG_plan_table_name,
		MSG_plan_table_name_hint, name.n > 0 ? name : STR("sent"));
	called->optional = true;
	called->width = UI_HALF;
	struct ui_field *unmatched =
	    form_text(f, part_name(f, i, "unmatched"), MSG_plan_unmatched,
		MSG_plan_unmatched_hint, json_text(part, "unmatched"));
	unmatched->optional = true;
	unmatched->width = UI_HALF;
	struct ui_field *take = form_area(f, part_name(f, i, "take"),
	    MSG_plan_take, MSG_plan_take_hint, takes_text(a, part));
	take->optional = true;
	take->input = UI_CODE;
	take->rows = 3;
}

static struct str posted(struct visit *v, struct str prefix, const char *name)
{
	return str_trim(pairs_get(v->rq->form,
	    str_fmt(v->cx.arena, "%.*s.%s", STR_ARG(prefix), name)));
}

/* "name: " at a line's beginning; x::text is none. */
static bool begins_take(struct str line, struct str *ret_name, struct str *ret)
{
	size_t n = 0;
	while (n < line.n &&
	       ((line.p[n] >= 'a' && line.p[n] <= 'z') ||
		   (line.p[n] >= '0' && line.p[n] <= '9') || line.p[n] == '_'))
		n++;
	if (n == 0 || n == line.n || line.p[n] != ':' ||
	    (n + 1 < line.n && line.p[n + 1] != ' '))
		return false;
	*ret_name = str_upto(line, n);
	*ret = str_trim(str_from(line, n + 1));
	return true;
}

static json_t *read_takes(struct visit *v, struct str text)
{
	struct arena *a = v->cx.arena;
	json_t *list = json_new_array(a), *now = NULL;
	struct str left = form_unix(a, text), line;
	for (bool more = left.n > 0; more;) {
		struct str name, sql;
		more = str_cut(left, '\n', &line, &left);
		if (begins_take(line, &name, &sql) || now == NULL) {
			if (now != NULL)
				json_add(list, now);
			now = json_new_object(a);
			if (!begins_take(line, &name, &sql)) {
				name = STR("");
				sql = line;
			}
			json_put_text(now, "name", name);
			json_put_text(now, "sql", sql);
		} else {
			json_put_text(now, "sql",
			    str_fmt(a, "%.*s\n%.*s",
				STR_ARG(json_text(now, "sql")), STR_ARG(line)));
		}
	}
	if (now != NULL)
		json_add(list, now);
	return list;
}

void plan_read_tables(struct visit *v, struct str prefix, json_t *part)
{
	struct arena *a = v->cx.arena;
	struct str file = posted(v, prefix, "table");
	struct str name = posted(v, prefix, "table_name");
	struct str unmatched = posted(v, prefix, "unmatched");
	struct str take = posted(v, prefix, "take");
	if (file.n > 0) {
		json_t *tables = json_new_array(a), *o = json_new_object(a);
		json_put_text(o, "name", name.n > 0 ? name : STR("sent"));
		json_put_text(o, "file", file);
		json_add(tables, o);
		json_put(part, "tables", tables);
	}
	if (take.n > 0)
		json_put(part, "take", read_takes(v, take));
	if (unmatched.n > 0)
		json_put_text(part, "unmatched", unmatched);
}

struct str plan_table_field(struct arena *a, struct str field)
{
	static const struct {
		struct str part, field;
	} all[] = {
		{ STR_INIT(".tables[0].file"), STR_INIT(".table") },
		{ STR_INIT(".tables[0].name"), STR_INIT(".table_name") },
		{ STR_INIT(".tables["), STR_INIT(".table") },
		{ STR_INIT(".take["), STR_INIT(".take") },
	};
	for (size_t i = 0; i < COUNT(all); i++)
		for (size_t at = 0; at < field.n; at++)
			if (str_starts(str_from(field, at), all[i].part))
				return str_cat(
				    a, str_upto(field, at), all[i].field);
	return field;
}
