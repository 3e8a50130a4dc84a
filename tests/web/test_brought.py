"""Tables that requesters send in: who may, what is told of them, by API and pages, and
that they go on their day."""
import csv
import hashlib
import io
import json

import pytest
import requests

from conftest import wait_until
from journey import (Desk, day, desk, good, refusal,  # noqa: F401  (a fixture)
                     wrong_fields)
from pages import Web
from tables import path_of

pytestmark = pytest.mark.both_stores

STUDENTS = [("รหัสนักศึกษา", "ชื่อ", "วันเกิด", "เลขประจำตัวประชาชน")] + [
    (f"65{i:06}", f"นักศึกษาคนที่ {i}", "1/3/2546",
     "1101700230708") for i in range(1, 31)]
EVENTS = ("brought", "unusable", "lost", "used", "returned", "destroyed")


def table(rows=STUDENTS, bad=0):
    """A CSV; the dates of the first `bad` rows are none."""
    out = io.StringIO()
    w = csv.writer(out, lineterminator="\r\n")
    for i, row in enumerate(rows):
        w.writerow(row if not 0 < i <= bad else
                   (row[0], row[1], "31/02/2546", row[3]))
    return out.getvalue().encode()


def ticket(person, no, name="นักศึกษา.csv", **more):
    return person.api.post(f"/requests/{no}/uploads",
                           {"name": name, "kind": "table", **more})


def state_of(person, no, one):
    return person.get(f"/requests/{no}/uploads/{one}")


def sent(person, no, content, name="นักศึกษา.csv", **more):
    """Sends it and waits until it was looked at; what the API says of it."""
    told = good(ticket(person, no, name, **more), 201)
    put = requests.put(told["url"], data=content, timeout=60)
    assert put.status_code == 201, put.text
    return wait_until("it is read", lambda: (
        lambda t: t if t["state"] not in ("waiting", "reading") else None)(
            state_of(person, no, told["id"])), seconds=30)


def events(person, no):
    return [e for e in person.get(f"/requests/{no}/events")["events"]
            if e["type"] in EVENTS]


def told(person, no, *types):
    return wait_until(f"{types} are told", lambda: (
        lambda all: all if [e["type"] for e in all] == list(types) else None)(
            events(person, no)), seconds=20)


def holds(place):
    for command in (("verify",), ("rebuild", "--check")):
        done = place.pratu(*command)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_table_is_read_and_told_of(desk):
    no = desk.icit.new(submit=False)["no"]
    asks = desk.requester
    content = table(bad=1)
    t = sent(asks, no, content, purpose="นับนักศึกษา", destroy_on=day(40))
    assert (t["state"], t["kind"], t["by"]) == ("read", "table", asks.email)
    assert t["bytes"] == len(content)
    assert t["sha256"] == hashlib.sha256(content).hexdigest()
    assert (t["purpose"], t["destroy_on"]) == ("นับนักศึกษา", day(40))
    found = t["found"]
    assert (found["rows"], found["wrong"]) == (30, 1)
    checks = {c["name"]: c["check"] for c in found["columns"]}
    assert checks["student_id"] == "id" and "date" in checks.values()
    brought, = told(asks, no, "brought")
    assert brought["by"] == "system"
    assert brought["data"] == {
        "upload": t["id"], "name": "นักศึกษา.csv", "sha256": t["sha256"],
        "bytes": len(content), "received": brought["data"]["received"],
        "sender": asks.email, "unit": asks.get("/me")["unit"],
        "purpose": "นับนักศึกษา", "destroy_on": day(40), "replaces": "",
        "rows": 30, "columns": 4, "wrong": 1, "double": 0, "sheet": ""}
    # Nothing of a cell stands in the desk's stores.
    for part, name in (("people", "desk.db"), ("shared", "gate.db")):
        if desk.store("select 1 as one") and (
                desk.university.dir / part / name).exists():
            whole = b"".join(p.read_bytes() for p in (
                desk.university.dir / part).glob(name + "*"))
            assert "นักศึกษาคนที่".encode() not in whole
    # A form that is being filled in is not overtaken by that.
    before = asks.request(no)["version"]
    sent(asks, no, table(STUDENTS[:5]), name="อีกไฟล์.csv")
    told(asks, no, "brought", "brought")
    good(asks.api.call("PATCH", f"/requests/{no}", json={
        "answers": {"title": "ยังแก้ได้"}}, headers={
            "If-Match": f'"{before}"'}))
    holds(desk.university)


