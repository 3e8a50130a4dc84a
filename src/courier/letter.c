#include "courier/letter.h"

#include <unistd.h>

#include "base/crypt.h"
#include "base/log.h"
#include "base/qr.h"
#include "base/str.h"
#include "core/attachment.h"
#include "core/cases.h"
#include "core/data_mail.h"
#include "core/papers_copy.h"
#include "core/reply_address.h"
#include "core/setting.h"
#include "courier/data_part.h"
#include "courier/mime.h"
#include "sql/sql.h"
#include "templates/courier_mail.h"

enum {
	MAX_TEXT = 128 << 10,
	MAX_HTML = 512 << 10,
	QR_PIXELS = 6,
	MAX_DOCUMENTS = 40
};

/* What is gathered for one mail. */
struct packing {
	struct ctx *cx;
	const struct site *site;
	const struct notice *n;
	struct person to;
	bool secret; /* the case's memo is */
	struct str subject, body;
	struct attachment *kept; /* that go with it */
	size_t n_kept;
	bool left_out; /* files: too large together, or not to be had */
	struct case_file f;
	const struct handed *documents[MAX_DOCUMENTS]; /* with data */
	size_t n_documents;
	/* The recipient's own copy of the one file, which the filed mail has as it
	 * is filed; or without bytes. */
	struct attachment own;
	struct enclosure *files, *filed;
	struct str reply_to; /* may be empty */
};

static struct str word(const struct packing *p, enum msg m)
{
	return msg_text(p->to.lang, m);
}

static enum err find_person(struct packing *p)
{
	struct fault before = p->cx->fault;
	enum err e = person_by_email(p->cx, p->n->recipient, &p->to);
	if (e != ERR_NOT_FOUND)
		return e;
	p->cx->fault = before;
	p->to = (struct person){ .email = p->n->recipient, .lang = LANG_TH };
	return OK;
}

static enum err find_case(struct packing *p)
{
	if (p->n->request.n == 0)
		return OK;
	struct fault before = p->cx->fault;
	enum err e = cases_load(p->cx, p->n->request, &p->f);
	if (!e)
		p->secret =
		    p->f.secrecy.n > 0 && !str_eq(p->f.secrecy, STR("none"));
	if (e == ERR_BROKEN) {
		/* Nobody knows what its memo said: no word of it leaves. */
		p->cx->fault = before;
		p->f = (struct case_file){ 0 };
		p->secret = true;
		return OK;
	}
	for (size_t i = 0; !e && i < p->f.papers.n; i++)
		if (p->n->kind == NOTICE_copy &&
		    str_eq(p->f.papers.v[i].file, p->n->files))
			p->own = (struct attachment){ .sha256 =
							  p->f.papers.v[i].copy,
				.bytes = p->f.papers.v[i].copy_bytes };
	return e;
}

static struct str domain_of(struct str email)
{
	return str_from(email, str_index(email, '@') + 1);
}

/* Better without its files than not at all: the mail says where they are. */
static void leave_files_out(struct packing *p, struct fault before)
{
	LOG("error", "courier.files", { "why", fault_text(p->cx) },
	    { "detail", p->cx->fault.detail }, { "request", p->n->request });
	p->cx->fault = before;
	p->n_kept = p->n_documents = 0;
	p->left_out = true;
}

/* Whether all whom it goes to are of the university, so that files may go along
 * (N-29): the setting "mail-domains", else the sender's own. */
static bool all_ours(const struct packing *p, struct str domains)
{
	struct str emails =
	    p->n->cc.n ? str_fmt(p->cx->arena, "%.*s,%.*s",
			     STR_ARG(p->n->recipient), STR_ARG(p->n->cc))
		       : p->n->recipient;
	struct str one;
	if (domains.n == 0)
		domains = domain_of(p->site->mail.from);
	for (bool more = true; more;) {
		more = str_cut(emails, ',', &one, &emails);
		if (!email_is_in(str_trim(one), domains))
			return false;
	}
	return true;
}

