#include "courier/replier.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "base/worker.h"
#include "core/attachment.h"
#include "core/mails.h"
#include "core/replies.h"
#include "core/reply_folder.h"
#include "courier/imap.h"
#include "courier/reply_read.h"
#include "sql/sql.h"

enum {
	MINUTE_MS = 60 * 1000,
	AGAIN_MS = 60 * 1000, /* a mail whose courier died */
	AT_ONCE = 50,
	MAX_WINDOWS = 20, /* of numbers, in one visit */
	LONGEST_PAUSE_MS = 5 * 60 * 1000,
};
#define HEAD_MAX_BYTES ((size_t)1 << 20)

struct replier {
	const struct site *site;
	struct store *people;
	struct worker worker;
	struct imap *imap;
	int64_t every_ms, pause_ms;
};

struct str replier_mailbox(struct arena *a, const struct site_replies *r)
{
	return str_fmt(a, "%.*s %.*s %.*s", STR_ARG(r->url), STR_ARG(r->user),
	    STR_ARG(r->folder.n ? r->folder : STR("INBOX")));
}

int64_t replier_every_ms(const struct site_replies *r)
{
	int64_t n = 1;
	struct str s = r->every;
	bool seconds = str_ends(s, STR("s"));
	if (s.n > 0)
		REQUIRE(str_i64(str_upto(s, s.n - seconds), &n) && n > 0);
	return n * (seconds ? 1000 : MINUTE_MS);
}

/* One visit. */
struct visiting {
	struct ctx *cx;
	struct replier *p;
	struct imap_box box;
	struct reply_folder folder;
	enum imap_end end;
};

static enum err note(
    struct visiting *v, const int64_t *uids, size_t n, int64_t last)
{
	enum err e = store_write(v->cx, v->p->people);
	if (!e)
		e = reply_folder_note(v->cx, &v->folder, uids, n, last);
	if (!e)
		e = store_commit(v->cx);
	store_end(v->cx);
	return e;
}

/* The numbers that are new, window by window. */
static enum err note_new(struct visiting *v)
{
	enum err e = OK;
	for (int i = 0;
	     i < MAX_WINDOWS && !e && !atomic_load(&v->p->worker.stop) &&
	     v->folder.last_uid + 1 < v->box.uid_next;
	     i++) {
		struct arena_mark mark = arena_mark(v->cx->arena);
		int64_t *uids = NULL;
		size_t n = 0;
		int64_t from = v->folder.last_uid + 1;
		int64_t end = from + IMAP_WINDOW;
		bool old = from < v->folder.old_end;
		int64_t stop = old ? v->folder.old_end : v->box.uid_next;
		end = end < stop ? end : stop;
		v->end = imap_search(v->p->imap, v->cx->arena, &v->box, from,
		    end - 1, old, v->folder.since, &uids, &n);
		if (v->end != IMAP_OK)
			return OK;
		e = note(v, uids, n, end - 1);
		arena_rewind(v->cx->arena, mark);
	}
	/* A mailbox with nothing in it is known, too. */
	if (!e && v->folder.at == 0)
		e = note(v, NULL, 0, v->folder.last_uid);
	return e;
}

static enum err start(struct visiting *v, const struct reply_due *d)
{
	enum err e = store_write(v->cx, v->p->people);
	if (!e)
		e = reply_due_start(v->cx, d, v->cx->now + AGAIN_MS);
	if (!e)
		e = store_commit(v->cx);
	store_end(v->cx);
	return e;
}

static enum err give_back(struct visiting *v, const struct reply_due *d)
{
	enum err e = store_write(v->cx, v->p->people);
	if (!e)
		e = reply_due_back(v->cx, d, v->cx->now);
	if (!e)
		e = store_commit(v->cx);
	store_end(v->cx);
	return e;
}

static struct str folder(const struct visiting *v, const char *name)
{
	return str_fmt(
	    v->cx->arena, "%.*s/%s", STR_ARG(v->p->site->people_dir), name);
}

