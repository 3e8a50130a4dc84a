/* From a checked question to bytes on the socket. */
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "gate/data.h"
#include "gate/record.h"
#include "source/source.h"
#include "sql/sql.h"

/* What is built before it is sent; more streams. */
#define WHOLE_BYTES ((size_t)65536)
/* One batch encoded at the most: 256 rows, or one row of 16 MiB cells. */
#define PIECE_BYTES ((size_t)256 << 20)

/* Whether the client is still there is asked no more often. */
#define CLIENT_MS 100

/* One answer on its way. Lives in the request's arena until all is sent. */
struct flow {
	struct gate *gate;
	const struct request *rq;
	struct ctx cx;
	struct str connection, key;
	int64_t expires;
	struct delivery delivery;
	struct source source;
	struct source_limits limits;
	struct source_stream *rows;
	struct encoder *encoder;
	struct sha256_state *digest;
	struct buf piece; /* encoded, not yet sent */
	size_t sent;      /* of the piece */
	int64_t bytes;
	int64_t left; /* rows still to give; -1: all */
	bool more;    /* a row beyond the limit was seen */
	bool ended, failed;
	enum err halted; /* why it may not go on */
	int64_t flag;    /* of the last look at whether it may */
	int64_t looked;  /* when the client was last looked for */
};

static bool into_piece(void *arg, const void *p, size_t n)
{
	struct flow *f = arg;
	buf_bytes(&f->piece, p, n);
	return buf_ok(&f->piece);
}

/* What was granted, read again: ERR_GONE when it is no longer so. */
static enum err still_granted(struct flow *f, int64_t now)
{
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, now, LANG_EN);
	struct connection c;
	bool works = false;
	enum err e = store_read(&cx, f->gate->shared);
	if (!e)
		e = key_works(&cx, f->key, now, &works);
	if (!e)
		e = connection_get(&cx, f->connection, &c);
	if (!e && works && !str_eq(connection_state(&c, now), STR("active")))
		works = false;
	if (!e)
		f->expires = c.expires;
	arena_free(arena);
	return e ? e : works ? OK : ERR_GONE;
}

/* A connection that is revoked while its answer streams ends within a second:
 * the flag of the gate's own look is compared, and only then asked again. */
static enum err may_go_on(struct flow *f)
{
	int64_t now = time_now_ms(), flag = f->gate->flag;
	if (!gate_sees(f->gate, now))
		return ERR_BUSY;
	if (now >= f->expires)
		return ERR_GONE;
	if (now - f->looked >= CLIENT_MS) {
		f->looked = now;
		if (request_gone(f->rq))
			return ERR_GONE;
	}
	if (f->flag == flag)
		return OK;
	enum err e = still_granted(f, now);
	/* A look that failed is tried again; the blind gate ends it. */
	if (!e)
		f->flag = flag;
	return e == ERR_GONE || e == ERR_NOT_FOUND ? ERR_GONE : OK;
}

static bool stop(void *arg)
{
	struct flow *f = arg;
	if (!f->halted)
		f->halted = may_go_on(f);
	return f->halted != OK;
}

static enum err halt(struct flow *f)
{
	return f->halted == ERR_BUSY
	           ? fail(&f->cx, ERR_BUSY, MSG_error_gate_blind)
	           : fail(&f->cx, ERR_GONE, MSG_error_connection_over);
}

static enum err end_rows(struct flow *f)
{
	f->ended = true;
	if (encoder_end(f->encoder))
		return OK;
	return fail_detail(&f->cx, ERR_TOO_LARGE, "encoding: %d",
	    (int)encoder_fault(f->encoder));
}

/* The next batch into the piece, or the end of all. One row more than the limit
 * was asked of the source: it is not given, but tells that there is more. */
static enum err next_rows(struct flow *f)
{
	struct batch rows;
	if (stop(f))
		return halt(f);
	enum err e = source_next(&f->cx, f->rows, &rows);
	if (e)
		return f->halted ? halt(f) : e;
	bool last = rows.n_rows == 0;
	if (f->left >= 0 && (int64_t)rows.n_rows > f->left) {
		f->more = last = true;
		rows.n_rows = (size_t)f->left;
	}
	if (f->left >= 0)
		f->left -= (int64_t)rows.n_rows;
	if (rows.n_rows > 0)
		encoder_rows(f->encoder, &rows);
	enum encode_fault fault = encoder_fault(f->encoder);
	if (fault == ENCODE_TEXT || fault == ENCODE_COLUMNS)
		return fail(&f->cx, ERR_FORMAT, MSG_error_form_too_small);
	return last || fault != ENCODE_FINE ? end_rows(f) : OK;
}

static enum err next_piece(struct flow *f)
{
	f->piece.n = f->sent = 0;
	while (f->piece.n == 0 && !f->ended) {
		enum err e = next_rows(f);
		if (e)
			return e;
	}
	return OK;
}

static enum err record_end(struct flow *f, struct ctx *cx, bool whole)
{
	struct str sha = sha256_hex(cx->arena, sha256_end(f->digest));
	return record_result(cx, f->gate, f->delivery.id, whole,
	    (int64_t)encoder_rows_taken(f->encoder), f->bytes, sha);
}

