/* encode.c - a query's rows in one form, for tests and benches: encode DB SQL
 * FORM [OPTION…] > out. DB is a SQLite file's path or the DSN of a source. Options: excel, flush (after each batch), sheet=ROWS,
 * COLUMN:TYPE, drop=COLUMN. On
 * standard error one line of JSON: rows, bytes, and resident memory in KiB
 * after the first 10,000 rows and at the most. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "fmt/encoder.h"
#include "source/query.h"
#include "source/source.h"

#define WARM_ROWS 10000

static bool put(void *arg, const void *p, size_t n)
{
	(void)arg;
	return fwrite(p, 1, n, stdout) == n;
}

/* The most there was. Not getrusage: that counts what the process was before
 * it became this program. */
static long resident_kb(void)
{
	char line[256];
	long kb = 0;
	FILE *f = fopen("/proc/self/status", "r");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, "VmHWM:", 6) == 0)
			kb = strtol(line + 6, NULL, 10);
	}
	if (f != NULL)
		fclose(f);
	return kb;
}

static int sorry(const struct ctx *cx)
{
	struct str said = fault_text(cx);

	fprintf(
	    stderr, "%.*s (%.*s)\n", STR_ARG(said), STR_ARG(cx->fault.detail));
	return 1;
}

struct job {
	struct encode_options options;
	bool flush;
};

static bool set_column(struct columns cs, struct str name, struct str type)
{
	struct column *v;

	memcpy(&v, &cs.v, sizeof(v)); /* ours: they were just described */
	for (size_t i = 0; i < cs.n; i++) {
		if (!str_eq(v[i].name, name))
			continue;
		if (type.n == 0) {
			v[i].mask = STR("drop");
			return true;
		}
		for (size_t t = 0; t < COLUMN_TYPES; t++) {
			if (str_eq(str_of(column_type_names[t]), type)) {
				v[i].type = (enum column_type)t;
				return true;
			}
		}
	}
	return false;
}

static const struct str fact[] = { STR_INIT("เรื่อง"),
	STR_INIT("รายชื่อ <a> & \"b\"\nสองบรรทัด") };
static const struct str heads[] = { STR_INIT("a"), STR_INIT("b"),
	STR_INIT("c") };
static const struct sheet_line note_lines[] = {
	{ .cells = fact, .n = 2 },
	{ .n = 0 },
	{ .cells = heads, .n = 3, .heading = true },
};
static const struct sheet_note a_note = {
	.name = STR_INIT("เกี่ยวกับข้อมูลชุดนี้"),
	.lines = note_lines,
	.n = 3,
};

static bool set_option(struct job *j, struct columns cs, struct str o)
{
	struct str head, tail;
	int64_t n = 0;

	if (str_eq(o, STR("excel"))) {
		j->options.excel = true;
		return true;
	}
	if (str_eq(o, STR("flush"))) {
		j->flush = true;
		return true;
	}
	if (str_eq(o, STR("note"))) {
		j->options.note = &a_note;
		return true;
	}
	if (str_take(&o, STR("sheet="))) {
		bool ok = str_i64(o, &n) && n >= 2;

		j->options.rows_per_sheet = (size_t)n;
		return ok;
	}
	if (str_take(&o, STR("drop=")))
		return set_column(cs, o, STR(""));
	return str_cut(o, ':', &head, &tail) && set_column(cs, head, tail);
}

static int copy_rows(
    struct ctx *cx, struct source_stream *s, struct encoder *e, bool flush)
{
	long warm = 0;

	for (;;) {
		struct batch b;

		if (source_next(cx, s, &b) != OK)
			return sorry(cx);
		if (b.n_rows == 0)
			break;
		encoder_rows(e, &b);
		if (flush)
			encoder_flush(e);
		if (warm == 0 && encoder_rows_taken(e) >= WARM_ROWS)
			warm = resident_kb();
	}
	if (!encoder_end(e)) {
		fprintf(stderr, "fault %d\n", (int)encoder_fault(e));
		return 1;
	}
	fprintf(stderr,
	    "{\"rows\": %llu, \"bytes\": %llu, \"warm_kb\": %ld, "
	    "\"max_kb\": %ld, \"bad_texts\": %llu}\n",
	    (unsigned long long)encoder_rows_taken(e),
	    (unsigned long long)encoder_bytes(e), warm, resident_kb(),
	    (unsigned long long)source_bad_texts(s));
	return fflush(stdout) == 0 ? 0 : 1;
}

static int run(struct ctx *cx, char **argv, int n_options)
{
	struct source source;
	struct description d;
	struct compiled q;
	struct source_stream *s = NULL;
	struct query all = query_all();
	struct job job = { .options = { .lang = LANG_TH } };
	enum form form;
	struct str sql = str_of(argv[2]);

	job.options.title = STR("ทดสอบ");
	if (!form_parse(str_of(argv[3]), &form))
		return 2;
	struct str dsn = str_of(argv[1]);

	if (str_starts(dsn, STR("/")))
		dsn = str_cat(cx->arena, STR("sqlite:"), dsn);
	if (source_parse(cx, dsn, &source) != OK ||
	    source_describe(cx, &source, sql, NO_PARAMS, NO_ARGS,
		&source_limits_officer, &d) != OK)
		return sorry(cx);
	for (int i = 0; i < n_options; i++) {
		if (!set_option(&job, d.columns, str_of(argv[4 + i])))
			return 2;
	}

	struct approved a = { .sql = sql, .columns = d.columns };
	if (query_compile(cx, &a, &all, &q) != OK ||
	    source_open(cx, &source, &q, &source_limits_stream, &s) != OK)
		return sorry(cx);

	struct encoder *e = encoder_new(
	    cx->arena, form, (struct sink){ .write = put }, &job.options);
	encoder_begin(e, STR("ข้อมูล"), q.columns);
	return copy_rows(cx, s, e, job.flush);
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct ctx cx = ctx_new(a, 0, LANG_EN);
	int status = 2;

	if (argc >= 4)
		status = run(&cx, argv, argc - 4);
	arena_free(a);
	return status;
}
