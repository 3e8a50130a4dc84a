/* The process that reads a file: it gives the rows that reading here gives, and
 * can do nothing else. This program is the child too (see main). */
#include "t.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <time.h>

#include "base/crypt.h"
#include "base/read_as.h"
#include "base/str.h"
#include "misdeeds.h"
#include "sheet/child.h"
#include "sheet_files.h"

static struct arena *a;

static struct ctx fresh(void)
{
	arena_free(a);
	a = arena_new();
	return ctx_new(a, 0, LANG_EN);
}

static void write_all(const char *p, size_t n)
{
	if (write(STDOUT_FILENO, p, n) != (ssize_t)n)
		_exit(3);
}

/* Takes memory until there is none, but as our program does. */
static void take_memory(void)
{
	for (;;)
		memset(arena_room(a, 1 << 20), 1, 1 << 20);
}

static void loop(void)
{
	for (volatile unsigned i = 0;; i++)
		;
}

/* What the file asks for; anything else is read as it is. */
static void misbehave(void)
{
	char what[32] = { 0 };

	a = arena_new();
	if (pread(STDIN_FILENO, what, sizeof what - 1, 0) < 0)
		_exit(3);
	for (size_t i = 0; i < COUNT(misdeeds); i++)
		if (strcmp(what, misdeeds[i].name) == 0)
			_exit(misdeeds[i].does() ? 0 : 4);
	if (strcmp(what, "runs another") == 0)
		_exit(runs_another() ? 0 : 4);
	if (strcmp(what, "loop") == 0)
		loop();
	if (strcmp(what, "memory") == 0)
		take_memory();
	if (strcmp(what, "garbage") == 0)
		write_all("\x03\0\0\0TTT", 7);
	if (strcmp(what, "long block") == 0)
		write_all("\xff\xff\xff\xff", 4);
	if (strcmp(what, "row before head") == 0)
		write_all("\x06\0\0\0R\x01\x01\x01\x01x", 10);
	if (strcmp(what, "no text") == 0)
		write_all("\x07\0\0\0T\0\1,\1\0\0"
			  "\x07\0\0\0R\0\1\1\1\1\xff",
		    22);
	if (strcmp(what, "backwards") == 0)
		write_all("\x07\0\0\0T\0\1,\1\0\0"
			  "\x0c\0\0\0R\0\2\1\1\1x\1\1\1\1x",
		    27);
	if (what[0] == '\0' || strchr("glbrn", what[0]) == NULL)
		return;
	_exit(0);
}

/* Rows through a child, as rows_of() has them. */
static struct str child_rows(
    struct ctx *cx, struct sheet_file file, struct sheet_finding *ret)
{
	struct sheet_child *c = NULL;
	const struct sheet_row *row = NULL;
	struct buf b = buf_new(cx->arena, (size_t)64 << 20);

	file.found = ret;
	enum err e = sheet_child_start(cx, &file, 0, &c);
	if (!e)
		e = sheet_child_next(c, &row);
	for (; !e && row; e = sheet_child_next(c, &row))
		buf_str(&b, row_text(cx->arena, row));
	if (e == ERR_INVALID)
		buf_fmt(&b, "%.*s %.*s %.*s\n",
		    STR_ARG(sheet_trouble_code(ret->kind)),
		    STR_ARG(cell_place(cx->arena, ret->row, ret->column)),
		    STR_ARG(ret->detail));
	else if (e)
		buf_fmt(&b, "broken: %.*s\n", STR_ARG(cx->fault.detail));
	return buf_view(&b);
}

/* The code of what was found, and what the log is told. */
static struct str end_of(const char *what, uint32_t cpu_s)
{
	struct ctx cx = ctx_new(a, 0, LANG_EN);
	struct sheet_finding found = { 0 };
	struct sheet_file file = sheet_file_of(a, str_of(what), "a.csv");

	file.limits.cpu_s = cpu_s;
	child_rows(&cx, file, &found);
	return str_fmt(a, "%.*s: %.*s", STR_ARG(sheet_trouble_code(found.kind)),
	    STR_ARG(cx.fault.detail));
}

static void the_same_rows_as_here(void)
{
	struct ctx cx = fresh();
	struct buf sheet = buf_new(a, 8 << 20), text = buf_new(a, 8 << 20);
	struct sheet_finding found = { 0 };

	for (int i = 0; i < 20000; i++) {
		buf_fmt(&sheet,
		    "<row><c t=\"s\"><v>%d</v></c><c/><c s=\"1\"><v>%d</v></c>"
		    "<c><f>1</f><v>%d</v></c></row>",
		    i % 2, i + 1, i);
		buf_fmt(&text, "%d;\"ก\n%d\";\n", i, i);
	}
	struct str book =
	    book_of(a, &(struct book){ .sheet = str_cstr(a, buf_view(&sheet)),
			   .strings = "<si><t>น้ำ</t></si><si><t>b</t></si>",
			   .deflate = true });
	struct sheet_file files[] = { sheet_file_of(a, book, "a.xlsx"),
		sheet_file_of(a, buf_view(&text), "a.csv") };
	for (size_t i = 0; i < COUNT(files); i++) {
		struct str here = rows_of(&cx, files[i], 0, &found);
		T_CHECK(here.n > 100000, "%zu", here.n);
		/* The spill may hold what was spilled before. */
		T_CHECK(str_eq(child_rows(&cx, files[i], &found), here),
		    "file %zu", i);
	}
}

