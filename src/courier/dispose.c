#include "courier/dispose.h"

#include "base/log.h"
#include "base/str.h"
#include "core/disposal.h"
#include "sql/sql.h"

/* What is due, of what was prepared and of what was sent in. */
static enum err find_due(struct ctx *cx, struct store *people,
    struct store *shared, struct disposals *ret, struct disposals *ret_uploads)
{
	int64_t days = 0;
	enum err e = store_read(cx, people);
	if (!e)
		e = disposal_days(cx, &days);
	if (!e)
		e = disposal_due(cx, ret);
	store_end(cx);
	if (!e)
		e = store_read(cx, shared);
	if (!e)
		e = disposal_uploads(cx, days, ret_uploads);
	store_end(cx);
	if (!e && ret_uploads->n > 0)
		e = store_read(cx, people);
	if (!e && ret_uploads->n > 0)
		e = disposal_uploads_due(cx, days, ret_uploads);
	store_end(cx);
	return e;
}

static enum err order(struct ctx *cx, struct store *shared,
    const struct disposals *made, const struct disposals *uploads)
{
	enum err e = store_write(cx, shared);
	if (!e)
		e = disposal_order(cx, made);
	if (!e)
		e = disposal_order(cx, uploads);
	if (!e)
		e = disposal_forget(cx);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

/* The event first: an order that is told twice has one event, one that was
 * taken away before has none. */
static enum err record(struct ctx *cx, struct store *people,
    struct store *shared, const struct disposal *v, size_t n)
{
	enum err e = store_write(cx, people);
	if (!e)
		e = disposal_record(cx, v, n);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	if (!e)
		e = store_write(cx, shared);
	if (!e)
		e = disposal_told(cx, v, n);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

static enum err take_reports(
    struct ctx *cx, struct store *people, struct store *shared)
{
	struct disposals all = { 0 };
	size_t n;
	enum err e = store_read(cx, shared);
	if (!e)
		e = disposal_reports(cx, &all);
	store_end(cx);
	for (size_t i = 0; i < all.n && !e; i += n) {
		for (n = 1; i + n < all.n &&
			    str_eq(all.v[i + n].request, all.v[i].request);)
			n++;
		/* One whose events are not what was written keeps no other. */
		if (record(cx, people, shared, &all.v[i], n)) {
			LOG("error", "courier.destroyed",
			    { "request", all.v[i].request },
			    { "why", fault_text(cx) },
			    { "detail", cx->fault.detail });
			cx->fault = (struct fault){ 0 };
		}
	}
	return e;
}

enum err courier_dispose(
    struct ctx *cx, struct store *people, struct store *shared)
{
	struct disposals made = { 0 }, uploads = { 0 };
	enum err e = take_reports(cx, people, shared);
	if (!e)
		e = find_due(cx, people, shared, &made, &uploads);
	if (!e && made.n + uploads.n > 0)
		e = order(cx, shared, &made, &uploads);
	return e;
}
