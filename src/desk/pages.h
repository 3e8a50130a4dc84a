/* pages.h - what the desk's pages share: the frame around a page, and the pages
 * for what failed. */
#ifndef DESK_PAGES_H
#define DESK_PAGES_H

#include "base/buf.h"
#include "desk/app.h"
#include "templates/view.h"

/* A page at the most; more is a bug of ours, not of the reader's. */
#define PAGE_MAX_BYTES ((size_t)4 << 20)

/* The frame for this visit: language, navigation, who is signed in. `title` is
 * shown in the window's title too. */
struct view page_view(struct visit *, struct str title);
/* A buffer for the page. */
struct buf page_buf(struct visit *);
/* Sends what was written. */
enum err page_send(struct visit *, int status, const struct buf *);

/* From this page alone a form or script may also go to `origin`: `own` is what the
 * policy says now, "form-action 'self'". */
void page_allow(struct visit *, struct str own, struct str origin);
/* 'It''s' for a shell: `s` may hold anything. */
struct str page_quoted(struct arena *, struct str s);

/* The page for a failed visit: what went wrong and what to do. For
 * ERR_UNAUTHENTICATED it is the way to the sign-in page, which leads back. */
void page_problem(struct visit *, int status);

/* For templates/desk_problem.html. */
struct problem_page {
	struct str title, text, code;
	const struct ui_problem *fields;
	size_t n_fields;
	struct url back;
};

#endif
