#include "sheet/clean.h"

#include <string.h>

#include "base/crypt.h"
#include "base/str.h"
#include "base/thai.h"

struct str sheet_clean(struct arena *a, struct str s, bool digits)
{
	s = thai_normal(a, s);
	return digits ? thai_digits_ascii(a, s) : s;
}

/* What cannot begin a word: a vowel behind or on its letter, and tones. A title
 * before it is none: นาย is not the title of นายิกา. */
static bool goes_on(struct str s)
{
	uint32_t c = 0;

	return str_take_utf8(&s, &c) &&
	       ((c >= 0xe30 && c <= 0xe3a) || c == 0xe45 ||
		   (c >= 0xe47 && c <= 0xe4e));
}

/* The longest title that the name begins with; 0: none. */
static size_t title_length(struct str s)
{
	static const struct {
		struct str text;
		bool blank;
	} titles[] = {
#define TITLE(text, blank) { STR_INIT(text), blank },
#include "sheet/titles.def"
#undef TITLE
	};
	size_t best = 0;

	for (size_t i = 0; i < COUNT(titles); i++) {
		struct str t = titles[i].text;
		struct str rest = str_from(s, t.n);
		if (t.n > best && str_eq_nocase(str_upto(s, t.n), t) &&
		    rest.n > 0 && !goes_on(rest) &&
		    (!titles[i].blank || rest.p[0] == ' '))
			best = t.n;
	}
	return best;
}

static struct str take_titles(struct arena *a, struct str *s)
{
	struct str all = STR("");

	for (size_t n; (n = title_length(*s)) > 0;) {
		struct str one = str_upto(*s, n);
		all = all.n == 0
		          ? one
		          : str_fmt(a, "%.*s %.*s", STR_ARG(all), STR_ARG(one));
		*s = str_trim(str_from(*s, n));
	}
	return all;
}

/* Where the last name begins among `n` words: two words of a family that bears
 * the name of a place ("เทพหัสดิน ณ อยุธยา"), or one of them ("ณ อยุธยา"), a clan
 * ("แซ่ ตั้ง"), else the last. */
static size_t last_name(const struct str *words, size_t n, bool *sure)
{
	for (size_t i = 1; i < n; i++) {
		if (str_eq(words[i], STR("แซ่")))
			return i;
		if (str_eq(words[i], STR("ณ")))
			return i > 2 || (i == 2 && n > 3) ? i - 1 : i;
	}
	*sure = n <= 2;
	return n - 1;
}

static struct str joined(struct arena *a, const struct str *words, size_t n)
{
	struct str s = n > 0 ? words[0] : STR("");

	for (size_t i = 1; i < n; i++)
		s = str_fmt(a, "%.*s %.*s", STR_ARG(s), STR_ARG(words[i]));
	return s;
}

struct sheet_name sheet_split_name(struct arena *a, struct str text)
{
	enum { WORDS = 16 };
	struct str words[WORDS], s = thai_normal(a, text);
	struct sheet_name r = { .sure = true };
	size_t n = 0;

	r.title = take_titles(a, &s);
	r.first = r.middle = r.last = STR("");
	while (s.n > 0 && n < WORDS) {
		if (n == WORDS - 1) {
			words[n++] = s;
			break;
		}
		(void)str_cut(s, ' ', &words[n++], &s);
	}
	if (n == 0) {
		r.sure = false;
		return r;
	}
	r.first = words[0];
	if (n == 1) {
		r.sure = false;
		return r;
	}
	size_t last = last_name(words, n, &r.sure);
	r.middle = joined(a, words + 1, last - 1);
	r.last = joined(a, words + last, n - last);
	return r;
}

const char *const sheet_name_parts[NAME_PARTS] = { "title", "first", "middle",
	"last" };

struct str sheet_name_part(const struct sheet_name *n, size_t part)
{
	const struct str v[NAME_PARTS] = { n->title, n->first, n->middle,
		n->last };
	REQUIRE(part < NAME_PARTS);
	return v[part];
}

struct sheet_seen {
	uint32_t most, n, mask;
	uint64_t *keys; /* 0: free */
	uint32_t *more; /* of each key; NULL: not looked at */
	uint32_t *rows;
};

struct sheet_seen *sheet_seen_new(struct arena *a, uint32_t most, bool sure)
{
	struct sheet_seen *s = ARENA_NEW(a, struct sheet_seen);
	uint32_t slots = 16;

	REQUIRE(most <= UINT32_C(1) << 28);
	while (slots / 4 * 3 < most)
		slots *= 2;
	s->most = most;
	s->mask = slots - 1;
	s->keys = ARENA_ARRAY(a, uint64_t, slots);
	s->rows = ARENA_ARRAY(a, uint32_t, slots);
	if (sure)
		s->more = ARENA_ARRAY(a, uint32_t, slots);
	return s;
}

static uint64_t key_of(const struct sheet_row *row, uint32_t *ret_more)
{
	struct arena *a = arena_new();
	struct sha256_state *h = sha256_begin(a);
	uint64_t key;

	for (size_t i = 0; i < row->n; i++) {
		/* The length keeps "ab","c" from "a","bc". */
		uint64_t n = row->v[i].s.n;
		sha256_add(h, &n, sizeof n);
		sha256_add(h, row->v[i].s.p, row->v[i].s.n);
	}
	struct sha256 d = sha256_end(h);
	memcpy(&key, d.b, sizeof key);
	memcpy(ret_more, d.b + sizeof key, sizeof *ret_more);
	arena_free(a);
	return key == 0 ? 1 : key;
}

uint32_t sheet_seen(struct sheet_seen *s, const struct sheet_row *row)
{
	uint32_t more;
	uint64_t key = key_of(row, &more);
	uint32_t at = (uint32_t)key & s->mask;

	for (; s->keys[at] != 0; at = (at + 1) & s->mask)
		if (s->keys[at] == key && (!s->more || s->more[at] == more))
			return s->rows[at];
	REQUIRE(s->n < s->most);
	s->n++;
	s->keys[at] = key;
	s->rows[at] = row->number;
	if (s->more)
		s->more[at] = more;
	return 0;
}
