"""Before a request is sent: its way by name and its promised day, a draft that
is kept while one types, a new draft from an older request."""
import re

import pytest

from journey import desk, good, refusal  # noqa: F401
from test_pages_case import web  # noqa: F401
from test_talk import PERSONAL

pytestmark = pytest.mark.both_stores


def way(person, no):
    return person.get(f"/requests/{no}/way")


def test_the_way_by_name_before_it_is_sent(desk, web):  # noqa: F811
    icit, asks = desk.icit, desk.requester
    no = icit.new(submit=False, **PERSONAL)["no"]
    w = way(asks, no)
    assert [s["kind"] for s in w["stages"]] == [
        "consent", "intake", "decision", "assignment", "preparing",
        "delivery", "acceptance"]
    names = {s["kind"]: [p["email"] for p in s["people"]]
             for s in w["stages"]}
    assert desk.owners["HRD"].email in names["consent"]
    assert names["intake"] == sorted(
        names["intake"], key=names["intake"].index)
    assert icit.records.email in names["intake"]
    assert icit.director.email in names["decision"]
    assert icit.head.email in names["assignment"]
    assert names["preparing"] == []  # nobody is assigned yet
    assert asks.email in names["acceptance"]
    assert [s["skipped"] for s in w["stages"]] == [None] * 7
    assert w["flags"] == ["personal"]
    # The promised day is the one that intake then gives.
    r = icit.until("decision")
    assert asks.request(r)["due"] == w["promised"]
    page = web(asks).open(f"/requests/{no}/check")
    for person in (desk.owners["HRD"], icit.records, icit.director):
        assert person.name in page.text
    assert "มีข้อมูลส่วนบุคคล" in page.text
    assert "หากสำนักลงรับวันนี้" in page.text


def test_what_is_passed_over_says_why(desk, web):  # noqa: F811
    no = desk.icit.new(submit=False, systems=["GL3D"])["no"]
    first = way(desk.requester, no)["stages"][0]
    assert (first["unit"], first["skipped"], first["people"]) == \
        ("ICIT", "office_owns", [])
    page = web(desk.requester).open(f"/requests/{no}/check")
    assert "สำนักเป็นเจ้าของข้อมูลเอง" in page.text
    # Two owners are two steps, the office's own among them.
    no = desk.icit.new(submit=False, systems=["GL3D", "HRIS"])["no"]
    assert [(s["unit"], s["skipped"]) for s in
            way(desk.requester, no)["stages"][:2]] == \
        [("ICIT", "office_owns"), ("HRD", None)]


def test_a_copy_names_its_original(desk, web):  # noqa: F811
    icit, asks = desk.icit, desk.requester
    old = icit.until("closed", memo_no="อว 1/2569",
                     terms_accepted=True)
    r = good(asks.api.post(f"/requests/{old}/copy", {}), 201)
    assert (r["state"], r["copied_from"]) == ("draft", old)
    before = asks.request(old)
    assert before["copies"] == [r["no"]]
    gone = {"memo_no", "needed_by", "terms_accepted", "retention_until",
            "memo_date"}
    assert r["answers"] == {k: v for k, v in before["answers"].items()
                            if k not in gone}
    assert before["state"] == "closed"
    # Whoever merely sees it does not copy it; a stranger does not find it.
    refusal(icit.director.api.post(f"/requests/{old}/copy", {}), 403,
            "only-requesters")
    refusal(desk.other.api.post(f"/requests/{old}/copy", {}), 404,
            "no-such-request")
    refusal(asks.api.post(f"/requests/{old}/copy", {"x": 1}), 422, "invalid")
    assert asks.request(old)["copies"] == [r["no"]]
    session = web(asks)
    page = session.open(f"/requests/{old}")
    assert r["no"] in page.text
    done = session.send(page, f"/{old}/copy")
    assert done.url.endswith("/edit")
    new = re.search(r"/requests/([A-Z0-9-]+)/edit", done.url)[1]
    assert asks.request(new)["copied_from"] == old
    assert old in session.open(f"/requests/{new}").text


def post(session, no, fields):
    return session.s.post(f"{session.base}/requests/{no}/autosave",
                          data=fields, timeout=60)


def autosave(session, page, no, **typed):
    form = page.to(f"/{no}/edit")
    return post(session, no, [f for f in form.fields if f[0] not in typed] +
                list(typed.items()))


def test_a_draft_is_kept_while_one_types(desk, web):  # noqa: F811
    asks = desk.requester
    no = desk.icit.new(submit=False)["no"]
    session = web(asks)
    page = session.open(f"/requests/{no}/edit")
    assert f'data-autosave="/requests/{no}/autosave"' in page.source
    kept = autosave(session, page, no, title="ชื่อที่พิมพ์ค้าง")
    assert kept.status_code == 200, kept.text
    assert kept.json()["version"] == 2 and "บันทึก" in kept.json()["said"]
    assert asks.request(no)["title"] == "ชื่อที่พิมพ์ค้าง"
    # By the version that it had: what is newer is not overwritten.
    stale = autosave(session, page, no, title="เก่ากว่า")
    assert stale.status_code == 412
    assert asks.request(no)["title"] == "ชื่อที่พิมพ์ค้าง"
    assert autosave(session, page, no, version="",
                    title="x").status_code == 412
    # A day half written loses itself alone; the same again is no event.
    half = autosave(session, page, no, version="2", title="ใหม่กว่า",
                    **{"needed_by-day": "31", "needed_by-month": "",
                       "needed_by-year": ""})
    assert half.status_code == 200 and half.json()["version"] == 3
    r = asks.request(no)
    assert r["title"] == "ใหม่กว่า"
    assert r["answers"]["needed_by"]
    again = autosave(session, page, no, version="3", title="ใหม่กว่า")
    assert again.json()["version"] == asks.request(no)["version"] == 3
    # Nobody else's, not without the token of the form, not once it is sent.
    assert autosave(web(desk.other), page, no, title="x").status_code in (
        403, 404)
    assert post(session, no, {"version": "3", "csrf": "x"}).status_code == 403
    asks.ok(no, "submit")
    assert autosave(session, page, no, version="4",
                    title="x").status_code == 409
