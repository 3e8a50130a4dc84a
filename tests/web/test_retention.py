"""What is kept and what goes: files with data are destroyed early and provably,
the correspondence stays."""
import hashlib
import os
import time

import pytest

from conftest import University, wait_until
from journey import Desk, day, refusal  # noqa: F401
from pages import Web

DAY_S = 86400
NEVER = "3650"


@pytest.fixture(scope="module")
def places():
    made = {}
    yield made
    for desk in made.values():
        desk.university.remove()


@pytest.fixture
def desk(places, store, postgresql):
    """A university of this file's own: its setting is for all of it."""
    if store not in places:
        dsn = postgresql.new_database() if store == "postgresql" else None
        places[store] = Desk(University(dsn).demo())
    desk = places[store]
    keep_days(desk, NEVER)
    return desk


def entry_of(desk):
    return next(p for p in desk.university.facts["people"]
                if p["email"] == desk.requester.email)


def keep_days(desk, days):
    assert desk.university.pratu("setting", "put", "data-files-days",
                                 days).returncode == 0


def at_gate(desk, sha, kind="artefacts"):
    return desk.university.dir / "gate" / kind / sha[:2] / sha


def quiet(path, hours=2):
    """Nobody has written to it for that long."""
    then = time.time() - hours * 3600
    os.utime(path, (then, then))


def last_event(person, no):
    return person.get(f"/requests/{no}/events")["events"][-1]


def destroyed(person, no):
    return [e for e in person.get(f"/requests/{no}/events")["events"]
            if e["type"] == "destroyed"]


def holds(place):
    for command in (("verify",), ("rebuild", "--check")):
        done = place.pratu(*command)
        assert done.returncode == 0, done.stdout + done.stderr


def with_export(desk, state="acceptance", formats=("csv", "xlsx"), **more):
    no = desk.icit.until("preparing")
    desk.icit.officer.ok(no, "prepare", **desk.icit.prepared(
        outlets=["export"], formats=list(formats), **more))
    return desk.icit.go_on(no, state)


def sent_in(desk, content):
    """A request on which a finished file was handed over."""
    no = desk.icit.until("preparing")
    one = desk.icit.officer.upload(no, "ผล.csv", content)
    desk.icit.officer.ok(no, "prepare", file=one, outlets=["export"],
                         confirm={"exists": True, "releasable": True})
    return desk.icit.go_on(no, "acceptance")


def replaced(desk):
    """(number, old file, new file): prepared, and prepared again."""
    no = with_export(desk, "delivery", formats=["csv"],
                     sql="select name_th from department order by 1")
    old, = desk.icit.officer.request(no)["data_files"]
    assert old["destroy_after"] is None
    desk.icit.officer.ok(no, "prepare", **desk.icit.prepared(
        outlets=["export"], formats=["csv"],
        sql="select department_code from department"))
    new = desk.icit.officer.request(no)["artefact"]["documents"][0]["sha256"]
    assert new != old["sha256"]
    return no, at_gate(desk, old["sha256"]), at_gate(desk, new)


def when_it_goes(desk, no):
    """It is said before: at the end of what was agreed, or so many days after
    the case was closed, if that is earlier."""
    given = desk.requester.request(no)["deliveries"]
    assert len(given) == 2
    assert {d["destroy_after"] for d in given} == {given[0]["expires"]}
    assert desk.requester.fetch(given[0]).status_code == 200
    desk.icit.go_on(no, "closed")
    keep_days(desk, "30")
    given = desk.requester.request(no)["deliveries"]
    assert all(d["destroy_after"] < d["expires"] for d in given)
    page = Web(desk.university.desk, entry_of(desk)).open(f"/requests/{no}")
    assert "จะทำลายไฟล์หลัง" in page.text
    keep_days(desk, NEVER)
    return given


def it_is_said(desk, no, given):
    event, = destroyed(desk.requester, no)
    assert event["by"] == "system" and event["data"]["days"] == 0
    assert {f["sha256"] for f in event["data"]["files"]} == {
        d["sha256"] for d in given}
    for f in event["data"]["files"]:
        one, = [d for d in given if d["sha256"] == f["sha256"]]
        assert (f["name"], f["bytes"], f["how"], f["kind"]) == (
            one["name"], one["bytes"], "destroyed", "artefacts")
        assert abs(f["at"] / 1000 - time.time()) < 120
    # Whoever asks for it learns that it is gone, and when.
    for d in desk.requester.request(no)["deliveries"]:
        assert d["state"] == "destroyed" and d["destroyed"]
        assert d["destroy_after"] is None
        refusal(desk.requester.fetch(d), 410, "gone")
    page = Web(desk.university.desk, entry_of(desk)).open(f"/requests/{no}")
    assert "ทำลายไฟล์ข้อมูลแล้ว" in page.text and "ทำลายแล้ว" in page.text
    assert given[0]["sha256"] in page.text
    # The office sees all that was made; the requester what was given to him.
    kept = desk.icit.officer.request(no)["data_files"]
    assert {f["sha256"] for f in kept} == {d["sha256"] for d in given}
    assert all(f["destroyed"] and f["how"] == "destroyed" for f in kept)
    assert desk.requester.request(no)["data_files"] == []
    # The mails stay; and what is out there can still be asked back.
    assert desk.notices(no, "delivered")
    assert "recall" in desk.icit.officer.allowed(no)


