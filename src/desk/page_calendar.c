/* The pages of calendars: everybody reads them, administrators change them. A
 * file is looked at first; what it would do stands on the page, and a second
 * press does it. */
#include "base/str.h"
#include "base/time.h"
#include "core/people.h"
#include "desk/calendars.h"
#include "desk/form_command.h"
#include "desk/page_tables.h"
#include "sql/sql.h"

enum { DAY_COLUMNS = 4, LIST_COLUMNS = 3, HOUR_COLUMNS = 3, MAX_YEARS = 40 };

/* One page in the making. */
struct work {
	struct visit *v;
	struct calendar_info info; /* of one calendar */
	struct calendar_entries days;
	int shown_year;
	const struct calendar_info *list;
	size_t n_list;
	const struct office *offices;
	struct office_hours *hours;
	size_t n_offices;
	bool admin;
	struct tables_page page;
};

static struct str say(const struct work *w, enum msg m)
{
	return msg_text(w->v->cx.lang, m);
}

static struct str name_of(const struct work *w, struct str th, struct str en)
{
	return tables_name(w->v, th, en);
}

static struct url one_url(const struct work *w, const char *path)
{
	return url_path(w->v->cx.arena, path, 1, &w->info.code);
}

/* All calendars, and what the offices keep. */
static enum err read_list(struct work *w)
{
	struct ctx *cx = &w->v->cx;
	enum err e = store_read(cx, w->v->app->people);
	if (!e)
		e = calendar_list(cx, &w->list, &w->n_list);
	if (!e)
		e = office_list(cx, &w->offices, &w->n_offices);
	if (!e)
		w->hours = ARENA_ARRAY(
		    cx->arena, struct office_hours, w->n_offices + 1);
	for (size_t i = 0; !e && i < w->n_offices; i++)
		e = office_hours_get(
		    cx, w->offices[i].code, CALENDAR_NOW, &w->hours[i]);
	store_end(cx);
	return e;
}

static void put_list(struct work *w)
{
	struct arena *a = w->v->cx.arena;
	static const enum msg heads[LIST_COLUMNS] = { MSG_calendars_name,
		MSG_calendars_days, MSG_calendars_span };
	struct ui_cell *c = tables_add(w->v, &w->page,
	    say(w, MSG_calendars_all), heads, LIST_COLUMNS, w->n_list);
	for (size_t i = 0; i < w->n_list; i++, c += LIST_COLUMNS) {
		const struct calendar_info *one = &w->list[i];
		struct date first = { 0 }, last = { 0 };
		c[0].text = name_of(w, one->name_th, one->name_en);
		c[0].sub = one->code;
		c[0].url = url_path(a, "/calendars/{}", 1, &one->code);
		c[1].text = str_fmt(a, "%lld", (long long)one->n_days);
		c[2].text = STR("–");
		if (date_parse_iso(one->first, &first) &&
		    date_parse_iso(one->last, &last))
			c[2].text = str_fmt(a, "%.*s – %.*s",
			    STR_ARG(date_short(a, w->v->cx.lang, first)),
			    STR_ARG(date_short(a, w->v->cx.lang, last)));
	}
}

static void put_hours(struct work *w)
{
	struct arena *a = w->v->cx.arena;
	static const enum msg heads[HOUR_COLUMNS] = { MSG_calendars_office,
		MSG_calendars_closes, MSG_calendars_kept };
	struct ui_cell *c = tables_add(w->v, &w->page,
	    say(w, MSG_calendars_offices), heads, HOUR_COLUMNS, w->n_offices);
	for (size_t i = 0; i < w->n_offices; i++, c += HOUR_COLUMNS) {
		const struct office_hours *h = &w->hours[i];
		c[0].text =
		    name_of(w, w->offices[i].name_th, w->offices[i].name_en);
		c[1].text =
		    str_fmt(a, "%02d:%02d", h->closes / 60, h->closes % 60);
		c[2].text = h->calendars;
	}
}

