"""Who may do what, as tables: each state that a request reaches × each person
of the university × each command. And separation of duties, over persons."""
import http.client
import json
from itertools import count
from urllib.parse import urlsplit

import pytest

from journey import (ACCEPTED, APPROVED, COMMANDS, ENDORSED,  # noqa: F401
                     Person, desk)

pytestmark = pytest.mark.both_stores

# What somebody may come to do on a request, by what he is to it. Whoever is
# nothing to it does not see it.
OWN = "submit reply withdraw accept extend note revoke message share"
OFFICER = ("prepare cannot classify return extend note deliver recall revoke "
           "message delegate")
RECORDS = ("receive classify return letter withdraw note message delegate "
           "keep")
EVER = {
    "ICIT": {
        "own": OWN, "owner": "consent return note revoke message delegate",
        "records": "consent " + RECORDS,
        "director": "decide return note recall revoke message consult delegate "
                    "keep",
        "executive": "note",
        "head": "assign return note recall revoke message delegate",
        "other head": "note", "officer": OFFICER, "other officer": "note",
        "auditor": "", "dpo": "note recall opine"},
    "REGISTRAR": {
        "own": OWN, "owner": "note revoke", "records": RECORDS,
        "director": "decide return note recall revoke message consult delegate "
                    "keep",
        "executive": "check return note message consult delegate",
        "head": "assign note recall revoke", "officer": OFFICER,
        "other officer": "note", "auditor": "", "dpo": "note recall opine"},
}

# What he may do now, besides a note: for each state, in that office's way.
BEFORE = {"own": "withdraw message share", "records": "withdraw letter"}
ICIT = {
    "draft": {"own": "submit withdraw share"},
    "consent": {"own": "withdraw message share",
                "owner": "consent return message delegate"},
    "intake": {**BEFORE, "records":
               "receive classify return withdraw letter message delegate"},
    "decision": {**BEFORE, "records": "classify withdraw letter",
                 "director": "decide return message consult delegate"},
    "assignment": {**BEFORE, "head": "assign return message delegate"},
    "preparing": {**BEFORE, "head": "assign",
                  "officer":
                  "prepare cannot classify return extend message "
                  "delegate"},
    "waiting": {**BEFORE, "own": "reply withdraw message share",
                "officer": "message delegate"},
    "delivery": {**BEFORE, "officer": "deliver prepare classify message "
                 "delegate"},
    "acceptance": {"own": "accept revoke message share", "owner": "revoke",
                   "records": "letter", "director": "recall revoke",
                   "head": "recall revoke",
                   "officer": "recall revoke message", "dpo": "recall"},
}
ICIT["closed"] = {**ICIT["acceptance"], "own": "revoke share",
                  "officer": "recall revoke"}
REGISTRAR = {
    "draft": ICIT["draft"],
    "intake": ICIT["intake"],
    "decision": ICIT["decision"],
    "preparing": ICIT["preparing"],
    "waiting": ICIT["waiting"],
    "release": {**BEFORE, "executive": "check return message consult delegate",
                "officer": "classify"},
    "delivery": ICIT["delivery"],
    "closed": {**ICIT["closed"], "own": "accept revoke share"},
}


def with_keep(state, who):
    """Records may be held from destruction as long as there are any."""
    if state in ("draft", "consent"):
        return who
    return {**who, **{role: who.get(role, "") + " keep"
                      for role in ("records", "director")}}


NOW = {code: {state: with_keep(state, who) for state, who in ways.items()}
       for code, ways in {"ICIT": ICIT, "REGISTRAR": REGISTRAR}.items()}


def seen_by(state, what):
    """contract.md §3, "Who sees"."""
    if what == "own":
        return True
    if state == "draft":
        return False
    if state == "consent":
        return what in ("owner", "auditor", "dpo")
    return True


def is_to(desk, office, person):
    """What the person is to a request of desk.requester for HRIS, or to the
    registrar, after the officer was assigned."""
    def among(role, of=office.code):
        return person in desk.people(role, of)
    unit = {"ICIT": "HRD", "REGISTRAR": "REGISTRAR"}[office.code]
    owners = [desk.owners[unit]] + [desk.both_owners] * (unit == "HRD")
    found = {
        "own": person is desk.requester,
        "owner": person in owners,
        "records": among("records"),
        "director": among("director"),
        "executive": among("executive"),
        "head": person is office.head,
        "other head": among("head") and person is not office.head,
        "officer": person is office.officer,
        "other officer": among("officer") and person is not office.officer,
        "auditor": person is desk.auditor,
        "dpo": person is desk.dpo,
    }
    return {what for what, is_it in found.items() if is_it}


