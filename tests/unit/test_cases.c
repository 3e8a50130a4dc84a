/* Requests in a store: each command with its events, projections and notices in
 * one transaction; verifying, rebuilding and publishing. On SQLite, then on
 * PostgreSQL. */
#include <string.h>

#include "base/crypt.h"
#include "base/str.h"
#include "cases_store.h"
#include "cli/demo/demo.h"
#include "core/brought.h"
#include "core/calendar_days.h"
#include "core/cases.h"
#include "core/disposal.h"
#include "core/grants.h"
#include "core/outbox.h"
#include "core/people.h"
#include "core/procedure.h"
#include "core/register.h"
#include "core/setting.h"
#include "scratch.h"
#include "sql/sql.h"
#include "t.h"

static struct store *people, *shared;
static struct arena *kept;

#define ARTEFACT                                                      \
	"{\"digest\":\"d1\",\"expires\":\"2027-01-31\","              \
	"\"outlets\":[\"api-get\",\"export\"],\"formats\":[\"csv\"]," \
	"\"parts\":[{\"name\":\"a\",\"source\":\"HRIS\",\"sql\":"     \
	"\"select 1\",\"system\":\"HRIS\",\"columns\":[]}],"          \
	"\"documents\":[{\"name\":\"a.csv\",\"form\":\"csv\","        \
	"\"bytes\":3,\"sha256\":\"s\"}]}"

/* The good way of ICIT: who, what, what is said, where it leads, and how many
 * are told. */
static const struct step {
	enum role role;
	const char *office, *unit;
	enum command command;
	const char *body;
	enum state state;
	int64_t told;
} way[] = {
	{ ROLE_owner, "", "HRD", COMMAND_consent, "{\"outcome\":\"endorsed\"}",
	    STATE_intake, 2 },
	{ ROLE_records, "ICIT", "", COMMAND_receive,
	    "{\"memo_in\":\"1/2569\",\"memo_date\":\"2026-11-18\"}",
	    STATE_decision, 1 },
	{ ROLE_director, "ICIT", "", COMMAND_decide,
	    "{\"outcome\":\"approved\"}", STATE_assignment, 1 },
	{ ROLE_head, "ICIT", "ICIT-DEV", COMMAND_assign, NULL, STATE_preparing,
	    1 },
	{ ROLE_officer, "ICIT", "", COMMAND_prepare, "{}", STATE_delivery, 1 },
	{ ROLE_officer, "ICIT", "", COMMAND_deliver,
	    "{\"digest\":\"d1\",\"memo_out\":\"2/2569\"}", STATE_acceptance,
	    2 },
	{ ROLE_requester, "", "", COMMAND_accept,
	    "{\"outcome\":\"accepted\",\"score\":4}", STATE_closed, 1 },
};

static enum err create(struct ctx *cx, struct case_file *ret)
{
	cx->actor = actor_of(cx, ROLE_requester, "", "");
	struct new_case nc = { .office = STR("ICIT"),
		.answers = parsed(cx, STR(ANSWERS)),
		.submit = true };
	return cases_create(cx, &nc, ret);
}

static enum err step(struct ctx *cx, struct str no, const struct step *s,
    int64_t if_match, struct case_file *ret)
{
	struct str body = s->body ? str_of(s->body) : STR("{}");
	struct actor *officer = actor_of(cx, ROLE_officer, "ICIT", "");
	if (s->command == COMMAND_assign)
		body = str_fmt(cx->arena, "{\"officer\":\"%.*s\"}",
		    STR_ARG(officer->person.email));
	cx->actor = actor_of(cx, s->role, s->office, s->unit);
	struct case_command cc = { .no = no,
		.command = s->command,
		.body = parsed(cx, body),
		.if_match = if_match,
		.artefact = parsed(cx, STR(ARTEFACT)) };
	return cases_command(cx, &cc, ret);
}

