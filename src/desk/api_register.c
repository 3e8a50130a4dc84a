#include "desk/register_out.h"

#include "base/buf.h"
#include "base/str.h"
#include "base/time.h"
#include "core/register.h"
#include "fmt/encoder.h"
#include "sql/sql.h"

#define N_COLUMNS 11

static bool may_read(const struct visit *v, struct str office)
{
	const struct person *p = &v->actor.person;
	return person_in_office(p, office) ||
	       person_holds(p, ROLE_auditor, STR(""), STR("")) ||
	       person_holds(p, ROLE_dpo, STR(""), STR(""));
}

enum err register_fetch(struct visit *v, struct str office, int64_t year,
    const struct register_row **ret, size_t *ret_n)
{
	if (!may_read(v, office))
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = register_list(&v->cx, office, year, ret, ret_n);
	store_end(&v->cx);
	return e;
}

static struct cell text(struct str s)
{
	return s.n == 0 ? (struct cell){ .kind = CELL_NULL }
	                : (struct cell){ .kind = CELL_TEXT, .s = s };
}

static struct cell number(struct arena *a, int64_t n)
{
	return n == 0 ? (struct cell){ .kind = CELL_NULL }
	              : (struct cell){ .kind = CELL_INTEGER,
				.s = str_fmt(a, "%lld", (long long)n) };
}

static void fill(struct arena *a, const struct register_row *r, struct cell *c)
{
	c[0] = number(a, r->number);
	c[1] = text(date_iso(a, date_of_ms(r->received)));
	c[2] = text(r->request);
	c[3] = text(r->title);
	c[4] = text(r->unit);
	c[5] = text(r->systems);
	c[6] = text(r->service_type);
	c[7] = text(r->memo_in);
	c[8] = text(r->memo_out);
	c[9] = number(a, r->score);
	c[10] = text(r->outcome);
}

static bool into_buf(void *arg, const void *p, size_t n)
{
	buf_bytes(arg, p, n);
	return buf_ok(arg);
}

static void name_columns(struct column *columns)
{
	static const struct {
		const char *name;
		enum column_type type;
		enum msg title;
	} all[N_COLUMNS] = {
		{ "no", TYPE_INTEGER, MSG_register_no },
		{ "received", TYPE_DATE, MSG_register_received },
		{ "request", TYPE_TEXT, MSG_register_request },
		{ "title", TYPE_TEXT, MSG_register_title },
		{ "unit", TYPE_TEXT, MSG_register_unit },
		{ "system", TYPE_TEXT, MSG_register_system },
		{ "service_type", TYPE_TEXT, MSG_register_service_type },
		{ "memo_in", TYPE_TEXT, MSG_register_memo_in },
		{ "memo_out", TYPE_TEXT, MSG_register_memo_out },
		{ "score", TYPE_INTEGER, MSG_register_score },
		{ "outcome", TYPE_TEXT, MSG_register_outcome },
	};
	for (size_t i = 0; i < N_COLUMNS; i++)
		columns[i] = (struct column){ .name = str_of(all[i].name),
			.title_th = msg_text(LANG_TH, all[i].title),
			.title_en = msg_text(LANG_EN, all[i].title),
			.type = all[i].type };
}

enum err register_file(struct ctx *cx, struct str office, int64_t year,
    enum form form, const struct register_row *rows, size_t n, struct str *ret)
{
	struct buf out = buf_new(cx->arena, (size_t)64 << 20);
	struct column columns[N_COLUMNS];
	struct encode_options o = { .lang = cx->lang,
		.excel = form == FORM_CSV };
	name_columns(columns);
	struct encoder *enc = encoder_new(cx->arena, form,
	    (struct sink){ .write = into_buf, .arg = &out }, &o);
	encoder_begin(enc,
	    str_fmt(cx->arena, "%.*s %lld", STR_ARG(office), (long long)year),
	    (struct columns){ .v = columns, .n = N_COLUMNS });
	for (size_t i = 0; i < n; i++) {
		struct cell cells[N_COLUMNS];
		fill(cx->arena, &rows[i], cells);
		encoder_rows(enc,
		    &(struct batch){
			.n_rows = 1, .n_columns = N_COLUMNS, .cells = cells });
	}
	if (!encoder_end(enc))
		return fail_detail(
		    cx, ERR_BROKEN, "the register could not be written");
	*ret = buf_view(&out);
	return OK;
}

enum err register_send(
    struct visit *v, struct str office, int64_t year, enum form form)
{
	const struct register_row *rows;
	size_t n;
	struct str bytes = { 0 };
	enum err e = register_fetch(v, office, year, &rows, &n);
	if (!e)
		e = register_file(&v->cx, office, year, form, rows, n, &bytes);
	if (e)
		return e;
	response_set(v->rs, 200, form_media(form), bytes);
	response_header(v->rs, STR("Content-Disposition"),
	    str_fmt(v->cx.arena,
		"attachment; filename=\"register-%.*s-%lld.%.*s\"",
		STR_ARG(office), (long long)year, STR_ARG(form_suffix(form))));
	return OK;
}

/* "2569", "2569.csv", "2569.xlsx". */
enum err register_path(
    struct visit *v, struct str last, int64_t *ret_year, enum form *ret_form)
{
	struct str year, suffix;
	*ret_form = FORM_JSON;
	bool named = str_cut(last, '.', &year, &suffix);
	if (named && (!form_parse(suffix, ret_form) ||
			 (*ret_form != FORM_CSV && *ret_form != FORM_XLSX)))
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	if (!str_i64(year, ret_year) || *ret_year < 2400 || *ret_year > 2700)
		return fail1(
		    &v->cx, ERR_NOT_FOUND, MSG_error_no_register_year, year);
	return OK;
}

enum err api_register(struct visit *v)
{
	const struct register_row *rows;
	size_t n;
	int64_t year;
	enum form form;
	struct str office = visit_arg(v, 0);
	enum err e = register_path(v, visit_arg(v, 1), &year, &form);
	if (e)
		return e;
	if (form != FORM_JSON)
		return register_send(v, office, year, form);
	e = register_fetch(v, office, year, &rows, &n);
	return e ? e
	         : visit_json(v, 200,
		       register_json(v->cx.arena, office, year, rows, n));
}
