/* Help, and every code that an answer may carry. */
#include "desk/page_help.h"

#include "base/str.h"
#include "core/kinds.h"
#include "desk/page_list.h"
#include "desk/pages.h"
#include "templates/desk_errors.h"
#include "templates/desk_help.h"

static struct str text(const struct visit *v, enum msg m)
{
	return msg_text(v->cx.lang, m);
}

/* Every state and what it waits for. */
static void put_states(struct visit *v, struct help_page *page)
{
	struct arena *a = v->cx.arena;
	struct ui_column *columns = ARENA_ARRAY(a, struct ui_column, 2);
	struct ui_cell *cells = ARENA_ARRAY(a, struct ui_cell, 2 * STATES);
	columns[0].label = text(v, MSG_pages_list_state);
	columns[1].label = text(v, MSG_pages_help_meaning);
	for (size_t i = 0; i < STATES; i++) {
		struct str code = str_of(state_names[list_states[i]]);
		cells[2 * i].text =
		    msg_code(a, v->cx.lang, STR("state."), code);
		cells[2 * i + 1].text =
		    msg_code(a, v->cx.lang, STR("pages.help.state-"), code);
	}
	page->states =
	    (struct ui_table){ .caption = text(v, MSG_pages_help_states),
		    .hide_caption = true,
		    .columns = columns,
		    .n_columns = 2,
		    .cells = cells,
		    .n_rows = STATES };
}

enum err page_help(struct visit *v)
{
	struct help_page page = { 0 };
	struct ui_link *links = ARENA_ARRAY(v->cx.arena, struct ui_link, 4);
	links[0] =
	    (struct ui_link){ .label = text(v, MSG_pages_foot_procedures),
		    .url = url_local(STR("/procedures")) };
	links[1] = (struct ui_link){ .label = text(v, MSG_pages_help_errors),
		.url = url_local(STR("/help/errors")) };
	links[2] = (struct ui_link){ .label = text(v, MSG_pages_help_api),
		.url = url_local(STR("/api/v1/openapi.json")) };
	page.links = links;
	links[3] = (struct ui_link){ .label = text(v, MSG_draft_elsewhere),
		.url = url_local(STR("/who-may-ask")) };
	page.n_links = 4;
	put_states(v, &page);
	struct view view = page_view(v, text(v, MSG_pages_foot_help));
	struct buf o = page_buf(v);
	page_desk_help(&o, &view, &page);
	return page_send(v, 200, &o);
}

/* The catalogue itself is the list: a code is its message's key. */
static const struct help_error *codes(
    struct visit *v, struct str prefix, size_t *ret_n)
{
	const struct str dots[] = { STR("…"), STR("…"), STR("…"), STR("…") };
	size_t n = 0;
	struct help_error *list =
	    ARENA_ARRAY(v->cx.arena, struct help_error, MSGS);
	for (size_t m = MSG_NONE + 1; m < MSGS; m++) {
		struct str key = msg_key((enum msg)m);
		if (!str_take(&key, prefix))
			continue;
		list[n++] = (struct help_error){ key,
			msg_fill(v->cx.arena, v->cx.lang, (enum msg)m, dots,
			    COUNT(dots)) };
	}
	*ret_n = n;
	return list;
}

enum err page_help_errors(struct visit *v)
{
	struct errors_page page = { .back = url_local(STR("/help")) };
	page.errors = codes(v, STR("error."), &page.n_errors);
	page.fields = codes(v, STR("field."), &page.n_fields);
	struct view view = page_view(v, text(v, MSG_pages_help_errors));
	struct buf o = page_buf(v);
	page_desk_errors(&o, &view, &page);
	return page_send(v, 200, &o);
}
