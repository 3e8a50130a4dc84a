"""Mails as they travel: Python's `email` reads back what went in, and no text
becomes a header. build/tests/unit/letter writes one letter from JSON."""
import base64
import email
import email.policy
import email.utils
import json
import re
import subprocess
from email.header import decode_header, make_header

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from conftest import PRATU

LETTER = PRATU.parent / "tests" / "unit" / "letter"
HEADERS = ["Message-ID", "In-Reply-To", "References", "Date", "From", "To",
           "Subject", "Auto-Submitted", "Content-Language", "MIME-Version",
           "Content-Type"]


def write(**letter):
    letter = {"to": "a@example.ac.th", "subject": "x", "text": "x",
              "html": "<p>x</p>", **letter}
    done = subprocess.run([LETTER], input=json.dumps(letter).encode(),
                          capture_output=True, check=True)
    return done.stdout


def read(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def as_line(text):
    """Control marks become blanks in a header."""
    return "".join(" " if ord(c) < 32 or ord(c) == 127 else c for c in text)


def said_name(raw, field):
    """Decoded as RFC 2047 says; in names the newer reader of Python leaves the
    blanks between encoded words, which its older one does not."""
    value = email.message_from_bytes(raw)[field]
    name = re.sub(r"\r\n\s*", " ", value).rsplit("<", 1)[0].strip()
    return str(make_header(decode_header(name)))


def without_crlf(text):
    return text.replace("\r\n", "\n")


# No lone surrogates: they are no text; no NUL: the store has none.
ANY = st.text(st.characters(blacklist_categories=["Cs"],
                            blacklist_characters="\0"), max_size=120)
THAI = st.text("กขคงจฉดตนบปผฟมยรลวสหอำะาิีึืุูเแโใไ่้๊๋์ๆฯ ABC xyz=?_-.,()\"<>@",
               max_size=200)
TEXT = st.one_of(ANY, THAI, st.sampled_from([
    "a\r\nBcc: x@evil.example", "=?UTF-8?B?eA==?=", "x\nX-Spam: no\n\nbody",
    "", " ", "ผู้รับผิดชอบ" * 40, "่" * 200, "a" * 500, "😀" * 40,
    "เรื่อง, \"ด่วน\" <x@evil.example>"]))
QUICK = settings(max_examples=150, deadline=None,
                 suppress_health_check=list(HealthCheck))


@QUICK
@given(subject=TEXT, name=TEXT)
def test_subject_and_names_come_back_and_are_no_headers(subject, name):
    raw = write(subject=subject, to_name=name, from_name=name)
    head, _, _ = raw.partition(b"\r\n\r\n")
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    assert head.isascii() and b"\r" not in head.replace(b"\r\n", b"")
    mail = read(raw)
    assert [k for k in mail.keys()] == HEADERS
    assert str(mail["Subject"]).strip() == as_line(subject).strip()
    for field, want in (("To", "a@example.ac.th"),
                        ("From", "data@example.ac.th")):
        address, = mail[field].addresses
        assert address.addr_spec == want
        assert said_name(raw, field).strip() == as_line(name).strip()


@QUICK
@given(text=st.one_of(TEXT, st.just("บรรทัดหนึ่ง\n.\n..\nFrom x\n\nสอง")),
       name=TEXT, type=TEXT, bytes_=st.binary(max_size=400))
@example(text="", name="<>", type="", bytes_=b"")
def test_words_and_files_come_back_exactly(text, name, type, bytes_):
    # What a file is called is cleaned where it is attached.
    name = as_line(name).strip() or "file"
    raw = write(text=text, files=[{
        "name": name, "type": type,
        "bytes": base64.b64encode(bytes_).decode()}])
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    mail = read(raw)
    got = without_crlf(mail.get_body(("plain",)).get_content())
    assert got == text.replace("\r", "") + "\n"
    part, = mail.iter_attachments()
    # get_filename() would take away the < > around a name.
    assert part["Content-Disposition"].params["filename"] == name
    assert part.get_payload(decode=True) == bytes_
    assert not part.defects and not mail.defects


def test_a_letter_with_everything():
    raw = write(subject="แจ้งผลการดำเนินการ", to_name="รศ.ดร.ชูพันธุ์ ใจดี",
                cc="b@example.ac.th, c@example.ac.th", date=1764123245000,
                text="เรียน", html='<p>เรียน <img src="cid:qr"></p>',
                picture="PNG", files=[
                    {"name": "รายชื่อ ปี ๒๕๖๙ (ฉบับแก้ไข).xlsx",
                     "type": "application/pdf", "bytes": "AAECAw=="},
                    {"name": "plain.txt", "type": "text/plain",
                     "bytes": "YWJj"}])
    mail = read(raw)
    assert mail.get_content_type() == "multipart/mixed"
    assert [a.addr_spec for a in mail["Cc"].addresses] == [
        "b@example.ac.th", "c@example.ac.th"]
    when = email.utils.parsedate_to_datetime(str(mail["Date"]))
    assert int(when.timestamp()) == 1764123245
    assert mail["Auto-Submitted"] == "auto-generated"
    names = [p.get_filename() for p in mail.iter_attachments()]
    assert names == ["รายชื่อ ปี ๒๕๖๙ (ฉบับแก้ไข).xlsx", "plain.txt"]
    types = [p.get_content_type() for p in mail.walk()]
    assert types == ["multipart/mixed", "multipart/alternative", "text/plain",
                     "multipart/related", "text/html", "image/png",
                     "application/pdf", "text/plain"]
    assert "cid:qr" in mail.get_body(("html",)).get_content()
    assert not [p.defects for p in mail.walk() if p.defects]
    # The same letter, the same bytes.
    assert raw == write(
        subject="แจ้งผลการดำเนินการ", to_name="รศ.ดร.ชูพันธุ์ ใจดี",
        cc="b@example.ac.th, c@example.ac.th", date=1764123245000,
        text="เรียน", html='<p>เรียน <img src="cid:qr"></p>',
        picture="PNG", files=[
            {"name": "รายชื่อ ปี ๒๕๖๙ (ฉบับแก้ไข).xlsx",
             "type": "application/pdf", "bytes": "AAECAw=="},
            {"name": "plain.txt", "type": "text/plain", "bytes": "YWJj"}])


@pytest.mark.parametrize("address", [
    "a@b.c\r\nBcc: x@evil.example", "a>@b.c", "<a@b.c", "a b@c.d",
    'a"@b.c', "a(b)@c.d"])
def test_an_address_that_is_none_stops_the_program(address):
    """They are checked where they come from; here it would be a bug."""
    done = subprocess.run(
        [LETTER], capture_output=True,
        input=json.dumps({"to": address, "subject": "x"}).encode())
    assert done.returncode < 0
    assert b"evil" not in done.stdout