static int64_t count_of(struct ctx *cx, struct sql text)
{
	struct row row;
	T_OK(cx, sql_one(cx, text, NO_VALS, &row));
	return row_i64(row, "n");
}

static int64_t told(struct ctx *cx)
{
	return count_of(cx, SQL_SCAN("select count(*) as n from outbox"));
}

/* What was said not to hold, one after the other. Not in the arena of the one
 * who says it: he rewinds it as he goes. */
struct said {
	struct str text;
};

static void say(struct said *s, struct str what)
{
	s->text = str_fmt(kept, "%.*s%s%.*s", STR_ARG(s->text),
	    s->text.n ? " " : "", STR_ARG(what));
}

static void fault(void *arg, const struct chain_fault *f)
{
	say(arg, f->what);
}

static void differs(void *arg, struct str no)
{
	say(arg, no);
}

static struct str verified(struct ctx *cx)
{
	struct said s = { .text = STR("") };
	int64_t events, bad;
	T_OK(cx, chain_verify(cx, fault, &s, &events, &bad));
	T_CHECK((bad == 0) == (s.text.n == 0), "%lld", (long long)bad);
	return s.text;
}

static struct str rebuilt(struct ctx *cx, bool write)
{
	struct said s = { .text = STR("") };
	int64_t cases, bad;
	T_OK(cx, projection_rebuild(cx, write, differs, &s, &cases, &bad));
	T_CHECK((bad == 0) == (s.text.n == 0), "%lld", (long long)bad);
	return s.text;
}

static void all_holds(void)
{
	struct ctx cx = open_on(people, false);
	T_TEXT(verified(&cx), STR(""));
	T_TEXT(rebuilt(&cx, false), STR(""));
	end(&cx);
}

/* A request that has gone the first `n` steps; its number, kept. */
static struct str gone(size_t n)
{
	struct case_file f;
	struct ctx cx = open_on(people, true);
	T_OK(&cx, create(&cx, &f));
	struct str no = str_dup(kept, f.no);
	commit(&cx);
	for (size_t i = 0; i < n; i++) {
		now += 60 * 1000;
		cx = open_on(people, true);
		T_OK(&cx, step(&cx, no, &way[i], 0, &f));
		commit(&cx);
	}
	return no;
}

static void each_act_is_whole(void)
{
	struct str no = gone(0);
	struct case_file f;
	for (size_t i = 0; i < COUNT(way); i++) {
		const struct step *s = &way[i];
		now += 60 * 1000;
		struct ctx cx = open_on(people, true);
		int64_t before = told(&cx);
		T_OK(&cx, step(&cx, no, s, (int64_t)i + 2, &f));
		T_CHECK(f.state == s->state, "%s leads to %s",
		    command_names[s->command], state_names[f.state]);
		T_CHECK(
		    f.version == (int64_t)i + 3, "%lld", (long long)f.version);
		T_CHECK(told(&cx) - before == s->told, "%s tells %lld",
		    command_names[s->command], (long long)(told(&cx) - before));
		commit(&cx);
		all_holds();
	}
}

static void the_register_has_its_row(void)
{
	struct ctx cx = open_on(people, false);
	const struct register_row *v;
	size_t n;
	T_OK(&cx, register_list(&cx, STR("ICIT"), 2569, &v, &n));
	T_CHECK(n == 1, "%zu", n);
	T_CHECK(v[0].number == 1 && v[0].score == 4, "%lld, score %lld",
	    (long long)v[0].number, (long long)v[0].score);
	T_TEXT(v[0].memo_in, STR("1/2569"));
	T_TEXT(v[0].memo_out, STR("2/2569"));
	T_TEXT(v[0].systems, STR("HRIS"));
	T_TEXT(v[0].outcome, STR("accepted"));
	end(&cx);
}

