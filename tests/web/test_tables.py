"""Tables that are sent in: read by the gate in a process that can do nothing
else, whole and once; what is found stands in the store, no value does."""
import datetime
import io
import json
import os
import signal
import sys
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openpyxl
import pytest
import requests

import conftest
import tables
from conftest import ROOT, wait_until
from journey import desk  # noqa: F401

sys.path.insert(0, str(ROOT / "bench"))

import sheets  # noqa: E402

pytestmark = pytest.mark.both_stores

TEXT = """รหัสนักศึกษา,เลขประจำตัวประชาชน,วันเกิด,อีเมล,คะแนน
6504062616012,1100100110000,20/11/2549,a@example.ac.th,1
6504062616013,1100100110001,31/02/2549,b@example.ac.th,2
6504062616014,,21/11/2549,ไม่มี,x
6504062616012,1100100110000,20/11/2549,a@example.ac.th,1
""".encode()


def columns(found, key):
    return [c[key] for c in found["columns"]]


@pytest.fixture
def no(desk):
    """One request for all: what is asked here is asked of its tables."""
    if not hasattr(desk, "with_tables"):
        desk.with_tables = desk.icit.until("preparing")
    return desk.with_tables


def book(sheets):
    """{name: rows}"""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name.strip("-"))
        sheet.sheet_state = "hidden" if name.startswith("-") else "visible"
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_what_is_found(desk, no):
    choice = {"columns": [{"name": "citizen_id", "check": "citizen_id",
                           "needed": True},
                          {"name": "column_5", "check": "integer"},
                          {"name": "birth_date", "check": "date"},
                          {"name": "email", "check": "email"}]}
    row = tables.settled(desk, tables.send(desk, no, "a.csv", TEXT, choice))
    assert row["state"] == "read", row
    found = row["found"]
    assert (found["kind"], found["encoding"], found["delimiter"],
            found["sheets"]) == ("csv", "utf-8", ",", [])
    assert columns(found, "name")[:2] == ["student_id", "citizen_id"]
    assert columns(found, "title")[4] == "คะแนน"
    assert (found["rows"], found["double"]) == (4, 1)
    by_name = {c["name"]: c for c in found["columns"]}
    assert by_name["citizen_id"]["needed"] is True
    assert by_name["citizen_id"]["empty"] == 1
    # The digit that is wrong, and the one that lacks.
    assert by_name["citizen_id"]["wrong"] == 2
    assert found["wrong"] == sum(columns(found, "wrong"))
    assert row["progress"] == 1000 and row["finding"] is None
    # No value of a cell stands in the store, nor in the log.
    told = json.dumps(row, ensure_ascii=False) + desk.university.output()
    for value in ("6504062616", "110010011", "example.ac.th,1", "2549", "31/02"):
        assert value not in told.replace(row["found"]["sheet"] or "-", "")


def test_checks_are_found_by_the_values(desk, no):
    text = "รหัส,จำนวน,วันที่,อีเมล,อื่น\n" + "".join(
        f"{i},{i},2{i % 9}/11/2549,a{i}@example.ac.th,x{i}\n" for i in range(5000))
    row = tables.settled(desk, tables.send(desk, no, "a.csv", text.encode()))
    assert row["state"] == "read", row
    assert columns(row["found"], "check") == [
        "id", "integer", "date", "email", "text"]
    assert columns(row["found"], "type") == [
        "text", "integer", "date", "text", "text"]
    assert row["found"]["rows"] == 5000 and row["found"]["wrong"] == 0


