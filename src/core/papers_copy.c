#include "core/papers_copy.h"

#include "base/str.h"
#include "core/acceptance.h"
#include "core/disposal_carry.h"
#include "core/link.h"
#include "core/outbox.h"
#include "core/policy.h"

/* Whether a line that is printed has the place. */
static bool names(struct str text, struct str place)
{
	struct str line;
	for (bool more = true; more;) {
		more = str_cut(text, '\n', &line, &text);
		if (!str_starts(line, STR("..")) && str_has(line, place))
			return true;
	}
	return false;
}

/* An older text of an office has no place for the link, or no words at it that
 * say whose copy this is: its filed notice would speak of a link that is not
 * there, its copy of signing in. */
static bool text_tells(struct str text)
{
	return names(text, STR("{accept.link}")) &&
	       names(text, STR("{accept.words}")) &&
	       names(text, STR("{accept.copy}"));
}

enum err papers_copy_wanted(
    struct ctx *cx, const struct case_file *f, enum papers kind, bool *ret)
{
	struct person p;
	struct papers_text text = { 0 };
	*ret = false;
	if (kind != PAPERS_notice || f->state != STATE_acceptance)
		return OK;
	enum err e = papers_text_get(cx, f->office, kind, PAPERS_NEWEST, &text);
	if (e || !text_tells(text.text))
		return e;
	return acceptance_requester(cx, f, &p, ret);
}

static enum err tell(struct ctx *cx, const struct case_file *f,
    const struct person *to, struct str file, struct str secret)
{
	bool open = f->secrecy.n == 0 || str_eq(f->secrecy, STR("none"));
	struct str args[] = { f->no, open ? case_title(f) : STR(""), STR(""),
		to->name };
	struct notice n = { .kind = NOTICE_copy,
		.request = f->no,
		.recipient = to->email,
		.subject = msg_fill(cx->arena, to->lang, MSG_mail_copy_subject,
		    args, COUNT(args)),
		.body = msg_fill(
		    cx->arena, to->lang, MSG_mail_copy_body, args, COUNT(args)),
		.link = str_fmt(cx->arena, "/accept/%.*s", STR_ARG(secret)),
		.files = file };
	return outbox_add(cx, &n, NULL);
}

enum err papers_copy_give(struct ctx *cx, const struct case_file *f,
    const struct attached *filed, struct str secret)
{
	struct person to;
	bool there = false;
	enum err e = acceptance_requester(cx, f, &to, &there);
	if (!e && !there)
		e = fail(cx, ERR_CONFLICT, MSG_error_conflict);
	if (!e)
		e = link_keep(
		    cx, STR("acceptance"), f->no, f->requester, secret);
	return e ? e : tell(cx, f, &to, filed->id, secret);
}

enum err papers_copy_may(
    struct ctx *cx, const struct facts *facts, const struct case_file *f)
{
	const struct person *p = &cx->actor->person;
	/* The link answers in his name, whoever opens it. */
	if (p->absent || !str_eq_nocase(f->requester, p->email))
		return fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
	if (cx->actor->read_only)
		return fail(cx, ERR_DENIED, MSG_error_read_only_token);
	if (f->state != STATE_acceptance)
		return OK;
	return policy_may(cx, facts, f, p, COMMAND_accept);
}

enum err papers_copy_get(
    struct ctx *cx, struct str no, struct str code, struct papered *ret)
{
	struct case_file f;
	struct facts facts;
	enum err e = cases_get(cx, no, &f);
	if (!e)
		e = cases_facts(cx, &f, &facts);
	if (!e)
		e = papers_copy_may(cx, &facts, &f);
	if (!e)
		e = disposed_refuse(cx, &f);
	if (e)
		return e;
	for (size_t i = 0; i < f.papers.n; i++)
		if (f.papers.v[i].copy.n > 0 &&
		    str_eq(f.papers.v[i].code, code)) {
			*ret = f.papers.v[i];
			return OK;
		}
	return fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
}
