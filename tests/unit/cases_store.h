/* cases_store.h - a store of requests in hand, at a moment that a test sets: for
 * test_cases.c and test_due.c. */
#ifndef TESTS_UNIT_CASES_STORE_H
#define TESTS_UNIT_CASES_STORE_H

#include "base/json.h"
#include "base/str.h"
#include "core/people.h"
#include "scratch.h"
#include "sql/sql.h"
#include "t.h"

static int64_t now = 1795000000000;

static inline struct ctx open_on(struct store *store, bool write)
{
	struct ctx cx = ctx_new(arena_new(), now, LANG_EN);
	T_OK(&cx, write ? store_write(&cx, store) : store_read(&cx, store));
	return cx;
}

static inline void end(struct ctx *cx)
{
	store_end(cx);
	arena_free(cx->arena);
}

static inline void commit(struct ctx *cx)
{
	T_OK(cx, store_commit(cx));
	arena_free(cx->arena);
}

/* The first who holds the role there. */
static inline struct actor *actor_of(
    struct ctx *cx, enum role role, const char *office, const char *unit)
{
	const struct person *v;
	size_t n;
	struct actor *a = ARENA_NEW(cx->arena, struct actor);
	REQUIRE(person_list_role(
		    cx, role, str_of(office), str_of(unit), &v, &n) == OK);
	REQUIRE(n > 0);
	a->person = v[0];
	return a;
}

static inline json_t *parsed(struct ctx *cx, struct str text)
{
	json_t *o;
	REQUIRE(json_parse(cx, text, 1 << 20, &o) == OK);
	return o;
}

#define ANSWERS                                                     \
	"{\"title\":\"t\",\"purpose\":\"p\",\"detail\":\"d\","      \
	"\"identifiability\":\"aggregate\",\"formats\":[\"json\"]," \
	"\"needed_by\":\"2026-12-30\",\"systems\":[\"HRIS\"]}"

#endif