static void offer_list_forms(struct work *w)
{
	struct arena *a = w->v->cx.arena;
	struct ui_field *f = ARENA_ARRAY(a, struct ui_field, 6);
	struct ui_choice *offices =
	    ARENA_ARRAY(a, struct ui_choice, w->n_offices + 1);
	for (size_t i = 0; i < w->n_offices; i++)
		offices[i] = (struct ui_choice){ .value = w->offices[i].code,
			.label = name_of(
			    w, w->offices[i].name_th, w->offices[i].name_en),
			.chosen = str_eq(
			    visit_form(w->v, "office"), w->offices[i].code) };
	f[0] = tables_field(
	    w->v, "code", MSG_calendars_code, MSG_calendars_code_hint);
	f[1] = tables_field(w->v, "name_th", MSG_calendars_name_th, MSG_NONE);
	f[2] = tables_field(w->v, "name_en", MSG_calendars_name_en, MSG_NONE);
	tables_form(w->v, &w->page, MSG_calendars_new, MSG_NONE,
	    url_local(STR("/calendars")), f, 3);
	f[3] = (struct ui_field){ .kind = UI_SELECT,
		.name = STR("office"),
		.label = say(w, MSG_calendars_office),
		.choices = offices,
		.n_choices = w->n_offices };
	f[4] = tables_field(
	    w->v, "calendars", MSG_calendars_kept, MSG_calendars_kept_hint);
	f[5] = tables_field(
	    w->v, "closes", MSG_calendars_closes, MSG_calendars_closes_hint);
	tables_form(w->v, &w->page, MSG_calendars_set_hours,
	    MSG_calendars_moves, url_local(STR("/calendars/office")), f + 3, 3);
}

static enum err show_list(struct visit *v, int status, const struct fault *why)
{
	struct work *w = ARENA_NEW(v->cx.arena, struct work);
	w->v = v;
	w->admin = person_holds(&v->actor.person, ROLE_admin, STR(""), STR(""));
	enum err e = read_list(w);
	if (e)
		return e;
	tables_problems(v, &w->page, why);
	w->page.title = say(w, MSG_calendars_title);
	w->page.back = url_local(STR("/"));
	w->page.back_label = say(w, MSG_layout_back);
	put_list(w);
	put_hours(w);
	if (w->admin)
		offer_list_forms(w);
	return tables_send(v, &w->page, status);
}

enum err page_calendars(struct visit *v)
{
	struct fault none = { 0 };
	return show_list(v, 200, &none);
}

/* One calendar. */
static enum err read_one(struct work *w, struct str code)
{
	struct ctx *cx = &w->v->cx;
	int64_t year = 0;
	struct str asked = visit_query(w->v, "year");
	if (!str_i64(asked, &year) || year < 2443 || year > 2742)
		year = year_be(date_of_ms(cx->now));
	w->shown_year = (int)year - 543;
	enum err e = store_read(cx, w->v->app->people);
	if (!e)
		e = calendar_find(cx, code, &w->info);
	if (!e)
		e = calendar_days(cx, code, w->shown_year, true, &w->days);
	store_end(cx);
	return e;
}

/* In พ.ศ. to Thai readers; the address has พ.ศ. always. */
static struct str year_words(const struct work *w, int year)
{
	return str_fmt(
	    w->v->cx.arena, "%d", w->v->cx.lang == LANG_TH ? year + 543 : year);
}

static void put_years(struct work *w)
{
	struct arena *a = w->v->cx.arena;
	struct date first = { 0 }, last = { 0 };
	struct ui_link *y = ARENA_ARRAY(a, struct ui_link, MAX_YEARS);
	if (!date_parse_iso(w->info.first, &first) ||
	    !date_parse_iso(w->info.last, &last))
		return;
	for (int year = last.year;
	     year >= first.year && w->page.n_links < MAX_YEARS; year--) {
		const struct str args[] = { w->info.code,
			str_fmt(a, "%d", year + 543) };
		y[w->page.n_links++] = (struct ui_link){ .label = year_words(
							     w, year),
			.url = url_path(a, "/calendars/{}?year={}", 2, args) };
	}
	w->page.links = y;
}

