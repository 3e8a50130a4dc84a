#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/time.h"
#include "http/exchange.h"

enum {
	OUT_HEAD_BYTES = 65536,
	USUAL_HEAD_BYTES = 1500,
	BLOCK_BYTES = 32768,
	STREAM_SNDBUF = 262144
};

static const char *reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} all[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 206, "Partial Content" },
		{ 301, "Moved Permanently" },
		{ 302, "Found" },
		{ 303, "See Other" },
		{ 304, "Not Modified" },
		{ 307, "Temporary Redirect" },
		{ 308, "Permanent Redirect" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 406, "Not Acceptable" },
		{ 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 410, "Gone" },
		{ 411, "Length Required" },
		{ 412, "Precondition Failed" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Content" },
		{ 428, "Precondition Required" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
		{ 505, "HTTP Version Not Supported" },
	};
	for (size_t i = 0; i < COUNT(all); i++) {
		if (all[i].status == status)
			return all[i].text;
	}
	return "Status";
}

void response_header(struct response *res, struct str name, struct str value)
{
	REQUIRE(res->n_header < COUNT(res->header));
	char *copy = arena_alloc(res->arena, value.n + 1);
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];
		copy[i] = c < 0x20 || c == 0x7f ? '_' : value.p[i];
	}
	res->header[res->n_header++] =
	    (struct pair){ str_dup(res->arena, name), str_n(copy, value.n) };
}

static void header_drop(struct response *res, struct str name)
{
	size_t n = 0;
	for (size_t i = 0; i < res->n_header; i++) {
		if (!str_eq_nocase(res->header[i].name, name))
			res->header[n++] = res->header[i];
	}
	res->n_header = n;
}

void response_set(
    struct response *res, int status, struct str type, struct str body)
{
	res->status = status;
	res->body = body;
	header_drop(res, STR("Content-Type"));
	if (type.n > 0)
		response_header(res, STR("Content-Type"), type);
}

void response_redirect(struct response *res, struct str location)
{
	res->status = 303;
	res->body = STR("");
	response_header(res, STR("Location"), location);
}

/* RFC 9110 5.6.7; no locale takes part. */
static void put_date(struct buf *b)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t now = time_now_ms() / 1000;
	int second = (int)(now % 86400);
	struct date d = date_from_days(now / 86400);

	buf_fmt(b, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d GMT\r\n",
	    days + 3 * (size_t)date_weekday(d), d.day,
	    months + 3 * (size_t)(d.month - 1), d.year, second / 3600,
	    second / 60 % 60, second % 60);
}

/* Text without a charset is UTF-8: nothing else is ever sent. */
static void put_headers(struct buf *b, const struct response *res)
{
	bool typed = false, nosniff = false;
	for (size_t i = 0; i < res->n_header; i++) {
		struct str name = res->header[i].name;
		struct str value = res->header[i].value;
		buf_str(b, name);
		buf_str(b, STR(": "));
		buf_str(b, value);
		if (str_eq_nocase(name, STR("Content-Type"))) {
			typed = true;
			if (str_starts(value, STR("text/")) &&
			    !str_has(value, STR("charset=")))
				buf_str(b, STR("; charset=utf-8"));
		}
		if (str_eq_nocase(name, STR("X-Content-Type-Options")))
			nosniff = true;
		buf_str(b, STR("\r\n"));
	}
	if (!typed && (res->body.n > 0 || res->read || res->file_fd >= 0))
		buf_str(b, STR("Content-Type: application/octet-stream\r\n"));
	if (!nosniff)
		buf_str(b, STR("X-Content-Type-Options: nosniff\r\n"));
}

static bool has_no_body(int status)
{
	return status == 204 || status == 304;
}

static struct str answer_head(struct exchange *ex, bool chunked)
{
	const struct response *res = &ex->res;
	struct buf b = buf_new(ex->arena, OUT_HEAD_BYTES);
	buf_reserve(&b, USUAL_HEAD_BYTES);

