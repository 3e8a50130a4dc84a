/* calendar_days.h - the days of calendars in the store: read as an office keeps
 * them, brought by files, added and cancelled one by one. Nothing is removed:
 * a day that was cancelled stays as such, and a request whose clock has stopped
 * keeps the calendar of that moment.
 *
 * Every change takes the chain first and, after it, tells each open request of
 * which the due day moved so (event `recalculated`): cases_recalculate(). */
#ifndef CORE_CALENDAR_DAYS_H
#define CORE_CALENDAR_DAYS_H

#include "base/json.h"
#include "core/calendar.h"

#define CALENDAR_GOVERNMENT STR("government")
/* Newer than any event: the calendar as it is. */
#define CALENDAR_NOW INT64_MAX

/* What holds for the office (empty: the government's days alone) for a request
 * whose clock stopped with event `seq`. */
MUST_CHECK enum err calendar_get(
    struct ctx *, struct str office, int64_t seq, struct calendar *ret);

/* One day of a calendar. */
struct calendar_entry {
	struct date day, replaces; /* replaces: for a substitution; or unset */
	enum day_kind kind;
	struct str name_th, name_en;
	struct str source_ref; /* where it was announced; may be empty */
	int line;              /* of the file it came from */
	/* As stored; not of a file. */
	bool cancelled;
	struct str entered_by, cancelled_by;
	int64_t entered_at, cancelled_at;
};
struct calendar_entries {
	const struct calendar_entry *v;
	size_t n;
};

/* Reads CSV or iCalendar text, whichever it is; whole or not at all, every bad
 * line named (ERR_INVALID, field "line 12"). A CSV has the header
 * `day,kind,name_th,name_en`, then `source_ref`, then `replaces` if wanted. Of
 * an iCalendar each VEVENT of whole days is read; one that recurs is refused. At
 * most 1 MiB and 5,000 days (ERR_TOO_LARGE). */
MUST_CHECK enum err calendar_read(struct ctx *, struct str text,
    enum day_kind usual, struct calendar_entries *ret);
/* The iCalendar part; `usual` is the kind of a day that names none. */
MUST_CHECK enum err calendar_read_ics(struct ctx *, struct str text,
    enum day_kind usual, struct calendar_entries *ret);

/* Whether a name of a day may be kept: one line of 300 characters. */
bool calendar_name_ok(struct str);

/* What a file would do to a calendar: the years it has days of become as it
 * says. */
struct calendar_change {
	bool is_new, is_gone; /* neither: changed */
	struct calendar_entry was, now;
};
struct calendar_plan {
	const struct calendar_change *v;
	size_t n, n_new, n_changed, n_gone;
};
MUST_CHECK enum err calendar_compare(struct ctx *, struct str calendar,
    const struct calendar_entries *, struct calendar_plan *ret);
/* Does it. Write transaction; *ret_moved requests got another due day. */
MUST_CHECK enum err calendar_apply(struct ctx *, struct str calendar,
    const struct calendar_plan *, int64_t *ret_moved);
/* {"new","changed","gone","changes":[{"change","day","kind",…}]} */
json_t *calendar_plan_json(struct arena *, const struct calendar_plan *);

/* One day. ERR_INVALID with the wrong fields; cancelling one that is not there
 * is ERR_NOT_FOUND. Write transaction. */
MUST_CHECK enum err calendar_add_day(struct ctx *, struct str calendar,
    const struct calendar_entry *, int64_t *ret_moved);
MUST_CHECK enum err calendar_cancel_day(
    struct ctx *, struct str calendar, struct date, int64_t *ret_moved);

/* The government's days as shipped, as they are told by the files of
 * data/calendar, into an empty store. Write transaction. */
MUST_CHECK enum err calendar_import(
    struct ctx *, struct str csv, int64_t *ret_days);
struct str calendar_shipped(void);

/* The calendars there are. */
struct calendar_info {
	struct str code, name_th, name_en;
	int64_t n_days;         /* active ones */
	struct str first, last; /* ISO; empty when there are none */
};
MUST_CHECK enum err calendar_list(
    struct ctx *, const struct calendar_info **ret, size_t *ret_n);
/* ERR_NOT_FOUND. */
MUST_CHECK enum err calendar_find(
    struct ctx *, struct str code, struct calendar_info *ret);
/* Adds or renames; a code is [a-z0-9-], 32 at the most. Write transaction. */
MUST_CHECK enum err calendar_put(
    struct ctx *, struct str code, struct str name_th, struct str name_en);
/* Its days of one year (0: all), cancelled ones with `all`, by day. */
MUST_CHECK enum err calendar_days(struct ctx *, struct str calendar, int year,
    bool all, struct calendar_entries *ret);

/* What an office keeps. */
struct office_hours {
	int closes;           /* minute of the day */
	struct str calendars; /* codes, blanks between, the last counts most */
};
MUST_CHECK enum err office_hours_get(
    struct ctx *, struct str office, int64_t seq, struct office_hours *ret);
/* ERR_INVALID: fields "calendars", "closes". Write transaction. */
MUST_CHECK enum err office_hours_put(struct ctx *, struct str office,
    const struct office_hours *, int64_t *ret_moved);

/* Words of the API. */
bool day_kind_find(struct str name, enum day_kind *ret);
bool minute_parse(struct str, int *ret); /* "16:30" */
json_t *calendar_days_json(struct arena *, const struct calendar_entries *);
json_t *calendar_list_json(
    struct arena *, const struct calendar_info *, size_t n);
json_t *office_hours_json(
    struct arena *, struct str office, const struct office_hours *);

#endif
