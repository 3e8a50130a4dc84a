#include "base/ctx.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/str.h"

#define MAX_FIELDS 50

static const enum msg general[ERRS] = {
	[OK] = MSG_NONE,
	[ERR_SYNTAX] = MSG_error_syntax,
	[ERR_UNAUTHENTICATED] = MSG_error_unauthenticated,
	[ERR_DENIED] = MSG_error_denied,
	[ERR_NOT_FOUND] = MSG_error_not_found,
	[ERR_METHOD] = MSG_error_method,
	[ERR_FORMAT] = MSG_error_format,
	[ERR_CONFLICT] = MSG_error_conflict,
	[ERR_GONE] = MSG_error_gone,
	[ERR_LENGTH] = MSG_error_length,
	[ERR_STALE] = MSG_error_stale,
	[ERR_TOO_LARGE] = MSG_error_too_large,
	[ERR_MEDIA] = MSG_error_media,
	[ERR_INVALID] = MSG_error_invalid,
	[ERR_RATE] = MSG_error_rate,
	[ERR_BROKEN] = MSG_error_broken,
	[ERR_BUSY] = MSG_error_busy,
	[ERR_TIME_LIMIT] = MSG_error_time_limit,
};

struct ctx ctx_new(struct arena *a, int64_t now_ms, enum lang lang)
{
	return (struct ctx){ .arena = a, .now = now_ms, .lang = lang };
}

enum msg err_msg(enum err e)
{
	REQUIRE(e < ERRS);
	return general[e];
}

/* Noted fields stay: they may be the reason for what is recorded now. */
static enum err record(
    struct ctx *cx, enum err e, enum msg m, struct str arg0, struct str arg1)
{
	REQUIRE(e != OK && e < ERRS);
	cx->fault.err = e;
	cx->fault.msg = m;
	cx->fault.arg[0] = arg0;
	cx->fault.arg[1] = arg1;
	cx->fault.detail = (struct str){ 0 };
	return e;
}

enum err fail(struct ctx *cx, enum err e, enum msg m)
{
	return record(cx, e, m, (struct str){ 0 }, (struct str){ 0 });
}

enum err fail1(struct ctx *cx, enum err e, enum msg m, struct str arg0)
{
	return record(cx, e, m, arg0, (struct str){ 0 });
}

enum err fail2(
    struct ctx *cx, enum err e, enum msg m, struct str arg0, struct str arg1)
{
	return record(cx, e, m, arg0, arg1);
}

enum err fail_detail(struct ctx *cx, enum err e, const char *fmt, ...)
{
	va_list args;
	char text[1000];
	va_start(args, fmt);
	int n = vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	REQUIRE(n >= 0);
	fail(cx, e, err_msg(e));
	cx->fault.detail = str_dup(cx->arena, str_of(text));
	return e;
}

void field_wrong(struct ctx *cx, struct str field, enum msg m, struct str arg)
{
	field_wrong_hint(cx, field, m, arg, (struct str){ 0 });
}

void field_wrong_hint(struct ctx *cx, struct str field, enum msg m,
    struct str arg, struct str hint)
{
	struct fault *f = &cx->fault;
	if (f->n_fields == MAX_FIELDS)
		return;
	struct field_error *fe = ARENA_NEW(cx->arena, struct field_error);
	*fe = (struct field_error){
		.field = field, .msg = m, .arg = arg, .hint = hint
	};
	if (f->n_fields == 0)
		f->fields = fe;
	else
		f->last->next = fe;
	f->last = fe;
	f->n_fields++;
}

enum err fields_end(struct ctx *cx)
{
	if (cx->fault.n_fields == 0)
		return OK;
	return fail(cx, ERR_INVALID, MSG_error_invalid);
}

struct str fault_text(const struct ctx *cx)
{
	return msg_fill(cx->arena, cx->lang, cx->fault.msg, cx->fault.arg,
	    COUNT(cx->fault.arg));
}

struct str fault_code(const struct ctx *cx)
{
	struct str key = msg_key(cx->fault.msg);
	str_take(&key, STR("error."));
	return key;
}
