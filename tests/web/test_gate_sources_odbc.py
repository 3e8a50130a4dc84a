"""Sources by ODBC through the whole, inside of the gate's fence: a file by
libsqliteodbc, and PostgreSQL by its driver with a password."""
import csv
import io
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from gate_work import add_source, deliver, make_db, prepare_fails, problem
from journey import desk  # noqa: F401
from test_gate_sources_pg import ROWS, SQL, Server

NAMES = ["no", "name", "gpa", "born", "active", "amount"]


def lite(university, tmp_path, postgresql):
    path = make_db(
        university.dir / "odbc" / "staff.db",
        "create table staff(no int, name text, gpa double, born date,"
        " active bit, amount varchar(40))", rows={"staff": ROWS})
    return f"odbc:DRIVER=SQLite3;Database={path};StepAPI=1", None


def pg(university, tmp_path, postgresql):
    server = Server(postgresql)
    secret = tmp_path / "secret"
    secret.write_text(server.password)
    at = urlsplit(server.dsn)
    host = parse_qs(at.query)["host"][0]
    return (f"odbc:DRIVER=PostgreSQL Unicode;Servername={host};"
            f"Database={at.path[1:]};UID={server.role};BoolsAsChar=0;"
            "UseDeclareFetch=1;Fetch=256"), secret


@pytest.mark.parametrize("kind", [lite, pg])
def test_by_odbc(university, desk, tmp_path, postgresql, kind):  # noqa: F811
    name = "ODBC-" + kind.__name__
    dsn, secret = kind(university, tmp_path, postgresql)
    add_source(university, name, dsn=dsn, secret=secret)
    assert {"name": name, "system": "HRIS", "kind": "odbc", "dsn": dsn} in \
        json.loads(university.pratu("source", "list", "--json").stdout)
    assert university.pratu("source", "check", name).returncode == 0
    call = deliver(desk, source=name, sql=SQL,
                   filterable=["no", "name", "born"]).connection()
    rows = call.rows(("order", "no"))
    assert [list(r) for r in rows] == [NAMES] * 3
    assert [tuple(r.values())[:5] for r in rows] == [r[:5] for r in ROWS]
    for pairs, want in (([("name", "like.สม*")], [1]),
                        ([("name", "ilike.A*")], [3]),
                        ([("no", "in.(1,3)")], [1, 3]),
                        ([("born", "lt.2005-01-01")], [3]),
                        ([("no", "gt.1"), ("limit", "1")], [2])):
        assert [r["no"] for r in call.rows(("order", "no"), *pairs)] == want
    lines = list(csv.reader(io.StringIO(
        call.get(".csv?order=no").content.decode(), newline="")))
    assert lines == [NAMES] + [["" if v is None else str(v) for v in r]
                               for r in ROWS]
    assert call.get(".xlsx").status_code == 200
    for sql in ("delete from staff", "select 1; select 2",
                "select load_extension('x')", "select 1 -- x"):
        assert prepare_fails(desk, source=name, sql=sql).status_code == 422
    problem(call.get("?amount=eq.1"), 403, "query-not-filterable")
