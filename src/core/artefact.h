/* artefact.h - all that prepare makes: what is given out, in which columns,
 * through which outlets, to which addresses, until when. Its digest is the
 * SHA-256 of its canonical JSON with every default filled in and the SHA-256 of
 * each document's bytes; check and deliver name that digest, so that what was
 * checked is what is delivered (contract.md §3).
 *
 * plan (from the officer's form) -> the gate describes the queries and builds
 * the documents -> seal. */
#ifndef CORE_ARTEFACT_H
#define CORE_ARTEFACT_H

#include "core/case_file.h"

/* The form's parts and terms, checked, with every default but what only the
 * source knows: {parts[], outlets[], formats[], networks[], expires, quota?,
 * confirm, note?}. ERR_INVALID. `loopback` allows the loopback networks where
 * neither form nor request names one (the demo). */
MUST_CHECK enum err artefact_plan(struct ctx *, const struct case_file *,
    const json_t *form, bool loopback, json_t **ret);
/* Whether documents are to be built, and in which of the formats: json ndjson
 * csv xlsx xml html can all be files. */
bool artefact_exports(const json_t *plan);

/* The plan with what the gate found: {"parts":[{"columns":[{name,type}],
 * "rows"}],"documents":[{name,form,part,sha256,bytes}]}, parts in the plan's
 * order. Columns named by the form must be exactly the query's. The result has
 * "digest". */
MUST_CHECK enum err artefact_seal(
    struct ctx *, const json_t *plan, const json_t *built, json_t **ret);

#endif
