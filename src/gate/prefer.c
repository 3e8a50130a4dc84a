#include "gate/prefer.h"

#include "base/str.h"

#define MAX_PREFERENCES ((size_t)50)

/* The word's value: bare, or in quotes. */
static struct str bare(struct str s)
{
	s = str_trim(s);
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		s = str_upto(str_from(s, 1), s.n - 2);
	return s;
}

static bool take_count(struct str value, struct prefer *p)
{
	if (str_eq(value, STR("exact")) || str_eq(value, STR("estimated")))
		p->count = COUNT_exact;
	else if (str_eq(value, STR("none")))
		p->count = COUNT_none;
	else
		return false;
	return true;
}

/* False when it is none of ours. */
static bool take(struct str name, struct str value, bool json, struct prefer *p,
    bool *ret_strict)
{
	if (str_eq_nocase(name, STR("count")))
		return take_count(value, p);
	if (str_eq_nocase(name, STR("envelope"))) {
		p->envelope = json;
		return json;
	}
	if (!str_eq_nocase(name, STR("handling")))
		return false;
	*ret_strict |= str_eq(value, STR("strict"));
	return true;
}

enum err prefer_read(
    struct ctx *cx, const struct request *rq, bool json, struct prefer *ret)
{
	struct str one, name, value, left = request_header(rq, STR("Prefer"));
	struct str unknown = { 0 };
	bool strict = false, more = str_trim(left).n > 0;
	*ret = (struct prefer){ 0 };
	for (size_t i = 0; i < MAX_PREFERENCES && more; i++) {
		more = str_cut(left, ',', &one, &left);
		(void)str_cut(
		    str_upto(one, str_index(one, ';')), '=', &name, &value);
		if (!take(str_trim(name), bare(value), json, ret, &strict))
			unknown = str_trim(one);
	}
	if (strict && unknown.p != NULL)
		field_wrong(
		    cx, STR("Prefer"), MSG_field_bad_preference, unknown);
	return fields_end(cx);
}

struct str prefer_applied(struct arena *a, const struct prefer *p)
{
	static const char *const counts[] = { "", "count=none", "count=exact" };
	return str_fmt(a, "%s%s%s", counts[p->count],
	    p->count && p->envelope ? ", " : "", p->envelope ? "envelope" : "");
}
