/* From a checked question to bytes on the socket. */
#include <pthread.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "fmt/mask.h"
#include "gate/known.h"
#include "gate/record.h"
#include "gate/told.h"
#include "source/ahead.h"
#include "sql/sql.h"

/* What is built before it is sent; more streams. */
#define WHOLE_BYTES ((size_t)65536)
/* What an encoder hands on at once. */
#define BLOCK_BYTES ((size_t)32768)
/* One batch encoded at the most: 256 rows, or one row of 16 MiB cells. */
#define PIECE_BYTES ((size_t)256 << 20)

/* Whether the client is still there is asked no more often. */
#define CLIENT_MS 100

/* One answer on its way. Lives in the request's arena until all is sent. */
struct flow {
	struct gate *gate;
	struct call *call;
	const struct request *rq;
	struct ctx cx;
	struct str connection, key;
	int64_t expires;
	struct delivery delivery;
	struct source source;
	struct source_limits limits;
	struct source_stream *rows;
	struct ahead *ahead; /* reads `rows` once it streams */
	struct masker *masker;
	struct encoder *encoder;
	bool follows;     /* the edge, since the page may be built whole */
	struct edge edge; /* how far it has come */
	struct place end; /* where it ends, once that is known otherwise */
	struct str tail;  /* of an envelope that streams: made before, since the
	                   * visit is over when the rows end */
	struct str etag;  /* of what is read; empty: none */
	bool unchanged;   /* the caller has it */
	struct str total; /* rows of the question, when that was asked */
	struct sha256_state *digest;
	struct buf piece; /* encoded, not yet sent */
	size_t sent;      /* of the piece */
	int64_t bytes;
	int64_t left; /* rows still to give; -1: all */
	bool more;    /* a row beyond the limit was seen */
	bool ended, failed;

	pthread_mutex_t lock; /* for what follows: who reads ahead asks too */
	enum err halted;      /* why it may not go on */
	int64_t flag;         /* of the last look at whether it may */
	int64_t looked;       /* when the client was last looked for */
};

static bool into_piece(void *arg, const void *p, size_t n)
{
	struct flow *f = arg;
	/* A first block that is full: more will come, and a stream keeps what
	 * its buffer grows out of. */
	if (f->piece.cap == 0 && n >= BLOCK_BYTES)
		buf_reserve(&f->piece, WHOLE_BYTES + BLOCK_BYTES);
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
	pthread_mutex_lock(&f->lock);
	if (!f->halted)
		f->halted = may_go_on(f);
	bool halted = f->halted != OK;
	pthread_mutex_unlock(&f->lock);
	return halted;
}

static enum err halt(struct flow *f)
{
	return f->halted == ERR_BUSY
	           ? fail(&f->cx, ERR_BUSY, MSG_error_gate_blind)
	           : fail(&f->cx, ERR_GONE, MSG_error_connection_over);
}

/* The question with its page: one row more than the limit is asked for, which
 * is not given, but tells that there is more. */
static struct query page_query(struct call *c)
{
	struct query q = c->asked.query;
	c->paging.after =
	    place_between(c->v->cx.arena, &q, &c->paging, &c->place, NULL);
	q.paging = &c->paging;
	q.offset = c->place.skip;
	q.limit++;
	return q;
}

static struct str next_of(struct flow *f)
{
	if (!f->more)
		return STR("");
	if (f->follows)
		f->end = edge_place(f->cx.arena, &f->edge, &f->call->place);
	return next_url(f->call, &f->end);
}

static struct str tail_of(struct flow *f)
{
	return envelope_end(f->call, next_of(f), f->more, f->delivery.id);
}

static enum err end_rows(struct flow *f)
{
	f->ended = true;
	if (encoder_end(f->encoder)) {
		if (f->call->prefer.envelope)
			buf_str(
			    &f->piece, f->tail.n > 0 ? f->tail : tail_of(f));
		return OK;
	}
	return fail_detail(&f->cx, ERR_TOO_LARGE, "encoding: %d",
	    (int)encoder_fault(f->encoder));
}

/* The next batch into the piece, or the end of all. */
static enum err next_rows(struct flow *f)
{
	struct batch rows;
	if (stop(f))
		return halt(f);
	enum err e = f->ahead ? ahead_next(&f->cx, f->ahead, &rows)
	                      : source_next(&f->cx, f->rows, &rows);
	if (e)
		return f->halted ? halt(f) : e;
	size_t given = rows.n_rows;
	bool last = given == 0;
	if (f->left >= 0 && (int64_t)given > f->left) {
		last = true;
		f->more |= f->follows;
		given = (size_t)f->left;
	}
	if (f->follows)
		edge_rows(&f->edge, &rows, given);
	if (f->left >= 0)
		f->left -= (int64_t)given;
	rows.n_rows = given;
	if (given > 0) {
		rows = masker_rows(f->masker, &rows);
		encoder_rows(f->encoder, &rows);
	}
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
	    (int64_t)encoder_rows_taken(f->encoder), f->bytes,
	    f->delivery.bad_texts, sha);
}

