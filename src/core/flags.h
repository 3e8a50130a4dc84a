/* flags.h - what a request touches that somebody should look at twice: told from
 * its answers, its systems and what was prepared. Pure. */
#ifndef CORE_FLAGS_H
#define CORE_FLAGS_H

#include "core/facts.h"

enum flag {
#define FLAG(name, dpo) FLAG_##name,
#include "core/flags.def"
#undef FLAG
	FLAGS
};
#define FLAG_BIT(f) (1U << (f))
extern const char *const flag_names[FLAGS];

/* Without a setting: rows from which on many persons are concerned. */
#define FLAG_MANY_ROWS 1000

/* As FLAG_BITs. */
unsigned flags_of(const struct facts *, const struct case_file *);
/* Those of them that are the data protection officer's. */
unsigned flags_for_dpo(unsigned flags);
/* In words, with ", " between. */
struct str flags_words(struct arena *, enum lang, unsigned flags);
json_t *flags_json(struct arena *, unsigned flags);

#endif
