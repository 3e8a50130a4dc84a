/* case_file.h - the state of one request, told from its events alone.
 *
 * evolve() asks nobody: no store, no clock, no procedure. Everything here
 * belongs to the arena of the ctx it was told in. */
#ifndef CORE_CASE_FILE_H
#define CORE_CASE_FILE_H

#include "core/event.h"
#include "core/kinds.h"

/* A growing list in an arena. */
#define LIST(type)             \
	struct {               \
		type *v;       \
		size_t n, cap; \
	}
void *list_grow_(struct arena *, void *v, size_t n, size_t *cap, size_t each);
#define LIST_ADD(a, list, ...)                                          \
	((list)->v = list_grow_(                                        \
	     a, (list)->v, (list)->n, &(list)->cap, sizeof *(list)->v), \
	    (list)->v[(list)->n++] = (__VA_ARGS__))

/* One person's answer where several must agree. */
struct vote {
	struct str by, outcome, note;
	int64_t at;
};

/* An owner unit's answer as its clerk prepared it. */
struct proposal {
	struct str by, outcome, note, conditions;
	const json_t *refused;    /* or NULL */
	const json_t *acting_for; /* whom `by` stood in for, or NULL */
	int64_t at;
};

/* A stage that is or was open, or was passed over. */
struct run {
	struct str stage; /* its id in the procedure */
	enum stage_kind kind;
	enum role role;
	struct str
	    unit; /* the owner unit asked, or the division; may be empty */
	struct str who;       /* "requesting_unit", "person", "anywhere"; else
	                         empty */
	struct str person;    /* whose it is, where one is named */
	int64_t since, until; /* until 0: open */
	struct str outcome, by, note, conditions, evidence;
	const json_t *acting_for; /* whom `by` stood in for, or NULL */
	struct str why;           /* of outcome "skipped": the rule's name */
	const json_t *standing;   /* why "standing": the consent; else NULL */
	const json_t *refused;    /* columns not consented to, or NULL */
	LIST(struct vote) votes;  /* where several must agree */
	const struct proposal *proposal; /* the clerk's last; or NULL */
};

/* A command that was given, for separation of duties and the history. */
struct act {
	enum command command;
	struct str by, outcome;
	struct str acting_for; /* whom `by` stood in for; both have acted */
	int64_t at;
};

struct case_system {
	struct str code, owner_unit, division;
	int64_t since; /* when it came in, of that owner; 0 in a draft */
};
/* Of the data protection officer, or of whoever was asked for one. */
struct opinion {
	/* "advised" "agree" "disagree" "hold" "lifted" */
	struct str by, outcome, text;
	const json_t *acting_for; /* whom `by` stood in for, or NULL */
	struct str asked_by;      /* empty: of his own accord */
	int64_t at;
};
/* Whoever holds a stage asked somebody for an opinion. */
struct consultation {
	struct str to, by, stage, text;
	int64_t at, answered; /* answered 0: not yet */
};
/* Somebody stands in on this request alone. */
struct handover {
	struct str by, to;
	struct str from, until; /* ISO; until may be empty: without an end */
	struct str kind, order_no, note;
	const json_t *stages; /* [{stage, unit}] that `by` holds */
	int64_t at, ended;    /* ended 0: not taken back */
};
struct pause {
	int64_t from, to; /* to 0: still */
};
/* How another day came to be agreed. */
struct agreement {
	struct str by, cause, reason, evidence;
	struct str proposed_by; /* who had proposed the day; empty: the same */
	int64_t at;
};
struct attached {
	struct str id, name, type, sha256, by;
	int64_t bytes, at;
	bool no_people; /* whoever attached it said that it lists nobody */
};
/* A number of a letter, as it was entered or issued. */
struct numbered {
	struct str office;    /* whose it is; empty: of the request's office */
	struct str direction; /* "in" "out" "receipt" */
	struct str no, day, by, reason; /* day: ISO; reason: of cancelling */
	int64_t at;
	bool cancelled;
};
/* A paper that was signed here, or scanned after it was signed by hand. */
struct papered {
	struct str kind, how; /* "signed" "scanned" */
	struct str file, sha256, code, name, position, by;
	struct str copy; /* SHA-256 of the requester's copy; or empty */
	int64_t copy_bytes;
	int64_t version; /* of the office's text; 0: shipped */
	int64_t at;
};
struct letter {
	struct str direction, no, date, kind, file, by;
	int64_t at;
};
struct granted {
	struct str id, part, outlet,
	    state; /* "active" "suspended" "revoked" "replaced" */
	int64_t starts, expires;
	int64_t delivered_at;
	struct str digest;
	const json_t *artefact; /* of that digest, as it was delivered */
};
struct handed {
	struct str id, name, form, part, sha256,
	    state; /* "given" "recalled" "replaced" "destroyed" */
	int64_t bytes, at, expires;
	struct str digest;
};

/* How one delivery was handed over. */
struct channel_used {
	struct str channel, note, to, digest, by;
	const json_t *agreed; /* {by, on, how}, of another channel; or NULL */
	const json_t *mailed; /* {attached, to, why, documents}; or NULL */
	int64_t at;
};
/* A file with data in the gate's keeping (data_files.h). */
struct data_file {
	struct str kind; /* "artefacts"; "uploads" only once it is gone */
	struct str sha256, name, form;
	int64_t bytes, made;
	bool wanted;    /* of what is prepared now */
	int64_t voided; /* neither wanted nor given since then; or 0 */
	int64_t gone;   /* 0: it is there */
	struct str how; /* "destroyed"; "absent": it was not there */
};

