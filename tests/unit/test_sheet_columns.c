/* Names and checks of columns, and the helpers that clean. */
#include "t.h"

#include <string.h>

#include "base/buf.h"
#include "base/crypt.h"
#include "base/read_as.h"
#include "base/str.h"
#include "sheet/clean.h"
#include "sheet/columns.h"

static struct arena *a;

static void fresh(void)
{
	arena_free(a);
	a = arena_new();
}

/* A row of texts between '|'. */
static struct sheet_row row_of(const char *texts)
{
	struct str s = str_of(texts), one;
	struct sheet_cell *v = ARENA_ARRAY(a, struct sheet_cell, 20);
	size_t n = 0;

	do {
		bool more = str_cut(s, '|', &one, &s);
		v[n++] = (struct sheet_cell){
			.kind = one.n ? SHEET_TEXT : SHEET_EMPTY, .s = one
		};
		if (!more)
			break;
	} while (n < 20);
	return (struct sheet_row){ .number = 1, .n = n, .v = v };
}

static void names_out_of_headings(void)
{
	static const struct {
		const char *headings, *names;
	} cases[] = {
		{ "รหัสนักศึกษา|ชื่อ - นามสกุล|คณะ", "student_id|full_name|faculty" },
		{ "ชื่อ|ชื่อ (อังกฤษ)|นามสกุล", "first_name|first_name_2|last_name" },
		{ "Student No.|GPA|2569|ของแปลก|e-mail",
		    "student_no|gpa|column_3|column_4|e_mail" },
		{ "เลขบัตรประจำตัว ประชาชน| E-Mail |เบอร์โทร.",
		    "citizen_id|e_mail|phone" },
		{ "a_b|A B", "a_b|a_b_2" },
	};

	fresh();
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sheet_row row = row_of(cases[i].headings);
		struct sheet_column *v = NULL;
		struct sheet_finding found = { 0 };
		struct buf b = buf_new(a, 1000);
		size_t n = 0;
		T_CHECK(sheet_columns(a, &row, &v, &n, &found), "%s",
		    cases[i].headings);
		for (size_t k = 0; k < n; k++)
			buf_fmt(&b, "%s%.*s", k ? "|" : "", STR_ARG(v[k].name));
		T_TEXT(buf_view(&b), str_of(cases[i].names));
	}
}

static void headings_that_are_refused(void)
{
	static const struct {
		const char *headings;
		enum sheet_trouble want;
		uint32_t column;
	} cases[] = {
		{ "คณะ|สาขา|คณะ ", SHEET_heading_twice, 3 },
		{ "GPA|gpa", SHEET_heading_twice, 2 },
		{ "รหัส||คณะ", SHEET_heading_empty, 2 },
		{ "รหัส| |คณะ", SHEET_heading_empty, 2 },
	};
	struct sheet_column *v;
	struct sheet_finding found = { 0 };
	size_t n;

	fresh();
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sheet_row row = row_of(cases[i].headings);
		T_CHECK(!sheet_columns(a, &row, &v, &n, &found) &&
			    found.kind == cases[i].want &&
			    found.column == cases[i].column,
		    "%s: %u at %u", cases[i].headings, found.kind,
		    found.column);
	}
	struct buf b = buf_new(a, 2000);
	buf_str(&b, STR("a|"));
	for (size_t i = 0; i < SHEET_TITLE_BYTES / 3; i++)
		buf_str(&b, STR("ก"));
	struct sheet_row row = row_of(str_cstr(a, buf_view(&b)));
	T_CHECK(sheet_columns(a, &row, &v, &n, &found), "as long as may be");
	buf_str(&b, STR("ก"));
	row = row_of(str_cstr(a, buf_view(&b)));
	T_CHECK(!sheet_columns(a, &row, &v, &n, &found) &&
		    found.kind == SHEET_heading_long && found.column == 2,
	    "longer");
	T_CHECK(!sheet_columns(a, NULL, &v, &n, &found) &&
		    found.kind == SHEET_heading_none,
	    "none");
}

