/* The fields of a command's form: what was typed stands in them again when it
 * was refused. */
#include "base/str.h"
#include "base/time.h"
#include "desk/form_command.h"
#include "desk/page_case.h"

struct case_form case_form_new(const struct case_work *w, enum command c)
{
	struct case_form f = { .w = w, .command = c, .typed = w->given == c };
	f.title = msg_code(w->v->cx.arena, w->v->cx.lang, STR("command."),
	    str_of(command_names[c]));
	return f;
}

static struct arena *arena_of(const struct case_form *f)
{
	return f->w->v->cx.arena;
}

/* One sentence, at the field and above the page: "เหตุผล: ต้องระบุ". */
static struct str error_of(
    const struct case_form *f, const struct ui_field *field)
{
	for (size_t i = 0; f->typed && i < f->w->n_problems; i++) {
		struct ui_problem *p = &f->w->problems[i];
		if (!str_eq(p->field, field->name))
			continue;
		p->text = str_fmt(arena_of(f), "%.*s: %.*s",
		    STR_ARG(field->label), STR_ARG(p->text));
		return p->text;
	}
	return STR("");
}

static struct ui_field *add(struct case_form *f, enum ui_field_kind kind,
    const char *name, enum msg label, enum msg hint)
{
	struct ui_field field = { .kind = kind,
		.name = form_name(arena_of(f), f->command, str_of(name)),
		.label = case_say(f->w, label),
		.hint = hint == MSG_NONE ? STR("") : case_say(f->w, hint) };
	field.error = error_of(f, &field);
	LIST_ADD(arena_of(f), &f->fields, field);
	return &f->fields.v[f->fields.n - 1];
}

static struct str typed_or(
    const struct case_form *f, struct str name, struct str value)
{
	return f->typed ? pairs_get(f->w->v->rq->form, name) : value;
}

struct ui_field *form_text(struct case_form *f, const char *name,
    enum msg label, enum msg hint, struct str value)
{
	struct ui_field *field = add(f, UI_TEXT, name, label, hint);
	field->value = typed_or(f, field->name, value);
	return field;
}

struct ui_field *form_area(struct case_form *f, const char *name,
    enum msg label, enum msg hint, struct str value)
{
	struct ui_field *field = add(f, UI_LINES, name, label, hint);
	field->value = typed_or(f, field->name, value);
	field->rows = 3;
	return field;
}

static struct str part_typed(
    const struct case_form *f, struct str name, const char *part)
{
	return pairs_get(f->w->v->rq->form,
	    str_fmt(arena_of(f), "%.*s-%s", STR_ARG(name), part));
}

struct ui_field *form_day(struct case_form *f, const char *name, enum msg label,
    enum msg hint, struct str value)
{
	struct ui_field *field = add(f, UI_DATE, name, label, hint);
	struct date d;
	if (f->typed) {
		field->day = part_typed(f, field->name, "day");
		field->month = part_typed(f, field->name, "month");
		field->year = part_typed(f, field->name, "year");
		return field;
	}
	if (!date_parse_iso(value, &d))
		return field;
	bool th = f->w->v->cx.lang == LANG_TH;
	field->day = case_number(f->w, d.day);
	field->month = case_number(f->w, d.month);
	field->year = case_number(f->w, th ? year_be(d) : d.year);
	return field;
}

static bool was_chosen(
    const struct case_form *f, struct str name, struct str value)
{
	struct pairs form = f->w->v->rq->form;
	for (size_t i = 0; i < form.n; i++)
		if (str_eq(form.v[i].name, name) &&
		    str_eq(form.v[i].value, value))
			return true;
	return false;
}

struct ui_field *form_choices(struct case_form *f, enum ui_field_kind kind,
    const char *name, enum msg label, enum msg hint, struct ui_choice *choices,
    size_t n)
{
	struct ui_field *field = add(f, kind, name, label, hint);
	for (size_t i = 0; f->typed && i < n; i++)
		choices[i].chosen =
		    was_chosen(f, field->name, choices[i].value);
	field->choices = choices;
	field->n_choices = n;
	return field;
}

struct ui_field *form_codes(struct case_form *f, enum ui_field_kind kind,
    const char *name, enum msg label, enum msg hint, const char *prefix,
    const char *codes, struct str chosen)
{
	struct arena *a = arena_of(f);
	struct ui_choice *v = ARENA_ARRAY(a, struct ui_choice, 32);
	struct str left = str_of(codes), one;
	size_t n = 0;
	for (bool more = left.n > 0; more && n < 32; n++) {
		more = str_cut(left, ' ', &one, &left);
		v[n] = (struct ui_choice){ .value = one,
			.label =
			    msg_code(a, f->w->v->cx.lang, str_of(prefix), one),
			.chosen = str_eq(one, chosen) };
	}
	return form_choices(f, kind, name, label, hint, v, n);
}

struct ui_field *form_files(struct case_form *f, const char *name,
    enum msg label, enum msg hint, bool many)
{
	size_t n = f->w->f.files.n, k = 0;
	struct ui_choice *v = ARENA_ARRAY(arena_of(f), struct ui_choice, n + 1);
	if (!many)
		v[k++] = (struct ui_choice){ .label = case_say(
						 f->w, MSG_ask_no_file) };
	for (size_t i = 0; i < n; i++)
		v[k++] = (struct ui_choice){ .value = f->w->f.files.v[i].id,
			.label = f->w->f.files.v[i].name };
	return form_choices(
	    f, many ? UI_CHECKS : UI_SELECT, name, label, hint, v, k);
}

void form_hidden(struct case_form *f, const char *name, struct str value)
{
	struct ui_pair pair = {
		form_name(arena_of(f), f->command, str_of(name)), value
	};
	LIST_ADD(arena_of(f), &f->hidden, pair);
}

void form_button(struct case_form *f, enum ui_button_kind kind,
    struct str label, const char *name, const char *value, enum msg confirm)
{
	struct ui_button b = { .kind = kind,
		.label = label,
		.confirm =
		    confirm == MSG_NONE ? STR("") : case_say(f->w, confirm) };
	if (name != NULL) {
		b.name = form_name(arena_of(f), f->command, str_of(name));
		b.value = str_of(value);
	}
	LIST_ADD(arena_of(f), &f->buttons, b);
}

struct case_action case_form_end(struct case_form *f)
{
	struct arena *a = arena_of(f);
	struct ui_pair version = { STR("version"),
		case_number(f->w, f->w->f.version) };
	LIST_ADD(a, &f->hidden, version);
	if (f->buttons.n == 0)
		form_button(f, UI_PRIMARY, f->title, NULL, NULL, MSG_NONE);
	return (struct case_action){ .command = f->command,
		.id = str_fmt(a, "do-%s", command_names[f->command]),
		.title = f->title,
		.intro = f->intro,
		.warning = f->warning,
		.rows = f->rows.v,
		.n_rows = f->rows.n,
		.checklist = f->checklist,
		.form = { .action = case_url(f->w,
			      str_cstr(a, str_fmt(a, "/%s",
					      command_names[f->command]))),
		    .hidden = f->hidden.v,
		    .n_hidden = f->hidden.n },
		.fields = f->fields.v,
		.n_fields = f->fields.n,
		.more = f->more.v,
		.n_more = f->more.n,
		.more_title = f->more_title,
		.buttons = f->buttons.v,
		.n_buttons = f->buttons.n,
		.open = f->typed };
}
