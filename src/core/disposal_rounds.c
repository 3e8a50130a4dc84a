/* Rounds in the store: opened, acted on, listed, rebuilt. */
#include "base/str.h"
#include "core/disposal_act.h"
#include "core/disposal_tell.h"
#include "core/line.h"
#include "sql/sql.h"

enum { LISTED = 200 };

/* All its events; a request has none of this type. */
static enum err tell(
    struct ctx *cx, const struct events *events, struct disposal_round *ret)
{
	*ret = (struct disposal_round){ .arena = cx->arena };
	if (events->n == 0 || events->v[0].type != EVENT_round)
		return fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
	for (size_t i = 0; i < events->n; i++)
		round_take(ret, &events->v[i]);
	return OK;
}

enum err round_load(struct ctx *cx, struct str id, struct disposal_round *ret)
{
	struct events events;
	enum err e = events_load(cx, id, &events);
	return e ? e : tell(cx, &events, ret);
}

enum err round_get(struct ctx *cx, struct str id, struct disposal_round *ret)
{
	if (cx->actor == NULL)
		return fail(cx, ERR_UNAUTHENTICATED, MSG_error_unauthenticated);
	enum err e = round_load(cx, id, ret);
	/* "Absent" and "not yours" are one answer. */
	if (!e && !round_sees(ret, &cx->actor->person))
		e = fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
	return e;
}

static enum err clear(struct ctx *cx, struct str id)
{
	enum err e =
	    sql_exec(cx, SQL("delete from disposal_line where round = $1"),
		VALS(val_str(id)), NULL);
	return e ? e
	         : sql_exec(cx, SQL("delete from disposal_round where id = $1"),
		       VALS(val_str(id)), NULL);
}

static enum err put_head(struct ctx *cx, const struct disposal_round *r)
{
	return sql_exec(cx,
	    SQL("insert into disposal_round (id, office, year, nth, state,"
		" version, lines, opened) values ($1, $2, $3, $4, $5, $6, $7,"
		" $8) on conflict (id) do update set office = $2, year = $3,"
		" nth = $4, state = $5, version = $6, lines = $7, opened = $8"),
	    VALS(val_str(r->id), val_str(r->office), val_i64(r->year),
		val_i64(r->nth), val_str(str_of(disposal_states[r->state])),
		val_i64(r->version), val_i64((int64_t)r->n_lines),
		val_i64(r->opened.at)),
	    NULL);
}

static enum err put_line(
    struct ctx *cx, const struct disposal_round *r, size_t i)
{
	const struct round_line *l = &r->lines[i];
	return sql_exec(cx,
	    SQL("insert into disposal_line (round, nth, request, fate, until)"
		" values ($1, $2, $3, $4, $5) on conflict (round, nth)"
		" do update set request = $3, fate = $4, until = $5"),
	    VALS(val_str(r->id), val_i64((int64_t)i + 1),
		val_str(l->of.request),
		val_str(str_of(disposal_fates[l->fate])), val_str(l->until)),
	    NULL);
}

/* Lines of before that are as they were are left alone: an opinion changes no
 * fate, and there may be two thousand. */
static enum err put(struct ctx *cx, const struct disposal_round *before,
    const struct disposal_round *r)
{
	enum err e = put_head(cx, r);
	for (size_t i = 0; i < r->n_lines && !e; i++) {
		const struct round_line *was =
		    i < before->n_lines ? &before->lines[i] : NULL;
		if (was == NULL || was->fate != r->lines[i].fate ||
		    !str_eq(was->until, r->lines[i].until))
			e = put_line(cx, r, i);
	}
	return e;
}

/* The lines alone: what is said on them is not changed in place. */
static struct disposal_round copy(
    struct arena *a, const struct disposal_round *r)
{
	struct disposal_round c = *r;
	c.lines = ARENA_ARRAY(a, struct round_line, r->n_lines + 1);
	for (size_t i = 0; i < r->n_lines; i++)
		c.lines[i] = r->lines[i];
	return c;
}

enum err round_append(
    struct ctx *cx, struct disposal_round *r, json_t *data, struct str actor)
{
	struct disposal_round before = copy(cx->arena, r);
	struct event ev = { .version = r->version + 1,
		.at = cx->now,
		.type = EVENT_round,
		.request = r->id,
		.actor = actor,
		.data = data };
	enum err e = events_append(cx, &ev, 1);
	if (e)
		return e;
	r->arena = cx->arena;
	round_take(r, &ev);
	e = put(cx, &before, r);
	return e ? e : round_tell(cx, &before, r);
}

static struct str actor_of(const struct ctx *cx)
{
	return str_lower(cx->arena, cx->actor->person.email);
}

static void stamp(struct ctx *cx, json_t *data, const struct standing *as)
{
	if (as != NULL)
		json_put(data, "acting_for", standing_json(cx->arena, as));
}

