/* The tables of a request, and sending one in: by the script in one step, without
 * it in two, since the file goes to the gate and never to the desk. */
#include "desk/page_brought.h"

#include "base/str.h"
#include "base/time.h"
#include "desk/form_command.h"
#include "templates/desk_brought.h"

enum { SENT_COLUMNS = 5, SEND_FIELDS = 3 };

struct str brought_state(const struct case_work *w, const struct inbound *in)
{
	return msg_code(w->v->cx.arena, w->v->cx.lang, STR("brought.state-"),
	    str_of(inbound_state_names[in->state]));
}

enum ui_tone brought_tone(const struct inbound *in)
{
	switch (in->state) {
	case INBOUND_waiting:
		return UI_WAIT;
	case INBOUND_reading:
		return UI_INFO;
	case INBOUND_read:
		return json_int(in->found, "wrong", 0) > 0 ? UI_WAIT : UI_GOOD;
	case INBOUND_refused:
	case INBOUND_lost:
		return UI_BAD;
	case INBOUND_destroyed:
	case INBOUND_STATES:
		break;
	}
	return UI_NEUTRAL;
}

static void put_cells(
    const struct case_work *w, const struct inbound *in, struct ui_cell *c)
{
	struct arena *a = w->v->cx.arena;
	const struct str args[] = { w->f.no, in->upload };
	bool read = in->state == INBOUND_read;
	c[0] = (struct ui_cell){ .text = in->name,
		.sub = case_person(w, in->actor) };
	if (brought_may_open(w, in))
		c[0].url = url_path(a, "/requests/{}/tables/{}", 2, args);
	c[1] = (struct ui_cell){ .badge = true,
		.tone = brought_tone(in),
		.text = brought_state(w, in) };
	c[2].text =
	    read ? case_number(w, json_int(in->found, "rows", 0)) : STR("–");
	c[3].text =
	    read ? case_number(w, json_int(in->found, "wrong", 0)) : STR("–");
	c[4].text = in->received ? case_when(w, in->received) : STR("–");
}

struct ui_table brought_table(
    const struct case_work *w, const struct inbound *all, size_t n)
{
	struct arena *a = w->v->cx.arena;
	static const enum msg labels[SENT_COLUMNS] = { MSG_brought_file,
		MSG_brought_state, MSG_brought_rows, MSG_brought_wrong,
		MSG_brought_received };
	struct ui_column *columns =
	    ARENA_ARRAY(a, struct ui_column, SENT_COLUMNS);
	struct ui_cell *cells =
	    ARENA_ARRAY(a, struct ui_cell, n * SENT_COLUMNS + 1);
	for (size_t i = 0; i < SENT_COLUMNS; i++)
		columns[i] =
		    (struct ui_column){ .label = case_say(w, labels[i]),
			    .number = i == 2 || i == 3 };
	for (size_t i = 0; i < n; i++)
		put_cells(w, &all[i], &cells[i * SENT_COLUMNS]);
	return (struct ui_table){ .caption = case_say(w, MSG_brought_sent),
		.columns = columns,
		.n_columns = SENT_COLUMNS,
		.cells = cells,
		.n_rows = n,
		.empty = case_say(w, MSG_brought_none) };
}

static struct str error_of(const struct case_work *w, struct str field)
{
	for (size_t i = 0; i < w->n_problems; i++)
		if (str_eq(w->problems[i].field, field))
			return w->problems[i].text;
	return STR("");
}

static void put_fields(const struct case_work *w, struct brought_page *page)
{
	struct visit *v = w->v;
	struct ui_field *f =
	    ARENA_ARRAY(v->cx.arena, struct ui_field, SEND_FIELDS);
	f[0] = (struct ui_field){ .kind = UI_TEXT,
		.name = STR("name"),
		.label = case_say(w, MSG_brought_name),
		.hint = case_say(w, MSG_brought_name_hint),
		.value = visit_form(v, "name") };
	const struct str days[] = { case_number(w, w->keeping.days),
		case_number(w, BROUGHT_DAYS) };
	f[1] = (struct ui_field){ .kind = UI_TEXT,
		.name = STR("purpose"),
		.label = case_say(w, MSG_brought_purpose),
		.hint = case_say(w, MSG_brought_purpose_hint),
		.value = visit_form(v, "purpose"),
		.optional = true };
	f[2] = (struct ui_field){ .kind = UI_DATE,
		.name = STR("destroy_on"),
		.label = case_say(w, MSG_brought_destroy_on),
		.hint = msg_fill(w->v->cx.arena, w->v->cx.lang,
		    MSG_brought_destroy_on_hint, days, COUNT(days)),
		.day = visit_form(v, "destroy_on-day"),
		.month = visit_form(v, "destroy_on-month"),
		.year = visit_form(v, "destroy_on-year"),
		.optional = true };
	for (size_t i = 0; i < SEND_FIELDS; i++)
		f[i].error = error_of(w, f[i].name);
	page->fields = f;
	page->n_fields = SEND_FIELDS;
}

/* Which one it is to take the place of, if any: kept through both steps. */
static struct str replaced(const struct visit *v)
{
	struct str asked = visit_query(v, "replaces");
	return asked.n > 0 ? asked : visit_form(v, "replaces");
}

