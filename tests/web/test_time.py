"""Time: calendars that an administrator changes, over the API, by command and on
pages; due days that move with them; a late case's cause; the courier of a later
day (libfaketime moves the clock of its process, nothing in the program does)."""
import json
import os
import subprocess
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from browser import DESK, PHONE, Browser
from conftest import PRATU, wait_until
from journey import THAILAND, day, desk  # noqa: F401
from pages import Web

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"


def days_off(desk):
    return {date.fromisoformat(d["day"]) for d in desk.store(
        "select day from calendar_day where status = 'active'"
        " and calendar = 'government'")}


def working(d, off):
    return d.weekday() < 5 and d not in off


def back(n, off):
    """The day n working days before today."""
    d = date.fromisoformat(day(0))
    while n:
        d -= timedelta(days=1)
        n -= working(d, off)
    while not working(d, off):
        d -= timedelta(days=1)
    return d


def admin_of(desk):
    return desk.university.api("admin")


def add(api, calendar, d, kind="special"):
    r = api.post(f"/calendars/{calendar}/days", {
        "day": d, "kind": kind, "name_th": "วันหยุดพิเศษ",
        "name_en": "Special day", "source_ref": "มติ ครม."})
    assert r.status_code == 201, r.text
    return r.json()["moved"]


def cancel(api, calendar, d):
    r = api.post(f"/calendars/{calendar}/days/{d}/cancel")
    assert r.status_code == 200, r.text
    return r.json()["moved"]


@pytest.mark.both_stores
def test_a_day_added_moves_open_requests_and_says_so(desk):  # noqa: F811
    icit, api = desk.icit, admin_of(desk)
    no = icit.until("decision", systems=["GL3D"])
    before = icit.records.request(no)
    off, extra = days_off(desk), date.fromisoformat(before["due"])
    moved = add(api, "government", extra.isoformat())
    try:
        after = icit.records.request(no)
        nxt = extra + timedelta(days=1)
        while not working(nxt, off):
            nxt += timedelta(days=1)
        assert moved >= 1 and after["due"] == nxt.isoformat()
        last = icit.records.get(f"/requests/{no}/events")["events"][-1]
        assert last["type"] == "recalculated"
        assert last["data"]["due_from"] == before["due"]
        assert last["data"]["due_to"] == after["due"]
        assert last["data"]["days"][0]["day"] == extra.isoformat()
        assert desk.whom(no, "recalculated") == [desk.requester.email]
        assert desk.university.pratu("rebuild", "--check").returncode == 0
    finally:
        cancel(api, "government", extra.isoformat())
    assert icit.records.request(no)["due"] == before["due"]
    assert desk.university.pratu("rebuild", "--check").returncode == 0
    assert desk.university.pratu("verify").returncode == 0


def test_only_administrators_change_calendars(desk):  # noqa: F811
    for api in (desk.requester.api, desk.icit.director.api):
        for path, body in (
                ("/calendars", {"code": "x", "name_th": "ก", "name_en": "A"}),
                ("/calendars/government/days", {"day": "2027-01-04"}),
                ("/calendars/government/days/2026-12-10/cancel", {}),
                ("/calendars/government/import", {"text": "x"}),
                ("/offices/ICIT/hours", {"closes": "16:00"})):
            r = api.post(path, body)
            assert (r.status_code, r.json()["code"]) == (403, "only-admin")
    assert desk.requester.api.get("/calendars").json()["calendars"]


def test_calendars_lie_one_upon_another(desk):  # noqa: F811
    icit, api = desk.icit, admin_of(desk)
    no = icit.until("decision", systems=["GL3D"])
    due = icit.records.request(no)["due"]
    r = api.post("/calendars", {"code": "own", "name_th": "มหาวิทยาลัย",
                                "name_en": "University"})
    assert r.status_code == 201
    assert add(api, "own", due, "organisation") == 0  # nobody keeps it yet
    hours = {"calendars": ["government", "own"], "closes": "16:00"}
    r = api.post("/offices/ICIT/hours", hours)
    assert r.status_code == 200 and r.json()["moved"] >= 1, r.text
    try:
        assert icit.records.request(no)["due"] > due
        offices = api.get("/calendars").json()["offices"]
        assert {"office": "ICIT", **hours} in offices
        for wrong in ({"calendars": ["nothing"]}, {"closes": "25:00"},
                      {"calendars": []}):
            r = api.post("/offices/ICIT/hours", wrong)
            assert (r.status_code, r.json()["code"]) == (422, "invalid")
    finally:
        api.post("/offices/ICIT/hours",
                 {"calendars": ["government"], "closes": "16:30"})
    assert icit.records.request(no)["due"] == due


