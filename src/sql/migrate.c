#include "base/buf.h"
#include "base/crypt.h"
#include "base/str.h"
#include "sql/driver.h"

/* The one table that is made here: which migrations this schema has had. */
static const char make_table[] = "create table schema_version ("
				 " version bigint not null primary key,"
				 " name text not null,"
				 " digest text not null,"
				 " applied bigint not null)";

struct migration {
	int64_t version;
	struct str name, text, digest;
};

/* NNNN_name.sql, and `version` is the NNNN that must come. */
static enum err read_migration(struct ctx *cx, const struct embedded *file,
    size_t version, struct migration *ret)
{
	struct str name = str_of(file->name), rest = name;
	struct str text = str_n((const char *)file->bytes, file->n);
	int64_t number;

	if (!str_take_uint(&rest, 4, &number) || name.n - rest.n != 4 ||
	    number != (int64_t)version || !str_take_char(&rest, '_') ||
	    !str_ends(rest, STR(".sql")))
		return fail_detail(cx, ERR_BROKEN,
		    "migrate: %s is not number %04zu", file->name, version);
	*ret = (struct migration){
		.version = number,
		.name = name,
		.text = text,
		.digest = sha256_hex(cx->arena, sha256_of(text)),
	};
	return OK;
}

static enum err read_migrations(struct ctx *cx, const struct embedded *list,
    size_t n, struct migration **ret)
{
	struct migration *all = ARENA_ARRAY(cx->arena, struct migration, n);

	for (size_t i = 0; i < n; i++) {
		enum err e = read_migration(cx, &list[i], i + 1, &all[i]);
		if (e)
			return e;
	}
	*ret = all;
	return OK;
}

/* How many are applied; those must be the program's first ones, unchanged. */
static enum err count_applied(
    struct ctx *cx, const struct migration *all, size_t n, size_t *ret)
{
	struct rows rows;
	bool has;

	*ret = 0;
	enum err e =
	    db_driver(cx)->has_table(cx, db_conn(cx), "schema_version", &has);
	if (e || !has)
		return e;
	e = sql_all(cx,
	    SQL_SCAN("select version, digest from schema_version"
		     " order by version"), /* all of it is wanted */
	    NO_VALS, &rows);
	if (e)
		return e;
	if (rows.n > n)
		return fail_detail(cx, ERR_CONFLICT,
		    "migrate: the store has %zu migrations, newer than this"
		    " program with its %zu",
		    rows.n, n);
	for (size_t i = 0; i < rows.n; i++) {
		if (row_i64(rows.row[i], "version") != all[i].version)
			return fail_detail(cx, ERR_CONFLICT,
			    "migrate: %.*s was left out", STR_ARG(all[i].name));
		if (!str_eq(row_str(rows.row[i], "digest"), all[i].digest))
			return fail_detail(cx, ERR_CONFLICT,
			    "migrate: %.*s has changed since it was applied",
			    STR_ARG(all[i].name));
	}
	*ret = rows.n;
	return OK;
}

/* The end of what begins at `i`: a quoted piece or a comment, else one byte. */
static size_t skip_piece(struct str s, size_t i)
{
	char c = s.p[i];

	if (c == '\'' || c == '"')
		return i + 1 + str_index(str_from(s, i + 1), c) + 1;
	if (str_starts(str_from(s, i), STR("--")))
		return i + str_index(str_from(s, i), '\n');
	return i + 1;
}

/* Whether only blanks and a comment follow on this line. */
static bool line_ends(struct str rest)
{
	struct str line = str_upto(rest, str_index(rest, '\n'));

	line = str_trim(line);
	return line.n == 0 || str_starts(line, STR("--"));
}

