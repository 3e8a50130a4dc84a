/* Notices: who is told what, when something happened to a request (N-29…N-31).
 * Written into the outbox in the transaction of their cause. A secret memo's
 * subject does not go out: domain.md 2.3. */
#include "base/str.h"
#include "base/time.h"
#include "core/brought.h"
#include "core/cases.h"
#include "core/changes.h"
#include "core/data_mail.h"
#include "core/flags.h"
#include "core/link.h"
#include "core/outbox.h"
#include "core/policy.h"
#include "core/propose.h"

struct telling {
	struct ctx *cx;
	const struct facts *facts;
	const struct case_file *f;
	const struct event *ev;
};

/* The words of a kind of notice. */
struct words {
	enum msg subject, body;
};
static const struct words words_of[NOTICES] = {
	[NOTICE_waiting] = { MSG_mail_waiting_subject, MSG_mail_waiting_body },
	[NOTICE_assigned] = { MSG_mail_assigned_subject,
	    MSG_mail_assigned_body },
	[NOTICE_asked] = { MSG_mail_asked_subject, MSG_mail_asked_body },
	[NOTICE_replied] = { MSG_mail_replied_subject, MSG_mail_replied_body },
	[NOTICE_declined] = { MSG_mail_declined_subject,
	    MSG_mail_declined_body },
	[NOTICE_rejected] = { MSG_mail_rejected_subject,
	    MSG_mail_rejected_body },
	[NOTICE_cannot] = { MSG_mail_cannot_subject, MSG_mail_cannot_body },
	[NOTICE_extended] = { MSG_mail_extended_subject,
	    MSG_mail_extended_body },
	[NOTICE_delivered] = { MSG_mail_delivered_subject,
	    MSG_mail_delivered_body },
	[NOTICE_data] = { MSG_mail_data_subject, MSG_mail_data_body },
	[NOTICE_acceptance] = { MSG_mail_acceptance_subject,
	    MSG_mail_acceptance_body },
	[NOTICE_refused] = { MSG_mail_refused_subject, MSG_mail_refused_body },
	[NOTICE_withdrawn] = { MSG_mail_withdrawn_subject,
	    MSG_mail_withdrawn_body },
	[NOTICE_recalled] = { MSG_mail_recalled_subject,
	    MSG_mail_recalled_body },
	[NOTICE_revoked] = { MSG_mail_revoked_subject, MSG_mail_revoked_body },
	[NOTICE_closed] = { MSG_mail_closed_subject, MSG_mail_closed_body },
	[NOTICE_recalculated] = { MSG_mail_recalculated_subject,
	    MSG_mail_recalculated_body },
	[NOTICE_reminder] = { MSG_mail_reminder_subject,
	    MSG_mail_reminder_body },
	[NOTICE_overdue] = { MSG_mail_overdue_subject, MSG_mail_overdue_body },
	[NOTICE_lapsed] = { MSG_mail_lapsed_subject, MSG_mail_lapsed_body },
	[NOTICE_letter] = { MSG_mail_letter_subject, MSG_mail_letter_body },
	[NOTICE_message] = { MSG_mail_message_subject, MSG_mail_message_body },
	[NOTICE_shared] = { MSG_mail_shared_subject, MSG_mail_shared_body },
	[NOTICE_unshared] = { MSG_mail_unshared_subject,
	    MSG_mail_unshared_body },
	[NOTICE_flagged] = { MSG_mail_flagged_subject, MSG_mail_flagged_body },
	[NOTICE_opined] = { MSG_mail_opined_subject, MSG_mail_opined_body },
	[NOTICE_handed] = { MSG_mail_handed_subject, MSG_mail_handed_body },
	[NOTICE_unhanded] = { MSG_mail_unhanded_subject,
	    MSG_mail_unhanded_body },
	[NOTICE_proposed] = { MSG_mail_proposed_subject,
	    MSG_mail_proposed_body },
	[NOTICE_consulted] = { MSG_mail_consulted_subject,
	    MSG_mail_consulted_body },
	[NOTICE_unusable] = { MSG_mail_unusable_subject,
	    MSG_mail_unusable_body },
	[NOTICE_lost] = { MSG_mail_lost_subject, MSG_mail_lost_body },
	[NOTICE_found] = { MSG_mail_found_subject, MSG_mail_found_body },
	[NOTICE_held] = { MSG_mail_held_subject, MSG_mail_held_body },
	[NOTICE_lifted] = { MSG_mail_lifted_subject, MSG_mail_lifted_body },
};

