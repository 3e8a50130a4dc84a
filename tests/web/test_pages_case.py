"""The page of one request and what follows from it, as HTML: who may do what,
what is kept when something is wrong, links that hold once, the register."""
import csv
import hashlib
import io
import re
import sqlite3
import time

import pytest
import requests

from journey import (Desk, desk, good, refusal,  # noqa: F401  (a fixture)
                     wrong_fields)
from pages import Page, Web

CODES = re.compile(r"(?<![\w.])(?:case|said|ask|plan|conn|grant-state|"
                   r"clock-why|score|mailbox|accept|registers)\.[a-z]")


@pytest.fixture
def web(university):
    """web("nonglak.j"): that person's session at the pages."""
    sessions = {}

    def session(name=None, lang="th"):
        name = str(name) if name is not None else None
        if (name, lang) not in sessions:
            entry = name and next(
                p for p in university.facts["people"]
                if p["email"] == f"{name}@example.ac.th")
            sessions[name, lang] = Web(university.desk, entry, lang)
        return sessions[name, lang]
    return session


FORMLESS = {"submit", "prepare"}  # on pages of their own


@pytest.mark.parametrize("state", [
    "draft", "consent", "intake", "decision", "assignment", "preparing",
    "delivery", "acceptance", "closed"])
def test_each_person_sees_exactly_his_commands(desk, web, state):
    icit = desk.icit
    no = icit.until(state, connection=["api-get"])
    people = [desk.requester, desk.other, desk.owners["HRD"], icit.records,
              icit.director, icit.head, icit.officer, desk.auditor, desk.dpo,
              desk.admin, desk.registrar.records]
    for person in people:
        page = web(person).open(f"/requests/{no}")
        if not person.sees(no):
            assert page.status == 404, (person, page.status)
            continue
        assert page.status == 200
        assert page.commands() == person.allowed(no), person
        assert len(page.panels) <= 1
        assert not CODES.search(page.text), CODES.search(page.text)[0]
        for command in page.commands() - FORMLESS:
            assert page.to(f"/{no}/{command}").value("version")


def test_the_one_thing_to_do(desk, web):
    icit = desk.icit
    for state, who, command in [
            ("consent", desk.owners["HRD"], "consent"),
            ("intake", icit.records, "receive"),
            ("decision", icit.director, "decide"),
            ("assignment", icit.head, "assign"),
            ("preparing", icit.officer, "prepare"),
            ("delivery", icit.officer, "deliver"),
            ("acceptance", desk.requester, "accept")]:
        no = icit.until(state)
        assert web(who).open(f"/requests/{no}").primary() == command
        # Who waits for others has nothing to press first.
        if who is not desk.requester:
            assert web(desk.requester).open(
                f"/requests/{no}").primary() is None


