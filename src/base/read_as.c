#include "base/read_as.h"

#include "base/str.h"

static const char *const checks[] = {
#define CHECK(name, type, msg) #name,
#include "base/checks.def"
#undef CHECK
};
static const char *const eras[] = {
#define ERA(symbol, name) name,
#include "base/eras.def"
#undef ERA
};
static const char *const encodings[] = {
#define ENCODING(symbol, name) name,
#include "base/encodings.def"
#undef ENCODING
};

const struct read_names read_checks = { .v = checks, .n = COUNT(checks) };
const struct read_names read_eras = { .v = eras, .n = COUNT(eras) };
const struct read_names read_encodings = { .v = encodings,
	.n = COUNT(encodings) };

size_t read_name(struct read_names names, struct str s)
{
	for (size_t i = 0; i < names.n; i++)
		if (str_eq(s, str_of(names.v[i])))
			return i;
	return names.n;
}

struct str column_letters(struct arena *a, int64_t column)
{
	char letters[16];
	size_t at = sizeof letters;

	for (; column > 0; column = (column - 1) / 26)
		letters[--at] = (char)('A' + (column - 1) % 26);
	return str_dup(a, str_n(letters + at, sizeof letters - at));
}

struct str cell_place(struct arena *a, int64_t row, int64_t column)
{
	if (row <= 0)
		return STR("");
	return str_fmt(
	    a, "%.*s%lld", STR_ARG(column_letters(a, column)), (long long)row);
}
