/* Standing consents as a page: a table of what was agreed, and for owners two
 * forms. The same acts as /api/v1/consents. */
#include "desk/page_consents.h"

#include "base/str.h"
#include "base/time.h"
#include "core/prior.h"
#include "desk/form_command.h"
#include "desk/page_list.h"
#include "desk/pages.h"
#include "sql/sql.h"
#include "templates/desk_consents.h"

enum { TABLE_COLUMNS = 6 };

/* All that the page reads. */
struct showing {
	struct visit *v;
	const struct prior *list;
	size_t n;
	const struct system *systems;
	size_t n_systems;
	const struct unit *units;
	size_t n_units;
	struct fault fault; /* of what was posted */
};

static struct str text(const struct showing *w, enum msg m)
{
	return msg_text(w->v->cx.lang, m);
}

static struct str unit_name(const struct showing *w, struct str code)
{
	struct list_words words = { .units = w->units, .n_units = w->n_units };
	return list_unit(&words, w->v->cx.lang, code);
}

static struct str system_name(const struct showing *w, struct str code)
{
	const struct system *s = system_find(w->systems, w->n_systems, code);
	bool th = w->v->cx.lang == LANG_TH;
	if (s == NULL)
		return code;
	return str_fmt(w->v->cx.arena, "%.*s (%.*s)",
	    STR_ARG(th || s->name_en.n == 0 ? s->name_th : s->name_en),
	    STR_ARG(code));
}

static struct str day(const struct showing *w, struct str iso)
{
	struct date d;
	return date_parse_iso(iso, &d)
	           ? date_short(w->v->cx.arena, w->v->cx.lang, d)
	           : iso;
}

static struct str columns_text(const struct showing *w, const json_t *list)
{
	struct arena *a = w->v->cx.arena;
	struct str all = STR("");
	if (list == NULL)
		return text(w, MSG_standing_all);
	for (size_t i = 0; i < json_array_size(list); i++)
		all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all), i ? ", " : "",
		    STR_ARG(json_as_text(json_array_get(list, i))));
	return all;
}

static struct ui_cell state_cell(const struct showing *w, const struct prior *s)
{
	bool holds = prior_in_force(&w->v->cx, s);
	struct ui_cell c = { .badge = true,
		.tone = holds ? UI_GOOD : UI_NEUTRAL,
		.text = text(w, holds        ? MSG_standing_in_force
				: s->revoked ? MSG_standing_revoked
					     : MSG_standing_ended) };
	if (s->revoked)
		c.sub = s->reason;
	return c;
}

static void put_table(const struct showing *w, struct consents_page *page)
{
	static const enum msg heads[TABLE_COLUMNS] = { MSG_standing_system,
		MSG_standing_asker, MSG_standing_purpose, MSG_standing_columns,
		MSG_standing_until, MSG_standing_state };
	struct arena *a = w->v->cx.arena;
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, TABLE_COLUMNS);
	struct ui_cell *c =
	    ARENA_ARRAY(a, struct ui_cell, w->n * TABLE_COLUMNS + 1);
	page->table = (struct ui_table){ .caption = text(w, MSG_standing_title),
		.hide_caption = true,
		.columns = columns,
		.n_columns = TABLE_COLUMNS,
		.cells = c,
		.n_rows = w->n,
		.empty = text(w, MSG_standing_none) };
	for (size_t i = 0; i < TABLE_COLUMNS; i++)
		columns[i].label = text(w, heads[i]);
	for (size_t i = 0; i < w->n; i++) {
		const struct prior *s = &w->list[i];
		*c++ = (struct ui_cell){ .text = system_name(w, s->system),
			.sub = unit_name(w, s->unit) };
		(c++)->text = unit_name(w, s->asker);
		(c++)->text = s->purpose;
		(c++)->text = columns_text(w, s->columns);
		(c++)->text = day(w, s->until);
		*c++ = state_cell(w, s);
	}
}

