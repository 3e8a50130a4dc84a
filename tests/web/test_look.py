"""Before he releases, the checker looks: at first rows of what was prepared, and
at each document, as they will be given out. Who prepares may too; nobody else;
each look stands in the gate's record."""
import hashlib
import re
import time

import pytest
import requests

from gate_work import settle
from journey import desk, good, refusal  # noqa: F401
from pages import Web

pytestmark = pytest.mark.both_stores

# What is left out comes first: what follows must not move into its place.
SQL = ("select student_id, title_th, first_name_th, last_name_th from student"
       " order by student_id")
LOOKS_PER_HOUR = 120
HOUR_MS = 3600 * 1000


@pytest.fixture
def prepared(desk):
    """(office, number): a query, one column of which is left out, and files."""
    reg = desk.registrar
    no = reg.until("preparing")
    found = desk.rows("REGKMITL", SQL)
    assert len(found) > 20 and len(found[0]) == 4
    columns = [{"name": n} for n in
               ("title_th", "first_name_th", "last_name_th")]
    reg.officer.ok(no, "prepare", source="REGKMITL", sql=SQL,
                   columns=[{"name": "student_id", "mask": "drop"}] + columns,
                   outlets=["api-get", "export"], formats=["csv", "xlsx"])
    return reg, no


def looks(desk, no):
    settle(desk.university.gate)
    return desk.store("select key_id, form, digest, query, status, n_rows from"
                      f" delivery where request = '{no}' and connection = ''"
                      " and document = '' order by at, id", "shared")


def rows_of(person, no, part=1):
    return person.api.get(f"/requests/{no}/artefact/{part}/rows")


def document(person, no, sha256):
    return person.api.get(f"/requests/{no}/artefact/documents/{sha256}",
                          allow_redirects=False)


def test_rows_as_they_will_be_given_out(desk, prepared):
    reg, no = prepared
    made = reg.executive.request(no)["artefact"]
    told = good(rows_of(reg.executive, no))
    assert (told["part"], told["digest"]) == ("data", made["digest"])
    want = [(None, *row[1:]) for row in desk.rows("REGKMITL", SQL)[:20]]
    assert [tuple(r) for r in told["rows"]] == want
    assert [(c["name"], c["mask"]) for c in told["columns"]][0] == (
        "student_id", "drop")
    seen = [x for x in looks(desk, no) if x["form"] == "look"]
    assert [tuple(x.values()) for x in seen] == [
        (reg.executive.email, "look", made["digest"], "data", "whole", 20)]


def test_documents_are_those_of_the_digest(desk, prepared):
    reg, no = prepared
    made = reg.executive.request(no)["artefact"]
    assert {d["form"] for d in made["documents"]} == {"csv", "xlsx"}
    for d in made["documents"]:
        to = document(reg.executive, no, d["sha256"])
        assert to.status_code == 303
        got = requests.get(to.headers["Location"], timeout=60)
        assert got.status_code == 200
        assert hashlib.sha256(got.content).hexdigest() == d["sha256"]
        assert len(got.content) == d["bytes"] and got.headers["Delivery-Id"]
        assert tuple(looks(desk, no)[-1].values()) == (
            reg.executive.email, "look", made["digest"], d["name"], "whole", 0)
    refusal(document(reg.executive, no, "f" * 64), 404, "not-found")
    refusal(rows_of(reg.executive, no, 2), 404, "not-found")
    refusal(rows_of(reg.executive, no, "x"), 404, "not-found")
    # The ticket is for looking, not for what it is not.
    assert requests.get(to.headers["Location"].replace("/v1/l/", "/v1/f/"),
                        timeout=60).status_code == 404


# Who may look in which state of a request, beside whom it is refused to.
MAY = {"release": {"executive"}, "delivery": {"officer"},
       "preparing": {"officer"}, "closed": set()}


