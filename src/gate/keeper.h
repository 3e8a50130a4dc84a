/* keeper.h - whether what was sent in can be opened: the secret that opens it,
 * and the folder in which it lies, belong together. gate/uploads/mark is sealed
 * with the secret; where it stands and opens, both are the right ones.
 *
 * A secret that is missing or another's, or a folder that is empty though the
 * store knows of files (a disk that is not there), is a fault of the house: the
 * gate serves on without what was sent in, makes no new secret, and nothing is
 * said to be lost. It is looked at again all the time. Whoever has no other
 * secret or files any more puts an empty file gate/uploads/begin-anew there. */
#ifndef GATE_KEEPER_H
#define GATE_KEEPER_H

#include "base/crypt.h"
#include "base/ctx.h"

enum keeper_is {
	KEEPER_FINE,
	KEEPER_NO_SECRET, /* there are sealed files, and nothing opens them */
	KEEPER_OTHER_SECRET, /* there is one, which does not */
	KEEPER_NO_FILES,     /* the store knows of files, and there are none */
	KEEPER_DISK,         /* it could not be looked at */
};
/* "no-secret"; "" for KEEPER_FINE. */
struct str keeper_word(enum keeper_is);

struct keeper;
struct store;
/* `a` as long as the gate. */
struct keeper *keeper_new(
    struct arena *a, struct str gate_dir, struct store *shared);
/* Looks now; what has changed since stands in the log. From any thread, with no
 * transaction of its own open. */
enum keeper_is keeper_look(struct keeper *);
/* The key by which files are sealed, after a look. ERR_BUSY
 * ("error.uploads-shut") unless all is fine. */
MUST_CHECK enum err keeper_key(
    struct ctx *, struct keeper *, struct sha256 *ret);
/* The same look without making anything, for who is no gate. */
enum keeper_is keeper_probe(
    struct ctx *, struct str gate_dir, struct store *shared);

#endif
