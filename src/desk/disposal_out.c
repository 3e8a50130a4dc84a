#include "desk/disposal_out.h"

#include "base/str.h"
#include "base/time.h"
#include "desk/papers_out.h"

static const enum msg heads[DISPOSAL_COLUMNS] = { MSG_disposals_nth,
	MSG_disposals_file, MSG_disposals_no, MSG_disposals_day,
	MSG_disposals_receipt, MSG_disposals_subject, MSG_disposals_opinion,
	MSG_disposals_remark };
static const char *const names[DISPOSAL_COLUMNS] = { "nth", "request",
	"memo_in", "memo_date", "received_no", "title", "opinion", "remark" };

static struct str day_text(const struct visit *v, struct str iso)
{
	struct date day;
	return date_parse_iso(iso, &day)
	           ? date_short(v->cx.arena, v->cx.lang, day)
	           : STR("");
}

struct disposal_texts disposal_texts(
    struct visit *v, size_t i, const struct disposal_line *l)
{
	struct disposal_texts t = { 0 };
	t.v[DISPOSAL_nth] = str_fmt(v->cx.arena, "%zu", i + 1);
	t.v[DISPOSAL_file] = l->request;
	t.v[DISPOSAL_no] = l->memo_in;
	t.v[DISPOSAL_day] = day_text(v, l->memo_date);
	t.v[DISPOSAL_receipt] = l->received_no;
	t.v[DISPOSAL_title] = l->title;
	return t;
}

struct ui_table disposal_table(struct visit *v, const struct disposal_texts *t,
    size_t n, struct str caption)
{
	struct arena *a = v->cx.arena;
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, DISPOSAL_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, n * DISPOSAL_COLUMNS + 1);
	struct str count = str_fmt(a, "%zu", n);
	for (size_t i = 0; i < DISPOSAL_COLUMNS; i++)
		columns[i].label = msg_text(v->cx.lang, heads[i]);
	for (size_t i = 0; i < n; i++) {
		struct ui_cell *c = &cells[i * DISPOSAL_COLUMNS];
		for (size_t k = 0; k < DISPOSAL_COLUMNS; k++)
			c[k].text = t[i].v[k];
		c[DISPOSAL_file].url =
		    url_path(a, "/requests/{}", 1, &t[i].v[DISPOSAL_file]);
	}
	return (struct ui_table){ .caption = caption,
		.hide_caption = true,
		.columns = columns,
		.n_columns = DISPOSAL_COLUMNS,
		.cells = cells,
		.n_rows = n,
		.dense = true,
		.foot = msg_fill(a, v->cx.lang, MSG_registers_count, &count, 1),
		.empty = msg_text(v->cx.lang, MSG_disposals_empty) };
}

static bool into_buf(void *arg, const void *p, size_t n)
{
	buf_bytes(arg, p, n);
	return buf_ok(arg);
}

static struct columns columns_for(struct visit *v, enum form form)
{
	struct column *c =
	    ARENA_ARRAY(v->cx.arena, struct column, DISPOSAL_COLUMNS);
	for (size_t i = 0; i < DISPOSAL_COLUMNS; i++) {
		struct str title = msg_text(v->cx.lang, heads[i]);
		c[i] = (struct column){
			.name = form == FORM_CSV ? title : str_of(names[i]),
			.title_th = msg_text(LANG_TH, heads[i]),
			.title_en = msg_text(LANG_EN, heads[i]),
			.type = TYPE_TEXT
		};
	}
	return (struct columns){ .v = c, .n = DISPOSAL_COLUMNS };
}

static void put_row(struct encoder *enc, const struct disposal_texts *t)
{
	struct cell cells[DISPOSAL_COLUMNS];
	for (size_t k = 0; k < DISPOSAL_COLUMNS; k++)
		cells[k] = (struct cell){ .kind = t->v[k].n > 0 ? CELL_TEXT
			                                        : CELL_NULL,
			.s = t->v[k] };
	encoder_rows(enc,
	    &(struct batch){
		.n_rows = 1, .n_columns = DISPOSAL_COLUMNS, .cells = cells });
}