HOSTILE = [
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20300101\r\nSUMMARY:x\r\n"
    "RRULE:FREQ=SECONDLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    "BEGIN:VCALENDAR\r\n" + "BEGIN:VEVENT\r\n" * 2000,
    "BEGIN:VCALENDAR\r\nX:" + "a" * 100000 + "\r\nEND:VCALENDAR\r\n",
    "day,kind,name_th,name_en\n2030-01-01,public,ก,A\n2030-01-01,public,ก,A\n",
    "day,kind,name_th,name_en\n2030-02-30,public,ก,A\n",
    "day,kind,name_th,name_en\n2030-01-01,<script>,ก,A\n",
    "<!DOCTYPE x [<!ENTITY a 'b'>]>", "\x00", "{}",
]


@pytest.mark.parametrize("i", range(len(HOSTILE)))
def test_hostile_files_change_nothing_and_say_where(desk, i):  # noqa: F811
    api = admin_of(desk)
    before = desk.store("select * from calendar_day order by calendar, day")
    for dry in (True, False):
        r = api.post("/calendars/government/import",
                     {"text": HOSTILE[i], "dry_run": dry})
        assert r.status_code in (400, 422), r.text
        if r.json()["code"] == "invalid" and r.status_code == 422:
            assert r.json()["errors"][0]["message"]
    assert desk.store("select * from calendar_day order by calendar, day") \
        == before


FILE = """\
day,kind,name_th,name_en,source_ref
2031-01-01,public,วันขึ้นปีใหม่,New Year's Day,ประกาศ
2031-04-07,substitution,วันหยุดชดเชย,Substitution,ประกาศ
"""


def test_an_administrator_imports_on_a_page_after_a_look(desk):  # noqa: F811
    entry = desk.university.person("admin")
    web = Web(desk.university.desk, entry)
    page = web.open("/calendars/government?year=2574")
    page = web.send(page, "/import", files={
        "file": ("2574.csv", FILE.encode(), "text/csv")})
    assert page.status == 200 and "2 ม.ค. 2574" not in page.text
    assert "วันขึ้นปีใหม่" in page.text and "ยังไม่ได้บันทึก" in page.text
    assert not desk.store("select day from calendar_day where day > '2031'")
    page = web.send(page, "/import")
    assert page.status == 200
    assert len(desk.store(
        "select day from calendar_day where day > '2031'")) == 2
    page = web.open("/calendars/government?year=2574")
    assert "วันหยุดชดเชย" in page.text
    # One more, one less.
    page = web.send(page, "/days", **{
        "day-day": "5", "day-month": "5", "day-year": "2574",
        "kind": "special", "name_th": "วันพิเศษ", "name_en": "Special"})
    assert page.status == 200, page.errors
    page = web.open("/calendars/government?year=2574")
    assert "วันพิเศษ" in page.text
    page = web.send(page, "/cancel", cancelled="2031-05-05")
    page = web.open("/calendars/government?year=2574")
    assert "ยกเลิกแล้ว" in page.text
    # What is wrong stands on the page, with its line.
    page = web.send(page, "/import", files={
        "file": ("x.csv", FILE.replace("2031-01-01", "2031-13-01").encode(),
                 "text/csv")})
    assert page.status == 422 and "บรรทัดที่ 2: " in page.text
    done = desk.university.pratu("calendar", "list", "government",
                                 "--year", "2574", "--json")
    assert [d["day"] for d in json.loads(done.stdout)["days"]] \
        == ["2031-01-01", "2031-04-07"]
    for d in ("2031-01-01", "2031-04-07"):
        done = desk.university.pratu("calendar", "cancel", d)
        assert done.returncode == 0, done.stderr
    # Who does not administer reads, and has no form.
    page = Web(desk.university.desk,
               desk.university.person("requester")).open("/calendars")
    assert page.status == 200
    assert not [f for f in page.forms if "calendars" in f.action]


