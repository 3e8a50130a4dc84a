/* What the gate does for the desk: a look at a query's first rows, and the
 * building of what was prepared. Only the desk's own user may call. */
#include <unistd.h>

#include "base/str.h"
#include "core/deliveries.h"
#include "fmt/encoder.h"
#include "gate/files.h"
#include "gate/spec.h"
#include "source/source.h"
#include "sql/sql.h"

#define MAX_ORDER ((size_t)8 << 20)

static enum err read_order(struct gate_visit *v, json_t **ret)
{
	return json_parse(&v->cx, v->rq->body, MAX_ORDER, ret);
}

static json_t *cell_json(const struct cell *c)
{
	json_int_t i;
	switch (c->kind) {
	case CELL_NULL:
		return json_null();
	case CELL_INTEGER:
		return str_i64(c->s, (int64_t *)&i) ? json_integer(i)
		                                    : json_null();
	case CELL_REAL:
	case CELL_TEXT:
		return json_stringn(c->s.p ? c->s.p : "", c->s.n);
	case CELL_BYTES:
		return json_string("…");
	}
	return json_null();
}

static json_t *rows_json(
    struct arena *a, struct columns columns, const struct batch *rows)
{
	json_t *list = json_new_array(a);
	for (size_t r = 0; r < rows->n_rows; r++) {
		json_t *row = json_array();
		for (size_t c = 0; c < rows->n_columns; c++)
			if (!str_eq(columns.v[c].mask, STR("drop")))
				json_array_append_new(row,
				    cell_json(
					&rows->cells[r * rows->n_columns + c]));
		json_array_append_new(list, row);
	}
	return list;
}

/* The masks that the officer names are on the preview already. */
static struct columns with_masks(
    struct arena *a, struct columns found, const json_t *named)
{
	struct columns all = spec_columns(a, named);
	struct column *v = ARENA_ARRAY(a, struct column, found.n + 1);
	for (size_t i = 0; i < found.n; i++) {
		v[i] = found.v[i];
		for (size_t k = 0; k < all.n; k++)
			if (str_eq(all.v[k].name, v[i].name))
				v[i].mask = all.v[k].mask;
	}
	return (struct columns){ .v = v, .n = found.n };
}

static enum err record_preview(
    struct gate_visit *v, const json_t *order, const struct batch *rows)
{
	struct delivery d = { .request = json_text(order, "request"),
		.key = json_text(order, "by"),
		.form = STR("preview"),
		.address = STR("desk"),
		.digest = sha256_hex(
		    v->cx.arena, sha256_of(json_text(order, "sql"))) };
	enum err e = store_write(&v->cx, v->gate->shared);
	if (!e)
		e = delivery_begin(&v->cx, &d);
	if (!e)
		e = delivery_end(
		    &v->cx, d.id, true, (int64_t)rows->n_rows, 0, STR(""));
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	return e;
}

enum err desk_preview(struct gate_visit *v)
{
	json_t *order, *o = json_new_object(v->cx.arena);
	struct source source;
	struct params params = NO_PARAMS;
	struct description found;
	struct batch rows;
	enum err e = read_order(v, &order);
	if (!e)
		e = spec_params(&v->cx, json_list(order, "params"), &params);
	if (!e)
		e = gate_source(v, json_text(order, "source"), &source);
	if (!e)
		e = source_preview(&v->cx, &source, json_text(order, "sql"),
		    params, NO_ARGS, &source_limits_officer,
		    SOURCE_PREVIEW_ROWS, &found, &rows);
	/* No record, no rows. */
	if (!e)
		e = record_preview(v, order, &rows);
	if (e)
		return e;
	struct columns masked =
	    with_masks(v->cx.arena, found.columns, json_list(order, "columns"));
	json_put(o, "columns", spec_columns_json(v->cx.arena, found.columns));
	json_put(o, "rows", rows_json(v->cx.arena, masked, &rows));
	return gate_json(v, 200, o);
}

/* One part on its way into the artefact. */
struct part {
	struct str name;
	const json_t *order;
	struct source source;
	struct approved approved;
	struct compiled compiled;
	struct columns shown;
	int64_t rows;
};

struct build {
	struct gate_visit *v;
	const json_t *order;
	struct part *parts;
	size_t n;
	json_t *documents;
};

static struct str part_prefix(struct build *b, size_t i)
{
	return str_fmt(b->v->cx.arena, "parts[%zu].", i);
}

/* Wrong fields of one part are named as the officer's form names them. */
static enum err in_part(struct build *b, size_t i, enum err e)
{
	struct ctx *cx = &b->v->cx;
	if (e != ERR_INVALID)
		return e;
	for (struct field_error *f = cx->fault.fields; f; f = f->next)
		if (!str_starts(f->field, STR("parts[")))
			f->field =
			    str_cat(cx->arena, part_prefix(b, i), f->field);
	return e;
}

