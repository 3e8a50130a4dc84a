/* The list of a year of what may be destroyed, for the committee: a page, a file,
 * and the API's answer. */
#include "desk/page_disposals.h"
#include "base/str.h"
#include "core/disposal_list.h"
#include "desk/pages.h"
#include "desk/register_out.h"
#include "sql/sql.h"
#include "templates/desk_disposals.h"

/* As the form of the rule on correspondence has them (แบบที่ ๒๕); the two last are
 * the committee's to fill in. */
enum {
	COLUMN_nth,
	COLUMN_file,
	COLUMN_no,
	COLUMN_day,
	COLUMN_receipt,
	COLUMN_title,
	COLUMN_opinion,
	COLUMN_remark,
	COLUMNS
};
static const enum msg heads[COLUMNS] = { MSG_disposals_nth, MSG_disposals_file,
	MSG_disposals_no, MSG_disposals_day, MSG_disposals_receipt,
	MSG_disposals_subject, MSG_disposals_opinion, MSG_disposals_remark };
static const char *const names[COLUMNS] = { "nth", "request", "memo_in",
	"memo_date", "received_no", "title", "opinion", "remark" };

struct wanted {
	int64_t year;
	enum form form;
	const struct disposal_line *v;
	size_t n;
};

static enum err read_list(struct visit *v, struct wanted *ret)
{
	struct str office = visit_arg(v, 0);
	enum err e = register_path(v, visit_arg(v, 1), &ret->year, &ret->form);
	if (!e && !register_may_read(v, office))
		e = fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	if (!e)
		e = store_read(&v->cx, v->app->people);
	if (!e)
		e = disposal_list(&v->cx, office, ret->year, &ret->v, &ret->n);
	store_end(&v->cx);
	return e;
}

/* The closing day and how much there is, for whoever looks for it. */
static struct str remark(struct visit *v, const struct disposal_line *l)
{
	struct arena *a = v->cx.arena;
	const struct str args[] = { date_short(a, v->cx.lang, l->closed),
		date_short(a, v->cx.lang, l->until),
		str_fmt(a, "%lld", (long long)l->files) };
	return msg_fill(a, v->cx.lang, MSG_disposals_kept, args, COUNT(args));
}

static void texts_of(
    struct visit *v, size_t i, const struct disposal_line *l, struct str *ret)
{
	struct arena *a = v->cx.arena;
	struct date day;
	ret[COLUMN_nth] = str_fmt(a, "%zu", i + 1);
	ret[COLUMN_file] = l->request;
	ret[COLUMN_no] = l->memo_in;
	ret[COLUMN_day] = date_parse_iso(l->memo_date, &day)
	                      ? date_short(a, v->cx.lang, day)
	                      : STR("");
	ret[COLUMN_receipt] = l->received_no;
	ret[COLUMN_title] = l->title;
	ret[COLUMN_opinion] = STR("");
	ret[COLUMN_remark] = remark(v, l);
}

static bool into_buf(void *arg, const void *p, size_t n)
{
	buf_bytes(arg, p, n);
	return buf_ok(arg);
}

static struct columns columns_for(struct visit *v, enum form form)
{
	struct column *c = ARENA_ARRAY(v->cx.arena, struct column, COLUMNS);
	for (size_t i = 0; i < COLUMNS; i++) {
		struct str title = msg_text(v->cx.lang, heads[i]);
		c[i] = (struct column){
			.name = form == FORM_CSV ? title : str_of(names[i]),
			.title_th = msg_text(LANG_TH, heads[i]),
			.title_en = msg_text(LANG_EN, heads[i]),
			.type = TYPE_TEXT
		};
	}
	return (struct columns){ .v = c, .n = COLUMNS };
}

