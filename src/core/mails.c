#include "core/mails.h"

#include <stdlib.h>

#include "base/str.h"
#include "base/thai.h"
#include "core/case_file.h"
#include "core/line.h"
#include "core/people.h"
#include "sql/sql.h"

enum { MAX_ANSWER = 300, MAX_CLAIM = 100, FIRST_WAIT_MS = 10 * 1000 };
#define LONGEST_WAIT_MS INT64_C(43200000)

const char *const envelope_state_names[ENVELOPE_STATES] = {
	[ENVELOPE_WAITING] = "waiting",
	[ENVELOPE_SENT] = "sent",
	[ENVELOPE_FAILED] = "failed",
};

#define ENVELOPE_COLUMNS \
	"notice, email, state, attempts, unsure, answer, first, until, at"

int64_t envelope_wait_ms(int64_t attempts)
{
	int64_t wait = FIRST_WAIT_MS;
	for (int64_t i = 1; i < attempts && wait < LONGEST_WAIT_MS; i++)
		wait *= 2;
	return wait < LONGEST_WAIT_MS ? wait : LONGEST_WAIT_MS;
}

static enum err add_envelope(
    struct ctx *cx, int64_t notice, struct str email, struct str failed)
{
	enum envelope_state state =
	    failed.n ? ENVELOPE_FAILED : ENVELOPE_WAITING;
	return sql_exec(cx,
	    SQL("insert into envelope (notice, email, state, attempts, unsure,"
		" flying, answer, owner, until, at)"
		" values ($1, $2, $3, 0, 0, 0, $4, '', 0, $5)"
		" on conflict do nothing"),
	    VALS(val_i64(notice), val_str(email),
		val_str(str_of(envelope_state_names[state])), val_str(failed),
		val_i64(failed.n ? cx->now : 0)),
	    NULL);
}

static enum err add_mail(struct ctx *cx, const struct mail *m,
    const struct str *emails, size_t n_emails, struct str failed)
{
	enum err e = sql_exec(cx,
	    SQL("insert into mail (notice, request, message_id, sha256, bytes,"
		" at) values ($1, $2, $3, $4, $5, $6)"),
	    VALS(val_i64(m->notice), val_str(m->request),
		val_str(m->message_id), val_str(m->sha256), val_i64(m->bytes),
		val_i64(cx->now)),
	    NULL);
	for (size_t i = 0; i < n_emails && !e; i++)
		e = add_envelope(cx, m->notice, emails[i], failed);
	return e;
}

enum err mail_add(struct ctx *cx, const struct mail *m,
    const struct str *emails, size_t n_emails)
{
	return add_mail(cx, m, emails, n_emails, STR(""));
}

enum err mail_add_failed(struct ctx *cx, const struct mail *m,
    const struct str *emails, size_t n_emails, struct str why)
{
	REQUIRE(why.n > 0);
	return add_mail(cx, m, emails, n_emails, why);
}

enum err envelopes_due(struct ctx *cx, bool *ret)
{
	struct row row;
	return sql_find(cx,
	    SQL("select notice from envelope where state = 'waiting'"
		" and until <= $1 order by until, notice limit 1"),
	    VALS(val_i64(cx->now)), &row, ret);
}

static enum err envelope_of(
    struct ctx *cx, struct row row, struct envelope *ret)
{
	size_t state =
	    row_enum(row, "state", envelope_state_names, ENVELOPE_STATES);
	if (state == ENVELOPE_STATES)
		return fail_detail(cx, ERR_BROKEN, "envelope: unknown state");
	*ret = (struct envelope){
		.notice = row_i64(row, "notice"),
		.email = row_str(row, "email"),
		.state = (enum envelope_state)state,
		.attempts = row_i64(row, "attempts"),
		.unsure = row_i64(row, "unsure"),
		.answer = row_str(row, "answer"),
		.first = row_i64(row, "first"),
		.until = row_i64(row, "until"),
		.at = row_i64(row, "at"),
	};
	return OK;
}

static enum err envelopes_of(
    struct ctx *cx, const struct rows *rows, struct envelope **ret)
{
	struct envelope *v =
	    ARENA_ARRAY(cx->arena, struct envelope, rows->n + 1);
	for (size_t i = 0; i < rows->n; i++) {
		enum err e = envelope_of(cx, rows->row[i], &v[i]);
		if (e)
			return e;
	}
	*ret = v;
	return OK;
}

