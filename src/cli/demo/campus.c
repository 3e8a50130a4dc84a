#include "cli/demo/campus.h"

#include <string.h>

#include "base/str.h"
#include "cli/demo/systems.h"

const struct faculty faculties[FACULTIES] = {
#define FACULTY(name, code, th, en) \
	[FACULTY_##name] = { STR_INIT(code), STR_INIT(th), STR_INIT(en) },
#include "cli/demo/campus.def"
};

const struct programme programmes[] = {
#define PROGRAMME(code, faculty, level, seats, th, en)                   \
	{ STR_INIT(code), FACULTY_##faculty, level, seats, STR_INIT(th), \
		STR_INIT(en) },
#include "cli/demo/campus.def"
};
const size_t n_programmes = COUNT(programmes);

const struct course courses[] = {
#define COURSE(code, faculty, credits, th, en)                      \
	{ STR_INIT(code), FACULTY_##faculty, credits, STR_INIT(th), \
		STR_INIT(en) },
#include "cli/demo/campus.def"
};
const size_t n_courses = COUNT(courses);

const struct str provinces[] = { STR_INIT("กรุงเทพมหานคร"), STR_INIT("นนทบุรี"),
	STR_INIT("ปทุมธานี"), STR_INIT("ปราจีนบุรี"), STR_INIT("ระยอง"),
	STR_INIT("ชลบุรี"), STR_INIT("นครปฐม"), STR_INIT("เชียงใหม่"),
	STR_INIT("ขอนแก่น"), STR_INIT("นครราชสีมา"), STR_INIT("อุบลราชธานี"),
	STR_INIT("พิษณุโลก"), STR_INIT("สงขลา"), STR_INIT("สุราษฎร์ธานี"),
	STR_INIT("ตรัง"), STR_INIT("สุโขทัย") };
const size_t n_provinces = COUNT(provinces);

const struct programme *programme_any(struct dice *d, char level)
{
	int64_t seats = 0;

	for (size_t i = 0; i < n_programmes; i++)
		if (programmes[i].level == level)
			seats += programmes[i].seats;
	int64_t seat = dice_roll(d, seats);
	for (size_t i = 0;; i++)
		if (programmes[i].level == level) {
			seat -= programmes[i].seats;
			if (seat < 0)
				return &programmes[i];
		}
}

static void give_status(struct student *s, struct dice *d)
{
	int64_t years = LAST_YEAR - s->entry;

	s->status = STR("กำลังศึกษา");
	s->graduated = years >= 4 && dice_chance(d, 80);
	if (s->graduated)
		s->status = STR("สำเร็จการศึกษา");
	else if (years > 0 && dice_chance(d, 4))
		s->status = STR("พ้นสภาพนักศึกษา");
	else if (years > 0 && dice_chance(d, 2))
		s->status = STR("ลาพักการศึกษา");
	s->graded = years > 0;
	s->gpax = dice_bell(d, s->graduated ? 200 : 150, 400);
}

struct student student_of(struct arena *a, int64_t i)
{
	struct dice d = dice_for(INVENTED_STUDENT, i + 1000000000);
	struct student s = {
		.who = invent_person(a, INVENTED_STUDENT, i),
		.entry = FIRST_YEAR + i % (LAST_YEAR - FIRST_YEAR + 1),
		.programme = programme_any(&d, 'B'),
	};

	int64_t born = s.entry - 543 - 19;
	s.birth = dice_day(&d, born, born + 1);
	s.id = str_fmt(a, "%02lld%.*s%05lld", (long long)s.entry % 100,
	    STR_ARG(faculties[s.programme->faculty].code), (long long)i + 1);
	give_status(&s, &d);
	return s;
}

struct staff staff_of(struct arena *a, int64_t i)
{
	static const struct str ranks[] = { STR_INIT("อ."), STR_INIT("อ.ดร."),
		STR_INIT("ผศ."), STR_INIT("ผศ.ดร."), STR_INIT("รศ.ดร."),
		STR_INIT("ศ.ดร.") };
	struct dice d = dice_for(INVENTED_STAFF, i + 1000000000);
	struct staff s = {
		.who = invent_person(a, INVENTED_STAFF, i),
		.no = str_fmt(a, "E%05lld", (long long)i + 1),
		.teacher = i % 5 < 3,
		.faculty = (enum faculty_code)dice_roll(&d, FACULTIES),
	};

	s.birth = dice_day(&d, 1964, 1999);
	s.hired = dice_day(&d, s.birth.year + 23, s.birth.year + 26);
	s.hired.day = 1;
	s.title =
	    s.teacher ? ranks[dice_roll(&d, COUNT(ranks) - 1)] : s.who.title;
	if (s.teacher && s.birth.year < 1975 && dice_chance(&d, 5))
		s.title = ranks[COUNT(ranks) - 1];
	return s;
}

/* Steps of a fixed width through the list, from a place of one's own. */
const struct course *course_taken(
    int64_t student, int64_t year, int64_t term, int64_t k)
{
	struct dice d =
	    dice_for(INVENTED_GRADE, (student * 100 + year % 100) * 10 + term);
	int64_t start = dice_roll(&d, (int64_t)n_courses);

	return &courses[(start + k * 7) % (int64_t)n_courses];
}

void each_row(struct work *w, int64_t n, void (*fn)(struct work *, int64_t i))
{
	for (int64_t i = 0; i < n * w->scale; i++) {
		struct arena_mark mark = arena_mark(w->a);
		fn(w, i);
		arena_rewind(w->a, mark);
	}
}

void row_of_texts(struct maker *m, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		maker_text(m, str_of(v[i]));
}

void faculty_table(struct maker *m)
{
	static const struct maker_column columns[] = {
		{ "faculty_code", TYPE_TEXT },
		{ "name_th", TYPE_TEXT },
		{ "name_en", TYPE_TEXT },
	};

	maker_table(m, "faculty", columns, COUNT(columns), 1);
	for (size_t i = 0; i < FACULTIES; i++) {
		maker_text(m, faculties[i].code);
		maker_text(m, faculties[i].th);
		maker_text(m, faculties[i].en);
	}
}

void programme_table(struct maker *m, const char *levels)
{
	static const struct maker_column columns[] = {
		{ "programme_code", TYPE_TEXT },
		{ "faculty_code", TYPE_TEXT },
		{ "level", TYPE_TEXT },
		{ "name_th", TYPE_TEXT },
		{ "name_en", TYPE_TEXT },
		{ "seats", TYPE_INTEGER },
	};

	maker_table(m, "programme", columns, COUNT(columns), 1);
	for (size_t i = 0; i < n_programmes; i++) {
		const struct programme *p = &programmes[i];
		if (!strchr(levels, p->level))
			continue;
		maker_text(m, p->code);
		maker_text(m, faculties[p->faculty].code);
		maker_text(m, str_n(&p->level, 1));
		maker_text(m, p->th);
		maker_text(m, p->en);
		maker_integer(m, p->seats);
	}
}

void course_table(struct maker *m)
{
	static const struct maker_column columns[] = {
		{ "course_code", TYPE_TEXT },
		{ "faculty_code", TYPE_TEXT },
		{ "name_th", TYPE_TEXT },
		{ "name_en", TYPE_TEXT },
		{ "credits", TYPE_INTEGER },
	};

	maker_table(m, "course", columns, COUNT(columns), 1);
	for (size_t i = 0; i < n_courses; i++) {
		maker_text(m, courses[i].code);
		maker_text(m, faculties[courses[i].faculty].code);
		maker_text(m, courses[i].th);
		maker_text(m, courses[i].en);
		maker_integer(m, courses[i].credits);
	}
}

void maker_date(struct maker *m, struct arena *a, struct date d)
{
	maker_text(m, date_iso(a, d));
}
