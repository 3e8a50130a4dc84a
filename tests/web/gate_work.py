"""What the gate's tests share: sources of their own, requests that were
delivered, calls with a key, and the gate's tables beside the running server."""
import json
import re
import sqlite3
import subprocess
import time
from pathlib import Path

import requests

from conftest import landlock_abi, wait_until
from shell import Shell

ALL_FORMS = ["json", "ndjson", "csv", "xlsx", "xml", "html"]


def file_of(dsn):
    """The file of a source's DSN, or None."""
    found = re.match(r"sqlite:(/.*)|odbc:.*Database=(/[^;]*)", dsn)
    return found and Path(found[1] or found[2])


def add_source(university, name, path=None, system="HRIS", dsn=None,
               secret=None):
    """`pratu source add`; comes back when the gate can read it, which for a
    file in a folder outside of its fence is once it has started anew."""
    dsn = dsn or f"sqlite:{path}"
    known = [file_of(s["dsn"]) for s in json.loads(
        university.pratu("source", "list", "--json").stdout)]
    before = gate_pid(university)
    done = university.pratu("source", "add", name, "--system", system,
                            "--dsn", dsn,
                            *(["--secret-file", secret] if secret else []))
    assert done.returncode == 0, done.stderr
    if not file_of(dsn) or not landlock_abi() or any(
            k and file_of(dsn).is_relative_to(k.parent) for k in known):
        return
    wait_until("a gate that can read the source", lambda: university.processes(
        ).get("pratu-gate", before) != before)
    wait_until("a gate that serves", lambda: requests.get(
        university.gate + "/readyz", timeout=30).ok)


def make_db(path, *statements, rows=None):
    """A SQLite file; `rows` is {table: [tuple]}."""
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path)
    for s in statements:
        db.execute(s)
    for table, values in (rows or {}).items():
        marks = ",".join("?" * len(values[0]))
        db.executemany(f"insert into {table} values ({marks})", values)
    db.commit()
    db.close()
    return path


class Connection:
    """A connection at the gate, and one key of it."""

    def __init__(self, facts, holder):
        self.facts, self.holder = facts, holder
        self.id, self.url = facts["id"], facts["url"]
        self.key = holder.key(facts)
        self.http = requests.Session()

    def send(self, method="GET", path="", key=None, **kwargs):
        headers = {"Authorization": f"Bearer {key or self.key}",
                   "Accept-Language": "en", **kwargs.pop("headers", {})}
        return self.http.request(
            method, self.url + path, timeout=60,
            headers={k: v for k, v in headers.items() if v is not None},
            **kwargs)

    def get(self, path="", **params):
        """A GET; `params` as pairs or dict under the name `params`."""
        return self.send("GET", path, **params)

    def post(self, body=None, path="/query", **kwargs):
        return self.send("POST", path, json=body or {}, **kwargs)

    def rows(self, *pairs):
        """The rows of a GET as dicts."""
        answer = self.get(params=list(pairs))
        assert answer.status_code == 200, answer.text
        return answer.json()


class Delivered:
    """A request of which everything was delivered."""

    def __init__(self, desk, request):
        self.desk, self.no = desk, request["no"]
        self.holder = desk.requester
        self.request = request
        self.by_outlet, self.known = {}, {}
        for facts in request["connections"]:
            if facts["state"] == "active":
                self.by_outlet.setdefault(facts["outlet"], []).append(facts)
        self.documents = request["deliveries"]

    def connection(self, outlet="api-get", part=None):
        found = [f for f in self.by_outlet[outlet]
                 if part is None or f["part"] == part]
        return Connection(found[0], self.holder)

    def once(self, outlet):
        """The same with one key for all tests: a connection has ten."""
        if outlet not in self.known:
            self.known[outlet] = self.connection(outlet)
        return self.known[outlet]

    def document(self, form, part=None):
        """The bytes of a document, through the desk's ticket."""
        found = [d for d in self.documents if d["format"] == form
                 and (part is None or d["part"] == part)]
        answer = self.holder.fetch(found[0])
        assert answer.status_code == 200, answer.text
        return found[0], answer


