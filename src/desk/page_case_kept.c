/* What is kept of a request, as what, and until when: for its office. */
#include "base/str.h"
#include "base/time.h"
#include "core/retention.h"
#include "desk/page_case.h"

enum { COLUMNS = 3 };

static struct str until(const struct case_work *w, const struct kept_record *r)
{
	struct arena *a = w->v->cx.arena;
	enum lang lang = w->v->cx.lang;
	struct date day = retention_until(&w->f, r->class);
	int64_t at = r->gone ? r->gone : r->due;
	if (at != 0)
		return case_say1(w,
		    r->gone ? MSG_keeping_destroyed_on
			    : MSG_keeping_destroyed_after,
		    date_short(a, lang, date_of_ms(at)));
	if (w->f.keeping.at != 0)
		return case_say(w, MSG_keeping_held_now);
	if (date_is_set(day))
		return date_short(a, lang, day);
	if (r->class != RETENTION_data && retention_years[r->class] == 0)
		return case_say(w, MSG_keeping_never);
	return case_say(w, MSG_keeping_open);
}

static void put_row(
    const struct case_work *w, const struct kept_record *r, struct ui_cell *c)
{
	struct arena *a = w->v->cx.arena;
	c[0].text = r->name;
	if (r->class == RETENTION_events)
		c[0].text = case_say1(w, MSG_keeping_events, r->name);
	if (r->sha256.n > 0)
		c[0].sub = str_fmt(
		    a, "SHA-256 %.*s…", STR_ARG(str_upto(r->sha256, 12)));
	c[1].text = msg_code(a, w->v->cx.lang, STR("retention-class."),
	    str_of(retention_names[r->class]));
	c[2].text = until(w, r);
}

void case_put_kept(const struct case_work *w, struct case_page *page)
{
	static const enum msg labels[COLUMNS] = { MSG_keeping_record,
		MSG_keeping_class, MSG_keeping_until };
	struct arena *a = w->v->cx.arena;
	struct kept_record *v;
	if (!w->inside || w->f.submitted == 0)
		return;
	size_t n = retention_records(a, &w->f, w->keeping, &v), all = n;
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, (n + 1) * COLUMNS);
	struct ui_column *columns = ARENA_ARRAY(a, struct ui_column, COLUMNS);
	for (size_t i = 0; i < COLUMNS; i++)
		columns[i].label = case_say(w, labels[i]);
	for (size_t i = 0; i < n; i++)
		put_row(w, &v[i], &cells[i * COLUMNS]);
	if (w->n_mails > 0) {
		const struct kept_record mails = { .class = RETENTION_mail,
			.name = case_say1(w, MSG_keeping_mails,
			    case_number(w, (int64_t)w->n_mails)),
			.gone = w->f.disposed.at };
		put_row(w, &mails, &cells[all++ * COLUMNS]);
	}
	page->kept =
	    (struct ui_table){ .caption = case_say(w, MSG_keeping_title),
		    .hide_caption = true,
		    .columns = columns,
		    .n_columns = COLUMNS,
		    .cells = cells,
		    .n_rows = all };
}
