#include "cli/demo/invent.h"

#include "base/str.h"

/* "Pratu". */
#define SEED UINT64_C(0x5072617475)

struct name {
	struct str th, en;
};
#define NAME(th, en)                       \
	{                                  \
		STR_INIT(th), STR_INIT(en) \
	}

static const struct name men[] = {
#define MAN(th, en) NAME(th, en),
#include "cli/demo/names.def"
};
static const struct name women[] = {
#define WOMAN(th, en) NAME(th, en),
#include "cli/demo/names.def"
};
static const struct name heads[] = {
#define HEAD(th, en) NAME(th, en),
#include "cli/demo/names.def"
};
static const struct name tails[] = {
#define TAIL(th, en) NAME(th, en),
#include "cli/demo/names.def"
};

static uint64_t next(struct dice *d)
{
	uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

struct dice dice_for(enum invented kind, int64_t i)
{
	struct dice d = { SEED + ((uint64_t)kind << 56) + (uint64_t)i };

	/* Neighbours begin far from one another. */
	d.state = next(&d);
	return d;
}

int64_t dice_roll(struct dice *d, int64_t n)
{
	REQUIRE(n > 0);
	return (int64_t)(next(d) % (uint64_t)n);
}

int64_t dice_between(struct dice *d, int64_t low, int64_t high)
{
	return low + dice_roll(d, high - low + 1);
}

bool dice_chance(struct dice *d, int percent)
{
	return dice_roll(d, 100) < percent;
}

double dice_bell(struct dice *d, int64_t low, int64_t high)
{
	int64_t sum = 0;

	for (int i = 0; i < 3; i++)
		sum += dice_between(d, low, high);
	return (double)(sum / 3) / 100;
}

struct date dice_day(struct dice *d, int64_t first_year, int64_t last_year)
{
	struct date ret = { .year =
				(int)dice_between(d, first_year, last_year) };

	ret.month = (int)dice_between(d, 1, 12);
	ret.day = (int)dice_between(d, 1, 28);
	return ret;
}

static const struct name *one_of(struct dice *d, const struct name *v, size_t n)
{
	return &v[dice_roll(d, (int64_t)n)];
}

/* 48,271 has no divisor in common with 10^8: each i has a number of its own. */
struct str invent_national_id(struct arena *a, enum invented kind, int64_t i)
{
	int64_t number = i % 100000000 * 48271 % 100000000;
	struct str s = str_fmt(a, "199%d%08lld", (int)kind, (long long)number);
	int sum = 0;

	REQUIRE(s.n == 12);
	for (size_t k = 0; k < s.n; k++)
		sum += (s.p[k] - '0') * (13 - (int)k);
	return str_fmt(a, "%.*s%d", STR_ARG(s), (11 - sum % 11) % 10);
}

struct invented_person invent_person(
    struct arena *a, enum invented kind, int64_t i)
{
	struct dice d = dice_for(kind, i);
	struct invented_person p = { .woman = dice_chance(&d, 52) };
	const struct name *first = p.woman ? one_of(&d, women, COUNT(women))
	                                   : one_of(&d, men, COUNT(men));
	const struct name *head = one_of(&d, heads, COUNT(heads));
	const struct name *tail = one_of(&d, tails, COUNT(tails));

	p.title = p.woman ? STR("นางสาว") : STR("นาย");
	if (p.woman && kind == INVENTED_STAFF && dice_chance(&d, 45))
		p.title = STR("นาง");
	p.first = first->th;
	p.first_en = first->en;
	p.last = str_cat(a, head->th, tail->th);
	p.last_en = str_cat(a, head->en, tail->en);
	p.national_id = invent_national_id(a, kind, i);
	return p;
}
