/* told.h - the last sheet of a workbook, which says what the data are. The one
 * of a document holds nothing but what was agreed and prepared, so the same
 * artefact is the same bytes; the one of an answer also who asked, when, and
 * the id under which it is on record. */
#ifndef GATE_TOLD_H
#define GATE_TOLD_H

#include "fmt/encoder.h"
#include "gate/data.h"

const struct sheet_note *told_answer(const struct call *, struct str delivery);

struct told_part {
	struct str name;
	struct columns columns;
};
/* `order` is the desk's, with its "about". */
const struct sheet_note *told_document(struct arena *, enum lang,
    const json_t *order, const struct told_part *, size_t n);

#endif
