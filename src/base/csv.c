#include "base/csv.h"

#include "base/buf.h"
#include "base/str.h"

struct csv csv_begin(struct str text)
{
	str_take(&text, STR("\xef\xbb\xbf"));
	return (struct csv){ .rest = text, .line = 0, .next_line = 1 };
}

/* Moves past the end of a line, if it is there. */
static bool take_line_end(struct csv *c)
{
	bool cr = str_take_char(&c->rest, '\r');
	bool lf = str_take_char(&c->rest, '\n');

	c->next_line += cr || lf;
	return cr || lf;
}

/* A cell whose opening quote was taken. */
static struct str quoted(struct csv *c, struct arena *a)
{
	struct buf b = buf_new(a, c->rest.n + 1);

	while (c->rest.n > 0) {
		char ch = c->rest.p[0];
		c->rest = str_from(c->rest, 1);
		if (ch == '"' && !str_take_char(&c->rest, '"'))
			return buf_view(&b);
		c->next_line += ch == '\n';
		buf_char(&b, ch);
	}
	c->bad = true;
	return buf_view(&b);
}

static struct str plain(struct csv *c)
{
	size_t n = 0;

	while (n < c->rest.n && c->rest.p[n] != ',' && c->rest.p[n] != '\r' &&
	       c->rest.p[n] != '\n')
		n++;
	struct str s = str_upto(c->rest, n);
	c->rest = str_from(c->rest, n);
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

bool csv_next(struct csv *c, struct arena *a, struct str *cells, size_t max,
    size_t *ret_n)
{
	size_t n = 0;

	while (is_empty_line(c))
		continue;
	c->line = c->next_line;
	if (c->rest.n == 0 || c->bad)
		return false;
	for (;;) {
		struct str cell =
		    str_take_char(&c->rest, '"') ? quoted(c, a) : plain(c);
		if (n < max)
			cells[n] = str_trim(cell);
		n++;
		if (str_take_char(&c->rest, ','))
			continue;
		if (c->rest.n > 0 && !take_line_end(c))
			c->bad = true;
		*ret_n = n;
		return !c->bad;
	}
}
