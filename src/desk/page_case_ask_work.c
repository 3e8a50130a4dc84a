/* The forms of the commands from preparing on, and of those beside the way. */
#include "base/str.h"
#include "base/time.h"
#include "core/answers.h"
#include "core/data_mail.h"
#include "desk/form_answers.h"
#include "desk/page_case.h"
#include "desk/page_case_sign.h"

static struct arena *arena_of(const struct case_form *f)
{
	return f->w->v->cx.arena;
}

static void add_row(struct case_form *f, struct ui_row row)
{
	LIST_ADD(arena_of(f), &f->rows, row);
}

/* The data are prepared on a page of their own. */
void case_ask_prepare(struct case_form *f)
{
	bool again = f->w->f.state == STATE_delivery;
	f->intro = case_say(
	    f->w, again ? MSG_ask_prepare_again : MSG_ask_prepare_intro);
	struct ui_button go = { .kind = UI_PRIMARY,
		.label = case_say(f->w, MSG_ask_prepare_open),
		.url = case_url(f->w, "/prepare") };
	LIST_ADD(arena_of(f), &f->buttons, go);
}

/* What is handed over late says why: once, and before it goes. */
static void ask_late(struct case_form *f)
{
	const struct case_work *w = f->w;
	int days = clock_late(&w->facts, &w->f, w->v->cx.now);
	if (days == 0)
		return;
	form_codes(f, UI_RADIOS, "late_cause", MSG_ask_late_cause,
	    MSG_ask_late_hint, "late-cause.",
	    "difficulty volume limits waiting staff other", STR(""));
	form_area(f, "late_reason", MSG_ask_late_reason, MSG_NONE, STR(""))
	    ->optional = true;
}

void case_ask_cannot(struct case_form *f)
{
	f->intro = case_say(f->w, MSG_ask_cannot_intro);
	form_area(f, "reason", MSG_ask_cannot_reason, MSG_NONE, STR(""));
	if (f->w->f.files.n > 0)
		form_files(f, "files", MSG_ask_files, MSG_NONE, true)
		    ->optional = true;
	ask_late(f);
	form_button(f, UI_DANGER, f->title, NULL, NULL, MSG_ask_sure_cannot);
}

static void show_digest(struct case_form *f)
{
	struct str digest = json_text(f->w->f.artefact, "digest");
	add_row(f, (struct ui_row){ .label = case_say(f->w, MSG_thing_digest),
		       .value = digest,
		       .code = true });
	form_hidden(f, "digest", digest);
}

/* What was agreed, and where this goes beyond it. */
static void show_agreed(struct case_form *f)
{
	struct rows_of r = { .arena = f->w->v->cx.arena };
	case_put_beyond(f->w, &r);
	case_put_agreed(f->w, &r);
	for (size_t i = 0; i < r.list.n; i++)
		add_row(f, r.list.v[i]);
}

void case_ask_check(struct case_form *f)
{
	f->intro = case_say(f->w, MSG_ask_check_intro);
	add_row(f, (struct ui_row){ .label = case_say(f->w, MSG_look_row),
		       .value = case_say(f->w, MSG_look_link),
		       .url = case_url(f->w, "#made") });
	show_digest(f);
	show_agreed(f);
	form_opinions(f);
	form_phrases(f);
	form_area(f, "note", MSG_ask_note, MSG_ask_check_note_hint, STR(""))
	    ->optional = true;
	case_sign(f);
	form_button(f, UI_PRIMARY, case_say(f->w, MSG_button_check_released),
	    "outcome", "released", MSG_NONE);
	form_button(f, UI_SECONDARY, case_say(f->w, MSG_button_check_returned),
	    "outcome", "returned", MSG_NONE);
}

/* Before anything is sent: whether the data would go along with the mail, and why
 * not. */
