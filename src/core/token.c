#include "base/str.h"
#include "core/delegation.h"
#include "core/line.h"
#include "core/people.h"
#include "core/secret.h"
#include "sql/sql.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

enum {
	MAX_DAYS = 366,
	MAX_NAME = 100,
	MAX_TOKENS = 50, /* of one person */
	MAX_SECRET_BYTES = 100,
	ID_CHARS = 12
};

static struct str token_prefix(void)
{
	return STR("prt_");
}

static enum err no_token(struct ctx *cx)
{
	return fail(cx, ERR_UNAUTHENTICATED, MSG_error_token);
}

enum err actor_may_write(struct ctx *cx)
{
	if (cx->actor == NULL)
		return fail(cx, ERR_UNAUTHENTICATED, MSG_error_unauthenticated);
	if (cx->actor->read_only)
		return fail(cx, ERR_DENIED, MSG_error_read_only_token);
	return OK;
}

enum err actor_by_token(struct ctx *cx, struct str secret, struct actor *ret)
{
	struct actor actor = { .secret = secret_hash(secret) };
	struct row row;
	bool found;

	if (!str_starts(secret, token_prefix()) || secret.n > MAX_SECRET_BYTES)
		return no_token(cx);
	enum err e = sql_find(cx,
	    SQL("select person, read_only, expires from token where hash = $1"),
	    VALS(val_hash(&actor.secret)), &row, &found);
	if (e)
		return e;
	if (!found || row_i64(row, "expires") <= cx->now)
		return no_token(cx);
	e = person_get(cx, row_i64(row, "person"), &actor.person);
	if (!e)
		e = delegation_lend(cx, &actor.person);
	if (e)
		return e;
	if (!actor.person.active)
		return no_token(cx);
	actor.way = BY_TOKEN;
	actor.read_only = row_flag(row, "read_only");
	*ret = actor;
	return OK;
}

static enum err check_token(struct ctx *cx, struct str *name, int64_t days)
{
	*name = line_checked(cx, "name", *name, MAX_NAME, true);
	if (days < 1 || days > MAX_DAYS)
		field_wrong(cx, STR("days"), MSG_error_token_days, STR("366"));
	return fields_end(cx);
}

/* Ended ones make room; the rest is limited. */
static enum err make_room(struct ctx *cx, int64_t person)
{
	struct row row;
	enum err e = sql_exec(cx,
	    SQL("delete from token where person = $1 and expires <= $2"),
	    VALS(val_i64(person), val_i64(cx->now)), NULL);

	if (e)
		return e;
	e = sql_one(cx,
	    SQL("select count(*) as n from token where person = $1"),
	    VALS(val_i64(person)), &row);
	if (e)
		return e;
	if (row_i64(row, "n") >= MAX_TOKENS)
		return fail1(
		    cx, ERR_CONFLICT, MSG_error_token_limit, STR("50"));
	return OK;
}

enum err token_add(struct ctx *cx, int64_t person, struct str name,
    bool read_only, int64_t days, struct str *ret_secret,
    struct token_info *ret)
{
	enum err e = check_token(cx, &name, days);

	if (e)
		return e;
	e = make_room(cx, person);
	if (e)
		return e;
	struct str secret = secret_new(cx->arena, token_prefix());
	struct sha256 hash = secret_hash(secret);
	struct token_info t = {
		.id = random_id(cx->arena, ID_CHARS),
		.name = name,
		.read_only = read_only,
		.created = cx->now,
		.expires = cx->now + days * DAY_MS,
	};
	e = sql_exec(cx,
	    SQL("insert into token (hash, id, person, name, read_only, created,"
		" expires) values ($1, $2, $3, $4, $5, $6, $7)"),
	    VALS(val_hash(&hash), val_str(t.id), val_i64(person),
		val_str(t.name), val_i64(t.read_only), val_i64(t.created),
		val_i64(t.expires)),
	    NULL);
	if (e)
		return e;
	*ret_secret = secret;
	*ret = t;
	return OK;
}

enum err token_list(struct ctx *cx, int64_t person,
    const struct token_info **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select id, name, read_only, created, expires from token"
		" where person = $1 order by created, id"),
	    VALS(val_i64(person)), &rows);

	if (e)
		return e;
	struct token_info *v =
	    ARENA_ARRAY(cx->arena, struct token_info, rows.n);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = (struct token_info){
			.id = row_str(rows.row[i], "id"),
			.name = row_str(rows.row[i], "name"),
			.read_only = row_flag(rows.row[i], "read_only"),
			.created = row_i64(rows.row[i], "created"),
			.expires = row_i64(rows.row[i], "expires"),
		};
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

enum err token_remove(struct ctx *cx, int64_t person, struct str id)
{
	int64_t n;
	enum err e =
	    sql_exec(cx, SQL("delete from token where id = $1 and person = $2"),
		VALS(val_str(id), val_i64(person)), &n);

	if (e)
		return e;
	if (n == 0)
		return fail(cx, ERR_NOT_FOUND, MSG_error_token_unknown);
	return OK;
}