/* The value of a text, or "-" and the message's key. */
static struct str checked(
    struct sheet_column c, enum sheet_cell_kind kind, const char *text)
{
	const struct sheet_cell cell = { .kind = kind, .s = str_of(text) };
	struct sheet_value v = { 0 };
	enum msg wrong = MSG_NONE;

	if (!sheet_check(a, &c, &cell, &v, &wrong)) {
		struct str key = msg_key(wrong);
		T_CHECK(msg_text(LANG_TH, wrong).n > 0, "no sentence");
		return str_fmt(a, "-%.*s", STR_ARG(key));
	}
	return str_fmt(a, "%.*s%s%.*s%s", STR_ARG(v.s), v.more.p ? "+" : "",
	    STR_ARG(v.more), v.moved ? " moved" : "");
}

static void values_of_each_check(void)
{
	static const struct {
		enum sheet_check check;
		const char *text, *want;
	} cases[] = {
		{ SHEET_CHECK_text, "  น้ํา   ใส ", "น้ำ ใส" },
		{ SHEET_CHECK_integer, "๑๒๓", "123" },
		{ SHEET_CHECK_integer, "1,234,567", "1234567" },
		{ SHEET_CHECK_integer, "\u00a0๑๒๓\u200b ", "123" },
		{ SHEET_CHECK_integer, "12,34", "-sheet.wrong-integer" },
		{ SHEET_CHECK_integer, "1.5", "-sheet.wrong-integer" },
		{ SHEET_CHECK_integer, "12.0", "12" },
		{ SHEET_CHECK_number, "1,234.50", "1234.5" },
		{ SHEET_CHECK_number, "-0.10", "-0.1" },
		{ SHEET_CHECK_number, "1e400", "-sheet.wrong-number" },
		{ SHEET_CHECK_number, "0x10", "-sheet.wrong-number" },
		{ SHEET_CHECK_number, "nan", "-sheet.wrong-number" },
		{ SHEET_CHECK_boolean, "ไม่ใช่", "false" },
		{ SHEET_CHECK_boolean, "YES", "true" },
		{ SHEET_CHECK_boolean, "maybe", "-sheet.wrong-boolean" },
		{ SHEET_CHECK_citizen_id, "1-1120-34563-56-2",
		    "1112034563562" },
		{ SHEET_CHECK_citizen_id, "๑๑๑๒๐๓๔๕๖๓๕๖๒", "1112034563562" },
		{ SHEET_CHECK_citizen_id, "1112034563526",
		    "-sheet.wrong-citizen-id-digit" },
		{ SHEET_CHECK_citizen_id, "9112034563562",
		    "-sheet.wrong-citizen-id-digit" },
		{ SHEET_CHECK_citizen_id, "111203456356",
		    "-sheet.wrong-citizen-id" },
		{ SHEET_CHECK_citizen_id, "1.11203E+12",
		    "-sheet.wrong-citizen-id" },
		{ SHEET_CHECK_phone, "02-555-2000 ต่อ 2225",
		    "+6625552000+2225" },
		{ SHEET_CHECK_phone, "081 234 5678", "+66812345678" },
		{ SHEET_CHECK_phone, "๐๘๑-๒๓๔-๕๖๗๘", "+66812345678" },
		{ SHEET_CHECK_phone, "+66 81 234 5678", "+66812345678" },
		{ SHEET_CHECK_phone, "2225", "2225+2225" },
		{ SHEET_CHECK_phone, "08123456", "-sheet.wrong-phone" },
		{ SHEET_CHECK_phone, "0212345678", "-sheet.wrong-phone" },
		{ SHEET_CHECK_phone, "812345678", "-sheet.wrong-phone" },
		{ SHEET_CHECK_email, "A.b+c@Example.AC.th",
		    "A.b+c@example.ac.th" },
		{ SHEET_CHECK_email, "a@b", "-sheet.wrong-email" },
		{ SHEET_CHECK_email, "a..b@c.th", "-sheet.wrong-email" },
		{ SHEET_CHECK_email, "a b@c.th", "-sheet.wrong-email" },
		{ SHEET_CHECK_email, "a@-c.th", "-sheet.wrong-email" },
		{ SHEET_CHECK_email, "a@b@c.th", "-sheet.wrong-email" },
		{ SHEET_CHECK_datetime, "20/11/2569 09:14",
		    "2026-11-20T09:14:00" },
		{ SHEET_CHECK_datetime, "๒๐ พ.ย. ๒๕๖๙ ๙.๑๔ น.",
		    "2026-11-20T09:14:00" },
		{ SHEET_CHECK_datetime, "2026-11-20T25:00",
		    "-sheet.wrong-datetime" },
	};

	fresh();
	for (size_t i = 0; i < COUNT(cases); i++)
		T_TEXT(checked((struct sheet_column){ .check = cases[i].check },
			   SHEET_TEXT, cases[i].text),
		    str_of(cases[i].want));
	const struct sheet_column needed = { .check = SHEET_CHECK_text,
		.needed = true };
	T_TEXT(checked(needed, SHEET_TEXT, " "), STR("-sheet.wrong-empty"));
	T_TEXT(
	    checked(needed, SHEET_TEXT, "\u00a0"), STR("-sheet.wrong-empty"));
	T_TEXT(checked((struct sheet_column){ 0 }, SHEET_EMPTY, ""), STR(""));
	T_TEXT(checked(needed, SHEET_ERROR, "#N/A"), STR("-sheet.wrong-error"));
}

