#include "gate/unmatched.h"

#include "base/str.h"
#include "source/keyset.h"
#include "source/source.h"

struct unmatched {
	const struct given *table;
	struct keyset *keys;
	size_t of_table, of_result;
	bool begun;
	struct cell *cells; /* of a batch */
	size_t max_cells;
};

static bool column_at(struct columns all, struct str name, size_t *ret)
{
	for (size_t i = 0; i < all.n; i++) {
		if (!str_eq_nocase(all.v[i].name, name))
			continue;
		*ret = i;
		return true;
	}
	return false;
}

enum err unmatched_begin(struct ctx *cx, const struct given *table,
    struct str column, struct columns result, struct unmatched **ret)
{
	struct unmatched *u = ARENA_NEW(cx->arena, struct unmatched);
	u->table = table;
	if (!column_at(table->columns, column, &u->of_table))
		field_wrong(
		    cx, STR("unmatched"), MSG_field_unmatched_table, column);
	else if (!column_at(result, column, &u->of_result))
		field_wrong(
		    cx, STR("unmatched"), MSG_field_unmatched_result, column);
	enum err e = fields_end(cx);
	if (!e)
		e = keyset_new(cx, &u->keys);
	if (!e)
		*ret = u;
	return e;
}

enum err unmatched_see(
    struct ctx *cx, struct unmatched *u, const struct batch *rows)
{
	enum err e = OK;
	for (size_t i = 0; i < rows->n_rows && !e; i++)
		e = keyset_add(cx, u->keys,
		    &rows->cells[i * rows->n_columns + u->of_result]);
	return e;
}

struct columns unmatched_columns(const struct unmatched *u)
{
	return (struct columns){ &u->table->columns.v[u->of_table], 1 };
}

/* Room for as many as a batch of the table's has rows. */
static void make_room(struct ctx *cx, struct unmatched *u, size_t n)
{
	if (n <= u->max_cells)
		return;
	u->cells = ARENA_ARRAY(cx->arena, struct cell, n);
	u->max_cells = n;
}

static enum err pick(struct ctx *cx, struct unmatched *u,
    const struct batch *rows, struct batch *ret)
{
	enum err e = OK;
	size_t n = 0;
	make_room(cx, u, rows->n_rows);
	for (size_t i = 0; i < rows->n_rows && !e; i++) {
		const struct cell *key =
		    &rows->cells[i * rows->n_columns + u->of_table];
		bool there = false;
		e = keyset_has(cx, u->keys, key, &there);
		if (!there)
			u->cells[n++] = *key;
	}
	*ret = (struct batch){ .n_rows = n, .n_columns = 1, .cells = u->cells };
	return e;
}

enum err unmatched_next(struct ctx *cx, struct unmatched *u, struct batch *ret)
{
	struct batch rows = { 0 };
	enum err e = u->begun ? OK : u->table->again(cx, u->table->arg);
	u->begun = true;
	*ret = (struct batch){ .n_columns = 1 };
	while (!e && ret->n_rows == 0) {
		e = u->table->next(cx, u->table->arg, &rows);
		if (e || rows.n_rows == 0)
			break;
		e = pick(cx, u, &rows, ret);
	}
	return e;
}
