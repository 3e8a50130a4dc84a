#include "core/source_list.h"

#include <string.h>

#include "base/str.h"
#include "sql/sql.h"

static struct listed_source read_source(struct row row)
{
	return (struct listed_source){
		.name = row_str(row, "name"),
		.system = row_str(row, "system"),
		.kind = row_str(row, "kind"),
		.dsn = row_str(row, "dsn"),
	};
}

enum err source_list(
    struct ctx *cx, const struct listed_source **ret, size_t *ret_n)
{
	struct rows rows;

	/* Every source is wanted, and there are some tens of them. */
	enum err e = sql_all(cx,
	    SQL_SCAN(
		"select name, system, kind, dsn from source order by name"),
	    NO_VALS, &rows);
	if (e)
		return e;
	struct listed_source *v =
	    ARENA_ARRAY(cx->arena, struct listed_source, rows.n);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = read_source(rows.row[i]);
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

enum err source_list_get(
    struct ctx *cx, struct str name, struct listed_source *ret)
{
	struct row row;
	bool found;

	enum err e = sql_find(cx,
	    SQL("select name, system, kind, dsn from source where name = $1"),
	    VALS(val_str(name)), &row, &found);
	if (e)
		return e;
	if (!found)
		return fail1(cx, ERR_NOT_FOUND, MSG_error_source_unknown, name);
	*ret = read_source(row);
	return OK;
}

static bool name_ok(struct str name)
{
	if (name.n == 0 || name.n > 60)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && c != '_' && c != '-')
			return false;
	}
	return true;
}

/* What libpq holds the server's certificate against: a path as it stands. */
static struct str root_certificate(struct str dsn)
{
	struct str left, part, key, value;

	if (!str_cut(dsn, '?', &part, &left))
		return STR("");
	for (bool more = true; more;) {
		more = str_cut(left, '&', &part, &left);
		if (str_cut(part, '=', &key, &value) &&
		    str_eq(key, STR("sslrootcert")) &&
		    str_starts(value, STR("/")))
			return value;
	}
	return STR("");
}

struct str source_list_file(const struct listed_source *s)
{
	struct str left = s->dsn, part, key, value;

	if (str_take(&left, STR("sqlite:")))
		return left;
	if (str_starts(left, STR("postgresql:")))
		return root_certificate(left);
	if (!str_take(&left, STR("odbc:")))
		return STR("");
	for (bool more = true; more;) {
		more = str_cut(left, ';', &part, &left);
		if (str_cut(part, '=', &key, &value) &&
		    str_eq_nocase(str_trim(key), STR("database")) &&
		    str_starts(str_trim(value), STR("/")))
			return str_trim(value);
	}
	return STR("");
}

struct str source_list_folder(const struct listed_source *s)
{
	struct str file = source_list_file(s);

	while (file.n > 1 && file.p[file.n - 1] != '/')
		file.n--;
	while (file.n > 1 && file.p[file.n - 1] == '/')
		file.n--;
	return file;
}

static struct str kind_of(struct str dsn)
{
	if (str_starts(dsn, STR("sqlite:/")))
		return STR("sqlite");
	if (str_starts(dsn, STR("postgresql://")))
		return STR("postgresql");
	return str_starts(dsn, STR("odbc:")) ? STR("odbc") : STR("");
}

enum err source_list_add(struct ctx *cx, const struct listed_source *s)
{
	struct row row;
	bool found;

	if (!name_ok(s->name))
		field_wrong(cx, STR("name"), MSG_field_source_name, s->name);
	struct str kind = kind_of(s->dsn);
	if (kind.n == 0 || s->dsn.n > 1000)
		field_wrong(cx, STR("dsn"), MSG_field_source_dsn, s->dsn);
	enum err e = fields_end(cx);
	if (e)
		return e;
	e = sql_find(cx, SQL("select name from source where name = $1"),
	    VALS(val_str(s->name)), &row, &found);
	if (e)
		return e;
	if (found)
		return fail1(cx, ERR_CONFLICT, MSG_error_source_taken, s->name);
	e = sql_exec(cx,
	    SQL("insert into source (name, system, kind, dsn, added)"
		" values ($1, $2, $3, $4, $5)"),
	    VALS(val_str(s->name), val_str(s->system), val_str(kind),
		val_str(s->dsn), val_i64(cx->now)),
	    NULL);
	if (e)
		return e;
	return change_tell(cx);
}

enum err change_tell(struct ctx *cx)
{
	return sql_exec(cx,
	    SQL("update change set flag = flag + 1 where id = 1"), NO_VALS,
	    NULL);
}

enum err change_flag(struct ctx *cx, int64_t *ret)
{
	struct row row;

	enum err e = sql_one(
	    cx, SQL("select flag from change where id = 1"), NO_VALS, &row);
	if (e)
		return e;
	*ret = row_i64(row, "flag");
	return OK;
}
