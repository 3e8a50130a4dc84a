#include "t.h"

#include "base/str.h"
#include "http/exchange.h"

enum { ROOT, LIST, ADD, NEW, ONE, PART, TWO, FILES, STYLE, DEEP };

/* The general ones first: order must not matter. */
static const struct route routes[] = {
	{ STR_INIT("GET"), STR_INIT("/static/{path...}"), BODY_NONE, 0, FILES },
	{ STR_INIT("GET"), STR_INIT("/requests/{id}"), BODY_NONE, 0, ONE },
	{ STR_INIT("GET"), STR_INIT("/requests/{id}/{part}"), BODY_NONE, 0,
	    TWO },
	{ STR_INIT("POST"), STR_INIT("/requests/{id}/part"), BODY_FORM, 9,
	    PART },
	{ STR_INIT("GET"), STR_INIT("/"), BODY_NONE, 0, ROOT },
	{ STR_INIT("GET"), STR_INIT("/requests"), BODY_NONE, 0, LIST },
	{ STR_INIT("POST"), STR_INIT("/requests"), BODY_FORM, 9, ADD },
	{ STR_INIT("GET"), STR_INIT("/requests/new"), BODY_NONE, 0, NEW },
	{ STR_INIT("GET"), STR_INIT("/static/style.css"), BODY_NONE, 0, STYLE },
	{ STR_INIT("PUT"), STR_INIT("/a/{b}/{c}/{d}/{e...}"), BODY_NONE, 0,
	    DEEP },
};

struct want {
	const char *method, *path;
	int tag; /* -1: no route */
	const char *args, *allow;
};

static struct str joined(struct arena *a, const struct request *r)
{
	struct str all = STR("");
	for (size_t i = 0; i < r->n_args; i++)
		all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all), i ? "|" : "",
		    STR_ARG(r->args[i]));
	return all;
}

static void check(const struct want *w)
{
	struct arena *a = arena_new();
	struct str allow = STR("");
	struct request r = { .arena = a };

	r.method = str_of(w->method);
	r.path = str_of(w->path);
	const struct route *t = route_find(routes, COUNT(routes), &r, &allow);
	T_CHECK((t ? t->tag : -1) == w->tag, "%s %s", w->method, w->path);
	T_CHECK(str_eq(joined(a, &r), str_of(w->args)), "%s: %.*s", w->path,
	    STR_ARG(joined(a, &r)));
	T_CHECK(t || str_eq(allow, str_of(w->allow)), "%s %s: %.*s", w->method,
	    w->path, STR_ARG(allow));
	arena_free(a);
}

static void finds(void)
{
	static const struct want cases[] = {
		{ "GET", "/", ROOT, "", "" },
		{ "HEAD", "/", ROOT, "", "" },
		{ "GET", "/requests", LIST, "", "" },
		{ "POST", "/requests", ADD, "", "" },
		{ "GET", "/requests/new", NEW, "", "" },
		{ "GET", "/requests/newer", ONE, "newer", "" },
		{ "GET", "/requests/ก ข", ONE, "ก ข", "" },
		{ "GET", "/requests/7/part", TWO, "7|part", "" },
		{ "POST", "/requests/7/part", PART, "7", "" },
		{ "GET", "/static/style.css", STYLE, "", "" },
		{ "GET", "/static/a", FILES, "a", "" },
		{ "GET", "/static/a/b/c", FILES, "a/b/c", "" },
		{ "PUT", "/a/1/2/3/4/5", DEEP, "1|2|3|4/5", "" },
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		check(&cases[i]);
}

static void does_not_find(void)
{
	static const struct want cases[] = {
		{ "GET", "/absent", -1, "", "" },
		{ "GET", "/requests/", -1, "", "" },
		{ "GET", "/requests/7/", -1, "", "" },
		{ "GET", "/requests/7/8/9", -1, "", "" },
		{ "GET", "/static", -1, "", "" },
		{ "GET", "/static/", -1, "", "" },
		{ "GET", "/Requests", -1, "", "" },
		{ "GET", "/{id}", -1, "", "" },
		{ "PUT", "/requests", -1, "", "GET, HEAD, POST, OPTIONS" },
		{ "get", "/requests", -1, "", "GET, HEAD, POST, OPTIONS" },
		{ "HEAD", "/a/1/2/3/4", -1, "", "PUT, OPTIONS" },
		{ "DELETE", "/requests/7", -1, "", "GET, HEAD, OPTIONS" },
		{ "OPTIONS", "*", -1, "", "GET, HEAD, POST, PUT, OPTIONS" },
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		check(&cases[i]);
}

static void a_very_deep_path_is_only_not_found(void)
{
	struct arena *a = arena_new();
	struct str path = STR(""), allow = STR("");
	for (int i = 0; i < 500; i++)
		path = str_cat(a, path, STR("/x"));
	struct request r = { .arena = a, .method = STR("GET"), .path = path };
	T_CHECK(!route_find(routes, COUNT(routes), &r, &allow), "found");
	T_CHECK(allow.n == 0, "%.*s", STR_ARG(allow));
	arena_free(a);
}

int main(void)
{
	T_RUN(finds);
	T_RUN(does_not_find);
	T_RUN(a_very_deep_path_is_only_not_found);
	return T_PLAN();
}
