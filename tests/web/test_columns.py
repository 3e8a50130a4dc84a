"""What is chosen of columns of a table that was sent in reaches everything that is
made of it: looks, the corrected copy, what an officer builds."""
import io

import openpyxl
import pytest
import requests

import tables
from conftest import wait_until
from journey import desk, good  # noqa: F401
from pages import Web

pytestmark = pytest.mark.both_stores

# Name as typed; title, first, middle and last of it.
NAMES = [
    ("นางสาวไข่มุก สรรพวุธ", "นางสาว", "ไข่มุก", None, "สรรพวุธ"),
    ("รศ.ดร.ชูพันธุ์ รัตนโกศา", "รศ. ดร.", "ชูพันธุ์", None, "รัตนโกศา"),
    ("ม.ร.ว.ปิ่น เทพหัสดิน ณ อยุธยา", "ม.ร.ว.", "ปิ่น", None,
     "เทพหัสดิน ณ อยุธยา"),
    ("พ.ต.ท. สมหญิง แซ่ ตั้ง", "พ.ต.ท.", "สมหญิง", None, "แซ่ ตั้ง"),
    ("Assoc. Prof. Dr. Mary Ann Smith", "Assoc. Prof. Dr.", "Mary", "Ann",
     "Smith"),
    ("ว่าที่ร้อยตรีหญิงอรุณี ใจดี", "ว่าที่ร้อยตรีหญิง", "อรุณี", None, "ใจดี"),
    ("ผศ.ดร. สมศักดิ์ ณ อยุธยา", "ผศ. ดร.", "สมศักดิ์", None, "ณ อยุธยา"),
    ("นายิกา ใจดี", None, "นายิกา", None, "ใจดี"),
]
PARTS = ["full_name_title", "full_name_first_2", "full_name_middle",
         "full_name_last"]


def csv_of(rows):
    return ("full name,full name first,mark\n" + "".join(
        f"{name},x,{mark}\n" for name, mark in rows)).encode()


@pytest.fixture
def no(desk):
    """One request for all: what is asked here is asked of its tables."""
    if not hasattr(desk, "with_columns"):
        desk.with_columns = desk.icit.until(
            "preparing", systems=["REG"], service_type="processing",
            formats=["xlsx"])
    return desk.with_columns


def state(desk, no, one):
    return desk.requester.get(f"/requests/{no}/uploads/{one}")


def settled(desk, no, one):
    return wait_until("it is read", lambda: (
        lambda t: t if t["state"] not in ("waiting", "reading") else None)(
            state(desk, no, one)), seconds=30)


def send(desk, no, content, choice):
    told = good(desk.requester.api.post(f"/requests/{no}/uploads", {
        "name": "รายชื่อ.csv", "kind": "table"}), 201)
    put = requests.put(told["url"], data=content, timeout=60)
    assert put.status_code == 201, put.text
    settled(desk, no, told["id"])
    good(desk.requester.api.post(
        f"/requests/{no}/uploads/{told['id']}/choose", choice))
    told = settled(desk, no, told["id"])
    assert told["state"] == "read", told
    return told


def corrected(desk, no, one):
    copy = desk.requester.api.get(f"/requests/{no}/uploads/{one}/corrected")
    assert copy.status_code == 200, copy.text
    book = openpyxl.load_workbook(io.BytesIO(copy.content))
    return [[list(r) for r in s.iter_rows(values_only=True)]
            for s in book.worksheets]


def looked_at(desk, no, one, sql):
    """Rows that the officer sees of a query on the table."""
    status, told = tables.gate_call(desk, "/preview", {
        "source": "REG", "sql": sql, "request": no, "lang": "en",
        "by": desk.icit.officer.email,
        "tables": [{"name": "sent", "file": one}]})
    assert status == 200, told
    return told["rows"]


NAMED = {"columns": [{"name": "full_name", "check": "name"}]}


