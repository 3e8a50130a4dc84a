#include "core/backups.h"

#include "base/str.h"
#include "base/time.h"
#include "sql/sql.h"

enum err backup_note(struct ctx *cx, const struct backup *b)
{
	return sql_exec(cx,
	    SQL("insert into backup (name, made, until, noted)"
		" values ($1, $2, $3, $4) on conflict (name) do update set"
		" made = excluded.made, until = excluded.until,"
		" noted = excluded.noted"),
	    VALS(val_str(b->name), val_str(b->made), val_str(b->until),
		val_i64(cx->now)),
	    NULL);
}

enum err backup_drop(struct ctx *cx, struct str name)
{
	int64_t n = 0;
	enum err e = sql_exec(cx, SQL("delete from backup where name = $1"),
	    VALS(val_str(name)), &n);
	if (!e && n == 0)
		e = fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
	return e;
}

enum err backup_list(struct ctx *cx, const struct backup **ret, size_t *ret_n)
{
	struct rows rows;
	/* A few rows: what the computer centre keeps. */
	enum err e = sql_all(cx,
	    SQL_SCAN("select name, made, until, noted from backup"
		     " order by made, name"),
	    NO_VALS, &rows);
	if (e)
		return e;
	struct backup *v = ARENA_ARRAY(cx->arena, struct backup, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = (struct backup){ .name = row_str(rows.row[i], "name"),
			.made = row_str(rows.row[i], "made"),
			.until = row_str(rows.row[i], "until"),
			.noted = row_i64(rows.row[i], "noted") };
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

enum err backups_holding(struct ctx *cx, int64_t from, json_t **ret)
{
	const struct backup *v;
	size_t n;
	struct str first = date_iso(cx->arena, date_of_ms(from));
	struct str today = date_iso(cx->arena, date_of_ms(cx->now));
	json_t *list = json_new_array(cx->arena);
	enum err e = backup_list(cx, &v, &n);
	if (e)
		return e;
	for (size_t i = 0; i < n; i++) {
		/* ISO days stand in the order of their letters. */
		if (str_cmp(v[i].made, first) < 0 ||
		    str_cmp(v[i].until, today) < 0)
			continue;
		json_t *o = json_new_object(cx->arena);
		json_put_text(o, "name", v[i].name);
		json_put_text(o, "made", v[i].made);
		json_put_text(o, "until", v[i].until);
		json_add(list, o);
	}
	*ret = list;
	return OK;
}
