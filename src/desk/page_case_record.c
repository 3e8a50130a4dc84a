/* What was asked, on whose systems, with which papers. */
#include "base/str.h"
#include "base/time.h"
#include "core/answers.h"
#include "core/attachment.h"
#include "core/engine.h"
#include "core/way.h"
#include "desk/form_answers.h"
#include "desk/lists_people.h"
#include "desk/page_case.h"

static struct answer_form form_of(const struct case_work *w)
{
	return (struct answer_form){
		.v = w->v, .facts = &w->facts, .answers = w->f.answers
	};
}

static void section_rows(
    const struct case_work *w, const struct section *s, struct rows_of *r)
{
	struct answer_form form = form_of(w);
	for (size_t i = 0; i < s->n_fields; i++) {
		const struct field *f = &s->fields[i];
		bool given = json_value(w->f.answers,
				 str_cstr(r->arena, f->key)) != NULL;
		if (given || field_required(f, w->f.answers))
			LIST_ADD(r->arena, &r->list, form_answer_row(&form, f));
	}
}

static struct text2 both(struct arena *a, struct str prefix, struct str code)
{
	return (struct text2){ msg_code(a, LANG_TH, prefix, code),
		msg_code(a, LANG_EN, prefix, code) };
}

/* A known answer with the catalogue's labels, where no form gives any. */
static struct field labelled(struct arena *a, const struct field *known)
{
	struct field f = *known;
	struct choice *v = ARENA_ARRAY(a, struct choice, f.n_choices + 1);
	f.label = both(a, STR("answer."), f.key);
	for (size_t i = 0; i < f.n_choices; i++)
		v[i] = (struct choice){ f.choices[i].code,
			both(a, answer_prefix(f.key), f.choices[i].code) };
	f.choices = v;
	return f;
}

static bool asked_somewhere(const struct procedure *p, const char *key)
{
	return procedure_field(p, str_of(key)) != NULL;
}

/* Answers that this procedure's form does not ask are kept and shown. */
static void other_rows(const struct case_work *w, struct rows_of *r)
{
	size_t n;
	const char *const *keys = answer_keys(&n);
	struct answer_form form = form_of(w);
	for (size_t i = 0; i < n; i++) {
		if (asked_somewhere(w->facts.procedure, keys[i]) ||
		    json_value(w->f.answers, keys[i]) == NULL)
			continue;
		struct field f =
		    labelled(r->arena, answer_known(str_of(keys[i])));
		LIST_ADD(r->arena, &r->list, form_answer_row(&form, &f));
	}
}

static void put_sections(const struct case_work *w, struct case_page *page)
{
	const struct procedure *p = w->facts.procedure;
	struct case_section *v =
	    ARENA_ARRAY(w->v->cx.arena, struct case_section, p->n_sections + 1);
	for (size_t i = 0; i < p->n_sections + 1; i++) {
		struct rows_of r = { .arena = w->v->cx.arena };
		struct str title = case_say(w, MSG_case_other_answers);
		if (i < p->n_sections) {
			section_rows(w, &p->sections[i], &r);
			title = text2_in(p->sections[i].title, w->v->cx.lang);
		} else {
			other_rows(w, &r);
		}
		if (r.list.n > 0)
			v[page->n_sections++] =
			    (struct case_section){ title, r.list.v, r.list.n };
	}
	page->sections = v;
}

static const struct run *declined_by(const struct case_file *f, struct str unit)
{
	for (size_t i = f->runs.n; i-- > 0;)
		if (f->runs.v[i].kind == STAGE_consent &&
		    str_eq(f->runs.v[i].unit, unit) &&
		    str_eq(f->runs.v[i].outcome, STR("declined")))
			return &f->runs.v[i];
	return NULL;
}

static bool in_list(const struct str *v, size_t n, struct str s)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i], s))
			return true;
	return false;
}

