/* The answers once more before they are sent: /requests/{no}/check. */
#include "base/str.h"
#include "base/time.h"
#include "core/answers.h"
#include "core/engine.h"
#include "core/flags.h"
#include "core/way.h"
#include "desk/page_brought.h"
#include "desk/page_form.h"
#include "desk/page_list.h"
#include "desk/pages.h"
#include "sql/sql.h"
#include "templates/desk_check.h"

struct check {
	struct visit *v;
	struct draft d;
	struct check_page page;
	bool no_systems; /* so the owners are not known yet */
};

static struct str text(const struct check *c, enum msg m)
{
	return msg_text(c->v->cx.lang, m);
}

static void put_answers(struct check *c)
{
	const struct procedure *p = c->d.facts.procedure;
	struct arena *a = c->v->cx.arena;
	struct answer_form form = { c->v, &c->d.facts, c->d.f.answers, false };
	struct check_section *list =
	    ARENA_ARRAY(a, struct check_section, p->n_sections + 1);
	size_t n = 0;
	for (size_t s = 0; s < p->n_sections; s++) {
		const struct section *from = &p->sections[s];
		struct ui_row *rows =
		    ARENA_ARRAY(a, struct ui_row, from->n_fields + 1);
		size_t k = 0;
		for (size_t i = 0; i < from->n_fields; i++) {
			const struct field *f = &from->fields[i];
			const struct str args[] = { c->d.f.no, f->key };
			if (!form_shows(p, f, c->d.f.answers))
				continue;
			rows[k] = form_answer_row(&form, f);
			rows[k++].change =
			    url_path(a, "/requests/{}/edit#f-{}", 2, args);
		}
		if (k > 0)
			list[n++] = (struct check_section){
				text2_in(from->title, c->v->cx.lang), rows, k
			};
	}
	c->page.sections = list;
	c->page.n_sections = n;
}

/* "นางสาวก, นายข" of whoever holds the stage as things stand. */
static struct str people_text(const struct check *c, const struct way_step *s)
{
	struct arena *a = c->v->cx.arena;
	struct str all = STR("");
	if (str_eq(s->skipped, STR("office_owns")))
		return text(c, MSG_draft_skip_office);
	if (str_eq(s->skipped, STR("requester_owns")))
		return text(c, MSG_draft_skip_requester);
	if (s->skipped.n > 0)
		return msg_code(a, c->v->cx.lang, STR("skipped."), s->skipped);
	for (size_t i = 0; i < s->n_people; i++) {
		const struct person *p = &s->people[i];
		bool th = c->v->cx.lang == LANG_TH || p->name_en.n == 0;
		all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all), i ? ", " : "",
		    STR_ARG(th ? p->name : p->name_en));
	}
	if (all.n > 0)
		return all;
	return text(c, s->stage->who == WHO_assigned ? MSG_draft_by_the_head
						     : MSG_draft_not_known);
}

static struct str role_text(const struct check *c, const struct way_step *s)
{
	struct list_words units = { .units = c->d.facts.units,
		.n_units = c->d.facts.n_units };
	struct str role = text2_in(
	    c->d.facts.procedure->role_title[s->stage->role], c->v->cx.lang);
	return s->unit.n == 0 ? role
	                      : list_unit(&units, c->v->cx.lang, s->unit);
}

enum { WAY_COLUMNS = 3 };

/* Each stage with its holders by name; those passed over say why. */
static void put_steps(struct check *c, const struct way *way)
{
	struct arena *a = c->v->cx.arena;
	const enum msg labels[WAY_COLUMNS] = { MSG_draft_stage, MSG_draft_whose,
		MSG_draft_who };
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, WAY_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, way->n * WAY_COLUMNS + 1);
	for (size_t i = 0; i < WAY_COLUMNS; i++)
		columns[i].label = text(c, labels[i]);
	for (size_t i = 0; i < way->n; i++) {
		struct ui_cell *cell = &cells[i * WAY_COLUMNS];
		cell[0].text = text2_in(way->v[i].stage->title, c->v->cx.lang);
		cell[1].text = role_text(c, &way->v[i]);
		cell[2].text = people_text(c, &way->v[i]);
	}
	c->page.steps =
	    (struct ui_table){ .caption = text(c, MSG_pages_check_way),
		    .hide_caption = true,
		    .columns = columns,
		    .n_columns = WAY_COLUMNS,
		    .cells = cells,
		    .n_rows = way->n };
}

static struct str promised_text(const struct check *c, const struct way *way)
{
	struct ctx *cx = &c->v->cx;
	struct str day = date_long(cx->arena, cx->lang, way->promised);
	struct str words =
	    msg_fill(cx->arena, cx->lang, MSG_draft_promised, &day, 1);
	if (!way->unconfirmed)
		return words;
	return str_fmt(cx->arena, "%.*s · %.*s", STR_ARG(words),
	    STR_ARG(text(c, MSG_case_unconfirmed)));
}

/* The draft as it will be when it is sent: where it goes, until when, and what
 * about it will be looked at twice. */
