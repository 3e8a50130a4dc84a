/* Names and words on the page of a request. */
#include "base/str.h"
#include "base/time.h"
#include "desk/page_case.h"

struct str case_person(const struct case_work *w, struct str email)
{
	const struct person *p = facts_person(w->known, w->n_known, email);
	if (str_eq(email, STR("mail")))
		return case_say(w, MSG_replies_by_mail);
	if (p == NULL)
		return str_eq_nocase(email, w->f.requester) &&
		               w->f.requester_name.n > 0
		           ? w->f.requester_name
		           : email;
	bool th = w->v->cx.lang == LANG_TH || p->name_en.n == 0;
	return th ? p->name : p->name_en;
}

struct str case_role(const struct case_work *w, enum role role)
{
	struct text2 t = w->facts.procedure->role_title[role];
	if (t.th.n > 0)
		return text2_in(t, w->v->cx.lang);
	return msg_code(w->v->cx.arena, w->v->cx.lang, STR("role."),
	    str_of(role_names[role]));
}

struct str case_unit(const struct case_work *w, struct str code)
{
	bool th = w->v->cx.lang == LANG_TH;
	for (size_t i = 0; i < w->facts.n_units; i++) {
		const struct unit *u = &w->facts.units[i];
		if (str_eq(u->code, code))
			return th || u->name_en.n == 0 ? u->name_th
			                               : u->name_en;
	}
	return code;
}

struct str case_system_name(const struct case_work *w, struct str code)
{
	const struct system *s =
	    system_find(w->facts.systems, w->facts.n_systems, code);
	if (s == NULL)
		return code;
	bool th = w->v->cx.lang == LANG_TH || s->name_en.n == 0;
	struct str name = th ? s->name_th : s->name_en;
	return str_fmt(
	    w->v->cx.arena, "%.*s (%.*s)", STR_ARG(name), STR_ARG(code));
}

static enum role open_role(const struct case_file *f)
{
	size_t cursor = 0;
	const struct run *r = case_open_run(f, &cursor);
	return r ? r->role : ROLE_requester;
}

struct str case_state(const struct case_work *w)
{
	struct arena *a = w->v->cx.arena;
	enum lang lang = w->v->cx.lang;
	struct str role = case_role(w, open_role(&w->f));
	struct str key = str_fmt(a, "state-of.%s", state_names[w->f.state]);
	enum msg m;
	struct str said = msg_find(key, &m)
	                      ? msg_fill(a, lang, m, &role, 1)
	                      : msg_code(a, lang, STR("state."),
				    str_of(state_names[w->f.state]));
	if (w->f.state != STATE_closed || w->f.outcome == OUTCOME_none)
		return said;
	struct str outcome = msg_code(
	    a, lang, STR("outcome."), str_of(outcome_names[w->f.outcome]));
	bool gone = w->f.disposed.at != 0;
	return str_fmt(a, "%.*s: %.*s%s%.*s", STR_ARG(said), STR_ARG(outcome),
	    gone ? " · " : "",
	    STR_ARG(gone ? case_say(w, MSG_keeping_disposed_state) : STR("")));
}

enum ui_tone case_tone(const struct case_file *f)
{
	switch (f->outcome) {
	case OUTCOME_accepted:
	case OUTCOME_delivered:
		return UI_GOOD;
	case OUTCOME_declined:
	case OUTCOME_rejected:
	case OUTCOME_cannot:
		return UI_BAD;
	case OUTCOME_withdrawn:
		return UI_NEUTRAL;
	case OUTCOME_none:
	case OUTCOMES:
		break;
	}
	if (f->state == STATE_waiting)
		return UI_WAIT;
	return f->state == STATE_draft ? UI_NEUTRAL : UI_INFO;
}

struct str case_say(const struct case_work *w, enum msg m)
{
	return msg_text(w->v->cx.lang, m);
}

struct str case_say1(const struct case_work *w, enum msg m, struct str x)
{
	return msg_fill(w->v->cx.arena, w->v->cx.lang, m, &x, 1);
}

struct str case_say2(
    const struct case_work *w, enum msg m, struct str x, struct str y)
{
	const struct str args[] = { x, y };
	return msg_fill(w->v->cx.arena, w->v->cx.lang, m, args, COUNT(args));
}

struct str case_when(const struct case_work *w, int64_t ms)
{
	return ms == 0 ? STR("")
	               : time_short(w->v->cx.arena, w->v->cx.lang, ms);
}

struct str case_day(const struct case_work *w, struct str iso)
{
	struct date d;
	return date_parse_iso(iso, &d)
	           ? date_short(w->v->cx.arena, w->v->cx.lang, d)
	           : iso;
}

struct str case_codes(
    const struct case_work *w, const char *prefix, const json_t *list)
{
	struct arena *a = w->v->cx.arena;
	struct str all = STR("");
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct str one = msg_code(a, w->v->cx.lang, str_of(prefix),
		    json_as_text(json_array_get(list, i)));
		all = i == 0 ? one
		             : str_fmt(
				   a, "%.*s, %.*s", STR_ARG(all), STR_ARG(one));
	}
	return all;
}

struct str case_number(const struct case_work *w, int64_t n)
{
	return str_fmt(w->v->cx.arena, "%lld", (long long)n);
}

struct str case_size(struct arena *a, int64_t bytes)
{
	if (bytes < 1024)
		return str_fmt(a, "%lld B", (long long)bytes);
	if (bytes < 1024 * 1024)
		return str_fmt(
		    a, "%lld KB", (long long)((bytes + 1023) / 1024));
	return str_fmt(a, "%lld.%lld MB", (long long)(bytes >> 20),
	    (long long)((bytes & ((1 << 20) - 1)) * 10 >> 20));
}

struct url case_url(const struct case_work *w, const char *below)
{
	struct str at = str_fmt(w->v->cx.arena, "/requests/{}%s", below);
	return url_path(
	    w->v->cx.arena, str_cstr(w->v->cx.arena, at), 1, &w->f.no);
}

bool case_may(const struct case_work *w, enum command c)
{
	return (w->allowed & COMMAND_BIT(c)) != 0;
}

void row_text(struct rows_of *r, struct str label, struct str value)
{
	LIST_ADD(r->arena, &r->list,
	    (struct ui_row){ .label = label, .value = value });
}

void row_lines(struct rows_of *r, struct str label, struct str value)
{
	LIST_ADD(r->arena, &r->list,
	    (struct ui_row){
		.label = label, .rich = html_lines(r->arena, value) });
}

void row_some(struct rows_of *r, struct str label, struct str value)
{
	if (value.n > 0)
		row_lines(r, label, value);
}
