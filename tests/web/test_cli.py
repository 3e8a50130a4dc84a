"""The command line: exit codes, what goes where, both languages, people."""
import json
import os
import stat
import sqlite3
import subprocess
import time

import pytest

from conftest import ADMIN, PRATU, ROOT, run_pratu, wait_until

USAGE, CONFIG, NOT_FOUND, REFUSED = 2, 3, 4, 5


def commands():
    """The names that --help lists."""
    lines = run_pratu("--help").stdout.splitlines()
    return [line.split()[1] for line in lines if line.startswith("  pratu ")]


def test_help_lists_commands_and_each_explains_itself():
    names = commands()
    assert {"serve", "init", "doctor", "user", "source"} <= set(names)
    for name in names:
        done = run_pratu(name, "--help")
        assert done.returncode == 0, name
        assert done.stdout.startswith(f"pratu {name} ")
        assert "--dir DIR" in done.stdout
        assert done.stderr == ""


@pytest.mark.parametrize("args, code, said", [
    ([], USAGE, "pratu serve"),
    (["srve"], USAGE, 'Did you mean "serve"?'),
    (["xyzzy"], USAGE, 'There is no command "xyzzy"'),
    (["version", "--jsn"], USAGE, "Did you mean --json?"),
    (["version", "--zzz"], USAGE, "There is no option --zzz."),
    (["version", "--json=1"], USAGE, "takes no value"),
    (["version", "more"], USAGE, '"more" is one too many'),
    (["check-config", "--config"], USAGE, "needs a value"),
    (["serve", "--only", "dask", "--dir", "{}"], USAGE, '"dask"'),
    (["user"], USAGE, "Something is missing"),
    (["user", "grow", "x@example.ac.th"], USAGE, "pratu user"),
    (["init", "{}/new"], USAGE, "--admin"),
    (["check-config", "--dir", "/nowhere"], CONFIG, "/nowhere/pratu.conf"),
    (["serve", "--config", "/nowhere/x"], CONFIG, "/nowhere/x"),
    (["init", "{}/new", "--admin", "a@example.ac.th", "--store", "mysql:x"],
     CONFIG, '"mysql:x"'),
    (["procedure", "check", "/nowhere.yaml"], NOT_FOUND, "/nowhere.yaml"),
])
def test_refusals(tmp_path, args, code, said):
    (tmp_path / "pratu.conf").write_text("")
    done = run_pratu(*[a.replace("{}", str(tmp_path)) for a in args],
                     stdin="a long enough pass phrase\n", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert not (tmp_path / "new" / "pratu.conf").exists()


def test_options_may_stand_after_arguments_and_end_with_two_dashes(tmp_path):
    assert run_pratu("version", "--json").stdout == '{"version":"0.1.0"}\n'
    done = run_pratu("procedure", "check", "--", "--json", cwd=tmp_path)
    assert done.returncode == NOT_FOUND
    assert "--json cannot be read" in done.stderr


@pytest.mark.parametrize("env, thai", [
    ({"LC_ALL": "th_TH.UTF-8"}, True),
    ({"LC_ALL": "", "LC_MESSAGES": "th_TH"}, True),
    ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "th_TH.UTF-8"}, True),
    ({"LC_ALL": "C", "LANG": "th_TH.UTF-8"}, False),
    ({"LC_ALL": "", "LC_MESSAGES": "en_GB", "LANG": "th_TH"}, False),
    ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": ""}, False),
])
def test_language_of_the_environment(env, thai):
    said = run_pratu("xyzzy", env=env).stderr
    assert ("ไม่มีคำสั่ง" in said) == thai
    assert ("There is no command" in said) != thai


def test_output_that_does_not_arrive_is_a_failure():
    with open("/dev/full", "w") as full:
        done = subprocess.run([PRATU, "version"], stdout=full,
                              stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert "pratu:" in done.stderr


def test_init_makes_a_closed_installation(make_place):
    place = make_place()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode)
             for path in [place.dir, *place.dir.iterdir()]}
    assert modes == {"place": 0o700, "people": 0o700, "shared": 0o700,
                     "gate": 0o700, "pratu.conf": 0o600}
    # No password stands anywhere in clear.
    for path in place.dir.rglob("*"):
        if path.is_file():
            assert ADMIN[1].encode() not in path.read_bytes(), path
    people = json.loads(place.pratu("user", "list", "--json").stdout)
    assert [(p["email"], p["active"], [r["role"] for r in p["roles"]])
            for p in people] == [(ADMIN[0], True, ["admin"])]
    again = run_pratu("init", place.dir, "--admin", ADMIN[0],
                      stdin=ADMIN[1] + "\n")
    assert again.returncode == REFUSED
    assert "pratu.conf" in again.stderr


