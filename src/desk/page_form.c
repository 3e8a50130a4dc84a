/* The form of a draft: /requests/{no}/edit. */
#include "desk/page_form.h"

#include "base/str.h"
#include "core/answers.h"
#include "core/attachment.h"
#include "core/policy.h"
#include "desk/files.h"
#include "desk/lists_people.h"
#include "desk/pages.h"
#include "sql/sql.h"
#include "templates/desk_form.h"

static struct str text(const struct visit *v, enum msg m)
{
	return msg_text(v->cx.lang, m);
}

static struct str said(const struct visit *v, enum msg m, struct str arg)
{
	return msg_fill(v->cx.arena, v->cx.lang, m, &arg, 1);
}

struct url draft_url(struct visit *v, const char *pathfmt, struct str no)
{
	return url_path(v->cx.arena, pathfmt, 1, &no);
}

enum err draft_read(struct visit *v, struct str no, struct draft *ret)
{
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = cases_get(&v->cx, no, &ret->f);
	if (!e)
		e = cases_facts(&v->cx, &ret->f, &ret->facts);
	if (!e)
		e = policy_may(&v->cx, &ret->facts, &ret->f, &v->actor.person,
		    COMMAND_submit);
	store_end(&v->cx);
	return e;
}

bool draft_lacks(struct visit *v, const struct draft *d)
{
	return answers_complete(&v->cx, d->facts.procedure, d->f.answers) != OK;
}

enum err draft_files(struct visit *v, struct str no, bool no_people)
{
	for (size_t i = 0; i < v->rq->n_files; i++) {
		enum err e = files_add(v, no, &v->rq->files[i], no_people);
		if (e)
			return e;
	}
	return OK;
}

static struct str size_text(struct arena *a, int64_t bytes)
{
	if (bytes < 1024 * 1024)
		return str_fmt(
		    a, "%lld kB", (long long)((bytes + 1023) / 1024));
	return str_fmt(a, "%lld.%lld MB", (long long)(bytes >> 20),
	    (long long)((bytes & 0xfffff) * 10 >> 20));
}

/* "PDF": what stands after the last dot, when it is short. */
static struct str ending(struct arena *a, struct str name)
{
	size_t dot = name.n;
	while (dot > 0 && name.p[dot - 1] != '.')
		dot--;
	if (dot == 0 || name.n - dot > 4)
		return STR("");
	char *p = arena_alloc(a, name.n - dot + 1);
	for (size_t i = dot; i < name.n; i++)
		p[i - dot] = (char)(name.p[i] >= 'a' && name.p[i] <= 'z'
					? name.p[i] - 'a' + 'A'
					: name.p[i]);
	return str_n(p, name.n - dot);
}

const struct ui_file *draft_file_list(
    struct visit *v, const struct case_file *f, size_t *ret_n)
{
	struct arena *a = v->cx.arena;
	struct ui_file *list = ARENA_ARRAY(a, struct ui_file, f->files.n + 1);
	for (size_t i = 0; i < f->files.n; i++) {
		const struct attached *x = &f->files.v[i];
		const struct str args[] = { f->no, x->id };
		list[i] = (struct ui_file){ .name = x->name,
			.kind = ending(a, x->name),
			.size = size_text(a, x->bytes),
			.note = time_short(a, v->cx.lang, x->at),
			.url = url_path(a, "/requests/{}/files/{}", 2, args) };
	}
	*ret_n = f->files.n;
	return list;
}

static void put_sections(
    struct visit *v, const struct draft *d, bool typed, struct form_page *page)
{
	const struct procedure *p = d->facts.procedure;
	struct arena *a = v->cx.arena;
	struct answer_form form = { v, &d->facts, d->f.answers, typed };
	struct form_section *list =
	    ARENA_ARRAY(a, struct form_section, p->n_sections + 1);
	struct ui_link *parts =
	    ARENA_ARRAY(a, struct ui_link, p->n_sections + 1);
	size_t n = 0;
	for (size_t s = 0; s < p->n_sections; s++) {
		const struct section *from = &p->sections[s];
		struct ui_field *fields =
		    ARENA_ARRAY(a, struct ui_field, from->n_fields + 1);
		size_t k = 0;
		for (size_t i = 0; i < from->n_fields; i++)
			if (form_shows(p, &from->fields[i], d->f.answers))
				fields[k++] =
				    form_answer_field(&form, &from->fields[i]);
		if (k == 0)
			continue;
		const struct str args[] = { d->f.no, from->id };
		list[n] = (struct form_section){ from->id,
			text2_in(from->title, v->cx.lang), fields, k };
		parts[n] = (struct ui_link){ .label = list[n].title,
			.url = url_path(a, "/requests/{}/edit#s-{}", 2, args) };
		n++;
	}
	page->sections = list;
	page->parts = parts;
	page->n_sections = n;
}

