"""Lists of codes that a system's officers offer: a requester's column is checked by
what stands at the source when the table is read. Only codes leave the source."""
import io
import os
import sqlite3

import openpyxl
import pytest
import requests

from conftest import wait_until
from journey import desk, good, refusal, wrong_fields  # noqa: F401
from pages import Web

pytestmark = pytest.mark.both_stores

QUERY = "select faculty_code, name_th from faculty order by faculty_code"
SECRET = "name_th from faculty"  # what no requester may see
TABLE = ("รหัส,ของใคร\n"
         "1,01\n2,๐๒\n3,1O\n4,คณะบริหารธุรกิจ\n5,ENG\n6,\n").encode()


@pytest.fixture
def officer(desk):
    """Of REG; whoever else is an officer of no list of it."""
    systems = desk.requester.get("/systems")["systems"]
    reg = next(s for s in systems if s["code"] == "REG")
    return desk.person(reg["officers"][0]["email"].split("@")[0])


@pytest.fixture
def stranger(desk):
    """An officer of the same office, but of other systems."""
    systems = desk.requester.get("/systems")["systems"]
    own = {o["email"] for s in systems if s["code"] == "REG"
           for o in s["officers"]}
    return next(p for p in desk.icit.officers if p.email not in own)


def make(person, sql=QUERY, system="REG", source="REG", **more):
    return person.api.post(f"/systems/{system}/code-lists", {
        "source": source, "title_th": "รหัสคณะ",
        "title_en": "Codes of faculties", "sql": sql, **more})


def new_request(desk):
    return desk.icit.new(submit=False, systems=["REG"],
                         service_type="processing", formats=["xlsx"])["no"]


def choice(one, check="code"):
    return {"columns": [{"name": "column_2", "check": check,
                         **({"list": one} if one else {})}]}


def send(person, no, content=TABLE):
    told = good(person.api.post(f"/requests/{no}/uploads", {
        "name": "คณะ.csv", "kind": "table"}), 201)
    put = requests.put(told["url"], data=content, timeout=60)
    assert put.status_code == 201, put.text
    settled(person, no, told["id"])
    return told["id"]


def state(person, no, one):
    return person.get(f"/requests/{no}/uploads/{one}")


def settled(person, no, one):
    return wait_until("it is read", lambda: (
        lambda t: t if t["state"] not in ("waiting", "reading") else None)(
            state(person, no, one)), seconds=30)


def choose(person, no, one, what):
    return person.api.post(f"/requests/{no}/uploads/{one}/choose", what)


def wrong(person, no, one):
    """{place: message}"""
    look = person.get(f"/requests/{no}/uploads/{one}/look")
    return {w["place"]: w["message"] for w in look["wrong"]}


def run_source(desk, *sql):
    with sqlite3.connect(desk.source_path("REG")) as db:
        for one in sql:
            db.execute(one)
    db.close()


def test_who_may_and_what_is_refused(desk, officer, stranger):
    for person in (stranger, desk.requester, desk.registrar.officer,
                   desk.admin):
        refusal(make(person), 403, "not-yours")
        refusal(person.api.get("/systems/REG/code-lists"), 403, "not-yours")
        assert Web(desk.university.desk, entry(desk, person)).open(
            "/systems/REG/code-lists").status == 403
    refusal(make(officer, system="NOSUCH"), 404, "not-found")
    bad = make(officer, sql=" ", title_th="", title_en="x" * 101)
    assert wrong_fields(refusal(bad, 422, "invalid")) == {
        "sql": "required", "title_th": "required", "title_en": "too-long"}
    other = make(officer, source="HRIS")
    assert wrong_fields(refusal(other, 422, "invalid")) == {
        "source": "bad-choice"}
    hostile = ("delete from faculty", "select 1; drop table faculty",
               "select load_extension('x')", "pragma table_list",
               "attach '/etc/passwd' as x", "select * from sqlite_master",
               "select nothing from faculty", "select faculty_code, name_th,"
               " name_en from faculty", "select s.student_id from student s,"
               " faculty",
               "select '' from faculty", "select 'a@example.ac.th'",
               "select '1101700230708'", "select " + "'" + "x" * 201 + "'")
    for sql in hostile:
        problem = refusal(make(officer, sql=sql), 422, "invalid")
        assert wrong_fields(problem) == {"sql": "query"}, sql
    assert len(desk.rows("REG", QUERY)) == 7
    assert officer.get("/systems/REG/code-lists")["code_lists"] == []
    assert desk.store("select * from code_list", "shared") == []


