#include "desk/page_case_prepare.h"

#include "base/batch.h"
#include "base/str.h"
#include "base/time.h"
#include "core/policy.h"
#include "core/views.h"
#include "desk/look.h"
#include "desk/prepare.h"
#include "sql/sql.h"
#include "templates/desk_case_prepare.h"

/* The page being made. */
struct plan_work {
	struct case_work w;
	json_t *plan;
	const struct listed_source *sources;
	size_t n_sources;
	const struct upload_file *uploads;
	size_t n_uploads;
	const struct inbound *tables;
	size_t n_tables;
	json_t *previews[PLAN_PARTS]; /* {"columns","rows"}, or NULL */
	const json_t *built;          /* what preparing found, or NULL */
	size_t columns_left;
};

static struct arena *arena_of(const struct plan_work *p)
{
	return p->w.v->cx.arena;
}

static bool serves(const struct plan_work *p, struct str system)
{
	for (size_t i = 0; i < p->w.f.systems.n; i++)
		if (str_eq(p->w.f.systems.v[i].code, system))
			return true;
	return false;
}

static enum err read_views(struct plan_work *p)
{
	struct view_maker maker;
	enum err e = OK;
	for (size_t i = 0; i < p->n_sources && !e && !p->w.views; i++)
		if (serves(p, p->sources[i].system))
			e = view_maker_find(&p->w.v->cx, p->sources[i].name,
			    &maker, &p->w.views);
	return e;
}

static enum err read_shared(struct plan_work *p)
{
	struct visit *v = p->w.v;
	enum err e = store_read(&v->cx, v->app->shared);
	if (!e)
		e = source_list(&v->cx, &p->sources, &p->n_sources);
	if (!e)
		e = read_views(p);
	if (!e)
		e = upload_list(&v->cx, p->w.f.no, &p->uploads, &p->n_uploads);
	if (!e)
		e = inbound_list(&v->cx, p->w.f.no, &p->tables, &p->n_tables);
	store_end(&v->cx);
	return e;
}

/* Reads the request for one who may prepare it now. */
static enum err begin(struct visit *v, struct plan_work *p)
{
	enum err e = case_read(v, visit_arg(v, 0), &p->w);
	if (!e)
		e = policy_may(&v->cx, &p->w.facts, &p->w.f, &v->actor.person,
		    COMMAND_prepare);
	return e ? e : read_shared(p);
}

static struct ui_choice source_choice(const struct plan_work *p,
    const struct listed_source *s, const json_t *part)
{
	struct arena *a = arena_of(p);
	return (struct ui_choice){
		.value = str_cat(a, STR("source:"), s->name),
		.label = str_fmt(a, "%.*s · %.*s", STR_ARG(s->name),
		    STR_ARG(case_system_name(&p->w, s->system))),
		.chosen = str_eq(s->name, json_text(part, "source")),
	};
}

/* Where a part comes from: the sources of the request's systems, and what was
 * sent in for it. */
static void ask_from(const struct plan_work *p, struct case_form *f,
    const char *name, const json_t *part)
{
	struct arena *a = arena_of(p);
	size_t n = 0;
	struct ui_choice *v =
	    ARENA_ARRAY(a, struct ui_choice, p->n_sources + p->n_uploads + 1);
	for (size_t i = 0; i < p->n_sources; i++)
		if (serves(p, p->sources[i].system))
			v[n++] = source_choice(p, &p->sources[i], part);
	for (size_t i = 0; i < p->n_uploads; i++) {
		const struct upload_file *u = &p->uploads[i];
		if (u->received == 0 || u->swept != 0 || u->kind.n > 0)
			continue;
		v[n++] = (struct ui_choice){
			.value = str_cat(a, STR("file:"), u->id),
			.label = case_say2(&p->w, MSG_plan_file, u->name,
			    case_size(a, u->bytes)),
			.chosen = str_eq(u->id, json_text(part, "file")),
		};
	}
	form_choices(
	    f, UI_SELECT, name, MSG_plan_from, MSG_plan_from_hint, v, n);
}

static const char *part_name(
    const struct plan_work *p, size_t i, const char *name)
{
	return str_cstr(
	    arena_of(p), str_fmt(arena_of(p), "parts[%zu].%s", i, name));
}

