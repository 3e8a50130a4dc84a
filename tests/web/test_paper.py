"""What does not come through the form alone: memos on paper, finished files,
several systems, owners and officers, and what was asked for wrongly."""
import hashlib
import zipfile
from io import BytesIO

import openpyxl
import pytest

from journey import (APPROVED, ENDORSED, QUERIES, YEAR, call,  # noqa: F401
                     day, desk, good, refusal)

pytestmark = pytest.mark.both_stores


def memo_on_paper(desk, office, **more):
    """Entered by the records office for somebody of a faculty."""
    return office.new(
        by=office.records, submit=False,
        on_behalf={"name": "นายประสงค์ ขอข้อมูล", "unit": "SCI",
                   "email": "prasong.k@example.ac.th"},
        memo_no="อว 7201/55", memo_date="2026-11-10",
        signer_name="ผศ.ดร.หัวหน้า ภาควิชา", signer_position="หัวหน้าภาควิชา",
        coordinator_email=desk.other.email, **more)


def test_a_memo_on_paper_with_a_paper_endorsement(desk):
    icit, records = desk.icit, desk.icit.records
    r = memo_on_paper(desk, icit)
    no = r["no"]
    assert (r["entered_by"], r["requester"]["unit"]) == (records.email, "SCI")
    assert r["requester"]["email"] == "prasong.k@example.ac.th"
    assert r["holders"] == [desk.other.email]
    scan = records.attach(no, "บันทึกข้อความ.pdf", b"%PDF memo")
    assert records.ok(no, "submit")["state"] == "consent"

    # Without the endorsement it is not received (N-36).
    records.refused(409, "not-in-this-state", no, "receive", **icit.memo())
    records.refused(422, "invalid", no, "consent", **ENDORSED)
    records.refused(422, "invalid", no, "consent", **ENDORSED,
                    evidence="nope")
    r = records.ok(no, "consent", **ENDORSED, evidence=scan,
                   note="ลงนามท้ายบันทึก")
    assert r["state"] == "intake"
    assert [(o["endorsed_by"], o["evidence"]) for o in r["owners"]] \
        == [(records.email, scan)]
    r = records.ok(no, "receive", memo_in="อว 7201/55",
                   memo_date="10 พ.ย. 2569")
    assert r["memo_date"] == "2026-11-10"

    # It goes the same way; the coordinator can see it and accept.
    assert desk.other.sees(no) and not desk.requester.sees(no)
    icit.go_on(no, "acceptance", by=records)
    connection = desk.other.request(no)["connections"][0]
    assert call(connection, desk.other.key(connection)).status_code == 200
    assert "prasong.k@example.ac.th" in desk.whom(no, "acceptance")
    records.refused(403, "not-yours", no, "accept", outcome="accepted")
    assert desk.other.ok(no, "accept", outcome="accepted",
                         score=3)["state"] == "closed"
    got = desk.other.api.get(f"/requests/{no}/files/{scan}")
    assert got.content == b"%PDF memo"


def test_one_press_returns_a_paper_that_lacks_its_endorsement(desk):
    icit = desk.icit
    no = memo_on_paper(desk, icit)["no"]
    icit.records.ok(no, "submit")
    icit.records.ok(no, "return", message="โปรดแนบความเห็นชอบของเจ้าของข้อมูล")
    assert icit.records.state(no) == "waiting"
    # Whoever entered it may bring the answer.
    icit.records.ok(no, "reply", message="ได้รับบันทึกแล้ว")
    assert icit.records.state(no) == "consent"


def test_the_owner_may_still_endorse_in_pratu(desk):
    icit = desk.icit
    no = memo_on_paper(desk, icit)["no"]
    icit.records.ok(no, "submit")
    desk.owners["HRD"].ok(no, "consent", **ENDORSED)
    assert icit.records.state(no) == "intake"