def test_names_in_their_parts(desk, no):
    rows = [(n[0], i) for i, n in enumerate(NAMES)] + [
        ("a@example.ac.th", 90), ("1101700230708", 91)]
    told = send(desk, no, csv_of(rows), NAMED)
    column = told["found"]["columns"][0]
    assert (column["check"], column["wrong"], column["parts"]) == (
        "name", 2, PARTS)
    one = told["id"]
    look = desk.requester.get(f"/requests/{no}/uploads/{one}/look")
    assert [c["name"] for c in look["columns"]] == [
        "full_name", *PARTS, "full_name_first", "mark"]
    assert look["columns"][1]["part_of"] == "full_name"
    assert look["columns"][1]["title"] == "full name: คำนำหน้า"
    assert [r[:5] for r in look["rows"][:8]] == [list(n) for n in NAMES]
    # A wrong one is as it was, and has no parts.
    assert look["rows"][8][:5] == ["a@example.ac.th", None, None, None, None]
    assert {w["place"] for w in look["wrong"]} == {"A10", "A11"}
    sheets = corrected(desk, no, one)
    assert sheets[0][0][:7] == [
        "full name", "full name: คำนำหน้า", "full name: ชื่อ",
        "full name: ชื่อกลาง", "full name: นามสกุล", "full name first", "mark"]
    assert [r[:5] for r in sheets[0][1:9]] == [list(n) for n in NAMES]
    assert sheets[0][9][0] == "a@example.ac.th"
    assert sheets[0][9][7].startswith("full name: ค่านี้ไม่ใช่ชื่อบุคคล")
    assert [r[2] for r in sheets[1][1:]] == ["full name", "full name"]
    # What an officer builds has them as columns.
    got = looked_at(desk, no, one, "select " + ", ".join(PARTS)
                    + " from sent where mark < 90 order by mark")
    assert got == [list(n[1:]) for n in NAMES]
    # And the page names them.
    entry = next(p for p in desk.university.facts["people"]
                 if p["email"] == desk.requester.email)
    page = Web(desk.university.desk, entry).open(
        f"/requests/{no}/tables/{one}?look=1")
    assert "full name: คำนำหน้า" in page.text and "รศ. ดร." in page.text
    assert "ชื่อบุคคล แยกคำนำหน้า ชื่อ สกุล" in page.text


def test_rows_that_stand_twice_are_used_once(desk, no):
    """Of the first; what differs in one cell, or in a blank of one, stays."""
    rows = [("นาย ก ข", 1), ("นาย ก ข", 1), ("นาย ก ข", 2), ("x", 3),
            ("นาย ก ข", 1), ("x", 3), ("นาย ก  ข", 1)]
    content = csv_of(rows)
    choice = {"columns": [{"name": "mark", "check": "integer"}]}
    told = send(desk, no, content, choice)
    one, found = told["id"], told["found"]
    assert (found["rows"], found["double"], found["once"]) == (7, 3, False)
    sql = "select mark, count(*) from sent group by mark order by mark"
    assert looked_at(desk, no, one, sql) == [[1, 4], [2, 1], [3, 2]]
    path = f"/requests/{no}/uploads/{one}"
    good(desk.requester.api.post(f"{path}/choose", {**choice, "once": True}))
    found = settled(desk, no, one)["found"]
    assert (found["rows"], found["double"], found["once"]) == (7, 3, True)
    assert looked_at(desk, no, one, sql) == [[1, 2], [2, 1], [3, 1]]
    # The same a second time: it begins anew.
    assert looked_at(desk, no, one, "select mark from sent a where exists"
                     " (select 1 from sent b where b.mark = a.mark + 1)"
                     ) == [[1], [2], [1]]
    look = desk.requester.get(f"{path}/look")
    assert look["numbers"] == [2, 4, 5, 8]
    assert [(d["row"], d["first"]) for d in look["double"]] == [
        (3, 2), (6, 2), (7, 5)]
    assert [r[0] for r in corrected(desk, no, one)[0][1:]] == [
        "นาย ก ข", "นาย ก ข", "x", "นาย ก ข"]
    # A wrong cell of a row that is left out is not told.
    mail = {"name": "mark", "check": "email"}
    good(desk.requester.api.post(f"{path}/choose", {
        "columns": [mail], "once": True}))
    assert settled(desk, no, one)["found"]["wrong"] == 4
    # On the page: it is offered where rows stand twice.
    entry = next(p for p in desk.university.facts["people"]
                 if p["email"] == desk.requester.email)
    web = Web(desk.university.desk, entry)
    page = web.open(f"/requests/{no}/tables/{one}")
    form = next(f for f in page.forms if "once" in f.names())
    assert form.value("once") == "yes" and "แถวที่ใช้" in page.text
    web.send(page, form.action, once=None)
    assert settled(desk, no, one)["found"]["once"] is False
    page = web.open(f"/requests/{no}/tables/{one}")
    assert "แถวที่ใช้" not in page.text
    web.send(page, form.action, once="yes")
    assert settled(desk, no, one)["found"]["once"] is True
    plain = send(desk, no, csv_of(rows[:1]), choice)["id"]
    assert not any("once" in f.names() for f in web.open(
        f"/requests/{no}/tables/{plain}").forms)


def test_many_rows_are_used_once(desk, no):
    """Beyond the first rows that wait for their checks, and beyond a batch."""
    rows = [(f"n{i % 3001}", i % 3001) for i in range(9003)]
    told = send(desk, no, csv_of(rows), {"once": True})
    assert (told["found"]["rows"], told["found"]["double"]) == (9003, 6002)
    got = looked_at(desk, no, told["id"], "select count(*), min(mark),"
                    " max(mark), count(distinct mark) from sent")
    assert got == [[3001, 0, 3000, 3001]]
