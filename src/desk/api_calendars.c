/* Calendars through the API: read by everybody, changed by administrators. */
#include "base/str.h"
#include "base/time.h"
#include "core/people.h"
#include "desk/calendars.h"
#include "sql/sql.h"

enum err calendars_import(struct visit *v, void *arg)
{
	struct ctx *cx = &v->cx;
	struct calendar_import *im = arg;
	bool government = str_eq(im->calendar, CALENDAR_GOVERNMENT);
	enum err e = calendar_read(cx, im->text,
	    government ? DAY_public : DAY_organisation, &im->file);
	if (!e)
		e = calendar_compare(cx, im->calendar, &im->file, &im->plan);
	if (!e)
		e = calendar_apply(cx, im->calendar, &im->plan, &im->moved);
	return e;
}

/* What each office keeps. */
static enum err put_offices(struct visit *v, json_t *o)
{
	const struct office *offices;
	size_t n = 0;
	json_t *list = json_new_array(v->cx.arena);
	enum err e = office_list(&v->cx, &offices, &n);
	for (size_t i = 0; !e && i < n; i++) {
		struct office_hours h;
		e = office_hours_get(&v->cx, offices[i].code, CALENDAR_NOW, &h);
		if (!e)
			json_add(list, office_hours_json(
					   v->cx.arena, offices[i].code, &h));
	}
	json_put(o, "offices", list);
	return e;
}

enum err api_calendars(struct visit *v)
{
	const struct calendar_info *list = NULL;
	size_t n = 0;
	json_t *o = NULL;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = calendar_list(&v->cx, &list, &n);
	if (!e) {
		o = calendar_list_json(v->cx.arena, list, n);
		e = put_offices(v, o);
	}
	store_end(&v->cx);
	return e ? e : visit_json(v, 200, o);
}

enum err api_calendar(struct visit *v)
{
	struct calendar_info info;
	struct calendar_entries days = { 0 };
	int64_t year = 0;
	struct str asked = visit_query(v, "year");
	if (asked.n > 0 &&
	    (!str_i64(asked, &year) || year < 2443 || year > 2742))
		field_wrong(&v->cx, STR("year"), MSG_field_bad_number, asked);
	enum err e = fields_end(&v->cx);
	if (!e)
		e = store_read(&v->cx, v->app->people);
	if (!e)
		e = calendar_find(&v->cx, visit_arg(v, 0), &info);
	if (!e)
		e = calendar_days(
		    &v->cx, info.code, year ? (int)year - 543 : 0, true, &days);
	store_end(&v->cx);
	return e ? e
	         : visit_json(v, 200, calendar_days_json(v->cx.arena, &days));
}

static json_t *moved_json(struct visit *v, int64_t moved)
{
	json_t *o = json_new_object(v->cx.arena);
	json_put_int(o, "moved", moved);
	return o;
}

static enum err add_calendar(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	const struct calendar_info *list = NULL;
	size_t n = 0;
	(void)arg;
	enum err e = calendar_put(&v->cx, json_text(v->body, "code"),
	    json_text(v->body, "name_th"), json_text(v->body, "name_en"));
	if (!e)
		e = calendar_list(&v->cx, &list, &n);
	if (e)
		return e;
	*ret_status = 201;
	*ret = calendar_list_json(v->cx.arena, list, n);
	return OK;
}

enum err api_calendar_add(struct visit *v)
{
	enum err e = visit_administers(v);
	return e ? e : visit_act(v, add_calendar, NULL);
}

static enum err run_import(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct calendar_import *im = arg;
	(void)ret_status;
	enum err e = calendars_import(v, im);
	if (e)
		return e;
	*ret = calendar_plan_json(v->cx.arena, &im->plan);
	json_put_int(*ret, "moved", im->moved);
	json_put_flag(*ret, "dry_run", false);
	return OK;
}