static void put_form(const struct case_work *w, struct brought_page *page)
{
	struct arena *a = w->v->cx.arena;
	struct ui_pair *hidden = ARENA_NEW(a, struct ui_pair);
	*hidden = (struct ui_pair){ STR("replaces"), replaced(w->v) };
	page->form = (struct ui_form){ .action = case_url(w, "/tables"),
		.hidden = hidden,
		.n_hidden = hidden->value.n > 0 };
	page->button = (struct ui_button){ .kind = UI_PRIMARY,
		.label = case_say(w, MSG_brought_next) };
	put_fields(w, page);
}

/* 'It''s' for a shell: the name may hold anything. */
static void put_ticket(const struct case_work *w, struct str id, struct str url,
    struct brought_page *page)
{
	struct arena *a = w->v->cx.arena;
	const struct str args[] = { w->f.no, id };
	page->name = visit_form(w->v, "name");
	page->state = url_path(a, "/requests/{}/tables/{}", 2, args);
	if (url_https(url, &page->ticket))
		page_allow(
		    w->v, STR("form-action 'self'"), w->v->app->site->gate_url);
	page->curl = (struct ui_code){ .caption = STR("curl"),
		.text = str_fmt(a, "curl -T %.*s %.*s",
		    STR_ARG(page_quoted(a, page->name)),
		    STR_ARG(page_quoted(a, url))) };
}

/* Whoever writes a draft goes on with it from here. */
static bool is_own_draft(const struct case_work *w)
{
	return w->f.state == STATE_draft &&
	       case_is_own(&w->f, w->v->actor.person.email);
}

static enum err show(struct case_work *w, int status, struct str id,
    struct str url, const struct ui_notice *notice)
{
	struct visit *v = w->v;
	const struct inbound *all = NULL;
	size_t n = 0;
	bool draft = is_own_draft(w);
	struct brought_page page = { .back = case_url(w, draft ? "/check" : ""),
		.back_to = draft ? case_say(w, MSG_pages_check_title) : w->f.no,
		.problems = w->problems,
		.n_problems = w->n_problems,
		.notice = notice,
		.may_send = brought_may_send(w) };
	enum err e = brought_read_list(w, &all, &n);
	if (e)
		return e;
	page.sent = brought_table(w, all, n);
	/* From this page a script sends the file to the gate. */
	if (page.may_send)
		page_allow(
		    v, STR("connect-src 'self'"), v->app->site->gate_url);
	put_form(w, &page);
	if (url.n > 0)
		put_ticket(w, id, url, &page);
	struct view view = page_view(
	    v, str_fmt(v->cx.arena, "%.*s %.*s",
		   STR_ARG(case_say(w, MSG_brought_title)), STR_ARG(w->f.no)));
	view.wrong = w->n_problems > 0;
	struct buf o = page_buf(v);
	page_desk_brought(&o, &view, &page);
	return page_send(v, status, &o);
}

/* Who may open none and send none has nothing to do here. */
static enum err begin(struct visit *v, struct case_work *w)
{
	enum err e = case_read(v, visit_arg(v, 0), w);
	if (!e && !case_is_own(&w->f, v->actor.person.email) &&
	    !brought_may_send(w))
		e = fail1(&v->cx, ERR_DENIED, MSG_error_not_yours,
		    msg_text(v->cx.lang, MSG_act_send_table));
	return e;
}

enum err page_brought(struct visit *v)
{
	struct case_work w;
	enum err e = begin(v, &w);
	return e ? e : show(&w, 200, STR(""), STR(""), NULL);
}

/* What is wrong, at its field; or, of the whole, as a notice. */
static const struct ui_notice *take_problems(struct case_work *w)
{
	struct ctx *cx = &w->v->cx;
	struct ui_problem *v =
	    ARENA_ARRAY(cx->arena, struct ui_problem, cx->fault.n_fields + 1);
	for (const struct field_error *f = cx->fault.fields; f; f = f->next)
		v[w->n_problems++] = (struct ui_problem){ .field = f->field,
			.text =
			    msg_fill(cx->arena, cx->lang, f->msg, &f->arg, 1) };
	w->problems = v;
	if (w->n_problems > 0)
		return NULL;
	struct ui_notice *n = ARENA_NEW(cx->arena, struct ui_notice);
	*n = (struct ui_notice){ .tone = UI_BAD, .text = fault_text(cx) };
	return n;
}

/* The script sends the file itself, and goes on to its page. */
static enum err to_script(struct visit *v, struct str id, struct str url)
{
	const struct str args[] = { visit_arg(v, 0), id };
	json_t *o = json_new_object(v->cx.arena);
	json_put_text(o, "id", id);
	json_put_text(o, "url", url);
	json_put_text(o, "to",
	    url_path(v->cx.arena, "/requests/{}/tables/{}", 2, args).s);
	return visit_json(v, 201, o);
}

enum err page_brought_send(struct visit *v)
{
	struct case_work w;
	struct str id = STR(""), url = STR("");
	json_t *body = json_new_object(v->cx.arena);
	enum err e = begin(v, &w);
	if (e)
		return e;
	json_put_text(body, "name", str_trim(visit_form(v, "name")));
	json_put_text(body, "purpose", visit_form(v, "purpose"));
	json_put_text(body, "destroy_on", form_date(v, STR("destroy_on")));
	json_put_text(body, "replaces", visit_form(v, "replaces"));
	e = brought_ticket(&w, body, &id, &url);
	if (e && e != ERR_INVALID && e != ERR_TOO_LARGE)
		return e;
	if (!e && str_eq(request_header(v->rq, STR("Accept")),
		      STR("application/json")))
		return to_script(v, id, url);
	const struct ui_notice *notice = e ? take_problems(&w) : NULL;
	return show(&w, e ? err_status(e) : 200, id, url, notice);
}
