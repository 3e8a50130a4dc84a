#include "core/calendar_days.h"

#include "base/str.h"
#include "core/line.h"
#include "sql/sql.h"

enum { CLOSES = 16 * 60 + 30 };

static enum err broken_day(struct ctx *cx)
{
	return fail_detail(cx, ERR_BROKEN, "calendar_day: not a day");
}

/* The next word of a list with blanks between; false at its end. */
static bool next_word(struct str *cursor, struct str *ret)
{
	*cursor = str_trim(*cursor);
	if (cursor->n == 0)
		return false;
	str_cut(*cursor, ' ', ret, cursor);
	return true;
}

enum err office_hours_get(
    struct ctx *cx, struct str office, int64_t seq, struct office_hours *ret)
{
	struct row row;
	bool found;
	enum err e = sql_find(cx,
	    SQL("select closes, calendars from office_hours where office = $1"
		" and entered_seq < $2 order by entered_seq desc limit 1"),
	    VALS(val_str(office), val_i64(seq)), &row, &found);
	if (e)
		return e;
	*ret = (struct office_hours){ .closes = CLOSES,
		.calendars = CALENDAR_GOVERNMENT };
	if (found) {
		ret->closes = (int)row_i64(row, "closes");
		ret->calendars = row_str(row, "calendars");
	}
	return OK;
}

struct layers {
	struct ctx *cx;
	struct day_off *days; /* by day, of all layers so far */
	size_t n;
	bool base; /* the first layer is being read */
	struct calendar c;
	int *open_years;
};

/* Years between the first and the last of the base that have no day, or one
 * that is only predicted, are not confirmed. */
static void find_years(struct layers *l)
{
	int first = l->days[0].day.year, last = l->days[l->n - 1].day.year;
	l->c.first_year = first;
	l->c.last_year = last;
	l->open_years =
	    ARENA_ARRAY(l->cx->arena, int, (size_t)(last - first) + 1);
	for (int year = first; year <= last; year++) {
		bool any = false, predicted = false;
		for (size_t i = 0; i < l->n; i++) {
			if (l->days[i].day.year != year)
				continue;
			any = true;
			predicted |= l->days[i].kind == DAY_predicted;
		}
		if (!any || predicted)
			l->open_years[l->c.n_open_years++] = year;
	}
	l->c.open_years = l->open_years;
}

/* Lays the days of one calendar, in order, upon those before. */
static void lay(struct layers *l, const struct day_off *top, size_t n)
{
	struct day_off *all =
	    ARENA_ARRAY(l->cx->arena, struct day_off, l->n + n + 1);
	size_t i = 0, k = 0, to = 0;
	while (i < l->n || k < n) {
		int order = i == l->n ? 1
		            : k == n  ? -1
		                      : date_cmp(l->days[i].day, top[k].day);
		if (order == 0)
			i++; /* hidden by the one above */
		all[to++] = order < 0 ? l->days[i++] : top[k++];
	}
	l->days = all;
	l->n = to;
}

static enum err read_layer(struct layers *l, struct str code, int64_t seq)
{
	struct rows rows;
	enum err e = sql_all(l->cx,
	    SQL("select day, kind, name_th, name_en from calendar_day"
		" where calendar = $1 and entered_seq < $2"
		" and (status = 'active' or cancelled_seq >= $2) order by day"),
	    VALS(val_str(code), val_i64(seq)), &rows);
	if (e)
		return e;
	struct day_off *v =
	    ARENA_ARRAY(l->cx->arena, struct day_off, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++) {
		struct row r = rows.row[i];
		v[i] = (struct day_off){ .calendar = code,
			.name_th = row_str(r, "name_th"),
			.name_en = row_str(r, "name_en") };
		if (!date_parse_iso(row_str(r, "day"), &v[i].day) ||
		    !day_kind_find(row_str(r, "kind"), &v[i].kind))
			return broken_day(l->cx);
	}
	lay(l, v, rows.n);
	if (l->base && l->n > 0)
		find_years(l);
	l->base = false;
	return OK;
}

enum err calendar_get(
    struct ctx *cx, struct str office, int64_t seq, struct calendar *ret)
{
	struct office_hours hours;
	struct layers l = { .cx = cx, .base = true };
	struct str left, one;
	enum err e = office_hours_get(cx, office, seq, &hours);
	if (e)
		return e;
	left = hours.calendars;
	while (!e && next_word(&left, &one))
		e = read_layer(&l, one, seq);
	if (e)
		return e;
	l.c.v = l.days;
	l.c.n = l.n;
	l.c.closes = hours.closes;
	*ret = l.c;
	return OK;
}

