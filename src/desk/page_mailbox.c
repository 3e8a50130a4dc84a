/* Notices as they go out: one's own, and in the demo, where no mail leaves the
 * machine, everybody's. */
#include "desk/page_mailbox.h"

#include "base/str.h"
#include "base/time.h"
#include "core/outbox.h"
#include "core/setting.h"
#include "desk/page_case.h"
#include "sql/sql.h"
#include "templates/desk_mailbox.h"
#include "templates/desk_notice.h"

enum { NOTICE_COLUMNS = 4, PAGE_NOTICES = 50 };

static enum err is_demo(struct ctx *cx, bool *ret)
{
	struct str value;
	enum err e = setting_find(cx, STR("demo"), &value);
	*ret = !e && str_eq(value, STR("1"));
	return e;
}

struct mailbox {
	bool demo;
	struct str recipient; /* empty: all */
	int64_t before;
	const struct notice *notices;
	size_t n;
	const struct person *people;
	size_t n_people;
};

static enum err read_mailbox(struct visit *v, struct mailbox *m)
{
	struct ctx *cx = &v->cx;
	enum err e = is_demo(cx, &m->demo);
	if (e)
		return e;
	m->recipient =
	    m->demo ? str_trim(visit_query(v, "to")) : v->actor.person.email;
	if (!str_i64(visit_query(v, "before"), &m->before))
		m->before = 0;
	e = outbox_list(
	    cx, m->recipient, m->before, PAGE_NOTICES, &m->notices, &m->n);
	if (!e && m->demo)
		e = person_list(cx, &m->people, &m->n_people);
	return e;
}

static struct str msg(const struct visit *v, enum msg m)
{
	return msg_text(v->cx.lang, m);
}

/* A notice is in its recipient's language, whatever the reader's. */
static struct str lang_of(struct str text)
{
	for (size_t i = 0; i + 1 < text.n; i++)
		if ((unsigned char)text.p[i] == 0xe0 &&
		    ((unsigned char)text.p[i + 1] == 0xb8 ||
			(unsigned char)text.p[i + 1] == 0xb9))
			return lang_code(LANG_TH);
	return lang_code(LANG_EN);
}

static struct html subject_link(struct visit *v, const struct notice *n)
{
	struct buf *b = ARENA_NEW(v->cx.arena, struct buf);
	struct view view = { .arena = v->cx.arena, .lang = v->cx.lang };
	*b = buf_new(v->cx.arena, 8192);
	page_mailbox_subject(b, &view, n->id, lang_of(n->subject), n->subject);
	return html_from_buf(b);
}

static struct ui_table table_of(struct visit *v, const struct mailbox *m)
{
	struct arena *a = v->cx.arena;
	const enum msg labels[NOTICE_COLUMNS] = { MSG_mailbox_subject,
		MSG_mailbox_to, MSG_thing_request_no, MSG_mailbox_when };
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, NOTICE_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, m->n * NOTICE_COLUMNS + 1);
	for (size_t i = 0; i < NOTICE_COLUMNS; i++)
		columns[i].label = msg(v, labels[i]);
	for (size_t i = 0; i < m->n; i++) {
		const struct notice *n = &m->notices[i];
		struct ui_cell *c = &cells[i * NOTICE_COLUMNS];
		c[0].rich = subject_link(v, n);
		c[1].text = n->recipient;
		c[2].text = n->request;
		if (n->request.n > 0)
			c[2].url = url_path(a, "/requests/{}", 1, &n->request);
		c[3].text = time_short(a, v->cx.lang, n->created);
	}
	return (struct ui_table){ .caption = msg(v, MSG_mailbox_title),
		.hide_caption = true,
		.columns = columns,
		.n_columns = NOTICE_COLUMNS,
		.cells = cells,
		.n_rows = m->n,
		.empty = msg(v, MSG_mailbox_empty) };
}

