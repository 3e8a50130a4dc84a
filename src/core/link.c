#include "core/link.h"

#include "base/str.h"
#include "base/time.h"
#include "core/secret.h"

#define LINK_MS ((int64_t)60 * 24 * 60 * 60 * 1000)

enum { MAX_SECRET_BYTES = 100 };

struct str link_secret(struct arena *a)
{
	return random_text(a, 32);
}

enum err link_keep(struct ctx *cx, struct str purpose, struct str request,
    struct str email, struct str secret)
{
	struct sha256 hash = secret_hash(secret);
	return sql_exec(cx,
	    SQL("insert into link (hash, purpose, request, email, created,"
		" expires, used) values ($1, $2, $3, $4, $5, $6, 0)"),
	    VALS(val_hash(&hash), val_str(purpose), val_str(request),
		val_str(email), val_i64(cx->now), val_i64(cx->now + LINK_MS)),
	    NULL);
}

enum err link_new(struct ctx *cx, struct str purpose, struct str request,
    struct str email, struct str *ret_secret)
{
	struct str secret = link_secret(cx->arena);
	enum err e = link_keep(cx, purpose, request, email, secret);
	if (!e)
		*ret_secret = secret;
	return e;
}

static enum err link_over(struct ctx *cx)
{
	return fail(cx, ERR_GONE, MSG_error_link_over);
}

/* By which end: the reader is told what to do then. */
static enum err link_ended(struct ctx *cx, int64_t used, int64_t expires)
{
	bool answered = used != 0;
	return fail1(cx, ERR_GONE,
	    answered ? MSG_error_link_used : MSG_error_link_expired,
	    time_short(cx->arena, cx->lang, answered ? used : expires));
}

static enum err link_unknown(struct ctx *cx)
{
	return fail(cx, ERR_NOT_FOUND, MSG_error_link_unknown);
}

enum err link_find(
    struct ctx *cx, struct str purpose, struct str secret, struct link *ret)
{
	struct link link = { .hash = secret_hash(secret) };
	struct row row;
	bool found;

	if (secret.n == 0 || secret.n > MAX_SECRET_BYTES)
		return link_unknown(cx);
	enum err e = sql_find(cx,
	    SQL("select purpose, request, email, created, expires, used"
		" from link where hash = $1"),
	    VALS(val_hash(&link.hash)), &row, &found);
	if (e)
		return e;
	if (!found || !str_eq(row_str(row, "purpose"), purpose))
		return link_unknown(cx);
	link.purpose = row_str(row, "purpose");
	link.request = row_str(row, "request");
	link.email = row_str(row, "email");
	link.created = row_i64(row, "created");
	link.expires = row_i64(row, "expires");
	if (row_i64(row, "used") != 0 || link.expires <= cx->now)
		return link_ended(cx, row_i64(row, "used"), link.expires);
	*ret = link;
	return OK;
}

enum err link_use(struct ctx *cx, const struct link *link)
{
	int64_t n;
	enum err e = sql_exec(cx,
	    SQL("update link set used = $1"
		" where hash = $2 and used = 0 and expires > $1"),
	    VALS(val_i64(cx->now), val_hash(&link->hash)), &n);

	if (e)
		return e;
	return n == 1 ? OK : link_over(cx);
}

enum err link_end(struct ctx *cx, struct str purpose, struct str request)
{
	return sql_exec(cx,
	    SQL("update link set expires = $1 where request = $2"
		" and purpose = $3 and used = 0 and expires > $1"),
	    VALS(val_i64(cx->now), val_str(request), val_str(purpose)), NULL);
}
