#include "core/projection.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/thai.h"
#include "core/answers.h"
#include "core/clock.h"
#include "core/consult.h"
#include "core/data_files.h"
#include "core/disposal_carry.h"
#include "core/handover.h"
#include "core/numbers.h"
#include "core/policy.h"
#include "sql/sql.h"

/* Half of it is more than all answers that a form takes. */
enum { MAX_SEARCH = 1 << 18 };

static struct str joined_systems(struct arena *a, const struct case_file *f)
{
	struct str all = STR("");
	for (size_t i = 0; i < f->systems.n; i++)
		all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all), i ? " " : "",
		    STR_ARG(f->systems.v[i].code));
	return all;
}

static void add_waiting(struct arena *a, struct case_rows *rows,
    const struct run *r, struct str holder)
{
	LIST_ADD(a, &rows->waiting,
	    (struct waiting){ .stage = r->stage,
		.unit = r->unit,
		.holder = holder,
		.since = r->since });
}

static void add_person(struct arena *a, struct case_rows *rows,
    const struct run *r, struct str email)
{
	if (email.n > 0)
		add_waiting(a, rows, r,
		    str_fmt(a, "person:%.*s", STR_ARG(str_lower(a, email))));
}

static void add_requester(struct arena *a, struct case_rows *rows,
    const struct case_file *f, const struct run *r)
{
	add_person(a, rows, r, f->requester);
	for (size_t i = 0; i < f->holders.n; i++)
		add_person(a, rows, r, f->holders.v[i]);
}

/* Whoever is officer of the system when the list is read; the head in charge
 * when nobody is, then. */
static void add_system_officers(struct arena *a, struct case_rows *rows,
    const struct case_file *f, const struct run *r)
{
	for (size_t i = 0; i < f->systems.n; i++) {
		const struct case_system *s = &f->systems.v[i];
		struct run head = {
			.stage = r->stage, .unit = s->code, .since = r->since
		};
		struct str division =
		    f->division.n > 0 ? f->division : s->division;
		add_waiting(
		    a, rows, r, str_fmt(a, "system:%.*s", STR_ARG(s->code)));
		add_waiting(a, rows, &head,
		    str_fmt(a, "fallback:%.*s:%.*s", STR_ARG(f->office),
			STR_ARG(division)));
	}
}

/* Keys as person_role joins them: "role:office:unit". */
static void add_role(struct arena *a, struct case_rows *rows,
    const struct case_file *f, const struct run *r, const struct stage *s)
{
	bool office = true;
	struct str unit = r->unit;
	if (s->who == WHO_owner_unit || s->who == WHO_requesting_unit)
		office = false;
	else if (s->who == WHO_anywhere)
		office = false;
	if (s->who == WHO_office || s->who == WHO_anywhere)
		unit = STR("");
	else if (s->who == WHO_division && unit.n == 0)
		unit = f->division;
	add_waiting(a, rows, r,
	    str_fmt(a, "%s:%.*s:%.*s", role_names[s->role],
		STR_ARG(office ? f->office : STR("")), STR_ARG(unit)));
}

static void wait_for(struct arena *a, struct case_rows *rows,
    const struct facts *facts, const struct case_file *f, const struct run *r)
{
	const struct stage *s = procedure_stage(facts->procedure, r->stage);
	REQUIRE(s != NULL);
	if (s->who == WHO_requester) {
		add_requester(a, rows, f, r);
	} else if (s->who == WHO_person) {
		add_person(a, rows, r, s->person);
	} else if (f->officers.n > 0 &&
		   (s->who == WHO_assigned || s->who == WHO_system_officer)) {
		for (size_t i = 0; i < f->officers.n; i++)
			add_person(a, rows, r, f->officers.v[i]);
	} else if (s->who == WHO_system_officer) {
		add_system_officers(a, rows, f, r);
	} else {
		add_role(a, rows, f, r, s);
	}
}

/* Those whose opinion is asked for; nothing else waits for it. */
static void add_consulted(
    struct arena *a, struct case_rows *rows, const struct case_file *f)
{
	for (size_t i = 0; i < f->consultations.n; i++) {
		const struct consultation *c = &f->consultations.v[i];
		const struct run asked = { .stage = STR("opinion"),
			.since = c->at };
		if (consult_is_open(f, c))
			add_person(a, rows, &asked, c->to);
	}
}

