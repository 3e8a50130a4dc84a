#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/disk.h"
#include "cli/verify.h"
#include "evidence/receipt.h"
#include "evidence/trail.h"
#include "evidence/verify.h"

/* One log, or one receipt (then without a log). */
struct one {
	struct verify *v;
	struct str log;
};

static struct str number(const struct verify *v, uint64_t n)
{
	return str_fmt(v->cli->arena, "%llu", (unsigned long long)n);
}

static void report(void *arg, enum evidence_fault f, uint64_t leaf)
{
	const struct one *o = arg;
	struct cli *cli = o->v->cli;
	struct str code = str_of(evidence_faults[f]);
	struct str words =
	    msg_code(cli->arena, cli->cx.lang, STR("evidence."), code);
	json_t *j = json_new_object(cli->arena);
	json_put_text(j, "log", o->log);
	json_put_int(j, "leaf", (int64_t)leaf);
	json_put_text(j, "what", code);
	verify_bad(o->v, j);
	if (o->log.n)
		say3(cli, MSG_cli_verify_log_fault, o->log, number(o->v, leaf),
		    words);
	else
		say2(cli, MSG_cli_verify_receipt_fault, number(o->v, leaf),
		    words);
}

static void show(
    const struct verify *v, struct str log, const struct evidence_found *f)
{
	struct cli *cli = v->cli;
	json_t *o = json_new_object(cli->arena);
	json_put_text(o, "log", log);
	json_put_int(o, "leaves", (int64_t)f->leaves);
	json_put_int(o, "signed", (int64_t)f->signed_leaves);
	json_put_int(o, "checkpoints", (int64_t)f->checkpoints);
	json_put_int(o, "torn", (int64_t)f->torn);
	json_put_int(o, "bad", (int64_t)f->bad);
	json_add(v->logs, o);
	if (f->torn)
		say2(cli, MSG_cli_verify_torn, log, number(v, f->torn));
	if (cli->json)
		return;
	out_msg2(cli, f->bad ? MSG_cli_verify_log_bad : MSG_cli_verify_log_good,
	    log, number(v, f->bad ? f->bad : f->leaves));
}

/* What was handed on to be kept elsewhere must be among what is here. */
static enum err check_handed_on(
    struct one *o, struct str folder, struct str shared)
{
	struct ctx *cx = &o->v->cli->cx;
	struct str note;
	bool has;
	struct str name = str_fmt(cx->arena, "%.*s/" EVIDENCE_HANDED_ON "%.*s",
	    STR_ARG(shared), STR_ARG(o->log));
	if (shared.n == 0 || !disk_read(cx->arena, name, NOTE_MAX_BYTES, &note))
		return OK;
	enum err e = evidence_has_note(cx, folder, note, &has);
	if (!e && !has)
		report(o, EVIDENCE_truncated, 0);
	return e;
}

static enum err verify_log(struct verify *v, struct str folder, struct str log,
    const struct note_keys *keys, struct str shared)
{
	struct one o = { .v = v, .log = log };
	struct evidence_report r = { report, &o };
	struct evidence_found found;
	int64_t before = v->bad;
	enum err e = evidence_verify(&v->cli->cx, folder, keys, &r, &found);
	if (!e)
		e = check_handed_on(&o, folder, shared);
	if (e)
		return e;
	found.bad = (uint64_t)(v->bad - before);
	show(v, log, &found);
	return OK;
}

/* A gate left a checkpoint of a log that is no longer there. */
static void check_missing(
    struct verify *v, const struct str *logs, size_t n, struct str shared)
{
	struct str *names;
	size_t n_names;
	struct ctx *cx = &v->cli->cx;
	if (shared.n == 0)
		return;
	if (evidence_handed_on(cx, shared, &names, &n_names) != OK)
		return;
	for (size_t i = 0; i < n_names; i++) {
		bool there = false;
		for (size_t k = 0; k < n; k++)
			there |= str_eq(logs[k], names[i]);
		if (!there)
			report(&(struct one){ .v = v, .log = names[i] },
			    EVIDENCE_segment, 0);
	}
}

static struct str last_name(struct str path)
{
	struct str parent = path_parent(path);
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	return parent.n < path.n ? str_from(path, parent.n + 1) : path;
}

enum err verify_logs(struct verify *v, struct str folder,
    const struct note_keys *keys, struct str shared)
{
	struct str *logs = NULL;
	size_t n = 0;
	struct ctx *cx = &v->cli->cx;
	struct str real = path_real(cx->arena, folder);
	if (real.n && trail_is_id(last_name(real)))
		return verify_log(v, real, last_name(real), keys, shared);
	enum err e = evidence_logs(cx, folder, &logs, &n);
	if (e == OK || e == ERR_NOT_FOUND)
		check_missing(v, logs, n, shared);
	for (size_t i = 0; i < n && !e; i++)
		e = verify_log(v,
		    str_fmt(cx->arena, "%.*s/%.*s", STR_ARG(folder),
			STR_ARG(logs[i])),
		    logs[i], keys, shared);
	return e;
}

enum err verify_receipt(struct verify *v, struct str text,
    const struct note_keys *keys, struct str folder)
{
	struct one o = { .v = v };
	struct evidence_report r = { report, &o };
	uint64_t bad;
	bool found;
	enum err e =
	    receipt_verify(&v->cli->cx, text, keys, folder, &r, &bad, &found);
	if (e || v->cli->json)
		return e;
	out_msg2(v->cli,
	    bad     ? MSG_cli_verify_receipt_bad
	    : found ? MSG_cli_verify_receipt_found
		    : MSG_cli_verify_receipt_good,
	    number(v, bad), STR(""));
	return OK;
}