static struct str error_of(
    const struct showing *w, struct str name, struct str label)
{
	const struct field_error *e = w->fault.fields;
	for (; e; e = e->next)
		if (str_eq(e->field, name))
			return str_fmt(w->v->cx.arena, "%.*s: %.*s",
			    STR_ARG(label),
			    STR_ARG(msg_fill(w->v->cx.arena, w->v->cx.lang,
				e->msg, &e->arg, 1)));
	return STR("");
}

static struct ui_field field(const struct showing *w, enum ui_field_kind kind,
    const char *name, enum msg label, enum msg hint)
{
	struct ui_field f = { .kind = kind,
		.name = str_of(name),
		.label = text(w, label),
		.value = visit_form(w->v, name) };
	if (hint != MSG_NONE)
		f.hint = text(w, hint);
	f.error = error_of(w, f.name, f.label);
	return f;
}

/* The systems of which the reader's units are the owners. */
static void put_own_systems(const struct showing *w, struct ui_field *f)
{
	struct ui_choice *c =
	    ARENA_ARRAY(w->v->cx.arena, struct ui_choice, w->n_systems + 1);
	size_t n = 0;
	for (size_t i = 0; i < w->n_systems; i++) {
		const struct system *s = &w->systems[i];
		if (!s->active || s->owner_unit.n == 0 ||
		    !person_signs(&w->v->actor.person, s->owner_unit))
			continue;
		c[n++] = (struct ui_choice){ .value = s->code,
			.label = system_name(w, s->code),
			.chosen = str_eq(s->code, f->value) };
	}
	f->choices = c;
	f->n_choices = n;
}

static void put_units(const struct showing *w, struct ui_field *f)
{
	struct ui_choice *c =
	    ARENA_ARRAY(w->v->cx.arena, struct ui_choice, w->n_units + 1);
	for (size_t i = 0; i < w->n_units; i++)
		c[i] = (struct ui_choice){ .value = w->units[i].code,
			.label = unit_name(w, w->units[i].code),
			.chosen = str_eq(w->units[i].code, f->value) };
	f->choices = c;
	f->n_choices = w->n_units;
}

static void put_give(const struct showing *w, struct consents_page *page)
{
	struct ui_field *f = page->fields;
	f[0] = field(w, UI_SELECT, "system", MSG_standing_system, MSG_NONE);
	put_own_systems(w, &f[0]);
	f[1] = field(w, UI_SELECT, "asker", MSG_standing_asker, MSG_NONE);
	put_units(w, &f[1]);
	f[2] = field(w, UI_LINES, "purpose", MSG_standing_purpose,
	    MSG_standing_purpose_hint);
	f[3] = field(w, UI_LINES, "columns", MSG_standing_columns,
	    MSG_standing_columns_hint);
	f[3].optional = true;
	f[4] = field(w, UI_DATE, "until", MSG_standing_until, MSG_NONE);
	f[4].day = visit_form(w->v, "until-day");
	f[4].month = visit_form(w->v, "until-month");
	f[4].year = visit_form(w->v, "until-year");
	f[5] = field(w, UI_LINES, "note", MSG_ask_note, MSG_NONE);
	f[5].optional = true;
	page->n_fields = CONSENT_FIELDS;
	page->give = (struct ui_form){ .action = url_local(STR("/consents")) };
	page->give_button = (struct ui_button){ .kind = UI_PRIMARY,
		.label = text(w, MSG_standing_give) };
}

static void put_revoke(const struct showing *w, struct consents_page *page)
{
	struct arena *a = w->v->cx.arena;
	struct ui_choice *c = ARENA_ARRAY(a, struct ui_choice, w->n + 1);
	size_t n = 0;
	for (size_t i = 0; i < w->n; i++) {
		const struct prior *s = &w->list[i];
		if (!prior_in_force(&w->v->cx, s) ||
		    !person_signs(&w->v->actor.person, s->unit))
			continue;
		c[n++] = (struct ui_choice){ .value = s->id,
			.label = str_fmt(a, "%.*s – %.*s – %.*s",
			    STR_ARG(s->system), STR_ARG(unit_name(w, s->asker)),
			    STR_ARG(s->purpose)),
			.chosen = str_eq(s->id, visit_form(w->v, "id")) };
	}
	page->n_revocable = n;
	page->revoke_fields[0] =
	    field(w, UI_RADIOS, "id", MSG_standing_which, MSG_NONE);
	page->revoke_fields[0].choices = c;
	page->revoke_fields[0].n_choices = n;
	page->revoke_fields[1] =
	    field(w, UI_LINES, "reason", MSG_ask_reason, MSG_NONE);
	page->revoke =
	    (struct ui_form){ .action = url_local(STR("/consents/revoke")) };
	page->revoke_button = (struct ui_button){ .kind = UI_DANGER,
		.label = text(w, MSG_standing_revoke) };
}

