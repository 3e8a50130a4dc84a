#include "t.h"

#include "base/msg.h"
#include "base/str.h"

static struct arena *arena;

static void every_message_is_found_by_its_key(void)
{
	T_CHECK(MSGS > 50, "%d", MSGS);
	for (size_t i = MSG_NONE + 1; i < MSGS; i++) {
		enum msg m = (enum msg)i, found = MSG_NONE;
		T_CHECK(msg_find(msg_key(m), &found) && found == m, "%.*s",
		    STR_ARG(msg_key(m)));
		T_CHECK(msg_text(LANG_TH, m).n && msg_text(LANG_EN, m).n,
		    "%.*s", STR_ARG(msg_key(m)));
	}
	enum msg m = MSG_error_gone;
	T_CHECK(!msg_find(STR("error.nothing"), &m), "-");
	T_CHECK(!msg_find(STR("zzz"), &m) && !msg_find(STR("a"), &m), "-");
	T_CHECK(!msg_find(STR(""), &m) && m == MSG_error_gone, "unchanged");
}

static void names_and_texts_belong_together(void)
{
	T_TEXT(msg_key(MSG_error_not_found), STR("error.not-found"));
	T_TEXT(msg_text(LANG_EN, MSG_field_not_text), STR("Must be text."));
	T_TEXT(msg_text(LANG_TH, MSG_field_not_text), STR("ต้องเป็นข้อความ"));
	T_TEXT(msg_text(LANG_TH, MSG_NONE), STR(""));
}

static void languages(void)
{
	static const struct {
		struct str text;
		bool ok;
		enum lang want;
	} cases[] = {
		{ STR_INIT("th"), true, LANG_TH },
		{ STR_INIT("EN"), true, LANG_EN },
		{ STR_INIT("th-TH"), true, LANG_TH },
		{ STR_INIT("en-GB"), true, LANG_EN },
		{ STR_INIT("thai"), false, LANG_TH },
		{ STR_INIT("e"), false, LANG_TH },
		{ STR_INIT(""), false, LANG_TH },
		{ STR_INIT("de"), false, LANG_TH },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum lang lang = LANG_TH;
		T_CHECK(
		    lang_parse(cases[i].text, &lang) == cases[i].ok, "%zu", i);
		T_CHECK(lang == cases[i].want, "%zu", i);
	}
	T_TEXT(lang_code(LANG_TH), STR("th"));
	T_TEXT(lang_code(LANG_EN), STR("en"));
}

static void places_are_filled(void)
{
	struct str args[] = { STR_INIT("{0}"), STR_INIT("b") };
	T_TEXT(msg_fill(arena, LANG_EN, MSG_field_bad_choice, args, 2),
	    STR("“{0}” is not one of the choices."));
	T_TEXT(msg_fill(arena, LANG_EN, MSG_field_bad_choice, args + 1, 1),
	    STR("“b” is not one of the choices."));
	T_TEXT(msg_fill(arena, LANG_TH, MSG_field_too_long, args + 1, 1),
	    STR("ยาวเกินกำหนด (ไม่เกิน b ตัวอักษร)"));
	T_TEXT(msg_fill(arena, LANG_EN, MSG_field_bad_choice, NULL, 0),
	    STR("“” is not one of the choices."));
	T_TEXT(msg_fill(arena, LANG_EN, MSG_field_not_text, args, 2),
	    STR("Must be text."));
}

static void codes_become_words(void)
{
	T_TEXT(msg_code(arena, LANG_EN, STR("month."), STR("05")), STR("May"));
	T_TEXT(msg_code(arena, LANG_EN, STR("month."), STR("13")), STR("13"));
}

int main(void)
{
	arena = arena_new();
	T_RUN(every_message_is_found_by_its_key);
	T_RUN(names_and_texts_belong_together);
	T_RUN(languages);
	T_RUN(places_are_filled);
	T_RUN(codes_become_words);
	arena_free(arena);
	return T_PLAN();
}
