#include "core/consult.h"

#include "base/str.h"
#include "base/time.h"

bool consult_is_open(const struct case_file *f, const struct consultation *c)
{
	size_t cursor = 0;
	const struct run *r;
	if (c->answered != 0)
		return false;
	/* A stage that was entered anew is another. */
	while ((r = case_open_run(f, &cursor)) != NULL)
		if (str_eq(r->stage, c->stage) && r->since <= c->at)
			return true;
	return false;
}

const struct consultation *consult_open_to(
    const struct case_file *f, struct str email)
{
	for (size_t i = f->consultations.n; i-- > 0;) {
		const struct consultation *c = &f->consultations.v[i];
		if (str_eq_nocase(c->to, email) && consult_is_open(f, c))
			return c;
	}
	return NULL;
}

bool consult_asked(const struct case_file *f, struct str email)
{
	for (size_t i = 0; i < f->consultations.n; i++)
		if (str_eq_nocase(f->consultations.v[i].to, email))
			return true;
	return false;
}

bool consult_may_advise(
    const struct case_file *f, enum role of_stage, const struct person *p)
{
	const enum role roles[] = { ROLE_director, ROLE_executive, of_stage };
	if (!p->active || case_is_own(f, p->email))
		return false;
	for (size_t i = 0; i < COUNT(roles); i++)
		if (role_sees[roles[i]] == 'o' &&
		    person_holds(p, roles[i], f->office, STR("")))
			return true;
	return false;
}

struct str consult_answered(struct case_file *f, const struct event *e)
{
	struct str by = STR("");
	/* Who stands in says it for the one who is away. */
	struct str giver =
	    json_text(json_value(e->data, "acting_for"), "email");
	for (size_t i = 0; i < f->consultations.n; i++) {
		struct consultation *c = &f->consultations.v[i];
		bool his = str_eq_nocase(c->to, e->actor) ||
		           (giver.n > 0 && str_eq_nocase(c->to, giver));
		if (!his || !consult_is_open(f, c))
			continue;
		c->answered = e->at;
		by = c->by;
	}
	return by;
}

json_t *consult_json(struct arena *a, const struct case_file *f)
{
	json_t *list = json_new_array(a);
	for (size_t i = 0; i < f->consultations.n; i++) {
		const struct consultation *c = &f->consultations.v[i];
		json_t *o = json_object();
		json_put_text(o, "to", c->to);
		json_put_text(o, "by", c->by);
		json_put_text(o, "stage", c->stage);
		json_put_text_or_null(o, "text", c->text);
		json_put_text(o, "at", time_iso(a, c->at));
		json_put_text_or_null(o, "answered",
		    c->answered ? time_iso(a, c->answered) : STR(""));
		json_put_flag(o, "open", consult_is_open(f, c));
		json_array_append_new(list, o);
	}
	return list;
}

json_t *opinions_json(struct arena *a, const struct case_file *f)
{
	json_t *list = json_new_array(a);
	for (size_t i = 0; i < f->opinions.n; i++) {
		const struct opinion *p = &f->opinions.v[i];
		json_t *o = json_object();
		json_put_text(o, "by", p->by);
		json_put_text(o, "outcome", p->outcome);
		json_put_text(o, "text", p->text);
		json_put_text(o, "at", time_iso(a, p->at));
		json_put_text_or_null(o, "asked_by", p->asked_by);
		if (p->acting_for != NULL)
			json_put(o, "acting_for", p->acting_for);
		else
			json_put_text_or_null(o, "acting_for", STR(""));
		json_array_append_new(list, o);
	}
	return list;
}
