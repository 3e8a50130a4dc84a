/* The page of a round: where it stands, the committee, the list with what was said
 * on each line, and what the reader may do with it. */
#include "desk/page_round.h"

#include "base/str.h"
#include "base/thai.h"
#include "base/time.h"
#include "desk/disposal_out.h"
#include "desk/form_command.h"
#include "desk/page_case.h"
#include "desk/pages.h"
#include "sql/sql.h"
#include "templates/desk_round.h"

enum { MEMBER_COLUMNS = 3, MAX_NUMBERS = 4000 };

struct showing {
	struct visit *v;
	struct disposal_round r;
	const struct person *known; /* whom the page names */
	size_t n_known;
	const struct person *people; /* of the office, who may sit */
	size_t n_people;
	struct fault fault;      /* of what was posted */
	enum disposal_act given; /* that it was; DISPOSAL_ACTS: nothing */
};

static struct str say(const struct showing *w, enum msg m)
{
	return msg_text(w->v->cx.lang, m);
}

static struct str say1(const struct showing *w, enum msg m, struct str arg)
{
	return msg_fill(w->v->cx.arena, w->v->cx.lang, m, &arg, 1);
}

static struct str code(
    const struct showing *w, const char *prefix, struct str name)
{
	return msg_code(w->v->cx.arena, w->v->cx.lang, str_of(prefix), name);
}

static struct str number(const struct showing *w, size_t n)
{
	return str_fmt(w->v->cx.arena, "%zu", n);
}

static struct str day(const struct showing *w, struct str iso)
{
	struct date d;
	return date_parse_iso(iso, &d)
	           ? date_short(w->v->cx.arena, w->v->cx.lang, d)
	           : iso;
}

static struct str when(const struct showing *w, int64_t ms)
{
	return time_short(w->v->cx.arena, w->v->cx.lang, ms);
}

static struct str name_in(const struct showing *w, const struct person *p)
{
	bool th = w->v->cx.lang == LANG_TH || p->name_en.n == 0;
	return th ? p->name : p->name_en;
}

/* A name, of whom the page has one. */
static struct str who(const struct showing *w, struct str email)
{
	const struct round_member *m = round_member(&w->r, email);
	for (size_t i = 0; i < w->n_known; i++)
		if (str_eq_nocase(w->known[i].email, email))
			return name_in(w, &w->known[i]);
	return m != NULL ? m->name : email;
}

static bool may(const struct showing *w, enum disposal_act act)
{
	struct ctx own = w->v->cx;
	return round_may(&own, &w->r, &w->v->actor.person, act) == OK;
}

/* "อนุมัติ · ชื่อ · วันที่ · ที่ อว 1/2 ลงวันที่ …", and a note below it. */
static void put_step(const struct showing *w, struct rows_of *rows,
    enum msg label, const struct round_step *s, const char *outcomes)
{
	struct arena *a = w->v->cx.arena;
	if (s->at == 0)
		return;
	struct buf b = buf_new(a, 16384);
	if (s->outcome.n > 0)
		buf_fmt(&b, "%.*s · ", STR_ARG(code(w, outcomes, s->outcome)));
	if (s->no.n > 0) {
		const struct str args[] = { s->no, day(w, s->on) };
		buf_fmt(&b, "%.*s · ",
		    STR_ARG(
			msg_fill(a, w->v->cx.lang, MSG_rounds_memo, args, 2)));
	}
	buf_fmt(
	    &b, "%.*s · %.*s", STR_ARG(who(w, s->by)), STR_ARG(when(w, s->at)));
	if (s->note.n > 0)
		buf_fmt(&b, "\n%.*s", STR_ARG(s->note));
	row_lines(rows, say(w, label), buf_view(&b));
}

static void put_counts(const struct showing *w, struct rows_of *rows)
{
	struct buf b = buf_new(w->v->cx.arena, 4096);
	for (enum disposal_fate f = FATE_destroy; f < FATES; f++) {
		size_t n = round_count(&w->r, f);
		if (n > 0)
			buf_fmt(&b, "%s%.*s %zu", b.n ? " · " : "",
			    STR_ARG(code(
				w, "round-fate.", str_of(disposal_fates[f]))),
			    n);
	}
	row_text(rows, say(w, MSG_rounds_lines), number(w, w->r.n_lines));
	row_some(rows, say(w, MSG_rounds_outcome), buf_view(&b));
}

