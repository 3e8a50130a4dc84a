"""W-REG6-001 over the API: consent, preparation by whoever takes it, the check
of that very digest, and a case that its delivery closes."""
import pytest

from journey import APPROVED, YEAR, call, desk  # noqa: F401

pytestmark = pytest.mark.both_stores

GRADES = ("select s.student_id, s.faculty_code, t.subject_id, t.grade"
          " from student s join transcript t on t.student_id = s.student_id"
          " order by s.student_id, t.subject_id")


def test_from_draft_to_register(desk):
    reg, asks = desk.registrar, desk.requester
    no = reg.new()["no"]
    assert no.startswith(f"REGISTRAR-{YEAR}-")
    r = asks.request(no)
    # The office has one system and owns it: nobody else is asked.
    assert (r["state"], r["systems"]) == ("intake", ["REGKMITL"])
    assert desk.owners["REGISTRAR"].sees(no)

    r = reg.records.ok(no, "receive", **reg.memo(received_no="e-Office 77"))
    assert (r["state"], r["received_no"]) == ("decision", "e-Office 77")
    assert (r["clock"]["kind"], r["clock"]["budget"]) == ("stage", 1)
    assert reg.director.ok(no, "decide", **APPROVED)["state"] == "preparing"

    # Any officer of the system takes it by preparing.
    first, taker, third = reg.officers[:3]
    waiting = reg.records.request(no)["waiting_for"][0]["people"]
    assert sorted(p["email"] for p in waiting) \
        == sorted(o.email for o in (first, taker, third))
    assert no in third.waits_for()
    r = taker.ok(no, "prepare", source="REGKMITL", sql=GRADES,
                 outlets=["api-get", "export"], formats=["csv", "json"])
    assert (r["state"], r["officers"]) == ("release", [taker.email])
    first.refused(403, "not-yours", no, "prepare", **reg.prepared())
    first.refused(403, "not-yours", no, "deliver",
                  digest=r["artefact"]["digest"])
    assert no not in third.waits_for()

    digest = r["artefact"]["digest"]
    deputy = reg.executive
    assert no in deputy.waits_for() and no in reg.director.waits_for()
    deputy.refused(409, "digest-differs", no, "check", outcome="released",
                   digest="f" * 64)
    taker.refused(409, "not-in-this-state", no, "deliver", digest=digest)
    assert deputy.ok(no, "check", outcome="released",
                     digest=digest)["state"] == "delivery"
    r = taker.ok(no, "deliver", digest=digest, channel="other",
                 channel_note="ส่งทาง e-Office")
    assert (r["state"], r["outcome"]) == ("closed", "delivered")

    r = asks.request(no)
    connection = r["connections"][0]
    answer = call(connection, asks.key(connection))
    assert [tuple(x.values()) for x in answer.json()] \
        == desk.rows("REGKMITL", GRADES)
    assert {d["format"] for d in r["deliveries"]} == {"csv", "json"}
    assert all(asks.fetch(d).status_code == 200 for d in r["deliveries"])

    row = [x for x in reg.records.get(f"/register/REGISTRAR/{YEAR}")["rows"]
           if x["request"] == no]
    assert [(x["system"], x["service_type"], x["score"], x["outcome"])
            for x in row] == [("REGKMITL", "api", None, "delivered")]


def test_rating_is_offered_once_and_never_demanded(desk):
    reg, asks = desk.registrar, desk.requester
    no = reg.until("closed")
    assert "accept" in asks.allowed(no)
    assert desk.notices(no, "acceptance")[0]["link"].startswith("/accept/")
    asks.refused(409, "closed-already", no, "accept", outcome="refused")
    asks.refused(422, "invalid", no, "accept", outcome="accepted", score=6)
    asks.refused(422, "invalid", no, "accept", outcome="accepted")
    r = asks.ok(no, "accept", outcome="accepted", score=4, comment="ดี")
    assert (r["state"], r["outcome"], r["score"]) == ("closed", "delivered", 4)
    assert "accept" not in r["allowed"]
    asks.refused(409, "not-in-this-state", no, "accept", outcome="accepted",
                 score=1)
    row = [x for x in reg.records.get(f"/register/REGISTRAR/{YEAR}")["rows"]
           if x["request"] == no]
    assert row[0]["score"] == 4


@pytest.mark.parametrize("checker", ["director", "executive"])
def test_what_the_checker_returns_is_prepared_and_checked_again(desk, checker):
    reg = desk.registrar
    no = reg.until("release")
    checks = getattr(reg, checker)
    old = reg.officer.request(no)["artefact"]["digest"]
    r = checks.ok(no, "check", outcome="returned", digest=old,
                  note="ขาดคอลัมน์")
    assert r["state"] == "preparing"
    assert [s["note"] for s in r["stages"] if s["kind"] == "release"] \
        == ["ขาดคอลัมน์"]
    assert no in reg.officer.waits_for()
    r = reg.officer.ok(no, "prepare", **reg.prepared(
        sql="select faculty_code, name_th, name_en from faculty"))
    new = r["artefact"]["digest"]
    assert new != old
    checks.refused(409, "digest-differs", no, "check", outcome="released",
                   digest=old)
    assert checks.ok(no, "check", outcome="released",
                     digest=new)["state"] == "delivery"
    # Prepared again after the check: it must be checked again.
    r = reg.officer.ok(no, "prepare", **reg.prepared())
    assert r["state"] == "release"
    reg.officer.refused(409, "not-in-this-state", no, "deliver", digest=new)


def test_assign_may_give_the_work(desk):
    reg = desk.registrar
    no = reg.until("preparing")
    given = reg.officers[2]
    r = reg.head.ok(no, "assign", officer=given.email)
    assert (r["state"], r["officers"]) == ("preparing", [given.email])
    assert no in given.waits_for() and no not in reg.officer.waits_for()
    reg.officer.refused(403, "not-yours", no, "prepare", **reg.prepared())
    assert given.ok(no, "prepare", **reg.prepared())["state"] == "release"


def test_each_stage_has_its_own_budget(desk):
    reg = desk.registrar
    want = {"decision": 1, "preparing": 4, "release": 1, "delivery": 1}
    no = reg.new()["no"]
    for state, budget in want.items():
        reg.go_on(no, state)
        clock = reg.records.get(f"/requests/{no}/clock")
        assert (clock["kind"], clock["budget"], clock["used"]) \
            == ("stage", budget, 0)
        assert clock["due"] > clock["start"]
        assert reg.records.request(no)["due"] == clock["due"]
        open_stage = [s for s in reg.records.request(no)["stages"]
                      if s["state"] == "open"]
        assert [s["due"] for s in open_stage] == [clock["due"]]


def test_the_form_asks_its_own_fields(desk):
    reg, asks = desk.registrar, desk.requester
    required = ["unit", "head_name", "head_phone", "head_email",
                "coordinator_name", "coordinator_phone", "coordinator_email",
                "purpose", "connection", "formats", "detail"]
    no = reg.new(submit=False, project=None,
                 **dict.fromkeys(required))["no"]
    problem = asks.refused(422, "invalid", no, "submit")
    assert {e["field"]: e["code"] for e in problem["errors"]} \
        == dict.fromkeys(required, "required")
    # "other" must say which.
    no = reg.new(submit=False, formats=["json", "other"])["no"]
    problem = asks.refused(422, "invalid", no, "submit")
    assert [e["field"] for e in problem["errors"]] == ["format_other"]
