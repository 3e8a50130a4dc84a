/* The papers of a request: to print, to sign here, to send back signed. */
#include "desk/page_papers.h"

#include "base/str.h"
#include "base/time.h"
#include "core/attachment.h"
#include "core/papers_copy.h"
#include "core/signing.h"
#include "desk/page_case.h"
#include "desk/page_case_sign.h"
#include "desk/papers_out.h"
#include "sql/sql.h"
#include "templates/desk_paper_scan.h"
#include "templates/desk_papers.h"

enum { SIGNED_COLUMNS = 4 };

static struct str name_of(const struct visit *v, enum papers kind)
{
	return msg_code(
	    v->cx.arena, v->cx.lang, STR("paper."), str_of(papers_names[kind]));
}

static struct url paper_url(
    const struct case_work *w, const char *form, struct str last)
{
	const struct str args[] = { w->f.no, last };
	return url_path(w->v->cx.arena, form, COUNT(args), args);
}

static void put_copy(
    const struct case_work *w, const struct papered *p, struct ui_cell *c)
{
	struct arena *a = w->v->cx.arena;
	c[0].text = msg_code(a, w->v->cx.lang, STR("paper-how."), p->how);
	c[0].url = paper_url(w, "/requests/{}/files/{}", p->file);
	/* Whoever brings a scan has not signed it. */
	struct str by = case_person(w, p->by);
	c[1].text = p->name.n > 0 ? p->name
	                          : msg_fill(a, w->v->cx.lang,
					MSG_paper_brought_by, &by, 1);
	c[1].sub = p->position;
	c[1].name = true;
	c[2].text = case_when(w, p->at);
	c[3].text = p->code.n > 0 ? p->code : STR("–");
	if (p->code.n > 0)
		c[3].url = url_path(a, "/verify/{}", 1, &p->code);
	c[3].code = true;
}

/* The requester's own, below the filed one. */
static void put_own(
    const struct case_work *w, const struct papered *p, struct ui_cell *c)
{
	put_copy(w, p, c);
	c[0].text = case_say(w, MSG_paper_own_copy);
	c[0].sub = case_say(w, MSG_paper_own_copy_hint);
	c[0].url = paper_url(w, "/requests/{}/copies/{}", p->code);
}

static bool is_given_copies(const struct case_work *w)
{
	struct ctx *cx = &w->v->cx;
	struct fault before = cx->fault;
	bool given = papers_copy_may(cx, &w->facts, &w->f) == OK;
	cx->fault = before;
	return given;
}

static struct ui_table copies(const struct case_work *w, struct str kind)
{
	struct arena *a = w->v->cx.arena;
	const enum msg labels[SIGNED_COLUMNS] = { MSG_paper_copy,
		MSG_paper_signer, MSG_paper_when, MSG_paper_code };
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, SIGNED_COLUMNS);
	struct ui_cell *cells = ARENA_ARRAY(
	    a, struct ui_cell, 2 * w->f.papers.n * SIGNED_COLUMNS + 1);
	size_t n = 0;
	for (size_t i = 0; i < SIGNED_COLUMNS; i++)
		columns[i].label = case_say(w, labels[i]);
	bool own = is_given_copies(w);
	for (size_t i = 0; i < w->f.papers.n; i++) {
		const struct papered *p = &w->f.papers.v[i];
		if (!str_eq(p->kind, kind))
			continue;
		put_copy(w, p, &cells[SIGNED_COLUMNS * n++]);
		if (own && p->copy.n > 0)
			put_own(w, p, &cells[SIGNED_COLUMNS * n++]);
	}
	return (struct ui_table){ .caption = case_say(w, MSG_paper_copies),
		.columns = columns,
		.n_columns = SIGNED_COLUMNS,
		.cells = cells,
		.n_rows = n };
}

/* `text`: the version that is signed. */
static void put_sign(const struct case_work *w, enum papers kind, int64_t text,
    struct paper_line *l)
{
	struct arena *a = w->v->cx.arena;
	const struct person *me = &w->v->actor.person;
	if (w->v->actor.read_only || !papers_room(&w->f) ||
	    !papers_may_sign(&w->facts, &w->f, me, kind))
		return;
	struct ui_form *form = ARENA_NEW(a, struct ui_form);
	form->action = paper_url(w, "/requests/{}/papers/{}/sign", l->id);
	struct ui_pair *seen = ARENA_ARRAY(a, struct ui_pair, 2);
	seen[0] = (struct ui_pair){ STR("version"),
		str_fmt(a, "%lld", (long long)w->f.version) };
	seen[1] = (struct ui_pair){ STR("text"),
		str_fmt(a, "%lld", (long long)text) };
	form->hidden = seen;
	form->n_hidden = 2;
	l->sign = form;
	l->hint = case_say2(w, MSG_paper_sign_as, me->name, me->position);
	l->ask_password = signing_needs(&w->v->cx, &w->v->actor, &w->f,
			      COMMAND_decide) != SIGNING_OPEN;
	l->password = (struct ui_field){ .kind = UI_TEXT,
		.name = str_cat(a, STR("password-"), l->id),
		.label = case_say(w, MSG_sign_password),
		.input = UI_PASSWORD,
		.width = UI_HALF,
		.autocomplete = STR("current-password") };
	l->sign_button =
	    (struct ui_button){ .label = case_say(w, MSG_paper_sign) };
}

