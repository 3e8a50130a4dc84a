/* What stands in the places of a request's papers. Every place is there, empty
 * where the request has nothing to say: data/papers/case.json has the same. */
#include "base/str.h"
#include "base/time.h"
#include "core/answers.h"
#include "core/papers.h"

struct filling {
	struct ctx *cx;
	struct arena *a;
	const struct site *site;
	const struct facts *facts;
	const struct case_file *f;
	json_t *o;
};

/* {key: {…}} */
static json_t *part(json_t *o, const char *key)
{
	json_t *v = json_object();
	json_object_set_new(o, key, v);
	return v;
}

static json_t *item(json_t *list)
{
	json_t *v = json_object();
	json_array_append_new(list, v);
	return v;
}

static struct str long_day(struct arena *a, int64_t ms)
{
	return ms == 0 ? STR("") : date_long(a, LANG_TH, date_of_ms(ms));
}

static struct str short_day(struct arena *a, int64_t ms)
{
	return ms == 0 ? STR("") : date_short(a, LANG_TH, date_of_ms(ms));
}

static struct str iso_day(struct arena *a, struct str iso)
{
	struct date d;
	return date_parse_iso(iso, &d) ? date_long(a, LANG_TH, d) : iso;
}

/* "09.14 น.", as offices write it. */
static struct str hour(struct arena *a, int64_t ms)
{
	int m = minute_of_day(ms);
	return ms == 0 ? STR("") : str_fmt(a, "%02d.%02d น.", m / 60, m % 60);
}

static struct str word(struct filling *w, const char *prefix, struct str code)
{
	return code.n == 0 ? STR("")
	                   : msg_code(w->a, LANG_TH, str_of(prefix), code);
}

static struct str unit_name(const struct facts *facts, struct str code)
{
	for (size_t i = 0; i < facts->n_units; i++)
		if (str_eq(facts->units[i].code, code))
			return facts->units[i].name_th;
	return code;
}

/* Somebody who has left is still called what the event calls him. */
static enum err who(struct filling *w, struct str email, struct person *ret)
{
	struct fault before = w->cx->fault;
	*ret = (struct person){ .name = email };
	if (!str_has(email, STR("@")))
		return OK;
	enum err e = person_by_email(w->cx, email, ret);
	if (e != ERR_NOT_FOUND)
		return e;
	w->cx->fault = before;
	*ret = (struct person){ .name = email };
	return OK;
}

static void put_person(json_t *o, const char *key, const struct person *p)
{
	json_t *v = part(o, key);
	json_put_text(v, "name", p->name);
	json_put_text(v, "position", p->position);
}

static struct str by_of(
    const struct case_file *f, enum stage_kind kind, enum role role)
{
	for (size_t i = f->runs.n; i-- > 0;)
		if (f->runs.v[i].kind == kind && f->runs.v[i].role == role &&
		    f->runs.v[i].by.n > 0)
			return f->runs.v[i].by;
	return STR("");
}

/* Who decided, or whoever could. */
static enum err put_officials(struct filling *w)
{
	const struct case_file *f = w->f;
	const struct person *directors = NULL;
	size_t n = 0;
	struct person p = { 0 }, officer = { 0 };
	struct str by = by_of(f, STAGE_decision, ROLE_director);
	enum err e = person_list_role(
	    w->cx, ROLE_director, f->office, STR(""), &directors, &n);
	if (!e)
		e = who(w, by, &p);
	if (!e)
		e = who(w,
		    f->prepared_by.n ? f->prepared_by
		    : f->officers.n  ? f->officers.v[0]
				     : STR(""),
		    &officer);
	if (e)
		return e;
	if (by.n == 0 && n > 0)
		p = directors[0];
	put_person(w->o, "director", &p);
	put_person(w->o, "officer", &officer);
	return OK;
}

static enum err put_office(struct filling *w)
{
	const struct procedure *p = w->facts->procedure;
	const struct office *offices = NULL;
	size_t n = 0;
	json_t *o = part(w->o, "office");
	enum err e = office_list(w->cx, &offices, &n);
	if (e)
		return e;
	struct str name = w->f->office;
	for (size_t i = 0; i < n; i++)
		if (str_eq(offices[i].code, w->f->office))
			name = offices[i].name_th;
	json_put_text(o, "code", w->f->office);
	json_put_text(o, "name", name);
	json_put_text(
	    o, "head", str_cat(w->a, p->role_title[ROLE_director].th, name));
	json_put_text(o, "organisation", p->organisation.th);
	o = part(w->o, "procedure");
	json_put_text(o, "code", p->code);
	json_put_text(o, "revision", p->revision);
	json_put_text(o, "title", p->title.th);
	return OK;
}