def test_on_behalf_is_for_the_records_of_that_office(desk):
    body = {"office": "ICIT", "answers": desk.icit.answers(),
            "on_behalf": {"name": "ก", "unit": "SCI"}}
    for who in (desk.requester, desk.icit.director, desk.registrar.records,
                desk.admin):
        refusal(who.api.post("/requests", body), 403, "only-records")
    refusal(desk.icit.records.api.post(
        "/requests", {"office": "ICIT", "answers": desk.icit.answers()}),
        403, "only-requesters")
    problem = refusal(desk.icit.records.api.post(
        "/requests", {**body, "on_behalf": {"email": "no"}}), 422, "invalid")
    assert {e["field"] for e in problem["errors"]} == {
        "on_behalf.name", "on_behalf.unit", "on_behalf.email"}


def test_a_unit_that_no_list_has_is_kept_as_written(desk):
    r = good(desk.icit.records.api.post("/requests", {
        "office": "ICIT", "answers": {},
        "on_behalf": {"name": "ก", "unit": "ศูนย์วิจัยน้ำใจ"}}), 201)
    assert r["requester"]["unit"] == "ศูนย์วิจัยน้ำใจ"
    r = good(desk.icit.records.api.post("/requests", {
        "office": "ICIT", "answers": {},
        "on_behalf": {"name": "ก", "unit": "คณะบริหารธุรกิจ"}}), 201)
    assert r["requester"]["unit"] == "BUS"


def test_a_result_uploaded_as_a_file(desk):
    icit, asks = desk.icit, desk.requester
    no = icit.until("preparing")
    content = "รหัส,ชื่อ\r\n1,ก\r\n".encode() + bytes(range(256)) * 4096
    file = icit.officer.upload(no, "ผลลัพธ์ ปี 2569.csv", content)
    # A finished file is handed over; nobody calls it.
    problem = icit.officer.refused(422, "invalid", no, "prepare", file=file,
                                   outlets=["api-get"])
    assert [e["field"] for e in problem["errors"]] == ["outlets"]
    r = icit.officer.ok(no, "prepare", file=file, outlets=["export"])
    assert r["state"] == "delivery"
    icit.officer.ok(no, "deliver", digest=r["artefact"]["digest"])
    r = asks.request(no)
    assert r["connections"] == [] and len(r["deliveries"]) == 1
    d = r["deliveries"][0]
    assert d["bytes"] == len(content)
    assert d["sha256"] == hashlib.sha256(content).hexdigest()
    assert d["name"].endswith(".csv")
    document = asks.fetch(d)
    assert document.content == content
    assert "attachment" in document.headers["Content-Disposition"]
    asks.ok(no, "accept", outcome="accepted")


def test_a_file_of_another_request_or_none_is_refused(desk):
    icit = desk.icit
    other = icit.until("preparing")
    file = icit.officer.upload(other, "x.csv", b"a,b\n")
    no = icit.until("preparing")
    ticket = good(icit.officer.api.post(f"/requests/{no}/uploads",
                                        {"name": "y.csv"}), 201)
    for id_, code in ((file, "no-such-file"), ("nope", "no-such-file"),
                      (ticket["id"], "file-not-received")):
        problem = icit.officer.refused(422, "invalid", no, "prepare",
                                       file=id_, outlets=["export"])
        assert [(e["field"], e["code"]) for e in problem["errors"]] \
            == [("parts[0].file", code)]
    for nobody, status in ((desk.other, 404), (desk.auditor, 403)):
        assert nobody.api.post(f"/requests/{no}/uploads", {"name": "z"}
                               ).status_code == status


