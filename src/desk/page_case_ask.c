/* The forms of the commands from sending a request to its assignment. */
#include "base/str.h"
#include "base/time.h"
#include "core/engine.h"
#include "core/policy.h"
#include "desk/form_answers.h"
#include "desk/page_case.h"
#include "desk/page_case_sign.h"

static struct arena *arena_of(const struct case_form *f)
{
	return f->w->v->cx.arena;
}

static enum lang lang_of(const struct case_form *f)
{
	return f->w->v->cx.lang;
}

static void warn(
    struct case_form *f, enum ui_tone tone, struct str title, struct str text)
{
	f->warning = ARENA_NEW(arena_of(f), struct ui_notice);
	*f->warning =
	    (struct ui_notice){ .tone = tone, .title = title, .text = text };
}

/* Names of the owner units that have not endorsed. */
static size_t missing(const struct case_form *f, struct str *ret_names)
{
	struct str *units;
	struct arena *a = arena_of(f);
	size_t n = engine_owners_missing(a, &f->w->facts, &f->w->f, &units);
	*ret_names = STR("");
	for (size_t i = 0; i < n; i++)
		*ret_names = str_fmt(a, "%.*s%s%.*s", STR_ARG(*ret_names),
		    i ? ", " : "", STR_ARG(case_unit(f->w, units[i])));
	return n;
}

/* It is checked and sent on a page of its own. */
void case_ask_submit(struct case_form *f)
{
	struct ui_button check = { .kind = UI_PRIMARY,
		.label = case_say(f->w, MSG_ask_check_and_send),
		.url = case_url(f->w, "/check") };
	struct ui_button edit = { .kind = UI_SECONDARY,
		.label = case_say(f->w, MSG_ask_edit),
		.url = case_url(f->w, "/edit") };
	f->intro = case_say(f->w, MSG_ask_submit_intro);
	LIST_ADD(arena_of(f), &f->buttons, check);
	LIST_ADD(arena_of(f), &f->buttons, edit);
}

/* What is decided on, before the eyes of who decides. */
void form_request(struct case_form *f)
{
	static const char *const keys[] = { "purpose", "detail", "subjects",
		"identifiability", "lawful_basis", "recipients" };
	const struct case_work *w = f->w;
	struct answer_form form = {
		.v = w->v, .facts = &w->facts, .answers = w->f.answers
	};
	struct ui_row who = { .label = case_role(w, ROLE_requester),
		.value = str_fmt(arena_of(f), "%.*s · %.*s",
		    STR_ARG(case_person(w, w->f.requester)),
		    STR_ARG(case_unit(w, w->f.unit))) };
	LIST_ADD(arena_of(f), &f->rows, who);
	for (size_t i = 0; i < COUNT(keys); i++) {
		const struct field *field =
		    procedure_field(w->facts.procedure, str_of(keys[i]));
		if (field != NULL && json_value(w->f.answers, keys[i]) != NULL)
			LIST_ADD(arena_of(f), &f->rows,
			    form_answer_row(&form, field));
	}
}

/* What needs a second look (N-13, PDPA), before the eyes of who acts. */
void form_flags(struct case_form *f)
{
	struct rows_of r = { .arena = arena_of(f) };
	case_flag_rows(f->w, &r);
	for (size_t i = 0; i < r.list.n; i++)
		LIST_ADD(arena_of(f), &f->rows, r.list.v[i]);
}

static bool is_owner(const struct case_form *f)
{
	size_t cursor = 0;
	const struct run *r;
	while ((r = case_open_run(&f->w->f, &cursor)) != NULL)
		if (r->kind == STAGE_consent &&
		    policy_holds(
			&f->w->facts, &f->w->f, r, &f->w->v->actor.person))
			return true;
	return false;
}

/* The records office brings an endorsement that was given on paper: which file,
 * of which unit. */
