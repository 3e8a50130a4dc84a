/* The page about a connection. */
#include "gate/about.h"

#include "base/str.h"
#include "base/time.h"
#include "fmt/mask.h"
#include "templates/gate_about.h"

enum { COLUMN_CELLS = 6, PARAM_CELLS = 4, MAX_TERMS = 21 };

struct str connection_url(const struct call *c)
{
	return str_fmt(c->v->cx.arena, "%.*s/v1/d/%.*s",
	    STR_ARG(c->v->gate->options->site->gate_url),
	    STR_ARG(c->connection.id));
}

bool connection_posts(const struct call *c)
{
	return str_eq(c->connection.outlet, STR("api-post"));
}

enum form connection_form(const struct call *c)
{
	static const enum form simple[] = { FORM_JSON, FORM_CSV };
	const json_t *list = json_list(c->connection.spec, "formats");
	enum form form = FORM_JSON;
	for (size_t i = 0; i < COUNT(simple); i++)
		if (call_grants(c, simple[i]))
			return simple[i];
	(void)form_parse(json_as_text(json_array_get(list, 0)), &form);
	return form;
}

struct str column_title_in(const struct column *c, enum lang lang)
{
	struct str first = lang == LANG_TH ? c->title_th : c->title_en;
	struct str second = lang == LANG_TH ? c->title_en : c->title_th;
	return first.n > 0 ? first : second.n > 0 ? second : c->name;
}

static struct str word(
    const struct call *c, const char *prefix, struct str code)
{
	return msg_code(c->v->cx.arena, c->v->cx.lang, str_of(prefix), code);
}

static struct str yes_no(const struct call *c, bool yes)
{
	return msg_text(
	    c->v->cx.lang, yes ? MSG_gate_about_yes : MSG_gate_about_no);
}

static struct ui_table columns_table(const struct call *c)
{
	struct arena *a = c->v->cx.arena;
	enum lang lang = c->v->cx.lang;
	struct columns all = masked_columns(a, c->approved.columns);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, COLUMN_CELLS * all.n + 1);
	struct ui_column *heads =
	    ARENA_ARRAY(a, struct ui_column, COLUMN_CELLS);
	static const enum msg labels[COLUMN_CELLS] = { MSG_gate_about_column,
		MSG_gate_about_meaning, MSG_gate_about_type,
		MSG_gate_about_class, MSG_gate_about_mask,
		MSG_gate_about_filterable };
	size_t n = 0;
	for (size_t i = 0; i < COLUMN_CELLS; i++)
		heads[i].label = msg_text(lang, labels[i]);
	for (size_t i = 0; i < all.n; i++) {
		const struct column *col = &all.v[i];
		struct ui_cell *row = cells + COLUMN_CELLS * n;
		if (str_eq(col->mask, STR("drop")))
			continue;
		row[0] = (struct ui_cell){ .text = col->name, .code = true };
		row[1].text = column_title_in(col, lang);
		row[2].text =
		    word(c, "type.", str_of(column_type_names[col->type]));
		row[3].text = word(c, "class.", col->class);
		row[3].sub =
		    json_text(json_member(c->connection.spec, "reasons"),
			str_cstr(a, col->name));
		row[4].text =
		    word(c, "mask.", str_of(mask_names[mask_of(col->mask)]));
		row[5].text = yes_no(c, c->approved.filterable[i]);
		n++;
	}
	return (
	    struct ui_table){ .caption = msg_text(lang, MSG_gate_about_columns),
		.hide_caption = true,
		.columns = heads,
		.n_columns = COLUMN_CELLS,
		.cells = cells,
		.n_rows = n };
}

/* "1 – 10"; "≥ 1"; the choices; "". */
static struct str bounds(struct arena *a, const struct param *p)
{
	struct str all = STR("");
	for (size_t i = 0; i < p->n_allowed; i++)
		all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all), i ? " " : "",
		    STR_ARG(p->allowed[i]));
	if (p->min.n > 0 || p->max.n > 0)
		all =
		    str_fmt(a, "%.*s – %.*s", STR_ARG(p->min), STR_ARG(p->max));
	return all;
}

