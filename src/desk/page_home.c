/* "/": for whoever is signed in what waits for him, for others what this is. */
#include "desk/page_home.h"

#include "base/str.h"
#include "core/procedure.h"
#include "desk/page_list.h"
#include "desk/page_procedure.h"
#include "desk/pages.h"
#include "sql/sql.h"
#include "templates/desk_home.h"
#include "templates/desk_welcome.h"

enum { SHOWN_WAITING = 20, SHOWN_RECENT = 8, COUNTED = 200, MAX_FIGURES = 4 };

struct home {
	struct visit *v;
	struct list_words words;
	const struct case_line *waiting, *seen, *recent;
	size_t n_waiting, n_seen, n_recent;
	int64_t all_waiting;
	bool more_seen;
};

static struct str text(const struct home *h, enum msg m)
{
	return msg_text(h->v->cx.lang, m);
}

static struct str number(const struct home *h, size_t n, bool more)
{
	return str_fmt(h->v->cx.arena, more ? "%zu+" : "%zu", n);
}

/* One's own come first: an officer who asks for data has requests too. */
static void pick_recent(struct home *h)
{
	const struct person *p = &h->v->actor.person;
	bool own_only = p->n_roles == 1 && p->roles[0].role == ROLE_requester;
	struct case_line *v =
	    ARENA_ARRAY(h->v->cx.arena, struct case_line, SHOWN_RECENT);
	for (size_t i = 0; i < h->n_seen && h->n_recent < SHOWN_RECENT; i++)
		if (own_only || !str_eq(h->seen[i].state, STR("draft")) ||
		    str_eq_nocase(h->seen[i].requester, p->email))
			v[h->n_recent++] = h->seen[i];
	h->recent = v;
}

static enum err read_home(struct home *h, struct home_page *page)
{
	struct ctx *cx = &h->v->cx;
	struct str next;
	struct case_filter mine = { .mine = true, .limit = SHOWN_WAITING };
	struct case_filter seen = { .limit = COUNTED };
	enum err e = store_read(cx, h->v->app->people);
	if (!e)
		e = list_words(cx, &h->words);
	if (!e)
		e = cases_waiting_count(cx, &h->all_waiting);
	if (!e)
		e = cases_list(cx, &mine, &h->waiting, &h->n_waiting, &next);
	if (!e)
		e = list_table(cx, &h->words, h->waiting, h->n_waiting, true,
		    &page->waiting);
	if (!e)
		e = cases_list(cx, &seen, &h->seen, &h->n_seen, &next);
	if (!e) {
		h->more_seen = next.n > 0;
		pick_recent(h);
		e = list_table(cx, &h->words, h->recent, h->n_recent, false,
		    &page->recent);
	}
	store_end(cx);
	return e;
}

static size_t count_state(const struct home *h, const char *state)
{
	size_t n = 0;
	for (size_t i = 0; i < h->n_seen; i++)
		n += str_eq(h->seen[i].state, str_of(state));
	return n;
}

static void put_figures(struct home *h, struct home_page *page)
{
	struct arena *a = h->v->cx.arena;
	struct ui_figure *f = ARENA_ARRAY(a, struct ui_figure, MAX_FIGURES);
	size_t n = 0, late = 0, closed = count_state(h, "closed"),
	       drafts = count_state(h, "draft"),
	       asked = count_state(h, "waiting");
	for (size_t i = 0; i < h->n_waiting; i++)
		late += list_overdue(&h->words, &h->waiting[i]) > 0;
	f[n++] =
	    (struct ui_figure){ .label = text(h, MSG_pages_home_figure_waiting),
		    .value = str_fmt(a, "%lld", (long long)h->all_waiting),
		    .url = url_local(STR("/requests?waiting=me")),
		    .tone = late                 ? UI_BAD
		            : h->all_waiting > 0 ? UI_WAIT
		                                 : UI_GOOD };
	if (late > 0) {
		struct str of = number(h, late, false);
		f[0].note =
		    msg_fill(a, h->v->cx.lang, MSG_pages_home_late, &of, 1);
	}
	f[n++] = (struct ui_figure){ .label = text(h, MSG_pages_home_open),
		.value = number(h, h->n_seen - closed - drafts, h->more_seen),
		.url = url_local(STR("/requests")),
		.tone = UI_INFO };
	f[n++] = (struct ui_figure){ .label = text(h, MSG_pages_home_asked),
		.value = number(h, asked, h->more_seen),
		.url = url_local(STR("/requests?state=waiting")),
		.tone = asked > 0 ? UI_WAIT : UI_NEUTRAL };
	if (drafts > 0)
		f[n++] =
		    (struct ui_figure){ .label = text(h, MSG_pages_home_drafts),
			    .value = number(h, drafts, h->more_seen),
			    .url = url_local(STR("/requests?state=draft")) };
	page->figures = f;
	page->n_figures = n;
}

static struct str freshness(const struct home *h)
{
	struct arena *a = h->v->cx.arena;
	struct str at = time_short(a, h->v->cx.lang, h->v->cx.now);
	return msg_fill(a, h->v->cx.lang, MSG_pages_home_fresh, &at, 1);
}

static enum err show_work(struct visit *v)
{
	struct home h = { .v = v };
	struct home_page page = { 0 };
	enum err e = read_home(&h, &page);
	if (e)
		return e;
	put_figures(&h, &page);
	page.waiting.caption = text(&h, MSG_pages_home_waiting);
	page.waiting.empty = text(&h, MSG_pages_home_nothing);
	page.waiting.foot = freshness(&h);
	page.recent.caption = text(&h, MSG_pages_home_recent);
	page.recent.empty = text(&h, MSG_pages_list_none);
	if (h.all_waiting > (int64_t)h.n_waiting)
		page.all_waiting = url_local(STR("/requests?waiting=me"));
	if (h.n_seen > h.n_recent)
		page.all_recent = url_local(STR("/requests"));
	if (person_holds(&v->actor.person, ROLE_requester, STR(""), STR("")))
		page.start = url_local(STR("/requests/new"));
	struct view view = page_view(v, text(&h, MSG_pages_nav_home));
	view.wide = true;
	struct buf o = page_buf(v);
	page_desk_home(&o, &view, &page);
	return page_send(v, 200, &o);
}

static enum err show_welcome(struct visit *v)
{
	struct welcome_page page = { .sign_in = url_local(STR("/sign-in")) };
	struct offered *offers = NULL;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = offers_list(&v->cx, &offers, &page.n_offers);
	store_end(&v->cx);
	if (e)
		return e;
	page.offers = offers;
	struct view view = page_view(v, STR(""));
	struct buf o = page_buf(v);
	page_desk_welcome(&o, &view, &page);
	return page_send(v, 200, &o);
}

enum err page_home(struct visit *v)
{
	return v->cx.actor != NULL ? show_work(v) : show_welcome(v);
}
