"""Both procedures from the request memo to the filed copies as an office plays
them: in a browser, on paper and by mail. What is printed is signed with a pen,
scanned and comes back by its code; mail goes to a real SMTP server, and what is
answered is read from a real IMAP server; each mail, PDF and code is read back.

test_browser looks at the pages on the way; here those of paper and mail are
looked at, and what the procedures say of memos, mails and filing."""
import hashlib
import re
from contextlib import ExitStack

import pytest
import requests
from selenium.webdriver.common.by import By

from browser import DESK, PHONE, Browser
from conftest import University, free_port
from imap_server import ImapServer
from journey import YEAR, good
from mail_server import MailServer
from paper_work import by_hand, codes, stands_at
from test_browser import ICIT, REGISTRAR, Story, as_printed
from test_data_mail import put
from test_mail import filed
from test_paper_layout import THAI, bare, info, read
from test_replies import Replies

SEEN = {"papers", "scan", "scanned", "verify", "accept", "accepted",
        "accepted-again", "mailed", "filed", "letter-due", "papers-filed"}
PURPOSE = "จัดทำแผนอัตรากำลังของคณะวิศวกรรมศาสตร์ ประจำปีงบประมาณ 2570"
DETAIL = "รหัสและชื่อหน่วยงานทุกหน่วยงานในระบบ"
CONDITIONS = "ใช้ภายในคณะเท่านั้น"
REASON = "ข้อมูลที่ขอมีเผยแพร่อยู่แล้วในรายงานประจำปีของสำนัก"
MEMO_IN, RECEIVED, MEMO_OUT = "อว 7201/88", "1024/2569", "อว 7105.1/77"
HEAD, HEAD_OF = "รศ.ดร.สมมุติ ใจดี", "คณบดีคณะวิศวกรรมศาสตร์"

ICIT_NAME = "สำนักคอมพิวเตอร์และเทคโนโลยีสารสนเทศ"
REG_NAME = "สำนักทะเบียนและประมวลผล"
HRIS = ("select department_code, name_th from department"
        " order by department_code")
FACULTIES = ("select faculty_code, name_th from faculty"
             " order by faculty_code")
FORM = {
    "project": "โครงการติดตามผลการเรียนของนักศึกษาชั้นปีที่ 1",
    "head_name": "รศ.ดร.สมมุติ ใจดี", "head_phone": "02-329-8000",
    "head_email": "head.eng@example.ac.th",
    "coordinator_name": "นางสาวตัวอย่าง รักงาน", "coordinator_phone": "2213",
    "coordinator_email": "coordinator.eng@example.ac.th",
    "purpose": "เพื่อติดตามผลการเรียนและดูแลนักศึกษาที่มีความเสี่ยง",
    "caller_host": "app.eng.example.ac.th", "networks": "127.0.0.1",
    "detail": "รหัสและชื่อคณะทุกคณะ", "title": "ข้อมูลคณะสำหรับระบบติดตามผลการเรียน"}


class Own(Browser):
    """Looks at the pages that no other journey comes to."""

    def look(self, screen, status=200):
        if screen in SEEN:
            super().look(screen, status)


