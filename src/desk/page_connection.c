/* A holder's connections: what they give, their keys, how they are called, what
 * went through them. */
#include "desk/page_connection.h"

#include "base/str.h"
#include "base/time.h"
#include "core/cases.h"
#include "core/deliveries.h"
#include "core/policy.h"
#include "desk/connections.h"
#include "desk/page_case.h"
#include "desk/page_connection_in.h"
#include "sql/sql.h"
#include "templates/desk_connection.h"
#include "templates/desk_connections.h"

enum {
	LIST_COLUMNS = 4,
	COLUMN_COLUMNS = 4,
	DELIVERY_COLUMNS = 6,
	SHOWN_DELIVERIES = 50,
	SAMPLES = 4
};

static struct str say(const struct visit *v, enum msg m)
{
	return msg_text(v->cx.lang, m);
}

static struct str coded(
    const struct visit *v, const char *prefix, struct str code)
{
	return msg_code(v->cx.arena, v->cx.lang, str_of(prefix), code);
}

static struct str coded_in(const struct visit *v, const char *prefix,
    const json_t *spec, const char *key)
{
	struct str code = json_text(spec, key);
	return code.n > 0 ? coded(v, prefix, code) : code;
}

static enum ui_tone state_tone(struct str state)
{
	if (str_eq(state, STR("active")))
		return UI_GOOD;
	return str_eq(state, STR("suspended")) ? UI_WAIT : UI_NEUTRAL;
}

static struct str last_day(const struct visit *v, int64_t expires)
{
	return date_short(v->cx.arena, v->cx.lang, date_of_ms(expires - 1));
}

static struct str url_of(const struct visit *v, const struct connection *c)
{
	return str_fmt(v->cx.arena, "%.*s/v1/d/%.*s",
	    STR_ARG(v->app->site->gate_url), STR_ARG(c->id));
}

static struct str title_of(const struct connection *c)
{
	struct str title = json_text(c->spec, "title");
	return title.n > 0 ? title : c->part;
}

static struct ui_column *columns_named(
    struct visit *v, const enum msg *labels, size_t n)
{
	struct ui_column *c = ARENA_ARRAY(v->cx.arena, struct ui_column, n);
	for (size_t i = 0; i < n; i++)
		c[i].label = say(v, labels[i]);
	return c;
}

static struct ui_table list_table(
    struct visit *v, const struct connection *list, size_t n)
{
	struct arena *a = v->cx.arena;
	const enum msg labels[LIST_COLUMNS] = { MSG_thing_connection,
		MSG_thing_request_no, MSG_case_grant_state, MSG_case_expires };
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, n * LIST_COLUMNS + 1);
	for (size_t i = 0; i < n; i++) {
		const struct connection *one = &list[i];
		struct ui_cell *c = &cells[i * LIST_COLUMNS];
		struct str state = connection_state(one, v->cx.now);
		c[0].text = title_of(one);
		c[0].url = url_path(a, "/connections/{}", 1, &one->id);
		c[0].sub = str_fmt(a, "%.*s · %.*s", STR_ARG(one->part),
		    STR_ARG(coded(v, "outlet.", one->outlet)));
		c[1].text = one->request;
		c[1].url = url_path(a, "/requests/{}", 1, &one->request);
		c[2] = (struct ui_cell){ .badge = true,
			.tone = state_tone(state),
			.text = coded(v, "grant-state.", state) };
		c[3].text = last_day(v, one->expires);
	}
	return (struct ui_table){ .caption = say(v, MSG_conn_mine),
		.hide_caption = true,
		.columns = columns_named(v, labels, LIST_COLUMNS),
		.n_columns = LIST_COLUMNS,
		.cells = cells,
		.n_rows = n,
		.empty = say(v, MSG_conn_none) };
}

enum err page_connections(struct visit *v)
{
	const struct connection *list;
	size_t n;
	enum err e = connections_mine(v, &list, &n);
	if (e)
		return e;
	struct connections_page page = { .table = list_table(v, list, n) };
	struct view view = page_view(v, say(v, MSG_conn_mine));
	struct buf o = page_buf(v);
	page_desk_connections(&o, &view, &page);
	return page_send(v, 200, &o);
}

/* All that is read for the page of one. */
struct one {
	struct visit *v;
	struct connection c;
	bool holder, may_revoke;
	const struct key *keys;
	size_t n_keys;
	const struct delivered *deliveries;
	size_t n_deliveries;
};