def test_ids_out_of_a_workbook(desk, no):
    """However a cell holds a student number, it is one text; what Excel made of it
    beyond that is wrong, and says so."""
    number = 6504062616000
    rows = [["รหัสนักศึกษา", "ปี"], [number, 2569], [f" {number + 1}", 2569],
            ["๖๕๐๔๐๖๒๖๑๖๐๐๒", 2569], ["65040 62616 003", 2569],
            *([number + i, 2569] for i in range(4, 100)),
            [1234567890123456, 2569], [number + 0.5, 2569],
            [datetime.date(2026, 1, 2), 2569], ["N/A", 2569]]
    one = tables.send(desk, no, "a.xlsx", book({"ก": rows}))
    row = tables.settled(desk, one)
    assert row["state"] == "read", row
    assert columns(row["found"], "check") == ["id", "integer"]
    assert columns(row["found"], "type") == ["text", "integer"]
    assert columns(row["found"], "wrong") == [4, 0]
    status, told = tables.gate_call(desk, "/table-look", {
        "upload": one, "request": no, "by": desk.icit.officer.email,
        "lang": "en"})
    assert status == 200, told
    assert [r[0] for r in told["rows"]] == [str(number + i) for i in range(20)]
    said = {w["place"]: w["message"] for w in told["wrong"]}
    assert list(said) == ["A102", "A103", "A104", "A105"]
    for place, word in (("A102", "rounded"), ("A103", "fraction"),
                        ("A104", "date"), ("A105", "must be an ID")):
        assert word in said[place], said
    # Whoever chose whole numbers before has whole numbers.
    tables.choose(desk, one, {"columns": [{"name": "student_id",
                                           "check": "integer"}]})
    row = tables.settled(desk, one)
    assert columns(row["found"], "type") == ["integer", "integer"]


def test_a_sheet_and_an_encoding_are_chosen(desk, no):
    data = book({"-ซ่อน": [["x"], [1]], "หนึ่ง": [["a", "b"], [1, 2], [3, 4]],
                 "สอง": [["c"], ["z"]]})
    one = tables.send(desk, no, "a.xlsx", data)
    found = tables.settled(desk, one)["found"]
    assert [s["name"] for s in found["sheets"]] == ["ซ่อน", "หนึ่ง", "สอง"]
    assert [s["hidden"] for s in found["sheets"]] == [True, False, False]
    # The first that is to be seen.
    assert (found["sheet"], found["rows"], columns(found, "title")) == (
        "หนึ่ง", 2, ["a", "b"])
    tables.choose(desk, one, {"sheet": "สอง"})
    row = tables.settled(desk, one)
    assert (row["found"]["sheet"], row["found"]["rows"]) == ("สอง", 1)
    tables.choose(desk, one, {"sheet": "สาม"})
    row = tables.settled(desk, one)
    assert (row["state"], row["finding"]["code"]) == ("refused", "sheet-absent")
    # What may be chosen is told.
    assert [s["name"] for s in row["found"]["sheets"]] == ["ซ่อน", "หนึ่ง", "สอง"]

    one = tables.send(desk, no, "b.csv", "ชื่อ\nน้ำ\n".encode("cp874"),
                      {"encoding": "cp874"})
    found = tables.settled(desk, one)["found"]
    assert (found["encoding"], columns(found, "title")) == ("cp874", ["ชื่อ"])


def test_what_cannot_be_read_says_why(desk, no):
    """A few of each kind; the whole list is in test_sheets.c."""
    formula = openpyxl.Workbook()
    formula.active.append(["a"])
    formula.active["A2"] = "=1+1"
    out = io.BytesIO()
    formula.save(out)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", "<Types/>" + " " * 2**26)
    good = book({"a": [["a"], [1]]})
    bad = (
            ("a.csv", b"%PDF-1.4 \n", "pdf", (0, 0)),
            ("a.xlsx", b"a,b\n1,2\n", "named-xlsx", (0, 0)),
            ("a.csv", good, "named-csv", (0, 0)),
            ("a.xlsx", out.getvalue(), "formula-empty", (2, 1)),
            ("a.xlsx", good[:-40], None, None),
            ("a.xlsx", bomb.getvalue(), None, None),
            ("a.csv", b"a,a\n1,2\n", "heading-twice", (1, 2)),
            ("a.csv", b"a,\n1,2\n", None, None),
            ("a.csv", b"a," + b"b" * 601 + b"\n1,2\n", "heading-long", (1, 2)),
            ("a.csv", b"a,b\n1,2\n1,2,3\n", "heading-empty", (3, 3)),
            ("a.csv", 'a,b\n1,"2\n'.encode(), "quote", (2, 0)),
            ("a.csv", b"a\n\xff\xfe\x00\n" * 3, None, None))
    sent = [tables.send(desk, no, name, content) for name, content, *_ in bad]
    for (name, content, code, place), one in zip(bad, sent):
        row = tables.settled(desk, one)
        assert row["state"] == "refused", (name, content[:20], row)
        finding = row["finding"]
        if code:
            assert (finding["code"], (finding["row"], finding["column"])) == (
                code, place), finding
        else:
            assert finding["code"] not in ("", "stopped")
        assert row["version"] == 2 and row["progress"] == 1000


