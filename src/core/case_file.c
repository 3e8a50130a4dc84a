#include "core/case_file.h"

#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "core/brought.h"
#include "core/consult.h"
#include "core/data_files.h"
#include "core/data_mail.h"
#include "core/handover.h"
#include "core/procedure.h"
#include "core/propose.h"
#include "core/retention.h"

const char *const event_names[EVENTS] = {
#define EVENT(name) [EVENT_##name] = #name,
#include "core/events.def"
#undef EVENT
};

void *list_grow_(struct arena *a, void *v, size_t n, size_t *cap, size_t each)
{
	if (n < *cap)
		return v;
	size_t wanted = *cap ? *cap * 2 : 4;
	void *grown = arena_array(a, wanted, each);
	if (n > 0)
		memcpy(grown, v, n * each);
	*cap = wanted;
	return grown;
}

/* Puts `value` where the event names it; leaves it when the event is silent. */
static void take(struct str *to, const json_t *from, const char *key)
{
	struct str s = json_text(from, key);
	if (s.n > 0)
		*to = s;
}

static int64_t system_since(const struct case_file *f, const json_t *s)
{
	for (size_t i = 0; i < f->systems.n; i++)
		if (str_eq(f->systems.v[i].code, json_text(s, "code")) &&
		    str_eq(f->systems.v[i].owner_unit, json_text(s, "owner")))
			return f->systems.v[i].since;
	return 0;
}

static void take_systems(struct case_file *f, const struct event *e)
{
	const json_t *list = json_list(e->data, "systems");
	struct case_file new = { 0 };
	if (list == NULL)
		return;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *s = json_array_get(list, i);
		int64_t since = system_since(f, s);
		LIST_ADD(f->arena, &new.systems,
		    (struct case_system){ .code = json_text(s, "code"),
			.owner_unit = json_text(s, "owner"),
			.division = json_text(s, "division"),
			.since = since ? since : e->at });
	}
	f->systems.v = new.systems.v;
	f->systems.n = new.systems.n;
	f->systems.cap = new.systems.cap;
}

static void add_holder(struct case_file *f, struct str email)
{
	if (email.n == 0 || str_eq_nocase(email, f->requester))
		return;
	for (size_t i = 0; i < f->holders.n; i++)
		if (str_eq_nocase(f->holders.v[i], email))
			return;
	LIST_ADD(f->arena, &f->holders, email);
}

/* Whom the answers name, then whom the requester named beside them. */
static void name_holders(struct case_file *f)
{
	f->holders.n = 0;
	add_holder(f, json_text(f->answers, "coordinator_email"));
	add_holder(f, json_text(f->answers, "head_email"));
	for (size_t i = 0; i < f->shared.n; i++)
		add_holder(f, f->shared.v[i]);
}

/* The answers replace those before; the holders are the people named above. */
static void take_answers(struct case_file *f, const json_t *data)
{
	const json_t *answers = json_value(data, "answers");
	if (answers == NULL)
		return;
	f->answers = json_keep(f->arena, json_deep_copy(answers));
	name_holders(f);
}

static struct run run_of(const json_t *e, int64_t at)
{
	int kind = kind_find(json_text(e, "kind"), stage_names, STAGES);
	int role = kind_find(json_text(e, "role"), role_names, ROLES);
	REQUIRE(kind >= 0 && role >= 0);
	return (struct run){ .stage = json_text(e, "stage"),
		.kind = (enum stage_kind)kind,
		.role = (enum role)role,
		.unit = json_text(e, "unit"),
		.who = json_text(e, "who"),
		.person = json_text(e, "person"),
		.since = at };
}

static void open_runs(struct case_file *f, const json_t *enter, int64_t at)
{
	for (size_t i = 0; i < json_array_size(enter); i++) {
		struct run r = run_of(json_array_get(enter, i), at);
		LIST_ADD(f->arena, &f->runs, r);
		f->state = (enum state)r.kind;
	}
}

