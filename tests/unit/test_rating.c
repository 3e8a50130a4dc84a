/* The words for a year's satisfaction: bounds, rounding, what is refused. */
#include "core/rating.h"

#include "base/str.h"
#include "t.h"

static const char two[] = "4.51 มากที่สุด | Highest\n3.51 มาก | High\n"
			  "2.51 ปานกลาง | Middle\n1.51 น้อย | Low\n"
			  "1 น้อยที่สุด | Lowest";

static void bands_are_read_or_refused(void)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = { { two, true }, { "1.00 ดี | Good", true },
		{ "0 ดี | Good", true }, { "4.5 ดี | Good\n1 แย่ | Bad", true },
		{ "", false }, { "ดี | Good", false }, { "4 ดี Good", false },
		{ "4 | Good\n1 แย่ | Bad", false },
		{ "4 ดี |\n1 แย่ | Bad", false },
		/* Nobody would know what 1.00 is. */
		{ "4 ดี | Good\n1.01 แย่ | Bad", false },
		/* Not from the highest. */
		{ "1 แย่ | Bad\n4 ดี | Good", false },
		{ "4 ดี | Good\n4.00 ดี | Good\n1 แย่ | Bad", false },
		{ "5.01 ดี | Good\n1 แย่ | Bad", false },
		{ "4.001 ดี | Good\n1 แย่ | Bad", false },
		{ "4.-1 ดี | Good\n1 แย่ | Bad", false },
		{ "-4 ดี | Good\n1 แย่ | Bad", false },
		{ "4 ดี | Good\n\n1 แย่ | Bad", false } };
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct rating_bands b;
		T_CHECK(rating_bands_parse(str_of(cases[i].text), &b) ==
			    cases[i].good,
		    "%s", cases[i].text);
	}
	struct rating_bands b;
	T_CHECK(
	    !rating_bands_parse(
		STR("5 a | a\n4.9 a | a\n4.8 a | a\n4.7 a | a\n4.6 a | a\n"
		    "4.5 a | a\n4.4 a | a\n4.3 a | a\n4.2 a | a\n4.1 a | a\n"
		    "1 a | a"),
		&b),
	    "too many");
}

static void a_mean_has_the_band_that_it_reaches(void)
{
	static const struct {
		int scores[4];
		int mean;
		const char *band;
	} cases[] = { { { 5, 4, 0, 0 }, 450, "High" },
		{ { 5, 5, 4, 4 }, 450, "High" },
		{ { 5, 5, 5, 4 }, 475, "Highest" },
		{ { 5, 5, 4, 0 }, 467, "Highest" },
		{ { 1, 0, 0, 0 }, 100, "Lowest" },
		{ { 1, 2, 0, 0 }, 150, "Lowest" },
		{ { 2, 2, 1, 0 }, 167, "Low" },
		{ { 5, 0, 0, 0 }, 500, "Highest" } };
	struct rating_bands b;
	T_CHECK(rating_bands_parse(str_of(two), &b), "two");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct register_row rows[4] = { 0 };
		int64_t answers = 0;
		for (size_t k = 0; k < 4; k++) {
			rows[k].score = cases[i].scores[k];
			answers += rows[k].score > 0;
		}
		struct rating r = rating_of(&b, rows, 4);
		T_CHECK(r.mean_hundredths == cases[i].mean, "case %zu", i);
		T_CHECK(r.answers == answers && r.requests == 4, "case %zu", i);
		T_CHECK(r.band != NULL &&
			    str_eq(r.band->name.en, str_of(cases[i].band)),
		    "case %zu", i);
	}
	struct register_row none = { 0 };
	T_CHECK(rating_of(&b, &none, 1).band == NULL, "none");
	T_CHECK(rating_of(&b, NULL, 0).answers == 0, "no rows");
}

int main(void)
{
	T_RUN(bands_are_read_or_refused);
	T_RUN(a_mean_has_the_band_that_it_reaches);
	return T_PLAN();
}
