"""Every way in which a request does not go its good way."""
import time

import pytest

from journey import (ACCEPTED, ENDORSED, YEAR, call, day,  # noqa: F401
                     desk)

pytestmark = pytest.mark.both_stores


def test_declined_by_an_owner(desk):
    icit, asks = desk.icit, desk.requester
    no = icit.until("consent", systems=["HRIS", "REG"])
    desk.owners["DES"].ok(no, "consent", **ENDORSED)
    r = desk.owners["HRD"].ok(no, "consent", outcome="declined",
                              note="เกินวัตถุประสงค์")
    assert (r["state"], r["outcome"], r["waiting_for"]) \
        == ("closed", "declined", [])
    notice = desk.notices(no, "declined")
    assert [n["recipient"] for n in notice] == [asks.email]
    assert "เกินวัตถุประสงค์" in notice[0]["body"]
    assert asks.request(no)["register"] is None
    assert not icit.records.sees(no)
    assert no not in desk.owners["DES"].waits_for()
    desk.owners["HRD"].refused(409, "not-in-this-state", no, "consent",
                               **ENDORSED)


def test_rejected_leaves_a_letter_to_records(desk):
    icit = desk.icit
    no = icit.until("decision")
    problem = icit.director.refused(422, "invalid", no, "decide",
                                    outcome="rejected")
    assert [e["field"] for e in problem["errors"]] == ["note"]
    r = icit.director.ok(no, "decide", outcome="rejected", note="ข้อมูลลับ")
    assert (r["state"], r["outcome"]) == ("closed", "rejected")
    assert icit.records.request(no)["letter_due"] is True
    assert no in icit.records.waits_for()
    assert no not in icit.director.waits_for()
    assert icit.records.email in desk.whom(no, "letter")
    assert desk.whom(no, "rejected") == [desk.requester.email]

    icit.director.refused(403, "not-yours", no, "letter", direction="out",
                          no_="x")
    scan = icit.records.attach(no, "บันทึกตอบกลับ.pdf")
    r = icit.records.ok(no, "letter", direction="out", no="อว 7105/88",
                        date=day(0), kind="reply", file=scan)
    assert (r["letter_due"], r["memo_out"]) == (False, "อว 7105/88")
    assert no not in icit.records.waits_for()
    assert [x["file"] for x in r["letters"]] == [scan]
    row = [x for x in icit.records.get(f"/register/ICIT/{YEAR}")["rows"]
           if x["request"] == no]
    assert [(x["memo_out"], x["outcome"]) for x in row] \
        == [("อว 7105/88", "rejected")]


def test_cannot_be_done_is_said_with_copies(desk):
    icit, asks = desk.icit, desk.requester
    no = icit.until("preparing")
    icit.officer.refused(422, "invalid", no, "cannot")
    r = icit.officer.ok(no, "cannot", reason="ไม่มีข้อมูลปีที่ขอ",
                        files=[icit.officer.attach(no)])
    assert (r["state"], r["outcome"]) == ("closed", "cannot")
    notice = desk.notices(no, "cannot")
    assert [n["recipient"] for n in notice] == [asks.email]
    assert "ไม่มีข้อมูลปีที่ขอ" in notice[0]["body"]
    # N-30: the records office and the director get a copy.
    copies = {e.strip() for e in notice[0]["cc"].split(",")}
    assert {icit.director.email, icit.records.email} <= copies
    # Of the store, since other tests may have added directors.
    assert copies <= {p["email"] for p in desk.store(
        "select email from person join person_role on person = id"
        " where office = 'ICIT' and role in ('director', 'records')")}
    row = [x for x in icit.records.get(f"/register/ICIT/{YEAR}")["rows"]
           if x["request"] == no]
    assert [x["outcome"] for x in row] == ["cannot"]


