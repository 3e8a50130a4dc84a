/* Rounds of the yearly list for destruction: who does what when, what the committee's
 * opinions come to, and what is destroyed. On SQLite, then on PostgreSQL. */
#include "rounds_store.h"

static struct str cases[4];

static void a_list_is_closed_when_its_round_opens(void)
{
	size_t n;
	int64_t year;
	for (int i = 0; i < 4; i++)
		cases[i] = closed(i == 1 ? 0 : -1);
	given_up();
	attach(cases[0], "f1", SHA_A);
	attach(cases[0], "f2", SHA_B);
	attach(cases[2], "f3", SHA_B);
	T_CHECK(open_round(this_year(), &n) == ERR_CONFLICT, "nothing of age");
	now += 11 * YEAR_MS;
	year = this_year();
	T_CHECK(listed(year) == 4, "%zu listed", listed(year));
	T_CHECK(open_round(year + 1, &n) == ERR_INVALID, "a year to come");
	T_CHECK(open_round(year, &n) == OK, "opened");
	T_CHECK(n == 4, "%zu lines", n);
	T_CHECK(listed(year) == 0 && listed(year + 1) == 0, "taken");
	T_CHECK(open_round(year, &n) == ERR_CONFLICT, "no second one");
	all_holds();
}

static void a_round_is_no_request(void)
{
	struct case_file f;
	struct ctx cx = open_on(people, false);
	struct str *v;
	size_t n;
	int64_t last;
	T_CHECK(cases_load(&cx, round_id, &f) == ERR_NOT_FOUND, "a request");
	T_OK(&cx, events_since(&cx, 0, &v, &n, &last));
	for (size_t i = 0; i < n; i++)
		T_CHECK(!str_eq(v[i], round_id), "published");
	end(&cx);
	cx = open_on(people, false);
	struct disposal_round r;
	T_CHECK(round_load(&cx, cases[0], &r) == ERR_NOT_FOUND, "a round");
	end(&cx);
}

/* Which roles may give which act, in any state: by the refusal's kind. */
static void each_act_is_somebodys(void)
{
	static const struct {
		enum disposal_act act;
		enum role his;
	} acts[] = { { DISPOSAL_ACT_name, ROLE_records },
		{ DISPOSAL_ACT_decide, ROLE_director },
		{ DISPOSAL_ACT_send, ROLE_records },
		{ DISPOSAL_ACT_answer, ROLE_records },
		{ DISPOSAL_ACT_carry, ROLE_records },
		{ DISPOSAL_ACT_drop, ROLE_records },
		{ DISPOSAL_ACT_opine, ROLES }, { DISPOSAL_ACT_report, ROLES },
		{ DISPOSAL_ACT_left, ROLES }, { DISPOSAL_ACT_gone, ROLES },
		{ DISPOSAL_ACT_done, ROLES } };
	static const enum role roles[] = { ROLE_records, ROLE_director,
		ROLE_head, ROLE_officer, ROLE_executive };
	for (size_t i = 0; i < COUNT(acts); i++)
		for (size_t k = 0; k < COUNT(roles); k++) {
			struct ctx cx = as(roles[k], false);
			struct disposal_round r = loaded(&cx);
			bool his = person_holds(&cx.actor->person, acts[i].his,
			    STR("ICIT"), STR(""));
			enum err e =
			    round_may(&cx, &r, &cx.actor->person, acts[i].act);
			T_CHECK(
			    (e != ERR_DENIED) == (acts[i].his != ROLES && his),
			    "%s by %s: %d", disposal_acts[acts[i].act],
			    role_names[roles[k]], (int)e);
			end(&cx);
		}
	struct ctx cx = as(ROLE_requester, false);
	struct disposal_round r;
	T_CHECK(round_get(&cx, round_id, &r) == ERR_NOT_FOUND, "a stranger");
	end(&cx);
}

