/* Calendars as iCalendar files (RFC 5545), as far as days off need it: VEVENT
 * with DTSTART and DTEND of whole days, SUMMARY, STATUS, CATEGORIES, URL. What
 * would make days out of nothing (RRULE, RDATE) is refused, not guessed. */
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/thai.h"
#include "core/calendar_days.h"
#include "core/line.h"

/* Of one line unfolded; of one event; of the file; of names, in characters. */
enum {
	MAX_LINE_BYTES = 4096,
	MAX_SPAN_DAYS = 62,
	MAX_DAYS = 5000,
	MAX_REF_BYTES = 300
};

struct ics {
	struct ctx *cx;
	struct str rest;
	int next_line, line; /* `line`: where the one in hand begins */
	struct str name, params, value;
	struct calendar_entry *days;
	size_t n;
	bool too_many;
};

struct ics_event {
	int line;
	struct date start, end; /* end: the first day after */
	struct str th, en, ref;
	enum day_kind kind;
	bool cancelled, wrong;
};

static void wrong_at(struct ics *r, int line, enum msg m, struct str arg)
{
	field_wrong(r->cx, str_fmt(r->cx->arena, "line %d", line), m, arg);
}

static bool raw_line(struct ics *r, struct str *ret)
{
	if (r->rest.n == 0)
		return false;
	str_cut(r->rest, '\n', ret, &r->rest);
	if (str_ends(*ret, STR("\r")))
		ret->n--;
	r->next_line++;
	return true;
}

static bool folded(const struct ics *r)
{
	return r->rest.n > 0 && (r->rest.p[0] == ' ' || r->rest.p[0] == '\t');
}

/* The place of the colon that ends name and parameters: not one in quotes. */
static size_t colon_of(struct str s)
{
	bool quoted = false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			quoted = !quoted;
		else if (s.p[i] == ':' && !quoted)
			return i;
	}
	return s.n;
}

/* The next content line, unfolded; false at the end or when one is wrong, which
 * is noted. */
static bool next_line(struct ics *r)
{
	struct str s, more;
	bool too_long = false;
	do {
		r->line = r->next_line;
		if (!raw_line(r, &s))
			return false;
	} while (s.n == 0);
	if (folded(r)) {
		struct buf b = buf_new(r->cx->arena, MAX_LINE_BYTES);
		buf_str(&b, s);
		while (folded(r) && raw_line(r, &more))
			buf_str(&b, str_from(more, 1));
		too_long = !buf_ok(&b);
		s = buf_view(&b);
	}
	if (too_long || s.n > MAX_LINE_BYTES) {
		wrong_at(r, r->line, MSG_calendar_long_line, STR(""));
		return false;
	}
	size_t colon = colon_of(s);
	if (colon == s.n || memchr(s.p, 0, s.n) != NULL) {
		wrong_at(r, r->line, MSG_calendar_bad_ics_line, STR(""));
		return false;
	}
	struct str head = str_upto(s, colon);
	r->value = str_from(s, colon + 1);
	str_cut(head, ';', &r->name, &r->params);
	return true;
}

static bool is(const struct ics *r, const char *name)
{
	return str_eq_nocase(r->name, str_of(name));
}

static bool begins(const struct ics *r, const char *name, const char *what)
{
	return is(r, name) && str_eq_nocase(r->value, str_of(what));
}

/* "20260101", and of "20260101T000000Z" no more than that. */
static bool ics_day(struct str s, struct date *ret)
{
	int n[8];
	if (s.n != 8)
		return false;
	for (size_t i = 0; i < 8; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		n[i] = s.p[i] - '0';
	}
	*ret = (struct date){ n[0] * 1000 + n[1] * 100 + n[2] * 10 + n[3],
		n[4] * 10 + n[5], n[6] * 10 + n[7] };
	/* A year of พ.ศ. would be six centuries from here. */
	return date_valid(*ret) && ret->year >= 1900 && ret->year < 2400;
}

/* Backslashes are signs of the form, not of the text. */
static struct str plain(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '\\' && i + 1 < s.n) {
			c = s.p[++i];
			if (c == 'n' || c == 'N')
				c = ' ';
		}
		p[n++] = c;
	}
	return thai_normal(a, str_n(p, n));
}

static void event_wrong(
    struct ics *r, struct ics_event *ev, enum msg m, struct str arg)
{
	ev->wrong = true;
	wrong_at(r, r->line, m, arg);
}

