/* embed.h - files that are compiled into the program. tools/embed turns files
 * into a table of these (migrations, style sheet, script, fonts); the build
 * files of migrations/ and static/ say which. */
#ifndef BASE_EMBED_H
#define BASE_EMBED_H

#include "base/base.h"

/* One file. `name` is its last path part. The bytes may be any; one NUL that
 * `n` does not count follows them. */
struct embedded {
	const char *name;
	const unsigned char *bytes;
	size_t n;
};

/* Declares the table `symbol` and its length `symbol`_n; one more entry, all
 * zero, ends it. */
#define EMBEDDED(symbol)                       \
	extern const struct embedded symbol[]; \
	extern const size_t symbol##_n

#endif
