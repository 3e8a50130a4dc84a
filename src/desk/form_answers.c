#include "desk/form_answers.h"

#include "base/str.h"
#include "base/time.h"
#include "core/answers.h"
#include "desk/form_command.h"

enum { MAX_KEYS = 8192 };

/* The fields that the form says it showed. */
static struct str keys_shown(const struct visit *v)
{
	struct str asked = visit_form(v, "asked");
	return asked.n <= MAX_KEYS ? asked : STR("");
}

static bool is_list(const struct field *f)
{
	return f->type == FIELD_choices || f->type == FIELD_systems ||
	       f->type == FIELD_networks;
}

static bool was_sent(const struct visit *v, const struct field *f)
{
	static const char *const parts[] = { "-day", "-month", "-year" };
	if (pairs_has(v->rq->form, f->key))
		return true;
	for (size_t i = 0; i < COUNT(parts) && f->type == FIELD_date; i++)
		if (pairs_has(v->rq->form,
			str_cat(v->cx.arena, f->key, str_of(parts[i]))))
			return true;
	return false;
}

static json_t *posted_list(const struct visit *v, struct str name)
{
	json_t *list = json_new_array(v->cx.arena);
	struct pairs form = v->rq->form;
	for (size_t i = 0; i < form.n; i++)
		if (str_eq(form.v[i].name, name))
			form_lines(list, form.v[i].value, true);
	return list;
}

static void put_posted(struct visit *v, const struct field *f, json_t *answers)
{
	struct str value = pairs_get(v->rq->form, f->key);
	const char *key = str_cstr(v->cx.arena, f->key);
	if (is_list(f)) {
		json_put(answers, key, posted_list(v, f->key));
		return;
	}
	if (f->type == FIELD_date)
		value = form_date(v, f->key);
	if (f->type == FIELD_lines)
		value = form_unix(v->cx.arena, value);
	json_put_text(answers, key, value);
}

json_t *form_answers(struct visit *v, const struct procedure *p)
{
	json_t *answers = json_new_object(v->cx.arena);
	struct str asked = keys_shown(v);
	for (size_t s = 0; s < p->n_sections; s++)
		for (size_t i = 0; i < p->sections[s].n_fields; i++) {
			const struct field *f = &p->sections[s].fields[i];
			if (was_sent(v, f) || str_has_word(asked, f->key))
				put_posted(v, f, answers);
		}
	return answers;
}

/* While nobody has said how far persons can be told, "not a summary" holds too:
 * what follows from it is asked when it has been said. */
bool form_shows(
    const struct procedure *p, const struct field *f, const json_t *answers)
{
	struct str on = f->asked_if.field;
	const struct field *decides = procedure_field(p, on);
	if (!field_asked(f, answers))
		return false;
	return decides == NULL || !field_required(decides, answers) ||
	       json_object_getn(answers, on.p, on.n) != NULL;
}

bool form_asks_more(
    const struct visit *v, const struct procedure *p, const json_t *answers)
{
	struct str shown = keys_shown(v), one;
	struct str left = form_asked(v->cx.arena, p, answers);
	for (bool more = left.n > 0; more;) {
		more = str_cut(left, ' ', &one, &left);
		if (!str_has_word(shown, one))
			return true;
	}
	return false;
}

struct str form_asked(
    struct arena *a, const struct procedure *p, const json_t *answers)
{
	struct buf b = buf_new(a, 8192);
	for (size_t s = 0; s < p->n_sections; s++)
		for (size_t i = 0; i < p->sections[s].n_fields; i++) {
			const struct field *f = &p->sections[s].fields[i];
			if (!form_shows(p, f, answers))
				continue;
			if (b.n > 0)
				buf_char(&b, ' ');
			buf_str(&b, f->key);
		}
	return buf_view(&b);
}

struct str form_label(struct arena *a, const struct field *f, enum lang lang)
{
	struct str label = text2_in(f->label, lang);
	return f->number.n == 0 ? label
	                        : str_fmt(a, "%.*s. %.*s", STR_ARG(f->number),
				      STR_ARG(label));
}

/* A sentence that says by itself what is wrong, above the form as at the field. */
static struct str wrong_text(const struct visit *v, const struct field *f,
    const struct field_error *wrong)
{
	enum lang lang = v->cx.lang;
	struct str why =
	    msg_fill(v->cx.arena, lang, wrong->msg, &wrong->arg, 1);
	/* The undertaking's label is the undertaking itself. */
	struct str label =
	    f == NULL ? wrong->field
	    : f->type == FIELD_flag
		? msg_code(v->cx.arena, lang, STR("answer."), f->key)
		: form_label(v->cx.arena, f, lang);
	return str_fmt(v->cx.arena, "%.*s: %.*s", STR_ARG(label), STR_ARG(why));
}

