/* A delivered document for the courier, who mails it: recorded as given to the
 * person whose mail it is, before its first byte. Desk's side only. */
#include <unistd.h>

#include "base/str.h"
#include "gate/files.h"
#include "gate/order.h"
#include "gate/record.h"
#include "sql/sql.h"

static enum err find(struct gate_visit *v, struct str id, struct document *ret)
{
	enum err e = store_read(&v->cx, v->gate->shared);
	if (!e)
		e = document_get(&v->cx, id, ret);
	store_end(&v->cx);
	if (e)
		return e;
	/* Recalled, replaced or ended since the mail was written. */
	if (!str_eq(ret->state, STR("given")) || v->cx.now >= ret->expires)
		return fail(&v->cx, ERR_GONE, MSG_error_gone);
	return OK;
}

static enum err open_whole(
    struct gate_visit *v, const struct document *d, int *ret_fd)
{
	int64_t bytes = 0;
	enum err e = file_open(v, STR("artefacts"), d->sha256, ret_fd, &bytes);
	if (e || bytes == d->bytes)
		return e;
	close(*ret_fd);
	return fail_detail(&v->cx, ERR_BROKEN, "a document has another length");
}

enum err desk_mailed(struct gate_visit *v)
{
	json_t *order;
	struct document d;
	int fd = -1;
	enum err e = order_read(v, &order);
	if (!e)
		e = find(v, json_text(order, "document"), &d);
	if (!e)
		e = open_whole(v, &d, &fd);
	if (e)
		return e;
	struct delivery given = { .document = d.id,
		.request = d.request,
		.key = json_text(order, "to"),
		.digest = d.digest,
		.address = STR("mail"),
		.form = d.form };
	/* No record, no data. */
	e = record_whole(&v->cx, v->gate, &given, 0, d.bytes, d.sha256);
	if (e) {
		close(fd);
		return e;
	}
	response_set(v->rs, 200, STR("application/octet-stream"), STR(""));
	v->rs->file_fd = fd;
	v->rs->file_bytes = (uint64_t)d.bytes;
	return OK;
}
