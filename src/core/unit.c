#include <stdlib.h>

#include "base/str.h"
#include "base/thai.h"
#include "core/line.h"
#include "core/people.h"
#include "sql/sql.h"

/* In characters. */
enum { MAX_NAME = 300, MAX_KIND = 20 };

static bool is_kind(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 'a' || s.p[i] > 'z')
			return false;
	return s.n > 0 && s.n <= MAX_KIND;
}

/* The parent stands before its parts: so there can be no circle. */
static enum err check_parent(struct ctx *cx, const struct unit *u)
{
	bool found = !str_eq(u->parent, u->code);

	if (found) {
		enum err e = unit_exists(cx, u->parent, &found);
		if (e)
			return e;
	}
	if (!found)
		field_wrong(cx, STR("parent"), MSG_error_unit_unknown, STR(""));
	return OK;
}

static enum err check_unit(struct ctx *cx, struct unit *u)
{
	u->code = code_checked(cx, "code", u->code);
	u->name_th = line_checked(cx, "name_th", u->name_th, MAX_NAME, true);
	u->name_en = line_checked(cx, "name_en", u->name_en, MAX_NAME, true);
	if (!is_kind(u->kind))
		field_wrong(cx, STR("kind"), MSG_field_bad_choice, STR(""));
	if (u->parent.n) {
		u->parent = code_checked(cx, "parent", u->parent);
		enum err e = check_parent(cx, u);
		if (e)
			return e;
	}
	return fields_end(cx);
}

enum err unit_put(struct ctx *cx, const struct unit *input)
{
	struct unit u = *input;
	enum err e = check_unit(cx, &u);

	if (e)
		return e;
	return sql_exec(cx,
	    SQL("insert into unit (code, name_th, name_en, parent, kind)"
		" values ($1, $2, $3, $4, $5) on conflict (code) do update"
		" set name_th = excluded.name_th, name_en = excluded.name_en,"
		" parent = excluded.parent, kind = excluded.kind"),
	    VALS(val_str(u.code), val_str(u.name_th), val_str(u.name_en),
		val_str(u.parent), val_str(u.kind)),
	    NULL);
}

static struct unit unit_of(struct row row)
{
	return (struct unit){
		.code = row_str(row, "code"),
		.name_th = row_str(row, "name_th"),
		.name_en = row_str(row, "name_en"),
		.parent = row_str(row, "parent"),
		.kind = row_str(row, "kind"),
	};
}

struct keyed {
	struct str key;
	struct unit unit;
};

static int by_key(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	int order = str_cmp(x->key, y->key);
	return order ? order : str_cmp(x->unit.code, y->unit.code);
}

/* As Thais look names up, which no database does (domain.md 5.5). */
static void sort_units(struct arena *a, struct unit *v, size_t n)
{
	struct keyed *k = ARENA_ARRAY(a, struct keyed, n + 1);
	for (size_t i = 0; i < n; i++)
		k[i] = (struct keyed){ thai_order_key(a, v[i].name_th), v[i] };
	if (n > 1)
		qsort(k, n, sizeof *k, by_key);
	for (size_t i = 0; i < n; i++)
		v[i] = k[i].unit;
}

/* Every unit is wanted. */
enum err unit_list(struct ctx *cx, const struct unit **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL_SCAN("select code, name_th, name_en, parent, kind from unit"
		     " order by code"),
	    NO_VALS, &rows);

	if (e)
		return e;
	struct unit *v = ARENA_ARRAY(cx->arena, struct unit, rows.n);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = unit_of(rows.row[i]);
	sort_units(cx->arena, v, rows.n);
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

static enum err find(struct ctx *cx, struct sql sql, struct str what,
    struct unit *ret, bool *ret_found)
{
	struct row row;
	enum err e = sql_find(cx, sql, VALS(val_str(what)), &row, ret_found);

	if (!e && *ret_found)
		*ret = unit_of(row);
	return e;
}

/* A university has some hundred units: no index for their names. */
enum err unit_find(
    struct ctx *cx, struct str code_or_name, struct unit *ret, bool *ret_found)
{
	*ret_found = false;
	if (code_or_name.n > MAX_NAME * 8 || !str_utf8(code_or_name))
		return OK;
	struct str name = thai_normal(cx->arena, code_or_name);
	if (name.n == 0)
		return OK;
	enum err e = find(cx,
	    SQL("select code, name_th, name_en, parent, kind from unit"
		" where code = upper($1)"),
	    name, ret, ret_found);
	if (e || *ret_found)
		return e;
	return find(cx,
	    SQL_SCAN("select code, name_th, name_en, parent, kind from unit"
		     " where name_th = $1 or name_en = $1 order by code"),
	    name, ret, ret_found);
}

enum err office_put(struct ctx *cx, const struct office *input)
{
	struct office o = *input;

	o.code = code_checked(cx, "code", o.code);
	o.name_th = line_checked(cx, "name_th", o.name_th, MAX_NAME, true);
	o.name_en = line_checked(cx, "name_en", o.name_en, MAX_NAME, true);
	o.procedure = code_checked(cx, "procedure", o.procedure);
	enum err e = fields_end(cx);
	if (e)
		return e;
	return sql_exec(cx,
	    SQL("insert into office (code, name_th, name_en, procedure)"
		" values ($1, $2, $3, $4) on conflict (code) do update"
		" set name_th = excluded.name_th, name_en = excluded.name_en,"
		" procedure = excluded.procedure"),
	    VALS(val_str(o.code), val_str(o.name_th), val_str(o.name_en),
		val_str(o.procedure)),
	    NULL);
}

/* Every office is wanted. */
enum err office_list(struct ctx *cx, const struct office **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL_SCAN("select code, name_th, name_en, procedure from office"
		     " order by code"),
	    NO_VALS, &rows);

	if (e)
		return e;
	struct office *v = ARENA_ARRAY(cx->arena, struct office, rows.n);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = (struct office){
			.code = row_str(rows.row[i], "code"),
			.name_th = row_str(rows.row[i], "name_th"),
			.name_en = row_str(rows.row[i], "name_en"),
			.procedure = row_str(rows.row[i], "procedure"),
		};
	*ret = v;
	*ret_n = rows.n;
	return OK;
}
