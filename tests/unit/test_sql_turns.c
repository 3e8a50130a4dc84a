/* Who waits for whom: several threads and several processes on one store, and
 * what is left of one that is killed. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/str.h"
#include "base/time.h"
#include "scratch.h"
#include "sql/inspect.h"
#include "t.h"

static enum scratch_kind kind;

static const char tables[] = "create table tally (name text not null"
			     " primary key, n bigint not null);\n"
			     "insert into tally (name, n)"
			     " values ('a', 0), ('b', 0);\n";

struct bench {
	struct arena *arena;
	struct scratch scratch;
	struct store *store;
	struct ctx cx;
};

static struct bench bench_new(size_t readers)
{
	const struct embedded migrations[] = { { "0001_tables.sql",
	    (const unsigned char *)tables, sizeof(tables) - 1 } };
	struct bench b = { .arena = arena_new() };

	b.scratch = scratch_new(b.arena, kind);
	b.store = scratch_store(&b.scratch, "people", readers);
	b.cx = ctx_new(b.arena, 1, LANG_EN);
	T_OK(&b.cx, migrate_apply(&b.cx, b.store, migrations, 1, NULL));
	return b;
}

static enum err read_n(struct ctx *cx, const char *name, int64_t *ret)
{
	struct row row;

	enum err e = sql_one(cx, SQL("select n from tally where name = $1"),
	    VALS(val_str(str_of(name))), &row);
	if (!e)
		*ret = row_i64(row, "n");
	return e;
}

static enum err add_n(struct ctx *cx, const char *name, int64_t more)
{
	return sql_exec(cx, SQL("update tally set n = n + $2 where name = $1"),
	    VALS(val_str(str_of(name)), val_i64(more)), NULL);
}

static int64_t n_now(struct bench *b, const char *name)
{
	int64_t n = -1;

	T_OK(&b->cx, store_read(&b->cx, b->store));
	T_OK(&b->cx, read_n(&b->cx, name, &n));
	store_end(&b->cx);
	return n;
}

static void sleep_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_sec = ms / 1000,
		      .tv_nsec = ms % 1000 * 1000000 },
	    NULL);
}

/* A child process with the same store opened anew. It runs work(), which tells
 * the parent by a byte in `ready` how far it is. */
struct child {
	pid_t pid;
	int ready;
};

static struct child child_start(
    struct bench *b, void (*work)(struct ctx *, struct store *, int ready))
{
	struct str dsn = scratch_dsn(&b->scratch, "people");
	int pipes[2];

	if (pipe(pipes))
		return (struct child){ .pid = -1 };
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		struct arena *a = arena_new();
		struct ctx cx = ctx_new(a, 1, LANG_EN);
		struct store *store;
		if (store_open(&cx, dsn, "people", 2, &store)) {
			printf("# %.*s\n", STR_ARG(cx.fault.detail));
			fflush(stdout);
			_exit(9);
		}
		work(&cx, store, pipes[1]);
		store_end(&cx);
		store_close(store);
		_exit(0);
	}
	close(pipes[1]);
	return (struct child){ .pid = pid, .ready = pipes[0] };
}

static void say_ready(int fd)
{
	if (write(fd, "x", 1) != 1)
		_exit(8);
}

static bool child_ready(struct child c)
{
	char byte;

	return read(c.ready, &byte, 1) == 1;
}

static int child_end(struct child c)
{
	int status = -1;

	waitpid(c.pid, &status, 0);
	close(c.ready);
	return status;
}

static void must(enum err e)
{
	if (e)
		_exit(7);
}

/* What the processes of a test have in common. */
struct meeting {
	atomic_bool go_on;
};

static struct meeting *meeting;

static void meeting_end(void *arg)
{
	munmap(arg, sizeof(*meeting));
}

