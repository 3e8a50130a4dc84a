#include "core/office_settings.h"

#include "base/str.h"
#include "core/delegation.h"
#include "core/line.h"
#include "core/numbers.h"
#include "core/setting.h"

enum { MAX_PHRASES = 30, MAX_PHRASE = 500, MAX_LINES = 1000 };

static struct str key(struct ctx *cx, struct str office, const char *what)
{
	return str_fmt(cx->arena, "office.%.*s.%s", STR_ARG(office), what);
}

void phrases_of_lines(
    struct arena *a, struct str lines, struct office_settings *ret)
{
	struct str *v = ARENA_ARRAY(a, struct str, MAX_LINES);
	struct str one;
	size_t n = 0;
	for (bool more = true; more && n < MAX_LINES;) {
		more = str_cut(lines, '\n', &one, &lines);
		one = str_trim(one);
		if (one.n > 0)
			v[n++] = one;
	}
	ret->phrases = v;
	ret->n_phrases = n;
}

struct str phrases_lines(struct arena *a, const struct office_settings *s)
{
	struct str all = STR("");
	for (size_t i = 0; i < s->n_phrases; i++)
		all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all), i ? "\n" : "",
		    STR_ARG(s->phrases[i]));
	return all;
}

enum err office_settings_get(
    struct ctx *cx, struct str office, struct office_settings *ret)
{
	struct office_settings s = { .token_signs = true };
	struct str phrases = STR(""), signs = STR("");
	enum err e = setting_find(cx, key(cx, office, "phrases"), &phrases);
	if (!e)
		e = setting_find(cx, key(cx, office, "token-signs"), &signs);
	if (!e)
		e = setting_find(
		    cx, key(cx, office, "number-out"), &s.number_out);
	if (!e)
		e = setting_find(
		    cx, key(cx, office, "number-receipt"), &s.number_receipt);
	if (e)
		return e;
	phrases_of_lines(cx->arena, phrases, &s);
	s.token_signs = !str_eq(signs, STR("no"));
	*ret = s;
	return OK;
}

bool office_settings_may(const struct person *p, struct str office)
{
	struct person alone = person_alone(p);
	return person_holds(&alone, ROLE_admin, STR(""), STR("")) ||
	       person_holds(&alone, ROLE_records, office, STR("")) ||
	       person_holds(&alone, ROLE_director, office, STR(""));
}

enum err office_settings_may_put(struct ctx *cx, struct str office)
{
	bool exists = false;
	enum err e = office_exists(cx, office, &exists);
	if (e)
		return e;
	if (!exists)
		return fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
	if (cx->actor->read_only)
		return fail(cx, ERR_DENIED, MSG_error_read_only_token);
	if (!office_settings_may(&cx->actor->person, office))
		return fail(cx, ERR_DENIED, MSG_error_not_office_settings);
	return OK;
}

static void check_number(struct ctx *cx, const char *name, struct str form)
{
	if (form.n > 0 && (!str_utf8(form) || !number_form_good(form)))
		field_wrong(cx, str_of(name), MSG_field_number_form, STR(""));
}

enum err office_settings_put(
    struct ctx *cx, struct str office, const struct office_settings *s)
{
	struct office_settings clean = *s;
	struct str *v = ARENA_ARRAY(cx->arena, struct str, s->n_phrases + 1);
	enum err e = office_settings_may_put(cx, office);
	if (e)
		return e;
	if (s->n_phrases > MAX_PHRASES)
		field_wrong(cx, STR("phrases"), MSG_field_too_many, STR("30"));
	for (size_t i = 0; i < s->n_phrases; i++)
		v[i] = line_checked(
		    cx, "phrases", s->phrases[i], MAX_PHRASE, true);
	check_number(cx, "number_out", s->number_out);
	check_number(cx, "number_receipt", s->number_receipt);
	e = fields_end(cx);
	clean.phrases = v;
	if (!e)
		e = setting_put(cx, key(cx, office, "phrases"),
		    phrases_lines(cx->arena, &clean));
	if (!e)
		e = setting_put(cx, key(cx, office, "token-signs"),
		    s->token_signs ? STR("yes") : STR("no"));
	if (!e)
		e = setting_put(
		    cx, key(cx, office, "number-out"), s->number_out);
	if (!e)
		e = setting_put(
		    cx, key(cx, office, "number-receipt"), s->number_receipt);
	return e;
}
