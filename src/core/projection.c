/* Projections: what lists, "my work" and the register read. Functions of a
 * request's state, replaced whole by each command; rebuild compares them. */
#include "base/str.h"
#include "base/thai.h"
#include "core/cases.h"
#include "core/clock.h"
#include "core/policy.h"
#include "core/register.h"
#include "sql/sql.h"

/* All rows of one request, before they are written or compared. */
struct waiting {
	struct str stage, unit, holder;
	int64_t since;
};
struct case_rows {
	struct str title, due, search, systems;
	struct str *viewers;
	size_t n_viewers;
	LIST(struct waiting) waiting;
	struct register_row reg;
	bool registered;
};

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

static void add_system_officers(struct arena *a, struct case_rows *rows,
    const struct facts *facts, const struct case_file *f, const struct run *r)
{
	for (size_t i = 0; i < f->systems.n; i++) {
		const struct system *s = system_find(
		    facts->systems, facts->n_systems, f->systems.v[i].code);
		for (size_t k = 0; s != NULL && k < s->n_officers; k++)
			add_person(a, rows, r, s->officers[k].email);
	}
}

/* Keys as person_role joins them: "role:office:unit". */
static void add_role(struct arena *a, struct case_rows *rows,
    const struct case_file *f, const struct run *r, const struct stage *s)
{
	bool owner = s->who == WHO_owner_unit;
	struct str unit = s->who == WHO_office ? STR("") : r->unit;
	if (s->who == WHO_division && unit.n == 0)
		unit = f->division;
	add_waiting(a, rows, r,
	    str_fmt(a, "%s:%.*s:%.*s", role_names[s->role],
		STR_ARG(owner ? STR("") : f->office), STR_ARG(unit)));
}

static void wait_for(struct arena *a, struct case_rows *rows,
    const struct facts *facts, const struct case_file *f, const struct run *r)
{
	const struct stage *s = procedure_stage(facts->procedure, r->stage);
	REQUIRE(s != NULL);
	if (s->who == WHO_requester) {
		add_requester(a, rows, f, r);
	} else if (f->officers.n > 0 &&
		   (s->who == WHO_assigned || s->who == WHO_system_officer)) {
		for (size_t i = 0; i < f->officers.n; i++)
			add_person(a, rows, r, f->officers.v[i]);
	} else if (s->who == WHO_system_officer) {
		add_system_officers(a, rows, facts, f, r);
	} else {
		add_role(a, rows, f, r, s);
	}
}

static void waiting_rows(struct arena *a, struct case_rows *rows,
    const struct facts *facts, const struct case_file *f)
{
	size_t cursor = 0;
	const struct run *r;
	if (f->state == STATE_waiting) {
		struct run asked = { .stage = STR("waiting"),
			.since = f->pauses.v[f->pauses.n - 1].from };
		add_requester(a, rows, f, &asked);
		return;
	}
	while ((r = case_open_run(f, &cursor)) != NULL)
		wait_for(a, rows, facts, f, r);
	/* The reply memo that a rejection leaves to the records office (N-26). */
	if (f->letter_due) {
		struct run letter = { .stage = STR("letter"),
			.since = f->closed };
		add_waiting(a, rows, &letter,
		    str_fmt(a, "records:%.*s:", STR_ARG(f->office)));
	}
}

static struct case_rows rows_of(
    struct arena *a, const struct facts *facts, const struct case_file *f)
{
	struct case_rows rows = { .title = case_title(f),
		.systems = joined_systems(a, f) };
	/* What is due is a matter of events and calendar, not of today. */
	struct clock c = clock_read(facts, f, f->updated);
	rows.due = date_iso(a, c.due);
	rows.search = thai_search_key(a,
	    str_fmt(a, "%.*s %.*s %.*s %.*s %.*s %.*s", STR_ARG(f->no),
		STR_ARG(rows.title), STR_ARG(f->requester_name),
		STR_ARG(f->unit), STR_ARG(rows.systems), STR_ARG(f->memo_in)));
	rows.n_viewers = policy_viewers(f, a, &rows.viewers);
	waiting_rows(a, &rows, facts, f);
	rows.registered = f->register_no != 0;
	if (rows.registered)
		rows.reg = register_row_of(f, rows.systems);
	return rows;
}

static enum err clear(struct ctx *cx, struct str no)
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
		    SQL("insert into case_waiting (no, stage, unit, holder, since)"
			" values ($1, $2, $3, $4, $5)"
			" on conflict (no, stage, unit, holder) do nothing"),
		    VALS(val_str(f->no), val_str(w->stage), val_str(w->unit),
			val_str(w->holder), val_i64(w->since)),
		    NULL);
	}
	return e;
}

