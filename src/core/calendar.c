#include "core/calendar.h"

enum { CLOSES = 16 * 60 + 30, NOON = 12 * 60 };

const char *const day_kind_names[DAY_KINDS] = {
#define DAY_KIND(name) [DAY_##name] = #name,
#include "core/day_kinds.def"
#undef DAY_KIND
};

const struct day_off *calendar_on(const struct calendar *c, struct date day)
{
	size_t low = 0, high = c->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = date_cmp(c->v[mid].day, day);
		if (order == 0)
			return &c->v[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct day_off *calendar_off(const struct calendar *c, struct date day)
{
	const struct day_off *d = calendar_on(c, day);

	return d == NULL || d->kind == DAY_working_override ||
	               d->kind == DAY_half_day
	           ? NULL
	           : d;
}

bool calendar_working(const struct calendar *c, struct date day)
{
	const struct day_off *d = calendar_on(c, day);
	int weekday = date_weekday(day);

	if (d != NULL && d->kind == DAY_working_override)
		return true;
	if (weekday == 0 || weekday == 6)
		return false;
	return d == NULL || d->kind == DAY_half_day;
}

int calendar_closes(const struct calendar *c, struct date day)
{
	const struct day_off *d = calendar_on(c, day);
	int closes = c->closes > 0 ? c->closes : CLOSES;

	return d != NULL && d->kind == DAY_half_day && closes > NOON ? NOON
	                                                             : closes;
}

bool calendar_confirmed(const struct calendar *c, int year)
{
	if (year < c->first_year || year > c->last_year)
		return false;
	for (size_t i = 0; i < c->n_open_years; i++)
		if (c->open_years[i] == year)
			return false;
	return true;
}

static struct date next_working(const struct calendar *c, struct date day)
{
	do
		day = date_add(day, 1);
	while (!calendar_working(c, day));
	return day;
}

struct date calendar_received(const struct calendar *c, int64_t utc_ms)
{
	struct date day = date_of_ms(utc_ms);
	int64_t closing_ms = (int64_t)calendar_closes(c, day) * 60000;

	if (utc_ms - date_start_ms(day) > closing_ms ||
	    !calendar_working(c, day))
		return next_working(c, day);
	return day;
}

struct date calendar_add(
    const struct calendar *c, struct date start, int n, bool *unconfirmed)
{
	struct date day = start;

	if (n == 0 && !calendar_working(c, day))
		day = next_working(c, day);
	for (int i = 0; i < n; i++)
		day = next_working(c, day);
	*unconfirmed = false;
	for (int year = start.year; year <= day.year; year++)
		*unconfirmed |= !calendar_confirmed(c, year);
	return day;
}

int calendar_count(const struct calendar *c, struct date start, struct date end)
{
	int n = 0;

	for (struct date d = start; date_cmp(d, end) < 0;) {
		d = date_add(d, 1);
		n += calendar_working(c, d);
	}
	return n;
}