void form_problems(struct visit *v, const struct procedure *p,
    const json_t *answers, const struct ui_problem **ret, size_t *ret_n)
{
	size_t n = 0;
	struct ui_problem *list = ARENA_ARRAY(
	    v->cx.arena, struct ui_problem, v->cx.fault.n_fields + 1);
	for (const struct field_error *w = v->cx.fault.fields; w; w = w->next) {
		const struct field *f = procedure_field(p, w->field);
		if (f != NULL && field_asked(f, answers) &&
		    !form_shows(p, f, answers))
			continue;
		list[n++] = (struct ui_problem){ .field = f ? f->key : STR(""),
			.text = wrong_text(v, f, w) };
	}
	if (n == 0 && v->cx.fault.err != OK)
		list[n++] = (struct ui_problem){ .text = fault_text(&v->cx) };
	*ret = list;
	*ret_n = n;
}

static struct str error_of(const struct visit *v, const struct field *f)
{
	for (const struct field_error *w = v->cx.fault.fields; w; w = w->next)
		if (str_eq(w->field, f->key))
			return wrong_text(v, f, w);
	return STR("");
}

static const json_t *kept(const struct answer_form *form, const struct field *f)
{
	return json_object_getn(form->answers, f->key.p, f->key.n);
}

static struct str typed(
    const struct answer_form *form, const struct field *f, const char *part)
{
	return pairs_get(form->v->rq->form,
	    str_cat(form->v->cx.arena, f->key, str_of(part)));
}

static bool chosen(
    const struct answer_form *form, const struct field *f, struct str code)
{
	const json_t *v = kept(form, f);
	if (form->typed) {
		struct pairs sent = form->v->rq->form;
		for (size_t i = 0; i < sent.n; i++)
			if (str_eq(sent.v[i].name, f->key) &&
			    str_eq(sent.v[i].value, code))
				return true;
		return false;
	}
	for (size_t i = 0; i < json_array_size(v); i++)
		if (str_eq(json_as_text(json_array_get(v, i)), code))
			return true;
	return !json_is_array(v) && str_eq(json_as_text(v), code);
}

static struct str number_text(struct arena *a, int n)
{
	return str_fmt(a, "%d", n);
}

static void fill_date(
    const struct answer_form *form, const struct field *f, struct ui_field *ui)
{
	struct arena *a = form->v->cx.arena;
	struct date d;
	ui->kind = UI_DATE;
	if (form->typed) {
		ui->day = typed(form, f, "-day");
		ui->month = typed(form, f, "-month");
		ui->year = typed(form, f, "-year");
		return;
	}
	if (!date_parse_iso(json_as_text(kept(form, f)), &d))
		return;
	ui->day = number_text(a, d.day);
	ui->month = number_text(a, d.month);
	ui->year = number_text(a, year_be(d));
}

static struct str joined(
    struct arena *a, const json_t *list, const char *between)
{
	struct buf b = buf_new(a, 65536);
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (i > 0)
			buf_str(&b, str_of(between));
		buf_str(&b, json_as_text(json_array_get(list, i)));
	}
	return buf_view(&b);
}

/* One who need not answer may also take an answer back. */
static void fill_choices(
    const struct answer_form *form, const struct field *f, struct ui_field *ui)
{
	struct arena *a = form->v->cx.arena;
	struct ui_choice *c =
	    ARENA_ARRAY(a, struct ui_choice, f->n_choices + 1);
	bool one = f->type == FIELD_choice, any = false;
	size_t n = 0;
	for (size_t i = 0; i < f->n_choices; i++, n++) {
		c[n] = (struct ui_choice){ .value = f->choices[i].code,
			.label =
			    text2_in(f->choices[i].label, form->v->cx.lang),
			.chosen = chosen(form, f, f->choices[i].code) };
		any |= c[n].chosen;
	}
	if (one && ui->optional)
		c[n++] = (struct ui_choice){ .value = STR(""),
			.label =
			    msg_text(form->v->cx.lang, MSG_pages_form_none),
			.chosen = !any };
	ui->kind = one ? UI_RADIOS : UI_CHECKS;
	ui->choices = c;
	ui->n_choices = n;
}

static struct str unit_name(const struct answer_form *form, struct str code)
{
	const struct facts *facts = form->facts;
	for (size_t i = 0; i < facts->n_units; i++) {
		const struct unit *u = &facts->units[i];
		if (!str_eq(u->code, code))
			continue;
		bool th = form->v->cx.lang == LANG_TH || u->name_en.n == 0;
		return th ? u->name_th : u->name_en;
	}
	return code;
}

static struct str system_name(
    const struct answer_form *form, const struct system *s)
{
	bool th = form->v->cx.lang == LANG_TH || s->name_en.n == 0;
	struct str name = th ? s->name_th : s->name_en;
	return str_fmt(
	    form->v->cx.arena, "%.*s (%.*s)", STR_ARG(name), STR_ARG(s->code));
}

static void fill_systems(
    const struct answer_form *form, const struct field *f, struct ui_field *ui)
{
	struct ctx *cx = &form->v->cx;
	const struct facts *facts = form->facts;
	struct ui_choice *c =
	    ARENA_ARRAY(cx->arena, struct ui_choice, facts->n_systems + 1);
	size_t n = 0;
	for (size_t i = 0; i < facts->n_systems; i++) {
		const struct system *s = &facts->systems[i];
		bool on = chosen(form, f, s->code);
		struct str owner = unit_name(form, s->owner_unit);
		if (!s->active && !on)
			continue;
		c[n++] = (struct ui_choice){ .value = s->code,
			.label = system_name(form, s),
			.hint = msg_fill(cx->arena, cx->lang,
			    MSG_pages_form_owner, &owner, 1),
			.chosen = on };
	}
	ui->kind = UI_CHECKS;
	ui->choices = c;
	ui->n_choices = n;
}