def test_a_file_that_is_gone_or_changed_is_lost(desk, no):
    for how in ("absent", "changed", "another"):
        one = tables.send(desk, no, "a.csv", f"a\n{how}{no}\n".encode())
        row = tables.settled(desk, one)
        assert row["state"] == "read"
        path = tables.path_of(desk, one)
        if how == "absent":
            path.unlink()
        elif how == "changed":
            data = bytearray(path.read_bytes())
            data[-1] ^= 1
            path.write_bytes(data)
        else:
            path.write_bytes(f"a\n{how}{no}\n".encode())  # in clear
        tables.choose(desk, one, {})
        row = tables.settled(desk, one)
        assert (row["state"], row["finding"]["code"]) == (
            "lost", "absent" if how == "absent" else "changed"), row
        assert f'"upload":"{one}"' in desk.university.output()


WRONG = "".join(f"{i},x{i}\n" for i in range(1500))


def test_a_look_at_what_is_there_and_what_is_wrong(desk, no):
    choice = {"columns": [{"name": "b", "check": "integer"}]}
    text = "a,b\n1,๑๒\n\n3,\n" + WRONG + "1,๑๒\n"
    one = tables.send(desk, no, "a.csv", text.encode(), choice)
    row = tables.settled(desk, one)
    assert (row["found"]["wrong"], row["found"]["double"]) == (1500, 1)
    ask = {"upload": one, "request": no, "by": desk.icit.officer.email,
           "lang": "en"}
    status, told = tables.gate_call(desk, "/table-look", ask)
    assert status == 200, told
    assert [c["name"] for c in told["columns"]] == ["a", "b"]
    assert told["columns"][1]["wrong"] == 1500
    # Tidied; a wrong one as it was.
    assert told["rows"][:3] == [["1", "12"], ["3", None], ["0", "x0"]]
    assert told["numbers"][:3] == [2, 4, 5] and len(told["rows"]) == 20
    assert len(told["wrong"]) == 200
    first = told["wrong"][0]
    assert (first["row"], first["column"], first["name"], first["place"],
            first["value"]) == (5, 2, "b", "B5", "x0")
    assert first["message"] == "This must be a whole number, as 12."
    assert told["double"] == [{"row": 1505, "first": 2}]
    _, thai = tables.gate_call(desk, "/table-look", ask | {"lang": "th"})
    assert thai["wrong"][0]["message"] != first["message"]
    # Beside the table and sealed: no value on the disk.
    kept = desk.university.dir / "gate" / "tables" / one
    assert kept.read_bytes()[:8] == b"PRTSEAL1"
    assert b"x1" not in kept.read_bytes() or b'"value"' not in kept.read_bytes()
    # Recorded as a look, with the request.
    looks = wait_until("the record", lambda: desk.store(
        f"select * from delivery where query = '{one}'", "shared"))
    assert {(d["request"], d["form"], d["key_id"]) for d in looks} == {
        (no, "table", desk.icit.officer.email)}

    for wrong, status in ((ask | {"request": "ICIT-0"}, 404),
                          (ask | {"upload": "nonesuch"}, 404)):
        assert tables.gate_call(desk, "/table-look", wrong)[0] == status
    bad = tables.send(desk, no, "a.csv", b"a,a\n1,1\n")
    tables.settled(desk, bad)
    status, told = tables.gate_call(desk, "/table-look", ask | {"upload": bad})
    assert (status, told["code"]) == (409, "table-unread")