class Play(Story):
    """One request on the screen, on paper and in the mail."""
    browser = Own

    def __init__(self, desk, code, title, shots):
        super().__init__(desk.university, code, "th", DESK, shots)
        self.desk, self.folder = desk, shots
        self.words |= {"title": title, "purpose": PURPOSE, "detail": DETAIL}
        self.phone = Own(desk.university.desk, "th", PHONE, shots)
        self.phone.prefix = self.b.prefix + "-phone"
        for b in (self.b, self.phone):
            b.given = [title, PURPOSE, DETAIL, CONDITIONS, REASON, HEAD,
                       HEAD_OF, "อว ", *FORM.values(),
                       *as_printed(desk.university)]
            b.use_language()

    def close(self):
        self.b.close()
        self.phone.close()

    def one(self, role):
        """That role's person as the API knows him."""
        return self.desk.person(self.place.person(
            role, self.office)["email"].split("@")[0])

    # Paper

    def papers(self):
        self.b.go(f"/requests/{self.no}/papers")

    def section(self, kind):
        head = self.b.named("h2", self.t(f"paper.{kind}"))
        return self.b.js("return arguments[0].closest('section')", head)

    def save(self, url, name):
        """What a link on the page leads to, for whoever is signed in."""
        jar = {c["name"]: c["value"] for c in self.b.driver.get_cookies()}
        got = requests.get(url, cookies=jar, timeout=60)
        assert got.status_code == 200, got.text
        path = self.folder / f"{self.b.prefix}-{name}"
        path.write_bytes(got.content)
        return path

    def printed(self, kind, name=None):
        """The PDF of the page of papers."""
        self.papers()
        link = self.b.named("a", self.t("paper.pdf"), self.section(kind))
        pdf = self.save(link.get_attribute("href"), f"{name or kind}.pdf")
        assert info(pdf)["Title"].strip(), kind
        return pdf

    def says(self, pdf, *texts):
        text = bare(read(pdf))
        for t in texts:
            assert bare(t) in text, (t, read(pdf))
        return text

    def scan_back(self, kind, pdf, person):
        """Signed with a pen, scanned; the telephone reads the code and sends
        the scan to where the code leads. The kept file."""
        sheet = by_hand(pdf, self.folder / f"{self.b.prefix}-{kind}.png")
        link, = codes(sheet)
        assert link == f"{self.place.desk}/requests/{self.no}/scan/{kind}"
        phone = self.phone
        phone.go(link)
        # Whoever finds the paper sees nothing of the request.
        assert self.words["title"] not in phone.text()
        entry = next(p for p in self.place.facts["people"]
                     if p["email"] == person.email)
        phone.fill(self.t("pages.sign-in.email"), entry["email"])
        phone.fill(self.t("pages.sign-in.password"), entry["password"])
        phone.press(self.t("pages.sign-in.button"),
                    phone.driver.find_element(By.TAG_NAME, "main"))
        assert phone.driver.current_url == link, phone.text()
        assert self.words["title"] in phone.text()
        phone.look("scan")
        phone.field(self.t("paper.scan-file")).send_keys(str(sheet))
        phone.press(self.t("paper.scan-send"))
        assert self.t("paper.scanned") in phone.text()
        phone.look("scanned")
        phone.sign_out()
        kept = self.copies(kind, person)[-1]
        assert kept["how"] == "scanned"
        assert kept["sha256"] == hashlib.sha256(
            sheet.read_bytes()).hexdigest()
        event = person.get(f"/requests/{self.no}/events")["events"][-1]
        assert (event["type"], event["by"]) == ("papered", person.email)
        return kept

    def copies(self, kind, person):
        return next(p for p in person.get(
            f"/requests/{self.no}/papers")["papers"]
            if p["paper"] == kind)["signed"]

    def sign_here(self, kind):
        """By the button on the page of papers; what the API tells of it."""
        b = self.b
        self.papers()
        b.press(self.t("paper.sign"), self.section(kind))
        b.click(b.named("button", self.t("paper.sign"), self.section(kind)))
        assert self.t("paper.signed") in b.text(), b.text()
        b.look("papers")
        me = self.desk.person(self.who["email"].split("@")[0])
        return self.copies(kind, me)[-1]

    # Mail

    def mail(self, kind, to):
        """The one mail of that kind to that person, as it arrived."""
        parsed = self.desk.mail(self.no, kind, to)
        m = [m for m in self.desk.server.to(to)
             if m.id == str(parsed["Message-ID"])]
        assert len(m) == 1 and m[0].tls
        return m[0]

    def letter_out(self, number, kind, file=None):
        """The records office keeps the outgoing number, with its file."""
        b = self.b
        box = b.driver.find_element(By.ID, "do-letter")
        if box.tag_name == "details" and not box.get_attribute("open"):
            b.press(self.t("command.letter"), box)
        b.choose(self.t("ask.direction"), self.t("direction.out"), within=box)
        b.fill(self.t("thing.letter-no"), number, box)
        b.fill(self.t("ask.letter-kind"), kind, box)
        if file:
            b.choose(self.t("ask.letter-file"), file, within=box)
        b.click(b.named("button", self.t("command.letter"), box))
        assert number in b.text()

    # Filing

    def filed_mails(self, person):
        """What the page lists as sent: each .eml as it left, but for the link
        that answers in the requester's name."""
        b = self.b
        found = []
        for a in b.driver.find_elements(
                By.CSS_SELECTOR, f'a[href*="/requests/{self.no}/mails/"]'):
            url = a.get_attribute("href")
            eml = self.save(url, f"{url.rsplit('/', 1)[1]}.eml").read_bytes()
            notice = int(url.rsplit("/", 1)[1])
            assert eml == filed(self.desk, notice)
            head = re.search(rb"^Message-ID: (<[^>]+>)", eml, re.M | re.I)[1]
            sent = [m for m in self.desk.server.mails
                    if m.id == head.decode()]
            assert sent, head
            assert re.search(rb"^To: ", eml, re.M)
            found.append(str(sent[0].parsed["Subject"]))
        assert found and b.text().count(self.t("sending.state.sent")) \
            >= len(found)
        assert self.t("sending.state.failed") not in b.text()
        assert person.get(f"/requests/{self.no}/mails")
        return found

    def register_row(self):
        """The row of the year on the page, by the heads of its columns."""
        b = self.b
        b.press(self.t("pages.nav.register"))
        b.press(self.t("registers.year", YEAR))
        heads = [e.text for e in b.driver.find_elements(
            By.CSS_SELECTOR, "table thead th")]
        row = b.driver.find_element(
            "xpath", f"//tr[contains(., '{self.no}')]")
        cells = [e.text for e in row.find_elements(By.CSS_SELECTOR, "th, td")]
        assert len(cells) == len(heads)
        return dict(zip(heads, cells))


