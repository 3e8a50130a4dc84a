/* people.h - persons, their roles, units, offices, systems; and who is signed in.
 * Texts belong to cx's arena. Standing in for another: delegation.h. */
#ifndef CORE_PEOPLE_H
#define CORE_PEOPLE_H

#include "base/crypt.h"
#include "base/ctx.h"
#include "core/kinds.h"

struct held_role {
	enum role role;
	struct str office; /* empty for requester, owner, auditor, dpo, admin */
	struct str unit;   /* owner's unit, head's division; else empty */
	bool clerk; /* of an owner unit: prepares its answers, signs none */
};

struct standing;

struct person {
	int64_t id;
	struct str email, name, name_en, phone, position, unit;
	enum lang lang;
	bool active;
	/* His own first; the last n_lent are those of whom he stands in for. */
	const struct held_role *roles;
	size_t n_roles, n_lent;
	const struct standing *stands; /* for whom he stands in today */
	size_t n_stands;
	bool absent;  /* seen through a stand-in: standing.giver */
	bool by_role; /* lent: what goes by his e-mail is not */
	bool alone;   /* without what is lent to him (person_alone) */
};

/* Who acts, and by what. */
enum actor_way { BY_NONE, BY_SESSION, BY_TOKEN };
struct actor {
	struct person person;
	enum actor_way way;
	int64_t authed;       /* when the session's password was last given */
	bool confirmed;       /* it was given with this very act */
	bool read_only;       /* by a token that may only read */
	struct str csrf;      /* of the session; empty with a token */
	struct sha256 secret; /* hash of the session's or token's secret */
	bool touch;           /* session_touch() is due */
};

/* An empty office or unit is any. */
bool person_holds(
    const struct person *, enum role, struct str office, struct str unit);
/* Whether he signs for the owner unit (empty: any): its clerks do not. */
bool person_signs(const struct person *, struct str unit);
/* Offices in which the person has any role. */
bool person_in_office(const struct person *, struct str office);

/* ERR_UNAUTHENTICATED when nobody acts, ERR_DENIED by a token that only reads. */
MUST_CHECK enum err actor_may_write(struct ctx *);

/* ERR_NOT_FOUND when absent; e-mails compare without case. */
MUST_CHECK enum err person_get(struct ctx *, int64_t id, struct person *ret);
MUST_CHECK enum err person_by_email(
    struct ctx *, struct str email, struct person *ret);
/* Active persons with the role (office and unit may be empty: any), by name. */
MUST_CHECK enum err person_list_role(struct ctx *, enum role, struct str office,
    struct str unit, const struct person **ret, size_t *ret_n);
MUST_CHECK enum err person_list(
    struct ctx *, const struct person **ret, size_t *ret_n);

/* An e-mail as it is stored: trimmed, in lower case. False when `s` is none
 * (one '@', a domain with a dot, no blank or control mark, 254 bytes). */
bool email_normal(struct arena *, struct str s, struct str *ret);

struct new_person {
	struct str email, name, name_en, phone, position, unit;
	struct str password; /* empty: cannot sign in by password */
	struct str hash;     /* of password_hash, in place of a password */
	const struct held_role *roles;
	size_t n_roles;
};
/* Checked and normalised; ERR_INVALID with the fields "email", "name", "unit",
 * "roles" …, ERR_CONFLICT. Owner and head need a unit that exists; records,
 * director, head, officer and executive an office; the others have neither.
 * Write transaction. */
MUST_CHECK enum err person_add(
    struct ctx *, const struct new_person *, int64_t *ret_id);
/* The same checks; name, telephone, position, unit and roles become those given,
 * the rest stays: password, language, and whether he may sign in at all.
 * ERR_INVALID with "roles" when nobody would administer any more. */
MUST_CHECK enum err person_change(
    struct ctx *, const struct person *, const struct new_person *);
/* In which language mails and texts come to the person. Write transaction. */
MUST_CHECK enum err person_set_lang(struct ctx *, int64_t id, enum lang);
/* Ends the person's sessions, tokens and links. */
MUST_CHECK enum err person_disable(struct ctx *, struct str email);
/* 8 to 256 characters, any; not the e-mail or its local part, not one of the
 * commonest. Ends other sessions. */
