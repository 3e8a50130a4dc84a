#include "courier/post.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "base/worker.h"
#include "core/attachment.h"
#include "core/mails.h"
#include "courier/letter.h"
#include "courier/smtp.h"
#include "sql/sql.h"

enum {
	LOOK_MS = 300,
	PACK_LEASE_MS = 120 * 1000,
	LEASE_MS = 10 * 60 * 1000, /* longer than smtp.c waits for anything */
	AT_ONCE = 20,
	GIVE_UP_DAYS = 5,
	/* Fewer than these say nothing, however far they lie apart. */
	GIVE_UP_ATTEMPTS = 10,
	FIRST_PAUSE_MS = 1000,
	LONGEST_PAUSE_MS = 5 * 60 * 1000,
};
#define DAY_MS INT64_C(86400000)
#define UNMADE "the mail cannot be made"

struct post {
	const struct site *site;
	struct store *people;
	struct str name;
	struct worker worker;
	struct smtp *smtp;
	int64_t give_up_ms;
	int64_t pause_ms, paused_until; /* the server cannot be reached */
};

static struct str spool_path(
    struct arena *a, const struct post *p, int64_t notice)
{
	return str_fmt(a, "%.*s/spool/%lld.eml", STR_ARG(p->site->people_dir),
	    (long long)notice);
}

static struct str mails_folder(struct arena *a, const struct site *site)
{
	return str_fmt(a, "%.*s/" MAILS_FOLDER, STR_ARG(site->people_dir));
}