static struct str said_by(const struct case_work *w, const struct run *r)
{
	return str_fmt(w->v->cx.arena, "%.*s · %.*s",
	    STR_ARG(case_who(w, r->by, r->acting_for)),
	    STR_ARG(case_when(w, r->until)));
}

/* N-36: given in Pratu or on the attached paper, not needed, or missing. */
static struct ui_cell endorsement_cell(
    const struct case_work *w, struct str unit)
{
	struct arena *a = w->v->cx.arena;
	struct str *needed;
	size_t n = engine_owners_needed(a, &w->facts, &w->f, &needed);
	const struct run *r = case_endorsement(&w->f, unit);
	const struct run *no = declined_by(&w->f, unit);
	struct ui_cell c = { .badge = true };
	if (r != NULL && r->evidence.n > 0) {
		const struct attached *file = case_file_of(&w->f, r->evidence);
		const struct str args[] = { w->f.no, r->evidence };
		c = (struct ui_cell){ .tone = UI_GOOD,
			.badge_text = case_say(w, MSG_case_endorsed_on_paper),
			.text = file ? file->name : r->evidence,
			.url = url_path(
			    a, "/requests/{}/files/{}", COUNT(args), args),
			.sub = said_by(w, r) };
	} else if (r != NULL) {
		bool part = str_eq(r->outcome, STR("partial"));
		c.tone = part ? UI_WAIT : UI_GOOD;
		c.text = case_say(w,
		    part ? MSG_stage_outcome_partial : MSG_case_endorsed_here);
		c.sub = said_by(w, r);
	} else if (no != NULL) {
		c.tone = UI_BAD;
		c.text = case_say(w, MSG_stage_outcome_declined);
		c.sub = said_by(w, no);
	} else if (in_list(needed, n, unit)) {
		c.tone = w->f.state == STATE_consent ? UI_WAIT : UI_BAD;
		c.text = case_say(w, MSG_case_endorsement_missing);
	} else {
		c.tone = UI_NEUTRAL;
		c.text = case_say(w, MSG_case_endorsement_not_needed);
		struct str why = engine_passed_over(a, &w->facts, &w->f, unit);
		if (why.n > 0)
			c.sub =
			    msg_code(a, w->v->cx.lang, STR("skipped."), why);
	}
	return c;
}

/* "เงื่อนไข: …" of the owner, "ความเห็น: …". */
static struct str conditions_of(const struct case_work *w, struct str unit)
{
	struct arena *a = w->v->cx.arena;
	const struct run *r = case_endorsement(&w->f, unit);
	if (r == NULL)
		r = declined_by(&w->f, unit);
	if (r == NULL)
		return STR("");
	if (r->conditions.n > 0 && r->note.n > 0)
		return str_fmt(
		    a, "%.*s\n%.*s", STR_ARG(r->conditions), STR_ARG(r->note));
	return r->conditions.n > 0 ? r->conditions : r->note;
}

enum { SYSTEM_COLUMNS = 4 };

static void put_systems(const struct case_work *w, struct case_page *page)
{
	struct arena *a = w->v->cx.arena;
	const enum msg labels[SYSTEM_COLUMNS] = { MSG_case_system,
		MSG_role_owner, MSG_case_endorsement, MSG_case_conditions };
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, SYSTEM_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, w->f.systems.n * SYSTEM_COLUMNS + 1);
	for (size_t i = 0; i < SYSTEM_COLUMNS; i++)
		columns[i].label = case_say(w, labels[i]);
	for (size_t i = 0; i < w->f.systems.n; i++) {
		const struct case_system *s = &w->f.systems.v[i];
		struct ui_cell *c = &cells[i * SYSTEM_COLUMNS];
		struct str conditions = conditions_of(w, s->owner_unit);
		c[0].text = case_system_name(w, s->code);
		if (s->division.n > 0)
			c[0].sub = case_unit(w, s->division);
		/* Until somebody has the work it is his division's head's. */
		if (w->f.officers.n == 0 && w->f.state != STATE_closed &&
		    facts_system_unassigned(&w->facts, s->code)) {
			c[0].badge_text = case_say(w, MSG_systems_unassigned);
			c[0].tone = UI_WAIT;
		}
		c[1].text = s->owner_unit.n ? case_unit(w, s->owner_unit)
		                            : case_say(w, MSG_layout_not_given);
		c[2] = endorsement_cell(w, s->owner_unit);
		c[3].rich = html_lines(a, conditions);
		if (conditions.n == 0)
			c[3].text = STR("–");
	}
	page->systems =
	    (struct ui_table){ .caption = case_say(w, MSG_case_systems),
		    .hide_caption = true,
		    .columns = columns,
		    .n_columns = SYSTEM_COLUMNS,
		    .cells = cells,
		    .n_rows = w->f.systems.n,
		    .empty = case_say(w, MSG_case_no_systems) };
}

