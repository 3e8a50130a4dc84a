/* The systems of the studies: registration and grades. */
#include "base/str.h"
#include "cli/demo/campus.h"
#include "cli/demo/systems.h"

enum { QUESTIONS = 5 };

static void student(struct work *w, int64_t i)
{
	struct student s = student_of(w->a, i);

	maker_text(w->m, s.id);
	maker_text(w->m, s.who.national_id);
	maker_text(w->m, s.who.title);
	maker_text(w->m, s.who.first);
	maker_text(w->m, s.who.last);
	maker_date(w->m, w->a, s.birth);
	maker_text(w->m, s.programme->code);
	maker_integer(w->m, s.entry);
	maker_text(w->m, s.status);
	if (s.graded)
		maker_real(w->m, s.gpax);
	else
		maker_null(w->m);
}

static void term_table(struct work *w)
{
	static const struct maker_column columns[] = {
		{ "year", TYPE_INTEGER },
		{ "term", TYPE_INTEGER },
		{ "starts_on", TYPE_DATE },
		{ "ends_on", TYPE_DATE },
	};

	maker_table(w->m, "term", columns, COUNT(columns), 2);
	for (int year = FIRST_YEAR; year <= LAST_YEAR; year++)
		for (int term = 1; term <= TERMS; term++) {
			int starts = year - 543;
			int ends = term == 1 ? starts : starts + 1;
			maker_integer(w->m, year);
			maker_integer(w->m, term);
			maker_date(w->m, w->a,
			    (struct date){ starts, term == 1 ? 7 : 11, 15 });
			maker_date(w->m, w->a,
			    (struct date){ ends, term == 1 ? 11 : 3, 10 });
		}
}

/* Calls for each course that the student has taken, oldest first: the last two
 * years, so that the table stays in proportion. */
static void for_each_course(struct work *w, int64_t i,
    void (*fn)(struct work *, int64_t, const struct student *, int64_t year,
	int64_t term, const struct course *))
{
	struct student s = student_of(w->a, i);
	int64_t first = s.entry > LAST_YEAR - 1 ? s.entry : LAST_YEAR - 1;
	int64_t last = s.graduated ? LAST_YEAR - 1 : LAST_YEAR;

	for (int64_t year = first; year <= last; year++)
		for (int64_t term = 1; term <= TERMS; term++) {
			if (year == LAST_YEAR && term > 1)
				break;
			for (int64_t k = 0; k < COURSES_A_TERM; k++) {
				struct arena_mark row = arena_mark(w->a);
				fn(w, i, &s, year, term,
				    course_taken(i, year, term, k));
				arena_rewind(w->a, row);
			}
		}
}

static void enrolment(struct work *w, int64_t i, const struct student *s,
    int64_t year, int64_t term, const struct course *c)
{
	struct dice d = dice_for(INVENTED_GRADE, i * 7919 + year * 10 + term);

	maker_text(w->m, s->id);
	maker_integer(w->m, year);
	maker_integer(w->m, term);
	maker_text(w->m, c->code);
	maker_integer(w->m, dice_between(&d, 1, 4));
	maker_text(
	    w->m, dice_chance(&d, 3) ? STR("ถอนรายวิชา") : STR("ลงทะเบียน"));
}

static void enrolments_of(struct work *w, int64_t i)
{
	for_each_course(w, i, enrolment);
}

void make_reg(struct work *w)
{
	static const struct maker_column columns[] = {
		{ "student_id", TYPE_TEXT },
		{ "national_id", TYPE_TEXT },
		{ "title", TYPE_TEXT },
		{ "first_name", TYPE_TEXT },
		{ "last_name", TYPE_TEXT },
		{ "birth_date", TYPE_DATE },
		{ "programme_code", TYPE_TEXT },
		{ "entry_year", TYPE_INTEGER },
		{ "status", TYPE_TEXT },
		{ "gpax", TYPE_NUMBER },
	};
	static const struct maker_column enrolments[] = {
		{ "student_id", TYPE_TEXT },
		{ "year", TYPE_INTEGER },
		{ "term", TYPE_INTEGER },
		{ "course_code", TYPE_TEXT },
		{ "section", TYPE_INTEGER },
		{ "status", TYPE_TEXT },
	};

	faculty_table(w->m);
	programme_table(w->m, "B");
	course_table(w->m);
	term_table(w);
	maker_table(w->m, "student", columns, COUNT(columns), 1);
	each_row(w, STUDENTS, student);
	maker_table(w->m, "enrolment", enrolments, COUNT(enrolments), 4);
	each_row(w, STUDENTS, enrolments_of);
}

