"""Papers of requests as people get them: printed, signed here or by hand,
verified, from texts that an office edits."""
import hashlib
import io
import json
import re
import subprocess

import docx
import pytest
import requests

from conftest import ROOT
from journey import call, desk, good, refusal, wrong_fields  # noqa: F401
from pages import Web
from test_paper_layout import bare, info, read
from test_signing import grow_old, signed_in

pytestmark = pytest.mark.both_stores
PNG = b"\x89PNG\r\n\x1a\n scan"
PDF = "application/pdf"


def paper(person, no, file, tmp_path=None):
    """The bytes, or with a folder the path of what was saved there."""
    got = person.api.get(f"/requests/{no}/papers/{file}")
    assert got.status_code == 200, got.text
    if tmp_path is None:
        return got.content
    path = tmp_path / file
    path.write_bytes(got.content)
    return path


def papers(person, no):
    return {p["paper"]: p
            for p in person.get(f"/requests/{no}/papers")["papers"]}


def sign(person, no, kind, version=None, **body):
    headers = {"If-Match": f'"{version}"'} if version else {}
    return person.api.post(f"/requests/{no}/papers/{kind}/sign", body,
                           headers=headers)


def scan(person, no, kind, name="สแกน.pdf", content=b"%PDF-1.4 by hand"):
    return person.api.call("POST", f"/requests/{no}/papers/{kind}/scan",
                           files={"file": (name, content, PDF)})


def codes(pdf, tmp_path):
    found = []
    for page in range(1, int(info(pdf)["Pages"]) + 1):
        subprocess.run(["pdftoppm", "-r", "150", "-png", "-singlefile", "-f",
                        str(page), "-l", str(page), pdf, tmp_path / "q"],
                       check=True)
        found += subprocess.run(
            ["zbarimg", "-q", "--raw", tmp_path / "q.png"], text=True,
            stdout=subprocess.PIPE).stdout.split()
    return found


def last_event(person, no):
    return person.get(f"/requests/{no}/events")["events"][-1]


def test_each_paper_of_a_request_when_it_is_there(desk, tmp_path):
    icit = desk.icit
    no = icit.until("consent")
    assert set(papers(desk.requester, no)) == {"request", "form", "case"}
    refusal(desk.requester.api.get(f"/requests/{no}/papers/notice.pdf"),
            409, "no-such-paper")
    for file in ("notice", "other.pdf", "request.txt", "register.pdf"):
        assert desk.requester.api.get(
            f"/requests/{no}/papers/{file}").status_code in (404, 409), file
    icit.go_on(no, "acceptance")
    r = desk.requester.request(no)
    there = papers(icit.director, no)
    assert set(there) == {"request", "endorsement", "notice", "delivery",
                          "form", "case"}
    for kind in there:
        pdf = paper(icit.director, no, f"{kind}.pdf", tmp_path)
        text = bare(read(pdf))
        assert no in text, kind
        assert info(pdf)["Title"].strip(), kind
        if kind != "form":
            assert bare(r["title"]) in text, kind
        words = docx.Document(io.BytesIO(
            paper(icit.director, no, f"{kind}.docx")))
        assert words.paragraphs and words.core_properties.title, kind
    notice = bare(read(paper(icit.director, no, "notice.pdf", tmp_path)))
    assert bare(r["answers"]["purpose"]) in notice
    assert bare(icit.director.name) in notice
    # Whoever does not see the request sees none of its papers.
    for path in ("papers", "papers/request.pdf", "papers/nothing.pdf"):
        refusal(desk.other.api.get(f"/requests/{no}/{path}"), 404,
                "no-such-request")


def test_a_refusal_is_told_with_its_reason(desk, tmp_path):
    icit = desk.icit
    no = icit.until("decision")
    icit.director.ok(no, "decide", outcome="rejected",
                     note="ข้อมูลมีเผยแพร่อยู่แล้ว")
    assert "reply" in papers(icit.records, no)
    text = bare(read(paper(icit.records, no, "reply.pdf", tmp_path)))
    assert "ไม่อนุมัติ" in text and "ข้อมูลมีเผยแพร่อยู่แล้ว" in text


