#include "core/attachment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/file.h"
#include "base/str.h"
#include "base/thai.h"
#include "core/line.h"
#include "sql/sql.h"

enum {
	MAX_NAME_BYTES = 255,
	MAX_RAW_NAME_BYTES = 4096,
	MAX_ENDING_BYTES = 16, /* ".docx" */
	MAX_TYPE_BYTES = 100,
	SHA256_CHARS = 64
};

#define ATTACHMENT_COLUMNS "id, request, name, type, bytes, sha256, actor, at"

/* Marks that are not seen and may make a name look like another: controls, zero
 * width, direction, interlinear, tags. */
static bool is_hidden(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad ||
	       c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	       c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
	       (c & 0xfffe) == 0xfffe || (c >= 0xe0000 && c <= 0xe0fff);
}

static struct str without_hidden(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n);
	size_t n = 0;
	uint32_t c;

	for (struct str from = s; str_take_utf8(&s, &c); from = s)
		if (!is_hidden(c)) {
			memcpy(p + n, from.p, from.n - s.n);
			n += from.n - s.n;
		}
	return str_n(p, n);
}

static struct str last_part(struct str s)
{
	size_t start = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '/' || s.p[i] == '\\')
			start = i + 1;
	return str_from(s, start);
}

static bool is_edge(char c)
{
	return c == '.' || c == ' ';
}

static struct str without_edges(struct str s)
{
	while (s.n && is_edge(s.p[0]))
		s = str_from(s, 1);
	while (s.n && is_edge(s.p[s.n - 1]))
		s = str_upto(s, s.n - 1);
	return s;
}

static struct str cut_name(struct arena *a, struct str s)
{
	size_t dot = s.n;

	if (s.n <= MAX_NAME_BYTES)
		return s;
	while (dot > 0 && s.p[dot - 1] != '.')
		dot--;
	struct str ending = str_from(s, dot ? dot - 1 : s.n);
	if (ending.n > MAX_ENDING_BYTES)
		ending = STR("");
	return str_cat(a, line_head(s, MAX_NAME_BYTES - ending.n), ending);
}

bool attachment_name(struct arena *a, struct str raw, struct str *ret)
{
	if (raw.n > MAX_RAW_NAME_BYTES || !str_utf8(raw))
		return false;
	struct str s = thai_normal(a, last_part(without_hidden(a, raw)));
	s = cut_name(a, without_edges(s));
	*ret = s.n ? s : STR("file");
	return true;
}

static enum err disk(struct ctx *cx, const char *what)
{
	int number = errno;

	return fail_detail(cx, ERR_BROKEN, "attachment: %s: %s", what,
	    strerrordesc_np(number));
}

static enum err write_temp(
    struct ctx *cx, int dir, const char *name, struct str bytes)
{
	int fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return disk(cx, "creating a file");
	enum err e = file_write_synced(fd, bytes) ? OK : disk(cx, "writing");
	if (close(fd) != 0 && !e)
		e = disk(cx, "closing");
	return e;
}

/* Under another name first: who finds the file under its own finds it whole. */
static enum err write_file(
    struct ctx *cx, int dir, struct str name, struct str bytes)
{
	const char *temp = str_cstr(cx->arena,
	    str_cat(cx->arena, STR("tmp-"), random_id(cx->arena, 20)));
	enum err e = write_temp(cx, dir, temp, bytes);

	if (!e && renameat(dir, temp, dir, str_cstr(cx->arena, name)) != 0)
		e = disk(cx, "renaming");
	if (e) {
		unlinkat(dir, temp, 0);
		return e;
	}
	return fsync(dir) == 0 ? OK : disk(cx, "syncing a folder");
}

/* Opens `name` below `parent`, making it when it is not there. */
static enum err open_folder(
    struct ctx *cx, int parent, const char *name, int *ret)
{
	if (mkdirat(parent, name, 0700) == 0) {
		if (parent != AT_FDCWD && fsync(parent) != 0)
			return disk(cx, "syncing a folder");
	} else if (errno != EEXIST) {
		return disk(cx, "making a folder");
	}
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return disk(cx, "opening a folder");
	*ret = fd;
	return OK;
}

static enum err keep_below(
    struct ctx *cx, int folder, struct str sha256, struct str bytes)
{
	int dir;
	enum err e = open_folder(
	    cx, folder, str_cstr(cx->arena, str_upto(sha256, 2)), &dir);

	if (e)
		return e;
	e = write_file(cx, dir, sha256, bytes);
	close(dir);
	return e;
}

enum err attachment_keep(
    struct ctx *cx, struct str folder, struct str bytes, struct kept_file *ret)
{
	int fd;

	if (bytes.n == 0)
		return fail(cx, ERR_INVALID, MSG_error_attachment_empty);
	if (bytes.n > ATTACHMENT_MAX_BYTES)
		return fail1(
		    cx, ERR_TOO_LARGE, MSG_error_attachment_large, STR("25"));
	struct str sha256 = sha256_hex(cx->arena, sha256_of(bytes));
	enum err e =
	    open_folder(cx, AT_FDCWD, str_cstr(cx->arena, folder), &fd);
	if (e)
		return e;
	e = keep_below(cx, fd, sha256, bytes);
	close(fd);
	if (e)
		return e;
	*ret =
	    (struct kept_file){ .sha256 = sha256, .bytes = (int64_t)bytes.n };
	return OK;
}

