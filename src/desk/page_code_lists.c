/* The lists of codes that one system offers, for its officers: a table of them, and
 * the forms that make one and end one. */
#include "base/str.h"
#include "base/time.h"
#include "desk/code_lists.h"
#include "desk/page_tables.h"

enum { LIST_COLUMNS = 4, FORM_FIELDS = 4 };

/* The page being made. */
struct work {
	struct visit *v;
	struct system system;
	const struct code_list *lists;
	size_t n_lists;
	const struct listed_source *sources;
	size_t n_sources;
	struct tables_page page;
};

static struct str say(const struct work *w, enum msg m)
{
	return msg_text(w->v->cx.lang, m);
}

static struct str say1(const struct work *w, enum msg m, struct str arg)
{
	return msg_fill(w->v->cx.arena, w->v->cx.lang, m, &arg, 1);
}

static struct str say2(
    const struct work *w, enum msg m, struct str one, struct str two)
{
	const struct str args[] = { one, two };
	return msg_fill(w->v->cx.arena, w->v->cx.lang, m, args, COUNT(args));
}

static struct str when(const struct work *w, int64_t at)
{
	return time_short(w->v->cx.arena, w->v->cx.lang, at);
}

static void put_state(
    const struct work *w, const struct code_list *l, struct ui_cell *c)
{
	c->badge = true;
	c->text = say(w, l->ended     ? MSG_codes_ended
			 : l->trouble ? MSG_codes_troubled
				      : MSG_codes_offered);
	c->tone = l->ended ? UI_NEUTRAL : l->trouble ? UI_BAD : UI_GOOD;
	c->sub = l->ended ? say2(w, MSG_codes_ended_by, l->ended_by,
				when(w, l->ended))
	                  : code_trouble_text(w->v, l->trouble);
}

static void put_list(
    const struct work *w, const struct code_list *l, struct ui_cell *c)
{
	c[0].text = tables_name(w->v, l->title_th, l->title_en);
	c[0].sub = say2(w, MSG_codes_made_by, l->made_by, when(w, l->made));
	c[1].text = l->source;
	c[1].sub = l->query;
	c[1].code = true;
	c[2].text = say1(w, MSG_codes_count,
	    str_fmt(w->v->cx.arena, "%lld", (long long)l->codes));
	c[2].sub = say1(w, MSG_codes_looked, when(w, l->looked));
	put_state(w, l, &c[3]);
}

static void put_lists(struct work *w)
{
	static const enum msg heads[LIST_COLUMNS] = { MSG_codes_title_head,
		MSG_codes_query, MSG_codes_codes, MSG_codes_state };
	struct ui_cell *c = tables_add(
	    w->v, &w->page, w->page.title, heads, LIST_COLUMNS, w->n_lists);
	w->page.tables[0].hide_caption = true;
	w->page.tables[0].empty = say(w, MSG_codes_none);
	for (size_t i = 0; i < w->n_lists; i++, c += LIST_COLUMNS)
		put_list(w, &w->lists[i], c);
}

static struct ui_field source_field(struct work *w)
{
	struct visit *v = w->v;
	struct ui_field f =
	    tables_field(v, "source", MSG_codes_source, MSG_NONE);
	struct ui_choice *c =
	    ARENA_ARRAY(v->cx.arena, struct ui_choice, w->n_sources + 1);
	for (size_t i = 0; i < w->n_sources; i++)
		c[i] = (struct ui_choice){ .value = w->sources[i].name,
			.label = w->sources[i].name,
			.chosen = str_eq(f.value, w->sources[i].name) };
	f.kind = UI_SELECT;
	f.choices = c;
	f.n_choices = w->n_sources;
	return f;
}

