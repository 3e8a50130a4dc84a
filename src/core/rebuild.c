/* Whether the projections are what the events say, and their mending. */
#include "base/str.h"
#include "core/data_files.h"
#include "core/disposal_carry.h"
#include "core/numbers.h"
#include "core/projection.h"
#include "core/setting.h"
#include "sql/sql.h"

/* The columns of a line of `cases`, as texts. */
enum { CASE_COLUMNS = 15 };
/* Set by a migration (migrations/people/0018_rebuild.sql). */
#define NEEDED "rebuild-needed"

static struct str number(struct arena *a, int64_t n)
{
	return str_fmt(a, "%lld", (long long)n);
}

static void columns_of(struct arena *a, const struct case_file *f,
    const struct case_rows *rows, struct str *ret)
{
	const struct str v[CASE_COLUMNS] = { number(a, f->version), f->office,
		f->procedure, f->revision, str_of(state_names[f->state]),
		str_of(outcome_names[f->outcome]), rows->title, f->requester,
		f->unit, f->service_type, number(a, f->received), rows->due,
		number(a, f->created), number(a, f->updated), rows->search };
	for (size_t i = 0; i < CASE_COLUMNS; i++)
		ret[i] = v[i];
}

static void columns_in(struct arena *a, struct row r, struct str *ret)
{
	static const struct {
		const char *name;
		bool number;
	} columns[CASE_COLUMNS] = { { "version", true }, { "office", false },
		{ "procedure", false }, { "revision", false },
		{ "state", false }, { "outcome", false }, { "title", false },
		{ "requester", false }, { "unit", false },
		{ "service_type", false }, { "received", true },
		{ "due", false }, { "created", true }, { "updated", true },
		{ "search", false } };
	for (size_t i = 0; i < CASE_COLUMNS; i++)
		ret[i] = columns[i].number
		             ? number(a, row_i64(r, columns[i].name))
		             : row_str(r, columns[i].name);
}

static enum err same_line(struct ctx *cx, const struct case_file *f,
    const struct case_rows *rows, bool *ret)
{
	struct row r;
	bool found;
	struct str want[CASE_COLUMNS], got[CASE_COLUMNS];
	enum err e = sql_find(cx,
	    SQL("select version, office, procedure, revision, state, outcome, title,"
		" requester, unit, service_type, received, due, created, updated,"
		" search from cases where no = $1"),
	    VALS(val_str(f->no)), &r, &found);
	*ret = false;
	if (e || !found)
		return e;
	columns_of(cx->arena, f, rows, want);
	columns_in(cx->arena, r, got);
	*ret = true;
	for (size_t i = 0; i < CASE_COLUMNS && *ret; i++)
		*ret = str_eq(want[i], got[i]);
	return OK;
}

static bool is_among(const struct str *v, size_t n, struct str s)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i], s))
			return true;
	return false;
}

/* Whether the rows' texts are those of `v`, each once, whatever their order. */
static bool same_texts(const struct rows *stored, const char *column,
    const struct str *v, size_t n)
{
	size_t distinct = 0;
	for (size_t i = 0; i < n; i++)
		distinct += !is_among(v, i, v[i]);
	for (size_t i = 0; i < stored->n; i++)
		if (!is_among(v, n, row_str(stored->row[i], column)))
			return false;
	/* The store has no text twice: as many, and all known. */
	return stored->n == distinct;
}

static enum err same_viewers(struct ctx *cx, const struct case_file *f,
    const struct case_rows *rows, bool *ret)
{
	struct rows stored;
	enum err e =
	    sql_all(cx, SQL("select viewer from case_viewer where no = $1"),
		VALS(val_str(f->no)), &stored);
	*ret =
	    !e && same_texts(&stored, "viewer", rows->viewers, rows->n_viewers);
	return e;
}

static enum err same_systems(struct ctx *cx, const struct case_file *f,
    const struct case_rows *rows, bool *ret)
{
	(void)rows;
	struct rows stored;
	struct str *codes =
	    ARENA_ARRAY(cx->arena, struct str, f->systems.n + 1);
	for (size_t i = 0; i < f->systems.n; i++)
		codes[i] = f->systems.v[i].code;
	enum err e =
	    sql_all(cx, SQL("select system from case_system where no = $1"),
		VALS(val_str(f->no)), &stored);
	*ret = !e && same_texts(&stored, "system", codes, f->systems.n);
	return e;
}

