/* The history of a request: who did what, when, in words. */
#include "base/str.h"
#include "base/time.h"
#include "core/changes.h"
#include "core/data_files.h"
#include "core/line.h"
#include "core/propose.h"
#include "desk/page_case.h"
#include "desk/page_case_brought.h"
#include "desk/page_case_handover.h"
#include "desk/page_case_mailed.h"
#include "desk/page_case_sign.h"

/* "said.consent.endorsed", "said.receive", "said.attached": the first there is. */
struct str case_event_title(const struct case_work *w, const struct event *ev)
{
	struct arena *a = w->v->cx.arena;
	struct str command = json_text(ev->data, "command");
	struct str outcome = json_text(ev->data, "outcome");
	struct str type = str_of(event_names[ev->type]);
	enum msg m;
	if (ev->type == EVENT_acted && outcome.n > 0 &&
	    msg_find(str_fmt(a, "said.%.*s.%.*s", STR_ARG(command),
			 STR_ARG(outcome)),
		&m))
		return case_say(w, m);
	if (ev->type == EVENT_acted)
		return msg_code(a, w->v->cx.lang, STR("said."), command);
	if (ev->type == EVENT_drafted && ev->version > 1)
		return case_say(w, MSG_said_redrafted);
	if (ev->type == EVENT_delegated &&
	    str_eq_nocase(json_text(ev->data, "to"), ev->actor))
		return case_say(w, MSG_said_handed_back);
	if (ev->type == EVENT_kept)
		return msg_code(a, w->v->cx.lang, STR("said.kept."), outcome);
	if (ev->type == EVENT_opined)
		return msg_code(a, w->v->cx.lang, STR("opinion."), outcome);
	if (ev->type == EVENT_extended && !json_flag(ev->data, "proposed"))
		return case_say(w, MSG_said_extended_agreed);
	return msg_code(a, w->v->cx.lang, STR("said."), type);
}

static enum ui_tone tone_of(const struct event *ev)
{
	struct str outcome = json_text(ev->data, "outcome");
	static const char *const bad[] = { "declined", "rejected", "cannot",
		"refused", "returned" };
	static const char *const good[] = { "endorsed", "approved", "released",
		"accepted" };
	if (ev->type == EVENT_delivered)
		return UI_GOOD;
	if (ev->type == EVENT_asked)
		return UI_WAIT;
	if (ev->type == EVENT_unusable || ev->type == EVENT_lost ||
	    ev->type == EVENT_recalled || ev->type == EVENT_revoked ||
	    ev->type == EVENT_withdrawn)
		return UI_BAD;
	if (kind_find(outcome, bad, COUNT(bad)) >= 0)
		return UI_BAD;
	if (kind_find(outcome, good, COUNT(good)) >= 0)
		return UI_GOOD;
	return ev->type == EVENT_noted || ev->type == EVENT_lapsed ||
	               ev->type == EVENT_attached ||
	               (ev->type == EVENT_mailed &&
			   json_flag(ev->data, "automatic"))
	           ? UI_NEUTRAL
	           : UI_INFO;
}

struct telling {
	const struct case_work *w;
	struct buf text;
};

static void say(struct telling *t, struct str line)
{
	if (line.n == 0)
		return;
	if (t->text.n > 0)
		buf_char(&t->text, '\n');
	buf_str(&t->text, line);
}

static void say_labelled(struct telling *t, enum msg label, struct str value)
{
	if (value.n > 0)
		say(t, str_fmt(t->w->v->cx.arena, "%.*s: %.*s",
			   STR_ARG(case_say(t->w, label)), STR_ARG(value)));
}

static void say_codes(struct telling *t, enum msg label, const char *prefix,
    const json_t *o, const char *key)
{
	struct str code = json_text(o, key);
	if (code.n > 0)
		say_labelled(t, label,
		    msg_code(t->w->v->cx.arena, t->w->v->cx.lang,
			str_of(prefix), code));
}

static void say_people(struct telling *t, enum msg label, const json_t *list)
{
	struct arena *a = t->w->v->cx.arena;
	struct str names = STR("");
	for (size_t i = 0; i < json_array_size(list); i++)
		names = str_fmt(a, "%.*s%s%.*s", STR_ARG(names), i ? ", " : "",
		    STR_ARG(case_person(
			t->w, json_as_text(json_array_get(list, i)))));
	say_labelled(t, label, names);
}

static void say_changes(struct telling *t, const json_t *data)
{
	const struct case_work *w = t->w;
	say(t, changes_words(&w->v->cx, w->facts.procedure,
		   json_list(data, "changes"), w->v->cx.lang));
}