static void stream_done(void *state, bool whole)
{
	struct flow *f = state;
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);
	source_close(f->rows);
	enum err e = record_end(f, &cx, whole && f->ended && !f->failed);
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
		enum err e = next_piece(f);
		if (e) {
			f->failed = true;
			LOG("error", "gate.cut", { "delivery", f->delivery.id },
			    { "code", fault_code(&f->cx) },
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

/* All of it is here: one record, whole, before the first byte. */
static enum err send_whole(struct call *c, struct flow *f)
{
	source_close(f->rows);
	sha256_add(f->digest, f->piece.p, f->piece.n);
	f->bytes = (int64_t)f->piece.n;
	enum err e = record_whole(&f->cx, f->gate, &f->delivery,
	    (int64_t)encoder_rows_taken(f->encoder), f->bytes,
	    sha256_hex(f->cx.arena, sha256_end(f->digest)));
	if (e)
		return e;
	response_set(c->v->rs, 200, form_media(c->form), buf_view(&f->piece));
	return OK;
}

static enum err send_stream(struct call *c, struct flow *f)
{
	enum err e = record_intent(&f->cx, f->gate, &f->delivery);
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

/* Whether there is a row beyond the limit of an answer that streams: asked
 * before it begins, since a header cannot follow it. */
static enum err is_more(struct call *c, struct flow *f)
{
	struct query after = c->asked.query;
	struct compiled compiled;
	struct source_stream *rows = NULL;
	struct batch batch;
	after.offset += after.limit;
	after.limit = 1;
	enum err e = query_compile(&f->cx, &c->approved, &after, &compiled);
	if (!e)
		e = source_open(
		    &f->cx, &f->source, &compiled, &f->limits, &rows);
	if (e)
		return e;
	e = source_next(&f->cx, rows, &batch);
	f->more = !e && batch.n_rows > 0;
	source_close(rows);
	return e && f->halted ? halt(f) : e;
}

/* The form of a POST that its URL named. */
static struct str form_again(const struct call *c)
{
	struct str named = pairs_get(c->v->rq->query, STR("format"));
	return named.n > 0 ? str_fmt(c->v->cx.arena, "format=%.*s&",
				 STR_ARG(form_suffix(c->form)))
	                   : STR("");
}

/* The question again, with the place to go on at. A POST says it again in the
 * body, so that no value of it stands in a URL. */
static void link_next(struct call *c, const struct flow *f)
{
	struct arena *a = f->cx.arena;
	bool post = str_eq(c->v->rq->method, STR("POST"));
	struct str cursor =
	    cursor_make(c, c->asked.query.offset + c->asked.query.limit);
	response_header(c->v->rs, STR("Link"),
	    str_fmt(a, "<%.*s/v1/d/%.*s%s%s%.*s?%.*scursor=%.*s>; rel=\"next\"",
		STR_ARG(c->v->gate->options->site->gate_url),
		STR_ARG(c->connection.id), post ? "/query" : "",
		c->suffix.n > 0 ? "." : "", STR_ARG(c->suffix),
		STR_ARG(post ? form_again(c) : c->asked.question),
		STR_ARG(url_encode(a, cursor))));
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

void answer_headers(struct call *c)
{
	struct response *rs = c->v->rs;
	const char *how = c->form == FORM_XLSX || c->form == FORM_CSV
	                      ? "attachment"
	                      : "inline";
	response_header(
	    rs, STR("Vary"), STR("Accept, Accept-Language, Authorization"));
	response_header(rs, STR("Content-Disposition"),
	    str_fmt(c->v->cx.arena, "%s; filename=\"%.*s.%.*s\"", how,
		STR_ARG(c->connection.id), STR_ARG(form_suffix(c->form))));
	if (c->form == FORM_HTML)
		response_header(
		    rs, STR("Content-Security-Policy"), html_policy(c));
}

static struct flow *flow_new(struct call *c)
{
	struct gate_visit *v = c->v;
	struct flow *f = ARENA_NEW(v->cx.arena, struct flow);
	f->gate = v->gate;
	f->rq = v->rq;
	f->connection = c->connection.id;
	f->key = c->key.id;
	f->expires = c->connection.expires;
	f->left = c->asked.query.limit;
	f->flag = c->flag;
	f->limits = source_limits_stream;
	f->limits.stop = stop;
	f->limits.stop_arg = f;
	f->delivery = (struct delivery){ .connection = c->connection.id,
		.request = c->connection.request,
		.key = c->key.id,
		.digest = c->connection.digest,
		.address = address_text(v->cx.arena, v->rq->peer),
		.form = form_suffix(c->form),
		.query = c->asked.words,
		.purpose = json_text(c->connection.spec, "purpose"),
		.basis = json_text(c->connection.spec, "lawful_basis") };
	return f;
}

static enum err start(
    struct call *c, struct flow *f, const struct compiled *compiled)
{
	enum err e =
	    source_open(&f->cx, &f->source, compiled, &f->limits, &f->rows);
	if (e)
		return f->halted ? halt(f) : e;
	start_encoder(c, f, compiled);
	e = build_first(f);
	if (!e && !f->ended && c->asked.query.limit >= 0)
		e = is_more(c, f);
	return e;
}

enum err call_answer(struct call *c)
{
	struct gate_visit *v = c->v;
	struct flow *f = flow_new(c);
	struct query query = c->asked.query;
	/* What is compiled must live as long as the stream. */
	struct compiled *compiled = ARENA_NEW(v->cx.arena, struct compiled);
	if (query.limit >= 0)
		query.limit++;
	enum err e = query_compile(&v->cx, &c->approved, &query, compiled);
	if (!e)
		e = gate_source(
		    v, json_text(c->connection.spec, "source"), &f->source);
	if (e)
		return e;
	f->cx = v->cx;
	e = start(c, f, compiled);
	if (!e)
		e = f->ended ? send_whole(c, f) : send_stream(c, f);
	v->cx.fault = f->cx.fault;
	if (e)
		return e;
	response_header(v->rs, STR("Delivery-Id"), f->delivery.id);
	answer_headers(c);
	if (f->more)
		link_next(c, f);
	return OK;
}
