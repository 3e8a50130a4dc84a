#include "core/disposal_list.h"

#include "base/str.h"
#include "core/cases.h"
#include "core/retention.h"
#include "sql/sql.h"

enum { BE = 543 };

static bool may_go(const struct case_file *f, struct date first)
{
	struct date until = retention_until(f, RETENTION_memo);
	bool open = f->secrecy.n == 0 || str_eq(f->secrecy, STR("none"));
	return open && date_is_set(until) && date_cmp(until, first) < 0;
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
		.files = (int64_t)f->files.n };
	for (size_t i = 0; i < f->files.n; i++)
		l.bytes += f->files.v[i].bytes;
	return l;
}

enum err disposal_list(struct ctx *cx, struct str office, int64_t year,
    const struct disposal_line **ret, size_t *ret_n)
{
	struct date first = { .year = (int)(year - BE), .month = 1, .day = 1 };
	struct rows rows;
	size_t n = 0;
	/* Once a year. Whatever is younger cannot have been kept so long. */
	enum err e = sql_all(cx,
	    SQL_SCAN("select no from cases where office = $1"
		     " and state = 'closed' and created < $2"
		     " order by created, no"),
	    VALS(val_str(office), val_i64(date_start_ms(first))), &rows);
	if (e)
		return e;
	struct disposal_line *v =
	    ARENA_ARRAY(cx->arena, struct disposal_line, rows.n + 1);
	for (size_t i = 0; i < rows.n && !e; i++) {
		struct case_file f;
		e = cases_load(cx, row_str(rows.row[i], "no"), &f);
		if (!e && may_go(&f, first))
			v[n++] = line_of(cx->arena, &f);
	}
	*ret = v;
	*ret_n = n;
	return e;
}

json_t *disposal_list_json(struct arena *a, struct str office, int64_t year,
    const struct disposal_line *v, size_t n)
{
	json_t *o = json_new_object(a), *list = json_new_array(a);
	json_put_text(o, "office", office);
	json_put_int(o, "year", year);
	for (size_t i = 0; i < n; i++) {
		json_t *one = json_new_object(a);
		json_put_text(one, "request", v[i].request);
		json_put_text_or_null(one, "memo_in", v[i].memo_in);
		json_put_text_or_null(one, "memo_date", v[i].memo_date);
		json_put_text_or_null(one, "received_no", v[i].received_no);
		json_put_text(one, "title", v[i].title);
		json_put_text(one, "closed", date_iso(a, v[i].closed));
		json_put_text(one, "kept_until", date_iso(a, v[i].until));
		json_put_int(one, "files", v[i].files);
		json_put_int(one, "bytes", v[i].bytes);
		json_add(list, one);
	}
	json_put(o, "rows", list);
	return o;
}
