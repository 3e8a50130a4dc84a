/* Tables that are sent in, over the API. */
#include "base/str.h"
#include "desk/brought.h"
#include "desk/files.h"

/* Who only may read sends nothing. */
static enum err may_write(struct visit *v)
{
	return v->actor.read_only
	           ? fail(&v->cx, ERR_DENIED, MSG_error_read_only_token)
	           : OK;
}

static enum err ticket(struct visit *v, struct str *ret_id, struct str *ret_url)
{
	struct case_work *w = ARENA_NEW(v->cx.arena, struct case_work);
	enum err e = case_read(v, visit_arg(v, 0), w);
	if (!e)
		e = may_write(v);
	return e ? e : brought_ticket(w, v->body, ret_id, ret_url);
}

enum err api_upload_add(struct visit *v)
{
	struct str id, url, kind = json_text(v->body, "kind");
	bool answered, twin;
	visit_seal(v);
	enum err e = visit_replay(v, &answered);
	if (e || answered)
		return e;
	if (kind.n > 0 && !str_eq(kind, STR("table"))) {
		field_wrong(&v->cx, STR("kind"), MSG_field_bad_choice, kind);
		return fields_end(&v->cx);
	}
	e = kind.n > 0 ? ticket(v, &id, &url)
	               : files_upload_ticket(v, visit_arg(v, 0),
			     json_text(v->body, "name"), &id, &url);
	if (e)
		return e;
	json_t *o = json_new_object(v->cx.arena);
	json_put_text(o, "id", id);
	json_put_text(o, "url", url);
	/* A twin's ticket is nobody's, and is swept. */
	return visit_keep(v, 201, o, &twin);
}

enum err api_uploads(struct visit *v)
{
	struct case_work *w = ARENA_NEW(v->cx.arena, struct case_work);
	const struct inbound *all = NULL;
	size_t n = 0;
	enum err e = case_read(v, visit_arg(v, 0), w);
	if (!e)
		e = brought_read_list(w, &all, &n);
	if (e)
		return e;
	json_t *o = json_new_object(v->cx.arena);
	json_t *list = json_new_array(v->cx.arena);
	for (size_t i = 0; i < n; i++)
		if (brought_may_open(w, &all[i]))
			json_add(list, brought_json(v, &all[i]));
	json_put(o, "uploads", list);
	return visit_json(v, 200, o);
}

static enum err begin(
    struct visit *v, struct case_work **ret_w, struct inbound *ret)
{
	*ret_w = ARENA_NEW(v->cx.arena, struct case_work);
	return brought_begin(v, visit_arg(v, 0), visit_arg(v, 1), *ret_w, ret);
}

enum err api_upload(struct visit *v)
{
	struct case_work *w;
	struct inbound in;
	enum err e = begin(v, &w, &in);
	return e ? e : visit_json(v, 200, brought_json(v, &in));
}

/* For what shows values, or reads them anew. */
static enum err begin_needed(
    struct visit *v, struct case_work **ret_w, struct inbound *ret)
{
	enum err e = begin(v, ret_w, ret);
	return e ? e : brought_needed(*ret_w);
}

enum err api_upload_choose(struct visit *v)
{
	struct case_work *w;
	struct inbound in;
	enum err e = begin_needed(v, &w, &in);
	if (!e)
		e = brought_choose(w, &in, v->body);
	if (!e)
		e = brought_find(w, in.upload, &in);
	return e ? e : visit_json(v, 200, brought_json(v, &in));
}

enum err api_upload_look(struct visit *v)
{
	struct case_work *w;
	struct inbound in;
	json_t *look;
	enum err e = begin_needed(v, &w, &in);
	if (!e)
		e = brought_look(v, &in, &look);
	return e ? e : visit_json(v, 200, look);
}

enum err api_upload_corrected(struct visit *v)
{
	struct case_work *w;
	struct inbound in;
	enum err e = begin_needed(v, &w, &in);
	return e ? e : brought_corrected(v, &in);
}

enum err api_upload_difference(struct visit *v)
{
	struct case_work *w;
	struct inbound in, with;
	json_t *found;
	enum err e = begin_needed(v, &w, &in);
	if (!e)
		e = brought_find(w, visit_query(v, "with"), &with);
	if (!e)
		e = brought_difference(
		    v, &in, &with, visit_query(v, "key"), &found);
	return e ? e : visit_json(v, 200, found);
}
