/* Rounds of the yearly list in hand: requests that are closed, acts that are given or
 * refused; for test_rounds.c. */
#ifndef TESTS_UNIT_ROUNDS_STORE_H
#define TESTS_UNIT_ROUNDS_STORE_H

#include "base/buf.h"
#include "base/crypt.h"
#include "cases_store.h"
#include "cli/demo/demo.h"
#include "core/calendar_days.h"
#include "core/cases.h"
#include "core/delegation.h"
#include "core/disposal_carry.h"
#include "core/policy.h"
#include "core/procedure.h"

#define DAY_MS ((int64_t)24 * 60 * 60000)
#define YEAR_MS (366 * DAY_MS)
#define SHA(c) c c c c c c c c c c c c c c c c
#define SHA_A SHA("aaaa")
#define SHA_B SHA("bbbb")

static struct store *people;
static struct arena *kept;
/* Of the office: chair and two members; the first officer may ask too. */
static struct str member[3];

static struct ctx as(enum role role, bool write)
{
	struct ctx cx = open_on(people, write);
	cx.actor =
	    actor_of(&cx, role, role == ROLE_requester ? "" : "ICIT", "");
	return cx;
}

static struct ctx as_member(size_t i)
{
	struct ctx cx = open_on(people, true);
	struct actor *a = ARENA_NEW(cx.arena, struct actor);
	T_OK(&cx, person_by_email(&cx, member[i], &a->person));
	cx.actor = a;
	return cx;
}

/* A request that reached the office and was withdrawn; member `also` asks with him, or none. */
static struct str closed(int also)
{
	struct case_file f;
	struct ctx cx = as(ROLE_requester, true);
	json_t *answers = parsed(&cx, STR(ANSWERS));
	if (also >= 0)
		json_put_text(answers, "coordinator_email", member[also]);
	struct new_case nc = {
		.office = STR("ICIT"), .answers = answers, .submit = true
	};
	T_OK(&cx, cases_create(&cx, &nc, &f));
	const struct actor *requester = cx.actor;
	struct case_command cc = { .no = f.no,
		.command = COMMAND_consent,
		.body = parsed(&cx, STR("{\"outcome\":\"endorsed\"}")) };
	cx.actor = actor_of(&cx, ROLE_owner, "", "HRD");
	T_OK(&cx, cases_command(&cx, &cc, &f));
	cx.actor = requester;
	cc.command = COMMAND_withdraw;
	cc.body = parsed(&cx, STR("{\"reason\":\"r\"}"));
	T_OK(&cx, cases_command(&cx, &cc, &f));
	T_CHECK(f.state == STATE_closed, "%s", state_names[f.state]);
	struct str no = str_dup(kept, f.no);
	commit(&cx);
	return no;
}

/* Given up while its owner unit was asked: the office never saw it. */
static struct str given_up(void)
{
	struct case_file f;
	struct ctx cx = as(ROLE_requester, true);
	struct new_case nc = { .office = STR("ICIT"),
		.answers = parsed(&cx, STR(ANSWERS)),
		.submit = true };
	T_OK(&cx, cases_create(&cx, &nc, &f));
	struct case_command cc = { .no = f.no,
		.command = COMMAND_withdraw,
		.body = parsed(&cx, STR("{\"reason\":\"r\"}")) };
	T_OK(&cx, cases_command(&cx, &cc, &f));
	T_CHECK(f.state == STATE_closed, "%s", state_names[f.state]);
	struct str no = str_dup(kept, f.no);
	commit(&cx);
	return no;
}

static void attach(struct str no, const char *id, const char *sha)
{
	struct ctx cx = open_on(people, true);
	T_OK(&cx,
	    sql_exec(&cx,
		SQL("insert into attachment (id, request, name, type, bytes,"
		    " sha256, actor, at, paper) values ($1, $2, 'a.pdf',"
		    " 'application/pdf', 3, $3, 'x@example.ac.th', 1, 0)"),
		VALS(val_str(str_of(id)), val_str(no), val_str(str_of(sha))),
		NULL));
	commit(&cx);
}