def test_the_registrar_cannot_either(desk):
    reg = desk.registrar
    no = reg.until("preparing")
    r = reg.officers[1].ok(no, "cannot", reason="เกินขอบเขต")
    assert (r["outcome"], r["officers"]) == ("cannot",
                                             [reg.officers[1].email])
    assert desk.notices(no, "cannot")[0]["cc"] == ""


@pytest.mark.parametrize("state, holder", [
    ("consent", "owner"), ("intake", "records"), ("decision", "director"),
    ("assignment", "head"), ("preparing", "officer")])
def test_returned_and_replied(desk, state, holder):
    icit, asks = desk.icit, desk.requester
    no = icit.until(state)
    by = desk.owners["HRD"] if holder == "owner" else getattr(icit, holder)
    by.refused(422, "invalid", no, "return")
    before = by.request(no)
    r = by.ok(no, "return", message="ต้องการปีใด")
    assert (r["state"], r["question"]) == ("waiting", "ต้องการปีใด")
    assert r["clock"]["paused"] is True and r["due"] is None
    assert [w["role"] for w in r["waiting_for"]] == ["requester"]
    assert no in asks.waits_for() and no not in by.waits_for()
    assert desk.whom(no, "asked") == [asks.email]
    by.refused(403, "not-yours", no, "reply", message="ตอบเอง")
    if state != "consent":
        icit.records.refused(409, "not-in-this-state", no, "receive",
                             **icit.memo())
    problem = asks.refused(422, "invalid", no, "reply", message="ปี 2569",
                           answers={"detail": ""})
    assert [e["field"] for e in problem["errors"]] == ["detail"]
    r = asks.ok(no, "reply", message="ปี 2569",
                answers={"detail": "ปี 2569 ทุกสังกัด"})
    assert r["answers"]["detail"] == "ปี 2569 ทุกสังกัด"
    assert r["answers"]["title"] == before["answers"]["title"]
    after = by.request(no)
    assert after["state"] == state and after["question"] is None
    assert (after["clock"]["paused"], after["due"]) == (False, before["due"])
    assert after["allowed"] == before["allowed"]
    assert no in by.waits_for()
    assert by.email in desk.whom(no, "replied")
    asks.refused(409, "not-in-this-state", no, "reply", message="อีกครั้ง")


def test_returned_by_the_checker_of_the_result_too(desk):
    reg = desk.registrar
    no = reg.until("release")
    reg.executive.ok(no, "return", message="ใช้ที่เครื่องใด")
    desk.requester.ok(no, "reply", message="เครื่องเดิม")
    assert reg.executive.state(no) == "release"


@pytest.mark.parametrize("state", ["draft", "consent", "intake", "decision",
                                   "assignment", "preparing", "delivery"])
def test_withdrawn(desk, state):
    icit, asks = desk.icit, desk.requester
    no = icit.until(state)
    problem = asks.refused(422, "invalid", no, "withdraw")
    assert [e["field"] for e in problem["errors"]] == ["reason"]
    r = asks.ok(no, "withdraw", reason="ไม่ใช้แล้ว")
    assert (r["state"], r["outcome"], r["waiting_for"]) \
        == ("closed", "withdrawn", [])
    assert bool(r["register"]) == (state not in ("draft", "consent", "intake"))
    asks.refused(409, "not-in-this-state", no, "withdraw", reason="อีก")
    if r["register"]:
        assert icit.records.email in desk.whom(no, "withdrawn")
        row = [x for x in icit.records.get(f"/register/ICIT/{YEAR}")["rows"]
               if x["request"] == no]
        assert [x["outcome"] for x in row] == ["withdrawn"]


def test_withdrawn_while_it_waits_and_by_records(desk):
    icit = desk.icit
    no = icit.until("decision")
    icit.director.ok(no, "return", message="เพื่ออะไร")
    r = icit.records.ok(no, "withdraw", reason="ผู้ขอโทรแจ้ง")
    assert (r["outcome"], r["clock"]["paused"]) == ("withdrawn", False)


