"""Consent in part, with conditions, and in advance: what was agreed goes with the
request, and what goes beyond it is seen."""
import pytest

from journey import APPROVED, ENDORSED, call, day, desk, good, refusal, \
    wrong_fields  # noqa: F401
from test_stages import session, stages, waiting

pytestmark = pytest.mark.both_stores

PARTIAL = {"outcome": "partial", "columns_refused": ["ชื่อภาษาไทย", "NAME_TH"],
           "note": "ไม่จำเป็นต้องใช้ชื่อ"}


def standing(desk, purpose, **more):
    """A consent of HRD in advance, for the requester's unit."""
    hr = desk.owners["HRD"]
    unit = good(desk.requester.api.get("/me"))["unit"]
    body = {"asker": unit, "system": "HRIS", "purpose": purpose,
            "until": day(30), **more}
    return good(hr.api.post("/consents", body), 201)


def test_in_part_goes_on_and_is_seen(desk):
    icit, hr = desk.icit, desk.owners["HRD"]
    no = icit.until("consent")
    wrong = hr.refused(422, "invalid", no, "consent", outcome="partial")
    assert set(wrong_fields(wrong)) == {"columns_refused", "note"}
    wrong = hr.refused(422, "invalid", no, "consent", **ENDORSED,
                       columns_refused=["a"])
    assert wrong_fields(wrong) == {"columns_refused": "field.only-partial"} \
        or set(wrong_fields(wrong)) == {"columns_refused"}
    r = hr.ok(no, "consent", **PARTIAL, conditions="ลบเมื่อเสร็จงาน")
    assert r["state"] == "intake" and r["consents"]["beyond"] == []
    assert r["owners"][0]["endorsed_by"] == hr.email
    icit.go_on(no, "delivery")
    r = icit.officer.request(no)
    terms = r["consents"]
    assert terms["refused"][0]["columns"] == PARTIAL["columns_refused"]
    assert [(b["part"], b["column"], b["unit"], b["why"])
            for b in terms["beyond"]] \
        == [(r["artefact"]["parts"][0]["name"], "name_th", "HRD", "refused")]
    assert terms["conditions"][0]["text"] == "ลบเมื่อเสร็จงาน"
    page = session(desk, icit.officer).open(f"/requests/{no}")
    assert "จัดทำเกินจากที่เห็นชอบ" in page.text
    assert "เห็นชอบบางส่วน" in page.text

    icit.officer.ok(no, "deliver", digest=r["artefact"]["digest"])
    connection = desk.requester.request(no)["connections"][0]
    one = good(desk.requester.api.get(f"/connections/{connection['id']}"))
    assert one["conditions"] == ["ลบเมื่อเสร็จงาน"]
    key = desk.requester.key(connection)
    about = call(connection, key, "/about")
    assert about.status_code == 200 and "ลบเมื่อเสร็จงาน" in about.text


