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
