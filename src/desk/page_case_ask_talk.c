/* The forms of what is said beside the way: messages, co-applicants. */
#include "base/str.h"
#include "desk/page_case.h"

static struct arena *arena_of(const struct case_form *f)
{
	return f->w->v->cx.arena;
}

void case_ask_message(struct case_form *f)
{
	bool own = case_is_own(&f->w->f, f->w->v->actor.person.email);
	f->intro = case_say(f->w,
	    own ? MSG_talk_message_to_office : MSG_talk_message_to_requester);
	form_area(f, "text", MSG_talk_message, MSG_NONE, STR(""));
	form_button(f, UI_SECONDARY, case_say(f->w, MSG_talk_send), NULL, NULL,
	    MSG_NONE);
}

void case_ask_share(struct case_form *f)
{
	const struct case_file *c = &f->w->f;
	size_t n = c->shared.n;
	struct ui_choice *v = ARENA_ARRAY(arena_of(f), struct ui_choice, n + 1);
	for (size_t i = 0; i < n; i++)
		v[i] = (struct ui_choice){ .value = c->shared.v[i],
			.label = case_person(f->w, c->shared.v[i]),
			.hint = c->shared.v[i] };
	f->intro = case_say(f->w, MSG_talk_share_intro);
	struct ui_field *add = form_area(
	    f, "add", MSG_talk_share_add, MSG_talk_share_add_hint, STR(""));
	add->rows = 2;
	add->optional = n > 0;
	if (n > 0)
		form_choices(f, UI_CHECKS, "remove", MSG_talk_share_remove,
		    MSG_talk_share_remove_hint, v, n)
		    ->optional = true;
	form_button(f, UI_SECONDARY, f->title, NULL, NULL, MSG_NONE);
}
