#include "core/data_files.h"

#include "base/str.h"
#include "base/time.h"
#include "core/brought.h"
#include "sql/sql.h"

#define DAY_MS INT64_C(86400000)

static size_t index_of(
    const struct case_file *f, struct str kind, struct str sha256)
{
	size_t i = 0;
	while (i < f->data.n && !(str_eq(f->data.v[i].sha256, sha256) &&
				    str_eq(f->data.v[i].kind, kind)))
		i++;
	return i;
}

static struct data_file *find(
    struct case_file *f, struct str kind, struct str sha256)
{
	size_t i = index_of(f, kind, sha256);
	return i < f->data.n ? &f->data.v[i] : NULL;
}

const struct data_file *data_file_of(
    const struct case_file *f, struct str kind, struct str sha256)
{
	size_t i = index_of(f, kind, sha256);
	return i < f->data.n ? &f->data.v[i] : NULL;
}

/* The same bytes again are the same file, which is there again. */
static void made(struct case_file *f, const json_t *d, int64_t at)
{
	struct str sha256 = json_text(d, "sha256");
	struct data_file *known = find(f, STR("artefacts"), sha256);
	if (sha256.n == 0)
		return;
	if (known == NULL) {
		LIST_ADD(f->arena, &f->data, (struct data_file){ 0 });
		known = &f->data.v[f->data.n - 1];
	}
	*known = (struct data_file){ .kind = STR("artefacts"),
		.sha256 = sha256,
		.name = json_text(d, "name"),
		.form = json_text(d, "form"),
		.bytes = json_int(d, "bytes", 0),
		.made = at,
		.wanted = true };
}

static void prepared(struct case_file *f, const struct event *e)
{
	const json_t *list =
	    json_list(json_value(e->data, "artefact"), "documents");
	for (size_t i = 0; i < f->data.n; i++)
		f->data.v[i].wanted = false;
	for (size_t i = 0; i < json_array_size(list); i++)
		made(f, json_array_get(list, i), e->at);
}

static bool is_wanted(const struct case_file *f, struct str sha256)
{
	const json_t *list = json_list(f->artefact, "documents");
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_eq(
			json_text(json_array_get(list, i), "sha256"), sha256))
			return true;
	return false;
}

static bool is_given(const struct case_file *f, struct str sha256)
{
	for (size_t i = 0; i < f->documents.n; i++)
		if (str_eq(f->documents.v[i].sha256, sha256) &&
		    str_eq(f->documents.v[i].state, STR("given")))
			return true;
	return false;
}

static void recalled(struct case_file *f)
{
	for (size_t i = 0; i < f->documents.n; i++) {
		const struct handed *h = &f->documents.v[i];
		struct data_file *d = find(f, STR("artefacts"), h->sha256);
		if (d != NULL && str_eq(h->state, STR("recalled")))
			d->wanted = false;
	}
}

static void is_gone(struct case_file *f, const json_t *o, int64_t at)
{
	struct str kind = json_text(o, "kind");
	struct str sha256 = json_text(o, "sha256");
	struct data_file *d = find(f, kind, sha256);
	int64_t gone = json_int(o, "at", at);
	/* What was made anew since is another file. */
	if (d != NULL && gone < d->made)
		return;
	if (d == NULL) {
		LIST_ADD(f->arena, &f->data,
		    (struct data_file){ .kind = kind,
			.sha256 = sha256,
			.name = json_text(o, "name"),
			.bytes = json_int(o, "bytes", 0) });
		d = &f->data.v[f->data.n - 1];
	}
	d->gone = gone;
	d->how = json_text(o, "how");
	d->wanted = false;
	for (size_t i = 0; i < f->documents.n; i++) {
		struct handed *h = &f->documents.v[i];
		if (str_eq(h->sha256, sha256) &&
		    str_eq(h->state, STR("given")) &&
		    str_eq(kind, STR("artefacts")))
			h->state = STR("destroyed");
	}
}

static void settle(struct case_file *f, int64_t at)
{
	for (size_t i = 0; i < f->data.n; i++) {
		struct data_file *d = &f->data.v[i];
		if (d->wanted || is_given(f, d->sha256))
			d->voided = 0;
		else if (d->voided == 0)
			d->voided = at;
	}
}

void data_files_take(struct case_file *f, const struct event *e)
{
	const json_t *files = json_list(e->data, "files");
	if (e->type == EVENT_acted && json_value(e->data, "artefact") != NULL)
		prepared(f, e);
	else if (e->type == EVENT_recalled)
		recalled(f);
	else if (e->type == EVENT_destroyed)
		for (size_t i = 0; i < json_array_size(files); i++)
			is_gone(f, json_array_get(files, i), e->at);
	else if (e->type != EVENT_delivered)
		return;
	settle(f, e->at);
}

int64_t data_file_since(const struct case_file *f, const struct data_file *d)
{
	if (f->keeping.at != 0)
		return 0;
	if (d->voided != 0)
		return d->voided;
	return f->state == STATE_closed ? f->closed : 0;
}

