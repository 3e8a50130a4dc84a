/* mime.h - a mail as it travels (RFC 5322, 2045–2047, 2231): the same letter
 * gives the same bytes, so that what is sent again is the same mail, and what is
 * filed is what was sent. No text of a letter can become a header of its own:
 * whatever is not plain is encoded, and control marks become blanks first. */
#ifndef COURIER_MIME_H
#define COURIER_MIME_H

#include "base/buf.h"
#include "base/msg.h"

struct enclosure {
	struct str name, type, bytes; /* type: "application/pdf" */
};

struct outgoing {
	struct str message_id; /* without brackets */
	struct str thread;     /* id of the first of its thread; may be empty */
	int64_t date;          /* UTC ms */
	struct str from, from_name, to, to_name; /* names may be empty */
	struct str cc;       /* addresses, ", " between; may be empty */
	struct str reply_to; /* may be empty */
	struct str subject;
	enum lang lang;
	struct str text, html; /* of several lines */
	struct str picture;    /* PNG, "cid:qr" in html; may be empty */
	const struct enclosure *files;
	size_t n_files;
};

/* Addresses must be as email_normal() gives them: REQUIRE. */
void letter_write(struct buf *, const struct outgoing *);

/* "Thu, 26 Nov 2026 09:14:05 +0700" */
struct str mail_date(struct arena *, int64_t utc_ms);

#endif