static void a_committee_has_a_chair_and_two(void)
{
	struct ctx cx = as(ROLE_director, false);
	struct str director = str_dup(kept, cx.actor->person.email);
	end(&cx);
	struct str two = str_fmt(kept,
	    "{\"members\":[\"%.*s\",\"%.*s\"],\"no\":\"1\",\"on\":\"%s\"}",
	    STR_ARG(member[0]), STR_ARG(member[1]), today());
	struct str with = str_fmt(kept,
	    "{\"members\":[\"%.*s\",\"%.*s\",\"%.*s\"],\"no\":\"1\","
	    "\"on\":\"%s\"}",
	    STR_ARG(member[0]), STR_ARG(member[1]), STR_ARG(director), today());
	struct str twice = str_fmt(kept,
	    "{\"members\":[\"%.*s\",\"%.*s\",\"%.*s\"],\"no\":\"1\","
	    "\"on\":\"%s\"}",
	    STR_ARG(member[0]), STR_ARG(member[1]), STR_ARG(member[0]),
	    today());
	REFUSED(as(ROLE_records, true), name, str_cstr(kept, two), ERR_INVALID,
	    MSG_field_three_members);
	REFUSED(as(ROLE_records, true), name, str_cstr(kept, with), ERR_INVALID,
	    MSG_field_member_approves);
	REFUSED(as(ROLE_records, true), name, str_cstr(kept, twice),
	    ERR_INVALID, MSG_field_member_twice);
	REFUSED(as(ROLE_records, true), name,
	    str_cstr(kept, committee("2199-01-01")), ERR_INVALID,
	    MSG_field_in_future);
	REFUSED(as_member(0), opine, "{\"rest\":true,\"opinion\":\"destroy\"}",
	    ERR_DENIED, MSG_error_not_yours);
	name_committee();
}

/* Line 2 is member 0's own; the majority decides; a tie keeps. */
static void opinions_come_to_a_verdict(void)
{
	const char *keep = "{\"lines\":[4],\"opinion\":\"keep\","
			   "\"until\":\"2050-12-31\",\"reason\":\"ใช้อ้างอิง\"}";
	REFUSED(as_member(0), opine, "{\"lines\":[2],\"opinion\":\"destroy\"}",
	    ERR_INVALID, MSG_field_own_line);
	REFUSED(as_member(0), opine, "{\"lines\":[5],\"opinion\":\"destroy\"}",
	    ERR_INVALID, MSG_field_no_such_line);
	REFUSED(as_member(0), opine, "{\"lines\":[1],\"opinion\":\"keep\"}",
	    ERR_INVALID, MSG_field_required);
	REFUSED(as_member(0), opine,
	    "{\"lines\":[1],\"opinion\":\"keep\",\"until\":\"2020-01-01\","
	    "\"reason\":\"r\"}",
	    ERR_INVALID, MSG_field_in_past);
	OKAY(as_member(0), opine, "{\"rest\":true,\"opinion\":\"destroy\"}");
	REFUSED(as_member(0), report, "{}", ERR_CONFLICT,
	    MSG_error_opinions_missing);
	OKAY(as_member(1), opine, keep);
	OKAY(as_member(1), opine, "{\"rest\":true,\"opinion\":\"destroy\"}");
	OKAY(as_member(2), opine, "{\"rest\":true,\"opinion\":\"destroy\"}");
	struct ctx cx = open_on(people, false);
	struct disposal_round r = loaded(&cx);
	T_CHECK(round_missing(&r, STR("")) == 0, "all is said");
	T_CHECK(r.lines[1].opinions.n == 2 && r.lines[0].opinions.n == 3,
	    "none on his own");
	T_CHECK(round_verdict(&r, &r.lines[1]).fate == FATE_destroy,
	    "two of three");
	T_CHECK(round_verdict(&r, &r.lines[3]).fate == FATE_destroy,
	    "one of three thinks otherwise");
	end(&cx);
	OKAY(as_member(2), opine, keep);
	cx = open_on(people, false);
	r = loaded(&cx);
	struct round_verdict v = round_verdict(&r, &r.lines[3]);
	T_CHECK(v.fate == FATE_keep && v.keep == 2, "kept");
	T_TEXT(v.until, STR("2050-12-31"));
	end(&cx);
	all_holds();
}

/* One that could not be read again would stand in the way of all that follows. */
static void no_event_is_written_that_cannot_be_read(void)
{
	static char text[(4 << 20) + 1];
	struct ctx cx = open_on(people, true);
	struct disposal_round r = loaded(&cx);
	json_t *data = json_new_object(cx.arena), *deep = data;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = 'a';
	json_put_text(data, "note", str_n(text, sizeof text));
	T_CHECK(round_append(&cx, &r, data, STR("x")) == ERR_TOO_LARGE, "long");
	end(&cx);
	cx = open_on(people, true);
	r = loaded(&cx);
	data = deep = json_new_object(cx.arena);
	for (int i = 0; i < 40; i++) {
		json_t *in = json_new_object(cx.arena);
		json_put(deep, "in", in);
		deep = in;
	}
	T_CHECK(round_append(&cx, &r, data, STR("x")) == ERR_TOO_LARGE, "deep");
	end(&cx);
}

