#include "core/table_import.h"

#include "base/crypt.h"
#include "base/csv.h"
#include "base/near.h"
#include "base/str.h"

enum { MAX_WARNINGS = 200 };

const char *const import_change_names[IMPORT_CHANGES] = { "new", "changed",
	"same" };

/* A file on its way in. */
struct import {
	struct ctx *cx;
	const struct import_kind *kind;
	struct csv csv;
	/* The header: which column stands in each place. */
	size_t place[IMPORT_MAX_COLUMNS], n_places;
	struct import_line *lines;
	size_t n;
	struct import_problem *problems, *warnings;
	size_t n_problems, n_warnings;
	enum err broken; /* the store failed, not the file */
};

bool import_word(struct str *cursor, struct str *ret)
{
	*cursor = str_trim(*cursor);
	if (!cursor->n)
		return false;
	str_cut(*cursor, ' ', ret, cursor);
	return true;
}

static void bad(
    struct import *im, struct str column, enum msg msg, struct str arg)
{
	if (im->n_problems == IMPORT_MAX_PROBLEMS)
		return;
	im->problems[im->n_problems++] =
	    (struct import_problem){ im->csv.line, column, msg, arg };
}

static struct str column(const struct import *im, size_t i)
{
	return str_of(im->kind->columns[i]);
}

static struct str number(const struct import *im, size_t n)
{
	return str_fmt(im->cx->arena, "%zu", n);
}

static void take_column(struct import *im, struct str name, bool *seen)
{
	const struct import_kind *k = im->kind;

	for (size_t i = 0; i < k->n_columns; i++) {
		if (!str_eq_nocase(name, column(im, i)))
			continue;
		if (seen[i])
			bad(im, name, MSG_field_file_twice, name);
		seen[i] = true;
		im->place[im->n_places++] = i;
		return;
	}
	struct str near = near_name(name, k->columns, k->n_columns);
	bad(im, str_utf8(name) ? name : STR("?"),
	    near.n ? MSG_field_column_near : MSG_field_column_unknown, near);
}

static bool take_header(struct import *im)
{
	struct str cells[IMPORT_MAX_COLUMNS];
	bool seen[IMPORT_MAX_COLUMNS] = { false };
	size_t n = 0;

	csv_next(&im->csv, im->cx->arena, cells, COUNT(cells), &n);
	if (n > COUNT(cells))
		n = COUNT(cells);
	for (size_t i = 0; i < n; i++)
		take_column(im, cells[i], seen);
	for (size_t i = 0; i < im->kind->n_needed; i++)
		if (!seen[i])
			bad(im, column(im, i), MSG_field_column_missing,
			    STR(""));
	return im->n_problems == 0;
}

static void warn(struct import *im, struct str name, struct str cell)
{
	struct str word;

	if (im->n_warnings < MAX_WARNINGS && thai_damaged(cell, &word))
		im->warnings[im->n_warnings++] =
		    (struct import_problem){ im->csv.line, name, MSG_NONE,
			    word };
}

/* Puts the cells in the order of the kind's columns. */
static bool arrange(
    struct import *im, const struct str *raw, size_t n, struct str *cells)
{
	size_t before = im->n_problems;

	if (n != im->n_places) {
		bad(im, column(im, im->place[im->n_places - 1]),
		    MSG_field_file_cells, number(im, n));
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		struct str name = column(im, im->place[i]);
		cells[im->place[i]] = raw[i];
		if (!str_utf8(raw[i]) || str_index(raw[i], '\0') < raw[i].n)
			bad(im, name, MSG_field_not_utf8, STR(""));
		else
			warn(im, name, raw[i]);
	}
	return im->n_problems == before;
}

/* A message that would quote the wrong text quotes the cell. */
static struct str quoted(
    const struct import *im, const struct str *cells, struct field_error *fe)
{
	for (size_t i = 0; !fe->arg.n && i < im->kind->n_columns; i++)
		if (str_eq(fe->field, column(im, i)))
			return cells[i];
	return fe->arg;
}

/* Other failures than of what stands in the line end all. */
static void explain(struct import *im, const struct ctx *cx, enum err e,
    const struct str *cells)
{
	const struct fault *f = &cx->fault;

	for (struct field_error *fe = f->fields; fe; fe = fe->next)
		bad(im, fe->field, fe->msg, quoted(im, cells, fe));
	if (f->fields)
		return;
	if (e == ERR_CONFLICT || e == ERR_NOT_FOUND) {
		bad(im, column(im, 0), f->msg, f->arg[0]);
		return;
	}
	im->cx->fault = *f;
	im->broken = e;
}