def entry(desk, person):
    return next(p for p in desk.university.facts["people"]
                if p["email"] == person.email)


def test_a_column_is_checked_by_a_list(desk, officer, stranger):
    asks = desk.requester
    listed = good(make(officer), 201)
    assert (listed["codes"], listed["made_by"], listed["ended"]) == (
        7, officer.email, None)
    no = new_request(desk)
    offered = asks.get(f"/requests/{no}/code-lists")["code_lists"]
    assert offered == [{"id": listed["id"], "system": "REG",
                        "title_th": "รหัสคณะ",
                        "title_en": "Codes of faculties"}]
    one = send(asks, no)
    good(choose(asks, no, one, choice(listed["id"])))
    told = settled(asks, no, one)
    column = told["found"]["columns"][1]
    assert (column["check"], column["list"], column["wrong"]) == (
        "code", listed["id"], 3), told
    # Near to one of them; the name of one; like none of them.
    assert wrong(asks, no, one) == {
        "B4": "ค่านี้ไม่อยู่ในรายการ “รหัสคณะ”",
        "B5": "ค่านี้ไม่อยู่ในรายการ “รหัสคณะ” อาจหมายถึง “04”",
        "B6": "ค่านี้ไม่อยู่ในรายการ “รหัสคณะ”"}
    # Digits of Thai are digits; what is right is as the list has it.
    rows = asks.get(f"/requests/{no}/uploads/{one}/look")["rows"]
    assert [r[1] for r in rows][:2] == ["01", "02"]
    copy = asks.api.get(f"/requests/{no}/uploads/{one}/corrected")
    assert copy.status_code == 200, copy.text
    book = openpyxl.load_workbook(io.BytesIO(copy.content))
    assert book.worksheets[0].cell(4, 3).value == (
        "ของใคร: ค่านี้ไม่อยู่ในรายการ “รหัสคณะ”")
    assert "อาจหมายถึง “04”" in book.worksheets[1].cell(3, 5).value
    # The source has one more: it counts once the table is read again.
    run_source(desk, "insert into faculty (faculty_code, name_th, name_en)"
               " values ('ENG', 'ใหม่', 'New')")
    try:
        assert "B6" in wrong(asks, no, one)
        good(choose(asks, no, one, choice(listed["id"])))
        assert settled(asks, no, one)["found"]["wrong"] == 2
        assert set(wrong(asks, no, one)) == {"B4", "B5"}
    finally:
        run_source(desk, "delete from faculty where faculty_code = 'ENG'")
    assert officer.get("/systems/REG/code-lists")["code_lists"][0][
        "codes"] == 8
    # No requester sees the query, and no store or log a code or its name.
    seen = str(state(asks, no, one)) + Web(
        desk.university.desk, entry(desk, asks)).open(
            f"/requests/{no}/tables/{one}").source
    assert listed["id"] in seen and SECRET not in seen
    stored = str(desk.store("select * from inbound", "shared")) \
        + desk.university.output()
    assert "บริหารธุรกิจ" not in stored
    # Ended: no longer offered, and what was checked by it still is.
    refusal(stranger.api.post(
        f"/systems/REG/code-lists/{listed['id']}/end"), 403, "not-yours")
    assert officer.api.post(
        f"/systems/REG/code-lists/{listed['id']}/end").status_code == 204
    assert asks.get(f"/requests/{no}/code-lists")["code_lists"] == []
    row, = desk.store("select * from code_list", "shared")
    assert (row["ended_by"], row["ended"] > row["made"]) == (
        officer.email, True)
    good(choose(asks, no, one, choice(listed["id"])))
    assert settled(asks, no, one)["found"]["wrong"] == 3
    fresh = send(asks, no, TABLE + b"7,07\n")
    for bad in (choice(listed["id"]), choice("nosuch")):
        problem = refusal(choose(asks, no, fresh, bad), 422, "invalid")
        assert wrong_fields(problem) == {"columns[0].list": "bad-choice"}
    problem = refusal(choose(asks, no, fresh, choice(None)), 422, "invalid")
    assert wrong_fields(problem) == {"columns[0].codes": "required"}