enum err disposal_send(struct visit *v, enum form form, struct str stem,
    const struct disposal_texts *t, size_t n)
{
	struct arena *a = v->cx.arena;
	struct buf out = buf_new(a, (size_t)64 << 20);
	struct encode_options o = { .lang = v->cx.lang,
		.excel = form == FORM_CSV };
	struct encoder *enc = encoder_new(
	    a, form, (struct sink){ .write = into_buf, .arg = &out }, &o);
	encoder_begin(enc, stem, columns_for(v, form));
	for (size_t i = 0; i < n; i++)
		put_row(enc, &t[i]);
	if (!encoder_end(enc))
		return fail_detail(
		    &v->cx, ERR_BROKEN, "the list could not be written");
	response_set(v->rs, 200, form_media(form), buf_view(&out));
	response_header(v->rs, STR("Content-Disposition"),
	    str_fmt(a, "attachment; filename=\"%.*s.%.*s\"", STR_ARG(stem),
		STR_ARG(form_suffix(form))));
	return OK;
}

static struct str joined(struct arena *a, struct str s, struct str more)
{
	if (s.n == 0 || more.n == 0)
		return s.n ? s : more;
	return str_fmt(a, "%.*s · %.*s", STR_ARG(s), STR_ARG(more));
}

static struct str kept_until(const struct visit *v, struct str until)
{
	struct str day = day_text(v, until);
	if (day.n == 0)
		return msg_text(v->cx.lang, MSG_rounds_keep_next);
	return msg_fill(
	    v->cx.arena, v->cx.lang, MSG_rounds_keep_until, &day, 1);
}

/* While the committee is at it: how many think what. */
static struct str counted(const struct visit *v, const struct round_verdict *w)
{
	const struct str args[] = { str_fmt(v->cx.arena, "%zu", w->destroy),
		str_fmt(v->cx.arena, "%zu", w->keep) };
	if (w->destroy + w->keep == 0)
		return STR("");
	return msg_fill(v->cx.arena, v->cx.lang, MSG_rounds_votes, args, 2);
}

static struct str opinion_of(const struct visit *v,
    const struct disposal_round *r, const struct round_line *l,
    const struct round_verdict *w)
{
	if (l->fate == FATE_keep)
		return kept_until(v, l->until);
	if (l->fate != FATE_open)
		return msg_text(v->cx.lang, MSG_rounds_destroy);
	return r->state == DISPOSAL_considering ? counted(v, w) : STR("");
}

/* Members who thought otherwise: their opinion is on record (clause 67). */
static struct str dissent(const struct visit *v, const struct disposal_round *r,
    const struct round_line *l, const struct round_verdict *w)
{
	size_t others = w->fate == FATE_destroy ? w->keep : w->destroy;
	struct str n = str_fmt(v->cx.arena, "%zu", others);
	if (others == 0 || r->reported.at == 0 || l->fate == FATE_open)
		return STR("");
	return msg_fill(v->cx.arena, v->cx.lang, MSG_rounds_dissent, &n, 1);
}

static struct str remark_of(const struct visit *v,
    const struct disposal_round *r, const struct round_line *l,
    const struct round_verdict *w)
{
	struct arena *a = v->cx.arena;
	struct str s = STR("");
	if (l->fate == FATE_gone)
		s = msg_text(v->cx.lang, MSG_rounds_gone);
	if (l->fate == FATE_left)
		s = msg_code(a, v->cx.lang, STR("round-left."), l->why);
	if (l->fate == FATE_keep)
		s = joined(a,
		    msg_code(a, v->cx.lang, STR("round-kept."), l->kept_by),
		    l->why);
	return joined(a, s, dissent(v, r, l, w));
}

struct disposal_texts round_texts(
    struct visit *v, const struct disposal_round *r, size_t i)
{
	const struct round_line *l = &r->lines[i];
	struct disposal_texts t = disposal_texts(v, i, &l->of);
	struct round_verdict w = round_verdict(r, l);
	t.v[DISPOSAL_opinion] = opinion_of(v, r, l, &w);
	t.v[DISPOSAL_remark] = remark_of(v, r, l, &w);
	return t;
}

static void put_texts(json_t *list, const struct disposal_texts *t)
{
	json_t *o = json_object();
	json_put_text(o, "number", t->v[DISPOSAL_nth]);
	json_put_text(o, "request", t->v[DISPOSAL_file]);
	json_put_text(o, "no", t->v[DISPOSAL_no]);
	json_put_text(o, "day", t->v[DISPOSAL_day]);
	json_put_text(o, "receipt", t->v[DISPOSAL_receipt]);
	json_put_text(o, "title", t->v[DISPOSAL_title]);
	json_put_text(o, "opinion", t->v[DISPOSAL_opinion]);
	json_put_text(o, "remark", t->v[DISPOSAL_remark]);
	json_array_append_new(list, o);
}

