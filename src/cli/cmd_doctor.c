#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#include "base/str.h"
#include "base/time.h"
#include "cli/fence.h"
#include "cli/options.h"
#include "cli/run_self.h"
#include "cli/store.h"
#include "courier/imap.h"
#include "courier/smtp.h"
#include "gate/keeper.h"
#include "paper/paper.h"
#include "sql/sql.h"

enum {
	PROBE_BYTES = 1024 * 1024,
	DISK_LOW_MB = 1024,
	DISK_BAD_MB = 100,
};

enum health { HEALTH_GOOD, HEALTH_WARN, HEALTH_BAD };

struct doctor {
	struct cli *cli;
	struct config config;
	json_t *checks, *probes;
	enum health worst;
};

static void note(
    struct doctor *d, const char *name, enum health state, struct str text)
{
	static const char *const words[] = { "good", "warn", "bad" };
	json_t *o = json_new_object(d->cli->arena);

	json_put_text(o, "check", str_of(name));
	json_put_text(o, "state", str_of(words[state]));
	json_put_text(o, "text", text);
	json_add(d->checks, o);
	if (state > d->worst)
		d->worst = state;
	if (!d->cli->json)
		out_line(str_fmt(d->cli->arena, "%-5s %-10s %.*s", words[state],
		    name, STR_ARG(text)));
}

static struct str text(
    const struct doctor *d, enum msg msg, struct str a, struct str b)
{
	return msg_fill(
	    d->cli->arena, d->cli->cx.lang, msg, (struct str[]){ a, b }, 2);
}

static struct str number(const struct doctor *d, int64_t n)
{
	return str_fmt(d->cli->arena, "%lld", (long long)n);
}

static void check_landlock(struct doctor *d)
{
	int abi = fence_abi();

	if (abi == 0)
		note(d, "landlock", HEALTH_WARN,
		    msg_text(d->cli->cx.lang, MSG_cli_no_landlock));
	else
		note(d, "landlock", HEALTH_GOOD,
		    text(d, MSG_cli_doctor_landlock, number(d, abi), STR("")));
}

static void check_folders(struct doctor *d)
{
	static const char *const names[] = { "people", "shared", "gate" };

	for (size_t i = 0; i < COUNT(names); i++) {
		struct str path = str_fmt(
		    d->cli->arena, "%.*s/%s", STR_ARG(d->config.dir), names[i]);
		struct stat st;
		if (stat(str_cstr(d->cli->arena, path), &st) != 0 ||
		    !S_ISDIR(st.st_mode))
			note(d, "folder", HEALTH_BAD,
			    text(d, MSG_cli_doctor_folder_none, path, STR("")));
		else
			note(d, "folder",
			    st.st_mode & 077 ? HEALTH_WARN : HEALTH_GOOD,
			    text(d, MSG_cli_doctor_folder, path,
				str_fmt(d->cli->arena, "%04o",
				    st.st_mode & 07777)));
	}
}

static void check_disk(struct doctor *d)
{
	struct statvfs v;

	if (statvfs(str_cstr(d->cli->arena, d->config.dir), &v) != 0)
		return;
	uint64_t mb = (uint64_t)v.f_bavail * v.f_frsize >> 20;
	note(d, "disk",
	    mb < DISK_BAD_MB   ? HEALTH_BAD
	    : mb < DISK_LOW_MB ? HEALTH_WARN
			       : HEALTH_GOOD,
	    text(d, MSG_cli_doctor_disk, number(d, (int64_t)mb), STR("")));
}

/* The kernel knows whether something keeps its clock right. */
static void check_clock(struct doctor *d)
{
	struct timex t = { .modes = 0 };
	bool kept = adjtimex(&t) != TIME_ERROR;

	note(d, "clock", kept ? HEALTH_GOOD : HEALTH_WARN,
	    text(d, kept ? MSG_cli_doctor_clock : MSG_cli_doctor_clock_free,
		time_iso(d->cli->arena, time_now_ms()), STR("")));
}

/* store_open refuses a store that does not write durably. */
static void check_store(struct doctor *d, const struct site *site, bool people)
{
	struct ctx cx = ctx_new(d->cli->arena, time_now_ms(), d->cli->cx.lang);
	const char *schema = people ? "people" : "shared";
	struct str how =
	    d->config.postgresql
		? STR("PostgreSQL")
		: STR("SQLite, journal_mode=WAL, synchronous=FULL");
	struct store *store;

	enum err e = people ? site_open_people(&cx, site, 1, &store)
	                    : site_open_shared(&cx, site, 1, &store);
	if (e) {
		note(d, schema, HEALTH_BAD,
		    str_fmt(cx.arena, "%.*s %.*s", STR_ARG(fault_text(&cx)),
			STR_ARG(cx.fault.detail)));
		return;
	}
	store_close(store);
	note(d, schema, HEALTH_GOOD,
	    text(d, MSG_cli_doctor_store, how, STR("")));
}

/* As the gate would see it; nothing is made. */
static void check_uploads(struct doctor *d, const struct site *site)
{
	struct ctx cx = ctx_new(d->cli->arena, time_now_ms(), d->cli->cx.lang);
	struct store *store;
	if (site_open_shared(&cx, site, 1, &store))
		return; /* said before */
	enum keeper_is is = keeper_probe(&cx, site->gate_dir, store);
	store_close(store);
	note(d, "uploads", is == KEEPER_FINE ? HEALTH_GOOD : HEALTH_BAD,
	    is == KEEPER_FINE ? text(d, MSG_cli_uploads_open, STR(""), STR(""))
			      : msg_code(d->cli->arena, d->cli->cx.lang,
				    STR("cli.uploads-"), keeper_word(is)));
}

