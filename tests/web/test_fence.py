"""The wall between people and data: refused by the kernel or the server.

`pratu serve --only X --probe` enters the fence of X and tries what X must not
be able to do.
"""
import json
import sqlite3
import subprocess

import pytest

from conftest import landlock_abi

INTEGRITY = 6


def probe(place, process, env=None):
    """What was refused, and what was not, as {(how, name below the folder)}."""
    done = place.pratu("serve", "--only", process, "--probe", env=env)
    report = json.loads(done.stdout)
    assert report["process"] == process
    refused, allowed = set(), set()
    for one in report["tried"]:
        what = one["what"].removeprefix(str(place.dir.resolve()) + "/")
        (refused if one["refused"] else allowed).add((one["how"], what))
    assert done.returncode == (INTEGRITY if allowed else 0)
    return report["fence"], refused, allowed


@pytest.fixture
def fenced():
    """Without Landlock in the kernel there is no fence to test."""
    if not landlock_abi():
        pytest.skip("the kernel has no Landlock")


@pytest.mark.both_stores
def test_the_gate_cannot_reach_people(make_place, store, fenced):
    place = make_place(store)
    (place.dir / "people" / "attachments").mkdir()
    (place.dir / "people" / "attachments" / "scan.pdf").write_bytes(b"%PDF")
    fence, refused, allowed = probe(place, "gate")
    assert fence == landlock_abi()
    assert allowed == set()
    wanted = {("read", "people"), ("create", "people/probe.new"),
              ("read", "people/attachments"),
              ("read", "people/attachments/scan.pdf"),
              ("write", "people/attachments/scan.pdf"),
              ("write", "pratu.conf"), ("run", "/bin/sh")}
    if store == "postgresql":
        wanted |= {("read", "people/store.secret"),
                   ("write", "people/store.secret")}
        by_sql, = [how for how, what in refused if what.startswith("select")]
        assert "permission denied for schema people" in by_sql
    else:
        wanted |= {("read", "people/desk.db"), ("write", "people/desk.db"),
                   ("sql", "select email from people.person")}
    assert wanted <= refused


def test_the_gate_runs_itself_and_nothing_else(make_place, fenced):
    """It reads what is sent in by running its program again; no other file may
    be run, one of its own neither, and the loader may read no other program."""
    place = make_place()
    done = place.pratu("serve", "--only", "gate", "--probe")
    assert json.loads(done.stdout)["runs_itself"] is True
    _, refused, allowed = probe(place, "gate")
    assert allowed == set()
    assert {("run", "/bin/sh"), ("run", "gate/probe.run"),
            ("run", "/bin/sh by the loader")} <= refused
    for process in ("desk", "courier"):
        _, refused, allowed = probe(place, process)
        assert allowed == set() and ("run", "itself") in refused


@pytest.mark.both_stores
@pytest.mark.parametrize("process", ["desk", "courier"])
def test_desk_and_courier_cannot_reach_the_data(make_place, store, process,
                                                fenced):
    place = make_place(store)
    (place.dir / "gate" / "hr.secret").write_text("a credential")
    _, refused, allowed = probe(place, process)
    assert allowed == set()
    wanted = {("read", "gate"), ("create", "gate/probe.new"),
              ("read", "gate/hr.secret"), ("write", "gate/hr.secret"),
              ("write", "pratu.conf"), ("run", "/bin/sh")}
    if store == "postgresql":
        wanted |= {("read", "gate/store.secret")}
    elif landlock_abi() >= 4:
        wanted |= {("connect", "127.0.0.1:9")}
    assert wanted <= refused


def test_the_courier_calls_the_mail_server_and_nobody_else(
        make_place, fenced):
    if landlock_abi() < 4:
        pytest.skip("the kernel does not tell ports apart")
    place = make_place()
    conf = place.dir / "pratu.conf"
    mail = "\n[mail]\nurl = smtp://localhost:{}\nfrom = a@example.ac.th\n"
    before = conf.read_text()
    conf.write_text(before + mail.format(587))
    _, refused, allowed = probe(place, "courier")
    assert ("connect", "127.0.0.1:9") in refused and allowed == set()
    # Were the server there, it could.
    conf.write_text(before + mail.format(9))
    _, refused, allowed = probe(place, "courier")
    assert allowed == {("connect", "127.0.0.1:9")}
    # The desk may not even then.
    _, refused, allowed = probe(place, "desk")
    assert ("connect", "127.0.0.1:9") in refused and allowed == set()


