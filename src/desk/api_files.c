/* Files beside a request, uploads of data, documents that were delivered. */
#include "base/str.h"
#include "base/time.h"
#include "core/attachment.h"
#include "core/cases.h"
#include "core/disposal_carry.h"
#include "core/grants.h"
#include "core/idempotency.h"
#include "core/mails.h"
#include "core/upload.h"
#include "desk/app.h"
#include "desk/files.h"
#include "desk/lists_people.h"
#include "sql/sql.h"

struct str files_folder(const struct visit *v)
{
	return str_fmt(
	    v->cx.arena, "%.*s/attachments", STR_ARG(v->app->site->people_dir));
}

/* One file that is on disk, on its way into the request. */
struct adding {
	struct str no;
	const struct upload *from;
	struct kept_file kept;
	struct attached file;
	bool no_people;
	struct case_file f;
};

static enum err add_row(struct visit *v, struct adding *a)
{
	struct attachment row;
	enum err e = attachment_add(&v->cx, a->no, a->from->filename,
	    a->from->type, &a->kept, v->actor.person.email, &row);
	if (e)
		return e;
	a->file = (struct attached){ .id = row.id,
		.name = row.name,
		.type = row.type,
		.sha256 = row.sha256,
		.bytes = row.bytes,
		.no_people = a->no_people };
	return cases_attach(&v->cx, a->no, &a->file, &a->f);
}

static enum err add_file(
    struct visit *v, void *arg, int *ret_status, json_t **ret)
{
	struct adding *a = arg;
	enum err e = add_row(v, a);
	if (e)
		return e;
	json_t *o = json_new_object(v->cx.arena);
	json_put_text(o, "id", a->file.id);
	json_put_text(o, "name", a->file.name);
	json_put_text(o, "type", a->file.type);
	json_put_int(o, "bytes", a->file.bytes);
	json_put_text(o, "sha256", a->file.sha256);
	json_put_int(o, "version", a->f.version);
	*ret_status = 201;
	*ret = o;
	return OK;
}

enum err files_may_add(struct visit *v, struct str no)
{
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = cases_may_attach(&v->cx, no);
	store_end(&v->cx);
	return e;
}

/* The file is written before its row, outside of any transaction; who may not
 * attach does not get so far. */
static enum err keep(struct visit *v, struct str no, const struct upload *file,
    struct adding *ret)
{
	enum err e = files_may_add(v, no);
	*ret = (struct adding){ .no = no, .from = file };
	return e ? e
	         : attachment_keep(
		       &v->cx, files_folder(v), file->bytes, &ret->kept);
}

static enum err add_for_page(struct visit *v, void *arg)
{
	return add_row(v, arg);
}

enum err files_add(
    struct visit *v, struct str no, const struct upload *file, bool no_people)
{
	struct adding a;
	enum err e = keep(v, no, file, &a);
	a.no_people = no_people;
	return e ? e : visit_change(v, add_for_page, &a);
}

enum err api_file_add(struct visit *v)
{
	struct adding a;
	if (v->rq->n_files != 1) {
		field_wrong(&v->cx, STR("file"), MSG_field_one_file, STR(""));
		return fields_end(&v->cx);
	}
	/* The same call again: the same file, by its bytes. */
	v->digest = idempotency_digest(
	    v->cx.arena, v->rq->method, v->rq->target, v->rq->files[0].bytes);
	bool answered, said = false;
	enum err e = visit_replay(v, &answered);
	if (!e && !answered)
		e = files_may_add(v, visit_arg(v, 0));
	if (!e && !answered)
		e = lists_people_called(v, visit_arg(v, 0), &said);
	if (!e && !answered)
		e = keep(v, visit_arg(v, 0), &v->rq->files[0], &a);
	a.no_people = said;
	return e || answered ? e : visit_act(v, add_file, &a);
}

/* Never shown in the page: always saved, under a name of ours with the
 * sender's beside it (RFC 6266). */
static void disposition(struct visit *v, struct str name)
{
	response_header(v->rs, STR("Content-Disposition"),
	    str_fmt(v->cx.arena,
		"attachment; filename=\"file\"; filename*=UTF-8''%.*s",
		STR_ARG(url_encode(v->cx.arena, name))));
}

enum err files_send(struct visit *v, struct str no, struct str id)
{
	struct case_file f;
	struct attachment a;
	int fd = -1;
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = cases_get(&v->cx, no, &f);
	if (!e)
		e = disposed_refuse(&v->cx, &f);
	if (!e)
		e = attachment_get(&v->cx, no, id, &a);
	store_end(&v->cx);
	if (!e)
		e = attachment_open(&v->cx, files_folder(v), &a, &fd);
	if (e)
		return e;
	response_set(v->rs, 200, a.type, STR(""));
	disposition(v, a.name);
	v->rs->file_fd = fd;
	v->rs->file_bytes = (uint64_t)a.bytes;
	return OK;
}

