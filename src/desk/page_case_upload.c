/* Sending a file of data to the gate: the desk gives the ticket and never holds
 * the bytes. */
#include "desk/page_case_upload.h"

#include "base/str.h"
#include "base/time.h"
#include "desk/files.h"
#include "desk/page_case.h"
#include "sql/sql.h"
#include "templates/desk_case_upload.h"

enum { SENT_COLUMNS = 4 };

static struct ui_table table_of(
    const struct case_work *w, const struct upload_file *u, size_t n)
{
	struct arena *a = w->v->cx.arena;
	const enum msg labels[SENT_COLUMNS] = { MSG_case_document,
		MSG_upload_size, MSG_upload_received, MSG_upload_sha256 };
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, SENT_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, n * SENT_COLUMNS + 1);
	for (size_t i = 0; i < SENT_COLUMNS; i++)
		columns[i].label = case_say(w, labels[i]);
	for (size_t i = 0; i < n; i++) {
		struct ui_cell *c = &cells[i * SENT_COLUMNS];
		bool here = u[i].received != 0;
		c[0].text = u[i].name;
		c[0].sub = u[i].actor;
		c[1].text = here ? case_size(a, u[i].bytes) : STR("–");
		c[2] = (struct ui_cell){ .badge = true,
			.tone = here ? UI_GOOD : UI_WAIT,
			.text = here ? case_when(w, u[i].received)
			             : case_say(w, MSG_upload_not_yet) };
		if (u[i].swept != 0)
			c[2] = (struct ui_cell){ .badge = true,
				.tone = UI_NEUTRAL,
				.text = case_say1(w, MSG_upload_swept,
				    case_when(w, u[i].swept)) };
		c[3] = (struct ui_cell){ .code = true,
			.text = here ? u[i].sha256 : STR("–") };
	}
	return (struct ui_table){ .caption = case_say(w, MSG_upload_sent),
		.columns = columns,
		.n_columns = SENT_COLUMNS,
		.cells = cells,
		.n_rows = n,
		.dense = true,
		.empty = case_say(w, MSG_upload_none) };
}

static enum err list_sent(struct case_work *w, struct ui_table *ret)
{
	struct visit *v = w->v;
	const struct upload_file *u = NULL;
	size_t n = 0;
	enum err e = store_read(&v->cx, v->app->shared);
	if (!e)
		e = upload_list(&v->cx, w->f.no, &u, &n);
	store_end(&v->cx);
	if (!e)
		*ret = table_of(w, u, n);
	return e;
}

static enum err show(
    struct case_work *w, int status, struct str name, struct str url)
{
	struct visit *v = w->v;
	struct arena *a = v->cx.arena;
	struct ui_field field = { .kind = UI_TEXT,
		.name = STR("name"),
		.label = case_say(w, MSG_upload_name),
		.hint = case_say(w, MSG_upload_name_hint),
		.value = name };
	if (w->n_problems > 0)
		field.error = w->problems[0].text;
	struct upload_page page = { .back = case_url(w, ""),
		.self = case_url(w, "/upload"),
		.number = w->f.no,
		.problems = w->problems,
		.n_problems = w->n_problems,
		.form = { .action = case_url(w, "/upload") },
		.field = &field,
		.button = { .kind = url.n ? UI_SECONDARY : UI_PRIMARY,
		    .label = case_say(w, MSG_upload_button) },
		.name = name };
	if (url.n > 0 && url_https(url, &page.ticket))
		page_allow(
		    v, STR("form-action 'self'"), v->app->site->gate_url);
	if (url.n > 0)
		page.curl = (struct ui_code){ .caption = STR("curl"),
			.text = str_fmt(a, "curl -T %.*s %.*s",
			    STR_ARG(page_quoted(a, name)),
			    STR_ARG(page_quoted(a, url))) };
	if (case_may(w, COMMAND_prepare))
		page.prepare = case_url(w, "/prepare");
	enum err e = list_sent(w, &page.sent);
	if (e)
		return e;
	struct view view = page_view(
	    v, str_fmt(a, "%.*s %.*s", STR_ARG(case_say(w, MSG_plan_upload)),
		   STR_ARG(w->f.no)));
	view.wrong = w->n_problems > 0;
	struct buf o = page_buf(v);
	page_desk_case_upload(&o, &view, &page);
	return page_send(v, status, &o);
}

enum err page_case_upload(struct visit *v)
{
	struct case_work w;
	enum err e = case_read(v, visit_arg(v, 0), &w);
	if (!e && !w.may_attach)
		e = fail1(
		    &v->cx, ERR_DENIED, MSG_error_not_yours, STR("files"));
	return e ? e : show(&w, 200, STR(""), STR(""));
}

enum err page_case_upload_ticket(struct visit *v)
{
	struct case_work w;
	struct str id, url, name = str_trim(visit_form(v, "name"));
	enum err e = files_upload_ticket(v, visit_arg(v, 0), name, &id, &url);
	if (e && e != ERR_INVALID)
		return e;
	struct ui_problem problem = { .field = STR("name") };
	if (e)
		problem.text = fault_text(&v->cx);
	if (e && v->cx.fault.fields != NULL)
		problem.text = msg_fill(v->cx.arena, v->cx.lang,
		    v->cx.fault.fields->msg, &v->cx.fault.fields->arg, 1);
	enum err failed = case_read(v, visit_arg(v, 0), &w);
	if (failed)
		return failed;
	if (e) {
		w.problems = &problem;
		w.n_problems = 1;
	}
	return show(&w, e ? 422 : 200, name, e ? STR("") : url);
}