static void show_mailed(struct case_form *f)
{
	const struct case_work *w = f->w;
	if (w->facts.data_mail == NULL)
		return;
	struct str why = data_mail_why(w->facts.data_mail, &w->f);
	struct str said = why.n == 0 ? case_say(w, MSG_keeping_mail_can)
	                             : msg_code(arena_of(f), w->v->cx.lang,
					   STR("mail-why."), why);
	add_row(f, (struct ui_row){ .label = case_say(w, MSG_keeping_by_mail),
		       .rich = html_lines(arena_of(f), said) });
}

/* Of the requester's side: who can have agreed. */
static void ask_agreed(struct case_form *f)
{
	const struct case_file *c = &f->w->f;
	struct ui_choice *v =
	    ARENA_ARRAY(arena_of(f), struct ui_choice, c->holders.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < c->holders.n + 1; i++) {
		struct str email = i == 0 ? c->requester : c->holders.v[i - 1];
		if (email.n > 0)
			v[n++] = (struct ui_choice){ .value = email,
				.label = case_person(f->w, email) };
	}
	form_text(f, "channel_note", MSG_ask_channel_note,
	    MSG_keeping_channel_hint, STR(""))
	    ->optional = true;
	form_text(f, "channel_to", MSG_keeping_channel_to, MSG_NONE, STR(""))
	    ->optional = true;
	if (n > 0)
		form_choices(f, UI_SELECT, "agreed_by", MSG_keeping_agreed_by,
		    MSG_NONE, v, n)
		    ->optional = true;
	form_day(f, "agreed_on", MSG_keeping_agreed_on, MSG_NONE, STR(""))
	    ->optional = true;
	form_text(f, "agreed_how", MSG_keeping_agreed_how, MSG_NONE, STR(""))
	    ->optional = true;
}

void case_ask_deliver(struct case_form *f)
{
	f->intro = case_say(f->w, MSG_ask_deliver_intro);
	show_digest(f);
	show_agreed(f);
	show_mailed(f);
	ask_late(f);
	form_area(f, "message", MSG_ask_deliver_message, MSG_NONE,
	    case_say(f->w, MSG_ask_deliver_default));
	form_codes(f, UI_RADIOS, "channel", MSG_ask_channel, MSG_NONE,
	    "channel.", "gate mail other", STR("gate"));
	ask_agreed(f);
	struct ui_field *memo =
	    form_text(f, "memo_out", MSG_thing_memo_out, MSG_NONE, STR(""));
	memo->optional = true;
	memo->width = UI_HALF;
	form_area(
	    f, "not_given", MSG_case_not_given, MSG_ask_not_given_hint, STR(""))
	    ->optional = true;
	if (f->w->f.files.n > 0)
		form_files(f, "files", MSG_ask_files, MSG_NONE, true)
		    ->optional = true;
}

void case_ask_accept(struct case_form *f)
{
	bool closed = f->w->f.state == STATE_closed;
	f->intro =
	    case_say(f->w, closed ? MSG_ask_rate_intro : MSG_ask_accept_intro);
	if (closed)
		f->title = case_say(f->w, MSG_ask_rate_title);
	struct ui_field *score = form_codes(f, UI_RADIOS, "score",
	    MSG_case_score, MSG_ask_score_hint, "score.", "1 2 3 4 5", STR(""));
	score->in_row = true;
	score->optional = !closed;
	form_area(f, "comment", MSG_ask_comment, MSG_ask_comment_hint, STR(""))
	    ->optional = true;
	form_button(f, UI_PRIMARY,
	    closed ? case_say(f->w, MSG_ask_rate_button)
		   : case_say(f->w, MSG_button_accept_accepted),
	    "outcome", "accepted", MSG_NONE);
	if (!closed)
		form_button(f, UI_SECONDARY,
		    case_say(f->w, MSG_button_accept_refused), "outcome",
		    "refused", MSG_NONE);
}

