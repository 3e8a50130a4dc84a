/* The systems of the offices: accounts, personnel, and the registrar's of the
 * other institute. */
#include "base/str.h"
#include "cli/demo/campus.h"
#include "cli/demo/systems.h"

enum { VOUCHERS = 5000, OTHER_STUDENTS = 2500, SUBJECTS = 24 };

static const char *const departments[][4] = {
	{ "01", "คณะวิศวกรรมศาสตร์", "Faculty of Engineering", "" },
	{ "02", "คณะวิทยาศาสตร์ประยุกต์", "Faculty of Applied Science", "" },
	{ "03", "คณะสถาปัตยกรรมและการออกแบบ",
	    "Faculty of Architecture and Design", "" },
	{ "04", "คณะบริหารธุรกิจ", "Faculty of Business Administration", "" },
	{ "05", "วิทยาลัยเทคโนโลยีอุตสาหกรรม", "College of Industrial Technology",
	    "" },
	{ "06", "คณะเทคโนโลยีสารสนเทศ", "Faculty of Information Technology",
	    "" },
	{ "07", "คณะครุศาสตร์อุตสาหกรรม", "Faculty of Technical Education", "" },
	{ "20", "สำนักงานอธิการบดี", "Office of the President", "" },
	{ "21", "กองบริการการศึกษา", "Division of Educational Services", "20" },
	{ "22", "กองบริหารและจัดการทรัพยากรมนุษย์", "Division of Human Resources",
	    "20" },
	{ "23", "กองคลัง", "Division of Finance", "20" },
	{ "24", "กองแผนงาน", "Division of Planning", "20" },
	{ "30", "สำนักคอมพิวเตอร์และเทคโนโลยีสารสนเทศ",
	    "Institute of Computer and Information Technology", "" },
	{ "31", "สำนักหอสมุดกลาง", "Central Library", "" },
};

/* Department by person: teachers in their faculty, the others anywhere. */
static struct str department_of(const struct staff *s, int64_t i)
{
	if (s->teacher)
		return faculties[s->faculty].code;
	return str_of(departments[FACULTIES + (size_t)i % (COUNT(departments) -
							      FACULTIES)][0]);
}

static const char *const positions[][3] = {
	{ "T1", "อาจารย์", "วิชาการ" },
	{ "T2", "ผู้ช่วยศาสตราจารย์", "วิชาการ" },
	{ "T3", "รองศาสตราจารย์", "วิชาการ" },
	{ "T4", "ศาสตราจารย์", "วิชาการ" },
	{ "S1", "เจ้าหน้าที่บริหารงานทั่วไป", "สนับสนุน" },
	{ "S2", "นักวิชาการคอมพิวเตอร์", "สนับสนุน" },
	{ "S3", "นักวิชาการเงินและบัญชี", "สนับสนุน" },
	{ "S4", "นักวิชาการศึกษา", "สนับสนุน" },
	{ "S5", "บรรณารักษ์", "สนับสนุน" },
	{ "S6", "วิศวกร", "สนับสนุน" },
};

static struct str position_of(const struct staff *s, int64_t i)
{
	if (!s->teacher)
		return str_of(positions[4 + i % 6][0]);
	if (str_starts(s->title, STR("ผศ.")))
		return STR("T2");
	if (str_starts(s->title, STR("รศ.")))
		return STR("T3");
	return str_starts(s->title, STR("ศ.")) ? STR("T4") : STR("T1");
}

static void employee(struct work *w, int64_t i)
{
	struct staff s = staff_of(w->a, i);
	struct dice d = dice_for(INVENTED_STAFF, i + 2000000000);

	maker_text(w->m, s.no);
	maker_text(w->m, s.who.national_id);
	maker_text(w->m, s.title);
	maker_text(w->m, s.who.first);
	maker_text(w->m, s.who.last);
	maker_date(w->m, w->a, s.birth);
	maker_date(w->m, w->a, s.hired);
	maker_text(w->m, position_of(&s, i));
	maker_text(w->m, department_of(&s, i));
	if (dice_chance(&d, 6))
		maker_date(w->m, w->a, dice_day(&d, 2025, 2025));
	else
		maker_null(w->m);
}

static void salaries(struct work *w, int64_t i)
{
	struct staff s = staff_of(w->a, i);
	struct dice d = dice_for(INVENTED_STAFF, i + 3000000000);
	int64_t amount = dice_between(&d, 180, 450) * 100;

	for (int year = 2024; year <= 2026; year++) {
		if (s.hired.year >= year)
			continue;
		maker_text(w->m, s.no);
		maker_date(w->m, w->a, (struct date){ year, 10, 1 });
		maker_integer(w->m, amount);
		amount += amount * dice_between(&d, 2, 6) / 100 / 10 * 10;
	}
}

