/* What was said about a request: questions, replies with what they changed,
 * messages, the log of telephone calls and consultations. All of it is told from
 * the events. */
#include "base/str.h"
#include "base/time.h"
#include "core/answers.h"
#include "core/flags.h"
#include "desk/form_answers.h"
#include "desk/page_case.h"
#include "desk/page_case_mailed.h"

enum { CHANGE_COLUMNS = 3, CONTACT_COLUMNS = 4, TALK_MAX = 200 };

/* The newest reply that changed something; older ones stand in the history. */
static const struct event *last_change(const struct case_work *w)
{
	for (size_t i = w->events.n; i-- > 0;) {
		const struct event *ev = &w->events.v[i];
		if (ev->type == EVENT_replied &&
		    json_array_size(json_list(ev->data, "changes")) > 0)
			return ev;
	}
	return NULL;
}

static struct ui_cell value_cell(
    const struct case_work *w, const struct field *field, const json_t *value)
{
	struct arena *a = w->v->cx.arena;
	json_t *one = json_new_object(a);
	if (value == NULL)
		return (struct ui_cell){ .text = case_say(
					     w, MSG_layout_not_given) };
	json_put(one, str_cstr(a, field->key), value);
	struct answer_form form = {
		.v = w->v, .facts = &w->facts, .answers = one
	};
	struct ui_row row = form_answer_row(&form, field);
	return (struct ui_cell){ .text = row.value, .rich = row.rich };
}

static void change_cells(
    const struct case_work *w, const json_t *change, struct ui_cell *c)
{
	struct arena *a = w->v->cx.arena;
	struct str key = json_text(change, "field");
	struct field field = { .key = key };
	const struct field *asked = procedure_field(w->facts.procedure, key);
	const struct field *known = asked ? asked : answer_known(key);
	if (known != NULL)
		field = *known;
	c[0].text = asked != NULL
	                ? form_label(a, asked, w->v->cx.lang)
	                : msg_code(a, w->v->cx.lang, STR("answer."), key);
	c[1] = value_cell(w, &field, json_value(change, "old"));
	c[2] = value_cell(w, &field, json_value(change, "new"));
}

static void put_changes(const struct case_work *w, struct case_page *page)
{
	struct arena *a = w->v->cx.arena;
	const struct event *ev = last_change(w);
	const enum msg labels[CHANGE_COLUMNS] = { MSG_talk_answer, MSG_talk_old,
		MSG_talk_new };
	if (ev == NULL)
		return;
	const json_t *list = json_list(ev->data, "changes");
	size_t n = json_array_size(list);
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, CHANGE_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, n * CHANGE_COLUMNS + 1);
	for (size_t i = 0; i < CHANGE_COLUMNS; i++)
		columns[i].label = case_say(w, labels[i]);
	for (size_t i = 0; i < n; i++)
		change_cells(
		    w, json_array_get(list, i), &cells[i * CHANGE_COLUMNS]);
	page->changes = (struct ui_table){
		.caption = case_say2(w, MSG_talk_changes_by,
		    case_person(w, ev->actor), case_when(w, ev->at)),
		.columns = columns,
		.n_columns = CHANGE_COLUMNS,
		.cells = cells,
		.n_rows = n
	};
}

/* A question that sent the request back, its reply, or a message. */
static bool is_talk(const struct event *ev)
{
	return ev->type == EVENT_asked || ev->type == EVENT_replied ||
	       ev->type == EVENT_messaged || ev->type == EVENT_mailed;
}

static struct str talk_text(const struct event *ev)
{
	struct str text = json_text(ev->data, "text");
	return text.n ? text : json_text(ev->data, "message");
}