void case_ask_keep(struct case_form *f)
{
	bool held = f->w->f.keeping.at != 0;
	f->intro = case_say(
	    f->w, held ? MSG_keeping_lift_intro : MSG_keeping_hold_intro);
	if (held)
		f->title = case_say(f->w, MSG_keeping_lift);
	else
		form_codes(f, UI_RADIOS, "kind", MSG_keeping_kind, MSG_NONE,
		    "keep-kind.", "litigation secret history other", STR(""));
	form_hidden(f, "outcome", held ? STR("lifted") : STR("held"));
	form_area(f, "reason", MSG_ask_reason, MSG_NONE, STR(""));
	form_button(f, UI_SECONDARY, f->title, NULL, NULL, MSG_NONE);
}

void case_ask_letter(struct case_form *f)
{
	bool due = f->w->f.letter_due;
	f->intro =
	    case_say(f->w, due ? MSG_case_letter_due : MSG_ask_letter_intro);
	form_codes(f, UI_RADIOS, "direction", MSG_ask_direction, MSG_NONE,
	    "direction.", "in out receipt", due ? STR("out") : STR(""));
	struct ui_field *no = form_text(
	    f, "no", MSG_thing_letter_no, MSG_numbers_next_hint, STR(""));
	no->width = UI_HALF;
	no->optional = true;
	form_day(f, "date", MSG_ask_letter_date, MSG_NONE,
	    date_iso(arena_of(f), date_of_ms(f->w->v->cx.now)));
	form_text(
	    f, "kind", MSG_ask_letter_kind, MSG_ask_letter_kind_hint, STR(""))
	    ->optional = true;
	if (f->w->f.files.n > 0)
		form_files(f, "file", MSG_ask_letter_file, MSG_NONE, false)
		    ->optional = true;
	if (f->w->f.numbers.n == 0)
		return;
	struct ui_field *gone = form_text(
	    f, "cancels", MSG_numbers_cancel, MSG_numbers_cancel_hint, STR(""));
	gone->width = UI_HALF;
	gone->optional = true;
	form_area(f, "reason", MSG_numbers_reason, MSG_NONE, STR(""))
	    ->optional = true;
}

static bool is_live(struct str state)
{
	return !str_eq(state, STR("revoked")) &&
	       !str_eq(state, STR("recalled")) &&
	       !str_eq(state, STR("replaced"));
}

static struct ui_choice grant_choice(
    const struct case_form *f, const struct granted *g)
{
	struct str outlet =
	    msg_code(arena_of(f), f->w->v->cx.lang, STR("outlet."), g->outlet);
	return (struct ui_choice){ .value = g->id,
		.label = str_fmt(arena_of(f), "%.*s · %.*s", STR_ARG(g->part),
		    STR_ARG(outlet)) };
}

void case_ask_recall(struct case_form *f)
{
	const struct case_file *c = &f->w->f;
	struct ui_choice *v = ARENA_ARRAY(arena_of(f), struct ui_choice,
	    c->connections.n + c->documents.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < c->connections.n; i++)
		if (is_live(c->connections.v[i].state))
			v[n++] = grant_choice(f, &c->connections.v[i]);
	for (size_t i = 0; i < c->documents.n; i++)
		if (is_live(c->documents.v[i].state))
			v[n++] =
			    (struct ui_choice){ .value = c->documents.v[i].id,
				    .label = c->documents.v[i].name };
	f->intro = case_say(f->w, MSG_ask_recall_intro);
	form_choices(
	    f, UI_CHECKS, "deliveries", MSG_ask_recall_what, MSG_NONE, v, n);
	form_area(f, "reason", MSG_ask_reason, MSG_NONE, STR(""));
	form_button(f, UI_DANGER, f->title, NULL, NULL, MSG_ask_sure_recall);
}

