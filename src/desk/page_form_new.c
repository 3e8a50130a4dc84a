/* Before there is a draft: /requests/new, for oneself or from a paper. */
#include "base/str.h"
#include "core/answers.h"
#include "core/attachment.h"
#include "desk/form_command.h"
#include "desk/page_form.h"
#include "desk/page_list.h"
#include "desk/pages.h"
#include "sql/sql.h"
#include "templates/desk_new.h"
#include "templates/desk_paper.h"

enum { PAPER_FIELDS = 9, SYSTEM_COLUMNS = 3 };

static struct str text(const struct visit *v, enum msg m)
{
	return msg_text(v->cx.lang, m);
}

/* What both pages read. */
struct known {
	struct offered *offers;
	size_t n_offers;
	const struct system *systems;
	size_t n_systems;
	struct list_words words;
};

static enum err read_known(struct visit *v, struct known *ret)
{
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = offers_list(&v->cx, &ret->offers, &ret->n_offers);
	if (!e)
		e = system_list(
		    &v->cx, STR(""), &ret->systems, &ret->n_systems);
	if (!e)
		e = list_words(&v->cx, &ret->words);
	store_end(&v->cx);
	return e;
}

static void put_prepare(struct visit *v, struct new_offer *o)
{
	const struct procedure *p = o->offer->procedure;
	size_t n = 0, max = 0;
	for (size_t s = 0; s < p->n_sections; s++)
		max += p->sections[s].n_fields;
	struct str *list = ARENA_ARRAY(v->cx.arena, struct str, max + 1);
	for (size_t s = 0; s < p->n_sections; s++)
		for (size_t i = 0; i < p->sections[s].n_fields; i++)
			if (p->sections[s].fields[i].required)
				list[n++] = text2_in(
				    p->sections[s].fields[i].label, v->cx.lang);
	o->prepare = list;
	o->n_prepare = n;
}

static void put_systems(
    struct visit *v, const struct known *k, struct new_offer *o)
{
	struct arena *a = v->cx.arena;
	const enum msg heads[SYSTEM_COLUMNS] = { MSG_pages_new_code,
		MSG_pages_new_system, MSG_pages_new_owner };
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, SYSTEM_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, k->n_systems * SYSTEM_COLUMNS + 1);
	size_t n = 0;
	for (size_t i = 0; i < SYSTEM_COLUMNS; i++)
		columns[i].label = text(v, heads[i]);
	for (size_t i = 0; i < k->n_systems; i++) {
		const struct system *s = &k->systems[i];
		bool th = v->cx.lang == LANG_TH || s->name_en.n == 0;
		if (!s->active || !str_eq(s->office, o->offer->office_code))
			continue;
		cells[n++].text = s->code;
		cells[n++].text = th ? s->name_th : s->name_en;
		cells[n++].text =
		    list_unit(&k->words, v->cx.lang, s->owner_unit);
	}
	o->systems =
	    (struct ui_table){ .caption = text(v, MSG_pages_new_systems),
		    .columns = columns,
		    .n_columns = SYSTEM_COLUMNS,
		    .cells = cells,
		    .n_rows = n / SYSTEM_COLUMNS,
		    .empty = text(v, MSG_pages_new_no_systems) };
}

static struct str services_text(struct visit *v, const struct procedure *p)
{
	struct buf b = buf_new(v->cx.arena, 4096);
	for (size_t i = 0; i < p->n_services; i++) {
		if (i > 0)
			buf_char(&b, '\n');
		buf_str(&b, msg_code(v->cx.arena, v->cx.lang, STR("service."),
				p->services[i]));
	}
	return buf_view(&b);
}

