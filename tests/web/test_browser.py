"""Both procedures from the first form to the register, as people do it: in a
real browser, by the pages alone, each signing in with an e-mail and a password;
in Thai and in English, on a desk and on a phone. $PRATU_SHOTS keeps a picture
of every screen at both widths.

What a person may read off a page (the address of a connection, a key, a
number) is read off the page."""
import re
import sqlite3
from pathlib import Path

import pytest
import requests

from browser import DESK, PHONE, Browser, procedure
from conftest import University, journeys

ICIT, REGISTRAR = "ICIT-QP-9001-24", "W-REG6-001"

STAFF = """select employee_no, title, first_name, last_name, department_code
from employee where left_on is null order by employee_no"""
STUDENTS = """select student_id, title_th, first_name_th, last_name_th,
faculty_code from student order by student_id"""

WORDS = {
    "th": {
        "ICIT": "ขอรายชื่อบุคลากรปัจจุบันพร้อมสังกัด",
        "REGISTRAR": "ขอรายชื่อนักศึกษาพร้อมคณะ",
        "project": "โครงการปรับปรุงระบบลงเวลาปฏิบัติงาน",
        "purpose": "ใช้ตรวจสอบสิทธิ์เข้าใช้ระบบลงเวลาปฏิบัติงานของส่วนงาน",
        "detail": "เลขประจำตัว คำนำหน้า ชื่อ นามสกุล และรหัสสังกัด\n"
                  "เฉพาะผู้ที่ยังอยู่ในปัจจุบัน",
        "name": "นายสมมติ ตัวอย่างดี",
        "other": "นางสาวทดลอง ใช้งานจริง",
        "position": "ผู้อำนวยการกอง",
        "recipients": "ผู้ดูแลระบบลงเวลาปฏิบัติงาน 2 คน เครื่องแม่ข่ายของส่วนงาน",
        "memo": "อว 7105.3/0",
        "note": "เห็นควรดำเนินการ",
        "comment": "ได้รับข้อมูลครบถ้วน",
    },
    "en": {
        "ICIT": "List of current staff with their departments",
        "REGISTRAR": "List of students with their faculties",
        "project": "Renewal of the time-clock system",
        "purpose": "To check who may use the time-clock system of the unit",
        "detail": "Number, title, first name, last name and the unit's code\n"
                  "of those who are here now",
        "name": "Mr Somebody Sample",
        "other": "Ms Another Sample",
        "position": "Head of the unit",
        "recipients": "Two keepers of the time-clock system, the unit's server",
        "memo": "MHESI 7105.3/0",
        "note": "Fit to be carried out",
        "comment": "Complete, thank you",
    },
}


def as_printed(university):
    """Names and positions, which a signature shows as they are printed; the
    longest first."""
    said = set()
    for person in university.facts["people"]:
        me = university.api(person).get("/me").json()
        said |= {me["name"], me["position"]} - {""}
    return sorted(said, key=len, reverse=True)


