#include "core/register.h"

#include "base/buf.h"
#include "base/str.h"
#include "base/time.h"
#include "core/people.h"
#include "sql/sql.h"

/* No case has that much of it. */
enum { MAX_CONDITIONS = 1 << 20 };

/* On one line, as a book has it. */
static void put_line(struct buf *b, struct str s)
{
	bool blank = false;
	for (size_t i = 0; i < s.n; i++) {
		bool space = s.p[i] == ' ' || (unsigned char)s.p[i] < ' ';
		if (space && !blank)
			buf_char(b, ' ');
		else if (!space)
			buf_char(b, s.p[i]);
		blank = space;
	}
}

/* Of those who agreed. */
static struct str conditions_of(struct arena *a, const struct case_file *f)
{
	struct buf b = buf_new(a, MAX_CONDITIONS);
	for (size_t i = 0; i < f->runs.n; i++) {
		const struct run *r = &f->runs.v[i];
		if (r->conditions.n == 0 || !stage_is_good(r->kind, r->outcome))
			continue;
		if (b.n > 0)
			buf_str(&b, STR("; "));
		buf_str(&b, r->unit.n > 0 ? r->unit : r->by);
		buf_str(&b, STR(": "));
		put_line(&b, str_trim(r->conditions));
	}
	return buf_view(&b);
}

struct register_row register_row_of(
    struct arena *a, const struct case_file *f, struct str systems)
{
	return (struct register_row){ .office = f->office,
		.year = f->register_year,
		.number = f->register_no,
		.request = f->no,
		.received = f->received,
		.systems = systems,
		.service_type = f->service_type,
		.memo_in = f->memo_in,
		.memo_out = f->memo_out,
		.score = f->score,
		.outcome = str_of(outcome_names[f->outcome]),
		.title = case_title(f),
		.unit = f->unit,
		.late_days = f->late_days,
		.late_cause = f->late_cause,
		.conditions = conditions_of(a, f) };
}

enum err register_put(struct ctx *cx, const struct register_row *r)
{
	int64_t changed;
	enum err e = sql_exec(cx,
	    SQL("insert into register_row (office, year, number, request, received,"
		" systems, service_type, memo_in, memo_out, score, outcome, title,"
		" unit, late_days, late_cause, conditions) values ($1, $2, $3, $4,"
		" $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
		" on conflict (office, year, number) do update set"
		" received = $5, systems = $6, service_type = $7,"
		" memo_in = $8, memo_out = $9, score = $10, outcome = $11,"
		" title = $12, unit = $13, late_days = $14, late_cause = $15,"
		" conditions = $16"
		" where register_row.request = $4"),
	    VALS(val_str(r->office), val_i64(r->year), val_i64(r->number),
		val_str(r->request), val_i64(r->received), val_str(r->systems),
		val_str(r->service_type), val_str(r->memo_in),
		val_str(r->memo_out), val_i64(r->score), val_str(r->outcome),
		val_str(r->title), val_str(r->unit), val_i64(r->late_days),
		val_str(r->late_cause), val_str(r->conditions)),
	    &changed);
	if (e || changed == 1)
		return e;
	return fail_detail(cx, ERR_BROKEN,
	    "number %lld of the register is another request's",
	    (long long)r->number);
}

enum err register_clear(
    struct ctx *cx, struct str request, const struct register_row *r)
{
	enum err e =
	    sql_exec(cx, SQL("delete from register_row where request = $1"),
		VALS(val_str(request)), NULL);
	if (e || r == NULL)
		return e;
	return sql_exec(cx,
	    SQL("delete from register_row where office = $1 and year = $2"
		" and number = $3"),
	    VALS(val_str(r->office), val_i64(r->year), val_i64(r->number)),
	    NULL);
}

static struct register_row from_row(struct row r)
{
	return (struct register_row){ .office = row_str(r, "office"),
		.year = row_i64(r, "year"),
		.number = row_i64(r, "number"),
		.request = row_str(r, "request"),
		.received = row_i64(r, "received"),
		.systems = row_str(r, "systems"),
		.service_type = row_str(r, "service_type"),
		.memo_in = row_str(r, "memo_in"),
		.memo_out = row_str(r, "memo_out"),
		.score = row_i64(r, "score"),
		.outcome = row_str(r, "outcome"),
		.title = row_str(r, "title"),
		.unit = row_str(r, "unit"),
		.late_days = row_i64(r, "late_days"),
		.late_cause = row_str(r, "late_cause"),
		.conditions = row_str(r, "conditions") };
}

static bool same_row(const struct register_row *a, const struct register_row *b)
{
	return str_eq(a->office, b->office) && a->year == b->year &&
	       a->number == b->number && str_eq(a->request, b->request) &&
	       a->received == b->received && str_eq(a->systems, b->systems) &&
	       str_eq(a->service_type, b->service_type) &&
	       str_eq(a->memo_in, b->memo_in) &&
	       str_eq(a->memo_out, b->memo_out) && a->score == b->score &&
	       str_eq(a->outcome, b->outcome) && str_eq(a->title, b->title) &&
	       str_eq(a->unit, b->unit) && a->late_days == b->late_days &&
	       str_eq(a->late_cause, b->late_cause) &&
	       str_eq(a->conditions, b->conditions);
}

