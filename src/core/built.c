#include "core/built.h"

#include "base/str.h"
#include "core/cases.h"
#include "sql/sql.h"

#define MINUTE_MS INT64_C(60000)

enum err built_note(struct ctx *cx, struct str request, struct str sha256,
    struct str name, int64_t bytes)
{
	return sql_exec(cx,
	    SQL("insert into built (request, sha256, name, bytes, at)"
		" values ($1, $2, $3, $4, $5) on conflict (request, sha256)"
		" do update set name = $3, at = $5"),
	    VALS(val_str(request), val_str(sha256), val_str(name),
		val_i64(bytes), val_i64(cx->now)),
	    NULL);
}

enum err built_old(struct ctx *cx, struct disposals *ret)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select request, sha256, name, bytes, at from built"
		" where at <= $1 order by at, request, sha256 limit $2"),
	    VALS(val_i64(cx->now - BUILT_WAIT_MIN * MINUTE_MS),
		val_i64(DISPOSALS_AT_ONCE)),
	    &rows);
	if (e)
		return e;
	struct disposal *v = ARENA_ARRAY(cx->arena, struct disposal, rows.n);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = (struct disposal){ .kind = STR("artefacts"),
			.request = row_str(rows.row[i], "request"),
			.sha256 = row_str(rows.row[i], "sha256"),
			.name = row_str(rows.row[i], "name"),
			.bytes = row_i64(rows.row[i], "bytes"),
			.made = row_i64(rows.row[i], "at") };
	*ret = (struct disposals){ .v = v, .n = rows.n };
	return OK;
}

enum err built_look(
    struct ctx *cx, const struct disposal *d, enum built_is *ret)
{
	struct case_file f;
	struct row row;
	enum err e = cases_load(cx, d->request, &f);
	if (e)
		return e;
	const struct data_file *have = data_file_of(&f, d->kind, d->sha256);
	*ret = BUILT_KNOWN;
	if (have != NULL && (have->gone == 0 || have->gone >= d->made))
		return OK;
	*ret = BUILT_HELD;
	if (f.keeping.at != 0)
		return OK;
	e = sql_one(cx,
	    SQL("select count(*) as n from data_file where sha256 = $1"
		" and gone = 0"),
	    VALS(val_str(d->sha256)), &row);
	if (!e)
		*ret = row_i64(row, "n") > 0 ? BUILT_KNOWN : BUILT_STRAY;
	return e;
}

enum err built_forget(struct ctx *cx, const struct disposal *d)
{
	return sql_exec(cx,
	    SQL("delete from built where request = $1 and sha256 = $2"
		" and at = $3"),
	    VALS(val_str(d->request), val_str(d->sha256), val_i64(d->made)),
	    NULL);
}

enum err built_put_off(struct ctx *cx, const struct disposal *d)
{
	return sql_exec(cx,
	    SQL("update built set at = $1 where request = $2 and sha256 = $3"
		" and at = $4"),
	    VALS(val_i64(cx->now), val_str(d->request), val_str(d->sha256),
		val_i64(d->made)),
	    NULL);
}