@pytest.mark.parametrize("state", MAY)
def test_who_may_look(desk, prepared, state):
    reg, no = prepared
    digest = reg.officer.request(no)["artefact"]["digest"]
    sha = reg.officer.request(no)["artefact"]["documents"][0]["sha256"]
    if state in ("delivery", "closed"):
        reg.executive.ok(no, "check", outcome="released", digest=digest)
    if state == "preparing":
        reg.executive.ok(no, "check", outcome="returned", digest=digest,
                         note="แก้")
    if state == "closed":
        reg.officer.ok(no, "deliver", digest=digest, channel="gate")
    may = {"executive": {reg.executive.email, reg.director.email},
           "officer": {reg.officer.email}}
    allowed = set().union(*(may[w] for w in MAY[state]))
    before = len(looks(desk, no))
    for person in desk.everybody():
        sees = person.sees(no)
        want = (200 if person.email in allowed else 403 if sees else 404)
        assert rows_of(person, no).status_code == want, (person, state)
        got = document(person, no, sha).status_code
        assert got == (303 if want == 200 else want), (person, state)
    assert len(looks(desk, no)) == before + len(allowed)


def test_looks_of_an_hour_have_an_end(desk, prepared):
    reg, no = prepared
    person = reg.executive
    now = int(time.time() * 1000)
    values = ", ".join(
        f"('look-{no}-{i}', '', 'X', '', '{person.email}', '', {now}, '',"
        " 'look', '', 'whole', 0, 0, '', 0)" for i in range(LOOKS_PER_HOUR))
    desk.change("shared", "insert into delivery (id, connection, request,"
                " document, key_id, digest, at, address, form, query, status,"
                f" n_rows, n_bytes, sha256, ended) values {values}")
    try:
        count = len(looks(desk, no))
        problem = refusal(rows_of(person, no), 429, "look-rate")
        assert str(LOOKS_PER_HOUR) in problem["detail"]
        sha = person.request(no)["artefact"]["documents"][0]["sha256"]
        refusal(document(person, no, sha), 429, "look-rate")
        assert len(looks(desk, no)) == count
        # Nobody else's, and not those of an hour ago.
        good(rows_of(reg.director, no))
        desk.change("shared", f"update delivery set at = at - {HOUR_MS}"
                              " where request = 'X'")
        good(rows_of(person, no))
    finally:
        desk.change("shared", "delete from delivery where request = 'X'")


WORDS = {"th": ("ดูตัวอย่างข้อมูล 20 แถวแรก", "บันทึกการเปิดดูทุกครั้ง"),
         "en": ("Look at the first 20 rows", "Each look is recorded")}


@pytest.mark.parametrize("lang", WORDS)
def test_on_the_page_of_the_checker(desk, prepared, lang):
    reg, no = prepared
    entry = next(p for p in desk.university.facts["people"]
                 if p["email"] == reg.executive.email)
    web = Web(desk.university.desk, entry, lang)
    page = web.open(f"/requests/{no}")
    for words in WORDS[lang]:
        assert words in page.text
    shown = web.send(page, "/look")
    assert shown.status == 200
    first = desk.rows("REGKMITL", SQL)[0]
    cells = re.findall(r'<t[hd][^>]*data-label="(\w+)"[^>]*><div>(.*?)</div>',
                       shown.source, re.S)
    assert [(k, v.strip()) for k, v in cells[:3]] == list(zip(
        ("title_th", "first_name_th", "last_name_th"), first[1:]))
    assert first[0] not in shown.source and "student_id" not in shown.text
    links = [l for l in page.links if l and "/look/" in l]
    assert len(links) == 2
    got = web.s.get(desk.university.desk + links[0], timeout=60)
    assert got.status_code == 200 and "/v1/l/" in got.url
    # The officer has prepared: now it is not his to look.
    entry = next(p for p in desk.university.facts["people"]
                 if p["email"] == reg.officer.email)
    page = Web(desk.university.desk, entry, lang).open(f"/requests/{no}")
    assert not [l for l in page.links if l and "/look/" in l]
    assert not [f for f in page.forms if f.action.endswith("/look")]
