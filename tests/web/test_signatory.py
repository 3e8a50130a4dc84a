"""The signatory of the requesting unit signs in Pratu: a stage that a procedure
switches on. Where his unit owns the system, that is its endorsement, too."""
from pathlib import Path

import pytest

from journey import ENDORSED, desk, good  # noqa: F401
from test_stages import load, session, stages, waiting

pytestmark = pytest.mark.both_stores

QP = Path(__file__).parents[2] / "procedures/icit-qp-9001-24.yaml"
CODE = "ICIT-EX-SIGNED"
SIGNATURE = """first: signature
stages:
  - id: signature
    kind: consent
    role: owner
    who: requesting_unit
    skip: [signed]
    clause: "5.1"
    title:
      th: หัวหน้าส่วนงานที่ขอลงนาม
      en: The head of the requesting unit signs
    does:
      th: ลงนามในบันทึกข้อความขอความอนุเคราะห์
      en: Sign the memo that asks for the data
    next:
      endorsed: endorsement
      declined: {close: declined}
"""


@pytest.fixture
def signed(desk, tmp_path):
    """The procedure of ICIT with one stage more before it."""
    text = QP.read_text().replace("code: ICIT-QP-9001-24", f"code: {CODE}", 1)
    assert "\nstages:\n" in text and "\nfirst:" not in text
    path = tmp_path / "signed.yaml"
    path.write_text(text.replace("\nstages:\n", "\n" + SIGNATURE, 1))
    load(desk, path)
    return desk.icit


def asked(desk, by, **answers):
    body = {"office": "ICIT", "procedure": CODE, "submit": True,
            "answers": desk.icit.answers(**answers)}
    return good(by.api.post("/requests", body), 201)


def passed_over(r):
    return [(s["id"], s["unit"], s["why"]) for s in r["stages"]
            if s["state"] == "skipped"]


def test_one_signature_where_the_unit_owns_the_system(desk, signed):
    asks, head = desk.person("ratchanee.m"), desk.owners["HRD"]
    r = asked(desk, asks)
    no = r["no"]
    assert waiting(r) == [("signature", "HRD")]
    assert head.email in [p["email"]
                          for p in r["waiting_for"][0]["people"]]
    assert no in head.waits_for() and not signed.records.sees(no)
    desk.owners["DES"].refused(404, "no-such-request", no, "consent",
                               **ENDORSED)
    # By his page: who signs as what stands there, one press does it.
    web = session(desk, head)
    page = web.open(f"/requests/{no}")
    assert page.primary() == "consent" and head.name in page.text
    page = web.send(page, "/consent", "endorsed")
    assert page.status == 200
    r = asks.request(no)
    assert r["state"] == "intake"
    assert passed_over(r) == [("endorsement", "HRD", "requester_owns")]
    assert stages(r)["signature", "HRD"]["people"] == [head.email]
    event = asks.get(f"/requests/{no}/events")["events"][-1]
    assert event["data"]["signed"]["name"] == head.name
    assert "ส่วนงานที่ขอ" in session(desk, asks).open(f"/requests/{no}").text
    # The records office is not told that an endorsement is missing.
    signed.records.ok(no, "receive", **signed.memo())


def test_another_units_system_is_asked_of_that_unit(desk, signed):
    asks, head = desk.person("ratchanee.m"), desk.owners["HRD"]
    no = asked(desk, asks, systems=["REG", "HRIS"])["no"]
    r = head.ok(no, "consent", **ENDORSED)
    assert waiting(r) == [("endorsement", "DES")]
    assert passed_over(r) == [("endorsement", "HRD", "requester_owns")]
    r = desk.owners["DES"].ok(no, "consent", **ENDORSED)
    assert r["state"] == "intake"


def test_on_the_memo_it_is_not_asked_here(desk, signed):
    asks = desk.person("ratchanee.m")
    r = asked(desk, asks, signer_name=desk.owners["HRD"].name)
    assert r["state"] == "intake"
    assert passed_over(r) == [("signature", "HRD", "signed"),
                              ("endorsement", "HRD", "requester_owns")]


def test_the_signatory_may_refuse_and_may_ask_himself(desk, signed):
    asks, head = desk.person("ratchanee.m"), desk.owners["HRD"]
    no = asked(desk, asks)["no"]
    r = head.ok(no, "consent", outcome="declined", note="ยังไม่จำเป็น")
    assert (r["state"], r["outcome"]) == ("closed", "declined")
    # He is the requester: sent is signed, but not endorsed by the owner.
    body = {"office": "ICIT", "procedure": CODE, "submit": False,
            "answers": desk.icit.answers()}
    draft = good(head.api.post("/requests", body), 201)
    way = head.get(f"/requests/{draft['no']}/way")["stages"]
    assert [(s["id"], s["skipped"]) for s in way[:2]] == [
        ("signature", "requester_heads"), ("endorsement", None)]
    r = head.ok(draft["no"], "submit")
    assert passed_over(r) == [("signature", "HRD", "requester_heads")]
    assert waiting(r) == [("endorsement", "HRD")]
    head.refused(403, "apart", draft["no"], "consent", **ENDORSED)
    desk.both_owners.ok(draft["no"], "consent", **ENDORSED)


def test_the_rebuilt_lists_are_the_same(desk, signed):
    no = asked(desk, desk.person("ratchanee.m"))["no"]
    desk.owners["HRD"].ok(no, "consent", **ENDORSED)
    done = desk.university.pratu("rebuild", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
