"""A signature: shown as it will be printed, given by whoever is known to be
there, and kept with how he was known (Electronic Transactions Act s.9)."""
import pytest

from journey import APPROVED, day, desk, good, refusal  # noqa: F401
from pages import Web

pytestmark = pytest.mark.both_stores


def entry(desk, person):
    return next(p for p in desk.university.facts["people"]
                if p["email"] == person.email)


def signed_in(desk, person):
    return Web(desk.university.desk, entry(desk, person))


def grow_old(desk, minutes):
    """Every session was signed in so long ago."""
    desk.change("people", "update session set authed = authed -"
                f" {minutes * 60000}")


def signed(person, no):
    return [e["data"].get("signed") for e in
            person.get(f"/requests/{no}/events")["events"]
            if e["data"].get("command") == "decide"]


def test_one_press_while_the_sign_in_is_fresh(desk):
    director = desk.icit.director
    web, no = signed_in(desk, director), desk.icit.until("decision")
    page = web.open(f"/requests/{no}")
    assert director.name in page.text and "ลงนามในนาม" in page.text
    assert "decide.password" not in page.to("/decide").names()
    page = web.send(page, "/decide", "approved")
    assert director.state(no) == "assignment"
    (how,) = signed(director, no)
    assert how["by"] == "password" and how["name"] == director.name
    assert how["position"] and how["at"] > 0
    assert "ยืนยันตัวตนด้วยรหัสผ่าน" in page.text


def test_the_password_after_half_an_hour(desk):
    director = desk.icit.director
    web, no = signed_in(desk, director), desk.icit.until("decision")
    stale = web.open(f"/requests/{no}")
    grow_old(desk, 31)
    # The page was opened before: the press comes without the password.
    page = web.send(stale, "/decide", "approved", **{
        "decide.note": "อนุมัติได้"})
    assert page.status == 422 and director.state(no) == "decision"
    assert page.to("/decide").value("decide.note") == "อนุมัติได้"
    page = web.send(page, "/decide", "approved",
                    **{"decide.password": "ไม่ใช่รหัสนี้"})
    assert page.status == 422 and "รหัสผ่านไม่ถูกต้อง" in page.text
    assert not page.to("/decide").value("decide.password")
    page = web.send(page, "/decide", "approved", **{
        "decide.password": entry(desk, director)["password"]})
    assert director.state(no) == "assignment"
    # From here on it is fresh again.
    again = desk.icit.until("decision")
    page = web.open(f"/requests/{again}")
    assert "decide.password" not in page.to("/decide").names()


def test_sensitive_data_ask_each_time(desk):
    director = desk.icit.director
    web = signed_in(desk, director)
    for _ in range(2):
        no = desk.icit.until("decision", identifiability="identified",
                             lawful_basis="pdpa-26", subjects=["staff"],
                             retention_until=day(300),
                             terms_accepted=True)
        page = web.open(f"/requests/{no}")
        assert "decide.password" in page.to("/decide").names()
        page = web.send(page, "/decide", "approved",
                        **{"decide.password": ""})
        assert page.status == 422
        page = web.send(page, "/decide", "approved", **{
            "decide.password": entry(desk, director)["password"]})
        assert director.state(no) == "assignment"


def test_a_cookie_at_the_api_is_no_way_around(desk):
    director = desk.icit.director
    web, no = signed_in(desk, director), desk.icit.until("decision")
    grow_old(desk, 31)
    answer = web.s.post(f"{web.base}/api/v1/requests/{no}/decide",
                        json=APPROVED)
    refusal(answer, 403, "sign-in-again")
    assert director.state(no) == "decision"


def test_tokens_sign_unless_the_office_says_no(desk):
    icit = desk.icit
    no = icit.until("decision")
    path = "/offices/ICIT/settings"
    refusal(icit.officer.api.patch(path, {"token_signs": False}),
            403, "not-office-settings")
    good(icit.director.api.patch(path, {"token_signs": False}))
    try:
        icit.director.refused(403, "token-may-not-sign", no, "decide",
                              **APPROVED)
        # Another office goes on as before.
        other = desk.registrar.until("decision")
        desk.registrar.director.ok(other, "decide", **APPROVED)
    finally:
        good(icit.director.api.patch(path, {"token_signs": True}))
    icit.director.ok(no, "decide", **APPROVED)
    assert signed(icit.director, no)[0]["by"] == "token"


def test_two_people_on_one_request(desk):
    """The other one was faster: what changed, who did it, and the typed text
    is kept; where nothing can be done any more as well."""
    icit = desk.icit
    web, no = signed_in(desk, icit.director), icit.until("decision")
    page = web.open(f"/requests/{no}")
    icit.records.ok(no, "classify", systems=["HRIS", "GL3D"],
                    reason="ขอสองระบบ")
    page = web.send(page, "/decide", "approved",
                    **{"decide.note": "เห็นควรอนุมัติ"})
    assert page.status in (409, 412)
    assert "changed" in page.ids and "GL3D" in page.text
    assert icit.records.name in page.text
    assert "เห็นควรอนุมัติ" in page.source
    no = icit.until("decision")
    page = web.open(f"/requests/{no}")
    icit.director.ok(no, "decide", **APPROVED)
    page = web.send(page, "/decide", "rejected",
                    **{"decide.note": "ข้อความยาวที่พิมพ์ไว้"})
    assert page.status == 409 and "typed" in page.ids
    assert "ข้อความยาวที่พิมพ์ไว้" in page.text and "changed" in page.ids
