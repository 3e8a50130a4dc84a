/* spec.h - parts of an artefact and specs of connections, as src/source and
 * src/fmt take them. */
#ifndef GATE_SPEC_H
#define GATE_SPEC_H

#include "gate/app.h"
#include "source/query.h"

/* columns[{name,title_th,title_en,type,class,mask}] */
struct columns spec_columns(struct arena *, const json_t *list);
json_t *spec_columns_json(struct arena *, struct columns);
/* params[{name,type,required,default,min,max,max_length,enum[]}]; ERR_INVALID. */
MUST_CHECK enum err spec_params(
    struct ctx *, const json_t *list, struct params *ret);
/* What was approved: sql, params, columns, filterable. */
MUST_CHECK enum err spec_approved(
    struct ctx *, const json_t *spec, struct approved *ret);
/* The columns that leave: without those dropped. */
struct columns spec_shown(struct arena *, struct columns);

#endif