static void say_systems(struct telling *t, const json_t *data)
{
	const json_t *list = json_list(data, "systems");
	struct arena *a = t->w->v->cx.arena;
	struct str names = STR("");
	for (size_t i = 0; i < json_array_size(list); i++)
		names = str_fmt(a, "%.*s%s%.*s", STR_ARG(names), i ? ", " : "",
		    STR_ARG(json_text(json_array_get(list, i), "code")));
	say_labelled(t, MSG_case_system, names);
}

static void say_form(struct telling *t, const json_t *form)
{
	const struct case_work *w = t->w;
	say(t, json_text(form, "message"));
	say(t, json_text(form, "note"));
	say_labelled(t, MSG_case_conditions, json_text(form, "conditions"));
	say(t, json_text(form, "reason"));
	say_labelled(t, MSG_thing_memo_in, json_text(form, "memo_in"));
	say_labelled(t, MSG_thing_received_no, json_text(form, "received_no"));
	say_labelled(t, MSG_thing_memo_out, json_text(form, "memo_out"));
	if (json_int(form, "score", 0) > 0)
		say_labelled(t, MSG_case_score,
		    case_number(w, json_int(form, "score", 0)));
	say(t, json_text(form, "comment"));
	struct str evidence = json_text(form, "evidence");
	const struct attached *file = case_file_of(&w->f, evidence);
	say_labelled(t, MSG_case_evidence, file ? file->name : evidence);
}

/* Name and position as they were when it was signed, and how he was known. */
static void say_signed(struct telling *t, const struct event *ev)
{
	const struct case_work *w = t->w;
	const json_t *s = json_value(ev->data, "signed");
	if (s == NULL)
		return;
	const json_t *as = json_value(ev->data, "acting_for");
	const struct person by = { .name = json_text(s, "name"),
		.position = json_text(s, "position") };
	const struct standing standing = { .kind = json_text(as, "kind"),
		.giver = { .position = json_text(as, "position") } };
	say_labelled(t, MSG_sign_as,
	    sign_words(
		w->v->cx.arena, w->v->cx.lang, &by, as ? &standing : NULL));
	say_labelled(t, MSG_sign_how,
	    str_eq(json_text(s, "by"), STR("token"))
		? case_say(w, MSG_sign_by_token)
		: case_say1(w, MSG_sign_by_password,
		      case_when(w, json_int(s, "at", ev->at))));
}

static void say_not_given(struct telling *t, const json_t *form)
{
	const json_t *list = json_list(form, "not_given");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		say_labelled(t, MSG_case_not_given,
		    str_fmt(t->w->v->cx.arena, "%.*s (%.*s)",
			STR_ARG(json_text(one, "item")),
			STR_ARG(json_text(one, "reason"))));
	}
}

/* The due day before and after, and the days that moved it. */
static void say_recalculated(struct telling *t, const json_t *data)
{
	const struct case_work *w = t->w;
	struct str from = json_text(data, "due_from");
	const json_t *days = json_list(data, "days");
	if (from.n == 0)
		return;
	say(t, case_say2(w, MSG_said_due_moved, case_day(w, from),
		   case_day(w, json_text(data, "due_to"))));
	for (size_t i = 0; i < json_array_size(days); i++) {
		const json_t *d = json_array_get(days, i);
		bool gone = json_flag(d, "cancelled");
		say(t, case_say2(w,
			   gone ? MSG_said_day_cancelled : MSG_said_day_added,
			   case_day(w, json_text(d, "day")),
			   json_text(d, w->v->cx.lang == LANG_TH ? "name_th"
								 : "name_en")));
	}
}

static void say_late(struct telling *t, const json_t *data)
{
	const json_t *late = json_member(data, "late");
	int64_t days = json_int(late, "days", 0);
	if (days == 0)
		return;
	say(t, case_say1(t->w, MSG_thing_overdue, case_number(t->w, days)));
	say_codes(t, MSG_case_cause, "late-cause.", late, "cause");
	say(t, json_text(late, "reason"));
}

/* Which paper, its file, and how it was signed. */
static void say_paper(struct telling *t, const json_t *data)
{
	const struct case_work *w = t->w;
	struct str paper = json_text(data, "paper");
	say(t, msg_code(w->v->cx.arena, w->v->cx.lang, STR("paper."), paper));
	say_codes(t, MSG_paper_how, "paper-how.", data, "how");
	say(t, json_text(data, "name"));
	say_labelled(t, MSG_paper_code, json_text(data, "code"));
	say_labelled(t, MSG_paper_sha256, json_text(data, "sha256"));
}

