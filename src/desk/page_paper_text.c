/* The texts of an office's papers: edited in the browser, looked at before they
 * are kept, every version kept. */
#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "core/office_settings.h"
#include "desk/form_command.h"
#include "desk/page_papers.h"
#include "desk/pages.h"
#include "desk/papers_out.h"
#include "paper/template.h"
#include "sql/sql.h"
#include "templates/desk_paper_text.h"
#include "templates/desk_paper_texts.h"

enum { VERSION_COLUMNS = 3, PAPER_COLUMNS = 2, FIELDS_MAX = 16384 };

static struct str say(const struct visit *v, enum msg m)
{
	return msg_text(v->cx.lang, m);
}

static struct str name_of(const struct visit *v, enum papers kind)
{
	return msg_code(
	    v->cx.arena, v->cx.lang, STR("paper."), str_of(papers_names[kind]));
}

static enum err may(struct visit *v)
{
	return office_settings_may(&v->actor.person, visit_arg(v, 0))
	           ? OK
	           : fail(&v->cx, ERR_DENIED, MSG_error_not_office_settings);
}

enum err page_paper_texts(struct visit *v)
{
	struct arena *a = v->cx.arena;
	struct str office = visit_arg(v, 0);
	struct papers_text t;
	enum err e = may(v);
	if (e)
		return e;
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, PAPER_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, PAPERS * PAPER_COLUMNS);
	columns[0].label = say(v, MSG_verify_paper);
	columns[1].label = say(v, MSG_paper_version);
	e = store_read(&v->cx, v->app->people);
	for (enum papers k = 0; !e && k < PAPERS; k++) {
		const struct str args[] = { office, str_of(papers_names[k]) };
		e = papers_text_get(&v->cx, office, k, PAPERS_NEWEST, &t);
		if (e)
			break;
		struct ui_cell *c = &cells[k * PAPER_COLUMNS];
		c[0].text = name_of(v, k);
		c[0].url = url_path(a, "/offices/{}/papers/{}", 2, args);
		c[1].text = str_fmt(a, "%lld", (long long)t.version);
		c[1].sub = t.version == 0 ? say(v, MSG_paper_shipped)
		                          : time_short(a, v->cx.lang, t.at);
	}
	store_end(&v->cx);
	if (e)
		return e;
	const struct paper_texts_page page = {
		.back = url_path(a, "/offices/{}/settings", 1, &office),
		.papers = { .caption = say(v, MSG_paper_texts),
		    .hide_caption = true,
		    .columns = columns,
		    .n_columns = PAPER_COLUMNS,
		    .cells = cells,
		    .n_rows = PAPERS }
	};
	struct view view = page_view(v, say(v, MSG_paper_texts));
	struct buf o = page_buf(v);
	page_desk_paper_texts(&o, &view, &page);
	return page_send(v, 200, &o);
}

static struct ui_table versions(
    struct visit *v, enum papers kind, const struct papers_text *list, size_t n)
{
	struct arena *a = v->cx.arena;
	const enum msg labels[VERSION_COLUMNS] = { MSG_paper_version,
		MSG_paper_when, MSG_paper_by };
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, VERSION_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, n * VERSION_COLUMNS + 1);
	for (size_t i = 0; i < VERSION_COLUMNS; i++)
		columns[i].label = say(v, labels[i]);
	for (size_t i = 0; i < n; i++) {
		struct ui_cell *c = &cells[i * VERSION_COLUMNS];
		const struct str args[] = { visit_arg(v, 0),
			str_of(papers_names[kind]),
			str_fmt(a, "%lld", (long long)list[i].version) };
		c[0].text = args[2];
		c[0].url = url_path(
		    a, "/offices/{}/papers/{}?version={}", COUNT(args), args);
		c[1].text = list[i].at ? time_short(a, v->cx.lang, list[i].at)
		                       : say(v, MSG_paper_shipped);
		c[2].text = list[i].by.n ? list[i].by : STR("–");
	}
	return (struct ui_table){ .caption = say(v, MSG_paper_versions),
		.columns = columns,
		.n_columns = VERSION_COLUMNS,
		.cells = cells,
		.n_rows = n };
}

/* Every place that the sample has: "{office.name}", and of a list ".each systems:
 * {code} {name}". */
static void list_fields(
    struct arena *a, struct buf *b, const json_t *sample, struct str before)
{
	const char *key;
	json_t *value, *object = json_keep(a, json_deep_copy(sample));
	json_object_foreach(object, key, value)
	{
		struct str name = str_cat(a, before, str_of(key));
		if (json_is_object(value)) {
			list_fields(a, b, value, str_cat(a, name, STR(".")));
			continue;
		}
		if (!json_is_array(value)) {
			buf_fmt(b, "{%.*s}\n", STR_ARG(name));
			continue;
		}
		buf_fmt(b, ".each %.*s\n", STR_ARG(name));
		list_fields(a, b, json_array_get(value, 0), STR("    "));
		buf_str(b, STR(".end\n"));
	}
}

