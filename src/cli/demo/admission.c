/* The systems before and after the studies: admission of undergraduates and of
 * graduates, examinations, the ceremony. */
#include "base/str.h"
#include "cli/demo/campus.h"
#include "cli/demo/systems.h"

enum {
	APPLICANTS = 2400,
	GRADUATE_APPLICANTS = 600,
	SCHOOLS = 48,
	ROUNDS = 4,
	ROOMS = 30,
	EXAMS = 3
};

static struct str applicant_no(struct arena *a, int64_t i)
{
	return str_fmt(a, "69-%06lld", (long long)i + 1);
}

static struct str school_code(struct arena *a, int64_t i)
{
	return str_fmt(a, "S%03lld", (long long)i + 1);
}

static void school_table(struct work *w)
{
	static const struct maker_column columns[] = {
		{ "school_code", TYPE_TEXT },
		{ "name_th", TYPE_TEXT },
		{ "province", TYPE_TEXT },
	};

	maker_table(w->m, "school", columns, COUNT(columns), 1);
	for (int64_t i = 0; i < SCHOOLS; i++) {
		struct str province = provinces[(size_t)i % n_provinces];
		maker_text(w->m, school_code(w->a, i));
		maker_text(w->m,
		    str_fmt(w->a, "โรงเรียนตัวอย่าง%.*s %lld", STR_ARG(province),
			(long long)i / (long long)n_provinces + 1));
		maker_text(w->m, province);
	}
}

static void round_table(struct maker *m)
{
	static const struct maker_column columns[] = {
		{ "round", TYPE_INTEGER },
		{ "name_th", TYPE_TEXT },
		{ "opens_on", TYPE_DATE },
		{ "closes_on", TYPE_DATE },
	};
	static const char *const rounds[ROUNDS][3] = {
		{ "แฟ้มสะสมผลงาน", "2025-12-01", "2026-01-16" },
		{ "โควตาพื้นที่", "2026-02-02", "2026-03-06" },
		{ "รับกลาง", "2026-05-07", "2026-05-13" },
		{ "รับตรงอิสระ", "2026-05-26", "2026-06-05" },
	};

	maker_table(m, "admission_round", columns, COUNT(columns), 1);
	for (int64_t i = 0; i < ROUNDS; i++) {
		maker_integer(m, i + 1);
		row_of_texts(m, rounds[i], 3);
	}
}

static void applicant(struct work *w, int64_t i)
{
	static const struct str states[] = { STR_INIT("สมัครแล้ว"),
		STR_INIT("ชำระเงินแล้ว"), STR_INIT("มีสิทธิ์สอบ"),
		STR_INIT("ผ่านการคัดเลือก"), STR_INIT("ยืนยันสิทธิ์"),
		STR_INIT("ไม่ผ่านการคัดเลือก") };
	struct invented_person p = invent_person(w->a, INVENTED_APPLICANT, i);
	struct dice d = dice_for(INVENTED_APPLICANT, i + 1000000000);

	maker_text(w->m, applicant_no(w->a, i));
	maker_text(w->m, p.national_id);
	maker_text(w->m, p.first);
	maker_text(w->m, p.last);
	maker_date(w->m, w->a, dice_day(&d, 2007, 2008));
	maker_text(w->m, school_code(w->a, dice_roll(&d, SCHOOLS)));
	/* Some schools report late. */
	if (dice_chance(&d, 3))
		maker_null(w->m);
	else
		maker_real(w->m, dice_bell(&d, 200, 400));
	maker_text(w->m, programme_any(&d, 'B')->code);
	maker_integer(w->m, dice_between(&d, 1, ROUNDS));
	maker_text(w->m, states[dice_roll(&d, COUNT(states))]);
}

void make_stuentry(struct work *w)
{
	static const struct maker_column columns[] = {
		{ "applicant_no", TYPE_TEXT },
		{ "national_id", TYPE_TEXT },
		{ "first_name", TYPE_TEXT },
		{ "last_name", TYPE_TEXT },
		{ "birth_date", TYPE_DATE },
		{ "school_code", TYPE_TEXT },
		{ "gpax", TYPE_NUMBER },
		{ "programme_code", TYPE_TEXT },
		{ "round", TYPE_INTEGER },
		{ "status", TYPE_TEXT },
	};

	faculty_table(w->m);
	programme_table(w->m, "B");
	school_table(w);
	round_table(w->m);
	maker_table(w->m, "applicant", columns, COUNT(columns), 1);
	each_row(w, APPLICANTS, applicant);
}

