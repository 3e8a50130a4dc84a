"""Replies by mail: a real IMAP server on loopback, and all that people, machines
and enemies send to it.
"""
import collections
import os
import re
import signal
import subprocess
import time
from base64 import b64encode
from email.message import EmailMessage
from pathlib import Path

import pytest

from browser import DESK, Browser
from conftest import free_port, wait_until
from imap_server import ADDRESS, ImapServer
from journey import good
from mail_server import MailServer
from pages import Web
from test_mail import Mailing

STRANGER = "stranger@example.com"


@pytest.fixture
def imap():
    made = []

    def make(**how):
        server = ImapServer(**how)
        made.append(server)
        server.start()
        return server
    yield make
    for server in made:
        server.stop()


class Replies(Mailing):
    """A university whose courier mails, and reads what is answered."""

    def __init__(self, university, server, imap, **more):
        super().__init__(university, server, server.conf() + imap.conf(**more))
        self.imap = imap

    def mail(self, no, kind, to=None):
        """The mail of that kind about the request, as it left."""
        to = to or self.requester.email
        self.all_sent()
        row = self.store(
            "select m.message_id from mail m join outbox o on o.id = m.notice"
            f" where o.request = '{no}' and o.kind = '{kind}'"
            f" and o.recipient = '{to}' order by m.notice desc")[0]
        found = [m for m in self.server.to(to)
                 if m.id == f"<{row['message_id']}>"]
        return found[0].parsed

    def answer(self, mail, text="ขอบคุณค่ะ", sender=None, to=None,
               subject=None, **headers):
        m = EmailMessage()
        m["From"] = sender or self.requester.email
        m["To"] = to or str(mail["Reply-To"])
        m["Subject"] = subject or "Re: " + str(mail["Subject"])
        m["Message-ID"] = f"<{os.urandom(9).hex()}@example.ac.th>"
        if mail is not None:
            m["In-Reply-To"] = str(mail["Message-ID"])
        for key, value in headers.items():
            m[key.replace("_", "-")] = value
        if text is not None:
            m.set_content(text)
        return m

    def rows(self, where="1 = 1"):
        return self.store("select * from reply where " + where + " order by id")

    def read(self, n, seconds=20):
        """Until so many mails have been taken; the last."""
        wait_until(f"{n} mails to be read",
                   lambda: len(self.rows()) >= n, seconds)
        rows = self.rows()
        assert len(rows) == n, [r["subject"] for r in rows]
        return rows[-1]

    def send(self, message):
        """One mail more; what became of it."""
        n = len(self.rows())
        self.imap.deliver(message)
        return self.read(n + 1)

    def mailed(self, no, who=None):
        events = (who or self.icit.records).get(
            f"/requests/{no}/events")["events"]
        return [e for e in events if e["type"] == "mailed"]


def web(d, person):
    entry, = [e for e in d.university.facts["people"]
              if e["email"] == person.email][:1]
    return Web(d.university.desk, entry)


@pytest.fixture
def desk(make_university, tmp_path, imap):
    made = []

    def make(store="sqlite", kind="tls", **more):
        server = MailServer(tmp_path, free_port())
        made.append(server)
        server.start()
        return Replies(make_university(store), server, imap(kind=kind), **more)
    yield make
    for server in made:
        server.stop()