static enum err send_file(struct visit *v, const struct wanted *w)
{
	struct arena *a = v->cx.arena;
	struct buf out = buf_new(a, (size_t)64 << 20);
	struct encode_options o = { .lang = v->cx.lang,
		.excel = w->form == FORM_CSV };
	struct encoder *enc = encoder_new(
	    a, w->form, (struct sink){ .write = into_buf, .arg = &out }, &o);
	struct str office = visit_arg(v, 0);
	encoder_begin(enc,
	    str_fmt(a, "%.*s %lld", STR_ARG(office), (long long)w->year),
	    columns_for(v, w->form));
	for (size_t i = 0; i < w->n; i++) {
		struct str texts[COLUMNS];
		struct cell cells[COLUMNS];
		texts_of(v, i, &w->v[i], texts);
		for (size_t k = 0; k < COLUMNS; k++)
			cells[k] =
			    (struct cell){ .kind = texts[k].n > 0 ? CELL_TEXT
				                                  : CELL_NULL,
				    .s = texts[k] };
		encoder_rows(enc,
		    &(struct batch){
			.n_rows = 1, .n_columns = COLUMNS, .cells = cells });
	}
	if (!encoder_end(enc))
		return fail_detail(
		    &v->cx, ERR_BROKEN, "the list could not be written");
	response_set(v->rs, 200, form_media(w->form), buf_view(&out));
	response_header(v->rs, STR("Content-Disposition"),
	    str_fmt(a, "attachment; filename=\"disposals-%.*s-%lld.%.*s\"",
		STR_ARG(office), (long long)w->year,
		STR_ARG(form_suffix(w->form))));
	return OK;
}

enum err api_disposals(struct visit *v)
{
	struct wanted w;
	enum err e = read_list(v, &w);
	if (e)
		return e;
	if (w.form != FORM_JSON)
		return send_file(v, &w);
	return visit_json(v, 200,
	    disposal_list_json(v->cx.arena, visit_arg(v, 0), w.year, w.v, w.n));
}

static struct ui_table table_of(
    struct visit *v, const struct wanted *w, struct str caption)
{
	struct arena *a = v->cx.arena;
	struct ui_column *columns = ARENA_ARRAY(a, struct ui_column, COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, w->n * COLUMNS + 1);
	struct str count = str_fmt(a, "%zu", w->n);
	for (size_t i = 0; i < COLUMNS; i++)
		columns[i].label = msg_text(v->cx.lang, heads[i]);
	for (size_t i = 0; i < w->n; i++) {
		struct str texts[COLUMNS];
		struct ui_cell *c = &cells[i * COLUMNS];
		texts_of(v, i, &w->v[i], texts);
		for (size_t k = 0; k < COLUMNS; k++)
			c[k].text = texts[k];
		c[COLUMN_file].url =
		    url_path(a, "/requests/{}", 1, &w->v[i].request);
	}
	return (struct ui_table){ .caption = caption,
		.hide_caption = true,
		.columns = columns,
		.n_columns = COLUMNS,
		.cells = cells,
		.n_rows = w->n,
		.dense = true,
		.foot = msg_fill(a, v->cx.lang, MSG_registers_count, &count, 1),
		.empty = msg_text(v->cx.lang, MSG_disposals_empty) };
}

static struct url file_url(
    struct visit *v, const struct wanted *w, const char *suffix)
{
	const struct str args[] = { visit_arg(v, 0),
		str_fmt(v->cx.arena, "%lld.%s", (long long)w->year, suffix) };
	return url_path(v->cx.arena, "/disposals/{}/{}", COUNT(args), args);
}

enum err page_disposals(struct visit *v)
{
	struct wanted w;
	struct arena *a = v->cx.arena;
	enum err e = read_list(v, &w);
	if (e)
		return e;
	if (w.form != FORM_JSON)
		return send_file(v, &w);
	const struct str year = str_fmt(a, "%lld", (long long)w.year);
	const struct str args[] = { visit_arg(v, 0),
		msg_fill(a, v->cx.lang, MSG_registers_year, &year, 1) };
	struct disposals_page page = { .back = url_local(STR("/register")),
		.csv = file_url(v, &w, "csv"),
		.xlsx = file_url(v, &w, "xlsx"),
		.title = msg_fill(
		    a, v->cx.lang, MSG_disposals_title, args, COUNT(args)) };
	page.table = table_of(v, &w, page.title);
	struct view view = page_view(v, page.title);
	view.wide = true;
	struct buf o = page_buf(v);
	page_desk_disposals(&o, &view, &page);
	return page_send(v, 200, &o);
}
