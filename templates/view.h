/* view.h - what pages are given.
 *
 * A page reads and writes nothing but its buffer: whoever calls it has looked
 * up, decided and translated. Labels are struct str because most come from the
 * procedures; what is the same on every page comes from the catalogue. An empty
 * text, a url that is not set and a list of length 0 mean "not shown".
 *
 *   page_head(o, v); page_NAME(o, v, …); page_foot(o, v);
 *
 * Names are those of the form: letters, digits, '-', '_', '.', '[', ']'. */
#ifndef TEMPLATES_VIEW_H
#define TEMPLATES_VIEW_H

#include "base/msg.h"
#include "html/html.h"

enum ui_tone {
	UI_NEUTRAL,
	UI_INFO, /* is going on */
	UI_WAIT, /* waits for somebody; late */
	UI_GOOD,
	UI_BAD,
	UI_TONES
};
struct str ui_tone_name(enum ui_tone); /* "info": the end of a class's name */

struct ui_link {
	struct str label;
	struct url url;
	bool current;
	int64_t count;   /* shown when above 0 */
	struct str lang; /* of the label, when it is not the page's */
};

enum ui_theme { UI_THEME_SYSTEM, UI_THEME_LIGHT, UI_THEME_DARK };

/* The page as a whole. */
struct view {
	struct arena *arena; /* the request's: for texts made while writing */
	enum lang lang;
	enum ui_theme theme;
	struct str title; /* the page's, without the product's name */
	bool wrong;       /* it shows errors: the title begins with that */
	bool wide;        /* lists and tables: the whole width */
	struct url print_style; /* beside the usual ones, on paper; or unset */
	struct url home;
	const struct ui_link *nav; /* the main navigation */
	size_t n_nav;
	const struct ui_link *foot; /* procedure, help, contact, theme */
	size_t n_foot;
	struct url other_lang; /* this page in the other language */
	struct str person;     /* who is signed in; else sign_in is shown */
	struct str role;       /* the person's, in words */
	struct url profile, sign_in;
	struct url sign_out; /* takes a POST */
	struct str csrf;     /* in every form that posts */
	struct str environment; /* "ระบบสาธิต": a banner over all */
	struct str version;
};

/* A wrong field, or (field empty) what is wrong with the whole. */
struct ui_problem {
	struct str field;
	struct str text;
};

enum ui_button_kind { UI_PRIMARY, UI_SECONDARY, UI_DANGER, UI_PLAIN };
struct ui_button {
	enum ui_button_kind kind;
	struct str label;
	struct str name, value; /* what the form sends; name may be empty */
	struct url url;         /* set: a link that looks like a button */
	struct str confirm;     /* asked before, where scripts run */
};

struct ui_pair {
	struct str name, value;
};
struct ui_form {
	struct url action;
	bool get;    /* a filter: no token, the address shows the answers */
	bool upload; /* has files */
	struct str autosave; /* a path: kept there while one types */
	bool inline_row;     /* fields and button in a row (filters) */
	const struct ui_pair *hidden;
	size_t n_hidden;
};

struct ui_choice {
	struct str value, label, hint;
	bool chosen;
	bool disabled;
};

enum ui_field_kind {
	UI_TEXT,
	UI_LINES,  /* several lines */
	UI_SELECT, /* one of many */
	UI_RADIOS, /* one of few */
	UI_CHECKS, /* several; one choice makes a single tick */
	UI_DATE,   /* sends NAME-day, NAME-month, NAME-year */
	UI_FILE,
};
enum ui_input {
	UI_ANY,
	UI_EMAIL,
	UI_TEL,
	UI_NUMBER,
	UI_PASSWORD,
	UI_CODE, /* SQL, keys, addresses: even spacing, no correction */
	UI_SEARCH,
};
enum ui_width { UI_WIDE, UI_HALF, UI_NARROW };
struct ui_field {
	enum ui_field_kind kind;
	struct str name, label, hint;
	struct str error; /* the same sentence as in the summary */
	bool optional;    /* says so after the label */
	bool heading;     /* the label is the page's heading */
	bool in_row;      /* choices beside each other: a score */
	struct str value; /* as typed */
	enum ui_input input;
	enum ui_width width;
	struct str autocomplete; /* of the HTML standard: "email" */
	struct str prefix, suffix;
	int64_t max_chars; /* 0: not counted before the reader's eyes */
	int64_t rows;      /* of UI_LINES; 0: 5 */
	const struct ui_choice *choices;
	size_t n_choices;
	struct str day, month, year; /* of UI_DATE, as typed; month "1"–"12" */
	int64_t max_bytes;           /* of UI_FILE */
	bool many;
	struct str accept; /* ".pdf,.xlsx" */
};
/* The ids of the field's hint and error, for aria-describedby; "" for none. */
struct str ui_described(struct arena *, const struct ui_field *);
/* "f-NAME", for the second choice and on "f-NAME-2"; brackets as '.'. */
struct str ui_id(struct arena *, struct str name, size_t index);

/* One row of a summary list. */
struct ui_row {
	struct str label, value;
	struct url url;    /* the value is a link */
	struct html rich;  /* instead of the value: html_lines() */
	struct url change; /* "แก้ไข" */
	enum ui_tone tone;
	bool badge; /* the value is a badge of that tone */
	bool code;  /* the value is a digest, key or address */
};

struct ui_column {
	struct str label;
	bool number;     /* stands right */
	bool hide_label; /* for buttons: said, not shown */
};
struct ui_cell {
	struct str text, sub; /* sub: a second, smaller line */
	struct url url;
	struct html rich;
	bool badge, code;
	bool name; /* of a person: broken only between words */
	enum ui_tone tone;
	struct str badge_text; /* a badge beside the text: "เกินกำหนด 2 วัน" */
};
struct ui_table {
	struct str caption;
	bool hide_caption; /* the heading above says it already */
	const struct ui_column *columns;
	size_t n_columns;
	const struct ui_cell *cells; /* row after row */
	size_t n_rows;
	struct str foot;  /* count, order, freshness */
	struct str empty; /* instead of the table when it has no rows */
	bool dense;       /* small print; scrolls sideways instead of cards */
};

struct ui_entry {
	enum ui_tone tone;
	struct str title, who, when;
	struct str when_iso; /* for <time> */
	struct html body;
	struct str code; /* the entry's hash */
	struct url url;
};

/* One step of the way of a request, or one part of a form. */
enum ui_step_state { UI_TODO, UI_NOW, UI_DONE, UI_SKIPPED, UI_STOPPED };
struct ui_step {
	enum ui_step_state state;
	struct str label, note;
	struct url url;
};

struct ui_pages {
	const struct ui_link *pages; /* url not set: "…" */
	size_t n;
	struct url previous, next;
	struct str summary; /* "1–20 จาก 135 เรื่อง" */
};

struct ui_file {
	struct str name, kind, size, note;
	struct url url;
	struct str sha256;
};

struct ui_notice {
	enum ui_tone tone;
	struct str title, text;
	struct html body;
	struct ui_link action;
};

struct ui_empty {
	struct str title, text;
	struct ui_link action;
};

/* Shown this once. */
struct ui_secret {
	struct str label, value, note;
};

struct ui_code {
	struct str caption, text;
};

/* A number that somebody watches. */
struct ui_figure {
	struct str label, value, note;
	struct url url; /* the list behind it */
	enum ui_tone tone;
};

/* One bar of a chart; all bars of one chart share `of`. */
struct ui_bar {
	struct str label, value;
	int64_t part, of;
	struct url url;
};

/* What stands after a request was sent. */
struct ui_receipt {
	struct str title, label, number;
};

#endif