static void hris_lists(struct work *w)
{
	static const struct maker_column department[] = {
		{ "department_code", TYPE_TEXT },
		{ "name_th", TYPE_TEXT },
		{ "name_en", TYPE_TEXT },
		{ "parent_code", TYPE_TEXT },
	};
	static const struct maker_column position[] = {
		{ "position_code", TYPE_TEXT },
		{ "name_th", TYPE_TEXT },
		{ "line_th", TYPE_TEXT },
	};

	maker_table(w->m, "department", department, COUNT(department), 1);
	for (size_t i = 0; i < COUNT(departments); i++) {
		row_of_texts(w->m, departments[i], 3);
		if (departments[i][3][0])
			maker_text(w->m, str_of(departments[i][3]));
		else
			maker_null(w->m);
	}
	maker_table(w->m, "position", position, COUNT(position), 1);
	for (size_t i = 0; i < COUNT(positions); i++)
		row_of_texts(w->m, positions[i], 3);
}

void make_hris(struct work *w)
{
	static const struct maker_column columns[] = {
		{ "employee_no", TYPE_TEXT },
		{ "national_id", TYPE_TEXT },
		{ "title", TYPE_TEXT },
		{ "first_name", TYPE_TEXT },
		{ "last_name", TYPE_TEXT },
		{ "birth_date", TYPE_DATE },
		{ "hired_on", TYPE_DATE },
		{ "position_code", TYPE_TEXT },
		{ "department_code", TYPE_TEXT },
		{ "left_on", TYPE_DATE },
	};
	static const struct maker_column salary[] = {
		{ "employee_no", TYPE_TEXT },
		{ "effective_on", TYPE_DATE },
		{ "amount", TYPE_INTEGER },
	};

	hris_lists(w);
	maker_table(w->m, "employee", columns, COUNT(columns), 1);
	each_row(w, STAFF, employee);
	maker_table(w->m, "salary", salary, COUNT(salary), 2);
	each_row(w, STAFF, salaries);
}

/* The three dimensions of the accounts: fund, plan, unit. */
static const char *const funds[][2] = {
	{ "01", "กองทุนทั่วไป" },
	{ "02", "กองทุนเพื่อการศึกษา" },
	{ "03", "กองทุนวิจัย" },
	{ "04", "กองทุนบริการวิชาการ" },
	{ "05", "กองทุนกิจการนักศึกษา" },
	{ "06", "กองทุนสินทรัพย์ถาวร" },
};
static const char *const plans[][2] = {
	{ "10", "จัดการศึกษาอุดมศึกษา" },
	{ "20", "วิจัยและพัฒนา" },
	{ "30", "บริการวิชาการแก่สังคม" },
	{ "40", "ทำนุบำรุงศิลปวัฒนธรรม" },
	{ "50", "บริหารมหาวิทยาลัย" },
};
static const char *const accounts[][3] = {
	{ "1101", "เงินสดและเงินฝากธนาคาร", "สินทรัพย์" },
	{ "1201", "ลูกหนี้", "สินทรัพย์" },
	{ "2101", "เจ้าหนี้", "หนี้สิน" },
	{ "4101", "รายได้ค่าธรรมเนียมการศึกษา", "รายได้" },
	{ "4201", "รายได้จากงบประมาณแผ่นดิน", "รายได้" },
	{ "5101", "เงินเดือนและค่าจ้าง", "ค่าใช้จ่าย" },
	{ "5201", "ค่าตอบแทน ใช้สอยและวัสดุ", "ค่าใช้จ่าย" },
	{ "5301", "ค่าสาธารณูปโภค", "ค่าใช้จ่าย" },
	{ "5401", "ค่าเสื่อมราคา", "ค่าใช้จ่าย" },
};
/* Debit and credit, and what for. */
static const struct {
	size_t debit, credit;
	const char *what;
} vouchers[] = {
	{ 0, 3, "รับชำระค่าธรรมเนียมการศึกษา" },
	{ 0, 4, "รับเงินงบประมาณแผ่นดิน" },
	{ 5, 0, "จ่ายเงินเดือน" },
	{ 6, 2, "ตั้งหนี้ค่าวัสดุสำนักงาน" },
	{ 2, 0, "จ่ายชำระเจ้าหนี้" },
	{ 7, 0, "จ่ายค่าไฟฟ้า" },
	{ 1, 3, "ตั้งลูกหนี้ค่าธรรมเนียมการศึกษา" },
};

