/* table_file.h: what is wrong in a table, beside it. */
#include <errno.h>
#include <unistd.h>

#include "base/str.h"
#include "gate/files.h"
#include "gate/table_file.h"

/* Wrong cells, and the codes of lists, of which each letter may be escaped. */
#define MAX_NOTES ((size_t)16 << 20)

enum err table_notes_write(
    struct gate_visit *v, struct str upload, const json_t *notes)
{
	struct kept *file = ARENA_NEW(v->cx.arena, struct kept);
	struct str text = json_compact(v->cx.arena, notes);
	enum err e = file_begin(v, STR("tables"), file);
	if (!e && !file_write(file, text.p, text.n))
		e = fail_detail(&v->cx, ERR_BROKEN, "notes: not written");
	return e ? e : file_keep_as(file, upload);
}

enum err table_notes_read(struct gate_visit *v, struct str upload, json_t **ret)
{
	struct sealed *s;
	bool changed;
	enum err e = file_open_sealed(v, STR("tables"), upload, &s, &changed);
	if (e == ERR_NOT_FOUND) {
		*ret = json_new_object(v->cx.arena);
		return OK;
	}
	if (e)
		return e;
	uint64_t n = sealed_bytes(s);
	if (n == 0 || n > MAX_NOTES || sealed_key_of(s) == NULL)
		return fail_detail(&v->cx, ERR_BROKEN, "notes: no notes");
	char *text = arena_room(v->cx.arena, (size_t)n);
	if (sealed_read(s, 0, text, (size_t)n) != SEALED_FINE)
		return fail_detail(&v->cx, ERR_BROKEN, "notes: were changed");
	return json_parse(&v->cx, str_n(text, (size_t)n), MAX_NOTES, ret);
}

static struct fetched_codes list_of(const json_t *notes, struct str id)
{
	const json_t *lists = json_list(notes, "lists");
	for (size_t i = 0; i < json_array_size(lists); i++) {
		const json_t *one = json_array_get(lists, i);
		if (str_eq(json_text(one, "id"), id))
			return (struct fetched_codes){ .id = id,
				.title_th = json_text(one, "title_th"),
				.title_en = json_text(one, "title_en") };
	}
	return (struct fetched_codes){ .n = 0 };
}

struct str table_noted_why(
    struct gate_visit *v, const json_t *notes, const json_t *wrong)
{
	enum msg why;
	struct str id = json_text(wrong, "list");
	struct fetched_codes list = list_of(notes, id);
	if (!msg_find(json_text(wrong, "key"), &why))
		return STR("");
	return codes_why(v->cx.arena, v->cx.lang, id.n > 0 ? &list : NULL,
	    json_text(wrong, "meant"), why);
}

bool table_notes_drop(
    struct arena *a, const struct gate *gate, struct str upload)
{
	const char *path = str_cstr(
	    a, str_fmt(a, "%.*s/tables/%.*s",
		   STR_ARG(gate->options->site->gate_dir), STR_ARG(upload)));
	return unlink(path) == 0 || errno == ENOENT;
}
