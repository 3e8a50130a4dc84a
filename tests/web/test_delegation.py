"""Standing in for somebody: what it gives, what it does not, who is told, and
what is written down. Both procedures are played through stand-ins."""
from datetime import datetime, timedelta, timezone

import pytest

from journey import APPROVED, day, desk, good, refusal  # noqa: F401
from journey import wrong_fields
from pages import Web

pytestmark = pytest.mark.both_stores


def body(stand_in, **more):
    return {"to": stand_in.email, "from": day(0), "until": day(3),
            "order_no": "สทป. 12/2569", "kind": "acting", **more}


class Stands:
    """While the block runs, `to` stands in for `person`."""

    def __init__(self, desk, person, to, by=None, **more):
        self.person, self.to, self.desk = person, to, desk
        self.by = by or person
        self.body = body(to, **more)
        if by:
            self.body["person"] = person.email

    def __enter__(self):
        self.made = good(self.by.api.post("/me/delegations", self.body), 201)
        return self.made

    def __exit__(self, *_):
        self.desk.change("people", "delete from delegation"
                         f" where id = '{self.made['id']}'")


def take_over(desk, made, days):
    """As if it had been made `days` ago: its days and nothing else."""
    shift = [(datetime.fromisoformat(made[k]) - timedelta(days=days))
             .date().isoformat() for k in ("from", "until")]
    desk.change("people", f"update delegation set starts = '{shift[0]}',"
                f" until = '{shift[1]}' where id = '{made['id']}'")


def last_event(person, no):
    return person.get(f"/requests/{no}/events")["events"][-1]


def test_icit_is_played_by_stand_ins(desk):
    """Director, head and officer are away; three others do it all, each act
    says for whom, and both have acted."""
    icit, stand_in = desk.icit, desk.person("thanakrit.s")
    clerk, third = desk.registrar.records, desk.registrar.officer
    no = icit.until("decision")
    stand_in.refused(404, "no-such-request", no, "decide", **APPROVED)
    with Stands(desk, icit.director, stand_in, kind="delegated",
                office="ICIT") as made, \
            Stands(desk, icit.head, clerk), \
            Stands(desk, icit.officer, third):
        assert stand_in.sees(no) and no in stand_in.waits_for()
        waiting = icit.director.request(no)["waiting_for"][0]["people"]
        assert {p["email"]: p["acting_for"] for p in waiting}[
            stand_in.email] == icit.director.email
        stand_in.ok(no, "decide", **APPROVED)
        said = last_event(icit.director, no)
        assert said["by"] == stand_in.email
        assert said["data"]["acting_for"] == {
            "email": icit.director.email, "name": icit.director.name,
            "position": said["data"]["acting_for"]["position"],
            "kind": "delegated", "order_no": made["order_no"]}
        assert clerk.email in desk.whom(no, "waiting")
        clerk.ok(no, "assign", officer=icit.officer.email)
        assert third.email in desk.whom(no, "assigned")
        assert no in third.waits_for()
        now = third.ok(no, "prepare", **icit.prepared())
        assert now["officers"] == [icit.officer.email]
        third.ok(no, "deliver", digest=now["artefact"]["digest"])
    by = {s["id"]: s for s in desk.requester.request(no)["stages"]}
    assert any(s["acting_for"] and s["acting_for"]["email"] ==
               icit.director.email for s in by.values())
    desk.requester.ok(no, "accept", outcome="accepted", score=5)


def test_registrar_is_played_by_stand_ins(desk):
    reg, stand_in = desk.registrar, desk.person("thanakrit.s")
    no = reg.until("decision")
    with Stands(desk, reg.director, stand_in, by=reg.records,
                office="REGISTRAR"):
        stand_in.ok(no, "decide", **APPROVED)
        now = reg.officer.ok(no, "prepare", **reg.prepared())
        stand_in.ok(no, "check", outcome="released",
                    digest=now["artefact"]["digest"])
        reg.officer.ok(no, "deliver", digest=now["artefact"]["digest"])
    assert reg.director.state(no) == "closed"
    assert [e["data"].get("acting_for", {}).get("email")
            for e in reg.director.get(f"/requests/{no}/events")["events"]
            if e["data"].get("command") in ("decide", "check")] == \
        [reg.director.email] * 2