static enum err may_revoke(struct one *w)
{
	struct visit *v = w->v;
	struct case_file f;
	struct facts facts;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = cases_load(&v->cx, w->c.request, &f);
	if (!e)
		e = cases_facts(&v->cx, &f, &facts);
	store_end(&v->cx);
	if (e)
		return e;
	struct fault before = v->cx.fault;
	bool live = str_eq(w->c.state, STR("active")) ||
	            str_eq(w->c.state, STR("suspended"));
	w->may_revoke = live && !v->actor.read_only &&
	                policy_may(&v->cx, &facts, &f, &v->actor.person,
			    COMMAND_revoke) == OK;
	v->cx.fault = before;
	return OK;
}

static enum err read_one(struct visit *v, struct one *w)
{
	w->v = v;
	enum err e = connections_find(v, visit_arg(v, 0), &w->c, &w->holder);
	if (!e)
		e = connections_keys(v, w->c.id, &w->keys, &w->n_keys);
	if (!e)
		e = may_revoke(w);
	if (!e)
		e = store_read(&v->cx, v->app->shared);
	if (!e)
		e = delivery_list(&v->cx, w->c.id, STR(""), SHOWN_DELIVERIES,
		    &w->deliveries, &w->n_deliveries);
	store_end(&v->cx);
	return e;
}

static struct str joined(
    struct visit *v, const char *prefix, const json_t *list)
{
	struct buf b = buf_new(v->cx.arena, 65536);
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct str one =
		    coded(v, prefix, json_as_text(json_array_get(list, i)));
		buf_fmt(&b, "%s%.*s", i ? ", " : "", STR_ARG(one));
	}
	return buf_view(&b);
}

static void put_rows(struct one *w, struct connection_page *page)
{
	struct visit *v = w->v;
	struct rows_of r = { .arena = v->cx.arena };
	if (page->view)
		connection_view_rows(v, &w->c, &r);
	else
		LIST_ADD(r.arena, &r.list,
		    (struct ui_row){ .label = say(v, MSG_conn_url),
			.value = url_of(v, &w->c),
			.code = true });
	row_text(
	    &r, say(v, MSG_thing_outlet), coded(v, "outlet.", w->c.outlet));
	LIST_ADD(r.arena, &r.list,
	    (struct ui_row){ .label = say(v, MSG_thing_request_no),
		.value = w->c.request,
		.url = url_path(r.arena, "/requests/{}", 1, &w->c.request) });
	row_some(&r, say(v, MSG_conn_purpose), json_text(w->c.spec, "purpose"));
	row_some(&r, say(v, MSG_answer_lawful_basis),
	    coded_in(v, "lawful-basis.", w->c.spec, "lawful_basis"));
	row_some(&r, say(v, MSG_answer_identifiability),
	    coded_in(v, "identifiability.", w->c.spec, "identifiability"));
	row_some(&r, say(v, MSG_answer_subjects),
	    joined(v, "subject.", json_list(w->c.spec, "subjects")));
	struct date until;
	if (date_parse_iso(json_text(w->c.spec, "retention_until"), &until))
		row_text(&r, say(v, MSG_answer_retention_until),
		    date_short(r.arena, v->cx.lang, until));
	if (!page->view)
		row_some(&r, say(v, MSG_case_formats),
		    joined(v, "format.", json_list(w->c.spec, "formats")));
	row_some(&r,
	    say(v, page->view ? MSG_conn_view_networks : MSG_thing_networks),
	    joined(v, "", json_list(w->c.spec, "networks")));
	row_text(&r, say(v, MSG_conn_starts),
	    date_short(r.arena, v->cx.lang, date_of_ms(w->c.starts)));
	row_text(&r, say(v, MSG_case_expires), last_day(v, w->c.expires));
	LIST_ADD(r.arena, &r.list,
	    (struct ui_row){ .label = say(v, MSG_thing_digest),
		.value = w->c.digest,
		.code = true });
	page->rows = r.list.v;
	page->n_rows = r.list.n;
}

static bool lists(const json_t *list, struct str s)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_eq(json_as_text(json_array_get(list, i)), s))
			return true;
	return false;
}

