/* paging_alike.h - a question asked page by page, as the gate does: each page
 * behind the cursor of the one before, through the cursor's own text. */
#ifndef TESTS_UNIT_PAGING_ALIKE_H
#define TESTS_UNIT_PAGING_ALIKE_H

#include "gate/place.h"
#include "sources_alike.h"

#define PAGES_MAX 60 /* more: it turns in a circle */

struct walk {
	const struct source *source;
	const struct approved *approved;
	struct query query; /* order, filter */
	int64_t limit;
	void (*between)(int page); /* NULL: nothing happens */
	bool counted;              /* a place became a count of rows */
};

static inline void put_row(struct buf *b, const struct cell *row, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put_cell_text(b, &row[i]);
	buf_char(b, '\n');
}

/* One page from `at`, which becomes the next one's place; whether there is a
 * next one. */
static inline enum err one_page(struct walk *w, struct place *at,
    struct paging *paging, struct buf *b, bool *ret_more)
{
	struct query q = w->query;
	struct compiled c;
	struct source_stream *s = NULL;
	struct batch rows = { 0 };
	int64_t left = w->limit;

	paging->after = place_between(cx.arena, &q, paging, at, NULL);
	q.paging = paging;
	q.offset = at->skip;
	q.limit = left + 1;
	*ret_more = false;
	enum err e = query_compile(&cx, w->approved, &q, &c);
	if (e == OK)
		e = source_open(&cx, w->source, &c, &source_limits_stream, &s);
	if (e != OK)
		return e;
	struct edge edge = edge_new(cx.arena, &c, at);
	while ((e = source_next(&cx, s, &rows)) == OK && rows.n_rows > 0) {
		size_t n = rows.n_rows;

		if ((int64_t)n > left) {
			*ret_more = true;
			n = (size_t)left;
		}
		edge_rows(&edge, &rows, n);
		for (size_t r = 0; r < n; r++)
			put_row(b, rows.cells + r * rows.n_columns, c.n_shown);
		left -= (int64_t)n;
	}
	source_close(s);
	*at = edge_place(cx.arena, &edge, at);
	return e;
}

static inline struct str failed(void)
{
	return str_fmt(cx.arena, "!%s %.*s", msg_key(cx.fault.msg).p,
	    STR_ARG(cx.fault.detail));
}

/* All rows, page after page; "!" and why when it fails. */
static inline struct str walk(struct walk *w)
{
	struct buf b = buf_new(cx.arena, (size_t)1 << 22);
	struct place at = { 0 };
	struct paging paging;
	bool more = true;

	place_ties(cx.arena, w->approved, &w->query, &paging);
	for (int page = 0; more; page++) {
		enum err e = one_page(w, &at, &paging, &b, &more);

		if (e != OK)
			return failed();
		if (page == PAGES_MAX)
			return STR("!no end");
		struct str cursor = place_text(cx.arena, &at);
		if (!place_parse(&cx, cursor, &at) ||
		    !place_fits(&at, &w->query, &paging))
			return str_fmt(
			    cx.arena, "!cursor %.*s", STR_ARG(cursor));
		w->counted |= more && at.n == 0;
		if (w->between != NULL && more)
			w->between(page);
	}
	return buf_view(&b);
}

/* The same in one answer. */
static inline struct str whole(const struct walk *w)
{
	struct paging paging;
	struct query q = w->query;

	place_ties(cx.arena, w->approved, &q, &paging);
	q.paging = &paging;
	return answer_of(w->source, w->approved, &q);
}

/* Pages of so many rows are the whole, by a place each. */
static inline void pages_are_the_whole(const struct source *source,
    const struct approved *a, const struct order *order, size_t n_order,
    int64_t limit)
{
	struct str by = n_order > 0 ? order->column : STR("nothing");
	int way = n_order > 0 ? 2 * (int)order->nulls + order->descending : 0;
	struct walk w = { .source = source,
		.approved = a,
		.query = query_all(),
		.limit = limit };

	begin();
	w.query.order = order;
	w.query.n_order = n_order;
	struct str got = walk(&w), want = whole(&w);
	T_CHECK(str_eq(got, want) && want.n > 0 && want.p[0] != '!',
	    "by %.*s, %d, in %d:\n%.*s\nnot\n%.*s", STR_ARG(by), way,
	    (int)limit, STR_ARG(got), STR_ARG(want));
	T_CHECK(!w.counted, "a place became a count");
}

static inline void pages_of_each_size(const struct source *source,
    const struct approved *a, const struct order *order, size_t n_order)
{
	static const int64_t limits[] = { 1, 2, 7 };

	for (size_t i = 0; i < COUNT(limits); i++)
		pages_are_the_whole(source, a, order, n_order, limits[i]);
}

/* By each column, both ways and wherever NULLs stand, alone, with what tells
 * its equals apart; `orders` of the six words for each. */
static inline void every_column_pages(
    const struct source *source, const struct approved *a, int orders)
{
	static const int64_t limits[] = { 1, 2, 7 };
	size_t turn = 0;

	pages_of_each_size(source, a, NULL, 0);
	for (size_t c = 0; c < a->columns.n; c++) {
		if (a->columns.v[c].type == TYPE_BYTES)
			continue;
		for (int k = 0; k < orders; k++) {
			int word = (k + (int)c) % 6;
			struct order o = { .column = a->columns.v[c].name,
				.descending = word % 2 == 1,
				.nulls = (enum nulls)(word / 2) };

			pages_are_the_whole(
			    source, a, &o, 1, limits[turn++ % COUNT(limits)]);
		}
	}
}

#endif
