/* letter.h - a notice as the mail that leaves. */
#ifndef COURIER_LETTER_H
#define COURIER_LETTER_H

#include "core/outbox.h"
#include "core/site.h"
#include "templates/view.h"

/* For templates/courier_mail.html. */
struct mail_view {
	struct str lang, subject;
	struct html body;
	struct url link; /* may not be set */
	struct str link_label, link_text;
	bool picture;
	struct str scan;
	struct html files;
	struct html foot;
};

/* Of what is larger together, the mail says where it is instead. */
#define LETTER_MAX_FILES_BYTES ((size_t)12 << 20)
#define LETTER_MAX_BYTES ((size_t)24 << 20)

struct packed {
	struct str message_id;
	struct str bytes;         /* as it travels */
	struct str filed;         /* the same without what is secret in it */
	const struct str *emails; /* where it goes */
	size_t n_emails;
};

/* Only where it would go: `emails`. */
void letter_emails(struct ctx *, const struct notice *, struct packed *ret);
/* Reads what the notice is about, and its files. Opens transactions of its own
 * (`people`). A memo's secrecy keeps all words of the case out of the mail, and so
 * does a case that cannot be read. Files that cannot be had are left out, which
 * the mail says. */
MUST_CHECK enum err letter_pack(struct ctx *, const struct site *,
    struct store *people, const struct notice *, struct packed *ret);

#endif
