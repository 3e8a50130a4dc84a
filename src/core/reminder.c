#include "core/reminder.h"

#include "base/str.h"
#include "base/time.h"
#include "core/acceptance.h"
#include "core/cases.h"
#include "core/clock.h"
#include "core/outbox.h"
#include "core/policy.h"
#include "core/setting.h"
#include "sql/sql.h"

enum {
	OPENS = 8 * 60 + 30,
	MAX_TO = 100,
	SOON = 75,
	UP = 100,
	MAX_AHEAD = 2000
};

/* One budget that runs: of the whole, or of an open stage. */
struct target {
	struct str key;        /* the same budget again is the same target */
	const struct run *run; /* NULL: the whole */
	struct text2 what;
	int used, total, level; /* level: 0, 75 or 100 */
	struct date start, due;
	bool counts;
	/* No budget: the requester's answer is waited for; it is over. */
	bool accepts, lapses;
};

struct reminding {
	struct ctx *cx;
	struct case_file f;
	struct facts facts;
	LIST(struct target) targets;
	bool all; /* those that nobody need be told of yet, too */
	struct person to[MAX_TO]; /* each once */
	size_t n_to;
};

static struct str today(struct ctx *cx)
{
	return date_iso(cx->arena, date_of_ms(cx->now));
}

