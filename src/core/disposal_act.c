/* What may be done with a round, and what becomes of it: from a body to what its
 * event says. */
#include "core/disposal_act.h"

#include "base/crypt.h"
#include "base/str.h"
#include "base/thai.h"
#include "core/line.h"

enum { MAX_NOTE = 1000, MAX_NO = 100 };

static const struct {
	const char *who, *from;
} acts[DISPOSAL_ACTS] = {
#define DISPOSAL_ACT(name, who, from) [DISPOSAL_ACT_##name] = { who, from },
#include "core/disposal_acts.def"
#undef DISPOSAL_ACT
};

bool round_sees(const struct disposal_round *r, const struct person *p)
{
	return person_in_office(p, r->office) ||
	       person_holds(p, ROLE_auditor, STR(""), STR("")) ||
	       person_holds(p, ROLE_dpo, STR(""), STR(""));
}

static struct str act_words(const struct ctx *cx, enum disposal_act act)
{
	return msg_code(cx->arena, cx->lang, STR("disposal-act."),
	    str_of(disposal_acts[act]));
}

/* By his role; a member sits for himself, as long as he is of the office. */
static bool is_his(const struct disposal_round *r, const struct person *p,
    enum disposal_act act)
{
	struct str who = str_of(acts[act].who);
	struct person alone = person_alone(p);
	if (str_eq(who, STR("member")))
		return round_member(r, p->email) != NULL &&
		       person_in_office(&alone, r->office);
	if (str_eq(who, STR("records")))
		return person_holds(p, ROLE_records, r->office, STR(""));
	return str_eq(who, STR("director")) &&
	       person_holds(p, ROLE_director, r->office, STR(""));
}

enum err round_may(struct ctx *cx, const struct disposal_round *r,
    const struct person *p, enum disposal_act act)
{
	enum err e = actor_may_write(cx);
	if (e)
		return e;
	if (!is_his(r, p, act))
		return fail1(
		    cx, ERR_DENIED, MSG_error_not_yours, act_words(cx, act));
	/* Nobody approves what he has proposed, nor has another do it for him. */
	const struct standing *as = round_stands_as(r, p, act);
	if (act == DISPOSAL_ACT_decide &&
	    (round_member(r, p->email) != NULL ||
		(as != NULL && round_member(r, as->giver.email) != NULL)))
		return fail(cx, ERR_DENIED, MSG_error_in_committee);
	if (!str_has_word(
		str_of(acts[act].from), str_of(disposal_states[r->state])))
		return fail2(cx, ERR_CONFLICT, MSG_error_not_in_this_state,
		    act_words(cx, act),
		    msg_code(cx->arena, cx->lang, STR("disposal-state."),
			str_of(disposal_states[r->state])));
	return OK;
}

const struct standing *round_stands_as(const struct disposal_round *r,
    const struct person *p, enum disposal_act act)
{
	struct str who = str_of(acts[act].who);
	if (str_eq(who, STR("member")))
		return NULL;
	return person_stands_as(p,
	    str_eq(who, STR("director")) ? ROLE_director : ROLE_records,
	    r->office, STR(""));
}

struct acting {
	struct ctx *cx;
	const struct disposal_round *r;
	const json_t *body;
	json_t *data;
};

static void take_note(struct acting *w, bool required)
{
	struct str note = json_text(w->body, "note");
	note = str_utf8(note) ? thai_normal_lines(w->cx->arena, note) : STR("");
	if (required && note.n == 0)
		field_wrong(w->cx, STR("note"), MSG_field_required, STR(""));
	if (str_chars(note) > MAX_NOTE)
		field_wrong(
		    w->cx, STR("note"), MSG_field_too_long, STR("1000"));
	if (note.n > 0)
		json_put_text(w->data, "note", note);
}

/* The number of a memo or an order. */
static void take_no(struct acting *w)
{
	json_put_text(w->data, "no",
	    line_checked(w->cx, "no", json_text(w->body, "no"), MAX_NO, true));
}

/* A day; false when it is none, and said so. */
static bool take_day(
    struct acting *w, const char *key, bool required, struct date *ret)
{
	struct str text = str_trim(json_text(w->body, key));
	*ret = (struct date){ 0 };
	if (text.n == 0 && required)
		field_wrong(w->cx, str_of(key), MSG_field_required, STR(""));
	if (text.n == 0)
		return false;
	if (!date_parse(text, ret)) {
		field_wrong(w->cx, str_of(key), MSG_field_bad_date, text);
		return false;
	}
	json_put_text(w->data, key, date_iso(w->cx->arena, *ret));
	return true;
}

