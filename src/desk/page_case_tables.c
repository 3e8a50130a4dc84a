/* On the page where data are prepared: tables that were sent in, beside a part's
 * source. Of each that can be used there is a place in the form, up to as many as
 * a part may have. */
#include "base/str.h"
#include "core/artefact_tables.h"
#include "desk/form_command.h"
#include "desk/page_case_prepare.h"

static const char *part_name(
    const struct case_form *f, size_t i, const char *name)
{
	struct arena *a = f->w->v->cx.arena;
	return str_cstr(a, str_fmt(a, "parts[%zu].%s", i, name));
}

/* What a table is called in SQL when nobody says: sent, sent2, … */
static struct str plan_table_name(struct arena *a, size_t k)
{
	return k == 0 ? STR("sent") : str_fmt(a, "sent%zu", k + 1);
}

static bool is_ready(const struct inbound *in)
{
	return in->state == INBOUND_read && in->swept == 0;
}

/* Whether another one that was read came for it. */
static bool is_replaced(
    const struct inbound *v, size_t n, const struct inbound *in)
{
	for (size_t i = 0; i < n; i++)
		if (is_ready(&v[i]) && str_eq(v[i].replaces, in->upload))
			return true;
	return false;
}

static struct str label_of(const struct case_form *f, const struct inbound *v,
    size_t n, const struct inbound *in)
{
	const struct str args[] = { in->name,
		case_number(f->w, json_int(in->found, "rows", 0)) };
	enum msg m = !is_ready(in)           ? MSG_plan_table_gone
	             : is_replaced(v, n, in) ? MSG_plan_table_replaced
	                                     : MSG_plan_table_of;
	return msg_fill(
	    f->w->v->cx.arena, f->w->v->cx.lang, m, args, COUNT(args));
}

/* Those that can be used; one that was named and cannot be any more stays, so
 * that it is said and not lost. */