def test_init_goes_on_after_it_was_interrupted(tmp_path):
    place = tmp_path / "x"
    bad = run_pratu("init", place, "--admin", "a@example.ac.th", stdin="short\n")
    assert bad.returncode == 1
    assert "password" in bad.stderr
    assert not (place / "pratu.conf").exists()
    good = run_pratu("init", place, "--admin", "a@example.ac.th",
                     stdin="a long enough pass phrase\n")
    assert good.returncode == 0, good.stderr


def test_init_on_postgresql_makes_two_roles(make_place):
    place = make_place("postgresql")
    for folder in ("people", "gate"):
        secret = place.dir / folder / "store.secret"
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
        role, password = secret.read_text().split()
        assert role.endswith("_" + folder)
        assert len(password) >= 32
    assert place.pratu("doctor").returncode == 0


@pytest.mark.both_stores
def test_users(make_place, store):
    place = make_place(store)
    email = "somchai@example.ac.th"
    add = ["user", "add", email, "--name", "สมชาย ใจดี", "--role", "auditor",
           "--role", "requester"]
    assert place.pratu(*add, stdin="รหัสผ่านของสมชาย\n").returncode == 0
    assert place.pratu(*add, stdin="รหัสผ่านของสมชาย\n").returncode == REFUSED
    people = json.loads(place.pratu("user", "list", "--json").stdout)
    somchai, = [p for p in people if p["email"] == email]
    assert somchai["name"] == "สมชาย ใจดี"
    assert {r["role"] for r in somchai["roles"]} == {"auditor", "requester"}
    assert f"{email}\tสมชาย ใจดี\t" in place.pratu("user", "list").stdout

    token = place.pratu("user", "token", email, "--days", "7")
    assert token.returncode == 0
    assert token.stdout.startswith("prt_") and token.stderr == ""
    shown = json.loads(place.pratu("user", "token", email, "--json").stdout)
    assert set(shown) == {"id", "token", "expires"}
    assert place.pratu("user", "token", email, "--days", "0").returncode == USAGE
    assert place.pratu("user", "token", "no@example.ac.th").returncode == \
        NOT_FOUND

    assert place.pratu("user", "passwd", email, stdin="short\n").returncode == 1
    assert place.pratu("user", "passwd", email,
                       stdin="another long phrase\n").returncode == 0
    assert place.pratu("user", "passwd", email).returncode == USAGE
    assert place.pratu("user", "disable", email).returncode == 0
    people = json.loads(place.pratu("user", "list", "--json").stdout)
    assert [p["active"] for p in people if p["email"] == email] == [False]


@pytest.mark.parametrize("role, said", [
    ("oficer@ICIT", 'Did you mean "officer"?'),
    ("queen", 'There is no role "queen"'),
])
def test_a_role_that_does_not_exist(make_place, role, said):
    done = make_place().pratu("user", "add", "b@example.ac.th", "--role", role,
                              "--no-password")
    assert done.returncode == USAGE
    assert said in done.stderr


def test_shipped_procedures_check_load_and_list(make_place):
    files = sorted((ROOT / "procedures").glob("*.yaml"))
    assert len(files) == 2
    done = run_pratu("procedure", "check", *files)
    assert done.returncode == 0, done.stderr
    place = make_place()
    assert place.pratu("procedure", "load", *files).returncode == 0
    found = json.loads(place.pratu("procedure", "list", "--json").stdout)
    assert {p["code"] for p in found} == {"ICIT-QP-9001-24", "W-REG6-001"}