static struct str params_text(const struct plan_work *p, const json_t *part)
{
	const json_t *list = json_list(part, "params");
	struct buf b = buf_new(arena_of(p), 65536);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		struct str preset = json_text(o, "default");
		buf_fmt(&b, "%.*s %.*s%s%s", STR_ARG(json_text(o, "name")),
		    STR_ARG(json_text(o, "type")),
		    json_flag(o, "required") ? " required" : "",
		    json_flag(o, "body_only") ? " body-only" : "");
		if (preset.n > 0)
			buf_fmt(&b, " = %.*s", STR_ARG(preset));
		buf_char(&b, '\n');
	}
	return buf_view(&b);
}

static struct str reasons_text(const struct plan_work *p, const json_t *part)
{
	const json_t *said = json_member(part, "reasons");
	struct buf b = buf_new(arena_of(p), 65536);
	const char *name;
	json_t *why;
	if (said == NULL)
		return STR("");
	json_t *all = json_keep(arena_of(p), json_deep_copy(said));
	json_object_foreach(all, name, why)
	{
		buf_fmt(&b, "%s: %.*s\n", name, STR_ARG(json_as_text(why)));
	}
	return buf_view(&b);
}

/* What few need, folded away until it says something. */
static void ask_more(const struct plan_work *p, size_t i, const json_t *part,
    bool tables, struct plan_part *ret)
{
	struct case_form f = case_form_new(&p->w, COMMAND_prepare);
	if (tables)
		plan_ask_take(&f, i, part);
	struct ui_field *params = form_area(&f, part_name(p, i, "params"),
	    MSG_plan_params, MSG_plan_params_hint, params_text(p, part));
	params->optional = true;
	params->input = UI_CODE;
	params->rows = 2;
	struct ui_field *reasons = form_area(&f, part_name(p, i, "reasons"),
	    MSG_draft_reasons, MSG_draft_reasons_hint, reasons_text(p, part));
	reasons->optional = true;
	reasons->rows = 3;
	for (size_t k = 0; k < f.fields.n; k++)
		ret->open |=
		    f.fields.v[k].value.n > 0 || f.fields.v[k].error.n > 0;
	ret->more = f.fields.v;
	ret->n_more = f.fields.n;
}

static void ask_part(const struct plan_work *p, size_t i, const json_t *part,
    struct plan_part *ret)
{
	struct case_form f = case_form_new(&p->w, COMMAND_prepare);
	ask_from(p, &f, part_name(p, i, "from"), part);
	bool tables = plan_ask_tables(&f, i, part, p->tables, p->n_tables) > 0;
	struct ui_field *sql = form_area(&f, part_name(p, i, "sql"),
	    MSG_plan_sql, MSG_plan_sql_hint, json_text(part, "sql"));
	sql->input = UI_CODE;
	sql->rows = 8;
	if (tables)
		plan_ask_unmatched(&f, i, part);
	form_text(&f, part_name(p, i, "title_th"), MSG_plan_title, MSG_NONE,
	    json_text(part, "title_th"))
	    ->optional = true;
	struct ui_field *name = form_text(&f, part_name(p, i, "name"),
	    MSG_plan_name, MSG_plan_name_hint, json_text(part, "name"));
	name->optional = true;
	name->width = UI_HALF;
	ask_more(p, i, part, tables, ret);
	ret->fields = f.fields.v;
	ret->n_fields = f.fields.n;
}

static const struct ui_choice *codes(const struct plan_work *p,
    const char *prefix, const char *const *all, size_t n, struct str chosen)
{
	struct ui_choice *v = ARENA_ARRAY(arena_of(p), struct ui_choice, n);
	for (size_t i = 0; i < n; i++)
		v[i] = (struct ui_choice){ .value = str_of(all[i]),
			.label = msg_code(arena_of(p), p->w.v->cx.lang,
			    str_of(prefix), str_of(all[i])),
			.chosen = str_eq(str_of(all[i]), chosen) };
	return v;
}

static bool has_text(const json_t *list, struct str s)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_eq(json_as_text(json_array_get(list, i)), s))
			return true;
	return false;
}