@pytest.mark.both_stores
def test_files_with_data_go_when_their_days_are_over(desk):
    no = with_export(desk)
    given = when_it_goes(desk, no)
    gone = [at_gate(desk, d["sha256"]) for d in given]
    again, old_at, new_at = replaced(desk)
    content = f"รหัส,ชื่อ\r\n1,{time.time()}\r\n".encode()
    sha = hashlib.sha256(content).hexdigest()
    first, second = sent_in(desk, content), sent_in(desk, content)
    both = [at_gate(desk, sha), at_gate(desk, sha, "uploads")]
    desk.icit.go_on(first, "closed")
    for path in (*gone, new_at, *both):
        quiet(path)
    assert all(p.exists() for p in (*gone, old_at, new_at, *both))

    keep_days(desk, "0")
    wait_until("destroyed", lambda: destroyed(desk.requester, no), 60)
    assert not any(p.exists() for p in gone)
    it_is_said(desk, no, given)
    # What was replaced was written to a moment ago: perhaps by another request,
    # whose event is still to come. And what another request has stays.
    assert all(p.exists() for p in (old_at, new_at, *both))
    assert not destroyed(desk.requester, first)

    quiet(old_at)
    waiting, = desk.requester.request(second)["deliveries"]
    assert desk.requester.fetch(waiting).content == content
    desk.icit.go_on(second, "closed")
    wait_until("destroyed", lambda: destroyed(desk.icit.officer, again), 60)
    for one in (first, second):
        wait_until("destroyed", lambda: {
            f["kind"] for e in destroyed(desk.icit.officer, one)
            for f in e["data"]["files"]} == {"artefacts", "uploads"}, 60)
    assert not any(p.exists() for p in (old_at, *both))
    rows = desk.store(f"select swept from upload where sha256 = '{sha}'",
                      "shared")
    assert len(rows) == 2 and all(r["swept"] > 0 for r in rows)
    # What was made anew is there to be delivered.
    assert new_at.exists()
    desk.icit.go_on(again, "acceptance")
    anew, = desk.requester.request(again)["deliveries"]
    assert desk.requester.fetch(anew).status_code == 200
    # Told once each; no order is left.
    wait_until("no order is left", lambda: not desk.store(
        "select * from disposal", "shared"))
    assert len(destroyed(desk.requester, no)) == 1
    holds(desk.university)


def all_at_gate(desk):
    folder = desk.university.dir / "gate" / "artefacts"
    return {p.name for p in folder.glob("*/*")}


def as_if_long_ago(desk, shas):
    for sha in shas:
        quiet(at_gate(desk, sha))
    desk.change("shared", "update built set at = at - 7200000")


@pytest.mark.both_stores
def test_what_was_built_for_nothing_goes_as_well(desk):
    """The documents are built before the rest of `prepare` is looked at."""
    officer = desk.icit.officer
    no = desk.icit.until("preparing")
    before = all_at_gate(desk)
    sql = f"select department_code, '{time.time()}' as t from department"
    officer.refused(422, "invalid", no, "prepare", **desk.icit.prepared(
        outlets=["export"], formats=["csv"], sql=sql,
        columns=[{"name": "no_such_column"}]))
    stray, = all_at_gate(desk) - before
    kept = with_export(desk, "delivery", formats=["csv"])
    taken = officer.request(kept)["artefact"]["documents"][0]["sha256"]
    # Held records are held whole.
    desk.icit.records.ok(no, "keep", outcome="held", kind="other", reason="ตรวจ")
    as_if_long_ago(desk, [stray, taken])
    wait_until("looked at", lambda: not desk.store(
        "select 1 as n from built where at < "
        f"{int(time.time() - 3600) * 1000}", "shared"), 60)
    assert [r["sha256"] for r in desk.store(
        f"select sha256 from built where request = '{no}'",
        "shared")] == [stray]
    assert not desk.store(
        f"select 1 as n from built where request = '{kept}'", "shared")
    assert at_gate(desk, stray).exists() and not destroyed(officer, no)
    desk.icit.records.ok(no, "keep", outcome="lifted", reason="ตรวจแล้ว")
    as_if_long_ago(desk, [stray])
    event, = wait_until("destroyed", lambda: destroyed(officer, no), 60)
    assert [(f["sha256"], f["how"]) for f in event["data"]["files"]] == [
        (stray, "destroyed")]
    assert not at_gate(desk, stray).exists() and at_gate(desk, taken).exists()
    wait_until("forgotten", lambda: not desk.store(
        f"select 1 as n from built where request = '{no}'", "shared"), 60)
    holds(desk.university)


