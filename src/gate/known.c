#include "gate/known.h"

#include <pthread.h>
#include <string.h>

#include "base/str.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct known *table[KNOWN_MAX];

/* The lock is held. */
static void drop(struct known *k)
{
	if (k != NULL && k->users == 0 && !k->kept)
		arena_free(k->arena);
}

static void leave(void *arg)
{
	struct known *k = arg;

	pthread_mutex_lock(&lock);
	k->users--;
	drop(k);
	pthread_mutex_unlock(&lock);
}

static bool is_of(
    const struct known *k, const struct sha256 *secret, struct str id)
{
	return k != NULL &&
	       memcmp(k->secret.b, secret->b, sizeof(secret->b)) == 0 &&
	       str_eq(k->connection.id, id);
}

/* A clock that was set back must not make it last for ever. */
static bool is_fresh(
    const struct known *k, const struct gate *gate, int64_t now)
{
	return k->flag == gate->flag && now >= k->since &&
	       now - k->since <= GRANTS_KNOWN_MS;
}

const struct known *known_find(
    struct gate_visit *v, const struct sha256 *secret, struct str id)
{
	struct known *found = NULL;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < KNOWN_MAX && found == NULL; i++)
		if (is_of(table[i], secret, id))
			found = table[i];
	if (found != NULL && !is_fresh(found, v->gate, v->cx.now))
		found = NULL;
	if (found != NULL)
		found->users++;
	pthread_mutex_unlock(&lock);
	if (found != NULL)
		arena_defer(v->cx.arena, leave, found);
	return found;
}

/* Where it goes: in the place of its elder, an empty one, or the oldest. */
static void put(struct known *k)
{
	size_t at = 0;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < KNOWN_MAX; i++) {
		if (is_of(table[i], &k->secret, k->connection.id)) {
			at = i;
			break;
		}
		if (table[at] != NULL &&
		    (table[i] == NULL || table[i]->since < table[at]->since))
			at = i;
	}
	struct known *elder = table[at];
	table[at] = k;
	k->kept = true;
	if (elder != NULL)
		elder->kept = false;
	drop(elder);
	pthread_mutex_unlock(&lock);
}

static void drop_json(void *arg)
{
	json_decref(arg);
}

static void copy_connection(struct arena *a, struct connection *c)
{
	c->id = str_dup(a, c->id);
	c->request = str_dup(a, c->request);
	c->part = str_dup(a, c->part);
	c->outlet = str_dup(a, c->outlet);
	c->digest = str_dup(a, c->digest);
	c->state = str_dup(a, c->state);
	/* Many threads read it from now on; nobody writes. */
	json_t *spec = json_deep_copy(c->spec);
	REQUIRE(spec != NULL);
	arena_defer(a, drop_json, spec);
	c->spec = spec;
}

static void copy_key(struct arena *a, struct key *k)
{
	k->id = str_dup(a, k->id);
	k->connection = str_dup(a, k->connection);
	k->hint = str_dup(a, k->hint);
	k->holder = str_dup(a, k->holder);
}

void known_keep(struct call *c, const struct sha256 *secret)
{
	struct arena *a = arena_new();
	struct gate_visit inner = *c->v;
	struct known *k = ARENA_NEW(a, struct known);

	inner.cx = ctx_new(a, c->v->cx.now, c->v->cx.lang);
	*k = (struct known){ .key = c->key,
		.connection = c->connection,
		.secret = *secret,
		.flag = c->flag,
		.since = c->v->cx.now,
		.arena = a };
	copy_connection(a, &k->connection);
	copy_key(a, &k->key);
	/* What fails here is told by the call itself. */
	enum err e = spec_approved(&inner.cx, k->connection.spec, &k->approved);
	if (!e)
		e = gate_source(&inner, json_text(k->connection.spec, "source"),
		    &k->source);
	if (e)
		arena_free(a);
	else
		put(k);
}
