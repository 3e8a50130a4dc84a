#include "core/saved_filter.h"

#include "base/str.h"
#include "core/line.h"
#include "sql/sql.h"

enum { MAX_FILTERS = 20, MAX_NAME = 60, MAX_Q = 100, ID_CHARS = 12 };

static json_t *query_json(struct arena *a, const struct case_filter *q)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "q", q->q);
	json_put_text(o, "state", q->state);
	json_put_text(o, "office", q->office);
	json_put_text(o, "system", q->system);
	json_put_text(o, "waiting", q->mine ? STR("me") : STR(""));
	return o;
}

json_t *saved_filter_json(struct arena *a, const struct saved_filter *f)
{
	json_t *o = query_json(a, &f->filter);
	json_put_text(o, "id", f->id);
	json_put_text(o, "name", f->name);
	return o;
}

static enum err filter_of(
    struct ctx *cx, struct row r, struct saved_filter *ret)
{
	json_t *q;
	enum err e = json_parse(cx, row_str(r, "query"), 4096, &q);
	if (e)
		return e;
	*ret = (struct saved_filter){ .id = row_str(r, "id"),
		.name = row_str(r, "name"),
		.filter = { .q = json_text(q, "q"),
		    .state = json_text(q, "state"),
		    .office = json_text(q, "office"),
		    .system = json_text(q, "system"),
		    .mine = str_eq(json_text(q, "waiting"), STR("me")) } };
	return OK;
}

enum err saved_filter_list(
    struct ctx *cx, const struct saved_filter **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select id, name, query from saved_filter where person = $1"
		" order by made, id"),
	    VALS(val_i64(cx->actor->person.id)), &rows);
	if (e)
		return e;
	struct saved_filter *v =
	    ARENA_ARRAY(cx->arena, struct saved_filter, rows.n + 1);
	for (size_t i = 0; i < rows.n && !e; i++)
		e = filter_of(cx, rows.row[i], &v[i]);
	*ret = v;
	*ret_n = rows.n;
	return e;
}

static enum err make_room(struct ctx *cx, struct str name)
{
	struct row row;
	struct vals who = VALS(val_i64(cx->actor->person.id), val_str(name));
	enum err e = sql_exec(cx,
	    SQL("delete from saved_filter where person = $1 and name = $2"),
	    who, NULL);
	if (e)
		return e;
	e = sql_one(cx,
	    SQL("select count(*) as n from saved_filter where person = $1"),
	    VALS(val_i64(cx->actor->person.id)), &row);
	if (e)
		return e;
	return row_i64(row, "n") < MAX_FILTERS
	           ? OK
	           : fail1(cx, ERR_CONFLICT, MSG_error_filter_limit, STR("20"));
}

enum err saved_filter_add(struct ctx *cx, struct str name,
    const struct case_filter *q, struct saved_filter *ret)
{
	if (cx->actor->read_only)
		return fail(cx, ERR_DENIED, MSG_error_read_only_token);
	struct saved_filter f = { .filter = { .mine = q->mine } };
	f.name = line_checked(cx, "name", name, MAX_NAME, true);
	f.filter.q = line_checked(cx, "q", q->q, MAX_Q, false);
	f.filter.office = line_checked(cx, "office", q->office, 32, false);
	f.filter.system = line_checked(cx, "system", q->system, 32, false);
	f.filter.state = q->state;
	if (q->state.n > 0 && kind_find(q->state, state_names, STATES) < 0)
		field_wrong(cx, STR("state"), MSG_field_bad_choice, q->state);
	enum err e = fields_end(cx);
	if (!e)
		e = make_room(cx, f.name);
	if (e)
		return e;
	f.id = random_id(cx->arena, ID_CHARS);
	*ret = f;
	return sql_exec(cx,
	    SQL("insert into saved_filter (id, person, name, query, made)"
		" values ($1, $2, $3, $4, $5)"),
	    VALS(val_str(f.id), val_i64(cx->actor->person.id), val_str(f.name),
		val_str(json_canonical(
		    cx->arena, query_json(cx->arena, &f.filter))),
		val_i64(cx->now)),
	    NULL);
}

enum err saved_filter_remove(struct ctx *cx, struct str id)
{
	int64_t n;
	if (cx->actor->read_only)
		return fail(cx, ERR_DENIED, MSG_error_read_only_token);
	enum err e = sql_exec(cx,
	    SQL("delete from saved_filter where id = $1 and person = $2"),
	    VALS(val_str(id), val_i64(cx->actor->person.id)), &n);
	if (!e && n == 0)
		e = fail(cx, ERR_NOT_FOUND, MSG_error_filter_unknown);
	return e;
}
