#include "base/near.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/cmd_import.h"
#include "cli/options.h"
#include "cli/password.h"
#include "cli/store.h"
#include "core/people.h"
#include "sql/sql.h"

/* What the command line says of a person. */
struct given {
	struct new_person person;
	struct words roles;
	struct str token_name, days;
	bool no_password, read_only, dry_run;
};

bool role_parse(struct str text, struct held_role *ret, struct str *ret_name)
{
	struct str name = text, office = { NULL, 0 }, unit = { NULL, 0 };
	struct str level = STR("");

	str_cut(name, ':', &name, &level);
	bool clerk = str_eq(level, STR("clerk"));
	str_cut(name, '/', &name, &unit);
	str_cut(name, '@', &name, &office);
	int role = kind_find(name, role_names, ROLES);
	*ret_name = name;
	if (role < 0 || (level.n > 0 && !clerk))
		return false;
	*ret = (struct held_role){ .role = (enum role)role,
		.office = office,
		.unit = unit,
		.clerk = clerk };
	return true;
}

static bool read_role(
    const struct cli *cli, struct str text, struct held_role *ret)
{
	struct str name;

	if (role_parse(text, ret, &name))
		return true;
	struct str near = near_name(name, role_names, ROLES);
	if (near.n)
		say2(cli, MSG_cli_role_unknown_near, name, near);
	else
		say1(cli, MSG_cli_role_unknown, name);
	return false;
}

static int add(struct cli *cli, struct given *g)
{
	struct held_role roles[COUNT(g->roles.v)];
	int64_t id;

	for (size_t i = 0; i < g->roles.n; i++)
		if (!read_role(cli, g->roles.v[i], &roles[i]))
			return EXIT_USAGE;
	g->person.roles = roles;
	g->person.n_roles = g->roles.n;
	if (!g->person.name.n)
		g->person.name = g->person.email;
	int code = EXIT_DONE;
	if (!g->no_password)
		code = password_ask(cli, &g->person.password);
	if (!code)
		code = store_for(cli, true, true);
	if (code)
		return code;
	if (person_add(&cli->cx, &g->person, &id) || store_commit(&cli->cx))
		return cli_fault(cli);
	out_msg2(cli, MSG_cli_user_added, g->person.email, STR(""));
	return EXIT_DONE;
}

static json_t *roles_json(struct arena *a, const struct person *p)
{
	json_t *all = json_new_array(a);

	for (size_t i = 0; i < p->n_roles; i++) {
		json_t *o = json_new_object(a);
		json_put_text(o, "role", str_of(role_names[p->roles[i].role]));
		json_put_text(o, "office", p->roles[i].office);
		json_put_text(o, "unit", p->roles[i].unit);
		if (p->roles[i].clerk)
			json_put_flag(o, "clerk", true);
		json_add(all, o);
	}
	return all;
}

json_t *person_json(struct arena *a, const struct person *p)
{
	json_t *o = json_new_object(a);

	json_put_text(o, "email", p->email);
	json_put_text(o, "name", p->name);
	json_put_text(o, "name_en", p->name_en);
	json_put_text(o, "phone", p->phone);
	json_put_text(o, "position", p->position);
	json_put_text(o, "unit", p->unit);
	json_put_flag(o, "active", p->active);
	json_put(o, "roles", roles_json(a, p));
	return o;
}

/* e-mail, name, roles, and a word when he may not sign in. */
static struct str person_line(const struct cli *cli, const struct person *p)
{
	struct arena *a = cli->arena;
	struct str roles = STR("");

	for (size_t i = 0; i < p->n_roles; i++) {
		const struct held_role *r = &p->roles[i];
		roles = str_fmt(a, "%.*s%s%s%s%.*s%s%.*s%s", STR_ARG(roles),
		    i ? " " : "", role_names[r->role], r->office.n ? "@" : "",
		    STR_ARG(r->office), r->unit.n ? "/" : "", STR_ARG(r->unit),
		    r->clerk ? ":clerk" : "");
	}
	struct str state =
	    p->active ? STR("") : msg_text(cli->cx.lang, MSG_cli_user_inactive);
	return str_fmt(a, "%.*s\t%.*s\t%.*s\t%.*s", STR_ARG(p->email),
	    STR_ARG(p->name), STR_ARG(roles), STR_ARG(state));
}

