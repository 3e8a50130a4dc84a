#include "core/artefact_tables.h"

#include "base/str.h"

#define MAX_NAME 40
#define MAX_SQL ((size_t)65536)

struct tables {
	struct ctx *cx;
	size_t i; /* the part's */
	json_t *names;
};

static struct str field_of(
    const struct tables *t, const char *list, size_t k, const char *member)
{
	return str_fmt(
	    t->cx->arena, "parts[%zu].%s[%zu].%s", t->i, list, k, member);
}

static bool plain_name(struct str s)
{
	bool good =
	    s.n > 0 && s.n <= MAX_NAME && s.p[0] >= 'a' && s.p[0] <= 'z';
	for (size_t i = 0; i < s.n && good; i++)
		good = (s.p[i] >= 'a' && s.p[i] <= 'z') ||
		       (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_';
	return good;
}

static void take_name(
    struct tables *t, const char *list, size_t k, struct str name)
{
	if (!plain_name(name))
		field_wrong(t->cx, field_of(t, list, k, "name"),
		    MSG_field_table_name, name);
	for (size_t i = 0; i < json_array_size(t->names); i++)
		if (str_eq(json_as_text(json_array_get(t->names, i)), name))
			field_wrong(t->cx, field_of(t, list, k, "name"),
			    MSG_field_twice, name);
	json_add_text(t->names, name);
}

static json_t *take_table(struct tables *t, size_t k, const json_t *said)
{
	json_t *o = json_new_object(t->cx->arena);
	struct str name = json_text(said, "name");
	struct str file = json_text(said, "file");
	if (name.n == 0 && k == 0)
		name = STR("sent");
	take_name(t, "tables", k, name);
	if (file.n == 0)
		field_wrong(t->cx, field_of(t, "tables", k, "file"),
		    MSG_field_required, STR(""));
	json_put_text(o, "name", name);
	json_put_text(o, "file", file);
	return o;
}

static json_t *take_select(struct tables *t, size_t k, const json_t *said)
{
	json_t *o = json_new_object(t->cx->arena);
	struct str sql = json_text(said, "sql");
	take_name(t, "take", k, json_text(said, "name"));
	if (sql.n == 0)
		field_wrong(t->cx, field_of(t, "take", k, "sql"),
		    MSG_field_required, STR(""));
	if (sql.n > MAX_SQL)
		field_wrong(t->cx, field_of(t, "take", k, "sql"),
		    MSG_field_too_long, STR("65536"));
	json_put_text(o, "name", json_text(said, "name"));
	json_put_text(o, "sql", sql);
	return o;
}

static void take_each(struct tables *t, const json_t *part, const char *key,
    size_t max, json_t *(*take)(struct tables *, size_t, const json_t *),
    json_t *out)
{
	const json_t *said = json_list(part, key);
	json_t *list = json_new_array(t->cx->arena);
	if (json_array_size(said) > max)
		field_wrong(t->cx,
		    str_fmt(t->cx->arena, "parts[%zu].%s", t->i, key),
		    MSG_field_too_many, str_fmt(t->cx->arena, "%zu", max));
	for (size_t k = 0; k < json_array_size(said) && k < max; k++)
		json_add(list, take(t, k, json_array_get(said, k)));
	if (json_array_size(list) > 0)
		json_put(out, key, list);
}

void artefact_take_tables(
    struct ctx *cx, size_t i, const json_t *part, json_t *out)
{
	struct tables t = {
		.cx = cx, .i = i, .names = json_new_array(cx->arena)
	};
	struct str unmatched = json_text(part, "unmatched");
	bool any = json_array_size(json_list(part, "tables")) > 0;
	take_each(&t, part, "tables", ARTEFACT_TABLES, take_table, out);
	take_each(&t, part, "take", ARTEFACT_TAKES, take_select, out);
	if (!any && json_array_size(json_list(part, "take")) > 0)
		field_wrong(cx, str_fmt(cx->arena, "parts[%zu].take", i),
		    MSG_field_table_needed, STR(""));
	if (!any && unmatched.n > 0)
		field_wrong(cx, str_fmt(cx->arena, "parts[%zu].unmatched", i),
		    MSG_field_table_needed, STR(""));
	if (unmatched.n > 0)
		json_put_text(out, "unmatched", unmatched);
}

static bool has_tables(const json_t *part)
{
	return json_array_size(json_list(part, "tables")) > 0;
}

void artefact_tables_outlets(struct ctx *cx, const json_t *plan)
{
	const json_t *parts = json_list(plan, "parts");
	const json_t *outlets = json_list(plan, "outlets");
	bool any = false;
	for (size_t i = 0; i < json_array_size(parts); i++)
		any |= has_tables(json_array_get(parts, i));
	for (size_t i = 0; i < json_array_size(outlets) && any; i++) {
		struct str outlet = json_as_text(json_array_get(outlets, i));
		if (!str_eq(outlet, STR("export")))
			field_wrong(cx, STR("outlets"),
			    MSG_field_table_export_only, outlet);
	}
}

static bool same_column(const json_t *a, const json_t *b)
{
	static const char *const keys[] = { "type", "class", "mask" };
	bool same = true;
	for (size_t i = 0; i < COUNT(keys); i++)
		same &= str_eq(json_text(a, keys[i]), json_text(b, keys[i]));
	return same;
}

static void compare(
    struct ctx *cx, const json_t *was, const json_t *now, struct str field)
{
	size_t n_was = json_array_size(was), n_now = json_array_size(now);
	bool order = n_was == n_now;
	for (size_t i = 0; i < n_now; i++) {
		const json_t *c = json_array_get(now, i);
		struct str name = json_text(c, "name");
		const json_t *before = json_named(was, name);
		if (before == NULL)
			field_wrong(cx, field, MSG_field_contract_more, name);
		else if (!same_column(before, c))
			field_wrong(
			    cx, field, MSG_field_contract_changed, name);
		order &= before != NULL && before == json_array_get(was, i);
	}
	bool gone = false;
	for (size_t i = 0; i < n_was; i++) {
		struct str name = json_text(json_array_get(was, i), "name");
		if (json_named(now, name) != NULL)
			continue;
		field_wrong(cx, field, MSG_field_contract_gone, name);
		gone = true;
	}
	if (!order && !gone && n_was == n_now)
		field_wrong(cx, field, MSG_field_contract_order, STR(""));
}

/* Which agreed part each part with tables is: the one of its name; when it was
 * renamed the one with its very columns, else the next that is left. What is
 * left of the parts then is new. */
struct renamed {
	const json_t *parts, *agreed;
	const json_t *is[ARTEFACT_PARTS]; /* by place of the part; or NULL */
};

static bool is_left(const struct renamed *r, const json_t *before)
{
	bool left = has_tables(before);
	for (size_t i = 0; i < ARTEFACT_PARTS; i++)
		left &= r->is[i] != before;
	return left;
}

static bool same_columns(const json_t *before, const json_t *part)
{
	const json_t *was = json_list(before, "columns");
	const json_t *now = json_list(part, "columns");
	bool same = json_array_size(was) == json_array_size(now);
	for (size_t i = 0; i < json_array_size(was) && same; i++) {
		const json_t *a = json_array_get(was, i);
		const json_t *b = json_array_get(now, i);
		same = str_eq(json_text(a, "name"), json_text(b, "name")) &&
		       same_column(a, b);
	}
	return same;
}

static bool same_name(const json_t *before, const json_t *part)
{
	return str_eq(json_text(before, "name"), json_text(part, "name"));
}

static bool is_next(const json_t *before, const json_t *part)
{
	(void)before;
	(void)part;
	return true;
}

static void match(
    struct renamed *r, bool (*is)(const json_t *before, const json_t *part))
{
	size_t n = json_array_size(r->parts);
	for (size_t i = 0; i < n && i < ARTEFACT_PARTS; i++) {
		const json_t *part = json_array_get(r->parts, i);
		if (r->is[i] != NULL || !has_tables(part))
			continue;
		for (size_t k = 0; k < json_array_size(r->agreed); k++) {
			const json_t *before = json_array_get(r->agreed, k);
			if (!is_left(r, before) || !is(before, part))
				continue;
			r->is[i] = before;
			break;
		}
	}
}

static void compare_part(
    struct ctx *cx, size_t i, const json_t *before, const json_t *part)
{
	if (before == NULL || same_columns(before, part))
		return;
	if (!same_name(before, part))
		field_wrong(cx, str_fmt(cx->arena, "parts[%zu].name", i),
		    MSG_field_contract_renamed, json_text(before, "name"));
	compare(cx, json_list(before, "columns"), json_list(part, "columns"),
	    str_fmt(cx->arena, "parts[%zu].columns", i));
}

enum err artefact_same_contract(
    struct ctx *cx, const json_t *agreed, const json_t *made)
{
	struct renamed r = { .parts = json_list(made, "parts"),
		.agreed = json_list(agreed, "parts") };
	match(&r, same_name);
	match(&r, same_columns);
	match(&r, is_next);
	size_t n = json_array_size(r.parts);
	for (size_t i = 0; i < n && i < ARTEFACT_PARTS; i++)
		compare_part(cx, i, r.is[i], json_array_get(r.parts, i));
	return fields_end(cx);
}
