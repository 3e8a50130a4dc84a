/* facts.h - whatever a decision needs to know beside the state of the request:
 * looked up before, in the same transaction, so that decide() asks nobody. */
#ifndef CORE_FACTS_H
#define CORE_FACTS_H

#include "core/calendar.h"
#include "core/case_file.h"
#include "core/delegation.h"
#include "core/people.h"
#include "core/prior.h"
#include "core/procedure.h"

/* Persons of whom several must agree at a stage. */
struct voters {
	const struct person *v;
	size_t n;
};

struct data_mail;
struct facts {
	const struct procedure *procedure;
	const struct system *systems; /* all of the office */
	size_t n_systems;
	const struct unit *units;
	size_t n_units;
	const struct person *heads; /* of the office's divisions */
	size_t n_heads;
	const struct person *officers; /* of the office, heads included */
	size_t n_officers;
	const struct stand_in *stand_ins; /* today, in the office */
	size_t n_stand_ins;
	struct calendar calendar; /* of the office, as it is */
	struct calendar then;     /* as it was when the clock stopped */
	int64_t next_register_no; /* what intake would give in register_year */
	int64_t register_year;    /* พ.ศ. */
	struct str
	    next_no; /* receive, letter: of the office's counter; or empty */
	struct sha256 seed;         /* where unguessable ids come from */
	const struct person *named; /* of a body's e-mails those who exist */
	size_t n_named;
	int64_t many_rows; /* setting: rows from which on they are many */
	const struct prior *priors; /* in force for the asking unit */
	size_t n_priors;
	const struct voters *voters; /* by stage; NULL when no stage has any */
	const struct data_mail *data_mail; /* in delivery; or NULL */
	const json_t
	    *signature;         /* who signs, and how he is known (signing.h) */
	const json_t *artefact; /* prepare: what the gate described and built */
};

const struct person *facts_person(
    const struct person *, size_t n, struct str email);
/* `v` and behind them who stands in for one of them; each once. */
const struct person *facts_with_stand_ins(struct arena *,
    const struct person *v, size_t *n, const struct stand_in *,
    size_t n_stand_ins);
/* Those who must agree at the stage; none where one answer decides. */
const struct voters *facts_voters(const struct facts *, const struct stage *);
/* An id that nobody can guess: the `i`-th of this decision. */
struct str facts_id(
    struct arena *, const struct facts *, struct str kind, size_t i);
/* The divisions in charge of the case's systems: the decided one, else theirs. */
bool facts_in_charge(const struct case_file *, struct str unit);
/* Whether the person is an officer of one of the case's systems. */
bool facts_system_officer(
    const struct facts *, const struct case_file *, struct str email);
/* Whether one of the case's systems has no officer. */
bool facts_unassigned(const struct facts *, const struct case_file *);
/* Whether the system has none; false for one that is not there. */
bool facts_system_unassigned(const struct facts *, struct str code);

#endif