/* Whole under its name, or not there. */
static enum err spool(
    struct ctx *cx, const struct post *p, int64_t notice, struct str bytes)
{
	struct str path = spool_path(cx->arena, p, notice);
	const char *to = str_cstr(cx->arena, path);
	const char *temp =
	    str_cstr(cx->arena, str_cat(cx->arena, path, STR(".new")));
	int fd = open(
	    temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool good = fd >= 0 && file_write_synced(fd, bytes);
	if (fd >= 0)
		good &= close(fd) == 0;
	if (good && rename(temp, to) == 0)
		return OK;
	return fail_detail(cx, ERR_BROKEN, "spool: %s", strerror(errno));
}

static enum err unspool(
    struct ctx *cx, const struct post *p, int64_t notice, struct str *ret)
{
	struct stat st;
	int fd = open(str_cstr(cx->arena, spool_path(cx->arena, p, notice)),
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return fail_detail(
		    cx, ERR_BROKEN, "spool: %s", strerror(errno));
	size_t want = fstat(fd, &st) == 0 && st.st_size > 0 &&
	                      (uint64_t)st.st_size <= LETTER_MAX_BYTES
	                  ? (size_t)st.st_size
	                  : 0;
	char *bytes = arena_room(cx->arena, want + 1);
	size_t n = 0;
	for (ssize_t k = 1; k > 0 && n<want; n += k> 0 ? (size_t)k : 0)
		k = read(fd, bytes + n, want - n);
	close(fd);
	if (n == 0 || n != want)
		return fail_detail(cx, ERR_BROKEN, "spool: not whole");
	*ret = str_n(bytes, n);
	return OK;
}

/* On disk first: a row has its files; a file without a row is harmless. */
static enum err pack_one(struct ctx *cx, struct post *p, const struct notice *n)
{
	struct packed packed;
	struct kept_file kept;
	enum err e = letter_pack(cx, p->site, p->people, n, &packed);
	if (!e)
		e = spool(cx, p, n->id, packed.bytes);
	if (!e)
		e = attachment_keep(
		    cx, mails_folder(cx->arena, p->site), packed.filed, &kept);
	if (e)
		return e;
	struct mail mail = { .notice = n->id,
		.request = n->request,
		.message_id = packed.message_id,
		.sha256 = kept.sha256,
		.bytes = kept.bytes };
	e = store_write(cx, p->people);
	if (!e)
		e = outbox_done(cx, n->id, p->name);
	if (!e)
		e = mail_add(cx, &mail, packed.emails, packed.n_emails);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

/* Never made, and tried for long enough: the request's page says that it did not
 * arrive. */
static enum err give_up(
    struct ctx *cx, struct post *p, const struct notice *n, struct str why)
{
	struct packed to;
	struct mail mail = { .notice = n->id,
		.request = n->request,
		.message_id = STR(""),
		.sha256 = STR("") };
	letter_emails(cx, n, &to);
	enum err e = store_write(cx, p->people);
	if (!e)
		e = outbox_done(cx, n->id, p->name);
	if (!e)
		e = mail_add_failed(cx, &mail, to.emails, to.n_emails, why);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

/* Counted from its first fault on, not while there was no courier to try. */
static enum err note_unmade(
    struct ctx *cx, struct post *p, const struct notice *n)
{
	enum err e = store_write(cx, p->people);
	if (!e)
		e = outbox_failed(cx, n->id, p->name);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

static bool is_hopeless(
    const struct post *p, int64_t first, int64_t attempts, int64_t now)
{
	return attempts >= GIVE_UP_ATTEMPTS && first > 0 &&
	       now - first > p->give_up_ms;
}

/* One that cannot be packed keeps nobody else's; it is tried again when its lease
 * ends. */
static void pack_or_give_up(
    struct ctx *cx, struct post *p, const struct notice *n)
{
	if (!pack_one(cx, p, n))
		return;
	struct str why =
	    str_fmt(cx->arena, "%s (%.*s)", UNMADE, STR_ARG(cx->fault.detail));
	log_fault(cx, "courier.pack");
	bool over = is_hopeless(p, n->tried, n->attempts + 1, cx->now);
	if (over ? give_up(cx, p, n, why) : note_unmade(cx, p, n))
		log_fault(cx, "courier.pack");
}

static enum err claim_notices(
    struct ctx *cx, struct post *p, const struct notice **ret, size_t *ret_n)
{
	bool any = false;
	*ret_n = 0;
	enum err e = store_read(cx, p->people);
	if (!e)
		e = outbox_waiting(cx, &any);
	store_end(cx);
	if (e || !any)
		return e;
	e = store_write(cx, p->people);
	if (!e)
		e = outbox_claim(
		    cx, p->name, PACK_LEASE_MS, AT_ONCE, ret, ret_n);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

/* Whether there may be more at once. */
static bool pack(struct ctx *cx, struct post *p)
{
	const struct notice *v = NULL;
	size_t n = 0;
	if (claim_notices(cx, p, &v, &n)) {
		log_fault(cx, "courier.outbox");
		return false;
	}
	for (size_t i = 0; i < n && !atomic_load(&p->worker.stop); i++) {
		struct arena_mark mark = arena_mark(cx->arena);
		pack_or_give_up(cx, p, &v[i]);
		arena_rewind(cx->arena, mark);
	}
	return n == AT_ONCE;
}

static enum err claim(
    struct ctx *cx, struct post *p, const struct envelope **ret, size_t *ret_n)
{
	bool any = false;
	*ret_n = 0;
	enum err e = store_read(cx, p->people);
	if (!e)
		e = envelopes_due(cx, &any);
	store_end(cx);
	if (e || !any)
		return e;
	e = store_write(cx, p->people);
	if (!e)
		e = envelopes_claim(cx, p->name, LEASE_MS, AT_ONCE, ret, ret_n);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

static enum err start(struct ctx *cx, struct post *p, const struct envelope *n)
{
	enum err e = store_write(cx, p->people);
	if (!e)
		e = envelope_start(cx, n, p->name, LEASE_MS);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

/* What became of an attempt. One that was tried for too long is given up: what
 * waited while there was no courier is not old by that. */
static enum err note_end(struct ctx *cx, struct post *p,
    const struct envelope *n, const struct smtp_answer *a)
{
	int64_t next = cx->now + envelope_wait_ms(n->attempts + 1);
	bool over = is_hopeless(p, n->first, n->attempts + 1, next);
	if (a->end == SMTP_TAKEN)
		return envelope_sent(cx, n, p->name, a->text);
	if (a->end == SMTP_REFUSED || over)
		return envelope_failed(cx, n, p->name, a->text);
	return envelope_later(cx, n, p->name, a->text, next, a->unsure);
}

static enum err finish(struct ctx *cx, struct post *p, const struct envelope *n,
    const struct smtp_answer *a)
{
	bool open = true;
	cx->now = time_now_ms();
	enum err e = store_write(cx, p->people);
	if (!e)
		e = note_end(cx, p, n, a);
	if (!e)
		e = mail_is_open(cx, n->notice, &open);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	if (!e && !open)
		unlink(
		    str_cstr(cx->arena, spool_path(cx->arena, p, n->notice)));
	if (!e && a->end == SMTP_REFUSED)
		LOG("warn", "courier.refused", { "answer", a->text });
	return e;
}

/* The same mail once more says so: it may be there already. */
static struct str marked(
    struct arena *a, const struct envelope *n, struct str bytes)
{
	if (n->unsure == 0)
		return bytes;
	return str_cat(a,
	    str_fmt(a, "X-Pratu-Repeated: %lld\r\n", (long long)n->unsure),
	    bytes);
}

/* One that lets nobody in is not asked for each mail anew. */
static void wait_for_server(struct ctx *cx, struct post *p, bool down)
{
	if (!down) {
		p->pause_ms = 0;
		return;
	}
	p->pause_ms = p->pause_ms ? 2 * p->pause_ms : FIRST_PAUSE_MS;
	if (p->pause_ms > LONGEST_PAUSE_MS)
		p->pause_ms = LONGEST_PAUSE_MS;
	p->paused_until = cx->now + p->pause_ms;
}

/* Somebody emptied the folder: the same notice gives the same letter. */
static enum err spool_again(
    struct ctx *cx, const struct post *p, int64_t notice, struct str *ret)
{
	struct notice n;
	struct packed packed;
	cx->fault = (struct fault){ 0 };
	enum err e = store_read(cx, p->people);
	if (!e)
		e = outbox_get(cx, notice, &n);
	store_end(cx);
	if (!e)
		e = letter_pack(cx, p->site, p->people, &n, &packed);
	if (!e)
		e = spool(cx, p, notice, packed.bytes);
	if (!e)
		*ret = packed.bytes;
	return e;
}

static enum err letter_of(
    struct ctx *cx, const struct post *p, int64_t notice, struct str *ret)
{
	enum err e = unspool(cx, p, notice, ret);
	return e ? spool_again(cx, p, notice, ret) : OK;
}

static void hang_up(struct post *p)
{
	smtp_close(p->smtp);
	p->smtp = NULL;
}

static enum err send_one(
    struct ctx *cx, struct post *p, const struct envelope *n, bool *ret_down)
{
	struct smtp_answer answer;
	struct str bytes;
	cx->now = time_now_ms();
	if (letter_of(cx, p, n->notice, &bytes)) {
		answer = (struct smtp_answer){ .end = SMTP_LATER,
			.text = str_fmt(cx->arena, "%s (%.*s)", UNMADE,
			    STR_ARG(cx->fault.detail)) };
		log_fault(cx, "courier.pack");
		enum err failed = start(cx, p, n);
		return failed ? failed : finish(cx, p, n, &answer);
	}
	enum err e = start(cx, p, n);
	if (e)
		return e;
	if (p->smtp == NULL)
		p->smtp = smtp_open(&p->site->mail, &p->worker.stop);
	smtp_send(
	    p->smtp, cx->arena, n->email, marked(cx->arena, n, bytes), &answer);
	*ret_down = answer.down;
	/* libcurl would keep one that the server has cut. */
	if (answer.end != SMTP_TAKEN)
		hang_up(p);
	wait_for_server(cx, p, answer.down);
	return finish(cx, p, n, &answer);
}

static enum err release(struct ctx *cx, struct post *p)
{
	enum err e = store_write(cx, p->people);
	if (!e)
		e = envelopes_release(cx, p->name);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

/* Whether there may be more at once. */
static bool send_all(struct ctx *cx, struct post *p)
{
	const struct envelope *v = NULL;
	size_t n = 0, i = 0;
	bool down = false;
	if (cx->now < p->paused_until)
		return false;
	if (claim(cx, p, &v, &n)) {
		log_fault(cx, "courier.envelopes");
		return false;
	}
	for (; i < n && !down && !atomic_load(&p->worker.stop); i++) {
		struct arena_mark mark = arena_mark(cx->arena);
		if (send_one(cx, p, &v[i], &down))
			log_fault(cx, "courier.mail");
		arena_rewind(cx->arena, mark);
	}
	if (i < n && release(cx, p))
		log_fault(cx, "courier.envelopes");
	/* No connection is kept while there is nothing to say. */
	if (n < AT_ONCE || down)
		hang_up(p);
	return n == AT_ONCE && !down;
}

static int64_t work(void *arg)
{
	struct post *p = arg;
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);
	bool more = pack(&cx, p);
	cx.now = time_now_ms();
	more |= send_all(&cx, p);
	arena_free(arena);
	return more ? 0 : LOOK_MS;
}

/* Another courier may be packing it just now. */
static bool is_old(DIR *dir, const char *name)
{
	struct stat st;
	return fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       time_now_ms() - (int64_t)st.st_mtime * 1000 > DAY_MS / 24;
}

/* A mail that has reached its end has no place in the spool: a courier may have
 * died between the two. */
static void tidy(struct ctx *cx, struct post *p)
{
	struct str path =
	    str_fmt(cx->arena, "%.*s/spool", STR_ARG(p->site->people_dir));
	const struct dirent *entry;
	if (mkdir(str_cstr(cx->arena, path), 0700) != 0 && errno != EEXIST)
		LOG("error", "courier.spool",
		    { "why", str_of(strerror(errno)) });
	DIR *dir = opendir(str_cstr(cx->arena, path));
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		struct str name = str_of(entry->d_name), number, rest;
		int64_t notice;
		bool open = true;
		if (!str_cut(name, '.', &number, &rest) ||
		    !str_i64(number, &notice) || !is_old(dir, entry->d_name))
			continue;
		enum err e = store_read(cx, p->people);
		if (!e)
			e = mail_is_open(cx, notice, &open);
		store_end(cx);
		if (!e && !open)
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir != NULL)
		closedir(dir);
}

struct post *post_start(
    const struct site *site, struct store *people, struct str name)
{
	struct post *p = calloc(1, sizeof *p);
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);
	int64_t days = GIVE_UP_DAYS;
	REQUIRE(p != NULL);
	if (site->mail.give_up_days.n > 0)
		REQUIRE(str_i64(site->mail.give_up_days, &days));
	p->site = site;
	p->people = people;
	p->name = name;
	p->give_up_ms = days * DAY_MS;
	tidy(&cx, p);
	arena_free(arena);
	worker_start(&p->worker, 0, work, p);
	return p;
}

void post_stop(struct post *p)
{
	if (p == NULL)
		return;
	worker_stop(&p->worker);
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);
	if (release(&cx, p))
		log_fault(&cx, "courier.envelopes");
	arena_free(arena);
	smtp_close(p->smtp);
	free(p);
}
