/* known.h - calls that passed a moment ago: key, connection, what was approved
 * and where its rows are, read and parsed already.
 *
 * One is used for GRANTS_KNOWN_MS at most, and no longer once the change flag that the
 * gate looks at every 200 ms has moved: a revocation holds 200 ms later at the
 * latest. Only what passed is kept, never a wrong key; state, days and network
 * are asked at each call. */
#ifndef GATE_KNOWN_H
#define GATE_KNOWN_H

#include "gate/data.h"
#include "source/source.h"

enum { KNOWN_MAX = 64 };

struct known {
	struct key key;
	struct connection connection;
	struct approved approved;
	struct source source;
	/* The table's. */
	struct sha256 secret;
	int64_t flag, since;
	struct arena *arena; /* of all that it holds */
	int users;
	bool kept;
};

/* The call of that connection with that secret, or NULL. It stays until the
 * visit's arena goes. */
const struct known *known_find(
    struct gate_visit *, const struct sha256 *secret, struct str id);
/* Keeps a call that has passed. */
void known_keep(struct call *, const struct sha256 *secret);

#endif
