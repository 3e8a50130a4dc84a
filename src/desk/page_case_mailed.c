#include "desk/page_case_mailed.h"

#include "base/str.h"
#include "base/time.h"
#include "desk/replies_out.h"

enum { MAX_WORDS = 64 << 10 };

/* A person's name is shown for the address, with the name that the mail gives
 * only where the address is nobody's here. */
static struct str sender_of(const struct case_work *w, const json_t *data)
{
	struct str from = json_text(data, "from");
	struct str name = json_text(data, "name");
	if (from.n == 0)
		return case_say(w, MSG_replies_no_sender);
	struct str known = case_person(w, from);
	if (!str_eq(known, from))
		return str_fmt(w->v->cx.arena, "%.*s <%.*s>", STR_ARG(known),
		    STR_ARG(from));
	if (name.n == 0)
		return from;
	return str_fmt(
	    w->v->cx.arena, "%.*s <%.*s>", STR_ARG(name), STR_ARG(from));
}

static struct str who_of(const struct case_work *w, const struct event *ev)
{
	struct str sender = sender_of(w, ev->data);
	if (json_flag(ev->data, "by_hand"))
		return case_say2(w, MSG_replies_from_hand, sender,
		    case_person(w, ev->actor));
	return case_say1(w, MSG_replies_from, sender);
}

static void add(struct buf *b, struct str line)
{
	if (line.n == 0)
		return;
	if (b->n > 0)
		buf_char(b, '\n');
	buf_str(b, line);
}

static struct str words_of(const struct case_work *w, const struct event *ev)
{
	struct arena *a = w->v->cx.arena;
	struct buf b = buf_new(a, MAX_WORDS);
	struct str text = json_text(ev->data, "text");
	struct str files = replies_file_names(
	    a, w->v->cx.lang, json_list(ev->data, "files"), false);
	struct str left = replies_file_names(
	    a, w->v->cx.lang, json_list(ev->data, "left_out"), true);
	add(&b, text.n ? text : case_say(w, MSG_replies_no_words));
	if (files.n > 0)
		add(&b, case_say1(w, MSG_replies_files, files));
	if (left.n > 0)
		add(&b, case_say1(w, MSG_replies_files_left, left));
	return buf_view(&b);
}

struct str case_mailed_words(const struct case_work *w, const struct event *ev)
{
	struct buf b = buf_new(w->v->cx.arena, MAX_WORDS);
	add(&b, who_of(w, ev));
	add(&b, words_of(w, ev));
	return buf_view(&b);
}

/* As with the mails that we send: the office, and whoever wrote it. */
static bool reads_mail(const struct case_work *w, const json_t *data)
{
	const struct person *p = &w->v->actor.person;
	return json_text(data, "sha256").n > 0 &&
	       (w->inside || person_holds(p, ROLE_auditor, STR(""), STR("")) ||
		   person_holds(p, ROLE_dpo, STR(""), STR("")) ||
		   str_eq_nocase(p->email, json_text(data, "from")));
}

struct ui_entry case_mailed_entry(
    const struct case_work *w, const struct event *ev)
{
	struct arena *a = w->v->cx.arena;
	bool machine = json_flag(ev->data, "automatic");
	struct str id =
	    str_fmt(a, "%lld", (long long)json_int(ev->data, "reply", 0));
	struct ui_entry e = { .tone = machine ? UI_NEUTRAL : UI_INFO,
		.title = case_say(
		    w, machine ? MSG_replies_automatic : MSG_said_mailed),
		.who = who_of(w, ev),
		.when = case_when(w, ev->at),
		.when_iso = time_iso(a, ev->at),
		.body = html_lines(a, words_of(w, ev)) };
	if (reads_mail(w, ev->data))
		e.url = url_path(a, "/replies/{}/mail", 1, &id);
	return e;
}