/* A = 4.0, B+ = 3.5 and so on; S, W and I count no points. */
static void grade(struct work *w, int64_t i, const struct student *s,
    int64_t year, int64_t term, const struct course *c)
{
	static const struct {
		struct str letter;
		double points;
	} grades[] = { { STR_INIT("A"), 4.0 }, { STR_INIT("B+"), 3.5 },
		{ STR_INIT("B"), 3.0 }, { STR_INIT("B"), 3.0 },
		{ STR_INIT("C+"), 2.5 }, { STR_INIT("C"), 2.0 },
		{ STR_INIT("C"), 2.0 }, { STR_INIT("D+"), 1.5 },
		{ STR_INIT("D"), 1.0 }, { STR_INIT("F"), 0.0 },
		{ STR_INIT("W"), -1 }, { STR_INIT("I"), -1 } };
	struct dice d = dice_for(INVENTED_GRADE,
	    (i * 40 + (c - courses)) * 100000 + year * 10 + term);
	size_t n = (size_t)dice_roll(&d, COUNT(grades));

	if (year == LAST_YEAR)
		return; /* not graded yet */
	maker_text(w->m, s->id);
	maker_integer(w->m, year);
	maker_integer(w->m, term);
	maker_text(w->m, c->code);
	maker_integer(w->m, c->credits);
	maker_text(w->m, grades[n].letter);
	if (grades[n].points < 0)
		maker_null(w->m);
	else
		maker_real(w->m, grades[n].points);
	maker_text(
	    w->m, str_fmt(w->a, "E%05lld",
		      (long long)((c - courses) * 5 % STAFF / 5 * 5 + 1)));
	int64_t sent =
	    date_days(term == 1 ? (struct date){ (int)year - 543, 11, 11 }
				: (struct date){ (int)year - 542, 3, 11 });
	maker_text(w->m,
	    time_iso(w->a, (sent * 1440 + dice_roll(&d, 15 * 1440)) * 60000));
}

static void grades_of(struct work *w, int64_t i)
{
	for_each_course(w, i, grade);
}

static void teacher(struct work *w, int64_t i)
{
	struct staff s = staff_of(w->a, i);

	if (!s.teacher)
		return;
	maker_text(w->m, s.no);
	maker_text(w->m, s.title);
	maker_text(w->m, s.who.first);
	maker_text(w->m, s.who.last);
	maker_text(w->m, faculties[s.faculty].code);
}

static void teacher_table(struct work *w)
{
	static const struct maker_column columns[] = {
		{ "teacher_no", TYPE_TEXT },
		{ "title", TYPE_TEXT },
		{ "first_name", TYPE_TEXT },
		{ "last_name", TYPE_TEXT },
		{ "faculty_code", TYPE_TEXT },
	};

	maker_table(w->m, "teacher", columns, COUNT(columns), 1);
	each_row(w, STAFF, teacher);
}

static const char *const questions[QUESTIONS] = {
	"อาจารย์ชี้แจงวัตถุประสงค์และแผนการสอนชัดเจน",
	"อาจารย์เตรียมการสอนและตรงต่อเวลา",
	"อาจารย์เปิดโอกาสให้ซักถามและแสดงความคิดเห็น",
	"สื่อและเอกสารประกอบการสอนเหมาะสม",
	"การวัดและประเมินผลเป็นธรรม",
};

static void evaluation_tables(struct work *w)
{
	static const struct maker_column question[] = {
		{ "question_no", TYPE_INTEGER },
		{ "text_th", TYPE_TEXT },
	};
	static const struct maker_column columns[] = {
		{ "course_code", TYPE_TEXT },
		{ "year", TYPE_INTEGER },
		{ "term", TYPE_INTEGER },
		{ "question_no", TYPE_INTEGER },
		{ "mean_score", TYPE_NUMBER },
		{ "n_answers", TYPE_INTEGER },
	};
	struct dice d = dice_for(INVENTED_GRADE, 42);

	maker_table(w->m, "question", question, COUNT(question), 1);
	for (int64_t i = 0; i < QUESTIONS; i++) {
		maker_integer(w->m, i + 1);
		maker_text(w->m, str_of(questions[i]));
	}
	maker_table(w->m, "evaluation", columns, COUNT(columns), 4);
	for (size_t c = 0; c < n_courses; c++)
		for (int64_t term = 1; term <= TERMS; term++)
			for (int64_t i = 0; i < QUESTIONS; i++) {
				maker_text(w->m, courses[c].code);
				maker_integer(w->m, LAST_YEAR - 1);
				maker_integer(w->m, term);
				maker_integer(w->m, i + 1);
				maker_real(w->m, dice_bell(&d, 280, 500));
				maker_integer(w->m, dice_between(&d, 20, 120));
			}
}

void make_grading(struct work *w)
{
	static const struct maker_column columns[] = {
		{ "student_id", TYPE_TEXT },
		{ "year", TYPE_INTEGER },
		{ "term", TYPE_INTEGER },
		{ "course_code", TYPE_TEXT },
		{ "credits", TYPE_INTEGER },
		{ "grade", TYPE_TEXT },
		{ "points", TYPE_NUMBER },
		{ "teacher_no", TYPE_TEXT },
		{ "sent_at", TYPE_DATETIME },
	};

	course_table(w->m);
	teacher_table(w);
	evaluation_tables(w);
	maker_table(w->m, "grade", columns, COUNT(columns), 4);
	each_row(w, STUDENTS, grades_of);
}
