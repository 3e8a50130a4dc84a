#include "core/grants.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "base/str.h"
#include "base/time.h"
#include "core/cases.h"
#include "core/source_list.h"
#include "core/told.h"
#include "core/views.h"
#include "sql/sql.h"

/* What a connection tells the gate, put together from the artefact's part and
 * the request. */
static json_t *spec_of(
    struct arena *a, const struct case_file *f, const struct granted *g)
{
	json_t *spec = json_new_object(a);
	const json_t *made = g->artefact;
	const json_t *parts = json_list(made, "parts");
	for (size_t i = 0; i < json_array_size(parts); i++) {
		const json_t *part = json_array_get(parts, i);
		if (!str_eq(json_text(part, "name"), g->part))
			continue;
		static const char *const keys[] = { "source", "sql", "params",
			"columns", "reasons", "key", "filterable", "title_th" };
		for (size_t k = 0; k < COUNT(keys); k++)
			if (json_value(part, keys[k]) != NULL)
				json_put(
				    spec, keys[k], json_value(part, keys[k]));
	}
	static const char *const terms[] = { "formats", "networks", "quota" };
	for (size_t k = 0; k < COUNT(terms); k++)
		if (json_value(made, terms[k]) != NULL)
			json_put(spec, terms[k], json_value(made, terms[k]));
	static const char *const answers[] = { "purpose", "lawful_basis",
		"retention_until", "identifiability" };
	for (size_t k = 0; k < COUNT(answers); k++)
		json_put_text(
		    spec, answers[k], json_text(f->answers, answers[k]));
	json_put(spec, "conditions", told_conditions(a, f));
	/* Asked once, pinned here: what the holder of a key agreed to. */
	static const char *const pinned[] = { "subjects", "recipients",
		"recipient_kind", "ethics_no", "minors", "terms_accepted" };
	for (size_t k = 0; k < COUNT(pinned); k++)
		if (json_value(f->answers, pinned[k]) != NULL)
			json_put(
			    spec, pinned[k], json_value(f->answers, pinned[k]));
	json_put_text(spec, "title", case_title(f));
	json_put_text(spec, "requester", f->requester_name);
	json_put_text(spec, "unit", f->unit);
	json_put_text(spec, "office", f->office);
	/* Whom the data's user may ask. */
	json_put_text(spec, "contact", f->prepared_by);
	json_put_text(spec, "procedure", f->procedure);
	return spec;
}

/* Where the view will stand. */
static enum err put_place(struct ctx *cx, const struct granted *g, json_t *spec)
{
	struct view_maker maker;
	bool found;
	if (!str_eq(g->outlet, STR("view")))
		return OK;
	enum err e =
	    view_maker_find(cx, json_text(spec, "source"), &maker, &found);
	if (!e && found)
		json_put(spec, "view",
		    view_place(cx->arena, &maker, g->id, g->part));
	return e;
}

/* A connection keeps the spec under which it was made: later artefacts make
 * connections of their own. */
static enum err put_connection(
    struct ctx *cx, const struct case_file *f, const struct granted *g)
{
	json_t *told = spec_of(cx->arena, f, g);
	enum err e = put_place(cx, g, told);
	if (e)
		return e;
	struct str spec = json_canonical(cx->arena, told);
	return sql_exec(cx,
	    SQL("insert into connection (id, request, part, outlet, digest, spec,"
		" state, starts, expires, seq)"
		" values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
		" on conflict (id) do update set state = $7, expires = $9,"
		" seq = $10"),
	    VALS(val_str(g->id), val_str(f->no), val_str(g->part),
		val_str(g->outlet), val_str(g->digest), val_str(spec),
		val_str(g->state), val_i64(g->starts), val_i64(g->expires),
		val_i64(f->seq)),
	    NULL);
}

static enum err put_document(
    struct ctx *cx, const struct case_file *f, const struct handed *h)
{
	return sql_exec(cx,
	    SQL("insert into document (id, request, digest, part, name, form,"
		" sha256, bytes, state, expires, seq)"
		" values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
		" on conflict (id) do update set state = $9, expires = $10,"
		" seq = $11"),
	    VALS(val_str(h->id), val_str(f->no), val_str(h->digest),
		val_str(h->part), val_str(h->name), val_str(h->form),
		val_str(h->sha256), val_i64(h->bytes), val_str(h->state),
		val_i64(h->expires), val_i64(f->seq)),
	    NULL);
}

/* Who was a co-applicant and is nothing to the request any more: his keys end. */
static enum err end_keys(struct ctx *cx, const struct case_file *f)
{
	enum err e = OK;
	for (size_t i = 0; i < f->removed.n; i++) {
		struct str gone = f->removed.v[i];
		for (size_t k = 0;
		     !case_is_own(f, gone) && k < f->connections.n && !e; k++)
			e = sql_exec(cx,
			    SQL("update access_key set revoked = $1"
				" where connection = $2 and holder = $3"
				" and revoked = 0"),
			    VALS(val_i64(cx->now),
				val_str(f->connections.v[k].id), val_str(gone)),
			    NULL);
	}
	return e;
}

