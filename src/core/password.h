/* password.h - what a password must not be. */
#ifndef CORE_PASSWORD_H
#define CORE_PASSWORD_H

#include "base/ctx.h"

/* Notes the field "password" as wrong unless it has 8 to 256 characters and is
 * neither the e-mail, nor its local part, nor one of the commonest, nor one of
 * these with digits and signs around it. No kind of character is demanded
 * (NIST SP 800-63B 5.1.1.2). */
void password_rules(struct ctx *, struct str email, struct str password);

#endif
