/* http.h - an HTTP/1.1 server: requests in, responses out, no business words.
 *
 * A thread a connection, plain blocking handlers. It reads requests itself,
 * because every library in Debian 12 hides from its user what must be refused
 * (head.h says which): whatever two parsers could read in two ways is refused
 * before a handler runs, and the connection is closed (guard.h has the list).
 *
 * Limits: header 16 KiB, 100 fields; path 2,048 bytes decoded; query 8 KiB,
 * 200 parameters; body as the route says. Time: a header within 10 s; between
 * requests 30 s; a body, or an answer that waits for its reader, at 1 KiB/s at
 * least over any 30 s, and 15 min at the most. */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/arena.h"
#include "base/base.h"

struct pair {
	struct str name, value;
};
struct pairs {
	const struct pair *v;
	size_t n;
};

/* The first value of `name`; absent {NULL, 0} when there is none. */
struct str pairs_get(struct pairs, struct str name);
bool pairs_has(struct pairs, struct str name);

/* One part of multipart/form-data that is a file. */
struct upload {
	struct str field, filename, type, bytes;
};

struct address {
	unsigned char b[16]; /* IPv6; an IPv4 address as ::ffff:a.b.c.d */
};

struct request {
	struct arena *arena;
	struct str method; /* upper case */
	struct str target; /* as sent: raw path and query */
	struct str
	    path; /* decoded, starts with '/', well-formed UTF-8, no NUL */
	struct pairs query; /* decoded, in order, repeats kept */
	struct pairs form;  /* urlencoded or multipart fields */
	const struct upload *files;
	size_t n_files;
	struct str body; /* as sent; empty when it went to a form or a spool */
	int body_fd;     /* spooled body, position 0; -1 when there is none; the
	                   * server closes it when the request ends */
	uint64_t body_bytes;
	struct address peer; /* the socket's */
	bool over_unix;      /* came by the Unix socket */
	int64_t peer_uid;    /* its user, there; else -1 */
	struct str args[4];  /* what {…} matched in the route's path */
	size_t n_args;
	void *impl;
};

/* Header fields by name, whatever the case; absent when missing. */
struct str request_header(const struct request *, struct str name);
struct str request_cookie(const struct request *, struct str name);

/* Whether the client has broken the connection, for work that takes long. One
 * that only said that it sends no more is still there. */
bool request_gone(const struct request *);

/* Gives the next bytes of a streamed body: up to `max` into `to`; 0 at the end,
 * -1 when the stream broke (the connection is then cut without the last chunk,
 * so that no one takes the part for the whole). Called on the connection's own
 * thread; may block. */
typedef long stream_read(void *state, char *to, size_t max);

struct response {
	struct arena *arena; /* the request's */
	int status;
	struct pair header[24];
	size_t n_header;
	struct str body;
	stream_read *read; /* a streamed body, instead of `body` */
	void *stream;
	/* Once, whatever happened. `whole`: all went to the socket; for a HEAD,
	 * where nothing is read, false. */
	void (*stream_end)(void *state, bool whole);
	int file_fd; /* >= 0: this file's bytes, closed by the server */
	uint64_t file_bytes;
	bool close;
};

/* A control byte in `value` becomes "_", so that no value ends its line. The
 * server writes Date, Content-Length, Transfer-Encoding and Connection. */
void response_header(struct response *, struct str name, struct str value);
/* Status, type and body at once; text gets its charset from the server. */
void response_set(
    struct response *, int status, struct str type, struct str body);
void response_redirect(struct response *, struct str location); /* 303 */

/* A route: method, path with {name} for one segment (at the end {name...} takes
 * the rest, never nothing), body limit. `tag` is the owner's: its row in the
 * table. Order does not matter: a fixed segment wins over {name}, that over
 * {name...}. HEAD goes to the GET route, its `method` stays HEAD; OPTIONS is
 * answered here. */
enum body_kind {
	BODY_NONE,  /* a body is refused (413) */
	BODY_BYTES, /* any type, into `body` */
	BODY_FORM,  /* urlencoded or multipart, into `form` and `files` */
	BODY_SPOOL, /* into an unlinked file of the spool folder, `body_fd` */
};
struct route {
	struct str method, path;
	enum body_kind body;
	uint64_t max_body;
	int tag;
};

struct server_options {
	int listen_fd; /* already listening; TCP or Unix */
	const struct route *routes;
	size_t n_routes;
	/* Called for each matched request on the connection's thread, with an
	 * arena of its own that goes after the answer is sent. */
	void (*handle)(void *app, const struct route *, struct request *,
	    struct response *);
	/* Called instead when nothing can be matched or the request is refused:
	 * 400, 404, 405 (Allow is set already), 408, 411, 413, 414, 415, 431,
	 * 505; 500 when a body cannot be spooled. Of the request only what
	 * could be read is set; the rest is empty. */
	void (*refuse)(
	    void *app, int status, struct request *, struct response *);
	void *app;
	const char *spool_dir;    /* for BODY_SPOOL */
	unsigned max_connections; /* 0: 1,000 */
	unsigned max_per_address; /* 0: 200 */
	unsigned min_send_rate;   /* bytes/s; 0: 1,024 */
};
struct server;

/* NULL when it cannot start; errno says why. */
struct server *server_start(const struct server_options *);
/* Takes no more connections, closes the listening socket, waits at most
 * `wait_ms` for requests in hand, cuts the rest, ends. False when a handler has
 * not come back 5 s after its cut: it still uses all that it was given, so the
 * process must end without taking anything of that down. */
bool server_stop(struct server *, int wait_ms);

/* A listening socket on "127.0.0.1:8080", "[::1]:8080" or "unix:/path"; an
 * address in use is tried again for 2 s. A socket file that nobody serves is
 * replaced; the new one has mode 0660. -1 and errno. */
int listen_on(struct arena *, struct str address);

/* CIDR: "10.0.0.0/8", "2001:db8::/32", a bare address is itself. Bits set
 * after the prefix are refused: they are a slip of the pen. */
struct network {
	struct address base;
	int bits; /* of 128 */
};
bool network_parse(struct str, struct network *ret);
bool network_has(struct network, struct address);
struct str address_text(struct arena *, struct address);

struct str url_encode(struct arena *, struct str); /* all but unreserved */
/* A name or value of a query: what RFC 3986 3.4 lets stand there stays, but for
 * & = + and ;, and a blank is +. No longer than any right way to write it. */
struct str url_encode_query(struct arena *, struct str);
/* False on a % without two hex digits. The result may hold any byte. */
bool url_decode(
    struct arena *, struct str, bool plus_is_space, struct str *ret);

#endif
