#include "core/replies.h"

#include "base/str.h"
#include "base/thai.h"
#include "base/time.h"
#include "core/attachment.h"
#include "core/cases.h"
#include "core/disposal_carry.h"
#include "core/policy.h"
#include "sql/sql.h"

enum { MAX_LIST = 200, AT_ONCE = 100, MAX_REASON = 500 };

const char *const reply_kinds[REPLY_KINDS] = {
	[REPLY_WRITTEN] = "written",
	[REPLY_AUTOMATIC] = "automatic",
	[REPLY_BOUNCE] = "bounce",
};
const char *const reply_states[REPLY_STATES] = {
	[REPLY_JOINED] = "joined",
	[REPLY_QUIET] = "quiet",
	[REPLY_HELD] = "held",
	[REPLY_ATTACHED] = "attached",
	[REPLY_ASIDE] = "aside",
	[REPLY_BOUNCED] = "bounced",
};
const char *const reply_whys[REPLY_WHYS] = {
	[REPLY_CLEAR] = "",
	[REPLY_WHY_NONE] = "none",
	[REPLY_WHY_FORGED] = "forged",
	[REPLY_WHY_SENDER] = "sender",
	[REPLY_WHY_CLOSED] = "closed",
	[REPLY_WHY_MANY] = "many",
	[REPLY_WHY_LARGE] = "large",
	[REPLY_WHY_PARTS] = "parts",
	[REPLY_WHY_BROKEN] = "broken",
	[REPLY_WHY_BOUNCE] = "bounce",
};

#define REPLY_COLUMNS                                                    \
	"id, state, why, kind, request, office, message_id, sender,"     \
	" sender_name, subject, body, files, sha256, bytes, sealed, at," \
	" acted_by, acted, reason"

static enum err from_row(struct ctx *cx, struct row row, struct reply *ret)
{
	json_t *files = NULL;
	size_t state = row_enum(row, "state", reply_states, REPLY_STATES);
	size_t why = row_enum(row, "why", reply_whys, REPLY_WHYS);
	size_t kind = row_enum(row, "kind", reply_kinds, REPLY_KINDS);
	if (state == REPLY_STATES || why == REPLY_WHYS || kind == REPLY_KINDS)
		return fail_detail(cx, ERR_BROKEN, "reply: unknown state");
	enum err e = json_parse(cx, row_str(row, "files"), 1 << 20, &files);
	if (e)
		return e;
	*ret = (struct reply){ .id = row_i64(row, "id"),
		.kind = (enum reply_kind)kind,
		.state = (enum reply_state)state,
		.why = (enum reply_why)why,
		.request = row_str(row, "request"),
		.office = row_str(row, "office"),
		.message_id = row_str(row, "message_id"),
		.sender = row_str(row, "sender"),
		.sender_name = row_str(row, "sender_name"),
		.subject = row_str(row, "subject"),
		.body = row_str(row, "body"),
		.files = files,
		.sha256 = row_str(row, "sha256"),
		.bytes = row_i64(row, "bytes"),
		.sealed = row_flag(row, "sealed"),
		.at = row_i64(row, "at"),
		.acted_by = row_str(row, "acted_by"),
		.acted = row_i64(row, "acted"),
		.reason = row_str(row, "reason") };
	return OK;
}

json_t *reply_json(struct arena *a, const struct reply *r)
{
	json_t *o = json_new_object(a);
	json_put_int(o, "id", r->id);
	json_put_text(o, "state", str_of(reply_states[r->state]));
	json_put_text_or_null(o, "why", str_of(reply_whys[r->why]));
	json_put_text(o, "kind", str_of(reply_kinds[r->kind]));
	json_put_text_or_null(o, "request", r->request);
	json_put_text(o, "message_id", r->message_id);
	json_put_text(o, "from", r->sender);
	json_put_text(o, "name", r->sender_name);
	json_put_text(o, "subject", r->subject);
	json_put_text(o, "text", r->body);
	json_put(o, "files", r->files);
	json_put_int(o, "bytes", r->bytes);
	json_put_flag(o, "mail", r->sha256.n > 0 && !r->sealed);
	json_put_text(o, "at", time_iso(a, r->at));
	json_put_text_or_null(o, "acted_by", r->acted_by);
	json_put_text_or_null(
	    o, "acted_at", r->acted ? time_iso(a, r->acted) : STR(""));
	json_put_text_or_null(o, "reason", r->reason);
	return o;
}

