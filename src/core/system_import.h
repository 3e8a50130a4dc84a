/* system_import.h - the register of systems as a file: its columns, and what a
 * file may say of them. */
#ifndef CORE_SYSTEM_IMPORT_H
#define CORE_SYSTEM_IMPORT_H

#include "core/people.h"
#include "core/table_import.h"

extern const struct import_kind system_import_kind;

#endif