static void dates_of_both_eras(void)
{
	static const struct {
		enum sheet_era era;
		enum sheet_cell_kind kind;
		const char *text, *want;
	} cases[] = {
		{ SHEET_ERA_ANY, SHEET_TEXT, "6 พฤษภาคม 2569", "2026-05-06" },
		{ SHEET_ERA_ANY, SHEET_TEXT, "๖ พ.ค. ๒๕๖๙", "2026-05-06" },
		{ SHEET_ERA_ANY, SHEET_TEXT, "1/3/64", "2021-03-01" },
		{ SHEET_ERA_ANY, SHEET_TEXT, "01-03-2564", "2021-03-01" },
		{ SHEET_ERA_ANY, SHEET_TEXT, "1.3.2021", "2021-03-01" },
		{ SHEET_ERA_ANY, SHEET_TEXT, "2564-03-01", "2021-03-01" },
		{ SHEET_ERA_ANY, SHEET_TEXT, "29/02/2567", "2024-02-29" },
		{ SHEET_ERA_ANY, SHEET_TEXT, "29/02/2566",
		    "-sheet.wrong-date" },
		{ SHEET_ERA_ANY, SHEET_TEXT, "31/04/2567",
		    "-sheet.wrong-date" },
		{ SHEET_ERA_BE, SHEET_TEXT, "1/3/2564", "2021-03-01" },
		{ SHEET_ERA_BE, SHEET_TEXT, "1/3/2021", "-sheet.wrong-date" },
		{ SHEET_ERA_CE, SHEET_TEXT, "1/3/2021", "2021-03-01" },
		{ SHEET_ERA_CE, SHEET_TEXT, "1/3/2564", "-sheet.wrong-date" },
		{ SHEET_ERA_CE, SHEET_TEXT, "1/3/21", "2021-03-01" },
		{ SHEET_ERA_CE, SHEET_TEXT, "1/3/98", "1998-03-01" },
		{ SHEET_ERA_ANY, SHEET_DATE, "2021-03-01", "2021-03-01" },
		{ SHEET_ERA_ANY, SHEET_DATE, "2564-03-01", "2021-03-01 moved" },
		{ SHEET_ERA_CE, SHEET_DATE, "2564-03-01", "2564-03-01" },
		{ SHEET_ERA_ANY, SHEET_NUMBER, "44256", "-sheet.wrong-date" },
	};

	fresh();
	for (size_t i = 0; i < COUNT(cases); i++)
		T_TEXT(checked((struct sheet_column){ .check = SHEET_CHECK_date,
				   .era = cases[i].era },
			   cases[i].kind, cases[i].text),
		    str_of(cases[i].want));
}