/* The day of a memo: not to come, and not before `first`. */
static void take_on(struct acting *w, struct date first)
{
	struct date on;
	if (!take_day(w, "on", true, &on))
		return;
	if (date_cmp(on, date_of_ms(w->cx->now)) > 0)
		field_wrong(w->cx, STR("on"), MSG_field_in_future, STR(""));
	else if (date_is_set(first) && date_cmp(on, first) < 0)
		field_wrong(w->cx, STR("on"), MSG_field_before_that,
		    date_short(w->cx->arena, w->cx->lang, first));
}

/* A day until which it is kept: to come. */
static void take_until(struct acting *w, bool required)
{
	struct date until;
	if (take_day(w, "until", required, &until) &&
	    date_cmp(until, date_of_ms(w->cx->now)) <= 0)
		field_wrong(w->cx, STR("until"), MSG_field_in_past, STR(""));
}

static struct str number(struct acting *w, int64_t n)
{
	return str_fmt(w->cx->arena, "%lld", (long long)n);
}

/* Numbers of lines under `key`, each once, into data; how many. */
static size_t take_lines(struct acting *w, const char *key)
{
	const json_t *list = json_list(w->body, key);
	json_t *out = json_new_array(w->cx->arena);
	size_t n = json_array_size(list);
	bool *seen = ARENA_ARRAY(w->cx->arena, bool, w->r->n_lines + 1);
	for (size_t i = 0; i < n; i++) {
		const json_t *one = json_array_get(list, i);
		int64_t at = json_is_integer(one) ? json_integer_value(one) : 0;
		if (at < 1 || (uint64_t)at > w->r->n_lines) {
			field_wrong(w->cx, str_of(key), MSG_field_no_such_line,
			    number(w, at));
			return 0;
		}
		if (!seen[at])
			json_array_append_new(out, json_integer(at));
		seen[at] = true;
	}
	json_put(w->data, key, out);
	return json_array_size(out);
}

static const struct round_line *line_of(const struct acting *w, int64_t at)
{
	return &w->r->lines[at - 1];
}

/* Persons of the office that are not its head: who approves has proposed
 * nothing. */
static enum err take_member(struct acting *w, struct str email, json_t *out)
{
	struct person p;
	struct fault before = w->cx->fault;
	enum err e = person_by_email(w->cx, str_trim(email), &p);
	if (e && e != ERR_NOT_FOUND)
		return e;
	w->cx->fault = before;
	struct person alone = e ? (struct person){ 0 } : person_alone(&p);
	if (e || !p.active || !person_in_office(&alone, w->r->office)) {
		field_wrong(
		    w->cx, STR("members"), MSG_field_not_of_office, email);
		return OK;
	}
	if (person_holds(&alone, ROLE_director, w->r->office, STR(""))) {
		field_wrong(
		    w->cx, STR("members"), MSG_field_member_approves, p.name);
		return OK;
	}
	json_t *o = json_new_object(w->cx->arena);
	json_put_text(o, "email", str_lower(w->cx->arena, p.email));
	json_put_text(o, "name", p.name);
	json_put_text(o, "position", p.position);
	for (size_t i = 0; i < json_array_size(out); i++)
		if (json_equal(json_array_get(out, i), o)) {
			field_wrong(w->cx, STR("members"),
			    MSG_field_member_twice, p.name);
			return OK;
		}
	json_add(out, o);
	return OK;
}

static enum err act_name(struct acting *w)
{
	const json_t *list = json_list(w->body, "members");
	json_t *out = json_new_array(w->cx->arena);
	size_t n = json_array_size(list);
	enum err e = OK;
	if (n < ROUND_MIN_MEMBERS || n > ROUND_MAX_MEMBERS)
		field_wrong(w->cx, STR("members"), MSG_field_three_members,
		    number(w, ROUND_MAX_MEMBERS));
	for (size_t i = 0; i < n && i < ROUND_MAX_MEMBERS && !e; i++)
		e = take_member(w, json_as_text(json_array_get(list, i)), out);
	json_put(w->data, "members", out);
	take_no(w);
	take_on(w, (struct date){ 0 });
	return e ? e : fields_end(w->cx);
}

