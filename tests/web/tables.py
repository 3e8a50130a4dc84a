"""Tables that are sent in, as the gate meets them: a row of the shared store, a
ticket, and the bytes through the gate's door."""
import hashlib
import json
import random
import secrets
import subprocess
import time

import requests

import journey
from conftest import wait_until

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def new_id():
    return "".join(random.SystemRandom().choice(LETTERS) for _ in range(20))


def ticket(desk, subject, purpose="upload", holder="pimchanok.t@example.ac.th"):
    """A secret that the gate takes for ten minutes."""
    secret = "prf_" + secrets.token_urlsafe(32)
    digest = hashlib.sha256(secret.encode()).hexdigest()
    literal = f"'\\x{digest}'" if desk.university.dsn else f"x'{digest}'"
    until = int(time.time() * 1000) + 600_000
    desk.change("shared", "insert into ticket (hash, purpose, subject, holder,"
                f" expires) values ({literal}, '{purpose}', '{subject}',"
                f" '{holder}', {until})")
    return secret


class Stores(journey.Desk):
    """A place without people: its stores alone."""

    def __init__(self, place):
        self.university = place


def gate_call(desk, path, body):
    """The desk's call on the gate's own socket: status, answer."""
    done = subprocess.run(
        ["curl", "-s", "--unix-socket",
         desk.university.dir / "shared" / "gate.sock", "-w", "\n%{http_code}",
         "-H", "Content-Type: application/json", "--data-binary", "@-",
         "http://gate" + path], input=json.dumps(body), text=True,
        stdout=subprocess.PIPE, timeout=120, check=True)
    text, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(text)


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def path_of(desk, one):
    """Where the gate keeps it."""
    row, = desk.store(f"select * from upload where id = '{one}'", "shared")
    name = row["file"] or row["sha256"]
    return desk.university.dir / "gate" / "uploads" / name[:2] / name


def announce(desk, no, name, choice=None):
    """A table on its way; its upload."""
    one = new_id()
    now = int(time.time() * 1000)
    desk.change("shared", "insert into upload (id, request, name, sha256, bytes,"
                " actor, created, received, kind, purpose)"
                f" values ('{one}', '{no}', {quoted(name)}, '', 0,"
                f" 'pimchanok.t@example.ac.th', {now}, 0, 'table', 'join')")
    text = json.dumps(choice, ensure_ascii=False) if choice else ""
    desk.change("shared", "insert into inbound (upload, request, state,"
                " progress, choice, found, finding, version, told, owner,"
                f" until, tries) values ('{one}', '{no}', 'waiting', 0,"
                f" {quoted(text)}, '', '', 0, 0, '', 0, 0)")
    return one


def bring(desk, one, content):
    put = requests.put(
        f"{desk.university.gate}/v1/u/{ticket(desk, one)}", data=content,
        timeout=120)
    assert put.status_code == 201, put.text


def send(desk, no, name, content, choice=None):
    one = announce(desk, no, name, choice)
    bring(desk, one, content)
    return one


def state(desk, one):
    """The row of its reading, JSON as it is."""
    row = desk.store(f"select * from inbound where upload = '{one}'",
                     "shared")[0]
    for key in ("choice", "found", "finding"):
        row[key] = json.loads(row[key]) if row[key] else None
    return row


def settled(desk, one, seconds=60):
    """When it is no longer read."""
    wait_until("a table to be read",
               lambda: state(desk, one)["state"] not in ("waiting", "reading"),
               seconds)
    return state(desk, one)


def choose(desk, one, choice):
    """To be read anew, so."""
    desk.change("shared", "update inbound set state = 'reading', choice ="
                f" {quoted(json.dumps(choice, ensure_ascii=False))},"
                " progress = 0, owner = '', until = 0, version = version + 1"
                f" where upload = '{one}'")
