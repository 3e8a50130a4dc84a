/* me_notices.h - how one wants to be told, on one's own page. */
#ifndef DESK_ME_NOTICES_H
#define DESK_ME_NOTICES_H

#include "desk/app.h"
#include "desk/page_me.h"

/* The form, as it stands now. */
MUST_CHECK enum err me_notices_put(struct visit *, struct me_page *);

#endif
