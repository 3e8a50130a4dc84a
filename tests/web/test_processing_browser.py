"""Data that a requester sends in to have them worked on, from the form to the return,
in a real browser: a workbook of 3,000 student numbers, as people type them, comes back
with faculty and status and nothing more; then once more with the numbers put right.

Steps of each person are pages alone; what came out is read with openpyxl, and against
the source's own rows."""
import hashlib
import io
import random
import re

import openpyxl
import pytest
import requests
from selenium.webdriver.common.by import By

from browser import DESK, Browser
from conftest import University, journeys, wait_until
from test_browser import ICIT, Story, as_printed

THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
HEADING, NOTE = "รหัสนักศึกษา", "หมายเหตุ"
JOINED = """select distinct s.student_id, f.name_th as faculty, s.status
from numbers n
join student s on s.student_id = n.student_id
join programme p on p.programme_code = s.programme_code
join faculty f on f.faculty_code = p.faculty_code
order by s.student_id"""
TRUTH = """select s.student_id, f.name_th, s.status from student s
join programme p on p.programme_code = s.programme_code
join faculty f on f.faculty_code = p.faculty_code"""
UNKNOWN = [f"69{i:011d}" for i in range(12)]


def typed(numbers):
    """A workbook of student numbers, as several hands typed them: texts and
    numbers, Thai digits, blanks around and within."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "รายชื่อ"
    sheet.append([HEADING, NOTE])
    for i, number in enumerate(numbers):
        said = {0: f" {number} ", 1: number.translate(THAI),
                2: f"\u00a0{number}", 3: int(number),
                4: f"{number[:2]} {number[2:]}"}.get(i % 50, number)
        sheet.append([said, f"กลุ่ม {sum(map(int, number)) % 4 + 1}"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class Own(Browser):
    """Looks at the pages that no other journey comes to."""

    def look(self, screen, status=200):
        if not screen.startswith(("home-", "consent", "receive", "decide",
                                  "assign", "sent", "deliver-")):
            super().look(screen, status)


class Processing(Story):
    browser = Own

    def __init__(self, place, lang, shots):
        super().__init__(place, ICIT, lang, DESK, shots)
        self.b.prefix = f"processing-{lang}"
        self.system = "REG"
        self.words["title"] = {
            "th": "ขอคณะและสถานภาพของนักศึกษาตามรายชื่อ",
            "en": "Faculty and status of the students listed"}[lang]
        self.words["detail"] = {
            "th": "คณะและสถานภาพของนักศึกษาตามรายชื่อในตารางที่ส่งมา",
            "en": "Faculty and status of each student in the table sent"}[lang]
        self.known = {r["student_id"]: (r["name_th"], r["status"])
                      for r in self.rows(TRUTH)}
        self.numbers = sorted(self.known)[7:2994] + UNKNOWN
        random.Random(6).shuffle(self.numbers)
        self.twice = next(n for n in self.numbers if n in self.known)
        self.numbers.insert(1500, self.twice)
        self.path = shots / "รายชื่อนักศึกษา.xlsx"
        self.path.write_bytes(typed(self.numbers))
        self.b.given += [self.path.name, "รายชื่อแก้แล้ว.xlsx", HEADING, NOTE,
                         "รายชื่อ", "กลุ่ม "]
        self.b.given += sorted({v for r in self.known.values() for v in r})

    def asks(self):
        b, w = self.b, self.words
        b.use_language()
        self.as_("requester", office=False)
        b.press(self.t("pages.nav.new"))
        form = b.driver.find_element(
            "xpath", f"//h2[@id='o-{self.procedure['code']}']"
                     "/following::form[1]")
        b.press(self.t("pages.new.start"), form)
        self.fill("title", w["title"])
        self.fill("purpose", w["purpose"])
        b.date(self.label("needed_by"), 21, 12, 2026)
        self.choose_system()
        self.choose("service_type", "processing")
        self.fill("detail", w["detail"])
        self.choose("formats", "xlsx")
        self.choose("connection", "export")
        self.choose("identifiability", "identified")
        b.press(self.t("pages.form.check"))
        self.personal("students")
        self.fill("signer_name", w["name"])
        self.fill("signer_position", w["position"])
        b.driver.get_log("browser")
        b.look("form")
        b.press(self.t("pages.form.check"))
        b.look("check")
        self.no = re.search(r"ICIT-25\d\d-\d{5}", b.text())[0]

    def in_hand(self, email):
        """Somebody else at the same browser."""
        self.b.sign_out()
        self.who = next(p for p in self.place.facts["people"]
                        if p["email"].startswith(email + "@"))
        self.b.sign_in(self.who)

    def tables(self):
        """As the API tells them, newest first."""
        me = self.place.api(self.place.person("requester"))
        return me.get(f"/requests/{self.no}/uploads").json()["uploads"]

    def send_table(self, path, screen):
        """Dropped on the page; it says how far it is, until it is read."""
        b = self.b
        b.field(self.t("brought.choose")).send_keys(str(path))
        b.press(self.t("brought.send"))
        assert b.heading() == path.name
        wait_until("the page says that it was read", lambda: not b.js(
            "return document.querySelector('[data-watch]')"), seconds=30)
        b.settle()
        b.look(screen)

    def sends(self):
        b = self.b
        b.press(self.t("brought.send"))
        b.look("tables")
        self.send_table(self.path, "table")
        one, = self.tables()
        assert (one["state"], one["found"]["rows"]) \
            == ("read", len(self.numbers))
        assert self.t("brought.all-good", 3000) in b.text()
        assert (one["found"]["double"], one["found"]["wrong"]) == (1, 0)
        b.press(self.t("brought.look-open"))
        b.look("table-rows")
        assert self.numbers[0] in b.text()
        b.press(self.t("brought.title"))
        b.press(self.t("pages.check.title"))
        assert self.path.name in b.text()
        b.look("check-again")
        b.press(self.t("command.submit"))
        b.look("sent")

    def goes_its_way(self):
        b = self.b
        self.in_hand("prasert.l")
        self.open()
        self.command(self.t("button.consent.endorsed"), "consent")
        self.receive()
        self.decide()
        self.as_("head")
        self.open()
        b.choose(self.t("ask.officers"), self.name(
            self.place.person("officer", "ICIT")), within=self.panel())
        self.command(self.t("command.assign"), "assign")

    def plan(self, path, rows):
        """The officer names what was sent in, and writes what joins it."""
        b = self.b
        b.press(self.t("ask.prepare-open"), self.panel())
        b.look("prepare")
        b.fill(self.t("plan.table"), self.t(
            "plan.table-of", path.name, rows))
        b.fill(self.t("plan.table-name"), "numbers")
        b.fill(self.t("plan.unmatched"), "student_id")
        b.fill(self.t("plan.sql"), JOINED)

    def prepares(self):
        b = self.b
        self.as_("officer")
        self.open()
        b.look("officer")
        self.plan(self.path, 3000)
        b.press(self.t("plan.preview"))
        b.look("prepare-preview")
        first = min(n for n in self.numbers if n in self.known)
        assert first in b.text() and self.known[first][0] in b.text()
        b.choose(self.t("thing.outlet"), self.t("outlet.export"))
        b.choose(self.t("case.formats"), self.t("format.xlsx"))
        b.choose(self.t("plan.confirm"), self.t("plan.exists"),
                 self.t("plan.releasable"))
        b.press(self.t("button.prepare.prepared"))
        b.look("prepared")
        self.deliver()


    def gets(self):
        """The file behind the link on the page, and what it holds."""
        b = self.b
        self.as_("requester", office=False)
        self.open()
        b.look("delivered")
        link = b.driver.find_element(By.LINK_TEXT, f"{self.no}-data.xlsx")
        jar = {c["name"]: c["value"] for c in b.driver.get_cookies()}
        got = requests.get(link.get_attribute("href"), cookies=jar,
                           timeout=60)
        assert got.status_code == 200, got.text
        assert hashlib.sha256(got.content).hexdigest() in b.text()
        return openpyxl.load_workbook(io.BytesIO(got.content))

    def holds(self, book, numbers, missing):
        """Exactly number, faculty and status of those that are known, each
        once; beside them the numbers that are not."""
        data, lost = book.worksheets[:2]
        rows = [tuple(c.value for c in row) for row in data]
        assert rows[0] == ("student_id", "faculty", "status")
        assert rows[1:] == [(n, *self.known[n]) for n in sorted(
            set(numbers) & set(self.known))]
        assert lost.title == "ไม่พบ (Not found)"
        assert [tuple(str(c.value) for c in row) for row in lost] == \
            [(HEADING,)] + [(n,) for n in missing]
        told = [tuple(str(c.value) for c in row) for s in book.worksheets[2:]
                for row in s]
        assert not [n for n in self.known if n in str(told)]

    def refuses(self):
        b = self.b
        b.choose(self.t("case.score"), self.t("score.2"))
        b.fill(self.t("ask.comment"), self.words["comment"], self.panel())
        b.look("accept")
        b.press(self.t("button.accept.refused"), self.panel())
        b.look("refused")

    def corrects(self):
        """What was not found is put right, and one is left out."""
        b = self.b
        right = sorted(set(self.known) - set(self.numbers))[:11]
        put = dict(zip(UNKNOWN, right))
        self.right = [put.get(n, n) for n in self.numbers]
        path = self.path.with_name("รายชื่อแก้แล้ว.xlsx")
        path.write_bytes(typed(self.right))
        b.press(self.path.name)
        b.press(self.t("brought.again"))
        self.send_table(path, "table-corrected")
        b.press(self.t("brought.compare"))
        b.look("difference")
        said = b.driver.find_element(
            "xpath", "//h2[@id='difference']/following::dl[1]").text
        assert re.sub(r"\s+", " ", said) == " ".join(
            f"{self.t('brought.' + k)} {n}" for k, n in (
                ("rows-added", 11), ("rows-removed", 11),
                ("rows-changed", 0), ("rows-same", 2988))), said
        self.path = path

    def prepares_again(self):
        """With the columns that were agreed: neither more nor less."""
        b = self.b
        self.as_("officer")
        self.open()
        self.plan(self.path, 3000)
        b.fill(self.t("plan.sql"), JOINED.replace(
            "s.status", "s.status, s.gpax"))
        b.press(self.t("plan.preview"))
        b.choose(self.t("plan.confirm"), self.t("plan.exists"),
                 self.t("plan.releasable"))
        b.press(self.t("button.prepare.prepared"))
        b.look("prepare-more", 422)
        assert self.t("field.contract-more", "gpax") in b.text()
        b.fill(self.t("plan.sql"), JOINED)
        b.press(self.t("plan.preview"))
        b.press(self.t("button.prepare.prepared"))
        assert self.path.name in b.text(), b.text()
        self.deliver()

    def accepts(self):
        b = self.b
        b.choose(self.t("case.score"), self.t("score.5"))
        b.press(self.t("button.accept.accepted"), self.panel())
        b.look("closed")
        # ISO 9001 8.5.3: what became of both tables.
        text = b.text()
        for kind, n in (("brought", 2), ("used", 2), ("returned", 2)):
            assert text.count(self.t("said." + kind)) == n, kind


@pytest.fixture(scope="module")
def own():
    place = University()
    yield place.demo()
    place.remove()


@pytest.mark.long
@pytest.mark.parametrize("lang", journeys("th", "en"))
def test_three_thousand_numbers_and_nothing_more(own, lang, tmp_path):
    s = Processing(own, lang, tmp_path)
    try:
        s.asks()
        s.sends()
        s.goes_its_way()
        s.prepares()
        s.holds(s.gets(), s.numbers, [n for n in s.numbers if n in UNKNOWN])
        s.refuses()
        s.corrects()
        s.prepares_again()
        s.holds(s.gets(), s.right, UNKNOWN[11:])
        s.accepts()
        assert not s.b.found, "\n".join(s.b.found)
    finally:
        s.b.close()
