/* Lists of requests: only those that the actor may see, asked in the query that
 * fetches them. */
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/thai.h"
#include "base/time.h"
#include "core/cases.h"
#include "sql/sql.h"

/* What is due on no day comes last. */
#define NEVER "9999-99-99"
#define DUE "case when c.due = '' then '" NEVER "' else c.due end"

/* $1 is in the request's own words, $2 and $3 have the codes of its unit or of
 * one of its systems. */
#define FOUND(like, units, systems)                                     \
	"(" like " = '' or c.search like " like " escape '!'"           \
	" or " units " like '% ' || c.unit || ' %' or exists (select 1" \
	" from case_system x where x.no = c.no and " systems            \
	" like '% ' || x.system || ' %'))"

static struct str person_key(struct ctx *cx)
{
	return str_fmt(cx->arena, "person:%.*s",
	    STR_ARG(str_lower(cx->arena, cx->actor->person.email)));
}

/* "updated no" or, of what waits, "due no": where the page before ended. */
static bool read_cursor(
    const struct case_filter *q, struct str *ret_at, struct str *ret_no)
{
	int64_t at;
	return str_cut(q->cursor, '.', ret_at, ret_no) &&
	       (q->mine ? ret_at->n == strlen(NEVER) : str_i64(*ret_at, &at));
}

/* What is searched for, made ready: names of units and systems by their codes. */
struct search {
	struct str like, units, systems;
};

static struct str today(struct ctx *cx)
{
	return date_iso(cx->arena, date_of_ms(cx->now));
}

/* Delegations of whom the actor may stand in for. */
#define LENT                                                             \
	" delegation d join person g on g.id = d.giver and g.active = 1" \
	" join person_role r on r.person = d.giver and r.viewer <> ''"   \
	" and r.viewer <> 'all' and (d.office = '' or d.office = r.office)"

/* The actor is $2 and today $3; or $4 and $10. */
#define TODAY_23                                             \
	" d.taker = $2 and d.until >= $3 and d.starts <= $3" \
	" and d.ended = 0"
#define TODAY_410                                              \
	" d.taker = $4 and d.until >= $10 and d.starts <= $10" \
	" and d.ended = 0"

/* The key of a role, as case_waiting.holder has it: a clerk's is his own. */
#define OWN_KEY                                          \
	"case when clerk = 1 then 'clerk' else role end" \
	" || ':' || office || ':' || unit"
#define LENT_KEY                                             \
	"case when r.clerk = 1 then 'clerk' else r.role end" \
	" || ':' || r.office || ':' || r.unit"

/* Whether the row w of case_waiting waits for the actor: $1 his key, $2 his id,
 * $3 today. By his own right, or that of whom he stands in for: his roles, the
 * systems he is officer of, those without an officer whose division he heads,
 * work that he was assigned. What was asked of
 * somebody as the requester is nobody else's. */
#define WAITS_FOR_ACTOR                                                         \
	"(w.starts = '' or w.starts <= $3) and (w.until = '' or w.until >= $3)" \
	" and "                                                                 \
	"w.holder in (select cast($1 as text)"                                  \
	" union all select " OWN_KEY " from person_role where person = $2"      \
	" union all select 'system:' || system"                                 \
	" from system_officer where person = $2"                                \
	" union all select " LENT_KEY " from" LENT " where" TODAY_23            \
	" union all select 'system:' || o.system from delegation d"             \
	" join person g on g.id = d.giver and g.active = 1"                     \
	" join system_officer o on o.person = d.giver"                          \
	" join system s on s.code = o.system"                                   \
	" and (d.office = '' or d.office = s.office)"                           \
	" where" TODAY_23                                                       \
	" union all select 'fallback:' || office || ':' || unit"                \
	" from person_role where person = $2 and role = 'head'"                 \
	" union all select 'fallback:' || r.office || ':' || r.unit from" LENT  \
	" where r.role = 'head' and" TODAY_23                                   \
	" union all select 'person:' || g.email from delegation d"              \
	" join person g on g.id = d.giver and g.active = 1"                     \
	" where" TODAY_23 ")"                                                   \
	" and (w.holder = $1 or substr(w.holder, 1, 7) <> 'person:'"            \
	" or (not exists (select 1 from case_viewer v where v.no = w.no"        \
	" and v.viewer = w.holder)"                                             \
	" and exists (select 1 from delegation d"                               \
	" join person g on g.id = d.giver and g.active = 1"                     \
	" where 'person:' || g.email = w.holder"                                \
	" and (d.office = '' or d.office = c.office)"                           \
	" and" TODAY_23 ")))"                                                   \
	" and (substr(w.holder, 1, 9) <> 'fallback:' or not exists (select 1"   \
	" from system_officer o join person p on p.id = o.person"               \
	" and p.active = 1 join person_role x on x.person = o.person"           \
	" and x.role = 'officer' and x.office = c.office"                       \
	" where o.system = w.unit))"

