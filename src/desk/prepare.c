#include "desk/prepare.h"

#include "base/str.h"
#include "core/artefact.h"
#include "core/grants.h"
#include "core/inbound.h"
#include "core/look.h"
#include "core/source_list.h"
#include "core/told.h"
#include "http/client.h"
#include "sql/sql.h"

#define MAX_ANSWER ((size_t)8 << 20)
#define BUILD_MS (10 * 60 * 1000)
#define PREVIEW_MS (20 * 1000)
#define PREVIEW_TABLE_MS (5 * 60 * 1000) /* with a table that was sent in */

static bool serves(const struct case_file *f, struct str system)
{
	for (size_t i = 0; i < f->systems.n; i++)
		if (str_eq(f->systems.v[i].code, system))
			return true;
	return false;
}

/* A source of another system than the request's was never approved. */
static enum err check_source(struct visit *v, const struct case_file *f,
    const json_t *part, struct str field, struct str *ret_system)
{
	struct listed_source s;
	struct str name = json_text(part, "source");
	enum err e = source_list_get(&v->cx, name, &s);
	*ret_system = STR("");
	if (e == ERR_NOT_FOUND || (!e && !serves(f, s.system))) {
		field_wrong(&v->cx, field, MSG_field_source_not_approved, name);
		return OK;
	}
	if (!e)
		*ret_system = s.system;
	return e;
}

static enum err check_file(
    struct visit *v, const struct case_file *f, json_t *part, struct str field)
{
	struct upload_file u;
	struct str id = json_text(part, "file");
	enum err e = upload_get(&v->cx, id, &u);
	/* A table is worked on, and never handed over as it came. */
	if (e == ERR_NOT_FOUND ||
	    (!e && (!str_eq(u.request, f->no) || u.kind.n > 0))) {
		field_wrong(&v->cx, field, MSG_field_no_such_file, id);
		return OK;
	}
	if (!e && (u.received == 0 || u.swept != 0))
		field_wrong(&v->cx, field, MSG_field_file_not_received, u.name);
	return e;
}

/* Tables that were sent in for this request and read; which bytes they are
 * becomes part of what is prepared. */
static enum err check_tables(
    struct visit *v, const struct case_file *f, json_t *part, struct str prefix)
{
	const json_t *list = json_list(part, "tables");
	enum err e = OK;
	for (size_t i = 0; i < json_array_size(list) && !e; i++) {
		json_t *t = json_array_get(list, i);
		struct inbound in;
		struct str id = json_text(t, "file");
		struct str field = str_fmt(
		    v->cx.arena, "%.*stables[%zu].file", STR_ARG(prefix), i);
		e = inbound_get(&v->cx, id, &in);
		if (e == ERR_NOT_FOUND || (!e && !str_eq(in.request, f->no))) {
			field_wrong(&v->cx, field, MSG_field_no_such_file, id);
			e = OK;
		} else if (!e && (in.state != INBOUND_read || in.swept != 0)) {
			field_wrong(
			    &v->cx, field, MSG_field_table_not_read, in.name);
		} else if (!e) {
			json_put_text(t, "sha256", in.sha256);
		}
	}
	return e;
}

static enum err check_parts(
    struct visit *v, const struct case_file *f, const json_t *plan)
{
	const json_t *parts = json_list(plan, "parts");
	enum err e = store_read(&v->cx, v->app->shared);
	for (size_t i = 0; i < json_array_size(parts) && !e; i++) {
		json_t *part = json_array_get(parts, i);
		bool query = json_text(part, "sql").n > 0;
		struct str field = str_fmt(
		    v->cx.arena, "parts[%zu].%s", i, query ? "source" : "file");
		struct str system = STR("");
		e = query ? check_source(v, f, part, field, &system)
		          : check_file(v, f, part, field);
		if (!e)
			e = check_tables(
			    v, f, part, str_fmt(v->cx.arena, "parts[%zu].", i));
		/* The request's systems may change before it is kept or sent. */
		if (system.n > 0)
			json_put_text(part, "system", system);
	}
	store_end(&v->cx);
	return e ? e : fields_end(&v->cx);
}

