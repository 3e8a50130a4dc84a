"""What is sent in is kept: a fault of the house loses nothing and is said, what was
lost and is there again is read again; each file goes by itself, and no gate hurts
another's."""
import json
import os
import signal
import sqlite3
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests

import conftest
import tables
from conftest import free_port, wait_until
from journey import desk, good, refusal, wrong_fields  # noqa: F401
from pages import Web
from tables import path_of
from test_brought import (STUDENTS, entry_of, events, sent, state_of, table,
                          told)

both = pytest.mark.both_stores  # where the store is asked


def look(desk, one, no="T-1"):
    return tables.gate_call(desk, "/table-look", {
        "upload": one, "request": no, "by": "pimchanok.t@example.ac.th"})


def shut(desk, one, why):
    """Nothing is opened, made, taken in or called lost; all else is served."""
    place = desk.university
    said = f'"event":"gate.uploads","state":"shut","why":"{why}"'
    wait_until(f"that the log says {why}", lambda: said in place.output())
    status, problem = look(desk, one)
    assert (status, problem["code"]) == (503, "uploads-shut"), problem
    waiting = tables.announce(desk, "T-1", "b.csv")
    url = f"{place.gate}/v1/u/{tables.ticket(desk, waiting)}"
    put = requests.put(url, data=b"a\n1\n", timeout=60)
    assert (put.status_code, put.json()["code"]) == (503, "uploads-shut")
    tables.choose(desk, one, {})
    time.sleep(1)
    assert tables.state(desk, one)["state"] == "reading"
    ready = requests.get(place.gate + "/readyz", timeout=60)
    assert (ready.status_code, "without" in ready.text) == (200, True)
    return url


def doctor(place):
    checked = json.loads(place.pratu("doctor", "--json").stdout)["checks"]
    return next(c["state"] for c in checked if c["check"] == "uploads")


def opened(desk, one, url):
    """Without a new start."""
    row = tables.settled(desk, one)
    assert (row["state"], row["finding"]) == ("read", None), row
    assert look(desk, one)[0] == 200
    assert requests.put(url, data=b"a\n1\n", timeout=60).status_code == 201
    assert requests.get(desk.university.gate + "/readyz", timeout=60
                        ).text == "ok\n"


def test_without_its_secret_nothing_is_lost(make_place, store):
    place = make_place(store).serve()
    desk = tables.Stores(place)
    one = tables.send(desk, "T-1", "a.csv", b"a\n1\n")
    assert tables.settled(desk, one)["state"] == "read"
    secret = place.dir / "gate" / "uploads.secret"
    right = secret.read_bytes()
    place.stop()
    secret.unlink()
    place.serve()
    url = shut(desk, one, "no-secret")
    assert doctor(place) == "bad"
    assert not secret.exists()
    secret.write_bytes(right[::-1])
    shut(desk, one, "other-secret")
    # A copy of the folder that was made before there were marks.
    (place.dir / "gate" / "uploads" / "mark").unlink()
    shut(desk, one, "other-secret")
    secret.write_bytes(right)
    opened(desk, one, url)
    assert doctor(place) == "good"
    assert (place.dir / "gate" / "uploads" / "mark").exists()
    # Whoever has no other says so: it is begun anew, and then it is lost.
    place.stop()
    secret.unlink()
    (place.dir / "gate" / "uploads" / "begin-anew").touch()
    place.serve()
    tables.choose(desk, one, {})
    row = tables.settled(desk, one)
    assert (row["state"], row["finding"]["code"]) == ("lost", "changed")
    assert secret.read_bytes() not in (b"", right)
    assert not (place.dir / "gate" / "uploads" / "begin-anew").exists()


def test_without_its_folder_nothing_is_lost(make_place, store):
    place = make_place(store).serve()
    desk = tables.Stores(place)
    one = tables.send(desk, "T-1", "a.csv", b"a\n1\n")
    assert tables.settled(desk, one)["state"] == "read"
    folder = place.dir / "gate" / "uploads"
    away = place.top / "away"
    folder.rename(away)
    url = shut(desk, one, "no-files")
    assert not folder.exists()
    folder.mkdir()
    place.stop()
    place.serve()
    shut(desk, one, "no-files")
    assert not list(folder.iterdir())
    folder.rmdir()
    away.rename(folder)
    opened(desk, one, url)


@both
def test_what_was_lost_is_looked_for_when_the_gate_starts(make_place, store):
    place = make_place(store).serve()
    desk = tables.Stores(place)
    there, gone, never = (
        tables.send(desk, "T-1", "a.csv", b"a\n%d\n" % i) for i in range(3))
    for one in (there, gone, never):
        assert tables.settled(desk, one)["state"] == "read"
    lost = path_of(desk, gone).read_bytes()
    for one in (gone, never):
        path_of(desk, one).unlink()
        tables.choose(desk, one, {})
        assert tables.settled(desk, one)["state"] == "lost"
    before = tables.state(desk, never)["version"]
    path_of(desk, gone).write_bytes(lost)
    place.stop()
    place.serve()
    wait_until("it is read again",
               lambda: tables.state(desk, gone)["state"] == "read")
    assert tables.state(desk, gone)["finding"] is None
    assert look(desk, gone)[0] == 200
    # What is not there is not told of again.
    row = tables.state(desk, never)
    assert (row["state"], row["version"]) == ("lost", before)


