"""ICIT-QP-9001-24 over the API, from the first draft to the register."""
import hashlib
import re

import pytest

from journey import (ACCEPTED, APPROVED, ENDORSED, YEAR, call,  # noqa: F401
                     day, desk, good)

pytestmark = pytest.mark.both_stores

SALARIES = ("select e.employee_no, e.first_name, d.name_th, s.amount,"
            " s.effective_on, e.left_on from employee e"
            " join department d on d.department_code = e.department_code"
            " join salary s on s.employee_no = e.employee_no"
            " order by e.employee_no, s.effective_on")


def rows_of(answer):
    assert answer.status_code == 200, answer.text
    return [tuple(row.values()) for row in answer.json()]


def test_from_draft_to_register(desk):
    icit, asks = desk.icit, desk.requester
    hr = desk.owners["HRD"]

    r = icit.new(submit=False, service_type="api", connection=["api-get"])
    no = r["no"]
    assert re.fullmatch(r"ICIT-25\d\d-\d{5}", no)
    assert (r["state"], r["version"], r["register"]) == ("draft", 1, None)
    assert r["procedure"] == {"code": "ICIT-QP-9001-24", "revision": "06"}
    assert not icit.records.sees(no) and not hr.sees(no)

    r = asks.ok(no, "submit")
    assert r["state"] == "consent"
    assert [(w["role"], w["unit"]) for w in r["waiting_for"]] \
        == [("owner", "HRD")]
    assert hr.email in [p["email"] for p in r["waiting_for"][0]["people"]]
    assert no in hr.waits_for() and hr.sees(no)
    assert hr.email in desk.whom(no, "waiting")
    assert not icit.records.sees(no) and not desk.owners["DES"].sees(no)

    assert hr.ok(no, "consent", **ENDORSED, note="ยินดี",
                 conditions="เฉพาะปีนี้")["state"] == "intake"
    assert no not in hr.waits_for() and no in icit.records.waits_for()
    seen = icit.records.request(no)
    assert seen["owners"] == [
        {"system": "HRIS", "owner": "HRD", "division": "ICIT-DEV",
         "unassigned": False, "endorsed_by": hr.email,
         "endorsed_at": seen["owners"][0]["endorsed_at"], "evidence": None}]
    assert seen["stages"][0]["conditions"] == "เฉพาะปีนี้"

    memo = icit.memo()
    r = icit.records.ok(no, "receive", **memo, urgency="urgent")
    assert r["state"] == "decision" and r["memo_in"] == memo["memo_in"]
    assert r["register"]["year"] == YEAR and r["register"]["no"] >= 1
    assert (r["clock"]["kind"], r["clock"]["budget"]) == ("case", 10)
    assert r["due"] > day(0)

    r = icit.director.ok(no, "decide", **APPROVED)
    assert (r["state"], r["division"]) == ("assignment", "ICIT-DEV")
    r = icit.head.ok(no, "assign", officer=icit.officer.email)
    assert (r["state"], r["officers"]) == ("preparing", [icit.officer.email])
    assert desk.whom(no, "assigned") == [icit.officer.email]

    r = icit.officer.ok(
        no, "prepare", source="HRIS", sql=SALARIES,
        outlets=["api-get", "export"], formats=["json", "csv", "xlsx"],
        filterable=["employee_no", "amount"],
        confirm={"exists": True, "releasable": True})
    assert r["state"] == "delivery"
    want = desk.rows("HRIS", SALARIES)
    assert len(want) > 100
    part = r["artefact"]["parts"][0]
    assert part["rows"] == len(want) and part["sql"] == SALARIES
    assert [c["name"] for c in part["columns"]][:2] \
        == ["employee_no", "first_name"]
    # How it is asked of the source is the office's alone.
    assert "sql" not in asks.request(no)["artefact"]["parts"][0]
    digest = r["artefact"]["digest"]
    assert re.fullmatch("[0-9a-f]{64}", digest)
    icit.officer.refused(409, "digest-differs", no, "deliver",
                         digest="0" * 64)
    r = icit.officer.ok(no, "deliver", digest=digest, memo_out="อว 7105/901",
                        message="ส่งข้อมูลตามที่ขอ", channel="gate")
    assert r["state"] == "acceptance" and r["memo_out"] == "อว 7105/901"

    r = asks.request(no)
    assert [(c["outlet"], c["state"]) for c in r["connections"]] \
        == [("api-get", "active")]
    connection = r["connections"][0]
    assert re.fullmatch(r".*/v1/d/[a-z0-9-]+", connection["url"])
    key = asks.key(connection)
    assert rows_of(call(connection, key)) == want
    some = call(connection, key, params={
        "employee_no": "gt.E00500", "order": "employee_no.desc",
        "limit": "3"})
    assert [r["employee_no"] > "E00500" for r in some.json()] == [True] * 3
    assert call(connection, "prk_wrong").status_code == 401

    assert sorted(d["format"] for d in r["deliveries"]) \
        == ["csv", "json", "xlsx"]
    for d in r["deliveries"]:
        document = asks.fetch(d)
        assert document.status_code == 200
        assert len(document.content) == d["bytes"]
        assert hashlib.sha256(document.content).hexdigest() == d["sha256"]
        assert desk.icit.head.fetch(d).status_code == 403
    assert desk.whom(no, "delivered") == [asks.email]
    link = desk.notices(no, "acceptance")[-1]["link"]
    assert re.fullmatch(r"/accept/[A-Za-z0-9_-]{20,}", link)

    r = asks.ok(no, "accept", **ACCEPTED, comment="ดีมาก")
    assert (r["state"], r["outcome"], r["score"]) == ("closed", "accepted", 5)
    assert r["waiting_for"] == [] and "accept" not in r["allowed"]
    # The connection lives on after closing.
    assert rows_of(call(connection, key)) == want

    row = [x for x in icit.records.get(f"/register/ICIT/{YEAR}")["rows"]
           if x["request"] == no]
    assert row == [{
        "no": r["register"]["no"], "request": no, "received": row[0]["received"],
        "system": "HRIS", "service_type": "api", "memo_in": memo["memo_in"],
        "memo_out": "อว 7105/901", "score": 5, "outcome": "accepted",
        "title": "จำนวนบุคลากรตามสังกัด", "unit": "ENG", "late": 0,
        "late_cause": None, "conditions": "HRD: เฉพาะปีนี้"}]
    assert desk.requester.api.get(f"/register/ICIT/{YEAR}").status_code == 404

    events = icit.records.get(f"/requests/{no}/events")["events"]
    assert [e["type"] for e in events] == [
        "drafted", "submitted"] + ["acted"] * 5 + ["delivered", "acted"]
    assert [e["version"] for e in events] == list(range(1, 10))
    assert {e["by"] for e in events} == {
        asks.email, hr.email, icit.records.email, icit.director.email,
        icit.head.email, icit.officer.email}


