/* decide.h - one command on one request: decide(state, command, facts) gives the
 * events that follow, or why not. Pure: whatever it needs is in the facts.
 * Permission is asked first (policy.h), then the body, then the case itself. */
#ifndef CORE_DECIDE_H
#define CORE_DECIDE_H

#include "core/facts.h"

/* What a decision works with. `form` is the checked body. */
struct decision {
	struct ctx *cx;
	const struct facts *facts;
	const struct case_file *f;
	const struct person *by;
	const struct standing *as; /* for whom, when not by his own right */
	const json_t *form;
	enum event_type type; /* of the event that is made; acted by default */
	json_t *data;         /* of that event */
};

/* *ret is one event without seq, prev and hash: what the command did. */
MUST_CHECK enum err decide(struct ctx *, const struct facts *,
    const struct case_file *, const struct person *by, enum command,
    const json_t *body, struct event *ret);
/* Only whether it may be given now and the body is well formed; for work that
 * must be done before (the gate builds what is prepared). */
MUST_CHECK enum err decide_first(struct ctx *, const struct facts *,
    const struct case_file *, const struct person *by, enum command,
    const json_t *body, json_t **ret_form);

/* Whose right is used: the doer's, or that of whom he stands in for. */
const struct person *decision_holder(const struct decision *);

typedef enum err decide_fn(struct decision *);
#define COMMAND(name) decide_fn decide_##name;
#include "core/commands.def"
#undef COMMAND

/* For the functions above. */
/* The open runs that this person ends by a command of that kind of stage. */
size_t decision_runs(
    const struct decision *, enum stage_kind, const struct run ***ret);
/* Ends them with `outcome`. */
void decision_finish(struct decision *, enum stage_kind, struct str outcome);
/* The systems named by code, with owner and division, into data "systems";
 * unknown or inactive ones are wrong fields. An office with one system has that
 * one when none is named. */
void decision_systems(struct decision *, const json_t *codes);
/* What an owner unit's answer must bring; what is wrong is a wrong field. */
void decision_consent_form(struct decision *);
/* The type of service that a form asks for. */
struct str service_asked(const json_t *answers);
/* ERR_CONFLICT while the data protection officer holds the request. */
MUST_CHECK enum err decision_not_held(struct decision *);
/* A late case asks for its cause, once: the day it is handed over, or that it
 * cannot be. Into data "late"; what is missing is a wrong field. */
void decision_late(struct decision *);
/* The case as it will be with `data` of `type` taken; for what follows. */
struct case_file decision_after(const struct decision *, enum event_type);

#endif
