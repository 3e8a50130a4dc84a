/* Every SQL() of the program, prepared on the schema that it belongs to, on
 * SQLite and, when PRATU_TEST_PG is set, on PostgreSQL: none may read a whole
 * table unless it is an SQL_SCAN(), and every parameter has one of our types.
 * The program's libraries are linked whole, so none is missed. */
#include <string.h>

#include "base/crypt.h"
#include "base/str.h"
#include "scratch.h"
#include "sql/inspect.h"
#include "t.h"

enum { SCHEMAS = 2 };
static const char *const schemas[SCHEMAS] = { "people", "shared" };

struct bench {
	struct arena *arena;
	struct store *stores[SCHEMAS];
	struct ctx cx;
};

static struct bench bench_new(enum scratch_kind kind)
{
	struct bench b = { .arena = arena_new() };
	struct scratch s = scratch_new(b.arena, kind);

	b.cx = ctx_new(b.arena, 1, LANG_EN);
	for (size_t i = 0; i < SCHEMAS; i++) {
		b.stores[i] = scratch_store(&s, schemas[i], 1);
		T_OK(
		    &b.cx, store_migrate(&b.cx, b.stores[i], schemas[i], NULL));
	}
	return b;
}

static void check_one(struct bench *b, const struct sql_entry *entry)
{
	struct plan plans[SCHEMAS] = { 0 };
	size_t prepared = 0;

	for (size_t i = 0; i < SCHEMAS; i++) {
		struct plan *p = &plans[i];
		T_OK(&b->cx, store_plan(&b->cx, b->stores[i], entry->text, p));
		prepared += p->prepares;
		T_CHECK(!p->scans || entry->may_scan,
		    "%s:%lld scans in %s: %s\n#   %.*s", entry->file,
		    (long long)entry->line, schemas[i], entry->text,
		    STR_ARG(p->text));
		T_CHECK(!p->types_unclear,
		    "%s:%lld a parameter has no clear type: %s", entry->file,
		    (long long)entry->line, entry->text);
	}
	T_CHECK(prepared > 0,
	    "%s:%lld prepares nowhere: %s\n#   people: %.*s\n#   shared: %.*s",
	    entry->file, (long long)entry->line, entry->text,
	    STR_ARG(plans[0].text), STR_ARG(plans[1].text));
}

static void check_all(enum scratch_kind kind)
{
	struct bench b = bench_new(kind);
	size_t n;
	const struct sql_entry *all = sql_registry(&n);

	T_CHECK(n > 0, "the registry is empty");
	for (size_t i = 0; i < n; i++) {
		struct arena_mark mark = arena_mark(b.arena);
		check_one(&b, &all[i]);
		b.cx.fault = (struct fault){ 0 };
		arena_rewind(b.arena, mark);
	}
	printf("# %zu statements\n", n);
	arena_free(b.arena);
}

static void statements_on_sqlite(void)
{
	check_all(SCRATCH_SQLITE);
}

static void statements_on_postgresql(void)
{
	check_all(SCRATCH_PG);
}

int main(void)
{
	crypt_init();
	T_RUN(statements_on_sqlite);
	if (scratch_has(SCRATCH_PG))
		T_RUN(statements_on_postgresql);
	return T_PLAN();
}
