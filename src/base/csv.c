#include "base/csv.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"

struct csv csv_begin(struct str text)
{
	str_take(&text, STR("\xef\xbb\xbf"));
	return (struct csv){
		.rest = text, .line = 0, .next_line = 1, .delimiter = ','
	};
}

/* Nothing is left to look at, and there is more elsewhere. */
static bool is_cut(struct csv *c)
{
	if (c->part && c->rest.n == 0)
		c->cut = true;
	return c->cut;
}

/* Moves past the end of a line, if it is there. */
static bool take_line_end(struct csv *c)
{
	bool cr = str_take_char(&c->rest, '\r');
	/* What follows the CR may be its LF. */
	if (cr && is_cut(c))
		return true;
	bool lf = str_take_char(&c->rest, '\n');

	c->next_line += cr || lf;
	return cr || lf;
}

static int count_lines(struct str s)
{
	int n = 0;
	for (size_t i; (i = str_index(s, '\n')) < s.n; n++)
		s = str_from(s, i + 1);
	return n;
}

/* A cell whose opening quote was taken. */
static struct str quoted(struct csv *c, struct arena *a)
{
	struct buf b = buf_new(a, c->rest.n + 1);

	for (;;) {
		size_t n = str_index(c->rest, '"');
		struct str part = str_upto(c->rest, n);
		bool ends = n < c->rest.n;

		c->next_line += count_lines(part);
		c->rest = str_from(c->rest, ends ? n + 1 : n);
		bool twice = ends && str_take_char(&c->rest, '"');
		if (!twice && !is_cut(c) && !ends)
			c->bad = true;
		if (!twice && b.n == 0)
			return part;
		buf_str(&b, part);
		if (!twice)
			return buf_view(&b);
		buf_char(&b, '"');
	}
}

static struct str plain(struct csv *c)
{
	const char *p = c->rest.p, *end = p + c->rest.n;
	const char delimiter = c->delimiter;

	while (p < end && *p != delimiter && *p != '\r' && *p != '\n')
		p++;
	size_t n = (size_t)(p - c->rest.p);
	struct str s = str_upto(c->rest, n);
	c->rest = str_from(c->rest, n);
	is_cut(c);
	return s;
}

static bool is_empty_line(struct csv *c)
{
	struct csv ahead = *c;

	if (!take_line_end(&ahead))
		return false;
	*c = ahead;
	return true;
}

static bool next(struct csv *c, struct arena *a, struct str *cells, size_t max,
    size_t *ret_n)
{
	size_t n = 0;

	while (!c->cut && is_empty_line(c))
		continue;
	c->line = c->next_line;
	if (is_cut(c) || c->rest.n == 0 || c->bad)
		return false;
	for (;;) {
		struct str cell =
		    str_take_char(&c->rest, '"') ? quoted(c, a) : plain(c);
		if (n < max)
			cells[n] = c->raw ? cell : str_trim(cell);
		n++;
		if (c->cut)
			return false;
		if (str_take_char(&c->rest, c->delimiter)) {
			if (is_cut(c))
				return false;
			continue;
		}
		if (c->rest.n > 0 && !take_line_end(c))
			c->bad = true;
		*ret_n = n;
		return !c->bad && !c->cut;
	}
}

bool csv_next(struct csv *c, struct arena *a, struct str *cells, size_t max,
    size_t *ret_n)
{
	c->cut = false;
	const struct csv before = *c;
	bool found = next(c, a, cells, max, ret_n);

	if (c->cut) {
		*c = before;
		c->cut = true;
	}
	return found;
}