static void what_is_refused_or_taken_back_leaves_nothing(void)
{
	static const struct {
		size_t step;
		int64_t if_match;
		enum err want;
	} table[] = {
		{ 2, 3, ERR_STALE },    /* an older version */
		{ 2, 5, ERR_STALE },    /* one that is not there yet */
		{ 1, 0, ERR_CONFLICT }, /* received already */
		{ 6, 0, ERR_CONFLICT }, /* nothing delivered yet */
		{ 2, 4, OK },           /* right, but rolled back */
	};
	struct str no = gone(2);
	int64_t seq, seq_after;
	struct str hash, hash_after;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct case_file f;
		struct ctx cx = open_on(people, true);
		T_OK(&cx, chain_head(&cx, &seq, &hash));
		enum err e =
		    step(&cx, no, &way[table[i].step], table[i].if_match, &f);
		T_CHECK(e == table[i].want, "row %zu: error %u", i, e);
		store_end(&cx);
		T_OK(&cx, store_read(&cx, people));
		T_OK(&cx, chain_head(&cx, &seq_after, &hash_after));
		T_CHECK(
		    seq == seq_after, "row %zu: %lld", i, (long long)seq_after);
		T_TEXT(hash_after, hash);
		end(&cx);
	}
	all_holds();
	/* The number that a receipt took back is given again. */
	struct ctx cx = open_on(people, false);
	const struct register_row *v;
	size_t n;
	T_OK(&cx, register_list(&cx, STR("ICIT"), 2569, &v, &n));
	for (size_t i = 0; i < n; i++)
		T_CHECK(v[i].number == (int64_t)i + 1, "%zu", i);
	end(&cx);
}

/* One change behind its back, in a transaction that is rolled back: what is
 * said of the events, and how many requests of the projections. */
static void what_was_changed_is_found(void)
{
	struct harm {
		struct sql text;
		const char *chain;
		bool differs;
	} table[] = {
		{ SQL_SCAN("update events set at = at + 1 where seq = 3"),
		    "hash", true },
		{ SQL_SCAN("update events set actor = 'x' where seq = 3"),
		    "hash", true },
		{ SQL_SCAN("update events set payload = '{}' where seq = 3"),
		    "hash", true },
		{ SQL_SCAN("update events set prev = 'x' where seq = 3"),
		    "prev hash", true },
		{ SQL_SCAN("update events set hash = 'x' where seq = 3"),
		    "hash prev", true },
		{ SQL_SCAN("update events set type = 'x' where seq = 3"),
		    "type", true },
		{ SQL_SCAN("delete from events where seq = 3"),
		    "gap prev version version version version version"
		    " version",
		    true },
		{ SQL_SCAN("update events set seq = -1 where seq = 1"),
		    "gap hash gap", true },
		{ SQL_SCAN("update chain set seq = 1"), "head", false },
		{ SQL_SCAN("update chain set hash = 'x'"), "head", false },
		{ SQL_SCAN("delete from case_system"), "", true },
		{ SQL_SCAN("delete from case_waiting"), "", true },
		{ SQL_SCAN("insert into case_viewer (no, viewer)"
			   " values ('X', 'all')"),
		    "", true },
		{ SQL_SCAN("update cases set title = 'x' where version > 2"),
		    "", true },
		{ SQL_SCAN("update register_row set number = number + 10"), "",
		    true },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct ctx cx = open_on(people, true);
		int64_t changed = 0;
		T_OK(&cx, sql_exec(&cx, table[i].text, NO_VALS, &changed));
		T_CHECK(changed > 0, "row %zu changes nothing", i);
		T_TEXT(verified(&cx), str_of(table[i].chain));
		T_CHECK((rebuilt(&cx, false).n > 0) == table[i].differs,
		    "row %zu", i);
		if (table[i].chain[0] == '\0') {
			(void)rebuilt(&cx, true);
			T_TEXT(rebuilt(&cx, false), STR(""));
		}
		end(&cx);
	}
	all_holds();
}