static void ask_paper(struct case_form *f)
{
	struct str *units;
	struct arena *a = arena_of(f);
	size_t n = engine_owners_missing(a, &f->w->facts, &f->w->f, &units);
	struct ui_choice *v = ARENA_ARRAY(a, struct ui_choice, n + 1);
	for (size_t i = 0; i < n; i++)
		v[i] = (struct ui_choice){ .value = units[i],
			.label = case_unit(f->w, units[i]),
			.chosen = n == 1 };
	form_choices(f, UI_RADIOS, "unit", MSG_ask_paper_unit, MSG_NONE, v, n);
	form_files(
	    f, "evidence", MSG_ask_paper_file, MSG_ask_paper_file_hint, false);
	struct str names;
	if (missing(f, &names) > 0)
		warn(f, UI_BAD, case_say(f->w, MSG_ask_receive_refused),
		    case_say1(f->w, MSG_error_endorsement_missing, names));
	f->title = case_say(f->w, MSG_ask_paper_title);
	f->intro = case_say(f->w, MSG_ask_paper_intro);
	f->checklist = true;
}

static void ask_answer(struct case_form *f, bool owner)
{
	const struct proposal *p = owner ? form_proposal(f) : NULL;
	form_consent(f, p);
	case_sign(f);
	if (p != NULL) {
		struct str outcome = msg_code(
		    arena_of(f), lang_of(f), STR("stage-outcome."), p->outcome);
		form_button(f, UI_PRIMARY,
		    case_say1(f->w, MSG_propose_sign, outcome), "outcome",
		    str_cstr(arena_of(f), p->outcome), MSG_NONE);
	}
	form_button(f, p == NULL ? UI_PRIMARY : UI_SECONDARY,
	    case_say(f->w,
		owner ? MSG_button_consent_endorsed : MSG_ask_paper_button),
	    "outcome", "endorsed", MSG_NONE);
	form_button(f, UI_SECONDARY,
	    case_say(f->w, MSG_button_consent_endorsed_partly), "outcome",
	    "partial", MSG_NONE);
	if (owner)
		form_button(f, UI_DANGER,
		    case_say(f->w, MSG_button_consent_declined), "outcome",
		    "declined", MSG_ask_sure_declined);
}

void case_ask_consent(struct case_form *f)
{
	bool owner = is_owner(f);
	if (!owner) {
		ask_paper(f);
	} else {
		f->intro = case_say(f->w, MSG_ask_consent_intro);
		form_request(f);
		form_flags(f);
	}
	ask_answer(f, owner);
}

static unsigned requires_of(const struct case_form *f, enum stage_kind kind)
{
	const struct stage *s = procedure_kind(f->w->facts.procedure, kind);
	return s ? s->requires : 0;
}

/* One press sends back what lacks an endorsement (N-36): see case_ask_return. */
void case_ask_receive(struct case_form *f)
{
	struct str names;
	unsigned needs = requires_of(f, STAGE_intake);
	const json_t *answers = f->w->f.answers;
	f->checklist = true;
	form_flags(f);
	if (f->w->f.systems.n == 0)
		warn(f, UI_BAD, case_say(f->w, MSG_ask_receive_refused),
		    case_say(f->w, MSG_error_unclassified));
	else if (missing(f, &names) > 0)
		warn(f, UI_BAD, case_say(f->w, MSG_ask_receive_refused),
		    case_say1(f->w, MSG_error_endorsement_missing, names));
	form_text(f, "memo_in", MSG_thing_memo_in, MSG_ask_memo_in_hint,
	    json_text(answers, "memo_no"))
	    ->optional = !(needs & REQUIRE_memo_in);
	f->fields.v[f->fields.n - 1].width = UI_HALF;
	form_day(f, "memo_date", MSG_answer_memo_date, MSG_NONE,
	    json_text(answers, "memo_date"))
	    ->optional = !(needs & REQUIRE_memo_in);
	struct ui_field *no = form_text(f, "received_no", MSG_thing_received_no,
	    MSG_ask_received_no_hint, STR(""));
	no->optional = !(needs & REQUIRE_received_no);
	no->width = UI_HALF;
	form_day(f, "received_at", MSG_ask_received_at,
	    MSG_ask_received_at_hint, STR(""))
	    ->optional = true;
	form_codes(f, UI_SELECT, "urgency", MSG_case_urgency, MSG_NONE,
	    "urgency.", "normal urgent very-urgent most-urgent", STR("normal"));
	form_codes(f, UI_SELECT, "secrecy", MSG_case_secrecy, MSG_NONE,
	    "secrecy.", "none confidential secret top-secret", STR("none"));
	form_area(f, "note", MSG_ask_note, MSG_NONE, STR(""))->optional = true;
}

