#include "gate/dispose.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "base/worker.h"
#include "core/disposal.h"
#include "core/upload.h"
#include "gate/table_file.h"
#include "sql/sql.h"

/* How often there may be something to do. */
enum { LOOK_MS = 3000 };
#define MINUTE_MS INT64_C(60000)

struct disposer {
	struct worker worker;
	struct gate *gate;
};

/* The folder of one file, as it was found. */
struct place {
	int fd;           /* of "artefacts/ab"; or of "artefacts" */
	bool missing;     /* there is no "ab" */
	const char *name; /* of the file in it */
	bool own;         /* no other request has it */
	bool there, quiet;
};

static enum err disk_failed(struct ctx *cx, const char *what)
{
	return fail_detail(
	    cx, ERR_BROKEN, "dispose: %s: %s", what, strerror(errno));
}

/* As the gate makes them. */
static bool is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') &&
		    !(s.p[i] >= '0' && s.p[i] <= '9'))
			return false;
	return s.n >= 2;
}

/* Only what was ordered by its digest: no name leads out of the folder. */
static bool is_sound(struct ctx *cx, const struct disposal *d)
{
	struct str bytes;
	return (str_eq(d->kind, STR("artefacts")) ||
		   str_eq(d->kind, STR("uploads"))) &&
	       d->sha256.n == 64 && str_unhex(cx->arena, d->sha256, &bytes) &&
	       (d->file.n == 0 || is_name(d->file));
}

static void close_place(void *arg)
{
	struct place *p = arg;
	if (p->fd >= 0)
		close(p->fd);
}

static enum err open_place(struct ctx *cx, const struct gate *gate,
    const struct disposal *d, struct place *ret)
{
	const int how = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	struct arena *a = cx->arena;
	int whole = open(str_cstr(a, str_fmt(a, "%.*s/%.*s",
					 STR_ARG(gate->options->site->gate_dir),
					 STR_ARG(d->kind))),
	    how);
	struct str name = upload_file_of(d->file, d->sha256);
	*ret = (struct place){
		.fd = -1, .name = str_cstr(a, name), .own = d->file.n > 0
	};
	if (whole < 0)
		return disk_failed(cx, "open");
	arena_defer(a, close_place, ret);
	ret->fd = openat(whole, str_cstr(a, str_upto(name, 2)), how);
	ret->missing = ret->fd < 0 && errno == ENOENT;
	if (ret->missing)
		ret->fd = whole;
	else
		close(whole);
	return ret->fd < 0 ? disk_failed(cx, "openat") : OK;
}

/* Only a file that the folder does not have is absent. Bytes that came anew just
 * now may be another request's, whose event the one who ordered could not see
 * yet: not before an hour has passed. */
