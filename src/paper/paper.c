/* The model of a paper: lists that grow at their end. */
#include "paper/paper.h"

#include <string.h>

#include "base/str.h"
#include "paper/flow.h"

void paper_say(
    struct arena *a, struct paper_words *w, struct str text, unsigned style)
{
	if (text.n == 0)
		return;
	if (w->n == w->cap) {
		size_t cap = w->cap ? w->cap * 2 : 4;
		struct paper_run *v = ARENA_ARRAY(a, struct paper_run, cap);
		if (w->n > 0)
			memcpy(v, w->v, w->n * sizeof(*v));
		w->v = v;
		w->cap = cap;
	}
	w->v[w->n++] = (struct paper_run){ .text = text, .style = style };
}

struct str paper_plain(struct arena *a, const struct paper_words *w)
{
	size_t n = 0;
	for (size_t i = 0; i < w->n; i++)
		n += w->v[i].text.n;
	struct buf all = buf_new(a, n + 1);
	for (size_t i = 0; i < w->n; i++)
		buf_str(&all, w->v[i].text);
	return buf_view(&all);
}

/* ๐ is U+0E50. */
struct str paper_digits(
    struct arena *a, const struct paper *p, const struct paper_run *r)
{
	if (!p->thai_digits || (r->style & PAPER_RAW))
		return r->text;
	struct buf b = buf_new(a, r->text.n * 3 + 1);
	for (size_t i = 0; i < r->text.n; i++) {
		char c = r->text.p[i];
		if (c < '0' || c > '9') {
			buf_char(&b, c);
			continue;
		}
		buf_str(&b, STR("\xe0\xb9"));
		buf_char(&b, (char)(0x90 + (c - '0')));
	}
	return buf_view(&b);
}

struct paper_block *paper_add(
    struct arena *a, struct paper *p, enum paper_block_kind kind)
{
	struct paper_block *b = ARENA_NEW(a, struct paper_block);
	b->kind = kind;
	if (p->last_block != NULL)
		p->last_block->next = b;
	else
		p->blocks = b;
	p->last_block = b;
	return b;
}

struct paper_head *paper_add_head(struct arena *a, struct paper *p)
{
	struct paper_head *h = ARENA_NEW(a, struct paper_head);
	if (p->last_head != NULL)
		p->last_head->next = h;
	else
		p->heads = h;
	p->last_head = h;
	return h;
}

struct paper_row *paper_add_row(struct arena *a, struct paper_block *b)
{
	struct paper_row *r = ARENA_NEW(a, struct paper_row);
	REQUIRE(b->n_columns > 0 && b->n_columns <= PAPER_COLUMNS_MAX);
	r->cells = ARENA_ARRAY(a, struct paper_words, b->n_columns);
	if (b->last_row != NULL)
		b->last_row->next = r;
	else
		b->rows = r;
	b->last_row = r;
	return r;
}
