/* A request as the API gives it (contract.md §3). What a page shows beyond this
 * it reads from the case file itself. */
#include "base/str.h"
#include "core/cases.h"
#include "core/clock.h"
#include "core/consent_terms.h"
#include "core/consult.h"
#include "core/data_files.h"
#include "core/data_mail.h"
#include "core/disposal.h"
#include "core/flags.h"
#include "core/handover.h"
#include "core/policy.h"
#include "core/propose.h"
#include "core/retention.h"
#include "core/site.h"

struct json_work {
	struct ctx *cx;
	const struct site *site;
	const struct facts *facts;
	const struct case_file *f;
	json_t *o;
};

static struct str iso_or_empty(struct arena *a, int64_t ms)
{
	return ms == 0 ? STR("") : time_iso(a, ms);
}

static json_t *person_json(const struct person *p)
{
	json_t *o = json_object();
	json_put_text(o, "name", p->name);
	json_put_text(o, "email", p->email);
	json_put_text(o, "phone", p->phone);
	return o;
}

static void put_people(json_t *o, const struct person *v, size_t n)
{
	json_t *people = json_array();
	for (size_t i = 0; i < n; i++) {
		json_t *one = person_json(&v[i]);
		json_put_text_or_null(one, "acting_for",
		    v[i].n_stands ? v[i].stands->giver.email : STR(""));
		json_array_append_new(people, one);
	}
	json_object_set_new(o, "people", people);
}

static enum err wait_json(
    struct json_work *w, const struct run *r, json_t *list)
{
	const struct person *people;
	size_t n;
	enum err e = policy_holders(w->cx, w->facts, w->f, r, &people, &n);
	if (e)
		return e;
	json_t *o = json_object();
	json_put_text(o, "stage", r->stage);
	json_put_text(o, "role", str_of(role_names[r->role]));
	json_put_text(o, "unit", r->unit);
	json_put_text(o, "since", iso_or_empty(w->cx->arena, r->since));
	put_people(o, people, n);
	json_array_append_new(list, o);
	return OK;
}

static enum err put_waiting_for(struct json_work *w)
{
	json_t *list = json_new_array(w->cx->arena);
	size_t cursor = 0;
	const struct run *r;
	enum err e = OK;
	json_put(w->o, "waiting_for", list);
	if (w->f->state == STATE_waiting) {
		struct person asked = { .name = w->f->requester_name,
			.email = w->f->requester };
		json_t *o = json_object();
		json_put_text(o, "stage", STR("waiting"));
		json_put_text(o, "role", STR("requester"));
		json_put_text(o, "unit", w->f->unit);
		json_put_text(o, "since",
		    time_iso(
			w->cx->arena, w->f->pauses.v[w->f->pauses.n - 1].from));
		put_people(o, &asked, 1);
		json_array_append_new(list, o);
		return OK;
	}
	while (!e && (r = case_open_run(w->f, &cursor)) != NULL)
		e = wait_json(w, r, list);
	return e;
}

static struct date due_of(
    const struct stage_clocks *own, const struct run *r, struct date whole)
{
	for (size_t i = 0; i < own->n; i++)
		if (own->v[i].run == r)
			return own->v[i].due;
	return r->kind == STAGE_consent ? (struct date){ 0 } : whole;
}

static struct str run_state(const struct run *r)
{
	if (r->until == 0)
		return STR("open");
	return str_eq(r->outcome, STR("skipped")) ? STR("skipped")
	                                          : STR("done");
}

/* Who has answered where several must agree. */
static void put_votes(struct arena *a, json_t *o, const struct run *r)
{
	json_t *list = json_array();
	for (size_t i = 0; i < r->votes.n; i++) {
		const struct vote *v = &r->votes.v[i];
		json_t *one = json_object();
		json_put_text(one, "by", v->by);
		json_put_text(one, "outcome", v->outcome);
		json_put_text_or_null(one, "note", v->note);
		json_put_text(one, "at", time_iso(a, v->at));
		json_array_append_new(list, one);
	}
	json_object_set_new(o, "votes", list);
}