/* On disk before there is a row. */
static enum err keep_files(struct visiting *v, struct read_mail *mail)
{
	struct reply_file *files =
	    ARENA_ARRAY(v->cx->arena, struct reply_file, mail->n_files + 1);
	enum err e = OK;
	for (size_t i = 0; i < mail->n_files && !e; i++) {
		const struct read_file *f = &mail->files[i];
		struct kept_file kept = { .bytes = (int64_t)f->bytes.n };
		struct str name;
		if (!attachment_name(v->cx->arena, f->name, &name))
			name = STR("file");
		if (f->left_out.n == 0)
			e = attachment_keep(
			    v->cx, folder(v, "attachments"), f->bytes, &kept);
		files[i] = (struct reply_file){ .name = name,
			.type = f->type,
			.left_out = f->left_out,
			.sha256 = kept.sha256,
			.bytes = kept.bytes };
	}
	mail->m.files = files;
	mail->m.n_files = mail->n_files;
	return e;
}

/* What quotes a secret is not filed: it stays in the mailbox. */
static enum err keep_mail(
    struct visiting *v, struct str raw, struct incoming *m)
{
	struct kept_file kept;
	enum err e = store_read(v->cx, v->p->people);
	if (!e)
		e = reply_is_sealed(
		    v->cx, v->p->site->replies.address, m, &m->sealed);
	store_end(v->cx);
	if (e || m->sealed)
		return e;
	e = attachment_keep(v->cx, folder(v, MAILS_FOLDER), raw, &kept);
	if (!e)
		m->sha256 = kept.sha256;
	return e;
}

/* In one transaction with its number's end. */
static enum err take(struct visiting *v, const struct reply_due *d,
    const struct incoming *m, bool *ret_news)
{
	bool ours = false, known = false;
	enum err e = store_write(v->cx, v->p->people);
	if (!e)
		e = reply_due_end(v->cx, d, &ours);
	if (!e && ours && m != NULL)
		e = reply_take(v->cx, v->p->site->replies.address, m, &known);
	if (!e)
		e = store_commit(v->cx);
	store_end(v->cx);
	*ret_news = !e && ours && !known;
	return e;
}

/* Too large: its head says whose it is. Beyond reading: nothing does. */
static enum imap_end fetch(struct visiting *v, const struct reply_due *d,
    int64_t bytes, struct str *ret)
{
	bool large = bytes > (int64_t)REPLY_MAX_BYTES;
	if (d->attempts >= REPLY_MAX_ATTEMPTS) {
		*ret = STR("");
		return IMAP_OK;
	}
	return imap_fetch(v->p->imap, v->cx->arena, &v->box, d->uid, large,
	    large ? HEAD_MAX_BYTES : REPLY_MAX_BYTES + 1, ret);
}

static enum err read_one(struct visiting *v, const struct reply_due *d,
    struct str raw, int64_t bytes)
{
	struct read_mail mail = { .m = { .trouble = REPLY_WHY_BROKEN } };
	bool large = bytes > (int64_t)REPLY_MAX_BYTES, news = false;
	enum err e = OK;
	if (raw.n > 0)
		reply_read(v->cx->arena, raw, &mail);
	mail.m.mailbox = v->folder.mailbox;
	mail.m.uidvalidity = d->uidvalidity;
	mail.m.uid = d->uid;
	mail.m.bytes = bytes;
	if (large) {
		mail.m.trouble = REPLY_WHY_LARGE;
		mail.n_files = 0;
	}
	if (mail.m.trouble == REPLY_CLEAR)
		e = keep_files(v, &mail);
	if (!e && raw.n > 0 && !large)
		e = keep_mail(v, raw, &mail.m);
	if (!e)
		e = take(v, d, &mail.m, &news);
	if (!e && news)
		LOG("info", "courier.reply",
		    { "uid",
			str_fmt(v->cx->arena, "%lld", (long long)d->uid) });
	return e;
}