static void codes_of_a_list(void)
{
	static const struct str codes[] = { STR_INIT("ENG"), STR_INIT("SCI"),
		STR_INIT("คณะ 01") };

	fresh();
	const struct sheet_column c = { .check = SHEET_CHECK_code,
		.codes = sheet_codes_new(a, codes, COUNT(codes)) };
	T_TEXT(checked(c, SHEET_TEXT, " eng "), STR("ENG"));
	T_TEXT(checked(c, SHEET_TEXT, "คณะ ๐๑"), STR("คณะ 01"));
	T_TEXT(checked(c, SHEET_TEXT, "ARC"), STR("-sheet.wrong-code"));
}

static void the_code_that_is_meant(void)
{
	static const struct str codes[] = { STR_INIT("ENG"), STR_INIT("SCI"),
		STR_INIT("0101"), STR_INIT("0102"), STR_INIT("eng"),
		STR_INIT("ARC01") };
	static const struct {
		const char *text, *want;
	} cases[] = { { "ENGG", "ENG" }, { "sc1", "SCI" }, { "๐๑๐๑๑", "0101" },
		{ "0103", "" }, { "", "" }, { "XYZ", "" },
		{ "ARC-01", "ARC01" }, { "ก", "" } };

	fresh();
	struct sheet_codes *c = sheet_codes_new(a, codes, COUNT(codes));
	T_CHECK(sheet_codes_count(c) == 5, "a twin counts once");
	for (size_t i = 0; i < COUNT(cases); i++)
		T_TEXT(sheet_codes_near(a, c, str_of(cases[i].text)),
		    str_of(cases[i].want));
}

static void checks_that_are_guessed(void)
{
	static const struct {
		const char *texts;
		enum sheet_check want;
	} cases[] = {
		{ "1|2|3||30", SHEET_CHECK_integer },
		{ "1|2.5|3", SHEET_CHECK_number },
		{ "0012|0013|0014", SHEET_CHECK_id },
		{ "6501234567890|6501234567891", SHEET_CHECK_id },
		{ "1112034563562|1-1120-34563-56-2", SHEET_CHECK_citizen_id },
		{ "081-234-5678|02-555-2000", SHEET_CHECK_phone },
		{ "0812345678|025552000", SHEET_CHECK_phone },
		{ "a@b.th|c@d.th", SHEET_CHECK_email },
		{ "1/3/2564|๖ พ.ค. ๒๕๖๙", SHEET_CHECK_date },
		{ "ใช่|ไม่ใช่|ใช่", SHEET_CHECK_boolean },
		{ "0|1|1", SHEET_CHECK_integer },
		{ "1|2|x", SHEET_CHECK_text },
		{ "1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|19|x",
		    SHEET_CHECK_integer },
		{ "|", SHEET_CHECK_text },
	};

	fresh();
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sheet_row row = row_of(cases[i].texts);
		struct sheet_guess g = { 0 };
		for (size_t k = 0; k < row.n; k++)
			sheet_guess_add(&g, a, &row.v[k]);
		const struct sheet_column c = { .title = STR_INIT("ข้อมูล"),
			.name = STR_INIT("column_1") };
		enum sheet_check got = sheet_guess_end(&g, &c);
		T_CHECK(got == cases[i].want, "%s: %s", cases[i].texts,
		    read_checks.v[got]);
	}
}

/* What is guessed of values below a heading. */
static enum sheet_check guessed(const char *heading, const char *texts)
{
	struct sheet_row headings = row_of(heading), row = row_of(texts);
	struct sheet_column *v = NULL;
	struct sheet_finding found = { 0 };
	struct sheet_guess g = { 0 };
	size_t n = 0;

	T_CHECK(sheet_columns(a, &headings, &v, &n, &found), "%s", heading);
	for (size_t k = 0; k < row.n; k++)
		sheet_guess_add(&g, a, &row.v[k]);
	return sheet_guess_end(&g, &v[0]);
}

