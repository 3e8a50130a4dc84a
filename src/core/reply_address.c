#include "core/reply_address.h"

#include "base/crypt.h"
#include "base/str.h"
#include "sql/sql.h"

enum { TAG_BYTES = 16, KEY_BYTES = 32, BITS = 5 };

enum err reply_key_find(struct ctx *cx, struct str *ret)
{
	struct row row = { 0 };
	bool found = false;
	enum err e = sql_find(cx, SQL("select key from reply_key where id = 1"),
	    NO_VALS, &row, &found);
	*ret = !e && found ? row_str(row, "key") : STR("");
	return e;
}

enum err reply_key_make(struct ctx *cx)
{
	return sql_exec(cx,
	    SQL("insert into reply_key (id, key, made) values (1, $1, $2)"
		" on conflict do nothing"),
	    VALS(val_str(random_text(cx->arena, KEY_BYTES)), val_i64(cx->now)),
	    NULL);
}

/* Base 32 of RFC 4648 in lower case, without padding. */
static struct str base32(struct arena *a, const unsigned char *p, size_t n)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	size_t chars = (n * 8 + BITS - 1) / BITS;
	char *out = arena_alloc(a, chars);
	for (size_t i = 0; i < chars; i++) {
		unsigned v = 0;
		for (size_t k = i * BITS; k < (i + 1) * BITS; k++)
			v = v << 1 |
			    (k < n * 8 ? p[k / 8] >> (7 - k % 8) & 1U : 0U);
		out[i] = letters[v];
	}
	return str_n(out, chars);
}

static struct str tag_of(struct arena *a, struct str key, int64_t notice)
{
	struct sha256 h =
	    hmac_sha256(key, str_fmt(a, "reply to %lld", (long long)notice));
	return base32(a, h.b, TAG_BYTES);
}

struct str reply_address(
    struct arena *a, struct str key, struct str mailbox, int64_t notice)
{
	struct str local, domain;
	REQUIRE(str_cut(mailbox, '@', &local, &domain));
	return str_fmt(a, "%.*s+%lld-%.*s@%.*s", STR_ARG(local),
	    (long long)notice, STR_ARG(tag_of(a, key, notice)),
	    STR_ARG(domain));
}

enum reply_tag reply_address_read(struct arena *a, struct str key,
    struct str mailbox, struct str address, int64_t *ret_notice)
{
	struct str local, domain, ours, host, number, tag;
	address = str_lower(a, str_trim(address));
	if (!str_cut(address, '@', &local, &domain) ||
	    !str_cut(str_lower(a, mailbox), '@', &ours, &host) ||
	    !str_eq(domain, host) || !str_take(&local, ours) ||
	    !str_take_char(&local, '+'))
		return REPLY_TAG_NONE;
	if (key.n == 0 || !str_cut(local, '-', &number, &tag) ||
	    !str_i64(number, ret_notice))
		return REPLY_TAG_BAD;
	struct str right = tag_of(a, key, *ret_notice);
	return tag.n == right.n && bytes_eq_secret(tag.p, right.p, tag.n)
	           ? REPLY_TAG_GOOD
	           : REPLY_TAG_BAD;
}