/* Whom a memo to the unit is for: whoever signed the one from it. */
static void put_unit(struct filling *w, struct str position)
{
	struct str name = unit_name(w->facts, w->f->unit);
	json_t *o = part(w->o, "unit");
	json_put_text(o, "code", w->f->unit);
	json_put_text(o, "name", name);
	json_put_text(o, "head",
	    position.n
		? position
		: msg_fill(w->a, LANG_TH, MSG_paper_unit_head, &name, 1));
}

static enum err put_requester(struct filling *w)
{
	const struct case_file *f = w->f;
	struct person p;
	enum err e = who(w, f->requester, &p);
	if (e)
		return e;
	json_t *o = part(w->o, "requester");
	json_put_text(
	    o, "name", f->requester_name.n ? f->requester_name : p.name);
	json_put_text(o, "email", f->requester);
	json_put_text(o, "position", p.position);
	json_put_text(o, "phone", p.phone);
	/* The head of the unit, where the form names one. */
	struct str name = json_text(f->answers, "signer_name");
	json_t *s = part(w->o, "signer");
	json_put_text(s, "name", name.n ? name : json_text(o, "name"));
	json_put_text(s, "position",
	    name.n ? json_text(f->answers, "signer_position") : p.position);
	put_unit(w, name.n ? json_text(f->answers, "signer_position") : name);
	return OK;
}

static void put_numbers(struct filling *w)
{
	const struct case_file *f = w->f;
	struct str no = f->memo_in, day = f->memo_date;
	json_t *o = part(w->o, "memo");
	/* Before it was received: as the requester says. */
	if (no.n == 0) {
		no = json_text(f->answers, "memo_no");
		day = json_text(f->answers, "memo_date");
	}
	json_put_text(o, "no", no);
	json_put_text(o, "day", iso_day(w->a, day));
	o = part(w->o, "received");
	json_put_text(o, "no", f->received_no);
	json_put_text(o, "day", long_day(w->a, f->received));
	json_put_text(o, "time", hour(w->a, f->received));
	struct str out_day = STR("");
	for (size_t i = 0; i < f->letters.n; i++)
		if (str_eq(f->letters.v[i].no, f->memo_out))
			out_day = iso_day(w->a, f->letters.v[i].date);
	o = part(w->o, "out");
	json_put_text(o, "no", f->memo_out);
	json_put_text(o, "day", out_day);
	o = part(w->o, "delivered");
	json_put_text(o, "day", long_day(w->a, f->delivered));
	json_put_text(o, "time", hour(w->a, f->delivered));
	o = part(w->o, "made");
	json_put_text(o, "day", long_day(w->a, w->cx->now));
	json_put_text(o, "time", hour(w->a, w->cx->now));
	json_put_int(o, "seq", f->seq);
}

static struct str joined(struct filling *w, struct str all, struct str one)
{
	return all.n == 0
	           ? one
	           : str_fmt(w->a, "%.*s, %.*s", STR_ARG(all), STR_ARG(one));
}

static struct str texts(struct filling *w, const json_t *list)
{
	struct str all = STR("");
	for (size_t i = 0; i < json_array_size(list); i++)
		all = joined(w, all, json_as_text(json_array_get(list, i)));
	return all;
}

/* One code in words: the form's own, or the catalogue's. */
static struct str choice(
    struct filling *w, const struct field *f, struct str code)
{
	for (size_t i = 0; i < f->n_choices; i++)
		if (str_eq(f->choices[i].code, code) &&
		    f->choices[i].label.th.n > 0)
			return f->choices[i].label.th;
	struct str prefix = answer_prefix(f->key);
	return prefix.n ? msg_code(w->a, LANG_TH, prefix, code) : code;
}

static struct str value_of(struct filling *w, const struct field *f)
{
	const json_t *v = json_value(w->f->answers, str_cstr(w->a, f->key));
	struct str all = STR("");
	if (json_is_true(v))
		return msg_text(LANG_TH, MSG_office_yes);
	if (json_is_string(v) && f->type == FIELD_choice)
		return choice(w, f, json_as_text(v));
	if (json_is_string(v) && f->type == FIELD_date)
		return iso_day(w->a, json_as_text(v));
	if (json_is_string(v) && f->type == FIELD_unit)
		return unit_name(w->facts, json_as_text(v));
	if (json_is_string(v))
		return json_as_text(v);
	for (size_t i = 0; i < json_array_size(v); i++) {
		struct str one = json_as_text(json_array_get(v, i));
		if (f->type == FIELD_choices)
			one = choice(w, f, one);
		all = joined(w, all, one);
	}
	return all;
}

