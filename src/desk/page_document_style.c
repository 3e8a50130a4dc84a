/* The style with which a controlled document is printed: each sheet says which
 * text it is, and which page of how many in the procedure's own words (`page`).
 * The words stand in a style sheet because only its margins are on every sheet,
 * and only there a page knows its number. */
#include "base/buf.h"
#include "base/str.h"
#include "desk/app.h"
#include "desk/page_procedure.h"

enum { MAX_STYLE = 1 << 17 };

/* Within a string of CSS: whatever could end it or mean something is written
 * by its number. */
static void put_string(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool plain = c >= 0x80 || c == ' ' || (c >= '0' && c <= '9') ||
		             (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
		if (plain)
			buf_char(b, s.p[i]);
		else
			buf_fmt(b, "\\%x ", (unsigned)c);
	}
}

/* "หน้าที่ {0} จาก {1}" as the value of content. */
static void put_content(struct buf *b, struct str words)
{
	buf_char(b, '"');
	while (words.n > 0) {
		struct str rest = words;
		if (str_take(&rest, STR("{0}"))) {
			buf_str(b, STR("\" counter(page) \""));
		} else if (str_take(&rest, STR("{1}"))) {
			buf_str(b, STR("\" counter(pages) \""));
		} else {
			put_string(b, str_upto(words, 1));
			rest = str_from(words, 1);
		}
		words = rest;
	}
	buf_char(b, '"');
}

/* One box of the margin. */
static void put_box(
    struct buf *b, const char *name, struct str first, struct str second)
{
	buf_fmt(b, " @%s { content: \"", name);
	put_string(b, first);
	if (first.n > 0 && second.n > 0)
		buf_str(b, STR("\\a "));
	put_string(b, second);
	buf_str(b,
	    STR("\"; white-space: pre-line; text-align: left; vertical-align: middle;"
		" font: 9pt/1.4 \"Pratu\", sans-serif;"));
}

enum err plain_document_style(struct visit *v)
{
	struct document_sheet sheet;
	v->cx.lang = visit_lang(v->rq);
	enum err e = document_sheet_read(v, &sheet);
	if (e)
		return e;
	struct buf b = buf_new(v->cx.arena, MAX_STYLE);
	buf_str(&b, STR("@page controlled { size: A4;"
			" margin: 28mm 20mm 32mm 30mm;"));
	put_box(&b, "top-left", sheet.title, sheet.control);
	buf_str(&b, STR(" width: 100%; border-bottom: 1px solid #000; }"));
	put_box(&b, "bottom-left", sheet.class, sheet.notice);
	buf_str(&b, STR(" width: 78%; border-top: 1px solid #000; }"
			" @bottom-right { content: "));
	put_content(&b, sheet.page.n ? sheet.page
				     : msg_text(v->cx.lang, MSG_document_page));
	buf_str(
	    &b, STR("; font: 10pt/1.4 \"Pratu\", sans-serif; width: 22%;"
		    " text-align: right; border-top: 1px solid #000; } }\n"));
	if (!buf_ok(&b))
		return fail_detail(&v->cx, ERR_BROKEN, "the style is too long");
	response_set(v->rs, 200, STR("text/css; charset=utf-8"), buf_view(&b));
	return OK;
}
