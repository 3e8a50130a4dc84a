#include "core/acceptance.h"

#include "base/str.h"
#include "base/time.h"
#include "core/calendar_days.h"
#include "core/cases.h"
#include "core/link.h"
#include "core/outbox.h"
#include "core/people.h"
#include "core/setting.h"

enum { USUAL_DAYS = 5 };

static enum err days_of(
    struct ctx *cx, struct str name, int64_t usual, int64_t *ret)
{
	struct str text;
	enum err e = setting_find(cx, name, &text);
	if (!e && (!str_i64(text, ret) || *ret < 0))
		*ret = usual;
	return e;
}

enum err acceptance_days(struct ctx *cx, int64_t *ret)
{
	return days_of(cx, STR("acceptance-reminder"), USUAL_DAYS, ret);
}

enum err acceptance_closes(struct ctx *cx, int64_t *ret)
{
	return days_of(cx, STR("acceptance-closes"), 0, ret);
}

bool acceptance_is_due(const struct facts *facts, const struct case_file *f,
    int64_t since, int64_t now, int64_t days)
{
	struct date today = date_of_ms(now);
	int64_t passed = 0;
	if (f->state != STATE_acceptance || since == 0 || days == 0)
		return false;
	for (struct date d = date_of_ms(since);
	     date_cmp(d, today) < 0 && passed < days;) {
		d = date_add(d, 1);
		passed += calendar_working(&facts->calendar, d);
	}
	return passed >= days;
}

enum err acceptance_lapse(struct ctx *cx, struct str request)
{
	struct case_file f, after;
	struct facts facts;
	enum err e = chain_lock(cx);
	if (!e)
		e = cases_load(cx, request, &f);
	if (!e)
		e = cases_facts(cx, &f, &facts);
	/* The answer may have come meanwhile. */
	if (e || f.state != STATE_acceptance)
		return e;
	json_t *data = json_new_object(cx->arena);
	json_put_text(data, "close", STR("delivered"));
	struct event ev = { .version = f.version + 1,
		.at = cx->now,
		.type = EVENT_lapsed,
		.request = f.no,
		.actor = STR("system"),
		.data = data };
	return cases_take(cx, &facts, &f, &ev, &after);
}

enum err acceptance_requester(
    struct ctx *cx, const struct case_file *f, struct person *ret, bool *there)
{
	struct fault before = cx->fault;
	*there = false;
	if (f->requester.n == 0)
		return OK;
	enum err e = person_by_email(cx, f->requester, ret);
	if (e == ERR_NOT_FOUND) {
		*ret = (struct person){ .email = f->requester,
			.name = f->requester_name,
			.active = true };
		cx->fault = before;
		e = OK;
	}
	*there = !e && ret->active;
	return e;
}

enum err acceptance_remind(
    struct ctx *cx, const struct case_file *f, bool *ret_told)
{
	struct person to;
	struct str secret;
	enum err e = acceptance_requester(cx, f, &to, ret_told);
	if (e || !*ret_told)
		return e;
	e = link_new(cx, STR("acceptance"), f->no, f->requester, &secret);
	if (e)
		return e;
	bool open = f->secrecy.n == 0 || str_eq(f->secrecy, STR("none"));
	struct str args[] = { f->no, open ? case_title(f) : STR(""),
		date_long(cx->arena, to.lang, date_of_ms(f->delivered)),
		to.name };
	struct notice n = { .kind = NOTICE_acceptance,
		.request = f->no,
		.recipient = to.email,
		.subject = msg_fill(cx->arena, to.lang,
		    MSG_sending_remind_subject, args, COUNT(args)),
		.body = msg_fill(cx->arena, to.lang, MSG_sending_remind_body,
		    args, COUNT(args)),
		.link = str_fmt(cx->arena, "/accept/%.*s", STR_ARG(secret)) };
	return outbox_add(cx, &n, NULL);
}
