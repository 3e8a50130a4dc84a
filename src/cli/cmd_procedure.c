#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "cli/disk.h"
#include "cli/options.h"
#include "cli/store.h"
#include "core/procedure_people.h"
#include "sql/sql.h"

enum { MAX_YAML = 512 * 1024 };

static void say_errors(const struct cli *cli, struct str path,
    const struct procedure_errors *errors)
{
	for (size_t i = 0; i < errors->n; i++)
		say3(cli, MSG_cli_config_line, path,
		    str_fmt(cli->arena, "%d:%d", errors->v[i].line,
			errors->v[i].column),
		    errors->v[i].text);
}

/* Reads and checks one file; every error is said with its place. */
static int read_file(struct cli *cli, struct str path, struct procedure *ret)
{
	struct procedure_errors *errors =
	    ARENA_NEW(cli->arena, struct procedure_errors);
	struct str yaml;

	if (!disk_read(cli->arena, path, MAX_YAML, &yaml)) {
		int code = errno == ENOENT ? EXIT_NOT_FOUND : EXIT_FAILED;
		say2(cli, MSG_cli_file_read, path, str_of(strerror(errno)));
		return code;
	}
	enum err e = procedure_read(&cli->cx, yaml, ret, errors);
	if (e)
		say_errors(cli, path, errors);
	if (e && errors->n == 0)
		return cli_fault(cli);
	return e ? EXIT_FAILED : EXIT_DONE;
}

/* Who holds the roles only an installation knows; without one that is said. */
static int check_people(
    struct cli *cli, struct str path, const struct procedure *p, bool known)
{
	struct procedure_errors *errors =
	    ARENA_NEW(cli->arena, struct procedure_errors);

	if (!known) {
		say1(cli, MSG_cli_procedure_people, path);
		return EXIT_DONE;
	}
	if (procedure_check_people(&cli->cx, p, errors))
		return cli_fault(cli);
	say_errors(cli, path, errors);
	return errors->n > 0 ? EXIT_FAILED : EXIT_DONE;
}

static int check(struct cli *cli, const struct words *files)
{
	bool known = cli->dir.n > 0 || cli->config.n > 0;
	int code = known ? store_for(cli, true, false) : EXIT_DONE;

	if (code)
		return code;

	for (size_t i = 1; i < files->n; i++) {
		struct procedure p;
		int one = read_file(cli, files->v[i], &p);
		if (!one)
			one = check_people(cli, files->v[i], &p, known);
		if (one) {
			code = one;
			continue;
		}
		if (cli->json) {
			out_json(cli, procedure_json(cli->arena, &p));
			continue;
		}
		out_line(str_fmt(cli->arena, "%.*s rev %.*s", STR_ARG(p.code),
		    STR_ARG(p.revision)));
		out_line(procedure_matrix(cli->arena, &p, cli->cx.lang));
	}
	return code;
}

/* All of the files or none. */
static int load(struct cli *cli, const struct words *files)
{
	struct procedure *v =
	    ARENA_ARRAY(cli->arena, struct procedure, files->n);

	for (size_t i = 1; i < files->n; i++) {
		int code = read_file(cli, files->v[i], &v[i]);
		if (code)
			return code;
	}
	int code = store_for(cli, true, true);
	if (code)
		return code;
	for (size_t i = 1; i < files->n; i++)
		if (procedure_keep(&cli->cx, &v[i]))
			return cli_fault(cli);
	if (store_commit(&cli->cx))
		return cli_fault(cli);
	for (size_t i = 1; i < files->n; i++)
		out_msg2(
		    cli, MSG_cli_procedure_loaded, v[i].code, v[i].revision);
	return EXIT_DONE;
}

static int list(struct cli *cli)
{
	const struct procedure **v;
	size_t n;

	int code = store_for(cli, true, false);
	if (code)
		return code;
	if (procedure_list(&cli->cx, &v, &n))
		return cli_fault(cli);
	json_t *all = json_new_array(cli->arena);
	for (size_t i = 0; i < n; i++) {
		struct str title = text2_in(v[i]->title, cli->cx.lang);
		json_t *o = json_new_object(cli->arena);
		json_put_text(o, "code", v[i]->code);
		json_put_text(o, "revision", v[i]->revision);
		json_put_text(o, "office", v[i]->office);
		json_put_text(o, "title", title);
		json_put_text(o, "digest", v[i]->digest);
		json_add(all, o);
		if (!cli->json)
			out_line(str_fmt(cli->arena, "%.*s\t%.*s\t%.*s\t%.*s",
			    STR_ARG(v[i]->code), STR_ARG(v[i]->revision),
			    STR_ARG(v[i]->office), STR_ARG(title)));
	}
	if (cli->json)
		out_json(cli, all);
	return EXIT_DONE;
}

int cmd_procedure(struct cli *cli)
{
	struct words words;
	int code;

	if (!options_read(cli, NULL, 0, 1, COUNT(words.v), &words, &code))
		return code;
	struct str act = words.v[0];
	if (str_eq(act, STR("list")) && words.n == 1)
		return list(cli);
	if (str_eq(act, STR("check")) && words.n > 1)
		return check(cli, &words);
	if (str_eq(act, STR("load")) && words.n > 1)
		return load(cli, &words);
	return usage_wrong(cli);
}
