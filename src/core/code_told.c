#include "core/code_told.h"

#include "base/str.h"
#include "core/outbox.h"
#include "sql/sql.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

/* 0: never. */
static enum err last_told(struct ctx *cx, struct str list, int64_t *ret)
{
	struct row row;
	bool found;
	enum err e =
	    sql_find(cx, SQL("select at from code_list_told where list = $1"),
		VALS(val_str(list)), &row, &found);
	*ret = !e && found ? row_i64(row, "at") : 0;
	return e;
}

static bool is_due(const struct ctx *cx, const struct code_list *l, int64_t at)
{
	return at == 0 || (l->looked > at && cx->now - at >= DAY_MS);
}

enum err code_told_due(struct ctx *cx, const struct code_list *l, bool *ret)
{
	int64_t at = 0;
	enum err e = last_told(cx, l->id, &at);
	*ret = !e && is_due(cx, l, at);
	return e;
}

static enum err tell(struct ctx *cx, const struct code_list *l,
    const struct system *s, const struct person *to)
{
	struct arena *a = cx->arena;
	bool th = to->lang == LANG_TH;
	const struct str args[] = { to->name, th ? l->title_th : l->title_en,
		th ? s->name_th : s->name_en,
		msg_code(a, to->lang, STR("codes.trouble-"),
		    str_of(code_trouble_names[l->trouble])) };
	const struct notice n = { .kind = NOTICE_codes,
		.recipient = to->email,
		.subject = msg_fill(
		    a, to->lang, MSG_codes_mail_subject, args, COUNT(args)),
		.body = msg_fill(
		    a, to->lang, MSG_codes_mail_body, args, COUNT(args)),
		.link =
		    str_fmt(a, "/systems/%.*s/code-lists", STR_ARG(s->code)) };
	return outbox_add(cx, &n, NULL);
}

static enum err tell_officers(struct ctx *cx, const struct code_list *l)
{
	const struct system *v = NULL;
	size_t n = 0;
	enum err e = system_list(cx, STR(""), &v, &n);
	const struct system *s = e ? NULL : system_find(v, n, l->system);
	for (size_t i = 0; s != NULL && i < s->n_officers && !e; i++)
		if (code_list_may(&s->officers[i], s))
			e = tell(cx, l, s, &s->officers[i]);
	return e;
}

/* Two couriers that come here at once have one row between them. */
static enum err note(struct ctx *cx, struct str list, int64_t before)
{
	if (before == 0)
		return sql_exec(cx,
		    SQL("insert into code_list_told (list, at) values ($1, $2)"),
		    VALS(val_str(list), val_i64(cx->now)), NULL);
	int64_t changed = 0;
	enum err e = sql_exec(cx,
	    SQL("update code_list_told set at = $1 where list = $2 and at = $3"),
	    VALS(val_i64(cx->now), val_str(list), val_i64(before)), &changed);
	return e || changed == 1
	           ? e
	           : fail_detail(cx, ERR_CONFLICT, "another courier told it");
}

enum err code_told(struct ctx *cx, const struct code_list *l)
{
	int64_t at = 0;
	enum err e = last_told(cx, l->id, &at);
	if (e || !is_due(cx, l, at))
		return e;
	e = note(cx, l->id, at);
	return e ? e : tell_officers(cx, l);
}
