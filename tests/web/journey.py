"""A university at work, for stories told in a few lines:

    def test_x(desk):
        icit = desk.icit
        no = icit.until("decision")              # a request that far
        icit.director.ok(no, "decide", outcome="rejected", note="...")
        icit.head.refused(403, "not-yours", no, "decide", outcome="approved")

Tests import the fixture `desk` from here. Requests are made for one system with
a small query; `PREPARED` and `answers()` give what a test wants otherwise.
"""
import json
import sqlite3
from datetime import datetime, timedelta, timezone
from itertools import count

import pytest
import requests

STATES = ["draft", "consent", "intake", "decision", "assignment", "preparing",
          "release", "delivery", "acceptance", "closed"]
COMMANDS = ["submit", "consent", "receive", "classify", "return", "reply",
            "decide", "assign", "prepare", "cannot", "check", "deliver",
            "accept", "letter", "recall", "withdraw", "note", "extend",
            "revoke", "message", "share", "opine", "consult",
            "propose", "delegate", "keep"]
ENDORSED = {"outcome": "endorsed"}
APPROVED = {"outcome": "approved"}
ACCEPTED = {"outcome": "accepted", "score": 5}
THAILAND = timezone(timedelta(hours=7))
YEAR = datetime.now(THAILAND).year + 543  # of the register
memo_numbers = count(1)


def day(n):
    """The day n days from today, ISO."""
    return (datetime.now(THAILAND) + timedelta(days=n)).date().isoformat()


class Person:
    """Somebody of demo.json, by his token."""

    def __init__(self, university, entry):
        self.email = entry["email"]
        self.name = entry["name"]
        self.token = entry["token"]
        self.api = university.api(entry)

    def __repr__(self):
        return self.email.split("@")[0]

    def send(self, no, command, /, headers=None, **body):
        return self.api.post(f"/requests/{no}/{command}", body,
                             headers=headers)

    def ok(self, no, command, /, **body):
        """Gives the command, which must succeed; the request afterwards."""
        return good(self.send(no, command, **body))

    def refused(self, status, code, no, command, /, **body):
        """Gives the command, which must be refused so; the problem."""
        return refusal(self.send(no, command, **body), status, code)

    def get(self, path):
        return good(self.api.get(path))

    def request(self, no):
        return self.get(f"/requests/{no}")

    def state(self, no):
        return self.request(no)["state"]

    def sees(self, no):
        status = self.api.get(f"/requests/{no}").status_code
        assert status in (200, 404)
        return status == 200

    def allowed(self, no):
        return set(self.request(no)["allowed"])

    def waits_for(self):
        """Numbers of the requests that wait for this person."""
        found, cursor = [], ""
        while cursor is not None:
            page = self.get("/requests?waiting=me&limit=200&cursor=" + cursor)
            found += [r["no"] for r in page["requests"]]
            cursor = page["next"]
        return found

    def attach(self, no, name="แนบ.pdf", content=b"%PDF-1.4 scan"):
        """Adds a file to the request; its id."""
        return good(self.api.call(
            "POST", f"/requests/{no}/files",
            files={"file": (name, content, "application/pdf")}), 201)["id"]

    def upload(self, no, name, content):
        """Sends a finished file to the gate; its id for `prepare`."""
        ticket = good(self.api.post(f"/requests/{no}/uploads",
                                    {"name": name}), 201)
        sent = requests.put(ticket["url"], data=content, timeout=60)
        assert sent.status_code in (200, 201, 204), sent.text
        return ticket["id"]

    def key(self, connection):
        """A new key of the connection."""
        return good(self.api.post(f"/connections/{connection['id']}/keys"),
                    201)["key"]

    def fetch(self, delivery):
        """A delivered document, through the desk to the gate."""
        return self.api.session.get(delivery["url"], timeout=60)


def good(answer, *status):
    assert answer.status_code in (status or (200, 201)), \
        f"{answer.status_code} {answer.text[:2000]}"
    return answer.json()