/* The form as the procedure asks it; and what a memo tells of it. */
static void put_form(struct filling *w)
{
	static const char *const told[] = { "detail", "service_type",
		"connection", "formats", "identifiability", "needed_by" };
	const struct procedure *p = w->facts->procedure;
	json_t *form = json_new_array(w->a), *details = json_new_array(w->a);
	for (size_t i = 0; i < p->n_sections; i++)
		for (size_t k = 0; k < p->sections[i].n_fields; k++) {
			const struct field *f = &p->sections[i].fields[k];
			struct str value = value_of(w, f);
			if (value.n == 0 && !field_asked(f, w->f->answers))
				continue;
			json_t *o = item(form);
			json_put_text(o, "number", f->number);
			json_put_text(o, "label", f->label.th);
			json_put_text(o, "value", value);
			if (value.n > 0 &&
			    kind_find(f->key, told, COUNT(told)) >= 0)
				json_array_append(details, o);
		}
	json_put(w->o, "form", form);
	json_put(w->o, "details", details);
}

static void put_systems(struct filling *w)
{
	json_t *list = json_new_array(w->a);
	for (size_t i = 0; i < w->f->systems.n; i++) {
		const struct case_system *s = &w->f->systems.v[i];
		const struct system *known = system_find(
		    w->facts->systems, w->facts->n_systems, s->code);
		json_t *o = item(list);
		json_put_text(o, "code", s->code);
		json_put_text(o, "name", known ? known->name_th : s->code);
		json_put_text(o, "owner", unit_name(w->facts, s->owner_unit));
	}
	json_put(w->o, "systems", list);
}

static enum err put_answer(
    struct filling *w, json_t *o, const struct run *r, bool whole)
{
	static const struct run none = { 0 };
	struct person p = { 0 };
	enum err e = r != NULL ? who(w, r->by, &p) : OK;
	if (e)
		return e;
	if (r == NULL)
		r = &none;
	json_put_text(o, "unit", unit_name(w->facts, r->unit));
	json_put_text(o, "name", p.name);
	json_put_text(o, "outcome", word(w, "stage-outcome.", r->outcome));
	json_put_text(o, "day",
	    whole ? long_day(w->a, r->until) : short_day(w->a, r->until));
	json_put_text(o, "refused", texts(w, r->refused));
	json_put_text(o, "conditions", r->conditions);
	if (!whole)
		return OK;
	json_put_text(o, "no", STR(""));
	json_put_text(o, "position", p.position);
	json_put_text(o, "note", r->note);
	return OK;
}

static enum err put_owners(struct filling *w)
{
	json_t *list = json_new_array(w->a);
	enum err e =
	    put_answer(w, part(w->o, "owner"), papers_answer(w->f), true);
	for (size_t i = 0; !e && i < w->f->runs.n; i++) {
		const struct run *r = &w->f->runs.v[i];
		if (r->kind == STAGE_consent && r->by.n > 0)
			e = put_answer(w, item(list), r, false);
	}
	json_put(w->o, "endorsements", list);
	return e;
}

static void put_made(struct filling *w)
{
	const struct case_file *f = w->f;
	json_t *given = json_new_array(w->a), *live = json_new_array(w->a);
	json_t *files = json_new_array(w->a);
	for (size_t i = 0; i < f->documents.n; i++) {
		const struct handed *h = &f->documents.v[i];
		/* That the bytes are gone takes nothing from what was given. */
		if (!str_eq(h->state, STR("given")) &&
		    !str_eq(h->state, STR("destroyed")))
			continue;
		json_t *o = item(given);
		json_put_text(o, "name", h->name);
		json_put_text(o, "file", h->name);
		json_put_text(o, "form", h->form);
		json_put_text(o, "digest", h->sha256);
	}
	for (size_t i = 0; i < f->connections.n; i++) {
		const struct granted *g = &f->connections.v[i];
		if (!str_eq(g->state, STR("active")))
			continue;
		json_t *o = item(live);
		json_put_text(o, "outlet", word(w, "outlet.", g->outlet));
		json_put_text(o, "part", g->part);
		json_put_text(o, "until_day", long_day(w->a, g->expires));
	}
	for (size_t i = 0; i < f->files.n; i++) {
		json_t *o = item(files);
		json_put_text(o, "file", f->files.v[i].name);
		json_put_text(o, "digest", f->files.v[i].sha256);
	}
	json_put(w->o, "deliveries", given);
	json_put(w->o, "connections", live);
	json_put(w->o, "files", files);
	json_put_text(
	    part(w->o, "artefact"), "digest", json_text(f->artefact, "digest"));
}