@pytest.mark.both_stores
def test_the_whole_way_by_pages(desk, web):
    icit, w = desk.icit, web
    no = icit.new(submit=False, connection=["api-get"])["no"]

    def do(person, command, button=None, **values):
        page = w(person).open(f"/requests/{no}")
        assert page.primary() == command
        page = w(person).send(page, f"/{no}/{command}", button,
                              **{f"{command}.{k}": v
                                 for k, v in values.items()})
        assert page.status == 200 and not page.errors, page.errors
        assert page.url.endswith(f"?done={command}")
        return page
    desk.requester.ok(no, "submit")
    do(desk.owners["HRD"], "consent", "endorsed", conditions="เฉพาะยอดรวม")
    do(icit.records, "receive", memo_in="อว 7105.3/0123",
       **{"memo_date-day": "16", "memo_date-month": "11",
          "memo_date-year": "2569"})
    assert desk.requester.request(no)["memo_date"] == "2026-11-16"
    do(icit.director, "decide", "approved", note="เห็นควร")
    do(icit.head, "assign", officers=[icit.officer.email])
    officer = w(icit.officer)
    page = officer.open(f"/requests/{no}/prepare")
    sql = "select department_code, name_th from department" \
          " order by department_code"
    values = {"prepare.parts[0].from": "source:HRIS",
              "prepare.parts[0].sql": sql,
              "prepare.outlets": ["api-get", "export"],
              "prepare.formats": ["csv"],
              "prepare.confirm": ["exists", "releasable"]}
    page = officer.send(page, "/prepare", "preview", **values)
    assert page.status == 200
    rows = desk.rows("HRIS", sql)
    assert rows[0][1] in page.text and rows[19 % len(rows)][1] in page.text
    page = officer.send(
        page, "/prepare", "finish",
        **{"prepare.parts[0].column[0].title_th": "รหัสหน่วยงาน",
           "prepare.parts[0].column[0].class": "public",
           "prepare.parts[0].column[1].mask": "drop",
           "prepare.parts[0].column[0].filterable": "yes"})
    assert page.url.endswith("?done=prepare"), page.text
    part = desk.requester.request(no)["artefact"]["parts"][0]
    assert [(c["name"], c["title_th"], c["class"], c["mask"])
            for c in part["columns"]] == [
        ("department_code", "รหัสหน่วยงาน", "public", "none"),
        ("name_th", "name_th", "internal", "drop")]
    assert part["filterable"] == ["department_code"]
    do(icit.officer, "deliver", message="ส่งแล้ว",
       not_given="เงินเดือน: ไม่จำเป็นต่อวัตถุประสงค์")
    page = w(desk.requester).open(f"/requests/{no}")
    assert "เงินเดือน" in page.text
    assert sql not in page.text, "the query is for the office"
    assert sql in w(icit.records).open(f"/requests/{no}").text
    link = next(li for li in page.links if li and "/deliveries/" in li)
    file = w(desk.requester).s.get(desk.university.desk + link, timeout=60)
    assert file.status_code == 200 and b"name_th" not in file.content
    do(desk.requester, "accept", "accepted", score="5", comment="ดีมาก")
    assert desk.requester.request(no)["outcome"] == "accepted"
    history = web(desk.requester).open(f"/requests/{no}").text
    for words in ("ยอมรับงานที่ส่งมอบ", "เฉพาะยอดรวม", "อว 7105.3/0123"):
        assert words in history


def test_what_was_typed_is_kept_with_what_is_wrong(desk, web):
    icit = desk.icit
    no = icit.until("intake")
    records = web(icit.records)
    page = records.send(
        records.open(f"/requests/{no}"), f"/{no}/receive",
        **{"receive.memo_in": "ที่ 1 <b>", "receive.memo_date-day": "31",
           "receive.memo_date-month": "2", "receive.memo_date-year": "2569",
           "receive.note": "ด่วน\nมาก", "receive.urgency": "urgent"})
    assert page.status == 422 and page.errors
    form = page.to(f"/{no}/receive")
    assert form.value("receive.memo_in") == "ที่ 1 <b>"
    assert form.value("receive.memo_date-day") == "31"
    assert form.value("receive.note").split() == ["ด่วน", "มาก"]
    assert form.value("receive.urgency") == "urgent"
    assert "#f-receive.memo_date" in page.links
    assert icit.records.state(no) == "intake"
    no = icit.until("decision")
    director = web(icit.director)
    page = director.send(director.open(f"/requests/{no}"), f"/{no}/decide",
                         "rejected")
    assert page.status == 422
    assert "#f-decide.note" in page.links
    assert icit.director.state(no) == "decision"


def test_a_stale_page_is_told_who_changed_what(desk, web):
    icit = desk.icit
    no = icit.until("decision")
    director = web(icit.director)
    page = director.open(f"/requests/{no}")
    icit.records.ok(no, "note", text="โทรถามแล้ว", kind="phone")
    again = director.send(page, f"/{no}/decide", "approved",
                          **{"decide.note": "เห็นควรอนุมัติ"})
    assert again.status == 412
    assert "บันทึกการติดต่อ" in again.text and icit.records.name in again.text
    assert again.to(f"/{no}/decide").value("decide.note") == "เห็นควรอนุมัติ"
    assert icit.director.state(no) == "decision"
    done = director.send(again, f"/{no}/decide", "approved")
    assert done.status == 200
    assert icit.director.state(no) == "assignment"
    # The same again is not in this state any more.
    late = director.send(again, f"/{no}/decide", "approved")
    assert late.status == 409
    assert icit.director.state(no) == "assignment"