def test_the_difference_of_two(desk, no):
    before = "id,name,old\n" + "".join(
        f"{i},n{i},x\n" for i in range(1000)) + "5,twice,x\n"
    now = "id,new,name\n" + "".join(
        f"{i},y,{'N' if i == 7 else 'n'}{i}\n" for i in range(2, 1100))
    one, two = (tables.send(desk, no, "a.csv", t.encode())
                for t in (before, now))
    tables.settled(desk, one), tables.settled(desk, two)
    ask = {"upload": two, "with": one, "key": "id", "request": no,
           "by": desk.icit.officer.email, "lang": "en"}
    status, told = tables.gate_call(desk, "/table-difference", ask)
    assert status == 200, told
    assert (told["added"], told["removed"], told["changed"], told["same"],
            told["double"]) == (100, 2, 1, 997, 1)
    assert (told["columns_added"], told["columns_removed"]) == (["new"], ["old"])
    by = {}
    for s in told["samples"]:
        by.setdefault(s["what"], []).append((s["key"], s["columns"]))
    assert by["changed"] == [("7", ["name"])]
    assert by["removed"] == [("0", []), ("1", [])]
    assert by["added"][0] == ("1000", []) and len(by["added"]) == 25
    # Both are on record.
    wait_until("the record", lambda: desk.store(
        f"select * from delivery where query = '{two} {one}'", "shared"))
    status, told = tables.gate_call(desk, "/table-difference",
                                    ask | {"key": "none"})
    assert status == 422 and told["errors"][0]["field"] == "key"
    status, told = tables.gate_call(desk, "/table-difference",
                                    ask | {"with": two})
    assert (told["same"], told["added"] + told["removed"] + told["changed"]) == (
        1098, 0)


def test_the_corrected_copy(desk, no):
    choice = {"columns": [{"name": "birth_date", "check": "date"},
                          {"name": "column_3", "check": "integer",
                           "needed": True}]}
    text = "ชื่อ,วันเกิด,จำนวน\n  น้ำ ,20/11/2549,๑๒\n=1+1,ไม่ทราบ,\n"
    one = tables.send(desk, no, "รายชื่อ.csv", text.encode(), choice)
    assert tables.settled(desk, one)["found"]["wrong"] == 2
    url = f"{desk.university.gate}/v1/c/"
    ticket = tables.ticket(desk, one, "corrected")
    # Who only asks whether there is one has none made, and none on record.
    head = requests.head(url + ticket, timeout=60)
    assert head.status_code == 200 and "Delivery-Id" not in head.headers
    assert "Content-Length" not in head.headers
    got = requests.get(url + ticket, timeout=60,
                       headers={"Accept-Language": "en"})
    assert got.status_code == 200, got.text
    assert {"Content-Type", "Content-Disposition"} <= set(head.headers)
    assert all(got.headers[h] == head.headers[h] for h in (
        "Content-Type", "Referrer-Policy"))
    assert "%E0%B8%A3" in got.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(got.content))
    data, listed = book.worksheets
    rows = [[c.value for c in r] for r in data.iter_rows()]
    assert rows[0] == ["ชื่อ", "วันเกิด", "จำนวน", "To put right"]
    assert rows[1][0] == "น้ำ" and rows[1][2] == 12 and rows[1][3] is None
    assert str(rows[1][1]).startswith("2006-11-20")
    # What is wrong as it was sent, and never as a formula.
    assert rows[2][:3] == ["=1+1", "ไม่ทราบ", None]
    assert data["A3"].data_type == "s"
    assert "วันเกิด: This must be a date" in rows[2][3]
    assert "จำนวน: This must not be empty" in rows[2][3]
    wrong = [[c.value for c in r] for r in listed.iter_rows()]
    assert wrong[1][:4] == [3, "B3", "วันเกิด", "ไม่ทราบ"] and len(wrong) == 3
    # Recorded as given to whom the ticket is of, before its first byte.
    delivery, = wait_until("the record", lambda: desk.store(
        f"select * from delivery where document = '{one}'", "shared"))
    assert (delivery["form"], delivery["key_id"], delivery["request"],
            delivery["n_bytes"], delivery["n_rows"], delivery["id"]) == (
        "corrected", "pimchanok.t@example.ac.th", no, len(got.content), 2,
        got.headers["Delivery-Id"])
    # A ticket of another kind opens nothing, nor one that has ended.
    assert requests.get(url + tables.ticket(desk, one), timeout=60
                        ).status_code == 404
    assert requests.get(f"{desk.university.gate}/v1/f/{ticket}", timeout=60
                        ).status_code == 404
    desk.change("shared", "update ticket set expires = 1"
                          " where purpose = 'corrected'")
    assert requests.get(url + ticket, timeout=60).status_code == 410