static void note_probe(struct doctor *d, const char *process, const json_t *o)
{
	const json_t *tried = json_list(o, "tried"), *one;
	size_t i, n = json_array_size(tried), open = 0;

	json_array_foreach(tried, i, one)
	{
		if (json_flag(one, "refused"))
			continue;
		open++;
		note(d, process, HEALTH_BAD,
		    text(d, MSG_cli_doctor_open, json_text(one, "what"),
			json_text(one, "how")));
	}
	if (!open)
		note(d, process, HEALTH_GOOD,
		    text(d, MSG_cli_doctor_held, number(d, (int64_t)n),
			STR("")));
}

static void check_wall(struct doctor *d, const char *process)
{
	const char *const argv[] = { "pratu: probe", "serve", "--only", process,
		"--probe", "--config", str_cstr(d->cli->arena, d->config.file),
		NULL };
	struct str output;
	json_t *o;

	int code = run_self(d->cli->arena, argv, PROBE_BYTES, &output);
	if (code < 0 ||
	    json_parse(&d->cli->cx, output, PROBE_BYTES, &o) != OK) {
		note(d, process, HEALTH_BAD,
		    text(d, MSG_cli_doctor_no_probe, number(d, code), STR("")));
		return;
	}
	json_add(d->probes, o);
	note_probe(d, process, o);
}

/* Who reads the file can send in the university's name. */
static void check_secret(struct doctor *d, struct str file)
{
	struct stat st;
	if (file.n == 0 || stat(str_cstr(d->cli->arena, file), &st) != 0 ||
	    !(st.st_mode & 077))
		return;
	note(d, "mail", HEALTH_WARN,
	    text(d, MSG_sending_doctor_open, file,
		str_fmt(d->cli->arena, "%04o", st.st_mode & 07777)));
}

/* As the courier would: connect, TLS, sign in; nothing is sent. */
static void check_mail(struct doctor *d)
{
	const struct site_mail *m = &d->config.mail;
	struct smtp_answer answer;
	if (m->url.n == 0) {
		note(d, "mail", HEALTH_GOOD,
		    msg_text(d->cli->cx.lang, MSG_sending_doctor_none));
		return;
	}
	check_secret(d, m->secret_file);
	check_secret(d, m->token_file);
	struct smtp *s = smtp_open(m, NULL);
	smtp_try(s, d->cli->arena, &answer);
	smtp_close(s);
	bool good = answer.end == SMTP_TAKEN;
	note(d, "mail", good ? HEALTH_GOOD : HEALTH_BAD,
	    text(d, good ? MSG_sending_doctor : MSG_sending_doctor_bad, m->url,
		answer.text));
}

/* As the desk would open them for its first paper. */
static void check_fonts(struct doctor *d)
{
	struct ctx cx = ctx_new(d->cli->arena, time_now_ms(), d->cli->cx.lang);
	bool there = paper_open(&cx) == OK;
	note(d, "fonts", there ? HEALTH_GOOD : HEALTH_BAD,
	    text(d, there ? MSG_paper_doctor_fonts : MSG_paper_doctor_no_fonts,
		STR(PAPER_FONT_FOLDER), STR("fonts-tlwg-laksaman-ttf")));
}

/* The same for the mailbox that is read; nothing in it is touched. */
static void check_replies(struct doctor *d)
{
	const struct site_replies *r = &d->config.replies;
	struct imap_box box;
	if (r->url.n == 0)
		return;
	check_secret(d, r->secret_file);
	check_secret(d, r->token_file);
	struct imap *m = imap_open(r, NULL);
	bool good = imap_look(m, d->cli->arena, &box) == IMAP_OK;
	note(d, "replies", good ? HEALTH_GOOD : HEALTH_BAD,
	    text(d, good ? MSG_replies_doctor : MSG_replies_doctor_bad, r->url,
		good ? r->address : imap_words(m, d->cli->arena)));
	imap_close(m);
}

int cmd_doctor(struct cli *cli)
{
	struct doctor d = { .cli = cli };
	struct words words;
	struct site site;
	int code;

	if (!options_read(cli, NULL, 0, 0, 0, &words, &code))
		return code;
	code = config_load(cli, &d.config);
	if (!code)
		code = config_site(cli, &d.config, PROCESS_ADMIN, &site);
	if (code)
		return code;
	d.checks = json_new_array(cli->arena);
	d.probes = json_new_array(cli->arena);
	check_landlock(&d);
	check_folders(&d);
	check_disk(&d);
	check_clock(&d);
	check_store(&d, &site, true);
	check_store(&d, &site, false);
	check_uploads(&d, &site);
	check_mail(&d);
	check_replies(&d);
	for (int i = 0; i < PROCESSES; i++)
		check_wall(&d, process_names[i]);
	check_fonts(&d); /* begins a thread, so after what forks */
	if (cli->json) {
		json_t *o = json_new_object(cli->arena);
		json_put_flag(o, "good", d.worst != HEALTH_BAD);
		json_put(o, "checks", d.checks);
		json_put(o, "probes", d.probes);
		out_json(cli, o);
	}
	return d.worst == HEALTH_BAD ? EXIT_FAILED : EXIT_DONE;
}
