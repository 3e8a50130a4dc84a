/* tmplc_html.h - where in a page of HTML one is.
 *
 * A spot follows the HTML of a template character by character, as a browser
 * would read it, and so tells how an expression that stands there must be
 * escaped. It takes less than HTML allows: whatever leaves room for doubt
 * (comments, bare '<', event attributes, inline scripts and styles) is an
 * error with a sentence that says what to write instead. */
#ifndef TOOLS_TMPLC_HTML_H
#define TOOLS_TMPLC_HTML_H

#include <stdbool.h>

enum place {
	AT_TEXT,
	AT_RCDATA,   /* in title and textarea: text, but no tags */
	AT_RAW,      /* in script: nothing but blanks */
	AT_DECL,     /* in <!doctype …> */
	AT_TAG_NAME, /* in the name of an element */
	AT_GAP,      /* in a tag, after a blank: an attribute may begin */
	AT_TIGHT,    /* in a tag, where a blank, / or > must follow */
	AT_SLASH,    /* after the / of <br/> */
	AT_NAME,     /* in the name of an attribute */
	AT_EQUALS,   /* after its = */
	AT_VALUE,    /* in its quoted value */
	AT_BARE,     /* in its unquoted value */
};

enum kind {
	KIND_PLAIN,
	KIND_URL,
	KIND_LITERAL, /* takes no expression */
};

/* How much of a URL has passed. */
enum part {
	PART_START,
	PART_SCHEME,
	PART_SLASH, /* its first / */
	PART_COLON, /* https: and what must follow, // */
	PART_HOST,
	PART_PATH,
	PART_QUERY,
	PART_OPAQUE, /* after mailto: or tel: */
	PART_MIXED,  /* begun in one branch and not in another */
};

struct spot {
	enum place place;
	enum kind kind;
	enum part part;
	char quote;
	bool closing;     /* in an end tag */
	bool after_blank; /* and no more of them is needed */
	int pre;          /* open <pre> elements */
	char tag[20], attr[32], scheme[8];
};

/* Moves over the character *rest; the text after it may be looked at. Answers
 * NULL, or what is wrong. */
const char *spot_step(struct spot *, const char *rest);

/* Whether `c`, which comes next, need not be written: of many blanks between
 * tags or in one, the first says all. To be asked before spot_step(). */
bool spot_drops(struct spot *, char c);

/* A command stands here: ends the name or value that it touches. */
const char *spot_settle(struct spot *);

/* The function that writes an expression here ("html_attr"); moves over it.
 * *wrong is set instead when none can stand here. */
const char *spot_writer(struct spot *, const char **wrong);

/* Whether `a` and `b` are the same place. */
bool spot_same(const struct spot *a, const struct spot *b);

/* Joins two ways to the same point into *a. False when they cannot be one
 * place: then what follows would be read in two ways. */
bool spot_join(struct spot *a, const struct spot *b);

/* For messages: "text", "attribute href of <a>". Valid until the next call. */
const char *spot_name(const struct spot *);

#endif
