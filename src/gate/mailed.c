/* A delivered document for the courier, who mails it: recorded as given to the
 * person whose mail it is, before its first byte. Desk's side only. */
#include <unistd.h>

#include "base/str.h"
#include "gate/documents.h"
#include "gate/order.h"
#include "gate/record.h"
#include "sql/sql.h"

static enum err find(struct gate_visit *v, struct str id, struct document *ret)
{
	enum err e = store_read(&v->cx, v->gate->shared);
	if (!e)
		e = document_get(&v->cx, id, ret);
	store_end(&v->cx);
	/* It may have been since the mail was written. */
	return e ? e : document_still_given(v, ret);
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
		e = document_open(v, d.sha256, d.bytes, &fd);
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
	document_send(v, fd, d.bytes, d.form);
	return OK;
}
