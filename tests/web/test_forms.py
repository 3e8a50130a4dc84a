"""Rows in every form equal what Python's sqlite3 reads, value for value, and
memory stays flat however many there are. encode (tests/unit/encode.c) does the
work; PRATU_BUILD is the build folder, PRATU_HR_DB a database of 10,000 people
(tests on it are skipped where it is absent)."""
import base64
import csv
import datetime
import hashlib
import html.parser
import io
import json
import os
import re
import sqlite3
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("PRATU_BUILD", ROOT / "build"))
ENCODE = BUILD / "tests/unit/encode"
HR = Path(os.environ.get("PRATU_HR_DB", ROOT.parent / "shared/data/hr.db"))
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
FORMS = ["json", "ndjson", "csv", "xlsx", "xml", "html"]

PEOPLE = """
select e.emp_no, p.first_th, p.last_th, e.first_name, e.birth_date,
       t.title, t.to_date as title_until, s.amount, s.amount / 12.0 as monthly,
       s.amount / 3.0 as third
  from employee e join person_th p using (emp_no)
  left join title t on t.emp_no = e.emp_no and t.to_date > '2000-01-01'
  left join salary s on s.emp_no = e.emp_no and s.to_date > '2000-01-01'
 order by e.emp_no, t.from_date, s.from_date -- everybody
"""

ODD_ROWS = [
    (1, "ภาษาไทย ๑๒๓ น้ำ", 1.5, b"\x00\xff\xfe", None, ""),
    (-1, 'quotes " and , and \' ', 0.1 + 0.2, b"", "", None),
    (2**53, "line\nfeed", 1e300, b"a", "x", " lead and trail "),
    (2**53 + 1, "return\r\nand tab\t", -1e-300, b"ab", None, None),
    (-(2**63), "<&>]]>", 5e-324, b"abc", "=1+1", "@x"),
    (2**63 - 1, "😀 astral", 1.7976931348623157e308, b"+++", "+1", "-1"),
    (10**15 - 1, "_x0041_ _x_ _xZZZZ_", 3.0, b"\xfb\xff", "'", "''"),
    (10**15, "nbsp\u00a0 zwj\u200d", -0.0, None, "a\u2028b", "\ufeffbom"),
    (0, "0012", 1e16, None, "1e5", "TRUE"),
    (7, "\u0e01\u0e34\u0e48", 1e15, None, "2026-11-20", "20/11/2569"),
    (None, None, None, None, None, None),
    ("text in an integer column", 5, "text", 7, 8.25, b"bytes"),
]
# Not to be said in XML, nor in a workbook but by an escape.
CONTROLS = [(1, "bell \x07 and \x1f", 1.0, None, "nul \x00.", "\x01"),
            (2, "\ufffe \uffff", 2.0, None, "vt \x0b", "\x08")]


@pytest.fixture(scope="module")
def hr():
    if not HR.exists():
        pytest.skip(f"no {HR}")
    return HR


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    path = tmp_path_factory.mktemp("odd") / "odd.db"
    db = sqlite3.connect(path)
    db.execute('create table t(i integer, s text, r real, b blob, u, "ชื่อ 2")')
    db.executemany("insert into t values (?,?,?,?,?,?)", ODD_ROWS)
    db.execute("create table c as select * from t where 0")
    db.executemany("insert into c values (?,?,?,?,?,?)", CONTROLS)
    db.commit()
    db.close()
    return path


