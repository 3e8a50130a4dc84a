"""A PostgreSQL source through the whole: added with a secret that nobody but the
gate can read, checked, prepared, and called in every form."""
import csv
import io
import json
import os
import stat
import subprocess
import time

import openpyxl
import pytest

from gate_work import (deliver, fields, prepare_fails, problem, within)
from journey import desk  # noqa: F401
from test_fence import probe

SQL = ("select no, name, gpa, born, active, amount from staff"
       " where name <> ':x'")
ROWS = [(1, "สมชาย ใจดี", 3.25, "2005-01-31", 1, "12345678901234567890.50"),
        (2, "=1+1", 3.0, None, 0, "0.10"),
        (3, "a\"b,c\n", None, "2004-02-29", None, None)]


class Server:
    """A database of the test's own, and a role that may read one table."""

    def __init__(self, postgresql):
        self.owner = postgresql.new_database()
        name = self.owner.split("@/")[1].split("?")[0]
        self.role, self.password = f"{name}_gate", "p'a s;s=w\"ord"
        self.dsn = self.owner.replace("//postgres@", f"//{self.role}@")
        self.sql("create table staff(no int primary key, name text,"
                 " gpa float8, born date, active boolean,"
                 " amount numeric(30,2))",
                 "insert into staff values (1, 'สมชาย ใจดี', 3.25,"
                 " '2005-01-31', true, 12345678901234567890.5),"
                 " (2, '=1+1', 3, null, false, 0.1),"
                 " (3, E'a\"b,c\\n', null, '2004-02-29', null, null)",
                 "create table pay(no int)",
                 f"create role {self.role} login password"
                 " 'p''a s;s=w\"ord'",
                 f"grant select on staff to {self.role}",
                 f"grant temporary on database {name} to {self.role}")

    def sql(self, *statements):
        for s in statements:
            subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-d",
                            self.owner, "-c", s], check=True)


@pytest.fixture(scope="module")
def server(postgresql):
    return Server(postgresql)


@pytest.fixture
def source(university, server, tmp_path):
    """The source PG, added while the gate serves."""
    if hasattr(university, "source_pg"):
        return "PG"
    secret = tmp_path / "secret"
    secret.write_text(server.password + "\n")
    done = university.pratu("source", "add", "PG", "--system", "HRIS",
                            "--dsn", server.dsn, "--secret-file", secret)
    assert done.returncode == 0, done.stderr
    university.source_pg = True
    return "PG"


def test_a_secret_is_the_gate_s_alone(university, server, source):
    path = university.dir / "gate" / "sources" / "PG.secret"
    assert path.read_text() == server.password
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    listed = university.pratu("source", "list", "--json").stdout
    assert {"name": "PG", "system": "HRIS", "kind": "postgresql",
            "dsn": server.dsn} in json.loads(listed)
    assert server.password not in listed
    for line in university.pratu("source", "check", "PG").stdout, listed:
        assert "s=w" not in line
    for folder in ("shared", "people"):
        for file in (university.dir / folder).iterdir():
            if file.is_file():
                assert server.password.encode() not in file.read_bytes()
    # The desk's fence refuses the file, whoever its owner is.
    for process in ("desk", "courier"):
        _, refused, allowed = probe(university, process)
        assert ("read", "gate/sources") in refused
        assert not [how for how, what in allowed if "sources" in what]


def test_a_dsn_with_a_password_is_refused(university, server):
    dsn = server.dsn.replace("@/", ":s3cret@/")
    done = university.pratu("source", "add", "BAD", "--system", "HRIS",
                            "--dsn", dsn)
    assert done.returncode != 0 and "--secret-file" in done.stderr
    assert "s3cret" not in done.stderr + done.stdout
    assert not (university.dir / "gate/sources/BAD.secret").exists()


def test_check_says_what_the_role_may(university, server, source):
    def check():
        done = university.pratu("source", "check", "PG",
                                env={"LANG": "en_US.UTF-8"})
        assert done.returncode == 0, done.stderr
        return done.stdout
    good = check()
    assert "can only read" in good or "อ่านข้อมูล" in good
    server.sql(f"grant insert on pay to {server.role}")
    assert "pay" in check() and "pay" not in good
    server.sql(f"revoke insert on pay from {server.role}")
    assert check() == good


@pytest.fixture
def made(desk, source):  # noqa: F811
    if not hasattr(desk, "made_pg"):
        desk.made_pg = deliver(
            desk, source="PG", sql=SQL, filterable=[
                "no", "name", "gpa", "born", "active", "amount"],
            outlets=["api-get", "api-post", "export"])
    return desk.made_pg


def test_every_form_holds_the_rows(made):
    names = ["no", "name", "gpa", "born", "active", "amount"]
    call = made.once("api-get")
    want = [dict(zip(names, (*r[:5], None if r[5] is None else float(r[5]))))
            for r in ROWS]
    assert call.rows(("order", "no")) == want
    text = call.get(".json?order=no").text
    assert "12345678901234567890.50" in text and "3.0," in text
    lines = call.get(".ndjson?order=no").text.splitlines()
    assert [json.loads(li) for li in lines] == want
    as_text = [["" if v is None else str(v) for v in r] for r in ROWS]
    for content in (call.get(".csv?order=no").content,
                    made.document("csv")[1].content):
        got = list(csv.reader(io.StringIO(content.decode(), newline="")))
        assert got[0] == names and sorted(got[1:]) == as_text
    book = openpyxl.load_workbook(
        io.BytesIO(call.get(".xlsx?order=no").content))
    cells = list(book.worksheets[0].iter_rows(values_only=True))[1:]
    assert [c[0] for c in cells] == [1, 2, 3]
    assert [c[1] for c in cells] == [r[1] for r in ROWS]


