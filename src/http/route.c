#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "http/exchange.h"

enum { SEGMENTS = 24 };

enum segment { SEGMENT_REST, SEGMENT_NAME, SEGMENT_FIXED };

static enum segment segment_kind(struct str s)
{
	if (!str_starts(s, STR("{")) || !str_ends(s, STR("}")))
		return SEGMENT_FIXED;
	return str_ends(s, STR("...}")) ? SEGMENT_REST : SEGMENT_NAME;
}

struct match {
	struct str args[COUNT(((struct request *)0)->args)];
	size_t n_args;
	uint64_t rank; /* two bits a segment, the first highest */
};

/* Both start with '/'. */
static bool path_match(struct str pattern, struct str path, struct match *m)
{
	*m = (struct match){ 0 };
	pattern = str_from(pattern, 1);
	path = str_from(path, 1);
	for (unsigned i = 0; i < SEGMENTS; i++) {
		struct str want, have, rest = path;
		bool want_more = str_cut(pattern, '/', &want, &pattern);
		bool have_more = str_cut(path, '/', &have, &path);
		enum segment kind = segment_kind(want);

		m->rank |= (uint64_t)kind << (62 - 2 * i);
		if (kind == SEGMENT_FIXED && !str_eq(want, have))
			return false;
		if (kind != SEGMENT_FIXED) {
			if (have.n == 0 || m->n_args == COUNT(m->args))
				return false;
			m->args[m->n_args++] =
			    kind == SEGMENT_REST ? rest : have;
		}
		if (kind == SEGMENT_REST)
			return !want_more;
		if (want_more != have_more)
			return false;
		if (!want_more)
			return true;
	}
	return false;
}

static bool method_match(const struct route *t, struct str method)
{
	if (str_eq(method, STR("HEAD")))
		method = STR("GET");
	return str_eq(t->method, method);
}

static void allow_add(struct buf *allow, struct str method)
{
	if (str_has(buf_view(allow), method))
		return;
	if (allow->n > 0)
		buf_str(allow, STR(", "));
	buf_str(allow, method);
	if (str_eq(method, STR("GET")))
		buf_str(allow, STR(", HEAD"));
}

const struct route *route_find(const struct route *routes, size_t n,
    struct request *r, struct str *ret_allow)
{
	const struct route *best = NULL;
	struct match best_match = { 0 }, m = { 0 };
	struct buf allow = buf_new(r->arena, 512);
	bool all = str_eq(r->path, STR("*"));

	for (size_t i = 0; i < n; i++) {
		const struct route *t = &routes[i];
		if (!all && !path_match(t->path, r->path, &m))
			continue;
		allow_add(&allow, t->method);
		if (all || !method_match(t, r->method))
			continue;
		if (best && best_match.rank >= m.rank)
			continue;
		best = t;
		best_match = m;
	}
	if (!best) {
		if (allow.n > 0)
			allow_add(&allow, STR("OPTIONS"));
		*ret_allow = buf_view(&allow);
		return NULL;
	}
	memcpy(r->args, best_match.args, sizeof(r->args));
	r->n_args = best_match.n_args;
	return best;
}
