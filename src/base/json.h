/* json.h - small JSON documents (requests, events, configuration) through
 * jansson, tied to an arena. Rows that stream do not pass here: src/fmt. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>

#include "base/ctx.h"

/* Whether json_parse() would take a text that we wrote: neither longer nor deeper. */
bool json_fits(struct str text, size_t max_bytes);
/* Parses one JSON text: at most `max_bytes`, 32 levels deep, no duplicate
 * names, no NUL in strings. ERR_SYNTAX, ERR_TOO_LARGE. *ret goes with the
 * arena. */
MUST_CHECK enum err json_parse(
    struct ctx *, struct str text, size_t max_bytes, json_t **ret);
/* Hands a new reference to the arena; returns it. */
json_t *json_keep(struct arena *, json_t *);
/* New, tied to the arena. */
json_t *json_new_object(struct arena *);
json_t *json_new_array(struct arena *);

/* Readers: absent or another type gives the empty value. Texts are views into
 * the document. */
struct str json_text(const json_t *object, const char *key);
int64_t json_int(const json_t *object, const char *key, int64_t absent);
bool json_flag(const json_t *object, const char *key);
const json_t *json_list(const json_t *object, const char *key);   /* or NULL */
const json_t *json_member(const json_t *object, const char *key); /* or NULL */
/* Any value; NULL when it is absent or null. */
const json_t *json_value(const json_t *object, const char *key);
struct str json_as_text(const json_t *string); /* absent when not a string */
/* The first object of a list whose "name" that is; or NULL. */
const json_t *json_named(const json_t *list, struct str name);

/* Writers into an object or to an array's end. Text that is not UTF-8 is a
 * bug: input is checked where it comes in. */
void json_put_text(json_t *object, const char *key, struct str);
/* Puts null instead of an empty text. */
void json_put_text_or_null(json_t *object, const char *key, struct str);
void json_put_int(json_t *object, const char *key, int64_t);
void json_put_flag(json_t *object, const char *key, bool);
void json_put(
    json_t *object, const char *key, const json_t *value); /* shares it */
void json_add_text(json_t *array, struct str);
void json_add(json_t *array, const json_t *value);

/* Canonical: names sorted, no blanks, UTF-8 as it is. Digests are taken over
 * this form. */
struct str json_canonical(struct arena *, const json_t *);
struct str json_compact(struct arena *, const json_t *); /* in its own order */

#endif