static void put_number(struct visit *v, json_t *o, const char *key, size_t n)
{
	json_put_text(o, key, str_fmt(v->cx.arena, "%zu", n));
}

static struct str long_day(const struct visit *v, struct str iso)
{
	struct date day;
	return date_parse_iso(iso, &day) ? date_long(v->cx.arena, LANG_TH, day)
	                                 : STR("");
}

static void put_members(
    struct visit *v, json_t *o, const struct disposal_round *r)
{
	json_t *list = json_new_array(v->cx.arena);
	for (size_t i = 0; i < r->members.n; i++) {
		const struct round_member *m = &r->members.v[i];
		json_t *one = json_object();
		json_put_text(one, "name", m->name);
		json_put_text(one, "position", m->position);
		json_put_text(one, "seat",
		    msg_text(LANG_TH,
			i == 0 ? MSG_rounds_chair : MSG_rounds_member));
		json_array_append_new(list, one);
	}
	json_put(o, "members", list);
}

/* Papers are in Thai, whoever asks for them. */
static json_t *paper_data(struct visit *v, const struct disposal_round *r)
{
	struct arena *a = v->cx.arena;
	json_t *o = json_new_object(a), *list = json_new_array(a);
	enum lang asked = v->cx.lang;
	size_t keep = 0;
	v->cx.lang = LANG_TH;
	for (size_t i = 0; i < r->n_lines; i++) {
		const struct disposal_texts t = round_texts(v, r, i);
		put_texts(list, &t);
		/* As the committee reported it, whatever came after. */
		keep += str_eq(r->lines[i].kept_by, STR("committee"));
	}
	v->cx.lang = asked;
	json_put(o, "rows", list);
	json_put_text(o, "year", str_fmt(a, "%lld", (long long)r->year));
	json_put_text(o, "nth", str_fmt(a, "%lld", (long long)r->nth));
	json_put_text(o, "round", r->id);
	json_put_text(
	    o, "made", date_long(a, LANG_TH, date_of_ms(r->opened.at)));
	json_put_text(o, "reported",
	    r->reported.at ? date_long(a, LANG_TH, date_of_ms(r->reported.at))
			   : STR(""));
	json_put_text(o, "order_no", r->named.no);
	json_put_text(o, "order_day", long_day(v, r->named.on));
	json_put_text(o, "note", r->reported.note);
	json_put_text(o, "digest", r->digest);
	put_number(v, o, "lines", r->n_lines);
	put_number(v, o, "destroy", r->n_lines - keep);
	put_number(v, o, "keep", keep);
	put_members(v, o, r);
	return o;
}

static const struct disposal_texts *all_texts(
    struct visit *v, const struct disposal_round *r)
{
	struct disposal_texts *t =
	    ARENA_ARRAY(v->cx.arena, struct disposal_texts, r->n_lines + 1);
	for (size_t i = 0; i < r->n_lines; i++)
		t[i] = round_texts(v, r, i);
	return t;
}

enum err round_send(
    struct visit *v, const struct disposal_round *r, struct str last)
{
	struct str name, suffix;
	enum form form;
	bool list;
	if (!str_cut(last, '.', &name, &suffix))
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	list = str_eq(name, STR("list"));
	if (list && form_parse(suffix, &form) &&
	    (form == FORM_CSV || form == FORM_XLSX))
		return disposal_send(v, form,
		    str_fmt(v->cx.arena, "%.*s-list", STR_ARG(r->id)),
		    all_texts(v, r), r->n_lines);
	if (!list && !str_eq(name, STR("report")))
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	/* There is no report before the committee has made one. */
	if (!list && r->reported.at == 0)
		return fail(&v->cx, ERR_CONFLICT, MSG_error_no_such_paper);
	return papers_send_round(v, r->office,
	    list ? PAPERS_disposal : PAPERS_committee, suffix,
	    str_fmt(v->cx.arena, "%.*s-%.*s", STR_ARG(r->id), STR_ARG(name)),
	    paper_data(v, r));
}