def test_a_bad_procedure_is_placed_and_not_loaded(make_place, tmp_path):
    place = make_place()
    good, other = sorted((ROOT / "procedures").glob("*.yaml"))
    bad = tmp_path / "bad.yaml"
    lines = other.read_text().splitlines()
    bad.write_text("\n".join(lines[:3] + ["colour: red"] + lines[3:]))
    done = place.pratu("procedure", "load", good, bad)
    assert done.returncode == 1
    assert f"{bad}:4:1:" in done.stderr
    # All of the files or none.
    assert json.loads(place.pratu("procedure", "list", "--json").stdout) == []


def make_source(path):
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        db.execute("create table staff (id integer, name text)")
        db.execute("insert into staff values (1, 'ก')")
    return path


def test_sources_that_are_refused(make_place, tmp_path):
    place = make_place()
    file = make_source(tmp_path / "hr" / "hr.db")
    add = ["source", "add", "hr", "--dsn", f"sqlite:{file}", "--system"]
    done = place.pratu(*add, "HRIS")
    assert done.returncode == NOT_FOUND
    assert "HRIS" in done.stderr
    assert json.loads(place.pratu("source", "list", "--json").stdout) == []
    assert place.pratu("source", "check", "hr").returncode == NOT_FOUND
    assert place.pratu("source", "check").returncode == 0


def test_a_running_serve_sees_no_harm_from_commands_beside_it(make_place):
    place = make_place().serve()
    before = place.processes()
    for args in (["migrate"], ["doctor"], ["user", "list"], ["check-config"]):
        assert place.pratu(*args).returncode == 0, args
    assert place.processes() == before


def test_doctor_speaks_json(make_place):
    place = make_place()
    report = json.loads(place.pratu("doctor", "--json").stdout)
    assert report["good"] is True
    names = {c["check"] for c in report["checks"]}
    assert {"landlock", "folder", "disk", "clock", "people", "shared", "desk",
            "courier", "gate"} <= names
    os.chmod(place.dir / "gate", 0o755)
    report = json.loads(place.pratu("doctor", "--json").stdout)
    assert [c["state"] for c in report["checks"]
            if c["check"] == "folder"] == ["good", "good", "warn"]


def test_doctor_says_whether_papers_can_be_printed(make_place):
    place = make_place()
    (fonts,) = [c for c in json.loads(
        place.pratu("doctor", "--json").stdout)["checks"]
        if c["check"] == "fonts"]
    assert fonts["state"] == "good" and "truetype" in fonts["text"]
    # A machine without them: nothing but their folder is another one.
    without = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs none "$1" && shift'
               ' && exec "$@"', "-", "/usr/share/fonts/truetype/tlwg"]
    if subprocess.run([*without, "true"], stderr=subprocess.DEVNULL).returncode:
        pytest.skip("the kernel gives no mounts of one's own")
    done = subprocess.run([*without, PRATU, "doctor", "--json", "--dir",
                           place.dir], stdout=subprocess.PIPE, text=True)
    assert done.returncode == 1
    (fonts,) = [c for c in json.loads(done.stdout)["checks"]
                if c["check"] == "fonts"]
    assert fonts["state"] == "bad"
    assert "fonts-tlwg-laksaman-ttf" in fonts["text"]


def test_doctor_names_a_store_that_is_broken(make_place):
    place = make_place()
    (place.dir / "people" / "desk.db").write_bytes(b"not a database" * 100)
    done = place.pratu("doctor", "--json")
    assert done.returncode == 1
    bad = [c["check"] for c in json.loads(done.stdout)["checks"]
           if c["state"] == "bad"]
    assert "people" in bad


SYSTEMS = {"STUENTRY", "GRADSTD", "CEREMONY", "REG", "GRADING", "ENTPROC",
           "GL3D", "HRIS", "REGKMITL"}
OFFICE_ROLES = {"records", "director", "head", "officer", "executive"}