enum err reminders_list(struct ctx *cx, struct str **ret, size_t *ret_n)
{
	struct str last;
	struct rows rows;
	*ret = NULL;
	*ret_n = 0;
	if (minute_of_day(cx->now) < OPENS)
		return OK;
	enum err e = setting_find(cx, STR("reminders"), &last);
	if (e || str_eq(last, today(cx)))
		return e;
	/* Once a day, and all that are open. */
	e = sql_all(cx,
	    SQL_SCAN("select no from cases where state <> 'closed'"
		     " and state <> 'draft' and state <> 'waiting'"
		     " order by no"),
	    NO_VALS, &rows);
	if (e)
		return e;
	struct str *v = ARENA_ARRAY(cx->arena, struct str, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = row_str(rows.row[i], "no");
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

enum err reminders_done(struct ctx *cx)
{
	return setting_put(cx, STR("reminders"), today(cx));
}

static int level_of(int used, int total)
{
	if (total > 0 && used >= total)
		return UP;
	return total > 0 && used * 100 >= total * SOON ? SOON : 0;
}

static void add_target(struct reminding *r, struct target t)
{
	t.level = level_of(t.used, t.total);
	if (t.level > 0 || (r->all && t.total > 0))
		LIST_ADD(r->cx->arena, &r->targets, t);
}

static void find_whole(struct reminding *r)
{
	const struct case_file *f = &r->f;
	struct arena *a = r->cx->arena;
	struct clock c = clock_read(&r->facts, f, r->cx->now);
	if (!str_eq(c.kind, STR("case")) || f->first_delivered != 0 ||
	    !date_is_set(c.due))
		return;
	/* The days until an agreed day are its budget, what was waited for the
	 * requester left out as everywhere. */
	int total = c.budget;
	if (f->agreed_due.n > 0) {
		total = 0;
		for (struct date d = c.start; date_cmp(d, c.due) < 0;) {
			d = date_add(d, 1);
			total += calendar_working(&r->facts.calendar, d) &&
			         !clock_pauses(f, d);
		}
	}
	add_target(
	    r, (struct target){
		   .key = str_fmt(a, "case:%.*s", STR_ARG(f->agreed_due)),
		   .what = { .th = msg_text(LANG_TH, MSG_clock_kind_case),
		       .en = msg_text(LANG_EN, MSG_clock_kind_case) },
		   .used = c.used,
		   .total = total,
		   .start = c.start,
		   .due = c.due,
		   .counts = true });
}

static void find_stages(struct reminding *r)
{
	struct arena *a = r->cx->arena;
	struct stage_clocks all = clock_stages(a, &r->facts, &r->f, r->cx->now);
	for (size_t i = 0; i < all.n; i++) {
		const struct stage_clock *c = &all.v[i];
		if (!c->open || c->paused)
			continue;
		add_target(
		    r, (struct target){
			   .key = str_fmt(a, "stage:%.*s:%.*s:%lld",
			       STR_ARG(c->run->stage), STR_ARG(c->run->unit),
			       (long long)c->run->since),
			   .run = c->run,
			   .what = c->stage->title,
			   .used = c->used,
			   .total = c->budget,
			   .start = c->start,
			   .due = c->due,
			   .counts = c->counts });
	}
}

static struct str acceptance_key(const struct reminding *r)
{
	return str_fmt(
	    r->cx->arena, "acceptance:%lld", (long long)r->f.delivered);
}

/* When the requester was reminded of this delivery; 0: not yet. */
static enum err reminded_at(struct reminding *r, int64_t *ret)
{
	struct row row;
	bool found = false;
	enum err e = sql_find(r->cx,
	    SQL("select at from reminder where request = $1 and clock = $2"
		" and level = $3"),
	    VALS(val_str(r->f.no), val_str(acceptance_key(r)), val_i64(SOON)),
	    &row, &found);
	*ret = !e && found ? row_i64(row, "at") : 0;
	return e;
}

/* Whether the reminder of that moment may have reached the requester: its mail was
 * taken, or mail is not how it goes. What waits still, or was given up, has not. */
static enum err has_arrived(struct reminding *r, int64_t reminded, bool *ret)
{
	struct row row;
	bool found = false;
	enum err e = sql_find(r->cx,
	    SQL("select o.id from outbox o left join envelope e"
		" on e.notice = o.id and e.email = o.recipient"
		" where o.request = $1 and o.kind = 'acceptance'"
		" and o.created = $2 and (o.done = 0 or e.state <> 'sent')"
		" limit 1"),
	    VALS(val_str(r->f.no), val_i64(reminded)), &row, &found);
	*ret = !e && !found;
	return e;
}

/* Once for each delivery. Nobody's case is closed whom no reminder reached. */
static enum err find_acceptance(struct reminding *r)
{
	int64_t remind = 0, close = 0, reminded = 0;
	enum err e = acceptance_days(r->cx, &remind);
	if (!e)
		e = acceptance_closes(r->cx, &close);
	if (!e && r->f.state == STATE_acceptance)
		e = reminded_at(r, &reminded);
	if (e)
		return e;
	if (acceptance_is_due(
		&r->facts, &r->f, r->f.delivered, r->cx->now, remind))
		LIST_ADD(r->cx->arena, &r->targets,
		    (struct target){ .key = acceptance_key(r),
			.accepts = true,
			.level = SOON });
	bool lapses =
	    acceptance_is_due(&r->facts, &r->f, reminded, r->cx->now, close);
	if (lapses)
		e = has_arrived(r, reminded, &lapses);
	if (!e && lapses)
		LIST_ADD(r->cx->arena, &r->targets,
		    (struct target){ .key = acceptance_key(r),
			.lapses = true,
			.level = UP });
	return e;
}

static enum err look(struct reminding *r, struct str no)
{
	enum err e = cases_load(r->cx, no, &r->f);
	if (!e)
		e = cases_facts(r->cx, &r->f, &r->facts);
	if (e)
		return e;
	struct date day = date_of_ms(r->cx->now);
	const struct calendar *c = &r->facts.calendar;
	int minute = minute_of_day(r->cx->now);
	bool at_work = calendar_working(c, day) && minute >= OPENS &&
	               minute <= calendar_closes(c, day);
	if (at_work && r->f.state != STATE_closed &&
	    r->f.state != STATE_waiting && r->f.state != STATE_draft) {
		find_whole(r);
		find_stages(r);
		e = find_acceptance(r);
	}
	return e;
}

static enum err was_told(struct reminding *r, const struct target *t, bool *ret)
{
	struct row row;
	return sql_find(r->cx,
	    SQL("select at from reminder where request = $1 and clock = $2"
		" and level = $3"),
	    VALS(val_str(r->f.no), val_str(t->key), val_i64(t->level)), &row,
	    ret);
}

enum err reminders_wanted(struct ctx *cx, struct str no, bool *ret)
{
	struct reminding r = { .cx = cx };
	enum err e = look(&r, no);
	*ret = false;
	for (size_t i = 0; i < r.targets.n && !e && !*ret; i++) {
		bool told = false;
		e = was_told(&r, &r.targets.v[i], &told);
		*ret = !told;
	}
	return e;
}

static void add_to(struct reminding *r, const struct person *v, size_t n)
{
	for (size_t i = 0; i < n && r->n_to < MAX_TO; i++)
		if (v[i].email.n > 0 &&
		    facts_person(r->to, r->n_to, v[i].email) == NULL)
			r->to[r->n_to++] = v[i];
}

static enum err add_holders(struct reminding *r, const struct target *t)
{
	size_t cursor = 0;
	const struct run *run;
	enum err e = OK;
	while (!e && (run = case_open_run(&r->f, &cursor)) != NULL) {
		const struct person *v;
		size_t n;
		if (t->run != NULL && t->run != run)
			continue;
		e = policy_holders(r->cx, &r->facts, &r->f, run, &v, &n);
		if (!e)
			add_to(r, v, n);
	}
	return e;
}

/* The heads of the divisions in charge and the director; of a consent, which
 * the office does not see yet, the requester. */
static enum err add_answerable(struct reminding *r, const struct target *t)
{
	const struct person *v;
	size_t n;
	if (!t->counts) {
		struct person p;
		enum err e = person_by_email(r->cx, r->f.requester, &p);
		if (!e && p.active)
			add_to(r, &p, 1);
		return e == ERR_NOT_FOUND ? OK : e;
	}
	for (size_t i = 0; i < r->facts.n_heads; i++) {
		const struct person *h = &r->facts.heads[i];
		for (size_t k = 0; k < h->n_roles; k++)
			if (h->roles[k].role == ROLE_head &&
			    str_eq(h->roles[k].office, r->f.office) &&
			    facts_in_charge(&r->f, h->roles[k].unit))
				add_to(r, h, 1);
	}
	enum err e = person_list_role(
	    r->cx, ROLE_director, r->f.office, STR(""), &v, &n);
	if (!e)
		add_to(r, v, n);
	return e;
}

static struct str names_of(struct reminding *r, size_t n_holders)
{
	struct arena *a = r->cx->arena;
	struct str all = STR("");
	for (size_t i = 0; i < n_holders; i++)
		all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all), i ? ", " : "",
		    STR_ARG(r->to[i].name));
	return all.n > 0 ? all : STR("–");
}

