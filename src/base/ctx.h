/* ctx.h - what belongs to the piece of work at hand: its memory, its moment,
 * its reader's language, who acts, and why it failed. First argument wherever
 * a function may fail. */
#ifndef BASE_CTX_H
#define BASE_CTX_H

#include "base/arena.h"
#include "base/base.h"
#include "base/msg.h"

struct db;    /* sql/sql.h: the transaction in hand, if any */
struct actor; /* core/people.h: who acts; NULL is nobody */

/* One wrong field of the input: its name as the caller wrote it, and why. */
struct field_error {
	struct str field;
	enum msg msg;
	struct str arg;
	struct str hint; /* as it was perhaps meant; empty: no idea */
	struct field_error *next;
};

/* Why the work failed. `msg` is for the reader (its key after "error." is the
 * stable code of the API); `detail` is for the log, never for the reader. */
struct fault {
	enum err err;
	enum msg msg;
	struct str arg[2];
	struct str detail;
	struct field_error *fields, *last;
	size_t n_fields;
};

struct ctx {
	struct arena *arena;
	struct db *db;
	const struct actor *actor;
	int64_t now; /* UTC ms, read once */
	enum lang lang;
	struct fault fault;
};

struct ctx ctx_new(struct arena *, int64_t now_ms, enum lang);

/* Records why and returns `e`. The deepest function that knows something
 * useful calls it; the others `return e`. */
enum err fail(struct ctx *, enum err e, enum msg);
enum err fail1(struct ctx *, enum err e, enum msg, struct str arg0);
enum err fail2(
    struct ctx *, enum err e, enum msg, struct str arg0, struct str arg1);
/* The same with the general message of `e` and a detail for the log. */
PRINTF_LIKE(3, 4)
enum err fail_detail(struct ctx *, enum err e, const char *fmt, ...);

/* Notes a wrong field; the first 50 are kept. */
void field_wrong(struct ctx *, struct str field, enum msg, struct str arg);
/* The same, and what the caller probably meant, in his own words put right. */
void field_wrong_hint(
    struct ctx *, struct str field, enum msg, struct str arg, struct str hint);
/* OK when no field is wrong, else ERR_INVALID with all of them. */
MUST_CHECK enum err fields_end(struct ctx *);

/* The reader's sentence for cx->fault. */
struct str fault_text(const struct ctx *);
/* Its stable code: the message's key after "error.". */
struct str fault_code(const struct ctx *);
/* The general message of `e`; MSG_NONE for OK. */
enum msg err_msg(enum err e);

#endif
