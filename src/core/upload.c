#include "core/upload.h"

#include "base/str.h"
#include "sql/sql.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)

enum err upload_room(struct ctx *cx, struct str request)
{
	struct row row;
	enum err e = sql_one(cx,
	    SQL("select count(*) as n from upload where request = $1"
		" and swept = 0"),
	    VALS(val_str(request)), &row);
	if (e || row_i64(row, "n") < UPLOADS_PER_REQUEST)
		return e;
	return fail1(cx, ERR_INVALID, MSG_error_upload_count,
	    str_fmt(cx->arena, "%d", UPLOADS_PER_REQUEST));
}

enum err upload_room_for(struct ctx *cx, struct str request, int64_t bytes)
{
	struct row row;
	enum err e = sql_one(cx,
	    SQL("select cast(coalesce(sum(bytes), 0) as bigint) as n"
		" from upload where request = $1 and swept = 0"),
	    VALS(val_str(request)), &row);
	if (e || row_i64(row, "n") <= UPLOAD_BYTES_PER_REQUEST - bytes)
		return e;
	return fail1(cx, ERR_TOO_LARGE, MSG_error_upload_total,
	    str_fmt(cx->arena, "%lld",
		(long long)(UPLOAD_BYTES_PER_REQUEST >> 20)));
}

enum err upload_named(struct ctx *cx, struct str id, struct str file)
{
	return sql_exec(cx, SQL("update upload set file = $1 where id = $2"),
	    VALS(val_str(file), val_str(id)), NULL);
}

struct str upload_file_of(struct str file, struct str sha256)
{
	return file.n > 0 ? file : sha256;
}

enum err upload_knows(struct ctx *cx, struct str name, bool *ret)
{
	struct row row;
	enum err e = sql_find(cx,
	    SQL("select 1 as n from upload where file = $1 and file <> ''"
		" and swept = 0"),
	    VALS(val_str(name)), &row, ret);
	if (!e && !*ret)
		e = upload_elsewhere(cx, name, ret);
	return e;
}

enum err upload_used(struct ctx *cx, struct str id)
{
	return sql_exec(cx, SQL("update upload set used = $1 where id = $2"),
	    VALS(val_i64(cx->now), val_str(id)), NULL);
}

static enum err mark(struct ctx *cx, struct upload_file *u, struct row row)
{
	*u = (struct upload_file){ .id = row_str(row, "id"),
		.request = row_str(row, "request"),
		.name = row_str(row, "name"),
		.sha256 = row_str(row, "sha256"),
		.file = row_str(row, "file"),
		.actor = row_str(row, "actor"),
		.bytes = row_i64(row, "bytes"),
		.received = row_i64(row, "received") };
	return sql_exec(cx, SQL("update upload set swept = $1 where id = $2"),
	    VALS(val_i64(cx->now), val_str(u->id)), NULL);
}

enum err uploads_sweep(
    struct ctx *cx, const struct upload_file **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select id, request, name, sha256, actor, bytes, received,"
		" file"
		" from upload where swept = 0 and used = 0 and created < $1"
		" and (received = 0 or received < $2)"
		" order by created limit $3"),
	    VALS(val_i64(cx->now - UPLOAD_WAIT_HOURS * HOUR_MS),
		val_i64(cx->now - UPLOAD_DAYS * DAY_MS),
		val_i64(UPLOADS_SWEPT_AT_ONCE)),
	    &rows);
	if (e)
		return e;
	struct upload_file *v =
	    ARENA_ARRAY(cx->arena, struct upload_file, rows.n + 1);
	for (size_t i = 0; i < rows.n && !e; i++)
		e = mark(cx, &v[i], rows.row[i]);
	*ret = v;
	*ret_n = rows.n;
	return e;
}

enum err uploads_kept(struct ctx *cx, bool *ret)
{
	struct row row;
	/* Asked when a folder is empty: as good as never. */
	return sql_find(cx,
	    SQL_SCAN("select 1 as n from upload where swept = 0"
		     " and received > 0 limit 1"),
	    NO_VALS, &row, ret);
}

enum err upload_elsewhere(struct ctx *cx, struct str sha256, bool *ret)
{
	struct row row;
	enum err e = sql_one(cx,
	    SQL("select count(*) as n from upload where sha256 = $1"
		" and swept = 0 and file = ''"),
	    VALS(val_str(sha256)), &row);
	*ret = e || row_i64(row, "n") > 0;
	return e;
}
