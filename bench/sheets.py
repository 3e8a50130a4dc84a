"""Files that somebody sends in: deterministic workbooks and texts, our reader of
them (tests/unit/sheet_print), and the peers, openpyxl's read-only mode and
Python's csv. bench/sheet prints the table; tests/web/test_sheets.py compares the
cells."""
import csv
import datetime
import gc
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import openpyxl

ROOT = Path(__file__).parent.parent
PRINT = ROOT / "build/tests/unit/sheet_print"
COLUMNS = 20
FACULTIES = ["คณะวิศวกรรมศาสตร์", "คณะวิทยาศาสตร์", "คณะเทคโนโลยีสารสนเทศ",
             "คณะครุศาสตร์อุตสาหกรรม", "วิทยาลัยนานาชาติ"]
STATUS = ["ปกติ", "ลาพักการศึกษา", 'ทุน "เรียนดี"', "a, b", "พ้นสภาพ\nตามประกาศ"]
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
OURS = "http://schemas.openxmlformats.org/package/2006"


def row_of(i):
    """The 20 values of row i: eight texts, six whole numbers, three others, two
    dates and a boolean."""
    return [f"{6_000_000_000 + i}", f"นางสาวชื่อที่ {i}", f"สกุลที่ {i * 7 % 999_983}",
            FACULTIES[i % 5], STATUS[i % 4 + (i % 97 == 0)],
            f"s{i}@example.ac.th", f"ถนน {i % 1000} แขวง {i % 77}",
            FACULTIES[i * 3 % 5], i, i % 101, i * 37 % 65_536,
            10**9 + i, i % 7, 2_560 + i % 10, (i % 251 + 150) / 100,
            i / 64, -i / 7,
            datetime.datetime(1995, 1, 1) + datetime.timedelta(days=i % 5000),
            datetime.datetime(2026, 1, 1, 8) + datetime.timedelta(
                seconds=i % 86_400 * 365),
            i % 3 == 0]


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def serial(when):
    delta = when - datetime.datetime(1899, 12, 30)
    return repr(delta.days + delta.seconds / 86400)


LETTERS = [chr(65 + i) for i in range(COLUMNS)]


def row_xml(number, values, strings):
    cells = []
    for letter, v in zip(LETTERS, values):
        at = f'<c r="{letter}{number}"'
        if isinstance(v, str):
            k = strings.setdefault(v, len(strings))
            cells.append(f'{at} t="s"><v>{k}</v></c>')
        elif isinstance(v, bool):
            cells.append(f'{at} t="b"><v>{int(v)}</v></c>')
        elif isinstance(v, datetime.datetime):
            style = 2 if v.hour or v.minute or v.second else 1
            cells.append(f'{at} s="{style}"><v>{serial(v)}</v></c>')
        else:
            cells.append(f"{at}><v>{v!r}</v></c>")
    return f'<row r="{number}">{"".join(cells)}</row>'


def parts():
    rel = f'<Relationship Id="r{{}}" Type="{RELS}/{{}}" Target="{{}}"/>'

    def relations(*several):
        return (f'{HEAD}<Relationships xmlns="{OURS}/relationships">'
                + "".join(rel.format(*r) for r in several)
                + "</Relationships>")
    override = '<Override PartName="/xl/{}.xml" ContentType="' + TYPES + '.{}+xml"/>'
    yield "[Content_Types].xml", (
        f'{HEAD}<Types xmlns="{OURS}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + override.format("workbook", "sheet.main")
        + override.format("worksheets/sheet1", "worksheet")
        + override.format("styles", "styles")
        + override.format("sharedStrings", "sharedStrings") + "</Types>")
    yield "_rels/.rels", relations((1, "officeDocument", "xl/workbook.xml"))
    yield "xl/workbook.xml", (
        f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELS}"><sheets>'
        '<sheet name="data" sheetId="1" r:id="r1"/></sheets></workbook>')
    yield "xl/_rels/workbook.xml.rels", relations(
        (1, "worksheet", "worksheets/sheet1.xml"), (2, "styles", "styles.xml"),
        (3, "sharedStrings", "sharedStrings.xml"))
    yield "xl/styles.xml", (
        f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts><font/></fonts><fills><fill>'
        '<patternFill patternType="none"/></fill></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/>'
        '</cellXfs><cellStyles><cellStyle name="Normal" xfId="0" builtinId="0"/>'
        "</cellStyles></styleSheet>")


