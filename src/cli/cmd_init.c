#include "base/str.h"
#include "cli/install.h"
#include "cli/options.h"
#include "cli/password.h"
#include "cli/store.h"
#include "core/people.h"
#include "sql/sql.h"

/* What an empty installation holds: the first administrator and the shipped
 * calendars. */
static enum err fill(struct ctx *cx, struct str email, struct str password)
{
	const struct held_role admin = { .role = ROLE_admin };
	const struct new_person person = {
		.email = email,
		.name = email,
		.password = password,
		.roles = &admin,
		.n_roles = 1,
	};
	int64_t id;

	enum err e = person_add(cx, &person, &id);
	if (e)
		return e;
	e = install_knowledge(cx, false);
	if (e)
		return e;
	return store_commit(cx);
}

int cmd_init(struct cli *cli)
{
	struct new_installation n = {
		.dsn = STR("sqlite:"),
		.desk_listen = STR("127.0.0.1:8080"),
		.gate_listen = STR("127.0.0.1:8081"),
	};
	struct str admin = { NULL, 0 }, password;
	const struct opt opts[] = {
		{ .name = "admin", .text = &admin },
		{ .name = "store", .text = &n.dsn },
	};
	struct config config;
	struct words words;
	int code;

	if (!options_read(cli, opts, COUNT(opts), 1, 1, &words, &code))
		return code;
	if (!admin.n) {
		say1(cli, MSG_cli_option_value, STR("--admin"));
		return usage_wrong(cli);
	}
	n.dir = words.v[0];
	code = password_ask(cli, &password);
	if (!code)
		code = install_begin(cli, &n, &config);
	if (!code)
		code = store_of(cli, &config, true, true);
	if (code)
		return code;
	if (fill(&cli->cx, admin, password))
		return cli_fault(cli);
	code = install_finish(cli, &n, &config);
	if (!code)
		out_msg2(cli, MSG_cli_init_done, config.dir, config.desk_url);
	return code;
}
