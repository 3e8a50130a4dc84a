#include "gate/table_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/read_as.h"
#include "base/str.h"
#include "core/upload.h"
#include "gate/files.h"

struct str table_encoding_name(enum sheet_encoding e)
{
	return e == SHEET_GUESS ? STR("")
	                        : str_of(read_encodings.v[e - SHEET_UTF8]);
}

static enum err lost(struct table_file *t, const char *how, struct str *ret)
{
	*ret = str_of(how);
	return fail_detail(&t->v->cx, ERR_GONE, "a table is %s", how);
}

/* That it has the bytes that came, whatever has become of the disk since. */
static enum err prove(
    struct table_file *t, const struct inbound *in, struct str *ret_lost)
{
	enum { BLOCK = 64 << 10 };
	struct sealed *s = t->sheet.sealed;
	struct arena *a = t->v->cx.arena;
	struct arena_mark mark = arena_mark(a);
	struct sha256_state *digest = sha256_begin(a);
	char *block = arena_room(a, BLOCK);
	uint64_t left = sealed_bytes(s);
	for (uint64_t at = 0; left > 0;) {
		size_t n = left < BLOCK ? (size_t)left : BLOCK;
		enum sealed_is is = sealed_read(s, at, block, n);
		if (is == SEALED_DISK)
			return fail_detail(
			    &t->v->cx, ERR_BROKEN, "read: %s", strerror(errno));
		if (is == SEALED_CHANGED)
			return lost(t, "changed", ret_lost);
		sha256_add(digest, block, n);
		at += n;
		left -= n;
	}
	bool same = str_eq(sha256_hex(a, sha256_end(digest)), in->sha256);
	arena_rewind(a, mark);
	return same ? OK : lost(t, "changed", ret_lost);
}

static void close_spill(void *arg)
{
	const struct table_file *t = arg;
	if (t->sheet.spill >= 0)
		close(t->sheet.spill);
}

/* A file without a name, for the texts of a workbook. */
static enum err open_spill(struct table_file *t)
{
	struct arena *a = t->v->cx.arena;
	const struct site *site = t->v->gate->options->site;
	t->sheet.spill =
	    open(str_cstr(a, str_fmt(a, "%.*s/tmp", STR_ARG(site->gate_dir))),
		O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (t->sheet.spill < 0)
		return fail_detail(
		    &t->v->cx, ERR_BROKEN, "spill: %s", strerror(errno));
	arena_defer(a, close_spill, t);
	return OK;
}

enum err table_file_open(struct gate_visit *v, const struct inbound *in,
    bool whole, struct table_file *ret, struct str *ret_lost)
{
	bool changed = false;
	*ret = (struct table_file){ .v = v,
		.sheet = { .fd = -1,
		    .name = in->name,
		    .spill = -1,
		    .limits = sheet_limits_usual,
		    .found = &ret->found } };
	enum err e = file_open_sealed(v, STR("uploads"),
	    upload_file_of(in->file, in->sha256), &ret->sheet.sealed, &changed);
	if (e == ERR_NOT_FOUND)
		return lost(ret, "absent", ret_lost);
	/* Tables were never kept in clear. */
	if (changed || (!e && sealed_key_of(ret->sheet.sealed) == NULL))
		return lost(ret, "changed", ret_lost);
	if (e)
		return e;
	ret->sheet.fd = sealed_fd(ret->sheet.sealed);
	if (whole)
		e = prove(ret, in, ret_lost);
	return e ? e : open_spill(ret);
}

/* By its name; without one the first that is to be seen. A name that is none is
 * no sheet: the child refuses. */
static size_t find_tab(const struct wire_head *head, struct str name)
{
	for (size_t i = 0; i < head->n_tabs; i++)
		if (name.n > 0 ? str_eq(head->tabs[i].name, name)
			       : !head->tabs[i].hidden)
			return i;
	return name.n > 0 ? head->n_tabs : 0;
}

enum err table_file_look(struct table_file *t, const struct inbound *in)
{
	struct sheet_child *child = NULL;
	const struct sheet_row *none;
	size_t encoding =
	    read_name(read_encodings, json_text(in->choice, "encoding"));
	if (encoding < read_encodings.n)
		t->sheet.encoding =
		    (enum sheet_encoding)(SHEET_UTF8 + encoding);
	enum err e =
	    sheet_child_start(&t->v->cx, &t->sheet, SHEET_NO_TAB, &child);
	if (e)
		return e;
	t->head = sheet_child_head(child);
	struct str name = t->head->kind == SHEET_XLSX
	                      ? json_text(in->choice, "sheet")
	                      : STR("");
	t->tab = find_tab(t->head, name);
	return sheet_child_next(child, &none);
}

enum err table_file_begin(struct table_file *t)
{
	t->found = (struct sheet_finding){ 0 };
	return sheet_child_start(&t->v->cx, &t->sheet, t->tab, &t->child);
}

enum err table_file_next(struct table_file *t, const struct sheet_row **ret)
{
	return sheet_child_next(t->child, ret);
}

void table_column_as(struct arena *a, const struct code_lists *lists,
    const json_t *said, struct sheet_column *c)
{
	const struct fetched_codes *list =
	    code_lists_get(lists, json_text(said, "list"));
	const json_t *codes = json_list(said, "codes");
	size_t n = json_array_size(codes);
	size_t check = read_name(read_checks, json_text(said, "check"));
	size_t era = read_name(read_eras, json_text(said, "era"));
	if (check < SHEET_CHECKS)
		c->check = (enum sheet_check)check;
	if (era < SHEET_ERAS)
		c->era = (enum sheet_era)era;
	if (json_value(said, "needed") != NULL)
		c->needed = json_flag(said, "needed");
	if (list != NULL)
		c->codes = list->codes;
	if (n == 0)
		return;
	struct str *v = ARENA_ARRAY(a, struct str, n);
	for (size_t i = 0; i < n; i++)
		v[i] = json_as_text(json_array_get(codes, i));
	c->codes = sheet_codes_new(a, v, n);
}

json_t *table_column_json(struct arena *a, const struct sheet_column *c)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "title", c->title);
	json_put_text(o, "name", c->name);
	json_put_text(
	    o, "type", str_of(column_type_names[sheet_check_type(c->check)]));
	json_put_text(o, "check", str_of(read_checks.v[c->check]));
	json_put_text(o, "era", str_of(read_eras.v[c->era]));
	json_put_flag(o, "needed", c->needed);
	return o;
}

json_t *table_finding_json(struct arena *a, const struct sheet_finding *f)
{
	json_t *o = json_new_object(a);
	json_put_text(o, "code", sheet_trouble_code(f->kind));
	json_put_int(o, "row", f->row);
	json_put_int(o, "column", f->column);
	json_put_text(o, "detail", str_utf8(f->detail) ? f->detail : STR(""));
	return o;
}