static void put_form(
    struct visit *v, const struct draft *d, struct form_page *page)
{
	struct arena *a = v->cx.arena;
	struct ui_pair *hidden = ARENA_ARRAY(a, struct ui_pair, 2);
	struct ui_button *buttons = ARENA_ARRAY(a, struct ui_button, 2);
	hidden[0] = (struct ui_pair){ STR("version"),
		str_fmt(a, "%lld", (long long)d->f.version) };
	hidden[1] = (struct ui_pair){ STR("asked"),
		form_asked(a, d->facts.procedure, d->f.answers) };
	page->form = (struct ui_form){ .action = draft_url(
					   v, "/requests/{}/edit", d->f.no),
		.upload = true,
		.autosave = draft_url(v, "/requests/{}/autosave", d->f.no).s,
		.hidden = hidden,
		.n_hidden = 2 };
	page->upload[1] = lists_people_field(v);
	page->upload[1].optional = true;
	page->upload[0] = (struct ui_field){ .kind = UI_FILE,
		.name = STR("file"),
		.label = text(v, MSG_pages_form_file),
		.hint = text(v, MSG_pages_form_file_hint),
		.optional = true,
		.many = true,
		.max_bytes = (int64_t)ATTACHMENT_MAX_BYTES };
	buttons[0] = (struct ui_button){ .kind = UI_PRIMARY,
		.label = text(v, MSG_pages_form_check),
		.name = STR("then"),
		.value = STR("check") };
	buttons[1] = (struct ui_button){ .kind = UI_SECONDARY,
		.label = text(v, MSG_pages_form_save),
		.name = STR("then"),
		.value = STR("save") };
	page->buttons = buttons;
	page->n_buttons = 2;
}

static void put_head(
    struct visit *v, const struct draft *d, struct form_page *page)
{
	const struct procedure *p = d->facts.procedure;
	struct arena *a = v->cx.arena;
	page->back = url_local(STR("/requests"));
	page->title = text(v, MSG_pages_form_title);
	page->number = d->f.no;
	page->office = text2_in(p->organisation, v->cx.lang);
	page->procedure = str_fmt(a, "%.*s %.*s", STR_ARG(p->code),
	    STR_ARG(said(v, MSG_pages_revision, p->revision)));
	page->document = url_path(a, "/procedures/{}", 1, &p->code);
	if (d->f.entered_by.n > 0) {
		const struct str who[] = { d->f.requester_name, d->f.unit };
		page->behalf =
		    msg_fill(a, v->cx.lang, MSG_pages_form_behalf, who, 2);
	}
}

static const struct ui_notice *notice_of(struct visit *v, const struct draft *d)
{
	bool more = visit_query(v, "more").n > 0;
	bool saved = visit_query(v, "saved").n > 0;
	if (!more && !saved)
		return NULL;
	struct ui_notice *n = ARENA_NEW(v->cx.arena, struct ui_notice);
	struct str at = time_short(v->cx.arena, v->cx.lang, d->f.updated);
	*n = (struct ui_notice){ .tone = more ? UI_WAIT : UI_GOOD,
		.title = more ? text(v, MSG_pages_form_more_title) : STR(""),
		.text = more ? text(v, MSG_pages_form_more)
		             : said(v, MSG_pages_form_saved, at) };
	return n;
}

