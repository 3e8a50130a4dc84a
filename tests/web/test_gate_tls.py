"""TLS to a PostgreSQL source, against a server with a certificate of its own:
the gate asks for the right name and root, inside of its fence; so does the view
maker."""
import os
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
import requests

from conftest import landlock_abi, wait_until
from gate_work import GateStore, deliver, gate_pid, problem
from journey import desk  # noqa: F401

BIN = Path("/usr/lib/postgresql/15/bin")


def openssl(folder, *args):
    subprocess.run(["openssl", *map(str, args)], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def certificates(folder):
    """A root, a certificate of it for localhost, and a root of nobody's."""
    for name in ("root", "other"):
        openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", f"/CN=test {name}", "-keyout", f"{name}.key",
                "-out", f"{name}.crt")
    openssl(folder, "req", "-new", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
            "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
    (folder / "ext").write_text("subjectAltName=DNS:localhost\n")
    openssl(folder, "x509", "-req", "-in", "server.csr", "-CA", "root.crt",
            "-CAkey", "root.key", "-CAcreateserial", "-days", "2",
            "-extfile", "ext", "-out", "server.crt")


def as_owner(*args):
    who = ["setpriv", "--reuid=postgres", "--regid=postgres",
           "--clear-groups"] if os.getuid() == 0 else []
    return [*who, *map(str, args)]


class Server:
    """A PostgreSQL that takes TLS alone, on a loopback port."""

    def __init__(self):
        self.hold = tempfile.TemporaryDirectory(prefix="pratu-tls.")
        self.dir = Path(self.hold.name)
        self.dir.chmod(0o711)
        self.data, self.public = self.dir / "data", self.dir / "public"
        for made in (self.data, self.public):
            made.mkdir()
        certificates(self.dir)
        for name in ("root", "other"):
            (self.public / f"{name}.crt").write_bytes(
                (self.dir / f"{name}.crt").read_bytes())
        self.own(self.data)
        subprocess.run(as_owner(
            BIN / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust",
            "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions",
            "--no-sync"), check=True, stdout=subprocess.DEVNULL, cwd="/")
        for name in ("server.crt", "server.key"):
            kept = self.data / name
            kept.write_bytes((self.dir / name).read_bytes())
            kept.chmod(0o600)
            self.own(kept)
        (self.data / "pg_hba.conf").write_text(
            "local all postgres trust\n"
            "hostssl all all all scram-sha-256\n")
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.run = self.dir / "run"
        self.run.mkdir()
        self.own(self.run)
        self.process = subprocess.Popen(as_owner(
            BIN / "postgres", "-D", self.data, "-k", self.run, "-p",
            self.port, "-c", "listen_addresses=127.0.0.1", "-c", "ssl=on",
            "-c", "fsync=off"), cwd="/", stderr=subprocess.DEVNULL)
        wait_until("the server", lambda: subprocess.run(
            [BIN / "pg_isready", "-q", "-h", self.run, "-p", str(self.port)]
        ).returncode == 0)
        self.sql("create database reg")
        for s in ("create table student(id int primary key, name text)",
                  "insert into student values (1, 'สมชาย'), (2, 'มานะ')",
                  "create role reads login password 'reads'",
                  "grant select on student to reads",
                  "create role makes login createrole password 'makes'",
                  "grant reads to makes",
                  "grant create on database reg to makes",
                  "revoke temporary on database reg from public"):
            self.sql(s, "reg")

    def own(self, path):
        if os.getuid() == 0:
            subprocess.run(["chown", "postgres:", path], check=True)

    def sql(self, text, database="postgres"):
        subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.run,
                        "-p", str(self.port), "-U", "postgres", "-d",
                        database, "-c", text], check=True)

    def dsn(self, role, host="localhost", root="root"):
        return (f"postgresql://{role}@{host}:{self.port}/reg?sslmode="
                f"verify-full&sslrootcert={self.public}/{root}.crt")

    def stop(self):
        self.process.send_signal(signal.SIGINT)  # does not wait for clients
        self.process.wait(30)
        self.hold.cleanup()


