#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "http/exchange.h"

enum {
	FIELDS = 500,
	FIELD_BYTES = 65536,
	FILES = 20,
	NAME_BYTES = 255,
	FILE_NAME_BYTES = 1024, /* 255 letters of another system, and some */
	PART_HEAD_BYTES = 4096,
	BOUNDARY_BYTES = 70,
};

struct form {
	struct arena *arena;
	struct pair *field;
	size_t n_fields;
	struct upload *file;
	size_t n_files;
};

static int form_field(struct form *f, struct str name, struct str value)
{
	if (f->n_fields == FIELDS || value.n > FIELD_BYTES ||
	    name.n > NAME_BYTES)
		return 413;
	if (!str_utf8(name) || !str_utf8(value) ||
	    str_index(name, '\0') < name.n || str_index(value, '\0') < value.n)
		return 400;
	f->field[f->n_fields++] = (struct pair){ name, value };
	return 0;
}

static int read_urlencoded(struct form *f, struct str body)
{
	while (body.n > 0) {
		struct str one, name, value;
		str_cut(body, '&', &one, &body);
		if (one.n == 0)
			continue;
		if (one.n > 3 * (FIELD_BYTES + NAME_BYTES) + 1)
			return 413;
		str_cut(one, '=', &name, &value);
		if (!url_decode(f->arena, name, true, &name) ||
		    !url_decode(f->arena, value, true, &value))
			return 400;
		int status = form_field(f, name, value);
		if (status)
			return status;
	}
	return 0;
}

/* The value of a parameter that stands between quotes, where '\' keeps a '"'
 * or a '\' (older clients); *rest goes behind the closing quote. */
static bool quoted(struct arena *a, struct str *rest, struct str *ret)
{
	struct str s = *rest;
	struct buf b = buf_new(a, PART_HEAD_BYTES);
	for (size_t i = 1; i < s.n; i++) {
		char c = s.p[i];
		if (c == '"') {
			*ret = str_dup(a, buf_view(&b));
			*rest = str_from(s, i + 1);
			return buf_ok(&b);
		}
		if (c == '\\' && i + 1 < s.n &&
		    (s.p[i + 1] == '"' || s.p[i + 1] == '\\'))
			c = s.p[++i];
		buf_char(&b, c);
	}
	return false;
}

/* One parameter of `text/x; name=value; other="…"`: 1, 0 when there is none, or
 * -1 when the field is broken. `rest` begins with the ';'. */
static int param_next(struct arena *a, struct str *rest, struct str *ret_name,
    struct str *ret_value)
{
	struct str s = str_trim(*rest);
	if (s.n == 0)
		return 0;
	if (!str_take_char(&s, ';'))
		return -1;
	s = str_trim(s);
	size_t eq = str_index(s, '=');
	if (eq == 0 || eq == s.n)
		return -1;
	*ret_name = str_upto(s, eq);
	s = str_from(s, eq + 1);
	if (str_starts(s, STR("\""))) {
		if (!quoted(a, &s, ret_value))
			return -1;
	} else {
		size_t end = str_index(s, ';');
		*ret_value = str_trim(str_upto(s, end));
		s = str_from(s, end);
	}
	*rest = s;
	return 1;
}

/* %0D, %0A and %22, which browsers write in names (HTML 4.10.22.8), and no
 * other escape. */
static struct str name_plain(struct arena *a, struct str s)
{
	char *to = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		struct str three = str_upto(str_from(s, i), 3);
		char c = s.p[i];
		if (str_eq_nocase(three, STR("%22")))
			c = '"';
		else if (str_eq_nocase(three, STR("%0D")))
			c = '\r';
		else if (str_eq_nocase(three, STR("%0A")))
			c = '\n';
		if (c != s.p[i])
			i += 2;
		to[n++] = c;
	}
	return str_n(to, n);
}

struct part {
	struct str name, filename, type; /* filename absent: a text field */
};

static int part_disposition(struct arena *a, struct str value, struct part *p)
{
	struct str name, text;
	size_t end = str_index(value, ';');
	int more;

	if (p->name.p ||
	    !str_eq_nocase(str_trim(str_upto(value, end)), STR("form-data")))
		return 400;
	struct str rest = str_from(value, end);
	while ((more = param_next(a, &rest, &name, &text)) > 0) {
		if (str_eq_nocase(name, STR("name")) && !p->name.p)
			p->name = name_plain(a, text);
		else if (str_eq_nocase(name, STR("filename")) && !p->filename.p)
			p->filename = name_plain(a, text);
		else
			return 400;
	}
	return more < 0 || !p->name.p ? 400 : 0;
}

static bool plain_coding(struct str s)
{
	return str_eq_nocase(s, STR("binary")) ||
	       str_eq_nocase(s, STR("8bit")) || str_eq_nocase(s, STR("7bit"));
}

