/* config.h - pratu.conf of one installation: "[section]" and "key = value", "#"
 * starts a comment line. An unknown key or a bad value is an error with its
 * line, so that a slip of the pen is never a default. Secrets never stand in
 * it. */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include "cli/cli.h"
#include "core/site.h"

/* Texts live in the arena of cli. */
struct config {
	struct str file, dir; /* absolute */
	struct str dsn; /* "sqlite:" (files in dir) or "postgresql://…" */
	struct str desk_listen, desk_url, gate_listen, gate_url, gate_socket;
	struct str witnesses; /* e-mails, "," between */
	struct site_mail mail;
	struct site_hooks hooks;
	struct site_replies replies;
	bool postgresql;
};

/* Which processes there are; ADMIN is a command of an administrator, which has
 * the rights of the desk. */
enum process { PROCESS_DESK, PROCESS_COURIER, PROCESS_GATE, PROCESSES };
#define PROCESS_ADMIN PROCESS_DESK
extern const char *const process_names[PROCESSES];

/* Reads the configuration that --config, --dir or the defaults (./pratu-demo,
 * /etc/pratu) name. EXIT_DONE, or EXIT_CONFIG with every error said. */
int config_load(struct cli *, struct config *ret);

/* Reads `text` as the file `file`; the same answers. */
int config_parse(
    struct cli *, struct str file, struct str text, struct config *ret);

/* "ADDR:PORT" with a port from 1 to 65535, or "unix:/path". */
bool config_address_ok(struct str);
bool config_dsn_ok(struct str);

/* The text of a new pratu.conf. */
struct str config_text(struct arena *, struct str dsn, struct str desk_listen,
    struct str gate_listen);

/* What a process may use. Reads its password on PostgreSQL: EXIT_CONFIG when
 * that is missing, which is said. */
int config_site(
    struct cli *, const struct config *, enum process, struct site *ret);

/* DIR/people/store.secret or DIR/gate/store.secret: role and password. */
struct str config_secret_path(
    struct arena *, const struct config *, enum process);

#endif
