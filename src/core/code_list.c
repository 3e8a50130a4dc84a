#include "core/code_list.h"

#include "base/crypt.h"
#include "base/str.h"
#include "base/time.h"
#include "core/line.h"
#include "sql/sql.h"

enum { ID_CHARS = 20, TITLE_CHARS = 100, QUERY_BYTES = 16384 };

const char *const code_trouble_names[CODE_TROUBLES] = {
	[CODES_FINE] = "",
#define TROUBLE(name) [CODES_##name] = #name,
#include "core/code_troubles.def"
#undef TROUBLE
};

#define LIST_COLUMNS                                                    \
	"id, system, source, title_th, title_en, query, made_by, made," \
	" ended_by, ended, looked, codes, trouble"

static enum err read_row(struct ctx *cx, struct row r, struct code_list *ret)
{
	size_t trouble =
	    row_enum(r, "trouble", code_trouble_names, CODE_TROUBLES);
	if (trouble == CODE_TROUBLES)
		return fail_detail(cx, ERR_BROKEN, "code list: trouble");
	*ret = (struct code_list){ .id = row_str(r, "id"),
		.system = row_str(r, "system"),
		.source = row_str(r, "source"),
		.title_th = row_str(r, "title_th"),
		.title_en = row_str(r, "title_en"),
		.query = row_str(r, "query"),
		.made_by = row_str(r, "made_by"),
		.made = row_i64(r, "made"),
		.ended_by = row_str(r, "ended_by"),
		.ended = row_i64(r, "ended"),
		.looked = row_i64(r, "looked"),
		.codes = row_i64(r, "codes"),
		.trouble = (enum code_trouble)trouble };
	return OK;
}

/* What stands in for another is lent the roles of an office, and no system. */
bool code_list_may(const struct person *p, const struct system *s)
{
	for (size_t i = 0; s->active && i < s->n_officers; i++)
		if (s->officers[i].id == p->id)
			return true;
	return false;
}

enum err code_list_check(struct ctx *cx, struct code_list *l)
{
	l->title_th =
	    line_checked(cx, "title_th", l->title_th, TITLE_CHARS, true);
	l->title_en =
	    line_checked(cx, "title_en", l->title_en, TITLE_CHARS, true);
	l->query = str_trim(l->query);
	if (l->query.n == 0)
		field_wrong(cx, STR("sql"), MSG_field_required, STR(""));
	else if (l->query.n > QUERY_BYTES)
		field_wrong(cx, STR("sql"), MSG_field_too_long, STR("16384"));
	else if (!str_utf8(l->query))
		field_wrong(cx, STR("sql"), MSG_field_not_text, STR(""));
	return fields_end(cx);
}

static enum err check_room(struct ctx *cx, struct str system)
{
	struct row row;
	enum err e = sql_one(cx,
	    SQL("select count(*) as n from code_list where system = $1"),
	    VALS(val_str(system)), &row);
	if (!e && row_i64(row, "n") >= CODE_LISTS)
		field_wrong(
		    cx, STR("title_th"), MSG_field_too_many, STR("100"));
	return e ? e : fields_end(cx);
}

enum err code_list_add(struct ctx *cx, struct code_list *l)
{
	enum err e = check_room(cx, l->system);
	if (e)
		return e;
	l->id = random_id(cx->arena, ID_CHARS);
	l->made_by = cx->actor->person.email;
	l->made = l->looked = cx->now;
	return sql_exec(cx,
	    SQL("insert into code_list (id, system, source, title_th, title_en,"
		" query, made_by, made, ended_by, ended, looked, codes,"
		" trouble) values ($1, $2, $3, $4, $5, $6, $7, $8, '', 0, $8,"
		" $9, '')"),
	    VALS(val_str(l->id), val_str(l->system), val_str(l->source),
		val_str(l->title_th), val_str(l->title_en), val_str(l->query),
		val_str(l->made_by), val_i64(l->made), val_i64(l->codes)),
	    NULL);
}

