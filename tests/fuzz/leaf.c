/* A leaf of the gate's log, as an auditor's program would read it. What was read
 * and written is a leaf that says the same, whose texts begin what was read, and
 * which written once more is the same, byte for byte. */
#include "base/json.h"
#include "evidence/record.h"
#include "fuzz.h"

static const struct text {
	size_t offset;
	bool end; /* of a result; else of an intent */
	size_t max;
} texts[] = {
#define AT(name) offsetof(struct record, name)
	{ AT(connection), false, 400 },
	{ AT(document), false, 400 },
	{ AT(request), false, 400 },
	{ AT(contract), false, 400 },
	{ AT(purpose), false, 2000 },
	{ AT(basis), false, 400 },
	{ AT(key), false, 400 },
	{ AT(address), false, 400 },
	{ AT(form), false, 400 },
	{ AT(asked), false, 4000 },
	{ AT(query), false, 400 },
	{ AT(outcome), true, 400 },
	{ AT(sha256), true, 400 },
#undef AT
};

static struct str text_of(const struct record *r, const struct text *t)
{
	const char *at = (const char *)r + t->offset;
	return *(const struct str *)(const void *)at;
}

/* Cut at its limit or up to three bytes before: not within a letter. */
static void check_text(struct str read, struct str written, size_t max)
{
	REQUIRE(written.n <= max && str_starts(read, written));
	REQUIRE(written.n == read.n || written.n + 3 >= max);
	REQUIRE(str_utf8(written));
}

static void check_same(const struct record *r, const struct record *w)
{
	bool ends = r->kind != RECORD_intent, begins = r->kind != RECORD_result;
	REQUIRE(r->kind == w->kind && r->at == w->at);
	REQUIRE(w->rows == (ends ? r->rows : 0));
	REQUIRE(w->bytes == (ends ? r->bytes : 0));
	REQUIRE(w->bad_texts == (ends ? r->bad_texts : 0));
	check_text(r->id, w->id, 400);
	for (size_t i = 0; i < COUNT(texts); i++) {
		const struct text *t = &texts[i];
		if (t->end ? ends : begins)
			check_text(text_of(r, t), text_of(w, t), t->max);
		else
			REQUIRE(text_of(w, t).n == 0);
	}
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct record r, again;
	json_t *o;
	enum err e = record_read(cx, in, &r);
	if (e) {
		REQUIRE(e == ERR_SYNTAX || e == ERR_TOO_LARGE);
		fuzz_failed(cx, e);
		return;
	}
	struct str leaf = record_leaf(cx->arena, &r);
	REQUIRE(record_read(cx, leaf, &again) == OK);
	check_same(&r, &again);
	REQUIRE(str_eq(record_leaf(cx->arena, &again), leaf));
	/* Canonical: names sorted, no blanks. */
	REQUIRE(json_parse(cx, leaf, leaf.n, &o) == OK);
	REQUIRE(str_eq(json_canonical(cx->arena, o), leaf));
}
