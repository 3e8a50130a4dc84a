/* openapi.h - the pieces of a connection's OpenAPI description. Every json_t here
 * is a new reference, to be handed on. */
#ifndef GATE_OPENAPI_H
#define GATE_OPENAPI_H

#include "gate/data.h"

struct api {
	const struct call *c;
	struct arena *arena;
	enum lang lang;
};

/* Puts a text into `o` and gives it back. */
json_t *api_with_text(json_t *o, const char *key, const char *text);
json_t *api_ref(const char *to);
json_t *api_text_schema(void);
json_t *api_whole_schema(int64_t min);
json_t *api_profile_schema(void);
json_t *api_envelope_schema(void);
/* A row as JSON answers give it. */
json_t *api_row_schema(const struct api *);
/* A declared parameter, and whether a call must give it. */
json_t *api_param_schema(const struct api *, const struct param *);
bool api_is_required(const struct param *);
/* Names of columns to be shown. */
json_t *api_select_schema(const struct api *);
/* The body of a POST, and its filter. */
json_t *api_body_schema(const struct api *);
json_t *api_filter_schema(const struct api *);

#endif
