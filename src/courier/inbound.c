#include "courier/inbound.h"

#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "core/brought.h"
#include "sql/sql.h"

static enum err find(struct ctx *cx, struct store *shared,
    const struct inbound_page *page, const struct inbound **ret, size_t *ret_n)
{
	enum err e = store_read(cx, shared);
	if (!e)
		e = inbound_untold(cx, str_of(page->after), ret, ret_n);
	store_end(cx);
	return e;
}

/* Behind the last of a full page; after the last of all from the first on. */
static void turn(struct inbound_page *page, bool full, struct str last)
{
	*page = (struct inbound_page){ 0 };
	if (full && last.n < sizeof page->after)
		memcpy(page->after, last.p, last.n);
}

/* The event first: what is told twice has one event. */
static enum err tell(struct ctx *cx, struct store *people, struct store *shared,
    const struct inbound *in)
{
	enum err e = store_write(cx, people);
	if (!e)
		e = brought_record(cx, in);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	if (!e)
		e = store_write(cx, shared);
	if (!e)
		e = inbound_told(cx, in->upload, in->version);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

enum err courier_inbound(struct ctx *cx, struct store *people,
    struct store *shared, struct inbound_page *page)
{
	const struct inbound *v = NULL;
	size_t n = 0;
	enum err e = find(cx, shared, page, &v, &n);
	for (size_t i = 0; i < n && !e; i++) {
		struct arena_mark mark = arena_mark(cx->arena);
		/* One whose events are not what was written keeps no other. */
		if (tell(cx, people, shared, &v[i]))
			log_fault_of(cx, "courier.brought",
			    (struct log_field){ "request", v[i].request });
		arena_rewind(cx->arena, mark);
	}
	if (!e)
		turn(page, n == INBOUND_UNTOLD,
		    n > 0 ? v[n - 1].upload : STR(""));
	return e;
}

static enum err find_given_back(struct ctx *cx, struct store *shared,
    const struct inbound_page *page, const struct given_back **ret,
    size_t *ret_n)
{
	enum err e = store_read(cx, shared);
	if (!e)
		e = given_back_untold(cx, str_of(page->after), ret, ret_n);
	store_end(cx);
	return e;
}

static enum err tell_given_back(struct ctx *cx, struct store *people,
    struct store *shared, const struct given_back *g)
{
	enum err e = store_write(cx, people);
	if (!e)
		e = brought_returned(cx, g);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	if (!e)
		e = store_write(cx, shared);
	if (!e)
		e = given_back_told(cx, g->delivery);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

enum err courier_given_back(struct ctx *cx, struct store *people,
    struct store *shared, struct inbound_page *page)
{
	const struct given_back *v = NULL;
	size_t n = 0;
	enum err e = find_given_back(cx, shared, page, &v, &n);
	for (size_t i = 0; i < n && !e; i++) {
		struct arena_mark mark = arena_mark(cx->arena);
		if (tell_given_back(cx, people, shared, &v[i]))
			log_fault_of(cx, "courier.given_back",
			    (struct log_field){ "request", v[i].request });
		arena_rewind(cx->arena, mark);
	}
	if (!e)
		turn(page, n == GIVEN_BACK_UNTOLD,
		    n > 0 ? v[n - 1].delivery : STR(""));
	return e;
}
