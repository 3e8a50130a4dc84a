#include "courier/imap.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/time.h"
#include "courier/login.h"

enum {
	CONNECT_MS = 20 * 1000,
	WHOLE_MS = 240 * 1000,
	ANSWER_S = 60,
	MAX_ANSWER = 64 << 10,
	MAX_WORDS = 300,
};
#define DAY_MS INT64_C(86400000)

struct imap {
	CURL *curl;
	const struct site_replies *replies;
	const atomic_bool *stop;
	struct buf *to;
	char line[MAX_WORDS]; /* the server's last "NO", "BAD" or "BYE" */
	char why[CURL_ERROR_SIZE];
};

struct imap *imap_open(
    const struct site_replies *replies, const atomic_bool *stop)
{
	struct imap *m = calloc(1, sizeof *m);
	REQUIRE(m != NULL);
	m->curl = curl_easy_init();
	REQUIRE(m->curl != NULL);
	m->replies = replies;
	m->stop = stop;
	return m;
}

void imap_close(struct imap *m)
{
	if (m == NULL)
		return;
	curl_easy_cleanup(m->curl);
	free(m);
}

struct str imap_words(const struct imap *m, struct arena *a)
{
	struct str why = str_of(m->why), line = str_of(m->line);
	if (line.n == 0)
		return str_dup(a, why);
	return str_fmt(a, "%.*s (%.*s)", STR_ARG(why), STR_ARG(line));
}

static void because(struct imap *m, const char *why)
{
	size_t n = strlen(why);
	n = n < sizeof m->why - 1 ? n : sizeof m->why - 1;
	memcpy(m->why, why, n);
	m->why[n] = '\0';
}

static size_t take(char *p, size_t size, size_t n, void *arg)
{
	struct imap *m = arg;
	buf_bytes(m->to, p, size * n);
	return buf_ok(m->to) ? size * n : 0;
}

static int listen_in(
    CURL *curl, curl_infotype type, char *p, size_t n, void *arg)
{
	struct imap *m = arg;
	struct str line = str_trim(str_n(p, n)), tag, rest;
	(void)curl;
	if (type != CURLINFO_HEADER_IN || !str_cut(line, ' ', &tag, &rest) ||
	    (!str_starts(rest, STR("NO ")) && !str_starts(rest, STR("BAD ")) &&
		!str_starts(rest, STR("BYE "))))
		return 0;
	rest = str_upto(rest, rest.n < MAX_WORDS - 1 ? rest.n : MAX_WORDS - 1);
	memcpy(m->line, rest.p, rest.n);
	m->line[rest.n] = '\0';
	return 0;
}

static int go_on(
    void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct imap *m = arg;
	(void)a, (void)b, (void)c, (void)d;
	return m->stop != NULL && atomic_load(m->stop);
}

#define SET(option, value)                                                \
	do {                                                              \
		if (curl_easy_setopt(m->curl, option, value) != CURLE_OK) \
			return false;                                     \
	} while (0)

static bool set_bounds(struct imap *m)
{
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	SET(CURLOPT_TIMEOUT_MS, (long)WHOLE_MS);
	SET(CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)ANSWER_S);
	SET(CURLOPT_VERBOSE, 1L);
	SET(CURLOPT_DEBUGFUNCTION, listen_in);
	SET(CURLOPT_DEBUGDATA, m);
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_XFERINFOFUNCTION, go_on);
	SET(CURLOPT_XFERINFODATA, m);
	SET(CURLOPT_WRITEFUNCTION, take);
	SET(CURLOPT_WRITEDATA, m);
	SET(CURLOPT_ERRORBUFFER, m->why);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_PROTOCOLS_STR, "imap,imaps");
	return true;
}

static bool set_login(struct imap *m, struct arena *a)
{
	const struct site_replies *r = m->replies;
	const struct login login = { .user = r->user,
		.secret_file = r->secret_file,
		.token_file = r->token_file,
		.ca_file = r->ca_file,
		.open = str_eq(r->starttls, STR("none")) };
	if (login_set(m->curl, a, &login))
		return true;
	because(m, "the file with the secret cannot be read");
	return false;
}

static struct str folder_of(const struct imap *m)
{
	return m->replies->folder.n ? m->replies->folder : STR("INBOX");
}

/* "imaps://host/INBOX;UIDVALIDITY=7/;UID=12" (RFC 5092). */
static struct str url_of(const struct imap *m, struct arena *a,
    const struct imap_box *box, struct str more)
{
	struct buf b = buf_new(a, 4096);
	struct str folder = folder_of(m);
	buf_fmt(&b, "%.*s/", STR_ARG(m->replies->url));
	if (box == NULL)
		return buf_view(&b);
	for (size_t i = 0; i < folder.n; i++) {
		char c = folder.p[i];
		if (c == ' ')
			buf_str(&b, STR("%20"));
		else
			buf_char(&b, c);
	}
	buf_fmt(&b, ";UIDVALIDITY=%lld%.*s", (long long)box->uidvalidity,
	    STR_ARG(more));
	return buf_view(&b);
}

/* `command` may be NULL: then the URL says what is fetched. */
static bool set_all(
    struct imap *m, struct arena *a, struct str url, const char *command)
{
	/* The connection stays; what was set for the one before does not. */
	curl_easy_reset(m->curl);
	if (!set_bounds(m) || !set_login(m, a))
		return false;
	SET(CURLOPT_URL, str_cstr(a, url));
	if (command != NULL)
		SET(CURLOPT_CUSTOMREQUEST, command);
	return true;
}

