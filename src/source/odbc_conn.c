#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "source/odbc.h"

#define CONNECT_S 5
#define TEXT_UNITS 1024

static SQLPOINTER number(uintptr_t n)
{
	return (SQLPOINTER)n;
}

static SQLPOINTER writable(const void *p)
{
	return (SQLPOINTER)(uintptr_t)p;
}

static void put_point(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_char(b, (char)c);
	} else if (c < 0x800) {
		buf_char(b, (char)(0xc0 | c >> 6));
		buf_char(b, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_char(b, (char)(0xe0 | c >> 12));
		buf_char(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_char(b, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_char(b, (char)(0xf0 | c >> 18));
		buf_char(b, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_char(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_char(b, (char)(0x80 | (c & 0x3f)));
	}
}

/* UTF-16; half a pair is U+FFFD. */
static void put_units(struct buf *b, const SQLWCHAR *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t c = p[i];

		if (c >= 0xd800 && c < 0xdc00 && i + 1 < n &&
		    p[i + 1] >= 0xdc00 && p[i + 1] < 0xe000)
			c = 0x10000 + ((c - 0xd800) << 10) +
			    ((uint32_t)p[++i] - 0xdc00);
		else if (c >= 0xd800 && c < 0xe000)
			c = 0xfffd;
		put_point(b, c);
	}
}

struct str odbc_text(
    struct ctx *cx, const struct odbc *o, const SQLWCHAR *p, size_t n_units)
{
	struct buf b = buf_new(cx->arena, 3 * n_units + 1);

	(void)o;
	put_units(&b, p, n_units);
	return buf_view(&b);
}

static enum err down(struct ctx *cx, struct str why)
{
	enum err e = fail(cx, ERR_BUSY, MSG_error_source_down);

	cx->fault.detail = why;
	return e;
}

static enum err fail_officer(
    struct ctx *cx, struct str state, struct str said, bool preparing)
{
	if (str_eq(state, STR("42S02")))
		return fail1(cx, ERR_INVALID, MSG_error_sql_no_table, said);
	if (str_eq(state, STR("42S22")))
		return fail1(cx, ERR_INVALID, MSG_error_sql_no_column, said);
	return fail1(cx, ERR_INVALID,
	    preparing ? MSG_error_sql_syntax : MSG_error_sql_run, said);
}

static bool says_time(struct str state, struct str said)
{
	return str_eq(state, STR("HYT00")) || str_eq(state, STR("HY008")) ||
	       str_eq(state, STR("57014")) ||
	       str_has(said, STR("statement timeout")) ||
	       str_has(said, STR("max_statement_time"));
}

/* Class 42 is shape; some drivers say all of it by HY000. */
enum err odbc_fail(struct ctx *cx, struct odbc *o, SQLSMALLINT kind,
    SQLHANDLE handle, bool preparing)
{
	SQLWCHAR state_w[6] = { 0 }, text[TEXT_UNITS] = { 0 };
	SQLINTEGER native = 0;
	SQLSMALLINT n = 0;
	enum err e = ERR_BROKEN;

	if (!SQL_SUCCEEDED(SQLGetDiagRecW(
		kind, handle, 1, state_w, &native, text, TEXT_UNITS, &n)))
		return down(cx, STR("no reason given"));
	struct str state = odbc_text(cx, o, state_w, 5);
	struct str said =
	    odbc_text(cx, o, text, n < TEXT_UNITS ? (size_t)n : TEXT_UNITS - 1);
	if (budget_over(&o->budget))
		e = budget_fail(cx, &o->budget);
	else if (says_time(state, said))
		e = fail(cx, ERR_TIME_LIMIT, MSG_error_source_time_limit);
	else if (str_starts(state, STR("08")) ||
		 str_starts(state, STR("57P")) || native == 2006 ||
		 native == 2013 || native == 1927)
		e = fail(cx, ERR_BUSY, MSG_error_source_down);
	else if (o->officer)
		e = fail_officer(cx, state, said, preparing);
	else if (preparing || str_starts(state, STR("42")) ||
		 str_has(said, STR("no such ")))
		e = fail(cx, ERR_CONFLICT, MSG_error_source_drifted);
	else
		e = fail(cx, ERR_BROKEN, MSG_error_source_failed);
	cx->fault.detail = str_fmt(cx->arena, "%.*s: %.*s", STR_ARG(state),
	    STR_ARG(str_starts(state, STR("22")) ? STR("data") : said));
	return e;
}

void odbc_close(struct odbc *o)
{
	if (o->st != NULL) {
		if (!o->good)
			SQLCancel(o->st);
		SQLFreeHandle(SQL_HANDLE_STMT, o->st);
	}
	if (o->connected && o->good && o->key != NULL && odbc_pool_give(o)) {
		o->db = NULL;
		o->env = NULL;
		o->connected = false;
	}
	if (o->connected) {
		SQLEndTran(SQL_HANDLE_DBC, o->db, SQL_ROLLBACK);
		SQLDisconnect(o->db);
	}
	if (o->db != NULL)
		SQLFreeHandle(SQL_HANDLE_DBC, o->db);
	if (o->env != NULL)
		SQLFreeHandle(SQL_HANDLE_ENV, o->env);
	o->st = NULL;
	o->db = NULL;
	o->env = NULL;
	o->connected = false;
}

static void close_deferred(void *arg)
{
	odbc_close(arg);
}

static enum product product_of(SQLHDBC db)
{
	static const struct {
		struct str part;
		enum product product;
	} names[] = {
		{ STR_INIT("sqlite"), PRODUCT_SQLITE },
		{ STR_INIT("postgres"), PRODUCT_POSTGRESQL },
		{ STR_INIT("mariadb"), PRODUCT_MARIADB },
		{ STR_INIT("mysql"), PRODUCT_MARIADB },
		{ STR_INIT("oracle"), PRODUCT_ORACLE },
		{ STR_INIT("microsoft sql server"), PRODUCT_MSSQL },
	};
	char name[128] = { 0 };
	SQLSMALLINT n = 0;

	SQLGetInfo(db, SQL_DBMS_NAME, name, sizeof(name), &n);
	for (char *p = name; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
	for (size_t i = 0; i < COUNT(names); i++)
		if (str_has(str_of(name), names[i].part))
			return names[i].product;
	return PRODUCT_OTHER;
}

static bool command(struct odbc *o, const char *sql)
{
	SQLHSTMT st = NULL;
	bool good = false;

	if (SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, o->db, &st))) {
		SQLRETURN rc = SQLExecDirect(st, writable(sql), SQL_NTS);

		good = SQL_SUCCEEDED(rc) || rc == SQL_NO_DATA;
		SQLFreeHandle(SQL_HANDLE_STMT, st);
	}
	return good;
}

/* The server ends what takes too long, gate or no gate. */
static bool set_timeout(struct ctx *cx, struct odbc *o)
{
	long long ms = (long long)o->budget.limits.time_ms;
	struct arena *a = cx->arena;

	if (o->product == PRODUCT_POSTGRESQL)
		return command(
		    o, str_cstr(
			   a, str_fmt(a, "set statement_timeout = %lld", ms)));
	if (o->product != PRODUCT_MARIADB)
		return true;
	/* MySQL has it by another name, and in milliseconds. */
	return command(
		   o, str_cstr(a, str_fmt(a, "set max_statement_time = %lld",
				      ms / 1000 + 1))) ||
	       command(o, str_cstr(a,
			      str_fmt(a, "set max_execution_time = %lld", ms)));
}

/* What makes the session read only, words mean the same everywhere, and end in
 * time. */
static bool configure(struct ctx *cx, struct odbc *o)
{
	switch (o->product) {
	case PRODUCT_SQLITE:
		o->read_only = command(o, "pragma query_only = 1");
		return o->read_only;
	case PRODUCT_POSTGRESQL:
		o->read_only = command(o, "set session characteristics as"
					  " transaction read only") &&
		               command(o, "set transaction read only");
		return o->read_only && command(o, "set datestyle = 'ISO'") &&
		       command(o, "set timezone = 'Asia/Bangkok'") &&
		       command(o, "set extra_float_digits = 1") &&
		       set_timeout(cx, o);
	case PRODUCT_MARIADB:
		if (!set_timeout(cx, o))
			return false;
		o->read_only = command(o, "set session transaction read only");
		return o->read_only &&
		       command(o, "set sql_mode ="
				  " 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,"
				  "PIPES_AS_CONCAT'") &&
		       command(o, "set time_zone = '+07:00'");
	case PRODUCT_ORACLE:
		o->read_only = command(o, "set transaction read only");
		return o->read_only;
	case PRODUCT_MSSQL:
	case PRODUCT_OTHER:
		break;
	}
	return true;
}

/* …;PWD={secret}: a brace in it is doubled. */
static struct str with_secret(struct arena *a, const struct source *s)
{
	struct buf b = buf_new(a, s->dsn.n + 2 * s->secret.n + 16);

	buf_str(&b, s->dsn);
	if (s->secret.p == NULL)
		return buf_view(&b);
	buf_str(&b, STR(";PWD={"));
	for (size_t i = 0; i < s->secret.n; i++) {
		if (s->secret.p[i] == '}')
			buf_char(&b, '}');
		buf_char(&b, s->secret.p[i]);
	}
	buf_char(&b, '}');
	return buf_view(&b);
}

static enum err connect_to(
    struct ctx *cx, struct odbc *o, const struct source *source)
{
	struct str dsn = with_secret(cx->arena, source);
	SQLSMALLINT n = 0;
	char quote[8] = { 0 };

	SQLSetConnectAttr(o->db, SQL_ATTR_LOGIN_TIMEOUT, number(CONNECT_S), 0);
	/* Some drivers take it only before, some only after. */
	SQLSetConnectAttr(
	    o->db, SQL_ATTR_ACCESS_MODE, number(SQL_MODE_READ_ONLY), 0);
	SQLRETURN rc =
	    SQLDriverConnect(o->db, NULL, writable(str_cstr(cx->arena, dsn)),
		SQL_NTS, NULL, 0, &n, SQL_DRIVER_NOPROMPT);
	if (!SQL_SUCCEEDED(rc)) {
		enum err e = odbc_fail(cx, o, SQL_HANDLE_DBC, o->db, false);
		struct str why = cx->fault.detail;

		(void)e;
		return down(cx, why);
	}
	o->connected = true;
	o->product = product_of(o->db);
	o->quote = '"';
	if (SQL_SUCCEEDED(SQLGetInfo(
		o->db, SQL_IDENTIFIER_QUOTE_CHAR, quote, sizeof(quote), &n)) &&
	    quote[0] != ' ' && quote[0] != '\0')
		o->quote = quote[0];
	if (!configure(cx, o))
		return down(cx, STR("settings"));
	SQLSetConnectAttr(
	    o->db, SQL_ATTR_AUTOCOMMIT, number(SQL_AUTOCOMMIT_OFF), 0);
	return OK;
}

bool odbc_begin_again(struct ctx *cx, struct odbc *o)
{
	SQLUINTEGER dead = SQL_CD_FALSE;
	bool good = true;

	if (SQL_SUCCEEDED(SQLGetConnectAttr(
		o->db, SQL_ATTR_CONNECTION_DEAD, &dead, sizeof(dead), NULL)) &&
	    dead == SQL_CD_TRUE)
		return false;
	SQLSetConnectAttr(
	    o->db, SQL_ATTR_AUTOCOMMIT, number(SQL_AUTOCOMMIT_ON), 0);
	if (o->product == PRODUCT_MSSQL)
		good = command(o, "select 1");
	else if (o->product != PRODUCT_ORACLE)
		good = set_timeout(cx, o);
	SQLSetConnectAttr(
	    o->db, SQL_ATTR_AUTOCOMMIT, number(SQL_AUTOCOMMIT_OFF), 0);
	/* There it is a matter of each transaction. */
	if (o->product == PRODUCT_ORACLE)
		good = command(o, "set transaction read only");
	return good;
}

static enum err connect_new(
    struct ctx *cx, struct odbc *o, const struct source *source)
{
	if (!SQL_SUCCEEDED(
		SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &o->env)) ||
	    !SQL_SUCCEEDED(SQLSetEnvAttr(
		o->env, SQL_ATTR_ODBC_VERSION, number(SQL_OV_ODBC3), 0)) ||
	    !SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_DBC, o->env, &o->db)))
		return down(cx, STR("unixODBC"));
	return connect_to(cx, o, source);
}

enum err odbc_open(struct ctx *cx, const struct source *source,
    const struct source_limits *limits, bool officer, struct odbc **ret)
{
	struct odbc *o = ARENA_NEW(cx->arena, struct odbc);

	/* No two of these databases make such a table in one way, and some end
	 * the transaction by it. */
	if (source->n_given > 0)
		return fail(cx, ERR_INVALID, MSG_error_given_take);
	o->officer = officer;
	o->cp874 = source->cp874;
	o->budget = budget_new(limits);
	arena_defer(cx->arena, close_deferred, o);
	o->key = officer ? NULL : odbc_pool_key(cx->arena, source);
	enum err e = OK;
	if (o->key == NULL || !odbc_pool_take(cx, o, o->key))
		e = connect_new(cx, o, source);
	if (e == OK &&
	    !SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, o->db, &o->st)))
		e = down(cx, STR("statement"));
	if (e != OK) {
		odbc_close(o);
		return e;
	}
	SQLSetStmtAttr(o->st, SQL_ATTR_QUERY_TIMEOUT,
	    number((uintptr_t)(limits->time_ms / 1000 + 1)), 0);
	*ret = o;
	return OK;
}
