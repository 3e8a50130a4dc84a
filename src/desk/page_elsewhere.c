/* Who may ask (N-18), and where everybody else may go: a page, not an error. */
#include "desk/page_elsewhere.h"

#include "base/str.h"
#include "core/setting.h"
#include "desk/page_procedure.h"
#include "desk/pages.h"
#include "sql/sql.h"
#include "templates/desk_elsewhere.h"

static struct str text(const struct visit *v, enum msg m)
{
	return msg_text(v->cx.lang, m);
}

/* What the office says itself, in the reader's language or in the other. */
static enum err read_own(struct visit *v, struct str office, struct str *ret)
{
	static const char *const langs[LANGS] = { "th", "en" };
	struct arena *a = v->cx.arena;
	enum lang first = v->cx.lang;
	enum err e = OK;
	*ret = STR("");
	for (int i = 0; i < LANGS && ret->n == 0 && !e; i++)
		e = setting_find(&v->cx,
		    str_fmt(a, "elsewhere.%.*s.%s", STR_ARG(office),
			langs[i == 0 ? first : 1 - first]),
		    ret);
	return e;
}

/* Without a text of its own: the records office, by name and telephone. */
static enum err read_contacts(
    struct visit *v, struct str office, struct str *ret)
{
	const struct person *p;
	size_t n;
	struct buf b = buf_new(v->cx.arena, 16384);
	enum err e =
	    person_list_role(&v->cx, ROLE_records, office, STR(""), &p, &n);
	for (size_t i = 0; i < n && !e; i++) {
		bool th = v->cx.lang == LANG_TH || p[i].name_en.n == 0;
		struct str args[] = { th ? p[i].name : p[i].name_en, p[i].phone,
			p[i].email };
		buf_fmt(&b, "%s%.*s", b.n ? "\n" : "",
		    STR_ARG(msg_fill(v->cx.arena, v->cx.lang, MSG_draft_contact,
			args, COUNT(args))));
	}
	*ret = buf_view(&b);
	return e;
}

static enum err read_office(
    struct visit *v, const struct offered *o, struct ui_row *ret)
{
	struct str own;
	enum err e = read_own(v, o->office_code, &own);
	if (!e && own.n == 0)
		e = read_contacts(v, o->office_code, &own);
	if (!e)
		*ret = (struct ui_row){ .label = o->office,
			.rich = html_lines(v->cx.arena, own) };
	return e;
}

static enum err read_offices(struct visit *v, struct elsewhere_page *page)
{
	struct offered *offers = NULL;
	size_t n = 0;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = offers_list(&v->cx, &offers, &n);
	struct ui_row *rows = ARENA_ARRAY(v->cx.arena, struct ui_row, n + 1);
	for (size_t i = 0; i < n && !e; i++)
		e = read_office(v, &offers[i], &rows[i]);
	store_end(&v->cx);
	page->offices = rows;
	page->n_offices = n;
	return e;
}

enum err page_elsewhere(struct visit *v)
{
	struct elsewhere_page page = { .may_ask = v->cx.actor != NULL &&
		                                  person_holds(&v->actor.person,
						      ROLE_requester, STR(""),
						      STR("")),
		.start = url_local(STR("/requests/new")) };
	enum err e = read_offices(v, &page);
	if (e)
		return e;
	struct view view = page_view(v, text(v, MSG_draft_elsewhere));
	struct buf o = page_buf(v);
	page_desk_elsewhere(&o, &view, &page);
	return page_send(v, 200, &o);
}