def test_a_corrected_copy_of_what_excel_cannot_hold(desk, no):
    """Cut where it is seen, said in the row and in the list."""
    long, wrong = "ก" * 33_000, "😀" * 20_000
    choice = {"columns": [{"name": "b", "check": "integer"}]}
    text = f"a,b,c\n{long},{wrong},{'x' * 32_767}\ny,1,z\n"
    one = tables.send(desk, no, "a.csv", text.encode(), choice)
    assert tables.settled(desk, one)["state"] == "read"
    got = requests.get(f"{desk.university.gate}/v1/c/"
                       + tables.ticket(desk, one, "corrected"), timeout=60,
                       headers={"Accept-Language": "en"})
    assert got.status_code == 200, got.text
    data, listed = openpyxl.load_workbook(io.BytesIO(got.content)).worksheets
    first, second = list(data.iter_rows(values_only=True))[1:]
    assert first[0] == "ก" * 32_766 + "…" and first[1] == "😀" * 16_383 + "…"
    assert first[2] == "x" * 32_767 and second == ("y", 1, "z", None)
    assert [w.split(":")[0] for w in first[3].split("; ")] == ["a", "b", "b"]
    assert first[3].count("longer than a cell of Excel") == 2
    said = list(listed.iter_rows(values_only=True))[1:]
    assert [(r[0], r[1], r[2]) for r in said] == [
        (2, "B2", "b"), (2, "A2", "a"), (2, "B2", "b")]
    assert "whole number" in said[0][4]
    assert all("longer than a cell of Excel" in r[4] for r in said[1:])


def test_only_so_many_are_read_at_once_to_be_looked_at(desk, no):
    """Each has a process of its own."""
    text = "a,b\n" + "".join(f"{i},ก{i}\n" for i in range(40_000))
    one = tables.send(desk, no, "a.csv", text.encode())
    tables.settled(desk, one)
    url = f"{desk.university.gate}/v1/c/" + tables.ticket(desk, one, "corrected")
    with ThreadPoolExecutor(12) as several:
        got = list(several.map(
            lambda _: requests.get(url, timeout=120), range(12)))
    codes = [g.status_code for g in got]
    assert set(codes) == {200, 503} and codes.count(200) >= 4, codes
    assert requests.get(url, timeout=60).status_code == 200


def test_what_is_beside_a_table_goes_with_it(desk, no):
    gate = desk.university.dir / "gate"
    one = tables.send(desk, no, "a.csv", f"a\n{no} {time.time()}\n".encode())
    tables.settled(desk, one)
    row, = desk.store(f"select * from upload where id = '{one}'", "shared")
    file = tables.path_of(desk, one)
    beside = gate / "tables" / one
    assert file.exists() and beside.exists() and row["used"] > 0
    desk.change("shared", "insert into disposal (request, kind, sha256, subject,"
                " name, bytes, ordered, how, gone) values"
                f" ('{no}', 'uploads', '{row['sha256']}', '{one}', 'a.csv', 3,"
                f" {int(time.time() * 1000)}, '', 0)")
    wait_until("destroyed", lambda: tables.state(desk, one)["state"]
               == "destroyed", 30)
    assert not file.exists() and not beside.exists()
    status, told = tables.gate_call(desk, "/table-look", {
        "upload": one, "request": no, "by": desk.icit.officer.email})
    assert (status, told["code"]) == (410, "table-lost")