def deliver(desk, **prepare):
    """Brings a request all the way and prepares as told."""
    icit = desk.icit
    no = icit.until("preparing")
    body = {"source": "HRIS", "outlets": ["api-get"], "formats": ALL_FORMS,
            **prepare}
    made = icit.officer.ok(no, "prepare", **body)
    icit.officer.ok(no, "deliver", digest=made["artefact"]["digest"])
    return Delivered(desk, desk.requester.request(no))


def prepare_fails(desk, **prepare):
    """The problem that answers a `prepare` which must be refused."""
    no = desk.icit.until("preparing")
    body = {"source": "HRIS", "outlets": ["api-get"], **prepare}
    return desk.icit.officer.send(no, "prepare", **body)


def settle(gate):
    """Brings the table of deliveries up to the log, as who asks for a receipt
    does, whoever he is."""
    assert requests.get(gate + "/v1/deliveries/none",
                        timeout=30).status_code == 401


class GateStore:
    """The shared store beside the running gate."""

    def __init__(self, university):
        self.shell = Shell(university, "shared")
        self.rows = self.shell.rows

    def one(self, sql):
        found = self.rows(sql)
        assert len(found) == 1, found
        return found[0]

    def change(self, *statements):
        """The fault itself: what no command can bring about in a test."""
        self.shell.change(*statements, "update change set flag = flag + 1")
        time.sleep(0.25)  # a gate may know a call for 200 ms

    def delivery(self, answer):
        """The record of an answer, once it has ended. The table follows the
        log of evidence some tens of milliseconds behind."""
        return self.delivery_of(answer.headers["Delivery-Id"])

    def delivery_of(self, name):
        row = {}

        def ended():
            for found in self.rows("select * from delivery where id = "
                                   f"'{name}'"):
                row.update(found)
            return row.get("status", "open") != "open"
        wait_until("the record's end", ended, 10)
        return row

    def count(self, sql, want):
        """Waits until the query's `n` is as wanted."""
        wait_until(f"{want} of {sql}",
                   lambda: self.one(sql)["n"] == want, 5)


def problem(answer, status, code):
    """A refusal of the gate, whole and without a name of the source."""
    assert answer.status_code == status, \
        f"{answer.status_code} {answer.text[:500]}"
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status and body["title"] and body["detail"]
    assert body["code"] == code, body
    assert body["type"] == "/help/errors#" + code
    for secret in ("sqlite", "/tmp", ".db", "such table", "such column"):
        assert secret not in answer.text.lower()
    return body


def fields(body):
    return {e["field"]: e["code"] for e in body["errors"]}


def gate_pid(university):
    return university.processes()["pratu-gate"]


def memory_kib(pid, key="VmRSS"):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1])
    raise AssertionError(key)


UNIX_POST = """
import http.client, json, socket, sys
path, target = sys.argv[1:]
c = http.client.HTTPConnection("gate")
c.sock = socket.socket(socket.AF_UNIX)
c.sock.connect(path)
c.request("POST", target, sys.stdin.buffer.read())
a = c.getresponse()
print(a.status)
print(a.read().decode())
"""


def unix_post(path, target, body, user=None):
    """A POST on the gate's socket, as another user if wanted: (status, body)."""
    done = subprocess.run(
        ["/usr/bin/python3", "-c", UNIX_POST, path, target],
        input=json.dumps(body), stdout=subprocess.PIPE, text=True, timeout=60,
        check=True, user=user, cwd="/")
    status, _, text = done.stdout.partition("\n")
    return int(status), json.loads(text)


def within(seconds, what, condition):
    """Waits; how long it took in seconds."""
    begin = time.monotonic()
    wait_until(what, condition, seconds)
    return time.monotonic() - begin