static int64_t mended(struct ctx *cx, struct str *ret_said, bool *ret_needed)
{
	struct said s = { .text = STR("") };
	int64_t broken = 0;
	T_OK(cx, projection_mend(cx, differs, &s, &broken));
	T_OK(cx, projection_needed(cx, ret_needed));
	*ret_said = s.text;
	return broken;
}

/* A migration that was stopped before its lists were made anew has left word of
 * it, which holds as long as the events of one say nothing. */
static void mending_goes_on_over_what_is_broken(void)
{
	struct str bad = gone(5), good = gone(5), said;
	bool needed = false;
	struct ctx cx = open_on(people, true);
	T_OK(&cx,
	    sql_exec(&cx, SQL_SCAN("delete from data_file"), NO_VALS, NULL));
	T_OK(&cx, setting_put(&cx, STR("rebuild-needed"), STR("1")));
	commit(&cx);
	cx = open_on(people, true);
	T_OK(&cx, sql_exec(&cx,
		      SQL("update events set actor = 'x' where request = $1"
			  " and version = 2"),
		      VALS(val_str(bad)), NULL));
	T_CHECK(mended(&cx, &said, &needed) == 1 && needed, "one is broken");
	T_TEXT(said, bad);
	struct row row;
	T_OK(&cx, sql_one(&cx,
		      SQL("select count(*) as n from data_file where"
			  " request = $1"),
		      VALS(val_str(good)), &row));
	T_CHECK(row_i64(row, "n") == 1, "the others are mended");
	end(&cx);
	cx = open_on(people, true);
	T_CHECK(mended(&cx, &said, &needed) == 0 && !needed, "all are");
	commit(&cx);
	all_holds();
}

/* Twins of one upload, told by two couriers: each has its event, once. */
static void each_upload_that_goes_is_told_once(void)
{
	struct str no = gone(5);
	for (int round = 0; round < 4; round++) {
		const struct disposal d = { .request = no,
			.kind = STR("uploads"),
			.sha256 = STR("u"),
			.subject = round % 2 ? STR("id-2") : STR("id-1"),
			.name = STR("n"),
			.how = STR("destroyed"),
			.gone = now - round % 2 };
		struct ctx cx = open_on(people, true);
		T_OK(&cx, disposal_record(&cx, &d, 1));
		commit(&cx);
	}
	struct ctx cx = open_on(people, false);
	struct row row;
	T_OK(&cx, sql_one(&cx,
		      SQL("select count(*) as n from events where request = $1"
			  " and type = 'destroyed'"),
		      VALS(val_str(no)), &row));
	T_CHECK(row_i64(row, "n") == 2, "%lld", (long long)row_i64(row, "n"));
	end(&cx);
	all_holds();
}

static int64_t events_of(struct str no, const char *type)
{
	struct row row;
	struct ctx cx = open_on(people, false);
	T_OK(&cx, sql_one(&cx,
		      SQL("select count(*) as n from events where request = $1"
			  " and type = $2"),
		      VALS(val_str(no), val_str(str_of(type))), &row));
	int64_t n = row_i64(row, "n");
	end(&cx);
	return n;
}

static void tell_table(struct str no, enum inbound_state state)
{
	struct ctx cx = open_on(people, true);
	const struct inbound in = { .upload = STR("u1"),
		.request = no,
		.name = STR("a.csv"),
		.sha256 = STR("aa"),
		.actor = actor_of(&cx, ROLE_requester, "", "")->person.email,
		.state = state,
		.found = parsed(&cx, STR("{\"rows\":3,\"wrong\":1}")),
		.finding = parsed(&cx, STR("{\"code\":\"absent\"}")) };
	T_OK(&cx, brought_record(&cx, &in));
	commit(&cx);
}

