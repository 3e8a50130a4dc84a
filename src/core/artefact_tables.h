/* artefact_tables.h - parts that are made with a table that was sent in: which
 * tables stand beside the source or meet its rows, which keys are to be listed
 * when nothing matches them; and that a part that was agreed keeps its columns
 * when it is made anew with another table. */
#ifndef CORE_ARTEFACT_TABLES_H
#define CORE_ARTEFACT_TABLES_H

#include "base/ctx.h"
#include "base/json.h"

#define ARTEFACT_TABLES 4 /* in one part */
#define ARTEFACT_TAKES 10
#define ARTEFACT_PARTS 20

/* tables[{name, file}], take[{name, sql}], unmatched of part `i`, checked, into
 * the plan's. Faults are the context's wrong fields. */
void artefact_take_tables(
    struct ctx *, size_t i, const json_t *part, json_t *out);
/* A table that was sent in is one moment's: it becomes a document, never a
 * connection. */
void artefact_tables_outlets(struct ctx *, const json_t *plan);
/* A part with tables that was agreed before (`agreed` may be NULL) has the
 * columns that were agreed; else ERR_INVALID, a wrong field for each difference.
 * It is the one of its name; a renamed one is that with its very columns, else
 * the next that is left. */
MUST_CHECK enum err artefact_same_contract(
    struct ctx *, const json_t *agreed, const json_t *made);

#endif
