/* A round as its events tell it. */
#include "core/disposal_round.h"

#include "base/str.h"

const char *const disposal_states[DISPOSAL_STATES] = {
#define DISPOSAL_STATE(name) [DISPOSAL_##name] = #name,
#include "core/disposal_states.def"
#undef DISPOSAL_STATE
};
const char *const disposal_acts[DISPOSAL_ACTS] = {
#define DISPOSAL_ACT(name, who, from) [DISPOSAL_ACT_##name] = #name,
#include "core/disposal_acts.def"
#undef DISPOSAL_ACT
};
const char *const disposal_fates[FATES] = { [FATE_open] = "open",
	[FATE_destroy] = "destroy",
	[FATE_keep] = "keep",
	[FATE_left] = "left",
	[FATE_gone] = "gone" };

static struct date day_of(const json_t *o, const char *key)
{
	struct date d;
	return date_parse_iso(json_text(o, key), &d) ? d : (struct date){ 0 };
}

static struct round_line line_of(const json_t *o)
{
	return (struct round_line){
		.of = { .request = json_text(o, "request"),
		    .memo_in = json_text(o, "memo_in"),
		    .memo_date = json_text(o, "memo_date"),
		    .received_no = json_text(o, "received_no"),
		    .title = json_text(o, "title"),
		    .closed = day_of(o, "closed"),
		    .until = day_of(o, "kept_until"),
		    .files = json_int(o, "files", 0),
		    .bytes = json_int(o, "bytes", 0),
		    .askers = json_list(o, "askers") },
	};
}

static struct round_step step_of(const struct event *e)
{
	return (struct round_step){ .by = e->actor,
		.outcome = json_text(e->data, "outcome"),
		.note = json_text(e->data, "note"),
		.no = json_text(e->data, "no"),
		.on = json_text(e->data, "on"),
		.acting_for = json_value(e->data, "acting_for"),
		.at = e->at };
}

static void on_open(struct disposal_round *r, const struct event *e)
{
	const json_t *list = json_list(e->data, "lines");
	r->id = e->request;
	r->office = json_text(e->data, "office");
	r->year = json_int(e->data, "year", 0);
	r->nth = json_int(e->data, "nth", 0);
	r->n_lines = json_array_size(list);
	r->lines = ARENA_ARRAY(r->arena, struct round_line, r->n_lines + 1);
	for (size_t i = 0; i < r->n_lines; i++)
		r->lines[i] = line_of(json_array_get(list, i));
	r->opened = step_of(e);
	r->state = DISPOSAL_opened;
}

/* What somebody said who is of the committee no more, does not count. */
static void forget_others(const struct disposal_round *r, struct round_line *l)
{
	size_t n = 0;
	for (size_t i = 0; i < l->opinions.n; i++)
		if (round_member(r, l->opinions.v[i].by) != NULL)
			l->opinions.v[n++] = l->opinions.v[i];
	l->opinions.n = n;
}

static void on_name(struct disposal_round *r, const struct event *e)
{
	const json_t *list = json_list(e->data, "members");
	r->members.n = 0;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		LIST_ADD(r->arena, &r->members,
		    (struct round_member){ .email = json_text(o, "email"),
			.name = json_text(o, "name"),
			.position = json_text(o, "position") });
	}
	for (size_t i = 0; i < r->n_lines; i++)
		forget_others(r, &r->lines[i]);
	r->named = step_of(e);
	r->state = DISPOSAL_considering;
}

/* The line that a number names, from 1; or NULL. */
static struct round_line *line_at(struct disposal_round *r, int64_t n)
{
	if (n < 1 || (uint64_t)n > r->n_lines)
		return NULL;
	return &r->lines[n - 1];
}

static struct round_line *line_in(
    struct disposal_round *r, const json_t *list, size_t i)
{
	return line_at(r, json_integer_value(json_array_get(list, i)));
}

static void say(
    struct disposal_round *r, struct round_line *l, struct round_opinion said)
{
	for (size_t i = 0; i < l->opinions.n; i++)
		if (str_eq_nocase(l->opinions.v[i].by, said.by)) {
			l->opinions.v[i] = said;
			return;
		}
	LIST_ADD(r->arena, &l->opinions, said);
}

