"""One request in other hands: a holder hands it to somebody of the office or the
owner unit, who acts for him on that request and no other."""
import pytest

from journey import APPROVED, ENDORSED, day, desk, wrong_fields  # noqa: F401
from test_pages_case import web  # noqa: F401

pytestmark = pytest.mark.both_stores


def test_a_decision_in_the_deputys_hands(desk, web):  # noqa: F811
    icit = desk.icit
    director, deputy = icit.director, icit.executive
    no, another = icit.until("decision"), icit.until("decision")
    deputy.refused(403, "not-yours", no, "decide", **APPROVED)
    page = web(director).open(f"/requests/{no}")
    assert deputy.email in page.to("/delegate").choices["delegate.to"]
    page = web(director).send(page, "/delegate", **{
        "delegate.to": deputy.email, "delegate.note": "ไปราชการ ฝากพิจารณา"})
    assert page.status == 200 and not page.errors
    r = director.request(no)
    assert r["state"] == "decision"
    [hand] = r["handovers"]
    assert (hand["by"], hand["to"], hand["kind"], hand["until"],
            hand["ended"]) == (director.email, deputy.email, "delegated",
                               None, None)
    assert hand["from"] == day(0)
    assert desk.whom(no, "handed") == [deputy.email]
    assert "ไปราชการ" in desk.notices(no, "handed")[0]["body"]
    # This request, and no other.
    assert no in deputy.waits_for() and another not in deputy.waits_for()
    assert "decide" in deputy.allowed(no)
    deputy.refused(403, "not-yours", another, "decide", **APPROVED)
    deputy.refused(403, "not-yours", no, "delegate", to=icit.head.email)
    people = r["waiting_for"][0]["people"]
    assert {p["email"]: p["acting_for"] for p in people}[deputy.email] == \
        director.email
    assert no in director.waits_for() and "decide" in director.allowed(no)
    # Signed as who he is, for whom.
    page = web(deputy).open(f"/requests/{no}")
    assert page.primary() == "decide" and "ปฏิบัติการแทน" in page.text
    page = web(deputy).send(page, "/decide", "approved")
    assert page.status == 200
    event = director.get(f"/requests/{no}/events")["events"][-1]
    assert event["by"] == deputy.email
    assert event["data"]["acting_for"]["email"] == director.email
    assert "ปฏิบัติการแทน" in web(desk.requester).open(f"/requests/{no}").text
    assert no not in deputy.waits_for()
    # Both have decided: neither prepares.
    for person in (deputy, director):
        problem = icit.head.refused(422, "invalid", no, "assign",
                                    officer=person.email)
        assert problem["errors"]


