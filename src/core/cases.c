#include "core/cases.h"
#include "core/hooks.h"

#include "base/str.h"
#include "base/thai.h"
#include "core/answers.h"
#include "core/brought.h"
#include "core/calendar_days.h"
#include "core/data_mail.h"
#include "core/decide.h"
#include "core/disposal_carry.h"
#include "core/handover.h"
#include "core/numbers.h"
#include "core/policy.h"
#include "core/setting.h"
#include "core/signing.h"
#include "core/voters.h"
#include "sql/sql.h"

static enum err office_facts(
    struct ctx *cx, struct str office, struct facts *ret)
{
	enum err e = system_list(cx, office, &ret->systems, &ret->n_systems);
	if (!e)
		e = unit_list(cx, &ret->units, &ret->n_units);
	if (!e)
		e = person_list_role(
		    cx, ROLE_head, office, STR(""), &ret->heads, &ret->n_heads);
	if (!e)
		e = delegation_stand_ins(
		    cx, office, &ret->stand_ins, &ret->n_stand_ins);
	if (!e)
		e = calendar_get(cx, office, CALENDAR_NOW, &ret->calendar);
	return e;
}

/* Officers of the office, heads with them: a head may take the work himself. */
static enum err officer_facts(
    struct ctx *cx, struct str office, struct facts *ret)
{
	const struct person *officers;
	size_t n;
	enum err e =
	    person_list_role(cx, ROLE_officer, office, STR(""), &officers, &n);
	if (e)
		return e;
	struct person *v =
	    ARENA_ARRAY(cx->arena, struct person, n + ret->n_heads + 1);
	size_t all = 0;
	for (size_t i = 0; i < n; i++)
		v[all++] = officers[i];
	for (size_t i = 0; i < ret->n_heads; i++)
		if (facts_person(v, all, ret->heads[i].email) == NULL)
			v[all++] = ret->heads[i];
	ret->officers = v;
	ret->n_officers = all;
	return OK;
}

/* Absent or no number: 0, for which the rules have their own. */
static enum err read_many_rows(struct ctx *cx, int64_t *ret)
{
	struct str text;
	enum err e = setting_find(cx, STR("dpo-rows"), &text);
	*ret = 0;
	if (!e && !str_i64(text, ret))
		*ret = 0;
	return e;
}

enum err cases_facts(
    struct ctx *cx, const struct case_file *f, struct facts *ret)
{
	struct facts facts = { .register_year = year_be(date_of_ms(cx->now)) };
	/* A draft follows the revision in force; what was sent keeps its own. */
	enum err e = procedure_get(cx, f->procedure,
	    f->state == STATE_draft ? STR("") : f->revision, &facts.procedure);
	if (!e)
		e = office_facts(cx, f->office, &facts);
	if (!e)
		e = officer_facts(cx, f->office, &facts);
	if (!e)
		e = handover_facts(cx, f, &facts);
	facts.then = facts.calendar;
	if (!e && f->stop_seq != 0)
		e = calendar_get(cx, f->office, f->stop_seq, &facts.then);
	if (e)
		return e;
	e = read_many_rows(cx, &facts.many_rows);
	if (!e)
		e = voters_read(cx, &facts, f, &facts.voters);
	if (!e)
		e = prior_for(cx, f->unit, &facts.priors, &facts.n_priors);
	if (e)
		return e;
	struct data_mail *mail = ARENA_NEW(cx->arena, struct data_mail);
	if (f->state == STATE_delivery) {
		e = data_mail_settings(cx, mail);
		facts.data_mail = mail;
	}
	if (e)
		return e;
	struct str seed = random_text(cx->arena, 32);
	facts.seed = sha256_of(seed);
	*ret = facts;
	return OK;
}

enum err cases_load(struct ctx *cx, struct str no, struct case_file *ret)
{
	struct events events;
	enum err e = events_load(cx, no, &events);
	if (e)
		return e;
	if (events.n == 0 || events.v[0].type == EVENT_round)
		return fail(cx, ERR_NOT_FOUND, MSG_error_no_such_request);
	return case_file_tell(cx, &events, ret);
}

enum err cases_get(struct ctx *cx, struct str no, struct case_file *ret)
{
	struct case_file f;
	if (cx->actor == NULL)
		return fail(cx, ERR_UNAUTHENTICATED, MSG_error_unauthenticated);
	enum err e = cases_load(cx, no, &f);
	if (e)
		return e;
	/* "Absent" and "not yours" are one answer. */
	if (!policy_sees(&f, &cx->actor->person))
		return fail(cx, ERR_NOT_FOUND, MSG_error_no_such_request);
	*ret = f;
	return OK;
}