static struct str kind_words(const struct work *w, enum day_kind kind)
{
	return msg_code(w->v->cx.arena, w->v->cx.lang, STR("day-kind."),
	    str_of(day_kind_names[kind]));
}

static void fill_day(
    const struct work *w, const struct calendar_entry *d, struct ui_cell *c)
{
	struct arena *a = w->v->cx.arena;
	c[0].text = date_short(a, w->v->cx.lang, d->day);
	c[1].text = name_of(w, d->name_th, d->name_en);
	c[2].text = kind_words(w, d->kind);
	c[3].text = d->source_ref.n ? d->source_ref : STR("–");
	if (d->cancelled) {
		c[0].badge_text = say(w, MSG_calendars_cancelled);
		c[0].tone = UI_NEUTRAL;
	}
}

/* Room for `n` days. */
static struct ui_cell *day_table(struct work *w, struct str caption, size_t n)
{
	static const enum msg heads[DAY_COLUMNS] = { MSG_clock_day,
		MSG_calendars_name, MSG_calendars_kind, MSG_calendars_source };
	return tables_add(w->v, &w->page, caption, heads, DAY_COLUMNS, n);
}

static void put_days(struct work *w)
{
	struct ui_cell *c =
	    day_table(w, year_words(w, w->shown_year), w->days.n);
	w->page.tables[0].empty = say(w, MSG_calendars_none);
	for (size_t i = 0; i < w->days.n; i++)
		fill_day(w, &w->days.v[i], &c[i * DAY_COLUMNS]);
}

static void offer_day(struct work *w)
{
	struct arena *a = w->v->cx.arena;
	struct ui_field *f = ARENA_ARRAY(a, struct ui_field, 5);
	struct ui_choice *k = ARENA_ARRAY(a, struct ui_choice, DAY_KINDS);
	for (size_t i = 0; i < DAY_KINDS; i++)
		k[i] = (struct ui_choice){ .value = str_of(day_kind_names[i]),
			.label = kind_words(w, (enum day_kind)i),
			.chosen = str_eq(visit_form(w->v, "kind"),
			    str_of(day_kind_names[i])) };
	f[0] = (struct ui_field){ .kind = UI_DATE,
		.name = STR("day"),
		.label = say(w, MSG_clock_day),
		.day = visit_form(w->v, "day-day"),
		.month = visit_form(w->v, "day-month"),
		.year = visit_form(w->v, "day-year") };
	f[1] = (struct ui_field){ .kind = UI_SELECT,
		.name = STR("kind"),
		.label = say(w, MSG_calendars_kind),
		.choices = k,
		.n_choices = DAY_KINDS };
	f[2] = tables_field(w->v, "name_th", MSG_calendars_name_th, MSG_NONE);
	f[3] = tables_field(w->v, "name_en", MSG_calendars_name_en, MSG_NONE);
	f[4] = tables_field(w->v, "source_ref", MSG_calendars_source,
	    MSG_calendars_source_hint);
	f[4].optional = true;
	tables_form(w->v, &w->page, MSG_calendars_add, MSG_calendars_moves,
	    one_url(w, "/calendars/{}/days"), f, 5);
}

static void offer_cancel(struct work *w)
{
	struct arena *a = w->v->cx.arena;
	struct ui_field *f = ARENA_NEW(a, struct ui_field);
	struct ui_choice *c = ARENA_ARRAY(a, struct ui_choice, w->days.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < w->days.n; i++) {
		const struct calendar_entry *d = &w->days.v[i];
		if (d->cancelled)
			continue;
		c[n++] = (struct ui_choice){ .value = date_iso(a, d->day),
			.label = str_fmt(a, "%.*s %.*s",
			    STR_ARG(date_short(a, w->v->cx.lang, d->day)),
			    STR_ARG(name_of(w, d->name_th, d->name_en))) };
	}
	if (n == 0)
		return;
	*f = (struct ui_field){ .kind = UI_SELECT,
		.name = STR("cancelled"),
		.label = say(w, MSG_clock_day),
		.choices = c,
		.n_choices = n };
	tables_form(w->v, &w->page, MSG_calendars_cancel, MSG_calendars_moves,
	    one_url(w, "/calendars/{}/cancel"), f, 1)
	    ->button.kind = UI_DANGER;
}