def test_signed_here_verified_by_whoever_has_it(desk, tmp_path):
    icit = desk.icit
    no = icit.until("acceptance")
    assert papers(icit.director, no)["notice"]["may_sign"]
    assert not papers(desk.requester, no)["notice"]["may_sign"]
    refusal(sign(desk.requester, no, "notice"), 403, "not-yours")
    refusal(sign(icit.director, no, "reply"), 409, "no-such-paper")
    refusal(sign(icit.director, no, "nothing"), 404, "not-found")
    version = papers(icit.director, no)["notice"]["text_version"]
    done = good(sign(icit.director, no, "notice"), 201)
    assert done["name"] == icit.director.name and done["how"] == "signed"
    kept = icit.director.api.get(f"/requests/{no}/files/{done['file']}")
    digest = hashlib.sha256(kept.content).hexdigest()
    event = last_event(icit.director, no)
    assert event["type"] == "papered"
    assert event["data"]["sha256"] == done["sha256"] == digest
    assert event["data"]["code"] == done["code"]
    assert event["data"]["text"]["version"] == version
    assert event["data"]["signer"]["name"] == icit.director.name
    assert papers(icit.director, no)["notice"]["signed"][0]["code"] \
        == done["code"]

    pdf = tmp_path / "kept.pdf"
    pdf.write_bytes(kept.content)
    text = bare(read(pdf))
    assert done["code"] in text and bare(icit.director.name) in text
    links = codes(pdf, tmp_path)
    verify = f"{desk.university.desk}/verify/{done['code']}"
    # Others see the notice too: what it says to accept by is no secret.
    page = f"{desk.university.desk}/requests/{no}"
    assert verify in links and page in links
    assert verify in text and page in text
    assert "/accept/" not in "".join(links) + text

    # Nobody needs to be signed in.
    nobody = Web(desk.university.desk)
    page = nobody.open(f"/verify/{done['code']}")
    assert page.status == 200 and icit.director.name in page.text
    assert digest in page.text and no in page.text
    assert desk.requester.request(no)["title"] not in page.text
    same = nobody.send(page, f"/verify/{done['code']}",
                       files={"file": ("x.pdf", kept.content, PDF)})
    assert "ตรงกับฉบับที่ลงนามทุกประการ" in same.text
    other = nobody.send(page, f"/verify/{done['code']}",
                        files={"file": ("x.pdf", kept.content + b"\n", PDF)})
    assert "ไม่ตรงกับฉบับที่ลงนาม" in other.text
    told = requests.get(f"{desk.university.desk}/api/v1/verify/{done['code']}",
                        timeout=60).json()
    assert told["sha256"] == digest and told["paper"] == "notice"
    for code in (done["code"][:-1], done["code"] + "0", no, f"{no}-", "x", "-", f"-{no}"):
        assert nobody.open(f"/verify/{code}").status == 404, code

    # Whoever scans its code signs in first.
    page = nobody.open(f"/requests/{no}")
    assert desk.requester.request(no)["title"] not in page.text
    assert desk.requester.state(no) == "acceptance"


def test_the_code_on_a_paper_brings_the_scan_to_its_request(desk, tmp_path):
    icit = desk.icit
    no = icit.until("decision")
    (link,) = codes(paper(desk.requester, no, "request.pdf", tmp_path),
                    tmp_path)
    assert link == f"{desk.university.desk}/requests/{no}/scan/request"
    web = signed_in(desk, desk.requester)
    page = web.open(link)
    assert page.status == 200 and no in page.text
    end = f"/requests/{no}/scan/request"
    wrong = web.send(page, end, files={"file": ("a.txt", b"words", PDF)})
    assert wrong.status == 422 and "PDF, JPEG" in wrong.text
    empty = web.send(page, end)
    assert empty.status == 422
    page = web.send(page, end, files={"file": ("ลงนาม.png", PNG, "image/png")})
    assert page.status == 200 and "เรียบร้อย" in page.text
    (kept,) = papers(desk.requester, no)["request"]["signed"]
    assert kept["how"] == "scanned" and kept["code"] is None
    got = desk.requester.api.get(f"/requests/{no}/files/{kept['file']}")
    assert got.content == PNG
    assert kept["sha256"] == hashlib.sha256(PNG).hexdigest()
    assert last_event(desk.requester, no)["data"]["paper"] == "request"
    refusal(scan(desk.other, no, "request"), 404, "no-such-request")
    refusal(scan(desk.requester, no, "notice"), 409, "no-such-paper")
    assert wrong_fields(refusal(
        scan(desk.requester, no, "request", content=b"MZ"), 422,
        "invalid")) == {"file": "not-a-scan"}
    assert desk.university.pratu("rebuild", "--check").returncode == 0
    assert desk.university.pratu("verify").returncode == 0


