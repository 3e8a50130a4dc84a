/* qr.h - a text as a QR code (libqrencode). A code is its modules; in a PDF they
 * are drawn as squares, in a mail it is a picture. */
#ifndef BASE_QR_H
#define BASE_QR_H

#include "base/arena.h"
#include "base/base.h"

#define QR_MAX_BYTES 1000 /* of the text */
#define QR_QUIET 4        /* light modules around it, which readers need */

/* n × n modules, row by row, 1 is dark; without the quiet zone. */
struct qr {
	size_t n;
	const unsigned char *dark;
};

/* Error correction M: a sixth of it may be soiled. False when the text is empty
 * or over QR_MAX_BYTES. */
bool qr_make(struct arena *, struct str text, struct qr *ret);

/* A PNG, black on white, with its quiet zone; `pixels` (1 to 20) a module. */
struct str qr_png(struct arena *, const struct qr *, size_t pixels);

#endif