def test_a_list_of_another_system_is_not_offered(desk, officer):
    listed = good(make(officer), 201)
    asks = desk.requester
    no = desk.icit.new(submit=False, systems=["HRIS"])["no"]
    assert asks.get(f"/requests/{no}/code-lists")["code_lists"] == []
    one = send(asks, no)
    problem = refusal(choose(asks, no, one, choice(listed["id"])), 422,
                      "invalid")
    assert wrong_fields(problem) == {"columns[0].list": "bad-choice"}


def test_a_source_that_is_away_is_no_fault_of_the_file(desk, officer):
    asks = desk.requester
    listed = good(make(officer), 201)
    no = new_request(desk)
    one = send(asks, no, TABLE + b"8,03\n")
    path = desk.source_path("REG")
    away = path.with_suffix(".away")
    os.rename(path, away)
    try:
        good(choose(asks, no, one, choice(listed["id"])))
        held = wait_until("it is held", lambda: (
            lambda t: t if t["finding"] else None)(state(asks, no, one)), 30)
        assert (held["state"], held["finding"]["code"]) == ("reading", "list")
        assert "ไม่มีปัญหา" in held["finding"]["message_th"]
        assert "“Codes of faculties”" in held["finding"]["message_en"]
        page = Web(desk.university.desk, entry(desk, asks)).open(
            f"/requests/{no}/tables/{one}")
        assert held["finding"]["message_th"] in page.text
        known, = [c for c in officer.get("/systems/REG/code-lists")[
            "code_lists"] if c["id"] == listed["id"]]
        assert known["trouble"] == "busy"
        page = Web(desk.university.desk, entry(desk, officer)).open(
            "/systems/REG/code-lists")
        assert "แหล่งข้อมูลไม่ตอบ" in page.text
        # Its sender was not told that anything is wrong with it.
        assert [e["type"] for e in asks.get(f"/requests/{no}/events")[
            "events"]].count("unusable") == 0
        assert '"trouble":"busy"' in desk.university.output()
        # Who would rather not wait chooses otherwise.
        good(choose(asks, no, one, choice(None, "text")))
        assert settled(asks, no, one)["finding"] is None
        good(choose(asks, no, one, choice(listed["id"])))
        wait_until("it is held again", lambda: state(
            asks, no, one)["finding"], 30)
    finally:
        os.rename(away, path)
    # In a minute by itself; at once when it is asked.
    good(choose(asks, no, one, choice(listed["id"])))
    told = settled(asks, no, one)
    assert (told["state"], told["found"]["wrong"]) == ("read", 3)


DAY_MS = 24 * 3600 * 1000


def told_of(desk, title):
    """The notices that a list of that title cannot be read, in their order."""
    return [n for n in desk.store(
        "select kind, recipient, request, subject, body, link from outbox"
        " where kind = 'codes' order by id") if title in n["subject"]]


