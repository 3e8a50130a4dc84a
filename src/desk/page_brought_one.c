/* One table that was sent in: how far its reading is, what was found, how it is to
 * be read, its first rows and wrong cells, and what another one has that it has
 * not. */
#include "base/read_as.h"
#include "base/str.h"
#include "base/time.h"
#include "core/brought.h"
#include "desk/code_lists.h"
#include "desk/page_brought.h"
#include "templates/desk_brought_one.h"

/* Before the id of a list of codes, in the form. */
#define LIST_MARK "list:"

/* The page being made. */
struct one_work {
	struct case_work w;
	struct inbound in;
	const json_t *look;            /* or NULL */
	const json_t *difference;      /* or NULL */
	const struct code_list *lists; /* that columns may be checked by */
	size_t n_lists;
};

static struct arena *arena_of(const struct one_work *p)
{
	return p->w.v->cx.arena;
}

static struct str coded(
    const struct one_work *p, const char *prefix, struct str code)
{
	return msg_code(arena_of(p), p->w.v->cx.lang, str_of(prefix), code);
}

static struct str count(const struct one_work *p, const char *key)
{
	return case_number(&p->w, json_int(p->in.found, key, 0));
}

/* The codes of a list cannot be had: of no fault of the file. */
static bool is_held(const struct one_work *p)
{
	return p->in.state == INBOUND_reading &&
	       str_eq(json_text(p->in.finding, "code"), STR("list"));
}

static struct ui_notice held(const struct one_work *p)
{
	return (struct ui_notice){ .tone = UI_WAIT,
		.title = case_say(&p->w, MSG_codes_held),
		.text = brought_finding_text(
		    arena_of(p), p->w.v->cx.lang, p->in.finding) };
}

/* In big clear words: what it is with this file. */
static struct ui_notice finding_of(const struct one_work *p)
{
	const struct case_work *w = &p->w;
	struct ui_notice n = { .tone = brought_tone(&p->in) };
	int64_t wrong = json_int(p->in.found, "wrong", 0);
	switch (p->in.state) {
	case INBOUND_waiting:
		n.title = case_say(w, MSG_brought_waits);
		n.text = case_say(w, MSG_brought_waits_text);
		break;
	case INBOUND_reading:
		if (is_held(p))
			return held(p);
		n.title = case_say(w, MSG_brought_reads);
		n.text = case_say(w, MSG_brought_reads_text);
		break;
	case INBOUND_read:
		n.title =
		    wrong > 0
			? case_say2(w, MSG_brought_has_wrong, count(p, "rows"),
			      case_number(w, wrong))
			: case_say1(w, MSG_brought_all_good, count(p, "rows"));
		n.text = case_say(w, wrong > 0 ? MSG_brought_has_wrong_text
					       : MSG_brought_all_good_text);
		break;
	case INBOUND_refused:
		n.title = case_say(w, MSG_brought_refused);
		n.text = brought_finding_text(
		    arena_of(p), w->v->cx.lang, p->in.finding);
		break;
	case INBOUND_lost:
		n.title = case_say(w, MSG_brought_lost);
		n.text = brought_finding_text(
		    arena_of(p), w->v->cx.lang, p->in.finding);
		break;
	case INBOUND_destroyed:
	case INBOUND_STATES:
		n.title = case_say(w, MSG_brought_destroyed);
		break;
	}
	return n;
}

/* The last corrected copy that went back. */
static void put_handed(const struct one_work *p, struct rows_of *rows)
{
	const struct case_work *w = &p->w;
	const struct brought *b = brought_of(&w->f, p->in.upload);
	if (b == NULL || b->handed_at == 0)
		return;
	row_text(rows, case_say(w, MSG_brought_handed),
	    str_fmt(arena_of(p), "%.*s · %.*s",
		STR_ARG(case_when(w, b->handed_at)),
		STR_ARG(case_person(w, b->handed_to))));
}

