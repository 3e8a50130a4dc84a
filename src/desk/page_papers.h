/* page_papers.h - for the pages about papers. */
#ifndef DESK_PAGE_PAPERS_H
#define DESK_PAGE_PAPERS_H

#include "templates/view.h"

/* One paper of a request. */
struct paper_line {
	struct str id, name, hint;
	struct ui_button files[2];  /* PDF, DOCX */
	struct ui_table signed_;    /* here or by hand */
	const struct ui_form *sign; /* NULL: not his to sign */
	struct ui_field password;
	bool ask_password;
	struct ui_button sign_button;
	struct ui_button scan; /* to its page; url unset: not his to send */
};
/* For templates/desk_papers.html. */
struct papers_page {
	struct url back;
	struct str number;
	const struct ui_notice *notice;
	const struct ui_problem *problems;
	size_t n_problems;
	const struct paper_line *lines;
	size_t n_lines;
};

/* For templates/desk_paper_scan.html. */
struct paper_scan_page {
	struct url back;
	struct str number, name, title;
	const struct ui_problem *problems;
	size_t n_problems;
	struct ui_form form;
	struct ui_field file;
	struct ui_button button;
};

/* For templates/desk_verify.html. */
struct verify_page {
	const struct ui_problem *problems;
	size_t n_problems;
	const struct ui_notice *notice;
	const struct ui_row *rows;
	size_t n_rows;
	struct ui_form form;
	struct ui_field field; /* the code, or the file */
	struct ui_button button;
};

/* For templates/desk_paper_text.html and desk_paper_texts.html. */
struct paper_text_page {
	struct url back;
	struct str title;
	const struct ui_notice *notice;
	const struct ui_problem *problems;
	size_t n_problems;
	struct ui_form form;
	struct ui_field text;
	struct ui_button buttons[2];
	struct ui_table versions;
	struct ui_code fields; /* what may stand in braces */
};
struct paper_texts_page {
	struct url back;
	struct ui_table papers;
};

#endif
