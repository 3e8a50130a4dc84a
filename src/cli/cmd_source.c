#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "cli/cmd_source_views.h"
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
	if (str_starts(s->dsn, STR("sqlite:")))
		s->dsn = str_cat(cli->arena, STR("sqlite:"), whole);
	return EXIT_DONE;
}

struct added {
	struct listed_source s;
	struct str secret_file, secret; /* absent: none */
};

/* The password: the whole file but for the line's end, "-" standard input. */
static int read_secret(struct cli *cli, struct added *a)
{
	if (a->secret_file.n == 0)
		return EXIT_DONE;
	if (!disk_read(
		cli->arena, a->secret_file, SOURCE_SECRET_BYTES, &a->secret)) {
		say2(cli, MSG_cli_file_read, a->secret_file,
		    str_of(strerror(errno)));
		return EXIT_NOT_FOUND;
	}
	while (a->secret.n > 0 && (str_ends(a->secret, STR("\n")) ||
				      str_ends(a->secret, STR("\r"))))
		a->secret.n--;
	if (a->secret.n > 0 && str_index(a->secret, '\0') == a->secret.n)
		return EXIT_DONE;
	say1(cli, MSG_cli_source_secret_empty, a->secret_file);
	return EXIT_REFUSED;
}

static int keep_secret(
    struct cli *cli, const struct config *c, const struct added *a)
{
	struct str gate = str_cat(cli->arena, c->dir, STR("/gate"));
	struct str path = source_secret_path(cli->arena, gate, a->s.name);

	if (a->secret_file.n == 0)
		return EXIT_DONE;
	if (folder_make(cli->arena, path_parent(path)) &&
	    disk_write(cli->arena, path, a->secret))
		return EXIT_DONE;
	say2(cli, MSG_cli_file_write, path, str_of(strerror(errno)));
	return EXIT_FAILED;
}

static enum err look(struct ctx *cx, const struct listed_source *s,
    struct str secret, struct source_report *ret)
{
	struct source source;

	enum err e = source_parse(cx, s->dsn, &source);
	if (e)
		return e;
	source.secret = secret;
	return source_look(cx, &source, ret);
}

/* A line for each thing that an administrator should know. */
static void advise(struct cli *cli, const struct source_report *r)
{
	struct str writable =
	    str_fmt(cli->arena, "%lld", (long long)r->n_writable);
	struct str readable =
	    str_fmt(cli->arena, "%lld", (long long)r->n_readable);
	struct str bad = str_fmt(cli->arena, "%lld", (long long)r->n_bad);
	struct str looked = str_fmt(cli->arena, "%lld", (long long)r->n_looked);
	bool server = r->n_readable >= 0;
	const struct {
		bool so;
		enum msg msg;
		struct str arg[2];
	} lines[] = {
		{ r->tls == YES, MSG_cli_source_tls, { STR(""), STR("") } },
		{ r->tls == NO, MSG_cli_source_no_tls, { STR(""), STR("") } },
		{ r->read_only == YES, MSG_cli_source_read_only,
		    { STR(""), STR("") } },
		{ r->read_only != YES, MSG_cli_source_not_read_only,
		    { STR(""), STR("") } },
		{ r->wal_without_folder, MSG_cli_source_wal,
		    { STR(""), STR("") } },
		{ r->is_owner == YES, MSG_cli_source_owner,
		    { STR(""), STR("") } },
		{ r->can_write == YES, MSG_cli_source_can_write,
		    { writable, r->writable } },
		{ server && r->can_write == NO && r->is_owner == NO,
		    MSG_cli_source_role_good, { readable, STR("") } },
		{ r->can_write == NOT_KNOWN && r->read_only != YES,
		    MSG_cli_source_role_unknown, { STR(""), STR("") } },
		{ r->n_bad > 0, MSG_cli_source_bad_texts,
		    { bad, r->bad_table } },
		{ r->n_looked > 0 && r->n_bad == 0, MSG_cli_source_texts_good,
		    { looked, STR("") } },
	};

	for (size_t i = 0; i < COUNT(lines); i++)
		if (lines[i].so)
			out_msg2(cli, lines[i].msg, lines[i].arg[0],
			    lines[i].arg[1]);
}