def test_forms_of_others_and_unknown_requests(desk, web):
    icit = desk.icit
    no = icit.until("decision")
    mine = web(icit.director).open(f"/requests/{no}").to(f"/{no}/decide")

    def post(session, command, **more):
        csrf = session.open("/requests").forms[0].value("csrf")
        return session.s.post(
            f"{desk.university.desk}/requests/{no}/{command}",
            data={**dict(mine.fields), "csrf": csrf, **more}, timeout=60)
    assert post(web(icit.records), "decide").status_code == 403
    assert post(web(desk.other), "decide").status_code == 404
    assert post(web(icit.director), "dance").status_code == 404
    assert post(web(icit.director), "decide",
                csrf="wrong").status_code == 403
    assert icit.director.state(no) == "decision"
    other = web(desk.other)
    for path in (f"/requests/{no}", f"/requests/{no}/clock",
                 f"/requests/{no}/prepare", f"/requests/{no}/upload",
                 "/requests/ICIT-2569-99999", "/connections/none",
                 "/register/ICIT/2569", "/mailbox/999999999"):
        assert other.open(path).status == 404, path
    assert web(icit.records).open(f"/requests/{no}/prepare").status == 403
    nobody = web()
    assert "/sign-in" in nobody.open(f"/requests/{no}").url


def test_receive_is_refused_and_one_press_sends_back(desk, web):
    """N-36: a system found at intake whose owner was not asked."""
    icit = desk.icit
    no = icit.until("intake", systems=["GRADING"])
    icit.records.ok(no, "classify", systems=["GRADING", "HRIS"],
                    reason="ต้องใช้ข้อมูลบุคลากรด้วย")
    records = web(icit.records)
    page = records.open(f"/requests/{no}")
    assert "ยังไม่มีความเห็นชอบ" in page.text and "ยังลงรับไม่ได้" in page.text
    assert '<section class="pane" id="do-return"' in page.source, "one press"
    message = page.to(f"/{no}/return").value("return.message")
    assert "กองบริหาร" in message
    page = records.send(page, f"/{no}/return")
    assert page.status == 200
    assert desk.requester.state(no) == "waiting"
    assert message[:40] in web(desk.requester).open(f"/requests/{no}").text
    page = web(desk.requester).open(f"/requests/{no}")
    assert page.primary() == "reply"
    page = web(desk.requester).send(
        page, f"/{no}/reply", **{"reply.message": "ส่งบันทึกแล้ว",
                                 "project": "โครงการใหม่"})
    assert page.status == 200
    now = desk.requester.request(no)
    assert now["state"] == "consent"
    assert now["answers"]["project"] == "โครงการใหม่"


def test_an_endorsement_on_paper(desk, web):
    icit = desk.icit
    no = icit.new(by=icit.records, submit=False, on_behalf={
        "name": "นางสาวกระดาษ", "email": "paper@example.ac.th",
        "unit": "ENG"})["no"]
    icit.records.ok(no, "submit")
    records = web(icit.records)
    page = records.open(f"/requests/{no}")
    page = records.send(page, f"/{no}/files", lists_people="no", files={
        "file": ("สแกน.pdf", b"%PDF-1.4", "application/pdf")})
    assert "สแกน.pdf" in page.text
    form = page.to(f"/{no}/consent")
    file = next(v for v in form.choices["consent.evidence"] if v)
    page = records.send(page, f"/{no}/consent", "endorsed",
                        **{"consent.evidence": file, "consent.unit": "HRD"})
    assert page.status == 200 and icit.records.state(no) == "intake"
    assert "เห็นชอบในเอกสารที่แนบ" in page.text
    link = next(li for li in page.links if li and f"/files/{file}" in li)
    assert records.s.get(desk.university.desk + link,
                         timeout=60).content == b"%PDF-1.4"


