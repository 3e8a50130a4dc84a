#include "gate/keeper.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sealed.h"
#include "base/str.h"
#include "base/time.h"
#include "core/upload.h"
#include "gate/files.h"
#include "sql/sql.h"

#define SECRET "uploads.secret"
#define MARK STR("mark")
#define ANEW STR("begin-anew")
/* Sealed files that are tried by a secret. */
enum { TRIED = 100 };

struct keeper {
	pthread_mutex_t lock;
	struct str dir;
	struct store *shared;
	enum keeper_is is;
	struct sha256 key;
};

/* One look. */
struct look {
	struct ctx *cx;
	struct str dir;
	struct store *shared;
	bool makes; /* what is missing at a first start */
	struct str secret;
	struct sha256 key;
};

struct str keeper_word(enum keeper_is is)
{
	static const char *const words[] = { [KEEPER_FINE] = "",
		[KEEPER_NO_SECRET] = "no-secret",
		[KEEPER_OTHER_SECRET] = "other-secret",
		[KEEPER_NO_FILES] = "no-files",
		[KEEPER_DISK] = "disk" };
	return str_of(words[is]);
}

static const char *path_of(const struct look *l, struct str name)
{
	struct arena *a = l->cx->arena;
	return str_cstr(
	    a, str_fmt(a, "%.*s/uploads/%.*s", STR_ARG(l->dir), STR_ARG(name)));
}

static void use_secret(struct look *l, struct str secret)
{
	l->secret = secret;
	l->key = hmac_sha256(secret, STR("files sent in"));
}

/* 0, or errno of what is not to be had. */
static int try_file(
    const struct look *l, const char *path, bool *ret_sealed, bool *ret_opens)
{
	struct sealed *s;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno;
	errno = 0;
	enum sealed_is is = sealed_open(l->cx->arena, fd, l->key, &s);
	int why = is == SEALED_DISK ? (errno ? errno : EIO) : 0;
	*ret_opens = is == SEALED_FINE && sealed_key_of(s) != NULL;
	*ret_sealed = *ret_opens || is == SEALED_CHANGED;
	close(fd);
	return why;
}

enum files { FILES_NONE, FILES_PLAIN, FILES_SHUT, FILES_OPEN };

static void look_into(
    const struct look *l, struct str name, size_t *tried, enum files *ret)
{
	const struct dirent *entry;
	DIR *dir = opendir(path_of(l, name));
	while (dir != NULL && *ret != FILES_OPEN && *tried < TRIED &&
	       (entry = readdir(dir)) != NULL) {
		struct arena_mark mark = arena_mark(l->cx->arena);
		bool sealed = false, opens = false;
		if (entry->d_name[0] == '.')
			continue;
		int why = try_file(l,
		    path_of(l, str_fmt(l->cx->arena, "%.*s/%s", STR_ARG(name),
				   entry->d_name)),
		    &sealed, &opens);
		arena_rewind(l->cx->arena, mark);
		if (opens)
			*ret = FILES_OPEN;
		else if (sealed || why)
			*ret = FILES_SHUT;
		else if (*ret == FILES_NONE)
			*ret = FILES_PLAIN;
		*tried += sealed || why;
	}
	if (dir != NULL)
		closedir(dir);
}

