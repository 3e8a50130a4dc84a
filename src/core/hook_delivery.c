#include "core/hook_delivery.h"

#include <stdlib.h>

#include "base/str.h"
#include "base/thai.h"
#include "base/time.h"
#include "core/line.h"
#include "core/setting.h"
#include "sql/sql.h"

enum { MAX_CLAIM = 100, MAX_ANSWER = 300 };
#define DAY_MS INT64_C(86400000)
#define DELIVERY_COLUMNS                                                 \
	"id, hook, queue, message, body, state, attempts, first, until," \
	" status, answer, ms, made, at"

const char *const hook_state_names[HOOK_STATES] = {
	[HOOK_WAITING] = "waiting",
	[HOOK_SENT] = "sent",
	[HOOK_FAILED] = "failed",
};

enum err hook_tell(
    struct ctx *cx, const struct hook_delivery *d, int64_t *ret_id)
{
	int64_t id;
	enum err e = counter_next(cx, STR("hook_delivery"), &id);
	if (!e)
		e = sql_exec(cx,
		    SQL("insert into hook_delivery (id, hook, queue, message,"
			" body, state, attempts, first, owner, until, status,"
			" answer, ms, made, at) values ($1, $2, $3, $4, $5,"
			" 'waiting', 0, 0, '', 0, 0, '', 0, $6, 0)"),
		    VALS(val_i64(id), val_str(d->hook), val_str(d->queue),
			val_str(d->message), val_str(d->body),
			val_i64(cx->now)),
		    NULL);
	if (!e && ret_id != NULL)
		*ret_id = id;
	return e;
}

enum err hook_test(struct ctx *cx, struct str hook, int64_t *ret_id)
{
	struct arena *a = cx->arena;
	struct hook h;
	enum err e = hook_get(cx, hook, &h);
	if (e)
		return e;
	struct hook_delivery d = { .hook = hook,
		.queue = STR(""),
		.message = str_fmt(a, "test-%.*s", STR_ARG(random_id(a, 12))) };
	json_t *o = json_new_object(a);
	json_put_int(o, "version", 1);
	json_put_text(o, "id", d.message);
	json_put_text(o, "type", STR("test"));
	json_put_text(o, "at", time_iso(a, cx->now));
	json_put_text(o, "link", STR("/"));
	d.body = json_canonical(a, o);
	return hook_tell(cx, &d, ret_id);
}

enum err hook_again(
    struct ctx *cx, struct str hook, int64_t id, int64_t *ret_id)
{
	struct row row;
	bool found = false;
	enum err e = sql_find(cx,
	    SQL("select message, body from hook_delivery where id = $1"
		" and hook = $2 and state <> 'waiting'"),
	    VALS(val_i64(id), val_str(hook)), &row, &found);
	if (!e && !found)
		e = fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
	if (e)
		return e;
	struct hook_delivery d = { .hook = hook,
		.queue = STR(""),
		.message = row_str(row, "message"),
		.body = row_str(row, "body") };
	return hook_tell(cx, &d, ret_id);
}

static enum err delivery_of(
    struct ctx *cx, struct row row, struct hook_delivery *ret)
{
	size_t state = row_enum(row, "state", hook_state_names, HOOK_STATES);
	if (state == HOOK_STATES)
		return fail_detail(cx, ERR_BROKEN, "hook: unknown state");
	*ret = (struct hook_delivery){
		.id = row_i64(row, "id"),
		.hook = row_str(row, "hook"),
		.queue = row_str(row, "queue"),
		.message = row_str(row, "message"),
		.body = row_str(row, "body"),
		.state = (enum hook_state)state,
		.attempts = row_i64(row, "attempts"),
		.first = row_i64(row, "first"),
		.until = row_i64(row, "until"),
		.status = row_i64(row, "status"),
		.answer = row_str(row, "answer"),
		.ms = row_i64(row, "ms"),
		.made = row_i64(row, "made"),
		.at = row_i64(row, "at"),
	};
	return OK;
}

static enum err deliveries_of(
    struct ctx *cx, const struct rows *rows, struct hook_delivery **ret)
{
	struct hook_delivery *v =
	    ARENA_ARRAY(cx->arena, struct hook_delivery, rows->n + 1);
	enum err e = OK;
	for (size_t i = 0; i < rows->n && !e; i++)
		e = delivery_of(cx, rows->row[i], &v[i]);
	*ret = v;
	return e;
}

enum err hook_deliveries(struct ctx *cx, struct str hook,
    const struct hook_delivery **ret, size_t *ret_n)
{
	struct rows rows;
	struct hook_delivery *v = NULL;
	enum err e = sql_all(cx,
	    SQL("select " DELIVERY_COLUMNS " from hook_delivery"
		" where hook = $1 order by id desc limit $2"),
	    VALS(val_str(hook), val_i64(HOOK_LISTED)), &rows);
	if (!e)
		e = deliveries_of(cx, &rows, &v);
	if (!e) {
		*ret = v;
		*ret_n = rows.n;
	}
	return e;
}

