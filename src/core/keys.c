/* Keys of connections, documents, uploads and tickets: the secrets that the
 * gate takes. Stored hashed; shown once. */
#include "base/str.h"
#include "core/grants.h"
#include "core/secret.h"
#include "core/source_list.h"
#include "sql/sql.h"

#define TICKET_MS (10 * 60 * 1000)

static enum err count_keys(struct ctx *cx, struct str connection, int64_t *ret)
{
	struct row row;
	enum err e = sql_one(cx,
	    SQL("select count(*) as n from access_key where connection = $1"
		" and revoked = 0 and expires > $2"),
	    VALS(val_str(connection), val_i64(cx->now)), &row);
	if (!e)
		*ret = row_i64(row, "n");
	return e;
}

static enum err may_have_keys(struct ctx *cx, const struct connection *c)
{
	struct str state = connection_state(c, cx->now);
	if (str_eq(state, STR("active")) || str_eq(state, STR("suspended")))
		return OK;
	return fail(cx, ERR_CONFLICT, MSG_error_connection_ended);
}

static enum err add_key(struct ctx *cx, const struct connection *c,
    struct str holder, struct str secret, struct key *ret)
{
	struct sha256 hash = secret_hash(secret);
	struct key k = { .id = random_id(cx->arena, 12),
		.connection = c->id,
		.hint = str_upto(secret, 8),
		.holder = holder,
		.created = cx->now,
		.expires = c->expires };
	enum err e = sql_exec(cx,
	    SQL("insert into access_key (id, connection, hash, hint, holder,"
		" created, expires, revoked)"
		" values ($1, $2, $3, $4, $5, $6, $7, 0)"),
	    VALS(val_str(k.id), val_str(k.connection), val_hash(&hash),
		val_str(k.hint), val_str(k.holder), val_i64(k.created),
		val_i64(k.expires)),
	    NULL);
	if (!e)
		e = change_tell(cx);
	if (!e)
		*ret = k;
	return e;
}

enum err key_new(struct ctx *cx, const struct connection *c, struct str holder,
    struct str *ret_secret, struct key *ret)
{
	int64_t n = 0;
	enum err e = may_have_keys(cx, c);
	if (!e)
		e = count_keys(cx, c->id, &n);
	if (e)
		return e;
	if (n >= MAX_KEYS)
		return fail1(
		    cx, ERR_CONFLICT, MSG_error_too_many_keys, STR("10"));
	struct str secret = secret_new(cx->arena, STR("prk_"));
	e = add_key(cx, c, holder, secret, ret);
	if (!e)
		*ret_secret = secret;
	return e;
}

enum err key_replace(struct ctx *cx, const struct connection *c,
    struct str holder, struct str secret, struct key *ret)
{
	enum err e = may_have_keys(cx, c);
	if (!e)
		e = sql_exec(cx,
		    SQL("update access_key set revoked = $1"
			" where connection = $2 and revoked = 0"),
		    VALS(val_i64(cx->now), val_str(c->id)), NULL);
	return e ? e : add_key(cx, c, holder, secret, ret);
}

static struct key key_from(struct row r)
{
	return (struct key){ .id = row_str(r, "id"),
		.connection = row_str(r, "connection"),
		.hint = row_str(r, "hint"),
		.holder = row_str(r, "holder"),
		.created = row_i64(r, "created"),
		.expires = row_i64(r, "expires"),
		.revoked = row_i64(r, "revoked") };
}

