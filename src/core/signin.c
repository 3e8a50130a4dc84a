#include "base/str.h"
#include "core/delegation.h"
#include "core/people.h"
#include "core/secret.h"
#include "sql/sql.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define HOUR_MS (60 * MINUTE_MS)
#define ATTEMPTS_WINDOW_MS (15 * MINUTE_MS)
#define SESSION_IDLE_MS (8 * HOUR_MS)
#define SESSION_END_MS (7 * 24 * HOUR_MS)
#define TOUCH_MS MINUTE_MS

enum {
	ATTEMPTS_ACCOUNT = 5,
	ATTEMPTS_ADDRESS = 20,
	MAX_PASSWORD_BYTES = 1024,
	MAX_SECRET_BYTES = 100,
	MAX_ACCOUNT_BYTES = 254
};

/* One attempt to sign in. It is counted before the password is looked at, so
 * that many at once gain nothing; success takes it back. */
struct attempt {
	struct sha256 account, address;
	int64_t person;  /* 0: nobody */
	struct str hash; /* of the password, as stored; may be empty */
};

struct counted {
	int64_t n, oldest;
};

static enum err count_attempts(struct ctx *cx, struct sql sql,
    const struct sha256 *whose, struct counted *ret)
{
	struct row row;
	enum err e = sql_one(cx, sql,
	    VALS(val_hash(whose), val_i64(cx->now - ATTEMPTS_WINDOW_MS)), &row);

	if (e)
		return e;
	ret->n = row_i64(row, "n");
	ret->oldest = row_i64(row, "oldest");
	return OK;
}

static enum err too_many(struct ctx *cx, struct counted c)
{
	int64_t left = c.oldest + ATTEMPTS_WINDOW_MS - cx->now;
	int64_t minutes = (left + MINUTE_MS - 1) / MINUTE_MS;

	if (minutes < 1)
		minutes = 1;
	return fail1(cx, ERR_RATE, MSG_error_sign_in_rate,
	    str_fmt(cx->arena, "%lld", (long long)minutes));
}

static enum err check_rate(struct ctx *cx, const struct attempt *a)
{
	struct counted c;
	enum err e = count_attempts(cx,
	    SQL("select count(*) as n, min(at) as oldest from sign_in_attempt"
		" where account = $1 and at > $2"),
	    &a->account, &c);

	if (e)
		return e;
	if (c.n >= ATTEMPTS_ACCOUNT)
		return too_many(cx, c);
	e = count_attempts(cx,
	    SQL("select count(*) as n, min(at) as oldest from sign_in_attempt"
		" where address = $1 and at > $2"),
	    &a->address, &c);
	if (e)
		return e;
	return c.n >= ATTEMPTS_ADDRESS ? too_many(cx, c) : OK;
}

static enum err note_attempt(struct ctx *cx, const struct attempt *a)
{
	enum err e =
	    sql_exec(cx, SQL("delete from sign_in_attempt where at <= $1"),
		VALS(val_i64(cx->now - ATTEMPTS_WINDOW_MS)), NULL);

	if (e)
		return e;
	return sql_exec(cx,
	    SQL("insert into sign_in_attempt (id, account, address, at)"
		" values ($1, $2, $3, $4)"),
	    VALS(val_str(random_id(cx->arena, 20)), val_hash(&a->account),
		val_hash(&a->address), val_i64(cx->now)),
	    NULL);
}

static enum err find_account(
    struct ctx *cx, struct str email, struct attempt *a)
{
	struct row row;
	bool found;
	enum err e = sql_find(cx,
	    SQL("select id, password from person where email = $1"),
	    VALS(val_str(email)), &row, &found);

	if (e || !found)
		return e;
	a->person = row_i64(row, "id");
	a->hash = row_str(row, "password");
	return OK;
}

static enum err begin_attempt(
    struct ctx *cx, struct str email, struct attempt *a)
{
	enum err e = check_rate(cx, a);

	if (e)
		return e;
	e = note_attempt(cx, a);
	if (e)
		return e;
	return find_account(cx, email, a);
}

/* Ends the transaction, whatever came of it. */
static enum err finish(struct ctx *cx, enum err e)
{
	if (!e)
		return store_commit(cx);
	store_end(cx);
	return e;
}

/* Takes the same time whether there is such an account or not. */
static bool password_right(const struct attempt *a, struct str password)
{
	if (password.n > MAX_PASSWORD_BYTES)
		password = str_upto(password, 0);
	if (a->person && a->hash.n)
		return password_check(a->hash, password) && password.n > 0;
	password_waste(password);
	return false;
}

static enum err signed_out(struct ctx *cx)
{
	return fail(cx, ERR_UNAUTHENTICATED, MSG_error_sign_in);
}

/* Whether the account may be used, and is what it was before the password was
 * hashed. */
static enum err still_so(struct ctx *cx, const struct attempt *a)
{
	struct row row;
	bool found;
	enum err e = sql_find(cx,
	    SQL("select password, active from person where id = $1"),
	    VALS(val_i64(a->person)), &row, &found);