static void on_opine(struct disposal_round *r, const struct event *e)
{
	const json_t *list = json_list(e->data, "lines");
	const struct round_opinion said = { .by = e->actor,
		.destroy =
		    str_eq(json_text(e->data, "opinion"), STR("destroy")),
		.until = json_text(e->data, "until"),
		.reason = json_text(e->data, "reason"),
		.at = e->at };
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct round_line *l = line_in(r, list, i);
		if (l != NULL)
			say(r, l, said);
	}
}

static void keep(
    struct round_line *l, struct str by, struct str until, struct str why)
{
	l->fate = FATE_keep;
	l->kept_by = by;
	l->until = until;
	l->why = why;
}

/* The event names whose reason it is; older ones have its text. */
static struct str reason_of(const struct round_line *l, const json_t *o)
{
	const struct round_opinion *said = round_opinion(l, json_text(o, "by"));
	return said != NULL ? said->reason : json_text(o, "reason");
}

static void on_report(struct disposal_round *r, const struct event *e)
{
	const json_t *list = json_list(e->data, "destroy");
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct round_line *l = line_in(r, list, i);
		if (l != NULL)
			l->fate = FATE_destroy;
	}
	list = json_list(e->data, "keep");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		struct round_line *l = line_at(r, json_int(o, "line", 0));
		if (l != NULL)
			keep(l, STR("committee"), json_text(o, "until"),
			    reason_of(l, o));
	}
	r->digest = json_text(e->data, "digest");
	r->reported = step_of(e);
	r->state = DISPOSAL_reported;
}

/* Lines that whoever decides takes out. */
static void take_out(
    struct disposal_round *r, const struct event *e, struct str by)
{
	const json_t *list = json_list(e->data, "keep");
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct round_line *l = line_in(r, list, i);
		if (l != NULL && l->fate == FATE_destroy)
			keep(l, by, json_text(e->data, "until"),
			    json_text(e->data, "note"));
	}
}

/* When nothing is left that may go, it is over. */
static void go_on(struct disposal_round *r, enum disposal_state to, int64_t at)
{
	r->state = to;
	if (round_count(r, FATE_destroy) > 0)
		return;
	r->state = DISPOSAL_done;
	r->done = at;
}

static void on_decide(struct disposal_round *r, const struct event *e)
{
	r->decided = step_of(e);
	if (str_eq(r->decided.outcome, STR("approved"))) {
		take_out(r, e, STR("head"));
		go_on(r, DISPOSAL_approved, e->at);
	} else {
		for (size_t i = 0; i < r->n_lines; i++) {
			r->lines[i].fate = FATE_open;
			r->lines[i].until = r->lines[i].why =
			    r->lines[i].kept_by = STR("");
		}
		/* It is not made yet: the next one is another. */
		r->reported = (struct round_step){ 0 };
		r->digest = STR("");
		r->state = DISPOSAL_considering;
	}
}

static void on_end(struct disposal_round *r, const struct event *e, bool gone)
{
	const json_t *list = json_list(e->data, "lines");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		struct round_line *l = line_at(r, json_int(o, "line", 0));
		if (l == NULL)
			continue;
		l->fate = gone ? FATE_gone : FATE_left;
		l->why = json_text(o, "why");
		l->files = json_list(o, "files");
	}
}