static enum err show(struct visit *v, enum papers kind, struct str text,
    int status, const struct ui_problem *problems, size_t n_problems)
{
	struct arena *a = v->cx.arena;
	const struct papers_text *list = NULL;
	const json_t *sample;
	struct str office = visit_arg(v, 0);
	size_t n = 0;
	struct buf fields = buf_new(a, FIELDS_MAX);
	enum err e = papers_sample(&v->cx, kind, &sample);
	if (!e)
		e = store_read(&v->cx, v->app->people);
	if (!e)
		e = papers_text_list(&v->cx, office, kind, &list, &n);
	store_end(&v->cx);
	if (e)
		return e;
	list_fields(a, &fields, sample, STR(""));
	const struct str args[] = { office, str_of(papers_names[kind]) };
	struct ui_notice saved = { .tone = UI_GOOD,
		.title = say(v, MSG_paper_text_saved) };
	struct paper_text_page page = {
		.back = url_path(a, "/offices/{}/papers", 1, &office),
		.title = name_of(v, kind),
		.notice = visit_query(v, "done").n > 0 ? &saved : NULL,
		.problems = problems,
		.n_problems = n_problems,
		.form = { .action =
			      url_path(a, "/offices/{}/papers/{}", 2, args) },
		.text = { .kind = UI_LINES,
		    .name = STR("text"),
		    .label = say(v, MSG_paper_text),
		    .hint = say(v, MSG_paper_text_hint),
		    .value = text,
		    .input = UI_CODE,
		    .rows = 24 },
		.versions = versions(v, kind, list, n),
		.fields = { .caption = say(v, MSG_paper_fields),
		    .text = buf_view(&fields) },
	};
	page.buttons[0] =
	    (struct ui_button){ .label = say(v, MSG_paper_text_save),
		    .name = STR("act"),
		    .value = STR("save") };
	page.buttons[1] = (struct ui_button){ .kind = UI_SECONDARY,
		.label = say(v, MSG_paper_preview),
		.name = STR("act"),
		.value = STR("preview") };
	struct view view = page_view(v, page.title);
	view.wrong = n_problems > 0;
	struct buf o = page_buf(v);
	page_desk_paper_text(&o, &view, &page);
	return page_send(v, status, &o);
}

enum err page_paper_text(struct visit *v)
{
	enum papers kind = PAPERS;
	struct papers_text t = { 0 };
	int64_t version = PAPERS_NEWEST;
	enum err e = may(v);
	if (!e)
		e = papers_kind(v, visit_arg(v, 1), &kind);
	if (e)
		return e;
	if (!str_i64(visit_query(v, "version"), &version))
		version = PAPERS_NEWEST;
	e = store_read(&v->cx, v->app->people);
	if (!e)
		e = papers_text_get(&v->cx, visit_arg(v, 0), kind, version, &t);
	store_end(&v->cx);
	return e ? e : show(v, kind, t.text, 200, NULL, 0);
}

struct putting {
	enum papers kind;
	struct str text;
};

static enum err put(struct visit *v, void *arg)
{
	const struct putting *p = arg;
	int64_t version;
	return papers_text_put(
	    &v->cx, visit_arg(v, 0), p->kind, p->text, &version);
}

static enum err keep(struct visit *v, struct putting *p)
{
	enum err e = papers_text_check(v, p->kind, p->text);
	if (!e)
		e = visit_change(v, put, p);
	if (e)
		return e;
	const struct str args[] = { visit_arg(v, 0),
		str_of(papers_names[p->kind]) };
	return visit_go(v,
	    url_path(v->cx.arena, "/offices/{}/papers/{}?done=1", 2, args).s);
}

static enum err look(struct visit *v, const struct putting *p)
{
	struct str pdf = STR("");
	enum err e = papers_preview(v, visit_arg(v, 0), p->kind, p->text, &pdf);
	if (e)
		return e;
	response_set(v->rs, 200, STR("application/pdf"), pdf);
	response_header(v->rs, STR("Content-Disposition"),
	    str_fmt(v->cx.arena, "inline; filename=\"preview-%s.pdf\"",
		papers_names[p->kind]));
	return OK;
}

/* Each fault of the text, with its line. */
static size_t problems_of(struct visit *v, struct ui_problem **ret)
{
	const struct fault *fault = &v->cx.fault;
	struct ui_problem *list =
	    ARENA_ARRAY(v->cx.arena, struct ui_problem, fault->n_fields + 1);
	size_t n = 0;
	for (const struct field_error *f = fault->fields; f; f = f->next)
		list[n++] = (struct ui_problem){ .field = STR("text"),
			.text = msg_fill(
			    v->cx.arena, v->cx.lang, f->msg, &f->arg, 1) };
	if (n == 0)
		list[n++] = (struct ui_problem){ .field = STR("text"),
			.text = fault_text(&v->cx) };
	*ret = list;
	return n;
}

enum err page_paper_text_send(struct visit *v)
{
	struct ui_problem *problems;
	struct putting p = { .text = form_unix(
				 v->cx.arena, visit_form(v, "text")) };
	enum err e = may(v);
	if (!e)
		e = papers_kind(v, visit_arg(v, 1), &p.kind);
	if (e)
		return e;
	e = str_eq(visit_form(v, "act"), STR("preview")) ? look(v, &p)
	                                                 : keep(v, &p);
	if (e != ERR_INVALID && e != ERR_TOO_LARGE)
		return e;
	size_t n = problems_of(v, &problems);
	struct fault fault = v->cx.fault;
	enum err failed = show(v, p.kind, p.text, err_status(e), problems, n);
	v->cx.fault = fault;
	return failed;
}
