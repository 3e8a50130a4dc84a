/* calendars.h - what the API's and the pages' handlers of calendars share. */
#ifndef DESK_CALENDARS_H
#define DESK_CALENDARS_H

#include "core/calendar_days.h"
#include "desk/app.h"

/* A file for one calendar: read, compared and, unless it is only looked at, taken
 * in. Write transaction. */
struct calendar_import {
	struct str calendar, text;
	bool dry_run;
	struct calendar_entries file;
	struct calendar_plan plan;
	int64_t moved;
};
change_fn calendars_import; /* struct calendar_import */

#endif