static void put_way(struct check *c, const struct way *way)
{
	struct ctx *cx = &c->v->cx;
	const struct procedure *p = c->d.facts.procedure;
	struct ui_row *rows = ARENA_ARRAY(cx->arena, struct ui_row, 5);
	size_t n = 0;
	rows[n++] = (struct ui_row){ .label = text(c, MSG_pages_offer_office),
		.value = text2_in(p->organisation, cx->lang) };
	if (c->no_systems)
		rows[n++] =
		    (struct ui_row){ .label = text(c, MSG_pages_check_owners),
			    .value = text(c, MSG_pages_check_owners_later) };
	rows[n++] = (struct ui_row){ .label = text(c, MSG_pages_offer_time),
		.value = date_is_set(way->promised) ? promised_text(c, way)
		                                    : procedure_time(cx, p) };
	if (way->flags != 0)
		rows[n++] = (struct ui_row){ .label = text(c, MSG_talk_flags),
			.value = flags_words(cx->arena, cx->lang, way->flags) };
	rows[n++] =
	    (struct ui_row){ .label = text(c, MSG_pages_offer_procedure),
		    .value = p->code,
		    .url = url_path(cx->arena, "/procedures/{}", 1, &p->code) };
	c->page.way = rows;
	c->page.n_way = n;
	put_steps(c, way);
}

/* The names of the holders are the store's. */
static enum err read_way(struct check *c, struct way *ret)
{
	struct ctx *cx = &c->v->cx;
	struct case_file f = case_as_sent(cx->arena, &c->d.facts, &c->d.f);
	c->no_systems = f.systems.n == 0 &&
	                engine_owner_stage(c->d.facts.procedure) != NULL;
	enum err e = store_read(cx, c->v->app->people);
	if (!e)
		e = way_read(cx, &c->d.facts, &c->d.f, ret);
	store_end(cx);
	return e;
}

static void put_form(struct check *c)
{
	struct arena *a = c->v->cx.arena;
	struct ui_pair *hidden = ARENA_NEW(a, struct ui_pair);
	struct ui_button *b = ARENA_ARRAY(a, struct ui_button, 2);
	*hidden = (struct ui_pair){ STR("version"),
		str_fmt(a, "%lld", (long long)c->d.f.version) };
	c->page.form = (struct ui_form){ .action = draft_url(c->v,
					     "/requests/{}/submit", c->d.f.no),
		.hidden = hidden,
		.n_hidden = 1 };
	b[0] = (struct ui_button){ .kind = UI_PRIMARY,
		.label = text(c, MSG_command_submit) };
	b[1] = (struct ui_button){ .kind = UI_PLAIN,
		.label = text(c, MSG_pages_check_back),
		.url = draft_url(c->v, "/requests/{}/edit", c->d.f.no) };
	c->page.buttons = b;
	c->page.n_buttons = 2;
}

/* What was sent in to be worked on; the way to send it, where that is asked. */
static enum err put_tables(struct check *c)
{
	struct case_work w;
	const struct inbound *all = NULL;
	size_t n = 0;
	enum err e = case_read(c->v, c->d.f.no, &w);
	if (!e)
		e = brought_read_list(&w, &all, &n);
	if (e)
		return e;
	bool asked = str_eq(
	    json_text(c->d.f.answers, "service_type"), STR("processing"));
	c->page.tables = brought_table(&w, all, n);
	c->page.tables.hide_caption = true;
	c->page.has_tables = n > 0 || asked;
	if (asked && n == 0)
		c->page.tables.empty = text(c, MSG_brought_asked);
	c->page.send_table = (struct ui_button){ .kind = UI_SECONDARY,
		.label = text(c, MSG_brought_send),
		.url = case_url(&w, "/tables") };
	return OK;
}

static enum err show(struct check *c)
{
	struct visit *v = c->v;
	struct way way;
	enum err e = read_way(c, &way);
	if (!e)
		e = put_tables(c);
	if (e)
		return e;
	c->page.back = draft_url(v, "/requests/{}/edit", c->d.f.no);
	c->page.number = c->d.f.no;
	put_answers(c);
	put_way(c, &way);
	put_form(c);
	c->page.files = draft_file_list(v, &c->d.f, &c->page.n_files);
	struct view view = page_view(v, text(c, MSG_pages_check_title));
	struct buf o = page_buf(v);
	page_desk_check(&o, &view, &c->page);
	return page_send(v, 200, &o);
}

static enum err sent_already(struct visit *v, enum err e)
{
	if (e != ERR_CONFLICT)
		return e;
	return visit_go(v, draft_url(v, "/requests/{}", visit_arg(v, 0)).s);
}

enum err page_check(struct visit *v)
{
	struct check c = { .v = v };
	enum err e = draft_read(v, visit_arg(v, 0), &c.d);
	if (e)
		return sent_already(v, e);
	if (draft_lacks(v, &c.d))
		return visit_go(v,
		    draft_url(v, "/requests/{}/edit?complete=1", c.d.f.no).s);
	return show(&c);
}

static enum err submit(struct visit *v, void *arg)
{
	struct case_file f;
	return cases_command(&v->cx, arg, &f);
}

enum err page_check_send(struct visit *v)
{
	struct draft d;
	struct case_command cc = { .no = visit_arg(v, 0),
		.command = COMMAND_submit,
		.body = json_new_object(v->cx.arena) };
	if (!str_i64(visit_form(v, "version"), &cc.if_match))
		cc.if_match = 0;
	enum err e = visit_change(v, submit, &cc);
	if (e == ERR_INVALID || e == ERR_STALE) {
		struct fault wrong = v->cx.fault;
		enum err again = draft_read(v, cc.no, &d);
		v->cx.fault = wrong;
		return again ? again : draft_show(v, &d, false, err_status(e));
	}
	return e ? sent_already(v, e)
	         : visit_go(
		       v, draft_url(v, "/requests/{}?done=submit", cc.no).s);
}
