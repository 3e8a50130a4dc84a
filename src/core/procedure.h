/* procedure.h - a procedure as data: document control, form, stages, budgets,
 * separation of duties, register. Read from YAML (procedures/), checked with
 * line and column, kept in the store by code and revision. No code asks which
 * procedure it is. A struct procedure and all it holds belong to the arena it
 * was read into. */
#ifndef CORE_PROCEDURE_H
#define CORE_PROCEDURE_H

#include "base/ctx.h"
#include "base/embed.h"
#include "base/json.h"
#include "base/time.h"
#include "core/kinds.h"

/* A text in both languages. */
struct text2 {
	struct str th, en;
};
struct str text2_in(struct text2, enum lang);

/* Who among the holders of the role holds a stage. */
enum who {
	WHO_office,          /* everybody with the role in the office */
	WHO_owner_unit,      /* the role in the owner unit that is asked */
	WHO_division,        /* the role in the division in charge */
	WHO_assigned,        /* the officers assigned */
	WHO_system_officer,  /* officers of the systems; once assigned, those */
	WHO_requester,       /* the requester and the holders */
	WHO_requesting_unit, /* the role in the unit that asks */
	WHO_person,          /* the one named */
	WHO_anywhere,        /* everybody with the role; it has no office */
	WHOS
};

/* When a stage is passed over; bits. Asked for each owner unit of a consent. */
enum skip {
	SKIP_office_owns = 1, /* the office itself owns the system */
	SKIP_requester_owns =
	    2,           /* the requesting unit owns it and its head signed */
	SKIP_signed = 4, /* the head of the requesting unit signed the memo */
	SKIP_not_personal = 8, /* no data about identifiable persons */
};
enum { SKIPS = 4 };

/* How many must agree where several persons or units are asked. */
enum { QUORUM_ALL = 0, QUORUM_ANY = 1 }; /* else that many */

struct next {
	struct str outcome; /* "endorsed", "declined", "received", … */
	struct str stage;   /* id of the stage that follows; absent: closes */
	const struct str *also; /* stages that are open beside it */
	size_t n_also;
	enum outcome close_as; /* when it closes */
};

/* Who gets a copy of the notice of an outcome. */
struct cc {
	struct str outcome;
	const enum role *roles;
	size_t n_roles;
};

struct stage {
	struct str id;
	enum stage_kind kind;
	enum role role;
	enum who who;
	struct str person; /* of WHO_person: an e-mail */
	unsigned skip;
	int quorum;                 /* of units asked, or else of persons */
	int budget_min, budget_max; /* working days for this stage; 0: none */
	struct text2 title, does; /* "ลงรับ", and what is done here */
	struct str clause;        /* of the procedure: "5.2.1" */
	uint32_t requires;        /* bits of enum require */
	const struct next *next;
	size_t n_next;
	const struct cc *cc;
	size_t n_cc;
	int line, column; /* in the text */
};

/* What a command must bring in this procedure, beyond what it always must. */
enum require {
	REQUIRE_memo_in = 1,     /* receive: memo_in and memo_date */
	REQUIRE_received_no = 2, /* receive: the e-Office number */
	REQUIRE_confirm = 4,     /* prepare: confirm.exists and .releasable */
	REQUIRE_division =
	    8,             /* decide: a division unless the system's is known */
	REQUIRE_note = 16, /* consent: a note to decline */
};
enum { REQUIRES = 5 };

/* The person who gave `other` on a request may not give `command` on it.
 * `own`: nor may anyone of the requester's side. */
struct apart {
	enum command command;
	bool own;
	enum command other; /* when not own */
};

enum field_type {
	FIELD_text,    /* one line */
	FIELD_lines,   /* several */
	FIELD_choice,  /* one of choices */
	FIELD_choices, /* some of choices */
	FIELD_systems, /* codes of systems of the office */
	FIELD_date,
	FIELD_email,
	FIELD_phone,
	FIELD_networks, /* CIDR strings */
	FIELD_unit,     /* a unit's name or code, as written */
	FIELD_flag,     /* yes/no */
	FIELD_TYPES
};

/* The words for these in the YAML and in the API; of bits, the name of each. */
extern const char *const who_names[WHOS];
extern const char *const skip_names[SKIPS];
extern const char *const require_names[REQUIRES];
extern const char *const field_type_names[FIELD_TYPES];

/* Holds when the answer `field` is (or, with `negate`, is not) `value`; an absent
 * answer is "". No field: always. */
struct condition {
	struct str field, value;
	bool negate;
};

