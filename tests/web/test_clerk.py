"""An owner unit with a clerk who prepares its answer and a head who signs it: over
the API and on the pages, with what each of them sees and is told."""
import json
from itertools import count

import pytest

from journey import ENDORSED, Person, day, desk  # noqa: F401
from pages import Web
from test_pages_case import web  # noqa: F401

pytestmark = pytest.mark.both_stores
PARTIAL = {"outcome": "partial", "columns_refused": ["salary", "birthday"],
           "note": "ไม่เกี่ยวกับวัตถุประสงค์", "conditions": "ห้ามส่งต่อ"}
numbers = count(1)


@pytest.fixture
def clerk(desk):
    """A clerk of HRD; gone afterwards."""
    pratu = desk.university.pratu
    email = f"clerk.{next(numbers)}@example.ac.th"
    made = pratu("user", "add", email, "--name", "นางสาวร่าง เรื่องดี",
                 "--role", "owner/HRD:clerk", "--position", "บุคลากร",
                 stdin="prepares-the-answer\n")
    assert made.returncode == 0, made.stderr
    token = json.loads(pratu("user", "token", email, "--json").stdout)
    person = Person(desk.university, {"email": email, "role": "owner",
                                      "name": "นางสาวร่าง เรื่องดี",
                                      "token": token["token"]})
    person.entry = {"email": email, "password": "prepares-the-answer"}
    yield person
    assert pratu("user", "disable", email).returncode == 0


def stage(r):
    return next(s for s in r["stages"] if s["kind"] == "consent")


