#include "core/disposal.h"

#include "base/str.h"
#include "core/cases.h"
#include "core/data_files.h"
#include "core/setting.h"
#include "sql/sql.h"

#define SECOND_MS INT64_C(1000)
#define DAY_MS (86400 * SECOND_MS)

enum err disposal_days(struct ctx *cx, int64_t *ret)
{
	struct str text;
	enum err e = setting_find(cx, STR("data-files-days"), &text);
	if (!e && (!str_i64(text, ret) || *ret < 0 || *ret > DISPOSAL_MAX_DAYS))
		*ret = DISPOSAL_DAYS;
	return e;
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
			.name = row_str(r, "name"),
			.bytes = row_i64(r, "bytes"),
			.how = row_str(r, "how"),
			.gone = row_i64(r, "gone"),
		};
	}
	return all;
}

/* What another request has still, and may need, is not due. */
enum err disposal_due(struct ctx *cx, struct disposals *ret)
{
	struct rows rows;
	int64_t days;
	enum err e = disposal_days(cx, &days);
	if (!e)
		e = sql_all(cx,
		    SQL("select request, kind, sha256, '' as subject, name, bytes,"
			" '' as how, gone from data_file d where gone = 0"
			" and ((since > 0 and since <= $1)"
			" or (ends > 0 and ends <= $2))"
			" and not exists (select 1 from data_file o"
			" where o.sha256 = d.sha256 and o.request <> d.request"
			" and o.gone = 0 and not ((o.since > 0"
			" and o.since <= $1) or (o.ends > 0 and o.ends <= $2)))"
			" order by since, request limit $3"),
		    VALS(val_i64(cx->now - days * DAY_MS), val_i64(cx->now),
			val_i64(DISPOSALS_AT_ONCE)),
		    &rows);
	if (!e)
		*ret = read_rows(cx, &rows);
	return e;
}

enum err disposal_uploads(struct ctx *cx, int64_t days, struct disposals *ret)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select request, 'uploads' as kind, sha256, id as subject, name,"
		" bytes, '' as how, swept as gone from upload"
		" where swept = 0 and used > 0 and received > 0"
		" and received <= $1 order by received, id"),
	    VALS(val_i64(cx->now - days * DAY_MS)), &rows);
	if (!e)
		*ret = read_rows(cx, &rows);
	return e;
}

static enum err has_ended(
    struct ctx *cx, struct str request, int64_t days, bool *ret)
{
	struct arena_mark mark = arena_mark(cx->arena);
	struct case_file f;
	enum err e = cases_load(cx, request, &f);
	*ret = !e && f.state == STATE_closed && f.keeping.at == 0 &&
	       f.closed + days * DAY_MS <= cx->now;
	arena_rewind(cx->arena, mark);
	return e;
}

enum err disposal_uploads_due(
    struct ctx *cx, int64_t days, struct disposals *all)
{
	size_t n = 0;
	for (size_t i = 0; i < all->n && n < DISPOSALS_AT_ONCE; i++) {
		bool ended;
		enum err e = has_ended(cx, all->v[i].request, days, &ended);
		if (e)
			return e;
		if (ended)
			all->v[n++] = all->v[i];
	}
	all->n = n;
	return OK;
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
	    SQL("delete from disposal where gone = 0 and ordered < $1"),
	    VALS(val_i64(cx->now - 5 * DISPOSAL_HOLDS_S * SECOND_MS)), NULL);
}

#define DISPOSAL_COLUMNS \
	"request, kind, sha256, subject, name, bytes, how, gone"

enum err disposal_open(struct ctx *cx, struct disposals *ret)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select " DISPOSAL_COLUMNS " from disposal"
		" where gone = 0 and ordered >= $1 and ordered <= $2"
		" order by ordered, request limit $3"),
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
	if (d->subject.n == 0)
		return OK;
	enum err e = sql_one(cx,
	    SQL("select count(*) as n from upload u where sha256 = $1"
		" and swept = 0 and id <> $2 and not exists (select 1"
		" from disposal d where d.request = u.request"
		" and d.kind = 'uploads' and d.sha256 = u.sha256"
		" and d.subject = u.id and d.ordered >= $3)"),
	    VALS(val_str(d->sha256), val_str(d->subject),
		val_i64(cx->now - DISPOSAL_HOLDS_S * SECOND_MS)),
	    &row);
	*ret = !e && row_i64(row, "n") > 0;
	return e;
}

static enum err set_how(
    struct ctx *cx, const struct disposal *d, struct str how, int64_t gone)
{
	return sql_exec(cx,
	    SQL("update disposal set how = $1, gone = $2 where request = $3"
		" and kind = $4 and sha256 = $5 and subject = $6"),
	    VALS(val_str(how), val_i64(gone), val_str(d->request),
		val_str(d->kind), val_str(d->sha256), val_str(d->subject)),
	    NULL);
}

enum err disposal_begun(struct ctx *cx, const struct disposal *d)
{
	return set_how(cx, d, STR("begun"), 0);
}

enum err disposal_gone(struct ctx *cx, const struct disposal *d, bool was_there)
{
	bool begun = was_there || str_eq(d->how, STR("begun"));
	enum err e =
	    set_how(cx, d, begun ? STR("destroyed") : STR("absent"), cx->now);
	if (e || d->subject.n == 0)
		return e;
	return sql_exec(cx,
	    SQL("update upload set swept = $1 where id = $2 and swept = 0"),
	    VALS(val_i64(cx->now), val_str(d->subject)), NULL);
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

/* A courier that died between the event and the shared store tells it twice. */
static bool known(const struct case_file *f, const struct disposal *d)
{
	const struct data_file *have = data_file_of(f, d->kind, d->sha256);
	return have != NULL && have->gone >= d->gone;
}

static json_t *told(const struct disposal *d)
{
	json_t *o = json_object();
	json_put_text(o, "kind", d->kind);
	json_put_text(o, "name", d->name);
	json_put_text(o, "sha256", d->sha256);
	json_put_int(o, "bytes", d->bytes);
	json_put_int(o, "at", d->gone);
	json_put_text(o, "how", d->how);
	if (d->subject.n > 0)
		json_put_text(o, "upload", d->subject);
	return o;
}

enum err disposal_record(struct ctx *cx, const struct disposal *v, size_t n)
{
	struct case_file f, after;
	struct facts facts;
	int64_t days = 0;
	enum err e = chain_lock(cx);
	if (!e)
		e = cases_load(cx, v[0].request, &f);
	if (!e)
		e = cases_facts(cx, &f, &facts);
	if (!e)
		e = disposal_days(cx, &days);
	if (e)
		return e;
	json_t *data = json_new_object(cx->arena);
	json_t *files = json_new_array(cx->arena);
	for (size_t i = 0; i < n; i++)
		if (!known(&f, &v[i]))
			json_array_append_new(files, told(&v[i]));
	if (json_array_size(files) == 0)
		return OK;
	json_put(data, "files", files);
	json_put_int(data, "days", days);
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
