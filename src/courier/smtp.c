#include "courier/smtp.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "courier/login.h"

enum {
	CONNECT_MS = 20 * 1000,
	WHOLE_MS = 240 * 1000,
	ANSWER_S = 60,
};

/* What was said on the wire so far. */
struct talk {
	struct str left; /* of the mail */
	bool all_sent;   /* libcurl has taken the end of the mail */
	bool answered;   /* and the server has said something after it */
	int code;        /* of its last line; 0: none */
	bool began;      /* we were let in, and said "MAIL" */
	bool quits;      /* what comes now tells nothing of the mail */
	char command[5]; /* that it answered: "RCPT" */
	char line[300];
};

struct smtp {
	CURL *curl;
	const struct site_mail *mail;
	const atomic_bool *stop;
	struct talk talk;
};

static void heard(struct talk *t, const char *p, size_t n)
{
	struct str line = str_trim(str_n(p, n));
	int64_t code;
	if (t->quits || line.n < 3 || !str_i64(str_upto(line, 3), &code))
		return;
	if (line.n > sizeof t->line - 1)
		line = str_upto(line, sizeof t->line - 1);
	memcpy(t->line, line.p, line.n);
	t->line[line.n] = '\0';
	t->code = (int)code;
	t->answered |= t->all_sent;
}

/* libcurl shows each line of the server and each command of its own. */
static int listen_in(
    CURL *curl, curl_infotype type, char *p, size_t n, void *arg)
{
	struct talk *t = arg;
	(void)curl;
	if (type == CURLINFO_HEADER_IN)
		heard(t, p, n);
	if (type == CURLINFO_HEADER_OUT && n >= 4) {
		t->quits |= memcmp(p, "QUIT", 4) == 0;
		if (!t->quits)
			memcpy(t->command, p, 4);
		t->began |= memcmp(p, "MAIL", 4) == 0;
	}
	return 0;
}

static size_t give(char *to, size_t size, size_t n, void *arg)
{
	struct talk *t = arg;
	size_t k = size * n < t->left.n ? size * n : t->left.n;
	memcpy(to, t->left.p, k);
	t->left = str_from(t->left, k);
	t->all_sent = t->left.n == 0;
	return k;
}

static int go_on(
    void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct smtp *s = arg;
	(void)a, (void)b, (void)c, (void)d;
	/* What was sent whole is waited for: the answer is worth it. */
	return s->stop != NULL && atomic_load(s->stop) && !s->talk.all_sent;
}

struct smtp *smtp_open(const struct site_mail *mail, const atomic_bool *stop)
{
	struct smtp *s = calloc(1, sizeof *s);
	REQUIRE(s != NULL);
	s->curl = curl_easy_init();
	REQUIRE(s->curl != NULL);
	s->mail = mail;
	s->stop = stop;
	return s;
}

void smtp_close(struct smtp *s)
{
	if (s == NULL)
		return;
	curl_easy_cleanup(s->curl);
	free(s);
}

#define SET(option, value)                                                \
	do {                                                              \
		if (curl_easy_setopt(s->curl, option, value) != CURLE_OK) \
			return false;                                     \
	} while (0)

static bool set_login(struct smtp *s, struct arena *a)
{
	const struct site_mail *m = s->mail;
	const struct login login = { .user = m->user,
		.secret_file = m->secret_file,
		.token_file = m->token_file,
		.ca_file = m->ca_file,
		.open = str_eq(m->starttls, STR("none")) };
	return login_set(s->curl, a, &login);
}

static bool set_server(struct smtp *s, struct arena *a)
{
	const struct site_mail *m = s->mail;
	struct str from = m->from;
	/* The path is the name with which we greet. */
	struct str url = str_fmt(a, "%.*s/%.*s", STR_ARG(m->url),
	    STR_ARG(str_from(from, str_index(from, '@') + 1)));
	SET(CURLOPT_URL, str_cstr(a, url));
	SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	return true;
}

static bool set_bounds(struct smtp *s)
{
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	SET(CURLOPT_TIMEOUT_MS, (long)WHOLE_MS);
	SET(CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)ANSWER_S);
	SET(CURLOPT_VERBOSE, 1L);
	SET(CURLOPT_DEBUGFUNCTION, listen_in);
	SET(CURLOPT_DEBUGDATA, &s->talk);
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_XFERINFOFUNCTION, go_on);
	SET(CURLOPT_XFERINFODATA, s);
	SET(CURLOPT_PROXY, "");
	return true;
}

static bool set_all(struct smtp *s, struct arena *a)
{
	/* The connection stays; what was set for the one before does not. */
	curl_easy_reset(s->curl);
	return set_bounds(s) && set_server(s, a) && set_login(s, a);
}

static void judge(
    struct smtp *s, struct arena *a, CURLcode code, struct smtp_answer *ret)
{
	const struct talk *t = &s->talk;
	struct str words =
	    t->code ? str_of(t->line) : str_of(curl_easy_strerror(code));
	bool of_this = strcmp(t->command, "RCPT") == 0 ||
	               strcmp(t->command, "DATA") == 0 || t->answered;
	*ret = (struct smtp_answer){ .end = SMTP_LATER,
		.text = str_dup(a, words) };
	if (code == CURLE_OK) {
		ret->end = SMTP_TAKEN;
		return;
	}
	ret->unsure = t->all_sent && !t->answered;
	if (ret->unsure || (t->code > 0 && t->code < 400))
		ret->text = str_fmt(a, "%s (%s)", curl_easy_strerror(code),
		    t->code ? t->line : "");
	if (of_this && t->code >= 500 && !ret->unsure)
		ret->end = SMTP_REFUSED;
	ret->down = !t->began;
}

static void no_secret(struct smtp_answer *ret)
{
	*ret = (struct smtp_answer){ .end = SMTP_LATER,
		.down = true,
		.text = STR("the file with the secret cannot be read") };
}

static bool set_mail(struct smtp *s, struct arena *a, struct curl_slist *to)
{
	/* Where servers say that it did not arrive. */
	struct str from =
	    s->mail->bounces_to.n ? s->mail->bounces_to : s->mail->from;
	SET(CURLOPT_MAIL_FROM,
	    str_cstr(a, str_fmt(a, "<%.*s>", STR_ARG(from))));
	SET(CURLOPT_MAIL_RCPT, to);
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_READFUNCTION, give);
	SET(CURLOPT_READDATA, &s->talk);
	SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)s->talk.left.n);
	return true;
}

void smtp_send(struct smtp *s, struct arena *a, struct str to, struct str bytes,
    struct smtp_answer *ret)
{
	struct curl_slist *list = curl_slist_append(
	    NULL, str_cstr(a, str_fmt(a, "<%.*s>", STR_ARG(to))));
	REQUIRE(list != NULL);
	s->talk = (struct talk){ .left = bytes };
	if (!set_all(s, a) || !set_mail(s, a, list))
		no_secret(ret);
	else
		judge(s, a, curl_easy_perform(s->curl), ret);
	curl_slist_free_all(list);
}

static bool set_try(struct smtp *s)
{
	SET(CURLOPT_NOBODY, 1L);
	SET(CURLOPT_CUSTOMREQUEST, "NOOP");
	return true;
}

void smtp_try(struct smtp *s, struct arena *a, struct smtp_answer *ret)
{
	s->talk = (struct talk){ .code = 0 };
	if (!set_all(s, a) || !set_try(s))
		no_secret(ret);
	else
		judge(s, a, curl_easy_perform(s->curl), ret);
}