/* The unit's clerks, until one of them has prepared its answer. */
static void add_clerks(
    struct arena *a, struct case_rows *rows, const struct run *r)
{
	struct run clerks = *r;
	clerks.stage = STR("proposal");
	if (r->kind == STAGE_consent && r->role == ROLE_owner &&
	    r->unit.n > 0 && r->proposal == NULL)
		add_waiting(a, rows, &clerks,
		    str_fmt(a, "clerk::%.*s", STR_ARG(r->unit)));
}

/* One more row of somebody who has it in hand, unless he waits anyway: days that
 * begin together are one, until the later end. */
static void add_days(struct arena *a, struct case_rows *rows,
    const struct run *r, struct str holder, const struct handover *h)
{
	for (size_t i = 0; i < rows->waiting.n; i++) {
		struct waiting *w = &rows->waiting.v[i];
		if (!str_eq(w->stage, r->stage) || !str_eq(w->unit, r->unit) ||
		    !str_eq(w->holder, holder))
			continue;
		bool always = w->starts.n == 0 && w->until.n == 0;
		if (!always && !str_eq(w->starts, h->from))
			continue;
		if (w->until.n > 0 &&
		    (h->until.n == 0 || str_cmp(h->until, w->until) > 0))
			w->until = h->until;
		return;
	}
	add_waiting(a, rows, r, holder);
	struct waiting *w = &rows->waiting.v[rows->waiting.n - 1];
	w->starts = h->from;
	w->until = h->until;
}

/* Whoever has it in hand for one of the holders; for two of them, on the days of
 * both. */
static void add_handed(struct arena *a, struct case_rows *rows,
    const struct case_file *f, const struct run *r)
{
	for (size_t i = 0; i < f->handovers.n; i++) {
		const struct handover *h = &f->handovers.v[i];
		if (h->ended == 0 && handover_covers(h, r))
			add_days(a, rows, r,
			    str_fmt(
				a, "person:%.*s", STR_ARG(str_lower(a, h->to))),
			    h);
	}
}

static void waiting_rows(struct arena *a, struct case_rows *rows,
    const struct facts *facts, const struct case_file *f)
{
	size_t cursor = 0;
	const struct run *r;
	add_consulted(a, rows, f);
	if (f->state == STATE_waiting) {
		struct run asked = { .stage = STR("waiting"),
			.since = f->pauses.v[f->pauses.n - 1].from };
		add_requester(a, rows, f, &asked);
		return;
	}
	while ((r = case_open_run(f, &cursor)) != NULL) {
		wait_for(a, rows, facts, f, r);
		add_clerks(a, rows, r);
		add_handed(a, rows, f, r);
	}
	/* The reply memo that a rejection leaves to the records office (N-26). */
	if (f->letter_due) {
		struct run letter = { .stage = STR("letter"),
			.since = f->closed };
		add_waiting(a, rows, &letter,
		    str_fmt(a, "records:%.*s:", STR_ARG(f->office)));
	}
}

/* Words of an answer; a list's one by one. */
static void put_words(struct buf *b, const json_t *v)
{
	if (json_is_string(v)) {
		buf_char(b, ' ');
		buf_str(b, json_as_text(v));
	}
	for (size_t i = 0; json_is_array(v) && i < json_array_size(v); i++)
		put_words(b, json_array_get(v, i));
}

/* What the search looks through. The names of units and systems are not here:
 * they change without an event (case_list.c). */
static struct str search_of(
    struct arena *a, const struct case_file *f, const struct case_rows *rows)
{
	size_t n;
	const char *const *keys = answer_keys(&n);
	struct buf b = buf_new(a, MAX_SEARCH);
	buf_fmt(&b, "%.*s %.*s %.*s %.*s %.*s %.*s %.*s", STR_ARG(f->no),
	    STR_ARG(rows->title), STR_ARG(f->requester_name), STR_ARG(f->unit),
	    STR_ARG(rows->systems), STR_ARG(f->memo_in),
	    STR_ARG(f->received_no));
	/* In the table's order: that of an object is not the event's. Codes are
	 * no words. */
	for (size_t i = 0; i < n && b.n < MAX_SEARCH / 2; i++)
		if (answer_prefix(str_of(keys[i])).n == 0)
			put_words(&b, json_value(f->answers, keys[i]));
	return thai_search_key(a, buf_view(&b));
}

struct case_rows case_rows_of(
    struct arena *a, const struct facts *facts, const struct case_file *f)
{
	struct case_rows rows = { .title = case_title(f),
		.systems = joined_systems(a, f) };
	/* What is due is a matter of events and calendar, not of today. */
	struct clock c = clock_read(facts, f, f->updated);
	rows.due = date_iso(a, c.due);
	rows.search = search_of(a, f, &rows);
	rows.n_viewers = policy_viewers(f, a, &rows.viewers);
	waiting_rows(a, &rows, facts, f);
	rows.registered = f->register_no != 0;
	if (rows.registered)
		rows.reg = register_row_of(a, f, rows.systems);
	return rows;
}