static enum imap_end ask(struct imap *m, struct arena *a, struct str url,
    const char *command, size_t max_bytes, struct str *ret)
{
	struct buf b = buf_new(a, max_bytes);
	m->to = &b;
	m->line[0] = m->why[0] = '\0';
	if (!set_all(m, a, url, command))
		return IMAP_DOWN;
	CURLcode code = curl_easy_perform(m->curl);
	m->to = NULL;
	if (code == CURLE_REMOTE_FILE_NOT_FOUND)
		return IMAP_GONE;
	if (code != CURLE_OK) {
		if (m->why[0] == '\0')
			because(m, curl_easy_strerror(code));
		return IMAP_DOWN;
	}
	*ret = buf_view(&b);
	return IMAP_OK;
}

/* The number after the word, "UIDNEXT 12". */
static bool number_after(struct str text, struct str word, int64_t *ret)
{
	for (size_t i = 0; i + word.n < text.n; i++) {
		struct str at = str_from(text, i);
		if (str_eq_nocase(str_upto(at, word.n), word)) {
			at = str_from(at, word.n);
			return str_take_char(&at, ' ') &&
			       str_take_uint(&at, 15, ret);
		}
	}
	return false;
}

enum imap_end imap_look(struct imap *m, struct arena *a, struct imap_box *ret)
{
	struct str answer;
	struct str command = str_fmt(
	    a, "STATUS \"%.*s\" (UIDVALIDITY UIDNEXT)", STR_ARG(folder_of(m)));
	enum imap_end end = ask(m, a, url_of(m, a, NULL, STR("")),
	    str_cstr(a, command), MAX_ANSWER, &answer);
	if (end != IMAP_OK)
		return IMAP_DOWN;
	if (number_after(answer, STR("UIDVALIDITY"), &ret->uidvalidity) &&
	    number_after(answer, STR("UIDNEXT"), &ret->uid_next))
		return IMAP_OK;
	because(m, "the server does not say what is in the folder");
	return IMAP_DOWN;
}

/* "26-Nov-2026"; a day or two early, since servers count days by their clock. */
static struct str search_day(struct arena *a, int64_t ms)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct date d = date_of_ms(ms - 2 * DAY_MS);
	return str_fmt(
	    a, "%d-%.3s-%04d", d.day, months + (d.month - 1) * 3, d.year);
}

/* "* SEARCH 4 8 15" */
static void read_found(struct arena *a, struct str answer, int64_t from,
    int64_t to, int64_t **ret, size_t *ret_n)
{
	int64_t *v = ARENA_ARRAY(a, int64_t, IMAP_WINDOW + 1);
	size_t n = 0;
	struct str line, word;
	for (bool more = true; more;) {
		more = str_cut(answer, '\n', &line, &answer);
		line = str_trim(line);
		if (!str_take(&line, STR("* SEARCH")))
			continue;
		for (bool next = true; next && n < IMAP_WINDOW;) {
			int64_t uid;
			next = str_cut(str_trim(line), ' ', &word, &line);
			/* "5:*" gives the last one always. */
			if (str_i64(word, &uid) && uid >= from && uid <= to)
				v[n++] = uid;
		}
	}
	*ret = v;
	*ret_n = n;
}

enum imap_end imap_search(struct imap *m, struct arena *a,
    const struct imap_box *box, int64_t from, int64_t to, bool only_unread,
    int64_t since, int64_t **ret, size_t *ret_n)
{
	struct str answer, which = STR("");
	REQUIRE(from > 0 && to >= from && to - from < IMAP_WINDOW);
	if (only_unread && since > 0)
		which = str_fmt(
		    a, " OR UNSEEN SINCE %.*s", STR_ARG(search_day(a, since)));
	else if (only_unread)
		which = STR(" UNSEEN");
	struct str command = str_fmt(a, "UID SEARCH UID %lld:%lld%.*s",
	    (long long)from, (long long)to, STR_ARG(which));
	enum imap_end end = ask(m, a, url_of(m, a, box, STR("")),
	    str_cstr(a, command), MAX_ANSWER, &answer);
	if (end == IMAP_OK)
		read_found(a, answer, from, to, ret, ret_n);
	return end;
}

enum imap_end imap_size(struct imap *m, struct arena *a,
    const struct imap_box *box, int64_t uid, int64_t *ret)
{
	struct str answer, line;
	int64_t number;
	struct str command =
	    str_fmt(a, "UID FETCH %lld (RFC822.SIZE)", (long long)uid);
	enum imap_end end = ask(m, a, url_of(m, a, box, STR("")),
	    str_cstr(a, command), MAX_ANSWER, &answer);
	for (bool more = end == IMAP_OK; more;) {
		more = str_cut(answer, '\n', &line, &answer);
		if (number_after(line, STR("UID"), &number) && number == uid &&
		    number_after(line, STR("RFC822.SIZE"), ret))
			return IMAP_OK;
	}
	return end == IMAP_OK ? IMAP_GONE : end;
}

enum imap_end imap_fetch(struct imap *m, struct arena *a,
    const struct imap_box *box, int64_t uid, bool head_only, size_t max_bytes,
    struct str *ret)
{
	struct str more = str_fmt(a, "/;UID=%lld%s", (long long)uid,
	    head_only ? "/;SECTION=HEADER" : "");
	return ask(m, a, url_of(m, a, box, more), NULL, max_bytes, ret);
}

enum imap_end imap_seen(
    struct imap *m, struct arena *a, const struct imap_box *box, int64_t uid)
{
	struct str answer;
	struct str command =
	    str_fmt(a, "UID STORE %lld +FLAGS.SILENT (\\Seen)", (long long)uid);
	return ask(m, a, url_of(m, a, box, STR("")), str_cstr(a, command),
	    MAX_ANSWER, &answer);
}
