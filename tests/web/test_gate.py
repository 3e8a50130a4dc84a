"""The gate answers a connection: who may pass, what is refused and how, what is
recorded, what ends an answer on its way."""
import base64
import concurrent.futures
import contextlib
import hashlib
import html
import http.client
import os
import re
import socket
import subprocess
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

import framing_corpus as corpus
from conftest import wait_until
from gate_work import (GateStore, deliver, gate_pid, memory_kib, problem,
                       settle, within)
from journey import Desk, desk  # noqa: F401

ROWS = 1_000_000
# Rows from nowhere, as many as wanted: a source of any size without a file.
MANY = ("with recursive n(i) as (select 1 union all select i + 1 from n"
        f" where i < {ROWS}) select i, 'แถวที่ ' || i as name,"
        " i * 0.5 as half, 'CS' || (i % 97) as code from n")
# The same without its end, for what is cut: far more than any buffer.
SLOW = MANY.replace(str(ROWS), str(4 * ROWS))
SMALL = ("select department_code, name_th, parent_code from department"
         " order by department_code")


@pytest.fixture
def ledger(university):
    return GateStore(university)


@pytest.fixture
def small(desk):  # noqa: F811
    """A connection of a few rows; one is made for all tests of a university."""
    if not hasattr(desk, "gate_small"):
        desk.gate_small = deliver(
            desk, sql=SMALL, outlets=["api-get", "api-post"],
            formats=["json", "csv", "html"], filterable=["department_code"],
            columns=[{"name": "department_code", "title_th": "รหัส",
                      "title_en": "Code"},
                     {"name": "name_th", "class": "public"},
                     {"name": "parent_code", "mask": "drop"}])
    return desk.gate_small


@pytest.fixture
def call(small):
    return small.once("api-get")


@pytest.fixture
def many(desk):  # noqa: F811
    if not hasattr(desk, "gate_many"):
        desk.gate_many = deliver(desk, sql=MANY,
                                 formats=["json", "csv", "xlsx", "ndjson"])
    return desk.gate_many


# -- who may pass

@pytest.mark.both_stores
def test_a_key_opens_its_connection(desk, call):  # noqa: F811
    answer = call.get()
    assert answer.status_code == 200
    want = desk.rows("HRIS", SMALL)
    assert [tuple(r.values()) for r in answer.json()] == \
        [(code, name) for code, name, _ in want]
    assert list(answer.json()[0]) == ["department_code", "name_th"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} 17:00:00 GMT",
                        answer.headers["Sunset"])


def test_basic_with_the_key_as_password(call):
    for user in ("", "anybody", "ผู้ใช้"):
        token = base64.b64encode(f"{user}:{call.key}".encode()).decode()
        answer = call.get(headers={"Authorization": "Basic " + token})
        assert answer.status_code == 200, user


@pytest.mark.parametrize("header, code", [
    (None, "key-missing"), ("", "key-missing"), ("Bearer", "key-missing"),
    ("Bearer ", "key-missing"), ("Basic !!!", "key-missing"),
    ("Basic " + base64.b64encode(b"no colon").decode(), "key-missing"),
    ("Token prk_x", "key-missing"), ("Bearer prk_wrong", "key-wrong"),
    pytest.param("Bearer " + "x" * 5000, "key-missing", id="long"),
    ("Basic " + base64.b64encode(b"me:prk_wrong").decode(), "key-wrong")])
def test_no_key_or_a_wrong_one(call, header, code):
    answer = call.get(headers={"Authorization": header})
    problem(answer, 401, code)
    assert "Bearer" in answer.headers["WWW-Authenticate"]
    assert "Basic" in answer.headers["WWW-Authenticate"]
    # The same before anything else is looked at.
    for path in (".xml", "?limit=x", "/about", "/openapi.json"):
        problem(call.get(path, headers={"Authorization": header}), 401, code)