@pytest.mark.both_stores
def test_an_answer_joins_its_request(desk, store):
    d = desk(store)
    no = d.icit.until("preparing")
    d.icit.officer.ok(no, "message", text="ต้องการปีใดบ้าง")
    mail = d.mail(no, "message")
    reply_to = mail["Reply-To"].addresses[0].addr_spec
    assert re.fullmatch(r"desk\+\d+-[a-z2-7]{26}@example\.ac\.th", reply_to)
    assert len(reply_to.partition("@")[0]) <= 64
    m = d.answer(mail, "ปี 2567 ถึง 2569 ค่ะ\n\nเมื่อ 26 พ.ย. ศูนย์ข้อมูล เขียนว่า:\n"
                       "> ต้องการปีใดบ้าง\n> --\n")
    m.add_attachment(b"a,b\n1,2\n", maintype="text", subtype="csv",
                     filename="รายการ ๑.csv")
    row = d.send(m)
    assert row["state"] == "joined" and row["request"] == no, row
    event, = d.mailed(no)
    assert event["by"] == "mail"
    data = event["data"]
    assert data["from"] == d.requester.email
    assert data["text"] == "ปี 2567 ถึง 2569 ค่ะ"
    assert [f["name"] for f in data["files"]] == ["รายการ ๑.csv"]
    file = data["files"][0]["id"]
    got = d.icit.officer.api.get(f"/requests/{no}/files/{file}")
    assert got.content.replace(b"\r\n", b"\n") == b"a,b\n1,2\n"
    # Whoever holds it is told, with the words.
    d.all_sent()
    told = d.store("select recipient, body from outbox where kind = 'message'"
                   f" and request = '{no}' order by id desc limit 1")[0]
    assert told["recipient"] == d.icit.officer.email
    assert "ปี 2567 ถึง 2569" in told["body"]
    # The page says that nobody signed in, and has the mail as it came.
    page = web(d, d.icit.officer).open(f"/requests/{no}").text
    assert "ทางอีเมล ไม่ได้ลงชื่อเข้าใช้" in page
    assert "ปี 2567 ถึง 2569 ค่ะ" in page
    eml = d.icit.officer.api.get(f"/replies/{row['id']}/mail")
    assert eml.headers["Content-Type"].startswith("message/rfc822")
    assert m["Message-ID"].encode() in eml.content
    assert d.imap.seen() == (1, 1)
    verify(d)


def verify(d):
    for command in (["verify"], ["rebuild", "--check"]):
        done = d.university.pratu(*command)
        assert done.returncode == 0, done.stdout + done.stderr


def by_hand(head, parts, end="--b--"):
    """A mail as a program of its own kind writes it."""
    lines = [*head, "MIME-Version: 1.0",
             'Content-Type: multipart/mixed; boundary="b"', ""]
    for part in parts:
        lines += ["--b", *part]
    return "\r\n".join([*lines, end, ""]).encode("latin-1")


def test_what_programs_write(desk):
    """Letters, names of files, HTML, quotations, links that are secrets."""
    d = desk(kind="starttls")
    no = d.icit.until("acceptance")
    mail = d.mail(no, "delivered")
    head = [f"From: {d.requester.email}", f"To: {mail['Reply-To']}"]

    def sent(message):
        row = d.send(message)
        assert (row["state"], row["request"]) == ("joined", no), row
        return row, d.mailed(no)[-1]["data"]

    # Windows-874, with marks that TIS-620 does not have, and no name of it.
    thai = "ขอบคุณ “มาก” ครับ – สมชาย"
    for charset in ("tis-620", "windows-874", "iso-8859-11", "us-ascii"):
        raw = "\r\n".join([*head, f"Subject: {charset}", "MIME-Version: 1.0",
                           f"Content-Type: text/plain; charset={charset}",
                           "Content-Transfer-Encoding: 8bit", "", ""])
        row, data = sent(raw.encode() + thai.encode("cp874"))
        assert data["text"] == thai, charset
    # Decomposed letters are what they are everywhere else.
    row, data = sent(d.answer(mail, "น\u0e49\u0e4d\u0e32"))
    assert data["text"] == "น้ำ"

    # Names of files by RFC 2231 (in pieces), by RFC 2047, and as they are.
    name = "รายงาน ๒๕๖๙ (ฉบับแก้ไข).pdf"
    quoted = "".join(f"%{b:02X}" for b in name.encode())
    encoded = "=?UTF-8?B?" + b64encode(name.encode()).decode() + "?="
    plain = ["Content-Type: text/plain; charset=utf-8", "", "files"]
    row, data = sent(by_hand(head, [
        plain,
        ["Content-Type: application/pdf",
         "Content-Disposition: attachment;",
         f" filename*0*=UTF-8''{quoted[:60]};", f" filename*1*={quoted[60:]}",
         "", "one"],
        ["Content-Type: application/pdf; name=\"" + encoded + "\"",
         "Content-Disposition: attachment", "", "two"],
        ["Content-Type: application/pdf",
         "Content-Disposition: attachment; filename=\"../../etc/passwd\"",
         "", "three"],
        ["Content-Type: image/png", "Content-ID: <logo@x>",
         "Content-Disposition: inline; filename=logo.png", "", "four"],
        ["Content-Type: application/x-empty",
         "Content-Disposition: attachment; filename=empty.bin", "", ""]]))
    assert [f["name"] for f in data["files"]] == [name, name, "passwd"]
    assert {(f["name"], f["why"]) for f in data["left_out"]} == {
        ("logo.png", "picture"), ("empty.bin", "empty")}

    # HTML alone: its words, never its scripts.
    m = d.answer(mail, None)
    m.set_content("<html><head><title>no</title><style>p{}</style></head>"
                  "<body><p>สวัสดี &amp; <b>ขอบ</b>คุณ</p>"
                  "<script>alert(1)</script><img src=x onerror=alert(2)>"
                  "<p>&lt;script&gt;alert(3)&lt;/script&gt;</p>"
                  "</body></html>", subtype="html")
    row, data = sent(m)
    assert data["text"] == "สวัสดี & ขอบคุณ\n<script>alert(3)</script>"
    page = web(d, d.icit.officer).open(f"/requests/{no}").source
    assert "<script>alert" not in page and "&lt;script&gt;alert(3)" in page
    assert "onerror" not in page
    # Both: the plain words, once.
    m = d.answer(mail, "ธรรมดา")
    m.add_alternative("<p>หรูหรา</p>", subtype="html")
    row, data = sent(m)
    assert data["text"] == "ธรรมดา"
    # An answer between quoted lines stays whole; what only follows is left.
    between = "> หนึ่ง\nตอบหนึ่ง\n> สอง\nตอบสอง"
    row, data = sent(d.answer(mail, between + "\n\n-- \n> เก่า\n> กว่า\n"))
    assert data["text"].startswith(between) and "เก่า" not in data["text"]

    # Who quotes the link of acceptance does not hand it on.
    link = d.mail(no, "acceptance")
    secret = re.search(r"/accept/([A-Za-z0-9_-]{43})", link.get_body(
        ("plain",)).get_content())[1]
    m = d.answer(mail, f"กดที่ https://x/accept/{secret[:20]}\n> {secret[20:]}"
                       "\nแล้วไม่ได้")
    row, data = sent(m)
    assert "แล้วไม่ได้" in data["text"] and secret[:20] not in data["text"]
    assert secret[20:] not in data["text"]
    assert secret[-5:] not in data["text"]
    second, data = sent(d.answer(link, "รับแล้ว"))
    files = d.university.dir / "people" / "mails"
    for r in (row, second):
        assert r["sealed"] == 1 and r["sha256"] == ""
        assert d.icit.officer.api.get(
            f"/replies/{r['id']}/mail").status_code == 410
    assert not any(secret[20:].encode() in p.read_bytes()
                   for p in files.rglob("*") if p.is_file())
    # A mail decides nothing.
    assert d.requester.state(no) == "acceptance"
    verify(d)


