"""Sources that come, change and go while the gate serves; real data through the
whole way, equal to what sqlite3 gives, value for value."""
import contextlib
import csv
import io
import os
import shutil
import socket
import sqlite3
import struct
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pytest
import requests

from conftest import ROOT
from gate_work import (GateStore, add_source, deliver, fields, gate_pid,
                       make_db, prepare_fails, problem, unix_post, within)
from journey import Desk, desk, refusal  # noqa: F401

HR = Path(os.environ.get("PRATU_HR_DB", ROOT.parent / "shared/data/hr.db"))
# Current staff with department and title.
STAFF = """
select e.emp_no, p.first_th, p.last_th, e.first_name, e.last_name, e.gender,
       e.hire_date, d.dept_no, d.dept_name, t.title, s.amount,
       s.amount / 12.0 as monthly
  from employee e
  join dept_emp c on c.emp_no = e.emp_no and c.to_date = '9999-01-01'
  join department d using (dept_no)
  left join person_th p on p.emp_no = e.emp_no
  left join title t on t.emp_no = e.emp_no
       and (t.to_date is null or t.to_date = '9999-01-01')
  left join salary s on s.emp_no = e.emp_no and s.to_date = '9999-01-01'
 order by e.emp_no, d.dept_no
"""


class Watch:
    """Calls again and again; what did not succeed, and the longest gap."""

    def __init__(self, call):
        self.call, self.stop = call, threading.Event()
        self.failed, self.worst, self.n = [], 0.0, 0
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.stop.is_set():
            begin = time.monotonic()
            try:
                answer = requests.get(self.call.url, timeout=10, headers={
                    "Authorization": f"Bearer {self.call.key}"})
                if answer.status_code != 200:
                    self.failed.append(answer.status_code)
            except requests.exceptions.ConnectionError as e:
                self.failed.append(repr(e))
            self.worst = max(self.worst, time.monotonic() - begin)
            self.n += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


@pytest.fixture
def own(make_university):
    """A university whose gate may be disturbed."""
    university = make_university()
    return university, Desk(university)


def small_db(university, name, folder=None):
    path = (folder or university.dir / "sources") / f"{name}.db"
    return make_db(path, "create table t(id integer, name text)",
                   rows={"t": [(i, f"ชื่อ {i}") for i in range(10)]})


def known_to(university, name):
    """Whether the gate can read the source."""
    try:
        status, _ = unix_post(
            university.dir / "shared" / "gate.sock", "/preview",
            {"source": name, "sql": "select * from t", "request": "X",
             "by": "x"})
    except Exception:
        return False
    return status == 200


def test_a_source_beside_the_others_is_known_at_once(own):
    university, desk = own  # noqa: F811
    call = deliver(desk, sql="select * from department").connection()
    pid = gate_pid(university)
    with Watch(call) as watch:
        add_source(university, "BESIDE", small_db(university, "BESIDE"))
        took = within(1, "the source", lambda: known_to(university, "BESIDE"))
    assert gate_pid(university) == pid  # it had no reason to start anew
    assert watch.failed == [] and watch.n > 3
    assert took < 1


def test_a_source_outside_of_the_fence_restarts_the_gate(own, tmp_path):
    """Nobody calls in vain meanwhile: who comes waits for a moment."""
    university, desk = own  # noqa: F811
    call = deliver(desk, sql="select * from department").connection()
    pid = gate_pid(university)
    path = small_db(university, "OUTSIDE", tmp_path / "away")
    with Watch(call) as watch:
        time.sleep(0.3)
        begin = time.monotonic()
        add_source(university, "OUTSIDE", path)
        within(3, "the source", lambda: known_to(university, "OUTSIDE"))
        took = time.monotonic() - begin
        time.sleep(0.3)
    assert gate_pid(university) != pid
    print(f"known after {took:.2f} s; the longest call took"
          f" {watch.worst:.2f} s, {watch.n} calls, failed {watch.failed}")
    # A call whose bytes were on their way as the gate ended is reset, and may
    # be repeated: one at the most.
    assert len(watch.failed) <= 1 and watch.worst < 1
    made = deliver(desk, source="OUTSIDE", sql="select * from t")
    assert len(made.connection().rows()) == 10