static void put_rows(const struct showing *w, struct round_page *page)
{
	struct rows_of rows = { .arena = w->v->cx.arena };
	put_counts(w, &rows);
	put_step(w, &rows, MSG_rounds_opened, &w->r.opened, "");
	put_step(w, &rows, MSG_rounds_order, &w->r.named, "");
	put_step(w, &rows, MSG_rounds_reported, &w->r.reported, "");
	put_step(w, &rows, MSG_rounds_decided, &w->r.decided, "round-decided.");
	put_step(w, &rows, MSG_rounds_sent, &w->r.sent, "");
	put_step(
	    w, &rows, MSG_rounds_answered, &w->r.answered, "round-answer.");
	put_step(w, &rows, MSG_rounds_carried, &w->r.carried, "");
	put_step(w, &rows, MSG_rounds_dropped, &w->r.dropped, "");
	if (w->r.done != 0)
		row_text(&rows, say(w, MSG_rounds_done), when(w, w->r.done));
	if (w->r.digest.n > 0) {
		row_text(&rows, say(w, MSG_rounds_digest), w->r.digest);
		rows.list.v[rows.list.n - 1].code = true;
	}
	page->rows = rows.list.v;
	page->n_rows = rows.list.n;
}

static void put_members(const struct showing *w, struct round_page *page)
{
	static const enum msg labels[MEMBER_COLUMNS] = { MSG_rounds_name,
		MSG_rounds_seat, MSG_rounds_missing };
	struct arena *a = w->v->cx.arena;
	size_t n = w->r.members.n;
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, MEMBER_COLUMNS);
	struct ui_cell *c =
	    ARENA_ARRAY(a, struct ui_cell, n * MEMBER_COLUMNS + 1);
	for (size_t i = 0; i < MEMBER_COLUMNS; i++)
		columns[i].label = say(w, labels[i]);
	page->members =
	    (struct ui_table){ .caption = say(w, MSG_rounds_committee),
		    .columns = columns,
		    .n_columns = MEMBER_COLUMNS,
		    .cells = c,
		    .n_rows = n,
		    .empty = say(w, MSG_rounds_no_committee) };
	for (size_t i = 0; i < n; i++, c += MEMBER_COLUMNS) {
		const struct round_member *m = &w->r.members.v[i];
		size_t missing = round_missing(&w->r, m->email);
		c[0] = (struct ui_cell){ .text = who(w, m->email),
			.name = true,
			.sub = m->position };
		c[1].text =
		    say(w, i == 0 ? MSG_rounds_chair : MSG_rounds_member);
		c[2] = (struct ui_cell){ .badge = true,
			.tone = missing ? UI_WAIT : UI_GOOD,
			.text = missing ? say1(w, MSG_rounds_left_over,
					      number(w, missing))
			                : say(w, MSG_rounds_all_said) };
	}
}

static struct ui_notice *next_of(const struct showing *w)
{
	struct ui_notice *n = ARENA_NEW(w->v->cx.arena, struct ui_notice);
	struct date silence = round_silence(&w->r);
	*n = (struct ui_notice){ .tone = UI_INFO,
		.text = code(
		    w, "round-next.", str_of(disposal_states[w->r.state])) };
	if (w->r.state == DISPOSAL_done)
		n->tone = UI_GOOD;
	if (w->r.state == DISPOSAL_sent)
		n->text = say1(w, MSG_rounds_wait_archives,
		    date_short(
			w->v->cx.arena, w->v->cx.lang, date_add(silence, -1)));
	return n;
}

/* The name of a form's field: "opine.lines". */
static struct str name_of(
    const struct showing *w, enum disposal_act act, const char *field)
{
	return str_fmt(w->v->cx.arena, "%s.%s", disposal_acts[act], field);
}