def test_challenges_stand_in_lines_of_their_own(call):
    """A browser reads the first of a line: it would never ask for the key."""
    at = urlsplit(call.url)
    c = http.client.HTTPConnection(at.netloc, timeout=10)
    c.request("GET", at.path)
    lines = c.getresponse().headers.get_all("WWW-Authenticate")
    c.close()
    assert [line.split()[0] for line in lines] == ["Basic", "Bearer"]


def test_a_person_s_token_is_no_key(desk, call):  # noqa: F811
    problem(call.send(key=desk.requester.token), 401, "key-wrong")


def test_unknown_and_not_yours_are_one_answer(small, call):
    other = small.once("api-post")
    mine = problem(call.send(key=other.key), 404, "no-such-door")
    here = urlsplit(call.url)
    for path in ("/v1/d/none", "/v1/d/" + "a" * 24, "/v1/d/'--"):
        answer = requests.get(f"{here.scheme}://{here.netloc}{path}", headers={
            "Authorization": f"Bearer {call.key}", "Accept-Language": "en"},
            timeout=10)
        assert problem(answer, 404, "no-such-door") == mine


@pytest.mark.both_stores
def test_keys_are_shown_once_listed_and_removed(desk, small, call):  # noqa: F811
    path = f"/connections/{call.id}"
    made = desk.requester.api.post(path + "/keys").json()
    assert made["key"].startswith("prk_") and len(made["key"]) > 40
    listed = {k["id"]: k for k in desk.requester.get(path)["keys"]}
    assert listed[made["id"]]["hint"] == made["key"][:8]
    assert made["key"] not in str(listed)
    assert call.send(key=made["key"]).status_code == 200
    gone = desk.requester.api.delete(f"{path}/keys/{made['id']}")
    assert gone.status_code == 204
    took = within(1, "401", lambda: call.send(
        key=made["key"]).status_code == 401)
    problem(call.send(key=made["key"]), 401, "key-wrong")
    assert took < 1
    # The others go on.
    assert call.get().status_code == 200
    # Somebody else has no say in it.
    answer = desk.other.api.post(path + "/keys")
    assert answer.status_code in (403, 404)


@pytest.mark.both_stores
def test_only_the_key_s_hash_is_stored(call, ledger):
    row = ledger.rows("select * from access_key where connection ="
                     f" '{call.id}'")
    assert row and call.key not in str(row)


def test_address_outside_of_the_networks(desk):  # noqa: F811
    far = deliver(desk, sql=SMALL, networks=["10.0.0.0/8", "2001:db8::/32"])
    call = far.connection()
    problem(call.get(), 403, "address-not-allowed")
    problem(call.get("/about"), 403, "address-not-allowed")
    near = deliver(desk, sql=SMALL, networks=["10.0.0.0/8", "127.0.0.1"])
    assert near.connection().get().status_code == 200


@pytest.mark.both_stores
def test_days_of_a_connection(desk, ledger):  # noqa: F811
    """Its first and last day come in no test: the row is edited."""
    call = deliver(desk, sql=SMALL).connection()
    row = ledger.one(f"select * from connection where id = '{call.id}'")
    now = int(time.time() * 1000)
    ledger.change(f"update connection set starts = {now + 60000}"
                 f" where id = '{call.id}'")
    problem(call.get(), 403, "connection-early")
    ledger.change(f"update connection set starts = {row['starts']},"
                 f" expires = {now - 1} where id = '{call.id}'")
    problem(call.get(), 410, "connection-over")
    # A key ends with its connection; that is still what is said.
    ledger.change(f"update access_key set expires = {now - 1}"
                 f" where connection = '{call.id}'")
    problem(call.get(), 410, "connection-over")
    problem(call.get("/about"), 410, "connection-over")
    # But a key that ended before its connection is no key.
    ledger.change(f"update connection set expires = {row['expires']}"
                 f" where id = '{call.id}'")
    problem(call.get(), 401, "key-wrong")


