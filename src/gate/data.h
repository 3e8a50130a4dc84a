/* data.h - answering a connection: from key to bytes.
 *
 * key -> connection -> network -> method -> form -> question -> rows -> encoder
 * -> socket. An answer that fits 64 KiB is built first and recorded whole
 * before its first byte; a longer one has its record before the first byte and
 * its result after the last. No record, no data. A failure in mid-stream cuts
 * the connection: an error is never written into the data. */
#ifndef GATE_DATA_H
#define GATE_DATA_H

#include "fmt/encoder.h"
#include "gate/app.h"
#include "gate/ask.h"
#include "gate/spec.h"

/* Who calls which connection, once he has passed. */
struct call {
	struct gate_visit *v;
	int64_t flag; /* of the gate's last look before what follows was read */
	struct sha256 secret; /* the key's hash */
	const struct known
	    *known; /* what follows, from a moment ago; or NULL */
	struct connection connection;
	struct key key;
	enum form form;
	struct str suffix; /* as the path had it; empty: none */
	struct approved approved;
	struct asked asked;
};

/* Key and connection, whatever the connection's state: for receipts. `id` is the
 * path's segment; a suffix of it names the form. */
enum err call_identify(struct call *, struct str id, struct str *ret_suffix);
/* And its state and days, the caller's network, what was approved. */
enum err call_admit(struct call *, struct str id, struct str *ret_suffix);
bool call_grants(const struct call *, enum form);
/* A list of the spec's texts as one text. */
struct str call_list(const struct call *, const char *key, const char *between);
/* The form wanted: suffix, then `format` (of query or body), then Accept; JSON,
 * or else the first granted, when none of them says. ERR_FORMAT when it was not
 * granted. */
enum err call_form(struct call *, struct str suffix, struct str format);
/* The place to go on at, as opaque text that only this gate made: signed over
 * connection, key-free question and place. cursor_read puts it into
 * asked.query.offset, with the question it belongs to; ERR_INVALID when it is
 * of another connection or was altered. */
struct str cursor_make(const struct call *, int64_t offset);
enum err cursor_read(struct call *);
/* The policy for a table page: its own style and nothing else. */
struct str html_policy(const struct call *);
/* What stands above every answer with data, a HEAD's too. */
void answer_headers(struct call *);
/* Sends the answer; asked and form are set. ERR_BUSY when it could not be
 * recorded: no record, no data. */
enum err call_answer(struct call *);

#endif