/* What lies there when nothing marks it: from before there were marks. */
static enum files look_at_files(const struct look *l)
{
	enum files found = FILES_NONE;
	size_t tried = 0;
	const struct dirent *entry;
	DIR *dir = opendir(path_of(l, STR("")));
	while (dir != NULL && found != FILES_OPEN && tried < TRIED &&
	       (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.' && strlen(entry->d_name) == 2)
			look_into(l, str_of(entry->d_name), &tried, &found);
	if (dir != NULL)
		closedir(dir);
	return found;
}

static bool write_mark(const struct look *l)
{
	struct arena *a = l->cx->arena;
	struct sealed_out *out;
	struct str name = str_cat(a, STR(".mark-"), random_id(a, 12));
	const char *temporary = path_of(l, name);
	if (mkdir(path_of(l, STR("")), 0700) != 0 && errno != EEXIST)
		return false;
	int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	bool good = sealed_begin(a, fd, l->key, &out) &&
	            sealed_write(out, "uploads\n", 8) && sealed_end(out) &&
	            fsync(fd) == 0 && rename(temporary, path_of(l, MARK)) == 0;
	int why = errno;
	if (!good)
		unlink(temporary);
	close(fd);
	errno = why;
	return good;
}

/* At a first start, or where somebody said that there is nothing else. */
static enum keeper_is begin(struct look *l)
{
	if (!l->makes)
		return KEEPER_FINE;
	if (l->secret.n == 0)
		use_secret(l, file_secret(l->cx->arena, l->dir, SECRET));
	if (l->secret.n == 0 || !write_mark(l))
		return KEEPER_DISK;
	unlink(path_of(l, ANEW));
	return KEEPER_FINE;
}

static enum keeper_is look_unmarked(struct look *l)
{
	bool kept = false;
	enum files files = look_at_files(l);
	if (files == FILES_SHUT)
		return l->secret.n > 0 ? KEEPER_OTHER_SECRET : KEEPER_NO_SECRET;
	if (files != FILES_NONE)
		return begin(l);
	enum err e = store_read(l->cx, l->shared);
	if (!e)
		e = uploads_kept(l->cx, &kept);
	store_end(l->cx);
	if (e)
		return KEEPER_DISK;
	return kept ? KEEPER_NO_FILES : begin(l);
}

static enum keeper_is look(struct look *l)
{
	bool sealed = false, opens = false;
	struct str secret;
	struct stat st;
	if (!file_secret_find(l->cx->arena, l->dir, SECRET, &secret))
		return KEEPER_DISK;
	use_secret(l, secret);
	if (l->makes && stat(path_of(l, ANEW), &st) == 0)
		return begin(l);
	int why = try_file(l, path_of(l, MARK), &sealed, &opens);
	if (why == ENOENT)
		return look_unmarked(l);
	if (why)
		return KEEPER_DISK;
	if (opens && l->secret.n > 0)
		return KEEPER_FINE;
	return l->secret.n > 0 ? KEEPER_OTHER_SECRET : KEEPER_NO_SECRET;
}

struct keeper *keeper_new(
    struct arena *a, struct str gate_dir, struct store *shared)
{
	struct keeper *k = ARENA_NEW(a, struct keeper);
	k->dir = gate_dir;
	k->shared = shared;
	REQUIRE(pthread_mutex_init(&k->lock, NULL) == 0);
	return k;
}

static void say(const struct keeper *k, enum keeper_is is)
{
	if (is == k->is)
		return;
	if (is == KEEPER_FINE)
		LOG("info", "gate.uploads", { "state", STR("open") });
	else
		LOG("error", "gate.uploads", { "state", STR("shut") },
		    { "why", keeper_word(is) });
}

enum keeper_is keeper_look(struct keeper *k)
{
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);
	struct look l = {
		.cx = &cx, .dir = k->dir, .shared = k->shared, .makes = true
	};
	REQUIRE(pthread_mutex_lock(&k->lock) == 0);
	enum keeper_is is = look(&l);
	if (is == KEEPER_FINE)
		k->key = l.key;
	say(k, is);
	k->is = is;
	REQUIRE(pthread_mutex_unlock(&k->lock) == 0);
	arena_free(arena);
	return is;
}

enum err keeper_key(struct ctx *cx, struct keeper *k, struct sha256 *ret)
{
	if (keeper_look(k) != KEEPER_FINE)
		return fail(cx, ERR_BUSY, MSG_error_uploads_shut);
	REQUIRE(pthread_mutex_lock(&k->lock) == 0);
	*ret = k->key;
	REQUIRE(pthread_mutex_unlock(&k->lock) == 0);
	return OK;
}

enum keeper_is keeper_probe(
    struct ctx *cx, struct str gate_dir, struct store *shared)
{
	struct look l = { .cx = cx, .dir = gate_dir, .shared = shared };
	return look(&l);
}
