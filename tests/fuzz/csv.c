/* CSV: the cells that are read, quoted and read again, are the same. */
#include "base/csv.h"
#include "base/buf.h"
#include "fuzz.h"

#define MAX ((size_t)20)

static void put_cell(struct buf *b, struct str cell)
{
	buf_char(b, '"');
	for (size_t i = 0; i < cell.n; i++) {
		if (cell.p[i] == '"')
			buf_char(b, '"');
		buf_char(b, cell.p[i]);
	}
	buf_char(b, '"');
}

static void check_again(
    struct ctx *cx, struct str text, const struct str *cells, size_t n)
{
	struct str again[MAX];
	struct csv c = csv_begin(text);
	size_t n_again;
	REQUIRE(csv_next(&c, cx->arena, again, MAX, &n_again));
	REQUIRE(n_again == n && c.line == 1 && c.rest.n == 0);
	for (size_t i = 0; i < n; i++)
		REQUIRE(str_eq(cells[i], again[i]));
	REQUIRE(!csv_next(&c, cx->arena, again, MAX, &n_again) && !c.bad);
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct str cells[MAX];
	struct csv c = csv_begin(in);
	size_t n, left = in.n;
	int ends = 1;
	for (size_t i = 0; i < in.n; i++)
		ends += in.p[i] == '\n' || in.p[i] == '\r';
	while (csv_next(&c, cx->arena, cells, MAX, &n)) {
		REQUIRE(n > 0 && c.rest.n < left && c.line <= ends);
		left = c.rest.n;
		if (n > MAX)
			continue;
		struct buf b = buf_new(cx->arena, 2 * in.n + 100);
		for (size_t i = 0; i < n; i++) {
			if (i > 0)
				buf_char(&b, ',');
			put_cell(&b, cells[i]);
		}
		check_again(cx, buf_view(&b), cells, n);
	}
	REQUIRE(c.bad || c.rest.n == 0);
}
