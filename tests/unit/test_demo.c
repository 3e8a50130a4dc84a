/* The demo university: its people, and what lies in its nine sources. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/crypt.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/demo/demo.h"
#include "cli/demo/invent.h"
#include "cli/demo/systems.h"
#include "core/people.h"
#include "core/source_list.h"
#include "scratch.h"
#include "source/source.h"
#include "sql/sql.h"
#include "t.h"

#define NOW INT64_C(1795000000000)

struct university {
	struct arena *arena;
	struct store *store;
	json_t *people;
};

static struct university university(void)
{
	static struct university u;

	if (u.arena)
		return u;
	u.arena = arena_new();
	struct scratch s = scratch_new(u.arena, SCRATCH_SQLITE);
	struct ctx cx = ctx_new(u.arena, NOW, LANG_TH);
	u.store = scratch_store(&s, "people", 2);
	u.people = json_new_array(u.arena);
	T_OK(&cx, store_migrate(&cx, u.store, "people", NULL));
	T_OK(&cx, store_write(&cx, u.store));
	T_OK(&cx, demo_people(&cx, u.people));
	T_OK(&cx, store_commit(&cx));
	return u;
}

/* The n-th entry of a role, in an office unless that is "". */
static const json_t *entry(
    const json_t *people, const char *role, const char *office, size_t n)
{
	size_t i;
	json_t *e;

	json_array_foreach(people, i, e)
	{
		const json_t *offices = json_list(e, "offices");
		bool here =
		    !*office
			? json_array_size(offices) == 0
			: json_array_size(offices) == 1 &&
			      str_eq(json_as_text(json_array_get(offices, 0)),
				  str_of(office));
		if (here && str_eq(json_text(e, "role"), str_of(role)) &&
		    n-- == 0)
			return e;
	}
	return NULL;
}

static void every_role_has_somebody(void)
{
	struct university u = university();
	static const char *const chain[] = { "requester", "owner", "records",
		"director", "head", "officer", "executive" };

	for (int role = 0; role < ROLES; role++) {
		bool office = role_sees[role] == 'o';
		T_CHECK(
		    entry(u.people, role_names[role], office ? "ICIT" : "", 0),
		    "%s", role_names[role]);
		T_CHECK(!office ||
			    entry(u.people, role_names[role], "REGISTRAR", 0),
		    "%s at the registrar's", role_names[role]);
	}
	for (int office = 0; office < 2; office++)
		for (size_t i = 0; i < COUNT(chain); i++)
			for (size_t k = 0; k < i; k++) {
				const char *code =
				    office ? "REGISTRAR" : "ICIT";
				const json_t *a = entry(
				    u.people, chain[i], i < 2 ? "" : code, 0);
				const json_t *b = entry(
				    u.people, chain[k], k < 2 ? "" : code, 0);
				T_CHECK(a && b &&
					    !str_eq(json_text(a, "email"),
						json_text(b, "email")),
				    "%s and %s are one person", chain[i],
				    chain[k]);
			}
}

static void entries_sign_in(void)
{
	struct university u = university();
	size_t i;
	json_t *e;

	json_array_foreach(u.people, i, e)
	{
		struct arena *a = arena_new();
		struct ctx cx = ctx_new(a, NOW, LANG_TH);
		struct str email = json_text(e, "email");
		struct actor actor;
		int role = kind_find(json_text(e, "role"), role_names, ROLES);

		T_CHECK(str_ends(email, STR("@example.ac.th")), "%.*s",
		    STR_ARG(email));
		T_OK(&cx, store_read(&cx, u.store));
		T_OK(&cx, actor_by_token(&cx, json_text(e, "token"), &actor));
		T_TEXT(actor.person.email, email);
		T_TEXT(actor.person.name, json_text(e, "name"));
		T_CHECK(role >= 0 &&
			    person_holds(&actor.person, (enum role)role,
				json_as_text(
				    json_array_get(json_list(e, "offices"), 0)),
				STR("")),
		    "%.*s does not hold it", STR_ARG(email));
		arena_free(a);
	}
	const json_t *first = entry(u.people, "requester", "", 0);
	struct ctx cx = ctx_new(u.arena, NOW, LANG_TH);
	struct str secret;
	T_OK(&cx, sign_in(&cx, u.store, json_text(first, "email"),
		      json_text(first, "password"), STR("127.0.0.1"), &secret));
}