def test_in_advance_is_not_asked_again(desk):
    icit = desk.icit
    purpose = "รายงานอัตรากำลังประจำเดือน ฉบับ ๑"
    given = standing(desk, purpose, columns=["department_code"])
    assert given["unit"] == "HRD" and given["in_force"]
    r = icit.new(purpose="รายงานอัตรากำลังประจำเดือน  ฉบับ 1")
    no = r["no"]
    assert r["state"] == "intake"
    skipped = stages(r)["endorsement", "HRD"]
    assert (skipped["state"], skipped["why"]) == ("skipped", "standing")
    pinned = r["consents"]["standing"][0]
    assert (pinned["id"], pinned["until"]) == (given["id"], given["until"])
    # Revoked afterwards: what went by it goes on, a new request is asked.
    good(desk.owners["HRD"].api.post(f"/consents/{given['id']}/revoke",
                                     {"reason": "ทบทวน"}))
    icit.go_on(no, "delivery")
    beyond = icit.officer.request(no)["consents"]["beyond"]
    assert [(b["column"], b["why"]) for b in beyond] \
        == [("name_th", "not-in-standing")]
    assert waiting(icit.new(purpose=purpose)) == [("endorsement", "HRD")]
    refusal(desk.owners["HRD"].api.post(
        f"/consents/{given['id']}/revoke", {"reason": "อีก"}),
        409, "revoked-already")
    done = desk.university.pratu("rebuild", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_what_was_agreed_is_covered(desk):
    icit = desk.icit
    purpose = "ตรวจสอบรายชื่อผู้เข้าอบรม"
    standing(desk, purpose)
    for answers in ({"purpose": purpose + " และอื่น ๆ"},
                    {"purpose": "ไม่" + purpose},
                    {"purpose": purpose, "systems": ["REG"]}):
        r = icit.new(**answers)
        assert r["state"] == "consent", answers
    other = icit.new(by=desk.other, purpose=purpose)
    unit = good(desk.other.api.get("/me"))["unit"]
    mine = good(desk.requester.api.get("/me"))["unit"]
    assert unit != mine and other["state"] == "consent"
    # Both systems, one owner asked in advance: the other is asked.
    r = icit.new(purpose=purpose, systems=["HRIS", "REG"])
    assert waiting(r) == [("endorsement", "DES")]
    # Another purpose in a reply is not what was agreed.
    no = icit.new(purpose=purpose)["no"]
    icit.records.ok(no, "return", message="เพื่ออะไร")
    r = desk.requester.ok(no, "reply", answers={"purpose": "อย่างอื่น"})
    assert waiting(r) == [("endorsement", "HRD")]


def test_who_may_agree_in_advance(desk):
    body = {"asker": "ENG", "system": "HRIS", "purpose": "ก", "until": day(3)}
    for who in (desk.requester, desk.icit.director, desk.auditor, desk.admin):
        refusal(who.api.post("/consents", body), 403, "only-owners")
    wrong = refusal(desk.owners["DES"].api.post("/consents", body),
                    422, "invalid")
    assert "system" in wrong_fields(wrong)
    hr = desk.owners["HRD"]
    for change, field in (({"until": day(-1)}, "until"), ({"until": ""}, "until"),
                          ({"asker": "NOWHERE"}, "asker"),
                          ({"purpose": " "}, "purpose"),
                          ({"columns": "a"}, "columns"),
                          ({"columns": [""]}, "columns"),
                          ({"system": "NOPE"}, "system")):
        wrong = refusal(hr.api.post("/consents", {**body, **change}),
                        422, "invalid")
        assert set(wrong_fields(wrong)) == {field}, change
    secret = standing(desk, "เฉพาะหน่วยงาน")
    seen = {c["id"] for c in desk.requester.get("/consents")["consents"]}
    assert secret["id"] in seen
    seen = {c["id"] for c in desk.other.get("/consents")["consents"]}
    assert secret["id"] not in seen
    refusal(desk.owners["DES"].api.post(
        f"/consents/{secret['id']}/revoke", {"reason": "x"}), 404, "not-found")


def test_on_pages(desk):
    hr = session(desk, desk.owners["HRD"])
    page = hr.open("/consents")
    unit = good(desk.requester.api.get("/me"))["unit"]
    bad = hr.send(page, "/consents", system="HRIS", asker=unit)
    assert bad.status == 422 and bad.errors
    purpose = "ทำบัตรบุคลากร <b>ก</b>"
    until = day(20).split("-")
    page = hr.send(page, "/consents", system="HRIS", asker=unit,
                   purpose=purpose, columns="department_code\nname_th",
                   **{"until-day": until[2].lstrip("0"),
                      "until-month": until[1].lstrip("0"),
                      "until-year": str(int(until[0]) + 543)})
    assert page.status == 200 and purpose in page.text, page.errors
    mine = [c for c in desk.owners["HRD"].get("/consents")["consents"]
            if c["purpose"] == purpose]
    assert mine[0]["columns"] == ["department_code", "name_th"]
    assert mine[0]["until"] == day(20)
    page = hr.send(page, "/consents/revoke", id=mine[0]["id"],
                   reason="เลิกใช้")
    assert "ยกเลิกแล้ว" in page.text
    english = session(desk, desk.owners["HRD"], "en").open("/consents")
    assert "Revoke" in english.text or "Agree in advance" in english.text
    # Who does not own data sees, and may not give.
    plain = session(desk, desk.requester).open("/consents")
    assert purpose in plain.text
    assert not any(f.action == "/consents" for f in plain.forms)
