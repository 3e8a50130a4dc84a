/* guard.h - what two readers of one request could understand differently is
 * refused (RFC 9112 3, 5, 6, 11.2; request smuggling). Each function answers 0,
 * or the status of the refusal, after which the connection is closed.
 *
 * 400  a line that ends in LF or CR alone; NUL and other control bytes (but a
 *      tab in a value); a folded line; blanks before the colon; a field
 *      without name or colon; a value that is not UTF-8
 *      a method of other letters than A-Z and "-"; a blank in the target
 *      Host missing on HTTP/1.1, twice, or no host[:port]
 *      Content-Length twice (even when equal), empty, signed, listed, with a
 *      leading zero, or over 18 digits; together with Transfer-Encoding
 *      Content-Type, Authorization, Origin or Expect twice
 *      the names of framing fields written with "_"
 *      a path with %00, %2F, control bytes, "//", "." or ".." segments, a bad
 *      escape, bytes that no browser sends, or not UTF-8; the same for the
 *      query, but for %2F, tabs and line ends
 *      absolute-form whose host is not the Host field's (equal: it is taken)
 * 411  any Transfer-Encoding
 * 414  a request line over 16 KiB, a path over 2,048 bytes, a query over 8 KiB
 * 431  a header over 16 KiB or of more than 100 fields
 * 505  a version other than HTTP/1.0 and HTTP/1.1
 *
 * Taken, against a narrower reading: one empty line before a request (RFC 9112
 * 2.2 asks for it); blanks after a value; a missing Host on HTTP/1.0. */
#ifndef HTTP_GUARD_H
#define HTTP_GUARD_H

#include "http/head.h"

/* Bytes of a head as they come in, before it is whole; `before` is the byte
 * that went before, 0 at the start. */
int guard_bytes(struct str fresh, char before);
/* The request line and the fields. */
int guard_head(const struct head *);
/* The target. Sets path and query of the request; absolute-form loses its
 * scheme and host. */
int guard_target(const struct head *, struct request *);

#endif
