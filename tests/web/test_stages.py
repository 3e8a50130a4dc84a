"""A third procedure, invented, is a file and nothing more: loaded into a running
university it is played to its end over the API, with consents side by side, a
stage of the Data Protection Officer and copies of notices."""
from pathlib import Path

import pytest

from journey import APPROVED, ACCEPTED, ENDORSED, desk, good  # noqa: F401
from conftest import run_pratu
from pages import Web

pytestmark = pytest.mark.both_stores

EXAMPLE = Path(__file__).parents[2] / "procedures/examples/icit-research.yaml"
CODE = "ICIT-EX-RESEARCH"
PERSONAL = {"identifiability": "identified", "subjects": ["staff"],
            "lawful_basis": "pdpa-24-1", "recipients": "คณะผู้วิจัย",
            "retention_until": "2027-06-30", "terms_accepted": True}


@pytest.fixture
def research(desk):
    """The example, loaded beside the running server."""
    load(desk, EXAMPLE)
    return desk.icit


def load(desk, path):
    done = desk.university.pratu("procedure", "load", path)
    assert done.returncode == 0, done.stderr


def asked(desk, **answers):
    """A request under that procedure, sent."""
    body = {"office": "ICIT", "procedure": CODE, "submit": True,
            "answers": desk.icit.answers(**answers)}
    return good(desk.requester.api.post("/requests", body), 201)


def session(desk, person, lang="th"):
    """The person's session at the pages."""
    entry = next(p for p in desk.university.facts["people"]
                 if p["email"] == person.email)
    return Web(desk.university.facts["desk"], entry, lang)


def waiting(r):
    return [(w["stage"], w["unit"]) for w in r["waiting_for"]]


def stages(r):
    return {(s["id"], s["unit"]): s for s in r["stages"]}


def test_it_runs_to_the_end(desk, research):
    hr, des = desk.owners["HRD"], desk.owners["DES"]
    ethics, asks = desk.auditor, desk.requester
    r = asked(desk, systems=["HRIS", "REG", "GL3D"], signer_name="คณบดี",
              **PERSONAL)
    no = r["no"]
    assert r["procedure"] == {"code": CODE, "revision": "00"}
    # The owners and the ethics committee at once; the head has signed.
    assert waiting(r) == [("owners", "HRD"), ("owners", "DES"),
                          ("ethics", "")]
    assert r["waiting_for"][2]["people"][0]["email"] == ethics.email
    by = stages(r)
    assert (by["owners", "ICIT"]["state"], by["owners", "ICIT"]["why"]) \
        == ("skipped", "office_owns")
    head = next(s for s in r["stages"] if s["id"] == "head")
    assert (head["state"], head["why"]) == ("skipped", "signed")
    for person in (hr, des, ethics):
        assert no in person.waits_for(), person
    assert desk.whom(no, "waiting").count(ethics.email) == 1
    desk.dpo.refused(409, "not-in-this-state", no, "consent", **ENDORSED)

    ethics.ok(no, "consent", **ENDORSED, conditions="ห้ามเผยแพร่รายชื่อ")
    r = hr.ok(no, "consent", **ENDORSED)
    assert (r["state"], waiting(r)) == ("consent", [("owners", "DES")])
    r = des.ok(no, "consent", **ENDORSED)
    assert waiting(r) == [("privacy", "")]
    assert no in desk.dpo.waits_for()
    assert not research.records.sees(no)
    r = desk.dpo.ok(no, "consent", **ENDORSED)
    assert r["state"] == "intake"

    research.records.ok(no, "receive", **research.memo())
    r = research.director.ok(no, "decide", **APPROVED)
    # A copy goes where the procedure says: with the notice to the next.
    told = [n for n in desk.notices(no, "waiting")
            if n["recipient"] == research.head.email]
    assert desk.dpo.email in told[0]["cc"]
    research.head.ok(no, "assign", officer=research.officer.email)
    r = research.officer.ok(no, "prepare", **research.prepared())
    digest = {"digest": r["artefact"]["digest"]}
    research.executive.ok(no, "check", outcome="released", **digest)
    research.officer.ok(no, "deliver", **digest)
    copies = desk.notices(no, "delivered")[0]["cc"]
    assert desk.dpo.email in copies and research.records.email in copies
    r = asks.ok(no, "accept", **ACCEPTED)
    assert (r["state"], r["outcome"]) == ("closed", "accepted")
    assert stages(r)["ethics", ""]["conditions"] == "ห้ามเผยแพร่รายชื่อ"


def test_a_refusal_is_copied(desk, research):
    no = asked(desk, systems=["HRIS"], signer_name="คณบดี")["no"]
    r = desk.owners["HRD"].ok(no, "consent", outcome="declined", note="ไม่จำเป็น")
    assert (r["state"], r["outcome"]) == ("closed", "declined")
    assert desk.notices(no, "declined")[0]["cc"] == desk.dpo.email
    assert desk.auditor.request(no)["waiting_for"] == []