/* All that a row says, as one text; none of the parts has a line end. */
static struct str waiting_text(struct arena *a, const struct waiting *w)
{
	return str_fmt(a, "%.*s\n%.*s\n%.*s\n%lld\n%.*s\n%.*s",
	    STR_ARG(w->stage), STR_ARG(w->unit), STR_ARG(w->holder),
	    (long long)w->since, STR_ARG(w->starts), STR_ARG(w->until));
}

static enum err same_waiting(struct ctx *cx, const struct case_file *f,
    const struct case_rows *rows, bool *ret)
{
	struct rows stored;
	struct arena *a = cx->arena;
	size_t n = rows->waiting.n;
	struct str *want = ARENA_ARRAY(a, struct str, n + 1);
	enum err e = sql_all(cx,
	    SQL("select stage, unit, holder, since, starts, until"
		" from case_waiting where no = $1"),
	    VALS(val_str(f->no)), &stored);
	*ret = false;
	if (e)
		return e;
	for (size_t i = 0; i < n; i++)
		want[i] = waiting_text(a, &rows->waiting.v[i]);
	size_t known = 0, distinct = 0;
	for (size_t i = 0; i < stored.n; i++) {
		struct row r = stored.row[i];
		const struct waiting w = { .stage = row_str(r, "stage"),
			.unit = row_str(r, "unit"),
			.holder = row_str(r, "holder"),
			.since = row_i64(r, "since"),
			.starts = row_str(r, "starts"),
			.until = row_str(r, "until") };
		known += is_among(want, n, waiting_text(a, &w));
	}
	for (size_t i = 0; i < n; i++)
		distinct += !is_among(want, i, want[i]);
	*ret = known == stored.n && known == distinct;
	return OK;
}

static enum err same_register(struct ctx *cx, const struct case_file *f,
    const struct case_rows *rows, bool *ret)
{
	return register_same(
	    cx, f->no, rows->registered ? &rows->reg : NULL, ret);
}

static enum err same_numbers(struct ctx *cx, const struct case_file *f,
    const struct case_rows *rows, bool *ret)
{
	(void)rows;
	return numbers_same(cx, f, ret);
}

static enum err same_data(struct ctx *cx, const struct case_file *f,
    const struct case_rows *rows, bool *ret)
{
	(void)rows;
	return data_files_same(cx, f, ret);
}

static enum err same_disposed(struct ctx *cx, const struct case_file *f,
    const struct case_rows *rows, bool *ret)
{
	(void)rows;
	return disposed_same(cx, f, ret);
}

static enum err compare(struct ctx *cx, const struct case_file *f,
    const struct case_rows *rows, bool *ret_same)
{
	static enum err (*const checks[])(struct ctx *,
	    const struct case_file *, const struct case_rows *, bool *) = {
		same_line,
		same_viewers,
		same_systems,
		same_waiting,
		same_register,
		same_numbers,
		same_data,
		same_disposed,
	};
	*ret_same = true;
	for (size_t i = 0; i < COUNT(checks) && *ret_same; i++) {
		enum err e = checks[i](cx, f, rows, ret_same);
		if (e)
			return e;
	}
	return OK;
}

struct rebuilding {
	bool write, skip; /* what is broken */
	void (*report)(void *, struct str no);
	void *arg;
	int64_t cases, bad, broken;
};

/* Where it goes on over what is broken, only that is told. */
static void tell(
    const struct rebuilding *r, struct str no, int64_t broken_before)
{
	if (!r->skip || r->broken > broken_before)
		r->report(r->arg, no);
}

static enum err rebuild_one(
    struct ctx *cx, struct rebuilding *r, struct str no, bool *ret_same)
{
	struct case_file f;
	struct facts facts;
	enum err e = cases_load(cx, no, &f);
	/* Events that are not what was written say nothing: who looks learns
	 * that, and nothing is made of them. */
	if (e == ERR_BROKEN && (!r->write || r->skip)) {
		cx->fault = (struct fault){ 0 };
		r->broken++;
		*ret_same = false;
		return OK;
	}
	if (!e)
		e = cases_facts(cx, &f, &facts);
	if (e)
		return e;
	struct case_rows rows = case_rows_of(cx->arena, &facts, &f);
	e = compare(cx, &f, &rows, ret_same);
	if (e || !r->write || *ret_same)
		return e;
	e = register_clear(cx, f.no, rows.registered ? &rows.reg : NULL);
	return e ? e : projection_replace(cx, &f, &rows);
}

