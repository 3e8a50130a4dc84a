#include "base/str.h"
#include "core/table_import.h"

static bool is_thai(uint32_t c)
{
	return c >= 0x0e00 && c <= 0x0e7f;
}

static bool is_consonant(uint32_t c)
{
	return c >= 0x0e01 && c <= 0x0e2e;
}

/* Mai han-akat, sara i to sara uee, maitaikhu. */
static bool is_above_vowel(uint32_t c)
{
	return c == 0x0e31 || (c >= 0x0e34 && c <= 0x0e37) || c == 0x0e47;
}

static bool is_mark(uint32_t c)
{
	return is_above_vowel(c) || c == 0x0e33 ||
	       (c >= 0x0e38 && c <= 0x0e3a) || (c >= 0x0e48 && c <= 0x0e4e);
}

/* ASCII, and the punctuation of Latin-1 and of U+2000 to U+206F. */
static bool ends_word(uint32_t c)
{
	return c < 0xc0 || c == 0xd7 || c == 0xf7 ||
	       (c >= 0x2000 && c <= 0x206f) || c == 0xfeff;
}

/* What is known of the word so far. */
struct word {
	bool thai, foreign; /* has such letters */
	bool base;          /* a mark may follow */
	bool above;         /* the last letter is a vowel above */
};

static bool is_damage(struct word *w, uint32_t c)
{
	bool bad = is_mark(c) && !w->base;

	bad |= is_above_vowel(c) && w->above;
	w->above = is_above_vowel(c);
	w->base = is_consonant(c) || (is_mark(c) && c != 0x0e33);
	w->thai |= is_thai(c);
	w->foreign |= !is_thai(c);
	return bad || (w->thai && w->foreign);
}

bool thai_damaged(struct str s, struct str *ret)
{
	struct word w = { .thai = false };
	struct str rest = s, start = s;
	uint32_t c;

	while (str_take_utf8(&rest, &c)) {
		if (ends_word(c)) {
			w = (struct word){ .thai = false };
			start = rest;
		} else if (is_damage(&w, c)) {
			*ret = str_upto(start, start.n - rest.n);
			return true;
		}
	}
	return false;
}