static enum err seen(struct ctx *cx, const struct case_filter *q,
    const struct search *find, int64_t at, struct str no, int64_t limit,
    struct rows *ret)
{
	/* Ordered by the index on (updated, no); what cannot be seen is passed
	 * over by the key of case_viewer. */
	return sql_all(cx,
	    SQL("select c.no, c.version, c.office, c.procedure, c.state, c.outcome,"
		" c.title, c.requester, c.unit, c.received, c.due, c.updated,"
		" c.updated as since, '' as stage from cases c"
		" where (c.updated < $1 or (c.updated = $1 and c.no < $2))"
		" and (exists (select 1 from case_viewer v where v.no = c.no"
		" and v.viewer = $3) or exists (select 1 from case_viewer v"
		" join person_role r on r.viewer = v.viewer"
		" where v.no = c.no and r.person = $4)"
		" or exists (select 1 from" LENT
		" join case_viewer v on v.viewer = r.viewer"
		" where v.no = c.no and" TODAY_410 "))"
		" and ($5 = '' or c.state = $5) and ($6 = '' or c.office = $6)"
		" and ($7 = '' or exists (select 1 from case_system s"
		" where s.no = c.no and s.system = $7))"
		" and " FOUND("$8", "$11",
		    "$12") " order by c.updated desc, c.no desc limit $9"),
	    VALS(val_i64(at), val_str(no), val_str(person_key(cx)),
		val_i64(cx->actor->person.id), val_str(q->state),
		val_str(q->office), val_str(q->system), val_str(find->like),
		val_i64(limit), val_str(today(cx)), val_str(find->units),
		val_str(find->systems)),
	    ret);
}

static enum err waiting(struct ctx *cx, const struct case_filter *q,
    const struct search *find, struct str at, struct str no, int64_t limit,
    struct rows *ret)
{
	return sql_all(cx,
	    SQL("select c.no, c.version, c.office, c.procedure, c.state, c.outcome,"
		" c.title, c.requester, c.unit, c.received, c.due, c.updated,"
		" min(w.since) as since, min(w.stage) as stage"
		" from case_waiting w join cases c"
		" on c.no = w.no where " WAITS_FOR_ACTOR
		" and ($4 = '' or c.state = $4) and ($5 = '' or c.office = $5)"
		" and " FOUND("$6", "$10",
		    "$11") " and ($12 = '' or exists (select 1 from case_system s"
			   " where s.no = c.no and s.system = $12))"
			   " and (" DUE " > $7 or (" DUE " = $7 and c.no > $8))"
			   " group by c.no, c.version, c.office, c.procedure, c.state,"
			   " c.outcome, c.title, c.requester, c.unit, c.received, c.due,"
			   " c.updated"
			   " order by " DUE ", c.no limit $9"),
	    VALS(val_str(person_key(cx)), val_i64(cx->actor->person.id),
		val_str(today(cx)), val_str(q->state), val_str(q->office),
		val_str(find->like), val_str(at), val_str(no), val_i64(limit),
		val_str(find->units), val_str(find->systems),
		val_str(q->system)),
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
		.stage = row_str(r, "stage"),
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

/* '%', '_' and the mark that escapes them stand for themselves, on both
 * stores. */
static struct str like_text(struct arena *a, struct str key)
{
	struct buf b = buf_new(a, 2 * key.n + 3);
	buf_char(&b, '%');
	for (size_t i = 0; i < key.n; i++) {
		if (key.p[i] == '%' || key.p[i] == '_' || key.p[i] == '!')
			buf_char(&b, '!');
		buf_char(&b, key.p[i]);
	}
	buf_char(&b, '%');
	return buf_view(&b);
}

static bool named(struct arena *a, struct str key, struct str name)
{
	return str_has(thai_search_key(a, name), key);
}

/* " ICIT HRD ": no code has a blank in it. */
static void add_code(struct arena *a, struct str *list, struct str code)
{
	*list = str_fmt(
	    a, "%.*s%.*s ", STR_ARG(list->n ? *list : STR(" ")), STR_ARG(code));
}

static enum err prepare_search(struct ctx *cx, struct str q, struct search *ret)
{
	const struct unit *units = NULL;
	const struct system *systems = NULL;
	size_t n_units = 0, n_systems = 0;
	struct arena *a = cx->arena;
	struct str key = thai_search_key(a, q);
	*ret = (struct search){ STR(""), STR(""), STR("") };
	if (key.n == 0)
		return OK;
	ret->like = like_text(a, key);
	enum err e = unit_list(cx, &units, &n_units);
	if (!e)
		e = system_list(cx, STR(""), &systems, &n_systems);
	if (e)
		return e;
	for (size_t i = 0; i < n_units; i++)
		if (named(a, key, units[i].name_th) ||
		    named(a, key, units[i].name_en))
			add_code(a, &ret->units, units[i].code);
	for (size_t i = 0; i < n_systems; i++)
		if (named(a, key, systems[i].name_th) ||
		    named(a, key, systems[i].name_en) ||
		    named(a, key, systems[i].aliases))
			add_code(a, &ret->systems, systems[i].code);
	return OK;
}

/* Where the next page begins. */
static struct str cursor_of(
    struct ctx *cx, const struct case_line *last, bool mine)
{
	struct str at =
	    mine ? last->due.n ? last->due : STR(NEVER)
		 : str_fmt(cx->arena, "%lld", (long long)last->updated);
	return str_fmt(cx->arena, "%.*s.%.*s", STR_ARG(at), STR_ARG(last->no));
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
		*ret_next = cursor_of(cx, &v[n - 1], mine);
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
	struct str at = STR(""), no = STR("");
	struct search find;
	int64_t before = INT64_MAX;

	if (limit < 1 || limit > 200)
		field_wrong(
		    cx, STR("limit"), MSG_field_bad_number, STR("1–200"));
	if (q.cursor.n > 0 && !read_cursor(&q, &at, &no))
		field_wrong(cx, STR("cursor"), MSG_field_bad_choice, q.cursor);
	if (q.state.n > 0 && kind_find(q.state, state_names, STATES) < 0)
		field_wrong(cx, STR("state"), MSG_field_bad_choice, q.state);
	enum err e = fields_end(cx);
	if (!e)
		e = prepare_search(cx, q.q, &find);
	if (e)
		return e;
	if (!q.mine && at.n > 0 && !str_i64(at, &before))
		before = INT64_MAX;
	/* One more than asked tells whether there is a next page. */
	e = q.mine ? waiting(cx, &q, &find, at, no, limit + 1, &rows)
	           : seen(cx, &q, &find, before, no, limit + 1, &rows);
	return e ? e : fill(cx, &rows, q.mine, limit, ret, ret_n, ret_next);
}

enum err cases_waiting_count(struct ctx *cx, int64_t *ret)
{
	struct row row;
	enum err e = sql_one(cx,
	    SQL("select count(distinct w.no) as n from case_waiting w"
		" join cases c on c.no = w.no where " WAITS_FOR_ACTOR),
	    VALS(val_str(person_key(cx)), val_i64(cx->actor->person.id),
		val_str(today(cx))),
	    &row);
	if (!e)
		*ret = row_i64(row, "n");
	return e;
}

enum err cases_waiting_states(struct ctx *cx, int64_t ret[STATES])
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select c.state, count(distinct w.no) as n from case_waiting w"
		" join cases c on c.no = w.no where " WAITS_FOR_ACTOR
		" group by c.state"),
	    VALS(val_str(person_key(cx)), val_i64(cx->actor->person.id),
		val_str(today(cx))),
	    &rows);
	for (size_t i = 0; i < STATES; i++)
		ret[i] = 0;
	for (size_t i = 0; !e && i < rows.n; i++) {
		size_t state =
		    row_enum(rows.row[i], "state", state_names, STATES);
		if (state < STATES)
			ret[state] = row_i64(rows.row[i], "n");
	}
	return e;
}

