"""Mail that leaves: a real server on loopback, every kind of notice, and faults.

The courier's waits are minutes and hours; a test moves them in the store
(`hurry`), as it moves other clocks.
"""
import os
import re
import shutil
import signal
import subprocess
import threading
import time

import pytest

from conftest import free_port, wait_until
from journey import Desk, good
from mail_server import SECRET, TOKEN, MailServer
from pages import Web

SHORT = {"sqlite": 200, "postgresql": 40}
LONG = {"sqlite": 10_000, "postgresql": 2_000}


@pytest.fixture
def servers(tmp_path):
    """Makes mail servers that end with the test."""
    made = []

    def make(**how):
        server = MailServer(tmp_path, free_port(), **how)
        made.append(server)
        server.start()
        return server

    yield make
    for server in made:
        server.stop()


class Mailing(Desk):
    """A university whose courier mails."""

    def __init__(self, university, server, conf):
        super().__init__(university)
        self.server = server
        university.stop()
        path = university.dir / "pratu.conf"
        path.write_text(path.read_text().split("\n[mail]")[0] + conf)
        university.serve()

    def hurry(self):
        """What waits for another attempt is due now."""
        self.change("people", "update envelope set until = 0"
                              " where state = 'waiting' and owner = ''")

    def envelopes(self, where="1 = 1"):
        return self.store("select e.notice, e.email, e.state, e.attempts,"
                          " e.unsure, e.answer, o.kind, o.request, o.subject,"
                          " o.body, o.link from envelope e"
                          " join outbox o on o.id = e.notice"
                          f" where {where} order by e.notice, e.email")

    def all_sent(self, seconds=30):
        """Until nothing waits any more; the envelopes."""
        def done():
            self.hurry()
            open_ = self.store(
                "select (select count(*) from outbox where done = 0) +"
                " (select count(*) from envelope where state = 'waiting')"
                " as n")
            return open_[0]["n"] == 0
        wait_until("all mail to be sent", done, seconds)
        return self.envelopes()


@pytest.fixture
def mailing(make_university, servers):
    def make(store="sqlite", server=None, **more):
        server = server or servers()
        return Mailing(make_university(store), server, server.conf(**more))
    return make


def plain(text):
    return " ".join(text.split())


def check_whole(desk):
    """Every notice reached every address once, in its words."""
    sent = desk.all_sent()
    assert sent and {e["state"] for e in sent} == {"sent"}
    by_key = {}
    for m in desk.server.mails:
        by_key.setdefault((m.id, m.to), []).append(m)
    assert all(len(v) == 1 for v in by_key.values())
    assert len(by_key) == len(sent)
    rows = {r["notice"]: r["message_id"]
            for r in desk.store("select notice, message_id from mail")}
    for e in sent:
        m, = by_key["<" + rows[e["notice"]] + ">", e["email"]]
        assert str(m.parsed["Subject"]) == e["subject"]
        assert plain(e["body"]) in plain(m.text())
        link = desk.university.desk + e["link"]
        assert not e["link"] or link in m.text()
        assert not e["link"] or link in m.text("html")
        assert m.parsed["Auto-Submitted"] == "auto-generated"
        if e["request"]:
            thread = f"<pratu-{e['request']}@example.ac.th>"
            assert m.parsed["References"] == thread
            assert m.parsed["In-Reply-To"] == thread
        assert m.tls or desk.server.kind == "open"
    return sent


