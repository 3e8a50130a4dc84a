/* campus.h - what the invented systems have in common: faculties, programmes,
 * courses, students and staff, each always the same. */
#ifndef CLI_DEMO_CAMPUS_H
#define CLI_DEMO_CAMPUS_H

#include "cli/demo/invent.h"
#include "source/maker.h"

enum faculty_code {
#define FACULTY(name, code, th, en) FACULTY_##name,
#include "cli/demo/campus.def"
	FACULTIES
};
struct faculty {
	struct str code, th, en;
};
extern const struct faculty faculties[FACULTIES];

struct programme {
	struct str code;
	enum faculty_code faculty;
	char level; /* B M D */
	int64_t seats;
	struct str th, en;
};
extern const struct programme programmes[];
extern const size_t n_programmes;
/* One of those of a level, more often the larger ones. */
const struct programme *programme_any(struct dice *, char level);

struct course {
	struct str code;
	enum faculty_code faculty;
	int64_t credits;
	struct str th, en;
};
extern const struct course courses[];
extern const size_t n_courses;

extern const struct str provinces[];
extern const size_t n_provinces;

/* Academic years in พ.ศ.; now is the first term of the last one. */
enum { FIRST_YEAR = 2565, LAST_YEAR = 2569, TERMS = 2 };

struct student {
	struct invented_person who;
	struct str id; /* "650100042": year, faculty, number */
	const struct programme *programme;
	struct date birth;
	int64_t entry; /* year */
	struct str status;
	bool graded; /* has a gpax */
	bool graduated;
	double gpax;
};
/* Students of this university: i < scale * STUDENTS. */
enum { STUDENTS = 3000, STAFF = 900 };
struct student student_of(struct arena *, int64_t i);

struct staff {
	struct invented_person who;
	struct str no;             /* "E00042" */
	struct str title;          /* ผศ.ดร. and so on, or who.title */
	enum faculty_code faculty; /* of teachers */
	bool teacher;
	struct date birth, hired;
};
struct staff staff_of(struct arena *, int64_t i);

/* A course that the student takes in a term, the k-th of COURSES_A_TERM; they
 * differ within one term. */
enum { COURSES_A_TERM = 5 };
const struct course *course_taken(
    int64_t student, int64_t year, int64_t term, int64_t k);

/* Tables that several systems have: faculty and programme; those of the levels
 * in `levels`. */
void faculty_table(struct maker *);
void programme_table(struct maker *, const char *levels);
void course_table(struct maker *);

void maker_date(struct maker *, struct arena *, struct date);

#endif