struct choice {
	struct str code;
	struct text2 label;
};

struct field {
	struct str key;
	enum field_type type;
	struct text2 label, hint;
	struct str number; /* of the paper form: "10" */
	bool required;
	struct condition required_if; /* besides `required` */
	struct condition asked_if;
	const struct choice *choices;
	size_t n_choices;
	size_t max_chars;
};

struct section {
	struct str id;
	struct text2 title;
	const struct field *fields;
	size_t n_fields;
};

struct approval {
	struct text2 act, position;
};
struct revision {
	struct str revision;
	struct date effective;
	struct text2 what;
};
/* A numbered paragraph of the document's own text. */
struct paragraph {
	struct str number;
	struct text2 heading, text;
};

/* A column of the register; without a title of its own it has the usual one. */
struct register_column {
	enum register_field field;
	struct text2 title;
};

struct procedure {
	struct str code, revision, office;
	struct date effective;
	struct text2 title, kind, organisation, class_, notice, page_label;
	struct str iso_clause;
	struct text2 iso_title;
	const struct approval *approvals;
	size_t n_approvals;
	const struct revision *revisions;
	size_t n_revisions;
	const struct paragraph *paragraphs;
	size_t n_paragraphs;
	struct text2 role_title[ROLES]; /* what a role is called here */
	const struct section *sections;
	size_t n_sections;
	const struct stage *stages; /* in order */
	size_t n_stages;
	struct next first; /* what follows submit */
	const struct apart *aparts;
	size_t n_aparts;
	int budget;            /* working days over all; 0: the stages' own */
	int budget_min;        /* of a range; else the same */
	struct str clock_from; /* id of the stage whose end starts the clock */
	struct str services[4];
	size_t n_services;
	const struct register_column *register_columns;
	size_t n_register_columns;
	struct str body;   /* the YAML text it was read from */
	struct str digest; /* its SHA-256, hex */
};

/* One thing wrong in a procedure's text. */
struct procedure_error {
	int line, column; /* from 1 */
	struct str text;  /* in cx's language */
};
struct procedure_errors {
	struct procedure_error v[50];
	size_t n;
};

/* Reads and checks `yaml` (at most 512 KiB, without anchors). ERR_INVALID with *errors filled:
 * unknown keys, missing texts, stages that cannot be reached or left, kinds
 * without a needed outcome, unknown roles, fields no answer is known for. */
MUST_CHECK enum err procedure_read(struct ctx *, struct str yaml,
    struct procedure *ret, struct procedure_errors *errors);

const struct stage *procedure_stage(
    const struct procedure *, struct str id); /* or NULL */
/* The first stage of that kind, or NULL. */
const struct stage *procedure_kind(const struct procedure *, enum stage_kind);
const struct next *stage_next(
    const struct stage *, struct str outcome); /* or NULL */
/* The outcome with which a stage of that kind lets a request go on. */
struct str stage_good(enum stage_kind);
/* The first that does not. */
struct str stage_bad(enum stage_kind);
/* Whether the outcome is that one; a partial endorsement is. */
bool stage_is_good(enum stage_kind, struct str outcome);
const struct field *procedure_field(
    const struct procedure *, struct str key); /* or NULL */

/* The YAML files of procedures/, compiled in. */
EMBEDDED(procedures_shipped);

/* Keeps it in the store; the same code and revision again must have the same
 * digest (ERR_CONFLICT). Needs a write transaction. */
MUST_CHECK enum err procedure_keep(struct ctx *, const struct procedure *);
/* The revision given, or with an empty one the newest in force on the day of
 * cx->now. ERR_NOT_FOUND. Parsed once per process and kept; *ret lives as long
 * as the process. */
MUST_CHECK enum err procedure_get(struct ctx *, struct str code,
    struct str revision, const struct procedure **ret);
/* The newest in force of each code, by code. */
MUST_CHECK enum err procedure_list(
    struct ctx *, const struct procedure ***ret, size_t *ret_n);
/* A revision that was loaded. */
struct loaded_revision {
	struct str revision, digest;
	struct date effective;
};
/* All revisions of the code that are here, newest first. */
MUST_CHECK enum err procedure_revisions(struct ctx *, struct str code,
    const struct loaded_revision **ret, size_t *ret_n);
/* As the API gives it: stages, form schema, document control, both languages. */
json_t *procedure_json(struct arena *, const struct procedure *);
/* The separation-of-duties matrix as text, role by command, for `check`. */
struct str procedure_matrix(
    struct arena *, const struct procedure *, enum lang);

#endif