/* The registrar's director is also executive, with the deputy beside. */
static void the_director_is_also_executive(void)
{
	struct university u = university();
	struct str director =
	    json_text(entry(u.people, "director", "REGISTRAR", 0), "email");
	const json_t *a = entry(u.people, "executive", "REGISTRAR", 0);
	const json_t *b = entry(u.people, "executive", "REGISTRAR", 1);

	T_CHECK(a && b && !entry(u.people, "executive", "REGISTRAR", 2),
	    "two executives");
	T_CHECK(str_eq(json_text(a, "email"), director) +
			str_eq(json_text(b, "email"), director) ==
		    1,
	    "one of them is the director");
	T_CHECK(entry(u.people, "owner", "", 3), "an owner of each unit");
}

static void twice_is_the_same(void)
{
	struct university u = university();
	struct ctx cx = ctx_new(u.arena, NOW + 1, LANG_TH);
	json_t *again = json_new_array(u.arena);

	T_OK(&cx, store_write(&cx, u.store));
	T_OK(&cx, demo_people(&cx, again));
	T_OK(&cx, store_commit(&cx));
	T_CHECK(json_equal(again, u.people) && json_array_size(again) > 30,
	    "%zu entries", json_array_size(again));
}

static void people_on_postgresql(void)
{
	struct arena *a = arena_new();
	struct scratch s = scratch_new(a, SCRATCH_PG);
	struct store *store = scratch_store(&s, "people", 2);
	struct ctx cx = ctx_new(a, NOW, LANG_TH);
	json_t *people = json_new_array(a);
	const struct system *v;
	size_t n;

	T_OK(&cx, store_migrate(&cx, store, "people", NULL));
	T_OK(&cx, store_write(&cx, store));
	T_OK(&cx, demo_people(&cx, people));
	T_OK(&cx, store_commit(&cx));
	T_CHECK(json_array_size(people) == json_array_size(university().people),
	    "%zu entries", json_array_size(people));
	T_OK(&cx, store_read(&cx, store));
	T_OK(&cx, system_list(&cx, STR(""), &v, &n));
	T_CHECK(n == n_demo_systems, "%zu systems", n);
	store_end(&cx);
	arena_free(a);
}

