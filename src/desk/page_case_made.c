/* What was prepared for a request, and what was delivered of it. */
#include "base/str.h"
#include "base/time.h"
#include "core/brought.h"
#include "core/data_files.h"
#include "desk/look.h"

static struct str column_title(const struct case_work *w, const json_t *c)
{
	struct str title =
	    json_text(c, w->v->cx.lang == LANG_TH ? "title_th" : "title_en");
	return title.n > 0 ? title : json_text(c, "name");
}

static struct str yes_if(
    const struct case_work *w, const json_t *list, struct str name)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_eq(json_as_text(json_array_get(list, i)), name))
			return case_say(w, MSG_case_yes);
	return STR("–");
}

static enum ui_tone class_tone(struct str class)
{
	if (str_eq(class, STR("sensitive")))
		return UI_BAD;
	if (str_eq(class, STR("personal")))
		return UI_WAIT;
	return UI_NEUTRAL;
}

enum { PART_COLUMNS = 5 };

static struct ui_table columns_of(
    const struct case_work *w, const json_t *part, struct str caption)
{
	struct arena *a = w->v->cx.arena;
	enum lang lang = w->v->cx.lang;
	const enum msg labels[PART_COLUMNS] = { MSG_case_column, MSG_case_type,
		MSG_case_class, MSG_case_mask, MSG_case_filterable };
	const json_t *list = json_list(part, "columns");
	size_t n = json_array_size(list);
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, PART_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, n * PART_COLUMNS + 1);
	for (size_t i = 0; i < PART_COLUMNS; i++)
		columns[i].label = case_say(w, labels[i]);
	for (size_t i = 0; i < n; i++) {
		const json_t *c = json_array_get(list, i);
		struct ui_cell *cell = &cells[i * PART_COLUMNS];
		struct str name = json_text(c, "name"),
			   class = json_text(c, "class");
		cell[0].text = column_title(w, c);
		cell[0].sub = str_eq(cell[0].text, name) ? STR("") : name;
		cell[1].text =
		    msg_code(a, lang, STR("type."), json_text(c, "type"));
		cell[2] = (struct ui_cell){ .badge = true,
			.tone = class_tone(class),
			.text = msg_code(a, lang, STR("class."), class),
			.sub = json_text(
			    json_member(part, "reasons"), str_cstr(a, name)) };
		cell[3].text =
		    msg_code(a, lang, STR("mask."), json_text(c, "mask"));
		cell[4].text = yes_if(w, json_list(part, "filterable"), name);
	}
	return (struct ui_table){ .caption = caption,
		.hide_caption = true,
		.columns = columns,
		.n_columns = PART_COLUMNS,
		.cells = cells,
		.n_rows = n };
}

/* What was sent in and went into it: its file, its name in the query, its
 * digest. */
static void put_tables(
    const struct case_work *w, const json_t *part, struct rows_of *r)
{
	const json_t *list = json_list(part, "tables");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *t = json_array_get(list, i);
		const struct brought *b =
		    brought_of(&w->f, json_text(t, "file"));
		row_text(r, case_say(w, MSG_case_table_sent),
		    str_fmt(r->arena, "%.*s%s%.*s · SHA-256 %.*s…",
			STR_ARG(b ? b->name : STR("")), b ? " · " : "",
			STR_ARG(json_text(t, "name")),
			STR_ARG(str_upto(json_text(t, "sha256"), 16))));
	}
	if (json_value(part, "not_found") != NULL)
		row_text(r, case_say(w, MSG_case_not_found),
		    case_number(w, json_int(part, "not_found", 0)));
}

/* The query is for the people of the office. */
static struct case_part part_of(const struct case_work *w, const json_t *part)
{
	struct rows_of r = { .arena = w->v->cx.arena };
	struct str title = json_text(part, "title_th");
	struct case_part p = { .title =
				   title.n ? title : json_text(part, "name") };
	row_text(&r, case_say(w, MSG_case_part_name), json_text(part, "name"));
	if (json_value(part, "rows") != NULL)
		row_text(&r, case_say(w, MSG_case_rows),
		    case_number(w, json_int(part, "rows", 0)));
	put_tables(w, part, &r);
	if (json_text(part, "file").n > 0)
		row_text(&r, case_say(w, MSG_case_part_kind),
		    case_say(w, MSG_case_finished_file));
	if (w->inside && json_text(part, "sql").n > 0) {
		row_text(&r, case_say(w, MSG_case_source),
		    json_text(part, "source"));
		p.sql = (struct ui_code){ .caption = STR("SQL"),
			.text = json_text(part, "sql") };
	}
	p.rows = r.list.v;
	p.n_rows = r.list.n;
	p.columns = columns_of(w, part, p.title);
	return p;
}

