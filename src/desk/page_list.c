#include "desk/page_list.h"

#include "base/str.h"
#include "desk/page_list_more.h"
#include "desk/pages.h"
#include "sql/sql.h"
#include "templates/desk_list.h"

enum {
	COLUMNS = 5,
	WAITING_COLUMNS = 6,
	PAGE_LINES = 25,
	MAX_TABS = 3,
	MAX_ASKED = 300,
	SOON = 2
};

const enum state list_states[STATES] = { STATE_draft, STATE_consent,
	STATE_intake, STATE_decision, STATE_assignment, STATE_preparing,
	STATE_release, STATE_delivery, STATE_acceptance, STATE_waiting,
	STATE_closed };

enum err list_words(struct ctx *cx, struct list_words *ret)
{
	struct list_words w = { .today = date_of_ms(cx->now) };
	enum err e = unit_list(cx, &w.units, &w.n_units);
	if (!e)
		e = office_list(cx, &w.offices, &w.n_offices);
	if (e)
		return e;
	struct calendar *c =
	    ARENA_ARRAY(cx->arena, struct calendar, w.n_offices + 1);
	w.calendars = c;
	/* The last is for an office that is there no more. */
	for (size_t i = 0; i <= w.n_offices && !e; i++)
		e = calendar_get(cx,
		    i < w.n_offices ? w.offices[i].code : STR(""), CALENDAR_NOW,
		    &c[i]);
	if (!e)
		*ret = w;
	return e;
}

static const struct calendar *calendar_of(
    const struct list_words *w, struct str office)
{
	size_t i = 0;
	while (i < w->n_offices && !str_eq(w->offices[i].code, office))
		i++;
	return &w->calendars[i];
}

struct str list_unit(
    const struct list_words *w, enum lang lang, struct str code)
{
	for (size_t i = 0; i < w->n_units; i++)
		if (str_eq(w->units[i].code, code))
			return lang == LANG_TH || w->units[i].name_en.n == 0
			           ? w->units[i].name_th
			           : w->units[i].name_en;
	return code;
}

struct str list_office(
    const struct list_words *w, enum lang lang, struct str code)
{
	for (size_t i = 0; i < w->n_offices; i++)
		if (str_eq(w->offices[i].code, code))
			return lang == LANG_TH || w->offices[i].name_en.n == 0
			           ? w->offices[i].name_th
			           : w->offices[i].name_en;
	return code;
}

static enum state state_of(const struct case_line *l)
{
	int state = kind_find(l->state, state_names, STATES);
	REQUIRE(state >= 0);
	return (enum state)state;
}

/* The clock of the lines that still run: day by day, as clock.h counts. What is
 * delivered has no clock any more. */
static bool runs(const struct case_line *l, struct date *ret_due)
{
	enum state state = state_of(l);
	return state != STATE_closed && state != STATE_acceptance &&
	       state != STATE_waiting && date_parse_iso(l->due, ret_due);
}

int list_overdue(const struct list_words *w, const struct case_line *l)
{
	struct date due;
	if (!runs(l, &due) || date_cmp(w->today, due) <= 0)
		return 0;
	return calendar_count(calendar_of(w, l->office), due, w->today);
}

bool list_unconfirmed(const struct list_words *w, const struct case_line *l)
{
	struct date due;
	return runs(l, &due) &&
	       !calendar_confirmed(calendar_of(w, l->office), due.year);
}

/* Late, due today, or due soon; else nothing. */
static void put_badge(struct ctx *cx, const struct list_words *w,
    const struct case_line *l, struct ui_cell *cell)
{
	struct date due;
	int late = list_overdue(w, l);
	if (!runs(l, &due))
		return;
	const struct calendar *c = calendar_of(w, l->office);
	int left = calendar_count(c, w->today, due);
	struct str days = str_fmt(cx->arena, "%d", late > 0 ? late : left);
	cell->tone = late > 0 ? UI_BAD : UI_WAIT;
	if (late > 0)
		cell->badge_text =
		    msg_fill(cx->arena, cx->lang, MSG_thing_overdue, &days, 1);
	else if (date_cmp(w->today, due) == 0)
		cell->badge_text = msg_text(cx->lang, MSG_pages_list_today);
	else if (date_cmp(w->today, due) < 0 && left <= SOON)
		cell->badge_text = msg_fill(
		    cx->arena, cx->lang, MSG_pages_list_soon, &days, 1);
}