static void fill_flag(
    const struct answer_form *form, const struct field *f, struct ui_field *ui)
{
	struct ctx *cx = &form->v->cx;
	struct ui_choice *c = ARENA_NEW(cx->arena, struct ui_choice);
	*c = (struct ui_choice){ .value = STR("yes"),
		.label = ui->label,
		.chosen = form->typed ? chosen(form, f, STR("yes"))
		                      : json_is_true(kept(form, f)) };
	ui->label = msg_code(cx->arena, cx->lang, STR("answer."), f->key);
	ui->kind = UI_CHECKS;
	ui->choices = c;
	ui->n_choices = 1;
}

static void fill_text(
    const struct answer_form *form, const struct field *f, struct ui_field *ui)
{
	static const enum ui_input inputs[FIELD_TYPES] = {
		[FIELD_email] = UI_EMAIL,
		[FIELD_phone] = UI_TEL,
		[FIELD_networks] = UI_CODE,
	};
	const json_t *value = kept(form, f);
	bool half = f->type == FIELD_email || f->type == FIELD_phone ||
	            f->max_chars <= 100;
	ui->kind = f->type == FIELD_lines || f->type == FIELD_networks
	               ? UI_LINES
	               : UI_TEXT;
	ui->input = inputs[f->type];
	ui->width = half ? UI_HALF : UI_WIDE;
	ui->rows = f->type == FIELD_networks ? 3 : 5;
	ui->value = form->typed ? typed(form, f, "")
	            : json_is_array(value)
	                ? joined(form->v->cx.arena, value, "\n")
	                : json_as_text(value);
	if (f->type == FIELD_lines)
		ui->max_chars = (int64_t)f->max_chars;
}

struct ui_field form_answer_field(
    const struct answer_form *form, const struct field *f)
{
	struct ctx *cx = &form->v->cx;
	struct ui_field ui = { .name = f->key,
		.label = form_label(cx->arena, f, cx->lang),
		.hint = text2_in(f->hint, cx->lang),
		.error = error_of(form->v, f),
		.optional = !field_required(f, form->answers) };
	switch (f->type) {
	case FIELD_date:
		fill_date(form, f, &ui);
		break;
	case FIELD_choice:
	case FIELD_choices:
		fill_choices(form, f, &ui);
		break;
	case FIELD_systems:
		fill_systems(form, f, &ui);
		break;
	case FIELD_flag:
		fill_flag(form, f, &ui);
		break;
	case FIELD_text:
	case FIELD_lines:
	case FIELD_email:
	case FIELD_phone:
	case FIELD_networks:
	case FIELD_unit:
	case FIELD_TYPES:
		fill_text(form, f, &ui);
		break;
	}
	return ui;
}

static struct str choice_label(
    const struct answer_form *form, const struct field *f, struct str code)
{
	for (size_t i = 0; i < f->n_choices; i++)
		if (str_eq(f->choices[i].code, code))
			return text2_in(f->choices[i].label, form->v->cx.lang);
	const struct system *s =
	    system_find(form->facts->systems, form->facts->n_systems, code);
	return f->type == FIELD_systems && s != NULL ? system_name(form, s)
	                                             : code;
}

static struct str list_text(
    const struct answer_form *form, const struct field *f, const json_t *list)
{
	struct buf b = buf_new(form->v->cx.arena, 65536);
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (i > 0)
			buf_char(&b, '\n');
		buf_str(&b, choice_label(form, f,
				json_as_text(json_array_get(list, i))));
	}
	return buf_view(&b);
}

static struct str row_text(
    const struct answer_form *form, const struct field *f)
{
	struct ctx *cx = &form->v->cx;
	const json_t *value = kept(form, f);
	struct date d;
	if (json_is_array(value))
		return list_text(form, f, value);
	if (json_is_true(value))
		return msg_text(cx->lang, MSG_pages_form_yes);
	if (f->type == FIELD_choice)
		return choice_label(form, f, json_as_text(value));
	if (f->type == FIELD_date && date_parse_iso(json_as_text(value), &d))
		return date_long(cx->arena, cx->lang, d);
	return json_as_text(value);
}

struct ui_row form_answer_row(
    const struct answer_form *form, const struct field *f)
{
	struct ctx *cx = &form->v->cx;
	struct ui_row row = { .label = form_label(cx->arena, f, cx->lang) };
	if (f->type == FIELD_flag)
		row.label =
		    msg_code(cx->arena, cx->lang, STR("answer."), f->key);
	row.value = row_text(form, f);
	if (str_index(row.value, '\n') < row.value.n)
		row.rich = html_lines(cx->arena, row.value);
	return row;
}