static void put_look(
    const struct case_work *w, size_t i, struct case_part *part)
{
	struct arena *a = w->v->cx.arena;
	struct ui_pair *hidden = ARENA_NEW(a, struct ui_pair);
	struct ui_form *form = ARENA_NEW(a, struct ui_form);
	*hidden =
	    (struct ui_pair){ STR("part"), case_number(w, (int64_t)i + 1) };
	*form = (struct ui_form){
		.action = case_url(w, "/look"), .hidden = hidden, .n_hidden = 1
	};
	part->look = form;
	part->look_button = (struct ui_button){ .kind = UI_SECONDARY,
		.label = case_say(w, MSG_look_button) };
}

static void put_terms(
    const struct case_work *w, const json_t *made, struct case_page *page)
{
	struct rows_of r = { .arena = w->v->cx.arena };
	row_some(&r, case_say(w, MSG_thing_outlet),
	    case_codes(w, "outlet.", json_list(made, "outlets")));
	row_some(&r, case_say(w, MSG_case_formats),
	    case_codes(w, "format.", json_list(made, "formats")));
	row_some(&r, case_say(w, MSG_thing_networks),
	    case_codes(w, "", json_list(made, "networks")));
	row_some(&r, case_say(w, MSG_case_expires),
	    case_day(w, json_text(made, "expires")));
	row_some(&r, case_say(w, MSG_case_prepared_by),
	    case_person(w, w->f.prepared_by));
	row_some(&r, case_say(w, MSG_case_note), json_text(made, "note"));
	case_put_beyond(w, &r);
	LIST_ADD(r.arena, &r.list,
	    (struct ui_row){ .label = case_say(w, MSG_thing_digest),
		.value = json_text(made, "digest"),
		.code = true });
	page->artefact = r.list.v;
	page->n_artefact = r.list.n;
}

static struct str upper(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 32)
		                                      : s.p[i];
	return str_n(p, s.n);
}

static void put_built(
    const struct case_work *w, const json_t *made, struct case_page *page)
{
	struct arena *a = w->v->cx.arena;
	const json_t *list = json_list(made, "documents");
	size_t n = json_array_size(list);
	struct ui_file *v = ARENA_ARRAY(a, struct ui_file, n + 1);
	for (size_t i = 0; i < n; i++) {
		const json_t *d = json_array_get(list, i);
		const struct str args[] = { w->f.no, json_text(d, "sha256") };
		v[i] = (struct ui_file){ .name = json_text(d, "name"),
			.kind = upper(a, json_text(d, "form")),
			.size = case_size(a, json_int(d, "bytes", 0)),
			.sha256 = json_text(d, "sha256") };
		if (look_may(w))
			v[i].url = url_path(
			    a, "/requests/{}/look/{}", COUNT(args), args);
	}
	page->built = v;
	page->n_built = n;
}

static void put_artefact(const struct case_work *w, struct case_page *page)
{
	const json_t *made = w->f.artefact;
	if (made == NULL)
		return;
	const json_t *list = json_list(made, "parts");
	size_t n = json_array_size(list);
	struct case_part *v =
	    ARENA_ARRAY(w->v->cx.arena, struct case_part, n + 1);
	for (size_t i = 0; i < n; i++) {
		const json_t *part = json_array_get(list, i);
		v[i] = part_of(w, part);
		if (look_may(w) && json_text(part, "sql").n > 0)
			put_look(w, i, &v[i]);
	}
	page->may_look = look_may(w);
	page->artefact_title = case_say(w, MSG_thing_artefact);
	page->parts = v;
	page->n_parts = n;
	put_terms(w, made, page);
	put_built(w, made, page);
}

static struct str grant_state(const struct case_work *w, struct str state,
    int64_t expires, enum ui_tone *ret_tone)
{
	bool live = str_eq(state, STR("active")) || str_eq(state, STR("given"));
	bool ended = live && w->v->cx.now >= expires;
	*ret_tone = live && !ended                    ? UI_GOOD
	            : str_eq(state, STR("suspended")) ? UI_WAIT
	                                              : UI_NEUTRAL;
	return msg_code(w->v->cx.arena, w->v->cx.lang, STR("grant-state."),
	    ended ? STR("ended") : state);
}

/* The last day on which it holds. */
static struct str until(const struct case_work *w, int64_t expires)
{
	return date_short(
	    w->v->cx.arena, w->v->cx.lang, date_of_ms(expires - 1));
}