static void put_rows(const struct one_work *p, struct brought_one_page *page)
{
	const struct case_work *w = &p->w;
	const struct inbound *in = &p->in;
	struct rows_of rows = { .arena = arena_of(p) };
	bool read = in->state == INBOUND_read;
	row_text(
	    &rows, case_say(w, MSG_brought_sender), case_person(w, in->actor));
	row_some(&rows, case_say(w, MSG_brought_received),
	    in->received ? case_when(w, in->received) : STR(""));
	row_some(&rows, case_say(w, MSG_upload_size),
	    in->received ? case_size(arena_of(p), in->bytes) : STR(""));
	if (read) {
		row_text(
		    &rows, case_say(w, MSG_brought_rows), count(p, "rows"));
		row_text(
		    &rows, case_say(w, MSG_brought_double), count(p, "double"));
		if (json_flag(in->found, "once"))
			row_text(&rows, case_say(w, MSG_brought_used),
			    case_number(
				w, json_int(in->found, "rows", 0) -
				       json_int(in->found, "double", 0)));
		row_some(&rows, case_say(w, MSG_brought_sheet),
		    json_text(in->found, "sheet"));
		if (json_text(in->found, "encoding").n > 0)
			row_text(&rows, case_say(w, MSG_brought_encoding),
			    coded(p, "brought.encoding-",
				json_text(in->found, "encoding")));
	}
	put_handed(p, &rows);
	row_lines(&rows, case_say(w, MSG_brought_purpose), in->purpose);
	row_text(&rows, case_say(w, MSG_brought_destroy_on),
	    in->destroy_on.n > 0 ? case_day(w, in->destroy_on)
				 : case_say1(w, MSG_brought_by_rule,
				       case_number(w, w->keeping.days)));
	if (in->sha256.n > 0) {
		row_text(&rows, case_say(w, MSG_upload_sha256), in->sha256);
		rows.list.v[rows.list.n - 1].code = true;
	}
	page->rows = rows.list.v;
	page->n_rows = rows.list.n;
}

static void put_buttons(const struct one_work *p, struct brought_one_page *page)
{
	struct arena *a = arena_of(p);
	const struct case_work *w = &p->w;
	const struct str args[] = { w->f.no, p->in.upload };
	struct ui_button *b = ARENA_ARRAY(a, struct ui_button, 2);
	bool over = p->in.state == INBOUND_read ||
	            p->in.state == INBOUND_refused ||
	            p->in.state == INBOUND_lost;
	bool wrong = json_int(p->in.found, "wrong", 0) > 0;
	if (p->in.state == INBOUND_read && wrong && w->f.state != STATE_closed)
		b[page->n_buttons++] = (struct ui_button){ .kind = UI_PRIMARY,
			.label = case_say(w, MSG_brought_corrected),
			.url = url_path(
			    a, "/requests/{}/tables/{}/corrected", 2, args) };
	if (over && brought_may_send(w))
		b[page->n_buttons++] =
		    (struct ui_button){ .kind = p->in.state == INBOUND_read
			                            ? UI_SECONDARY
			                            : UI_PRIMARY,
			    .label = case_say(w, MSG_brought_again),
			    .url = url_path(a,
				"/requests/{}/tables?replaces={}", 2, args) };
	page->buttons = b;
}

static struct ui_choice *choices(const struct one_work *p, const char *prefix,
    struct read_names all, struct str chosen)
{
	struct ui_choice *v =
	    ARENA_ARRAY(arena_of(p), struct ui_choice, all.n + p->n_lists);
	for (size_t i = 0; i < all.n; i++)
		v[i] = (struct ui_choice){ .value = str_of(all.v[i]),
			.label = coded(p, prefix, str_of(all.v[i])),
			.chosen = str_eq(str_of(all.v[i]), chosen) };
	return v;
}

/* What a column may be, and each list of codes that its values may be of. */
static const struct ui_choice *checks_of(
    const struct one_work *p, const json_t *c)
{
	struct str list = json_text(c, "list");
	struct ui_choice *v = choices(p, "brought.check-", read_checks,
	    list.n > 0 ? STR("") : json_text(c, "check"));
	for (size_t i = 0; i < p->n_lists; i++) {
		const struct code_list *l = &p->lists[i];
		bool thai = p->w.v->cx.lang == LANG_TH;
		v[read_checks.n + i] = (struct ui_choice){
			.value = str_cat(arena_of(p), STR(LIST_MARK), l->id),
			.label = case_say1(&p->w, MSG_codes_choose,
			    thai ? l->title_th : l->title_en),
			.chosen = str_eq(l->id, list)
		};
	}
	return v;
}

