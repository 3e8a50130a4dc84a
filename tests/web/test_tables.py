"""Tables that are sent in: read by the gate in a process that can do nothing
else, whole and once; what is found stands in the store, no value does."""
import io
import json
import zipfile

import openpyxl
import pytest

import tables
from journey import desk  # noqa: F401

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
    return desk.icit.until("preparing")


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
    text = "รหัส,วันที่,อีเมล,อื่น\n" + "".join(
        f"{i},2{i % 9}/11/2549,a{i}@example.ac.th,x{i}\n" for i in range(5000))
    row = tables.settled(desk, tables.send(desk, no, "a.csv", text.encode()))
    assert row["state"] == "read", row
    assert columns(row["found"], "check") == ["integer", "date", "email", "text"]
    assert columns(row["found"], "type") == ["integer", "date", "text", "text"]
    assert row["found"]["rows"] == 5000 and row["found"]["wrong"] == 0


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
    for name, content, code, place in (
            ("a.csv", b"%PDF-1.4 \n", "pdf", (0, 0)),
            ("a.xlsx", b"a,b\n1,2\n", "named-xlsx", (0, 0)),
            ("a.csv", good, "named-csv", (0, 0)),
            ("a.xlsx", out.getvalue(), "formula-empty", (2, 1)),
            ("a.xlsx", good[:-40], None, None),
            ("a.xlsx", bomb.getvalue(), None, None),
            ("a.csv", b"a,a\n1,2\n", "heading-twice", (1, 2)),
            ("a.csv", b"a,\n1,2\n", None, None),
            ("a.csv", b"a,b\n1,2\n1,2,3\n", "heading-empty", (3, 3)),
            ("a.csv", 'a,b\n1,"2\n'.encode(), "quote", (2, 0)),
            ("a.csv", b"a\n\xff\xfe\x00\n" * 3, None, None)):
        row = tables.settled(desk, tables.send(desk, no, name, content))
        assert row["state"] == "refused", (name, content[:20], row)
        finding = row["finding"]
        if code:
            assert (finding["code"], (finding["row"], finding["column"])) == (
                code, place), finding
        else:
            assert finding["code"] not in ("", "stopped")
        assert row["version"] == 2 and row["progress"] == 1000


def test_a_file_that_is_gone_or_changed_is_lost(desk, no):
    uploads = desk.university.dir / "gate" / "uploads"
    for how in ("absent", "changed", "another"):
        one = tables.send(desk, no, "a.csv", f"a\n{how}{no}\n".encode())
        row = tables.settled(desk, one)
        assert row["state"] == "read"
        sha = desk.store(f"select sha256 from upload where id = '{one}'",
                         "shared")[0]["sha256"]
        path = uploads / sha[:2] / sha
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
