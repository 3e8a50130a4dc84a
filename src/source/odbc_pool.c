/* Connections by ODBC that are kept between streams: to connect costs the
 * server a process or a thread, and a handshake. Kept are those whose stream was
 * read to its end; of a file (SQLite) none, since another may be put in its
 * place. The secret is part of the key: another must not find this one's. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "source/odbc.h"

enum { IDLE_EACH = 16, IDLE_MS = 60000 };

struct kept {
	struct kept *next;
	SQLHENV env;
	SQLHDBC db;
	enum product product;
	bool read_only;
	char quote;
	int64_t idle_since;
	char key[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct kept *idle; /* the latest first */

static int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void end(struct kept *k)
{
	SQLDisconnect(k->db);
	SQLFreeHandle(SQL_HANDLE_DBC, k->db);
	SQLFreeHandle(SQL_HANDLE_ENV, k->env);
	explicit_bzero(k->key, strlen(k->key));
	free(k);
}

static struct kept *take_idle(const char *key)
{
	struct kept *found = NULL;

	pthread_mutex_lock(&lock);
	for (struct kept **at = &idle; *at != NULL && found == NULL;) {
		if (strcmp((*at)->key, key) == 0) {
			found = *at;
			*at = found->next;
		} else {
			at = &(*at)->next;
		}
	}
	pthread_mutex_unlock(&lock);
	return found;
}

/* Ends those that were idle for long, and with `key` those of its source that are
 * too many. */
static void trim(const char *key)
{
	struct kept *out = NULL;
	int64_t now = clock_ms();
	int n = 0;

	pthread_mutex_lock(&lock);
	for (struct kept **at = &idle; *at != NULL;) {
		struct kept *k = *at;
		bool same = key != NULL && strcmp(k->key, key) == 0;

		n += same;
		if (now - k->idle_since > IDLE_MS || (same && n > IDLE_EACH)) {
			*at = k->next;
			k->next = out;
			out = k;
		} else {
			at = &k->next;
		}
	}
	pthread_mutex_unlock(&lock);
	while (out != NULL) {
		struct kept *k = out;

		out = k->next;
		end(k);
	}
}

void odbc_tidy(void)
{
	trim(NULL);
}

size_t odbc_kept(void)
{
	size_t n = 0;

	pthread_mutex_lock(&lock);
	for (const struct kept *k = idle; k != NULL; k = k->next)
		n++;
	pthread_mutex_unlock(&lock);
	return n;
}

const char *odbc_pool_key(struct arena *a, const struct source *s)
{
	return str_cstr(a, str_fmt(a, "%d %.*s\n%.*s", s->cp874,
			       STR_ARG(s->dsn), STR_ARG(s->secret)));
}

bool odbc_pool_take(struct ctx *cx, struct odbc *o, const char *key)
{
	struct kept *k = NULL;

	while ((k = take_idle(key)) != NULL) {
		o->env = k->env;
		o->db = k->db;
		o->product = k->product;
		o->read_only = k->read_only;
		o->quote = k->quote;
		/* Its first words are the look whether it still is one. */
		if (odbc_begin_again(cx, o)) {
			o->connected = true;
			explicit_bzero(k->key, strlen(k->key));
			free(k);
			return true;
		}
		end(k);
	}
	o->env = NULL;
	o->db = NULL;
	return false;
}

bool odbc_pool_give(struct odbc *o)
{
	size_t n = strlen(o->key) + 1;

	if (o->product == PRODUCT_SQLITE || o->product == PRODUCT_OTHER ||
	    !SQL_SUCCEEDED(SQLEndTran(SQL_HANDLE_DBC, o->db, SQL_ROLLBACK)))
		return false;
	struct kept *k = malloc(sizeof(*k) + n);
	REQUIRE(k != NULL);
	*k = (struct kept){ .env = o->env,
		.db = o->db,
		.product = o->product,
		.read_only = o->read_only,
		.quote = o->quote,
		.idle_since = clock_ms() };
	memcpy(k->key, o->key, n);
	pthread_mutex_lock(&lock);
	k->next = idle;
	idle = k;
	pthread_mutex_unlock(&lock);
	trim(o->key);
	return true;
}