static void fill_column(struct one *w, const json_t *c, struct ui_cell *cell)
{
	struct visit *v = w->v;
	const char *title = v->cx.lang == LANG_TH ? "title_th" : "title_en";
	struct str name = json_text(c, "name"), class = json_text(c, "class");
	cell[0].text = name;
	cell[0].sub = json_text(c, title);
	if (str_eq(cell[0].sub, name))
		cell[0].sub = STR("");
	cell[1].text = coded(v, "type.", json_text(c, "type"));
	cell[2].text = coded(v, "class.", class);
	cell[2].sub = json_text(
	    json_member(w->c.spec, "reasons"), str_cstr(v->cx.arena, name));
	cell[3].text = lists(json_list(w->c.spec, "filterable"), name)
	                   ? say(v, MSG_case_yes)
	                   : STR("–");
}

/* What is dropped is not among what the holder gets. */
static void put_columns(struct one *w, struct connection_page *page)
{
	struct arena *a = w->v->cx.arena;
	const enum msg labels[COLUMN_COLUMNS] = { MSG_case_column,
		MSG_case_type, MSG_case_class, MSG_case_filterable };
	const json_t *list = json_list(w->c.spec, "columns");
	size_t n = 0, all = json_array_size(list);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, all * COLUMN_COLUMNS + 1);
	for (size_t i = 0; i < all; i++) {
		const json_t *c = json_array_get(list, i);
		if (!str_eq(json_text(c, "mask"), STR("drop")))
			fill_column(w, c, &cells[n++ * COLUMN_COLUMNS]);
	}
	page->columns =
	    (struct ui_table){ .caption = say(w->v, MSG_conn_columns),
		    .hide_caption = true,
		    .columns = columns_named(w->v, labels, COLUMN_COLUMNS),
		    .n_columns = COLUMN_COLUMNS,
		    .cells = cells,
		    .n_rows = n,
		    .empty = say(w->v, MSG_conn_no_columns) };
}

static void put_keys(struct one *w, struct connection_page *page)
{
	struct visit *v = w->v;
	struct arena *a = v->cx.arena;
	struct key_row *rows = ARENA_ARRAY(a, struct key_row, w->n_keys + 1);
	for (size_t i = 0; i < w->n_keys; i++) {
		const struct key *k = &w->keys[i];
		const struct str args[] = { w->c.id, k->id };
		bool live = k->revoked == 0 && v->cx.now < k->expires;
		rows[i] = (struct key_row){ .hint = k->hint,
			.made = time_short(a, v->cx.lang, k->created),
			.ends = last_day(v, k->expires),
			.holder = k->holder,
			.live = live,
			.remove = { .action =
					url_path(a, "/connections/{}/keys/{}",
					    COUNT(args), args) },
			.button = { .kind = UI_SECONDARY,
			    .label = say(v, MSG_conn_remove_key),
			    .confirm = say(v, MSG_conn_sure_remove) } };
	}
	page->keys = rows;
	page->n_keys = w->n_keys;
	page->make = (struct ui_form){
		.action = url_path(a, "/connections/{}/keys", 1, &w->c.id)
	};
	page->make_button = (struct ui_button){ .kind = UI_PRIMARY,
		.label = say(v, page->view ? MSG_conn_view_make_password
					   : MSG_conn_make_key) };
	page->may_make = w->holder && str_eq(connection_state(&w->c, v->cx.now),
					  STR("active"));
}