def test_several_parts(desk):
    icit, asks = desk.icit, desk.requester
    no = icit.until("preparing", systems=["HRIS"])
    positions = "select position_code, name_th from position order by 1"
    r = icit.officer.ok(no, "prepare", outlets=["api-get", "export"],
                        formats=["json", "csv", "xlsx"], parts=[
        {"name": "สังกัด", "source": "HRIS", "sql": QUERIES["HRIS"]},
        {"name": "ตำแหน่ง", "title_th": "ตำแหน่งงาน", "source": "HRIS",
         "sql": positions}])
    assert [p["name"] for p in r["artefact"]["parts"]] == ["สังกัด", "ตำแหน่ง"]
    icit.officer.ok(no, "deliver", digest=r["artefact"]["digest"])
    r = asks.request(no)
    want = {"สังกัด": desk.rows("HRIS", QUERIES["HRIS"]),
            "ตำแหน่ง": desk.rows("HRIS", positions)}
    assert {c["part"] for c in r["connections"]} == set(want)
    for c in r["connections"]:
        rows = call(c, asks.key(c)).json()
        assert [tuple(x.values()) for x in rows] == want[c["part"]]
    # Several sheets of one book; one CSV each.
    forms = [d["format"] for d in r["deliveries"]]
    assert forms.count("csv") == 2 and forms.count("xlsx") == 1
    book = openpyxl.load_workbook(BytesIO(asks.fetch(
        next(d for d in r["deliveries"] if d["format"] == "xlsx")).content))
    assert len(book.sheetnames) == 3  # the last says what the data are
    for sheet, rows in zip(book, want.values()):
        assert [r for r in sheet.iter_rows(min_row=2, values_only=True)] \
            == rows


def test_parts_that_are_queries_and_files(desk):
    icit, asks = desk.icit, desk.requester
    no = icit.until("preparing")
    file = icit.officer.upload(no, "คำอธิบาย.txt", "อ่านก่อน".encode())
    query = {"name": "สังกัด", "source": "HRIS", "sql": QUERIES["HRIS"]}
    problem = icit.officer.refused(422, "invalid", no, "prepare",
                                   parts=[query] * 2, outlets=["export"])
    assert [e["field"] for e in problem["errors"]] == ["parts[1].name"]
    r = icit.officer.ok(no, "prepare", outlets=["api-get", "export"],
                        formats=["csv", "json"],
                        parts=[query, {"name": "อ่าน", "file": file}])
    icit.officer.ok(no, "deliver", digest=r["artefact"]["digest"])
    r = asks.request(no)
    assert [c["part"] for c in r["connections"]] == ["สังกัด"]
    assert sorted(d["format"] for d in r["deliveries"]) \
        == ["csv", "json", "txt"]
    text = [d for d in r["deliveries"] if d["part"] == "อ่าน"]
    assert [asks.fetch(d).content.decode() for d in text] == ["อ่านก่อน"]


def test_two_systems_two_owners_two_officers(desk):
    icit = desk.icit
    hr, des = desk.owners["HRD"], desk.owners["DES"]
    no = icit.until("consent", systems=["HRIS", "REG"])
    only_hr = icit.until("consent", systems=["HRIS"])
    r = desk.requester.request(no)
    assert [w["unit"] for w in r["waiting_for"]] == ["HRD", "DES"]
    # Side by side; each unit sees what concerns its systems, and no more.
    assert hr.sees(no) and des.sees(no) and not des.sees(only_hr)
    assert no in hr.waits_for() and no in des.waits_for()
    assert hr.ok(no, "consent", **ENDORSED)["state"] == "consent"
    assert no not in hr.waits_for() and no in des.waits_for()
    assert "consent" not in hr.allowed(no)
    hr.refused(409, "not-in-this-state", no, "consent", outcome="declined")
    assert [w["unit"] for w in des.request(no)["waiting_for"]] == ["DES"]
    assert des.ok(no, "consent", **ENDORSED)["state"] == "intake"

    icit.go_on(no, "assignment")
    of_hr, of_reg = desk.person("phuwadon.l"), desk.person("kritsana.k")
    r = icit.head.ok(no, "assign", officers=[of_hr.email, of_reg.email])
    for officer in (of_hr, of_reg):
        assert no in officer.waits_for()
        assert officer.email in desk.whom(no, "assigned")
    r = of_reg.ok(no, "prepare", outlets=["api-get"], parts=[
        {"name": "hris", "source": "HRIS", "sql": QUERIES["HRIS"]},
        {"name": "reg", "source": "REG", "sql": QUERIES["REG"]}])
    of_hr.ok(no, "deliver", digest=r["artefact"]["digest"])
    r = desk.requester.request(no)
    for c in r["connections"]:
        system = c["part"].upper()
        rows = call(c, desk.requester.key(c)).json()
        assert [tuple(x.values()) for x in rows] \
            == desk.rows(system, QUERIES[system])
    row = [x for x in icit.records.get(f"/register/ICIT/{YEAR}")["rows"]
           if x["request"] == no]
    assert [x["system"] for x in row] == ["HRIS REG"]
    listed = icit.records.get("/requests?system=REG&limit=200")["requests"]
    assert no in [x["no"] for x in listed]
    assert only_hr not in [x["no"] for x in listed]


