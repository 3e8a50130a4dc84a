#include "courier/login.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

enum { MAX_SECRET = 8192 };

static bool read_secret(struct arena *a, struct str path, const char **ret)
{
	char bytes[MAX_SECRET];
	int fd = open(str_cstr(a, path), O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, bytes, sizeof bytes);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	struct str secret = str_trim(str_n(bytes, (size_t)n));
	if (secret.n == 0 || memchr(secret.p, '\0', secret.n) != NULL)
		return false;
	*ret = str_cstr(a, secret);
	explicit_bzero(bytes, sizeof bytes);
	return true;
}

#define SET(option, value)                                             \
	do {                                                           \
		if (curl_easy_setopt(curl, option, value) != CURLE_OK) \
			return false;                                  \
	} while (0)

bool login_set(CURL *curl, struct arena *a, const struct login *l)
{
	const char *secret = NULL;
	SET(CURLOPT_USE_SSL,
	    (long)(l->open ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (l->ca_file.n > 0)
		SET(CURLOPT_CAINFO, str_cstr(a, l->ca_file));
	if (l->user.n == 0)
		return true;
	if (!read_secret(
		a, l->token_file.n ? l->token_file : l->secret_file, &secret))
		return false;
	SET(CURLOPT_USERNAME, str_cstr(a, l->user));
	if (l->token_file.n == 0) {
		SET(CURLOPT_PASSWORD, secret);
		return true;
	}
	SET(CURLOPT_XOAUTH2_BEARER, secret);
	SET(CURLOPT_LOGIN_OPTIONS, "AUTH=XOAUTH2");
	return true;
}
