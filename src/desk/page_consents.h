/* page_consents.h - what owners agreed to in advance: /consents. */
#ifndef DESK_PAGE_CONSENTS_H
#define DESK_PAGE_CONSENTS_H

#include "templates/view.h"

enum { CONSENT_FIELDS = 6 };

/* For templates/desk_consents.html. */
struct consents_page {
	const struct ui_problem *problems;
	size_t n_problems;
	struct ui_table table;
	bool owner; /* may give and revoke */
	struct ui_form give, revoke;
	struct ui_field fields[CONSENT_FIELDS];
	size_t n_fields;
	struct ui_button give_button, revoke_button;
	struct ui_field revoke_fields[2];
	size_t n_revocable;
};

#endif
