#include "gate/code_lists.h"

#include "base/log.h"
#include "base/str.h"
#include "base/thai.h"
#include "gate/order.h"
#include "source/query.h"
#include "source/source.h"
#include "sql/sql.h"

enum { LABEL_BYTES = 200 };

/* One query that is run for its codes. */
struct fetch {
	struct gate_visit *v;
	struct source source;
	struct source_limits limits;
	struct approved approved;
	struct compiled compiled;
	struct arena *each; /* of one row */
	struct arena_mark mark;
	struct fetched_codes codes;
	size_t bytes;
	enum code_trouble trouble;
};

static struct str cell_text(const struct cell *c)
{
	return c->kind == CELL_NULL || c->kind == CELL_BYTES ? STR("") : c->s;
}

/* What would name a person: by rule no list does, and these are told at once. */
static bool is_personal(struct str code)
{
	return sheet_citizen_id(code) || str_index(code, '@') < code.n;
}

/* What is longer than any that counts is not even looked at. */
static struct str label_of(struct fetch *f, const struct cell *row)
{
	struct str s = f->compiled.columns.n > 1 ? cell_text(&row[1]) : STR("");
	return s.n <= LABEL_BYTES ? thai_search_key(f->each, s) : STR("");
}

static enum code_trouble take_code(struct fetch *f, const struct cell *row)
{
	struct fetched_codes *to = &f->codes;
	struct str sent = cell_text(&row[0]);
	if (sent.n > CODE_BYTES)
		return CODES_long;
	struct str code = thai_normal(f->each, sent);
	if (code.n == 0)
		return CODES_FINE;
	if (is_personal(code))
		return CODES_personal;
	f->bytes += code.n;
	if (to->n == CODE_LIST_CODES || f->bytes > CODE_LIST_BYTES)
		return CODES_many;
	to->v[to->n] = str_dup(f->v->cx.arena, code);
	to->labels[to->n++] = str_dup(f->v->cx.arena, label_of(f, row));
	arena_rewind(f->each, f->mark);
	return CODES_FINE;
}

static enum err run(struct fetch *f)
{
	struct ctx *cx = &f->v->cx;
	struct source_stream *stream;
	struct batch rows;
	enum err e =
	    source_open(cx, &f->source, &f->compiled, &f->limits, &stream);
	if (e)
		return e;
	while (f->trouble == CODES_FINE &&
	       !(e = source_next(cx, stream, &rows)) && rows.n_rows > 0)
		for (size_t i = 0; i < rows.n_rows && !f->trouble; i++)
			f->trouble =
			    take_code(f, &rows.cells[i * rows.n_columns]);
	source_close(stream);
	if (!e && !f->trouble && f->codes.n == 0)
		f->trouble = CODES_empty;
	return e;
}

static enum err describe(struct fetch *f, struct str query)
{
	struct ctx *cx = &f->v->cx;
	struct description found;
	struct query all = query_all();
	enum err e = source_describe(
	    cx, &f->source, query, NO_PARAMS, NO_ARGS, &f->limits, &found);
	if (e)
		return e;
	f->approved =
	    (struct approved){ .sql = query, .columns = found.columns };
	if (found.columns.n == 0 || found.columns.n > 2)
		f->trouble = CODES_columns;
	return query_compile(cx, &f->approved, &all, &f->compiled);
}

/* What is not said of the query itself. */
static enum code_trouble trouble_of(enum err e)
{
	switch ((int)e) {
	case ERR_TIME_LIMIT:
		return CODES_slow;
	case ERR_INVALID:
	case ERR_CONFLICT:
		return CODES_query;
	case ERR_TOO_LARGE:
		return CODES_long;
	default:
		return CODES_busy;
	}
}

static void tell_log(
    const struct fetch *f, struct str source, enum code_trouble trouble)
{
	LOG("warn", "gate.code_list", { "source", source },
	    { "trouble", str_of(code_trouble_names[trouble]) },
	    { "detail", f->v->cx.fault.detail });
}