static bool has_system(const struct case_file *f, struct str code)
{
	for (size_t i = 0; i < f->systems.n; i++)
		if (str_eq(f->systems.v[i].code, code))
			return true;
	return false;
}

void case_ask_classify(struct case_form *f)
{
	struct arena *a = arena_of(f);
	const struct facts *facts = &f->w->facts;
	struct ui_choice *v =
	    ARENA_ARRAY(a, struct ui_choice, facts->n_systems + 1);
	size_t n = 0;
	for (size_t i = 0; i < facts->n_systems; i++) {
		const struct system *s = &facts->systems[i];
		if (!s->active)
			continue;
		v[n++] = (struct ui_choice){ .value = s->code,
			.label = case_system_name(f->w, s->code),
			.hint = s->owner_unit.n
			            ? case_say1(f->w, MSG_ask_owner_is,
					  case_unit(f->w, s->owner_unit))
			            : STR(""),
			.chosen = has_system(&f->w->f, s->code) };
	}
	f->intro = case_say(f->w, MSG_ask_classify_intro);
	form_choices(f, UI_CHECKS, "systems", MSG_case_systems, MSG_NONE, v, n);
	form_codes(f, UI_SELECT, "service_type", MSG_answer_service_type,
	    MSG_NONE, "service.", "existing processing api database",
	    f->w->f.service_type);
	form_area(f, "reason", MSG_ask_reason, MSG_NONE, STR(""));
}

void case_ask_return(struct case_form *f)
{
	struct str names, said = STR("");
	bool intake =
	    f->w->f.state == STATE_intake || f->w->f.state == STATE_consent;
	bool records = person_holds(
	    &f->w->v->actor.person, ROLE_records, f->w->f.office, STR(""));
	f->intro = case_say(f->w, MSG_ask_return_intro);
	if (intake && records && missing(f, &names) > 0) {
		said = case_say1(f->w, MSG_ask_return_endorsement, names);
		f->title = case_say(f->w, MSG_ask_return_title);
		form_area(f, "message", MSG_ask_message, MSG_NONE, said);
		form_button(f, UI_PRIMARY, f->title, NULL, NULL, MSG_NONE);
		return;
	}
	form_area(f, "message", MSG_ask_message, MSG_NONE, STR(""));
}

static void add_division(
    const struct case_form *f, struct ui_choice *v, size_t *n, struct str unit)
{
	for (size_t i = 0; i < *n; i++)
		if (str_eq(v[i].value, unit))
			return;
	v[(*n)++] =
	    (struct ui_choice){ .value = unit, .label = case_unit(f->w, unit) };
}

/* The division in charge of all systems, which is proposed. */
static struct str common_division(const struct case_file *f)
{
	for (size_t i = 1; i < f->systems.n; i++)
		if (!str_eq(f->systems.v[i].division, f->systems.v[0].division))
			return STR("");
	return f->systems.n ? f->systems.v[0].division : STR("");
}