def test_the_officer_is_passed_over_without_personal_data(desk, research):
    no = asked(desk, systems=["GL3D"], signer_name="คณบดี")["no"]
    r = desk.auditor.ok(no, "consent", **ENDORSED)
    assert r["state"] == "intake"
    r = desk.requester.request(no)
    assert next(s for s in r["stages"] if s["id"] == "privacy")["why"] \
        == "not_personal"


def test_both_consents_stand_on_the_page(desk, research):
    no = asked(desk, systems=["HRIS", "REG", "GL3D"], signer_name="คณบดี")["no"]
    text = session(desk, desk.requester).open(f"/requests/{no}").text
    for words in ("หน่วยงานเจ้าของข้อมูลให้ความเห็นชอบ",
                  "คณะกรรมการจริยธรรมการวิจัยให้ความเห็นชอบ",
                  "ข้าม: หัวหน้าหน่วยงานที่ขอลงนามในบันทึกข้อความแล้ว"):
        assert words in text, words
    assert text.count(desk.auditor.name) >= 1
    assert text.count(desk.owners["HRD"].name) >= 1


def test_projections_are_functions_of_the_events(desk, research):
    asked(desk, systems=["HRIS", "REG"], signer_name="คณบดี")
    done = desk.university.pratu("rebuild", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_another_offices_procedure_is_not_offered(desk, research):
    body = {"office": "REGISTRAR", "procedure": CODE, "submit": False,
            "answers": desk.registrar.answers()}
    assert desk.requester.api.post("/requests", body).status_code == 422


def test_a_role_that_nobody_holds_has_its_place(desk, tmp_path):
    text = EXAMPLE.read_text()
    pratu = desk.university.pratu
    plain = run_pratu("procedure", "check", EXAMPLE)
    assert plain.returncode == 0 and "--dir" in plain.stderr
    known = pratu("procedure", "check", EXAMPLE)
    assert known.returncode == 0 and known.stderr == "", known.stderr
    for number, (old, new, stage, words) in enumerate([
            ("person: kamonwan.e@", "person: nobody.at.all@", "ethics",
             "nobody.at.all@example.ac.th"),
            ("    requires: [division]", "    requires: [division]\n"
             "    quorum: 9", "decision", "could agree at the stage"),
            ("    skip: [office_owns]", "    skip: []", "owners", None),
            ("office: ICIT\n", "office: NOWHERE\n", "intake",
             "Nobody holds the role “records”")]):
        assert old in text, old
        path = tmp_path / f"{number}.yaml"
        path.write_text(text.replace(old, new, 1))
        done = pratu("procedure", "check", path)
        if words is None:  # the office answers for what it owns itself
            assert done.returncode == 0, done.stderr
            continue
        line = 1 + next(i for i, row in enumerate(
            path.read_text().splitlines()) if row == f"  - id: {stage}")
        assert done.returncode == 1
        told = [row for row in done.stderr.splitlines() if words in row]
        assert told and f"{path}:{line}:" in told[0], done.stderr


def test_a_document_says_which_text_it_is(desk, research, tmp_path):
    """Official, not yet, no more: each says so at its own address."""
    text = EXAMPLE.read_text().replace(f"code: {CODE}", "code: ICIT-EX-REV")
    for revision, effective, before in (("00", "2026-01-05", []),
                                        ("01", "2026-02-02", ["00"]),
                                        ("02", "2099-01-05", ["00", "01"])):
        days = {"00": "2026-01-05", "01": "2026-02-02", "02": "2099-01-05"}
        history = "".join(
            f'  - revision: "{r}"\n    effective: {days[r]}\n'
            f"    what:\n      th: แก้ไข\n      en: Changed\n"
            for r in [*before, revision])
        head, rest = text.split("revisions:\n", 1)
        rest = rest[rest.index("\ntext:\n"):]
        one = (head + "revisions:\n" + history + rest).replace(
            'revision: "00"\neffective: 2026-01-05',
            f'revision: "{revision}"\neffective: {effective}', 1)
        path = tmp_path / f"{revision}.yaml"
        path.write_text(one)
        load(desk, path)
    web = session(desk, desk.requester)
    official = web.open("/procedures/ICIT-EX-REV")
    assert "ฉบับทางการที่ใช้บังคับ" in official.text
    assert "แก้ไขครั้งที่ 02 จะใช้บังคับตั้งแต่วันที่ 5 มกราคม 2642" in official.text
    assert any("revision=02" in (a or "") for a in official.links)
    old = web.open("/procedures/ICIT-EX-REV?revision=00")
    assert "เอกสารนี้ไม่ใช่ฉบับที่มีผลบังคับใช้ในปัจจุบัน" in old.text
    coming = web.open("/procedures/ICIT-EX-REV?revision=02")
    assert "ฉบับที่ยังไม่ใช้บังคับ" in coming.text
    assert "เอกสารนี้ไม่ใช่ฉบับ" not in coming.text
    for page in (official, old, coming):
        assert "เอกสารฉบับกระดาษให้ตรวจสอบกับฉบับทางการ" in page.text
