"""The outlet "view" (form 6.1 "View Table") against a real PostgreSQL: a view in a
schema of its own, a role that can read that view and nothing else, a password
that its holder makes, and an end that is kept.

The server asks for passwords (scram) of everybody but its administrator, so
whoever comes in here has one.
"""
import os
import subprocess
import time
from urllib.parse import unquote, urlsplit

import pytest

from conftest import wait_until
from gate_work import GateStore, fields, gate_pid
from journey import day, desk, good, refusal  # noqa: F401
from pages import Web

SQL = ("select id, name, born, year, secret from student"
       " where id + id + id + id - id - id - id < 3")
COLUMNS = [{"name": "id"}, {"name": "name"},
           {"name": "born", "mask": "year"}, {"name": "year"},
           {"name": "secret", "mask": "drop"}]
MAKER_SECRET = "maker's; s3cret=\"x\""


class Server:
    """A database of the test's own: two schemas, a role that reads, a role that
    makes views, and nothing for everybody, as docs/SOURCES.md asks."""

    def __init__(self, postgresql):
        self.owner = postgresql.new_database()
        self.name = urlsplit(self.owner).path[1:]
        self.reader, self.maker = f"{self.name}_read", f"{self.name}_views"
        self.sql(
            "create table student(id int primary key, name text, born date,"
            " year int, secret text)",
            "insert into student values (1, 'สมชาย', '2005-01-31', 3, 'x'),"
            " (2, 'a''b\"c', '2004-02-29', 2, 'y'), (3, 'z', null, 1, 'z')",
            "create table salary(id int, baht int)",
            "insert into salary values (1, 99)",
            "create schema other",
            "create table other.thing(id int)",
            f"create role {self.reader} login password 'reads'",
            f"grant select on student to {self.reader}",
            f"create role {self.maker} login createrole password"
            " 'maker''s; s3cret=\"x\"'",
            f"grant {self.reader} to {self.maker}",
            f"grant create on database {self.name} to {self.maker}",
            f"revoke temporary on database {self.name} from public")

    def dsn(self, role):
        return self.owner.replace("//postgres@", f"//{role}@")

    def sql(self, *statements):
        for s in statements:
            subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-d",
                            self.owner, "-c", s], check=True)

    def rows(self, sql):
        out = subprocess.run(["psql", "-XAtF|", "-v", "ON_ERROR_STOP=1", "-d",
                              self.owner, "-c", sql], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
        return out.splitlines()

    def ours(self):
        """Roles and schemas of views, whoever made them."""
        return self.rows(
            "select rolname from pg_roles where rolname like 'pratu\\_%'"
            " union all select nspname from pg_namespace"
            " where nspname like 'pratu\\_%'")


@pytest.fixture(scope="module")
def server(postgresql):
    return Server(postgresql)


@pytest.fixture
def source(university, server, tmp_path):
    """The source VIEWS, of a system of the registrar, with its view maker."""
    if not hasattr(university, "source_views"):
        (tmp_path / "r").write_text("reads\n")
        (tmp_path / "m").write_text(MAKER_SECRET + "\n")
        done = university.pratu(
            "source", "add", "VIEWS", "--system", "REGKMITL", "--dsn",
            server.dsn(server.reader), "--secret-file", tmp_path / "r")
        assert done.returncode == 0, done.stderr
        done = university.pratu(
            "source", "views", "VIEWS", "--dsn", server.dsn(server.maker),
            "--secret-file", tmp_path / "m")
        assert done.returncode == 0, done.stderr + done.stdout
        university.source_views = True
    return "VIEWS"


def prepare(desk, **more):  # noqa: F811
    """A request of the registrar's form, prepared as a view: the answer."""
    office = desk.registrar
    no = office.until("preparing", connection=["view"])
    body = {"source": "VIEWS", "sql": SQL, "columns": COLUMNS,
            "outlets": ["view"], "networks": ["10.1.0.0/16"], **more}
    return no, office.officer.send(no, "prepare", **body)


class View:
    """A view that was delivered, and its holder."""

    def __init__(self, desk, **more):  # noqa: F811
        self.desk, self.holder = desk, desk.requester
        self.no, answer = prepare(desk, **more)
        good(answer)
        desk.registrar.go_on(self.no, "closed")
        line, = self.holder.request(self.no)["connections"]
        self.id = line["id"]
        self.facts = self.read()
        self.password = None
        self.wait("opened")

    def read(self):
        return self.holder.get(f"/connections/{self.id}")

    def acts(self):
        return [r["act"] for r in GateStore(self.desk.university).rows(
            f"select act from view_act where connection = '{self.id}'"
            " order by n")]

    def wait(self, act):
        wait_until(f"{self.id} {act}", lambda: self.acts()[-1:] == [act], 15)

    def new_password(self):
        made = good(self.holder.api.post(f"/connections/{self.id}/keys"), 201)
        self.password = made["key"]
        return made

    def psql(self, sql, password=None, database=None):
        url = self.facts["url"]
        if database:
            url = url.rsplit("/", 1)[0] + "/" + database
        return subprocess.run(
            ["psql", "-XAtF|", "-v", "ON_ERROR_STOP=1", url],
            input=sql + ";\n", stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PGPASSWORD": password or self.password
                 or "none", "LC_ALL": "C.UTF-8"})

    def reads(self, password=None):
        place = self.facts["view"]
        done = self.psql("select id, name, born, year from"
                         f" {place['schema']}.{place['view']} order by id",
                         password)
        return done.stdout.splitlines() if done.returncode == 0 else None

    def session(self):
        """A session that stays open, once it is: one is in the view."""
        p = subprocess.Popen(
            ["psql", "-XAt", self.facts["url"]], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "PGPASSWORD": self.password})
        p.stdin.write("select 'in';\n")
        p.stdin.flush()
        assert p.stdout.readline() == "in\n"
        return p

    def ended(self, session):
        """Whether the server has ended that session."""
        try:
            session.stdin.write("select 'still in';\n")
            session.stdin.flush()
        except BrokenPipeError:
            pass
        out, _ = session.communicate(timeout=10)
        return "still in" not in out and "terminat" in out

    def change(self, what):
        GateStore(self.desk.university).change(
            f"update connection set {what} where id = '{self.id}'")