class Story:
    """One request on its way through the pages."""
    browser = Browser

    def __init__(self, university, code, lang, width, shots):
        self.place = university
        self.code = code
        self.procedure = procedure(code)
        self.office = self.procedure["office"]
        self.words = dict(WORDS[lang])
        self.words["title"] = f"{self.words[self.office]} ({width})"
        self.words["memo"] += str(width)
        self.b = self.browser(university.desk, lang, width, shots)
        self.finished = Path(shots) / "notes.csv"
        self.finished.write_text("a,b\n1,2\n")
        self.b.prefix = f"{self.office.lower()}-{lang}-{width}"
        # Requests of other stories stand in the same lists; a memo's number
        # begins with the ministry's letters.
        self.b.given = [*WORDS["th"].values(), *as_printed(university), "อว "]
        self.who = None
        self.system = {"ICIT": "HRIS", "REGISTRAR": "REGKMITL"}[self.office]

    def t(self, key, *args):
        return self.b.t(key, *args)

    def as_(self, role, office=True):
        """Signs in as the one of that role who can play it to the end."""
        person = self.place.person(role, self.office if office else None)
        if self.who:
            self.b.sign_out()
        self.b.sign_in(person)
        self.who = person
        self.b.look(f"home-{role}")

    def name(self, person):
        """As pages in this language call that person."""
        me = self.place.api(person).get("/me").json()
        return me["name" if self.b.lang == "th" else "name_en"]

    def open(self):
        """From the list of what waits for this person."""
        self.b.press(self.no)

    def fill(self, key, value):
        self.b.fill(self.label(key), value)

    def label(self, key):
        for section in self.procedure["form"]:
            for field in section["fields"]:
                if field["key"] == key:
                    number = field.get("number")
                    label = self.b.label(self.code, key)
                    return f"{number}. {label}" if number else label
        raise KeyError(key)

    def choose(self, key, *codes):
        prefix = {"formats": "format", "connection": "outlet",
                  "subjects": "subject", "service_type": "service",
                  "recipient_kind": "recipient-kind",
                  "lawful_basis": "lawful-basis"}.get(key, key)
        self.b.choose(self.label(key),
                      *[self.t(f"{prefix}.{c}") for c in codes])

    def choose_system(self):
        """By the code in its label."""
        group = self.b.group(self.label("systems"))
        tick = self.b.js(
            "return Array.from(arguments[0].querySelectorAll('label')).find("
            "(l) => l.textContent.includes('(' + arguments[1] + ')')).control",
            group, self.system)
        self.b.js("arguments[0].scrollIntoView({block: 'center'})", tick)
        tick.click()

    def panel(self):
        """What is to be done now."""
        return self.b.driver.find_element("css selector", ".panel")

    def begin(self):
        """From the start page to the empty form."""
        b = self.b
        b.use_language()
        b.look("welcome")
        b.press(self.t("pages.sign-in.button"),
                b.driver.find_element("tag name", "main"))
        b.look("sign-in")
        self.as_("requester", office=False)
        b.press(self.t("pages.nav.new"))
        b.look("new")
        form = b.driver.find_element(
            "xpath", f"//h2[@id='o-{self.procedure['code']}']"
                     "/following::form[1]")
        b.press(self.t("pages.new.start"), form)
        b.look("form")

    def personal(self, subjects):
        """What is asked when persons can be told from the data."""
        self.choose("subjects", subjects)
        self.choose("lawful_basis", "pdpa-24-4")
        self.fill("recipients", self.words["recipients"])
        self.b.date(self.label("retention_until"), 30, 9, 2027)
        self.b.tick(self.label("terms_accepted"))

    def send(self):
        """The answers are checked; what is missing is said first."""
        b = self.b
        b.press(self.t("pages.form.check"))
        b.look("check")
        assert self.words["title"] in b.text()
        b.press(self.t("command.submit"))
        b.look("sent")
        self.no = re.search(rf"{self.office}-25\d\d-\d{{5}}", b.text())[0]

    def command(self, button, screen, confirm=None):
        """The button of the thing to do; a picture before and after."""
        self.b.look(screen)
        self.b.press(button, self.panel(), confirm)
        self.b.look(screen + "-done")
        assert not self.b.driver.find_elements("css selector", ".problems"), \
            self.b.text()

    def receive(self):
        self.as_("records")
        self.open()
        self.b.fill(self.t("thing.memo-in"), self.words["memo"])
        self.b.date(self.t("answer.memo_date"), 2, 11, 2026)
        self.command(self.t("command.receive"), "receive")

    def decide(self):
        self.as_("director")
        self.open()
        self.command(self.t("button.decide.approved"), "decide")

    def prepare(self, sql, button, outlets=("api-get", "export"),
                formats=("json", "csv", "xlsx")):
        b = self.b
        b.press(self.t("ask.prepare-open"), self.panel())
        b.look("prepare")
        b.fill(self.t("plan.sql"), sql)
        b.press(self.t("plan.preview"))
        b.look("prepare-preview")
        b.choose(self.t("thing.outlet"),
                 *[self.t(f"outlet.{o}") for o in outlets])
        b.choose(self.t("case.formats"),
                 *[self.t(f"format.{f}") for f in formats])
        b.choose(self.t("plan.confirm"), self.t("plan.exists"),
                 self.t("plan.releasable"))
        b.press(button)

    def clock(self):
        """Every counted day, from the day on which the work is due."""
        b = self.b
        b.press(b.js("return document.querySelector('a[href$=\"/clock\"]')"
                     ".textContent"))
        b.look("clock")
        b.press(self.no)

    def send_file(self, path):
        """A finished file goes to the gate, and is there to be prepared."""
        b = self.b
        b.press(self.t("ask.prepare-open"), self.panel())
        b.press(self.t("plan.upload"))
        b.look("upload")
        b.fill(self.t("upload.name"), path.name)
        b.press(self.t("upload.button"))
        b.look("upload-ticket")
        b.field(self.t("upload.choose")).send_keys(str(path))
        b.press(self.t("upload.send"))
        b.look("upload-sent")
        assert path.name in b.named("table", "").text
        b.press(self.no)

    def deliver(self):
        self.command(self.t("command.deliver"), "deliver")

    def fetch(self, sql):
        """The requester makes a key on the page of the connection and calls
        its address: the very rows that the source holds."""
        b = self.b
        self.as_("requester", office=False)
        b.press(self.t("pages.nav.connections"))
        b.look("connections")
        b.press(self.words["title"])
        b.look("connection")
        b.press(self.t("conn.make-key"))
        b.look("key")
        key = b.js("return document.getElementById('secret').textContent")
        url = re.search(rf"{re.escape(self.place.gate)}/v1/d/[a-z0-9-]+",
                        b.text())[0]
        answer = requests.get(url + ".json", timeout=60,
                              headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 200, answer.text
        assert answer.json() == self.rows(sql)
        assert requests.get(url, timeout=60).status_code == 401

    def rows(self, sql):
        """What the approved query gives by the shell of its database."""
        db = sqlite3.connect(self.place.dir / f"sources/{self.system}.db")
        db.row_factory = sqlite3.Row
        try:
            return [dict(r) for r in db.execute(sql)]
        finally:
            db.close()

    def accept_by_mail(self):
        """The link of the mailbox, by somebody who is not signed in."""
        b = self.b
        b.press(self.t("pages.nav.mailbox"))
        b.look("mailbox")
        b.press(b.words("th", "mail.acceptance.subject", self.no))
        b.look("mail")
        link = b.named("a", self.t("mailbox.open-accept")).get_attribute("href")
        b.sign_out()
        self.who = None
        b.go(link)
        b.look("accept")
        b.choose(self.t("case.score"), self.t("score.5"))
        b.fill(self.t("ask.comment"), self.words["comment"])
        b.press(self.t("button.accept.accepted"))
        b.look("accepted")
        b.go(link)
        assert not b.has("button", self.t("button.accept.accepted"))
        b.look("accepted-again", 410)

    def register(self, score):
        """The row of the year, as the records office reads it."""
        b = self.b
        self.as_("records")
        b.press(self.t("pages.nav.register"))
        b.look("registers")
        b.press(self.t("registers.year", 2569))
        b.look("register")
        row = b.driver.find_element(
            "xpath", f"//tr[contains(., '{self.no}')]").text
        for text in (self.no, self.system, self.words["memo"], score):
            assert text in row, row


@pytest.fixture(scope="module")
def own():
    """A university that nobody else's tests have written in: what stands on its
    pages was typed here."""
    place = University()
    yield place.demo()
    place.remove()


@pytest.fixture
def tell(own, tmp_path):
    """tell(code, lang, width): a story; its browser ends with the test."""
    told = []

    def begin(code, lang, width):
        told.append(Story(own, code, lang, width, tmp_path))
        return told[-1]

    yield begin
    for story in told:
        story.b.close()


def icit(s):
    b, w = s.b, s.words
    s.begin()
    b.press(s.t("pages.form.check"))
    b.look("form-lacks", 422)
    s.fill("title", w["title"])
    s.fill("project", w["project"])
    s.fill("purpose", w["purpose"])
    b.date(s.label("needed_by"), 21, 12, 2026)
    s.choose_system()
    s.choose("service_type", "api")
    s.fill("detail", w["detail"])
    s.choose("formats", "json", "xlsx")
    s.choose("connection", "api-get")
    s.choose("identifiability", "identified")
    s.fill("signer_name", w["name"])
    s.fill("signer_position", w["position"])
    b.press(s.t("pages.form.check"))
    b.look("form-more", 422)
    s.personal("staff")
    s.send()
    s.as_("owner", office=False)
    s.open()
    b.fill(s.t("ask.note"), w["note"], s.panel())
    s.command(s.t("button.consent.endorsed"), "consent")
    s.receive()
    s.decide()
    s.as_("head")
    s.open()
    b.choose(s.t("ask.officers"), s.name(s.place.person("officer", "ICIT")),
             within=s.panel())
    s.command(s.t("command.assign"), "assign")
    s.as_("officer")
    s.open()
    b.look("officer")
    s.clock()
    s.send_file(s.finished)
    s.prepare(STAFF, s.t("button.prepare.prepared"))
    s.deliver()


    s.fetch(STAFF)
    s.accept_by_mail()
    s.register("5")


def registrar(s):
    b, w = s.b, s.words
    s.begin()
    s.fill("project", w["project"])
    s.fill("head_name", w["name"])
    s.fill("head_phone", "0 2329 8000")
    s.fill("head_email", "head@example.ac.th")
    s.fill("coordinator_name", w["other"])
    s.fill("coordinator_phone", "3201")
    s.fill("coordinator_email", "coordinator@example.ac.th")
    s.fill("purpose", w["purpose"])
    s.choose("connection", "api-get", "export")
    s.fill("networks", "127.0.0.0/8")
    s.choose("formats", "json", "xlsx")
    s.fill("detail", w["detail"])
    s.fill("title", w["title"])
    s.choose_system()
    s.choose("identifiability", "identified")
    s.personal("students")
    s.send()
    s.receive()
    s.decide()
    s.as_("officer")
    s.open()
    b.look("officer")
    s.prepare(STUDENTS, s.t("button.prepare.prepared-for-check"))
    b.look("prepared")
    s.as_("executive")
    s.open()
    s.command(s.t("button.check.released"), "check")
    s.as_("officer")
    s.open()
    s.deliver()
    s.fetch(STUDENTS)
    s.register("")


@pytest.mark.long
@pytest.mark.parametrize("lang, width", journeys(("th", DESK), ("en", PHONE)))
def test_icit_from_form_to_register(tell, lang, width):
    story = tell(ICIT, lang, width)
    icit(story)
    assert not story.b.found, "\n".join(story.b.found)


@pytest.mark.long
@pytest.mark.parametrize("lang, width", journeys(("en", DESK), ("th", PHONE)))
def test_registrar_from_form_to_register(tell, lang, width):
    story = tell(REGISTRAR, lang, width)
    registrar(story)
    assert not story.b.found, "\n".join(story.b.found)


@pytest.mark.long
@pytest.mark.parametrize("lang, width", journeys(("th", PHONE), ("en", DESK)))
def test_the_pages_beside_the_way(own, tmp_path, lang, width):
    """What anybody may read, and what says no."""
    b = Browser(own.desk, lang, width, tmp_path)
    b.prefix = f"beside-{lang}-{width}"
    b.given = [*WORDS["th"].values(), "อว "]
    try:
        beside(b, own)
    finally:
        b.close()
    assert not b.found, "\n".join(b.found)


def beside(b, university):
    b.use_language()
    for name, screen in ((b.t("pages.foot.procedures"), "procedures"),
                         (procedure(ICIT)["title"][b.lang], "icit"),
                         (b.t("pages.foot.procedures"), "procedures-again"),
                         (procedure(REGISTRAR)["title"][b.lang], "registrar"),
                         (b.t("pages.foot.help"), "help"),
                         (b.t("pages.foot.theme"), "theme")):
        b.press(name)
        b.look(screen)
    b.tick(b.t("pages.theme.dark"))
    b.press(b.t("pages.theme.save"))
    b.look("dark")
    b.go("/help/errors")
    b.look("errors")
    person = university.person("requester")
    b.go("/sign-in")
    b.fill(b.t("pages.sign-in.email"), person["email"])
    b.fill(b.t("pages.sign-in.password"), "รหัสผ่าน")
    b.press(b.t("pages.sign-in.button"),
            b.driver.find_element("tag name", "main"))
    b.look("sign-in-wrong", 422)
    assert b.t("pages.sign-in.thai") in b.text()
    b.sign_in(person)
    b.press(b.t("pages.nav.requests"))
    b.look("list")
    b.fill(b.t("pages.list.search"), "zzz")
    b.press(b.t("pages.list.filter"))
    b.look("list-empty")
    assert b.t("pages.list.none-found") in b.text()
    b.go("/requests/ICIT-2569-99999")
    b.look("not-found", 404)
    b.go("/nowhere")
    b.look("no-page", 404)
    b.go("/register")
    b.look("forbidden", 403)
    b.sign_out()
    b.sign_in(university.person("records", "ICIT"))
    b.press(b.t("pages.nav.paper"))
    b.look("paper")
    b.press(b.t("pages.paper.next"))
    b.look("paper-lacks", 422)