/* The question beside the file has no place in the procedure. */
static void point_at_question(
    struct visit *v, const struct draft *d, struct form_page *page)
{
	const struct field_error *f = v->cx.fault.fields;
	struct ui_field *asked = &page->upload[1];
	page->notice = lists_people_notice(v, d->f.no);
	if (page->notice != NULL)
		asked->error = msg_text(v->cx.lang, MSG_brought_people_not);
	else if (f != NULL && str_eq(f->field, asked->name))
		asked->error =
		    msg_fill(v->cx.arena, v->cx.lang, f->msg, &f->arg, 1);
	else
		return;
	struct ui_problem *one = ARENA_NEW(v->cx.arena, struct ui_problem);
	*one =
	    (struct ui_problem){ .field = asked->name, .text = asked->error };
	page->problems = one;
	page->n_problems = 1;
}

enum err draft_show(
    struct visit *v, const struct draft *d, bool typed, int status)
{
	struct form_page page = { 0 };
	put_head(v, d, &page);
	form_problems(v, d->facts.procedure, d->f.answers, &page.problems,
	    &page.n_problems);
	put_sections(v, d, typed, &page);
	put_form(v, d, &page);
	page.files = draft_file_list(v, &d->f, &page.n_files);
	point_at_question(v, d, &page);
	if (page.n_problems == 0)
		page.notice = notice_of(v, d);
	v->cx.fault = (struct fault){ 0 };
	struct view view = page_view(v, page.title);
	view.wrong = page.n_problems > 0;
	struct buf o = page_buf(v);
	page_desk_form(&o, &view, &page);
	return page_send(v, status, &o);
}

/* What was sent is no draft any more: its own page tells the rest. */
static enum err sent_already(struct visit *v, struct str no, enum err e)
{
	if (e != ERR_CONFLICT)
		return e;
	return visit_go(v, draft_url(v, "/requests/{}", no).s);
}

enum err page_form(struct visit *v)
{
	struct draft d;
	enum err e = draft_read(v, visit_arg(v, 0), &d);
	if (e)
		return sent_already(v, visit_arg(v, 0), e);
	if (visit_query(v, "complete").n > 0)
		(void)draft_lacks(v, &d);
	return draft_show(v, &d, false, 200);
}

struct saving {
	struct str no;
	json_t *answers;
	int64_t if_match;
};

static enum err save(struct visit *v, void *arg)
{
	struct saving *s = arg;
	struct case_file f;
	return cases_redraft(&v->cx, s->no, s->answers, s->if_match, &f);
}

/* Saved: on to the check, back to the form, or to what is still to be said. */
static enum err go_on(struct visit *v, struct str no)
{
	struct draft d;
	bool check = str_eq(visit_form(v, "then"), STR("check"));
	enum err e = draft_read(v, no, &d);
	if (e)
		return e;
	if (check && draft_lacks(v, &d))
		return draft_show(v, &d, false, 422);
	if (form_asks_more(v, d.facts.procedure, d.f.answers))
		return visit_go(
		    v, draft_url(v, "/requests/{}/edit?more=1", no).s);
	return visit_go(v,
	    draft_url(v,
		check ? "/requests/{}/check" : "/requests/{}/edit?saved=1", no)
		.s);
}

enum err page_form_save(struct visit *v)
{
	struct draft d;
	struct saving s = { .no = visit_arg(v, 0) };
	enum err e = draft_read(v, s.no, &d);
	if (e)
		return sent_already(v, s.no, e);
	s.answers = form_answers(v, d.facts.procedure);
	if (!str_i64(visit_form(v, "version"), &s.if_match))
		s.if_match = 0;
	e = visit_change(v, save, &s);
	if (e == ERR_INVALID || e == ERR_STALE)
		return draft_show(v, &d, true, err_status(e));
	if (e)
		return sent_already(v, s.no, e);
	/* From here on the answers are safe: what goes wrong with a file is said
	 * beside them. */
	if (v->rq->n_files > 0)
		e = lists_people_answered(v, s.no);
	if (!e)
		e = draft_files(v, s.no, true);
	if (e != OK && err_status(e) < 500) {
		struct fault wrong = v->cx.fault;
		enum err again = draft_read(v, s.no, &d);
		v->cx.fault = wrong;
		return again ? again : draft_show(v, &d, false, err_status(e));
	}
	return e ? e : go_on(v, s.no);
}
