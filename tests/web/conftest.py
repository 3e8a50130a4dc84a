"""What the tests of the whole stand on: real installations, real processes.

    cli             runs build/pratu (or $PRATU_BIN) and gives what it printed
    store           "sqlite"; with @pytest.mark.both_stores also "postgresql"
    make_place      makes empty installations (pratu init) of a test's own
    make_university makes demo universities (pratu demo) of a test's own
    university      the demo university that tests share, by store
    seed            a random.Random; its seed is printed, $PRATU_SEED sets it
    full_size       True in ./test --long; such tests carry @pytest.mark.long

Servers listen on free loopback ports and end with their test by their pid.
PostgreSQL is the server of $PRATU_TEST_PG (tests/pg.sh), one database for each
installation; without that variable a server is started for the session.
"""
import ctypes
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import hypothesis
import pytest
import requests

from psql import Psql

ROOT = Path(__file__).resolve().parents[2]
PRATU = Path(os.environ.get("PRATU_BIN", ROOT / "build" / "pratu"))
ADMIN = ("admin@example.ac.th", "a long enough pass phrase")
START_S = 60


def pytest_configure(config):
    config.addinivalue_line("markers", "both_stores: on SQLite and PostgreSQL")
    config.addinivalue_line("markers", "long: has a full size, ./test --long")
    # ./test tries the same examples each time; new ones are for ./test --long.
    hypothesis.settings.register_profile(
        "pratu", derandomize=not os.environ.get("PRATU_LONG"))
    hypothesis.settings.load_profile("pratu")


def pytest_generate_tests(metafunc):
    if "store" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("both_stores")
        metafunc.parametrize(
            "store", ["sqlite", "postgresql"] if both else ["sqlite"],
            scope="session")


def journeys(*ways):
    """Of the ways to make one long journey (its language, its width): the first
    in ./test, all in ./test --long. For @pytest.mark.long tests."""
    return ways if os.environ.get("PRATU_LONG") else ways[:1]


WORKERS = 8
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % WORKERS
given_ports = set()


def free_port():
    """Below the range from which connections take their own ports, so that
    none of them has it when the server comes to listen; nor has one who tests
    beside us, or we for another server."""
    for _ in range(200):
        port = random.SystemRandom().randrange(20000 + WORKER, 32000, WORKERS)
        if port in given_ports:
            continue
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
            given_ports.add(port)
            return port
    pytest.fail("no free port")


def wait_until(what, condition, seconds=START_S):
    """Until condition() is true; its value. Fails, saying what, when not."""
    end = time.monotonic() + seconds
    while True:
        asked = time.monotonic()
        value = condition()
        if value:
            return value
        now = time.monotonic()
        if now > end:
            pytest.fail(f"waited {seconds} s in vain for: {what}")
        # Who asks does not keep from work what is waited for.
        time.sleep(min(0.3, max(0.02, now - asked)))


def landlock_abi():
    """The version that the kernel has; 0: none, and no fence."""
    create_ruleset, version = 444, 1
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, libc.syscall(create_ruleset, None, 0, version))


def run_pratu(*args, stdin="", env=None, cwd=None):
    """Runs one command to its end: .returncode, .stdout, .stderr."""
    return subprocess.run(
        [PRATU, *map(str, args)], input=stdin, text=True, cwd=cwd,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
        env={**os.environ, "LC_ALL": "C", **(env or {})})


@pytest.fixture(scope="session")
def cli():
    return run_pratu


@pytest.fixture(scope="session")
def full_size():
    return bool(os.environ.get("PRATU_LONG"))


@pytest.fixture
def seed(request):
    number = int(os.environ.get("PRATU_SEED", random.randrange(2**32)))
    print(f"{request.node.name}: PRATU_SEED={number}")
    return random.Random(number)


