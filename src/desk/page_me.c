/* Who one is to Pratu, and who stands in for whom. */
#include "desk/page_me.h"

#include "base/str.h"
#include "base/time.h"
#include "core/delegation.h"
#include "core/office_settings.h"
#include "desk/form_command.h"
#include "desk/me_notices.h"
#include "desk/page_list.h"
#include "desk/pages.h"
#include "sql/sql.h"
#include "templates/desk_me.h"

struct me {
	struct visit *v;
	struct list_words words;
	const struct delegation *list;
	size_t n;
	struct str *offices; /* for which he names stand-ins of others */
	size_t n_offices;
	bool lends, admin;
	bool typed; /* a form that was refused */
};

static struct str text(const struct me *m, enum msg msg)
{
	return msg_text(m->v->cx.lang, msg);
}

static enum err read_me(struct me *m)
{
	struct ctx *cx = &m->v->cx;
	struct person alone = person_alone(&m->v->actor.person);
	enum err e = store_read(cx, m->v->app->people);
	if (!e)
		e = list_words(cx, &m->words);
	if (!e)
		e = delegation_list(cx, &m->list, &m->n);
	store_end(cx);
	m->n_offices = delegation_offices(cx->arena, &alone, &m->offices);
	m->admin = person_holds(&alone, ROLE_admin, STR(""), STR(""));
	for (size_t i = 0; i < alone.n_roles; i++)
		m->lends |= role_sees[alone.roles[i].role] == 'o' ||
		            role_sees[alone.roles[i].role] == 'u';
	return e;
}

static struct str role_words(const struct me *m, const struct held_role *r)
{
	struct arena *a = m->v->cx.arena;
	enum lang lang = m->v->cx.lang;
	struct str word = r->clerk ? msg_text(lang, MSG_propose_clerk)
	                           : msg_code(a, lang, STR("role."),
					 str_of(role_names[r->role]));
	struct str where = r->unit.n ? list_unit(&m->words, lang, r->unit)
	                   : r->office.n
	                       ? list_office(&m->words, lang, r->office)
	                       : STR("");
	return where.n
	           ? str_fmt(a, "%.*s · %.*s", STR_ARG(word), STR_ARG(where))
	           : word;
}

static void put_rows(struct me *m, struct me_page *page)
{
	const struct person *p = &m->v->actor.person;
	struct arena *a = m->v->cx.arena;
	struct ui_row *r =
	    ARENA_ARRAY(a, struct ui_row, 5 + m->words.n_offices);
	size_t own = p->n_roles - p->n_lent;
	struct str roles = STR("");
	for (size_t i = 0; i < own; i++)
		roles = str_fmt(a, "%.*s%s%.*s", STR_ARG(roles), i ? "\n" : "",
		    STR_ARG(role_words(m, &p->roles[i])));
	size_t n = 0;
	r[n++] = (struct ui_row){ .label = text(m, MSG_me_position),
		.value = p->position };
	r[n++] = (struct ui_row){ .label = text(m, MSG_me_unit),
		.value = list_unit(&m->words, m->v->cx.lang, p->unit) };
	r[n++] = (struct ui_row){ .label = text(m, MSG_me_email),
		.value = p->email };
	r[n++] = (struct ui_row){ .label = text(m, MSG_me_phone),
		.value = p->phone };
	r[n++] = (struct ui_row){ .label = text(m, MSG_me_roles),
		.rich = html_lines(a, roles) };
	for (size_t i = 0; i < m->words.n_offices; i++) {
		struct str code = m->words.offices[i].code;
		if (office_settings_may(p, code))
			r[n++] =
			    (struct ui_row){ .label = text(m, MSG_office_title),
				    .value = list_office(
					&m->words, m->v->cx.lang, code),
				    .url = url_path(
					a, "/offices/{}/settings", 1, &code) };
	}
	page->rows = r;
	page->n_rows = n;
}

