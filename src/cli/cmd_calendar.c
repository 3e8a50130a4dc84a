#include "base/csv.h"
#include "base/str.h"
#include "cli/cmd_import.h"
#include "cli/options.h"
#include "cli/store.h"
#include "core/calendar_days.h"
#include "sql/sql.h"

struct asked {
	struct str calendar, source, calendars, closes, year;
	bool dry_run, all;
};

static struct str number(const struct cli *cli, int64_t n)
{
	return str_fmt(cli->arena, "%lld", (long long)n);
}

/* Commits; says how many requests got another due day. */
static int commit(struct cli *cli, int64_t moved)
{
	if (store_commit(&cli->cx))
		return cli_fault(cli);
	if (cli->json) {
		json_t *o = json_new_object(cli->arena);
		json_put_int(o, "moved", moved);
		out_json(cli, o);
		return EXIT_DONE;
	}
	out_msg2(cli, MSG_cli_calendar_moved, number(cli, moved), STR(""));
	return EXIT_DONE;
}

/* "+ 2026-01-01 public วันขึ้นปีใหม่", "-" what goes, "~" what changes. */
static void show_plan(struct cli *cli, const struct calendar_plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct calendar_change *c = &plan->v[i];
		const struct calendar_entry *d = c->is_gone ? &c->was : &c->now;
		out_line(str_fmt(cli->arena, "%s\t%.*s\t%s\t%.*s",
		    c->is_new    ? "+"
		    : c->is_gone ? "-"
				 : "~",
		    STR_ARG(date_iso(cli->arena, d->day)),
		    day_kind_names[d->kind], STR_ARG(d->name_th)));
	}
}

static void warn_damage(struct cli *cli, const struct calendar_entries *file)
{
	for (size_t i = 0; i < file->n; i++) {
		import_warn(
		    cli, file->v[i].line, STR("name_th"), file->v[i].name_th);
		import_warn(
		    cli, file->v[i].line, STR("name_en"), file->v[i].name_en);
	}
}

static int said(struct cli *cli, const struct calendar_entries *file,
    const struct calendar_plan *plan, const struct asked *a, int64_t moved)
{
	if (cli->json) {
		json_t *o = calendar_plan_json(cli->arena, plan);
		json_put_int(o, "days", (int64_t)file->n);
		json_put_flag(o, "dry_run", a->dry_run);
		json_put_int(o, "moved", moved);
		out_json(cli, o);
		return EXIT_DONE;
	}
	if (a->dry_run)
		show_plan(cli, plan);
	out_msg2(cli, a->dry_run ? MSG_cli_calendar_dry : MSG_cli_calendar_done,
	    number(cli, (int64_t)file->n), STR(""));
	out_msg2(cli,
	    a->dry_run ? MSG_cli_calendar_would_move : MSG_cli_calendar_moved,
	    number(cli, moved), STR(""));
	return EXIT_DONE;
}

static enum day_kind usual(struct str calendar)
{
	return str_eq(calendar, CALENDAR_GOVERNMENT) ? DAY_public
	                                             : DAY_organisation;
}

/* A dry run does all of it and keeps nothing: so it knows what would move. */
static int import(struct cli *cli, struct str path, const struct asked *a)
{
	struct str text;
	struct calendar_entries file;
	struct calendar_plan plan;
	int64_t moved = 0;

	int code = import_read(cli, path, &text);
	if (!code)
		code = store_for(cli, true, true);
	if (code)
		return code;
	enum err e = calendar_read(&cli->cx, text, usual(a->calendar), &file);
	if (!e)
		e = calendar_compare(&cli->cx, a->calendar, &file, &plan);
	if (!e)
		e = calendar_apply(&cli->cx, a->calendar, &plan, &moved);
	if (e)
		return cli_fault(cli);
	if (a->dry_run)
		store_end(&cli->cx);
	else if (store_commit(&cli->cx))
		return cli_fault(cli);
	warn_damage(cli, &file);
	return said(cli, &file, &plan, a, moved);
}

static int list_days(struct cli *cli, struct str code, const struct asked *a)
{
	struct calendar_info info;
	struct calendar_entries days = { 0 };
	int64_t year = 0;
	if (a->year.n > 0 &&
	    !option_number(cli, "year", a->year, 2443, 2742, &year))
		return EXIT_USAGE;
	enum err e = calendar_find(&cli->cx, code, &info);
	if (!e)
		e = calendar_days(&cli->cx, code,
		    year > 0 ? (int)year - 543 : 0, a->all, &days);
	if (e)
		return cli_fault(cli);
	if (cli->json) {
		out_json(cli, calendar_days_json(cli->arena, &days));
		return EXIT_DONE;
	}
	for (size_t i = 0; i < days.n; i++)
		out_line(str_fmt(cli->arena, "%.*s\t%s\t%.*s\t%.*s\t%s",
		    STR_ARG(date_iso(cli->arena, days.v[i].day)),
		    day_kind_names[days.v[i].kind], STR_ARG(days.v[i].name_th),
		    STR_ARG(days.v[i].source_ref),
		    days.v[i].cancelled ? "cancelled" : "active"));
	return EXIT_DONE;
}

