#include "core/artefact.h"

#include "base/batch.h"
#include "base/cidr.h"
#include "base/crypt.h"
#include "base/str.h"
#include "base/thai.h"
#include "base/time.h"
#include "core/artefact_tables.h"

#define MAX_COLUMNS 500
#define MAX_NAME 60
#define MAX_REASON 500
#define DEFAULT_DAYS 180
#define MAX_DAYS (3 * 366)

static const char *const outlets[] = { "api-get", "api-post", "view",
	"export" };
static const char *const formats[] = { "json", "ndjson", "csv", "xlsx", "xml",
	"html" };
static const char *const classes[] = { "public", "internal", "personal",
	"sensitive" };

struct plan {
	struct ctx *cx;
	const struct case_file *f;
	const json_t *form;
	json_t *out;
};

static bool one_of(struct str s, const char *const *codes, size_t n)
{
	return kind_find(s, codes, n) >= 0;
}

/* A list of codes without repeats; `fallback` when the form has none. */
static void take_codes(struct plan *p, const char *key,
    const char *const *codes, size_t n_codes, const json_t *fallback)
{
	json_t *out = json_new_array(p->cx->arena);
	const json_t *list = json_list(p->form, key);
	if (json_array_size(list) == 0)
		list = fallback;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct str s = json_as_text(json_array_get(list, i));
		bool known = false;
		if (!one_of(s, codes, n_codes)) {
			field_wrong(
			    p->cx, str_of(key), MSG_field_bad_choice, s);
			continue;
		}
		for (size_t k = 0; k < json_array_size(out) && !known; k++)
			known = str_eq(json_as_text(json_array_get(out, k)), s);
		if (!known)
			json_add_text(out, s);
	}
	if (json_array_size(list) == 0)
		field_wrong(p->cx, str_of(key), MSG_field_required, STR(""));
	json_put(p->out, key, out);
}

static json_t *default_formats(struct arena *a)
{
	json_t *list = json_new_array(a);
	json_add_text(list, STR("json"));
	json_add_text(list, STR("csv"));
	json_add_text(list, STR("xlsx"));
	return list;
}

static void take_networks(struct plan *p, bool loopback)
{
	struct arena *a = p->cx->arena;
	json_t *out = json_new_array(a);
	const json_t *list = json_list(p->form, "networks");
	if (json_array_size(list) == 0)
		list = json_list(p->f->answers, "networks");
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct str s = str_trim(json_as_text(json_array_get(list, i)));
		struct cidr net;
		if (cidr_parse(s, &net))
			json_add_text(out, s);
		else
			field_wrong(
			    p->cx, STR("networks"), MSG_field_bad_network, s);
	}
	if (json_array_size(list) == 0 && loopback) {
		json_add_text(out, STR("127.0.0.0/8"));
		json_add_text(out, STR("::1/128"));
	} else if (json_array_size(list) == 0) {
		field_wrong(
		    p->cx, STR("networks"), MSG_field_required, STR(""));
	}
	json_put(p->out, "networks", out);
}

static void take_expires(struct plan *p)
{
	struct date day, today = date_of_ms(p->cx->now);
	if (!date_parse_iso(json_text(p->form, "expires"), &day))
		day = date_add(today, DEFAULT_DAYS);
	if (date_cmp(day, today) <= 0)
		field_wrong(p->cx, STR("expires"), MSG_field_in_past, STR(""));
	if (date_days(day) - date_days(today) > MAX_DAYS)
		field_wrong(p->cx, STR("expires"), MSG_field_too_late,
		    date_iso(p->cx->arena, date_add(today, MAX_DAYS)));
	json_put_text(p->out, "expires", date_iso(p->cx->arena, day));
}

static struct str part_field(struct plan *p, size_t i, const char *name)
{
	return str_fmt(p->cx->arena, "parts[%zu].%s", i, name);
}