def test_papers_and_files_have_room_of_their_own(desk):
    """Files beside a request leave its papers their room, and papers have an
    end of their own, which is said before anything is printed."""
    icit, requester = desk.icit, desk.requester
    no = icit.until("decision")
    for i in range(20):
        requester.attach(no, f"{i}.pdf")
    refusal(requester.api.call(
        "POST", f"/requests/{no}/files",
        files={"file": ("x.pdf", b"%PDF-", PDF)}), 409, "attachment-count")
    for i in range(60):
        good(scan(requester, no, "request", f"{i}.pdf"), 201)
    kept = len(list((desk.university.dir / "people/attachments").rglob("*")))
    refusal(scan(requester, no, "request", content=b"%PDF-1.4 one more"), 409,
            "paper-count")
    refusal(sign(requester, no, "request"), 409, "paper-count")
    assert not papers(requester, no)["request"]["may_sign"]
    assert kept == len(list(
        (desk.university.dir / "people/attachments").rglob("*")))
    page = signed_in(desk, requester).open(f"/requests/{no}/papers")
    assert f"/requests/{no}/scan/request" not in page.links
    # Who brought a scan is not shown as who signed it.
    assert f"นำเข้าโดย {requester.name}" in page.text


def test_whose_scan_is_taken(desk):
    icit, requester = desk.icit, desk.requester
    no = icit.until("acceptance")
    for kind in ("notice", "delivery", "endorsement", "case"):
        refusal(scan(requester, no, kind), 403, "not-yours")
    refusal(scan(icit.records, no, "case"), 403, "not-yours")
    links = signed_in(desk, requester).open(f"/requests/{no}/papers").links
    assert f"/requests/{no}/scan/request" in links
    assert f"/requests/{no}/scan/notice" not in links
    good(scan(requester, no, "request"), 201)
    good(scan(icit.records, no, "notice"), 201)
    # When all is over: who signs it for the office, and the records office.
    icit.go_on(no)
    links = signed_in(desk, icit.officer).open(f"/requests/{no}/papers").links
    assert f"/requests/{no}/scan/delivery" in links
    assert f"/requests/{no}/scan/request" not in links
    good(scan(icit.officer, no, "delivery"), 201)
    good(scan(icit.records, no, "request"), 201)
    refusal(scan(icit.officer, no, "request"), 409, "not-in-this-state")
    refusal(scan(requester, no, "request"), 409, "not-in-this-state")
    refusal(scan(icit.head, no, "delivery"), 409, "not-in-this-state")
    assert desk.university.pratu("rebuild", "--check").returncode == 0


def test_the_page_of_papers_signs_with_the_password(desk):
    director, no = desk.icit.director, desk.icit.until("acceptance")
    web = signed_in(desk, director)
    page = web.open(f"/requests/{no}")
    assert f"/requests/{no}/papers" in page.links
    page = web.open(f"/requests/{no}/papers")
    assert f"/requests/{no}/papers/notice.pdf" in page.links
    end = f"/requests/{no}/papers/notice/sign"
    assert "password-notice" not in page.to(end).names()
    grow_old(desk, 31)
    late = web.send(page, end)
    assert late.status == 422
    assert not papers(director, no)["notice"]["signed"]
    done = web.send(late, end, **{"password-notice": next(
        p for p in desk.university.facts["people"]
        if p["email"] == director.email)["password"]})
    assert done.status == 200 and "ลงนามแล้ว" in done.text
    assert papers(director, no)["notice"]["signed"][0]["how"] == "signed"
    got = web.s.get(f"{desk.university.desk}/requests/{no}/papers/notice.pdf")
    assert got.headers["Content-Type"].startswith(PDF)
    assert got.headers["Content-Disposition"].startswith("inline")


