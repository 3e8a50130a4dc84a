/* login.h - signing in to the mail servers of the university by libcurl. */
#ifndef COURIER_LOGIN_H
#define COURIER_LOGIN_H

#include <curl/curl.h>

#include "base/arena.h"
#include "base/base.h"

struct login {
	struct str user; /* empty: nobody signs in */
	struct str secret_file,
	    token_file;     /* one of them; a token is XOAUTH2's */
	struct str ca_file; /* empty: the system's certificates */
	bool open;          /* without TLS */
};

/* Who, and over what. The files are read anew each time: a token is replaced
 * behind our back. False when one cannot be read. */
bool login_set(CURL *, struct arena *, const struct login *);

#endif
