/* Naming a stand-in, and taking it back. */
#include "core/delegation.h"

#include "base/str.h"
#include "base/time.h"
#include "core/line.h"
#include "core/outbox.h"
#include "sql/sql.h"

enum { MAX_DAYS = 366, MAX_ORDER = 100, ID_CHARS = 12 };

static const char *const kinds[] = { "acting", "delegated" };

/* A delegation on its way to the store. */
struct naming {
	struct person giver, taker;
	struct date from, until;
	struct delegation d;
};

static bool lends(const struct person *p, struct str office)
{
	for (size_t i = 0; i < p->n_roles; i++) {
		char sees = role_sees[p->roles[i].role];
		if ((sees == 'o' || sees == 'u') &&
		    (office.n == 0 || str_eq(p->roles[i].office, office)))
			return true;
	}
	return false;
}

size_t delegation_offices(
    struct arena *a, const struct person *p, struct str **ret)
{
	struct person alone = person_alone(p);
	struct str *v = ARENA_ARRAY(a, struct str, alone.n_roles + 1);
	size_t n = 0;
	for (size_t i = 0; i < alone.n_roles; i++) {
		const struct held_role *r = &alone.roles[i];
		bool known =
		    r->role != ROLE_records && r->role != ROLE_director;
		for (size_t k = 0; k < n && !known; k++)
			known = str_eq(v[k], r->office);
		if (!known)
			v[n++] = r->office;
	}
	*ret = v;
	return n;
}

static bool is_admin(const struct person *p)
{
	struct person alone = person_alone(p);
	return person_holds(&alone, ROLE_admin, STR(""), STR(""));
}

/* An administrator may say it of everybody; the office of its own people. */
static bool may_name(
    struct ctx *cx, struct str giver, bool in_office, struct str office)
{
	const struct person *me = &cx->actor->person;
	struct str *v;
	if (str_eq_nocase(giver, me->email) || is_admin(me))
		return true;
	size_t n = delegation_offices(cx->arena, me, &v);
	for (size_t i = 0; in_office && office.n > 0 && i < n; i++)
		if (str_eq(v[i], office))
			return true;
	return false;
}

static enum err find_person(
    struct ctx *cx, const char *field, struct str email, struct person *ret)
{
	struct fault before = cx->fault;
	enum err e = person_by_email(cx, email, ret);
	if (e == OK && ret->active)
		return OK;
	if (e && e != ERR_NOT_FOUND)
		return e;
	cx->fault = before;
	field_wrong(cx, str_of(field),
	    email.n ? MSG_field_nobody : MSG_field_required, email);
	return OK;
}

static void read_day(struct ctx *cx, const char *field, struct str s,
    struct date otherwise, struct date *ret)
{
	*ret = otherwise;
	if (s.n == 0 && date_is_set(otherwise))
		return;
	if (s.n == 0)
		field_wrong(cx, str_of(field), MSG_field_required, STR(""));
	else if (!date_parse(s, ret))
		field_wrong(cx, str_of(field), MSG_field_bad_date, s);
}

static void read_days(
    struct ctx *cx, const struct new_delegation *nd, struct naming *n)
{
	struct date none = { 0 }, today = date_of_ms(cx->now);
	read_day(cx, "from", nd->from, today, &n->from);
	read_day(cx, "until", nd->until, none, &n->until);
	if (!date_is_set(n->until))
		return;
	if (date_cmp(n->from, today) < 0)
		field_wrong(cx, STR("from"), MSG_field_in_past, STR(""));
	if (date_cmp(n->until, n->from) < 0)
		field_wrong(cx, STR("until"), MSG_field_before_from, STR(""));
	else if (date_days(n->until) - date_days(n->from) >= MAX_DAYS)
		field_wrong(
		    cx, STR("until"), MSG_field_too_many_days, STR("366"));
}

static enum err read_who(
    struct ctx *cx, const struct new_delegation *nd, struct naming *n)
{
	bool exists = true;
	struct str giver = str_trim(nd->giver);
	if (giver.n == 0)
		giver = cx->actor->person.email;
	enum err e = find_person(cx, "person", giver, &n->giver);
	if (!e)
		e = find_person(cx, "to", str_trim(nd->to), &n->taker);
	if (!e && nd->office.n > 0)
		e = office_exists(cx, nd->office, &exists);
	if (!exists)
		field_wrong(
		    cx, STR("office"), MSG_field_bad_choice, nd->office);
	if (n->taker.id != 0 && n->taker.id == n->giver.id)
		field_wrong(cx, STR("to"), MSG_field_himself, STR(""));
	return e;
}

