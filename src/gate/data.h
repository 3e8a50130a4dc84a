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
#include "gate/place.h"
#include "gate/prefer.h"
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
	bool excel, bare;  /* CSV: for Excel; without a header */
	struct prefer prefer;
	struct approved approved;
	struct asked asked;
	/* With a limit: where the page begins, and how it is ordered. */
	struct place place;
	struct paging paging;
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
/* `profile` of CSV: "excel", or empty. */
enum err call_profile(struct call *, struct str profile);
/* A place as text that this gate alone can make and read, and that belongs to
 * this question of this contract's connection. cursor_read takes the one that
 * was sent, or the beginning; ERR_INVALID when it is another's or altered. */
struct str cursor_make(const struct call *, const struct place *);
enum err cursor_read(struct call *);
/* Of "; q=0.8" in thousandths; absent or broken is 1. */
int64_t call_weight(struct str params);
/* The form's media type with what was chosen of it. */
struct str answer_media(const struct call *);
/* Whether and how the body is packed, when the answer stands (coding.c). */
void answer_code(struct call *);
/* The policy for a table page: its own style and nothing else. */
struct str html_policy(const struct call *);
/* What stands above every answer with data, a HEAD's too. */
void answer_headers(struct call *);
/* The ETag of what the stream will give; empty: none. Whether the caller has it
 * already; and the 304 that says so. */
struct source_stream;
struct str etag_of(const struct call *, const struct source_stream *);
bool etag_known(const struct call *, struct str etag);
enum err answer_unchanged(struct call *, struct str etag);
/* The question again, behind a place; as a link; and in an envelope's end. */
struct str next_url(struct call *, const struct place *);
void answer_next(struct call *, struct str next);
struct str envelope_end(
    struct call *, struct str next, bool truncated, struct str delivery);
/* Sends the answer; asked and form are set. ERR_BUSY when it could not be
 * recorded: no record, no data. */
enum err call_answer(struct call *);

#endif
