#include "t.h"

#include "base/str.h"
#include "http/http.h"

/* The base of a bare address is that address. */
static struct address at(const char *text)
{
	struct network n = { 0 };
	T_CHECK(network_parse(str_of(text), &n), "%s", text);
	return n.base;
}

static void holds(void)
{
	static const struct {
		const char *network, *address;
		bool want;
	} cases[] = {
		{ "10.0.0.0/8", "10.255.255.255", true },
		{ "10.0.0.0/8", "11.0.0.0", false },
		{ "10.0.0.0/8", "::ffff:10.1.2.3", true },
		{ "10.0.0.0/8", "::10.1.2.3", false },
		{ "192.0.2.0/25", "192.0.2.127", true },
		{ "192.0.2.0/25", "192.0.2.128", false },
		{ "192.0.2.7", "192.0.2.7", true },
		{ "192.0.2.7", "192.0.2.6", false },
		{ "0.0.0.0/0", "203.0.113.9", true },
		{ "0.0.0.0/0", "2001:db8::1", false },
		{ "::/0", "2001:db8::1", true },
		{ "2001:db8::/33", "2001:db8:7fff::1", true },
		{ "2001:db8::/33", "2001:db8:8000::1", false },
		{ "2001:db8::1", "2001:db8::1", true },
		{ "2001:db8::1", "2001:db8::2", false },
		{ "::ffff:10.0.0.0/104", "10.9.9.9", true },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct network n = { 0 };
		T_CHECK(network_parse(str_of(cases[i].network), &n), "%s",
		    cases[i].network);
		T_CHECK(network_has(n, at(cases[i].address)) == cases[i].want,
		    "%s in %s", cases[i].address, cases[i].network);
	}
}

static void refuses_what_is_no_network(void)
{
	static const char *const cases[] = { "", "/8", "10", "10.0.0",
		"10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8",
		"10.0.0.0/8 ", " 10.0.0.0/8", "10.0.0.256", "10.0.0.1/8",
		"010.0.0.0/8", "10.0.0.0/8/8", "2001:db8::/129",
		"2001:db8::1/64", "::g", "example.ac.th",
		"10.0.0.0/255.0.0.0" };
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct network n = { 0 };
		T_CHECK(!network_parse(str_of(cases[i]), &n), "%s", cases[i]);
	}
	struct network n = { 0 };
	T_CHECK(!network_parse(STR("10.0.0.0\0"), &n), "NUL");
}

static void reads_as_people_write(void)
{
	static const char *const cases[] = { "10.1.2.3", "2001:db8::1", "::1",
		"::", "255.255.255.255" };
	struct arena *a = arena_new();
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str got = address_text(a, at(cases[i]));
		T_CHECK(str_eq(got, str_of(cases[i])), "%.*s", STR_ARG(got));
	}
	T_CHECK(str_eq(address_text(a, at("::ffff:10.1.2.3")), STR("10.1.2.3")),
	    "mapped");
	arena_free(a);
}

int main(void)
{
	T_RUN(holds);
	T_RUN(refuses_what_is_no_network);
	T_RUN(reads_as_people_write);
	return T_PLAN();
}
