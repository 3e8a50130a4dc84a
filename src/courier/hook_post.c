#include "courier/hook_post.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "base/worker.h"
#include "core/hook_delivery.h"
#include "core/mails.h"
#include "courier/hook_call.h"
#include "sql/sql.h"

enum {
	LOOK_MS = 300,
	AT_ONCE = 10,
	LEASE_MS = 5 * 60 * 1000, /* longer than so many can take */
	GIVE_UP_DAYS = 5,
	FIRST_PAUSE_MS = 1000,
	LONGEST_PAUSE_MS = 5 * 60 * 1000,
	MAX_BODY = 64 << 10,
};
#define DAY_MS INT64_C(86400000)

/* One that did not answer is left alone for a while, so that it keeps the others
 * from nothing. */
struct pause {
	char hook[33];
	int64_t ms, until;
};

struct hook_post {
	const struct site *site;
	struct store *people;
	struct str name;
	struct hook_reach reach;
	struct worker worker;
	struct pause pauses[HOOKS_MAX];
};

static struct pause *pause_of(struct hook_post *p, struct str hook)
{
	struct pause *oldest = &p->pauses[0];
	for (size_t i = 0; i < HOOKS_MAX; i++) {
		struct pause *one = &p->pauses[i];
		if (str_eq(str_of(one->hook), hook))
			return one;
		if (one->until < oldest->until)
			oldest = one;
	}
	*oldest = (struct pause){ .ms = 0 };
	for (size_t i = 0; i < hook.n && i < sizeof oldest->hook - 1; i++)
		oldest->hook[i] = hook.p[i];
	return oldest;
}

static void note_pause(struct pause *one, int64_t now, bool silent)
{
	one->ms = silent ? (one->ms ? 2 * one->ms : FIRST_PAUSE_MS) : 0;
	if (one->ms > LONGEST_PAUSE_MS)
		one->ms = LONGEST_PAUSE_MS;
	one->until = silent ? now + one->ms : 0;
}

/* The path in it becomes a link of this desk. */
static enum err whole_body(
    struct ctx *cx, const struct hook_post *p, struct str body, struct str *ret)
{
	json_t *o;
	enum err e = json_parse(cx, body, MAX_BODY, &o);
	if (e)
		return e;
	json_put_text(o, "link",
	    str_cat(cx->arena, p->site->desk_url, json_text(o, "link")));
	*ret = json_canonical(cx->arena, o);
	return OK;
}

static enum err open_secrets(struct ctx *cx, const struct hook_post *p,
    const struct hook *h, struct hook_call *call)
{
	struct sha256 key;
	enum err e = hooks_key(cx, p->site->people_dir, &key);
	if (e)
		return e;
	call->secrets[1] = STR("");
	if (!unseal(cx->arena, key, h->secret, &call->secrets[0]))
		return fail_detail(
		    cx, ERR_BROKEN, "hook: hooks.key does not open its secret");
	if (h->old_until > cx->now &&
	    !unseal(cx->arena, key, h->old_secret, &call->secrets[1]))
		call->secrets[1] = STR("");
	return OK;
}

