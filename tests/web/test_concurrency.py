"""Many at once: numbers without gaps, one decision, one effect. And the clock,
which counts what the calendar lets it count."""
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from journey import (APPROVED, YEAR, Desk, Person, day,  # noqa: F401
                     desk, good, refusal)

pytestmark = pytest.mark.both_stores


def at_once(calls):
    """Runs all calls at the same moment, each in a thread of its own; what
    they gave, in order."""
    start = threading.Barrier(len(calls))

    def run(call):
        start.wait(30)
        return call()
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def again(person):
    """The same person on a connection of his own."""
    clone = object.__new__(Person)
    clone.__dict__.update(person.__dict__)
    clone.api = person.api.__class__(
        person.api.base.removesuffix("/api/v1"), person.token)
    return clone


def test_fifty_received_at_once_are_numbered_without_a_gap(
        make_university, store):
    desk = Desk(make_university(store))
    icit = desk.icit
    numbers = [icit.until("intake", systems=["GL3D"]) for _ in range(50)]
    # Among them some that must be refused: they take no number.
    bad = [icit.until("intake", systems=["GL3D"]) for _ in range(5)]
    calls = [lambda no=no, p=again(icit.records): p.send(
        no, "receive", **icit.memo()) for no in numbers]
    calls += [lambda no=no, p=again(icit.records): p.send(no, "receive")
              for no in bad]
    answers = at_once(calls)
    for answer in answers[50:]:
        refusal(answer, 422, "invalid")
    given = [good(a)["register"]["no"] for a in answers[:50]]
    assert sorted(given) == list(range(1, 51))
    rows = icit.records.get(f"/register/ICIT/{YEAR}")["rows"]
    assert [r["no"] for r in rows] == list(range(1, 51))
    assert {r["request"]: r["no"] for r in rows} == dict(zip(numbers, given))
    assert len({r["memo_in"] for r in rows}) == 50
    # The next takes the next.
    no = icit.until("decision", systems=["GL3D"])
    assert icit.records.request(no)["register"]["no"] == 51
    # The other office counts for itself.
    no = desk.registrar.until("decision")
    assert desk.registrar.records.request(no)["register"]["no"] == 1
    assert desk.university.pratu("verify").returncode == 0
    assert desk.university.pratu("rebuild", "--check").returncode == 0


def test_fifty_made_at_once_have_numbers_of_their_own(desk):
    body = {"office": "ICIT", "answers": desk.icit.answers(), "submit": True}
    answers = at_once([
        lambda p=again(desk.requester): p.api.post("/requests", body)
        for _ in range(50)])
    numbers = sorted(good(a, 201)["no"] for a in answers)
    first = int(numbers[0].split("-")[-1])
    assert [int(n.split("-")[-1]) for n in numbers] \
        == list(range(first, first + 50))


@pytest.fixture
def second_director(desk):
    """Somebody who is director of ICIT as well, until the test is over."""
    pratu = desk.university.pratu
    email = f"acting.{id(desk)}.{len(desk.known)}@example.ac.th"
    made = pratu("user", "add", email, "--name", "นายรักษาการ แทนผู้อำนวยการ",
                 "--no-password", "--role", "director@ICIT")
    assert made.returncode == 0, made.stderr
    token = json.loads(pratu("user", "token", email, "--json").stdout)
    yield Person(desk.university, {"email": email, "name": "", "role": "",
                                   "token": token["token"]})
    assert pratu("user", "disable", email).returncode == 0


def test_two_directors_decide_at_once(desk, second_director):
    icit = desk.icit
    one, two = icit.director, second_director
    outcomes = set()
    for _ in range(5):
        no = icit.until("decision", systems=["GL3D"])
        yes, no_ = at_once([
            lambda: one.send(no, "decide", **APPROVED),
            lambda: two.send(no, "decide", outcome="rejected", note="ไม่")])
        assert {yes.status_code, no_.status_code} == {200, 409}
        refusal(yes if no_.status_code == 200 else no_, 409,
                "not-in-this-state")
        state = icit.records.state(no)
        assert state == ("assignment" if yes.status_code == 200 else "closed")
        events = icit.records.get(f"/requests/{no}/events")["events"]
        decided = [e["by"] for e in events
                   if e["data"].get("command") == "decide"]
        assert decided == [(one if yes.status_code == 200 else two).email]
        outcomes.add(state)


