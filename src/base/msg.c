#include "base/msg.h"

#include "base/buf.h"
#include "base/str.h"

#define MAX_FILLED ((size_t)1 << 20)

static const struct str codes[LANGS] = {
	[LANG_TH] = STR_INIT("th"),
	[LANG_EN] = STR_INIT("en"),
};

_Static_assert(
    COUNT(msg_table[0].text) == LANGS, "a text for each language of enum lang");

struct str lang_code(enum lang lang)
{
	REQUIRE(lang < LANGS);
	return codes[lang];
}

bool lang_parse(struct str s, enum lang *ret)
{
	struct str primary, region;
	str_cut(s, '-', &primary, &region);
	for (size_t i = 0; i < LANGS; i++) {
		if (str_eq_nocase(primary, codes[i])) {
			*ret = (enum lang)i;
			return true;
		}
	}
	return false;
}

struct str msg_text(enum lang lang, enum msg m)
{
	REQUIRE(m < MSGS && lang < LANGS);
	return msg_table[m].text[lang];
}

struct str msg_key(enum msg m)
{
	REQUIRE(m < MSGS);
	return msg_table[m].key;
}

bool msg_find(struct str key, enum msg *ret)
{
	size_t low = MSG_NONE + 1, high = MSGS;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = str_cmp(key, msg_table[mid].key);
		if (order == 0) {
			*ret = (enum msg)mid;
			return true;
		}
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return false;
}

struct str msg_code(
    struct arena *a, enum lang lang, struct str prefix, struct str code)
{
	enum msg m;
	if (!msg_find(str_cat(a, prefix, code), &m))
		return code;
	return msg_text(lang, m);
}

/* A place {n} at the cursor. */
static bool take_place(struct str *cursor, size_t *ret)
{
	if (cursor->n < 3 || cursor->p[0] != '{' || cursor->p[2] != '}' ||
	    cursor->p[1] < '0' || cursor->p[1] > '3')
		return false;
	*ret = (size_t)(cursor->p[1] - '0');
	*cursor = str_from(*cursor, 3);
	return true;
}

struct str msg_fill(struct arena *a, enum lang lang, enum msg m,
    const struct str *args, size_t n_args)
{
	struct str rest = msg_text(lang, m);
	struct buf b = buf_new(a, MAX_FILLED);
	while (rest.n) {
		size_t place, plain = str_index(rest, '{');
		buf_str(&b, str_upto(rest, plain));
		rest = str_from(rest, plain);
		if (take_place(&rest, &place)) {
			if (place < n_args)
				buf_str(&b, args[place]);
		} else if (rest.n) {
			buf_char(&b, '{');
			rest = str_from(rest, 1);
		}
	}
	return buf_view(&b);
}