static bool may_scan(const struct case_work *w, enum papers kind)
{
	const struct person *me = &w->v->actor.person;
	if (w->may_attach && papers_may_scan(&w->f, me, kind))
		return true;
	return !w->v->actor.read_only &&
	       papers_may_scan_late(&w->facts, &w->f, me, kind);
}

static struct paper_line line_of(
    const struct case_work *w, enum papers kind, int64_t text)
{
	struct arena *a = w->v->cx.arena;
	struct str id = str_of(papers_names[kind]);
	struct paper_line l = {
		.id = id, .name = name_of(w->v, kind), .signed_ = copies(w, id)
	};
	l.files[0] = (struct ui_button){ .kind = UI_SECONDARY,
		.label = case_say(w, MSG_paper_pdf),
		.url = paper_url(
		    w, "/requests/{}/papers/{}", str_cat(a, id, STR(".pdf"))) };
	l.files[1] = (struct ui_button){ .kind = UI_PLAIN,
		.label = case_say(w, MSG_paper_docx),
		.url = paper_url(w, "/requests/{}/papers/{}",
		    str_cat(a, id, STR(".docx"))) };
	put_sign(w, kind, text, &l);
	if (may_scan(w, kind) && papers_room(&w->f))
		l.scan = (struct ui_button){ .kind = UI_PLAIN,
			.label = case_say(w, MSG_paper_scan),
			.url = paper_url(w, "/requests/{}/scan/{}", id) };
	return l;
}

static enum err text_versions(
    struct visit *v, const struct case_file *f, int64_t ret[PAPERS_OF_CASES])
{
	struct papers_text text = { 0 };
	enum err e = store_read(&v->cx, v->app->people);
	for (enum papers k = 0; !e && k < PAPERS_OF_CASES; k++) {
		e = papers_text_get(&v->cx, f->office, k, PAPERS_NEWEST, &text);
		ret[k] = text.version;
	}
	store_end(&v->cx);
	return e;
}

static enum err show(struct visit *v, int status,
    const struct ui_problem *problems, size_t n_problems)
{
	struct case_work w;
	struct arena *a = v->cx.arena;
	struct ui_notice done = { .tone = UI_GOOD };
	struct paper_line *lines =
	    ARENA_ARRAY(a, struct paper_line, PAPERS_OF_CASES);
	struct papers_page page = {
		.lines = lines, .problems = problems, .n_problems = n_problems
	};
	int64_t texts[PAPERS_OF_CASES] = { 0 };
	enum err e = case_read(v, visit_arg(v, 0), &w);
	if (!e)
		e = text_versions(v, &w.f, texts);
	if (e)
		return e;
	page.number = w.f.no;
	page.back = url_path(a, "/requests/{}#papers", 1, &w.f.no);
	for (enum papers k = 0; k < PAPERS_OF_CASES; k++)
		if (papers_there(&w.f, k))
			lines[page.n_lines++] = line_of(&w, k, texts[k]);
	struct str kept = visit_query(v, "done");
	if (kept.n > 0) {
		done.title =
		    case_say(&w, str_eq(kept, STR("scan")) ? MSG_paper_scanned
							   : MSG_paper_signed);
		page.notice = &done;
	}
	struct view view = page_view(
	    v, str_fmt(a, "%.*s %.*s", STR_ARG(case_say(&w, MSG_paper_title)),
		   STR_ARG(w.f.no)));
	view.wrong = n_problems > 0;
	struct buf o = page_buf(v);
	page_desk_papers(&o, &view, &page);
	return page_send(v, status, &o);
}

enum err page_papers(struct visit *v)
{
	return show(v, 200, NULL, 0);
}

enum err page_paper(struct visit *v)
{
	return papers_send(v, visit_arg(v, 0), visit_arg(v, 1));
}

enum err page_paper_copy(struct visit *v)
{
	return papers_copy_send(v, visit_arg(v, 0), visit_arg(v, 1));
}

enum err page_register_paper(struct visit *v)
{
	return papers_send_register(
	    v, visit_arg(v, 0), visit_arg(v, 1), visit_arg(v, 2));
}

enum err page_procedure_paper(struct visit *v)
{
	return papers_send_procedure(v, visit_arg(v, 0), visit_arg(v, 1));
}

