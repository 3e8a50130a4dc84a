/* When a source has as many streams as it takes, one more waits for a moment. */
#include <pthread.h>
#include <time.h>

#include "sources_alike.h"

struct late {
	pthread_t thread;
	struct source_stream *s;
};

static void *close_late(void *arg)
{
	struct late *l = arg;

	nanosleep(&(struct timespec){ .tv_nsec = 300000000L }, NULL);
	source_close(l->s);
	return NULL;
}

static bool gives_up(void *arg)
{
	++*(int *)arg;
	return true;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* One more than may read a source has a moment's patience, but not for a caller who left. */
static void one_more_waits_for_a_moment(void)
{
	struct query all = query_all();
	struct source_limits left = source_limits_stream;
	struct source_stream *s[129] = { NULL };
	struct compiled q;
	struct late late;
	int asked = 0;

	begin();
	left.stop = gives_up;
	left.stop_arg = &asked;
	T_OK(&cx, query_compile(&cx, &alike_all, &all, &q));
	for (size_t n = 0; n < 128; n++)
		T_OK(&cx, source_open(
			      &cx, &fixture, &q, &source_limits_stream, &s[n]));
	late.s = s[3];
	REQUIRE(pthread_create(&late.thread, NULL, close_late, &late) == 0);
	int64_t began = now_ms();
	T_OK(&cx,
	    source_open(&cx, &fixture, &q, &source_limits_stream, &s[128]));
	T_CHECK(now_ms() - began >= 250, "%lld", (long long)(now_ms() - began));
	pthread_join(late.thread, NULL);
	began = now_ms();
	T_CHECK(source_open(&cx, &fixture, &q, &left, &s[3]) == ERR_BUSY, " ");
	T_CHECK(asked == 1 && now_ms() - began < 1500, "%d", asked);
	began = now_ms();
	T_CHECK(source_open(&cx, &fixture, &q, &source_limits_stream, &s[3]) ==
		    ERR_BUSY,
	    " ");
	T_CHECK(
	    now_ms() - began >= 1900, "%lld", (long long)(now_ms() - began));
	begin();
}

int main(void)
{
	cx = ctx_new(arena_new(), 0, LANG_EN);
	fixture_make(&cx);
	fixture.path = str_of(fixture_path);
	T_RUN(one_more_waits_for_a_moment);
	return T_PLAN();
}
