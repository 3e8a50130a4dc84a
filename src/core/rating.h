/* rating.h - what a year's satisfaction comes to, in words (domain.md 5.17). Two
 * ways of naming a mean are in use, so the bands are the university's: the setting
 * "rating-bands", one line each, from the highest, "4.21 ดีมาก | Very good"; a mean
 * is in the first band whose bound it reaches. Without the setting the scale is cut
 * into five equal parts. */
#ifndef CORE_RATING_H
#define CORE_RATING_H

#include "core/procedure.h"
#include "core/register.h"

enum { RATING_MAX_BANDS = 10 };

struct rating_band {
	int from_hundredths; /* 421 */
	struct text2 name;
};
struct rating_bands {
	struct rating_band v[RATING_MAX_BANDS];
	size_t n;
};
/* False when a line is none, is not below the one before it, or the last leaves
 * some mean without a name. */
bool rating_bands_parse(struct str, struct rating_bands *ret);
MUST_CHECK enum err rating_bands_get(struct ctx *, struct rating_bands *ret);

struct rating {
	int64_t answers, requests;
	int mean_hundredths; /* rounded half up; 0 when nobody answered */
	const struct rating_band *band; /* or NULL */
};
struct rating rating_of(
    const struct rating_bands *, const struct register_row *, size_t n);
/* "4.21" */
struct str rating_number(struct arena *, int hundredths);
/* {answers, requests, mean, band{th, en}}; mean and band null without answers. */
json_t *rating_json(struct arena *, const struct rating *);

#endif
