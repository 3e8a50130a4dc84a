#include "core/consent_terms.h"

#include "base/str.h"
#include "base/thai.h"

struct terms {
	struct arena *a;
	const struct case_file *f;
	json_t *conditions, *refused, *standing, *beyond;
};

static bool agrees(const struct run *r)
{
	return r->kind == STAGE_consent &&
	       (str_eq(r->outcome, STR("endorsed")) ||
		   str_eq(r->outcome, STR("partial")));
}

/* Whether the same was asked again later, so that this does not count any more. */
static bool outdated(const struct case_file *f, size_t at)
{
	const struct run *r = &f->runs.v[at];
	for (size_t i = at + 1; i < f->runs.n; i++) {
		const struct run *later = &f->runs.v[i];
		if (str_eq(later->stage, r->stage) &&
		    str_eq(later->unit, r->unit) &&
		    (agrees(later) || later->standing != NULL))
			return true;
	}
	return false;
}

static json_t *said(const struct run *r)
{
	json_t *o = json_object();
	json_put_text(o, "stage", r->stage);
	json_put_text(o, "unit", r->unit);
	json_put_text(o, "by", r->by);
	return o;
}

static bool names(struct arena *a, const json_t *list, const json_t *column)
{
	static const char *const called[] = { "name", "title_th", "title_en" };
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct str item =
		    thai_search_key(a, json_as_text(json_array_get(list, i)));
		for (size_t k = 0; k < COUNT(called) && item.n > 0; k++)
			if (str_eq(item, thai_search_key(
					     a, json_text(column, called[k]))))
				return true;
	}
	return false;
}

static bool owns(const struct case_file *f, struct str system, struct str unit)
{
	for (size_t i = 0; i < f->systems.n; i++)
		if (str_eq(f->systems.v[i].code, system))
			return str_eq(f->systems.v[i].owner_unit, unit);
	return false;
}

static void add_beyond(const struct terms *t, const json_t *part,
    const json_t *column, const struct run *r, const char *why)
{
	json_t *o = json_object();
	json_put_text(o, "part", json_text(part, "name"));
	json_put_text(o, "column", json_text(column, "name"));
	json_put_text(o, "unit", r->unit);
	json_put_text(o, "why", str_of(why));
	json_array_append_new(t->beyond, o);
}

/* Columns of what was prepared that `r` did not agree to. */
static void look_beyond(const struct terms *t, const struct run *r)
{
	const json_t *parts = json_list(t->f->artefact, "parts");
	const json_t *agreed = json_list(r->standing, "columns");
	for (size_t i = 0; i < json_array_size(parts); i++) {
		const json_t *part = json_array_get(parts, i);
		const json_t *columns = json_list(part, "columns");
		bool his = owns(t->f, json_text(part, "system"), r->unit);
		for (size_t k = 0; k < json_array_size(columns); k++) {
			const json_t *c = json_array_get(columns, k);
			if (names(t->a, r->refused, c))
				add_beyond(t, part, c, r, "refused");
			else if (his && agreed != NULL &&
				 !names(t->a, agreed, c))
				add_beyond(t, part, c, r, "not-in-standing");
		}
	}
}

static void take_run(const struct terms *t, const struct run *r)
{
	if (r->conditions.n > 0) {
		json_t *o = said(r);
		json_put_text(o, "text", r->conditions);
		json_array_append_new(t->conditions, o);
	}
	if (json_array_size(r->refused) > 0) {
		json_t *o = said(r);
		json_put(o, "columns", r->refused);
		json_put_text(o, "note", r->note);
		json_array_append_new(t->refused, o);
	}
	if (r->standing != NULL)
		json_add(t->standing, r->standing);
	look_beyond(t, r);
}

static struct terms read_terms(struct arena *a, const struct case_file *f)
{
	struct terms t = { .a = a,
		.f = f,
		.conditions = json_new_array(a),
		.refused = json_new_array(a),
		.standing = json_new_array(a),
		.beyond = json_new_array(a) };
	for (size_t i = 0; i < f->runs.n; i++) {
		const struct run *r = &f->runs.v[i];
		if ((agrees(r) || r->standing != NULL) && !outdated(f, i))
			take_run(&t, r);
	}
	return t;
}

json_t *consent_terms(struct arena *a, const struct case_file *f)
{
	struct terms t = read_terms(a, f);
	json_t *o = json_new_object(a);
	json_put(o, "conditions", t.conditions);
	json_put(o, "refused", t.refused);
	json_put(o, "standing", t.standing);
	json_put(o, "beyond", t.beyond);
	return o;
}
