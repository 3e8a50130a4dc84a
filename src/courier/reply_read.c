#include "courier/reply_read.h"

#include <gmime/gmime.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "core/people.h"
#include "courier/reply_html.h"
#include "courier/reply_text.h"

enum { MAX_HEADERS = 1000, MAX_HEADER = 64 << 10 };
#define MAX_TEXT ((size_t)1 << 20)

struct reading {
	struct arena *arena;
	struct read_mail *ret;
	struct buf text;
	size_t parts;
	bool too_much; /* more parts, or deeper, than is read */
	bool sealed;
	struct str *to, *answers;
	struct reply_failure *failures;
	GMimeParserOptions *options;
};

void reply_read_init(void)
{
	g_mime_init();
}

static struct str copy(struct arena *a, const char *s)
{
	struct str text = str_of(s ? s : "");
	return reply_clean(
	    a, str_upto(text, text.n < MAX_HEADER ? text.n : MAX_HEADER));
}

/* What the part holds, without its transfer encoding. */
static struct str content_of(struct arena *a, GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	if (content == NULL)
		return STR("");
	GMimeStream *s = g_mime_stream_mem_new();
	g_mime_data_wrapper_write_to_stream(content, s);
	GByteArray *bytes =
	    g_mime_stream_mem_get_byte_array((GMimeStreamMem *)s);
	struct str all =
	    str_dup(a, str_n((const char *)bytes->data, bytes->len));
	g_object_unref(s);
	return all;
}

static bool is_type(GMimeObject *o, const char *type, const char *subtype)
{
	GMimeContentType *t = g_mime_object_get_content_type(o);
	return t != NULL && g_mime_content_type_is_type(t, type, subtype);
}

static struct str text_of(const struct reading *r, GMimeObject *o)
{
	const char *charset =
	    g_mime_object_get_content_type_parameter(o, "charset");
	struct str bytes = content_of(r->arena, (GMimePart *)o);
	struct str text = reply_utf8(
	    r->arena, bytes, str_of(charset ? charset : ""), MAX_TEXT);
	text = reply_clean(r->arena, text);
	if (is_type(o, "text", "html"))
		text = reply_html_text(r->arena, text, MAX_TEXT);
	return reply_clean(r->arena, text);
}

static void left_out(struct reading *r, struct read_file f, struct str why)
{
	f.left_out = why;
	f.bytes = STR("");
	if (r->ret->n_files < 2 * (size_t)REPLY_MAX_FILES)
		r->ret->files[r->ret->n_files++] = f;
}

static bool is_attachment(GMimeObject *o)
{
	const char *d = g_mime_object_get_disposition(o);
	return d != NULL && g_ascii_strcasecmp(d, "attachment") == 0;
}

static size_t files_kept(const struct reading *r)
{
	size_t n = 0;
	for (size_t i = 0; i < r->ret->n_files; i++)
		n += r->ret->files[i].left_out.n == 0;
	return n;
}

static void take_file(struct reading *r, GMimePart *part)
{
	GMimeObject *o = (GMimeObject *)part;
	GMimeContentType *t = g_mime_object_get_content_type(o);
	char *type = t ? g_mime_content_type_get_mime_type(t) : NULL;
	struct read_file f = { .name = copy(
				   r->arena, g_mime_part_get_filename(part)),
		.type = copy(r->arena, type) };
	g_free(type);
	bool picture = is_type(o, "image", "*") && !is_attachment(o) &&
	               g_mime_object_get_content_id(o) != NULL;
	if (picture) {
		left_out(r, f, STR("picture"));
		return;
	}
	if (str_ends(f.type, STR("-signature"))) {
		left_out(r, f, STR("signature"));
		return;
	}
	if (files_kept(r) >= REPLY_MAX_FILES) {
		left_out(r, f, STR("count"));
		return;
	}
	f.bytes = content_of(r->arena, part);
	if (f.bytes.n == 0)
		left_out(r, f, STR("empty"));
	else if (r->ret->n_files < 2 * (size_t)REPLY_MAX_FILES)
		r->ret->files[r->ret->n_files++] = f;
}

static void take_text(struct reading *r, GMimeObject *o, bool words)
{
	struct str text = text_of(r, o), hidden;
	r->sealed |= reply_hide_links(r->arena, text, &hidden);
	if (!words || hidden.n == 0)
		return;
	if (r->text.n > 0)
		buf_str(&r->text, STR("\n\n"));
	buf_str(&r->text, hidden);
}

