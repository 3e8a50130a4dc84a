#include "core/rating.h"

#include "base/str.h"
#include "core/setting.h"

enum { MAX_NAME = 60, LOWEST = 100, HIGHEST = 500 };

/* Five equal parts of what lies between 1 and 5. */
static const char usual[] = "4.21 ดีมาก | Very good\n"
			    "3.41 ดี | Good\n"
			    "2.61 ปานกลาง | Fair\n"
			    "1.81 พอใช้ | Poor\n"
			    "1.00 ควรปรับปรุง | Very poor";

/* "4.21", "4.5" or "4". */
static bool read_hundredths(struct str s, int *ret)
{
	struct str whole, part;
	int64_t w, p = 0;
	bool point = str_cut(s, '.', &whole, &part);
	if (whole.n != 1 || !str_i64(whole, &w) || w < 0)
		return false;
	if (point && (part.n < 1 || part.n > 2 || !str_i64(part, &p) || p < 0 ||
			 part.p[0] == '-'))
		return false;
	*ret = (int)(w * 100 + (part.n == 1 ? p * 10 : p));
	return true;
}

static bool read_band(struct str line, struct rating_band *ret)
{
	struct str from, names, th, en;
	if (!str_cut(str_trim(line), ' ', &from, &names) ||
	    !read_hundredths(from, &ret->from_hundredths) ||
	    !str_cut(names, '|', &th, &en))
		return false;
	ret->name = (struct text2){ .th = str_trim(th), .en = str_trim(en) };
	return ret->from_hundredths <= HIGHEST && ret->name.th.n > 0 &&
	       ret->name.en.n > 0 && str_chars(ret->name.th) <= MAX_NAME &&
	       str_chars(ret->name.en) <= MAX_NAME;
}

bool rating_bands_parse(struct str s, struct rating_bands *ret)
{
	struct str line;
	*ret = (struct rating_bands){ 0 };
	for (bool more = true; more;) {
		struct rating_band *b = &ret->v[ret->n];
		more = str_cut(s, '\n', &line, &s);
		if (ret->n == RATING_MAX_BANDS || !read_band(line, b) ||
		    (ret->n > 0 && b->from_hundredths >= b[-1].from_hundredths))
			return false;
		ret->n++;
	}
	return ret->v[ret->n - 1].from_hundredths <= LOWEST;
}

enum err rating_bands_get(struct ctx *cx, struct rating_bands *ret)
{
	struct str text = { 0 };
	enum err e = setting_find(cx, STR("rating-bands"), &text);
	if (!e && !rating_bands_parse(text, ret))
		REQUIRE(rating_bands_parse(str_of(usual), ret));
	return e;
}

struct rating rating_of(
    const struct rating_bands *bands, const struct register_row *rows, size_t n)
{
	struct rating r = { .requests = (int64_t)n };
	int64_t sum = 0;
	for (size_t i = 0; i < n; i++) {
		r.answers += rows[i].score > 0;
		sum += rows[i].score;
	}
	if (r.answers == 0)
		return r;
	r.mean_hundredths = (int)((200 * sum + r.answers) / (2 * r.answers));
	for (size_t i = 0; i < bands->n && r.band == NULL; i++)
		if (r.mean_hundredths >= bands->v[i].from_hundredths)
			r.band = &bands->v[i];
	return r;
}

struct str rating_number(struct arena *a, int hundredths)
{
	return str_fmt(a, "%d.%02d", hundredths / 100, hundredths % 100);
}

json_t *rating_json(struct arena *a, const struct rating *r)
{
	json_t *o = json_new_object(a), *band = json_null();
	json_put_int(o, "answers", r->answers);
	json_put_int(o, "requests", r->requests);
	json_put_text_or_null(o, "mean",
	    r->answers > 0 ? rating_number(a, r->mean_hundredths) : STR(""));
	if (r->band != NULL) {
		band = json_new_object(a);
		json_put_text(band, "th", r->band->name.th);
		json_put_text(band, "en", r->band->name.en);
	}
	json_put(o, "band", band);
	return o;
}
