/* The building of what was prepared: every query runs once, its rows go into
 * all forms at the same time, so that no two documents of one artefact differ;
 * each file is kept under its digest. Nothing is recorded: no row leaves. */
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "core/built.h"
#include "core/upload.h"
#include "fmt/encoder.h"
#include "fmt/mask.h"
#include "gate/beside.h"
#include "gate/files.h"
#include "gate/order.h"
#include "gate/told.h"
#include "gate/unmatched.h"
#include "gate/views.h"
#include "source/source.h"
#include "sql/sql.h"

#define MAX_PARTS ((size_t)20)
#define BUILD_MS ((int64_t)9 * 60 * 1000) /* the desk waits ten minutes */

/* One document being written. */
struct paper {
	enum form form;
	struct kept *file;
	struct encoder *encoder;
	bool all;               /* of every part: the workbook */
	struct str part, label; /* label: of its file's name; else the part */
};

struct part {
	struct str name;
	const json_t *order;
	struct source source;
	struct approved approved;
	struct compiled compiled;
	const struct str *key;
	size_t n_key;
	int64_t rows;
	struct paper papers[FORMS];
	size_t n_papers;
	struct beside tables;
	struct unmatched *unmatched; /* NULL: not asked for */
	int64_t not_found;
};

struct build {
	struct gate_visit *v;
	const json_t *order;
	struct source_limits limits;
	struct part *parts;
	size_t n;
	bool forms[FORMS]; /* of the documents wanted */
	struct paper book; /* one workbook for all parts, if it is wanted */
	struct sha256 mask_key; /* of this order alone */
	json_t *documents;
};

static bool gone(void *arg)
{
	const struct build *b = arg;
	return request_gone(b->v->rq);
}

static struct str part_prefix(struct build *b, size_t i)
{
	return str_fmt(b->v->cx.arena, "parts[%zu].", i);
}

static bool is_query(const struct part *p)
{
	return json_text(p->order, "sql").n > 0;
}

static bool needs_values(const struct part *p)
{
	for (size_t i = 0; i < p->approved.params.n; i++)
		if (p->approved.params.v[i].required &&
		    p->approved.params.v[i].preset.p == NULL)
			return true;
	return false;
}

/* The query's columns with what the form says of each. */
static struct columns columns_as_named(
    struct build *b, const struct part *p, struct columns found)
{
	struct arena *a = b->v->cx.arena;
	const json_t *list = json_list(p->order, "columns");
	struct columns named = spec_columns(a, list);
	struct column *v = ARENA_ARRAY(a, struct column, found.n + 1);
	for (size_t i = 0; i < found.n; i++) {
		v[i] = found.v[i];
		v[i].title_th = v[i].title_en = v[i].name;
		for (size_t k = 0; k < named.n; k++) {
			enum column_type read = v[i].type;
			if (!str_eq(named.v[k].name, v[i].name))
				continue;
			v[i] = named.v[k];
			if (json_text(json_array_get(list, k), "type").n == 0)
				v[i].type = read;
		}
	}
	return (struct columns){ .v = v, .n = found.n };
}

static enum err begin_unmatched(struct build *b, struct part *p)
{
	struct str column = json_text(p->order, "unmatched");
	if (column.n == 0 || p->tables.n == 0 || needs_values(p))
		return OK;
	return unmatched_begin(&b->v->cx, &p->tables.v[0], column,
	    p->compiled.columns, &p->unmatched);
}

/* Reads a query's shape and readies it to run. */
static enum err describe(struct build *b, struct part *p)
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
		e = beside_open(
		    b->v, p->order, json_text(b->order, "request"), &p->tables);
	if (!e)
		e = beside_source(
		    b->v, p->order, &p->tables, &b->limits, &p->source);
	if (!e)
		e = source_describe(cx, &p->source, json_text(p->order, "sql"),
		    p->approved.params, NO_ARGS, beside_limits(&p->tables),
		    &found);
	if (e)
		return e;
	p->approved.sql = json_text(p->order, "sql");
	p->key = found.key;
	p->n_key = found.n_key;
	p->approved.columns = columns_as_named(b, p, found.columns);
	/* Nobody gives values: what has none cannot run here. */
	if (!needs_values(p))
		e = query_compile(cx, &p->approved, &all, &p->compiled);
	return e ? e : begin_unmatched(b, p);
}