static struct str typed(
    const struct showing *w, enum disposal_act act, const char *field)
{
	if (w->given != act)
		return STR("");
	return pairs_get(w->v->rq->form, name_of(w, act, field));
}

static struct str error_of(const struct showing *w, enum disposal_act act,
    const char *field, struct str label)
{
	const struct field_error *e = w->fault.fields;
	for (; w->given == act && e; e = e->next)
		if (str_eq(e->field, str_of(field)))
			return str_fmt(w->v->cx.arena, "%.*s: %.*s",
			    STR_ARG(label),
			    STR_ARG(msg_fill(w->v->cx.arena, w->v->cx.lang,
				e->msg, &e->arg, 1)));
	return STR("");
}

static struct round_form *form_new(
    const struct showing *w, struct round_page *page, enum disposal_act act)
{
	struct round_form *f = &page->forms[page->n_forms++];
	const struct str args[] = { w->r.id, str_of(disposal_acts[act]) };
	struct arena *a = w->v->cx.arena;
	struct ui_pair *version = ARENA_NEW(a, struct ui_pair);
	REQUIRE(page->n_forms <= ROUND_FORMS);
	*version = (struct ui_pair){ .name = STR("version"),
		.value = str_fmt(a, "%lld", (long long)w->r.version) };
	f->id = str_fmt(a, "do-%s", disposal_acts[act]);
	f->title = code(w, "disposal-act.", args[1]);
	f->intro = code(w, "round-intro.", args[1]);
	f->form = (struct ui_form){ .action = url_path(
					a, "/disposal-rounds/{}/{}", 2, args),
		.hidden = version,
		.n_hidden = 1 };
	return f;
}

static struct ui_field *add_field(const struct showing *w, struct round_form *f,
    enum disposal_act act, enum ui_field_kind kind, const char *name,
    enum msg label)
{
	struct ui_field *field = &f->fields[f->n_fields++];
	REQUIRE(f->n_fields <= ROUND_FIELDS);
	*field = (struct ui_field){ .kind = kind,
		.name = name_of(w, act, name),
		.label = say(w, label),
		.value = form_unix(w->v->cx.arena, typed(w, act, name)) };
	field->error = error_of(w, act, name, field->label);
	return field;
}

static void add_day(const struct showing *w, struct round_form *f,
    enum disposal_act act, const char *name, enum msg label, bool optional)
{
	struct arena *a = w->v->cx.arena;
	struct ui_field *d = add_field(w, f, act, UI_DATE, name, label);
	const char *full = str_cstr(a, d->name);
	d->optional = optional;
	if (w->given != act)
		return;
	d->day = pairs_get(w->v->rq->form, str_fmt(a, "%s-day", full));
	d->month = pairs_get(w->v->rq->form, str_fmt(a, "%s-month", full));
	d->year = pairs_get(w->v->rq->form, str_fmt(a, "%s-year", full));
}

static void add_note(const struct showing *w, struct round_form *f,
    enum disposal_act act, enum msg label, bool optional)
{
	struct ui_field *n = add_field(w, f, act, UI_LINES, "note", label);
	n->rows = 3;
	n->max_chars = 1000;
	n->optional = optional;
}

static void add_choices(const struct showing *w, struct ui_field *f,
    const char *prefix, const char *const *codes, size_t n)
{
	struct ui_choice *c = ARENA_ARRAY(w->v->cx.arena, struct ui_choice, n);
	for (size_t i = 0; i < n; i++)
		c[i] = (struct ui_choice){ .value = str_of(codes[i]),
			.label = code(w, prefix, str_of(codes[i])),
			.chosen = str_eq(f->value, str_of(codes[i])) };
	f->choices = c;
	f->n_choices = n;
}

static void add_button(const struct showing *w, struct round_form *f,
    enum ui_button_kind kind, struct str label, struct str confirm)
{
	(void)w;
	f->buttons[f->n_buttons++] = (struct ui_button){
		.kind = kind, .label = label, .confirm = confirm
	};
}