/* A GET connection is read by its address, a POST connection by a question. */
static void put_samples(struct one *w, struct connection_page *page)
{
	struct arena *a = w->v->cx.arena;
	struct ui_code *c = ARENA_ARRAY(a, struct ui_code, SAMPLES);
	struct str u = url_of(w->v, &w->c);
	if (page->view) {
		connection_view_samples(
		    w->v, &w->c, &page->samples, &page->n_samples);
		return;
	}
	bool post = str_eq(w->c.outlet, STR("api-post"));
	c[0] = (struct ui_code){ STR("curl"),
		post ? str_fmt(a,
			   "curl -H \"Authorization: Bearer $PRATU_KEY\" \\\n"
			   "  -H 'Content-Type: application/json' \\\n"
			   "  -d '{\"limit\": 100}' \\\n  %.*s/query",
			   STR_ARG(u))
		     : str_fmt(a,
			   "curl -H \"Authorization: Bearer $PRATU_KEY\" \\\n"
			   "  '%.*s?limit=100'",
			   STR_ARG(u)) };
	c[1] = (struct ui_code){ STR("Python"),
		str_fmt(a,
		    "import os, requests\n\n"
		    "answer = requests.%s(\n"
		    "    \"%.*s%s\",%s\n"
		    "    headers={\"Authorization\": \"Bearer \" + "
		    "os.environ[\"PRATU_KEY\"]})\n"
		    "answer.raise_for_status()\n"
		    "rows = answer.json()",
		    post ? "post" : "get", STR_ARG(u), post ? "/query" : "",
		    post ? "\n    json={\"limit\": 100}," : "") };
	c[2] = (struct ui_code){ STR("R"),
		post
		    ? str_fmt(a,
			  "library(httr2)\n\n"
			  "rows <- request(\"%.*s/query\") |>\n"
			  "  req_auth_bearer_token(Sys.getenv(\"PRATU_KEY\")) |>\n"
			  "  req_body_json(list(limit = 100)) |>\n"
			  "  req_perform() |>\n"
			  "  resp_body_json(simplifyVector = TRUE)",
			  STR_ARG(u))
		    : str_fmt(a,
			  "library(httr2)\n\n"
			  "rows <- request(\"%.*s\") |>\n"
			  "  req_auth_bearer_token(Sys.getenv(\"PRATU_KEY\")) |>\n"
			  "  req_perform() |>\n"
			  "  resp_body_json(simplifyVector = TRUE)",
			  STR_ARG(u)) };
	c[3] = (struct ui_code){ STR("Excel (Power Query)"),
		post
		    ? str_fmt(a,
			  "let\n  Answer = Web.Contents(\"%.*s/query\", [\n"
			  "    Headers = [Authorization = \"Bearer \" & Key,\n"
			  "               #\"Content-Type\" = \"application/json\"],\n"
			  "    Content = Text.ToBinary(\"{}\")]),\n"
			  "  Rows = Table.FromRecords(Json.Document(Answer))\nin\n"
			  "  Rows",
			  STR_ARG(u))
		    : str_fmt(a,
			  "let\n  Answer = Web.Contents(\"%.*s\", [\n"
			  "    Headers = [Authorization = \"Bearer \" & Key]]),\n"
			  "  Rows = Table.FromRecords(Json.Document(Answer))\nin\n"
			  "  Rows",
			  STR_ARG(u)) };
	page->samples = c;
	page->n_samples = SAMPLES;
}

static void fill_delivery(
    struct one *w, const struct delivered *d, struct ui_cell *c)
{
	struct visit *v = w->v;
	struct arena *a = v->cx.arena;
	bool whole = str_eq(d->status, STR("whole"));
	c[0].text = time_short(a, v->cx.lang, d->d.at);
	c[1].text = d->d.form;
	c[2].text = str_fmt(a, "%lld", (long long)d->rows);
	c[3].text = case_size(a, d->bytes);
	c[4].text = d->d.address;
	c[5] = (struct ui_cell){ .badge = true,
		.tone = whole ? UI_GOOD : UI_WAIT,
		.text = coded(v, "delivery.", d->status) };
}

static void put_deliveries(struct one *w, struct connection_page *page)
{
	const enum msg labels[DELIVERY_COLUMNS] = { MSG_conn_when,
		MSG_conn_form, MSG_case_rows, MSG_upload_size, MSG_conn_from,
		MSG_case_grant_state };
	size_t n = w->n_deliveries;
	struct ui_cell *cells = ARENA_ARRAY(
	    w->v->cx.arena, struct ui_cell, n * DELIVERY_COLUMNS + 1);
	struct ui_column *columns =
	    columns_named(w->v, labels, DELIVERY_COLUMNS);
	columns[2].number = columns[3].number = true;
	for (size_t i = 0; i < n; i++)
		fill_delivery(
		    w, &w->deliveries[i], &cells[i * DELIVERY_COLUMNS]);
	page->deliveries =
	    (struct ui_table){ .caption = say(w->v, MSG_conn_deliveries),
		    .hide_caption = true,
		    .columns = columns,
		    .n_columns = DELIVERY_COLUMNS,
		    .cells = cells,
		    .n_rows = n,
		    .dense = true,
		    .empty = say(w->v, MSG_conn_no_deliveries) };
}

