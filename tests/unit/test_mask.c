/* What is seen of a value behind each mask. */
#include <malloc.h>

#include "base/str.h"
#include "fmt/mask.h"
#include "t.h"

static struct arena *arena;

static const struct sha256 key = { .b = { 1, 2, 3 } };

/* The first cell behind a mask. */
static struct cell masked(
    const char *mask, enum cell_kind kind, const char *text)
{
	struct column *c = ARENA_NEW(arena, struct column);
	struct cell *cell = ARENA_NEW(arena, struct cell);
	c->mask = str_of(mask);
	*cell = (struct cell){ .kind = kind, .s = str_of(text) };
	struct batch b = { .n_rows = 1, .n_columns = 1, .cells = cell };
	struct masker *m =
	    masker_new(arena, (struct columns){ .v = c, .n = 1 }, 1, key);
	return masker_rows(m, &b).cells[0];
}

static void partial_is_enough_to_recognise(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "1112034563562", "x-xxxx-xxxxx-56-2" },
		{ "1-1120-34563-56-2", "x-xxxx-xxxxx-56-2" },
		{ "1 1120 34563 56 2", "x-xxxx-xxxxx-56-2" },
		{ "11120345635621", "1•••" }, /* 14 digits */
		{ "0812345678", "•••5678" },
		{ "+66 (0)81-234-5678", "•••5678" },
		{ "(02) 123-4567", "•••4567" },
		{ "021234567", "•••4567" },
		{ "02123456", "0•••" }, /* too short for one */
		{ "6512345678", "6•••" },
		{ "somchai@example.ac.th", "s•••@example.ac.th" },
		{ "สม@example.com", "ส•••@example.com" },
		{ "@example.com", "@•••" },
		{ "a@b@c", "a•••" },
		{ "a b@c", "a•••" },
		{ "สมชาย", "ส•••" },
		{ "ก้อง", "ก้•••" },
		{ "น้ำฝน", "น้ำ•••" },
		{ "ปิ่น", "ปิ่•••" },
		{ "เก่ง", "เ•••" },
		{ "ที่", "•••" }, /* one letter: that would be all of it */
		{ "M", "•••" },
		{ "", "•••" },
		{ "e\u0301a", "e\u0301•••" },
		{ "\xf0\x9f\x91\xa9\xe2\x80\x8dx",
		    "\xf0\x9f\x91\xa9\xe2\x80\x8d•••" },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cell c = masked("partial", CELL_TEXT, cases[i].text);
		T_CHECK(c.kind == CELL_TEXT, "%s", cases[i].text);
		T_TEXT(c.s, str_of(cases[i].want));
	}
	T_TEXT(masked("partial", CELL_INTEGER, "1112034563562").s,
	    STR("x-xxxx-xxxxx-56-2"));
	T_TEXT(masked("partial", CELL_INTEGER, "-12").s, STR("-•••"));
	T_TEXT(masked("partial", CELL_BYTES, "abc").s, STR("•••"));
	T_CHECK(masked("partial", CELL_NULL, "").kind == CELL_NULL, "NULL");
}

static void year_is_of_dates_alone(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "2001-02-03", "2001" },
		{ "2569-11-20T08:30:00", "2569" },
		{ "2567-02-29", "2567" }, /* in that era there is such a day */
		{ "0012-01-01", "12" },
		{ "0000-01-01", "0" },
		{ "2001-02", NULL },
		{ "2001", NULL },
		{ "20010203", NULL },
		{ "2001-2-3", NULL },
		{ "03/02/2001", NULL },
		{ "๒๕๖๙-๐๑-๐๑", NULL },
		{ "", NULL },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cell c = masked("year", CELL_TEXT, cases[i].text);
		T_CHECK(c.kind == (cases[i].want ? CELL_INTEGER : CELL_NULL),
		    "%s", cases[i].text);
		if (cases[i].want)
			T_TEXT(c.s, str_of(cases[i].want));
	}
	T_CHECK(masked("year", CELL_INTEGER, "1700000000").kind == CELL_NULL,
	    "a number is not shown for a year");
}