def refusal(answer, status, code):
    assert answer.status_code == status, \
        f"{answer.status_code} {answer.text[:2000]}"
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status and problem["title"]
    assert problem["code"] == code, problem
    return problem


def wrong_fields(problem):
    """{field: code} of a 422."""
    return {e["field"]: e["code"] for e in problem["errors"]}


def call(connection, key, path="", **kwargs):
    """A call of a connection at the gate."""
    return requests.get(connection["url"] + path, timeout=60,
                        headers={"Authorization": f"Bearer {key}"}, **kwargs)


class Office:
    """A provider office: its people, its way, and requests to it."""

    def __init__(self, desk, code):
        self.desk, self.code = desk, code

        def first(role):
            return desk.people(role, code)[0]
        self.records = first("records")
        self.director = first("director")
        self.executive = first("executive")
        self.head = first("head")
        self.officers = desk.people("officer", code)
        self.officer = self.officers[0]

    def answers(self, **more):
        """A filled form; None takes an answer out."""
        raise NotImplementedError

    def new(self, by=None, submit=True, on_behalf=None, **answers):
        """A request as its maker sees it."""
        body = {"office": self.code, "answers": self.answers(**answers),
                "submit": submit}
        if on_behalf:
            body["on_behalf"] = on_behalf
        return good((by or self.desk.requester).api.post("/requests", body),
                    201)

    def memo(self, **more):
        return {"memo_in": f"อว 7105/{next(memo_numbers)}",
                "memo_date": day(-4), **more}

    def prepared(self, **more):
        """The body of `prepare`: a small query, cheap to build."""
        source = self.default_system
        return {"source": source, "sql": QUERIES[source],
                "outlets": ["api-get"], **more}

    def until(self, state, by=None, **answers):
        """The number of a request that has reached the state."""
        no = self.new(by=by, submit=False, **answers)["no"]
        return self.go_on(no, state, by)

    def go_on(self, no, state="closed", by=None):
        """Moves the request along its way until the state."""
        requester = by or self.desk.requester
        now = requester.request(no)
        for _ in range(20):
            if now["state"] == state:
                return no
            self.step(no, now, requester)
            now = requester.request(no)
        pytest.fail(f"{no} never came to {state}: it is in {now['state']}")


def office_step(self, no, now, requester):
    """The next command of the good way, by whoever gives it."""
    state, owners = now["state"], self.desk.owners
    digest = {"digest": (now["artefact"] or {}).get("digest")}
    if state == "draft":
        requester.ok(no, "submit")
    elif state == "consent":
        owners[now["waiting_for"][0]["unit"]].ok(
            no, "consent", **ENDORSED, unit=now["waiting_for"][0]["unit"])
    elif state == "intake":
        self.records.ok(no, "receive", **self.memo())
    elif state == "decision":
        self.director.ok(no, "decide", **APPROVED)
    elif state == "assignment":
        self.head.ok(no, "assign", officer=self.officer.email)
    elif state == "preparing":
        self.officer.ok(no, "prepare", **self.prepared())
    elif state == "release":
        self.executive.ok(no, "check", outcome="released", **digest)
    elif state == "delivery":
        self.officer.ok(no, "deliver", **digest)
    elif state == "acceptance":
        requester.ok(no, "accept", **ACCEPTED)
    else:
        pytest.fail(f"{no} is in {state}, which nothing moves")


Office.step = office_step


class Icit(Office):
    default_system = "HRIS"

    def answers(self, **more):
        return without_none({
            "title": "จำนวนบุคลากรตามสังกัด",
            "purpose": "ทำรายงานประจำปี",
            "detail": "จำนวนบุคลากรแต่ละสังกัด",
            "identifiability": "aggregate", "formats": ["json"],
            "needed_by": day(40), "systems": ["HRIS"], **more})