/* A request whose first event is gone is no stranger: it is broken, and its rows
 * are all that is left of it to look at. */
static enum err remove_stranger(
    struct ctx *cx, struct rebuilding *r, struct str no)
{
	struct case_file f;
	enum err e = cases_load(cx, no, &f);
	if (e == ERR_BROKEN && r->skip) {
		cx->fault = (struct fault){ 0 };
		r->broken++;
		return OK;
	}
	if (e != ERR_NOT_FOUND)
		return e;
	e = projection_clear(cx, no);
	if (!e)
		e = sql_exec(cx, SQL("delete from cases where no = $1"),
		    VALS(val_str(no)), NULL);
	return e ? e : register_clear(cx, no, NULL);
}

/* Rows of requests that no event tells of. */
static enum err strangers(struct ctx *cx, struct rebuilding *r)
{
	struct rows rows;
	/* Every projection is looked at: that is what a rebuild is. */
	enum err e = sql_all(cx,
	    SQL_SCAN(
		"select no from (select no from cases"
		" union select no from case_viewer"
		" union select no from case_system"
		" union select no from case_waiting"
		" union select request as no from case_number"
		" union select request as no from data_file"
		" union select request as no from disposed"
		" union select request as no from register_row) p"
		" where not exists (select 1 from events"
		" where events.request = p.no and version = 1) order by no"),
	    NO_VALS, &rows);
	for (size_t i = 0; i < rows.n && !e; i++) {
		struct str no = row_str(rows.row[i], "no");
		int64_t broken = r->broken;
		r->bad++;
		if (r->write)
			e = remove_stranger(cx, r, no);
		tell(r, no, broken);
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
		int64_t broken = r->broken;
		e = rebuild_one(cx, r, numbers[i], &same);
		if (e)
			break;
		r->cases++;
		if (!same) {
			r->bad++;
			tell(r, numbers[i], broken);
		}
		arena_rewind(cx->arena, mark);
	}
	return e;
}

static void tell_nobody(void *arg, struct str no)
{
	(void)arg;
	(void)no;
}

/* Those of the yearly lists for destruction. */
static enum err rebuild_rounds(struct ctx *cx, struct rebuilding *r)
{
	int64_t rounds, bad;
	enum err e = rounds_rebuild(cx, r->write,
	    r->skip ? tell_nobody : r->report, r->arg, &rounds, &bad);
	r->bad += bad;
	return e;
}

static enum err run(struct ctx *cx, struct rebuilding *r)
{
	int64_t seq = INT64_MIN; /* before any number that there may be */
	size_t n = 0;
	/* A command in between would be undone in what is replaced. */
	enum err e = r->write ? chain_lock(cx) : OK;
	if (e)
		return e;
	do {
		struct arena_mark mark = arena_mark(cx->arena);
		e = rebuild_page(cx, r, &seq, &n);
		if (!e)
			arena_rewind(cx->arena, mark);
	} while (!e && n > 0);
	if (!e)
		e = strangers(cx, r);
	if (!e)
		e = rebuild_rounds(cx, r);
	if (!e && r->write && r->broken == 0)
		e = setting_remove(cx, STR(NEEDED));
	return e;
}

enum err projection_rebuild(struct ctx *cx, bool write,
    void (*report)(void *, struct str no), void *arg, int64_t *ret_cases,
    int64_t *ret_bad)
{
	struct rebuilding r = { .write = write, .report = report, .arg = arg };
	enum err e = run(cx, &r);
	*ret_cases = r.cases;
	*ret_bad = r.bad;
	return e;
}

enum err projection_mend(struct ctx *cx, void (*report)(void *, struct str no),
    void *arg, int64_t *ret_broken)
{
	struct rebuilding r = {
		.write = true, .skip = true, .report = report, .arg = arg
	};
	enum err e = run(cx, &r);
	*ret_broken = r.broken;
	return e;
}

enum err projection_needed(struct ctx *cx, bool *ret)
{
	struct str s;
	enum err e = setting_find(cx, STR(NEEDED), &s);
	*ret = !e && s.n > 0;
	return e;
}