static struct plan_column column_of(const struct plan_work *p, size_t i,
    size_t k, const json_t *found, const json_t *part)
{
	static const char *const classes[] = { "public", "internal", "personal",
		"sensitive" };
	struct arena *a = arena_of(p);
	struct str name = json_text(found, "name");
	const json_t *said = json_named(json_list(part, "columns"), name);
	struct str class = json_text(said, "class"),
		   mask = json_text(said, "mask");
	struct plan_column c = { .name = name,
		.prefix = str_fmt(a, "prepare.parts[%zu].column[%zu]", i, k),
		.type = msg_code(
		    a, p->w.v->cx.lang, STR("type."), json_text(found, "type")),
		.title_th = json_text(said, "title_th"),
		.title_en = json_text(said, "title_en"),
		.classes = codes(p, "class.", classes, COUNT(classes),
		    class.n ? class : STR("internal")),
		.masks = codes(
		    p, "mask.", mask_names, MASKS, mask.n ? mask : STR("none")),
		.n_classes = COUNT(classes),
		.n_masks = MASKS,
		.filterable = has_text(json_list(part, "filterable"), name) };
	if (c.title_th.n == 0)
		c.title_th = name;
	if (c.title_en.n == 0)
		c.title_en = name;
	return c;
}

/* The query's columns when it was looked at or run, else those described
 * before. */
static const json_t *columns_now(
    const struct plan_work *p, size_t i, const json_t *part)
{
	const json_t *found = json_list(p->previews[i], "columns");
	if (found == NULL)
		found = json_list(
		    json_array_get(json_list(p->built, "parts"), i), "columns");
	return found ? found : json_list(part, "columns");
}

static void describe_columns(
    struct plan_work *p, size_t i, const json_t *part, struct plan_part *ret)
{
	const json_t *found = columns_now(p, i, part);
	size_t n = json_array_size(found);
	if (n > p->columns_left) {
		ret->too_wide = case_say1(
		    &p->w, MSG_plan_too_wide, case_number(&p->w, (int64_t)n));
		return;
	}
	struct plan_column *v =
	    ARENA_ARRAY(arena_of(p), struct plan_column, n + 1);
	for (size_t k = 0; k < n; k++)
		v[k] = column_of(p, i, k, json_array_get(found, k), part);
	p->columns_left -= n;
	ret->columns = v;
	ret->n_columns = n;
}

static void show_rows(const struct plan_work *p, size_t i, const json_t *part,
    struct plan_part *ret)
{
	if (p->previews[i] == NULL)
		return;
	ret->rows =
	    look_table(&p->w, p->previews[i], json_list(part, "columns"));
	int64_t bad = json_int(p->previews[i], "bad_texts", 0);
	if (bad > 0)
		ret->bad_texts = case_say1(
		    &p->w, MSG_plan_bad_texts, case_number(&p->w, bad));
}

/* How many columns the form has place for, beside its other fields. */
static size_t columns_left(const struct plan_part *v, size_t n)
{
	size_t used = 0;
	for (size_t i = 0; i < n; i++)
		used += v[i].n_fields + v[i].n_more;
	size_t left =
	    used < PLAN_FIELDS ? (PLAN_FIELDS - used) / PLAN_COLUMN_FIELDS : 0;
	return left < PLAN_COLUMNS ? left : PLAN_COLUMNS;
}

static void put_parts(struct plan_work *p, struct plan_page *page)
{
	const json_t *list = json_list(p->plan, "parts");
	size_t n = json_array_size(list);
	struct plan_part *v = ARENA_ARRAY(arena_of(p), struct plan_part, n + 1);
	for (; page->n_parts < n && page->n_parts < PLAN_PARTS; page->n_parts++)
		ask_part(p, page->n_parts, json_array_get(list, page->n_parts),
		    &v[page->n_parts]);
	p->columns_left = columns_left(v, page->n_parts);
	for (size_t i = 0; i < page->n_parts; i++) {
		const json_t *part = json_array_get(list, i);
		v[i].title = case_say1(
		    &p->w, MSG_plan_part, case_number(&p->w, (int64_t)i + 1));
		if (json_text(part, "file").n == 0)
			describe_columns(p, i, part, &v[i]);
		show_rows(p, i, part, &v[i]);
		page->previewed |= p->previews[i] != NULL;
	}
	page->parts = v;
}