static struct stand_in_row row_of(
    const struct me *m, const struct delegation *d)
{
	struct arena *a = m->v->cx.arena;
	enum lang lang = m->v->cx.lang;
	struct str today = date_iso(a, m->words.today);
	return (
	    struct stand_in_row){ .who = delegation_words(a, lang,
				      d->taker_name, d->kind, d->giver_name),
		.days = delegation_days(a, lang, d),
		.order = d->order_no,
		.office = d->office.n ? list_office(&m->words, lang, d->office)
		                      : text(m, MSG_me_everywhere),
		.today = str_cmp(d->starts, today) <= 0,
		.may_end = d->may_end,
		.end = { .action =
			     url_path(a, "/me/delegations/{}/end", 1, &d->id) },
		.button = { .kind = UI_SECONDARY,
		    .label = text(m, MSG_me_end),
		    .confirm = text(m, MSG_me_end_sure) } };
}

static void put_stand_ins(struct me *m, struct me_page *page)
{
	struct stand_in_row *v =
	    ARENA_ARRAY(m->v->cx.arena, struct stand_in_row, m->n);
	for (size_t i = 0; i < m->n; i++)
		v[i] = row_of(m, &m->list[i]);
	page->stand_ins = v;
	page->n_stand_ins = m->n;
}

static struct str typed(const struct me *m, const char *name)
{
	return m->typed ? visit_form(m->v, name) : STR("");
}

static struct str error_of(const struct me_page *page, const char *name)
{
	for (size_t i = 0; i < page->n_problems; i++)
		if (str_eq(page->problems[i].field, str_of(name)))
			return page->problems[i].text;
	return STR("");
}

static struct ui_field *add(const struct me *m, struct me_page *page,
    enum ui_field_kind kind, const char *name, enum msg label, enum msg hint)
{
	struct ui_field *f = &page->fields[page->n_fields++];
	*f = (struct ui_field){ .kind = kind,
		.name = str_of(name),
		.label = text(m, label),
		.hint = hint == MSG_NONE ? STR("") : text(m, hint),
		.error = error_of(page, name),
		.value = typed(m, name) };
	return f;
}

static void add_email(const struct me *m, struct me_page *page,
    const char *name, enum msg label, enum msg hint)
{
	struct ui_field *f = add(m, page, UI_TEXT, name, label, hint);
	f->input = UI_EMAIL;
	f->width = UI_HALF;
}

static void add_day(
    const struct me *m, struct me_page *page, const char *name, enum msg label)
{
	struct arena *a = m->v->cx.arena;
	struct ui_field *f = add(m, page, UI_DATE, name, label, MSG_NONE);
	static const char *const parts[] = { "-day", "-month", "-year" };
	struct str *to[] = { &f->day, &f->month, &f->year };
	for (size_t i = 0; i < COUNT(parts); i++)
		*to[i] =
		    typed(m, str_cstr(a, str_fmt(a, "%s%s", name, parts[i])));
}

/* Offices in which the stand-in holds: one by one, or everywhere. */
static void add_office(const struct me *m, struct me_page *page)
{
	struct arena *a = m->v->cx.arena;
	const struct person *p = &m->v->actor.person;
	size_t n = 0;
	struct ui_choice *c =
	    ARENA_ARRAY(a, struct ui_choice, m->words.n_offices + 1);
	struct str chosen = typed(m, "office");
	if (m->lends || m->admin)
		c[n++] =
		    (struct ui_choice){ .label = text(m, MSG_me_everywhere) };
	for (size_t i = 0; i < m->words.n_offices; i++) {
		struct str code = m->words.offices[i].code;
		if (!m->admin && !person_in_office(p, code))
			continue;
		c[n++] = (struct ui_choice){ .value = code,
			.label = list_office(&m->words, m->v->cx.lang, code),
			.chosen = str_eq(code, chosen) };
	}
	struct ui_field *f = add(
	    m, page, UI_SELECT, "office", MSG_me_office, MSG_me_office_hint);
	f->choices = c;
	f->n_choices = n;
}

