/* about.h - a connection described: for people (a page with samples) and for
 * programs (OpenAPI 3.1). Neither says more than what was granted, and neither
 * holds a key. */
#ifndef GATE_ABOUT_H
#define GATE_ABOUT_H

#include "gate/data.h"
#include "gate/pages.h"

/* "https://gate.example.ac.th/v1/d/ID" */
struct str connection_url(const struct call *);
bool connection_posts(const struct call *); /* api-post */
/* The form to show: JSON or CSV if granted, else the first. */
enum form connection_form(const struct call *);
/* The column in the reader's language. */
struct str column_title_in(const struct column *, enum lang);
/* A value that the parameter takes: default, bound, first choice, or one of
 * its type. */
struct str param_example(const struct param *);

/* curl, Python, R, PHP, Excel: each runs as it is with the key put where it
 * belongs. */
const struct ui_code *samples_of(const struct call *, size_t *ret_n);
json_t *openapi_of(const struct call *);

#endif
