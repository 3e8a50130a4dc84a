/* A request's target, by the guard: what it takes, read the plain way. */
#include <string.h>

#include "fuzz.h"
#include "http/guard.h"

static int hex(char c)
{
	const char *digits = "0123456789abcdef", *at;
	char low = c >= 'A' && c <= 'F' ? (char)(c | 0x20) : c;
	at = c ? strchr(digits, low) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* Whether `plain` is what `raw` says. */
static bool says(struct str raw, struct str plain)
{
	size_t i = 0, n = 0;
	for (; i < raw.n && n < plain.n; i++, n++) {
		int c = (unsigned char)raw.p[i];
		if (c == '%' && i + 2 < raw.n) {
			c = hex(raw.p[i + 1]) * 16 + hex(raw.p[i + 2]);
			i += 2;
		}
		if (c != (unsigned char)plain.p[n])
			return false;
	}
	return i == raw.n && n == plain.n;
}

static void check_path(struct str path)
{
	REQUIRE(path.n > 0 && path.p[0] == '/' && str_utf8(path));
	for (size_t i = 0; i < path.n; i++)
		REQUIRE((unsigned char)path.p[i] >= 0x20);
	REQUIRE(!str_has(path, STR("//")) && !str_has(path, STR("/../")) &&
		!str_has(path, STR("/./")) && !str_ends(path, STR("/..")) &&
		!str_ends(path, STR("/.")));
}

static void check_decoding(struct arena *a, struct str in)
{
	struct str plain, again;
	if (!url_decode(a, in, false, &plain))
		return;
	REQUIRE(says(in, plain));
	REQUIRE(url_decode(a, url_encode(a, plain), true, &again));
	REQUIRE(str_eq(plain, again));
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct pair host = { STR("Host"), STR("a.example") };
	struct head h = { .method = STR("GET"),
		.target = in,
		.version = STR("HTTP/1.1"),
		.field = &host,
		.n_fields = 1 };
	struct request r = { .arena = cx->arena };
	check_decoding(cx->arena, in);
	if (guard_head(&h) || guard_target(&h, &r))
		return;
	check_path(r.path);
	struct str raw, query;
	(void)str_cut(in, '?', &raw, &query);
	if (in.p[0] == '/')
		REQUIRE(says(raw, r.path));
	REQUIRE(query.n > 0 || r.query.n == 0);
	for (size_t i = 0; i < r.query.n; i++) {
		REQUIRE(str_utf8(r.query.v[i].name));
		REQUIRE(str_utf8(r.query.v[i].value));
		REQUIRE(str_index(r.query.v[i].value, '\0') ==
			r.query.v[i].value.n);
	}
}