static struct ui_table params_table(const struct call *c)
{
	struct arena *a = c->v->cx.arena;
	enum lang lang = c->v->cx.lang;
	struct params all = c->approved.params;
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, PARAM_CELLS * all.n + 1);
	struct ui_column *heads = ARENA_ARRAY(a, struct ui_column, PARAM_CELLS);
	static const enum msg labels[PARAM_CELLS] = { MSG_gate_about_param,
		MSG_gate_about_type, MSG_gate_about_required,
		MSG_gate_about_bounds };
	for (size_t i = 0; i < PARAM_CELLS; i++)
		heads[i].label = msg_text(lang, labels[i]);
	for (size_t i = 0; i < all.n; i++) {
		const struct param *p = &all.v[i];
		struct ui_cell *row = cells + PARAM_CELLS * i;
		row[0] = (struct ui_cell){ .text = p->name, .code = true };
		row[1].text =
		    word(c, "type.", str_of(column_type_names[p->type]));
		row[2].text = yes_no(c, p->required && p->preset.p == NULL);
		row[3].text = bounds(a, p);
		if (p->body_only)
			row[3].text = str_fmt(a, "%.*s%s%.*s",
			    STR_ARG(row[3].text),
			    row[3].text.n > 0 ? " · " : "",
			    STR_ARG(msg_text(lang, MSG_gate_about_body_only)));
	}
	return (
	    struct ui_table){ .caption = msg_text(lang, MSG_gate_about_params),
		.hide_caption = true,
		.columns = heads,
		.n_columns = PARAM_CELLS,
		.cells = cells,
		.n_rows = all.n };
}

struct terms {
	const struct call *c;
	struct ui_row *v;
	size_t n;
};

static struct ui_row *add_term(
    struct terms *t, enum msg label, struct str value)
{
	REQUIRE(t->n < MAX_TERMS);
	struct ui_row *row = &t->v[t->n++];
	row->label = msg_text(t->c->v->cx.lang, label);
	row->value = value;
	return row;
}

static void add_some(struct terms *t, enum msg label, struct str value)
{
	if (value.n > 0)
		add_term(t, label, value);
}

static struct str subjects(const struct terms *t)
{
	struct arena *a = t->c->v->cx.arena;
	const json_t *list = json_list(t->c->connection.spec, "subjects");
	struct str all = STR("");
	for (size_t i = 0; i < json_array_size(list); i++)
		all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all), i ? " · " : "",
		    STR_ARG(word(t->c, "subject.",
			json_as_text(json_array_get(list, i)))));
	return all;
}

/* What was asked once and holds for whoever uses the data: of whom they are, how
 * far persons can be told, until when they may be kept, by whom, on which terms. */
static void add_pinned(struct terms *t)
{
	struct ctx *cx = &t->c->v->cx;
	const json_t *spec = t->c->connection.spec;
	struct str how = json_text(spec, "identifiability");
	struct date day;
	add_some(t, MSG_answer_subjects, subjects(t));
	if (how.n > 0)
		add_term(t, MSG_answer_identifiability,
		    word(t->c, "identifiability.", how));
	if (date_parse_iso(json_text(spec, "retention_until"), &day))
		add_term(t, MSG_answer_retention_until,
		    date_long(cx->arena, cx->lang, day));
	add_some(t, MSG_answer_recipients, json_text(spec, "recipients"));
	add_some(t, MSG_answer_ethics_no, json_text(spec, "ethics_no"));
	if (json_flag(spec, "terms_accepted"))
		add_term(t, MSG_answer_terms_accepted,
		    msg_text(cx->lang, MSG_pages_form_yes));
}

