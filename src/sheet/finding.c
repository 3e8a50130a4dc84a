#include "sheet/finding.h"

#include "base/read_as.h"
#include "base/str.h"

static const struct {
	struct str code;
	enum msg msg;
} troubles[SHEET_TROUBLES] = {
	[SHEET_FINE] = { STR_INIT(""), MSG_NONE },
#define FINDING(name, code) \
	[SHEET_##name] = { STR_INIT(code), MSG_sheet_##name },
#include "sheet/findings.def"
#undef FINDING
};

struct str sheet_trouble_code(enum sheet_trouble t)
{
	REQUIRE(t < SHEET_TROUBLES);
	return troubles[t].code;
}

struct str sheet_finding_text(
    struct arena *a, enum lang lang, const struct sheet_finding *f)
{
	const struct str args[] = { cell_place(a, f->row, f->column),
		f->detail };

	REQUIRE(f->kind < SHEET_TROUBLES);
	return msg_fill(a, lang, troubles[f->kind].msg, args, COUNT(args));
}

enum err sheet_finding_fail(struct ctx *cx, const struct sheet_finding *f)
{
	REQUIRE(f->kind != SHEET_FINE && f->kind < SHEET_TROUBLES);
	return fail2(cx, ERR_INVALID, troubles[f->kind].msg,
	    cell_place(cx->arena, f->row, f->column), f->detail);
}
