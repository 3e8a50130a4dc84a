/* stream.h - rows of a prepared statement as batches; inside src/source. */
#ifndef SOURCE_STREAM_H
#define SOURCE_STREAM_H

#include "source/driver.h"
#include "source/lite.h"

struct lite_stream {
	struct source_stream head;
	struct lite *lite;
	sqlite3_stmt *st;
	size_t n_columns, max_rows;
	size_t used;
	struct arena *repaired; /* texts that were not UTF-8, of this batch */
	bool waiting;           /* the row at hand has not been handed out */
	bool done;
	bool broken; /* a step failed */
};

/* A stream over a statement that is bound and not stepped yet. */
struct lite_stream *stream_new(struct ctx *, struct lite *, sqlite3_stmt *);

/* The driver's. */
enum err lite_stream_open(struct ctx *, const struct source *,
    const struct compiled *, const struct source_limits *,
    struct source_stream **);
enum err lite_next(struct ctx *, struct source_stream *, struct batch *);
bool lite_stream_version(const struct source_stream *,
    unsigned char ret[SOURCE_VERSION_BYTES], size_t *ret_n);
void lite_stream_close(struct source_stream *);
enum err lite_preview(struct ctx *, const struct source *, struct str sql,
    struct params, struct args, const struct source_limits *, size_t max_rows,
    struct description *, struct batch *);

#endif