static struct ui_field *filter_of(struct visit *v, const struct mailbox *m)
{
	struct arena *a = v->cx.arena;
	struct ui_field *f = ARENA_NEW(a, struct ui_field);
	struct ui_choice *c = ARENA_ARRAY(a, struct ui_choice, m->n_people + 1);
	c[0] = (struct ui_choice){ .label = msg(v, MSG_mailbox_everybody) };
	for (size_t i = 0; i < m->n_people; i++) {
		const struct person *p = &m->people[i];
		bool th = v->cx.lang == LANG_TH || p->name_en.n == 0;
		c[i + 1] = (struct ui_choice){ .value = p->email,
			.label = str_fmt(a, "%.*s · %.*s",
			    STR_ARG(th ? p->name : p->name_en),
			    STR_ARG(p->email)),
			.chosen = str_eq_nocase(p->email, m->recipient) };
	}
	*f = (struct ui_field){ .kind = UI_SELECT,
		.name = STR("to"),
		.label = msg(v, MSG_mailbox_to),
		.choices = c,
		.n_choices = m->n_people + 1 };
	return f;
}

enum err page_mailbox(struct visit *v)
{
	struct mailbox m = { 0 };
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = read_mailbox(v, &m);
	store_end(&v->cx);
	if (e)
		return e;
	struct mailbox_page page = { .all = m.demo,
		.form = { .action = url_local(STR("/mailbox")),
		    .get = true,
		    .inline_row = true },
		.filter = filter_of(v, &m),
		.button = { .kind = UI_SECONDARY,
		    .label = msg(v, MSG_mailbox_show) },
		.table = table_of(v, &m) };
	if (m.n == PAGE_NOTICES) {
		struct str args[] = { m.demo ? m.recipient : STR(""),
			str_fmt(v->cx.arena, "%lld",
			    (long long)m.notices[m.n - 1].id) };
		page.older = url_path(
		    v->cx.arena, "/mailbox?to={}&before={}", COUNT(args), args);
	}
	struct view view = page_view(v, msg(v, MSG_mailbox_title));
	view.wide = true;
	struct buf o = page_buf(v);
	page_desk_mailbox(&o, &view, &page);
	return page_send(v, 200, &o);
}

static enum err read_notice(struct visit *v, struct notice *ret)
{
	int64_t id;
	bool demo = false;
	if (!str_i64(visit_arg(v, 0), &id))
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = is_demo(&v->cx, &demo);
	if (!e)
		e = outbox_get(&v->cx, id, ret);
	store_end(&v->cx);
	/* "Absent" and "not yours" are one answer. */
	if (e == ERR_NOT_FOUND ||
	    (!e && !demo &&
		!str_eq_nocase(ret->recipient, v->actor.person.email)))
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	return e;
}

enum err page_mailbox_notice(struct visit *v)
{
	struct notice n;
	struct rows_of r = { .arena = v->cx.arena };
	enum err e = read_notice(v, &n);
	if (e)
		return e;
	row_text(&r, msg(v, MSG_mailbox_to), n.recipient);
	row_some(&r, msg(v, MSG_mailbox_cc), n.cc);
	row_text(&r, msg(v, MSG_mailbox_when),
	    time_short(v->cx.arena, v->cx.lang, n.created));
	row_text(&r, msg(v, MSG_mailbox_sent),
	    n.done ? time_short(v->cx.arena, v->cx.lang, n.done)
		   : msg(v, MSG_mailbox_not_sent));
	struct notice_page page = { .back = url_local(STR("/mailbox")),
		.subject = n.subject,
		.lang = lang_of(n.body),
		.rows = r.list.v,
		.n_rows = r.list.n,
		.body = html_lines(v->cx.arena, n.body),
		.link = { .kind = UI_PRIMARY,
		    .label = msg(v, str_starts(n.link, STR("/accept/"))
					? MSG_mailbox_open_accept
					: MSG_mailbox_open) } };
	page.has_link = url_local_parse(n.link, &page.link.url);
	struct view view = page_view(
	    v, str_fmt(v->cx.arena, "%.*s %.*s",
		   STR_ARG(msg(v, MSG_mailbox_title)), STR_ARG(n.request)));
	struct buf o = page_buf(v);
	page_desk_notice(&o, &view, &page);
	return page_send(v, 200, &o);
}