static void ids_by_their_headings(void)
{
	static const char *const ids[] = { "รหัสนักศึกษา", "เลขประจำตัวนักศึกษา",
		"รหัส", "รหัสคณะ", "รหัสวิชา", "เลขที่", "เลขที่นั่งสอบ",
		"เลขหนังสือเดินทาง", "หมายเลขเครื่อง", "ID", "No.", "Code",
		"Student ID", "student_id", "studentID",
		"STUDENT ID (13 digits)", "Receipt No.", "Student Number",
		"staff_code", "budget_code", "Faculty code 2",
		"นิสิต (Student ID)" };
	static const char *const others[] = { "จำนวนเงิน", "จำนวน", "ปีการศึกษา",
		"ชั้นปี", "หน่วยกิต", "คะแนน", "ลำดับ", "ลำดับที่ No.", "ที่", "Year",
		"Score", "Amount", "Total number", "number of students",
		"id of what", "paid", "Monod", "postcode", "อื่น",
		"เลขประจำตัวประชาชน", "citizen_id", "Phone No.",
		"หมายเลขโทรสาร" };

	fresh();
	for (size_t i = 0; i < COUNT(ids); i++) {
		enum sheet_check got = guessed(ids[i], "1|2|30|4");
		T_CHECK(got == SHEET_CHECK_id, "%s: %s", ids[i],
		    read_checks.v[got]);
	}
	for (size_t i = 0; i < COUNT(others); i++) {
		enum sheet_check got = guessed(others[i], "1|2|30|4");
		T_CHECK(got == SHEET_CHECK_integer, "%s: %s", others[i],
		    read_checks.v[got]);
	}
}

static void ids_by_their_values(void)
{
	static const struct {
		const char *heading, *texts;
		enum sheet_check want;
	} cases[] = {
		{ "อื่น", "12345678|23456789", SHEET_CHECK_id },
		{ "อื่น", "๑๒๓๔๕๖๗๘|23456789", SHEET_CHECK_id },
		{ "อื่น", "20261120|20261121", SHEET_CHECK_id },
		{ "อื่น", "1234567|2345678", SHEET_CHECK_integer },
		{ "อื่น", "12345678|123456789", SHEET_CHECK_integer },
		{ "อื่น", "12,345,678|23,456,789", SHEET_CHECK_integer },
		{ "อื่น", "-12345678|-23456789", SHEET_CHECK_integer },
		{ "อื่น", "12345678.5|23456789", SHEET_CHECK_number },
		{ "อื่น", "๐๐๑๒|๐๐๑๓", SHEET_CHECK_id },
		{ "อื่น", "07|12|3", SHEET_CHECK_id },
		{ "อื่น", "0|7|12", SHEET_CHECK_integer },
		{ "อื่น", "07|1,234|5", SHEET_CHECK_text },
		{ "อื่น", "0.5|0.75", SHEET_CHECK_number },
		{ "อื่น", "08:30|09:15", SHEET_CHECK_text },
		{ "จำนวนเงิน", "12345678|23456789", SHEET_CHECK_integer },
		{ "Budget (baht)", "12345678|23456789", SHEET_CHECK_integer },
		{ "โทรศัพท์", "0812345678|0812345679", SHEET_CHECK_phone },
		{ "Phone No.", "0812345678|0812345679", SHEET_CHECK_phone },
		{ "อื่น", "0812345678|0812345679", SHEET_CHECK_phone },
		{ "รหัสนักศึกษา", "0812345678|0812345679", SHEET_CHECK_id },
		{ "รหัสประจำตัวผู้สมัคร", "1112034563562|1-1120-34563-56-2",
		    SHEET_CHECK_citizen_id },
		{ "รหัสนักศึกษา", "B6501|B6502", SHEET_CHECK_id },
		{ "รหัสนักศึกษา", "65 0126|65 0127", SHEET_CHECK_id },
		{ "รหัสวิชา", "CS 101|CS 102", SHEET_CHECK_text },
		{ "รหัสคณะ", "ENG|SCI", SHEET_CHECK_text },
		{ "Code", "1.5|2.5", SHEET_CHECK_number },
		{ "user_id", "a@b.th|c@d.th", SHEET_CHECK_email },
		{ "status_code", "0|1", SHEET_CHECK_id },
	};

	fresh();
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum sheet_check got =
		    guessed(cases[i].heading, cases[i].texts);
		T_CHECK(got == cases[i].want, "%s: %s: %s", cases[i].heading,
		    cases[i].texts, read_checks.v[got]);
	}
}