static enum err start(
    struct ctx *cx, struct hook_post *p, const struct hook_delivery *d)
{
	enum err e = store_write(cx, p->people);
	if (!e)
		e = hook_start(cx, d, p->name, LEASE_MS);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

/* 2xx is taken, 410 the end of the hook; all else is tried again. */
static void judge(
    struct hook_delivery *d, int64_t now, const struct hook_answer *a)
{
	int64_t first = d->first ? d->first : now;
	d->until = now + envelope_wait_ms(d->attempts + 1);
	d->status = a->status;
	d->answer = a->text;
	d->ms = a->ms;
	if (a->status >= 200 && a->status < 300)
		d->state = HOOK_SENT;
	else if (a->status == 410 || d->until - first > GIVE_UP_DAYS * DAY_MS)
		d->state = HOOK_FAILED;
}

static enum err finish(struct ctx *cx, struct hook_post *p,
    struct hook_delivery *d, const struct hook_answer *a)
{
	cx->now = time_now_ms();
	judge(d, cx->now, a);
	enum err e = store_write(cx, p->people);
	if (!e)
		e = hook_end(cx, d, p->name);
	if (!e && a->status == 410)
		e = hook_gone(cx, d->hook);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	if (!e && d->state == HOOK_FAILED)
		LOG("warn", "courier.hook_failed", { "hook", d->hook },
		    { "message", d->message });
	return e;
}

/* Why it was never sent is its answer, so that the hook's page says it. */
static void ask(struct ctx *cx, const struct hook_post *p, const struct hook *h,
    const struct hook_delivery *d, struct hook_answer *ret)
{
	struct hook_call call = { .reach = &p->reach,
		.ca_file = p->site->hooks.ca_file,
		.url = h->url,
		.message = d->message,
		.at_s = cx->now / 1000,
		.stop = &p->worker.stop };
	enum err e = open_secrets(cx, p, h, &call);
	if (!e)
		e = whole_body(cx, p, d->body, &call.body);
	if (!e) {
		hook_call(cx->arena, &call, ret);
		return;
	}
	*ret = (struct hook_answer){ .text = cx->fault.detail };
	log_fault(cx, "courier.hooks");
}

static enum err send_one(struct ctx *cx, struct hook_post *p,
    const struct hook *h, struct hook_delivery *d, bool *ret_on)
{
	struct hook_answer answer;
	*ret_on = false;
	cx->now = time_now_ms();
	enum err e = start(cx, p, d);
	if (e)
		return e;
	ask(cx, p, h, d, &answer);
	note_pause(pause_of(p, h->id), time_now_ms(), answer.status == 0);
	*ret_on = answer.status != 0 && answer.status != 410;
	return finish(cx, p, d, &answer);
}

static enum err claim(struct ctx *cx, struct hook_post *p, struct str hook,
    const struct hook_delivery **ret, size_t *ret_n)
{
	enum err e = store_write(cx, p->people);
	if (!e)
		e = hook_claim(
		    cx, hook, p->name, LEASE_MS, AT_ONCE, ret, ret_n);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

static enum err release(struct ctx *cx, struct hook_post *p)
{
	enum err e = store_write(cx, p->people);
	if (!e)
		e = hooks_release(cx, p->name);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	return e;
}

/* Whether there may be more at once. */
static bool send_hook(struct ctx *cx, struct hook_post *p, const struct hook *h)
{
	const struct hook_delivery *v = NULL;
	size_t n = 0, i = 0;
	bool on = true;
	cx->now = time_now_ms();
	if (pause_of(p, h->id)->until > cx->now)
		return false;
	enum err e = claim(cx, p, h->id, &v, &n);
	for (; i < n && on && !e && !atomic_load(&p->worker.stop); i++) {
		struct arena_mark mark = arena_mark(cx->arena);
		struct hook_delivery d = v[i];
		e = send_one(cx, p, h, &d, &on);
		if (e)
			log_fault(cx, "courier.hooks");
		arena_rewind(cx->arena, mark);
	}
	/* A fault of ours waits like a server that is silent. */
	if (e)
		note_pause(pause_of(p, h->id), cx->now, true);
	if ((e || i < n) && release(cx, p))
		log_fault(cx, "courier.hooks");
	return n > 0 && on && !e;
}

static int64_t work(void *arg)
{
	struct hook_post *p = arg;
	const struct hook *v = NULL;
	size_t n = 0;
	bool more = false;
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);
	enum err e = store_read(&cx, p->people);
	if (!e)
		e = hooks_due(&cx, &v, &n);
	store_end(&cx);
	if (e)
		log_fault(&cx, "courier.hooks");
	for (size_t i = 0; i < n && !e && !atomic_load(&p->worker.stop); i++)
		more |= send_hook(&cx, p, &v[i]);
	arena_free(arena);
	return more ? 0 : LOOK_MS;
}

struct hook_post *hook_post_start(
    const struct site *site, struct store *people, struct str name)
{
	struct hook_post *p = calloc(1, sizeof *p);
	REQUIRE(p != NULL);
	REQUIRE(
	    hook_reach_parse(site->hooks.allow, site->hooks.ports, &p->reach));
	if (p->reach.n_ports == 0) {
		free(p);
		return NULL;
	}
	p->site = site;
	p->people = people;
	p->name = name;
	worker_start(&p->worker, 0, work, p);
	return p;
}

void hook_post_stop(struct hook_post *p)
{
	if (p == NULL)
		return;
	worker_stop(&p->worker);
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);
	if (release(&cx, p))
		log_fault(&cx, "courier.hooks");
	arena_free(arena);
	free(p);
}
