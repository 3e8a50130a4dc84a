/* pratu source views: the credential by which views are made in a source; and
 * what `source check` shows of the views there. */
#include "cli/cmd_source_views.h"

#include <errno.h>
#include <string.h>

#include "base/crypt.h"
#include "base/str.h"
#include "cli/disk.h"
#include "cli/store.h"
#include "core/source_list.h"
#include "gate/views.h"
#include "source/view.h"
#include "sql/sql.h"

static void end_store(void *store)
{
	store_close(store);
}

/* A store of its own: what is done in a source is written down at once, while
 * the caller may be reading. */
static int open_at(
    struct cli *cli, const struct config *config, struct views_at *ret)
{
	struct site site;

	int code = config_site(cli, config, PROCESS_ADMIN, &site);
	if (code)
		return code;
	if (site_open_shared(&cli->cx, &site, 1, &ret->shared))
		return cli_fault(cli);
	arena_defer(cli->arena, end_store, ret->shared);
	ret->gate_dir = str_cat(cli->arena, config->dir, STR("/gate"));
	return EXIT_DONE;
}

/* HOST or HOST:PORT; an IPv6 address stands in brackets. */
static bool read_address(struct str s, struct views_address *ret)
{
	struct str host = s, port = { 0 };

	if (str_take_char(&s, '[')) {
		if (!str_cut(s, ']', &host, &s) ||
		    (s.n > 0 && !str_take_char(&s, ':')))
			return false;
		port = s;
	} else {
		str_cut(s, ':', &host, &port);
	}
	int64_t n = 0;
	if (host.n == 0 ||
	    (port.n > 0 && (!str_i64(port, &n) || n < 1 || n > 65535)))
		return false;
	ret->host = host;
	if (port.n > 0)
		ret->port = port;
	return true;
}

/* Whether a view could be made, and what its role would reach: the whole is
 * done in the source and undone. */
static enum err try_one(struct ctx *cx, struct views *views,
    const struct source *reader, const struct view_reach **ret, size_t *ret_n)
{
	const struct column one = { .name = STR_INIT("one") };
	struct view_order order = { .id = random_id(cx->arena, 12),
		.name = STR("data"),
		.sql = STR("select 1 as one"),
		.columns = { .v = &one, .n = 1 },
		.until = cx->now };

	return view_try(cx, views, reader, &order, ret, ret_n);
}

static void say_reach(struct cli *cli, const struct view_reach *reach, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out_msg2(
		    cli, MSG_cli_views_reach, reach[i].what, reach[i].remedy);
	if (n == 0)
		out_msg2(cli, MSG_cli_views_good, STR(""), STR(""));
}

static enum err look_at(struct cli *cli, const struct view_maker *m,
    const struct source *maker, const struct source *reader,
    struct views_address *ret)
{
	const struct view_reach *reach = NULL;
	struct views *views = NULL;
	size_t n = 0;
	enum err e = views_open(&cli->cx, maker, m->mark, &views);

	if (!e)
		e = try_one(&cli->cx, views, reader, &reach, &n);
	if (e)
		return e;
	say_reach(cli, reach, n);
	*ret = views_address(&cli->cx, views);
	return OK;
}

static enum err put(
    struct cli *cli, struct store *shared, const struct view_maker *m)
{
	enum err e = store_write(&cli->cx, shared);

	if (!e)
		e = view_maker_put(&cli->cx, m);
	if (!e)
		e = store_commit(&cli->cx);
	store_end(&cli->cx);
	return e;
}

static int keep(struct cli *cli, const struct views_at *at,
    const struct view_maker *m, struct str secret)
{
	struct str path = source_secret_path(
	    cli->arena, at->gate_dir, view_secret_name(cli->arena, m->source));

	/* The secret first: a maker that is listed can be used. */
	if (secret.n > 0 && (!folder_make(cli->arena, path_parent(path)) ||
				!disk_write(cli->arena, path, secret))) {
		say2(cli, MSG_cli_file_write, path, str_of(strerror(errno)));
		return EXIT_FAILED;
	}
	return put(cli, at->shared, m) ? cli_fault(cli) : EXIT_DONE;
}

int source_views_add(struct cli *cli, const struct config *config,
    const struct views_added *given)
{
	struct views_at at;
	struct view_maker m = { .source = given->source,
		.dsn = given->dsn,
		.mark = random_id(cli->arena, 20) };
	struct source reader, maker;
	struct views_address told = { 0 }, found;

	if (given->address.n > 0 && !read_address(given->address, &told)) {
		say1(cli, MSG_cli_views_address, given->address);
		return EXIT_USAGE;
	}
	int code = open_at(cli, config, &at);
	if (code)
		return code;
	if (views_reader(&cli->cx, &at, given->source, &reader) ||
	    source_parse(&cli->cx, given->dsn, &maker))
		return cli_fault(cli);
	if (reader.kind != SOURCE_POSTGRESQL ||
	    maker.kind != SOURCE_POSTGRESQL) {
		say1(cli, MSG_cli_views_kind, given->source);
		return EXIT_REFUSED;
	}
	maker.secret = given->secret;
	if (look_at(cli, &m, &maker, &reader, &found))
		return cli_fault(cli);
	m.host = told.host.n > 0 ? told.host : found.host;
	m.port = told.port.n > 0 ? told.port : found.port;
	m.database = found.database;
	code = keep(cli, &at, &m, given->secret);
	if (!code)
		out_msg2(cli, MSG_cli_views_added, m.source,
		    str_fmt(cli->arena, "%.*s:%.*s", STR_ARG(m.host),
			STR_ARG(m.port)));
	return code;
}

static bool say_found(struct cli *cli, const struct views_report *report)
{
	bool bad = false;

	for (size_t i = 0; i < report->n; i++) {
		const struct view_done *d = &report->v[i];
		struct str act = msg_code(
		    cli->arena, cli->cx.lang, STR("view-act."), d->act);
		if (d->why.n > 0)
			act = str_fmt(cli->arena, "%.*s (%.*s)", STR_ARG(act),
			    STR_ARG(d->why));
		out_msg2(cli, MSG_cli_views_found, d->id, act);
		bad |= d->why.n > 0 || str_eq(d->act, STR("orphan"));
	}
	return bad;
}

int source_views_check(
    struct cli *cli, const struct config *config, struct str source)
{
	struct views_at at;
	struct views_report report = { 0 };
	const struct view_reach *reach = NULL;
	struct view_maker m;
	struct source reader;
	struct views *views = NULL;
	bool found = false;
	size_t n = 0;

	int code = open_at(cli, config, &at);
	if (code)
		return code;
	enum err e = store_read(&cli->cx, at.shared);
	if (!e)
		e = view_maker_find(&cli->cx, source, &m, &found);
	store_end(&cli->cx);
	if (!e && !found)
		return EXIT_DONE;
	if (!e)
		e = views_reader(&cli->cx, &at, source, &reader);
	if (!e)
		e = views_of(&cli->cx, &at, &m, &views);
	if (!e)
		e = try_one(&cli->cx, views, &reader, &reach, &n);
	if (!e)
		say_reach(cli, reach, n);
	if (!e)
		e = views_settle(&cli->cx, &at, &m, true, &report);
	bool bad = say_found(cli, &report);
	if (e) {
		say1(cli, MSG_cli_views_bad, source);
		return cli_fault(cli);
	}
	return bad || n > 0 ? EXIT_FAILED : EXIT_DONE;
}