/* Noted until an event says that it was taken. */
static enum err keep(
    struct build *b, struct kept *file, struct str name, struct str *ret_sha)
{
	struct gate_visit *v = b->v;
	enum err e = file_keep(file, ret_sha);
	if (!e)
		e = store_write(&v->cx, v->gate->shared);
	if (!e)
		e = built_note(&v->cx, json_text(b->order, "request"), *ret_sha,
		    name, file->bytes);
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	return e;
}

/* A finished file is handed over as it came: its bytes move to the artefacts. */
static enum err copy_upload(struct build *b, const struct upload_file *u,
    struct str *ret_sha, int64_t *ret_bytes)
{
	struct gate_visit *v = b->v;
	struct kept *copy = ARENA_NEW(v->cx.arena, struct kept);
	struct sealed *from;
	bool changed;
	enum err e = file_open_sealed(v, STR("uploads"),
	    upload_file_of(u->file, u->sha256), &from, &changed);
	if (!e)
		e = file_begin(v, STR("artefacts"), copy);
	if (!e && !file_copy(copy, from))
		e = fail_detail(&v->cx, ERR_BROKEN, "copying an upload");
	if (!e)
		e = keep(b, copy, u->name, ret_sha);
	if (!e && !str_eq(*ret_sha, u->sha256))
		e = fail_detail(&v->cx, ERR_BROKEN, "an upload has changed");
	if (!e)
		*ret_bytes = copy->bytes;
	return e;
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

/* "xlsx" of "รายชื่อ.v2.XLSX"; "file" when there is none. */
static struct str suffix_of(struct arena *a, struct str name)
{
	struct str stem, rest, suffix = STR("");
	for (bool more = str_cut(name, '.', &stem, &rest); more;
	     more = str_cut(rest, '.', &stem, &rest))
		suffix = rest;
	return suffix.n > 0 ? str_lower(a, suffix) : STR("file");
}

static enum err take_upload(struct build *b, const struct part *p)
{
	struct gate_visit *v = b->v;
	struct upload_file u;
	struct str sha = { 0 };
	int64_t bytes = 0;
	enum err e = store_write(&v->cx, v->gate->shared);
	if (!e)
		e = upload_get(&v->cx, json_text(p->order, "file"), &u);
	if (!e && (!str_eq(u.request, json_text(b->order, "request")) ||
		      u.kind.n > 0))
		e = fail_detail(&v->cx, ERR_NOT_FOUND,
		    "a file of another request, or a table");
	if (!e)
		e = upload_used(&v->cx, u.id);
	if (!e)
		e = store_commit(&v->cx);
	store_end(&v->cx);
	if (!e)
		e = copy_upload(b, &u, &sha, &bytes);
	if (!e)
		add_document(b, u.name, suffix_of(v->cx.arena, u.name), p->name,
		    sha, bytes);
	return e;
}

static bool wants_view(const struct build *b)
{
	const json_t *list = json_list(b->order, "outlets");
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_eq(json_as_text(json_array_get(list, i)), STR("view")))
			return true;
	return false;
}

static enum err describe_parts(struct build *b)
{
	bool view = wants_view(b);
	enum err e = OK;
	for (size_t i = 0; i < b->n && !e; i++) {
		struct part *p = &b->parts[i];
		if (!is_query(p))
			continue;
		e = describe(b, p);
		if (!e && view)
			e = view_possible(b->v, json_text(p->order, "source"),
			    &p->source, &p->approved);
		e = order_wrong(&b->v->cx, e, part_prefix(b, i));
	}
	return e;
}

