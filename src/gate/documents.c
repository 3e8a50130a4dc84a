/* Documents that were delivered, and files that are sent in: both by a ticket
 * of the desk that holds for ten minutes. */
#include "gate/documents.h"

#include <unistd.h>

#include "base/str.h"
#include "core/inbound.h"
#include "core/look.h"
#include "core/upload.h"
#include "gate/cross.h"
#include "gate/files.h"
#include "gate/record.h"
#include "sql/sql.h"

enum err document_still_given(struct gate_visit *v, const struct document *d)
{
	if (!str_eq(d->state, STR("given")) || v->cx.now >= d->expires)
		return fail(&v->cx, ERR_GONE, MSG_error_gone);
	return OK;
}

static enum err find_document(
    struct gate_visit *v, struct document *ret, struct ticket *ret_ticket)
{
	enum err e = store_read(&v->cx, v->gate->shared);
	if (!e)
		e = ticket_find(
		    &v->cx, STR("document"), v->rq->args[0], ret_ticket);
	if (!e)
		e = document_get(&v->cx, ret_ticket->subject, ret);
	store_end(&v->cx);
	/* It may have been since the ticket was made. */
	return e ? e : document_still_given(v, ret);
}

static struct str media_of(struct str form)
{
	static const struct {
		const char *form, *media;
	} known[] = { { "json", "application/json" },
		{ "ndjson", "application/x-ndjson" },
		{ "csv", "text/csv; charset=utf-8" },
		{ "xlsx", "application/vnd.openxmlformats-officedocument"
			  ".spreadsheetml.sheet" },
		{ "xml", "application/xml" } };
	for (size_t i = 0; i < COUNT(known); i++)
		if (str_eq(form, str_of(known[i].form)))
			return str_of(known[i].media);
	return STR("application/octet-stream");
}

/* A document is recorded whole before its first byte: it is a file of known
 * digest, so nothing is learnt at its end. */
static enum err record(struct gate_visit *v, const struct document *d,
    const struct ticket *t, struct delivery *ret)
{
	struct arena *a = v->cx.arena;
	*ret = (struct delivery){ .document = d->id,
		.request = d->request,
		.key = t->holder,
		.digest = d->digest,
		.address = address_text(a, v->rq->peer),
		.form = d->form };
	return record_whole(&v->cx, v->gate, ret, 0, d->bytes, d->sha256);
}

/* The record of a look at what was built and is not delivered yet. */
static enum err record_seen(struct gate_visit *v, const struct look_document *d,
    struct str holder, struct delivery *ret)
{
	*ret = (struct delivery){ .request = d->request,
		.key = holder,
		.digest = d->digest,
		.address = address_text(v->cx.arena, v->rq->peer),
		.form = STR("look"),
		.query = d->name };
	return record_whole(&v->cx, v->gate, ret, 0, d->bytes, d->sha256);
}

/* What an uploaded file's name ended with may be anything. */
static struct str plain_suffix(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') &&
		    !(s.p[i] >= '0' && s.p[i] <= '9'))
			return STR("bin");
	return s.n > 0 && s.n < 10 ? s : STR("bin");
}

enum err document_open(
    struct gate_visit *v, struct str sha256, int64_t bytes, int *ret_fd)
{
	int64_t found = 0;
	enum err e = file_open(v, STR("artefacts"), sha256, ret_fd, &found);
	if (e || found == bytes)
		return e;
	close(*ret_fd);
	return fail_detail(&v->cx, ERR_BROKEN, "a document has another length");
}

void document_send(struct gate_visit *v, int fd, int64_t bytes, struct str form)
{
	response_set(v->rs, 200, media_of(form), STR(""));
	v->rs->file_fd = fd;
	v->rs->file_bytes = (uint64_t)bytes;
}

/* To be saved, under the document's name. */
static void send(struct gate_visit *v, int fd, int64_t bytes, struct str name,
    struct str form, struct str delivery)
{
	document_send(v, fd, bytes, form);
	response_header(v->rs, STR("Content-Disposition"),
	    str_fmt(v->cx.arena,
		"attachment; filename=\"data.%.*s\"; filename*=UTF-8''%.*s",
		STR_ARG(plain_suffix(form)),
		STR_ARG(url_encode(v->cx.arena, name))));
	if (delivery.n > 0)
		response_header(v->rs, STR("Delivery-Id"), delivery);
	response_header(v->rs, STR("Referrer-Policy"), STR("no-referrer"));
}

static bool is_head(const struct gate_visit *v)
{
	return str_eq(v->rq->method, STR("HEAD"));
}

enum err file_document(struct gate_visit *v)
{
	struct document d;
	struct ticket t;
	struct delivery delivery = { 0 };
	int fd = -1;
	enum err e = find_document(v, &d, &t);
	if (!e)
		e = document_open(v, d.sha256, d.bytes, &fd);
	if (e)
		return e;
	/* No record, no data; and no data, no record. */
	if (!is_head(v))
		e = record(v, &d, &t, &delivery);
	if (e) {
		close(fd);
		return e;
	}
	send(v, fd, d.bytes, d.name, d.form, delivery.id);
	return OK;
}

