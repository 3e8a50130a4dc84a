"""Files that requesters send in, read by the child that can do nothing else: cell
for cell what openpyxl's read-only mode and Python's csv read out of the same files,
in flat memory. At full size the largest that are taken; in short a tenth in
memory, and 8,000 rows cell for cell (openpyxl alone takes a minute for a tenth)."""
import csv
import subprocess
import sys

import openpyxl
import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "bench"))

import sheets  # noqa: E402

MOST_KIB = 64 * 1024


def rows(full_size):
    return 1_048_576 if full_size else 104_857


@pytest.mark.long
def test_a_workbook_of_many_rows(full_size, tmp_path):
    path = tmp_path / "a.xlsx"
    sheets.make_xlsx(path, rows(full_size))
    n, cells, seconds, child, own = sheets.count(path)
    print(f"{n} rows in {seconds} s; child {child} KiB, reader +{own} KiB")
    assert n == rows(full_size) and cells == n * sheets.COLUMNS
    assert child < MOST_KIB and own < MOST_KIB
    if not full_size:
        n = 8_000
        sheets.make_xlsx(path, n)
    assert sheets.compare(path, sheets.theirs_xlsx(path)) == n * sheets.COLUMNS


@pytest.mark.long
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp874", "utf-16"])
def test_a_text_of_many_rows(encoding, full_size, tmp_path):
    path = tmp_path / "a.csv"
    size = 200 * 2**20 if full_size else 20 * 2**20
    sheets.make_csv(path, size if encoding == "utf-8-sig" else size // 10,
                    encoding)
    n, cells, seconds, child, own = sheets.count(path)
    print(f"{n} rows in {seconds} s; child {child} KiB, reader +{own} KiB")
    assert child < MOST_KIB and own < MOST_KIB
    assert n > 500
    sheets.compare(path, sheets_of_text(path, encoding))


def sheets_of_text(path, encoding):
    """A text has texts alone."""
    yield from sheets.theirs_csv(path, encoding)


def test_a_difference_is_found(tmp_path):
    path = tmp_path / "a.xlsx"
    sheets.make_xlsx(path, 50)
    told = [list(r) for r in sheets.theirs_xlsx(path)]
    assert sheets.compare(path, told) == 50 * sheets.COLUMNS
    told[30][4] += " "
    with pytest.raises(AssertionError, match="row 31"):
        sheets.compare(path, told)
    with pytest.raises(AssertionError, match="more rows"):
        sheets.compare(path, told[:20])


def test_a_workbook_that_openpyxl_made(tmp_path):
    """Its formulas have no values yet: that is said with their place."""
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["ชื่อ", "จำนวน"])
    book.active.append(["น้ำ", 1.5])
    book.save(path)
    done = subprocess.run([sheets.PRINT, path], text=True, capture_output=True)
    assert done.stdout == "1\tsชื่อ\tsจำนวน\n2\tsน้ำ\tn1.5\n", done.stderr
    book.active["B3"] = "=SUM(B2:B2)"
    book.save(path)
    done = subprocess.run([sheets.PRINT, path], text=True, capture_output=True,
                          env={"TMPDIR": str(tmp_path)})
    assert done.returncode == 1 and "Cell B3 has a formula" in done.stderr


def test_a_text_that_python_wrote(tmp_path):
    path = tmp_path / "a.csv"
    with open(path, "w", encoding="cp874", newline="") as f:
        out = csv.writer(f, delimiter=";")
        out.writerows([["ก", 'x"y', ""], ["น้ำ;", "a\nb", "1"]])
    done = subprocess.run([sheets.PRINT, path], text=True, capture_output=True)
    assert done.stdout == "1\tsก\tsx\"y\n2\tsน้ำ;\tsa\\nb\ts1\n", done.stderr