enum err hooks_due(struct ctx *cx, const struct hook **ret, size_t *ret_n)
{
	const struct hook *v = NULL;
	size_t all = 0, n = 0;
	enum err e = hooks_list(cx, &v, &all);
	struct hook *due = ARENA_ARRAY(cx->arena, struct hook, all + 1);
	for (size_t i = 0; i < all && !e; i++) {
		struct row row;
		bool found = false;
		if (!v[i].active)
			continue;
		/* HOOKS_MAX at the most, each by the index. */
		e = sql_find(cx,
		    SQL("select id from hook_delivery where state = 'waiting'"
			" and hook = $1 and until <= $2"
			" order by until, id limit 1"),
		    VALS(val_str(v[i].id), val_i64(cx->now)), &row, &found);
		if (!e && found)
			due[n++] = v[i];
	}
	*ret = due;
	*ret_n = n;
	return e;
}

static int by_id(const void *a, const void *b)
{
	const struct hook_delivery *x = a, *y = b;
	return (x->id > y->id) - (x->id < y->id);
}

/* The outer condition stands twice, as in outbox_claim(). What waits before it in
 * its queue goes first, whoever has that in hand; ids grow in the order of events,
 * since they are given under the chain's lock. */
enum err hook_claim(struct ctx *cx, struct str hook, struct str owner,
    int64_t lease_ms, int64_t max, const struct hook_delivery **ret,
    size_t *ret_n)
{
	struct rows rows;
	struct hook_delivery *v = NULL;
	REQUIRE(max > 0 && max <= MAX_CLAIM && lease_ms > 0);
	enum err e = sql_all(cx,
	    SQL("update hook_delivery set owner = $1, until = $2"
		" where state = 'waiting' and until <= $3 and id in"
		" (select d.id from hook_delivery d where d.state = 'waiting'"
		"  and d.hook = $4 and d.until <= $3 and (d.queue = '' or"
		"  not exists (select 1 from hook_delivery b"
		"   where b.hook = d.hook and b.queue = d.queue"
		"   and b.state = 'waiting' and b.id < d.id))"
		"  order by d.until, d.id limit $5)"
		" returning " DELIVERY_COLUMNS),
	    VALS(val_str(owner), val_i64(cx->now + lease_ms), val_i64(cx->now),
		val_str(hook), val_i64(max)),
	    &rows);
	if (!e)
		e = deliveries_of(cx, &rows, &v);
	if (e)
		return e;
	qsort(v, rows.n, sizeof *v, by_id);
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

static enum err only_if_held(
    struct ctx *cx, const struct hook_delivery *d, int64_t changed)
{
	if (changed == 1)
		return OK;
	return fail_detail(cx, ERR_CONFLICT, "hook: the lease of %lld was lost",
	    (long long)d->id);
}

enum err hook_start(struct ctx *cx, const struct hook_delivery *d,
    struct str owner, int64_t lease_ms)
{
	int64_t changed = 0;
	enum err e = sql_exec(cx,
	    SQL("update hook_delivery set attempts = attempts + 1,"
		" first = case when first = 0 then $1 else first end,"
		" until = $2 where id = $3 and owner = $4"
		" and state = 'waiting' and until > $1"),
	    VALS(val_i64(cx->now), val_i64(cx->now + lease_ms), val_i64(d->id),
		val_str(owner)),
	    &changed);
	return e ? e : only_if_held(cx, d, changed);
}

enum err hook_end(
    struct ctx *cx, const struct hook_delivery *d, struct str owner)
{
	int64_t changed = 0;
	struct str answer = str_utf8(d->answer) ? d->answer : STR("?");
	enum err e = sql_exec(cx,
	    SQL("update hook_delivery set state = $1, status = $2,"
		" answer = $3, ms = $4, at = $5, until = $6, owner = ''"
		" where id = $7 and owner = $8 and state = 'waiting'"),
	    VALS(val_str(str_of(hook_state_names[d->state])),
		val_i64(d->status),
		val_str(line_head(thai_normal(cx->arena, answer), MAX_ANSWER)),
		val_i64(d->ms), val_i64(cx->now), val_i64(d->until),
		val_i64(d->id), val_str(owner)),
	    &changed);
	return e ? e : only_if_held(cx, d, changed);
}

enum err hooks_release(struct ctx *cx, struct str owner)
{
	return sql_exec(cx,
	    SQL("update hook_delivery set owner = '', until = 0"
		" where state = 'waiting' and owner = $1"),
	    VALS(val_str(owner)), NULL);
}

enum err hooks_sweep(struct ctx *cx)
{
	return sql_exec(cx, SQL("delete from hook_delivery where made < $1"),
	    VALS(val_i64(cx->now - HOOK_KEPT_DAYS * DAY_MS)), NULL);
}

json_t *hook_delivery_json(struct arena *a, const struct hook_delivery *d)
{
	json_t *o = json_new_object(a);
	json_put_int(o, "id", d->id);
	json_put_text(o, "message", d->message);
	json_put_text_or_null(o, "request", d->queue);
	json_put_text(o, "state", str_of(hook_state_names[d->state]));
	json_put_int(o, "attempts", d->attempts);
	json_put_int(o, "status", d->status);
	json_put_text(o, "answer", d->answer);
	json_put_int(o, "ms", d->ms);
	json_put_text(o, "made", time_iso(a, d->made));
	json_put_text_or_null(o, "at", d->at ? time_iso(a, d->at) : STR(""));
	json_put_text_or_null(o, "next",
	    d->state == HOOK_WAITING && d->until ? time_iso(a, d->until)
						 : STR(""));
	json_put_text(o, "body", d->body);
	return o;
}