/* One property of an event. */
static void take(struct ics *r, struct ics_event *ev)
{
	struct arena *a = r->cx->arena;
	if (is(r, "DTSTART") || is(r, "DTEND")) {
		struct date *to = is(r, "DTEND") ? &ev->end : &ev->start;
		if (!ics_day(r->value, to))
			event_wrong(r, ev, MSG_calendar_not_whole_day, STR(""));
	} else if (is(r, "SUMMARY")) {
		struct str s = plain(a, r->value);
		bool en = str_has(str_lower(a, r->params), STR("language=en"));
		if (!calendar_name_ok(s))
			event_wrong(r, ev, MSG_calendar_bad_line, STR(""));
		else if (en)
			ev->en = s;
		else
			ev->th = s;
	} else if (is(r, "STATUS")) {
		ev->cancelled = str_eq_nocase(r->value, STR("CANCELLED"));
	} else if (is(r, "CATEGORIES")) {
		/* Others than ours mean nothing here. */
		(void)day_kind_find(
		    str_lower(a, str_trim(r->value)), &ev->kind);
	} else if (is(r, "URL")) {
		ev->ref = plain(a, line_head(r->value, MAX_REF_BYTES));
	} else if (is(r, "RRULE") || is(r, "RDATE") || is(r, "EXRULE")) {
		event_wrong(r, ev, MSG_calendar_recurs, STR(""));
	} else if (is(r, "DURATION")) {
		event_wrong(r, ev, MSG_calendar_not_whole_day, STR(""));
	}
}

static void add_days(struct ics *r, const struct ics_event *ev)
{
	int64_t n = date_days(ev->end) - date_days(ev->start);
	for (int64_t i = 0; i < n; i++) {
		struct calendar_entry *d = &r->days[r->n];
		if (r->n == MAX_DAYS) {
			r->too_many = true;
			return;
		}
		*d = (struct calendar_entry){ .day = date_add(ev->start, i),
			.kind = ev->kind,
			.name_th = ev->th,
			.name_en = ev->en,
			.source_ref = ev->ref,
			.line = ev->line };
		for (size_t k = 0; k < r->n; k++)
			if (date_cmp(r->days[k].day, d->day) == 0) {
				wrong_at(r, ev->line, MSG_calendar_double_day,
				    STR(""));
				return;
			}
		r->n++;
	}
}

static void end_event(struct ics *r, struct ics_event *ev)
{
	if (ev->wrong || ev->cancelled)
		return;
	if (ev->th.n == 0)
		ev->th = ev->en;
	if (ev->en.n == 0)
		ev->en = ev->th;
	if (!date_is_set(ev->end) && date_is_set(ev->start))
		ev->end = date_add(ev->start, 1);
	int64_t n = date_days(ev->end) - date_days(ev->start);
	if (!date_is_set(ev->start) || ev->th.n == 0)
		wrong_at(r, ev->line, MSG_calendar_bad_line, STR(""));
	else if (n < 1 || n > MAX_SPAN_DAYS)
		wrong_at(r, ev->line, MSG_calendar_span,
		    str_fmt(r->cx->arena, "%d", MAX_SPAN_DAYS));
	else
		add_days(r, ev);
}

/* From BEGIN:VEVENT to its end, what is nested in it (alarms) passed over;
 * false when it does not end. */
static bool read_event(struct ics *r, enum day_kind usual)
{
	struct ics_event ev = { .line = r->line, .kind = usual };
	int depth = 0;
	while (next_line(r)) {
		if (is(r, "BEGIN")) {
			if (begins(r, "BEGIN", "VEVENT"))
				break;
			depth++;
		} else if (is(r, "END") && depth > 0) {
			depth--;
		} else if (begins(r, "END", "VEVENT")) {
			end_event(r, &ev);
			return true;
		} else if (is(r, "END")) {
			break;
		} else if (depth == 0) {
			take(r, &ev);
		}
	}
	wrong_at(r, ev.line, MSG_calendar_unended, STR(""));
	return false;
}

enum err calendar_read_ics(struct ctx *cx, struct str text, enum day_kind usual,
    struct calendar_entries *ret)
{
	struct ics r = { .cx = cx,
		.rest = text,
		.next_line = 1,
		.days = ARENA_ARRAY(
		    cx->arena, struct calendar_entry, MAX_DAYS + 1) };
	bool ended = false, going = true;
	while (going && !ended && !r.too_many && next_line(&r)) {
		if (begins(&r, "BEGIN", "VEVENT"))
			going = read_event(&r, usual);
		ended = begins(&r, "END", "VCALENDAR");
	}
	if (r.too_many)
		return fail(cx, ERR_TOO_LARGE, MSG_error_calendar_too_large);
	if (going && !ended && cx->fault.n_fields == 0)
		wrong_at(&r, r.line, MSG_calendar_unended, STR(""));
	else if (cx->fault.n_fields == 0 && r.n == 0)
		wrong_at(&r, 1, MSG_calendar_empty, STR(""));
	enum err e = fields_end(cx);
	if (e)
		return e;
	*ret = (struct calendar_entries){ .v = r.days, .n = r.n };
	return OK;
}
