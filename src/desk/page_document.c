/* A procedure as the controlled document that it is: /procedures/{code}. */
#include "base/str.h"
#include "core/procedure.h"
#include "desk/page_procedure.h"
#include "desk/pages.h"
#include "sql/sql.h"
#include "templates/desk_procedure.h"

enum { MAX_ROWS = 10 };

struct document {
	struct visit *v;
	const struct procedure *p, *in_force;
	const struct loaded_revision *loaded; /* newest first */
	size_t n_loaded;
	struct procedure_page page;
	struct ui_row rows[MAX_ROWS];
};

static struct str text(const struct document *d, enum msg m)
{
	return msg_text(d->v->cx.lang, m);
}

static struct str in(const struct document *d, struct text2 t)
{
	return text2_in(t, d->v->cx.lang);
}

static void row(struct document *d, enum msg label, struct str value)
{
	if (value.n == 0)
		return;
	REQUIRE(d->page.n_rows < MAX_ROWS);
	d->rows[d->page.n_rows++] =
	    (struct ui_row){ .label = text(d, label), .value = value };
}

/* How a revision stands today. */
static enum msg standing_of(
    const struct document *d, struct str revision, struct date effective)
{
	if (str_eq(revision, d->in_force->revision))
		return MSG_document_official;
	return date_cmp(effective, date_of_ms(d->v->cx.now)) > 0
	           ? MSG_document_coming
	           : MSG_pages_doc_old;
}

static void put_rows(struct document *d)
{
	const struct procedure *p = d->p;
	struct ctx *cx = &d->v->cx;
	struct str iso =
	    p->iso_clause.n == 0
		? STR("")
		: str_fmt(cx->arena, "ISO 9001:2015 %.*s %.*s",
		      STR_ARG(p->iso_clause), STR_ARG(in(d, p->iso_title)));
	row(d, MSG_document_status,
	    text(d, standing_of(d, p->revision, p->effective)));
	row(d, MSG_pages_doc_code, p->code);
	row(d, MSG_pages_doc_revision, p->revision);
	row(d, MSG_pages_doc_effective,
	    date_long(cx->arena, cx->lang, p->effective));
	row(d, MSG_pages_doc_organisation, in(d, p->organisation));
	row(d, MSG_pages_doc_class, in(d, p->class_));
	row(d, MSG_pages_doc_iso, iso);
	row(d, MSG_pages_offer_time, procedure_time(cx, p));
	row(d, MSG_pages_doc_digest, p->digest);
	d->rows[d->page.n_rows - 1].code = true;
	d->page.rows = d->rows;
}

/* A table to be filled cell by cell. */
static struct ui_cell *begin(struct document *d, struct ui_table *t,
    enum msg caption, const enum msg *heads, size_t n_heads, size_t n_rows)
{
	struct arena *a = d->v->cx.arena;
	struct ui_column *columns = ARENA_ARRAY(a, struct ui_column, n_heads);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, n_heads * n_rows + 1);
	for (size_t i = 0; i < n_heads; i++)
		columns[i].label = text(d, heads[i]);
	*t = (struct ui_table){ .caption = text(d, caption),
		.columns = columns,
		.n_columns = n_heads,
		.cells = cells,
		.n_rows = n_rows,
		.hide_caption = true };
	return cells;
}

static struct url revision_url(const struct document *d, struct str revision)
{
	struct arena *a = d->v->cx.arena;
	const struct str args[] = { d->p->code, revision };
	return url_path(a, "/procedures/{}?revision={}", COUNT(args), args);
}

static bool is_loaded(const struct document *d, struct str revision)
{
	for (size_t i = 0; i < d->n_loaded; i++)
		if (str_eq(d->loaded[i].revision, revision))
			return true;
	return false;
}

