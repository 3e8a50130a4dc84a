/* Around the list of requests: what waits by step, filters that can be taken
 * off one by one, and those that were named. */
#include "desk/page_list_more.h"
#include "base/str.h"
#include "core/saved_filter.h"
#include "desk/page_list.h"
#include "desk/pages.h"
#include "sql/sql.h"

static struct url list_url(struct arena *a, const struct case_filter *q)
{
	const struct str args[] = { q->mine ? STR("me") : STR(""), q->q,
		q->state, q->office, q->system };
	return url_path(a,
	    "/requests?waiting={}&q={}&state={}&office={}&system={}",
	    COUNT(args), args);
}

enum err list_more_read(
    struct visit *v, const struct case_filter *q, struct list_more *ret)
{
	ret->q = q;
	enum err e = saved_filter_list(&v->cx, &ret->saved, &ret->n_saved);
	if (!e && q->mine)
		e = cases_waiting_states(&v->cx, ret->counts);
	if (!e && q->mine)
		e = cases_waiting_roles(&v->cx, ret->roles);
	return e;
}

static void put_steps(
    struct visit *v, const struct list_more *m, struct list_page *page)
{
	struct arena *a = v->cx.arena;
	struct ui_link *l = ARENA_ARRAY(a, struct ui_link, STATES + 1);
	struct case_filter q = *m->q;
	int64_t all = 0;
	size_t n = 1;
	for (size_t i = 0; i < STATES; i++) {
		enum state s = list_states[i];
		all += m->counts[s];
		if (m->counts[s] == 0)
			continue;
		struct str code = str_of(state_names[s]);
		q.state = code;
		l[n++] = (struct ui_link){ .label = msg_code(a, v->cx.lang,
					       STR("state."), code),
			.url = list_url(a, &q),
			.count = m->counts[s],
			.current = str_eq(m->q->state, code) };
	}
	q.state = STR("");
	l[0] = (struct ui_link){ .label =
				     msg_text(v->cx.lang, MSG_list_everything),
		.url = list_url(a, &q),
		.count = all,
		.current = m->q->state.n == 0 };
	page->steps = l;
	page->n_steps = n > 2 || m->q->state.n > 0 ? n : 0;
	page->many = m->counts[STATE_decision] + m->counts[STATE_consent] +
	                 m->counts[STATE_release] >
	             1;
}

/* "ผู้อำนวยการ 3 · ผู้บริหาร 1", for whoever is asked in several roles. */
static void put_roles(
    struct visit *v, const struct list_more *m, struct list_page *page)
{
	struct arena *a = v->cx.arena;
	struct str all = STR("");
	size_t n = 0;
	for (size_t i = 0; i < ROLES; i++) {
		if (m->roles[i] == 0)
			continue;
		struct str name = msg_code(
		    a, v->cx.lang, STR("role."), str_of(role_names[i]));
		all = str_fmt(a, "%.*s%s%.*s %lld", STR_ARG(all),
		    n++ ? " · " : "", STR_ARG(name), (long long)m->roles[i]);
	}
	if (n > 1)
		page->roles = all;
}

static void add_chip(struct visit *v, struct list_page *page, struct ui_link *l,
    const struct case_filter *without, struct str label)
{
	l[page->n_chips++] = (struct ui_link){ .label = label,
		.url = list_url(v->cx.arena, without) };
}

static void put_chips(struct visit *v, const struct list_more *m,
    const struct list_words *words, struct list_page *page)
{
	struct arena *a = v->cx.arena;
	struct ui_link *l = ARENA_ARRAY(a, struct ui_link, 4);
	const struct case_filter *q = m->q;
	struct case_filter w = *q;
	page->chips = l;
	w.q = STR("");
	if (q->q.n > 0)
		add_chip(v, page, l, &w, str_fmt(a, "“%.*s”", STR_ARG(q->q)));
	w = *q;
	w.state = STR("");
	if (q->state.n > 0)
		add_chip(v, page, l, &w,
		    msg_code(a, v->cx.lang, STR("state."), q->state));
	w = *q;
	w.office = STR("");
	if (q->office.n > 0)
		add_chip(
		    v, page, l, &w, list_office(words, v->cx.lang, q->office));
	w = *q;
	w.system = STR("");
	if (q->system.n > 0)
		add_chip(v, page, l, &w, q->system);
}

static bool same(const struct case_filter *a, const struct case_filter *b)
{
	return a->mine == b->mine && str_eq(a->q, b->q) &&
	       str_eq(a->state, b->state) && str_eq(a->office, b->office) &&
	       str_eq(a->system, b->system);
}

static void put_saved(
    struct visit *v, const struct list_more *m, struct list_page *page)
{
	struct arena *a = v->cx.arena;
	struct ui_link *l = ARENA_ARRAY(a, struct ui_link, m->n_saved + 1);
	for (size_t i = 0; i < m->n_saved; i++) {
		const struct saved_filter *f = &m->saved[i];
		bool here = same(&f->filter, m->q);
		l[i] = (struct ui_link){ .label = f->name,
			.url = list_url(a, &f->filter),
			.current = here };
		if (here)
			page->forget = (struct ui_form){
				.action = url_path(
				    a, "/me/filters/{}/remove", 1, &f->id)
			};
		page->saved_one |= here;
	}
	page->saved = l;
	page->n_saved = m->n_saved;
}

static void put_save(
    struct visit *v, const struct list_more *m, struct list_page *page)
{
	struct arena *a = v->cx.arena;
	const struct case_filter *q = m->q;
	struct ui_pair *h = ARENA_ARRAY(a, struct ui_pair, 5);
	h[0] = (struct ui_pair){ STR("q"), q->q };
	h[1] = (struct ui_pair){ STR("state"), q->state };
	h[2] = (struct ui_pair){ STR("office"), q->office };
	h[3] = (struct ui_pair){ STR("system"), q->system };
	h[4] =
	    (struct ui_pair){ STR("waiting"), q->mine ? STR("me") : STR("") };
	page->save = (struct ui_form){ .action = url_local(STR("/me/filters")),
		.hidden = h,
		.n_hidden = 5,
		.inline_row = true };
	page->save_name = (struct ui_field){ .kind = UI_TEXT,
		.name = STR("name"),
		.label = msg_text(v->cx.lang, MSG_list_save_name),
		.width = UI_HALF };
}

void list_more_put(struct visit *v, const struct list_more *m,
    const struct list_words *words, struct list_page *page)
{
	if (m->q->mine) {
		put_steps(v, m, page);
		put_roles(v, m, page);
	}
	put_chips(v, m, words, page);
	put_saved(v, m, page);
	if (page->n_chips > 0 && !page->saved_one)
		put_save(v, m, page);
}

static enum err add(struct visit *v, void *arg)
{
	return saved_filter_add(
	    &v->cx, visit_form(v, "name"), arg, &(struct saved_filter){ 0 });
}

enum err page_filter_add(struct visit *v)
{
	struct case_filter q = { .q = visit_form(v, "q"),
		.state = visit_form(v, "state"),
		.office = visit_form(v, "office"),
		.system = visit_form(v, "system"),
		.mine = str_eq(visit_form(v, "waiting"), STR("me")) };
	enum err e = visit_change(v, add, &q);
	return e ? e : visit_go(v, list_url(v->cx.arena, &q).s);
}

static enum err forget(struct visit *v, void *arg)
{
	(void)arg;
	return saved_filter_remove(&v->cx, visit_arg(v, 0));
}

enum err page_filter_remove(struct visit *v)
{
	enum err e = visit_change(v, forget, NULL);
	return e ? e : visit_go(v, STR("/requests"));
}
