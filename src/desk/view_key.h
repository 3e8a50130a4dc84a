/* view_key.h - the key of a connection of outlet "view": the one password of its
 * role in the source, which the gate sets. ERR_BUSY: the source or the gate is
 * not to be had, and nothing has changed. */
#ifndef DESK_VIEW_KEY_H
#define DESK_VIEW_KEY_H

#include "core/grants.h"
#include "desk/app.h"

enum err view_key_add(struct visit *, const struct connection *,
    struct str *ret_secret, struct key *ret);
/* Takes the password away when that key is the one that works; its row is the
 * caller's to end, afterwards. */
enum err view_key_end(struct visit *, struct str connection, struct str key);

#endif