/* Appends what was decided and brings everything that follows from it. */
enum err cases_take(struct ctx *cx, const struct facts *facts,
    const struct case_file *before, struct event *ev, struct case_file *ret)
{
	enum err e = events_append(cx, ev, 1);
	if (e)
		return e;
	struct case_file after = *before;
	after.arena = cx->arena;
	evolve(&after, ev);
	e = projection_write(cx, facts, &after);
	if (!e)
		e = notices_write(cx, facts, before, &after, ev);
	if (!e)
		e = hooks_write(cx, &after, ev);
	if (e)
		return e;
	*ret = after;
	return OK;
}

enum err cases_match(
    struct ctx *cx, const struct case_file *f, int64_t if_match)
{
	if (if_match == 0 || if_match == f->version)
		return OK;
	return fail1(cx, ERR_STALE, MSG_error_stale_version,
	    str_fmt(cx->arena, "%lld", (long long)f->version));
}

/* The order of refusals: 403 and 409 come before 412, 412 before 422. */
static enum err gather(struct ctx *cx, const struct case_command *cc,
    struct case_file *f, struct facts *facts)
{
	enum err e =
	    cc->unseen ? cases_load(cx, cc->no, f) : cases_get(cx, cc->no, f);
	if (!e)
		e = actor_may_write(cx);
	if (!e)
		e = cases_facts(cx, f, facts);
	if (!e)
		e = policy_may(cx, facts, f, &cx->actor->person, cc->command);
	if (!e)
		e = cases_match(cx, f, cc->if_match);
	if (!e)
		e = signing_may(cx, f, cc->command);
	return e;
}

enum err cases_precheck(struct ctx *cx, const struct case_command *cc,
    struct case_file *ret, json_t **ret_form)
{
	struct facts facts;
	enum err e = gather(cx, cc, ret, &facts);
	if (e)
		return e;
	return decide_first(cx, &facts, ret, &cx->actor->person, cc->command,
	    cc->body, ret_form);
}

static struct str register_counter(
    struct ctx *cx, const struct case_file *f, int64_t year)
{
	return str_fmt(cx->arena, "register:%.*s:%lld", STR_ARG(f->office),
	    (long long)year);
}

/* The e-mails that the body names: of `share` a list, else one. */
static const json_t *named_emails(
    struct ctx *cx, enum command c, const json_t *body)
{
	json_t *one = json_new_array(cx->arena);
	if (c == COMMAND_share)
		return json_list(body, "add");
	if (c == COMMAND_consult || c == COMMAND_delegate)
		json_add_text(one, json_text(body, "to"));
	return one;
}

/* Whom a command names, as far as they exist; the rest is decide()'s to
 * refuse. */
static enum err named_persons(
    struct ctx *cx, const json_t *emails, struct facts *facts)
{
	size_t max = json_array_size(emails), n = 0;
	struct person *v = ARENA_ARRAY(cx->arena, struct person, max + 1);
	for (size_t i = 0; i < max && i < 50; i++) {
		struct fault before = cx->fault;
		struct str email =
		    str_trim(json_as_text(json_array_get(emails, i)));
		enum err e = person_by_email(cx, email, &v[n]);
		if (e != OK && e != ERR_NOT_FOUND)
			return e;
		n += e == OK;
		cx->fault = before;
	}
	facts->named = v;
	facts->n_named = n;
	return OK;
}

/* Where nobody typed one in, and the office has a form of its own. */
static enum err next_number(struct ctx *cx, const struct case_command *cc,
    const struct case_file *f, struct facts *facts)
{
	struct str direction = json_text(cc->body, "direction");
	bool letter = cc->command == COMMAND_letter &&
	              json_text(cc->body, "no").n == 0 &&
	              json_text(cc->body, "office").n == 0 &&
	              json_text(cc->body, "cancels").n == 0 &&
	              !str_eq(direction, STR("in"));
	bool receive = cc->command == COMMAND_receive &&
	               json_text(cc->body, "received_no").n == 0;
	if (!letter && !receive)
		return OK;
	bool out = letter && str_eq(direction, STR("out"));
	if (letter && !out && !str_eq(direction, STR("receipt")))
		return OK;
	return number_next(cx, f->office, out ? "out" : "receipt",
	    facts->register_year, &facts->next_no);
}

