/* html.h - what compiled templates call. The only code that knows how HTML is
 * escaped; templates choose the function by the place (tools/tmplc.c), C by the
 * type. There is no raw form: only struct html is written as it is, and it is
 * made only here.
 *
 * Whatever text is written, bytes that are not UTF-8 become U+FFFD; control
 * characters other than tab and line end go, and so do the marks that turn the
 * direction of the text around (U+202A–202E, U+2066–2069), which make a file's
 * name look like another. */
#ifndef HTML_HTML_H
#define HTML_HTML_H

#include "base/buf.h"
#include "base/msg.h"

/* A whole URL, safe in href, src and action; made only by the functions below.
 * {NULL, 0} is "none" where a struct says so. */
struct url {
	struct str s;
};
/* A path of this site: begins with one '/', not with "//"; printable ASCII
 * without blank, quote, \ < > ^ ` { | }. REQUIREs that form. */
struct url url_local(struct str path);
/* The same for a path that came from outside ("where to go after signing in"):
 * false when it has not that form. */
bool url_local_parse(struct str path, struct url *ret);
/* The path of `pathfmt` with each argument encoded as one segment or value:
 * url_path(a, "/requests/{}/files/{}", 2, args). A segment that is empty, "."
 * or ".." would name another path; it becomes U+FFFD, which nothing is called. */
struct url url_path(
    struct arena *, const char *pathfmt, size_t n, const struct str *args);
/* http or https, a host and no user name; printable ASCII as in url_local. */
bool url_https(struct str, struct url *ret);
/* mailto: of an address; false when it does not look like one. */
bool url_mailto(struct arena *, struct str address, struct url *ret);
bool url_is_set(struct url);

/* Text that is HTML already. */
struct html {
	struct str s;
};
/* Escaped text with <br> for line ends. */
struct html html_lines(struct arena *, struct str);
/* What pages wrote into `b`, to stand in another page. Valid until the next
 * write to `b`. */
struct html html_from_buf(const struct buf *b);

void html_text_str(struct buf *, struct str);
void html_text_i64(struct buf *, int64_t);
void html_text_html(struct buf *, struct html);
void html_attr_str(struct buf *, struct str);
void html_attr_i64(struct buf *, int64_t);
void html_url_url(struct buf *, struct url);
/* One segment of a path; the same rule as in url_path(). */
void html_url_path_str(struct buf *, struct str);
void html_url_path_i64(struct buf *, int64_t);
void html_url_query_str(struct buf *, struct str);
void html_url_query_i64(struct buf *, int64_t);

/* The catalogue's text with its places filled; {{ t: key | a, b }}. */
struct str html_msg1(struct arena *, enum lang, enum msg, struct str);
struct str html_msg2(
    struct arena *, enum lang, enum msg, struct str, struct str);

#define html_text(o, x)                       \
	_Generic((x), struct str              \
		 : html_text_str, struct html \
		 : html_text_html, int64_t    \
		 : html_text_i64)(o, x)
#define html_attr(o, x) \
	_Generic((x), struct str : html_attr_str, int64_t : html_attr_i64)(o, x)
#define html_url(o, x) _Generic((x), struct url : html_url_url)(o, x)
#define html_url_path(o, x)                   \
	_Generic((x), struct str              \
		 : html_url_path_str, int64_t \
		 : html_url_path_i64)(o, x)
#define html_url_query(o, x)                   \
	_Generic((x), struct str               \
		 : html_url_query_str, int64_t \
		 : html_url_query_i64)(o, x)

#endif
