#include "core/disposal_tell.h"

#include "base/str.h"
#include "core/facts.h"
#include "core/outbox.h"

struct told {
	struct ctx *cx;
	const struct disposal_round *r;
	enum msg what; /* the body's one sentence */
};

static enum err tell(const struct told *t, const struct person *to)
{
	struct arena *a = t->cx->arena;
	const struct str round[] = { t->r->office,
		str_fmt(a, "%lld", (long long)t->r->year),
		str_fmt(a, "%lld", (long long)t->r->nth) };
	struct str name =
	    msg_fill(a, to->lang, MSG_rounds_page, round, COUNT(round));
	const struct str count[] = { str_fmt(a, "%zu", t->r->n_lines) };
	const struct str args[] = { to->name, name,
		msg_fill(a, to->lang, t->what, count, COUNT(count)) };
	const struct notice n = { .kind = NOTICE_round,
		.recipient = to->email,
		.subject = name,
		.body = msg_fill(
		    a, to->lang, MSG_rounds_mail_body, args, COUNT(args)),
		.link =
		    str_fmt(a, "/disposal-rounds/%.*s", STR_ARG(t->r->id)) };
	return outbox_add(t->cx, &n, NULL);
}

/* One who is no more in the list of persons has nothing to do any more. */
static enum err tell_member(const struct told *t, const struct round_member *m)
{
	struct person p;
	enum err e = person_by_email(t->cx, m->email, &p);
	if (e == ERR_NOT_FOUND)
		return OK;
	return e || !p.active ? e : tell(t, &p);
}

static enum err tell_members(
    const struct told *t, const struct disposal_round *before, bool only_new)
{
	enum err e = OK;
	for (size_t i = 0; i < t->r->members.n && !e; i++) {
		const struct round_member *m = &t->r->members.v[i];
		if (!only_new || round_member(before, m->email) == NULL)
			e = tell_member(t, m);
	}
	return e;
}

static enum err tell_role(const struct told *t, enum role role)
{
	const struct person *v = NULL;
	const struct stand_in *s = NULL;
	size_t n = 0, n_s = 0;
	enum err e =
	    person_list_role(t->cx, role, t->r->office, STR(""), &v, &n);
	if (!e)
		e = delegation_stand_ins(t->cx, t->r->office, &s, &n_s);
	if (!e)
		v = facts_with_stand_ins(t->cx->arena, v, &n, s, n_s);
	for (size_t i = 0; i < n && !e; i++)
		e = tell(t, &v[i]);
	return e;
}

/* Whom the office's part of a state concerns. */
static const struct {
	bool told;
	enum role role;
	enum msg what;
} offices[DISPOSAL_STATES] = {
	[DISPOSAL_reported] = { true, ROLE_director, MSG_rounds_mail_reported },
	[DISPOSAL_approved] = { true, ROLE_records, MSG_rounds_mail_approved },
	[DISPOSAL_done] = { true, ROLE_records, MSG_rounds_mail_done },
};

enum err round_tell(struct ctx *cx, const struct disposal_round *before,
    const struct disposal_round *after)
{
	bool new_state = after->state != before->state;
	struct told t = { .cx = cx, .r = after, .what = MSG_rounds_mail_named };
	if (new_state && offices[after->state].told) {
		t.what = offices[after->state].what;
		return tell_role(&t, offices[after->state].role);
	}
	if (after->state != DISPOSAL_considering)
		return OK;
	if (new_state && before->state == DISPOSAL_reported)
		t.what = MSG_rounds_mail_returned;
	else if (round_missing(after, STR("")) == 0 &&
		 round_missing(before, STR("")) > 0) {
		t.what = MSG_rounds_mail_complete;
		return tell_member(&t, &after->members.v[0]);
	}
	return tell_members(&t, before, !new_state);
}
