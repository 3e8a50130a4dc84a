#include "core/disposal.h"

#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "core/backups.h"
#include "core/brought.h"
#include "core/cases.h"
#include "core/data_files.h"
#include "core/inbound.h"
#include "core/setting.h"
#include "sql/sql.h"

#define SECOND_MS INT64_C(1000)
#define DAY_MS (86400 * SECOND_MS)

#define FROM STR("data-files-from")

enum err disposal_keeping(struct ctx *cx, struct keeping *ret)
{
	struct str days, from = { 0 };
	enum err e = setting_find(cx, STR("data-files-days"), &days);
	if (!e)
		e = setting_find(cx, FROM, &from);
	if (e)
		return e;
	if (!str_i64(days, &ret->days) || ret->days < 0 ||
	    ret->days > DISPOSAL_MAX_DAYS)
		ret->days = DISPOSAL_DAYS;
	if (!str_i64(from, &ret->from))
		ret->from = 0;
	return OK;
}

enum err disposal_start(struct ctx *cx)
{
	struct keeping keeping;
	enum err e = disposal_keeping(cx, &keeping);
	if (e || keeping.from != 0)
		return e;
	return setting_put(
	    cx, FROM, str_fmt(cx->arena, "%lld", (long long)cx->now));
}

static struct disposals read_rows(struct ctx *cx, const struct rows *rows)
{
	struct disposals all = { .v = ARENA_ARRAY(
				     cx->arena, struct disposal, rows->n + 1) };
	for (; all.n < rows->n; all.n++) {
		struct row r = rows->row[all.n];
		all.v[all.n] = (struct disposal){
			.request = row_str(r, "request"),
			.kind = row_str(r, "kind"),
			.sha256 = row_str(r, "sha256"),
			.subject = row_str(r, "subject"),
			.file = row_str(r, "file"),
			.name = row_str(r, "name"),
			.bytes = row_i64(r, "bytes"),
			.how = row_str(r, "how"),
			.on = row_str(r, "day"),
			.ordered = row_i64(r, "ordered"),
			.gone = row_i64(r, "gone"),
		};
	}
	return all;
}

/* What another request has still, and may need, is not due. Until the days have
 * passed since this is done at all, only what has its end after that. */
enum err disposal_due(struct ctx *cx, struct disposals *ret)
{
	struct rows rows;
	struct keeping keeping;
	enum err e = disposal_keeping(cx, &keeping);
	if (e)
		return e;
	int64_t since = cx->now - keeping.days * DAY_MS;
	bool first = since < keeping.from;
	e = sql_all(cx,
	    SQL("select request, kind, sha256, '' as subject, '' as file, name, bytes,"
		" '' as how, '' as day, 0 as ordered, gone from data_file d where gone = 0"
		" and ((since > 0 and since <= $1)"
		" or (ends > $3 and ends <= $2))"
		" and not exists (select 1 from data_file o"
		" where o.sha256 = d.sha256 and o.request <> d.request"
		" and o.gone = 0 and not ((o.since > 0"
		" and o.since <= $1) or (o.ends > $3 and o.ends <= $2)))"
		" order by since, request limit $4"),
	    VALS(val_i64(first ? 0 : since), val_i64(cx->now),
		val_i64(first ? keeping.from : 0), val_i64(DISPOSALS_AT_ONCE)),
	    &rows);
	if (!e)
		*ret = read_rows(cx, &rows);
	return e;
}

/* What is not due yet must not keep what comes after it from being looked at:
 * page by page, in turn. */
static void turn(struct disposal_page *page, const struct rows *rows)
{
	struct str id;
	*page = (struct disposal_page){ 0 };
	if (rows->n < DISPOSALS_AT_ONCE)
		return;
	id = row_str(rows->row[rows->n - 1], "subject");
	if (id.n >= sizeof page->id)
		return;
	page->received = row_i64(rows->row[rows->n - 1], "received");
	memcpy(page->id, id.p, id.n);
}

/* Those whose sender named a day that has come: few, since only what is held is not
 * due then. */
static enum err find_by_day(struct ctx *cx, struct rows *ret)
{
	struct str today = date_iso(cx->arena, date_of_ms(cx->now));
	return sql_all(cx,
	    SQL("select request, 'uploads' as kind, sha256, id as subject, file, name,"
		" bytes, '' as how, destroy_on as day, 0 as ordered,"
		" swept as gone from upload where swept = 0"
		" and destroy_on <> '' and destroy_on <= $1 and received > 0"
		" order by destroy_on limit $2"),
	    VALS(val_str(today), val_i64(DISPOSALS_AT_ONCE)), ret);
}

