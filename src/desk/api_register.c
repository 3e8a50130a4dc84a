#include "desk/register_out.h"

#include "base/buf.h"
#include "base/str.h"
#include "base/time.h"
#include "core/register.h"
#include "fmt/encoder.h"
#include "sql/sql.h"

bool register_may_read(const struct visit *v, struct str office)
{
	const struct person *p = &v->actor.person;
	return person_in_office(p, office) ||
	       person_holds(p, ROLE_auditor, STR(""), STR("")) ||
	       person_holds(p, ROLE_dpo, STR(""), STR(""));
}

enum err register_read(
    struct ctx *cx, struct str office, int64_t year, struct register_book *ret)
{
	enum err e = register_columns_of(cx, office, &ret->columns);
	if (!e)
		e = register_list(cx, office, year, &ret->rows, &ret->n);
	return e ? e : rating_bands_get(cx, &ret->bands);
}

enum err register_fetch(
    struct visit *v, struct str office, int64_t year, struct register_book *ret)
{
	if (!register_may_read(v, office))
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = register_read(&v->cx, office, year, ret);
	store_end(&v->cx);
	return e;
}

static bool into_buf(void *arg, const void *p, size_t n)
{
	buf_bytes(arg, p, n);
	return buf_ok(arg);
}

static const enum column_type field_types[REGISTER_FIELDS] = {
#define REGISTER_FIELD(name, type) [REGISTER_##name] = TYPE_##type,
#include "core/register_fields.def"
#undef REGISTER_FIELD
};

bool register_is_number(enum register_field field)
{
	return field_types[field] == TYPE_INTEGER;
}

/* A CSV has one line of heads: what a person reads. */
static struct columns file_columns(
    struct ctx *cx, enum form form, const struct register_columns *c)
{
	struct arena *a = cx->arena;
	struct column *v = ARENA_ARRAY(a, struct column, c->n + 1);
	for (size_t i = 0; i < c->n; i++) {
		enum register_field field = c->v[i].field;
		v[i] = (struct column){
			.name = form == FORM_CSV
			            ? text2_in(c->v[i].title, cx->lang)
			            : str_of(register_field_names[field]),
			.title_th = c->v[i].title.th,
			.title_en = c->v[i].title.en,
			.type = field_types[field]
		};
	}
	return (struct columns){ .v = v, .n = c->n };
}

static struct cell file_cell(
    struct arena *a, const struct register_row *r, enum register_field field)
{
	struct cell c = { .s = register_text(a, r, field) };
	c.kind = c.s.n == 0                  ? CELL_NULL
	         : register_is_number(field) ? CELL_INTEGER
	                                     : CELL_TEXT;
	return c;
}

enum err register_file(struct ctx *cx, struct str office, int64_t year,
    enum form form, const struct register_book *book, struct str *ret)
{
	struct buf out = buf_new(cx->arena, (size_t)64 << 20);
	struct encode_options o = { .lang = cx->lang,
		.excel = form == FORM_CSV };
	const struct register_columns *c = &book->columns;
	struct cell *cells = ARENA_ARRAY(cx->arena, struct cell, c->n + 1);
	struct encoder *enc = encoder_new(cx->arena, form,
	    (struct sink){ .write = into_buf, .arg = &out }, &o);
	encoder_begin(enc,
	    str_fmt(cx->arena, "%.*s %lld", STR_ARG(office), (long long)year),
	    file_columns(cx, form, c));
	for (size_t i = 0; i < book->n; i++) {
		for (size_t k = 0; k < c->n; k++)
			cells[k] =
			    file_cell(cx->arena, &book->rows[i], c->v[k].field);
		encoder_rows(
		    enc, &(struct batch){
			     .n_rows = 1, .n_columns = c->n, .cells = cells });
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
	struct register_book book;
	struct str bytes = { 0 };
	enum err e = register_fetch(v, office, year, &book);
	if (!e)
		e = register_file(&v->cx, office, year, form, &book, &bytes);
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

struct str register_rating(
    struct arena *a, enum lang lang, const struct register_book *book)
{
	struct rating r = rating_of(&book->bands, book->rows, book->n);
	if (r.band == NULL)
		return STR("");
	const struct str args[] = { rating_number(a, r.mean_hundredths),
		text2_in(r.band->name, lang),
		str_fmt(a, "%lld", (long long)r.answers) };
	return msg_fill(a, lang, MSG_keeping_rating, args, COUNT(args));
}

static json_t *book_json(struct visit *v, struct str office, int64_t year,
    const struct register_book *book)
{
	struct rating r = rating_of(&book->bands, book->rows, book->n);
	json_t *o =
	    register_json(v->cx.arena, office, year, book->rows, book->n);
	json_put(o, "satisfaction", rating_json(v->cx.arena, &r));
	return o;
}

enum err api_register(struct visit *v)
{
	struct register_book book;
	int64_t year;
	enum form form;
	struct str office = visit_arg(v, 0);
	enum err e = register_path(v, visit_arg(v, 1), &year, &form);
	if (e)
		return e;
	if (form != FORM_JSON)
		return register_send(v, office, year, form);
	e = register_fetch(v, office, year, &book);
	return e ? e : visit_json(v, 200, book_json(v, office, year, &book));
}
