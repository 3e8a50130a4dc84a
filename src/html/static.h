/* static.h - the files that every page loads: style sheet, script, fonts, mark.
 *
 * They are part of the program (static/). Their addresses are
 * /static/VERSION/NAME, where VERSION is taken from the SHA-256 of all of them:
 * so a browser may keep them for ever, and a new program is seen at once. The
 * style sheet names the fonts beside it, which gives them the same version. */
#ifndef HTML_STATIC_H
#define HTML_STATIC_H

#include "html/html.h"

struct static_file {
	struct str name, type, bytes;
	struct str etag; /* with its quotes */
};

/* The file of that name; false when there is none. */
bool static_find(struct str name, struct static_file *ret);
/* The address of the file; a name that does not exist aborts. */
struct url static_url(struct arena *, struct str name);
/* 16 hex digits. A request for another version gets the file as well, but must
 * not keep it. */
struct str static_version(void);

#endif