static void put_rows(struct visit *v, struct new_offer *o)
{
	struct arena *a = v->cx.arena;
	struct ui_row *rows = ARENA_ARRAY(a, struct ui_row, 4);
	const struct str doc = str_fmt(a, "%.*s (%.*s)",
	    STR_ARG(o->offer->title), STR_ARG(o->offer->code));
	rows[0] = (struct ui_row){ .label = text(v, MSG_pages_new_services),
		.rich = html_lines(a, services_text(v, o->offer->procedure)) };
	rows[1] = (struct ui_row){ .label = text(v, MSG_pages_new_who),
		.value = text(v, MSG_pages_new_who_text) };
	rows[2] = (struct ui_row){ .label = text(v, MSG_pages_offer_time),
		.value = o->offer->time };
	rows[3] = (struct ui_row){ .label = text(v, MSG_pages_offer_procedure),
		.value = doc,
		.url = o->offer->document };
	o->rows = rows;
	o->n_rows = 4;
}

static void put_start(struct visit *v, struct new_offer *o)
{
	struct ui_pair *hidden = ARENA_ARRAY(v->cx.arena, struct ui_pair, 2);
	struct ui_button *button = ARENA_NEW(v->cx.arena, struct ui_button);
	hidden[0] = (struct ui_pair){ STR("office"), o->offer->office_code };
	hidden[1] = (struct ui_pair){ STR("procedure"), o->offer->code };
	*button = (struct ui_button){ .kind = UI_PRIMARY,
		.label = text(v, MSG_pages_new_start) };
	o->form = (struct ui_form){ .action = url_local(STR("/requests/new")),
		.hidden = hidden,
		.n_hidden = 2 };
	o->button = button;
}

static enum err show_offers(struct visit *v)
{
	struct known k;
	enum err e = read_known(v, &k);
	if (e)
		return e;
	struct new_offer *list =
	    ARENA_ARRAY(v->cx.arena, struct new_offer, k.n_offers + 1);
	for (size_t i = 0; i < k.n_offers; i++) {
		list[i].offer = &k.offers[i];
		put_rows(v, &list[i]);
		put_systems(v, &k, &list[i]);
		put_prepare(v, &list[i]);
		put_start(v, &list[i]);
	}
	struct new_page page = { list, k.n_offers };
	struct view view = page_view(v, text(v, MSG_pages_new_title));
	struct buf o = page_buf(v);
	page_desk_new(&o, &view, &page);
	return page_send(v, 200, &o);
}

/* The paper: whose it is, who signed it, its number and day, its picture. */
struct paper {
	struct visit *v;
	struct ui_field *fields;
	size_t n;
};

static struct str paper_error(
    const struct paper *p, const char *name, struct str label)
{
	const struct visit *v = p->v;
	for (const struct field_error *w = v->cx.fault.fields; w; w = w->next)
		if (str_eq(w->field, str_of(name)))
			return str_fmt(v->cx.arena, "%.*s: %.*s",
			    STR_ARG(label),
			    STR_ARG(msg_fill(
				v->cx.arena, v->cx.lang, w->msg, &w->arg, 1)));
	return STR("");
}

static struct ui_field *add(
    struct paper *p, const char *name, enum msg label, bool optional)
{
	struct ui_field *f = &p->fields[p->n++];
	struct str words = text(p->v, label);
	REQUIRE(p->n <= PAPER_FIELDS);
	*f = (struct ui_field){ .name = str_of(name),
		.label = words,
		.error = paper_error(p, name, words),
		.optional = optional,
		.value = visit_form(p->v, name) };
	return f;
}

/* Of the offices whose papers the person enters, one is chosen; the only one is
 * not asked about. */
static void add_offices(
    struct paper *p, const struct known *k, struct paper_page *page)
{
	struct visit *v = p->v;
	struct ui_choice *c =
	    ARENA_ARRAY(v->cx.arena, struct ui_choice, k->n_offers + 1);
	size_t n = 0;
	for (size_t i = 0; i < k->n_offers; i++) {
		const struct offered *o = &k->offers[i];
		if (!o->usual || !person_holds(&v->actor.person, ROLE_records,
				     o->office_code, STR("")))
			continue;
		page->office = o->office;
		page->hidden[1] =
		    (struct ui_pair){ STR("office"), o->office_code };
		c[n++] = (struct ui_choice){ .value = o->office_code,
			.label = o->office,
			.chosen =
			    str_eq(visit_form(v, "office"), o->office_code) };
	}
	page->form.n_hidden = n == 1 ? 2 : 1;
	if (n == 1)
		return;
	page->office = STR("");
	struct ui_field *f = add(p, "office", MSG_pages_offer_office, false);
	f->kind = UI_RADIOS;
	f->choices = c;
	f->n_choices = n;
}