@pytest.fixture(scope="module")
def bureau(tmp_path_factory):
    """A university with a mail server and a mailbox of its own."""
    folder = tmp_path_factory.mktemp("bureau")
    with ExitStack() as stack:
        imap, place = ImapServer(), University()
        stack.callback(place.remove)
        stack.callback(imap.stop)
        imap.start()
        place.demo()
        server = stack.enter_context(MailServer(folder, free_port()))
        desk = Replies(place, server, imap)
        put(desk, mail_domains="example.ac.th")
        yield desk


@pytest.fixture
def tell(bureau, tmp_path):
    told = []

    def begin(code, title):
        told.append(Play(bureau, code, title, tmp_path))
        return told[-1]

    yield begin
    for play in told:
        play.close()


def request_memo(p):
    """บันทึกข้อความขอความอนุเคราะห์ of the unit: printed, signed, scanned."""
    p.as_("requester", office=False)
    b = p.b
    b.press(p.t("pages.nav.new"))
    form = b.driver.find_element(
        "xpath", f"//h2[@id='o-{p.code}']/following::form[1]")
    b.press(p.t("pages.new.start"), form)


def ask_icit(p):
    request_memo(p)
    b = p.b
    for key in ("title", "purpose", "detail"):
        p.fill(key, p.words[key])
    b.date(p.label("needed_by"), 21, 12, 2026)
    p.choose_system()
    p.choose("service_type", "existing")
    p.choose("formats", "table", "xlsx")
    p.choose("connection", "export")
    p.choose("identifiability", "aggregate")
    p.fill("memo_no", MEMO_IN)
    b.date(p.label("memo_date"), 23, 11, 2026)
    p.fill("signer_name", HEAD)
    p.fill("signer_position", HEAD_OF)
    p.send()


def ask_registrar(p):
    """Form 6.1 and its memo (L-10, L-16)."""
    p.words |= FORM
    request_memo(p)
    b = p.b
    for key, value in FORM.items():
        p.fill(key, value)
    p.choose("connection", "api-get", "export")
    p.choose("formats", "json", "xlsx")
    p.choose_system()
    p.choose("identifiability", "aggregate")
    p.fill("memo_no", MEMO_IN)
    b.date(p.label("memo_date"), 23, 11, 2026)
    p.fill("signer_name", HEAD)
    p.fill("signer_position", HEAD_OF)
    p.send()


def print_request(p, office):
    """N-22, L-10: the memo says who asks whom for what; its head is the memo's
    (positions: test_paper_layout)."""
    memo = p.printed("request")
    p.b.look("papers")
    text = p.says(memo, "บันทึกข้อความ", "ส่วนงาน", "คณะวิศวกรรมศาสตร์",
                  MEMO_IN.translate(THAI), "๒๓ พฤศจิกายน ๒๕๖๙",
                  f"เรียน ผู้อำนวยการ{office}",
                  "เพื่อ" + p.words["purpose"].removeprefix("เพื่อ")
                  .translate(THAI), p.words["detail"].translate(THAI),
                  f"({HEAD})", HEAD_OF, p.no)
    # The subject is a request, once.
    assert text.count("ขอความอนุเคราะห์จัดทำ") == 1, text
    assert bare("เรื่อง ขอความอนุเคราะห์จัดทำ" + p.words["title"].removeprefix(
        "ขอความอนุเคราะห์จัดทำ").translate(THAI)) in text
    assert "เลขรับ" not in text
    return memo