@pytest.mark.both_stores
def test_demo_has_everybody_and_every_system(university):
    people = university.facts["people"]
    assert {p["role"] for p in people} == OFFICE_ROLES | {
        "requester", "owner", "auditor", "dpo", "admin"}
    for p in people:
        assert set(p) == {"role", "name", "email", "password", "token",
                          "offices"}
        assert p["email"].endswith("@example.ac.th")
        assert p["token"].startswith("prt_")
        assert bool(p["offices"]) == (p["role"] in OFFICE_ROLES)
    for office in ("ICIT", "REGISTRAR"):
        for role in OFFICE_ROLES:
            assert university.people(role, office), (role, office)
    sources = json.loads(
        university.pratu("source", "list", "--json").stdout)
    assert {s["system"] for s in sources} == SYSTEMS
    for source in sources:
        assert set(source) == {"name", "system", "kind", "dsn"}
        file = source["dsn"].removeprefix("sqlite:")
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as db:
            tables = [name for name, in db.execute(
                "select name from sqlite_master where type = 'table'")]
            assert tables
            for table in tables:
                n, = db.execute(f"select count(*) from {table}").fetchone()
                assert n > 0, (source["system"], table)
    assert university.pratu("source", "check").returncode == 0


def test_demo_keeps_people_and_is_back_within_three_seconds(make_university):
    university = make_university()
    before = university.facts
    ready = university.dir / "demo.json"
    assert stat.S_IMODE(ready.stat().st_mode) == 0o600
    university.stop()
    ready.write_text("{}")
    began = time.monotonic()
    university.start("demo", "--dir", university.dir)
    gone = wait_until("the old demo.json to go",
                      lambda: not ready.exists() or
                      ready.read_text() != "{}")
    assert gone
    wait_until("the new one", ready.exists)
    assert time.monotonic() - began < 3
    assert json.loads(ready.read_text()) == before


def test_demo_of_another_store_is_refused(make_university):
    university = make_university()
    university.stop()
    done = university.pratu("demo", "--store", "postgresql://x@/y")
    assert done.returncode == REFUSED
    assert not (university.dir / "demo.json").exists()


def test_a_source_elsewhere_is_taken_up_within_two_seconds(make_university,
                                                           tmp_path):
    university = make_university()
    before = university.processes()
    file = make_source(tmp_path / "hr" / "hr.db")
    done = university.pratu("source", "add", "hr", "--system", "HRIS", "--dsn",
                            f"sqlite:{file}")
    assert (done.returncode, done.stderr) == (0, "")

    def gate_is_new():
        now = university.processes()
        return now.get("pratu-gate", before["pratu-gate"]) != \
            before["pratu-gate"] and now

    after = wait_until("a new gate", gate_is_new, 2)
    for other in ("pratu-desk", "pratu-courier"):
        assert after[other] == before[other]
    found = json.loads(university.pratu("source", "list", "--json").stdout)
    hr, = [s for s in found if s["name"] == "hr"]
    assert hr == {"name": "hr", "system": "HRIS", "kind": "sqlite",
                  "dsn": f"sqlite:{file}"}
    # In a folder that the gate reads already nothing has to start anew.
    other = tmp_path / "hr" / "other.db"
    os.link(file, other)
    university.pratu("source", "add", "hr2", "--system", "HRIS", "--dsn",
                     f"sqlite:{other}")
    time.sleep(0.6)
    assert university.processes() == after


@pytest.mark.parametrize("name, path, code", [
    ("hr", "{top}/hr/nothing.db", NOT_FOUND),
    ("hr", "{place}/people/desk.db", REFUSED),
    ("hr", "{place}/hr.db", REFUSED),
    ("bad name", "{top}/hr/hr.db", 1),
    ("HRIS", "{top}/hr/hr.db", REFUSED),
    ("hr", "{top}/hr/text.db", 1),
])
def test_sources_that_would_open_the_wall_or_cannot_be_read(
        university, tmp_path, name, path, code):
    make_source(tmp_path / "hr" / "hr.db")
    (tmp_path / "hr" / "text.db").write_text("no database at all" * 100)
    beside = university.dir / "hr.db"
    beside.write_bytes((tmp_path / "hr" / "hr.db").read_bytes())
    try:
        before = university.pratu("source", "list", "--json").stdout
        done = university.pratu(
            "source", "add", name, "--system", "HRIS", "--dsn",
            "sqlite:" + path.format(top=tmp_path, place=university.dir))
        assert (done.returncode, done.stdout) == (code, "")
        assert done.stderr.startswith("pratu: ")
        assert university.pratu("source", "list", "--json").stdout == before
    finally:
        beside.unlink()