static struct str page_of(const struct telling *t)
{
	return str_fmt(t->cx->arena, "/requests/%.*s", STR_ARG(t->f->no));
}

static struct str subject_matter(const struct telling *t)
{
	bool open = t->f->secrecy.n == 0 || str_eq(t->f->secrecy, STR("none"));
	return open ? case_title(t->f) : STR("");
}

/* Why it comes to somebody who does not hold the stage himself. */
static struct str standing_words(struct arena *a, const struct person *to)
{
	if (to->n_stands == 0)
		return STR("");
	const struct standing *s = &to->stands[0];
	const struct str args[] = { msg_code(
					a, to->lang, STR("acting."), s->kind),
		s->giver.name, s->order_no };
	return str_cat(a, STR("\n\n"),
	    msg_fill(a, to->lang,
		s->order_no.n ? MSG_mail_standing : MSG_mail_standing_here,
		args, COUNT(args)));
}

/* Files that whoever acts sends along (N-29, N-30). */
static struct str files_of(const struct telling *t, enum notice_kind kind)
{
	const json_t *form = json_value(t->ev->data, "form");
	const json_t *ids = json_list(form ? form : t->ev->data, "files");
	struct str all = STR("");
	if (kind == NOTICE_data)
		return data_mail_files(t->cx->arena, t->ev);
	if (kind != NOTICE_cannot && kind != NOTICE_delivered)
		return all;
	for (size_t i = 0; i < json_array_size(ids); i++)
		all = str_fmt(t->cx->arena, "%.*s%s%.*s", STR_ARG(all),
		    i ? " " : "",
		    STR_ARG(json_as_text(json_array_get(ids, i))));
	return all;
}

static enum err tell(const struct telling *t, enum notice_kind kind,
    const struct person *to, struct str cc, struct str said, struct str link)
{
	struct arena *a = t->cx->arena;
	if (to->email.n == 0)
		return OK;
	struct str args[4] = { t->f->no, subject_matter(t), said, to->name };
	struct str body = msg_fill(a, to->lang, words_of[kind].body, args, 4);
	struct notice n = { .kind = kind,
		.request = t->f->no,
		.recipient = to->email,
		.cc = cc,
		.subject =
		    msg_fill(a, to->lang, words_of[kind].subject, args, 4),
		.body = str_cat(a, body, standing_words(a, to)),
		.link = link.n > 0 ? link : page_of(t),
		.files = files_of(t, kind) };
	return outbox_add(t->cx, &n, NULL);
}

/* The requester's side: the requester first, the others named as well. */
static enum err tell_requester(const struct telling *t, enum notice_kind kind,
    struct str cc, struct str said)
{
	enum err e = OK;
	for (size_t i = 0; i < t->f->holders.n + 1 && !e; i++) {
		struct str email =
		    i == 0 ? t->f->requester : t->f->holders.v[i - 1];
		struct person p = { .email = email, .name = email };
		enum err found = person_by_email(t->cx, email, &p);
		if (found == ERR_NOT_FOUND)
			p = (struct person){ .email = email,
				.name = i == 0 ? t->f->requester_name : email };
		else if (found)
			return found;
		e = tell(t, kind, &p, i == 0 ? cc : STR(""), said, STR(""));
	}
	return e;
}

static enum err tell_each(const struct telling *t, enum notice_kind kind,
    const struct person *v, size_t n, struct str said)
{
	enum err e = OK;
	for (size_t i = 0; i < n && !e; i++)
		e = tell(t, kind, &v[i], STR(""), said, STR(""));
	return e;
}

/* Whoever stands in today for one of `v`, unless he is among them. */
static const struct person *with_stand_ins(
    const struct telling *t, const struct person *v, size_t *n)
{
	return facts_with_stand_ins(
	    t->cx->arena, v, n, t->facts->stand_ins, t->facts->n_stand_ins);
}

/* Everybody of the role whom the case concerns: of the office, of the owner
 * units, or wherever the role has no office. */