/* The same file, sealed. */
static struct sheet_file sealed_copy(struct sheet_file file)
{
	const struct sha256 secret = { .b = { 7 } };
	int fd = memfd_create("sealed", MFD_CLOEXEC);
	struct sealed_out *out = NULL;
	char block[10000];
	ssize_t n;
	off_t at = 0;

	T_CHECK(sealed_begin(a, fd, secret, &out), "begin");
	for (; (n = pread(file.fd, block, sizeof block, at)) > 0; at += n)
		T_CHECK(sealed_write(out, block, (size_t)n), "write");
	T_CHECK(sealed_end(out), "end");
	file.fd = fd;
	T_CHECK(
	    sealed_open(a, fd, secret, &file.sealed) == SEALED_FINE, "opens");
	return file;
}

static struct sheet_file large_book(void)
{
	struct buf sheet = buf_new(a, 8 << 20);

	for (int i = 0; i < 20000; i++)
		buf_fmt(&sheet,
		    "<row><c t=\"s\"><v>%d</v></c><c><v>%d</v></c></row>",
		    i % 2, i * 7919 % 100003);
	return sheet_file_of(a,
	    book_of(a, &(struct book){ .sheet = str_cstr(a, buf_view(&sheet)),
			   .strings = "<si><t>น้ำ</t></si><si><t>b</t></si>",
			   .deflate = true }),
	    "a.xlsx");
}

static void a_sealed_file_is_read_as_the_plain_one(void)
{
	struct ctx cx = fresh();
	struct buf text = buf_new(a, 8 << 20);
	struct sheet_finding found = { 0 };

	for (int i = 0; i < 40000; i++)
		buf_fmt(&text, "%d;\"ก\n%d\";\n", i, i);
	struct sheet_file files[] = { large_book(),
		sheet_file_of(a, buf_view(&text), "a.csv") };
	for (size_t i = 0; i < COUNT(files); i++) {
		struct str here = rows_of(&cx, files[i], 0, &found);
		struct sheet_file sealed = sealed_copy(files[i]);
		T_CHECK(here.n > 100000, "%zu", here.n);
		T_CHECK(str_eq(rows_of(&cx, sealed, 0, &found), here),
		    "here, file %zu", i);
		T_CHECK(str_eq(child_rows(&cx, sealed, &found), here),
		    "by the child, file %zu", i);
		close(sealed.fd);
	}
	T_TEXT(child_rows(&cx, sealed_copy(sheet_file_of(a, STR(""), "a.csv")),
		   &found),
	    STR("empty  \n"));
}

static void what_was_changed_is_not_the_files_fault(void)
{
	struct ctx cx = fresh();
	struct sheet_finding found = { 0 };
	struct sheet_file file = sealed_copy(large_book());

	T_CHECK(pwrite(file.fd, "\0\0", 2, 30000) == 2, "changed");
	struct str end = child_rows(&cx, file, &found);
	T_CHECK(str_ends(end, STR("broken: sheet child: sheet: the file was"
				  " changed after it was kept\n")),
	    "%.*s", STR_ARG(end));
	T_CHECK(found.kind == SHEET_FINE, "no finding");
	close(file.fd);
}

/* What everybody on the machine may read of a process. */
static bool says(int pid, const char *what, struct str key)
{
	static char bytes[1 << 16];
	int fd = open(str_cstr(a, str_fmt(a, "/proc/%d/%s", pid, what)),
	    O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, bytes, sizeof bytes);

	close(fd);
	struct str hex = str_hex(a, key.p, key.n);
	struct str all = str_n(bytes, n > 0 ? (size_t)n : 0);
	return str_has(all, key) || str_has(all, hex) ||
	       str_has(all, base64(a, key));
}

static void the_key_stands_in_no_argument(void)
{
	struct ctx cx = fresh();
	struct sheet_child *c = NULL;
	struct sheet_file file = sealed_copy(large_book());
	union {
		const unsigned char *u;
		const char *c;
	} key = { .u = sealed_key_of(file.sealed)->b };

	T_CHECK(sheet_child_start(&cx, &file, 0, &c) == OK, "starts");
	int pid = sheet_child_pid(c);
	T_CHECK(!says(pid, "cmdline", str_n(key.c, 32)), "arguments");
	T_CHECK(!says(pid, "environ", str_n(key.c, 32)), "environment");
	T_CHECK(says(pid, "cmdline", STR("pratu-sheet")), "looks there");
	close(file.fd);
}