def consent(p):
    """The owner agrees, on a memo of its own (N-22)."""
    b, owner = p.b, p.desk.owners["HRD"]
    entry = next(e for e in p.place.facts["people"]
                 if e["email"] == owner.email)
    b.sign_out()
    b.sign_in(entry)
    p.who = entry
    p.open()
    b.fill(p.t("ask.conditions"), CONDITIONS, p.panel())
    p.command(p.t("button.consent.endorsed"), "consent")
    memo = p.printed("endorsement")
    p.says(memo, "กองบริหารและจัดการทรัพยากรมนุษย์", "เห็นชอบ", CONDITIONS,
           f"({owner.name})", p.words["title"].translate(THAI),
           f"เรียน ผู้อำนวยการ{ICIT_NAME}", MEMO_IN.translate(THAI))
    p.scan_back("endorsement", memo, owner)


def receive(p, office):
    """Received with the office's own number, which the memo is stamped with."""
    b, records = p.b, p.one("records")
    p.as_("records")
    p.open()
    assert b.field(p.t("thing.memo-in"), p.panel()).get_attribute(
        "value") == MEMO_IN
    b.fill(p.t("thing.received-no"), RECEIVED, p.panel())
    b.fill(p.t("case.urgency"), p.t("urgency.urgent"), p.panel())
    p.command(p.t("command.receive"), "receive")
    stamped = p.printed("request", "request-stamped")
    received = records.request(p.no)
    assert (received["received_no"], received["memo_in"]) \
        == (RECEIVED, MEMO_IN)
    text = p.says(stamped, f"เลขรับ {RECEIVED}".translate(THAI), "วันที่",
                  office)
    assert re.search(r"เวลา[๐-๙]{2}[.:][๐-๙]{2}", text), text
    assert bare(p.t("urgency.urgent")) in text
    # The stamp is at the sheet's upper right, above the memo's name.
    left, top = stands_at(stamped, "เลขรับ")
    assert left > 130 and top < 30, (left, top)


def accept_link(p, mail):
    """The link of the mail: in its words, its HTML, and its picture's code."""
    link, = set(re.findall(r"http\S+/accept/\S+", mail.text()))
    assert link in mail.text("html")
    picture, = [part for part in mail.parsed.walk()
                if part.get_content_type() == "image/png"]
    assert picture["Content-ID"] == "<qr>" or "qr" in picture["Content-ID"]
    path = p.folder / f"{p.b.prefix}-mail.png"
    path.write_bytes(picture.get_content())
    assert codes(path) == [link]
    return link


def deliver(p):
    """Data by mail to the requester (5.2.3.1), with the link and code that
    accepts (5.3)."""
    b, asks = p.b, p.desk.requester
    b.choose(p.t("ask.channel"), p.t("channel.mail"))
    p.deliver()
    data = p.mail("data", asks.email)
    given = asks.request(p.no)["deliveries"]
    got = data.files()
    assert set(got) == {d["name"] for d in given} and len(got) == 2
    for d in given:
        content = got[d["name"]]
        if isinstance(content, str):
            # Lines of a text may end otherwise in a mail.
            rows = content.lstrip("\ufeff").split()
            want = [",".join(row.values()) for row in p.rows(HRIS)]
            assert rows[1:] == want
        else:
            assert hashlib.sha256(content).hexdigest() == d["sha256"]
        assert d["sha256"] in data.text()
    assert data.parsed["Cc"] is None
    mail = p.mail("acceptance", asks.email)
    assert p.no in str(mail.parsed["Subject"])
    assert str(mail.parsed["To"]).endswith(f"<{asks.email}>") \
        or str(mail.parsed["To"]) == asks.email
    return mail