static void act(
    struct disposal_round *r, const struct event *e, enum disposal_act what)
{
	switch (what) {
	case DISPOSAL_ACT_open:
		on_open(r, e);
		break;
	case DISPOSAL_ACT_name:
		on_name(r, e);
		break;
	case DISPOSAL_ACT_opine:
		on_opine(r, e);
		break;
	case DISPOSAL_ACT_report:
		on_report(r, e);
		break;
	case DISPOSAL_ACT_decide:
		on_decide(r, e);
		break;
	case DISPOSAL_ACT_send:
		r->sent = step_of(e);
		r->state = DISPOSAL_sent;
		break;
	case DISPOSAL_ACT_answer:
		r->answered = step_of(e);
		take_out(r, e, STR("archives"));
		go_on(r, DISPOSAL_answered, e->at);
		break;
	case DISPOSAL_ACT_carry:
		r->carried = step_of(e);
		r->state = DISPOSAL_carrying;
		break;
	case DISPOSAL_ACT_drop:
		r->dropped = step_of(e);
		r->state = DISPOSAL_dropped;
		break;
	case DISPOSAL_ACT_left:
	case DISPOSAL_ACT_gone:
		on_end(r, e, what == DISPOSAL_ACT_gone);
		break;
	case DISPOSAL_ACT_done:
		r->done = e->at;
		r->state = DISPOSAL_done;
		break;
	case DISPOSAL_ACTS:
		break;
	}
}

void round_take(struct disposal_round *r, const struct event *e)
{
	int what =
	    kind_find(json_text(e->data, "act"), disposal_acts, DISPOSAL_ACTS);
	r->version = e->version;
	if (what >= 0)
		act(r, e, (enum disposal_act)what);
}

const struct round_member *round_member(
    const struct disposal_round *r, struct str email)
{
	for (size_t i = 0; i < r->members.n; i++)
		if (str_eq_nocase(r->members.v[i].email, email))
			return &r->members.v[i];
	return NULL;
}

bool round_line_is_own(const struct round_line *l, struct str email)
{
	for (size_t i = 0; i < json_array_size(l->of.askers); i++)
		if (str_eq_nocase(
			json_as_text(json_array_get(l->of.askers, i)), email))
			return true;
	return false;
}

const struct round_opinion *round_opinion(
    const struct round_line *l, struct str email)
{
	for (size_t i = 0; i < l->opinions.n; i++)
		if (str_eq_nocase(l->opinions.v[i].by, email))
			return &l->opinions.v[i];
	return NULL;
}

/* A day is an ISO text: the later one is the greater. */
struct round_verdict round_verdict(
    const struct disposal_round *r, const struct round_line *l)
{
	struct round_verdict v = { .fate = FATE_keep,
		.until = STR(""),
		.reason = STR(""),
		.by = STR("") };
	for (size_t i = 0; i < l->opinions.n; i++) {
		const struct round_opinion *o = &l->opinions.v[i];
		v.destroy += o->destroy;
		v.keep += !o->destroy;
		if (!o->destroy &&
		    (v.keep == 1 || str_cmp(o->until, v.until) > 0)) {
			v.until = o->until;
			v.reason = o->reason;
			v.by = o->by;
		}
	}
	if (v.destroy * 2 > r->members.n) {
		v.fate = FATE_destroy;
		v.until = v.reason = v.by = STR("");
	}
	return v;
}

static size_t missing_of(
    const struct disposal_round *r, const struct round_member *m)
{
	size_t n = 0;
	for (size_t i = 0; i < r->n_lines; i++)
		n += !round_line_is_own(&r->lines[i], m->email) &&
		     round_opinion(&r->lines[i], m->email) == NULL;
	return n;
}

size_t round_missing(const struct disposal_round *r, struct str email)
{
	size_t n = 0;
	for (size_t i = 0; i < r->members.n; i++)
		if (email.n == 0 || str_eq_nocase(r->members.v[i].email, email))
			n += missing_of(r, &r->members.v[i]);
	return n;
}

size_t round_count(const struct disposal_round *r, enum disposal_fate fate)
{
	size_t n = 0;
	for (size_t i = 0; i < r->n_lines; i++)
		n += r->lines[i].fate == fate;
	return n;
}

struct date round_silence(const struct disposal_round *r)
{
	struct date on, sent = date_of_ms(r->sent.at);
	if (!date_parse_iso(r->sent.on, &on))
		return (struct date){ 0 };
	/* A letter may be dated before it was sent; the 60 days are over before
	 * silence counts. */
	return date_add(date_cmp(on, sent) > 0 ? on : sent, ARCHIVES_DAYS + 1);
}