/* Nor reads, whose roles in the office were taken away. */
static void who_left_the_office_opines_no_more(void)
{
	struct disposal_round r;
	struct ctx cx = as_member(0);
	struct actor left = *cx.actor;
	left.person.n_roles = left.person.n_lent = 0;
	T_OK(&cx, round_get(&cx, round_id, &r));
	T_OK(&cx, round_may(&cx, &r, &cx.actor->person, DISPOSAL_ACT_opine));
	T_CHECK(
	    round_may(&cx, &r, &left.person, DISPOSAL_ACT_opine) == ERR_DENIED,
	    "opines");
	cx.actor = &left;
	T_CHECK(round_get(&cx, round_id, &r) == ERR_NOT_FOUND, "reads");
	end(&cx);
}

/* Two of four are no majority: nothing goes by them. */
static void a_tie_keeps(void)
{
	struct arena *a = arena_new();
	struct disposal_round r = { .arena = a };
	struct round_line l = { .fate = FATE_open };
	for (int i = 0; i < 4; i++) {
		LIST_ADD(a, &r.members,
		    (struct round_member){ .email = str_fmt(a, "m%d", i) });
		LIST_ADD(a, &l.opinions,
		    (struct round_opinion){ .by = str_fmt(a, "m%d", i),
			.destroy = i < 2,
			.until = i < 2 ? STR("") : STR("2090-12-31") });
	}
	struct round_verdict v = round_verdict(&r, &l);
	T_CHECK(v.fate == FATE_keep, "%s", disposal_fates[v.fate]);
	T_TEXT(v.until, STR("2090-12-31"));
	l.opinions.v[2].destroy = true;
	T_CHECK(round_verdict(&r, &l).fate == FATE_destroy, "three of four");
	arena_free(a);
}

/* Who is out of it has said nothing. */
static void a_new_committee_begins_where_it_changed(void)
{
	struct str was = member[2];
	struct ctx cx = as(ROLE_records, false);
	member[2] = str_dup(kept, cx.actor->person.email);
	end(&cx);
	name_committee();
	cx = open_on(people, false);
	struct disposal_round r = loaded(&cx);
	T_CHECK(round_missing(&r, STR("")) == 4, "the new one's");
	T_CHECK(r.lines[0].opinions.n == 2, "%zu", r.lines[0].opinions.n);
	end(&cx);
	OKAY(as_member(2), opine,
	    "{\"lines\":[4],\"opinion\":\"keep\",\"until\":\"2040-12-31\","
	    "\"reason\":\"r\"}");
	OKAY(as_member(2), opine, "{\"rest\":true,\"opinion\":\"destroy\"}");
	member[2] = was;
}

static void the_head_returns_and_approves(void)
{
	REFUSED(as(ROLE_director, true), decide, "{\"outcome\":\"approved\"}",
	    ERR_CONFLICT, MSG_error_not_in_this_state);
	OKAY(as_member(0), report, "{\"note\":\"ครบถ้วน\"}");
	REFUSED(as_member(1), opine, "{\"rest\":true,\"opinion\":\"destroy\"}",
	    ERR_CONFLICT, MSG_error_not_in_this_state);
	REFUSED(as(ROLE_director, true), decide, "{\"outcome\":\"returned\"}",
	    ERR_INVALID, MSG_field_required);
	OKAY(as(ROLE_director, true), decide,
	    "{\"outcome\":\"returned\",\"note\":\"ทบทวน\"}");
	struct ctx cx = open_on(people, false);
	struct disposal_round r = loaded(&cx);
	T_CHECK(round_count(&r, FATE_open) == 4, "open again");
	end(&cx);
	OKAY(as_member(0), report, "{}");
	REFUSED(as(ROLE_director, true), decide,
	    "{\"outcome\":\"approved\",\"keep\":[4],\"note\":\"n\"}",
	    ERR_INVALID, MSG_field_kept_already);
	OKAY(as(ROLE_director, true), decide, "{\"outcome\":\"approved\"}");
	cx = open_on(people, false);
	r = loaded(&cx);
	T_CHECK(r.state == DISPOSAL_approved, "approved");
	T_CHECK(round_count(&r, FATE_destroy) == 3, "three go");
	T_TEXT(r.lines[3].until, STR("2050-12-31"));
	T_TEXT(r.lines[3].why, STR("ใช้อ้างอิง"));
	end(&cx);
	all_holds();
}

/* From the day of sending, when the letter is dated before it. */
static void silence_counts_from_the_sending(void)
{
	struct disposal_round r = { .sent = {
					.on = STR("2026-01-01"), .at = now } };
	T_CHECK(date_cmp(round_silence(&r), date_add(date_of_ms(now), 61)) == 0,
	    "from the sending");
	r.sent.on = STR("2199-01-01");
	T_TEXT(date_iso(kept, round_silence(&r)), STR("2199-03-03"));
}

