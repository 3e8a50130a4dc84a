"""An opinion that is asked for before a decision: the deputy's word stands beside
it, on the work list, the page and in the API; nothing waits for it."""
import pytest

from journey import APPROVED, desk, wrong_fields  # noqa: F401
from test_delegation import Stands
from test_pages_case import web  # noqa: F401

pytestmark = pytest.mark.both_stores


def test_the_deputy_is_asked_first(desk, web):  # noqa: F811
    icit = desk.icit
    deputy, director = icit.executive, icit.director
    no = icit.until("decision")
    before = director.request(no)
    assert "consult" in before["allowed"]
    assert no not in deputy.waits_for()
    r = director.ok(no, "consult", to=deputy.email.upper(),
                    text="ขอทราบความพร้อมของระบบ")
    # The case stays where it is, and so does its clock.
    for key in ("state", "stage", "clock", "due", "waiting_for"):
        assert r[key] == before[key]
    [asked] = r["consultations"]
    assert (asked["to"], asked["by"], asked["stage"], asked["open"]) == (
        deputy.email, director.email, "decision", True)
    assert asked["text"] == "ขอทราบความพร้อมของระบบ"
    assert desk.whom(no, "consulted") == [deputy.email]
    assert "ขอทราบความพร้อมของระบบ" in desk.notices(no, "consulted")[0]["body"]
    assert no in deputy.waits_for() and no in director.waits_for()
    # On his list it says what is wanted of him, and leads there.
    page = web(deputy).open("/requests?waiting=me")
    assert "รอความเห็นของท่าน" in page.text
    assert f"/requests/{no}#do-opine" in page.links
    page = web(deputy).open(f"/requests/{no}")
    assert page.primary() == "opine"
    assert "ขอทราบความพร้อมของระบบ" in page.text
    assert set(page.to("/opine").choices["opine.outcome"]) == {
        "agree", "disagree", "advised"}
    # The director sees that it is awaited, and may decide without it.
    page = web(director).open(f"/requests/{no}")
    assert "รอความเห็นของ" in page.text and page.primary() == "decide"
    assert "opinions" not in page.ids
    director.refused(409, "consulted-already", no, "consult", to=deputy.email)
    deputy.refused(403, "not-yours", no, "decide", **APPROVED)
    assert wrong_fields(deputy.refused(
        422, "invalid", no, "opine", outcome="hold", text="x")) == {
        "outcome": "bad-choice"}
    # Sent by the form on his page.
    page = web(deputy).open(f"/requests/{no}")
    page = web(deputy).send(page, "/opine", **{
        "opine.outcome": "agree", "opine.text": "ระบบพร้อม เห็นควรอนุมัติ"})
    assert page.status == 200
    [opinion] = director.request(no)["opinions"]
    assert (opinion["by"], opinion["outcome"], opinion["text"],
            opinion["asked_by"]) == (
        deputy.email, "agree", "ระบบพร้อม เห็นควรอนุมัติ", director.email)
    assert no not in deputy.waits_for()
    assert director.email in desk.whom(no, "opined")
    assert "เห็นควรอนุมัติ" in desk.notices(no, "opined")[0]["body"]
    # Beside the decision's form, before its buttons, and in the history.
    page = web(director).open(f"/requests/{no}")
    form = page.source[page.source.index('id="do-decide"'):]
    form = form[:form.index("</form>")]
    assert deputy.name in form and "ระบบพร้อม" in form
    assert "opinions" in page.ids and page.text.count("เห็นควรอนุมัติ") >= 3
    assert director.ok(no, "decide", **APPROVED)["state"] == "assignment"
    assert desk.icit.head.request(no)["opinions"] == [opinion]


def test_several_at_once_show_it(desk, web):  # noqa: F811
    icit = desk.icit
    no = icit.until("decision")
    icit.director.ok(no, "consult", to=icit.executive.email)
    icit.executive.ok(no, "opine", outcome="disagree", text="ยังไม่ควรให้")
    text = web(icit.director).open("/decide").text
    assert "เห็นควรไม่อนุมัติ" in text and "ยังไม่ควรให้" in text


def test_at_a_release_too(desk):  # noqa: F811
    reg = desk.registrar
    no = reg.until("release")
    reg.director.ok(no, "consult", to=reg.executive.email)
    # He holds the stage himself as well, and is on the list once.
    assert reg.executive.waits_for().count(no) == 1
    reg.executive.ok(no, "opine", outcome="advised", text="ตรวจแล้วบางส่วน")
    digest = reg.officer.request(no)["artefact"]["digest"]
    reg.executive.ok(no, "check", outcome="released", digest=digest)


def test_who_stands_in_answers_for_him(desk):  # noqa: F811
    icit = desk.icit
    no = icit.until("decision")
    with Stands(desk, icit.executive, icit.head):
        icit.director.ok(no, "consult", to=icit.executive.email)
        assert desk.whom(no, "consulted") == sorted(
            [icit.executive.email, icit.head.email])
        assert no in icit.head.waits_for()
        r = icit.head.ok(no, "opine", outcome="agree", text="แทน")
        assert r["opinions"][0]["acting_for"]["email"] == icit.executive.email
        assert not r["consultations"][0]["open"]


def test_the_rebuilt_lists_are_the_same(desk):  # noqa: F811
    icit = desk.icit
    no = icit.until("decision")
    icit.director.ok(no, "consult", to=icit.executive.email)
    done = desk.university.pratu("rebuild", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    icit.director.ok(no, "decide", **APPROVED)
    assert no not in icit.executive.waits_for()
    icit.executive.refused(409, "not-in-this-state", no, "opine",
                           outcome="agree", text="ช้าไป")
    done = desk.university.pratu("rebuild", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