enum err codes_fetch(struct gate_visit *v, struct str source, struct str query,
    bool (*stop)(void *), void *stop_arg, struct fetched_codes *ret,
    enum code_trouble *ret_trouble)
{
	struct arena *a = v->cx.arena;
	struct fetch *f = ARENA_NEW(a, struct fetch);
	f->v = v;
	f->each = arena_inside(a);
	f->mark = arena_mark(f->each);
	f->limits = source_limits_officer;
	f->limits.time_ms = CODE_LIST_MS;
	f->limits.stop = stop;
	f->limits.stop_arg = stop_arg;
	f->codes.v = ARENA_ARRAY(a, struct str, CODE_LIST_CODES);
	f->codes.labels = ARENA_ARRAY(a, struct str, CODE_LIST_CODES);
	enum err e = gate_source(v, source, &f->source);
	if (!e)
		e = describe(f, query);
	if (!e && !f->trouble)
		e = run(f);
	if (e && stop != NULL && stop(stop_arg))
		return e;
	*ret_trouble = e ? trouble_of(e) : f->trouble;
	if (*ret_trouble != CODES_FINE)
		tell_log(f, source, *ret_trouble);
	if (e == ERR_INVALID)
		return e;
	v->cx.fault = (struct fault){ 0 };
	f->codes.codes = sheet_codes_new(a, f->codes.v, f->codes.n);
	*ret = f->codes;
	return OK;
}

bool code_lists_named(const json_t *choice)
{
	const json_t *columns = json_list(choice, "columns");
	for (size_t i = 0; i < json_array_size(columns); i++)
		if (json_text(json_array_get(columns, i), "list").n > 0)
			return true;
	return false;
}

const struct fetched_codes *code_lists_get(
    const struct code_lists *l, struct str id)
{
	for (size_t i = 0; l != NULL && i < l->n; i++)
		if (str_eq(l->list[i].id, id))
			return &l->list[i];
	return NULL;
}

static enum err find(struct gate_visit *v, struct str id, struct code_list *ret)
{
	enum err e = store_read(&v->cx, v->gate->shared);
	if (!e)
		e = code_list_get(&v->cx, id, ret);
	store_end(&v->cx);
	return e;
}

static enum err note(struct gate_visit *v, struct str id,
    enum code_trouble trouble, int64_t codes)
{
	enum err e = store_write(&v->cx, v->gate->shared);
	if (!e)
		e = code_list_looked(&v->cx, id, trouble, codes);
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	return e;
}

static enum err fetch_one(struct gate_visit *v, struct str id,
    const struct code_lists_call *call, struct code_lists *to,
    struct code_list *ret_unread)
{
	struct code_list l;
	struct fetched_codes *one = &to->list[to->n];
	enum code_trouble trouble = CODES_FINE;
	enum err e = call->between(call->arg);
	if (!e)
		e = find(v, id, &l);
	if (e)
		return e;
	e = codes_fetch(
	    v, l.source, l.query, call->stop, call->arg, one, &trouble);
	if (e == ERR_INVALID)
		v->cx.fault = (struct fault){ 0 };
	else if (e)
		return e;
	e = note(v, id, trouble,
	    trouble ? 0 : (int64_t)sheet_codes_count(one->codes));
	if (!e && trouble != CODES_FINE) {
		*ret_unread = l;
		ret_unread->trouble = trouble;
		return fail_detail(&v->cx, ERR_BUSY, "a list of codes: %s",
		    code_trouble_names[trouble]);
	}
	one->id = id;
	one->title_th = l.title_th;
	one->title_en = l.title_en;
	to->n++;
	return e;
}