static void silence_is_consent_after_sixty_days(void)
{
	struct str sent =
	    str_fmt(kept, "{\"no\":\"อว 1/9\",\"on\":\"%s\"}", today());
	REFUSED(as(ROLE_records, true), carry, "{}", ERR_CONFLICT,
	    MSG_error_not_in_this_state);
	REFUSED(as(ROLE_records, true), send,
	    "{\"no\":\"1\",\"on\":\"2027-01-01\"}", ERR_INVALID,
	    MSG_field_before_that);
	OKAY(as(ROLE_records, true), send, str_cstr(kept, sent));
	now += 59 * DAY_MS;
	REFUSED(as(ROLE_records, true), answer, "{\"outcome\":\"silent\"}",
	    ERR_CONFLICT, MSG_error_archives_wait);
	REFUSED(as(ROLE_records, true), answer,
	    "{\"outcome\":\"some\",\"note\":\"n\"}", ERR_INVALID,
	    MSG_field_required);
	now += DAY_MS;
	REFUSED(as(ROLE_records, true), answer, "{\"outcome\":\"silent\"}",
	    ERR_CONFLICT, MSG_error_archives_wait);
	now += DAY_MS;
	OKAY(as(ROLE_records, true), answer, "{\"outcome\":\"silent\"}");
}

static void hold(struct str no)
{
	struct case_file f;
	struct ctx cx = as(ROLE_records, true);
	struct case_command cc = { .no = no,
		.command = COMMAND_keep,
		.body = parsed(
		    &cx, STR("{\"outcome\":\"held\",\"kind\":\"litigation\","
			     "\"reason\":\"คดี\"}")) };
	T_OK(&cx, cases_command(&cx, &cc, &f));
	commit(&cx);
}

/* A file that came after the list was closed. */
static void attach_later(struct str no)
{
	struct case_file f;
	struct ctx cx = as(ROLE_records, true);
	const struct attached file = { .id = STR("late"),
		.name = STR("late.pdf"),
		.type = STR("application/pdf"),
		.sha256 = STR(SHA_A),
		.bytes = 3 };
	T_OK(&cx, cases_attach(&cx, no, &file, &f));
	commit(&cx);
}

static struct carry_lines begin(struct ctx *cx)
{
	struct carry_lines all = { 0 };
	struct str id;
	*cx = open_on(people, true);
	T_OK(cx, carry_round(cx, STR(""), &id));
	T_TEXT(id, round_id);
	T_OK(cx, carry_begin(cx, id, 0, CARRY_AT_ONCE, &all));
	T_OK(cx, store_commit(cx));
	return all;
}

static size_t events_of(struct str no, enum event_type type)
{
	struct events events;
	size_t n = 0;
	struct ctx cx = open_on(people, false);
	T_OK(&cx, events_load(&cx, no, &events));
	for (size_t i = 0; i < events.n; i++)
		n += events.v[i].type == type;
	end(&cx);
	return n;
}

static bool is_shared(struct str no, const char *sha)
{
	bool shared = false;
	struct ctx cx = open_on(people, false);
	struct carry_file f = { .kind = STR("attachment"),
		.sha256 = str_of(sha) };
	T_OK(&cx, carry_shared(&cx, no, &f, &shared));
	end(&cx);
	return shared;
}

/* The second is held in between: it stays. The third goes. A courier that was
 * killed after the request's event finds it and tells it once. */
static void it_is_carried_out_whoever_is_killed(void)
{
	struct ctx cx;
	OKAY(as(ROLE_records, true), carry, "{}");
	REFUSED(as(ROLE_records, true), drop, "{\"note\":\"n\"}", ERR_CONFLICT,
	    MSG_error_not_in_this_state);
	hold(cases[1]);
	T_CHECK(is_shared(cases[0], SHA_B), "the third has it too");
	T_CHECK(!is_shared(cases[0], SHA_A), "nobody else has it");
	struct carry_lines all = begin(&cx);
	T_CHECK(all.n == 2, "%zu lines", all.n);
	T_CHECK(all.v[0].n_files == 2 && all.v[1].n_files == 1, "files");
	T_TEXT(all.v[0].files[0].sha256, STR(SHA_A));
	arena_free(cx.arena);
	all = begin(&cx);
	T_CHECK(all.n == 2 && all.v[0].n_files == 2, "found again");
	T_CHECK(events_of(cases[0], EVENT_disposed) == 1, "told once");
	T_CHECK(events_of(cases[1], EVENT_disposed) == 0, "held");
	T_CHECK(!is_shared(cases[0], SHA_B), "the third goes too");
	for (size_t i = 0; i < all.n; i++) {
		all.v[i].over = true;
		for (size_t k = 0; k < all.v[i].n_files; k++)
			all.v[i].files[k].how = "destroyed";
	}
	for (int i = 0; i < 2; i++) {
		T_OK(&cx, store_write(&cx, people));
		T_OK(&cx, carry_told(&cx, &all));
		T_OK(&cx, store_commit(&cx));
	}
	arena_free(cx.arena);
	cx = open_on(people, false);
	struct disposal_round r = loaded(&cx);
	T_CHECK(r.state == DISPOSAL_done, "%s", disposal_states[r.state]);
	T_CHECK(r.lines[0].fate == FATE_gone && r.lines[2].fate == FATE_gone &&
		    r.lines[1].fate == FATE_left &&
		    r.lines[3].fate == FATE_keep,
	    "fates");
	T_TEXT(r.lines[1].why, STR("held"));
	end(&cx);
	T_CHECK(events_of(round_id, EVENT_round) == (size_t)r.version,
	    "all its events");
	all_holds();
}