static enum err work_on(struct visiting *v, const struct reply_due *d)
{
	struct str raw = STR("");
	int64_t bytes = 0;
	bool news;
	v->cx->now = time_now_ms();
	enum err e = start(v, d);
	if (e)
		return e;
	v->end = imap_size(v->p->imap, v->cx->arena, &v->box, d->uid, &bytes);
	if (v->end == IMAP_OK)
		v->end = fetch(v, d, bytes, &raw);
	if (v->end == IMAP_GONE) {
		v->end = IMAP_OK;
		return take(v, d, NULL, &news);
	}
	if (v->end != IMAP_OK)
		return give_back(v, d);
	e = read_one(v, d, raw, bytes);
	/* That it is read is for people who look into the mailbox. */
	if (!e)
		v->end = imap_seen(v->p->imap, v->cx->arena, &v->box, d->uid);
	return e;
}

/* One that cannot be taken keeps nobody else's. Whether there may be more. */
static bool work_off(struct visiting *v)
{
	const struct reply_due *due = NULL;
	size_t n = 0;
	enum err e = store_read(v->cx, v->p->people);
	if (!e)
		e = reply_due_list(v->cx, &v->folder, AT_ONCE, &due, &n);
	store_end(v->cx);
	if (e)
		log_fault(v->cx, "courier.replies");
	for (size_t i = 0;
	     i < n && v->end == IMAP_OK && !atomic_load(&v->p->worker.stop);
	     i++) {
		struct arena_mark mark = arena_mark(v->cx->arena);
		if (work_on(v, &due[i]))
			log_fault(v->cx, "courier.reply");
		arena_rewind(v->cx->arena, mark);
	}
	return n == AT_ONCE && v->end == IMAP_OK;
}

static enum err find_folder(struct visiting *v)
{
	enum err e = store_read(v->cx, v->p->people);
	if (!e)
		e = reply_folder_find(v->cx,
		    replier_mailbox(v->cx->arena, &v->p->site->replies),
		    v->box.uidvalidity, v->box.uid_next, &v->folder);
	store_end(v->cx);
	return e;
}

static bool look(struct ctx *cx, struct replier *p, enum imap_end *ret_end)
{
	struct visiting v = { .cx = cx, .p = p };
	bool more = false;
	if (p->imap == NULL)
		p->imap = imap_open(&p->site->replies, &p->worker.stop);
	v.end = imap_look(p->imap, cx->arena, &v.box);
	enum err e = v.end == IMAP_OK ? find_folder(&v) : OK;
	if (!e && v.end == IMAP_OK)
		e = note_new(&v);
	if (e)
		log_fault(cx, "courier.replies");
	if (!e && v.end == IMAP_OK)
		more = work_off(&v);
	if (v.end != IMAP_OK && !atomic_load(&p->worker.stop))
		LOG("warn", "courier.mailbox",
		    { "why", imap_words(p->imap, cx->arena) });
	/* No connection is kept while there is nothing to say. */
	if (!more) {
		imap_close(p->imap);
		p->imap = NULL;
	}
	*ret_end = v.end;
	return more;
}

/* How long until the next look. */
static int64_t work(void *arg)
{
	struct replier *p = arg;
	enum imap_end end = IMAP_OK;
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);
	bool more = look(&cx, p, &end);
	arena_free(arena);
	if (end == IMAP_OK) {
		p->pause_ms = p->every_ms;
		return more ? 0 : p->every_ms;
	}
	int64_t pause = p->pause_ms;
	p->pause_ms =
	    2 * pause < LONGEST_PAUSE_MS ? 2 * pause : LONGEST_PAUSE_MS;
	return pause;
}

struct replier *replier_start(const struct site *site, struct store *people)
{
	struct replier *p = calloc(1, sizeof *p);
	REQUIRE(p != NULL);
	reply_read_init();
	p->site = site;
	p->people = people;
	p->every_ms = p->pause_ms = replier_every_ms(&site->replies);
	worker_start(&p->worker, 0, work, p);
	return p;
}

void replier_stop(struct replier *p)
{
	if (p == NULL)
		return;
	worker_stop(&p->worker);
	imap_close(p->imap);
	free(p);
}