static bool is_known(const struct import *im, struct str key)
{
	for (size_t i = 0; i < im->n; i++)
		if (str_eq_nocase(im->lines[i].key, key))
			return true;
	return false;
}

static void take_line(struct import *im, const struct str *raw, size_t n)
{
	struct str cells[IMPORT_MAX_COLUMNS] = { { NULL, 0 } };
	/* Why one line is bad must not stand in the way of the next. */
	struct ctx cx = *im->cx;

	if (!arrange(im, raw, n, cells))
		return;
	if (is_known(im, cells[0])) {
		bad(im, column(im, 0), MSG_field_file_twice, cells[0]);
		return;
	}
	im->lines[im->n++] =
	    (struct import_line){ .line = im->csv.line, .key = cells[0] };
	enum err e = im->kind->put(&cx, cells);
	if (e)
		explain(im, &cx, e, cells);
}

static void take_lines(struct import *im)
{
	struct str raw[IMPORT_MAX_COLUMNS];
	struct csv *csv = &im->csv;
	size_t n;

	if (!take_header(im))
		return;
	while (im->n < IMPORT_MAX_ROWS &&
	       im->n_problems < IMPORT_MAX_PROBLEMS && !im->broken &&
	       csv_next(csv, im->cx->arena, raw, COUNT(raw), &n))
		take_line(im, raw, n);
	if (csv->bad)
		bad(im, column(im, 0), MSG_field_file_quote, STR(""));
	else if (!im->broken && im->n == IMPORT_MAX_ROWS && csv->rest.n > 0)
		bad(im, column(im, 0), MSG_field_file_long,
		    number(im, IMPORT_MAX_ROWS));
	else if (im->n == 0)
		bad(im, column(im, 0), MSG_field_file_empty, STR(""));
}

static const json_t *find(const json_t *all, const char *key, struct str value)
{
	const json_t *one;
	size_t i;

	json_array_foreach(all, i, one)
	{
		if (str_eq_nocase(json_text(one, key), value))
			return one;
	}
	return NULL;
}

/* A member as a file has it. */
static struct str member_text(
    struct arena *a, const json_t *object, const char *name)
{
	const json_t *v = json_value(object, name);

	if (v == NULL)
		return STR("");
	if (json_is_boolean(v))
		return json_is_true(v) ? STR("yes") : STR("no");
	return json_is_string(v) ? json_as_text(v) : json_compact(a, v);
}

static void compare(const struct import *im, const json_t *was,
    const json_t *is, struct import_line *line)
{
	struct arena *a = im->cx->arena;
	const struct import_kind *k = im->kind;
	struct import_field *v =
	    ARENA_ARRAY(a, struct import_field, k->n_columns);

	for (size_t i = 0; i < k->n_columns; i++) {
		struct import_field f = { column(im, i),
			member_text(a, was, k->columns[i]),
			member_text(a, is, k->columns[i]) };
		if (str_eq(f.was, f.now))
			continue;
		v[line->n_fields++] = f;
		line->ended |= was != NULL && str_eq(f.column, STR("active")) &&
		               str_eq(f.now, STR("no"));
	}
	line->fields = v;
	line->change = was == NULL          ? IMPORT_new
	               : line->n_fields > 0 ? IMPORT_changed
	                                    : IMPORT_same;
}

static void put_untouched(
    const struct import *im, const json_t *before, struct import_report *ret)
{
	const json_t *one;
	size_t i;
	struct str *v =
	    ARENA_ARRAY(im->cx->arena, struct str, json_array_size(before) + 1);

	json_array_foreach(before, i, one)
	{
		struct str key = json_text(one, im->kind->columns[0]);
		if (!is_known(im, key))
			v[ret->n_untouched++] = key;
	}
	ret->untouched = v;
}

static void put_problems(const struct import *im, struct import_report *ret)
{
	ret->problems = im->problems;
	ret->n_problems = im->n_problems;
	ret->warnings = im->warnings;
	ret->n_warnings = im->n_warnings;
	for (size_t i = 0; i < im->n_problems; i++) {
		const struct import_problem *p = &im->problems[i];
		field_wrong(im->cx,
		    str_fmt(im->cx->arena, "line %d: %.*s", p->line,
			STR_ARG(p->column)),
		    p->msg, p->arg);
	}
}

