"""The link of acceptance: what its page says, what each end of a link says, and
the one reminder."""
import os
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from conftest import PRATU, wait_until
from journey import THAILAND, Desk, desk  # noqa: F401
from pages import Web

MONTHS = ("ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย."
          " ธ.ค.").split()
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"


def links(desk, no):
    return [n["link"] for n in desk.notices(no, "acceptance")]


def delivered(desk, conditions="ห้ามเผยแพร่ต่อ"):
    """A request that waits for its answer, with an owner's conditions."""
    no = desk.icit.until("consent")
    for owner in desk.owners.values():
        if "consent" in (owner.allowed(no) if owner.sees(no) else ()):
            owner.ok(no, "consent", outcome="endorsed", conditions=conditions)
            break
    desk.icit.go_on(no, "acceptance")
    return no


def test_the_page_says_what_was_delivered_and_on_which_conditions(desk):  # noqa
    no = delivered(desk)
    link, = links(desk, no)
    page = Web(desk.university.desk).open(link)
    digest = desk.requester.request(no)["artefact"]["digest"]
    for words in (no, digest, "ห้ามเผยแพร่ต่อ", "ทำรายงานประจำปี"):
        assert words in page.text, words
    # Nothing is chosen beforehand.
    form = page.to(link)
    assert form.value("accept.score") is None
    assert form.choices["accept.score"] == ["1", "2", "3", "4", "5"]


def test_each_end_of_a_link_says_so(desk):  # noqa: F811
    base = desk.university.desk
    no = delivered(desk)
    link, = links(desk, no)
    nobody = Web(base)
    # Altered: one letter another.
    last = "A" if link[-1] != "A" else "B"
    for altered in (link[:-1] + last, link + "A", link[:-1]):
        page = nobody.open(altered)
        assert page.status == 404 and "ลิงก์ไม่ถูกต้อง" in page.text
    # Not the secret of a link that is for something else.
    desk.change("people", "update link set purpose = 'another'"
                          f" where request = '{no}'")
    page = nobody.open(link)
    assert page.status == 404 and "ลิงก์ไม่ถูกต้อง" in page.text
    desk.change("people", "update link set purpose = 'acceptance'"
                          f" where request = '{no}'")
    # Expired: when, and what to do then.
    before, = desk.store(f"select expires from link where request = '{no}'")
    # An hour ago: a day later it is swept away.
    ended = datetime.now(THAILAND) - timedelta(hours=1)
    desk.change("people", "update link set"
                          f" expires = {int(ended.timestamp() * 1000)}"
                          f" where request = '{no}'")
    page = nobody.open(link)
    assert page.status == 410 and "ลิงก์นี้หมดอายุแล้วเมื่อ" \
        f" {ended.day} {MONTHS[ended.month - 1]} {ended.year + 543}" \
        in page.text
    assert f"This link ended on {ended.day} {ended:%b} {ended.year}" \
        in Web(base, lang="en").open(link).text
    desk.change("people", f"update link set expires = {before['expires']}"
                          f" where request = '{no}'")
    # Used: when.
    page = nobody.send(nobody.open(link), link, "accepted",
                       **{"accept.score": "5"})
    assert page.status == 200
    page = nobody.open(link)
    assert page.status == 410 and "ลิงก์นี้ใช้ตอบไปแล้วเมื่อ" in page.text
    assert desk.requester.request(no)["score"] == 5


