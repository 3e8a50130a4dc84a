"""The requester's copy of the signed notice: it alone bears the link that accepts
without signing in; what is filed, and what others read, does not."""
import email
import email.policy
import hashlib

import pytest

from journey import desk, good, refusal  # noqa: F401
from pages import Web
from test_mail import filed, mailing, servers  # noqa: F401
from test_paper_layout import bare, read
from test_papers import PDF, codes, last_event, papers, put, sign, text_of
from test_signing import signed_in

pytestmark = pytest.mark.both_stores


def read_copy(person, no, code):
    return person.api.get(f"/requests/{no}/copies/{code}")


def accept_link(pdf, tmp_path):
    """The one link of acceptance that a telephone reads from the paper."""
    path = tmp_path / "copy.pdf"
    path.write_bytes(pdf)
    (link,) = [c for c in codes(path, tmp_path) if "/accept/" in c]
    assert link in bare(read(path))  # printed beside it
    return link


def test_the_copy_bears_the_link_and_the_filed_notice_says_where(
        desk, tmp_path):  # noqa: F811
    icit = desk.icit
    no = icit.until("acceptance", coordinator_email=desk.other.email)
    done = good(sign(icit.director, no, "notice"), 201)
    code = done["code"]
    event = last_event(icit.director, no)
    assert event["data"]["copy"]["sha256"] == done["copy_sha256"]
    own = read_copy(desk.requester, no, code)
    assert own.status_code == 200
    assert own.headers["Content-Type"].startswith(PDF)
    assert hashlib.sha256(own.content).hexdigest() == done["copy_sha256"]
    link = accept_link(own.content, tmp_path)
    secret = link.rsplit("/", 1)[1]
    # It answers in the requester's name: a co-applicant has it as little as the
    # office, owners and others.
    for person in (desk.other, icit.director, icit.officer, icit.records, desk.auditor,
                   desk.owners["HRD"]):
        assert read_copy(person, no, code).status_code == 404, person
    assert read_copy(desk.requester, no, code + "x").status_code == 404
    token = good(desk.requester.api.post(
        "/me/tokens", {"name": "อ่าน", "read_only": True}), 201)["token"]
    reader = desk.university.api({"token": token})
    refusal(reader.get(f"/requests/{no}/copies/{code}"), 403,
            "read-only-token")
    # The filed one: the same words, no link that answers.
    kept = icit.director.api.get(f"/requests/{no}/files/{done['file']}").content
    path = tmp_path / "filed.pdf"
    path.write_bytes(kept)
    text = bare(read(path))
    assert "/accept/" not in "".join(codes(path, tmp_path)) + text
    assert bare("ในสำเนาของผู้ขอ ตรงนี้คือลิงก์สำหรับยอมรับงาน") in text
    # The store has only the hash, but for the mail on its way.
    rows = desk.store("select * from link") + desk.store(
        f"select payload from events where request = '{no}'")
    assert secret not in str(rows)
    # Both are known to whoever verifies.
    nobody = Web(desk.university.desk)
    page = nobody.open(f"/verify/{code}")
    assert done["sha256"] in page.text and done["copy_sha256"] in page.text
    for content, said in ((kept, "ตรงกับฉบับที่ลงนามทุกประการ"),
                          (own.content, "ตรงกับสำเนาของผู้ขอทุกประการ"),
                          (own.content + b"\n", "ไม่ตรงกับฉบับที่ลงนาม")):
        page = nobody.send(page, f"/verify/{code}",
                           files={"file": ("x.pdf", content, PDF)})
        assert said in page.text
    # It answers, once.
    page = nobody.open("/accept/" + secret)
    assert page.status == 200 and no in page.text
    done = nobody.send(page, f"/accept/{secret}", "accepted", **{
        "accept.score": "5"})
    assert done.status == 200
    assert desk.requester.state(no) == "closed"
    assert nobody.open("/accept/" + secret).status == 410
    assert read_copy(desk.requester, no, code).status_code == 200
    assert desk.university.pratu("rebuild", "--check").returncode == 0
    assert desk.university.pratu("verify").returncode == 0