static json_t *lines_json(struct arena *a, const struct import_kind *kind,
    const struct import_report *r)
{
	json_t *lines = json_new_array(a);

	for (size_t i = 0; i < r->n; i++) {
		const struct import_line *l = &r->lines[i];
		json_t *o = json_new_object(a), *fields = json_new_array(a);
		for (size_t k = 0; k < l->n_fields; k++) {
			json_t *f = json_new_object(a);
			json_put_text(f, "field", l->fields[k].column);
			json_put_text(f, "was", l->fields[k].was);
			json_put_text(f, "now", l->fields[k].now);
			json_add(fields, f);
		}
		json_put_int(o, "line", l->line);
		json_put_text(o, kind->columns[0], l->key);
		json_put_text(
		    o, "change", str_of(import_change_names[l->change]));
		json_put(o, "fields", fields);
		json_add(lines, o);
	}
	return lines;
}

static void tell(struct import *im, const json_t *before, const json_t *after,
    struct import_report *ret)
{
	struct arena *a = im->cx->arena;
	const char *key = im->kind->columns[0];

	for (size_t i = 0; i < im->n; i++) {
		struct import_line *l = &im->lines[i];
		compare(
		    im, find(before, key, l->key), find(after, key, l->key), l);
		ret->counts[l->change]++;
	}
	ret->lines = im->lines;
	ret->n = im->n;
	put_untouched(im, before, ret);
	ret->digest = sha256_hex(
	    a, sha256_of(json_canonical(a, lines_json(a, im->kind, ret))));
}

enum err import_table(struct ctx *cx, const struct import_kind *kind,
    struct str text, struct import_report *ret)
{
	struct import im = { .cx = cx, .kind = kind, .csv = csv_begin(text) };
	json_t *before, *after;

	*ret = (struct import_report){ 0 };
	if (text.n > IMPORT_MAX_BYTES)
		return fail(cx, ERR_TOO_LARGE, MSG_error_import_too_large);
	im.lines = ARENA_ARRAY(cx->arena, struct import_line, IMPORT_MAX_ROWS);
	im.problems =
	    ARENA_ARRAY(cx->arena, struct import_problem, IMPORT_MAX_PROBLEMS);
	im.warnings =
	    ARENA_ARRAY(cx->arena, struct import_problem, MAX_WARNINGS);
	enum err e = kind->list(cx, &before);
	if (e)
		return e;
	take_lines(&im);
	if (im.broken)
		return im.broken;
	put_problems(&im, ret);
	if (im.n_problems > 0)
		return fields_end(cx);
	e = kind->list(cx, &after);
	if (!e)
		tell(&im, before, after, ret);
	return e;
}

static json_t *warnings_json(struct arena *a, const struct import_report *r)
{
	json_t *all = json_new_array(a);

	for (size_t i = 0; i < r->n_warnings; i++) {
		json_t *o = json_new_object(a);
		json_put_int(o, "line", r->warnings[i].line);
		json_put_text(o, "field", r->warnings[i].column);
		json_put_text(o, "word", r->warnings[i].arg);
		json_add(all, o);
	}
	return all;
}

json_t *import_json(struct arena *a, const struct import_kind *kind,
    const struct import_report *r, bool dry_run)
{
	json_t *doc = json_new_object(a), *ended = json_new_array(a),
	       *untouched = json_new_array(a);

	for (size_t i = 0; i < IMPORT_CHANGES; i++)
		json_put_int(
		    doc, import_change_names[i], (int64_t)r->counts[i]);
	json_put_flag(doc, "dry_run", dry_run);
	json_put_text(doc, "digest", r->digest);
	json_put(doc, "lines", lines_json(a, kind, r));
	for (size_t i = 0; i < r->n; i++)
		if (r->lines[i].ended)
			json_add_text(ended, r->lines[i].key);
	for (size_t i = 0; i < r->n_untouched; i++)
		json_add_text(untouched, r->untouched[i]);
	json_put(doc, "ended", ended);
	json_put(doc, "untouched", untouched);
	json_put(doc, "warnings", warnings_json(a, r));
	return doc;
}
