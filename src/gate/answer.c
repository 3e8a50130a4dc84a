/* From a checked question to bytes on the socket. */
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "core/deliveries.h"
#include "gate/data.h"
#include "source/source.h"
#include "sql/sql.h"

/* What is built before it is sent; more streams. */
#define WHOLE_BYTES ((size_t)65536)
/* One batch encoded at the most: 256 rows, or one row of 16 MiB cells. */
#define PIECE_BYTES ((size_t)256 << 20)

/* One answer on its way. Lives in the request's arena until all is sent. */
struct flow {
	struct gate *gate;
	struct ctx cx;
	struct str connection;
	struct delivery delivery;
	struct source source;
	struct source_stream *rows;
	struct encoder *encoder;
	struct sha256_state *digest;
	struct buf piece;    /* encoded, not yet sent */
	size_t sent;         /* of the piece */
	int64_t bytes, left; /* left: rows still to give; -1: all */
	bool ended, failed, recorded;
	int64_t flag; /* of the last look at whether it may go on */
};

static bool into_piece(void *arg, const void *p, size_t n)
{
	struct flow *f = arg;
	buf_bytes(&f->piece, p, n);
	return buf_ok(&f->piece);
}

/* The next rows, encoded into the empty piece. */
static enum err next_piece(struct flow *f)
{
	struct batch rows;
	f->piece.n = f->sent = 0;
	while (f->piece.n == 0 && !f->ended) {
		enum err e = source_next(&f->cx, f->rows, &rows);
		if (e)
			return e;
		if (f->left >= 0 && (int64_t)rows.n_rows > f->left)
			rows.n_rows = (size_t)f->left;
		if (f->left >= 0)
			f->left -= (int64_t)rows.n_rows;
		if (rows.n_rows > 0)
			encoder_rows(f->encoder, &rows);
		if (rows.n_rows == 0 || f->left == 0) {
			f->ended = true;
			if (!encoder_end(f->encoder))
				return fail_detail(&f->cx, ERR_BROKEN,
				    "encoding: %d",
				    (int)encoder_fault(f->encoder));
		}
	}
	return OK;
}

/* A connection that was revoked while its answer streams ends within a second:
 * the flag of the gate's own look is compared, and only then asked again. */
static bool may_go_on(struct flow *f)
{
	struct connection c;
	int64_t now = time_now_ms();
	if (!gate_sees(f->gate, now))
		return false;
	if (f->flag == f->gate->flag)
		return true;
	f->flag = f->gate->flag;
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, now, LANG_EN);
	enum err e = store_read(&cx, f->gate->shared);
	if (!e)
		e = connection_get(&cx, f->connection, &c);
	bool good = !e && str_eq(connection_state(&c, now), STR("active"));
	arena_free(arena);
	return good;
}

static enum err record_end(struct flow *f, struct ctx *cx, bool whole)
{
	struct str sha = sha256_hex(cx->arena, sha256_end(f->digest));
	f->recorded = true;
	return delivery_end(cx, f->delivery.id, whole,
	    (int64_t)encoder_rows_taken(f->encoder), f->bytes, sha);
}

static void stream_done(void *state, bool whole)
{
	struct flow *f = state;
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);
	source_close(f->rows);
	enum err e = store_write(&cx, f->gate->shared);
	if (!e)
		e = record_end(f, &cx, whole && f->ended && !f->failed);
	if (!e)
		e = store_commit(&cx);
	/* The record of its beginning stands: it counts as delivered. */
	if (e)
		LOG("error", "gate.record", { "delivery", f->delivery.id },
		    { "detail", cx.fault.detail });
	arena_free(arena);
}

static long stream_bytes(void *state, char *to, size_t max)
{
	struct flow *f = state;
	if (f->sent == f->piece.n) {
		if (f->ended)
			return 0;
		enum err e = may_go_on(f) ? next_piece(f) : ERR_GONE;
		if (e) {
			f->failed = true;
			LOG("error", "gate.cut", { "delivery", f->delivery.id },
			    { "detail", f->cx.fault.detail });
			return -1;
		}
		if (f->piece.n == 0)
			return 0;
	}
	size_t n = f->piece.n - f->sent;
	if (n > max)
		n = max;
	memcpy(to, f->piece.p + f->sent, n);
	sha256_add(f->digest, to, n);
	f->sent += n;
	f->bytes += (int64_t)n;
	return (long)n;
}

static enum err begin_record(struct flow *f)
{
	enum err e = store_write(&f->cx, f->gate->shared);
	if (!e)
		e = delivery_begin(&f->cx, &f->delivery);
	return e;
}

/* All of it is here: one record, whole, before the first byte. */
static enum err send_whole(struct call *c, struct flow *f)
{
	sha256_add(f->digest, f->piece.p, f->piece.n);
	f->bytes = (int64_t)f->piece.n;
	enum err e = begin_record(f);
	if (!e)
		e = record_end(f, &f->cx, true);
	if (!e)
		e = store_commit(&f->cx);
	store_end(&f->cx);
	if (e)
		return e;
	response_set(c->v->rs, 200, form_media(c->form), buf_view(&f->piece));
	return OK;
}

