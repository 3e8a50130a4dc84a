#include "courier/mime.h"

#include "base/crypt.h"
#include "base/str.h"
#include "base/thai.h"
#include "base/time.h"

enum {
	WORD_BYTES = 39,    /* of text in one encoded word, in base64 52 */
	PLAIN_HEADER = 60,  /* a longer one is folded by being encoded */
	BASE64_LINE = 76,   /* characters */
	SEGMENT_CHARS = 54, /* of a file's name in one line */
	MAX_ADDRESS = 254,
};

/* What a header may have as it stands: one line of printable ASCII that no
 * reader would decode. */
static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return s.n <= PLAIN_HEADER && !str_has(s, STR("=?"));
}

static struct str without_controls(struct arena *a, struct str s)
{
	char *p = arena_room(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		p[i] = c < ' ' || c == 0x7f ? ' ' : s.p[i];
	}
	return str_n(p, s.n);
}

/* Bytes of the first letter with its marks; of more marks than a word holds as
 * many as fit. */
static size_t letter_bytes(struct str s)
{
	size_t n = thai_first_letter(s);
	if (n <= WORD_BYTES)
		return n > 0 ? n : 1;
	n = WORD_BYTES;
	while (n > 1 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return n;
}

/* As much as goes into one word, whole letters (RFC 2047 5). */
static size_t word_bytes(struct str s)
{
	size_t n = 0;
	while (n < s.n) {
		size_t letter = letter_bytes(str_from(s, n));
		if (n > 0 && n + letter > WORD_BYTES)
			break;
		n += letter;
	}
	return n;
}

static void put_words(struct buf *b, struct str s)
{
	for (bool first = true; s.n > 0; first = false) {
		size_t n = word_bytes(s);
		buf_fmt(b, "%s=?UTF-8?B?%.*s?=", first ? "" : "\r\n ",
		    STR_ARG(base64(b->arena, str_upto(s, n))));
		s = str_from(s, n);
	}
}

static void put_text(struct buf *b, const char *name, struct str text)
{
	text = without_controls(b->arena, text);
	buf_fmt(b, "%s: ", name);
	if (is_plain(text))
		buf_str(b, text);
	else
		put_words(b, text);
	buf_str(b, STR("\r\n"));
}

static void put_address(struct buf *b, struct str email)
{
	REQUIRE(email.n > 2 && email.n <= MAX_ADDRESS);
	for (size_t i = 0; i < email.n; i++)
		REQUIRE(email.p[i] > ' ' && email.p[i] <= '~' &&
			email.p[i] != '<' && email.p[i] != '>' &&
			email.p[i] != ',' && email.p[i] != '"' &&
			email.p[i] != '(' && email.p[i] != ')' &&
			email.p[i] != '\\');
	buf_str(b, email);
}

static bool is_atom_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && c != ' ' && c != '-')
			return false;
	}
	/* A reader makes one blank of many. */
	return s.n <= PLAIN_HEADER && !str_has(s, STR("  "));
}

static void put_named(
    struct buf *b, const char *name, struct str person, struct str email)
{
	person = str_trim(without_controls(b->arena, person));
	buf_fmt(b, "%s: ", name);
	if (person.n > 0 && is_atom_text(person))
		buf_str(b, person);
	else
		put_words(b, person);
	buf_str(b, person.n > 0 ? STR("\r\n <") : STR("<"));
	put_address(b, email);
	buf_str(b, STR(">\r\n"));
}

static void put_list(struct buf *b, const char *name, struct str list)
{
	struct str one;
	if (list.n == 0)
		return;
	buf_fmt(b, "%s: ", name);
	for (bool more = true; more;) {
		more = str_cut(list, ',', &one, &list);
		put_address(b, str_trim(one));
		buf_str(b, more ? STR(",\r\n ") : STR("\r\n"));
	}
}

struct str mail_date(struct arena *a, int64_t utc_ms)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct date d = date_of_ms(utc_ms);
	int64_t s = (utc_ms - date_start_ms(d)) / 1000;
	return str_fmt(a, "%s, %02d %s %04d %02d:%02d:%02d +0700",
	    days[date_weekday(d)], d.day, months[d.month - 1], d.year,
	    (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
}

static void put_base64(struct buf *b, struct str bytes)
{
	struct str text = base64(b->arena, bytes);
	buf_str(b, STR("Content-Transfer-Encoding: base64\r\n\r\n"));
	while (text.n > 0) {
		size_t n = text.n < BASE64_LINE ? text.n : BASE64_LINE;
		buf_bytes(b, text.p, n);
		buf_str(b, STR("\r\n"));
		text = str_from(text, n);
	}
}

/* Line ends as a mail has them. */
static struct str with_crlf(struct arena *a, struct str s)
{
	struct buf b = buf_new(a, 2 * s.n + 2);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\r')
			continue;
		if (s.p[i] == '\n')
			buf_char(&b, '\r');
		buf_char(&b, s.p[i]);
	}
	buf_str(&b, STR("\r\n"));
	return buf_view(&b);
}

