/* ETag of an answer: what the source's data are now, bound to the connection, its
 * contract and the question. It is weak (RFC 9110 8.8.1): an answer may be packed,
 * and a workbook has its day in it. A 304 hands out nothing, so it is no delivery
 * and has no record. */
#include "base/buf.h"
#include "base/str.h"
#include "gate/data.h"
#include "source/source.h"

static bool is_get(const struct call *c)
{
	return str_eq(c->v->rq->method, STR("GET"));
}

struct str etag_of(const struct call *c, const struct source_stream *rows)
{
	struct arena *a = c->v->cx.arena;
	unsigned char version[SOURCE_VERSION_BYTES];
	size_t n = 0;
	/* A POST's answer has no address that a cache could ask again. */
	if (!is_get(c) || !source_version(rows, version, &n))
		return STR("");
	struct str all = str_fmt(a,
	    "%.*s\n%.*s\n%.*s\n%.*s\n%lld\n%d %d %d %d %d %d\n",
	    STR_ARG(c->connection.id), STR_ARG(c->connection.digest),
	    STR_ARG(c->asked.question), STR_ARG(c->asked.cursor),
	    (long long)c->asked.query.offset, (int)c->form, c->excel, c->bare,
	    c->prefer.envelope, (int)c->prefer.count, (int)c->v->cx.lang);
	/* Keyed: what a file's times are is nobody's business. */
	struct sha256 key = gate_key(c->v->gate, "etag", STR(""));
	struct sha256 d = hmac_sha256(str_n((const char *)key.b, sizeof key.b),
	    str_cat(a, all, str_n((const char *)version, n)));
	return str_fmt(
	    a, "W/\"%.*s\"", STR_ARG(str_upto(sha256_hex(a, d), 32)));
}

/* RFC 9110 13.1.2, by weak comparison: our opaque tags have no quote in them. */
bool etag_known(const struct call *c, struct str etag)
{
	struct str left = request_header(c->v->rq, STR("If-None-Match")), one;
	if (etag.n == 0 || left.n == 0)
		return false;
	if (str_eq(str_trim(left), STR("*")))
		return true;
	(void)str_take(&etag, STR("W/"));
	for (bool more = true; more;) {
		more = str_cut(left, ',', &one, &left);
		one = str_trim(one);
		(void)str_take(&one, STR("W/"));
		if (str_eq(one, etag))
			return true;
	}
	return false;
}

enum err answer_unchanged(struct call *c, struct str etag)
{
	response_set(c->v->rs, 304, answer_media(c), STR(""));
	response_header(c->v->rs, STR("ETag"), etag);
	answer_headers(c);
	return OK;
}