static enum err signed_in(struct ctx *cx)
{
	if (cx->actor == NULL)
		return fail(cx, ERR_UNAUTHENTICATED, MSG_error_unauthenticated);
	return OK;
}

static bool is_records(const struct person *p, struct str office)
{
	return person_holds(p, ROLE_records, office, STR(""));
}

bool reply_person_may(const struct ctx *cx)
{
	const struct person *p = &cx->actor->person;
	return is_records(p, STR("")) ||
	       person_holds(p, ROLE_officer, STR(""), STR(""));
}

static bool is_officer(const struct case_file *f, const struct person *p)
{
	for (size_t i = 0; i < f->officers.n; i++)
		if (str_eq_nocase(f->officers.v[i], p->email))
			return true;
	return false;
}

static enum err may_see(struct ctx *cx, const struct reply *r, bool *ret)
{
	const struct person *p = &cx->actor->person;
	struct case_file f;
	*ret = is_records(p, r->office);
	if (*ret || r->office.n == 0 ||
	    !person_holds(p, ROLE_officer, r->office, STR("")))
		return OK;
	enum err e = cases_load(cx, r->request, &f);
	*ret = !e && is_officer(&f, p);
	return e;
}

/* Adds those that the actor may see, up to `limit` in all. */
static enum err keep_seen(struct ctx *cx, const struct rows *rows,
    int64_t limit, struct reply *v, size_t *n)
{
	enum err e = OK;
	for (size_t i = 0; i < rows->n && *n < (size_t)limit && !e; i++) {
		bool may = false;
		e = from_row(cx, rows->row[i], &v[*n]);
		if (!e)
			e = may_see(cx, &v[*n], &may);
		*n += !e && may;
	}
	return e;
}

enum err reply_list(struct ctx *cx, enum reply_state state, int64_t before,
    int64_t limit, const struct reply **ret, size_t *ret_n)
{
	struct rows rows = { .n = AT_ONCE };
	REQUIRE(limit > 0 && limit <= MAX_LIST);
	struct reply *v =
	    ARENA_ARRAY(cx->arena, struct reply, (size_t)limit + 1);
	enum err e = signed_in(cx);
	if (!e && !reply_person_may(cx))
		e = fail(cx, ERR_DENIED, MSG_error_denied);
	*ret = v;
	*ret_n = 0;
	if (before <= 0)
		before = INT64_MAX;
	while (!e && rows.n == AT_ONCE && *ret_n < (size_t)limit) {
		e = sql_all(cx,
		    SQL("select " REPLY_COLUMNS " from reply where state = $1"
			" and id < $2 order by id desc limit $3"),
		    VALS(val_str(str_of(reply_states[state])), val_i64(before),
			val_i64(AT_ONCE)),
		    &rows);
		if (!e)
			e = keep_seen(cx, &rows, limit, v, ret_n);
		if (!e && rows.n > 0)
			before = row_i64(rows.row[rows.n - 1], "id");
	}
	return e;
}

enum err reply_held(struct ctx *cx, int64_t *ret)
{
	struct rows rows;
	*ret = 0;
	if (cx->actor == NULL || !reply_person_may(cx))
		return OK;
	enum err e = sql_all(cx,
	    SQL("select request, office, count(*) as n from reply"
		" where state = 'held' group by request, office limit 200"),
	    NO_VALS, &rows);
	for (size_t i = 0; !e && i < rows.n; i++) {
		bool may = false;
		struct reply r = { .request = row_str(rows.row[i], "request"),
			.office = row_str(rows.row[i], "office") };
		e = may_see(cx, &r, &may);
		*ret += may ? row_i64(rows.row[i], "n") : 0;
	}
	return e;
}

