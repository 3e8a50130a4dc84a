#include "cli/cmd_import.h"

#include <errno.h>
#include <string.h>

#include "base/csv.h"
#include "base/near.h"
#include "base/str.h"
#include "cli/disk.h"
#include "cli/store.h"
#include "sql/sql.h"

enum { MAX_ROWS = 5000, MAX_BAD = 50 };

/* A file on its way in. */
struct import {
	struct cli *cli;
	const struct import_kind *kind;
	struct csv csv;
	/* The header: which column stands in each place. */
	size_t place[IMPORT_MAX_COLUMNS], n_places;
	struct str *keys; /* of the lines read */
	int *lines;
	size_t n, n_bad;
	int fault; /* exit code when the store failed, not the file */
};

int import_read(struct cli *cli, struct str path, struct str *ret)
{
	if (disk_read(cli->arena, path, IMPORT_MAX_BYTES, ret))
		return EXIT_DONE;
	int code = errno == ENOENT ? EXIT_NOT_FOUND : EXIT_FAILED;
	say2(cli, MSG_cli_file_read, path, str_of(strerror(errno)));
	return code;
}

bool import_word(struct str *cursor, struct str *ret)
{
	*cursor = str_trim(*cursor);
	if (!cursor->n)
		return false;
	str_cut(*cursor, ' ', ret, cursor);
	return true;
}

static struct str number(const struct cli *cli, size_t n)
{
	return str_fmt(cli->arena, "%zu", n);
}

void import_warn(
    const struct cli *cli, int line, struct str column, struct str cell)
{
	struct str word;

	if (thai_damaged(cell, &word))
		say3(cli, MSG_cli_import_damaged, number(cli, (size_t)line),
		    column, word);
}

static void bad(struct import *im, struct str column, struct str why)
{
	im->n_bad++;
	say3(im->cli, MSG_cli_import_line,
	    number(im->cli, (size_t)im->csv.line), column, why);
}

static struct str text1(const struct cli *cli, enum msg msg, struct str arg)
{
	return msg_fill(cli->arena, cli->cx.lang, msg, &arg, 1);
}

static struct str column(const struct import *im, size_t i)
{
	return str_of(im->kind->columns[i]);
}

static void take_column(struct import *im, struct str name, bool *seen)
{
	const struct import_kind *k = im->kind;

	for (size_t i = 0; i < k->n_columns; i++) {
		if (!str_eq_nocase(name, column(im, i)))
			continue;
		if (seen[i])
			bad(im, name,
			    text1(im->cli, MSG_cli_import_twice, name));
		seen[i] = true;
		im->place[im->n_places++] = i;
		return;
	}
	struct str near = near_name(name, k->columns, k->n_columns);
	enum msg msg = near.n ? MSG_cli_import_near : MSG_cli_import_column;
	bad(im, str_utf8(name) ? name : STR("?"), text1(im->cli, msg, near));
}

static bool take_header(struct import *im)
{
	struct str cells[IMPORT_MAX_COLUMNS];
	bool seen[IMPORT_MAX_COLUMNS] = { false };
	size_t n = 0;

	csv_next(&im->csv, im->cli->arena, cells, COUNT(cells), &n);
	if (n > COUNT(cells))
		n = COUNT(cells);
	for (size_t i = 0; i < n; i++)
		take_column(im, cells[i], seen);
	for (size_t i = 0; i < im->kind->n_needed; i++)
		if (!seen[i])
			bad(im, column(im, i),
			    text1(im->cli, MSG_cli_import_missing, STR("")));
	return im->n_bad == 0;
}

/* Puts the cells in the order of the kind's columns. */
static bool arrange(
    struct import *im, const struct str *raw, size_t n, struct str *cells)
{
	size_t before = im->n_bad;

	if (n != im->n_places) {
		struct str counts[] = { number(im->cli, n),
			number(im->cli, im->n_places) };
		bad(im, column(im, im->place[im->n_places - 1]),
		    msg_fill(im->cli->arena, im->cli->cx.lang,
			MSG_cli_import_cells, counts, 2));
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		struct str name = column(im, im->place[i]);
		cells[im->place[i]] = raw[i];
		if (!str_utf8(raw[i]) || str_index(raw[i], '\0') < raw[i].n)
			bad(im, name,
			    text1(im->cli, MSG_field_not_utf8, STR("")));
		else
			import_warn(im->cli, im->csv.line, name, raw[i]);
	}
	return im->n_bad == before;
}

/* A message that would quote the wrong text quotes the cell. */
static struct str quoted(
    const struct import *im, const struct str *cells, struct field_error *fe)
{
	for (size_t i = 0; !fe->arg.n && i < im->kind->n_columns; i++)
		if (str_eq(fe->field, column(im, i)))
			return cells[i];
	return fe->arg;
}

/* Other failures than of what stands in the line end all. */
static void explain(
    struct import *im, const struct ctx *cx, const struct str *cells)
{
	const struct fault *f = &cx->fault;

	for (struct field_error *fe = f->fields; fe; fe = fe->next)
		bad(im, fe->field,
		    text1(im->cli, fe->msg, quoted(im, cells, fe)));
	if (f->fields)
		return;
	if (f->err == ERR_CONFLICT || f->err == ERR_NOT_FOUND) {
		bad(im, column(im, 0), fault_text(cx));
		return;
	}
	im->cli->cx.fault = *f;
	im->fault = cli_fault(im->cli);
}

static bool is_known(const struct import *im, struct str key)
{
	for (size_t i = 0; i < im->n; i++)
		if (str_eq_nocase(im->keys[i], key))
			return true;
	return false;
}