static enum err next_nth(
    struct ctx *cx, struct str office, int64_t year, int64_t *ret)
{
	struct row row;
	enum err e = sql_one(cx,
	    SQL("select coalesce(max(nth), 0) as n from disposal_round"
		" where office = $1 and year = $2"),
	    VALS(val_str(office), val_i64(year)), &row);
	if (!e)
		*ret = row_i64(row, "n") + 1;
	return e;
}

static json_t *opening(struct ctx *cx, const struct disposal_round *r,
    const struct disposal_line *v, size_t n)
{
	json_t *data = json_new_object(cx->arena);
	json_t *list = json_new_array(cx->arena);
	json_put_text(data, "act", STR("open"));
	json_put_text(data, "office", r->office);
	json_put_int(data, "year", r->year);
	json_put_int(data, "nth", r->nth);
	for (size_t i = 0, bytes = 0; i < n; i++) {
		json_t *o = disposal_line_json(cx->arena, &v[i]);
		json_put(o, "askers", v[i].askers);
		bytes += json_canonical(cx->arena, o).n + 1;
		if (bytes > ROUND_MAX_BYTES)
			break;
		json_add(list, o);
	}
	json_put(data, "lines", list);
	return data;
}

/* Who is not of the records office there learns of no office. */
static enum err may_open(struct ctx *cx, const struct new_round *n)
{
	bool exists = false;
	enum err e = actor_may_write(cx);
	if (!e)
		e = office_exists(cx, n->office, &exists);
	if (!e && !exists) {
		field_wrong(cx, STR("office"),
		    n->office.n ? MSG_field_bad_choice : MSG_field_required,
		    n->office);
		return fields_end(cx);
	}
	if (!e &&
	    !person_holds(&cx->actor->person, ROLE_records, n->office, STR("")))
		e = fail(cx, ERR_DENIED, MSG_error_only_records);
	/* What is to be kept to the end of this year, and longer, is young. */
	if (!e && n->year > year_be(date_of_ms(cx->now)))
		field_wrong(cx, STR("year"), MSG_field_in_future, STR(""));
	else if (!e && n->year < 2500)
		field_wrong(cx, STR("year"),
		    n->year ? MSG_field_bad_number : MSG_field_required,
		    STR(""));
	return e ? e : fields_end(cx);
}

enum err round_open(
    struct ctx *cx, const struct new_round *n, struct disposal_round *ret)
{
	struct disposal_listing list = { 0 };
	struct disposal_round r = {
		.arena = cx->arena, .office = n->office, .year = n->year
	};
	enum err e = chain_lock(cx);
	if (!e)
		e = may_open(cx, n);
	if (!e)
		e = disposal_list(
		    cx, n->office, n->year, ROUND_MAX_LINES, &list);
	if (!e && list.n == 0)
		e = fail(cx, ERR_CONFLICT, MSG_error_nothing_to_list);
	if (!e)
		e = next_nth(cx, n->office, n->year, &r.nth);
	if (e)
		return e;
	r.id = str_fmt(cx->arena, "%.*s-%lld-D%lld", STR_ARG(n->office),
	    (long long)n->year, (long long)r.nth);
	json_t *data = opening(cx, &r, list.v, list.n);
	stamp(cx, data,
	    person_stands_as(
		&cx->actor->person, ROLE_records, n->office, STR("")));
	e = round_append(cx, &r, data, actor_of(cx));
	if (!e)
		*ret = r;
	return e;
}

enum err round_command(
    struct ctx *cx, const struct round_command *rc, struct disposal_round *ret)
{
	json_t *data = NULL;
	enum err e = chain_lock(cx);
	if (!e)
		e = round_get(cx, rc->id, ret);
	if (!e)
		e = round_may(cx, ret, &cx->actor->person, rc->act);
	if (!e && rc->if_match != 0 && rc->if_match != ret->version)
		e = fail1(cx, ERR_STALE, MSG_error_stale_version,
		    str_fmt(cx->arena, "%lld", (long long)ret->version));
	if (!e)
		e = round_decide(cx, ret, rc->act, rc->body, &data);
	if (e)
		return e;
	stamp(cx, data, round_stands_as(ret, &cx->actor->person, rc->act));
	return round_append(cx, ret, data, actor_of(cx));
}