/* In satang, so that both sides are the same to the last digit. */
static void ledger_line(struct work *w, struct str voucher, int64_t line,
    struct date day, const char *const place[3], size_t account, int64_t debit,
    int64_t credit)
{
	maker_text(w->m, voucher);
	maker_integer(w->m, line);
	maker_date(w->m, w->a, day);
	row_of_texts(w->m, place, 3);
	maker_text(w->m, str_of(accounts[account][0]));
	maker_real(w->m, (double)debit / 100);
	maker_real(w->m, (double)credit / 100);
}

static struct str voucher_no(struct arena *a, int64_t i)
{
	return str_fmt(a, "V69-%06lld", (long long)i + 1);
}

/* The fiscal year 2569: October 2568 to September 2569. */
static struct date voucher_day(struct dice *d)
{
	return date_add((struct date){ 2025, 10, 1 }, dice_roll(d, 365));
}

static void voucher_lines(struct work *w, int64_t i)
{
	struct dice d = dice_for(INVENTED_LEDGER, i);
	struct date day = voucher_day(&d);
	size_t kind = (size_t)dice_roll(&d, COUNT(vouchers));
	int64_t satang = dice_between(&d, 20000, 25000000) / 25 * 25;
	struct str no = voucher_no(w->a, i);
	const char *place[3];

	place[0] = funds[dice_roll(&d, COUNT(funds))][0];
	place[1] = plans[dice_roll(&d, COUNT(plans))][0];
	place[2] = departments[dice_roll(&d, COUNT(departments))][0];
	ledger_line(w, no, 1, day, place, vouchers[kind].debit, satang, 0);
	ledger_line(w, no, 2, day, place, vouchers[kind].credit, 0, satang);
}

static void voucher(struct work *w, int64_t i)
{
	struct dice d = dice_for(INVENTED_LEDGER, i);
	struct date day = voucher_day(&d);
	size_t kind = (size_t)dice_roll(&d, COUNT(vouchers));

	maker_text(w->m, voucher_no(w->a, i));
	maker_date(w->m, w->a, day);
	maker_integer(w->m, 2569);
	maker_text(w->m, str_of(vouchers[kind].what));
}

static void code_table(struct maker *m, const char *name,
    const struct maker_column *columns, const char *const (*rows)[2], size_t n)
{
	maker_table(m, name, columns, 2, 1);
	for (size_t i = 0; i < n; i++)
		row_of_texts(m, rows[i], 2);
}

static void gl3d_lists(struct work *w)
{
	static const struct maker_column fund[] = {
		{ "fund_code", TYPE_TEXT },
		{ "name_th", TYPE_TEXT },
	};
	static const struct maker_column plan[] = {
		{ "plan_code", TYPE_TEXT },
		{ "name_th", TYPE_TEXT },
	};
	static const struct maker_column unit[] = {
		{ "unit_code", TYPE_TEXT },
		{ "name_th", TYPE_TEXT },
		{ "name_en", TYPE_TEXT },
	};
	static const struct maker_column account[] = {
		{ "account_code", TYPE_TEXT },
		{ "name_th", TYPE_TEXT },
		{ "kind_th", TYPE_TEXT },
	};

	code_table(w->m, "fund", fund, funds, COUNT(funds));
	code_table(w->m, "plan", plan, plans, COUNT(plans));
	maker_table(w->m, "unit", unit, COUNT(unit), 1);
	for (size_t i = 0; i < COUNT(departments); i++)
		row_of_texts(w->m, departments[i], 3);
	maker_table(w->m, "account", account, COUNT(account), 1);
	for (size_t i = 0; i < COUNT(accounts); i++)
		row_of_texts(w->m, accounts[i], 3);
}

void make_gl3d(struct work *w)
{
	static const struct maker_column columns[] = {
		{ "voucher_no", TYPE_TEXT },
		{ "line_no", TYPE_INTEGER },
		{ "entry_date", TYPE_DATE },
		{ "fund_code", TYPE_TEXT },
		{ "plan_code", TYPE_TEXT },
		{ "unit_code", TYPE_TEXT },
		{ "account_code", TYPE_TEXT },
		{ "debit", TYPE_NUMBER },
		{ "credit", TYPE_NUMBER },
	};
	static const struct maker_column head[] = {
		{ "voucher_no", TYPE_TEXT },
		{ "entry_date", TYPE_DATE },
		{ "fiscal_year", TYPE_INTEGER },
		{ "description", TYPE_TEXT },
	};

	gl3d_lists(w);
	maker_table(w->m, "ledger", columns, COUNT(columns), 2);
	each_row(w, VOUCHERS, voucher_lines);
	maker_table(w->m, "voucher", head, COUNT(head), 1);
	each_row(w, VOUCHERS, voucher);
}

