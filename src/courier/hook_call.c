#include "courier/hook_call.h"

#include <curl/curl.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "base/time.h"

enum { WHOLE_MS = 10 * 1000, MAX_ANSWER = 64 << 10, KEPT = 300 };

struct call {
	const struct hook_call *want;
	bool https, refused;
	size_t heard;
	char kept[KEPT];
	size_t n_kept;
};

struct str hook_signature(struct arena *a, const struct hook_call *c)
{
	struct str text = str_fmt(a, "%.*s.%lld.%.*s", STR_ARG(c->message),
	    (long long)c->at_s, STR_ARG(c->body));
	struct str all = STR("");
	for (size_t i = 0; i < COUNT(c->secrets); i++) {
		struct str rest = c->secrets[i], key;
		if (rest.n == 0)
			continue;
		REQUIRE(str_take(&rest, STR("whsec_")) &&
			base64_decode(a, rest, &key));
		struct sha256 mac = hmac_sha256(key, text);
		all = str_fmt(a, "%.*s%sv1,%.*s", STR_ARG(all),
		    all.n ? " " : "",
		    STR_ARG(
			base64(a, str_n((const char *)mac.b, sizeof mac.b))));
	}
	return all;
}

/* Whatever the name resolved to, this is where the connection goes. */
static curl_socket_t open_socket(
    void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct call *c = arg;
	if (purpose != CURLSOCKTYPE_IPCXN ||
	    !hook_socket_ok(c->want->reach, &to->addr, c->https)) {
		c->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* The beginning is kept, for who looks what was said. */
static size_t take(char *p, size_t size, size_t n, void *arg)
{
	struct call *c = arg;
	size_t k = size * n, room = sizeof c->kept - c->n_kept;
	c->heard += k;
	if (c->heard > MAX_ANSWER)
		return CURL_WRITEFUNC_ERROR;
	memcpy(c->kept + c->n_kept, p, k < room ? k : room);
	c->n_kept += k < room ? k : room;
	return k;
}

static int go_on(
    void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct call *call = arg;
	(void)a, (void)b, (void)c, (void)d;
	return atomic_load(call->want->stop);
}

#define SET(option, value)                                             \
	do {                                                           \
		if (curl_easy_setopt(curl, option, value) != CURLE_OK) \
			return false;                                  \
	} while (0)

static bool set_where(CURL *curl, struct arena *a, struct call *c)
{
	SET(CURLOPT_URL, str_cstr(a, c->want->url));
	SET(CURLOPT_PROTOCOLS_STR, c->https ? "https" : "http");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	/* None of the environment's. */
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, c);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	if (c->want->ca_file.n > 0)
		SET(CURLOPT_CAINFO, str_cstr(a, c->want->ca_file));
	return true;
}

static bool set_what(
    CURL *curl, struct arena *a, struct call *c, struct curl_slist *headers)
{
	SET(CURLOPT_HTTPHEADER, headers);
	SET(CURLOPT_POSTFIELDSIZE, (long)c->want->body.n);
	SET(CURLOPT_POSTFIELDS, str_cstr(a, c->want->body));
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_TIMEOUT_MS, (long)WHOLE_MS);
	SET(CURLOPT_WRITEFUNCTION, take);
	SET(CURLOPT_WRITEDATA, c);
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_XFERINFOFUNCTION, go_on);
	SET(CURLOPT_XFERINFODATA, c);
	return true;
}

static struct curl_slist *headers_of(struct arena *a, const struct hook_call *c)
{
	const struct str lines[] = { STR_INIT("Content-Type: application/json"),
		STR_INIT("User-Agent: pratu"), STR_INIT("Expect:"),
		str_fmt(a, "webhook-id: %.*s", STR_ARG(c->message)),
		str_fmt(a, "webhook-timestamp: %lld", (long long)c->at_s),
		str_fmt(a, "webhook-signature: %.*s",
		    STR_ARG(hook_signature(a, c))) };
	struct curl_slist *list = NULL;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct curl_slist *longer =
		    curl_slist_append(list, str_cstr(a, lines[i]));
		REQUIRE(longer != NULL);
		list = longer;
	}
	return list;
}

static struct str one_line(struct arena *a, const char *p, size_t n)
{
	char *line = arena_alloc(a, n + 1);
	for (size_t i = 0; i < n; i++)
		line[i] =
		    (unsigned char)p[i] < ' ' || p[i] == 0x7f ? ' ' : p[i];
	/* A letter may have been cut at the end. */
	for (size_t cut = 0; cut < 4 && cut <= n; cut++)
		if (str_utf8(str_n(line, n - cut)))
			return str_trim(str_n(line, n - cut));
	return STR("?");
}

static void perform(
    CURL *curl, struct arena *a, const struct call *c, struct hook_answer *ret)
{
	long status = 0;
	CURLcode code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	/* The status is the answer, though the rest of it was too long. */
	bool whole = code == CURLE_OK || code == CURLE_WRITE_ERROR;
	ret->status = whole ? status : 0;
	ret->text = whole        ? one_line(a, c->kept, c->n_kept)
	            : c->refused ? STR("address not allowed")
	                         : str_of(curl_easy_strerror(code));
}

void hook_call(
    struct arena *a, const struct hook_call *want, struct hook_answer *ret)
{
	struct hook_url url;
	struct call c = { .want = want };
	int64_t began = time_now_ms();
	*ret = (struct hook_answer){ .text = STR("the URL is none") };
	if (!hook_url_parse(want->url, &url))
		return;
	c.https = url.https;
	CURL *curl = curl_easy_init();
	REQUIRE(curl != NULL);
	struct curl_slist *headers = headers_of(a, want);
	if (set_where(curl, a, &c) && set_what(curl, a, &c, headers))
		perform(curl, a, &c, ret);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	ret->ms = time_now_ms() - began;
}
