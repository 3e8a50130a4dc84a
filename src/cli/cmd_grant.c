#include "base/str.h"
#include "base/time.h"
#include "cli/options.h"
#include "cli/store.h"
#include "core/cases.h"
#include "core/grants.h"
#include "sql/sql.h"

struct grant {
	struct cli *cli;
	struct config config;
	struct str id, as, reason;
};

static json_t *grant_json(const struct grant *g, const struct connection *c)
{
	return connection_json(
	    g->cli->arena, c, g->config.gate_url, g->cli->cx.now);
}

static struct str grant_line(const struct grant *g, const struct connection *c)
{
	struct arena *a = g->cli->arena;
	struct str state = connection_state(c, g->cli->cx.now);
	struct str end = date_iso(a, date_of_ms(c->expires));

	return str_fmt(a, "%.*s\t%.*s\t%.*s\t%.*s\t%.*s\t%.*s", STR_ARG(c->id),
	    STR_ARG(c->request), STR_ARG(c->part), STR_ARG(c->outlet),
	    STR_ARG(state), STR_ARG(end));
}

static int list(struct grant *g)
{
	struct cli *cli = g->cli;
	const struct connection *v;
	size_t n;

	int code = store_of(cli, &g->config, false, false);
	if (code)
		return code;
	if (connection_list(&cli->cx, NULL, 0, &v, &n))
		return cli_fault(cli);
	json_t *all = json_new_array(cli->arena);
	for (size_t i = 0; i < n; i++) {
		if (cli->json)
			json_add(all, grant_json(g, &v[i]));
		else
			out_line(grant_line(g, &v[i]));
	}
	if (cli->json)
		out_json(cli, all);
	return EXIT_DONE;
}

static int get(struct grant *g, struct connection *ret)
{
	int code = store_of(g->cli, &g->config, false, false);
	if (code)
		return code;
	enum err e = connection_get(&g->cli->cx, g->id, ret);
	store_end(&g->cli->cx);
	return e ? cli_fault(g->cli) : EXIT_DONE;
}

static int show(struct grant *g)
{
	struct connection c;

	int code = get(g, &c);
	if (!code)
		out_json(g->cli, grant_json(g, &c));
	return code;
}

/* Whoever the operator says he is, or else the first administrator: an event
 * names a person. */
static int find_actor(struct grant *g, struct actor *ret)
{
	struct ctx *cx = &g->cli->cx;
	const struct person *v;
	size_t n;

	*ret = (struct actor){ .read_only = false };
	if (g->as.n)
		return person_by_email(cx, g->as, &ret->person)
		           ? cli_fault(g->cli)
		           : EXIT_DONE;
	if (person_list_role(cx, ROLE_admin, STR(""), STR(""), &v, &n))
		return cli_fault(g->cli);
	if (n == 0) {
		say(g->cli, MSG_cli_no_admin);
		return EXIT_NOT_FOUND;
	}
	ret->person = v[0];
	return EXIT_DONE;
}

/* The event first, which is the truth; then what the gate reads. */
static int publish(struct grant *g)
{
	struct ctx *cx = &g->cli->cx;
	struct store *people, *shared;
	struct site site;

	int code = config_site(g->cli, &g->config, PROCESS_ADMIN, &site);
	if (code)
		return code;
	if (site_open_people(cx, &site, 1, &people))
		return cli_fault(g->cli);
	enum err e = site_open_shared(cx, &site, 1, &shared);
	if (!e) {
		e = grants_publish(cx, people, shared);
		store_close(shared);
	}
	store_close(people);
	return e ? cli_fault(g->cli) : EXIT_DONE;
}

static int revoke(struct grant *g)
{
	struct ctx *cx = &g->cli->cx;
	struct case_file file;
	struct actor actor;
	struct connection c;

	int code = get(g, &c);
	if (!code)
		code = store_of(g->cli, &g->config, true, true);
	if (!code)
		code = find_actor(g, &actor);
	if (code)
		return code;
	json_t *body = json_new_object(g->cli->arena);
	json_put_text(body, "connection", c.id);
	json_put_text(body, "reason", g->reason);
	cx->actor = &actor;
	const struct case_command command = {
		.no = c.request, .command = COMMAND_revoke, .body = body
	};
	if (cases_command(cx, &command, &file) || store_commit(cx))
		return cli_fault(g->cli);
	code = publish(g);
	if (!code)
		out_msg2(g->cli, MSG_cli_grant_revoked, c.id, c.request);
	return code;
}

int cmd_grant(struct cli *cli)
{
	struct grant g = { .cli = cli, .reason = STR("pratu grant revoke") };
	const struct opt opts[] = {
		{ .name = "as", .text = &g.as },
		{ .name = "reason", .text = &g.reason },
	};
	struct words words;
	int code;

	if (!options_read(cli, opts, COUNT(opts), 1, 2, &words, &code))
		return code;
	code = config_load(cli, &g.config);
	if (code)
		return code;
	struct str act = words.v[0];
	if (str_eq(act, STR("list")) && words.n == 1)
		return list(&g);
	if (words.n != 2)
		return usage_wrong(cli);
	g.id = words.v[1];
	if (str_eq(act, STR("show")))
		return show(&g);
	if (str_eq(act, STR("revoke")))
		return revoke(&g);
	return usage_wrong(cli);
}
