#include "cli/demo/demo.h"

#include <unistd.h>

#include "base/str.h"
#include "cli/demo/systems.h"
#include "core/source_list.h"

enum { MAX_SCALE = 1000 };

const struct demo_system demo_systems[] = {
#define SYSTEM(code, make, query, th, en) \
	{ STR_INIT(code), make, STR_INIT(query), STR_INIT(th), STR_INIT(en) },
#include "cli/demo/systems.def"
#undef SYSTEM
};
const size_t n_demo_systems = COUNT(demo_systems);

static struct str path_of(
    struct arena *a, struct str folder, const struct demo_system *s)
{
	return str_fmt(a, "%.*s/%.*s.db", STR_ARG(folder), STR_ARG(s->code));
}

static enum err make_one(
    struct ctx *cx, const struct demo_system *s, struct str path, int64_t scale)
{
	struct work w = { .a = arena_new(), .scale = scale };
	enum err e = maker_begin(cx, path, &w.m);

	if (!e) {
		s->make(&w);
		e = maker_end(cx, w.m);
	}
	arena_free(w.a);
	return e;
}

enum err demo_sources(struct ctx *cx, struct str folder, int64_t scale)
{
	REQUIRE(scale >= 1 && scale <= MAX_SCALE);
	for (size_t i = 0; i < n_demo_systems; i++) {
		struct str path = path_of(cx->arena, folder, &demo_systems[i]);
		if (access(str_cstr(cx->arena, path), F_OK) == 0)
			continue;
		enum err e = make_one(cx, &demo_systems[i], path, scale);
		if (e)
			return e;
	}
	return OK;
}

static bool is_listed(const struct listed_source *v, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i].name, name))
			return true;
	return false;
}

enum err demo_sources_list(struct ctx *cx, struct str folder)
{
	const struct listed_source *v;
	size_t n;
	enum err e = source_list(cx, &v, &n);

	for (size_t i = 0; !e && i < n_demo_systems; i++) {
		const struct demo_system *s = &demo_systems[i];
		if (is_listed(v, n, s->code))
			continue;
		const struct listed_source source = {
			.name = s->code,
			.system = s->code,
			.dsn = str_cat(cx->arena, STR("sqlite:"),
			    path_of(cx->arena, folder, s)),
		};
		e = source_list_add(cx, &source);
	}
	return e;
}