def test_its_officers_are_told_once_a_day(desk, officer, stranger):
    """Whatever number of tables waits for it; nobody else is told."""
    asks = desk.requester
    made = {t: good(make(officer, title_th=t, title_en=f"En {t}"), 201)["id"]
            for t in ("รายการแรก", "รายการหลัง")}
    first, second = made.values()
    no = new_request(desk)
    tables = [send(asks, no, TABLE + b"8,0%d\n" % i) for i in range(3)]
    systems = asks.get("/systems")["systems"]
    officers = sorted(o["email"] for s in systems if s["code"] == "REG"
                      for o in s["officers"])
    assert officer.email in officers and stranger.email not in officers

    def held(table, one):
        good(choose(asks, no, table, choice(one)))
        wait_until("it is held", lambda: state(asks, no, table)["finding"], 30)

    def told(title, times):
        """Each of them so often by now."""
        wait_until(f"{title} is told", lambda: len(told_of(desk, title))
                   >= times * len(officers), 30)
        got = told_of(desk, title)
        assert sorted(n["recipient"] for n in got) == sorted(officers * times)
        return got

    path = desk.source_path("REG")
    away = path.with_suffix(".away")
    os.rename(path, away)
    try:
        held(tables[0], first)
        notice = told("รายการแรก", 1)[0]
        assert (notice["request"], notice["link"]) == (
            "", "/systems/REG/code-lists")
        assert "แหล่งข้อมูลไม่ตอบ" in notice["body"]
        assert SECRET not in str(notice) and no not in str(notice)
        # Another table waits for it. Whoever looks at the second list has looked
        # at the first before.
        held(tables[1], first)
        held(tables[2], second)
        told("รายการหลัง", 1)
        told("รายการแรก", 1)
        # On the next day once more, but not of one that nobody waits for.
        good(choose(asks, no, tables[2], choice(None, "text")))
        settled(asks, no, tables[2])
        desk.change("shared", f"update code_list set looked = looked - {DAY_MS}"
                              f" where id = '{second}'")
        desk.change("people", f"update code_list_told set at = at - {DAY_MS}")
        held(tables[0], first)
        told("รายการแรก", 2)
        told("รายการหลัง", 1)
    finally:
        os.rename(away, path)


def test_on_the_pages(desk, officer):
    web = Web(desk.university.desk, entry(desk, officer))
    page = web.open("/systems")
    assert "/systems/REG/code-lists" in page.links
    page = web.open("/systems/REG/code-lists")
    assert "ข้อมูลส่วนบุคคล" in page.text
    form = next(f for f in page.forms if f.action.endswith("/code-lists"))
    bad = web.send(page, form.action, title_th="คณะ", title_en="Faculties", source="REG",
                   sql="delete from faculty")
    assert bad.status == 422 and "คำสั่ง SQL ใช้ไม่ได้" in bad.text
    done = web.send(page, form.action, title_th="คณะบนหน้า", title_en="On the page",
                    source="REG", sql=QUERY)
    assert done.status == 200 and "คณะบนหน้า" in done.text, done.text
    asks = desk.requester
    no = new_request(desk)
    one = send(asks, no, TABLE + b"9,05\n")
    listed = next(c["id"] for c in asks.get(
        f"/requests/{no}/code-lists")["code_lists"]
        if c["title_en"] == "On the page")
    mine = Web(desk.university.desk, entry(desk, asks))
    page = mine.open(f"/requests/{no}/tables/{one}")
    assert "รหัสในรายการ “คณะบนหน้า”" in page.text
    assert SECRET not in page.source
    form = next(f for f in page.forms if "columns[1].check" in f.names())
    mine.send(page, form.action, **{"columns[1].check": f"list:{listed}"})
    assert settled(asks, no, one)["found"]["columns"][1]["list"] == listed
    page = mine.open(f"/requests/{no}/tables/{one}?look=1")
    assert "ค่านี้ไม่อยู่ในรายการ “คณะบนหน้า” อาจหมายถึง “04”" in page.text
    form = next(f for f in page.forms if "columns[1].check" in f.names())
    assert form.value("columns[1].check") == f"list:{listed}"
    page = web.send(web.open("/systems/REG/code-lists"), "/code-lists/end",
                    list=listed)
    assert "เลิกใช้แล้ว" in page.text