def notice_memo(p):
    """บันทึกข้อความแจ้งผล: numbered by the records office, signed by the
    director; the requester's own copy has the link and its code (N-31)."""
    b, asks = p.b, p.desk.requester
    p.as_("records")
    b.go(f"/requests/{p.no}")
    p.letter_out(MEMO_OUT, p.t("paper.notice"))
    p.as_("director")
    signed = p.sign_here("notice")
    director = p.one("director")
    assert (signed["how"], signed["name"]) == ("signed", director.name)
    kept = p.save(f"{p.place.desk}/requests/{p.no}/files/{signed['file']}",
                  "notice.pdf")
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == signed["sha256"]
    text = p.says(kept, "บันทึกข้อความ", MEMO_OUT.translate(THAI),
                  f"อ้างถึง บันทึกข้อความ คณะวิศวกรรมศาสตร์ ที่ "
                  f"{MEMO_IN.translate(THAI)}", f"({director.name})",
                  signed["code"])
    assert "/accept/" not in text
    copy = p.mail("copy", asks.email)
    (name, content), = copy.files().items()
    own = p.folder / name
    own.write_bytes(content)
    assert hashlib.sha256(content).hexdigest() == signed["copy_sha256"]
    link, = [c for c in codes(own) if "/accept/" in c]
    p.says(own, link)
    # Anybody who holds the paper may ask whether it is real.
    verify, = [c for c in codes(own) if "/verify/" in c]
    p.phone.go(verify)
    assert signed["sha256"] in p.phone.text()
    assert p.words["title"] not in p.phone.text()
    p.phone.look("verify")
    return link


def reply_by_mail(p, mail):
    """The requester answers the mail; words and file join the case."""
    b, d = p.b, p.desk
    m = d.answer(mail.parsed, "ได้รับไฟล์แล้ว ขอบคุณค่ะ\nขอส่งรายชื่อผู้ใช้ข้อมูล")
    m.add_attachment("ชื่อ,ตำแหน่ง\nก,ข\n".encode(), maintype="text",
                     subtype="csv", filename="ผู้ใช้ข้อมูล.csv")
    row = d.send(m)
    assert (row["state"], row["request"]) == ("joined", p.no), row
    p.as_("officer")
    b.go(f"/requests/{p.no}")
    b.given += ["ได้รับไฟล์แล้ว ขอบคุณค่ะ", "ขอส่งรายชื่อผู้ใช้ข้อมูล", "ผู้ใช้ข้อมูล.csv"]
    text = b.text()
    assert "ได้รับไฟล์แล้ว ขอบคุณค่ะ" in text and "ผู้ใช้ข้อมูล.csv" in text
    b.look("mailed")
    event, = d.mailed(p.no)
    file, = event["data"]["files"]
    kept = p.save(f"{p.place.desk}/requests/{p.no}/files/{file['id']}",
                  "reply.csv")
    assert "ชื่อ,ตำแหน่ง" in kept.read_text()


def accept(p, link, other):
    """By the link, on a telephone, signed in nowhere; then both have ended."""
    phone, asks = p.phone, p.desk.requester
    phone.go(link)
    text = phone.text()
    for words in (p.no, p.words["title"], PURPOSE, CONDITIONS,
                  asks.request(p.no)["artefact"]["digest"]):
        assert words in text, words
    assert not phone.driver.find_elements(
        By.CSS_SELECTOR, "input[type=radio]:checked")
    phone.look("accept")
    phone.choose(p.t("case.score"), p.t("score.5"))
    phone.fill(p.t("ask.comment"), p.words["comment"])
    phone.press(p.t("button.accept.accepted"))
    phone.look("accepted")
    r = asks.request(p.no)
    assert (r["state"], r["outcome"], r["score"]) == ("closed", "accepted", 5)
    phone.go(other)
    assert not phone.has("button", p.t("button.accept.accepted"))
    phone.look("accepted-again", 410)


def filed_with_records(p, kinds):
    """The records office has the memos (N-33, N-34), each as the file that was
    signed, and the case says how long they are kept."""
    b, records = p.b, p.one("records")
    p.as_("records")
    p.papers()
    for kind in kinds:
        for copy in p.copies(kind, records):
            link = p.section(kind).find_element(
                By.CSS_SELECTOR, f'a[href$="/files/{copy["file"]}"]')
            content = p.save(link.get_attribute("href"), "copy").read_bytes()
            assert hashlib.sha256(content).hexdigest() == copy["sha256"]
    b.look("papers-filed")
    b.go(f"/requests/{p.no}")
    kept = b.driver.find_element(
        "xpath", "//h2[@id='kept']/following::table[1]")
    rows = [[c.text for c in tr.find_elements(By.CSS_SELECTOR, "th, td")]
            for tr in kept.find_elements(By.CSS_SELECTOR, "tbody tr")]
    memos = [r for r in rows if p.t("retention-class.memo") in r[1]]
    assert len(memos) >= len(kinds), rows
    assert all(f"31 ธ.ค. {YEAR + 10}" in r[2] for r in memos), rows
    assert any(p.t("retention-class.mail") in r[1] for r in rows), rows
    b.look("filed")