/* The history of the newest text, each revision that is here to be opened. */
static void put_history(struct document *d)
{
	static const enum msg history[] = { MSG_pages_doc_revision,
		MSG_pages_doc_effective, MSG_pages_doc_what,
		MSG_document_status };
	const struct procedure *p = d->p;
	struct ctx *cx = &d->v->cx;
	struct ui_cell *c = begin(d, &d->page.revisions, MSG_pages_doc_history,
	    history, COUNT(history), p->n_revisions);
	for (size_t i = 0; i < p->n_revisions; i++) {
		const struct revision *r = &p->revisions[i];
		c->text = r->revision;
		if (is_loaded(d, r->revision))
			c->url = revision_url(d, r->revision);
		c++;
		(c++)->text = date_short(cx->arena, cx->lang, r->effective);
		(c++)->text = in(d, r->what);
		(c++)->text =
		    text(d, standing_of(d, r->revision, r->effective));
	}
}

static void put_control(struct document *d)
{
	static const enum msg acts[] = { MSG_pages_doc_act,
		MSG_pages_doc_position };
	const struct procedure *p = d->p;
	struct ui_cell *c = begin(d, &d->page.approvals,
	    MSG_pages_doc_approvals, acts, COUNT(acts), p->n_approvals);
	for (size_t i = 0; i < p->n_approvals; i++) {
		(c++)->text = in(d, p->approvals[i].act);
		(c++)->text = in(d, p->approvals[i].position);
	}
	put_history(d);
}

static void put_texts(struct document *d)
{
	const struct procedure *p = d->p;
	struct arena *a = d->v->cx.arena;
	struct procedure_text *list =
	    ARENA_ARRAY(a, struct procedure_text, p->n_paragraphs + 1);
	for (size_t i = 0; i < p->n_paragraphs; i++) {
		const struct paragraph *from = &p->paragraphs[i];
		list[i] = (struct procedure_text){ .id = str_cat(a, STR("p-"),
						       from->number),
			.number = from->number,
			.heading = in(d, from->heading),
			.top = str_index(from->number, '.') == from->number.n,
			.text = html_lines(a, in(d, from->text)) };
	}
	d->page.texts = list;
	d->page.n_texts = p->n_paragraphs;
}

static struct str budget_text(const struct document *d, const struct stage *s)
{
	struct arena *a = d->v->cx.arena;
	struct str n = str_fmt(a, "%d", s->budget_max);
	if (s->budget_max == 0)
		return STR("–");
	if (s->budget_min > 0 && s->budget_min < s->budget_max)
		n = str_fmt(a, "%d–%d", s->budget_min, s->budget_max);
	return msg_fill(a, d->v->cx.lang, MSG_thing_working_days, &n, 1);
}

static bool has_paragraph(const struct procedure *p, struct str number)
{
	for (size_t i = 0; i < p->n_paragraphs; i++)
		if (str_eq(p->paragraphs[i].number, number))
			return true;
	return false;
}

static void put_stages(struct document *d)
{
	static const enum msg heads[] = { MSG_pages_doc_stage,
		MSG_pages_doc_role, MSG_pages_doc_clause,
		MSG_pages_doc_budget };
	const struct procedure *p = d->p;
	struct arena *a = d->v->cx.arena;
	struct ui_cell *c = begin(d, &d->page.stages, MSG_pages_doc_stages,
	    heads, COUNT(heads), p->n_stages);
	for (size_t i = 0; i < p->n_stages; i++) {
		const struct stage *s = &p->stages[i];
		const struct str at[] = { p->code, s->clause };
		*c++ = (struct ui_cell){ .text = str_fmt(a, "%zu. %.*s", i + 1,
					     STR_ARG(in(d, s->title))),
			.sub = in(d, s->does) };
		(c++)->text = in(d, p->role_title[s->role]);
		c->text = s->clause;
		if (has_paragraph(p, s->clause))
			c->url = url_path(a, "/procedures/{}#p-{}", 2, at);
		c++;
		(c++)->text = budget_text(d, s);
	}
}

static struct str command_word(const struct document *d, enum command c)
{
	return msg_code(d->v->cx.arena, d->v->cx.lang, STR("command."),
	    str_of(command_names[c]));
}

static uint32_t role_commands(const struct procedure *p, size_t role)
{
	uint32_t bits = 0;
	for (size_t i = 0; i < p->n_stages; i++)
		if (p->stages[i].role == role)
			bits |= stage_commands[p->stages[i].kind];
	return bits;
}