enum err code_list_end(struct ctx *cx, struct str system, struct str id)
{
	struct code_list l;
	enum err e = code_list_get(cx, id, &l);
	if (!e && !str_eq(l.system, system))
		e = fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
	if (e || l.ended != 0)
		return e;
	return sql_exec(cx,
	    SQL("update code_list set ended = $1, ended_by = $2"
		" where id = $3 and ended = 0"),
	    VALS(val_i64(cx->now), val_str(cx->actor->person.email),
		val_str(id)),
	    NULL);
}

enum err code_list_get(struct ctx *cx, struct str id, struct code_list *ret)
{
	struct row row;
	bool found;
	enum err e = sql_find(cx,
	    SQL("select " LIST_COLUMNS " from code_list where id = $1"),
	    VALS(val_str(id)), &row, &found);
	if (!e && !found)
		e = fail(cx, ERR_NOT_FOUND, MSG_error_not_found);
	return e ? e : read_row(cx, row, ret);
}

static enum err read_all(struct ctx *cx, const struct rows *rows,
    const struct code_list **ret, size_t *ret_n)
{
	enum err e = OK;
	struct code_list *v =
	    ARENA_ARRAY(cx->arena, struct code_list, rows->n + 1);
	for (size_t i = 0; i < rows->n && !e; i++)
		e = read_row(cx, rows->row[i], &v[i]);
	*ret = v;
	*ret_n = e ? 0 : rows->n;
	return e;
}

enum err code_list_of(struct ctx *cx, struct str system, bool all,
    const struct code_list **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select " LIST_COLUMNS " from code_list where system = $1"
		" and ended <= $2 order by made desc, id"),
	    VALS(val_str(system), val_i64(all ? INT64_MAX : 0)), &rows);
	return e ? e : read_all(cx, &rows, ret, ret_n);
}

enum err code_list_troubled(
    struct ctx *cx, int64_t since, const struct code_list **ret, size_t *ret_n)
{
	struct rows rows;
	/* All lists of all systems: some dozens. */
	enum err e = sql_all(cx,
	    SQL_SCAN("select " LIST_COLUMNS " from code_list"
		     " where looked > $1 and trouble <> ''"
		     " order by looked, id"),
	    VALS(val_i64(since)), &rows);
	return e ? e : read_all(cx, &rows, ret, ret_n);
}

enum err code_list_looked(
    struct ctx *cx, struct str id, enum code_trouble trouble, int64_t codes)
{
	return sql_exec(cx,
	    SQL("update code_list set looked = $1, codes = $2, trouble = $3"
		" where id = $4"),
	    VALS(val_i64(cx->now), val_i64(codes),
		val_str(str_of(code_trouble_names[trouble])), val_str(id)),
	    NULL);
}

json_t *code_list_finding(struct arena *a, const struct code_list *l)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "code", STR("list"));
	json_put_text(o, "list", l->id);
	json_put_text(o, "title_th", l->title_th);
	json_put_text(o, "title_en", l->title_en);
	return o;
}

json_t *code_list_json(struct arena *a, const struct code_list *l, bool officer)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "id", l->id);
	json_put_text(o, "system", l->system);
	json_put_text(o, "title_th", l->title_th);
	json_put_text(o, "title_en", l->title_en);
	if (!officer)
		return o;
	json_put_text(o, "source", l->source);
	json_put_text(o, "sql", l->query);
	json_put_text(o, "made_by", l->made_by);
	json_put_text(o, "made", time_iso(a, l->made));
	json_put_text_or_null(o, "ended_by", l->ended_by);
	json_put_text_or_null(
	    o, "ended", l->ended ? time_iso(a, l->ended) : STR(""));
	json_put_text(o, "looked", time_iso(a, l->looked));
	json_put_int(o, "codes", l->codes);
	json_put_text_or_null(
	    o, "trouble", str_of(code_trouble_names[l->trouble]));
	return o;
}