/* The chair, and the others as ticks: who sits there now is chosen. */
static void put_name(const struct showing *w, struct round_page *page)
{
	const enum disposal_act act = DISPOSAL_ACT_name;
	struct round_form *f = form_new(w, page, act);
	struct arena *a = w->v->cx.arena;
	struct ui_field *chair =
	    add_field(w, f, act, UI_SELECT, "chair", MSG_rounds_chair);
	struct ui_field *members =
	    add_field(w, f, act, UI_CHECKS, "members", MSG_rounds_others);
	struct ui_choice *c = ARENA_ARRAY(a, struct ui_choice, w->n_people + 1);
	struct ui_choice *m = ARENA_ARRAY(a, struct ui_choice, w->n_people + 1);
	members->hint = say(w, MSG_rounds_others_hint);
	c[0] = (struct ui_choice){ .label = say(w, MSG_rounds_choose) };
	for (size_t i = 0; i < w->n_people; i++) {
		const struct person *p = &w->people[i];
		const struct round_member *now = round_member(&w->r, p->email);
		bool chairs = now != NULL && now == w->r.members.v;
		struct ui_choice one = { .value = p->email,
			.label = name_in(w, p),
			.hint = p->position };
		m[i] = one;
		m[i].chosen = now != NULL && !chairs;
		one.hint = STR("");
		c[i + 1] = one;
		c[i + 1].chosen = chairs;
	}
	chair->choices = c;
	chair->n_choices = w->n_people + 1;
	members->choices = m;
	members->n_choices = w->n_people;
	add_field(w, f, act, UI_TEXT, "no", MSG_rounds_order_no)->width =
	    UI_HALF;
	add_day(w, f, act, "on", MSG_rounds_order_on, false);
	add_button(w, f, w->r.members.n ? UI_SECONDARY : UI_PRIMARY, f->title,
	    STR(""));
}

static void put_opine(const struct showing *w, struct round_page *page)
{
	static const char *const scopes[] = { "rest", "these" };
	static const char *const opinions[] = { "destroy", "keep" };
	const enum disposal_act act = DISPOSAL_ACT_opine;
	struct round_form *f = form_new(w, page, act);
	struct ui_field *x =
	    add_field(w, f, act, UI_RADIOS, "scope", MSG_rounds_which);
	add_choices(w, x, "round-scope.", scopes, COUNT(scopes));
	x = add_field(w, f, act, UI_TEXT, "lines", MSG_rounds_numbers);
	x->hint = say(w, MSG_rounds_numbers_hint);
	x->optional = true;
	x = add_field(w, f, act, UI_RADIOS, "opinion", MSG_disposals_opinion);
	add_choices(w, x, "round-opinion.", opinions, COUNT(opinions));
	add_day(w, f, act, "until", MSG_rounds_until, true);
	x = add_field(w, f, act, UI_TEXT, "reason", MSG_rounds_reason);
	x->optional = true;
	add_button(w, f, UI_PRIMARY, f->title, STR(""));
}

static void add_kept(
    const struct showing *w, struct round_form *f, enum disposal_act act)
{
	struct ui_field *x =
	    add_field(w, f, act, UI_TEXT, "keep", MSG_rounds_take_out);
	x->hint = say(w, MSG_rounds_numbers_hint);
	x->optional = true;
}

static void put_decide(const struct showing *w, struct round_page *page)
{
	static const char *const outcomes[] = { "approved", "returned" };
	const enum disposal_act act = DISPOSAL_ACT_decide;
	struct round_form *f = form_new(w, page, act);
	struct ui_field *x =
	    add_field(w, f, act, UI_RADIOS, "outcome", MSG_rounds_order_of);
	add_choices(w, x, "round-decided.", outcomes, COUNT(outcomes));
	add_kept(w, f, act);
	add_note(w, f, act, MSG_rounds_note, true);
	add_button(w, f, UI_PRIMARY, f->title, STR(""));
}

static void put_send(const struct showing *w, struct round_page *page)
{
	const enum disposal_act act = DISPOSAL_ACT_send;
	struct round_form *f = form_new(w, page, act);
	add_field(w, f, act, UI_TEXT, "no", MSG_rounds_memo_no)->width =
	    UI_HALF;
	add_day(w, f, act, "on", MSG_rounds_memo_on, false);
	add_button(w, f, UI_PRIMARY, f->title, STR(""));
}