def text_of(person, kind, **query):
    return person.get(f"/offices/ICIT/papers/{kind}" + (
        "?" + "&".join(f"{k}={v}" for k, v in query.items())
        if query else ""))


def put(person, kind, text):
    return person.api.post(f"/offices/ICIT/papers/{kind}", {"text": text})


def test_an_office_edits_the_text_of_a_paper(desk, tmp_path):
    icit, records = desk.icit, desk.icit.records
    no = icit.until("acceptance")
    before = text_of(records, "notice")
    first = before["version"]
    changed = before["text"].replace(
        "จึงเรียนมาเพื่อโปรดทราบ", "จึงเรียนมาเพื่อทราบ ด้วยความขอบคุณ {office.name}")
    for text, line in ((before["text"] + "\n{nobody}", "nobody"),
                       (".if title\nx", "if"), ("{title", "{title")):
        problem = refusal(put(records, "notice", text), 422, "invalid")
        assert line in json.dumps(problem, ensure_ascii=False)
    refusal(put(icit.officer, "notice", changed), 403, "not-office-settings")
    refusal(put(desk.requester, "notice", changed), 403,
            "not-office-settings")
    made = good(put(records, "notice", changed), 201)
    assert made["version"] == first + 1 and made["by"] == records.email
    refusal(put(records, "notice", changed), 422, "invalid")
    text = bare(read(paper(icit.director, no, "notice.pdf", tmp_path)))
    assert "ด้วยความขอบคุณ" in text
    good(sign(icit.director, no, "notice"), 201)
    assert last_event(records, no)["data"]["text"]["version"] == first + 1
    # Every version stays.
    assert text_of(records, "notice", version=first)["text"] == before["text"]
    assert [v["version"] for v in text_of(records, "notice")["versions"]] \
        == list(range(first + 1, -1, -1))
    # Another office's paper is its own.
    assert "ด้วยความขอบคุณ" not in desk.registrar.records.get(
        "/offices/REGISTRAR/papers/notice")["text"]
    seen = records.api.post("/offices/ICIT/papers/notice/preview",
                            {"text": changed})
    assert seen.status_code == 200 and seen.content.startswith(b"%PDF-")

    web = signed_in(desk, records)
    page = web.open("/offices/ICIT/papers")
    assert "/offices/ICIT/papers/notice" in page.links
    page = web.open("/offices/ICIT/papers/notice")
    form = page.to("/offices/ICIT/papers/notice")
    assert form.value("text").replace("\r", "").strip() == changed.strip()
    look = web.send(page, "/offices/ICIT/papers/notice", "preview",
                    text="ดูตัวอย่าง {title}")
    assert look.answer.content.startswith(b"%PDF-")
    wrong = web.send(page, "/offices/ICIT/papers/notice", "save",
                     text="ดู {ไม่มี}")
    assert wrong.status == 422 and "1: ไม่มี" in wrong.text
    done = web.send(page, "/offices/ICIT/papers/notice", "save",
                    text=before["text"])
    assert done.status == 200
    assert text_of(records, "notice")["version"] == first + 2


@pytest.mark.parametrize("text, what", [
    (".each events\n.each events\n{name}\n.end\n.end", "rounds"),
    (".each form\n" + "{message}" * 400 + "\n.end", "text"),
    (".page\n" * 600, "pages"),
], ids=["rounds", "text", "pages"])
def test_a_text_that_bursts_some_day_is_refused_when_it_is_kept(
        desk, text, what):
    """It fits the sample, which has one of each; a large request is not so."""
    records = desk.icit.records
    before = text_of(records, "case")["version"]
    answer = put(records, "case", text)
    assert answer.status_code == 413, (what, answer.text)
    web = signed_in(desk, records)
    page = web.open("/offices/ICIT/papers/case")
    wrong = web.send(page, "/offices/ICIT/papers/case", "save", text=text)
    assert wrong.status == 413
    assert wrong.to("/offices/ICIT/papers/case").value("text").strip() \
        .replace("\r", "") == text.strip()
    assert text_of(records, "case")["version"] == before