def test_one_that_cannot_be_used_is_told_to_its_sender(desk):
    no = desk.icit.until("intake")
    t = sent(desk.requester, no, b"%PDF-1.7\n1 0 obj\n", name="แบบฟอร์ม.csv")
    assert (t["state"], t["finding"]["code"]) == ("refused", "pdf")
    assert "PDF" in t["finding"]["message_en"]
    assert "ตาราง" in t["finding"]["message_th"] and t["found"] is None
    event, = told(desk.requester, no, "unusable")
    assert event["data"]["finding"]["code"] == "pdf"
    notice = desk.notices(no, "unusable")[-1]
    assert notice["recipient"] == desk.requester.email
    assert t["finding"]["message_th"] in notice["body"]
    assert notice["link"] == f"/requests/{no}/tables/{t['id']}"
    page = Web(desk.university.desk, entry_of(desk)).open(notice["link"])
    assert page.status == 200 and t["finding"]["message_th"] in page.text
    assert f"/requests/{no}/tables?replaces={t['id']}" in page.links
    # Sent again, it says for which one it stands.
    again = sent(desk.requester, no, table(), replaces=t["id"])
    assert again["replaces"] == t["id"] and again["state"] == "read"
    problem = refusal(ticket(desk.requester, no, replaces="nosuch"), 422,
                      "invalid")
    assert wrong_fields(problem) == {"replaces": "no-such-file"}


def entry_of(desk, person=None):
    email = (person or desk.requester).email
    return next(p for p in desk.university.facts["people"]
                if p["email"] == email)


def doors(person, no, one):
    """Status of each call about the table, as that person."""
    api, base = person.api, f"/requests/{no}/uploads/{one}"
    answers = [api.get(base), api.get(base + "/look"),
               api.post(base + "/choose", {}),
               api.get(base + "/corrected", allow_redirects=False),
               api.get(base + f"/difference?with={one}&key=student_id")]
    return [a.status_code for a in answers]


def test_nobody_else_opens_it(desk):
    icit = desk.icit
    no = icit.new(submit=False)["no"]
    one = sent(desk.requester, no, table())["id"]
    told(desk.requester, no, "brought")
    desk.requester.ok(no, "share", add=[desk.other.email])
    icit.go_on(no, "preparing")
    own = (desk.requester, desk.other, icit.officer)
    seeing = (desk.owners["HRD"], icit.records, icit.director, icit.head,
              icit.executive, desk.auditor, desk.dpo)
    blind = (desk.admin, desk.registrar.records, desk.registrar.officer)
    for person in own:
        assert person.get(f"/requests/{no}/uploads")["uploads"][0]["id"] == one
        assert doors(person, no, one)[0] == 200, person
        assert doors(person, no, "nosuch")[0] == 404
    for person in seeing:
        if not person.sees(no):
            continue
        assert set(doors(person, no, one)) == {403}, person
        refusal(person.api.get(f"/requests/{no}/uploads/{one}"), 403,
                "not-yours")
        assert person.get(f"/requests/{no}/uploads")["uploads"] == []
        refusal(ticket(person, no), 403, "not-yours")
        # That there is one, and what became of it, everybody sees who may.
        assert events(person, no)[0]["data"]["upload"] == one
    for person in blind:
        assert set(doors(person, no, one)) == {404}, person
        assert ticket(person, no).status_code == 404
    # Of another request it is not.
    other = icit.until("preparing")
    assert set(doors(desk.requester, other, one)) == {404}
    # Another officer has nothing to do with it.
    assert len(icit.officers) > 1
    for person in icit.officers[1:]:
        assert set(doors(person, no, one)) == {403}, person
    # Nor has whoever sent it when the request is not in his hands any more.
    desk.change("shared", f"update upload set actor = '{icit.director.email}'"
                          f" where id = '{one}'")
    assert set(doors(icit.director, no, one)) == {403}
    icit.go_on(no, "closed")
    refusal(ticket(desk.requester, no), 403, "not-yours")
    # It is closed: its state is told, its values are not.
    for person in own:
        assert doors(person, no, one) == [200, 409, 409, 409, 409], person
    refusal(desk.requester.api.get(f"/requests/{no}/uploads/{one}/look"), 409,
            "table-closed")
    web = Web(desk.university.desk, entry_of(desk))
    page = web.open(f"/requests/{no}/tables/{one}")
    assert page.status == 200 and "look=1" not in page.text
    assert not page.forms or not any(
        f.action.endswith(one) for f in page.forms)
    page = web.open(f"/requests/{no}/tables/{one}?look=1")
    assert page.status == 409 and "ปิดเรื่องแล้ว" in page.text


