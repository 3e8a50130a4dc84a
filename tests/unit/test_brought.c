/* Tables that were sent in, as the events tell of them. */
#include "t.h"
#include "base/read_as.h"
#include "base/str.h"
#include "core/brought.h"

struct play {
	struct case_file f;
	int64_t version;
};

static void happens(struct play *p, enum event_type type, const char *text)
{
	json_t *data;
	struct ctx cx = ctx_new(p->f.arena, 1, LANG_EN);
	T_CHECK(!json_parse(&cx, str_of(text), 10000, &data), "no JSON");
	struct event ev = { .seq = ++p->version,
		.version = p->version,
		.at = 1000 * p->version,
		.type = type,
		.request = STR("ICIT-2569-00001"),
		.actor = STR("system"),
		.data = data };
	evolve(&p->f, &ev);
}

static void told_by_events_alone(void)
{
	struct arena *a = arena_new();
	struct play p = { .f = { .arena = a } };
	happens(&p, EVENT_noted, "{}");
	happens(&p, EVENT_brought,
	    "{\"upload\":\"u1\",\"name\":\"a.csv\",\"sha256\":\"aa\","
	    "\"sender\":\"x@example.ac.th\",\"received\":700,\"rows\":3}");
	T_CHECK(((int64_t)p.f.brought.n) == 1, "%lld",
	    (long long)((int64_t)p.f.brought.n));
	T_CHECK((p.f.heard) == 1, "%lld", (long long)(p.f.heard));
	T_CHECK((p.f.version) == 2, "%lld", (long long)(p.f.version));
	const struct brought *b = brought_of(&p.f, STR("u1"));
	T_TEXT(b->state, STR("brought"));
	T_CHECK((b->received) == 700, "%lld", (long long)(b->received));
	T_CHECK(brought_of(&p.f, STR("u2")) == NULL, "there");
	happens(&p, EVENT_unusable,
	    "{\"upload\":\"u2\",\"finding\":{\"code\":\"pdf\"}}");
	T_TEXT(brought_of(&p.f, STR("u2"))->state, STR("unusable"));
	/* Read anew it is one still. */
	happens(&p, EVENT_brought, "{\"upload\":\"u1\",\"rows\":4}");
	T_CHECK(((int64_t)p.f.brought.n) == 2, "%lld",
	    (long long)((int64_t)p.f.brought.n));
	happens(&p, EVENT_used,
	    "{\"digest\":\"dd\",\"tables\":[{\"upload\":\"u1\"},"
	    "{\"upload\":\"gone\"}]}");
	happens(&p, EVENT_returned, "{\"tables\":[{\"upload\":\"u1\"}]}");
	b = brought_of(&p.f, STR("u1"));
	T_CHECK(b->handed_at == 0, "of what has no delivery nobody knows");
	T_TEXT(b->used, STR("dd"));
	T_CHECK((b->used_at) == 5000, "%lld", (long long)(b->used_at));
	T_CHECK((b->returned_at) == 6000, "%lld", (long long)(b->returned_at));
	happens(&p, EVENT_destroyed,
	    "{\"files\":[{\"kind\":\"uploads\",\"upload\":\"u1\",\"at\":6500}]}");
	b = brought_of(&p.f, STR("u1"));
	T_TEXT(b->state, STR("destroyed"));
	/* When it went, not when that was told. */
	happens(&p, EVENT_returned,
	    "{\"tables\":[{\"upload\":\"u1\"}],\"delivery\":\"d\",\"handed\":70}");
	b = brought_of(&p.f, STR("u1"));
	T_CHECK(b->handed_at == 70 && b->returned_at == 70, "%lld",
	    (long long)b->handed_at);
	T_TEXT(b->handed_to, STR("system"));
	T_CHECK((b->at) == 6500, "%lld", (long long)(b->at));
	T_TEXT(brought_of(&p.f, STR("u2"))->state, STR("unusable"));
	arena_free(a);
}

static void places_and_sentences(void)
{
	struct arena *a = arena_new();
	struct ctx cx = ctx_new(a, 1, LANG_EN);
	json_t *o;
	T_TEXT(cell_place(a, 17, 2), STR("B17"));
	T_TEXT(cell_place(a, 1, 27), STR("AA1"));
	T_TEXT(cell_place(a, 9, 703), STR("AAA9"));
	T_TEXT(cell_place(a, 3, 0), STR("3"));
	T_TEXT(cell_place(a, 0, 5), STR(""));
	T_TEXT(brought_finding_text(a, LANG_EN, NULL), STR(""));
	T_CHECK(!json_parse(&cx,
		    STR("{\"code\":\"heading-twice\",\"row\":1,"
			"\"column\":4}"),
		    1000, &o),
	    "no JSON");
	struct str s = brought_finding_text(a, LANG_EN, o);
	T_CHECK(
	    str_has(s, STR("…")) && str_has(s, STR("D1")), "%.*s", STR_ARG(s));
	T_CHECK(!json_parse(&cx, STR("{\"code\":\"no-such\"}"), 1000, &o),
	    "no JSON");
	T_TEXT(brought_finding_text(a, LANG_TH, o),
	    msg_text(LANG_TH, MSG_sheet_stopped));
	T_CHECK(!json_parse(&cx, STR("{\"code\":\"absent\"}"), 1000, &o),
	    "no JSON");
	T_CHECK(brought_finding_text(a, LANG_TH, o).n > 0, "nothing said");
	arena_free(a);
}

static void tables_of_an_artefact(void)
{
	struct arena *a = arena_new();
	struct ctx cx = ctx_new(a, 1, LANG_EN);
	json_t *o;
	T_CHECK(!json_parse(&cx,
		    STR("{\"parts\":[{\"tables\":[{\"file\":\"u1\","
			"\"sha256\":\"aa\"},{\"file\":\"u2\"}]},"
			"{\"sql\":\"x\"},{\"tables\":[{\"file\":\"u1\"}]}]}"),
		    1000, &o),
	    "no JSON");
	struct case_file f = { .arena = a, .artefact = o };
	/* Whether its coming was told or not. */
	LIST_ADD(a, &f.brought,
	    (struct brought){ .upload = STR("u2"), .name = STR("b.csv") });
	json_t *list = brought_tables(a, &f);
	T_CHECK(json_array_size(list) == 2, "%zu", json_array_size(list));
	T_TEXT(json_text(json_array_get(list, 0), "upload"), STR("u1"));
	T_TEXT(json_text(json_array_get(list, 0), "sha256"), STR("aa"));
	T_TEXT(json_text(json_array_get(list, 1), "name"), STR("b.csv"));
	f.artefact = NULL;
	list = brought_tables(a, &f);
	T_CHECK(json_array_size(list) == 0, "%zu", json_array_size(list));
	arena_free(a);
}

int main(void)
{
	T_RUN(told_by_events_alone);
	T_RUN(places_and_sentences);
	T_RUN(tables_of_an_artefact);
	return T_PLAN();
}
