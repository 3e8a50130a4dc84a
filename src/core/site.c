#include "core/site.h"

#include "sql/sql.h"

static enum err open_migrated(struct ctx *cx, const struct site *site,
    struct str dsn, const char *schema, size_t readers, struct store **ret)
{
	struct store *store;

	enum err e = store_open_secret(cx, dsn, site->store_user,
	    site->store_secret, schema, readers, &store);
	if (e)
		return e;
	e = store_check_schema(cx, store, schema);
	if (e) {
		store_close(store);
		return e;
	}
	*ret = store;
	return OK;
}

enum err site_open_people(
    struct ctx *cx, const struct site *site, size_t readers, struct store **ret)
{
	return open_migrated(
	    cx, site, site->people_dsn, "people", readers, ret);
}

enum err site_open_shared(
    struct ctx *cx, const struct site *site, size_t readers, struct store **ret)
{
	return open_migrated(
	    cx, site, site->shared_dsn, "shared", readers, ret);
}