static void add_terms(struct terms *t)
{
	const struct call *c = t->c;
	struct ctx *cx = &c->v->cx;
	const json_t *spec = c->connection.spec;
	const struct site *site = c->v->gate->options->site;
	struct str basis = json_text(spec, "lawful_basis");
	struct str contact = json_text(spec, "contact"),
		   no = c->connection.request;
	add_term(t, MSG_gate_about_address, connection_url(c))->code = true;
	add_term(
	    t, MSG_gate_about_outlet, word(c, "outlet.", c->connection.outlet));
	add_term(t, MSG_gate_about_forms, call_list(c, "formats", " · "));
	add_term(t, MSG_gate_about_networks, call_list(c, "networks", " · "));
	add_term(t, MSG_gate_about_days,
	    str_fmt(cx->arena, "%.*s – %.*s",
		STR_ARG(date_long(
		    cx->arena, cx->lang, date_of_ms(c->connection.starts))),
		/* The last day on which it holds. */
		STR_ARG(date_long(cx->arena, cx->lang,
		    date_of_ms(c->connection.expires - 1)))));
	if (basis.n > 0)
		add_term(
		    t, MSG_gate_about_basis, word(c, "lawful-basis.", basis));
	add_pinned(t);
	struct str conditions = call_list(c, "conditions", " · ");
	if (conditions.n > 0)
		add_term(t, MSG_gate_about_conditions, conditions);
	add_term(t, MSG_gate_about_holder, json_text(spec, "requester"));
	struct ui_row *row = add_term(t, MSG_gate_about_request, no);
	(void)url_https(str_fmt(cx->arena, "%.*s/requests/%.*s",
			    STR_ARG(site->desk_url), STR_ARG(no)),
	    &row->url);
	if (contact.n > 0) {
		row = add_term(t, MSG_gate_about_contact, contact);
		(void)url_mailto(cx->arena, contact, &row->url);
	}
}

static struct url path_of(struct call *c, const char *fmt)
{
	return url_path(c->v->cx.arena, fmt, 1, &c->connection.id);
}

static void show(struct call *c)
{
	struct gate_visit *v = c->v;
	struct arena *a = v->cx.arena;
	struct terms terms = { .c = c,
		.v = ARENA_ARRAY(a, struct ui_row, MAX_TERMS) };
	struct about_page p = { .title = json_text(c->connection.spec, "title"),
		.lead = json_text(c->connection.spec, "purpose"),
		.columns = columns_table(c),
		.params = params_table(c),
		.openapi = path_of(c, "/v1/d/{}/openapi.json"),
		.errors = url_local(STR("/help/errors")) };
	add_terms(&terms);
	p.terms = terms.v;
	p.n_terms = terms.n;
	p.samples = samples_of(c, &p.n_samples);
	if (p.title.n == 0)
		p.title = c->connection.id;
	struct view view = gate_view(v, p.title,
	    path_of(c, v->cx.lang == LANG_TH ? "/v1/d/{}/about?lang=en"
					     : "/v1/d/{}/about?lang=th"));
	struct buf o = gate_page_buf(v);
	page_gate_about(&o, &view, &p);
	gate_page_send(v, 200, &o);
}

static enum err admit_described(struct gate_visit *v, struct call *c)
{
	struct str suffix;
	c->v = v;
	enum err e = call_admit(c, v->rq->args[0], &suffix);
	if (!e && suffix.n > 0)
		e = fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	return e;
}

enum err page_about(struct gate_visit *v)
{
	struct call *c = ARENA_NEW(v->cx.arena, struct call);
	gate_page_lang(v);
	enum err e = admit_described(v, c);
	if (!e)
		show(c);
	return e;
}

enum err data_openapi(struct gate_visit *v)
{
	struct call *c = ARENA_NEW(v->cx.arena, struct call);
	enum err e = admit_described(v, c);
	return e ? e : gate_json(v, 200, openapi_of(c));
}
