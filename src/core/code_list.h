/* code_list.h - lists of codes that officers of a system offer (faculties, kinds of
 * status), for columns of tables that are sent in to be checked by. The codes stay
 * at their source: a gate fetches them when it reads a table. Whoever is offered a
 * list knows its title and never its query. By rule a list says nothing of any
 * person. Transactions on the shared store. */
#ifndef CORE_CODE_LIST_H
#define CORE_CODE_LIST_H

#include "base/json.h"
#include "core/people.h"

enum code_trouble {
	CODES_FINE,
#define TROUBLE(name) CODES_##name,
#include "core/code_troubles.def"
#undef TROUBLE
	CODE_TROUBLES
};
/* "" for CODES_FINE. */
extern const char *const code_trouble_names[CODE_TROUBLES];

enum {
	CODE_LIST_CODES = 10000,
	CODE_LIST_BYTES = 512 << 10, /* of all codes together */
	CODE_BYTES = 200,
	CODE_LISTS = 100, /* of a system, with those that have ended */
};

struct code_list {
	struct str id, system, source, title_th, title_en, query;
	struct str made_by, ended_by;
	int64_t made, ended; /* ended: 0 while it is offered */
	int64_t looked, codes;
	enum code_trouble trouble; /* of the last reading */
};

/* Whether he says which lists the system offers: its officers, each for himself. */
bool code_list_may(const struct person *, const struct system *);
/* Titles and query as they are kept; ERR_INVALID with the wrong fields. */
MUST_CHECK enum err code_list_check(struct ctx *, struct code_list *);
/* Offered from now on, by cx's actor. `l` was checked, and read with so many codes.
 * ERR_INVALID when the system has too many. */
MUST_CHECK enum err code_list_add(struct ctx *, struct code_list *l);
/* No longer offered: tables that were chosen to be checked by it still are.
 * ERR_NOT_FOUND; no harm when it has ended. */
MUST_CHECK enum err code_list_end(
    struct ctx *, struct str system, struct str id);
/* ERR_NOT_FOUND. */
MUST_CHECK enum err code_list_get(
    struct ctx *, struct str id, struct code_list *ret);
/* Of a system, the newest first; `all`: those that have ended too. */
MUST_CHECK enum err code_list_of(struct ctx *, struct str system, bool all,
    const struct code_list **ret, size_t *ret_n);
/* For the gate: how its last reading went. */
MUST_CHECK enum err code_list_looked(
    struct ctx *, struct str id, enum code_trouble, int64_t codes);

/* Those that could not be read when they were last looked at, after `since`; first
 * looked at first. */
MUST_CHECK enum err code_list_troubled(
    struct ctx *, int64_t since, const struct code_list **ret, size_t *ret_n);

/* Why a table is not read: {code: "list", list, title_th, title_en}. */
json_t *code_list_finding(struct arena *, const struct code_list *);
/* For who is offered it: {id, system, title_th, title_en}; for its officers with
 * all that is known. */
json_t *code_list_json(struct arena *, const struct code_list *, bool officer);

#endif