def test_what_is_wrong_with_a_new_one(desk):
    no = desk.icit.until("intake")
    wrong = {"destroy_on": ("2569-01-01", "yesterday", day(0), day(9999)),
             "purpose": ("x" * 501,)}
    for field, values in wrong.items():
        for value in values:
            problem = refusal(ticket(desk.requester, no, **{field: value}),
                              422, "invalid")
            assert list(wrong_fields(problem)) == [field], value
    problem = refusal(desk.requester.api.post(
        f"/requests/{no}/uploads", {"name": "a.csv", "kind": "picture"}), 422,
        "invalid")
    assert wrong_fields(problem) == {"kind": "bad-choice"}
    assert wrong_fields(refusal(ticket(desk.requester, no, name=""), 422,
                                "invalid")) == {"name": "required"}
    # Without a purpose, that of the request.
    t = good(ticket(desk.requester, no), 201)
    assert state_of(desk.requester, no, t["id"])["purpose"] == \
        desk.requester.request(no)["answers"]["purpose"]
    assert state_of(desk.requester, no, t["id"])["state"] == "waiting"
    refusal(desk.requester.api.get(
        f"/requests/{no}/uploads/{t['id']}/look"), 409, "table-not-read")
    refusal(desk.requester.api.post(
        f"/requests/{no}/uploads/{t['id']}/choose", {}), 409, "table-not-here")


def test_it_is_read_as_is_chosen(desk):
    no = desk.icit.until("intake")
    t = sent(desk.requester, no, table())
    base = f"/requests/{no}/uploads/{t['id']}"
    told(desk.requester, no, "brought")
    birth = next(c["name"] for c in t["found"]["columns"]
                 if c["check"] == "date")
    problem = refusal(desk.requester.api.post(base + "/choose", {
        "columns": [{"name": birth, "check": "star-sign"}]}), 422, "invalid")
    assert wrong_fields(problem) == {"columns[0].check": "bad-choice"}
    good(desk.requester.api.post(base + "/choose", {
        "columns": [{"name": birth, "check": "integer"},
                    {"name": "student_id", "check": "integer"}]}))
    t = wait_until("it is read anew", lambda: (
        lambda t: t if t["state"] == "read" else None)(
            state_of(desk.requester, no, t["id"])), seconds=30)
    assert t["found"]["wrong"] == 30
    # What was chosen is not guessed anew.
    number, = [c for c in t["found"]["columns"] if c["name"] == "student_id"]
    assert (number["check"], number["type"], number["wrong"]) == (
        "integer", "integer", 0)
    assert told(desk.requester, no, "brought", "brought")[1]["data"][
        "wrong"] == 30
    holds(desk.university)


