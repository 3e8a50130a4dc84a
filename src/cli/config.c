#include "cli/config.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/near.h"
#include "base/str.h"
#include "cli/config_mail.h"
#include "cli/disk.h"
#include "core/hook_reach.h"
#include "core/people.h"

enum { MAX_FILE = 64 * 1024, MAX_ERRORS = 20 };

const char *const process_names[PROCESSES] = {
	[PROCESS_DESK] = "desk",
	[PROCESS_COURIER] = "courier",
	[PROCESS_GATE] = "gate",
};

enum key_kind {
	KIND_DSN,
	KIND_ADDRESS,
	KIND_URL,
	KIND_PATH,
	KIND_EMAILS,
	KIND_EMAIL,
	KIND_LINE,
	KIND_FILE,
	KIND_DAYS,
	KIND_PORTS,
	KIND_NETWORKS,
	KIND_SMTP,
	KIND_STARTTLS,
	KIND_IMAP,
	KIND_FOLDER,
	KIND_EVERY
};

static const struct {
	const char *name; /* "section.key" */
	size_t offset;
	enum key_kind kind;
} keys[] = {
#define KEY(section, key, member, what) \
	{ #section "." #key, offsetof(struct config, member), KIND_##what },
#include "cli/config.def"
#undef KEY
};

/* The reading of one file. */
struct reader {
	struct cli *cli;
	struct config *config;
	struct str file, section;
	int line;
	int n_errors;
};

static void wrong(struct reader *r, enum msg msg, struct str a, struct str b)
{
	struct str text = msg_fill(
	    r->cli->arena, r->cli->cx.lang, msg, (struct str[]){ a, b }, 2);

	if (r->n_errors++ < MAX_ERRORS)
		say3(r->cli, MSG_cli_config_line, r->file,
		    str_fmt(r->cli->arena, "%d", r->line), text);
}

bool config_address_ok(struct str s)
{
	int64_t port;
	size_t colon = s.n;

	if (str_starts(s, STR("unix:/")))
		return s.n < 108;
	while (colon > 0 && s.p[colon - 1] != ':')
		colon--;
	return colon > 1 && s.n < 200 && str_i64(str_from(s, colon), &port) &&
	       port >= 1 && port <= 65535;
}

bool config_dsn_ok(struct str s)
{
	return s.n < 1000 && (str_eq(s, STR("sqlite:")) ||
				 str_starts(s, STR("postgresql://")));
}

static bool emails_ok(struct cli *cli, struct str left)
{
	struct str one, email;
	for (bool more = true; more;) {
		more = str_cut(left, ',', &one, &left);
		if (!email_normal(cli->arena, one, &email))
			return false;
	}
	return true;
}

static bool value_ok(struct cli *cli, enum key_kind kind, struct str value)
{
	switch (kind) {
	case KIND_DSN:
		return config_dsn_ok(value);
	case KIND_ADDRESS:
		return config_address_ok(value);
	case KIND_URL:
		return (str_starts(value, STR("http://")) ||
			   str_starts(value, STR("https://"))) &&
		       value.n > strlen("https://") && value.n < 500 &&
		       !str_ends(value, STR("/"));
	case KIND_PATH:
		/* A Unix socket's address holds 107 characters. */
		return value.n > 1 && value.n < 108 && value.p[0] == '/';
	case KIND_EMAILS:
		return value.n < 2000 && emails_ok(cli, value);
	case KIND_EMAIL:
		return config_email_ok(cli->arena, value);
	case KIND_LINE:
		return config_line_ok(value);
	case KIND_FILE:
		return value.n > 1 && value.n < 1000 && value.p[0] == '/';
	case KIND_PORTS:
		return str_eq(value, STR("none")) ||
		       hook_reach_parse(
			   STR(""), value, &(struct hook_reach){ 0 });
	case KIND_NETWORKS:
		return hook_reach_parse(
		    value, STR(""), &(struct hook_reach){ 0 });
	case KIND_DAYS:
		return config_days_ok(value);
	case KIND_SMTP:
		return str_eq(value, STR("none")) ||
		       config_server_ok(value, STR("smtp"));
	case KIND_IMAP:
		return config_server_ok(value, STR("imap"));
	case KIND_FOLDER:
		return config_folder_ok(value);
	case KIND_EVERY:
		return config_every_ok(value);
	case KIND_STARTTLS:
		return str_eq(value, STR("required")) ||
		       str_eq(value, STR("none"));
	}
	return false;
}

static void unknown_key(struct reader *r, struct str name)
{
	const char *names[COUNT(keys)];

	for (size_t i = 0; i < COUNT(keys); i++)
		names[i] = keys[i].name;
	struct str near = near_name(name, names, COUNT(keys));
	wrong(r, near.n ? MSG_cli_config_key_near : MSG_cli_config_key, name,
	    near);
}

static void set_key(
    struct reader *r, struct str name, struct str value, bool again)
{
	for (size_t i = 0; i < COUNT(keys); i++) {
		if (!str_eq(str_of(keys[i].name), name))
			continue;
		struct str *to =
		    (struct str *)(void *)((char *)r->config + keys[i].offset);
		if (to->n && !again)
			wrong(r, MSG_cli_config_twice, name, value);
		else if (!value_ok(r->cli, keys[i].kind, value))
			wrong(r, MSG_cli_config_value, name, value);
		else
			*to = value;
		return;
	}
	unknown_key(r, name);
}

static void read_line(struct reader *r, struct str line)
{
	struct str key, value;

	line = str_trim(line);
	if (line.n == 0 || line.p[0] == '#')
		return;
	if (line.p[0] == '[' && line.p[line.n - 1] == ']') {
		r->section = str_trim(str_upto(str_from(line, 1), line.n - 2));
		return;
	}
	if (!str_cut(line, '=', &key, &value)) {
		wrong(r, MSG_cli_config_syntax, line, STR(""));
		return;
	}
	key = str_trim(key);
	set_key(r,
	    str_fmt(
		r->cli->arena, "%.*s.%.*s", STR_ARG(r->section), STR_ARG(key)),
	    str_trim(value), false);
}

/* What the command line says instead of the file. */
static void apply_sets(struct reader *r)
{
	struct str key, value;

	r->line = 0;
	for (size_t i = 0; i < r->cli->n_sets; i++) {
		str_cut(r->cli->sets[i], '=', &key, &value);
		set_key(r, key, value, true);
	}
}

static void defaults(struct arena *a, struct config *c)
{
	if (!c->dsn.n)
		c->dsn = STR("sqlite:");
	if (!c->desk_listen.n)
		c->desk_listen = STR("127.0.0.1:8080");
	if (!c->gate_listen.n)
		c->gate_listen = STR("127.0.0.1:8081");
	if (!c->desk_url.n)
		c->desk_url = str_cat(a, STR("http://"), c->desk_listen);
	if (!c->gate_url.n)
		c->gate_url = str_cat(a, STR("http://"), c->gate_listen);
	if (!c->gate_socket.n)
		c->gate_socket = str_cat(a, c->dir, STR("/shared/gate.sock"));
	c->postgresql = str_starts(c->dsn, STR("postgresql:"));
}

int config_parse(
    struct cli *cli, struct str file, struct str text, struct config *ret)
{
	struct config c = { .file = file, .dir = path_parent(file) };
	struct reader r = { .cli = cli, .config = &c, .file = file };

	if (!str_utf8(text)) {
		wrong(&r, MSG_cli_config_utf8, file, STR(""));
		return EXIT_CONFIG;
	}
	while (text.n) {
		struct str line = text;
		str_cut(line, '\n', &line, &text);
		r.line++;
		read_line(&r, line);
	}
	apply_sets(&r);
	defaults(cli->arena, &c);
	if (c.gate_socket.n >= 108)
		wrong(&r, MSG_cli_config_value, STR("gate.socket"),
		    c.gate_socket);
	if (str_eq(c.mail.url, STR("none"))) {
		c.mail = (struct site_mail){ 0 };
		c.replies = (struct site_replies){ 0 };
	}
	if (str_eq(c.hooks.ports, STR("none")))
		c.hooks = (struct site_hooks){ 0 };
	enum msg wrong_mail = config_mail_wrong(&c.mail);
	if (wrong_mail != MSG_NONE && r.n_errors == 0)
		wrong(&r, wrong_mail, STR("mail"), STR(""));
	enum msg wrong_replies = config_replies_wrong(&c.replies, &c.mail);
	if (wrong_replies != MSG_NONE && r.n_errors == 0)
		wrong(&r, wrong_replies, STR("replies"), STR(""));
	if (r.n_errors)
		return EXIT_CONFIG;
	*ret = c;
	return EXIT_DONE;
}

/* The file that --config, --dir or the defaults name; absent when none does. */
static struct str find_file(struct cli *cli)
{
	static const char *const places[] = { "./pratu-demo/pratu.conf",
		"/etc/pratu/pratu.conf" };

	if (cli->config.n)
		return cli->config;
	if (cli->dir.n)
		return str_cat(cli->arena, cli->dir, STR("/pratu.conf"));
	for (size_t i = 0; i < COUNT(places); i++)
		if (access(places[i], F_OK) == 0)
			return str_of(places[i]);
	return (struct str){ NULL, 0 };
}

int config_load(struct cli *cli, struct config *ret)
{
	struct str file = find_file(cli), text;

	if (!file.n) {
		say(cli, MSG_cli_config_none);
		return EXIT_CONFIG;
	}
	struct str whole = path_real(cli->arena, file);
	if (!whole.n || !disk_read(cli->arena, whole, MAX_FILE, &text)) {
		say2(cli, MSG_cli_file_read, file, str_of(strerror(errno)));
		return EXIT_CONFIG;
	}
	return config_parse(cli, whole, text, ret);
}

struct str config_text(struct arena *a, struct str dsn, struct str desk_listen,
    struct str gate_listen)
{
	return str_fmt(a,
	    "[store]\ndsn = %.*s\n\n[desk]\nlisten = %.*s\n\n[gate]\n"
	    "listen = %.*s\n",
	    STR_ARG(dsn), STR_ARG(desk_listen), STR_ARG(gate_listen));
}

struct str config_secret_path(
    struct arena *a, const struct config *c, enum process process)
{
	return str_cat(a, c->dir,
	    process == PROCESS_GATE ? STR("/gate/store.secret")
				    : STR("/people/store.secret"));
}

static int read_secret(struct cli *cli, const struct config *c,
    enum process process, struct site *site)
{
	struct str path = config_secret_path(cli->arena, c, process), text;

	if (!disk_read(cli->arena, path, 1000, &text)) {
		say2(cli, MSG_cli_file_read, path, str_of(strerror(errno)));
		return EXIT_CONFIG;
	}
	if (!str_cut(
		str_trim(text), '\n', &site->store_user, &site->store_secret)) {
		say1(cli, MSG_cli_secret_form, path);
		return EXIT_CONFIG;
	}
	return EXIT_DONE;
}

int config_site(struct cli *cli, const struct config *c, enum process process,
    struct site *ret)
{
	struct arena *a = cli->arena;
	struct site site = {
		.dir = c->dir,
		.people_dir = str_cat(a, c->dir, STR("/people")),
		.shared_dir = str_cat(a, c->dir, STR("/shared")),
		.gate_dir = str_cat(a, c->dir, STR("/gate")),
		.desk_url = c->desk_url,
		.gate_url = c->gate_url,
		.gate_socket = c->gate_socket,
		.witnesses = c->witnesses,
		.mail = c->mail,
		.hooks = c->hooks,
		.replies = c->replies,
	};

	if (c->postgresql) {
		int code = read_secret(cli, c, process, &site);
		if (code)
			return code;
		site.people_dsn = site.shared_dsn = c->dsn;
	} else {
		site.people_dsn =
		    str_fmt(a, "sqlite:%.*s/desk.db", STR_ARG(site.people_dir));
		site.shared_dsn =
		    str_fmt(a, "sqlite:%.*s/gate.db", STR_ARG(site.shared_dir));
	}
	site.mail.bounces_to = c->replies.address;
	if (process == PROCESS_GATE) {
		site.mail = (struct site_mail){ 0 };
		site.replies = (struct site_replies){ 0 };
		site.hooks = (struct site_hooks){ 0 };
	}
	if (process == PROCESS_GATE)
		site.people_dsn = (struct str){ NULL, 0 };
	*ret = site;
	return EXIT_DONE;
}
