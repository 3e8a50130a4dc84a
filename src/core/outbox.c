#include "core/outbox.h"

#include <stdlib.h>

#include "base/str.h"
#include "base/thai.h"
#include "core/line.h"
#include "core/notice_choice.h"
#include "core/people.h"
#include "core/setting.h"
#include "sql/sql.h"

enum {
	MAX_SUBJECT_BYTES = 900,
	MAX_BODY_BYTES = 64 << 10,
	MAX_CC = 20,
	MAX_CLAIM = 100,
	MAX_LIST = 200
};

const char *const notice_names[NOTICES] = {
#define NOTICE(name) [NOTICE_##name] = #name,
#include "core/outbox.def"
#undef NOTICE
};

#define NOTICE_COLUMNS                                                           \
	"id, kind, request, recipient, cc, subject, body, link, files, created," \
	" done, tried, attempts"

static enum err bad_email(struct ctx *cx, struct str email)
{
	return fail_detail(
	    cx, ERR_INVALID, "outbox: not an e-mail: %zu bytes", email.n);
}

static enum err check_cc(struct ctx *cx, struct str list, struct str *ret)
{
	struct str cc = STR(""), one, email;

	for (int n = 0; list.n; n++) {
		str_cut(list, ',', &one, &list);
		if (n == MAX_CC || !email_normal(cx->arena, one, &email))
			return bad_email(cx, one);
		if (cc.n)
			cc = str_cat(cx->arena, cc, STR(", "));
		cc = str_cat(cx->arena, cc, email);
	}
	*ret = cc;
	return OK;
}

/* A header of a mail is one line, whatever the title of the case has in it. */
static struct str subject_of(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n);

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		p[i] = c < ' ' || c == 0x7f ? ' ' : s.p[i];
	}
	return line_head(thai_normal(a, str_n(p, s.n)), MAX_SUBJECT_BYTES);
}

static enum err check_notice(struct ctx *cx, struct notice *n)
{
	if (!email_normal(cx->arena, n->recipient, &n->recipient))
		return bad_email(cx, n->recipient);
	enum err e = check_cc(cx, n->cc, &n->cc);
	if (e)
		return e;
	n->subject = subject_of(cx->arena, n->subject);
	if (n->body.n > MAX_BODY_BYTES)
		return fail_detail(
		    cx, ERR_INVALID, "outbox: a body of %zu bytes", n->body.n);
	REQUIRE(n->kind < NOTICES);
	return OK;
}

enum err outbox_add(struct ctx *cx, const struct notice *input, int64_t *ret_id)
{
	struct notice n = *input;
	enum err e = check_notice(cx, &n);

	if (e)
		return e;
	enum notice_how how = HOW_now;
	e = notice_how_of(cx, &n, &how);
	if (!e)
		e = counter_next(cx, STR("outbox"), &n.id);
	if (e)
		return e;
	bool held = how != HOW_now;
	e = sql_exec(cx,
	    SQL("insert into outbox (id, kind, request, recipient, cc, subject,"
		" body, link, files, created, owner, until, done, held)"
		" values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', 0, $11,"
		" $12)"),
	    VALS(val_i64(n.id), val_str(str_of(notice_names[n.kind])),
		val_str(n.request), val_str(n.recipient), val_str(n.cc),
		val_str(n.subject), val_str(n.body), val_str(n.link),
		val_str(n.files), val_i64(cx->now), val_i64(held ? cx->now : 0),
		val_str(held ? str_of(notice_how_names[how]) : STR(""))),
	    NULL);
	if (e)
		return e;
	if (ret_id)
		*ret_id = n.id;
	return OK;
}

static enum err notice_of(struct ctx *cx, struct row row, struct notice *ret)
{
	size_t kind = row_enum(row, "kind", notice_names, NOTICES);

	if (kind == NOTICES)
		return fail_detail(cx, ERR_BROKEN, "outbox: unknown kind");
	*ret = (struct notice){
		.id = row_i64(row, "id"),
		.kind = (enum notice_kind)kind,
		.request = row_str(row, "request"),
		.recipient = row_str(row, "recipient"),
		.cc = row_str(row, "cc"),
		.subject = row_str(row, "subject"),
		.body = row_str(row, "body"),
		.link = row_str(row, "link"),
		.files = row_str(row, "files"),
		.created = row_i64(row, "created"),
		.done = row_i64(row, "done"),
		.tried = row_i64(row, "tried"),
		.attempts = row_i64(row, "attempts"),
	};
	return OK;
}

