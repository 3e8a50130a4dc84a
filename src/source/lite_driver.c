/* SQLite as a driver: what lite.c, describe.c and stream.c do. */
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "source/stream.h"

/* In WAL mode a reader makes the files beside the database when no writer keeps
 * them; without a folder to write in that fails, once the writer has gone. */
static bool is_wal(struct lite *l)
{
	sqlite3_stmt *st = NULL;
	bool wal = false;

	sqlite3_set_authorizer(l->db, NULL, NULL);
	if (sqlite3_prepare_v2(l->db, "pragma journal_mode", -1, &st, NULL) ==
		SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW) {
		const void *said = sqlite3_column_text(st, 0);

		wal = said != NULL && strcmp(said, "wal") == 0;
	}
	sqlite3_finalize(st);
	return wal;
}

static bool folder_writable(struct arena *a, struct str path)
{
	while (path.n > 1 && path.p[path.n - 1] != '/')
		path.n--;
	return access(str_cstr(a, path), W_OK) == 0;
}

static enum err check(
    struct ctx *cx, const struct source *source, struct source_report *ret)
{
	struct lite *l = NULL;
	enum err e = lite_open(cx, source, &source_limits_officer, false, &l);

	if (e != OK)
		return e;
	ret->read_only = YES;
	ret->wal_without_folder =
	    is_wal(l) && !folder_writable(cx->arena, source->path);
	return OK;
}

/* "a""b" */
static struct str quoted(struct arena *a, struct str name)
{
	char *p = arena_alloc(a, 2 * name.n + 2);
	size_t n = 0;

	p[n++] = '"';
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '"')
			p[n++] = '"';
		p[n++] = name.p[i];
	}
	p[n++] = '"';
	return str_n(p, n);
}

static enum err tables(struct ctx *cx, const struct source *source, size_t max,
    struct str *ret, size_t *ret_n)
{
	struct lite *l = NULL;
	enum err e = lite_open(cx, source, &source_limits_officer, false, &l);

	if (e != OK)
		return e;
	for (size_t i = 0; i < l->n_tables && i < max; i++)
		ret[(*ret_n)++] = quoted(cx->arena, l->tables[i]);
	return OK;
}

const struct source_driver lite_driver = {
	.max_streams = 128,
	.max_waiting = 64,
	.here = true,
	.check = check,
	.tables = tables,
	.preview = lite_preview,
	.open = lite_stream_open,
	.next = lite_next,
	.version = lite_stream_version,
	.close = lite_stream_close,
};