enum { GRANT_COLUMNS = 4 };

static struct ui_column *grant_columns(
    const struct case_work *w, enum msg first)
{
	const enum msg labels[GRANT_COLUMNS] = { first, MSG_case_grant_state,
		MSG_case_expires, MSG_thing_digest };
	struct ui_column *columns =
	    ARENA_ARRAY(w->v->cx.arena, struct ui_column, GRANT_COLUMNS);
	for (size_t i = 0; i < GRANT_COLUMNS; i++)
		columns[i].label = case_say(w, labels[i]);
	return columns;
}

static struct str shortened(const struct case_work *w, struct str digest)
{
	return str_fmt(w->v->cx.arena, "%.*s…", STR_ARG(str_upto(digest, 12)));
}

static void put_connections(const struct case_work *w, struct case_page *page)
{
	struct arena *a = w->v->cx.arena;
	size_t n = w->f.connections.n;
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, n * GRANT_COLUMNS + 1);
	for (size_t i = 0; i < n; i++) {
		const struct granted *g = &w->f.connections.v[i];
		struct ui_cell *c = &cells[i * GRANT_COLUMNS];
		c[0].text = str_fmt(a, "%.*s · %.*s", STR_ARG(g->part),
		    STR_ARG(
			msg_code(a, w->v->cx.lang, STR("outlet."), g->outlet)));
		c[0].url = url_path(a, "/connections/{}", 1, &g->id);
		c[1].badge = true;
		c[1].text = grant_state(w, g->state, g->expires, &c[1].tone);
		c[2].text = until(w, g->expires);
		c[3] = (struct ui_cell){ .code = true,
			.text = shortened(w, g->digest) };
	}
	page->connections =
	    (struct ui_table){ .caption = case_say(w, MSG_case_connections),
		    .hide_caption = true,
		    .columns = grant_columns(w, MSG_thing_connection),
		    .n_columns = GRANT_COLUMNS,
		    .cells = cells,
		    .n_rows = n };
}

static bool may_fetch(const struct case_work *w)
{
	struct str email = w->v->actor.person.email;
	if (case_is_own(&w->f, email))
		return true;
	for (size_t i = 0; i < w->f.officers.n; i++)
		if (str_eq_nocase(w->f.officers.v[i], email))
			return true;
	return false;
}

/* When its bytes went, or will go. */
static struct str going(const struct case_work *w, const struct handed *h)
{
	struct arena *a = w->v->cx.arena;
	const struct data_file *d =
	    data_file_of(&w->f, STR("artefacts"), h->sha256);
	int64_t due = d ? data_file_due(&w->f, d, w->keeping) : 0;
	int64_t at = d && d->gone ? d->gone : due;
	if (at == 0)
		return STR("");
	return case_say1(w,
	    d->gone ? MSG_keeping_destroyed_on : MSG_keeping_destroyed_after,
	    date_short(a, w->v->cx.lang, date_of_ms(at)));
}

static void put_documents(const struct case_work *w, struct case_page *page)
{
	struct arena *a = w->v->cx.arena;
	size_t n = w->f.documents.n;
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, n * GRANT_COLUMNS + 1);
	for (size_t i = 0; i < n; i++) {
		const struct handed *h = &w->f.documents.v[i];
		struct ui_cell *c = &cells[i * GRANT_COLUMNS];
		const struct str args[] = { w->f.no, h->id };
		bool live =
		    str_eq(h->state, STR("given")) && w->v->cx.now < h->expires;
		c[0].text = h->name;
		if (live && may_fetch(w))
			c[0].url = url_path(
			    a, "/requests/{}/deliveries/{}", COUNT(args), args);
		c[0].sub = str_fmt(a, "%.*s · SHA-256 %.*s…",
		    STR_ARG(case_size(a, h->bytes)),
		    STR_ARG(str_upto(h->sha256, 12)));
		c[1].badge = true;
		c[1].text = grant_state(w, h->state, h->expires, &c[1].tone);
		c[2].text = until(w, h->expires);
		c[2].sub = going(w, h);
		c[3] = (struct ui_cell){ .code = true,
			.text = shortened(w, h->digest) };
	}
	page->documents =
	    (struct ui_table){ .caption = case_say(w, MSG_case_documents),
		    .hide_caption = true,
		    .columns = grant_columns(w, MSG_case_document),
		    .n_columns = GRANT_COLUMNS,
		    .cells = cells,
		    .n_rows = n };
}

void case_put_made(const struct case_work *w, struct case_page *page)
{
	put_artefact(w, page);
	put_connections(w, page);
	put_documents(w, page);
}