enum err disposal_uploads(struct ctx *cx, struct keeping keeping,
    struct disposal_page *page, struct disposals *ret)
{
	struct rows rows, named;
	enum err e = sql_all(cx,
	    SQL("select request, 'uploads' as kind, sha256, id as subject, file, name,"
		" bytes, '' as how, destroy_on as day, 0 as ordered,"
		" swept as gone, received"
		" from upload where swept = 0 and used > 0 and received > 0"
		" and received <= $1 and (received > $2 or (received = $2"
		" and id > $3)) order by received, id limit $4"),
	    VALS(val_i64(cx->now - keeping.days * DAY_MS),
		val_i64(page->received), val_str(str_of(page->id)),
		val_i64(DISPOSALS_AT_ONCE)),
	    &rows);
	if (!e)
		e = find_by_day(cx, &named);
	if (e)
		return e;
	struct disposals old = read_rows(cx, &rows);
	struct disposals all = read_rows(cx, &named);
	ret->v = ARENA_ARRAY(cx->arena, struct disposal, old.n + all.n + 1);
	ret->n = 0;
	for (size_t i = 0; i < old.n; i++)
		ret->v[ret->n++] = old.v[i];
	for (size_t i = 0; i < all.n; i++)
		ret->v[ret->n++] = all.v[i];
	turn(page, &rows);
	return OK;
}

/* By the list: what is under way is asked for every few seconds, and its events
 * need not be read for that. */
static enum err is_closed(struct ctx *cx, struct str request, bool *ret)
{
	struct row row;
	bool found;
	enum err e = sql_find(cx, SQL("select state from cases where no = $1"),
	    VALS(val_str(request)), &row, &found);
	*ret = !e && (!found || str_eq(row_str(row, "state"),
				    str_of(state_names[STATE_closed])));
	return e;
}

static bool day_has_come(const struct ctx *cx, struct str day)
{
	struct str today = date_iso(cx->arena, date_of_ms(cx->now));
	return day.n > 0 && str_cmp(day, today) <= 0;
}

enum err disposal_over(
    struct ctx *cx, const struct disposal *d, struct keeping keeping, bool *ret)
{
	struct arena_mark mark = arena_mark(cx->arena);
	struct case_file f;
	bool closed = false, named = day_has_come(cx, d->on);
	enum err e = named ? OK : is_closed(cx, d->request, &closed);
	*ret = false;
	/* Whoever named a day is taken at his word. */
	if (e || (!named && (!closed || d->on.n > 0)))
		return e;
	e = cases_load(cx, d->request, &f);
	if (!e && f.keeping.at == 0 && named)
		*ret = true;
	else if (!e && f.state == STATE_closed && f.keeping.at == 0) {
		int64_t since =
		    f.closed > keeping.from ? f.closed : keeping.from;
		*ret = since + keeping.days * DAY_MS <= cx->now;
	}
	if (!e)
		arena_rewind(cx->arena, mark);
	return e;
}

enum err disposal_order(struct ctx *cx, const struct disposals *all)
{
	enum err e = OK;
	for (size_t i = 0; i < all->n && !e; i++) {
		const struct disposal *d = &all->v[i];
		e = sql_exec(cx,
		    SQL("insert into disposal (request, kind, sha256, subject,"
			" name, bytes, ordered, how, gone)"
			" values ($1, $2, $3, $4, $5, $6, $7, '', 0)"
			" on conflict (request, kind, sha256, subject)"
			" do update set ordered = $7"),
		    VALS(val_str(d->request), val_str(d->kind),
			val_str(d->sha256), val_str(d->subject),
			val_str(d->name), val_i64(d->bytes), val_i64(cx->now)),
		    NULL);
	}
	return e;
}

enum err disposal_forget(struct ctx *cx)
{
	return sql_exec(cx,
	    SQL("delete from disposal where gone = 0 and how = ''"
		" and ordered < $1"),
	    VALS(val_i64(cx->now - 5 * DISPOSAL_HOLDS_S * SECOND_MS)), NULL);
}