/* "document:ID": of what was delivered. */
static bool find_document(struct packing *p, struct str id)
{
	if (!str_take(&id, STR("document:")))
		return false;
	for (size_t i = 0; i < p->f.documents.n; i++)
		if (str_eq(p->f.documents.v[i].id, id) &&
		    p->n_documents < MAX_DOCUMENTS)
			p->documents[p->n_documents++] = &p->f.documents.v[i];
	return true;
}

static enum err find_files(struct packing *p)
{
	struct str domains = { 0 };
	enum err wrong = setting_find(p->cx, STR("mail-domains"), &domains);
	if (wrong)
		return wrong;
	struct str left = p->n->files, id;
	struct attachment *v =
	    ARENA_ARRAY(p->cx->arena, struct attachment, ATTACHMENT_MAX_FILES);
	size_t bytes = 0;
	struct fault before = p->cx->fault;
	enum err e = OK;
	for (bool more = left.n > 0 && !p->secret; more && !e;) {
		more = str_cut(left, ' ', &id, &left);
		if (find_document(p, id) || id.n == 0 ||
		    p->n_kept == ATTACHMENT_MAX_FILES)
			continue;
		e = attachment_get(p->cx, p->n->request, id, &v[p->n_kept]);
		bytes += e ? 0 : (size_t)v[p->n_kept].bytes;
		p->n_kept += !e;
	}
	if (e && e != ERR_NOT_FOUND)
		return e;
	p->kept = v;
	if (e)
		leave_files_out(p, before);
	p->left_out |=
	    p->n_kept + p->n_documents > 0 &&
	    (bytes > LETTER_MAX_FILES_BYTES || !all_ours(p, domains));
	if (p->left_out)
		p->n_kept = p->n_documents = 0;
	return OK;
}

/* Of mails about a request, when answers are read. */
static enum err find_reply_to(struct packing *p)
{
	struct str key, address = p->site->replies.address;
	if (p->n->request.n == 0 || address.n == 0)
		return OK;
	enum err e = reply_key_find(p->cx, &key);
	if (!e && key.n > 0)
		p->reply_to =
		    reply_address(p->cx->arena, key, address, p->n->id);
	return e;
}

static enum err gather(struct packing *p, struct store *people)
{
	enum err e = store_read(p->cx, people);
	if (!e)
		e = find_person(p);
	if (!e)
		e = find_case(p);
	if (!e)
		e = find_files(p);
	if (!e)
		e = find_reply_to(p);
	store_end(p->cx);
	return e;
}

static enum err read_file(struct packing *p, const char *below,
    const struct attachment *t, struct enclosure *ret)
{
	struct str folder = str_fmt(
	    p->cx->arena, "%.*s/%s", STR_ARG(p->site->people_dir), below);
	size_t n = 0, want = (size_t)t->bytes;
	char *bytes = arena_room(p->cx->arena, want + 1);
	int fd;
	enum err e = attachment_open(p->cx, folder, t, &fd);
	if (e)
		return e;
	for (ssize_t k = 1; k > 0 && n < want; n += (size_t)k) {
		k = read(fd, bytes + n, want - n);
		if (k < 0)
			k = 0;
	}
	close(fd);
	if (n != want ||
	    !str_eq(sha256_hex(p->cx->arena, sha256_of(str_n(bytes, n))),
		t->sha256))
		return fail_detail(
		    p->cx, ERR_BROKEN, "a file is not what was attached");
	*ret = (struct enclosure){
		.name = t->name, .type = t->type, .bytes = str_n(bytes, n)
	};
	return OK;
}

/* All of them, or none: a mail that says that data are with it has them. */
static enum err read_documents(struct packing *p)
{
	enum err e = OK;
	bool gone = false;
	for (size_t i = 0; i < p->n_documents && !e && !gone; i++)
		e = data_part_read(p->cx, p->site, p->documents[i],
		    p->n->recipient, &p->files[p->n_kept + i], &gone);
	if (gone) {
		p->n_documents = 0;
		p->left_out = true;
	}
	return e;
}