static void ids_as_they_are_typed(void)
{
	static const struct {
		enum sheet_cell_kind kind;
		const char *text, *want;
	} cases[] = {
		{ SHEET_TEXT, "6504062616012", "6504062616012" },
		{ SHEET_TEXT, "\u00a0๖๕๐๔๐๖๒๖\u200b ", "65040626" },
		{ SHEET_TEXT, "65 0406\t2616\u00a001\n2", "6504062616012" },
		{ SHEET_TEXT, "00๑๒", "0012" },
		{ SHEET_TEXT, "65-0406-26", "65-0406-26" },
		{ SHEET_TEXT, "65\u20130406 \u2212 26", "65-0406-26" },
		{ SHEET_TEXT, "b650 1234", "b6501234" },
		{ SHEET_TEXT, "ศธ ๐๕๑๒.๕/123", "ศธ0512.5/123" },
		{ SHEET_TEXT, "É_7", "É_7" },
		{ SHEET_TEXT, "5E10", "5E10" },
		{ SHEET_TEXT, "1.2.3", "1.2.3" },
		{ SHEET_TEXT, "12345678901234567890", "12345678901234567890" },
		{ SHEET_TEXT, "65012345.0", "65012345" },
		{ SHEET_TEXT, "65012345.50", "-sheet.wrong-id-fraction" },
		{ SHEET_TEXT, "6.50123E+12", "-sheet.wrong-id-rounded" },
		{ SHEET_TEXT, "6e+12", "-sheet.wrong-id-rounded" },
		{ SHEET_TEXT, "N/A", "-sheet.wrong-id" },
		{ SHEET_TEXT, "-", "-sheet.wrong-id" },
		{ SHEET_TEXT, "-12", "-sheet.wrong-id" },
		{ SHEET_TEXT, "12-", "-sheet.wrong-id" },
		{ SHEET_TEXT, "12,345", "-sheet.wrong-id" },
		{ SHEET_TEXT, "a@b7", "-sheet.wrong-id" },
		{ SHEET_TEXT, "7฿", "-sheet.wrong-id" },
		{ SHEET_TEXT, "7×7", "-sheet.wrong-id" },
		{ SHEET_TEXT, "7…", "-sheet.wrong-id" },
		{ SHEET_NUMBER, "6504062616012", "6504062616012" },
		{ SHEET_NUMBER, "999999999999999", "999999999999999" },
		{ SHEET_NUMBER, "1e+15", "-sheet.wrong-id-rounded" },
		{ SHEET_NUMBER, "1234567890123456", "-sheet.wrong-id-rounded" },
		{ SHEET_NUMBER, "1.23456789012346e+15",
		    "-sheet.wrong-id-rounded" },
		{ SHEET_NUMBER, "12.5", "-sheet.wrong-id-fraction" },
		{ SHEET_NUMBER, "1e-05", "-sheet.wrong-id-fraction" },
		{ SHEET_NUMBER, "-12", "-sheet.wrong-id" },
		{ SHEET_BOOL, "true", "-sheet.wrong-id" },
		{ SHEET_DATE, "2026-01-02", "-sheet.wrong-id-date" },
		{ SHEET_TIME, "09:14:00", "-sheet.wrong-id-date" },
		{ SHEET_EMPTY, "", "" },
	};

	fresh();
	for (size_t i = 0; i < COUNT(cases); i++)
		T_TEXT(checked((struct sheet_column){ .check = SHEET_CHECK_id },
			   cases[i].kind, cases[i].text),
		    str_of(cases[i].want));
}

