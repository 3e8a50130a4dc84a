/* smtp.h - handing one mail to the university's server (libcurl). One recipient
 * each time, so that what the server says is said of him. */
#ifndef COURIER_SMTP_H
#define COURIER_SMTP_H

#include <stdatomic.h>

#include "core/site.h"

enum smtp_end {
	SMTP_TAKEN,
	SMTP_LATER,   /* not now */
	SMTP_REFUSED, /* never: no such address, too large, not wanted */
};

struct smtp_answer {
	enum smtp_end end;
	bool unsure; /* all was sent, and no answer came: it may have arrived */
	bool down;   /* the server cannot be reached, or lets nobody in */
	struct str text; /* its last line, or libcurl's reason; the arena's */
};

/* A connection that is kept from one mail to the next. `mail` and `stop` must
 * live as long; once *stop is set, what is under way is broken off. */
struct smtp;
struct smtp *smtp_open(const struct site_mail *mail, const atomic_bool *stop);
void smtp_close(struct smtp *); /* accepts NULL */

void smtp_send(struct smtp *, struct arena *, struct str to, struct str bytes,
    struct smtp_answer *ret);
/* Connects and signs in, sends nothing. */
void smtp_try(struct smtp *, struct arena *, struct smtp_answer *ret);

#endif