/* What a clerk proposed; at the signature, whether it was signed so. */
static void say_proposed(struct telling *t, const struct event *ev)
{
	const struct case_work *w = t->w;
	const json_t *list = json_list(ev->data, "proposals");
	if (ev->type == EVENT_proposed)
		say_codes(t, MSG_propose_answer, "stage-outcome.",
		    json_value(ev->data, "form"), "outcome");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *p = json_array_get(list, i);
		say_labelled(t, MSG_propose_by,
		    case_say2(w,
			json_flag(p, "as_proposed") ? MSG_propose_unchanged
						    : MSG_propose_changed,
			case_who(
			    w, json_text(p, "by"), json_value(p, "acting_for")),
			msg_code(w->v->cx.arena, w->v->cx.lang,
			    STR("stage-outcome."), json_text(p, "outcome"))));
	}
}

static void say_handed(struct telling *t, const struct event *ev)
{
	const struct case_work *w = t->w;
	struct str to = json_text(ev->data, "to");
	if (str_eq_nocase(to, ev->actor)) {
		say_labelled(t, MSG_handover_back,
		    case_person(w, json_text(ev->data, "from_hands")));
		return;
	}
	say_labelled(t, MSG_handover_to, case_person(w, to));
	say(t, handover_days(w, json_text(ev->data, "from"),
		   json_text(ev->data, "until")));
	say_labelled(t, MSG_handover_order, json_text(ev->data, "order_no"));
}

/* By which channel it went, who agreed to another, and whether data went along
 * with the mail. */
static void say_channel(struct telling *t, const json_t *data)
{
	const struct case_work *w = t->w;
	const json_t *agreed = json_value(data, "agreed");
	const json_t *mailed = json_value(data, "mailed");
	say_codes(t, MSG_ask_channel, "channel.", data, "channel");
	say_labelled(t, MSG_ask_channel_note, json_text(data, "channel_note"));
	say_labelled(t, MSG_keeping_channel_to, json_text(data, "channel_to"));
	if (agreed != NULL) {
		say_labelled(t, MSG_keeping_agreed_by,
		    case_person(w, json_text(agreed, "by")));
		say_labelled(t, MSG_keeping_agreed_on,
		    case_day(w, json_text(agreed, "on")));
		say_labelled(
		    t, MSG_keeping_agreed_how, json_text(agreed, "how"));
	} else if (str_eq(json_text(data, "channel"), STR("other"))) {
		say(t, case_say(w, MSG_keeping_agreed_none));
	}
	if (mailed == NULL)
		return;
	if (json_flag(mailed, "attached"))
		say(t, case_say1(
			   w, MSG_keeping_mailed_to, json_text(mailed, "to")));
	else
		say_codes(t, MSG_keeping_by_mail, "mail-why.", mailed, "why");
}

/* What went, and how anybody would know it. */
static void say_destroyed(struct telling *t, const json_t *data)
{
	const struct case_work *w = t->w;
	struct arena *a = w->v->cx.arena;
	const json_t *list =
	    data_files_told(a, &w->f, &w->v->actor.person, data);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *d = json_array_get(list, i);
		say(t, str_fmt(a, "%.*s · %.*s · %.*s · %.*s",
			   STR_ARG(json_text(d, "name")),
			   STR_ARG(case_size(a, json_int(d, "bytes", 0))),
			   STR_ARG(msg_code(a, w->v->cx.lang,
			       STR("keeping-how."), json_text(d, "how"))),
			   STR_ARG(case_when(w, json_int(d, "at", 0)))));
		say_labelled(t, MSG_paper_sha256, json_text(d, "sha256"));
		say(t, case_brought_backups(w, json_list(d, "backups")));
	}
}

/* What was to go with the request's correspondence. */
static void say_disposed(struct telling *t, const json_t *data)
{
	const json_t *list = json_list(data, "files");
	struct arena *a = t->w->v->cx.arena;
	say_labelled(t, MSG_keeping_disposed_round, json_text(data, "round"));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *d = json_array_get(list, i);
		say(t, str_fmt(a, "%.*s · %.*s · %.*s · SHA-256 %.*s",
			   STR_ARG(msg_code(a, t->w->v->cx.lang,
			       STR("disposed-kind."), json_text(d, "kind"))),
			   STR_ARG(json_text(d, "name")),
			   STR_ARG(case_size(a, json_int(d, "bytes", 0))),
			   STR_ARG(json_text(d, "sha256"))));
	}
}

