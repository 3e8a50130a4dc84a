/* out.h - a sticky writer of 32 KiB blocks to a sink; for src/fmt and src/paper. */
#ifndef FMT_OUT_H
#define FMT_OUT_H

#include <string.h>

#include "fmt/encoder.h"

#define OUT_BYTES ((size_t)32768)

struct out {
	struct sink sink;
	bool failed;
	uint64_t bytes; /* handed to the sink */
	size_t n;
	char p[OUT_BYTES];
};

void out_flush(struct out *);
/* Blocks are always filled up, so their bounds do not depend on the writes. */
void out_slow(struct out *, const void *, size_t);

/* At most 16 bytes, by two overlapping moves: a call costs more than the copy
 * of a number or a quotation mark. */
static inline void out_copy(char *to, const char *p, size_t n)
{
	if (n >= 8) {
		uint64_t a, b;
		memcpy(&a, p, 8);
		memcpy(&b, p + n - 8, 8);
		memcpy(to, &a, 8);
		memcpy(to + n - 8, &b, 8);
	} else if (n >= 4) {
		uint32_t a, b;
		memcpy(&a, p, 4);
		memcpy(&b, p + n - 4, 4);
		memcpy(to, &a, 4);
		memcpy(to + n - 4, &b, 4);
	} else if (n > 0) {
		to[n / 2] = p[n / 2];
		to[n - 1] = p[n - 1];
		to[0] = p[0];
	}
}

static inline void out_bytes(struct out *o, const void *p, size_t n)
{
	if (n > OUT_BYTES - o->n) {
		out_slow(o, p, n);
		return;
	}
	if (n <= 16)
		out_copy(o->p + o->n, p, n);
	else
		memcpy(o->p + o->n, p, n);
	o->n += n;
}

static inline void out_str(struct out *o, struct str s)
{
	out_bytes(o, s.p, s.n);
}

static inline void out_char(struct out *o, char c)
{
	out_bytes(o, &c, 1);
}

#define OUT_LIT(o, lit) out_bytes((o), "" lit, sizeof(lit) - 1)

void out_uint(struct out *, uint64_t);
/* "1234" with at least `digits` digits. */
void out_hex4(struct out *, unsigned);
/* With padding; in pieces, so that no length needs memory. */
void out_base64(struct out *, struct str);

/* For such a table: all control characters below U+0020 but tab and line feed. */
#define OUT_CONTROLS                                                \
	[0x00] = 1, [0x01] = 1, [0x02] = 1, [0x03] = 1, [0x04] = 1, \
	[0x05] = 1, [0x06] = 1, [0x07] = 1, [0x08] = 1, [0x0b] = 1, \
	[0x0c] = 1, [0x0d] = 1, [0x0e] = 1, [0x0f] = 1, [0x10] = 1, \
	[0x11] = 1, [0x12] = 1, [0x13] = 1, [0x14] = 1, [0x15] = 1, \
	[0x16] = 1, [0x17] = 1, [0x18] = 1, [0x19] = 1, [0x1a] = 1, \
	[0x1b] = 1, [0x1c] = 1, [0x1d] = 1, [0x1e] = 1, [0x1f] = 1

/* How many bytes of `s` come before the first special one. */
size_t out_plain(struct str s, const bool special[256]);
/* Writes `s`; each byte whose place in `special` is set goes to put() instead,
 * which gets all that remains and says how many bytes it has dealt with. */
void out_escaped(struct out *, struct str s, const bool special[256],
    size_t (*put)(struct out *, const unsigned char *p, size_t n));

/* Text of an element or of an attribute in double quotes, HTML and XML alike.
 * For XML it needs xml_legal(). */
void out_markup(struct out *, struct str);
/* Whether XML 1.0 has a way to say it (clause 2.2: no control characters but
 * tab, line feed and return; no U+FFFE, U+FFFF). */
bool xml_legal(struct str);

#endif