static void put_stages(struct json_work *w)
{
	json_t *list = json_new_array(w->cx->arena);
	struct arena *a = w->cx->arena;
	/* The open stage must be done by what its clock says: its own, or that
	 * of the whole request. */
	struct clock c = clock_read(w->facts, w->f, w->cx->now);
	struct stage_clocks own = clock_stages(a, w->facts, w->f, w->cx->now);
	for (size_t i = 0; i < w->f->runs.n; i++) {
		const struct run *r = &w->f->runs.v[i];
		json_t *o = json_object(), *people = json_array();
		json_put_text(o, "id", r->stage);
		json_put_text(o, "kind", str_of(stage_names[r->kind]));
		json_put_text(o, "role", str_of(role_names[r->role]));
		json_put_text(o, "unit", r->unit);
		if (r->by.n > 0)
			json_add_text(people, r->by);
		json_object_set_new(o, "people", people);
		json_put_text(o, "state", run_state(r));
		json_put_text_or_null(o, "outcome", r->outcome);
		json_put_text_or_null(o, "since", iso_or_empty(a, r->since));
		json_put_text_or_null(o, "until", iso_or_empty(a, r->until));
		json_put_text_or_null(o, "due",
		    r->until == 0 ? date_iso(a, due_of(&own, r, c.due))
				  : STR(""));
		json_put_text_or_null(o, "note", r->note);
		json_put_text_or_null(o, "conditions", r->conditions);
		if (r->acting_for != NULL)
			json_put(o, "acting_for", r->acting_for);
		else
			json_put_text_or_null(o, "acting_for", STR(""));
		json_put_text_or_null(o, "why", r->why);
		bool shown = r->proposal != NULL &&
		             propose_shown(r, &w->cx->actor->person);
		if (shown)
			json_put(o, "proposal", proposal_json(a, r->proposal));
		else
			json_put_text_or_null(o, "proposal", STR(""));
		put_votes(a, o, r);
		json_array_append_new(list, o);
	}
	json_put(w->o, "stages", list);
}

static void put_artefact(struct json_work *w)
{
	const json_t *made = w->f->artefact;
	if (made == NULL) {
		json_put_text_or_null(w->o, "artefact", STR(""));
		return;
	}
	/* Requesters see what they get, never how it is asked of the source. */
	bool inside = person_in_office(&w->cx->actor->person, w->f->office);
	json_t *o = json_new_object(w->cx->arena),
	       *parts = json_new_array(w->cx->arena);
	const json_t *list = json_list(made, "parts");
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *part = json_deep_copy(json_array_get(list, i));
		if (!inside) {
			json_object_del(part, "sql");
			json_object_del(part, "source");
			json_object_del(part, "take");
		}
		json_array_append_new(parts, part);
	}
	json_put_text(o, "digest", json_text(made, "digest"));
	json_put(o, "parts", parts);
	static const char *const keys[] = { "outlets", "formats", "networks",
		"expires" };
	for (size_t i = 0; i < COUNT(keys); i++)
		if (json_value(made, keys[i]) != NULL)
			json_put(o, keys[i], json_value(made, keys[i]));
	/* Built and not yet delivered: for those who check them. */
	if (inside && json_list(made, "documents") != NULL)
		json_put(o, "documents", json_list(made, "documents"));
	json_put(w->o, "artefact", o);
}

static struct str live_state(const struct granted *g, int64_t now)
{
	return str_eq(g->state, STR("active")) && now >= g->expires
	           ? STR("ended")
	           : g->state;
}

static void put_connections(struct json_work *w)
{
	struct arena *a = w->cx->arena;
	json_t *list = json_new_array(a);
	for (size_t i = 0; i < w->f->connections.n; i++) {
		const struct granted *g = &w->f->connections.v[i];
		json_t *o = json_object();
		json_put_text(o, "id", g->id);
		json_put_text(o, "part", g->part);
		json_put_text(o, "outlet", g->outlet);
		/* Where a view stands is in the shared store: its page says. */
		bool view = str_eq(g->outlet, STR("view"));
		json_put_text(o, "url",
		    str_fmt(a, "%.*s/%s/%.*s",
			STR_ARG(view ? w->site->desk_url : w->site->gate_url),
			view ? "connections" : "v1/d", STR_ARG(g->id)));
		json_put_text(o, "state", live_state(g, w->cx->now));
		json_put_text(o, "starts", iso_or_empty(a, g->starts));
		json_put_text(o, "expires", iso_or_empty(a, g->expires));
		json_array_append_new(list, o);
	}
	json_put(w->o, "connections", list);
}

