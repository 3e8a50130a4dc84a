/* html.h - what compiled templates call. The only code that knows how HTML is
 * escaped; templates choose the function by the place (tools/tmplc.c), C by the
 * type. There is no raw form: only struct html is written as it is, and it is
 * made only here. */
#ifndef HTML_HTML_H
#define HTML_HTML_H

#include "base/buf.h"
#include "base/msg.h"

/* A whole URL, safe in href, src and action; made only by url_local() (a path
 * of this site: starts with one '/') and url_https() (http and https). */
struct url {
	struct str s;
};
struct url url_local(struct str path); /* REQUIREs its form */
/* The path of `pathfmt` with each argument encoded as one segment or value:
 * url_path(a, "/requests/{}/files/{}", 2, args). */
struct url url_path(struct arena *, const char *pathfmt, size_t n,
    const struct str *args);
bool url_https(struct str, struct url *ret);

/* Text that is HTML already. */
struct html {
	struct str s;
};
/* Escaped text with <br> for line ends. */
struct html html_lines(struct arena *, struct str);
/* `text` from the catalogue, with <b>{0}</b>-like places escaped. */
struct html html_from_buf(const struct buf *);

void html_text_str(struct buf *, struct str);
void html_text_i64(struct buf *, int64_t);
void html_text_html(struct buf *, struct html);
void html_attr_str(struct buf *, struct str);
void html_attr_i64(struct buf *, int64_t);
void html_url_url(struct buf *, struct url);
void html_url_path_str(struct buf *, struct str);
void html_url_path_i64(struct buf *, int64_t);
void html_url_query_str(struct buf *, struct str);
void html_url_query_i64(struct buf *, int64_t);

#define html_text(o, x)                                                        \
	_Generic((x), struct str : html_text_str, struct html : html_text_html, \
	    int64_t : html_text_i64)(o, x)
#define html_attr(o, x)                                                        \
	_Generic((x), struct str : html_attr_str, int64_t : html_attr_i64)(o, x)
#define html_url(o, x) _Generic((x), struct url : html_url_url)(o, x)
#define html_url_path(o, x)                                                    \
	_Generic((x), struct str : html_url_path_str,                          \
	    int64_t : html_url_path_i64)(o, x)
#define html_url_query(o, x)                                                   \
	_Generic((x), struct str : html_url_query_str,                         \
	    int64_t : html_url_query_i64)(o, x)

#endif
