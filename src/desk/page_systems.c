/* The register of systems: who offers what, whose it is, who looks after it.
 * Everybody reads it; administrators bring it as a file, which is looked at
 * before it is taken in. */
#include "base/buf.h"
#include "base/str.h"
#include "core/code_list.h"
#include "desk/page_tables.h"
#include "desk/systems.h"
#include "sql/sql.h"

enum {
	FIXED_COLUMNS = 4,
	COLUMNS = FIXED_COLUMNS + SERVICE_TYPES,
	CHANGE_COLUMNS = 3,
	WARNING_COLUMNS = 3,
	MAX_TEXT = 65536
};

/* The page of systems in the making. */
struct work {
	struct visit *v;
	const struct system *systems;
	size_t n_systems;
	const struct office *offices;
	size_t n_offices;
	const struct unit *units;
	size_t n_units;
	struct tables_page page;
};

static struct str say(const struct visit *v, enum msg m)
{
	return msg_text(v->cx.lang, m);
}

static enum err read_systems(struct work *w)
{
	struct ctx *cx = &w->v->cx;
	enum err e = store_read(cx, w->v->app->people);
	if (!e)
		e = system_list(cx, STR(""), &w->systems, &w->n_systems);
	if (!e)
		e = office_list(cx, &w->offices, &w->n_offices);
	if (!e)
		e = unit_list(cx, &w->units, &w->n_units);
	store_end(cx);
	return e;
}

static struct str unit_name(const struct work *w, struct str code)
{
	for (size_t i = 0; i < w->n_units; i++)
		if (str_eq(w->units[i].code, code))
			return tables_name(
			    w->v, w->units[i].name_th, w->units[i].name_en);
	return code;
}

static struct str code_line(const struct work *w, const struct system *s)
{
	struct arena *a = w->v->cx.arena;
	return s->aliases.n == 0 ? s->code
	                         : str_fmt(a, "%.*s · %.*s", STR_ARG(s->code),
				       STR_ARG(s->aliases));
}

static void fill_officers(
    const struct work *w, const struct system *s, struct ui_cell *c)
{
	struct arena *a = w->v->cx.arena;
	struct buf names = buf_new(a, MAX_TEXT);

	if (system_unassigned(s)) {
		c->text = say(w->v, MSG_systems_unassigned);
		c->badge = true;
		c->tone = UI_WAIT;
		c->sub = say(w->v, MSG_systems_unassigned_head);
		return;
	}
	for (size_t i = 0; i < s->n_officers; i++) {
		const struct person *p = &s->officers[i];
		if (i > 0)
			buf_char(&names, '\n');
		buf_str(&names, tables_name(w->v, p->name, p->name_en));
	}
	c->rich = html_lines(a, buf_view(&names));
	if (s->n_officers == 0)
		c->text = STR("–");
}

/* Offered, offered and looked at twice, or not. */
static void fill_service(const struct work *w, const struct system *s,
    const char *service, struct ui_cell *c)
{
	c->text = STR("–");
	for (size_t i = 0; i < s->n_services; i++) {
		if (!str_eq(s->services[i], str_of(service)))
			continue;
		c->text = STR("✓");
		if (s->flagged[i]) {
			c->badge_text = say(w->v, MSG_systems_flagged);
			c->tone = UI_WAIT;
		}
	}
}

static void fill_system(
    const struct work *w, const struct system *s, struct ui_cell *c)
{
	c[0].text = tables_name(w->v, s->name_th, s->name_en);
	c[0].sub = code_line(w, s);
	if (!s->active) {
		c[0].badge_text = say(w->v, MSG_systems_inactive);
		c[0].tone = UI_NEUTRAL;
	}
	c[1].text = unit_name(w, s->owner_unit);
	c[2].text = unit_name(w, s->division);
	fill_officers(w, s, &c[3]);
	for (size_t i = 0; i < SERVICE_TYPES; i++)
		fill_service(w, s, service_types[i], &c[FIXED_COLUMNS + i]);
}

