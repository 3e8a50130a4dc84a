"""The gate with AddressSanitizer and UBSan, as ./test builds it, over the doors of
tables that are sent in: what is hostile, what is only odd, and what is neither. What
they find stands in the log and fails the test (conftest.Place.remove)."""
import io
import os
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pytest
import requests

import conftest
import tables
from conftest import ROOT

SANITIZED = Path(os.environ.get("PRATU_SANITIZED",
                                ROOT / "build-asan" / "pratu"))
CORPUS = ROOT / "tests" / "fuzz" / "corpus"
BY = "pimchanok.t@example.ac.th"


def workbook():
    made = openpyxl.Workbook()
    made.active.append(["รหัส", "วันที่", "จำนวน"])
    for i in range(300):
        made.active.append([i, "20/11/2549" if i % 7 else "ไม่ทราบ",
                            "ก" * 40_000 if i == 3 else i])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def files():
    for kind, end, other in (("sheet_text", "csv", "xlsx"),
                             ("sheet_xlsx", "xlsx", "csv")):
        for i, path in enumerate(sorted((CORPUS / kind).iterdir())):
            yield f"{path.name}.{end}", path.read_bytes()
            if i % 4 == 0:
                yield f"{path.name}.{other}", path.read_bytes()
    book = workbook()
    yield "whole.xlsx", book
    for n in (len(book) // 3, len(book) - 30):
        yield "cut.xlsx", book[:n]
        yield "flipped.xlsx", book[:n] + bytes([book[n] ^ 1]) + book[n + 1:]
    # The longest cells, many columns, rows of other lengths.
    yield "long.csv", ("a,b\n" + "ก" * 43_000 + ",1\n").encode()
    yield "wide.csv", (",".join(f"c{i}" for i in range(1024)) + "\n1\n").encode()
    yield "many.csv", b"a,b\n" + b"".join(b"%d,x%d\n" % (i, i)
                                          for i in range(3000))


def asked(desk, one, other):
    """Every door of a table that was read."""
    ask = {"upload": one, "request": "T-1", "by": BY, "lang": "th"}
    key = tables.state(desk, one)["found"]["columns"][0]["name"]
    status, look = tables.gate_call(desk, "/table-look", ask)
    assert status == 200, look
    for with_, wanted in ((one, (200,)), (other, (200, 422))):
        status, found = tables.gate_call(
            desk, "/table-difference", ask | {"with": with_, "key": key})
        assert status in wanted, found
    url = f"{desk.university.gate}/v1/c/" + tables.ticket(desk, one, "corrected")
    got = requests.get(url, timeout=60)
    assert got.status_code == 200, got.text
    openpyxl.load_workbook(io.BytesIO(got.content), read_only=True)


def hostile(desk):
    """What is no upload, at the doors of uploads."""
    gate = desk.university.gate
    one = tables.announce(desk, "T-1", "a.csv")
    url = f"{gate}/v1/u/{tables.ticket(desk, one)}"
    for secret in ("prf_x", "%00", "a" * 4000, "..%2f..%2fuploads.secret"):
        for method in ("PUT", "GET", "POST", "OPTIONS"):
            assert requests.request(method, f"{gate}/v1/u/{secret}", data=b"a",
                                    timeout=60).status_code < 500
    assert requests.put(url, data=b"", timeout=60).status_code == 422
    form = {"file": ("ก" * 300 + '";\x01', b"a\n1\n"), "more": ("b", b"")}
    assert requests.post(url, files=form, timeout=60).status_code == 422
    host = urlsplit(gate)
    with socket.create_connection((host.hostname, host.port)) as s:
        s.sendall(f"PUT {urlsplit(url).path} HTTP/1.1\r\nHost: x\r\n"
                  "Content-Length: 100000\r\n\r\nhalf".encode())
    for body in ({}, {"upload": 1, "request": []}, {"upload": "x" * 3000}, []):
        for path in ("/table-look", "/table-difference"):
            assert tables.gate_call(desk, path, body)[0] < 500
    tables.bring(desk, one, b"a\n1\n")


def test_the_doors_of_tables(make_place, monkeypatch):
    if not SANITIZED.exists():
        pytest.skip(f"{SANITIZED} is not built; ./test does")
    monkeypatch.setattr(conftest, "PRATU", SANITIZED)
    # Looking for leaks needs what the fence forbids; memory is the arenas'.
    monkeypatch.setenv("ASAN_OPTIONS", "detect_leaks=0")
    desk = tables.Stores(make_place().serve())
    hostile(desk)
    sent = [(name, tables.send(desk, "T-1", name, content))
            for name, content in files() if content]
    read = []
    for name, one in sent:
        row = tables.settled(desk, one)
        # Not one took its process with it.
        assert row["state"] in ("read", "refused"), (name, row)
        if row["state"] == "read":
            read.append(one)
        else:
            assert row["finding"]["code"] not in ("stopped", "memory"), (name, row)
    assert len(read) > 10
    # The last are the longest and the widest.
    for one, other in zip(read[::-1][:3], read[::4]):
        asked(desk, one, other)
    gate = desk.university.processes()["pratu-gate"]
    tables.path_of(desk, read[0]).unlink()
    tables.choose(desk, read[0], {})
    assert tables.settled(desk, read[0])["state"] == "lost"
    sha = desk.store(f"select sha256 from upload where id = '{read[1]}'",
                     "shared")[0]["sha256"]
    desk.change("shared", "insert into disposal (request, kind, sha256, subject,"
                " name, bytes, ordered, how, gone) values"
                f" ('T-1', 'uploads', '{sha}', '{read[1]}', 'a', 1,"
                f" {int(time.time() * 1000)}, '', 0)")
    conftest.wait_until("destroyed", lambda: tables.state(desk, read[1])["state"]
                        == "destroyed")
    # It is the same one that began, and ends as it should.
    assert desk.university.processes()["pratu-gate"] == gate