def test_one_who_speaks_for_both_owners_endorses_once_or_each(desk):
    icit = desk.icit
    no = icit.until("consent", systems=["HRIS", "REG"])
    assert desk.both_owners.ok(no, "consent", **ENDORSED)["state"] == "intake"
    no = icit.until("consent", systems=["HRIS", "REG"])
    r = desk.both_owners.ok(no, "consent", **ENDORSED, unit="DES")
    assert [w["unit"] for w in r["waiting_for"]] == ["HRD"]
    problem = desk.both_owners.refused(422, "invalid", no, "consent",
                                       **ENDORSED, unit="ICIT")
    assert [e["field"] for e in problem["errors"]] == ["unit"]


def test_a_wrong_service_type_is_corrected_by_records_and_by_the_officer(desk):
    icit = desk.icit
    no = icit.until("intake", service_type="existing")
    icit.records.refused(422, "invalid", no, "classify",
                         service_type="database")
    r = icit.records.ok(no, "classify", service_type="database",
                        reason="ขอเข้าถึงฐานข้อมูล")
    assert (r["service_type"], r["state"]) == ("database", "intake")
    assert r["answers"]["service_type"] == "existing"  # as it was asked
    icit.go_on(no, "assignment")
    icit.records.refused(409, "not-in-this-state", no, "classify",
                         service_type="api", reason="x")
    icit.head.refused(403, "not-yours", no, "classify", service_type="api",
                      reason="x")
    icit.go_on(no, "preparing")
    r = icit.officer.ok(no, "classify", service_type="processing",
                        reason="ต้องประมวลผล")
    assert (r["service_type"], r["state"]) == ("processing", "preparing")
    icit.go_on(no, "acceptance")
    icit.officer.refused(409, "not-in-this-state", no, "classify",
                         service_type="api", reason="x")
    row = [x for x in icit.records.get(f"/register/ICIT/{YEAR}")["rows"]
           if x["request"] == no]
    assert [x["service_type"] for x in row] == ["processing"]


@pytest.mark.parametrize("state", ["intake", "decision", "preparing",
                                   "delivery"])
def test_a_consent_that_becomes_necessary_is_asked_and_comes_back(desk, state):
    icit = desk.icit
    no = icit.until(state, systems=["HRIS"])
    by = icit.records if state in ("intake", "decision") else icit.officer
    due = by.request(no)["due"]
    r = by.ok(no, "classify", systems=["HRIS", "REG"], reason="ต้องใช้ทะเบียน")
    assert (r["state"], [w["unit"] for w in r["waiting_for"]]) \
        == ("consent", ["DES"])
    des = desk.owners["DES"]
    assert no in des.waits_for() and des.email in desk.whom(no, "waiting")
    r = des.ok(no, "consent", **ENDORSED)
    assert r["state"] == state and r["due"] == due
    assert no in {"intake": icit.records, "decision": icit.director}.get(
        state, icit.officer).waits_for()
    icit.go_on(no, "acceptance")


def test_declined_late_it_is_over(desk):
    no = desk.icit.until("preparing", systems=["GL3D"])
    desk.icit.officer.ok(no, "classify", systems=["HRIS"], reason="ผิดระบบ")
    r = desk.owners["HRD"].ok(no, "consent", outcome="declined", note="ไม่ได้")
    assert (r["state"], r["outcome"]) == ("closed", "declined")