/* The matrix of one office's systems and service types. */
static void put_office(struct work *w, const struct office *o)
{
	static const enum msg heads[COLUMNS] = { MSG_systems_system,
		MSG_systems_owner, MSG_systems_division, MSG_systems_officers,
		MSG_service_existing, MSG_service_processing, MSG_service_api,
		MSG_service_database };
	size_t n = 0;
	for (size_t i = 0; i < w->n_systems; i++)
		n += str_eq(w->systems[i].office, o->code);
	if (n == 0 || w->page.n_tables == TABLES_MAX)
		return;
	struct ui_cell *c = tables_add(w->v, &w->page,
	    tables_name(w->v, o->name_th, o->name_en), heads, COLUMNS, n);
	for (size_t i = 0; i < w->n_systems; i++) {
		if (!str_eq(w->systems[i].office, o->code))
			continue;
		fill_system(w, &w->systems[i], c);
		c += COLUMNS;
	}
}

static void put_notice(struct visit *v, struct tables_page *page,
    enum ui_tone tone, struct str title, struct str text)
{
	struct ui_notice *n = ARENA_NEW(v->cx.arena, struct ui_notice);
	*n = (struct ui_notice){ .tone = tone, .title = title, .text = text };
	page->notice = n;
}

/* The import for administrators, and lists of codes of one's own systems. */
static void put_links(struct work *w)
{
	struct visit *v = w->v;
	struct ui_link *l =
	    ARENA_ARRAY(v->cx.arena, struct ui_link, w->n_systems + 1);
	size_t n = 0;
	if (person_holds(&v->actor.person, ROLE_admin, STR(""), STR("")))
		l[n++] = (struct ui_link){ .label = say(v, MSG_systems_import),
			.url = url_local(STR("/systems/import")) };
	for (size_t i = 0; i < w->n_systems; i++) {
		const struct system *s = &w->systems[i];
		struct str name = tables_name(v, s->name_th, s->name_en);
		if (code_list_may(&v->actor.person, s))
			l[n++] = (struct ui_link){
				.label = msg_fill(v->cx.arena, v->cx.lang,
				    MSG_codes_title, &name, 1),
				.url = url_path(v->cx.arena,
				    "/systems/{}/code-lists", 1, &s->code)
			};
	}
	w->page.links = l;
	w->page.n_links = n;
}

enum err page_systems(struct visit *v)
{
	struct work *w = ARENA_NEW(v->cx.arena, struct work);
	w->v = v;
	enum err e = read_systems(w);
	if (e)
		return e;
	w->page.title = say(v, MSG_systems_title);
	w->page.intro = say(v, MSG_systems_intro);
	w->page.back = url_local(STR("/"));
	w->page.back_label = say(v, MSG_layout_back);
	if (visit_query(v, "done").n > 0)
		put_notice(
		    v, &w->page, UI_GOOD, say(v, MSG_systems_done), STR(""));
	put_links(w);
	for (size_t i = 0; i < w->n_offices; i++)
		put_office(w, &w->offices[i]);
	return tables_send(v, &w->page, 200);
}

static void begin_import(struct visit *v, struct tables_page *page)
{
	page->title = say(v, MSG_systems_import);
	page->back = url_local(STR("/systems"));
	page->back_label = say(v, MSG_systems_title);
}

static void offer_file(struct visit *v, struct tables_page *page)
{
	struct ui_field *f = ARENA_ARRAY(v->cx.arena, struct ui_field, 2);
	f[0] = tables_field(
	    v, "file", MSG_systems_the_file, MSG_systems_file_hint);
	f[0].kind = UI_FILE;
	f[0].accept = STR(".csv");
	f[0].max_bytes = IMPORT_MAX_BYTES;
	f[1] = tables_field(
	    v, "pasted", MSG_systems_pasted, MSG_systems_pasted_hint);
	f[1].kind = UI_LINES;
	f[1].rows = 6;
	f[1].optional = true;
	f[0].optional = true;
	tables_file_form(v, page, MSG_systems_file, MSG_systems_file_intro,
	    url_local(STR("/systems/import")), f, 2);
}