/* A list of codes, some of them chosen. */
static void ask_codes(const struct plan_work *p, struct case_form *f,
    const char *name, enum msg label, enum msg hint, const char *prefix,
    const char *all)
{
	struct ui_field *field =
	    form_codes(f, UI_CHECKS, name, label, hint, prefix, all, STR(""));
	struct ui_choice *v =
	    ARENA_ARRAY(arena_of(p), struct ui_choice, field->n_choices);
	for (size_t i = 0; i < field->n_choices; i++) {
		v[i] = field->choices[i];
		if (!f->typed)
			v[i].chosen =
			    has_text(json_list(p->plan, name), v[i].value);
	}
	field->choices = v;
}

static struct str joined(struct arena *a, const json_t *list)
{
	struct buf b = buf_new(a, 65536);
	for (size_t i = 0; i < json_array_size(list); i++)
		buf_fmt(&b, "%.*s\n",
		    STR_ARG(json_as_text(json_array_get(list, i))));
	return buf_view(&b);
}

static void ask_confirm(const struct plan_work *p, struct case_form *f)
{
	struct ui_choice *v = ARENA_ARRAY(arena_of(p), struct ui_choice, 2);
	v[0] = (struct ui_choice){ .value = STR("exists"),
		.label = case_say(&p->w, MSG_plan_exists) };
	v[1] = (struct ui_choice){ .value = STR("releasable"),
		.label = case_say(&p->w, MSG_plan_releasable) };
	form_choices(f, UI_CHECKS, "confirm", MSG_plan_confirm, MSG_NONE, v, 2);
}

static void put_terms(const struct plan_work *p, struct plan_page *page)
{
	struct case_form f = case_form_new(&p->w, COMMAND_prepare);
	bool asked =
	    has_text(json_list(p->w.f.answers, "connection"), STR("view"));
	ask_codes(p, &f, "outlets", MSG_thing_outlet,
	    p->w.views ? MSG_plan_view_hint
	    : asked    ? MSG_plan_no_view
		       : MSG_NONE,
	    "outlet.",
	    p->w.views ? "api-get api-post view export"
		       : "api-get api-post export");
	ask_codes(p, &f, "formats", MSG_case_formats, MSG_NONE, "format.",
	    "json ndjson csv xlsx xml html");
	struct ui_field *networks = form_area(&f, "networks",
	    MSG_thing_networks, MSG_plan_networks_hint,
	    joined(arena_of(p), json_list(p->plan, "networks")));
	networks->optional = true;
	networks->input = UI_CODE;
	form_day(&f, "expires", MSG_case_expires, MSG_plan_expires_hint,
	    json_text(p->plan, "expires"))
	    ->optional = true;
	form_area(&f, "note", MSG_case_note, MSG_plan_note_hint,
	    json_text(p->plan, "note"))
	    ->optional = true;
	ask_confirm(p, &f);
	page->terms = f.fields.v;
	page->n_terms = f.fields.n;
}

static void put_quota(const struct plan_work *p, struct plan_page *page)
{
	static const struct {
		const char *name, *key;
		enum msg label;
	} all[] = {
		{ "quota.calls_per_day", "calls_per_day",
		    MSG_plan_calls_per_day },
		{ "quota.rows_per_day", "rows_per_day", MSG_plan_rows_per_day },
		{ "quota.bytes_per_day", "bytes_per_day",
		    MSG_plan_bytes_per_day },
		{ "quota.per_second", "per_second", MSG_plan_per_second },
		{ "quota.streams", "streams", MSG_plan_streams },
	};
	struct case_form f = case_form_new(&p->w, COMMAND_prepare);
	const json_t *quota = json_member(p->plan, "quota");
	for (size_t i = 0; i < COUNT(all); i++) {
		int64_t n = json_int(quota, all[i].key, 0);
		struct ui_field *field =
		    form_text(&f, all[i].name, all[i].label, MSG_NONE,
			n > 0 ? case_number(&p->w, n) : STR(""));
		field->input = UI_NUMBER;
		field->width = UI_NARROW;
	}
	page->more = f.fields.v;
	page->n_more = f.fields.n;
}