/* Why it was refused: whoever refused last. */
static struct str reason_of(const struct events *events)
{
	for (size_t i = events->n; i-- > 0;) {
		const json_t *form = json_value(events->v[i].data, "form");
		struct str outcome = json_text(events->v[i].data, "outcome");
		struct str reason = json_text(form, "reason");
		if (reason.n == 0 && (str_eq(outcome, STR("rejected")) ||
					 str_eq(outcome, STR("declined"))))
			reason = json_text(form, "note");
		if (reason.n > 0 && json_text(events->v[i].data, "close").n > 0)
			return reason;
	}
	return STR("");
}

static const json_t *delivered(const struct events *events)
{
	for (size_t i = events->n; i-- > 0;)
		if (events->v[i].type == EVENT_delivered)
			return json_value(events->v[i].data, "form");
	return NULL;
}

/* "said.consent.endorsed", "said.receive": as on the page. */
static struct str event_words(struct filling *w, const struct event *ev)
{
	struct str command = json_text(ev->data, "command");
	struct str outcome = json_text(ev->data, "outcome");
	enum msg m;
	if (ev->type == EVENT_acted && outcome.n > 0 &&
	    msg_find(str_fmt(w->a, "said.%.*s.%.*s", STR_ARG(command),
			 STR_ARG(outcome)),
		&m))
		return msg_text(LANG_TH, m);
	return word(w, "said.",
	    ev->type == EVENT_acted ? command : str_of(event_names[ev->type]));
}

static enum err put_events(struct filling *w, const struct events *events)
{
	json_t *list = json_new_array(w->a);
	enum err e = OK;
	for (size_t i = 0; !e && i < events->n; i++) {
		const struct event *ev = &events->v[i];
		struct person p;
		e = who(w, ev->actor, &p);
		if (e)
			return e;
		json_t *o = item(list);
		json_put_int(o, "number", ev->version);
		json_put_text(o, "day", short_day(w->a, ev->at));
		json_put_text(o, "time", hour(w->a, ev->at));
		json_put_text(o, "name", p.name);
		json_put_text(o, "what", event_words(w, ev));
	}
	json_put(w->o, "events", list);
	const json_t *given = delivered(events);
	json_put_text(w->o, "reason", reason_of(events));
	json_put_text(w->o, "message", json_text(given, "message"));
	struct str channel = json_text(given, "channel");
	json_put_text(w->o, "channel",
	    word(w, "channel.", channel.n ? channel : STR("gate")));
	return OK;
}

/* Whoever sees the request sees its papers: the link that accepts without signing
 * in stands in the requester's own copy alone, and the filed one says so. */
static void put_accept(
    struct filling *w, const struct papers_signed *s, struct str page)
{
	json_t *o = part(w->o, "accept");
	bool own = s->accept.n > 0;
	json_put_text(o, "link",
	    own ? str_fmt(w->a, "%.*s/accept/%.*s", STR_ARG(w->site->desk_url),
		      STR_ARG(s->accept))
		: page);
	json_put_text(o, "words",
	    msg_text(LANG_TH, own           ? MSG_paper_accept_here
			      : s->has_copy ? MSG_paper_accept_in_copy
					    : MSG_paper_accept_page));
	json_put_text(
	    o, "copy", own ? msg_text(LANG_TH, MSG_paper_own_copy) : STR(""));
}