static void take_column(
    struct plan *p, size_t part, const json_t *c, json_t *out)
{
	struct arena *a = p->cx->arena;
	struct str name = json_text(c, "name");
	struct str type = json_text(c, "type"), class = json_text(c, "class"),
		   mask = json_text(c, "mask");
	json_t *o = json_new_object(a);
	/* Which of the two would hold, the mask of one or of the other? */
	if (json_named(out, name) != NULL)
		field_wrong(p->cx, part_field(p, part, "columns"),
		    MSG_field_twice, name);
	if (name.n == 0 || str_chars(name) > 120)
		field_wrong(p->cx, part_field(p, part, "columns"),
		    MSG_field_required, STR("name"));
	if (type.n > 0 && !one_of(type, column_type_names, COLUMN_TYPES))
		field_wrong(p->cx, part_field(p, part, "columns"),
		    MSG_field_bad_choice, type);
	if (class.n > 0 && !one_of(class, classes, COUNT(classes)))
		field_wrong(p->cx, part_field(p, part, "columns"),
		    MSG_field_bad_choice, class);
	if (mask.n > 0 && !one_of(mask, mask_names, MASKS))
		field_wrong(p->cx, part_field(p, part, "columns"),
		    MSG_field_bad_choice, mask);
	struct str th = thai_normal(a, json_text(c, "title_th"));
	struct str en = thai_normal(a, json_text(c, "title_en"));
	json_put_text(o, "name", name);
	json_put_text(o, "title_th", th.n ? th : name);
	json_put_text(o, "title_en", en.n ? en : name);
	json_put_text(o, "type", type);
	json_put_text(o, "class", class.n ? class : STR("internal"));
	json_put_text(o, "mask", mask.n ? mask : STR("none"));
	json_add(out, o);
}

static void take_columns(
    struct plan *p, size_t i, const json_t *part, json_t *out)
{
	const json_t *list = json_list(part, "columns");
	json_t *columns = json_new_array(p->cx->arena);
	if (json_array_size(list) > MAX_COLUMNS) {
		field_wrong(p->cx, part_field(p, i, "columns"),
		    MSG_field_too_many, STR("500"));
		return;
	}
	for (size_t k = 0; k < json_array_size(list); k++)
		take_column(p, i, json_array_get(list, k), columns);
	json_put(out, "columns", columns);
}

/* Why a column is given out at all: asked once, of personal and sensitive ones
 * above all, and pinned to what is delivered. */
static void take_reasons(
    struct plan *p, size_t i, const json_t *part, json_t *out)
{
	const json_t *said = json_value(part, "reasons");
	json_t *reasons = json_new_object(p->cx->arena);
	const char *name;
	json_t *why;
	if (said == NULL)
		return;
	if (!json_is_object(said) || json_object_size(said) > MAX_COLUMNS) {
		field_wrong(p->cx, part_field(p, i, "reasons"),
		    MSG_field_not_object, STR(""));
		return;
	}
	json_t *all = json_keep(p->cx->arena, json_deep_copy(said));
	json_object_foreach(all, name, why)
	{
		struct str text = thai_normal(p->cx->arena, json_as_text(why));
		if (!json_is_string(why) || str_chars(text) > MAX_REASON)
			field_wrong(p->cx, part_field(p, i, "reasons"),
			    MSG_field_too_long, STR("500"));
		else if (text.n > 0)
			json_put_text(reasons, name, text);
	}
	if (json_object_size(reasons) > 0)
		json_put(out, "reasons", reasons);
}

static void take_list(
    struct plan *p, size_t i, const json_t *part, const char *key, json_t *out)
{
	const json_t *list = json_list(part, key);
	if (json_array_size(list) > 100)
		field_wrong(p->cx, part_field(p, i, key), MSG_field_too_many,
		    STR("100"));
	json_put(out, key, list ? list : json_new_array(p->cx->arena));
}

