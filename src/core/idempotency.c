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

enum err idempotency_find(struct ctx *cx, int64_t person, struct str key,
    struct sha256 digest, struct kept_answer *ret, bool *ret_found)
{
	struct row row;
	bool found;
	enum err e = check_key(cx, key);

	if (e)
		return e;
	e = sql_find(cx,
	    SQL("select digest, status, body from idempotency"
		" where person = $1 and key = $2 and at > $3"),
	    VALS(val_i64(person), val_str(key), val_i64(cx->now - KEEP_MS)),
	    &row, &found);
	if (e)
		return e;
	*ret_found = found;
	if (!found)
		return OK;
	struct str before = row_str(row, "digest");
	if (before.n != sizeof digest.b ||
	    memcmp(before.p, digest.b, sizeof digest.b) != 0)
		return fail(cx, ERR_INVALID, MSG_error_idempotency_reused);
	ret->status = (int)row_i64(row, "status");
	ret->body = row_str(row, "body");
	return OK;
}

enum err idempotency_keep(struct ctx *cx, int64_t person, struct str key,
    struct sha256 digest, const struct kept_answer *answer)
{
	int64_t n;
	enum err e = check_key(cx, key);

	if (e)
		return e;
	e = sql_exec(cx, SQL("delete from idempotency where at <= $1"),
	    VALS(val_i64(cx->now - KEEP_MS)), NULL);
	if (e)
		return e;
	e = sql_exec(cx,
	    SQL("insert into idempotency (person, key, digest, status, body, at)"
		" values ($1, $2, $3, $4, $5, $6) on conflict do nothing"),
	    VALS(val_i64(person), val_str(key), val_hash(&digest),
		val_i64(answer->status), val_str(answer->body),
		val_i64(cx->now)),
	    &n);
	if (e)
		return e;
	if (n == 0)
		return fail(cx, ERR_CONFLICT, MSG_error_idempotency_race);
	return OK;
}