/* What was asked for of a column; NULL: nothing. */
static const json_t *asked_of(const struct one_work *p, struct str name)
{
	return json_named(json_list(p->in.choice, "columns"), name);
}

static struct str codes_of(const struct one_work *p, struct str name)
{
	const json_t *list = json_list(asked_of(p, name), "codes");
	struct buf b = buf_new(arena_of(p), 65536);
	for (size_t i = 0; i < json_array_size(list); i++)
		buf_fmt(&b, "%s%.*s", i ? ", " : "",
		    STR_ARG(json_as_text(json_array_get(list, i))));
	return buf_view(&b);
}

static struct brought_column column_of(
    const struct one_work *p, size_t i, const json_t *c)
{
	struct str name = json_text(c, "name");
	int64_t wrong = json_int(c, "wrong", 0);
	return (struct brought_column){
		.prefix = str_fmt(arena_of(p), "columns[%zu]", i),
		.title = json_text(c, "title"),
		.name = name,
		.empty = case_number(&p->w, json_int(c, "empty", 0)),
		.wrong = case_number(&p->w, wrong),
		.bad = wrong > 0,
		.checks = checks_of(p, c),
		.n_checks = read_checks.n + p->n_lists,
		.eras =
		    choices(p, "brought.era-", read_eras, json_text(c, "era")),
		.n_eras = read_eras.n,
		.needed = json_flag(c, "needed"),
		.codes = codes_of(p, name),
	};
}

static void put_columns(const struct one_work *p, struct brought_one_page *page)
{
	const json_t *list = json_list(p->in.found, "columns");
	size_t n = json_array_size(list);
	if (n > BROUGHT_COLUMNS) {
		page->too_wide = case_say2(&p->w, MSG_brought_too_wide,
		    case_number(&p->w, (int64_t)n),
		    case_number(&p->w, (int64_t)BROUGHT_COLUMNS));
		n = BROUGHT_COLUMNS;
	}
	struct brought_column *v =
	    ARENA_ARRAY(arena_of(p), struct brought_column, n + 1);
	for (size_t i = 0; i < n; i++)
		v[i] = column_of(p, i, json_array_get(list, i));
	page->columns = v;
	page->n_columns = n;
}

/* Of several sheets one; hidden ones are called so. */
static struct ui_field sheet_field(const struct one_work *p)
{
	const json_t *list = json_list(p->in.found, "sheets");
	size_t n = json_array_size(list);
	struct ui_choice *v = ARENA_ARRAY(arena_of(p), struct ui_choice, n + 1);
	for (size_t i = 0; i < n; i++) {
		const json_t *s = json_array_get(list, i);
		struct str name = json_text(s, "name");
		v[i] = (struct ui_choice){ .value = name,
			.label =
			    json_flag(s, "hidden")
				? case_say1(&p->w, MSG_brought_hidden, name)
				: name,
			.chosen =
			    str_eq(name, json_text(p->in.found, "sheet")) };
	}
	return (struct ui_field){ .kind = UI_SELECT,
		.name = STR("sheet"),
		.label = case_say(&p->w, MSG_brought_sheet_choose),
		.choices = v,
		.n_choices = n };
}

static struct ui_field encoding_field(const struct one_work *p)
{
	return (struct ui_field){ .kind = UI_SELECT,
		.name = STR("encoding"),
		.label = case_say(&p->w, MSG_brought_encoding),
		.hint = case_say(&p->w, MSG_brought_encoding_hint),
		.choices = choices(p, "brought.encoding-", read_encodings,
		    json_text(p->in.found, "encoding")),
		.n_choices = read_encodings.n };
}

