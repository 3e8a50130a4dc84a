#include "courier/courier.h"

#include <curl/curl.h>
#include <poll.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "core/digest.h"
#include "core/disposal.h"
#include "core/grants.h"
#include "core/outbox.h"
#include "core/reminder.h"
#include "core/reply_address.h"
#include "core/sweep.h"
#include "courier/carry.h"
#include "courier/codes.h"
#include "courier/dispose.h"
#include "courier/heads.h"
#include "courier/hook_post.h"
#include "courier/inbound.h"
#include "courier/post.h"
#include "courier/replier.h"
#include "sql/sql.h"

/* How often it looks, how long it may hold a notice, how many at once, and how
 * often what has ended is swept. */
enum {
	LOOK_MS = 300,
	LEASE_MS = 60 * 1000,
	AT_ONCE = 50,
	SWEEP_MS = 60 * 1000,
	SIGN_MS = 60 * 1000,
	REMIND_MS = 20 * 1000,
	DISPOSE_MS = 3 * 1000,
	DIGEST_MS = 5 * 1000,
	CODES_MS = 5 * 1000,
};

struct courier {
	const struct courier_options *options;
	struct store *people, *shared;
	struct str name; /* of this process, in leases */
	int64_t swept, reminded, disposed, digested, codes_told;
	struct disposal_page disposal;
	struct inbound_page inbound, given_back;
	struct carrying carrying;
	struct heads heads;
	int64_t signed_at;
	struct post *post;       /* NULL: no mail server is named */
	struct hook_post *hooks; /* NULL: no hook may leave */
	struct replier *replier; /* NULL: no replies are read */
};

/* Without a mail server notices go to the mailbox that the desk shows: taking one
 * from the outbox is all the way there is. Each in its own transaction, so that
 * one that fails keeps nobody else's. */
