#include "courier/heads.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"
#include "base/time.h"
#include "core/event.h"
#include "core/outbox.h"
#include "core/people.h"
#include "core/setting.h"
#include "evidence/trail.h"
#include "sql/sql.h"

#define SENT STR("heads.sent") /* the day */
enum { MAX_BODY = 32 << 10, MAX_CHECKPOINTS = 20 };

struct str heads_file(struct arena *a, const struct site *site)
{
	return str_cat(a, site->people_dir, STR("/heads"));
}

struct str heads_keys(struct arena *a, const struct site *site)
{
	return str_cat(a, site->shared_dir, STR("/heads.pub"));
}

static void remember(struct heads *h, struct str note, uint64_t seq)
{
	REQUIRE(note.n <= sizeof h->room);
	memcpy(h->room, note.p, note.n);
	h->note = str_n(h->room, note.n);
	h->signed_seq = seq;
}

static enum err size_of(struct ctx *cx, const struct heads *h, int64_t *ret)
{
	struct stat st;
	if (fstat(h->fd, &st) != 0)
		return fail_detail(
		    cx, ERR_BROKEN, "heads: %s", strerror(errno));
	*ret = st.st_size;
	return OK;
}

/* Whoever shortens the chain may shorten the file with it: what this process has
 * signed or read is not forgotten for that. */
static enum err not_shorter(struct ctx *cx, const struct heads *h)
{
	int64_t size = 0;
	enum err e = size_of(cx, h, &size);
	if (e || size >= h->size)
		return e;
	return fail_detail(cx, ERR_CONFLICT,
	    "a signed head was taken away: event %llu was signed",
	    (unsigned long long)h->signed_seq);
}

/* The newest note that is there already. */
static enum err read_last(struct ctx *cx, struct heads *h)
{
	struct note_keys keys = { .n = 1, .v = { h->signer.key } };
	struct checkpoint c;
	struct str note;
	bool cut;
	enum err e = not_shorter(cx, h);
	if (!e)
		e = note_last(cx, h->fd, h->signer.key.name, &note, &cut);
	/* What was begun only and is cut off was nobody's. */
	if (!e)
		e = size_of(cx, h, &h->size);
	if (e || note.n == 0)
		return e;
	/* One of an older key says nothing of this one's row. */
	if (note_read(cx->arena, &keys, note, &c) != NOTE_GOOD)
		return OK;
	if (c.size < h->signed_seq)
		return fail_detail(cx, ERR_CONFLICT,
		    "a signed head was taken away: event %llu was signed",
		    (unsigned long long)h->signed_seq);
	remember(h, note, c.size);
	return OK;
}

