/* stream.h - rows of a prepared statement as batches; inside src/source. */
#ifndef SOURCE_STREAM_H
#define SOURCE_STREAM_H

#include "source/lite.h"

struct source_stream {
	struct lite *lite;
	sqlite3_stmt *st;
	size_t n_columns, max_rows;
	struct cell *cells; /* max_rows × n_columns */
	char *text;         /* SOURCE_BATCH_BYTES */
	size_t used;
	struct arena *repaired; /* texts that were not UTF-8, of this batch */
	uint64_t bad_texts;
	bool waiting; /* the row at hand has not been handed out */
	bool done;
};

/* A stream over a statement that is bound and not stepped yet. */
struct source_stream *stream_new(struct ctx *, struct lite *, sqlite3_stmt *);

#endif