/* Only where there are such rows, or were. */
static struct ui_field once_field(const struct one_work *p)
{
	struct ui_choice *yes = ARENA_NEW(arena_of(p), struct ui_choice);
	*yes = (struct ui_choice){ .value = STR("yes"),
		.label = case_say(&p->w, MSG_brought_once),
		.chosen = json_flag(p->in.found, "once") };
	return (struct ui_field){ .kind = UI_CHECKS,
		.name = STR("once"),
		.label = case_say(&p->w, MSG_brought_double),
		.hint = case_say(&p->w, MSG_brought_once_hint),
		.choices = yes,
		.n_choices = 1 };
}

static void put_choice(const struct one_work *p, struct brought_one_page *page)
{
	struct ui_field *f = ARENA_ARRAY(arena_of(p), struct ui_field, 3);
	const struct str args[] = { p->w.f.no, p->in.upload };
	bool here = (p->in.state == INBOUND_read ||
			p->in.state == INBOUND_refused || is_held(p)) &&
	            p->w.f.state != STATE_closed;
	if (json_array_size(json_list(p->in.found, "sheets")) > 1)
		f[page->n_fields++] = sheet_field(p);
	if (json_text(p->in.found, "encoding").n > 0)
		f[page->n_fields++] = encoding_field(p);
	if (json_int(p->in.found, "double", 0) > 0)
		f[page->n_fields++] = once_field(p);
	page->fields = f;
	if (p->in.state == INBOUND_read || is_held(p))
		put_columns(p, page);
	page->may_choose = here && !p->w.v->actor.read_only &&
	                   page->n_fields + page->n_columns > 0;
	page->form = (struct ui_form){ .action = url_path(arena_of(p),
					   "/requests/{}/tables/{}", 2, args) };
	page->may_look_again = p->in.state == INBOUND_lost &&
	                       !p->w.v->actor.read_only &&
	                       p->w.f.state != STATE_closed;
	page->choose = (struct ui_button){ .kind = UI_SECONDARY,
		.label = case_say(&p->w, page->may_look_again
					     ? MSG_brought_look_again
					     : MSG_brought_read_again) };
}

static struct ui_cell value_cell(const struct one_work *p, const json_t *v)
{
	(void)p;
	if (json_is_null(v))
		return (struct ui_cell){ .text = STR("–") };
	if (json_is_string(v))
		return (struct ui_cell){ .text = json_as_text(v) };
	return (struct ui_cell){ .text = json_compact(arena_of(p), v) };
}

static void put_first(const struct one_work *p, struct brought_one_page *page)
{
	struct arena *a = arena_of(p);
	const json_t *names = json_list(p->look, "columns");
	const json_t *rows = json_list(p->look, "rows");
	size_t width = json_array_size(names), n = json_array_size(rows);
	struct ui_column *columns = ARENA_ARRAY(a, struct ui_column, width + 1);
	struct ui_cell *cells = ARENA_ARRAY(a, struct ui_cell, n * width + 1);
	for (size_t i = 0; i < width; i++) {
		const json_t *c = json_array_get(names, i);
		struct str title = json_text(c, "title");
		columns[i].label = json_is_string(c) ? json_as_text(c)
		                   : title.n > 0     ? title
		                                     : json_text(c, "name");
	}
	for (size_t i = 0; i < n * width; i++) {
		bool day =
		    str_eq(json_text(json_array_get(names, i % width), "check"),
			STR("date"));
		cells[i] = value_cell(p,
		    json_array_get(json_array_get(rows, i / width), i % width));
		/* As people read it: a day that cannot be read stays as it is. */
		if (day)
			cells[i].text = case_day(&p->w, cells[i].text);
	}
	page->first =
	    (struct ui_table){ .caption = case_say1(&p->w, MSG_brought_first,
				   case_number(&p->w, (int64_t)n)),
		    .columns = columns,
		    .n_columns = width,
		    .cells = cells,
		    .n_rows = n,
		    .dense = true,
		    .empty = case_say(&p->w, MSG_plan_no_rows) };
}

/* What the heading of a column says. */
static struct str title_of(const struct one_work *p, struct str name)
{
	const json_t *c = json_named(json_list(p->in.found, "columns"), name);
	return c ? json_text(c, "title") : name;
}

enum { WRONG_COLUMNS = 4 };