static void offer_file(struct work *w)
{
	struct ui_field *f = ARENA_NEW(w->v->cx.arena, struct ui_field);
	*f = (struct ui_field){ .kind = UI_FILE,
		.name = STR("file"),
		.label = say(w, MSG_calendars_file),
		.hint = say(w, MSG_calendars_file_hint),
		.accept = STR(".csv,.ics"),
		.max_bytes = 1 << 20 };
	tables_file_form(w->v, &w->page, MSG_calendars_import,
	    MSG_calendars_import_intro, one_url(w, "/calendars/{}/import"), f,
	    1);
}

static enum err begin_one(struct visit *v, struct work **ret)
{
	struct work *w = ARENA_NEW(v->cx.arena, struct work);
	w->v = v;
	w->admin = person_holds(&v->actor.person, ROLE_admin, STR(""), STR(""));
	enum err e = read_one(w, visit_arg(v, 0));
	if (e)
		return e;
	w->page.title = name_of(w, w->info.name_th, w->info.name_en);
	w->page.back = url_local(STR("/calendars"));
	w->page.back_label = say(w, MSG_calendars_title);
	*ret = w;
	return OK;
}

static enum err show_one(struct visit *v, int status, const struct fault *why)
{
	struct work *w;
	enum err e = begin_one(v, &w);
	if (e)
		return e;
	tables_problems(v, &w->page, why);
	put_years(w);
	put_days(w);
	if (w->admin) {
		offer_file(w);
		offer_day(w);
		offer_cancel(w);
	}
	return tables_send(v, &w->page, status);
}

enum err page_calendar(struct visit *v)
{
	struct fault none = { 0 };
	return show_one(v, 200, &none);
}

/* A change that was refused for what was typed shows its page again. */
static enum err change(struct visit *v, change_fn *fn, struct str to,
    enum err (*again)(struct visit *, int, const struct fault *))
{
	enum err e = visit_administers(v);
	if (!e)
		e = visit_change(v, fn, NULL);
	if (!e)
		return visit_go(v, to);
	if (e != ERR_INVALID)
		return e;
	struct fault why = v->cx.fault;
	v->cx.fault = (struct fault){ 0 };
	return again(v, 422, &why);
}

static struct str one_path(const struct visit *v)
{
	struct str code = visit_arg(v, 0);
	return url_path(v->cx.arena, "/calendars/{}", 1, &code).s;
}

static enum err put_calendar(struct visit *v, void *arg)
{
	(void)arg;
	return calendar_put(&v->cx, visit_form(v, "code"),
	    visit_form(v, "name_th"), visit_form(v, "name_en"));
}

enum err page_calendar_add(struct visit *v)
{
	return change(v, put_calendar, STR("/calendars"), show_list);
}

static enum err set_hours(struct visit *v, void *arg)
{
	struct office_hours h = { .calendars = visit_form(v, "calendars") };
	int64_t moved = 0;
	(void)arg;
	if (!minute_parse(visit_form(v, "closes"), &h.closes))
		h.closes = 0;
	return office_hours_put(&v->cx, visit_form(v, "office"), &h, &moved);
}

enum err page_calendar_office(struct visit *v)
{
	return change(v, set_hours, STR("/calendars"), show_list);
}

static enum err add_day(struct visit *v, void *arg)
{
	struct calendar_entry d = { .name_th = visit_form(v, "name_th"),
		.name_en = visit_form(v, "name_en"),
		.source_ref = visit_form(v, "source_ref") };
	int64_t moved = 0;
	(void)arg;
	if (!date_parse(form_date(v, STR("day")), &d.day))
		field_wrong(&v->cx, STR("day"), MSG_field_bad_date, STR(""));
	if (!day_kind_find(visit_form(v, "kind"), &d.kind))
		field_wrong(&v->cx, STR("kind"), MSG_field_bad_choice, STR(""));
	enum err e = fields_end(&v->cx);
	return e ? e : calendar_add_day(&v->cx, visit_arg(v, 0), &d, &moved);
}

