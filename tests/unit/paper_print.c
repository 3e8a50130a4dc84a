/* paper_print.c - a template and its data as a paper, for tests and benches:
 * paper_print TEMPLATE DATA.json pdf|docx [GARUDA.png] > out. With a number instead
 * of a form: that many PDFs, and on standard output the seconds it took. */
#include <stdio.h>
#include <stdlib.h>

#include "base/crypt.h"
#include "base/str.h"
#include "base/time.h"
#include "paper/template.h"

enum { FILE_MAX = 1 << 20 };

static struct str slurp(struct arena *a, const char *path)
{
	char *p = arena_alloc(a, FILE_MAX);
	FILE *f = fopen(path, "rb");
	size_t n = f != NULL ? fread(p, 1, FILE_MAX, f) : 0;
	if (f == NULL || fclose(f) != 0) {
		fprintf(stderr, "paper_print: %s\n", path);
		exit(1);
	}
	return str_n(p, n);
}

static int sorry(const struct ctx *cx)
{
	struct str said = fault_text(cx);
	fprintf(
	    stderr, "%.*s (%.*s)\n", STR_ARG(said), STR_ARG(cx->fault.detail));
	for (const struct field_error *f = cx->fault.fields; f; f = f->next) {
		struct str why =
		    msg_fill(cx->arena, LANG_EN, f->msg, &f->arg, 1);
		fprintf(stderr, "%.*s\n", STR_ARG(why));
	}
	return 1;
}

/* From the template to the bytes, each time anew. */
static int many(struct str text, const json_t *data, int64_t n)
{
	int64_t start = time_now_ms();
	for (int64_t i = 0; i < n; i++) {
		struct arena *a = arena_new();
		struct ctx cx = ctx_new(a, 0, LANG_EN);
		struct paper p;
		struct str out;
		int pages;
		enum err e = paper_fill(&cx, text, data, &p);
		if (!e)
			e = paper_pdf(&cx, &p, &out, &pages);
		if (e)
			return sorry(&cx);
		arena_free(a);
	}
	printf("%.3f\n", (double)(time_now_ms() - start) / 1000);
	return 0;
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct ctx cx = ctx_new(a, 0, LANG_EN);
	struct paper p;
	struct str out;
	json_t *data;
	int64_t n;
	int pages = 0;
	if (argc < 4)
		return 2;
	crypt_init();
	struct str text = slurp(a, argv[1]), form = str_of(argv[3]);
	enum err e = json_parse(&cx, slurp(a, argv[2]), FILE_MAX, &data);
	if (!e)
		e = paper_open(&cx);
	if (!e && str_i64(form, &n))
		return many(text, data, n);
	if (!e)
		e = paper_fill(&cx, text, data, &p);
	if (!e && argc > 4)
		p.garuda = slurp(a, argv[4]);
	if (!e)
		e = str_eq(form, STR("docx"))
		        ? paper_docx(&cx, &p, &out)
		        : paper_pdf(&cx, &p, &out, &pages);
	if (e)
		return sorry(&cx);
	bool put = fwrite(out.p, 1, out.n, stdout) == out.n;
	arena_free(a);
	return put ? 0 : 1;
}
