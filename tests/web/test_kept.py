"""What is sent in is kept: a fault of the house loses nothing and is said, what was
lost and is there again is read again; each file goes by itself, and no gate hurts
another's."""
import json
import time

import pytest
import requests

import tables
from conftest import wait_until
from journey import desk, good  # noqa: F401
from pages import Web
from test_brought import entry_of, events, sent, state_of, table, told

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


def path_of(desk, one):
    """Where the gate keeps it."""
    row, = desk.store(f"select * from upload where id = '{one}'", "shared")
    name = row["file"] or row["sha256"]
    return desk.university.dir / "gate" / "uploads" / name[:2] / name


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
    # Read anew, it is what it was.
    good(desk.requester.api.post(base + "/choose", {}))
    wait_until("it is read", lambda: state_of(
        desk.requester, no, one["id"])["state"] == "read")
    time.sleep(2)
    assert len(events(desk.requester, no)) == 3