#define DISPOSAL_COLUMNS                                               \
	"request, kind, sha256, subject, name, bytes, how, '' as day," \
	" ordered, gone, coalesce((select file from upload"            \
	" where upload.id = disposal.subject), '') as file"

enum err disposal_open(struct ctx *cx, struct disposals *ret)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select " DISPOSAL_COLUMNS " from disposal"
		" where gone = 0 and (how = 'begun' or (ordered >= $1"
		" and ordered <= $2)) order by ordered, request limit $3"),
	    VALS(val_i64(cx->now - DISPOSAL_HOLDS_S * SECOND_MS),
		val_i64(cx->now + DISPOSAL_HOLDS_S * SECOND_MS),
		val_i64(DISPOSALS_AT_ONCE)),
	    &rows);
	if (!e)
		*ret = read_rows(cx, &rows);
	return e;
}

enum err disposal_shared(struct ctx *cx, const struct disposal *d, bool *ret)
{
	struct row row;
	*ret = false;
	if (d->subject.n == 0 || d->file.n > 0)
		return OK;
	enum err e = sql_one(cx,
	    SQL("select count(*) as n from upload u where sha256 = $1"
		" and swept = 0 and file = '' and id <> $2 and not exists (select 1"
		" from disposal d where d.request = u.request"
		" and d.kind = 'uploads' and d.sha256 = u.sha256"
		" and d.subject = u.id and d.ordered >= $3)"),
	    VALS(val_str(d->sha256), val_str(d->subject),
		val_i64(cx->now - DISPOSAL_HOLDS_S * SECOND_MS)),
	    &row);
	*ret = !e && row_i64(row, "n") > 0;
	return e;
}

bool disposal_holds(const struct ctx *cx, const struct disposal *d)
{
	int64_t ago = cx->now - d->ordered;
	return ago <= DISPOSAL_HOLDS_S * SECOND_MS &&
	       ago >= -DISPOSAL_HOLDS_S * SECOND_MS;
}

enum err disposal_begun(struct ctx *cx, const struct disposal *d, bool *ret)
{
	int64_t n = 0;
	enum err e = sql_exec(cx,
	    SQL("update disposal set how = 'begun' where request = $1"
		" and kind = $2 and sha256 = $3 and subject = $4 and gone = 0"
		" and ordered >= $5 and ordered <= $6"),
	    VALS(val_str(d->request), val_str(d->kind), val_str(d->sha256),
		val_str(d->subject),
		val_i64(cx->now - DISPOSAL_HOLDS_S * SECOND_MS),
		val_i64(cx->now + DISPOSAL_HOLDS_S * SECOND_MS)),
	    &n);
	*ret = !e && n > 0;
	return e;
}

enum err disposal_left(struct ctx *cx, const struct disposal *d)
{
	return sql_exec(cx,
	    SQL("update disposal set how = '' where request = $1"
		" and kind = $2 and sha256 = $3 and subject = $4 and gone = 0"),
	    VALS(val_str(d->request), val_str(d->kind), val_str(d->sha256),
		val_str(d->subject)),
	    NULL);
}

enum err disposal_gone(struct ctx *cx, const struct disposal *d, bool was_there)
{
	int64_t n = 0;
	enum err e = sql_exec(cx,
	    SQL("update disposal set gone = $1, how = case when how = 'begun'"
		" then 'destroyed' else $2 end where request = $3"
		" and kind = $4 and sha256 = $5 and subject = $6 and gone = 0"),
	    VALS(val_i64(cx->now),
		val_str(was_there ? STR("destroyed") : STR("absent")),
		val_str(d->request), val_str(d->kind), val_str(d->sha256),
		val_str(d->subject)),
	    &n);
	if (e || n == 0 || d->subject.n == 0)
		return e;
	e = sql_exec(cx,
	    SQL("update upload set swept = $1 where id = $2 and swept = 0"),
	    VALS(val_i64(cx->now), val_str(d->subject)), NULL);
	return e ? e : inbound_destroyed(cx, d->subject);
}

enum err disposal_reports(struct ctx *cx, struct disposals *ret)
{
	struct rows rows;
	/* Few rows: what is under way, and no more. */
	enum err e = sql_all(cx,
	    SQL_SCAN("select " DISPOSAL_COLUMNS " from disposal where gone > 0"
		     " order by request, kind, name, subject limit $1"),
	    VALS(val_i64(DISPOSALS_AT_ONCE)), &rows);
	if (!e)
		*ret = read_rows(cx, &rows);
	return e;
}