static void put_answer(const struct showing *w, struct round_page *page)
{
	static const char *const outcomes[] = { "agreed", "some", "silent" };
	const enum disposal_act act = DISPOSAL_ACT_answer;
	struct round_form *f = form_new(w, page, act);
	struct ui_field *x =
	    add_field(w, f, act, UI_RADIOS, "outcome", MSG_rounds_answered);
	add_choices(w, x, "round-answer.", outcomes, COUNT(outcomes));
	x = add_field(w, f, act, UI_TEXT, "no", MSG_rounds_memo_no);
	x->width = UI_HALF;
	x->optional = true;
	add_day(w, f, act, "on", MSG_rounds_memo_on, true);
	add_kept(w, f, act);
	add_day(w, f, act, "until", MSG_rounds_until, true);
	add_note(w, f, act, MSG_rounds_note, true);
	add_button(w, f, UI_PRIMARY, f->title, STR(""));
}

static void put_simple(
    const struct showing *w, struct round_page *page, enum disposal_act act)
{
	struct round_form *f = form_new(w, page, act);
	if (act == DISPOSAL_ACT_report)
		add_note(w, f, act, MSG_rounds_note, true);
	if (act == DISPOSAL_ACT_drop)
		add_note(w, f, act, MSG_rounds_reason, false);
	if (act == DISPOSAL_ACT_carry)
		add_button(
		    w, f, UI_DANGER, f->title, say(w, MSG_rounds_carry_sure));
	else
		add_button(w, f,
		    act == DISPOSAL_ACT_drop ? UI_DANGER : UI_PRIMARY, f->title,
		    STR(""));
}

static void put_forms(const struct showing *w, struct round_page *page)
{
	bool missing = round_missing(&w->r, w->v->actor.person.email) > 0;
	bool all_said = round_missing(&w->r, STR("")) == 0;
	if (may(w, DISPOSAL_ACT_report) && all_said)
		put_simple(w, page, DISPOSAL_ACT_report);
	if (may(w, DISPOSAL_ACT_opine))
		put_opine(w, page);
	if (missing && page->n_forms > 0)
		page->forms[page->n_forms - 1].intro = say1(w,
		    MSG_rounds_you_have_left,
		    number(w, round_missing(&w->r, w->v->actor.person.email)));
	if (may(w, DISPOSAL_ACT_decide))
		put_decide(w, page);
	if (may(w, DISPOSAL_ACT_send))
		put_send(w, page);
	if (may(w, DISPOSAL_ACT_answer))
		put_answer(w, page);
	if (may(w, DISPOSAL_ACT_carry))
		put_simple(w, page, DISPOSAL_ACT_carry);
	if (may(w, DISPOSAL_ACT_name))
		put_name(w, page);
	if (may(w, DISPOSAL_ACT_drop))
		put_simple(w, page, DISPOSAL_ACT_drop);
}

static void put_problems(const struct showing *w, struct round_page *page)
{
	struct ui_problem *p = ARENA_ARRAY(
	    w->v->cx.arena, struct ui_problem, ROUND_FORMS * ROUND_FIELDS + 1);
	for (size_t i = 0; i < page->n_forms; i++)
		for (size_t k = 0; k < page->forms[i].n_fields; k++) {
			const struct ui_field *f = &page->forms[i].fields[k];
			if (f->error.n > 0)
				p[page->n_problems++] =
				    (struct ui_problem){ f->name, f->error };
		}
	if (page->n_problems == 0 && w->fault.err != OK)
		p[page->n_problems++] =
		    (struct ui_problem){ .text = fault_text(&(const struct ctx){
					     .arena = w->v->cx.arena,
					     .lang = w->v->cx.lang,
					     .fault = w->fault }) };
	page->problems = p;
}

static struct url below(const struct showing *w, const char *file)
{
	const struct str args[] = { w->r.id, str_of(file) };
	return url_path(
	    w->v->cx.arena, "/disposal-rounds/{}/files/{}", 2, args);
}

