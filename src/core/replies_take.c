/* What becomes of a mail that came. */
#include "base/crypt.h"
#include "base/str.h"
#include "base/thai.h"
#include "core/attachment.h"
#include "core/bounces.h"
#include "core/cases.h"
#include "core/line.h"
#include "core/outbox.h"
#include "core/policy.h"
#include "core/replies.h"
#include "core/reply_address.h"
#include "core/setting.h"
#include "sql/sql.h"

enum { MAX_LINE = 900, MAX_NAME = 300 };
#define DAY_MS INT64_C(86400000)

struct taking {
	struct ctx *cx;
	const struct incoming *m;
	struct str address;
	struct reply r;
	struct case_file f; /* when r.request is set */
	struct facts facts;
	bool forged;
	int64_t notice; /* that it answers; 0: none */
};

/* The same mail by another number: a mailbox may be built anew. What it says is
 * part of it, so that nobody keeps another's mail out by its id. */
static struct str fingerprint(struct arena *a, const struct incoming *m)
{
	struct str text =
	    str_fmt(a, "%.*s\n%.*s\n%.*s\n%.*s", STR_ARG(m->message_id),
		STR_ARG(m->sender), STR_ARG(m->subject), STR_ARG(m->body));
	if (m->message_id.n == 0)
		text = m->sha256.n
		           ? m->sha256
		           : str_fmt(a, "%.*s %lld %lld", STR_ARG(m->mailbox),
				 (long long)m->uidvalidity, (long long)m->uid);
	return sha256_hex(a, sha256_of(text));
}

static enum err is_known(struct ctx *cx, struct str print, bool *ret)
{
	struct row row = { 0 };
	return sql_find(cx, SQL("select id from reply where fingerprint = $1"),
	    VALS(val_str(print)), &row, ret);
}

static enum err find_tag(struct taking *t)
{
	struct str key;
	enum err e = reply_key_find(t->cx, &key);
	for (size_t i = 0; i < t->m->n_to && !e; i++) {
		int64_t notice = 0;
		enum reply_tag tag = reply_address_read(
		    t->cx->arena, key, t->address, t->m->to[i], &notice);
		t->forged |= tag == REPLY_TAG_BAD;
		if (tag == REPLY_TAG_GOOD && t->notice == 0)
			t->notice = notice;
	}
	return e;
}

/* An id of ours can be known to others than its readers: it counts for those
 * whom that mail went to. */
static enum err find_answered(struct taking *t)
{
	struct row row = { 0 };
	bool found = false;
	enum err e = OK;
	for (size_t i = 0; i < t->m->n_answers && !e && !found; i++)
		e = sql_find(t->cx,
		    SQL("select m.notice from mail m"
			" join envelope v on v.notice = m.notice"
			" where m.message_id = $1"
			" and (v.email = $2 or cast($3 as bigint) = 1)"
			" limit 1"),
		    VALS(val_str(t->m->answers[i]), val_str(t->m->sender),
			val_i64(t->m->kind == REPLY_BOUNCE)),
		    &row, &found);
	if (!e && found)
		t->notice = row_i64(row, "notice");
	return e;
}

static enum err find_request(struct taking *t)
{
	struct row row = { 0 };
	bool found = false;
	if (t->notice == 0)
		return OK;
	enum err e =
	    sql_find(t->cx, SQL("select request from mail where notice = $1"),
		VALS(val_i64(t->notice)), &row, &found);
	if (e || !found || row_str(row, "request").n == 0)
		return e;
	t->r.request = row_str(row, "request");
	e = cases_load(t->cx, t->r.request, &t->f);
	if (!e)
		e = cases_facts(t->cx, &t->f, &t->facts);
	t->r.office = t->f.office;
	return e;
}

static enum err find_notice(struct taking *t)
{
	enum err e = find_tag(t);
	if (!e && t->notice == 0)
		e = find_answered(t);
	return e;
}

enum err reply_is_sealed(
    struct ctx *cx, struct str address, const struct incoming *m, bool *ret)
{
	struct taking t = { .cx = cx, .m = m, .address = address };
	struct row row = { 0 };
	bool found = false;
	enum err e = find_notice(&t);
	if (!e && t.notice != 0)
		e = sql_find(cx, SQL("select kind from outbox where id = $1"),
		    VALS(val_i64(t.notice)), &row, &found);
	*ret = m->sealed ||
	       (!e && found && str_eq(row_str(row, "kind"), STR("acceptance")));
	return e;
}