def typed(value):
    return (type(value), value)


@pytest.mark.skipif(not HR.exists(), reason=f"no {HR}")
def test_current_staff_with_department_and_title(university, desk, tmp_path):  # noqa: F811,E501
    """Real data, from `source add` to API, CSV and XLSX."""
    path = university.dir / "sources" / "hr.db"
    shutil.copy(HR, path)
    # A copy belongs to the gate's owner, in rollback mode: nothing beside it.
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("pragma journal_mode=delete")
        want = db.execute(STAFF).fetchall()
        names = [d[0] for d in db.execute(STAFF).description]
    assert len(want) > 5000
    begin = time.monotonic()
    add_source(university, "HR", path)
    made = deliver(desk, source="HR", sql=STAFF, formats=["json", "csv",
                                                          "xlsx"],
                   outlets=["api-get", "export"],
                   filterable=["dept_no", "emp_no"])
    assert time.monotonic() - begin < 30
    call = made.connection()
    rows = call.rows()
    assert list(rows[0]) == names
    assert [[typed(v) for v in r.values()] for r in rows] == \
        [[typed(v) for v in r] for r in want]
    # The last department, by a filter, by pages.
    some = [r for r in want if r[names.index("dept_no")] == want[-1][7]]
    got = call.rows(("dept_no", f"eq.{want[-1][7]}"))
    assert [tuple(r.values()) for r in got] == some
    as_text = [["" if v is None else repr(v) if isinstance(v, float) else
                str(v) for v in r] for r in want]
    for content in (call.get(".csv").content,
                    made.document("csv")[1].content):
        lines = list(csv.reader(io.StringIO(content.decode(), newline="")))
        assert lines[0] == names and lines[1:] == as_text
    for content in (call.get(".xlsx").content,
                    made.document("xlsx")[1].content):
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        cells = [list(r) for r in book.worksheets[0].iter_rows(
            values_only=True)]
        assert len(cells) == len(want) + 1
        # A whole real is written as it is; Excel's numbers are one kind.
        assert cells[1:] == [list(r) for r in want]
    print(f"{len(want)} rows")


def test_a_renamed_column_is_drift(university, desk):  # noqa: F811
    path = small_db(university, "DRIFT")
    add_source(university, "DRIFT", path)
    made = deliver(desk, source="DRIFT", sql="select id, name from t",
                   filterable=["id"], formats=["json", "csv"])
    star = deliver(desk, source="DRIFT", sql="select * from t")
    call, all_of_it = made.connection(), star.connection()
    assert len(call.rows()) == 10

    def change(sql):
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.execute(sql)
            db.commit()
    change("alter table t rename column name to title")
    for answer in (call.get(), call.get(".csv"), call.get("?id=eq.1"),
                   call.get("?select=id"), all_of_it.get()):
        problem(answer, 409, "source-drifted")
        assert "title" not in answer.json()["detail"].split()
    # Not before it is asked: HEAD asks no source.
    assert call.send("HEAD").status_code == 200
    change("alter table t rename column title to name")
    assert len(call.rows()) == len(all_of_it.rows()) == 10
    change("alter table t add column secret text default 'x'")
    assert len(call.rows()) == 10  # named columns are as they were
    problem(all_of_it.get(), 409, "source-drifted")
    change("alter table t rename to u")
    problem(call.get(), 409, "source-drifted")