static struct str round_id;

static int64_t this_year(void)
{
	return year_be(date_of_ms(now));
}

static enum err give(
    struct ctx *cx, enum disposal_act act, const char *body, enum msg *ret_msg)
{
	struct disposal_round r;
	struct round_command rc = {
		.id = round_id, .act = act, .body = parsed(cx, str_of(body))
	};
	enum err e = round_command(cx, &rc, &r);
	*ret_msg = cx->fault.fields ? cx->fault.fields->msg : cx->fault.msg;
	if (e)
		end(cx);
	else
		commit(cx);
	return e;
}

#define OKAY(cx_, act, body)                                              \
	do {                                                              \
		enum msg m_;                                              \
		struct ctx c_ = (cx_);                                    \
		enum err e_ = give(&c_, DISPOSAL_ACT_##act, (body), &m_); \
		T_CHECK(e_ == OK, "%s: %d %.*s", #act, (int)e_,           \
		    STR_ARG(msg_key(m_)));                                \
	} while (0)
#define REFUSED(cx_, act, body, err_, msg_)                                \
	do {                                                               \
		enum msg m_ = MSG_NONE;                                    \
		struct ctx c_ = (cx_);                                     \
		enum err e_ = give(&c_, DISPOSAL_ACT_##act, (body), &m_);  \
		T_CHECK(e_ == (err_) && m_ == (msg_), "%s: %d %.*s", #act, \
		    (int)e_, STR_ARG(msg_key(m_)));                        \
	} while (0)

static struct disposal_round loaded(struct ctx *cx)
{
	struct disposal_round r;
	T_OK(cx, round_load(cx, round_id, &r));
	return r;
}

static enum err open_round(int64_t year, size_t *ret_lines)
{
	struct disposal_round r;
	struct ctx cx = as(ROLE_records, true);
	struct new_round n = { .office = STR("ICIT"), .year = year };
	enum err e = round_open(&cx, &n, &r);
	*ret_lines = 0;
	if (e) {
		end(&cx);
		return e;
	}
	*ret_lines = r.n_lines;
	round_id = str_dup(kept, r.id);
	commit(&cx);
	return OK;
}

static size_t listed(int64_t year)
{
	struct disposal_listing list;
	struct ctx cx = open_on(people, false);
	T_OK(&cx, disposal_list(&cx, STR("ICIT"), year, 9, &list));
	end(&cx);
	return list.n;
}

static struct str committee(const char *order)
{
	return str_fmt(kept,
	    "{\"members\":[\"%.*s\",\"%.*s\",\"%.*s\"],\"no\":\"1/2580\","
	    "\"on\":\"%s\"}",
	    STR_ARG(member[0]), STR_ARG(member[1]), STR_ARG(member[2]), order);
}

static const char *today(void)
{
	return str_cstr(kept, date_iso(kept, date_of_ms(now)));
}

static void name_committee(void)
{
	OKAY(as(ROLE_records, true), name, str_cstr(kept, committee(today())));
}

static void differs(void *arg, struct str no)
{
	(void)arg;
	printf("# %.*s differs\n", STR_ARG(no));
}

static void no_fault(void *arg, const struct chain_fault *f)
{
	(void)arg;
	printf("# %lld %.*s\n", (long long)f->seq, STR_ARG(f->what));
}

static void all_holds(void)
{
	int64_t n, bad = 1;
	struct ctx cx = open_on(people, false);
	T_OK(&cx, projection_rebuild(&cx, false, differs, NULL, &n, &bad));
	T_CHECK(bad == 0, "%lld differ", (long long)bad);
	T_OK(&cx, chain_verify(&cx, no_fault, NULL, &n, &bad));
	T_CHECK(bad == 0, "%lld faults", (long long)bad);
	end(&cx);
}

#endif