def test_who_is_not_sure_is_held(desk):
    d = desk()
    no = d.icit.until("preparing")
    d.icit.officer.ok(no, "message", text="ถาม")
    mail = d.mail(no, "message")
    tag = mail["Reply-To"].addresses[0].addr_spec

    def held(message, why, request):
        row = d.send(message)
        assert (row["state"], row["why"], row["request"]) == \
            ("held", why, request), row
        return row["id"]

    # Somebody else, though the address is right: he was shown it.
    stranger = held(d.answer(mail, "ผมเอง", sender=STRANGER), "sender", no)
    # A tag that is not ours; one that belongs to another notice.
    forged = tag.replace("+", "+9")
    m = d.answer(None, "ปลอม", to=forged, subject="forged")
    held(m, "forged", "")
    # None at all; and the id of our mail from whom it did not go to.
    held(d.answer(None, "ใครก็ได้", to=ADDRESS, subject="hello",
                  sender=d.icit.director.email), "none", "")
    held(d.answer(mail, "ไม่ใช่ของฉัน", to=ADDRESS,
                  sender=d.icit.director.email), "none", "")
    # From whom it did go to, the id is enough.
    row = d.send(d.answer(mail, "ไม่มีที่อยู่ตอบกลับ", to=ADDRESS))
    assert (row["state"], row["request"]) == ("joined", no)
    # Two writers are none.
    two = bytes(d.answer(mail, "สองคน")).replace(
        b"From: ", f"From: {STRANGER}\nFrom: ".encode())
    held(two, "sender", no)
    # Larger than 25 MiB, of a thousand parts, and nested without an end.
    m = d.answer(mail, "ใหญ่")
    m.add_attachment(b"x" * (20 << 20), maintype="application",
                     subtype="octet-stream", filename="big.bin")
    large = held(m, "large", no)
    head = [f"From: {d.requester.email}", f"To: {tag}"]
    held(by_hand(head, [["Content-Type: text/plain", "", str(i)]
                        for i in range(1000)]), "parts", no)
    deep = "\r\n".join(
        head + [f"Content-Type: multipart/mixed; boundary=b{0}", ""]
        + [f"--b{i}\r\nContent-Type: multipart/mixed; boundary=b{i + 1}\r\n"
           for i in range(20000)]).encode()
    held(deep, "parts", no)

    # Each office is told of the first, and of no more until that is seen to;
    # every one of what belongs to none.
    told = d.store("select recipient, body, link from outbox"
                   " where kind = 'unsorted'")
    times = collections.Counter(r["recipient"] for r in told)
    assert times[d.icit.records.email] == 2
    assert times[d.registrar.records.email] == 1
    assert set(times.values()) == {1, 2} and d.icit.officer.email not in times
    assert {r["link"] for r in told} == {"/replies"}
    assert not any("ผมเอง" in r["body"] or STRANGER in r["body"] for r in told)

    # Who may see it: the records office and the request's officers.
    listed = d.icit.records.get("/replies")["replies"]
    assert len(listed) == 8 and listed[-1]["id"] == stranger
    assert listed[-1]["from"] == STRANGER and listed[-1]["text"] == "ผมเอง"
    assert [r["id"] for r in d.icit.officer.get("/replies")["replies"]] == \
        [r["id"] for r in listed if r["request"] == no]
    assert d.requester.api.get("/replies").status_code == 403
    assert d.requester.api.get(f"/replies/{stranger}").status_code == 404
    other = d.registrar.records
    assert stranger not in [r["id"] for r in other.get("/replies")["replies"]]
    assert other.api.post(f"/replies/{stranger}/attach",
                          {"request": no}).status_code == 404

    # By hand to a request: a message that says who put it there.
    assert d.icit.records.api.post(
        f"/replies/{stranger}/attach", {"request": "ICIT-1-1"}
    ).status_code == 422
    done = good(d.icit.records.api.post(
        f"/replies/{stranger}/attach", {"request": no}))
    assert done["state"] == "attached"
    event = d.mailed(no)[-1]
    assert event["by"] == d.icit.records.email
    assert event["data"]["from"] == STRANGER and event["data"]["by_hand"]
    assert d.icit.records.api.post(f"/replies/{stranger}/attach",
                                   {"request": no}).status_code == 409
    page = web(d, d.icit.officer).open(f"/requests/{no}").text
    assert STRANGER in page and "นำเข้าคำขอ" in page

    # The same on the page; aside needs a reason.
    w = web(d, d.icit.records)
    home = w.open("/replies")
    assert "อีเมลใหญ่เกิน 25 MB" in home.text
    one = w.open(f"/replies/{large}")
    again = w.send(one, "/aside", reason="")
    assert again.status == 422
    assert w.send(again, "/aside", reason="ไม่เกี่ยวข้อง").status == 200
    row, = d.rows(f"id = {large}")
    assert (row["state"], row["reason"]) == ("aside", "ไม่เกี่ยวข้อง")
    assert row["acted_by"] == d.icit.records.email

    # A closed request takes no more by itself.
    d.icit.go_on(no)
    while d.requester.state(no) != "closed":
        d.icit.go_on(no)
    held(d.answer(mail, "ช้าไป", subject="late"), "closed", no)
    verify(d)


