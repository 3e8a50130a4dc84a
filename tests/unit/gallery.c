/* gallery - every part that pages are made of, in both languages, to be looked
 * at: gallery DIR writes the pages and the static files into DIR, to be served
 * from there. Without DIR it is a test of what all pages must keep. */
#include "t.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/crypt.h"
#include "base/str.h"
#include "html/static.h"
#include "templates/components.h"
#include "templates/forms.h"
#include "templates/layout.h"

#define MAX_PAGE ((size_t)1 << 18)

static struct arena *arena;

/* The text of the page's language. */
static struct str in(const struct view *v, const char *th, const char *en)
{
	return str_of(v->lang == LANG_TH ? th : en);
}

static struct url url(const char *path)
{
	return url_local(str_of(path));
}

static void case_way(struct buf *o, const struct view *v)
{
	const struct ui_step steps[] = {
		{ .state = UI_DONE,
		    .label = in(v, "หน่วยงานเจ้าของข้อมูลให้ความเห็นชอบ",
			"Endorsed by the data-owner unit"),
		    .note = in(v, "กองบริการการศึกษา 18 พ.ย. 2569",
			"Educational Services Division, 18 Nov 2026") },
		{ .state = UI_DONE,
		    .label = in(v, "งานสารบรรณลงรับ", "Registered"),
		    .note = in(v, "เลขรับ 1284/2569", "Receipt no. 1284/2569") },
		{ .state = UI_NOW,
		    .label =
			in(v, "รอผู้อำนวยการพิจารณา", "Waiting for the Director"),
		    .note = in(v,
			"ผู้อำนวยการสำนักคอมพิวเตอร์ ตั้งแต่ 19 พ.ย. 2569 09:14 น.",
			"Director of the Computer Centre, since 19 Nov 2026 09:14") },
		{ .state = UI_TODO,
		    .label = in(v, "มอบหมายผู้รับผิดชอบ", "Assignment") },
		{ .state = UI_SKIPPED,
		    .label = in(v, "ตรวจสอบและอนุมัติข้อมูล", "Release"),
		    .note = in(v, "ไม่มีในระเบียบปฏิบัติงานนี้",
			"Not part of this procedure") },
		{ .state = UI_STOPPED,
		    .label = in(v, "ไม่อนุมัติ", "Not approved") },
	};

	page_steps(o, v, steps, COUNT(steps));
}

