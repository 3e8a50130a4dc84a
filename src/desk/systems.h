/* systems.h - what the API's and the pages' handlers of the register of systems
 * share. */
#ifndef DESK_SYSTEMS_H
#define DESK_SYSTEMS_H

#include "core/system_import.h"
#include "desk/app.h"

/* A file for the register of systems. */
struct systems_import {
	struct str text;
	struct str digest; /* of what was looked at; empty: not looked at */
	struct import_report report;
};
/* Takes it in, in the write transaction in hand. ERR_CONFLICT when it would do
 * something else than what was looked at. */
change_fn systems_import; /* struct systems_import */

#endif