def test_post_has_a_connection_of_its_own(desk):
    """An outlet is what was approved: GET and POST are two connections."""
    icit = desk.icit
    no = icit.until("preparing")
    r = icit.officer.ok(no, "prepare", **icit.prepared(
        outlets=["api-get", "api-post"]))
    icit.officer.ok(no, "deliver", digest=r["artefact"]["digest"])
    by = {c["outlet"]: c for c in desk.requester.request(no)["connections"]}
    assert set(by) == {"api-get", "api-post"}
    keys = {outlet: desk.requester.key(c) for outlet, c in by.items()}
    assert call(by["api-get"], keys["api-get"]).status_code == 200
    assert call(by["api-post"], keys["api-post"]).status_code == 405
    # A key opens one connection; another one is not there for it.
    assert call(by["api-get"], keys["api-post"]).status_code == 404
    listed = desk.requester.get("/connections")["connections"]
    assert {c["id"] for c in by.values()} <= {c["id"] for c in listed}


def test_the_head_may_take_the_work_himself_or_name_several(desk):
    icit = desk.icit
    no = icit.until("assignment")
    icit.head.ok(no, "assign", officer=icit.head.email)
    r = icit.head.ok(no, "prepare", **icit.prepared())
    icit.head.ok(no, "deliver", digest=r["artefact"]["digest"])

    no = icit.until("assignment")
    two = [o.email for o in icit.officers[1:3]]
    r = icit.head.ok(no, "assign", officers=two)
    assert r["officers"] == two
    people = r["waiting_for"][0]["people"]
    assert sorted(p["email"] for p in people) == sorted(two)
    assert no in icit.officers[1].waits_for()
    assert no not in icit.officer.waits_for()
    icit.officer.refused(403, "not-yours", no, "prepare", **icit.prepared())
    # Also while it is prepared.
    icit.head.ok(no, "assign", officer=icit.officer.email)
    icit.officers[1].refused(403, "not-yours", no, "cannot", reason="x")
    icit.officer.ok(no, "prepare", **icit.prepared())


def test_prepared_again_before_delivery_voids_the_old_digest(desk):
    icit = desk.icit
    no = icit.until("delivery")
    old = icit.officer.request(no)["artefact"]["digest"]
    r = icit.officer.ok(no, "prepare", **icit.prepared(
        columns=[{"name": "department_code", "title_th": "รหัส"},
                 {"name": "name_th", "title_th": "ชื่อสังกัด"}]))
    new = r["artefact"]["digest"]
    assert r["state"] == "delivery" and new != old
    icit.officer.refused(409, "digest-differs", no, "deliver", digest=old)
    icit.officer.ok(no, "deliver", digest=new)


def test_the_same_thing_prepared_has_the_same_digest(desk):
    icit = desk.icit
    digests = [icit.officer.request(icit.until("delivery"))
               ["artefact"]["digest"] for _ in range(2)]
    assert digests[0] == digests[1]


def test_what_cannot_be_prepared_is_said_field_by_field(desk):
    icit = desk.icit
    no = icit.until("preparing")

    def wrong(**body):
        problem = icit.officer.refused(422, "invalid", no, "prepare", **body)
        return {e["field"] for e in problem["errors"]}

    assert "outlets" in wrong(**icit.prepared(outlets=["gopher"]))
    assert "outlets" in wrong(source="HRIS", sql="select 1 as n")
    assert wrong(outlets=["api-get"]) & {"parts[0].sql", "sql"}
    assert wrong(**icit.prepared(sql="select nope from department"))
    assert wrong(**icit.prepared(sql="delete from department"))
    assert wrong(**icit.prepared(filterable=["nope"]))
    assert wrong(**icit.prepared(columns=[{"name": "nope"}]))
    assert "networks" in wrong(**icit.prepared(networks=["999.1.1.1"]))
    assert "expires" in wrong(**icit.prepared(expires=day(-1)))
    assert "confirm" in wrong(**icit.prepared(
        confirm={"exists": True, "releasable": False}))
    # A source of a system that nobody approved.
    assert "parts[0].source" in wrong(
        source="REG", sql="select 1 as n", outlets=["api-get"])
    assert icit.officer.state(no) == "preparing"
    assert good(icit.officer.api.get(f"/requests/{no}"))["artefact"] is None
