#include "base/batch.h"

#include "base/str.h"

const char *const column_type_names[COLUMN_TYPES] = {
	[TYPE_TEXT] = "text",
	[TYPE_INTEGER] = "integer",
	[TYPE_NUMBER] = "number",
	[TYPE_BOOLEAN] = "boolean",
	[TYPE_DATE] = "date",
	[TYPE_DATETIME] = "datetime",
	[TYPE_BYTES] = "bytes",
};

const char *const mask_names[MASKS] = {
#define MASK(name) [MASK_##name] = #name,
#include "base/masks.def"
#undef MASK
};

enum mask mask_of(struct str code)
{
	for (enum mask m = 0; m < MASKS; m++)
		if (str_eq(code, str_of(mask_names[m])))
			return m;
	return MASK_none;
}

bool mask_fits(enum mask mask, enum column_type type)
{
	if (mask == MASK_partial)
		return type == TYPE_TEXT || type == TYPE_INTEGER;
	if (mask == MASK_year)
		return type == TYPE_DATE || type == TYPE_DATETIME;
	return true;
}