static void say_event(struct telling *t, const struct event *ev)
{
	const json_t *form = json_member(ev->data, "form");
	const struct case_work *w = t->w;
	struct str due = json_text(ev->data, "due");
	/* Until it is signed it is the unit's own affair. */
	if (!propose_event_shown(&w->f, ev, &w->v->actor.person))
		return;
	say_recalculated(t, ev->data);
	say_form(t, form);
	say_proposed(t, ev);
	say_late(t, ev->data);
	say(t, json_text(form, "text"));
	if (ev->type == EVENT_mailed)
		say(t, case_mailed_words(w, ev));
	if (ev->type == EVENT_attached)
		say(t, json_text(ev->data, "name"));
	say(t, case_brought_words(w, ev));
	if (ev->type == EVENT_papered)
		say_paper(t, ev->data);
	if (due.n > 0)
		say_labelled(t, MSG_case_due, case_day(w, due));
	say_codes(t, MSG_case_cause, "extend-cause.", form, "cause");
	if (ev->type == EVENT_lettered)
		say_labelled(t, MSG_thing_letter_no, json_text(ev->data, "no"));
	if (ev->type == EVENT_classified) {
		say_systems(t, ev->data);
		say_codes(t, MSG_answer_service_type, "service.", ev->data,
		    "service_type");
	}
	say_changes(t, ev->data);
	if (ev->type == EVENT_kept)
		say_codes(t, MSG_keeping_kind, "keep-kind.", form, "kind");
	if (ev->type == EVENT_delivered)
		say_channel(t, ev->data);
	if (ev->type == EVENT_destroyed)
		say_destroyed(t, ev->data);
	if (ev->type == EVENT_disposed)
		say_disposed(t, ev->data);
	if (ev->type == EVENT_delegated)
		say_handed(t, ev);
	if (ev->type == EVENT_consulted)
		say_labelled(t, MSG_consult_to,
		    case_person(w, json_text(ev->data, "to")));
	say_people(t, MSG_talk_added, json_list(ev->data, "add"));
	say_people(t, MSG_talk_removed, json_list(ev->data, "remove"));
	say_people(t, MSG_case_assigned_to, json_list(ev->data, "officers"));
	struct str division = json_text(ev->data, "division");
	if (division.n > 0)
		say_labelled(t, MSG_case_division, case_unit(w, division));
	say_not_given(t, form);
	say_signed(t, ev);
	struct str digest = json_text(ev->data, "digest");
	if (digest.n == 0)
		digest = json_text(json_member(ev->data, "artefact"), "digest");
	if (digest.n > 0)
		say_labelled(t, MSG_thing_digest,
		    str_fmt(w->v->cx.arena, "%.*s…",
			STR_ARG(str_upto(digest, 16))));
}

/* Notes have no end, and a page has: beyond so many bytes what is said in older
 * events is cut short. All of it stands in the API's answer. */
enum { SAID_BYTES = 512 << 10, SAID_SHORT = 200 };

static struct str cut_short(struct arena *a, struct str s)
{
	if (s.n <= SAID_SHORT)
		return s;
	return str_cat(a, line_head(s, SAID_SHORT), STR("…"));
}

static struct ui_entry entry_of(
    const struct case_work *w, const struct event *ev, size_t *said)
{
	struct arena *a = w->v->cx.arena;
	struct telling t = { .w = w, .text = buf_new(a, 65536) };
	say_event(&t, ev);
	struct str body = buf_view(&t.text);
	*said += body.n;
	if (*said > SAID_BYTES)
		body = cut_short(a, body);
	return (struct ui_entry){ .tone = tone_of(ev),
		.title = case_event_title(w, ev),
		.who =
		    case_who(w, ev->actor, json_value(ev->data, "acting_for")),
		.when = case_when(w, ev->at),
		.when_iso = time_iso(a, ev->at),
		.body = html_lines(a, body),
		.code = str_fmt(a, "#%lld %.*s", (long long)ev->seq,
		    STR_ARG(str_upto(ev->hash, 16))) };
}

void case_put_events(const struct case_work *w, struct case_page *page)
{
	struct ui_entry *v =
	    ARENA_ARRAY(w->v->cx.arena, struct ui_entry, w->events.n + 1);
	size_t said = 0;
	for (size_t i = 0; i < w->events.n; i++)
		v[i] = entry_of(w, &w->events.v[w->events.n - 1 - i], &said);
	page->events = v;
	page->n_events = w->events.n;
}

struct str case_since(const struct case_work *w, int64_t version)
{
	struct arena *a = w->v->cx.arena;
	struct buf b = buf_new(a, 16384);
	for (size_t i = 0; version > 0 && i < w->events.n; i++) {
		const struct event *ev = &w->events.v[i];
		if (ev->version <= version)
			continue;
		buf_fmt(&b, "%s%.*s · %.*s · %.*s", b.n ? "\n" : "",
		    STR_ARG(case_who(
			w, ev->actor, json_value(ev->data, "acting_for"))),
		    STR_ARG(case_event_title(w, ev)),
		    STR_ARG(case_when(w, ev->at)));
	}
	return buf_view(&b);
}
