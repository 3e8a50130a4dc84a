"""Documents: what `prepare` builds for the desk and what the gate hands over;
finished files; the desk's own side of the gate."""
import csv
import hashlib
import io
import json
import os
import re
import sqlite3
import threading
import time

import openpyxl
import pytest
import requests

from conftest import wait_until
from gate_work import (ALL_FORMS, GateStore, deliver, fields, gate_pid,
                       make_db, add_source, prepare_fails, problem, unix_post)
from journey import desk, refusal  # noqa: F401

SQL = ("select department_code, name_th, name_en, parent_code from department"
       " order by department_code")
POSITIONS = "select position_code, name_th from position order by 1"
ABOUT = "เกี่ยวกับข้อมูลชุดนี้"


@pytest.fixture
def ledger(university):
    return GateStore(university)


def sheet_rows(book, name):
    return [[c.value for c in row] for row in book[name].iter_rows()]


def test_one_document_for_each_form(desk, ledger):  # noqa: F811
    made = deliver(desk, sql=SQL, outlets=["export"], formats=ALL_FORMS,
                   columns=[{"name": "department_code", "title_th": "รหัส"},
                            {"name": "name_th", "title_th": "ชื่อ"},
                            {"name": "name_en", "mask": "drop"},
                            {"name": "parent_code"}])
    assert made.by_outlet == {}
    assert sorted(d["format"] for d in made.documents) == sorted(ALL_FORMS)
    want = [(a, b, d) for a, b, _, d in desk.rows("HRIS", SQL)]
    for form in ALL_FORMS:
        facts, answer = made.document(form)
        assert hashlib.sha256(answer.content).hexdigest() == facts["sha256"]
        assert len(answer.content) == facts["bytes"]
        assert facts["name"] == f"{made.no}-data.{form}"
        assert f"filename*=UTF-8''{made.no}-data.{form}" in \
            answer.headers["Content-Disposition"]
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        row = ledger.delivery(answer)
        assert row["status"] == "whole" and row["sha256"] == facts["sha256"]
        assert row["document"] == facts["id"] and row["request"] == made.no
        assert row["key_id"] == desk.requester.email
    rows = json.loads(made.document("json")[1].content)
    assert [tuple(r.values()) for r in rows] == want
    assert list(rows[0]) == ["department_code", "name_th", "parent_code"]
    text = made.document("csv")[1].content.decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert [tuple(v or None for v in r) for r in rows[1:]] == want
    book = openpyxl.load_workbook(
        io.BytesIO(made.document("xlsx")[1].content))
    assert book.sheetnames == ["data", ABOUT]
    told = sheet_rows(book, ABOUT)
    facts = {r[0]: r[1] for r in told if r[0] and r[1]}
    request = desk.requester.request(made.no)
    assert facts["ชื่อเรื่อง"] == request["title"]
    assert facts["วัตถุประสงค์"] == request["answers"]["purpose"]
    assert facts["หน่วยงานผู้ให้ข้อมูล"] == "ICIT"
    assert facts["คำขอเลขที่"] == made.no
    assert re.fullmatch(r"[0-9]+ \S+ 25[0-9]{2}", facts["ใช้ได้ถึงวันที่"])
    # Nothing of a moment or a person at work: the same is the same file.
    assert "ส่งข้อมูลเมื่อ" not in facts and "ผู้ถือคีย์" not in facts
    assert [r[:4] for r in told if r[0] in ("department_code", "name_th",
                                            "name_en", "parent_code")] == [
        ["department_code", "รหัส", "ข้อความ", "ใช้ภายใน"],
        ["name_th", "ชื่อ", "ข้อความ", "ใช้ภายใน"],
        ["parent_code", "parent_code", "ข้อความ", "ใช้ภายใน"]]
    cells = sheet_rows(book, "data")
    assert cells[0] == ["รหัส", "ชื่อ", "parent_code"]
    assert [tuple(r) for r in cells[1:]] == want


