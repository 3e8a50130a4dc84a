/* prepare.h - the desk's side of preparing: asks the gate to describe the
 * queries and build the documents, so that the officer's artefact can be sealed
 * before the command is decided; and a look at first rows. */
#ifndef DESK_PREPARE_H
#define DESK_PREPARE_H

#include "core/cases.h"
#include "desk/app.h"

/* Fills cc->artefact. Permission, state and body are checked first, so that the
 * gate works only for who may prepare. ret_built: what the gate found, also when
 * the artefact is refused for it; NULL when it was not asked. */
enum err prepare_artefact(
    struct visit *, struct case_command *, const json_t **ret_built);
/* Up to 20 rows of one query as the officer would give it out, with its columns:
 * {"columns":[…],"rows":[[…]]}. Never stored; each is in the gate's record.
 * `query`: {source, sql, params[], columns[]}. */
enum err prepare_preview(
    struct visit *, struct str no, const json_t *query, json_t **ret);
/* The same of a part of what was prepared, as its query answers now. Who may is
 * the caller's to ask. */
enum err prepare_look(
    struct visit *, const struct case_file *, const json_t *part, json_t **ret);

#endif
