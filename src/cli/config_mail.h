/* config_mail.h - what [mail] of pratu.conf may say. */
#ifndef CLI_CONFIG_MAIL_H
#define CLI_CONFIG_MAIL_H

#include "base/msg.h"
#include "core/site.h"

bool config_email_ok(struct arena *, struct str);
/* One line for people: UTF-8 without control marks, 1 to 200 bytes. */
bool config_line_ok(struct str);
/* 1 to 30. */
bool config_days_ok(struct str);
/* "smtp://host", "smtps://host:465": `scheme` or it with an s, a host, a port or
 * none, nothing more. */
bool config_server_ok(struct str url, struct str scheme);

/* Whether the url's host is this machine. */
bool config_server_is_here(struct str url);
/* Its port, or the usual one of the scheme. */
int config_server_port(struct str url);

/* What does not fit together; MSG_NONE when all does. */
enum msg config_mail_wrong(const struct site_mail *);

/* [replies]: a name of a folder in ASCII, without what servers take apart. */
bool config_folder_ok(struct str);
/* "5" (minutes, up to 1440) or "30s" (up to 3600). */
bool config_every_ok(struct str);
enum msg config_replies_wrong(
    const struct site_replies *, const struct site_mail *);

#endif