enum err file_look(struct gate_visit *v)
{
	struct look_document d;
	struct str holder = { 0 };
	struct delivery delivery = { 0 };
	int fd = -1;
	enum err e = store_read(&v->cx, v->gate->shared);
	if (!e)
		e = look_ticket_find(&v->cx, v->rq->args[0], &d, &holder);
	store_end(&v->cx);
	if (!e)
		e = document_open(v, d.sha256, d.bytes, &fd);
	if (e)
		return e;
	if (!is_head(v))
		e = record_seen(v, &d, holder, &delivery);
	if (e) {
		close(fd);
		return e;
	}
	send(v, fd, d.bytes, d.name, d.form, delivery.id);
	return OK;
}

/* A file that came, as it lies there. */
struct came {
	struct str sha256, file; /* "": by its digest */
	int64_t bytes;
};

/* Of a table each has its own, and goes on its own day. */
static enum err keep(
    const struct upload_file *u, struct kept *file, struct came *ret)
{
	ret->file = STR("");
	ret->bytes = file->bytes;
	return u->kind.n > 0 ? file_keep_apart(file, &ret->file, &ret->sha256)
	                     : file_keep(file, &ret->sha256);
}

static enum err keep_spool(
    struct gate_visit *v, const struct upload_file *u, struct came *ret)
{
	struct kept *file = ARENA_NEW(v->cx.arena, struct kept);
	char block[32768];
	ssize_t n;
	enum err e = file_begin(v, STR("uploads"), file);
	while (!e && (n = read(v->rq->body_fd, block, sizeof block)) != 0)
		if (n < 0 || !file_write(file, block, (size_t)n))
			e = fail_detail(
			    &v->cx, ERR_BROKEN, "an upload could not be kept");
	return e ? e : keep(u, file, ret);
}

/* The upload that the ticket in the address is for. */
static enum err find_upload(
    struct gate_visit *v, int64_t bytes, struct upload_file *ret)
{
	struct ticket t;
	enum err e = store_read(&v->cx, v->gate->shared);
	if (!e)
		e = ticket_find(&v->cx, STR("upload"), v->rq->args[0], &t);
	if (!e)
		e = upload_get(&v->cx, t.subject, ret);
	if (!e)
		e = upload_room_for(&v->cx, ret->request, bytes);
	store_end(&v->cx);
	if (e)
		return e;
	return ret->received == 0
	           ? OK
	           : fail(&v->cx, ERR_CONFLICT, MSG_error_conflict);
}

static enum err write_down(
    struct gate_visit *v, const struct upload_file *u, const struct came *c)
{
	enum err e = store_write(&v->cx, v->gate->shared);
	/* Others may have come while this one did. */
	if (!e)
		e = upload_room_for(&v->cx, u->request, c->bytes);
	if (!e)
		e = upload_received(&v->cx, u->id, c->sha256, c->bytes);
	if (!e)
		e = upload_named(&v->cx, u->id, c->file);
	if (!e)
		e = inbound_received(&v->cx, u->id);
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	return e;
}

/* What was refused leaves nothing; where it is not known whether it was taken
 * down, it stays until the sweep asks. */
static enum err note_upload(
    struct gate_visit *v, const struct upload_file *u, const struct came *c)
{
	enum err e = write_down(v, u, c);
	if ((e == ERR_CONFLICT || e == ERR_TOO_LARGE) && c->file.n > 0)
		file_drop(v, STR("uploads"), c->file);
	return e;
}

static enum err empty_upload(struct gate_visit *v)
{
	field_wrong(&v->cx, STR("body"), MSG_field_required, STR(""));
	return fields_end(&v->cx);
}

enum err file_upload(struct gate_visit *v)
{
	struct upload_file u;
	struct came c = { 0 };
	cross_allow(v);
	enum err e = find_upload(v, (int64_t)v->rq->body_bytes, &u);
	if (!e && (v->rq->body_fd < 0 || v->rq->body_bytes == 0))
		e = empty_upload(v);
	if (!e)
		e = keep_spool(v, &u, &c);
	if (!e)
		e = note_upload(v, &u, &c);
	if (e)
		return e;
	json_t *o = json_new_object(v->cx.arena);
	json_put_text(o, "id", u.id);
	json_put_text(o, "sha256", c.sha256);
	json_put_int(o, "bytes", c.bytes);
	return gate_json(v, 201, o);
}

/* The same from a form on the desk's page, for who has a browser alone; it leads
 * back to that page. */
enum err file_upload_form(struct gate_visit *v)
{
	struct upload_file u;
	struct came c = { 0 };
	struct kept *file = ARENA_NEW(v->cx.arena, struct kept);
	enum err e = find_upload(
	    v, v->rq->n_files == 1 ? (int64_t)v->rq->files[0].bytes.n : 0, &u);
	if (!e && (v->rq->n_files != 1 || v->rq->files[0].bytes.n == 0))
		e = empty_upload(v);
	if (!e)
		e = file_begin(v, STR("uploads"), file);
	if (!e)
		(void)file_write(
		    file, v->rq->files[0].bytes.p, v->rq->files[0].bytes.n);
	if (!e)
		e = keep(&u, file, &c);
	if (!e)
		e = note_upload(v, &u, &c);
	if (e)
		return e;
	response_redirect(
	    v->rs, str_fmt(v->cx.arena, "%.*s/requests/%.*s/%s%.*s",
		       STR_ARG(v->gate->options->site->desk_url),
		       STR_ARG(u.request), u.kind.n > 0 ? "tables/" : "upload",
		       STR_ARG(u.kind.n > 0 ? u.id : STR(""))));
	return OK;
}
