"""My work: the earliest day due first, one next act each, counts, filters that
are kept by name, and several requests decided on one page."""
import pytest

from conftest import University
from journey import APPROVED, Desk, day, good, refusal
from pages import Web

pytestmark = pytest.mark.both_stores


@pytest.fixture(scope="module")
def desk(store, postgresql):
    """Of this file's own: a page shows the first fifty that wait."""
    place = University(
        postgresql.new_database() if store == "postgresql" else None)
    yield Desk(place.demo())
    place.remove()


def signed_in(desk, person):
    return Web(desk.university.desk, next(
        p for p in desk.university.facts["people"]
        if p["email"] == person.email))


def test_the_earliest_due_day_comes_first(desk):
    icit = desk.icit
    a, b, c = (icit.until("decision") for _ in range(3))
    for no, due in ((a, day(9)), (b, day(2)), (c, "")):
        desk.change("people", f"update cases set due = '{due}'"
                    f" where no = '{no}'")
    order = [no for no in icit.director.waits_for() if no in (a, b, c)]
    assert order == [b, a, c]
    # Over pages too: none lost, none twice.
    seen, cursor = [], ""
    while cursor is not None:
        page = icit.director.get(
            f"/requests?waiting=me&limit=2&cursor={cursor}")
        seen += [r["no"] for r in page["requests"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen))
    assert [no for no in seen if no in (a, b, c)] == [b, a, c]
    web = signed_in(desk, icit.director)
    page = web.open("/requests?waiting=me")
    at = [page.source.index(f"/requests/{no}#do-decide") for no in (b, a, c)]
    assert at == sorted(at)
    # Their days as the events say, for the tests that come after.
    assert desk.university.pratu("rebuild").returncode == 0


def test_counts_by_step_and_chips(desk):
    icit = desk.icit
    no = icit.until("decision")
    web = signed_in(desk, icit.records)
    paper = icit.until("intake")
    page = web.open("/requests?waiting=me&state=intake")
    assert paper in page.text and no not in page.text
    chips = [h for h in page.links if "waiting=me" in h and
             "state=&" in h.replace("state=&amp;", "state=&")]
    assert chips, page.links
    assert paper in web.open(chips[0]).text


def test_filters_are_kept_by_name(desk):
    icit, web = desk.icit, signed_in(desk, desk.icit.records)
    page = web.open("/requests?q=ทะเบียน&office=ICIT")
    page = web.send(page, "/me/filters", name="ทะเบียนของสำนัก")
    assert page.status == 200 and "ทะเบียนของสำนัก" in page.text
    (kept,) = icit.records.get("/me/filters")["filters"]
    assert (kept["q"], kept["office"], kept["waiting"]) == (
        "ทะเบียน", "ICIT", "")
    assert icit.director.get("/me/filters")["filters"] == []
    refusal(icit.director.api.call("DELETE", f"/me/filters/{kept['id']}"),
            404, "filter-unknown")
    page = web.open("/requests?q=ทะเบียน&office=ICIT")
    page = web.send(page, f"/me/filters/{kept['id']}/remove")
    assert icit.records.get("/me/filters")["filters"] == []
    for n in range(20):
        good(icit.records.api.post("/me/filters", {"name": f"ชื่อ {n}"}), 201)
    refusal(icit.records.api.post("/me/filters", {"name": "อีกชื่อ"}), 409,
            "filter-limit")
    for f in icit.records.get("/me/filters")["filters"]:
        icit.records.api.call("DELETE", f"/me/filters/{f['id']}")


def test_several_are_decided_on_one_page(desk):
    """Each is a command of its own: one that somebody was faster with does not
    keep the others."""
    icit, web = desk.icit, signed_in(desk, desk.icit.director)
    good(icit.records.api.patch("/offices/ICIT/settings", {
        "phrases": ["เห็นควรอนุมัติตามเสนอ"]}))
    a, b, c, rest = (icit.until("decision") for _ in range(4))
    page = web.open("/decide")
    form = page.to("/decide")
    assert {a, b, c, rest} <= set(form.choices["no"])
    icit.director.ok(c, "decide", outcome="rejected", note="ซ้ำ")
    icit.records.ok(b, "letter", direction="in", no="อว 1/2", date=day(-1))
    page = web.send(page, "/decide", "yes", no=[a, b, c],
                    phrase="เห็นควรอนุมัติตามเสนอ")
    assert page.status == 200
    assert icit.director.state(a) == "assignment"
    # What has changed since the page was opened is looked at again.
    assert icit.director.state(b) == "decision"
    assert icit.director.state(rest) == "decision"
    said = [e for e in icit.director.get(f"/requests/{a}/events")["events"]
            if e["data"].get("command") == "decide"]
    assert said[0]["data"]["form"]["note"] == "เห็นควรอนุมัติตามเสนอ"
    assert "บันทึกแล้ว" in page.text and c in page.text
    # A rejection needs its reason, and nothing is half done without.
    page = web.send(page, "/decide", "no", no=[b, rest], note="")
    assert icit.director.state(b) == icit.director.state(rest) == "decision"
    page = web.send(page, "/decide", "no", no=[b, rest],
                    note="ข้อมูลซ้ำกับที่ให้แล้ว")
    assert icit.director.state(b) == icit.director.state(rest) == "closed"
    page = web.send(web.open("/decide"), "/decide", "yes") \
        if web.open("/decide").forms[-1].action.endswith("/decide") else page
    assert page.status in (200, 422)


