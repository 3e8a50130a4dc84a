#include "cli/install.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/str.h"
#include "cli/disk.h"
#include "cli/store.h"
#include "core/calendar_days.h"
#include "core/procedure.h"
#include "sql/roles.h"

enum { PASSWORD_BYTES = 24 };

static int cannot_write(const struct cli *cli, struct str path)
{
	say2(cli, MSG_cli_file_write, path, str_of(strerror(errno)));
	return EXIT_CONFIG;
}

static int make_folders(struct cli *cli, const struct config *c)
{
	static const char *const names[] = { "people", "shared", "gate" };

	for (size_t i = 0; i < COUNT(names); i++) {
		struct str path =
		    str_fmt(cli->arena, "%.*s/%s", STR_ARG(c->dir), names[i]);
		if (!folder_make(cli->arena, path))
			return cannot_write(cli, path);
	}
	return EXIT_DONE;
}

static int write_secret(struct cli *cli, const struct config *c,
    enum process process, struct str role, struct str password)
{
	struct str path = config_secret_path(cli->arena, c, process);
	struct str text = str_fmt(
	    cli->arena, "%.*s\n%.*s\n", STR_ARG(role), STR_ARG(password));

	if (!disk_write(cli->arena, path, text))
		return cannot_write(cli, path);
	return EXIT_DONE;
}

/* Two roles with passwords that nobody has seen, each kept where only its own
 * processes can read. */
static int make_roles(struct cli *cli, const struct config *c)
{
	struct pg_role_names names;
	struct pg_roles roles = {
		.people_password = random_text(cli->arena, PASSWORD_BYTES),
		.gate_password = random_text(cli->arena, PASSWORD_BYTES),
	};

	if (store_pg_create(
		&cli->cx, c->dsn, (struct str){ NULL, 0 }, &roles, &names))
		return cli_fault(cli);
	int code = write_secret(
	    cli, c, PROCESS_DESK, names.people, roles.people_password);
	if (code)
		return code;
	return write_secret(
	    cli, c, PROCESS_GATE, names.gate, roles.gate_password);
}

int install_begin(
    struct cli *cli, const struct new_installation *n, struct config *ret)
{
	struct site site;

	if (!folder_make(cli->arena, n->dir))
		return cannot_write(cli, n->dir);
	struct str file = str_cat(
	    cli->arena, path_real(cli->arena, n->dir), STR("/pratu.conf"));
	if (access(str_cstr(cli->arena, file), F_OK) == 0) {
		say1(cli, MSG_cli_init_there, file);
		return EXIT_REFUSED;
	}
	int code = config_parse(cli, file,
	    config_text(cli->arena, n->dsn, n->desk_listen, n->gate_listen),
	    ret);
	if (!code)
		code = make_folders(cli, ret);
	if (!code && ret->postgresql)
		code = make_roles(cli, ret);
	if (!code)
		code = config_site(cli, ret, PROCESS_ADMIN, &site);
	if (code)
		return code;
	if (site_migrate(&cli->cx, &site, NULL, NULL))
		return cli_fault(cli);
	return EXIT_DONE;
}

static enum err keep_procedures(struct ctx *cx)
{
	struct procedure_errors *errors =
	    ARENA_NEW(cx->arena, struct procedure_errors);

	for (size_t i = 0; i < procedures_shipped_n; i++) {
		const struct embedded *file = &procedures_shipped[i];
		struct procedure p;
		enum err e = procedure_read(
		    cx, str_n((const char *)file->bytes, file->n), &p, errors);
		if (!e)
			e = procedure_keep(cx, &p);
		if (e)
			return e;
	}
	return OK;
}

enum err install_knowledge(struct ctx *cx, bool procedures)
{
	int64_t days;

	enum err e = calendar_import(cx, calendar_shipped(), &days);
	if (!e && procedures)
		e = keep_procedures(cx);
	return e;
}

int install_finish(
    struct cli *cli, const struct new_installation *n, const struct config *c)
{
	struct str text =
	    config_text(cli->arena, n->dsn, n->desk_listen, n->gate_listen);

	if (!disk_write(cli->arena, c->file, text))
		return cannot_write(cli, c->file);
	return EXIT_DONE;
}