def test_a_late_case_asks_its_cause_once(desk):  # noqa: F811
    icit, off = desk.icit, days_off(desk)
    came = back(12, off)
    no = icit.until("intake")
    icit.records.ok(no, "receive", **icit.memo(
        received_at=came.isoformat() + "T03:00:00Z"))
    icit.go_on(no, "delivery")
    digest = icit.officer.request(no)["artefact"]["digest"]
    assert icit.officer.request(no)["overdue"] >= 1
    problem = icit.officer.refused(422, "invalid", no, "deliver",
                                   digest=digest)
    assert [e["field"] for e in problem["errors"]] == ["late_cause"]
    officer = next(p for p in desk.university.facts["people"]
                   if p["email"] == icit.officer.email)
    page = Web(desk.university.desk, officer).open(f"/requests/{no}")
    assert "สาเหตุที่เกินกำหนด" in page.text
    r = icit.officer.ok(no, "deliver", digest=digest, late_cause="staff",
                        late_reason="ลาออก 1 คน")
    assert (r["late"]["cause"], r["late"]["reason"]) == ("staff", "ลาออก 1 คน")
    row = next(x for x in icit.records.get(
        f"/register/ICIT/{r['register']['year']}")["rows"]
        if x["request"] == no)
    assert (row["late"], row["late_cause"]) == (r["late"]["days"], "staff")
    # Rework is measured apart and asks nothing.
    desk.requester.ok(no, "accept", outcome="refused", comment="ไม่ครบ")
    clock = icit.officer.get(f"/requests/{no}/clock")
    assert len(clock["reworks"]) == 1 and clock["reworks"][0]["until"] is None
    icit.go_on(no, "delivery")
    icit.officer.ok(no, "deliver",
                    digest=icit.officer.request(no)["artefact"]["digest"])
    assert desk.university.pratu("rebuild", "--check").returncode == 0


def test_the_clock_page_shows_stages_and_agreed_days(desk):  # noqa: F811
    icit = desk.icit
    no = icit.until("preparing", systems=["HRIS"])
    due = icit.officer.request(no)["due"]
    later = (date.fromisoformat(due) + timedelta(days=7)).isoformat()
    icit.officer.ok(no, "extend", due=later, cause="volume", reason="มาก")
    desk.requester.ok(no, "extend", due=later)
    clock = desk.requester.get(f"/requests/{no}/clock")
    assert clock["agreed"]["due"] == later == clock["due"]
    assert clock["agreed"]["by"] == desk.requester.email
    assert clock["agreed"]["proposed_by"] == icit.officer.email
    assert clock["agreed"]["cause"] == "volume"
    stage = clock["stages"][0]
    assert (stage["stage"], stage["budget"], stage["counts"]) \
        == ("endorsement", 5, False)
    entry = desk.university.person("requester")
    for lang, words in (("th", "ไม่นับรวมในเวลาของผู้ให้บริการ"),
                        ("en", "Not counted in the provider")):
        page = Web(desk.university.desk, entry, lang).open(
            f"/requests/{no}/clock")
        assert words in page.text


