/* The words of a mail: from whatever bytes, without what it only quotes, and
 * without what must not be read by others. */
#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "courier/reply_text.h"

enum { MAX_CHARSET = 40, SECRET_CHARS = 43, MAX_LEAD = 3 };

/* TIS-620 as people send it is Windows-874: with quotation marks and dashes. */
static const char *charset_of(struct arena *a, struct str name)
{
	static const char *const thai[] = { "tis-620", "tis620", "iso-8859-11",
		"windows-874", "cp874", "cp-874", "x-windows-874", "dos-874",
		"tis-620-2533", "iso-ir-166" };
	if (name.n == 0 || name.n > MAX_CHARSET)
		return "CP874";
	name = str_lower(a, name);
	for (size_t i = 0; i < COUNT(thai); i++)
		if (str_eq(name, str_of(thai[i])))
			return "CP874";
	return str_cstr(a, name);
}

static struct str converted(
    struct arena *a, struct str bytes, const char *from, size_t max)
{
	char room[4096];
	struct buf out = buf_new(a, max);
	iconv_t c = iconv_open("UTF-8", from);
	if (c == (iconv_t)-1)
		c = iconv_open("UTF-8", "CP874");
	if (c == (iconv_t)-1)
		return STR("");
	char *in = arena_alloc(a, bytes.n + 1);
	size_t left = bytes.n;
	memcpy(in, bytes.p, bytes.n);
	while (left > 0 && buf_ok(&out)) {
		char *to = room;
		size_t free_bytes = sizeof room, before = left;
		size_t n = iconv(c, &in, &left, &to, &free_bytes);
		buf_bytes(&out, room, sizeof room - free_bytes);
		if (n != (size_t)-1)
			continue;
		if (errno == E2BIG && left < before)
			continue;
		buf_str(&out, STR("\xef\xbf\xbd"));
		in++;
		left--;
	}
	iconv_close(c);
	return buf_view(&out);
}

struct str reply_utf8(
    struct arena *a, struct str bytes, struct str charset, size_t max)
{
	struct str name = str_lower(a, charset);
	bool plain = name.n == 0 || str_eq(name, STR("utf-8")) ||
	             str_eq(name, STR("utf8")) || str_eq(name, STR("us-ascii"));
	if (plain && str_utf8(bytes))
		return str_upto(bytes, bytes.n < max ? bytes.n : max);
	/* A program that says "us-ascii" and sends Thai is not rare. */
	struct str text =
	    converted(a, bytes, plain ? "CP874" : charset_of(a, name), max);
	return str_utf8(text) ? text : STR("");
}

struct str reply_clean(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '\r')
			continue;
		p[n++] = c != '\n' && (c < ' ' || c == 0x7f) ? ' ' : s.p[i];
	}
	struct str all = str_n(p, n);
	/* A limit may have cut within a letter. */
	for (int i = 0; i < 3 && !str_utf8(all); i++)
		all.n -= all.n > 0;
	return str_utf8(all) ? all : STR("");
}

struct lines {
	struct str *v;
	size_t n;
};

static struct lines lines_of(struct arena *a, struct str text)
{
	size_t n = 1;
	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	struct lines l = { ARENA_ARRAY(a, struct str, n), 0 };
	for (bool more = true; more;)
		more = str_cut(text, '\n', &l.v[l.n++], &text);
	return l;
}

static bool is_empty(struct str line)
{
	return str_trim(line).n == 0;
}

static bool is_quoted(struct str line)
{
	return str_starts(str_trim(line), STR(">"));
}

/* "On Thu, … wrote:", "เมื่อ … เขียนว่า:" */
static bool leads_in(struct str line)
{
	line = str_trim(line);
	return str_ends(line, STR(":")) &&
	       (str_has(line, STR("wrote")) || str_has(line, STR("เขียน")) ||
		   str_has(line, STR("@")));
}

static bool begins_lead(struct str line)
{
	return str_starts(line, STR("On ")) || str_starts(line, STR("เมื่อ")) ||
	       str_starts(line, STR("ใน")) || str_starts(line, STR("วันที่"));
}

/* What programs put above the whole of an older mail. */
static bool begins_old_mail(const struct lines *l, size_t i)
{
	static const char *const heads[] = { "From:", "จาก:" };
	struct str line = str_trim(l->v[i]);
	if (str_starts(line, STR("-----")) &&
	    (str_has(line, STR("Original Message")) ||
		str_has(line, STR("Forwarded")) ||
		str_has(line, STR("ข้อความ"))))
		return true;
	for (size_t k = 0; k < COUNT(heads); k++) {
		if (!str_starts(line, str_of(heads[k])) || i + 2 >= l->n)
			continue;
		struct str next = str_trim(l->v[i + 1]);
		return str_starts(next, STR("Sent:")) ||
		       str_starts(next, STR("Date:")) ||
		       str_starts(next, STR("ส่ง:")) ||
		       str_starts(next, STR("วันที่:")) ||
		       str_starts(next, STR("To:")) ||
		       str_starts(next, STR("ถึง:"));
	}
	return false;
}

static size_t without_quotation(const struct lines *l, size_t n)
{
	size_t end = n, quoted = 0;
	while (end > 0 && (is_empty(l->v[end - 1]) || is_quoted(l->v[end - 1])))
		quoted += is_quoted(l->v[--end]);
	if (quoted == 0)
		return n;
	/* Its first line may stand up to two lines higher. */
	for (size_t k = 1; k <= MAX_LEAD && k <= end; k++)
		if (leads_in(l->v[end - 1]) && begins_lead(l->v[end - k]))
			return end - k;
	return end;
}

struct str reply_own_words(struct arena *a, struct str text)
{
	struct lines l = lines_of(a, text);
	struct buf b = buf_new(a, text.n + 1);
	size_t n = l.n;
	for (size_t i = 0; i < l.n && n == l.n; i++)
		if (begins_old_mail(&l, i))
			n = i;
	n = without_quotation(&l, n);
	while (n > 0 && is_empty(l.v[n - 1]))
		n--;
	if (n == 0)
		return str_trim(text);
	for (size_t i = 0; i < n; i++)
		buf_fmt(&b, "%s%.*s", i ? "\n" : "", STR_ARG(l.v[i]));
	return buf_view(&b);
}

static bool is_secret_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* A line that was too long was broken: then the rest stands below, perhaps
 * behind a '>'. */
static size_t secret_end(struct str s, size_t i)
{
	size_t n = 0, end = i;
	bool broken = false;
	for (; i < s.n && n < SECRET_CHARS; i++) {
		char c = s.p[i];
		if (is_secret_char(c)) {
			n++;
			end = i + 1;
		} else if (c == '\n') {
			broken = true;
		} else if (!broken || (c != '>' && c != ' ' && c != '\r')) {
			break;
		}
	}
	return end;
}

bool reply_hide_links(struct arena *a, struct str text, struct str *ret)
{
	static const struct str mark = STR_INIT("/accept/"),
				dots = STR_INIT("…");
	struct buf b = buf_new(a, 2 * text.n + 64);
	bool any = false;
	size_t i = 0;
	while (i < text.n) {
		if (!str_starts(str_from(text, i), mark)) {
			buf_char(&b, text.p[i++]);
			continue;
		}
		any = true;
		buf_str(&b, mark);
		i = secret_end(text, i + mark.n);
		buf_str(&b, dots);
		if (str_starts(str_from(text, i), dots))
			i += dots.n;
	}
	*ret = any ? buf_view(&b) : text;
	return any;
}
