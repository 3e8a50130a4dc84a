#include "base/thai.h"

#include <pthread.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/ucol.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "base/str.h"

/* UTF-16, as ICU has it. All Thai is in the first plane, so a surrogate is just
 * another letter to the rules here. */
struct wide {
	UChar *p;
	int32_t n;
};

enum {
	MAI_HAN_AKAT = 0x0e31,
	SARA_AA = 0x0e32,
	SARA_AM = 0x0e33,
	SARA_I = 0x0e34,
	PHINTHU = 0x0e3a,
	SARA_E = 0x0e40,
	SARA_AE = 0x0e41,
	MAITAIKHU = 0x0e47,
	NIKHAHIT = 0x0e4d,
	YAMAKKAN = 0x0e4e,
};

/* Marks in the order in which they are stored: below, above, tone, thanthakhat,
 * and ำ, which is drawn after all of them. Phinthu comes before ุ and ู because
 * NFC puts it there. */
static const UChar mark_order[] = { PHINTHU, 0x0e38, 0x0e39, MAI_HAN_AKAT,
	SARA_I, 0x0e35, 0x0e36, 0x0e37, MAITAIKHU, NIKHAHIT, 0x0e48, 0x0e49,
	0x0e4a, 0x0e4b, 0x0e4c, YAMAKKAN, SARA_AM };

/* Longer texts do not exist here: bodies end at 1 MiB. */
static struct wide from_utf8(struct arena *a, struct str s)
{
	UErrorCode e = U_ZERO_ERROR;
	REQUIRE(s.n < INT32_MAX / 4);
	struct wide w = { .p = ARENA_ARRAY(a, UChar, s.n + 1) };
	if (s.n)
		u_strFromUTF8WithSub(w.p, (int32_t)s.n + 1, &w.n, s.p,
		    (int32_t)s.n, 0xfffd, NULL, &e);
	REQUIRE(U_SUCCESS(e));
	return w;
}

static struct str to_utf8(struct arena *a, struct wide w)
{
	UErrorCode e = U_ZERO_ERROR;
	int32_t n = 0, cap = w.n * 3 + 1;
	char *p = arena_alloc(a, (size_t)cap);
	u_strToUTF8WithSub(p, cap, &n, w.p, w.n, 0xfffd, NULL, &e);
	REQUIRE(U_SUCCESS(e));
	return str_n(p, (size_t)n);
}

static struct wide nfc(struct arena *a, struct wide w)
{
	UErrorCode e = U_ZERO_ERROR;
	const UNormalizer2 *form = unorm2_getNFCInstance(&e);
	/* NFC makes UTF-16 at most three times as long (Unicode FAQ). */
	int32_t cap = w.n * 3 + 1;
	struct wide ret = { .p = ARENA_ARRAY(a, UChar, (size_t)cap) };
	ret.n = unorm2_normalize(form, w.p, w.n, ret.p, cap, &e);
	REQUIRE(U_SUCCESS(e));
	return ret;
}

/* What cannot be seen: zero width, direction (a text must not read otherwise
 * than it is), controls. */
static bool is_dropped(UChar c)
{
	return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0x061c || c == 0xfeff ||
	       c == 0x00ad || (c < 0x20 && !(c >= '\t' && c <= '\r')) ||
	       (c >= 0x7f && c < 0xa0 && c != 0x85);
}

static bool is_line_end(UChar c)
{
	return (c >= '\n' && c <= '\r') || c == 0x85 || c == 0x2028 ||
	       c == 0x2029;
}

static bool is_blank(UChar c)
{
	return c == ' ' || c == '\t' || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f ||
	       c == 0x3000;
}

/* Drops what cannot be seen, makes one space of many blanks and trims; each
 * line by itself when `lines`, else line ends are blanks too. In place. */
static void tidy(struct wide *w, bool lines)
{
	int32_t n = 0;
	bool space = false; /* one is due before the next letter */
	for (int32_t i = 0; i < w->n; i++) {
		UChar c = w->p[i];
		if (is_dropped(c))
			continue;
		if (lines && is_line_end(c)) {
			if (c == '\r' && i + 1 < w->n && w->p[i + 1] == '\n')
				continue;
			w->p[n++] = '\n';
			space = false;
		} else if (is_blank(c) || is_line_end(c)) {
			space = n > 0 && w->p[n - 1] != '\n';
		} else {
			if (space)
				w->p[n++] = ' ';
			w->p[n++] = c;
			space = false;
		}
	}
	while (n > 0 && w->p[n - 1] == '\n')
		n--;
	int32_t start = 0;
	while (start < n && w->p[start] == '\n')
		start++;
	w->p += start;
	w->n = n - start;
}

static uint32_t mark_bit(UChar32 c)
{
	for (size_t i = 0; i < COUNT(mark_order); i++) {
		if (mark_order[i] == c)
			return UINT32_C(1) << i;
	}
	return 0;
}

/* The next code point at *i, which moves on. */
static UChar32 next(struct wide w, int32_t *i)
{
	UChar c = w.p[(*i)++];
	if (U16_IS_LEAD(c) && *i < w.n && U16_IS_TRAIL(w.p[*i]))
		return U16_GET_SUPPLEMENTARY(c, w.p[(*i)++]);
	return c;
}

