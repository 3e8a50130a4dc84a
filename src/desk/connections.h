/* connections.h - connections and their keys, for pages and API alike. */
#ifndef DESK_CONNECTIONS_H
#define DESK_CONNECTIONS_H

#include "core/grants.h"
#include "desk/app.h"

/* Those of the requests that the actor holds (requester, head, coordinator). */
enum err connections_mine(
    struct visit *, const struct connection **ret, size_t *ret_n);
/* One whose request the actor may see; *ret_holder says whether it is his own. */
enum err connections_find(
    struct visit *, struct str id, struct connection *ret, bool *ret_holder);
enum err connections_keys(
    struct visit *, struct str id, const struct key **ret, size_t *ret_n);
/* A new key, for a holder only; shown once. */
enum err connections_key_add(
    struct visit *, struct str id, struct str *ret_secret, struct key *ret);
enum err connections_key_remove(struct visit *, struct str id, struct str key);
/* Gives the command revoke on the connection's request. */
enum err connections_revoke(struct visit *, struct str id, struct str reason);

#endif