static enum err add_role(
    const struct telling *t, enum role role, struct str unit, struct str *cc)
{
	const struct person *v;
	size_t n;
	bool office = role_sees[role] == 'o';
	enum err e = person_list_role(
	    t->cx, role, office ? t->f->office : STR(""), unit, &v, &n);
	if (!e)
		v = with_stand_ins(t, v, &n);
	for (size_t k = 0; k < n && !e; k++)
		*cc = str_fmt(t->cx->arena, "%.*s%s%.*s", STR_ARG(*cc),
		    cc->n ? ", " : "", STR_ARG(v[k].email));
	return e;
}

static enum err add_copies(
    const struct telling *t, const struct cc *copies, struct str *cc)
{
	enum err e = OK;
	for (size_t i = 0; i < copies->n_roles && !e; i++) {
		if (copies->roles[i] != ROLE_owner) {
			e = add_role(t, copies->roles[i], STR(""), cc);
			continue;
		}
		for (size_t k = 0; k < t->f->systems.n && !e; k++)
			e = add_role(
			    t, ROLE_owner, t->f->systems.v[k].owner_unit, cc);
	}
	return e;
}

/* Who gets a copy of what this event tells, as the procedure names them for the
 * outcome (N-30). */
static enum err copies(const struct telling *t, struct str *ret)
{
	const json_t *done = json_list(t->ev->data, "done");
	struct str outcome = json_text(t->ev->data, "outcome");
	const struct stage *before = NULL;
	enum err e = OK;
	*ret = STR("");
	for (size_t i = 0; i < json_array_size(done) && !e; i++) {
		const struct stage *s = procedure_stage(t->facts->procedure,
		    json_text(json_array_get(done, i), "stage"));
		for (size_t k = 0;
		     s != NULL && s != before && k < s->n_cc && !e; k++)
			if (str_eq(s->cc[k].outcome, outcome))
				e = add_copies(t, &s->cc[k], ret);
		before = s;
	}
	return e;
}

static enum err tell_role(const struct telling *t, enum notice_kind kind,
    enum role role, struct str said)
{
	const struct person *v;
	size_t n;
	enum err e =
	    person_list_role(t->cx, role, t->f->office, STR(""), &v, &n);
	if (e)
		return e;
	v = with_stand_ins(t, v, &n);
	return tell_each(t, kind, v, n, said);
}

static enum err tell_officers(
    const struct telling *t, enum notice_kind kind, struct str said)
{
	struct person *own =
	    ARENA_ARRAY(t->cx->arena, struct person, t->f->officers.n + 1);
	struct str cc;
	size_t n = 0;
	enum err e = copies(t, &cc);
	for (size_t i = 0; i < t->f->officers.n; i++) {
		const struct person *p = facts_person(t->facts->officers,
		    t->facts->n_officers, t->f->officers.v[i]);
		if (p != NULL)
			own[n++] = *p;
	}
	const struct person *v = with_stand_ins(t, own, &n);
	for (size_t i = 0; i < n && !e; i++) {
		e = tell(t, kind, &v[i], cc, said, STR(""));
		cc = STR("");
	}
	return e;
}

/* The clerks of the unit that is asked: they prepare its answer. */
static enum err tell_clerks(const struct telling *t, const struct run *r)
{
	const struct person *all;
	size_t n_all, n = 0;
	enum err e = OK;
	if (r->role != ROLE_owner || r->unit.n == 0)
		return OK;
	e = person_list_role(t->cx, ROLE_owner, STR(""), r->unit, &all, &n_all);
	if (e)
		return e;
	struct person *v = ARENA_ARRAY(t->cx->arena, struct person, n_all + 1);
	for (size_t i = 0; i < n_all; i++)
		if (propose_is_clerk(r, &all[i]))
			v[n++] = all[i];
	const struct person *to = with_stand_ins(t, v, &n);
	const struct stage *s = procedure_stage(t->facts->procedure, r->stage);
	for (size_t i = 0; i < n && !e; i++)
		e = tell(t, NOTICE_waiting, &to[i], STR(""),
		    text2_in(s->title, to[i].lang), STR(""));
	return e;
}