def test_filters_answer_as_the_database(made, server):
    """Oracle: the same condition in psql."""
    call = made.once("api-get")

    def numbers(*pairs):
        return [r["no"] for r in call.rows(("select", "no"), ("order", "no"),
                                           *pairs)]

    def oracle(condition):
        out = subprocess.run(
            ["psql", "-Atc", f"select no from staff where {condition}"
             " order by no", server.owner], check=True, text=True,
            stdout=subprocess.PIPE).stdout
        return [int(li) for li in out.split()]
    for pair, condition in (
            (("no", "eq.2"), "no = 2"), (("no", "neq.2"), "no <> 2"),
            (("no", "in.(1,3,99)"), "no in (1,3,99)"),
            (("no", "not.in.(1)"), "not no in (1)"),
            (("name", "eq.=1+1"), "name = '=1+1'"),
            (("name", "like.สม*"), "name like 'สม%'"),
            (("name", "ilike.A*"), "name ilike 'A%'"),
            (("name", "gt.a"), "name collate \"C\" > 'a'"),
            (("gpa", "gte.3"), "gpa >= 3"), (("gpa", "is.null"),
                                             "gpa is null"),
            (("born", "lt.2005-01-01"), "born < '2005-01-01'"),
            (("active", "is.true"), "active is true"),
            (("active", "not.is.true"), "active is not true"),
            (("active", "eq.false"), "active = false"),
            (("amount", "eq.12345678901234567890.5"),
             "amount = 12345678901234567890.5"),
            (("or", "(no.eq.1,gpa.is.null)"), "no = 1 or gpa is null")):
        assert numbers(pair) == oracle(condition), pair
    pages = [numbers(("limit", "1"), ("offset", str(i))) for i in range(4)]
    assert pages == [[1], [2], [3], []]


def test_order_is_by_code_point_and_nulls_are_smallest(made):
    call = made.once("api-get")
    assert [r["no"] for r in call.rows(("order", "name"))] == [2, 3, 1]
    assert [r["no"] for r in call.rows(("order", "gpa"))] == [3, 2, 1]
    assert [r["no"] for r in call.rows(("order", "gpa.desc"))] == [1, 2, 3]


def test_what_is_not_a_select_is_told_to_the_officer(desk, source):  # noqa: F811,E501
    for sql in ("delete from staff", "select pg_read_file('/etc/passwd')",
                "select 1; select 2", "select * from pay"):
        answer = prepare_fails(desk, source="PG", sql=sql)
        assert answer.status_code == 422, answer.text
        assert "parts[0].sql" in fields(answer.json())


def test_a_server_that_is_lost(made, server):
    """Its role is locked out and its connections are cut: 503, with nothing of
    the source in it; then it is back."""
    call = made.once("api-get")
    assert call.get().status_code == 200
    server.sql(f"alter role {server.role} nologin",
               "select pg_terminate_backend(pid) from pg_stat_activity"
               f" where usename = '{server.role}'")
    answer = call.get()
    problem(answer, 503, "source-down")
    assert answer.headers["Retry-After"]
    for word in (server.role, "nologin", "postgres", "psql"):
        assert word not in answer.text
    server.sql(f"alter role {server.role} login")
    within(5, "the source's return", lambda: call.get().status_code == 200)


def test_a_statement_that_takes_too_long(university, desk, server, source):  # noqa: F811,E501
    """A server's own limit, as its administrator may set it."""
    server.sql("create function slow() returns text language plpgsql stable as"
               " 'begin perform pg_sleep(20); return 1; end'",
               "create view waits as select slow() as a",
               f"grant select on waits to {server.role}")
    call = deliver(desk, source="PG", sql="select a from waits").connection()
    begin = time.monotonic()
    s = subprocess.Popen(
        ["psql", "-qAtc", "select pg_sleep(1); select pg_cancel_backend(pid)"
         f" from pg_stat_activity where usename = '{server.role}' and state ="
         " 'active'", server.owner], stdout=subprocess.DEVNULL)
    problem(call.get(), 504, "source-time-limit")
    assert time.monotonic() - begin < 10
    assert s.wait(10) == 0


def test_drift_is_held(desk, server, source):  # noqa: F811
    server.sql("create table moves(a int, b text)",
               "insert into moves values (1, 'x')",
               f"grant select on moves to {server.role}")
    call = deliver(desk, source="PG", sql="select a, b from moves",
                   filterable=["a"]).connection()
    assert call.rows() == [{"a": 1, "b": "x"}]
    server.sql("alter table moves rename b to c")
    problem(call.get(), 409, "source-drifted")
    problem(call.get("?a=eq.1"), 409, "source-drifted")
    server.sql("alter table moves rename c to b")
    assert call.rows() == [{"a": 1, "b": "x"}]


def test_nothing_was_written(server):
    out = subprocess.run(
        ["psql", "-Atc", "select count(*) from staff", server.owner],
        check=True, text=True, stdout=subprocess.PIPE).stdout
    assert out.strip() == "3"
    assert os.environ.get("PGPASSWORD") is None