@pytest.mark.parametrize("lang,width", [("th", PHONE), ("en", DESK)])
def test_the_pages_keep_what_pages_must(desk, lang, width, tmp_path):  # noqa: F811
    icit, place = desk.icit, desk.university
    no = icit.until("preparing")
    later = day(60)
    icit.officer.ok(no, "extend", due=later, cause="volume", reason="มาก")
    desk.requester.ok(no, "extend", due=later)
    b = Browser(place.desk, lang, width, tmp_path)
    b.given += ["มติ ครม.", "ประกาศ", "มาก",
                desk.requester.request(no)["title"]]
    try:
        b.use_language()
        b.sign_in(place.person("admin"))
        b.press(b.t("calendars.title"))
        b.look("calendars")
        b.go("/calendars/government")
        b.look("calendar")
        b.press(b.t("calendars.look"))
        b.look("calendar-lacks", 422)
        path = tmp_path / "2574.csv"
        path.write_text(FILE)
        b.go("/calendars/government")
        b.field(b.t("calendars.file")).send_keys(str(path))
        b.press(b.t("calendars.look"))
        b.look("calendar-preview")
        assert b.t("calendars.preview-title") in b.text()
        b.sign_out()
        b.sign_in(place.person("requester"))
        b.go(f"/requests/{no}/clock")
        b.look("clock")
        assert b.t("clock.agreed") in b.text()
        assert not b.found, "\n".join(b.found)
    finally:
        b.close()


def next_morning(off, n):
    """08:31 in Thailand, of the n-th working day from now."""
    d = date.fromisoformat(day(0))
    while n:
        d += timedelta(days=1)
        n -= working(d, off)
    return datetime(d.year, d.month, d.day, 8, 31, tzinfo=THAILAND)


@pytest.mark.both_stores
def test_couriers_of_a_later_day_remind_once(make_university, store):
    """The same installation, its couriers two weeks on: two of them at once."""
    from journey import Desk
    place = make_university(store)
    desk = Desk(place)  # noqa: F811
    icit = desk.icit
    no = icit.until("preparing", systems=["GL3D"])
    off = days_off(desk)
    clock = icit.officer.get(f"/requests/{no}/clock")
    coming = [(r["stage"], r["level"], r["at"]) for r in clock["reminders"]]
    assert coming == [(None, 75, None), (None, 100, None)], clock
    soon, up = (r["due"] for r in clock["reminders"])
    assert soon < up == clock["due"]
    assert sum(working(date.fromisoformat(soon) + timedelta(days=i), off)
               for i in range(1, (date.fromisoformat(up) - date.fromisoformat(
                   soon)).days + 1)) == 2  # 8 and 10 of ten days
    place.stop()

    def couriers(moment, until):
        shift = moment - datetime.now(timezone.utc)
        env = {**os.environ, "LC_ALL": "C", "LD_PRELOAD": FAKETIME,
               "FAKETIME": f"+{int(shift.total_seconds())}s",
               "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        running = [subprocess.Popen(
            [PRATU, "serve", "--only", "courier", "--dir", place.dir],
            env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL) for _ in range(2)]
        try:
            wait_until("the day is looked through", until)
        finally:
            for p in running:
                p.terminate()
            for p in running:
                p.wait(20)

    def looked(moment):
        def ask():
            rows = desk.store("select value from setting"
                              " where name = 'reminders'")
            return rows and rows[0]["value"] == moment.date().isoformat()
        return ask

    early = next_morning(off, 9)
    couriers(early, looked(early))
    assert desk.whom(no, "reminder") == [icit.officer.email]
    assert desk.whom(no, "overdue") == []
    late = next_morning(off, 13)
    couriers(late, looked(late))
    assert desk.whom(no, "overdue") == sorted(
        {icit.officer.email, icit.head.email, icit.director.email})
    again = next_morning(off, 14)
    couriers(again, looked(again))
    assert len(desk.whom(no, "reminder")) == 1
    assert len(desk.whom(no, "overdue")) == 3
    assert Path(FAKETIME).exists()
    # Now they have been told, and say when.
    place.serve()
    told = icit.officer.get(f"/requests/{no}/clock")["reminders"]
    assert [(r["level"], r["due"]) for r in told] == [(75, None), (100, None)]
    assert [r["at"][:10] for r in told] == [
        d.astimezone(timezone.utc).date().isoformat() for d in (early, late)]
    page = Web(place.desk, place.person("director", "ICIT")).open(
        f"/requests/{no}/clock")
    assert page.text.count("เตือนแล้ว") == 2 and "75 %" in page.text
