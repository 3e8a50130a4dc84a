#include "cli/config_mail.h"

#include "base/cidr.h"
#include "base/str.h"
#include "core/people.h"

bool config_email_ok(struct arena *a, struct str s)
{
	struct str email;
	return email_normal(a, s, &email) && str_eq(s, email);
}

bool config_line_ok(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
	return s.n > 0 && s.n <= 200 && str_utf8(s);
}

bool config_days_ok(struct str s)
{
	int64_t n;
	return str_i64(s, &n) && n >= 1 && n <= 30;
}

static bool is_host_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '-';
}

/* Host and port of scheme://host[:port]; port empty when there is none. */
static bool server_parts(
    struct str url, struct str *scheme, struct str *host, struct str *port)
{
	struct str rest;
	if (!str_cut(url, ':', scheme, &rest) || !str_take(&rest, STR("//")))
		return false;
	if (rest.n > 0 && rest.p[0] == '[') {
		size_t end = str_index(rest, ']');
		if (end == rest.n)
			return false;
		*host = str_upto(rest, end + 1);
		rest = str_from(rest, end + 1);
	} else {
		size_t end = str_index(rest, ':');
		*host = str_upto(rest, end);
		rest = str_from(rest, end);
	}
	*port = str_take_char(&rest, ':') ? rest : STR("");
	return port->n > 0 || rest.n == 0;
}

static bool host_ok(struct str host)
{
	if (host.n > 2 && host.p[0] == '[') {
		for (size_t i = 1; i + 1 < host.n; i++)
			if (!is_host_char(host.p[i]) && host.p[i] != ':')
				return false;
		return true;
	}
	for (size_t i = 0; i < host.n; i++)
		if (!is_host_char(host.p[i]))
			return false;
	return host.n > 0 && host.n < 254;
}

bool config_server_ok(struct str url, struct str scheme)
{
	struct str found, host, port;
	int64_t n = 1;
	if (url.n > 500 || !server_parts(url, &found, &host, &port))
		return false;
	bool named = str_eq(found, scheme) ||
	             (found.n == scheme.n + 1 && str_starts(found, scheme) &&
			 found.p[scheme.n] == 's');
	if (port.n > 0 && !str_i64(port, &n))
		return false;
	return named && host_ok(host) && n >= 1 && n <= 65535;
}

/* 127.0.0.0/8; "127.mail.example.com" is a name, and may be anywhere. */
static bool is_loopback(struct str host)
{
	struct cidr c;
	return str_starts(host, STR("127.")) && cidr_parse(host, &c) &&
	       c.bits == 128;
}

bool config_server_is_here(struct str url)
{
	struct str scheme, host, port;
	return server_parts(url, &scheme, &host, &port) &&
	       (str_eq(host, STR("localhost")) || is_loopback(host) ||
		   str_eq(host, STR("[::1]")));
}

int config_server_port(struct str url)
{
	static const struct {
		struct str scheme;
		int port;
	} usual[] = { { STR_INIT("smtp"), 587 }, { STR_INIT("smtps"), 465 },
		{ STR_INIT("imap"), 143 }, { STR_INIT("imaps"), 993 },
		{ STR_INIT("http"), 80 }, { STR_INIT("https"), 443 } };
	struct str scheme, host, port;
	int64_t n;
	if (!server_parts(url, &scheme, &host, &port))
		return 0;
	if (port.n > 0)
		return str_i64(port, &n) ? (int)n : 0;
	for (size_t i = 0; i < COUNT(usual); i++)
		if (str_eq(usual[i].scheme, scheme))
			return usual[i].port;
	return 0;
}

static bool any_set(const struct site_mail *m)
{
	return m->starttls.n + m->from.n + m->name.n + m->user.n +
	           m->secret_file.n + m->token_file.n + m->ca_file.n +
	           m->give_up_days.n >
	       0;
}

enum msg config_mail_wrong(const struct site_mail *m)
{
	bool secret = m->secret_file.n > 0, token = m->token_file.n > 0;
	bool open = str_starts(m->url, STR("smtp:")) &&
	            str_eq(m->starttls, STR("none"));
	if (m->url.n == 0)
		return any_set(m) ? MSG_sending_config_no_url : MSG_NONE;
	if (m->from.n == 0)
		return MSG_sending_config_no_from;
	if (secret && token)
		return MSG_sending_config_both;
	if ((secret || token) != (m->user.n > 0))
		return MSG_sending_config_user;
	/* Neither words nor passwords travel in the open. */
	if (open && !config_server_is_here(m->url))
		return MSG_sending_config_open;
	return MSG_NONE;
}

bool config_folder_ok(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_host_char(s.p[i]) && s.p[i] != ' ' && s.p[i] != '_' &&
		    s.p[i] != '/')
			return false;
	return s.n > 0 && s.n <= 100 && str_trim(s).n == s.n;
}

bool config_every_ok(struct str s)
{
	int64_t n;
	bool seconds = str_ends(s, STR("s"));
	return str_i64(str_upto(s, s.n - seconds), &n) && n >= 1 &&
	       n <= (seconds ? 3600 : 1440);
}

static bool any_of_replies(const struct site_replies *r)
{
	return r->starttls.n + r->user.n + r->secret_file.n + r->token_file.n +
	           r->ca_file.n + r->folder.n + r->every.n + r->address.n >
	       0;
}

enum msg config_replies_wrong(
    const struct site_replies *r, const struct site_mail *m)
{
	bool secret = r->secret_file.n > 0, token = r->token_file.n > 0;
	bool open = str_starts(r->url, STR("imap:")) &&
	            str_eq(r->starttls, STR("none"));
	if (r->url.n == 0)
		return any_of_replies(r) ? MSG_replies_config_no_url : MSG_NONE;
	if (m->url.n == 0)
		return MSG_replies_config_no_mail;
	if (r->address.n == 0)
		return MSG_replies_config_no_address;
	/* A tag is put behind it, and 64 bytes is all there may be. */
	if (str_index(r->address, '@') > 20 ||
	    str_index(r->address, '+') < r->address.n)
		return MSG_replies_config_address;
	if (secret && token)
		return MSG_replies_config_both;
	if (r->user.n == 0 || !(secret || token))
		return MSG_replies_config_user;
	if (open && !config_server_is_here(r->url))
		return MSG_replies_config_open;
	return MSG_NONE;
}
