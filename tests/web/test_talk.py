"""What is said about a request beside its way: replies with what they changed,
messages, the log of contacts, co-applicants, the data protection officer."""
import pytest

from journey import (APPROVED, call, desk, good,  # noqa: F401
                     wrong_fields)
from test_pages_case import web  # noqa: F401

pytestmark = pytest.mark.both_stores

PERSONAL = {"identifiability": "identified", "subjects": ["staff"],
            "lawful_basis": "pdpa-24-4", "retention_until": "2027-12-31",
            "terms_accepted": True}


def last_event(person, no):
    return person.get(f"/requests/{no}/events")["events"][-1]


def test_a_reply_shows_what_it_changed(desk, web):  # noqa: F811
    icit = desk.icit
    no = icit.until("decision", detail="เงินเดือนรายบุคคล")
    icit.director.ok(no, "return", message="ขอให้ลดขอบเขต")
    before = desk.requester.request(no)["answers"]
    desk.requester.ok(no, "reply", message="ลดแล้ว", answers={
        "detail": "จำนวนบุคลากรตามสังกัด", "formats": ["json", "xlsx"],
        "ethics_no": "EC 1/2569", "title": before["title"]})
    event = last_event(icit.director, no)
    assert event["type"] == "replied"
    # In the order of the form, old and new; what stayed is not among them.
    assert event["data"]["changes"] == [
        {"field": "detail", "old": "เงินเดือนรายบุคคล",
         "new": "จำนวนบุคลากรตามสังกัด"},
        {"field": "formats", "old": before["formats"],
         "new": ["json", "xlsx"]},
        {"field": "ethics_no", "old": None, "new": "EC 1/2569"}]
    # The notice to whoever asked says it too.
    notice = desk.notices(no, "replied")[-1]
    assert notice["recipient"] == icit.director.email
    assert "ลดแล้ว" in notice["body"]
    assert "เงินเดือนรายบุคคล → จำนวนบุคลากรตามสังกัด" in notice["body"]
    page = web(icit.director).open(f"/requests/{no}")
    assert "changes" in page.ids
    at = page.text.index("คำตอบที่ผู้ขอแก้ไข")
    assert at < page.text.index("เงินเดือนรายบุคคล", at) < \
        page.text.index("จำนวนบุคลากรตามสังกัด", at)
    # A reply of words alone changes nothing, and the table stays as it is.
    icit.director.ok(no, "return", message="อีกข้อ")
    desk.requester.ok(no, "reply", message="ตอบ")
    assert "changes" not in last_event(icit.director, no)["data"]
    assert "changes" in web(icit.director).open(f"/requests/{no}").ids


def test_messages_go_both_ways_and_stop_no_clock(desk, web):  # noqa: F811
    icit, asks = desk.icit, desk.requester
    no = icit.until("preparing")
    before = asks.request(no)
    icit.officer.ok(no, "message", text="ต้องการปีการศึกษาใด")
    assert desk.whom(no, "message") == [asks.email]
    after = asks.ok(no, "message", text="ปี 2568")
    assert desk.notices(no, "message")[-1]["recipient"] == icit.officer.email
    assert "ปี 2568" in desk.notices(no, "message")[-1]["body"]
    for key in ("state", "stage", "clock", "due", "waiting_for"):
        assert after[key] == before[key]
    event = last_event(asks, no)
    assert (event["type"], event["data"]["text"]) == ("messaged", "ปี 2568")
    # The head has it no more, another requester never had.
    icit.head.refused(409, "not-in-this-state", no, "message", text="x")
    desk.other.refused(404, "no-such-request", no, "message", text="x")
    assert wrong_fields(asks.refused(422, "invalid", no, "message",
                                     text="  ")) == {"text": "required"}
    page = web(icit.officer).open(f"/requests/{no}")
    assert page.text.index("ปี 2568") < page.text.index("ต้องการปีการศึกษาใด")
    # By its form on the page.
    web(asks).open(f"/requests/{no}").to("/message")
    # While it waits, and while it is accepted, both may still write.
    icit.officer.ok(no, "return", message="ขอเพิ่ม")
    icit.officer.ok(no, "message", text="โทรกลับได้ที่ 2225")
    asks.ok(no, "reply", message="ได้")
    icit.go_on(no, "acceptance")
    asks.ok(no, "message", text="เปิดไฟล์ไม่ได้")
    assert desk.notices(no, "message")[-1]["recipient"] == icit.officer.email
    icit.officer.ok(no, "message", text="ส่งให้ใหม่แล้ว")
    icit.go_on(no)
    asks.refused(409, "not-in-this-state", no, "message", text="x")


def test_contacts_are_listed(desk, web):  # noqa: F811
    no = desk.icit.until("preparing")
    desk.icit.officer.ok(no, "note", kind="phone", text="คุยกับผู้ประสานงาน")
    desk.icit.officer.ok(no, "note", kind="consult", text="หารือผู้อำนวยการ")
    page = web(desk.icit.head).open(f"/requests/{no}")
    at = page.text.index("คุยกับผู้ประสานงาน") - 200
    assert "contacts" in page.ids
    assert page.text.index("คุยกับผู้ประสานงาน") < \
        page.text.index("หารือผู้อำนวยการ")
    assert desk.icit.officer.name in page.text[at:]


