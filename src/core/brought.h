/* brought.h - tables that were sent in, as the request's events tell of them: the
 * property of a customer (ISO 9001 8.5.3). That one was received and read, that it
 * cannot be used, that it is lost, what it was used for, that it went back to its
 * owner; that it was destroyed is data_files.h. What the gate knows of one is
 * inbound.h; no value of a cell stands in either.
 *
 * brought, unusable, lost {upload, name, sha256, bytes, received, sender, unit,
 * purpose, destroy_on, replaces; rows, columns, wrong, double, sheet | finding;
 * found_again: it was lost before}
 * used {tables: [{upload, name, sha256}], digest}
 * returned {what: "result", tables, digest: of the artefact}
 * returned {what: "corrected", tables, reading, delivery, log, leaf, handed, sha256
 * and bytes: of the copy}, its actor who has it; of one without a delivery nobody
 * knows more than that its actor was led to it */
#ifndef CORE_BROUGHT_H
#define CORE_BROUGHT_H

#include "core/facts.h"
#include "core/given_back.h"
#include "core/inbound.h"

/* For evolve(). */
void brought_take(struct case_file *, const struct event *);
/* Whether such an event changes nothing but what is known of a table. */
bool brought_is_news(enum event_type);
/* Of that upload; or NULL. */
const struct brought *brought_of(const struct case_file *, struct str upload);

/* What became of it, by "system"; nothing when the events say so already, or when
 * it was destroyed, which is told elsewhere. Takes the chain; write transaction
 * on the people store. */
MUST_CHECK enum err brought_record(struct ctx *, const struct inbound *);
/* After a command that `*f` is the outcome of: that it used, or gave back, what
 * was sent in, if it did. The caller has the chain; *f is moved on. */
MUST_CHECK enum err brought_follow(
    struct ctx *, const struct facts *, enum command, struct case_file *f);
/* That a corrected copy was handed over; once for each reading and person. Takes the
 * chain; write transaction on the people store. */
MUST_CHECK enum err brought_returned(struct ctx *, const struct given_back *);

/* The tables that what is prepared was made with, each once: {upload, name,
 * sha256}; without a name while its coming was not told. */
json_t *brought_tables(struct arena *, const struct case_file *);

/* What is wrong with a file, {code, row, column, detail}, as the reader reads it;
 * "" for NULL. */
struct str brought_finding_text(
    struct arena *, enum lang, const json_t *finding);

#endif