static void what_is_destroyed_is_acted_on_no_more(void)
{
	struct case_file f;
	struct facts facts;
	struct ctx cx = as(ROLE_records, false);
	T_OK(&cx, cases_load(&cx, cases[0], &f));
	T_OK(&cx, cases_facts(&cx, &f, &facts));
	T_CHECK(f.disposed.at > 0, "destroyed");
	T_TEXT(f.disposed.round, round_id);
	T_CHECK(disposed_refuse(&cx, &f) == ERR_GONE, "410");
	T_CHECK(policy_allowed(&cx, &facts, &f, &cx.actor->person) == 0,
	    "nothing is allowed");
	T_CHECK(cases_may_attach(&cx, cases[0]) == ERR_GONE, "no file");
	end(&cx);
	/* Held: in no list. Kept to 2050: in none before. */
	T_CHECK(listed(this_year()) == 0, "nothing this year");
	T_CHECK(listed(2050 + 543) == 0, "kept");
	T_CHECK(listed(2051 + 543) == 1, "and of age again");
}

static void a_round_that_is_dropped_frees_its_list(void)
{
	size_t n;
	struct str no = closed(-1);
	now += 11 * YEAR_MS;
	T_CHECK(open_round(this_year(), &n) == OK && n == 1, "%zu", n);
	REFUSED(as(ROLE_records, true), drop, "{}", ERR_INVALID,
	    MSG_field_required);
	OKAY(as(ROLE_records, true), drop, "{\"note\":\"ผิดปี\"}");
	T_CHECK(listed(this_year()) == 1, "free");
	T_CHECK(events_of(no, EVENT_disposed) == 0, "nothing was destroyed");
	all_holds();
}

/* One of which the events were changed is left out, and hides no other. */
static void a_broken_request_hides_no_other(void)
{
	struct disposal_listing list;
	struct ctx cx = open_on(people, true);
	T_OK(&cx, disposal_list(&cx, STR("ICIT"), this_year(), 9, &list));
	T_CHECK(list.n == 1 && list.n_broken == 0, "%zu", list.n);
	struct str no = list.v[0].request;
	T_OK(&cx, disposal_list(&cx, STR("ICIT"), this_year(), 0, &list));
	T_CHECK(list.n == 0, "no more than asked for");
	T_OK(&cx, sql_exec(&cx,
		      SQL("update events set actor = 'x' where request = $1"
			  " and version = 1"),
		      VALS(val_str(no)), NULL));
	T_OK(&cx, disposal_list(&cx, STR("ICIT"), this_year(), 9, &list));
	T_CHECK(list.n == 0 && list.n_broken == 1, "left out");
	T_TEXT(list.broken[0], no);
	end(&cx);
}

/* When all is kept there is nothing to send, nor to carry out. */
static void a_round_that_keeps_all_is_over(void)
{
	size_t n;
	const char *keep = "{\"rest\":true,\"opinion\":\"keep\","
			   "\"until\":\"2090-12-31\",\"reason\":\"r\"}";
	T_CHECK(open_round(this_year(), &n) == OK && n == 1, "%zu", n);
	name_committee();
	for (size_t i = 0; i < 3; i++)
		OKAY(as_member(i), opine, keep);
	OKAY(as_member(1), report, "{}");
	OKAY(as(ROLE_director, true), decide, "{\"outcome\":\"approved\"}");
	struct ctx cx = open_on(people, false);
	struct disposal_round r = loaded(&cx);
	T_CHECK(r.state == DISPOSAL_done && r.done > 0, "over");
	end(&cx);
	all_holds();
}