static struct ui_button step(const struct plan_work *p,
    enum ui_button_kind kind, struct str label, const char *value)
{
	(void)p;
	return (struct ui_button){ .kind = kind,
		.label = label,
		.name = STR("step"),
		.value = str_of(value) };
}

static void put_buttons(const struct plan_work *p, struct plan_page *page)
{
	struct arena *a = arena_of(p);
	const struct procedure *pr = p->w.facts.procedure;
	struct ui_button *steps = ARENA_ARRAY(a, struct ui_button, 3);
	struct ui_button *last = ARENA_ARRAY(a, struct ui_button, 1);
	bool checked = procedure_kind(pr, STAGE_release) != NULL;
	steps[page->n_steps++] =
	    step(p, UI_SECONDARY, case_say(&p->w, MSG_plan_preview), "preview");
	steps[page->n_steps++] =
	    step(p, UI_PLAIN, case_say(&p->w, MSG_plan_add), "add");
	if (page->n_parts > 1)
		steps[page->n_steps++] = step(
		    p, UI_PLAIN, case_say(&p->w, MSG_plan_remove), "remove");
	last[page->n_buttons++] = step(p, UI_PRIMARY,
	    case_say(&p->w, checked ? MSG_button_prepare_prepared_for_check
				    : MSG_button_prepare_prepared),
	    "finish");
	page->steps = steps;
	page->buttons = last;
}

static bool among(const struct ui_field *v, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i].name, name))
			return true;
	return false;
}

static bool is_field(const struct plan_page *page, struct str name)
{
	bool is = among(page->terms, page->n_terms, name);
	for (size_t i = 0; i < page->n_parts; i++) {
		const struct plan_part *part = &page->parts[i];
		is |= among(part->fields, part->n_fields, name) ||
		      among(part->more, part->n_more, name);
	}
	return is;
}

/* What has no field of its own leads nowhere. */
static void unlink_problems(struct plan_work *p, const struct plan_page *page)
{
	for (size_t i = 0; i < p->w.n_problems; i++)
		if (!is_field(page, p->w.problems[i].field))
			p->w.problems[i].field = STR("");
}

/* The source and the file of a part stand in one field, its columns nowhere. */
static void point_at_fields(struct plan_work *p)
{
	struct arena *a = arena_of(p);
	for (size_t i = 0; i < p->w.n_problems; i++) {
		struct str *field = &p->w.problems[i].field;
		static const struct str ends[] = { STR_INIT(".source"),
			STR_INIT(".file") };
		for (size_t k = 0; k < COUNT(ends); k++)
			if (str_ends(*field, ends[k]))
				*field = str_cat(a,
				    str_upto(*field, field->n - ends[k].n),
				    STR(".from"));
		*field = plan_table_field(a, *field);
	}
}

static enum err show(
    struct plan_work *p, int status, const struct ui_notice *notice)
{
	struct visit *v = p->w.v;
	struct arena *a = arena_of(p);
	struct ui_pair *hidden = ARENA_ARRAY(a, struct ui_pair, 2);
	struct plan_page page = { .back = case_url(&p->w, ""),
		.upload = case_url(&p->w, "/upload"),
		.number = p->w.f.no,
		.title = case_title(&p->w.f),
		.detail = json_text(p->w.f.answers, "detail"),
		.notice = notice,
		.problems = p->w.problems,
		.n_problems = p->w.n_problems };
	point_at_fields(p);
	page.sent = plan_sent_tables(&p->w, p->tables, p->n_tables);
	put_parts(p, &page);
	put_terms(p, &page);
	put_quota(p, &page);
	put_buttons(p, &page);
	unlink_problems(p, &page);
	hidden[0] = (struct ui_pair){ STR("version"),
		case_number(&p->w, p->w.f.version) };
	hidden[1] = (struct ui_pair){ STR("n_parts"),
		case_number(&p->w, (int64_t)page.n_parts) };
	page.form =
	    (struct ui_form){ .action = case_url(&p->w, "/prepare#preview"),
		    .hidden = hidden,
		    .n_hidden = 2 };
	struct view view =
	    page_view(v, str_fmt(a, "%.*s %.*s",
			     STR_ARG(case_say(&p->w, MSG_ask_prepare_open)),
			     STR_ARG(p->w.f.no)));
	view.wide = true;
	view.wrong = p->w.n_problems > 0;
	struct buf o = page_buf(v);
	page_desk_case_prepare(&o, &view, &page);
	return page_send(v, status, &o);
}

