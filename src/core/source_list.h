/* source_list.h - the sources that the university's systems have: names and
 * where they are, without secrets (table source of the shared store). A system
 * may have several. Rows come out of them through src/source. */
#ifndef CORE_SOURCE_LIST_H
#define CORE_SOURCE_LIST_H

#include "base/ctx.h"

struct listed_source {
	struct str name;   /* [A-Za-z0-9_-], 1 to 60 characters */
	struct str system; /* code */
	struct str kind;   /* "sqlite", "postgresql", "odbc" */
	struct str dsn;    /* as source/source.h takes it: never a secret */
};

/* All, by name. */
MUST_CHECK enum err source_list(
    struct ctx *, const struct listed_source **ret, size_t *ret_n);
/* ERR_NOT_FOUND. */
MUST_CHECK enum err source_list_get(
    struct ctx *, struct str name, struct listed_source *ret);
/* Adds one and tells the gates. `kind` is taken from the DSN. ERR_INVALID for a
 * bad name or DSN, ERR_CONFLICT when the name is taken. Needs a write
 * transaction on the shared store. */
MUST_CHECK enum err source_list_add(struct ctx *, const struct listed_source *);

/* The file of an SQLite source, by ODBC too (Database=/…); of a PostgreSQL source
 * its sslrootcert; empty for others. */
struct str source_list_file(const struct listed_source *);
/* The folder of that file, which the gate must be able to read. */
struct str source_list_folder(const struct listed_source *);

/* Where the password of a source is: gate/sources/NAME.secret, which the fence
 * lets the gate alone read. */
struct str source_secret_path(
    struct arena *, struct str gate_dir, struct str name);
#define SOURCE_SECRET_BYTES ((size_t)1000)
/* Absent when there is none; ERR_BROKEN when it cannot be read. */
MUST_CHECK enum err source_secret_read(
    struct ctx *, struct str gate_dir, struct str name, struct str *ret);

/* Raises change.flag, which every gate process looks at each 200 ms: something
 * that it keeps in memory is no longer so. Needs a write transaction. */
MUST_CHECK enum err change_tell(struct ctx *);
MUST_CHECK enum err change_flag(struct ctx *, int64_t *ret);

#endif