static enum err tell(struct reminding *r, const struct target *t,
    const struct person *to, struct str holders)
{
	struct arena *a = r->cx->arena;
	enum lang lang = to->lang;
	bool open = r->f.secrecy.n == 0 || str_eq(r->f.secrecy, STR("none"));
	struct str day = date_long(a, lang, t->due);
	struct str time[4] = { str_fmt(a, "%d", t->used),
		str_fmt(a, "%d", t->total), text2_in(t->what, lang), day };
	bool up = t->level == UP;
	struct str args[4] = { r->f.no, open ? case_title(&r->f) : STR(""),
		msg_fill(a, lang, MSG_mail_clock_line, time, 4), to->name };
	struct str who = msg_fill(a, lang, MSG_mail_clock_holders, &holders, 1);
	struct notice n = { .kind = up ? NOTICE_overdue : NOTICE_reminder,
		.request = r->f.no,
		.recipient = to->email,
		.subject = msg_fill(a, lang,
		    up ? MSG_mail_overdue_subject : MSG_mail_reminder_subject,
		    args, 4),
		.body = str_fmt(a, "%.*s\n%.*s",
		    STR_ARG(msg_fill(a, lang,
			up ? MSG_mail_overdue_body : MSG_mail_reminder_body,
			args, 4)),
		    STR_ARG(who)),
		.link = str_fmt(a, "/requests/%.*s", STR_ARG(r->f.no)) };
	return outbox_add(r->cx, &n, NULL);
}

/* The record first: whoever comes second finds it and tells nobody. */
static enum err record(struct reminding *r, const struct target *t, bool *ret)
{
	int64_t changed;
	enum err e = sql_exec(r->cx,
	    SQL("insert into reminder (request, clock, level, at)"
		" values ($1, $2, $3, $4)"
		" on conflict (request, clock, level) do nothing"),
	    VALS(val_str(r->f.no), val_str(t->key), val_i64(t->level),
		val_i64(r->cx->now)),
	    &changed);
	*ret = changed == 1;
	return e;
}

/* Where nobody could be told, nothing is on record: it is tried on another day,
 * and no case is closed for want of an answer nobody was asked for. */
static enum err remind_requester(
    struct reminding *r, const struct target *t, int64_t *notices)
{
	bool told = false;
	enum err e = acceptance_remind(r->cx, &r->f, &told);
	*notices += !e && told;
	if (e || told)
		return e;
	return sql_exec(r->cx,
	    SQL("delete from reminder where request = $1 and clock = $2"
		" and level = $3"),
	    VALS(val_str(r->f.no), val_str(t->key), val_i64(t->level)), NULL);
}

static enum err send_one(
    struct reminding *r, const struct target *t, int64_t *notices)
{
	bool first = false;
	enum err e = record(r, t, &first);
	if (e || !first)
		return e;
	if (t->lapses)
		return acceptance_lapse(r->cx, r->f.no);
	if (t->accepts)
		return remind_requester(r, t, notices);
	r->n_to = 0;
	e = add_holders(r, t);
	struct str holders = e ? STR("") : names_of(r, r->n_to);
	/* A budget that nobody holds is the answerable's at once. */
	if (!e && (t->level == UP || r->n_to == 0))
		e = add_answerable(r, t);
	for (size_t i = 0; i < r->n_to && !e; i++) {
		e = tell(r, t, &r->to[i], holders);
		++*notices;
	}
	return e;
}