static void put_wrong(const struct one_work *p, struct brought_one_page *page)
{
	struct arena *a = arena_of(p);
	static const enum msg labels[WRONG_COLUMNS] = { MSG_brought_place,
		MSG_case_column, MSG_brought_value, MSG_brought_why };
	const json_t *list = json_list(p->look, "wrong");
	size_t n = json_array_size(list);
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, WRONG_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, n * WRONG_COLUMNS + 1);
	for (size_t i = 0; i < WRONG_COLUMNS; i++)
		columns[i].label = case_say(&p->w, labels[i]);
	for (size_t i = 0; i < n; i++) {
		const json_t *w = json_array_get(list, i);
		struct ui_cell *c = &cells[i * WRONG_COLUMNS];
		c[0] = (struct ui_cell){ .code = true,
			.text = json_text(w, "place") };
		c[1].text = title_of(p, json_text(w, "name"));
		c[2] = (struct ui_cell){ .code = true,
			.text = json_text(w, "value") };
		c[3].text = json_text(w, "message");
	}
	int64_t all = json_int(p->in.found, "wrong", 0);
	page->wrong = (struct ui_table){ .caption = case_say(
					     &p->w, MSG_brought_wrong_cells),
		.columns = columns,
		.n_columns = WRONG_COLUMNS,
		.cells = cells,
		.n_rows = n,
		.empty = case_say(&p->w, MSG_brought_wrong_none),
		.foot = all > (int64_t)n
		            ? case_say2(&p->w, MSG_brought_wrong_more,
				  case_number(&p->w, (int64_t)n),
				  case_number(&p->w, all))
		            : STR("") };
}

static void put_look(const struct one_work *p, struct brought_one_page *page)
{
	const struct str args[] = { p->w.f.no, p->in.upload };
	if (p->in.state != INBOUND_read || p->w.f.state == STATE_closed)
		return;
	page->look = url_path(
	    arena_of(p), "/requests/{}/tables/{}?look=1#rows", 2, args);
	if (p->look == NULL)
		return;
	page->looked = true;
	put_first(p, page);
	put_wrong(p, page);
}

enum { DIFFERENCE_COLUMNS = 3 };

static void put_difference(
    const struct one_work *p, struct brought_one_page *page)
{
	struct arena *a = arena_of(p);
	static const char *const keys[] = { "added", "removed", "changed",
		"same" };
	static const enum msg labels[DIFFERENCE_COLUMNS] = { MSG_brought_key,
		MSG_brought_what_changed, MSG_brought_changed_columns };
	const json_t *list = json_list(p->difference, "samples");
	size_t n = json_array_size(list);
	struct rows_of rows = { .arena = a };
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, DIFFERENCE_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, n * DIFFERENCE_COLUMNS + 1);
	for (size_t i = 0; i < COUNT(keys); i++)
		row_text(&rows, coded(p, "brought.rows-", str_of(keys[i])),
		    case_number(&p->w, json_int(p->difference, keys[i], 0)));
	for (size_t i = 0; i < DIFFERENCE_COLUMNS; i++)
		columns[i].label = case_say(&p->w, labels[i]);
	for (size_t i = 0; i < n; i++) {
		const json_t *s = json_array_get(list, i);
		const json_t *which = json_list(s, "columns");
		struct ui_cell *c = &cells[i * DIFFERENCE_COLUMNS];
		c[0] = value_cell(p, json_object_get(s, "key"));
		c[0].code = true;
		c[1].text = coded(p, "brought.rows-", json_text(s, "what"));
		c[2].text = STR("");
		for (size_t k = 0; k < json_array_size(which); k++)
			c[2].text = str_fmt(a, "%.*s%s%.*s", STR_ARG(c[2].text),
			    k ? ", " : "",
			    STR_ARG(json_as_text(json_array_get(which, k))));
	}
	page->counts = rows.list.v;
	page->n_counts = rows.list.n;
	page->difference =
	    (struct ui_table){ .caption = case_say(&p->w, MSG_brought_samples),
		    .columns = columns,
		    .n_columns = DIFFERENCE_COLUMNS,
		    .cells = cells,
		    .n_rows = n,
		    .dense = true,
		    .empty = case_say(&p->w, MSG_brought_no_difference) };
}