/* Of a reading, to somebody; told as the courier does. */
static void hand_back(struct str no, int64_t reading, const char *to)
{
	static int64_t leaf;
	leaf++;
	struct ctx cx = open_on(people, true);
	const struct given_back g = { .delivery = str_fmt(
					  cx.arena, "d%lld", (long long)leaf),
		.log = STR("log"),
		.request = no,
		.upload = STR("u1"),
		.name = STR("a.csv"),
		.sha256 = STR("aa"),
		.to = str_of(to),
		.digest = STR("cc"),
		.leaf = leaf,
		.at = now - 5,
		.bytes = 9,
		.reading = reading };
	T_OK(&cx, brought_returned(&cx, &g));
	commit(&cx);
}

/* As the desk told it when it opened the way to a copy. */
static void lead_to_copy(struct str no, int64_t reading, const char *to)
{
	struct case_file f, after;
	struct facts facts;
	struct ctx cx = open_on(people, true);
	T_OK(&cx, chain_lock(&cx));
	T_OK(&cx, cases_load(&cx, no, &f));
	T_OK(&cx, cases_facts(&cx, &f, &facts));
	json_t *data =
	    parsed(&cx, str_fmt(cx.arena,
			    "{\"what\":\"corrected\",\"reading\":%lld,"
			    "\"tables\":[{\"upload\":\"u1\"}]}",
			    (long long)reading));
	struct event ev = { .version = f.version + 1,
		.at = cx.now,
		.type = EVENT_returned,
		.request = no,
		.actor = str_of(to),
		.data = data };
	T_OK(&cx, cases_take(&cx, &facts, &f, &ev, &after));
	commit(&cx);
}

static void a_copy_that_was_handed_over_is_told_once(void)
{
	const char *one = "one@example.ac.th", *two = "two@example.ac.th";
	struct str no = gone(4);
	tell_table(no, INBOUND_read);
	lead_to_copy(no, 2, one);
	struct ctx cx = open_on(people, false);
	struct case_file f;
	T_OK(&cx, cases_load(&cx, no, &f));
	T_CHECK(brought_of(&f, STR("u1"))->handed_at == 0, "was it fetched?");
	int64_t heard = f.heard;
	end(&cx);
	/* Of that nothing follows: it is told when it is so. */
	hand_back(no, 2, one);
	T_CHECK(events_of(no, "returned") == 2, "told");
	hand_back(no, 2, one);
	hand_back(no, 2, "ONE@example.ac.th");
	T_CHECK(events_of(no, "returned") == 2, "once");
	hand_back(no, 2, two);
	hand_back(no, 4, one);
	hand_back(no, 2, one);
	T_CHECK(events_of(no, "returned") == 4, "each person and reading");
	cx = open_on(people, false);
	T_OK(&cx, cases_load(&cx, no, &f));
	const struct brought *b = brought_of(&f, STR("u1"));
	T_CHECK(b->handed_at == now - 5, "%lld", (long long)b->handed_at);
	T_TEXT(b->handed_to, str_of(one));
	T_CHECK(f.heard == heard, "it keeps nobody from what he does");
	end(&cx);
	all_holds();
}

/* A command of the way, with what was prepared out of the table. */
static void step_with_table(struct str no, size_t i)
{
	struct case_file f;
	struct ctx cx = open_on(people, true);
	json_t *made = parsed(&cx, STR(ARTEFACT));
	json_put(json_array_get(json_object_get(made, "parts"), 0), "tables",
	    parsed(&cx, STR("[{\"name\":\"sent\",\"file\":\"u1\"},"
			    "{\"name\":\"other\",\"file\":\"u9\"}]")));
	cx.actor = actor_of(&cx, way[i].role, way[i].office, way[i].unit);
	struct case_command cc = { .no = no,
		.command = way[i].command,
		.body = parsed(&cx, str_of(way[i].body)),
		.artefact = made };
	T_OK(&cx, cases_command(&cx, &cc, &f));
	T_CHECK(f.state == way[i].state, "%s", state_names[f.state]);
	commit(&cx);
}