/* All those on which he has not said anything, and may. */
static void take_rest(struct acting *w, struct str email)
{
	json_t *out = json_new_array(w->cx->arena);
	for (size_t i = 0; i < w->r->n_lines; i++) {
		const struct round_line *l = &w->r->lines[i];
		if (!round_line_is_own(l, email) &&
		    round_opinion(l, email) == NULL)
			json_array_append_new(
			    out, json_integer((int64_t)i + 1));
	}
	json_put(w->data, "lines", out);
}

static void refuse_own(struct acting *w, struct str email)
{
	const json_t *list = json_list(w->data, "lines");
	for (size_t i = 0; i < json_array_size(list); i++) {
		int64_t at = json_integer_value(json_array_get(list, i));
		if (round_line_is_own(line_of(w, at), email))
			field_wrong(w->cx, STR("lines"), MSG_field_own_line,
			    number(w, at));
	}
}

static enum err act_opine(struct acting *w)
{
	struct str opinion = json_text(w->body, "opinion");
	struct str email = w->cx->actor->person.email;
	bool keeps = str_eq(opinion, STR("keep"));
	if (opinion.n == 0)
		field_wrong(w->cx, STR("opinion"), MSG_field_required, STR(""));
	else if (!keeps && !str_eq(opinion, STR("destroy")))
		field_wrong(
		    w->cx, STR("opinion"), MSG_field_bad_choice, opinion);
	json_put_text(w->data, "opinion", opinion);
	if (json_flag(w->body, "rest"))
		take_rest(w, email);
	else
		take_lines(w, "lines");
	refuse_own(w, email);
	if (json_array_size(json_list(w->data, "lines")) == 0)
		field_wrong(w->cx, STR("lines"), MSG_field_required, STR(""));
	if (keeps) {
		take_until(w, true);
		json_put_text(w->data, "reason",
		    line_checked(w->cx, "reason", json_text(w->body, "reason"),
			MAX_NOTE, true));
	}
	return fields_end(w->cx);
}

/* What each line comes to, as the event keeps it. */
static void conclude(struct acting *w)
{
	json_t *destroy = json_new_array(w->cx->arena);
	json_t *keep = json_new_array(w->cx->arena);
	json_t *all = json_new_array(w->cx->arena);
	for (size_t i = 0; i < w->r->n_lines; i++) {
		const struct round_line *l = &w->r->lines[i];
		struct round_verdict v = round_verdict(w->r, l);
		json_t *o = json_new_object(w->cx->arena);
		json_put_int(o, "line", (int64_t)i + 1);
		json_put_text(o, "until", v.until);
		/* Not the reason again: two thousand may be long. */
		json_put_text(o, "by", v.by);
		if (v.fate == FATE_destroy)
			json_array_append_new(
			    destroy, json_integer((int64_t)i + 1));
		else
			json_add(keep, o);
		json_t *whole = disposal_line_json(w->cx->arena, &l->of);
		json_put_text(whole, "fate", str_of(disposal_fates[v.fate]));
		json_put_text(whole, "until", v.until);
		json_add(all, whole);
	}
	json_put(w->data, "destroy", destroy);
	json_put(w->data, "keep", keep);
	json_put_text(w->data, "digest",
	    sha256_hex(
		w->cx->arena, sha256_of(json_canonical(w->cx->arena, all))));
}

static enum err act_report(struct acting *w)
{
	size_t missing = round_missing(w->r, STR(""));
	take_note(w, false);
	if (missing > 0)
		return fail1(w->cx, ERR_CONFLICT, MSG_error_opinions_missing,
		    number(w, (int64_t)missing));
	conclude(w);
	return fields_end(w->cx);
}

/* Lines that are taken out of what is to go. */
static size_t take_kept(struct acting *w)
{
	size_t n = take_lines(w, "keep");
	const json_t *list = json_list(w->data, "keep");
	for (size_t i = 0; i < n; i++) {
		int64_t at = json_integer_value(json_array_get(list, i));
		if (line_of(w, at)->fate != FATE_destroy)
			field_wrong(w->cx, STR("keep"), MSG_field_kept_already,
			    number(w, at));
	}
	return n;
}