static void take_part(struct reading *r, GMimePart *part, bool words, bool file)
{
	GMimeObject *o = (GMimeObject *)part;
	bool text = is_type(o, "text", "plain") || is_type(o, "text", "html");
	bool named = g_mime_part_get_filename(part) != NULL;
	if (text && !is_attachment(o) && !named)
		take_text(r, o, words);
	else if (file)
		take_file(r, part);
}

/* One level of the tree. */
struct level {
	GMimeObject *part;
	int depth;
	bool words, files;
};

static void walk(struct reading *, struct level);

/* Of the same words twice, the plain ones. */
static void take_alternative(struct reading *r, struct level l)
{
	GMimeMultipart *all = (GMimeMultipart *)l.part;
	int n = g_mime_multipart_get_count(all);
	size_t before = r->text.n;
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < n && !r->too_much; i++) {
			GMimeObject *o = g_mime_multipart_get_part(all, i);
			if (is_type(o, "text", "plain") != (pass == 0))
				continue;
			bool words = l.words && r->text.n == before;
			walk(r,
			    (struct level){ o, l.depth + 1, words, l.files });
		}
}

static void take_multipart(struct reading *r, struct level l)
{
	GMimeMultipart *all = (GMimeMultipart *)l.part;
	int n = g_mime_multipart_get_count(all);
	if (is_type(l.part, "multipart", "alternative")) {
		take_alternative(r, l);
		return;
	}
	for (int i = 0; i < n && !r->too_much; i++)
		walk(r, (struct level){ g_mime_multipart_get_part(all, i),
			    l.depth + 1, l.words, l.files });
}

/* A mail in the mail: it may have more in it than its reader is to know, so it
 * is no file; it is only looked through for links. */
static void take_message(struct reading *r, struct level l)
{
	GMimeMessage *m =
	    g_mime_message_part_get_message((GMimeMessagePart *)l.part);
	struct read_file f = { .type = STR("message/rfc822") };
	if (m == NULL)
		return;
	f.name = copy(r->arena, g_mime_message_get_subject(m));
	if (l.files)
		left_out(r, f, STR("message"));
	walk(r, (struct level){ g_mime_message_get_mime_part(m), l.depth + 1,
		    false, false });
}

static void walk(struct reading *r, struct level l)
{
	r->too_much |=
	    l.depth > REPLY_MAX_DEPTH || ++r->parts > (size_t)REPLY_MAX_PARTS;
	if (r->too_much || l.part == NULL)
		return;
	if (GMIME_IS_MULTIPART(l.part))
		take_multipart(r, l);
	else if (GMIME_IS_MESSAGE_PART(l.part))
		take_message(r, l);
	else if (GMIME_IS_PART(l.part))
		take_part(r, (GMimePart *)l.part, l.words, l.files);
}

static void add_addresses(struct reading *r, const char *value)
{
	struct incoming *m = &r->ret->m;
	InternetAddressList *list =
	    internet_address_list_parse(r->options, value);
	int n = list ? internet_address_list_length(list) : 0;
	for (int i = 0; i < n && m->n_to < (size_t)REPLY_MAX_ADDRESSES; i++) {
		InternetAddress *one =
		    internet_address_list_get_address(list, i);
		if (INTERNET_ADDRESS_IS_MAILBOX(one))
			r->to[m->n_to++] =
			    copy(r->arena, internet_address_mailbox_get_addr(
					       (InternetAddressMailbox *)one));
	}
	if (list != NULL)
		g_object_unref(list);
}

/* The nearest first: those of In-Reply-To, then References from its end. */
static void add_answers(struct reading *r, const char *value)
{
	struct incoming *m = &r->ret->m;
	GMimeReferences *refs = g_mime_references_parse(r->options, value);
	int n = refs ? g_mime_references_length(refs) : 0;
	for (int i = n - 1; i >= 0 && m->n_answers < (size_t)REPLY_MAX_ANSWERS;
	     i--)
		r->answers[m->n_answers++] =
		    copy(r->arena, g_mime_references_get_message_id(refs, i));
	if (refs != NULL)
		g_mime_references_free(refs);
}

static bool is_name(const char *name, const char *other)
{
	return g_ascii_strcasecmp(name, other) == 0;
}

static bool says_machine(const char *name, struct str value)
{
	value = str_trim(value);
	if (is_name(name, "Auto-Submitted"))
		return !str_eq_nocase(str_upto(value, 2), STR("no"));
	if (is_name(name, "Precedence"))
		return str_eq_nocase(value, STR("bulk")) ||
		       str_eq_nocase(value, STR("junk")) ||
		       str_eq_nocase(value, STR("list")) ||
		       str_eq_nocase(value, STR("auto_reply"));
	if (is_name(name, "Return-Path"))
		return str_eq(value, STR("<>"));
	return is_name(name, "X-Autoreply") || is_name(name, "X-Autorespond") ||
	       is_name(name, "List-Id");
}