@pytest.mark.both_stores
def test_both_procedures_as_mail(mailing, store):
    desk = mailing(store)
    no = desk.icit.until("decision")
    desk.icit.director.ok(no, "return", message="ขอรายละเอียดเพิ่ม")
    desk.requester.ok(no, "reply", message="เพิ่มแล้ว")
    desk.icit.go_on(no)
    other = desk.registrar.until("closed")
    rejected = desk.icit.until("decision")
    desk.icit.director.ok(rejected, "decide", outcome="rejected",
                          note="ข้อมูลเผยแพร่ไม่ได้")
    withdrawn = desk.icit.until("decision")
    desk.requester.ok(withdrawn, "withdraw", reason="ไม่ใช้แล้ว")
    sent = check_whole(desk)
    kinds = {e["kind"] for e in sent}
    assert kinds >= {"waiting", "assigned", "asked", "replied", "delivered",
                     "acceptance", "closed", "rejected", "letter",
                     "withdrawn"}
    assert {no, other, rejected, withdrawn} <= {e["request"] for e in sent}
    # Nothing is left in the spool, and each mail is filed.
    spool = desk.university.dir / "people" / "spool"
    assert list(spool.iterdir()) == []


def filed(desk, notice):
    row, = desk.store(f"select sha256, bytes from mail where notice = {notice}")
    path = (desk.university.dir / "people" / "mails" / row["sha256"][:2]
            / row["sha256"])
    content = path.read_bytes()
    assert len(content) == row["bytes"]
    return content


def test_cannot_goes_with_its_reason_copies_and_files(mailing):
    desk = mailing()
    no = desk.icit.until("preparing")
    file = desk.icit.officer.attach(no, "คำชี้แจง ๑.pdf", b"%PDF-1.4 why")
    desk.icit.officer.ok(no, "cannot", reason="ระบบไม่มีข้อมูลนี้",
                         files=[file])
    desk.all_sent()
    e = desk.envelopes(f"o.kind = 'cannot' and o.request = '{no}'")
    notice = e[0]["notice"]
    copies = {m.to: m for m in desk.server.mails
              if m.id == f"<pratu-{notice}-" + m.id.split("-")[-1]}
    # To the requester, CC the records office and the director (N-30).
    assert desk.requester.email in copies
    to = copies[desk.requester.email].parsed
    assert [a.addr_spec for a in to["To"].addresses] == [desk.requester.email]
    cc = {a.addr_spec for a in to["Cc"].addresses}
    assert {desk.icit.records.email, desk.icit.director.email} <= cc
    assert set(copies) == cc | {desk.requester.email}
    for m in copies.values():
        assert "ระบบไม่มีข้อมูลนี้" in m.text()
        assert m.files() == {"คำชี้แจง ๑.pdf": b"%PDF-1.4 why"}
        # Filed as sent.
        assert m.data.replace(b"\r\n", b"\n") == \
            filed(desk, notice).replace(b"\r\n", b"\n")


def test_the_link_of_acceptance_leaves_with_its_code_and_is_not_filed(
        mailing, tmp_path):
    desk = mailing()
    no = desk.icit.until("acceptance")
    desk.all_sent()
    e, = desk.envelopes(f"o.kind = 'acceptance' and o.request = '{no}'")
    m = next(m for m in desk.server.to(desk.requester.email)
             if e["link"] in m.text())
    link = desk.university.desk + e["link"]
    picture, = [p for p in m.parsed.walk()
                if p.get_content_type() == "image/png"]
    (tmp_path / "qr.png").write_bytes(picture.get_content())
    read = subprocess.run(["zbarimg", "-q", "--raw", tmp_path / "qr.png"],
                          capture_output=True, text=True, check=True)
    assert read.stdout.strip() == link
    # Whoever may read the file must not answer for the requester.
    secret = e["link"].rsplit("/", 1)[1]
    kept = filed(desk, e["notice"])
    assert secret.encode() not in kept
    text = subprocess.run(
        ["/usr/bin/python3", "-c", "import sys, email, email.policy as p;"
         "m = email.message_from_bytes(sys.stdin.buffer.read(),"
         " policy=p.default);"
         "print(*[x.get_content() for x in m.walk()"
         " if x.get_content_maintype() == 'text'])"],
        input=kept, capture_output=True, check=True).stdout.decode()
    assert secret not in text and no in text
    assert b"image/png" not in kept