/* Stages that were passed over, and why. */
static void skip_runs(struct case_file *f, const json_t *skip, int64_t at)
{
	for (size_t i = 0; i < json_array_size(skip); i++) {
		const json_t *s = json_array_get(skip, i);
		struct run r = run_of(s, at);
		r.until = at;
		r.outcome = STR("skipped");
		r.why = json_text(s, "why");
		r.standing = json_value(s, "standing");
		LIST_ADD(f->arena, &f->runs, r);
	}
}

static void end_runs(struct case_file *f, int64_t at)
{
	for (size_t i = 0; i < f->runs.n; i++)
		if (f->runs.v[i].until == 0)
			f->runs.v[i].until = at;
}

static bool is_run(const struct run *r, const json_t *named)
{
	return r->until == 0 && str_eq(r->stage, json_text(named, "stage")) &&
	       str_eq(r->unit, json_text(named, "unit"));
}

static void answer_run(struct run *r, const struct event *e)
{
	const json_t *form = json_value(e->data, "form");
	r->until = e->at;
	r->outcome = json_text(e->data, "outcome");
	r->by = e->actor;
	r->acting_for = json_value(e->data, "acting_for");
	r->note = json_text(form, "note");
	r->conditions = json_text(form, "conditions");
	r->evidence = json_text(form, "evidence");
	r->refused = json_list(form, "columns_refused");
}

static void vote_in(struct case_file *f, struct run *r, const struct event *e)
{
	const json_t *form = json_value(e->data, "form");
	/* Who stands in says it for the one who is away. */
	struct str giver =
	    json_text(json_value(e->data, "acting_for"), "email");
	struct vote v = { .by = giver.n > 0 ? giver : e->actor,
		.outcome = json_text(e->data, "outcome"),
		.note = json_text(form, "note"),
		.at = e->at };
	LIST_ADD(f->arena, &r->votes, v);
}

/* The stages that this event answers by name, with what was said: "votes" are
 * answers after which others are still asked, "done" ends what was asked, "drop"
 * ends what need not be answered any more. */
static void finish_runs(struct case_file *f, const struct event *e)
{
	const json_t *votes = json_list(e->data, "votes");
	const json_t *done = json_list(e->data, "done");
	const json_t *drop = json_list(e->data, "drop");
	for (size_t k = 0; k < f->runs.n; k++) {
		struct run *r = &f->runs.v[k];
		for (size_t i = 0; i < json_array_size(votes); i++)
			if (is_run(r, json_array_get(votes, i)))
				vote_in(f, r, e);
		for (size_t i = 0; i < json_array_size(done); i++)
			if (is_run(r, json_array_get(done, i)))
				answer_run(r, e);
		for (size_t i = 0; i < json_array_size(drop); i++) {
			const json_t *d = json_array_get(drop, i);
			if (!is_run(r, d))
				continue;
			r->until = e->at;
			r->outcome = STR("skipped");
			r->why = json_text(d, "why");
		}
	}
}

/* The clock goes on: whatever moves a request ends the waiting. */
static void end_pause(struct case_file *f, int64_t at)
{
	if (f->pauses.n > 0 && f->pauses.v[f->pauses.n - 1].to == 0)
		f->pauses.v[f->pauses.n - 1].to = at;
}

/* The calendar as it was then is the one that counts for good. */
static void stop_clock(struct case_file *f, const struct event *e)
{
	if (f->stop_seq == 0)
		f->stop_seq = e->seq;
}

static void begin_rework(struct case_file *f, int64_t at)
{
	bool open = f->reworks.n > 0 && f->reworks.v[f->reworks.n - 1].to == 0;
	if (f->first_delivered != 0 && !open)
		LIST_ADD(f->arena, &f->reworks, (struct pause){ .from = at });
}

static void end_rework(struct case_file *f, int64_t at)
{
	if (f->reworks.n > 0 && f->reworks.v[f->reworks.n - 1].to == 0)
		f->reworks.v[f->reworks.n - 1].to = at;
}