@pytest.fixture
def view(desk, source):  # noqa: F811
    """One for the tests that only look; its password too."""
    if not hasattr(desk, "one_view"):
        desk.one_view = View(desk)
        desk.one_view.new_password()
    return desk.one_view


def test_the_view_gives_the_approved_rows(view, server):
    assert view.reads() == ["1|สมชาย|2005|3", "2|a'b\"c|2004|2"]
    asked = view.psql(f"select * from {view.facts['view']['view']} limit 0")
    assert asked.returncode == 0, asked.stderr
    names = server.rows(
        "select attname from pg_attribute where attrelid ="
        f" '{view.facts['view']['schema']}.data'::regclass and attnum > 0"
        " order by attnum")
    assert names == ["id", "name", "born", "year"]


def test_where_it_stands_is_told_without_a_secret(view, server):
    place = view.facts["view"]
    assert place["role"] == place["schema"] == f"pratu_{view.id}"
    assert place["database"] == server.name and place["view"] == "data"
    url = urlsplit(view.facts["url"])
    assert url.scheme == "postgresql" and url.password is None
    assert url.username == place["role"]
    assert unquote(url.netloc.split("@")[1]) \
        == f"{place['host']}:{place['port']}"
    assert MAKER_SECRET not in str(view.facts)


def test_nothing_else(view, server):
    """Other tables, the table below, another schema, secrets of the catalog,
    files, other roles, writing, temporary tables: each is refused, and by the
    right that is missing, whatever the session sets."""
    denied = "permission denied"
    place = f"{view.facts['view']['schema']}.data"
    tries = (
        ("select * from public.salary", denied),
        ("select * from public.student", denied),
        ("select secret from public.student", denied),
        ("select * from other.thing", denied),
        ("select rolpassword from pg_authid", denied),
        ("select * from pg_shadow", denied),
        ("select * from pg_statistic", denied),
        ("select pg_read_file('/etc/passwd')", denied),
        ("select pg_ls_dir('/')", denied),
        ("select lo_import('/etc/passwd')", denied),
        ("copy (select 1) to program 'true'", "must be superuser"),
        ("create temporary table t(a int)", denied),
        ("create table t(a int)", denied),
        ("create schema mine", denied),
        (f"insert into {place}(id) values (9)", "cannot insert"),
        (f"update {place} set id = 9", "cannot update"),
        (f"delete from {place}", "cannot delete"),
        (f"drop view {place}", "must be owner"),
        (f"create or replace view {place} as select 1", denied),
        (f"set role {server.reader}", denied),
        (f"set role {server.maker}", denied),
        ("set role postgres", denied),
        ("create role evil", denied),
        (f"alter role {view.facts['view']['role']} superuser",
         "must be superuser"))
    # One session; each error is on a line of its own.
    done = view.psql("\\set ON_ERROR_STOP off\n"
                     "set default_transaction_read_only = off;"
                     " set search_path = pg_catalog;\n"
                     + ";\n".join(sql for sql, _ in tries))
    errors = [li for li in done.stderr.splitlines() if "ERROR:" in li]
    assert len(errors) == len(tries), done.stderr
    assert done.stdout.splitlines() == ["SET", "SET"]
    for (sql, why), error in zip(tries, errors):
        assert why in error, (sql, error)
    limit = view.psql("show transaction_read_only; show search_path")
    assert limit.stdout.split() == ["on", view.facts["view"]["schema"]]


