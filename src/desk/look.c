#include "desk/look.h"

#include "base/str.h"
#include "core/look.h"
#include "desk/files.h"
#include "desk/page_case_look.h"
#include "desk/prepare.h"
#include "sql/sql.h"
#include "templates/desk_case_look.h"

bool look_may(const struct case_work *w)
{
	return w->f.artefact != NULL &&
	       (case_may(w, COMMAND_check) || case_may(w, COMMAND_prepare));
}

static struct ui_cell cell_of(struct arena *a, const json_t *value)
{
	if (json_is_null(value))
		return (struct ui_cell){ .text = STR("NULL") };
	if (json_is_string(value))
		return (struct ui_cell){ .text = json_as_text(value) };
	return (struct ui_cell){ .text = json_compact(a, value) };
}

static bool is_dropped(const json_t *said, struct str name)
{
	return str_eq(json_text(json_named(said, name), "mask"), STR("drop"));
}

struct ui_table look_table(
    const struct case_work *w, const json_t *look, const json_t *said)
{
	struct arena *a = w->v->cx.arena;
	const json_t *found = json_list(look, "columns");
	const json_t *rows = json_list(look, "rows");
	size_t all = json_array_size(found), n = json_array_size(rows);
	size_t *at = ARENA_ARRAY(a, size_t, all + 1), width = 0;
	struct ui_column *columns = ARENA_ARRAY(a, struct ui_column, all + 1);
	for (size_t i = 0; i < all; i++) {
		struct str name = json_text(json_array_get(found, i), "name");
		if (is_dropped(said, name))
			continue;
		columns[width].label = name;
		at[width++] = i;
	}
	struct ui_cell *cells = ARENA_ARRAY(a, struct ui_cell, n * width + 1);
	for (size_t i = 0; i < n * width; i++)
		cells[i] =
		    cell_of(a, json_array_get(json_array_get(rows, i / width),
				   at[i % width]));
	return (struct ui_table){ .caption = case_say1(w, MSG_plan_rows,
				      case_number(w, (int64_t)n)),
		.columns = columns,
		.n_columns = width,
		.cells = cells,
		.n_rows = n,
		.dense = true,
		.empty = case_say(w, MSG_plan_no_rows) };
}

/* The request for one who may look at it now; to others who see it, 403. */
static enum err begin(struct visit *v, struct case_work *w)
{
	enum err e = case_read(v, visit_arg(v, 0), w);
	if (e)
		return e;
	if (!case_may(w, COMMAND_check) && !case_may(w, COMMAND_prepare))
		return fail1(&v->cx, ERR_DENIED, MSG_error_not_yours,
		    msg_text(v->cx.lang, MSG_act_look));
	return w->f.artefact != NULL
	           ? OK
	           : fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
}

/* The part of that number, from 1, if it is a query; a finished file has no
 * rows to be looked at. */
static enum err part_of(
    const struct case_work *w, struct str number, const json_t **ret)
{
	const json_t *list = json_list(w->f.artefact, "parts");
	int64_t n;
	if (str_i64(number, &n) && n >= 1 &&
	    (uint64_t)n <= json_array_size(list)) {
		*ret = json_array_get(list, (size_t)n - 1);
		if (json_text(*ret, "sql").n > 0)
			return OK;
	}
	return fail(&w->v->cx, ERR_NOT_FOUND, MSG_error_not_found);
}

static enum err look_at(struct visit *v, struct str number, struct case_work *w,
    const json_t **ret_part, json_t **ret)
{
	enum err e = begin(v, w);
	if (!e)
		e = part_of(w, number, ret_part);
	return e ? e : prepare_look(v, &w->f, *ret_part, ret);
}

enum err api_artefact_rows(struct visit *v)
{
	struct case_work *w = ARENA_NEW(v->cx.arena, struct case_work);
	const json_t *part;
	json_t *look;
	enum err e = look_at(v, visit_arg(v, 1), w, &part, &look);
	if (e)
		return e;
	json_t *o = json_new_object(v->cx.arena);
	json_put_text(o, "part", json_text(part, "name"));
	json_put_text(o, "digest", json_text(w->f.artefact, "digest"));
	json_put(o, "columns", json_list(look, "columns"));
	json_put(o, "rows", json_list(look, "rows"));
	return visit_json(v, 200, o);
}

enum err page_case_look(struct visit *v)
{
	struct case_work *w = ARENA_NEW(v->cx.arena, struct case_work);
	const json_t *part;
	json_t *look;
	enum err e = look_at(v, visit_form(v, "part"), w, &part, &look);
	if (e)
		return e;
	struct str title = json_text(part, "title_th");
	struct look_page page = { .back = case_url(w, "#made"),
		.number = w->f.no,
		.part = title.n > 0 ? title : json_text(part, "name"),
		.digest = json_text(w->f.artefact, "digest"),
		.rows = look_table(w, look, json_list(part, "columns")) };
	struct view view =
	    page_view(v, case_say1(w, MSG_look_title, page.part));
	view.wide = true;
	struct buf o = page_buf(v);
	page_desk_case_look(&o, &view, &page);
	return page_send(v, 200, &o);
}

static enum err document_of(
    const struct case_work *w, struct str sha256, struct look_document *ret)
{
	const json_t *list = json_list(w->f.artefact, "documents");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *d = json_array_get(list, i);
		if (!str_eq(json_text(d, "sha256"), sha256))
			continue;
		*ret = (struct look_document){ .request = w->f.no,
			.digest = json_text(w->f.artefact, "digest"),
			.name = json_text(d, "name"),
			.form = json_text(d, "form"),
			.sha256 = sha256,
			.bytes = json_int(d, "bytes", 0) };
		return OK;
	}
	return fail(&w->v->cx, ERR_NOT_FOUND, MSG_error_not_found);
}

static enum err new_ticket(
    struct visit *v, const struct look_document *d, struct str *ret_secret)
{
	struct str email = v->actor.person.email;
	enum err e = store_write(&v->cx, v->app->shared);
	if (!e)
		e = look_left(&v->cx, email);
	if (!e)
		e = look_ticket_new(&v->cx, d, email, ret_secret);
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	return e;
}

enum err api_artefact_document(struct visit *v)
{
	struct case_work *w = ARENA_NEW(v->cx.arena, struct case_work);
	struct look_document d;
	struct str secret = { 0 };
	enum err e = begin(v, w);
	if (!e)
		e = document_of(w, visit_arg(v, 1), &d);
	if (!e)
		e = new_ticket(v, &d, &secret);
	if (!e)
		files_lead_to_gate(v, STR("/v1/l/"), secret);
	return e;
}

enum err page_case_built(struct visit *v)
{
	return api_artefact_document(v);
}