def test_an_order_that_nobody_gives_any_more_is_none(desk):
    """A request that was opened again keeps what it has."""
    no = with_export(desk, "closed", formats=["csv"])
    given, = desk.requester.request(no)["deliveries"]
    path = at_gate(desk, given["sha256"])
    quiet(path)
    now = int(time.time() * 1000)
    wrong = "../../cursor.secret".ljust(64, "x")
    desk.change("shared", "insert into disposal (request, kind, sha256, subject,"
                " name, bytes, ordered, how, gone) values"
                f" ('{no}', 'artefacts', '{given['sha256']}', '', 'x', 1,"
                f" {now - 200 * 1000}, '', 0),"
                f" ('{no}', 'artefacts', '{wrong}', '', 'x', 1, {now}, '', 0),"
                f" ('{no}', 'artefacts', '{'0' * 64}', '', 'x', 1, {now}, '', 0)")
    event = wait_until("one that was not there is said to be so",
                       lambda: destroyed(desk.icit.officer, no))[0]
    assert [(f["sha256"], f["how"]) for f in event["data"]["files"]] == [
        ("0" * 64, "absent")]
    assert path.exists()
    assert (desk.university.dir / "gate" / "cursor.secret").exists()
    desk.change("shared", "delete from disposal")
    holds(desk.university)


def test_the_setting_is_looked_at(desk):
    for wrong in ("0.5", "3651", "ten"):
        done = desk.university.pratu("setting", "put", "data-files-days", wrong)
        assert done.returncode == 5, wrong


@pytest.mark.both_stores
def test_each_record_has_its_class_and_its_last_day(desk):
    no = with_export(desk, formats=["csv"])
    attached = desk.icit.officer.attach(no, "ประกอบ.pdf")
    scan = desk.icit.records.attach(no, "บันทึก.pdf", b"%PDF-1.4 memo")
    desk.icit.records.ok(no, "letter", direction="in", no="อว 1/1", date=day(0),
                         kind="บันทึก", file=scan)

    def kept(person=desk.icit.records):
        told = person.request(no)["retention"]
        return told["held"], {r["id"] or r["class"]: r for r in told["records"]}

    held, records = kept()
    assert held is None
    assert records[attached]["class"] == "attachment"
    assert records[scan]["class"] == "memo"
    assert set(records) == {attached, scan, "data", "register", "events"}
    # An open request is kept, however old it is.
    assert all(r["kept_until"] is None for r in records.values())
    desk.icit.go_on(no, "closed")
    _, records = kept()
    last = f"{time.gmtime(time.time() + 7 * 3600).tm_year + 10}-12-31"
    assert records[attached]["kept_until"] == last
    assert records[scan]["kept_until"] == last
    assert records["register"]["kept_until"] is None
    assert records["events"]["kept_until"] is None
    assert records["data"]["destroy_after"]
    # It is the office's affair.
    assert desk.requester.request(no)["retention"] is None
    page = Web(desk.university.desk, person_entry(desk, desk.icit.records))
    text = page.open(f"/requests/{no}").text
    assert "การเก็บรักษาและทำลายเอกสาร" in text
    assert f"31 ธ.ค. {int(last[:4]) + 543}" in text


def person_entry(desk, person):
    return next(p for p in desk.university.facts["people"]
                if p["email"] == person.email)


@pytest.mark.both_stores
def test_what_is_held_is_not_destroyed(desk):
    no = with_export(desk, "closed", formats=["csv"],
                     sql="select name_th, department_code from department")
    free = with_export(desk, "closed", formats=["csv"],
                       sql="select department_code as c from department")
    paths = [at_gate(desk, desk.requester.request(n)["deliveries"][0]["sha256"])
             for n in (no, free)]
    records = desk.icit.records
    # By whom, and what must be said.
    assert "keep" in records.allowed(no) & desk.icit.director.allowed(no)
    for other in (desk.requester, desk.icit.officer):
        other.refused(403, "not-yours", no, "keep", outcome="held",
                      kind="litigation", reason="คดี")
    for wrong in ({"outcome": "held", "kind": "history"},
                  {"outcome": "held", "reason": "คดี"},
                  {"outcome": "lifted", "reason": "ไม่ได้ระงับ"}):
        records.refused(422, "invalid", no, "keep", **wrong)
    records.ok(no, "keep", outcome="held", kind="litigation",
               reason="คดีหมายเลขดำ 12/2569")
    told = records.request(no)["retention"]
    assert told["held"]["kind"] == "litigation"
    assert told["held"]["reason"] == "คดีหมายเลขดำ 12/2569"
    assert told["held"]["by"] == records.email and told["held"]["at"]
    assert all(r["kept_until"] is None and r["destroy_after"] is None
               for r in told["records"])
    page = Web(desk.university.desk, person_entry(desk, records))
    assert "ระงับการทำลายอยู่" in page.open(f"/requests/{no}").text
    for path in paths:
        quiet(path)
    keep_days(desk, "0")
    wait_until("the other goes", lambda: destroyed(records, free), 60)
    assert paths[0].exists() and not paths[1].exists()
    assert not destroyed(records, no)
    # Lifted, it goes as well.
    records.ok(no, "keep", outcome="lifted", reason="คดีถึงที่สุด")
    wait_until("it goes", lambda: destroyed(records, no), 60)
    assert not paths[0].exists()
    said = [e["data"]["outcome"] for e in
            records.get(f"/requests/{no}/events")["events"]
            if e["type"] == "kept"]
    assert said == ["held", "lifted"]
    holds(desk.university)