/* ISO 9001 8.5.3: received, used, given back; lost. Each is told once. */
static void a_table_is_told_of_to_its_end(void)
{
	struct str no = gone(4);
	for (int i = 0; i < 2; i++)
		tell_table(no, INBOUND_read);
	T_CHECK(events_of(no, "brought") == 1, "once");
	tell_table(no, INBOUND_reading);
	T_CHECK(events_of(no, "used") == 0, "not yet");
	step_with_table(no, 4);
	T_CHECK(events_of(no, "used") == 1, "used");
	step_with_table(no, 5);
	T_CHECK(events_of(no, "returned") == 1, "went back");
	struct ctx cx = open_on(people, false);
	struct case_file f;
	T_OK(&cx, cases_load(&cx, no, &f));
	const struct brought *b = brought_of(&f, STR("u1"));
	T_CHECK(b != NULL && f.brought.n == 1, "%zu", f.brought.n);
	T_TEXT(b->used, json_text(f.artefact, "digest"));
	T_CHECK(b->returned_at > 0, "never");
	end(&cx);
	int64_t before = events_of(no, "lost");
	tell_table(no, INBOUND_lost);
	tell_table(no, INBOUND_lost);
	T_CHECK(events_of(no, "lost") == before + 1, "lost");
	all_holds();
}

static int64_t events_after(struct str no, int64_t at)
{
	const struct disposal d = { .request = no,
		.kind = STR("artefacts"),
		.sha256 = STR("built"),
		.name = STR("n"),
		.how = STR("destroyed"),
		.gone = at };
	struct ctx cx = open_on(people, true);
	struct row row;
	T_OK(&cx, disposal_record(&cx, &d, 1));
	T_OK(&cx, sql_one(&cx,
		      SQL("select count(*) as n from events where request = $1"
			  " and type = 'destroyed'"),
		      VALS(val_str(no)), &row));
	int64_t n = row_i64(row, "n");
	commit(&cx);
	return n;
}

/* A file that no event knew goes, is built again, and goes again. */
static void what_is_built_again_goes_again(void)
{
	struct str no = gone(6);
	T_CHECK(events_after(no, now) == 1, "the first time");
	T_CHECK(events_after(no, now) == 1, "told twice");
	T_CHECK(events_after(no, now - 1) == 1, "told late");
	T_CHECK(events_after(no, now + 5) == 2, "the second time");
	all_holds();
}

/* What another has, which was not over when it began here, keeps both. */
static void nothing_goes_before_its_days(void)
{
	struct disposals due = { 0 };
	(void)gone(7);
	struct ctx cx = open_on(people, true);
	cx.now += 31 * INT64_C(86400000);
	T_OK(&cx, disposal_start(&cx));
	T_OK(&cx, disposal_due(&cx, &due));
	T_CHECK(due.n == 0, "%zu on the day it begins", due.n);
	end(&cx);
}

static void a_changed_request_stands_still(void)
{
	struct str no = gone(2);
	struct case_file f;
	struct ctx cx = open_on(people, true);
	T_OK(&cx, sql_exec(&cx,
		      SQL("update events set actor = 'x' where request = $1"
			  " and version = 2"),
		      VALS(val_str(no)), NULL));
	T_ERR(&cx, cases_load(&cx, no, &f), ERR_BROKEN);
	T_ERR(&cx, step(&cx, no, &way[2], 0, &f), ERR_BROKEN);
	end(&cx);
}

static int64_t published(int64_t *ret_seq)
{
	struct ctx cx = open_on(shared, false);
	int64_t n =
	    count_of(&cx, SQL_SCAN("select (select count(*) from connection)"
				   " + (select count(*) from document) as n"));
	struct row row;
	T_OK(&cx,
	    sql_one(&cx, SQL_SCAN("select seq from change"), NO_VALS, &row));
	*ret_seq = row_i64(row, "seq");
	end(&cx);
	return n;
}