static void ask_division(struct case_form *f)
{
	const struct facts *facts = &f->w->facts;
	size_t n = 1, max = 1;
	for (size_t i = 0; i < facts->n_heads; i++)
		max += facts->heads[i].n_roles;
	struct ui_choice *v = ARENA_ARRAY(arena_of(f), struct ui_choice, max);
	struct str common = common_division(&f->w->f);
	v[0] = (struct ui_choice){ .label = case_say(f->w, MSG_ask_choose) };
	for (size_t i = 0; i < facts->n_heads; i++) {
		const struct person *p = &facts->heads[i];
		for (size_t k = 0; k < p->n_roles; k++)
			if (p->roles[k].role == ROLE_head &&
			    str_eq(p->roles[k].office, f->w->f.office))
				add_division(f, v, &n, p->roles[k].unit);
	}
	for (size_t i = 1; i < n; i++)
		v[i].chosen =
		    common.n > 0 ? str_eq(v[i].value, common) : n == 2;
	form_choices(f, UI_SELECT, "division", MSG_case_division,
	    MSG_ask_division_hint, v, n);
}

void case_ask_decide(struct case_form *f)
{
	f->checklist = true;
	f->title = case_say(f->w, MSG_command_decide);
	form_request(f);
	form_flags(f);
	form_opinions(f);
	if (procedure_kind(f->w->facts.procedure, STAGE_assignment) != NULL)
		ask_division(f);
	form_phrases(f);
	form_area(f, "note", MSG_ask_note, MSG_ask_decide_note_hint, STR(""))
	    ->optional = true;
	case_sign(f);
	form_button(f, UI_PRIMARY, case_say(f->w, MSG_button_decide_approved),
	    "outcome", "approved", MSG_NONE);
	form_button(f, UI_DANGER, case_say(f->w, MSG_button_decide_rejected),
	    "outcome", "rejected", MSG_ask_sure_rejected);
}

/* The systems of this request for which the officer is responsible. */
static struct str duties(const struct case_form *f, const struct person *p)
{
	struct str all = STR("");
	for (size_t i = 0; i < f->w->f.systems.n; i++) {
		const struct system *s = system_find(f->w->facts.systems,
		    f->w->facts.n_systems, f->w->f.systems.v[i].code);
		if (s == NULL ||
		    facts_person(s->officers, s->n_officers, p->email) == NULL)
			continue;
		all = str_fmt(arena_of(f), "%.*s%s%.*s", STR_ARG(all),
		    all.n ? ", " : "", STR_ARG(s->code));
	}
	return all;
}

static struct ui_choice officer_choice(
    const struct case_form *f, const struct person *p)
{
	bool th = lang_of(f) == LANG_TH || p->name_en.n == 0;
	struct str systems = duties(f, p);
	struct ui_choice c = { .value = p->email,
		.label = th ? p->name : p->name_en };
	if (str_eq_nocase(p->email, f->w->v->actor.person.email))
		c.label = case_say1(f->w, MSG_ask_himself, c.label);
	if (systems.n > 0)
		c.hint = case_say1(f->w, MSG_ask_officer_of, systems);
	if (policy_apart(&f->w->facts, &f->w->f, p->email, COMMAND_prepare)) {
		c.disabled = true;
		c.hint = case_say(f->w, MSG_ask_officer_apart);
	}
	for (size_t i = 0; i < f->w->f.officers.n; i++)
		c.chosen |= str_eq_nocase(f->w->f.officers.v[i], p->email);
	return c;
}

/* Those of the systems stand first. */
void case_ask_assign(struct case_form *f)
{
	const struct facts *facts = &f->w->facts;
	struct ui_choice *v =
	    ARENA_ARRAY(arena_of(f), struct ui_choice, facts->n_officers + 1);
	size_t n = 0;
	form_request(f);
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < facts->n_officers; i++)
			if ((duties(f, &facts->officers[i]).n > 0) ==
			    (round == 0))
				v[n++] = officer_choice(f, &facts->officers[i]);
	form_choices(f, UI_CHECKS, "officers", MSG_ask_officers,
	    facts_unassigned(facts, &f->w->f) ? MSG_systems_unassigned_hint
					      : MSG_NONE,
	    v, n);
}
