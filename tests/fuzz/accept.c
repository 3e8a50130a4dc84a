/* In which form an answer leaves. Lines: the forms that were granted, the path's
 * suffix, `format`, then the Accept field. */
#include "base/json.h"
#include "fuzz.h"
#include "gate/data.h"
#include "http/exchange.h"

static json_t *granted(struct arena *a, struct str line)
{
	json_t *list = json_new_array(a), *spec = json_new_object(a);
	struct str one;
	enum form form;
	for (bool more = true; more;) {
		more = str_cut(line, ' ', &one, &line);
		if (form_parse(one, &form))
			json_add_text(list, one);
	}
	json_put(spec, "formats", list);
	return spec;
}

/* What was named is given or refused; without a word anything granted is. */
static void check(
    struct call *c, enum err e, struct str named, struct str accept)
{
	bool any = json_array_size(json_list(c->connection.spec, "formats"));
	enum form form;
	REQUIRE(e == OK || e == ERR_FORMAT);
	REQUIRE(e != OK || call_grants(c, c->form));
	if (e)
		fuzz_failed(&c->v->cx, e);
	if (named.n > 0) {
		bool good = form_parse(named, &form) && call_grants(c, form);
		REQUIRE(good == (e == OK) && (!good || c->form == form));
	} else if (str_trim(accept).n == 0 || str_eq(accept, STR("*/*"))) {
		REQUIRE(any == (e == OK));
		REQUIRE(!call_grants(c, FORM_JSON) || c->form == FORM_JSON);
	}
}

/* What the answer calls itself, asked for, gives the same. */
static void check_media(const struct call *c, struct pair *field)
{
	struct call again = *c;
	REQUIRE(c->form == FORM_CSV || (!c->excel && !c->bare));
	again.excel = again.bare = false;
	field->value = answer_media(c);
	REQUIRE(call_form(&again, STR(""), STR("")) == OK);
	REQUIRE(again.form == c->form && again.excel == c->excel &&
		again.bare == c->bare);
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct pair field = { .name = STR("Accept") };
	struct exchange ex = { .head = { .field = &field, .n_fields = 1 } };
	struct request rq = { .arena = cx->arena, .impl = &ex };
	struct gate_visit v = { .cx = *cx, .rq = &rq };
	struct call c = { .v = &v };
	c.connection.spec = granted(cx->arena, fuzz_line(&in));
	struct str suffix = fuzz_line(&in), format = fuzz_line(&in);
	field.value = in;
	enum err e = call_form(&c, suffix, format);
	check(&c, e, suffix.n > 0 ? suffix : format, in);
	if (accepts_page(&rq))
		REQUIRE(in.n >= sizeof "text/html" - 1);
	if (e == OK)
		check_media(&c, &field);
	/* Said twice, it is the same. */
	field.value = str_cat(cx->arena, str_cat(cx->arena, in, STR(",")), in);
	enum form first = c.form;
	if (e == OK && str_trim(in).n > 0 && in.n < 200)
		REQUIRE(call_form(&c, suffix, format) == OK && c.form == first);
}