static void take_line(struct import *im, const struct str *raw, size_t n)
{
	struct str cells[IMPORT_MAX_COLUMNS] = { { NULL, 0 } };
	/* Why one line is bad must not stand in the way of the next. */
	struct ctx cx = im->cli->cx;

	if (!arrange(im, raw, n, cells))
		return;
	if (is_known(im, cells[0])) {
		bad(im, column(im, 0),
		    text1(im->cli, MSG_cli_import_twice, cells[0]));
		return;
	}
	im->lines[im->n] = im->csv.line;
	im->keys[im->n++] = cells[0];
	if (im->kind->put(&cx, cells))
		explain(im, &cx, cells);
}

/* False when the file is not to be kept. */
static bool take_lines(struct import *im)
{
	struct str raw[IMPORT_MAX_COLUMNS];
	struct csv *csv = &im->csv;
	size_t n;

	if (!take_header(im))
		return false;
	while (im->n < MAX_ROWS && im->n_bad < MAX_BAD && !im->fault &&
	       csv_next(csv, im->cli->arena, raw, COUNT(raw), &n))
		take_line(im, raw, n);
	if (csv->bad)
		bad(im, column(im, 0),
		    text1(im->cli, MSG_cli_import_quote, STR("")));
	else if (im->n_bad >= MAX_BAD)
		say1(im->cli, MSG_cli_import_enough, number(im->cli, MAX_BAD));
	else if (!im->fault && csv->rest.n > 0)
		bad(im, column(im, 0),
		    text1(im->cli, MSG_cli_import_long,
			number(im->cli, MAX_ROWS)));
	else if (im->n == 0 && !im->n_bad)
		bad(im, column(im, 0),
		    text1(im->cli, MSG_cli_import_empty, STR("")));
	return im->n_bad == 0 && !im->fault;
}

static const json_t *find(const json_t *all, const char *key, struct str value)
{
	const json_t *one;
	size_t i;

	json_array_foreach(all, i, one)
	{
		if (str_eq_nocase(json_text(one, key), value))
			return one;
	}
	return NULL;
}

static void report(const struct import *im, const json_t *before,
    const json_t *after, bool dry_run)
{
	enum { NEW, CHANGED, SAME, CHANGES };
	static const char *const names[] = { "new", "changed", "same" };
	struct cli *cli = im->cli;
	json_t *doc = json_new_object(cli->arena);
	json_t *rows = json_new_array(cli->arena);
	size_t counts[CHANGES] = { 0 };

	for (size_t i = 0; i < im->n; i++) {
		const char *key = im->kind->columns[0];
		const json_t *was = find(before, key, im->keys[i]);
		const json_t *is = find(after, key, im->keys[i]);
		int change = json_equal(was, is) ? SAME : CHANGED;
		if (!was)
			change = NEW;
		counts[change]++;
		json_t *row = json_new_object(cli->arena);
		json_put_int(row, "line", im->lines[i]);
		json_put_text(row, key, im->keys[i]);
		json_put_text(row, "change", str_of(names[change]));
		json_add(rows, row);
		if (dry_run && !cli->json)
			out_line(str_fmt(cli->arena, "%s\t%.*s", names[change],
			    STR_ARG(im->keys[i])));
	}
	for (size_t i = 0; i < CHANGES; i++)
		json_put_int(doc, names[i], (int64_t)counts[i]);
	json_put_flag(doc, "dry_run", dry_run);
	json_put(doc, "lines", rows);
	if (cli->json) {
		out_json(cli, doc);
		return;
	}
	struct str args[] = { number(cli, counts[NEW]),
		number(cli, counts[CHANGED]), number(cli, counts[SAME]) };
	out_line(msg_fill(cli->arena, cli->cx.lang,
	    dry_run ? MSG_cli_import_dry : MSG_cli_import_done, args, 3));
}

int import_file(struct cli *cli, const struct import_kind *kind,
    struct str path, bool dry_run)
{
	struct import im = { .cli = cli, .kind = kind };
	json_t *before, *after;
	struct str text;

	int code = import_read(cli, path, &text);
	if (!code)
		code = store_for(cli, true, true);
	if (code)
		return code;
	im.csv = csv_begin(text);
	im.keys = ARENA_ARRAY(cli->arena, struct str, MAX_ROWS);
	im.lines = ARENA_ARRAY(cli->arena, int, MAX_ROWS);
	if (kind->list(&cli->cx, &before))
		return cli_fault(cli);
	if (!take_lines(&im)) {
		say1(cli, MSG_cli_import_nothing, path);
		return im.fault ? im.fault : EXIT_FAILED;
	}
	if (kind->list(&cli->cx, &after))
		return cli_fault(cli);
	if (dry_run)
		store_end(&cli->cx);
	else if (store_commit(&cli->cx))
		return cli_fault(cli);
	report(&im, before, after, dry_run);
	return EXIT_DONE;
}

int import_list(struct cli *cli, const struct import_kind *kind,
    const char *const *names, size_t n_names)
{
	const json_t *one;
	json_t *all;
	size_t i;

	int code = store_for(cli, true, false);
	if (code)
		return code;
	if (kind->list(&cli->cx, &all))
		return cli_fault(cli);
	if (cli->json) {
		out_json(cli, all);
		return EXIT_DONE;
	}
	json_array_foreach(all, i, one)
	{
		struct str line = json_text(one, names[0]);
		for (size_t k = 1; k < n_names; k++)
			line = str_fmt(cli->arena, "%.*s\t%.*s", STR_ARG(line),
			    STR_ARG(json_text(one, names[k])));
		out_line(line);
	}
	return EXIT_DONE;
}
