/* From the requester's form to the records office's register. */
#include "base/str.h"
#include "core/answers.h"
#include "core/changes.h"
#include "core/command_body.h"
#include "core/decide.h"
#include "core/engine.h"
#include "core/propose.h"

/* What the connection asked for says of the service, where the form does not. */
struct str service_asked(const json_t *answers)
{
	struct str named = json_text(answers, "service_type");
	const json_t *list = json_list(answers, "connection");
	if (named.n > 0)
		return named;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct str c = json_as_text(json_array_get(list, i));
		if (str_starts(c, STR("api-")))
			return STR("api");
		if (str_eq(c, STR("view")))
			return STR("database");
	}
	return STR("existing");
}

enum err decide_submit(struct decision *d)
{
	const struct procedure *p = d->facts->procedure;
	enum err e = answers_complete(d->cx, p, d->f->answers);
	if (e)
		return e;
	d->type = EVENT_submitted;
	json_put_text(d->data, "revision", p->revision);
	json_put_flag(d->data, "requester_signed",
	    json_text(d->f->answers, "signer_name").n > 0);
	if (str_eq_nocase(d->by->email, d->f->requester) && d->f->unit.n > 0 &&
	    person_alone_signs(d->by, d->f->unit))
		json_put_flag(d->data, "requester_heads", true);
	decision_systems(d, json_list(d->f->answers, "systems"));
	e = fields_end(d->cx);
	if (e)
		return e;
	json_put_text(d->data, "service_type", service_asked(d->f->answers));
	struct case_file after = decision_after(d, EVENT_submitted);
	engine_follow(d->cx->arena, d->facts, &after, &p->first, d->data);
	return OK;
}

void decision_consent_form(struct decision *d)
{
	body_needs(d->cx, d->form, "outcome");
	bool partial = str_eq(json_text(d->form, "outcome"), STR("partial"));
	if (partial) {
		body_needs(d->cx, d->form, "columns_refused");
		body_needs(d->cx, d->form, "note");
	} else if (json_list(d->form, "columns_refused") != NULL) {
		field_wrong(d->cx, STR("columns_refused"),
		    MSG_field_only_partial, STR(""));
	}
}

/* Where the procedure asks for it, whoever declines says why. */
static void say_why(struct decision *d, const struct run *const *runs, size_t n)
{
	if (!str_eq(json_text(d->form, "outcome"), STR("declined")) ||
	    json_value(d->form, "note") != NULL)
		return;
	for (size_t i = 0; i < n; i++) {
		const struct stage *s =
		    procedure_stage(d->facts->procedure, runs[i]->stage);
		if (s != NULL && (s->requires & REQUIRE_note)) {
			body_needs(d->cx, d->form, "note");
			return;
		}
	}
}

enum err decide_consent(struct decision *d)
{
	const struct run **runs;
	decision_consent_form(d);
	enum err e = fields_end(d->cx);
	if (e)
		return e;
	size_t n = decision_runs(d, STAGE_consent, &runs);
	say_why(d, runs, n);
	e = fields_end(d->cx);
	if (e)
		return e;
	if (n > 0) {
		propose_note(d, runs, n);
		decision_finish(
		    d, STAGE_consent, json_text(d->form, "outcome"));
		return OK;
	}
	/* A unit that is not asked, or the records office without the paper. */
	if (json_text(d->form, "unit").n > 0)
		field_wrong(d->cx, STR("unit"), MSG_field_bad_choice,
		    json_text(d->form, "unit"));
	else
		body_needs(d->cx, d->form, "evidence");
	return fields_end(d->cx);
}

static struct str unit_words(const struct decision *d, struct str code)
{
	bool thai = d->cx->lang == LANG_TH;
	for (size_t i = 0; i < d->facts->n_units; i++)
		if (str_eq(d->facts->units[i].code, code))
			return thai ? d->facts->units[i].name_th
			            : d->facts->units[i].name_en;
	return code;
}

static enum err refuse_incomplete(struct decision *d)
{
	struct str *owners;
	if (d->f->systems.n == 0)
		return fail(d->cx, ERR_CONFLICT, MSG_error_unclassified);
	if (engine_owners_missing(d->cx->arena, d->facts, d->f, &owners) > 0)
		return fail1(d->cx, ERR_CONFLICT, MSG_error_endorsement_missing,
		    unit_words(d, owners[0]));
	return OK;
}