@both
def test_who_sent_it_has_it_looked_for(desk):
    no = desk.icit.until("preparing")
    one = sent(desk.requester, no, table())
    told(desk.requester, no, "brought")
    path = path_of(desk, one["id"])
    kept = path.read_bytes()
    path.unlink()
    base = f"/requests/{no}/uploads/{one['id']}"
    # On the page a button, without one for other choices.
    web = Web(desk.university.desk, entry_of(desk))

    def ask():
        good(desk.requester.api.post(base + "/choose", {}))
        return wait_until("it is settled", lambda: (
            lambda t: t if t["state"] not in ("reading",) else None)(
                state_of(desk.requester, no, one["id"])))

    assert ask()["state"] == "lost"
    told(desk.requester, no, "brought", "lost")
    page = web.open(f"/requests/{no}/tables/{one['id']}")
    assert "ค้นหาไฟล์นี้อีกครั้ง" in page.text
    # Not there yet: no second event.
    assert ask()["state"] == "lost"
    path.write_bytes(kept)
    web.send(page, f"/tables/{one['id']}")
    wait_until("it is read", lambda: state_of(
        desk.requester, no, one["id"])["state"] == "read")
    found = told(desk.requester, no, "brought", "lost", "brought")[2]
    assert found["data"]["found_again"] is True
    assert found["data"]["rows"] == 30
    page = web.open(f"/requests/{no}")
    assert "ไฟล์นี้เคยหาย และพบแล้ว" in page.text
    # Its sender need not send it again, and is told so, once.
    mails = [r for r in desk.store(
        f"select kind, recipient, body, link from outbox where request = '{no}'"
        " order by id") if r["kind"] in ("lost", "found")]
    assert [(m["kind"], m["recipient"]) for m in mails] == [
        ("lost", desk.requester.email), ("found", desk.requester.email)]
    assert "ไม่ต้องส่งไฟล์นี้อีก" in mails[1]["body"]
    assert mails[1]["link"] == f"/requests/{no}/tables/{one['id']}"
    # Read anew, it is what it was.
    good(desk.requester.api.post(base + "/choose", {}))
    wait_until("it is read", lambda: state_of(
        desk.requester, no, one["id"])["state"] == "read")
    time.sleep(2)
    assert len(events(desk.requester, no)) == 3
    assert len(desk.store("select id from outbox where kind = 'found'"
                          f" and request = '{no}'")) == 1


def age(path, hours=2):
    then = time.time() - hours * 3600
    os.utime(path, (then, then))


def kept_files(desk):
    return {p for p in (desk.university.dir / "gate" / "uploads").rglob("*")
            if p.is_file() and p.name != "mark" and p.name[0] != "."}


@both
def test_each_goes_on_its_own_day(make_place, store):
    """Though the same bytes were sent twice; and a finished file of an officer's with
    these bytes is another one."""
    place = make_place(store).serve()
    desk = tables.Stores(place)
    content = b"a,b\n1,2\n"
    first, second, old = (
        tables.send(desk, "T-1", "a.csv", content) for _ in range(3))
    for one in (first, second, old):
        assert tables.settled(desk, one)["state"] == "read"
    paths = {path_of(desk, one) for one in (first, second, old)}
    assert kept_files(desk) == paths and len(paths) == 3
    # One from before tables had names of their own lies by its digest.
    row, = desk.store(f"select * from upload where id = '{old}'", "shared")
    sha = row["sha256"]
    was = path_of(desk, old)
    desk.change("shared", f"update upload set file = '' where id = '{old}'")
    path_of(desk, old).parent.mkdir(exist_ok=True)
    was.rename(path_of(desk, old))
    assert look(desk, old)[0] == 200
    path = path_of(desk, first)
    desk.change("shared", "insert into disposal (request, kind, sha256, subject,"
                " name, bytes, ordered, how, gone) values"
                f" ('T-1', 'uploads', '{sha}', '{first}', 'a.csv', 8,"
                f" {int(time.time() * 1000)}, '', 0)")
    wait_until("destroyed", lambda: tables.state(desk, first)["state"]
               == "destroyed", 30)
    assert not path.exists()
    assert look(desk, first)[0] == 410
    for one in (second, old):
        assert path_of(desk, one).exists() and look(desk, one)[0] == 200


def test_of_several_files_by_one_ticket_one_is_kept(make_place, store):
    place = make_place(store).serve()
    desk = tables.Stores(place)
    known = set()
    for _ in range(4):
        one = tables.announce(desk, "T-1", "a.csv")
        url = f"{place.gate}/v1/u/{tables.ticket(desk, one)}"
        with ThreadPoolExecutor(6) as several:
            codes = sorted(several.map(lambda i: requests.put(
                url, data=b"a\n" + b"%d\n" % i * 9000, timeout=120).status_code,
                range(6)))
        assert codes[0] == 201 and set(codes[1:]) == {409}, codes
        row = tables.settled(desk, one)
        assert (row["state"], row["finding"]) == ("read", None), row
        known.add(path_of(desk, one))
    assert kept_files(desk) == known