static struct ui_choice *choices(const struct case_form *f,
    const struct inbound *v, size_t n, struct str chosen, size_t *ret_n)
{
	struct arena *a = f->w->v->cx.arena;
	struct ui_choice *out = ARENA_ARRAY(a, struct ui_choice, n + 1);
	size_t m = 0;
	out[m++] = (struct ui_choice){ .value = STR(""),
		.label = case_say(f->w, MSG_plan_table_none) };
	for (size_t i = 0; i < n; i++) {
		bool is_it = str_eq(v[i].upload, chosen);
		if (is_ready(&v[i]) || is_it)
			out[m++] = (struct ui_choice){ .value = v[i].upload,
				.label = label_of(f, v, n, &v[i]),
				.chosen = is_it };
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

/* "birth_date (วันที่)"; a name is followed by its parts. */
static void put_column(
    const struct case_work *w, struct buf *b, const json_t *c)
{
	const json_t *parts = json_list(c, "parts");
	struct str check = msg_code(w->v->cx.arena, w->v->cx.lang,
	    STR("brought.check-"), json_text(c, "check"));
	buf_fmt(b, "%s%.*s (%.*s)", b->n > 0 ? ", " : "",
	    STR_ARG(json_text(c, "name")), STR_ARG(check));
	for (size_t i = 0; i < json_array_size(parts); i++)
		buf_fmt(b, ", %.*s",
		    STR_ARG(json_as_text(json_array_get(parts, i))));
}

static struct str columns_text(
    const struct case_work *w, const struct inbound *in)
{
	struct buf b = buf_new(w->v->cx.arena, 65536);
	const json_t *list = json_list(in->found, "columns");
	for (size_t k = 0; k < json_array_size(list); k++)
		put_column(w, &b, json_array_get(list, k));
	return buf_view(&b);
}

enum { SENT_COLUMNS = 3 };

struct ui_table plan_sent_tables(
    const struct case_work *w, const struct inbound *v, size_t n)
{
	struct arena *a = w->v->cx.arena;
	static const enum msg labels[SENT_COLUMNS] = { MSG_brought_file,
		MSG_brought_rows, MSG_plan_table_columns };
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, SENT_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, n * SENT_COLUMNS + 1);
	size_t rows = 0;
	for (size_t i = 0; i < SENT_COLUMNS; i++)
		columns[i] =
		    (struct ui_column){ .label = case_say(w, labels[i]),
			    .number = i == 1 };
	for (size_t i = 0; i < n; i++) {
		const struct str args[] = { w->f.no, v[i].upload };
		struct ui_cell *c = &cells[rows * SENT_COLUMNS];
		if (!is_ready(&v[i]))
			continue;
		c[0] = (struct ui_cell){ .text = v[i].name,
			.url = url_path(a, "/requests/{}/tables/{}", 2, args) };
		if (is_replaced(v, n, &v[i]))
			c[0].sub = case_say(w, MSG_plan_replaced);
		c[1].text = case_number(w, json_int(v[i].found, "rows", 0));
		c[2].text = columns_text(w, &v[i]);
		rows++;
	}
	return (struct ui_table){ .caption = case_say(w, MSG_brought_title),
		.columns = columns,
		.n_columns = SENT_COLUMNS,
		.cells = cells,
		.n_rows = rows };
}

/* One of them, and what SQL calls it; numbered when there may be several. */
static void ask_table(struct case_form *f, size_t i, size_t k, bool several,
    const json_t *table, const struct inbound *v, size_t n)
{
	struct arena *a = f->w->v->cx.arena;
	struct str at = str_fmt(a, "tables[%zu].", k);
	struct str nth = case_number(f->w, (int64_t)k + 1);
	struct str name = json_text(table, "name");
	size_t n_choices = 0;
	struct ui_choice *all =
	    choices(f, v, n, json_text(table, "file"), &n_choices);
	struct ui_field *which = form_choices(f, UI_SELECT,
	    part_name(f, i, str_cstr(a, str_cat(a, at, STR("file")))),
	    MSG_plan_table, k == 0 ? MSG_plan_table_hint : MSG_NONE, all,
	    n_choices);
	which->optional = true;
	if (several)
		which->label = case_say1(f->w, MSG_plan_table_nth, nth);
	struct ui_field *called = form_text(f,
	    part_name(f, i, str_cstr(a, str_cat(a, at, STR("name")))),
	    MSG_plan_table_name, k == 0 ? MSG_plan_table_name_hint : MSG_NONE,
	    name.n > 0 ? name : plan_table_name(a, k));
	called->optional = true;
	called->width = UI_HALF;
	if (several)
		called->label = case_say1(f->w, MSG_plan_table_name_nth, nth);
}

size_t plan_ask_tables(struct case_form *f, size_t i, const json_t *part,
    const struct inbound *v, size_t n)
{
	const json_t *list = json_list(part, "tables");
	size_t slots = 0;
	for (size_t k = 0; k < n && slots < ARTEFACT_TABLES; k++)
		slots += is_ready(&v[k]) && !is_replaced(v, n, &v[k]);
	if (slots < json_array_size(list))
		slots = json_array_size(list);
	if (slots > ARTEFACT_TABLES)
		slots = ARTEFACT_TABLES;
	for (size_t k = 0; k < slots; k++)
		ask_table(f, i, k, slots > 1, json_array_get(list, k), v, n);
	return slots;
}

void plan_ask_unmatched(struct case_form *f, size_t i, const json_t *part)
{
	struct ui_field *unmatched =
	    form_text(f, part_name(f, i, "unmatched"), MSG_plan_unmatched,
		MSG_plan_unmatched_hint, json_text(part, "unmatched"));
	unmatched->optional = true;
	unmatched->width = UI_HALF;
}

void plan_ask_take(struct case_form *f, size_t i, const json_t *part)
{
	struct ui_field *take =
	    form_area(f, part_name(f, i, "take"), MSG_plan_take,
		MSG_plan_take_hint, takes_text(f->w->v->cx.arena, part));
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

static json_t *read_named(struct visit *v, struct str prefix)
{
	struct arena *a = v->cx.arena;
	json_t *list = json_new_array(a);
	for (size_t k = 0; k < ARTEFACT_TABLES; k++) {
		struct str at =
		    str_fmt(a, "%.*s.tables[%zu]", STR_ARG(prefix), k);
		struct str file = posted(v, at, "file");
		struct str name = posted(v, at, "name");
		if (file.n == 0)
			continue;
		json_t *o = json_new_object(a);
		json_put_text(
		    o, "name", name.n > 0 ? name : plan_table_name(a, k));
		json_put_text(o, "file", file);
		json_add(list, o);
	}
	return list;
}

void plan_read_tables(struct visit *v, struct str prefix, json_t *part)
{
	json_t *tables = read_named(v, prefix);
	struct str unmatched = posted(v, prefix, "unmatched");
	struct str take = posted(v, prefix, "take");
	if (json_array_size(tables) > 0)
		json_put(part, "tables", tables);
	if (take.n > 0)
		json_put(part, "take", read_takes(v, take));
	if (unmatched.n > 0)
		json_put_text(part, "unmatched", unmatched);
}

/* All that is taken out of the source stands in one field. */
struct str plan_table_field(struct arena *a, struct str field)
{
	static const struct str take = STR_INIT(".take[");
	for (size_t at = 0; at < field.n; at++)
		if (str_starts(str_from(field, at), take))
			return str_cat(a, str_upto(field, at), STR(".take"));
	return field;
}
