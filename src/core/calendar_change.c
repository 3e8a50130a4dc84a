/* What changes calendars: a file, one day, an office's hours. */
#include "core/calendar_change.h"

#include <stdlib.h>

#include "base/str.h"
#include "core/cases.h"
#include "core/line.h"
#include "core/people.h"
#include "core/recalculate.h"
#include "sql/sql.h"

enum { MAX_NAME = 300, MAX_REF = 300, MAX_CALENDARS = 8, DAY_MINUTES = 1440 };

enum err change_begin(struct ctx *cx, int64_t *ret_seq)
{
	struct str hash;
	enum err e = chain_lock(cx);
	return e ? e : chain_head(cx, ret_seq, &hash);
}

struct str change_by(const struct ctx *cx)
{
	return cx->actor ? str_lower(cx->arena, cx->actor->person.email)
	                 : STR("system");
}

static bool same_day(
    const struct calendar_entry *a, const struct calendar_entry *b)
{
	return a->kind == b->kind && str_eq(a->name_th, b->name_th) &&
	       str_eq(a->name_en, b->name_en) &&
	       str_eq(a->source_ref, b->source_ref) &&
	       date_cmp(a->replaces, b->replaces) == 0;
}

static const struct calendar_entry *entry_on(
    const struct calendar_entries *in, struct date day)
{
	for (size_t i = 0; i < in->n; i++)
		if (date_cmp(in->v[i].day, day) == 0)
			return &in->v[i];
	return NULL;
}

static bool has_year(const struct calendar_entries *in, int year)
{
	for (size_t i = 0; i < in->n; i++)
		if (in->v[i].day.year == year)
			return true;
	return false;
}

static int by_day(const void *a, const void *b)
{
	const struct calendar_change *x = a, *y = b;
	return date_cmp(x->is_gone ? x->was.day : x->now.day,
	    y->is_gone ? y->was.day : y->now.day);
}

static void add_change(struct calendar_plan *plan, struct calendar_change *v,
    struct calendar_change c)
{
	v[plan->n++] = c;
	plan->n_new += c.is_new;
	plan->n_gone += c.is_gone;
	plan->n_changed += !c.is_new && !c.is_gone;
}

enum err calendar_compare(struct ctx *cx, struct str calendar,
    const struct calendar_entries *file, struct calendar_plan *ret)
{
	struct calendar_entries stored;
	struct calendar_info info;
	enum err e = calendar_find(cx, calendar, &info);
	if (!e)
		e = calendar_days(cx, calendar, 0, false, &stored);
	if (e)
		return e;
	struct calendar_change *v = ARENA_ARRAY(
	    cx->arena, struct calendar_change, file->n + stored.n + 1);
	struct calendar_plan plan = { .v = v };
	for (size_t i = 0; i < file->n; i++) {
		const struct calendar_entry *was =
		    entry_on(&stored, file->v[i].day);
		if (was == NULL)
			add_change(&plan, v,
			    (struct calendar_change){
				.is_new = true, .now = file->v[i] });
		else if (!same_day(was, &file->v[i]))
			add_change(&plan, v,
			    (struct calendar_change){
				.was = *was, .now = file->v[i] });
	}
	for (size_t i = 0; i < stored.n; i++)
		if (has_year(file, stored.v[i].day.year) &&
		    entry_on(file, stored.v[i].day) == NULL)
			add_change(&plan, v,
			    (struct calendar_change){
				.is_gone = true, .was = stored.v[i] });
	qsort(v, plan.n, sizeof *v, by_day);
	*ret = plan;
	return OK;
}

static enum err end_day(
    struct ctx *cx, struct str calendar, struct date day, int64_t seq)
{
	return sql_exec(cx,
	    SQL("update calendar_day set status = 'cancelled',"
		" cancelled_seq = $3, cancelled_by = $4, cancelled_at = $5"
		" where calendar = $1 and day = $2 and status = 'active'"),
	    VALS(val_str(calendar), val_str(date_iso(cx->arena, day)),
		val_i64(seq), val_str(change_by(cx)), val_i64(cx->now)),
	    NULL);
}

/* What was entered and cancelled between two events never counted: the same
 * place is taken again. */
static enum err keep_day(struct ctx *cx, struct str calendar,
    const struct calendar_entry *d, int64_t seq)
{
	struct arena *a = cx->arena;
	return sql_exec(cx,
	    SQL("insert into calendar_day (calendar, day, entered_seq, kind,"
		" name_th, name_en, source_ref, replaces_day, status,"
		" cancelled_seq, entered_by, entered_at, cancelled_by,"
		" cancelled_at) values ($1, $2, $3, $4, $5, $6, $7, $8,"
		" 'active', 0, $9, $10, '', 0)"
		" on conflict (calendar, day, entered_seq) do update set"
		" kind = $4, name_th = $5, name_en = $6, source_ref = $7,"
		" replaces_day = $8, status = 'active', cancelled_seq = 0,"
		" entered_by = $9, entered_at = $10, cancelled_by = '',"
		" cancelled_at = 0"),
	    VALS(val_str(calendar), val_str(date_iso(a, d->day)), val_i64(seq),
		val_str(str_of(day_kind_names[d->kind])), val_str(d->name_th),
		val_str(d->name_en), val_str(d->source_ref),
		val_str(date_iso(a, d->replaces)), val_str(change_by(cx)),
		val_i64(cx->now)),
	    NULL);
}

