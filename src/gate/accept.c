/* In which form an answer leaves: what was said, against what was granted. */
#include "base/buf.h"
#include "base/str.h"
#include "gate/data.h"

#define MAX_ACCEPT ((size_t)50)

bool call_grants(const struct call *c, enum form form)
{
	const json_t *list = json_list(c->connection.spec, "formats");
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_eq(json_as_text(json_array_get(list, i)),
			form_suffix(form)))
			return true;
	return false;
}

struct str call_list(const struct call *c, const char *key, const char *between)
{
	const json_t *list = json_list(c->connection.spec, key);
	struct buf b = buf_new(c->v->cx.arena, 65536);
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (i > 0)
			buf_str(&b, str_of(between));
		buf_str(&b, json_as_text(json_array_get(list, i)));
	}
	return buf_view(&b);
}

static enum err not_granted(struct call *c)
{
	return fail1(&c->v->cx, ERR_FORMAT, MSG_error_form_not_granted,
	    call_list(c, "formats", " "));
}

/* The first granted that begins with `prefix` ("text/"; "" is any): JSON before
 * all others, since it is what callers count on. */
static bool first_granted(
    const struct call *c, struct str prefix, enum form *ret)
{
	const json_t *list = json_list(c->connection.spec, "formats");
	if (str_starts(form_media(FORM_JSON), prefix) &&
	    call_grants(c, FORM_JSON)) {
		*ret = FORM_JSON;
		return true;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct str name = json_as_text(json_array_get(list, i));
		if (form_parse(name, ret) &&
		    str_starts(form_media(*ret), prefix))
			return true;
	}
	return false;
}

/* "0.8" in thousandths; more digits than three count for nothing. */
static bool read_weight(struct str s, int64_t *ret)
{
	struct str whole, digits;
	int64_t q, scale = 100;
	(void)str_cut(s, '.', &whole, &digits);
	if (!str_i64(whole, &q) || q < 0 || q > 1)
		return false;
	q *= 1000;
	for (size_t i = 0; i < digits.n; i++, scale /= 10) {
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return false;
		q += scale * (digits.p[i] - '0');
	}
	*ret = q > 1000 ? 1000 : q;
	return true;
}

/* "0.8" of "; q=0.8", quotes taken off; absent when it is not there. */
static struct str param(struct str params, const char *wanted)
{
	struct str one, name, value;
	for (bool more = params.n > 0; more;) {
		more = str_cut(params, ';', &one, &params);
		if (!str_cut(str_trim(one), '=', &name, &value) ||
		    !str_eq_nocase(str_trim(name), str_of(wanted)))
			continue;
		value = str_trim(value);
		if (value.n >= 2 && value.p[0] == '"')
			value = str_upto(str_from(value, 1), value.n - 2);
		return value;
	}
	return (struct str){ 0 };
}

/* RFC 9110 12.4.2; absent or broken is 1. */
int64_t call_weight(struct str params)
{
	int64_t q;
	return read_weight(param(params, "q"), &q) ? q : 1000;
}

static bool form_for(const struct call *c, struct str range, enum form *ret)
{
	struct str type, subtype;
	if (form_of_media(range, ret))
		return call_grants(c, *ret);
	if (!str_cut(range, '/', &type, &subtype) || !str_eq(subtype, STR("*")))
		return false;
	return first_granted(c,
	    str_eq(type, STR("*")) ? STR("")
				   : str_cat(c->v->cx.arena, type, STR("/")),
	    ret);
}

/* The heaviest range that a granted form fits; of equal ones the first. */
static bool accepted(const struct call *c, struct str header, enum form *ret,
    struct str *ret_params)
{
	struct str one, range, params;
	int64_t best = 0;
	enum form form;
	bool more = true;
	for (size_t i = 0; i < MAX_ACCEPT && more; i++) {
		more = str_cut(header, ',', &one, &header);
		(void)str_cut(one, ';', &range, &params);
		int64_t q = call_weight(params);
		if (q > best && form_for(c, str_trim(range), &form)) {
			best = q;
			*ret = form;
			*ret_params = params;
		}
	}
	return best > 0;
}

enum err call_form(struct call *c, struct str suffix, struct str format)
{
	struct str named = suffix.n > 0 ? suffix : format;
	struct str accept = request_header(c->v->rq, STR("Accept"));
	struct str params = { 0 };
	bool good;
	c->suffix = suffix;
	c->form = FORM_JSON;
	if (named.n > 0)
		good = form_parse(named, &c->form) && call_grants(c, c->form);
	else if (str_trim(accept).n > 0)
		good = accepted(c, accept, &c->form, &params);
	else
		good = first_granted(c, STR(""), &c->form);
	if (good && c->form == FORM_CSV) {
		c->excel = str_eq(param(params, "profile"), STR("excel"));
		c->bare = str_eq(param(params, "header"), STR("absent"));
	}
	return good ? OK : not_granted(c);
}

enum err call_profile(struct call *c, struct str profile)
{
	if (profile.n == 0)
		return OK;
	if (c->form != FORM_CSV || !str_eq(profile, STR("excel")))
		field_wrong(
		    &c->v->cx, STR("profile"), MSG_field_bad_profile, profile);
	c->excel = true;
	return fields_end(&c->v->cx);
}

bool accepts_page(const struct request *rq)
{
	struct str one, left = request_header(rq, STR("Accept"));
	bool more = left.n > 0;
	for (size_t i = 0; i < MAX_ACCEPT && more; i++) {
		more = str_cut(left, ',', &one, &left);
		struct str range = str_trim(str_upto(one, str_index(one, ';')));
		if (str_eq_nocase(range, STR("text/html")))
			return true;
		if (str_starts(range, STR("application/")) ||
		    str_eq(range, STR("*/*")))
			return false;
	}
	return false;
}