@pytest.fixture(scope="module")
def server():
    made = Server()
    yield made
    made.stop()


@pytest.fixture
def secret(tmp_path):
    def write(text):
        path = tmp_path / text
        path.write_text(text + "\n")
        return path
    return write


def add(university, name, dsn, secret):
    return university.pratu("source", "add", name, "--system", "HRIS",
                            "--dsn", dsn, "--secret-file", secret)


@pytest.mark.parametrize("host, root", [
    ("127.0.0.1", "root"),   # a name that the certificate has not
    ("localhost", "other")])  # a root that has not signed it
def test_another_server_is_refused(university, server, secret, host, root):
    done = add(university, "TLSBAD", server.dsn("reads", host, root),
               secret("reads"))
    assert done.returncode not in (0, 2), done.stdout
    assert "TLSBAD" not in university.pratu("source", "list").stdout


@pytest.fixture
def source(university, server, secret):
    if not hasattr(university, "source_tls"):
        before = gate_pid(university)
        done = add(university, "TLS", server.dsn("reads"), secret("reads"))
        assert done.returncode == 0, done.stderr
        if landlock_abi():  # the root is outside of the fence so far
            wait_until("a gate that may read the root", lambda: university
                       .processes().get("pratu-gate", before) != before)
        wait_until("a gate that serves", lambda: requests.get(
            university.gate + "/readyz", timeout=30).ok)
        university.source_tls = True
    return "TLS"


def test_the_gate_reads_through_tls(university, desk, server, source):  # noqa: F811,E501
    check = university.pratu("source", "check", source)
    assert check.returncode == 0 and "TLS" in check.stdout
    made = deliver(desk, source=source, filterable=["id"],
                   sql="select id, name from student order by id")
    call = made.connection()
    assert call.rows() == [{"id": 1, "name": "สมชาย"},
                           {"id": 2, "name": "มานะ"}]
    # Another's certificate in the right one's place: nothing goes out.
    root = server.public / "root.crt"
    kept = root.read_bytes()
    root.write_bytes((server.public / "other.crt").read_bytes())
    server.sql("select pg_terminate_backend(pid) from pg_stat_activity where"
               " usename = 'reads'")
    try:
        answer = call.get()
        assert answer.status_code == 503
        assert problem(answer, 503, "source-down")
        assert "certificate" in university.output()
        assert "certificate" not in answer.text
    finally:
        root.write_bytes(kept)
    assert len(call.rows()) == 2


def test_the_view_maker_too(university, desk, server, source, secret):  # noqa: F811,E501
    bad = university.pratu(
        "source", "views", source, "--dsn", server.dsn("makes", "127.0.0.1"),
        "--secret-file", secret("makes"))
    assert bad.returncode != 0
    done = university.pratu(
        "source", "views", source, "--dsn", server.dsn("makes"),
        "--secret-file", secret("makes"))
    assert done.returncode == 0, done.stderr + done.stdout
    icit = desk.icit
    no = icit.until("preparing")
    made = icit.officer.ok(no, "prepare", source=source, outlets=["view"],
                           sql="select id, name from student")
    icit.officer.ok(no, "deliver", digest=made["artefact"]["digest"])
    facts = desk.requester.request(no)["connections"][0]
    store = GateStore(university)
    wait_until("the view", lambda: store.one(
        "select count(*) as n from view_act where act = 'opened' and"
        f" connection = '{facts['id']}'")["n"] == 1, 20)
    key = desk.requester.key(facts)
    facts = desk.requester.api.get(f"/connections/{facts['id']}").json()
    role, database = facts["view"]["role"], facts["view"]["database"]
    out = subprocess.run(
        ["psql", "-XAt", f"postgresql://{role}@localhost:{server.port}/"
         f"{database}?sslmode=verify-full&sslrootcert={server.public}/root.crt",
         "-c", "select count(*) from "
         f"{facts['view']['schema']}.{facts['view']['view']}"],
        env={**os.environ, "PGPASSWORD": key}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert out.stdout.strip() == "2", out.stderr