static void put_form(struct me *m, struct me_page *page)
{
	struct arena *a = m->v->cx.arena;
	static const char *const kinds[] = { "acting", "delegated" };
	page->may_name = m->lends || m->admin || m->n_offices > 0;
	page->form =
	    (struct ui_form){ .action = url_local(STR("/me/delegations")) };
	if (m->admin || m->n_offices > 0)
		add_email(m, page, "person", MSG_me_person, MSG_me_person_hint);
	add_email(m, page, "to", MSG_me_to, MSG_me_to_hint);
	struct ui_choice *c = ARENA_ARRAY(a, struct ui_choice, COUNT(kinds));
	for (size_t i = 0; i < COUNT(kinds); i++)
		c[i] = (struct ui_choice){ .value = str_of(kinds[i]),
			.label = msg_code(
			    a, m->v->cx.lang, STR("acting."), str_of(kinds[i])),
			.hint = text(
			    m, i ? MSG_me_delegated_hint : MSG_me_acting_hint),
			.chosen = str_eq(typed(m, "kind"), str_of(kinds[i])) };
	struct ui_field *f =
	    add(m, page, UI_RADIOS, "kind", MSG_me_kind, MSG_NONE);
	f->choices = c;
	f->n_choices = COUNT(kinds);
	add_day(m, page, "from", MSG_me_from);
	add_day(m, page, "until", MSG_me_until);
	f = add(m, page, UI_TEXT, "order_no", MSG_me_order, MSG_me_order_hint);
	f->width = UI_HALF;
	add_office(m, page);
}

static void take_problems(struct me *m, struct me_page *page)
{
	struct ctx *cx = &m->v->cx;
	struct ui_problem *v =
	    ARENA_ARRAY(cx->arena, struct ui_problem, cx->fault.n_fields + 1);
	for (const struct field_error *f = cx->fault.fields; f; f = f->next)
		v[page->n_problems++] = (struct ui_problem){ .field = f->field,
			.text =
			    msg_fill(cx->arena, cx->lang, f->msg, &f->arg, 1) };
	if (page->n_problems == 0)
		v[page->n_problems++] =
		    (struct ui_problem){ .text = fault_text(cx) };
	page->problems = v;
}

static enum err show(struct visit *v, enum err refused)
{
	struct me m = { .v = v, .typed = refused != OK };
	const struct person *p = &v->actor.person;
	bool th = v->cx.lang == LANG_TH || p->name_en.n == 0;
	struct me_page page = { .name = th ? p->name : p->name_en };
	struct ui_notice done = { .tone = UI_GOOD,
		.title = msg_text(v->cx.lang, MSG_me_done) };
	if (refused)
		take_problems(&m, &page);
	enum err e = read_me(&m);
	if (e)
		return e;
	if (visit_query(v, "done").n > 0)
		page.notice = &done;
	put_rows(&m, &page);
	put_stand_ins(&m, &page);
	put_form(&m, &page);
	e = me_notices_put(v, &page);
	if (e)
		return e;
	struct view view = page_view(v, text(&m, MSG_me_title));
	view.wrong = page.n_problems > 0;
	struct buf o = page_buf(v);
	page_desk_me(&o, &view, &page);
	return page_send(v, refused ? err_status(refused) : 200, &o);
}

enum err page_me(struct visit *v)
{
	return show(v, OK);
}

static enum err add_one(struct visit *v, void *arg)
{
	struct delegation d;
	(void)arg;
	const struct new_delegation nd = { .giver = visit_form(v, "person"),
		.to = visit_form(v, "to"),
		.office = visit_form(v, "office"),
		.from = form_date(v, STR("from")),
		.until = form_date(v, STR("until")),
		.order_no = visit_form(v, "order_no"),
		.kind = visit_form(v, "kind") };
	return delegation_add(&v->cx, &nd, &d);
}

enum err page_me_delegate(struct visit *v)
{
	enum err e = visit_change(v, add_one, NULL);
	if (e == ERR_INVALID || e == ERR_CONFLICT || e == ERR_DENIED)
		return show(v, e);
	return e ? e : visit_go(v, STR("/me?done=1"));
}

static enum err end_one(struct visit *v, void *arg)
{
	(void)arg;
	return delegation_end(&v->cx, visit_arg(v, 0));
}

enum err page_me_delegation_end(struct visit *v)
{
	enum err e = visit_change(v, end_one, NULL);
	return e ? e : visit_go(v, STR("/me?done=1"));
}