static struct str bits_text(const struct document *d, uint32_t bits)
{
	struct buf b = buf_new(d->v->cx.arena, 8192);
	for (size_t c = 0; c < COMMANDS; c++) {
		if (!(bits >> c & 1))
			continue;
		if (b.n > 0)
			buf_str(&b, STR(", "));
		buf_str(&b, command_word(d, (enum command)c));
	}
	return buf_view(&b);
}

/* Who may do what at his stages. */
static void put_roles(struct document *d)
{
	static const enum msg heads[] = { MSG_pages_doc_role,
		MSG_pages_doc_commands };
	struct ui_cell *c = begin(
	    d, &d->page.roles, MSG_pages_doc_roles, heads, COUNT(heads), ROLES);
	size_t n = 0;
	for (size_t r = 0; r < ROLES; r++) {
		uint32_t bits = role_commands(d->p, r);
		if (bits == 0)
			continue;
		(c++)->text = in(d, d->p->role_title[r]);
		(c++)->text = bits_text(d, bits);
		n++;
	}
	d->page.roles.n_rows = n;
}

static bool is_apart(
    const struct procedure *p, size_t row_command, bool own, size_t other)
{
	for (size_t i = 0; i < p->n_aparts; i++) {
		const struct apart *x = &p->aparts[i];
		if (x->command == row_command && x->own == own &&
		    (own || x->other == other))
			return true;
	}
	return false;
}

/* The matrix: a row for each command that is kept apart, a column for what it
 * is kept apart from, the first "one's own request". */
static void put_apart(struct document *d)
{
	const struct procedure *p = d->p;
	struct arena *a = d->v->cx.arena;
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, COMMANDS + 2);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, (COMMANDS + 2) * COMMANDS);
	uint32_t rows = 0, others = 0;
	size_t n_columns = 2, n = 0, n_rows = 0;
	for (size_t i = 0; i < p->n_aparts; i++) {
		rows |= COMMAND_BIT(p->aparts[i].command);
		if (!p->aparts[i].own)
			others |= COMMAND_BIT(p->aparts[i].other);
	}
	columns[0].label = text(d, MSG_pages_doc_command);
	columns[1].label = text(d, MSG_pages_doc_own);
	for (size_t c = 0; c < COMMANDS; c++)
		if (others >> c & 1)
			columns[n_columns++].label =
			    command_word(d, (enum command)c);
	for (size_t r = 0; r < COMMANDS; r++) {
		if (!(rows >> r & 1))
			continue;
		n_rows++;
		cells[n++].text = command_word(d, (enum command)r);
		cells[n++].text =
		    text(d, is_apart(p, r, true, 0) ? MSG_pages_doc_barred
						    : MSG_pages_doc_free);
		for (size_t c = 0; c < COMMANDS; c++)
			if (others >> c & 1)
				cells[n++].text =
				    text(d, is_apart(p, r, false, c)
						? MSG_pages_doc_barred
						: MSG_pages_doc_free);
	}
	d->page.apart =
	    (struct ui_table){ .caption = text(d, MSG_pages_doc_apart_table),
		    .columns = columns,
		    .n_columns = n_columns,
		    .cells = cells,
		    .n_rows = n_rows,
		    .dense = true };
}

static const struct ui_notice *notice_with(struct document *d,
    enum ui_tone tone, enum msg title, struct str words, enum msg label,
    struct url url)
{
	struct ui_notice *n = ARENA_NEW(d->v->cx.arena, struct ui_notice);
	*n = (struct ui_notice){ .tone = tone,
		.title = text(d, title),
		.text = words,
		.action = { .label = text(d, label), .url = url } };
	return n;
}

static struct str on_day(
    const struct document *d, enum msg m, struct str revision, struct date day)
{
	struct ctx *cx = &d->v->cx;
	const struct str args[] = { revision,
		date_long(cx->arena, cx->lang, day) };
	return msg_fill(cx->arena, cx->lang, m, args, COUNT(args));
}