/* Where it is no more, the filed one goes: the link stands in the mail too. */
static void read_own(struct packing *p)
{
	struct fault before = p->cx->fault;
	struct enclosure *own = ARENA_NEW(p->cx->arena, struct enclosure);
	p->own.name = p->kept[0].name;
	p->own.type = p->kept[0].type;
	if (read_file(p, COPIES_FOLDER, &p->own, own) == OK)
		p->files = own;
	else
		p->cx->fault = before;
}

static enum err read_files(struct packing *p)
{
	struct fault before = p->cx->fault;
	enum err e = OK;
	p->files = ARENA_ARRAY(
	    p->cx->arena, struct enclosure, p->n_kept + p->n_documents + 1);
	for (size_t i = 0; i < p->n_kept && !e; i++)
		e = read_file(p, "attachments", &p->kept[i], &p->files[i]);
	p->filed = p->files;
	if (e)
		leave_files_out(p, before);
	else if (p->n_kept == 1 && p->own.bytes > 0)
		read_own(p);
	return read_documents(p);
}

/* The reader's own words; of a secret memo only that there is something. */
static void choose_words(struct packing *p)
{
	struct str args[] = { p->n->request, p->to.name };
	p->subject = p->n->subject;
	p->body = p->n->body;
	if (!p->secret)
		return;
	p->subject = msg_fill(p->cx->arena, p->to.lang,
	    MSG_sending_secret_subject, args, COUNT(args));
	p->body = msg_fill(p->cx->arena, p->to.lang, MSG_sending_secret_body,
	    args, COUNT(args));
}

static bool is_acceptance(const struct notice *n)
{
	return str_starts(n->link, STR("/accept/"));
}

static struct str link_of(const struct packing *p, bool filed)
{
	struct str path = p->n->link;
	if (path.n == 0)
		return STR("");
	if (filed && is_acceptance(p->n))
		path = STR("/accept/");
	return str_cat(p->cx->arena, p->site->desk_url, path);
}

static enum msg label_of(const struct packing *p)
{
	if (is_acceptance(p->n))
		return MSG_sending_open_accept;
	return p->n->request.n > 0 ? MSG_sending_open : MSG_sending_open_desk;
}

static struct str names_of_files(const struct packing *p)
{
	struct arena *a = p->cx->arena;
	struct str all = STR("");
	if (p->left_out)
		return word(p, MSG_sending_left_out);
	for (size_t i = 0; i < p->n_kept; i++)
		all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all), i ? ", " : "",
		    STR_ARG(p->files[i].name));
	for (size_t i = 0; i < p->n_documents; i++)
		all = str_fmt(a, "%.*s%s%.*s (SHA-256 %.*s)", STR_ARG(all),
		    all.n ? ", " : "", STR_ARG(p->documents[i]->name),
		    STR_ARG(p->documents[i]->sha256));
	if (all.n == 0)
		return all;
	return msg_fill(a, p->to.lang, MSG_sending_attached, &all, 1);
}

static struct str plain_text(const struct packing *p, struct str link)
{
	struct buf b = buf_new(p->cx->arena, MAX_TEXT);
	struct str files = names_of_files(p);
	buf_str(&b, p->body);
	if (link.n > 0)
		buf_fmt(&b, "\n\n%.*s:\n%.*s", STR_ARG(word(p, label_of(p))),
		    STR_ARG(link));
	if (files.n > 0)
		buf_fmt(&b, "\n\n%.*s", STR_ARG(files));
	buf_fmt(&b, "\n\n-- \n%.*s", STR_ARG(word(p, MSG_sending_foot)));
	return buf_view(&b);
}