def test_the_row_behind_the_condition_is_not_seen(view):
    """Without security_barrier the reader's condition, which is the cheaper one,
    would be asked about every row of the table; one that fails on a hidden row
    shows whether it was."""
    done = view.psql("select count(*) from data where 1 / (id - 3) < 5")
    assert done.returncode == 0 and done.stdout.strip() == "2", done.stderr


def test_the_gate_says_where_to_read(view):
    """The password opens no door at the gate."""
    for path in ("", "/about", "/openapi.json"):
        answer = view.desk.university.api().session.get(
            f"{view.desk.university.gate}/v1/d/{view.id}{path}",
            headers={"Authorization": f"Bearer {view.password}"}, timeout=60)
        refusal(answer, 404, "outlet-view")


def web(desk, person, lang="th"):  # noqa: F811
    entry = next(p for p in desk.university.facts["people"]
                 if p["email"] == person.email)
    return Web(desk.university.desk, entry, lang)


def test_the_page_says_where_and_how(desk, view):  # noqa: F811
    place = view.facts["view"]
    whole = f"{place['schema']}.{place['view']}"
    for lang, words in (
            ("th", ["เครื่องแม่ข่าย", "เปิดใช้", "Power BI", "10.1.0.0/16",
                    "บันทึกอยู่ในระบบของแหล่งข้อมูลเอง"]),
            ("en", ["Server", "Open", "DBeaver", "10.1.0.0/16",
                    "The source's own log has it"])):
        page = web(desk, view.holder, lang).open(f"/connections/{view.id}")
        assert page.status == 200
        for word in (*words, place["host"], place["database"], whole,
                     place["role"], view.facts["url"]):
            assert word in page.text, (lang, word)
        assert view.password not in page.source
        assert "v1/d/" not in page.source
    page = web(desk, view.holder, "en").open(f"/connections/{view.id}")
    made = web(desk, view.holder, "en")
    page = made.send(made.open(f"/connections/{view.id}"), "/keys")
    view.password = next(w for w in page.text.split()
                         if w.startswith("prv_"))
    assert len(view.reads()) == 2


def test_a_source_that_offers_none_says_why(desk, source):  # noqa: F811
    """A View Table was asked for, and the request is about a system that stands
    in SQLite; where a view can be made it is offered, and chosen."""
    page = {}
    for office in (desk.icit, desk.registrar):
        # Of HRIS other tests may have added a source.
        system = "GL3D" if office is desk.icit else office.default_system
        no = office.until("preparing", connection=["view"],
                          systems=[system])
        page[system] = web(desk, office.officer).open(
            f"/requests/{no}/prepare")
    why = "ผู้ขอเลือก View Table ซึ่งสร้างได้เฉพาะแหล่งข้อมูล PostgreSQL"
    assert why in page["GL3D"].text
    assert why not in page["REGKMITL"].text
    offered = {s: p.to("/prepare").choices["prepare.outlets"]
               for s, p in page.items()}
    assert "view" not in offered["GL3D"]
    assert "view" in offered["REGKMITL"]
    assert ("prepare.outlets", "view") in page["REGKMITL"].to(
        "/prepare").fields


def test_one_password_at_a_time(desk, source, server):  # noqa: F811
    view = View(desk)
    assert view.reads("guess") is None
    assert "password authentication failed" in view.psql("select 1").stderr
    first = view.new_password()
    old = view.password
    assert len(view.reads()) == 2
    stays = view.session()
    second = view.new_password()
    assert view.ended(stays)
    assert view.reads(old) is None and len(view.reads()) == 2
    keys = {k["id"]: k["revoked"] for k in view.read()["keys"]}
    assert keys == {first["id"]: True, second["id"]: False}
    # Neither store nor source has the text; the source has a verifier.
    held = server.rows("select rolpassword from pg_authid where rolname ="
                       f" '{view.facts['view']['role']}'")
    assert held[0].startswith("SCRAM-SHA-256$")
    for file in (desk.university.dir / "shared").iterdir():
        if file.is_file():
            assert view.password.encode() not in file.read_bytes()
    assert view.password not in desk.university.output()
    stays = view.session()
    gone = desk.requester.api.delete(
        f"/connections/{view.id}/keys/{second['id']}")
    assert gone.status_code == 204, gone.text
    assert view.ended(stays)
    assert view.reads() is None
    assert view.acts()[-4:] == ["opened", "password", "password", "unset"]