enum err list_state(struct ctx *cx, const struct case_line *l, struct str *ret)
{
	const struct procedure *p;
	enum state state = state_of(l);
	if (state == STATE_closed && l->outcome.n > 0) {
		*ret =
		    msg_code(cx->arena, cx->lang, STR("outcome."), l->outcome);
		return OK;
	}
	*ret = msg_code(cx->arena, cx->lang, STR("state."), l->state);
	if ((int)state >= (int)STAGES)
		return OK;
	enum err e = procedure_get(cx, l->procedure, STR(""), &p);
	if (e)
		return e;
	const struct stage *s = procedure_kind(p, (enum stage_kind)state);
	enum msg m;
	if (s == NULL || p->role_title[s->role].th.n == 0 ||
	    !msg_find(str_cat(cx->arena, STR("state-of."), l->state), &m))
		return OK;
	struct str role = text2_in(p->role_title[s->role], cx->lang);
	*ret = msg_fill(cx->arena, cx->lang, m, &role, 1);
	return OK;
}

enum ui_tone list_tone(const struct case_line *l)
{
	int outcome = kind_find(l->outcome, outcome_names, OUTCOMES);
	switch (state_of(l)) {
	case STATE_draft:
		return UI_NEUTRAL;
	case STATE_waiting:
		return UI_WAIT;
	case STATE_closed:
		if (outcome == OUTCOME_accepted || outcome == OUTCOME_delivered)
			return UI_GOOD;
		return outcome == OUTCOME_withdrawn ? UI_NEUTRAL : UI_BAD;
	case STATE_consent:
	case STATE_intake:
	case STATE_decision:
	case STATE_assignment:
	case STATE_preparing:
	case STATE_release:
	case STATE_delivery:
	case STATE_acceptance:
	case STATES:
		break;
	}
	return UI_INFO;
}

static struct url line_url(struct arena *a, const struct case_line *l)
{
	bool draft = str_eq(l->state, STR("draft"));
	return url_path(
	    a, draft ? "/requests/{}/edit" : "/requests/{}", 1, &l->no);
}

/* A day whose parts stay on one line. */
static struct str whole_day(struct ctx *cx, struct date d)
{
	struct str s = date_short(cx->arena, cx->lang, d);
	struct buf b = buf_new(cx->arena, 2 * s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ' ')
			buf_str(&b, STR("\xc2\xa0"));
		else
			buf_char(&b, s.p[i]);
	return buf_view(&b);
}

/* The command that moves it on, by the kind of the stage that waits. */
static struct str next_command(const struct case_line *l)
{
	static const char *const by_state[STATES] = { [STATE_draft] = "submit",
		[STATE_consent] = "consent",
		[STATE_intake] = "receive",
		[STATE_decision] = "decide",
		[STATE_assignment] = "assign",
		[STATE_preparing] = "prepare",
		[STATE_release] = "check",
		[STATE_delivery] = "deliver",
		[STATE_acceptance] = "accept",
		[STATE_waiting] = "reply",
		[STATE_closed] = "letter" };
	/* Somebody else has the request; his word is asked for. */
	if (str_eq(l->stage, STR("opinion")))
		return STR("opine");
	if (str_eq(l->stage, STR("proposal")))
		return STR("propose");
	return str_of(by_state[state_of(l)]);
}

static struct ui_cell next_cell(struct ctx *cx, const struct case_line *l)
{
	const struct str args[] = { l->no, next_command(l) };
	return (struct ui_cell){ .text = msg_code(cx->arena, cx->lang,
				     STR("command."), args[1]),
		.url = url_path(
		    cx->arena, "/requests/{}#do-{}", COUNT(args), args) };
}

static enum err line_cells(struct ctx *cx, const struct list_words *w,
    const struct case_line *l, bool waiting, struct ui_cell *cell)
{
	struct str unit = list_unit(w, cx->lang, l->unit);
	bool untitled = str_eq(l->title, l->no);
	struct date due;
	cell[0] =
	    (struct ui_cell){ .text = l->no, .url = line_url(cx->arena, l) };
	cell[1] = (struct ui_cell){
		.text = untitled ? msg_text(cx->lang, MSG_pages_list_untitled)
		                 : l->title,
		.sub = l->systems.n == 0
		           ? unit
		           : str_fmt(cx->arena, "%.*s · %.*s", STR_ARG(unit),
				 STR_ARG(l->systems))
	};
	cell[2] = (struct ui_cell){ .badge = true, .tone = list_tone(l) };
	cell[3] = (struct ui_cell){
		.text = whole_day(
		    cx, date_of_ms(waiting ? l->waiting_since : l->updated))
	};
	cell[4] = (struct ui_cell){ .text = STR("–") };
	if (date_parse_iso(l->due, &due))
		cell[4].text = whole_day(cx, due);
	if (list_unconfirmed(w, l))
		cell[4].sub = msg_text(cx->lang, MSG_case_unconfirmed);
	put_badge(cx, w, l, &cell[4]);
	if (waiting)
		cell[5] = next_cell(cx, l);
	if (waiting && str_eq(l->stage, STR("opinion"))) {
		cell[2].text = msg_text(cx->lang, MSG_consult_waits);
		return OK;
	}
	return list_state(cx, l, &cell[2].text);
}

enum err list_table(struct ctx *cx, const struct list_words *w,
    const struct case_line *lines, size_t n, bool waiting, struct ui_table *ret)
{
	const enum msg heads[WAITING_COLUMNS] = { MSG_thing_request_no,
		MSG_pages_list_title, MSG_pages_list_state,
		waiting ? MSG_pages_list_since : MSG_pages_list_changed,
		MSG_pages_list_due, MSG_list_next };
	size_t columns_n = waiting ? WAITING_COLUMNS : COLUMNS;
	struct ui_column *columns =
	    ARENA_ARRAY(cx->arena, struct ui_column, columns_n);
	struct ui_cell *cells =
	    ARENA_ARRAY(cx->arena, struct ui_cell, n * columns_n + 1);
	enum err e = OK;
	for (size_t i = 0; i < columns_n; i++)
		columns[i] =
		    (struct ui_column){ .label = msg_text(cx->lang, heads[i]) };
	for (size_t i = 0; i < n && !e; i++)
		e = line_cells(
		    cx, w, &lines[i], waiting, &cells[i * columns_n]);
	if (e)
		return e;
	*ret = (struct ui_table){ .hide_caption = true,
		.columns = columns,
		.n_columns = columns_n,
		.cells = cells,
		.n_rows = n };
	return OK;
}

/* The page /requests. */
struct work {
	struct visit *v;
	struct case_filter q;
	struct list_words words;
	const struct system *systems;
	size_t n_systems;
	const struct case_line *lines;
	size_t n;
	struct str next;
	struct list_more more;
	bool filtered;
};

static struct str text(const struct work *w, enum msg m)
{
	return msg_text(w->v->cx.lang, m);
}

static struct ui_choice choice(
    struct str value, struct str label, struct str chosen)
{
	return (struct ui_choice){
		.value = value, .label = label, .chosen = str_eq(value, chosen)
	};
}

static struct ui_field select_field(struct work *w, const char *name,
    enum msg label, struct ui_choice *choices, size_t n)
{
	return (struct ui_field){ .kind = UI_SELECT,
		.name = str_of(name),
		.label = text(w, label),
		.choices = choices,
		.n_choices = n };
}

static struct ui_field state_field(struct work *w)
{
	struct arena *a = w->v->cx.arena;
	struct ui_choice *c = ARENA_ARRAY(a, struct ui_choice, STATES + 1);
	size_t n = 0;
	c[n++] = choice(STR(""), text(w, MSG_pages_list_all), w->q.state);
	for (size_t i = 0; i < STATES; i++) {
		struct str code = str_of(state_names[list_states[i]]);
		c[n++] = choice(code,
		    msg_code(a, w->v->cx.lang, STR("state."), code),
		    w->q.state);
	}
	return select_field(w, "state", MSG_pages_list_state, c, n);
}

static struct ui_field office_field(struct work *w)
{
	size_t n = 0;
	const struct list_words *words = &w->words;
	struct ui_choice *c =
	    ARENA_ARRAY(w->v->cx.arena, struct ui_choice, words->n_offices + 1);
	c[n++] = choice(STR(""), text(w, MSG_pages_list_all), w->q.office);
	for (size_t i = 0; i < words->n_offices; i++)
		c[n++] = choice(words->offices[i].code,
		    list_office(words, w->v->cx.lang, words->offices[i].code),
		    w->q.office);
	return select_field(w, "office", MSG_pages_list_office, c, n);
}

static struct ui_field system_field(struct work *w)
{
	size_t n = 0;
	struct arena *a = w->v->cx.arena;
	struct ui_choice *c =
	    ARENA_ARRAY(a, struct ui_choice, w->n_systems + 1);
	c[n++] = choice(STR(""), text(w, MSG_pages_list_all), w->q.system);
	for (size_t i = 0; i < w->n_systems; i++) {
		const struct system *s = &w->systems[i];
		bool th = w->v->cx.lang == LANG_TH || s->name_en.n == 0;
		struct str name = th ? s->name_th : s->name_en;
		c[n++] = choice(s->code,
		    str_fmt(a, "%.*s – %.*s", STR_ARG(s->code), STR_ARG(name)),
		    w->q.system);
	}
	return select_field(w, "system", MSG_answer_systems, c, n);
}

static void put_filter(struct work *w, struct list_page *page)
{
	struct arena *a = w->v->cx.arena;
	struct ui_field *f = ARENA_ARRAY(a, struct ui_field, 4);
	f[0] = (struct ui_field){ .kind = UI_TEXT,
		.name = STR("q"),
		.label = text(w, MSG_pages_list_search),
		.input = UI_SEARCH,
		.value = w->q.q };
	f[1] = state_field(w);
	f[2] = office_field(w);
	f[3] = system_field(w);
	page->fields = f;
	page->n_fields = 4;
	page->form = (struct ui_form){ .action = url_local(STR("/requests")),
		.get = true,
		.inline_row = true };
	if (w->q.mine) {
		struct ui_pair *hidden = ARENA_NEW(a, struct ui_pair);
		*hidden = (struct ui_pair){ STR("waiting"), STR("me") };
		page->form.hidden = hidden;
		page->form.n_hidden = 1;
	}
}

/* This list from another place on, its filters kept. */
static struct url from(const struct work *w, struct str cursor)
{
	const struct case_filter *q = &w->q;
	const struct str args[] = { q->mine ? STR("me") : STR(""), q->q,
		q->state, q->office, q->system, cursor };
	return url_path(w->v->cx.arena,
	    "/requests?waiting={}&q={}&state={}&office={}&system={}&cursor={}",
	    COUNT(args), args);
}

static void put_tabs(struct work *w, struct list_page *page)
{
	struct ui_link *t =
	    ARENA_ARRAY(w->v->cx.arena, struct ui_link, MAX_TABS);
	bool closed = str_eq(w->q.state, STR("closed"));
	bool draft = str_eq(w->q.state, STR("draft"));
	t[0] = (struct ui_link){ .label = text(w, MSG_pages_list_tab_all),
		.url = url_local(STR("/requests")),
		.current = !w->q.mine && !closed && !draft };
	t[1] = (struct ui_link){ .label = text(w, MSG_pages_list_tab_mine),
		.url = url_local(STR("/requests?waiting=me")),
		.current = w->q.mine };
	t[2] = (struct ui_link){ .label = text(w, MSG_pages_list_tab_closed),
		.url = url_local(STR("/requests?state=closed")),
		.current = !w->q.mine && closed };
	page->tabs = t;
	page->n_tabs = MAX_TABS;
}

/* "25 เรื่อง เรียงจาก … ณ 20 พ.ย. 2569 09:14 น." */
static struct str foot(const struct work *w)
{
	struct arena *a = w->v->cx.arena;
	const struct str args[] = { str_fmt(a, "%zu", w->n),
		text(w, w->q.mine ? MSG_list_by_due : MSG_pages_list_by_change),
		time_short(a, w->v->cx.lang, w->v->cx.now) };
	enum msg m = w->next.n > 0 || w->q.cursor.n > 0
	                 ? MSG_pages_list_foot_part
	                 : MSG_pages_list_foot;
	return msg_fill(a, w->v->cx.lang, m, args, COUNT(args));
}

static enum err read_list(struct work *w, struct ui_table *table)
{
	struct ctx *cx = &w->v->cx;
	enum err e = store_read(cx, w->v->app->people);
	if (!e)
		e = list_words(cx, &w->words);
	if (!e)
		e = system_list(cx, STR(""), &w->systems, &w->n_systems);
	if (!e)
		e = cases_list(cx, &w->q, &w->lines, &w->n, &w->next);
	if (!e)
		e = list_more_read(w->v, &w->q, &w->more);
	if (!e)
		e = list_table(cx, &w->words, w->lines, w->n, w->q.mine, table);
	store_end(cx);
	return e;
}

static struct case_filter asked(const struct visit *v)
{
	return (struct case_filter){ .state = visit_query(v, "state"),
		.office = visit_query(v, "office"),
		.system = visit_query(v, "system"),
		.q = str_trim(visit_query(v, "q")),
		.mine = str_eq(visit_query(v, "waiting"), STR("me")),
		.cursor = visit_query(v, "cursor"),
		.limit = PAGE_LINES };
}

/* Nobody types a filter that long; its address would not fit a link. */
static bool too_long(const struct case_filter *q)
{
	return q->state.n > MAX_ASKED || q->office.n > MAX_ASKED ||
	       q->system.n > MAX_ASKED || q->q.n > MAX_ASKED ||
	       q->cursor.n > MAX_ASKED;
}

enum err page_list(struct visit *v)
{
	struct work w = { .v = v, .q = asked(v) };
	struct list_page page = { .title = msg_text(v->cx.lang,
				      w.q.mine ? MSG_pages_list_mine
					       : MSG_pages_list_heading) };
	if (too_long(&w.q))
		return visit_go(v, STR("/requests"));
	enum err e = read_list(&w, &page.table);
	/* An address from another time: the list from its beginning. */
	if (e == ERR_INVALID)
		return visit_go(v, STR("/requests"));
	if (e)
		return e;
	w.filtered = w.q.state.n + w.q.office.n + w.q.system.n + w.q.q.n > 0;
	page.narrowed = w.q.state.n + w.q.office.n + w.q.system.n > 0;
	put_tabs(&w, &page);
	put_filter(&w, &page);
	list_more_put(v, &w.more, &w.words, &page);
	if (w.filtered)
		page.clear = url_local(
		    w.q.mine ? STR("/requests?waiting=me") : STR("/requests"));
	page.table.caption = page.title;
	page.table.foot = foot(&w);
	page.table.empty = text(&w, w.filtered ? MSG_pages_list_none_found
				    : w.q.mine ? MSG_pages_list_none_wait
					       : MSG_pages_list_none);
	if (w.q.cursor.n > 0)
		page.first = from(&w, STR(""));
	if (w.next.n > 0)
		page.next = from(&w, w.next);
	struct view view = page_view(v, page.title);
	view.wide = true;
	struct buf o = page_buf(v);
	page_desk_list(&o, &view, &page);
	return page_send(v, 200, &o);
}