static void take_part(
    struct plan *p, size_t i, const json_t *part, json_t *parts)
{
	struct arena *a = p->cx->arena;
	json_t *o = json_new_object(a);
	struct str name = thai_normal(a, json_text(part, "name"));
	struct str title = thai_normal(a, json_text(part, "title_th"));
	struct str sql = json_text(part, "sql"), file = json_text(part, "file");
	if (name.n == 0)
		name = i == 0 ? STR("data") : str_fmt(a, "data-%zu", i + 1);
	if (str_chars(name) > MAX_NAME)
		field_wrong(p->cx, part_field(p, i, "name"), MSG_field_too_long,
		    STR("60"));
	if (json_named(parts, name) != NULL)
		field_wrong(
		    p->cx, part_field(p, i, "name"), MSG_field_twice, name);
	if ((sql.n > 0) == (file.n > 0))
		field_wrong(p->cx, part_field(p, i, "sql"),
		    MSG_field_query_or_file, STR(""));
	if (sql.n > 0 && json_text(part, "source").n == 0)
		field_wrong(p->cx, part_field(p, i, "source"),
		    MSG_field_required, STR(""));
	json_put_text(o, "name", name);
	json_put_text(o, "title_th", title.n ? title : name);
	if (sql.n > 0) {
		json_put_text(o, "sql", sql);
		json_put_text(o, "source", json_text(part, "source"));
		take_list(p, i, part, "params", o);
		artefact_take_tables(p->cx, i, part, o);
	} else {
		json_put_text(o, "file", file);
	}
	take_columns(p, i, part, o);
	take_reasons(p, i, part, o);
	take_list(p, i, part, "filterable", o);
	json_add(parts, o);
}

static void take_parts(struct plan *p)
{
	json_t *parts = json_new_array(p->cx->arena);
	const json_t *list = json_list(p->form, "parts");
	if (list == NULL)
		take_part(p, 0, p->form, parts);
	if (list != NULL && json_array_size(list) == 0)
		field_wrong(p->cx, STR("parts"), MSG_field_required, STR(""));
	if (json_array_size(list) > ARTEFACT_PARTS)
		field_wrong(p->cx, STR("parts"), MSG_field_too_many, STR("20"));
	for (size_t i = 0; i < json_array_size(list) && i < ARTEFACT_PARTS; i++)
		take_part(p, i, json_array_get(list, i), parts);
	json_put(p->out, "parts", parts);
}

static bool has_outlet(const json_t *plan, struct str outlet)
{
	const json_t *list = json_list(plan, "outlets");
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_eq(json_as_text(json_array_get(list, i)), outlet))
			return true;
	return false;
}

bool artefact_exports(const json_t *plan)
{
	return has_outlet(plan, STR("export"));
}

/* A GET has no body: what must be given, and only there, could never be. */
static void check_body_only(struct plan *p)
{
	const json_t *parts = json_list(p->out, "parts");
	if (!has_outlet(p->out, STR("api-get")))
		return;
	for (size_t i = 0; i < json_array_size(parts); i++) {
		const json_t *params =
		    json_list(json_array_get(parts, i), "params");
		for (size_t k = 0; k < json_array_size(params); k++) {
			const json_t *o = json_array_get(params, k);
			if (json_flag(o, "body_only") &&
			    json_flag(o, "required") &&
			    json_value(o, "default") == NULL)
				field_wrong(p->cx, part_field(p, i, "params"),
				    MSG_field_param_body_only,
				    json_text(o, "name"));
		}
	}
}

/* A finished file can only be handed over: nobody calls it. */
static void check_outlets(struct plan *p)
{
	const json_t *parts = json_list(p->out, "parts");
	for (size_t i = 0; i < json_array_size(parts); i++)
		if (json_text(json_array_get(parts, i), "file").n > 0 &&
		    !artefact_exports(p->out))
			field_wrong(p->cx, STR("outlets"),
			    MSG_field_file_needs_export, STR(""));
}

/* Who reads a view can read its definition too: the years of a date can be said
 * in it, a part or a hash could be undone. Values have no place in it. */
