/* The frame around every page. */
#include "base/str.h"
#include "desk/pages.h"

static struct url same_page_in(struct visit *v, enum lang lang)
{
	struct str code = lang_code(lang);
	return url_path(v->cx.arena, "/language/{}", 1, &code);
}

struct view page_view(struct visit *v, struct str title)
{
	struct view view = { .arena = v->cx.arena,
		.lang = v->cx.lang,
		.title = title,
		.home = url_local(STR("/")),
		.other_lang = same_page_in(v,
		    v->cx.lang == LANG_TH ? LANG_EN : LANG_TH),
		.sign_in = url_local(STR("/sign-in")) };
	if (v->cx.actor != NULL) {
		const struct person *p = &v->cx.actor->person;
		bool th = v->cx.lang == LANG_TH || p->name_en.n == 0;
		view.person = th ? p->name : p->name_en;
		view.csrf = v->cx.actor->csrf;
		view.sign_out = url_local(STR("/sign-out"));
	}
	return view;
}