/* The records office's, who stands in for the director. */
static struct ctx for_director(void)
{
	struct ctx cx = as(ROLE_records, true);
	struct actor *giver = actor_of(&cx, ROLE_director, "ICIT", "");
	struct actor *a = ARENA_NEW(cx.arena, struct actor);
	struct standing *as = ARENA_NEW(cx.arena, struct standing);
	as->giver = giver->person;
	as->giver.absent = true;
	*a = *cx.actor;
	/* Lent roles come last. */
	const struct person *p = &cx.actor->person;
	struct held_role *roles = ARENA_ARRAY(
	    cx.arena, struct held_role, p->n_roles + giver->person.n_roles);
	for (size_t i = 0; i < p->n_roles; i++)
		roles[i] = p->roles[i];
	for (size_t i = 0; i < giver->person.n_roles; i++)
		roles[p->n_roles + i] = giver->person.roles[i];
	a->person.roles = roles;
	a->person.n_lent = giver->person.n_roles;
	a->person.n_roles = p->n_roles + giver->person.n_roles;
	a->person.stands = as;
	a->person.n_stands = 1;
	cx.actor = a;
	return cx;
}

/* The director asked for the second with others (the first is of age again): he
 * says that it is kept. */
static void nobody_approves_that_his_own_goes(void)
{
	size_t n;
	struct str was = member[1];
	struct ctx cx = as(ROLE_director, false);
	member[1] = str_dup(kept, cx.actor->person.email);
	end(&cx);
	closed(1);
	member[1] = was;
	now += 11 * YEAR_MS;
	T_CHECK(open_round(this_year(), &n) == OK && n == 2, "%zu", n);
	name_committee();
	for (size_t i = 0; i < 3; i++)
		OKAY(as_member(i), opine,
		    "{\"rest\":true,\"opinion\":\"destroy\"}");
	OKAY(as_member(1), report, "{}");
	REFUSED(as(ROLE_director, true), decide, "{\"outcome\":\"approved\"}",
	    ERR_CONFLICT, MSG_error_own_line);
	REFUSED(for_director(), decide, "{\"outcome\":\"approved\"}",
	    ERR_CONFLICT, MSG_error_own_line);
	OKAY(as(ROLE_director, true), decide,
	    "{\"outcome\":\"approved\",\"keep\":[1,2],\"note\":\"n\"}");
	cx = open_on(people, false);
	struct disposal_round r = loaded(&cx);
	T_CHECK(r.state == DISPOSAL_done, "%s", disposal_states[r.state]);
	T_TEXT(r.lines[1].kept_by, STR("head"));
	end(&cx);
}

static struct str fresh[3];

/* A round that is being carried out, in which `n_new` requests of its own come
 * last; all others are kept. Returns how many these are. */
static size_t carrying(size_t n_new)
{
	size_t n = 0;
	for (size_t i = 0; i < n_new; i++)
		fresh[i] = closed(-1);
	now += 11 * YEAR_MS;
	T_CHECK(open_round(this_year(), &n) == OK && n >= n_new, "%zu", n);
	name_committee();
	for (size_t i = 0; i < 3; i++)
		OKAY(as_member(i), opine,
		    "{\"rest\":true,\"opinion\":\"destroy\"}");
	OKAY(as_member(1), report, "{}");
	struct buf b = buf_new(kept, 4096);
	for (size_t i = 0; i < n - n_new; i++)
		buf_fmt(&b, "%s%zu", i ? "," : "", i + 1);
	OKAY(as(ROLE_director, true), decide,
	    str_cstr(kept, str_fmt(kept,
			       "{\"outcome\":\"approved\",\"keep\":[%.*s],"
			       "\"note\":\"n\"}",
			       STR_ARG(buf_view(&b)))));
	const char *letter = str_cstr(
	    kept, str_fmt(kept, "{\"no\":\"1\",\"on\":\"%s\"}", today()));
	OKAY(as(ROLE_records, true), send, letter);
	OKAY(as(ROLE_records, true), answer,
	    str_cstr(
		kept, str_fmt(kept,
			  "{\"outcome\":\"agreed\",\"no\":\"2\",\"on\":\"%s\"}",
			  today())));
	OKAY(as(ROLE_records, true), carry, "{}");
	return n - n_new;
}

/* A mail to the request, in that state; the file that came with it has no row. */
static void mail_to(
    struct str no, int64_t id, const char *state, const char *files)
{
	struct ctx cx = open_on(people, true);
	T_OK(&cx,
	    sql_exec(&cx,
		SQL("insert into reply (id, mailbox, uidvalidity, uid,"
		    " fingerprint, state, why, kind, request, office,"
		    " message_id, sender, sender_name, subject, body, files,"
		    " sha256, bytes, sealed, at, acted_by, acted, reason)"
		    " values ($1, 'm', 1, $1, $3 || $2, $2, '', 'written', $3,"
		    " 'ICIT', 'm', 'x@example.ac.th', '', '', 'words', $4, $5,"
		    " 3, 0, 1, '', 0, '')"),
		VALS(val_i64(id), val_str(str_of(state)), val_str(no),
		    val_str(str_of(files)), val_str(STR(SHA_B))),
		NULL));
	commit(&cx);
}