static void put_revoke(struct one *w, const struct ui_problem *problem,
    struct connection_page *page)
{
	struct arena *a = w->v->cx.arena;
	if (!w->may_revoke)
		return;
	struct ui_form *form = ARENA_NEW(a, struct ui_form);
	struct ui_field *reason = ARENA_NEW(a, struct ui_field);
	*form = (struct ui_form){ .action = url_path(a,
				      "/connections/{}/revoke", 1, &w->c.id) };
	*reason = (struct ui_field){ .kind = UI_LINES,
		.name = STR("reason"),
		.label = say(w->v, MSG_ask_reason),
		.optional = true,
		.rows = 3 };
	if (problem != NULL) {
		reason->error = problem->text;
		reason->value = visit_form(w->v, "reason");
	}
	page->revoke = form;
	page->reason = reason;
	page->revoke_button = (struct ui_button){ .kind = UI_DANGER,
		.label = say(w->v, MSG_command_revoke),
		.confirm = say(w->v, MSG_ask_sure_revoke) };
}

static enum err show(struct one *w, int status, const struct ui_secret *secret,
    const struct ui_problem *problem)
{
	struct visit *v = w->v;
	enum err e = OK;
	struct str state = connection_state(&w->c, v->cx.now);
	struct connection_page page = { .back = url_local(STR("/connections")),
		.title = title_of(&w->c),
		.state = coded(v, "grant-state.", state),
		.tone = state_tone(state),
		.holder = w->holder,
		.view = str_eq(w->c.outlet, STR("view")),
		.secret = secret,
		.problems = problem,
		.n_problems = problem ? 1 : 0 };
	if (!w->holder)
		page.back =
		    url_path(v->cx.arena, "/requests/{}", 1, &w->c.request);
	put_rows(w, &page);
	put_columns(w, &page);
	put_keys(w, &page);
	put_samples(w, &page);
	if (!page.view)
		put_deliveries(w, &page);
	else if ((e = connection_view_acts(
		      v, &w->c, w->holder, &page.deliveries)) != OK)
		return e;
	put_revoke(w, problem, &page);
	struct view view = page_view(v, page.title);
	view.wrong = problem != NULL;
	struct buf o = page_buf(v);
	page_desk_connection(&o, &view, &page);
	return page_send(v, status, &o);
}

enum err page_connection(struct visit *v)
{
	struct one w = { 0 };
	enum err e = read_one(v, &w);
	return e ? e : show(&w, 200, NULL, NULL);
}

/* The secret stands in this answer alone, so there is nothing to lead on to. */
enum err page_key_add(struct visit *v)
{
	struct one w = { 0 };
	struct key k;
	struct str secret;
	enum err e = connections_key_add(v, visit_arg(v, 0), &secret, &k);
	if (!e)
		e = read_one(v, &w);
	if (e)
		return e;
	bool view = str_eq(w.c.outlet, STR("view"));
	struct ui_secret shown = { .label =
				       say(v, view ? MSG_conn_view_new_password
						   : MSG_conn_new_key),
		.value = secret };
	return show(&w, 201, &shown, NULL);
}

enum err page_key_remove(struct visit *v)
{
	struct str id = visit_arg(v, 0);
	enum err e = connections_key_remove(v, id, visit_arg(v, 1));
	return e ? e
	         : visit_go(
		       v, url_path(v->cx.arena, "/connections/{}", 1, &id).s);
}

enum err page_connection_revoke(struct visit *v)
{
	struct one w = { 0 };
	struct str id = visit_arg(v, 0);
	enum err e =
	    connections_revoke(v, id, str_trim(visit_form(v, "reason")));
	if (!e)
		return visit_go(
		    v, url_path(v->cx.arena, "/connections/{}", 1, &id).s);
	if (e != ERR_INVALID || v->cx.fault.fields == NULL)
		return e;
	const struct field_error *f = v->cx.fault.fields;
	struct ui_problem problem = { .field = STR("reason"),
		.text = str_fmt(v->cx.arena, "%.*s: %.*s",
		    STR_ARG(say(v, MSG_ask_reason)),
		    STR_ARG(msg_fill(
			v->cx.arena, v->cx.lang, f->msg, &f->arg, 1))) };
	e = read_one(v, &w);
	return e ? e : show(&w, 422, NULL, &problem);
}
