/* app.h - the gate at work: one visit is one request on its way through the
 * route table. The public side serves keys and tickets; the desk's side (the
 * Unix socket) describes, previews and builds for the desk alone. */
#ifndef GATE_APP_H
#define GATE_APP_H

#include "base/crypt.h"
#include "base/json.h"
#include "core/grants.h"
#include "gate/gate.h"
#include "http/http.h"

struct recorder;
struct gate {
	const struct gate_options *options;
	struct store *shared;
	_Atomic int64_t flag;   /* change.flag as last seen; -1: not yet */
	struct str secret;      /* seals cursors, hashes; this gate's alone */
	struct keeper *keeper;  /* of what was sent in; gate/keeper.h */
	_Atomic int64_t looked; /* when the change was last looked at; UTC ms */
	struct recorder *recorder; /* gate/record.h */
};

enum side {
	SIDE_public,
	SIDE_desk,
};

struct gate_visit;
typedef enum err gate_fn(struct gate_visit *);

/* A row of routes.def. */
struct gate_route {
	const char *method, *path;
	gate_fn *fn;
	enum side side;
	enum body_kind body;
	uint64_t max_body;
	const char *shows; /* "data" "file" "json" "page" "redirect" "static"
	                    * "text" */
};
extern const struct gate_route gate_routes[];
extern const size_t n_gate_routes;

struct gate_visit {
	struct gate *gate;
	const struct gate_route *route;
	struct request *rq;
	struct response *rs;
	struct ctx cx;
};

#define ROUTE(method, path, fn, side, body, max, shows) gate_fn fn;
#include "gate/routes.def"
#undef ROUTE

/* The answer to a HEAD whose body is not made: no Content-Length says 0. */
void gate_no_body(struct gate_visit *);
enum err gate_json(struct gate_visit *, int status, const json_t *);
/* Whether the last look at what has changed was no longer ago than 5 s; a gate
 * that cannot look answers 503. */
bool gate_sees(const struct gate *, int64_t now);
/* Problem details (RFC 9457) for programs, a page for who asks for one, in the
 * caller's language; never a table's, a host's or a file's name on the public
 * side. `status` is err_status() of the failure, or the server's own. */
void gate_problem(struct gate_visit *, enum err, int status);
/* The record of a delivery could not be written, so it is not made: ERR_BUSY,
 * with the reason kept for the log. */
enum err gate_not_recorded(struct ctx *);
/* Every one that the public side gives. */
struct known_problem {
	enum err err;
	enum msg msg;
};
extern const struct known_problem gate_problems[];
extern const size_t n_gate_problems;
/* Its stable code: the message's key without what it begins with. */
struct str problem_code(enum msg);
/* Whether the caller would rather read a page than problem details. */
bool accepts_page(const struct request *);

/* A key of its own for each use and each thing, made of the gate's secret. */
struct sha256 gate_key(const struct gate *, const char *use, struct str of);

/* The source of that name, ready to be opened. ERR_BUSY on the public side when
 * it is not known. Needs no transaction open. */
struct source;
enum err gate_source(struct gate_visit *, struct str name, struct source *ret);

#endif