static void finish(struct carry_lines *all)
{
	struct ctx cx = open_on(people, true);
	for (size_t i = 0; i < all->n; i++) {
		all->v[i].over = true;
		for (size_t k = 0; k < all->v[i].n_files; k++)
			all->v[i].files[k].how = "destroyed";
	}
	T_OK(&cx, carry_told(&cx, all));
	commit(&cx);
}

static void what_came_after_the_list_is_left(void)
{
	struct ctx cx;
	size_t first = carrying(2);
	attach_later(fresh[0]);
	struct carry_lines all = begin(&cx);
	T_CHECK(all.n == 1, "%zu lines", all.n);
	T_CHECK(events_of(fresh[0], EVENT_disposed) == 0, "nothing of it goes");
	finish(&all);
	arena_free(cx.arena);
	cx = open_on(people, false);
	struct disposal_round r = loaded(&cx);
	T_CHECK(r.state == DISPOSAL_done, "%s", disposal_states[r.state]);
	T_CHECK(r.lines[first].fate == FATE_left &&
		    r.lines[first + 1].fate == FATE_gone,
	    "fates");
	T_TEXT(r.lines[first].why, STR("changed"));
	end(&cx);
	all_holds();
}

/* A held one keeps its request; of others the files go, entered or not. The third
 * line fails: which one is told, and what is before it goes without it. */
static void mails_go_with_their_request(void)
{
	struct ctx cx;
	size_t first = carrying(3);
	mail_to(fresh[0], 101, "held", "[]");
	mail_to(fresh[1], 102, "aside",
	    "[{\"name\":\"a\",\"sha256\":\"" SHA_A "\",\"bytes\":3},"
	    "{\"name\":\"b\",\"left_out\":\"size\"}]");
	mail_to(fresh[2], 103, "joined", "[");
	struct carry_lines all = { 0 };
	cx = open_on(people, true);
	T_CHECK(carry_begin(&cx, round_id, 0, CARRY_AT_ONCE, &all) != OK,
	    "no JSON");
	T_CHECK(all.passed == 2 && all.failed == (int64_t)first + 3, "%zu %lld",
	    all.passed, (long long)all.failed);
	end(&cx);
	cx = open_on(people, true);
	T_OK(&cx, carry_begin(&cx, round_id, 0, all.passed, &all));
	T_OK(&cx, store_commit(&cx));
	T_CHECK(all.n == 1 && all.v[0].n_files == 2, "%zu", all.v[0].n_files);
	T_TEXT(all.v[0].files[0].kind, STR("reply"));
	T_TEXT(all.v[0].files[1].kind, STR("attachment"));
	T_TEXT(all.v[0].files[1].sha256, STR(SHA_A));
	finish(&all);
	arena_free(cx.arena);
	cx = open_on(people, true);
	struct disposal_round r = loaded(&cx);
	T_CHECK(r.state == DISPOSAL_carrying &&
		    r.lines[first + 1].fate == FATE_gone &&
		    r.lines[first + 2].fate == FATE_destroy,
	    "fates");
	T_TEXT(r.lines[first].why, STR("mail"));
	struct row row;
	T_OK(&cx, sql_one(&cx, SQL("select body from reply where id = 102"),
		      NO_VALS, &row));
	T_TEXT(row_str(row, "body"), STR(""));
	end(&cx);
	cx = open_on(people, true);
	T_OK(&cx,
	    sql_exec(&cx, SQL("update reply set files = '[]' where id = 103"),
		NO_VALS, NULL));
	commit(&cx);
	all = begin(&cx);
	T_CHECK(all.n == 1, "%zu lines", all.n);
	finish(&all);
	arena_free(cx.arena);
	all_holds();
}

/* Rounds are gone through in a circle. */
static void one_that_is_stuck_keeps_no_other(void)
{
	struct str id;
	carrying(2);
	struct ctx cx = open_on(people, true);
	T_OK(&cx,
	    sql_exec(&cx,
		SQL_SCAN("insert into disposal_round (id, office, year, nth,"
			 " state, version, lines, opened) values"
			 " ('A', 'ICIT', 2580, 9, 'carrying', 1, 1, 1)"),
		NO_VALS, NULL));
	T_OK(&cx, carry_round(&cx, STR(""), &id));
	T_TEXT(id, STR("A"));
	T_OK(&cx, carry_round(&cx, STR("A"), &id));
	T_TEXT(id, round_id);
	T_OK(&cx, carry_round(&cx, round_id, &id));
	T_TEXT(id, STR("A"));
	end(&cx);
}