static void put_part(struct buf *b, const char *type, struct str text)
{
	buf_fmt(b, "Content-Type: text/%s; charset=utf-8\r\n", type);
	put_base64(b, with_crlf(b->arena, text));
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/* The bytes of one letter as RFC 2231 writes them. */
static void put_percent(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (is_name_char(s.p[i]))
			buf_char(b, s.p[i]);
		else
			buf_fmt(b, "%%%02X", (unsigned)(unsigned char)s.p[i]);
}

/* RFC 2231: in pieces, each a line. */
static void put_file_name(struct buf *b, struct str name)
{
	bool plain = name.n > 0 && name.n <= SEGMENT_CHARS;
	for (size_t i = 0; i < name.n; i++)
		plain &= is_name_char(name.p[i]);
	buf_str(b, STR("Content-Disposition: attachment;\r\n"));
	if (plain) {
		buf_fmt(b, " filename=\"%.*s\"\r\n", STR_ARG(name));
		return;
	}
	for (int piece = 0; name.n > 0 || piece == 0; piece++) {
		size_t n =
		    name.n < SEGMENT_CHARS / 3 ? name.n : SEGMENT_CHARS / 3;
		while (n > 1 && n < name.n &&
		       ((unsigned char)name.p[n] & 0xc0) == 0x80)
			n--;
		buf_fmt(b, " filename*%d*=%s", piece, piece ? "" : "UTF-8''");
		put_percent(b, str_upto(name, n));
		name = str_from(name, n);
		buf_str(b, name.n > 0 ? STR(";\r\n") : STR("\r\n"));
	}
}

/* type/subtype as attachments have them; whatever else is bytes. */
static struct str file_type(struct str s)
{
	bool slash = false;
	for (size_t i = 0; i < s.n; i++) {
		slash |= s.p[i] == '/';
		if (!is_name_char(s.p[i]) && s.p[i] != '/' && s.p[i] != '+')
			return STR("application/octet-stream");
	}
	return slash && s.n < 100 ? s : STR("application/octet-stream");
}

/* Whoever reads it gets a file: nothing of it is shown as a page. */
static void put_file(struct buf *b, const struct enclosure *f)
{
	struct str type = file_type(f->type);
	if (str_starts(type, STR("message/")) ||
	    str_starts(type, STR("multipart/")))
		type = STR("application/octet-stream");
	buf_fmt(b, "Content-Type: %.*s\r\n", STR_ARG(type));
	put_file_name(b, f->name);
	put_base64(b, f->bytes);
}

/* No line of base64 is one: they have dots. */
static void put_multipart(struct buf *b, const char *kind, int level)
{
	buf_fmt(b,
	    "Content-Type: multipart/%s;\r\n boundary=\"pratu.%d.part\"\r\n\r\n",
	    kind, level);
}

static void put_boundary(struct buf *b, int level, bool last)
{
	buf_fmt(b, "--pratu.%d.part%s\r\n", level, last ? "--" : "");
}

static void put_words_of(struct buf *b, const struct outgoing *l)
{
	put_multipart(b, "alternative", 1);
	put_boundary(b, 1, false);
	put_part(b, "plain", l->text);
	put_boundary(b, 1, false);
	if (l->picture.n > 0) {
		put_multipart(b, "related", 2);
		put_boundary(b, 2, false);
	}
	put_part(b, "html", l->html);
	if (l->picture.n > 0) {
		put_boundary(b, 2, false);
		buf_str(b, STR("Content-Type: image/png\r\n"
			       "Content-ID: <qr>\r\n"
			       "Content-Disposition: inline;"
			       " filename=\"qr.png\"\r\n"));
		put_base64(b, l->picture);
		put_boundary(b, 2, true);
	}
	put_boundary(b, 1, true);
}

static void put_head(struct buf *b, const struct outgoing *l)
{
	buf_fmt(b, "Message-ID: <%.*s>\r\n", STR_ARG(l->message_id));
	if (l->thread.n > 0)
		buf_fmt(b, "In-Reply-To: <%.*s>\r\nReferences: <%.*s>\r\n",
		    STR_ARG(l->thread), STR_ARG(l->thread));
	buf_fmt(b, "Date: %.*s\r\n", STR_ARG(mail_date(b->arena, l->date)));
	put_named(b, "From", l->from_name, l->from);
	put_named(b, "To", l->to_name, l->to);
	put_list(b, "Cc", l->cc);
	put_list(b, "Reply-To", l->reply_to);
	put_text(b, "Subject", l->subject);
	/* RFC 3834: no machine answers it. */
	buf_fmt(b,
	    "Auto-Submitted: auto-generated\r\nContent-Language: %.*s\r\n"
	    "MIME-Version: 1.0\r\n",
	    STR_ARG(lang_code(l->lang)));
}

void letter_write(struct buf *b, const struct outgoing *l)
{
	put_head(b, l);
	if (l->n_files == 0) {
		put_words_of(b, l);
		return;
	}
	put_multipart(b, "mixed", 0);
	put_boundary(b, 0, false);
	put_words_of(b, l);
	for (size_t i = 0; i < l->n_files; i++) {
		put_boundary(b, 0, false);
		put_file(b, &l->files[i]);
	}
	put_boundary(b, 0, true);
}