static void systems_are_as_in_the_procedure(void)
{
	static const struct {
		struct str code, owner;
		size_t officers;
	} want[] = { { STR_INIT("STUENTRY"), STR_INIT("DES"), 1 },
		{ STR_INIT("GRADSTD"), STR_INIT("DES"), 1 },
		{ STR_INIT("CEREMONY"), STR_INIT("DES"), 1 },
		{ STR_INIT("REG"), STR_INIT("DES"), 4 },
		{ STR_INIT("GRADING"), STR_INIT("ICIT"), 2 },
		{ STR_INIT("ENTPROC"), STR_INIT("DES"), 1 },
		{ STR_INIT("GL3D"), STR_INIT("ICIT"), 2 },
		{ STR_INIT("HRIS"), STR_INIT("HRD"), 2 },
		{ STR_INIT("REGKMITL"), STR_INIT("REGISTRAR"), 3 } };
	struct university u = university();
	struct ctx cx = ctx_new(u.arena, NOW, LANG_TH);
	const struct system *v;
	size_t n;

	T_OK(&cx, store_read(&cx, u.store));
	T_OK(&cx, system_list(&cx, STR(""), &v, &n));
	T_CHECK(n == COUNT(want), "%zu systems", n);
	for (size_t i = 0; i < COUNT(want); i++) {
		const struct system *s = system_find(v, n, want[i].code);
		T_CHECK(s && s->active && s->n_services == 4 &&
			    s->n_officers == want[i].officers,
		    "%.*s", STR_ARG(want[i].code));
		if (!s)
			continue;
		T_TEXT(s->owner_unit, want[i].owner);
		const json_t *head =
		    entry(u.people, "head", str_cstr(u.arena, s->office), 0);
		const json_t *officer =
		    entry(u.people, "officer", str_cstr(u.arena, s->office), 0);
		struct person p;
		T_OK(&cx, person_by_email(&cx, json_text(head, "email"), &p));
		T_CHECK(person_holds(&p, ROLE_head, s->office, s->division),
		    "the first head heads %.*s", STR_ARG(s->division));
		bool there = false;
		for (size_t k = 0; k < s->n_officers; k++)
			there |= str_eq(
			    s->officers[k].email, json_text(officer, "email"));
		T_CHECK(there, "the first officer has %.*s", STR_ARG(s->code));
		for (size_t k = 0; k < s->n_services; k++)
			T_CHECK(s->flagged[k] ==
				    (str_eq(s->services[k], STR("api")) &&
					!str_eq(s->code, STR("HRIS"))),
			    "%.*s %.*s", STR_ARG(s->code),
			    STR_ARG(s->services[k]));
	}
	store_end(&cx);
}

static struct str read_whole(struct arena *a, struct str path)
{
	int fd = open(str_cstr(a, path), O_RDONLY);
	struct stat st;

	T_CHECK(fd >= 0, "%.*s: not from here", STR_ARG(path));
	if (fd < 0 || fstat(fd, &st) != 0)
		return STR("");
	char *p = arena_alloc(a, (size_t)st.st_size + 1);
	REQUIRE(read(fd, p, (size_t)st.st_size) == st.st_size);
	close(fd);
	return str_n(p, (size_t)st.st_size);
}

static struct str made(int64_t scale)
{
	struct arena *a = university().arena;
	struct str folder = scratch_folder(a);
	struct ctx cx = ctx_new(a, NOW, LANG_TH);

	T_OK(&cx, demo_sources(&cx, folder, scale));
	return folder;
}

static struct str file_of(struct str folder, size_t i)
{
	return str_fmt(university().arena, "%.*s/%.*s.db", STR_ARG(folder),
	    STR_ARG(demo_systems[i].code));
}

static struct str first_folder(void)
{
	static struct str folder;

	if (!folder.n)
		folder = made(1);
	return folder;
}

static void two_runs_make_the_same_bytes(void)
{
	struct arena *a = university().arena;
	struct str one = first_folder(), two = made(1);

	T_CHECK(n_demo_systems == 9, "%zu sources", n_demo_systems);
	for (size_t i = 0; i < n_demo_systems; i++) {
		struct str x = read_whole(a, file_of(one, i));
		struct str y = read_whole(a, file_of(two, i));
		T_CHECK(str_eq(x, y), "%.*s differs",
		    STR_ARG(demo_systems[i].code));
		/* Database header 1.3: 1 is a rollback journal, 2 is WAL. */
		T_CHECK(x.n > 100 && x.p[18] == 1 && x.p[19] == 1,
		    "%.*s is in WAL mode", STR_ARG(demo_systems[i].code));
	}
}

/* A source that people have changed is theirs. */
static void what_is_there_stays(void)
{
	struct arena *a = university().arena;
	struct str folder = scratch_folder(a);
	struct ctx cx = ctx_new(a, NOW, LANG_TH);
	const char *path = str_cstr(a, file_of(folder, 3));
	int fd = open(path, O_CREAT | O_WRONLY, 0600);

	REQUIRE(fd >= 0 && write(fd, "mine", 4) == 4);
	close(fd);
	T_OK(&cx, demo_sources(&cx, folder, 1));
	T_TEXT(read_whole(a, str_of(path)), STR("mine"));
	T_CHECK(access(str_cstr(a, file_of(folder, 4)), F_OK) == 0, "others");
}