enum err decide_receive(struct decision *d)
{
	enum err e = refuse_incomplete(d);
	if (e)
		return e;
	const struct stage *s =
	    procedure_kind(d->facts->procedure, STAGE_intake);
	if (s->requires & REQUIRE_memo_in) {
		body_needs(d->cx, d->form, "memo_in");
		body_needs(d->cx, d->form, "memo_date");
	}
	if (d->facts->next_no.n > 0)
		json_put_text(d->data, "received_no", d->facts->next_no);
	else if (s->requires & REQUIRE_received_no)
		body_needs(d->cx, d->form, "received_no");
	/* Rule on correspondence (no. 4), 2564: never by electronic means. */
	if (str_eq(json_text(d->form, "secrecy"), STR("top-secret")))
		field_wrong(
		    d->cx, STR("secrecy"), MSG_field_top_secret, STR(""));
	int64_t received = json_int(d->form, "received_at", d->cx->now);
	if (received > d->cx->now)
		field_wrong(
		    d->cx, STR("received_at"), MSG_field_in_future, STR(""));
	e = fields_end(d->cx);
	if (e)
		return e;
	json_put_int(d->data, "received", received);
	json_put_int(d->data, "register_no", d->facts->next_register_no);
	json_put_int(d->data, "register_year", d->facts->register_year);
	decision_finish(d, STAGE_intake, STR("received"));
	return OK;
}

/* Asks the owners that the case now needs and lacks, if any. */
static void ask_new_owners(struct decision *d, enum event_type type)
{
	struct case_file after = decision_after(d, type);
	engine_ask_owners(d->cx->arena, d->facts, &after, d->data);
}

enum err decide_classify(struct decision *d)
{
	d->type = EVENT_classified;
	body_needs(d->cx, d->form, "reason");
	struct str service = json_text(d->form, "service_type");
	const json_t *systems = json_list(d->form, "systems");
	if (systems == NULL && service.n == 0)
		body_needs(d->cx, d->form, "systems");
	if (systems != NULL)
		decision_systems(d, systems);
	enum err e = fields_end(d->cx);
	if (e)
		return e;
	if (service.n > 0)
		json_put_text(d->data, "service_type", service);
	if (systems != NULL)
		ask_new_owners(d, EVENT_classified);
	return OK;
}

enum err decide_return(struct decision *d)
{
	d->type = EVENT_asked;
	body_needs(d->cx, d->form, "message");
	json_put_text(d->data, "message", json_text(d->form, "message"));
	return fields_end(d->cx);
}

/* Once the director has decided, nobody joins those who get the data: who
 * approved or prepared it would be no other than who receives it. */
static void no_new_holders(struct decision *d, const json_t *answers)
{
	static const char *const named[] = { "coordinator_email",
		"head_email" };
	for (size_t i = 0; d->f->decided != 0 && i < COUNT(named); i++) {
		struct str email = json_text(answers, named[i]);
		if (email.n > 0 && !case_is_own(d->f, email))
			field_wrong(d->cx, str_of(named[i]),
			    MSG_field_holder_after_decision, email);
	}
}

enum err decide_reply(struct decision *d)
{
	json_t *answers;
	d->type = EVENT_replied;
	const json_t *input = json_value(d->form, "answers");
	/* Corrected answers may speak for themselves. */
	if (input == NULL)
		body_needs(d->cx, d->form, "message");
	enum err e = fields_end(d->cx);
	if (e)
		return e;
	json_put_text(d->data, "message", json_text(d->form, "message"));
	if (input == NULL)
		return OK;
	e = answers_merge(d->cx, d->f->answers, input, &answers);
	if (!e)
		e = answers_complete(d->cx, d->facts->procedure, answers);
	if (e)
		return e;
	no_new_holders(d, answers);
	e = fields_end(d->cx);
	if (e)
		return e;
	json_put(d->data, "answers", answers);
	json_put(d->data, "changes",
	    changes_between(d->cx->arena, d->f->answers, answers));
	/* Once it was received the office's classification stands. */
	if (d->f->received == 0 && json_text(input, "service_type").n > 0)
		json_put_text(d->data, "service_type",
		    json_text(answers, "service_type"));
	if (d->f->received == 0 && json_list(input, "systems") != NULL)
		decision_systems(d, json_list(answers, "systems"));
	e = fields_end(d->cx);
	/* Another purpose is not what an owner agreed to in advance. */
	if (!e)
		ask_new_owners(d, EVENT_replied);
	return e;
}

enum err decide_withdraw(struct decision *d)
{
	d->type = EVENT_withdrawn;
	body_needs(d->cx, d->form, "reason");
	json_put_text(d->data, "reason", json_text(d->form, "reason"));
	json_put_text(d->data, "close", STR("withdrawn"));
	return fields_end(d->cx);
}