static void check_view(struct plan *p)
{
	const json_t *parts = json_list(p->out, "parts");
	if (!has_outlet(p->out, STR("view")))
		return;
	for (size_t i = 0; i < json_array_size(parts); i++) {
		const json_t *part = json_array_get(parts, i);
		const json_t *columns = json_list(part, "columns");
		if (json_text(part, "file").n > 0)
			field_wrong(p->cx, STR("outlets"), MSG_field_view_file,
			    json_text(part, "name"));
		if (json_array_size(json_list(part, "params")) > 0)
			field_wrong(p->cx, STR("outlets"),
			    MSG_field_view_params, json_text(part, "name"));
		for (size_t k = 0; k < json_array_size(columns); k++) {
			const json_t *c = json_array_get(columns, k);
			struct str mask = json_text(c, "mask");
			if (str_eq(mask, STR("partial")) ||
			    str_eq(mask, STR("hash")))
				field_wrong(p->cx, STR("outlets"),
				    MSG_field_view_mask, json_text(c, "name"));
		}
	}
}

enum err artefact_plan(struct ctx *cx, const struct case_file *f,
    const json_t *form, bool loopback, json_t **ret)
{
	struct plan p = { .cx = cx,
		.f = f,
		.form = form,
		.out = json_new_object(cx->arena) };
	take_parts(&p);
	take_codes(&p, "outlets", outlets, COUNT(outlets), NULL);
	take_codes(
	    &p, "formats", formats, COUNT(formats), default_formats(cx->arena));
	check_outlets(&p);
	artefact_tables_outlets(cx, p.out);
	check_body_only(&p);
	check_view(&p);
	take_networks(&p, loopback);
	take_expires(&p);
	static const char *const kept[] = { "quota", "confirm", "note" };
	for (size_t i = 0; i < COUNT(kept); i++)
		if (json_value(form, kept[i]) != NULL)
			json_put(p.out, kept[i], json_value(form, kept[i]));
	enum err e = fields_end(cx);
	if (e)
		return e;
	*ret = p.out;
	return OK;
}

/* The query's columns in the query's order, with what the form says of each. */
static json_t *seal_columns(
    struct ctx *cx, const json_t *named, const json_t *found, struct str field)
{
	json_t *out = json_new_array(cx->arena);
	for (size_t i = 0; i < json_array_size(named); i++) {
		struct str name = json_text(json_array_get(named, i), "name");
		if (json_named(found, name) == NULL)
			field_wrong(cx, field, MSG_field_no_such_column, name);
	}
	for (size_t i = 0; i < json_array_size(found); i++) {
		const json_t *f = json_array_get(found, i);
		struct str name = json_text(f, "name");
		const json_t *n = json_named(named, name);
		if (n == NULL && json_array_size(named) > 0)
			field_wrong(cx, field, MSG_field_column_unnamed, name);
		json_t *c =
		    json_keep(cx->arena, n ? json_deep_copy(n) : json_object());
		if (n == NULL) {
			json_put_text(c, "name", name);
			json_put_text(c, "title_th", name);
			json_put_text(c, "title_en", name);
			json_put_text(c, "class", STR("internal"));
			json_put_text(c, "mask", STR("none"));
		}
		if (json_text(c, "type").n == 0)
			json_put_text(c, "type", json_text(f, "type"));
		json_add(out, c);
	}
	return out;
}

static void check_filterable(
    struct ctx *cx, const json_t *part, const json_t *columns, struct str field)
{
	const json_t *list = json_list(part, "filterable");
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct str name = json_as_text(json_array_get(list, i));
		const json_t *c = json_named(columns, name);
		enum mask mask = mask_of(json_text(c, "mask"));
		if (c == NULL || mask == MASK_drop)
			field_wrong(cx, field, MSG_field_no_such_column, name);
		/* Asking which rows have it would tell what it hides. */
		else if (mask != MASK_none)
			field_wrong(
			    cx, field, MSG_field_masked_filterable, name);
	}
}

