#include "sheet/sheet.h"

#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "sheet/csv_in.h"
#include "sheet/worksheet.h"

const struct sheet_limits sheet_limits_usual = {
	.file_bytes = (uint64_t)200 << 20,
	.plain_bytes = (uint64_t)4 << 30,
	.ratio = 250,
	.parts = 4096,
	.sheets = 255,
	.rows = 1048576,
	.columns = 1024,
	.cells = (uint64_t)1048576 * 20,
	.cell_bytes = 128 << 10, /* 32,767 letters are 96 KiB at the most */
	.row_bytes = 8 << 20,
	.cpu_s = 300,
	.wall_s = 900,
	.grow_bytes = (uint64_t)96 << 20,
	.spill_bytes = (uint64_t)4 << 30,
};

struct sheet {
	struct work work;
	enum sheet_kind kind;
	struct csv_in *csv;
	struct workbook book;
	struct worksheet *rows;
	struct sheet_tab only; /* of a CSV */
	bool chosen;
};

static bool ends(struct str name, struct str ending)
{
	return name.n >= ending.n &&
	       str_eq_nocase(str_from(name, name.n - ending.n), ending);
}

static bool named_workbook(struct str name)
{
	return ends(name, STR(".xlsx")) || ends(name, STR(".xlsm")) ||
	       ends(name, STR(".xls")) || ends(name, STR(".xlsb")) ||
	       ends(name, STR(".ods"));
}

static bool named_text(struct str name)
{
	return ends(name, STR(".csv")) || ends(name, STR(".txt")) ||
	       ends(name, STR(".tsv"));
}

/* Whether UTF-16 text stands anywhere in the file: names in the directory of a
 * compound file are written so. */
static enum err has_wide(struct work *w, struct str ascii, bool *ret)
{
	enum { PIECE = 64 << 10 };
	char wide[64];
	struct arena_mark mark = arena_mark(w->cx->arena);
	char *piece = arena_room(w->cx->arena, PIECE);
	size_t n_wide = 2 * ascii.n;
	enum err e = OK;

	REQUIRE(n_wide <= sizeof wide);
	for (size_t i = 0; i < ascii.n; i++) {
		wide[2 * i] = ascii.p[i];
		wide[2 * i + 1] = '\0';
	}
	*ret = false;
	for (uint64_t at = 0; !e && !*ret && at < w->size;
	     at += PIECE - sizeof wide) {
		uint64_t left = w->size - at;
		size_t n = left < PIECE ? (size_t)left : PIECE;
		e = read_at(w, at, piece, n);
		*ret = !e && memmem(piece, n, wide, n_wide) != NULL;
	}
	arena_rewind(w->cx->arena, mark);
	return e;
}

/* A compound file is an old workbook, or a new one behind a password. */
static enum err refuse_compound(struct work *w)
{
	bool sealed = false, word = false;

	enum err e = has_wide(w, STR("EncryptedPackage"), &sealed);
	if (!e)
		e = has_wide(w, STR("WordDocument"), &word);
	if (e)
		return e;
	return refuse(w,
	    sealed ? SHEET_password
	    : word ? SHEET_document
		   : SHEET_old_excel,
	    STR(""));
}

static bool is_page(struct str head)
{
	static const char *const begins[] = { "<!doctype html", "<html",
		"<head", "<table", "<meta", "<?xml" };

	str_take(&head, STR("\xef\xbb\xbf"));
	head = str_trim(head);
	for (size_t i = 0; i < COUNT(begins); i++) {
		struct str b = str_of(begins[i]);
		if (str_eq_nocase(str_upto(head, b.n), b))
			return true;
	}
	return false;
}

/* Of what is neither text nor archive, the kinds that people send by mistake. */
static enum err check_head(struct work *w, struct str head)
{
	if (str_starts(head, STR("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")))
		return refuse_compound(w);
	if (str_starts(head, STR("%PDF")))
		return refuse(w, SHEET_pdf, STR(""));
	if (is_page(head))
		return refuse(w, SHEET_web_page, STR(""));
	if (str_starts(head, STR("\x1f\x8b")) ||
	    str_starts(head, STR("Rar!")) ||
	    str_starts(head, STR("7z\xbc\xaf")) ||
	    str_starts(head, STR("\x89PNG")) ||
	    str_starts(head, STR("\xff\xd8\xff")) ||
	    str_starts(head, STR("{\\rtf")) || str_starts(head, STR("SQLite")))
		return refuse(w, SHEET_not_table, STR(""));
	return OK;
}

