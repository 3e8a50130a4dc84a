/* page_case_handover.h - one request in other hands, in words. */
#ifndef DESK_PAGE_CASE_HANDOVER_H
#define DESK_PAGE_CASE_HANDOVER_H

#include "desk/page_case.h"

/* "ตั้งแต่ … ถึง …", of ISO days; `until` may be empty. */
struct str handover_days(
    const struct case_work *, struct str from, struct str until);

#endif