static int list(struct cli *cli, const struct words *w, const struct asked *a)
{
	const struct calendar_info *v;
	size_t n;
	int code = store_for(cli, true, false);
	if (code)
		return code;
	if (w->n == 2)
		return list_days(cli, w->v[1], a);
	if (calendar_list(&cli->cx, &v, &n))
		return cli_fault(cli);
	if (cli->json) {
		out_json(cli, calendar_list_json(cli->arena, v, n));
		return EXIT_DONE;
	}
	for (size_t i = 0; i < n; i++)
		out_line(str_fmt(cli->arena, "%.*s\t%.*s\t%lld\t%.*s\t%.*s",
		    STR_ARG(v[i].code), STR_ARG(v[i].name_th),
		    (long long)v[i].n_days, STR_ARG(v[i].first),
		    STR_ARG(v[i].last)));
	return EXIT_DONE;
}

static int add(struct cli *cli, const struct words *w, const struct asked *a)
{
	int64_t moved = 0;
	struct calendar_entry d = {
		.name_th = w->v[3], .name_en = w->v[4], .source_ref = a->source
	};
	int code = store_for(cli, true, true);
	if (code)
		return code;
	if (!date_parse(w->v[1], &d.day))
		field_wrong(&cli->cx, STR("day"), MSG_field_bad_date, w->v[1]);
	if (!day_kind_find(w->v[2], &d.kind))
		field_wrong(
		    &cli->cx, STR("kind"), MSG_calendar_bad_kind, w->v[2]);
	enum err e = fields_end(&cli->cx);
	if (!e)
		e = calendar_add_day(&cli->cx, a->calendar, &d, &moved);
	return e ? cli_fault(cli) : commit(cli, moved);
}

static int cancel(struct cli *cli, struct str text, const struct asked *a)
{
	int64_t moved = 0;
	struct date day;
	int code = store_for(cli, true, true);
	if (code)
		return code;
	if (!date_parse(text, &day))
		field_wrong(&cli->cx, STR("day"), MSG_field_bad_date, text);
	enum err e = fields_end(&cli->cx);
	if (!e)
		e = calendar_cancel_day(&cli->cx, a->calendar, day, &moved);
	return e ? cli_fault(cli) : commit(cli, moved);
}

static int begin(struct cli *cli, const struct words *w)
{
	int code = store_for(cli, true, true);
	if (code)
		return code;
	if (calendar_put(&cli->cx, w->v[1], w->v[2], w->v[3]) ||
	    store_commit(&cli->cx))
		return cli_fault(cli);
	return EXIT_DONE;
}

/* What an office keeps; without options it is shown. */
static int office(struct cli *cli, struct str code, const struct asked *a)
{
	struct office_hours h;
	int64_t moved = 0;
	bool write = a->calendars.n > 0 || a->closes.n > 0;
	int exit = store_for(cli, true, write);
	if (exit)
		return exit;
	if (office_hours_get(&cli->cx, code, CALENDAR_NOW, &h))
		return cli_fault(cli);
	if (a->calendars.n > 0)
		h.calendars = a->calendars;
	if (a->closes.n > 0 && !minute_parse(a->closes, &h.closes))
		h.closes = 0;
	if (write)
		return office_hours_put(&cli->cx, code, &h, &moved)
		           ? cli_fault(cli)
		           : commit(cli, moved);
	if (cli->json)
		out_json(cli, office_hours_json(cli->arena, code, &h));
	else
		out_line(
		    str_fmt(cli->arena, "%.*s\t%02d:%02d\t%.*s", STR_ARG(code),
			h.closes / 60, h.closes % 60, STR_ARG(h.calendars)));
	return EXIT_DONE;
}

int cmd_calendar(struct cli *cli)
{
	struct asked a = { .calendar = CALENDAR_GOVERNMENT };
	const struct opt opts[] = {
		{ .name = "dry-run", .flag = &a.dry_run },
		{ .name = "all", .flag = &a.all },
		{ .name = "calendar", .text = &a.calendar },
		{ .name = "source", .text = &a.source },
		{ .name = "calendars", .text = &a.calendars },
		{ .name = "closes", .text = &a.closes },
		{ .name = "year", .text = &a.year },
	};
	struct words w;
	int code;

	if (!options_read(cli, opts, COUNT(opts), 1, 5, &w, &code))
		return code;
	if (str_eq(w.v[0], STR("import")) && w.n == 2)
		return import(cli, w.v[1], &a);
	if (str_eq(w.v[0], STR("list")) && w.n <= 2)
		return list(cli, &w, &a);
	if (str_eq(w.v[0], STR("add")) && w.n == 5)
		return add(cli, &w, &a);
	if (str_eq(w.v[0], STR("cancel")) && w.n == 2)
		return cancel(cli, w.v[1], &a);
	if (str_eq(w.v[0], STR("new")) && w.n == 4)
		return begin(cli, &w);
	if (str_eq(w.v[0], STR("office")) && w.n == 2)
		return office(cli, w.v[1], &a);
	return usage_wrong(cli);
}
