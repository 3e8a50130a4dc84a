#include "core/calendar.h"

#include <pthread.h>
#include <string.h>

#include "base/csv.h"
#include "base/embed.h"
#include "base/str.h"
#include "base/thai.h"
#include "core/kinds.h"
#include "sql/sql.h"

EMBEDDED(calendars_shipped);

enum { max_csv = 1 << 20, max_days = 5000, max_name = 300 };
static const int64_t closing_ms = (16 * 60 + 30) * 60000;

static const char *const kinds[] = { "public", "substitution", "special",
	"regional", "organisation", "predicted" };

enum err calendar_get(struct ctx *cx, struct calendar *ret)
{
	struct rows rows;
	struct calendar c = { 0 };

	enum err e = sql_all(cx,
	    SQL("select day, kind, name_th, name_en from calendar_day"
		" where calendar = $1 order by day"),
	    VALS(val_str(STR("government"))), &rows);
	if (e)
		return e;
	struct day_off *days =
	    ARENA_ARRAY(cx->arena, struct day_off, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++) {
		struct row r = rows.row[i];
		if (!date_parse_iso(row_str(r, "day"), &days[i].day))
			return fail_detail(
			    cx, ERR_BROKEN, "calendar_day: not a day");
		days[i].kind = row_str(r, "kind");
		days[i].name_th = row_str(r, "name_th");
		days[i].name_en = row_str(r, "name_en");
	}
	c.v = days;
	c.n = rows.n;
	if (c.n > 0) {
		c.first_year = days[0].day.year;
		c.last_year = days[c.n - 1].day.year;
	}
	*ret = c;
	return OK;
}

/* One line of the file; what is wrong with it is noted. */
static bool read_day(struct ctx *cx, const struct csv *csv,
    const struct str *cells, size_t n, struct day_off *ret)
{
	struct str field = str_fmt(cx->arena, "line %d", csv->line);

	if (n != 4 || cells[2].n == 0 || cells[3].n == 0 ||
	    str_chars(cells[2]) > max_name || str_chars(cells[3]) > max_name)
		field_wrong(cx, field, MSG_calendar_bad_line, STR(""));
	else if (!date_parse(cells[0], &ret->day))
		field_wrong(cx, field, MSG_field_bad_date, STR(""));
	else if (kind_find(cells[1], kinds, COUNT(kinds)) < 0)
		field_wrong(cx, field, MSG_calendar_bad_kind,
		    str_dup(cx->arena, cells[1]));
	else {
		ret->kind = cells[1];
		ret->name_th = thai_normal(cx->arena, cells[2]);
		ret->name_en = thai_normal(cx->arena, cells[3]);
		return true;
	}
	return false;
}

static bool has_day(const struct day_off *days, size_t n, struct date day)
{
	for (size_t i = 0; i < n; i++)
		if (date_cmp(days[i].day, day) == 0)
			return true;
	return false;
}

static bool is_header(const struct str *cells, size_t n)
{
	return n == 4 && str_eq(cells[0], STR("day")) &&
	       str_eq(cells[1], STR("kind")) &&
	       str_eq(cells[2], STR("name_th")) &&
	       str_eq(cells[3], STR("name_en"));
}

static enum err read_days(
    struct ctx *cx, struct str text, struct day_off *days, size_t *ret_n)
{
	struct csv csv = csv_begin(text);
	struct str cells[4];
	size_t n_cells, n = 0;

	if (!csv_next(&csv, cx->arena, cells, COUNT(cells), &n_cells) ||
	    !is_header(cells, n_cells)) {
		field_wrong(cx, STR("line 1"), MSG_calendar_no_header, STR(""));
		return fields_end(cx);
	}
	while (n < max_days && csv_next(&csv, cx->arena, cells, 4, &n_cells)) {
		if (!read_day(cx, &csv, cells, n_cells, &days[n]))
			continue;
		if (has_day(days, n, days[n].day))
			field_wrong(cx, str_fmt(cx->arena, "line %d", csv.line),
			    MSG_calendar_double_day, STR(""));
		n++;
	}
	if (csv.bad)
		field_wrong(cx, str_fmt(cx->arena, "line %d", csv.line),
		    MSG_calendar_bad_line, STR(""));
	else if (csv.rest.n > 0)
		return fail(cx, ERR_TOO_LARGE, MSG_error_calendar_too_large);
	*ret_n = n;
	return fields_end(cx);
}

