#include "desk/form_command.h"

#include "base/str.h"

struct str form_name(struct arena *a, enum command c, struct str field)
{
	return str_fmt(a, "%s.%.*s", command_names[c], STR_ARG(field));
}

struct str form_unix(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r' || i + 1 == s.n || s.p[i + 1] != '\n')
			p[n++] = s.p[i];
	return str_n(p, n);
}

struct str form_date(const struct visit *v, struct str name)
{
	struct arena *a = v->cx.arena;
	static const char *const parts[] = { "day", "month", "year" };
	struct str p[COUNT(parts)];
	bool any = false;
	for (size_t i = 0; i < COUNT(parts); i++) {
		struct str part =
		    str_fmt(a, "%.*s-%s", STR_ARG(name), parts[i]);
		p[i] = str_trim(pairs_get(v->rq->form, part));
		any |= p[i].n > 0;
	}
	if (!any)
		return str_trim(pairs_get(v->rq->form, name));
	return str_fmt(
	    a, "%.*s/%.*s/%.*s", STR_ARG(p[0]), STR_ARG(p[1]), STR_ARG(p[2]));
}

void form_lines(json_t *list, struct str s, bool commas)
{
	struct str line, one;
	for (bool more = true; more;) {
		more = str_cut(s, '\n', &line, &s);
		for (bool rest = true; rest;) {
			one = line;
			rest = commas && str_cut(line, ',', &one, &line);
			one = str_trim(one);
			if (one.n > 0)
				json_add_text(list, one);
		}
	}
}

struct reading {
	struct visit *v;
	enum command command;
	const struct body_field *field;
	struct str name; /* in the form */
	json_t *body;
};

static void put_text(struct reading *r, struct str s)
{
	if (s.n > 0)
		json_put_text(r->body, r->field->name, s);
}

static void put_integer(struct reading *r)
{
	int64_t n;
	struct str s = str_trim(pairs_get(r->v->rq->form, r->name));
	if (str_i64(s, &n))
		json_put_int(r->body, r->field->name, n);
	else
		put_text(r, s);
}

static void put_list(struct reading *r)
{
	json_t *list = json_new_array(r->v->cx.arena);
	struct pairs form = r->v->rq->form;
	for (size_t i = 0; i < form.n; i++)
		if (str_eq(form.v[i].name, r->name))
			form_lines(list, form.v[i].value, true);
	if (json_array_size(list) > 0)
		json_put(r->body, r->field->name, list);
}

/* "รายการ: เหตุผล", a line each. */
static void put_reasons(struct reading *r)
{
	json_t *lines = json_new_array(r->v->cx.arena);
	json_t *list = json_new_array(r->v->cx.arena);
	form_lines(lines, pairs_get(r->v->rq->form, r->name), false);
	for (size_t i = 0; i < json_array_size(lines); i++) {
		struct str item, reason = STR("");
		str_cut(json_as_text(json_array_get(lines, i)), ':', &item,
		    &reason);
		json_t *one = json_object();
		json_put_text(one, "item", str_trim(item));
		json_put_text(one, "reason", str_trim(reason));
		json_array_append_new(list, one);
	}
	if (json_array_size(list) > 0)
		json_put(r->body, r->field->name, list);
}

static void put_member(
    json_t *object, struct str key, struct str value, struct arena *a)
{
	int64_t n;
	if (value.n == 0)
		return;
	if (str_eq(value, STR("yes")))
		json_put_flag(object, str_cstr(a, key), true);
	else if (str_i64(value, &n))
		json_put_int(object, str_cstr(a, key), n);
	else
		json_put_text(object, str_cstr(a, key), value);
}

static void put_object(struct reading *r)
{
	struct arena *a = r->v->cx.arena;
	struct pairs form = r->v->rq->form;
	struct str prefix = str_cat(a, r->name, STR("."));
	json_t *o = json_new_object(a);
	for (size_t i = 0; i < form.n; i++) {
		struct str key = form.v[i].name;
		if (str_take(&key, prefix) && key.n > 0)
			put_member(o, key, str_trim(form.v[i].value), a);
	}
	if (json_object_size(o) > 0)
		json_put(r->body, r->field->name, o);
}

static void read_field(struct reading *r)
{
	struct str s = pairs_get(r->v->rq->form, r->name);
	switch (r->field->type) {
	case BODY_TEXT:
	case BODY_CHOICE:
	case BODY_FILE:
		put_text(r, s);
		break;
	case BODY_LINES:
	case BODY_SQL:
		put_text(r, form_unix(r->v->cx.arena, s));
		break;
	case BODY_DATE:
	case BODY_MOMENT:
		put_text(r, form_date(r->v, r->name));
		break;
	case BODY_INTEGER:
		put_integer(r);
		break;
	case BODY_TEXTS:
	case BODY_FILES:
		put_list(r);
		break;
	case BODY_ARRAY:
		put_reasons(r);
		break;
	case BODY_OBJECT:
		put_object(r);
		break;
	}
}

json_t *form_command(struct visit *v, enum command c)
{
	struct reading r = {
		.v = v, .command = c, .body = json_new_object(v->cx.arena)
	};
	for (size_t i = 0; i < n_body_fields; i++) {
		if (body_fields[i].command != c)
			continue;
		r.field = &body_fields[i];
		r.name = form_name(v->cx.arena, c, str_of(r.field->name));
		read_field(&r);
	}
	return r.body;
}
