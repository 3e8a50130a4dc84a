/* The office's ready phrases where one request is decided, as on the page of
 * several (page_many.c): chosen instead of typed. */
#include "base/str.h"
#include "desk/form_command.h"
#include "desk/page_case.h"

static struct str field_name(struct arena *a, enum command c)
{
	return form_name(a, c, STR("phrase"));
}

void form_phrases(struct case_form *f)
{
	const struct office_settings *s = &f->w->settings;
	struct arena *a = f->w->v->cx.arena;
	struct ui_choice *c =
	    ARENA_ARRAY(a, struct ui_choice, s->n_phrases + 1);
	if (s->n_phrases == 0)
		return;
	c[0].label = case_say(f->w, MSG_many_phrase_none);
	for (size_t i = 0; i < s->n_phrases; i++)
		c[i + 1] = (struct ui_choice){ .value = s->phrases[i],
			.label = s->phrases[i] };
	form_choices(f, UI_SELECT, "phrase", MSG_many_phrase,
	    MSG_systems_phrase_hint, c, s->n_phrases + 1);
}

void form_take_phrase(const struct visit *v, enum command c, json_t *body)
{
	struct str name = field_name(v->cx.arena, c);
	struct str phrase = visit_form(v, str_cstr(v->cx.arena, name));
	if (phrase.n > 0 && json_text(body, "note").n == 0)
		json_put_text(body, "note", phrase);
}