def test_the_probe_can_tell_an_open_wall(make_place):
    """Outside of the fence the same attempts succeed."""
    place = make_place()
    assert (place.dir / "people" / "desk.db").read_bytes()[:6] == b"SQLite"
    with sqlite3.connect(place.dir / "people" / "desk.db") as db:
        assert db.execute("select email from person").fetchall()


def test_a_serving_process_stands_in_the_fence_it_is_probed_with(
        make_place, fenced):
    """The gate that serves cannot be handed a file of people by a link."""
    place = make_place().serve()
    pid = place.processes()["pratu-gate"]
    status = open(f"/proc/{pid}/status").read()
    assert "NoNewPrivs:\t1" in status
    seen = {line.split()[-1] for line in
            subprocess.run(["ls", "-l", f"/proc/{pid}/fd"],
                           capture_output=True, text=True).stdout.splitlines()
            if "->" in line}
    people = str(place.dir.resolve() / "people")
    assert not [path for path in seen if path.startswith(people)]
    assert [path for path in seen
            if path.startswith(str(place.dir.resolve() / "shared"))]


def test_desk_and_courier_cannot_read_a_source(university, fenced):
    sources = json.loads(
        university.pratu("source", "list", "--json").stdout)
    files = {s["dsn"].removeprefix("sqlite:") for s in sources
             if s["kind"] == "sqlite"}
    assert files
    for process in ("desk", "courier"):
        _, refused, allowed = probe(university, process)
        assert allowed == set()
        here = str(university.dir.resolve()) + "/"
        assert {("read", f.removeprefix(here)) for f in files} <= refused


KERNEL = """
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
/* An older kernel: Landlock of version $LANDLOCK_ABI, none when it is 0. */
long syscall(long n, ...)
{
	long (*real)(long, ...) = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	long abi = atol(getenv("LANDLOCK_ABI")), a[6];
	va_list ap;
	va_start(ap, n);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (n == 444 && abi == 0) {
		errno = ENOSYS;
		return -1;
	}
	if (n == 444 && a[0] == 0)
		return abi;
	return real(n, a[0], a[1], a[2], a[3], a[4], a[5]);
}
"""


@pytest.fixture(scope="session")
def kernel(tmp_path_factory):
    """Environments in which the kernel seems to be older."""
    folder = tmp_path_factory.mktemp("kernel")
    (folder / "kernel.c").write_text(KERNEL)
    subprocess.run(["gcc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o",
                    folder / "kernel.so", folder / "kernel.c"], check=True)
    return lambda abi: {"LD_PRELOAD": str(folder / "kernel.so"),
                        "LANDLOCK_ABI": str(abi)}


@pytest.mark.parametrize("abi", range(1, 8))
def test_every_version_of_landlock_holds_the_wall(make_place, kernel, abi,
                                                  fenced):
    if abi > landlock_abi():
        pytest.skip(f"the kernel's Landlock is version {landlock_abi()}")
    place = make_place()
    for process in ("desk", "courier", "gate"):
        fence, refused, allowed = probe(place, process, kernel(abi))
        assert fence == abi
        assert allowed == set()
        assert len(refused) >= 5
    done = place.pratu("doctor", env=kernel(abi))
    assert done.returncode == 0
    assert f"the kernel has Landlock, version {abi}" in done.stdout


def test_a_kernel_without_landlock_is_said_by_doctor_and_at_the_start(
        make_place, kernel, monkeypatch):
    place = make_place()
    fence, _, allowed = probe(place, "gate", kernel(0))
    assert fence == 0
    assert ("read", "people/desk.db") in allowed
    done = place.pratu("doctor", env=kernel(0))
    assert done.returncode == 1
    assert "This kernel has no Landlock" in done.stdout
    assert "the wall is open: read " in done.stdout
    for name, value in kernel(0).items():
        monkeypatch.setenv(name, value)
    place.serve()
    assert "This kernel has no Landlock" in place.output()
