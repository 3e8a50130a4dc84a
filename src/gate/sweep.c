#include "gate/sweep.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "base/worker.h"
#include "core/upload.h"
#include "gate/files.h"
#include "gate/keeper.h"
#include "sql/sql.h"

/* How often the gate looks for files to sweep, and how soon first. */
enum { SWEEP_MS = 10000, FIRST_MS = 1000 };
#define HOUR_MS INT64_C(3600000)

struct sweeper {
	struct worker worker;
	struct gate *gate;
	int64_t walked; /* when all names were looked at; 0: not yet */
};

static struct str folder_of(
    struct ctx *cx, const struct gate *gate, const char *kind)
{
	return str_fmt(
	    cx->arena, "%.*s/%s", STR_ARG(gate->options->site->gate_dir), kind);
}

static bool is_old(struct ctx *cx, const char *path, int64_t age_ms)
{
	struct stat st;
	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       (int64_t)st.st_mtime * 1000 < cx->now - age_ms;
}

/* A file that came anew with the same bytes has a younger date, and perhaps no
 * row yet. */
static enum err remove_file(
    struct ctx *cx, const struct gate *gate, const struct upload_file *u)
{
	bool elsewhere = false;
	if (u->received == 0 || u->sha256.n != 64)
		return OK;
	enum err e =
	    u->file.n > 0 ? OK : upload_elsewhere(cx, u->sha256, &elsewhere);
	if (e || elsewhere)
		return e;
	if (!file_remove(cx, gate, upload_file_of(u->file, u->sha256),
		u->file.n > 0 ? 0 : UPLOAD_WAIT_HOURS * HOUR_MS) &&
	    errno != 0)
		return fail_detail(
		    cx, ERR_BROKEN, "unlink: %s", strerror(errno));
	return OK;
}

static void record(const struct upload_file *u)
{
	LOG("info", "gate.swept", { "upload", u->id },
	    { "request", u->request }, { "sha256", u->sha256 });
}

/* The rows are marked and the files go in one transaction: what could not be
 * removed is tried again. */
static enum err sweep_rows(struct ctx *cx, struct gate *gate)
{
	const struct upload_file *v = NULL;
	size_t n = 0;
	enum err e = store_write(cx, gate->shared);
	if (!e)
		e = uploads_sweep(cx, &v, &n);
	for (size_t i = 0; i < n && !e; i++)
		e = remove_file(cx, gate, &v[i]);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	for (size_t i = 0; i < n && !e; i++)
		record(&v[i]);
	return e;
}

/* Files that were being received or built when a gate died: their names begin
 * with a dot until they are whole. */
static void sweep_halves(
    struct ctx *cx, const struct gate *gate, const char *kind)
{
	struct str folder = folder_of(cx, gate, kind);
	const struct dirent *entry;
	DIR *dir = opendir(str_cstr(cx->arena, folder));
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		const char *path =
		    str_cstr(cx->arena, str_fmt(cx->arena, "%.*s/%s",
					    STR_ARG(folder), entry->d_name));
		if (entry->d_name[0] != '.' ||
		    !is_old(cx, path, UPLOAD_WAIT_HOURS * HOUR_MS))
			continue;
		if (unlink(path) == 0)
			LOG("info", "gate.swept",
			    { "half", str_of(entry->d_name) });
	}
	closedir(dir);
}

static bool stopped(const struct sweeper *w)
{
	return atomic_load(&w->worker.stop);
}

static enum err is_known(
    struct ctx *cx, const struct gate *gate, struct str name, bool *ret)
{
	enum err e = store_read(cx, gate->shared);
	if (!e)
		e = upload_knows(cx, name, ret);
	store_end(cx);
	return e;
}

/* What gets its name now is as new as that name, and its row comes at once: what
 * is an hour old and has none never gets one, but by coming anew. */
static enum err sweep_unknown(struct ctx *cx, const struct gate *gate,
    const char *folder, struct str name)
{
	bool known = true;
	const char *path = str_cstr(
	    cx->arena, str_fmt(cx->arena, "%s/%.*s", folder, STR_ARG(name)));
	if (!is_old(cx, path, HOUR_MS))
		return OK;
	enum err e = is_known(cx, gate, name, &known);
	if (e || known)
		return e;
	if (file_remove(cx, gate, name, HOUR_MS))
		LOG("warn", "gate.swept", { "unknown", name });
	else if (errno != 0)
		return fail_detail(
		    cx, ERR_BROKEN, "unlink: %s", strerror(errno));
	return OK;
}

static enum err walk_folder(
    const struct sweeper *w, struct ctx *cx, const char *folder)
{
	enum err e = OK;
	const struct dirent *entry;
	DIR *dir = opendir(folder);
	while (dir != NULL && !e && !stopped(w) &&
	       (entry = readdir(dir)) != NULL) {
		struct arena_mark mark = arena_mark(cx->arena);
		if (entry->d_name[0] != '.')
			e = sweep_unknown(
			    cx, w->gate, folder, str_of(entry->d_name));
		if (!e)
			arena_rewind(cx->arena, mark);
	}
	if (dir != NULL)
		closedir(dir);
	return e;
}

/* Every name under gate/uploads, while what is there is what the store means. */
static enum err walk(struct sweeper *w, struct ctx *cx)
{
	enum err e = OK;
	int64_t ago = cx->now - w->walked;
	const struct dirent *entry;
	const char *top =
	    str_cstr(cx->arena, folder_of(cx, w->gate, "uploads"));
	if ((w->walked != 0 && ago >= 0 && ago < HOUR_MS) ||
	    keeper_look(w->gate->keeper) != KEEPER_FINE)
		return OK;
	DIR *dir = opendir(top);
	while (
	    dir != NULL && !e && !stopped(w) && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.' && strlen(entry->d_name) == 2)
			e = walk_folder(w, cx,
			    str_cstr(cx->arena, str_fmt(cx->arena, "%s/%s", top,
						    entry->d_name)));
	if (dir != NULL)
		closedir(dir);
	if (!e)
		w->walked = cx->now;
	return e;
}

static int64_t turn(void *arg)
{
	struct sweeper *w = arg;
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);
	if (sweep_rows(&cx, w->gate) || walk(w, &cx))
		LOG("error", "gate.sweep", { "why", fault_text(&cx) },
		    { "detail", cx.fault.detail });
	sweep_halves(&cx, w->gate, "uploads");
	sweep_halves(&cx, w->gate, "artefacts");
	sweep_halves(&cx, w->gate, "tables");
	arena_free(arena);
	return SWEEP_MS;
}

struct sweeper *sweeper_begin(struct gate *gate)
{
	struct arena *arena = arena_new(); /* as long as the process */
	struct sweeper *w = ARENA_NEW(arena, struct sweeper);
	w->gate = gate;
	worker_start(&w->worker, FIRST_MS, turn, w);
	return w;
}

void sweeper_end(struct sweeper *w)
{
	worker_stop(&w->worker);
}
