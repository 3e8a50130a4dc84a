/* Calendars as iCalendar: what was read has days that are there, each once, with a
 * name; as CSV it reads back the same. What is refused has its line and a
 * sentence in both languages. */
#include "base/buf.h"
#include "core/calendar_days.h"
#include "fuzz.h"

static int count_lines(struct str s)
{
	int n = 2; /* an end may be behind the last line */
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

static void check_refusal(struct ctx *cx, struct str in, enum err e)
{
	for (const struct field_error *f = cx->fault.fields; f; f = f->next) {
		int64_t line;
		struct str at = f->field;
		REQUIRE(str_take(&at, STR("line ")));
		REQUIRE(str_i64(at, &line) && line >= 1);
		REQUIRE(line <= count_lines(in));
	}
	fuzz_failed(cx, e);
}

static void check_days(const struct calendar_entries *c, int lines)
{
	REQUIRE(c->n > 0 && c->n <= 5000);
	for (size_t i = 0; i < c->n; i++) {
		const struct calendar_entry *d = &c->v[i];
		REQUIRE(date_valid(d->day));
		REQUIRE(d->line >= 1 && d->line <= lines);
		REQUIRE(calendar_name_ok(d->name_th));
		REQUIRE(calendar_name_ok(d->name_en));
		REQUIRE(str_utf8(d->name_th) && str_utf8(d->source_ref));
		for (size_t k = 0; k < i; k++)
			REQUIRE(date_cmp(c->v[k].day, d->day) != 0);
	}
}

static void put_cell(struct buf *b, struct str cell)
{
	buf_char(b, '"');
	for (size_t i = 0; i < cell.n; i++) {
		if (cell.p[i] == '"')
			buf_char(b, '"');
		buf_char(b, cell.p[i]);
	}
	buf_char(b, '"');
}

static void check_again(struct ctx *cx, const struct calendar_entries *c)
{
	struct buf b = buf_new(cx->arena, (size_t)1 << 20);
	struct calendar_entries again;
	buf_str(&b, STR("day,kind,name_th,name_en,source_ref\n"));
	for (size_t i = 0; i < c->n; i++) {
		const struct calendar_entry *d = &c->v[i];
		buf_str(&b, date_iso(cx->arena, d->day));
		buf_fmt(&b, ",%s,", day_kind_names[d->kind]);
		put_cell(&b, d->name_th);
		buf_char(&b, ',');
		put_cell(&b, d->name_en);
		buf_char(&b, ',');
		put_cell(&b, d->source_ref);
		buf_char(&b, '\n');
	}
	if (!buf_ok(&b))
		return; /* more than a file may have */
	enum err e = calendar_read(cx, buf_view(&b), DAY_public, &again);
	REQUIRE(e == OK && again.n == c->n);
	for (size_t i = 0; i < c->n; i++) {
		const struct calendar_entry *x = &c->v[i], *y = &again.v[i];
		REQUIRE(date_cmp(x->day, y->day) == 0 && x->kind == y->kind);
		REQUIRE(str_eq(x->name_th, y->name_th));
		REQUIRE(str_eq(x->name_en, y->name_en));
		REQUIRE(str_eq(x->source_ref, y->source_ref));
	}
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct calendar_entries c;
	/* As every reader of such a file asks first. */
	if (!str_utf8(in) || in.n > (size_t)1 << 20)
		return;
	enum err e = calendar_read_ics(cx, in, DAY_public, &c);
	if (e) {
		check_refusal(cx, in, e);
		return;
	}
	check_days(&c, count_lines(in));
	check_again(cx, &c);
}
