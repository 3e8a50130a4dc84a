/* Cursors. Lines: the question, the place (a number, and as text the value of
 * its one column), then a cursor as a caller sent it.
 * Nobody but the gate can make one; its own are read back, and whatever differs
 * from them in one byte is refused. */
#include <string.h>

#include "fuzz.h"
#include "gate/data.h"

static enum err read_it(struct call *c, struct ctx *cx, struct str cursor)
{
	c->v->cx = *cx;
	c->asked.query.offset = 0;
	c->asked.cursor = cursor;
	return cursor_read(c);
}

/* Another question, another connection, one letter changed. */
static void check_others(
    struct call *c, struct ctx *cx, struct str own, size_t at)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij";
	struct str question = c->asked.question;
	char *copy = arena_alloc(cx->arena, own.n);
	memcpy(copy, own.p, own.n);
	c->asked.question = str_cat(cx->arena, question, STR("&"));
	REQUIRE(read_it(c, cx, own) == ERR_INVALID);
	c->asked.question = question;
	c->connection.id = STR("other");
	REQUIRE(read_it(c, cx, own) == ERR_INVALID);
	c->connection.id = STR("own");
	/* Of the last letter of base64 some bits say nothing. */
	at %= own.n - 1;
	copy[at] = copy[at] == '.' ? '-' : letters[(at * 7) % 36];
	if (copy[at] != own.p[at])
		REQUIRE(read_it(c, cx, str_n(copy, own.n)) == ERR_INVALID);
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct gate gate = { .secret =
				 STR("0123456789abcdef0123456789abcdef") };
	struct gate_visit v = { .gate = &gate, .cx = *cx };
	static const struct column column = { .name = STR_INIT("a") };
	struct call c = { .v = &v,
		.connection.id = STR("own"),
		.approved.columns = { .v = &column, .n = 1 } };
	struct cell cell = { .kind = CELL_TEXT };
	struct place place = { .cells = &cell, .n = 1 };
	c.asked.question = fuzz_line(&in);
	struct str line = fuzz_line(&in);
	/* They are text: URL-encoded, or canonical JSON; and UTF-8. */
	if (!str_utf8(c.asked.question) || !str_utf8(line) ||
	    memchr(c.asked.question.p, '\0', c.asked.question.n))
		return;
	cell.s = line;
	if (!str_i64(line, &place.given) || place.given < 0)
		place.given = (int64_t)line.n;
	struct str own = cursor_make(&c, &place);
	enum err e = read_it(&c, cx, in);
	REQUIRE(e == OK || e == ERR_INVALID);
	if (e)
		fuzz_failed(&v.cx, e);
	else
		REQUIRE(in.n == 0 || in.n >= 43);
	REQUIRE(read_it(&c, cx, own) == OK && c.place.given == place.given);
	/* What does not fit a URL is a number of rows instead. */
	REQUIRE(c.place.n == 1 ? str_eq(c.place.cells[0].s, line)
			       : c.place.skip == place.given);
	check_others(&c, cx, own, in.n + c.asked.question.n);
}
