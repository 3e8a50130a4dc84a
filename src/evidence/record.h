/* record.h - what a leaf of the gate's log says: canonical JSON (names sorted, no
 * blanks). Never a row, never the value of a parameter or filter.
 *
 *	intent    before the first byte of an answer of unknown length
 *	result    after its last; an intent without one counts as delivered
 *	delivery  both in one, before the first byte of an answer that is known */
#ifndef EVIDENCE_RECORD_H
#define EVIDENCE_RECORD_H

#include "base/ctx.h"

enum record_kind {
	RECORD_intent,
	RECORD_result,
	RECORD_delivery,
	RECORD_KINDS,
};
extern const char *const record_kinds[RECORD_KINDS];

/* Of a result only kind, id, at and what the end showed are written; of an
 * intent all but that. */
struct record {
	enum record_kind kind;
	struct str id;         /* Delivery-Id */
	struct str connection; /* or */
	struct str document;   /* else empty */
	struct str request;    /* its number */
	struct str contract;   /* digest of what was agreed, hex */
	struct str purpose, basis;
	struct str key;     /* id of the key; who had a ticket: an e-mail */
	struct str address; /* of the caller */
	struct str form;
	struct str asked; /* names of what was asked, values left out */
	struct str query; /* SHA-256 of all of `asked`, hex */
	int64_t reading;  /* of a table that goes back; written if not 0 */
	int64_t at;       /* UTC ms */
	/* What the end showed. */
	struct str outcome; /* "whole" "cut" */
	int64_t rows, bytes;
	int64_t bad_texts; /* that could not be decoded; written if there are */
	struct str sha256; /* of the bytes sent, hex */
};

/* Long texts are cut: purpose at 2,000 bytes, asked at 4,000, others at 400. */
struct str record_leaf(struct arena *, const struct record *);
/* ERR_SYNTAX when it is none. Texts are views. */
MUST_CHECK enum err record_read(
    struct ctx *, struct str leaf, struct record *ret);

#endif