/* Documents need every value: nobody fills one in. */
static enum err check_values(struct build *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (needs_values(&b->parts[i]))
			field_wrong(&b->v->cx,
			    str_cat(b->v->cx.arena, part_prefix(b, i),
				STR("params")),
			    MSG_field_param_needs_default, STR(""));
	return fields_end(&b->v->cx);
}

/* Of that part, or of all. */
static const struct sheet_note *told(struct build *b, struct str part)
{
	struct arena *a = b->v->cx.arena;
	struct told_part *v = ARENA_ARRAY(a, struct told_part, b->n);
	size_t n = 0;
	for (size_t i = 0; i < b->n; i++)
		if (part.n == 0 || str_eq(b->parts[i].name, part))
			v[n++] = (struct told_part){ b->parts[i].name,
				b->parts[i].approved.columns };
	return told_document(a, LANG_TH, b->order, v, n);
}

static enum err paper_begin(
    struct build *b, enum form form, struct str part, struct paper *ret)
{
	struct arena *a = b->v->cx.arena;
	struct encode_options o = { .lang = LANG_TH,
		.title = json_text(b->order, "title"),
		.note = form == FORM_XLSX ? told(b, part) : NULL };
	struct kept *file = ARENA_NEW(a, struct kept);
	enum err e = file_begin(b->v, STR("artefacts"), file);
	if (!e)
		*ret = (struct paper){ .form = form,
			.file = file,
			.part = part,
			.encoder = encoder_new(a, form,
			    (struct sink){ .write = file_write, .arg = file },
			    &o) };
	return e;
}

/* A name that every file system takes; the part's letters stay. */
static struct str file_name(struct build *b, struct str part, struct str suffix)
{
	struct arena *a = b->v->cx.arena;
	char *s = arena_alloc(a, part.n + 1);
	for (size_t i = 0; i < part.n; i++) {
		unsigned char c = (unsigned char)part.p[i];
		bool bad = c < ' ' || c == 0x7f ||
		           str_index(STR("/\\:\"*?<>|"), (char)c) < 9;
		s[i] = bad ? '-' : (char)c;
	}
	return str_fmt(a, "%.*s-%.*s.%.*s",
	    STR_ARG(json_text(b->order, "request")), (int)part.n, s,
	    STR_ARG(suffix));
}

static enum err paper_end(struct build *b, struct paper *p)
{
	struct str sha, suffix = form_suffix(p->form);
	if (!encoder_end(p->encoder))
		return fail_detail(&b->v->cx, ERR_BROKEN,
		    "a document could not be written: %d",
		    (int)encoder_fault(p->encoder));
	struct str label = p->label.n > 0  ? p->label
	                   : p->part.n > 0 ? p->part
	                                   : STR("data");
	struct str name = file_name(b, label, suffix);
	enum err e = keep(b, p->file, name, &sha);
	if (!e)
		add_document(b, name, suffix, p->part, sha, p->file->bytes);
	return e;
}

/* What a form cannot hold is the officer's choice of forms. */
static enum err check_papers(struct build *b, struct paper *const *v, size_t n)
{
	struct ctx *cx = &b->v->cx;
	for (size_t i = 0; i < n; i++) {
		enum encode_fault fault = encoder_fault(v[i]->encoder);
		if (fault == ENCODE_FINE)
			continue;
		if (fault != ENCODE_TEXT && fault != ENCODE_COLUMNS)
			return fail_detail(cx, ERR_BROKEN,
			    "a document could not be written: %d", (int)fault);
		field_wrong(cx, STR("formats"), MSG_field_form_too_small,
		    form_suffix(v[i]->form));
		return fields_end(cx);
	}
	return OK;
}

static void tell_bad_texts(struct build *b, const struct part *p, uint64_t n)
{
	if (n > 0)
		LOG("warn", "gate.bad_text",
		    { "request", json_text(b->order, "request") },
		    { "source", json_text(p->order, "source") },
		    { "count", str_fmt(b->v->cx.arena, "%llu",
				   (unsigned long long)n) });
}