/* With the one that it takes the place of: by a column that tells rows apart. */
static void put_compare(const struct one_work *p, struct brought_one_page *page)
{
	struct arena *a = arena_of(p);
	const json_t *list = json_list(p->in.found, "columns");
	size_t n = json_array_size(list);
	const struct str args[] = { p->w.f.no, p->in.upload };
	if (p->in.state != INBOUND_read || p->in.replaces.n == 0 ||
	    p->w.f.state == STATE_closed)
		return;
	struct ui_choice *v = ARENA_ARRAY(a, struct ui_choice, n + 1);
	for (size_t i = 0; i < n; i++) {
		const json_t *c = json_array_get(list, i);
		v[i] = (struct ui_choice){ .value = json_text(c, "name"),
			.label = json_text(c, "title"),
			.chosen = str_eq(
			    json_text(c, "name"), visit_query(p->w.v, "key")) };
	}
	page->may_compare = true;
	page->compare =
	    (struct ui_form){ .action = url_path(a,
				  "/requests/{}/tables/{}#difference", 2, args),
		    .get = true };
	page->compare_field = (struct ui_field){ .kind = UI_SELECT,
		.name = STR("key"),
		.label = case_say(&p->w, MSG_brought_compare_by),
		.choices = v,
		.n_choices = n };
	page->compare_button = (struct ui_button){ .kind = UI_SECONDARY,
		.label = case_say(&p->w, MSG_brought_compare) };
	if (p->difference != NULL)
		put_difference(p, page);
}

static enum err show(struct one_work *p, int status)
{
	struct visit *v = p->w.v;
	const struct str args[] = { p->w.f.no, p->in.upload };
	enum err e = code_lists_offered(&p->w, &p->in, &p->lists, &p->n_lists);
	if (e)
		return e;
	struct brought_one_page page = { .back = case_url(&p->w, "/tables"),
		.self =
		    url_path(arena_of(p), "/requests/{}/tables/{}", 2, args),
		.number = p->w.f.no,
		.name = p->in.name,
		.state = brought_state(&p->w, &p->in),
		.shown = str_of(inbound_state_names[p->in.state]),
		.tone = brought_tone(&p->in),
		.finding = finding_of(p),
		.problems = p->w.problems,
		.n_problems = p->w.n_problems,
		.progress = p->in.progress };
	page.reading = p->in.state == INBOUND_reading;
	if (page.reading || p->in.state == INBOUND_waiting)
		page.api =
		    str_fmt(arena_of(p), "/api/v1/requests/%.*s/uploads/%.*s",
			STR_ARG(args[0]), STR_ARG(args[1]));
	put_rows(p, &page);
	put_buttons(p, &page);
	put_choice(p, &page);
	put_look(p, &page);
	put_compare(p, &page);
	struct view view =
	    page_view(v, str_fmt(arena_of(p), "%.*s %.*s", STR_ARG(p->in.name),
			     STR_ARG(p->w.f.no)));
	view.wide = true;
	view.wrong = p->w.n_problems > 0;
	struct buf o = page_buf(v);
	page_desk_brought_one(&o, &view, &page);
	return page_send(v, status, &o);
}

/* Shown as far as it goes: a gate that is busy keeps nobody from the rest. */
static enum err read_more(struct one_work *p)
{
	struct visit *v = p->w.v;
	struct inbound with;
	struct str key = visit_query(v, "key");
	json_t *found = NULL;
	enum err e = OK;
	if (p->in.state != INBOUND_read)
		return OK;
	if (visit_query(v, "look").n > 0 || key.n > 0)
		e = brought_needed(&p->w);
	if (e)
		return e;
	if (visit_query(v, "look").n > 0) {
		e = brought_look(v, &p->in, &found);
		p->look = e ? NULL : found;
	} else if (key.n > 0 && p->in.replaces.n > 0) {
		e = brought_find(&p->w, p->in.replaces, &with);
		if (!e)
			e = brought_difference(v, &p->in, &with, key, &found);
		p->difference = e ? NULL : found;
	}
	return e;
}