/* When it went, or will go; of what never left the office the office reads. */
static void put_going(struct json_work *w, json_t *o, const struct handed *h,
    struct keeping keeping)
{
	struct arena *a = w->cx->arena;
	const struct data_file *d =
	    data_file_of(w->f, STR("artefacts"), h->sha256);
	int64_t due = d ? data_file_due(w->f, d, keeping) : 0;
	json_put_text_or_null(
	    o, "destroy_after", due ? time_iso(a, due) : STR(""));
	json_put_text_or_null(
	    o, "destroyed", d && d->gone ? time_iso(a, d->gone) : STR(""));
}

static enum err put_deliveries(struct json_work *w)
{
	struct keeping keeping = { 0 };
	enum err e = disposal_keeping(w->cx, &keeping);
	if (e)
		return e;
	struct arena *a = w->cx->arena;
	json_t *list = json_new_array(a);
	for (size_t i = 0; i < w->f->documents.n; i++) {
		const struct handed *h = &w->f->documents.v[i];
		json_t *o = json_object();
		json_put_text(o, "id", h->id);
		json_put_text(o, "kind", STR("document"));
		json_put_text(o, "name", h->name);
		json_put_text(o, "format", h->form);
		json_put_text(o, "part", h->part);
		json_put_text(o, "url",
		    str_fmt(a, "%.*s/api/v1/requests/%.*s/deliveries/%.*s",
			STR_ARG(w->site->desk_url), STR_ARG(w->f->no),
			STR_ARG(h->id)));
		json_put_text(o, "sha256", h->sha256);
		json_put_int(o, "bytes", h->bytes);
		json_put_text(o, "at", iso_or_empty(a, h->at));
		json_put_text(o, "state", h->state);
		json_put_text(o, "expires", iso_or_empty(a, h->expires));
		put_going(w, o, h, keeping);
		json_array_append_new(list, o);
	}
	json_put(w->o, "deliveries", list);
	json_put(w->o, "channels", channels_json(a, w->f));
	bool inside = person_in_office(&w->cx->actor->person, w->f->office);
	json_t *disposed = json_null();
	if (w->f->disposed.at != 0) {
		disposed = json_new_object(a);
		json_put_text(disposed, "round", w->f->disposed.round);
		json_put_text(disposed, "at", time_iso(a, w->f->disposed.at));
	}
	json_put(w->o, "disposed", disposed);
	json_put(w->o, "retention",
	    inside ? retention_json(a, w->f, keeping) : json_null());
	json_put(w->o, "data_files",
	    inside ? data_files_json(a, w->f, keeping) : json_new_array(a));
	return OK;
}

static void put_files(struct json_work *w)
{
	struct arena *a = w->cx->arena;
	json_t *list = json_new_array(a);
	for (size_t i = 0; i < w->f->files.n; i++) {
		const struct attached *t = &w->f->files.v[i];
		json_t *o = json_object();
		json_put_text(o, "id", t->id);
		json_put_text(o, "name", t->name);
		json_put_text(o, "type", t->type);
		json_put_int(o, "bytes", t->bytes);
		json_put_text(o, "sha256", t->sha256);
		json_put_text(o, "by", t->by);
		json_put_text(o, "at", time_iso(a, t->at));
		json_array_append_new(list, o);
	}
	json_put(w->o, "files", list);
}

static void put_letters(struct json_work *w)
{
	json_t *list = json_new_array(w->cx->arena);
	for (size_t i = 0; i < w->f->letters.n; i++) {
		const struct letter *l = &w->f->letters.v[i];
		json_t *o = json_object();
		json_put_text(o, "direction", l->direction);
		json_put_text(o, "no", l->no);
		json_put_text(o, "date", l->date);
		json_put_text(o, "kind", l->kind);
		json_put_text_or_null(o, "file", l->file);
		json_array_append_new(list, o);
	}
	json_put(w->o, "letters", list);
	json_put_flag(w->o, "letter_due", w->f->letter_due);
}