def test_a_file_that_is_none(desk, web):
    no = desk.icit.until("intake")
    records = web(desk.icit.records)
    page = records.open(f"/requests/{no}")
    page = records.send(page, f"/{no}/files",
                        files={"file": ("", b"", "application/octet-stream")})
    assert page.status == 422 and page.errors


def test_a_file_that_lists_people_goes_another_way(desk, web):
    no = desk.icit.until("intake")
    asks, file = web(desk.requester), ("รายชื่อ.csv", b"1,x", "text/csv")
    page = asks.open(f"/requests/{no}")
    page = asks.send(page, f"/{no}/files", files={"file": file})
    assert page.status == 422 and "โปรดตอบว่า" in "".join(page.errors)
    page = asks.send(page, f"/{no}/files", lists_people="yes",
                     files={"file": file})
    assert page.status == 422 and f"/requests/{no}/tables" in page.links
    assert "แนบที่นี่ไม่ได้" in "".join(page.errors)
    # The same by the API, where a call that says nothing is taken as before.
    def send(person, **data):
        return person.api.call("POST", f"/requests/{no}/files", data=data,
                               files={"file": file})
    problem = refusal(send(desk.requester, lists_people="yes"), 422,
                      "lists-people")
    assert f"/api/v1/requests/{no}/uploads" in problem["detail"]
    refusal(send(desk.dpo, lists_people="yes"), 403, "not-yours")
    assert wrong_fields(refusal(send(desk.requester, lists_people="maybe"), 422,
                                "invalid")) == {"lists_people": "bad-choice"}
    assert desk.requester.request(no)["files"] == []
    assert not list((desk.university.dir / "people/attachments").rglob(
        hashlib.sha256(file[1]).hexdigest()))
    good(send(desk.requester, lists_people="no"), 201)
    good(send(desk.requester), 201)
    said = [e["data"].get("lists_people") for e in desk.requester.get(
        f"/requests/{no}/events")["events"] if e["type"] == "attached"]
    assert said == [False, None]


def acceptance_link(desk, no):
    return desk.notices(no, "acceptance")[-1]["link"]


def test_the_link_accepts_once_without_signing_in(desk, web):
    no = desk.icit.until("acceptance")
    link = acceptance_link(desk, no)
    nobody = web()
    for _ in range(2):  # to open it changes nothing
        page = nobody.open(link)
        assert page.status == 200
        assert "no-referrer" in page.answer.headers["Referrer-Policy"]
        assert desk.requester.state(no) == "acceptance"
    wrong = nobody.send(page, link, "accepted", **{"accept.score": None})
    if wrong.status == 200:  # a score is asked, not demanded
        assert desk.requester.state(no) == "closed"
    assert nobody.open(link).status == 410
    assert nobody.s.post(desk.university.desk + link, data={
        "accept.outcome": "accepted"}, timeout=60).status_code == 410
    assert nobody.open("/accept/" + "a" * 43).status == 404


@pytest.mark.both_stores
def test_a_wrong_answer_does_not_use_the_link_up(desk, web):
    no = desk.icit.until("acceptance")
    link = acceptance_link(desk, no)
    nobody = web()
    bad = Page(nobody.s.post(desk.university.desk + link, data={
        "accept.outcome": "accepted", "accept.score": "9",
        "accept.comment": "ขอบคุณ"}, timeout=60))
    assert bad.status == 422
    assert bad.to(link).value("accept.comment") == "ขอบคุณ"
    assert desk.requester.state(no) == "acceptance"
    good = nobody.send(bad, link, "accepted", **{"accept.score": "4"})
    assert good.status == 200
    now = desk.requester.request(no)
    assert (now["outcome"], now["score"]) == ("accepted", 4)
    assert all(row["used"] for row in desk.store(
        f"select used from link where request = '{no}'"))