/* Those for whom a stage was opened by this event. */
static enum err tell_holders(const struct telling *t)
{
	size_t cursor = 0;
	const struct run *r;
	struct str cc;
	/* A delivery tells the requester first, with the copies. */
	enum err e = copies(t, &cc);
	if (t->ev->type == EVENT_delivered)
		cc = STR("");
	while (!e && (r = case_open_run(t->f, &cursor)) != NULL) {
		const struct person *v;
		size_t n;
		if (r->since != t->ev->at || r->kind == STAGE_acceptance)
			continue;
		e = policy_holders(t->cx, t->facts, t->f, r, &v, &n);
		enum notice_kind kind =
		    r->kind == STAGE_preparing && t->f->officers.n > 0
			? NOTICE_assigned
			: NOTICE_waiting;
		const struct stage *s =
		    procedure_stage(t->facts->procedure, r->stage);
		for (size_t i = 0; i < n && !e; i++) {
			e = tell(t, kind, &v[i], cc,
			    text2_in(s->title, v[i].lang), STR(""));
			cc = STR("");
		}
		if (!e && r->kind == STAGE_consent)
			e = tell_clerks(t, r);
	}
	return e;
}

/* The link with which the requester accepts and rates without signing in. */
static enum err tell_acceptance(const struct telling *t)
{
	struct str secret;
	struct person p = { .email = t->f->requester,
		.name = t->f->requester_name };
	if (t->f->requester.n == 0)
		return OK;
	enum err e = person_by_email(t->cx, t->f->requester, &p);
	if (e && e != ERR_NOT_FOUND)
		return e;
	bool left = !e && !p.active;
	e = link_end(t->cx, STR("acceptance"), t->f->no);
	/* Whoever may not sign in may not answer without it either. */
	if (left)
		return e;
	if (!e)
		e = link_new(t->cx, STR("acceptance"), t->f->no,
		    t->f->requester, &secret);
	if (e)
		return e;
	return tell(t, NOTICE_acceptance, &p, STR(""),
	    json_text(t->ev->data, "message"),
	    str_fmt(t->cx->arena, "/accept/%.*s", STR_ARG(secret)));
}

/* To the requester alone: no copy has data. */
static enum err tell_data(const struct telling *t)
{
	const json_t *mailed = json_value(t->ev->data, "mailed");
	struct person p = { .email = t->f->requester,
		.name = t->f->requester_name };
	if (!json_flag(mailed, "attached"))
		return OK;
	struct fault before = t->cx->fault;
	enum err e = person_by_email(t->cx, t->f->requester, &p);
	if (e && e != ERR_NOT_FOUND)
		return e;
	t->cx->fault = before;
	/* Whoever has left is sent nothing. */
	if (!e && !p.active)
		return OK;
	const struct handed *last = &t->f->documents.v[t->f->documents.n - 1];
	return tell(t, NOTICE_data, &p, STR(""),
	    date_long(t->cx->arena, p.lang, date_of_ms(last->expires - 1)),
	    STR(""));
}

static enum err tell_delivered(const struct telling *t)
{
	struct str cc;
	enum err e = copies(t, &cc);
	if (!e)
		e = tell_requester(
		    t, NOTICE_delivered, cc, json_text(t->ev->data, "message"));
	if (!e)
		e = tell_data(t);
	return e ? e : tell_acceptance(t);
}

static enum err tell_closed(const struct telling *t)
{
	const json_t *form = json_value(t->ev->data, "form");
	struct str cc;
	enum err e = copies(t, &cc);
	if (e)
		return e;
	switch (t->f->outcome) {
	case OUTCOME_declined:
		return tell_requester(
		    t, NOTICE_declined, cc, json_text(form, "note"));
	case OUTCOME_rejected:
		e = tell_requester(
		    t, NOTICE_rejected, cc, json_text(form, "note"));
		return e ? e
		         : tell_role(t, NOTICE_letter, ROLE_records, STR(""));
	case OUTCOME_cannot:
		return tell_requester(
		    t, NOTICE_cannot, cc, json_text(form, "reason"));
	case OUTCOME_withdrawn:
		return t->f->received == 0
		           ? OK
		           : tell_role(t, NOTICE_withdrawn, ROLE_records,
				 json_text(t->ev->data, "reason"));
	case OUTCOME_accepted:
		return tell_officers(t, NOTICE_closed, t->f->comment);
	case OUTCOME_delivered:
	case OUTCOME_none:
	case OUTCOMES:
		break;
	}
	return OK;
}

