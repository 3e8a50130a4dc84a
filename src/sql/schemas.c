/* The two schemas of the program and their migrations. Apart from migrate.c,
 * which knows no particular ones. */
#include "base/str.h"
#include "sql/inspect.h"

EMBEDDED(migrations_people);
EMBEDDED(migrations_shared);

static const struct embedded *list_of(const char *schema, size_t *ret_n)
{
	if (str_eq(str_of(schema), STR("people"))) {
		*ret_n = migrations_people_n;
		return migrations_people;
	}
	REQUIRE(str_eq(str_of(schema), STR("shared")));
	*ret_n = migrations_shared_n;
	return migrations_shared;
}

enum err store_migrate(
    struct ctx *cx, struct store *s, const char *schema, int64_t *ret_applied)
{
	size_t n;
	const struct embedded *list = list_of(schema, &n);

	return migrate_apply(cx, s, list, n, ret_applied);
}

enum err store_check_schema(struct ctx *cx, struct store *s, const char *schema)
{
	size_t n;
	const struct embedded *list = list_of(schema, &n);

	return migrate_check(cx, s, list, n);
}