static void names_in_their_parts(void)
{
	/* title|first|middle|last, and ? when it is not sure. */
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "นางสาวไข่มุก สรรพวุธ", "นางสาว|ไข่มุก||สรรพวุธ" },
		{ "น.ส. ไข่มุก  สรรพวุธ", "น.ส.|ไข่มุก||สรรพวุธ" },
		{ "นายสมชาย ใจดี", "นาย|สมชาย||ใจดี" },
		{ "รศ.ดร.ชูพันธุ์ รัตนโกศา", "รศ. ดร.|ชูพันธุ์||รัตนโกศา" },
		{ "ผศ.ดร. สมศักดิ์ ณ อยุธยา", "ผศ. ดร.|สมศักดิ์||ณ อยุธยา" },
		{ "ม.ร.ว.ปิ่น เทพหัสดิน ณ อยุธยา", "ม.ร.ว.|ปิ่น||เทพหัสดิน ณ อยุธยา" },
		{ "สมหญิง แซ่ ตั้ง", "|สมหญิง||แซ่ ตั้ง" },
		{ "นายิกา ใจดี", "|นายิกา||ใจดี" },
		{ "พระพาย ใจดี", "|พระพาย||ใจดี" },
		{ "คุณากร ใจดี", "|คุณากร||ใจดี" },
		{ "พ.ต.อ.หญิง", "พ.ต.อ.|หญิง||?" },
		{ "Mr. John Smith", "Mr.|John||Smith" },
		{ "Assoc. Prof. Dr. Mary Ann Smith",
		    "Assoc. Prof. Dr.|Mary|Ann|Smith?" },
		{ "Missy Elliott", "|Missy||Elliott" },
		{ "สมชาย", "|สมชาย||?" },
		{ "", "|||?" },
	};

	fresh();
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sheet_name n =
		    sheet_split_name(a, str_of(cases[i].text));
		T_TEXT(str_fmt(a, "%.*s|%.*s|%.*s|%.*s%s", STR_ARG(n.title),
			   STR_ARG(n.first), STR_ARG(n.middle), STR_ARG(n.last),
			   n.sure ? "" : "?"),
		    str_of(cases[i].want));
	}
}

static void rows_that_stand_twice(void)
{
	static const char *const rows[] = { "a|b", "ab|", "a|b|c", "a|b", "ก|ข",
		"ab|" };
	static const uint32_t want[] = { 0, 0, 0, 1, 0, 2 };

	fresh();
	struct sheet_seen *s = sheet_seen_new(a, 100, false);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sheet_row row = row_of(rows[i]);
		row.number = (uint32_t)i + 1;
		uint32_t got = sheet_seen(s, &row);
		T_CHECK(got == want[i], "%s: %u", rows[i], got);
	}
	s = sheet_seen_new(a, 20000, true);
	size_t again = 0;
	for (uint32_t i = 0; i < 40000; i++) {
		char text[20];
		snprintf(text, sizeof text, "%u", i % 20000);
		const struct sheet_cell cell = { SHEET_TEXT, false,
			str_of(text) };
		const struct sheet_row row = { i + 1, 1, &cell };
		again += sheet_seen(s, &row) == i % 20000 + 1;
	}
	T_CHECK(again == 20000, "%zu", again);
	T_TEXT(sheet_clean(a, STR("  ๑๒  ก "), true), STR("12 ก"));
	T_TEXT(sheet_clean(a, STR("  ๑๒  ก "), false), STR("๑๒ ก"));
}

int main(void)
{
	crypt_init();
	T_RUN(names_out_of_headings);
	T_RUN(headings_that_are_refused);
	T_RUN(values_of_each_check);
	T_RUN(dates_of_both_eras);
	T_RUN(codes_of_a_list);
	T_RUN(the_code_that_is_meant);
	T_RUN(checks_that_are_guessed);
	T_RUN(ids_by_their_headings);
	T_RUN(ids_by_their_values);
	T_RUN(ids_as_they_are_typed);
	T_RUN(names_in_their_parts);
	T_RUN(rows_that_stand_twice);
	arena_free(a);
	return T_PLAN();
}
