/* page_list.h - lists of requests, as the home page and /requests show them. */
#ifndef DESK_PAGE_LIST_H
#define DESK_PAGE_LIST_H

#include "core/calendar_days.h"
#include "core/cases.h"
#include "desk/app.h"
#include "templates/view.h"

/* What the rows of a list are told with: looked up once. */
struct list_words {
	const struct unit *units;
	size_t n_units;
	const struct office *offices;
	size_t n_offices;
	const struct calendar *calendars; /* of each of the offices */
	struct date today;
};
/* In the caller's transaction. */
MUST_CHECK enum err list_words(struct ctx *, struct list_words *ret);
/* The name of a unit or office; the code itself when there is none. */
struct str list_unit(const struct list_words *, enum lang, struct str code);
struct str list_office(const struct list_words *, enum lang, struct str code);

/* Working days past the due day; 0 in time, closed or with nothing due. */
int list_overdue(const struct list_words *, const struct case_line *);
/* The due day lies in a year of which the days off are not announced. */
bool list_unconfirmed(const struct list_words *, const struct case_line *);
/* A state in words, with what the office's procedure calls the role at work. */
MUST_CHECK enum err list_state(
    struct ctx *, const struct case_line *, struct str *ret);
enum ui_tone list_tone(const struct case_line *);

/* All states in the order of a request's life. */
extern const enum state list_states[STATES];

/* The table of the lines; `waiting`: since when they wait, else when they last
 * changed. In the caller's transaction. */
MUST_CHECK enum err list_table(struct ctx *, const struct list_words *,
    const struct case_line *, size_t n, bool waiting, struct ui_table *ret);

/* For templates/desk_list.html. */
struct list_page {
	const struct ui_problem *problems;
	size_t n_problems;
	struct str title;
	const struct ui_link *tabs;
	size_t n_tabs;
	struct ui_form form;
	const struct ui_field *fields;
	size_t n_fields;
	const struct ui_link *steps; /* what waits, by state, with counts */
	size_t n_steps;
	struct str roles;            /* the same by role, of several roles */
	bool many;                   /* several could be decided at once */
	const struct ui_link *chips; /* each without one filter */
	size_t n_chips;
	const struct ui_link *saved; /* filters that were named */
	size_t n_saved;
	bool saved_one; /* this very list is one of them: */
	struct ui_form forget;
	struct ui_form save; /* set: the filters can be named */
	struct ui_field save_name;
	bool narrowed;    /* by more than the search */
	struct url clear; /* without filters; unset when there are none */
	struct ui_table table;
	struct url first, next;
};

#endif