enum err round_list(struct ctx *cx, struct str office, int64_t year,
    const struct round_entry **ret, size_t *ret_n)
{
	struct rows rows;
	size_t n = 0;
	enum err e = sql_all(cx,
	    SQL("select id, office, year, nth, state, lines, opened"
		" from disposal_round where office = $1"
		" and year between $2 and $3 order by year desc, nth desc"
		" limit $4"),
	    VALS(val_str(office), val_i64(year),
		val_i64(year ? year : INT64_MAX), val_i64(LISTED)),
	    &rows);
	if (e)
		return e;
	struct round_entry *v =
	    ARENA_ARRAY(cx->arena, struct round_entry, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++) {
		struct row r = rows.row[i];
		size_t state =
		    row_enum(r, "state", disposal_states, DISPOSAL_STATES);
		if (state == DISPOSAL_STATES)
			continue;
		v[n++] = (struct round_entry){ .id = row_str(r, "id"),
			.office = row_str(r, "office"),
			.year = row_i64(r, "year"),
			.nth = row_i64(r, "nth"),
			.lines = row_i64(r, "lines"),
			.opened = row_i64(r, "opened"),
			.state = (enum disposal_state)state };
	}
	*ret = v;
	*ret_n = n;
	return OK;
}

static enum err same_lines(
    struct ctx *cx, const struct disposal_round *r, bool *ret)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select nth, request, fate, until from disposal_line"
		" where round = $1 order by nth"),
	    VALS(val_str(r->id)), &rows);
	*ret = !e && rows.n == r->n_lines;
	for (size_t i = 0; *ret && i < rows.n; i++) {
		const struct round_line *l = &r->lines[i];
		struct row row = rows.row[i];
		*ret = row_i64(row, "nth") == (int64_t)i + 1 &&
		       str_eq(row_str(row, "request"), l->of.request) &&
		       str_eq(row_str(row, "fate"),
			   str_of(disposal_fates[l->fate])) &&
		       str_eq(row_str(row, "until"), l->until);
	}
	return e;
}

static enum err same(struct ctx *cx, const struct disposal_round *r, bool *ret)
{
	struct row row;
	bool found;
	*ret = false;
	enum err e = sql_find(cx,
	    SQL("select office, year, nth, state, version, lines, opened"
		" from disposal_round where id = $1"),
	    VALS(val_str(r->id)), &row, &found);
	if (e || !found)
		return e;
	*ret =
	    str_eq(row_str(row, "office"), r->office) &&
	    row_i64(row, "year") == r->year && row_i64(row, "nth") == r->nth &&
	    str_eq(row_str(row, "state"), str_of(disposal_states[r->state])) &&
	    row_i64(row, "version") == r->version &&
	    row_i64(row, "lines") == (int64_t)r->n_lines &&
	    row_i64(row, "opened") == r->opened.at;
	return *ret ? same_lines(cx, r, ret) : OK;
}

static enum err rebuild_one(
    struct ctx *cx, bool write, struct str id, bool *ret_same)
{
	struct disposal_round r;
	const struct disposal_round none = { 0 };
	enum err e = round_load(cx, id, &r);
	/* Nothing is made of what is not what was written. */
	if (e == ERR_BROKEN) {
		cx->fault = (struct fault){ 0 };
		*ret_same = false;
		return OK;
	}
	if (!e)
		e = same(cx, &r, ret_same);
	if (!e && write && !*ret_same) {
		e = clear(cx, id);
		if (!e)
			e = put(cx, &none, &r);
	}
	return e;
}

/* Rows that no event tells of. */
static enum err strangers(struct ctx *cx, bool write,
    void (*report)(void *, struct str id), void *arg, int64_t *bad)
{
	struct rows rows;
	/* Every projection is looked at: that is what a rebuild is. */
	enum err e = sql_all(cx,
	    SQL_SCAN("select id from (select id from disposal_round"
		     " union select round as id from disposal_line) p"
		     " where not exists (select 1 from events"
		     " where events.request = p.id and version = 1"
		     " and type = 'round') order by id"),
	    NO_VALS, &rows);
	for (size_t i = 0; i < rows.n && !e; i++) {
		struct str id = row_str(rows.row[i], "id");
		++*bad;
		report(arg, id);
		if (write)
			e = clear(cx, id);
	}
	return e;
}

enum err rounds_rebuild(struct ctx *cx, bool write,
    void (*report)(void *, struct str id), void *arg, int64_t *ret_rounds,
    int64_t *ret_bad)
{
	struct rows rows;
	/* All of them: a few a year. */
	enum err e = sql_all(cx,
	    SQL_SCAN("select request from events where type = 'round'"
		     " and version = 1 order by seq"),
	    NO_VALS, &rows);
	*ret_rounds = *ret_bad = 0;
	for (size_t i = 0; !e && i < rows.n; i++) {
		struct arena_mark mark = arena_mark(cx->arena);
		struct str id = row_str(rows.row[i], "request");
		bool is_same = true;
		e = rebuild_one(cx, write, id, &is_same);
		if (e)
			break;
		++*ret_rounds;
		if (!is_same) {
			++*ret_bad;
			report(arg, id);
		}
		arena_rewind(cx->arena, mark);
	}
	return e ? e : strangers(cx, write, report, arg, ret_bad);
}
