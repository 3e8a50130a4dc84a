/* What is asked of a case file; evolve() in case_file.c makes it. */
#include "base/json.h"
#include "base/str.h"
#include "core/case_file.h"
#include "core/procedure.h"

bool case_is_own(const struct case_file *f, struct str email)
{
	if (str_eq_nocase(f->requester, email))
		return true;
	for (size_t i = 0; i < f->holders.n; i++)
		if (str_eq_nocase(f->holders.v[i], email))
			return true;
	return false;
}

bool case_acted(const struct case_file *f, struct str email, enum command c)
{
	for (size_t i = 0; i < f->acts.n; i++)
		if (f->acts.v[i].command == c &&
		    (str_eq_nocase(f->acts.v[i].by, email) ||
			str_eq_nocase(f->acts.v[i].acting_for, email)))
			return true;
	return false;
}

const struct run *case_open_run(const struct case_file *f, size_t *cursor)
{
	for (; *cursor < f->runs.n; ++*cursor)
		if (f->runs.v[*cursor].until == 0)
			return &f->runs.v[(*cursor)++];
	return NULL;
}

const struct attached *case_file_of(const struct case_file *f, struct str id)
{
	for (size_t i = 0; i < f->files.n; i++)
		if (str_eq(f->files.v[i].id, id))
			return &f->files.v[i];
	return NULL;
}

const struct run *case_endorsement(const struct case_file *f, struct str unit)
{
	for (size_t i = f->runs.n; i-- > 0;) {
		const struct run *r = &f->runs.v[i];
		if (r->kind == STAGE_consent && r->role == ROLE_owner &&
		    str_eq(r->unit, unit) &&
		    (str_eq(r->outcome, STR("endorsed")) ||
			str_eq(r->outcome, STR("partial"))))
			return r;
	}
	return NULL;
}

bool case_requester_signed(const struct case_file *f)
{
	for (size_t i = 0; i < f->runs.n; i++)
		if (str_eq(f->runs.v[i].who, STR("requesting_unit")) &&
		    stage_is_good(f->runs.v[i].kind, f->runs.v[i].outcome))
			return true;
	return f->requester_signed;
}

/* Nothing that the requesting unit owns has come after `last`. */
static bool covers_owned(const struct case_file *f, int64_t last)
{
	for (size_t i = 0; i < f->systems.n; i++)
		if (str_eq(f->systems.v[i].owner_unit, f->unit) &&
		    f->systems.v[i].since > last)
			return false;
	return true;
}

bool case_signed_as_owner(const struct case_file *f)
{
	for (size_t i = 0; i < f->runs.n; i++)
		if (str_eq(f->runs.v[i].who, STR("requesting_unit")) &&
		    stage_is_good(f->runs.v[i].kind, f->runs.v[i].outcome) &&
		    covers_owned(f, f->runs.v[i].until - 1))
			return true;
	return f->requester_signed && covers_owned(f, f->submitted);
}

const struct run *case_standing(const struct case_file *f, struct str unit)
{
	for (size_t i = f->runs.n; i-- > 0;) {
		const struct run *r = &f->runs.v[i];
		if (r->standing != NULL && str_eq(r->unit, unit))
			return r;
	}
	return NULL;
}

struct case_file case_copy(struct arena *a, const struct case_file *f)
{
	struct case_file copy = *f;
	copy.arena = a;
	copy.runs.v = ARENA_ARRAY(a, struct run, f->runs.n + 1);
	copy.runs.cap = f->runs.n + 1;
	for (size_t i = 0; i < f->runs.n; i++)
		copy.runs.v[i] = f->runs.v[i];
	return copy;
}

struct str case_title(const struct case_file *f)
{
	static const char *const from[] = { "title", "project", "purpose" };
	for (size_t i = 0; i < COUNT(from); i++) {
		struct str s = json_text(f->answers, from[i]);
		if (s.n > 0)
			return s;
	}
	return f->no;
}
