/* What may be chosen of a table that was sent in. */
#include "base/read_as.h"
#include "base/str.h"
#include "core/code_list.h"
#include "core/inbound.h"

enum { SHEET_NAME = 100, COLUMN_NAME = 40, COLUMNS = 1024, LIST_ID = 40 };

static void take_text(struct ctx *cx, const json_t *from, const char *key,
    struct str field, struct read_names known, json_t *to)
{
	struct str s = json_text(from, key);
	if (s.n == 0)
		return;
	if (read_name(known, s) == known.n)
		field_wrong(cx, field, MSG_field_bad_choice, s);
	json_put_text(to, key, s);
}

/* Codes that are typed, or a list of core/code_list.h; whether that one is offered
 * is asked by who knows the request. */
static void take_codes(
    struct ctx *cx, const json_t *from, struct str at, json_t *to)
{
	struct str field = str_cat(cx->arena, at, STR("codes"));
	struct str list = json_text(from, "list");
	const json_t *codes = json_list(from, "codes");
	size_t n = json_array_size(codes);
	bool wanted = str_eq(json_text(from, "check"), STR("code"));
	if (n > INBOUND_CODES)
		field_wrong(cx, field, MSG_field_too_many, STR("5000"));
	if (wanted && list.n > 0) {
		if (n > 0 || list.n > LIST_ID)
			field_wrong(cx, str_cat(cx->arena, at, STR("list")),
			    MSG_field_bad_choice, list);
		json_put_text(to, "list", list);
		return;
	}
	if (wanted && n == 0)
		field_wrong(cx, field, MSG_field_required, STR(""));
	for (size_t i = 0; i < n; i++) {
		struct str s = json_as_text(json_array_get(codes, i));
		if (s.n == 0 || s.n > CODE_BYTES) {
			field_wrong(cx, field, MSG_field_not_text, STR(""));
			return;
		}
	}
	if (wanted && n > 0)
		json_put(to, "codes", codes);
}

static void take_column(
    struct ctx *cx, size_t i, const json_t *from, json_t *list)
{
	struct arena *a = cx->arena;
	json_t *to = json_new_object(a);
	struct str name = json_text(from, "name");
	struct str at = str_fmt(a, "columns[%zu].", i);
	if (name.n == 0 || name.n > COLUMN_NAME)
		field_wrong(cx, str_cat(a, at, STR("name")), MSG_field_required,
		    STR(""));
	else if (json_named(list, name) != NULL)
		field_wrong(
		    cx, str_cat(a, at, STR("name")), MSG_field_twice, name);
	json_put_text(to, "name", name);
	take_text(
	    cx, from, "check", str_cat(a, at, STR("check")), read_checks, to);
	take_text(cx, from, "era", str_cat(a, at, STR("era")), read_eras, to);
	take_codes(cx, from, at, to);
	if (json_value(from, "needed") != NULL)
		json_put_flag(to, "needed", json_flag(from, "needed"));
	json_add(list, to);
}

enum err inbound_choice_check(
    struct ctx *cx, const json_t *choice, json_t **ret)
{
	json_t *to = json_new_object(cx->arena);
	json_t *list = json_new_array(cx->arena);
	const json_t *columns = json_list(choice, "columns");
	struct str sheet = json_text(choice, "sheet");
	if (sheet.n > 0 && str_chars(sheet) > SHEET_NAME)
		field_wrong(cx, STR("sheet"), MSG_field_too_long, STR("100"));
	else if (sheet.n > 0)
		json_put_text(to, "sheet", sheet);
	take_text(cx, choice, "encoding", STR("encoding"), read_encodings, to);
	if (json_value(choice, "once") != NULL)
		json_put_flag(to, "once", json_flag(choice, "once"));
	if (json_array_size(columns) > COLUMNS)
		field_wrong(
		    cx, STR("columns"), MSG_field_too_many, STR("1024"));
	for (size_t i = 0; i < json_array_size(columns) && i < COLUMNS; i++)
		take_column(cx, i, json_array_get(columns, i), list);
	if (json_array_size(list) > 0)
		json_put(to, "columns", list);
	enum err e = fields_end(cx);
	if (!e && json_compact(cx->arena, to).n > INBOUND_CHOICE_BYTES) {
		field_wrong(
		    cx, STR("columns"), MSG_field_too_long, STR("262144"));
		e = fields_end(cx);
	}
	if (!e)
		*ret = to;
	return e;
}

static json_t *column_again(
    struct arena *a, const json_t *found, const json_t *chosen)
{
	json_t *o = json_new_object(a);
	struct str list = json_text(chosen, "list");
	const json_t *codes = json_list(chosen, "codes");
	json_put_text(o, "name", json_text(found, "name"));
	json_put_text(o, "check", json_text(found, "check"));
	json_put_text(o, "era", json_text(found, "era"));
	json_put_flag(o, "needed", json_flag(found, "needed"));
	if (list.n > 0)
		json_put_text(o, "list", list);
	if (json_array_size(codes) > 0)
		json_put(o, "codes", codes);
	return o;
}

enum err inbound_choice_again(
    struct ctx *cx, const struct inbound *before, json_t **ret)
{
	json_t *o = json_new_object(cx->arena);
	json_t *columns = json_new_array(cx->arena);
	const json_t *found = json_list(before->found, "columns");
	const json_t *chosen = json_list(before->choice, "columns");
	for (size_t i = 0; i < json_array_size(found); i++) {
		const json_t *c = json_array_get(found, i);
		json_add(
		    columns, column_again(cx->arena, c,
				 json_named(chosen, json_text(c, "name"))));
	}
	json_put(o, "columns", columns);
	if (json_value(before->choice, "once") != NULL)
		json_put_flag(o, "once", json_flag(before->choice, "once"));
	return inbound_choice_check(cx, o, ret);
}