/* Its records are not to be destroyed: why, by whom, since when. */
struct records_hold {
	struct str kind; /* "litigation" "secret" "history" "other" */
	struct str reason, by;
	int64_t at; /* 0: they are not held */
};

/* A table that was sent in (brought.h). */
struct brought {
	struct str upload, name, sha256, sender, destroy_on;
	int64_t bytes, received;
	struct str state;   /* "brought" "unusable" "lost" "destroyed" */
	int64_t at;         /* since when it is so */
	const json_t *told; /* what the last event says of it */
	struct str used;    /* digest of what it was used for last; or empty */
	int64_t used_at, returned_at; /* 0: never */
	int64_t handed_at; /* the last corrected copy of which there is a … */
	struct str handed_to; /* … delivery; 0 and empty: none */
};

/* Its correspondence is destroyed: by which round, since when, which files. */
struct disposed {
	struct str round;
	const json_t *files; /* [{kind, name, sha256, bytes}] */
	int64_t at;          /* 0: it is not */
};

struct case_file {
	struct arena *arena;
	struct str no, office, procedure, revision;
	int64_t version, seq;
	enum state state, waiting_from;
	enum outcome outcome;
	json_t *answers;
	struct str requester, requester_name,
	    unit; /* e-mail, name, unit code */
	bool
	    requester_signed; /* the head of the requesting unit signed the memo */
	bool requester_heads;    /* the requester signs for his unit himself */
	struct str entered_by;   /* records, for a memo on paper; else empty */
	struct str copied_from;  /* an older request; may be empty */
	LIST(struct str) copies; /* drafts made from this one */
	struct str signatory;
	int64_t created, updated, submitted, received, decided, delivered,
	    closed;
	LIST(struct str) holders; /* e-mails beside the requester */
	LIST(struct str) shared;  /* of these: named by `share` */
	LIST(struct str) removed; /* who was so once, and is no more */
	LIST(struct opinion) opinions;
	LIST(struct consultation) consultations;
	LIST(struct handover) handovers;
	bool held;   /* the data protection officer holds it, */
	size_t hold; /* by this opinion */
	LIST(struct case_system) systems;
	struct str service_type;
	LIST(struct run) runs; /* all, oldest first */
	struct str resume;     /* stages to return to after a late consent, with
	                      blanks between */
	LIST(struct act) acts;
	LIST(struct pause) pauses;
	LIST(struct str) officers; /* e-mails */
	struct str division;
	struct str received_no, memo_in, memo_date, memo_out, urgency, secrecy;
	int64_t register_no, register_year; /* 0 before intake */
	const json_t *artefact; /* as prepared, with "digest"; NULL */
	const json_t *contract; /* the last one released or delivered; NULL */
	struct str prepared_by;
	LIST(struct attached) files;
	LIST(struct papered) papers;
	LIST(struct numbered) numbers;
	LIST(struct letter) letters;
	LIST(struct granted) connections;
	LIST(struct handed) documents;
	LIST(struct data_file) data;
	LIST(struct brought) brought;
	int64_t heard; /* version of the last event that is no news of these */
	struct records_hold keeping;
	struct disposed disposed;
	LIST(struct channel_used) channels; /* each delivery's */
	struct str agreed_due;   /* ISO, when another day was agreed */
	struct str proposed_due; /* ISO, what the requester may agree to */
	struct agreement agreed, proposed; /* who, when, why */
	/* The clock stops with the first delivery, or the end: when, and with
	 * which event. What comes after a delivery is rework. */
	int64_t first_delivered, stop_seq;
	LIST(struct pause) reworks;
	int64_t late_days; /* when it was handed over late, with the cause */
	struct str late_cause, late_reason;
	int64_t score; /* 0: none */
	struct str comment;
	struct str question; /* what the requester is asked, in waiting */
	bool letter_due;     /* records still owes the reply memo (N-26) */
};

/* Takes one event more. The event's texts must outlive the case file. */
void evolve(struct case_file *, const struct event *);
/* From nothing. ERR_BROKEN when there are no events. */
MUST_CHECK enum err case_file_tell(
    struct ctx *, const struct events *, struct case_file *ret);

bool case_is_own(
    const struct case_file *, struct str email); /* requester or holder */
bool case_acted(const struct case_file *, struct str email, enum command);
const struct run *case_open_run(
    const struct case_file *, size_t *cursor); /* next open, or NULL */
const struct attached *case_file_of(
    const struct case_file *, struct str id); /* or NULL */
/* Whether the owner unit endorsed, all or in part, and the run that says so. */
const struct run *case_endorsement(const struct case_file *, struct str unit);
/* Whether the head of the requesting unit has signed: the memo, or here. */
bool case_requester_signed(const struct case_file *);
/* Whether that covers the systems that the requesting unit owns: those that were
 * in the request by then. */
bool case_signed_as_owner(const struct case_file *);
/* The run by which the owner unit agreed in advance, or NULL. */
const struct run *case_standing(const struct case_file *, struct str unit);
/* A copy whose runs can be changed without changing these. */
struct case_file case_copy(struct arena *, const struct case_file *);
/* The title, or what stands for it: project, purpose. */
struct str case_title(const struct case_file *);

#endif