static int64_t count(struct ctx *cx, const struct source *s, struct str table)
{
	struct description d;
	struct batch rows;
	int64_t n = 0;
	struct str sql = str_fmt(
	    cx->arena, "select count(*) as n from %.*s", STR_ARG(table));

	T_OK(cx, source_preview(cx, s, sql, NO_PARAMS, NO_ARGS,
		     &source_limits_officer, 1, &d, &rows));
	T_CHECK(rows.n_rows == 1 && str_i64(rows.cells[0].s, &n), "%.*s",
	    STR_ARG(sql));
	return n;
}

/* Names after "create table" in the file itself: sqlite_schema is not for
 * officers. */
static void check_tables(struct ctx *cx, const struct source *s)
{
	struct str rest = read_whole(cx->arena, s->path), name;
	struct str start = STR("CREATE TABLE ");
	size_t n_tables = 0;
	int64_t most = 0;

	while (rest.n > start.n) {
		if (!str_take(&rest, start)) {
			rest = str_from(rest, 1);
			continue;
		}
		str_cut(rest, ' ', &name, &rest);
		int64_t n = count(cx, s, name);
		T_CHECK(n > 0, "%.*s: %.*s is empty", STR_ARG(s->path),
		    STR_ARG(name));
		most = n > most ? n : most;
		n_tables++;
	}
	T_CHECK(n_tables >= 3 && most >= 400, "%.*s: %zu tables, %lld rows",
	    STR_ARG(s->path), n_tables, (long long)most);
}

static void every_table_has_rows(void)
{
	for (size_t i = 0; i < n_demo_systems; i++) {
		struct arena *a = arena_new();
		struct ctx cx = ctx_new(a, NOW, LANG_EN);
		struct source s;
		struct str path = file_of(first_folder(), i);
		T_OK(&cx,
		    source_parse(&cx, str_cat(a, STR("sqlite:"), path), &s));
		check_tables(&cx, &s);
		arena_free(a);
	}
}

/* SHA-256 of what the example queries show: rows are the same on every machine.
 * A change of the invention changes it, and what people have written about the
 * demo with it. */
static const char shown[] =
    "b10e88b138e1c52cde6362d3ef7764c4bfc5afa1fc24dc977e42dedb0a1fdd98";

static void example_queries_run(void)
{
	struct arena *all = arena_new();
	struct sha256_state *digest = sha256_begin(all);

	for (size_t i = 0; i < n_demo_systems; i++) {
		struct arena *a = arena_new();
		struct ctx cx = ctx_new(a, NOW, LANG_EN);
		const struct demo_system *sys = &demo_systems[i];
		struct description d;
		struct batch rows;
		struct source s;

		T_OK(&cx,
		    source_parse(&cx,
			str_cat(a, STR("sqlite:"), file_of(first_folder(), i)),
			&s));
		T_OK(&cx, source_preview(&cx, &s, sys->query, NO_PARAMS,
			      NO_ARGS, &source_limits_officer, 20, &d, &rows));
		T_CHECK(rows.n_rows == 20 && d.columns.n >= 4, "%.*s: %zu rows",
		    STR_ARG(sys->code), rows.n_rows);
		for (size_t k = 0; k < rows.n_rows * rows.n_columns; k++) {
			sha256_add(
			    digest, rows.cells[k].s.p, rows.cells[k].s.n);
			sha256_add(digest, "\n", 1);
		}
		arena_free(a);
	}
	T_TEXT(sha256_hex(all, sha256_end(digest)), str_of(shown));
	arena_free(all);
}

