#include "core/given_back.h"

#include "base/str.h"
#include "sql/sql.h"

enum err given_back_note(struct ctx *cx, const struct delivery *d)
{
	if (d->reading == 0)
		return OK;
	return sql_exec(cx,
	    SQL("insert into given_back (delivery, reading) values ($1, $2)"
		" on conflict (delivery) do nothing"),
	    VALS(val_str(d->id), val_i64(d->reading)), NULL);
}

static struct given_back from_row(struct row r)
{
	return (struct given_back){ .delivery = row_str(r, "delivery"),
		.log = row_str(r, "log"),
		.request = row_str(r, "request"),
		.upload = row_str(r, "document"),
		.name = row_str(r, "query"),
		.sha256 = row_str(r, "digest"),
		.to = row_str(r, "key_id"),
		.digest = row_str(r, "sha256"),
		.leaf = row_i64(r, "leaf"),
		.at = row_i64(r, "at"),
		.bytes = row_i64(r, "n_bytes"),
		.reading = row_i64(r, "reading") };
}

enum err given_back_untold(struct ctx *cx, struct str after,
    const struct given_back **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select g.delivery, g.reading, d.log, d.request, d.document,"
		" d.query, d.digest, d.key_id, d.sha256, d.leaf, d.at, d.n_bytes"
		" from given_back g join delivery d on d.id = g.delivery"
		" where g.delivery > $1 order by g.delivery limit $2"),
	    VALS(val_str(after), val_i64(GIVEN_BACK_UNTOLD)), &rows);
	if (e)
		return e;
	struct given_back *v =
	    ARENA_ARRAY(cx->arena, struct given_back, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = from_row(rows.row[i]);
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

enum err given_back_told(struct ctx *cx, struct str delivery)
{
	return sql_exec(cx, SQL("delete from given_back where delivery = $1"),
	    VALS(val_str(delivery)), NULL);
}