/* Whether one of the request's events says so: of an upload, whatever else has
 * its bytes. */
static bool is_told(const struct events *events, const struct disposal *d)
{
	for (size_t i = 0; i < events->n; i++) {
		const json_t *list = json_list(events->v[i].data, "files");
		if (events->v[i].type != EVENT_destroyed)
			continue;
		for (size_t k = 0; k < json_array_size(list); k++) {
			const json_t *o = json_array_get(list, k);
			if (str_eq(json_text(o, "kind"), d->kind) &&
			    str_eq(json_text(o, "sha256"), d->sha256) &&
			    str_eq(json_text(o, "upload"), d->subject) &&
			    (d->subject.n > 0 ||
				json_int(o, "at", 0) == d->gone))
				return true;
		}
	}
	return false;
}

/* A courier that died between the event and the shared store tells it twice, and
 * so do two couriers. What is made anew is there again, and goes again. */
static bool known(const struct case_file *f, const struct events *events,
    const struct disposal *d)
{
	const struct data_file *have = data_file_of(f, d->kind, d->sha256);
	if (d->subject.n == 0 && have != NULL && have->gone >= d->gone)
		return true;
	return is_told(events, d);
}

/* Since when it was here, as far as the events know. */
static int64_t here_since(const struct case_file *f, const struct disposal *d)
{
	const struct data_file *made = data_file_of(f, d->kind, d->sha256);
	const struct brought *b = brought_of(f, d->subject);
	if (b != NULL)
		return b->received;
	return made != NULL && made->made > 0 ? made->made : f->created;
}

/* That it is gone, and which backups were made of it and are kept still. */
static enum err told(struct ctx *cx, const struct case_file *f,
    const struct disposal *d, json_t **ret)
{
	json_t *backups = NULL, *o = json_new_object(cx->arena);
	enum err e = backups_holding(cx, here_since(f, d), &backups);
	if (e)
		return e;
	json_put_text(o, "kind", d->kind);
	json_put_text(o, "name", d->name);
	json_put_text(o, "sha256", d->sha256);
	json_put_int(o, "bytes", d->bytes);
	json_put_int(o, "at", d->gone);
	json_put_text(o, "how", d->how);
	if (d->subject.n > 0)
		json_put_text(o, "upload", d->subject);
	json_put(o, "backups", backups);
	*ret = o;
	return OK;
}

enum err disposal_record(struct ctx *cx, const struct disposal *v, size_t n)
{
	struct case_file f, after;
	struct events events;
	struct facts facts;
	struct keeping keeping = { 0 };
	enum err e = chain_lock(cx);
	if (!e)
		e = cases_load(cx, v[0].request, &f);
	if (!e)
		e = events_load(cx, f.no, &events);
	if (!e)
		e = cases_facts(cx, &f, &facts);
	if (!e)
		e = disposal_keeping(cx, &keeping);
	if (e)
		return e;
	json_t *data = json_new_object(cx->arena);
	json_t *files = json_new_array(cx->arena);
	for (size_t i = 0; i < n && !e; i++) {
		json_t *one = NULL;
		if (known(&f, &events, &v[i]))
			continue;
		e = told(cx, &f, &v[i], &one);
		if (!e)
			json_add(files, one);
	}
	if (e || json_array_size(files) == 0)
		return e;
	json_put(data, "files", files);
	json_put_int(data, "days", keeping.days);
	struct event ev = { .version = f.version + 1,
		.at = cx->now,
		.type = EVENT_destroyed,
		.request = f.no,
		.actor = STR("system"),
		.data = data };
	return cases_take(cx, &facts, &f, &ev, &after);
}

enum err disposal_told(struct ctx *cx, const struct disposal *v, size_t n)
{
	enum err e = OK;
	for (size_t i = 0; i < n && !e; i++)
		e = sql_exec(cx,
		    SQL("delete from disposal where request = $1 and kind = $2"
			" and sha256 = $3 and subject = $4 and gone = $5"),
		    VALS(val_str(v[i].request), val_str(v[i].kind),
			val_str(v[i].sha256), val_str(v[i].subject),
			val_i64(v[i].gone)),
		    NULL);
	return e;
}
