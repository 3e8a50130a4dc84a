"""A corrected copy that goes back to whoever sent the table (ISO 9001 8.5.3): an
event when the gate has handed it over and recorded it, not when the desk opened the
way; once for each reading and person, whoever is killed in between."""
import hashlib
import os
import signal
import sqlite3
import subprocess
from contextlib import contextmanager

import pytest
import requests

from conftest import wait_until
from gate_work import gate_pid
from journey import Desk, desk, good  # noqa: F401  (a fixture)
from pages import Web
from psql import Psql
from test_brought import (entry_of, holds, sent, state_of,  # noqa: F401
                          table, told)

pytestmark = pytest.mark.both_stores


def ticket(person, no, one):
    """The way to a copy that the desk opens: the gate's URL."""
    led = person.api.get(f"/requests/{no}/uploads/{one}/corrected",
                         allow_redirects=False)
    assert led.status_code == 303, led.text
    return led.headers["Location"]


def fetch(url):
    got = requests.get(url, timeout=60)
    assert got.status_code == 200 and got.content[:2] == b"PK", got.text
    return got


def returned(person, no):
    return [e for e in person.get(f"/requests/{no}/events")["events"]
            if e["type"] == "returned"]


def deliveries(desk, one):
    return desk.store("select * from delivery where form = 'corrected'"
                      f" and document = '{one}' order by at, id", "shared")


def untold(desk, one):
    return desk.store("select g.delivery from given_back g join delivery d"
                      f" on d.id = g.delivery where d.document = '{one}'",
                      "shared")


def all_told(desk, one, n):
    """When all of so many are in the table of deliveries, and told of."""
    wait_until(f"{n} deliveries", lambda: len(deliveries(desk, one)) == n)
    wait_until("that each is told", lambda: not untold(desk, one))


@contextmanager
def held(desk, part, table):
    """Nobody else writes into it meanwhile; whoever would, waits."""
    place = desk.university
    if not place.dsn:
        db = sqlite3.connect(desk.file(part), timeout=60, isolation_level=None)
        db.execute("begin immediate")
        try:
            yield
        finally:
            db.close()
        return
    shell = Psql(place.dsn)
    try:
        shell.ask(f"begin; lock table {part}.{table} in exclusive mode")
        yield
    finally:
        shell.close()


def test_an_event_when_it_is_handed_over(desk):
    no = desk.icit.until("preparing")
    asks, officer = desk.requester, desk.icit.officer
    one = sent(asks, no, table(bad=1))["id"]
    first, unused = ticket(asks, no, one), ticket(asks, no, one)
    # Who only asks whether there is one does not have it.
    assert requests.head(first, timeout=60).status_code == 200
    # What was told after it tells that nothing is to be told of it.
    other = sent(asks, no, table())["id"]
    told(asks, no, "brought", "brought")
    all_told(desk, one, 0)
    assert not returned(asks, no)
    got = fetch(first)
    event, = wait_until("the event", lambda: returned(asks, no))
    row, = deliveries(desk, one)
    assert (event["by"], row["key_id"]) == (asks.email, asks.email)
    upload = state_of(asks, no, one)
    assert event["data"] == {
        "what": "corrected", "tables": [{
            "upload": one, "name": upload["name"],
            "sha256": upload["sha256"]}],
        "reading": event["data"]["reading"],
        "delivery": got.headers["Delivery-Id"], "log": row["log"],
        "leaf": row["leaf"], "handed": row["at"],
        "sha256": hashlib.sha256(got.content).hexdigest(),
        "bytes": len(got.content)}
    # On whichever way he comes to it, he has it once.
    fetch(first)
    fetch(ticket(asks, no, one))
    all_told(desk, one, 3)
    assert returned(asks, no) == [event]
    # Another person, and another reading.
    fetch(ticket(officer, no, one))
    all_told(desk, one, 4)
    good(asks.api.post(f"/requests/{no}/uploads/{one}/choose", {}))
    wait_until("it is read anew",
               lambda: state_of(asks, no, one)["state"] == "read")
    fetch(unused)
    all_told(desk, one, 5)
    by = [(e["by"], e["data"]["reading"] > event["data"]["reading"])
          for e in returned(asks, no)]
    assert by == [(asks.email, False), (officer.email, False),
                  (asks.email, True)]
    # Told twice, as a courier that fell before it took the note away.
    last = deliveries(desk, one)[-1]["id"]
    desk.change("shared", "insert into given_back (delivery, reading) values"
                f" ('{last}', {returned(asks, no)[-1]['data']['reading']})")
    all_told(desk, one, 5)
    assert len(returned(asks, no)) == 3
    # Of the other nothing.
    all_told(desk, other, 0)
    holds(desk.university)


def test_its_pages_say_when(desk):
    no = desk.icit.until("preparing")
    asks = desk.requester
    one = sent(asks, no, table(bad=1))["id"]
    web = Web(desk.university.desk, entry_of(desk))
    path = f"/requests/{no}/tables/{one}"
    url = ticket(asks, no, one)
    assert "ให้สำเนาสำหรับแก้ไขครั้งล่าสุด" not in web.open(path).text
    got = fetch(url)
    event, = wait_until("the event", lambda: returned(asks, no))
    assert "ให้สำเนาสำหรับแก้ไขครั้งล่าสุด" in web.open(path).text
    page = web.open(f"/requests/{no}").text
    for words in ("ให้สำเนาสำหรับแก้ไข", "รับสำเนาไปเมื่อ",
                  got.headers["Delivery-Id"], event["data"]["sha256"]):
        assert words in page
    # Not taken for what was prepared.
    assert "รหัสยืนยันชุดข้อมูล" not in page
    assert "เปิดให้ดาวน์โหลดสำเนาสำหรับแก้ไข" not in page


@pytest.fixture
def own(make_university, store):
    """A desk whose processes fall."""
    return Desk(make_university(store))


def test_who_falls_in_between_loses_nothing_and_tells_nothing_twice(own):
    no = own.icit.until("preparing")
    asks = own.requester
    one = sent(asks, no, table(bad=1))["id"]
    url = ticket(asks, no, one)
    # The gate: its record is on disk, and nobody knows of it yet.
    with held(own, "shared", "delivery"):
        got = fetch(url)
        assert not deliveries(own, one)
        gate = gate_pid(own.university)
        os.kill(gate, signal.SIGKILL)
        wait_until("its end", lambda: own.university.processes().get(
            "pratu-gate") != gate)
    event, = wait_until("the event", lambda: returned(asks, no))
    assert event["data"]["delivery"] == got.headers["Delivery-Id"]
    all_told(own, one, 1)
    # A courier, beside another: the event is there, and the note still.
    second = subprocess.Popen(
        [own.university.process.args[0], "serve", "--only", "courier",
         "--dir", own.university.dir], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        two = sent(asks, no, table(bad=2))["id"]
        told(asks, no, "brought", "returned", "brought")
        url = ticket(asks, no, two)
        with held(own, "people", "chain"):
            fetch(url)
            wait_until("the note", lambda: untold(own, two))
            shared = held(own, "shared", "given_back")
            shared.__enter__()
        try:
            wait_until("the event", lambda: len(returned(asks, no)) == 2)
            assert untold(own, two)
            os.kill(own.university.processes()["pratu-courier"],
                    signal.SIGKILL)
        finally:
            shared.__exit__(None, None, None)
        all_told(own, two, 1)
    finally:
        second.terminate()
        second.wait(30)
    assert [e["data"]["tables"][0]["upload"] for e in returned(asks, no)] == [
        one, two]
    holds(own.university)