def test_the_link_refuses_too_and_ends_with_another_answer(desk, web):
    no = desk.icit.until("acceptance")
    link = acceptance_link(desk, no)
    page = web().send(web().open(link), link, "refused",
                      **{"accept.comment": "ขาดคณะหนึ่ง"})
    assert page.status == 200
    assert desk.requester.state(no) == "preparing"
    no = desk.icit.until("acceptance")
    link = acceptance_link(desk, no)
    desk.requester.ok(no, "accept", outcome="accepted", score=3)
    assert web().open(link).status == 410


def test_connections_and_their_keys(desk, web):
    no = desk.icit.until("closed")
    connection = desk.requester.request(no)["connections"][0]
    mine = web(desk.requester)
    assert f"/connections/{connection['id']}" in mine.open(
        "/connections").links
    page = mine.open(f"/connections/{connection['id']}")
    assert connection["url"] in page.text
    page = mine.send(page, "/keys")
    key = re.search(r"prk_[\w-]+", page.text)[0]
    got = requests.get(connection["url"], timeout=60,
                       headers={"Authorization": f"Bearer {key}"})
    assert got.status_code == 200, got.text
    page = mine.open(f"/connections/{connection['id']}")
    assert key not in page.source, "shown once"
    assert "127.0.0.1" in page.text, "where it was fetched from"
    removal = next(f for f in page.forms if "/keys/" in f.action)
    page = mine.send(page, removal.action)
    assert page.status == 200
    assert requests.get(connection["url"], timeout=60, headers={
        "Authorization": f"Bearer {key}"}).status_code == 401
    theirs = web(desk.icit.officer).open(f"/connections/{connection['id']}")
    assert theirs.status == 200
    assert not [f for f in theirs.forms if "/keys" in f.action]
    page = mine.send(page, "/revoke", reason="เลิกใช้แล้ว")
    assert page.status == 200
    assert desk.requester.request(no)["connections"][0]["state"] == "revoked"


def test_the_register_is_one_thing_in_three_forms(desk, web):
    icit = desk.icit
    icit.until("closed")
    records = web(icit.records)
    page = records.open("/register/ICIT/2569")
    rows = icit.records.get("/register/ICIT/2569")["rows"]
    table = list(csv.DictReader(io.StringIO(
        records.s.get(f"{desk.university.desk}/register/ICIT/2569.csv",
                      timeout=60).content.decode("utf-8-sig"))))
    assert len(rows) == len(table) > 0
    cells = re.findall(r'<t[hd][^>]*data-label[^>]*><div>(.*?)</div>',
                       page.source, re.S)
    cells = [re.sub(r"<[^>]*>", "", c).strip() for c in cells]
    shown = [cells[i:i + 11] for i in range(0, len(cells), 11)]
    names = list(table[0])
    for row, line, seen in zip(rows, table, shown, strict=True):
        assert line[names[0]] == str(row["no"]) == seen[0]
        assert line[names[2]] == row["request"] == seen[2]
        assert line[names[7]] == (row["memo_in"] or "") == seen[7]
        assert line[names[9]] == str(row["score"] or "") == seen[9]
    assert [r["no"] for r in rows] == list(range(1, len(rows) + 1))
    assert records.open("/register").status == 200
    assert web(desk.auditor).open("/register/ICIT/2569").status == 200
    assert records.open("/register/ICIT/9").status == 404


def test_the_clock_explains_every_day(desk, web):
    no = desk.icit.until("decision")
    days = desk.requester.get(f"/requests/{no}/clock")["days"]
    page = web(desk.requester).open(f"/requests/{no}/clock")
    assert page.status == 200 and "วันรับเรื่อง" in page.text
    table, = [t for t in page.source.split("<table")[1:]
              if "วันรับเรื่อง" in t.split("</table>")[0]]
    table = table.split("</table>")[0]
    assert table.count('<tr role="row">') == len(days) + 1


