/* Rounds of the yearly list for destruction through the API. */
#include "base/str.h"
#include "desk/disposal_out.h"
#include "desk/register_out.h"
#include "sql/sql.h"

enum err api_rounds(struct visit *v)
{
	const struct round_entry *list = NULL;
	size_t n = 0;
	int64_t year = 0;
	struct str office = visit_query(v, "office"),
		   wanted = visit_query(v, "year");
	if (wanted.n > 0 && !str_i64(wanted, &year))
		field_wrong(&v->cx, STR("year"), MSG_field_bad_number, STR(""));
	if (office.n == 0)
		field_wrong(&v->cx, STR("office"), MSG_field_required, STR(""));
	enum err e = fields_end(&v->cx);
	if (!e && !register_may_read(v, office))
		e = fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	if (!e)
		e = store_read(&v->cx, v->app->people);
	if (!e)
		e = round_list(&v->cx, office, year, &list, &n);
	store_end(&v->cx);
	return e ? e
	         : visit_json(v, 200, round_entries_json(v->cx.arena, list, n));
}

static enum err answer(struct visit *v, const struct disposal_round *r,
    int status, int *ret_status, json_t **ret)
{
	*ret_status = status;
	*ret = round_json(&v->cx, r, &v->actor.person);
	return OK;
}

static enum err open_round(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct disposal_round r;
	const struct new_round n = { .office = json_text(v->body, "office"),
		.year = json_int(v->body, "year", 0) };
	(void)arg;
	enum err e = round_open(&v->cx, &n, &r);
	return e ? e : answer(v, &r, 201, ret_status, ret);
}

enum err api_round_open(struct visit *v)
{
	return visit_act(v, open_round, NULL);
}

static enum err read_round(struct visit *v, struct disposal_round *ret)
{
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = round_get(&v->cx, visit_arg(v, 0), ret);
	store_end(&v->cx);
	return e;
}

enum err api_round(struct visit *v)
{
	struct disposal_round r;
	enum err e = read_round(v, &r);
	return e ? e
	         : visit_json(v, 200, round_json(&v->cx, &r, &v->actor.person));
}

enum err api_round_file(struct visit *v)
{
	struct disposal_round r;
	enum err e = read_round(v, &r);
	return e ? e : round_send(v, &r, visit_arg(v, 1));
}

enum err page_round_file(struct visit *v)
{
	return api_round_file(v);
}

static enum err act(struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct disposal_round r;
	int what = kind_find(visit_arg(v, 1), disposal_acts, DISPOSAL_ACTS);
	(void)arg;
	if (what < 0)
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	const struct round_command rc = { .id = visit_arg(v, 0),
		.act = (enum disposal_act)what,
		.body = v->body ? v->body : json_new_object(v->cx.arena),
		.if_match = visit_if_match(v) };
	enum err e = round_command(&v->cx, &rc, &r);
	return e ? e : answer(v, &r, 200, ret_status, ret);
}

enum err api_round_act(struct visit *v)
{
	return visit_act(v, act, NULL);
}
