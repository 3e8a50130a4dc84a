/* invent.h - invented people, the same ones on every machine: a small generator
 * of numbers with a fixed seed, common given names, surnames put together from
 * common parts. Person number i of a kind is always the same, so that systems
 * agree on who a student is. Texts are constants or live in the arena given. */
#ifndef CLI_DEMO_INVENT_H
#define CLI_DEMO_INVENT_H

#include "base/arena.h"
#include "base/base.h"
#include "base/time.h"

/* Numbers that look random; SplitMix64 (Steele, Lea, Flood 2014). */
struct dice {
	uint64_t state;
};

/* What is invented; each has numbers of its own. */
enum invented {
	INVENTED_APPLICANT,
	INVENTED_GRADUATE_APPLICANT,
	INVENTED_STUDENT,
	INVENTED_STAFF,
	INVENTED_OTHER_STUDENT, /* of the registrar's institute */
	INVENTED_EXAM,
	INVENTED_LEDGER,
	INVENTED_GRADE,
	INVENTED_KINDS
};

struct dice dice_for(enum invented, int64_t i);
/* 0 … n - 1; n > 0. */
int64_t dice_roll(struct dice *, int64_t n);
/* low … high. */
int64_t dice_between(struct dice *, int64_t low, int64_t high);
/* True in `percent` of 100. */
bool dice_chance(struct dice *, int percent);
/* The sum of three, about the middle: `low` … `high` in hundredths, as a number
 * with two decimals. */
double dice_bell(struct dice *, int64_t low, int64_t high);

/* A day of those years. Two throws in one expression have no order in C: the
 * callers of all these throw once in each. */
struct date dice_day(struct dice *, int64_t first_year, int64_t last_year);

struct invented_person {
	struct str title, first, last; /* นาย นางสาว นาง */
	struct str first_en, last_en;
	struct str national_id;
	bool woman;
};
struct invented_person invent_person(struct arena *, enum invented, int64_t i);

/* 13 digits with a right check digit (domain.md 5.9), of a range that no one
 * has: digits 2 and 3 name the province of registration, and no province is
 * 99. Different for each kind and i < 10^8. */
struct str invent_national_id(struct arena *, enum invented, int64_t i);

#endif