def test_a_secret_memo_has_no_words_in_mails(mailing):
    desk = mailing()
    title, reason = "ข้อมูลลับเฉพาะ", "เหตุผลที่เป็นความลับ"
    no = desk.icit.until("intake", title=title)
    desk.icit.records.ok(no, "receive", **desk.icit.memo(), secrecy="secret")
    desk.all_sent()
    before = len(desk.server.mails)
    desk.icit.director.ok(no, "return", message=reason)
    desk.requester.ok(no, "reply", message=reason)
    desk.icit.director.ok(no, "decide", outcome="rejected", note=reason)
    desk.all_sent()
    after = desk.server.mails[before:]
    assert len(after) >= 3
    for m in after:
        whole = m.text() + m.text("html") + str(m.parsed["Subject"])
        assert no in whole
        assert title not in whole and reason not in whole


@pytest.mark.parametrize("kind, login, mechanism", [
    ("starttls", "secret", "PLAIN"), ("tls", "secret", "PLAIN"),
    ("starttls", "token", "XOAUTH2"), ("open", None, None)])
def test_ways_to_sign_in(mailing, servers, kind, login, mechanism):
    server = servers(kind=kind, login=login is not None)
    more = {} if login != "token" else {
        "secret_file": None, "token_file": server.folder / "mail.token"}
    desk = mailing("sqlite", server, **more)
    desk.icit.until("intake")
    sent = desk.all_sent()
    assert sent and {e["state"] for e in sent} == {"sent"}
    assert {m.tls for m in server.mails} == {kind != "open"}
    assert set(server.logins) == ({mechanism} if mechanism else set())
    done = desk.university.pratu("doctor")
    assert "good  mail" in done.stdout, done.stdout
    for secret in (SECRET, TOKEN):
        assert secret not in desk.university.output()


def doctor_says(desk):
    done = desk.university.pratu("doctor")
    assert done.returncode == 1
    return re.search("bad   mail .*", done.stdout).group()


def test_what_is_wrong_with_the_server_is_said_and_nothing_is_lost(
        mailing, servers, tmp_path):
    server = servers()
    wrong = tmp_path / "wrong.secret"
    wrong.write_text("not it\n")
    desk = mailing("sqlite", server, secret_file=wrong)
    assert "535" in doctor_says(desk)
    desk.icit.until("intake")
    waiting = wait_until("an attempt", lambda: desk.envelopes(
        "e.answer <> ''"))
    assert {e["state"] for e in waiting} == {"waiting"}
    assert "535" in waiting[0]["answer"] and server.mails == []
    # A server that speaks no TLS is not spoken to in the open.
    open_ = servers(kind="open", login=False)
    desk = Mailing(desk.university, open_, open_.conf(starttls=None))
    assert "STARTTLS" in doctor_says(desk) or "SSL" in doctor_says(desk)
    # Nor is one that nobody vouches for.
    desk = Mailing(desk.university, server, server.conf(ca_file=None))
    assert "certificate" in doctor_says(desk)
    assert open_.mails == server.mails == []
    # Put right, everything leaves.
    desk = Mailing(desk.university, server, server.conf())
    assert {e["state"] for e in desk.all_sent()} == {"sent"}


@pytest.mark.parametrize("lines, said", [
    ("from = a@example.ac.th", "[mail] has settings, but no url."),
    ("url = smtp://mail.example.ac.th", "needs from"),
    ("url = http://mail.example.ac.th\nfrom = a@example.ac.th",
     'cannot be the value of "mail.url"'),
    ("url = smtp://m.example.ac.th:99999\nfrom = a@example.ac.th",
     'cannot be the value of "mail.url"'),
    ("url = smtp://m.example.ac.th/x\nfrom = a@example.ac.th",
     'cannot be the value of "mail.url"'),
    ("url = smtp://u@m.example.ac.th\nfrom = a@example.ac.th",
     'cannot be the value of "mail.url"'),
    ("url = smtp://m.example.ac.th\nfrom = nobody",
     'cannot be the value of "mail.from"'),
    ("url = smtp://m.example.ac.th\nfrom = a@example.ac.th\n"
     "starttls = none", "for a server on this machine only"),
    ("url = smtp://127.mail.example.com\nfrom = a@example.ac.th\n"
     "starttls = none", "for a server on this machine only"),
    ("url = smtp://m.example.ac.th\nfrom = a@example.ac.th\nuser = x",
     "needs user together with"),
    ("url = smtp://m.example.ac.th\nfrom = a@example.ac.th\nuser = x\n"
     "secret_file = /a\ntoken_file = /b", "not both"),
    ("url = smtp://m.example.ac.th\nfrom = a@example.ac.th\n"
     "give_up_days = 0", 'cannot be the value of "mail.give_up_days"'),
])
def test_what_is_wrong_with_the_settings_is_said(cli, tmp_path, lines, said):
    conf = tmp_path / "pratu.conf"
    conf.write_text("[mail]\n" + lines + "\n")
    done = cli("check-config", "--config", conf)
    assert done.returncode == 3
    assert said in done.stderr, done.stderr


