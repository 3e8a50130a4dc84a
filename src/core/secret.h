/* secret.h - hashes of secrets as values of a statement. */
#ifndef CORE_SECRET_H
#define CORE_SECRET_H

#include "base/crypt.h"
#include "sql/sql.h"

/* A view: `h` must outlive the value. */
static inline struct val val_hash(const struct sha256 *h)
{
	return val_bytes(
	    (struct str){ .p = (const char *)h->b, .n = sizeof h->b });
}

#endif