def test_not_withdrawn_once_delivered(desk):
    no = desk.icit.until("acceptance")
    desk.requester.refused(409, "not-in-this-state", no, "withdraw",
                           reason="ช้าไป")


def test_acceptance_refused_suspends_and_redelivery_replaces(desk):
    icit, asks = desk.icit, desk.requester
    no = icit.until("preparing")
    r = icit.officer.ok(no, "prepare", **icit.prepared(
        outlets=["api-get", "export"], formats=["json", "csv"]))
    icit.officer.ok(no, "deliver", digest=r["artefact"]["digest"])
    old = asks.request(no)
    connection, document = old["connections"][0], old["deliveries"][0]
    key = asks.key(connection)
    assert call(connection, key).status_code == 200
    r = asks.ok(no, "accept", outcome="refused", comment="ขาดคอลัมน์")
    assert (r["state"], r["outcome"]) == ("preparing", None)
    assert [c["state"] for c in r["connections"]] == ["suspended"]
    assert call(connection, key).status_code == 403
    notice = desk.notices(no, "refused")
    assert [n["recipient"] for n in notice] == [icit.officer.email]
    assert "ขาดคอลัมน์" in notice[0]["body"]
    asks.refused(409, "not-in-this-state", no, "accept", **ACCEPTED)

    r = icit.officer.ok(no, "prepare", **icit.prepared(
        sql="select department_code, name_th, name_en from department",
        outlets=["api-get", "export"], formats=["json", "csv"]))
    icit.officer.ok(no, "deliver", digest=r["artefact"]["digest"])
    now = asks.request(no)
    states = {c["id"]: c["state"] for c in now["connections"]}
    assert states.pop(connection["id"]) == "replaced"
    assert list(states.values()) == ["active"]
    assert call(connection, key).status_code == 410
    assert asks.fetch(document).status_code == 410
    new = [c for c in now["connections"] if c["state"] == "active"][0]
    answer = call(new, asks.key(new))
    assert list(answer.json()[0]) == ["department_code", "name_th", "name_en"]
    assert asks.ok(no, "accept", **ACCEPTED)["outcome"] == "accepted"


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("by", ["officer", "head", "director", "dpo"])
def test_recalled(desk, by, closed):
    icit, asks = desk.icit, desk.requester
    no = icit.until("preparing")
    r = icit.officer.ok(no, "prepare", **icit.prepared(
        outlets=["api-get", "export"], formats=["csv", "json"]))
    icit.officer.ok(no, "deliver", digest=r["artefact"]["digest"])
    if closed:
        asks.ok(no, "accept", **ACCEPTED)
    r = asks.request(no)
    connection = r["connections"][0]
    gone, kept = r["deliveries"]
    key = asks.key(connection)
    who = desk.dpo if by == "dpo" else getattr(icit, by)
    who.refused(422, "invalid", no, "recall", deliveries=[], reason="ผิดคน")
    who.refused(422, "invalid", no, "recall", deliveries=["nope"],
                reason="ผิดคน")
    r = who.ok(no, "recall", deliveries=[connection["id"], gone["id"]],
               reason="ส่งผิดคน โปรดทำลาย")
    assert (r["state"], r["outcome"]) == ("preparing", None)
    assert call(connection, key).status_code == 410
    assert asks.fetch(gone).status_code == 410
    assert asks.fetch(kept).status_code == 200
    assert asks.api.post(f"/connections/{connection['id']}/keys"
                         ).status_code == 409
    notice = desk.notices(no, "recalled")
    assert [n["recipient"] for n in notice] == [asks.email]
    assert "ส่งผิดคน" in notice[0]["body"]
    assert no in icit.officer.waits_for()
    # It goes its way again, to the same row of the register.
    assert asks.state(icit.go_on(no)) == "closed"
    rows = [x["no"] for x in icit.records.get(f"/register/ICIT/{YEAR}")["rows"]
            if x["request"] == no]
    assert rows == [r["register"]["no"]]