static enum err notices_of(
    struct ctx *cx, const struct rows *rows, struct notice **ret)
{
	struct notice *v = ARENA_ARRAY(cx->arena, struct notice, rows->n);

	for (size_t i = 0; i < rows->n; i++) {
		enum err e = notice_of(cx, rows->row[i], &v[i]);
		if (e)
			return e;
	}
	*ret = v;
	return OK;
}

static int by_id(const void *a, const void *b)
{
	const struct notice *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* The outer condition stands twice: PostgreSQL looks at it again after it has
 * waited for another courier's row, at the inner select it does not. */
enum err outbox_claim(struct ctx *cx, struct str owner, int64_t lease_ms,
    int64_t max, const struct notice **ret, size_t *ret_n)
{
	struct rows rows;
	struct notice *v = NULL;

	REQUIRE(max > 0 && max <= MAX_CLAIM && lease_ms > 0);
	enum err e = sql_all(cx,
	    SQL("update outbox set owner = $1, until = $2"
		" where done = 0 and until <= $3 and id in"
		" (select id from outbox where done = 0 and until <= $3"
		"  order by id limit $4) returning " NOTICE_COLUMNS),
	    VALS(val_str(owner), val_i64(cx->now + lease_ms), val_i64(cx->now),
		val_i64(max)),
	    &rows);
	if (e)
		return e;
	e = notices_of(cx, &rows, &v);
	if (e)
		return e;
	qsort(v, rows.n, sizeof *v, by_id);
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

enum err outbox_waiting(struct ctx *cx, bool *ret)
{
	struct row row;
	return sql_find(cx,
	    SQL("select id from outbox where done = 0 and until <= $1"
		" order by until, id limit 1"),
	    VALS(val_i64(cx->now)), &row, ret);
}

enum err outbox_done(struct ctx *cx, int64_t id, struct str owner)
{
	int64_t n;
	enum err e = sql_exec(cx,
	    SQL("update outbox set done = $1"
		" where id = $2 and owner = $3 and done = 0"),
	    VALS(val_i64(cx->now), val_i64(id), val_str(owner)), &n);

	if (e)
		return e;
	if (n == 0)
		return fail_detail(cx, ERR_CONFLICT,
		    "outbox: the lease of %lld was lost", (long long)id);
	return OK;
}

enum err outbox_failed(struct ctx *cx, int64_t id, struct str owner)
{
	return sql_exec(cx,
	    SQL("update outbox set attempts = attempts + 1,"
		" tried = case when tried = 0 then $1 else tried end"
		" where id = $2 and owner = $3 and done = 0"),
	    VALS(val_i64(cx->now), val_i64(id), val_str(owner)), NULL);
}

enum err outbox_list(struct ctx *cx, struct str recipient, int64_t before,
    int64_t limit, const struct notice **ret, size_t *ret_n)
{
	struct rows rows;
	struct notice *v = NULL;
	enum err e;

	REQUIRE(limit > 0 && limit <= MAX_LIST);
	if (before <= 0)
		before = INT64_MAX;
	if (recipient.n)
		e = sql_all(cx,
		    SQL("select " NOTICE_COLUMNS " from outbox"
			" where recipient = $1 and id < $2"
			" order by id desc limit $3"),
		    VALS(val_str(str_lower(cx->arena, recipient)),
			val_i64(before), val_i64(limit)),
		    &rows);
	else
		e = sql_all(cx,
		    SQL("select " NOTICE_COLUMNS " from outbox where id < $1"
			" order by id desc limit $2"),
		    VALS(val_i64(before), val_i64(limit)), &rows);
	if (e)
		return e;
	e = notices_of(cx, &rows, &v);
	if (e)
		return e;
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

enum err outbox_get(struct ctx *cx, int64_t id, struct notice *ret)
{
	struct row row;
	enum err e = sql_one(cx,
	    SQL("select " NOTICE_COLUMNS " from outbox where id = $1"),
	    VALS(val_i64(id)), &row);

	return e ? e : notice_of(cx, row, ret);
}
