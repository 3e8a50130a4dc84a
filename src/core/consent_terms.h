/* consent_terms.h - what those who were asked agreed to: their conditions, the
 * columns that they did not agree to, what was agreed in advance, and what was
 * prepared beyond it. Told from the case alone. */
#ifndef CORE_CONSENT_TERMS_H
#define CORE_CONSENT_TERMS_H

#include "core/case_file.h"

/* {conditions:[{stage,unit,by,text}], refused:[{stage,unit,by,columns,note}],
 * standing:[{unit,id,system,columns,purpose,until}],
 * beyond:[{part,column,unit,why}]}; why is "refused" or "not-in-standing". */
json_t *consent_terms(struct arena *, const struct case_file *);

#endif
