/* site.h - one installation as a process sees it: where the stores, folders and
 * doors are. Made by src/cli from pratu.conf; a process is given only what it
 * may use, so the gate's `people_dsn` is empty. Texts live as long as the
 * process. */
#ifndef CORE_SITE_H
#define CORE_SITE_H

#include "base/ctx.h"

struct store;

/* How mail leaves: [mail] of pratu.conf. An empty url: it does not. Passwords
 * and tokens stand in files, which are read when they are needed. */
struct site_mail {
	struct str url;      /* "smtp://host:587", "smtps://host" */
	struct str starttls; /* "required" or "none"; smtp only */
	struct str from, name;
	struct str user, secret_file, token_file;
	struct str ca_file; /* empty: the system's certificates */
	struct str give_up_days;
	struct str bounces_to; /* the mailbox that is read; empty: `from` */
};

/* Where answers to it come in: [replies] of pratu.conf. An empty url: they are
 * not read. */
struct site_replies {
	struct str url;      /* "imaps://host", "imap://host:143" */
	struct str starttls; /* "required" or "none"; imap only */
	struct str user, secret_file, token_file;
	struct str ca_file; /* empty: the system's certificates */
	struct str folder;  /* empty: INBOX */
	struct str address; /* of the mailbox; takes what follows a '+' too */
	struct str every;   /* "5": minutes, "30s": seconds; empty: 1 min */
};

/* Where hooks may lead: [hooks] of pratu.conf, as hook_reach_parse() reads it. No
 * port: none leaves. */
struct site_hooks {
	struct str ports, allow;
	struct str ca_file; /* empty: the system's certificates */
};

struct site {
	struct str dir; /* holds pratu.conf; absolute, as all paths here */
	struct str people_dir, shared_dir, gate_dir;
	struct str people_dsn; /* as store_open takes it; empty for the gate */
	struct str shared_dsn;
	/* PostgreSQL: this process's own role and its password; else absent. */
	struct str store_user, store_secret;
	struct str desk_url,
	    gate_url;           /* as people see them; no '/' at the end */
	struct str gate_socket; /* where desk asks gate: describe, preview */
	struct str witnesses; /* e-mails, "," between: who gets signed heads */
	struct site_mail mail;
	struct site_hooks hooks;
	struct site_replies replies;
};

/* Opens a store and refuses one that is not migrated: ERR_CONFLICT. */
MUST_CHECK enum err site_open_people(
    struct ctx *, const struct site *, size_t readers, struct store **ret);
MUST_CHECK enum err site_open_shared(
    struct ctx *, const struct site *, size_t readers, struct store **ret);

#endif
