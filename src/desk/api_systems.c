/* The register of systems through the API: read by everybody, imported by
 * administrators. */
#include "base/str.h"
#include "desk/systems.h"
#include "sql/sql.h"

static json_t *system_json(struct arena *a, const struct system *s)
{
	json_t *o = json_new_object(a);
	json_t *officers = json_new_array(a), *services = json_new_array(a),
	       *flagged = json_new_array(a);
	json_put_text(o, "code", s->code);
	json_put_text(o, "name_th", s->name_th);
	json_put_text(o, "name_en", s->name_en);
	json_put_text(o, "aliases", s->aliases);
	json_put_text(o, "office", s->office);
	json_put_text(o, "owner", s->owner_unit);
	json_put_text(o, "division", s->division);
	json_put_flag(o, "active", s->active);
	json_put_flag(o, "unassigned", system_unassigned(s));
	for (size_t i = 0; i < s->n_officers; i++) {
		json_t *p = json_object();
		json_put_text(p, "name", s->officers[i].name);
		json_put_text(p, "email", s->officers[i].email);
		json_put_text(p, "phone", s->officers[i].phone);
		json_array_append_new(officers, p);
	}
	for (size_t i = 0; i < s->n_services; i++) {
		json_add_text(services, s->services[i]);
		if (s->flagged[i])
			json_add_text(flagged, s->services[i]);
	}
	json_put(o, "officers", officers);
	json_put(o, "service_types", services);
	json_put(o, "flagged", flagged);
	return o;
}

enum err api_systems(struct visit *v)
{
	const struct system *list = NULL;
	size_t n = 0;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = system_list(&v->cx, visit_query(v, "office"), &list, &n);
	store_end(&v->cx);
	if (e)
		return e;
	json_t *o = json_new_object(v->cx.arena),
	       *systems = json_new_array(v->cx.arena);
	for (size_t i = 0; i < n; i++)
		json_add(systems, system_json(v->cx.arena, &list[i]));
	json_put(o, "systems", systems);
	return visit_json(v, 200, o);
}

enum err systems_import(struct visit *v, void *arg)
{
	struct ctx *cx = &v->cx;
	struct systems_import *im = arg;
	enum err e =
	    import_table(cx, &system_import_kind, im->text, &im->report);

	if (e || im->digest.n == 0 || str_eq(im->digest, im->report.digest))
		return e;
	return fail(cx, ERR_CONFLICT, MSG_error_import_changed);
}

static enum err run_import(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct systems_import *im = arg;
	(void)ret_status;
	enum err e = systems_import(v, im);
	if (!e)
		*ret = import_json(
		    v->cx.arena, &system_import_kind, &im->report, false);
	return e;
}

enum err api_systems_import(struct visit *v)
{
	struct systems_import im = { .text = json_text(v->body, "text"),
		.digest = json_text(v->body, "digest") };
	enum err e = visit_administers(v);
	if (e)
		return e;
	if (im.text.n == 0)
		field_wrong(&v->cx, STR("text"), MSG_field_required, STR(""));
	e = fields_end(&v->cx);
	if (e || !json_flag(v->body, "dry_run"))
		return e ? e : visit_act(v, run_import, &im);
	e = visit_preview(v, systems_import, &im);
	return e ? e
	         : visit_json(v, 200,
		       import_json(
			   v->cx.arena, &system_import_kind, &im.report, true));
}