/* Whoever reads ahead need not go on. */
static void end_ahead(struct flow *f)
{
	if (f->ahead == NULL)
		return;
	pthread_mutex_lock(&f->lock);
	if (!f->halted)
		f->halted = ERR_GONE;
	pthread_mutex_unlock(&f->lock);
	ahead_end(f->ahead);
}

static void stream_done(void *state, bool whole)
{
	struct flow *f = state;
	end_ahead(f);
	struct arena *arena = arena_new();
	struct ctx cx = ctx_new(arena, time_now_ms(), LANG_EN);
	f->delivery.bad_texts = (int64_t)source_bad_texts(f->rows);
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
	f->delivery.bad_texts = (int64_t)source_bad_texts(f->rows);
	source_close(f->rows);
	f->bytes = (int64_t)f->piece.n;
	enum err e = record_whole(&f->cx, f->gate, &f->delivery,
	    (int64_t)encoder_rows_taken(f->encoder), f->bytes,
	    sha256_hex(f->cx.arena, sha256_of(buf_view(&f->piece))));
	if (e)
		return e;
	response_set(c->v->rs, 200, answer_media(c), buf_view(&f->piece));
	return OK;
}

static enum err send_stream(struct call *c, struct flow *f)
{
	enum err e = record_intent(&f->cx, f->gate, &f->delivery);
	if (!e && c->prefer.envelope)
		f->tail = tail_of(f);
	if (e)
		return e;
	response_set(c->v->rs, 200, answer_media(c), STR(""));
	f->digest = sha256_begin(f->cx.arena);
	f->ahead = ahead_begin(f->cx.arena, f->rows);
	c->v->rs->read = stream_bytes;
	c->v->rs->stream = f;
	c->v->rs->stream_end = stream_done;
	return OK;
}

/* Builds until the end or until it is too much to build: what is built then is
 * the first piece of the stream. */
static enum err build_first(struct flow *f)
{
	if (f->call->prefer.envelope)
		buf_str(&f->piece, STR("{\"data\":"));
	while (!f->ended && f->piece.n < WHOLE_BYTES) {
		enum err e = next_rows(f);
		if (e)
			return e;
	}
	return buf_ok(&f->piece) ? OK
	                         : fail_detail(&f->cx, ERR_TOO_LARGE, "a row");
}

/* One answer of the source's, a row or two: into `ret`, which lives as long as
 * the request. */
static enum err ask_rows(struct flow *f, const struct compiled *compiled,
    struct cell *ret, size_t *ret_n)
{
	struct source_stream *rows = NULL;
	struct batch batch;
	enum err e =
	    source_open(&f->cx, &f->source, compiled, &f->limits, &rows);
	*ret_n = 0;
	while (!e && !(e = source_next(&f->cx, rows, &batch)) &&
	       batch.n_rows > 0 && *ret_n < 2)
		for (size_t r = 0; r < batch.n_rows && *ret_n < 2;
		     r++, ++*ret_n)
			for (size_t i = 0; i < batch.n_columns; i++) {
				const struct cell *c =
				    &batch.cells[r * batch.n_columns + i];
				ret[*ret_n * batch.n_columns + i] =
				    (struct cell){ .kind = c->kind,
					    .s = str_dup(f->cx.arena, c->s) };
			}
	if (rows != NULL)
		source_close(rows);
	return e && f->halted ? halt(f) : e;
}

/* Where a page ends that is too large to be built before its headers: its last
 * row and whether another follows are asked before it begins. */
static enum err find_end(struct flow *f)
{
	struct call *c = f->call;
	struct query q = page_query(c);
	struct compiled compiled;
	size_t n;
	q.offset += q.limit - 2;
	q.limit = 2;
	if (q.n_order + q.paging->n_ties > 0) {
		q.select =
		    q.n_order > 0 ? &q.order->column : &q.paging->ties->column;
		q.n_select = 1;
	}
	enum err e = query_compile(&f->cx, &c->approved, &q, &compiled);
	if (e)
		return e;
	struct cell *cells =
	    ARENA_ARRAY(f->cx.arena, struct cell, 2 * compiled.columns.n + 1);
	struct cell *last =
	    ARENA_ARRAY(f->cx.arena, struct cell, compiled.n_places + 1);
	e = ask_rows(f, &compiled, cells, &n);
	if (e)
		return e;
	for (size_t i = 0; i < compiled.n_places; i++)
		last[i] = cells[compiled.places[i]];
	f->more = n == 2;
	f->end = (struct place){ .cells = last,
		.n = compiled.n_places,
		.given = c->place.given + c->asked.query.limit };
	if (compiled.n_places == 0)
		f->end.skip = f->end.given;
	return OK;
}

