#include "core/bounces.h"

#include "base/str.h"
#include "base/thai.h"
#include "core/cases.h"
#include "core/line.h"
#include "core/outbox.h"
#include "core/policy.h"
#include "sql/sql.h"

enum { MAX_ANSWER = 300 };

/* *ret_ours: the mail went to that address. *ret_news: this is the first that is
 * heard of it, and no other mail of the request has come back from there. */
static enum err mark(struct ctx *cx, int64_t notice, struct str request,
    const struct reply_failure *f, bool *ret_ours, bool *ret_news)
{
	struct row row = { 0 };
	bool before = false;
	int64_t changed = 0;
	enum err e = sql_find(cx,
	    SQL("select state from envelope where notice = $1 and email = $2"),
	    VALS(val_i64(notice), val_str(f->email)), &row, ret_ours);
	if (!e)
		e = sql_find(cx,
		    SQL("select v.notice from mail m join envelope v"
			" on v.notice = m.notice where m.request = $1"
			" and v.email = $2 and v.bounced > 0 limit 1"),
		    VALS(val_str(request), val_str(f->email)), &row, &before);
	if (!e)
		e = sql_exec(cx,
		    SQL("update envelope set state = 'failed', answer = $1,"
			" bounced = $2, at = $2, owner = ''"
			" where notice = $3 and email = $4 and bounced = 0"),
		    VALS(val_str(line_head(f->answer, MAX_ANSWER)),
			val_i64(cx->now), val_i64(notice), val_str(f->email)),
		    &changed);
	*ret_news = changed == 1 && !before;
	return e;
}

static enum err tell_one(struct ctx *cx, const struct case_file *f,
    const struct person *to, const struct reply_failure *failed)
{
	if (str_eq_nocase(to->email, failed->email))
		return OK;
	struct str args[] = { f->no, failed->email, failed->answer, to->name };
	struct notice n = { .kind = NOTICE_bounced,
		.request = f->no,
		.recipient = to->email,
		.subject = msg_fill(cx->arena, to->lang,
		    MSG_replies_bounced_subject, args, COUNT(args)),
		.body = msg_fill(cx->arena, to->lang, MSG_replies_bounced_body,
		    args, COUNT(args)),
		.link = str_fmt(cx->arena, "/requests/%.*s", STR_ARG(f->no)) };
	return outbox_add(cx, &n, NULL);
}

static enum err tell_officers(struct ctx *cx, const struct case_file *f,
    const struct reply_failure *failed)
{
	enum err e = OK;
	for (size_t i = 0; i < f->officers.n && !e; i++) {
		struct person p;
		struct fault before = cx->fault;
		e = person_by_email(cx, f->officers.v[i], &p);
		if (!e && p.active)
			e = tell_one(cx, f, &p, failed);
		if (e == ERR_NOT_FOUND) {
			cx->fault = before;
			e = OK;
		}
	}
	return e;
}

/* Who holds it now; while the requester does, or nobody, those who did the
 * work. */
static enum err tell_holders(struct ctx *cx, const struct case_file *f,
    const struct reply_failure *failed)
{
	struct facts facts;
	size_t cursor = 0;
	const struct run *r;
	if (f->state == STATE_acceptance || f->state == STATE_closed)
		return tell_officers(cx, f, failed);
	enum err e = cases_facts(cx, f, &facts);
	while (!e && (r = case_open_run(f, &cursor)) != NULL) {
		const struct person *v;
		size_t n;
		e = policy_holders(cx, &facts, f, r, &v, &n);
		for (size_t i = 0; i < n && !e; i++)
			e = tell_one(cx, f, &v[i], failed);
	}
	return e;
}

static enum err take_one(struct ctx *cx, int64_t notice, struct str request,
    const struct reply_failure *failed, bool *ret_any)
{
	struct case_file f;
	bool ours = false, news = false;
	enum err e = mark(cx, notice, request, failed, &ours, &news);
	*ret_any |= ours;
	if (e || !news || request.n == 0)
		return e;
	e = cases_load(cx, request, &f);
	return e ? e : tell_holders(cx, &f, failed);
}

enum err bounces_take(
    struct ctx *cx, int64_t notice, const struct incoming *m, bool *ret_any)
{
	struct row row = { 0 };
	bool found = false;
	enum err e =
	    sql_find(cx, SQL("select request from mail where notice = $1"),
		VALS(val_i64(notice)), &row, &found);
	for (size_t i = 0; i < m->n_failures && found && !e; i++) {
		struct reply_failure f = m->failures[i];
		f.answer = thai_normal(cx->arena, f.answer);
		e = take_one(cx, notice, row_str(row, "request"), &f, ret_any);
	}
	return e;
}
