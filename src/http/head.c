#include "http/head.h"

#include <string.h>

#include "base/str.h"

/* The next line without its CRLF. */
static struct str next_line(struct str *rest)
{
	const char *end = memmem(rest->p, rest->n, "\r\n", 2);
	size_t n = end ? (size_t)(end - rest->p) : rest->n;
	struct str line = str_upto(*rest, n);
	*rest = str_from(*rest, end ? n + 2 : n);
	return line;
}

/* Between the first and the last space, so that a target with a space inside
 * is seen, and refused, as one. */
static void split_request_line(struct str line, struct head *h)
{
	size_t first = str_index(line, ' ');
	size_t last = line.n;
	while (last > first + 1 && line.p[last - 1] != ' ')
		last--;
	h->method = str_upto(line, first);
	if (first == line.n || last <= first + 1) {
		h->target =
		    first == line.n ? STR("") : str_from(line, first + 1);
		h->version = STR("");
		return;
	}
	h->target = str_n(line.p + first + 1, last - first - 2);
	h->version = str_from(line, last);
}

static struct str trim_blank(struct str s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = str_from(s, 1);
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

struct head head_split(struct arena *a, struct str raw)
{
	struct head h = { 0 };
	struct str rest = raw;

	split_request_line(next_line(&rest), &h);
	h.field = ARENA_ARRAY(a, struct pair, HEAD_FIELDS + 1);
	while (rest.n > 0 && h.n_fields <= HEAD_FIELDS) {
		struct str line = next_line(&rest);
		if (line.n == 0)
			break;
		struct pair *f = &h.field[h.n_fields++];
		if (str_cut(line, ':', &f->name, &f->value))
			f->value = trim_blank(f->value);
		else
			f->value = (struct str){ 0 };
	}
	return h;
}

struct str head_field(const struct head *h, struct str name)
{
	for (size_t i = 0; i < h->n_fields; i++) {
		if (str_eq_nocase(h->field[i].name, name))
			return h->field[i].value;
	}
	return (struct str){ 0 };
}

size_t head_count(const struct head *h, struct str name)
{
	size_t n = 0;
	for (size_t i = 0; i < h->n_fields; i++)
		n += str_eq_nocase(h->field[i].name, name);
	return n;
}

bool head_lists(const struct head *h, struct str name, struct str word)
{
	for (size_t i = 0; i < h->n_fields; i++) {
		if (!str_eq_nocase(h->field[i].name, name))
			continue;
		struct str rest = h->field[i].value, one;
		while (rest.n > 0) {
			str_cut(rest, ',', &one, &rest);
			if (str_eq_nocase(trim_blank(one), word))
				return true;
		}
	}
	return false;
}
