/* way.h - the way that a request takes, by name: each stage, who holds it as
 * things stand, what is passed over and why, and the day by which all of it is
 * done. For a draft, as it would be when it is sent now. */
#ifndef CORE_WAY_H
#define CORE_WAY_H

#include "core/facts.h"

struct way_step {
	const struct stage *stage;
	struct str unit; /* the owner unit that is asked; may be empty */
	const struct person *people;
	size_t n_people;
	struct str skipped; /* why it is passed over; empty: it is not */
};
struct way {
	const struct way_step *v;
	size_t n;
	struct date promised; /* when it is received today; unset: unknown */
	bool unconfirmed;     /* in a year without a calendar */
	unsigned flags;       /* core/flags.h */
};

/* Reads the holders' names: in a transaction. */
MUST_CHECK enum err way_read(struct ctx *, const struct facts *,
    const struct case_file *, struct way *ret);
json_t *way_json(struct ctx *, const struct way *);

/* The draft with the systems that it names, as `submit` will take them. */
struct case_file case_as_sent(
    struct arena *, const struct facts *, const struct case_file *);

#endif
