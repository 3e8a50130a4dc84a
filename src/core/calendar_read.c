/* Calendars as CSV files, and the shipped ones. */
#include <pthread.h>
#include <string.h>

#include "base/csv.h"
#include "base/embed.h"
#include "base/str.h"
#include "base/thai.h"
#include "core/calendar_days.h"

EMBEDDED(calendars_shipped);

enum { max_csv = 1 << 20, max_days = 5000, max_name = 300, max_columns = 6 };

static const char *const columns[max_columns] = { "day", "kind", "name_th",
	"name_en", "source_ref", "replaces" };

struct reading {
	struct ctx *cx;
	struct csv csv;
	struct str cells[max_columns];
	size_t n_cells, width; /* width: of the header */
	struct calendar_entry *days;
	size_t n;
};

static void wrong(struct reading *r, enum msg m, struct str arg)
{
	field_wrong(
	    r->cx, str_fmt(r->cx->arena, "line %d", r->csv.line), m, arg);
}

static struct str cell(const struct reading *r, size_t i)
{
	return i < r->width ? r->cells[i] : STR("");
}

/* One line of the file; what is wrong with it is noted. */
static bool read_day(struct reading *r, struct calendar_entry *ret)
{
	struct arena *a = r->cx->arena;
	struct str replaces = cell(r, 5), ref = cell(r, 4);
	*ret = (struct calendar_entry){ .line = r->csv.line };
	if (r->n_cells != r->width || str_chars(ref) > max_name)
		wrong(r, MSG_calendar_bad_line, STR(""));
	else if (!date_parse(r->cells[0], &ret->day) ||
		 (replaces.n > 0 && !date_parse(replaces, &ret->replaces)))
		wrong(r, MSG_field_bad_date, STR(""));
	else if (!day_kind_find(r->cells[1], &ret->kind))
		wrong(r, MSG_calendar_bad_kind, str_dup(a, r->cells[1]));
	else {
		ret->name_th = thai_normal(a, r->cells[2]);
		ret->name_en = thai_normal(a, r->cells[3]);
		ret->source_ref = thai_normal(a, ref);
		if (calendar_name_ok(ret->name_th) &&
		    calendar_name_ok(ret->name_en) &&
		    (ref.n == 0 || calendar_name_ok(ret->source_ref)))
			return true;
		wrong(r, MSG_calendar_bad_line, STR(""));
	}
	return false;
}

static bool has_day(const struct reading *r, struct date day)
{
	for (size_t i = 0; i < r->n; i++)
		if (date_cmp(r->days[i].day, day) == 0)
			return true;
	return false;
}

static bool read_header(struct reading *r)
{
	if (!csv_next(
		&r->csv, r->cx->arena, r->cells, max_columns, &r->n_cells) ||
	    r->n_cells < 4 || r->n_cells > max_columns)
		return false;
	for (size_t i = 0; i < r->n_cells; i++)
		if (!str_eq(r->cells[i], str_of(columns[i])))
			return false;
	r->width = r->n_cells;
	return true;
}

static enum err read_csv(struct reading *r)
{
	if (!read_header(r)) {
		field_wrong(
		    r->cx, STR("line 1"), MSG_calendar_no_header, STR(""));
		return fields_end(r->cx);
	}
	while (r->n < max_days && csv_next(&r->csv, r->cx->arena, r->cells,
				      max_columns, &r->n_cells)) {
		if (!read_day(r, &r->days[r->n]))
			continue;
		if (has_day(r, r->days[r->n].day))
			wrong(r, MSG_calendar_double_day, STR(""));
		r->n++;
	}
	if (r->csv.bad)
		wrong(r, MSG_calendar_bad_line, STR(""));
	else if (r->csv.rest.n > 0)
		return fail(r->cx, ERR_TOO_LARGE, MSG_error_calendar_too_large);
	enum err e = fields_end(r->cx);
	if (e || r->n > 0)
		return e;
	field_wrong(r->cx, STR("line 2"), MSG_calendar_empty, STR(""));
	return fields_end(r->cx);
}

bool calendar_name_ok(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
	return s.n > 0 && str_chars(s) <= max_name;
}

enum err calendar_read(struct ctx *cx, struct str text, enum day_kind usual,
    struct calendar_entries *ret)
{
	if (text.n > max_csv)
		return fail(cx, ERR_TOO_LARGE, MSG_error_calendar_too_large);
	if (!str_utf8(text)) {
		field_wrong(cx, STR("line 1"), MSG_field_not_utf8, STR(""));
		return fields_end(cx);
	}
	struct str head = text;
	if (str_starts(head, STR("\xef\xbb\xbf")))
		head = str_from(head, 3);
	if (str_starts(head, STR("BEGIN:VCALENDAR")))
		return calendar_read_ics(cx, head, usual, ret);
	struct reading r = { .cx = cx,
		.csv = csv_begin(text),
		.days =
		    ARENA_ARRAY(cx->arena, struct calendar_entry, max_days) };
	enum err e = read_csv(&r);
	if (e)
		return e;
	*ret = (struct calendar_entries){ .v = r.days, .n = r.n };
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
