/* finding.h - why a file cannot be taken: one of a closed list, with its place
 * and a sentence in both languages that says what to do. */
#ifndef SHEET_FINDING_H
#define SHEET_FINDING_H

#include "base/ctx.h"

enum sheet_trouble {
	SHEET_FINE,
#define FINDING(name, code) SHEET_##name,
#include "sheet/findings.def"
#undef FINDING
	SHEET_TROUBLES
};

struct sheet_finding {
	enum sheet_trouble kind;
	uint32_t row, column; /* from 1; 0: none */
	struct str detail;
};

/* Its stable code; "" for SHEET_FINE. */
struct str sheet_trouble_code(enum sheet_trouble);
/* "B17"; "17" without a column; "" without a row. */
/* The letters of a column, from 1. */
struct str sheet_finding_text(
    struct arena *, enum lang, const struct sheet_finding *);
/* Makes it cx's fault: ERR_INVALID, with its message. */
enum err sheet_finding_fail(struct ctx *, const struct sheet_finding *);

#endif