def test_a_source_that_moved_away(university, desk):  # noqa: F811
    path = small_db(university, "AWAY")
    add_source(university, "AWAY", path)
    call = deliver(desk, source="AWAY", sql="select * from t").connection()
    aside = path.with_suffix(".aside")
    path.rename(aside)
    answer = call.get()
    problem(answer, 503, "source-down")
    assert answer.headers["Retry-After"] and "AWAY" not in answer.text
    assert not path.exists()  # nothing made in its place
    path.write_bytes(b"this is no database" * 100)
    problem(call.get(), 503, "source-down")
    aside.rename(path)
    assert len(call.rows()) == 10
    path.rename(aside)
    # The officer is told as much when he prepares.
    answer = prepare_fails(desk, source="AWAY", sql="select * from t")
    assert answer.status_code == 503
    aside.rename(path)


def test_a_locked_source_is_waited_for(university, desk):  # noqa: F811
    path = small_db(university, "LOCKED")
    add_source(university, "LOCKED", path)
    call = deliver(desk, source="LOCKED", sql="select * from t").connection()
    results = []
    reader = threading.Thread(target=lambda: results.append(call.get()))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("begin exclusive")
        begin = time.monotonic()
        reader.start()
        time.sleep(1)
        assert results == []
        db.execute("rollback")
        reader.join()
    assert results[0].status_code == 200
    assert time.monotonic() - begin < 5


def test_a_query_that_runs_too_long_is_told_to_the_officer(desk):  # noqa: F811
    """His own limit, five seconds or fifty million steps, comes first."""
    begin = time.monotonic()
    answer = prepare_fails(desk, sql="with recursive n(i) as (select 1 union"
                           " all select i + 1 from n) select i from n"
                           " where i < 0")
    assert fields(refusal(answer, 422, "invalid")) == {"parts[0].sql": "query"}
    assert time.monotonic() - begin < 7


def test_a_caller_who_breaks_off_ends_his_query(university, desk):  # noqa: F811,E501
    """A query without a row yet: only the gate can see that nobody waits."""
    sql = ("with recursive n(i) as (select 1 union all select i + 1 from n"
           " where i < :most) select count(*) as n from n")
    call = deliver(desk, sql=sql, params=[
        {"name": "most", "type": "integer", "default": 10,
         "max": 10**12}]).connection()
    assert call.rows() == [{"n": 10}]
    pid = gate_pid(university)

    def works():
        """Whether a thread of the gate is at work now."""
        states = [(t / "stat").read_text().rsplit(")")[-1].split()[0]
                  for t in Path(f"/proc/{pid}/task").iterdir()]
        return "R" in states
    at = urlsplit(call.url)
    s = socket.create_connection((at.hostname, at.port))
    s.sendall(f"GET {at.path}?most={10**12} HTTP/1.1\r\nHost: gate\r\n"
              f"Authorization: Bearer {call.key}\r\n\r\n".encode())
    time.sleep(0.5)
    assert all(works() for _ in range(20))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
    within(1, "the query's end", lambda: not any(
        works() for _ in range(20)))


def test_every_process_leaves_the_source_as_it_is(university, desk):  # noqa: F811,E501
    path = small_db(university, "UNTOUCHED")
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    add_source(university, "UNTOUCHED", path)
    call = deliver(desk, source="UNTOUCHED", sql="select * from t",
                   filterable=["id"]).connection()
    for path_ in ("", ".csv", ".xlsx", "?id=gt.3", "?order=id.desc"):
        assert call.get(path_).status_code in (200, 406)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [p.name for p in path.parent.glob("UNTOUCHED*")] == [path.name]


def test_sources_are_not_named_to_callers(university, desk):  # noqa: F811
    call = deliver(desk, sql="select * from department",
                   formats=["json", "html", "csv"]).connection()
    for answer in (call.get(), call.get("/about"), call.get("/openapi.json"),
                   call.get(".html"), call.get("?x=eq.1")):
        text = answer.text + str(answer.headers)
        assert "HRIS.db" not in text and "sources/" not in text
        assert "select * from" not in text


def test_the_gate_s_flag_is_one_row(university):
    assert len(GateStore(university).rows("select * from change")) == 1