enum err files_send_mail(
    struct visit *v, struct str sha256, int64_t bytes, struct str name)
{
	int fd = -1;
	struct attachment file = { .sha256 = sha256, .bytes = bytes };
	enum err e = attachment_open(&v->cx,
	    str_fmt(v->cx.arena, "%.*s/" MAILS_FOLDER,
		STR_ARG(v->app->site->people_dir)),
	    &file, &fd);
	if (e)
		return e;
	response_set(v->rs, 200, STR("message/rfc822"), STR(""));
	response_header(v->rs, STR("Content-Disposition"),
	    str_fmt(v->cx.arena, "attachment; filename=\"%.*s.eml\"",
		STR_ARG(name)));
	v->rs->file_fd = fd;
	v->rs->file_bytes = (uint64_t)bytes;
	return OK;
}

enum err api_file(struct visit *v)
{
	return files_send(v, visit_arg(v, 0), visit_arg(v, 1));
}

void files_lead_to_gate(struct visit *v, struct str door, struct str secret)
{
	struct str gate = v->app->site->gate_url;
	response_redirect(
	    v->rs, str_fmt(v->cx.arena, "%.*s%.*s%.*s", STR_ARG(gate),
		       STR_ARG(door), STR_ARG(secret)));
	response_header(v->rs, STR("Referrer-Policy"), STR("no-referrer"));
}

enum err files_lead_with_ticket(
    struct visit *v, struct str door, struct str purpose, struct str subject)
{
	struct str secret = { 0 };
	enum err e = store_write(&v->cx, v->app->shared);
	if (!e)
		e = ticket_new(
		    &v->cx, purpose, subject, v->actor.person.email, &secret);
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	if (!e)
		files_lead_to_gate(v, door, secret);
	return e;
}

enum err files_ticket_begin(struct visit *v, struct str no)
{
	enum err e = store_write(&v->cx, v->app->shared);
	if (!e)
		e = upload_room(&v->cx, no);
	return e ? e : upload_room_for(&v->cx, no, 1);
}

enum err files_ticket_end(
    struct visit *v, enum err e, struct str id, struct str *ret_url)
{
	struct str secret;
	if (!e)
		e = ticket_new(
		    &v->cx, STR("upload"), id, v->actor.person.email, &secret);
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	if (!e)
		*ret_url = str_fmt(v->cx.arena, "%.*s/v1/u/%.*s",
		    STR_ARG(v->app->site->gate_url), STR_ARG(secret));
	return e;
}

enum err files_upload_ticket(struct visit *v, struct str no, struct str name,
    struct str *ret_id, struct str *ret_url)
{
	struct upload_file u = { 0 };
	struct str shown;
	/* Whoever prepares, or whose request it is, may send one. */
	enum err e = files_may_add(v, no);
	if (e)
		return e;
	if (name.n == 0 || !attachment_name(v->cx.arena, name, &shown)) {
		field_wrong(&v->cx, STR("name"), MSG_field_required, STR(""));
		return fields_end(&v->cx);
	}
	e = files_ticket_begin(v, no);
	if (!e)
		e = upload_new(&v->cx, no, shown, v->actor.person.email, &u);
	e = files_ticket_end(v, e, u.id, ret_url);
	if (!e)
		*ret_id = u.id;
	return e;
}

static const struct handed *document_of(
    const struct case_file *f, struct str id)
{
	for (size_t i = 0; i < f->documents.n; i++)
		if (str_eq(f->documents.v[i].id, id))
			return &f->documents.v[i];
	return NULL;
}

/* A delivered document goes to those who asked for it, and to the officers who
 * made it; to nobody else who may merely see the request. */
static enum err may_fetch(struct visit *v, struct str no, struct str id)
{
	struct case_file f;
	enum err e = cases_get(&v->cx, no, &f);
	if (e)
		return e;
	const struct handed *h = document_of(&f, id);
	if (h == NULL)
		return fail(&v->cx, ERR_NOT_FOUND, MSG_error_not_found);
	bool officer = false;
	for (size_t i = 0; i < f.officers.n; i++)
		officer |=
		    str_eq_nocase(f.officers.v[i], v->actor.person.email);
	if (!officer && !case_is_own(&f, v->actor.person.email))
		return fail1(&v->cx, ERR_DENIED, MSG_error_not_yours,
		    msg_text(v->cx.lang, MSG_act_fetch));
	if (!str_eq(h->state, STR("given")) || v->cx.now >= h->expires)
		return fail(&v->cx, ERR_GONE, MSG_error_gone);
	return OK;
}

enum err files_fetch_document(struct visit *v, struct str no, struct str id)
{
	enum err e = store_read(&v->cx, v->app->people);
	if (!e)
		e = may_fetch(v, no, id);
	store_end(&v->cx);
	return e ? e
	         : files_lead_with_ticket(
		       v, STR("/v1/f/"), STR("document"), id);
}

enum err api_delivery(struct visit *v)
{
	return files_fetch_document(v, visit_arg(v, 0), visit_arg(v, 1));
}