def test_the_demo_mails_nothing(make_university, servers):
    server = servers()
    university = make_university()
    university.stop()
    path = university.dir / "pratu.conf"
    path.write_text(path.read_text() + server.conf())
    university.demo()
    desk = Desk(university)
    no = desk.icit.until("intake")
    wait_until("the notices", lambda: desk.store(
        f"select id from outbox where request = '{no}' and done > 0"))
    assert server.mails == [] and desk.store("select * from mail") == []


def test_files_go_to_addresses_of_the_university_only(mailing):
    desk = mailing()
    records, officer = desk.icit.records, desk.icit.officer

    def cannot(email):
        no = good(records.api.post("/requests", {
            "office": "ICIT", "answers": desk.icit.answers(), "submit": True,
            "on_behalf": {"name": "นายกระดาษ", "unit": "คณะวิศวกรรมศาสตร์",
                          "email": email}}), 201)["no"]
        for owner in desk.owners.values():
            if owner.sees(no) and "consent" in owner.allowed(no):
                owner.ok(no, "consent", outcome="endorsed")
        desk.icit.records.ok(no, "receive", **desk.icit.memo())
        desk.icit.director.ok(no, "decide", outcome="approved")
        desk.icit.head.ok(no, "assign", officer=officer.email)
        officer.ok(no, "cannot", reason="ไม่มีข้อมูล",
                   files=[officer.attach(no, "ตาราง.pdf")])
        desk.all_sent()
        return next(m for m in desk.server.to(email)
                    if "[" + no + "]" in str(m.parsed["Subject"]))

    assert list(cannot("paper@dept.example.ac.th").files()) == ["ตาราง.pdf"]
    outside = cannot("paper@mail.example.com")
    assert outside.files() == {} and "โปรดเปิดคำขอเพื่อดาวน์โหลด" in \
        outside.text()
    for bad in ("no domain", "a,,b.c", ""):
        assert desk.university.pratu(
            "setting", "put", "mail-domains", bad).returncode == 5
    assert desk.university.pratu("setting", "put", "mail-domains",
                                 "example.ac.th, example.com").returncode == 0
    assert list(cannot("paper@mail.example.com").files()) == ["ตาราง.pdf"]


def test_an_address_that_is_none_is_given_up_at_once(mailing):
    desk = mailing()
    records = desk.icit.records.email
    desk.server.refused[records] = "550 no such person"
    no = desk.icit.until("preparing")
    desk.icit.officer.ok(no, "cannot", reason="ไม่มีข้อมูล")
    sent = desk.all_sent()
    failed = [e for e in sent if e["state"] == "failed"]
    assert {e["email"] for e in failed} == {records}
    assert {e["attempts"] for e in failed} == {1}
    assert "550 no such person" in failed[0]["answer"]
    # The others got theirs.
    cannot = [e for e in sent if e["kind"] == "cannot"]
    assert {e["state"] for e in cannot if e["email"] != records} == {"sent"}