static enum err show_form(struct visit *v, int status, const struct fault *why)
{
	struct tables_page *page = ARENA_NEW(v->cx.arena, struct tables_page);
	begin_import(v, page);
	tables_problems(v, page, why);
	offer_file(v, page);
	return tables_send(v, page, status);
}

enum err page_systems_file(struct visit *v)
{
	struct fault none = { 0 };
	enum err e = visit_administers(v);
	return e ? e : show_form(v, 200, &none);
}

static struct str column_words(const struct visit *v, struct str column)
{
	return msg_code(
	    v->cx.arena, v->cx.lang, STR("systems-column."), column);
}

static struct str shown(struct str s)
{
	return s.n ? s : STR("–");
}

/* "English name: Personnel → Staff", a line for each field. */
static struct html fields_of(struct visit *v, const struct import_line *l)
{
	struct buf b = buf_new(v->cx.arena, MAX_TEXT);
	for (size_t i = 0; i < l->n_fields; i++) {
		const struct import_field *f = &l->fields[i];
		struct str args[] = { column_words(v, f->column), shown(f->was),
			shown(f->now) };
		if (l->change == IMPORT_new && f->now.n == 0)
			continue;
		if (b.n > 0)
			buf_char(&b, '\n');
		buf_str(&b, msg_fill(v->cx.arena, v->cx.lang,
				l->change == IMPORT_new ? MSG_systems_value
							: MSG_systems_was_now,
				args, COUNT(args)));
	}
	return html_lines(v->cx.arena, buf_view(&b));
}

static void fill_change(
    struct visit *v, const struct import_line *l, struct ui_cell *c)
{
	c[0].text = l->key;
	c[0].badge_text =
	    say(v, l->ended                  ? MSG_systems_ends
		   : l->change == IMPORT_new ? MSG_calendars_is_new
					     : MSG_calendars_is_changed);
	c[0].tone = l->ended                  ? UI_BAD
	            : l->change == IMPORT_new ? UI_GOOD
	                                      : UI_WAIT;
	c[1].rich = fields_of(v, l);
	c[2].text = str_fmt(v->cx.arena, "%d", l->line);
}

static void put_changes(
    struct visit *v, struct tables_page *page, const struct import_report *r)
{
	static const enum msg heads[CHANGE_COLUMNS] = { MSG_systems_system,
		MSG_systems_changes, MSG_systems_line };
	size_t n = r->counts[IMPORT_new] + r->counts[IMPORT_changed];
	struct ui_cell *c = tables_add(
	    v, page, say(v, MSG_calendars_preview), heads, CHANGE_COLUMNS, n);
	page->tables[page->n_tables - 1].empty =
	    say(v, MSG_calendars_no_change);
	for (size_t i = 0; i < r->n; i++) {
		if (r->lines[i].change == IMPORT_same)
			continue;
		fill_change(v, &r->lines[i], c);
		c += CHANGE_COLUMNS;
	}
}

static void put_warnings(
    struct visit *v, struct tables_page *page, const struct import_report *r)
{
	static const enum msg heads[WARNING_COLUMNS] = { MSG_systems_line,
		MSG_systems_column, MSG_systems_damaged_word };
	if (r->n_warnings == 0)
		return;
	struct ui_cell *c = tables_add(v, page, say(v, MSG_systems_damaged),
	    heads, WARNING_COLUMNS, r->n_warnings);
	for (size_t i = 0; i < r->n_warnings; i++, c += WARNING_COLUMNS) {
		c[0].text = str_fmt(v->cx.arena, "%d", r->warnings[i].line);
		c[1].text = column_words(v, r->warnings[i].column);
		c[2].text = r->warnings[i].arg;
	}
}

