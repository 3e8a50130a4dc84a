/* The frame around every page: who is there, where he can go, in which language
 * and light he reads. */
#include <stdatomic.h>

#include "base/str.h"
#include "core/cases.h"
#include "core/procedure.h"
#include "core/replies.h"
#include "core/setting.h"
#include "desk/pages.h"
#include "html/static.h"
#include "sql/sql.h"

enum { MAX_NAV = 10, MAX_FOOT = 8, MAX_TARGET = 2000, MAX_WORDS = 2 };

/* What the frame reads from the store. */
struct frame {
	int64_t waiting;
	struct str role; /* in words */
	bool demo;
	int64_t held; /* mail that waits for the reader */
};

/* "/requests?q=x&lang=th" without the language, which would outlast a switch. */
static struct str without_lang(struct arena *a, struct str target)
{
	struct str path, query, one;
	if (!str_cut(target, '?', &path, &query))
		return target;
	struct buf b = buf_new(a, target.n + 1);
	buf_str(&b, path);
	char sign = '?';
	for (bool more = query.n > 0; more;) {
		more = str_cut(query, '&', &one, &query);
		if (str_starts(one, STR("lang=")))
			continue;
		buf_char(&b, sign);
		buf_str(&b, one);
		sign = '&';
	}
	return buf_view(&b);
}

/* The path of the page that the reader has before him: a form that was sent
 * back stands under the address it was opened at. */
static struct str here(const struct visit *v)
{
	struct str target = v->rq->target;
	struct url ok;
	if (v->route == NULL || target.n > MAX_TARGET)
		return STR("/");
	if (!str_eq(v->rq->method, STR("GET")))
		target = str_upto(target, str_index(target, '?'));
	target = without_lang(v->cx.arena, target);
	return url_local_parse(target, &ok) ? target : STR("/");
}

static struct url same_page_in(struct visit *v, enum lang lang)
{
	const struct str args[] = { lang_code(lang), here(v) };
	return url_path(v->cx.arena, "/language/{}?to={}", COUNT(args), args);
}

static enum ui_theme theme_of(const struct request *rq)
{
	struct str chosen = request_cookie(rq, STR("pratu_theme"));
	if (str_eq(chosen, STR("light")))
		return UI_THEME_LIGHT;
	if (str_eq(chosen, STR("dark")))
		return UI_THEME_DARK;
	return UI_THEME_SYSTEM;
}

/* `pratu demo` says once, in the store, that all of it is invented. */
static enum err find_demo(struct ctx *cx, bool *ret)
{
	enum { UNKNOWN, NO, YES };
	static _Atomic int known = UNKNOWN;
	struct str value;
	int now = atomic_load(&known);
	if (now == UNKNOWN) {
		enum err e = setting_find(cx, STR("demo"), &value);
		if (e)
			return e;
		now = str_eq(value, STR("1")) ? YES : NO;
		atomic_store(&known, now);
	}
	*ret = now == YES;
	return OK;
}

static enum err role_word(struct ctx *cx, const struct office *offices,
    size_t n, const struct held_role *r, struct str *ret)
{
	const struct procedure *p;
	*ret = msg_code(
	    cx->arena, cx->lang, STR("role."), str_of(role_names[r->role]));
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(offices[i].code, r->office))
			continue;
		enum err e =
		    procedure_get(cx, offices[i].procedure, STR(""), &p);
		if (e)
			return e;
		if (p->role_title[r->role].th.n > 0)
			*ret = text2_in(p->role_title[r->role], cx->lang);
	}
	return OK;
}

/* The person's roles in words, two at the most; that everybody of an office may
 * also ask is not said. */
static enum err find_roles(struct ctx *cx, struct str *ret)
{
	const struct person *p = &cx->actor->person;
	const struct office *offices;
	struct str word;
	size_t n, said = 0;
	enum err e = office_list(cx, &offices, &n);
	*ret = STR("");
	for (size_t i = 0; !e && i < p->n_roles && said < MAX_WORDS; i++) {
		if (p->roles[i].role == ROLE_requester && p->n_roles > 1)
			continue;
		e = role_word(cx, offices, n, &p->roles[i], &word);
		if (e || str_has(*ret, word))
			continue;
		*ret = said++ ? str_fmt(cx->arena, "%.*s, %.*s", STR_ARG(*ret),
				    STR_ARG(word))
		              : word;
	}
	return e;
}