static void columns_as_named(
    struct build *b, struct part *p, struct columns found)
{
	struct arena *a = b->v->cx.arena;
	struct columns named = spec_columns(a, json_list(p->order, "columns"));
	struct column *v = ARENA_ARRAY(a, struct column, found.n + 1);
	for (size_t i = 0; i < found.n; i++) {
		v[i] = found.v[i];
		v[i].title_th = v[i].title_en = v[i].name;
		for (size_t k = 0; k < named.n; k++) {
			if (!str_eq(named.v[k].name, v[i].name))
				continue;
			const json_t *c =
			    json_array_get(json_list(p->order, "columns"), k);
			v[i].title_th = named.v[k].title_th;
			v[i].title_en = named.v[k].title_en;
			v[i].mask = named.v[k].mask;
			if (json_text(c, "type").n > 0)
				v[i].type = named.v[k].type;
		}
	}
	p->approved.columns = (struct columns){ .v = v, .n = found.n };
	p->shown = spec_shown(a, p->approved.columns);
}

/* Reads a query's shape and readies it to run; parameters without a default
 * have no document, since nobody asks with them. */
static enum err describe_part(struct build *b, struct part *p)
{
	struct ctx *cx = &b->v->cx;
	struct description found;
	struct query all = query_all();
	enum err e =
	    spec_params(cx, json_list(p->order, "params"), &p->approved.params);
	if (!e)
		e = gate_source(
		    b->v, json_text(p->order, "source"), &p->source);
	if (!e)
		e = source_describe(cx, &p->source, json_text(p->order, "sql"),
		    p->approved.params, NO_ARGS, &source_limits_officer,
		    &found);
	if (e)
		return e;
	p->approved.sql = json_text(p->order, "sql");
	columns_as_named(b, p, found.columns);
	return query_compile(cx, &p->approved, &all, &p->compiled);
}

static bool needs_values(const struct part *p)
{
	for (size_t i = 0; i < p->approved.params.n; i++)
		if (p->approved.params.v[i].required &&
		    p->approved.params.v[i].preset.p == NULL)
			return true;
	return false;
}

static enum err stream_part(
    struct build *b, struct part *p, struct encoder *enc)
{
	struct ctx *cx = &b->v->cx;
	struct source_stream *stream;
	struct batch rows;
	int64_t n = 0;
	enum err e = source_open(
	    cx, &p->source, &p->compiled, &source_limits_stream, &stream);
	if (e)
		return e;
	while (!(e = source_next(cx, stream, &rows)) && rows.n_rows > 0) {
		n += (int64_t)rows.n_rows;
		if (enc != NULL)
			encoder_rows(enc, &rows);
		if (enc != NULL && encoder_fault(enc) != ENCODE_FINE)
			break;
	}
	source_close(stream);
	p->rows = n;
	return e;
}

/* A name that every file system takes; the part's letters stay. */
static struct str file_name(struct build *b, struct str part, struct str suffix)
{
	struct arena *a = b->v->cx.arena;
	char *s = arena_alloc(a, part.n + 1);
	for (size_t i = 0; i < part.n; i++) {
		unsigned char c = (unsigned char)part.p[i];
		bool bad = c < ' ' || c == '/' || c == '\\' || c == ':' ||
		           c == '"' || c == '*' || c == '?' || c == '<' ||
		           c == '>' || c == '|';
		s[i] = bad ? '-' : (char)c;
	}
	return str_fmt(a, "%.*s-%.*s.%.*s",
	    STR_ARG(json_text(b->order, "request")), (int)part.n, s,
	    STR_ARG(suffix));
}

static void add_document(struct build *b, struct str name, struct str form,
    struct str part, struct str sha256, int64_t bytes)
{
	json_t *o = json_object();
	json_put_text(o, "name", name);
	json_put_text(o, "form", form);
	json_put_text(o, "part", part);
	json_put_text(o, "sha256", sha256);
	json_put_int(o, "bytes", bytes);
	json_array_append_new(b->documents, o);
}

/* The parts from `first` to before `end` in one file. */
static enum err build_file(
    struct build *b, enum form form, size_t first, size_t end)
{
	struct ctx *cx = &b->v->cx;
	struct kept *file = ARENA_NEW(cx->arena, struct kept);
	struct encode_options o = { .lang = LANG_TH,
		.title = json_text(b->order, "title") };
	struct str sha = { 0 };
	enum err e = file_begin(b->v, STR("artefacts"), file);
	if (e)
		return e;
	struct encoder *enc = encoder_new(cx->arena, form,
	    (struct sink){ .write = file_write, .arg = file }, &o);
	for (size_t i = first; i < end && !e; i++) {
		struct part *p = &b->parts[i];
		if (p->approved.sql.n == 0)
			continue;
		encoder_begin(enc, p->name, p->compiled.columns);
		e = stream_part(b, p, enc);
	}
	if (e)
		return e;
	if (!encoder_end(enc))
		return fail_detail(cx, ERR_BROKEN,
		    "a document could not be written: %d",
		    (int)encoder_fault(enc));
	e = file_keep(file, &sha);
	if (e)
		return e;
	bool several = end - first > 1;
	struct str part = several ? STR("") : b->parts[first].name;
	add_document(b,
	    file_name(b, several ? STR("data") : part, form_suffix(form)),
	    form_suffix(form), part, sha, file->bytes);
	return OK;
}

