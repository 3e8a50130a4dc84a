#include "core/event.h"

#include "base/crypt.h"
#include "base/str.h"
#include "core/kinds.h"
#include "sql/sql.h"

/* Events read at a time where all of them pass. */
#define PAGE 500
/* Of one event's payload, written and read. */
#define MAX_BYTES ((size_t)4 << 20)

static void add_line(struct sha256_state *h, struct str s)
{
	sha256_add(h, s.p, s.n);
	sha256_add(h, "\n", 1);
}

static void add_number(struct arena *a, struct sha256_state *h, int64_t n)
{
	add_line(h, str_fmt(a, "%lld", (long long)n));
}

/* The bytes that are hashed: every column, one a line, the hash before first.
 * No column but the last may hold a line end, so no two events share a text.
 * By length: a NUL that someone else wrote ends nothing. */
static struct str hash_of(struct arena *a, const struct event *e)
{
	struct sha256_state *h = sha256_begin(a);
	add_line(h, e->prev);
	add_number(a, h, e->seq);
	add_line(h, e->request);
	add_number(a, h, e->version);
	add_line(h, str_of(event_names[e->type]));
	add_number(a, h, e->at);
	add_line(h, e->actor);
	sha256_add(h, e->payload.p, e->payload.n);
	return sha256_hex(a, sha256_end(h));
}

enum err chain_lock(struct ctx *cx)
{
	/* An update of nothing: takes the row on PostgreSQL, and SQLite's write
	 * transaction has the whole file anyway. */
	int64_t changed;
	enum err e = sql_exec(cx,
	    SQL("update chain set seq = seq where id = 1"), NO_VALS, &changed);
	if (e)
		return e;
	if (changed == 1)
		return OK;
	return sql_exec(cx,
	    SQL("insert into chain (id, seq, hash) values (1, 0, '')"), NO_VALS,
	    NULL);
}

enum err chain_head(struct ctx *cx, int64_t *ret_seq, struct str *ret_hash)
{
	struct row row;
	bool found;
	enum err e =
	    sql_find(cx, SQL("select seq, hash from chain where id = 1"),
		NO_VALS, &row, &found);
	if (e)
		return e;
	*ret_seq = found ? row_i64(row, "seq") : 0;
	*ret_hash = found ? row_str(row, "hash") : STR("");
	return OK;
}

enum err chain_hash_at(struct ctx *cx, int64_t seq, struct str *ret_hash)
{
	struct row row;
	bool found;
	enum err e = sql_find(cx, SQL("select hash from events where seq = $1"),
	    VALS(val_i64(seq)), &row, &found);
	if (!e)
		*ret_hash = found ? row_str(row, "hash") : (struct str){ 0 };
	return e;
}

static enum err append_one(struct ctx *cx, struct event *ev)
{
	return sql_exec(cx,
	    SQL("insert into events (seq, request, version, type, at, actor,"
		" payload, prev, hash)"
		" values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"),
	    VALS(val_i64(ev->seq), val_str(ev->request), val_i64(ev->version),
		val_str(str_of(event_names[ev->type])), val_i64(ev->at),
		val_str(ev->actor), val_str(ev->payload), val_str(ev->prev),
		val_str(ev->hash)),
	    NULL);
}

enum err events_append(struct ctx *cx, struct event *events, size_t n)
{
	int64_t seq;
	struct str hash;
	enum err e = chain_head(cx, &seq, &hash);
	if (e)
		return e;
	for (size_t i = 0; i < n; i++) {
		struct event *ev = &events[i];
		ev->seq = ++seq;
		ev->prev = hash;
		ev->payload = json_canonical(cx->arena, ev->data);
		/* What could not be read again is not written. */
		if (!json_fits(ev->payload, MAX_BYTES))
			return fail(cx, ERR_TOO_LARGE, MSG_error_too_large);
		ev->hash = hash = hash_of(cx->arena, ev);
		e = append_one(cx, ev);
		if (e)
			return e;
	}
	return sql_exec(cx,
	    SQL("update chain set seq = $1, hash = $2 where id = 1"),
	    VALS(val_i64(seq), val_str(hash)), NULL);
}