static void put_problems(const struct showing *w, struct consents_page *page)
{
	struct ui_problem *v =
	    ARENA_ARRAY(w->v->cx.arena, struct ui_problem, CONSENT_FIELDS + 3);
	size_t n = 0;
	for (size_t i = 0; i < page->n_fields; i++)
		if (page->fields[i].error.n > 0)
			v[n++] = (struct ui_problem){ page->fields[i].name,
				page->fields[i].error };
	for (size_t i = 0; i < COUNT(page->revoke_fields); i++)
		if (page->revoke_fields[i].error.n > 0)
			v[n++] =
			    (struct ui_problem){ page->revoke_fields[i].name,
				    page->revoke_fields[i].error };
	page->problems = v;
	page->n_problems = n;
}

static enum err read_all(struct showing *w)
{
	struct ctx *cx = &w->v->cx;
	enum err e = store_read(cx, w->v->app->people);
	if (!e)
		e = prior_list(cx, &w->list, &w->n);
	if (!e)
		e = system_list(cx, STR(""), &w->systems, &w->n_systems);
	if (!e)
		e = unit_list(cx, &w->units, &w->n_units);
	store_end(cx);
	return e;
}

static enum err show(struct visit *v, int status)
{
	struct showing w = { .v = v, .fault = v->cx.fault };
	struct consents_page *page =
	    ARENA_NEW(v->cx.arena, struct consents_page);
	v->cx.fault = (struct fault){ 0 };
	enum err e = read_all(&w);
	if (e)
		return e;
	page->owner = person_signs(&v->actor.person, STR(""));
	put_table(&w, page);
	put_give(&w, page);
	put_revoke(&w, page);
	put_problems(&w, page);
	struct view view = page_view(v, text(&w, MSG_standing_title));
	view.wrong = page->n_problems > 0;
	struct buf o = page_buf(v);
	page_desk_consents(&o, &view, page);
	return page_send(v, status, &o);
}

enum err page_consents(struct visit *v)
{
	return show(v, 200);
}

static enum err give(struct visit *v, void *arg)
{
	struct prior s;
	return prior_add(&v->cx, arg, &s);
}

enum err page_consent_add(struct visit *v)
{
	static const char *const keys[] = { "system", "asker", "purpose",
		"note" };
	json_t *body = json_new_object(v->cx.arena);
	json_t *columns = json_new_array(v->cx.arena);
	for (size_t i = 0; i < COUNT(keys); i++)
		json_put_text(body, keys[i],
		    form_unix(v->cx.arena, visit_form(v, keys[i])));
	json_put_text(body, "until", form_date(v, STR("until")));
	form_lines(columns, visit_form(v, "columns"), true);
	if (json_array_size(columns) > 0)
		json_put(body, "columns", columns);
	enum err e = visit_change(v, give, body);
	if (e == ERR_INVALID)
		return show(v, 422);
	return e ? e : visit_go(v, STR("/consents"));
}

static enum err revoke(struct visit *v, void *arg)
{
	struct prior s;
	(void)arg;
	if (visit_form(v, "id").n == 0) {
		field_wrong(&v->cx, STR("id"), MSG_field_required, STR(""));
		return fields_end(&v->cx);
	}
	return prior_revoke(&v->cx, visit_form(v, "id"),
	    form_unix(v->cx.arena, visit_form(v, "reason")), &s);
}

enum err page_consent_revoke(struct visit *v)
{
	enum err e = visit_change(v, revoke, NULL);
	if (e == ERR_INVALID)
		return show(v, 422);
	return e ? e : visit_go(v, STR("/consents"));
}
