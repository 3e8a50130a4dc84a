/* app.h - the desk at work: one visit is one request on its way through the
 * route table. A handler works on visit->cx, answers into visit->rs, and returns
 * why it could not; the answer to a failure is made in one place (problem.c). */
#ifndef DESK_APP_H
#define DESK_APP_H

#include "base/ctx.h"
#include "base/json.h"
#include "core/people.h"
#include "core/site.h"
#include "desk/desk.h"
#include "http/http.h"

struct app {
	const struct site *site;
	struct store *people, *shared;
	bool secure; /* the desk is reached over https: cookies say so */
};

enum door {
	DOOR_api,   /* JSON in and out, errors as problem details */
	DOOR_page,  /* HTML for people */
	DOOR_plain, /* health, static files */
};

/* Who may pass. What a person may see and do is asked of core. */
enum who_may {
	WHO_MAY_open,   /* everybody */
	WHO_MAY_person, /* whoever is signed in */
};

struct visit;
typedef enum err visit_fn(struct visit *);

/* A row of routes.def. */
struct desk_route {
	const char *method, *path;
	visit_fn *fn;
	enum door door;
	enum who_may who;
	enum body_kind body;
	uint64_t max_body;
	const char *shows; /* template, "json", "file", "redirect", "text" */
};
extern const struct desk_route desk_routes[];
extern const size_t n_desk_routes;

struct visit {
	struct app *app;
	const struct desk_route *route;
	struct request *rq;
	struct response *rs;
	struct ctx cx;
	struct actor actor; /* when signed in: cx.actor points here */
	json_t *body; /* API: the parsed object; NULL when there is none */
	struct sha256 digest; /* of method, path and body, for idempotency */
	struct str seal; /* the caller's secret, when the answer holds one */
};

#define ROUTE(method, path, fn, door, who, body, max, shows) visit_fn fn;
#include "desk/routes.def"
#undef ROUTE

/* Path argument i. */
struct str visit_arg(const struct visit *, size_t i);
struct str visit_query(const struct visit *, const char *name);
struct str visit_form(const struct visit *, const char *name);
/* What the reader chose (?lang=, cookie), else what his browser asks for, else
 * Thai; who is signed in and asks for none gets the one kept for him. */
enum lang visit_lang(const struct request *);
/* 200 with JSON. */
enum err visit_json(struct visit *, int status, const json_t *);
/* 303 to a path of the desk. */
enum err visit_go(struct visit *, struct str path);

/* ERR_DENIED unless the caller administers, by a session or a token that may
 * write. */
MUST_CHECK enum err visit_administers(struct visit *);

/* Writes in the people store under the caller's Idempotency-Key, if any: `act`
 * works in an open transaction and gives the answer. Then it is committed and
 * what it granted or ended is published, before the answer goes out. */
typedef enum err act_fn(
    struct visit *, void *arg, int *ret_status, json_t **ret);
enum err visit_act(struct visit *, act_fn *act, void *arg);
/* If-Match: "7". 0 when there is none, -1 when it is no version of ours. */
int64_t visit_if_match(const struct visit *);
/* Answers with what was kept under the caller's key, if anything: for work that
 * must be done before visit_act. */
enum err visit_replay(struct visit *, bool *ret_answered);
/* From here on the answer holds a secret: it is kept sealed. */
void visit_seal(struct visit *);
/* Answers with `body`, keeping it under the caller's key: for what was done in
 * another store than the people's. When a twin of the call has kept its answer
 * meanwhile, that is given, and *ret_twin says that this one's work is
 * nobody's. */
MUST_CHECK enum err visit_keep(
    struct visit *, int status, const json_t *body, bool *ret_twin);
/* visit_act without an answer, for pages. */
typedef enum err change_fn(struct visit *, void *arg);
enum err visit_change(struct visit *, change_fn *change, void *arg);
/* The same, taken back at the end: what would be. */
MUST_CHECK enum err visit_preview(struct visit *, change_fn *change, void *arg);

/* Finds who is there: bearer token for the API, cookie for pages and API. Sets
 * cx.actor, or leaves it NULL. A wrong token is ERR_UNAUTHENTICATED. */
enum err session_find(struct visit *);
/* The secret by which the caller came: token or session. */
struct str session_secret(const struct visit *);
void session_set_cookie(struct visit *, struct str secret);
void session_clear_cookie(struct visit *);
/* Forms of signed-in people carry the session's token; checked before any page
 * handler of POST runs. */
enum err session_check_form(struct visit *);
/* ERR_DENIED for what a browser sends from another site's page. */
enum err session_same_origin(struct visit *);

/* The answer to a failed visit: problem details or an error page. */
void problem_answer(struct visit *, enum err);
void problem_refused(
    struct app *, int status, struct request *, struct response *);

#endif