static const char *const universities[][2] = {
	{ "U01", "มหาวิทยาลัยตัวอย่างเหนือ" },
	{ "U02", "มหาวิทยาลัยตัวอย่างใต้" },
	{ "U03", "สถาบันเทคโนโลยีตัวอย่าง" },
	{ "U04", "มหาวิทยาลัยตัวอย่างเทคโนโลยี" },
	{ "U05", "มหาวิทยาลัยในต่างประเทศ" },
};

static void graduate_applicant(struct work *w, int64_t i)
{
	static const struct str states[] = { STR_INIT("ชำระเงินแล้ว"),
		STR_INIT("รอสัมภาษณ์"), STR_INIT("รับเข้าศึกษา"), STR_INIT("สำรอง"),
		STR_INIT("ไม่รับ") };
	struct invented_person p =
	    invent_person(w->a, INVENTED_GRADUATE_APPLICANT, i);
	struct dice d = dice_for(INVENTED_GRADUATE_APPLICANT, i + 1000000000);
	bool doctor = dice_chance(&d, 15);

	maker_text(w->m, str_fmt(w->a, "G69-%05lld", (long long)i + 1));
	maker_text(w->m, p.national_id);
	maker_text(w->m, p.first);
	maker_text(w->m, p.last);
	maker_text(w->m, programme_any(&d, doctor ? 'D' : 'M')->code);
	maker_text(
	    w->m, str_of(universities[dice_roll(&d, COUNT(universities))][0]));
	maker_real(w->m, dice_bell(&d, 240, 400));
	if (dice_chance(&d, 20))
		maker_null(w->m);
	else
		maker_integer(w->m, dice_between(&d, 30, 95));
	maker_integer(w->m, dice_roll(&d, 16));
	maker_text(w->m, states[dice_roll(&d, COUNT(states))]);
}

void make_gradstd(struct work *w)
{
	static const struct maker_column university[] = {
		{ "university_code", TYPE_TEXT },
		{ "name_th", TYPE_TEXT },
	};
	static const struct maker_column columns[] = {
		{ "applicant_no", TYPE_TEXT },
		{ "national_id", TYPE_TEXT },
		{ "first_name", TYPE_TEXT },
		{ "last_name", TYPE_TEXT },
		{ "programme_code", TYPE_TEXT },
		{ "university_code", TYPE_TEXT },
		{ "prior_gpax", TYPE_NUMBER },
		{ "english_score", TYPE_INTEGER },
		{ "work_years", TYPE_INTEGER },
		{ "status", TYPE_TEXT },
	};

	faculty_table(w->m);
	programme_table(w->m, "MD");
	maker_table(w->m, "university", university, COUNT(university), 1);
	for (size_t i = 0; i < COUNT(universities); i++)
		row_of_texts(w->m, universities[i], 2);
	maker_table(w->m, "applicant", columns, COUNT(columns), 1);
	each_row(w, GRADUATE_APPLICANTS, graduate_applicant);
}

/* The students of the oldest year who have finished, in three sessions. */
static void graduate(struct work *w, const struct student *s, int64_t n)
{
	struct dice d = dice_for(INVENTED_STUDENT, n + 2000000000);

	maker_text(w->m, s->id);
	maker_text(w->m, s->who.title);
	maker_text(w->m, s->who.first);
	maker_text(w->m, s->who.last);
	maker_text(w->m, s->programme->code);
	if (s->gpax >= 3.5)
		maker_text(w->m, STR("เกียรตินิยมอันดับ 1"));
	else if (s->gpax >= 3.25)
		maker_text(w->m, STR("เกียรตินิยมอันดับ 2"));
	else
		maker_null(w->m);
	maker_integer(w->m, n % 3 + 1);
	maker_text(
	    w->m, str_fmt(w->a, "%c%03lld", (char)('A' + n / 3 / 200 % 26),
		      (long long)(n / 3 % 200 + 1)));
	maker_integer(w->m, dice_chance(&d, 88));
	maker_text(w->m, dice_chance(&d, 50)   ? STR("M")
			 : dice_chance(&d, 50) ? STR("L")
					       : STR("S"));
}

static void session_table(struct maker *m)
{
	static const struct maker_column columns[] = {
		{ "session_no", TYPE_INTEGER },
		{ "held_on", TYPE_DATE },
		{ "part_th", TYPE_TEXT },
	};
	static const char *const sessions[3][2] = {
		{ "2026-12-14", "ภาคเช้า" },
		{ "2026-12-14", "ภาคบ่าย" },
		{ "2026-12-15", "ภาคเช้า" },
	};

	maker_table(m, "session", columns, COUNT(columns), 1);
	for (int64_t i = 0; i < 3; i++) {
		maker_integer(m, i + 1);
		row_of_texts(m, sessions[i], 2);
	}
}