static enum err find(struct ctx *cx, int64_t id, struct reply *ret)
{
	struct row row = { 0 };
	bool found = false;
	enum err e = signed_in(cx);
	if (!e)
		e = sql_find(cx,
		    SQL("select " REPLY_COLUMNS " from reply where id = $1"),
		    VALS(val_i64(id)), &row, &found);
	if (e)
		return e;
	if (!found)
		return fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
	return from_row(cx, row, ret);
}

enum err reply_get(struct ctx *cx, int64_t id, struct reply *ret)
{
	bool may = false;
	enum err e = find(cx, id, ret);
	if (!e)
		e = may_see(cx, ret, &may);
	if (!e && !may)
		e = fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
	return e;
}

/* As with the mails that we send (mails.h). */
static enum err may_read(struct ctx *cx, const struct reply *r, bool *ret)
{
	const struct person *p = &cx->actor->person;
	struct case_file f;
	enum err e = may_see(cx, r, ret);
	if (e || *ret || r->request.n == 0 || r->state == REPLY_HELD)
		return e;
	e = cases_load(cx, r->request, &f);
	*ret = !e && policy_sees(&f, p) &&
	       (person_in_office(p, f.office) ||
		   person_holds(p, ROLE_auditor, STR(""), STR("")) ||
		   person_holds(p, ROLE_dpo, STR(""), STR("")) ||
		   str_eq_nocase(p->email, r->sender));
	return e;
}

/* It went with its request's correspondence. */
static enum err refuse_disposed(struct ctx *cx, const struct reply *r)
{
	struct case_file f;
	if (r->request.n == 0 || r->state == REPLY_HELD)
		return OK;
	enum err e = cases_load(cx, r->request, &f);
	return e ? e : disposed_refuse(cx, &f);
}

enum err reply_get_mail(struct ctx *cx, int64_t id, struct reply *ret)
{
	bool may = false;
	enum err e = find(cx, id, ret);
	if (!e)
		e = may_read(cx, ret, &may);
	if (!e && !may)
		e = fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
	if (!e)
		e = refuse_disposed(cx, ret);
	if (!e && ret->sealed)
		e = fail(cx, ERR_GONE, MSG_error_reply_sealed);
	if (!e && ret->sha256.n == 0)
		e = fail(cx, ERR_GONE, MSG_error_reply_not_kept);
	return e;
}

/* The file's row; what cannot be one is left out, and the mail still counts. */
static enum err keep_file(struct ctx *cx, const struct case_file *f,
    const struct reply *r, const json_t *file, json_t *kept, json_t *left)
{
	struct attachment t;
	struct fault before = cx->fault;
	struct kept_file k = { .sha256 = json_text(file, "sha256"),
		.bytes = json_int(file, "bytes", 0) };
	struct str why = json_text(file, "left_out");
	json_t *o = json_new_object(cx->arena);
	enum err e = OK;
	if (why.n == 0)
		e = attachment_add(cx, f->no, json_text(file, "name"),
		    json_text(file, "type"), &k, r->sender, &t);
	if (e == ERR_CONFLICT || e == ERR_INVALID) {
		why = e == ERR_CONFLICT ? STR("count") : STR("name");
		cx->fault = before;
		e = OK;
	}
	if (e)
		return e;
	json_put_text(o, "name", why.n ? json_text(file, "name") : t.name);
	if (why.n > 0) {
		json_put_text(o, "why", why);
		json_add(left, o);
		return OK;
	}
	json_put_text(o, "id", t.id);
	json_put_text(o, "type", t.type);
	json_put_text(o, "sha256", t.sha256);
	json_put_int(o, "bytes", t.bytes);
	json_add(kept, o);
	return OK;
}