static void what_the_child_finds(void)
{
	struct ctx cx = fresh();
	struct sheet_finding found = { 0 };
	struct str book = book_of(
	    a, &(struct book){ .sheet = "<row><c><v>1</v></c></row>"
					"<row r=\"7\"><c r=\"C7\"><f>1</f></c>"
					"</row>" });

	T_TEXT(child_rows(&cx, sheet_file_of(a, book, "a.xlsx"), &found),
	    STR("1: #1\nformula-empty C7 \n"));
	T_TEXT(fault_code(&cx), STR("sheet.formula-empty"));
	T_TEXT(child_rows(&cx, sheet_file_of(a, book, "a.csv"), &found),
	    STR("named-csv  \n"));
	T_TEXT(child_rows(&cx, sheet_file_of(a, STR(""), "a.csv"), &found),
	    STR("empty  \n"));
	struct sheet_file file = sheet_file_of(a, book, "a.xlsx");
	struct sheet_child *c = NULL;
	T_CHECK(sheet_child_start(&cx, &file, SHEET_NO_TAB, &c) == OK,
	    "the sheets alone");
	T_CHECK(sheet_child_head(c)->n_tabs == 2 &&
		    sheet_child_head(c)->tabs[1].hidden,
	    "two");
	T_TEXT(sheet_child_head(c)->tabs[0].name, STR("ข้อมูล"));
}

static void can_do_nothing_else(void)
{
	int status = 0;

	fresh();
	for (size_t i = 0; i < COUNT(misdeeds); i++) {
		/* Without the fence it could. */
		pid_t pid = fork();
		if (pid == 0)
			_exit(misdeeds[i].does() ? 0 : 4);
		T_CHECK(waitpid(pid, &status, 0) == pid && status == 0,
		    "%s: not even without a fence", misdeeds[i].name);
		struct str end = end_of(misdeeds[i].name, 10);
		T_CHECK(str_eq(end, STR("stopped: sheet: the child was killed "
					"by signal 31")),
		    "%s: %.*s", misdeeds[i].name, STR_ARG(end));
	}
	T_TEXT(end_of("runs another", 10),
	    STR("stopped: sheet: the child was killed by signal 31"));
}

static void time_and_memory_end(void)
{
	fresh();
	T_TEXT(end_of("loop", 1),
	    STR("slow: sheet: the child was killed by signal 24"));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
	T_TEXT(end_of("memory", 10),
	    STR("memory: sheet: the child was killed by signal 6"));
#endif
	struct ctx cx = fresh();
	struct sheet_finding found = { 0 };
	struct sheet_file file = sheet_file_of(a, STR("loop"), "a.csv");
	file.limits.wall_s = 1;
	child_rows(&cx, file, &found);
	T_TEXT(
	    cx.fault.detail, STR("sheet: the child took more seconds than 1"));
}

static void nothing_that_it_says_is_trusted(void)
{
	static const char *const said[] = { "garbage", "long block",
		"row before head", "no text", "backwards" };

	fresh();
	for (size_t i = 0; i < COUNT(said); i++) {
		struct str end = end_of(said[i], 10);
		T_CHECK(str_starts(end, STR("stopped: sheet: the child sent")),
		    "%s: %.*s", said[i], STR_ARG(end));
	}
	/* The row before was taken. */
	T_TEXT(end_of("backwards", 10),
	    STR("stopped: sheet: the child sent what is no row, after 2"));
}

/* A pipe that nobody reads is full; then the child's state can be looked at. */
static void the_fence_is_up_while_it_reads(void)
{
	struct ctx cx = fresh();
	struct buf text = buf_new(a, 8 << 20);
	struct sheet_child *c = NULL;
	char status[4096] = { 0 };

	for (int i = 0; i < 400000; i++)
		buf_fmt(&text, "%d,x\n", i);
	struct sheet_file file = sheet_file_of(a, buf_view(&text), "a.csv");
	T_CHECK(sheet_child_start(&cx, &file, 0, &c) == OK, "starts");
	int fd =
	    open(str_cstr(a, str_fmt(a, "/proc/%d/status", sheet_child_pid(c))),
		O_RDONLY);
	T_CHECK(read(fd, status, sizeof status - 1) > 0, "its status");
	close(fd);
	T_CHECK(strstr(status, "\nSeccomp:\t2\n") != NULL &&
		    strstr(status, "\nNoNewPrivs:\t1\n") != NULL,
	    "%s", status);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], SHEET_CHILD) == 0)
		sheet_child_main(argc, argv, misbehave);
	T_RUN(the_same_rows_as_here);
	T_RUN(a_sealed_file_is_read_as_the_plain_one);
	T_RUN(what_was_changed_is_not_the_files_fault);
	T_RUN(the_key_stands_in_no_argument);
	T_RUN(what_the_child_finds);
	T_RUN(can_do_nothing_else);
	T_RUN(time_and_memory_end);
	T_RUN(nothing_that_it_says_is_trusted);
	T_RUN(the_fence_is_up_while_it_reads);
	arena_free(a);
	return T_PLAN();
}