static void start_encoder(
    struct call *c, struct flow *f, const struct compiled *compiled)
{
	struct encode_options o = { .lang = f->cx.lang,
		.title = json_text(c->connection.spec, "title"),
		.caption = json_text(c->connection.spec, "purpose"),
		.excel = c->excel,
		.bare = c->bare };
	if (c->form == FORM_XLSX)
		o.note = told_answer(c, f->delivery.id);
	f->piece = buf_new(f->cx.arena, PIECE_BYTES);
	f->masker =
	    masker_new(f->cx.arena, compiled->columns, compiled->n_shown,
		gate_key(f->gate, "mask of connections", c->connection.id));
	f->encoder = encoder_new(f->cx.arena, c->form,
	    (struct sink){ .write = into_piece, .arg = f }, &o);
	encoder_begin(
	    f->encoder, c->connection.part, masker_columns(f->masker));
}

static struct flow *flow_new(struct call *c)
{
	struct gate_visit *v = c->v;
	struct flow *f = ARENA_NEW(v->cx.arena, struct flow);
	pthread_mutex_init(&f->lock, NULL);
	f->gate = v->gate;
	f->call = c;
	f->rq = v->rq;
	f->connection = c->connection.id;
	f->key = c->key.id;
	f->expires = c->connection.expires;
	f->left = c->asked.query.limit;
	f->flag = c->flag;
	f->looked = v->cx.now; /* he has just sent his request */
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
	if (c->prefer.envelope || c->form == FORM_XLSX)
		f->delivery.id = delivery_id(v->cx.arena);
	return f;
}

static enum err open_rows(struct flow *f, const struct query *query)
{
	struct call *c = f->call;
	/* What is compiled must live as long as the stream. */
	struct compiled *compiled = ARENA_NEW(f->cx.arena, struct compiled);
	enum err e = query_compile(&f->cx, &c->approved, query, compiled);
	if (!e)
		e = source_open(
		    &f->cx, &f->source, compiled, &f->limits, &f->rows);
	if (e)
		return e && f->halted ? halt(f) : e;
	f->etag = etag_of(c, f->rows);
	f->unchanged = etag_known(c, f->etag);
	if (f->unchanged) {
		source_close(f->rows);
		return OK;
	}
	f->edge = edge_new(f->cx.arena, compiled, &c->place);
	start_encoder(c, f, compiled);
	return build_first(f);
}

/* Again, up to the end that was found instead of by counting: what comes or goes
 * in between can lengthen or shorten the page, but no row falls between two. */
static enum err open_up_to_end(struct flow *f)
{
	struct query q = page_query(f->call);
	struct paging paging = f->call->paging;
	source_close(f->rows);
	paging.after =
	    place_between(f->cx.arena, &q, &paging, &f->call->place, &f->end);
	q.paging = &paging;
	q.limit = -1;
	f->left = -1;
	f->follows = false;
	return open_rows(f, &q);
}

static enum err start(struct flow *f)
{
	struct call *c = f->call;
	bool page = c->asked.query.limit >= 0;
	struct query query = page ? page_query(c) : c->asked.query;
	f->follows = page;
	enum err e = open_rows(f, &query);
	if (e || f->unchanged || f->ended || !page)
		return e;
	f->follows = false;
	e = find_end(f);
	/* Without a place nothing but counting is left. */
	if (!e && f->more && f->end.n > 0)
		e = open_up_to_end(f);
	return e;
}

/* How many rows the question has, whatever its page. */
static enum err count(struct flow *f)
{
	struct call *c = f->call;
	struct query q = c->asked.query;
	struct compiled compiled;
	struct cell cells[2];
	size_t n;
	int64_t began = time_now_ms();
	if (c->prefer.count != COUNT_exact)
		return OK;
	q.count = true;
	enum err e = query_compile(&f->cx, &c->approved, &q, &compiled);
	if (!e)
		e = ask_rows(f, &compiled, cells, &n);
	if (e)
		return e;
	f->total = cells[0].s;
	/* The rows have what is left of the time. */
	f->limits.time_ms -= time_now_ms() - began;
	return OK;
}

enum err call_answer(struct call *c)
{
	struct gate_visit *v = c->v;
	struct flow *f = flow_new(c);
	enum err e = OK;
	if (c->known != NULL)
		f->source = c->known->source;
	else
		e = gate_source(
		    v, json_text(c->connection.spec, "source"), &f->source);
	if (e)
		return e;
	f->cx = v->cx;
	e = count(f);
	if (!e)
		e = start(f);
	if (!e && f->unchanged)
		return answer_unchanged(c, f->etag);
	if (!e)
		e = f->ended ? send_whole(c, f) : send_stream(c, f);
	v->cx.fault = f->cx.fault;
	if (e)
		return e;
	response_header(v->rs, STR("Delivery-Id"), f->delivery.id);
	answer_headers(c);
	if (f->etag.n > 0)
		response_header(v->rs, STR("ETag"), f->etag);
	if (f->total.n > 0)
		response_header(v->rs, STR("Total-Count"), f->total);
	if (f->more)
		answer_next(c, next_of(f));
	answer_code(c);
	return OK;
}