static enum err run_part(struct build *b, struct part *p)
{
	struct ctx *cx = &b->v->cx;
	struct paper *papers[FORMS + 1];
	struct source_stream *stream;
	struct batch rows;
	struct masker *masker = masker_new(
	    cx->arena, p->compiled.columns, p->compiled.columns.n, b->mask_key);
	size_t n = 0;
	for (size_t i = 0; i < p->n_papers; i++)
		papers[n++] = &p->papers[i];
	if (b->book.encoder != NULL)
		papers[n++] = &b->book;
	enum err e =
	    source_open(cx, &p->source, &p->compiled, &b->limits, &stream);
	if (e)
		return e;
	for (size_t i = 0; i < n; i++)
		encoder_begin(
		    papers[i]->encoder, p->name, masker_columns(masker));
	while (!(e = source_next(cx, stream, &rows)) && rows.n_rows > 0) {
		p->rows += (int64_t)rows.n_rows;
		if (p->unmatched != NULL)
			e = unmatched_see(cx, p->unmatched, &rows);
		if (e)
			break;
		rows = masker_rows(masker, &rows);
		for (size_t i = 0; i < n; i++)
			encoder_rows(papers[i]->encoder, &rows);
		e = check_papers(b, papers, n);
		if (e)
			break;
	}
	tell_bad_texts(b, p, source_bad_texts(stream));
	source_close(stream);
	return e;
}

/* A second sheet of the workbook that has the part, and files of their own in
 * the other forms; which of them are to be ended here. */
static enum err begin_not_found(struct build *b, struct part *p,
    struct paper *own, size_t *ret_own, struct paper **ret, size_t *ret_n)
{
	struct arena *a = b->v->cx.arena;
	enum err e = OK;
	for (size_t i = 0; i < p->n_papers && !e; i++) {
		if (p->papers[i].form == FORM_XLSX) {
			ret[(*ret_n)++] = &p->papers[i];
			continue;
		}
		struct paper *one = &own[(*ret_own)++];
		e = paper_begin(b, p->papers[i].form, p->name, one);
		one->label = str_cat(a, p->name, STR("-not-found"));
		ret[(*ret_n)++] = one;
	}
	if (b->book.encoder != NULL)
		ret[(*ret_n)++] = &b->book;
	return e;
}

static enum err run_not_found(struct build *b, struct part *p)
{
	struct ctx *cx = &b->v->cx;
	struct paper own[FORMS], *papers[FORMS + 1];
	struct batch rows;
	size_t n_own = 0, n = 0;
	enum err e = begin_not_found(b, p, own, &n_own, papers, &n);
	for (size_t i = 0; i < n && !e; i++)
		encoder_begin(papers[i]->encoder,
		    msg_text(LANG_TH, MSG_gate_not_found_sheet),
		    unmatched_columns(p->unmatched));
	while (!e && !(e = unmatched_next(cx, p->unmatched, &rows)) &&
	       rows.n_rows > 0) {
		p->not_found += (int64_t)rows.n_rows;
		for (size_t i = 0; i < n; i++)
			encoder_rows(papers[i]->encoder, &rows);
		e = check_papers(b, papers, n);
		if (!e && gone(b))
			e = fail(cx, ERR_GONE, MSG_error_source_stopped);
	}
	for (size_t i = 0; i < n_own && !e; i++)
		e = paper_end(b, &own[i]);
	return e;
}

static enum err begin_papers(struct build *b, struct part *p)
{
	enum err e = OK;
	for (enum form f = 0; f < FORMS && !e; f++)
		if (b->forms[f] && !(f == FORM_XLSX && b->book.encoder != NULL))
			e = paper_begin(
			    b, f, p->name, &p->papers[p->n_papers++]);
	return e;
}

/* The one workbook of several parts is written while they run, one after the
 * other; a finished file among them leaves each query a workbook of its own. */
