#include "core/numbers.h"

#include "base/str.h"
#include "base/time.h"
#include "core/office_settings.h"
#include "core/setting.h"
#include "sql/sql.h"

enum { MAX_FORM = 100 };

/* Places of `name` in the form. */
static size_t places(struct str form, struct str name)
{
	size_t n = 0;
	for (; form.n >= name.n; form = str_from(form, 1))
		n += str_starts(form, name);
	return n;
}

bool number_form_good(struct str form)
{
	return str_chars(form) <= MAX_FORM && places(form, STR("{n}")) == 1 &&
	       places(form, STR("{year}")) <= 1 &&
	       places(form, STR("{")) == 1 + places(form, STR("{year}"));
}

static struct str filled(
    struct arena *a, struct str form, int64_t n, int64_t year)
{
	struct str out = STR(""), before, name;
	while (str_cut(form, '{', &before, &form)) {
		bool is_n;
		str_cut(form, '}', &name, &form);
		is_n = str_eq(name, STR("n"));
		out = str_fmt(a, "%.*s%.*s%lld", STR_ARG(out), STR_ARG(before),
		    (long long)(is_n ? n : year));
	}
	return str_cat(a, out, before);
}

enum err number_next(struct ctx *cx, struct str office, const char *direction,
    int64_t year, struct str *ret)
{
	struct office_settings s;
	int64_t n;
	*ret = STR("");
	enum err e = office_settings_get(cx, office, &s);
	if (e)
		return e;
	struct str form = str_eq(str_of(direction), STR("out"))
	                      ? s.number_out
	                      : s.number_receipt;
	if (form.n == 0)
		return OK;
	e = counter_next(cx,
	    str_fmt(cx->arena, "number:%.*s:%s:%lld", STR_ARG(office),
		direction, (long long)year),
	    &n);
	if (!e)
		*ret = filled(cx->arena, form, n, year);
	return e;
}

static int64_t year_of(struct str day, int64_t at)
{
	struct date d;
	return year_be(date_parse_iso(day, &d) ? d : date_of_ms(at));
}

size_t numbers_of(
    struct arena *a, const struct case_file *f, struct number_row **ret)
{
	struct number_row *v =
	    ARENA_ARRAY(a, struct number_row, f->numbers.n + 1);
	for (size_t i = 0; i < f->numbers.n; i++) {
		const struct numbered *n = &f->numbers.v[i];
		v[i] = (struct number_row){ .request = f->no,
			.office = n->office.n ? n->office : f->office,
			.direction = n->direction,
			.no = n->no,
			.day = n->day,
			.title = case_title(f),
			.by = n->by,
			.reason = n->reason,
			.at = n->at,
			.year = year_of(n->day, n->at),
			.cancelled = n->cancelled };
	}
	*ret = v;
	return f->numbers.n;
}

enum err numbers_put(struct ctx *cx, const struct case_file *f)
{
	struct number_row *v;
	size_t n = numbers_of(cx->arena, f, &v);
	enum err e = OK;
	for (size_t i = 0; !e && i < n; i++)
		e = sql_exec(cx,
		    SQL("insert into case_number (request, nth, office, direction,"
			" no, day, year, title, at, by_whom, reason, cancelled)"
			" values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
			" $12)"),
		    VALS(val_str(f->no), val_i64((int64_t)i),
			val_str(v[i].office), val_str(v[i].direction),
			val_str(v[i].no), val_str(v[i].day), val_i64(v[i].year),
			val_str(v[i].title), val_i64(v[i].at), val_str(v[i].by),
			val_str(v[i].reason), val_i64(v[i].cancelled)),
		    NULL);
	return e;
}

#define NUMBER_COLUMNS                                                           \
	"request, office, direction, no, day, year, title, at, by_whom, reason," \
	" cancelled"

static struct number_row row_of(struct row r)
{
	return (struct number_row){ .request = row_str(r, "request"),
		.office = row_str(r, "office"),
		.direction = row_str(r, "direction"),
		.no = row_str(r, "no"),
		.day = row_str(r, "day"),
		.year = row_i64(r, "year"),
		.title = row_str(r, "title"),
		.at = row_i64(r, "at"),
		.by = row_str(r, "by_whom"),
		.reason = row_str(r, "reason"),
		.cancelled = row_flag(r, "cancelled") };
}

static bool same_row(const struct number_row *a, const struct number_row *b)
{
	return str_eq(a->office, b->office) &&
	       str_eq(a->direction, b->direction) && str_eq(a->no, b->no) &&
	       str_eq(a->day, b->day) && str_eq(a->title, b->title) &&
	       str_eq(a->by, b->by) && str_eq(a->reason, b->reason) &&
	       a->at == b->at && a->year == b->year &&
	       a->cancelled == b->cancelled;
}

enum err numbers_same(struct ctx *cx, const struct case_file *f, bool *ret)
{
	struct rows rows;
	struct number_row *v;
	size_t n = numbers_of(cx->arena, f, &v);
	enum err e = sql_all(cx,
	    SQL("select nth, " NUMBER_COLUMNS
		" from case_number where request = $1 order by nth"),
	    VALS(val_str(f->no)), &rows);
	if (e)
		return e;
	*ret = rows.n == n;
	for (size_t i = 0; *ret && i < n; i++) {
		struct number_row stored = row_of(rows.row[i]);
		*ret = same_row(&stored, &v[i]) &&
		       row_i64(rows.row[i], "nth") == (int64_t)i;
	}
	return OK;
}

enum err numbers_list(struct ctx *cx, struct str office, int64_t year,
    const struct number_row **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select " NUMBER_COLUMNS " from case_number"
		" where office = $1 and year = $2"
		" order by at, request, nth"),
	    VALS(val_str(office), val_i64(year)), &rows);
	if (e)
		return e;
	struct number_row *v =
	    ARENA_ARRAY(cx->arena, struct number_row, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = row_of(rows.row[i]);
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

json_t *numbers_json(struct arena *a, struct str office, int64_t year,
    const struct number_row *v, size_t n)
{
	json_t *o = json_new_object(a), *list = json_new_array(a);
	json_put_text(o, "office", office);
	json_put_int(o, "year", year);
	for (size_t i = 0; i < n; i++) {
		json_t *one = json_new_object(a);
		json_put_text(one, "request", v[i].request);
		json_put_text(one, "direction", v[i].direction);
		json_put_text(one, "no", v[i].no);
		json_put_text_or_null(one, "date", v[i].day);
		json_put_text(one, "at", time_iso(a, v[i].at));
		json_put_text(one, "by", v[i].by);
		json_put_text(one, "title", v[i].title);
		json_put_flag(one, "cancelled", v[i].cancelled);
		json_put_text_or_null(one, "reason", v[i].reason);
		json_add(list, one);
	}
	json_put(o, "numbers", list);
	return o;
}
