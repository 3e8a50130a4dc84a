/* Days and moments, as people and machines write them. */
#include "base/time.h"
#include "fuzz.h"

static bool same(struct date a, struct date b)
{
	return date_cmp(a, b) == 0;
}

/* However it was written, it reads back from the forms that Pratu writes. */
static void check_day(struct ctx *cx, struct date d)
{
	struct date again;
	REQUIRE(date_valid(d));
	REQUIRE(same(date_from_days(date_days(d)), d));
	REQUIRE(same(date_of_ms(date_start_ms(d)), d));
	REQUIRE(date_parse_iso(date_iso(cx->arena, d), &again));
	REQUIRE(same(d, again));
	if (d.year < 1900 || d.year > 2200)
		return;
	for (int lang = 0; lang < LANGS; lang++) {
		struct str s = date_short(cx->arena, (enum lang)lang, d);
		REQUIRE(date_parse(s, &again) && same(d, again));
		s = date_long(cx->arena, (enum lang)lang, d);
		REQUIRE(date_parse(s, &again) && same(d, again));
	}
}

static void check_moment(struct ctx *cx, int64_t ms)
{
	int64_t again;
	struct str s = time_iso(cx->arena, ms);
	REQUIRE(time_parse_iso(s, &again) && ms == again);
	REQUIRE(minute_of_day(ms) >= 0 && minute_of_day(ms) < 1440);
	REQUIRE(date_start_ms(date_of_ms(ms)) <= ms);
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct date d, iso;
	int64_t ms;
	bool is_iso = date_parse_iso(in, &iso);
	if (is_iso) {
		REQUIRE(str_eq(date_iso(cx->arena, iso), in));
		check_day(cx, iso);
	}
	if (date_parse(in, &d)) {
		REQUIRE(!is_iso || same(d, iso));
		check_day(cx, d);
	}
	if (time_parse_iso(in, &ms))
		check_moment(cx, ms);
}