static enum err write_rows(
    struct ctx *cx, const struct case_file *f, const struct case_rows *rows)
{
	enum err e = clear(cx, f->no);
	if (!e)
		e = put_case(cx, f, rows);
	if (!e)
		e = put_lists(cx, f, rows);
	if (!e && rows->registered)
		e = register_put(cx, &rows->reg);
	return e;
}

enum err projection_write(
    struct ctx *cx, const struct facts *facts, const struct case_file *f)
{
	struct case_rows rows = rows_of(cx->arena, facts, f);
	return write_rows(cx, f, &rows);
}

/* The rows as one text, to compare what stands with what should. Both sides are
 * made with the same order. */
static struct str line_of_case(
    struct arena *a, const struct case_file *f, const struct case_rows *rows)
{
	return str_fmt(a,
	    "%lld|%.*s|%.*s|%.*s|%s|%s|%.*s|%.*s|%.*s|%.*s|%lld|%.*s|%lld|%lld|%.*s",
	    (long long)f->version, STR_ARG(f->office), STR_ARG(f->procedure),
	    STR_ARG(f->revision), state_names[f->state],
	    outcome_names[f->outcome], STR_ARG(rows->title),
	    STR_ARG(f->requester), STR_ARG(f->unit), STR_ARG(f->service_type),
	    (long long)f->received, STR_ARG(rows->due), (long long)f->created,
	    (long long)f->updated, STR_ARG(rows->search));
}

static enum err stored_case(struct ctx *cx, struct str no, struct str *ret)
{
	struct row r;
	bool found;
	enum err e = sql_find(cx,
	    SQL("select version, office, procedure, revision, state, outcome, title,"
		" requester, unit, service_type, received, due, created, updated,"
		" search from cases where no = $1"),
	    VALS(val_str(no)), &r, &found);
	if (e)
		return e;
	*ret = STR("");
	if (!found)
		return OK;
	*ret = str_fmt(cx->arena,
	    "%lld|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%lld|%.*s|%lld|%lld|%.*s",
	    (long long)row_i64(r, "version"), STR_ARG(row_str(r, "office")),
	    STR_ARG(row_str(r, "procedure")), STR_ARG(row_str(r, "revision")),
	    STR_ARG(row_str(r, "state")), STR_ARG(row_str(r, "outcome")),
	    STR_ARG(row_str(r, "title")), STR_ARG(row_str(r, "requester")),
	    STR_ARG(row_str(r, "unit")), STR_ARG(row_str(r, "service_type")),
	    (long long)row_i64(r, "received"), STR_ARG(row_str(r, "due")),
	    (long long)row_i64(r, "created"), (long long)row_i64(r, "updated"),
	    STR_ARG(row_str(r, "search")));
	return OK;
}

static bool has_text(const struct rows *rows, const char *column, struct str s)
{
	for (size_t i = 0; i < rows->n; i++)
		if (str_eq(row_str(rows->row[i], column), s))
			return true;
	return false;
}

static size_t distinct_viewers(const struct case_rows *rows)
{
	size_t n = 0;
	for (size_t i = 0; i < rows->n_viewers; i++) {
		bool seen = false;
		for (size_t k = 0; k < i && !seen; k++)
			seen = str_eq(rows->viewers[i], rows->viewers[k]);
		n += !seen;
	}
	return n;
}

static enum err same_viewers(
    struct ctx *cx, struct str no, const struct case_rows *rows, bool *ret)
{
	struct rows stored;
	enum err e =
	    sql_all(cx, SQL("select viewer from case_viewer where no = $1"),
		VALS(val_str(no)), &stored);
	if (e)
		return e;
	*ret = stored.n == distinct_viewers(rows);
	for (size_t i = 0; i < rows->n_viewers && *ret; i++)
		*ret = has_text(&stored, "viewer", rows->viewers[i]);
	return OK;
}

static bool same_waiting_row(struct row r, const struct waiting *w)
{
	return str_eq(row_str(r, "stage"), w->stage) &&
	       str_eq(row_str(r, "unit"), w->unit) &&
	       str_eq(row_str(r, "holder"), w->holder) &&
	       row_i64(r, "since") == w->since;
}