static void put_signature(
    struct filling *w, enum papers kind, const struct papers_signed *s)
{
	struct str desk = w->site->desk_url;
	bool here = s->code.n > 0;
	json_t *o = part(w->o, "signature");
	json_put_text(o, "text",
	    here ? msg_text(LANG_TH, MSG_paper_signed_here) : STR(""));
	json_put_text(o, "note",
	    here ? str_fmt(w->a, "%.*s %.*s",
		       STR_ARG(long_day(w->a, w->cx->now)),
		       STR_ARG(hour(w->a, w->cx->now)))
		 : STR(""));
	json_put_text(o, "code", s->code);
	json_put_text(o, "link",
	    here ? str_fmt(w->a, "%.*s/verify/%.*s", STR_ARG(desk),
		       STR_ARG(s->code))
		 : STR(""));
	json_put_text(part(w->o, "scan"), "link",
	    here ? STR("")
		 : str_fmt(w->a, "%.*s/requests/%.*s/scan/%s", STR_ARG(desk),
		       STR_ARG(w->f->no), papers_names[kind]));
	struct str page = str_fmt(
	    w->a, "%.*s/requests/%.*s", STR_ARG(desk), STR_ARG(w->f->no));
	json_put_text(w->o, "link", page);
	put_accept(w, s, page);
}

/* Whoever signs here is the one named. */
static void name_signer(struct filling *w, enum papers kind)
{
	static const char *const places[PAPERS_OF_CASES] = {
		[PAPERS_request] = "signer",
		[PAPERS_endorsement] = "owner",
		[PAPERS_reply] = "director",
		[PAPERS_notice] = "director",
		[PAPERS_delivery] = "officer",
		[PAPERS_form] = "signer",
	};
	if (kind >= PAPERS_OF_CASES || places[kind] == NULL)
		return;
	json_t *o = json_object_get(w->o, places[kind]);
	json_put_text(o, "name", w->cx->actor->person.name);
	json_put_text(o, "position", w->cx->actor->person.position);
}

/* Of the memo that asks. A title may be one already: the form's own example is
 * "ขอความอนุเคราะห์จัดทำข้อมูล…". */
static struct str subject_of(struct arena *a, struct str title)
{
	struct str rest = title;
	if (str_take(&rest, STR("ขอ")))
		return title;
	return msg_fill(a, LANG_TH,
	    str_take(&rest, STR("ข้อมูล")) ? MSG_paper_subject_of_data
					 : MSG_paper_subject,
	    &title, 1);
}

/* After "เพื่อ", which people write as well. */
static struct str purpose_of(const struct case_file *f)
{
	struct str purpose = str_trim(json_text(f->answers, "purpose"));
	if (str_take(&purpose, STR("เพื่อ")))
		purpose = str_trim(purpose);
	return purpose;
}

static void put_words(struct filling *w)
{
	const struct case_file *f = w->f;
	bool urgent = !str_eq(f->urgency, STR("normal"));
	bool secret = !str_eq(f->secrecy, STR("none"));
	json_put_text(w->o, "request", f->no);
	json_put_text(w->o, "title", case_title(f));
	json_put_text(w->o, "subject", subject_of(w->a, case_title(f)));
	json_put_text(w->o, "purpose", purpose_of(f));
	json_put_text(w->o, "score",
	    f->score > 0
		? word(w, "score.", str_fmt(w->a, "%lld", (long long)f->score))
		: STR(""));
	json_put_text(
	    w->o, "state", word(w, "state.", str_of(state_names[f->state])));
	json_put_text(w->o, "outcome",
	    f->outcome == OUTCOME_none
		? STR("")
		: word(w, "outcome.", str_of(outcome_names[f->outcome])));
	json_put_text(w->o, "service", word(w, "service.", f->service_type));
	json_put_text(w->o, "urgency",
	    urgent ? word(w, "urgency.", f->urgency) : STR(""));
	json_put_text(w->o, "secrecy",
	    secret ? word(w, "secrecy.", f->secrecy) : STR(""));
}

enum err papers_case_data(struct ctx *cx, const struct site *site,
    const struct facts *facts, const struct case_file *f, enum papers kind,
    const struct papers_signed *s, json_t **ret)
{
	struct filling w = { .cx = cx,
		.a = cx->arena,
		.site = site,
		.facts = facts,
		.f = f,
		.o = json_new_object(cx->arena) };
	struct events events;
	enum err e = events_load(cx, f->no, &events);
	if (e)
		return e;
	put_words(&w);
	put_numbers(&w);
	put_form(&w);
	put_systems(&w);
	put_made(&w);
	put_signature(&w, kind, s);
	e = put_office(&w);
	if (!e)
		e = put_requester(&w);
	if (!e)
		e = put_officials(&w);
	if (!e)
		e = put_owners(&w);
	if (!e)
		e = put_events(&w, &events);
	if (e)
		return e;
	if (s->code.n > 0)
		name_signer(&w, kind);
	*ret = w.o;
	return OK;
}
