"""Tables that were sent in, joined with a registry that is no file of SQLite: in a
session of PostgreSQL where its role may make a temporary table, else and by ODBC in
a place of the gate's own. What a gate that was killed there leaves, the next one
takes away."""
import os
import shutil
import signal
import subprocess
import threading

import pytest

from conftest import University, wait_until
from gate_work import add_source
from journey import (Desk, desk, good, refusal,  # noqa: F401
                     wrong_fields)
from test_gate_sources_pg import Server
from test_join import (TAKE, TRUTH, UNKNOWN, check_documents,
                       documents, events, part_of, prepare, send, sheet_of)

TABLES = {"student": "student_id text primary key, programme_code text,"
                     " status text",
          "programme": "programme_code text primary key, faculty_code text",
          "faculty": "faculty_code text primary key, name_th text"}


class Registry(Server):
    """The registry's three tables on PostgreSQL, read by two roles: the second
    may make no temporary table."""

    def __init__(self, postgresql, desk):  # noqa: F811
        super().__init__(postgresql)
        self.weak = self.role + "_weak"
        self.name = self.owner.split("@/")[1].split("?")[0]
        self.sql(f"create role {self.weak} login password"
                 " 'p''a s;s=w\"ord'",
                 f"revoke temporary on database {self.name} from public",
                 f"grant connect on database {self.name} to {self.weak}")
        for table, columns in TABLES.items():
            names = ", ".join(c.split()[0] for c in columns.split(", "))
            self.sql(f"create table {table}({columns})",
                     f"grant select on {table} to {self.role}, {self.weak}")
            rows = desk.rows("REG", f"select {names} from {table}")
            subprocess.run(
                ["psql", "-q", "-d", self.owner, "-c",
                 f"copy {table}({names}) from stdin"], check=True, text=True,
                input="".join("\t".join(r) + "\n" for r in rows))

    def dsn_of(self, role):
        return self.owner.replace("//postgres@", f"//{role}@")

    def ask(self, sql):
        return subprocess.run(["psql", "-qAt", "-d", self.owner, "-c", sql],
                              check=True, text=True,
                              stdout=subprocess.PIPE).stdout.strip()


@pytest.fixture(scope="module")
def university():
    """Of these tests alone: it gets more sources, and its gate is killed."""
    place = University()
    yield place.demo()
    place.remove()


@pytest.fixture(scope="module")
def registry(postgresql, university, tmp_path_factory):
    server = Registry(postgresql, Desk(university))
    secret = tmp_path_factory.mktemp("registry") / "secret"
    secret.write_text(server.password)
    for name, role in (("REGPG", server.role), ("REGWEAK", server.weak)):
        add_source(university, name, system="REG", dsn=server.dsn_of(role),
                   secret=secret)
    return server


@pytest.fixture(scope="module")
def by_odbc(university):
    """The registry's own file by libsqliteodbc."""
    path = university.dir / "odbc" / "registry.db"
    path.parent.mkdir(exist_ok=True)
    shutil.copy(university.dir / "sources" / "REG.db", path)
    add_source(university, "REGODBC", system="REG",
               dsn=f"odbc:DRIVER=SQLite3;Database={path};StepAPI=1")
    return "REGODBC"


@pytest.fixture
def known(desk):  # noqa: F811
    return {r[0]: r[1:] for r in desk.rows("REG", TRUTH)}


def asked(desk):  # noqa: F811
    return desk.icit.until("preparing", systems=["REG"],
                           service_type="processing", formats=["xlsx"])


def sent_in(desk, no, numbers):  # noqa: F811
    upload = send(desk, desk.requester, no, sheet_of(numbers))
    wait_until("the event that it is here",
               lambda: events(desk, no, "brought"))
    return upload


def typed(i, number):
    """One and the same number, by several hands."""
    thai = number.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
    return [number, f" {thai}\u200b", f"{number[:2]} {number[2:]}",
            f"{number}.0"][i % 4]


