/* Calendars in words of the API, and what is read from it. */
#include "base/str.h"
#include "core/calendar_days.h"

bool day_kind_find(struct str name, enum day_kind *ret)
{
	for (size_t i = 0; i < DAY_KINDS; i++)
		if (str_eq(name, str_of(day_kind_names[i]))) {
			*ret = (enum day_kind)i;
			return true;
		}
	return false;
}

bool minute_parse(struct str s, int *ret)
{
	struct str hour, minute;
	int64_t h, m;
	if (!str_cut(str_trim(s), ':', &hour, &minute) || hour.n < 1 ||
	    hour.n > 2 || minute.n != 2 || !str_i64(hour, &h) ||
	    !str_i64(minute, &m) || h < 0 || h > 23 || m < 0 || m > 59)
		return false;
	*ret = (int)(h * 60 + m);
	return true;
}

static json_t *change_json(struct arena *a, const struct calendar_change *c)
{
	json_t *o = json_object();
	const struct calendar_entry *d = c->is_gone ? &c->was : &c->now;
	json_put_text(o, "change",
	    c->is_new    ? STR("new")
	    : c->is_gone ? STR("gone")
			 : STR("changed"));
	json_put_text(o, "day", date_iso(a, d->day));
	json_put_text(o, "kind", str_of(day_kind_names[d->kind]));
	json_put_text(o, "name_th", d->name_th);
	json_put_text(o, "name_en", d->name_en);
	json_put_text(o, "source_ref", d->source_ref);
	return o;
}

json_t *calendar_plan_json(struct arena *a, const struct calendar_plan *plan)
{
	json_t *o = json_new_object(a), *changes = json_new_array(a);
	for (size_t i = 0; i < plan->n; i++)
		json_array_append_new(changes, change_json(a, &plan->v[i]));
	json_put_int(o, "new", (int64_t)plan->n_new);
	json_put_int(o, "changed", (int64_t)plan->n_changed);
	json_put_int(o, "gone", (int64_t)plan->n_gone);
	json_put(o, "changes", changes);
	return o;
}

static json_t *day_json(struct arena *a, const struct calendar_entry *d)
{
	json_t *o = json_object();
	json_put_text(o, "day", date_iso(a, d->day));
	json_put_text(o, "kind", str_of(day_kind_names[d->kind]));
	json_put_text(o, "name_th", d->name_th);
	json_put_text(o, "name_en", d->name_en);
	json_put_text(o, "source_ref", d->source_ref);
	json_put_text_or_null(o, "replaces", date_iso(a, d->replaces));
	json_put_text(
	    o, "status", d->cancelled ? STR("cancelled") : STR("active"));
	json_put_text_or_null(o, "entered_by", d->entered_by);
	json_put_text_or_null(o, "entered_at",
	    d->entered_at ? time_iso(a, d->entered_at) : STR(""));
	json_put_text_or_null(o, "cancelled_by", d->cancelled_by);
	json_put_text_or_null(o, "cancelled_at",
	    d->cancelled_at ? time_iso(a, d->cancelled_at) : STR(""));
	return o;
}

json_t *calendar_days_json(struct arena *a, const struct calendar_entries *days)
{
	json_t *o = json_new_object(a), *list = json_new_array(a);
	for (size_t i = 0; i < days->n; i++)
		json_array_append_new(list, day_json(a, &days->v[i]));
	json_put(o, "days", list);
	return o;
}

json_t *calendar_list_json(
    struct arena *a, const struct calendar_info *v, size_t n)
{
	json_t *o = json_new_object(a), *list = json_new_array(a);
	for (size_t i = 0; i < n; i++) {
		json_t *c = json_object();
		json_put_text(c, "code", v[i].code);
		json_put_text(c, "name_th", v[i].name_th);
		json_put_text(c, "name_en", v[i].name_en);
		json_put_int(c, "days", v[i].n_days);
		json_put_text_or_null(c, "first", v[i].first);
		json_put_text_or_null(c, "last", v[i].last);
		json_array_append_new(list, c);
	}
	json_put(o, "calendars", list);
	return o;
}

json_t *office_hours_json(
    struct arena *a, struct str office, const struct office_hours *h)
{
	json_t *o = json_new_object(a), *list = json_new_array(a);
	struct str left = str_trim(h->calendars), one;
	for (bool more = left.n > 0; more;) {
		more = str_cut(left, ' ', &one, &left);
		json_add_text(list, one);
	}
	json_put_text(o, "office", office);
	json_put_text(o, "closes",
	    str_fmt(a, "%02d:%02d", h->closes / 60, h->closes % 60));
	json_put(o, "calendars", list);
	return o;
}