def test_the_requesting_unit_owns_the_system(desk):
    icit = desk.icit
    of_hrd = desk.person("ratchanee.m")  # of the division that owns HRIS
    # The division's head signed the memo: nobody else need be asked.
    no = icit.new(by=of_hrd, signer_name="นางหัวหน้า กอง",
                  signer_position="ผู้อำนวยการกอง")["no"]
    assert of_hrd.state(no) == "intake"
    assert icit.records.ok(no, "receive", **icit.memo())["state"] == "decision"
    # Nobody signed: the division is asked.
    no = icit.new(by=of_hrd)["no"]
    assert of_hrd.state(no) == "consent"
    desk.owners["HRD"].ok(no, "consent", **ENDORSED)
    # It does not sign for what others own.
    no = icit.new(by=of_hrd, systems=["HRIS", "REG"],
                  signer_name="นางหัวหน้า กอง")["no"]
    assert [w["unit"] for w in of_hrd.request(no)["waiting_for"]] == ["DES"]


def test_what_the_office_owns_asks_nobody(desk):
    no = desk.icit.new(systems=["GL3D", "GRADING"])["no"]
    assert desk.requester.state(no) == "intake"


def test_a_requester_who_cannot_know_the_system(desk):
    icit = desk.icit
    r = icit.new(systems=None)
    no = r["no"]
    assert (r["state"], r["systems"]) == ("intake", [])
    icit.records.refused(409, "unclassified", no, "receive", **icit.memo())
    icit.records.refused(422, "invalid", no, "classify", systems=["NOPE"],
                         reason="x")
    r = icit.records.ok(no, "classify", systems=["REG"],
                        reason="เป็นข้อมูลทะเบียน")
    assert r["state"] == "consent"
    icit.records.refused(409, "not-in-this-state", no, "receive",
                         **icit.memo())
    desk.owners["DES"].ok(no, "consent", **ENDORSED)
    assert icit.records.ok(no, "receive", **icit.memo())["state"] == "decision"
    assert icit.director.ok(no, "decide", **APPROVED)["division"] == "ICIT-DEV"


def test_the_memo_may_be_completed_later(desk):
    """Letters are filed at any time, closed cases too (N-33, N-34)."""
    icit = desk.icit
    no = icit.until("closed")
    scan = icit.records.attach(no, "หนังสือออก.pdf")
    r = icit.records.ok(no, "letter", direction="out", no="อว 7105/950",
                        date=day(0), kind="result", file=scan)
    assert r["memo_out"] == "อว 7105/950"
    r = icit.records.ok(no, "letter", direction="in", no="อว 7201/1",
                        date=day(-9))
    assert r["memo_in"] == "อว 7201/1" and len(r["letters"]) == 2
    row = [x for x in icit.records.get(f"/register/ICIT/{YEAR}")["rows"]
           if x["request"] == no]
    assert [(x["memo_in"], x["memo_out"]) for x in row] \
        == [("อว 7201/1", "อว 7105/950")]
    # Nobody else files into a closed case.
    assert desk.requester.api.call(
        "POST", f"/requests/{no}/files",
        files={"file": ("a.pdf", b"x")}).status_code == 409


def test_an_xlsx_is_a_real_book(desk):
    icit, asks = desk.icit, desk.requester
    no = icit.until("preparing")
    r = icit.officer.ok(no, "prepare", **icit.prepared(
        outlets=["export"], formats=["xlsx"]))
    icit.officer.ok(no, "deliver", digest=r["artefact"]["digest"])
    content = asks.fetch(asks.request(no)["deliveries"][0]).content
    assert zipfile.ZipFile(BytesIO(content)).testzip() is None
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    assert list(sheet.iter_rows(min_row=2, values_only=True)) \
        == desk.rows("HRIS", QUERIES["HRIS"])
