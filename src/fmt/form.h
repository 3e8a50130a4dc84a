/* form.h - what one form does; inside src/fmt only. */
#ifndef FMT_FORM_H
#define FMT_FORM_H

#include "fmt/out.h"

struct encoder {
	struct arena *arena;
	enum form form;
	const struct form_ops *ops;
	struct encode_options options;
	struct columns columns; /* of the part in hand */
	struct str part;        /* its name */
	size_t n_parts;
	uint64_t rows;      /* all parts */
	uint64_t part_rows; /* of the part in hand, before the batch in hand */
	enum encode_fault fault;
	bool ended;
	void *own;      /* the form's */
	struct out out; /* last: its block is not zeroed */
};

struct form_ops {
	void (*start)(struct encoder *); /* once; may be NULL */
	void (*part_begin)(struct encoder *);
	void (*rows)(struct encoder *, const struct batch *);
	void (*part_end)(struct encoder *);
	void (*end)(struct encoder *); /* may be NULL */
};

extern const struct form_ops form_json, form_ndjson, form_csv, form_xlsx,
    form_xml, form_html;

/* The title in the reader's language, else in the other, else the name. */
struct str column_title(const struct encoder *, const struct column *);

#endif