static struct calendar_entry entry_of(struct row r, bool *ret_ok)
{
	struct calendar_entry d = { .name_th = row_str(r, "name_th"),
		.name_en = row_str(r, "name_en"),
		.source_ref = row_str(r, "source_ref"),
		.cancelled = !str_eq(row_str(r, "status"), STR("active")),
		.entered_by = row_str(r, "entered_by"),
		.entered_at = row_i64(r, "entered_at"),
		.cancelled_by = row_str(r, "cancelled_by"),
		.cancelled_at = row_i64(r, "cancelled_at") };
	struct str replaces = row_str(r, "replaces_day");
	*ret_ok = date_parse_iso(row_str(r, "day"), &d.day) &&
	          day_kind_find(row_str(r, "kind"), &d.kind) &&
	          (replaces.n == 0 || date_parse_iso(replaces, &d.replaces));
	return d;
}

enum err calendar_days(struct ctx *cx, struct str calendar, int year, bool all,
    struct calendar_entries *ret)
{
	struct rows rows;
	struct date first = { year ? year : 1, 1, 1 };
	struct date last = { year ? year : 9999, 12, 31 };
	enum err e = sql_all(cx,
	    SQL("select day, kind, name_th, name_en, source_ref, replaces_day,"
		" status, entered_by, entered_at, cancelled_by, cancelled_at"
		" from calendar_day where calendar = $1 and day >= $2"
		" and day <= $3 and (status = 'active' or cast($4 as bigint) = 1)"
		" order by day, entered_seq"),
	    VALS(val_str(calendar), val_str(date_iso(cx->arena, first)),
		val_str(date_iso(cx->arena, last)), val_i64(all)),
	    &rows);
	if (e)
		return e;
	struct calendar_entry *v =
	    ARENA_ARRAY(cx->arena, struct calendar_entry, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++) {
		bool ok;
		v[i] = entry_of(rows.row[i], &ok);
		if (!ok)
			return broken_day(cx);
	}
	*ret = (struct calendar_entries){ .v = v, .n = rows.n };
	return OK;
}

enum err calendar_list(
    struct ctx *cx, const struct calendar_info **ret, size_t *ret_n)
{
	struct rows rows;
	/* Every calendar with all its days: a handful. */
	enum err e = sql_all(cx,
	    SQL_SCAN(
		"select c.code, c.name_th, c.name_en, count(d.day) as days,"
		" min(d.day) as first, max(d.day) as last from calendar c"
		" left join calendar_day d on d.calendar = c.code"
		" and d.status = 'active'"
		" group by c.code, c.name_th, c.name_en order by c.code"),
	    NO_VALS, &rows);
	if (e)
		return e;
	struct calendar_info *v =
	    ARENA_ARRAY(cx->arena, struct calendar_info, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = (struct calendar_info){
			.code = row_str(rows.row[i], "code"),
			.name_th = row_str(rows.row[i], "name_th"),
			.name_en = row_str(rows.row[i], "name_en"),
			.n_days = row_i64(rows.row[i], "days"),
			.first = row_str(rows.row[i], "first"),
			.last = row_str(rows.row[i], "last"),
		};
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

enum err calendar_find(
    struct ctx *cx, struct str code, struct calendar_info *ret)
{
	const struct calendar_info *v;
	size_t n;
	enum err e = calendar_list(cx, &v, &n);
	for (size_t i = 0; !e && i < n; i++)
		if (str_eq(v[i].code, code)) {
			*ret = v[i];
			return OK;
		}
	return e ? e : fail(cx, ERR_NOT_FOUND, MSG_error_no_such_calendar);
}

static bool is_code(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') ||
			(s.p[i] >= '0' && s.p[i] <= '9') ||
			(s.p[i] == '-' && i > 0)))
			return false;
	return s.n > 0 && s.n <= 32;
}

enum err calendar_put(
    struct ctx *cx, struct str code, struct str name_th, struct str name_en)
{
	if (!is_code(code))
		field_wrong(cx, STR("code"), MSG_calendar_bad_code, STR(""));
	name_th = line_checked(cx, "name_th", name_th, 200, true);
	name_en = line_checked(cx, "name_en", name_en, 200, true);
	enum err e = fields_end(cx);
	if (e)
		return e;
	return sql_exec(cx,
	    SQL("insert into calendar (code, name_th, name_en)"
		" values ($1, $2, $3) on conflict (code) do update"
		" set name_th = excluded.name_th, name_en = excluded.name_en"),
	    VALS(val_str(code), val_str(name_th), val_str(name_en)), NULL);
}