def test_a_child_that_misbehaves_is_a_finding(make_place, store, monkeypatch):
    """Each misdeed is the end of the child, and of nothing else."""
    monkeypatch.setattr(conftest, "PRATU", ROOT / "build/tests/unit"
                        / "pratu_misbehaving")
    desk = tables.Stores(make_place(store).serve())
    gate = desk.university.processes()["pratu-gate"]
    sent = {}
    for n in range(12):
        sent[n] = tables.send(desk, "T-1", "a.csv",
                              b"a\n" + b"1" * (998 + n))
    other = tables.send(desk, "T-1", "a.csv", b"a\n1\n")
    for one in sent.values():
        row = tables.settled(desk, one)
        assert (row["state"], row["finding"]["code"]) == ("refused", "stopped")
        said, = [json.loads(line) for line in desk.university.output()
                 .splitlines() if "gate.table_child" in line and one in line]
        assert said["detail"] == "sheet: the child was killed by signal 31"
    assert tables.settled(desk, other)["state"] == "read"
    assert desk.university.processes()["pratu-gate"] == gate
    assert not list((desk.university.dir / "gate").glob("tmp/*"))


@pytest.mark.long
def test_a_gate_that_is_killed_reads_again(make_place, store, full_size):
    desk = tables.Stores(make_place(store).serve())
    text = "a,b,c\n" + "".join(f"{i},ก{i},20/11/2549\n" for i in range(150_000))
    one = tables.send(desk, "T-1", "a.csv", text.encode())
    for _ in range(2 if full_size else 1):
        gate = desk.university.processes()["pratu-gate"]
        wait_until("it is read", lambda: tables.state(desk, one)["progress"] > 0)
        os.kill(gate, signal.SIGKILL)
        assert tables.state(desk, one)["state"] == "reading"
        wait_until("another gate", lambda: desk.university.processes().get(
            "pratu-gate", gate) != gate)
        # As if the claim's minute were over.
        desk.change("shared", "update inbound set until = 0, progress = 0")
    row = tables.settled(desk, one)
    assert (row["state"], row["found"]["rows"]) == ("read", 150_000)
    assert row["version"] == 2 and row["found"]["wrong"] == 0


def test_a_gate_that_stops_leaves_its_table_to_the_next(make_place, store):
    place = make_place(store).serve()
    desk = tables.Stores(place)
    text = "a,b,c\n" + "".join(f"{i},ก{i},20/11/2549\n" for i in range(150_000))
    one = tables.send(desk, "T-1", "a.csv", text.encode())
    wait_until("it is read", lambda: tables.state(desk, one)["progress"] > 0)
    place.stop()
    row = tables.state(desk, one)
    assert (row["state"], row["owner"], row["until"], row["tries"]) == (
        "reading", "", 0, 0)
    place.serve()
    row = tables.settled(desk, one)
    assert (row["state"], row["found"]["rows"]) == ("read", 150_000)


def resident(pid):
    """KiB of its own memory, and of its children."""
    def one(p):
        try:
            status = Path(f"/proc/{p}/status").read_text()
        except OSError:
            return 0
        return next((int(line.split()[1]) for line in status.splitlines()
                     if line.startswith("RssAnon:")), 0)
    try:
        children = [c for t in Path(f"/proc/{pid}/task").iterdir()
                    for c in (t / "children").read_text().split()]
    except OSError:
        children = []
    return one(pid) + sum(map(one, children))


@pytest.mark.long
def test_memory_stays_flat(make_place, full_size, tmp_path):
    """The gate and the process that reads, together, while the largest files are
    read: a tenth in short."""
    desk = tables.Stores(make_place().serve())
    gate = desk.university.processes()["pratu-gate"]
    rows = 1_048_576 if full_size else 104_857
    sheets.make_xlsx(tmp_path / "a.xlsx", rows)
    sheets.make_csv(tmp_path / "a.csv", (200 if full_size else 20) * 2**20,
                    "utf-8-sig")
    rest = resident(gate)
    most = [0]
    ended = threading.Event()

    def look():
        while not ended.wait(0.01):
            most[0] = max(most[0], resident(gate))
    watch = threading.Thread(target=look)
    watch.start()
    for name in ("a.xlsx", "a.csv"):
        with open(tmp_path / name, "rb") as f:
            row = tables.settled(desk, tables.send(desk, "T-1", name, f), 1200)
        assert row["state"] == "read", row
        assert row["found"]["rows"] > 5000
        print(name, row["found"]["rows"], most[0] - rest, "KiB")
    ended.set()
    watch.join()
    assert most[0] - rest < 64 * 1024
