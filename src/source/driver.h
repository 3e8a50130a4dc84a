/* driver.h - what a kind of source can do; inside src/source only. source.c has
 * one table of drivers and is all that knows which kinds there are. */
#ifndef SOURCE_DRIVER_H
#define SOURCE_DRIVER_H

#include "source/query.h"
#include "source/source.h"

struct source_driver {
	size_t max_streams; /* at once, of one source */
	size_t max_waiting; /* for one of them to end; others are refused */
	/* The database works in this process: reading ahead of the encoder pays.
	 * A server works beside it anyhow, and another thread only costs. */
	bool here;
	enum err (*check)(
	    struct ctx *, const struct source *, struct source_report *);
	/* Tables whose texts may not be what they should, as they stand in SQL,
	 * at most `max`; NULL: no way to know them, or no need. */
	enum err (*tables)(struct ctx *, const struct source *, size_t max,
	    struct str *ret, size_t *ret_n);
	enum err (*preview)(struct ctx *, const struct source *, struct str sql,
	    struct params, struct args, const struct source_limits *,
	    size_t max_rows, struct description *, struct batch *);
	enum err (*open)(struct ctx *, const struct source *,
	    const struct compiled *, const struct source_limits *,
	    struct source_stream **);
	enum err (*next)(struct ctx *, struct source_stream *, struct batch *);
	/* What tells one state of its data from another; NULL: no way to. */
	bool (*version)(const struct source_stream *,
	    unsigned char ret[SOURCE_VERSION_BYTES], size_t *ret_n);
	void (*close)(struct source_stream *); /* more than once does nothing */
};
extern const struct source_driver lite_driver, pg_driver, odbc_driver;
const struct source_driver *source_driver_of(const struct source *);

#define SOURCE_CELLS ((size_t)2048) /* in a batch */

/* Where the cells of a batch and their texts are put. */
struct source_room {
	struct cell *cells; /* SOURCE_CELLS */
	char *text;         /* SOURCE_BATCH_BYTES */
};

/* What every driver's stream begins with. */
struct source_stream {
	const struct source_driver *driver;
	uint64_t bad_texts;
	struct slot *slot;       /* of its source; NULL once given back */
	struct source_room room; /* may be another for each batch */
	/* Some of the last batch is elsewhere, and goes with the next one even
	 * if that is put into another room. */
	bool outside;
};

/* What one run has left, for the drivers whose database runs elsewhere. */
struct budget {
	struct source_limits limits;
	int64_t deadline_ms;
	enum err ended; /* OK, ERR_TIME_LIMIT or ERR_GONE */
};
struct budget budget_new(const struct source_limits *);
int64_t budget_left_ms(const struct budget *);
/* Whether it is used up, or nobody wants more. */
bool budget_over(struct budget *);
enum err budget_fail(struct ctx *, const struct budget *);

/* Looks for undecodable texts in a source's first rows, into the report; what
 * cannot be read is passed over. */
void source_sample(struct ctx *, const struct source *, struct source_report *);

/* Checks that hold for every kind: an officer's SQL is UTF-8 text of a bounded
 * length, and begins with `select` or `with`. */
MUST_CHECK enum err sql_check_text(struct ctx *, struct str sql);
struct str sql_skip_blank(struct str); /* past white space and comments */
/* A column's name is one that a caller can ask by; `before` are those that
 * stand before it. */
MUST_CHECK enum err sql_check_column(struct ctx *, struct str name,
    const struct column *before, size_t n_before);
/* What is shown of a cell in a preview, in the arena. */
struct str preview_cut(struct arena *, const struct cell *);

#endif
