#include "desk/papers_out.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/str.h"
#include "core/attachment.h"
#include "core/disposal_carry.h"
#include "core/link.h"
#include "core/papers_copy.h"
#include "core/signing.h"
#include "desk/files.h"
#include "desk/register_out.h"
#include "paper/template.h"
#include "sql/sql.h"

#define PDF_TYPE "application/pdf"
#define DOCX_TYPE      \
	"application/" \
	"vnd.openxmlformats-officedocument.wordprocessingml.document"

enum err papers_kind(struct visit *v, struct str name, enum papers *ret)
{
	int k = kind_find(name, papers_names, PAPERS);
	if (k < 0)
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	*ret = (enum papers)k;
	return OK;
}

enum err papers_path(struct visit *v, struct str last, struct papers_name *ret)
{
	struct str name, suffix;
	bool named = str_cut(last, '.', &name, &suffix);
	ret->docx = str_eq(suffix, STR("docx"));
	if (!named || (!ret->docx && !str_eq(suffix, STR("pdf"))))
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	return papers_kind(v, name, &ret->kind);
}

/* The institution's own, if it has put one there; else an empty frame is
 * printed. */
static struct str garuda(struct visit *v)
{
	struct arena *a = v->cx.arena;
	struct str path =
	    str_fmt(a, "%.*s/garuda.png", STR_ARG(v->app->site->people_dir));
	int fd = open(str_cstr(a, path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return STR("");
	char *p = arena_alloc(a, PAPER_PICTURE_BYTES_MAX + 1);
	size_t n = 0;
	ssize_t got = 1;
	while (got > 0 && n <= PAPER_PICTURE_BYTES_MAX) {
		got = read(fd, p + n, PAPER_PICTURE_BYTES_MAX + 1 - n);
		n += got > 0 ? (size_t)got : 0;
	}
	close(fd);
	struct str png = str_n(p, n);
	return paper_picture_fits(png) ? png : STR("");
}

static enum err print(struct visit *v, const struct papers_text *text,
    const json_t *data, bool docx, struct str *ret)
{
	struct paper p;
	struct ctx *cx = &v->cx;
	int pages;
	enum err e = paper_fill(cx, text->text, data, &p);
	if (e)
		return e;
	p.garuda = p.memo ? garuda(v) : STR("");
	p.author = json_text(json_value(data, "office"), "name");
	p.keywords =
	    str_fmt(cx->arena, "%s %lld %.*s", papers_names[text->kind],
		(long long)text->version, STR_ARG(text->digest));
	return docx ? paper_docx(cx, &p, ret) : paper_pdf(cx, &p, ret, &pages);
}

/* An office's text that fitted once and does no more is not the reader's fault. */
static enum err printed(struct visit *v, const struct papers_text *text,
    const json_t *data, bool docx, struct str *ret)
{
	enum err e = print(v, text, data, docx, ret);
	return e == ERR_INVALID
	           ? fail1(&v->cx, ERR_CONFLICT, MSG_error_paper_text_wrong,
			 v->cx.fault.fields->arg)
	           : e;
}

static enum err answer(
    struct visit *v, struct str stem, bool docx, struct str bytes)
{
	response_set(v->rs, 200, docx ? STR(DOCX_TYPE) : STR(PDF_TYPE), bytes);
	response_header(v->rs, STR("Content-Disposition"),
	    str_fmt(v->cx.arena, "%s; filename=\"%.*s.%s\"",
		docx ? "attachment" : "inline", STR_ARG(stem),
		docx ? "docx" : "pdf"));
	return OK;
}

struct printing {
	struct papers_text text;
	json_t *data;
	int64_t version; /* of the request */
};

/* In a read transaction. */
static enum err read_case(struct visit *v, struct str no, enum papers kind,
    const struct papers_signed *by, struct printing *ret)
{
	struct case_file f;
	struct facts facts;
	struct ctx *cx = &v->cx;
	enum err e = cases_get(cx, no, &f);
	if (!e)
		e = cases_facts(cx, &f, &facts);
	if (!e && !papers_there(&f, kind))
		e = fail(cx, ERR_CONFLICT, MSG_error_no_such_paper);
	if (!e)
		e = papers_text_get(
		    cx, f.office, kind, PAPERS_NEWEST, &ret->text);
	if (e)
		return e;
	ret->version = f.version;
	return papers_case_data(
	    cx, v->app->site, &facts, &f, kind, by, &ret->data);
}

enum err papers_send(struct visit *v, struct str no, struct str last)
{
	const struct papers_signed nobody = { 0 };
	struct papers_name name = { 0 };
	struct printing p = { 0 };
	struct str bytes = STR("");
	enum err e = store_read(&v->cx, v->app->people);
	/* Whoever may not see it learns nothing of its papers. */
	struct case_file f;
	if (!e)
		e = cases_get(&v->cx, no, &f);
	if (!e)
		e = disposed_refuse(&v->cx, &f);
	if (!e)
		e = papers_path(v, last, &name);
	if (!e)
		e = read_case(v, no, name.kind, &nobody, &p);
	store_end(&v->cx);
	if (!e)
		e = printed(v, &p.text, p.data, name.docx, &bytes);
	if (e)
		return e;
	return answer(v,
	    str_fmt(
		v->cx.arena, "%.*s-%s", STR_ARG(no), papers_names[name.kind]),
	    name.docx, bytes);
}

enum err papers_send_register(
    struct visit *v, struct str office, struct str year_text, struct str last)
{
	struct papers_name name = { 0 };
	struct papers_text text = { 0 };
	struct register_book book = { 0 };
	struct str bytes = STR("");
	json_t *data = NULL;
	int64_t year = 0;
	enum form form;
	enum err e = register_path(v, year_text, &year, &form);
	if (!e)
		e = papers_path(v, last, &name);
	if (!e && name.kind != PAPERS_register)
		e = fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	if (!e)
		e = register_fetch(v, office, year, &book);
	if (e)
		return e;
	e = store_read(&v->cx, v->app->people);
	if (!e)
		e = papers_text_get(
		    &v->cx, office, PAPERS_register, PAPERS_NEWEST, &text);
	if (!e)
		e = papers_register_data(
		    &v->cx, office, year, book.rows, book.n, &data);
	store_end(&v->cx);
	if (!e)
		json_put_text(data, "rating",
		    register_rating(v->cx.arena, LANG_TH, &book));
	if (!e)
		e = printed(v, &text, data, name.docx, &bytes);
	if (e)
		return e;
	return answer(v,
	    str_fmt(v->cx.arena, "register-%.*s-%lld", STR_ARG(office),
		(long long)year),
	    name.docx, bytes);
}

enum err papers_send_round(struct visit *v, struct str office, enum papers kind,
    struct str suffix, struct str stem, json_t *data)
{
	struct papers_text text = { 0 };
	struct str bytes = STR("");
	bool docx = str_eq(suffix, STR("docx"));
	if (!docx && !str_eq(suffix, STR("pdf")))
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = papers_text_get(&v->cx, office, kind, PAPERS_NEWEST, &text);
	if (!e)
		e = papers_office_into(&v->cx, office, data);
	store_end(&v->cx);
	if (!e)
		e = printed(v, &text, data, docx, &bytes);
	return e ? e : answer(v, stem, docx, bytes);
}

enum err papers_send_procedure(
    struct visit *v, struct str code, struct str last)
{
	struct papers_name name = { 0 };
	struct papers_text text = { 0 };
	const struct procedure *p = NULL;
	struct str bytes = STR("");
	enum err e = papers_path(v, last, &name);
	if (!e && name.kind != PAPERS_procedure)
		e = fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	if (e)
		return e;
	e = store_read(&v->cx, v->app->people);
	if (!e)
		e = procedure_get(&v->cx, code, visit_query(v, "revision"), &p);
	if (!e)
		e = papers_text_get(
		    &v->cx, p->office, PAPERS_procedure, PAPERS_NEWEST, &text);
	store_end(&v->cx);
	if (!e)
		e = printed(v, &text, papers_procedure_data(v->cx.arena, p),
		    name.docx, &bytes);
	if (e)
		return e;
	return answer(v,
	    str_fmt(v->cx.arena, "%.*s-%.*s", STR_ARG(p->code),
		STR_ARG(p->revision)),
	    name.docx, bytes);
}

static enum err may(struct visit *v, struct str no, enum papers kind,
    bool is_scan, struct case_file *ret)
{
	struct facts facts;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = cases_get(&v->cx, no, ret);
	if (!e)
		e = cases_facts(&v->cx, ret, &facts);
	if (!e)
		e = cases_may_paper(&v->cx, ret, &facts, kind, is_scan);
	store_end(&v->cx);
	return e;
}

static enum err same_as_seen(
    struct visit *v, const struct papers_seen *seen, const struct printing *p)
{
	if (seen->version != 0 && seen->version != p->version)
		return fail1(&v->cx, ERR_STALE, MSG_error_stale_version,
		    str_fmt(v->cx.arena, "%lld", (long long)p->version));
	if (seen->text != PAPERS_NEWEST && seen->text != p->text.version)
		return fail1(&v->cx, ERR_STALE, MSG_error_stale_paper_text,
		    str_fmt(v->cx.arena, "%lld", (long long)p->text.version));
	return OK;
}

static struct str copies_folder(const struct visit *v)
{
	return str_fmt(v->cx.arena, "%.*s/" COPIES_FOLDER,
	    STR_ARG(v->app->site->people_dir));
}

/* Of the same request, text and moment; only the link differs. */
static enum err make_copy(
    struct visit *v, struct papers_signing *s, const struct printing *filed)
{
	const struct papers_signed by = { .code = s->code,
		.accept = s->accept };
	struct printing p = { 0 };
	struct str bytes = STR("");
	if (s->accept.n == 0)
		return OK;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = read_case(v, s->no, s->kind, &by, &p);
	store_end(&v->cx);
	if (!e && (p.version != filed->version ||
		      p.text.version != filed->text.version))
		e = fail1(&v->cx, ERR_STALE, MSG_error_stale_version,
		    str_fmt(v->cx.arena, "%lld", (long long)p.version));
	if (!e)
		e = printed(v, &p.text, p.data, false, &bytes);
	return e ? e
	         : attachment_keep(&v->cx, copies_folder(v), bytes, &s->copy);
}

enum err papers_copy_send(struct visit *v, struct str no, struct str code)
{
	struct papered p = { 0 };
	int fd = -1;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = papers_copy_get(&v->cx, no, code, &p);
	store_end(&v->cx);
	const struct attachment file = { .sha256 = p.copy,
		.bytes = p.copy_bytes };
	if (!e)
		e = attachment_open(&v->cx, copies_folder(v), &file, &fd);
	if (e)
		return e;
	e = answer(v, str_cat(v->cx.arena, code, STR("-copy")), false, STR(""));
	v->rs->file_fd = fd;
	v->rs->file_bytes = (uint64_t)p.copy_bytes;
	return e;
}

static enum err read_filed(
    struct visit *v, struct papers_signing *s, struct printing *ret)
{
	struct papers_signed by = { .code = s->code };
	struct case_file f;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = cases_get(&v->cx, s->no, &f);
	if (!e)
		e = papers_copy_wanted(&v->cx, &f, s->kind, &by.has_copy);
	if (!e)
		e = read_case(v, s->no, s->kind, &by, ret);
	store_end(&v->cx);
	if (!e && by.has_copy)
		s->accept = link_secret(v->cx.arena);
	return e;
}

enum err papers_sign_begin(struct visit *v, struct str no, enum papers kind,
    const struct papers_seen *seen, struct papers_signing *ret)
{
	struct case_file f = { 0 };
	struct papers_signing s = {
		.no = no, .kind = kind, .code = papers_code_new(v->cx.arena, no)
	};
	struct printing p = { 0 };
	struct str bytes = STR("");
	enum err e = may(v, no, kind, false, &f);
	if (!e)
		e = read_filed(v, &s, &p);
	if (!e)
		e = same_as_seen(v, seen, &p);
	if (!e)
		e = printed(v, &p.text, p.data, false, &bytes);
	if (!e)
		e = attachment_keep(&v->cx, files_folder(v), bytes, &s.kept);
	if (!e)
		e = make_copy(v, &s, &p);
	if (e)
		return e;
	s.text = p.text;
	s.version = p.version;
	s.name = str_fmt(
	    v->cx.arena, "%.*s-%s.pdf", STR_ARG(no), papers_names[kind]);
	*ret = s;
	return OK;
}

static enum err end(struct visit *v, struct papers_signing *s, bool is_scan,
    struct str name, struct str type)
{
	struct attachment row;
	enum err e = attachment_add_paper(
	    &v->cx, s->no, name, type, &s->kept, v->actor.person.email, &row);
	if (e)
		return e;
	s->file = (struct attached){ .id = row.id,
		.name = row.name,
		.type = row.type,
		.sha256 = row.sha256,
		.bytes = row.bytes };
	const struct papers_act act = { .kind = s->kind,
		.is_scan = is_scan,
		.file = s->file,
		.code = s->code,
		.text = &s->text,
		.version = s->version,
		.copy_sha256 = s->copy.sha256,
		.copy_bytes = s->copy.bytes };
	return cases_paper(&v->cx, s->no, &act, &s->after);
}

enum err papers_sign_end(struct visit *v, void *signing)
{
	struct papers_signing *s = signing;
	enum err e = end(v, s, false, s->name, STR(PDF_TYPE));
	if (!e && s->accept.n > 0)
		e = papers_copy_give(&v->cx, &s->after, &s->file, s->accept);
	return e;
}

static bool is_scan_type(const struct upload *file)
{
	static const struct str begins[] = { STR_INIT("%PDF-"),
		STR_INIT("\xff\xd8\xff"), STR_INIT("\x89PNG\r\n\x1a\n") };
	for (size_t i = 0; i < COUNT(begins); i++)
		if (str_starts(file->bytes, begins[i]))
			return true;
	return false;
}

enum err papers_scan_begin(struct visit *v, struct str no, enum papers kind,
    const struct upload *file, struct papers_signing *ret)
{
	struct case_file f;
	struct papers_signing s = { .no = no,
		.kind = kind,
		.code = file->type,
		.name = file->filename };
	enum err e = may(v, no, kind, true, &f);
	if (!e && !is_scan_type(file)) {
		field_wrong(&v->cx, STR("file"), MSG_field_not_a_scan, STR(""));
		e = fields_end(&v->cx);
	}
	if (!e)
		e = attachment_keep(
		    &v->cx, files_folder(v), file->bytes, &s.kept);
	if (!e)
		*ret = s;
	return e;
}

enum err papers_scan_end(struct visit *v, void *signing)
{
	struct papers_signing *s = signing;
	struct str type = s->code;
	s->code = STR("");
	return end(v, s, true, s->name, type);
}

/* Filled with every branch, with as much as a large request brings, and printed
 * once: what would fail with the first long case fails here. */
enum err papers_text_check(struct visit *v, enum papers kind, struct str text)
{
	const json_t *sample, *large;
	const struct papers_text t = { .kind = kind, .text = text };
	struct paper p;
	struct str pdf;
	enum err e = papers_sample(&v->cx, kind, &sample);
	if (!e)
		e = papers_sample_long(&v->cx, kind, &large);
	if (!e)
		e = paper_check(&v->cx, text, sample);
	if (!e)
		e = paper_fill(&v->cx, text, large, &p);
	return e ? e : print(v, &t, sample, false, &pdf);
}

enum err papers_preview(struct visit *v, struct str office, enum papers kind,
    struct str text, struct str *ret_pdf)
{
	const json_t *sample;
	const struct papers_text t = {
		.office = office, .kind = kind, .text = text
	};
	enum err e = papers_sample(&v->cx, kind, &sample);
	if (!e)
		e = paper_check(&v->cx, text, sample);
	return e ? e : print(v, &t, sample, false, ret_pdf);
}