MUST_CHECK enum err person_set_password(
    struct ctx *, struct str email, struct str password);

/* Signing in. Wrong e-mail, wrong password and disabled give the same answer
 * in the same time (ERR_UNAUTHENTICATED). After 5 failures for an account or 20
 * from an address within 15 min the answer is ERR_RATE. The hashing is done
 * outside of any transaction: `store` is the people store. */
struct store;
MUST_CHECK enum err sign_in(struct ctx *, struct store *, struct str email,
    struct str password, struct str address, struct str *ret_secret);
/* The password once more, in a session: the same limits, answers and time. Sets
 * actor.authed and actor.confirmed. */
MUST_CHECK enum err sign_in_again(struct ctx *, struct store *, struct actor *,
    struct str password, struct str address);
MUST_CHECK enum err sign_out(struct ctx *, const struct actor *);
/* By the cookie's secret: idle end 8 h, absolute end 7 days. By a token
 * "prt_…". ERR_UNAUTHENTICATED. */
MUST_CHECK enum err actor_by_session(
    struct ctx *, struct str secret, struct actor *ret);
MUST_CHECK enum err actor_by_token(
    struct ctx *, struct str secret, struct actor *ret);
/* Notes that the session is in use, for its idle end; at most once a minute
 * (actor.touch). Write transaction, which actor_by_session does not need. */
MUST_CHECK enum err session_touch(struct ctx *, const struct actor *);

struct token_info {
	struct str id, name;
	bool read_only;
	int64_t created, expires;
};
/* A new token for `person`; shown once. days 1–366. */
MUST_CHECK enum err token_add(struct ctx *, int64_t person, struct str name,
    bool read_only, int64_t days, struct str *ret_secret,
    struct token_info *ret);
MUST_CHECK enum err token_list(
    struct ctx *, int64_t person, const struct token_info **ret, size_t *ret_n);
MUST_CHECK enum err token_remove(struct ctx *, int64_t person, struct str id);

/* Units, offices, systems. */
struct unit {
	struct str code; /* [A-Z0-9-], 32 at the most, as all codes here */
	struct str name_th, name_en, parent;
	struct str kind; /* division office faculty … */
};
/* Adds or changes; ERR_INVALID with the wrong fields. Write transaction. */
MUST_CHECK enum err unit_put(struct ctx *, const struct unit *);
/* In the order of their Thai names. */
MUST_CHECK enum err unit_list(
    struct ctx *, const struct unit **ret, size_t *ret_n);
/* By code or by its exact name in either language (normalised). */
MUST_CHECK enum err unit_find(
    struct ctx *, struct str code_or_name, struct unit *ret, bool *ret_found);

struct office {
	struct str code, name_th, name_en, procedure;
};
MUST_CHECK enum err office_put(struct ctx *, const struct office *);
MUST_CHECK enum err office_list(
    struct ctx *, const struct office **ret, size_t *ret_n);

/* What may be asked for (service_type of contract.md §3). */
enum { SERVICE_TYPES = 4 };
extern const char *const service_types[SERVICE_TYPES];

struct system {
	struct str code, name_th, name_en, aliases, office, owner_unit,
	    division;
	int64_t position;
	bool active;
	const struct person *officers;
	size_t n_officers;
	const struct str *services; /* codes */
	const bool *flagged; /* offered, but the records office looks twice */
	size_t n_services;
};
/* Adds or changes, officers and services as a whole. Of the officers only the
 * e-mail counts; each holds the role officer in the system's office.
 * ERR_INVALID. Write transaction. */
MUST_CHECK enum err system_put(struct ctx *, const struct system *);
/* All of an office (empty: all), by position, with officers and services. */
MUST_CHECK enum err system_list(
    struct ctx *, struct str office, const struct system **ret, size_t *ret_n);
/* In use, and nobody is its officer: the head of its division holds what waits
 * for one (N-15). */
bool system_unassigned(const struct system *);
const struct system *system_find(
    const struct system *, size_t n, struct str code); /* or NULL */

#endif
