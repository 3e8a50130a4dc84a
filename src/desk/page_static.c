/* What every page loads, and the small choices kept in cookies. */
#include "base/str.h"
#include "desk/page_help.h"
#include "desk/pages.h"
#include "html/static.h"
#include "sql/sql.h"
#include "templates/desk_theme.h"

static enum err send_file(struct visit *v, struct str name, bool for_ever)
{
	struct static_file f;
	if (!static_find(name, &f))
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	response_header(v->rs, STR("Cache-Control"),
	    for_ever ? STR("public, max-age=31536000, immutable")
		     : STR("public, max-age=300"));
	response_header(v->rs, STR("ETag"), f.etag);
	response_set(v->rs, 200, f.type, f.bytes);
	if (str_eq(request_header(v->rq, STR("If-None-Match")), f.etag))
		response_set(v->rs, 304, f.type, STR(""));
	return OK;
}

enum err plain_static(struct visit *v)
{
	return send_file(
	    v, visit_arg(v, 1), str_eq(visit_arg(v, 0), static_version()));
}

/* Asked for by browsers that read no page. */
enum err plain_favicon(struct visit *v)
{
	return send_file(v, STR("mark.svg"), false);
}

static void set_cookie(struct visit *v, const char *name, struct str value)
{
	response_header(v->rs, STR("Set-Cookie"),
	    str_fmt(v->cx.arena,
		"%s=%.*s; Path=/; Max-Age=31536000; SameSite=Lax%s", name,
		STR_ARG(value), v->app->secure ? "; Secure" : ""));
}

/* The path of the page that led here, when it is ours. */
static struct str came_from(struct visit *v)
{
	struct str rest = request_header(v->rq, STR("Referer"));
	if (!str_take(&rest, v->app->site->desk_url))
		return STR("/");
	return rest;
}

static struct str back_to(struct visit *v, struct str to)
{
	struct url u;
	if (to.n == 0)
		to = came_from(v);
	return url_local_parse(to, &u) ? to : STR("/");
}

/* The language that a person chose is that of his mails too. A link on another
 * site changes the page alone. */
static enum err keep_language(struct visit *v, enum lang lang)
{
	if (v->cx.actor == NULL || v->actor.person.lang == lang ||
	    session_same_origin(v) != OK)
		return OK;
	enum err e = store_write(&v->cx, v->app->people);
	if (!e)
		e = person_set_lang(&v->cx, v->actor.person.id, lang);
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	return e;
}

enum err page_language(struct visit *v)
{
	enum lang lang;
	if (!lang_parse(visit_arg(v, 0), &lang))
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	enum err e = keep_language(v, lang);
	if (e)
		return e;
	set_cookie(v, "pratu_lang", lang_code(lang));
	return visit_go(v, back_to(v, visit_query(v, "to")));
}

static const struct {
	struct str code;
	enum msg label;
} themes[] = {
	{ STR_INIT("system"), MSG_pages_theme_system },
	{ STR_INIT("light"), MSG_pages_theme_light },
	{ STR_INIT("dark"), MSG_pages_theme_dark },
};

enum err page_theme(struct visit *v)
{
	struct ui_choice choices[COUNT(themes)];
	struct str chosen = request_cookie(v->rq, STR("pratu_theme"));
	struct str to = back_to(v, STR(""));
	struct ui_pair hidden = { STR("to"), to };
	for (size_t i = 0; i < COUNT(themes); i++)
		choices[i] = (struct ui_choice){ .value = themes[i].code,
			.label = msg_text(v->cx.lang, themes[i].label),
			.chosen = str_eq(chosen.n ? chosen : STR("system"),
			    themes[i].code) };
	struct ui_field field = { .kind = UI_RADIOS,
		.name = STR("theme"),
		.heading = true,
		.label = msg_text(v->cx.lang, MSG_pages_theme_title),
		.hint = msg_text(v->cx.lang, MSG_pages_theme_hint),
		.choices = choices,
		.n_choices = COUNT(choices) };
	struct theme_page page = { .form = { .action = url_local(STR("/theme")),
				       .hidden = &hidden,
				       .n_hidden = 1 },
		.field = &field,
		.back = url_local(to) };
	struct view view =
	    page_view(v, msg_text(v->cx.lang, MSG_pages_theme_title));
	struct buf o = page_buf(v);
	page_desk_theme(&o, &view, &page);
	return page_send(v, 200, &o);
}

enum err page_theme_set(struct visit *v)
{
	struct str theme = visit_form(v, "theme");
	for (size_t i = 0; i < COUNT(themes); i++)
		if (str_eq(theme, themes[i].code))
			set_cookie(v, "pratu_theme", theme);
	return visit_go(v, back_to(v, visit_form(v, "to")));
}