enum err cases_command(
    struct ctx *cx, const struct case_command *cc, struct case_file *ret)
{
	struct case_file f;
	struct facts facts;
	struct event ev;

	enum err e = chain_lock(cx);
	if (!e)
		e = gather(cx, cc, &f, &facts);
	/* Taken for good only when the transaction is: a refusal gives it back. */
	if (!e && cc->command == COMMAND_receive)
		e = counter_next(cx,
		    register_counter(cx, &f, facts.register_year),
		    &facts.next_register_no);
	if (!e)
		e = next_number(cx, cc, &f, &facts);
	if (e)
		return e;
	e = named_persons(cx, named_emails(cx, cc->command, cc->body), &facts);
	if (e)
		return e;
	facts.artefact = cc->artefact;
	facts.signature = signing_json(cx);
	e = decide(
	    cx, &facts, &f, &cx->actor->person, cc->command, cc->body, &ev);
	if (e)
		return e;
	e = cases_take(cx, &facts, &f, &ev, ret);
	return e ? e : brought_follow(cx, &facts, cc->command, ret);
}

/* Whom the actor stood in for, where he had no right of his own. */
static void stamp(struct ctx *cx, json_t *data, const struct standing *as)
{
	if (as != NULL)
		json_put(data, "acting_for", standing_json(cx->arena, as));
}

struct event cases_event(struct ctx *cx, const struct case_file *f,
    enum event_type type, json_t *data)
{
	return (struct event){ .version = f->version + 1,
		.at = cx->now,
		.type = type,
		.request = f->no,
		.actor = str_lower(cx->arena, cx->actor->person.email),
		.data = data };
}

enum err cases_redraft(struct ctx *cx, struct str no, const json_t *answers,
    int64_t if_match, struct case_file *ret)
{
	struct case_file f;
	struct facts facts;
	const struct standing *as = NULL;
	json_t *merged = NULL;

	enum err e = chain_lock(cx);
	if (!e)
		e = cases_get(cx, no, &f);
	if (!e)
		e = actor_may_write(cx);
	if (!e)
		e = cases_facts(cx, &f, &facts);
	/* Whoever may send it may change it. */
	if (!e)
		e = policy_as(
		    cx, &facts, &f, &cx->actor->person, COMMAND_submit, &as);
	/* That a table was read meanwhile changes no answer. */
	if (!e && (if_match < f.heard || if_match > f.version))
		e = cases_match(cx, &f, if_match);
	if (!e && !json_is_object(answers)) {
		field_wrong(cx, STR("answers"), MSG_field_not_object, STR(""));
		e = fields_end(cx);
	}
	if (!e)
		e = answers_merge(cx, f.answers, answers, &merged);
	if (e)
		return e;
	json_t *data = json_new_object(cx->arena);
	json_put(data, "answers", merged);
	stamp(cx, data, as);
	struct event ev = cases_event(cx, &f, EVENT_drafted, data);
	return cases_take(cx, &facts, &f, &ev, ret);
}

static enum err find_office(struct ctx *cx, struct str code, struct office *ret)
{
	const struct office *v;
	size_t n;
	enum err e = office_list(cx, &v, &n);
	if (e)
		return e;
	for (size_t i = 0; i < n; i++) {
		if (str_eq(v[i].code, code)) {
			*ret = v[i];
			return OK;
		}
	}
	if (code.n == 0)
		field_wrong(cx, STR("office"), MSG_field_required, STR(""));
	else
		field_wrong(cx, STR("office"), MSG_field_bad_choice, code);
	return fields_end(cx);
}

/* The person whose request a paper is: name and unit are needed, an e-mail if
 * there is one. */
static enum err behalf(struct ctx *cx, const json_t *on_behalf, json_t *who)
{
	struct str name = thai_normal(cx->arena, json_text(on_behalf, "name"));
	struct str email = str_trim(json_text(on_behalf, "email"));
	struct str unit = thai_normal(cx->arena, json_text(on_behalf, "unit"));
	struct unit found;
	bool is_unit = false;

	if (name.n == 0 || str_chars(name) > 200)
		field_wrong(
		    cx, STR("on_behalf.name"), MSG_field_required, STR(""));
	if (unit.n == 0 || str_chars(unit) > 200)
		field_wrong(
		    cx, STR("on_behalf.unit"), MSG_field_required, STR(""));
	if (email.n > 0 && !email_normal(cx->arena, email, &email))
		field_wrong(
		    cx, STR("on_behalf.email"), MSG_field_bad_email, email);
	enum err e = fields_end(cx);
	if (!e)
		e = unit_find(cx, unit, &found, &is_unit);
	if (e)
		return e;
	json_put_text(who, "name", name);
	json_put_text(who, "email", email);
	json_put_text(who, "unit", is_unit ? found.code : unit);
	return OK;
}