static int add(struct cli *cli, struct added a)
{
	struct source_report report;
	struct config config;

	int code = config_load(cli, &config);
	if (!code)
		code = system_there(cli, &config, a.s.system);
	if (!code)
		code = make_absolute(cli, &config, &a.s);
	if (!code)
		code = read_secret(cli, &a);
	if (!code && look(&cli->cx, &a.s, a.secret, &report))
		code = cli_fault(cli);
	if (!code)
		code = store_of(cli, &config, false, true);
	if (code)
		return code;
	if (source_list_add(&cli->cx, &a.s))
		return cli_fault(cli);
	/* The secret first: a source that is listed can be read. */
	code = keep_secret(cli, &config, &a);
	if (code)
		return code;
	if (store_commit(&cli->cx))
		return cli_fault(cli);
	if (cli->json)
		out_json(cli, source_json(cli->arena, &a.s));
	else
		out_msg2(cli, MSG_cli_source_added, a.s.name, a.s.dsn);
	return EXIT_DONE;
}

/* Each in a ctx of its own: a source that is down hides no other. */
static int check_all(struct cli *cli, const struct config *config,
    const struct listed_source *v, size_t n, struct str only)
{
	struct str gate = str_cat(cli->arena, config->dir, STR("/gate"));
	struct source_report report;
	struct str secret;

	int code = only.n ? EXIT_NOT_FOUND : EXIT_DONE;

	for (size_t i = 0; i < n; i++) {
		if (only.n && !str_eq(v[i].name, only))
			continue;
		struct cli one = *cli;
		one.cx = ctx_new(cli->arena, cli->cx.now, cli->cx.lang);
		if (only.n)
			code = EXIT_DONE;
		enum err e =
		    source_secret_read(&one.cx, gate, v[i].name, &secret);
		if (!e)
			e = look(&one.cx, &v[i], secret, &report);
		if (e) {
			say1(cli, MSG_cli_source_bad, v[i].name);
			cli_fault(&one);
			code = EXIT_FAILED;
		} else {
			out_msg2(cli, MSG_cli_source_good, v[i].name, v[i].dsn);
			advise(cli, &report);
			if (source_views_check(&one, config, v[i].name))
				code = EXIT_FAILED;
		}
	}
	if (code == EXIT_NOT_FOUND)
		say1(cli, MSG_error_source_unknown, only);
	return code;
}

static int check(struct cli *cli, struct str only)
{
	const struct listed_source *v;
	struct config config;
	size_t n;

	int code = config_load(cli, &config);
	if (!code)
		code = store_of(cli, &config, false, false);
	if (code)
		return code;
	if (source_list(&cli->cx, &v, &n))
		return cli_fault(cli);
	return check_all(cli, &config, v, n, only);
}

static int views(struct cli *cli, struct added *a, struct str address)
{
	struct config config;

	int code = config_load(cli, &config);
	if (!code)
		code = read_secret(cli, a);
	if (code)
		return code;
	struct views_added added = { .source = a->s.name,
		.dsn = a->s.dsn,
		.secret = a->secret,
		.address = address };
	return source_views_add(cli, &config, &added);
}

int cmd_source(struct cli *cli)
{
	struct str address = { 0 };
	struct added a = { .secret = { NULL, 0 } };
	struct listed_source *s = &a.s;
	const struct opt opts[] = {
		{ .name = "system", .text = &s->system },
		{ .name = "dsn", .text = &s->dsn },
		{ .name = "secret-file", .text = &a.secret_file },
		{ .name = "address", .text = &address },
	};
	struct words words;
	int code;

	if (!options_read(cli, opts, COUNT(opts), 1, 2, &words, &code))
		return code;
	if (!source_locale())
		return EXIT_FAILED;
	struct str act = words.v[0];
	if (str_eq(act, STR("list")) && words.n == 1)
		return list(cli);
	if (str_eq(act, STR("check")))
		return check(cli, words.n > 1 ? words.v[1] : STR(""));
	if (str_eq(act, STR("add")) && words.n == 2 && s->system.n &&
	    s->dsn.n) {
		s->name = words.v[1];
		return add(cli, a);
	}
	if (str_eq(act, STR("views")) && words.n == 2 && s->dsn.n) {
		s->name = words.v[1];
		return views(cli, &a, address);
	}
	return usage_wrong(cli);
}
