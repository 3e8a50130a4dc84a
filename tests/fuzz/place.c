/* Places, which leave as cursors: what the seal of a cursor holds. Either the
 * text of one, or lines that one is made of: rows to pass, rows given, then the
 * cells, each after a letter for its kind. */
#include "gate/place.h"
#include "base/str.h"
#include "fuzz.h"

static bool same(const struct place *a, const struct place *b)
{
	if (a->n != b->n || a->skip != b->skip || a->given != b->given)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->cells[i].kind != b->cells[i].kind ||
		    !str_eq(a->cells[i].s, b->cells[i].s))
			return false;
	return true;
}

/* One that is too large for a URL becomes a number of rows. */
static void check_written(struct ctx *cx, const struct place *p)
{
	struct place again;
	struct str text = place_text(cx->arena, p);
	size_t bytes = 0;
	bool counted = false;
	REQUIRE(text.n <= 6000 && place_parse(cx, text, &again));
	for (size_t i = 0; i < p->n; i++) {
		bytes += p->cells[i].s.n;
		counted |= str_index(p->cells[i].s, '\0') < p->cells[i].s.n ||
		           str_has(p->cells[i].s, STR("\xef\xbf\xbd"));
	}
	if (again.n == p->n) {
		REQUIRE(same(p, &again) && bytes <= 3000);
		return;
	}
	REQUIRE(
	    again.n == 0 && again.skip == p->given && again.given == p->given);
	REQUIRE(counted || bytes > 800);
}

static bool read_cell(struct str line, struct cell *ret)
{
	static const struct str letters = STR_INIT("nirt");
	size_t kind = line.n > 0 ? str_index(letters, line.p[0]) : 4;
	*ret = (struct cell){ .kind = (enum cell_kind)kind,
		.s = str_from(line, 1) };
	return kind < 4 && str_utf8(line);
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct cell cells[40];
	struct place p = { .cells = cells };
	if (place_parse(cx, in, &p)) {
		REQUIRE(p.given >= 0 && p.skip >= 0);
		for (size_t i = 0; i < p.n; i++)
			REQUIRE(p.cells[i].kind < CELL_BYTES);
		check_written(cx, &p);
		return;
	}
	p = (struct place){ .cells = cells };
	if (!str_i64(fuzz_line(&in), &p.skip) || p.skip < 0 ||
	    !str_i64(fuzz_line(&in), &p.given) || p.given < 0)
		return;
	while (in.n > 0 && p.n < COUNT(cells))
		if (read_cell(fuzz_line(&in), &cells[p.n]))
			p.n++;
	check_written(cx, &p);
}