static enum err requester_of(
    struct ctx *cx, const struct new_case *nc, json_t *data)
{
	const struct person *p = &cx->actor->person;
	json_t *who = json_new_object(cx->arena);
	json_put(data, "requester", who);
	if (nc->on_behalf != NULL) {
		if (!person_holds(p, ROLE_records, nc->office, STR("")))
			return fail(cx, ERR_DENIED, MSG_error_only_records);
		json_put_text(
		    data, "entered_by", str_lower(cx->arena, p->email));
		stamp(cx, data,
		    person_stands_as(p, ROLE_records, nc->office, STR("")));
		return behalf(cx, nc->on_behalf, who);
	}
	json_put_text(who, "name", p->name);
	json_put_text(who, "email", str_lower(cx->arena, p->email));
	json_put_text(who, "unit", p->unit);
	return OK;
}

static enum err number_of(struct ctx *cx, struct str office, struct str *ret)
{
	int64_t n;
	int year = year_be(date_of_ms(cx->now));
	enum err e = counter_next(cx,
	    str_fmt(cx->arena, "request:%.*s:%d", STR_ARG(office), year), &n);
	if (e)
		return e;
	*ret = str_fmt(
	    cx->arena, "%.*s-%d-%05lld", STR_ARG(office), year, (long long)n);
	return OK;
}

/* The procedure that is asked for, of those that the office offers; its own
 * when none is named. */
static enum err procedure_for(struct ctx *cx, const struct new_case *nc,
    const struct office *office, const struct procedure **ret)
{
	bool named = nc->procedure.n > 0;
	enum err e = procedure_get(
	    cx, named ? nc->procedure : office->procedure, STR(""), ret);
	if (named && (e == ERR_NOT_FOUND ||
			 (!e && !str_eq((*ret)->office, office->code)))) {
		cx->fault = (struct fault){ 0 };
		field_wrong(
		    cx, STR("procedure"), MSG_field_bad_choice, nc->procedure);
		return fields_end(cx);
	}
	return e;
}

static enum err first_draft(struct ctx *cx, const struct new_case *nc,
    const struct office *office, struct case_file *ret)
{
	const struct procedure *p = NULL;
	json_t *answers = NULL, *data = json_new_object(cx->arena);
	struct facts facts;
	struct str no = { 0 };

	enum err e = requester_of(cx, nc, data);
	if (!e)
		e = procedure_for(cx, nc, office, &p);
	if (!e)
		e = answers_merge(cx, NULL,
		    nc->answers ? nc->answers : json_new_object(cx->arena),
		    &answers);
	if (!e)
		e = number_of(cx, office->code, &no);
	if (e)
		return e;
	json_put_text(data, "office", office->code);
	json_put_text(data, "procedure", p->code);
	json_put_text(data, "revision", p->revision);
	json_put(data, "answers", answers);
	if (nc->copied_from.n > 0)
		json_put_text(data, "copied_from", nc->copied_from);
	struct case_file none = { .arena = cx->arena,
		.no = no,
		.office = office->code,
		.procedure = p->code,
		.revision = p->revision,
		.state = STATE_draft };
	e = cases_facts(cx, &none, &facts);
	if (e)
		return e;
	struct event ev = cases_event(cx, &none, EVENT_drafted, data);
	return cases_take(cx, &facts, &none, &ev, ret);
}

enum err cases_may_create(struct ctx *cx, bool on_behalf)
{
	enum err e = actor_may_write(cx);
	if (e)
		return e;
	const struct person *p = &cx->actor->person;
	enum role needed = on_behalf ? ROLE_records : ROLE_requester;
	if (person_holds(p, needed, STR(""), STR("")))
		return OK;
	return fail(cx, ERR_DENIED,
	    on_behalf ? MSG_error_only_records : MSG_error_only_requesters);
}

enum err cases_create(
    struct ctx *cx, const struct new_case *nc, struct case_file *ret)
{
	struct office office;
	enum err e = cases_may_create(cx, nc->on_behalf != NULL);
	if (!e)
		e = chain_lock(cx);
	if (!e)
		e = find_office(cx, nc->office, &office);
	if (!e)
		e = first_draft(cx, nc, &office, ret);
	if (e || !nc->submit)
		return e;
	struct case_command submit = { .no = ret->no,
		.command = COMMAND_submit,
		.body = json_new_object(cx->arena) };
	return cases_command(cx, &submit, ret);
}