static enum err hand_on(struct ctx *cx, struct courier *c, int64_t id)
{
	enum err e = store_write(cx, c->people);
	if (!e)
		e = outbox_done(cx, id, c->name);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

static enum err claim(
    struct ctx *cx, struct courier *c, const struct notice **ret, size_t *ret_n)
{
	enum err e = store_write(cx, c->people);
	if (!e)
		e = outbox_claim(cx, c->name, LEASE_MS, AT_ONCE, ret, ret_n);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

static enum err any_waiting(struct ctx *cx, struct courier *c, bool *ret)
{
	enum err e = store_read(cx, c->people);
	if (!e)
		e = outbox_waiting(cx, ret);
	store_end(cx);
	return e;
}

static void carry(struct ctx *cx, struct courier *c)
{
	const struct notice *v = NULL;
	size_t n = 0;
	bool waiting = false;
	enum err e = any_waiting(cx, c, &waiting);
	if (!e && waiting)
		e = claim(cx, c, &v, &n);
	for (size_t i = 0; i < n && !e; i++)
		e = hand_on(cx, c, v[i].id);
	if (e)
		log_fault(cx, "courier.outbox");
}

static enum err sweep_shared(struct ctx *cx, struct courier *c)
{
	enum err e = store_write(cx, c->shared);
	if (!e)
		e = tickets_sweep(cx);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

static enum err sweep_people(struct ctx *cx, struct courier *c)
{
	enum err e = store_write(cx, c->people);
	if (!e)
		e = people_sweep(cx);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

/* Whether so long has gone by since the last time, which is now then. The clock
 * may have been set back. */
static bool is_time(const struct ctx *cx, int64_t *last, int64_t every_ms)
{
	if (cx->now - *last < every_ms && cx->now >= *last)
		return false;
	*last = cx->now;
	return true;
}

static void sweep(struct ctx *cx, struct courier *c)
{
	if (cx->now - c->swept < SWEEP_MS)
		return;
	c->swept = cx->now;
	enum err e = sweep_people(cx, c);
	if (!e)
		e = sweep_shared(cx, c);
	if (e)
		log_fault(cx, "courier.sweep");
}

static enum err remind_one(struct ctx *cx, struct courier *c, struct str no)
{
	bool wanted = false;
	int64_t notices;
	enum err e = store_read(cx, c->people);
	if (!e)
		e = reminders_wanted(cx, no, &wanted);
	store_end(cx);
	if (e || !wanted)
		return e;
	e = store_write(cx, c->people);
	if (!e)
		e = reminders_send(cx, no, &notices);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

/* One that cannot be told (its events are not what was written) keeps nobody
 * else's; the day is not over for it, so it is tried again. */
static void remind(struct ctx *cx, struct courier *c)
{
	struct str *v = NULL;
	size_t n = 0, failed = 0;
	if (!is_time(cx, &c->reminded, REMIND_MS))
		return;
	enum err e = store_read(cx, c->people);
	if (!e)
		e = reminders_list(cx, &v, &n);
	store_end(cx);
	for (size_t i = 0; i < n && !e; i++) {
		struct arena_mark mark = arena_mark(cx->arena);
		if (remind_one(cx, c, v[i])) {
			log_fault(cx, "courier.reminder");
			failed++;
		}
		arena_rewind(cx->arena, mark);
	}
	/* The day is over when all were looked at, though there may be none. */
	bool over = !e && v != NULL && failed == 0;
	if (over)
		e = store_write(cx, c->people);
	if (over && !e)
		e = reminders_done(cx);
	if (!e && cx->db != NULL)
		e = store_commit(cx);
	store_end(cx);
	if (e)
		log_fault(cx, "courier.reminders");
}

static enum err digest_one(struct ctx *cx, struct courier *c, int64_t person)
{
	enum err e = store_write(cx, c->people);
	if (!e)
		e = digest_write(cx, person);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

/* One that cannot be written keeps nobody else's. */
static void digest(struct ctx *cx, struct courier *c)
{
	const int64_t *v = NULL;
	size_t n = 0;
	if (!is_time(cx, &c->digested, DIGEST_MS))
		return;
	enum err e = store_read(cx, c->people);
	if (!e)
		e = digests_due(cx, &v, &n);
	store_end(cx);
	if (e)
		log_fault(cx, "courier.digests");
	for (size_t i = 0; i < n; i++) {
		struct arena_mark mark = arena_mark(cx->arena);
		if (digest_one(cx, c, v[i]))
			log_fault(cx, "courier.digest");
		arena_rewind(cx->arena, mark);
	}
}

static void sign(struct ctx *cx, struct courier *c)
{
	c->signed_at = cx->now;
	enum err e = heads_sign(cx, c->people, &c->heads);
	if (!e)
		e = heads_send(cx, c->people, &c->heads);
	if (e)
		log_fault(cx, "courier.heads");
}

/* As often as the gate looks for what to do. */
static void dispose(struct ctx *cx, struct courier *c)
{
	if (!is_time(cx, &c->disposed, DISPOSE_MS))
		return;
	if (courier_dispose(cx, c->people, c->shared, &c->disposal))
		log_fault(cx, "courier.dispose");
	if (courier_carry(cx, c->options->site, c->people, &c->carrying))
		log_fault(cx, "courier.carry");
}

static void hear(struct ctx *cx, struct courier *c)
{
	if (courier_inbound(cx, c->people, c->shared, &c->inbound))
		log_fault(cx, "courier.inbound");
	if (courier_given_back(cx, c->people, c->shared, &c->given_back))
		log_fault(cx, "courier.given_back");
}

static void tell_codes(struct ctx *cx, struct courier *c)
{
	if (!is_time(cx, &c->codes_told, CODES_MS))
		return;
	if (courier_codes(cx, c->people, c->shared))
		log_fault(cx, "courier.codes");
}

static void work(struct courier *c)
{
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);
	if (c->post == NULL)
		carry(&cx, c);
	sweep(&cx, c);
	remind(&cx, c);
	hear(&cx, c);
	tell_codes(&cx, c);
	dispose(&cx, c);
	digest(&cx, c);
	/* The clock may have been set back. */
	if (cx.now - c->signed_at >= SIGN_MS || cx.now < c->signed_at)
		sign(&cx, c);
	arena_free(arena);
}

/* The key first: whatever is mailed then can be answered. */
static enum err start_mail(struct ctx *cx, struct courier *c)
{
	const struct site *site = c->options->site;
	enum err e = OK;
	if (site->mail.url.n == 0)
		return OK;
	if (site->replies.url.n > 0) {
		e = store_write(cx, c->people);
		if (!e)
			e = reply_key_make(cx);
		if (!e)
			e = store_commit(cx);
		store_end(cx);
	}
	if (e)
		return e;
	if (site->replies.url.n > 0)
		c->replier = replier_start(site, c->people);
	c->post = post_start(site, c->people, c->name);
	return OK;
}

int courier_run(const struct courier_options *o)
{
	struct courier c = { .options = o };
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);

	int code = 1;
	crypt_init();
	c.name = str_fmt(arena, "courier-%d-%.*s", (int)getpid(),
	    STR_ARG(random_id(arena, 8)));
	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (site_open_people(&cx, o->site, 3, &c.people) ||
	    site_open_shared(&cx, o->site, 1, &c.shared)) {
		log_fault(&cx, "courier.store");
	} else if (heads_open(&cx, o->site, &c.heads)) {
		log_fault(&cx, "courier.heads");
	} else if (start_mail(&cx, &c)) {
		log_fault(&cx, "courier.store");
	} else {
		c.hooks = hook_post_start(o->site, c.people, c.name);
		o->ready(o->ready_arg);
		struct pollfd stop = { .fd = o->stop_fd, .events = POLLIN };
		while (poll(&stop, 1, LOOK_MS) <= 0)
			work(&c);
		hook_post_stop(c.hooks);
		post_stop(c.post);
		replier_stop(c.replier);
		cx.now = time_now_ms();
		sign(&cx, &c);
		code = 0;
	}
	store_close(c.shared);
	store_close(c.people);
	arena_free(arena);
	return code;
}
