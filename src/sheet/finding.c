#include "sheet/finding.h"

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

struct str sheet_letters_of(struct arena *a, uint32_t column)
{
	char letters[8];
	size_t at = sizeof letters;

	for (; column > 0; column = (column - 1) / 26)
		letters[--at] = (char)('A' + (column - 1) % 26);
	return str_dup(a, str_n(letters + at, sizeof letters - at));
}

struct str sheet_place(struct arena *a, uint32_t row, uint32_t column)
{
	if (row == 0)
		return STR("");
	struct str letters = sheet_letters_of(a, column);
	return str_fmt(a, "%.*s%u", STR_ARG(letters), row);
}

struct str sheet_finding_text(
    struct arena *a, enum lang lang, const struct sheet_finding *f)
{
	const struct str args[] = { sheet_place(a, f->row, f->column),
		f->detail };

	REQUIRE(f->kind < SHEET_TROUBLES);
	return msg_fill(a, lang, troubles[f->kind].msg, args, COUNT(args));
}

enum err sheet_finding_fail(struct ctx *cx, const struct sheet_finding *f)
{
	REQUIRE(f->kind != SHEET_FINE && f->kind < SHEET_TROUBLES);
	return fail2(cx, ERR_INVALID, troubles[f->kind].msg,
	    sheet_place(cx->arena, f->row, f->column), f->detail);
}
