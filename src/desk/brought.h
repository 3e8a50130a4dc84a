/* brought.h - tables that are sent in (core/inbound.h): who may, and what page and
 * API ask of store and gate for them. No value of a cell stays in the desk: a look
 * passes through. */
#ifndef DESK_BROUGHT_H
#define DESK_BROUGHT_H

#include "core/inbound.h"
#include "desk/page_case.h"

/* Whether the viewer may send one in now: the requester's side, who entered the
 * request, and who works on it. */
bool brought_may_send(const struct case_work *);
/* Whether he may open it: the requester's side, who entered the request and sent
 * it for them, and the officers who have the request in hand or prepared it. Whoever
 * sent it and has handed the request over is none of these any more. */
bool brought_may_open(const struct case_work *, const struct inbound *);
/* ERR_CONFLICT ("error.table-closed") when the request is closed: from then on
 * nobody needs its values, until they go. */
MUST_CHECK enum err brought_needed(const struct case_work *);

/* Those of the request, newest first. */
MUST_CHECK enum err brought_read_list(
    const struct case_work *, const struct inbound **ret, size_t *ret_n);
/* The request and one of its tables, for who may open it: ERR_NOT_FOUND,
 * ERR_DENIED. */
MUST_CHECK enum err brought_begin(struct visit *, struct str no, struct str id,
    struct case_work *ret_w, struct inbound *ret);
/* The same within an open case_work. */
MUST_CHECK enum err brought_find(
    const struct case_work *, struct str id, struct inbound *ret);

/* Days until one goes whose sender names no day, if not earlier with its
 * request. */
enum { BROUGHT_DAYS = 180 };

/* A ticket for a new one. `body`: {name, purpose, destroy_on, replaces}. */
MUST_CHECK enum err brought_ticket(const struct case_work *, const json_t *body,
    struct str *ret_id, struct str *ret_url);
/* {sheet, encoding, columns[]}: it is read anew. */
MUST_CHECK enum err brought_choose(
    const struct case_work *, const struct inbound *, const json_t *choice);
/* First rows and wrong cells, from the gate. ERR_CONFLICT until it is read. */
MUST_CHECK enum err brought_look(
    struct visit *, const struct inbound *, json_t **ret);
/* What another one, `with`, has that this has not: by the column `key`. */
MUST_CHECK enum err brought_difference(struct visit *, const struct inbound *,
    const struct inbound *with, struct str key, json_t **ret);
/* 303 to the gate, which hands out the corrected copy. */
MUST_CHECK enum err brought_corrected(struct visit *, const struct inbound *);

/* As the API tells it. */
json_t *brought_json(const struct visit *, const struct inbound *);

#endif