static bool is_among(const json_t *list, int64_t n)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_integer_value(json_array_get(list, i)) == n)
			return true;
	return false;
}

/* Nobody approves that his own request goes, nor that of whom he stands in for. */
static enum err refuse_own_approved(struct acting *w)
{
	const struct person *p = &w->cx->actor->person;
	const struct standing *as =
	    round_stands_as(w->r, p, DISPOSAL_ACT_decide);
	for (size_t i = 0; i < w->r->n_lines; i++) {
		const struct round_line *l = &w->r->lines[i];
		int64_t at = (int64_t)i + 1;
		if (l->fate == FATE_destroy &&
		    (round_line_is_own(l, p->email) ||
			(as != NULL &&
			    round_line_is_own(l, as->giver.email))) &&
		    !is_among(json_list(w->data, "keep"), at))
			return fail1(w->cx, ERR_CONFLICT, MSG_error_own_line,
			    number(w, at));
	}
	return OK;
}

static enum err act_decide(struct acting *w)
{
	struct str outcome = json_text(w->body, "outcome");
	bool approves = str_eq(outcome, STR("approved"));
	size_t kept = 0;
	if (outcome.n == 0)
		field_wrong(w->cx, STR("outcome"), MSG_field_required, STR(""));
	else if (!approves && !str_eq(outcome, STR("returned")))
		field_wrong(
		    w->cx, STR("outcome"), MSG_field_bad_choice, outcome);
	json_put_text(w->data, "outcome", outcome);
	if (approves)
		kept = take_kept(w);
	take_note(w, !approves || kept > 0);
	enum err e = fields_end(w->cx);
	return e || !approves ? e : refuse_own_approved(w);
}

static enum err act_send(struct acting *w)
{
	take_no(w);
	take_on(w, date_of_ms(w->r->decided.at));
	take_note(w, false);
	return fields_end(w->cx);
}

static enum err act_answer(struct acting *w)
{
	struct str outcome = json_text(w->body, "outcome");
	bool silent = str_eq(outcome, STR("silent"));
	bool some = str_eq(outcome, STR("some"));
	struct date sent, from = round_silence(w->r);
	if (outcome.n == 0)
		field_wrong(w->cx, STR("outcome"), MSG_field_required, STR(""));
	else if (!silent && !some && !str_eq(outcome, STR("agreed")))
		field_wrong(
		    w->cx, STR("outcome"), MSG_field_bad_choice, outcome);
	json_put_text(w->data, "outcome", outcome);
	if (silent && date_cmp(date_of_ms(w->cx->now), from) < 0)
		return fail1(w->cx, ERR_CONFLICT, MSG_error_archives_wait,
		    date_short(w->cx->arena, w->cx->lang, from));
	if (!silent && date_parse_iso(w->r->sent.on, &sent)) {
		take_no(w);
		take_on(w, sent);
	}
	if (some && take_kept(w) == 0)
		field_wrong(w->cx, STR("keep"), MSG_field_required, STR(""));
	if (some)
		take_until(w, false);
	take_note(w, some);
	return fields_end(w->cx);
}

enum err round_decide(struct ctx *cx, const struct disposal_round *r,
    enum disposal_act act, const json_t *body, json_t **ret)
{
	struct acting w = { .cx = cx,
		.r = r,
		.body = body,
		.data = json_new_object(cx->arena) };
	json_put_text(w.data, "act", str_of(disposal_acts[act]));
	*ret = w.data;
	switch (act) {
	case DISPOSAL_ACT_name:
		return act_name(&w);
	case DISPOSAL_ACT_opine:
		return act_opine(&w);
	case DISPOSAL_ACT_report:
		return act_report(&w);
	case DISPOSAL_ACT_decide:
		return act_decide(&w);
	case DISPOSAL_ACT_send:
		return act_send(&w);
	case DISPOSAL_ACT_answer:
		return act_answer(&w);
	case DISPOSAL_ACT_carry:
		return OK;
	case DISPOSAL_ACT_drop:
		take_note(&w, true);
		return fields_end(cx);
	case DISPOSAL_ACT_open:
	case DISPOSAL_ACT_left:
	case DISPOSAL_ACT_gone:
	case DISPOSAL_ACT_done:
	case DISPOSAL_ACTS:
		break;
	}
	return fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
}
