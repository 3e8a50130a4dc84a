#include "courier/carry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "core/disposal_carry.h"
#include "core/mails.h"
#include "core/papers_copy.h"
#include "sql/sql.h"

static const char *folder_of(struct str kind)
{
	if (str_eq(kind, STR("attachment")))
		return "attachments";
	return str_eq(kind, STR("copy")) ? COPIES_FOLDER : MAILS_FOLDER;
}

/* FOLDER/ab, opened; -1 when there is no such folder. */
static int open_shelf(
    struct ctx *cx, const struct site *site, const struct carry_file *f)
{
	const char *path = str_cstr(cx->arena,
	    str_fmt(cx->arena, "%.*s/%s/%.2s", STR_ARG(site->people_dir),
		folder_of(f->kind), f->sha256.p));
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static enum err disk(struct ctx *cx, const char *what)
{
	int number = errno;
	return fail_detail(
	    cx, ERR_BROKEN, "carry: %s: %s", what, strerrordesc_np(number));
}

/* Whether nobody has written it lately: perhaps for a row that is still to come. */
static bool is_quiet(const struct ctx *cx, const struct stat *st)
{
	int64_t written = (int64_t)st->st_mtim.tv_sec * 1000;
	return cx->now - written >= (int64_t)CARRY_QUIET_MIN * 60 * 1000;
}

/* Under its name again: there may be a file of that name, which is as well. */
static enum err put_back(
    struct ctx *cx, int shelf, const char *aside, const char *name)
{
	if (linkat(shelf, aside, shelf, name, 0) != 0 && errno != EEXIST)
		return disk(cx, "putting a file back");
	return unlinkat(shelf, aside, 0) == 0 && fsync(shelf) == 0
	           ? OK
	           : disk(cx, "putting a file back");
}

static const char *aside_of(struct ctx *cx, const struct carry_file *f)
{
	return str_cstr(
	    cx->arena, str_cat(cx->arena, f->sha256, STR(".going")));
}

/* Another request needs it: what a killed courier had moved aside is there
 * again. */
static enum err keep_shared(struct ctx *cx, int shelf, struct carry_file *f)
{
	struct stat st;
	const char *aside = aside_of(cx, f);
	enum err e = OK;
	if (fstatat(shelf, aside, &st, AT_SYMLINK_NOFOLLOW) == 0)
		e = put_back(cx, shelf, aside, str_cstr(cx->arena, f->sha256));
	else if (errno != ENOENT)
		e = disk(cx, "looking at a file");
	if (!e)
		f->how = "shared";
	return e;
}

/* Moved aside first: whoever keeps the same bytes anew in this moment writes a file
 * of his own, and one that was just written is put back. One that a killed
 * courier had moved aside is found by its name. */
static enum err remove_file(struct ctx *cx, int shelf, struct carry_file *f)
{
	const char *name = str_cstr(cx->arena, f->sha256);
	const char *aside = aside_of(cx, f);
	struct stat st;
	bool was_there = renameat(shelf, name, shelf, aside) == 0;
	if (!was_there && errno != ENOENT)
		return disk(cx, "moving a file");
	if (fstatat(shelf, aside, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		f->how = "absent";
		return errno == ENOENT ? OK : disk(cx, "looking at a file");
	}
	if (!is_quiet(cx, &st))
		return put_back(cx, shelf, aside, name);
	if (unlinkat(shelf, aside, 0) != 0)
		return disk(cx, "removing a file");
	f->how = "destroyed";
	return fsync(shelf) == 0 ? OK : disk(cx, "syncing a folder");
}

static bool is_digest(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') ||
			(s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return s.n == 64;
}

static enum err end_file(struct ctx *cx, const struct site *site,
    struct store *people, struct str request, struct carry_file *f)
{
	bool shared = false;
	if (!is_digest(f->sha256)) {
		f->how = "absent";
		return OK;
	}
	enum err e = store_read(cx, people);
	if (!e)
		e = carry_shared(cx, request, f, &shared);
	store_end(cx);
	if (e)
		return e;
	int shelf = open_shelf(cx, site, f);
	if (shelf < 0 && errno != ENOENT)
		return disk(cx, "opening a folder");
	if (shelf < 0) {
		f->how = shared ? "shared" : "absent";
		return OK;
	}
	e = shared ? keep_shared(cx, shelf, f) : remove_file(cx, shelf, f);
	close(shelf);
	return e;
}

/* A mail that lies in the spool still, as it was made. */
static void empty_spool(
    struct ctx *cx, const struct site *site, const struct carry_line *l)
{
	for (size_t i = 0; i < l->n_notices; i++)
		unlink(str_cstr(cx->arena,
		    str_fmt(cx->arena, "%.*s/spool/%lld.eml",
			STR_ARG(site->people_dir), (long long)l->notices[i])));
}

static enum err end_line(struct ctx *cx, const struct site *site,
    struct store *people, struct carry_line *l)
{
	enum err e = OK;
	empty_spool(cx, site, l);
	l->over = true;
	for (size_t i = 0; i < l->n_files && !e; i++) {
		e = end_file(cx, site, people, l->request, &l->files[i]);
		l->over &= l->files[i].how != NULL;
	}
	l->over &= !e;
	return e;
}

static enum err begin(struct ctx *cx, struct store *people, struct str round,
    size_t skip, size_t at_once, struct carry_lines *ret)
{
	enum err e = store_write(cx, people);
	if (!e)
		e = carry_begin(cx, round, skip, at_once, ret);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

/* When one line fails, those before it begin without it; once it is the first,
 * it is passed by. */
static enum err begin_some(struct ctx *cx, struct store *people,
    struct str round, struct carrying *c, struct carry_lines *ret)
{
	enum err e = begin(cx, people, round, c->skip, CARRY_AT_ONCE, ret);
	if (!e || ret->failed == 0)
		return e;
	log_fault_of(cx, "courier.carry",
	    (struct log_field){
		"line", str_fmt(cx->arena, "%.*s %lld", STR_ARG(round),
			    (long long)ret->failed) });
	if (ret->passed > 0)
		return begin(cx, people, round, c->skip, ret->passed, ret);
	c->skip++;
	*ret = (struct carry_lines){ .round = round, .passed = 1 };
	return OK;
}

static enum err tell(
    struct ctx *cx, struct store *people, const struct carry_lines *lines)
{
	enum err e = store_write(cx, people);
	if (!e)
		e = carry_told(cx, lines);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

/* How many could not be ended: such a one keeps no other. */
static size_t end_lines(struct ctx *cx, const struct site *site,
    struct store *people, const struct carry_lines *lines)
{
	size_t late = 0;
	for (size_t i = 0; i < lines->n; i++) {
		struct carry_line *l = &lines->v[i];
		if (end_line(cx, site, people, l))
			log_fault_of(cx, "courier.carry",
			    (struct log_field){ "request", l->request });
		else if (l->over)
			LOG("info", "courier.disposed",
			    { "request", l->request });
		late += !l->over;
	}
	return late;
}

static void pass(struct carrying *c, struct str round)
{
	size_t n = round.n < sizeof c->passed ? round.n : sizeof c->passed - 1;
	memcpy(c->passed, round.p, n);
	c->passed[n] = '\0';
	c->skip = 0;
}

enum err courier_carry(struct ctx *cx, const struct site *site,
    struct store *people, struct carrying *c)
{
	struct str round = STR("");
	struct carry_lines lines = { 0 };
	size_t late = 0;
	enum err e = store_read(cx, people);
	if (!e)
		e = carry_round(cx, str_of(c->passed), &round);
	store_end(cx);
	if (e || round.n == 0)
		return e;
	e = begin_some(cx, people, round, c, &lines);
	if (!e)
		late = end_lines(cx, site, people, &lines);
	if (!e && lines.n > 0)
		e = tell(cx, people, &lines);
	c->skip += late;
	if (e || lines.passed == 0)
		pass(c, round);
	return e;
}