static enum err begin_book(struct build *b)
{
	size_t queries = 0;
	for (size_t i = 0; i < b->n; i++)
		queries += is_query(&b->parts[i]);
	if (!b->forms[FORM_XLSX] || queries < 2 || queries < b->n)
		return OK;
	return paper_begin(b, FORM_XLSX, STR(""), &b->book);
}

static enum err build_part(struct build *b, struct part *p)
{
	if (!is_query(p))
		return take_upload(b, p);
	if (needs_values(p))
		return OK;
	enum err e = begin_papers(b, p);
	if (!e)
		e = run_part(b, p);
	if (!e && p->unmatched != NULL)
		e = run_not_found(b, p);
	for (size_t i = 0; i < p->n_papers && !e; i++)
		e = paper_end(b, &p->papers[i]);
	return e;
}

static enum err build_all(struct build *b)
{
	bool export = json_flag(b->order, "export");
	enum err e = describe_parts(b);
	if (!e && export)
		e = check_values(b);
	if (!e && export)
		e = begin_book(b);
	for (size_t i = 0; i < b->n && !e; i++)
		e = order_wrong(
		    &b->v->cx, build_part(b, &b->parts[i]), part_prefix(b, i));
	if (!e && b->book.encoder != NULL)
		e = paper_end(b, &b->book);
	for (size_t i = 0; i < b->n && !e; i++)
		e = beside_used(b->v, b->parts[i].order);
	return e;
}

static enum err take_order(struct build *b)
{
	struct gate_visit *v = b->v;
	const json_t *parts = json_list(b->order, "parts");
	const json_t *formats = json_list(b->order, "formats");
	b->n = json_array_size(parts);
	if (b->n == 0 || b->n > MAX_PARTS) {
		field_wrong(
		    &v->cx, STR("parts"), MSG_field_too_many, STR("20"));
		return fields_end(&v->cx);
	}
	b->parts = ARENA_ARRAY(v->cx.arena, struct part, b->n);
	b->mask_key = gate_key(v->gate, "mask of documents",
	    str_cat(v->cx.arena, json_text(b->order, "request"),
		json_canonical(v->cx.arena, parts)));
	for (size_t i = 0; i < b->n; i++)
		b->parts[i] = (struct part){ .order = json_array_get(parts, i),
			.name = json_text(json_array_get(parts, i), "name") };
	for (size_t i = 0; i < json_array_size(formats); i++) {
		enum form form;
		if (json_flag(b->order, "export") &&
		    form_parse(json_as_text(json_array_get(formats, i)), &form))
			b->forms[form] = true;
	}
	return OK;
}

static json_t *part_json(struct build *b, const struct part *p)
{
	json_t *o = json_new_object(b->v->cx.arena);
	json_put(o, "columns",
	    spec_columns_json(b->v->cx.arena, p->approved.columns));
	json_t *key = json_new_array(b->v->cx.arena);
	for (size_t i = 0; i < p->n_key; i++)
		json_add_text(key, p->key[i]);
	json_put(o, "key", key);
	json_put_int(o, "rows", p->rows);
	if (p->unmatched != NULL)
		json_put_int(o, "not_found", p->not_found);
	return o;
}

enum err desk_build(struct gate_visit *v)
{
	struct build *b = ARENA_NEW(v->cx.arena, struct build);
	json_t *order;
	enum err e = order_read(v, &order);
	if (e)
		return e;
	b->v = v;
	b->order = order;
	b->documents = json_new_array(v->cx.arena);
	b->limits = source_limits_stream;
	b->limits.time_ms = BUILD_MS;
	b->limits.stop = gone;
	b->limits.stop_arg = b;
	e = take_order(b);
	if (!e)
		e = build_all(b);
	if (e)
		return e;
	json_t *o = json_new_object(v->cx.arena),
	       *parts = json_new_array(v->cx.arena);
	for (size_t i = 0; i < b->n; i++)
		json_add(parts, part_json(b, &b->parts[i]));
	json_put(o, "parts", parts);
	json_put(o, "documents", b->documents);
	return gate_json(v, 200, o);
}
