/* Mail that came, over the API: what is held, and what becomes of it. */
#include "base/str.h"
#include "desk/files.h"
#include "desk/replies_out.h"
#include "sql/sql.h"

enum { PAGE_REPLIES = 50 };

struct str replies_file_names(
    struct arena *a, enum lang lang, const json_t *files, bool left_out)
{
	struct str all = STR("");
	for (size_t i = 0; i < json_array_size(files); i++) {
		const json_t *f = json_array_get(files, i);
		struct str name = json_text(f, "name");
		struct str why = json_text(f, "left_out");
		if (why.n == 0)
			why = json_text(f, "why");
		if ((why.n > 0) != left_out)
			continue;
		if (left_out)
			name = str_fmt(a, "%.*s (%.*s)", STR_ARG(name),
			    STR_ARG(
				msg_code(a, lang, STR("replies.left."), why)));
		all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all), all.n ? ", " : "",
		    STR_ARG(name));
	}
	return all;
}

static enum err state_of(struct visit *v, enum reply_state *ret)
{
	struct str asked = visit_query(v, "state");
	*ret = REPLY_HELD;
	if (asked.n == 0)
		return OK;
	for (size_t i = 0; i < REPLY_STATES; i++)
		if (str_eq(asked, str_of(reply_states[i]))) {
			*ret = (enum reply_state)i;
			return OK;
		}
	field_wrong(&v->cx, STR("state"), MSG_field_bad_choice, asked);
	return fields_end(&v->cx);
}

enum err api_replies(struct visit *v)
{
	const struct reply *list = NULL;
	size_t n = 0;
	int64_t before;
	enum reply_state state = REPLY_HELD;
	if (!str_i64(visit_query(v, "before"), &before))
		before = 0;
	enum err e = state_of(v, &state);
	if (!e)
		e = store_read(&v->cx, v->app->people);
	if (!e)
		e = reply_list(&v->cx, state, before, PAGE_REPLIES, &list, &n);
	store_end(&v->cx);
	if (e)
		return e;
	json_t *o = json_new_object(v->cx.arena),
	       *all = json_new_array(v->cx.arena);
	for (size_t i = 0; i < n; i++)
		json_add(all, reply_json(v->cx.arena, &list[i]));
	json_put(o, "replies", all);
	return visit_json(v, 200, o);
}

static enum err id_of(struct visit *v, int64_t *ret)
{
	return str_i64(visit_arg(v, 0), ret)
	           ? OK
	           : fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
}

enum err api_reply(struct visit *v)
{
	struct reply r;
	int64_t id = 0;
	enum err e = id_of(v, &id);
	if (!e)
		e = store_read(&v->cx, v->app->people);
	if (!e)
		e = reply_get(&v->cx, id, &r);
	store_end(&v->cx);
	return e ? e : visit_json(v, 200, reply_json(v->cx.arena, &r));
}

enum err api_reply_mail(struct visit *v)
{
	struct reply r;
	int64_t id = 0;
	enum err e = id_of(v, &id);
	if (!e)
		e = store_read(&v->cx, v->app->people);
	if (!e)
		e = reply_get_mail(&v->cx, id, &r);
	store_end(&v->cx);
	return e ? e
	         : files_send_mail(v, r.sha256, r.bytes,
		       str_fmt(v->cx.arena, "reply-%lld", (long long)r.id));
}

enum err replies_act_attach(
    struct visit *v, struct str request, struct reply *ret)
{
	int64_t id = 0;
	enum err e = id_of(v, &id);
	return e ? e : reply_attach(&v->cx, id, request, ret);
}

enum err replies_act_aside(
    struct visit *v, struct str reason, struct reply *ret)
{
	int64_t id = 0;
	enum err e = id_of(v, &id);
	return e ? e : reply_set_aside(&v->cx, id, reason, ret);
}

static enum err attach(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct reply r;
	(void)arg;
	enum err e = replies_act_attach(v, json_text(v->body, "request"), &r);
	*ret_status = 200;
	*ret = e ? NULL : reply_json(v->cx.arena, &r);
	return e;
}

enum err api_reply_attach(struct visit *v)
{
	return visit_act(v, attach, NULL);
}

static enum err aside(struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct reply r;
	(void)arg;
	enum err e = replies_act_aside(v, json_text(v->body, "reason"), &r);
	*ret_status = 200;
	*ret = e ? NULL : reply_json(v->cx.arena, &r);
	return e;
}

enum err api_reply_aside(struct visit *v)
{
	return visit_act(v, aside, NULL);
}