void make_ceremony(struct work *w)
{
	static const struct maker_column columns[] = {
		{ "student_id", TYPE_TEXT },
		{ "title", TYPE_TEXT },
		{ "first_name", TYPE_TEXT },
		{ "last_name", TYPE_TEXT },
		{ "programme_code", TYPE_TEXT },
		{ "honours", TYPE_TEXT },
		{ "session_no", TYPE_INTEGER },
		{ "seat_no", TYPE_TEXT },
		{ "attends", TYPE_INTEGER },
		{ "gown_size", TYPE_TEXT },
	};
	int64_t n = 0;

	faculty_table(w->m);
	programme_table(w->m, "B");
	session_table(w->m);
	maker_table(w->m, "graduate", columns, COUNT(columns), 1);
	for (int64_t i = 0; i < STUDENTS * w->scale; i++) {
		struct arena_mark mark = arena_mark(w->a);
		struct student s = student_of(w->a, i);
		if (s.graduated)
			graduate(w, &s, n++);
		arena_rewind(w->a, mark);
	}
}

static const struct {
	const char *code, *th;
	int64_t max;
	const char *held_on;
} exams[EXAMS] = {
	{ "MAT", "คณิตศาสตร์", 100, "2026-03-21" },
	{ "PHY", "ฟิสิกส์", 100, "2026-03-21" },
	{ "ENG", "ภาษาอังกฤษ", 80, "2026-03-22" },
};

static void exam_tables(struct work *w)
{
	static const struct maker_column exam[] = {
		{ "exam_code", TYPE_TEXT },
		{ "name_th", TYPE_TEXT },
		{ "max_score", TYPE_INTEGER },
		{ "held_on", TYPE_DATE },
	};
	static const struct maker_column room[] = {
		{ "room_code", TYPE_TEXT },
		{ "building_th", TYPE_TEXT },
		{ "seats", TYPE_INTEGER },
	};

	maker_table(w->m, "exam", exam, COUNT(exam), 1);
	for (size_t i = 0; i < EXAMS; i++) {
		maker_text(w->m, str_of(exams[i].code));
		maker_text(w->m, str_of(exams[i].th));
		maker_integer(w->m, exams[i].max);
		maker_text(w->m, str_of(exams[i].held_on));
	}
	maker_table(w->m, "room", room, COUNT(room), 1);
	for (int64_t i = 0; i < ROOMS; i++) {
		maker_text(
		    w->m, str_fmt(w->a, "R%03lld", (long long)(400 + i)));
		maker_text(w->m,
		    str_fmt(w->a, "อาคาร %lld", (long long)(40 + i / 10)));
		maker_integer(w->m, 80);
	}
}

static void exam_result(struct work *w, int64_t i, size_t exam)
{
	struct dice d = dice_for(INVENTED_EXAM, i * EXAMS + (int64_t)exam);
	bool absent = dice_chance(&d, 4);
	int64_t percent = (int64_t)(dice_bell(&d, 5, 100) * 100 + 0.5);

	maker_text(w->m, applicant_no(w->a, i));
	maker_text(w->m, str_of(exams[exam].code));
	maker_text(
	    w->m, str_fmt(w->a, "R%03lld", (long long)(400 + i / 80 % ROOMS)));
	maker_integer(w->m, i % 80 + 1);
	maker_integer(w->m, absent);
	if (absent) {
		maker_null(w->m);
		maker_null(w->m);
		return;
	}
	maker_real(w->m, (double)(percent * exams[exam].max) / 100);
	maker_integer(w->m, dice_between(&d, 1, 999));
}

static void exam_results(struct work *w, int64_t i)
{
	for (size_t exam = 0; exam < EXAMS; exam++)
		exam_result(w, i, exam);
}

/* Every applicant has a seat in each examination; some do not come. */
void make_entproc(struct work *w)
{
	static const struct maker_column columns[] = {
		{ "applicant_no", TYPE_TEXT },
		{ "exam_code", TYPE_TEXT },
		{ "room_code", TYPE_TEXT },
		{ "seat_no", TYPE_INTEGER },
		{ "absent", TYPE_INTEGER },
		{ "raw_score", TYPE_NUMBER },
		{ "sheet_no", TYPE_INTEGER },
	};

	exam_tables(w);
	maker_table(w->m, "exam_result", columns, COUNT(columns), 2);
	each_row(w, APPLICANTS, exam_results);
}