enum err reminders_send(struct ctx *cx, struct str no, int64_t *ret_notices)
{
	struct reminding r = { .cx = cx };
	int64_t notices = 0;
	enum err e = look(&r, no);
	for (size_t i = 0; i < r.targets.n && !e; i++)
		e = send_one(&r, &r.targets.v[i], &notices);
	if (!e)
		*ret_notices = notices;
	return e;
}

/* The day on which so many days have been counted. */
static struct date day_of(
    const struct reminding *r, const struct target *t, int level)
{
	int need = (t->total * level + 99) / 100;
	struct date d = t->start, now = date_of_ms(r->cx->now);
	for (int i = 0; need > 0 && i < MAX_AHEAD; i++) {
		d = date_add(d, 1);
		need -= calendar_working(&r->facts.calendar, d) &&
		        !clock_pauses(&r->f, d);
	}
	return date_cmp(d, now) < 0 ? now : d;
}

/* "stage:ID:UNIT:SINCE" or "case:DAY", as add_target() made it. */
static struct reminder_line told_line(const struct reminding *r, struct row row)
{
	struct reminder_line l = { .level = (int)row_i64(row, "level"),
		.at = row_i64(row, "at"),
		.what = { .th = msg_text(LANG_TH, MSG_clock_kind_case),
		    .en = msg_text(LANG_EN, MSG_clock_kind_case) } };
	struct str kind, rest = row_str(row, "clock"), since;
	str_cut(rest, ':', &kind, &rest);
	if (!str_eq(kind, STR("stage")))
		return l;
	str_cut(rest, ':', &l.stage, &rest);
	str_cut(rest, ':', &l.unit, &since);
	const struct stage *s = procedure_stage(r->facts.procedure, l.stage);
	if (s != NULL)
		l.what = s->title;
	return l;
}

/* With a budget of one day only the second is told. */
static enum err add_coming(struct reminding *r, const struct target *t,
    struct reminder_line *v, size_t *n)
{
	static const int levels[] = { SOON, UP };
	enum err e = OK;
	for (size_t i = 0; i < COUNT(levels) && !e; i++) {
		struct target one = *t;
		bool told = true;
		one.level = levels[i];
		if (levels[i] == SOON &&
		    date_cmp(day_of(r, t, SOON), day_of(r, t, UP)) == 0)
			continue;
		e = was_told(r, &one, &told);
		if (!e && !told)
			v[(*n)++] = (struct reminder_line){
				.stage = t->run ? t->run->stage : STR(""),
				.unit = t->run ? t->run->unit : STR(""),
				.what = t->what,
				.level = levels[i],
				.due = day_of(r, t, levels[i])
			};
	}
	return e;
}

enum err reminders_of(struct ctx *cx, const struct facts *facts,
    const struct case_file *f, const struct reminder_line **ret, size_t *ret_n)
{
	struct reminding *r = ARENA_NEW(cx->arena, struct reminding);
	struct rows rows;
	size_t n = 0;
	r->cx = cx;
	r->f = *f;
	r->facts = *facts;
	r->all = true;
	enum err e = sql_all(cx,
	    SQL("select clock, level, at from reminder where request = $1"
		" order by at, level"),
	    VALS(val_str(f->no)), &rows);
	if (e)
		return e;
	if (f->state != STATE_closed && f->state != STATE_waiting &&
	    f->state != STATE_draft) {
		find_whole(r);
		find_stages(r);
	}
	struct reminder_line *v = ARENA_ARRAY(
	    cx->arena, struct reminder_line, rows.n + 2 * r->targets.n + 1);
	for (; n < rows.n; n++)
		v[n] = told_line(r, rows.row[n]);
	for (size_t i = 0; i < r->targets.n && !e; i++)
		e = add_coming(r, &r->targets.v[i], v, &n);
	*ret = v;
	*ret_n = n;
	return e;
}

json_t *reminders_json(struct arena *a, const struct reminder_line *v, size_t n)
{
	json_t *list = json_new_array(a);
	for (size_t i = 0; i < n; i++) {
		json_t *o = json_new_object(a);
		json_put_text_or_null(o, "stage", v[i].stage);
		json_put_text_or_null(o, "unit", v[i].unit);
		json_put_int(o, "level", v[i].level);
		json_put_text_or_null(
		    o, "at", v[i].at ? time_iso(a, v[i].at) : STR(""));
		json_put_text_or_null(
		    o, "due", v[i].at ? STR("") : date_iso(a, v[i].due));
		json_add(list, o);
	}
	return list;
}