static enum err forget_year(struct ctx *cx, int year)
{
	struct date first = { year, 1, 1 }, last = { year, 12, 31 };

	return sql_exec(cx,
	    SQL("delete from calendar_day"
		" where calendar = $1 and day >= $2 and day <= $3"),
	    VALS(val_str(STR("government")),
		val_str(date_iso(cx->arena, first)),
		val_str(date_iso(cx->arena, last))),
	    NULL);
}

static enum err forget_years(
    struct ctx *cx, const struct day_off *days, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool seen = false;
		for (size_t j = 0; j < i && !seen; j++)
			seen = days[j].day.year == days[i].day.year;
		enum err e = seen ? OK : forget_year(cx, days[i].day.year);
		if (e)
			return e;
	}
	return OK;
}

static enum err keep_day(struct ctx *cx, const struct day_off *d)
{
	return sql_exec(cx,
	    SQL("insert into calendar_day"
		" (calendar, day, kind, name_th, name_en)"
		" values ($1, $2, $3, $4, $5)"),
	    VALS(val_str(STR("government")),
		val_str(date_iso(cx->arena, d->day)), val_str(d->kind),
		val_str(d->name_th), val_str(d->name_en)),
	    NULL);
}

enum err calendar_import(struct ctx *cx, struct str csv, int64_t *ret_days)
{
	size_t n = 0;

	if (csv.n > max_csv)
		return fail(cx, ERR_TOO_LARGE, MSG_error_calendar_too_large);
	if (!str_utf8(csv)) {
		field_wrong(cx, STR("line 1"), MSG_field_not_utf8, STR(""));
		return fields_end(cx);
	}
	struct day_off *days = ARENA_ARRAY(cx->arena, struct day_off, max_days);
	enum err e = read_days(cx, csv, days, &n);
	if (e)
		return e;
	if (n == 0) {
		field_wrong(cx, STR("line 2"), MSG_calendar_empty, STR(""));
		return fields_end(cx);
	}
	e = forget_years(cx, days, n);
	for (size_t i = 0; i < n && !e; i++)
		e = keep_day(cx, &days[i]);
	if (e)
		return e;
	*ret_days = (int64_t)n;
	return OK;
}

static char shipped[64 << 10];
static size_t shipped_n;

/* The files one after another, with the header of the first. */
static void join_shipped(void)
{
	for (size_t i = 0; i < calendars_shipped_n; i++) {
		struct str s = str_n((const char *)calendars_shipped[i].bytes,
		    calendars_shipped[i].n);
		if (i > 0)
			s = str_from(s, str_index(s, '\n') + 1);
		REQUIRE(s.n <= sizeof shipped - shipped_n);
		memcpy(shipped + shipped_n, s.p, s.n);
		shipped_n += s.n;
	}
}

struct str calendar_shipped(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	REQUIRE(pthread_once(&once, join_shipped) == 0);
	return str_n(shipped, shipped_n);
}

const struct day_off *calendar_off(const struct calendar *c, struct date day)
{
	size_t low = 0, high = c->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = date_cmp(c->v[mid].day, day);
		if (order == 0)
			return &c->v[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

bool calendar_working(const struct calendar *c, struct date day)
{
	int weekday = date_weekday(day);

	return weekday != 0 && weekday != 6 && !calendar_off(c, day);
}

static struct date next_working(const struct calendar *c, struct date day)
{
	do
		day = date_add(day, 1);
	while (!calendar_working(c, day));
	return day;
}

struct date calendar_received(const struct calendar *c, int64_t utc_ms)
{
	struct date day = date_of_ms(utc_ms);

	if (utc_ms - date_start_ms(day) > closing_ms ||
	    !calendar_working(c, day))
		return next_working(c, day);
	return day;
}

struct date calendar_add(
    const struct calendar *c, struct date start, int n, bool *unconfirmed)
{
	struct date day = start;

	if (n == 0 && !calendar_working(c, day))
		day = next_working(c, day);
	for (int i = 0; i < n; i++)
		day = next_working(c, day);
	*unconfirmed = start.year < c->first_year || day.year > c->last_year;
	return day;
}

int calendar_count(const struct calendar *c, struct date start, struct date end)
{
	int n = 0;

	for (struct date d = start; date_cmp(d, end) < 0;) {
		d = date_add(d, 1);
		n += calendar_working(c, d);
	}
	return n;
}