static void put_list(const struct showing *w, struct round_page *page)
{
	struct disposal_texts *t = ARENA_ARRAY(
	    w->v->cx.arena, struct disposal_texts, w->r.n_lines + 1);
	struct str email = w->v->actor.person.email;
	for (size_t i = 0; i < w->r.n_lines; i++) {
		t[i] = round_texts(w->v, &w->r, i);
		if (w->r.state == DISPOSAL_considering &&
		    round_line_is_own(&w->r.lines[i], email))
			t[i].v[DISPOSAL_remark] = say(w, MSG_rounds_own);
	}
	page->lines =
	    disposal_table(w->v, t, w->r.n_lines, say(w, MSG_disposals_open));
	/* Who sits on the committee sees what he has said himself. */
	if (w->r.state != DISPOSAL_considering ||
	    round_member(&w->r, email) == NULL)
		return;
	struct ui_cell *c = ARENA_ARRAY(w->v->cx.arena, struct ui_cell,
	    w->r.n_lines * DISPOSAL_COLUMNS + 1);
	for (size_t i = 0; i < w->r.n_lines * DISPOSAL_COLUMNS; i++)
		c[i] = page->lines.cells[i];
	for (size_t i = 0; i < w->r.n_lines; i++) {
		const struct round_opinion *o =
		    round_opinion(&w->r.lines[i], email);
		if (o != NULL)
			c[i * DISPOSAL_COLUMNS + DISPOSAL_opinion].sub =
			    say1(w, MSG_rounds_you_said,
				code(w, "round-opinion.",
				    o->destroy ? STR("destroy") : STR("keep")));
	}
	page->lines.cells = c;
}

/* Those who may sit: they hold a role there, and not the head's. */
static enum err read_people(struct showing *w)
{
	const struct person *all = NULL;
	size_t n = 0;
	enum err e = person_list(&w->v->cx, &all, &n);
	struct person *v = ARENA_ARRAY(w->v->cx.arena, struct person, n + 1);
	for (size_t i = 0; i < n && !e; i++)
		if (all[i].active && person_in_office(&all[i], w->r.office) &&
		    !person_holds(&all[i], ROLE_director, w->r.office, STR("")))
			v[w->n_people++] = all[i];
	w->people = v;
	w->known = all;
	w->n_known = n;
	return e;
}

static enum err show(struct visit *v, enum disposal_act given, int status)
{
	struct showing w = { .v = v, .fault = v->cx.fault, .given = given };
	struct round_page *page = ARENA_NEW(v->cx.arena, struct round_page);
	struct arena *a = v->cx.arena;
	v->cx.fault = (struct fault){ 0 };
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = round_get(&v->cx, visit_arg(v, 0), &w.r);
	if (!e)
		e = read_people(&w);
	store_end(&v->cx);
	if (e)
		return e;
	const struct str year = str_fmt(a, "%lld", (long long)w.r.year);
	const struct str args[] = { w.r.office,
		say1(&w, MSG_registers_year, year),
		str_fmt(a, "%lld", (long long)w.r.nth) };
	const struct str list[] = { w.r.office, year };
	page->back = url_path(a, "/disposals/{}/{}", 2, list);
	page->title =
	    msg_fill(a, v->cx.lang, MSG_rounds_page, args, COUNT(args));
	page->state =
	    code(&w, "disposal-state.", str_of(disposal_states[w.r.state]));
	page->tone = w.r.state == DISPOSAL_done ? UI_GOOD : UI_INFO;
	page->next = next_of(&w);
	put_rows(&w, page);
	put_members(&w, page);
	put_list(&w, page);
	put_forms(&w, page);
	put_problems(&w, page);
	page->list_pdf = below(&w, "list.pdf");
	page->csv = below(&w, "list.csv");
	page->xlsx = below(&w, "list.xlsx");
	if (w.r.reported.at != 0)
		page->report = below(&w, "report.pdf");
	struct view view = page_view(v, page->title);
	view.wrong = page->n_problems > 0;
	view.wide = true;
	struct buf o = page_buf(v);
	page_desk_round(&o, &view, page);
	return page_send(v, status, &o);
}

