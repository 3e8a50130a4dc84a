/* What follows a delivery, and what may happen beside the way. */
#include "base/str.h"
#include "base/time.h"
#include "core/command_body.h"
#include "core/decide.h"
#include "core/engine.h"

enum err decide_accept(struct decision *d)
{
	struct str outcome = json_text(d->form, "outcome");
	int64_t score = json_int(d->form, "score", 0);
	body_needs(d->cx, d->form, "outcome");
	if (json_value(d->form, "score") != NULL && (score < 1 || score > 5))
		field_wrong(d->cx, STR("score"), MSG_field_bad_score, STR(""));
	enum err e = fields_end(d->cx);
	if (e)
		return e;
	if (d->f->state == STATE_acceptance) {
		decision_finish(d, STAGE_acceptance, outcome);
		return OK;
	}
	/* Closed already, where nobody must accept: a score, nothing else. */
	if (str_eq(outcome, STR("refused")))
		return fail(d->cx, ERR_CONFLICT, MSG_error_closed_already);
	body_needs(d->cx, d->form, "score");
	json_put_text(d->data, "outcome", outcome);
	return fields_end(d->cx);
}

/* A number that is in force is cancelled: it stays in the book. */
static enum err cancel_number(struct decision *d, struct str no)
{
	struct str direction = json_text(d->form, "direction");
	body_needs(d->cx, d->form, "reason");
	bool found = false;
	for (size_t i = 0; i < d->f->numbers.n; i++)
		found |= !d->f->numbers.v[i].cancelled &&
		         str_eq(d->f->numbers.v[i].no, no) &&
		         str_eq(d->f->numbers.v[i].direction, direction);
	if (!found)
		field_wrong(
		    d->cx, STR("cancels"), MSG_field_no_such_number, no);
	json_put_text(d->data, "direction", direction);
	json_put_text(d->data, "cancels", no);
	json_put_text(d->data, "reason", json_text(d->form, "reason"));
	return fields_end(d->cx);
}

enum err decide_letter(struct decision *d)
{
	static const char *const texts[] = { "direction", "no", "date", "kind",
		"file", "office" };
	struct str cancels = json_text(d->form, "cancels");
	d->type = EVENT_lettered;
	body_needs(d->cx, d->form, "direction");
	if (cancels.n > 0)
		return cancel_number(d, cancels);
	/* Typed in, or the next of the office's own. */
	if (d->facts->next_no.n > 0)
		json_put_text(d->data, "no", d->facts->next_no);
	else
		body_needs(d->cx, d->form, "no");
	body_needs(d->cx, d->form, "date");
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct str s = json_text(d->form, texts[i]);
		if (s.n > 0)
			json_put_text(d->data, texts[i], s);
	}
	return fields_end(d->cx);
}

static bool is_live(const struct case_file *f, struct str id)
{
	for (size_t i = 0; i < f->connections.n; i++)
		if (str_eq(f->connections.v[i].id, id))
			return !str_eq(
			    f->connections.v[i].state, STR("revoked"));
	for (size_t i = 0; i < f->documents.n; i++)
		if (str_eq(f->documents.v[i].id, id))
			return !str_eq(
			    f->documents.v[i].state, STR("recalled"));
	return false;
}

/* Back to the work; an owner who is being asked is asked first still. */
static void prepare_again(struct decision *d)
{
	struct arena *a = d->cx->arena;
	const struct procedure *p = d->facts->procedure;
	const struct stage *work = procedure_kind(p, STAGE_preparing);
	const struct stage *owners = engine_owner_stage_open(a, d->facts, d->f);
	if (owners == NULL) {
		engine_enter(a, d->facts, d->f, work, d->data);
		return;
	}
	engine_enter(a, d->facts, d->f, owners, d->data);
	json_put_text(d->data, "resume", work->id);
}

enum err decide_recall(struct decision *d)
{
	const json_t *ids = json_list(d->form, "deliveries");
	d->type = EVENT_recalled;
	body_needs(d->cx, d->form, "reason");
	if (json_array_size(ids) == 0)
		field_wrong(
		    d->cx, STR("deliveries"), MSG_field_required, STR(""));
	for (size_t i = 0; i < json_array_size(ids); i++) {
		struct str id = json_as_text(json_array_get(ids, i));
		if (!is_live(d->f, id))
			field_wrong(
			    d->cx, STR("deliveries"), MSG_field_bad_choice, id);
	}
	enum err e = fields_end(d->cx);
	if (e)
		return e;
	json_put(d->data, "deliveries", ids);
	json_put_text(d->data, "reason", json_text(d->form, "reason"));
	prepare_again(d);
	return OK;
}

enum err decide_revoke(struct decision *d)
{
	struct str id = json_text(d->form, "connection");
	d->type = EVENT_revoked;
	body_needs(d->cx, d->form, "connection");
	enum err e = fields_end(d->cx);
	if (e)
		return e;
	for (size_t i = 0; i < d->f->connections.n; i++) {
		if (!str_eq(d->f->connections.v[i].id, id))
			continue;
		if (str_eq(d->f->connections.v[i].state, STR("revoked")))
			return fail(
			    d->cx, ERR_CONFLICT, MSG_error_revoked_already);
		json_put_text(d->data, "connection", id);
		json_put_text(d->data, "reason", json_text(d->form, "reason"));
		return OK;
	}
	return fail(d->cx, ERR_NOT_FOUND, MSG_error_not_found);
}

enum err decide_note(struct decision *d)
{
	d->type = EVENT_noted;
	body_needs(d->cx, d->form, "text");
	json_put_text(d->data, "text", json_text(d->form, "text"));
	struct str kind = json_text(d->form, "kind");
	json_put_text(d->data, "kind", kind.n > 0 ? kind : STR("note"));
	return fields_end(d->cx);
}

enum err decide_extend(struct decision *d)
{
	struct str due = json_text(d->form, "due");
	struct date day;
	bool agrees = case_is_own(d->f, d->by->email);
	d->type = EVENT_extended;
	body_needs(d->cx, d->form, "due");
	if (!agrees) {
		body_needs(d->cx, d->form, "cause");
		body_needs(d->cx, d->form, "reason");
	}
	if (date_parse_iso(due, &day) &&
	    date_cmp(day, date_of_ms(d->cx->now)) <= 0)
		field_wrong(d->cx, STR("due"), MSG_field_in_past, STR(""));
	enum err e = fields_end(d->cx);
	if (e)
		return e;
	/* The requester agrees to the very day that was proposed. */
	if (agrees && !str_eq(due, d->f->proposed_due))
		return fail1(d->cx, ERR_CONFLICT, MSG_error_other_day_proposed,
		    d->f->proposed_due);
	json_put_text(d->data, "due", due);
	json_put_flag(d->data, "proposed",
	    !agrees && json_text(d->form, "evidence").n == 0);
	return OK;
}
