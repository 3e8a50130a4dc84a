#include "core/recalculate.h"

#include "base/str.h"
#include "core/calendar_change.h"
#include "core/cases.h"
#include "core/clock.h"
#include "sql/sql.h"

enum { MAX_DAYS = 20 };

/* The changes that lie on its way: no more than tell why. */
static json_t *days_between(struct arena *a, const struct calendar_plan *plan,
    struct date from, struct date to)
{
	json_t *list = json_new_array(a);
	for (size_t i = 0; plan != NULL && i < plan->n; i++) {
		const struct calendar_change *c = &plan->v[i];
		const struct calendar_entry *d = c->is_gone ? &c->was : &c->now;
		if (date_cmp(d->day, from) < 0 || date_cmp(d->day, to) > 0 ||
		    json_array_size(list) == MAX_DAYS)
			continue;
		json_t *o = json_object();
		json_put_text(o, "day", date_iso(a, d->day));
		json_put_text(o, "kind", str_of(day_kind_names[d->kind]));
		json_put_text(o, "name_th", d->name_th);
		json_put_text(o, "name_en", d->name_en);
		json_put_flag(o, "cancelled", c->is_gone);
		json_array_append_new(list, o);
	}
	return list;
}

static struct event event_of(struct ctx *cx, const struct recalculation *why,
    const struct case_file *f, const struct clock *c, struct date was)
{
	struct arena *a = cx->arena;
	struct date end = date_cmp(was, c->due) > 0 ? was : c->due;
	json_t *data = json_new_object(a);
	json_put_text(data, "due_from", date_iso(a, was));
	json_put_text(data, "due_to", date_iso(a, c->due));
	json_put_text(data, "why", why->why);
	if (why->calendar.n > 0)
		json_put_text(data, "calendar", why->calendar);
	json_put(data, "days", days_between(a, why->plan, c->start, end));
	return (struct event){ .version = f->version + 1,
		.at = cx->now,
		.type = EVENT_recalculated,
		.request = f->no,
		.actor = change_by(cx),
		.data = data };
}

static enum err recalculate_one(struct ctx *cx, const struct recalculation *why,
    struct str no, struct date was, int64_t *moved)
{
	struct case_file f, after;
	struct facts facts;
	enum err e = cases_load(cx, no, &f);
	if (!e)
		e = cases_facts(cx, &f, &facts);
	if (e)
		return e;
	struct clock c = clock_read(&facts, &f, f.updated);
	if (!date_is_set(c.due) || date_cmp(c.due, was) == 0)
		return OK;
	struct event ev = event_of(cx, why, &f, &c, was);
	++*moved;
	return cases_take(cx, &facts, &f, &ev, &after);
}

enum err cases_recalculate(
    struct ctx *cx, const struct recalculation *why, int64_t *ret_moved)
{
	struct rows rows;
	int64_t moved = 0;
	/* All that are open: a change of calendars is rare. */
	enum err e = sql_all(cx,
	    SQL_SCAN("select no, due from cases where due <> ''"
		     " and state <> 'closed' order by no"),
	    NO_VALS, &rows);
	for (size_t i = 0; i < rows.n && !e; i++) {
		struct date was;
		struct arena_mark mark = arena_mark(cx->arena);
		if (date_parse_iso(row_str(rows.row[i], "due"), &was))
			e = recalculate_one(
			    cx, why, row_str(rows.row[i], "no"), was, &moved);
		if (!e)
			arena_rewind(cx->arena, mark);
	}
	if (!e)
		*ret_moved = moved;
	return e;
}
