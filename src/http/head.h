/* head.h - the head of a request, as sent, cut into its parts.
 *
 * Cutting judges nothing: the guard does (guard.h), and it sees every byte. A
 * library between them would hide what has to be refused. libmicrohttpd 0.9.75,
 * tried on the wire in its strict mode, ends a line at a bare LF, cuts a value
 * ("Content-Length: 1<NUL>9"), a method and a path at NUL, joins a folded line
 * to the *name* before it, drops a field without a name, and reads a body in
 * "Transfer-Encoding: identity" until the connection ends. */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include "http/http.h"

enum { HEAD_BYTES = 16384, HEAD_FIELDS = 100 };

/* Views into the head. A line without a colon has its whole text as name and an
 * absent value. More than HEAD_FIELDS + 1 fields are not kept. */
struct head {
	struct str method, target, version;
	struct pair *field;
	size_t n_fields;
};

/* `raw` ends with the empty line. */
struct head head_split(struct arena *, struct str raw);

/* The first value of a field; absent {NULL, 0} when there is none. */
struct str head_field(const struct head *, struct str name);
size_t head_count(const struct head *, struct str name);
/* Whether a list field ("Connection: a, b") holds the word. */
bool head_lists(const struct head *, struct str name, struct str word);

#endif