@pytest.mark.both_stores
def test_uploads_by_a_ticket(desk, web):
    icit = desk.icit
    no = icit.until("preparing")
    officer = web(icit.officer)
    page = officer.send(officer.open(f"/requests/{no}/upload"), "/upload",
                        name="ผล 'สรุป'.csv")
    url = re.search(r"http://[^\s'&]+/v1/u/[\w-]+", page.text)[0]
    assert requests.put(url, data=b"a,b\r\n1,2\r\n",
                        timeout=60).status_code == 201
    page = officer.open(f"/requests/{no}/prepare")
    source = next(v for v in page.to("/prepare").choices[
        "prepare.parts[0].from"] if v.startswith("file:"))
    page = officer.send(page, "/prepare", "finish", **{
        "prepare.parts[0].from": source, "prepare.outlets": ["export"],
        "prepare.confirm": ["exists", "releasable"]})
    assert page.url.endswith("?done=prepare"), page.errors
    built = icit.officer.request(no)["artefact"]["parts"][0]
    assert built["file"] == source.removeprefix("file:")
    bad = officer.send(officer.open(f"/requests/{no}/upload"), "/upload",
                       name="")
    assert bad.status == 422 and bad.errors


def test_an_upload_by_the_pages_form(desk, web):
    """The form leads to the gate, which no other page may do, and back."""
    no = desk.icit.until("preparing")
    officer = web(desk.icit.officer)
    page = officer.open(f"/requests/{no}/upload")
    gate = desk.university.gate
    assert gate not in page.answer.headers["Content-Security-Policy"]
    page = officer.send(page, "/upload", name="สรุป.csv")
    policy = page.answer.headers["Content-Security-Policy"]
    assert f"form-action 'self' {gate};" in policy
    form = next(f for f in page.forms if "/v1/u/" in f.action)
    assert "csrf" not in form.names(), "the session's token stays here"
    sent = requests.post(form.action, files={
        "file": ("x.csv", b"a,b\r\n1,2\r\n", "text/csv")}, timeout=60,
        allow_redirects=False)
    assert sent.status_code == 303
    back = officer.open(sent.headers["Location"])
    assert "สรุป.csv" in back.text
    source = next(v for v in officer.open(f"/requests/{no}/prepare").to(
        "/prepare").choices["prepare.parts[0].from"] if v.startswith("file:"))
    assert source
    again = requests.post(form.action, files={
        "file": ("x.csv", b"other", "text/csv")}, timeout=60)
    assert again.status_code == 409
    nothing = officer.send(back, "/upload", name="ว่าง.csv")
    form = next(f for f in nothing.forms if "/v1/u/" in f.action)
    assert requests.post(form.action, data={"file": ""},
                         timeout=60).status_code == 422


def test_preparing_says_what_is_wrong_at_its_field(desk, web):
    icit = desk.icit
    no = icit.until("preparing")
    officer = web(icit.officer)
    page = officer.open(f"/requests/{no}/prepare")
    page = officer.send(page, "/prepare", "preview", **{
        "prepare.parts[0].sql": "select nothing from nowhere",
        "prepare.note": "เก็บไว้"})
    assert page.status == 422
    assert "#f-prepare.parts.0..sql" in page.links
    assert "nowhere" in page.to("/prepare").value("prepare.parts[0].sql")
    assert page.to("/prepare").value("prepare.note") == "เก็บไว้"
    page = officer.send(page, "/prepare", "add", **{
        "prepare.parts[0].sql": "select faculty_code from faculty"})
    assert "prepare.parts[1].sql" in page.to("/prepare").names()
    page = officer.send(page, "/prepare", "remove")
    assert "prepare.parts[1].sql" not in page.to("/prepare").names()
    page = officer.send(page, "/prepare", "finish", **{
        "prepare.outlets": None})
    assert page.status == 422 and icit.officer.state(no) == "preparing"