def test_a_years_satisfaction_has_the_universitys_words(desk):
    records = desk.icit.records
    for score in (5, 4):
        no = desk.icit.until("acceptance")
        desk.requester.ok(no, "accept", outcome="accepted", score=score)
    year = time.gmtime(time.time() + 7 * 3600).tm_year + 543
    path = f"/register/ICIT/{year}"

    def said():
        return records.get(path)["satisfaction"]

    rows = [r["score"] for r in records.get(path)["rows"] if r["score"]]
    mean = f"{sum(rows) / len(rows) + 1e-9:.2f}"
    assert said()["answers"] == len(rows) and said()["mean"] == mean
    put = desk.university.pratu
    assert said()["band"] == {"th": "ดีมาก", "en": "Very good"}
    bands = f"{float(mean) + 0.01:.2f} มากที่สุด | Highest\n1 มาก | High"
    assert put("setting", "put", "rating-bands", bands).returncode == 0
    assert said()["band"] == {"th": "มาก", "en": "High"}
    bands = f"{mean} มากที่สุด | Highest\n1 มาก | High"
    assert put("setting", "put", "rating-bands", bands).returncode == 0
    assert said()["band"] == {"th": "มากที่สุด", "en": "Highest"}
    page = Web(desk.university.desk, person_entry(desk, records)).open(path)
    assert f"ความพึงพอใจเฉลี่ย {mean} (มากที่สุด) จาก {len(rows)} คำตอบ" \
        in page.text
    assert put("setting", "put", "rating-bands", "5 ดี | Good").returncode == 5


@pytest.mark.both_stores
def test_the_list_of_a_year_has_what_was_kept_long_enough(desk):
    records = desk.icit.records
    no = with_export(desk, "closed", formats=["csv"])
    held = with_export(desk, "closed", formats=["csv"])
    opened = with_export(desk, formats=["csv"])
    records.ok(held, "keep", outcome="held", kind="history", reason="ฉบับแรก")
    # Closed this year, so kept to the end of the tenth after it.
    first = time.gmtime(time.time() + 7 * 3600).tm_year + 543 + 11

    def listed(year, person=records):
        return {r["request"]: r for r in
                person.get(f"/disposals/ICIT/{year}")["rows"]}

    assert no not in listed(first - 1)
    rows = listed(first)
    assert no in rows and held not in rows and opened not in rows
    row, now = rows[no], records.request(no)
    assert row["kept_until"] == f"{first - 1 - 543}-12-31"
    assert (row["memo_in"], row["title"], row["received_no"]) == (
        now["memo_in"], now["title"], now["received_no"])
    assert listed(first + 5)[no] == row
    # Of a secret memo the rule on secrecy says what becomes of it.
    secret = desk.icit.until("intake")
    records.ok(secret, "receive", **desk.icit.memo(secrecy="confidential"))
    desk.icit.go_on(secret, "closed")
    assert secret not in listed(first)
    # For whoever may read the register.
    assert no in listed(first, desk.auditor)
    refusal(desk.requester.api.get(f"/disposals/ICIT/{first}"), 404,
            "not-found")
    refusal(desk.registrar.records.api.get(f"/disposals/ICIT/{first}"), 404,
            "not-found")
    csv = records.api.get(f"/disposals/ICIT/{first}.csv")
    text = csv.content.decode("utf-8-sig")
    assert csv.headers["Content-Type"].startswith("text/csv")
    assert "การพิจารณา" in text.splitlines()[0] and no in text
    assert held not in text
    page = Web(desk.university.desk, person_entry(desk, records)).open(
        f"/disposals/ICIT/{first}")
    assert "บัญชีหนังสือขอทำลาย" in page.text and no in page.text