static enum err put_case(struct ctx *cx, const struct case_file *f)
{
	enum err e = end_keys(cx, f);
	for (size_t i = 0; i < f->connections.n && !e; i++)
		e = put_connection(cx, f, &f->connections.v[i]);
	for (size_t i = 0; i < f->documents.n && !e; i++)
		e = put_document(cx, f, &f->documents.v[i]);
	return e;
}

static enum err published_seq(struct ctx *cx, int64_t *ret)
{
	struct row row;
	enum err e = sql_one(
	    cx, SQL("select seq from change where id = 1"), NO_VALS, &row);
	if (!e)
		*ret = row_i64(row, "seq");
	return e;
}

struct fresh {
	struct case_file *v;
	size_t n;
	int64_t head;
	bool ended; /* something that was given is so no more */
};

void grants_settle(void)
{
	struct timespec left = { .tv_nsec = (GRANTS_KNOWN_MS + 10) * 1000000L };

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		continue;
}

static bool has_ended(const struct case_file *f)
{
	if (f->removed.n > 0)
		return true;
	for (size_t i = 0; i < f->connections.n; i++)
		if (!str_eq(f->connections.v[i].state, STR("active")))
			return true;
	return false;
}

static enum err read_fresh(
    struct ctx *cx, struct store *people, int64_t seq, struct fresh *ret)
{
	struct str *numbers = NULL;
	size_t n = 0;
	enum err e = store_read(cx, people);
	if (!e)
		e = events_since(cx, seq, &numbers, &n, &ret->head);
	if (!e)
		ret->v = ARENA_ARRAY(cx->arena, struct case_file, n + 1);
	for (size_t i = 0; !e && i < n; i++) {
		e = cases_load(cx, numbers[i], &ret->v[ret->n]);
		if (!e &&
		    ret->v[ret->n].connections.n + ret->v[ret->n].documents.n >
			0)
			ret->ended |= has_ended(&ret->v[ret->n++]);
	}
	store_end(cx);
	return e;
}

/* Another desk may have published meanwhile: never backwards. The row is taken
 * before it is read, or two would both be the first on PostgreSQL. */
static enum err write_fresh(struct ctx *cx, const struct fresh *fresh)
{
	int64_t seq = 0;
	enum err e = sql_exec(
	    cx, SQL("update change set seq = seq where id = 1"), NO_VALS, NULL);
	if (!e)
		e = published_seq(cx, &seq);
	if (e || seq >= fresh->head)
		return e;
	for (size_t i = 0; i < fresh->n && !e; i++)
		e = put_case(cx, &fresh->v[i]);
	if (!e)
		e = sql_exec(cx, SQL("update change set seq = $1 where id = 1"),
		    VALS(val_i64(fresh->head)), NULL);
	if (!e && fresh->n > 0)
		e = change_tell(cx);
	return e;
}

/* One page of events; *ret_more when there may be further ones, *ret_ended set
 * when something that was given has ended in it. */
static enum err publish_page(struct ctx *cx, struct store *people,
    struct store *shared, bool *ret_more, bool *ret_ended)
{
	int64_t seq = 0;
	struct fresh fresh = { 0 };
	enum err e = store_read(cx, shared);
	if (!e)
		e = published_seq(cx, &seq);
	store_end(cx);
	if (!e)
		e = read_fresh(cx, people, seq, &fresh);
	*ret_more = !e && fresh.head > seq;
	if (!*ret_more)
		return e;
	e = store_write(cx, shared);
	if (!e)
		e = write_fresh(cx, &fresh);
	if (!e)
		e = store_commit(cx);
	store_end(cx);
	*ret_ended |= !e && fresh.ended;
	return e;
}

/* One at a time, so that whoever finds his event published already by the timer
 * has waited too. Another desk's timer can still be the first: then what a gate
 * has read holds for GRANTS_KNOWN_MS at most. */
enum err grants_publish(
    struct ctx *cx, struct store *people, struct store *shared)
{
	static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
	bool more = true, ended = false;
	enum err e = OK;
	pthread_mutex_lock(&turn);
	while (more && !e) {
		struct arena_mark mark = arena_mark(cx->arena);
		e = publish_page(cx, people, shared, &more, &ended);
		if (!e)
			arena_rewind(cx->arena, mark);
	}
	if (ended)
		grants_settle();
	pthread_mutex_unlock(&turn);
	return e;
}

