/* QR codes (ISO/IEC 18004, level M). */
#include <cairo.h>
#include <qrencode.h>
#include <string.h>

#include "base/str.h"
#include "paper/flow.h"

enum { QUIET = 4, DOT = 8, TEXT_MAX = 1000 };

struct str qr_modules(struct arena *a, struct str text, int *ret_side)
{
	if (text.n == 0 || text.n > TEXT_MAX)
		return (struct str){ 0 };
	QRcode *q = QRcode_encodeString8bit(str_cstr(a, text), 0, QR_ECLEVEL_M);
	if (q == NULL)
		return (struct str){ 0 };
	size_t n = (size_t)q->width * (size_t)q->width;
	char *v = arena_alloc(a, n);
	for (size_t i = 0; i < n; i++)
		v[i] = (char)(q->data[i] & 1);
	*ret_side = q->width;
	QRcode_free(q);
	return str_n(v, n);
}

static cairo_status_t write_png(
    void *arg, const unsigned char *p, unsigned int n)
{
	buf_bytes(arg, p, n);
	return CAIRO_STATUS_SUCCESS;
}

struct str qr_png(struct arena *a, struct str text)
{
	int side;
	struct str m = qr_modules(a, text, &side);
	struct buf b = buf_new(a, PAPER_PICTURE_BYTES_MAX);
	if (m.n == 0)
		return m;
	int px = (side + 2 * QUIET) * DOT;
	cairo_surface_t *s =
	    cairo_image_surface_create(CAIRO_FORMAT_RGB24, px, px);
	cairo_t *cr = cairo_create(s);
	cairo_set_source_rgb(cr, 1, 1, 1);
	cairo_paint(cr);
	cairo_set_source_rgb(cr, 0, 0, 0);
	for (int i = 0; i < side * side; i++)
		if (m.p[i])
			cairo_rectangle(cr, (i % side + QUIET) * DOT,
			    (i / side + QUIET) * DOT, DOT, DOT);
	cairo_fill(cr);
	cairo_destroy(cr);
	cairo_surface_write_to_png_stream(s, write_png, &b);
	cairo_surface_destroy(s);
	return buf_view(&b);
}