static enum err look_up(struct ctx *cx, struct frame *ret)
{
	enum err e = find_demo(cx, &ret->demo);
	if (!e && cx->actor != NULL)
		e = cases_waiting_count(cx, &ret->waiting);
	if (!e && cx->actor != NULL)
		e = find_roles(cx, &ret->role);
	if (!e)
		e = reply_held(cx, &ret->held);
	return e;
}

/* A page is shown without its ornaments when the store cannot be asked. */
static struct frame frame_of(struct visit *v)
{
	struct frame frame = { 0 }, found = { 0 };
	struct fault before = v->cx.fault;
	bool in_hand = v->cx.db != NULL;
	if (before.err == ERR_BROKEN || before.err == ERR_BUSY)
		return frame;
	enum err e = in_hand ? OK : store_read(&v->cx, v->app->people);
	if (!e && look_up(&v->cx, &found) == OK)
		frame = found;
	if (!in_hand)
		store_end(&v->cx);
	v->cx.fault = before;
	return frame;
}

/* Whether this program has the page: the table says so. */
static bool has_page(const char *path)
{
	for (size_t i = 0; i < n_desk_routes; i++)
		if (str_eq(str_of(desk_routes[i].path), str_of(path)) &&
		    str_eq(str_of(desk_routes[i].method), STR("GET")))
			return true;
	return false;
}

struct links {
	struct visit *v;
	struct ui_link *link;
	size_t n;
};

static struct ui_link *add(struct links *l, const char *path, enum msg label)
{
	struct ui_link *link = &l->link[l->n++];
	struct str at = str_of(path);
	*link = (struct ui_link){ .label = msg_text(l->v->cx.lang, label),
		.url = url_local(at) };
	link->current = str_eq(l->v->rq->path, at);
	return link;
}

static bool below(const struct visit *v, const char *path)
{
	return str_starts(v->rq->path, str_of(path));
}

static bool in_office(const struct person *p)
{
	for (size_t i = 0; i < p->n_roles; i++)
		if (p->roles[i].office.n > 0 ||
		    role_sees[p->roles[i].role] == 'a')
			return true;
	return false;
}

static bool holds(const struct person *p, enum role role)
{
	return person_holds(p, role, STR(""), STR(""));
}

static void navigation(
    struct links *l, const struct person *p, const struct frame *frame)
{
	struct visit *v = l->v;
	bool paper = visit_query(v, "on_behalf").n > 0;
	add(l, "/", MSG_pages_nav_home)->count = frame->waiting;
	struct ui_link *list = add(l, "/requests", MSG_pages_nav_requests);
	list->current = below(v, "/requests") && !below(v, "/requests/new");
	if (holds(p, ROLE_requester)) {
		struct ui_link *made =
		    add(l, "/requests/new", MSG_pages_nav_new);
		made->current = made->current && !paper;
	}
	if (holds(p, ROLE_records))
		add(l, "/requests/new?on_behalf=1", MSG_pages_nav_paper)
		    ->current = below(v, "/requests/new") && paper;
	if (holds(p, ROLE_requester) && has_page("/connections"))
		add(l, "/connections", MSG_pages_nav_connections)->current =
		    below(v, "/connections");
	if ((holds(p, ROLE_owner) || holds(p, ROLE_dpo)) &&
	    has_page("/consents"))
		add(l, "/consents", MSG_standing_nav)->current =
		    below(v, "/consents");
	if (in_office(p) && has_page("/register"))
		add(l, "/register", MSG_pages_nav_register)->current =
		    below(v, "/register");
	if (frame->held > 0 ||
	    (holds(p, ROLE_records) && v->app->site->replies.url.n > 0)) {
		struct ui_link *held = add(l, "/replies", MSG_replies_nav);
		held->count = frame->held;
		held->current = below(v, "/replies");
	}
	if (frame->demo && has_page("/mailbox"))
		add(l, "/mailbox", MSG_pages_nav_mailbox)->current =
		    below(v, "/mailbox");
	REQUIRE(l->n <= MAX_NAV);
}

