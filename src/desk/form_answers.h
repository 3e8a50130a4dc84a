/* form_answers.h - the form of a procedure on a page: its fields as they are
 * shown, and what was posted of it as answers. What is right is said by
 * core/answers.h alone; here nothing is checked. */
#ifndef DESK_FORM_ANSWERS_H
#define DESK_FORM_ANSWERS_H

#include "core/facts.h"
#include "desk/app.h"
#include "templates/view.h"

/* The posted answers, for answers_merge(). The form names the fields that it
 * showed in "asked" (blanks between): of these, one that did not come back is
 * emptied, because a browser sends nothing of a box that is not ticked. A day
 * comes in three fields, a list repeated or by lines and commas. */
json_t *form_answers(struct visit *, const struct procedure *);

/* How the fields are filled. */
struct answer_form {
	struct visit *v;
	const struct facts *facts;
	const json_t *answers; /* as kept */
	bool typed;            /* show what was posted instead */
};
/* One field as the page shows it, with what was found wrong with it. */
struct ui_field form_answer_field(
    const struct answer_form *, const struct field *);
/* Whether the form shows the field now: it is asked, and what decides that has
 * been answered, where it must be. */
bool form_shows(
    const struct procedure *, const struct field *, const json_t *answers);
/* The keys of the fields that the form shows now, for "asked". */
struct str form_asked(
    struct arena *, const struct procedure *, const json_t *answers);
/* Whether it now shows one that the posted form had not. */
bool form_asks_more(
    const struct visit *, const struct procedure *, const json_t *answers);
/* Everything that was found wrong, each with the name of its field; what the
 * form does not show yet is not complained of. */
void form_problems(struct visit *, const struct procedure *,
    const json_t *answers, const struct ui_problem **ret, size_t *ret_n);

/* "10. รูปแบบการเชื่อมต่อ" */
struct str form_label(struct arena *, const struct field *, enum lang);
/* The answer as a row of a summary; `change` may be unset. */
struct ui_row form_answer_row(const struct answer_form *, const struct field *);

#endif