def test_co_applicants(desk, web):  # noqa: F811
    icit, asks, joins = desk.icit, desk.requester, desk.other
    no = icit.new(submit=False)["no"]
    assert not joins.sees(no)
    r = asks.ok(no, "share", add=[joins.email.upper()])
    assert joins.email in r["holders"] and joins.sees(no)
    assert desk.whom(no, "shared") == [joins.email]
    # Neither a stranger nor one without the role; nor by the co-applicant.
    assert wrong_fields(asks.refused(
        422, "invalid", no, "share", add=["nobody@example.ac.th"])) == \
        {"add": "no-such-person"}
    assert wrong_fields(asks.refused(
        422, "invalid", no, "share", add=[desk.auditor.email])) == \
        {"add": "no-such-person"}
    asks.refused(409, "holder-already", no, "share", add=[joins.email])
    joins.refused(403, "not-yours", no, "share", remove=[joins.email])
    # Corrected answers leave him where he is.
    good(asks.api.patch(f"/requests/{no}", {"answers": {"title": "ใหม่"}}))
    joins.ok(no, "submit")
    icit.go_on(no, "acceptance")
    assert no in joins.waits_for()
    r = joins.ok(no, "accept", outcome="accepted")
    key = joins.key(r["connections"][0])
    assert call(r["connections"][0], key).status_code == 200
    assert "ผู้ร่วมคำขอ" in web(joins).open(f"/requests/{no}").text
    # Taken away: he sees nothing, and his key is worth nothing at once.
    r = asks.ok(no, "share", remove=[joins.email])
    assert joins.email not in r["holders"]
    assert desk.whom(no, "unshared") == [joins.email]
    assert not joins.sees(no) and no not in joins.waits_for()
    assert call(r["connections"][0], key).status_code == 401
    mine = asks.key(r["connections"][0])
    assert call(r["connections"][0], mine).status_code == 200


def test_the_dpo_is_told_and_may_hold(desk, web):  # noqa: F811
    icit, asks, dpo = desk.icit, desk.requester, desk.dpo
    plain = icit.until("decision")
    assert asks.request(plain)["flags"] == []
    assert desk.whom(plain, "flagged") == []
    dpo.refused(409, "not-in-this-state", plain, "opine", outcome="hold",
                text="x")
    no = icit.until("consent", recipient_kind="private",
                    **{**PERSONAL, "lawful_basis": "pdpa-26"})
    assert asks.request(no)["flags"] == ["personal", "sensitive", "outside"]
    assert desk.whom(no, "flagged") == [dpo.email]
    assert "มาตรา 26" in desk.notices(no, "flagged")[0]["body"]
    icit.go_on(no, "decision")
    dpo.ok(no, "opine", outcome="advised", text="ควรปกปิดชื่อ")
    # Other tests may have made others directors too.
    assert icit.director.email in desk.whom(no, "opined")
    r = dpo.ok(no, "opine", outcome="hold", text="รอเอกสารความยินยอม")
    assert r["hold"]["by"] == dpo.email
    assert r["hold"]["text"] == "รอเอกสารความยินยอม"
    assert asks.email in desk.whom(no, "held")
    dpo.refused(409, "held-already", no, "opine", outcome="hold", text="x")
    problem = icit.director.refused(409, "on-hold", no, "decide", **APPROVED)
    assert "รอเอกสารความยินยอม" in problem["detail"]
    assert asks.get(f"/requests/{no}/clock")["held"] is True
    assert "รอเอกสารความยินยอม" in web(asks).open(
        f"/requests/{no}/clock").text
    page = web(icit.director).open(f"/requests/{no}")
    assert "ระงับไว้ก่อน" in page.text and "ควรปกปิดชื่อ" in page.text
    dpo.ok(no, "opine", outcome="lifted", text="ครบแล้ว")
    assert asks.request(no)["hold"] is None
    assert asks.get(f"/requests/{no}/clock")["held"] is False
    dpo.refused(409, "not-held", no, "opine", outcome="lifted", text="x")
    icit.director.refused(403, "not-yours", no, "opine", outcome="hold",
                          text="x")
    # A hold stops the delivery as well; a rejection it does not.
    icit.go_on(no, "delivery")
    dpo.ok(no, "opine", outcome="hold", text="ตรวจอีกครั้ง")
    digest = icit.officer.request(no)["artefact"]["digest"]
    icit.officer.refused(409, "on-hold", no, "deliver", digest=digest)
    dpo.ok(no, "opine", outcome="lifted", text="ได้")
    icit.officer.ok(no, "deliver", digest=digest)


def test_what_is_prepared_may_concern_the_dpo(desk):  # noqa: F811
    icit = desk.icit
    no = icit.until("preparing")
    body = icit.prepared()
    names = [c["name"] for c in icit.officer.ok(
        no, "prepare", **body)["artefact"]["parts"][0]["columns"]]
    assert desk.whom(no, "flagged") == []
    body["columns"] = [{
	"name" : n, "class" : "sensitive"} for n in names]
    r = icit.officer.ok(no, "prepare", **body)
    assert r["flags"] == ["personal", "sensitive"]
    assert desk.whom(no, "flagged") == [desk.dpo.email]
    # Told once for each cause, not again for the same.
    icit.officer.ok(no, "prepare", **body)
    assert desk.whom(no, "flagged") == [desk.dpo.email]


def test_the_rebuilt_lists_are_the_same(desk):  # noqa: F811
    no = desk.icit.new(submit=False)["no"]
    desk.requester.ok(no, "share", add=[desk.other.email])
    done = desk.university.pratu("rebuild", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