/* Told by the event: late is what was late by the calendar of that day. */
static void take_late(struct case_file *f, const json_t *data)
{
	const json_t *late = json_value(data, "late");
	if (late == NULL)
		return;
	f->late_days = json_int(late, "days", 0);
	take(&f->late_cause, late, "cause");
	take(&f->late_reason, late, "reason");
}

/* What every event may carry: stages ended and entered, the end of the case. */
static void move(struct case_file *f, const struct event *e)
{
	finish_runs(f, e);
	take_late(f, e->data);
	const json_t *enter = json_list(e->data, "enter");
	if (enter != NULL) {
		end_pause(f, e->at);
		end_runs(f, e->at);
		open_runs(f, enter, e->at);
		f->resume = json_text(e->data, "resume");
	}
	skip_runs(f, json_list(e->data, "skip"), e->at);
	/* Opened beside what is open. */
	open_runs(f, json_list(e->data, "also"), e->at);
	struct str close = json_text(e->data, "close");
	if (close.n > 0) {
		int outcome = kind_find(close, outcome_names, OUTCOMES);
		REQUIRE(outcome > 0);
		end_pause(f, e->at);
		end_runs(f, e->at);
		f->state = STATE_closed;
		f->outcome = (enum outcome)outcome;
		f->closed = e->at;
		stop_clock(f, e);
		end_rework(f, e->at);
	}
}

static void on_drafted(struct case_file *f, const struct event *e)
{
	if (e->version == 1) {
		const json_t *who = json_value(e->data, "requester");
		f->no = e->request;
		f->state = STATE_draft;
		f->created = e->at;
		f->office = json_text(e->data, "office");
		f->procedure = json_text(e->data, "procedure");
		f->revision = json_text(e->data, "revision");
		f->requester = json_text(who, "email");
		f->requester_name = json_text(who, "name");
		f->unit = json_text(who, "unit");
		f->entered_by = json_text(e->data, "entered_by");
		f->copied_from = json_text(e->data, "copied_from");
	}
	take_answers(f, e->data);
	f->service_type = json_text(f->answers, "service_type");
	f->signatory = json_text(f->answers, "signer_name");
}

static void on_submitted(struct case_file *f, const struct event *e)
{
	f->submitted = e->at;
	f->requester_signed = json_flag(e->data, "requester_signed");
	f->requester_heads = json_flag(e->data, "requester_heads");
	take(&f->revision, e->data, "revision");
	take(&f->service_type, e->data, "service_type");
	take_systems(f, e);
}

static void note_number(struct case_file *f, const struct event *e,
    struct str direction, struct str no, struct str day)
{
	if (no.n == 0)
		return;
	LIST_ADD(f->arena, &f->numbers,
	    (struct numbered){ .office = json_text(e->data, "office"),
		.direction = direction,
		.no = no,
		.day = day,
		.by = e->actor,
		.at = e->at });
}

/* The last of the office's own in that direction that is in force. */
static struct str number_in_force(
    const struct case_file *f, struct str direction)
{
	for (size_t i = f->numbers.n; i-- > 0;) {
		const struct numbered *n = &f->numbers.v[i];
		if (!n->cancelled && n->office.n == 0 &&
		    str_eq(n->direction, direction))
			return n->no;
	}
	return STR("");
}

static void take_numbers(struct case_file *f)
{
	f->memo_in = number_in_force(f, STR("in"));
	f->memo_out = number_in_force(f, STR("out"));
	f->received_no = number_in_force(f, STR("receipt"));
}