@pytest.mark.both_stores
def test_revoked_within_a_second(desk):  # noqa: F811
    call = deliver(desk, sql=SMALL).connection()
    assert call.get().status_code == 200
    answer = desk.requester.api.post(
        f"/connections/{call.id}/revoke", {"reason": "ไม่ใช้แล้ว"})
    assert answer.status_code == 200, answer.text
    assert within(1, "410", lambda: call.get().status_code == 410) < 1
    problem(call.get(), 410, "connection-over")
    # The receipt of what was given before stays.
    receipt = requests.get(
        call.url.split("/v1/")[0] + "/v1/deliveries/none", timeout=10,
        headers={"Authorization": f"Bearer {call.key}"})
    assert receipt.status_code == 404


@pytest.mark.both_stores
def test_suspended_while_what_was_delivered_is_corrected(desk):  # noqa: F811
    made = deliver(desk, sql=SMALL)
    call = made.connection()
    desk.requester.ok(made.no, "accept", outcome="refused", score=2,
                      comment="ขาดคอลัมน์")
    within(1, "403", lambda: call.get().status_code == 403)
    problem(call.get(), 403, "connection-suspended")


# -- methods, forms

def test_each_outlet_has_its_method(small, call):
    other = small.once("api-post")
    answer = call.post()
    problem(answer, 405, "outlet-get")
    assert answer.headers["Allow"] == "GET, HEAD"
    answer = other.get()
    problem(answer, 405, "outlet-post")
    assert answer.headers["Allow"] == "POST, QUERY"
    assert other.post().json() == call.get().json()
    for method in ("PUT", "DELETE", "PATCH"):
        answer = call.send(method)
        problem(answer, 405, "method")
        assert "GET" in answer.headers["Allow"]
    assert call.send("OPTIONS").status_code in (200, 204)
    problem(call.get("/nothing"), 404, "not-found")
    answer = other.get("/query")
    assert answer.status_code == 405 and "POST" in answer.headers["Allow"]


@pytest.mark.both_stores
def test_head_asks_no_source_and_records_nothing(call, ledger):
    count = f"select count(*) as n from delivery where connection='{call.id}'"
    settle(call.url.split("/v1/")[0])
    before = ledger.one(count)["n"]
    head, get = call.send("HEAD"), call.get()
    assert head.status_code == 200 and head.content == b""
    for name in ("Content-Type", "Sunset", "Vary", "Content-Disposition"):
        assert head.headers[name] == get.headers[name]
    assert "Delivery-Id" not in head.headers
    assert head.headers.get("Content-Length") != "0"
    assert call.send("HEAD", ".csv").headers["Content-Type"].startswith(
        "text/csv")
    assert call.send("HEAD", ".xml").status_code == 406
    assert call.send("HEAD", "?limit=x").status_code == 422
    assert call.send("HEAD", "?name_th=eq.x").status_code == 403
    ledger.count(count, before + 1)


@pytest.mark.parametrize("path, accept, want", [
    ("", None, "application/json"),
    ("", "*/*", "application/json"),
    (".csv", "application/json", "text/csv"),
    ("?format=csv", "application/json", "text/csv"),
    (".json?format=csv", "text/html", "application/json"),
    ("", "text/csv", "text/csv"),
    ("", "TEXT/CSV; charset=utf-8", "text/csv"),
    ("", "text/csv, application/json", "text/csv"),
    ("", "application/json, text/csv", "application/json"),
    ("", "application/xml, text/csv;q=0.5", "text/csv"),
    ("", "text/csv;q=0.2, application/json;q=0.3", "application/json"),
    ("", "text/csv;q=0, application/json", "application/json"),
    ("", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
     "text/html"),
    ("", "application/*", "application/json"),
    ("", "text/*", "text/csv"),
    ("", "application/xml, */*;q=0.1", "application/json"),
])
def test_suffix_then_format_then_accept(call, path, accept, want):
    answer = call.get(path, headers={"Accept": accept})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].split(";")[0] == want