def test_the_page_of_papers_offers_the_copy_to_the_requester_alone(desk):  # noqa: F811
    icit = desk.icit
    no = icit.until("acceptance", coordinator_email=desk.other.email)
    code = good(sign(icit.director, no, "notice"), 201)["code"]
    path = f"/requests/{no}/papers"
    assert f"/requests/{no}/copies/{code}" in signed_in(
        desk, desk.requester).open(path).links
    for person in (desk.other, icit.director):
        web = signed_in(desk, person)
        assert f"/requests/{no}/copies/{code}" not in web.open(path).links
        assert web.open(f"/requests/{no}/copies/{code}").status == 404
    # A co-applicant accepts signed in, in his own name.
    desk.other.ok(no, "accept", outcome="accepted", score=4)
    assert last_event(icit.director, no)["by"] == desk.other.email


def test_no_copy_by_a_text_that_has_no_place_for_its_link(
        desk, tmp_path):  # noqa: F811
    """An office's text of before, or one that says nothing of whose copy it is:
    the filed notice would speak of a copy with a link that has none."""
    icit, records = desk.icit, desk.icit.records
    no = icit.until("acceptance")
    text = text_of(records, "notice")["text"]
    try:
        for gone in ("{accept.link}", "{accept.words}", "{accept.copy}"):
            older = text.replace(gone, "{request}") + f"\n.. {gone}\n"
            good(put(records, "notice", older), 201)
            done = good(sign(icit.director, no, "notice"), 201)
            assert done["copy_sha256"] is None, gone
            path = tmp_path / "filed.pdf"
            path.write_bytes(icit.director.api.get(
                f"/requests/{no}/files/{done['file']}").content)
            assert bare("ในสำเนาของผู้ขอ ตรงนี้คือลิงก์") not in bare(read(path))
        assert desk.notices(no, "copy") == []
    finally:
        good(put(records, "notice", text), 201)
    assert good(sign(icit.director, no, "notice"), 201)["copy_sha256"]


def test_no_copy_when_nobody_is_to_answer(desk):  # noqa: F811
    """A notice that is signed when all is over, and other papers."""
    icit = desk.icit
    no = icit.until("acceptance")
    assert good(sign(icit.officer, no, "delivery"), 201)["copy_sha256"] is None
    icit.go_on(no)
    assert good(sign(icit.director, no, "notice"), 201)["copy_sha256"] is None
    assert desk.notices(no, "copy") == []
    assert papers(icit.director, no)["notice"]["signed"][0]["copy_sha256"] \
        is None


def test_the_copy_goes_by_mail_and_the_filed_mail_has_the_filed_notice(
        mailing, store, tmp_path):  # noqa: F811
    desk = mailing(store)
    no = desk.icit.until("acceptance")
    done = good(sign(desk.icit.director, no, "notice"), 201)
    desk.all_sent()
    e, = desk.envelopes(f"o.kind = 'copy' and o.request = '{no}'")
    assert e["email"] == desk.requester.email
    secret = e["link"].rsplit("/", 1)[1]
    m = next(m for m in desk.server.to(desk.requester.email)
             if secret in m.text())
    (name, content), = m.files().items()
    assert name == f"{no}-notice.pdf"
    assert hashlib.sha256(content).hexdigest() == done["copy_sha256"]
    assert accept_link(content, tmp_path) == desk.university.desk + e["link"]
    # What is filed, everybody of the office may read.
    kept = email.message_from_bytes(filed(desk, e["notice"]),
                                    policy=email.policy.default)
    (part,) = kept.iter_attachments()
    assert part.get_filename() == name
    assert hashlib.sha256(part.get_content()).hexdigest() == done["sha256"]
    whole = "".join(p.get_content() for p in kept.walk()
                    if p.get_content_maintype() == "text")
    assert secret not in whole and "/accept/" in whole
    assert secret.encode() not in filed(desk, e["notice"])
