"""Student numbers that a requester sends in, joined with a source: exactly what
was asked of those rows comes back, the numbers that nothing matches are listed,
and nothing more. The same where the two meet in a place of their own, and made
anew with a corrected file."""
import csv
import hashlib
import io
import random
import re
from html import unescape

import openpyxl
import pytest
import requests

from conftest import wait_until
from journey import desk, good, refusal, wrong_fields  # noqa: F401
from pages import Web

HEADING = "รหัสนักศึกษา"
JOINED = ("select s.student_id, f.name_th as faculty, s.status from {sent} t"
          " join student s on s.student_id = t.student_id"
          " join programme p on p.programme_code = s.programme_code"
          " join faculty f on f.faculty_code = p.faculty_code"
          " order by s.student_id")
TRUTH = ("select s.student_id, f.name_th, s.status from student s"
         " join programme p on p.programme_code = s.programme_code"
         " join faculty f on f.faculty_code = p.faculty_code")
TAKE = [{"name": "student",
         "sql": "select student_id, programme_code, status from student"},
        {"name": "programme",
         "sql": "select programme_code, faculty_code from programme"},
        {"name": "faculty", "sql": "select faculty_code, name_th from faculty"}]
UNKNOWN = [f"99{i:011d}" for i in range(10)]


def sheet_of(numbers):
    """A CSV of student numbers and a note on each."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow([HEADING, "หมายเหตุ"])
    for i, number in enumerate(numbers):
        lines.writerow([number, f"'); drop table student; -- {i}"])
    return out.getvalue().encode()


def send(desk, person, no, content, name="นักศึกษา.csv", state="read"):
    """Sends a table in, and waits until the gate has read it; its id."""
    told = good(person.api.post(f"/requests/{no}/uploads",
                                {"name": name, "kind": "table"}), 201)
    sent = requests.put(told["url"], data=content, timeout=60)
    assert sent.status_code in (200, 201, 204), sent.text
    wait_until(f"a table that is {state}", lambda: desk.store(
        f"select state from inbound where upload = '{told['id']}'",
        "shared")[0]["state"] == state)
    return told["id"]


@pytest.fixture
def known(desk):
    """{student number: (faculty, status)} of the whole source."""
    return {r[0]: r[1:] for r in desk.rows("REG", TRUTH)}


@pytest.fixture
def request_no(desk):
    return desk.icit.until("preparing", systems=["REG"],
                           service_type="processing", formats=["xlsx"])


def events(desk, no, kind):
    """What such events say."""
    return [e["data"] for e in desk.icit.officer.get(
        f"/requests/{no}/events")["events"] if e["type"] == kind]


def part_of(upload, table="sent", **more):
    return {"name": "students", "source": "REG",
            "sql": JOINED.format(sent=table), "unmatched": "student_id",
            "tables": [{"name": table, "file": upload}], **more}


def prepare(desk, no, part, **more):
    return desk.icit.officer.send(no, "prepare", **{
        "parts": [part], "outlets": ["export"],
        "formats": ["xlsx", "csv", "json"], **more})


def documents(desk, no):
    """{(format, whether it lists what was not found): bytes}"""
    desk.icit.officer.ok(no, "deliver", digest=desk.icit.officer.request(
        no)["artefact"]["digest"])
    got = {}
    for d in desk.requester.request(no)["deliveries"]:
        answer = desk.requester.fetch(d)
        assert answer.status_code == 200, answer.text
        assert hashlib.sha256(answer.content).hexdigest() == d["sha256"]
        got[d["format"], "not-found" in d["name"]] = answer.content
    return got


def check_documents(got, want, missing):
    book = openpyxl.load_workbook(io.BytesIO(got["xlsx", False]))
    assert book.sheetnames[:2] == ["students", "ไม่พบ (Not found)"]
    rows = [tuple(c.value for c in row) for row in book["students"]]
    assert rows[0] == ("student_id", "faculty", "status")
    assert rows[1:] == want
    lost = [tuple(str(c.value) for c in row)
            for row in book["ไม่พบ (Not found)"]]
    assert lost == [(HEADING,)] + [(m,) for m in missing]
    text = got["csv", False].decode("utf-8-sig")
    assert [tuple(r) for r in csv.reader(io.StringIO(text))][1:] == want
    lost = got["csv", True].decode("utf-8-sig").split()
    assert lost == ["student_id"] + missing
    assert set(got) == {("xlsx", False), ("csv", False), ("csv", True),
                        ("json", False), ("json", True)}


@pytest.mark.both_stores
def test_three_thousand_numbers(desk, known, request_no):
    no = request_no
    numbers = sorted(known)[5:2995] + UNKNOWN
    random.Random(7).shuffle(numbers)
    content = sheet_of(numbers)
    upload = send(desk, desk.requester, no, content)
    wait_until("the event that it is here", lambda: events(desk, no, "brought"))
    made = good(prepare(desk, no, part_of(upload)))["artefact"]
    part = made["parts"][0]
    assert (part["rows"], part["not_found"]) == (2990, 10)
    assert part["tables"] == [{
        "name": "sent", "file": upload,
        "sha256": hashlib.sha256(content).hexdigest()}]
    rows = good(desk.icit.officer.api.get(f"/requests/{no}/artefact/1/rows"))
    want = [(n, *known[n]) for n in sorted(known)[5:2995]]
    assert [tuple(r) for r in rows["rows"]] == want[:20]
    check_documents(documents(desk, no), want,
                    [n for n in numbers if n in UNKNOWN])
    # ISO 9001 8.5.3: what became of it is on record.
    for kind in ("used", "returned"):
        data, = events(desk, no, kind)
        assert [t["upload"] for t in data["tables"]] == [upload]
        assert data["digest"] == made["digest"]
    # It is kept as long as what is made of it, and its sender sees that it
    # went in, but not how the source was asked.
    assert desk.store(f"select used from upload where id = '{upload}'",
                      "shared")[0]["used"] > 0
    seen = desk.requester.request(no)["artefact"]["parts"][0]
    assert seen["tables"] == part["tables"]
    assert "sql" not in seen and "take" not in seen


def test_they_meet_outside_of_the_source(desk, known, request_no):
    no = request_no
    numbers = sorted(known)[:50] + UNKNOWN[:3] + sorted(known)[:2]
    upload = send(desk, desk.requester, no, sheet_of(numbers))
    made = good(prepare(desk, no, part_of(upload, take=TAKE)))["artefact"]
    assert made["parts"][0]["take"] == TAKE
    seen = desk.requester.request(no)["artefact"]["parts"][0]
    assert "take" not in seen and "sql" not in seen
    want = [(n, *known[n]) for n in sorted(numbers) if n in known]
    assert len(want) == 52
    check_documents(documents(desk, no), want, UNKNOWN[:3])
    tmp = desk.university.dir / "gate" / "tmp"
    assert [f.name for f in tmp.iterdir() if f.name.startswith("meet")] == []


def test_what_is_refused(desk, known, request_no):
    no = request_no
    upload = send(desk, desk.requester, no, sheet_of(sorted(known)[:5]))
    bad = send(desk, desk.requester, no, b"a,a\n1,2\n", state="refused")
    other = desk.icit.until("preparing", systems=["REG"])
    wrong = {
        # A name of the source's own, in two ways.
        "query": [
            ("parts[0].sql", part_of(upload, "student"), {}),
            ("parts[0].sql",
             part_of(upload, sql="select student_id from sent, main.sent"), {}),
            ("parts[0].sql", part_of(
                upload, take=TAKE, sql="select student_id from enrolment"), {}),
            ("parts[0].take[0].sql", part_of(upload, take=[
                {"name": "x", "sql": "delete from student"}]), {}),
            ("parts[0].unmatched", part_of(upload, unmatched="nothing"), {}),
            ("parts[0].unmatched", part_of(upload, unmatched="note"), {}),
        ],
        "table-name": [
            ("parts[0].tables[0].name",
             part_of(upload, "sent; drop table student"), {})],
        "no-such-file": [
            ("parts[0].tables[0].file", part_of("nowhere"), {})],
        "table-not-read": [("parts[0].tables[0].file", part_of(bad), {})],
        "table-needed": [
            ("parts[0].take", {**part_of(upload, take=TAKE), "tables": [],
                               "unmatched": ""}, {})],
        "table-export-only": [
            ("outlets", part_of(upload), {"outlets": ["export", "api-get"]})],
    }
    for code, cases in wrong.items():
        for field, part, more in cases:
            problem = refusal(prepare(desk, no, part, **more), 422, "invalid")
            assert wrong_fields(problem) == {field: code}, problem
    problem = refusal(prepare(desk, other, part_of(upload)), 422, "invalid")
    assert wrong_fields(problem) == {"parts[0].tables[0].file": "no-such-file"}
    # Nothing of it changed the source.
    assert {r[0] for r in desk.rows("REG", TRUTH)} == set(known)


def test_made_anew_it_keeps_its_columns(desk, known, request_no):
    no = request_no
    upload = send(desk, desk.requester, no,
                  sheet_of(sorted(known)[:5] + UNKNOWN[:1]))
    first = good(prepare(desk, no, part_of(upload)))["artefact"]
    desk.icit.officer.ok(no, "deliver", digest=first["digest"])
    desk.requester.ok(no, "accept", outcome="refused", score=2,
                      comment="มีรหัสผิดหนึ่งรายการ")
    corrected = send(desk, desk.requester, no, sheet_of(sorted(known)[:6]))
    more = part_of(corrected)
    more["sql"] = more["sql"].replace("s.status", "s.status, s.gpax")
    problem = refusal(prepare(desk, no, more), 422, "invalid")
    assert wrong_fields(problem) == {"parts[0].columns": "contract-more"}
    assert "gpax" in problem["errors"][0]["message"]
    less = part_of(corrected)
    less["sql"] = less["sql"].replace(", s.status", "")
    problem = refusal(prepare(desk, no, less), 422, "invalid")
    assert wrong_fields(problem) == {"parts[0].columns": "contract-gone"}
    made = good(prepare(desk, no, part_of(corrected)))["artefact"]
    assert made["digest"] != first["digest"]
    assert made["parts"][0]["columns"] == first["parts"][0]["columns"]
    assert (made["parts"][0]["rows"], made["parts"][0]["not_found"]) == (6, 0)


def test_a_table_is_never_handed_over_as_it_came(desk, known, request_no):
    no = request_no
    upload = send(desk, desk.requester, no, sheet_of(sorted(known)[:3]))
    problem = refusal(desk.icit.officer.api.post(f"/requests/{no}/prepare", {
        "file": upload, "outlets": ["export"],
        "confirm": {"exists": True, "releasable": True}}), 422, "invalid")
    assert wrong_fields(problem) == {"parts[0].file": "no-such-file"}


def test_on_the_page(desk, known, request_no):
    no = request_no
    numbers = sorted(known)[:30] + UNKNOWN[:2]
    upload = send(desk, desk.requester, no, sheet_of(numbers))
    # Else its event comes while the page is open.
    wait_until("the event", lambda: any(
        e["type"] == "brought" for e in
        desk.icit.officer.get(f"/requests/{no}/events")["events"]))
    facts = desk.university.facts["people"]
    officer = Web(desk.university.desk, next(
        p for p in facts if p["email"] == desk.icit.officer.email))
    page = officer.open(f"/requests/{no}/prepare")
    values = {"prepare.parts[0].from": "source:REG",
              "prepare.parts[0].sql": JOINED.format(sent="theirs"),
              "prepare.parts[0].tables[0].file": upload,
              "prepare.parts[0].tables[0].name": "theirs",
              "prepare.parts[0].unmatched": "student_id",
              "prepare.outlets": ["export"], "prepare.formats": ["xlsx"],
              "prepare.confirm": ["exists", "releasable"]}
    page = officer.send(page, "/prepare", "preview", **values)
    assert page.status == 200, page.errors
    first = sorted(known)[0]
    assert first in page.text and known[first][0] in page.text
    # What they are called in SQL.
    assert "student_id (รหัสหรือเลขที่), note (ข้อความ)" in page.text
    # What is wrong stands at its field.
    wrong = officer.send(page, "/prepare", "finish", **{
        "prepare.parts[0].take": "faculty: select 1 as a\n  , 2 as b\n"
                                 "Faculty 2"})
    assert wrong.status == 422 and wrong.errors
    page = officer.send(page, "/prepare", "finish")
    assert page.url.endswith("?done=prepare"), page.text
    part = desk.icit.officer.request(no)["artefact"]["parts"][0]
    assert (part["rows"], part["not_found"]) == (30, 2)
    assert part["tables"][0]["name"] == "theirs"
    page = officer.open(f"/requests/{no}")
    assert "theirs · SHA-256" in page.text
    # Prepared again, the form has what was said.
    form = officer.open(f"/requests/{no}/prepare").to("/prepare")
    assert form.value("prepare.parts[0].tables[0].file") == upload
    assert form.value("prepare.parts[0].unmatched") == "student_id"


def test_each_of_several_tables_is_the_one_that_was_chosen(
        desk, known, request_no):
    """Three alike: a look, a refusal and a page that is opened again keep what was
    chosen of each, and only those rows come of each."""
    no, numbers = request_no, sorted(known)[:4]
    three = [send(desk, desk.requester, no, "".join(
        ["student_id,word\n"] + [f"{n},{name} {i}\n" for i, n in
                                 enumerate(numbers)]).encode(), f"{name}.csv")
        for name in ("แรก", "กลาง", "หลัง")]
    wait_until("the events", lambda: len(events(desk, no, "brought")) == 3)
    officer = Web(desk.university.desk, next(
        p for p in desk.university.facts["people"]
        if p["email"] == desk.icit.officer.email))
    sql = ("select s.student_id, x.word as a, y.word as b, z.word as c"
           " from one x join two y on y.student_id = x.student_id"
           " join three z on z.student_id = x.student_id"
           " join student s on s.student_id = x.student_id"
           " order by s.student_id")
    chosen = [(name, three[i]) for name, i in
              (("one", 2), ("two", 0), ("three", 1))]
    place = "prepare.parts[0].tables[{}].{}"
    values = {"prepare.parts[0].from": "source:REG",
              "prepare.parts[0].sql": sql, "prepare.outlets": ["export"],
              "prepare.formats": ["csv"]}
    for i, (name, one) in enumerate(chosen):
        values |= {place.format(i, "file"): one, place.format(i, "name"): name}
    want = [(n, f"หลัง {i}", f"แรก {i}", f"กลาง {i}")
            for i, n in enumerate(numbers)]

    def keeps(page):
        form = page.to("/prepare")
        assert [(form.value(place.format(i, "name")),
                 form.value(place.format(i, "file")))
                for i in range(3)] == chosen
        return page

    def shows(page):
        cells = [unescape(c).strip() for c in re.findall(
            r'data-label="(?:student_id|a|b|c)"[^>]*><div>(.*?)</div>',
            page.source, re.S)]
        assert [tuple(cells[i:i + 4]) for i in range(0, len(cells), 4)] == want
        return page

    page = keeps(shows(officer.send(officer.open(f"/requests/{no}/prepare"),
                                    "/prepare", "preview", **values)))
    page = officer.send(page, "/prepare", "finish")
    assert page.status == 422 and "#f-prepare.confirm" in page.links
    page = officer.send(keeps(page), "/prepare", "finish", **{
        "prepare.confirm": ["exists", "releasable"]})
    assert page.url.endswith("?done=prepare"), page.errors
    part, = desk.icit.officer.request(no)["artefact"]["parts"]
    assert [(t["name"], t["file"]) for t in part["tables"]] == chosen
    keeps(officer.open(f"/requests/{no}/prepare"))
    got = documents(desk, no)["csv", False].decode("utf-8-sig")
    assert [tuple(r) for r in csv.reader(io.StringIO(got))][1:] == want


def test_several_tables_on_the_page(desk, known, request_no):
    """As many as were sent in; made again, the page loses none of them."""
    no = request_no
    numbers = sorted(known)[:6]
    first = send(desk, desk.requester, no, sheet_of(numbers[:5]))
    groups = "student_id,team\n" + "".join(
        f"{n},ทีม {i}\n" for i, n in enumerate(numbers[1:]))
    second = send(desk, desk.requester, no, groups.encode(), "ทีม.csv")
    third = send(desk, desk.requester, no, b"a,b\n1,2\n", "c.csv")
    # What is not read has no place in the form.
    send(desk, desk.requester, no, b"a,a\n1,2\n", "d.csv", state="refused")
    wait_until("the events", lambda: len(events(desk, no, "brought")) == 3
               and events(desk, no, "unusable"))
    facts = desk.university.facts["people"]
    officer = Web(desk.university.desk, next(
        p for p in facts if p["email"] == desk.icit.officer.email))
    form = officer.open(f"/requests/{no}/prepare").to("/prepare")
    names = {f"prepare.parts[0].tables[{i}].{m}" for i in range(5)
             for m in ("file", "name")}
    assert len(names & set(form.names())) == 6
    values = {"prepare.parts[0].from": "source:REG",
              "prepare.parts[0].sql":
                  "select s.student_id, g.team, s.status from sent t"
                  " join groups g on g.student_id = t.student_id"
                  " join student s on s.student_id = t.student_id"
                  " order by s.student_id",
              "prepare.parts[0].tables[0].file": first,
              "prepare.parts[0].tables[0].name": "sent",
              # One is passed over: the next takes its place.
              "prepare.parts[0].tables[2].file": second,
              "prepare.parts[0].tables[2].name": "groups",
              "prepare.outlets": ["export"], "prepare.formats": ["csv"],
              "prepare.confirm": ["exists", "releasable"]}
    page = officer.send(officer.open(f"/requests/{no}/prepare"), "/prepare",
                        "finish", **values)
    assert page.url.endswith("?done=prepare"), page.text
    made = desk.icit.officer.request(no)["artefact"]
    assert [(t["name"], t["file"]) for t in made["parts"][0]["tables"]] \
        == [("sent", first), ("groups", second)]
    assert made["parts"][0]["rows"] == 4
    # One that comes for another: the old one is marked, and stays chosen.
    desk.icit.officer.ok(no, "deliver", digest=made["digest"])
    desk.requester.ok(no, "accept", outcome="refused", score=2, comment="ผิด")
    again = good(desk.requester.api.post(f"/requests/{no}/uploads", {
        "name": "ใหม่.csv", "kind": "table", "replaces": second}), 201)
    requests.put(again["url"], data=groups.encode(), timeout=60)
    wait_until("it is told", lambda: len(events(desk, no, "brought")) == 4)
    page = officer.open(f"/requests/{no}/prepare")
    assert page.text.count("มีไฟล์ใหม่แทนแล้ว") == 4  # table and places
    form = page.to("/prepare")
    assert [form.value(f"prepare.parts[0].tables[{i}].file")
            for i in range(3)] == [first, second, ""]
    page = officer.send(page, "/prepare", "finish", **{
        "prepare.parts[0].tables[2].file": third,
        "prepare.confirm": ["exists", "releasable"]})
    assert page.url.endswith("?done=prepare"), page.text
    tables = desk.icit.officer.request(no)["artefact"]["parts"][0]["tables"]
    assert [(t["name"], t["file"]) for t in tables] \
        == [("sent", first), ("groups", second), ("sent3", third)]