static void take_problem(struct one_work *p)
{
	struct ctx *cx = &p->w.v->cx;
	const struct field_error *f = cx->fault.fields;
	struct ui_problem *one = ARENA_NEW(cx->arena, struct ui_problem);
	*one = (struct ui_problem){ .text = f ? msg_fill(cx->arena, cx->lang,
						    f->msg, &f->arg, 1)
		                              : fault_text(cx) };
	p->w.problems = one;
	p->w.n_problems = 1;
}

enum err page_brought_one(struct visit *v)
{
	struct one_work *p = ARENA_NEW(v->cx.arena, struct one_work);
	enum err e =
	    brought_begin(v, visit_arg(v, 0), visit_arg(v, 1), &p->w, &p->in);
	if (e)
		return e;
	e = read_more(p);
	if (e)
		take_problem(p);
	return show(p, e ? err_status(e) : 200);
}

static json_t *codes_posted(struct visit *v, struct str said)
{
	json_t *list = json_new_array(v->cx.arena);
	struct str one;
	while (said.n > 0) {
		str_cut(said, ',', &one, &said);
		one = str_trim(one);
		if (one.n > 0)
			json_add_text(list, one);
	}
	return list;
}

static struct str posted(struct visit *v, size_t i, const char *name)
{
	return visit_form(
	    v, str_cstr(v->cx.arena,
		   str_fmt(v->cx.arena, "columns[%zu].%s", i, name)));
}

/* A kind of values, or a list of codes. */
static void check_posted(struct visit *v, size_t i, json_t *c)
{
	struct str check = posted(v, i, "check");
	if (str_take(&check, STR(LIST_MARK))) {
		json_put_text(c, "check", STR("code"));
		json_put_text(c, "list", check);
		return;
	}
	json_put_text(c, "check", check);
	json_put(c, "codes", codes_posted(v, posted(v, i, "codes")));
}

/* The form as the body of `choose`. */
static json_t *choice_posted(struct visit *v)
{
	struct arena *a = v->cx.arena;
	json_t *o = json_new_object(a), *list = json_new_array(a);
	json_put_text(o, "sheet", visit_form(v, "sheet"));
	json_put_text(o, "encoding", visit_form(v, "encoding"));
	json_put_flag(o, "once", visit_form(v, "once").n > 0);
	for (size_t i = 0; i < BROUGHT_COLUMNS; i++) {
		struct str name = posted(v, i, "name");
		json_t *c = json_new_object(a);
		if (name.n == 0)
			break;
		json_put_text(c, "name", name);
		check_posted(v, i, c);
		json_put_text(c, "era", posted(v, i, "era"));
		json_put_flag(c, "needed", posted(v, i, "needed").n > 0);
		json_add(list, c);
	}
	json_put(o, "columns", list);
	return o;
}

enum err page_brought_choose(struct visit *v)
{
	struct one_work *p = ARENA_NEW(v->cx.arena, struct one_work);
	enum err e =
	    brought_begin(v, visit_arg(v, 0), visit_arg(v, 1), &p->w, &p->in);
	if (e)
		return e;
	/* One that is lost is looked for as it was to be read. */
	e = brought_needed(&p->w);
	if (!e)
		e = brought_choose(&p->w, &p->in,
		    p->in.state == INBOUND_lost && p->in.choice
			? p->in.choice
			: choice_posted(v));
	if (e && e != ERR_INVALID && e != ERR_CONFLICT)
		return e;
	if (e) {
		take_problem(p);
		return show(p, err_status(e));
	}
	const struct str args[] = { p->w.f.no, p->in.upload };
	return visit_go(
	    v, url_path(v->cx.arena, "/requests/{}/tables/{}", 2, args).s);
}

enum err page_brought_corrected(struct visit *v)
{
	struct case_work *w = ARENA_NEW(v->cx.arena, struct case_work);
	struct inbound in;
	enum err e = brought_begin(v, visit_arg(v, 0), visit_arg(v, 1), w, &in);
	if (!e)
		e = brought_needed(w);
	return e ? e : brought_corrected(v, &in);
}
