#include "core/deliveries.h"

#include "base/crypt.h"
#include "base/str.h"
#include "base/time.h"
#include "sql/sql.h"

struct str delivery_id(struct arena *a)
{
	return random_id(a, 24);
}

enum err delivery_put(struct ctx *cx, const struct delivered *v)
{
	const struct delivery *d = &v->d;
	return sql_exec(cx,
	    SQL("insert into delivery (id, connection, request, document, key_id,"
		" digest, at, address, form, query, status, n_rows, n_bytes,"
		" sha256, ended, log, leaf, result_leaf) values ($1, $2, $3, $4,"
		" $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,"
		" $18) on conflict (id) do nothing"),
	    VALS(val_str(d->id), val_str(d->connection), val_str(d->request),
		val_str(d->document), val_str(d->key), val_str(d->digest),
		val_i64(d->at), val_str(d->address), val_str(d->form),
		val_str(d->query), val_str(v->status), val_i64(v->rows),
		val_i64(v->bytes), val_str(v->sha256), val_i64(v->ended),
		val_str(v->log), val_i64(v->leaf), val_i64(v->result_leaf)),
	    NULL);
}

enum err delivery_end(struct ctx *cx, const struct delivered *v)
{
	return sql_exec(cx,
	    SQL("update delivery set status = $1, n_rows = $2, n_bytes = $3,"
		" sha256 = $4, ended = $5, result_leaf = $6"
		" where id = $7 and status = 'open'"),
	    VALS(val_str(v->status), val_i64(v->rows), val_i64(v->bytes),
		val_str(v->sha256), val_i64(v->ended), val_i64(v->result_leaf),
		val_str(v->d.id)),
	    NULL);
}

enum err delivery_leaves(struct ctx *cx, struct str log, int64_t *ret)
{
	struct row r;
	bool found;
	enum err e =
	    sql_find(cx, SQL("select leaves from evidence_log where id = $1"),
		VALS(val_str(log)), &r, &found);
	if (!e)
		*ret = found ? row_i64(r, "leaves") : 0;
	return e;
}

enum err delivery_set_leaves(struct ctx *cx, struct str log, int64_t leaves)
{
	return sql_exec(cx,
	    SQL("insert into evidence_log (id, leaves) values ($1, $2)"
		" on conflict (id) do update set leaves = excluded.leaves"),
	    VALS(val_str(log), val_i64(leaves)), NULL);
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
		.log = row_str(r, "log"),
		.leaf = row_i64(r, "leaf"),
		.result_leaf = row_i64(r, "result_leaf"),
	};
}

enum err delivery_get(struct ctx *cx, struct str id, struct delivered *ret)
{
	struct row r;
	enum err e = sql_one(cx,
	    SQL("select id, connection, request, document, key_id, digest, at,"
		" address, form, query, status, n_rows, n_bytes, sha256, ended,"
		" log, leaf, result_leaf"
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
			  " address, form, query, status, n_rows, n_bytes, sha256, ended,"
			  " log, leaf, result_leaf"
			  " from delivery where connection = $1"
			  " order by at desc, id limit $2"),
		      VALS(val_str(connection), val_i64(limit)), &rows)
		: sql_all(cx,
		      SQL("select id, connection, request, document, key_id, digest, at,"
			  " address, form, query, status, n_rows, n_bytes, sha256, ended,"
			  " log, leaf, result_leaf"
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