def test_a_look_shows_the_head_of_a_long_cell(desk):
    no = desk.icit.until("preparing")
    t = sent(desk.requester, no, ("a,b\n" + "ก" * 5000 + ",1\n").encode())
    long, short = desk.requester.get(
        f"/requests/{no}/uploads/{t['id']}/look")["rows"][0]
    assert long == "ก" * (len(long) - 1) + "…" and short == "1"
    assert 100 < len(long.encode()) <= 163


def test_it_is_looked_at_and_put_right(desk):
    no = desk.icit.until("preparing")
    asks = desk.requester
    t = sent(asks, no, table(bad=1))
    base = f"/requests/{no}/uploads/{t['id']}"
    for person in (asks, desk.icit.officer):
        look = person.get(base + "/look")
        assert len(look["rows"]) == 20 and len(look["rows"][0]) == 4
        wrong, = look["wrong"]
        assert (wrong["place"], wrong["value"]) == ("C2", "31/02/2546")
        assert wrong["message"]
    # The copy to put right comes from the gate.
    got = asks.api.session.get(asks.api.base + base + "/corrected", timeout=60)
    assert got.status_code == 200 and got.content[:2] == b"PK"
    refusal(desk.other.api.get(base + "/corrected"), 404, "no-such-request")
    # Put right and sent again: what is another.
    rows = [*STUDENTS[:20], ("65999999", "คนใหม่", "1/3/2546", "")]
    right = sent(asks, no, table(rows), replaces=t["id"])
    other = f"/requests/{no}/uploads/{right['id']}/difference?with={t['id']}"
    found = asks.get(other + "&key=student_id")
    assert (found["added"], found["removed"], found["changed"],
            found["same"]) == (1, 11, 1, 18)
    assert {(s["key"], s["what"]) for s in found["samples"]} >= {
        ("65999999", "added"), (STUDENTS[1][0], "changed")}
    for key in ("", "no_such"):
        assert wrong_fields(refusal(asks.api.get(other + f"&key={key}"), 422,
                                    "invalid")).keys() == {"key"}
    holds(desk.university)


def test_one_in_its_place_is_read_as_it_was(desk):
    no = desk.icit.until("preparing")
    asks = desk.requester
    t = sent(asks, no, table())
    good(asks.api.post(f"/requests/{no}/uploads/{t['id']}/choose", {
        "encoding": "utf-8", "once": True, "columns": [
            {"name": "student_id", "check": "integer", "needed": True}]}))
    t = wait_until("it is read", lambda: (
        lambda t: t if t["state"] == "read" else None)(
            state_of(asks, no, t["id"])))
    checks = [(c["name"], c["check"], c["era"], c["needed"])
              for c in t["found"]["columns"]]
    assert checks[0] == ("student_id", "integer", "any", True)
    # In another encoding, with a column more, and dates that say less alone.
    rows = [(*STUDENTS[0], "หมายเหตุ"), ("๖๕๐๐๐๐๐๑", "ก", "31/02/2546", "", "x"),
            ("65000002", "ข", "30/02/2546", "", "")]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    again = sent(asks, no, out.getvalue().encode("cp874"), replaces=t["id"])
    found = again["found"]
    assert [(c["name"], c["check"], c["era"], c["needed"])
            for c in found["columns"]][:4] == checks
    assert (again["state"], len(found["columns"]), found["encoding"],
            found["once"]) == ("read", 5, "cp874", True)
    # One that stands for nothing is looked at as if for the first time.
    alone = sent(asks, no, out.getvalue().encode("cp874"))
    assert [c["check"] for c in alone["found"]["columns"]][:4] != [
        c[1] for c in checks]


