/* What a child sends: whatever is taken, is written and taken again the same. */
#include "sheet/wire.h"
#include "sheet_work.h"

enum { LENGTH = 4 };

static struct str body(struct buf *b)
{
	return str_from(wire_end(b), LENGTH + 1);
}

static void same_row(const struct sheet_row *a, const struct sheet_row *b)
{
	REQUIRE(a->number == b->number && a->n == b->n);
	for (size_t i = 0; i < a->n; i++)
		REQUIRE(a->v[i].kind == b->v[i].kind &&
			a->v[i].formula == b->v[i].formula &&
			str_eq(a->v[i].s, b->v[i].s));
}

static void try_rows(struct ctx *cx, struct str s)
{
	struct sheet_limits l = sheet_fuzz_limits();
	struct sheet_cell cells[20], others[20];
	struct sheet_row row, again;
	struct buf b = buf_new(cx->arena, wire_most(&l));
	uint32_t progress;

	if (!wire_take_progress(&s, &progress))
		return;
	REQUIRE(progress <= 1000);
	for (size_t left = s.n; s.n > 0 && wire_take_row(&s, &l, cells, &row);
	     left = s.n) {
		REQUIRE(s.n < left);
		for (size_t i = 0; i < row.n; i++)
			REQUIRE(str_utf8(row.v[i].s));
		wire_begin(&b, WIRE_ROWS);
		wire_put_row(&b, &row);
		if (!buf_ok(&b))
			return;
		struct str made = body(&b);
		REQUIRE(wire_take_row(&made, &l, others, &again));
		REQUIRE(made.n == 0);
		same_row(&row, &again);
	}
}

static void try_head(struct ctx *cx, struct str s)
{
	struct sheet_limits l = sheet_fuzz_limits();
	struct wire_head head, again;
	struct buf b = buf_new(cx->arena, 1 << 20);

	if (!wire_take_head(&s, cx->arena, &l, &head))
		return;
	wire_begin(&b, WIRE_TABS);
	wire_put_head(&b, &head);
	struct str made = body(&b);
	REQUIRE(wire_take_head(&made, cx->arena, &l, &again));
	REQUIRE(head.n_tabs == again.n_tabs && head.kind == again.kind);
	for (size_t i = 0; i < head.n_tabs; i++)
		REQUIRE(str_eq(head.tabs[i].name, again.tabs[i].name));
}

static void try_finding(struct ctx *cx, struct str s)
{
	struct sheet_finding f = { 0 }, again = { 0 };
	struct buf b = buf_new(cx->arena, 1 << 20);

	if (!wire_take_finding(&s, &f))
		return;
	REQUIRE(sheet_finding_text(cx->arena, LANG_TH, &f).n > 0);
	wire_begin(&b, WIRE_FINDING);
	wire_put_finding(&b, &f);
	struct str made = body(&b);
	REQUIRE(wire_take_finding(&made, &again));
	REQUIRE(f.kind == again.kind && f.row == again.row &&
		f.column == again.column && str_eq(f.detail, again.detail));
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct str s = str_from(in, 1);

	if (in.n == 0)
		return;
	if (in.p[0] == WIRE_ROWS)
		try_rows(cx, s);
	else if (in.p[0] == WIRE_TABS)
		try_head(cx, s);
	else
		try_finding(cx, s);
}
