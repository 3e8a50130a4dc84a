#include "core/idempotency.h"

#include <string.h>

#include "base/str.h"
#include "core/secret.h"

#define KEEP_MS ((int64_t)24 * 60 * 60 * 1000)

enum { MAX_KEY_BYTES = 200 };

/* No method or path has a line end in it. */
struct sha256 idempotency_digest(
    struct arena *a, struct str method, struct str path, struct str body)
{
	struct sha256_state *st = sha256_begin(a);

	sha256_add(st, method.p, method.n);
	sha256_add(st, "\n", 1);
	sha256_add(st, path.p, path.n);
	sha256_add(st, "\n", 1);
	sha256_add(st, body.p, body.n);
	return sha256_end(st);
}

static enum err check_key(struct ctx *cx, struct str key)
{
	bool good = key.n > 0 && key.n <= MAX_KEY_BYTES;

	for (size_t i = 0; good && i < key.n; i++)
		good = key.p[i] > ' ' && key.p[i] < 0x7f;
	return good ? OK : fail(cx, ERR_INVALID, MSG_error_idempotency_key);
}

/* Under which a sealed answer is kept: no caller's key has a blank in it. */
static struct str hashed(struct ctx *cx, struct str key)
{
	return str_cat(
	    cx->arena, STR("sealed "), sha256_hex(cx->arena, sha256_of(key)));
}

static struct sha256 sealing_key(const struct idempotent *i)
{
	return hmac_sha256(i->secret, i->key);
}

static enum err open_answer(struct ctx *cx, const struct idempotent *i,
    struct row row, struct kept_answer *ret)
{
	ret->status = (int)row_i64(row, "status");
	ret->body = row_str(row, "body");
	if (i->secret.n == 0 ||
	    unseal(cx->arena, sealing_key(i), ret->body, &ret->body))
		return OK;
	return fail(cx, ERR_CONFLICT, MSG_error_idempotency_sealed);
}

enum err idempotency_find(struct ctx *cx, const struct idempotent *i,
    struct kept_answer *ret, bool *ret_found)
{
	struct row row;
	bool found;
	enum err e = check_key(cx, i->key);

	if (e)
		return e;
	e = sql_find(cx,
	    SQL("select digest, status, body from idempotency"
		" where person = $1 and key in ($2, $3) and at > $4"),
	    VALS(val_i64(i->person), val_str(i->key),
		val_str(hashed(cx, i->key)), val_i64(cx->now - KEEP_MS)),
	    &row, &found);
	if (e)
		return e;
	*ret_found = found;
	if (!found)
		return OK;
	struct str before = row_str(row, "digest");
	if (before.n != sizeof i->digest.b ||
	    memcmp(before.p, i->digest.b, sizeof i->digest.b) != 0)
		return fail(cx, ERR_INVALID, MSG_error_idempotency_reused);
	return open_answer(cx, i, row, ret);
}

enum err idempotency_keep(struct ctx *cx, const struct idempotent *i,
    const struct kept_answer *answer)
{
	bool seals = i->secret.n > 0;
	int64_t n;
	enum err e = check_key(cx, i->key);

	if (e)
		return e;
	e = sql_exec(cx, SQL("delete from idempotency where at <= $1"),
	    VALS(val_i64(cx->now - KEEP_MS)), NULL);
	if (e)
		return e;
	e = sql_exec(cx,
	    SQL("insert into idempotency (person, key, digest, status, body, at)"
		" values ($1, $2, $3, $4, $5, $6) on conflict do nothing"),
	    VALS(val_i64(i->person),
		val_str(seals ? hashed(cx, i->key) : i->key),
		val_hash(&i->digest), val_i64(answer->status),
		val_str(seals ? seal(cx->arena, sealing_key(i), answer->body)
			      : answer->body),
		val_i64(cx->now)),
	    &n);
	if (e)
		return e;
	if (n == 0)
		return fail(cx, ERR_CONFLICT, MSG_error_idempotency_race);
	return OK;
}