/* The endorsement of each owner, as the intake page shows it (N-36). */
static void put_systems(struct json_work *w)
{
	json_t *codes = json_new_array(w->cx->arena);
	json_t *owners = json_new_array(w->cx->arena);
	for (size_t i = 0; i < w->f->systems.n; i++) {
		const struct case_system *s = &w->f->systems.v[i];
		const struct run *r = case_endorsement(w->f, s->owner_unit);
		json_t *o = json_object();
		json_add_text(codes, s->code);
		json_put_text(o, "system", s->code);
		json_put_text(o, "owner", s->owner_unit);
		json_put_text(o, "division", s->division);
		json_put_flag(o, "unassigned",
		    facts_system_unassigned(w->facts, s->code));
		json_put_text_or_null(o, "endorsed_by", r ? r->by : STR(""));
		json_put_text_or_null(o, "endorsed_at",
		    r ? time_iso(w->cx->arena, r->until) : STR(""));
		json_put_text_or_null(o, "evidence", r ? r->evidence : STR(""));
		json_array_append_new(owners, o);
	}
	json_put(w->o, "systems", codes);
	json_put(w->o, "owners", owners);
}

/* Since when it stands still, and why. */
static void put_hold(struct json_work *w)
{
	if (!w->f->held) {
		json_put_text_or_null(w->o, "hold", STR(""));
		return;
	}
	const struct opinion *by = &w->f->opinions.v[w->f->hold];
	json_t *o = json_new_object(w->cx->arena);
	json_put_text(o, "by", by->by);
	json_put_text(o, "at", time_iso(w->cx->arena, by->at));
	json_put_text(o, "text", by->text);
	json_put(w->o, "hold", o);
}

static void put_copies(struct json_work *w)
{
	json_t *copies = json_new_array(w->cx->arena);
	for (size_t i = 0; i < w->f->copies.n; i++)
		json_add_text(copies, w->f->copies.v[i]);
	json_put_text_or_null(w->o, "copied_from", w->f->copied_from);
	json_put(w->o, "copies", copies);
}

static void put_head(struct json_work *w)
{
	const struct case_file *f = w->f;
	json_t *o = w->o, *pr = json_new_object(w->cx->arena);
	json_t *requester = json_new_object(w->cx->arena);
	json_t *holders = json_new_array(w->cx->arena);
	json_t *officers = json_new_array(w->cx->arena);
	json_put_text(o, "no", f->no);
	json_put_text(o, "office", f->office);
	json_put_text(pr, "code", f->procedure);
	json_put_text(pr, "revision", f->revision);
	json_put(o, "procedure", pr);
	json_put_text(o, "state", str_of(state_names[f->state]));
	json_put_int(o, "version", f->version);
	json_put_text(o, "title", case_title(f));
	json_put(o, "answers", f->answers);
	json_put_text_or_null(o, "service_type", f->service_type);
	json_put_text(requester, "name", f->requester_name);
	json_put_text(requester, "email", f->requester);
	json_put_text(requester, "unit", f->unit);
	json_put(o, "requester", requester);
	for (size_t i = 0; i < f->holders.n; i++)
		json_add_text(holders, f->holders.v[i]);
	json_put(o, "holders", holders);
	for (size_t i = 0; i < f->officers.n; i++)
		json_add_text(officers, f->officers.v[i]);
	json_put(o, "officers", officers);
	json_put_text_or_null(o, "division", f->division);
	json_put_text_or_null(o, "entered_by", f->entered_by);
	json_put_text_or_null(o, "question", f->question);
	json_put(o, "flags", flags_json(w->cx->arena, flags_of(w->facts, f)));
	put_hold(w);
	json_put(o, "consultations", consult_json(w->cx->arena, f));
	json_put(o, "opinions", opinions_json(w->cx->arena, f));
	json_put(o, "handovers", handovers_json(w->cx->arena, f));
	put_copies(w);
}

static void put_stage(struct json_work *w)
{
	size_t cursor = 0;
	const struct run *r = case_open_run(w->f, &cursor);
	const struct stage *s =
	    r ? procedure_stage(w->facts->procedure, r->stage) : NULL;
	if (s == NULL) {
		json_put_text_or_null(w->o, "stage", STR(""));
		return;
	}
	json_t *o = json_new_object(w->cx->arena);
	json_put_text(o, "code", s->id);
	json_put_text(o, "name", text2_in(s->title, w->cx->lang));
	json_put(w->o, "stage", o);
}

/* When it was handed over late: by how much, and why. */
static void put_late(struct json_work *w)
{
	const struct case_file *f = w->f;
	if (f->late_days == 0) {
		json_put_text_or_null(w->o, "late", STR(""));
		return;
	}
	json_t *o = json_new_object(w->cx->arena);
	json_put_int(o, "days", f->late_days);
	json_put_text(o, "cause", f->late_cause);
	json_put_text_or_null(o, "reason", f->late_reason);
	json_put(w->o, "late", o);
}