def test_the_head_signs_what_the_clerk_proposed(desk, clerk, web):  # noqa: F811
    head = desk.owners["HRD"]
    no = desk.icit.until("consent")
    assert clerk.get("/me")["roles"] == [
        {"role": "owner", "office": "", "unit": "HRD", "clerk": True}]
    assert clerk.email in desk.whom(no, "waiting")
    assert no in clerk.waits_for() and no in head.waits_for()
    assert clerk.allowed(no) == {"propose", "note"}
    clerk.refused(403, "not-yours", no, "consent", **ENDORSED)
    head.refused(403, "not-yours", no, "propose", **ENDORSED)
    # By the form on the clerk's page.
    session = Web(desk.university.facts["desk"], clerk.entry)
    page = session.open("/requests?waiting=me")
    assert f"/requests/{no}#do-propose" in page.links
    page = session.open(f"/requests/{no}")
    assert page.primary() == "propose"
    page = session.send(page, "/propose", **{
        "propose.outcome": "partial", "propose.note": PARTIAL["note"],
        "propose.columns_refused": "salary\r\nbirthday",
        "propose.conditions": PARTIAL["conditions"]})
    assert page.status == 200 and not page.errors
    # It moves nothing; whoever signs is told, the clerk has done his part.
    r = head.request(no)
    assert r["state"] == "consent"
    proposal = stage(r)["proposal"]
    assert {k: proposal[k] for k in PARTIAL} == PARTIAL
    assert proposal["by"] == clerk.email
    assert head.email in desk.whom(no, "proposed")
    assert no not in clerk.waits_for() and no in head.waits_for()
    # Only the unit sees what is proposed.
    for person in (desk.requester, desk.auditor):
        assert stage(person.request(no))["proposal"] is None
        said = [e for e in person.get(f"/requests/{no}/events")["events"]
                if e["type"] == "proposed"]
        assert len(said) == 1 and "form" not in said[0]["data"]
        assert PARTIAL["note"] not in web(person).open(f"/requests/{no}").text
    # The head finds the form filled in, and signs with one press.
    session = web(head)
    page = session.open(f"/requests/{no}")
    form = page.to("/consent")
    assert form.value("consent.conditions") == PARTIAL["conditions"]
    assert form.value("consent.note") == PARTIAL["note"]
    assert form.value("consent.columns_refused") == "salary\nbirthday"
    assert form.buttons[0][1] == "partial"
    assert "ลงนามตามร่าง" in form.buttons[0][2]
    page = session.send(page, "/consent", "partial")
    assert page.status == 200
    r = head.request(no)
    assert r["state"] == "intake" and stage(r)["outcome"] == "partial"
    event = head.get(f"/requests/{no}/events")["events"][-1]
    assert event["by"] == head.email
    [signed] = event["data"]["proposals"]
    assert signed["by"] == clerk.email and signed["as_proposed"] is True
    # Now everybody who sees the request may know how it came about.
    assert stage(desk.requester.request(no))["proposal"]["by"] == clerk.email
    assert "ลงนามตามร่าง" in web(head).open(f"/requests/{no}").text
    done = desk.university.pratu("rebuild", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_head_may_change_it_or_not_wait(desk, clerk):
    head = desk.owners["HRD"]
    no = desk.icit.until("consent")
    clerk.ok(no, "propose", **PARTIAL)
    head.ok(no, "consent", **ENDORSED)
    event = head.get(f"/requests/{no}/events")["events"][-1]
    assert event["data"]["proposals"][0]["as_proposed"] is False
    no = desk.icit.until("consent")
    head.ok(no, "consent", **ENDORSED)
    assert no not in clerk.waits_for()
    clerk.refused(409, "not-in-this-state", no, "propose", **ENDORSED)


def test_what_is_proposed_is_not_signed_among_several(desk, clerk, web):  # noqa: F811
    head = desk.owners["HRD"]
    no, plain = desk.icit.until("consent"), desk.icit.until("consent")
    assert f"/requests/{no}" in web(head).open("/decide").links
    clerk.ok(no, "propose", **PARTIAL)
    links = web(head).open("/decide").links
    assert f"/requests/{no}" not in links and f"/requests/{plain}" in links


def test_an_unsigned_proposal_stays_within_the_unit(desk, clerk):
    no = desk.icit.until("consent")
    clerk.ok(no, "propose", **PARTIAL)
    desk.requester.ok(no, "withdraw", reason="ไม่ใช้แล้ว")
    assert stage(desk.owners["HRD"].request(no))["proposal"] is not None
    for person in (desk.requester, desk.auditor):
        assert stage(person.request(no))["proposal"] is None
        [said] = [e for e in person.get(f"/requests/{no}/events")["events"]
                  if e["type"] == "proposed"]
        assert "form" not in said["data"]


def test_a_clerk_signs_nothing(desk, clerk):
    answer = clerk.api.post("/consents", {
        "asker": "ENG", "system": "HRIS", "purpose": "x", "until": day(3)})
    assert answer.status_code == 403, answer.text
    page = Web(desk.university.facts["desk"], clerk.entry).open("/me")
    assert "ผู้เสนอร่าง" in page.text
    no = desk.icit.until("delivery")
    desk.icit.officer.ok(no, "deliver", digest=desk.icit.officer.request(
        no)["artefact"]["digest"])
    c = clerk.request(no)["connections"][0]
    clerk.refused(403, "not-yours", no, "revoke", connection=c["id"])
    desk.owners["HRD"].ok(no, "revoke", connection=c["id"])


def test_clerks_come_from_a_file_too(desk, clerk, tmp_path):
    pratu = desk.university.pratu
    file = tmp_path / "people.csv"
    head = "email,name,name_en,phone,position,unit,roles\n"
    file.write_text(head + f"{clerk.email},ร่าง,,,,,owner/HRD:clerk"
                    " requester\n")
    done = pratu("user", "import", file)
    assert done.returncode == 0, done.stderr
    people = json.loads(pratu("user", "list", "--json").stdout)
    one = next(p for p in people if p["email"] == clerk.email)
    assert {"role": "owner", "office": "", "unit": "HRD",
            "clerk": True} in one["roles"]
    assert "owner/HRD:clerk" in pratu("user", "list").stdout
    # A clerk is one of an owner unit, and nothing else.
    for wrong in ("officer@ICIT:clerk", "owner/HRD:boss"):
        file.write_text(head + f"{clerk.email},ร่าง,,,,,{wrong}\n")
        assert pratu("user", "import", file).returncode != 0, wrong
