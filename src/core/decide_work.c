/* From the director's decision to the delivery. */
#include "base/str.h"
#include "base/time.h"
#include "core/artefact_tables.h"
#include "core/command_body.h"
#include "core/data_files.h"
#include "core/data_mail.h"
#include "core/decide.h"
#include "core/engine.h"
#include "core/policy.h"

static bool heads_it(const struct facts *facts, struct str division)
{
	for (size_t i = 0; i < facts->n_heads; i++)
		if (person_holds(&facts->heads[i], ROLE_head,
			facts->procedure->office, division))
			return true;
	return false;
}

/* The one division in charge of all systems; empty when there is none. */
static struct str common_division(const struct case_file *f)
{
	for (size_t i = 1; i < f->systems.n; i++)
		if (!str_eq(f->systems.v[i].division, f->systems.v[0].division))
			return STR("");
	return f->systems.n > 0 ? f->systems.v[0].division : STR("");
}

static void choose_division(struct decision *d)
{
	struct str division = json_text(d->form, "division");
	if (division.n == 0)
		division = common_division(d->f);
	bool needed =
	    procedure_kind(d->facts->procedure, STAGE_assignment) != NULL;
	if (division.n == 0) {
		if (needed)
			field_wrong(d->cx, STR("division"), MSG_field_required,
			    STR(""));
		return;
	}
	if (needed && !heads_it(d->facts, division))
		field_wrong(
		    d->cx, STR("division"), MSG_field_bad_choice, division);
	json_put_text(d->data, "division", division);
}

enum err decide_decide(struct decision *d)
{
	struct str outcome = json_text(d->form, "outcome");
	body_needs(d->cx, d->form, "outcome");
	if (str_eq(outcome, STR("rejected")))
		body_needs(d->cx, d->form, "note");
	if (str_eq(outcome, STR("approved")))
		choose_division(d);
	enum err e = fields_end(d->cx);
	if (!e && str_eq(outcome, STR("approved")))
		e = decision_not_held(d);
	if (e)
		return e;
	decision_finish(d, STAGE_decision, outcome);
	return OK;
}

static void name_officer(struct decision *d, json_t *officers, struct str email)
{
	const struct person *p =
	    facts_person(d->facts->officers, d->facts->n_officers, email);
	if (p == NULL)
		field_wrong(
		    d->cx, STR("officer"), MSG_field_not_officer, email);
	else if (policy_apart(d->facts, d->f, p->email, COMMAND_prepare))
		field_wrong(
		    d->cx, STR("officer"), MSG_field_officer_apart, email);
	else
		json_add_text(officers, str_lower(d->cx->arena, p->email));
}

enum err decide_assign(struct decision *d)
{
	json_t *officers = json_new_array(d->cx->arena);
	const json_t *list = json_list(d->form, "officers");
	struct str one = json_text(d->form, "officer");
	if (one.n > 0)
		name_officer(d, officers, one);
	for (size_t i = 0; i < json_array_size(list); i++)
		name_officer(
		    d, officers, json_as_text(json_array_get(list, i)));
	if (one.n == 0 && json_array_size(list) == 0)
		body_needs(d->cx, d->form, "officer");
	enum err e = fields_end(d->cx);
	if (e)
		return e;
	json_put(d->data, "officers", officers);
	if (d->f->state == STATE_assignment)
		decision_finish(d, STAGE_assignment, STR("assigned"));
	return OK;
}

/* Who prepares without having been assigned has taken the work. */
static void take_work(struct decision *d)
{
	if (d->f->officers.n > 0)
		return;
	json_t *officers = json_new_array(d->cx->arena);
	json_add_text(
	    officers, str_lower(d->cx->arena, decision_holder(d)->email));
	json_put(d->data, "officers", officers);
}

/* What is prepared, checked or sent must come from systems that the request
 * still names: a correction may have come between. */
static enum err only_its_systems(struct decision *d, const json_t *artefact)
{
	const json_t *parts = json_list(artefact, "parts");
	for (size_t i = 0; i < json_array_size(parts); i++) {
		const json_t *part = json_array_get(parts, i);
		struct str system = json_text(part, "system");
		bool named = json_text(part, "sql").n == 0;
		for (size_t k = 0; k < d->f->systems.n && !named; k++)
			named = str_eq(d->f->systems.v[k].code, system);
		if (!named)
			return fail1(d->cx, ERR_CONFLICT,
			    MSG_error_system_not_named, system);
	}
	return OK;
}

