#include "core/deliveries.h"

#include "base/crypt.h"
#include "base/str.h"
#include "base/time.h"
#include "sql/sql.h"

struct str delivery_id(struct arena *a)
{
	return random_id(a, 24);
}

enum err delivery_begin(struct ctx *cx, struct delivery *d)
{
	if (d->id.n == 0)
		d->id = delivery_id(cx->arena);
	d->at = cx->now;
	return sql_exec(cx,
	    SQL("insert into delivery (id, connection, request, document, key_id,"
		" digest, at, address, form, query, status, n_rows, n_bytes,"
		" sha256, ended) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
		" 'open', 0, 0, '', 0)"),
	    VALS(val_str(d->id), val_str(d->connection), val_str(d->request),
		val_str(d->document), val_str(d->key), val_str(d->digest),
		val_i64(d->at), val_str(d->address), val_str(d->form),
		val_str(d->query)),
	    NULL);
}

enum err delivery_end(struct ctx *cx, struct str id, bool whole, int64_t rows,
    int64_t bytes, struct str sha256)
{
	return sql_exec(cx,
	    SQL("update delivery set status = $1, n_rows = $2, n_bytes = $3,"
		" sha256 = $4, ended = $5 where id = $6 and status = 'open'"),
	    VALS(val_str(whole ? STR("whole") : STR("cut")), val_i64(rows),
		val_i64(bytes), val_str(sha256), val_i64(cx->now), val_str(id)),
	    NULL);
}

static struct delivered from_row(struct row r)
{
	return (struct delivered){
		.d = { .id = row_str(r, "id"),
		    .connection = row_str(r, "connection"),
		    .document = row_str(r, "document"),
		    .request = row_str(r, "request"),
		    .key = row_str(r, "key_id"),
		    .digest = row_str(r, "digest"),
		    .address = row_str(r, "address"),
		    .form = row_str(r, "form"),
		    .query = row_str(r, "query"),
		    .at = row_i64(r, "at") },
		.status = row_str(r, "status"),
		.sha256 = row_str(r, "sha256"),
		.rows = row_i64(r, "n_rows"),
		.bytes = row_i64(r, "n_bytes"),
		.ended = row_i64(r, "ended"),
	};
}

enum err delivery_get(struct ctx *cx, struct str id, struct delivered *ret)
{
	struct row r;
	enum err e = sql_one(cx,
	    SQL("select id, connection, request, document, key_id, digest, at,"
		" address, form, query, status, n_rows, n_bytes, sha256, ended"
		" from delivery where id = $1"),
	    VALS(val_str(id)), &r);
	if (!e)
		*ret = from_row(r);
	return e;
}

enum err delivery_list(struct ctx *cx, struct str connection,
    struct str document, int64_t limit, const struct delivered **ret,
    size_t *ret_n)
{
	struct rows rows;
	enum err e =
	    connection.n > 0
		? sql_all(cx,
		      SQL("select id, connection, request, document, key_id, digest, at,"
			  " address, form, query, status, n_rows, n_bytes, sha256, ended"
			  " from delivery where connection = $1"
			  " order by at desc, id limit $2"),
		      VALS(val_str(connection), val_i64(limit)), &rows)
		: sql_all(cx,
		      SQL("select id, connection, request, document, key_id, digest, at,"
			  " address, form, query, status, n_rows, n_bytes, sha256, ended"
			  " from delivery where document = $1"
			  " order by at desc, id limit $2"),
		      VALS(val_str(document), val_i64(limit)), &rows);
	if (e)
		return e;
	struct delivered *v =
	    ARENA_ARRAY(cx->arena, struct delivered, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = from_row(rows.row[i]);
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

json_t *delivery_json(struct arena *a, const struct delivered *d)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "id", d->d.id);
	json_put_text_or_null(o, "connection", d->d.connection);
	json_put_text_or_null(o, "document", d->d.document);
	json_put_text(o, "request", d->d.request);
	json_put_text(o, "digest", d->d.digest);
	json_put_text(o, "at", time_iso(a, d->d.at));
	json_put_text(o, "format", d->d.form);
	json_put_text(o, "status", d->status);
	json_put_int(o, "rows", d->rows);
	json_put_int(o, "bytes", d->bytes);
	json_put_text_or_null(o, "sha256", d->sha256);
	return o;
}