static void cancel_number(
    struct case_file *f, const struct event *e, struct str no)
{
	struct str direction = json_text(e->data, "direction");
	for (size_t i = 0; i < f->numbers.n; i++) {
		struct numbered *n = &f->numbers.v[i];
		if (!n->cancelled && str_eq(n->no, no) &&
		    str_eq(n->direction, direction)) {
			n->cancelled = true;
			n->reason = json_text(e->data, "reason");
			break;
		}
	}
	take_numbers(f);
	/* A rejection owes its memo again. */
	f->letter_due |= f->outcome == OUTCOME_rejected && f->memo_out.n == 0;
}

static void on_received(
    struct case_file *f, const struct event *e, const json_t *form)
{
	f->received = json_int(e->data, "received", e->at);
	take(&f->memo_in, form, "memo_in");
	take(&f->memo_date, form, "memo_date");
	take(&f->received_no, form, "received_no");
	/* What the office's counter gave. */
	take(&f->received_no, e->data, "received_no");
	struct str given = json_text(e->data, "received_no");
	note_number(f, e, STR("in"), json_text(form, "memo_in"),
	    json_text(form, "memo_date"));
	note_number(f, e, STR("receipt"),
	    given.n > 0 ? given : json_text(form, "received_no"),
	    date_iso(f->arena, date_of_ms(f->received)));
	take(&f->urgency, form, "urgency");
	take(&f->secrecy, form, "secrecy");
	f->register_no = json_int(e->data, "register_no", f->register_no);
	f->register_year = json_int(e->data, "register_year", f->register_year);
}

static void set_connections(
    struct case_file *f, const char *from, const char *to)
{
	for (size_t i = 0; i < f->connections.n; i++)
		if (str_eq(f->connections.v[i].state, str_of(from)))
			f->connections.v[i].state = str_of(to);
}

static void on_officers(struct case_file *f, const json_t *data)
{
	const json_t *officers = json_list(data, "officers");
	if (officers == NULL)
		return;
	f->officers.n = 0;
	for (size_t i = 0; i < json_array_size(officers); i++)
		LIST_ADD(f->arena, &f->officers,
		    json_as_text(json_array_get(officers, i)));
}

static void on_acted(struct case_file *f, const struct event *e, enum command c)
{
	const json_t *form = json_value(e->data, "form");
	take(&f->division, e->data, "division");
	on_officers(f, e->data);
	if (c == COMMAND_receive)
		on_received(f, e, form);
	if (c == COMMAND_decide) {
		f->decided = e->at;
		/* One vote of several does not end the case. */
		f->letter_due =
		    str_eq(json_text(e->data, "outcome"), STR("rejected")) &&
		    json_value(e->data, "close") != NULL;
	}
	if (c == COMMAND_check &&
	    str_eq(json_text(e->data, "outcome"), STR("released")))
		f->contract = f->artefact;
	if (c == COMMAND_prepare) {
		f->artefact = json_value(e->data, "artefact");
		f->prepared_by = e->actor;
	}
	if (c == COMMAND_accept) {
		f->score = json_int(form, "score", f->score);
		take(&f->comment, form, "comment");
		if (str_eq(json_text(e->data, "outcome"), STR("refused"))) {
			set_connections(f, "active", "suspended");
			f->delivered = 0;
			begin_rework(f, e->at);
		}
	}
}

static void take_connections(struct case_file *f, const struct event *e)
{
	const json_t *list = json_list(e->data, "connections");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *c = json_array_get(list, i);
		LIST_ADD(f->arena, &f->connections,
		    (struct granted){ .id = json_text(c, "id"),
			.part = json_text(c, "part"),
			.outlet = json_text(c, "outlet"),
			.state = STR("active"),
			.starts = json_int(c, "starts", e->at),
			.expires = json_int(c, "expires", 0),
			.delivered_at = e->at,
			.digest = json_text(e->data, "digest"),
			.artefact = f->artefact });
	}
}