enum err calendar_apply(struct ctx *cx, struct str calendar,
    const struct calendar_plan *plan, int64_t *ret_moved)
{
	int64_t seq = 0;
	enum err e = change_begin(cx, &seq);
	for (size_t i = 0; i < plan->n && !e; i++) {
		const struct calendar_change *c = &plan->v[i];
		if (!c->is_new)
			e = end_day(cx, calendar, c->was.day, seq);
		if (!e && !c->is_gone)
			e = keep_day(cx, calendar, &c->now, seq);
	}
	if (e)
		return e;
	struct recalculation why = {
		.why = STR("calendar"), .calendar = calendar, .plan = plan
	};
	return cases_recalculate(cx, &why, ret_moved);
}

static enum err check_day(struct ctx *cx, struct calendar_entry *d)
{
	if (!date_is_set(d->day))
		field_wrong(cx, STR("day"), MSG_field_bad_date, STR(""));
	d->name_th = line_checked(cx, "name_th", d->name_th, MAX_NAME, true);
	d->name_en = line_checked(cx, "name_en", d->name_en, MAX_NAME, true);
	d->source_ref =
	    line_checked(cx, "source_ref", d->source_ref, MAX_REF, false);
	return fields_end(cx);
}

enum err calendar_add_day(struct ctx *cx, struct str calendar,
    const struct calendar_entry *input, int64_t *ret_moved)
{
	struct calendar_info info;
	struct calendar_entries stored;
	struct calendar_change change = { .is_new = true, .now = *input };
	enum err e = calendar_find(cx, calendar, &info);
	if (!e)
		e = check_day(cx, &change.now);
	if (!e)
		e = calendar_days(
		    cx, calendar, input->day.year, false, &stored);
	if (e)
		return e;
	const struct calendar_entry *was = entry_on(&stored, input->day);
	if (was != NULL) {
		change.is_new = false;
		change.was = *was;
	}
	struct calendar_plan plan = { .v = &change, .n = 1 };
	return calendar_apply(cx, calendar, &plan, ret_moved);
}

enum err calendar_cancel_day(
    struct ctx *cx, struct str calendar, struct date day, int64_t *ret_moved)
{
	struct calendar_info info;
	struct calendar_entries stored;
	enum err e = calendar_find(cx, calendar, &info);
	if (!e)
		e = calendar_days(cx, calendar, day.year, false, &stored);
	if (e)
		return e;
	const struct calendar_entry *was = entry_on(&stored, day);
	if (was == NULL)
		return fail(cx, ERR_NOT_FOUND, MSG_error_no_such_day);
	struct calendar_change change = { .is_gone = true, .was = *was };
	struct calendar_plan plan = { .v = &change, .n = 1 };
	return calendar_apply(cx, calendar, &plan, ret_moved);
}

static enum err check_hours(struct ctx *cx, const struct office_hours *h)
{
	struct str left = str_trim(h->calendars), one;
	struct calendar_info info;
	size_t n = 0;
	if (h->closes < 1 || h->closes >= DAY_MINUTES)
		field_wrong(cx, STR("closes"), MSG_calendar_bad_time, STR(""));
	for (bool more = left.n > 0; more; n++) {
		more = str_cut(left, ' ', &one, &left);
		struct fault before = cx->fault;
		enum err e = calendar_find(cx, one, &info);
		if (e && e != ERR_NOT_FOUND)
			return e;
		cx->fault = before;
		if (e)
			field_wrong(
			    cx, STR("calendars"), MSG_field_bad_choice, one);
	}
	if (n == 0 || n > MAX_CALENDARS)
		field_wrong(cx, STR("calendars"), MSG_field_required, STR(""));
	return fields_end(cx);
}

enum err office_hours_put(struct ctx *cx, struct str office,
    const struct office_hours *h, int64_t *ret_moved)
{
	int64_t seq = 0;
	bool known = false;
	enum err e = office_exists(cx, office, &known);
	if (!e && !known)
		return fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
	if (!e)
		e = check_hours(cx, h);
	if (!e)
		e = change_begin(cx, &seq);
	if (!e)
		e = sql_exec(cx,
		    SQL("insert into office_hours (office, entered_seq, closes,"
			" calendars, entered_by, entered_at)"
			" values ($1, $2, $3, $4, $5, $6)"
			" on conflict (office, entered_seq) do update set"
			" closes = $3, calendars = $4, entered_by = $5,"
			" entered_at = $6"),
		    VALS(val_str(office), val_i64(seq), val_i64(h->closes),
			val_str(str_trim(h->calendars)), val_str(change_by(cx)),
			val_i64(cx->now)),
		    NULL);
	if (e)
		return e;
	struct recalculation why = { .why = STR("hours") };
	return cases_recalculate(cx, &why, ret_moved);
}

enum err calendar_import(struct ctx *cx, struct str csv, int64_t *ret_days)
{
	struct calendar_entries file;
	struct calendar_plan plan;
	int64_t moved = 0;
	enum err e = calendar_read(cx, csv, DAY_public, &file);
	if (!e)
		e = calendar_compare(cx, CALENDAR_GOVERNMENT, &file, &plan);
	if (!e)
		e = calendar_apply(cx, CALENDAR_GOVERNMENT, &plan, &moved);
	if (e)
		return e;
	*ret_days = (int64_t)file.n;
	return OK;
}