OTHERS = {
    "th": ("คำสั่งนี้ให้คอลัมน์เพิ่ม (parent_code, name_en) และไม่ให้คอลัมน์ที่ระบุไว้เดิม"
           " (department_code) ตรวจชื่อ ชั้นข้อมูล และการปกปิดของแต่ละคอลัมน์ด้านล่าง แล้วกด"
           " “จัดทำข้อมูลเสร็จ” อีกครั้ง"),
    "en": ("This query gives new columns (parent_code, name_en), and no"
           " longer gives some that were described (department_code). Check"
           " the titles, class and masking of each column below, then press"
           " “Data prepared” again.")}
ROW = "prepare.parts[{}].column[{}]"
OLD = "select department_code, name_th from department"
NEW = "select parent_code, name_th, name_en from department"


def previewed(web, no, **more):
    """The page of preparing with the columns of OLD described."""
    page = web.send(
        web.open(f"/requests/{no}/prepare"), "/prepare", "preview", **{
            "prepare.parts[0].from": "source:HRIS",
            "prepare.parts[0].sql": OLD, "prepare.outlets": ["export"],
            "prepare.formats": ["csv"],
            "prepare.confirm": ["exists", "releasable"], **more})
    assert page.status == 200, page.errors
    return page


@pytest.mark.parametrize("lang", OTHERS)
def test_columns_that_are_others_now_are_shown_again(desk, web, lang):
    no = desk.icit.until("preparing")
    officer = web(desk.icit.officer, lang)
    page = officer.send(previewed(officer, no), "/prepare", "finish", **{
        "prepare.parts[0].sql": NEW, "prepare.note": "เก็บไว้",
        ROW.format(0, 0) + ".filterable": "yes",
        ROW.format(0, 1) + ".title_th": "ชื่อหน่วยงาน",
        ROW.format(0, 1) + ".class": "public",
        ROW.format(0, 1) + ".filterable": "yes"})
    assert page.status == 422
    # One sentence that says what to do, at the query; nothing else is wrong.
    assert page.text.count(OTHERS[lang]) == 2, page.errors
    assert [l for l in page.links if l and l.startswith("#f-")] == [
        "#f-prepare.parts.0..sql"]
    assert desk.rows("HRIS", NEW)[0][1] in page.text
    form = page.to("/prepare")
    said = dict(form.fields)
    assert said["prepare.note"] == "เก็บไว้"
    assert said["prepare.parts[0].sql"] == NEW
    assert [said[ROW.format(0, i) + ".name"] for i in range(3)] == [
        "parent_code", "name_th", "name_en"]
    assert [said[ROW.format(0, i) + ".class"] for i in range(3)] == [
        "internal", "public", "internal"]
    assert said[ROW.format(0, 1) + ".title_th"] == "ชื่อหน่วยงาน"
    assert [i for i in range(3) if ROW.format(0, i) + ".filterable" in said] \
        == [1]
    assert desk.icit.officer.state(no) == "preparing"
    page = officer.send(page, "/prepare", "finish",
                        **{ROW.format(0, 0) + ".mask": "drop"})
    assert page.url.endswith("?done=prepare"), page.errors
    part, = desk.icit.officer.request(no)["artefact"]["parts"]
    assert [(c["name"], c["class"], c["mask"]) for c in part["columns"]] == [
        ("parent_code", "internal", "drop"), ("name_th", "public", "none"),
        ("name_en", "internal", "none")]
    assert part["filterable"] == ["name_th"]


def test_a_query_with_the_same_columns_goes_as_it_is(desk, web):
    """Whatever their order, and though nobody looked at them again."""
    no = desk.icit.until("preparing")
    officer = web(desk.icit.officer)
    page = officer.send(previewed(officer, no), "/prepare", "finish", **{
        "prepare.parts[0].sql": "select name_th, department_code"
                                " from department where parent_code <> ''",
        ROW.format(0, 0) + ".mask": "drop"})
    assert page.url.endswith("?done=prepare"), page.errors
    part, = desk.icit.officer.request(no)["artefact"]["parts"]
    assert [(c["name"], c["mask"]) for c in part["columns"]] == [
        ("name_th", "none"), ("department_code", "drop")]


