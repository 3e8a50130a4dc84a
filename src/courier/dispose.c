#include "courier/dispose.h"

#include "base/log.h"
#include "base/str.h"
#include "core/built.h"
#include "core/cases.h"
#include "core/disposal.h"
#include "sql/sql.h"

/* One whose events are not what was written has not ended, and keeps no other. */
static enum err leave_ended(
    struct ctx *cx, struct keeping keeping, struct disposals *all)
{
	size_t n = 0;
	for (size_t i = 0; i < all->n; i++) {
		bool ended = false;
		enum err e = disposal_over(cx, &all->v[i], keeping, &ended);
		if (e && e != ERR_BROKEN && e != ERR_NOT_FOUND)
			return e;
		if (e)
			log_fault_of(cx, "courier.ended",
			    (struct log_field){ "request", all->v[i].request });
		else if (ended)
			all->v[n++] = all->v[i];
	}
	all->n = n;
	return OK;
}

/* Of what was prepared; nothing while the list of it is not what the events
 * say. */
static enum err find_made(struct ctx *cx, struct store *people,
    struct keeping *keeping, bool *ret_blind, struct disposals *ret)
{
	enum err e = store_read(cx, people);
	if (!e)
		e = projection_needed(cx, ret_blind);
	if (!e)
		e = disposal_keeping(cx, keeping);
	if (!e && !*ret_blind)
		e = disposal_due(cx, ret);
	store_end(cx);
	return e;
}

/* And of what was sent in. */
static enum err find_uploads(struct ctx *cx, struct store *people,
    struct store *shared, struct keeping keeping, struct disposal_page *page,
    struct disposals *ret)
{
	enum err e = store_read(cx, shared);
	if (!e)
		e = disposal_uploads(cx, keeping, page, ret);
	store_end(cx);
	if (e || ret->n == 0)
		return e;
	e = store_read(cx, people);
	if (!e)
		e = leave_ended(cx, keeping, ret);
	store_end(cx);
	return e;
}

/* What is not to go: looked at no more, or later; one whose events are not what
 * was written keeps no other. */
struct left {
	struct disposal file;
	bool known;
};

static size_t part_built(
    struct ctx *cx, struct disposals *all, struct left *ret)
{
	size_t n = 0, n_left = 0;
	for (size_t i = 0; i < all->n; i++) {
		enum built_is is = BUILT_HELD;
		if (built_look(cx, &all->v[i], &is))
			log_fault_of(cx, "courier.built",
			    (struct log_field){ "request", all->v[i].request });
		if (is == BUILT_STRAY)
			all->v[n++] = all->v[i];
		else
			ret[n_left++] =
			    (struct left){ all->v[i], is == BUILT_KNOWN };
	}
	all->n = n;
	return n_left;
}

static enum err leave_built(
    struct ctx *cx, struct store *shared, const struct left *v, size_t n)
{
	enum err e = store_write(cx, shared);
	for (size_t i = 0; i < n && !e; i++)
		e = v[i].known ? built_forget(cx, &v[i].file)
		               : built_put_off(cx, &v[i].file);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

/* Files that no event knows, since their `prepare` was refused in the end. */
static enum err find_built(struct ctx *cx, struct store *people,
    struct store *shared, struct disposals *ret)
{
	enum err e = store_read(cx, shared);
	if (!e)
		e = built_old(cx, ret);
	store_end(cx);
	if (e || ret->n == 0)
		return e;
	struct left *left = ARENA_ARRAY(cx->arena, struct left, ret->n);
	size_t n = 0;
	e = store_read(cx, people);
	if (!e)
		n = part_built(cx, ret, left);
	store_end(cx);
	return e || n == 0 ? e : leave_built(cx, shared, left, n);
}

static enum err order(struct ctx *cx, struct store *shared,
    const struct disposals *made, const struct disposals *uploads,
    const struct disposals *built)
{
	enum err e = store_write(cx, shared);
	if (!e)
		e = disposal_order(cx, made);
	if (!e)
		e = disposal_order(cx, uploads);
	if (!e)
		e = disposal_order(cx, built);
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
		if (record(cx, people, shared, &all.v[i], n))
			log_fault_of(cx, "courier.destroyed",
			    (struct log_field){ "request", all.v[i].request });
	}
	return e;
}

/* What ended before it was done here has its days from now on. */
static enum err start(struct ctx *cx, struct store *people)
{
	enum err e = store_write(cx, people);
	if (!e)
		e = disposal_start(cx);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

enum err courier_dispose(struct ctx *cx, struct store *people,
    struct store *shared, struct disposal_page *page)
{
	struct disposals made = { 0 }, uploads = { 0 }, built = { 0 };
	struct keeping keeping = { 0 };
	bool blind = true;
	enum err e = take_reports(cx, people, shared);
	if (!e)
		e = find_made(cx, people, &keeping, &blind, &made);
	if (!e && keeping.from == 0)
		return start(cx, people);
	if (!e && !blind)
		e = find_uploads(cx, people, shared, keeping, page, &uploads);
	if (!e && !blind)
		e = find_built(cx, people, shared, &built);
	if (!e && made.n + uploads.n + built.n > 0)
		e = order(cx, shared, &made, &uploads, &built);
	return e;
}