static int list(struct cli *cli)
{
	const struct person *v;
	size_t n;

	int code = store_for(cli, true, false);
	if (code)
		return code;
	if (person_list(&cli->cx, &v, &n))
		return cli_fault(cli);
	json_t *all = json_new_array(cli->arena);
	for (size_t i = 0; i < n; i++) {
		if (cli->json)
			json_add(all, person_json(cli->arena, &v[i]));
		else
			out_line(person_line(cli, &v[i]));
	}
	if (cli->json)
		out_json(cli, all);
	return EXIT_DONE;
}

static int disable(struct cli *cli, struct str email)
{
	int code = store_for(cli, true, true);
	if (code)
		return code;
	if (person_disable(&cli->cx, email) || store_commit(&cli->cx))
		return cli_fault(cli);
	out_msg2(cli, MSG_cli_user_disabled, email, STR(""));
	return EXIT_DONE;
}

static int passwd(struct cli *cli, struct str email)
{
	struct str password;

	int code = password_ask(cli, &password);
	if (!code)
		code = store_for(cli, true, true);
	if (code)
		return code;
	if (person_set_password(&cli->cx, email, password) ||
	    store_commit(&cli->cx))
		return cli_fault(cli);
	out_msg2(cli, MSG_cli_user_passwd, email, STR(""));
	return EXIT_DONE;
}

static int token(struct cli *cli, const struct given *g)
{
	struct person person;
	struct token_info info;
	struct str secret;
	int64_t days = 90;

	if (g->days.n && !option_number(cli, "--days", g->days, 1, 366, &days))
		return EXIT_USAGE;
	int code = store_for(cli, true, true);
	if (code)
		return code;
	struct str name = g->token_name.n ? g->token_name : STR("pratu user");
	if (person_by_email(&cli->cx, g->person.email, &person) ||
	    token_add(&cli->cx, person.id, name, g->read_only, days, &secret,
		&info) ||
	    store_commit(&cli->cx))
		return cli_fault(cli);
	if (!cli->json) {
		out_line(secret);
		return EXIT_DONE;
	}
	json_t *o = json_new_object(cli->arena);
	json_put_text(o, "id", info.id);
	json_put_text(o, "token", secret);
	json_put_text(o, "expires", time_iso(cli->arena, info.expires));
	out_json(cli, o);
	return EXIT_DONE;
}

int cmd_user(struct cli *cli)
{
	struct given g = { .no_password = false };
	const struct opt opts[] = {
		{ .name = "name", .text = &g.person.name },
		{ .name = "name-en", .text = &g.person.name_en },
		{ .name = "phone", .text = &g.person.phone },
		{ .name = "position", .text = &g.person.position },
		{ .name = "unit", .text = &g.person.unit },
		{ .name = "role", .list = &g.roles },
		{ .name = "no-password", .flag = &g.no_password },
		{ .name = "token-name", .text = &g.token_name },
		{ .name = "days", .text = &g.days },
		{ .name = "read-only", .flag = &g.read_only },
		{ .name = "dry-run", .flag = &g.dry_run },
	};
	struct words words;
	int code;

	if (!options_read(cli, opts, COUNT(opts), 1, 2, &words, &code))
		return code;
	struct str act = words.v[0];
	if (str_eq(act, STR("list")) && words.n == 1)
		return list(cli);
	if (words.n != 2)
		return usage_wrong(cli);
	if (str_eq(act, STR("import")))
		return user_import(cli, words.v[1], g.dry_run);
	g.person.email = words.v[1];
	if (str_eq(act, STR("add")))
		return add(cli, &g);
	if (str_eq(act, STR("disable")))
		return disable(cli, words.v[1]);
	if (str_eq(act, STR("passwd")))
		return passwd(cli, words.v[1]);
	if (str_eq(act, STR("token")))
		return token(cli, &g);
	return usage_wrong(cli);
}
