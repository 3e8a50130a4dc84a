/* code_lists.h - the codes of lists (core/code_list.h), out of their sources: when
 * a table is read whose columns are to be checked by them. What was fetched stays
 * beside the table, sealed, so that all that is made of it later goes by the same
 * codes. A label, the query's second column, tells which code was meant by it and
 * stays nowhere. For src/gate's tables alone. */
#ifndef GATE_CODE_LISTS_H
#define GATE_CODE_LISTS_H

#include "core/code_list.h"
#include "gate/app.h"
#include "sheet/columns.h"

enum {
	CODE_LISTS_A_TABLE = 8,
	CODE_LIST_MS = 5000, /* for the query's shape, and once more to run */
};

struct fetched_codes {
	struct str id, title_th, title_en;
	struct str *v, *labels; /* labels: "" for none; NULL: none kept */
	size_t n;
	const struct sheet_codes *codes; /* the set of them */
};

struct code_lists {
	struct fetched_codes list[CODE_LISTS_A_TABLE];
	size_t n;
};

/* The codes that a query gives now; ERR_INVALID, with how it is wrong for whoever
 * wrote it, and else a trouble, of which the log is told. */
MUST_CHECK enum err codes_fetch(struct gate_visit *, struct str source,
    struct str query, bool (*stop)(void *), void *stop_arg,
    struct fetched_codes *ret, enum code_trouble *ret_trouble);

/* All that a choice (core/inbound.h) names. ERR_BUSY and *ret_unread when the codes
 * of one cannot be had, which is then known of it. Needs no transaction open;
 * `between` is called before each of them. */
struct code_lists_call {
	enum err (*between)(void *arg);
	bool (*stop)(void *arg);
	void *arg;
};
MUST_CHECK enum err code_lists_fetch(struct gate_visit *, const json_t *choice,
    const struct code_lists_call *, struct code_lists *ret,
    struct code_list *ret_unread);

/* As they are kept beside the table ([{id, title_th, title_en, codes[]}]), and from
 * there. */
json_t *code_lists_json(struct arena *, const struct code_lists *);
void code_lists_kept(struct arena *, const json_t *, struct code_lists *ret);
/* Whether a choice names one. */
bool code_lists_named(const json_t *choice);

/* NULL: none of that id. */
const struct fetched_codes *code_lists_get(
    const struct code_lists *, struct str id);
/* The code that was meant: of whose label it is, or the nearest; absent: not known. */
struct str codes_meant(
    struct arena *, const struct fetched_codes *, struct str value);
/* What is wrong with a cell: of a list with its title, and the code that may be
 * meant. `list` may be NULL. */
struct str codes_why(struct arena *, enum lang, const struct fetched_codes *,
    struct str meant, enum msg why);

#endif