def encode(db, sql, form, *options):
    """The bytes, and what encode said of them."""
    done = subprocess.run([ENCODE, db, sql, form, *options],
                          capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout, json.loads(done.stderr)


def rows_of(db, sql):
    cursor = sqlite3.connect(f"file:{db}?mode=ro", uri=True).execute(sql)
    return [d[0] for d in cursor.description], cursor.fetchall()


def b64(value):
    return base64.b64encode(value).decode()


def in_json(value):
    if isinstance(value, bytes):
        return b64(value)
    if isinstance(value, int) and abs(value) > 2**53:
        return str(value)
    return value


def in_text(value):
    """In CSV, HTML and XML."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        return b64(value)
    return repr(value) if isinstance(value, float) else str(value)


def in_cell(value):
    """In a workbook."""
    if isinstance(value, bytes):
        return b64(value)
    if isinstance(value, int) and abs(value) >= 10**15:
        return str(value)
    return value


def same(got, want):
    """Equal, and of one type; -0.0 is not 0.0."""
    return type(got) is type(want) and repr(got) == repr(want)


def check(got, want):
    assert len(got) == len(want)
    for n, (g, w) in enumerate(zip(got, want)):
        assert len(g) == len(w), (n, g, w)
        assert all(map(same, g, w)), (n, g, w)


CASES = [("hr", PEOPLE), ("hr", "select * from employee"),
         ("hr", "select dept_no, count(*) as n, avg(amount) as mean "
                "from dept_emp join salary using (emp_no) group by dept_no"),
         ("odd", "select * from t"), ("odd", "select * from c")]


@pytest.fixture(params=CASES, ids=["people", "employees", "means", "odd",
                                   "controls"])
def case(request):
    name, sql = request.param
    db = request.getfixturevalue(name)
    return db, sql, *rows_of(db, sql)


def test_json(case):
    db, sql, names, rows = case
    out, said = encode(db, sql, "json")
    got = json.loads(out)
    assert said["rows"] == len(rows) and said["bytes"] == len(out)
    assert all(list(g) == names for g in got)
    check([tuple(g.values()) for g in got],
          [tuple(map(in_json, r)) for r in rows])


def test_ndjson(case):
    db, sql, names, rows = case
    out, _ = encode(db, sql, "ndjson")
    got = [json.loads(line) for line in out.split(b"\n")[:-1]]
    assert out.endswith(b"\n")
    check([tuple(g.values()) for g in got],
          [tuple(map(in_json, r)) for r in rows])


def test_csv(case):
    db, sql, names, rows = case
    out, _ = encode(db, sql, "csv")
    text = out.decode("utf-8")
    got = list(csv.reader(io.StringIO(text, newline="")))
    assert got[0] == names
    check(got[1:], [list(map(in_text, r)) for r in rows])
    empty = sum(v == "" or v == b"" for r in rows for v in r)
    assert len(re.findall(r'(?:^|,)""(?=,|\r\n)', text, re.M)) == empty


def test_csv_for_excel(odd):
    names, rows = rows_of(odd, "select * from t")
    out, _ = encode(odd, "select * from t", "csv", "excel")
    got = list(csv.reader(io.StringIO(out.decode("utf-8-sig"), newline="")))

    def guarded(value):
        text = in_text(value)
        if isinstance(value, (str, bytes)) and text[:1] in tuple("=+-@\t\r"):
            return "'" + text
        return text

    assert out.startswith(b"\xef\xbb\xbf")
    check(got[1:], [list(map(guarded, r)) for r in rows])
    assert sum(map(len, got)) and any("'=1+1" in r for r in got)


def test_xml(case):
    db, sql, names, rows = case
    out, _ = encode(db, sql, "xml")
    root = ET.fromstring(out)

    def name(element):
        return re.sub("_x([0-9A-F]{4,6})_",
                      lambda m: chr(int(m[1], 16)), element.tag)

    def value(element):
        if element.get(NIL) == "true":
            return None
        if element.get("encoding") == "base64":
            return base64.b64decode(element.text or "")
        return element.text or ""

    def want(v):
        if v is None or isinstance(v, bytes):
            return v
        if isinstance(v, str) and re.search(
                "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", v):
            return v.encode()
        return in_text(v)

    assert all([name(e) for e in row] == names for row in root)
    check([tuple(map(value, row)) for row in root],
          [tuple(map(want, r)) for r in rows])


class Table(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.rows, self.cell = [], None

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.cell = ""

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.rows[-1].append(self.cell)
            self.cell = None


def test_html(case):
    db, sql, names, rows = case
    out, _ = encode(db, sql, "html")
    table = Table()
    table.feed(out.decode("utf-8"))
    assert table.rows[0] == names
    assert out.startswith(b"<!doctype html>") and b'<html lang="th">' in out
    check(table.rows[1:], [list(map(in_text, r)) for r in rows])


def sheet_rows(out):
    book = openpyxl.load_workbook(io.BytesIO(out))
    return book, [
        [tuple(unescape(v) if isinstance(v, str) else v for v in r)
         for r in sheet.iter_rows(values_only=True)]
        for sheet in book.worksheets]


def test_xlsx(case):
    db, sql, names, rows = case
    out, _ = encode(db, sql, "xlsx")
    book, (got,) = sheet_rows(out)
    sheet = book.worksheets[0]

    assert book.sheetnames == ["ข้อมูล"]
    assert sheet.freeze_panes == "A2" and sheet["A1"].font.b
    assert sheet.auto_filter.ref == sheet.dimensions
    assert list(got[0]) == names
    check(got[1:], [tuple(map(in_cell, r)) for r in rows])


def test_xlsx_dates_and_booleans(odd):
    sql = ("select '2026-11-20' as d, '2026-11-20 08:09:10' as m, 1 as b, "
           "'9999-12-31' as e, '1899-12-31' as old, '2569-99-99' as wrong, "
           "'2026-11-20' as t")
    out, _ = encode(odd, sql, "xlsx", "d:date", "m:datetime", "b:boolean",
                    "e:date", "old:date", "wrong:date")
    _, ((_, row),) = sheet_rows(out)
    assert row == (datetime.datetime(2026, 11, 20),
                   datetime.datetime(2026, 11, 20, 8, 9, 10), True,
                   datetime.datetime(9999, 12, 31), "1899-12-31",
                   "2569-99-99", "2026-11-20")
    assert row[2] is True


def test_xlsx_goes_on_in_further_sheets(hr):
    sql = "select emp_no, first_name from employee order by emp_no"
    _, rows = rows_of(hr, sql)
    out, _ = encode(hr, sql, "xlsx", "sheet=3001")
    book, sheets = sheet_rows(out)
    assert book.sheetnames == ["ข้อมูล", "ข้อมูล (2)", "ข้อมูล (3)",
                               "ข้อมูล (4)"]
    assert all(s[0] == ("emp_no", "first_name") for s in sheets)
    assert [r for s in sheets for r in s[1:]] == rows


def test_dropped_columns_stay_behind(hr):
    for form in FORMS:
        out, _ = encode(hr, "select emp_no, last_name as secret_name "
                            "from employee limit 5", form, "drop=secret_name")
        if form == "xlsx":
            pages = zipfile.ZipFile(io.BytesIO(out))
            out = b"".join(pages.read(n) for n in pages.namelist())
        assert b"secret" not in out and b"Facello" not in out
        assert b"emp_no" in out


@pytest.mark.parametrize("form", FORMS)
def test_equal_input_gives_equal_bytes(odd, form):
    first = encode(odd, "select * from t", form)[0]
    assert encode(odd, "select * from t", form)[0] == first
    assert encode(odd, "select * from t", form, "flush")[0] == first


MANY = """
with recursive n(i) as (select 1 union all select i + 1 from n where i < {})
select i as id, 'นักศึกษา ' || i as name, (i * 7 % 400) / 100.0 as gpa,
       'SCI' || i % 9 as faculty, '2026-0' || (1 + i % 9) || '-15' as since,
       iif(i % 10, 'x, "y"', null) as note, i * 1.25 as amount, i % 2 as odd
  from n
"""


@pytest.mark.parametrize("form", FORMS)
def test_memory_is_flat(odd, form, tmp_path):
    """A million rows need what ten thousand need."""
    out = tmp_path / "out"
    with out.open("wb") as f:
        done = subprocess.run([ENCODE, odd, MANY.format(1_000_000), form],
                              stdout=f, stderr=subprocess.PIPE, timeout=300)
    said = json.loads(done.stderr)
    print(form, said)
    assert said["rows"] == 1_000_000 and said["bytes"] == out.stat().st_size
    assert said["max_kb"] - said["warm_kb"] < 512
    assert said["max_kb"] < 32 * 1024


@pytest.mark.long
def test_a_sheet_ends_where_excel_ends(odd, full_size):
    out, _ = encode(odd, MANY.format(1_100_000), "xlsx")
    again, _ = encode(odd, MANY.format(1_100_000), "xlsx")
    assert hashlib.sha256(out).digest() == hashlib.sha256(again).digest()
    book = zipfile.ZipFile(io.BytesIO(out))
    first = book.read("xl/worksheets/sheet1.xml")
    second = book.read("xl/worksheets/sheet2.xml")
    assert first.count(b"<row ") == 1_048_576
    assert second.count(b"<row ") == 1_100_000 - 1_048_575 + 1
    assert b'<c r="A1048576"><v>1048575</v></c>' in first
    assert b'<c r="A2"><v>1048576</v></c>' in second
    assert b"sheet3" not in b" ".join(n.encode() for n in book.namelist())