def nobody_named(office, state):
    """Until an officer is named any of the office may come to be; at the
    registrar each officer of the system may then take it."""
    states = ["draft", "consent", "intake", "decision", "assignment"]
    return state in states + ["preparing"] * (office.code == "REGISTRAR")


def expected(desk, office, state, person):
    """None when he does not see it, else (ever, now)."""
    relations = {w for w in is_to(desk, office, person) if seen_by(state, w)}
    if not relations:
        return None
    ever, now = set(), set()
    for what in is_to(desk, office, person):
        if what == "other officer" and nobody_named(office, state):
            what = "officer"
        ever |= set(EVER[office.code][what].split())
        now |= set(NOW[office.code][state].get(what, "").split())
    if not relations - {"auditor"}:
        return ever, now
    if state != "draft":
        now.add("note")
    return ever, now & ever


class Line:
    """One connection to the desk, for ten thousand small calls."""

    def __init__(self, desk):
        self.c = http.client.HTTPConnection(
            urlsplit(desk.university.desk).netloc, timeout=60)

    def call(self, method, path, person, body=None):
        headers = {"Authorization": f"Bearer {person.token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        self.c.request(method, "/api/v1" + path, body, headers)
        answer = self.c.getresponse()
        return answer.status, json.loads(answer.read())


def check_state(desk, office, state, no):
    """Every person gives every command, with a body that no command takes: 422
    is said only to who may give it now."""
    line = Line(desk)
    wrong = []
    for person in desk.everybody():
        want = expected(desk, office, state, person)
        status, request = line.call("GET", f"/requests/{no}", person)
        if (status == 404) != (want is None):
            wrong.append((person, "sees", status))
        ever, now = want or (set(), set())
        if want and set(request["allowed"]) != now:
            wrong.append((person, "allowed", sorted(request["allowed"]),
                          sorted(now)))
        for command in COMMANDS:
            status, problem = line.call(
                "POST", f"/requests/{no}/{command}", person,
                '{"no such field": 1}')
            should = (404 if want is None else 422 if command in now
                      else 409 if command in ever else 403)
            if status != should:
                wrong.append((person, command, status, problem["code"],
                              should))
    assert not wrong, f"{state}: {len(wrong)} wrong: {wrong[:8]}"


@pytest.mark.parametrize("code, state", [
    (code, state) for code in NOW for state in NOW[code]])
def test_every_command_of_every_person(desk, code, state):
    office = desk.icit if code == "ICIT" else desk.registrar
    no = office.until("preparing" if state == "waiting" else state)
    if state == "waiting":
        if code == "REGISTRAR":
            office.head.ok(no, "assign", officer=office.officer.email)
        office.officer.ok(no, "return", message="ขอรายละเอียด")
    version = desk.requester.request(no)["version"]
    check_state(desk, office, state, no)
    assert desk.requester.request(no)["version"] == version


# Separation of duties.

hats = count(1)


def test_nobody_endorses_his_own(desk):
    hr = desk.owners["HRD"]  # who may also make requests
    no = desk.icit.until("consent", by=hr)
    assert "consent" not in hr.allowed(no)
    hr.refused(403, "apart", no, "consent", **ENDORSED)
    desk.both_owners.ok(no, "consent", **ENDORSED)


def test_nor_when_he_is_only_named_in_it(desk):
    """The holders are the requester's side: head and coordinator."""
    icit, reg = desk.icit, desk.registrar
    no = icit.until("decision", coordinator_email=icit.director.email)
    assert icit.director.email in icit.director.request(no)["holders"]
    icit.director.refused(403, "apart", no, "decide", **APPROVED)
    icit.director.refused(403, "apart", no, "decide", outcome="rejected",
                          note="x")

    no = reg.until("release", head_email=reg.executive.email)
    digest = reg.officer.request(no)["artefact"]["digest"]
    reg.executive.refused(403, "apart", no, "check", outcome="released",
                          digest=digest)
    assert reg.director.ok(no, "check", outcome="released",
                           digest=digest)["state"] == "delivery"


def test_nobody_prepares_his_own(desk):
    icit = desk.icit
    officer = desk.person("khanittha.s")  # an officer who may make requests
    no = icit.until("assignment", by=officer, systems=["GRADING"])
    problem = icit.head.refused(422, "invalid", no, "assign",
                                officer=officer.email)
    assert problem["errors"][0]["code"] == "officer-apart"
    icit.head.ok(no, "assign", officer=icit.officer.email)

    reg = desk.registrar
    no = reg.until("preparing", coordinator_email=reg.officers[1].email)
    reg.officers[1].refused(403, "apart", no, "prepare", **reg.prepared())
    assert "prepare" not in reg.officers[1].allowed(no)
    reg.officer.ok(no, "prepare", **reg.prepared())


def test_who_acted_for_the_provider_does_not_accept(desk):
    icit = desk.icit
    # Director and officer of one's own request are refused before.
    for person in (icit.records, icit.head):
        no = icit.until("acceptance", coordinator_email=person.email)
        assert "accept" not in person.allowed(no)
        person.refused(403, "not-yours", no, "accept", **ACCEPTED)
        desk.requester.ok(no, "accept", **ACCEPTED)
    # One who only might have acted may.
    no = icit.until("acceptance", head_email=desk.both_owners.email)
    desk.both_owners.ok(no, "accept", **ACCEPTED)


def test_the_director_of_the_registrar_may_consent_and_check(desk):
    reg = desk.registrar
    no = reg.until("release")
    r = reg.director.request(no)
    assert reg.director.email in [s["people"][0] for s in r["stages"]
                                  if s["kind"] == "decision"]
    reg.director.ok(no, "check", outcome="released",
                    digest=r["artefact"]["digest"])


@pytest.fixture
def two_hats(desk):
    """Somebody who is officer, executive and director of the registrar; gone
    afterwards, since others count the people of an office."""
    pratu = desk.university.pratu
    email = f"two.hats.{next(hats)}@example.ac.th"
    made = pratu("user", "add", email, "--name", "นายสอง หมวก",
                 "--no-password", "--role", "officer@REGISTRAR",
                 "--role", "executive@REGISTRAR",
                 "--role", "director@REGISTRAR")
    assert made.returncode == 0, made.stderr
    token = pratu("user", "token", email, "--json")
    assert token.returncode == 0, token.stderr
    yield Person(desk.university, {
        "email": email, "name": "สอง", "role": "officer",
        "token": json.loads(token.stdout)["token"]})
    assert pratu("user", "disable", email).returncode == 0


def test_preparer_approver_and_checker_are_different_people(desk, two_hats):
    reg = desk.registrar
    # He prepares: then he neither checks, nor decides what comes back.
    no = reg.until("preparing")
    reg.head.ok(no, "assign", officer=two_hats.email)
    r = two_hats.ok(no, "prepare", **reg.prepared())
    two_hats.refused(403, "apart", no, "check", outcome="released",
                     digest=r["artefact"]["digest"])
    assert "check" not in two_hats.allowed(no)
    reg.executive.ok(no, "check", outcome="returned",
                     digest=r["artefact"]["digest"], note="อีกครั้ง")

    # He approves: then he does not prepare.
    no = reg.until("decision")
    two_hats.ok(no, "decide", **APPROVED)
    problem = reg.head.refused(422, "invalid", no, "assign",
                               officer=two_hats.email)
    assert problem["errors"][0]["code"] == "officer-apart"

    # He checks and returns: then he does not prepare either.
    no = reg.until("release")
    digest = reg.officer.request(no)["artefact"]["digest"]
    two_hats.ok(no, "check", outcome="returned", digest=digest, note="แก้")
    problem = reg.head.refused(422, "invalid", no, "assign",
                               officer=two_hats.email)
    assert problem["errors"][0]["code"] == "officer-apart"


def test_whom_the_office_loses_may_no_longer(desk, two_hats):
    """A token dies with its person."""
    assert two_hats.api.get("/me").status_code == 200
    desk.university.pratu("user", "disable", two_hats.email)
    assert two_hats.api.get("/me").status_code == 401