def test_whoever_is_taken_away_keeps_no_password(desk, source):  # noqa: F811
    view = View(desk)
    joins = desk.other
    desk.requester.ok(view.no, "share", add=[joins.email])
    made = good(joins.api.post(f"/connections/{view.id}/keys"), 201)
    assert len(view.reads(made["key"])) == 2
    view.password = made["key"]
    stays = view.session()
    desk.requester.ok(view.no, "share", remove=[joins.email])
    view.wait("unset")
    assert view.ended(stays) and view.reads(made["key"]) is None
    # Whoever stays makes a new one, which nobody takes away.
    view.new_password()
    assert len(view.reads()) == 2
    desk.requester.ok(view.no, "share", add=[joins.email])
    desk.requester.ok(view.no, "share", remove=[joins.email])
    wait_until("settled", lambda: joins.api.get(
        f"/connections/{view.id}").status_code == 404, 10)
    assert len(view.reads()) == 2 and view.acts()[-1] == "password"


def test_a_source_that_is_down_changes_nothing(desk, source, server):  # noqa: F811,E501
    view = View(desk)
    view.new_password()
    before = view.read()["keys"]
    server.sql(f"alter role {server.maker} nologin")
    try:
        answer = desk.requester.api.post(f"/connections/{view.id}/keys")
        refusal(answer, 503, "view-busy")
        answer = desk.requester.api.delete(
            f"/connections/{view.id}/keys/{before[0]['id']}")
        refusal(answer, 503, "view-busy")
    finally:
        server.sql(f"alter role {server.maker} login")
    assert view.read()["keys"] == before
    assert len(view.reads()) == 2


def test_suspended_is_shut_and_opens_again(desk, source):  # noqa: F811
    view = View(desk)
    view.new_password()
    stays = view.session()
    view.change("state = 'suspended'")
    view.wait("shut")
    assert view.ended(stays)
    assert "not permitted to log in" in view.psql("select 1").stderr
    view.change("state = 'active'")
    view.wait("opened")
    assert len(view.reads()) == 2


def test_revoked_is_gone(desk, source, server):  # noqa: F811
    view = View(desk)
    view.new_password()
    stays = view.session()
    good(desk.registrar.officer.api.post(
        f"/connections/{view.id}/revoke", {"reason": "ทดสอบ"}))
    view.wait("closed")
    assert view.ended(stays)
    assert view.reads() is None
    assert f"pratu_{view.id}" not in server.ours()
    refusal(desk.requester.api.post(f"/connections/{view.id}/keys"), 409,
            "connection-ended")
    assert view.acts() == ["made", "opened", "password", "closed"]


def test_the_end_is_kept(desk, source, server):  # noqa: F811
    """The end is moved to two seconds from now: the round comes by itself when
    it has come, and VALID UNTIL says it too."""
    view = View(desk, expires=day(30))
    until, = server.rows("select rolvaliduntil at time zone 'Asia/Bangkok'"
                         " from pg_roles where rolname ="
                         f" '{view.facts['view']['role']}'")
    assert until == f"{day(31)} 00:00:00"
    view.new_password()
    stays = view.session()
    view.change(f"expires = {int(time.time() * 1000) + 2000}")
    view.wait("closed")
    assert view.ended(stays)
    assert view.reads() is None
    assert f"pratu_{view.id}" not in server.ours()


def check(university):
    return university.pratu("source", "check", "VIEWS",
                            env={"LC_ALL": "en_US.UTF-8"})


def test_a_right_of_everybody_holds_the_view(desk, source, server):  # noqa: F811,E501
    """A table that PUBLIC may read: open views are shut, none is prepared, and
    `source check` says what to revoke."""
    view = View(desk)
    view.new_password()
    server.sql("grant usage on schema other to public",
               "grant select on other.thing to public")
    try:
        done = check(desk.university)
        assert done.returncode == 1
        remedy = "revoke all on table other.thing from public"
        assert remedy in done.stdout, done.stdout
        view.wait("held")
        assert view.reads() is None
        no, answer = prepare(desk)
        assert answer.status_code == 422
        assert "outlets" in fields(answer.json())
        assert remedy in answer.text
    finally:
        server.sql("revoke all on table other.thing from public",
                   "revoke usage on schema other from public")
    done = check(desk.university)
    assert done.returncode == 0, done.stdout + done.stderr
    view.wait("opened")
    assert len(view.reads()) == 2