def days_later(place, days, until):
    """A courier whose clock stands at nine o'clock that many days from now."""
    day = (datetime.now(THAILAND) + timedelta(days=days)).replace(
        hour=9, minute=0, second=0)
    shift = day - datetime.now(timezone.utc)
    courier = subprocess.Popen(
        [PRATU, "serve", "--only", "courier", "--dir", place.dir],
        env={**os.environ, "LC_ALL": "C", "LD_PRELOAD": FAKETIME,
             "FAKETIME": f"+{int(shift.total_seconds())}s",
             "FAKETIME_DONT_FAKE_MONOTONIC": "1"},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    try:
        wait_until("the day is looked through", lambda: until(day))
    finally:
        courier.terminate()
        courier.wait(20)


@pytest.mark.both_stores
def test_the_requester_is_reminded_once(make_university, store):
    assert Path(FAKETIME).exists()
    place = make_university(store)
    desk = Desk(place)
    no = desk.icit.until("acceptance")
    first, = links(desk, no)

    def looked(day):
        rows = desk.store(
            "select value from setting where name = 'reminders'")
        return rows and rows[0]["value"] == day.date().isoformat()

    days_later(place, 1, looked)
    assert links(desk, no) == [first]
    # Three weeks have more than five working days, whatever is a holiday; each
    # of the days after tells nothing more.
    for day in (21, 22, 23, 24, 25):
        days_later(place, day, looked)
    told = desk.notices(no, "acceptance")
    assert len(told) == 2
    assert told[1]["recipient"] == desk.requester.email
    assert "แจ้งอีกครั้ง" in told[1]["subject"]
    # Either link answers, and then both have ended.
    second = told[1]["link"]
    assert second != first
    nobody = Web(place.desk)
    page = nobody.send(nobody.open(second), second, "accepted",
                       **{"accept.score": "3"})
    assert page.status == 200 and desk.requester.state(no) == "closed"
    assert nobody.open(first).status == 410


def test_closed_without_an_answer_where_the_university_wants_it(
        make_university):
    place = make_university()
    desk = Desk(place)
    assert place.pratu("setting", "put", "acceptance-closes",
                       "3").returncode == 0
    no = desk.icit.until("acceptance")

    def looked(day):
        rows = desk.store(
            "select value from setting where name = 'reminders'")
        return rows and rows[0]["value"] == day.date().isoformat()

    # Not before he was reminded, however late that is.
    last = 20
    for day in range(21, 41):
        days_later(place, day, looked)
        told = len(links(desk, no)) == 2
        if desk.requester.state(no) == "closed":
            break
        last = day if not told else last
    # Three working days and no day off more lie between the two.
    assert told and 3 <= day - last - 1 <= 12
    now = desk.requester.request(no)
    assert (now["state"], now["outcome"], now["score"]) == (
        "closed", "delivered", None)
    last = desk.requester.get(f"/requests/{no}/events")["events"][-1]
    assert (last["type"], last["by"]) == ("lapsed", "system")
    told = desk.whom(no, "lapsed")
    assert desk.requester.email in told and desk.icit.officer.email in told
    # It is counted as such, and the connection goes on.
    assert [c["state"] for c in now["connections"]] == ["active"]
    year = desk.store("select year, outcome, score from register_row"
                      f" where request = '{no}'")
    assert [(y["outcome"], y["score"]) for y in year] == [("delivered", 0)]
    assert place.pratu("rebuild", "--check").returncode == 0


def test_whoever_could_not_be_reminded_is_not_closed(make_university):
    place = make_university()
    desk = Desk(place)
    assert place.pratu("setting", "put", "acceptance-closes",
                       "1").returncode == 0
    no = desk.icit.until("acceptance")

    def looked(day):
        rows = desk.store(
            "select value from setting where name = 'reminders'")
        return rows and rows[0]["value"] == day.date().isoformat()

    def active(value):
        desk.change("people", f"update person set active = {value}"
                              f" where email = '{desk.requester.email}'")

    active(0)
    for day in (21, 22, 23, 24, 25, 32, 33, 34, 35, 36):
        days_later(place, day, looked)
        case, = desk.store(f"select state from cases where no = '{no}'")
        assert case["state"] == "acceptance"
    assert len(links(desk, no)) == 1
    assert desk.store("select * from reminder"
                      " where clock like 'acceptance:%'") == []
    # He is back: he is reminded.
    active(1)
    for day in range(37, 50):
        days_later(place, day, looked)
        if len(links(desk, no)) == 2:
            break
    assert len(links(desk, no)) == 2
    assert desk.requester.state(no) == "acceptance"


@pytest.mark.both_stores
def test_no_case_is_closed_whose_reminder_did_not_arrive(
        make_university, store):
    place = make_university(store)
    desk = Desk(place)
    assert place.pratu("setting", "put", "acceptance-closes",
                       "1").returncode == 0
    no = desk.icit.until("acceptance")

    def state():
        # Its sessions end on such days.
        return desk.store(f"select state from cases where no = '{no}'"
                          )[0]["state"]

    def looked(day):
        rows = desk.store(
            "select value from setting where name = 'reminders'")
        return rows and rows[0]["value"] == day.date().isoformat()

    day = 21
    while len(links(desk, no)) == 1:
        days_later(place, day, looked)
        day += 1
    told, = desk.store("select max(id) as id from outbox where"
                       f" kind = 'acceptance' and request = '{no}'")
    one = f"notice = {told['id']}"
    desk.change("people", "insert into envelope (notice, email, state,"
                " attempts, unsure, flying, answer, owner, until, at) values"
                f" ({told['id']}, '{desk.requester.email}', 'failed', 1, 0, 0,"
                " '550 no such person', '', 0, 0)")
    days_later(place, day + 14, looked)
    days_later(place, day + 15, looked)
    days_later(place, day + 16, looked)
    assert state() == "acceptance"
    desk.change("people", "update envelope set state = 'waiting',"
                          f" until = {1 << 60} where {one}")
    for more in (21, 22, 23):
        days_later(place, day + more, looked)
        assert state() == "acceptance"
    # Not made a mail yet.
    desk.change("people", f"delete from envelope where {one}")
    desk.change("people", f"update outbox set done = 0, until = {1 << 60}"
                          f" where id = {told['id']}")
    for more in (28, 29, 30):
        days_later(place, day + more, looked)
        assert state() == "acceptance"
    desk.change("people", f"update outbox set done = 1 where id = {told['id']}")
    for more in range(35, 45):
        days_later(place, day + more, looked)
        if state() == "closed":
            break
    assert state() == "closed"


def test_a_university_that_wants_no_reminder(make_university):
    place = make_university()
    desk = Desk(place)
    for bad in ("1.5", "x", "61"):
        done = place.pratu("setting", "put", "acceptance-reminder", bad)
        assert done.returncode == 5
    assert place.pratu("setting", "put", "acceptance-reminder",
                       "0").returncode == 0
    no = desk.icit.until("acceptance")
    days_later(place, 21, lambda day: [r for r in desk.store(
        "select value from setting where name = 'reminders'")
        if r["value"] == day.date().isoformat()])
    assert len(links(desk, no)) == 1