static void put_make(struct work *w)
{
	struct visit *v = w->v;
	struct ui_field *f =
	    ARENA_ARRAY(v->cx.arena, struct ui_field, FORM_FIELDS);
	if (w->n_sources == 0)
		return;
	f[0] = tables_field(
	    v, "title_th", MSG_codes_title_th, MSG_codes_title_hint);
	f[1] = tables_field(v, "title_en", MSG_codes_title_en, MSG_NONE);
	f[0].max_chars = f[1].max_chars = 100;
	f[2] = source_field(w);
	f[3] = tables_field(v, "sql", MSG_codes_query, MSG_codes_query_hint);
	f[3].kind = UI_LINES;
	f[3].input = UI_CODE;
	tables_form(v, &w->page, MSG_codes_make, MSG_codes_make_intro,
	    url_path(v->cx.arena, "/systems/{}/code-lists", 1, &w->system.code),
	    f, FORM_FIELDS);
}

static void put_end(struct work *w)
{
	struct visit *v = w->v;
	struct ui_field *f = ARENA_NEW(v->cx.arena, struct ui_field);
	struct ui_choice *c =
	    ARENA_ARRAY(v->cx.arena, struct ui_choice, w->n_lists + 1);
	size_t n = 0;
	for (size_t i = 0; i < w->n_lists; i++)
		if (w->lists[i].ended == 0)
			c[n++] = (struct ui_choice){ .value = w->lists[i].id,
				.label = tables_name(v, w->lists[i].title_th,
				    w->lists[i].title_en) };
	if (n == 0)
		return;
	*f = tables_field(v, "list", MSG_codes_title_head, MSG_NONE);
	f->kind = UI_SELECT;
	f->choices = c;
	f->n_choices = n;
	tables_form(v, &w->page, MSG_codes_end, MSG_codes_end_intro,
	    url_path(
		v->cx.arena, "/systems/{}/code-lists/end", 1, &w->system.code),
	    f, 1)
	    ->button.kind = UI_DANGER;
}

static enum err show(struct work *w, int status, const struct fault *why)
{
	struct visit *v = w->v;
	enum err e = code_lists_read(v, w->system.code, &w->lists, &w->n_lists,
	    &w->sources, &w->n_sources);
	if (e)
		return e;
	w->page.back = url_local(STR("/systems"));
	w->page.back_label = say(w, MSG_systems_title);
	w->page.title = say1(w, MSG_codes_title,
	    tables_name(v, w->system.name_th, w->system.name_en));
	w->page.intro = say(w, MSG_codes_intro);
	tables_problems(v, &w->page, why);
	put_lists(w);
	put_make(w);
	put_end(w);
	return tables_send(v, &w->page, status);
}

static enum err begin(struct visit *v, struct work **ret)
{
	*ret = ARENA_NEW(v->cx.arena, struct work);
	(*ret)->v = v;
	return code_lists_begin(v, visit_arg(v, 0), &(*ret)->system);
}

enum err page_code_lists(struct visit *v)
{
	struct work *w;
	struct fault none = { 0 };
	enum err e = begin(v, &w);
	return e ? e : show(w, 200, &none);
}

static enum err back(struct visit *v, const struct work *w)
{
	return visit_go(v,
	    url_path(v->cx.arena, "/systems/{}/code-lists", 1, &w->system.code)
		.s);
}

enum err page_code_list_add(struct visit *v)
{
	struct work *w;
	struct code_list l = { .source = visit_form(v, "source"),
		.title_th = visit_form(v, "title_th"),
		.title_en = visit_form(v, "title_en"),
		.query = visit_form(v, "sql") };
	enum err e = begin(v, &w);
	if (e)
		return e;
	e = code_lists_make(v, &w->system, &l);
	if (!e)
		return back(v, w);
	if (e != ERR_INVALID)
		return e;
	struct fault why = v->cx.fault;
	v->cx.fault = (struct fault){ 0 };
	return show(w, err_status(e), &why);
}

enum err page_code_list_end(struct visit *v)
{
	struct work *w;
	enum err e = begin(v, &w);
	if (!e)
		e = code_lists_end(v, &w->system, visit_form(v, "list"));
	return e ? e : back(v, w);
}