static void put_talk(const struct case_work *w, struct case_page *page)
{
	struct arena *a = w->v->cx.arena;
	struct ui_entry *v = ARENA_ARRAY(a, struct ui_entry, w->events.n + 1);
	size_t n = 0;
	for (size_t i = w->events.n; i-- > 0 && n < TALK_MAX;) {
		const struct event *ev = &w->events.v[i];
		if (!is_talk(ev))
			continue;
		if (ev->type == EVENT_mailed) {
			v[n++] = case_mailed_entry(w, ev);
			continue;
		}
		if (talk_text(ev).n == 0)
			continue;
		v[n++] = (struct ui_entry){
			.tone = ev->type == EVENT_asked ? UI_WAIT : UI_INFO,
			.title = case_event_title(w, ev),
			.who = case_person(w, ev->actor),
			.when = case_when(w, ev->at),
			.when_iso = time_iso(a, ev->at),
			.body = html_lines(a, talk_text(ev))
		};
	}
	page->talk = v;
	page->n_talk = n;
}

/* L-09: who was telephoned or consulted, when, and what came of it. */
static void put_contacts(const struct case_work *w, struct case_page *page)
{
	struct arena *a = w->v->cx.arena;
	const enum msg labels[CONTACT_COLUMNS] = { MSG_talk_when,
		MSG_talk_contact, MSG_talk_who, MSG_talk_what };
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, CONTACT_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, w->events.n * CONTACT_COLUMNS + 1);
	size_t n = 0;
	for (size_t i = 0; i < CONTACT_COLUMNS; i++)
		columns[i].label = case_say(w, labels[i]);
	for (size_t i = 0; i < w->events.n && n < TALK_MAX; i++) {
		const struct event *ev = &w->events.v[i];
		if (ev->type != EVENT_noted ||
		    str_eq(json_text(ev->data, "kind"), STR("note")))
			continue;
		struct ui_cell *c = &cells[CONTACT_COLUMNS * n++];
		c[0].text = case_when(w, ev->at);
		c[1].text = msg_code(a, w->v->cx.lang, STR("note-kind."),
		    json_text(ev->data, "kind"));
		c[2].text = case_person(w, ev->actor);
		c[2].name = true;
		c[3].rich = html_lines(a, json_text(ev->data, "text"));
	}
	page->contacts =
	    (struct ui_table){ .caption = case_say(w, MSG_talk_contacts),
		    .hide_caption = true,
		    .columns = columns,
		    .n_columns = CONTACT_COLUMNS,
		    .cells = cells,
		    .n_rows = n };
}

/* A new request like this one: for the requester's side and his unit. */
static void put_copy(const struct case_work *w, struct case_page *page)
{
	struct ui_form *form = ARENA_NEW(w->v->cx.arena, struct ui_form);
	if (w->v->actor.read_only || w->f.state == STATE_draft ||
	    !cases_may_copy(&w->f, &w->v->actor.person))
		return;
	form->action = case_url(w, "/copy");
	page->copy = form;
	page->copy_button = (struct ui_button){ .kind = UI_SECONDARY,
		.label = case_say(w, MSG_draft_copy) };
}

void case_put_talk(const struct case_work *w, struct case_page *page)
{
	put_changes(w, page);
	put_talk(w, page);
	put_contacts(w, page);
	case_put_opinions(w, page);
	put_copy(w, page);
}

void case_hold_row(const struct case_work *w, struct rows_of *r)
{
	if (!w->f.held)
		return;
	const struct opinion *o = &w->f.opinions.v[w->f.hold];
	LIST_ADD(r->arena, &r->list,
	    (struct ui_row){ .label = case_say(w, MSG_talk_on_hold),
		.rich =
		    html_lines(r->arena, case_say2(w, MSG_talk_on_hold_text,
					     case_when(w, o->at), o->text)) });
}

void case_flag_rows(const struct case_work *w, struct rows_of *r)
{
	unsigned flags = flags_of(&w->facts, &w->f);
	if (flags != 0)
		LIST_ADD(r->arena, &r->list,
		    (struct ui_row){ .label = case_say(w, MSG_talk_flags),
			.value = flags_words(r->arena, w->v->cx.lang, flags) });
	case_hold_row(w, r);
}
