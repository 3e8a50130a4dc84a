#include "core/look.h"

#include "base/str.h"
#include "core/grants.h"
#include "sql/sql.h"

#define HOUR_MS INT64_C(3600000)
#define MAX_SUBJECT ((size_t)65536)

enum err look_left(struct ctx *cx, struct str email)
{
	struct row row;
	enum err e = sql_one(cx,
	    SQL("select count(*) as n from delivery where key_id = $1"
		" and at > $2 and connection = '' and document = ''"),
	    VALS(val_str(email), val_i64(cx->now - HOUR_MS)), &row);
	if (e)
		return e;
	if (row_i64(row, "n") < LOOKS_PER_HOUR)
		return OK;
	return fail1(cx, ERR_RATE, MSG_error_look_rate,
	    str_fmt(cx->arena, "%d", LOOKS_PER_HOUR));
}

enum err look_ticket_new(struct ctx *cx, const struct look_document *d,
    struct str holder, struct str *ret_secret)
{
	json_t *o = json_new_object(cx->arena);
	json_put_text(o, "request", d->request);
	json_put_text(o, "digest", d->digest);
	json_put_text(o, "name", d->name);
	json_put_text(o, "form", d->form);
	json_put_text(o, "sha256", d->sha256);
	json_put_int(o, "bytes", d->bytes);
	return ticket_new(
	    cx, STR("look"), json_compact(cx->arena, o), holder, ret_secret);
}

enum err look_ticket_find(struct ctx *cx, struct str secret,
    struct look_document *ret, struct str *ret_holder)
{
	struct ticket t;
	json_t *o;
	enum err e = ticket_find(cx, STR("look"), secret, &t);
	if (!e)
		e = json_parse(cx, t.subject, MAX_SUBJECT, &o);
	if (e)
		return e;
	*ret = (struct look_document){ .request = json_text(o, "request"),
		.digest = json_text(o, "digest"),
		.name = json_text(o, "name"),
		.form = json_text(o, "form"),
		.sha256 = json_text(o, "sha256"),
		.bytes = json_int(o, "bytes", 0) };
	*ret_holder = t.holder;
	return OK;
}
