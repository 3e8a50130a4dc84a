/* fuzz.h - what every fuzz target stands on.
 *
 * A target is one file with fuzz_one(), and its name in meson.build. It is built
 * twice: by libFuzzer, which looks for inputs (./test --long fuzz), and by
 * replay.c, which tries those that are kept in corpus/NAME/ (./test).
 *
 * What must hold is said with REQUIRE, which aborts: a target should ask for
 * more than that nothing crashes. What is printed reads back as it was; two
 * ways to the same answer agree; a plain rule of a few lines agrees. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "base/ctx.h"
#include "base/str.h"

/* One input. The arena goes after it. */
void fuzz_one(struct ctx *, struct str in);

/* The first line of *in without its end; *in goes behind it. Inputs of several
 * parts are lines, so that people can read and write them. */
struct str fuzz_line(struct str *in);
/* A failure must have a reason in both languages, and no result. */
void fuzz_failed(struct ctx *, enum err);

/* By libFuzzer's name; fuzz.c. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#endif