static int by_notice(const void *a, const void *b)
{
	const struct envelope *x = a, *y = b;
	int first = (x->notice > y->notice) - (x->notice < y->notice);
	return first ? first : str_cmp(x->email, y->email);
}

/* The outer condition stands twice, as in outbox_claim(). One that was flying
 * when its lease ended had an end that nobody saw. */
enum err envelopes_claim(struct ctx *cx, struct str owner, int64_t lease_ms,
    int64_t max, const struct envelope **ret, size_t *ret_n)
{
	struct rows rows;
	struct envelope *v = NULL;
	REQUIRE(max > 0 && max <= MAX_CLAIM && lease_ms > 0);
	enum err e = sql_all(cx,
	    SQL("update envelope set owner = $1, until = $2,"
		" unsure = unsure + flying, flying = 0"
		" where state = 'waiting' and until <= $3"
		" and (notice, email) in"
		" (select notice, email from envelope where state = 'waiting'"
		"  and until <= $3 order by until, notice, email limit $4)"
		" returning " ENVELOPE_COLUMNS),
	    VALS(val_str(owner), val_i64(cx->now + lease_ms), val_i64(cx->now),
		val_i64(max)),
	    &rows);
	if (!e)
		e = envelopes_of(cx, &rows, &v);
	if (e)
		return e;
	qsort(v, rows.n, sizeof *v, by_notice);
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

static enum err only_if_held(
    struct ctx *cx, const struct envelope *n, int64_t changed)
{
	if (changed == 1)
		return OK;
	return fail_detail(cx, ERR_CONFLICT,
	    "envelope: the lease of %lld was lost", (long long)n->notice);
}

enum err envelope_start(struct ctx *cx, const struct envelope *n,
    struct str owner, int64_t lease_ms)
{
	int64_t changed = 0;
	enum err e = sql_exec(cx,
	    SQL("update envelope set flying = 1, attempts = attempts + 1,"
		" first = case when first = 0 then $1 else first end,"
		" until = $2 where notice = $3 and email = $4 and owner = $5"
		" and state = 'waiting' and until > $1"),
	    VALS(val_i64(cx->now), val_i64(cx->now + lease_ms),
		val_i64(n->notice), val_str(n->email), val_str(owner)),
	    &changed);
	return e ? e : only_if_held(cx, n, changed);
}

static struct val answer_of(struct ctx *cx, struct str answer)
{
	/* A server may say anything. */
	if (!str_utf8(answer))
		answer = STR("?");
	return val_str(line_head(thai_normal(cx->arena, answer), MAX_ANSWER));
}

static enum err end(struct ctx *cx, const struct envelope *n, struct str owner,
    struct str answer, enum envelope_state state)
{
	int64_t changed = 0;
	enum err e = sql_exec(cx,
	    SQL("update envelope set flying = 0, state = $1, answer = $2,"
		" at = $3, owner = '' where notice = $4 and email = $5"
		" and owner = $6 and state = 'waiting'"),
	    VALS(val_str(str_of(envelope_state_names[state])),
		answer_of(cx, answer), val_i64(cx->now), val_i64(n->notice),
		val_str(n->email), val_str(owner)),
	    &changed);
	return e ? e : only_if_held(cx, n, changed);
}

enum err envelope_sent(struct ctx *cx, const struct envelope *n,
    struct str owner, struct str answer)
{
	return end(cx, n, owner, answer, ENVELOPE_SENT);
}

enum err envelope_failed(struct ctx *cx, const struct envelope *n,
    struct str owner, struct str answer)
{
	return end(cx, n, owner, answer, ENVELOPE_FAILED);
}

enum err envelope_later(struct ctx *cx, const struct envelope *n,
    struct str owner, struct str answer, int64_t until, bool unsure)
{
	int64_t changed = 0;
	enum err e = sql_exec(cx,
	    SQL("update envelope set flying = 0, unsure = unsure + $1,"
		" answer = $2, until = $3, owner = ''"
		" where notice = $4 and email = $5 and owner = $6"
		" and state = 'waiting'"),
	    VALS(val_i64(unsure), answer_of(cx, answer), val_i64(until),
		val_i64(n->notice), val_str(n->email), val_str(owner)),
	    &changed);
	return e ? e : only_if_held(cx, n, changed);
}

enum err envelopes_release(struct ctx *cx, struct str owner)
{
	/* At the end of a courier only; the waiting ones are few. */
	return sql_exec(cx,
	    SQL("update envelope set owner = '', until = 0"
		" where state = 'waiting' and owner = $1 and flying = 0"),
	    VALS(val_str(owner)), NULL);
}

enum err mail_is_open(struct ctx *cx, int64_t notice, bool *ret)
{
	struct row row;
	return sql_find(cx,
	    SQL("select email from envelope where notice = $1"
		" and state = 'waiting' limit 1"),
	    VALS(val_i64(notice)), &row, ret);
}

static bool is_reader(const struct case_file *f, const struct person *p)
{
	return person_in_office(p, f->office) ||
	       person_holds(p, ROLE_auditor, STR(""), STR("")) ||
	       person_holds(p, ROLE_dpo, STR(""), STR(""));
}

static bool went_to(const struct mail *m, struct str email)
{
	for (size_t i = 0; i < m->n_envelopes; i++)
		if (str_eq_nocase(m->envelopes[i].email, email))
			return true;
	return false;
}

static struct mail mail_of(struct row row)
{
	return (struct mail){
		.notice = row_i64(row, "notice"),
		.request = row_str(row, "request"),
		.message_id = row_str(row, "message_id"),
		.sha256 = row_str(row, "sha256"),
		.bytes = row_i64(row, "bytes"),
		.at = row_i64(row, "at"),
		.kind = row_str(row, "kind"),
		.recipient = row_str(row, "recipient"),
		.cc = row_str(row, "cc"),
		.subject = row_str(row, "subject"),
	};
}

/* Of all these mails, newest first as they are, in one question. */
static enum err read_envelopes(
    struct ctx *cx, struct str request, struct mail *m, size_t n)
{
	struct rows rows;
	struct envelope *v = NULL;
	size_t k = 0;
	enum err e = sql_all(cx,
	    SQL("select " ENVELOPE_COLUMNS " from envelope where notice in"
		" (select notice from mail where request = $1)"
		" order by notice desc, email"),
	    VALS(val_str(request)), &rows);
	if (!e)
		e = envelopes_of(cx, &rows, &v);
	for (size_t i = 0; i < n && !e; i++) {
		m[i].envelopes = v + k;
		while (k < rows.n && v[k].notice == m[i].notice)
			k++;
		m[i].n_envelopes = (size_t)(v + k - m[i].envelopes);
	}
	return e;
}

enum err mail_list(struct ctx *cx, const struct case_file *f,
    const struct person *p, const struct mail **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select m.notice, m.request, m.message_id, m.sha256, m.bytes,"
		" m.at, o.kind, o.recipient, o.cc, o.subject from mail m"
		" join outbox o on o.id = m.notice where m.request = $1"
		" order by m.notice desc limit 200"),
	    VALS(val_str(f->no)), &rows);
	if (e)
		return e;
	struct mail *v = ARENA_ARRAY(cx->arena, struct mail, rows.n + 1);
	bool all = is_reader(f, p);
	size_t n = 0;
	for (size_t i = 0; i < rows.n; i++)
		v[i] = mail_of(rows.row[i]);
	e = read_envelopes(cx, f->no, v, rows.n);
	for (size_t i = 0; i < rows.n && !e; i++) {
		/* What a clerk proposed is its unit's own. */
		bool reads = all && !str_eq(v[i].kind, STR("proposed"));
		if (reads || went_to(&v[i], p->email))
			v[n++] = v[i];
	}
	*ret = v;
	*ret_n = n;
	return e;
}

enum err mail_get(struct ctx *cx, const struct case_file *f,
    const struct person *p, int64_t notice, struct mail *ret)
{
	const struct mail *v;
	size_t n;
	enum err e = mail_list(cx, f, p, &v, &n);
	for (size_t i = 0; i < n && !e; i++) {
		if (v[i].notice != notice)
			continue;
		*ret = v[i];
		return OK;
	}
	return e ? e : fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
}
