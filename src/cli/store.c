#include "cli/store.h"

#include "sql/sql.h"

static enum err migrate(struct ctx *cx, const struct site *site, struct str dsn,
    const char *schema, int64_t *ret_applied)
{
	struct store *store;

	enum err e = store_open_secret(
	    cx, dsn, site->store_user, site->store_secret, schema, 1, &store);
	if (e)
		return e;
	e = store_migrate(cx, store, schema, ret_applied);
	store_close(store);
	return e;
}

enum err site_migrate(struct ctx *cx, const struct site *site,
    int64_t *ret_people, int64_t *ret_shared)
{
	enum err e = migrate(cx, site, site->people_dsn, "people", ret_people);
	if (e)
		return e;
	return migrate(cx, site, site->shared_dsn, "shared", ret_shared);
}

static void end_store(void *store)
{
	store_close(store);
}

int store_of(
    struct cli *cli, const struct config *config, bool people, bool write)
{
	struct ctx *cx = &cli->cx;
	struct store *store;
	struct site site;

	int code = config_site(cli, config, PROCESS_ADMIN, &site);
	if (code)
		return code;
	enum err e = people ? site_open_people(cx, &site, 1, &store)
	                    : site_open_shared(cx, &site, 1, &store);
	if (e)
		return cli_fault(cli);
	/* Deferred before the transaction is, so that it goes after it. */
	arena_defer(cli->arena, end_store, store);
	e = write ? store_write(cx, store) : store_read(cx, store);
	return e ? cli_fault(cli) : EXIT_DONE;
}

int store_for(struct cli *cli, bool people, bool write)
{
	struct config config;

	int code = config_load(cli, &config);
	if (code)
		return code;
	return store_of(cli, &config, people, write);
}
