/* What an office sets for itself, and the filters that a person has named. */
#include "base/str.h"
#include "core/office_settings.h"
#include "core/saved_filter.h"
#include "desk/app.h"
#include "sql/sql.h"

static json_t *settings_json(
    struct arena *a, struct str office, const struct office_settings *s)
{
	json_t *o = json_new_object(a), *phrases = json_new_array(a);
	for (size_t i = 0; i < s->n_phrases; i++)
		json_add_text(phrases, s->phrases[i]);
	json_put_text(o, "office", office);
	json_put(o, "phrases", phrases);
	json_put_flag(o, "token_signs", s->token_signs);
	json_put_text_or_null(o, "number_out", s->number_out);
	json_put_text_or_null(o, "number_receipt", s->number_receipt);
	return o;
}

enum err api_office_settings(struct visit *v)
{
	struct office_settings s = { 0 };
	struct str office = visit_arg(v, 0);
	const struct person *p = &v->actor.person;
	if (!person_in_office(p, office) && !office_settings_may(p, office))
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = office_settings_get(&v->cx, office, &s);
	store_end(&v->cx);
	return e ? e
	         : visit_json(v, 200, settings_json(v->cx.arena, office, &s));
}

/* What is not said stays. */
static enum err take(struct visit *v, struct office_settings *s)
{
	const json_t *phrases = json_value(v->body, "phrases");
	size_t n = json_array_size(phrases);
	struct str *p = ARENA_ARRAY(v->cx.arena, struct str, n + 1);
	if (phrases != NULL && !json_is_array(phrases))
		field_wrong(
		    &v->cx, STR("phrases"), MSG_field_not_list, STR(""));
	for (size_t i = 0; i < n; i++)
		p[i] = json_as_text(json_array_get(phrases, i));
	if (phrases != NULL) {
		s->phrases = p;
		s->n_phrases = n;
	}
	if (json_value(v->body, "number_out") != NULL)
		s->number_out = json_text(v->body, "number_out");
	if (json_value(v->body, "number_receipt") != NULL)
		s->number_receipt = json_text(v->body, "number_receipt");
	s->token_signs = json_value(v->body, "token_signs") == NULL
	                     ? s->token_signs
	                     : json_flag(v->body, "token_signs");
	return fields_end(&v->cx);
}

static enum err change(struct visit *v, void *arg)
{
	struct office_settings *s = arg;
	enum err e = office_settings_get(&v->cx, visit_arg(v, 0), s);
	if (!e)
		e = take(v, s);
	return e ? e : office_settings_put(&v->cx, visit_arg(v, 0), s);
}

enum err api_office_settings_change(struct visit *v)
{
	struct office_settings s;
	enum err e = visit_change(v, change, &s);
	return e ? e
	         : visit_json(
		       v, 200, settings_json(v->cx.arena, visit_arg(v, 0), &s));
}

enum err api_filters(struct visit *v)
{
	const struct saved_filter *list = NULL;
	size_t n = 0;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = saved_filter_list(&v->cx, &list, &n);
	store_end(&v->cx);
	if (e)
		return e;
	json_t *o = json_new_object(v->cx.arena),
	       *all = json_new_array(v->cx.arena);
	for (size_t i = 0; i < n; i++)
		json_add(all, saved_filter_json(v->cx.arena, &list[i]));
	json_put(o, "filters", all);
	return visit_json(v, 200, o);
}

static enum err add(struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct saved_filter f;
	(void)arg;
	const struct case_filter q = { .q = json_text(v->body, "q"),
		.state = json_text(v->body, "state"),
		.office = json_text(v->body, "office"),
		.system = json_text(v->body, "system"),
		.mine = str_eq(json_text(v->body, "waiting"), STR("me")) };
	enum err e =
	    saved_filter_add(&v->cx, json_text(v->body, "name"), &q, &f);
	if (e)
		return e;
	*ret_status = 201;
	*ret = saved_filter_json(v->cx.arena, &f);
	return OK;
}

enum err api_filter_add(struct visit *v)
{
	return visit_act(v, add, NULL);
}

static enum err forget(struct visit *v, void *arg)
{
	(void)arg;
	return saved_filter_remove(&v->cx, visit_arg(v, 0));
}

enum err api_filter_remove(struct visit *v)
{
	enum err e = visit_change(v, forget, NULL);
	if (!e)
		response_set(v->rs, 204, STR(""), STR(""));
	return e;
}
