#include "core/digest.h"

#include "base/buf.h"
#include "base/str.h"
#include "base/time.h"
#include "core/calendar_days.h"
#include "core/cases.h"
#include "core/outbox.h"
#include "core/people.h"
#include "sql/sql.h"

enum {
	OPENS = 8 * 60 + 30,
	MAX_LINES = 500,
	MAX_WAITING = 50,
	MAX_TEXT = 60000
};

struct told {
	struct ctx *cx;
	struct person to;
	struct buf body;
	size_t n;
};

static struct str today(struct ctx *cx)
{
	return date_iso(cx->arena, date_of_ms(cx->now));
}

enum err digests_due(struct ctx *cx, const int64_t **ret, size_t *ret_n)
{
	struct calendar calendar;
	struct rows rows;
	*ret_n = 0;
	if (minute_of_day(cx->now) < OPENS)
		return OK;
	enum err e = calendar_get(cx, STR(""), CALENDAR_NOW, &calendar);
	if (e || !calendar_working(&calendar, date_of_ms(cx->now)))
		return e;
	e = sql_all(cx,
	    SQL("select distinct p.id from outbox o"
		" join person p on p.email = o.recipient"
		" where o.held = 'digest' and not exists (select 1 from digest d"
		" where d.person = p.id and d.day = $1) order by p.id"),
	    VALS(val_str(today(cx))), &rows);
	if (e)
		return e;
	int64_t *v = ARENA_ARRAY(cx->arena, int64_t, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = row_i64(rows.row[i], "id");
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

/* Empty for a secret one, and for one that cannot be read. */
static struct str open_title(struct ctx *cx, struct str no, bool *ret_open)
{
	struct case_file f;
	struct fault before = cx->fault;
	*ret_open = cases_load(cx, no, &f) == OK &&
	            (f.secrecy.n == 0 || str_eq(f.secrecy, STR("none")));
	cx->fault = before;
	return *ret_open ? case_title(&f) : STR("");
}

static struct str say(const struct told *t, enum msg m)
{
	return msg_text(t->to.lang, m);
}

static void put_title(struct told *t, struct str no, struct str title)
{
	buf_fmt(&t->body, "\n\n%.*s%s%.*s", STR_ARG(no), title.n ? " " : "",
	    STR_ARG(title));
}

/* "[NO] what happened": the number stands above. */
static struct str without_number(struct str subject)
{
	size_t end = str_index(subject, ']');
	return str_starts(subject, STR("[")) && end < subject.n
	           ? str_trim(str_from(subject, end + 1))
	           : subject;
}

/* Rows come request by request. */
static void put_happened(struct told *t, const struct rows *rows)
{
	struct str last = STR("-");
	bool open = true;
	for (size_t i = 0; i < rows->n && i < MAX_LINES; i++) {
		struct row r = rows->row[i];
		struct str no = row_str(r, "request");
		if (!str_eq(no, last)) {
			struct str title =
			    no.n ? open_title(t->cx, no, &open) : STR("");
			if (no.n > 0)
				put_title(t, no, title);
			else
				open = true;
			last = no;
		}
		struct str what = open ? without_number(row_str(r, "subject"))
		                       : say(t, MSG_digest_secret);
		buf_fmt(&t->body, "\n- %.*s %.*s",
		    STR_ARG(time_short(
			t->cx->arena, t->to.lang, row_i64(r, "created"))),
		    STR_ARG(what));
	}
	if (rows->n > MAX_LINES)
		buf_fmt(&t->body, "\n- …");
}

static enum err put_waiting(struct told *t)
{
	struct ctx *cx = t->cx;
	const struct actor *before = cx->actor;
	const struct actor him = { .person = t->to };
	const struct case_filter q = { .mine = true, .limit = MAX_WAITING };
	const struct case_line *v = NULL;
	struct str next = STR("");
	size_t n = 0;
	cx->actor = &him;
	enum err e = cases_list(cx, &q, &v, &n, &next);
	cx->actor = before;
	if (e)
		return e;
	buf_fmt(&t->body, "\n\n%.*s",
	    STR_ARG(say(t, n ? MSG_digest_waits : MSG_digest_nothing_waits)));
	for (size_t i = 0; i < n; i++) {
		bool open;
		struct str title = open_title(cx, v[i].no, &open);
		buf_fmt(&t->body, "\n- %.*s%s%.*s", STR_ARG(v[i].no),
		    title.n ? " " : "", STR_ARG(title));
	}
	if (next.n > 0)
		buf_fmt(&t->body, "\n- …");
	return OK;
}

static int by_request(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int first = str_cmp(row_str(*x, "request"), row_str(*y, "request"));
	int64_t i = row_i64(*x, "id"), k = row_i64(*y, "id");
	return first ? first : (i > k) - (i < k);
}

static enum err write_it(struct told *t, struct rows *rows)
{
	struct arena *a = t->cx->arena;
	struct str args[] = { t->to.name,
		date_long(a, t->to.lang, date_of_ms(t->cx->now)),
		str_fmt(a, "%zu", rows->n) };
	t->body = buf_new(a, MAX_TEXT);
	buf_str(&t->body,
	    msg_fill(a, t->to.lang, MSG_digest_intro, args, COUNT(args)));
	qsort(rows->row, rows->n, sizeof *rows->row, by_request);
	put_happened(t, rows);
	enum err e = put_waiting(t);
	if (e)
		return e;
	struct notice n = { .kind = NOTICE_digest,
		.recipient = t->to.email,
		.subject = msg_fill(
		    a, t->to.lang, MSG_digest_subject, args, COUNT(args)),
		.body = buf_view(&t->body),
		.link = STR("/") };
	return outbox_add(t->cx, &n, NULL);
}

enum err digest_write(struct ctx *cx, int64_t person)
{
	struct told t = { .cx = cx };
	struct rows rows;
	int64_t first = 0;
	enum err e = sql_exec(cx,
	    SQL("insert into digest (person, day) values ($1, $2)"
		" on conflict (person, day) do nothing"),
	    VALS(val_i64(person), val_str(today(cx))), &first);
	if (e || first == 0)
		return e;
	e = person_get(cx, person, &t.to);
	if (!e)
		e = sql_all(cx,
		    SQL("update outbox set held = 'told' where held = 'digest'"
			" and recipient = $1"
			" returning id, request, subject, created"),
		    VALS(val_str(t.to.email)), &rows);
	if (e || rows.n == 0 || !t.to.active)
		return e;
	return write_it(&t, &rows);
}