static enum err open_kind(struct sheet *s, const struct sheet_file *file)
{
	struct work *w = &s->work;
	char room[64] = { 0 };
	size_t n = w->size < sizeof room ? (size_t)w->size : sizeof room;

	enum err e = read_at(w, 0, room, n);
	if (e)
		return e;
	struct str head = str_n(room, n);
	if (str_starts(head, STR("PK\3\4")) ||
	    str_starts(head, STR("PK\5\6"))) {
		s->kind = SHEET_XLSX;
		e = workbook_open(w, &s->book);
		if (!e && named_text(file->name))
			e = refuse(w, SHEET_named_csv, STR(""));
		return e;
	}
	e = check_head(w, head);
	if (e)
		return e;
	s->kind = SHEET_CSV;
	e = csv_in_open(w, file, &s->csv);
	if (!e && named_workbook(file->name))
		e = refuse(w, SHEET_named_xlsx, STR(""));
	return e;
}

enum err sheet_open(
    struct ctx *cx, const struct sheet_file *file, struct sheet **ret)
{
	struct sheet *s = ARENA_NEW(cx->arena, struct sheet);
	struct stat st = { 0 };

	if (!file->sealed && (fstat(file->fd, &st) != 0 || st.st_size < 0))
		return fail_detail(cx, ERR_BROKEN, "sheet: no file");
	s->work = (struct work){ .cx = cx,
		.fd = file->fd,
		.spill = file->spill,
		.sealed = file->sealed,
		.size = file->sealed ? sealed_bytes(file->sealed)
		                     : (uint64_t)st.st_size,
		.limits = file->limits,
		.found = file->found };
	if (s->work.size == 0)
		return refuse(&s->work, SHEET_empty, STR(""));
	if (s->work.size > file->limits.file_bytes)
		return refuse(&s->work, SHEET_file_large,
		    most_of(&s->work, file->limits.file_bytes, 1 << 20));
	enum err e = open_kind(s, file);
	if (!e)
		*ret = s;
	return e;
}

enum sheet_kind sheet_kind_of(const struct sheet *s)
{
	return s->kind;
}

const struct sheet_tab *sheet_tabs(const struct sheet *s, size_t *ret_n)
{
	*ret_n = s->kind == SHEET_CSV ? 1 : s->book.n_tabs;
	return s->kind == SHEET_CSV ? &s->only : s->book.tabs;
}

enum sheet_encoding sheet_encoding_of(const struct sheet *s)
{
	return s->kind == SHEET_CSV ? csv_in_encoding(s->csv) : SHEET_UTF8;
}

char sheet_delimiter_of(const struct sheet *s)
{
	return s->kind == SHEET_CSV ? csv_in_delimiter(s->csv) : '\0';
}

enum err sheet_choose(struct sheet *s, size_t tab)
{
	size_t n;

	REQUIRE(!s->chosen);
	sheet_tabs(s, &n);
	if (tab >= n)
		return refuse(&s->work, SHEET_sheet_absent, STR(""));
	s->chosen = true;
	if (s->kind == SHEET_CSV)
		return OK;
	enum err e = workbook_read_strings(&s->work, &s->book);
	return e ? e
	         : worksheet_begin(
		       &s->work, &s->book, s->book.parts[tab], &s->rows);
}

enum err sheet_next(struct sheet *s, const struct sheet_row **ret)
{
	REQUIRE(s->chosen);
	return s->kind == SHEET_CSV ? csv_in_next(s->csv, ret)
	                            : worksheet_next(s->rows, ret);
}

uint32_t sheet_progress(const struct sheet *s)
{
	uint64_t done = s->kind == SHEET_CSV ? csv_in_place(s->csv)
	                                     : unzip_place(s->book.z);
	uint64_t all = s->work.size;

	return done >= all ? 1000 : (uint32_t)(done * 1000 / all);
}