static void case_facts(struct buf *o, const struct view *v)
{
	const struct ui_row rows[] = {
		{ .label = in(v, "เลขที่คำขอ", "Request no."),
		    .value = STR("ICIT-2569-00012") },
		{ .label = in(v, "สถานะ", "State"),
		    .value = in(v, "รอผู้อำนวยการพิจารณา", "With the Director"),
		    .badge = true,
		    .tone = UI_INFO },
		{ .label = in(v, "วัตถุประสงค์", "Purpose"),
		    .rich = html_lines(arena,
			in(v,
			    "ใช้วิเคราะห์การตกออกของนักศึกษาชั้นปีที่ 1 เพื่อปรับปรุงระบบพี่เลี้ยง\nและรายงานต่อคณะกรรมการประจำคณะฯ",
			    "To study why first-year students leave,\nand report to the faculty board")),
		    .change = url("/requests/ICIT-2569-00012/purpose") },
		{ .label = in(v, "ระบบ", "System"),
		    .value = in(v, "ระบบทะเบียนนักศึกษา (REG)",
			"Student registration (REG)"),
		    .url = url("/systems/REG"),
		    .change = url("/requests/ICIT-2569-00012/systems") },
		{ .label = in(v, "รหัสโครงการจริยธรรม", "Ethics no.") },
		{ .label = in(v, "รหัสยืนยันชุดข้อมูล", "Digest"),
		    .value = STR(
			"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
		    .code = true },
	};

	page_summary_list(o, v, rows, COUNT(rows));
}

static void case_story(struct buf *o, const struct view *v)
{
	const struct ui_entry entries[] = {
		{ .tone = UI_INFO,
		    .title = in(v, "ผู้อำนวยการได้รับเรื่อง", "With the Director"),
		    .when = in(v, "19 พ.ย. 2569 09:14 น.", "19 Nov 2026 09:14"),
		    .when_iso = STR("2026-11-19T02:14:00Z"),
		    .who = in(v, "ระบบ", "Pratu") },
		{ .tone = UI_GOOD,
		    .title = in(v, "ลงรับ", "Registered"),
		    .when = in(v, "19 พ.ย. 2569 09:14 น.", "19 Nov 2026 09:14"),
		    .when_iso = STR("2026-11-19T02:14:00Z"),
		    .who = in(v, "น.ส. ปรียานุช น้ำทิพย์ (งานสารบรรณ)",
			"Preeyanuch Namthip (records)"),
		    .body = html_lines(
			arena, in(v, "ที่ อว 7122/ว 431 ลงวันที่ 17 พฤศจิกายน 2569",
				   "Memo no. 7122/431 of 17 November 2026")),
		    .code = STR("a3bf4f1b2b0b822cd15d6c15b0f00a08") },
		{ .tone = UI_WAIT,
		    .title = in(v, "ขอข้อมูลเพิ่มเติมจากผู้ขอ",
			"More was asked of the requester"),
		    .when = in(v, "18 พ.ย. 2569 15:40 น.", "18 Nov 2026 15:40"),
		    .when_iso = STR("2026-11-18T08:40:00Z"),
		    .who = in(v, "นายกฤษฎิ์ ฐิติพันธุ์", "Krit Thitiphan"),
		    .body = html_lines(arena,
			in(v,
			    "กรุณาระบุปีการศึกษาที่ต้องการ\n“ตั้งแต่ปี 2565 ถึง 2568” หรือปีเดียว",
			    "Which academic years?\n“2022 to 2025”, or one?")) },
		{ .tone = UI_BAD,
		    .title = in(v, "หน่วยงานเจ้าของข้อมูลไม่เห็นชอบ",
			"Declined by the owner"),
		    .when = in(v, "17 พ.ย. 2569 10:02 น.", "17 Nov 2026 10:02"),
		    .when_iso = STR("2026-11-17T03:02:00Z") },
	};
	const struct ui_file files[] = {
		{ .name = in(
		      v, "บันทึกข้อความขอความอนุเคราะห์จัดทำข้อมูล.pdf", "memo.pdf"),
		    .kind = STR("PDF"),
		    .size = STR("182 KB"),
		    .note = in(v, "แนบเมื่อ 17 พ.ย. 2569", "17 Nov 2026"),
		    .url = url("/files/1") },
		{ .name = STR("students-2565-2568.xlsx"),
		    .kind = STR("XLSX"),
		    .size = STR("4.1 MB"),
		    .url = url("/files/2"),
		    .sha256 = STR(
			"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08") },
	};

	page_timeline(o, v, entries, COUNT(entries));
	page_file_list(o, v, files, COUNT(files));
}

static void heading(struct buf *o, const char *tag, struct str text)
{
	buf_fmt(o, "<%s>", tag);
	html_text(o, text);
	buf_fmt(o, "</%s>\n", tag);
}

static void page_of_a_case(struct buf *o, const struct view *v)
{
	const struct ui_notice notice = { .tone = UI_WAIT,
		.title = in(v, "เกินกำหนด 2 วันทำการ", "2 working days late"),
		.text = in(v, "กำหนดแล้วเสร็จ 17 พฤศจิกายน 2569",
		    "Was due on 17 November 2026"),
		.action = { .label = in(v, "ดูวันที่นับ", "How days are counted"),
		    .url = url("/requests/ICIT-2569-00012/clock") } };
	const struct ui_button buttons[] = {
		{ .kind = UI_PRIMARY,
		    .label = in(v, "อนุมัติ", "Approve"),
		    .name = STR("outcome"),
		    .value = STR("approved") },
		{ .kind = UI_SECONDARY,
		    .label = in(v, "ส่งกลับขอข้อมูลเพิ่ม", "Ask for more"),
		    .url = url("/requests/ICIT-2569-00012/return") },
		{ .kind = UI_DANGER,
		    .label = in(v, "ไม่อนุมัติ", "Reject"),
		    .name = STR("outcome"),
		    .value = STR("rejected"),
		    .confirm =
			in(v, "ยืนยันว่าไม่อนุมัติคำขอนี้", "Reject this request?") },
		{ .kind = UI_PLAIN,
		    .label = in(v, "ถอนคำขอ", "Withdraw"),
		    .url = url("/requests/ICIT-2569-00012/withdraw") },
	};
	const struct ui_form form = { .action =
					  url("/requests/ICIT-2569-00012"),
		.hidden =
		    (const struct ui_pair[]){ { STR("version"), STR("7") } },
		.n_hidden = 1 };

	page_back_link(o, v, url("/requests"), STR(""));
	heading(o, "h1",
	    in(v, "ข้อมูลนักศึกษาที่พ้นสภาพ ปีการศึกษา 2565–2568 จำแนกตามสาขาวิชา",
		"Students who left, academic years 2022–2025, by programme"));
	page_notice(o, v, &notice);
	case_facts(o, v);
	page_form_begin(o, v, &form);
	page_buttons(o, v, buttons, COUNT(buttons));
	page_form_end(o, v);
	heading(o, "h2", in(v, "ขั้นตอน", "Steps"));
	case_way(o, v);
	heading(o, "h2", in(v, "ลำดับเหตุการณ์", "What happened"));
	case_story(o, v);
}

static void list_table(struct buf *o, const struct view *v)
{
	const struct ui_column columns[] = {
		{ .label = in(v, "คำขอ", "Request") },
		{ .label = in(v, "ผู้ขอ", "Requester") },
		{ .label = in(v, "สถานะ", "State") },
		{ .label = in(v, "กำหนด", "Due") },
		{ .label = in(v, "แถว", "Rows"), .number = true },
	};
	const struct ui_cell one[] = {
		{ .text = in(v, "ข้อมูลนักศึกษาที่พ้นสภาพ ปีการศึกษา 2565–2568",
		      "Students who left, 2022–2025"),
		    .sub = STR("ICIT-2569-00012"),
		    .url = url("/requests/ICIT-2569-00012") },
		{ .text = in(v, "ผศ.ดร. ณัฏฐ์ ปิ่นเพ็ชร", "Nat Pinphet"),
		    .name = true,
		    .sub = in(v, "คณะวิศวกรรมศาสตร์", "Engineering") },
		{ .text = in(v, "รอผู้อำนวยการพิจารณา", "With the Director"),
		    .badge = true,
		    .tone = UI_INFO },
		{ .text = in(v, "17 พ.ย. 2569", "17 Nov 2026"),
		    .badge_text = in(v, "เกินกำหนด 2 วัน", "2 days late"),
		    .tone = UI_WAIT },
		{ .text = STR("12,480") },
	};
	const struct ui_cell two[] = {
		{ .text = in(v, "เชื่อมต่อข้อมูลบุคลากรกับระบบลงเวลา",
		      "Staff data for the time clock"),
		    .sub = STR("ICIT-2569-00013"),
		    .url = url("/requests/ICIT-2569-00013") },
		{ .text = in(v, "น.ส. ชญานิษฐ์ กุ้งแก้ว", "Chayanit Kungkaeo"),
		    .name = true,
		    .sub = in(v, "กองทรัพยากรมนุษย์", "Human Resources") },
		{ .text = in(v, "ส่งมอบแล้ว รอผู้ขอยอมรับงาน", "Delivered"),
		    .badge = true,
		    .tone = UI_GOOD },
		{ .text = in(v, "2 ธ.ค. 2569", "2 Dec 2026") },
		{ .text = STR("1,902,311") },
	};
	struct ui_cell cells[4 * COUNT(columns)];

	for (size_t i = 0; i < 4; i++)
		memcpy(
		    &cells[i * COUNT(columns)], i % 2 ? two : one, sizeof(one));
	page_table(o, v,
	    &(const struct ui_table){
		.caption = in(v, "คำขอที่รอท่าน", "Requests that wait for you"),
		.columns = columns,
		.n_columns = COUNT(columns),
		.cells = cells,
		.n_rows = 4,
		.foot = in(v, "4 จาก 135 เรื่อง เก่าที่สุดก่อน ณ 09:14 น.",
		    "4 of 135, oldest first, at 09:14") });
}

static void list_dense(struct buf *o, const struct view *v)
{
	const struct ui_column columns[] = { { .label = STR("student_id") },
		{ .label = STR("name_th") }, { .label = STR("faculty") },
		{ .label = STR("gpa"), .number = true },
		{ .label = STR("entry_year"), .number = true },
		{ .label = STR("email") } };
	const struct ui_cell cells[] = { { .text = STR("6501…"), .code = true },
		{ .text = STR("กี่ ญาณวุฒิ") },
		{ .text = STR("คณะวิทยาศาสตร์ประยุกต์") }, { .text = STR("3.25") },
		{ .text = STR("2565") },
		{ .text = STR("k•••••@example.ac.th") } };

	page_table(o, v,
	    &(const struct ui_table){
		.caption = in(v, "ตัวอย่าง 1 แถว", "Sample of one row"),
		.columns = columns,
		.n_columns = COUNT(columns),
		.cells = cells,
		.n_rows = 1,
		.dense = true });
}

static void list_frame(struct buf *o, const struct view *v)
{
	const struct ui_link tabs[] = {
		{ .label = in(v, "รอท่าน", "Waiting for you"),
		    .url = url("/work"),
		    .current = true,
		    .count = 4 },
		{ .label = in(v, "ทั้งหน่วยงาน", "Whole office"),
		    .url = url("/work?view=office"),
		    .count = 31 },
		{ .label = in(v, "ปิดแล้ว", "Closed"),
		    .url = url("/work?view=closed") },
	};
	const struct ui_figure figures[] = {
		{ .label = in(v, "รอท่าน", "Waiting for you"),
		    .value = STR("4"),
		    .url = url("/work"),
		    .tone = UI_INFO },
		{ .label = in(v, "เกินกำหนด", "Late"),
		    .value = STR("2"),
		    .note = in(v, "นานที่สุด 3 วันทำการ", "At most 3 working days"),
		    .url = url("/work?late=1"),
		    .tone = UI_BAD },
		{ .label = in(v, "รอผู้ขอ", "Waiting for requesters"),
		    .value = STR("7"),
		    .tone = UI_WAIT },
		{ .label = in(v, "มัธยฐานวันทำการ", "Median working days"),
		    .value = STR("6.5"),
		    .tone = UI_GOOD },
	};

	page_figures(o, v, figures, COUNT(figures));
	page_tabs(o, v, in(v, "มุมมอง", "Views"), tabs, COUNT(tabs));
}

static void list_filter(struct buf *o, const struct view *v)
{
	const struct ui_choice states[] = {
		{ .value = STR(""), .label = in(v, "ทุกสถานะ", "Every state") },
		{ .value = STR("decision"),
		    .label = in(v, "รอผู้อำนวยการพิจารณา", "With the Director"),
		    .chosen = true },
	};
	const struct ui_field fields[] = {
		{ .kind = UI_TEXT,
		    .input = UI_SEARCH,
		    .name = STR("q"),
		    .label = in(v, "ค้นหา", "Search") },
		{ .kind = UI_SELECT,
		    .name = STR("state"),
		    .label = in(v, "สถานะ", "State"),
		    .choices = states,
		    .n_choices = COUNT(states) },
	};
	const struct ui_button button = { .kind = UI_SECONDARY,
		.label = in(v, "กรองรายการ", "Apply filters") };
	const struct ui_form form = {
		.action = url("/work"), .get = true, .inline_row = true
	};

	page_form_begin(o, v, &form);
	page_fields(o, v, fields, COUNT(fields));
	page_buttons(o, v, &button, 1);
	page_form_end(o, v);
}

static void page_of_a_list(struct buf *o, const struct view *v)
{
	const struct ui_link pages[] = {
		{ .label = STR("1"), .url = url("/work?p=1") },
		{ .label = STR("2"), .url = url("/work?p=2"), .current = true },
		{ .label = STR("3"), .url = url("/work?p=3") },
		{ .label = STR("…") },
		{ .label = STR("34"), .url = url("/work?p=34") },
	};

	heading(o, "h1", in(v, "งานของฉัน", "My work"));
	list_frame(o, v);
	list_filter(o, v);
	list_table(o, v);
	page_pagination(o, v,
	    &(const struct ui_pages){ .pages = pages,
		.n = COUNT(pages),
		.previous = url("/work?p=1"),
		.next = url("/work?p=3"),
		.summary = in(v, "5–8 จาก 135 เรื่อง", "5–8 of 135") });
	list_dense(o, v);
}

static void form_first(struct buf *o, const struct view *v, bool wrong)
{
	const struct ui_field fields[] = {
		{ .kind = UI_TEXT,
		    .name = STR("title"),
		    .label = in(v, "เรื่อง", "Subject"),
		    .hint = in(v, "เขียนสั้น ๆ ว่าต้องการข้อมูลอะไร",
			"In short: which data?"),
		    .value = in(v, "ข้อมูลผู้สมัครปี 2569", "Applicants of 2026") },
		{ .kind = UI_LINES,
		    .name = STR("purpose"),
		    .label = in(v, "วัตถุประสงค์การใช้ข้อมูล", "Purpose"),
		    .hint = in(v,
			"ผู้อำนวยการใช้ข้อความนี้พิจารณา ระบุว่าใครจะใช้และใช้ทำอะไร",
			"The Director decides by this: who uses it, and what for?"),
		    .error = wrong ? in(v, "โปรดระบุวัตถุประสงค์การใช้ข้อมูล",
					 "Say what the data are for")
		                   : STR(""),
		    .max_chars = 2000 },
		{ .kind = UI_DATE,
		    .name = STR("needed_by"),
		    .label = in(v, "ต้องการภายในวันที่", "Needed by"),
		    .hint = in(v, "เช่น 30 พฤศจิกายน 2569",
			"For example 30 November 2569"),
		    .error = wrong ? in(v, "วันที่ 31 เมษายน 2570 ไม่มีในปฏิทิน",
					 "There is no 31 April")
		                   : STR(""),
		    .day = STR("31"),
		    .month = STR("4"),
		    .year = STR("2570") },
		{ .kind = UI_TEXT,
		    .name = STR("phone"),
		    .label = in(v, "โทรศัพท์", "Telephone"),
		    .optional = true,
		    .input = UI_TEL,
		    .width = UI_HALF,
		    .autocomplete = STR("tel") },
		{ .kind = UI_TEXT,
		    .name = STR("retention"),
		    .label = in(v, "เก็บข้อมูลไว้", "Keep for"),
		    .input = UI_NUMBER,
		    .width = UI_NARROW,
		    .suffix = in(v, "วัน", "days"),
		    .value = STR("180") },
	};

	page_fields(o, v, fields, COUNT(fields));
}

static void form_second(struct buf *o, const struct view *v)
{
	const struct ui_choice degree[] = {
		{ .value = STR("aggregate"),
		    .label = in(v, "ข้อมูลสรุป (จำนวน ร้อยละ)",
			"Aggregates (counts, percentages)"),
		    .hint = in(v, "ไม่มีข้อมูลรายคน จึงดำเนินการได้เร็วที่สุด",
			"Nothing about single persons, so it is fastest"),
		    .chosen = true },
		{ .value = STR("pseudonymous"),
		    .label = in(v, "รายคน ใช้รหัสแทนตัวบุคคล (ข้อมูลแฝง)",
			"Per person, with codes (pseudonymous)") },
		{ .value = STR("identified"),
		    .label = in(v, "รายคน ระบุตัวบุคคล", "Per person, identified"),
		    .disabled = true },
	};
	const struct ui_choice forms[] = {
		{ .value = STR("json"), .label = STR("JSON"), .chosen = true },
		{ .value = STR("xlsx"), .label = STR("Excel (XLSX)") },
		{ .value = STR("table"),
		    .label = in(v, "ตาราง (CSV)", "Table (CSV)") },
	};
	const struct ui_choice scores[] = {
		{ .value = STR("5"), .label = in(v, "5 มากที่สุด", "5 best") },
		{ .value = STR("4"), .label = STR("4") },
		{ .value = STR("3"), .label = STR("3") },
		{ .value = STR("2"), .label = STR("2") },
		{ .value = STR("1"), .label = in(v, "1 น้อยที่สุด", "1 worst") }
	};
	const struct ui_field fields[] = {
		{ .kind = UI_RADIOS,
		    .name = STR("identifiability"),
		    .label = in(
			v, "ระดับการระบุตัวบุคคล", "How far may persons be known?"),
		    .choices = degree,
		    .n_choices = COUNT(degree) },
		{ .kind = UI_CHECKS,
		    .name = STR("formats[]"),
		    .label = in(v, "รูปแบบข้อมูล", "Formats"),
		    .hint =
			in(v, "เลือกได้มากกว่าหนึ่งข้อ", "Choose all that you need"),
		    .choices = forms,
		    .n_choices = COUNT(forms) },
		{ .kind = UI_RADIOS,
		    .name = STR("score"),
		    .label = in(v, "คะแนนความพึงพอใจ", "Score"),
		    .in_row = true,
		    .choices = scores,
		    .n_choices = COUNT(scores) },
		{ .kind = UI_FILE,
		    .name = STR("file"),
		    .label = in(v, "เอกสารแนบ", "Attachment"),
		    .hint = in(v, "PDF หรือ XLSX ไม่เกิน 25 MB",
			"PDF or XLSX, at most 25 MB"),
		    .accept = STR(".pdf,.xlsx"),
		    .max_bytes = 25 << 20,
		    .optional = true },
		{ .kind = UI_LINES,
		    .input = UI_CODE,
		    .name = STR("sql"),
		    .label = STR("SQL"),
		    .rows = 4,
		    .value = STR(
			"\nselect student_id, gpa\nfrom students where gpa < 2.0") },
	};

	page_fields(o, v, fields, COUNT(fields));
}

static void page_of_a_form(struct buf *o, const struct view *v)
{
	const struct ui_problem problems[] = {
		{ STR("purpose"), in(v, "โปรดระบุวัตถุประสงค์การใช้ข้อมูล",
				      "Say what the data are for") },
		{ STR("needed_by"), in(v, "วันที่ 31 เมษายน 2570 ไม่มีในปฏิทิน",
					"There is no 31 April") },
		{ .text = in(v, "คำขอนี้ถูกแก้ไขในอีกหน้าต่างหนึ่ง",
		      "The request was changed in another window") },
	};
	const struct ui_button buttons[] = {
		{ .label = in(v, "ดำเนินการต่อ", "Continue") },
		{ .kind = UI_SECONDARY,
		    .label = in(v, "บันทึกร่าง", "Save draft"),
		    .name = STR("save"),
		    .value = STR("1") },
	};
	const struct ui_form form = { .action = url("/requests"),
		.upload = true };

	page_back_link(o, v, url("/"), STR(""));
	page_error_summary(o, v, problems, v->wrong ? COUNT(problems) : 0);
	heading(o, "h1", in(v, "ขอรับบริการข้อมูล", "Ask for data"));
	page_form_begin(o, v, &form);
	form_first(o, v, v->wrong);
	form_second(o, v);
	page_buttons(o, v, buttons, COUNT(buttons));
	page_form_end(o, v);
}

static void other_lists(struct buf *o, const struct view *v)
{
	const struct ui_step tasks[] = {
		{ .state = UI_DONE,
		    .label = in(v, "วัตถุประสงค์", "Purpose"),
		    .url = url("/a") },
		{ .state = UI_NOW,
		    .label = in(v, "ข้อมูลที่ต้องการ", "Data"),
		    .note = in(v, "เลือกแล้ว 2 ระบบ", "2 systems chosen"),
		    .url = url("/b") },
		{ .state = UI_TODO,
		    .label = in(v, "ผู้ใช้ข้อมูล", "Users"),
		    .url = url("/c") },
		{ .state = UI_STOPPED,
		    .label = in(v, "ฐานกฎหมาย", "Legal basis"),
		    .url = url("/d") },
		{ .state = UI_SKIPPED,
		    .label = in(v, "ตรวจสอบและส่ง", "Check and send") },
	};
	const struct ui_bar bars[] = {
		{ .label = in(v, "คณะวิศวกรรมศาสตร์", "Engineering"),
		    .value = STR("48"),
		    .part = 48,
		    .of = 48,
		    .url = url("/r?u=1") },
		{ .label = in(v, "กองแผนงาน", "Planning"),
		    .value = STR("31"),
		    .part = 31,
		    .of = 48 },
		{ .label = in(v, "บัณฑิตวิทยาลัย", "Graduate College"),
		    .value = STR("7"),
		    .part = 7,
		    .of = 48 },
	};

	page_task_list(o, v, tasks, COUNT(tasks));
	page_bars(o, v,
	    in(v, "คำขอตามหน่วยงาน ปี 2569", "Requests by unit, 2026"), bars,
	    COUNT(bars));
}

static void page_of_the_rest(struct buf *o, const struct view *v)
{
	static const enum ui_tone tones[] = { UI_NEUTRAL, UI_INFO, UI_WAIT,
		UI_GOOD, UI_BAD };

	page_receipt(o, v,
	    &(const struct ui_receipt){ in(v, "ส่งคำขอแล้ว", "Request sent"),
		in(v, "เลขที่คำขอ", "Request no."), STR("ICIT-2569-00012") });
	for (size_t i = 0; i < COUNT(tones); i++)
		page_notice(o, v,
		    &(const struct ui_notice){ .tone = tones[i],
			.text = in(v, "ผู้ปฏิบัติหน้าที่แทนรับทราบคำสั่งที่ 12/2569 แล้ว",
			    "The deputy has been told") });
	page_secret(o, v,
	    &(const struct ui_secret){
		.label = in(v, "คีย์ API ใหม่", "New API key"),
		.value = STR("prk_kW3v0J7yT2mQ9xZc4RbN8sLdHfGaEuPi5oV1wXj6") });
	page_code_block(o, v,
	    &(const struct ui_code){ STR("curl"),
		STR("curl -H 'Authorization: Bearer prk_…' \\\n  'https://gate.example.ac.th/v1/d/a1b2c3d4?faculty=eq.วิศวกรรมศาสตร์&limit=100'") },
	    1);
	other_lists(o, v);
	page_details_begin(o, v, in(v, "วิธีนับวันทำการ", "How days are counted"));
	heading(o, "p",
	    in(v, "ไม่นับวันเสาร์ วันอาทิตย์ วันหยุดราชการ และเวลาที่รอผู้ขอให้ข้อมูลเพิ่ม",
		"Weekends, holidays and waiting for the requester are left out."));
	page_details_end(o, v);
	page_empty(o, v,
	    &(const struct ui_empty){
		in(v, "ยังไม่มีการเชื่อมต่อ", "No connections yet"),
		in(v, "การเชื่อมต่อจะปรากฏที่นี่เมื่อคำขอได้รับการส่งมอบ",
		    "They appear here when a request is delivered."),
		{ .label = in(v, "เริ่มคำขอ", "Start a request"),
		    .url = url("/requests/new") } });
	page_table(o, v,
	    &(const struct ui_table){
		.empty = in(v, "ไม่พบรายการ", "Nothing was found") });
}

static const struct {
	const char *name, *th, *en;
	void (*write)(struct buf *, const struct view *);
	bool wide, wrong;
} pages[] = {
	{ "case", "คำขอ ICIT-2569-00012", "Request ICIT-2569-00012",
	    page_of_a_case, false, false },
	{ "list", "งานของฉัน", "My work", page_of_a_list, true, false },
	{ "form", "ขอรับบริการข้อมูล", "Ask for data", page_of_a_form, false,
	    false },
	{ "wrong", "ขอรับบริการข้อมูล", "Ask for data", page_of_a_form, false,
	    true },
	{ "rest", "ส่งคำขอแล้ว", "Request sent", page_of_the_rest, false, false },
};

static struct str rendered(size_t i, enum lang lang, enum ui_theme theme)
{
	struct view v = { .arena = arena, .lang = lang, .theme = theme };
	const struct ui_link nav[] = {
		{ .label = in(&v, "งานของฉัน", "My work"),
		    .url = url("/work"),
		    .current = true,
		    .count = 4 },
		{ .label = in(&v, "คำขอ", "Requests"),
		    .url = url("/requests") },
		{ .label = in(&v, "การเชื่อมต่อ", "Connections"),
		    .url = url("/connections") },
		{ .label = in(&v, "ทะเบียน", "Register"),
		    .url = url("/register") },
		{ .label = in(&v, "ระบบข้อมูล", "Systems"),
		    .url = url("/systems") },
	};
	const struct ui_link foot[] = {
		{ .label = in(&v, "ระเบียบปฏิบัติงาน ICIT-QP-9001-24",
		      "Procedure ICIT-QP-9001-24"),
		    .url = url("/procedures/ICIT-QP-9001-24") },
		{ .label = in(&v, "ความช่วยเหลือ", "Help"), .url = url("/help") },
		{ .label = in(&v, "โหมดมืด", "Dark mode"),
		    .url = url("/theme") },
	};
	struct buf b = buf_new(arena, MAX_PAGE);

	v.title = in(&v, pages[i].th, pages[i].en);
	v.wide = pages[i].wide;
	v.wrong = pages[i].wrong;
	v.home = url("/");
	v.nav = nav;
	v.n_nav = COUNT(nav);
	v.foot = foot;
	v.n_foot = COUNT(foot);
	v.other_lang = url("/language/x?to=%2Fwork");
	v.person = in(&v, "น.ส. ปรียานุช น้ำทิพย์", "Preeyanuch Namthip");
	v.role = in(&v, "งานสารบรรณ", "Records");
	v.profile = url("/me");
	v.sign_out = url("/sign-out");
	v.csrf = STR("token");
	v.environment = in(&v, "ระบบสาธิต ข้อมูลทั้งหมดสมมุติขึ้น",
	    "Demonstration: all data are invented");
	v.version = STR("0.1.0");
	page_head(&b, &v);
	pages[i].write(&b, &v);
	page_foot(&b, &v);
	T_CHECK(buf_ok(&b), "page %s is too long", pages[i].name);
	return buf_view(&b);
}

static void save(struct str path, struct str bytes)
{
	FILE *f = fopen(str_cstr(arena, path), "wb");

	REQUIRE(f && fwrite(bytes.p, 1, bytes.n, f) == bytes.n);
	REQUIRE(fclose(f) == 0);
}

static void make_dir(struct str path)
{
	REQUIRE(mkdir(str_cstr(arena, path), 0777) == 0 || errno == EEXIST);
}

static void save_static(const char *dir)
{
	static const char *const names[] = { "pratu.css", "dark.css", "app.js",
		"mark.svg", "arches.svg", "laksaman-thai.woff2",
		"laksaman-thai-bold.woff2", "laksaman-latin.woff2",
		"laksaman-latin-bold.woff2" };
	struct str in_dir = str_fmt(arena, "%s/static", dir);

	make_dir(str_of(dir));
	make_dir(in_dir);
	make_dir(
	    str_fmt(arena, "%s/static/%.*s", dir, STR_ARG(static_version())));
	for (size_t i = 0; i < COUNT(names); i++) {
		struct static_file f = { 0 };

		REQUIRE(static_find(str_of(names[i]), &f));
		save(str_fmt(arena, "%s%.*s", dir,
			 STR_ARG(static_url(arena, f.name).s)),
		    f.bytes);
	}
}

static void save_all(const char *dir)
{
	static const char *const themes[] = { "", "-light", "-dark" };

	save_static(dir);
	for (size_t i = 0; i < COUNT(pages); i++)
		for (int lang = 0; lang < LANGS; lang++)
			for (int theme = 0; theme < 3; theme++)
				save(str_fmt(arena, "%s/%s-%.*s%s.html", dir,
					 pages[i].name,
					 STR_ARG(lang_code((enum lang)lang)),
					 themes[theme]),
				    rendered(i, (enum lang)lang,
					(enum ui_theme)theme));
}

/* What the Content-Security-Policy forbids, and what shows that text went out
 * unescaped. */
static void pages_hold_nothing_inline(void)
{
	static const char *const never[] = { " style=", "<style",
		"javascript:", " onclick", " onload", " onerror", " onsubmit",
		"<script>", "<iframe", "http-equiv", "\xef\xbf\xbd" };

	for (size_t i = 0; i < COUNT(pages); i++)
		for (int lang = 0; lang < LANGS; lang++)
			for (size_t j = 0; j < COUNT(never); j++)
				T_CHECK(!str_has(rendered(i, (enum lang)lang,
						     UI_THEME_SYSTEM),
					    str_of(never[j])),
				    "%s has %s", pages[i].name, never[j]);
}

static void english_pages_have_english_words(void)
{
	struct str page = rendered(0, LANG_EN, UI_THEME_SYSTEM);

	T_CHECK(str_has(page, STR("<html lang=\"en\">")), "language");
	T_CHECK(str_has(page, STR(">Sign out<")), "catalogue");
	T_CHECK(str_has(page, STR("Change<span class=\"hidden\"> Purpose")),
	    "hidden text");
}

static void errors_stand_in_title_summary_and_field(void)
{
	struct str page = rendered(3, LANG_TH, UI_THEME_SYSTEM);

	T_CHECK(str_has(page, STR("<title>ผิดพลาด: ขอรับ")), "title");
	T_CHECK(str_has(page, STR("href=\"#f-purpose\"")), "link");
	T_CHECK(
	    str_has(page, STR("id=\"f-purpose\" name=\"purpose\"")), "field");
	T_CHECK(str_has(page,
		    STR("aria-describedby=\"f-purpose-hint f-purpose-error "
			"f-purpose-count\"")),
	    "described");
	/* The browser drops the first line end of a textarea. */
	T_CHECK(str_has(page, STR(">\n\nselect student_id")), "line end");
}

static void static_files_have_type_and_version(void)
{
	struct static_file f = { 0 };

	T_CHECK(static_find(STR("pratu.css"), &f), "pratu.css");
	T_TEXT(f.type, STR("text/css"));
	T_CHECK(
	    f.bytes.n < 30 << 10, "the style sheet has %zu bytes", f.bytes.n);
	T_CHECK(f.etag.n == 18 && f.etag.p[0] == '"', "etag");
	T_CHECK(static_find(STR("app.js"), &f), "app.js");
	T_CHECK(f.bytes.n < 8 << 10, "the script has %zu bytes", f.bytes.n);
	T_CHECK(static_find(STR("tables.js"), &f) && f.bytes.n < 4 << 10,
	    "the tables' script has %zu bytes", f.bytes.n);
	T_CHECK(static_find(STR("laksaman-thai.woff2"), &f), "font");
	T_TEXT(f.type, STR("font/woff2"));
	T_CHECK(str_starts(f.bytes, STR("wOF2")), "not a font");
	T_CHECK(!static_find(STR("../pratu.css"), &f), "only names");
	T_CHECK(!static_find(STR(""), &f), "empty name");
	T_CHECK(static_version().n == 16, "version");
}

int main(int argc, char **argv)
{
	crypt_init();
	arena = arena_new();
	if (argc == 2) {
		save_all(argv[1]);
		return 0;
	}
	T_RUN(pages_hold_nothing_inline);
	T_RUN(english_pages_have_english_words);
	T_RUN(errors_stand_in_title_summary_and_field);
	T_RUN(static_files_have_type_and_version);
	arena_free(arena);
	return T_PLAN();
}