enum err projection_clear(struct ctx *cx, struct str no)
{
	struct vals v = VALS(val_str(no));
	enum err e =
	    sql_exec(cx, SQL("delete from case_viewer where no = $1"), v, NULL);
	if (!e)
		e = sql_exec(
		    cx, SQL("delete from case_system where no = $1"), v, NULL);
	if (!e)
		e = sql_exec(
		    cx, SQL("delete from case_waiting where no = $1"), v, NULL);
	if (!e)
		e = sql_exec(cx,
		    SQL("delete from case_number where request = $1"), v, NULL);
	if (!e)
		e = sql_exec(cx,
		    SQL("delete from data_file where request = $1"), v, NULL);
	if (!e)
		e = sql_exec(cx, SQL("delete from disposed where request = $1"),
		    v, NULL);
	return e;
}

static enum err put_case(
    struct ctx *cx, const struct case_file *f, const struct case_rows *rows)
{
	return sql_exec(cx,
	    SQL("insert into cases (no, version, office, procedure, revision, state,"
		" outcome, title, requester, unit, service_type, received, due,"
		" created, updated, search) values ($1, $2, $3, $4, $5, $6, $7,"
		" $8, $9, $10, $11, $12, $13, $14, $15, $16)"
		" on conflict (no) do update set version = $2, office = $3,"
		" procedure = $4, revision = $5, state = $6, outcome = $7,"
		" title = $8, requester = $9, unit = $10, service_type = $11,"
		" received = $12, due = $13, created = $14, updated = $15,"
		" search = $16"),
	    VALS(val_str(f->no), val_i64(f->version), val_str(f->office),
		val_str(f->procedure), val_str(f->revision),
		val_str(str_of(state_names[f->state])),
		val_str(str_of(outcome_names[f->outcome])),
		val_str(rows->title), val_str(f->requester), val_str(f->unit),
		val_str(f->service_type), val_i64(f->received),
		val_str(rows->due), val_i64(f->created), val_i64(f->updated),
		val_str(rows->search)),
	    NULL);
}

static enum err put_lists(
    struct ctx *cx, const struct case_file *f, const struct case_rows *rows)
{
	enum err e = OK;
	for (size_t i = 0; i < rows->n_viewers && !e; i++)
		e = sql_exec(cx,
		    SQL("insert into case_viewer (no, viewer) values ($1, $2)"
			" on conflict (no, viewer) do nothing"),
		    VALS(val_str(f->no), val_str(rows->viewers[i])), NULL);
	for (size_t i = 0; i < f->systems.n && !e; i++)
		e = sql_exec(cx,
		    SQL("insert into case_system (no, system) values ($1, $2)"
			" on conflict (no, system) do nothing"),
		    VALS(val_str(f->no), val_str(f->systems.v[i].code)), NULL);
	for (size_t i = 0; i < rows->waiting.n && !e; i++) {
		const struct waiting *w = &rows->waiting.v[i];
		e = sql_exec(cx,
		    SQL("insert into case_waiting (no, stage, unit, holder, since,"
			" starts, until) values ($1, $2, $3, $4, $5, $6, $7)"
			" on conflict (no, stage, unit, holder, starts)"
			" do nothing"),
		    VALS(val_str(f->no), val_str(w->stage), val_str(w->unit),
			val_str(w->holder), val_i64(w->since),
			val_str(w->starts), val_str(w->until)),
		    NULL);
	}
	return e;
}

enum err projection_replace(
    struct ctx *cx, const struct case_file *f, const struct case_rows *rows)
{
	enum err e = projection_clear(cx, f->no);
	if (!e)
		e = put_case(cx, f, rows);
	if (!e)
		e = put_lists(cx, f, rows);
	if (!e)
		e = numbers_put(cx, f);
	if (!e)
		e = data_files_put(cx, f);
	if (!e)
		e = disposed_put(cx, f);
	if (!e && rows->registered)
		e = register_put(cx, &rows->reg);
	return e;
}

enum err projection_write(
    struct ctx *cx, const struct facts *facts, const struct case_file *f)
{
	struct case_rows rows = case_rows_of(cx->arena, facts, f);
	return projection_replace(cx, f, &rows);
}
