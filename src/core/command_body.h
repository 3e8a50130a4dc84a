/* command_body.h - the body of a command, checked against command_fields.def
 * before anything is decided on it. */
#ifndef CORE_COMMAND_BODY_H
#define CORE_COMMAND_BODY_H

#include "core/case_file.h"

enum body_type {
	BODY_TEXT,  /* one line, 500 characters */
	BODY_LINES, /* 5,000 characters */
	BODY_SQL,   /* 64 KiB, kept to the byte */
	BODY_CHOICE,
	BODY_DATE,   /* ISO; what people write is understood too */
	BODY_MOMENT, /* ISO date or moment */
	BODY_INTEGER,
	BODY_TEXTS, /* list, 50 */
	BODY_FILE,  /* id of a file of this request */
	BODY_FILES,
	BODY_ARRAY, /* of objects; looked into by the command */
	BODY_OBJECT,
};

struct body_field {
	enum command command;
	const char *name;
	enum body_type type;
	const char *choices; /* codes with blanks between */
};
extern const struct body_field body_fields[];
extern const size_t n_body_fields;

/* The body normalised: texts in storage form, empty ones left out, dates ISO.
 * ERR_INVALID with each unknown or wrong field. */
MUST_CHECK enum err command_body(struct ctx *, const struct case_file *,
    enum command, const json_t *body, json_t **ret);
/* Notes "field.required" when the (checked) body lacks `name`. */
void body_needs(struct ctx *, const json_t *form, const char *name);

#endif
