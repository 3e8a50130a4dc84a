/* inbound.h - tables that are sent in to be worked on (procedure N-12): uploads
 * of kind "table", and what a gate found when it read them. The bytes are the
 * gate's alone, and no value of a cell stands here. Transactions on the shared
 * store.
 *
 * waiting -> reading (it is here, or is to be read anew) -> read or refused;
 * lost: the file is gone or does not open; destroyed: it went as it should. */
#ifndef CORE_INBOUND_H
#define CORE_INBOUND_H

#include "base/json.h"
#include "core/grants.h"

enum inbound_state {
	INBOUND_waiting,
	INBOUND_reading,
	INBOUND_read,
	INBOUND_refused,
	INBOUND_lost,
	INBOUND_destroyed,
	INBOUND_STATES
};
extern const char *const inbound_state_names[INBOUND_STATES];

struct inbound {
	/* Of the upload. */
	struct str upload, request, name, sha256, actor;
	struct str file; /* where the gate keeps it; "": by its digest */
	struct str purpose, destroy_on,
	    replaces; /* ISO day; upload id; or "" */
	int64_t bytes, created, received, swept;
	/* Of its reading. */
	enum inbound_state state;
	int64_t progress;     /* thousandths */
	const json_t *choice; /* inbound_choose(); NULL: none */
	/* {kind, encoding, delimiter, sheets:[{name, hidden}], sheet, rows, wrong,
	 * double, once, columns:[{title, name, type, check, era, needed, empty,
	 * wrong}]}; NULL: not known. rows: without the headings; wrong: cells;
	 * double: rows that stood before, which are left out and not looked
	 * at when it is read with `once`. Of a refused one what was found. */
	const json_t *found;
	/* {code, row, column, detail} of sheet/findings.def; NULL: none. Of a
	 * lost one {code: "absent" or "changed"}; of one that is read again and
	 * again inbound_held()'s. */
	const json_t *finding;
	int64_t version, told;
	struct str owner;
	int64_t until, tries;
};

struct inbound_new {
	struct str request, name, actor;
	struct str purpose, destroy_on, replaces;
};
/* A table on its way; its upload's ticket is the caller's to make. One that takes
 * another's place is read with inbound_choice_again(). */
MUST_CHECK enum err inbound_new(
    struct ctx *, const struct inbound_new *, struct inbound *ret);
/* ERR_NOT_FOUND, for uploads that are no tables too. */
MUST_CHECK enum err inbound_get(
    struct ctx *, struct str upload, struct inbound *ret);
/* Of a request, newest first. */
MUST_CHECK enum err inbound_list(struct ctx *, struct str request,
    const struct inbound **ret, size_t *ret_n);

enum {
	INBOUND_CODES = 5000,     /* in a column's list */
	INBOUND_HOLDS_S = 60,     /* that a claim lasts without a word … */
	INBOUND_BYTES_A_MS = 512, /* … and the first, until there are rows */
	INBOUND_TRIES = 3,        /* readings that no gate survived */
	INBOUND_UNTOLD = 100
};
#define INBOUND_CHOICE_BYTES ((size_t)256 << 10)

/* How it is to be read, and that it is read anew: {sheet, encoding, once, columns:
 * [{name, check, era, needed, codes[], list}]}, each of them may be absent. Columns
 * are named as they were found; one that is lost is looked for again. ERR_INVALID
 * with the wrong fields; ERR_CONFLICT when it is not here. */
MUST_CHECK enum err inbound_choose(
    struct ctx *, struct str upload, const json_t *choice);
/* The same without changing anything: *ret is what would be kept. */
MUST_CHECK enum err inbound_choice_check(
    struct ctx *, const json_t *choice, json_t **ret);
/* What one that takes another's place begins with: its columns are checked as
 * those were, so that what is built of them stays what was agreed; sheet and
 * encoding are its own. */
MUST_CHECK enum err inbound_choice_again(
    struct ctx *, const struct inbound *before, json_t **ret);

/* For the gate. It came: no harm for an upload that is no table. */
MUST_CHECK enum err inbound_received(struct ctx *, struct str upload);
/* Whether there is one to be claimed. */
MUST_CHECK enum err inbound_waits(struct ctx *, bool *ret);
/* The first of those that came, are to be read and that nobody reads, for
 * `owner`. */
MUST_CHECK enum err inbound_claim(
    struct ctx *, struct str owner, struct inbound *ret, bool *ret_found);
/* How far it is; and that it is still read. *ret_mine false: somebody else reads
 * it, it was chosen anew, or it has gone; so with the three below. */
MUST_CHECK enum err inbound_progress(struct ctx *, const struct inbound *claim,
    int64_t thousandths, bool *ret_mine);
MUST_CHECK enum err inbound_read(struct ctx *, const struct inbound *claim,
    const json_t *found, bool *ret_mine);
/* `found` may be NULL. */
MUST_CHECK enum err inbound_refused(struct ctx *, const struct inbound *claim,
    const json_t *finding, const json_t *found, bool *ret_mine);
/* Gives it back unread: the next claim may be another's, so many seconds from
 * now, and this one does not count. */
MUST_CHECK enum err inbound_left(
    struct ctx *, const struct inbound *claim, int64_t pause_s);
/* The same, and why, for it is not because of the file: {code: "list", list,
 * title_th, title_en} of core/code_list.h. Until it is read, or chosen anew. */
MUST_CHECK enum err inbound_held(struct ctx *, const struct inbound *claim,
    int64_t pause_s, const json_t *finding);
/* `code`: "absent" or "changed". Of one that was here. */
MUST_CHECK enum err inbound_lost(
    struct ctx *, struct str upload, struct str code);
/* Those that are lost and were not swept, by id after `after`, at most
 * INBOUND_UNTOLD. */
MUST_CHECK enum err inbound_lost_list(
    struct ctx *, struct str after, const struct inbound **ret, size_t *ret_n);
/* A lost one is there again: it is read as it was chosen. */
MUST_CHECK enum err inbound_again(struct ctx *, struct str upload);
/* No harm for an upload that is no table. */
MUST_CHECK enum err inbound_destroyed(struct ctx *, struct str upload);

/* Read, refused, lost or destroyed, and the request has no event of it: at most
 * INBOUND_UNTOLD, by id after `after`. */
MUST_CHECK enum err inbound_untold(
    struct ctx *, struct str after, const struct inbound **ret, size_t *ret_n);
MUST_CHECK enum err inbound_told(
    struct ctx *, struct str upload, int64_t version);

#endif