def test_each_mail_is_filed_with_its_request(mailing):
    """Page and API (N-35): who may see the request reads what concerns him."""
    desk = mailing()
    desk.server.refused[desk.icit.records.email] = "550 no such person"
    no = desk.icit.until("preparing")
    desk.icit.officer.ok(no, "cannot", reason="ไม่มีข้อมูลปีนั้น")
    desk.all_sent()
    officer = desk.icit.officer
    mails = officer.get(f"/requests/{no}/mails")["mails"]
    assert [m["id"] for m in mails] == sorted(
        (m["id"] for m in mails), reverse=True)
    told = desk.store(f"select id, subject from outbox where request = '{no}'")
    assert {m["id"]: m["subject"] for m in mails} == {
        n["id"]: n["subject"] for n in told}
    cannot = next(m for m in mails if m["kind"] == "cannot")
    states = {e["email"]: e["state"] for e in cannot["envelopes"]}
    assert states[desk.icit.records.email] == "failed"
    assert states[desk.requester.email] == "sent"
    # As it was sent, byte for byte.
    got = officer.api.get(f"/requests/{no}/mails/{cannot['id']}")
    assert got.headers["Content-Type"] == "message/rfc822"
    assert got.headers["Content-Disposition"].startswith("attachment")
    arrived = next(m for m in desk.server.to(desk.requester.email)
                   if m.id == f"<{cannot['message_id']}>")
    assert got.content.replace(b"\r\n", b"\n") == \
        arrived.data.replace(b"\r\n", b"\n")
    # The requester reads what went to him, and nothing else.
    own = desk.requester.get(f"/requests/{no}/mails")["mails"]
    assert own and len(own) < len(mails)
    for m in mails:
        went = desk.requester.email in [e["email"] for e in m["envelopes"]]
        answer = desk.requester.api.get(f"/requests/{no}/mails/{m['id']}")
        assert answer.status_code == (200 if went else 404)
    # Whoever does not see the request has none of it.
    for path in (f"/requests/{no}/mails",
                 f"/requests/{no}/mails/{cannot['id']}"):
        assert desk.other.api.get(path).status_code == 404
    assert officer.api.get(f"/requests/{no}/mails/x").status_code == 404
    # The page says at its head that one did not arrive.
    entry = next(p for p in desk.university.facts["people"]
                 if p["email"] == officer.email)
    page = Web(desk.university.desk, entry).open(f"/requests/{no}")
    assert "อีเมลส่งไม่ถึง" in page.text
    assert "550 no such person" in page.text
    assert f"/requests/{no}/mails/{cannot['id']}" in page.links


def test_it_waits_longer_each_time_and_gives_up(mailing):
    desk = mailing()
    desk.server.fault = lambda step: step == "rcpt" and "451 greylisted"
    desk.icit.until("intake")
    waits = []
    for attempt in range(1, 6):
        e = wait_until("an attempt", lambda: [
            x for x in desk.store("select * from envelope where owner = ''"
                                  f" and attempts = {attempt}") if x])[0]
        now = int(time.time() * 1000)
        waits.append(round((e["until"] - now) / 1000))
        if attempt < 5:
            desk.hurry()
    for got, want in zip(waits, [10, 20, 40, 80, 160]):
        assert want - 4 <= got <= want
    # However old its notice is: it may have waited for a courier.
    desk.change("people", "update outbox set created = created - 440000000")
    desk.hurry()
    wait_until("an attempt", lambda: desk.envelopes(
        "e.attempts = 6 and e.owner = ''"))
    assert {e["state"] for e in desk.envelopes()} == {"waiting"}
    # A few attempts say nothing, however long ago the first was: there may have
    # been no courier since.
    desk.change("people", "update envelope set first = first - 440000000")
    desk.hurry()
    wait_until("an attempt", lambda: desk.envelopes(
        "e.attempts = 7 and e.owner = ''"))
    assert {e["state"] for e in desk.envelopes()} == {"waiting"}
    # Five days after its first attempt, with the tenth, it is given up.
    desk.change("people", "update envelope set attempts = 9")
    desk.all_sent()
    assert min(e["attempts"] for e in desk.envelopes()) >= 10
    assert {(e["state"], e["answer"]) for e in desk.envelopes()} == {
        ("failed", "451 greylisted")}