static bool is_cancelled(const struct case_file *f, const struct letter *l)
{
	for (size_t i = 0; i < f->numbers.n; i++)
		if (f->numbers.v[i].cancelled && f->numbers.v[i].at == l->at &&
		    str_eq(f->numbers.v[i].no, l->no))
			return true;
	return false;
}

static void put_letters(const struct case_work *w, struct rows_of *r)
{
	struct arena *a = w->v->cx.arena;
	for (size_t i = 0; i < w->f.letters.n; i++) {
		const struct letter *l = &w->f.letters.v[i];
		struct str label =
		    msg_code(a, w->v->cx.lang, STR("direction."), l->direction);
		struct str words = str_fmt(a, "%.*s · %.*s%s%.*s",
		    STR_ARG(l->no), STR_ARG(case_day(w, l->date)),
		    l->kind.n ? " · " : "", STR_ARG(l->kind));
		if (is_cancelled(&w->f, l))
			words = str_fmt(a, "%.*s · %.*s", STR_ARG(words),
			    STR_ARG(case_say(w, MSG_numbers_cancelled)));
		struct ui_row row = { .label = label, .value = words };
		if (l->file.n > 0) {
			const struct str args[] = { w->f.no, l->file };
			row.url = url_path(
			    a, "/requests/{}/files/{}", COUNT(args), args);
		}
		LIST_ADD(a, &r->list, row);
	}
}

static void put_papers(const struct case_work *w, struct case_page *page)
{
	struct rows_of r = { .arena = w->v->cx.arena };
	const struct case_file *f = &w->f;
	struct arena *a = r.arena;
	row_text(&r, case_say(w, MSG_thing_request_no), f->no);
	if (f->register_no > 0)
		row_text(&r, case_say(w, MSG_thing_register),
		    str_fmt(a, "%lld/%lld", (long long)f->register_no,
			(long long)f->register_year));
	row_some(&r, case_say(w, MSG_thing_received_no), f->received_no);
	if (f->received != 0)
		row_text(&r, case_say(w, MSG_case_received),
		    case_when(w, f->received));
	if (f->memo_in.n > 0)
		row_text(&r, case_say(w, MSG_thing_memo_in),
		    str_fmt(a, "%.*s%s%.*s", STR_ARG(f->memo_in),
			f->memo_date.n ? " · " : "",
			STR_ARG(case_day(w, f->memo_date))));
	row_some(&r, case_say(w, MSG_thing_memo_out), f->memo_out);
	if (f->urgency.n > 0 && !str_eq(f->urgency, STR("normal")))
		row_text(&r, case_say(w, MSG_case_urgency),
		    msg_code(a, w->v->cx.lang, STR("urgency."), f->urgency));
	if (f->secrecy.n > 0 && !str_eq(f->secrecy, STR("none")))
		row_text(&r, case_say(w, MSG_case_secrecy),
		    msg_code(a, w->v->cx.lang, STR("secrecy."), f->secrecy));
	put_letters(w, &r);
	LIST_ADD(a, &r.list,
	    (struct ui_row){ .label = case_say(w, MSG_paper_title),
		.value = case_say(w, MSG_paper_open),
		.url = case_url(w, "/papers") });
	const struct procedure *p = w->facts.procedure;
	LIST_ADD(a, &r.list,
	    (struct ui_row){ .label = case_say(w, MSG_case_procedure),
		.value = case_say2(
		    w, MSG_case_procedure_revision, p->code, p->revision),
		.url = url_path(a, "/procedures/{}", 1, &p->code) });
	page->papers = r.list.v;
	page->n_papers = r.list.n;
}

