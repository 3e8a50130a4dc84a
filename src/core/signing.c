#include "core/signing.h"

#include "base/str.h"
#include "core/office_settings.h"

bool command_signs(enum command c)
{
	return c == COMMAND_consent || c == COMMAND_decide ||
	       c == COMMAND_check;
}

static bool has_sensitive_column(const json_t *artefact)
{
	const json_t *parts = json_list(artefact, "parts");
	for (size_t i = 0; i < json_array_size(parts); i++) {
		const json_t *columns =
		    json_list(json_array_get(parts, i), "columns");
		for (size_t k = 0; k < json_array_size(columns); k++)
			if (str_eq(
				json_text(json_array_get(columns, k), "class"),
				STR("sensitive")))
				return true;
	}
	return false;
}

bool case_is_sensitive(const struct case_file *f)
{
	return str_eq(json_text(f->answers, "lawful_basis"), STR("pdpa-26")) ||
	       has_sensitive_column(f->artefact);
}

enum signing_needs signing_needs(const struct ctx *cx,
    const struct actor *actor, const struct case_file *f, enum command c)
{
	if (actor->way != BY_SESSION || !command_signs(c) || actor->confirmed)
		return SIGNING_OPEN;
	if (case_is_sensitive(f))
		return SIGNING_SENSITIVE;
	return cx->now - actor->authed >= SIGNING_FRESH_MS ? SIGNING_AGAIN
	                                                   : SIGNING_OPEN;
}

enum err signing_may(struct ctx *cx, const struct case_file *f, enum command c)
{
	struct office_settings s;
	if (signing_needs(cx, cx->actor, f, c) != SIGNING_OPEN)
		return fail(cx, ERR_DENIED, MSG_error_sign_in_again);
	if (cx->actor->way != BY_TOKEN || !command_signs(c))
		return OK;
	enum err e = office_settings_get(cx, f->office, &s);
	if (!e && !s.token_signs)
		e = fail(cx, ERR_DENIED, MSG_error_token_may_not_sign);
	return e;
}

json_t *signing_json(struct ctx *cx)
{
	const struct actor *a = cx->actor;
	if (a == NULL || a->way == BY_NONE)
		return NULL;
	json_t *o = json_new_object(cx->arena);
	json_put_text(o, "name", a->person.name);
	json_put_text(o, "position", a->person.position);
	json_put_text(
	    o, "by", a->way == BY_TOKEN ? STR("token") : STR("password"));
	if (a->way == BY_SESSION)
		json_put_int(o, "at", a->authed);
	return o;
}