static void take_documents(struct case_file *f, const struct event *e)
{
	const json_t *list = json_list(e->data, "documents");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *d = json_array_get(list, i);
		LIST_ADD(f->arena, &f->documents,
		    (struct handed){ .id = json_text(d, "id"),
			.name = json_text(d, "name"),
			.form = json_text(d, "form"),
			.part = json_text(d, "part"),
			.sha256 = json_text(d, "sha256"),
			.state = STR("given"),
			.bytes = json_int(d, "bytes", 0),
			.at = e->at,
			.expires = json_int(d, "expires", 0),
			.digest = json_text(e->data, "digest") });
	}
}

static void on_delivered(struct case_file *f, const struct event *e)
{
	set_connections(f, "active", "replaced");
	set_connections(f, "suspended", "replaced");
	for (size_t i = 0; i < f->documents.n; i++)
		if (str_eq(f->documents.v[i].state, STR("given")))
			f->documents.v[i].state = STR("replaced");
	f->contract = f->artefact;
	f->delivered = e->at;
	if (f->first_delivered == 0)
		f->first_delivered = e->at;
	stop_clock(f, e);
	end_rework(f, e->at);
	take(&f->memo_out, e->data, "memo_out");
	note_number(f, e, STR("out"), json_text(e->data, "memo_out"),
	    date_iso(f->arena, date_of_ms(e->at)));
	take_connections(f, e);
	take_documents(f, e);
	channel_take(f, e);
}

static bool names_it(const json_t *list, struct str id)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_eq(json_as_text(json_array_get(list, i)), id))
			return true;
	return false;
}

static void on_recalled(struct case_file *f, const struct event *e)
{
	const json_t *ids = json_list(e->data, "deliveries");
	for (size_t i = 0; i < f->connections.n; i++)
		if (names_it(ids, f->connections.v[i].id))
			f->connections.v[i].state = STR("revoked");
	for (size_t i = 0; i < f->documents.n; i++)
		if (names_it(ids, f->documents.v[i].id))
			f->documents.v[i].state = STR("recalled");
	if (json_list(e->data, "enter") != NULL) {
		f->outcome = OUTCOME_none;
		f->closed = 0;
		f->delivered = 0;
		begin_rework(f, e->at);
	}
}

static void on_lettered(struct case_file *f, const struct event *e)
{
	struct str cancels = json_text(e->data, "cancels");
	if (cancels.n > 0) {
		cancel_number(f, e, cancels);
		return;
	}
	struct letter l = { .direction = json_text(e->data, "direction"),
		.no = json_text(e->data, "no"),
		.date = json_text(e->data, "date"),
		.kind = json_text(e->data, "kind"),
		.file = json_text(e->data, "file"),
		.by = e->actor,
		.at = e->at };
	LIST_ADD(f->arena, &f->letters, l);
	note_number(f, e, l.direction, l.no, l.date);
	/* Another office's number is kept, and is not this one's. */
	if (json_text(e->data, "office").n > 0)
		return;
	if (str_eq(l.direction, STR("in")))
		f->memo_in = l.no;
	else if (str_eq(l.direction, STR("receipt")))
		f->received_no = l.no;
	else
		f->memo_out = l.no;
	f->letter_due &= !str_eq(l.direction, STR("out"));
}

static void on_asked(struct case_file *f, const struct event *e)
{
	f->waiting_from = f->state;
	f->state = STATE_waiting;
	f->question = json_text(e->data, "message");
	LIST_ADD(f->arena, &f->pauses, (struct pause){ .from = e->at });
}

static void on_replied(struct case_file *f, const struct event *e)
{
	take_answers(f, e->data);
	take_systems(f, e);
	take(&f->service_type, e->data, "service_type");
	f->state = f->waiting_from;
	f->question = (struct str){ 0 };
	end_pause(f, e->at);
}

static void add_file(
    struct case_file *f, const struct event *e, const json_t *file)
{
	LIST_ADD(f->arena, &f->files,
	    (struct attached){ .id = json_text(file, "id"),
		.name = json_text(file, "name"),
		.type = json_text(file, "type"),
		.sha256 = json_text(file, "sha256"),
		.bytes = json_int(file, "bytes", 0),
		.by = e->actor,
		.at = e->at });
}

