#include "courier/inbound.h"

#include "base/log.h"
#include "core/brought.h"
#include "sql/sql.h"

static enum err find(struct ctx *cx, struct store *shared,
    const struct inbound **ret, size_t *ret_n)
{
	enum err e = store_read(cx, shared);
	if (!e)
		e = inbound_untold(cx, ret, ret_n);
	store_end(cx);
	return e;
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

enum err courier_inbound(
    struct ctx *cx, struct store *people, struct store *shared)
{
	const struct inbound *v = NULL;
	size_t n = 0;
	enum err e = find(cx, shared, &v, &n);
	for (size_t i = 0; i < n && !e; i++) {
		struct arena_mark mark = arena_mark(cx->arena);
		/* One whose events are not what was written keeps no other. */
		if (tell(cx, people, shared, &v[i]))
			log_fault_of(cx, "courier.brought",
			    (struct log_field){ "request", v[i].request });
		arena_rewind(cx->arena, mark);
	}
	return e;
}