static bool has_worked(const struct case_file *f, struct str email)
{
	for (size_t i = 0; i < f->acts.n; i++)
		if (str_eq_nocase(f->acts.v[i].by, email) ||
		    str_eq_nocase(f->acts.v[i].acting_for, email))
			return true;
	for (size_t i = 0; i < f->officers.n; i++)
		if (str_eq_nocase(f->officers.v[i], email))
			return true;
	for (size_t i = 0; i < f->consultations.n; i++)
		if (str_eq_nocase(f->consultations.v[i].to, email))
			return true;
	for (size_t i = 0; i < f->handovers.n; i++)
		if (str_eq_nocase(f->handovers.v[i].to, email))
			return true;
	return false;
}

static enum err holds_now(const struct taking *t, bool *ret)
{
	size_t cursor = 0;
	const struct run *r;
	enum err e = OK;
	while (!e && !*ret && (r = case_open_run(&t->f, &cursor)) != NULL) {
		const struct person *v;
		size_t n;
		e = policy_holders(t->cx, &t->facts, &t->f, r, &v, &n);
		*ret = !e && facts_person(v, n, t->m->sender) != NULL;
	}
	return e;
}

/* Somebody of the request's own side may have no account here; whoever had one
 * and has left takes part in nothing. */
static enum err takes_part(const struct taking *t, bool *ret)
{
	struct person p;
	struct fault before = t->cx->fault;
	bool own = case_is_own(&t->f, t->m->sender);
	*ret = false;
	if (t->m->sender.n == 0)
		return OK;
	enum err e = person_by_email(t->cx, t->m->sender, &p);
	if (e == ERR_NOT_FOUND) {
		t->cx->fault = before;
		*ret = own;
		return OK;
	}
	if (e || !p.active)
		return e;
	*ret = own || str_eq_nocase(t->f.entered_by, t->m->sender) ||
	       has_worked(&t->f, t->m->sender);
	return *ret ? OK : holds_now(t, ret);
}

static enum err too_many(const struct taking *t, bool *ret)
{
	struct row row = { 0 };
	enum err e = sql_one(t->cx,
	    SQL("select count(*) as n from reply where request = $1"
		" and sender = $2 and at > $3"),
	    VALS(val_str(t->r.request), val_str(t->m->sender),
		val_i64(t->cx->now - DAY_MS)),
	    &row);
	*ret = !e && row_i64(row, "n") >= REPLY_MAX_A_DAY;
	return e;
}

static enum err judge(struct taking *t)
{
	bool part = false, many = false;
	enum err e = OK;
	t->r.why = t->m->trouble;
	if (t->r.why != REPLY_CLEAR)
		return OK;
	if (t->r.request.n == 0) {
		t->r.why = t->forged ? REPLY_WHY_FORGED : REPLY_WHY_NONE;
		return OK;
	}
	e = takes_part(t, &part);
	if (!e)
		e = too_many(t, &many);
	if (!part)
		t->r.why = REPLY_WHY_SENDER;
	else if (many)
		t->r.why = REPLY_WHY_MANY;
	else if (t->f.state == STATE_closed)
		t->r.why = REPLY_WHY_CLOSED;
	return e;
}

static enum err take_bounce(struct taking *t)
{
	bool any = false;
	enum err e = OK;
	if (t->notice != 0)
		e = bounces_take(t->cx, t->notice, t->m, &any);
	/* What says only that it is late, or has arrived, needs nobody. */
	bool ours = any || (t->notice != 0 && t->m->n_failures == 0);
	t->r.state = ours ? REPLY_BOUNCED : REPLY_HELD;
	t->r.why = ours ? REPLY_CLEAR : REPLY_WHY_BOUNCE;
	return e;
}

static json_t *files_json(struct arena *a, const struct incoming *m)
{
	json_t *list = json_new_array(a);
	for (size_t i = 0; i < m->n_files; i++) {
		const struct reply_file *f = &m->files[i];
		json_t *o = json_new_object(a);
		json_put_text(o, "name", f->name);
		json_put_text(o, "type", f->type);
		json_put_int(o, "bytes", f->bytes);
		json_put_text(o, "sha256", f->sha256);
		json_put_text(o, "left_out", f->left_out);
		json_add(list, o);
	}
	return list;
}