static void footer(struct links *l)
{
	add(l, "/procedures", MSG_pages_foot_procedures);
	if (l->v->cx.actor != NULL) {
		add(l, "/systems", MSG_systems_title);
		add(l, "/calendars", MSG_calendars_title);
		if (person_holds(
			&l->v->actor.person, ROLE_admin, STR(""), STR("")))
			add(l, "/hooks", MSG_hooks_title);
	}
	add(l, "/help", MSG_pages_foot_help);
	add(l, "/theme", MSG_pages_foot_theme);
	REQUIRE(l->n <= MAX_FOOT);
}

static void put_links(
    struct visit *v, struct view *view, const struct frame *frame)
{
	struct links nav = { v,
		ARENA_ARRAY(v->cx.arena, struct ui_link, MAX_NAV), 0 };
	struct links foot = { v,
		ARENA_ARRAY(v->cx.arena, struct ui_link, MAX_FOOT), 0 };
	if (v->cx.actor != NULL)
		navigation(&nav, &v->cx.actor->person, frame);
	footer(&foot);
	view->nav = nav.link;
	view->n_nav = nav.n;
	view->foot = foot.link;
	view->n_foot = foot.n;
}

static void put_person(
    struct visit *v, struct view *view, const struct frame *frame)
{
	struct str to = here(v);
	if (v->cx.actor != NULL) {
		const struct person *p = &v->cx.actor->person;
		bool th = v->cx.lang == LANG_TH || p->name_en.n == 0;
		view->person = th ? p->name : p->name_en;
		view->role = frame->role;
		view->csrf = v->cx.actor->csrf;
		view->profile = url_local(STR("/me"));
		view->sign_out = url_local(STR("/sign-out"));
	} else if (v->route != NULL && !below(v, "/sign-in")) {
		/* Where no route was found nobody was asked who is there. */
		view->sign_in = url_path(v->cx.arena, "/sign-in?to={}", 1, &to);
	}
}

struct view page_view(struct visit *v, struct str title)
{
	struct frame frame = frame_of(v);
	struct view view = { .arena = v->cx.arena,
		.lang = v->cx.lang,
		.theme = theme_of(v->rq),
		.title = title,
		.home = url_local(STR("/")),
		.version = STR(PRATU_VERSION),
		.other_lang = same_page_in(
		    v, v->cx.lang == LANG_TH ? LANG_EN : LANG_TH) };
	if (frame.demo)
		view.environment = msg_text(v->cx.lang, MSG_pages_demo);
	put_person(v, &view, &frame);
	put_links(v, &view, &frame);
	return view;
}

void page_allow(struct visit *v, struct str own, struct str origin)
{
	static const struct str name = STR_INIT("Content-Security-Policy");
	for (size_t i = 0; i < v->rs->n_header; i++) {
		struct pair *h = &v->rs->header[i];
		if (!str_eq(h->name, name))
			continue;
		for (size_t at = 0; at + own.n <= h->value.n; at++) {
			struct str before = str_upto(h->value, at);
			struct str after = str_from(h->value, at);
			if (!str_take(&after, own))
				continue;
			h->value = str_fmt(v->cx.arena, "%.*s%.*s %.*s%.*s",
			    STR_ARG(before), STR_ARG(own), STR_ARG(origin),
			    STR_ARG(after));
			return;
		}
	}
}

struct str page_quoted(struct arena *a, struct str s)
{
	struct buf b = buf_new(a, s.n * 4 + 2);
	buf_char(&b, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\'')
			buf_str(&b, STR("'\\''"));
		else
			buf_char(&b, s.p[i]);
	}
	buf_char(&b, '\'');
	return buf_view(&b);
}