def make_xlsx(path, rows):
    """With every text in the shared strings, which a heading row begins."""
    strings = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED,
                         compresslevel=1) as z:
        for name, text in parts():
            z.writestr(name, text)
        with z.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as f:
            f.write(f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            for i in range(1, rows + 1):
                values = [f"col {c}" for c in LETTERS] if i == 1 else row_of(i)
                f.write(row_xml(i, values, strings).encode())
            f.write(b"</sheetData></worksheet>")
        with z.open("xl/sharedStrings.xml", "w", force_zip64=True) as f:
            f.write(f'{HEAD}<sst xmlns="{MAIN}">'.encode())
            for text in strings:
                f.write(f"<si><t>{escape(text)}</t></si>".encode())
            f.write(b"</sst>")


def make_csv(path, most_bytes, encoding="utf-8-sig"):
    """As many rows as there is room for."""
    with open(path, "w", encoding=encoding, newline="") as f:
        out = csv.writer(f)
        out.writerow([f"col {c}" for c in LETTERS])
        i = 2
        while i % 64 or f.buffer.tell() < most_bytes - 64 * 600:
            out.writerow(row_of(i))
            i += 1


def theirs_xlsx(path):
    book = openpyxl.load_workbook(path, read_only=True)
    yield from book.worksheets[0].iter_rows(values_only=True)
    book.close()


def theirs_csv(path, encoding="utf-8-sig"):
    with open(path, encoding=encoding, newline="") as f:
        yield from csv.reader(f)


def count(path):
    """Rows, cells, seconds, the child's memory and our growth in KiB."""
    done = subprocess.run([PRINT, "--count", path], text=True,
                          capture_output=True)
    assert done.returncode == 0, done.stderr
    told = done.stdout.split()
    return int(told[0]), int(told[1]), float(told[2]), int(told[3]), int(told[4])


def count_theirs(rows):
    gc.collect()
    begun = time.monotonic()
    n = sum(1 for _ in rows)
    return n, time.monotonic() - begun


def shown(value):
    """As sheet_print shows it."""
    if value is None or value == "":
        return "-"
    if isinstance(value, str):
        return "s" + (value.replace("\\", "\\\\").replace("\t", "\\t")
                      .replace("\n", "\\n").replace("\r", "\\r"))
    if isinstance(value, bool):
        return "btrue" if value else "bfalse"
    if isinstance(value, datetime.datetime):
        # openpyxl rounds to microseconds, we to seconds.
        value += datetime.timedelta(microseconds=500_000)
        value = value.replace(microsecond=0)
        if value.hour or value.minute or value.second:
            return "d" + value.isoformat()
        return "d" + value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"n{value!r}"


def compare(path, rows):
    """How many cells are equal in both; the first that is not is said. Ours come
    to their end first: whoever reads as slowly as a peer is given up."""
    n = 0
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n") as ours:
        subprocess.run([PRINT, path], stdout=ours, check=True)
        ours.seek(0)
        for number, values in enumerate(rows, 1):
            want = [shown(v) for v in values]
            got = ours.readline().rstrip("\n").split("\t")[1:]
            # A moment at midnight is told by its format alone.
            got = [g.removesuffix("T00:00:00") for g in got]
            assert got == want, f"row {number}: {got} is not {want}"
            n += len(want)
        assert ours.readline() == "", "we have more rows"
    return n


def table(rows):
    with tempfile.TemporaryDirectory(prefix="pratu-bench.") as home:
        book, text = Path(home) / "a.xlsx", Path(home) / "a.csv"
        make_xlsx(book, rows)
        make_csv(text, 200 * 2**20 * rows // 1_048_576)
        print(f"{rows:,} rows of {COLUMNS} columns, {book.stat().st_size >> 20}"
              f" MiB; CSV of {text.stat().st_size >> 20} MiB\n")
        for name, path, theirs in (("openpyxl, read-only", book, theirs_xlsx),
                                   ("Python's csv", text, theirs_csv)):
            n, cells, seconds, child, own = count(path)
            m, their_seconds = count_theirs(theirs(path))
            assert n == m, (n, m)
            print(f"{path.suffix[1:]:5} {n:,} rows, {cells:,} cells in "
                  f"{seconds:.2f} s; {name} {their_seconds:.2f} s; ratio "
                  f"{their_seconds / seconds:.2f}; memory: child "
                  f"{child / 1024:.1f} MiB, reader +{own / 1024:.1f} MiB")
            sys.stdout.flush()


if __name__ == "__main__":
    table(int(sys.argv[1]) if len(sys.argv) > 1 else 1_048_576)