static size_t n_queries(const struct build *b)
{
	size_t n = 0;
	for (size_t i = 0; i < b->n; i++)
		n += b->parts[i].approved.sql.n > 0;
	return n;
}

static enum err build_form(struct build *b, enum form form)
{
	enum err e = OK;
	/* One workbook holds all parts; other forms hold one each. */
	if (form == FORM_XLSX && n_queries(b) == b->n)
		return build_file(b, form, 0, b->n);
	for (size_t i = 0; i < b->n && !e; i++)
		if (b->parts[i].approved.sql.n > 0)
			e = build_file(b, form, i, i + 1);
	return e;
}

static enum err build_files(struct build *b)
{
	const json_t *formats = json_list(b->order, "formats");
	enum err e = OK;
	for (size_t i = 0; i < b->n; i++)
		if (b->parts[i].approved.sql.n > 0 &&
		    needs_values(&b->parts[i])) {
			field_wrong(&b->v->cx,
			    str_cat(b->v->cx.arena, part_prefix(b, i),
				STR("params")),
			    MSG_field_param_needs_default, STR(""));
			return fields_end(&b->v->cx);
		}
	for (size_t i = 0; i < json_array_size(formats) && !e; i++) {
		enum form form;
		if (form_parse(json_as_text(json_array_get(formats, i)), &form))
			e = build_form(b, form);
	}
	return e;
}

/* A finished file is handed over as it came: its bytes move to the artefacts. */
static enum err take_upload(struct build *b, struct part *p)
{
	struct gate_visit *v = b->v;
	struct upload_file u;
	struct kept *copy = ARENA_NEW(v->cx.arena, struct kept);
	struct str sha = { 0 }, stem, suffix = STR("");
	char block[32768];
	int fd = -1;
	int64_t bytes;
	enum err e = store_read(&v->cx, v->gate->shared);
	if (!e)
		e = upload_get(&v->cx, json_text(p->order, "file"), &u);
	store_end(&v->cx);
	if (!e)
		e = file_open(v, STR("uploads"), u.sha256, &fd, &bytes);
	if (e)
		return e;
	e = file_begin(v, STR("artefacts"), copy);
	for (ssize_t n; !e && (n = read(fd, block, sizeof block)) != 0;)
		if (n < 0 || !file_write(copy, block, (size_t)n))
			e = fail_detail(
			    &v->cx, ERR_BROKEN, "copying an upload");
	close(fd);
	if (!e)
		e = file_keep(copy, &sha);
	if (!e && !str_eq(sha, u.sha256))
		e = fail_detail(&v->cx, ERR_BROKEN, "an upload has changed");
	if (e)
		return e;
	if (!str_cut(u.name, '.', &stem, &suffix))
		suffix = STR("file");
	for (struct str more; str_cut(suffix, '.', &stem, &more);)
		suffix = more;
	add_document(b, u.name, str_lower(v->cx.arena, suffix), p->name, sha,
	    copy->bytes);
	return OK;
}

static enum err build_parts(struct build *b)
{
	enum err e = OK;
	for (size_t i = 0; i < b->n && !e; i++) {
		struct part *p = &b->parts[i];
		bool query = json_text(p->order, "sql").n > 0;
		e = in_part(
		    b, i, query ? describe_part(b, p) : take_upload(b, p));
	}
	bool export = json_flag(b->order, "export");
	if (!e && export && n_queries(b) > 0)
		e = build_files(b);
	for (size_t i = 0; i < b->n && !e && !export; i++)
		if (!needs_values(&b->parts[i]))
			e = stream_part(b, &b->parts[i], NULL);
	return e;
}

enum err desk_build(struct gate_visit *v)
{
	struct build b = { .v = v, .documents = json_new_array(v->cx.arena) };
	json_t *order, *parts = json_new_array(v->cx.arena);
	enum err e = read_order(v, &order);
	if (e)
		return e;
	b.order = order;
	const json_t *list = json_list(order, "parts");
	b.n = json_array_size(list);
	b.parts = ARENA_ARRAY(v->cx.arena, struct part, b.n + 1);
	for (size_t i = 0; i < b.n; i++)
		b.parts[i] = (struct part){ .order = json_array_get(list, i),
			.name = json_text(json_array_get(list, i), "name") };
	e = build_parts(&b);
	if (e)
		return e;
	for (size_t i = 0; i < b.n; i++) {
		json_t *o = json_object();
		json_put(o, "columns",
		    spec_columns_json(
			v->cx.arena, b.parts[i].approved.columns));
		json_put_int(o, "rows", b.parts[i].rows);
		json_array_append_new(parts, o);
	}
	json_t *o = json_new_object(v->cx.arena);
	json_put(o, "parts", parts);
	json_put(o, "documents", b.documents);
	return gate_json(v, 200, o);
}