class Registrar(Office):
    default_system = "REGKMITL"

    def answers(self, **more):
        return without_none({
            "unit": "คณะวิศวกรรมศาสตร์", "project": "ติดตามนักศึกษา",
            "head_name": "หัวหน้าโครงการ", "head_phone": "3100",
            "head_email": "head.of.project@example.ac.th",
            "coordinator_name": "ผู้ประสานงาน", "coordinator_phone": "3101",
            "coordinator_email": "coordinator@example.ac.th",
            "purpose": "วิเคราะห์ผลการเรียน", "connection": ["api-get"],
            "formats": ["json"], "detail": "นักศึกษาแต่ละคณะ", **more})


def without_none(answers):
    return {k: v for k, v in answers.items() if v is not None}


QUERIES = {
    "HRIS": "select department_code, name_th from department"
            " order by department_code",
    "REG": "select faculty_code, name_th from faculty order by faculty_code",
    "REGKMITL": "select faculty_code, name_th from faculty"
                " order by faculty_code",
    "GL3D": "select * from fund",
    "GRADING": "select * from course",
    "STUENTRY": "select * from faculty",
}


class Desk:
    """One university, seen by the people in it."""

    def __init__(self, university):
        self.university = university
        self.known = {}
        self.requester = self.person("pimchanok.t")
        self.other = self.person("thanakrit.s")
        self.owners = {"DES": self.person("prasert.l"),
                       "HRD": self.person("nonglak.j"),
                       "ICIT": self.person("surachai.b"),
                       "REGISTRAR": self.person("chanida.w")}
        self.both_owners = self.person("somsri.k")
        self.auditor = self.people("auditor")[0]
        self.dpo = self.people("dpo")[0]
        self.admin = self.people("admin")[0]
        self.icit = Icit(self, "ICIT")
        self.registrar = Registrar(self, "REGISTRAR")

    def person(self, name):
        """By what stands before the '@'."""
        if name not in self.known:
            entry = next(p for p in self.university.facts["people"]
                         if p["email"] == f"{name}@example.ac.th")
            self.known[name] = Person(self.university, entry)
        return self.known[name]

    def people(self, role, office=None):
        return [self.person(p["email"].split("@")[0])
                for p in self.university.people(role, office)]

    def everybody(self):
        """Each person once, in the order of demo.json."""
        emails = dict.fromkeys(
            p["email"] for p in self.university.facts["people"])
        return [self.person(e.split("@")[0]) for e in emails]

    def source_path(self, system):
        return self.university.dir / "sources" / f"{system}.db"

    def rows(self, system, sql):
        """What sqlite3 gives for the query, asked of the source itself."""
        with sqlite3.connect(f"file:{self.source_path(system)}?mode=ro",
                             uri=True) as db:
            rows = db.execute(sql).fetchall()
        db.close()
        return rows

    def psql(self, part, sql):
        return self.university.psql(self.university.dsn).ask(
            f"set search_path = {part};\n{sql}")

    def file(self, part):
        name = {"people": "desk.db", "shared": "gate.db"}[part]
        return self.university.dir / part / name

    def store(self, sql, part="people"):
        """Rows of a store as dicts, beside the running server."""
        if self.university.dsn:
            return json.loads(self.psql(
                part, "select coalesce(json_agg(q), '[]')"
                      f" from ({sql}) q"))
        with sqlite3.connect(f"file:{self.file(part)}?mode=ro",
                             uri=True) as db:
            db.row_factory = sqlite3.Row
            rows = [dict(r) for r in db.execute(sql)]
        db.close()
        return rows

    def change(self, part, sql):
        """Changes a store behind the server's back: its clocks and counts."""
        if self.university.dsn:
            return self.psql(part, sql)
        with sqlite3.connect(self.file(part), timeout=30) as db:
            db.execute(sql)
        db.close()

    def notices(self, no, kind):
        """Notices of the kind about the request, oldest first."""
        return self.store("select recipient, cc, subject, body, link"
                          f" from outbox where request = '{no}'"
                          f" and kind = '{kind}' order by id")

    def whom(self, no, kind):
        """Who was told, by e-mail."""
        return sorted(n["recipient"] for n in self.notices(no, kind))


@pytest.fixture
def desk(university):
    if not hasattr(university, "as_desk"):
        university.as_desk = Desk(university)
    return university.as_desk
