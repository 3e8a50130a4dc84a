"""Files sent in for a request: how many and how much, and what becomes of those
that nothing uses."""
import hashlib
import os
import time

import pytest
import requests

from conftest import wait_until
from journey import desk, good, refusal, wrong_fields  # noqa: F401

pytestmark = pytest.mark.both_stores

PER_REQUEST = 50
TOTAL = 1 << 30
DAY_MS = 24 * 3600 * 1000


def ticket(person, no, name="a.csv"):
    return person.api.post(f"/requests/{no}/uploads", {"name": name})


def send(person, no, content):
    """(id, where the gate keeps it)"""
    told = good(ticket(person, no), 201)
    assert requests.put(told["url"], data=content,
                        timeout=60).status_code == 201
    return told["id"], kept(person, content)


def kept(person, content):
    sha = hashlib.sha256(content).hexdigest()
    return person.uploads / sha[:2] / sha


@pytest.fixture
def officer(desk):
    person = desk.icit.officer
    person.uploads = desk.university.dir / "gate" / "uploads"
    return person


def row(desk, one):
    return desk.store(f"select * from upload where id = '{one}'", "shared")[0]


def age(desk, one, path=None, days=8):
    """Sets a file back in the store and on disk."""
    back = days * DAY_MS
    desk.change("shared", f"update upload set created = created - {back},"
                f" received = case when received > 0 then received - {back}"
                f" else 0 end where id = '{one}'")
    if path:
        then = time.time() - days * 86400
        os.utime(path, (then, then))


def test_how_many_and_how_much(desk, officer):
    no = desk.icit.until("preparing")
    values = ", ".join(
        f"('{no}-{i}', '{no}', 'x', '', 0, 'x', {int(time.time() * 1000)}, 0)"
        for i in range(PER_REQUEST - 1))
    desk.change("shared", "insert into upload (id, request, name, sha256,"
                          f" bytes, actor, created, received) values {values}")
    told = good(ticket(officer, no), 201)
    problem = refusal(ticket(officer, no), 422, "upload-count")
    assert str(PER_REQUEST) in problem["detail"]
    # Another request has its own; what was swept counts no more.
    other = desk.icit.until("preparing")
    good(ticket(officer, other), 201)
    desk.change("shared", f"update upload set swept = 1 where id = '{no}-0'")
    good(ticket(officer, no), 201)

    # The gate refuses what would be too much, and takes what just fits.
    desk.change("shared", f"update upload set bytes = {TOTAL - 10},"
                          f" received = 1, used = 1 where id = '{no}-1'")
    put = requests.put(told["url"], data=b"x" * 11, timeout=60)
    problem = refusal(put, 413, "upload-total")
    assert "1024" in problem["detail"]
    assert not kept(officer, b"x" * 11).exists()
    put = requests.put(told["url"], data=b"x" * 10, timeout=60)
    assert put.status_code == 201, put.text
    desk.change("shared", f"update upload set swept = 1 where id = '{no}-2'")
    refusal(ticket(officer, no), 413, "upload-total")
    desk.change("shared", f"delete from upload where request = '{no}'")


def test_what_nothing_uses_is_swept(desk, officer):
    no = desk.icit.until("preparing")
    stamp = f"{no} {time.time()}".encode()
    used, used_at = send(officer, no, b"used " + stamp)
    unused, unused_at = send(officer, no, b"unused " + stamp)
    young, young_at = send(officer, no, b"young " + stamp)
    twice, twice_at = send(officer, no, b"twice " + stamp)
    again, _ = send(officer, no, b"twice " + stamp)
    never = good(ticket(officer, no), 201)["id"]
    officer.ok(no, "prepare", file=used, outlets=["export"],
               columns=[], confirm={"exists": True, "releasable": True})
    assert row(desk, used)["used"] > 0 and row(desk, unused)["used"] == 0
    half = officer.uploads / ".halfreceivedbytes"
    half.write_bytes(b"half")
    fresh = officer.uploads / ".beingreceivednow"
    fresh.write_bytes(b"half")
    os.utime(half, (time.time() - 2 * 86400,) * 2)
    for one, path in ((used, used_at), (unused, unused_at), (never, None),
                      (twice, twice_at)):
        age(desk, one, path)
    age(desk, young, young_at, days=6)

    wait_until("the sweep", lambda: row(desk, unused)["swept"] > 0
               and not half.exists(), seconds=30)
    assert not unused_at.exists() and fresh.exists()
    assert row(desk, never)["swept"] > 0 and row(desk, twice)["swept"] > 0
    # The same bytes came twice: the younger keeps them.
    assert twice_at.exists() and row(desk, again)["swept"] == 0
    for one, path in ((used, used_at), (young, young_at)):
        assert row(desk, one)["swept"] == 0 and path.exists()
    # The record stays, and in the log.
    gone = row(desk, unused)
    assert (gone["name"], gone["actor"]) == ("a.csv", officer.email)
    assert unused in desk.university.output()
    # What is gone can be prepared no more; what was used can, again.
    problem = officer.refused(422, "invalid", no, "prepare", file=unused,
                              outlets=["export"],
                              confirm={"exists": True, "releasable": True})
    assert "file" in str(wrong_fields(problem))
    officer.ok(no, "prepare", file=used, outlets=["export"],
               confirm={"exists": True, "releasable": True})
    fresh.unlink()


def test_what_is_sent_in_is_sealed(desk, officer):
    """The disk never has it in clear; a flipped bit, a file cut off and another's
    bytes in its place are no file; what came before there were seals still is."""
    no = desk.icit.until("preparing")
    content = "1100100110007,สมชาย ใจดี\r\n".encode() * 9000
    one, path = send(officer, no, content)
    kept_bytes = path.read_bytes()
    assert "สมชาย".encode() not in kept_bytes and b"1100100110007" not in kept_bytes
    assert len(kept_bytes) == 80 + len(content) + 16 * -(-len(content) // 65536)
    name = path.name
    asked = {"file": one, "outlets": ["export"], "columns": [],
             "confirm": {"exists": True, "releasable": True}}

    def prepare():
        return officer.send(no, "prepare", **asked)

    other = "another file".encode()
    _, other_path = send(officer, no, other)
    for wrong in (kept_bytes[:40000] + bytes([kept_bytes[40000] ^ 4])
                  + kept_bytes[40001:], kept_bytes[:-1], kept_bytes[:80 + 65552],
                  other_path.read_bytes()):
        path.write_bytes(wrong)
        assert prepare().status_code >= 500
    # One from before: its bytes as they are.
    path.write_bytes(content)
    assert path.name == name
    made = good(prepare())
    assert made["artefact"]["documents"][0]["sha256"] == name
    # By a form of the browser it is sealed too.
    told = good(ticket(officer, no), 201)
    form = "in clear by a form".encode()
    put = requests.post(told["url"], files={"file": ("a.csv", form)},
                        allow_redirects=False, timeout=60)
    assert put.status_code == 303, put.text
    assert form not in kept(officer, form).read_bytes()