static enum err add_row(struct taking *t, struct str print)
{
	const struct reply *r = &t->r;
	const struct incoming *m = t->m;
	return sql_exec(t->cx,
	    SQL("insert into reply (id, mailbox, uidvalidity, uid,"
		" fingerprint, message_id, state, why, kind, request, office,"
		" sender, sender_name, subject, body, files, sha256, bytes,"
		" sealed, at, acted_by, acted, reason) values ($1, $2, $3, $4,"
		" $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,"
		" $18, $19, $20, '', 0, '')"),
	    VALS(val_i64(r->id), val_str(m->mailbox), val_i64(m->uidvalidity),
		val_i64(m->uid), val_str(print), val_str(r->message_id),
		val_str(str_of(reply_states[r->state])),
		val_str(str_of(reply_whys[r->why])),
		val_str(str_of(reply_kinds[r->kind])), val_str(r->request),
		val_str(r->office), val_str(r->sender), val_str(r->sender_name),
		val_str(r->subject), val_str(r->body),
		val_str(json_compact(t->cx->arena, r->files)),
		val_str(r->sha256), val_i64(r->bytes), val_i64(r->sealed),
		val_i64(r->at)),
	    NULL);
}

/* The first of a day that still waits, so that a flood is one notice. */
static enum err is_first(const struct taking *t, bool *ret)
{
	struct row row;
	enum err e = sql_one(t->cx,
	    SQL("select count(*) as n from reply where state = $1"
		" and office = $2 and at > $3"),
	    VALS(val_str(str_of(reply_states[REPLY_HELD])),
		val_str(t->r.office), val_i64(t->cx->now - DAY_MS)),
	    &row);
	*ret = !e && row_i64(row, "n") == 1;
	return e;
}

/* Neither the sender's words nor his name: whoever may see them opens the
 * page. */
static enum err tell_one(const struct taking *t, const struct person *to)
{
	struct arena *a = t->cx->arena;
	struct str args[] = { to->name };
	struct notice n = { .kind = NOTICE_unsorted,
		.recipient = to->email,
		.subject = msg_text(to->lang, MSG_replies_unsorted_subject),
		.body = msg_fill(
		    a, to->lang, MSG_replies_unsorted_body, args, COUNT(args)),
		.link = STR("/replies") };
	return outbox_add(t->cx, &n, NULL);
}

/* The records office of its request; of what belongs to none, each. */
static enum err tell_records(const struct taking *t)
{
	const struct person *v = NULL;
	size_t n = 0;
	bool first = false;
	enum err e = is_first(t, &first);
	if (!e && first)
		e = person_list_role(
		    t->cx, ROLE_records, t->r.office, STR(""), &v, &n);
	for (size_t i = 0; i < n && !e; i++)
		e = tell_one(t, &v[i]);
	return e;
}

static void begin(struct taking *t)
{
	struct arena *a = t->cx->arena;
	const struct incoming *m = t->m;
	t->r = (struct reply){ .kind = m->kind,
		.message_id = line_head(m->message_id, MAX_LINE),
		.sender = m->sender,
		.sender_name =
		    line_head(thai_normal(a, m->sender_name), MAX_NAME),
		.subject = line_head(thai_normal(a, m->subject), MAX_LINE),
		.body = line_head(
		    thai_normal_lines(a, m->body), REPLY_MAX_BODY_BYTES),
		.files = files_json(a, m),
		.sha256 = m->sha256,
		.bytes = m->bytes,
		.sealed = m->sealed,
		.at = t->cx->now };
}

static enum err decide_state(struct taking *t)
{
	if (t->m->kind == REPLY_BOUNCE)
		return take_bounce(t);
	enum err e = judge(t);
	t->r.state = t->m->kind == REPLY_AUTOMATIC ? REPLY_QUIET : REPLY_JOINED;
	if (t->r.why != REPLY_CLEAR)
		t->r.state = REPLY_HELD;
	return e;
}

enum err reply_take(struct ctx *cx, struct str address,
    const struct incoming *m, bool *ret_known)
{
	struct taking t = { .cx = cx, .m = m, .address = address };
	struct str print = fingerprint(cx->arena, m);
	enum err e = chain_lock(cx);
	if (!e)
		e = is_known(cx, print, ret_known);
	if (e || *ret_known)
		return e;
	begin(&t);
	e = find_notice(&t);
	if (!e)
		e = find_request(&t);
	if (!e)
		e = decide_state(&t);
	if (!e)
		e = counter_next(cx, STR("reply"), &t.r.id);
	if (!e)
		e = add_row(&t, print);
	if (!e && t.r.state == REPLY_HELD)
		e = tell_records(&t);
	bool joins = t.r.state == REPLY_JOINED || t.r.state == REPLY_QUIET;
	return e || !joins ? e : reply_message(cx, &t.facts, &t.f, &t.r, false);
}