static enum column_type type_of(struct str name)
{
	int i = kind_find(name, column_type_names, COLUMN_TYPES);
	return i < 0 ? TYPE_TEXT : (enum column_type)i;
}

static void check_masks(struct ctx *cx, const json_t *columns, struct str field)
{
	for (size_t i = 0; i < json_array_size(columns); i++) {
		const json_t *c = json_array_get(columns, i);
		if (!mask_fits(mask_of(json_text(c, "mask")),
			type_of(json_text(c, "type"))))
			field_wrong(cx, field, MSG_field_mask_type,
			    json_text(c, "name"));
	}
}

/* A reason is for a column that is given out. */
static void check_reasons(
    struct ctx *cx, const json_t *part, const json_t *columns, struct str field)
{
	const json_t *said = json_member(part, "reasons");
	const char *name;
	json_t *why;
	if (said == NULL)
		return;
	json_t *all = json_keep(cx->arena, json_deep_copy(said));
	json_object_foreach(all, name, why)
	{
		const json_t *c = json_named(columns, str_of(name));
		if (c == NULL || str_eq(json_text(c, "mask"), STR("drop")))
			field_wrong(cx, field, MSG_field_no_such_column,
			    str_dup(cx->arena, str_of(name)));
	}
}

static void seal_part(struct ctx *cx, const json_t *part, const json_t *found,
    size_t i, json_t *parts)
{
	json_t *o = json_keep(cx->arena, json_deep_copy(part));
	if (json_text(part, "sql").n > 0) {
		json_t *columns = seal_columns(cx, json_list(part, "columns"),
		    json_list(found, "columns"),
		    str_fmt(cx->arena, "parts[%zu].columns", i));
		check_filterable(cx, part, columns,
		    str_fmt(cx->arena, "parts[%zu].filterable", i));
		check_masks(
		    cx, columns, str_fmt(cx->arena, "parts[%zu].columns", i));
		json_put(o, "columns", columns);
		if (json_list(found, "key") != NULL)
			json_put(o, "key", json_list(found, "key"));
	}
	check_reasons(cx, part, json_list(o, "columns"),
	    str_fmt(cx->arena, "parts[%zu].reasons", i));
	json_add(parts, o);
}

/* Rows as counted when it was prepared: shown to who checks, outside of the
 * digest, since live rows change. */
static void add_counts(const json_t *found, json_t *artefact)
{
	const json_t *parts = json_list(artefact, "parts");
	for (size_t i = 0; i < json_array_size(parts); i++) {
		const json_t *f = json_array_get(found, i);
		static const char *const keys[] = { "rows", "not_found" };
		for (size_t k = 0; k < COUNT(keys); k++)
			if (json_value(f, keys[k]) != NULL)
				json_put_int(json_array_get(parts, i), keys[k],
				    json_int(f, keys[k], 0));
	}
}

enum err artefact_seal(
    struct ctx *cx, const json_t *plan, const json_t *built, json_t **ret)
{
	json_t *out = json_keep(cx->arena, json_deep_copy(plan));
	json_t *parts = json_new_array(cx->arena);
	const json_t *planned = json_list(plan, "parts");
	const json_t *found = json_list(built, "parts");
	if (json_array_size(found) != json_array_size(planned))
		return fail_detail(
		    cx, ERR_BROKEN, "the gate described other parts");
	for (size_t i = 0; i < json_array_size(planned); i++)
		seal_part(cx, json_array_get(planned, i),
		    json_array_get(found, i), i, parts);
	enum err e = fields_end(cx);
	if (e)
		return e;
	const json_t *documents = json_list(built, "documents");
	json_put(out, "parts", parts);
	json_put(out, "documents",
	    documents ? documents : json_new_array(cx->arena));
	json_put_text(out, "digest",
	    sha256_hex(cx->arena, sha256_of(json_canonical(cx->arena, out))));
	add_counts(found, out);
	*ret = out;
	return OK;
}