static struct str html_text_of(
    const struct packing *p, struct str link, bool picture)
{
	struct arena *a = p->cx->arena;
	struct buf b = buf_new(a, MAX_HTML);
	struct view view = { .arena = a, .lang = p->to.lang };
	struct mail_view m = { .lang = lang_code(p->to.lang),
		.subject = p->subject,
		.body = html_lines(a, p->body),
		.link_label = word(p, label_of(p)),
		.link_text = link,
		.picture = picture,
		.scan = word(p, MSG_sending_scan),
		.files = html_lines(a, names_of_files(p)),
		.foot = html_lines(a, word(p, MSG_sending_foot)) };
	if (link.n > 0 && !url_https(link, &m.link))
		m.link = (struct url){ 0 };
	page_courier_mail(&b, &view, &m);
	return buf_view(&b);
}

static struct str message_id(const struct packing *p)
{
	return str_fmt(p->cx->arena, "pratu-%lld-%lld@%.*s",
	    (long long)p->n->id, (long long)p->n->created,
	    STR_ARG(domain_of(p->site->mail.from)));
}

static struct str thread_of(const struct packing *p)
{
	if (p->n->request.n == 0)
		return STR("");
	return str_fmt(p->cx->arena, "pratu-%.*s@%.*s", STR_ARG(p->n->request),
	    STR_ARG(domain_of(p->site->mail.from)));
}

static enum err write_letter(
    const struct packing *p, bool filed, struct str *ret)
{
	struct arena *a = p->cx->arena;
	struct buf b = buf_new(a, LETTER_MAX_BYTES);
	struct str link = link_of(p, filed);
	struct qr qr;
	bool picture = is_acceptance(p->n) && !filed && qr_make(a, link, &qr);
	struct outgoing l = { .message_id = message_id(p),
		.thread = thread_of(p),
		.date = p->n->created,
		.from = p->site->mail.from,
		.from_name = p->site->mail.name,
		.to = p->n->recipient,
		.to_name = p->to.name,
		.cc = p->n->cc,
		.reply_to = p->reply_to,
		.subject = p->subject,
		.lang = p->to.lang,
		.text = plain_text(p, link),
		.html = html_text_of(p, link, picture),
		.picture = picture ? qr_png(a, &qr, QR_PIXELS) : STR(""),
		.files = filed ? p->filed : p->files,
		/* What is filed is kept for years; data are not. */
		.n_files = p->n_kept + (filed ? 0 : p->n_documents) };
	letter_write(&b, &l);
	if (!buf_ok(&b))
		return fail_detail(p->cx, ERR_BROKEN, "a mail is too large");
	*ret = buf_view(&b);
	return OK;
}

static void find_emails(const struct packing *p, struct packed *ret)
{
	struct str left = p->n->cc, one;
	struct str *v = ARENA_ARRAY(p->cx->arena, struct str, 64);
	size_t n = 0;
	v[n++] = p->n->recipient;
	for (bool more = left.n > 0; more && n < 64;) {
		more = str_cut(left, ',', &one, &left);
		v[n++] = str_trim(one);
	}
	ret->emails = v;
	ret->n_emails = n;
}

void letter_emails(struct ctx *cx, const struct notice *n, struct packed *ret)
{
	struct packing p = { .cx = cx, .n = n };
	find_emails(&p, ret);
}

enum err letter_pack(struct ctx *cx, const struct site *site,
    struct store *people, const struct notice *n, struct packed *ret)
{
	struct packing p = { .cx = cx, .site = site, .n = n };
	enum err e = gather(&p, people);
	if (e)
		return e;
	e = read_files(&p);
	if (e)
		return e;
	choose_words(&p);
	*ret = (struct packed){ .message_id = message_id(&p) };
	find_emails(&p, ret);
	struct fault before = cx->fault;
	e = write_letter(&p, false, &ret->bytes);
	if (e && p.n_kept > 0) {
		leave_files_out(&p, before);
		e = write_letter(&p, false, &ret->bytes);
	}
	ret->filed = ret->bytes;
	if (!e && (is_acceptance(n) || p.n_documents > 0))
		e = write_letter(&p, true, &ret->filed);
	return e;
}