static enum err look(struct ctx *cx, struct place *p)
{
	struct stat st;
	p->there = p->quiet = false;
	if (p->missing)
		return OK;
	if (fstatat(p->fd, p->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? OK : disk_failed(cx, "stat");
	if (!S_ISREG(st.st_mode))
		return fail_detail(cx, ERR_BROKEN, "dispose: no file");
	p->there = true;
	p->quiet = p->own || (int64_t)st.st_mtime * 1000 <
	                         time_now_ms() - DISPOSAL_QUIET_MIN * MINUTE_MS;
	return OK;
}

/* With the folder held, as file_keep holds it: what gets its name now is seen,
 * whichever of the gates gives it. */
static enum err remove_quiet(struct ctx *cx, struct place *p)
{
	if (!file_lock(p->fd))
		return disk_failed(cx, "flock");
	enum err e = look(cx, p);
	if (!e && p->there && p->quiet) {
		if (unlinkat(p->fd, p->name, 0) == 0)
			p->there = false;
		else
			e = disk_failed(cx, "unlink");
	}
	file_unlock(p->fd);
	return e;
}

static enum err write_down(struct ctx *cx, struct gate *gate,
    const struct disposal *d,
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

static enum err begin(
    struct ctx *cx, struct gate *gate, const struct disposal *d, bool *ret)
{
	enum err e = store_write(cx, gate->shared);
	if (!e)
		e = disposal_begun(cx, d, ret);
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

/* The same bytes, sent in for another request that has not ended. */
static enum err is_shared(
    struct ctx *cx, struct gate *gate, const struct disposal *d, bool *ret)
{
	enum err e = store_read(cx, gate->shared);
	if (!e)
		e = disposal_shared(cx, d, ret);
	store_end(cx);
	return e;
}

/* One that was begun, and is not to go after all. */
static enum err leave(
    struct ctx *cx, struct gate *gate, const struct disposal *d, bool begun)
{
	return begun ? write_down(cx, gate, d, disposal_left) : OK;
}

/* It went, or was not there: gone for good only when the folder says so after a
 * fall of the machine, and at this moment. */
static enum err tell(struct ctx *cx, struct gate *gate,
    const struct disposal *d, const struct place *p, bool was)
{
	cx->now = time_now_ms();
	if (fsync(p->fd) != 0)
		return disk_failed(cx, "fsync");
	/* What was found wrong in a table goes with it. */
	if (d->subject.n > 0 && !table_notes_drop(cx->arena, gate, d->subject))
		return disk_failed(cx, "unlink");
	enum err e = write_down(cx, gate, d, was ? was_there : was_absent);
	if (!e)
		LOG("info", "gate.destroyed", { "request", d->request },
		    { "kind", d->kind }, { "sha256", d->sha256 });
	return e;
}

static enum err dispose_one(
    struct ctx *cx, struct gate *gate, const struct disposal *d)
{
	struct place *p = ARENA_NEW(cx->arena, struct place);
	bool begun = str_eq(d->how, STR("begun")), shared = false, mine = false;
	if (!is_sound(cx, d))
		return fail_detail(cx, ERR_BROKEN, "dispose: no digest");
	enum err e = open_place(cx, gate, d, p);
	if (!e)
		e = look(cx, p);
	if (!e && !p->there)
		return tell(cx, gate, d, p, false);
	if (!e)
		e = is_shared(cx, gate, d, &shared);
	if (e)
		return e;
	if (shared || !p->quiet || !disposal_holds(cx, d))
		return leave(cx, gate, d, begun);
	e = begin(cx, gate, d, &mine);
	if (e || !mine)
		return e;
	e = remove_quiet(cx, p);
	if (e)
		return e;
	return p->there ? leave(cx, gate, d, true) : tell(cx, gate, d, p, true);
}

/* One that cannot go keeps no other. */
static void do_round(const struct disposer *w, struct ctx *cx)
{
	struct disposals all = { 0 };
	enum err e = store_read(cx, w->gate->shared);
	if (!e)
		e = disposal_open(cx, &all);
	store_end(cx);
	if (e)
		log_fault(cx, "gate.dispose");
	for (size_t i = 0; i < all.n && !atomic_load(&w->worker.stop); i++) {
		struct arena *arena = arena_new();
		struct ctx one = ctx_new(arena, time_now_ms(), LANG_EN);
		if (dispose_one(&one, w->gate, &all.v[i]))
			log_fault(&one, "gate.dispose");
		arena_free(arena);
	}
}

static int64_t work(void *arg)
{
	const struct disposer *w = arg;
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);
	do_round(w, &cx);
	arena_free(arena);
	return LOOK_MS;
}

struct disposer *disposer_begin(struct gate *gate)
{
	struct arena *arena = arena_new(); /* as long as the process */
	struct disposer *w = ARENA_NEW(arena, struct disposer);
	w->gate = gate;
	worker_start(&w->worker, LOOK_MS, work, w);
	return w;
}

void disposer_end(struct disposer *w)
{
	if (w != NULL)
		worker_stop(&w->worker);
}
