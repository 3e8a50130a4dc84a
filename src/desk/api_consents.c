/* Standing consents over the API: list, give, revoke. */
#include "base/str.h"
#include "core/prior.h"
#include "desk/app.h"
#include "sql/sql.h"

enum err api_consents(struct visit *v)
{
	const struct prior *list = NULL;
	size_t n = 0;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = prior_list(&v->cx, &list, &n);
	store_end(&v->cx);
	if (e)
		return e;
	json_t *o = json_new_object(v->cx.arena),
	       *all = json_new_array(v->cx.arena);
	for (size_t i = 0; i < n; i++)
		json_add(all, prior_json(v->cx.arena, &v->cx, &list[i]));
	json_put(o, "consents", all);
	return visit_json(v, 200, o);
}

static enum err give(struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct prior s;
	(void)arg;
	enum err e = prior_add(&v->cx, v->body, &s);
	if (e)
		return e;
	*ret_status = 201;
	*ret = prior_json(v->cx.arena, &v->cx, &s);
	return OK;
}

enum err api_consent_add(struct visit *v)
{
	return visit_act(v, give, NULL);
}

static enum err revoke(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct prior s;
	(void)arg;
	enum err e = prior_revoke(
	    &v->cx, visit_arg(v, 0), json_text(v->body, "reason"), &s);
	if (e)
		return e;
	*ret_status = 200;
	*ret = prior_json(v->cx.arena, &v->cx, &s);
	return OK;
}

enum err api_consent_revoke(struct visit *v)
{
	return visit_act(v, revoke, NULL);
}
