#include "base/str.h"
#include "http/exchange.h"

/* RFC 6265 5.4 sends "a=b; c=d"; of two with one name the first is the one
 * with the longer path, which is taken. */
static bool cookie_in(struct str field, struct str name, struct str *ret)
{
	while (field.n > 0) {
		struct str one, key, value;
		str_cut(field, ';', &one, &field);
		if (!str_cut(str_trim(one), '=', &key, &value))
			continue;
		if (!str_eq(key, name))
			continue;
		if (value.n >= 2 && value.p[0] == '"' &&
		    value.p[value.n - 1] == '"')
			value = str_n(value.p + 1, value.n - 2);
		*ret = value;
		return true;
	}
	return false;
}

struct str request_cookie(const struct request *r, struct str name)
{
	const struct exchange *ex = r->impl;
	struct str value = { 0 };

	for (size_t i = 0; i < ex->head.n_fields; i++) {
		const struct pair *f = &ex->head.field[i];
		if (str_eq_nocase(f->name, STR("Cookie")) &&
		    cookie_in(f->value, name, &value))
			break;
	}
	return value;
}