static void codes_tell_equal_from_unequal(void)
{
	struct cell a = masked("hash", CELL_TEXT, "สมชาย"),
		    b = masked("hash", CELL_TEXT, "สมชาย"),
		    c = masked("hash", CELL_TEXT, "สมชาย ");
	struct sha256 d =
	    hmac_sha256(str_n((const char *)key.b, sizeof key.b), STR("สมชาย"));
	T_TEXT(a.s, b.s);
	T_CHECK(!str_eq(a.s, c.s), "another value, another code");
	T_CHECK(a.s.n == 22, "128 bits are 22 letters, not %zu", a.s.n);
	T_TEXT(a.s, base64url(arena, str_n((const char *)d.b, 16)));
	T_CHECK(masked("hash", CELL_NULL, "").kind == CELL_NULL, "NULL");
	T_CHECK(masked("hash", CELL_TEXT, "").s.n == 22, "an empty text");
	T_CHECK(masked("drop", CELL_TEXT, "x").kind == CELL_NULL, "drop");
	T_TEXT(masked("none", CELL_TEXT, "x").s, STR("x"));
}

static void hidden_columns_stay_and_types_follow(void)
{
	static const struct column v[] = {
		{ .type = TYPE_DATE, .mask = STR_INIT("year") },
		{ .type = TYPE_INTEGER, .mask = STR_INIT("hash") },
		{ .type = TYPE_NUMBER },
		{ .type = TYPE_TEXT },
	};
	static const struct cell cells[] = {
		{ CELL_TEXT, STR_INIT("2001-02-03") },
		{ CELL_INTEGER, STR_INIT("5") },
		{ CELL_REAL, STR_INIT("1.5") },
		{ CELL_TEXT, STR_INIT("hidden") },
		{ CELL_NULL, STR_INIT("") },
		{ CELL_NULL, STR_INIT("") },
		{ CELL_NULL, STR_INIT("") },
		{ CELL_TEXT, STR_INIT("hidden") },
	};
	struct batch b = { .n_rows = 2, .n_columns = 4, .cells = cells };
	struct masker *m = masker_new(
	    arena, (struct columns){ .v = v, .n = COUNT(v) }, 3, key);
	struct columns out = masker_columns(m);
	b = masker_rows(m, &b);
	T_CHECK(out.n == 3 && b.n_columns == 3 && b.n_rows == 2, "%zu", out.n);
	T_CHECK(out.v[0].type == TYPE_INTEGER && out.v[1].type == TYPE_TEXT &&
		    out.v[2].type == TYPE_NUMBER,
	    "types");
	T_TEXT(b.cells[0].s, STR("2001"));
	T_TEXT(b.cells[2].s, STR("1.5"));
	for (size_t i = 3; i < 6; i++)
		T_CHECK(b.cells[i].kind == CELL_NULL, "%zu", i);
}

/* Bytes of the process's heap in use; ASan's malloc counts its own. */
__attribute__((weak)) size_t __sanitizer_get_current_allocated_bytes(void);

static size_t held(void)
{
	if (__sanitizer_get_current_allocated_bytes)
		return __sanitizer_get_current_allocated_bytes();
	return mallinfo2().uordblks;
}

static void memory_is_flat(void)
{
	static const struct column v[] = { { .mask = STR_INIT("hash") } };
	static const struct cell cells[] = { { CELL_TEXT, STR_INIT("x") } };
	struct batch b = { .n_rows = 1, .n_columns = 1, .cells = cells };
	struct masker *m =
	    masker_new(arena, (struct columns){ .v = v, .n = 1 }, 1, key);
	for (size_t i = 0; i < 16; i++)
		masker_rows(m, &b);
	size_t before = held();
	T_CHECK(before > 0, "what is held is not known");
	for (size_t i = 0; i < 10000; i++)
		masker_rows(m, &b);
	T_CHECK(held() < before + 65536, "%zu bytes, then %zu", before, held());
}

int main(void)
{
	crypt_init();
	arena = arena_new();
	T_RUN(partial_is_enough_to_recognise);
	T_RUN(year_is_of_dates_alone);
	T_RUN(codes_tell_equal_from_unequal);
	T_RUN(hidden_columns_stay_and_types_follow);
	T_RUN(memory_is_flat);
	arena_free(arena);
	return T_PLAN();
}