bool migrate_next(struct arena *a, struct str *cursor, struct str *ret)
{
	struct str s = *cursor;
	struct buf text = buf_new(a, s.n + 1);
	size_t i = 0;

	while (i < s.n) {
		size_t end = skip_piece(s, i);
		if (s.p[i] == ';' && line_ends(str_from(s, i + 1)))
			break;
		if (!str_starts(str_from(s, i), STR("--")))
			buf_str(&text, str_upto(str_from(s, i), end - i));
		i = end;
	}
	*cursor = str_from(s, i + 1);
	*ret = str_trim(buf_view(&text));
	return ret->n > 0 || (cursor->n > 0 && migrate_next(a, cursor, ret));
}

/* A migration is one transaction, and that is not its own to end. */
static bool is_about_transactions(struct str statement)
{
	static const struct str words[] = {
		STR_INIT("begin"),
		STR_INIT("start"),
		STR_INIT("commit"),
		STR_INIT("end"),
		STR_INIT("rollback"),
		STR_INIT("abort"),
		STR_INIT("savepoint"),
		STR_INIT("release"),
	};
	size_t n = 0;

	while (n < statement.n && (statement.p[n] | 0x20) >= 'a' &&
	       (statement.p[n] | 0x20) <= 'z')
		n++;
	for (size_t i = 0; i < COUNT(words); i++)
		if (str_eq_nocase(str_upto(statement, n), words[i]))
			return true;
	return false;
}

static enum err run_statement(struct ctx *cx, struct str statement)
{
	if (is_about_transactions(statement))
		return fail_detail(cx, ERR_BROKEN,
		    "migrate: a migration may not say %.*s",
		    STR_ARG(str_upto(statement, 20)));
	return db_driver(cx)->run_text(
	    cx, db_conn(cx), str_cstr(cx->arena, statement));
}

static enum err run_migration(struct ctx *cx, const struct migration *m)
{
	struct str rest = m->text, statement;

	while (migrate_next(cx->arena, &rest, &statement)) {
		enum err e = run_statement(cx, statement);
		if (e)
			return db_failed(cx, e);
	}
	return sql_exec(cx,
	    SQL("insert into schema_version (version, name, digest, applied)"
		" values ($1, $2, $3, $4)"),
	    VALS(val_i64(m->version), val_str(m->name), val_str(m->digest),
		val_i64(cx->now)),
	    NULL);
}

/* Applies the first one that is missing, if any, in a transaction of its own:
 * another process may have been quicker. */
static enum err apply_next(struct ctx *cx, struct store *s,
    const struct migration *all, size_t n, bool *ret_done)
{
	size_t applied = 0;

	enum err e = store_write(cx, s);
	if (!e)
		e = db_driver(cx)->lock_schema(cx, db_conn(cx));
	if (!e)
		e = count_applied(cx, all, n, &applied);
	*ret_done = applied == n;
	if (!e && applied == 0 && n > 0)
		e = db_driver(cx)->run_text(cx, db_conn(cx), make_table);
	if (!e && applied < n)
		e = run_migration(cx, &all[applied]);
	if (e || applied == n) {
		store_end(cx);
		return e;
	}
	return store_commit(cx);
}

enum err migrate_apply(struct ctx *cx, struct store *s,
    const struct embedded *list, size_t n, int64_t *ret_applied)
{
	struct migration *all;
	int64_t applied = 0;
	bool done = false;

	enum err e = read_migrations(cx, list, n, &all);
	if (e)
		return e;
	for (size_t i = 0; i <= n && !done; i++) {
		e = apply_next(cx, s, all, n, &done);
		if (e)
			return e;
		applied += !done;
	}
	if (ret_applied)
		*ret_applied = applied;
	return OK;
}

enum err migrate_check(
    struct ctx *cx, struct store *s, const struct embedded *list, size_t n)
{
	struct migration *all;
	size_t applied;

	enum err e = read_migrations(cx, list, n, &all);
	if (!e)
		e = store_read(cx, s);
	if (e)
		return e;
	e = count_applied(cx, all, n, &applied);
	store_end(cx);
	if (e)
		return e;
	if (applied < n)
		return fail_detail(cx, ERR_CONFLICT,
		    "migrate: %zu of %zu migrations are applied", applied, n);
	return OK;
}