def test_in_a_session_of_postgresql(desk, registry, known):  # noqa: F811
    """The registry's numbers are texts, and so are those that are sent in, however
    they are typed: the words that join them on SQLite do it here."""
    no = asked(desk)
    numbers = sorted(known)[3:2990] + UNKNOWN
    upload = sent_in(desk, no, [typed(i, n) for i, n in enumerate(numbers)])
    made = good(prepare(desk, no, part_of(
        upload, source="REGPG")))["artefact"]["parts"][0]
    assert (made["rows"], made["not_found"]) == (2987, 10)
    check_documents(documents(desk, no),
                    [(n, *known[n]) for n in sorted(known)[3:2990]], UNKNOWN)
    # It went with its session, and the registry is as it was.
    wait_until("nothing of it is left", lambda: registry.ask(
        "select count(*) from pg_class where relpersistence = 't'") == "0")
    assert registry.ask("select count(*) from student") == str(len(known))


def test_without_the_right_they_meet(desk, registry, known):  # noqa: F811
    no = asked(desk)
    upload = sent_in(desk, no, sorted(known)[:20] + UNKNOWN[:2])
    problem = refusal(prepare(desk, no, part_of(upload, source="REGWEAK")),
                      422, "invalid")
    assert wrong_fields(problem) == {"parts[0].sql": "query"}
    assert "ชั่วคราว" in problem["errors"][0]["message"]
    made = good(prepare(desk, no, part_of(upload, source="REGWEAK",
                                          take=TAKE)))["artefact"]["parts"][0]
    assert (made["rows"], made["not_found"]) == (20, 2)
    check_documents(documents(desk, no), [
        (n, *known[n]) for n in sorted(known)[:20]], UNKNOWN[:2])


def test_by_odbc_they_meet(desk, by_odbc, known):  # noqa: F811
    no = asked(desk)
    upload = sent_in(desk, no, sorted(known)[40:75] + UNKNOWN[:1])
    problem = refusal(prepare(desk, no, part_of(upload, source=by_odbc)), 422,
                      "invalid")
    assert wrong_fields(problem) == {"parts[0].sql": "query"}
    made = good(prepare(desk, no, part_of(upload, source=by_odbc,
                                          take=TAKE)))["artefact"]["parts"][0]
    assert (made["rows"], made["not_found"]) == (35, 1)
    check_documents(documents(desk, no), [
        (n, *known[n]) for n in sorted(known)[40:75]], UNKNOWN[:1])


def test_a_gate_that_is_killed_leaves_nothing(desk, known):  # noqa: F811
    no = asked(desk)
    upload = sent_in(desk, no, sorted(known)[:20])
    tmp = desk.university.dir / "gate" / "tmp"
    slow = [{"name": "slow", "sql":
             "select a.student_id as one, b.student_id as other"
             " from student a cross join student b"}]
    part = part_of(upload, take=slow, unmatched="")
    part["sql"] = "select count(*) as n from sent, slow"
    del part["unmatched"]
    said = []
    asking = threading.Thread(
        target=lambda: said.append(prepare(desk, no, part).status_code))
    gate = desk.university.processes()["pratu-gate"]
    asking.start()
    try:
        # Rows are on disk, not in the page cache of SQLite alone.
        wait_until("they meet", lambda: [
            f for f in tmp.glob("meet-*") if f.stat().st_size > 1 << 20])
        os.kill(gate, signal.SIGKILL)
    finally:
        asking.join()
    assert said == [503]
    wait_until("another gate", lambda: desk.university.processes().get(
        "pratu-gate", gate) != gate)
    made = wait_until("it serves", lambda: (
        lambda a: a if a.status_code == 200 else None)(
            prepare(desk, no, part_of(upload, take=TAKE))))
    assert good(made)["artefact"]["parts"][0]["rows"] == 20
    assert list(tmp.glob("meet-*")) == []