static void on_mailed(struct case_file *f, const struct event *e)
{
	const json_t *files = json_list(e->data, "files");
	for (size_t i = 0; i < json_array_size(files); i++)
		add_file(f, e, json_array_get(files, i));
}

static void on_papered(struct case_file *f, const struct event *e)
{
	const json_t *signer = json_value(e->data, "signer");
	const json_t *text = json_value(e->data, "text");
	const json_t *copy = json_value(e->data, "copy");
	struct papered p = { .kind = json_text(e->data, "paper"),
		.how = json_text(e->data, "how"),
		.file = json_text(e->data, "id"),
		.sha256 = json_text(e->data, "sha256"),
		.code = json_text(e->data, "code"),
		.copy = json_text(copy, "sha256"),
		.copy_bytes = json_int(copy, "bytes", 0),
		.name = json_text(signer, "name"),
		.position = json_text(signer, "position"),
		.by = e->actor,
		.version = json_int(text, "version", 0),
		.at = e->at };
	add_file(f, e, e->data);
	LIST_ADD(f->arena, &f->papers, p);
}

static void on_classified(struct case_file *f, const struct event *e)
{
	take_systems(f, e);
	take(&f->service_type, e->data, "service_type");
	take(&f->division, e->data, "division");
}

static void on_extended(struct case_file *f, const struct event *e)
{
	const json_t *form = json_value(e->data, "form");
	struct agreement said = { .by = e->actor,
		.cause = json_text(form, "cause"),
		.reason = json_text(form, "reason"),
		.evidence = json_text(form, "evidence"),
		.at = e->at };
	if (json_flag(e->data, "proposed")) {
		f->proposed_due = json_text(e->data, "due");
		f->proposed = said;
		return;
	}
	/* The cause is that of the proposal to which it agrees. */
	if (said.cause.n == 0) {
		said.cause = f->proposed.cause;
		said.reason = f->proposed.reason;
		said.proposed_by = f->proposed.by;
	}
	f->agreed_due = json_text(e->data, "due");
	f->agreed = said;
	f->proposed_due = (struct str){ 0 };
	f->proposed = (struct agreement){ 0 };
}

static void on_revoked(struct case_file *f, const struct event *e)
{
	struct str id = json_text(e->data, "connection");
	for (size_t i = 0; i < f->connections.n; i++)
		if (str_eq(f->connections.v[i].id, id))
			f->connections.v[i].state = STR("revoked");
}

static void drop_shared(struct case_file *f, struct str email)
{
	struct str *v = ARENA_ARRAY(f->arena, struct str, f->shared.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < f->shared.n; i++)
		if (!str_eq_nocase(f->shared.v[i], email))
			v[n++] = f->shared.v[i];
	f->shared.v = v;
	f->shared.cap = f->shared.n + 1;
	f->shared.n = n;
	LIST_ADD(f->arena, &f->removed, email);
}

static void on_shared(struct case_file *f, const struct event *e)
{
	const json_t *add = json_list(e->data, "add");
	const json_t *remove = json_list(e->data, "remove");
	for (size_t i = 0; i < json_array_size(remove); i++)
		drop_shared(f, json_as_text(json_array_get(remove, i)));
	for (size_t i = 0; i < json_array_size(add); i++)
		LIST_ADD(
		    f->arena, &f->shared, json_as_text(json_array_get(add, i)));
	name_holders(f);
}

static void on_opined(struct case_file *f, const struct event *e)
{
	struct opinion o = { .by = e->actor,
		.outcome = json_text(e->data, "outcome"),
		.text = json_text(e->data, "text"),
		.acting_for = json_value(e->data, "acting_for"),
		.at = e->at };
	bool holds =
	    str_eq(o.outcome, STR("hold")) || str_eq(o.outcome, STR("lifted"));
	if (!holds)
		o.asked_by = consult_answered(f, e);
	LIST_ADD(f->arena, &f->opinions, o);
	if (str_eq(o.outcome, STR("hold"))) {
		f->held = true;
		f->hold = f->opinions.n - 1;
	}
	if (str_eq(o.outcome, STR("lifted")))
		f->held = false;
}

