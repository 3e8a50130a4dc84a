/* Content-Encoding: gzip, wrapped around an answer that stands. What is recorded
 * of a delivery is taken from the bytes of its form, before this. */
#include "base/buf.h"
#include "base/str.h"
#include "fmt/gzip.h"
#include "gate/data.h"

#define LEAST_BYTES ((size_t)1024) /* less is not worth its head */
#define PLAIN_BYTES ((size_t)32768)

struct coded {
	struct gzip *gzip;
	stream_read *read;
	void *stream;
	void (*stream_end)(void *state, bool whole);
	bool ended;
	char plain[PLAIN_BYTES];
};

/* "gzip;q=0" is a no; "*" alone says nothing that we need. */
static bool takes_gzip(const struct request *rq)
{
	struct str one, name, params;
	struct str left = request_header(rq, STR("Accept-Encoding"));
	for (bool more = left.n > 0; more;) {
		more = str_cut(left, ',', &one, &left);
		(void)str_cut(one, ';', &name, &params);
		name = str_trim(name);
		if (str_eq_nocase(name, STR("gzip")) ||
		    str_eq_nocase(name, STR("x-gzip")))
			return call_weight(params) > 0;
	}
	return false;
}

static long read_coded(void *state, char *to, size_t max)
{
	struct coded *k = state;
	for (;;) {
		size_t n = gzip_take(k->gzip, to, max);
		if (n > 0 || k->ended)
			return (long)n;
		long plain = k->read(k->stream, k->plain, sizeof k->plain);
		if (plain < 0)
			return plain;
		k->ended = plain == 0;
		gzip_give(k->gzip, k->plain, (size_t)plain, k->ended);
	}
}

static void end_coded(void *state, bool whole)
{
	struct coded *k = state;
	k->stream_end(k->stream, whole);
}

static void code_stream(struct call *c)
{
	struct response *rs = c->v->rs;
	struct coded *k = ARENA_NEW(c->v->cx.arena, struct coded);
	k->gzip = gzip_new(c->v->cx.arena);
	k->read = rs->read;
	k->stream = rs->stream;
	k->stream_end = rs->stream_end;
	rs->read = read_coded;
	rs->stream = k;
	rs->stream_end = end_coded;
}

/* At most what was built before it is sent: it fits memory twice. */
static void code_whole(struct call *c)
{
	struct arena *a = c->v->cx.arena;
	struct str plain = c->v->rs->body;
	struct gzip *g = gzip_new(a);
	struct buf out = buf_new(a, 2 * plain.n + 4096);
	char block[4096];
	gzip_give(g, plain.p, plain.n, true);
	for (size_t n; (n = gzip_take(g, block, sizeof block)) > 0;)
		buf_bytes(&out, block, n);
	REQUIRE(buf_ok(&out));
	c->v->rs->body = buf_view(&out);
}

void answer_code(struct call *c)
{
	struct response *rs = c->v->rs;
	/* A workbook is packed in itself. */
	if (c->form == FORM_XLSX || !takes_gzip(c->v->rq) ||
	    (rs->read == NULL && rs->body.n < LEAST_BYTES))
		return;
	if (rs->read != NULL)
		code_stream(c);
	else
		code_whole(c);
	response_header(rs, STR("Content-Encoding"), STR("gzip"));
}
