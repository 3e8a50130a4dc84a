#include "core/reply_folder.h"

#include "base/str.h"
#include "sql/sql.h"

enum { MAX_DUE = 200 };

enum err reply_folder_find(struct ctx *cx, struct str mailbox,
    int64_t uidvalidity, int64_t uid_next, struct reply_folder *ret)
{
	struct row row = { 0 };
	bool found = false;
	enum err e = sql_find(cx,
	    SQL("select uidvalidity, last_uid, old_end, since, at"
		" from reply_folder where mailbox = $1"),
	    VALS(val_str(mailbox)), &row, &found);
	if (e)
		return e;
	*ret = (struct reply_folder){ .mailbox = mailbox,
		.uidvalidity = uidvalidity,
		.old_end = uid_next };
	if (!found)
		return OK;
	ret->at = row_i64(row, "at");
	if (row_i64(row, "uidvalidity") != uidvalidity) {
		/* All numbers are new: what came since is looked for again,
		 * and known by itself (reply.fingerprint). */
		ret->since = ret->at;
		return OK;
	}
	ret->last_uid = row_i64(row, "last_uid");
	ret->old_end = row_i64(row, "old_end");
	ret->since = row_i64(row, "since");
	return OK;
}

static enum err forget(struct ctx *cx, const struct reply_folder *f)
{
	return sql_exec(cx,
	    SQL("delete from reply_due where mailbox = $1"
		" and uidvalidity <> $2"),
	    VALS(val_str(f->mailbox), val_i64(f->uidvalidity)), NULL);
}

enum err reply_folder_note(struct ctx *cx, struct reply_folder *f,
    const int64_t *uids, size_t n, int64_t last_uid)
{
	enum err e = forget(cx, f);
	for (size_t i = 0; i < n && !e; i++)
		e = sql_exec(cx,
		    SQL("insert into reply_due (mailbox, uidvalidity, uid,"
			" attempts, until) values ($1, $2, $3, 0, 0)"
			" on conflict do nothing"),
		    VALS(val_str(f->mailbox), val_i64(f->uidvalidity),
			val_i64(uids[i])),
		    NULL);
	if (!e)
		e = sql_exec(cx,
		    SQL("insert into reply_folder (mailbox, uidvalidity,"
			" last_uid, old_end, since, at)"
			" values ($1, $2, $3, $4, $5, $6)"
			" on conflict (mailbox) do update set"
			" uidvalidity = $2, last_uid = $3, old_end = $4,"
			" since = $5, at = $6"),
		    VALS(val_str(f->mailbox), val_i64(f->uidvalidity),
			val_i64(last_uid), val_i64(f->old_end),
			val_i64(f->since), val_i64(cx->now)),
		    NULL);
	if (!e) {
		f->last_uid = last_uid;
		f->at = cx->now;
	}
	return e;
}

enum err reply_due_list(struct ctx *cx, const struct reply_folder *f,
    int64_t max, const struct reply_due **ret, size_t *ret_n)
{
	struct rows rows;
	REQUIRE(max > 0 && max <= MAX_DUE);
	enum err e = sql_all(cx,
	    SQL("select uid, attempts from reply_due where mailbox = $1"
		" and uidvalidity = $2 and until <= $3 order by uid limit $4"),
	    VALS(val_str(f->mailbox), val_i64(f->uidvalidity), val_i64(cx->now),
		val_i64(max)),
	    &rows);
	if (e)
		return e;
	struct reply_due *v =
	    ARENA_ARRAY(cx->arena, struct reply_due, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = (struct reply_due){ .mailbox = f->mailbox,
			.uidvalidity = f->uidvalidity,
			.uid = row_i64(rows.row[i], "uid"),
			.attempts = row_i64(rows.row[i], "attempts") };
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

enum err reply_due_start(
    struct ctx *cx, const struct reply_due *d, int64_t until)
{
	return sql_exec(cx,
	    SQL("update reply_due set attempts = attempts + 1, until = $1"
		" where mailbox = $2 and uidvalidity = $3 and uid = $4"),
	    VALS(val_i64(until), val_str(d->mailbox), val_i64(d->uidvalidity),
		val_i64(d->uid)),
	    NULL);
}

enum err reply_due_back(
    struct ctx *cx, const struct reply_due *d, int64_t until)
{
	return sql_exec(cx,
	    SQL("update reply_due set attempts = attempts - 1, until = $1"
		" where mailbox = $2 and uidvalidity = $3 and uid = $4"
		" and attempts > 0"),
	    VALS(val_i64(until), val_str(d->mailbox), val_i64(d->uidvalidity),
		val_i64(d->uid)),
	    NULL);
}

enum err reply_due_end(
    struct ctx *cx, const struct reply_due *d, bool *ret_ours)
{
	int64_t changed = 0;
	enum err e = sql_exec(cx,
	    SQL("delete from reply_due where mailbox = $1"
		" and uidvalidity = $2 and uid = $3"),
	    VALS(val_str(d->mailbox), val_i64(d->uidvalidity), val_i64(d->uid)),
	    &changed);
	*ret_ours = changed == 1;
	return e;
}
