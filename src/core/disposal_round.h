/* disposal_round.h - what an office does with the yearly list for destruction
 * (core/disposal_list.h): a round. Its list is taken once and closed; a committee
 * looks at each line; the head approves; the National Archives are asked; then
 * the courier destroys (the Prime Minister's Office's rule on correspondence,
 * clauses 66 to 70). Nothing is destroyed before all of these.
 *
 * A round is told from events, as a request is, and they stand in the same chain
 * (type "round", under the round's id in place of a request's number): who names
 * a committee, what each member said and what was approved is evidence of the
 * same worth as the requests that go by it, and signed with them. Only the line's
 * own end is an event of the request too (`disposed`). Tables are projections. */
#ifndef CORE_DISPOSAL_ROUND_H
#define CORE_DISPOSAL_ROUND_H

#include "core/case_file.h"
#include "core/disposal_list.h"
#include "core/people.h"

enum disposal_state {
#define DISPOSAL_STATE(name) DISPOSAL_##name,
#include "core/disposal_states.def"
#undef DISPOSAL_STATE
	DISPOSAL_STATES
};
enum disposal_act {
#define DISPOSAL_ACT(name, who, from) DISPOSAL_ACT_##name,
#include "core/disposal_acts.def"
#undef DISPOSAL_ACT
	DISPOSAL_ACTS
};
enum disposal_fate {
	FATE_open, /* nothing is said of it yet */
	FATE_destroy,
	FATE_keep,
	FATE_left, /* was to go, and may not any more */
	FATE_gone,
	FATES
};
extern const char *const disposal_states[DISPOSAL_STATES];
extern const char *const disposal_acts[DISPOSAL_ACTS];
extern const char *const disposal_fates[FATES];

enum {
	ROUND_MAX_LINES = 2000, /* what is more goes into a round of its own, */
	ROUND_MAX_BYTES = 3 << 20, /* and lines of more than that as events */
	ROUND_MIN_MEMBERS = 3,     /* a chair and two (clause 67) */
	ROUND_MAX_MEMBERS = 15,
	ARCHIVES_DAYS = 60 /* thereafter silence is consent (clause 70.1) */
};

struct round_member {
	struct str email, name, position;
};
struct round_opinion {
	struct str by; /* e-mail */
	bool destroy;
	struct str until, reason; /* of what is to be kept; until: ISO */
	int64_t at;
};
struct round_line {
	struct disposal_line of; /* as it was when the round was opened */
	LIST(struct round_opinion) opinions; /* one of a member: his last */
	enum disposal_fate fate;
	struct str until;    /* kept: ISO; empty: to the next list */
	struct str why;      /* kept: the reason; left: "held" "secret" "open"
	                     "young" "changed" "mail" "broken" "other" */
	struct str kept_by;  /* "committee" "head" "archives" */
	const json_t *files; /* gone: [{kind, sha256, how}] */
};
/* One step that was taken. */
struct round_step {
	struct str by, outcome, note, no, on; /* on: ISO; a memo's */
	const json_t *acting_for;             /* or NULL */
	int64_t at;                           /* 0: not yet */
};
struct disposal_round {
	struct arena *arena;
	struct str id, office;
	int64_t year, nth, version;
	enum disposal_state state;
	struct round_line *lines;
	size_t n_lines;
	LIST(struct round_member) members; /* the chair first */
	struct round_step opened, named, reported, decided, sent, answered,
	    carried, dropped;
	struct str digest; /* of the list as it was reported */
	int64_t done;
};

/* Takes one event more; its texts must outlive the round. */
void round_take(struct disposal_round *, const struct event *);
const struct round_member *round_member(
    const struct disposal_round *, struct str email); /* or NULL */
/* Whether he asked for what stands in the line. */
bool round_line_is_own(const struct round_line *, struct str email);
const struct round_opinion *round_opinion(
    const struct round_line *, struct str email); /* or NULL */
/* What the committee thinks of the line: FATE_destroy when more than half of all
 * its members say so, else FATE_keep, to the last day that one of them named. */
struct round_verdict {
	enum disposal_fate fate;
	struct str until, reason;
	struct str by;        /* whose reason it is */
	size_t destroy, keep; /* members */
};
struct round_verdict round_verdict(
    const struct disposal_round *, const struct round_line *);
/* Opinions that are still missing, of one member (or of all: empty). */
size_t round_missing(const struct disposal_round *, struct str email);
size_t round_count(const struct disposal_round *, enum disposal_fate);
/* From when on silence of the archives is consent; not set: not sent. */
struct date round_silence(const struct disposal_round *);

/* Whether the person sees the round: people of the office (of whom the committee
 * is), auditors, the data protection officer. */
bool round_sees(const struct disposal_round *, const struct person *);
/* OK, or why he may not do it: ERR_DENIED, then ERR_CONFLICT. */
MUST_CHECK enum err round_may(struct ctx *, const struct disposal_round *,
    const struct person *, enum disposal_act);

/* Each call is one piece of a transaction that the caller opened; those that
 * write take the chain. */
struct new_round {
	struct str office;
	int64_t year; /* พ.ศ.; not one that is still to come */
};
MUST_CHECK enum err round_open(
    struct ctx *, const struct new_round *, struct disposal_round *ret);
struct round_command {
	struct str id;
	enum disposal_act act;
	const json_t *body;
	int64_t if_match; /* 0: any */
};
/* ERR_NOT_FOUND to whoever may not see it, ERR_DENIED, ERR_CONFLICT, ERR_STALE,
 * ERR_INVALID, in this order. */
MUST_CHECK enum err round_command(
    struct ctx *, const struct round_command *, struct disposal_round *ret);
MUST_CHECK enum err round_get(
    struct ctx *, struct str id, struct disposal_round *ret);
/* Without asking who reads. ERR_NOT_FOUND. */
MUST_CHECK enum err round_load(
    struct ctx *, struct str id, struct disposal_round *ret);
struct round_entry {
	struct str id, office;
	int64_t year, nth, lines, opened;
	enum disposal_state state;
};
/* Of an office and a year (0: of all), the newest first, at most 200. */
MUST_CHECK enum err round_list(struct ctx *, struct str office, int64_t year,
    const struct round_entry **ret, size_t *ret_n);
/* Appends an event and replaces the projection; the caller has the chain. */
MUST_CHECK enum err round_append(
    struct ctx *, struct disposal_round *, json_t *data, struct str actor);
/* As projection_rebuild(), of rounds. */
MUST_CHECK enum err rounds_rebuild(struct ctx *, bool write,
    void (*report)(void *, struct str id), void *arg, int64_t *ret_rounds,
    int64_t *ret_bad);

/* `reader` NULL: without what is his. */
json_t *round_json(
    struct ctx *, const struct disposal_round *, const struct person *reader);
json_t *round_entries_json(
    struct arena *, const struct round_entry *, size_t n);

#endif