def test_use_and_return_are_told(desk):
    icit, asks = desk.icit, desk.requester
    no = icit.until("preparing", systems=["REG"], service_type="processing",
                    formats=["xlsx"])
    t = sent(asks, no, table())
    told(asks, no, "brought")
    named = {"upload": t["id"], "name": t["name"], "sha256": t["sha256"]}
    icit.officer.ok(no, "prepare", parts=[{
        "name": "students", "source": "REG", "tables": [
            {"name": "sent", "file": t["id"]}],
        "sql": "select t.student_id from sent t order by 1"}],
        outlets=["export"], formats=["csv"])
    digest = icit.officer.request(no)["artefact"]["digest"]
    used = told(asks, no, "brought", "used")[1]
    assert used["by"] == icit.officer.email
    assert used["data"] == {"tables": [named], "digest": digest}
    icit.officer.ok(no, "deliver", digest=digest)
    back = told(asks, no, "brought", "used", "returned")[2]
    assert back["data"] == {"what": "result", "tables": [named],
                            "digest": digest}
    page = Web(desk.university.desk, entry_of(desk)).open(f"/requests/{no}")
    for words in ("ใช้ตารางข้อมูลที่ส่งมาในการจัดทำข้อมูล",
                  "ส่งผลที่จัดทำจากตารางข้อมูลนี้แล้ว"):
        assert words in page.text
    holds(desk.university)


def test_it_goes_on_its_day_and_the_event_names_the_backups(desk):
    place = desk.university
    no = desk.icit.until("intake")
    content = table(STUDENTS[:9])
    one = sent(desk.requester, no, content, destroy_on=day(1))
    kept = sent(desk.requester, no, table(STUDENTS[:8]), destroy_on=day(9))
    told(desk.requester, no, "brought", "brought")
    for name, made, until in (("คืนนี้", day(0), day(30)),
                              ("เก่าไป", day(-2), day(30)),
                              ("หมดแล้ว", day(0), day(0))):
        done = place.pratu("backup", "note", name, "--made", made, "--until",
                           until)
        assert done.returncode == 0, done.stderr
    assert place.pratu("backup", "note", "x", "--made", day(2), "--until",
                       day(1)).returncode == 5
    assert place.pratu("backup", "drop", "หมดแล้ว").returncode == 0
    assert place.pratu("backup", "drop", "หมดแล้ว").returncode == 4
    listed = json.loads(place.pratu("backup", "list", "--json").stdout)
    assert [b["name"] for b in listed] == ["เก่าไป", "คืนนี้"]
    path = path_of(desk, one["id"])
    assert path.exists()
    # Its day has come; while the records are held it does not go.
    desk.icit.records.ok(no, "keep", outcome="held", kind="litigation",
                         reason="คดี")
    free = desk.icit.until("intake")
    other = sent(desk.requester, free, content, destroy_on=day(1))
    desk.change("shared", f"update upload set destroy_on = '{day(0)}'"
                          f" where id in ('{one['id']}', '{other['id']}')")
    told(desk.requester, free, "brought", "destroyed")
    assert path.exists() and len(events(desk.requester, no)) == 2
    desk.icit.records.ok(no, "keep", outcome="lifted", reason="สิ้นสุด")
    event = told(desk.requester, no, "brought", "brought", "destroyed")[2]
    file, = event["data"]["files"]
    assert (file["kind"], file["upload"], file["sha256"], file["how"]) == (
        "uploads", one["id"], one["sha256"], "destroyed")
    assert file["backups"] == [{"name": "คืนนี้", "made": day(0),
                                "until": day(30)}]
    assert not path.exists()
    for name in (one["sha256"], one["id"], path.name):
        assert not list((place.dir / "gate").rglob(f"*{name}*")), name
    assert state_of(desk.requester, no, one["id"])["state"] == "destroyed"
    assert state_of(desk.requester, no, kept["id"])["state"] == "read"
    page = Web(place.desk, entry_of(desk)).open(f"/requests/{no}")
    assert "คืนนี้" in page.text and "ชุดสำรองที่ยังมีไฟล์นี้" in page.text
    holds(place)