def test_a_ticket_drawn_before_the_recall_is_dead_after_it(desk):
    icit, asks = desk.icit, desk.requester
    no = icit.until("preparing")
    r = icit.officer.ok(no, "prepare", **icit.prepared(
        outlets=["export"], formats=["csv"]))
    icit.officer.ok(no, "deliver", digest=r["artefact"]["digest"])
    document = asks.request(no)["deliveries"][0]
    ticket = asks.api.session.get(document["url"], allow_redirects=False)
    assert ticket.status_code == 303
    link = ticket.headers["Location"]
    assert asks.api.session.get(link).status_code == 200
    icit.officer.ok(no, "recall", deliveries=[document["id"]], reason="ผิด")
    assert asks.api.session.get(link).status_code == 410


@pytest.mark.parametrize("by", ["holder", "owner", "officer", "head",
                                "director", "admin"])
def test_revoked_by_those_who_may(desk, by):
    icit, asks = desk.icit, desk.requester
    no = icit.until("acceptance")
    connection = asks.request(no)["connections"][0]
    key = asks.key(connection)
    path = f"/connections/{connection['id']}/revoke"
    for nobody in (icit.records, icit.executive, desk.dpo, desk.auditor):
        answer = nobody.api.post(path, {"reason": "x"})
        assert answer.status_code == 403, nobody
    for stranger in (desk.other, desk.owners["DES"], desk.registrar.director):
        answer = stranger.api.post(path, {"reason": "x"})
        assert answer.status_code == 404, stranger
    assert call(connection, key).status_code == 200
    who = {"holder": asks, "owner": desk.owners["HRD"],
           "admin": desk.admin}.get(by) or getattr(icit, by)
    answer = who.api.post(path, {"reason": "รหัสรั่ว"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "revoked"
    # The gate knows before the answer is given.
    began = time.monotonic()
    assert call(connection, key).status_code == 410
    assert time.monotonic() - began < 1
    assert asks.request(no)["connections"][0]["state"] == "revoked"
    assert desk.whom(no, "revoked") == [asks.email]
    assert asks.api.post(f"/connections/{connection['id']}/keys"
                         ).status_code == 409
    assert asks.api.post(path, {"reason": "อีก"}).status_code == 409
    assert asks.state(no) == "acceptance"
    assert not desk.admin.sees(no)


def test_revoking_needs_no_words_and_an_unknown_one_is_404(desk):
    no = desk.icit.until("acceptance")
    connection = desk.requester.request(no)["connections"][0]
    assert desk.requester.api.post(
        f"/connections/{connection['id']}/revoke").status_code == 200
    for who in (desk.requester, desk.admin):
        answer = who.api.post("/connections/nope/revoke")
        assert (answer.status_code, answer.json()["code"]) \
            == (404, "no-such-connection")


def test_a_key_is_the_holders_and_can_be_taken_away(desk):
    icit, asks = desk.icit, desk.requester
    no = icit.until("acceptance")
    connection = asks.request(no)["connections"][0]
    path = f"/connections/{connection['id']}/keys"
    assert icit.officer.api.post(path).status_code == 403
    assert desk.other.api.post(path).status_code == 404
    made = asks.api.post(path).json()
    assert made["key"].startswith("prk_") and made["expires"]
    assert call(connection, made["key"]).status_code == 200
    shown = asks.get(f"/connections/{connection['id']}")
    assert [k["id"] for k in shown["keys"]] == [made["id"]]
    assert made["key"] not in str(shown)
    assert icit.officer.api.delete(f"{path}/{made['id']}").status_code == 403
    assert asks.api.delete(f"{path}/{made['id']}").status_code == 204
    assert call(connection, made["key"]).status_code == 401
    assert asks.api.delete(f"{path}/{made['id']}").status_code == 404