static enum err read_new(
    struct ctx *cx, const struct new_delegation *nd, struct naming *n)
{
	enum err e = read_who(cx, nd, n);
	if (e)
		return e;
	read_days(cx, nd, n);
	n->d.order_no =
	    line_checked(cx, "order_no", nd->order_no, MAX_ORDER, true);
	if (kind_find(nd->kind, kinds, COUNT(kinds)) < 0)
		field_wrong(cx, STR("kind"),
		    nd->kind.n ? MSG_field_bad_choice : MSG_field_required,
		    nd->kind);
	e = fields_end(cx);
	if (e)
		return e;
	n->d.id = random_id(cx->arena, ID_CHARS);
	n->d.giver = n->giver.email;
	n->d.giver_name = n->giver.name;
	n->d.taker = n->taker.email;
	n->d.taker_name = n->taker.name;
	n->d.office = nd->office;
	n->d.kind = nd->kind;
	n->d.starts = date_iso(cx->arena, n->from);
	n->d.until = date_iso(cx->arena, n->until);
	n->d.made = cx->now;
	n->d.made_by = str_lower(cx->arena, cx->actor->person.email);
	n->d.may_end = true;
	return OK;
}

static enum err overlaps(struct ctx *cx, const struct naming *n)
{
	struct row row;
	bool found;
	enum err e = sql_find(cx,
	    SQL("select d.until, p.name from delegation d"
		" join person p on p.id = d.taker where d.giver = $1"
		" and d.until >= $2 and d.starts <= $3 and d.ended = 0"
		" and (d.office = '' or $4 = '' or d.office = $4)"
		" order by d.starts, d.id limit 1"),
	    VALS(val_i64(n->giver.id), val_str(n->d.starts),
		val_str(n->d.until), val_str(n->d.office)),
	    &row, &found);
	if (e || !found)
		return e;
	return fail2(cx, ERR_CONFLICT, MSG_error_delegation_overlaps,
	    row_str(row, "name"), row_str(row, "until"));
}

struct str delegation_words(struct arena *a, enum lang lang, struct str taker,
    struct str kind, struct str giver)
{
	const struct str args[] = { taker,
		msg_code(a, lang, STR("acting."), kind), giver };
	return msg_fill(a, lang, MSG_delegation_words, args, COUNT(args));
}

struct str delegation_days(
    struct arena *a, enum lang lang, const struct delegation *d)
{
	struct date day;
	struct str args[] = { d->starts, d->until };
	for (size_t i = 0; i < COUNT(args); i++)
		if (date_parse_iso(args[i], &day))
			args[i] = date_long(a, lang, day);
	return msg_fill(a, lang, MSG_delegation_days, args, COUNT(args));
}

static enum err tell_one(struct ctx *cx, enum notice_kind kind,
    const struct delegation *d, const struct person *to)
{
	struct arena *a = cx->arena;
	enum lang lang = to->lang;
	bool begun = kind == NOTICE_delegated;
	const struct str args[] = { to->name,
		delegation_words(
		    a, lang, d->taker_name, d->kind, d->giver_name),
		delegation_days(a, lang, d), d->order_no };
	struct notice n = { .kind = kind,
		.recipient = to->email,
		.subject = msg_fill(a, lang,
		    begun ? MSG_mail_delegated_subject
			  : MSG_mail_undelegated_subject,
		    args, COUNT(args)),
		.body = msg_fill(a, lang,
		    begun ? MSG_mail_delegated_body : MSG_mail_undelegated_body,
		    args, COUNT(args)),
		.link = STR("/me") };
	return outbox_add(cx, &n, NULL);
}

static enum err tell_both(
    struct ctx *cx, enum notice_kind kind, const struct delegation *d)
{
	const struct str who[] = { d->taker, d->giver };
	enum err e = OK;
	for (size_t i = 0; i < COUNT(who) && !e; i++) {
		struct person p;
		e = person_by_email(cx, who[i], &p);
		if (!e && p.active)
			e = tell_one(cx, kind, d, &p);
	}
	return e;
}

static enum err insert(struct ctx *cx, const struct naming *n)
{
	const struct delegation *d = &n->d;
	return sql_exec(cx,
	    SQL("insert into delegation (id, giver, taker, office, kind,"
		" order_no, starts, until, made, made_by, ended, ended_by)"
		" values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, '')"),
	    VALS(val_str(d->id), val_i64(n->giver.id), val_i64(n->taker.id),
		val_str(d->office), val_str(d->kind), val_str(d->order_no),
		val_str(d->starts), val_str(d->until), val_i64(d->made),
		val_str(d->made_by)),
	    NULL);
}

/* One at a time, or two could name each another for the same day. */
static enum err lock_giver(struct ctx *cx, int64_t id)
{
	return sql_exec(cx, SQL("update person set id = id where id = $1"),
	    VALS(val_i64(id)), NULL);
}

