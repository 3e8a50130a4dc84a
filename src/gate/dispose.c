#include "gate/dispose.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "core/disposal.h"
#include "sql/sql.h"

/* How often there may be something to do. */
enum { LOOK_MS = 3000 };
#define MINUTE_MS INT64_C(60000)

static struct str folder_of(
    struct ctx *cx, const struct gate *gate, const struct disposal *d)
{
	return str_fmt(cx->arena, "%.*s/%.*s/%.2s",
	    STR_ARG(gate->options->site->gate_dir), STR_ARG(d->kind),
	    d->sha256.p);
}

static const char *path_of(
    struct ctx *cx, const struct gate *gate, const struct disposal *d)
{
	return str_cstr(cx->arena,
	    str_fmt(cx->arena, "%.*s/%.*s", STR_ARG(folder_of(cx, gate, d)),
		STR_ARG(d->sha256)));
}

/* Only what was ordered by its digest: no name leads out of the folder. */
static bool is_sound(struct ctx *cx, const struct disposal *d)
{
	struct str bytes;
	return (str_eq(d->kind, STR("artefacts")) ||
		   str_eq(d->kind, STR("uploads"))) &&
	       d->sha256.n == 64 && str_unhex(cx->arena, d->sha256, &bytes);
}

/* Bytes that came anew just now may be another request's, whose event the one
 * who ordered could not see yet: not before an hour has passed. */
static bool is_quiet(struct ctx *cx, const char *path, bool *ret_there)
{
	struct stat st;
	*ret_there = lstat(path, &st) == 0 && S_ISREG(st.st_mode);
	return !*ret_there || (int64_t)st.st_mtime * 1000 <
	                          cx->now - DISPOSAL_QUIET_MIN * MINUTE_MS;
}

/* Gone for good only when the folder says so after a fall of the machine. */
static enum err remove_bytes(
    struct ctx *cx, const struct gate *gate, const struct disposal *d)
{
	int fd = open(str_cstr(cx->arena, folder_of(cx, gate, d)),
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 &&
	            (unlinkat(fd, str_cstr(cx->arena, d->sha256), 0) == 0 ||
			errno == ENOENT) &&
	            fsync(fd) == 0;
	int why = errno;
	if (fd >= 0)
		close(fd);
	return good ? OK
	            : fail_detail(cx, ERR_BROKEN, "dispose: %s", strerror(why));
}

static enum err say(struct ctx *cx, struct gate *gate, const struct disposal *d,
    enum err (*what)(struct ctx *, const struct disposal *))
{
	enum err e = store_write(cx, gate->shared);
	if (!e)
		e = what(cx, d);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

static enum err was_there(struct ctx *cx, const struct disposal *d)
{
	return disposal_gone(cx, d, true);
}

static enum err was_absent(struct ctx *cx, const struct disposal *d)
{
	return disposal_gone(cx, d, false);
}

/* The same bytes, sent in for another request that has not ended: the row of
 * this one is ended, the file stays. */
static enum err is_shared(
    struct ctx *cx, struct gate *gate, const struct disposal *d, bool *ret)
{
	enum err e = store_read(cx, gate->shared);
	if (!e)
		e = disposal_shared(cx, d, ret);
	store_end(cx);
	return e;
}

static enum err dispose_one(
    struct ctx *cx, struct gate *gate, const struct disposal *d)
{
	bool there, shared = false;
	if (!is_sound(cx, d))
		return fail_detail(cx, ERR_BROKEN, "dispose: no digest");
	const char *path = path_of(cx, gate, d);
	if (!is_quiet(cx, path, &there))
		return OK;
	enum err e = is_shared(cx, gate, d, &shared);
	if (e || shared)
		return e;
	if (there)
		e = say(cx, gate, d, disposal_begun);
	if (!e && there)
		e = remove_bytes(cx, gate, d);
	if (!e)
		e = say(cx, gate, d, there ? was_there : was_absent);
	if (!e)
		LOG("info", "gate.destroyed", { "request", d->request },
		    { "kind", d->kind }, { "sha256", d->sha256 });
	return e;
}

static void log_fault(struct ctx *cx)
{
	LOG("error", "gate.dispose", { "why", fault_text(cx) },
	    { "detail", cx->fault.detail });
	cx->fault = (struct fault){ 0 };
}

/* One that cannot go keeps no other. */
void gate_dispose(struct ctx *cx, struct gate *gate)
{
	struct disposals all = { 0 };
	int64_t ago = cx->now - gate->disposed;
	if (ago >= 0 && ago < LOOK_MS)
		return;
	gate->disposed = cx->now;
	enum err e = store_read(cx, gate->shared);
	if (!e)
		e = disposal_open(cx, &all);
	store_end(cx);
	if (e)
		log_fault(cx);
	for (size_t i = 0; i < all.n; i++)
		if (dispose_one(cx, gate, &all.v[i]))
			log_fault(cx);
}