def test_machines(desk):
    """Out of office, and servers that say that it did not arrive."""
    d = desk(kind="open")
    no = d.icit.until("preparing")
    d.icit.officer.ok(no, "message", text="ถาม")
    mail = d.mail(no, "message")
    notices = "select count(*) as n from outbox"
    before = d.store(notices)
    row = d.send(d.answer(mail, "ไม่อยู่", Auto_Submitted="auto-replied"))
    assert (row["state"], row["kind"]) == ("quiet", "automatic")
    row = d.send(d.answer(mail, "ไม่อยู่อีก", subject="x",
                          Precedence="bulk"))
    assert row["state"] == "quiet"
    assert d.store(notices) == before
    assert [e["data"]["automatic"] for e in d.mailed(no)] == [True, True]

    # The sender on the envelope is the mailbox that is read.
    assert {m.sender for m in d.server.mails} == {ADDRESS}

    def report(mail, to, action="failed"):
        return by_hand(
            ["From: MAILER-DAEMON@mx.example.org", f"To: {ADDRESS}",
             "Return-Path: <>", "Auto-Submitted: auto-replied",
             f"Message-ID: <{os.urandom(6).hex()}@mx>", "Subject: failure"],
            [["Content-Type: text/plain", "", "It did not arrive."],
             ["Content-Type: message/delivery-status", "",
              "Reporting-MTA: dns; mx.example.org", "",
              f"Final-Recipient: rfc822; {to}", f"Action: {action}",
              "Status: 5.1.1", "Diagnostic-Code: smtp; 550 5.1.1 no",
              " such <user>"],
             ["Content-Type: message/rfc822", "",
              f"Message-ID: {mail['Message-ID']}", "Subject: x", "",
              "words"]]).replace(
            b"multipart/mixed;",
            b"multipart/report; report-type=delivery-status;")

    to = d.requester.email
    # Late is not lost; what was not ours is nobody's.
    assert d.send(report(mail, to, "delayed"))["state"] == "bounced"
    assert d.envelopes(f"e.email = '{to}' and e.state = 'failed'") == []
    assert d.send(report(mail, STRANGER))["why"] == "bounce"
    row = d.send(report(mail, to))
    assert (row["state"], row["kind"]) == ("bounced", "bounce")
    e, = d.envelopes(f"e.email = '{to}' and e.state = 'failed'")
    assert e["answer"] == "550 5.1.1 no such <user>"
    page = web(d, d.icit.officer).open(f"/requests/{no}").source
    assert "550 5.1.1 no such &lt;user&gt;" in page and "ส่งไม่ถึง" in page
    told = d.store("select recipient, body from outbox where kind = 'bounced'")
    assert [t["recipient"] for t in told] == [d.icit.officer.email]
    assert to in told[0]["body"]
    # Once: neither the next report nor another mail says it again, and a report
    # on what was told to the officer ends with it.
    d.send(report(mail, to))
    d.icit.officer.ok(no, "message", text="อีกครั้ง")
    d.send(report(d.mail(no, "message"), to))
    d.send(report(d.mail(no, "bounced", d.icit.officer.email),
                  d.icit.officer.email))
    d.all_sent()
    assert len(d.store(
        "select id from outbox where kind = 'bounced'")) == 1
    verify(d)