/* The revision that will be in force next; or NULL. */
static const struct loaded_revision *coming(const struct document *d)
{
	const struct loaded_revision *next = NULL;
	for (size_t i = 0; i < d->n_loaded; i++)
		if (date_cmp(d->loaded[i].effective, date_of_ms(d->v->cx.now)) >
		    0)
			next = &d->loaded[i];
	return next;
}

/* Which text this is: the official one, one that is not yet, or no more. */
static const struct ui_notice *status_notice(struct document *d)
{
	const struct url official =
	    url_path(d->v->cx.arena, "/procedures/{}", 1, &d->p->code);
	const struct loaded_revision *next = coming(d);
	enum msg standing = standing_of(d, d->p->revision, d->p->effective);
	if (standing == MSG_pages_doc_old)
		return notice_with(d, UI_BAD, MSG_pages_doc_old,
		    text(d, MSG_pages_doc_old_text), MSG_pages_doc_newest,
		    official);
	if (standing == MSG_document_coming)
		return notice_with(d, UI_WAIT, MSG_document_coming,
		    on_day(d, MSG_document_coming_text, d->p->revision,
			d->p->effective),
		    MSG_pages_doc_newest, official);
	if (next == NULL)
		return NULL;
	return notice_with(d, UI_NEUTRAL, MSG_document_next,
	    on_day(d, MSG_document_next_text, next->revision, next->effective),
	    MSG_document_next_open, revision_url(d, next->revision));
}

static enum err read_document(struct document *d)
{
	struct visit *v = d->v;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = procedure_get(
		    &v->cx, visit_arg(v, 0), STR(""), &d->in_force);
	if (!e)
		e = procedure_get(
		    &v->cx, visit_arg(v, 0), visit_query(v, "revision"), &d->p);
	if (!e)
		e = procedure_revisions(
		    &v->cx, d->p->code, &d->loaded, &d->n_loaded);
	store_end(&v->cx);
	return e;
}

enum err document_sheet_read(struct visit *v, struct document_sheet *ret)
{
	struct document d = { .v = v };
	struct ctx *cx = &v->cx;
	enum err e = read_document(&d);
	if (e)
		return e;
	const struct procedure *p = d.p;
	*ret = (struct document_sheet){ .title = in(&d, p->title),
		.control = str_fmt(cx->arena,
		    "%.*s · %.*s %.*s · %.*s %.*s · %.*s", STR_ARG(p->code),
		    STR_ARG(text(&d, MSG_pages_doc_revision)),
		    STR_ARG(p->revision),
		    STR_ARG(text(&d, MSG_pages_doc_effective)),
		    STR_ARG(date_long(cx->arena, cx->lang, p->effective)),
		    STR_ARG(
			text(&d, standing_of(&d, p->revision, p->effective)))),
		.class = in(&d, p->class_),
		.notice = in(&d, p->notice),
		.page = in(&d, p->page_label) };
	return OK;
}

enum err page_document(struct visit *v)
{
	struct document d = { .v = v };
	enum err e = read_document(&d);
	if (e)
		return e;
	d.page.back = url_local(STR("/procedures"));
	const struct str which[] = { d.p->code, d.p->revision };
	d.page.pdf = url_path(v->cx.arena,
	    "/procedures/{}/procedure.pdf?revision={}", COUNT(which), which);
	d.page.title = in(&d, d.p->title);
	d.page.kind = in(&d, d.p->kind);
	d.page.notice = in(&d, d.p->notice);
	d.page.old = status_notice(&d);
	put_rows(&d);
	put_control(&d);
	put_texts(&d);
	put_stages(&d);
	put_roles(&d);
	put_apart(&d);
	struct view view =
	    page_view(v, str_fmt(v->cx.arena, "%.*s %.*s", STR_ARG(d.p->code),
			     STR_ARG(d.page.title)));
	const struct str style[] = { d.p->code, d.p->revision,
		lang_code(v->cx.lang) };
	view.print_style = url_path(v->cx.arena,
	    "/procedures/{}/print.css?revision={}&lang={}", COUNT(style),
	    style);
	struct buf o = page_buf(v);
	page_desk_procedure(&o, &view, &d.page);
	return page_send(v, 200, &o);
}