static void publish(void)
{
	struct ctx cx = ctx_new(arena_new(), now, LANG_EN);
	T_OK(&cx, grants_publish(&cx, people, shared));
	arena_free(cx.arena);
}

static void publishing_again_changes_nothing(void)
{
	int64_t seq, again;
	publish();
	/* One connection and one document, of the one request delivered. */
	T_CHECK(published(&seq) == 2, "%lld", (long long)published(&seq));
	publish();
	T_CHECK(published(&again) == 2 && again == seq, "twice");
	struct ctx cx = open_on(shared, true);
	T_OK(&cx, sql_exec(&cx, SQL("update change set seq = 0 where id = 1"),
		      NO_VALS, NULL));
	commit(&cx);
	publish();
	T_CHECK(published(&again) == 2 && again == seq, "from the first");

	struct str no = gone(6);
	publish();
	T_CHECK(published(&again) == 4 && again > seq, "another request");
	cx = open_on(people, true);
	struct case_file f;
	T_OK(&cx, cases_load(&cx, no, &f));
	struct step revoke = { .role = ROLE_director,
		.office = "ICIT",
		.unit = "",
		.command = COMMAND_revoke,
		.body = str_cstr(
		    cx.arena, str_fmt(cx.arena,
				  "{\"connection\":\"%.*s\",\"reason\":\"r\"}",
				  STR_ARG(f.connections.v[0].id))) };
	struct str id = f.connections.v[0].id;
	T_OK(&cx, step(&cx, no, &revoke, 0, &f));
	struct ctx other = open_on(shared, false);
	struct connection c;
	T_OK(&cx, store_commit(&cx));
	T_OK(&other, connection_get(&other, id, &c));
	T_TEXT(c.state, STR("active"));
	end(&other);
	publish();
	other = open_on(shared, false);
	T_OK(&other, connection_get(&other, id, &c));
	T_TEXT(c.state, STR("revoked"));
	end(&other);
	arena_free(cx.arena);
	all_holds();
}

static void keep_procedures(struct ctx *cx)
{
	for (size_t i = 0; i < procedures_shipped_n; i++) {
		struct procedure p;
		struct procedure_errors errors = { 0 };
		struct str yaml =
		    str_n((const char *)procedures_shipped[i].bytes,
			procedures_shipped[i].n);
		T_OK(cx, procedure_read(cx, yaml, &p, &errors));
		T_OK(cx, procedure_keep(cx, &p));
	}
}

static void make(const struct scratch *s)
{
	people = scratch_store(s, "people", 2);
	shared = scratch_store(s, "shared", 2);
	struct ctx cx = ctx_new(arena_new(), now, LANG_EN);
	int64_t days;
	T_OK(&cx, store_migrate(&cx, people, "people", NULL));
	T_OK(&cx, store_migrate(&cx, shared, "shared", NULL));
	T_OK(&cx, store_write(&cx, people));
	T_OK(&cx, calendar_import(&cx, calendar_shipped(), &days));
	keep_procedures(&cx);
	T_OK(&cx, demo_people(&cx, json_new_array(cx.arena)));
	commit(&cx);
}

static void tests(const struct scratch *s)
{
	kept = s->arena;
	make(s);
	T_RUN(each_act_is_whole);
	T_RUN(the_register_has_its_row);
	T_RUN(what_is_refused_or_taken_back_leaves_nothing);
	T_RUN(what_was_changed_is_found);
	T_RUN(publishing_again_changes_nothing);
	T_RUN(mending_goes_on_over_what_is_broken);
	T_RUN(each_upload_that_goes_is_told_once);
	T_RUN(a_table_is_told_of_to_its_end);
	T_RUN(a_copy_that_was_handed_over_is_told_once);
	T_RUN(what_is_built_again_goes_again);
	T_RUN(nothing_goes_before_its_days);
	T_RUN(a_changed_request_stands_still);
}

int main(void)
{
	crypt_init();
	scratch_each(tests);
	return T_PLAN();
}
