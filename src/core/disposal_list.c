#include "core/disposal_list.h"

#include "base/str.h"
#include "core/cases.h"
#include "core/policy.h"
#include "core/retention.h"
#include "sql/sql.h"

enum { BE = 543 };

static struct date first_day(int64_t year)
{
	return (struct date){ .year = (int)(year - BE), .month = 1, .day = 1 };
}

bool disposal_may_go(
    const struct case_file *f, int64_t year, struct str *ret_why)
{
	struct date until = retention_until(f, RETENTION_memo);
	bool secret = f->secrecy.n > 0 && !str_eq(f->secrecy, STR("none"));
	*ret_why =
	    f->keeping.at != 0         ? STR("held")
	    : secret                   ? STR("secret")
	    : f->state != STATE_closed ? STR("open")
	    : !date_is_set(until) || date_cmp(until, first_day(year)) >= 0
		? STR("young")
		: STR("");
	return ret_why->n == 0;
}

static const json_t *askers_of(struct arena *a, const struct case_file *f)
{
	json_t *list = json_new_array(a);
	json_add_text(list, str_lower(a, f->requester));
	for (size_t i = 0; i < f->holders.n; i++)
		json_add_text(list, str_lower(a, f->holders.v[i]));
	return list;
}

static struct disposal_line line_of(struct arena *a, const struct case_file *f)
{
	struct disposal_line l = { .request = str_dup(a, f->no),
		.memo_in = str_dup(a, f->memo_in),
		.memo_date = str_dup(a, f->memo_date),
		.received_no = str_dup(a, f->received_no),
		.title = str_dup(a, case_title(f)),
		.closed = date_of_ms(f->closed),
		.until = retention_until(f, RETENTION_memo),
		.files = (int64_t)f->files.n,
		.askers = askers_of(a, f) };
	for (size_t i = 0; i < f->files.n; i++)
		l.bytes += f->files.v[i].bytes;
	return l;
}

/* The requests that may be so old: what was closed by the end of year-11 was made
 * before. Once a year. */
static enum err old_enough(
    struct ctx *cx, struct str office, int64_t year, struct rows *ret)
{
	struct date first = first_day(year);
	struct date made = first_day(year - retention_years[RETENTION_memo]);
	return sql_all(cx,
	    SQL_SCAN("select no from cases where office = $1"
		     " and state = 'closed' and created < $2"
		     " and not exists (select 1 from disposed d"
		     "  where d.request = cases.no)"
		     " and not exists (select 1 from disposal_line l"
		     "  join disposal_round r on r.id = l.round"
		     "  where l.request = cases.no"
		     "  and (r.state not in ('done', 'dropped')"
		     "  or (r.state = 'done' and l.fate = 'keep'"
		     "  and (l.until >= $3 or r.year >= $4))))"
		     " order by created, no"),
	    VALS(val_str(office), val_i64(date_start_ms(made)),
		val_str(date_iso(cx->arena, first)), val_i64(year)),
	    ret);
}

enum err disposal_list(struct ctx *cx, struct str office, int64_t year,
    size_t max, struct disposal_listing *ret)
{
	struct rows rows;
	enum err e = old_enough(cx, office, year, &rows);
	if (e)
		return e;
	struct disposal_line *v =
	    ARENA_ARRAY(cx->arena, struct disposal_line, rows.n + 1);
	struct str *broken = ARENA_ARRAY(cx->arena, struct str, rows.n + 1);
	/* One request in memory at a time; its line stays. */
	struct ctx one = *cx;
	one.arena = arena_inside(cx->arena);
	*ret = (struct disposal_listing){ .v = v, .broken = broken };
	for (size_t i = 0; i < rows.n && ret->n < max && !e; i++) {
		struct arena_mark mark = arena_mark(one.arena);
		struct case_file f;
		struct str why, no = row_str(rows.row[i], "no");
		e = cases_load(&one, no, &f);
		/* What was given up before the office saw it is not its. */
		if (!e && policy_reached(&f) && disposal_may_go(&f, year, &why))
			v[ret->n++] = line_of(cx->arena, &f);
		if (e == ERR_BROKEN || e == ERR_NOT_FOUND) {
			broken[ret->n_broken++] = no;
			one.fault = cx->fault;
			e = OK;
		}
		if (!e)
			arena_rewind(one.arena, mark);
	}
	cx->fault = one.fault;
	return e;
}

json_t *disposal_line_json(struct arena *a, const struct disposal_line *l)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "request", l->request);
	json_put_text_or_null(o, "memo_in", l->memo_in);
	json_put_text_or_null(o, "memo_date", l->memo_date);
	json_put_text_or_null(o, "received_no", l->received_no);
	json_put_text(o, "title", l->title);
	json_put_text(o, "closed", date_iso(a, l->closed));
	json_put_text(o, "kept_until", date_iso(a, l->until));
	json_put_int(o, "files", l->files);
	json_put_int(o, "bytes", l->bytes);
	return o;
}

json_t *disposal_list_json(struct arena *a, struct str office, int64_t year,
    const struct disposal_line *v, size_t n)
{
	json_t *o = json_new_object(a), *list = json_new_array(a);
	json_put_text(o, "office", office);
	json_put_int(o, "year", year);
	for (size_t i = 0; i < n; i++)
		json_add(list, disposal_line_json(a, &v[i]));
	json_put(o, "rows", list);
	return o;
}
