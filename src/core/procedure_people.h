/* procedure_people.h - whether somebody is there to do what a procedure asks: for
 * `pratu procedure check` beside an installation. */
#ifndef CORE_PROCEDURE_PEOPLE_H
#define CORE_PROCEDURE_PEOPLE_H

#include "core/procedure.h"

/* Adds to *errors, with the stage's place: a role that nobody holds, a unit
 * without one, a named person who is not here, a quorum larger than those who
 * could agree. Read transaction. */
MUST_CHECK enum err procedure_check_people(
    struct ctx *, const struct procedure *, struct procedure_errors *errors);

#endif