static void take_header(struct reading *r, const char *name, const char *value)
{
	static const char *const destinations[] = { "To", "Cc", "Delivered-To",
		"X-Original-To", "Envelope-To", "X-Envelope-To" };
	for (size_t i = 0; i < COUNT(destinations); i++)
		if (is_name(name, destinations[i]))
			add_addresses(r, value);
	if (says_machine(name, copy(r->arena, value)))
		r->ret->m.kind = REPLY_AUTOMATIC;
}

static void take_headers(struct reading *r, GMimeObject *o)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(o);
	int n = g_mime_header_list_get_count(list);
	const char *near = g_mime_object_get_header(o, "In-Reply-To");
	const char *far = g_mime_object_get_header(o, "References");
	for (int i = 0; i < n && i < MAX_HEADERS; i++) {
		GMimeHeader *h = g_mime_header_list_get_header_at(list, i);
		const char *value = g_mime_header_get_value(h);
		if (value != NULL && strlen(value) < MAX_HEADER)
			take_header(r, g_mime_header_get_name(h), value);
	}
	if (near != NULL && strlen(near) < MAX_HEADER)
		add_answers(r, near);
	if (far != NULL && strlen(far) < MAX_HEADER)
		add_answers(r, far);
}

/* One, or nobody: a mail of two writers has none that could be known. */
static void take_sender(struct reading *r, GMimeMessage *message)
{
	struct incoming *m = &r->ret->m;
	InternetAddressList *list = g_mime_message_get_from(message);
	GMimeHeaderList *headers =
	    g_mime_object_get_header_list((GMimeObject *)message);
	int n = g_mime_header_list_get_count(headers), froms = 0;
	for (int i = 0; i < n; i++)
		froms +=
		    is_name(g_mime_header_get_name(
				g_mime_header_list_get_header_at(headers, i)),
			"From");
	if (froms != 1 || list == NULL ||
	    internet_address_list_length(list) != 1)
		return;
	InternetAddress *one = internet_address_list_get_address(list, 0);
	if (!INTERNET_ADDRESS_IS_MAILBOX(one))
		return;
	struct str email = copy(r->arena,
	    internet_address_mailbox_get_addr((InternetAddressMailbox *)one));
	if (!email_normal(r->arena, email, &m->sender))
		m->sender = STR("");
	m->sender_name = copy(r->arena, internet_address_get_name(one));
}

/* "rfc822; somebody@example.ac.th" */
static struct str typed(struct arena *a, struct str value)
{
	struct str type, rest, email;
	if (!str_cut(value, ';', &type, &rest))
		rest = value;
	return email_normal(a, str_trim(rest), &email) ? email : STR("");
}

/* Of one address (RFC 3464): blocks of lines, the first is of the whole. */
struct status {
	struct str original, final, action, code, said;
};

static void end_block(struct reading *r, struct status *s)
{
	struct incoming *m = &r->ret->m;
	struct str email = s->original.n ? s->original : s->final;
	if (email.n > 0 && str_eq_nocase(s->action, STR("failed")) &&
	    m->n_failures < (size_t)REPLY_MAX_FAILURES)
		r->failures[m->n_failures++] = (struct reply_failure){ email,
			s->said.n ? s->said : s->code };
	*s = (struct status){ 0 };
}

static void take_status_line(
    struct reading *r, struct status *s, struct str line)
{
	struct str name, value;
	if (!str_cut(line, ':', &name, &value))
		return;
	value = str_trim(value);
	if (str_eq_nocase(name, STR("Original-Recipient")))
		s->original = typed(r->arena, value);
	else if (str_eq_nocase(name, STR("Final-Recipient")))
		s->final = typed(r->arena, value);
	else if (str_eq_nocase(name, STR("Action")))
		s->action = value;
	else if (str_eq_nocase(name, STR("Status")))
		s->code = value;
	else if (str_eq_nocase(name, STR("Diagnostic-Code")))
		s->said = str_trim(str_from(value,
		    str_index(value, ';') < value.n ? str_index(value, ';') + 1
						    : 0));
}

