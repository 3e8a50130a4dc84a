/* A CSV file of any encoding. The first byte says how much of the text follows
 * it: a text is also read by base/csv.h in one piece, and its cells must be
 * those that came out of the window. */
#include "base/csv.h"
#include "sheet_work.h"

enum { MAX = 20 };

struct whole {
	struct ctx *cx;
	struct csv csv;
	bool same; /* the whole text can be read beside it */
};

static void compare(void *arg, const struct sheet_row *row)
{
	struct whole *w = arg;
	struct str cells[MAX];
	size_t n = 0, used;

	if (!w->same)
		return;
	do {
		REQUIRE(csv_next(&w->csv, w->cx->arena, cells, MAX, &n));
		REQUIRE(n <= MAX);
		for (used = n; used > 0 && cells[used - 1].n == 0; used--)
			;
	} while (used == 0);
	REQUIRE(used == row->n);
	for (size_t i = 0; i < used; i++)
		REQUIRE(str_eq(cells[i], row->v[i].s));
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct whole w = { .cx = cx };

	/* A plain rule for when the answer is known: UTF-8 without a NUL and
	 * without a mark, one delimiter only. */
	w.same = str_utf8(in) && str_index(in, '\0') == in.n &&
	         str_index(in, ';') == in.n && str_index(in, '\t') == in.n &&
	         !str_starts(in, STR("sep=")) &&
	         !str_starts(in, STR("\xef\xbb\xbf"));
	w.csv = csv_begin(in);
	w.csv.raw = true;
	sheet_fuzz_read(cx, in, "a.csv", compare, &w);
}