static void put_records(struct json_work *w)
{
	const struct case_file *f = w->f;
	struct clock c = clock_read(w->facts, f, w->cx->now);
	json_put_text_or_null(w->o, "due", date_iso(w->cx->arena, c.due));
	json_put(w->o, "clock", clock_json(w->cx->arena, &c));
	json_put_int(w->o, "overdue", clock_overdue(w->facts, &c, w->cx->now));
	if (f->register_no != 0) {
		json_t *reg = json_new_object(w->cx->arena);
		json_put_int(reg, "no", f->register_no);
		json_put_int(reg, "year", f->register_year);
		json_put(w->o, "register", reg);
	} else {
		json_put_text_or_null(w->o, "register", STR(""));
	}
	json_put_text_or_null(w->o, "received_no", f->received_no);
	json_put_text_or_null(w->o, "memo_in", f->memo_in);
	json_put_text_or_null(w->o, "memo_date", f->memo_date);
	json_put_text_or_null(w->o, "memo_out", f->memo_out);
	json_put_text_or_null(
	    w->o, "outcome", str_of(outcome_names[f->outcome]));
	json_put_text_or_null(w->o, "agreed_due", f->agreed_due);
	json_put_text_or_null(w->o, "proposed_due", f->proposed_due);
	put_late(w);
	if (f->score > 0)
		json_put_int(w->o, "score", f->score);
	else
		json_put_text_or_null(w->o, "score", STR(""));
}

static void put_allowed(struct json_work *w)
{
	json_t *list = json_new_array(w->cx->arena);
	uint32_t bits =
	    w->cx->actor->read_only
		? 0
		: policy_allowed(w->cx, w->facts, w->f, &w->cx->actor->person);
	for (enum command c = 0; c < COMMANDS; c++)
		if (bits & COMMAND_BIT(c))
			json_add_text(list, str_of(command_names[c]));
	json_put(w->o, "allowed", list);
}

enum err case_json(struct ctx *cx, const struct site *site,
    const struct facts *facts, const struct case_file *f, json_t **ret)
{
	struct json_work w = { .cx = cx,
		.site = site,
		.facts = facts,
		.f = f,
		.o = json_new_object(cx->arena) };
	put_head(&w);
	put_stage(&w);
	put_systems(&w);
	enum err e = put_waiting_for(&w);
	if (e)
		return e;
	put_records(&w);
	put_stages(&w);
	json_put(w.o, "consents", consent_terms(cx->arena, f));
	put_artefact(&w);
	put_connections(&w);
	e = put_deliveries(&w);
	if (e)
		return e;
	put_files(&w);
	put_letters(&w);
	put_allowed(&w);
	*ret = w.o;
	return OK;
}

enum err case_events_json(struct ctx *cx, struct str no, json_t **ret)
{
	struct case_file f;
	struct events events;
	enum err e = cases_get(cx, no, &f);
	if (!e)
		e = events_load(cx, no, &events);
	if (e)
		return e;
	json_t *list = json_new_array(cx->arena);
	bool inside = person_in_office(&cx->actor->person, f.office);
	for (size_t i = 0; i < events.n; i++) {
		const struct event *ev = &events.v[i];
		json_t *o = json_object();
		json_put_int(o, "seq", ev->seq);
		json_put_int(o, "version", ev->version);
		json_put_text(o, "type", str_of(event_names[ev->type]));
		json_put_text(o, "at", time_iso(cx->arena, ev->at));
		json_put_text(o, "by", ev->actor);
		/* What is prepared names sources and queries: for the office. */
		json_t *data = json_deep_copy(ev->data);
		if (!inside)
			json_object_del(data, "artefact");
		if (!propose_event_shown(&f, ev, &cx->actor->person))
			json_object_del(data, "form");
		if (ev->type == EVENT_destroyed)
			json_put(data, "files",
			    data_files_told(
				cx->arena, &f, &cx->actor->person, ev->data));
		json_object_set_new(o, "data", data);
		json_put_text(o, "hash", ev->hash);
		json_put_text(o, "prev", ev->prev);
		json_array_append_new(list, o);
	}
	json_t *out = json_new_object(cx->arena);
	json_put(out, "events", list);
	*ret = out;
	return OK;
}
