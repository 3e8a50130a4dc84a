/* The frame of the gate's pages, and what every one of them loads. */
#include "base/str.h"
#include "gate/pages.h"
#include "html/static.h"
#include "templates/gate_errors.h"

#define PAGE_MAX_BYTES ((size_t)1 << 20)

void gate_page_lang(struct gate_visit *v)
{
	enum lang lang;
	if (lang_parse(pairs_get(v->rq->query, STR("lang")), &lang))
		v->cx.lang = lang;
}

struct view gate_view(struct gate_visit *v, struct str title, struct url other)
{
	struct view view = { .arena = v->cx.arena,
		.lang = v->cx.lang,
		.title = title,
		.other_lang = other };
	if (!url_https(v->gate->options->site->desk_url, &view.home))
		view.home = url_local(STR("/"));
	return view;
}

struct buf gate_page_buf(struct gate_visit *v)
{
	return buf_new(v->cx.arena, PAGE_MAX_BYTES);
}

void gate_page_send(struct gate_visit *v, int status, const struct buf *o)
{
	/* Whole, or the reader is told; a cut page would look whole. */
	if (!buf_ok(o)) {
		response_set(v->rs, 500, STR("text/plain"),
		    msg_text(v->cx.lang, MSG_error_broken));
		return;
	}
	response_header(v->rs, STR("Content-Security-Policy"),
	    STR("default-src 'none'; script-src 'self'; style-src 'self';"
		" img-src 'self'; font-src 'self'; form-action 'none';"
		" base-uri 'none'; frame-ancestors 'none'; object-src"
		" 'none'"));
	response_header(v->rs, STR("Referrer-Policy"), STR("no-referrer"));
	response_set(
	    v->rs, status, STR("text/html; charset=utf-8"), buf_view(o));
}

enum err plain_static_gate(struct gate_visit *v)
{
	struct static_file f;
	if (!static_find(v->rq->args[1], &f))
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	bool for_ever = str_eq(v->rq->args[0], static_version());
	response_header(v->rs, STR("Cache-Control"),
	    for_ever ? STR("public, max-age=31536000, immutable")
		     : STR("public, max-age=300"));
	response_header(v->rs, STR("ETag"), f.etag);
	response_set(v->rs, 200, f.type, f.bytes);
	if (str_eq(request_header(v->rq, STR("If-None-Match")), f.etag))
		response_set(v->rs, 304, f.type, STR(""));
	return OK;
}

enum err page_errors(struct gate_visit *v)
{
	gate_page_lang(v);
	struct error_row *rows =
	    ARENA_ARRAY(v->cx.arena, struct error_row, n_gate_problems);
	/* What stands in for {0}: the page speaks of no one call. */
	struct str any = STR("…");
	for (size_t i = 0; i < n_gate_problems; i++)
		rows[i] = (struct error_row){ .code = problem_code(
						  gate_problems[i].msg),
			.text = msg_fill(v->cx.arena, v->cx.lang,
			    gate_problems[i].msg, &any, 1),
			.status = err_status(gate_problems[i].err) };
	struct errors_page p = { .rows = rows, .n = n_gate_problems };
	struct view view =
	    gate_view(v, msg_text(v->cx.lang, MSG_gate_errors_title),
		url_local(v->cx.lang == LANG_TH ? STR("/help/errors?lang=en")
						: STR("/help/errors?lang=th")));
	struct buf o = gate_page_buf(v);
	page_gate_errors(&o, &view, &p);
	gate_page_send(v, 200, &o);
	return OK;
}
