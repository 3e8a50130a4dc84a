#include "base/json.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"

#define MAX_DEPTH 32
/* What we write ourselves; beyond it is a bug. */
#define MAX_WRITTEN ((size_t)256 << 20)

/* Whether no bracket stands more than MAX_DEPTH deep. Looked at before jansson
 * does, because it recurses to 2048 levels and our threads' stacks are small.
 * Need not be right about text that is not JSON. */
static bool shallow(struct str s)
{
	size_t depth = 0;
	bool in_string = false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (!in_string && (c == '[' || c == '{') &&
			 ++depth > MAX_DEPTH)
			return false;
		else if (!in_string && (c == ']' || c == '}') && depth)
			depth--;
	}
	return true;
}

bool json_fits(struct str text, size_t max_bytes)
{
	return text.n <= max_bytes && shallow(text);
}

enum err json_parse(
    struct ctx *cx, struct str text, size_t max_bytes, json_t **ret)
{
	json_error_t e;
	if (text.n > max_bytes)
		return fail(cx, ERR_TOO_LARGE, MSG_error_too_large);
	if (!shallow(text))
		return fail_detail(cx, ERR_SYNTAX, "JSON: too deep");
	json_t *v = json_loadb(text.n ? text.p : "", text.n,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
	/* Not e.text: it quotes what the caller sent. */
	if (!v)
		return fail_detail(cx, ERR_SYNTAX, "JSON: line %d column %d",
		    e.line, e.column);
	*ret = json_keep(cx->arena, v);
	return OK;
}

static void drop(void *json)
{
	json_decref(json);
}

json_t *json_keep(struct arena *a, json_t *v)
{
	REQUIRE(v);
	arena_defer(a, drop, v);
	return v;
}

json_t *json_new_object(struct arena *a)
{
	return json_keep(a, json_object());
}

json_t *json_new_array(struct arena *a)
{
	return json_keep(a, json_array());
}

struct str json_as_text(const json_t *string)
{
	if (!json_is_string(string))
		return (struct str){ 0 };
	return str_n(json_string_value(string), json_string_length(string));
}

const json_t *json_named(const json_t *list, struct str name)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_eq(json_text(json_array_get(list, i), "name"), name))
			return json_array_get(list, i);
	return NULL;
}

struct str json_text(const json_t *object, const char *key)
{
	return json_as_text(json_object_get(object, key));
}

int64_t json_int(const json_t *object, const char *key, int64_t absent)
{
	const json_t *v = json_object_get(object, key);
	return json_is_integer(v) ? json_integer_value(v) : absent;
}

bool json_flag(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

const json_t *json_list(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);
	return json_is_array(v) ? v : NULL;
}

const json_t *json_member(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);
	return json_is_object(v) ? v : NULL;
}

const json_t *json_value(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);
	return json_is_null(v) ? NULL : v;
}

static json_t *new_text(struct str s)
{
	json_t *v = json_stringn(s.n ? s.p : "", s.n);
	REQUIRE(v);
	return v;
}

void json_put_text(json_t *object, const char *key, struct str s)
{
	REQUIRE(json_object_set_new(object, key, new_text(s)) == 0);
}

void json_put_text_or_null(json_t *object, const char *key, struct str s)
{
	json_t *v = s.n ? new_text(s) : json_null();
	REQUIRE(json_object_set_new(object, key, v) == 0);
}

void json_put_int(json_t *object, const char *key, int64_t v)
{
	REQUIRE(json_object_set_new(object, key, json_integer(v)) == 0);
}

void json_put_flag(json_t *object, const char *key, bool v)
{
	REQUIRE(json_object_set_new(object, key, json_boolean(v)) == 0);
}

/* Only the count of references changes: what the value says stays. */
static json_t *share(const json_t *value)
{
	union {
		const json_t *in;
		json_t *out;
	} v = { .in = value };
	REQUIRE(value);
	return json_incref(v.out);
}

void json_put(json_t *object, const char *key, const json_t *value)
{
	REQUIRE(json_object_set_new(object, key, share(value)) == 0);
}

void json_add_text(json_t *array, struct str s)
{
	REQUIRE(json_array_append_new(array, new_text(s)) == 0);
}

void json_add(json_t *array, const json_t *value)
{
	REQUIRE(json_array_append_new(array, share(value)) == 0);
}

static int to_buf(const char *p, size_t n, void *b)
{
	buf_bytes(b, p, n);
	return 0;
}

static struct str dump(struct arena *a, const json_t *v, size_t flags)
{
	struct buf b = buf_new(a, MAX_WRITTEN);
	REQUIRE(json_dump_callback(v, to_buf, &b,
		    JSON_ENCODE_ANY | JSON_COMPACT | flags) == 0);
	REQUIRE(buf_ok(&b));
	return buf_view(&b);
}

struct str json_canonical(struct arena *a, const json_t *v)
{
	return dump(a, v, JSON_SORT_KEYS);
}

struct str json_compact(struct arena *a, const json_t *v)
{
	return dump(a, v, 0);
}