def test_an_owner_is_stood_in_for(desk):
    owner, stand_in = desk.owners["HRD"], desk.person("thanakrit.s")
    no = desk.icit.until("consent")
    with Stands(desk, owner, stand_in):
        assert no in stand_in.waits_for()
        stand_in.ok(no, "consent", outcome="endorsed", unit="HRD")
    assert owner.request(no)["owners"][0]["endorsed_by"] == stand_in.email


def test_it_ends_with_its_day(desk):
    """Today it holds; the day after `until`, and before `from`, it does not."""
    icit, stand_in = desk.icit, desk.person("thanakrit.s")
    no = icit.until("decision")
    with Stands(desk, icit.director, stand_in, until=day(0)) as made:
        assert "decide" in stand_in.allowed(no)
        take_over(desk, made, 1)
        stand_in.refused(404, "no-such-request", no, "decide", **APPROVED)
        assert no not in stand_in.waits_for()
        assert no not in [r["no"] for r in
                          stand_in.get("/requests?limit=200")["requests"]]
        take_over(desk, {**made, "from": day(-1), "until": day(-1)}, -2)
        stand_in.refused(404, "no-such-request", no, "decide", **APPROVED)
    assert icit.director.state(no) == "decision"


def test_it_can_be_taken_back_and_both_are_told(desk):
    icit, stand_in = desk.icit, desk.person("thanakrit.s")
    made = good(icit.director.api.post("/me/delegations", body(stand_in)), 201)
    told = desk.store("select recipient, kind from outbox where kind in"
                      " ('delegated', 'undelegated') order by id desc limit 2")
    assert {t["recipient"] for t in told} == {icit.director.email,
                                              stand_in.email}
    assert made["id"] in [d["id"] for d in
                          stand_in.get("/me/delegations")["delegations"]]
    refusal(stand_in.api.call("DELETE", f"/me/delegations/{made['id']}"),
            404, "delegation-unknown")
    assert icit.director.api.call(
        "DELETE", f"/me/delegations/{made['id']}").status_code == 204
    told = desk.store("select kind from outbox order by id desc limit 2")
    assert [t["kind"] for t in told] == ["undelegated"] * 2
    assert stand_in.get("/me")["acting_for"] == []
    assert not stand_in.sees(icit.until("decision"))


def test_separation_of_duties_counts_both(desk):
    """Who prepared for A may not check as B; nor may A; nor is anybody's own
    request decided through a stand-in."""
    reg = desk.registrar
    stand_in = desk.person("thanakrit.s")
    no = reg.until("preparing")
    with Stands(desk, reg.officer, stand_in), \
            Stands(desk, reg.executive, stand_in, office="REGISTRAR"):
        now = stand_in.ok(no, "prepare", **reg.prepared())
        digest = now["artefact"]["digest"]
        stand_in.refused(403, "apart", no, "check", outcome="released",
                         digest=digest)
    with Stands(desk, reg.executive, reg.officer):
        # He prepared it through another, and now stands in for who checks.
        reg.officer.refused(403, "apart", no, "check", outcome="released",
                            digest=digest)
    own = desk.icit.until("decision", by=stand_in)
    with Stands(desk, desk.icit.director, stand_in):
        stand_in.refused(403, "apart", own, "decide", **APPROVED)
    # The requester's own side is nobody's to lend.
    asked = desk.icit.until("decision", by=desk.requester)
    desk.icit.director.ok(asked, "return", message="ขอเพิ่ม")
    assert asked not in stand_in.waits_for()


def test_what_one_asked_for_oneself_stays_ones_own(desk):
    """An officer is named in a request to his own office: his stand-in sees it
    there, and neither writes, withdraws, replies nor accepts for him."""
    icit, stand_in = desk.icit, desk.person("thanakrit.s")
    no = icit.until("decision", coordinator_email=icit.officer.email)
    with Stands(desk, icit.officer, stand_in):
        assert {"message", "withdraw"} <= icit.officer.allowed(no)
        assert not {"message", "share", "withdraw", "reply", "accept"} & \
            stand_in.allowed(no)


