/* papers.h - the papers of an office: which there are, what stands in the places
 * of their templates, which text makes them, and what was signed or scanned.
 *
 * Papers are in Thai. The text of a kind is the office's newest version, or the
 * one shipped (data/papers, version 0). Versions are kept for good: the event of
 * a signed paper names its own. How a text becomes a paper is src/paper's. */
#ifndef CORE_PAPERS_H
#define CORE_PAPERS_H

#include "base/embed.h"
#include "core/cases.h"
#include "core/register.h"
#include "core/site.h"

enum papers {
#define PAPERS_OF_CASE(name, signers, when) PAPERS_##name,
#include "core/papers.def"
#undef PAPERS_OF_CASE
	PAPERS_OF_CASES,
	PAPERS_register = PAPERS_OF_CASES,
	PAPERS_procedure,
	PAPERS_disposal,  /* the yearly list for destruction */
	PAPERS_committee, /* its committee's report */
	PAPERS
};
extern const char *const papers_names[PAPERS];

/* data/papers: NAME.paper, and case.json, register.json, procedure.json, which
 * have every field that a template may name. */
EMBEDDED(papers_shipped);
/* The sample of a kind, for a check or a preview. */
MUST_CHECK enum err papers_sample(
    struct ctx *, enum papers, const json_t **ret);

/* The same with lists of PAPERS_LONG_LIST items and texts of PAPERS_LONG_TEXT
 * bytes: what a large request may bring. A text that this does not fit cannot be
 * printed some day. */
#define PAPERS_LONG_LIST 200
#define PAPERS_LONG_TEXT 1000
MUST_CHECK enum err papers_sample_long(
    struct ctx *, enum papers, const json_t **ret);

/* The answer of the owner unit that a paper may tell: the last. Or NULL. */
const struct run *papers_answer(const struct case_file *);
/* It was not approved, not endorsed, or cannot be done. */
bool papers_refused(const struct case_file *);
/* Whether the request has such a paper now. */
bool papers_there(const struct case_file *, enum papers);
/* Whether the person may sign it here. */
bool papers_may_sign(const struct facts *, const struct case_file *,
    const struct person *, enum papers);

/* Whether he may bring a scan of it, as far as its kind goes: the requester's
 * side what it signs, the office all that is signed, owners their answer. */
bool papers_may_scan(
    const struct case_file *, const struct person *, enum papers);
/* Whether he may also when the request is closed: whoever signs it for the office
 * or for an owner. */
bool papers_may_scan_late(const struct facts *, const struct case_file *,
    const struct person *, enum papers);

#define PAPERS_MAX_KEPT 60
/* Whether one more may be kept: they have a limit of their own. */
bool papers_room(const struct case_file *);

/* What is printed of who signed; all empty: for a hand. */
struct papers_signed {
	struct str code;   /* REQUEST-xxxxxxxxxx */
	struct str accept; /* secret of the link: the requester's copy */
	bool has_copy;     /* filed; such a copy is made beside it */
};
/* What stands in the places of a request's papers. */
MUST_CHECK enum err papers_case_data(struct ctx *, const struct site *,
    const struct facts *, const struct case_file *, enum papers,
    const struct papers_signed *, json_t **ret);
MUST_CHECK enum err papers_register_data(struct ctx *, struct str office,
    int64_t year, const struct register_row *, size_t n, json_t **ret);
/* "office": {code, name}. */
MUST_CHECK enum err papers_office_into(
    struct ctx *, struct str office, json_t *data);
json_t *papers_procedure_data(struct arena *, const struct procedure *);

struct papers_text {
	struct str office;
	enum papers kind;
	int64_t version; /* 0: shipped */
	struct str text, digest, by;
	int64_t at;
};
/* `version` 0 or more, or PAPERS_NEWEST. ERR_NOT_FOUND. */
#define PAPERS_NEWEST (-1)
MUST_CHECK enum err papers_text_get(struct ctx *, struct str office,
    enum papers, int64_t version, struct papers_text *ret);
/* Newest first, without their texts; the shipped one last. */
MUST_CHECK enum err papers_text_list(struct ctx *, struct str office,
    enum papers, const struct papers_text **ret, size_t *ret_n);
/* A new version, by the office's records or director, or an administrator:
 * ERR_DENIED; ERR_INVALID when it is the newest already. Whether it can be
 * filled is for the caller to check. Write transaction. */
MUST_CHECK enum err papers_text_put(struct ctx *, struct str office,
    enum papers, struct str text, int64_t *ret_version);

/* A paper that was signed here, or on paper and scanned: the event names file,
 * digest, text and signer. */
struct papers_act {
	enum papers kind;
	bool is_scan;
	struct attached file; /* kept already (attachment.h) */
	struct str code;      /* when signed */
	const struct papers_text *text;
	int64_t version; /* of the request, as it was printed; 0: a scan */
	struct str copy_sha256; /* of the requester's copy; or empty */
	int64_t copy_bytes;
};
/* ERR_DENIED, ERR_CONFLICT; ERR_STALE when the request is not the one that was
 * printed. Write transaction. */
MUST_CHECK enum err cases_paper(struct ctx *, struct str no,
    const struct papers_act *, struct case_file *ret);
/* The same questions before the work. */
MUST_CHECK enum err cases_may_paper(struct ctx *, const struct case_file *,
    const struct facts *, enum papers, bool is_scan);
/* A code that nobody can guess, for a paper to be signed. */
struct str papers_code_new(struct arena *, struct str request);
/* The paper with that code. Asks for nobody's right: whoever has the paper may
 * check it. ERR_NOT_FOUND. */
MUST_CHECK enum err papers_verify(struct ctx *, struct str code,
    struct str *ret_request, struct papered *ret);

#endif