/* A row that was changed is seen, and mended from the events. */
static void projections_are_mended(void)
{
	int64_t n, bad = 0;
	struct ctx cx = open_on(people, true);
	T_OK(&cx,
	    sql_exec(&cx, SQL_SCAN("update disposal_line set fate = 'destroy'"),
		NO_VALS, NULL));
	T_OK(&cx, sql_exec(&cx,
		      SQL_SCAN("insert into disposal_round (id, office, year,"
			       " nth, state, version, lines, opened) values"
			       " ('X', 'ICIT', 2580, 9, 'carrying', 1, 1, 1)"),
		      NO_VALS, NULL));
	T_OK(&cx,
	    sql_exec(&cx, SQL_SCAN("delete from disposed"), NO_VALS, NULL));
	T_OK(&cx, projection_rebuild(&cx, true, differs, NULL, &n, &bad));
	commit(&cx);
	T_CHECK(bad == 13, "%lld", (long long)bad);
	all_holds();
}

static void find_members(void)
{
	const struct person *v;
	size_t n, k = 0;
	struct ctx cx = open_on(people, false);
	T_OK(&cx, person_list(&cx, &v, &n));
	for (size_t i = 0; i < n && k < 3; i++)
		if (person_in_office(&v[i], STR("ICIT")) &&
		    !person_holds(&v[i], ROLE_director, STR("ICIT"), STR("")) &&
		    !person_holds(&v[i], ROLE_records, STR("ICIT"), STR("")))
			member[k++] = str_dup(kept, v[i].email);
	REQUIRE(k == 3);
	end(&cx);
}

static void make(const struct scratch *s)
{
	struct date first = { .year = 2026, .month = 11, .day = 16 };
	now = date_start_ms(first) + 9 * 60 * 60000;
	people = scratch_store(s, "people", 2);
	struct ctx cx = ctx_new(arena_new(), now, LANG_EN);
	int64_t days;
	T_OK(&cx, store_migrate(&cx, people, "people", NULL));
	T_OK(&cx, store_write(&cx, people));
	T_OK(&cx, calendar_import(&cx, calendar_shipped(), &days));
	for (size_t i = 0; i < procedures_shipped_n; i++) {
		struct procedure p;
		struct procedure_errors errors = { 0 };
		struct str yaml =
		    str_n((const char *)procedures_shipped[i].bytes,
			procedures_shipped[i].n);
		T_OK(&cx, procedure_read(&cx, yaml, &p, &errors));
		T_OK(&cx, procedure_keep(&cx, &p));
	}
	T_OK(&cx, demo_people(&cx, json_new_array(cx.arena)));
	commit(&cx);
	find_members();
}

int main(void)
{
	crypt_init();
	for (int kind = 0; kind < SCRATCH_KINDS; kind++) {
		if (!scratch_has((enum scratch_kind)kind)) {
			printf("# not on %s\n", scratch_kind_names[kind]);
			continue;
		}
		printf("# on %s\n", scratch_kind_names[kind]);
		kept = arena_new();
		struct scratch s = scratch_new(kept, (enum scratch_kind)kind);
		make(&s);
		T_RUN(a_list_is_closed_when_its_round_opens);
		T_RUN(a_round_is_no_request);
		T_RUN(each_act_is_somebodys);
		T_RUN(a_committee_has_a_chair_and_two);
		T_RUN(opinions_come_to_a_verdict);
		T_RUN(no_event_is_written_that_cannot_be_read);
		T_RUN(who_left_the_office_opines_no_more);
		T_RUN(a_tie_keeps);
		T_RUN(a_new_committee_begins_where_it_changed);
		T_RUN(the_head_returns_and_approves);
		T_RUN(silence_counts_from_the_sending);
		T_RUN(silence_is_consent_after_sixty_days);
		T_RUN(it_is_carried_out_whoever_is_killed);
		T_RUN(what_is_destroyed_is_acted_on_no_more);
		T_RUN(a_round_that_is_dropped_frees_its_list);
		T_RUN(a_broken_request_hides_no_other);
		T_RUN(a_round_that_keeps_all_is_over);
		T_RUN(nobody_approves_that_his_own_goes);
		T_RUN(what_came_after_the_list_is_left);
		T_RUN(mails_go_with_their_request);
		T_RUN(one_that_is_stuck_keeps_no_other);
		T_RUN(projections_are_mended);
		arena_free(kept);
	}
	return T_PLAN();
}