static enum err same_waiting(
    struct ctx *cx, struct str no, const struct case_rows *rows, bool *ret)
{
	struct rows stored;
	size_t found = 0;
	enum err e = sql_all(cx,
	    SQL("select stage, unit, holder, since from case_waiting where no = $1"),
	    VALS(val_str(no)), &stored);
	if (e)
		return e;
	for (size_t i = 0; i < stored.n; i++) {
		bool known = false;
		for (size_t k = 0; k < rows->waiting.n && !known; k++)
			known = same_waiting_row(
			    stored.row[i], &rows->waiting.v[k]);
		found += known;
	}
	*ret = found == stored.n && (stored.n > 0) == (rows->waiting.n > 0);
	for (size_t k = 0; k < rows->waiting.n && *ret; k++) {
		bool known = false;
		for (size_t i = 0; i < stored.n && !known; i++)
			known = same_waiting_row(
			    stored.row[i], &rows->waiting.v[k]);
		*ret = known;
	}
	return OK;
}

static enum err compare(struct ctx *cx, const struct case_file *f,
    const struct case_rows *rows, bool *ret_same)
{
	struct str stored;
	bool viewers = false, waiting = false, registered = true;
	enum err e = stored_case(cx, f->no, &stored);
	if (!e)
		e = same_viewers(cx, f->no, rows, &viewers);
	if (!e)
		e = same_waiting(cx, f->no, rows, &waiting);
	if (!e && rows->registered)
		e = register_same(cx, &rows->reg, &registered);
	*ret_same = !e && viewers && waiting && registered &&
	            str_eq(stored, line_of_case(cx->arena, f, rows));
	return e;
}

struct rebuilding {
	bool write;
	void (*report)(void *, struct str no);
	void *arg;
	int64_t cases, bad;
};

static enum err rebuild_one(
    struct ctx *cx, struct str no, bool write, bool *ret_same)
{
	struct case_file f;
	struct facts facts;
	enum err e = cases_load(cx, no, &f);
	if (!e)
		e = cases_facts(cx, &f, &facts);
	if (e)
		return e;
	struct case_rows rows = rows_of(cx->arena, &facts, &f);
	e = compare(cx, &f, &rows, ret_same);
	if (!e && write && !*ret_same)
		e = write_rows(cx, &f, &rows);
	return e;
}

/* Rows of requests that no event tells of. */
static enum err strangers(struct ctx *cx, bool write,
    void (*report)(void *, struct str), void *arg, int64_t *ret_bad)
{
	struct rows rows;
	/* Every projection is looked at: that is what a rebuild is. */
	enum err e = sql_all(cx,
	    SQL_SCAN(
		"select no from cases where not exists (select 1 from events"
		" where events.request = cases.no and version = 1)"),
	    NO_VALS, &rows);
	for (size_t i = 0; i < rows.n && !e; i++) {
		struct str no = row_str(rows.row[i], "no");
		report(arg, no);
		++*ret_bad;
		if (!write)
			continue;
		e = clear(cx, no);
		if (!e)
			e = sql_exec(cx, SQL("delete from cases where no = $1"),
			    VALS(val_str(no)), NULL);
	}
	return e;
}

/* The requests that began in one page of events. */
static enum err rebuild_page(
    struct ctx *cx, struct rebuilding *r, int64_t *seq, size_t *ret_n)
{
	struct str *numbers;
	enum err e = requests_since(cx, *seq, &numbers, ret_n, seq);
	for (size_t i = 0; i < *ret_n && !e; i++) {
		struct arena_mark mark = arena_mark(cx->arena);
		bool same = true;
		e = rebuild_one(cx, numbers[i], r->write, &same);
		if (e)
			break;
		r->cases++;
		if (!same) {
			r->bad++;
			r->report(r->arg, numbers[i]);
		}
		arena_rewind(cx->arena, mark);
	}
	return e;
}

enum err projection_rebuild(struct ctx *cx, bool write,
    void (*report)(void *, struct str no), void *arg, int64_t *ret_cases,
    int64_t *ret_bad)
{
	struct rebuilding r = { .write = write, .report = report, .arg = arg };
	int64_t seq = 0;
	size_t n = 0;
	enum err e;
	do {
		struct arena_mark mark = arena_mark(cx->arena);
		e = rebuild_page(cx, &r, &seq, &n);
		if (!e)
			arena_rewind(cx->arena, mark);
	} while (!e && n > 0);
	if (!e)
		e = strangers(cx, write, report, arg, &r.bad);
	*ret_cases = r.cases;
	*ret_bad = r.bad;
	return e;
}