enum err key_list(struct ctx *cx, struct str connection, const struct key **ret,
    size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select id, connection, hint, holder, created, expires, revoked"
		" from access_key where connection = $1 order by created, id"),
	    VALS(val_str(connection)), &rows);
	if (e)
		return e;
	struct key *v = ARENA_ARRAY(cx->arena, struct key, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = key_from(rows.row[i]);
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

enum err key_revoke(struct ctx *cx, struct str connection, struct str id)
{
	int64_t changed;
	enum err e = sql_exec(cx,
	    SQL("update access_key set revoked = $1"
		" where id = $2 and connection = $3 and revoked = 0"),
	    VALS(val_i64(cx->now), val_str(id), val_str(connection)), &changed);
	if (e)
		return e;
	if (changed == 0)
		return fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
	return change_tell(cx);
}

enum err key_find(
    struct ctx *cx, struct sha256 hash, struct key *ret, bool *ret_found)
{
	struct row row;
	bool found;
	enum err e = sql_find(cx,
	    SQL("select id, connection, hint, holder, created, expires, revoked"
		" from access_key where hash = $1"),
	    VALS(val_hash(&hash)), &row, &found);
	if (e)
		return e;
	*ret_found = false;
	if (!found)
		return OK;
	*ret = key_from(row);
	*ret_found = ret->revoked == 0;
	return OK;
}

enum err key_works(struct ctx *cx, struct str id, int64_t now, bool *ret)
{
	struct row row;
	bool found;
	enum err e = sql_find(cx,
	    SQL("select expires, revoked from access_key where id = $1"),
	    VALS(val_str(id)), &row, &found);
	if (!e)
		*ret = found && row_i64(row, "revoked") == 0 &&
		       now < row_i64(row, "expires");
	return e;
}

enum err document_get(struct ctx *cx, struct str id, struct document *ret)
{
	struct row r;
	enum err e = sql_one(cx,
	    SQL("select id, request, digest, part, name, form, sha256, bytes, state,"
		" expires from document where id = $1"),
	    VALS(val_str(id)), &r);
	if (e)
		return e;
	*ret = (struct document){ .id = row_str(r, "id"),
		.request = row_str(r, "request"),
		.digest = row_str(r, "digest"),
		.part = row_str(r, "part"),
		.name = row_str(r, "name"),
		.form = row_str(r, "form"),
		.sha256 = row_str(r, "sha256"),
		.state = row_str(r, "state"),
		.bytes = row_i64(r, "bytes"),
		.expires = row_i64(r, "expires") };
	return OK;
}

enum err upload_new(struct ctx *cx, struct str request, struct str name,
    struct str actor, struct upload_file *ret)
{
	struct upload_file u = { .id = random_id(cx->arena, 20),
		.request = request,
		.name = name,
		.actor = actor,
		.created = cx->now };
	enum err e = sql_exec(cx,
	    SQL("insert into upload (id, request, name, sha256, bytes, actor,"
		" created, received) values ($1, $2, $3, '', 0, $4, $5, 0)"),
	    VALS(val_str(u.id), val_str(request), val_str(name), val_str(actor),
		val_i64(cx->now)),
	    NULL);
	if (!e)
		*ret = u;
	return e;
}

static struct upload_file upload_of(struct row r)
{
	return (struct upload_file){ .id = row_str(r, "id"),
		.request = row_str(r, "request"),
		.name = row_str(r, "name"),
		.sha256 = row_str(r, "sha256"),
		.actor = row_str(r, "actor"),
		.bytes = row_i64(r, "bytes"),
		.created = row_i64(r, "created"),
		.received = row_i64(r, "received"),
		.swept = row_i64(r, "swept"),
		.kind = row_str(r, "kind"),
		.file = row_str(r, "file") };
}

enum err upload_get(struct ctx *cx, struct str id, struct upload_file *ret)
{
	struct row r;
	enum err e = sql_one(cx,
	    SQL("select id, request, name, sha256, bytes, actor, created, received,"
		" swept, kind, file"
		" from upload where id = $1"),
	    VALS(val_str(id)), &r);
	if (!e)
		*ret = upload_of(r);
	return e;
}

enum err upload_list(struct ctx *cx, struct str request,
    const struct upload_file **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select id, request, name, sha256, bytes, actor, created, received,"
		" swept, kind, file"
		" from upload where request = $1 order by created desc, id"),
	    VALS(val_str(request)), &rows);
	if (e)
		return e;
	struct upload_file *v =
	    ARENA_ARRAY(cx->arena, struct upload_file, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = upload_of(rows.row[i]);
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

enum err upload_received(
    struct ctx *cx, struct str id, struct str sha256, int64_t bytes)
{
	int64_t changed;
	enum err e = sql_exec(cx,
	    SQL("update upload set sha256 = $1, bytes = $2, received = $3"
		" where id = $4 and received = 0"),
	    VALS(
		val_str(sha256), val_i64(bytes), val_i64(cx->now), val_str(id)),
	    &changed);
	if (e)
		return e;
	/* A ticket brings one file: what was received is not replaced. */
	return changed == 1 ? OK : fail(cx, ERR_CONFLICT, MSG_error_conflict);
}

enum err ticket_new(struct ctx *cx, struct str purpose, struct str subject,
    struct str holder, struct str *ret_secret)
{
	struct str secret = secret_new(cx->arena, STR("prf_"));
	struct sha256 hash = secret_hash(secret);
	enum err e = sql_exec(cx,
	    SQL("insert into ticket (hash, purpose, subject, holder, expires)"
		" values ($1, $2, $3, $4, $5)"),
	    VALS(val_hash(&hash), val_str(purpose), val_str(subject),
		val_str(holder), val_i64(cx->now + TICKET_MS)),
	    NULL);
	if (!e)
		*ret_secret = secret;
	return e;
}

enum err ticket_find(
    struct ctx *cx, struct str purpose, struct str secret, struct ticket *ret)
{
	struct row r;
	struct sha256 hash = secret_hash(secret);
	enum err e = sql_one(cx,
	    SQL("select purpose, subject, holder, expires from ticket"
		" where hash = $1 and purpose = $2"),
	    VALS(val_hash(&hash), val_str(purpose)), &r);
	if (e)
		return e;
	if (cx->now >= row_i64(r, "expires"))
		return fail(cx, ERR_GONE, MSG_error_gone);
	*ret = (struct ticket){ .purpose = row_str(r, "purpose"),
		.subject = row_str(r, "subject"),
		.holder = row_str(r, "holder"),
		.expires = row_i64(r, "expires") };
	return OK;
}

enum err tickets_sweep(struct ctx *cx)
{
	return sql_exec(cx, SQL("delete from ticket where expires < $1"),
	    VALS(val_i64(cx->now)), NULL);
}
