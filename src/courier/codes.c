#include "courier/codes.h"

#include "base/log.h"
#include "core/code_told.h"
#include "sql/sql.h"

static enum err find(struct ctx *cx, struct store *shared,
    const struct code_list **ret, size_t *ret_n)
{
	enum err e = store_read(cx, shared);
	if (!e)
		e = code_list_troubled(
		    cx, cx->now - CODE_TOLD_LOOKED_MS, ret, ret_n);
	store_end(cx);
	return e;
}

/* A read first: looking costs nobody his turn to write. */
static enum err tell(
    struct ctx *cx, struct store *people, const struct code_list *l)
{
	bool due = false;
	enum err e = store_read(cx, people);
	if (!e)
		e = code_told_due(cx, l, &due);
	store_end(cx);
	if (e || !due)
		return e;
	e = store_write(cx, people);
	if (!e)
		e = code_told(cx, l);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

enum err courier_codes(
    struct ctx *cx, struct store *people, struct store *shared)
{
	const struct code_list *v = NULL;
	size_t n = 0;
	enum err e = find(cx, shared, &v, &n);
	for (size_t i = 0; i < n && !e; i++) {
		struct arena_mark mark = arena_mark(cx->arena);
		/* One that cannot be told keeps no other. */
		if (tell(cx, people, &v[i]))
			log_fault_of(cx, "courier.codes",
			    (struct log_field){ "list", v[i].id });
		arena_rewind(cx->arena, mark);
	}
	return e;
}