enum err code_lists_fetch(struct gate_visit *v, const json_t *choice,
    const struct code_lists_call *call, struct code_lists *ret,
    struct code_list *ret_unread)
{
	const json_t *columns = json_list(choice, "columns");
	enum err e = OK;
	ret->n = 0;
	for (size_t i = 0; i < json_array_size(columns) && !e; i++) {
		struct str id = json_text(json_array_get(columns, i), "list");
		if (id.n == 0 || code_lists_get(ret, id) != NULL)
			continue;
		if (ret->n == CODE_LISTS_A_TABLE)
			return fail_detail(
			    &v->cx, ERR_BROKEN, "too many lists of codes");
		e = fetch_one(v, id, call, ret, ret_unread);
	}
	return e;
}

json_t *code_lists_json(struct arena *a, const struct code_lists *l)
{
	json_t *list = json_new_array(a);
	for (size_t i = 0; l != NULL && i < l->n; i++) {
		const struct fetched_codes *from = &l->list[i];
		json_t *one = json_new_object(a), *codes = json_array();
		for (size_t k = 0; k < from->n; k++)
			json_array_append_new(
			    codes, json_stringn(from->v[k].p, from->v[k].n));
		json_put_text(one, "title_th", from->title_th);
		json_put_text(one, "title_en", from->title_en);
		json_put(one, "codes", json_keep(a, codes));
		json_put_text(one, "id", from->id);
		json_add(list, one);
	}
	return list;
}

void code_lists_kept(
    struct arena *a, const json_t *kept, struct code_lists *ret)
{
	size_t n = json_array_size(kept);
	ret->n = 0;
	while (ret->n < n && ret->n < CODE_LISTS_A_TABLE) {
		const json_t *one = json_array_get(kept, ret->n);
		const json_t *codes = json_list(one, "codes");
		struct fetched_codes *to = &ret->list[ret->n++];
		*to = (struct fetched_codes){ .id = json_text(one, "id"),
			.title_th = json_text(one, "title_th"),
			.title_en = json_text(one, "title_en"),
			.n = json_array_size(codes) };
		to->v = ARENA_ARRAY(a, struct str, to->n + 1);
		for (size_t i = 0; i < to->n; i++)
			to->v[i] = json_as_text(json_array_get(codes, i));
		to->codes = sheet_codes_new(a, to->v, to->n);
	}
}

struct str codes_meant(
    struct arena *a, const struct fetched_codes *l, struct str value)
{
	struct str key = thai_search_key(a, value);
	for (size_t i = 0; l->labels != NULL && key.n > 0 && i < l->n; i++)
		if (str_eq(l->labels[i], key))
			return l->v[i];
	return sheet_codes_near(a, l->codes, value);
}

struct str codes_why(struct arena *a, enum lang lang,
    const struct fetched_codes *l, struct str meant, enum msg why)
{
	if (l == NULL || why != MSG_sheet_wrong_code)
		return msg_text(lang, why);
	const struct str args[] = { lang == LANG_TH ? l->title_th : l->title_en,
		meant };
	return msg_fill(a, lang,
	    meant.n > 0 ? MSG_codes_wrong_meant : MSG_codes_wrong, args,
	    COUNT(args));
}

static bool nobody_waits(void *visit)
{
	const struct gate_visit *v = visit;
	return request_gone(v->rq);
}

/* A list that is about to be offered: {source, sql}; how many codes, none of which
 * is shown, or what is wrong with it. */
enum err desk_code_list(struct gate_visit *v)
{
	json_t *order, *o = json_new_object(v->cx.arena);
	struct fetched_codes codes = { .n = 0 };
	enum code_trouble trouble = CODES_FINE;
	enum err e = order_read(v, &order);
	if (!e)
		e = codes_fetch(v, json_text(order, "source"),
		    json_text(order, "sql"), nobody_waits, v, &codes, &trouble);
	if (e)
		return order_wrong(&v->cx, e, STR(""));
	json_put_int(
	    o, "codes", trouble ? 0 : (int64_t)sheet_codes_count(codes.codes));
	json_put_text(o, "trouble", str_of(code_trouble_names[trouble]));
	return gate_json(v, 200, o);
}