static enum err send_stream(struct call *c, struct flow *f)
{
	enum err e = begin_record(f);
	if (!e)
		e = store_commit(&f->cx);
	store_end(&f->cx);
	if (e)
		return e;
	response_set(c->v->rs, 200, form_media(c->form), STR(""));
	c->v->rs->read = stream_bytes;
	c->v->rs->stream = f;
	c->v->rs->stream_end = stream_done;
	return OK;
}

/* Builds until the end or until it is too much to build. */
static enum err build_first(struct flow *f)
{
	struct buf all = buf_new(f->cx.arena, PIECE_BYTES);
	while (!f->ended && all.n <= WHOLE_BYTES) {
		enum err e = next_piece(f);
		if (e)
			return e;
		buf_bytes(&all, f->piece.p, f->piece.n);
	}
	/* What is built already is the first piece of the stream. */
	f->piece = all;
	f->sent = 0;
	return buf_ok(&all) ? OK : fail_detail(&f->cx, ERR_TOO_LARGE, "a row");
}

/* Whether there is a row beyond the limit; asked before the answer begins,
 * since a header cannot follow it. */
static enum err is_more(struct call *c, struct flow *f, bool *ret)
{
	struct query after = c->asked.query;
	struct compiled compiled;
	struct source_stream *rows = NULL;
	struct batch batch;
	*ret = false;
	if (after.limit < 0)
		return OK;
	after.offset += after.limit;
	after.limit = 1;
	enum err e = query_compile(&f->cx, &c->approved, &after, &compiled);
	if (!e)
		e = source_open(&f->cx, &f->source, &compiled,
		    &source_limits_stream, &rows);
	if (e)
		return e;
	e = source_next(&f->cx, rows, &batch);
	*ret = !e && batch.n_rows > 0;
	source_close(rows);
	return e;
}

static enum err link_next(struct call *c, struct flow *f)
{
	bool more;
	enum err e = is_more(c, f, &more);
	if (e || !more)
		return e;
	struct arena *a = f->cx.arena;
	bool post = str_eq(c->v->rq->method, STR("POST"));
	struct str cursor =
	    cursor_make(c, c->asked.query.offset + c->asked.query.limit);
	/* A POST says its question again in the body, so that no value of it
	 * stands in a URL. */
	response_header(c->v->rs, STR("Link"),
	    str_fmt(a, "<%.*s/v1/d/%.*s%s?%.*scursor=%.*s>; rel=\"next\"",
		STR_ARG(c->v->gate->options->site->gate_url),
		STR_ARG(c->connection.id), post ? "/query" : "",
		STR_ARG(post ? STR("") : c->asked.question),
		STR_ARG(url_encode(a, cursor))));
	return OK;
}

static void start_encoder(
    struct call *c, struct flow *f, const struct compiled *compiled)
{
	struct encode_options o = { .lang = f->cx.lang,
		.title = json_text(c->connection.spec, "title"),
		.caption = json_text(c->connection.spec, "purpose") };
	f->piece = buf_new(f->cx.arena, PIECE_BYTES);
	f->digest = sha256_begin(f->cx.arena);
	f->encoder = encoder_new(f->cx.arena, c->form,
	    (struct sink){ .write = into_piece, .arg = f }, &o);
	encoder_begin(f->encoder, c->connection.part, compiled->columns);
}

static void answer_headers(struct call *c, const struct flow *f)
{
	struct response *rs = c->v->rs;
	response_header(rs, STR("Delivery-Id"), f->delivery.id);
	response_header(rs, STR("Vary"), STR("Accept, Authorization"));
	response_header(rs, STR("Content-Disposition"),
	    str_fmt(f->cx.arena, "inline; filename=\"%.*s.%.*s\"",
		STR_ARG(c->connection.id), STR_ARG(form_suffix(c->form))));
	if (c->form == FORM_HTML)
		response_header(
		    rs, STR("Content-Security-Policy"), html_policy(c));
}

static enum err start(struct call *c, struct flow *f, struct compiled *compiled)
{
	enum err e =
	    query_compile(&f->cx, &c->approved, &c->asked.query, compiled);
	if (!e)
		e = gate_source(
		    c->v, json_text(c->connection.spec, "source"), &f->source);
	if (!e)
		e = link_next(c, f);
	if (!e)
		e = source_open(&f->cx, &f->source, compiled,
		    &source_limits_stream, &f->rows);
	if (e)
		return e;
	start_encoder(c, f, compiled);
	return build_first(f);
}

enum err call_answer(struct call *c)
{
	struct gate_visit *v = c->v;
	struct flow *f = ARENA_NEW(v->cx.arena, struct flow);
	struct compiled *compiled = ARENA_NEW(v->cx.arena, struct compiled);
	f->gate = v->gate;
	f->cx = v->cx;
	f->connection = c->connection.id;
	f->left = -1;
	f->flag = v->gate->flag;
	f->delivery = (struct delivery){ .connection = c->connection.id,
		.request = c->connection.request,
		.key = c->key.id,
		.digest = c->connection.digest,
		.address = address_text(v->cx.arena, v->rq->peer),
		.form = form_suffix(c->form),
		.query = c->asked.words };
	/* What is approved must live as long as the stream. */
	enum err e = start(c, f, compiled);
	if (!e)
		e = f->ended ? send_whole(c, f) : send_stream(c, f);
	v->cx.fault = f->cx.fault;
	if (e)
		return e;
	answer_headers(c, f);
	return OK;
}