int64_t data_file_ends(const struct case_file *f, const struct data_file *d)
{
	int64_t ends = 0;
	if (f->keeping.at != 0)
		return 0;
	for (size_t i = 0; i < f->documents.n; i++) {
		const struct handed *h = &f->documents.v[i];
		/* What was handed over before these bytes were made anew says
		 * nothing of when they go. */
		if (str_eq(h->sha256, d->sha256) && h->at >= d->made &&
		    str_eq(h->state, STR("given")) && h->expires > ends)
			ends = h->expires;
	}
	return ends;
}

int64_t data_file_due(const struct case_file *f, const struct data_file *d,
    struct keeping keeping)
{
	int64_t since = data_file_since(f, d), due = data_file_ends(f, d);
	int64_t first = keeping.from + keeping.days * DAY_MS;
	int64_t over = since + keeping.days * DAY_MS;
	if (due != 0 && due <= keeping.from)
		due = first;
	if (since != 0 && over < first)
		over = first;
	if (since != 0 && (due == 0 || over < due))
		due = over;
	return d->gone != 0 ? 0 : due;
}

json_t *data_files_json(
    struct arena *a, const struct case_file *f, struct keeping keeping)
{
	json_t *list = json_new_array(a);
	for (size_t i = 0; i < f->data.n; i++) {
		const struct data_file *d = &f->data.v[i];
		int64_t due = data_file_due(f, d, keeping);
		json_t *o = json_new_object(a);
		json_put_text(o, "kind", d->kind);
		json_put_text(o, "name", d->name);
		json_put_text(o, "sha256", d->sha256);
		json_put_int(o, "bytes", d->bytes);
		json_put_text_or_null(
		    o, "destroy_after", due ? time_iso(a, due) : STR(""));
		json_put_text_or_null(
		    o, "destroyed", d->gone ? time_iso(a, d->gone) : STR(""));
		json_put_text_or_null(o, "how", d->how);
		json_add(list, o);
	}
	return list;
}

static bool was_handed(const struct case_file *f, const json_t *o)
{
	struct str sha256 = json_text(o, "sha256");
	if (!str_eq(json_text(o, "kind"), STR("artefacts")))
		return false;
	for (size_t i = 0; i < f->documents.n; i++)
		if (str_eq(f->documents.v[i].sha256, sha256))
			return true;
	return false;
}

json_t *data_files_told(struct arena *a, const struct case_file *f,
    const struct person *reader, const json_t *data)
{
	const json_t *files = json_list(data, "files");
	json_t *list = json_new_array(a);
	bool inside = person_in_office(reader, f->office);
	for (size_t i = 0; i < json_array_size(files); i++) {
		const json_t *o = json_array_get(files, i);
		bool his = brought_of(f, json_text(o, "upload")) != NULL &&
		           case_is_own(f, reader->email);
		if (inside || his || was_handed(f, o))
			json_add(list, o);
	}
	return list;
}

const struct data_file *data_files_lost(const struct case_file *f)
{
	for (size_t i = 0; i < f->data.n; i++)
		if (f->data.v[i].gone != 0 &&
		    str_eq(f->data.v[i].kind, STR("artefacts")) &&
		    is_wanted(f, f->data.v[i].sha256))
			return &f->data.v[i];
	return NULL;
}

enum err data_files_put(struct ctx *cx, const struct case_file *f)
{
	enum err e = OK;
	for (size_t i = 0; i < f->data.n && !e; i++) {
		const struct data_file *d = &f->data.v[i];
		e = sql_exec(cx,
		    SQL("insert into data_file (request, kind, sha256, name, bytes,"
			" since, ends, gone)"
			" values ($1, $2, $3, $4, $5, $6, $7, $8)"),
		    VALS(val_str(f->no), val_str(d->kind), val_str(d->sha256),
			val_str(d->name), val_i64(d->bytes),
			val_i64(data_file_since(f, d)),
			val_i64(data_file_ends(f, d)), val_i64(d->gone)),
		    NULL);
	}
	return e;
}

static bool same_row(
    const struct case_file *f, const struct data_file *d, struct row r)
{
	return d != NULL && str_eq(row_str(r, "name"), d->name) &&
	       row_i64(r, "bytes") == d->bytes &&
	       row_i64(r, "since") == data_file_since(f, d) &&
	       row_i64(r, "ends") == data_file_ends(f, d) &&
	       row_i64(r, "gone") == d->gone;
}

enum err data_files_same(struct ctx *cx, const struct case_file *f, bool *ret)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select kind, sha256, name, bytes, since, ends, gone"
		" from data_file where request = $1"),
	    VALS(val_str(f->no)), &rows);
	if (e)
		return e;
	*ret = rows.n == f->data.n;
	for (size_t i = 0; *ret && i < rows.n; i++)
		*ret = same_row(f,
		    data_file_of(f, row_str(rows.row[i], "kind"),
			row_str(rows.row[i], "sha256")),
		    rows.row[i]);
	return OK;
}