enum err register_same(
    struct ctx *cx, struct str request, const struct register_row *r, bool *ret)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select office, year, number, request, received, systems,"
		" service_type, memo_in, memo_out, score, outcome, title, unit,"
		" late_days, late_cause, conditions from register_row where request = $1"),
	    VALS(val_str(request)), &rows);
	*ret = false;
	if (e)
		return e;
	if (r == NULL || rows.n != 1) {
		*ret = r == NULL && rows.n == 0;
		return OK;
	}
	struct register_row stored = from_row(rows.row[0]);
	*ret = same_row(&stored, r);
	return OK;
}

enum err register_list(struct ctx *cx, struct str office, int64_t year,
    const struct register_row **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select office, year, number, request, received, systems,"
		" service_type, memo_in, memo_out, score, outcome, title, unit,"
		" late_days, late_cause, conditions from register_row where office = $1 and year = $2"
		" order by number"),
	    VALS(val_str(office), val_i64(year)), &rows);
	if (e)
		return e;
	struct register_row *v =
	    ARENA_ARRAY(cx->arena, struct register_row, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = from_row(rows.row[i]);
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

enum err register_years(
    struct ctx *cx, struct str office, const int64_t **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select distinct year from register_row where office = $1"
		" order by year desc"),
	    VALS(val_str(office)), &rows);
	if (e)
		return e;
	int64_t *v = ARENA_ARRAY(cx->arena, int64_t, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = row_i64(rows.row[i], "year");
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

static enum err columns_of(
    struct ctx *cx, const struct procedure *p, struct register_columns *ret)
{
	size_t n = p->n_register_columns;
	struct register_column *v =
	    ARENA_ARRAY(cx->arena, struct register_column, n + 1);
	static const enum msg usual[REGISTER_FIELDS] = {
#define REGISTER_FIELD(name, type) [REGISTER_##name] = MSG_register_##name,
#include "core/register_fields.def"
#undef REGISTER_FIELD
	};

	for (size_t i = 0; i < n; i++) {
		enum msg title = usual[p->register_columns[i].field];
		v[i] = p->register_columns[i];
		if (v[i].title.th.n == 0)
			v[i].title =
			    (struct text2){ .th = msg_text(LANG_TH, title),
				    .en = msg_text(LANG_EN, title) };
	}
	*ret = (struct register_columns){ .v = v, .n = n };
	return OK;
}

enum err register_columns_of(
    struct ctx *cx, struct str office, struct register_columns *ret)
{
	const struct office *offices;
	const struct procedure *p;
	size_t n;
	enum err e = office_list(cx, &offices, &n);
	for (size_t i = 0; !e && i < n; i++) {
		if (!str_eq(offices[i].code, office))
			continue;
		e = procedure_get(cx, offices[i].procedure, STR(""), &p);
		return e ? e : columns_of(cx, p, ret);
	}
	return e ? e : fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
}

static struct str number_text(struct arena *a, int64_t n)
{
	return n == 0 ? STR("") : str_fmt(a, "%lld", (long long)n);
}

struct str register_text(
    struct arena *a, const struct register_row *r, enum register_field field)
{
	switch (field) {
	case REGISTER_no:
		return number_text(a, r->number);
	case REGISTER_received:
		return date_iso(a, date_of_ms(r->received));
	case REGISTER_request:
		return r->request;
	case REGISTER_title:
		return r->title;
	case REGISTER_unit:
		return r->unit;
	case REGISTER_system:
		return r->systems;
	case REGISTER_service_type:
		return r->service_type;
	case REGISTER_memo_in:
		return r->memo_in;
	case REGISTER_memo_out:
		return r->memo_out;
	case REGISTER_score:
		return number_text(a, r->score);
	case REGISTER_outcome:
		return r->outcome;
	case REGISTER_conditions:
		return r->conditions;
	case REGISTER_late:
		return number_text(a, r->late_days);
	case REGISTER_late_cause:
		return r->late_cause;
	case REGISTER_FIELDS:
		break;
	}
	return STR("");
}

static json_t *row_json(struct arena *a, const struct register_row *r)
{
	json_t *o = json_object();
	json_put_int(o, "no", r->number);
	json_put_text(o, "request", r->request);
	json_put_text(o, "received", date_iso(a, date_of_ms(r->received)));
	json_put_text(o, "system", r->systems);
	json_put_text(o, "service_type", r->service_type);
	json_put_text_or_null(o, "memo_in", r->memo_in);
	json_put_text_or_null(o, "memo_out", r->memo_out);
	if (r->score > 0)
		json_put_int(o, "score", r->score);
	else
		json_put_text_or_null(o, "score", STR(""));
	json_put_text_or_null(o, "outcome", r->outcome);
	json_put_text(o, "title", r->title);
	json_put_text(o, "unit", r->unit);
	json_put_int(o, "late", r->late_days);
	json_put_text_or_null(o, "late_cause", r->late_cause);
	json_put_text_or_null(o, "conditions", r->conditions);
	return o;
}

json_t *register_json(struct arena *a, struct str office, int64_t year,
    const struct register_row *v, size_t n)
{
	json_t *o = json_new_object(a), *rows = json_new_array(a);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(rows, row_json(a, &v[i]));
	json_put_text(o, "office", office);
	json_put_int(o, "year", year);
	json_put(o, "rows", rows);
	return o;
}