@pytest.mark.parametrize("path, accept", [
    (".xml", None), (".xlsx", None), ("?format=ndjson", None), (".", "a/b"),
    (".exe", None), ("?format=", "application/xml"), ("", "application/xml"),
    ("", "text/csv;q=0"), ("", "nonsense"), (".csv.gz", None),
    ("", "application/json;q=0, text/csv;q=0.0, text/html;q=0.000")])
def test_forms_that_were_not_granted(call, path, accept):
    answer = call.get(path, headers={"Accept": accept})
    body = problem(answer, 406, "form-not-granted")
    assert "json csv html" in body["detail"]


def test_the_first_form_granted_when_it_is_not_json(desk):  # noqa: F811
    call = deliver(desk, sql=SMALL, formats=["csv", "xml"]).connection()
    for accept in (None, "*/*"):
        answer = call.get(headers={"Accept": accept})
        assert answer.headers["Content-Type"].startswith("text/csv")
    problem(call.get(".json"), 406, "form-not-granted")


def test_forms_of_a_post(small):
    other = small.once("api-post")
    for path, body in (("/query.csv", {}), ("/query?format=csv", {}),
                       ("/query", {"format": "csv"}),
                       (".csv/query", {})):
        answer = other.post(body, path)
        assert answer.status_code == 200, (path, answer.text)
        assert answer.headers["Content-Type"].startswith("text/csv"), path
    problem(other.post({}, "/query.xml"), 406, "form-not-granted")
    problem(other.post({}, "/query."), 404, "not-found")
    problem(other.post({}, "/other"), 404, "not-found")


def test_a_browser_with_basic_sees_a_table(desk, call):  # noqa: F811
    token = base64.b64encode(f"x:{call.key}".encode()).decode()
    answer = call.get(".html", headers={"Authorization": "Basic " + token})
    assert answer.status_code == 200
    text = answer.text
    for code, name, _ in desk.rows("HRIS", SMALL):
        assert f">{code}<" in text and name in text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "<script" not in text and ">Code<" in text


# -- what is recorded