static void meeting_begin(struct arena *a)
{
	meeting = mmap(NULL, sizeof(*meeting), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	REQUIRE(meeting != MAP_FAILED);
	arena_defer(a, meeting_end, meeting);
}

/* At most half a minute, for then something is wrong. */
static void wait_for_go_on(void)
{
	for (int i = 0; i < 30000 && !atomic_load(&meeting->go_on); i++)
		sleep_ms(1);
}

static void hold_until_go_on(struct ctx *cx, struct store *s, int ready)
{
	must(store_write(cx, s));
	must(add_n(cx, "a", 1));
	say_ready(ready);
	wait_for_go_on();
	sleep_ms(300); /* so that the other one has to wait */
	must(store_commit(cx));
}

static void a_write_waits_for_another_process(void)
{
	struct bench b = bench_new(1);
	int64_t n = -1;

	meeting_begin(b.arena);
	struct child c = child_start(&b, hold_until_go_on);
	T_CHECK(child_ready(c), "the child writes");
	T_CHECK(n_now(&b, "a") == 0, "readers do not wait, nor see it");
	atomic_store(&meeting->go_on, true);
	T_OK(&b.cx, store_write(&b.cx, b.store));
	T_OK(&b.cx, add_n(&b.cx, "a", 1));
	T_OK(&b.cx, read_n(&b.cx, "a", &n));
	T_OK(&b.cx, store_commit(&b.cx));
	T_CHECK(n == 2, "did not wait: n is %lld", (long long)n);
	T_CHECK(child_end(c) == 0, "the child");
	arena_free(b.arena);
}

static void hold_then_die(struct ctx *cx, struct store *s, int ready)
{
	must(store_write(cx, s));
	must(add_n(cx, "a", 1));
	must(store_commit(cx));
	must(store_write(cx, s));
	must(add_n(cx, "a", 10));
	must(add_n(cx, "b", 10));
	say_ready(ready);
	sleep_ms(20000);
}

/* What was committed stays, what was not leaves no trace, and the next writer
 * need not wait. */
static void a_killed_process_leaves_nothing_half(void)
{
	struct bench b = bench_new(1);

	for (int64_t round = 1; round <= 5; round++) {
		struct child c = child_start(&b, hold_then_die);
		T_CHECK(child_ready(c), "the child writes");
		kill(c.pid, SIGKILL);
		T_CHECK(WIFSIGNALED(child_end(c)), "killed");
		T_CHECK(n_now(&b, "a") == round && n_now(&b, "b") == 0,
		    "round %lld", (long long)round);
		int64_t start = time_now_ms();
		T_OK(&b.cx, store_write(&b.cx, b.store));
		T_OK(&b.cx, add_n(&b.cx, "b", 0));
		T_OK(&b.cx, store_commit(&b.cx));
		T_CHECK(time_now_ms() - start < 2000, "the next one waits");
	}
	arena_free(b.arena);
}

struct thread {
	pthread_t id;
	struct store *store;
	int64_t times, wait_ms;
	enum err err;
};

/* Reads, then writes what it has read and one: loses a count if another comes
 * between. */
static void *count_up(void *arg)
{
	struct thread *t = arg;

	for (int64_t i = 0; i < t->times && !t->err; i++) {
		struct arena *a = arena_new();
		struct ctx cx = ctx_new(a, 1, LANG_EN);
		int64_t n = 0;
		t->err = store_write(&cx, t->store);
		if (!t->err)
			t->err = read_n(&cx, "a", &n);
		if (!t->err)
			t->err = sql_exec(&cx,
			    SQL("update tally set n = $1 where name = 'a'"),
			    VALS(val_i64(n + 1)), NULL);
		if (!t->err)
			t->err = store_commit(&cx);
		arena_free(a);
	}
	return NULL;
}

static void threads_lose_no_write(void)
{
	struct bench b = bench_new(1);
	struct thread threads[8];

	for (size_t i = 0; i < COUNT(threads); i++) {
		threads[i] = (struct thread){ .store = b.store, .times = 200 };
		pthread_create(&threads[i].id, NULL, count_up, &threads[i]);
	}
	for (size_t i = 0; i < COUNT(threads); i++) {
		pthread_join(threads[i].id, NULL);
		T_CHECK(!threads[i].err, "thread %zu: %u", i, threads[i].err);
	}
	T_CHECK(n_now(&b, "a") == 1600, "%lld", (long long)n_now(&b, "a"));
	T_CHECK(store_connections(b.store) == 2, "connections");
	arena_free(b.arena);
}

/* Writes until the reader has seen enough; tells how often. */
static void add_until_go_on(struct ctx *cx, struct store *s, int ready)
{
	int64_t times = 0;

	do {
		must(store_write(cx, s));
		must(add_n(cx, "a", 1));
		must(add_n(cx, "b", -1));
		must(store_commit(cx));
		times++;
	} while (!atomic_load(&meeting->go_on));
	if (write(ready, &times, sizeof(times)) != sizeof(times))
		_exit(8);
}

/* Reads until it has found the store in many states, each of them whole. */
static void read_whole(struct bench *b)
{
	enum { ENOUGH = 20, AT_MOST_MS = 60000 };
	int64_t a = 0, other = 0, before = -1, start = time_now_ms();
	int states = 0;

	while (states < ENOUGH && time_now_ms() - start < AT_MOST_MS) {
		T_OK(&b->cx, store_read(&b->cx, b->store));
		T_OK(&b->cx, read_n(&b->cx, "a", &a));
		T_OK(&b->cx, read_n(&b->cx, "b", &other));
		store_end(&b->cx);
		T_CHECK(a == -other, "half: %lld and %lld", (long long)a,
		    (long long)other);
		if (t_failed_checks)
			break;
		states += a != before;
		before = a;
	}
	T_CHECK(states == ENOUGH, "saw only %d states", states);
}

/* Four processes write; a fifth one that opened the store before reads, and
 * always finds both halves of a transaction or none. */
static void processes_lose_no_write(void)
{
	struct bench b = bench_new(2);
	struct child c[4];
	int64_t sum = 0, times = 0;

	meeting_begin(b.arena);
	for (size_t i = 0; i < COUNT(c); i++)
		c[i] = child_start(&b, add_until_go_on);
	read_whole(&b);
	atomic_store(&meeting->go_on, true);
	for (size_t i = 0; i < COUNT(c); i++) {
		T_CHECK(
		    read(c[i].ready, &times, sizeof(times)) == sizeof(times),
		    "child %zu tells", i);
		T_CHECK(child_end(c[i]) == 0, "child %zu", i);
		sum += times;
	}
	T_CHECK(n_now(&b, "a") == sum, "%lld of %lld",
	    (long long)n_now(&b, "a"), (long long)sum);
	arena_free(b.arena);
}

/* A second writer gives up with ERR_BUSY; so does one reader too many. */
static void waiting_ends(void)
{
	struct bench b = bench_new(2);
	struct ctx x[3];

	store_set_wait(b.store, 200);
	for (size_t i = 0; i < COUNT(x); i++)
		x[i] = ctx_new(b.arena, 1, LANG_EN);
	T_OK(&x[0], store_write(&x[0], b.store));
	int64_t start = time_now_ms();
	T_ERR(&x[1], store_write(&x[1], b.store), ERR_BUSY);
	int64_t took = time_now_ms() - start;
	T_CHECK(took >= 190 && took < 1500, "%lld ms", (long long)took);
	T_CHECK(!x[1].db, "no transaction");
	T_OK(&x[1], store_read(&x[1], b.store));
	T_OK(&x[2], store_read(&x[2], b.store));
	store_end(&x[0]);
	T_ERR(&x[0], store_read(&x[0], b.store), ERR_BUSY);
	store_end(&x[1]);
	T_OK(&x[0], store_read(&x[0], b.store));
	T_CHECK(store_connections(b.store) == 3, "two readers, one writer");
	arena_free(b.arena);
}

/* SQLite has one writer among all processes; on PostgreSQL only the same row
 * is waited for (lock_timeout), so this is SQLite's. */
static void waiting_for_a_process_ends(void)
{
	struct bench b = bench_new(1);

	meeting_begin(b.arena);
	if (kind == SCRATCH_SQLITE) {
		struct child c = child_start(&b, hold_until_go_on);
		T_CHECK(child_ready(c), "the child writes");
		store_set_wait(b.store, 200);
		T_ERR(&b.cx, store_write(&b.cx, b.store), ERR_BUSY);
		atomic_store(&meeting->go_on, true);
		store_set_wait(b.store, 20000);
		T_OK(&b.cx, store_write(&b.cx, b.store));
		store_end(&b.cx);
		T_CHECK(child_end(c) == 0, "the child");
	}
	arena_free(b.arena);
}

static void *wait_and_write(void *arg)
{
	struct thread *t = arg;
	struct arena *a = arena_new();
	struct ctx cx = ctx_new(a, 1, LANG_EN);
	int64_t n = -1;

	t->err = store_write(&cx, t->store);
	if (!t->err)
		t->err = read_n(&cx, "a", &n);
	t->times = n;
	if (!t->err)
		t->err = add_n(&cx, "a", 1);
	if (!t->err)
		t->err = store_commit(&cx);
	arena_free(a);
	return NULL;
}

/* Writers come in the order of asking. */
static void turns_are_in_order(void)
{
	struct bench b = bench_new(1);
	struct thread threads[6];

	T_OK(&b.cx, store_write(&b.cx, b.store));
	for (size_t i = 0; i < COUNT(threads); i++) {
		threads[i] = (struct thread){ .store = b.store };
		pthread_create(
		    &threads[i].id, NULL, wait_and_write, &threads[i]);
		sleep_ms(200);
	}
	T_OK(&b.cx, store_commit(&b.cx));
	/* Comes after those who wait, although the turn was just ours. */
	T_OK(&b.cx, store_write(&b.cx, b.store));
	int64_t n = -1;
	T_OK(&b.cx, read_n(&b.cx, "a", &n));
	T_CHECK(
	    n == (int64_t)COUNT(threads), "pushed in at %lld", (long long)n);
	store_end(&b.cx);
	for (size_t i = 0; i < COUNT(threads); i++) {
		pthread_join(threads[i].id, NULL);
		T_CHECK(!threads[i].err && threads[i].times == (int64_t)i,
		    "thread %zu came as number %lld", i,
		    (long long)threads[i].times);
	}
	arena_free(b.arena);
}

static void just_open(struct ctx *cx, struct store *s, int ready)
{
	const struct embedded migrations[] = { { "0001_tables.sql",
	    (const unsigned char *)tables, sizeof(tables) - 1 } };

	T_OK(cx, migrate_apply(cx, s, migrations, 1, NULL));
	fflush(stdout);
	must(t_failed_checks ? ERR_BROKEN : OK);
	say_ready(ready);
}

/* Eight processes open a store that nobody has opened before, and all of them
 * find its tables missing. */
static void opened_by_all_at_once(void)
{
	for (int round = 0; round < 5; round++) {
		struct bench b = { .arena = arena_new() };
		struct child c[8];

		b.cx = ctx_new(b.arena, 1, LANG_EN);
		b.scratch = scratch_new(b.arena, kind);
		for (size_t i = 0; i < COUNT(c); i++)
			c[i] = child_start(&b, just_open);
		for (size_t i = 0; i < COUNT(c); i++)
			T_CHECK(child_end(c[i]) == 0, "child %zu", i);
		b.store = scratch_store(&b.scratch, "people", 1);
		T_CHECK(n_now(&b, "a") == 0, "the table");
		arena_free(b.arena);
	}
}

static void run(const char *name, void (*fn)(void))
{
	char text[100];

	snprintf(
	    text, sizeof(text), "%s on %s", name, scratch_kind_names[kind]);
	t_run(text, fn);
}
#define RUN(fn) run(#fn, fn)

int main(void)
{
	crypt_init();
	for (kind = 0; kind < SCRATCH_KINDS; kind++) {
		if (!scratch_has(kind))
			continue;
		RUN(a_write_waits_for_another_process);
		RUN(a_killed_process_leaves_nothing_half);
		RUN(threads_lose_no_write);
		RUN(processes_lose_no_write);
		RUN(waiting_ends);
		RUN(waiting_for_a_process_ends);
		RUN(turns_are_in_order);
		RUN(opened_by_all_at_once);
	}
	return T_PLAN();
}