static void documentation_has_each_query(void)
{
	struct arena *a = university().arena;
	struct str here = str_of(__FILE__), up = STR("tests/unit/test_demo.c");

	T_CHECK(str_ends(here, up), "%.*s", STR_ARG(here));
	struct str doc = read_whole(
	    a, str_cat(a, str_upto(here, here.n - up.n), STR("docs/DEMO.md")));
	for (size_t i = 0; i < n_demo_systems; i++)
		T_CHECK(str_has(doc, demo_systems[i].query) &&
			    str_has(doc, demo_systems[i].shows_th) &&
			    str_has(doc, demo_systems[i].shows_en),
		    "%.*s", STR_ARG(demo_systems[i].code));
}

static void scale_multiplies(void)
{
	struct arena *a = university().arena;
	struct ctx cx = ctx_new(a, NOW, LANG_EN);
	struct str one = first_folder(), three = made(3);
	static const struct {
		size_t system;
		struct str table;
	} main_tables[] = { { 0, STR_INIT("applicant") },
		{ 3, STR_INIT("student") }, { 6, STR_INIT("ledger") },
		{ 7, STR_INIT("employee") } };

	for (size_t i = 0; i < COUNT(main_tables); i++) {
		struct source s = { .path =
					file_of(one, main_tables[i].system) };
		int64_t n = count(&cx, &s, main_tables[i].table);
		s.path = file_of(three, main_tables[i].system);
		T_CHECK(count(&cx, &s, main_tables[i].table) == 3 * n, "%.*s",
		    STR_ARG(main_tables[i].table));
	}
}

static void sources_are_listed_once(void)
{
	struct arena *a = arena_new();
	struct scratch scratch = scratch_new(a, SCRATCH_SQLITE);
	struct store *store = scratch_store(&scratch, "shared", 2);
	struct ctx cx = ctx_new(a, NOW, LANG_TH);
	const struct listed_source *v;
	size_t n;

	T_OK(&cx, store_migrate(&cx, store, "shared", NULL));
	for (int i = 0; i < 2; i++) {
		T_OK(&cx, store_write(&cx, store));
		T_OK(&cx, demo_sources_list(&cx, STR("/srv/demo/sources")));
		T_OK(&cx, store_commit(&cx));
	}
	T_OK(&cx, store_read(&cx, store));
	T_OK(&cx, source_list(&cx, &v, &n));
	T_CHECK(n == 9, "%zu", n);
	T_TEXT(v[0].name, STR("CEREMONY"));
	T_TEXT(v[0].system, STR("CEREMONY"));
	T_TEXT(v[0].dsn, STR("sqlite:/srv/demo/sources/CEREMONY.db"));
	store_end(&cx);
	arena_free(a);
}

static void national_ids_are_valid_and_nobodys(void)
{
	struct arena *a = arena_new();
	struct str first = invent_national_id(a, INVENTED_STUDENT, 0);

	for (int64_t i = 0; i < 2000; i++) {
		struct str s = invent_national_id(a, INVENTED_STAFF, i);
		int sum = 0;
		for (size_t k = 0; k < 12; k++)
			sum += (s.p[k] - '0') * (13 - (int)k);
		T_CHECK(s.n == 13 && str_starts(s, STR("199")) &&
			    (11 - sum % 11) % 10 == s.p[12] - '0',
		    "%.*s", STR_ARG(s));
		T_CHECK(!str_eq(s, first), "another kind's");
	}
	arena_free(a);
}

int main(void)
{
	crypt_init();
	T_RUN(every_role_has_somebody);
	T_RUN(entries_sign_in);
	T_RUN(the_director_is_also_executive);
	T_RUN(twice_is_the_same);
	if (scratch_has(SCRATCH_PG))
		T_RUN(people_on_postgresql);
	T_RUN(systems_are_as_in_the_procedure);
	T_RUN(two_runs_make_the_same_bytes);
	T_RUN(what_is_there_stays);
	T_RUN(every_table_has_rows);
	T_RUN(example_queries_run);
	T_RUN(documentation_has_each_query);
	T_RUN(scale_multiplies);
	T_RUN(sources_are_listed_once);
	T_RUN(national_ids_are_valid_and_nobodys);
	return T_PLAN();
}