static enum err read_event(struct ctx *cx, struct row row, struct event *ret)
{
	int type = kind_find(row_str(row, "type"), event_names, EVENTS);
	if (type < 0)
		return fail_detail(cx, ERR_BROKEN,
		    "event %lld has an unknown type",
		    (long long)row_i64(row, "seq"));
	*ret = (struct event){ .seq = row_i64(row, "seq"),
		.version = row_i64(row, "version"),
		.at = row_i64(row, "at"),
		.type = (enum event_type)type,
		.request = row_str(row, "request"),
		.actor = row_str(row, "actor"),
		.payload = row_str(row, "payload"),
		.prev = row_str(row, "prev"),
		.hash = row_str(row, "hash") };
	return OK;
}

/* Nobody acts on an event that is not what was written: a request that was
 * changed behind Pratu's back stands still until someone has looked at it. */
static enum err check_own(struct ctx *cx, const struct event *ev, size_t before)
{
	if (ev->version == (int64_t)before + 1 &&
	    str_eq(ev->hash, hash_of(cx->arena, ev)))
		return OK;
	return fail_detail(cx, ERR_BROKEN,
	    "event %lld is not what was written: pratu verify",
	    (long long)ev->seq);
}

static enum err parse_payload(struct ctx *cx, struct event *ev)
{
	json_t *data;
	if (json_parse(cx, ev->payload, MAX_BYTES, &data) != OK)
		return fail_detail(cx, ERR_BROKEN, "event %lld is not JSON",
		    (long long)ev->seq);
	ev->data = data;
	return OK;
}

enum err events_load(struct ctx *cx, struct str request, struct events *ret)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    /* Cast for SQLite, which would keep a text as a number: the hash then
	     * is another's. */
	    SQL("select cast(seq as bigint) as seq, request,"
		" cast(version as bigint) as version, type,"
		" cast(at as bigint) as at, actor, payload, prev, hash"
		" from events where request = $1 order by version"),
	    VALS(val_str(request)), &rows);
	if (e)
		return e;
	struct event *v = ARENA_ARRAY(cx->arena, struct event, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++) {
		e = read_event(cx, rows.row[i], &v[i]);
		if (!e)
			e = check_own(cx, &v[i], i);
		if (!e)
			e = parse_payload(cx, &v[i]);
		if (e)
			return e;
	}
	*ret = (struct events){ .v = v, .n = rows.n };
	return OK;
}

static bool is_among(const struct str *v, size_t n, struct str s)
{
	for (size_t i = n; i-- > 0;)
		if (str_eq(v[i], s))
			return true;
	return false;
}

/* The requests of rows in order of seq, each once. */
static void take_requests(struct ctx *cx, const struct rows *rows,
    struct str **ret, size_t *ret_n, int64_t *ret_last)
{
	struct str *v = ARENA_ARRAY(cx->arena, struct str, rows->n + 1);
	size_t n = 0;
	for (size_t i = 0; i < rows->n; i++) {
		struct str no = row_str(rows->row[i], "request");
		if (!is_among(v, n, no))
			v[n++] = no;
		int64_t seq = row_i64(rows->row[i], "seq");
		if (seq > *ret_last)
			*ret_last = seq;
	}
	*ret = v;
	*ret_n = n;
}

enum err events_since(struct ctx *cx, int64_t seq, struct str **ret,
    size_t *ret_n, int64_t *ret_last)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select cast(seq as bigint) as seq, request from events"
		" where seq > $1 and type <> 'round' order by seq limit $2"),
	    VALS(val_i64(seq), val_i64(EVENTS_PAGE)), &rows);
	*ret_last = seq;
	if (!e)
		take_requests(cx, &rows, ret, ret_n, ret_last);
	return e;
}

enum err requests_since(struct ctx *cx, int64_t seq, struct str **ret,
    size_t *ret_n, int64_t *ret_last)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select cast(seq as bigint) as seq, request from events"
		" where seq > $1 and version = 1 and type <> 'round'"
		" order by seq limit $2"),
	    VALS(val_i64(seq), val_i64(EVENTS_PAGE)), &rows);
	*ret_last = seq;
	if (!e)
		take_requests(cx, &rows, ret, ret_n, ret_last);
	return e;
}

struct walk {
	int64_t seq, n, bad;
	int64_t cursor; /* where the next page begins */
	struct str hash;
	void (*report)(void *, const struct chain_fault *);
	void *arg;
};

static void bad(struct walk *w, int64_t seq, struct str what)
{
	w->bad++;
	w->report(w->arg, &(struct chain_fault){ .seq = seq, .what = what });
}

/* A version must follow the request's last: asked of the store, so that memory
 * stays flat. */