static bool is_type_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!#$&-^_.+", c));
}

static bool is_type_part(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_type_char(s.p[i]))
			return false;
	return s.n > 0;
}

/* type/subtype of RFC 6838 4.2, without parameters. */
static struct str media_type(struct arena *a, struct str s)
{
	struct str type, subtype, parameters;

	str_cut(s, ';', &s, &parameters);
	s = str_trim(s);
	if (s.n <= MAX_TYPE_BYTES) {
		s = str_lower(a, s);
		if (str_cut(s, '/', &type, &subtype) && is_type_part(type) &&
		    is_type_part(subtype))
			return s;
	}
	return STR("application/octet-stream");
}

static enum err check_count(struct ctx *cx, struct str request)
{
	struct row row;
	enum err e = sql_one(cx,
	    SQL("select count(*) as n from attachment where request = $1"
		" and paper = 0"),
	    VALS(val_str(request)), &row);

	if (!e && row_i64(row, "n") >= ATTACHMENT_MAX_FILES)
		e = fail1(
		    cx, ERR_CONFLICT, MSG_error_attachment_count, STR("20"));
	return e;
}

static enum err add(struct ctx *cx, struct str request, struct str raw_name,
    struct str type, const struct kept_file *file, struct str actor,
    bool is_paper, struct attachment *ret)
{
	struct attachment t = {
		.request = request,
		.bytes = file->bytes,
		.sha256 = file->sha256,
		.actor = actor,
		.at = cx->now,
	};

	if (!attachment_name(cx->arena, raw_name, &t.name))
		return fail(cx, ERR_INVALID, MSG_error_attachment_name);
	enum err e = is_paper ? OK : check_count(cx, request);
	if (e)
		return e;
	t.id = random_id(cx->arena, 16);
	t.type = media_type(cx->arena, type);
	e = sql_exec(cx,
	    SQL("insert into attachment (id, request, name, type, bytes,"
		" sha256, actor, at, paper)"
		" values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"),
	    VALS(val_str(t.id), val_str(t.request), val_str(t.name),
		val_str(t.type), val_i64(t.bytes), val_str(t.sha256),
		val_str(t.actor), val_i64(t.at), val_i64(is_paper)),
	    NULL);
	if (e)
		return e;
	*ret = t;
	return OK;
}

enum err attachment_add(struct ctx *cx, struct str request, struct str raw_name,
    struct str type, const struct kept_file *file, struct str actor,
    struct attachment *ret)
{
	return add(cx, request, raw_name, type, file, actor, false, ret);
}

enum err attachment_add_paper(struct ctx *cx, struct str request,
    struct str raw_name, struct str type, const struct kept_file *file,
    struct str actor, struct attachment *ret)
{
	return add(cx, request, raw_name, type, file, actor, true, ret);
}

static struct attachment attachment_of(struct row row)
{
	return (struct attachment){
		.id = row_str(row, "id"),
		.request = row_str(row, "request"),
		.name = row_str(row, "name"),
		.type = row_str(row, "type"),
		.bytes = row_i64(row, "bytes"),
		.sha256 = row_str(row, "sha256"),
		.actor = row_str(row, "actor"),
		.at = row_i64(row, "at"),
	};
}

enum err attachment_list(struct ctx *cx, struct str request,
    const struct attachment **ret, size_t *ret_n)
{
	struct rows rows;
	enum err e = sql_all(cx,
	    SQL("select " ATTACHMENT_COLUMNS " from attachment"
		" where request = $1 order by at, id"),
	    VALS(val_str(request)), &rows);

	if (e)
		return e;
	struct attachment *v =
	    ARENA_ARRAY(cx->arena, struct attachment, rows.n);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = attachment_of(rows.row[i]);
	*ret = v;
	*ret_n = rows.n;
	return OK;
}

enum err attachment_get(
    struct ctx *cx, struct str request, struct str id, struct attachment *ret)
{
	struct row row;
	bool found;
	enum err e = sql_find(cx,
	    SQL("select " ATTACHMENT_COLUMNS " from attachment"
		" where id = $1 and request = $2"),
	    VALS(val_str(id), val_str(request)), &row, &found);

	if (e)
		return e;
	if (!found)
		return fail(cx, ERR_NOT_FOUND, MSG_error_attachment_unknown);
	*ret = attachment_of(row);
	return OK;
}

enum err attachment_open(
    struct ctx *cx, struct str folder, const struct attachment *t, int *ret_fd)
{
	struct stat st;
	struct str raw;

	REQUIRE(t->sha256.n == SHA256_CHARS &&
		str_unhex(cx->arena, t->sha256, &raw));
	const char *path = str_cstr(
	    cx->arena, str_fmt(cx->arena, "%.*s/%.2s/%.*s", STR_ARG(folder),
			   t->sha256.p, STR_ARG(t->sha256)));
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return disk(cx, "opening");
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size != t->bytes) {
		close(fd);
		return fail_detail(
		    cx, ERR_BROKEN, "attachment: another length on disk");
	}
	*ret_fd = fd;
	return OK;
}