static void add_fields(struct paper *p)
{
	struct visit *v = p->v;
	add(p, "on_behalf.name", MSG_pages_paper_name, false);
	struct ui_field *unit =
	    add(p, "on_behalf.unit", MSG_pages_paper_unit, false);
	unit->hint = text(v, MSG_pages_paper_unit_hint);
	struct ui_field *email =
	    add(p, "on_behalf.email", MSG_pages_paper_email, true);
	email->hint = text(v, MSG_pages_paper_email_hint);
	email->input = UI_EMAIL;
	email->width = UI_HALF;
	add(p, "signer_name", MSG_answer_signer_name, true);
	add(p, "signer_position", MSG_answer_signer_position, true);
	struct ui_field *no = add(p, "memo_no", MSG_answer_memo_no, true);
	no->width = UI_HALF;
	struct ui_field *day = add(p, "memo_date", MSG_answer_memo_date, true);
	day->kind = UI_DATE;
	day->day = visit_form(v, "memo_date-day");
	day->month = visit_form(v, "memo_date-month");
	day->year = visit_form(v, "memo_date-year");
	struct ui_field *scan = add(p, "file", MSG_pages_paper_scan, true);
	scan->kind = UI_FILE;
	scan->many = true;
	scan->max_bytes = (int64_t)ATTACHMENT_MAX_BYTES;
	scan->hint = text(v, MSG_pages_paper_scan_hint);
}

static const struct ui_problem *paper_problems(struct paper *p, size_t *ret_n)
{
	struct ui_problem *list =
	    ARENA_ARRAY(p->v->cx.arena, struct ui_problem, p->n + 1);
	size_t n = 0;
	for (size_t i = 0; i < p->n; i++)
		if (p->fields[i].error.n > 0)
			list[n++] = (struct ui_problem){ p->fields[i].name,
				p->fields[i].error };
	if (n == 0 && p->v->cx.fault.err != OK)
		list[n++] =
		    (struct ui_problem){ .text = fault_text(&p->v->cx) };
	*ret_n = n;
	return list;
}

static enum err show_paper(struct visit *v, int status)
{
	struct known k;
	struct paper p = { v,
		ARENA_ARRAY(v->cx.arena, struct ui_field, PAPER_FIELDS), 0 };
	struct paper_page page = {
		.hidden = { { STR("on_behalf"), STR("1") } },
		.fields = p.fields,
		.form = { .action = url_local(STR("/requests/new?on_behalf=1")),
		    .upload = true },
	};
	if (!person_holds(&v->actor.person, ROLE_records, STR(""), STR("")))
		return fail(&v->cx, ERR_DENIED, MSG_error_only_records);
	enum err e = read_known(v, &k);
	if (e)
		return e;
	add_offices(&p, &k, &page);
	add_fields(&p);
	page.n_fields = p.n;
	page.form.hidden = page.hidden;
	page.problems = paper_problems(&p, &page.n_problems);
	v->cx.fault = (struct fault){ 0 };
	struct view view = page_view(v, text(v, MSG_pages_nav_paper));
	view.wrong = page.n_problems > 0;
	struct buf o = page_buf(v);
	page_desk_paper(&o, &view, &page);
	return page_send(v, status, &o);
}

enum err page_new(struct visit *v)
{
	if (visit_query(v, "on_behalf").n > 0)
		return show_paper(v, 200);
	if (!person_holds(&v->actor.person, ROLE_requester, STR(""), STR("")))
		return page_elsewhere(v);
	return show_offers(v);
}

/* An answer that is known before it is asked; one that would not do is left to
 * be typed. */
