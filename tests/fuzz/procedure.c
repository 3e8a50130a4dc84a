/* Procedures: what is wrong has its place in the text and a sentence; what is
 * right can be shown. */
#include "core/procedure.h"
#include "fuzz.h"

static int count_lines(struct str s)
{
	int n = 2; /* an end may be behind the last line */
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n' || s.p[i] == '\r' ||
		     (unsigned char)s.p[i] >= 0x80;
	return n;
}

void fuzz_one(struct ctx *cx, struct str in)
{
	struct procedure_errors errors;
	struct procedure p;
	enum err e = procedure_read(cx, in, &p, &errors);
	REQUIRE((e == OK) == (errors.n == 0));
	for (size_t i = 0; i < errors.n; i++) {
		REQUIRE(errors.v[i].text.n > 0);
		REQUIRE(str_utf8(errors.v[i].text));
		REQUIRE(errors.v[i].line >= 1 && errors.v[i].column >= 1);
		REQUIRE(errors.v[i].line <= count_lines(in));
	}
	if (e) {
		fuzz_failed(cx, e);
		return;
	}
	REQUIRE(p.n_stages > 0 && p.code.n > 0);
	for (size_t i = 0; i < p.n_stages; i++)
		for (size_t k = 0; k < p.stages[i].n_next; k++)
			REQUIRE(p.stages[i].next[k].stage.n == 0 ||
				procedure_stage(&p, p.stages[i].next[k].stage));
	(void)json_canonical(cx->arena, procedure_json(cx->arena, &p));
	for (int lang = 0; lang < LANGS; lang++)
		REQUIRE(procedure_matrix(cx->arena, &p, (enum lang)lang).n > 0);
}
