#include "core/changes.h"

#include "base/buf.h"
#include "base/str.h"
#include "base/time.h"
#include "core/answers.h"
#include "core/line.h"

/* Beyond so many bytes a value is cut in a notice; all of it stands in the
 * event. */
enum { VALUE_BYTES = 300, WORDS_BYTES = 65536 };

json_t *changes_between(
    struct arena *a, const json_t *before, const json_t *after)
{
	size_t n;
	const char *const *keys = answer_keys(&n);
	json_t *list = json_new_array(a);
	for (size_t i = 0; i < n; i++) {
		const json_t *was = json_value(before, keys[i]);
		const json_t *is = json_value(after, keys[i]);
		if (was == is ||
		    (was != NULL && is != NULL && json_equal(was, is)))
			continue;
		json_t *one = json_new_object(a);
		json_put_text(one, "field", str_of(keys[i]));
		json_put(one, "old", was ? was : json_null());
		json_put(one, "new", is ? is : json_null());
		json_add(list, one);
	}
	return list;
}

struct wording {
	struct ctx *cx;
	enum lang lang;
	const struct field *field; /* of the procedure, or the known one */
};

static struct str code_words(const struct wording *w, struct str code)
{
	for (size_t i = 0; i < w->field->n_choices; i++) {
		const struct choice *c = &w->field->choices[i];
		if (str_eq(c->code, code) && c->label.th.n > 0)
			return text2_in(c->label, w->lang);
	}
	struct str prefix = answer_prefix(w->field->key);
	return prefix.n ? msg_code(w->cx->arena, w->lang, prefix, code) : code;
}

static struct str value_words(const struct wording *w, const json_t *value)
{
	struct arena *a = w->cx->arena;
	struct str all = STR(""), s = json_as_text(value);
	struct date day;
	if (value == NULL)
		return msg_text(w->lang, MSG_layout_not_given);
	if (json_is_true(value))
		return msg_text(w->lang, MSG_pages_form_yes);
	if (w->field->type == FIELD_date && date_parse_iso(s, &day))
		return date_short(a, w->lang, day);
	for (size_t i = 0; i < json_array_size(value); i++)
		all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all), i ? ", " : "",
		    STR_ARG(
			code_words(w, json_as_text(json_array_get(value, i)))));
	if (!json_is_array(value))
		all = code_words(w, s);
	struct str head = line_head(all, VALUE_BYTES);
	return head.n < all.n ? str_cat(a, head, STR("…")) : all;
}

struct str changes_words(struct ctx *cx, const struct procedure *p,
    const json_t *changes, enum lang lang)
{
	struct buf b = buf_new(cx->arena, WORDS_BYTES);
	for (size_t i = 0; i < json_array_size(changes); i++) {
		const json_t *c = json_array_get(changes, i);
		struct str key = json_text(c, "field");
		const struct field *asked = procedure_field(p, key);
		struct wording w = { .cx = cx,
			.lang = lang,
			.field = asked ? asked : answer_known(key) };
		if (w.field == NULL)
			continue;
		struct str label =
		    asked ? text2_in(asked->label, lang)
			  : msg_code(cx->arena, lang, STR("answer."), key);
		buf_fmt(&b, "%s%.*s: %.*s → %.*s", b.n ? "\n" : "",
		    STR_ARG(label),
		    STR_ARG(value_words(&w, json_value(c, "old"))),
		    STR_ARG(value_words(&w, json_value(c, "new"))));
	}
	return buf_view(&b);
}
