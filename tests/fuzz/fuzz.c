#include "fuzz.h"

struct str fuzz_line(struct str *in)
{
	struct str line, rest;
	(void)str_cut(*in, '\n', &line, &rest);
	*in = rest.p ? rest : STR("");
	return line;
}

void fuzz_failed(struct ctx *cx, enum err e)
{
	REQUIRE(e != OK && e < ERRS && cx->fault.err == e);
	for (int lang = 0; lang < LANGS; lang++) {
		cx->lang = (enum lang)lang;
		REQUIRE(fault_text(cx).n > 0 && fault_code(cx).n > 0);
	}
	for (const struct field_error *f = cx->fault.fields; f; f = f->next)
		REQUIRE(msg_text(cx->lang, f->msg).n > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct ctx cx = ctx_new(arena_new(), 0, LANG_EN);
	/* libFuzzer gives an empty input as NULL, which is "absent" here. */
	fuzz_one(&cx, n ? str_n((const char *)bytes, n) : STR(""));
	arena_free(cx.arena);
	return 0;
}
