#include "gate/sweep.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "core/upload.h"
#include "sql/sql.h"

/* How often the gate looks for files to sweep. */
enum { SWEEP_MS = 10000 };
#define HOUR_MS INT64_C(3600000)

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
	bool elsewhere;
	if (u->received == 0 || u->sha256.n != 64)
		return OK;
	enum err e = upload_elsewhere(cx, u->sha256, &elsewhere);
	if (e || elsewhere)
		return e;
	const char *path =
	    str_cstr(cx->arena, str_fmt(cx->arena, "%.*s/%.2s/%.*s",
				    STR_ARG(folder_of(cx, gate, "uploads")),
				    u->sha256.p, STR_ARG(u->sha256)));
	if (is_old(cx, path, UPLOAD_WAIT_HOURS * HOUR_MS) &&
	    unlink(path) != 0 && errno != ENOENT)
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

void gate_sweep(struct ctx *cx, struct gate *gate)
{
	int64_t ago = cx->now - gate->swept;
	if (ago >= 0 && ago < SWEEP_MS)
		return;
	gate->swept = cx->now;
	if (sweep_rows(cx, gate))
		LOG("error", "gate.sweep", { "why", fault_text(cx) },
		    { "detail", cx->fault.detail });
	sweep_halves(cx, gate, "uploads");
	sweep_halves(cx, gate, "artefacts");
	sweep_halves(cx, gate, "tables");
}