def test_the_same_key_ten_times_at_once_has_one_effect(desk):
    icit = desk.icit
    body = {"office": "ICIT", "answers": icit.answers(), "submit": False}
    key = {"Idempotency-Key": f"ten-{desk.university.dir}"}
    before = len(desk.store("select no from cases"))
    answers = at_once([lambda p=again(desk.requester): p.api.post(
        "/requests", body, headers=key) for _ in range(10)])
    assert {a.status_code for a in answers} == {201}
    assert len({a.content for a in answers}) == 1
    assert len(desk.store("select no from cases")) == before + 1

    no = icit.until("intake", systems=["GL3D"])
    memo = icit.memo()
    key = {"Idempotency-Key": f"receive-{no}"}
    answers = at_once([lambda p=again(icit.records): p.send(
        no, "receive", headers=key, **memo) for _ in range(10)])
    assert {a.status_code for a in answers} == {200}
    assert len({a.content for a in answers}) == 1
    received = [e for e in icit.records.get(f"/requests/{no}/events")["events"]
                if e["data"].get("command") == "receive"]
    assert len(received) == 1

    # Different keys, one state: one of them was first.
    no = icit.until("intake", systems=["GL3D"])
    answers = at_once([lambda i=i, p=again(icit.records): p.send(
        no, "receive", headers={"Idempotency-Key": f"{no}-{i}"}, **memo)
        for i in range(10)])
    assert sorted(a.status_code for a in answers) == [200] + [409] * 9


def test_one_version_is_changed_once(desk):
    no = desk.icit.new(submit=False)["no"]
    answers = at_once([lambda i=i, p=again(desk.requester): p.api.patch(
        f"/requests/{no}", {"answers": {"title": f"ชื่อ {i}"}},
        headers={"If-Match": '"1"'}) for i in range(8)])
    assert sorted(a.status_code for a in answers) == [200] + [412] * 7
    r = desk.requester.request(no)
    assert r["version"] == 2
    winner = [a for a in answers if a.status_code == 200][0].json()
    assert r["title"] == winner["title"]


def test_two_owners_endorse_at_once(desk):
    for _ in range(5):
        no = desk.icit.until("consent", systems=["HRIS", "REG"])
        answers = at_once([
            lambda p=p: p.send(no, "consent", outcome="endorsed")
            for p in (desk.owners["HRD"], desk.owners["DES"])])
        assert [a.status_code for a in answers] == [200, 200]
        assert desk.icit.records.state(no) == "intake"


def test_what_is_prepared_of_a_system_that_goes_meanwhile_is_not_kept(desk):
    """The systems change between the gate's work and the officer's command."""
    icit = desk.icit
    no = icit.until("preparing", systems=["HRIS", "GL3D"])
    slow = ("with recursive n(i) as (select 1 union all select i + 1 from n"
            " where i < 1000000) select max(i) as most from n")
    done = []
    worker = threading.Thread(
        target=lambda p=again(icit.officer): done.append(p.send(
            no, "prepare", source="HRIS", sql=slow, outlets=["export"],
            formats=["csv"])))
    worker.start()
    time.sleep(0.05)
    changed = icit.officer.send(no, "classify", systems=["GL3D"],
                                reason="ไม่ต้องใช้ HRIS")
    worker.join(60)
    assert changed.status_code == 200
    if done[0].status_code != 200:
        refusal(done[0], 409, "system-not-named")
        assert icit.officer.state(no) == "preparing"
        return
    # It was kept just before: then it is not sent.
    icit.officer.refused(
        409, "system-not-named", no, "deliver",
        digest=icit.officer.request(no)["artefact"]["digest"])


# The clock.


def clock(person, no):
    return person.get(f"/requests/{no}/clock")


def days_off(desk):
    return {date.fromisoformat(d["day"])
            for d in desk.store("select day from calendar_day")}


def test_every_day_is_explained(desk):
    """A request that came three weeks ago, at ten in the morning."""
    icit, off = desk.icit, days_off(desk)
    start = date.fromisoformat(day(-21))
    while start.weekday() > 4 or start in off:
        start -= timedelta(days=1)
    no = icit.until("intake", systems=["GL3D"])
    tomorrow = day(1) + "T03:00:00Z"
    icit.records.refused(422, "invalid", no, "receive",
                         **icit.memo(received_at=tomorrow))
    r = icit.records.ok(no, "receive", **icit.memo(
        received_at=start.isoformat() + "T03:00:00Z"))
    c = clock(desk.requester, no)
    assert c["start"] == start.isoformat()
    want, n = [("day-zero", 0)], 0
    for i in range(1, (date.fromisoformat(day(0)) - start).days + 1):
        this = start + timedelta(days=i)
        working = this.weekday() < 5 and this not in off
        n += working
        want.append(("working" if working else "holiday" if this in off
                     else "weekend", n))
    assert [(d["why"], d["n"]) for d in c["days"]] == want
    assert [d["date"] for d in c["days"]][-1] == day(0)
    assert all(d["name"] for d in c["days"] if d["why"] == "holiday")
    assert (c["used"], r["clock"]["used"]) == (n, n)
    assert n <= 10 or (c["due"] < day(0) and r["overdue"] == n - 10)