def test_without_its_file_it_leaves_all_the_same(mailing):
    desk = mailing()
    no = desk.icit.until("preparing")
    officer = desk.icit.officer
    file = officer.attach(no, "หาย.pdf", b"%PDF-1.4 lost")
    for path in (desk.university.dir / "people" / "attachments").rglob("*"):
        if path.is_file() and path.read_bytes() == b"%PDF-1.4 lost":
            path.unlink()
    officer.ok(no, "cannot", reason="ไม่มีข้อมูลนี้", files=[file])
    desk.all_sent()
    m, = [m for m in desk.server.to(desk.requester.email)
          if "ไม่มีข้อมูลนี้" in m.text()]
    assert m.files() == {} and "ไฟล์แนบ" in m.text()
    assert m.text("html").count("ไฟล์แนบ") == 1


@pytest.mark.both_stores
def test_what_cannot_be_made_is_given_up_and_said(mailing, store):
    desk = mailing(store)
    people = desk.university.dir / "people"
    desk.all_sent()
    # No room for anything new; one whose letter was lost meanwhile.
    desk.server.fault = lambda step: step == "rcpt" and "451 not now"
    no = desk.icit.until("intake")
    wait_until("an attempt at each", lambda: [] == desk.store(
        "select id from outbox where done = 0") and [] == desk.envelopes(
            "e.state = 'waiting' and (e.attempts = 0 or e.owner <> '')"))
    shutil.rmtree(people / "spool")
    (people / "spool").write_text("in the way")
    desk.server.fault = None
    desk.hurry()
    lost = wait_until("its reason", lambda: desk.envelopes(
        "e.answer like 'the mail cannot be made%'"))
    assert {e["state"] for e in lost} == {"waiting"}
    desk.icit.records.ok(no, "receive", **desk.icit.memo())
    new = wait_until("its fault", lambda: desk.store(
        "select id, tried from outbox where done = 0 and attempts = 1"))
    assert time.time() * 1000 - new[0]["tried"] < 60000
    # One more fault says nothing, however long ago the first was.
    desk.change("people",
                "update outbox set tried = tried - 440000000, until = 0"
                " where done = 0")
    assert [n["id"] for n in new] == [n["id"] for n in wait_until(
        "another", lambda: desk.store(
            "select id from outbox where done = 0 and attempts = 2"))]
    desk.change("people", "update envelope set first = first - 440000000,"
                          " attempts = 9 where state = 'waiting'")
    desk.change("people", "update outbox set until = 0, attempts = 9"
                          " where done = 0")
    failed = desk.all_sent()
    assert {n["id"] for n in new} <= {e["notice"] for e in failed}
    assert {e["state"] for e in failed if e["request"] == no} == {"failed"}
    assert all(e["answer"].startswith("the mail cannot be made")
               for e in failed if e["request"] == no)
    # The page says so; a mail that never was cannot be read.
    records = desk.icit.records
    mails = records.get(f"/requests/{no}/mails")["mails"]
    never = next(m for m in mails if m["id"] == new[0]["id"])
    assert never["sha256"] == ""
    assert records.api.get(
        f"/requests/{no}/mails/{never['id']}").status_code == 404
    entry = next(p for p in desk.university.facts["people"]
                 if p["email"] == records.email)
    page = Web(desk.university.desk, entry).open(f"/requests/{no}")
    assert "อีเมลส่งไม่ถึง" in page.text
    assert "the mail cannot be made" in page.text


# Faults.

class Hurrying:
    """Moves waits along while a test goes on; and leases of the dead."""

    def __init__(self, desk):
        self.desk, self.end = desk, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.end.wait(0.2):
            self.desk.hurry()

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.end.set()
        self.thread.join()