static enum err connection_from(
    struct ctx *cx, struct row r, struct connection *ret)
{
	json_t *spec;
	enum err e = json_parse(cx, row_str(r, "spec"), (size_t)4 << 20, &spec);
	if (e)
		return fail_detail(cx, ERR_BROKEN, "connection without a spec");
	*ret = (struct connection){ .id = row_str(r, "id"),
		.request = row_str(r, "request"),
		.part = row_str(r, "part"),
		.outlet = row_str(r, "outlet"),
		.digest = row_str(r, "digest"),
		.state = row_str(r, "state"),
		.starts = row_i64(r, "starts"),
		.expires = row_i64(r, "expires"),
		.seq = row_i64(r, "seq"),
		.spec = spec };
	return OK;
}

enum err connection_get(struct ctx *cx, struct str id, struct connection *ret)
{
	struct row row;
	bool found;
	enum err e = sql_find(cx,
	    SQL("select id, request, part, outlet, digest, state, starts, expires,"
		" seq, spec from connection where id = $1"),
	    VALS(val_str(id)), &row, &found);
	if (e)
		return e;
	if (!found)
		return fail(cx, ERR_NOT_FOUND, MSG_error_no_such_connection);
	return connection_from(cx, row, ret);
}

static enum err add_rows(
    struct ctx *cx, const struct rows *rows, struct connection **v, size_t *n)
{
	struct connection *grown =
	    ARENA_ARRAY(cx->arena, struct connection, *n + rows->n + 1);
	for (size_t i = 0; i < *n; i++)
		grown[i] = (*v)[i];
	for (size_t i = 0; i < rows->n; i++) {
		enum err e = connection_from(cx, rows->row[i], &grown[*n]);
		if (e)
			return e;
		++*n;
	}
	*v = grown;
	return OK;
}

enum err connection_list(struct ctx *cx, const struct str *requests, size_t n,
    const struct connection **ret, size_t *ret_n)
{
	struct connection *v = NULL;
	size_t found = 0;
	struct rows rows;
	enum err e = OK;
	/* For the command line: the administrator asked for all of them. */
	if (n == 0)
		e = sql_all(cx,
		    SQL_SCAN("select id, request, part, outlet, digest, state,"
			     " starts, expires, seq, spec from connection"
			     " order by id"),
		    NO_VALS, &rows);
	if (n == 0 && !e)
		e = add_rows(cx, &rows, &v, &found);
	for (size_t i = 0; i < n && !e; i++) {
		e = sql_all(cx,
		    SQL("select id, request, part, outlet, digest, state, starts,"
			" expires, seq, spec from connection where request = $1"
			" order by starts, id"),
		    VALS(val_str(requests[i])), &rows);
		if (!e)
			e = add_rows(cx, &rows, &v, &found);
	}
	*ret = v;
	*ret_n = found;
	return e;
}

enum err view_connections(
    struct ctx *cx, const struct connection **ret, size_t *ret_n)
{
	struct connection *v = NULL;
	struct rows rows;
	*ret_n = 0;
	enum err e = sql_all(cx,
	    SQL("select id, request, part, outlet, digest, state, starts,"
		" expires, seq, spec from connection c where outlet = 'view'"
		" and not exists (select 1 from view_act a"
		" where a.connection = c.id and a.act = 'closed')"
		" order by starts, id"),
	    NO_VALS, &rows);
	if (!e)
		e = add_rows(cx, &rows, &v, ret_n);
	*ret = v;
	return e;
}

struct str connection_state(const struct connection *c, int64_t now)
{
	return str_eq(c->state, STR("active")) && now >= c->expires
	           ? STR("ended")
	           : c->state;
}

struct str connection_address(
    struct arena *a, const struct connection *c, struct str gate_url)
{
	if (str_eq(c->outlet, STR("view")))
		return view_url(a, json_member(c->spec, "view"));
	return str_fmt(a, "%.*s/v1/d/%.*s", STR_ARG(gate_url), STR_ARG(c->id));
}

json_t *connection_json(struct arena *a, const struct connection *c,
    struct str gate_url, int64_t now)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "id", c->id);
	json_put_text(o, "request", c->request);
	json_put_text(o, "part", c->part);
	json_put_text(o, "outlet", c->outlet);
	json_put_text(o, "url", connection_address(a, c, gate_url));
	json_put_text(o, "state", connection_state(c, now));
	json_put_text(o, "starts", time_iso(a, c->starts));
	json_put_text(o, "expires", time_iso(a, c->expires));
	json_put_text(o, "digest", c->digest);
	static const char *const keys[] = { "title", "purpose", "columns",
		"filterable", "formats", "networks", "params", "view",
		"conditions" };
	for (size_t i = 0; i < COUNT(keys); i++)
		if (json_value(c->spec, keys[i]) != NULL)
			json_put(o, keys[i], json_value(c->spec, keys[i]));
	return o;
}
