"""Texts that break files: whatever they hold comes back from CSV and from a
workbook, by Python's readers and by LibreOffice, which must open what we make."""
import csv
import io
import json
import os
import sqlite3
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from test_forms import ENCODE, b64, check, encode, in_cell, rows_of, sheet_rows

NASTY = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n",
         "\r\n", '"', '""', ",", ";", "'", "\x00", "\x01\x1f", "\x7f", "\x85",
         "\ufeff", "\ufffe", "\uffff", "\u2028", "\u202e", "_x0041_",
         "_x000D_", "_x_", "]]>", "<a>&amp;", " ", "  lead", "trail  ", "1e5",
         "0012", "TRUE", "#N/A", "2026-11-20", "น้ำ", "\U0001f600", "e\u0301"]
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(
    st.characters(blacklist_categories=("Cs",)), max_size=30),
    st.lists(st.sampled_from(NASTY), max_size=6).map("".join))
VALUES = st.one_of(st.none(), TEXTS, st.integers(-2**63, 2**63 - 1),
                   st.floats(allow_nan=False, allow_infinity=False),
                   st.binary(max_size=20))
ROWS = st.lists(st.tuples(VALUES, TEXTS, VALUES), max_size=12)
PROPERTY = settings(max_examples=15, deadline=None, print_blob=True,
                    database=None,
                    suppress_health_check=[
                        HealthCheck.function_scoped_fixture,
                        HealthCheck.too_slow])
SQL = "select a, b, c from t"


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile") / "t.db"
    db = sqlite3.connect(path)
    db.execute("create table t(a, b, c)")
    db.commit()
    db.close()
    return path


def fill(path, rows):
    db = sqlite3.connect(path)
    db.execute("delete from t")
    db.executemany("insert into t values (?,?,?)", rows)
    db.commit()
    db.close()
    return rows_of(path, SQL)[1]


def records(content):
    """RFC 4180, read by hand: Python's reader cannot take every text."""
    text, out, row, i = content.decode(), [], [], 0
    while i < len(text):
        if text[i] == '"':
            cell, i = "", i + 1
            while text[i] != '"' or text[i + 1:i + 2] == '"':
                cell += text[i]
                i += 2 if text[i] == '"' else 1
            i += 1
        else:
            end = i
            while text[end] not in ",\r":
                end += 1
            cell, i = text[i:end] or None, end
        row.append(cell)
        if text[i] == ",":
            i += 1
        else:
            assert text[i:i + 2] == "\r\n"
            out.append(row)
            row, i = [], i + 2
            continue
        if text[i:i + 2] == "\r\n":
            row.append(None)
            out.append(row)
            row, i = [], i + 2
    return out


def as_text(value):
    if value is None or isinstance(value, str):
        return value
    return b64(value) if isinstance(value, bytes) else repr(value)


def equal_texts(got, want):
    for g, w in zip(got, want, strict=True):
        for have, value in zip(g, w, strict=True):
            if isinstance(value, float):
                assert float(have) == value
            else:
                assert have == as_text(value), (have, value)


@PROPERTY
@given(rows=ROWS)
def test_csv_gives_back_every_text(base, rows):
    rows = fill(base, rows)
    out, _ = encode(base, SQL, "csv")
    got = records(out)
    assert got[0] == ["a", "b", "c"]
    equal_texts(got[1:], rows)
    if "\0" not in out.decode():
        python = list(csv.reader(io.StringIO(out.decode(), newline="")))
        assert [[v or "" for v in r] for r in got] == python


@PROPERTY
@given(rows=ROWS)
def test_csv_for_excel_holds_no_formula(base, rows):
    rows = fill(base, rows)
    out, _ = encode(base, SQL, "csv", "excel")
    assert out.startswith(b"\xef\xbb\xbf")
    got = records(out[3:])
    for have, want in zip(got[1:], rows, strict=True):
        for cell, value in zip(have, want, strict=True):
            if not isinstance(value, (str, bytes)):
                continue
            value = as_text(value)
            risky = value[:1] in ("=", "+", "-", "@", "\t", "\r") and value
            assert cell == ("'" + value if risky else value)


@PROPERTY
@given(rows=ROWS)
def test_a_workbook_gives_back_every_value(base, rows):
    rows = fill(base, rows)
    out, _ = encode(base, SQL, "xlsx")
    _, (got,) = sheet_rows(out)
    want = [tuple(None if v in ("", b"") else in_cell(v) for v in r)
            for r in rows]
    check([tuple(None if v == "" else v for v in r) for r in got[1:]], want)


@PROPERTY
@given(rows=ROWS)
def test_json_gives_back_every_value(base, rows):
    rows = fill(base, rows)
    out, _ = encode(base, SQL, "json")
    for have, want in zip(json.loads(out), rows, strict=True):
        for cell, value in zip(have.values(), want, strict=True):
            if isinstance(value, int) and abs(value) > 2**53:
                value = str(value)
            assert cell == (b64(value) if isinstance(value, bytes) else value)


@pytest.mark.parametrize("text, fits", [
    ("x" * 32767, True), ("x" * 32768, False), ("\U0001f600" * 16383, True),
    ("\U0001f600" * 16384, False), ("ก" * 32767, True)],
    ids=["ascii", "one more", "astral", "astral, one more", "Thai"])
def test_a_text_too_long_for_a_cell_is_refused_never_cut(base, text, fits):
    fill(base, [(1, text, None)])
    done = subprocess.run([ENCODE, base, SQL, "xlsx"], capture_output=True,
                          timeout=60)
    assert (done.returncode == 0) == fits
    if fits:
        assert sheet_rows(done.stdout)[1][0][1][1] == text


@pytest.mark.long
def test_libreoffice_opens_a_workbook(base, tmp_path, full_size):
    """All sheets of it, with the texts that are not XML's."""
    texts = [t for t in NASTY if "\r" not in t]  # which CSV readers differ on
    rows = fill(base, [(i, t, i / 8) for i, t in enumerate(texts * 20)])
    out, _ = encode(base, SQL, "xlsx", "sheet=401", "note")
    (tmp_path / "book.xlsx").write_bytes(out)
    done = subprocess.run(
        ["soffice", "--headless", "--convert-to",
         "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,"
         "false,false,-1", "--outdir", tmp_path, tmp_path / "book.xlsx"],
        capture_output=True, timeout=120,
        env={**os.environ, "HOME": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    got = []
    parts = sorted(tmp_path.glob("book-*.csv"), key=lambda p: len(p.name))
    told = [p for p in parts if "เกี่ยวกับ" in p.name]
    assert len(told) == 1 and "รายชื่อ <a> &" in told[0].read_text("utf-8-sig")
    for part in [p for p in parts if p not in told]:
        text = part.read_bytes().decode("utf-8-sig")
        got += list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert len(got) == len(rows)
    for have, want in zip(got, rows):
        assert int(have[0]) == want[0] and float(have[2]) == want[2]
        if want[1].isprintable():
            assert have[1] == want[1]