def test_an_owner_and_an_executive_use_the_same_page(desk):
    owner = desk.owners["HRD"]
    nos = [desk.icit.until("consent") for _ in range(2)]
    web = signed_in(desk, owner)
    web.send(web.open("/decide"), "/decide", "yes", no=nos)
    assert [desk.requester.state(no) for no in nos] == ["intake"] * 2
    reg = desk.registrar
    nos = [reg.until("release") for _ in range(2)]
    web = signed_in(desk, reg.executive)
    web.send(web.open("/decide"), "/decide", "yes", no=nos)
    assert [reg.director.state(no) for no in nos] == ["delivery"] * 2


def test_sensitive_ones_need_the_password(desk):
    icit, web = desk.icit, signed_in(desk, desk.icit.director)
    nos = [icit.until("decision", identifiability="identified",
                      lawful_basis="pdpa-26", subjects=["staff"],
                      retention_until=day(300), terms_accepted=True)
           for _ in range(2)]
    page = web.send(web.open("/decide"), "/decide", "yes", no=nos)
    assert page.status == 422
    assert [icit.director.state(no) for no in nos] == ["decision"] * 2
    password = next(p["password"] for p in desk.university.facts["people"]
                    if p["email"] == icit.director.email)
    page = web.send(page, "/decide", "yes", no=nos, password=password)
    assert [icit.director.state(no) for no in nos] == ["assignment"] * 2


def test_office_settings_page(desk):
    web = signed_in(desk, desk.icit.director)
    page = web.send(web.open("/offices/ICIT/settings"),
                    "/offices/ICIT/settings", phrases="หนึ่ง\nสอง\n")
    assert page.status == 200
    assert desk.icit.officer.get("/offices/ICIT/settings")["phrases"] == [
        "หนึ่ง", "สอง"]
    page = web.send(page, "/offices/ICIT/settings", phrases="\n".join(
        f"ข้อความ {n}" for n in range(31)))
    assert page.status == 422
    assert signed_in(desk, desk.icit.officer).open(
        "/offices/ICIT/settings").status == 403
    refusal(desk.requester.api.get("/offices/ICIT/settings"), 404,
            "not-found")


def test_what_waits_is_counted_by_role(desk):
    reg = desk.registrar  # whose director is executive, too
    before = reg.director.get("/requests?waiting=me")["waits"]["roles"]
    a, b = reg.until("decision"), reg.until("release")
    waits = reg.director.get("/requests?waiting=me")["waits"]
    for role in ("director", "executive"):
        assert waits["roles"][role] == before.get(role, 0) + 1
    assert waits["states"]["decision"] >= 1 and waits["states"]["release"] >= 1
    page = signed_in(desk, reg.director).open("/requests?waiting=me")
    said = " · ".join(f"{name} {waits['roles'][role]}" for role, name in (
        ("director", "ผู้อำนวยการ"), ("executive", "ผู้บริหาร")))
    assert said in page.text, page.text
    # One that two of his units are asked for waits for him once.
    both, icit = desk.both_owners, desk.icit
    before = both.get("/requests?waiting=me")["waits"]["roles"]
    no = icit.new(systems=["HRIS", "REG"])["no"]
    assert len(both.request(no)["waiting_for"]) == 2
    now = both.get("/requests?waiting=me")["waits"]["roles"]
    assert now["owner"] == before.get("owner", 0) + 1
    # Only the first page counts, and only what waits.
    assert "waits" not in both.get("/requests")
    for one in (a, b):
        assert one in reg.director.waits_for()


def test_a_ready_phrase_stands_for_the_note(desk):
    icit = desk.icit
    said = "อนุญาตให้ใช้เพื่อการประกันคุณภาพเท่านั้น"
    r = icit.director.api.call("PATCH", "/offices/ICIT/settings",
                               json={"phrases": [said, "ขอให้ทบทวน"]})
    assert r.status_code == 200, r.text
    no, other = icit.until("decision"), icit.until("decision")
    web = signed_in(desk, icit.director)
    page = web.open(f"/requests/{no}")
    form = page.to(f"/requests/{no}/decide")
    assert said in form.choices["decide.phrase"]
    page = web.send(page, f"/requests/{no}/decide", button="approved",
                    **{"decide.phrase": said})
    assert page.status == 200, page.errors
    notes = [s["note"] for s in icit.director.request(no)["stages"]
             if s["kind"] == "decision"]
    assert notes == [said]
    # What is typed goes before; a phrase is reason enough to reject.
    page = web.send(web.open(f"/requests/{other}"),
                    f"/requests/{other}/decide", button="rejected",
                    **{"decide.phrase": "ขอให้ทบทวน"})
    r = icit.director.request(other)
    assert r["outcome"] == "rejected"
    assert [s["note"] for s in r["stages"] if s["kind"] == "decision"] == [
        "ขอให้ทบทวน"]
    third = icit.until("decision")
    web.send(web.open(f"/requests/{third}"), f"/requests/{third}/decide",
             button="approved", **{"decide.phrase": said,
                                   "decide.note": "ตามที่เสนอ"})
    assert [s["note"] for s in icit.director.request(third)["stages"]
            if s["kind"] == "decision"] == ["ตามที่เสนอ"]
