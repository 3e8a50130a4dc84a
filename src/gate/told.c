#include "gate/told.h"

#include "base/str.h"
#include "base/time.h"
#include "fmt/mask.h"
#include "gate/about.h"

enum { FACTS = 24, COLUMN_CELLS = 5, TOLD_BYTES = 8000 };

struct sheet {
	struct arena *arena;
	enum lang lang;
	struct sheet_line *v;
	size_t n, max;
};

static struct sheet sheet_new(struct arena *a, enum lang lang, size_t lines)
{
	return (struct sheet){ .arena = a,
		.lang = lang,
		.v = ARENA_ARRAY(a, struct sheet_line, lines),
		.max = lines };
}

/* Within what a cell holds, between letters. */
static struct str fitting(struct str s)
{
	size_t n = TOLD_BYTES;
	if (s.n <= n)
		return s;
	while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return str_upto(s, n);
}

static struct str *add_line(struct sheet *s, size_t n, bool heading)
{
	REQUIRE(s->n < s->max);
	struct str *cells = ARENA_ARRAY(s->arena, struct str, n);
	s->v[s->n++] =
	    (struct sheet_line){ .cells = cells, .n = n, .heading = heading };
	return cells;
}

static void add(struct sheet *s, enum msg label, struct str value)
{
	if (value.n == 0)
		return;
	struct str *cells = add_line(s, 2, false);
	cells[0] = msg_text(s->lang, label);
	cells[1] = fitting(value);
}

static struct str coded(
    const struct sheet *s, const char *prefix, struct str code)
{
	return code.n > 0 ? msg_code(s->arena, s->lang, str_of(prefix), code)
	                  : code;
}

static struct str day_of(const struct sheet *s, struct str iso)
{
	struct date d;
	return date_parse_iso(iso, &d) ? date_long(s->arena, s->lang, d)
	                               : STR("");
}

static struct str lines_of(struct arena *a, const json_t *list)
{
	struct str all = STR("");
	for (size_t i = 0; i < json_array_size(list); i++)
		all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all), i > 0 ? "\n" : "",
		    STR_ARG(json_as_text(json_array_get(list, i))));
	return all;
}

/* `about`: core/told.h, or a connection's spec. */
static void add_agreed(struct sheet *s, const json_t *about, struct str request)
{
	add(s, MSG_gate_told_title, json_text(about, "title"));
	add(s, MSG_gate_told_purpose, json_text(about, "purpose"));
	add(s, MSG_gate_about_basis,
	    coded(s, "lawful-basis.", json_text(about, "lawful_basis")));
	add(s, MSG_gate_told_office, json_text(about, "office"));
	add(s, MSG_gate_about_request, request);
	add(s, MSG_gate_about_holder, json_text(about, "requester"));
	add(s, MSG_gate_told_unit, json_text(about, "unit"));
	add(s, MSG_gate_told_conditions,
	    lines_of(s->arena, json_list(about, "conditions")));
	add(s, MSG_gate_told_retention,
	    day_of(s, json_text(about, "retention_until")));
}

static void add_columns(struct sheet *s, struct str part, struct columns all)
{
	static const enum msg heads[COLUMN_CELLS] = { MSG_gate_about_column,
		MSG_gate_about_meaning, MSG_gate_about_type,
		MSG_gate_about_class, MSG_gate_about_mask };
	struct columns masked = masked_columns(s->arena, all);
	add_line(s, 0, false);
	add(s, MSG_gate_told_part, part);
	struct str *cells = add_line(s, COLUMN_CELLS, true);
	for (size_t i = 0; i < COLUMN_CELLS; i++)
		cells[i] = msg_text(s->lang, heads[i]);
	for (size_t i = 0; i < all.n; i++) {
		const struct column *c = &all.v[i];
		if (mask_of(c->mask) == MASK_drop)
			continue;
		cells = add_line(s, COLUMN_CELLS, false);
		cells[0] = fitting(c->name);
		cells[1] = fitting(column_title_in(c, s->lang));
		cells[2] = coded(
		    s, "type.", str_of(column_type_names[masked.v[i].type]));
		cells[3] = coded(s, "class.", c->class);
		cells[4] =
		    coded(s, "mask.", str_of(mask_names[mask_of(c->mask)]));
	}
}

static const struct sheet_note *sheet_end(const struct sheet *s)
{
	struct sheet_note *note = ARENA_NEW(s->arena, struct sheet_note);
	*note =
	    (struct sheet_note){ .name = msg_text(s->lang, MSG_gate_told_name),
		    .lines = s->v,
		    .n = s->n };
	return note;
}

const struct sheet_note *told_answer(const struct call *c, struct str delivery)
{
	const struct connection *k = &c->connection;
	struct arena *a = c->v->cx.arena;
	struct sheet s =
	    sheet_new(a, c->v->cx.lang, FACTS + c->approved.columns.n);
	add_agreed(&s, k->spec, k->request);
	add(&s, MSG_gate_about_contact, json_text(k->spec, "contact"));
	add(&s, MSG_gate_about_address, connection_url(c));
	add(&s, MSG_gate_about_days,
	    str_fmt(a, "%.*s – %.*s",
		STR_ARG(date_long(a, s.lang, date_of_ms(k->starts))),
		STR_ARG(date_long(a, s.lang, date_of_ms(k->expires - 1)))));
	add(&s, MSG_gate_told_at, time_short(a, s.lang, c->v->cx.now));
	add(&s, MSG_gate_told_key, c->key.holder);
	add(&s, MSG_gate_told_delivery, delivery);
	add_columns(&s, k->part, c->approved.columns);
	return sheet_end(&s);
}

const struct sheet_note *told_document(struct arena *a, enum lang lang,
    const json_t *order, const struct told_part *parts, size_t n)
{
	size_t lines = FACTS;
	for (size_t i = 0; i < n; i++)
		lines += parts[i].columns.n + 3;
	struct sheet s = sheet_new(a, lang, lines);
	add_agreed(&s, json_value(order, "about"), json_text(order, "request"));
	add(&s, MSG_gate_told_until, day_of(&s, json_text(order, "expires")));
	for (size_t i = 0; i < n; i++)
		add_columns(&s, parts[i].name, parts[i].columns);
	return sheet_end(&s);
}
