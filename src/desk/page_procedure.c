#include "desk/page_procedure.h"

#include "base/str.h"
#include "core/people.h"
#include "desk/pages.h"
#include "sql/sql.h"
#include "templates/desk_procedures.h"

static struct str days(struct arena *a, int n)
{
	return str_fmt(a, "%d", n);
}

struct str procedure_time(struct ctx *cx, const struct procedure *p)
{
	int min = 0, max = 0;
	for (size_t i = 0; i < p->n_stages; i++) {
		/* An owner's time is not the office's. */
		if (p->stages[i].kind == STAGE_consent)
			continue;
		min += p->stages[i].budget_min;
		max += p->stages[i].budget_max;
	}
	const struct str all =
	    p->budget_min < p->budget
		? str_fmt(cx->arena, "%d–%d", p->budget_min, p->budget)
		: days(cx->arena, p->budget);
	const struct str span[] = { days(cx->arena, min),
		days(cx->arena, max) };
	if (p->budget > 0)
		return msg_fill(
		    cx->arena, cx->lang, MSG_pages_time_all, &all, 1);
	return msg_fill(cx->arena, cx->lang, MSG_pages_time_span, span, 2);
}

static struct offered offer(struct ctx *cx, const struct office *office,
    const struct procedure *p, bool usual)
{
	bool th = cx->lang == LANG_TH || office->name_en.n == 0;
	return (struct offered){ .code = p->code,
		.title = text2_in(p->title, cx->lang),
		.revision = p->revision,
		.office = th ? office->name_th : office->name_en,
		.office_code = office->code,
		.time = procedure_time(cx, p),
		.document = url_path(cx->arena, "/procedures/{}", 1, &p->code),
		.procedure = p,
		.usual = usual };
}

enum err offers_list(struct ctx *cx, struct offered **ret, size_t *ret_n)
{
	const struct office *offices;
	const struct procedure **all = NULL, *own;
	size_t n_offices, n_all = 0, n = 0;
	enum err e = office_list(cx, &offices, &n_offices);
	if (!e)
		e = procedure_list(cx, &all, &n_all);
	if (e)
		return e;
	struct offered *v =
	    ARENA_ARRAY(cx->arena, struct offered, n_offices + n_all + 1);
	for (size_t i = 0; i < n_offices; i++) {
		const struct office *o = &offices[i];
		e = procedure_get(cx, o->procedure, STR(""), &own);
		if (e)
			return e;
		v[n++] = offer(cx, o, own, true);
		for (size_t k = 0; k < n_all; k++)
			if (str_eq(all[k]->office, o->code) && all[k] != own)
				v[n++] = offer(cx, o, all[k], false);
	}
	*ret = v;
	*ret_n = n;
	return OK;
}

enum err page_procedures(struct visit *v)
{
	struct offered *offers = NULL;
	struct procedures_page page = { 0 };
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = offers_list(&v->cx, &offers, &page.n_offers);
	store_end(&v->cx);
	if (e)
		return e;
	page.offers = offers;
	struct view view =
	    page_view(v, msg_text(v->cx.lang, MSG_pages_foot_procedures));
	struct buf o = page_buf(v);
	page_desk_procedures(&o, &view, &page);
	return page_send(v, 200, &o);
}