	buf_fmt(&b, "HTTP/1.1 %d %s\r\n", res->status, reason(res->status));
	put_date(&b);
	put_headers(&b, res);
	if (chunked)
		buf_str(&b, STR("Transfer-Encoding: chunked\r\n"));
	else if (!res->read && !has_no_body(res->status))
		buf_fmt(&b, "Content-Length: %llu\r\n",
		    (unsigned long long)(res->file_fd >= 0 ? res->file_bytes
							   : res->body.n));
	if (!ex->keep)
		buf_str(&b, STR("Connection: close\r\n"));
	buf_str(&b, STR("\r\n"));
	return buf_ok(&b) ? buf_view(&b) : (struct str){ 0 };
}

static struct iovec io_of(struct str s)
{
	/* sendmsg() reads only; the type knows no const. */
	union {
		const char *in;
		void *out;
	} p = { .in = s.p };
	return (struct iovec){ .iov_base = p.out, .iov_len = s.n };
}

/* HTTP/1.0 takes the end of the connection for the end of the body: only a
 * reset tells a broken stream from a whole one. */
static void cut_hard(struct exchange *ex)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };
	if (!ex->http11 && !ex->conn->over_unix)
		setsockopt(
		    ex->conn->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

static bool send_stream(struct exchange *ex, struct pace *p, struct str head)
{
	struct response *res = &ex->res;
	char *block = arena_alloc(ex->arena, BLOCK_BYTES);
	int sndbuf = STREAM_SNDBUF;

	setsockopt(
	    ex->conn->fd, SOL_SOCKET, SO_SNDBUF, &sndbuf, sizeof(sndbuf));
	for (;;) {
		char size[16];
		long n = res->read(res->stream, block, BLOCK_BYTES);
		if (n < 0 || n > BLOCK_BYTES) {
			cut_hard(ex);
			return false;
		}
		int k =
		    snprintf(size, sizeof(size), "%lx\r\n", (unsigned long)n);
		struct str line = ex->http11 ? str_n(size, (size_t)k) : STR("");
		struct iovec v[] = { io_of(head), io_of(line),
			io_of(str_n(block, (size_t)n)),
			io_of(ex->http11 ? STR("\r\n") : STR("")) };
		if (!conn_send(ex->conn, p, v, COUNT(v), false))
			return false;
		if (n == 0)
			return true;
		head = STR("");
	}
}

static bool send_whole(struct exchange *ex, struct pace *p, struct str head)
{
	const struct response *res = &ex->res;
	bool bodiless =
	    has_no_body(res->status) || str_eq(ex->req.method, STR("HEAD"));
	bool file = !bodiless && res->file_fd >= 0;
	struct str body = bodiless || file ? STR("") : res->body;
	struct iovec v[] = { io_of(head), io_of(body) };

	if (!conn_send(ex->conn, p, v, COUNT(v), file && res->file_bytes > 0))
		return false;
	return !file ||
	       conn_send_file(ex->conn, p, res->file_fd, res->file_bytes);
}

bool respond(struct exchange *ex)
{
	struct response *res = &ex->res;
	bool head_only = str_eq(ex->req.method, STR("HEAD"));
	unsigned rate = ex->options->min_send_rate;
	struct pace p = { .start_ms = mono_ms(),
		.min_rate = rate ? rate : 1024 };

	if (res->status < 200 || res->status > 599)
		res->status = 500;
	bool stream = res->read && !has_no_body(res->status);
	if (res->close || (stream && !ex->http11))
		ex->keep = false;
	struct str head = answer_head(ex, stream && ex->http11);
	if (!head.p) {
		/* Headers past every limit: say so, but send none of it. */
		stream = ex->keep = false;
		res->status = 500;
		res->n_header = 0;
		res->body = STR("");
		res->file_bytes = 0;
		head = answer_head(ex, false);
	}
	bool whole = false, fine;
	if (stream && !head_only)
		fine = whole = send_stream(ex, &p, head);
	else
		fine = send_whole(ex, &p, head);
	if (res->stream_end)
		res->stream_end(res->stream, whole);
	if (res->file_fd >= 0)
		close(res->file_fd);
	return fine;
}