/* How many of each, and which are not named. */
static struct str counts_text(struct visit *v, const struct import_report *r)
{
	struct arena *a = v->cx.arena;
	struct buf b = buf_new(a, MAX_TEXT);
	struct str args[IMPORT_CHANGES];
	for (size_t i = 0; i < IMPORT_CHANGES; i++)
		args[i] = str_fmt(a, "%zu", r->counts[i]);
	buf_str(&b,
	    msg_fill(a, v->cx.lang, MSG_systems_counts, args, IMPORT_CHANGES));
	for (size_t i = 0; i < r->n_untouched; i++) {
		buf_str(&b, i ? STR(", ") : STR(" "));
		if (i == 0)
			buf_str(&b, say(v, MSG_systems_untouched));
		buf_str(&b, i ? STR("") : STR(" "));
		buf_str(&b, r->untouched[i]);
	}
	return buf_view(&b);
}

/* What the file would do, and a press that does it. */
static enum err show_preview(
    struct visit *v, const struct systems_import *im, bool changed)
{
	struct tables_page *page = ARENA_NEW(v->cx.arena, struct tables_page);
	const struct import_report *r = &im->report;
	begin_import(v, page);
	put_notice(v, page, changed ? UI_WAIT : UI_INFO,
	    say(v, changed ? MSG_systems_changed_meanwhile
			   : MSG_calendars_preview_title),
	    counts_text(v, r));
	put_changes(v, page, r);
	put_warnings(v, page, r);
	if (r->counts[IMPORT_new] + r->counts[IMPORT_changed] == 0)
		return tables_send(v, page, 200);
	struct ui_pair *hidden = ARENA_ARRAY(v->cx.arena, struct ui_pair, 2);
	hidden[0] = (struct ui_pair){ STR("text"), im->text };
	hidden[1] = (struct ui_pair){ STR("digest"), r->digest };
	tables_confirm_form(v, page, MSG_calendars_confirm,
	    MSG_systems_confirm_intro, url_local(STR("/systems/import")),
	    hidden, 2);
	return tables_send(v, page, changed ? 409 : 200);
}

/* Somebody else was quicker: what the file would do now. */
static enum err show_again(struct visit *v, struct systems_import *im)
{
	v->cx.fault = (struct fault){ 0 };
	im->digest = STR("");
	enum err e = visit_preview(v, systems_import, im);
	return e ? e : show_preview(v, im, true);
}

static enum err look_or_confirm(struct visit *v, struct systems_import *im)
{
	if (im->digest.n == 0) {
		enum err e = visit_preview(v, systems_import, im);
		return e ? e : show_preview(v, im, false);
	}
	enum err e = visit_change(v, systems_import, im);
	if (!e)
		return visit_go(v, STR("/systems?done=1"));
	return e == ERR_CONFLICT ? show_again(v, im) : e;
}

enum err page_systems_import(struct visit *v)
{
	struct systems_import im = { .text = visit_form(v, "text"),
		.digest = visit_form(v, "digest") };
	enum err e = visit_administers(v);
	if (e)
		return e;
	if (im.text.n == 0)
		im.text = visit_form(v, "pasted");
	if (im.text.n == 0 && v->rq->n_files > 0)
		im.text = v->rq->files[0].bytes;
	if (im.text.n == 0)
		field_wrong(&v->cx, STR("file"), MSG_field_required, STR(""));
	e = fields_end(&v->cx);
	if (!e)
		e = look_or_confirm(v, &im);
	if (e != ERR_INVALID && e != ERR_TOO_LARGE)
		return e;
	struct fault why = v->cx.fault;
	v->cx.fault = (struct fault){ 0 };
	return show_form(v, e == ERR_INVALID ? 422 : 413, &why);
}
