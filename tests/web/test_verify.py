"""The chain of events and what is derived from it: pratu verify, rebuild,
register, grant, beside a running server and without one, and after kill -9."""
import concurrent.futures
import csv
import io
import json
import sqlite3
import subprocess
import threading
import time

import openpyxl
import pytest
import requests

NOT_FOUND, INTEGRITY = 4, 6
COLUMNS = ["no", "received", "request", "title", "unit", "system",
           "service_type", "memo_in", "memo_out", "score", "outcome"]


def draft(university, title):
    """A draft of the first requester; its number."""
    answer = university.api("requester").post("/requests", {
        "office": "ICIT", "procedure": "ICIT-QP-9001-24", "submit": False,
        "answers": {"title": title}})
    assert answer.status_code == 201, answer.text
    return answer.json()["no"]


def tamper(university, sql):
    """As someone would who reaches the store with its own shell."""
    if university.dsn:
        subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-d",
                        university.dsn, "-c", "set search_path = people",
                        "-c", sql], check=True)
        return
    with sqlite3.connect(university.dir / "people" / "desk.db") as db:
        assert db.execute(sql).rowcount > 0
    db.close()


def verify(university):
    """Exit code, and the set of (seq, what) that does not hold."""
    done = university.pratu("verify", "--json")
    report = json.loads(done.stdout)
    assert report["bad"] == len(report["faults"])
    assert (done.returncode == INTEGRITY) == bool(report["bad"])
    return done.returncode, {(f["seq"], f["what"]) for f in report["faults"]}


@pytest.fixture
def drafted(make_university, store):
    """A university with five events, seq 1 to 5."""
    university = make_university(store)
    for i in range(5):
        draft(university, f"ขอข้อมูล {i}")
    return university


@pytest.mark.both_stores
def test_an_untouched_chain_holds_beside_serve_and_without(drafted):
    assert verify(drafted) == (0, set())
    assert drafted.pratu("verify").stdout.startswith(
        "5 events, the chain holds.\n")
    assert drafted.pratu("rebuild", "--check").returncode == 0
    drafted.stop()
    assert verify(drafted) == (0, set())
    assert drafted.pratu("rebuild", "--check").returncode == 0


@pytest.mark.both_stores
@pytest.mark.parametrize("sql, found", [
    ("update events set payload = replace(payload, 'ขอข้อมูล 2', 'ขอข้อมูล 7')"
     " where seq = 3", {(3, "hash")}),
    ("update events set at = at - 1 where seq = 2", {(2, "hash")}),
    ("update events set actor = 'x@example.ac.th' where seq = 4",
     {(4, "hash")}),
    ("delete from events where seq = 3", {(4, "gap"), (4, "prev")}),
    ("delete from events where seq = 5", {(5, "head")}),
])
def test_what_was_changed_behind_its_back_is_named(drafted, sql, found):
    tamper(drafted, sql)
    code, faults = verify(drafted)
    assert code == INTEGRITY
    assert {seq for seq, _ in faults} & {seq for seq, _ in found}
    assert found & faults, faults
    done = drafted.pratu("verify")
    assert done.returncode == INTEGRITY
    for seq, _ in faults:
        assert f"Event {seq}: " in done.stderr
    # It repairs nothing.
    assert verify(drafted) == (INTEGRITY, faults)


@pytest.mark.both_stores
def test_rebuild_finds_and_mends_what_differs_from_the_events(drafted):
    tamper(drafted, "update cases set title = 'another'"
                    " where no = 'ICIT-2569-00003'")
    for _ in range(2):
        done = drafted.pratu("rebuild", "--check", "--json")
        assert done.returncode == INTEGRITY
        assert json.loads(done.stdout) == {
            "requests": 5, "differ": ["ICIT-2569-00003"]}
        assert "ICIT-2569-00003" in done.stderr
    assert verify(drafted) == (0, set())
    mended = drafted.pratu("rebuild")
    assert mended.returncode == 0
    assert mended.stdout == "5 requests; 1 differed.\n"
    assert drafted.pratu("rebuild", "--check").returncode == 0


@pytest.mark.long
@pytest.mark.both_stores
def test_nothing_acknowledged_is_lost_by_kill_9(make_university, store,
                                                full_size, seed):
    university = make_university(store)
    rounds, writers = (50, 8) if full_size else (2, 4)
    acknowledged, guard = [], threading.Lock()

    def write(end):
        api = university.api("requester")
        while time.monotonic() < end:
            try:
                answer = api.post("/requests", {
                    "office": "ICIT", "submit": False,
                    "answers": {"title": "ขอข้อมูล"}})
            except requests.RequestException:
                return
            if answer.status_code == 201:
                with guard:
                    acknowledged.append(answer.json()["no"])

    for _ in range(rounds):
        with concurrent.futures.ThreadPoolExecutor(writers) as pool:
            end = time.monotonic() + 20
            running = [pool.submit(write, end) for _ in range(writers)]
            time.sleep(seed.uniform(0.2, 1.2))
            university.kill()
            for one in running:
                one.result()
        assert verify(university) == (0, set())
        university.demo()
    assert acknowledged
    assert len(set(acknowledged)) == len(acknowledged)
    api = university.api("requester")
    for no in acknowledged:
        assert api.get(f"/requests/{no}").status_code == 200, no
    assert university.pratu("rebuild", "--check").returncode == 0


@pytest.mark.both_stores
def test_the_register_of_a_year(university, tmp_path):
    export = ["register", "export", "--office", "ICIT", "--year", "2568"]
    rows = list(csv.reader(io.StringIO(
        university.pratu(*export).stdout.removeprefix("\ufeff"))))
    titles, = rows
    assert len(titles) == len(COLUMNS)
    assert json.loads(university.pratu(*export, "--format", "json").stdout) \
        == {"office": "ICIT", "year": 2568, "rows": []}
    book = tmp_path / "register.xlsx"
    done = university.pratu(*export, "--format", "xlsx", "-o", book)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    sheet, = openpyxl.load_workbook(book).worksheets
    assert list(sheet.values) == [tuple(titles)]


@pytest.mark.parametrize("args, code", [
    (["register", "export", "--office", "NOWHERE", "--year", "2569"],
     NOT_FOUND),
    (["register", "export", "--office", "ICIT", "--year", "2026"], 2),
    (["register", "export", "--office", "ICIT"], 2),
    (["register", "export", "--office", "ICIT", "--year", "2569",
      "--format", "pdf"], 2),
    (["register", "import", "x.csv"], 2),
    (["grant", "show", "nothing"], NOT_FOUND),
    (["grant", "revoke", "nothing"], NOT_FOUND),
    (["grant", "revoke"], 2),
])
def test_what_is_not_there(university, args, code):
    done = university.pratu(*args)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr
