#include "t.h"

#include "base/ctx.h"
#include "base/str.h"

static struct arena *arena;

static void every_failure_has_a_status_and_a_message(void)
{
	for (size_t i = OK + 1; i < ERRS; i++) {
		enum err e = (enum err)i;
		enum msg m = err_msg(e);
		T_CHECK(err_status(e) >= 400 && err_status(e) < 600, "%zu", i);
		T_CHECK(str_starts(msg_key(m), STR("error.")), "%zu", i);
		for (size_t k = OK + 1; k < i; k++)
			T_CHECK(err_msg((enum err)k) != m, "%zu %zu", k, i);
	}
	T_CHECK(err_status(OK) == 200, "%d", err_status(OK));
	T_CHECK(err_status(ERR_NOT_FOUND) == 404, "-");
	T_CHECK(err_status(ERR_TIME_LIMIT) == 504, "-");
}

static void what_failed_is_recorded(void)
{
	struct ctx cx = ctx_new(arena, 5, LANG_EN);
	T_CHECK(cx.now == 5 && cx.lang == LANG_EN && cx.arena == arena, "-");
	T_CHECK(cx.fault.err == OK, "nothing yet");
	enum err e = fail_detail(&cx, ERR_BROKEN, "disk %d", 3);
	T_CHECK(e == ERR_BROKEN && cx.fault.err == ERR_BROKEN, "%u", e);
	T_TEXT(cx.fault.detail, STR("disk 3"));
	T_TEXT(fault_code(&cx), STR("broken"));
	T_CHECK(!str_has(fault_text(&cx), STR("disk")), "for the log only");

	e = fail1(&cx, ERR_INVALID, MSG_field_bad_choice, STR("x"));
	T_CHECK(e == ERR_INVALID && cx.fault.msg == MSG_field_bad_choice, "-");
	T_TEXT(fault_text(&cx), STR("“x” is not one of the choices."));
	T_CHECK(cx.fault.detail.n == 0, "the detail was another failure's");

	e = fail2(&cx, ERR_CONFLICT, MSG_error_conflict, STR("a"), STR("b"));
	T_CHECK(e == ERR_CONFLICT, "-");
	T_TEXT(cx.fault.arg[1], STR("b"));
	T_CHECK(fail(&cx, ERR_GONE, MSG_error_gone) == ERR_GONE, "-");
	T_CHECK(cx.fault.arg[0].n == 0, "the argument was another failure's");
	T_TEXT(fault_code(&cx), STR("gone"));
}

static void wrong_fields_are_kept_in_order(void)
{
	struct ctx cx = ctx_new(arena, 0, LANG_TH);
	T_CHECK(fields_end(&cx) == OK, "none");
	T_CHECK(cx.fault.err == OK, "none");
	for (int i = 0; i < 60; i++)
		field_wrong(&cx, str_fmt(arena, "f%d", i), MSG_field_too_long,
		    str_fmt(arena, "%d", i));
	T_CHECK(fields_end(&cx) == ERR_INVALID, "some");
	T_CHECK(cx.fault.msg == MSG_error_invalid, "-");
	T_CHECK(cx.fault.n_fields == 50, "%zu", cx.fault.n_fields);
	int n = 0;
	for (struct field_error *f = cx.fault.fields; f; f = f->next) {
		T_TEXT(f->field, str_fmt(arena, "f%d", n));
		T_TEXT(f->arg, str_fmt(arena, "%d", n));
		n++;
	}
	T_CHECK(n == 50, "%d", n);
}

static void fail_with_ok(void)
{
	struct ctx cx = ctx_new(arena, 0, LANG_EN);
	enum err e = fail(&cx, OK, MSG_error_gone);
	(void)e;
}

static void a_failure_that_is_none_aborts(void)
{
	T_CHECK(t_aborts(fail_with_ok), "it returned");
}

int main(void)
{
	arena = arena_new();
	T_RUN(every_failure_has_a_status_and_a_message);
	T_RUN(what_failed_is_recorded);
	T_RUN(a_failure_that_is_none_aborts);
	T_RUN(wrong_fields_are_kept_in_order);
	arena_free(arena);
	return T_PLAN();
}
