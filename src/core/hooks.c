#include "core/hooks.h"

#include "base/str.h"
#include "base/time.h"
#include "core/case_file.h"
#include "core/event.h"
#include "core/hook_delivery.h"
#include "core/line.h"
#include "core/people.h"
#include "sql/sql.h"

enum { MAX_DESCRIPTION = 200, SECRET_BYTES = 32, ID_CHARS = 10 };
#define HOUR_MS INT64_C(3600000)
#define HOOK_COLUMNS                                                     \
	"id, url, description, events, active, off, secret, old_secret," \
	" old_until, made_by, made, changed_by, changed"

static struct hook hook_of(struct row row)
{
	return (struct hook){
		.id = row_str(row, "id"),
		.url = row_str(row, "url"),
		.description = row_str(row, "description"),
		.events = row_str(row, "events"),
		.active = row_flag(row, "active"),
		.off = row_str(row, "off"),
		.secret = row_str(row, "secret"),
		.old_secret = row_str(row, "old_secret"),
		.old_until = row_i64(row, "old_until"),
		.made_by = row_str(row, "made_by"),
		.made = row_i64(row, "made"),
		.changed_by = row_str(row, "changed_by"),
		.changed = row_i64(row, "changed"),
	};
}

enum err hooks_list(struct ctx *cx, const struct hook **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    /* HOOKS_MAX at the most. */
	    SQL_SCAN("select " HOOK_COLUMNS " from hook order by made, id"),
	    NO_VALS, &rows);
	if (e)
		return e;
	struct hook *v = ARENA_ARRAY(cx->arena, struct hook, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = hook_of(rows.row[i]);
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

enum err hook_get(struct ctx *cx, struct str id, struct hook *ret)
{
	struct row row;
	bool found = false;
	enum err e =
	    sql_find(cx, SQL("select " HOOK_COLUMNS " from hook where id = $1"),
		VALS(val_str(id)), &row, &found);
	if (!e && !found)
		e = fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
	if (!e)
		*ret = hook_of(row);
	return e;
}

bool hook_wants(const struct hook *h, struct str event)
{
	return str_eq(h->events, STR("*")) || str_has_word(h->events, event);
}

static bool is_event(struct str name)
{
	for (size_t i = 0; i < EVENTS; i++)
		if (i != EVENT_drafted && i != EVENT_round &&
		    str_eq(name, str_of(event_names[i])))
			return true;
	return false;
}

/* In the order in which they were named, each once. */
static struct str events_checked(struct ctx *cx, const json_t *list)
{
	struct str all = STR("");
	if (json_array_size(list) == 0)
		field_wrong(cx, STR("events"), MSG_field_required, STR(""));
	for (size_t i = 0; i < json_array_size(list) && i < 2 * EVENTS; i++) {
		struct str name = json_as_text(json_array_get(list, i));
		if (str_eq(name, STR("*")))
			return name;
		if (!is_event(name))
			field_wrong(
			    cx, STR("events"), MSG_field_bad_choice, name);
		else if (!str_has_word(all, name))
			all = str_fmt(cx->arena, "%.*s%s%.*s", STR_ARG(all),
			    all.n ? " " : "", STR_ARG(name));
	}
	return all;
}

static enum err wish_into(struct ctx *cx, const struct hook_reach *reach,
    const struct hook_wish *w, bool new, struct hook *h)
{
	if (w->url.p != NULL || new) {
		h->url = str_trim(w->url);
		enum msg wrong = h->url.n == 0
		                     ? MSG_field_required
		                     : hook_url_wrong(cx->arena, reach, h->url);
		if (wrong != MSG_NONE)
			field_wrong(cx, STR("url"), wrong, STR(""));
	}
	if (w->description.p != NULL || new)
		h->description = line_checked(
		    cx, "description", w->description, MAX_DESCRIPTION, true);
	if (w->events != NULL || new)
		h->events = events_checked(cx, w->events);
	if (w->active != NULL) {
		h->active = json_is_true(w->active);
		h->off = STR("");
		if (!json_is_boolean(w->active))
			field_wrong(
			    cx, STR("active"), MSG_field_bad_choice, STR(""));
	}
	h->changed_by = str_lower(cx->arena, cx->actor->person.email);
	h->changed = cx->now;
	return fields_end(cx);
}

/* The form that libraries for web hooks know. */
static struct str new_secret(struct arena *a)
{
	struct str bytes;
	REQUIRE(base64_decode(a, random_text(a, SECRET_BYTES), &bytes));
	return str_cat(a, STR("whsec_"), base64(a, bytes));
}

static enum err check_room(struct ctx *cx)
{
	struct row row;
	enum err e = sql_one(
	    cx, SQL_SCAN("select count(*) as n from hook"), NO_VALS, &row);
	if (!e && row_i64(row, "n") >= HOOKS_MAX)
		return fail1(cx, ERR_CONFLICT, MSG_error_hook_limit, STR("20"));
	return e;
}

enum err hook_add(struct ctx *cx, const struct hook_reach *reach,
    const struct sha256 *key, const struct hook_wish *wish, struct hook *ret,
    struct str *ret_secret)
{
	struct hook h = { .id = random_id(cx->arena, ID_CHARS),
		.active = true,
		.off = STR(""),
		.old_secret = STR(""),
		.made = cx->now };
	enum err e = wish_into(cx, reach, wish, true, &h);
	if (!e)
		e = check_room(cx);
	if (e)
		return e;
	*ret_secret = new_secret(cx->arena);
	h.secret = seal(cx->arena, *key, *ret_secret);
	h.made_by = h.changed_by;
	e = sql_exec(cx,
	    SQL("insert into hook (id, url, description, events, active, off,"
		" secret, old_secret, old_until, made_by, made, changed_by,"
		" changed) values ($1, $2, $3, $4, $5, '', $6, '', 0, $7, $8,"
		" $7, $8)"),
	    VALS(val_str(h.id), val_str(h.url), val_str(h.description),
		val_str(h.events), val_i64(h.active), val_str(h.secret),
		val_str(h.made_by), val_i64(h.made)),
	    NULL);
	*ret = h;
	return e;
}

static enum err put(struct ctx *cx, const struct hook *h)
{
	return sql_exec(cx,
	    SQL("update hook set url = $1, description = $2, events = $3,"
		" active = $4, off = $5, secret = $6, old_secret = $7,"
		" old_until = $8, changed_by = $9, changed = $10"
		" where id = $11"),
	    VALS(val_str(h->url), val_str(h->description), val_str(h->events),
		val_i64(h->active), val_str(h->off), val_str(h->secret),
		val_str(h->old_secret), val_i64(h->old_until),
		val_str(h->changed_by), val_i64(h->changed), val_str(h->id)),
	    NULL);
}

enum err hook_change(struct ctx *cx, const struct hook_reach *reach,
    struct str id, const struct hook_wish *wish, struct hook *ret)
{
	enum err e = hook_get(cx, id, ret);
	if (!e)
		e = wish_into(cx, reach, wish, false, ret);
	return e ? e : put(cx, ret);
}

enum err hook_new_secret(struct ctx *cx, const struct sha256 *key,
    struct str id, struct hook *ret, struct str *ret_secret)
{
	enum err e = hook_get(cx, id, ret);
	if (e)
		return e;
	*ret_secret = new_secret(cx->arena);
	ret->old_secret = ret->secret;
	ret->old_until = cx->now + HOOK_OLD_SECRET_HOURS * HOUR_MS;
	ret->secret = seal(cx->arena, *key, *ret_secret);
	ret->changed_by = str_lower(cx->arena, cx->actor->person.email);
	ret->changed = cx->now;
	return put(cx, ret);
}

enum err hook_remove(struct ctx *cx, struct str id)
{
	struct hook h;
	enum err e = hook_get(cx, id, &h);
	if (!e)
		e = sql_exec(cx,
		    SQL("delete from hook_delivery where hook = $1"),
		    VALS(val_str(id)), NULL);
	if (!e)
		e = sql_exec(cx, SQL("delete from hook where id = $1"),
		    VALS(val_str(id)), NULL);
	return e;
}

enum err hook_gone(struct ctx *cx, struct str hook)
{
	return sql_exec(cx,
	    SQL("update hook set active = 0, off = 'gone', changed_by ="
		" 'system', changed = $1 where id = $2"),
	    VALS(val_i64(cx->now), val_str(hook)), NULL);
}

/* Codes, numbers and times: no row, no name, no word of anybody's. */
static struct str body_of(struct arena *a, const struct case_file *f,
    const struct event *ev, struct str message)
{
	json_t *o = json_new_object(a);
	json_put_int(o, "version", 1);
	json_put_text(o, "id", message);
	json_put_int(o, "seq", ev->seq);
	json_put_text(o, "request", f->no);
	json_put_text(o, "office", f->office);
	json_put_text(o, "type", str_of(event_names[ev->type]));
	json_put_text(o, "at", time_iso(a, ev->at));
	json_put_text(o, "state", str_of(state_names[f->state]));
	json_put_text_or_null(o, "outcome",
	    f->state == STATE_closed ? str_of(outcome_names[f->outcome])
				     : STR(""));
	json_put_text(o, "link", str_fmt(a, "/requests/%.*s", STR_ARG(f->no)));
	return json_canonical(a, o);
}

static enum err write_one(struct ctx *cx, const struct hook *h,
    const struct case_file *f, const struct event *ev)
{
	struct hook_delivery d = { .hook = h->id,
		.queue = f->no,
		.message = str_fmt(cx->arena, "evt-%lld-%.*s",
		    (long long)ev->seq, STR_ARG(h->id)) };
	d.body = body_of(cx->arena, f, ev, d.message);
	return hook_tell(cx, &d, NULL);
}

enum err hooks_write(
    struct ctx *cx, const struct case_file *after, const struct event *ev)
{
	const struct hook *v;
	size_t n = 0;
	if (after->state == STATE_draft)
		return OK;
	enum err e = hooks_list(cx, &v, &n);
	for (size_t i = 0; i < n && !e; i++)
		if (v[i].active &&
		    hook_wants(&v[i], str_of(event_names[ev->type])))
			e = write_one(cx, &v[i], after, ev);
	return e;
}

json_t *hook_json(struct arena *a, const struct hook *h, int64_t now)
{
	json_t *o = json_new_object(a), *events = json_new_array(a);
	struct str list = h->events, one;
	bool two = h->old_secret.n > 0 && h->old_until > now;
	for (bool more = list.n > 0; more;) {
		more = str_cut(list, ' ', &one, &list);
		json_add_text(events, one);
	}
	json_put_text(o, "id", h->id);
	json_put_text(o, "url", h->url);
	json_put_text(o, "description", h->description);
	json_put(o, "events", events);
	json_put_flag(o, "active", h->active);
	json_put_text_or_null(o, "off", h->off);
	json_put_text_or_null(
	    o, "old_secret_until", two ? time_iso(a, h->old_until) : STR(""));
	json_put_text(o, "made_by", h->made_by);
	json_put_text(o, "made", time_iso(a, h->made));
	json_put_text(o, "changed_by", h->changed_by);
	json_put_text(o, "changed", time_iso(a, h->changed));
	return o;
}