/* A run of marks as a set, so that a long run costs no more than its length;
 * ํ and า with marks between become ำ. Marks of other scripts belong to the run,
 * or NFC would carry ours across them, a little further each time. Returns
 * where the run ends. */
static int32_t read_marks(struct wide w, int32_t i, uint32_t *set)
{
	const uint32_t nikhahit = mark_bit(NIKHAHIT), am = mark_bit(SARA_AM);
	for (*set = 0; i < w.n;) {
		int32_t after = i;
		UChar32 c = next(w, &after);
		uint32_t bit = mark_bit(c);
		if (bit)
			*set |= bit;
		else if (c == SARA_AA && (*set & nikhahit) && !(*set & am))
			*set = (*set & ~nikhahit) | am;
		else if (u_getCombiningClass(c) == 0)
			return i;
		i = after;
	}
	return i;
}

/* Writes the run that read_marks() found: our marks in their order, then those
 * of other scripts as they came. */
static void write_marks(
    struct wide *to, struct wide w, int32_t start, int32_t end, uint32_t set)
{
	for (size_t k = 0; k < COUNT(mark_order); k++) {
		if (set & UINT32_C(1) << k)
			to->p[to->n++] = mark_order[k];
	}
	for (int32_t i = start; i < end;) {
		int32_t first = i;
		UChar32 c = next(w, &i);
		if (mark_bit(c) || c == SARA_AA)
			continue;
		while (first < i)
			to->p[to->n++] = w.p[first++];
	}
}

static struct wide order_marks(struct arena *a, struct wide w)
{
	/* Nothing here gets longer. */
	struct wide ret = { .p = ARENA_ARRAY(a, UChar, (size_t)w.n + 1) };
	for (int32_t i = 0; i < w.n;) {
		uint32_t set;
		int32_t end = read_marks(w, i, &set);
		write_marks(&ret, w, i, end, set);
		if (end == i) {
			bool twice = w.p[i] == SARA_E && i + 1 < w.n &&
			             w.p[i + 1] == SARA_E;
			ret.p[ret.n++] = twice ? SARA_AE : w.p[i];
			end = twice ? i + 2 : i + 1;
		}
		i = end;
	}
	return ret;
}

static struct wide normal(struct arena *a, struct str s, bool lines)
{
	struct wide w = from_utf8(a, s);
	tidy(&w, lines);
	/* NFC again: a mark that moved may stand beside another script's now. */
	return nfc(a, order_marks(a, nfc(a, w)));
}

struct str thai_normal(struct arena *a, struct str s)
{
	return to_utf8(a, normal(a, s, false));
}

struct str thai_normal_lines(struct arena *a, struct str s)
{
	return to_utf8(a, normal(a, s, true));
}

struct str thai_search_key(struct arena *a, struct str s)
{
	UErrorCode e = U_ZERO_ERROR;
	struct wide w = normal(a, thai_digits_ascii(a, s), false);
	/* Folding makes one letter three at the most (Unicode 5.18). */
	int32_t cap = w.n * 3 + 1;
	struct wide folded = { .p = ARENA_ARRAY(a, UChar, (size_t)cap) };
	folded.n =
	    u_strFoldCase(folded.p, cap, w.p, w.n, U_FOLD_CASE_DEFAULT, &e);
	REQUIRE(U_SUCCESS(e));
	return to_utf8(a, nfc(a, folded));
}

/* One collator for all threads: after its making it is only read. */
static UCollator *collator;

static void open_collator(void)
{
	UErrorCode e = U_ZERO_ERROR;
	collator = ucol_open("th", &e);
	REQUIRE(U_SUCCESS(e));
}

struct str thai_order_key(struct arena *a, struct str s)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	REQUIRE(pthread_once(&once, open_collator) == 0);
	struct wide w = normal(a, s, false);
	int32_t n = ucol_getSortKey(collator, w.p, w.n, NULL, 0);
	REQUIRE(n > 0);
	char *p = arena_alloc(a, (size_t)n);
	ucol_getSortKey(collator, w.p, w.n, (uint8_t *)p, n);
	return str_n(p, (size_t)n - 1); /* without its closing NUL */
}

struct str thai_digits_ascii(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n);
	size_t n = 0;
	while (s.n) {
		unsigned char last = s.n > 2 ? (unsigned char)s.p[2] : 0;
		if (str_starts(s, STR("\xe0\xb9")) && last >= 0x90 &&
		    last <= 0x99) {
			p[n++] = (char)('0' + (last - 0x90));
			s = str_from(s, 3);
		} else {
			p[n++] = s.p[0];
			s = str_from(s, 1);
		}
	}
	return str_n(p, n);
}

static bool stands_on_another(uint32_t c)
{
	switch (
	    u_getIntPropertyValue((UChar32)c, UCHAR_GRAPHEME_CLUSTER_BREAK)) {
	case U_GCB_EXTEND:
	case U_GCB_SPACING_MARK:
	case U_GCB_ZWJ:
		return true;
	default:
		return false;
	}
}

size_t thai_first_letter(struct str s)
{
	struct str left = s, before;
	uint32_t c;
	if (!str_take_utf8(&left, &c))
		return 0;
	do
		before = left;
	while (str_take_utf8(&left, &c) && stands_on_another(c));
	return s.n - before.n;
}