/* What was said, and below it each answer that was changed: old → new. */
static struct str reply_words(const struct telling *t, enum lang lang)
{
	struct arena *a = t->cx->arena;
	struct str said = json_text(t->ev->data, "message");
	struct str changed = changes_words(t->cx, t->facts->procedure,
	    json_list(t->ev->data, "changes"), lang);
	if (changed.n == 0)
		return said;
	return str_fmt(a, "%.*s%s%.*s", STR_ARG(said), said.n ? "\n\n" : "",
	    STR_ARG(changed));
}

/* Those who have it now, each in his language. */
static enum err tell_open(const struct telling *t, enum notice_kind kind,
    struct str (*words)(const struct telling *, enum lang))
{
	size_t cursor = 0;
	const struct run *r;
	enum err e = OK;
	while (!e && (r = case_open_run(t->f, &cursor)) != NULL) {
		const struct person *v;
		size_t n;
		e = policy_holders(t->cx, t->facts, t->f, r, &v, &n);
		for (size_t i = 0; i < n && !e; i++)
			e = tell(t, kind, &v[i], STR(""), words(t, v[i].lang),
			    STR(""));
	}
	return e;
}

/* Those who have it now; while the requester has it, those who did the work. */
static enum err tell_provider(
    const struct telling *t, enum notice_kind kind, struct str said)
{
	size_t cursor = 0;
	const struct run *r;
	enum err e = OK;
	if (t->f->state == STATE_acceptance)
		return tell_officers(t, kind, said);
	while (!e && (r = case_open_run(t->f, &cursor)) != NULL) {
		const struct person *v;
		size_t n;
		e = policy_holders(t->cx, t->facts, t->f, r, &v, &n);
		if (!e)
			e = tell_each(t, kind, v, n, said);
	}
	return e;
}

/* The other side is told; of his own side, nobody. */
static enum err tell_message(const struct telling *t)
{
	struct str text = json_text(t->ev->data, "text");
	bool entered = str_eq_nocase(t->f->entered_by, t->ev->actor);
	if (case_is_own(t->f, t->ev->actor) || entered)
		return tell_provider(t, NOTICE_message, text);
	return tell_requester(t, NOTICE_message, STR(""), text);
}

/* The same of what came by mail; what a machine wrote is nobody's concern. */
static enum err tell_mailed(const struct telling *t)
{
	const json_t *data = t->ev->data;
	struct str text = json_text(data, "text");
	struct str from = json_text(data, "from");
	bool own =
	    case_is_own(t->f, from) || str_eq_nocase(t->f->entered_by, from);
	if (json_flag(data, "automatic"))
		return OK;
	if (own || json_flag(data, "by_hand"))
		return tell_provider(t, NOTICE_message, text);
	return tell_requester(t, NOTICE_message, STR(""), text);
}

static enum err tell_named(
    const struct telling *t, enum notice_kind kind, const json_t *emails)
{
	enum err e = OK;
	for (size_t i = 0; i < json_array_size(emails) && !e; i++) {
		struct str email = json_as_text(json_array_get(emails, i));
		struct person p = { .email = email, .name = email };
		e = person_by_email(t->cx, email, &p);
		if (e == OK || e == ERR_NOT_FOUND)
			e = tell(t, kind, &p, STR(""), t->f->requester_name,
			    STR(""));
	}
	return e;
}

static enum err tell_shared(const struct telling *t)
{
	enum err e =
	    tell_named(t, NOTICE_shared, json_list(t->ev->data, "add"));
	return e ? e
	         : tell_named(
		       t, NOTICE_unshared, json_list(t->ev->data, "remove"));
}

static struct str actor_words(const struct telling *t)
{
	struct person p;
	struct fault before = t->cx->fault;
	if (person_by_email(t->cx, t->ev->actor, &p) == OK)
		return p.position.n == 0
		           ? p.name
		           : str_fmt(t->cx->arena, "%.*s (%.*s)",
				 STR_ARG(p.name), STR_ARG(p.position));
	t->cx->fault = before;
	return t->ev->actor;
}

/* Who, what he advises, and why. */
static struct str opinion_words(const struct telling *t, enum lang lang)
{
	struct arena *a = t->cx->arena;
	return str_fmt(a, "%.*s: %.*s\n\n%.*s", STR_ARG(actor_words(t)),
	    STR_ARG(msg_code(
		a, lang, STR("opinion."), json_text(t->ev->data, "outcome"))),
	    STR_ARG(json_text(t->ev->data, "text")));
}