def test_several_parts_are_several_sheets_and_one_csv_each(desk):  # noqa: F811
    parts = [{"name": "สังกัด", "source": "HRIS", "sql": SQL},
             {"name": "ตำแหน่ง/สายงาน", "source": "HRIS", "sql": POSITIONS}]
    made = deliver(desk, parts=parts, outlets=["export", "api-get"],
                   formats=["xlsx", "csv"])
    facts, answer = made.document("xlsx")
    assert facts["part"] in ("", None)
    assert facts["name"] == f"{made.no}-data.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames[0] == "สังกัด" and len(book.sheetnames) == 3
    assert [r[1] for r in sheet_rows(book, ABOUT)
            if r[0] == "ส่วนของข้อมูล"] == ["สังกัด", "ตำแหน่ง/สายงาน"]
    for sheet, sql in zip(book.sheetnames, (SQL, POSITIONS)):
        assert [tuple(r) for r in sheet_rows(book, sheet)[1:]] == \
            desk.rows("HRIS", sql)
    names = {d["part"]: d["name"] for d in made.documents
             if d["format"] == "csv"}
    assert names == {"สังกัด": f"{made.no}-สังกัด.csv",
                     "ตำแหน่ง/สายงาน": f"{made.no}-ตำแหน่ง-สายงาน.csv"}
    for part, sql in (("สังกัด", SQL), ("ตำแหน่ง/สายงาน", POSITIONS)):
        text = made.document("csv", part)[1].content.decode()
        rows = list(csv.reader(io.StringIO(text, newline="")))[1:]
        assert [tuple(v or None for v in r) for r in rows] == \
            desk.rows("HRIS", sql)
        # Each part is a connection of its own too.
        call = made.connection("api-get", part)
        assert call.get(".csv").content.decode() == text
    assert len(made.by_outlet["api-get"]) == 2


def test_all_forms_of_one_artefact_hold_the_same_rows(  # noqa: F811
        desk, university, tmp_path):
    """The source changes while it is built: the query runs once for all."""
    path = make_db(university.dir / "sources" / "MOVING.db",
                   "create table t(i integer primary key, x text)",
                   rows={"t": [(i, "x" * 50) for i in range(20000)]})
    add_source(university, "MOVING", path)
    stop = threading.Event()

    def change():
        db = sqlite3.connect(path, timeout=10, isolation_level=None)
        while not stop.is_set():
            db.execute("insert into t(x) values ('new')")
            time.sleep(0.001)
        db.close()
    writer = threading.Thread(target=change)
    writer.start()
    try:
        made = deliver(desk, source="MOVING", sql="select i, x from t",
                       outlets=["export"], formats=["json", "csv", "ndjson"])
    finally:
        stop.set()
        writer.join()
    counts = {len(made.document("json")[1].json()),
              len(made.document("csv")[1].content.splitlines()) - 1,
              len(made.document("ndjson")[1].content.splitlines())}
    assert len(counts) == 1, counts