/* The fields of a part, between its boundary and its empty line. */
static int part_head(struct arena *a, struct str head, struct part *ret)
{
	*ret = (struct part){ 0 };
	while (head.n > 0) {
		struct str name, value;
		const char *end = memmem(head.p, head.n, "\r\n", 2);
		size_t n = end ? (size_t)(end - head.p) : head.n;
		struct str line = str_upto(head, n);
		head = str_from(head, end ? n + 2 : n);
		if (!str_cut(line, ':', &name, &value))
			return 400;
		value = str_trim(value);
		if (!str_utf8(value))
			return 400;
		if (str_eq_nocase(name, STR("Content-Disposition"))) {
			int status = part_disposition(a, value, ret);
			if (status)
				return status;
		} else if (str_eq_nocase(name, STR("Content-Type"))) {
			ret->type = value;
		} else if (str_eq_nocase(
			       name, STR("Content-Transfer-Encoding")) &&
			   !plain_coding(value)) {
			return 415;
		}
	}
	return ret->name.p ? 0 : 400;
}

/* Without the folders that some clients send. */
static struct str base_name(struct str s)
{
	size_t at = s.n;
	while (at > 0 && s.p[at - 1] != '/' && s.p[at - 1] != '\\')
		at--;
	return str_from(s, at);
}

static int part_add(struct form *f, const struct part *p, struct str bytes)
{
	if (!p->filename.p)
		return form_field(f, p->name, bytes);
	/* What a browser sends for a file that was not chosen. */
	if (p->filename.n == 0 && bytes.n == 0)
		return 0;
	struct str filename = base_name(p->filename);
	if (f->n_files == FILES || filename.n > FILE_NAME_BYTES ||
	    p->name.n > NAME_BYTES)
		return 413;
	for (size_t i = 0; i < filename.n; i++) {
		if ((unsigned char)filename.p[i] < 0x20)
			return 400;
	}
	f->file[f->n_files++] = (struct upload){
		.field = p->name,
		.filename = filename,
		.type = p->type.p ? p->type : STR("application/octet-stream"),
		.bytes = bytes,
	};
	return 0;
}

/* One part; `rest` begins behind a boundary's line and ends so. */
static int read_part(struct form *f, struct str *rest, struct str delimiter)
{
	struct part p;
	const char *blank = memmem(rest->p, rest->n, "\r\n\r\n", 4);
	size_t n = blank ? (size_t)(blank - rest->p) : rest->n;

	if (!blank)
		return 400;
	if (n > PART_HEAD_BYTES)
		return 413;
	int status = part_head(f->arena, str_upto(*rest, n), &p);
	if (status)
		return status;
	*rest = str_from(*rest, n + 4);
	const char *end = memmem(rest->p, rest->n, delimiter.p, delimiter.n);
	if (!end)
		return 400;
	n = (size_t)(end - rest->p);
	status = part_add(f, &p, str_upto(*rest, n));
	*rest = str_from(*rest, n + delimiter.n);
	return status;
}

/* RFC 7578, RFC 2046 5.1; a preamble or an epilogue is refused. */
static int read_multipart(struct form *f, struct str boundary, struct str body)
{
	struct str delimiter =
	    str_fmt(f->arena, "\r\n--%.*s", STR_ARG(boundary));
	struct str rest = body;

	if (!str_take(&rest, str_from(delimiter, 2)))
		return 400;
	while (str_take(&rest, STR("\r\n"))) {
		int status = read_part(f, &rest, delimiter);
		if (status)
			return status;
	}
	if (!str_take(&rest, STR("--")))
		return 400;
	str_take(&rest, STR("\r\n"));
	return rest.n == 0 ? 0 : 400;
}

static bool boundary_of(struct arena *a, struct str params, struct str *ret)
{
	struct str name, value, found = { 0 };
	int more;
	while ((more = param_next(a, &params, &name, &value)) > 0) {
		if (!str_eq_nocase(name, STR("boundary")))
			continue;
		if (found.p)
			return false;
		found = value;
	}
	if (more < 0 || found.n == 0 || found.n > BOUNDARY_BYTES)
		return false;
	*ret = found;
	return true;
}

int form_read(struct request *r, struct str type, struct str body)
{
	size_t end = str_index(type, ';');
	struct str kind = str_trim(str_upto(type, end)), boundary;
	struct form f = {
		.arena = r->arena,
		.field = ARENA_ARRAY(r->arena, struct pair, FIELDS),
		.file = ARENA_ARRAY(r->arena, struct upload, FILES),
	};
	int status = 415;

	if (str_eq_nocase(kind, STR("application/x-www-form-urlencoded")))
		status = read_urlencoded(&f, body);
	else if (str_eq_nocase(kind, STR("multipart/form-data")))
		status = boundary_of(r->arena, str_from(type, end), &boundary)
		             ? read_multipart(&f, boundary, body)
		             : 400;
	r->form = (struct pairs){ .v = f.field, .n = f.n_fields };
	r->files = f.file;
	r->n_files = f.n_files;
	return status;
}
