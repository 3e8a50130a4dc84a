/* data_mail.h - what was prepared, in the officer's mail itself (N-29), and other
 * agreed channels.
 *
 * Data may go along when the request's memo is open, no column is of a higher
 * class than the setting "mail-data-class" says, the documents together are no
 * larger than "mail-data-bytes", and the requester's address is in one of the
 * domains of "mail-domains". Otherwise the mail has a link to them, which ends
 * when they do. Only the requester's mail has data, never a copy. What was decided,
 * and why, stands in the event. */
#ifndef CORE_DATA_MAIL_H
#define CORE_DATA_MAIL_H

#include "core/decide.h"

enum { DATA_MAIL_BYTES = 5 << 20, DATA_MAIL_MOST = 12 << 20 };

struct data_mail {
	struct str largest; /* "none": never; else a class; "internal" */
	int64_t bytes;
	struct str domains; /* empty: none */
};
MUST_CHECK enum err data_mail_settings(struct ctx *, struct data_mail *ret);
/* Whether "mail-data-class" can be this. */
bool data_mail_class_ok(struct str);
/* Whether the address is in one of the domains, or below ("a.b, c.d"). */
bool email_is_in(struct str email, struct str domains);

/* Why what was prepared cannot go along: "secret" "nothing" "class" "size"
 * "address"; empty: it can. */
struct str data_mail_why(const struct data_mail *, const struct case_file *);

/* For `deliver`, after its documents were named: what becomes of the channel, into
 * data "mailed" or "agreed"; what is missing is a wrong field. */
void decision_channel(struct decision *);
void decision_mailed(struct decision *);
/* "document:ID …" for a notice, when the event says that data go along. */
struct str data_mail_files(struct arena *, const struct event *);

/* For evolve(). */
void channel_take(struct case_file *, const struct event *);
/* [{at, by, channel, note, to, digest, agreed{by, on, how}, mailed{…}}] */
json_t *channels_json(struct arena *, const struct case_file *);

#endif