def test_other_columns_are_shown_though_their_rows_cannot_be(desk, web):
    """In the second part, and when the looks of an hour are used up."""
    no = desk.icit.until("preparing")
    officer = web(desk.icit.officer)
    page = officer.send(previewed(officer, no), "/prepare", "add")
    page = officer.send(page, "/prepare", "preview", **{
        "prepare.parts[1].from": "source:HRIS",
        "prepare.parts[1].name": "more", "prepare.parts[1].sql": OLD})
    assert page.status == 200, page.errors
    now = int(time.time() * 1000)
    values = ", ".join(
        f"('l-{no}-{i}', '', 'X', '', '{desk.icit.officer.email}', '', {now},"
        " '', 'look', '', 'whole', 0, 0, '', 0)" for i in range(120))
    desk.change("shared", "insert into delivery (id, connection, request,"
                " document, key_id, digest, at, address, form, query, status,"
                f" n_rows, n_bytes, sha256, ended) values {values}")
    try:
        page = officer.send(page, "/prepare", "finish", **{
            "prepare.parts[1].sql": NEW})
    finally:
        desk.change("shared", "delete from delivery where request = 'X'")
    assert page.status == 422 and OTHERS["th"] in page.text, page.errors
    assert [l for l in page.links if l and l.startswith("#f-")] == [
        "#f-prepare.parts.1..sql"]
    said = dict(page.to("/prepare").fields)
    assert [said[ROW.format(1, i) + ".name"] for i in range(3)] == [
        "parent_code", "name_th", "name_en"]
    assert said[ROW.format(0, 0) + ".name"] == "department_code"
    page = officer.send(page, "/prepare", "finish")
    assert page.url.endswith("?done=prepare"), page.errors


def test_the_page_asks_for_the_confirmation(desk, web):
    no = desk.icit.until("preparing")
    officer = web(desk.icit.officer)
    page = officer.send(
        officer.open(f"/requests/{no}/prepare"), "/prepare", "finish",
        **{"prepare.parts[0].from": "source:HRIS",
           "prepare.parts[0].sql": "select name_th from department",
           "prepare.confirm": ["exists"]})
    assert page.status == 422 and "#f-prepare.confirm" in page.links


def test_notices_are_ones_own_outside_of_the_demo(make_university):
    place = make_university()
    other = Desk(place)
    no = other.icit.until("intake")
    told = other.store("select id, recipient from outbox"
                       f" where request = '{no}'")
    with sqlite3.connect(place.dir / "people" / "desk.db") as db:
        db.execute("delete from setting where name = 'demo'")
    db.close()
    records = other.icit.records
    session = Web(place.desk, next(p for p in place.facts["people"]
                                   if p["email"] == records.email))
    listed = session.open("/mailbox").links
    for notice in told:
        mine = notice["recipient"] == records.email
        path = f"/mailbox/{notice['id']}"
        assert (path in listed) == mine
        assert session.open(path).status == (200 if mine else 404)
    assert any(n["recipient"] == records.email for n in told)


def test_the_registrars_way_has_its_check(desk, web):
    registrar = desk.registrar
    no = registrar.until("release")
    page = web(registrar.executive).open(f"/requests/{no}")
    assert page.primary() == "check"
    digest = registrar.executive.request(no)["artefact"]["digest"]
    assert page.to(f"/{no}/check").value("check.digest") == digest
    page = web(registrar.executive).send(page, f"/{no}/check", "returned",
                                         **{"check.note": "ขาดหัวตาราง"})
    assert page.status == 200
    assert registrar.executive.state(no) == "preparing"


@pytest.mark.parametrize("lang", ["th", "en"])
def test_pages_speak_the_readers_language(desk, web, lang):
    icit = desk.icit
    no = icit.until("acceptance")
    for person in (desk.requester, icit.officer):
        for path in (f"/requests/{no}", f"/requests/{no}/clock", "/mailbox"):
            page = web(person, lang).open(path)
            assert page.status == 200
            assert f'<html lang="{lang}">' in page.source
            assert not CODES.search(page.text), CODES.search(page.text)[0]
