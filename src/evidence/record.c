#include "evidence/record.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"

const char *const record_kinds[RECORD_KINDS] = {
	[RECORD_intent] = "intent",
	[RECORD_result] = "result",
	[RECORD_delivery] = "delivery",
};

enum {
	MAX_LEAF = 60 * 1024,
	USUAL_LEAF = 1500,
	MAX_PURPOSE = 2000,
	MAX_ASKED = 4000,
	MAX_TEXT = 400
};

/* Which kinds say it. */
enum {
	BEGIN = 1 << RECORD_intent | 1 << RECORD_delivery,
	END = 1 << RECORD_result | 1 << RECORD_delivery,
	BOTH = BEGIN | END
};

/* Sorted by name, as it is written. */
static const struct member {
	const char *name;
	size_t offset;
	int kinds;
	size_t max; /* 0: a number */
	bool some;  /* written when it is not 0 */
} members[] = {
#define TEXT(name, kinds, max)                                          \
	{                                                               \
#		name, offsetof(struct record, name), kinds, max, false \
	}
#define NUMBER(name, kinds)                                           \
	{                                                             \
#		name, offsetof(struct record, name), kinds, 0, false \
	}
#define SOME(name, kinds)                                            \
	{                                                            \
#		name, offsetof(struct record, name), kinds, 0, true \
	}
	TEXT(address, BEGIN, MAX_TEXT),
	TEXT(asked, BEGIN, MAX_ASKED),
	NUMBER(at, BOTH),
	SOME(bad_texts, END),
	TEXT(basis, BEGIN, MAX_TEXT),
	NUMBER(bytes, END),
	TEXT(connection, BEGIN, MAX_TEXT),
	TEXT(contract, BEGIN, MAX_TEXT),
	TEXT(document, BEGIN, MAX_TEXT),
	TEXT(form, BEGIN, MAX_TEXT),
	TEXT(id, BOTH, MAX_TEXT),
	TEXT(key, BEGIN, MAX_TEXT),
	{ "kind", 0, BOTH, MAX_TEXT, false },
	TEXT(outcome, END, MAX_TEXT),
	TEXT(purpose, BEGIN, MAX_PURPOSE),
	TEXT(query, BEGIN, MAX_TEXT),
	SOME(reading, BEGIN),
	TEXT(request, BEGIN, MAX_TEXT),
	NUMBER(rows, END),
	TEXT(sha256, END, MAX_TEXT),
};

/* Cut between code points. */
static struct str cut(struct str s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max > 0 && ((unsigned char)s.p[max] & 0xc0) == 0x80)
		max--;
	return str_upto(s, max);
}

static void write_member(
    struct buf *b, const struct member *m, const struct record *r)
{
	const char *at = (const char *)r + m->offset;
	if (m->some && *(const int64_t *)(const void *)at == 0)
		return;
	buf_str(b, b->n ? STR(",\"") : STR("{\""));
	buf_str(b, str_of(m->name));
	buf_str(b, STR("\":"));
	if (m->max == 0)
		buf_i64(b, *(const int64_t *)(const void *)at);
	else if (m->offset == 0)
		buf_json(b, str_of(record_kinds[r->kind]));
	else
		buf_json(b, cut(*(const struct str *)(const void *)at, m->max));
}

struct str record_leaf(struct arena *a, const struct record *r)
{
	struct buf b = buf_new(a, MAX_LEAF);
	buf_reserve(&b, USUAL_LEAF);
	for (size_t i = 0; i < COUNT(members); i++)
		if (members[i].kinds >> r->kind & 1)
			write_member(&b, &members[i], r);
	buf_char(&b, '}');
	REQUIRE(buf_ok(&b));
	return buf_view(&b);
}

static bool read_kind(struct str s, enum record_kind *ret)
{
	for (int i = 0; i < RECORD_KINDS; i++)
		if (str_eq(s, str_of(record_kinds[i]))) {
			*ret = (enum record_kind)i;
			return true;
		}
	return false;
}

/* The next member as record_leaf writes it, without its comma; a text with a
 * backslash in it is left to the parser of all JSON. */
static bool take_value(
    struct str *left, const struct member *m, struct record *r)
{
	char *at = (char *)r + m->offset;
	struct str value;
	if (m->max == 0) {
		size_t n = 0;
		while (n < left->n && left->p[n] != ',' && left->p[n] != '}')
			n++;
		value = str_upto(*left, n);
		*left = str_from(*left, n);
		return value.n > 0 && value.p[0] != '-' &&
		       (value.n == 1 || value.p[0] != '0') &&
		       str_i64(value, (int64_t *)(void *)at);
	}
	if (!str_take_char(left, '"') || !str_cut(*left, '"', &value, left))
		return false;
	if (m->offset == 0)
		return read_kind(value, &r->kind);
	*(struct str *)(void *)at = value;
	return true;
}

/* A leaf just as it was written, which nearly all are: read without a tree. False
 * when it is anything else, or has to be looked at closer. */
static bool read_plain(struct str leaf, struct record *ret)
{
	struct record r = { 0 };
	bool kind = false;
	if (!str_utf8(leaf) || !str_take_char(&leaf, '{'))
		return false;
	for (size_t i = 0; i < leaf.n; i++)
		if (leaf.p[i] == '\\' || (unsigned char)leaf.p[i] < 0x20)
			return false;
	for (size_t i = 0; i < COUNT(members); i++) {
		struct str left = leaf;
		if (!str_take_char(&left, '"') ||
		    !str_take(&left, str_of(members[i].name)) ||
		    !str_take(&left, STR("\":")))
			continue;
		if (!take_value(&left, &members[i], &r))
			return false;
		kind |= members[i].offset == 0;
		if (!str_take_char(&left, ','))
			leaf = left;
		else if (left.n > 0 && left.p[0] == '"')
			leaf = left;
		else
			return false;
	}
	*ret = r;
	return kind && str_eq(leaf, STR("}"));
}

enum err record_read(struct ctx *cx, struct str leaf, struct record *ret)
{
	struct record r = { 0 };
	json_t *o;
	if (leaf.n <= MAX_LEAF && read_plain(leaf, ret))
		return OK;
	enum err e = json_parse(cx, leaf, MAX_LEAF, &o);
	if (!e &&
	    (!json_is_object(o) || !read_kind(json_text(o, "kind"), &r.kind)))
		e = fail_detail(cx, ERR_SYNTAX, "a leaf is no record");
	if (e)
		return e;
	for (size_t i = 0; i < COUNT(members); i++) {
		const struct member *m = &members[i];
		char *at = (char *)&r + m->offset;
		if (m->max == 0)
			*(int64_t *)(void *)at = json_int(o, m->name, 0);
		else if (m->offset != 0)
			*(struct str *)(void *)at = json_text(o, m->name);
	}
	*ret = r;
	return OK;
}
