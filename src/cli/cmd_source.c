#include "base/str.h"
#include "cli/disk.h"
#include "cli/options.h"
#include "cli/store.h"
#include "core/people.h"
#include "core/source_list.h"
#include "source/source.h"
#include "sql/sql.h"

static json_t *source_json(struct arena *a, const struct listed_source *s)
{
	json_t *o = json_new_object(a);

	json_put_text(o, "name", s->name);
	json_put_text(o, "system", s->system);
	json_put_text(o, "kind", s->kind);
	json_put_text(o, "dsn", s->dsn);
	return o;
}

static int list(struct cli *cli)
{
	const struct listed_source *v;
	size_t n;

	int code = store_for(cli, false, false);
	if (code)
		return code;
	if (source_list(&cli->cx, &v, &n))
		return cli_fault(cli);
	json_t *all = json_new_array(cli->arena);
	for (size_t i = 0; i < n; i++) {
		if (cli->json)
			json_add(all, source_json(cli->arena, &v[i]));
		else
			out_line(str_fmt(cli->arena, "%.*s\t%.*s\t%.*s",
			    STR_ARG(v[i].name), STR_ARG(v[i].system),
			    STR_ARG(v[i].dsn)));
	}
	if (cli->json)
		out_json(cli, all);
	return EXIT_DONE;
}

/* The gate may read the folder of each source's file; so none may lie where
 * that would open the wall: in the installation's own folders, or above them. */
static bool is_ours(struct cli *cli, const struct config *c, struct str file)
{
	struct str folder = path_parent(file);
	struct str dir = str_cat(cli->arena, c->dir, STR("/"));

	if (folder.n > 1)
		folder = str_cat(cli->arena, folder, STR("/"));
	if (str_starts(dir, folder))
		return true;
	static const char *const own[] = { "people/", "shared/", "gate/" };
	for (size_t i = 0; i < COUNT(own); i++)
		if (str_starts(
			folder, str_cat(cli->arena, dir, str_of(own[i]))))
			return true;
	return false;
}

static int system_there(
    struct cli *cli, const struct config *config, struct str code)
{
	const struct system *v;
	size_t n;

	int exit_code = store_of(cli, config, true, false);
	if (exit_code)
		return exit_code;
	enum err e = system_list(&cli->cx, STR(""), &v, &n);
	store_end(&cli->cx);
	if (e)
		return cli_fault(cli);
	if (system_find(v, n, code))
		return EXIT_DONE;
	say1(cli, MSG_cli_system_unknown, code);
	return EXIT_NOT_FOUND;
}

/* With an absolute path without links: what the kernel's fence will see. */
static int make_absolute(
    struct cli *cli, const struct config *config, struct listed_source *s)
{
	struct str file = source_list_file(s);

	if (!file.n)
		return EXIT_DONE; /* source_list_add says what is wrong */
	struct str whole = path_real(cli->arena, file);
	if (!whole.n) {
		say1(cli, MSG_cli_source_no_file, file);
		return EXIT_NOT_FOUND;
	}
	if (is_ours(cli, config, whole)) {
		say1(cli, MSG_cli_source_ours, whole);
		return EXIT_REFUSED;
	}
	s->dsn = str_cat(cli->arena, STR("sqlite:"), whole);
	return EXIT_DONE;
}

static enum err check_one(struct ctx *cx, const struct listed_source *s)
{
	struct source source;

	enum err e = source_parse(cx, s->dsn, &source);
	return e ? e : source_check(cx, &source);
}

static int add(struct cli *cli, struct listed_source s)
{
	struct config config;

	int code = config_load(cli, &config);
	if (!code)
		code = system_there(cli, &config, s.system);
	if (!code)
		code = make_absolute(cli, &config, &s);
	if (!code && check_one(&cli->cx, &s))
		code = cli_fault(cli);
	if (!code)
		code = store_of(cli, &config, false, true);
	if (code)
		return code;
	if (source_list_add(&cli->cx, &s) || store_commit(&cli->cx))
		return cli_fault(cli);
	if (cli->json)
		out_json(cli, source_json(cli->arena, &s));
	else
		out_msg2(cli, MSG_cli_source_added, s.name, s.dsn);
	return EXIT_DONE;
}

/* Each in a ctx of its own: a source that is down hides no other. */
static int check_all(
    struct cli *cli, const struct listed_source *v, size_t n, struct str only)
{
	int code = only.n ? EXIT_NOT_FOUND : EXIT_DONE;

	for (size_t i = 0; i < n; i++) {
		if (only.n && !str_eq(v[i].name, only))
			continue;
		struct cli one = *cli;
		one.cx = ctx_new(cli->arena, cli->cx.now, cli->cx.lang);
		if (only.n)
			code = EXIT_DONE;
		if (check_one(&one.cx, &v[i])) {
			say1(cli, MSG_cli_source_bad, v[i].name);
			cli_fault(&one);
			code = EXIT_FAILED;
		} else {
			out_msg2(cli, MSG_cli_source_good, v[i].name, v[i].dsn);
		}
	}
	if (code == EXIT_NOT_FOUND)
		say1(cli, MSG_error_source_unknown, only);
	return code;
}

static int check(struct cli *cli, struct str only)
{
	const struct listed_source *v;
	size_t n;

	int code = store_for(cli, false, false);
	if (code)
		return code;
	if (source_list(&cli->cx, &v, &n))
		return cli_fault(cli);
	return check_all(cli, v, n, only);
}

int cmd_source(struct cli *cli)
{
	struct listed_source s = { .name = { NULL, 0 } };
	const struct opt opts[] = {
		{ .name = "system", .text = &s.system },
		{ .name = "dsn", .text = &s.dsn },
	};
	struct words words;
	int code;

	if (!options_read(cli, opts, COUNT(opts), 1, 2, &words, &code))
		return code;
	struct str act = words.v[0];
	if (str_eq(act, STR("list")) && words.n == 1)
		return list(cli);
	if (str_eq(act, STR("check")))
		return check(cli, words.n > 1 ? words.v[1] : STR(""));
	if (str_eq(act, STR("add")) && words.n == 2 && s.system.n && s.dsn.n) {
		s.name = words.v[1];
		return add(cli, s);
	}
	return usage_wrong(cli);
}