def courier_of(d):
    out = subprocess.run(["ps", "-o", "pid=,args=", "--ppid",
                          str(d.university.process.pid)],
                         capture_output=True, text=True).stdout
    return [int(line.split()[0]) for line in out.splitlines()
            if "courier" in line]


@pytest.mark.both_stores
def test_killed_at_any_moment_none_is_lost_none_twice(
        desk, store, full_size):
    d = desk(store)
    no = d.icit.until("preparing")
    d.icit.officer.ok(no, "message", text="ถาม")
    mail = d.mail(no, "message")
    wanted = 200 if full_size else 25
    rounds = 60 if full_size else 6
    d.imap.pause()
    for i in range(wanted):
        # Of several writers, or it would be too many of one.
        who = d.requester.email if i < 25 else f"p{i}@example.com"
        m = d.answer(mail, f"ข้อ {i}", sender=who, subject=f"n {i}")
        m.add_attachment(os.urandom(2000), maintype="application",
                         subtype="octet-stream", filename=f"{i}.bin")
        d.imap.deliver(m)
    d.imap.start()
    for i in range(rounds):
        time.sleep(0.05 + 0.11 * (i % 5))
        for pid in courier_of(d):
            os.kill(pid, signal.SIGKILL)
        d.change("people", "update reply_due set until = 0")

    def all_read():
        d.change("people", "update reply_due set until = 0"
                           " where attempts < 5")
        return len(d.rows()) >= wanted
    wait_until("all to be read", all_read, 60)
    rows = d.rows()
    assert sorted(r["subject"] for r in rows) == \
        sorted(f"n {i}" for i in range(wanted))
    assert not [r for r in rows if r["why"] == "broken"]
    texts = [e["data"]["text"] for e in d.mailed(no)]
    assert sorted(texts) == sorted(f"ข้อ {i}" for i in range(25))
    # The twenty files that a request takes; of the others it says so.
    left = [f["why"] for e in d.mailed(no) for f in e["data"]["left_out"]]
    assert left == ["count"] * 5
    wait_until("all to be marked", lambda: d.imap.seen() == (wanted, wanted))

    # The mailbox is built anew: all numbers are others, and nothing is new.
    def number():
        return d.store("select uidvalidity from reply_folder")[0]["uidvalidity"]
    old = number()
    time.sleep(1.1)
    d.imap.number_anew()
    wait_until("the new numbers", lambda: number() != old, 30)
    row = d.send(d.answer(mail, "หลังจากนั้น", subject="after"))
    assert row["subject"] == "after"
    wait_until("all to be looked at", lambda: d.store(
        "select count(*) as n from reply_due")[0]["n"] == 0, 40)
    assert len(d.rows()) == wanted + 1
    verify(d)


