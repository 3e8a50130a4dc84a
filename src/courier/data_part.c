#include "courier/data_part.h"

#include "base/crypt.h"
#include "base/json.h"
#include "base/str.h"
#include "core/data_mail.h"
#include "http/client.h"

enum { WAIT_MS = 60 * 1000 };

enum err data_part_read(struct ctx *cx, const struct site *site,
    const struct handed *h, struct str to, struct enclosure *ret,
    bool *ret_gone)
{
	json_t *order = json_new_object(cx->arena);
	struct answer answer;
	json_put_text(order, "document", h->id);
	json_put_text(order, "to", to);
	*ret_gone = false;
	enum err e = http_call(cx, site->gate_socket, STR("POST"),
	    STR("/mailed"), json_compact(cx->arena, order), DATA_MAIL_MOST,
	    WAIT_MS, &answer);
	if (e)
		return e;
	*ret_gone = answer.status == 410 || answer.status == 404;
	if (*ret_gone)
		return OK;
	if (answer.status != 200)
		return fail_detail(
		    cx, ERR_BUSY, "the gate gave no data: %d", answer.status);
	if (!str_eq(sha256_hex(cx->arena, sha256_of(answer.body)), h->sha256))
		return fail_detail(
		    cx, ERR_BROKEN, "a document is not what was delivered");
	*ret = (struct enclosure){
		.name = h->name, .type = answer.type, .bytes = answer.body
	};
	return OK;
}