def test_what_a_fallen_gate_left_is_removed(make_place, store):
    """It is killed when the file has its name, and its row waits for the store."""
    place = make_place(store).serve()
    desk = tables.Stores(place)
    known = tables.send(desk, "T-1", "a.csv", b"a\n1\n")
    assert tables.settled(desk, known)["state"] == "read"
    one = tables.announce(desk, "T-1", "b.csv")
    url = f"{place.gate}/v1/u/{tables.ticket(desk, one)}"
    before = kept_files(desk)
    store_file = sqlite3.connect(place.dir / "shared" / "gate.db",
                                 isolation_level=None)
    store_file.execute("begin immediate")
    with ThreadPoolExecutor(1) as alone:
        put = alone.submit(requests.put, url, data=b"a\n2\n", timeout=60)
        left, = wait_until("its name", lambda: kept_files(desk) - before)
        os.kill(place.processes()["pratu-gate"], signal.SIGKILL)
        with pytest.raises(requests.ConnectionError):
            put.result()
    store_file.execute("rollback")
    store_file.close()
    place.stop()
    # An hour long it may be somebody's.
    for path in before:
        age(path)
    place.serve()
    assert requests.put(url, data=b"a\n2\n", timeout=60).status_code == 201
    time.sleep(2)
    assert left.exists()
    age(left)
    half = left.parent / ".received"
    half.write_bytes(b"half")
    place.stop()
    place.serve()
    wait_until("it is removed and told", lambda: not left.exists()
               and f'"unknown":"{left.name}"' in place.output())
    # What is somebody's stays, however old; and what is being received.
    assert half.exists() and before <= kept_files(desk)
    for each in (known, one):
        tables.choose(desk, each, {})
        assert tables.settled(desk, each)["state"] == "read"


def test_a_second_gate_leaves_the_first_what_it_has(make_place, store):
    place = make_place(store).serve()
    running = place.dir / "gate" / "tmp" / "of-a-gate-that-runs"
    running.write_bytes(b"x")
    conf = place.dir / "second.conf"
    second = f"127.0.0.1:{free_port()}"
    conf.write_text((place.dir / "pratu.conf").read_text().replace(
        urlsplit(place.gate).netloc, second))
    # As one on another machine that has the folder too.
    (place.dir / "shared" / "gate.sock").unlink()
    with open(place.log, "ab") as log:
        process = subprocess.Popen(
            [conftest.PRATU, "serve", "--only", "gate", "--config", conf],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        def answers():
            assert process.poll() is None, place.output()
            try:
                return requests.get(f"http://{second}/readyz",
                                    timeout=60).text == "ok\n"
            except requests.ConnectionError:
                return False
        wait_until("the second", answers)
        assert running.exists()
    finally:
        process.terminate()
        process.wait(30)
    place.stop()
    place.serve()
    assert not running.exists()


def test_what_is_built_is_what_came(desk):
    """Another table's file in its place opens by the secret, and is not it."""
    icit, asks = desk.icit, desk.requester
    no = icit.until("preparing", systems=["REG"], service_type="processing",
                    formats=["xlsx"])
    one = sent(asks, no, table(STUDENTS[:5]))
    other = sent(asks, no, table(STUDENTS[:9]))
    path_of(desk, one["id"]).write_bytes(path_of(desk, other["id"]).read_bytes())
    refused = icit.officer.send(no, "prepare", parts=[{
        "name": "students", "source": "REG", "tables": [
            {"name": "sent", "file": one["id"]}],
        "sql": "select t.student_id from sent t order by 1"}],
        outlets=["export"], formats=["csv"])
    assert wrong_fields(refusal(refused, 422, "invalid")), refused.text
    lost = state_of(asks, no, one["id"])
    assert (lost["state"], lost["finding"]["code"]) == ("lost", "changed")
    assert state_of(asks, no, other["id"])["state"] == "read"


def test_what_cannot_be_told_keeps_nothing_from_being_told(desk):
    """More of them than the courier takes at once, with the first ids."""
    now = int(time.time() * 1000)
    for i in range(101):
        one = f"0000000000000000{i:04}"
        desk.change("shared", "insert into upload (id, request, name, sha256,"
                    " bytes, actor, created, received, kind) values"
                    f" ('{one}', 'NO-0', 'a.csv', 'ab', 0, 'x', {now}, {now},"
                    " 'table')")
        desk.change("shared", "insert into inbound (upload, request, state,"
                    " progress, choice, found, finding, version, told, owner,"
                    f" until, tries) values ('{one}', 'NO-0', 'refused', 0, '',"
                    " '', '{\"code\": \"empty\"}', 1, 0, '', 0, 0)")
    try:
        no = desk.icit.until("preparing")
        sent(desk.requester, no, table())
        told(desk.requester, no, "brought")
    finally:
        for name, key in (("inbound", "upload"), ("upload", "id")):
            desk.change("shared", f"delete from {name} where {key} like"
                                  " '0000000000000000%'")