def test_finished_files_are_handed_over_as_they_came(desk):  # noqa: F811
    name, content = "ผลการวิเคราะห์ \"v.2\".PDF", b"%PDF-1.4 " + os.urandom(70000)
    icit = desk.icit
    no = icit.until("preparing")
    file = icit.officer.upload(no, name, content)
    prepared = icit.officer.ok(
        no, "prepare", outlets=["export"], formats=["xlsx", "csv"], parts=[
            {"name": "รายงาน", "file": file},
            {"name": "ข้อมูล", "source": "HRIS", "sql": SQL}])
    icit.officer.ok(no, "deliver", digest=prepared["artefact"]["digest"])
    listed = {d["format"]: d for d in
              desk.requester.request(no)["deliveries"]}
    assert set(listed) == {"pdf", "xlsx", "csv"}
    answer = desk.requester.fetch(listed["pdf"])
    assert answer.content == content
    assert listed["pdf"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert listed["pdf"]["name"] == name
    assert 'filename="data.pdf"' in answer.headers["Content-Disposition"]
    # Beside a finished file the workbook is the query's alone.
    assert listed["xlsx"]["part"] == "ข้อมูล"


@pytest.mark.parametrize("name", ["../../x", "a\r\nb.txt", "..", "C:\\x.csv",
                                  'x.a"b', "กำ่ปู่.ข้อมูล", "x" * 300])
def test_odd_names_of_files(desk, name):  # noqa: F811
    """They are names, never paths; in a header they end no line."""
    icit = desk.icit
    no = icit.until("preparing")
    ticket = icit.officer.api.post(f"/requests/{no}/uploads", {"name": name})
    if ticket.status_code == 422:
        return
    assert ticket.status_code == 201, ticket.text
    sent = requests.put(ticket.json()["url"], data=b"data", timeout=10)
    assert sent.status_code == 201
    made = icit.officer.ok(no, "prepare", outlets=["export"],
                           file=ticket.json()["id"])
    icit.officer.ok(no, "deliver", digest=made["artefact"]["digest"])
    answer = desk.requester.fetch(desk.requester.request(no)["deliveries"][0])
    assert answer.content == b"data"
    value = answer.headers["Content-Disposition"]
    assert value.startswith('attachment; filename="data.')
    assert "/" not in value.split("filename*=")[0] and "\n" not in value


def test_an_upload_ticket_takes_one_file(desk, university, ledger):  # noqa: F811
    icit = desk.icit
    no = icit.until("preparing")
    ticket = icit.officer.api.post(f"/requests/{no}/uploads",
                                   {"name": "a.csv"}).json()
    url = ticket["url"]
    answer = requests.put(url, data=b"", timeout=10)
    assert answer.status_code == 422
    assert requests.put(url + "x", data=b"a", timeout=10).status_code == 404
    assert requests.get(url, timeout=10).status_code == 405
    answer = requests.put(url, data=b"a,b\r\n", timeout=10)
    assert answer.status_code == 201
    assert answer.json() == {
        "id": ticket["id"], "bytes": 5,
        "sha256": hashlib.sha256(b"a,b\r\n").hexdigest()}
    before = sum(1 for _ in (university.dir / "gate" / "uploads").rglob("*"))
    assert requests.put(url, data=b"other", timeout=10).status_code == 409
    after = sum(1 for _ in (university.dir / "gate" / "uploads").rglob("*"))
    assert after == before
    # Another request cannot prepare with it.
    answer = prepare_fails(desk, file=ticket["id"], outlets=["export"])
    assert fields(refusal(answer, 422, "invalid")) == \
        {"parts[0].file": "no-such-file"}


def ticket_of(desk, made):  # noqa: F811
    answer = desk.requester.api.session.get(
        made.documents[0]["url"], timeout=10, allow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_a_ticket_of_a_document(desk, ledger):  # noqa: F811
    made = deliver(desk, sql=SQL, outlets=["export"], formats=["csv"])
    url = ticket_of(desk, made)
    count = "select count(*) as n from delivery"
    before = ledger.one(count)["n"]
    head = requests.head(url, timeout=10)
    assert head.status_code == 200 and "Delivery-Id" not in head.headers
    assert int(head.headers["Content-Length"]) == made.documents[0]["bytes"]
    assert ledger.one(count)["n"] == before
    # Its ten minutes may be used more than once: a download that broke.
    for n in (1, 2):
        assert requests.get(url, timeout=10).status_code == 200
        ledger.count(count, before + n)
    assert requests.get(url + "x", timeout=10).status_code == 404
    secret = url.rsplit("/", 1)[1]
    assert secret not in str(ledger.rows("select * from ticket"))
    # The ten minutes pass: the row is edited.
    ledger.change("update ticket set expires = 0 where subject ="
                  f" '{made.documents[0]['id']}'")
    problem(requests.get(url, timeout=10, headers={"Accept-Language": "en"}),
            410, "gone")
    page = requests.get(url, timeout=10, headers={"Accept": "text/html"})
    assert page.status_code == 410 and "<h1>" in page.text


def test_a_recalled_document_is_gone(desk):  # noqa: F811
    made = deliver(desk, sql=SQL, outlets=["export"], formats=["csv"])
    url = ticket_of(desk, made)
    assert requests.get(url, timeout=10).status_code == 200
    desk.icit.officer.ok(made.no, "recall", reason="ผิดฉบับ",
                         deliveries=[made.documents[0]["id"]])
    wait_until("410", lambda: requests.get(
        url, timeout=10).status_code == 410, 1)


def test_a_changed_document_is_not_handed_over(desk, university):  # noqa: F811
    made = deliver(desk, sql=SQL, outlets=["export"], formats=["csv"])
    sha = made.documents[0]["sha256"]
    file = university.dir / "gate" / "artefacts" / sha[:2] / sha
    assert hashlib.sha256(file.read_bytes()).hexdigest() == sha
    url = ticket_of(desk, made)
    file.write_bytes(file.read_bytes() + b"more")
    assert requests.get(url, timeout=10).status_code == 500
    file.unlink()
    answer = requests.get(url, timeout=10)
    assert answer.status_code in (404, 500) and sha not in answer.text


# -- what an officer is told

@pytest.mark.parametrize("sql, more, field, words", [
    ("select nothing from department", {}, "sql", "nothing"),
    ("select * from nothing", {}, "sql", "nothing"),
    ("selec 1", {}, "sql", "SELECT"),
    ("", {}, "sql", ""),
    ("delete from department", {}, "sql", ""),
    ("select 1 as a; select 2 as b", {}, "sql", ""),
    ("select load_extension('x') as a", {}, "sql", "load_extension"),
    ("select name from sqlite_master", {}, "sql", "sqlite_master"),
    ("attach '/etc/passwd' as x", {}, "sql", ""),
    ("select name_th, name_th from department", {}, "sql", "name_th"),
    ("select :a as a", {}, "sql", "a"),
    ("select 1 as a", {"params": [{"name": "a", "type": "text"}]}, "sql", "a"),
    ("select :A as a", {"params": [{"name": "A", "type": "text"}]}, "A", "A"),
    ("select abs(-9223372036854775807 - 1) as a", {}, "sql", "overflow"),
    ("with recursive n(i) as (select 1 union all select i + 1 from n)"
     " select count(*) as a from n", {}, "sql", ""),
    ("select 1 as a", {"columns": [{"name": "b"}]}, "columns", ""),
    ("select 1 as a", {"filterable": ["b"]}, "filterable", "b"),
])
def test_what_is_wrong_with_a_query_is_told(  # noqa: F811
        desk, sql, more, field, words):
    begin = time.monotonic()
    answer = prepare_fails(desk, sql=sql, **more)
    body = refusal(answer, 422, "invalid")
    found = {e["field"]: e["message"] for e in body["errors"]}
    assert f"parts[0].{field}" in found, found
    assert words in found[f"parts[0].{field}"]
    assert time.monotonic() - begin < 8


def test_the_second_part_s_faults_are_named_as_its_own(desk):  # noqa: F811
    answer = prepare_fails(desk, parts=[
        {"name": "a", "source": "HRIS", "sql": SQL},
        {"name": "b", "source": "HRIS", "sql": "select x from department"}])
    assert list(fields(refusal(answer, 422, "invalid"))) == ["parts[1].sql"]


def test_a_document_needs_every_value(desk):  # noqa: F811
    sql = "select name_th from department where department_code = :code"
    needs = [{"name": "code", "type": "text", "required": True}]
    answer = prepare_fails(desk, sql=sql, params=needs, outlets=["export"])
    assert fields(refusal(answer, 422, "invalid")) == \
        {"parts[0].params": "query"}
    code, name, *_ = desk.rows("HRIS", SQL)[0]
    made = deliver(desk, sql=sql, outlets=["export", "api-get"],
                   formats=["csv", "json"],
                   params=[{**needs[0], "default": code}])
    assert name in made.document("csv")[1].content.decode()
    # Without a document nobody need give it at once.
    made = deliver(desk, sql=sql, params=needs)
    call = made.connection()
    assert fields(problem(call.get(), 422, "invalid")) == \
        {"code": "parameter-missing"}
    assert call.get(f"?code={code}").json() == [{"name_th": name}]


def test_a_form_that_cannot_hold_the_data(desk, university):  # noqa: F811
    """Excel takes 32,767 characters in a cell, CSV any number. Of what was
    begun nothing stays, and the gate goes on."""
    pid = gate_pid(university)
    sql = ("with recursive n(i) as (select 1 union all select i + 1 from n"
           " where i < 20000) select group_concat('กข', '') as long from n")
    answer = prepare_fails(desk, sql=sql, outlets=["export"],
                           formats=["csv", "xlsx"])
    assert fields(refusal(answer, 422, "invalid")) == {"formats": "query"}
    assert not list((university.dir / "gate" / "artefacts").glob(".*"))
    assert gate_pid(university) == pid
    call = deliver(desk, sql=sql, formats=["csv", "xlsx"]).connection()
    assert len(call.get(".csv").content.decode()) > 40000
    problem(call.get(".xlsx"), 406, "form-too-small")


def test_no_row_stands_in_an_error(desk):  # noqa: F811
    name = desk.rows("HRIS", SQL)[0][1]
    for sql in ("select json_extract(name_th, '$.a') as a from department",
                "select abs(name_th || '') + json(name_th) as a"
                " from department"):
        answer = prepare_fails(desk, sql=sql)
        assert answer.status_code == 422
        assert name not in answer.text


# -- the desk's side

def gate_socket(university):
    return university.dir / "shared" / "gate.sock"


PREVIEW = {"source": "HRIS", "sql": "select * from employee",
           "request": "ICIT-2569-09999", "by": "jintana.r@example.ac.th",
           "lang": "en"}


def test_a_preview_is_short_masked_and_recorded(university, ledger, desk):  # noqa: F811,E501
    before = ledger.one("select count(*) as n from delivery where form ="
                        " 'preview'")["n"]
    status, body = unix_post(gate_socket(university), "/preview", {
        **PREVIEW, "columns": [{"name": "national_id", "mask": "drop"}]})
    assert status == 200 and 0 < len(body["rows"]) <= 20
    names = [c["name"] for c in body["columns"]]
    assert all(len(r) == len(names) for r in body["rows"])
    at = names.index("national_id")
    assert all(r[at] is None for r in body["rows"])
    assert body["columns"][at]["mask"] == "drop"
    first = desk.rows("HRIS", "select * from employee limit 1")[0]
    assert [v for i, v in enumerate(body["rows"][0]) if i != at] == \
        [v for i, v in enumerate(first) if i != at]
    count = "select count(*) as n from delivery where form = 'preview'"
    wait_until("its record", lambda: ledger.one(count)["n"] > before, 5)
    row = ledger.one("select * from delivery where form = 'preview' order by"
                     " at desc limit 1")
    assert row["key_id"] == PREVIEW["by"] and row["n_rows"] == 20
    assert row["request"] == PREVIEW["request"]


def test_what_the_desk_s_side_refuses(university):
    path = gate_socket(university)
    status, body = unix_post(path, "/preview", {**PREVIEW, "sql": "selec"})
    assert status == 422 and fields(body) == {"sql": "sql-not-select"}
    assert body["errors"][0]["message"].startswith("Only a SELECT")
    status, body = unix_post(path, "/preview", {**PREVIEW, "source": "NONE"})
    assert status == 503
    status, body = unix_post(path, "/build", {"parts": []})
    assert status == 422
    status, body = unix_post(path, "/build", {"parts": [
        {"name": str(i), "source": "HRIS", "sql": "select 1 as a"}
        for i in range(21)]})
    assert status == 422 and fields(body) == {"parts": "too-many"}
    status, body = unix_post(path, "/build", [])
    assert status == 422
    # The public doors are not here, nor these at the public's.
    assert unix_post(path, "/v1/d/x/query", {})[0] == 404
    assert requests.post(university.gate + "/preview", json=PREVIEW,
                         timeout=10).status_code == 404


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user")
def test_another_user_is_refused_at_the_desk_s_side(make_university):
    """The fault: the folders are open to all. The user is asked all the same."""
    university = make_university()
    for folder in (university.top, university.dir, university.dir / "shared"):
        folder.chmod(0o755)
    path = gate_socket(university)
    path.chmod(0o666)
    status, body = unix_post(path, "/preview", PREVIEW, user=65534)
    assert status == 403 and "rows" not in body
    assert unix_post(path, "/preview", PREVIEW)[0] == 200