static enum err check_version(
    struct ctx *cx, struct walk *w, const struct event *ev)
{
	struct row count;
	enum err e = sql_one(cx,
	    SQL("select count(*) as n from events"
		" where request = $1 and version < $2"),
	    VALS(val_str(ev->request), val_i64(ev->version)), &count);
	if (!e && row_i64(count, "n") != ev->version - 1)
		bad(w, ev->seq, STR("version"));
	return e;
}

/* One event against the one before it. */
static enum err check_event(struct ctx *cx, struct walk *w, struct row row)
{
	struct event ev;

	w->n++;
	int64_t seq = row_i64(row, "seq");
	if (seq != w->seq + 1)
		bad(w, seq, STR("gap"));
	w->seq = seq;
	if (!row_flag(row, "fits"))
		bad(w, seq, STR("form"));
	if (read_event(cx, row, &ev) != OK) {
		bad(w, seq, STR("type"));
		w->hash = row_str(row, "hash");
		return OK;
	}
	if (!str_eq(ev.prev, w->hash))
		bad(w, seq, STR("prev"));
	if (!str_eq(ev.hash, hash_of(cx->arena, &ev)))
		bad(w, seq, STR("hash"));
	if (parse_payload(cx, &ev) != OK)
		bad(w, seq, STR("payload"));
	w->hash = ev.hash;
	return check_version(cx, w, &ev);
}

/* SQLite keeps in any column whatever it is given: a number with a fraction, a
 * text as bytes. Such an edit reads as before and is found no more by who looks
 * for it, so it is a fault of its own: "fits". */
static enum err check_page(struct ctx *cx, struct walk *w, bool *ret_more)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select cast(seq as bigint) as seq, request,"
		" cast(version as bigint) as version, type,"
		" cast(at as bigint) as at, actor, payload, prev, hash,"
		" case when cast(seq as bigint) = seq"
		" and cast(version as bigint) = version"
		" and cast(at as bigint) = at and cast(request as text) = request"
		" and cast(type as text) = type and cast(actor as text) = actor"
		" and cast(payload as text) = payload"
		" and cast(prev as text) = prev and cast(hash as text) = hash"
		" then 1 else 0 end as fits"
		" from events where seq > $1 order by seq limit $2"),
	    VALS(val_i64(w->cursor), val_i64(PAGE)), &rows);
	if (e)
		return e;
	for (size_t i = 0; i < rows.n; i++) {
		e = check_event(cx, w, rows.row[i]);
		if (e)
			return e;
	}
	/* A number that is none of SQLite's does not move the cursor on. */
	*ret_more = rows.n == PAGE && w->seq > w->cursor;
	w->cursor = w->seq;
	return OK;
}

/* Rows that no walk along the numbers meets: without a number, or with one
 * that another row has. */
static enum err check_count(struct ctx *cx, struct walk *w)
{
	struct row row;
	/* Every event was read before: that is what verifying is. */
	enum err e = sql_one(
	    cx, SQL_SCAN("select count(*) as n from events"), NO_VALS, &row);
	if (!e && row_i64(row, "n") != w->n)
		bad(w, w->seq, STR("count"));
	return e;
}

static enum err walk_all(struct ctx *cx, struct walk *w)
{
	char last[64];
	for (bool more = true; more;) {
		struct arena_mark mark = arena_mark(cx->arena);
		enum err e = check_page(cx, w, &more);
		if (e)
			return e;
		/* The last hash must outlive the page it was read with. */
		size_t n = w->hash.n < sizeof last ? w->hash.n : sizeof last;
		for (size_t i = 0; i < n; i++)
			last[i] = w->hash.p[i];
		arena_rewind(cx->arena, mark);
		w->hash = str_n(last, n);
	}
	w->hash = str_dup(cx->arena, w->hash);
	return OK;
}

enum err chain_verify(struct ctx *cx,
    void (*report)(void *, const struct chain_fault *), void *arg,
    int64_t *ret_events, int64_t *ret_bad)
{
	/* From the least number there is: none stands before the first. */
	struct walk w = { .report = report, .arg = arg, .cursor = INT64_MIN };
	int64_t seq;
	struct str hash;
	enum err e = chain_head(cx, &seq, &hash);
	if (!e)
		e = walk_all(cx, &w);
	if (!e)
		e = check_count(cx, &w);
	if (e)
		return e;
	if (w.seq != seq || !str_eq(w.hash, hash))
		bad(&w, seq, STR("head"));
	*ret_events = w.n;
	*ret_bad = w.bad;
	return OK;
}
