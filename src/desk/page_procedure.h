/* page_procedure.h - the procedures as controlled documents, and as what an
 * office offers. */
#ifndef DESK_PAGE_PROCEDURE_H
#define DESK_PAGE_PROCEDURE_H

#include "core/procedure.h"
#include "templates/view.h"

/* The procedure of an office, for who wants to ask it for data. */
struct offered {
	struct str code, title, revision;
	struct str office, office_code;
	struct str time; /* "ไม่เกิน 10 วันทำการ" */
	struct url document;
	const struct procedure *procedure;
	bool usual; /* the office's own, when none is named */
};
/* All that offices offer, each office's own first, in the caller's transaction. */
MUST_CHECK enum err offers_list(
    struct ctx *, struct offered **ret, size_t *ret_n);
/* How long it may take, in words. */
struct str procedure_time(struct ctx *, const struct procedure *);

/* What stands on every printed page of the document. */
struct document_sheet {
	struct str title;
	struct str control; /* code, revision, day, status */
	struct str class, notice;
	struct str page; /* with {0} and {1} */
};
struct visit;
MUST_CHECK enum err document_sheet_read(
    struct visit *, struct document_sheet *ret);

/* A numbered paragraph of the document. */
struct procedure_text {
	struct str id, number, heading;
	struct html text;
	bool top; /* "5", not "5.2" */
};
/* For templates/desk_procedure.html. */
struct procedure_page {
	struct url back, pdf;
	struct str title, kind;
	const struct ui_notice *old; /* it is not, or will not be, in force */
	struct str notice;           /* of the document: how far paper counts */
	const struct ui_row *rows;
	size_t n_rows;
	struct ui_table approvals, revisions, stages, roles, apart;
	const struct procedure_text *texts;
	size_t n_texts;
};

/* For templates/desk_procedures.html. */
struct procedures_page {
	const struct offered *offers;
	size_t n_offers;
};

#endif