enum err reply_message(struct ctx *cx, const struct facts *facts,
    const struct case_file *f, const struct reply *r, bool by_hand)
{
	struct case_file after;
	json_t *data = json_new_object(cx->arena);
	json_t *kept = json_new_array(cx->arena);
	json_t *left = json_new_array(cx->arena);
	enum err e = OK;
	for (size_t i = 0; i < json_array_size(r->files) && !e; i++)
		e = keep_file(
		    cx, f, r, json_array_get(r->files, i), kept, left);
	if (e)
		return e;
	json_put_int(data, "reply", r->id);
	json_put_text(data, "from", r->sender);
	json_put_text(data, "name", r->sender_name);
	json_put_text(data, "subject", r->subject);
	json_put_text(data, "text", r->body);
	json_put_text(data, "sha256", r->sha256);
	json_put_flag(data, "automatic", r->kind == REPLY_AUTOMATIC);
	json_put_flag(data, "by_hand", by_hand);
	json_put(data, "files", kept);
	json_put(data, "left_out", left);
	struct event ev = { .version = f->version + 1,
		.at = cx->now,
		.type = EVENT_mailed,
		.request = f->no,
		.actor = by_hand ? str_lower(cx->arena, cx->actor->person.email)
		                 : STR("mail"),
		.data = data };
	return cases_take(cx, facts, f, &ev, &after);
}

static enum err to_act(struct ctx *cx, int64_t id, struct reply *ret)
{
	enum err e = chain_lock(cx);
	if (!e)
		e = reply_get(cx, id, ret);
	if (!e && cx->actor->read_only)
		e = fail(cx, ERR_DENIED, MSG_error_read_only_token);
	if (!e && ret->state != REPLY_HELD)
		e = fail(cx, ERR_CONFLICT, MSG_error_reply_not_held);
	return e;
}

static enum err note_act(struct ctx *cx, struct reply *r)
{
	r->acted_by = str_lower(cx->arena, cx->actor->person.email);
	r->acted = cx->now;
	return sql_exec(cx,
	    SQL("update reply set state = $1, request = $2, office = $3,"
		" acted_by = $4, acted = $5, reason = $6 where id = $7"),
	    VALS(val_str(str_of(reply_states[r->state])), val_str(r->request),
		val_str(r->office), val_str(r->acted_by), val_i64(r->acted),
		val_str(r->reason), val_i64(r->id)),
	    NULL);
}

/* A request that the actor may not see is a wrong field, as one that is not. */
static enum err find_target(
    struct ctx *cx, struct str request, struct case_file *ret)
{
	struct fault before = cx->fault;
	if (request.n == 0)
		field_wrong(cx, STR("request"), MSG_field_required, STR(""));
	enum err e = fields_end(cx);
	if (!e)
		e = cases_get(cx, request, ret);
	if (e == ERR_NOT_FOUND) {
		cx->fault = before;
		field_wrong(
		    cx, STR("request"), MSG_field_no_such_request, request);
		return fields_end(cx);
	}
	return e;
}

enum err reply_attach(
    struct ctx *cx, int64_t id, struct str request, struct reply *ret)
{
	struct case_file f;
	struct facts facts;
	enum err e = to_act(cx, id, ret);
	if (!e)
		e = find_target(cx, str_trim(request), &f);
	if (!e && !is_records(&cx->actor->person, f.office) &&
	    !is_officer(&f, &cx->actor->person))
		e = fail(cx, ERR_DENIED, MSG_error_reply_not_yours);
	if (!e && f.state == STATE_draft)
		e = fail2(cx, ERR_CONFLICT, MSG_error_not_in_this_state,
		    msg_text(cx->lang, MSG_replies_attach),
		    msg_text(cx->lang, MSG_state_draft));
	if (!e)
		e = disposed_refuse(cx, &f);
	if (!e)
		e = cases_facts(cx, &f, &facts);
	if (e)
		return e;
	ret->state = REPLY_ATTACHED;
	ret->request = f.no;
	ret->office = f.office;
	e = reply_message(cx, &facts, &f, ret, true);
	return e ? e : note_act(cx, ret);
}

enum err reply_set_aside(
    struct ctx *cx, int64_t id, struct str reason, struct reply *ret)
{
	enum err e = to_act(cx, id, ret);
	if (e)
		return e;
	reason =
	    str_utf8(reason) ? thai_normal_lines(cx->arena, reason) : STR("");
	if (reason.n == 0)
		field_wrong(cx, STR("reason"), MSG_field_required, STR(""));
	else if (str_chars(reason) > MAX_REASON)
		field_wrong(cx, STR("reason"), MSG_field_too_long, STR("500"));
	e = fields_end(cx);
	if (e)
		return e;
	ret->state = REPLY_ASIDE;
	ret->reason = reason;
	return note_act(cx, ret);
}