enum err decide_prepare(struct decision *d)
{
	const struct stage *s =
	    procedure_kind(d->facts->procedure, STAGE_preparing);
	const json_t *confirm = json_value(d->form, "confirm");
	/* N-28: who says that it does not exist, or may not be released, does
	 * not prepare it: the command for that is cannot. */
	bool asked = confirm != NULL || (s->requires & REQUIRE_confirm) != 0;
	if (asked && (!json_flag(confirm, "exists") ||
			 !json_flag(confirm, "releasable")))
		field_wrong(d->cx, STR("confirm"), MSG_field_confirm, STR(""));
	enum err e = fields_end(d->cx);
	if (e)
		return e;
	REQUIRE(d->facts->artefact != NULL);
	e = only_its_systems(d, d->facts->artefact);
	if (!e)
		e = artefact_same_contract(
		    d->cx, d->f->contract, d->facts->artefact);
	if (e)
		return e;
	json_put(d->data, "artefact", d->facts->artefact);
	json_object_del(d->data, "form"); /* the artefact says it all */
	take_work(d);
	if (d->f->state == STATE_preparing) {
		decision_finish(d, STAGE_preparing, STR("prepared"));
		return OK;
	}
	/* Again in delivery: the old digest is void, the way is the same. */
	struct case_file after = decision_after(d, EVENT_acted);
	json_put_text(d->data, "outcome", STR("prepared"));
	engine_enter(d->cx->arena, d->facts, &after,
	    procedure_stage(
		d->facts->procedure, stage_next(s, STR("prepared"))->stage),
	    d->data);
	return OK;
}

enum err decide_cannot(struct decision *d)
{
	body_needs(d->cx, d->form, "reason");
	decision_late(d);
	enum err e = fields_end(d->cx);
	if (e)
		return e;
	take_work(d);
	decision_finish(d, STAGE_preparing, STR("cannot"));
	return OK;
}

static enum err same_digest(struct decision *d)
{
	body_needs(d->cx, d->form, "digest");
	enum err e = fields_end(d->cx);
	if (e)
		return e;
	if (!str_eq(json_text(d->form, "digest"),
		json_text(d->f->artefact, "digest")))
		return fail(d->cx, ERR_CONFLICT, MSG_error_digest_differs);
	return OK;
}

enum err decide_check(struct decision *d)
{
	body_needs(d->cx, d->form, "outcome");
	enum err e = same_digest(d);
	struct str outcome = json_text(d->form, "outcome");
	if (!e && str_eq(outcome, STR("released")))
		e = decision_not_held(d);
	if (!e && str_eq(outcome, STR("released")))
		e = only_its_systems(d, d->f->artefact);
	if (e)
		return e;
	decision_finish(d, STAGE_release, outcome);
	return OK;
}

static int64_t end_of(const struct decision *d)
{
	struct date day;
	if (!date_parse_iso(json_text(d->f->artefact, "expires"), &day))
		day = date_add(date_of_ms(d->cx->now), 180);
	/* The agreed day is the last on which it holds. */
	return date_start_ms(date_add(day, 1));
}

static void grant_part(
    struct decision *d, json_t *connections, struct str part, int64_t expires)
{
	const json_t *outlets = json_list(d->f->artefact, "outlets");
	for (size_t i = 0; i < json_array_size(outlets); i++) {
		struct str outlet = json_as_text(json_array_get(outlets, i));
		if (!str_starts(outlet, STR("api-")) &&
		    !str_eq(outlet, STR("view")))
			continue;
		json_t *c = json_object();
		json_put_text(c, "id",
		    facts_id(d->cx->arena, d->facts, STR("connection"),
			json_array_size(connections)));
		json_put_text(c, "part", part);
		json_put_text(c, "outlet", outlet);
		json_put_int(c, "starts", d->cx->now);
		json_put_int(c, "expires", expires);
		json_array_append_new(connections, c);
	}
}

static void grant_connections(struct decision *d, int64_t expires)
{
	json_t *connections = json_new_array(d->cx->arena);
	const json_t *parts = json_list(d->f->artefact, "parts");
	for (size_t i = 0; i < json_array_size(parts); i++) {
		const json_t *part = json_array_get(parts, i);
		if (json_text(part, "sql").n > 0)
			grant_part(
			    d, connections, json_text(part, "name"), expires);
	}
	json_put(d->data, "connections", connections);
}

static void hand_documents(struct decision *d, int64_t expires)
{
	json_t *documents = json_new_array(d->cx->arena);
	const json_t *built = json_list(d->f->artefact, "documents");
	for (size_t i = 0; i < json_array_size(built); i++) {
		const json_t *b = json_array_get(built, i);
		json_t *one = json_deep_copy(b);
		json_put_text(one, "id",
		    facts_id(d->cx->arena, d->facts, STR("document"), i));
		json_put_int(one, "expires", expires);
		json_array_append_new(documents, one);
	}
	json_put(d->data, "documents", documents);
}

enum err decide_deliver(struct decision *d)
{
	enum err e = same_digest(d);
	if (!e)
		e = decision_not_held(d);
	if (!e)
		e = only_its_systems(d, d->f->artefact);
	if (!e && data_files_lost(d->f) != NULL)
		e = fail1(d->cx, ERR_CONFLICT, MSG_error_artefact_gone,
		    data_files_lost(d->f)->name);
	if (e)
		return e;
	decision_late(d);
	decision_channel(d);
	e = fields_end(d->cx);
	if (e)
		return e;
	d->type = EVENT_delivered;
	static const char *const texts[] = { "digest", "message", "memo_out",
		"channel", "channel_note" };
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct str s = json_text(d->form, texts[i]);
		if (s.n > 0)
			json_put_text(d->data, texts[i], s);
	}
	int64_t expires = end_of(d);
	grant_connections(d, expires);
	hand_documents(d, expires);
	decision_mailed(d);
	decision_finish(d, STAGE_delivery, STR("delivered"));
	return OK;
}
