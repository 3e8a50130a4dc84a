/* papers_out.h - papers made of a request, a register, a procedure; for pages
 * and API alike. */
#ifndef DESK_PAPERS_OUT_H
#define DESK_PAPERS_OUT_H

#include "core/attachment.h"
#include "core/papers.h"
#include "desk/app.h"

/* "request.pdf", "request.docx". ERR_NOT_FOUND for no such paper. */
struct papers_name {
	enum papers kind;
	bool docx;
};
MUST_CHECK enum err papers_path(
    struct visit *, struct str last, struct papers_name *ret);
/* "request". */
MUST_CHECK enum err papers_kind(
    struct visit *, struct str name, enum papers *ret);

/* Answers with the file. */
enum err papers_send(struct visit *, struct str no, struct str last);
enum err papers_send_register(
    struct visit *, struct str office, struct str year, struct str last);
/* Of a round of the yearly list (disposal_out.h), which the caller may read: with
 * the office put into `data`. */
enum err papers_send_round(struct visit *, struct str office, enum papers,
    struct str suffix, struct str stem, json_t *data);
enum err papers_send_procedure(
    struct visit *, struct str code, struct str last);

/* Signs the paper in the name of who is signed in: its PDF is kept as a file of
 * the request, on disk before the event that names its digest. Two steps, since
 * no file is written within a transaction. */
struct papers_signing {
	struct str no;
	int64_t version; /* of the request, as it was printed; 0: a scan */
	enum papers kind;
	struct papers_text text;
	struct str code, name;
	struct kept_file kept;
	struct kept_file copy; /* the requester's own, of a notice */
	struct str accept;     /* the secret of its link; or empty */
	struct case_file after;
	struct attached file;
};
/* What the signer has looked at: ERR_STALE when it would not be signed. */
struct papers_seen {
	int64_t version; /* of the request; 0: any */
	int64_t text; /* version of the office's text, or PAPERS_NEWEST: any */
};
MUST_CHECK enum err papers_sign_begin(struct visit *, struct str no,
    enum papers, const struct papers_seen *, struct papers_signing *ret);
/* Answers with the requester's copy of the signed paper. */
enum err papers_copy_send(struct visit *, struct str no, struct str code);
/* In a write transaction: a change_fn. */
enum err papers_sign_end(struct visit *, void *signing);
/* The same for a scan of what a hand has signed. */
MUST_CHECK enum err papers_scan_begin(struct visit *, struct str no,
    enum papers, const struct upload *, struct papers_signing *ret);
enum err papers_scan_end(struct visit *, void *signing);

/* A text with the sample in its places; ERR_INVALID with its faults. */
MUST_CHECK enum err papers_preview(struct visit *, struct str office,
    enum papers, struct str text, struct str *ret_pdf);
/* Whether the text can be filled and printed, with a large request too: its faults,
 * or ERR_TOO_LARGE. */
MUST_CHECK enum err papers_text_check(
    struct visit *, enum papers, struct str text);

#endif