enum err page_case_prepare(struct visit *v)
{
	struct plan_work *p = ARENA_NEW(v->cx.arena, struct plan_work);
	enum err e = begin(v, p);
	if (e)
		return e;
	p->plan = plan_first(&p->w);
	return show(p, 200, NULL);
}

/* A fault of one part's query is named as that part's. */
static void in_part(struct visit *v, size_t i)
{
	struct str prefix = str_fmt(v->cx.arena, "parts[%zu].", i);
	for (struct field_error *f = v->cx.fault.fields; f; f = f->next)
		if (!str_starts(f->field, STR("parts[")))
			f->field = str_cat(v->cx.arena, prefix, f->field);
}

static enum err preview_part(struct plan_work *p, size_t i)
{
	struct visit *v = p->w.v;
	const json_t *part = json_array_get(json_list(p->plan, "parts"), i);
	if (json_text(part, "sql").n == 0)
		return OK;
	enum err e = prepare_preview(v, p->w.f.no, part, &p->previews[i]);
	if (e == ERR_INVALID)
		in_part(v, i);
	return e;
}

/* Looks at the rows of every query; the first that fails is told. */
static enum err preview(struct plan_work *p)
{
	size_t n = json_array_size(json_list(p->plan, "parts"));
	enum err e = OK;
	for (size_t i = 0; i < n && i < PLAN_PARTS && !e; i++)
		e = preview_part(p, i);
	return e;
}

struct giving {
	struct case_command cc;
	struct case_file f;
};

static enum err give(struct visit *v, void *arg)
{
	struct giving *g = arg;
	return cases_command(&v->cx, &g->cc, &g->f);
}

static enum err finish(struct plan_work *p)
{
	struct visit *v = p->w.v;
	struct giving g = { .cc = { .no = p->w.f.no,
				.command = COMMAND_prepare,
				.body = p->plan,
				.if_match = case_seen_version(v) } };
	enum err e = prepare_artefact(v, &g.cc, &p->built);
	return e ? e : visit_change(v, give, &g);
}

/* Of a query that gives other columns now, the rows too. When they cannot be had
 * any more, the columns that were found have to do. */
static void look_again(struct plan_work *p)
{
	struct ctx *cx = &p->w.v->cx;
	struct fault fault = cx->fault;
	for (size_t i = 0; i < PLAN_PARTS; i++) {
		cx->fault = ctx_new(cx->arena, cx->now, cx->lang).fault;
		if (plan_columns_differ(p->plan, p->built, i) &&
		    preview_part(p, i) != OK)
			p->previews[i] = NULL;
	}
	cx->fault = fault;
}

enum err page_case_prepare_send(struct visit *v)
{
	struct plan_work *p = ARENA_NEW(v->cx.arena, struct plan_work);
	struct str step = visit_form(v, "step");
	enum err e = begin(v, p);
	if (e)
		return e;
	p->plan = plan_posted(v);
	bool last = str_eq(step, STR("finish"));
	if (last)
		e = finish(p);
	else if (str_eq(step, STR("preview")))
		e = preview(p);
	if (!e && last)
		return visit_go(
		    v, url_path(v->cx.arena, "/requests/{}?done=prepare", 1,
			   &p->w.f.no)
			   .s);
	if (e && e != ERR_INVALID && e != ERR_STALE && e != ERR_CONFLICT &&
	    e != ERR_BUSY && e != ERR_RATE)
		return e;
	struct str text = e ? fault_text(&v->cx) : STR("");
	p->w.given = COMMAND_prepare;
	p->w.seen_version = case_seen_version(v);
	if (e == ERR_INVALID) {
		look_again(p);
		plan_tell_columns(&p->w, p->plan, p->built);
	}
	const struct ui_notice *notice =
	    e && e != ERR_INVALID ? case_refusal(&p->w, e, text) : NULL;
	return show(p, e ? err_status(e) : 200, notice);
}
