/* sheet_print.c - the rows of a workbook or a CSV file through a child, for
 * tests/web/test_sheets.py and bench/sheet.
 *
 *   sheet_print FILE          a line for each row: its number, then for each
 *                             cell a TAB, a letter for its kind and its text
 *   sheet_print --count FILE  rows, cells, seconds, and in KiB the most
 *                             anonymous memory of the child and how far that of
 *                             this process grew
 *
 * 1 when the file is refused; why stands on standard error. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "base/time.h"
#include "sheet/child.h"

struct told {
	uint64_t rows, cells;
	int64_t child_kib, at_rest_kib, most_kib;
};

static int64_t anon_kib(int pid)
{
	char path[64], text[4096] = { 0 };
	int64_t kib = 0;

	snprintf(path, sizeof path, "/proc/%d/status", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	const char *at = n > 0 ? strstr(text, "RssAnon:") : NULL;
	if (!at)
		return 0;
	struct str s = str_trim(str_of(at + 8));
	return str_take_uint(&s, 12, &kib) ? kib : 0;
}

static void look(struct told *t, const struct sheet_child *c)
{
	int64_t child = anon_kib(sheet_child_pid(c));
	int64_t own = anon_kib(getpid());

	if (child > t->child_kib)
		t->child_kib = child;
	if (own > t->most_kib)
		t->most_kib = own;
}

/* TAB, line ends and \ of a text as \t, \n, \r and \\. */
static void print_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		switch (s.p[i]) {
		case '\t':
			fputs("\\t", stdout);
			break;
		case '\n':
			fputs("\\n", stdout);
			break;
		case '\r':
			fputs("\\r", stdout);
			break;
		case '\\':
			fputs("\\\\", stdout);
			break;
		default:
			putchar_unlocked(s.p[i]);
		}
	}
}

static void print_row(const struct sheet_row *row)
{
	static const char kinds[SHEET_CELL_KINDS] = { '-', 's', 'n', 'b', 'd',
		'd', 't', 'e' };

	printf("%u", row->number);
	for (size_t i = 0; i < row->n; i++) {
		putchar_unlocked('\t');
		putchar_unlocked(kinds[row->v[i].kind]);
		print_text(row->v[i].s);
	}
	putchar_unlocked('\n');
}

static enum err read_all(struct sheet_child *c, bool print, struct told *t)
{
	const struct sheet_row *row = NULL;
	enum err e;

	while (!(e = sheet_child_next(c, &row)) && row) {
		t->rows++;
		t->cells += row->n;
		if (print)
			print_row(row);
		if (t->rows % 4096 == 0)
			look(t, c);
	}
	return e;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], SHEET_CHILD) == 0)
		sheet_child_main(argc, argv, NULL);
	bool print = argc == 2;
	struct arena *a = arena_new();
	struct ctx cx = ctx_new(a, 0, LANG_EN);
	struct sheet_child *c = NULL;
	const char *dir = getenv("TMPDIR"), *path = argv[argc - 1];
	struct sheet_file file = { .fd = open(path, O_RDONLY | O_CLOEXEC),
		.spill = open(dir ? dir : "/tmp", O_TMPFILE | O_RDWR, 0600),
		.name = str_of(path),
		.limits = sheet_limits_usual };
	struct told t = { .at_rest_kib = anon_kib(getpid()) };

	if (argc < 2 || file.fd < 0 || file.spill < 0)
		return 2;
	int64_t begun = time_now_ms();
	enum err e = sheet_child_start(&cx, &file, 0, &c);
	if (!e)
		e = read_all(c, print, &t);
	if (e) {
		struct str said = fault_text(&cx);
		fprintf(stderr, "%.*s %.*s\n", STR_ARG(said),
		    STR_ARG(cx.fault.detail));
		return 1;
	}
	if (!print)
		printf("%llu %llu %.3f %lld %lld\n", (unsigned long long)t.rows,
		    (unsigned long long)t.cells,
		    (double)(time_now_ms() - begun) / 1000,
		    (long long)t.child_kib,
		    (long long)(t.most_kib > t.at_rest_kib
				    ? t.most_kib - t.at_rest_kib
				    : 0));
	arena_free(a);
	return fflush(stdout) == 0 ? 0 : 1;
}
