/* A query was changed and gives other columns than the form describes: they
 * decide what leaves, so whoever prepares is shown them before they go. */
#include "base/str.h"
#include "core/procedure.h"
#include "desk/page_case_prepare.h"

enum { NAMES_TOLD = 8 };

static const json_t *part_of(const json_t *of, size_t i)
{
	return json_array_get(json_list(of, "parts"), i);
}

/* The names of `in` that are not in `beside`: "a, b". */
static struct str only_in(
    struct arena *a, const json_t *in, const json_t *beside)
{
	struct buf b = buf_new(a, 8192);
	size_t n = 0;
	for (size_t i = 0; i < json_array_size(in); i++) {
		struct str name = json_text(json_array_get(in, i), "name");
		if (json_named(beside, name) != NULL)
			continue;
		if (++n <= NAMES_TOLD)
			buf_fmt(&b, "%s%.*s", n > 1 ? ", " : "", STR_ARG(name));
	}
	if (n > NAMES_TOLD)
		buf_fmt(&b, ", …");
	return buf_view(&b);
}

static struct str sentence(
    const struct case_work *w, struct str new, struct str gone)
{
	struct arena *a = w->v->cx.arena;
	const struct str both[] = { new, gone };
	bool checked =
	    procedure_kind(w->facts.procedure, STAGE_release) != NULL;
	struct str button =
	    case_say(w, checked ? MSG_button_prepare_prepared_for_check
				: MSG_button_prepare_prepared);
	struct str what =
	    new.n == 0    ? case_say1(w, MSG_plan_columns_gone, gone)
	    : gone.n == 0 ? case_say1(w, MSG_plan_columns_new, new)
			  : msg_fill(a, w->v->cx.lang,
				MSG_plan_columns_new_gone, both, COUNT(both));
	return str_fmt(a, "%.*s %.*s", STR_ARG(what),
	    STR_ARG(case_say1(w, MSG_plan_columns_look, button)));
}

bool plan_columns_differ(const json_t *plan, const json_t *built, size_t i)
{
	const json_t *said = json_list(part_of(plan, i), "columns");
	const json_t *found = json_list(part_of(built, i), "columns");
	size_t n = json_array_size(said);
	if (n == 0 || found == NULL)
		return false;
	bool same = n == json_array_size(found);
	for (size_t k = 0; k < n && same; k++)
		same = json_named(found,
			   json_text(json_array_get(said, k), "name")) != NULL;
	return !same;
}

/* What the sentence says of all columns at once. */
static bool is_told(const struct field_error *f, struct str prefix)
{
	struct str rest = f->field;
	return str_take(&rest, prefix) &&
	       ((str_eq(rest, STR("columns")) &&
		    (f->msg == MSG_field_no_such_column ||
			f->msg == MSG_field_column_unnamed)) ||
		   (str_eq(rest, STR("filterable")) &&
		       f->msg == MSG_field_no_such_column));
}

static void drop_told(struct fault *fault, struct str prefix)
{
	struct field_error **at = &fault->fields;
	while (*at != NULL) {
		if (!is_told(*at, prefix)) {
			at = &(*at)->next;
			continue;
		}
		*at = (*at)->next;
		fault->n_fields--;
	}
}

static struct ui_problem problem_of(const struct case_work *w,
    const json_t *plan, const json_t *built, size_t i)
{
	struct arena *a = w->v->cx.arena;
	const json_t *said = json_list(part_of(plan, i), "columns");
	const json_t *found = json_list(part_of(built, i), "columns");
	struct str text =
	    sentence(w, only_in(a, found, said), only_in(a, said, found));
	return (struct ui_problem){
		.field = str_fmt(a, "prepare.parts[%zu].sql", i), .text = text
	};
}

void plan_tell_columns(
    struct case_work *w, const json_t *plan, const json_t *built)
{
	struct fault *fault = &w->v->cx.fault;
	struct ui_problem told[PLAN_PARTS];
	size_t n = 0;
	for (size_t i = 0; i < PLAN_PARTS; i++) {
		if (!plan_columns_differ(plan, built, i))
			continue;
		told[n++] = problem_of(w, plan, built, i);
		drop_told(fault, str_fmt(w->v->cx.arena, "parts[%zu].", i));
	}
	case_take_problems(w, COMMAND_prepare, fault);
	struct ui_problem *v = ARENA_ARRAY(
	    w->v->cx.arena, struct ui_problem, n + w->n_problems + 1);
	for (size_t i = 0; i < n; i++)
		v[i] = told[i];
	for (size_t i = 0; i < w->n_problems; i++)
		v[n + i] = w->problems[i];
	w->problems = v;
	w->n_problems += n;
}
