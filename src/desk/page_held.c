/* Mail that waits for a person of the records office, or for an officer: what it
 * says, and two ways out. The same acts as /api/v1/replies. */
#include "desk/page_held.h"

#include "base/str.h"
#include "base/time.h"
#include "core/replies.h"
#include "desk/form_command.h"
#include "desk/page_case.h"
#include "desk/replies_out.h"
#include "sql/sql.h"
#include "templates/desk_held.h"
#include "templates/desk_held_one.h"

enum { HELD_COLUMNS = 3, PAGE_HELD = 50, MAX_LINE = 16 << 10 };

static struct str say(const struct visit *v, enum msg m)
{
	return msg_text(v->cx.lang, m);
}

static struct str why_of(const struct visit *v, const struct reply *r)
{
	return msg_code(v->cx.arena, v->cx.lang, STR("replies.why."),
	    str_of(reply_whys[r->why]));
}

static struct str sender_of(const struct visit *v, const struct reply *r)
{
	if (r->sender.n == 0)
		return say(v, MSG_replies_no_sender);
	if (r->sender_name.n == 0)
		return r->sender;
	return str_fmt(v->cx.arena, "%.*s <%.*s>", STR_ARG(r->sender_name),
	    STR_ARG(r->sender));
}

static struct str subject_of(const struct visit *v, const struct reply *r)
{
	return r->subject.n ? r->subject : say(v, MSG_replies_no_subject);
}

static struct url url_of(
    const struct visit *v, const struct reply *r, const char *tail)
{
	struct str id = str_fmt(v->cx.arena, "%lld", (long long)r->id);
	if (str_eq(str_of(tail), STR("mail")))
		return url_path(v->cx.arena, "/replies/{}/mail", 1, &id);
	if (str_eq(str_of(tail), STR("attach")))
		return url_path(v->cx.arena, "/replies/{}/attach", 1, &id);
	if (str_eq(str_of(tail), STR("aside")))
		return url_path(v->cx.arena, "/replies/{}/aside", 1, &id);
	return url_path(v->cx.arena, "/replies/{}", 1, &id);
}

static struct ui_table table_of(
    const struct visit *v, const struct reply *list, size_t n)
{
	static const enum msg heads[HELD_COLUMNS] = { MSG_replies_subject,
		MSG_replies_sender, MSG_replies_why };
	struct arena *a = v->cx.arena;
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, HELD_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, n * HELD_COLUMNS + 1);
	for (size_t i = 0; i < HELD_COLUMNS; i++)
		columns[i].label = say(v, heads[i]);
	for (size_t i = 0; i < n; i++) {
		struct ui_cell *c = &cells[i * HELD_COLUMNS];
		c[0].text = subject_of(v, &list[i]);
		c[0].url = url_of(v, &list[i], "");
		c[0].sub = time_short(a, v->cx.lang, list[i].at);
		c[1].text = sender_of(v, &list[i]);
		c[2].text = why_of(v, &list[i]);
		c[2].sub = list[i].request;
	}
	return (struct ui_table){ .caption = say(v, MSG_replies_title),
		.hide_caption = true,
		.columns = columns,
		.n_columns = HELD_COLUMNS,
		.cells = cells,
		.n_rows = n,
		.empty = say(v, MSG_replies_none) };
}

enum err page_held(struct visit *v)
{
	const struct reply *list = NULL;
	size_t n = 0;
	int64_t before;
	if (!str_i64(visit_query(v, "before"), &before))
		before = 0;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = reply_list(
		    &v->cx, REPLY_HELD, before, PAGE_HELD, &list, &n);
	store_end(&v->cx);
	if (e)
		return e;
	struct held_page page = { .table = table_of(v, list, n) };
	if (n == PAGE_HELD) {
		struct str last =
		    str_fmt(v->cx.arena, "%lld", (long long)list[n - 1].id);
		page.older =
		    url_path(v->cx.arena, "/replies?before={}", 1, &last);
	}
	struct view view = page_view(v, say(v, MSG_replies_title));
	view.wide = true;
	struct buf o = page_buf(v);
	page_desk_held(&o, &view, &page);
	return page_send(v, 200, &o);
}

static struct str error_of(const struct visit *v, const struct fault *fault,
    struct str name, struct str label)
{
	for (const struct field_error *e = fault->fields; e; e = e->next)
		if (str_eq(e->field, name))
			return str_fmt(v->cx.arena, "%.*s: %.*s",
			    STR_ARG(label),
			    STR_ARG(msg_fill(
				v->cx.arena, v->cx.lang, e->msg, &e->arg, 1)));
	return STR("");
}

