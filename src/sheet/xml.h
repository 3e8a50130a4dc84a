/* xml.h - a part of a workbook through expat, piece by piece. Expat knows XML
 * whole and takes its bytes in pieces, so memory does not grow with the part; it
 * may hold 2 MiB at the most. A document type is refused, and with it every
 * entity; depth is limited.
 *
 * A reader is a struct in the arena that begins with its struct xml; handlers get
 * it as their user data. Names stand without namespaces: what they mean comes from
 * where they stand. */
#ifndef SHEET_XML_H
#define SHEET_XML_H

#include <expat.h>

#include "sheet/unzip.h"

struct xml {
	struct work *w;
	struct unzip *z;
	XML_Parser parser;
	struct str part;
	int depth; /* of the element in hand; the root's is 1 */
	enum err err;
	bool ended;
};

/* Attributes by their names without prefix; expat's list. NULL: absent. */
const char *xml_attribute(const char *const *, const char *name);
/* The same, of those that have a prefix: "id" of r:id. */
const char *xml_attribute_prefixed(const char *const *, const char *name);
/* What follows the prefix. */
const char *xml_local(const char *name);
bool xml_is(const char *name, const char *local);

/* Start handlers must begin with xml_enter(), end handlers end with xml_leave();
 * after a failure both must do nothing, for expat may call them once more. */
MUST_CHECK enum err xml_begin(struct xml *, struct work *, struct unzip *,
    const struct unzip_part *, XML_StartElementHandler, XML_EndElementHandler,
    XML_CharacterDataHandler);
/* False: too deep, or something failed before. */
bool xml_enter(struct xml *);
void xml_leave(struct xml *);
/* The part ends here with this failure. */
void xml_stop(struct xml *, enum err);
/* Reads on until a handler pauses (XML_StopParser, resumable) or the part ends:
 * then x->ended. */
MUST_CHECK enum err xml_go(struct xml *);
/* To its end, and closes it. */
MUST_CHECK enum err xml_all(struct xml *);
void xml_close(struct xml *);

#endif
