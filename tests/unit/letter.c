/* A letter from JSON on standard input, as a mail on standard output; for
 * tests/web/test_mail.py, which reads it with Python's `email`. */
#include <stdio.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/json.h"
#include "base/str.h"
#include "courier/mime.h"

enum { MAX = 4 << 20 };

static struct enclosure file_of(struct arena *a, const json_t *o)
{
	struct enclosure f = { .name = json_text(o, "name"),
		.type = json_text(o, "type") };
	if (!base64_decode(a, json_text(o, "bytes"), &f.bytes))
		f.bytes = STR("");
	return f;
}

int main(void)
{
	struct arena *a = arena_new();
	struct ctx cx = ctx_new(a, 0, LANG_EN);
	char *text = arena_room(a, MAX);
	size_t n = fread(text, 1, MAX, stdin);
	struct buf b = buf_new(a, 8 * MAX);
	json_t *o;
	if (json_parse(&cx, str_n(text, n), MAX, &o) != OK)
		return 1;
	const json_t *files = json_list(o, "files");
	struct enclosure *v =
	    ARENA_ARRAY(a, struct enclosure, json_array_size(files) + 1);
	for (size_t i = 0; i < json_array_size(files); i++)
		v[i] = file_of(a, json_array_get(files, i));
	struct outgoing l = { .message_id = STR("pratu-1-2@example.ac.th"),
		.thread = STR("pratu-ICIT-2569-00001@example.ac.th"),
		.date = json_int(o, "date", 0),
		.from = STR("data@example.ac.th"),
		.from_name = json_text(o, "from_name"),
		.to = json_text(o, "to"),
		.to_name = json_text(o, "to_name"),
		.cc = json_text(o, "cc"),
		.subject = json_text(o, "subject"),
		.text = json_text(o, "text"),
		.html = json_text(o, "html"),
		.picture = json_text(o, "picture"),
		.files = v,
		.n_files = json_array_size(files) };
	letter_write(&b, &l);
	struct str mail = buf_view(&b);
	bool good = buf_ok(&b) && fwrite(mail.p, 1, mail.n, stdout) == mail.n;
	arena_free(a);
	return good ? 0 : 1;
}
