#include "sheet_work.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/time.h"

struct sheet_limits sheet_fuzz_limits(void)
{
	struct sheet_limits l = sheet_limits_usual;

	l.plain_bytes = 1 << 20;
	l.parts = 30;
	l.sheets = 4;
	l.rows = 1000;
	l.columns = 20;
	l.cells = 500;
	l.cell_bytes = 200;
	l.row_bytes = 1000;
	return l;
}

static int file_of(struct str s)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	REQUIRE(fd >= 0 && write(fd, s.p, s.n) == (ssize_t)s.n);
	return fd;
}

void sheet_fuzz_check_row(
    const struct sheet_limits *l, const struct sheet_row *row, uint32_t last)
{
	struct date d;

	REQUIRE(row->number > last && row->number <= l->rows);
	REQUIRE(row->n > 0 && row->n <= l->columns);
	for (size_t i = 0; i < row->n; i++) {
		const struct sheet_cell *c = &row->v[i];
		REQUIRE(c->kind < SHEET_CELL_KINDS && str_utf8(c->s) &&
			c->s.n <= l->cell_bytes);
		REQUIRE((c->kind == SHEET_EMPTY) == (c->s.n == 0));
		if (c->kind == SHEET_DATE)
			REQUIRE(date_parse_iso(c->s, &d));
	}
}

size_t sheet_fuzz_read(struct ctx *cx, struct str bytes, const char *name,
    void (*each)(void *, const struct sheet_row *), void *arg)
{
	struct sheet_finding found = { 0 };
	const struct sheet_row *row = NULL;
	struct sheet *s = NULL;
	size_t n = 0;
	uint32_t last = 0;
	struct sheet_file file = { .fd = file_of(bytes),
		.spill = file_of(STR("")),
		.name = str_of(name),
		.limits = sheet_fuzz_limits(),
		.found = &found };

	enum err e = sheet_open(cx, &file, &s);
	if (!e)
		e = sheet_choose(s, 0);
	if (!e)
		e = sheet_next(s, &row);
	for (; !e && row; e = sheet_next(s, &row)) {
		sheet_fuzz_check_row(&file.limits, row, last);
		last = row->number;
		n++;
		if (each)
			each(arg, row);
	}
	REQUIRE(e == OK || (e == ERR_INVALID && found.kind != SHEET_FINE));
	for (int lang = 0; e && lang < LANGS; lang++)
		REQUIRE(
		    sheet_finding_text(cx->arena, (enum lang)lang, &found).n >
		    0);
	close(file.fd);
	close(file.spill);
	return n;
}
