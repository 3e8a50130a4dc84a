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
} members[] = {
#define TEXT(name, kinds, max)                                   \
	{                                                        \
#		name, offsetof(struct record, name), kinds, max \
	}
#define NUMBER(name, kinds)                                    \
	{                                                      \
#		name, offsetof(struct record, name), kinds, 0 \
	}
	TEXT(address, BEGIN, MAX_TEXT),
	TEXT(asked, BEGIN, MAX_ASKED),
	NUMBER(at, BOTH),
	TEXT(basis, BEGIN, MAX_TEXT),
	NUMBER(bytes, END),
	TEXT(connection, BEGIN, MAX_TEXT),
	TEXT(contract, BEGIN, MAX_TEXT),
	TEXT(document, BEGIN, MAX_TEXT),
	TEXT(form, BEGIN, MAX_TEXT),
	TEXT(id, BOTH, MAX_TEXT),
	TEXT(key, BEGIN, MAX_TEXT),
	{ "kind", 0, BOTH, MAX_TEXT },
	TEXT(outcome, END, MAX_TEXT),
	TEXT(purpose, BEGIN, MAX_PURPOSE),
	TEXT(query, BEGIN, MAX_TEXT),
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
	buf_fmt(b, "%c\"%s\":", b->n ? ',' : '{', m->name);
	if (m->max == 0)
		buf_i64(b, *(const int64_t *)(const void *)at);
	else if (m->offset == 0)
		buf_fmt(b, "\"%s\"", record_kinds[r->kind]);
	else
		buf_json(b, cut(*(const struct str *)(const void *)at, m->max));
}

struct str record_leaf(struct arena *a, const struct record *r)
{
	struct buf b = buf_new(a, MAX_LEAF);
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

enum err record_read(struct ctx *cx, struct str leaf, struct record *ret)
{
	struct record r = { 0 };
	json_t *o;
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