enum err page_calendar_day_add(struct visit *v)
{
	return change(v, add_day, one_path(v), show_one);
}

static enum err cancel_day(struct visit *v, void *arg)
{
	struct date day;
	int64_t moved = 0;
	(void)arg;
	if (!date_parse_iso(visit_form(v, "cancelled"), &day))
		field_wrong(
		    &v->cx, STR("cancelled"), MSG_field_bad_date, STR(""));
	enum err e = fields_end(&v->cx);
	return e ? e
	         : calendar_cancel_day(&v->cx, visit_arg(v, 0), day, &moved);
}

enum err page_calendar_day_cancel(struct visit *v)
{
	return change(v, cancel_day, one_path(v), show_one);
}

static void fill_change(
    const struct work *w, const struct calendar_change *c, struct ui_cell *cell)
{
	fill_day(w, c->is_gone ? &c->was : &c->now, cell);
	cell[0].badge_text = say(w, c->is_new    ? MSG_calendars_is_new
				    : c->is_gone ? MSG_calendars_is_gone
						 : MSG_calendars_is_changed);
	cell[0].tone = c->is_new ? UI_GOOD : c->is_gone ? UI_BAD : UI_WAIT;
}

/* What the file would do, and a press that does it. */
static enum err show_preview(struct visit *v, const struct calendar_import *im)
{
	struct work *w;
	struct arena *a = v->cx.arena;
	enum err e = begin_one(v, &w);
	if (e)
		return e;
	size_t n = im->plan.n;
	struct ui_cell *c = day_table(w, say(w, MSG_calendars_preview), n);
	w->page.tables[0].empty = say(w, MSG_calendars_no_change);
	for (size_t i = 0; i < n; i++)
		fill_change(w, &im->plan.v[i], &c[i * DAY_COLUMNS]);
	struct str moved = str_fmt(a, "%lld", (long long)im->moved);
	struct ui_notice *notice = ARENA_NEW(a, struct ui_notice);
	*notice = (struct ui_notice){ .tone = UI_INFO,
		.title = say(w, MSG_calendars_preview_title),
		.text = msg_fill(
		    a, v->cx.lang, MSG_cli_calendar_would_move, &moved, 1) };
	w->page.notice = notice;
	if (n > 0) {
		struct ui_pair *hidden = ARENA_NEW(a, struct ui_pair);
		*hidden = (struct ui_pair){ STR("text"), im->text };
		tables_confirm_form(v, &w->page, MSG_calendars_confirm,
		    MSG_calendars_moves, one_url(w, "/calendars/{}/import"),
		    hidden, 1);
	}
	return tables_send(v, &w->page, 200);
}

enum err page_calendar_import(struct visit *v)
{
	struct calendar_import im = { .calendar = visit_arg(v, 0),
		.text = visit_form(v, "text") };
	bool confirmed = im.text.n > 0;
	if (!confirmed && v->rq->n_files > 0)
		im.text = v->rq->files[0].bytes;
	enum err e = visit_administers(v);
	if (e)
		return e;
	if (im.text.n == 0) {
		field_wrong(&v->cx, STR("file"), MSG_field_required, STR(""));
		e = fields_end(&v->cx);
	} else {
		e = confirmed ? visit_change(v, calendars_import, &im)
		              : visit_preview(v, calendars_import, &im);
	}
	if (!e && confirmed)
		return visit_go(v, one_path(v));
	if (!e)
		return show_preview(v, &im);
	if (e != ERR_INVALID && e != ERR_TOO_LARGE)
		return e;
	struct fault why = v->cx.fault;
	v->cx.fault = (struct fault){ 0 };
	return show_one(v, e == ERR_INVALID ? 422 : 413, &why);
}
