/* Lists of codes through the API: what officers of a system offer, and what is
 * offered for the tables of a request. */
#include "base/str.h"
#include "desk/code_lists.h"

static json_t *all_json(
    struct visit *v, const struct code_list *l, size_t n, bool officer)
{
	json_t *o = json_new_object(v->cx.arena);
	json_t *list = json_new_array(v->cx.arena);
	for (size_t i = 0; i < n; i++)
		json_add(list, code_list_json(v->cx.arena, &l[i], officer));
	json_put(o, "code_lists", list);
	return o;
}

enum err api_code_lists(struct visit *v)
{
	struct system s;
	const struct code_list *l = NULL;
	const struct listed_source *sources;
	size_t n = 0, n_sources;
	enum err e = code_lists_begin(v, visit_arg(v, 0), &s);
	if (!e)
		e = code_lists_read(v, s.code, &l, &n, &sources, &n_sources);
	return e ? e : visit_json(v, 200, all_json(v, l, n, true));
}

enum err api_code_list_add(struct visit *v)
{
	struct system s;
	bool answered, twin = false;
	struct code_list l = { .source = json_text(v->body, "source"),
		.title_th = json_text(v->body, "title_th"),
		.title_en = json_text(v->body, "title_en"),
		.query = json_text(v->body, "sql") };
	enum err e = visit_replay(v, &answered);
	if (e || answered)
		return e;
	e = code_lists_begin(v, visit_arg(v, 0), &s);
	if (!e)
		e = code_lists_make(v, &s, &l);
	if (!e)
		e = visit_keep(
		    v, 201, code_list_json(v->cx.arena, &l, true), &twin);
	return !e && twin ? code_lists_end(v, &s, l.id) : e;
}

enum err api_code_list_end(struct visit *v)
{
	struct system s;
	enum err e = code_lists_begin(v, visit_arg(v, 0), &s);
	if (!e)
		e = code_lists_end(v, &s, visit_arg(v, 1));
	if (!e)
		response_set(v->rs, 204, STR(""), STR(""));
	return e;
}

enum err api_code_lists_offered(struct visit *v)
{
	struct case_work *w = ARENA_NEW(v->cx.arena, struct case_work);
	const struct code_list *l = NULL;
	size_t n = 0;
	enum err e = case_read(v, visit_arg(v, 0), w);
	if (!e)
		e = code_lists_offered(w, NULL, &l, &n);
	return e ? e : visit_json(v, 200, all_json(v, l, n, false));
}