def test_what_comes_after_office_hours_counts_from_the_next_day(desk):
    icit, off = desk.icit, days_off(desk)
    came = date.fromisoformat(day(-14))
    while came.weekday() > 4 or came in off:
        came -= timedelta(days=1)
    after = came + timedelta(days=1)
    while after.weekday() > 4 or after in off:
        after += timedelta(days=1)
    # 16:30 and 16:31 in Thailand.
    for minute, start in (("30", came), ("31", after)):
        no = icit.until("intake", systems=["GL3D"])
        icit.records.ok(no, "receive", **icit.memo(
            received_at=f"{came}T09:{minute}:00Z"))
        assert clock(icit.records, no)["start"] == start.isoformat()


def test_the_due_day_is_the_tenth_working_day(desk):
    icit = desk.icit
    no = icit.until("decision", systems=["GL3D"])
    c = clock(icit.records, no)
    assert (c["kind"], c["budget"], c["used"]) == ("case", 10, 0)
    off = days_off(desk)
    due, left = date.fromisoformat(c["start"]), 10
    while left:
        due += timedelta(days=1)
        left -= due.weekday() < 5 and due not in off
    assert date.fromisoformat(c["due"]) == due
    assert icit.records.request(no)["due"] == c["due"]
    assert c["days"][0] == {"date": c["start"], "counted": False,
                            "why": "day-zero", "n": 0}


def test_another_day_is_agreed_or_shown_to_be(desk):
    icit, asks = desk.icit, desk.requester
    no = icit.until("preparing", systems=["GL3D"])
    due = icit.officer.request(no)["due"]
    later = (date.fromisoformat(due) + timedelta(days=10)).isoformat()
    icit.officer.refused(422, "invalid", no, "extend", due=later)
    icit.officer.refused(422, "invalid", no, "extend", due=day(-1),
                         cause="volume", reason="มาก")
    icit.officer.refused(422, "invalid", no, "extend", due=later,
                         cause="weather", reason="ฝนตก")
    icit.head.refused(403, "not-yours", no, "extend", due=later,
                      cause="volume", reason="มาก")
    # Proposed: nothing changes until the requester agrees to that very day.
    r = icit.officer.ok(no, "extend", due=later, cause="volume",
                        reason="ข้อมูลมาก")
    assert (r["due"], r["proposed_due"], r["agreed_due"]) == (due, later, None)
    assert desk.whom(no, "extended") == [asks.email]
    assert "extend" in asks.allowed(no)
    asks.refused(409, "other-day-proposed", no, "extend", due=day(300))
    r = asks.ok(no, "extend", due=later)
    assert (r["due"], r["proposed_due"], r["agreed_due"]) \
        == (later, None, later)
    assert "extend" not in r["allowed"]
    assert clock(asks, no)["due"] == later

    # Or there is a paper that says so.
    no = icit.until("preparing", systems=["GL3D"])
    icit.officer.refused(422, "invalid", no, "extend", due=later,
                         cause="volume", reason="มาก", evidence="nope")
    r = icit.officer.ok(no, "extend", due=later, cause="difficulty",
                        reason="ตกลงทางอีเมล", evidence=icit.officer.attach(no))
    assert (r["due"], r["agreed_due"]) == (later, later)


def test_the_clock_stands_while_it_waits_and_when_it_is_delivered(desk):
    icit = desk.icit
    no = icit.until("preparing")
    icit.officer.ok(no, "return", message="ปีใด")
    c = clock(desk.requester, no)
    assert (c["paused"], c["due"]) == (True, None)
    desk.requester.ok(no, "reply", message="2569")
    assert clock(desk.requester, no)["paused"] is False
    icit.go_on(no, "acceptance")
    end = clock(desk.requester, no)
    assert end["due"] and end["used"] == 0 and not end["paused"]
