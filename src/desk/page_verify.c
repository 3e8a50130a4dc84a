/* Whether a signed paper is the one that was signed: for whoever holds it. What
 * stands on it is said, nothing else of the request. */
#include "base/crypt.h"
#include "base/str.h"
#include "base/time.h"
#include "desk/page_papers.h"
#include "desk/pages.h"
#include "desk/papers_out.h"
#include "sql/sql.h"
#include "templates/desk_verify.h"

enum { FACTS = 7 };

static struct str say(const struct visit *v, enum msg m)
{
	return msg_text(v->cx.lang, m);
}

static enum err send_page(
    struct visit *v, int status, const struct verify_page *page)
{
	struct view view = page_view(v, say(v, MSG_verify_title));
	struct buf o = page_buf(v);
	view.wrong = page->n_problems > 0;
	page_desk_verify(&o, &view, page);
	return page_send(v, status, &o);
}

/* For who has no camera: the code as it is printed. */
enum err page_verify_ask(struct visit *v)
{
	struct str code = str_trim(visit_query(v, "code"));
	if (code.n > 0 && code.n <= 100)
		return visit_go(
		    v, url_path(v->cx.arena, "/verify/{}", 1, &code).s);
	const struct verify_page page = {
		.form = { .action = url_local(STR("/verify")), .get = true },
		.field = { .kind = UI_TEXT,
		    .name = STR("code"),
		    .label = say(v, MSG_verify_code),
		    .hint = say(v, MSG_verify_code_hint),
		    .input = UI_CODE },
		.button = { .label = say(v, MSG_verify_look) }
	};
	return send_page(v, 200, &page);
}

static enum err find(struct visit *v, struct papered *ret, struct ui_row *rows)
{
	struct arena *a = v->cx.arena;
	struct papered p = { 0 };
	struct str request = STR("");
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = papers_verify(&v->cx, visit_arg(v, 0), &request, &p);
	store_end(&v->cx);
	if (e)
		return e;
	const struct ui_row all[FACTS] = {
		{ .label = say(v, MSG_thing_request_no), .value = request },
		{ .label = say(v, MSG_verify_paper),
		    .value = msg_code(a, v->cx.lang, STR("paper."), p.kind) },
		{ .label = say(v, MSG_paper_signer), .value = p.name },
		{ .label = say(v, MSG_verify_position), .value = p.position },
		{ .label = say(v, MSG_paper_when),
		    .value = time_short(a, v->cx.lang, p.at) },
		{ .label = say(v, MSG_paper_sha256),
		    .value = p.sha256,
		    .code = true },
		{ .label = say(v, MSG_verify_copy_sha256),
		    .value = p.copy,
		    .code = true },
	};
	for (size_t i = 0; i < FACTS; i++)
		rows[i] = all[i];
	*ret = p;
	return OK;
}

/* The last row is of papers that have a copy. */
static size_t rows_of(const struct ui_row *rows)
{
	return rows[FACTS - 1].value.n > 0 ? FACTS : FACTS - 1;
}

static enum err show(struct visit *v, int status, const struct ui_row *rows,
    const struct ui_notice *notice, struct str wrong)
{
	struct str code = visit_arg(v, 0);
	const struct ui_problem problem = { .field = STR("file"),
		.text = wrong };
	const struct verify_page page = { .rows = rows,
		.n_rows = rows_of(rows),
		.notice = notice,
		.problems = &problem,
		.n_problems = wrong.n > 0,
		.form = { .action =
			      url_path(v->cx.arena, "/verify/{}", 1, &code),
		    .upload = true },
		.field = { .kind = UI_FILE,
		    .name = STR("file"),
		    .label = say(v, MSG_verify_file),
		    .hint = say(v, MSG_verify_file_hint),
		    .error = wrong,
		    .accept = STR(".pdf"),
		    .max_bytes = (int64_t)ATTACHMENT_MAX_BYTES },
		.button = { .label = say(v, MSG_verify_compare) } };
	return send_page(v, status, &page);
}

enum err page_verify(struct visit *v)
{
	struct papered p;
	struct ui_row rows[FACTS];
	struct ui_notice held = { .tone = UI_GOOD,
		.title = say(v, MSG_verify_signed) };
	enum err e = find(v, &p, rows);
	return e ? e : show(v, 200, rows, &held, STR(""));
}

/* The file is compared and forgotten. */
enum err page_verify_send(struct visit *v)
{
	struct papered p;
	struct ui_row rows[FACTS];
	enum err e = find(v, &p, rows);
	if (e)
		return e;
	if (v->rq->n_files != 1 || v->rq->files[0].bytes.n == 0)
		return show(
		    v, 422, rows, NULL, say(v, MSG_case_no_file_chosen));
	struct str digest =
	    sha256_hex(v->cx.arena, sha256_of(v->rq->files[0].bytes));
	bool copy = p.copy.n > 0 && str_eq(digest, p.copy);
	bool same = copy || str_eq(digest, p.sha256);
	struct ui_notice found = { .tone = same ? UI_GOOD : UI_BAD,
		.title = say(v, copy   ? MSG_verify_same_copy
				: same ? MSG_verify_same
				       : MSG_verify_other),
		.text = same ? STR("") : say(v, MSG_verify_other_text) };
	return show(v, 200, rows, &found, STR(""));
}