enum err api_calendar_import(struct visit *v)
{
	struct calendar_import im = { .calendar = visit_arg(v, 0),
		.text = json_text(v->body, "text"),
		.dry_run = json_flag(v->body, "dry_run") };
	enum err e = visit_administers(v);
	if (e)
		return e;
	if (im.text.n == 0)
		field_wrong(&v->cx, STR("text"), MSG_field_required, STR(""));
	e = fields_end(&v->cx);
	if (e || !im.dry_run)
		return e ? e : visit_act(v, run_import, &im);
	e = visit_preview(v, calendars_import, &im);
	if (e)
		return e;
	json_t *o = calendar_plan_json(v->cx.arena, &im.plan);
	json_put_int(o, "moved", im.moved);
	json_put_flag(o, "dry_run", true);
	return visit_json(v, 200, o);
}

static enum err read_day(
    struct visit *v, struct str text, const char *field, struct date *ret)
{
	if (!date_parse_iso(text, ret))
		field_wrong(&v->cx, str_of(field), MSG_field_bad_date, text);
	return fields_end(&v->cx);
}

static enum err add_day(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct calendar_entry d = { .name_th = json_text(v->body, "name_th"),
		.name_en = json_text(v->body, "name_en"),
		.source_ref = json_text(v->body, "source_ref") };
	struct str kind = json_text(v->body, "kind");
	struct str replaces = json_text(v->body, "replaces");
	int64_t moved = 0;
	(void)arg;
	if (!day_kind_find(kind, &d.kind))
		field_wrong(&v->cx, STR("kind"), MSG_calendar_bad_kind, kind);
	if (replaces.n > 0 && !date_parse_iso(replaces, &d.replaces))
		field_wrong(
		    &v->cx, STR("replaces"), MSG_field_bad_date, replaces);
	enum err e = read_day(v, json_text(v->body, "day"), "day", &d.day);
	if (!e)
		e = calendar_add_day(&v->cx, visit_arg(v, 0), &d, &moved);
	if (e)
		return e;
	*ret_status = 201;
	*ret = moved_json(v, moved);
	return OK;
}

enum err api_calendar_day_add(struct visit *v)
{
	enum err e = visit_administers(v);
	return e ? e : visit_act(v, add_day, NULL);
}

static enum err cancel_day(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct date day;
	int64_t moved = 0;
	(void)arg;
	(void)ret_status;
	enum err e = read_day(v, visit_arg(v, 1), "day", &day);
	if (!e)
		e = calendar_cancel_day(&v->cx, visit_arg(v, 0), day, &moved);
	if (!e)
		*ret = moved_json(v, moved);
	return e;
}

enum err api_calendar_day_cancel(struct visit *v)
{
	enum err e = visit_administers(v);
	return e ? e : visit_act(v, cancel_day, NULL);
}

static enum err put_hours(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct office_hours h;
	int64_t moved = 0;
	struct str office = visit_arg(v, 0), all = STR("");
	struct str closes = json_text(v->body, "closes");
	const json_t *list = json_list(v->body, "calendars");
	(void)arg;
	(void)ret_status;
	enum err e = office_hours_get(&v->cx, office, CALENDAR_NOW, &h);
	if (e)
		return e;
	for (size_t i = 0; i < json_array_size(list); i++)
		all = str_fmt(v->cx.arena, "%.*s%s%.*s", STR_ARG(all),
		    i ? " " : "",
		    STR_ARG(json_as_text(json_array_get(list, i))));
	if (list != NULL)
		h.calendars = all;
	if (closes.n > 0 && !minute_parse(closes, &h.closes))
		h.closes = 0;
	e = office_hours_put(&v->cx, office, &h, &moved);
	if (e)
		return e;
	*ret = office_hours_json(v->cx.arena, office, &h);
	json_put_int(*ret, "moved", moved);
	return OK;
}

enum err api_office_hours(struct visit *v)
{
	enum err e = visit_administers(v);
	return e ? e : visit_act(v, put_hours, NULL);
}
