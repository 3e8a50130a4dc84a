/* xlsx_peer.c - a query's rows through libxlsxwriter in its constant memory
 * mode: xlsx_peer DB SQL OUT TMPDIR. Dates are dates, numbers numbers, as in
 * our own workbook. For bench/run alone. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

struct book {
	lxw_workbook *workbook;
	lxw_worksheet *sheet;
	lxw_format *date;
};

static void put_cell(
    struct book *b, sqlite3_stmt *st, lxw_row_t row, lxw_col_t col, int is_date)
{
	lxw_datetime d = { 0 };
	const char *text;

	switch (sqlite3_column_type(st, col)) {
	case SQLITE_INTEGER:
	case SQLITE_FLOAT:
		worksheet_write_number(
		    b->sheet, row, col, sqlite3_column_double(st, col), NULL);
		break;
	case SQLITE_TEXT:
		text = (const char *)sqlite3_column_text(st, col);
		if (is_date &&
		    sscanf(text, "%d-%d-%d", &d.year, &d.month, &d.day) == 3)
			worksheet_write_datetime(
			    b->sheet, row, col, &d, b->date);
		else
			worksheet_write_string(b->sheet, row, col, text, NULL);
		break;
	default:
		break;
	}
}

static int put_rows(struct book *b, sqlite3_stmt *st)
{
	int n = sqlite3_column_count(st), dates[64] = { 0 };
	lxw_row_t row = 1;

	for (int i = 0; i < n && i < 64; i++) {
		const char *type = sqlite3_column_decltype(st, i);

		dates[i] = type != NULL && sqlite3_stricmp(type, "date") == 0;
		worksheet_write_string(b->sheet, 0, (lxw_col_t)i,
		    sqlite3_column_name(st, i), NULL);
	}
	while (sqlite3_step(st) == SQLITE_ROW) {
		for (int i = 0; i < n && i < 64; i++)
			put_cell(b, st, row, (lxw_col_t)i, dates[i]);
		row++;
	}
	return 0;
}

int main(int argc, char **argv)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	struct book b;

	if (argc != 5 ||
	    sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY, NULL) != 0 ||
	    sqlite3_prepare_v2(db, argv[2], -1, &st, NULL) != 0)
		return 2;
	lxw_workbook_options o = { .constant_memory = LXW_TRUE,
		.tmpdir = argv[4] };
	b.workbook = workbook_new_opt(argv[3], &o);
	b.sheet = workbook_add_worksheet(b.workbook, "data");
	b.date = workbook_add_format(b.workbook);
	format_set_num_format(b.date, "yyyy-mm-dd");
	put_rows(&b, st);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return workbook_close(b.workbook) == LXW_NO_ERROR ? 0 : 1;
}
