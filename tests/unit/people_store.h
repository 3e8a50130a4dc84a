/* people_store.h - a people store of the test's own, on SQLite and then on
 * PostgreSQL, with a small university in it. */
#ifndef TESTS_UNIT_PEOPLE_STORE_H
#define TESTS_UNIT_PEOPLE_STORE_H

#include <pthread.h>
#include <string.h>

#include "base/crypt.h"
#include "base/str.h"
#include "core/people.h"
#include "scratch.h"
#include "sql/sql.h"
#include "t.h"

/* The store in hand, the folder beside it, and the moment it is. */
static struct store *store;
/* The same database as another process has it. */
static struct store *second_store;
static struct str folder;
static int64_t now = 1795000000000;

static inline struct ctx cx_new(void)
{
	return ctx_new(arena_new(), now, LANG_TH);
}

static inline void cx_free(struct ctx *cx)
{
	store_end(cx);
	arena_free(cx->arena);
}

static inline void must_(struct ctx *cx, enum err e, const char *what, int line)
{
	if (e == OK)
		return;
	printf("# line %d: %s: %d %.*s (%.*s)\n", line, what, (int)e,
	    STR_ARG(fault_text(cx)), STR_ARG(cx->fault.detail));
	for (struct field_error *f = cx->fault.fields; f; f = f->next)
		printf("#   field %.*s: %.*s\n", STR_ARG(f->field),
		    STR_ARG(msg_key(f->msg)));
	fflush(stdout);
	REQUIRE(e == OK);
}
/* What must not fail for the test to make sense. */
#define MUST(cx, call) must_(&(cx), (call), #call, __LINE__)

static inline struct ctx cx_read(void)
{
	struct ctx cx = cx_new();
	MUST(cx, store_read(&cx, store));
	return cx;
}

static inline struct ctx cx_write(void)
{
	struct ctx cx = cx_new();
	MUST(cx, store_write(&cx, store));
	return cx;
}

static inline void cx_commit(struct ctx *cx)
{
	MUST(*cx, store_commit(cx));
	cx_free(cx);
}

/* Runs the tests on a new store of each kind that there is. */
static inline void on_each_store(void (*tests)(void))
{
	for (int kind = 0; kind < SCRATCH_KINDS; kind++) {
		if (!scratch_has((enum scratch_kind)kind)) {
			printf("# not on %s: PRATU_TEST_PG is not set\n",
			    scratch_kind_names[kind]);
			continue;
		}
		struct arena *a = arena_new();
		struct scratch s = scratch_new(a, (enum scratch_kind)kind);
		printf("# on %s\n", scratch_kind_names[kind]);
		folder = scratch_folder(a);
		store = scratch_store(&s, "people", 4);
		second_store = scratch_store(&s, "people", 1);
		struct ctx cx = cx_new();
		MUST(cx, store_migrate(&cx, store, "people", NULL));
		cx_free(&cx);
		tests();
		arena_free(a);
	}
}

static inline void put_unit(struct ctx *cx, struct str code, struct str th,
    struct str en, struct str parent, struct str kind)
{
	struct unit u = { .code = code,
		.name_th = th,
		.name_en = en,
		.parent = parent,
		.kind = kind };
	MUST(*cx, unit_put(cx, &u));
}

static inline int64_t add_person(struct ctx *cx, struct str email,
    struct str name, struct str password, const struct held_role *roles,
    size_t n_roles)
{
	int64_t id = 0;
	struct new_person p = {
		.email = email,
		.name = name,
		.name_en = STR("A Person"),
		.phone = STR("2213"),
		.position = STR("เจ้าหน้าที่"),
		.unit = STR("ICIT"),
		.password = password,
		.roles = roles,
		.n_roles = n_roles,
	};
	MUST(*cx, person_add(cx, &p, &id));
	return id;
}

#define PASSWORD STR("ม้าลายสีเขียว 7 ตัว")

/* Two offices, a few units, a few people. */
static inline void make_university(void)
{
	struct ctx cx = cx_write();
	const struct held_role requester = { .role = ROLE_requester };
	const struct held_role officer = { .role = ROLE_officer,
		.office = STR("ICIT") };

	put_unit(&cx, STR("ICIT"), STR("สำนักคอมพิวเตอร์"), STR("Computer Centre"),
	    STR(""), STR("office"));
	put_unit(&cx, STR("ICIT-DEV"), STR("ฝ่ายพัฒนาระบบสารสนเทศ"),
	    STR("Development Division"), STR("ICIT"), STR("division"));
	put_unit(&cx, STR("HRD"), STR("กองบริหารน้ำใจ"), STR("HR Division"),
	    STR(""), STR("division"));
	const struct office icit = { .code = STR("ICIT"),
		.name_th = STR("สำนักคอมพิวเตอร์"),
		.name_en = STR("Computer Centre"),
		.procedure = STR("ICIT-QP-9001-24") };
	MUST(cx, office_put(&cx, &icit));
	add_person(&cx, STR("Anan.K@example.ac.th"), STR("นายอนันต์ กล้าหาญ"),
	    PASSWORD, &requester, 1);
	add_person(&cx, STR("kanda.r@example.ac.th"),
	    STR("นางสาวกานดา  รักเรียน"), PASSWORD, &officer, 1);
	add_person(&cx, STR("malee.s@example.ac.th"), STR("ผศ.ดร. มาลี สุขใจ"),
	    STR(""), &officer, 1);
	cx_commit(&cx);
}

#endif