enum err heads_open(struct ctx *cx, const struct site *site, struct heads *ret)
{
	struct arena *a = cx->arena;
	*ret = (struct heads){ .site = site, .fd = -1 };
	enum err e = note_signer_open(cx,
	    str_cat(a, site->people_dir, STR("/heads.key")),
	    heads_keys(a, site), STR(HEADS_ORIGIN), &ret->signer);
	if (e)
		return e;
	ret->fd = open(str_cstr(a, heads_file(a, site)),
	    O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (ret->fd < 0)
		return fail_detail(
		    cx, ERR_BROKEN, "heads: %s", strerror(errno));
	return OK;
}

static enum err sign_head(
    struct ctx *cx, struct heads *h, int64_t seq, struct str hex)
{
	struct sha256 hash;
	struct str bytes;
	if (!str_unhex(cx->arena, hex, &bytes) || bytes.n != sizeof hash.b)
		return fail_detail(cx, ERR_BROKEN, "the chain has no head");
	memcpy(hash.b, bytes.p, bytes.n);
	struct str note = note_make(
	    cx->arena, &h->signer, h->signer.key.name, (uint64_t)seq, &hash);
	enum err e = note_append(cx, h->fd, note);
	if (e)
		return e;
	remember(h, note, (uint64_t)seq);
	return size_of(cx, h, &h->size);
}

/* With the file's lock held: what another courier has signed meanwhile is read
 * first, and the head after it, so that no note stands before an older one. */
static enum err sign_next(struct ctx *cx, struct store *people, struct heads *h)
{
	int64_t seq = 0;
	struct str hash = { 0 }, own = { 0 };
	enum err e = read_last(cx, h);
	if (!e)
		e = store_read(cx, people);
	if (!e)
		e = chain_head(cx, &seq, &hash);
	if (!e && seq > 0)
		e = chain_hash_at(cx, seq, &own);
	store_end(cx);
	if (e || (uint64_t)seq == h->signed_seq)
		return e;
	/* What verify would find is not signed. */
	if (seq > 0 && !str_eq(own, hash))
		return fail_detail(cx, ERR_CONFLICT,
		    "the chain's head is not event %lld", (long long)seq);
	if ((uint64_t)seq < h->signed_seq)
		return fail_detail(cx, ERR_CONFLICT,
		    "event %llu was signed, the chain ends at %lld",
		    (unsigned long long)h->signed_seq, (long long)seq);
	return sign_head(cx, h, seq, hash);
}

static enum err lock(struct ctx *cx, const struct heads *h)
{
	return file_lock(h->fd)
	           ? OK
	           : fail_detail(cx, ERR_BROKEN, "heads: %s", strerror(errno));
}

enum err heads_sign(struct ctx *cx, struct store *people, struct heads *h)
{
	enum err e = lock(cx, h);
	if (e)
		return e;
	e = sign_next(cx, people, h);
	file_unlock(h->fd);
	return e;
}

static void add_file(
    struct ctx *cx, const struct heads *h, const char *name, struct buf *b)
{
	char text[NOTE_MAX_BYTES];
	struct str path =
	    str_fmt(cx->arena, "%.*s/%s", STR_ARG(h->site->shared_dir), name);
	int fd = open(str_cstr(cx->arena, path), O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
	if (fd >= 0)
		close(fd);
	if (n > 0 && str_utf8(str_n(text, (size_t)n)))
		buf_fmt(b, "\n%.*s", (int)n, text);
}

/* All that is signed, one note after another. */
static struct str all_notes(struct ctx *cx, const struct heads *h)
{
	const struct dirent *entry;
	struct buf b = buf_new(cx->arena, MAX_BODY);
	int n = 0;
	buf_str(&b, h->note);
	DIR *dir = opendir(str_cstr(cx->arena, h->site->shared_dir));
	while (dir && (entry = readdir(dir)) != NULL && n < MAX_CHECKPOINTS)
		if (str_starts(
			str_of(entry->d_name), STR(EVIDENCE_HANDED_ON)) &&
		    !str_ends(str_of(entry->d_name), STR(".new"))) {
			add_file(cx, h, entry->d_name, &b);
			n++;
		}
	if (dir)
		closedir(dir);
	return buf_view(&b);
}

static enum err tell(struct ctx *cx, enum lang lang, struct str email,
    struct str day, struct str notes)
{
	struct str args[2] = { day, notes };
	struct notice n = { .kind = NOTICE_heads,
		.recipient = email,
		.subject =
		    msg_fill(cx->arena, lang, MSG_mail_heads_subject, args, 2),
		.body =
		    msg_fill(cx->arena, lang, MSG_mail_heads_body, args, 2) };
	return outbox_add(cx, &n, NULL);
}

static enum err tell_administrators(
    struct ctx *cx, struct str day, struct str notes)
{
	const struct person *v;
	size_t n;
	enum err e = person_list_role(cx, ROLE_admin, STR(""), STR(""), &v, &n);
	for (size_t i = 0; i < n && !e; i++)
		e = tell(cx, v[i].lang, v[i].email, day, notes);
	return e;
}

static enum err tell_all(struct ctx *cx, const struct heads *h, struct str day)
{
	struct str left = h->site->witnesses, one, notes = all_notes(cx, h);
	if (left.n == 0)
		return tell_administrators(cx, day, notes);
	enum err e = OK;
	for (bool more = true; more && !e;) {
		more = str_cut(left, ',', &one, &left);
		one = str_trim(one);
		if (one.n > 0)
			e = tell(cx, LANG_TH, one, day, notes);
	}
	return e;
}

/* With the file's lock held: another courier may have sent the day's. */
static enum err send_day(
    struct ctx *cx, struct store *people, const struct heads *h)
{
	struct str day = date_iso(cx->arena, date_of_ms(cx->now)), sent = { 0 };
	enum err e = store_read(cx, people);
	if (!e)
		e = setting_find(cx, SENT, &sent);
	store_end(cx);
	if (e || h->note.n == 0 || str_eq(sent, day))
		return e;
	e = store_write(cx, people);
	if (!e && sent.n > 0)
		e = tell_all(cx, h, day);
	if (!e)
		e = setting_put(cx, SENT, day);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

enum err heads_send(struct ctx *cx, struct store *people, const struct heads *h)
{
	enum err e = lock(cx, h);
	if (e)
		return e;
	e = send_day(cx, people, h);
	file_unlock(h->fd);
	return e;
}
