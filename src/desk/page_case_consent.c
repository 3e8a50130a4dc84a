/* What those who were asked agreed to, beside what they are asked next. */
#include "base/str.h"
#include "core/consent_terms.h"
#include "desk/page_case.h"

static struct str who_said(const struct case_work *w, const json_t *o)
{
	struct str unit = json_text(o, "unit");
	return unit.n > 0 ? case_unit(w, unit)
	                  : case_person(w, json_text(o, "by"));
}

static struct str joined(struct arena *a, const json_t *list)
{
	struct str all = STR("");
	for (size_t i = 0; i < json_array_size(list); i++)
		all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all), i ? ", " : "",
		    STR_ARG(json_as_text(json_array_get(list, i))));
	return all;
}

/* A line each. */
static struct str lines_of(const struct case_work *w, const json_t *list,
    struct str (*line)(const struct case_work *, const json_t *))
{
	struct arena *a = w->v->cx.arena;
	struct str all = STR("");
	for (size_t i = 0; i < json_array_size(list); i++)
		all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all), i ? "\n" : "",
		    STR_ARG(line(w, json_array_get(list, i))));
	return all;
}

static struct str condition_line(const struct case_work *w, const json_t *o)
{
	return str_fmt(w->v->cx.arena, "%.*s: %.*s", STR_ARG(who_said(w, o)),
	    STR_ARG(json_text(o, "text")));
}

static struct str refused_line(const struct case_work *w, const json_t *o)
{
	struct arena *a = w->v->cx.arena;
	return str_fmt(a, "%.*s: %.*s (%.*s)", STR_ARG(who_said(w, o)),
	    STR_ARG(joined(a, json_list(o, "columns"))),
	    STR_ARG(json_text(o, "note")));
}

static struct str beyond_line(const struct case_work *w, const json_t *o)
{
	struct arena *a = w->v->cx.arena;
	return str_fmt(a, "%.*s (%.*s) – %.*s: %.*s",
	    STR_ARG(json_text(o, "column")), STR_ARG(json_text(o, "part")),
	    STR_ARG(who_said(w, o)),
	    STR_ARG(msg_code(
		a, w->v->cx.lang, STR("beyond."), json_text(o, "why"))));
}

static void put(struct rows_of *r, const struct case_work *w, enum msg label,
    struct str text)
{
	if (text.n > 0)
		row_lines(r, case_say(w, label), text);
}

void case_put_agreed(const struct case_work *w, struct rows_of *r)
{
	const json_t *o = consent_terms(w->v->cx.arena, &w->f);
	put(r, w, MSG_consent_conditions,
	    lines_of(w, json_list(o, "conditions"), condition_line));
	put(r, w, MSG_consent_refused,
	    lines_of(w, json_list(o, "refused"), refused_line));
}

void case_put_beyond(const struct case_work *w, struct rows_of *r)
{
	const json_t *o = consent_terms(w->v->cx.arena, &w->f);
	put(r, w, MSG_consent_beyond,
	    lines_of(w, json_list(o, "beyond"), beyond_line));
}
