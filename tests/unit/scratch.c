#include "scratch.h"

#include <ftw.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"

const char *const scratch_kind_names[SCRATCH_KINDS] = { "sqlite",
	"postgresql" };

bool scratch_has(enum scratch_kind kind)
{
	const char *dsn = getenv("PRATU_TEST_PG");

	return kind == SCRATCH_SQLITE || (dsn && *dsn);
}

_Noreturn static void die(const char *what, const char *why)
{
	printf("Bail out! %s: %s\n", what, why);
	exit(1);
}

static int remove_one(
    const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

struct owned {
	pid_t pid; /* a forked child must not tidy up */
	const char *name;
};

static void remove_folder(void *arg)
{
	const struct owned *o = arg;

	if (getpid() == o->pid)
		nftw(o->name, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static struct owned *own(struct arena *a, const char *name)
{
	struct owned *o = ARENA_NEW(a, struct owned);

	*o = (struct owned){ .pid = getpid(), .name = name };
	return o;
}

struct str scratch_folder(struct arena *a)
{
	const char *base = getenv("TMPDIR");
	struct str name =
	    str_fmt(a, "%s/pratu-test.XXXXXX", base && *base ? base : "/tmp");
	char *path = arena_alloc(a, name.n + 1);

	__builtin_memcpy(path, name.p, name.n);
	if (!mkdtemp(path))
		die(path, "mkdtemp");
	arena_defer(a, remove_folder, own(a, path));
	return str_of(path);
}

static void no_notice(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

static void admin(const char *dsn, const char *text)
{
	PGconn *c = PQconnectdb(dsn);
	PQsetNoticeProcessor(c, no_notice, NULL);
	PGresult *r = PQexec(c, text);
	ExecStatusType s = PQresultStatus(r);

	if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK)
		die(text, PQerrorMessage(c));
	PQclear(r);
	PQfinish(c);
}

void scratch_admin(const struct scratch *s, const char *text)
{
	admin(str_cstr(s->arena, s->dsn), text);
}

static void drop_database(void *arg)
{
	const struct owned *o = arg;
	struct arena *a = arena_new();

	if (getpid() == o->pid)
		admin(getenv("PRATU_TEST_PG"),
		    str_cstr(a,
			str_fmt(a, "drop database %s with (force)", o->name)));
	arena_free(a);
}

/* PRATU_TEST_PG with another database: what stands between its last '/' and
 * its '?'. */
static struct str with_database(struct arena *a, const char *name)
{
	struct str dsn = str_of(getenv("PRATU_TEST_PG"));
	size_t query = str_index(dsn, '?'), slash = query;

	while (slash > 0 && dsn.p[slash - 1] != '/')
		slash--;
	return str_fmt(a, "%.*s%s%.*s", STR_ARG(str_upto(dsn, slash)), name,
	    STR_ARG(str_from(dsn, query)));
}

struct scratch scratch_new(struct arena *a, enum scratch_kind kind)
{
	static int number;
	struct scratch s = { .arena = a, .kind = kind };

	if (kind == SCRATCH_SQLITE) {
		s.folder = scratch_folder(a);
		return s;
	}
	const char *name =
	    str_cstr(a, str_fmt(a, "t%d_%d", getpid(), ++number));
	admin(getenv("PRATU_TEST_PG"),
	    str_cstr(a, str_fmt(a, "create database %s", name)));
	arena_defer(a, drop_database, own(a, name));
	s.dsn = with_database(a, name);
	return s;
}

struct str scratch_dsn(const struct scratch *s, const char *schema)
{
	if (s->kind == SCRATCH_SQLITE)
		return str_fmt(
		    s->arena, "sqlite:%.*s/%s.db", STR_ARG(s->folder), schema);
	scratch_admin(s,
	    str_cstr(s->arena,
		str_fmt(s->arena, "create schema if not exists %s", schema)));
	return s->dsn;
}

struct opened {
	pid_t pid;
	struct store *store;
};

static void close_store(void *arg)
{
	const struct opened *o = arg;

	if (getpid() == o->pid)
		store_close(o->store);
}

struct store *scratch_store(
    const struct scratch *s, const char *schema, size_t readers)
{
	struct ctx cx = ctx_new(s->arena, 0, LANG_EN);
	struct opened *o = ARENA_NEW(s->arena, struct opened);

	o->pid = getpid();
	if (store_open(&cx, scratch_dsn(s, schema), schema, readers, &o->store))
		die("store_open", str_cstr(s->arena, cx.fault.detail));
	arena_defer(s->arena, close_store, o);
	return o->store;
}

void scratch_each(void (*tests)(const struct scratch *))
{
	for (int kind = 0; kind < SCRATCH_KINDS; kind++) {
		if (!scratch_has((enum scratch_kind)kind)) {
			printf("# not on %s\n", scratch_kind_names[kind]);
			continue;
		}
		printf("# on %s\n", scratch_kind_names[kind]);
		struct arena *a = arena_new();
		struct scratch s = scratch_new(a, (enum scratch_kind)kind);
		tests(&s);
		arena_free(a);
	}
}
