#include "paper/pdf_lang.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "paper/paper.h"

/* The number that follows `name` in `s`. */
static bool number_after(struct str s, struct str name, int64_t *ret)
{
	const char *at = memmem(s.p, s.n, name.p, name.n);
	if (at == NULL)
		return false;
	struct str rest = str_from(s, (size_t)(at - s.p) + name.n);
	while (rest.n > 0 && (rest.p[0] == ' ' || rest.p[0] == '\n'))
		rest = str_from(rest, 1);
	return str_take_uint(&rest, 12, ret);
}

/* What stands after the last `name`. */
static bool after_last(struct str s, struct str name, struct str *ret)
{
	for (size_t i = s.n; i >= name.n && i > 0; i--)
		if (memcmp(s.p + i - name.n, name.p, name.n) == 0) {
			*ret = str_from(s, i);
			return true;
		}
	return false;
}

/* The members of the catalogue, between << and >>. */
static bool catalogue(
    struct arena *a, struct str pdf, int64_t root, struct str *ret)
{
	struct str rest, body;
	struct str begin = str_fmt(a, "\n%lld 0 obj\n<<", (long long)root);
	if (!after_last(pdf, begin, &rest))
		return false;
	const char *end = memmem(rest.p, rest.n, "endobj", 6);
	if (end == NULL)
		return false;
	body = str_trim(str_upto(rest, (size_t)(end - rest.p)));
	if (!str_has(body, STR("/Type /Catalog")) || !str_ends(body, STR(">>")))
		return false;
	*ret = str_upto(body, body.n - 2);
	return true;
}

enum err pdf_say_lang(
    struct ctx *cx, struct str pdf, struct str lang, struct str *ret)
{
	struct str trailer, body, start;
	int64_t size, root, info, before;
	struct arena *a = cx->arena;
	if (!after_last(pdf, STR("\ntrailer"), &trailer) ||
	    !number_after(trailer, STR("/Size"), &size) ||
	    !number_after(trailer, STR("/Root"), &root) ||
	    !number_after(trailer, STR("/Info"), &info) ||
	    !after_last(pdf, STR("startxref\n"), &start) ||
	    !str_take_uint(&start, 12, &before) ||
	    !catalogue(a, pdf, root, &body))
		return fail_detail(cx, ERR_BROKEN, "paper: no catalogue");
	struct buf b = buf_new(a, PAPER_BYTES_MAX + 4096);
	buf_reserve(&b, pdf.n + 2048);
	buf_str(&b, pdf);
	size_t object = b.n;
	buf_fmt(&b,
	    "%lld 0 obj\n<<%.*s/Lang (%.*s)\n"
	    "/ViewerPreferences << /DisplayDocTitle true >>\n>>\nendobj\n",
	    (long long)root, STR_ARG(body), STR_ARG(lang));
	size_t table = b.n;
	buf_fmt(&b, "xref\n%lld 1\n%010zu 00000 n \n", (long long)root, object);
	buf_fmt(&b,
	    "trailer\n<< /Size %lld /Root %lld 0 R /Info %lld 0 R /Prev %lld"
	    " >>\nstartxref\n%zu\n%%%%EOF\n",
	    (long long)size, (long long)root, (long long)info,
	    (long long)before, table);
	REQUIRE(buf_ok(&b));
	*ret = buf_view(&b);
	return OK;
}
