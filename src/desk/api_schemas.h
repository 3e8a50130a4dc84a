/* api_schemas.h - the shapes of the API as JSON Schema (OpenAPI 3.1). */
#ifndef DESK_API_SCHEMAS_H
#define DESK_API_SCHEMAS_H

#include "base/ctx.h"
#include "base/json.h"
#include "core/kinds.h"

/* {"$ref": "#/components/schemas/NAME"} */
json_t *schema_ref(struct arena *, struct str name);
/* The schema of one member's type, as api_schemas.def writes it. */
json_t *schema_of_type(struct arena *, struct str type);
/* The next "NAME:TYPE" of a list of members; false at the end. */
bool schema_member(
    struct str *left, struct str *ret_name, struct str *ret_type);
/* "Command_decide": the schema of a command's body. */
struct str schema_of_command(struct arena *, enum command);
/* All schemas, by name. */
json_t *schemas_all(struct arena *, enum lang);

#endif