static struct str ending(struct arena *a, struct str name)
{
	struct str stem, rest = name;
	while (str_cut(rest, '.', &stem, &rest))
		;
	struct str last = stem;
	if (str_eq(last, name) || last.n > 5)
		return STR("FILE");
	char *p = arena_alloc(a, last.n + 1);
	for (size_t i = 0; i < last.n; i++)
		p[i] = last.p[i] >= 'a' && last.p[i] <= 'z'
		           ? (char)(last.p[i] - 32)
		           : last.p[i];
	return str_n(p, last.n);
}

static void put_files(const struct case_work *w, struct case_page *page)
{
	struct arena *a = w->v->cx.arena;
	struct ui_file *v = ARENA_ARRAY(a, struct ui_file, w->f.files.n + 1);
	for (size_t i = 0; i < w->f.files.n; i++) {
		const struct attached *t = &w->f.files.v[i];
		const struct str args[] = { w->f.no, t->id };
		v[i] = (struct ui_file){ .name = t->name,
			.kind = ending(a, t->name),
			.size = case_size(a, t->bytes),
			.note = str_fmt(a, "%.*s · %.*s",
			    STR_ARG(case_person(w, t->by)),
			    STR_ARG(case_when(w, t->at))),
			.url = url_path(
			    a, "/requests/{}/files/{}", COUNT(args), args),
			.sha256 = t->sha256 };
		if (w->f.disposed.at != 0) {
			v[i].url = (struct url){ 0 };
			v[i].note = case_say(w, MSG_rounds_gone);
		}
	}
	page->files = v;
	page->n_files = w->f.files.n;
	page->no_files = case_say(w, MSG_case_no_files);
}

static void put_attach(const struct case_work *w, struct case_page *page)
{
	struct arena *a = w->v->cx.arena;
	/* Papers are among the files to read, and have a limit of their own. */
	if (!w->may_attach ||
	    w->f.files.n - w->f.papers.n >= ATTACHMENT_MAX_FILES)
		return;
	struct ui_form *form = ARENA_NEW(a, struct ui_form);
	struct ui_field *fields = ARENA_ARRAY(a, struct ui_field, 2);
	*form =
	    (struct ui_form){ .action = case_url(w, "/files"), .upload = true };
	fields[0] = (struct ui_field){ .kind = UI_FILE,
		.name = STR("file"),
		.label = case_say(w, MSG_case_attach),
		.hint = case_say(w, MSG_case_attach_hint),
		.max_bytes = (int64_t)ATTACHMENT_MAX_BYTES };
	fields[1] = lists_people_field(w->v);
	for (size_t i = 0; i < w->n_problems; i++)
		for (size_t k = 0; k < 2; k++)
			if (str_eq(w->problems[i].field, fields[k].name))
				fields[k].error = w->problems[i].text;
	page->attach = form;
	page->attach_fields = fields;
	page->attach_button = (struct ui_button){ .kind = UI_SECONDARY,
		.label = case_say(w, MSG_case_attach_button) };
}

void case_put_record(const struct case_work *w, struct case_page *page)
{
	put_systems(w, page);
	put_sections(w, page);
	put_papers(w, page);
	put_files(w, page);
	put_attach(w, page);
}