/* In which role something waits for somebody: his own request, work that he was
 * assigned, or what the key says. A person whom a procedure names has none. */
static int role_of_wait(struct str holder, struct str state)
{
	struct str kind, rest;
	str_cut(holder, ':', &kind, &rest);
	if (str_eq(kind, STR("system")))
		return ROLE_officer;
	if (str_eq(kind, STR("fallback")))
		return ROLE_head;
	if (!str_eq(kind, STR("person")))
		return kind_find(kind, role_names, ROLES);
	if (str_eq(state, STR("preparing")) || str_eq(state, STR("delivery")))
		return ROLE_officer;
	if (str_eq(state, STR("waiting")) || str_eq(state, STR("acceptance")) ||
	    str_eq(state, STR("draft")))
		return ROLE_requester;
	return -1;
}

/* A request that waits for one role under several keys (two owner units, two
 * systems) is one. */
enum err cases_waiting_roles(struct ctx *cx, int64_t ret[ROLES])
{
	struct rows rows;
	struct str last = STR("");
	uint32_t seen = 0;
	enum err e = sql_all(cx,
	    SQL("select distinct w.no, w.holder, c.state from case_waiting w"
		" join cases c on c.no = w.no where " WAITS_FOR_ACTOR
		" order by w.no"),
	    VALS(val_str(person_key(cx)), val_i64(cx->actor->person.id),
		val_str(today(cx))),
	    &rows);
	for (size_t i = 0; i < ROLES; i++)
		ret[i] = 0;
	for (size_t i = 0; !e && i < rows.n; i++) {
		struct str no = row_str(rows.row[i], "no");
		int role = role_of_wait(row_str(rows.row[i], "holder"),
		    row_str(rows.row[i], "state"));
		if (!str_eq(no, last))
			seen = 0;
		last = no;
		if (role < 0 || (seen >> role & 1))
			continue;
		seen |= UINT32_C(1) << role;
		ret[role]++;
	}
	return e;
}
