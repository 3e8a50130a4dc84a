#include "core/told.h"

#include "base/str.h"

json_t *told_conditions(struct arena *a, const struct case_file *f)
{
	json_t *list = json_new_array(a);
	for (size_t i = 0; i < f->runs.n; i++)
		if (f->runs.v[i].conditions.n > 0 &&
		    (str_eq(f->runs.v[i].outcome, STR("endorsed")) ||
			str_eq(f->runs.v[i].outcome, STR("partial"))))
			json_add_text(list, f->runs.v[i].conditions);
	return list;
}

json_t *told_of(struct arena *a, const struct case_file *f)
{
	static const char *const answers[] = { "purpose", "lawful_basis",
		"retention_until" };
	json_t *o = json_new_object(a);
	for (size_t k = 0; k < COUNT(answers); k++)
		json_put_text(o, answers[k], json_text(f->answers, answers[k]));
	json_put_text(o, "title", case_title(f));
	json_put_text(o, "requester", f->requester_name);
	json_put_text(o, "unit", f->unit);
	json_put_text(o, "office", f->office);
	json_put(o, "conditions", told_conditions(a, f));
	return o;
}