/* The password where a decision would ask for it. */
static enum err confirm(struct visit *v, struct str no, struct str name)
{
	struct case_file f;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = cases_get(&v->cx, no, &f);
	store_end(&v->cx);
	if (e || signing_needs(&v->cx, &v->actor, &f, COMMAND_decide) ==
		     SIGNING_OPEN)
		return e;
	return sign_confirm(v, pairs_get(v->rq->form, name));
}

static struct str first_wrong(const struct visit *v)
{
	const struct field_error *f = v->cx.fault.fields;
	return f == NULL
	           ? fault_text(&v->cx)
	           : msg_fill(v->cx.arena, v->cx.lang, f->msg, &f->arg, 1);
}

enum err page_paper_sign(struct visit *v)
{
	struct papers_signing s;
	enum papers kind = PAPERS;
	struct str no = visit_arg(v, 0);
	struct str password =
	    str_cat(v->cx.arena, STR("password-"), visit_arg(v, 1));
	struct papers_seen seen = { 0 };
	/* A form without them has seen nothing. */
	if (!str_i64(visit_form(v, "version"), &seen.version) ||
	    seen.version < 1)
		seen.version = -1;
	if (!str_i64(visit_form(v, "text"), &seen.text) || seen.text < 0)
		seen.version = -1;
	enum err e = papers_kind(v, visit_arg(v, 1), &kind);
	if (!e)
		e = confirm(v, no, password);
	if (!e)
		e = papers_sign_begin(v, no, kind, &seen, &s);
	if (!e)
		e = visit_change(v, papers_sign_end, &s);
	if (!e)
		return visit_go(v, url_path(v->cx.arena,
				       "/requests/{}/papers?done=sign", 1, &no)
				       .s);
	if (e != ERR_INVALID && e != ERR_CONFLICT && e != ERR_STALE)
		return e;
	struct ui_problem problem = { .field = password,
		.text = first_wrong(v) };
	struct fault fault = v->cx.fault;
	enum err failed = show(v, err_status(e), &problem, 1);
	v->cx.fault = fault;
	return failed;
}

/* By the code on the paper, with a telephone: one file, one button. */
static enum err show_scan(struct visit *v, int status, struct str wrong)
{
	struct case_work w;
	struct arena *a = v->cx.arena;
	enum papers kind = PAPERS;
	enum err e = papers_kind(v, visit_arg(v, 1), &kind);
	if (!e)
		e = case_read(v, visit_arg(v, 0), &w);
	if (!e && (!papers_there(&w.f, kind) || kind == PAPERS_case))
		e = fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	if (e)
		return e;
	struct str id = str_of(papers_names[kind]);
	const struct ui_problem problem = { .field = STR("file"),
		.text = wrong };
	struct paper_scan_page page = { .back = url_path(a,
					    "/requests/{}/papers", 1, &w.f.no),
		.number = w.f.no,
		.name = name_of(v, kind),
		.title = case_title(&w.f),
		.problems = &problem,
		.n_problems = wrong.n > 0,
		.form = { .action = paper_url(&w, "/requests/{}/scan/{}", id),
		    .upload = true },
		.file = { .kind = UI_FILE,
		    .name = STR("file"),
		    .label = case_say(&w, MSG_paper_scan_file),
		    .hint = case_say(&w, MSG_paper_scan_hint),
		    .error = wrong,
		    .accept = STR(".pdf,.jpg,.jpeg,.png"),
		    .max_bytes = (int64_t)ATTACHMENT_MAX_BYTES },
		.button = { .label = case_say(&w, MSG_paper_scan_send) } };
	struct view view = page_view(v, case_say(&w, MSG_paper_scan));
	view.wrong = wrong.n > 0;
	struct buf o = page_buf(v);
	page_desk_paper_scan(&o, &view, &page);
	return page_send(v, status, &o);
}

enum err page_paper_scan(struct visit *v)
{
	return show_scan(v, 200, STR(""));
}

enum err page_paper_scan_send(struct visit *v)
{
	struct papers_signing s;
	enum papers kind = PAPERS;
	struct str no = visit_arg(v, 0);
	enum err e = papers_kind(v, visit_arg(v, 1), &kind);
	if (!e && (v->rq->n_files != 1 || v->rq->files[0].bytes.n == 0)) {
		field_wrong(
		    &v->cx, STR("file"), MSG_case_no_file_chosen, STR(""));
		e = fields_end(&v->cx);
	}
	if (!e)
		e = papers_scan_begin(v, no, kind, &v->rq->files[0], &s);
	if (!e)
		e = visit_change(v, papers_scan_end, &s);
	if (!e)
		return visit_go(v, url_path(v->cx.arena,
				       "/requests/{}/papers?done=scan", 1, &no)
				       .s);
	if (e != ERR_INVALID && e != ERR_CONFLICT && e != ERR_TOO_LARGE)
		return e;
	struct str wrong = first_wrong(v);
	struct fault fault = v->cx.fault;
	enum err failed = show_scan(v, err_status(e), wrong);
	v->cx.fault = fault;
	return failed;
}
