#include "base/qr.h"

#include <qrencode.h>

#include "base/buf.h"
#include "base/str.h"

bool qr_make(struct arena *a, struct str text, struct qr *ret)
{
	if (text.n == 0 || text.n > QR_MAX_BYTES)
		return false;
	unsigned char *bytes = arena_room(a, text.n);
	for (size_t i = 0; i < text.n; i++)
		bytes[i] = (unsigned char)text.p[i];
	QRcode *code = QRcode_encodeData((int)text.n, bytes, 0, QR_ECLEVEL_M);
	if (code == NULL)
		return false;
	size_t n = (size_t)code->width;
	unsigned char *dark = arena_room(a, n * n);
	for (size_t i = 0; i < n * n; i++)
		dark[i] = code->data[i] & 1;
	QRcode_free(code);
	*ret = (struct qr){ .n = n, .dark = dark };
	return true;
}

static void put_u32(struct buf *b, uint32_t v)
{
	const unsigned char four[] = { (unsigned char)(v >> 24),
		(unsigned char)(v >> 16), (unsigned char)(v >> 8),
		(unsigned char)v };
	buf_bytes(b, four, sizeof four);
}

/* CRC-32 of PNG, a bit at a time: a picture has a few thousand bytes. */
static uint32_t crc32_of(struct str s)
{
	uint32_t c = UINT32_MAX;
	for (size_t i = 0; i < s.n; i++) {
		c ^= (unsigned char)s.p[i];
		for (int k = 0; k < 8; k++)
			c = (c >> 1) ^ ((c & 1) ? UINT32_C(0xedb88320) : 0);
	}
	return ~c;
}

static uint32_t adler32_of(struct str s)
{
	uint32_t lo = 1, hi = 0;
	for (size_t i = 0; i < s.n; i++) {
		lo = (lo + (unsigned char)s.p[i]) % 65521;
		hi = (hi + lo) % 65521;
	}
	return hi << 16 | lo;
}

/* The checksum is over the name and what follows it. */
static void put_chunk(
    struct arena *a, struct buf *b, const char *name, struct str bytes)
{
	struct str whole = str_cat(a, str_of(name), bytes);
	put_u32(b, (uint32_t)bytes.n);
	buf_str(b, whole);
	put_u32(b, crc32_of(whole));
}

/* Lines of a bit a pixel, each behind a byte that says "not filtered". */
static struct str scan_lines(struct arena *a, const struct qr *q, size_t pixels)
{
	size_t modules = q->n + 2 * (size_t)QR_QUIET;
	size_t side = modules * pixels, line = 1 + (side + 7) / 8;
	char *p = arena_alloc(a, line * side);
	for (size_t y = 0; y < side; y++)
		for (size_t x = 0; x < side; x++) {
			size_t row = y / pixels, column = x / pixels;
			bool inside = row >= QR_QUIET && column >= QR_QUIET &&
			              row < q->n + QR_QUIET &&
			              column < q->n + QR_QUIET;
			if (inside && q->dark[(row - QR_QUIET) * q->n + column -
					      QR_QUIET])
				continue;
			char *at = &p[y * line + 1 + x / 8];
			*at = (char)(*at | 0x80 >> x % 8);
		}
	return str_n(p, line * side);
}

/* Deflate's way of not compressing: blocks of at most 65,535 bytes. */
static struct str stored(struct arena *a, struct str raw)
{
	struct buf b = buf_new(a, raw.n + raw.n / 1000 + 100);
	struct str left = raw;
	buf_bytes(&b, "\x78\x01", 2);
	do {
		size_t n = left.n < 65535 ? left.n : 65535;
		const unsigned char head[] = { n == left.n,
			(unsigned char)(n & 255), (unsigned char)(n >> 8),
			(unsigned char)(~n & 255),
			(unsigned char)(~n >> 8 & 255) };
		buf_bytes(&b, head, sizeof head);
		buf_bytes(&b, left.p, n);
		left = str_from(left, n);
	} while (left.n > 0);
	put_u32(&b, adler32_of(raw));
	REQUIRE(buf_ok(&b));
	return buf_view(&b);
}

struct str qr_png(struct arena *a, const struct qr *q, size_t pixels)
{
	REQUIRE(pixels >= 1 && pixels <= 20);
	size_t side = (q->n + 2 * (size_t)QR_QUIET) * pixels;
	struct str raw = stored(a, scan_lines(a, q, pixels));
	struct buf b = buf_new(a, raw.n + 200), head = buf_new(a, 20);
	put_u32(&head, (uint32_t)side);
	put_u32(&head, (uint32_t)side);
	/* One bit, grey, the usual ways of packing, no interlace. */
	buf_bytes(&head, "\1\0\0\0\0", 5);
	buf_bytes(&b, "\x89PNG\r\n\x1a\n", 8);
	put_chunk(a, &b, "IHDR", buf_view(&head));
	put_chunk(a, &b, "IDAT", raw);
	put_chunk(a, &b, "IEND", STR(""));
	REQUIRE(buf_ok(&b));
	return buf_view(&b);
}
