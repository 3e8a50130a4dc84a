#include "desk/lists_people.h"

#include "base/str.h"

#define NAME STR("lists_people")

static enum err elsewhere(struct visit *v, struct str no)
{
	return fail1(&v->cx, ERR_INVALID, MSG_error_lists_people,
	    str_fmt(v->cx.arena, "/api/v1/requests/%.*s/uploads", STR_ARG(no)));
}

enum err lists_people_called(struct visit *v, struct str no, bool *ret_said)
{
	struct str said = visit_form(v, "lists_people");
	*ret_said = said.n > 0;
	if (said.n == 0 || str_eq(said, STR("no")))
		return OK;
	if (str_eq(said, STR("yes")))
		return elsewhere(v, no);
	field_wrong(&v->cx, NAME, MSG_field_bad_choice, said);
	return fields_end(&v->cx);
}

enum err lists_people_answered(struct visit *v, struct str no)
{
	bool said;
	enum err e = lists_people_called(v, no, &said);
	if (e || said)
		return e;
	field_wrong(&v->cx, NAME, MSG_field_lists_people_asked, STR(""));
	return fields_end(&v->cx);
}

struct ui_field lists_people_field(const struct visit *v)
{
	struct str said = visit_form(v, "lists_people");
	struct ui_choice *c = ARENA_ARRAY(v->cx.arena, struct ui_choice, 2);
	c[0] = (struct ui_choice){ .value = STR("no"),
		.label = msg_text(v->cx.lang, MSG_brought_people_no),
		.chosen = str_eq(said, STR("no")) };
	c[1] = (struct ui_choice){ .value = STR("yes"),
		.label = msg_text(v->cx.lang, MSG_brought_people_yes),
		.hint = msg_text(v->cx.lang, MSG_brought_people_yes_hint),
		.chosen = str_eq(said, STR("yes")) };
	return (struct ui_field){ .kind = UI_RADIOS,
		.name = NAME,
		.label = msg_text(v->cx.lang, MSG_brought_people),
		.hint = msg_text(v->cx.lang, MSG_brought_people_hint),
		.choices = c,
		.n_choices = 2 };
}

const struct ui_notice *lists_people_notice(
    const struct visit *v, struct str no)
{
	if (v->cx.fault.err != ERR_INVALID ||
	    v->cx.fault.msg != MSG_error_lists_people)
		return NULL;
	struct ui_notice *n = ARENA_NEW(v->cx.arena, struct ui_notice);
	*n = (struct ui_notice){ .tone = UI_WAIT,
		.title = msg_text(v->cx.lang, MSG_brought_people_title),
		.text = msg_text(v->cx.lang, MSG_brought_people_text),
		.action = { .label = msg_text(v->cx.lang, MSG_brought_send),
		    .url = url_path(
			v->cx.arena, "/requests/{}/tables", 1, &no) } };
	return n;
}