def test_configuration(desk, cli, tmp_path):
    d = desk()
    path = d.university.dir / "pratu.conf"
    text = path.read_text()
    doctor = d.university.pratu("doctor", "--json")
    assert '"replies"' in doctor.stdout and ADDRESS in doctor.stdout
    # A mailbox that lets nobody in is said.
    (d.imap.dir / "secret").write_text("wrong")
    doctor = d.university.pratu("doctor", "--json")
    assert doctor.returncode != 0 and "Login denied" in doctor.stdout
    (d.imap.dir / "secret").write_text("read it")
    for line, words in [
            ("url = http://localhost", "replies.url"),
            ("url = imap://mail.example.ac.th\nstarttls = none", "starttls"),
            ("address = desk+x@example.ac.th", "address"),
            ("every = 0", "replies.every"), ("folder = a\"b", "folder"),
            ("token_file = /x", "token_file")]:
        key = line.partition(" =")[0]
        head, _, tail = text.partition("[replies]")
        kept = [l for l in tail.splitlines()
                if not l.startswith(key + " ")
                or key in ("token_file", "folder")]
        path.write_text(head + "[replies]" + "\n".join(kept) + f"\n{line}\n")
        done = d.university.pratu("check-config")
        assert done.returncode == 3 and words in done.stderr, (
            line, done.stderr)
    # Without it nothing asks for an answer.
    path.write_text(text.partition("[replies]")[0])
    assert d.university.pratu("check-config").returncode == 0
    d.university.stop()
    d.university.serve()
    no = d.icit.until("decision")
    d.all_sent()
    mails = [m for m in d.server.mails if no in str(m.parsed["Subject"])]
    assert mails and all(m.parsed["Reply-To"] is None for m in mails)


@pytest.mark.parametrize("lang", ["th", "en"])
def test_in_a_browser(desk, tmp_path, lang):
    d = desk()
    no = d.icit.until("preparing")
    d.icit.officer.ok(no, "message", text="ถาม")
    mail = d.mail(no, "message")
    m = d.answer(mail, "ส่งไฟล์มาให้แล้ว\n<b>ตัวหนา</b>")
    m.add_attachment(b"x", maintype="text", subtype="csv", filename="ก.csv")
    d.send(m)
    d.send(d.answer(mail, "ไม่อยู่", Auto_Submitted="auto-replied",
                    subject="auto"))
    held = d.send(d.answer(mail, "ผมขอเพิ่มครับ\n" + "ยาว" * 200,
                           sender=f"สมชาย ใจดี <{STRANGER}>"))
    entry, = [e for e in d.university.facts["people"]
              if e["email"] == d.icit.records.email][:1]
    b = Browser(d.university.desk, lang, DESK,
                Path(os.environ.get("PRATU_SHOTS") or tmp_path))
    form = d.icit.answers()
    positions = d.store("select distinct position from person"
                        " order by length(position) desc")
    try:
        b.use_language()
        b.given = [form["title"], form["purpose"], form["detail"], "ก.csv",
                   "ผมขอเพิ่มครับ", "ยาว" * 200, "ส่งไฟล์มาให้แล้ว", "ตัวหนา",
                   "ไม่อยู่", "สมชาย ใจดี", "ถาม", "อว 7105"] + [
            p["position"] for p in positions if p["position"]] + [
            p["name"] for p in d.university.facts["people"]] + [
            r["subject"] for r in d.store("select subject from outbox")]
        b.sign_in(entry)
        for path, name in (("/replies", "held"),
                           (f"/replies/{held['id']}", "held-one"),
                           (f"/requests/{no}", "mailed")):
            b.go(path)
            b.look(name)
        b.go(f"/replies/{held['id']}")
        assert STRANGER in b.text()
        assert not b.found, "\n".join(b.found)
    finally:
        b.close()