def plant(server, university, name):
    mark, = (r["mark"] for r in GateStore(university).rows(
        "select mark from view_maker where source = 'VIEWS'"))
    note = f"Pratu view of connection {name}, installation {mark}"
    server.sql(f"set role {server.maker}; create role pratu_{name} login"
               f" role {server.maker}; create schema pratu_{name};"
               f" create view pratu_{name}.data as select 1 as one;"
               f" comment on role pratu_{name} is '{note}';"
               f" comment on schema pratu_{name} is '{note}'")


def test_orphans_are_found_and_dropped(desk, source, server):  # noqa: F811
    """By `source check` and by the gate's own look (here: at its start). What
    bears another installation's comment, or none, stays."""
    view = View(desk)
    plant(server, desk.university, "orphan1")
    server.sql("create role pratu_stranger", "create schema pratu_stranger",
               "comment on role pratu_stranger is 'Pratu view of connection"
               " stranger, installation another'")
    done = check(desk.university)
    assert done.returncode == 1 and "orphan1" in done.stdout, done.stdout
    assert "pratu_orphan1" not in server.ours()
    done = check(desk.university)
    assert done.returncode == 0, done.stdout + done.stderr
    plant(server, desk.university, "orphan2")
    os.kill(gate_pid(desk.university), 15)
    wait_until("the gate's look",
               lambda: "pratu_orphan2" not in server.ours(), 20)
    assert '"act":"orphan"' in desk.university.output()
    assert server.rows("select count(*) from pg_roles where rolname ="
                       " 'pratu_stranger'") == ["1"]
    assert server.rows("select count(*) from pg_namespace where nspname ="
                       " 'pratu_stranger'") == ["1"]
    server.sql("drop schema pratu_stranger", "drop role pratu_stranger")
    assert f"pratu_{view.id}" in server.ours()


@pytest.mark.parametrize("more, code", [
    ({"sql": "select id from student where id = :n", "columns": [],
      "params": [{"name": "n", "type": "integer", "default": 1}]},
     "view-params"),
    ({"columns": COLUMNS[:4] + [{"name": "secret", "mask": "hash"}]},
     "view-mask"),
    ({"source": "REGKMITL", "sql": "select faculty_code from faculty",
      "columns": []}, "no-view"),
])
def test_what_cannot_be_a_view_is_refused_at_prepare(
        desk, source, more, code):  # noqa: F811
    _, answer = prepare(desk, **more)
    assert answer.status_code == 422, answer.text
    found = {e["field"]: e for e in answer.json()["errors"]}
    assert found["outlets"]["code"] == code, answer.text
    if code == "no-view":
        assert "PostgreSQL" in found["outlets"]["message"]


def test_a_finished_file_is_no_view(desk, source):  # noqa: F811
    office = desk.registrar
    no = office.until("preparing", connection=["view"])
    file = office.officer.upload(no, "a.csv", b"a\n1\n")
    answer = office.officer.send(no, "prepare", file=file,
                                 outlets=["view", "export"],
                                 networks=["10.1.0.0/16"])
    assert answer.status_code == 422, answer.text
    assert fields(answer.json())["outlets"] == "view-file"


def test_a_source_without_a_maker_refuses(
        desk, source, server, tmp_path):  # noqa: F811
    (tmp_path / "r").write_text("reads\n")
    done = desk.university.pratu(
        "source", "add", "NOVIEWS", "--system", "REGKMITL", "--dsn",
        server.dsn(server.reader), "--secret-file", tmp_path / "r")
    assert done.returncode == 0, done.stderr
    _, answer = prepare(desk, source="NOVIEWS")
    assert answer.status_code == 422, answer.text
    found, = answer.json()["errors"]
    assert found["code"] == "no-view" and "NOVIEWS" in found["message"]


def test_a_maker_that_cannot_is_not_kept(desk, source, server, tmp_path):  # noqa: F811,E501
    (tmp_path / "r").write_text("reads\n")
    for name, dsn, word in (
            ("VIEWS", server.dsn(server.reader), "42501"),
            ("HRIS", server.dsn(server.maker), "PostgreSQL")):
        done = desk.university.pratu(
            "source", "views", name, "--dsn", dsn, "--secret-file",
            tmp_path / "r" if name == "VIEWS" else "-", stdin=MAKER_SECRET)
        assert done.returncode != 0
        assert word in done.stderr + done.stdout, done.stderr
    kept = desk.university.dir / "gate/sources/VIEWS.views.secret"
    assert kept.read_text() == MAKER_SECRET
    assert kept.stat().st_mode & 0o777 == 0o600