void case_ask_revoke(struct case_form *f)
{
	const struct case_file *c = &f->w->f;
	struct ui_choice *v =
	    ARENA_ARRAY(arena_of(f), struct ui_choice, c->connections.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < c->connections.n; i++)
		if (is_live(c->connections.v[i].state))
			v[n++] = grant_choice(f, &c->connections.v[i]);
	if (n == 1)
		v[0].chosen = true;
	f->intro = case_say(f->w, MSG_ask_revoke_intro);
	form_choices(
	    f, UI_RADIOS, "connection", MSG_thing_connection, MSG_NONE, v, n);
	form_area(f, "reason", MSG_ask_reason, MSG_NONE, STR(""))->optional =
	    true;
	form_button(f, UI_DANGER, f->title, NULL, NULL, MSG_ask_sure_revoke);
}

void case_ask_withdraw(struct case_form *f)
{
	f->intro = case_say(f->w, MSG_ask_withdraw_intro);
	form_area(f, "reason", MSG_ask_reason, MSG_NONE, STR(""));
	form_button(f, UI_DANGER, f->title, NULL, NULL, MSG_ask_sure_withdraw);
}

void case_ask_note(struct case_form *f)
{
	form_codes(f, UI_RADIOS, "kind", MSG_ask_note_kind, MSG_NONE,
	    "note-kind.", "phone consult note", STR("note"));
	f->fields.v[f->fields.n - 1].in_row = true;
	form_area(f, "text", MSG_ask_note_text, MSG_NONE, STR(""));
	form_button(f, UI_SECONDARY, f->title, NULL, NULL, MSG_NONE);
}

/* The requester agrees to the very day that was proposed; the officer proposes
 * one. */
void case_ask_extend(struct case_form *f)
{
	if (case_is_own(&f->w->f, f->w->v->actor.person.email)) {
		f->intro = case_say1(f->w, MSG_ask_agree_intro,
		    case_day(f->w, f->w->f.proposed_due));
		form_hidden(f, "due", f->w->f.proposed_due);
		form_button(f, UI_PRIMARY, case_say(f->w, MSG_ask_agree), NULL,
		    NULL, MSG_NONE);
		return;
	}
	f->intro = case_say(f->w, MSG_ask_extend_intro);
	form_day(f, "due", MSG_ask_new_due, MSG_NONE, STR(""));
	form_codes(f, UI_RADIOS, "cause", MSG_case_cause, MSG_NONE,
	    "extend-cause.", "difficulty volume limits other", STR(""));
	form_area(f, "reason", MSG_ask_reason, MSG_NONE, STR(""));
	if (f->w->f.files.n > 0)
		form_files(
		    f, "evidence", MSG_ask_extend_evidence, MSG_NONE, false)
		    ->optional = true;
	form_button(f, UI_SECONDARY, f->title, NULL, NULL, MSG_NONE);
}

/* The answers that the form asks, to be put right where that is what was
 * asked for. */
static void fold_answers(struct case_form *f)
{
	const struct procedure *p = f->w->facts.procedure;
	struct answer_form form = { .v = f->w->v,
		.facts = &f->w->facts,
		.answers = f->w->f.answers,
		.typed = f->typed };
	for (size_t s = 0; s < p->n_sections; s++)
		for (size_t i = 0; i < p->sections[s].n_fields; i++) {
			const struct field *field = &p->sections[s].fields[i];
			if (field_asked(field, form.answers))
				LIST_ADD(arena_of(f), &f->more,
				    form_answer_field(&form, field));
		}
	struct ui_pair asked = { STR("asked"),
		form_asked(arena_of(f), p, form.answers) };
	LIST_ADD(arena_of(f), &f->hidden, asked);
	f->more_title = case_say(f->w, MSG_ask_reply_answers);
}

void case_ask_reply(struct case_form *f)
{
	add_row(f, (struct ui_row){ .label = case_say(f->w, MSG_case_question),
		       .rich = html_lines(arena_of(f), f->w->f.question) });
	form_area(f, "message", MSG_ask_reply_message, MSG_NONE, STR(""));
	fold_answers(f);
}