enum err page_round(struct visit *v)
{
	return show(v, DISPOSAL_ACTS, 200);
}

/* "1-20, 25": numbers; what is none goes on as text, so that the act refuses
 * it. */
static void numbers_into(struct visit *v, json_t *list, struct str text)
{
	struct str one, first, last;
	text = thai_digits_ascii(v->cx.arena, text);
	for (bool more = text.n > 0; more;) {
		int64_t from, to;
		more = str_cut(text, ',', &one, &text);
		one = str_trim(one);
		if (one.n == 0)
			continue;
		bool range = str_cut(one, '-', &first, &last);
		if (!str_i64(str_trim(first), &from) ||
		    !str_i64(str_trim(range ? last : first), &to) ||
		    to < from || to - from > MAX_NUMBERS) {
			json_add_text(list, one);
			continue;
		}
		for (int64_t n = from;
		     n <= to && json_array_size(list) < MAX_NUMBERS; n++)
			json_array_append_new(list, json_integer(n));
	}
}

static struct str sent(
    const struct visit *v, enum disposal_act act, const char *field)
{
	return form_unix(v->cx.arena,
	    pairs_get(v->rq->form,
		str_fmt(v->cx.arena, "%s.%s", disposal_acts[act], field)));
}

static void members_into(struct visit *v, json_t *list)
{
	struct str chair = sent(v, DISPOSAL_ACT_name, "chair");
	if (chair.n > 0)
		json_add_text(list, chair);
	for (size_t i = 0; i < v->rq->form.n; i++) {
		struct pair p = v->rq->form.v[i];
		if (str_eq(p.name, STR("name.members")) &&
		    !str_eq(p.value, chair))
			json_add_text(list, p.value);
	}
}

static json_t *body_of(struct visit *v, enum disposal_act act)
{
	static const char *const texts[] = { "note", "no", "outcome", "opinion",
		"reason" };
	static const char *const days[] = { "on", "until" };
	struct arena *a = v->cx.arena;
	json_t *body = json_new_object(a);
	for (size_t i = 0; i < COUNT(texts); i++)
		json_put_text(body, texts[i], sent(v, act, texts[i]));
	for (size_t i = 0; i < COUNT(days); i++)
		json_put_text(body, days[i],
		    form_date(
			v, str_fmt(a, "%s.%s", disposal_acts[act], days[i])));
	json_t *list = json_new_array(a), *keep = json_new_array(a),
	       *members = json_new_array(a);
	numbers_into(v, list, sent(v, act, "lines"));
	numbers_into(v, keep, sent(v, act, "keep"));
	members_into(v, members);
	json_put(body, "lines", list);
	json_put(body, "keep", keep);
	json_put(body, "members", members);
	json_put_flag(body, "rest", str_eq(sent(v, act, "scope"), STR("rest")));
	return body;
}

static enum err act(struct visit *v, void *arg)
{
	struct disposal_round r;
	return round_command(&v->cx, arg, &r);
}

enum err page_round_act(struct visit *v)
{
	int what = kind_find(visit_arg(v, 1), disposal_acts, DISPOSAL_ACTS);
	if (what < 0)
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	struct round_command rc = { .id = visit_arg(v, 0),
		.act = (enum disposal_act)what };
	rc.body = body_of(v, rc.act);
	if (!str_i64(visit_form(v, "version"), &rc.if_match))
		rc.if_match = -1;
	/* Members speak at once, each for himself. */
	if (rc.act == DISPOSAL_ACT_opine)
		rc.if_match = 0;
	enum err e = visit_change(v, act, &rc);
	if (e == ERR_INVALID)
		return show(v, rc.act, 422);
	if (e == ERR_CONFLICT || e == ERR_STALE)
		return show(v, rc.act, e == ERR_STALE ? 412 : 409);
	return e ? e
	         : visit_go(v, str_fmt(v->cx.arena, "/disposal-rounds/%.*s",
				   STR_ARG(rc.id)));
}