class Couriers:
    """More couriers than the one that is killed."""

    def __init__(self, desk, n):
        self.desk, self.n, self.running = desk, n, []

    def __enter__(self):
        self.running = [subprocess.Popen(
            [self.desk.university.process.args[0], "serve", "--only",
             "courier", "--dir", self.desk.university.dir],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL) for _ in range(self.n)]

    def __exit__(self, *_):
        for courier in self.running:
            courier.terminate()
        assert [c.wait(30) for c in self.running] == [0] * self.n


def kill_courier(desk):
    """At once; what it held is free again, which else takes ten minutes."""
    pid = wait_until("a courier", lambda: desk.university.processes().get(
        "pratu-courier"))
    os.kill(pid, signal.SIGKILL)
    wait_until("its end", lambda: desk.university.processes().get(
        "pratu-courier") != pid)
    for table, state in (("envelope", "state = 'waiting'"),
                         ("outbox", "done = 0")):
        desk.change("people", f"update {table} set until = 0 where {state}"
                              f" and owner like 'courier-{pid}-%'")


def many_messages(desk, n):
    """n notices, each to one address, in requests of 200 each."""
    left = n
    while left > 0:
        no = desk.icit.until("preparing")
        for i in range(min(left, 200)):
            desk.requester.ok(no, "message", text=f"ข้อความที่ {left - i}")
        left -= 200


@pytest.mark.long
@pytest.mark.both_stores
def test_nothing_is_lost_while_server_and_courier_fall(
        mailing, store, seed, full_size):
    desk = mailing(store)
    steps = ["connect", "mail", "rcpt", "data", "middle", "end", "answer"]
    asked, cut_once = {}, []

    def fault(step):
        """One mail in three goes wrong, at a step of its own; and however few
        there are, the answer to one is cut off."""
        key = threading.get_ident()
        if step == "answer" and not cut_once:
            cut_once.append(key)
            return "drop"
        if step == "connect":
            return seed.random() < 0.02 and "drop"
        if step == "mail":
            asked[key] = seed.choice(steps[1:]) if seed.random() < 1 / 3 \
                else None
        if asked.get(key) != step:
            return None
        return seed.choice(["451 not now", "drop"])

    desk.server.fault = fault
    kills = 100 if full_size else 4
    with Hurrying(desk), Couriers(desk, 2 if full_size else 0):
        feeding = threading.Thread(
            target=many_messages,
            args=(desk, (LONG if full_size else SHORT)[store]))
        feeding.start()
        for _ in range(kills):
            time.sleep(seed.uniform(0.05, 0.5 if not full_size else 5))
            kill_courier(desk)
        feeding.join()
        sent = desk.all_sent(1500 if full_size else 90)
    assert {e["state"] for e in sent} == {"sent"}
    told = desk.store("select count(*) as n from outbox")[0]["n"]
    assert len({e["notice"] for e in sent}) == told
    ids = {r["notice"]: "<" + r["message_id"] + ">"
           for r in desk.store("select notice, message_id from mail")}
    assert len(set(ids.values())) == told
    got = {}
    for m in desk.server.mails:
        got.setdefault((m.id, m.to), []).append(m)
    # None lost, none made up.
    assert set(got) == {(ids[e["notice"]], e["email"]) for e in sent}
    doubles = cut = 0
    for mails in got.values():
        assert len({re.sub(rb"^X-Pratu-Repeated: \d+\r\n", b"", m.data)
                    for m in mails}) == 1
        doubles += len(mails) - 1
        cut += sum(not m.answered for m in mails)
        # Whatever may be there already says so.
        assert all(m.repeated for m in mails[1:])
    print(f"{told} notices, {len(desk.server.mails)} mails, {doubles} doubles,"
          f" {cut} answers cut off, {kills} kills")
    assert doubles <= cut + kills
    assert doubles > 0


@pytest.mark.both_stores
def test_two_couriers_send_nothing_twice(mailing, store):
    desk = mailing(store)
    with Couriers(desk, 1):
        many_messages(desk, 60)
        desk.all_sent(60)
    check_whole(desk)
    assert {m.repeated for m in desk.server.mails} == {None}
