/* The page of a connection whose outlet is a view: where it stands, how it is
 * read, and what was done with it. The gate does not see what is read. */
#include "desk/page_connection_in.h"

#include "base/time.h"
#include "core/views.h"
#include "desk/page_case.h"
#include "sql/sql.h"

enum { ACT_COLUMNS = 3, VIEW_SAMPLES = 2 };

static struct str say(const struct visit *v, enum msg m)
{
	return msg_text(v->cx.lang, m);
}

static const json_t *place_of(const struct connection *c)
{
	return json_member(c->spec, "view");
}

static struct str whole_name(struct arena *a, const json_t *place)
{
	return str_fmt(a, "%.*s.%.*s", STR_ARG(json_text(place, "schema")),
	    STR_ARG(json_text(place, "view")));
}

void connection_view_rows(
    struct visit *v, const struct connection *c, struct rows_of *r)
{
	const json_t *place = place_of(c);
	const struct {
		enum msg label;
		struct str value;
	} rows[] = {
		{ MSG_conn_view_server, json_text(place, "host") },
		{ MSG_conn_view_port, json_text(place, "port") },
		{ MSG_conn_view_database, json_text(place, "database") },
		{ MSG_conn_view_name, whole_name(r->arena, place) },
		{ MSG_conn_view_role, json_text(place, "role") },
	};

	if (place == NULL) {
		row_text(r, say(v, MSG_conn_view_server),
		    say(v, MSG_conn_view_none));
		return;
	}
	for (size_t i = 0; i < COUNT(rows); i++)
		LIST_ADD(r->arena, &r->list,
		    (struct ui_row){ .label = say(v, rows[i].label),
			.value = rows[i].value,
			.code = true });
}

void connection_view_samples(struct visit *v, const struct connection *c,
    const struct ui_code **ret, size_t *ret_n)
{
	struct arena *a = v->cx.arena;
	const json_t *place = place_of(c);
	struct ui_code *s = ARENA_ARRAY(a, struct ui_code, VIEW_SAMPLES);
	struct str view = whole_name(a, place);
	const struct str args[] = {
		str_fmt(a, "%.*s:%.*s", STR_ARG(json_text(place, "host")),
		    STR_ARG(json_text(place, "port"))),
		json_text(place, "database"),
		json_text(place, "role"),
		view,
	};

	*ret = s;
	*ret_n = place ? VIEW_SAMPLES : 0;
	s[0] = (struct ui_code){ STR("psql"),
		str_fmt(a,
		    "psql '%.*s?sslmode=require' \\\n"
		    "  -c 'select * from %.*s limit 100'",
		    STR_ARG(view_url(a, place)), STR_ARG(view)) };
	s[1] = (struct ui_code){ say(v, MSG_conn_view_excel),
		msg_fill(a, v->cx.lang, MSG_conn_view_excel_lines, args,
		    COUNT(args)) };
}

enum err connection_view_acts(struct visit *v, const struct connection *c,
    bool holder, struct ui_table *ret)
{
	static const enum msg labels[ACT_COLUMNS] = { MSG_conn_when,
		MSG_conn_view_act, MSG_conn_view_why };
	struct arena *a = v->cx.arena;
	const struct view_act *acts = NULL;
	size_t n = 0;
	enum err e = store_read(&v->cx, v->app->shared);

	if (!e)
		e = view_act_list(&v->cx, c->id, &acts, &n);
	store_end(&v->cx);
	if (e)
		return e;
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, n * ACT_COLUMNS + 1);
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, ACT_COLUMNS);
	for (size_t i = 0; i < ACT_COLUMNS; i++)
		columns[i].label = say(v, labels[i]);
	for (size_t i = 0; i < n; i++) {
		struct ui_cell *cell = &cells[i * ACT_COLUMNS];
		cell[0].text = time_short(a, v->cx.lang, acts[i].at);
		cell[1].text =
		    msg_code(a, v->cx.lang, STR("view-act."), acts[i].act);
		/* What else stands in the source is no holder's to know. */
		cell[2].text =
		    acts[i].why.n > 0 && !holder ? acts[i].why : STR("–");
	}
	*ret = (struct ui_table){ .caption = say(v, MSG_conn_view_acts),
		.hide_caption = true,
		.columns = columns,
		.n_columns = ACT_COLUMNS,
		.cells = cells,
		.n_rows = n,
		.dense = true,
		.empty = say(v, MSG_conn_view_no_acts) };
	return OK;
}