/* What is said anew each time: the memo, the days, the undertaking. */
static json_t *answers_again(struct ctx *cx, const struct case_file *f)
{
	static const char *const gone[] = { "memo_no", "memo_date", "needed_by",
		"retention_until", "terms_accepted" };
	json_t *answers = json_keep(cx->arena, json_deep_copy(f->answers));
	for (size_t i = 0; i < COUNT(gone); i++)
		json_object_del(answers, gone[i]);
	return answers;
}

bool cases_may_copy(const struct case_file *f, const struct person *p)
{
	return person_holds(p, ROLE_requester, STR(""), STR("")) &&
	       (case_is_own(f, p->email) ||
		   (p->unit.n > 0 && str_eq(p->unit, f->unit)));
}

enum err cases_copy(struct ctx *cx, struct str no, struct case_file *ret)
{
	struct case_file f, after;
	struct facts facts;
	enum err e = chain_lock(cx);
	if (!e)
		e = cases_get(cx, no, &f);
	if (!e)
		e = cases_may_create(cx, false);
	if (!e && !cases_may_copy(&f, &cx->actor->person))
		e = fail1(cx, ERR_DENIED, MSG_error_not_yours,
		    msg_text(cx->lang, MSG_act_copy));
	if (!e)
		e = cases_facts(cx, &f, &facts);
	if (e)
		return e;
	struct new_case nc = { .office = f.office,
		.answers = answers_again(cx, &f),
		.copied_from = f.no };
	e = cases_create(cx, &nc, ret);
	if (e)
		return e;
	json_t *data = json_new_object(cx->arena);
	json_put_text(data, "to", ret->no);
	struct event ev = cases_event(cx, &f, EVENT_copied, data);
	return cases_take(cx, &facts, &f, &ev, &after);
}

static bool attaches(const struct case_file *f, const struct person *p)
{
	return person_in_office(p, f->office) ||
	       person_holds(p, ROLE_owner, STR(""), STR(""));
}

/* For whom he attaches what he could not by himself. */
static const struct standing *attaches_for(
    const struct case_file *f, const struct person *p)
{
	struct person alone = person_alone(p);
	if (case_is_own(f, p->email) || attaches(f, &alone))
		return NULL;
	for (size_t i = 0; i < p->n_stands; i++)
		if (attaches(f, &p->stands[i].giver))
			return &p->stands[i];
	return NULL;
}

static enum err may_attach(struct ctx *cx, const struct case_file *f)
{
	const struct person *p = &cx->actor->person;
	enum err e = actor_may_write(cx);
	if (e)
		return e;
	bool only_looks = !case_is_own(f, p->email) && !attaches(f, p);
	if (only_looks)
		return fail1(cx, ERR_DENIED, MSG_error_not_yours,
		    msg_text(cx->lang, MSG_act_attach));
	e = disposed_refuse(cx, f);
	if (e)
		return e;
	if (f->state == STATE_closed &&
	    !person_holds(p, ROLE_records, f->office, STR("")))
		return fail2(cx, ERR_CONFLICT, MSG_error_not_in_this_state,
		    msg_text(cx->lang, MSG_act_attach),
		    msg_text(cx->lang, MSG_state_closed));
	return OK;
}

enum err cases_may_attach(struct ctx *cx, struct str no)
{
	struct case_file f;
	enum err e = cases_get(cx, no, &f);
	return e ? e : may_attach(cx, &f);
}

enum err cases_attach(struct ctx *cx, struct str no,
    const struct attached *file, struct case_file *ret)
{
	struct case_file f;
	struct facts facts;
	enum err e = chain_lock(cx);
	if (!e)
		e = cases_get(cx, no, &f);
	if (!e)
		e = may_attach(cx, &f);
	if (!e)
		e = cases_facts(cx, &f, &facts);
	if (e)
		return e;
	json_t *data = json_new_object(cx->arena);
	json_put_text(data, "id", file->id);
	json_put_text(data, "name", file->name);
	json_put_text(data, "type", file->type);
	json_put_text(data, "sha256", file->sha256);
	json_put_int(data, "bytes", file->bytes);
	if (file->no_people)
		json_put_flag(data, "lists_people", false);
	stamp(cx, data, attaches_for(&f, &cx->actor->person));
	struct event ev = cases_event(cx, &f, EVENT_attached, data);
	return cases_take(cx, &facts, &f, &ev, ret);
}
