#include "core/setting.h"

#include "sql/sql.h"

enum err setting_find(struct ctx *cx, struct str name, struct str *ret)
{
	struct row row;
	bool found;
	enum err e =
	    sql_find(cx, SQL("select value from setting where name = $1"),
		VALS(val_str(name)), &row, &found);

	if (e)
		return e;
	*ret = found ? row_str(row, "value") : (struct str){ 0 };
	return OK;
}

enum err setting_put(struct ctx *cx, struct str name, struct str value)
{
	return sql_exec(cx,
	    SQL("insert into setting (name, value) values ($1, $2)"
		" on conflict (name) do update set value = excluded.value"),
	    VALS(val_str(name), val_str(value)), NULL);
}

enum err setting_remove(struct ctx *cx, struct str name)
{
	return sql_exec(cx, SQL("delete from setting where name = $1"),
	    VALS(val_str(name)), NULL);
}

enum err counter_next(struct ctx *cx, struct str name, int64_t *ret)
{
	struct row row;
	enum err e = sql_one(cx,
	    SQL("insert into counter (name, value) values ($1, 1)"
		" on conflict (name) do update set value = counter.value + 1"
		" returning value"),
	    VALS(val_str(name)), &row);

	if (e)
		return e;
	*ret = row_i64(row, "value");
	return OK;
}
