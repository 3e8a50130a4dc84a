/* pages.h - the gate's few pages for people: what a connection gives, what its
 * errors mean, what failed. They stand in the frame of all pages (layout.html),
 * without a session: the gate knows keys, not people. */
#ifndef GATE_PAGES_H
#define GATE_PAGES_H

#include "base/buf.h"
#include "gate/app.h"
#include "templates/view.h"

/* `other` is the same page in the other language; not set: not offered. */
struct view gate_view(struct gate_visit *, struct str title, struct url other);
struct buf gate_page_buf(struct gate_visit *);
void gate_page_send(struct gate_visit *, int status, const struct buf *);
/* The language that ?lang= names, when it names one. */
void gate_page_lang(struct gate_visit *);

struct problem_page {
	struct str text, code;
	const struct str *fields; /* "limit: …" */
	size_t n_fields;
};

struct about_page {
	struct str title;
	struct str lead; /* the purpose */
	const struct ui_row *terms;
	size_t n_terms;
	struct ui_table columns, params;
	const struct ui_code *samples;
	size_t n_samples;
	struct url openapi, errors;
};

struct error_row {
	struct str code, text;
	int64_t status;
};
struct errors_page {
	const struct error_row *rows;
	size_t n;
};

#endif