def case_file(p, *texts):
    """แฟ้มคำขอ, with all that was done."""
    pdf = p.printed("case")
    p.says(pdf, p.no, p.words["title"], MEMO_IN, RECEIVED, *texts)
    assert int(info(pdf)["Pages"]) >= 2


def test_icit_with_paper_and_mail(tell, bureau):
    p = tell(ICIT, "ขอความอนุเคราะห์จัดทำรายชื่อหน่วยงาน")
    asks = bureau.requester
    ask_icit(p)
    memo = print_request(p, ICIT_NAME)
    p.scan_back("request", memo, asks)
    consent(p)
    receive(p, ICIT_NAME)
    p.decide()
    p.as_("head")
    p.open()
    p.b.choose(p.t("ask.officers"), p.name(p.place.person("officer", "ICIT")),
               within=p.panel())
    p.command(p.t("command.assign"), "assign")
    p.as_("officer")
    p.open()
    p.prepare(HRIS, p.t("button.prepare.prepared"), ["export"],
              ["csv", "xlsx"])
    mail = deliver(p)
    link = accept_link(p, mail)
    on_paper = notice_memo(p)
    assert link != on_paper
    reply_by_mail(p, mail)
    accept(p, link, on_paper)
    bureau.all_sent()

    p.as_("officer")
    p.b.go(f"/requests/{p.no}")
    subjects = p.filed_mails(p.one("officer"))
    # 5.4.4: the officer has the result mail as it left; not its secret.
    for kind in ("data", "acceptance", "copy", "delivered", "closed"):
        assert any(bare(p.t(f"mail.{kind}.subject", p.no)) in bare(s)
                   for s in subjects), (kind, subjects)
    for eml in p.folder.glob("*.eml"):
        text = eml.read_bytes().replace(b"=\n", b"")
        assert link.rsplit("/", 1)[1].encode() not in text
    filed_with_records(p, ["request", "endorsement", "notice"])
    row = p.register_row()
    at = p.t
    assert row[at("thing.request-no")] == p.no or p.no in row.values()
    for value in (p.words["title"], MEMO_IN, MEMO_OUT, "คณะวิศวกรรมศาสตร์",
                  p.t("service.existing")):
        assert any(value in cell for cell in row.values()), (value, row)
    assert any("HRIS" in cell for cell in row.values()), row
    assert any(re.fullmatch(r"5( .*)?", cell) for cell in row.values()), row
    pdf = p.save(f"{p.place.desk}/register/ICIT/{YEAR}/register.pdf",
                 "register.pdf")
    p.says(pdf, p.words["title"], MEMO_IN, MEMO_OUT, "HRIS")
    case_file(p, asks.name, CONDITIONS)
    assert not p.b.found + p.phone.found, "\n".join(p.b.found + p.phone.found)


def form_on_paper(p):
    """Form 6.1 as it was filled in: its thirteen numbers in their order."""
    pdf = p.printed("form")
    text = p.says(pdf, "แบบฟอร์มการขอข้อมูลสำนักทะเบียนและประมวลผล", p.no,
                  *FORM.values())
    at = [text.index(bare(f"{p.label(key).replace('. ', '')}"))
          for key in ("unit", "project", "head_name", "head_phone",
                      "head_email", "coordinator_name", "coordinator_phone",
                      "coordinator_email", "purpose", "connection",
                      "caller_host", "formats", "detail")]
    assert at == sorted(at), text
    assert info(pdf)["Pages"].strip() == "1"


def delivery_note(p):
    """ใบส่งมอบข้อมูล: what, by which channel, with digests; the officer signs
    with a pen."""
    asks, officer = p.desk.requester, p.one("officer")
    note = p.printed("delivery")
    r = asks.request(p.no)
    p.says(note, "ใบส่งมอบข้อมูล", p.no, p.words["title"], "คณะวิศวกรรมศาสตร์",
           asks.name, p.t("channel.gate"), r["artefact"]["digest"],
           p.t("outlet.api-get"), f"({officer.name})",
           *[d["name"] for d in r["deliveries"]],
           *[d["sha256"] for d in r["deliveries"]])
    p.scan_back("delivery", note, officer)


