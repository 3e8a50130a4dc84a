/* Lists of requests: only those that the actor may see, asked in the query that
 * fetches them. */
#include "base/str.h"
#include "base/thai.h"
#include "core/cases.h"
#include "sql/sql.h"

static struct str person_key(struct ctx *cx)
{
	return str_fmt(cx->arena, "person:%.*s",
	    STR_ARG(str_lower(cx->arena, cx->actor->person.email)));
}

/* "updated no": where the page before ended. */
static bool read_cursor(struct str cursor, int64_t *ret_at, struct str *ret_no)
{
	struct str at;
	return str_cut(cursor, '.', &at, ret_no) && str_i64(at, ret_at);
}

static enum err seen(struct ctx *cx, const struct case_filter *q, int64_t at,
    struct str no, int64_t limit, struct rows *ret)
{
	/* Ordered by the index on (updated, no); what cannot be seen is passed
	 * over by the key of case_viewer. */
	return sql_all(cx,
	    SQL("select c.no, c.version, c.office, c.procedure, c.state, c.outcome,"
		" c.title, c.requester, c.unit, c.received, c.due, c.updated,"
		" c.updated as since from cases c"
		" where (c.updated < $1 or (c.updated = $1 and c.no < $2))"
		" and (exists (select 1 from case_viewer v where v.no = c.no"
		" and v.viewer = $3) or exists (select 1 from case_viewer v"
		" join person_role r on r.viewer = v.viewer"
		" where v.no = c.no and r.person = $4))"
		" and ($5 = '' or c.state = $5) and ($6 = '' or c.office = $6)"
		" and ($7 = '' or exists (select 1 from case_system s"
		" where s.no = c.no and s.system = $7))"
		" and ($8 = '' or c.search like $8)"
		" order by c.updated desc, c.no desc limit $9"),
	    VALS(val_i64(at), val_str(no), val_str(person_key(cx)),
		val_i64(cx->actor->person.id), val_str(q->state),
		val_str(q->office), val_str(q->system), val_str(q->q),
		val_i64(limit)),
	    ret);
}

static enum err waiting(struct ctx *cx, const struct case_filter *q, int64_t at,
    struct str no, int64_t limit, struct rows *ret)
{
	return sql_all(cx,
	    SQL("select c.no, c.version, c.office, c.procedure, c.state, c.outcome,"
		" c.title, c.requester, c.unit, c.received, c.due, c.updated,"
		" min(w.since) as since from case_waiting w join cases c"
		" on c.no = w.no where (w.holder = $1 or w.holder in"
		" (select role || ':' || office || ':' || unit from person_role"
		" where person = $2 union all select 'system:' || system"
		" from system_officer where person = $2))"
		" and ($3 = '' or c.state = $3) and ($4 = '' or c.office = $4)"
		" and ($5 = '' or c.search like $5)"
		" group by c.no, c.version, c.office, c.procedure, c.state,"
		" c.outcome, c.title, c.requester, c.unit, c.received, c.due,"
		" c.updated"
		" having min(w.since) > $6 or (min(w.since) = $6 and c.no > $7)"
		" order by min(w.since), c.no limit $8"),
	    VALS(val_str(person_key(cx)), val_i64(cx->actor->person.id),
		val_str(q->state), val_str(q->office), val_str(q->q),
		val_i64(at), val_str(no), val_i64(limit)),
	    ret);
}

static struct case_line line_of(struct row r)
{
	return (struct case_line){ .no = row_str(r, "no"),
		.office = row_str(r, "office"),
		.procedure = row_str(r, "procedure"),
		.state = row_str(r, "state"),
		.outcome = row_str(r, "outcome"),
		.title = row_str(r, "title"),
		.requester = row_str(r, "requester"),
		.unit = row_str(r, "unit"),
		.due = row_str(r, "due"),
		.version = row_i64(r, "version"),
		.received = row_i64(r, "received"),
		.updated = row_i64(r, "updated"),
		.waiting_since = row_i64(r, "since") };
}

static enum err add_systems(struct ctx *cx, struct case_line *line)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select system from case_system where no = $1 order by system"),
	    VALS(val_str(line->no)), &rows);
	line->systems = STR("");
	for (size_t i = 0; i < rows.n && !e; i++)
		line->systems =
		    str_fmt(cx->arena, "%.*s%s%.*s", STR_ARG(line->systems),
			i ? " " : "", STR_ARG(row_str(rows.row[i], "system")));
	return e;
}

static struct str like_text(struct ctx *cx, struct str q)
{
	struct str key = thai_search_key(cx->arena, q);
	if (key.n == 0)
		return STR("");
	/* '%' and '_' are searched as they are: a wider match than asked would
	 * only show less than all, never what may not be seen. */
	return str_fmt(cx->arena, "%%%.*s%%", STR_ARG(key));
}

static enum err fill(struct ctx *cx, const struct rows *rows, bool mine,
    int64_t limit, const struct case_line **ret, size_t *ret_n,
    struct str *ret_next)
{
	size_t n = rows->n > (size_t)limit ? (size_t)limit : rows->n;
	struct case_line *v = ARENA_ARRAY(cx->arena, struct case_line, n + 1);
	enum err e = OK;
	for (size_t i = 0; i < n && !e; i++) {
		v[i] = line_of(rows->row[i]);
		e = add_systems(cx, &v[i]);
	}
	if (e)
		return e;
	*ret_next = STR("");
	if (rows->n > n)
		*ret_next = str_fmt(cx->arena, "%lld.%.*s",
		    (long long)(mine ? v[n - 1].waiting_since
				     : v[n - 1].updated),
		    STR_ARG(v[n - 1].no));
	*ret = v;
	*ret_n = n;
	return OK;
}

enum err cases_list(struct ctx *cx, const struct case_filter *filter,
    const struct case_line **ret, size_t *ret_n, struct str *ret_next)
{
	struct case_filter q = *filter;
	struct rows rows;
	int64_t limit = q.limit ? q.limit : 50;
	int64_t at = q.mine ? INT64_MIN : INT64_MAX;
	struct str no = STR("");

	if (limit < 1 || limit > 200)
		field_wrong(
		    cx, STR("limit"), MSG_field_bad_number, STR("1–200"));
	if (q.cursor.n > 0 && !read_cursor(q.cursor, &at, &no))
		field_wrong(cx, STR("cursor"), MSG_field_bad_choice, q.cursor);
	if (q.state.n > 0 && kind_find(q.state, state_names, STATES) < 0)
		field_wrong(cx, STR("state"), MSG_field_bad_choice, q.state);
	enum err e = fields_end(cx);
	if (e)
		return e;
	q.q = like_text(cx, q.q);
	/* One more than asked tells whether there is a next page. */
	e = q.mine ? waiting(cx, &q, at, no, limit + 1, &rows)
	           : seen(cx, &q, at, no, limit + 1, &rows);
	return e ? e : fill(cx, &rows, q.mine, limit, ret, ret_n, ret_next);
}

enum err cases_waiting_count(struct ctx *cx, int64_t *ret)
{
	struct row row;
	enum err e = sql_one(cx,
	    SQL("select count(distinct no) as n from case_waiting"
		" where holder = $1 or holder in (select role || ':' || office"
		" || ':' || unit from person_role where person = $2"
		" union all select 'system:' || system from system_officer"
		" where person = $2)"),
	    VALS(val_str(person_key(cx)), val_i64(cx->actor->person.id)), &row);
	if (!e)
		*ret = row_i64(row, "n");
	return e;
}