def test_it_is_not_handed_on(desk):
    icit, stand_in, other = (desk.icit, desk.person("thanakrit.s"),
                             desk.person("pimchanok.t"))
    no = icit.until("decision")
    with Stands(desk, icit.director, stand_in):
        refusal(stand_in.api.post("/me/delegations", body(other)), 403,
                "nothing-to-delegate")
        # Nor by what he holds for another may he name somebody.
        refusal(stand_in.api.post("/me/delegations", body(
            other, person=icit.head.email, office="ICIT")), 403,
            "not-to-delegate")
        with Stands(desk, icit.head, other):
            assert "decide" not in other.allowed(no)


def test_what_is_refused(desk):
    icit, to = desk.icit, desk.person("thanakrit.s")

    def wrong(by, **more):
        answer = by.api.post("/me/delegations", body(to, **more))
        return wrong_fields(refusal(answer, 422, "invalid"))
    assert wrong(icit.director, order_no="", kind="king") == {
        "order_no": "required", "kind": "bad-choice"}
    assert wrong(icit.director, until=day(-1)) == {"until": "before-from"}
    assert wrong(icit.director, **{"from": day(-2)}) == {"from": "in-past"}
    assert wrong(icit.director, until=day(366)) == {"until": "too-many-days"}
    assert wrong(icit.director, to=icit.director.email) == {"to": "himself"}
    assert wrong(icit.director, to="nobody@example.ac.th") == {"to": "nobody"}
    for person in (desk.requester, desk.auditor, desk.dpo, desk.admin):
        refusal(person.api.post("/me/delegations", body(icit.head)), 403,
                "nothing-to-delegate")
    # The office speaks for its own people, and for itself alone.
    refusal(desk.registrar.records.api.post("/me/delegations", body(
        to, person=icit.director.email, office="ICIT")), 403,
        "not-to-delegate")
    refusal(icit.records.api.post("/me/delegations", body(
        to, person=icit.director.email)), 403, "not-to-delegate")
    with Stands(desk, icit.director, to):
        refusal(icit.director.api.post("/me/delegations",
                                       body(icit.executive, office="ICIT")),
                409, "delegation-overlaps")
    with Stands(desk, icit.director, to, by=desk.admin):
        pass


def test_paper_is_entered_for_the_records_office(desk):
    icit, stand_in = desk.icit, desk.person("thanakrit.s")
    with Stands(desk, icit.records, stand_in):
        no = icit.new(by=stand_in, submit=False, on_behalf={
            "name": "นางสาวกระดาษ", "email": "", "unit": "HRD"})["no"]
    first = icit.records.get(f"/requests/{no}/events")["events"][0]
    assert first["by"] == stand_in.email
    assert first["data"]["acting_for"]["email"] == icit.records.email


def test_the_pages(desk):
    """By the form, on the page of the case, in the list and the mail."""
    icit, stand_in = desk.icit, desk.person("thanakrit.s")
    no = icit.until("decision")
    director = Web(desk.university.desk, entry(desk, icit.director))
    page = director.open("/me")
    assert "person" in page.to("/me/delegations").names()
    today = datetime.now(timezone(timedelta(hours=7)))
    days = {f"{which}-{part}": str(n) for which in ("from", "until")
            for part, n in (("day", today.day), ("month", today.month),
                            ("year", today.year + 543))}
    page = director.send(page, "/me/delegations", to=stand_in.email,
                         kind="acting", order_no="", **days)
    assert page.status == 422
    assert page.to("/me/delegations").value("to") == stand_in.email
    page = director.send(page, "/me/delegations", order_no="99/2569")
    assert page.status == 200
    assert "รักษาการแทน" in page.text and "99/2569" in page.text
    other = Web(desk.university.desk, entry(desk, stand_in))
    assert no in other.open("/requests?waiting=me").text
    many = " ".join(other.open("/decide").text.split())
    assert no in many and f"รักษาการแทน {icit.director.name}" in many
    stand_in.ok(no, "decide", **APPROVED)
    page = other.open(f"/requests/{no}")
    assert (f"{stand_in.name} รักษาการแทน {icit.director.name}"
            " (คำสั่งที่ 99/2569)") in " ".join(page.text.split())
    page = director.open("/me")
    assert director.send(page, "/end").status == 200
    assert not stand_in.sees(no)


def entry(desk, person):
    return next(p for p in desk.university.facts["people"]
                if p["email"] == person.email)


def test_the_chain_and_the_projections_hold(desk):
    assert desk.university.pratu("verify").returncode == 0
    assert desk.university.pratu("rebuild", "--check").returncode == 0