static void offer_answer(struct visit *v, const struct procedure *p,
    const char *key, struct str value, json_t **answers)
{
	struct ctx probe = v->cx;
	json_t *one = json_new_object(v->cx.arena), *merged;
	if (value.n == 0 || procedure_field(p, str_of(key)) == NULL)
		return;
	probe.fault = (struct fault){ 0 };
	json_put_text(one, key, value);
	if (answers_merge(&probe, *answers, one, &merged) == OK)
		*answers = merged;
}

static enum err known_answers(
    struct visit *v, const struct new_case *nc, json_t **ret)
{
	struct offered *offers;
	struct list_words words;
	size_t n;
	const struct person *p = &v->actor.person;
	bool th = v->cx.lang == LANG_TH || p->name_en.n == 0;
	*ret = json_new_object(v->cx.arena);
	enum err e = offers_list(&v->cx, &offers, &n);
	if (!e)
		e = list_words(&v->cx, &words);
	for (size_t i = 0; i < n && !e; i++) {
		const struct procedure *of = offers[i].procedure;
		if (!str_eq(offers[i].office_code, nc->office) ||
		    (nc->procedure.n > 0 ? !str_eq(of->code, nc->procedure)
					 : !offers[i].usual))
			continue;
		offer_answer(
		    v, of, "unit", list_unit(&words, v->cx.lang, p->unit), ret);
		offer_answer(
		    v, of, "coordinator_name", th ? p->name : p->name_en, ret);
		offer_answer(v, of, "coordinator_phone", p->phone, ret);
		offer_answer(v, of, "coordinator_email", p->email, ret);
	}
	return e;
}

struct creating {
	struct new_case nc;
	struct str no;
};

static enum err create(struct visit *v, void *arg)
{
	struct creating *c = arg;
	struct case_file f;
	json_t *answers;
	if (c->nc.answers == NULL) {
		enum err e = known_answers(v, &c->nc, &answers);
		if (e)
			return e;
		c->nc.answers = answers;
	}
	enum err e = cases_create(&v->cx, &c->nc, &f);
	if (!e)
		c->no = f.no;
	return e;
}

/* The scan is kept once there is a request to keep it in. */
static enum err keep_scan(struct visit *v, struct str no)
{
	struct draft d;
	enum err e = draft_files(v, no, false);
	if (e != OK && err_status(e) < 500) {
		struct fault wrong = v->cx.fault;
		enum err again = draft_read(v, no, &d);
		v->cx.fault = wrong;
		return again ? again : draft_show(v, &d, false, err_status(e));
	}
	if (e)
		return e;
	return visit_go(v, draft_url(v, "/requests/{}/edit", no).s);
}

static enum err enter_paper(struct visit *v)
{
	static const char *const keys[] = { "signer_name", "signer_position",
		"memo_no" };
	json_t *answers = json_new_object(v->cx.arena);
	json_t *behalf = json_new_object(v->cx.arena);
	struct creating c = { .nc = { .office = visit_form(v, "office"),
				  .answers = answers,
				  .on_behalf = behalf } };
	for (size_t i = 0; i < COUNT(keys); i++)
		json_put_text(answers, keys[i], visit_form(v, keys[i]));
	json_put_text(answers, "memo_date", form_date(v, STR("memo_date")));
	json_put_text(answers, "unit", visit_form(v, "on_behalf.unit"));
	json_put_text(behalf, "name", visit_form(v, "on_behalf.name"));
	json_put_text(behalf, "unit", visit_form(v, "on_behalf.unit"));
	json_put_text(behalf, "email", visit_form(v, "on_behalf.email"));
	enum err e = visit_change(v, create, &c);
	if (e == ERR_INVALID)
		return show_paper(v, 422);
	return e ? e : keep_scan(v, c.no);
}

enum err page_new_send(struct visit *v)
{
	struct creating c = { .nc = { .office = visit_form(v, "office"),
				  .procedure = visit_form(v, "procedure") } };
	if (visit_form(v, "on_behalf").n > 0)
		return enter_paper(v);
	enum err e = visit_change(v, create, &c);
	return e ? e : visit_go(v, draft_url(v, "/requests/{}/edit", c.no).s);
}