static void put_forms(const struct visit *v, const struct reply *r,
    const struct fault *fault, struct held_one_page *page)
{
	struct str typed = visit_form(v, "request");
	page->attach = (struct ui_form){ .action = url_of(v, r, "attach") };
	page->aside = (struct ui_form){ .action = url_of(v, r, "aside") };
	page->request = (struct ui_field){ .kind = UI_TEXT,
		.name = STR("request"),
		.label = say(v, MSG_replies_request),
		.value = typed.n ? typed : r->request };
	page->reason = (struct ui_field){ .kind = UI_LINES,
		.name = STR("reason"),
		.label = say(v, MSG_replies_reason),
		.value = visit_form(v, "reason") };
	page->request.error =
	    error_of(v, fault, page->request.name, page->request.label);
	page->reason.error =
	    error_of(v, fault, page->reason.name, page->reason.label);
	page->attach_button = (struct ui_button){ .kind = UI_PRIMARY,
		.label = say(v, MSG_replies_attach) };
	page->aside_button = (struct ui_button){ .kind = UI_SECONDARY,
		.label = say(v, MSG_replies_aside) };
}

static void put_problems(const struct visit *v, struct held_one_page *page)
{
	struct ui_problem *list =
	    ARENA_ARRAY(v->cx.arena, struct ui_problem, 2);
	const struct ui_field *fields[] = { &page->request, &page->reason };
	page->problems = list;
	for (size_t i = 0; i < COUNT(fields); i++)
		if (fields[i]->error.n > 0)
			list[page->n_problems++] =
			    (struct ui_problem){ fields[i]->name,
				    fields[i]->error };
}

static void put_rows(
    const struct visit *v, const struct reply *r, struct rows_of *rows)
{
	struct arena *a = v->cx.arena;
	row_text(rows, say(v, MSG_replies_sender), sender_of(v, r));
	row_text(
	    rows, say(v, MSG_replies_when), time_short(a, v->cx.lang, r->at));
	if (r->state == REPLY_HELD)
		row_text(rows, say(v, MSG_replies_why), why_of(v, r));
	if (r->kind == REPLY_AUTOMATIC)
		row_text(rows, say(v, MSG_replies_kind),
		    say(v, MSG_replies_automatic));
	row_some(rows, say(v, MSG_replies_seems), r->request);
	row_some(rows, say(v, MSG_replies_files_kept),
	    replies_file_names(a, v->cx.lang, r->files, false));
	row_some(rows, say(v, MSG_replies_files_not),
	    replies_file_names(a, v->cx.lang, r->files, true));
}

static enum err show(struct visit *v, int status)
{
	struct reply r;
	int64_t id;
	struct fault fault = v->cx.fault;
	struct rows_of rows = { .arena = v->cx.arena };
	struct held_one_page page = { .back = url_local(STR("/replies")) };
	v->cx.fault = (struct fault){ 0 };
	if (!str_i64(visit_arg(v, 0), &id))
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = reply_get(&v->cx, id, &r);
	store_end(&v->cx);
	if (e)
		return e;
	put_rows(v, &r, &rows);
	page.rows = rows.list.v;
	page.n_rows = rows.list.n;
	page.subject = subject_of(v, &r);
	page.body = html_lines(
	    v->cx.arena, r.body.n ? r.body : say(v, MSG_replies_no_words));
	page.has_mail = r.sha256.n > 0 && !r.sealed;
	page.mail = url_of(v, &r, "mail");
	page.held = r.state == REPLY_HELD && !v->actor.read_only;
	put_forms(v, &r, &fault, &page);
	put_problems(v, &page);
	struct view view = page_view(v, page.subject);
	view.wrong = page.n_problems > 0;
	struct buf o = page_buf(v);
	page_desk_held_one(&o, &view, &page);
	return page_send(v, status, &o);
}

enum err page_held_one(struct visit *v)
{
	return show(v, 200);
}

static enum err attach(struct visit *v, void *arg)
{
	return replies_act_attach(v, visit_form(v, "request"), arg);
}

enum err page_held_attach(struct visit *v)
{
	struct reply r;
	enum err e = visit_change(v, attach, &r);
	if (e == ERR_INVALID)
		return show(v, 422);
	return e ? e
	         : visit_go(v, str_fmt(v->cx.arena, "/requests/%.*s",
				   STR_ARG(r.request)));
}

static enum err aside(struct visit *v, void *arg)
{
	return replies_act_aside(
	    v, form_unix(v->cx.arena, visit_form(v, "reason")), arg);
}

enum err page_held_aside(struct visit *v)
{
	struct reply r;
	enum err e = visit_change(v, aside, &r);
	if (e == ERR_INVALID)
		return show(v, 422);
	return e ? e : visit_go(v, STR("/replies"));
}

enum err page_held_mail(struct visit *v)
{
	return api_reply_mail(v);
}
