/* Tables that were sent in, on the page of their request: a card of them, and what
 * its events say. */
#include "desk/page_case_brought.h"
#include "base/str.h"
#include "core/brought.h"
#include "desk/page_brought.h"

enum err case_put_brought(const struct case_work *w, struct case_page *page)
{
	const struct inbound *all = NULL;
	size_t n = 0;
	enum err e = brought_read_list(w, &all, &n);
	if (e)
		return e;
	page->brought = brought_table(w, all, n);
	page->brought.hide_caption = true;
	if (brought_may_send(w)) {
		page->brought_send = (struct ui_button){ .kind = UI_SECONDARY,
			.label = case_say(w, MSG_brought_send),
			.url = case_url(w, "/tables") };
	}
	return OK;
}

static void add(struct buf *b, struct str line)
{
	if (line.n == 0)
		return;
	if (b->n > 0)
		buf_char(b, '\n');
	buf_str(b, line);
}

static void add_labelled(
    const struct case_work *w, struct buf *b, enum msg label, struct str value)
{
	if (value.n > 0)
		add(b, str_fmt(w->v->cx.arena, "%.*s: %.*s",
			   STR_ARG(case_say(w, label)), STR_ARG(value)));
}

static void add_came(
    const struct case_work *w, struct buf *b, const json_t *data)
{
	struct arena *a = w->v->cx.arena;
	struct str day = json_text(data, "destroy_on");
	add(b, str_fmt(a, "%.*s · %.*s", STR_ARG(json_text(data, "name")),
		   STR_ARG(case_size(a, json_int(data, "bytes", 0)))));
	if (json_flag(data, "found_again"))
		add(b, case_say(w, MSG_brought_found_again));
	add(b, brought_finding_text(
		   a, w->v->cx.lang, json_value(data, "finding")));
	if (json_value(data, "finding") == NULL)
		add(b, case_say2(w, MSG_brought_counts,
			   case_number(w, json_int(data, "rows", 0)),
			   case_number(w, json_int(data, "wrong", 0))));
	add_labelled(w, b, MSG_brought_sender,
	    case_person(w, json_text(data, "sender")));
	add_labelled(w, b, MSG_brought_purpose, json_text(data, "purpose"));
	add_labelled(w, b, MSG_brought_destroy_on,
	    day.n > 0 ? case_day(w, day) : STR(""));
	add_labelled(w, b, MSG_paper_sha256, json_text(data, "sha256"));
}

static void add_handed(
    const struct case_work *w, struct buf *b, const json_t *data)
{
	struct str delivery = json_text(data, "delivery");
	if (delivery.n == 0)
		return;
	add_labelled(w, b, MSG_brought_handed_at,
	    case_when(w, json_int(data, "handed", 0)));
	add_labelled(w, b, MSG_brought_copy_sha256, json_text(data, "sha256"));
	add_labelled(w, b, MSG_brought_record, delivery);
}

struct str case_brought_words(const struct case_work *w, const struct event *ev)
{
	struct arena *a = w->v->cx.arena;
	struct buf b = buf_new(a, 65536);
	const json_t *list = json_list(ev->data, "tables");
	struct str what = json_text(ev->data, "what");
	if (ev->type == EVENT_brought || ev->type == EVENT_unusable ||
	    ev->type == EVENT_lost)
		add_came(w, &b, ev->data);
	/* One of before there was a record of it: its way was shown. */
	if (str_eq(what, STR("corrected")) &&
	    json_text(ev->data, "delivery").n == 0)
		add(&b, case_say(w, MSG_brought_back_led));
	else if (what.n > 0)
		add(&b, msg_code(a, w->v->cx.lang, STR("brought.back-"), what));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *t = json_array_get(list, i);
		add(&b, json_text(t, "name"));
		add_labelled(w, &b, MSG_paper_sha256, json_text(t, "sha256"));
	}
	if (ev->type == EVENT_returned)
		add_handed(w, &b, ev->data);
	return buf_view(&b);
}

struct str case_brought_backups(const struct case_work *w, const json_t *list)
{
	struct arena *a = w->v->cx.arena;
	struct buf b = buf_new(a, 65536);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		const struct str args[] = { json_text(o, "name"),
			case_day(w, json_text(o, "made")),
			case_day(w, json_text(o, "until")) };
		if (i == 0)
			add(&b, str_cat(a, case_say(w, MSG_brought_backups),
				    STR(":")));
		add(&b, msg_fill(a, w->v->cx.lang, MSG_brought_backup, args,
			    COUNT(args)));
	}
	return buf_view(&b);
}