/* What the gate found wrong with a query is the officer's to mend. */
static enum err gate_refused(struct visit *v, const struct answer *a)
{
	json_t *problem;
	if (a->status == 429)
		return fail1(&v->cx, ERR_RATE, MSG_error_look_rate,
		    str_fmt(v->cx.arena, "%d", LOOKS_PER_HOUR));
	if (a->status != 422 ||
	    json_parse(&v->cx, a->body, MAX_ANSWER, &problem))
		return fail_detail(
		    &v->cx, ERR_BUSY, "the gate answered %d", a->status);
	const json_t *errors = json_list(problem, "errors");
	for (size_t i = 0; i < json_array_size(errors); i++) {
		const json_t *one = json_array_get(errors, i);
		struct str field = json_text(one, "field");
		field_wrong(&v->cx, field,
		    str_eq(field, STR("outlets")) ? MSG_field_no_view
						  : MSG_field_query,
		    json_text(one, "message"));
	}
	if (json_array_size(errors) == 0)
		field_wrong(&v->cx, STR("sql"), MSG_field_query,
		    json_text(problem, "detail"));
	return fields_end(&v->cx);
}

static enum err ask_gate(struct visit *v, struct str target, const json_t *body,
    int wait_ms, json_t **ret)
{
	struct answer a;
	enum err e = http_call(&v->cx, v->app->site->gate_socket, STR("POST"),
	    target, json_compact(v->cx.arena, body), MAX_ANSWER, wait_ms, &a);
	if (e)
		return e;
	if (a.status != 200)
		return gate_refused(v, &a);
	return json_parse(&v->cx, a.body, MAX_ANSWER, ret);
}

static int look_ms(const json_t *part)
{
	return json_array_size(json_list(part, "tables")) > 0 ? PREVIEW_TABLE_MS
	                                                      : PREVIEW_MS;
}

static enum err precheck(struct visit *v, const struct case_command *cc,
    struct case_file *f, json_t **ret_form)
{
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = cases_precheck(&v->cx, cc, f, ret_form);
	store_end(&v->cx);
	return e;
}

/* Only the demo, on loopback, gives networks of its own accord. */
static bool on_loopback(const struct visit *v)
{
	struct str url = v->app->site->gate_url;
	return str_starts(url, STR("http://127.")) ||
	       str_starts(url, STR("http://[::1]")) ||
	       str_starts(url, STR("http://localhost"));
}

enum err prepare_artefact(
    struct visit *v, struct case_command *cc, const json_t **ret_built)
{
	struct case_file f;
	json_t *form, *plan, *built = NULL, *sealed = NULL;
	*ret_built = NULL;
	enum err e = precheck(v, cc, &f, &form);
	if (!e)
		e = artefact_plan(&v->cx, &f, form, on_loopback(v), &plan);
	if (!e)
		e = check_parts(v, &f, plan);
	if (e)
		return e;
	json_t *order = json_keep(v->cx.arena, json_deep_copy(plan));
	json_put_text(order, "request", f.no);
	json_put_text(order, "title", case_title(&f));
	json_put(order, "about", told_of(v->cx.arena, &f));
	json_put_text(order, "lang", lang_code(v->cx.lang));
	json_put_flag(order, "export", artefact_exports(plan));
	e = ask_gate(v, STR("/build"), order, BUILD_MS, &built);
	*ret_built = built;
	if (!e)
		e = artefact_seal(&v->cx, plan, built, &sealed);
	if (!e)
		cc->artefact = sealed;
	return e;
}

enum err prepare_preview(
    struct visit *v, struct str no, const json_t *query, json_t **ret)
{
	struct case_file f;
	struct str system;
	json_t *form;
	struct case_command cc = { .no = no,
		.command = COMMAND_prepare,
		.body = json_new_object(v->cx.arena) };
	json_t *order = json_keep(v->cx.arena, json_deep_copy(query));
	enum err e = precheck(v, &cc, &f, &form);
	if (!e)
		e = store_read(&v->cx, v->app->shared);
	if (!e)
		e = check_source(v, &f, query, STR("source"), &system);
	if (!e)
		e = check_tables(v, &f, order, STR(""));
	store_end(&v->cx);
	if (!e)
		e = fields_end(&v->cx);
	if (e)
		return e;
	json_put_text(order, "request", f.no);
	json_put_text(order, "by", v->actor.person.email);
	json_put_text(order, "lang", lang_code(v->cx.lang));
	return ask_gate(v, STR("/preview"), order, look_ms(order), ret);
}

enum err prepare_look(struct visit *v, const struct case_file *f,
    const json_t *part, json_t **ret)
{
	json_t *order = json_keep(v->cx.arena, json_deep_copy(part));
	json_put_text(order, "digest", json_text(f->artefact, "digest"));
	json_put_text(order, "request", f->no);
	json_put_text(order, "by", v->actor.person.email);
	json_put_text(order, "lang", lang_code(v->cx.lang));
	return ask_gate(v, STR("/preview"), order, look_ms(order), ret);
}