@pytest.mark.both_stores
def test_every_answer_is_recorded_whole(call, ledger):
    answer = call.get(params={"department_code": "gt.0", "limit": "3"})
    row = ledger.delivery(answer)
    assert row["status"] == "whole" and row["n_rows"] == len(answer.json())
    assert row["n_bytes"] == len(answer.content)
    assert row["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert row["address"] == "127.0.0.1" and row["form"] == "json"
    assert row["query"].split() == ["department_code", "limit"]
    gate = call.url.split("/v1/")[0]
    receipt = requests.get(
        f"{gate}/v1/deliveries/{row['id']}", timeout=10,
        headers={"Authorization": f"Bearer {call.key}"}).json()
    assert receipt["sha256"] == row["sha256"] and receipt["rows"] == 3
    assert receipt["connection"] == call.id and receipt["status"] == "whole"
    answer = requests.get(f"{gate}/v1/deliveries/{row['id']}", timeout=10)
    assert answer.status_code == 401


def test_a_table_that_takes_no_row_is_filled_in_later(call, ledger):
    """The table of deliveries only follows the log: it stops nobody."""
    ledger.change("create trigger no_record before insert on delivery"
                 " begin select raise(abort, 'no'); end")
    try:
        answers = [call.get(), call.get(".csv")]
        assert [a.status_code for a in answers] == [200, 200]
        time.sleep(0.2)
        assert ledger.rows("select id from delivery where id ="
                           f" '{answers[0].headers['Delivery-Id']}'") == []
    finally:
        ledger.change("drop trigger no_record")
    for answer in answers:
        row = ledger.delivery(answer)
        assert row["sha256"] == hashlib.sha256(answer.content).hexdigest()


def test_a_gate_that_cannot_look_gives_nothing(make_university):
    """The fault: the table of changes is gone for six seconds."""
    university = make_university()
    ledger = GateStore(university)
    call = deliver(Desk(university), sql=SMALL).connection()
    assert call.get().status_code == 200
    ledger.shell.change("alter table change rename to hidden")
    try:
        took = within(8, "503", lambda: call.get().status_code == 503)
        assert 3 < took < 7
        problem(call.get(), 503, "gate-blind")
        ready = requests.get(university.gate + "/readyz", timeout=10)
        assert ready.status_code == 503
    finally:
        ledger.shell.change("alter table hidden rename to change")
    within(1, "200 again", lambda: call.get().status_code == 200)


# -- long answers

def read_until_it_breaks(answer, pace_s=0.0):
    """(bytes, None) at the end, (bytes, moment) when it was cut."""
    got = 0
    try:
        for piece in answer.iter_content(65536):
            got += len(piece)
            time.sleep(pace_s)
    except (requests.exceptions.ChunkedEncodingError,
            requests.exceptions.ConnectionError):
        return got, time.time()
    return got, None


@pytest.mark.both_stores
@pytest.mark.parametrize("end", ["revoke", "key"])
def test_a_running_answer_ends_within_a_second(desk, ledger, end):  # noqa: F811
    call = deliver(desk, sql=SLOW, formats=["csv"]).connection()
    key = desk.requester.api.post(f"/connections/{call.id}/keys").json()
    answer = call.send(key=key["key"], stream=True)
    assert answer.status_code == 200
    result = []
    reader = threading.Thread(
        target=lambda: result.append(read_until_it_breaks(answer, 0.002)))
    reader.start()
    time.sleep(0.5)
    begin = time.time()
    if end == "revoke":
        desk.requester.api.post(f"/connections/{call.id}/revoke",
                                {"reason": "หยุด"})
    else:
        desk.requester.api.delete(f"/connections/{call.id}/keys/{key['id']}")
    row = ledger.delivery(answer)
    reader.join(20)
    got, broke = result[0]
    assert broke, "the answer came to its end"
    assert row["status"] == "cut" and row["n_bytes"] >= got > 0
    assert row["ended"] / 1000 - begin < 1.0
    print(f"{end}: ended {row['ended'] / 1000 - begin:.3f} s after")


def test_other_changes_do_not_end_an_answer(desk, ledger, many):  # noqa: F811
    call = many.once("api-get")
    answer = call.get(".csv", stream=True)
    pieces = answer.iter_content(65536)
    got = len(next(pieces))
    for _ in range(3):
        many.connection()  # a new key: the flag is raised
        time.sleep(0.25)
        got += len(next(pieces))
    got += sum(map(len, pieces))
    row = ledger.delivery(answer)
    assert row["status"] == "whole" and row["n_bytes"] == got
    assert row["n_rows"] == ROWS


def test_a_link_stands_above_a_long_answer_too(many):
    """It cannot follow: whether there is more is asked before."""
    call = many.once("api-get")
    for limit in (20000, ROWS - 1):
        answer = call.get(params={"limit": str(limit), "select": "i"},
                          stream=True)
        assert answer.raw.chunked, "not long enough to be streamed"
        link = answer.links["next"]["url"]
        answer.close()
        rest = call.http.get(link, timeout=60, stream=True, headers={
            "Authorization": f"Bearer {call.key}",
            "Accept-Encoding": "identity"})
        first = next(rest.iter_content(64))
        assert first.startswith(b'[{"i":%d}' % (limit + 1)), first
        rest.close()
    answer = call.get(params={"limit": str(ROWS), "select": "i"}, stream=True)
    assert "next" not in answer.links
    answer.close()


def test_a_reader_that_goes_away_is_recorded_as_cut(many, ledger):
    answer = many.once("api-get").get(".csv", stream=True)
    next(answer.iter_content(65536))
    answer.close()
    row = ledger.delivery(answer)
    assert row["status"] == "cut"
    assert row["n_rows"] < ROWS


def test_an_answer_that_breaks_has_no_last_chunk(desk, ledger):  # noqa: F811
    """A row late in the query cannot be made: what came before is cut off."""
    sql = ("with recursive n(i) as (select 1 union all select i + 1 from n"
           " where i < 300000) select i,"
           " abs(case when i = :bad then -9223372036854775807 - 1"
           " else i end) as a from n")
    made = deliver(desk, sql=sql, formats=["csv", "json"],
                   params=[{"name": "bad", "type": "integer", "default": 0}])
    call = made.connection()
    assert len(call.get(params={"select": "i"}).json()) == 300000
    with socket.create_connection(
            (urlsplit(call.url).hostname, urlsplit(call.url).port)) as s:
        s.sendall(f"GET {urlsplit(call.url).path}?bad=250000 HTTP/1.1\r\n"
                  f"Host: gate.example.ac.th\r\nAuthorization: Bearer"
                  f" {call.key}\r\n\r\n".encode())
        raw = b""
        while piece := s.recv(65536):
            raw += piece
    assert raw.startswith(b"HTTP/1.1 200 ") and b'"i":200000,' in raw
    assert b'"i":250001,' not in raw
    assert not raw.endswith(b"0\r\n\r\n") and b"problem" not in raw
    name = re.search(rb"Delivery-Id: (\w+)", raw).group(1).decode()
    assert ledger.delivery_of(name)["status"] == "cut"
    # What breaks before its first byte is an answer, with a status.
    problem(call.get(params={"bad": "1"}), 500, "source-failed")


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_memory_stays_flat(university, many, form):
    call = many.once("api-get")
    pid = gate_pid(university)
    call.get(f".{form}", params={"limit": "10"})
    before, peak, got = memory_kib(pid), 0, 0
    for n, piece in enumerate(call.get("." + form, stream=True)
                              .iter_content(1 << 20)):
        got += len(piece)
        if n % 8 == 0:
            peak = max(peak, memory_kib(pid))
    peak = max(peak, memory_kib(pid))
    print(f"{form}: {ROWS} rows, {got >> 20} MiB;"
          f" RSS {before >> 10} -> {peak >> 10} MiB")
    assert got > 5 << 20
    assert peak - before < 12 << 10


def test_a_hundred_slow_readers_do_not_block(university, many, call):
    """They take what one buffer holds and then read no more."""
    slow = many.once("api-get")
    pid = gate_pid(university)
    before = memory_kib(pid)
    at = urlsplit(slow.url)
    head = (f"GET {at.path}.csv HTTP/1.1\r\nHost: gate.example.ac.th\r\n"
            f"Authorization: Bearer {slow.key}\r\n\r\n").encode()
    readers = []
    try:
        for _ in range(100):
            s = socket.create_connection((at.hostname, at.port), timeout=10)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.sendall(head)
            readers.append(s)
        for s in readers:
            assert s.recv(15) == b"HTTP/1.1 200 OK"
        times = []
        for _ in range(100):
            begin = time.perf_counter()
            assert call.get().status_code == 200
            times.append(time.perf_counter() - begin)
        times.sort()
        print(f"100 slow readers: p50 {times[50] * 1000:.1f} ms,"
              f" p99 {times[98] * 1000:.1f} ms; RSS"
              f" {before >> 10} -> {memory_kib(pid) >> 10} MiB")
        assert times[98] < 0.5
    finally:
        for s in readers:
            s.close()


def test_large_sorts_spill_inside_of_the_fence(university, desk):  # noqa: F811
    call = deliver(desk, sql=MANY, filterable=["name"],
                   formats=["csv"]).connection()
    assert (university.dir / "gate" / "tmp").is_dir()
    begin = time.monotonic()
    spilled, done = set(), threading.Event()

    def look():
        fds = Path(f"/proc/{gate_pid(university)}/fd")
        while not done.is_set():
            with contextlib.suppress(OSError):
                for fd in fds.iterdir():
                    with contextlib.suppress(OSError):
                        spilled.add(os.readlink(fd))
    watcher = threading.Thread(target=look)
    watcher.start()
    answer = call.get(params={"order": "name.desc", "select": "name"},
                      stream=True)
    lines = next(answer.iter_content(200)).decode(errors="ignore").split()
    answer.close()
    done.set()
    watcher.join()
    assert answer.status_code == 200, lines
    files = {f for f in spilled if "etilqs" in f}
    inside = str(university.dir / "gate" / "tmp")
    assert files and all(f.startswith(inside) for f in files), files
    want = sorted((f"แถวที่ {i}" for i in range(1, ROWS + 1)),
                  key=str.encode, reverse=True)[:2]
    assert lines[:5] == ["name", *" ".join(want).split()]
    print(f"sorted {ROWS} rows in {time.monotonic() - begin:.1f} s")


# -- for people, for programs

def test_about_says_what_was_granted(desk, small, call):  # noqa: F811
    for lang, words in (("th", ["รหัส", "คอลัมน์", "ตัวอย่างการเรียก"]),
                        ("en", ["Code", "Columns", "Samples"])):
        answer = call.get("/about", headers={"Accept-Language": lang})
        assert answer.status_code == 200
        text = answer.text
        for word in words + [call.url, small.no, "department_code",
                             "127.0.0.0/8", "จำนวนบุคลากรตามสังกัด"]:
            assert word in text, word
        # What was dropped does not exist; a key is never shown.
        assert "parent_code" not in text and call.key not in text
        assert "prk_" not in text
        assert "<script>" not in text and "style=" not in text
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "default-src 'none'" in policy
    here = call.url.split("/v1/")[0]
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', text):
        file = requests.get(here + address, timeout=10)
        assert file.status_code == 200 and file.content, address
        assert "immutable" in file.headers["Cache-Control"]
        again = requests.get(here + address, timeout=10, headers={
            "If-None-Match": file.headers["ETag"]})
        assert again.status_code == 304
    assert requests.get(here + "/static/0/none.css",
                        timeout=10).status_code == 404
    assert "ภาษาไทย" in call.get("/about?lang=en").text
    problem(call.get(".csv/about"), 404, "not-found")


def test_samples_run(desk, tmp_path):  # noqa: F811
    """The Python of the page, as it stands there."""
    made = deliver(desk, outlets=["api-get", "api-post"],
                   sql=SMALL.replace("order", "where department_code <> :other"
                                     " order"),
                   params=[{"name": "other", "type": "text", "required": True,
                            "enum": ["it's \\ \"ก\"", "b"]}])
    want = len(desk.rows("HRIS", SMALL))
    for outlet in ("api-get", "api-post"):
        call = made.connection(outlet)
        text = html.unescape(call.get("/about").text)
        blocks = dict(re.findall(
            r"<figcaption>(\S+).*?<code[^>]*>(.*?)</code>", text, re.S))
        assert {"curl", "Python", "R", "PHP"} <= set(blocks)
        assert ("Excel" in blocks) == (outlet == "api-get")
        script = tmp_path / "sample.py"
        script.write_text(blocks["Python"])
        done = subprocess.run(
            ["/usr/bin/python3", script], stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PRATU_KEY": call.key}, timeout=30)
        assert done.stdout.split() == [str(want)], blocks["Python"]
        done = subprocess.run(["sh", "-n"], input=blocks["curl"], text=True)
        assert done.returncode == 0


def references(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_openapi_of_one_connection(small, call, desk):  # noqa: F811
    doc = call.get("/openapi.json").json()
    assert doc["openapi"].startswith("3.1.")
    assert list(doc["paths"]) == [f"/v1/d/{call.id}"]
    assert doc["servers"][0]["url"] == call.url.split("/v1/")[0]
    get = doc["paths"][f"/v1/d/{call.id}"]["get"]
    names = {p["name"] for p in get["parameters"]}
    assert names == {"select", "order", "limit", "offset", "cursor", "format",
                     "and", "or", "department_code", "profile", "Prefer",
                     "If-None-Match"}
    row = doc["components"]["schemas"]["row"]["properties"]
    assert list(row) == ["department_code", "name_th"]
    assert set(get["responses"]["200"]["content"]) == {
        "application/json", "text/csv", "text/html"}
    assert {s["scheme"] for s in
            doc["components"]["securitySchemes"].values()} == \
        {"bearer", "basic"}
    assert {"401", "403", "404", "405", "406", "409", "410", "422", "503",
            "504"} <= set(get["responses"])
    assert "parent_code" not in str(doc) and "HRIS" not in str(doc)
    # The operators of the pattern are those that the gate takes.
    column = next(p for p in get["parameters"]
                  if p["name"] == "department_code")
    for op in re.search(r"\((eq.*?)\)", column["schema"]["pattern"]).group(
            1).split("|"):
        value = {"in": "(1,2)", "is": "null"}.get(op, "1")
        answer = call.get(params={"department_code": f"{op}.{value}"})
        assert answer.status_code == 200, op
    other = small.once("api-post")
    posted = other.get("/openapi.json").json()
    for d in (doc, posted):
        for ref in references(d):
            node = d
            for step in ref.lstrip("#/").split("/"):
                node = node[step]
    body = posted["components"]["schemas"]["question"]["properties"]
    for key in body:
        answer = other.post({key: None})
        assert answer.status_code == 200, (key, answer.text)


def test_the_errors_page_has_every_code(university, call):
    page = requests.get(university.gate + "/help/errors", timeout=10)
    known = set(re.findall(r'<div id="([^"]+)">', page.text))
    codes = set(call.get("/openapi.json").json()["components"]["responses"]
                ["problem"]["content"]["application/problem+json"]["schema"]
                ["properties"]["code"]["enum"])
    assert known == codes and len(known) > 20
    for answer in (call.get(".xml"), call.get("?limit=x"),
                   call.send(key="x"), call.get("?name_th=eq.1")):
        assert answer.json()["code"] in known
        assert answer.json()["type"] == "/help/errors#" + answer.json()["code"]


def test_refusals_speak_the_reader_s_language_and_form(call):
    english = call.send(key="x").json()["detail"]
    thai = call.send(key="x", headers={"Accept-Language": "th"}).json()
    assert english.isascii() and not thai["detail"].isascii()
    page = call.send(key="x", headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.status_code == 401
    assert page.headers["Content-Type"].startswith("text/html")
    assert "key-wrong" in page.text and english in page.text
    assert "WWW-Authenticate" in page.headers


def test_framing_of_desk_and_gate(university):
    def play(url):
        at = urlsplit(url)
        return ["%s: %s" % (c.name, "; ".join(o.faults))
                for cases in (corpus.bad_cases(), corpus.good_cases())
                for c, o in corpus.play_all((at.hostname, at.port), cases)
                if o.faults]

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = list(pool.map(play, (university.desk, university.gate)))
    assert found == [[], []]


def test_what_the_server_refuses_is_a_problem_too(university, call):
    at = urlsplit(call.url)
    for head, status in ((b"GET / HTTP/1.1\r\n\r\n", 400),
                         (b"GET /none HTTP/1.1\r\nHost: x\r\n\r\n", 404),
                         (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n"
                          b"Host: x\r\n\r\n", 414)):
        with socket.create_connection((at.hostname, at.port), 10) as s:
            s.sendall(head)
            raw = s.recv(65536)
        assert int(raw.split()[1]) == status
        assert b"application/problem+json" in raw
        assert b'"status":%d' % status in raw
