#include "fmt/mask.h"

#include <string.h>

#include "base/str.h"
#include "base/thai.h"

#define DOTS "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2"
#define HASH_BYTES ((size_t)16)
#define ID_DIGITS ((size_t)13)
#define MAX_DIGITS ((size_t)15) /* of a telephone number: E.164 */
#define MIN_DIGITS ((size_t)9)

struct masker {
	struct columns in, out;
	enum mask *masks;
	bool masks_any;
	struct str key;
	struct arena *batch; /* what the batch in hand is made of */
};

struct columns masked_columns(struct arena *a, struct columns in)
{
	struct column *v = ARENA_ARRAY(a, struct column, in.n + 1);
	for (size_t i = 0; i < in.n; i++) {
		enum mask m = mask_of(in.v[i].mask);
		v[i] = in.v[i];
		if (m == MASK_year)
			v[i].type = TYPE_INTEGER;
		else if (m == MASK_partial || m == MASK_hash)
			v[i].type = TYPE_TEXT;
	}
	return (struct columns){ .v = v, .n = in.n };
}

struct masker *masker_new(
    struct arena *a, struct columns in, size_t n_shown, struct sha256 key)
{
	struct masker *m = ARENA_NEW(a, struct masker);
	REQUIRE(n_shown <= in.n);
	m->in = in;
	m->out = masked_columns(a, (struct columns){ .v = in.v, .n = n_shown });
	m->masks = ARENA_ARRAY(a, enum mask, n_shown + 1);
	for (size_t i = 0; i < n_shown; i++) {
		m->masks[i] = mask_of(in.v[i].mask);
		m->masks_any |= m->masks[i] != MASK_none;
	}
	m->key = str_dup(a, str_n((const char *)key.b, sizeof key.b));
	m->batch = arena_inside(a);
	return m;
}

struct columns masker_columns(const struct masker *m)
{
	return m->out;
}

/* Digits with what stands between them in numbers that people write; 0 when
 * there is anything else. The first MAX_DIGITS go to `ret`. */
static size_t digits_of(struct str s, const char *between, char *ret)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		bool digit = s.p[i] >= '0' && s.p[i] <= '9';
		if (!digit &&
		    str_index(str_of(between), s.p[i]) == str_of(between).n)
			return 0;
		if (digit && n < MAX_DIGITS)
			ret[n] = s.p[i];
		n += digit;
	}
	return n;
}

/* "a•••@example.ac.th"; false when it is no address. */
static bool part_of_address(struct arena *a, struct str s, struct str *ret)
{
	struct str name, domain;
	if (!str_cut(s, '@', &name, &domain) || name.n == 0 || domain.n == 0 ||
	    str_index(domain, '@') < domain.n || str_index(s, ' ') < s.n)
		return false;
	*ret = str_fmt(a, "%.*s" DOTS "@%.*s", (int)thai_first_letter(name),
	    name.p, STR_ARG(domain));
	return true;
}

static struct str part_of(struct arena *a, struct str s)
{
	char d[MAX_DIGITS] = { 0 };
	struct str ret;
	size_t n = digits_of(s, "- ", d);
	if (n == ID_DIGITS && s.p[0] != '0')
		return str_fmt(a, "x-xxxx-xxxxx-%c%c-%c", d[10], d[11], d[12]);
	n = digits_of(s, "- ()+.", d);
	if (n >= MIN_DIGITS && n <= MAX_DIGITS &&
	    (s.p[0] == '0' || s.p[0] == '+' || s.p[0] == '('))
		return str_fmt(a, DOTS "%.*s", 4, d + n - 4);
	if (part_of_address(a, s, &ret))
		return ret;
	n = thai_first_letter(s);
	return n == s.n ? STR(DOTS) : str_cat(a, str_upto(s, n), STR(DOTS));
}

static struct cell partly(struct arena *a, const struct cell *c)
{
	struct cell out = { .kind = CELL_TEXT, .s = STR(DOTS) };
	if (c->kind != CELL_BYTES)
		out.s = part_of(a, c->s);
	return out;
}

static struct cell year_of(const struct cell *c)
{
	static const char shape[] = "dddd-dd-dd";
	struct cell out = { .kind = CELL_NULL };
	struct str s = c->s;
	if (c->kind != CELL_TEXT || s.n < sizeof shape - 1 ||
	    str_ends(s, STR(" BC")))
		return out;
	for (size_t i = 0; shape[i] != '\0'; i++)
		if (shape[i] == 'd' ? s.p[i] < '0' || s.p[i] > '9'
				    : s.p[i] != shape[i])
			return out;
	s = str_upto(s, 4);
	while (s.n > 1 && s.p[0] == '0')
		s = str_from(s, 1);
	return (struct cell){ .kind = CELL_INTEGER, .s = s };
}

static struct cell hash_of(struct masker *m, const struct cell *c)
{
	struct sha256 d = hmac_sha256(m->key, c->s);
	return (struct cell){ .kind = CELL_TEXT,
		.s =
		    base64url(m->batch, str_n((const char *)d.b, HASH_BYTES)) };
}

static struct cell mask_cell(
    struct masker *m, enum mask mask, const struct cell *c)
{
	if (c->kind == CELL_NULL)
		return *c;
	switch (mask) {
	case MASK_none:
		return *c;
	case MASK_partial:
		return partly(m->batch, c);
	case MASK_year:
		return year_of(c);
	case MASK_hash:
		return hash_of(m, c);
	case MASK_drop:
	case MASKS:
		break;
	}
	return (struct cell){ .kind = CELL_NULL };
}

struct batch masker_rows(struct masker *m, const struct batch *in)
{
	size_t n = m->out.n;
	if (in->n_rows == 0 || (!m->masks_any && n == in->n_columns))
		return *in;
	REQUIRE(in->n_columns == m->in.n);
	arena_rewind(m->batch, (struct arena_mark){ 0 });
	struct cell *cells = ARENA_ARRAY(m->batch, struct cell, in->n_rows * n);
	for (size_t r = 0; r < in->n_rows; r++)
		for (size_t i = 0; i < n; i++)
			cells[r * n + i] = mask_cell(
			    m, m->masks[i], &in->cells[r * in->n_columns + i]);
	return (struct batch){
		.n_rows = in->n_rows, .n_columns = n, .cells = cells
	};
}