enum err delegation_add(
    struct ctx *cx, const struct new_delegation *nd, struct delegation *ret)
{
	struct naming n = { 0 };
	enum err e = actor_may_write(cx);
	if (!e)
		e = read_new(cx, nd, &n);
	if (e)
		return e;
	if (!may_name(
		cx, n.giver.email, lends(&n.giver, n.d.office), n.d.office))
		return fail(cx, ERR_DENIED, MSG_error_not_to_delegate);
	if (!lends(&n.giver, n.d.office))
		return fail1(cx, ERR_DENIED, MSG_error_nothing_to_delegate,
		    n.giver.name);
	e = lock_giver(cx, n.giver.id);
	if (!e)
		e = overlaps(cx, &n);
	if (!e)
		e = insert(cx, &n);
	if (!e)
		e = tell_both(cx, NOTICE_delegated, &n.d);
	if (e)
		return e;
	*ret = n.d;
	return OK;
}

#define COLUMNS                                                          \
	"d.id, d.office, d.kind, d.order_no, d.starts, d.until, d.made," \
	" d.made_by, d.ended, g.email as giver, g.name as giver_name,"   \
	" t.email as taker, t.name as taker_name"

static struct delegation delegation_of(struct row r)
{
	return (struct delegation){ .id = row_str(r, "id"),
		.giver = row_str(r, "giver"),
		.giver_name = row_str(r, "giver_name"),
		.taker = row_str(r, "taker"),
		.taker_name = row_str(r, "taker_name"),
		.office = row_str(r, "office"),
		.kind = row_str(r, "kind"),
		.order_no = row_str(r, "order_no"),
		.starts = row_str(r, "starts"),
		.until = row_str(r, "until"),
		.made_by = row_str(r, "made_by"),
		.made = row_i64(r, "made"),
		.ended = row_i64(r, "ended") };
}

/* What the giver lends in that office, asked anew: he may have left it. */
static enum err may_end(struct ctx *cx, const struct delegation *d, bool *ret)
{
	struct person giver;
	enum err e = person_by_email(cx, d->giver, &giver);
	if (!e)
		*ret =
		    may_name(cx, d->giver, lends(&giver, d->office), d->office);
	return e;
}

static enum err no_such(struct ctx *cx)
{
	return fail(cx, ERR_NOT_FOUND, MSG_error_delegation_unknown);
}

/* One that holds or will, and that the actor may take back. */
static enum err get(struct ctx *cx, struct str id, struct delegation *ret)
{
	struct row row;
	bool found, may = false;
	enum err e = sql_find(cx,
	    SQL("select " COLUMNS " from delegation d"
		" join person g on g.id = d.giver"
		" join person t on t.id = d.taker"
		" where d.id = $1 and d.ended = 0 and d.until >= $2"),
	    VALS(
		val_str(id), val_str(date_iso(cx->arena, date_of_ms(cx->now)))),
	    &row, &found);
	if (e)
		return e;
	if (!found)
		return no_such(cx);
	*ret = delegation_of(row);
	e = may_end(cx, ret, &may);
	if (e)
		return e;
	return may ? OK : no_such(cx);
}

enum err delegation_end(struct ctx *cx, struct str id)
{
	struct delegation d;
	enum err e = actor_may_write(cx);
	if (!e)
		e = get(cx, id, &d);
	if (!e)
		e = sql_exec(cx,
		    SQL("update delegation set ended = $1, ended_by = $2"
			" where id = $3 and ended = 0"),
		    VALS(val_i64(cx->now),
			val_str(str_lower(cx->arena, cx->actor->person.email)),
			val_str(id)),
		    NULL);
	return e ? e : tell_both(cx, NOTICE_undelegated, &d);
}

enum err delegation_list(
    struct ctx *cx, const struct delegation **ret, size_t *ret_n)
{
	struct rows rows;
	const struct person *me = &cx->actor->person;
	enum err e = sql_all(cx,
	    SQL("select " COLUMNS " from delegation d"
		" join person g on g.id = d.giver"
		" join person t on t.id = d.taker"
		" where d.until >= $1 and d.ended = 0"
		" order by d.starts, g.order_key, d.id"),
	    VALS(val_str(date_iso(cx->arena, date_of_ms(cx->now)))), &rows);
	if (e)
		return e;
	struct delegation *v =
	    ARENA_ARRAY(cx->arena, struct delegation, rows.n);
	size_t n = 0;
	for (size_t i = 0; i < rows.n; i++) {
		struct delegation d = delegation_of(rows.row[i]);
		e = may_end(cx, &d, &d.may_end);
		if (e)
			return e;
		if (d.may_end || str_eq_nocase(d.taker, me->email))
			v[n++] = d;
	}
	*ret = v;
	*ret_n = n;
	return OK;
}
