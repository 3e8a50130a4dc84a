#include "core/views.h"

#include "base/buf.h"
#include "base/str.h"
#include "core/source_list.h"
#include "sql/sql.h"

#define NAME_MAX_BYTES ((size_t)40)

struct str view_secret_name(struct arena *a, struct str source)
{
	/* No source has a point in its name. */
	return str_cat(a, source, STR(".views"));
}

static struct view_maker maker_from(struct row r)
{
	return (struct view_maker){ .source = row_str(r, "source"),
		.dsn = row_str(r, "dsn"),
		.mark = row_str(r, "mark"),
		.host = row_str(r, "host"),
		.port = row_str(r, "port"),
		.database = row_str(r, "database") };
}

enum err view_maker_find(
    struct ctx *cx, struct str source, struct view_maker *ret, bool *ret_found)
{
	struct row row;
	enum err e = sql_find(cx,
	    SQL("select source, dsn, mark, host, port, database"
		" from view_maker where source = $1"),
	    VALS(val_str(source)), &row, ret_found);
	if (!e && *ret_found)
		*ret = maker_from(row);
	return e;
}

enum err view_maker_list(
    struct ctx *cx, const struct view_maker **ret, size_t *ret_n)
{
	struct rows rows;
	/* All are wanted; there are fewer than sources. */
	enum err e = sql_all(cx,
	    SQL_SCAN("select source, dsn, mark, host, port, database"
		     " from view_maker order by source"),
	    NO_VALS, &rows);
	if (e)
		return e;
	struct view_maker *v =
	    ARENA_ARRAY(cx->arena, struct view_maker, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = maker_from(rows.row[i]);
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

enum err view_maker_put(struct ctx *cx, const struct view_maker *m)
{
	enum err e = sql_exec(cx,
	    SQL("insert into view_maker (source, dsn, mark, host, port,"
		" database) values ($1, $2, $3, $4, $5, $6)"
		" on conflict (source) do update set dsn = $2, host = $4,"
		" port = $5, database = $6"),
	    VALS(val_str(m->source), val_str(m->dsn), val_str(m->mark),
		val_str(m->host), val_str(m->port), val_str(m->database)),
	    NULL);
	return e ? e : change_tell(cx);
}

static struct view_act act_from(struct row r)
{
	return (struct view_act){ .act = row_str(r, "act"),
		.why = row_str(r, "why"),
		.at = row_i64(r, "at") };
}

enum err view_act_list(struct ctx *cx, struct str connection,
    const struct view_act **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select at, act, why from view_act where connection = $1"
		" order by n"),
	    VALS(val_str(connection)), &rows);
	if (e)
		return e;
	struct view_act *v =
	    ARENA_ARRAY(cx->arena, struct view_act, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = act_from(rows.row[i]);
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

enum err view_act_last(
    struct ctx *cx, struct str connection, struct view_act *ret)
{
	struct row row;
	bool found;
	enum err e = sql_find(cx,
	    SQL("select at, act, why from view_act where connection = $1"
		" and act not in ('password', 'unset')"
		" order by n desc limit 1"),
	    VALS(val_str(connection)), &row, &found);
	if (!e)
		*ret = found ? act_from(row) : (struct view_act){ .at = 0 };
	return e;
}

/* A key is revoked after its password was made; while one is being replaced the
 * row of the one before still stands, or went before the password came. */
enum err view_password_orphaned(
    struct ctx *cx, struct str connection, bool *ret)
{
	struct row row;
	const struct key *keys = NULL;
	bool found, live = false, gone = false;
	size_t n = 0;
	*ret = false;
	enum err e = sql_find(cx,
	    SQL("select at, act, why from view_act where connection = $1"
		" and act in ('password', 'unset') order by n desc limit 1"),
	    VALS(val_str(connection)), &row, &found);
	if (e || !found || !str_eq(row_str(row, "act"), STR("password")))
		return e;
	int64_t made = row_i64(row, "at");
	e = key_list(cx, connection, &keys, &n);
	for (size_t i = 0; !e && i < n; i++) {
		live |= keys[i].revoked == 0;
		gone |= keys[i].revoked >= made;
	}
	*ret = !e && gone && !live;
	return e;
}

enum err view_act_add(
    struct ctx *cx, struct str connection, struct str act, struct str why)
{
	return sql_exec(cx,
	    SQL("insert into view_act (connection, n, at, act, why)"
		" select $1, coalesce(max(n), 0) + 1, $2, $3, $4"
		" from view_act where connection = $1"),
	    VALS(val_str(connection), val_i64(cx->now), val_str(act),
		val_str(why)),
	    NULL);
}

struct str view_role(struct arena *a, struct str connection)
{
	return str_cat(a, STR("pratu_"), connection);
}

/* As SQL takes it without quotes. */
static bool is_plain(struct str s)
{
	if (s.n == 0 || s.n > NAME_MAX_BYTES || s.p[0] < 'a' || s.p[0] > 'z')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') &&
		    !(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '_')
			return false;
	return true;
}

struct str view_name(struct str part)
{
	return is_plain(part) ? part : STR("data");
}

json_t *view_place(struct arena *a, const struct view_maker *m,
    struct str connection, struct str part)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "role", view_role(a, connection));
	json_put_text(o, "host", m->host);
	json_put_text(o, "port", m->port);
	json_put_text(o, "database", m->database);
	json_put_text(o, "schema", view_role(a, connection));
	json_put_text(o, "view", view_name(part));
	return o;
}

/* RFC 3986: what is not unreserved is written as %XX. */
static void put_encoded(struct buf *b, struct str s)
{
	static const char digits[] = "0123456789ABCDEF";
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || c == '-' || c == '.' ||
		    c == '_' || c == '~') {
			buf_char(b, (char)c);
			continue;
		}
		buf_char(b, '%');
		buf_char(b, digits[c >> 4]);
		buf_char(b, digits[c & 15]);
	}
}

struct str view_url(struct arena *a, const json_t *place)
{
	struct buf b = buf_new(a, 4096);
	struct str host = json_text(place, "host");
	if (place == NULL)
		return STR("");
	buf_fmt(&b, "postgresql://%.*s@", STR_ARG(json_text(place, "role")));
	if (str_has(host, STR(":")))
		buf_fmt(&b, "[%.*s]", STR_ARG(host));
	else
		put_encoded(&b, host);
	buf_fmt(&b, ":%.*s/", STR_ARG(json_text(place, "port")));
	put_encoded(&b, json_text(place, "database"));
	return buf_view(&b);
}
