/* The answers once more before they are sent: /requests/{no}/check. */
#include "base/str.h"
#include "core/answers.h"
#include "core/engine.h"
#include "desk/page_form.h"
#include "desk/page_list.h"
#include "desk/pages.h"
#include "templates/desk_check.h"

struct check {
	struct visit *v;
	struct draft d;
	struct check_page page;
};

static struct str text(const struct check *c, enum msg m)
{
	return msg_text(c->v->cx.lang, m);
}

static void put_answers(struct check *c)
{
	const struct procedure *p = c->d.facts.procedure;
	struct arena *a = c->v->cx.arena;
	struct answer_form form = { c->v, &c->d.facts, c->d.f.answers, false };
	struct check_section *list =
	    ARENA_ARRAY(a, struct check_section, p->n_sections + 1);
	size_t n = 0;
	for (size_t s = 0; s < p->n_sections; s++) {
		const struct section *from = &p->sections[s];
		struct ui_row *rows =
		    ARENA_ARRAY(a, struct ui_row, from->n_fields + 1);
		size_t k = 0;
		for (size_t i = 0; i < from->n_fields; i++) {
			const struct field *f = &from->fields[i];
			const struct str args[] = { c->d.f.no, f->key };
			if (!form_shows(p, f, c->d.f.answers))
				continue;
			rows[k] = form_answer_row(&form, f);
			rows[k++].change =
			    url_path(a, "/requests/{}/edit#f-{}", 2, args);
		}
		if (k > 0)
			list[n++] = (struct check_section){
				text2_in(from->title, c->v->cx.lang), rows, k
			};
	}
	c->page.sections = list;
	c->page.n_sections = n;
}

/* The draft as it will be when it is sent, as far as owners are concerned. */
static struct case_file as_sent(const struct check *c)
{
	struct case_file f = c->d.f;
	const json_t *codes = json_list(f.answers, "systems");
	f.systems.v = NULL;
	f.systems.n = f.systems.cap = 0;
	for (size_t i = 0; i < json_array_size(codes); i++) {
		const struct system *s =
		    system_find(c->d.facts.systems, c->d.facts.n_systems,
			json_as_text(json_array_get(codes, i)));
		if (s != NULL)
			LIST_ADD(c->v->cx.arena, &f.systems,
			    (struct case_system){ .code = s->code,
				.owner_unit = s->owner_unit,
				.division = s->division });
	}
	f.requester_signed = json_text(f.answers, "signer_name").n > 0;
	return f;
}

/* Which owner units will be asked, by name; or why none is. */
static struct str owners_text(const struct check *c)
{
	struct arena *a = c->v->cx.arena;
	struct case_file f = as_sent(c);
	struct list_words units = { .units = c->d.facts.units,
		.n_units = c->d.facts.n_units };
	struct str *owners;
	struct buf b = buf_new(a, 16384);
	if (procedure_kind(c->d.facts.procedure, STAGE_consent) == NULL)
		return STR("");
	if (f.systems.n == 0)
		return text(c, MSG_pages_check_owners_later);
	size_t n = engine_owners_needed(a, &c->d.facts, &f, &owners);
	if (n == 0)
		return text(c, MSG_pages_check_owners_none);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_char(&b, '\n');
		buf_str(&b, list_unit(&units, c->v->cx.lang, owners[i]));
	}
	return buf_view(&b);
}

static void put_way(struct check *c)
{
	struct ctx *cx = &c->v->cx;
	const struct procedure *p = c->d.facts.procedure;
	struct ui_row *rows = ARENA_ARRAY(cx->arena, struct ui_row, 4);
	struct str owners = owners_text(c);
	size_t n = 0;
	rows[n++] = (struct ui_row){ .label = text(c, MSG_pages_offer_office),
		.value = text2_in(p->organisation, cx->lang) };
	if (owners.n > 0)
		rows[n++] =
		    (struct ui_row){ .label = text(c, MSG_pages_check_owners),
			    .rich = html_lines(cx->arena, owners) };
	rows[n++] = (struct ui_row){ .label = text(c, MSG_pages_offer_time),
		.value = procedure_time(cx, p) };
	rows[n++] =
	    (struct ui_row){ .label = text(c, MSG_pages_offer_procedure),
		    .value = p->code,
		    .url = url_path(cx->arena, "/procedures/{}", 1, &p->code) };
	c->page.way = rows;
	c->page.n_way = n;
}

static void put_form(struct check *c)
{
	struct arena *a = c->v->cx.arena;
	struct ui_pair *hidden = ARENA_NEW(a, struct ui_pair);
	struct ui_button *b = ARENA_ARRAY(a, struct ui_button, 2);
	*hidden = (struct ui_pair){ STR("version"),
		str_fmt(a, "%lld", (long long)c->d.f.version) };
	c->page.form = (struct ui_form){ .action = draft_url(c->v,
					     "/requests/{}/submit", c->d.f.no),
		.hidden = hidden,
		.n_hidden = 1 };
	b[0] = (struct ui_button){ .kind = UI_PRIMARY,
		.label = text(c, MSG_command_submit) };
	b[1] = (struct ui_button){ .kind = UI_PLAIN,
		.label = text(c, MSG_pages_check_back),
		.url = draft_url(c->v, "/requests/{}/edit", c->d.f.no) };
	c->page.buttons = b;
	c->page.n_buttons = 2;
}

static enum err show(struct check *c)
{
	struct visit *v = c->v;
	c->page.back = draft_url(v, "/requests/{}/edit", c->d.f.no);
	c->page.number = c->d.f.no;
	put_answers(c);
	put_way(c);
	put_form(c);
	c->page.files = draft_file_list(v, &c->d.f, &c->page.n_files);
	struct view view = page_view(v, text(c, MSG_pages_check_title));
	struct buf o = page_buf(v);
	page_desk_check(&o, &view, &c->page);
	return page_send(v, 200, &o);
}

static enum err sent_already(struct visit *v, enum err e)
{
	if (e != ERR_CONFLICT)
		return e;
	return visit_go(v, draft_url(v, "/requests/{}", visit_arg(v, 0)).s);
}

enum err page_check(struct visit *v)
{
	struct check c = { .v = v };
	enum err e = draft_read(v, visit_arg(v, 0), &c.d);
	if (e)
		return sent_already(v, e);
	if (draft_lacks(v, &c.d))
		return visit_go(v,
		    draft_url(v, "/requests/{}/edit?complete=1", c.d.f.no).s);
	return show(&c);
}

static enum err submit(struct visit *v, void *arg)
{
	struct case_file f;
	return cases_command(&v->cx, arg, &f);
}

enum err page_check_send(struct visit *v)
{
	struct draft d;
	struct case_command cc = { .no = visit_arg(v, 0),
		.command = COMMAND_submit,
		.body = json_new_object(v->cx.arena) };
	if (!str_i64(visit_form(v, "version"), &cc.if_match))
		cc.if_match = 0;
	enum err e = visit_change(v, submit, &cc);
	if (e == ERR_INVALID || e == ERR_STALE) {
		struct fault wrong = v->cx.fault;
		enum err again = draft_read(v, cc.no, &d);
		v->cx.fault = wrong;
		return again ? again : draft_show(v, &d, false, err_status(e));
	}
	return e ? sent_already(v, e)
	         : visit_go(
		       v, draft_url(v, "/requests/{}?done=submit", cc.no).s);
}