/* Who is asked, with who stands in for him, and what he is asked. */
static enum err tell_consulted(const struct telling *t)
{
	struct person one;
	size_t n = 1;
	struct str text = json_text(json_value(t->ev->data, "form"), "text");
	struct str said = str_fmt(t->cx->arena, "%.*s%s%.*s",
	    STR_ARG(actor_words(t)), text.n ? "\n\n" : "", STR_ARG(text));
	enum err e = person_by_email(t->cx, json_text(t->ev->data, "to"), &one);
	if (e)
		return e;
	const struct person *v = with_stand_ins(t, &one, &n);
	return tell_each(t, NOTICE_consulted, v, n, said);
}

/* An opinion is for those who decide; that it stands still, and that it goes on,
 * is the requester's concern too. */
static enum err tell_opined(const struct telling *t)
{
	struct str said = json_text(t->ev->data, "text");
	struct str outcome = json_text(t->ev->data, "outcome");
	bool hold = str_eq(outcome, STR("hold"));
	if (!hold && !str_eq(outcome, STR("lifted")))
		return tell_open(t, NOTICE_opined, opinion_words);
	enum notice_kind kind = hold ? NOTICE_held : NOTICE_lifted;
	enum err e = tell_provider(t, kind, said);
	return e ? e : tell_requester(t, kind, STR(""), said);
}

/* The data protection officers, once for each thing that concerns them. */
static enum err tell_flags(const struct telling *t, unsigned fresh)
{
	const struct person *v;
	size_t n;
	enum err e =
	    person_list_role(t->cx, ROLE_dpo, STR(""), STR(""), &v, &n);
	for (size_t i = 0; i < n && !e; i++)
		e = tell(t, NOTICE_flagged, &v[i], STR(""),
		    flags_words(t->cx->arena, v[i].lang, fresh), STR(""));
	return e;
}

/* Both sides: nobody answered, and it is over. */
static enum err tell_lapsed(const struct telling *t)
{
	enum err e = tell_officers(t, NOTICE_lapsed, STR(""));
	return e ? e : tell_requester(t, NOTICE_lapsed, STR(""), STR(""));
}

static bool refused(const struct event *ev)
{
	return str_eq(json_text(ev->data, "command"), STR("accept")) &&
	       str_eq(json_text(ev->data, "outcome"), STR("refused"));
}

/* Whoever signs for the units whose answers were prepared. */
static enum err tell_proposed(const struct telling *t)
{
	size_t cursor = 0;
	const struct run *r;
	enum err e = OK;
	while (!e && (r = case_open_run(t->f, &cursor)) != NULL) {
		const struct person *v;
		size_t n;
		if (r->proposal == NULL || r->proposal->at != t->ev->at)
			continue;
		e = policy_holders(t->cx, t->facts, t->f, r, &v, &n);
		for (size_t i = 0; i < n && !e; i++)
			e = tell(t, NOTICE_proposed, &v[i], STR(""),
			    str_fmt(t->cx->arena, "%.*s: %.*s",
				STR_ARG(actor_words(t)),
				STR_ARG(msg_code(t->cx->arena, v[i].lang,
				    STR("stage-outcome."),
				    r->proposal->outcome))),
			    STR(""));
	}
	return e;
}

static enum err tell_one(const struct telling *t, enum notice_kind kind,
    struct str email, struct str said)
{
	struct person p;
	struct fault before = t->cx->fault;
	enum err e = person_by_email(t->cx, email, &p);
	if (e == ERR_NOT_FOUND) {
		t->cx->fault = before;
		return OK;
	}
	return e ? e : tell(t, kind, &p, STR(""), said, STR(""));
}

/* Who has it in hand now; who had it before, and has it no more. */
static enum err tell_delegated(const struct telling *t)
{
	const json_t *data = t->ev->data;
	struct str to = json_text(data, "to");
	struct str gone = json_text(data, "from_hands");
	struct str note = json_text(json_value(data, "form"), "note");
	struct str said = str_fmt(t->cx->arena, "%.*s%s%.*s",
	    STR_ARG(actor_words(t)), note.n ? "\n\n" : "", STR_ARG(note));
	enum err e = OK;
	if (gone.n > 0 && !str_eq_nocase(gone, to))
		e = tell_one(t, NOTICE_unhanded, gone, said);
	if (!e && !str_eq_nocase(to, t->ev->actor))
		e = tell_one(t, NOTICE_handed, to, said);
	return e;
}