	if (e)
		return e;
	if (!found || !row_flag(row, "active") ||
	    !str_eq(row_str(row, "password"), a->hash))
		return signed_out(cx);
	return OK;
}

static enum err add_session(
    struct ctx *cx, const struct attempt *a, struct sha256 hash)
{
	enum err e =
	    sql_exec(cx, SQL("delete from session where expires <= $1"),
		VALS(val_i64(cx->now)), NULL);

	if (e)
		return e;
	return sql_exec(cx,
	    SQL("insert into session (hash, person, csrf, created, seen,"
		" expires, authed) values ($1, $2, $3, $4, $4, $5, $4)"),
	    VALS(val_hash(&hash), val_i64(a->person),
		val_str(random_text(cx->arena, 24)), val_i64(cx->now),
		val_i64(cx->now + SESSION_END_MS)),
	    NULL);
}

static enum err note_authed(
    struct ctx *cx, const struct attempt *a, struct sha256 session)
{
	(void)a;
	return sql_exec(cx,
	    SQL("update session set authed = $1 where hash = $2"),
	    VALS(val_i64(cx->now), val_hash(&session)), NULL);
}

/* What follows a right password, in the transaction that finds it still so. */
struct following {
	enum err (*then)(struct ctx *, const struct attempt *, struct sha256);
	struct sha256 session; /* hash of its secret */
};

static enum err end_attempt(
    struct ctx *cx, const struct attempt *a, const struct following *f)
{
	enum err e = still_so(cx, a);
	if (!e)
		e = sql_exec(cx,
		    SQL("delete from sign_in_attempt where account = $1"),
		    VALS(val_hash(&a->account)), NULL);
	return e ? e : f->then(cx, a, f->session);
}

/* One attempt from its count to what follows; the password is hashed outside of
 * both transactions. */
static enum err try_password(struct ctx *cx, struct store *store,
    struct str account, struct str address, struct str password,
    const struct following *f)
{
	struct attempt a = { .account = sha256_of(account),
		.address = sha256_of(address) };
	enum err e = store_write(cx, store);
	if (e)
		return e;
	e = finish(cx, begin_attempt(cx, account, &a));
	if (e)
		return e;
	if (!password_right(&a, password))
		return signed_out(cx);
	e = store_write(cx, store);
	return e ? e : finish(cx, end_attempt(cx, &a, f));
}

enum err sign_in(struct ctx *cx, struct store *store, struct str email,
    struct str password, struct str address, struct str *ret_secret)
{
	struct str account, secret = random_text(cx->arena, 32);
	const struct following f = { add_session, secret_hash(secret) };

	if (!email_normal(cx->arena, email, &account))
		account =
		    str_lower(cx->arena, str_upto(email, MAX_ACCOUNT_BYTES));
	enum err e = try_password(cx, store, account, address, password, &f);
	if (!e)
		*ret_secret = secret;
	return e;
}

enum err sign_in_again(struct ctx *cx, struct store *store, struct actor *actor,
    struct str password, struct str address)
{
	const struct following f = { note_authed, actor->secret };
	enum err e = try_password(cx, store,
	    str_lower(cx->arena, actor->person.email), address, password, &f);
	if (e)
		return e;
	actor->authed = cx->now;
	actor->confirmed = true;
	return OK;
}

enum err sign_out(struct ctx *cx, const struct actor *actor)
{
	return sql_exec(cx, SQL("delete from session where hash = $1"),
	    VALS(val_hash(&actor->secret)), NULL);
}

static enum err no_session(struct ctx *cx)
{
	return fail(cx, ERR_UNAUTHENTICATED, MSG_error_unauthenticated);
}

enum err actor_by_session(struct ctx *cx, struct str secret, struct actor *ret)
{
	struct actor actor = { .secret = secret_hash(secret) };
	struct row row;
	bool found;

	if (secret.n == 0 || secret.n > MAX_SECRET_BYTES)
		return no_session(cx);
	enum err e = sql_find(cx,
	    SQL("select person, csrf, seen, expires, authed from session"
		" where hash = $1"),
	    VALS(val_hash(&actor.secret)), &row, &found);
	if (e)
		return e;
	if (!found || row_i64(row, "expires") <= cx->now ||
	    row_i64(row, "seen") + SESSION_IDLE_MS <= cx->now)
		return no_session(cx);
	e = person_get(cx, row_i64(row, "person"), &actor.person);
	if (!e)
		e = delegation_lend(cx, &actor.person);
	if (e)
		return e;
	if (!actor.person.active)
		return no_session(cx);
	actor.way = BY_SESSION;
	actor.authed = row_i64(row, "authed");
	actor.csrf = row_str(row, "csrf");
	actor.touch = row_i64(row, "seen") + TOUCH_MS <= cx->now;
	*ret = actor;
	return OK;
}

enum err session_touch(struct ctx *cx, const struct actor *actor)
{
	return sql_exec(cx,
	    SQL("update session set seen = $1 where hash = $2 and seen < $1"),
	    VALS(val_i64(cx->now), val_hash(&actor->secret)), NULL);
}