def test_registrar_with_paper_and_mail(tell, bureau):
    p = tell(REGISTRAR, FORM["title"])
    asks, b = bureau.requester, p.b
    ask_registrar(p)
    memo = print_request(p, REG_NAME)
    form_on_paper(p)
    p.scan_back("request", memo, asks)
    receive(p, REG_NAME)
    p.decide()
    p.as_("officer")
    p.open()
    p.prepare(FACULTIES, p.t("button.prepare.prepared-for-check"),
              ["api-get", "export"], ["json", "xlsx"])
    p.as_("executive")
    p.open()
    digest = asks.request(p.no)["artefact"]["digest"]
    assert digest in p.panel().text
    p.command(p.t("button.check.released"), "check")
    p.as_("officer")
    p.open()
    p.deliver()
    # Its delivery closes it; nobody is asked to accept (L-17).
    r = asks.request(p.no)
    assert (r["state"], r["outcome"]) == ("closed", "delivered")
    mail = p.mail("delivered", asks.email)
    assert f"{p.place.desk}/requests/{p.no}" in mail.text()
    assert "/accept/" not in mail.text()
    # Only the result went to the requester, and it has no data in it.
    assert mail.files() == {}
    told = {m.to: str(m.parsed["Subject"]) for m in bureau.server.mails
            if p.no in str(m.parsed["Subject"])}
    for role in ("records", "director", "officer", "executive"):
        assert p.one(role).email in told, told
    delivery_note(p)

    p.as_("officer")
    b.go(f"/requests/{p.no}")
    subjects = p.filed_mails(p.one("officer"))
    assert any(bare(p.t("mail.delivered.subject", p.no)) in bare(s)
               for s in subjects), subjects
    filed_with_records(p, ["request", "delivery"])
    row = p.register_row()
    for value in (p.words["title"], MEMO_IN, "คณะวิศวกรรมศาสตร์", p.no,
                  p.t("outcome.delivered")):
        assert any(value in cell for cell in row.values()), (value, row)
    case_file(p, asks.name, *FORM.values())
    assert not p.b.found + p.phone.found, "\n".join(p.b.found + p.phone.found)


def test_not_approved_is_answered_by_a_memo(tell, bureau):
    """The head does not approve: the records office writes the reply memo
    (5.2.2.1), numbers it, has it signed, and keeps it (N-26, N-34)."""
    p = tell(REGISTRAR, FORM["title"])
    office, asks, b = bureau.registrar, bureau.requester, p.b
    p.no = office.until("intake", title=p.words["title"], purpose=PURPOSE,
                        signer_name=HEAD, signer_position=HEAD_OF)
    office.records.ok(p.no, "receive", memo_in=MEMO_IN,
                      memo_date="2026-11-23", received_no=RECEIVED)
    p.as_("director")
    p.open()
    b.fill(p.t("ask.note"), REASON, p.panel())
    p.command(p.t("button.decide.rejected"), "decide", confirm=True)
    r = asks.request(p.no)
    assert (r["state"], r["outcome"]) == ("closed", "rejected")
    mail = p.mail("rejected", asks.email)
    assert bare(REASON) in bare(mail.text())
    assert p.mail("letter", office.records.email)
    p.as_("records")
    p.open()
    assert p.t("case.letter-due") in b.text()
    b.look("letter-due")
    p.letter_out(MEMO_OUT, p.t("paper.reply"))
    assert p.t("case.letter-due") not in b.text()
    memo = p.printed("reply")
    p.says(memo, "บันทึกข้อความ", REG_NAME, MEMO_OUT.translate(THAI),
           f"เรียน {HEAD_OF}", f"ที่ {MEMO_IN.translate(THAI)}", "ไม่อนุมัติ",
           REASON, f"({office.director.name})")
    p.scan_back("reply", memo, office.director)
    p.as_("records")
    b.go(f"/requests/{p.no}")
    assert p.filed_mails(office.records)
    filed_with_records(p, ["reply"])
    row = p.register_row()
    assert MEMO_OUT in row.values() and p.t("outcome.rejected") in " ".join(
        row.values()), row
    assert not p.b.found + p.phone.found, "\n".join(p.b.found + p.phone.found)
