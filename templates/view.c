#include "templates/view.h"

#include "base/str.h"

struct str ui_tone_name(enum ui_tone tone)
{
	static const struct str names[UI_TONES] = {
		[UI_NEUTRAL] = STR_INIT("neutral"),
		[UI_INFO] = STR_INIT("info"),
		[UI_WAIT] = STR_INIT("wait"),
		[UI_GOOD] = STR_INIT("good"),
		[UI_BAD] = STR_INIT("bad"),
	};

	REQUIRE((unsigned)tone < UI_TONES);
	return names[tone];
}

struct str ui_id(struct arena *a, struct str name, size_t index)
{
	struct buf b = buf_new(a, name.n + 32);

	buf_str(&b, STR("f-"));
	for (size_t i = 0; i < name.n; i++)
		buf_char(
		    &b, name.p[i] == '[' || name.p[i] == ']' ? '.' : name.p[i]);
	if (index)
		buf_fmt(&b, "-%zu", index + 1);
	return buf_view(&b);
}

struct str ui_described(struct arena *a, const struct ui_field *f)
{
	struct str id = ui_id(a, f->name, 0);
	bool counted = f->kind == UI_LINES && f->max_chars;
	struct buf b = buf_new(a, 3 * id.n + 32);

	if (f->hint.n)
		buf_fmt(&b, "%.*s-hint ", STR_ARG(id));
	if (f->error.n)
		buf_fmt(&b, "%.*s-error ", STR_ARG(id));
	if (counted)
		buf_fmt(&b, "%.*s-count ", STR_ARG(id));
	REQUIRE(buf_ok(&b));
	return str_trim(buf_view(&b));
}