static void other_student(struct work *w, int64_t i)
{
	static const struct str states[] = { STR_INIT("ปกติ"), STR_INIT("ปกติ"),
		STR_INIT("ปกติ"), STR_INIT("ปกติ"), STR_INIT("พักการเรียน"),
		STR_INIT("สำเร็จการศึกษา") };
	struct invented_person p =
	    invent_person(w->a, INVENTED_OTHER_STUDENT, i);
	struct dice d = dice_for(INVENTED_OTHER_STUDENT, i + 1000000000);
	const struct programme *programme = programme_any(&d, 'B');
	int64_t year = 2566 + i % 4;

	maker_text(w->m, str_fmt(w->a, "%02lld%06lld", (long long)year % 100,
			     (long long)i + 10001));
	maker_text(w->m, p.title);
	maker_text(w->m, p.first);
	maker_text(w->m, p.last);
	maker_text(w->m, p.first_en);
	maker_text(w->m, p.last_en);
	maker_text(w->m, faculties[programme->faculty].code);
	maker_text(w->m, programme->code);
	maker_integer(w->m, year);
	maker_text(w->m, states[dice_roll(&d, COUNT(states))]);
}

static void transcript(struct work *w, int64_t i)
{
	static const struct str grades[] = { STR_INIT("A"), STR_INIT("B+"),
		STR_INIT("B"), STR_INIT("C+"), STR_INIT("C"), STR_INIT("D+"),
		STR_INIT("D"), STR_INIT("F") };
	struct dice d = dice_for(INVENTED_OTHER_STUDENT, i + 2000000000);
	int64_t year = 2566 + i % 4, first = dice_roll(&d, SUBJECTS);

	if (year == 2569)
		return;
	for (int64_t k = 0; k < 6; k++) {
		maker_text(
		    w->m, str_fmt(w->a, "%02lld%06lld", (long long)year % 100,
			      (long long)i + 10001));
		maker_text(
		    w->m, str_fmt(w->a, "%08lld",
			      (long long)(1006000 + (first + k) % SUBJECTS)));
		maker_integer(w->m, year);
		maker_integer(w->m, k / 3 + 1);
		maker_text(w->m, grades[dice_roll(&d, COUNT(grades))]);
	}
}

static void regkmitl_lists(struct work *w)
{
	static const struct maker_column subject[] = {
		{ "subject_id", TYPE_TEXT },
		{ "name_th", TYPE_TEXT },
		{ "name_en", TYPE_TEXT },
		{ "credits", TYPE_INTEGER },
	};

	faculty_table(w->m);
	programme_table(w->m, "B");
	maker_table(w->m, "subject", subject, COUNT(subject), 1);
	for (int64_t i = 0; i < SUBJECTS; i++) {
		maker_text(
		    w->m, str_fmt(w->a, "%08lld", (long long)(1006000 + i)));
		maker_text(w->m, courses[i].th);
		maker_text(w->m, courses[i].en);
		maker_integer(w->m, courses[i].credits);
	}
}

void make_regkmitl(struct work *w)
{
	static const struct maker_column columns[] = {
		{ "student_id", TYPE_TEXT },
		{ "title_th", TYPE_TEXT },
		{ "first_name_th", TYPE_TEXT },
		{ "last_name_th", TYPE_TEXT },
		{ "first_name_en", TYPE_TEXT },
		{ "last_name_en", TYPE_TEXT },
		{ "faculty_code", TYPE_TEXT },
		{ "programme_code", TYPE_TEXT },
		{ "admit_year", TYPE_INTEGER },
		{ "student_status", TYPE_TEXT },
	};
	static const struct maker_column transcripts[] = {
		{ "student_id", TYPE_TEXT },
		{ "subject_id", TYPE_TEXT },
		{ "year", TYPE_INTEGER },
		{ "semester", TYPE_INTEGER },
		{ "grade", TYPE_TEXT },
	};

	regkmitl_lists(w);
	maker_table(w->m, "student", columns, COUNT(columns), 1);
	each_row(w, OTHER_STUDENTS, other_student);
	maker_table(w->m, "transcript", transcripts, COUNT(transcripts), 2);
	each_row(w, OTHER_STUDENTS, transcript);
}