def test_taken_back_and_given_to_another(desk):
    icit = desk.icit
    first, second = icit.officers[1], icit.officers[2]
    no = icit.until("preparing")
    icit.officer.ok(no, "delegate", to=first.email)
    assert no in first.waits_for()
    icit.officer.ok(no, "delegate", to=second.email)
    assert desk.whom(no, "unhanded") == [first.email]
    assert no in second.waits_for() and no not in first.waits_for()
    assert "prepare" not in first.allowed(no)
    r = second.ok(no, "prepare", **icit.prepared())
    assert r["state"] == "delivery" and r["officers"] == [icit.officer.email]
    # It goes on to the next stage that the giver holds.
    assert no in second.waits_for() and "deliver" in second.allowed(no)
    icit.officer.ok(no, "delegate", to=icit.officer.email)
    assert "deliver" not in second.allowed(no)
    assert no not in second.waits_for() and second.sees(no)
    icit.officer.refused(409, "not-handed", no, "delegate",
                         to=icit.officer.email)
    done = desk.university.pratu("rebuild", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_taken_back_after_the_stage(desk, web):  # noqa: F811
    icit = desk.icit
    no = icit.until("decision")
    icit.director.ok(no, "delegate", to=icit.executive.email)
    icit.director.ok(no, "decide", **APPROVED)
    form = web(icit.director).open(f"/requests/{no}").to("/delegate")
    assert set(form.choices["delegate.to"]) == {icit.director.email}
    icit.director.refused(409, "not-in-this-state", no, "delegate",
                          to=icit.head.email)
    r = icit.director.ok(no, "delegate", to=icit.director.email)
    assert r["handovers"][0]["ended"]


def test_from_a_day_to_a_day(desk):
    icit = desk.icit
    no = icit.until("decision")
    deputy = icit.executive
    wrong = icit.director.refused(422, "invalid", no, "delegate",
                                  to=deputy.email, until=day(-1))
    assert set(wrong_fields(wrong)) == {"until"}
    icit.director.ok(no, "delegate", to=deputy.email, until=day(5),
                     order_no="สทป. 7/2569", kind="acting",
                     **{"from": day(2)})
    assert deputy.sees(no) and no not in deputy.waits_for()
    deputy.refused(403, "not-yours", no, "decide", **APPROVED)
    # The list is what the days say, as the page is.
    days = {d: [] for d in ("starts", "until")}
    for row in desk.store("select starts, until from case_waiting where"
                          f" no = '{no}' and holder = 'person:{deputy.email}'"):
        days = {k: [*v, row[k]] for k, v in days.items()}
    assert days == {"starts": [day(2)], "until": [day(5)]}
    icit.director.ok(no, "delegate", to=deputy.email, kind="acting",
                     order_no="สทป. 7/2569")
    assert no in deputy.waits_for()
    r = deputy.ok(no, "decide", **APPROVED)
    said = next(s for s in r["stages"] if s["kind"] == "decision")
    assert said["acting_for"]["kind"] == "acting"
    assert said["acting_for"]["order_no"] == "สทป. 7/2569"


def test_for_two_who_hold_it_on_the_days_of_both(desk):
    """Two officers hand the same work to one colleague, each for his days."""
    icit = desk.icit
    first, second, deputy = icit.officers[:3]
    no = icit.until("preparing")
    icit.head.ok(no, "assign", officers=[first.email, second.email])
    first.ok(no, "delegate", to=deputy.email, until=day(9), **{"from": day(5)})
    assert no not in deputy.waits_for()
    second.ok(no, "delegate", to=deputy.email, until=day(3))
    assert no in deputy.waits_for()
    deputy_rows = ("select starts, until from case_waiting where"
                   f" no = '{no}' and holder = 'person:{deputy.email}'"
                   " order by starts")
    assert [(r["starts"], r["until"]) for r in desk.store(deputy_rows)] == [
        (day(0), day(3)), (day(5), day(9))]
    # Days that begin together are one row, until the later end.
    second.ok(no, "delegate", to=deputy.email, until=day(6),
              **{"from": day(5)})
    assert [(r["starts"], r["until"]) for r in desk.store(deputy_rows)] == [
        (day(5), day(9))]
    done = desk.university.pratu("rebuild", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_not_to_whoever_may_not(desk):
    icit = desk.icit
    no = icit.until("decision", coordinator_email=icit.executive.email)
    for person in (icit.executive, desk.other, desk.registrar.director):
        problem = icit.director.refused(422, "invalid", no, "delegate",
                                        to=person.email)
        assert wrong_fields(problem) == {"to": "no-taker"}, person
    no = icit.until("preparing")
    problem = icit.officer.refused(422, "invalid", no, "delegate",
                                   to=icit.director.email)
    assert wrong_fields(problem) == {"to": "no-taker"}  # he approved it


def test_within_an_owner_unit(desk):
    head, other = desk.owners["HRD"], desk.both_owners
    no = desk.icit.until("consent", systems=["HRIS", "REG"])
    assert not desk.owners["DES"] is head
    problem = head.refused(422, "invalid", no, "delegate",
                           to=desk.owners["DES"].email)
    assert wrong_fields(problem) == {"to": "no-taker"}
    head.ok(no, "delegate", to=other.email)
    r = other.ok(no, "consent", **ENDORSED, unit="HRD")
    assert r["waiting_for"][0]["unit"] == "DES"
