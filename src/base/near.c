#include "base/near.h"

#include "base/str.h"

/* Longer names are not looked at. */
enum { longest = 40 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Changes that make `a` into `b` (Levenshtein). */
static size_t changes(struct str a, struct str b)
{
	size_t row[longest + 1];

	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t corner = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t same = corner + (a.p[i - 1] != b.p[j - 1]);
			corner = row[j];
			row[j] = least(same, least(row[j], row[j - 1]) + 1);
		}
	}
	return row[b.n];
}

struct str near_name(struct str s, const char *const *names, size_t n)
{
	struct str best = { .p = NULL, .n = 0 };
	size_t fewest = longest;

	if (s.n == 0 || s.n > longest)
		return best;
	for (size_t i = 0; i < n; i++) {
		struct str name = str_of(names[i]);
		if (name.n > longest)
			continue;
		size_t c = changes(s, name);
		if (c < fewest && c * 3 <= name.n + 2) {
			fewest = c;
			best = name;
		}
	}
	return best;
}

size_t near_only(struct str s, const struct str *names, size_t n)
{
	size_t best = n, fewest = longest;

	for (size_t i = 0; i < n && s.n > 0 && s.n <= longest; i++) {
		struct str name = names[i];
		size_t more = name.n > s.n ? name.n - s.n : s.n - name.n;
		if (name.n > longest || more > fewest || more * 3 > name.n + 2)
			continue;
		size_t c = changes(s, name);
		if (c > fewest || c * 3 > name.n + 2)
			continue;
		best = c < fewest ? i : n;
		fewest = c;
	}
	return best;
}
