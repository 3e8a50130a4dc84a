/* What an office sets for itself. */
#include "desk/page_office.h"

#include "base/str.h"
#include "base/thai.h"
#include "core/office_settings.h"
#include "desk/form_command.h"
#include "desk/pages.h"
#include "sql/sql.h"
#include "templates/desk_office.h"

static struct str text(const struct visit *v, enum msg m)
{
	return msg_text(v->cx.lang, m);
}

static void put_number(struct visit *v, struct ui_field *to, const char *name,
    enum msg label, enum msg hint, struct str value)
{
	*to = (struct ui_field){ .kind = UI_TEXT,
		.name = str_of(name),
		.label = text(v, label),
		.hint = text(v, hint),
		.value = value,
		.width = UI_HALF,
		.optional = true };
}

static void put_fields(struct visit *v, struct office_page *page,
    struct str phrases, const struct office_settings *s)
{
	bool token_signs = s->token_signs;
	struct ui_choice *c = ARENA_ARRAY(v->cx.arena, struct ui_choice, 2);
	c[0] = (struct ui_choice){ .value = STR("yes"),
		.label = text(v, MSG_office_yes),
		.chosen = token_signs };
	c[1] = (struct ui_choice){ .value = STR("no"),
		.label = text(v, MSG_office_no),
		.chosen = !token_signs };
	page->fields[0] = (struct ui_field){ .kind = UI_LINES,
		.name = STR("phrases"),
		.label = text(v, MSG_office_phrases),
		.hint = text(v, MSG_office_phrases_hint),
		.value = phrases,
		.rows = 8 };
	page->fields[1] = (struct ui_field){ .kind = UI_RADIOS,
		.name = STR("token_signs"),
		.label = text(v, MSG_office_token_signs),
		.choices = c,
		.n_choices = 2 };
	put_number(v, &page->fields[2], "number_out", MSG_office_number_out,
	    MSG_office_number_out_hint, s->number_out);
	put_number(v, &page->fields[3], "number_receipt",
	    MSG_office_number_receipt, MSG_office_number_receipt_hint,
	    s->number_receipt);
}

static enum err show(struct visit *v, struct office_page *page, int status)
{
	struct str office = visit_arg(v, 0);
	page->papers = url_path(v->cx.arena, "/offices/{}/papers", 1, &office);
	page->form =
	    (struct ui_form){ .action = url_path(v->cx.arena,
				  "/offices/{}/settings", 1, &office) };
	struct view view = page_view(v, text(v, MSG_office_title));
	view.wrong = page->n_problems > 0;
	struct buf o = page_buf(v);
	page_desk_office(&o, &view, page);
	return page_send(v, status, &o);
}

enum err page_office_settings(struct visit *v)
{
	struct office_settings s = { 0 };
	struct office_page page = { 0 };
	struct ui_notice saved = { .tone = UI_GOOD,
		.title = text(v, MSG_office_saved) };
	if (!office_settings_may(&v->actor.person, visit_arg(v, 0)))
		return fail(&v->cx, ERR_DENIED, MSG_error_not_office_settings);
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = office_settings_get(&v->cx, visit_arg(v, 0), &s);
	store_end(&v->cx);
	if (e)
		return e;
	if (visit_query(v, "done").n > 0)
		page.notice = &saved;
	put_fields(v, &page, phrases_lines(v->cx.arena, &s), &s);
	return show(v, &page, 200);
}

static enum err put(struct visit *v, void *arg)
{
	return office_settings_put(&v->cx, visit_arg(v, 0), arg);
}

enum err page_office_settings_send(struct visit *v)
{
	struct arena *a = v->cx.arena;
	struct str lines = form_unix(a, visit_form(v, "phrases"));
	struct str office = visit_arg(v, 0);
	struct office_settings s = {
		.token_signs = !str_eq(visit_form(v, "token_signs"), STR("no")),
		.number_out = thai_normal(a, visit_form(v, "number_out")),
		.number_receipt =
		    thai_normal(a, visit_form(v, "number_receipt"))
	};
	phrases_of_lines(a, lines, &s);
	enum err e = visit_change(v, put, &s);
	if (!e)
		return visit_go(v,
		    url_path(a, "/offices/{}/settings?done=1", 1, &office).s);
	if (e != ERR_INVALID)
		return e;
	struct office_page page = { 0 };
	const struct field_error *f = v->cx.fault.fields;
	struct ui_problem *problem = ARENA_NEW(a, struct ui_problem);
	*problem = (struct ui_problem){ .field = f ? f->field : STR("phrases"),
		.text = f ? msg_fill(a, v->cx.lang, f->msg, &f->arg, 1)
		          : fault_text(&v->cx) };
	page.problems = problem;
	page.n_problems = 1;
	put_fields(v, &page, lines, &s);
	for (size_t i = 0; i < COUNT(page.fields); i++)
		if (str_eq(page.fields[i].name, problem->field))
			page.fields[i].error = problem->text;
	return show(v, &page, 422);
}