/* Whoever sent it in: what became of his file, and where to send another. */
static enum err tell_sender(const struct telling *t, enum notice_kind kind)
{
	const json_t *data = t->ev->data;
	struct arena *a = t->cx->arena;
	struct person p;
	struct fault before = t->cx->fault;
	enum err e = person_by_email(t->cx, json_text(data, "sender"), &p);
	if (e == ERR_NOT_FOUND) {
		t->cx->fault = before;
		return OK;
	}
	if (e)
		return e;
	struct str why =
	    brought_finding_text(a, p.lang, json_value(data, "finding"));
	return tell(t, kind, &p, STR(""),
	    str_fmt(a, "%.*s%s%.*s", STR_ARG(json_text(data, "name")),
		why.n ? "\n" : "", STR_ARG(why)),
	    str_fmt(a, "%.*s/tables/%.*s", STR_ARG(page_of(t)),
		STR_ARG(json_text(data, "upload"))));
}

static enum err tell_event(const struct telling *t)
{
	switch (t->ev->type) {
	case EVENT_asked:
		return tell_requester(t, NOTICE_asked, STR(""),
		    json_text(t->ev->data, "message"));
	case EVENT_replied:
		/* Whoever sent it back learns that the answer is there. */
		return tell_open(t, NOTICE_replied, reply_words);
	case EVENT_extended:
		return tell_requester(
		    t, NOTICE_extended, STR(""), json_text(t->ev->data, "due"));
	case EVENT_delivered:
		return tell_delivered(t);
	case EVENT_recalled:
		return tell_requester(t, NOTICE_recalled, STR(""),
		    json_text(t->ev->data, "reason"));
	case EVENT_revoked:
		return tell_requester(t, NOTICE_revoked, STR(""),
		    json_text(t->ev->data, "reason"));
	case EVENT_messaged:
		return tell_message(t);
	case EVENT_mailed:
		return tell_mailed(t);
	case EVENT_shared:
		return tell_shared(t);
	case EVENT_opined:
		return tell_opined(t);
	case EVENT_consulted:
		return tell_consulted(t);
	case EVENT_proposed:
		return tell_proposed(t);
	case EVENT_delegated:
		return tell_delegated(t);
	case EVENT_lapsed:
		return tell_lapsed(t);
	case EVENT_recalculated:
		return tell_requester(t, NOTICE_recalculated, STR(""),
		    json_text(t->ev->data, "due_to"));
	case EVENT_unusable:
		return tell_sender(t, NOTICE_unusable);
	case EVENT_lost:
		return tell_sender(t, NOTICE_lost);
	case EVENT_brought:
		/* Whoever was told that it is lost need not send it again. */
		return json_flag(t->ev->data, "found_again")
		           ? tell_sender(t, NOTICE_found)
		           : OK;
	case EVENT_acted:
		return refused(t->ev)
		           ? tell_officers(t, NOTICE_refused, t->f->comment)
		           : OK;
	case EVENT_drafted:
	case EVENT_submitted:
	case EVENT_noted:
	case EVENT_copied:
	case EVENT_attached:
	case EVENT_papered:
	case EVENT_lettered:
	case EVENT_classified:
	case EVENT_withdrawn:
	case EVENT_destroyed:
	case EVENT_disposed:
	case EVENT_round:
	case EVENT_kept:
	case EVENT_used:
	case EVENT_returned:
	case EVENTS:
		break;
	}
	return OK;
}

enum err notices_write(struct ctx *cx, const struct facts *facts,
    const struct case_file *before, const struct case_file *after,
    const struct event *ev)
{
	struct telling t = { .cx = cx, .facts = facts, .f = after, .ev = ev };
	unsigned were =
	    before->submitted != 0 ? flags_for_dpo(flags_of(facts, before)) : 0;
	unsigned are =
	    after->submitted != 0 ? flags_for_dpo(flags_of(facts, after)) : 0;
	enum err e = tell_event(&t);
	if (!e && (are & ~were) != 0)
		e = tell_flags(&t, are & ~were);
	bool closed =
	    before->state != STATE_closed && after->state == STATE_closed;
	if (!e && closed)
		e = tell_closed(&t);
	bool opened = json_list(ev->data, "enter") != NULL ||
	              json_list(ev->data, "also") != NULL;
	if (!e && opened)
		e = tell_holders(&t);
	return e;
}