class Postgresql:
    """The server of the session, started when the first test asks for it."""

    def __init__(self):
        self.dsn = os.environ.get("PRATU_TEST_PG")
        self.server = None
        self.n = 0

    def start(self):
        # tests/pg.sh ends when its command does: cat ends with its input.
        self.server = subprocess.Popen(
            [ROOT / "tests" / "pg.sh", "sh", "-c",
             'echo "$PRATU_TEST_PG"; exec cat'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        self.dsn = self.server.stdout.readline().strip()
        assert self.dsn, "tests/pg.sh gave no server"

    def new_database(self):
        """The administrator's DSN of a new, empty database."""
        if not self.dsn:
            self.start()
        self.n += 1
        name = f"u{os.getpid()}x{self.n}"
        subprocess.run(["psql", "-q", "-d", self.dsn, "-c",
                        f"create database {name}"], check=True)
        return self.dsn.replace("@/postgres", f"@/{name}")

    def stop(self):
        if self.server:
            self.server.stdin.close()
            self.server.wait(30)


@pytest.fixture(scope="session")
def postgresql():
    server = Postgresql()
    yield server
    server.stop()


class Api:
    """A person's calls to the desk's JSON API; paths start below /api/v1."""

    def __init__(self, base, token):
        self.base = base + "/api/v1"
        self.session = requests.Session()
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def call(self, method, path, **kwargs):
        return self.session.request(method, self.base + path, timeout=60,
                                    **kwargs)

    def get(self, path, **kwargs):
        return self.call("GET", path, **kwargs)

    def post(self, path, body=None, **kwargs):
        return self.call("POST", path, json={} if body is None else body,
                         **kwargs)

    def patch(self, path, body, **kwargs):
        return self.call("PATCH", path, json=body, **kwargs)

    def delete(self, path, **kwargs):
        return self.call("DELETE", path, **kwargs)


class Place:
    """One installation in a folder of its own, and its running server."""

    def __init__(self, dsn=None):
        self.top = Path(tempfile.mkdtemp(prefix="pratu-web."))
        self.dir = self.top / "place"
        self.log = self.top / "serve.log"
        self.dsn = dsn
        self.desk = f"http://127.0.0.1:{free_port()}"
        self.gate = f"http://127.0.0.1:{free_port()}"
        self.process = None
        self.shells = {}

    def psql(self, url, env=None):
        """A psql of that URL, which ends with the place."""
        if url not in self.shells:
            self.shells[url] = Psql(url, env)
        return self.shells[url]

    @property
    def store_args(self):
        return ["--store", self.dsn] if self.dsn else []

    def pratu(self, *args, stdin="", env=None):
        return run_pratu(*args, "--dir", self.dir, stdin=stdin, env=env)

    def start(self, *command):
        """Runs a command that serves, its messages in self.log."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [PRATU, *map(str, command)], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "LC_ALL": "C"})
        return self

    def output(self):
        return self.log.read_text(errors="replace")

    def alive(self):
        if self.process.poll() is not None:
            pytest.fail(f"the server ended with {self.process.returncode}:\n"
                        + self.output())
        return True

    def init(self):
        done = run_pratu("init", self.dir, "--admin", ADMIN[0],
                         *self.store_args, stdin=ADMIN[1] + "\n")
        assert done.returncode == 0, done.stderr
        text = (self.dir / "pratu.conf").read_text()
        for name, url in (("8080", self.desk), ("8081", self.gate)):
            text = text.replace(f"127.0.0.1:{name}", urlsplit(url).netloc)
        (self.dir / "pratu.conf").write_text(text)
        return self

    def serve(self):
        before = self.log.stat().st_size if self.log.exists() else 0
        self.start("serve", "--dir", self.dir)
        wait_until("the ready line", lambda: self.alive() and
                   "Pratu is serving" in self.output()[before:])
        return self

    def processes(self):
        """pid by name of the supervisor's processes that run now."""
        found = {}
        for child in Path("/proc").glob("[0-9]*"):
            try:
                stat = (child / "stat").read_text()
            except OSError:
                continue
            name = stat[stat.index("(") + 1:stat.rindex(")")]
            fields = stat[stat.rindex(")") + 2:].split()
            if int(fields[1]) == self.process.pid and fields[0] != "Z":
                found[name] = int(child.name)
        return found

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def kill(self):
        """As a power cut: the supervisor and all three at once."""
        for pid in self.processes().values():
            os.kill(pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()

    def remove(self):
        self.stop()
        for shell in self.shells.values():
            shell.close()
        said = self.output() if self.log.exists() else ""
        fallen = [line for line in said.splitlines()
                  if re.search(r'"how":"signal (4|6|7|8|11)"|runtime error:|'
                               r"(Address|Leak)Sanitizer", line)]
        shutil.rmtree(self.top, ignore_errors=True)
        assert not fallen, "\n".join(fallen) + said[-3000:]


class University(Place):
    """A demo university that serves; people as demo.json lists them."""

    def demo(self, *args):
        ready = self.dir / "demo.json"
        ready.unlink(missing_ok=True)
        self.start("demo", "--dir", self.dir,
                   "--desk", urlsplit(self.desk).netloc,
                   "--gate", urlsplit(self.gate).netloc,
                   *self.store_args, *args)
        wait_until("demo.json", lambda: self.alive() and ready.exists())
        self.facts = json.loads(ready.read_text())
        assert self.facts["ready"] is True
        return self

    def people(self, role, office=None):
        return [p for p in self.facts["people"] if p["role"] == role
                and (office is None or office in p["offices"])]

    def person(self, role, office=None):
        """The one who can play the role to the end."""
        return self.people(role, office)[0]

    def api(self, person=None):
        """Calls as a person of demo.json, as (role, office), or as nobody."""
        if isinstance(person, str):
            person = self.person(person)
        elif isinstance(person, tuple):
            person = self.person(*person)
        return Api(self.desk, person and person["token"])


@pytest.fixture
def make_place(postgresql):
    made = []

    def make(store="sqlite"):
        dsn = postgresql.new_database() if store == "postgresql" else None
        made.append(Place(dsn))
        return made[-1].init()

    yield make
    for place in made:
        place.remove()


@pytest.fixture
def make_university(postgresql):
    made = []

    def make(store="sqlite", *args):
        dsn = postgresql.new_database() if store == "postgresql" else None
        made.append(University(dsn))
        return made[-1].demo(*args)

    yield make
    for place in made:
        place.remove()


@pytest.fixture(scope="session")
def shared_universities(postgresql):
    made = {}
    yield made
    for place in made.values():
        place.remove()


@pytest.fixture
def university(store, shared_universities, postgresql):
    """Shared: a test may add to it but must not stop or empty it."""
    if store not in shared_universities:
        dsn = postgresql.new_database() if store == "postgresql" else None
        shared_universities[store] = University(dsn)
        shared_universities[store].demo()
    return shared_universities[store]