def test_the_shipped_texts_fit_a_large_request(desk):
    """Each kind's own text, with one line more, is kept."""
    records = desk.icit.records
    for kind in ("request", "endorsement", "reply", "notice", "delivery",
                 "form", "case", "register", "procedure"):
        now = text_of(records, kind)["text"]
        good(put(records, kind, now + "\n.. ทดลอง"), 201)
        good(put(records, kind, now), 201)


def test_only_what_was_looked_at_is_signed(desk):
    """Another version of the request, or of the office's text, is another
    paper."""
    icit, director = desk.icit, desk.icit.director
    no = icit.until("acceptance")
    seen = director.get(f"/requests/{no}/papers")
    notice = papers(director, no)["notice"]
    assert seen["version"] == director.request(no)["version"]
    web = signed_in(desk, director)
    page = web.open(f"/requests/{no}/papers")
    end = f"/requests/{no}/papers/notice/sign"
    assert page.to(end).value("version") == str(seen["version"])
    assert page.to(end).value("text") == str(notice["text_version"])
    icit.records.ok(no, "note", kind="note", text="ผู้ขอโทรศัพท์มาสอบถาม")
    refusal(sign(director, no, "notice", seen["version"]), 412,
            "stale-version")
    late = web.send(page, end)
    assert late.status == 412 and "มีผู้แก้ไขหลังจากที่ท่านเปิด" in late.text
    now = text_of(icit.records, "notice")["text"]
    good(put(icit.records, "notice", now + "\nด้วยความเคารพ"), 201)
    try:
        refusal(sign(director, no, "notice",
                     text_version=notice["text_version"]), 412,
                "stale-paper-text")
        other = web.send(late, end)
        assert other.status == 412 and "ข้อความของเอกสาร" in other.text
        assert not papers(director, no)["notice"]["signed"]
        assert web.send(other, end).status == 200
        good(sign(director, no, "notice", director.request(no)["version"],
                  text_version=text_of(icit.records, "notice")["version"]),
             201)
    finally:
        good(put(icit.records, "notice", now), 201)
    assert len(papers(director, no)["notice"]["signed"]) == 2


def fields_of(sample, before=""):
    for key, value in sample.items():
        if isinstance(value, dict):
            yield from fields_of(value, f"{before}{key}.")
        elif isinstance(value, list):
            yield f".each {key}"
            yield from fields_of(value[0])
            yield ".end"
        else:
            yield f"{{{before}{key}}}"


def test_every_field_of_the_sample_is_a_request_s(desk):
    """What a text may name by the sample stands in real papers too; otherwise
    an office's text would be refused only when it is printed."""
    director, no = desk.icit.director, desk.icit.until("acceptance")
    sample = json.loads((ROOT / "data/papers/case.json").read_text())
    now = text_of(desk.icit.records, "delivery")["text"]
    good(put(desk.icit.records, "delivery",
             "\n".join(fields_of(sample)) + "\n"), 201)
    try:
        assert paper(director, no, "delivery.pdf").startswith(b"%PDF-")
    finally:
        good(put(desk.icit.records, "delivery", now), 201)


def test_register_and_procedure_on_paper(desk, tmp_path):
    icit = desk.icit
    no = icit.until("decision")
    year = icit.records.request(no)["register"]["year"]
    path = tmp_path / "r.pdf"
    got = icit.records.api.get(f"/register/ICIT/{year}/register.pdf")
    assert got.status_code == 200
    path.write_bytes(got.content)
    rows = icit.records.get(f"/register/ICIT/{year}")["rows"]
    text = bare(read(path))
    for row in rows:
        assert bare(row["memo_in"]) in text
    assert re.search(r"หน้า1จาก\d+", text)
    assert desk.requester.api.get(
        f"/register/ICIT/{year}/register.pdf").status_code == 404
    assert icit.records.api.get(
        f"/register/ICIT/{year}/register.docx").content[:2] == b"PK"
    for code, label in (("ICIT-QP-9001-24", "หน้าที่:1จาก"),
                        ("W-REG6-001", "Page1of")):
        got = requests.get(
            f"{desk.university.desk}/procedures/{code}/procedure.pdf",
            timeout=60)
        assert got.status_code == 200
        path.write_bytes(got.content)
        text = bare(read(path))
        assert code in text and label in text
        pages = int(info(path)["Pages"])
        assert label.replace("1", str(pages)) + str(pages) in text