static void on_consulted(struct case_file *f, const struct event *e)
{
	LIST_ADD(f->arena, &f->consultations,
	    (struct consultation){ .to = json_text(e->data, "to"),
		.by = e->actor,
		.stage = json_text(e->data, "stage"),
		.text = json_text(json_value(e->data, "form"), "text"),
		.at = e->at });
}

static void note_act(struct case_file *f, const struct event *e)
{
	struct str name = json_text(e->data, "command");
	int c = kind_find(name, command_names, COMMANDS);
	if (c < 0)
		return;
	LIST_ADD(f->arena, &f->acts,
	    (struct act){ .command = (enum command)c,
		.by = e->actor,
		.outcome = json_text(e->data, "outcome"),
		.acting_for =
		    json_text(json_value(e->data, "acting_for"), "email"),
		.at = e->at });
	if (e->type == EVENT_acted)
		on_acted(f, e, (enum command)c);
}

static void apply(struct case_file *f, const struct event *e)
{
	switch (e->type) {
	case EVENT_drafted:
		on_drafted(f, e);
		break;
	case EVENT_submitted:
		on_submitted(f, e);
		break;
	case EVENT_asked:
		on_asked(f, e);
		break;
	case EVENT_replied:
		on_replied(f, e);
		break;
	case EVENT_attached:
		add_file(f, e, e->data);
		break;
	case EVENT_mailed:
		on_mailed(f, e);
		break;
	case EVENT_papered:
		on_papered(f, e);
		break;
	case EVENT_lettered:
		on_lettered(f, e);
		break;
	case EVENT_classified:
		on_classified(f, e);
		break;
	case EVENT_extended:
		on_extended(f, e);
		break;
	case EVENT_delivered:
		on_delivered(f, e);
		break;
	case EVENT_recalled:
		on_recalled(f, e);
		break;
	case EVENT_revoked:
		on_revoked(f, e);
		break;
	case EVENT_shared:
		on_shared(f, e);
		break;
	case EVENT_copied:
		LIST_ADD(f->arena, &f->copies, json_text(e->data, "to"));
		break;
	case EVENT_opined:
		on_opined(f, e);
		break;
	case EVENT_delegated:
		handover_take(f, e);
		break;
	case EVENT_proposed:
		propose_take(f, e);
		break;
	case EVENT_consulted:
		on_consulted(f, e);
		break;
	case EVENT_kept:
	case EVENT_disposed:
	case EVENT_brought:
	case EVENT_unusable:
	case EVENT_lost:
	case EVENT_used:
	case EVENT_returned:
	case EVENT_round:
	case EVENT_destroyed:
	case EVENT_withdrawn:
	case EVENT_lapsed:
	case EVENT_recalculated:
	case EVENT_acted:
	case EVENT_noted:
	case EVENT_messaged:
	case EVENTS:
		break;
	}
}

void evolve(struct case_file *f, const struct event *e)
{
	f->version = e->version;
	f->seq = e->seq;
	f->updated = e->at;
	if (!brought_is_news(e->type))
		f->heard = e->version;
	note_act(f, e);
	apply(f, e);
	move(f, e);
	retention_take(f, e);
	data_files_take(f, e);
	brought_take(f, e);
}

enum err case_file_tell(
    struct ctx *cx, const struct events *events, struct case_file *ret)
{
	if (events->n == 0)
		return fail_detail(cx, ERR_BROKEN, "a request without events");
	struct case_file f = { .arena = cx->arena };
	for (size_t i = 0; i < events->n; i++)
		evolve(&f, &events->v[i]);
	*ret = f;
	return OK;
}