static void take_status(struct reading *r, struct str text)
{
	struct status s = { 0 };
	struct buf b = buf_new(r->arena, text.n + 1);
	struct str line;
	/* A line that begins with a blank goes on with the one before. */
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\n' || i + 1 == text.n ||
		    (text.p[i + 1] != ' ' && text.p[i + 1] != '\t'))
			buf_char(&b, text.p[i]);
	text = buf_view(&b);
	for (bool more = true; more;) {
		more = str_cut(text, '\n', &line, &text);
		if (str_trim(line).n == 0)
			end_block(r, &s);
		else
			take_status_line(r, &s, line);
	}
	end_block(r, &s);
}

static void add_answer(struct reading *r, struct str id)
{
	struct incoming *m = &r->ret->m;
	id = str_trim(id);
	if (str_take_char(&id, '<'))
		id = str_upto(id, str_index(id, '>'));
	if (id.n > 0 && m->n_answers < (size_t)REPLY_MAX_ANSWERS)
		r->answers[m->n_answers++] = id;
}

/* The mail that did not arrive, or its head alone. */
static void take_returned(struct reading *r, GMimeObject *o)
{
	struct str text, line, name, value;
	if (GMIME_IS_MESSAGE_PART(o)) {
		GMimeMessage *m =
		    g_mime_message_part_get_message((GMimeMessagePart *)o);
		if (m != NULL)
			add_answer(r,
			    copy(r->arena, g_mime_message_get_message_id(m)));
		return;
	}
	if (!GMIME_IS_PART(o) || !is_type(o, "text", "rfc822-headers"))
		return;
	text = text_of(r, o);
	for (bool more = true; more;) {
		more = str_cut(text, '\n', &line, &text);
		if (str_cut(line, ':', &name, &value) &&
		    str_eq_nocase(name, STR("Message-ID")))
			add_answer(r, value);
	}
}

static void take_report(struct reading *r, GMimeObject *top)
{
	GMimeMultipart *all = (GMimeMultipart *)top;
	int n = g_mime_multipart_get_count(all);
	r->ret->m.kind = REPLY_AUTOMATIC;
	for (int i = 0; i < n && i < 10; i++) {
		GMimeObject *o = g_mime_multipart_get_part(all, i);
		if (GMIME_IS_PART(o) &&
		    is_type(o, "message", "delivery-status")) {
			r->ret->m.kind = REPLY_BOUNCE;
			take_status(r, text_of(r, o));
		}
		take_returned(r, o);
	}
}

static void take_all(struct reading *r, GMimeMessage *message)
{
	struct incoming *m = &r->ret->m;
	GMimeObject *top = g_mime_message_get_mime_part(message);
	m->message_id = copy(r->arena, g_mime_message_get_message_id(message));
	m->subject = copy(r->arena, g_mime_message_get_subject(message));
	take_sender(r, message);
	take_headers(r, (GMimeObject *)message);
	if (top != NULL && GMIME_IS_MULTIPART(top) &&
	    is_type(top, "multipart", "report"))
		take_report(r, top);
	walk(r, (struct level){ top, 0, true, m->kind != REPLY_BOUNCE });
	m->body = reply_own_words(
	    r->arena, reply_clean(r->arena, buf_view(&r->text)));
	m->sealed = r->sealed;
	if (r->too_much)
		m->trouble = REPLY_WHY_PARTS;
}

static struct reading begin(struct arena *a, struct read_mail *ret)
{
	*ret = (struct read_mail){ .files = ARENA_ARRAY(a, struct read_file,
				       2 * REPLY_MAX_FILES) };
	struct reading r = { .arena = a,
		.ret = ret,
		.text = buf_new(a, MAX_TEXT),
		.to = ARENA_ARRAY(a, struct str, REPLY_MAX_ADDRESSES),
		.answers = ARENA_ARRAY(a, struct str, REPLY_MAX_ANSWERS),
		.failures =
		    ARENA_ARRAY(a, struct reply_failure, REPLY_MAX_FAILURES) };
	ret->m.to = r.to;
	ret->m.answers = r.answers;
	ret->m.failures = r.failures;
	return r;
}

void reply_read(struct arena *a, struct str raw, struct read_mail *ret)
{
	static const char *fallback[] = { "utf-8", "cp874", NULL };
	struct reading r = begin(a, ret);
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(raw.p, raw.n);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	r.options = g_mime_parser_options_new();
	g_mime_parser_options_set_fallback_charsets(r.options, fallback);
	GMimeMessage *message =
	    g_mime_parser_construct_message(parser, r.options);
	if (message == NULL)
		ret->m.trouble = REPLY_WHY_BROKEN;
	else
		take_all(&r, message);
	if (message != NULL)
		g_object_unref(message);
	g_mime_parser_options_free(r.options);
	g_object_unref(parser);
	g_object_unref(stream);
}
