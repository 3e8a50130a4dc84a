"""Both procedures as rows of acts, for tests that play many of them at once:
who acts, where, and with what body. A journey is a generator: it yields an Act
and is sent the answer to it (the request as that person now sees it)."""
import json
import sqlite3
import time
from dataclasses import dataclass, field

import requests

ICIT, REGISTRAR = "ICIT-QP-9001-24", "W-REG6-001"


@dataclass
class Act:
    person: dict          # of demo.json
    path: str             # below /api/v1
    body: dict = field(default_factory=dict)
    files: dict = None    # multipart instead of a body
    event: str = None     # the type of the event that it leaves
    command: str = None   # the command that stands in it

    def __str__(self):
        return f"{self.person['email']} {self.path} {self.event}"


def icit_answers(title):
    return {"title": title, "purpose": "ทำรายงานประจำปี",
            "detail": "จำนวนบุคลากรตามสังกัด", "identifiability": "aggregate",
            "formats": ["json"], "needed_by": "2026-12-30",
            "systems": ["HRIS"]}


def registrar_answers(title):
    return {"title": title, "unit": "คณะวิศวกรรมศาสตร์",
            "head_name": "รศ.ดร. สมมุติ ใจดี", "head_phone": "02-555-2000",
            "head_email": "head.eng@example.ac.th",
            "coordinator_name": "นางสาวตัวอย่าง รักงาน",
            "coordinator_phone": "2213",
            "coordinator_email": "coordinator.eng@example.ac.th",
            "purpose": "ติดตามผลการเรียน", "connection": ["api-get"],
            "caller_host": "app.eng.example.ac.th", "networks": ["127.0.0.1"],
            "formats": ["json"], "detail": "รหัสและสถานะนักศึกษา",
            "identifiability": "aggregate", "systems": ["REGKMITL"]}


class Cast:
    """The people and sources of a university, looked up once."""

    def __init__(self, university):
        self.university = university
        self.who = university.person
        self.sources = json.loads(
            university.pratu("source", "list", "--json").stdout)

    def owner_of(self, no):
        """Whoever may endorse the request, asked until the desk answers."""
        for person in self.university.people("owner"):
            api = self.university.api(person)
            for _ in range(600):
                try:
                    answer = api.get(f"/requests/{no}")
                    break
                except requests.RequestException:
                    time.sleep(0.1)
            if answer.status_code == 200 and \
                    "consent" in answer.json()["allowed"]:
                return person
        raise AssertionError(f"nobody may endorse {no}")

    def query(self, system, limit=50):
        """A body for prepare: rows of the largest table of a source."""
        source = next(s for s in self.sources if s["system"] == system)
        with sqlite3.connect(source["dsn"].removeprefix("sqlite:")) as db:
            count = {table: db.execute(
                f"select count(*) from {table}").fetchone()[0]
                for table, in db.execute("select name from sqlite_master"
                                         " where type = 'table'")}
            table = max(sorted(count), key=count.get)
            columns = [c[1] for c in db.execute(
                f"pragma table_info({table})")]
        db.close()
        return {"source": source["name"], "outlets": ["api-get", "export"],
                "sql": f"select {', '.join(columns)} from {table}"
                       f" limit {limit}",
                "filterable": columns[:1], "formats": ["json", "csv"]}


def step(person, no, command, body=None, event="acted"):
    return Act(person, f"/requests/{no}/{command}", body or {}, event=event,
               command=command)


def icit(cast, title, attach=None):
    """From the requester's form to the closed request, through an owner."""
    who = cast.who
    requester, records = who("requester"), who("records", "ICIT")
    got = yield Act(requester, "/requests",
                    {"office": "ICIT", "procedure": ICIT, "submit": True,
                     "answers": icit_answers(title)}, event="submitted")
    no = got["no"]
    owner = cast.owner_of(no)
    if attach:
        yield Act(requester, f"/requests/{no}/files", event="attached",
                  files={"file": ("บันทึก.txt", attach, "text/plain")})
    yield step(owner, no, "consent", {"outcome": "endorsed"})
    yield step(records, no, "receive",
               {"memo_in": "อว 7105/12", "memo_date": "2026-11-19"})
    yield step(who("director", "ICIT"), no, "decide", {"outcome": "approved"})
    officer = who("officer", "ICIT")
    yield step(who("head", "ICIT"), no, "assign",
               {"officer": officer["email"]})
    got = yield step(officer, no, "prepare", cast.query("HRIS"))
    yield step(officer, no, "deliver",
               {"digest": got["artefact"]["digest"]}, event="delivered")
    yield step(requester, no, "accept", {"outcome": "accepted", "score": 5})


def registrar(cast, title, attach=None):
    """From the form to the closed request, through the one who checks."""
    who = cast.who
    requester = who("requester")
    got = yield Act(requester, "/requests",
                    {"office": "REGISTRAR", "procedure": REGISTRAR,
                     "submit": True, "answers": registrar_answers(title)},
                    event="submitted")
    no = got["no"]
    if attach:
        yield Act(requester, f"/requests/{no}/files", event="attached",
                  files={"file": ("บันทึก.txt", attach, "text/plain")})
    yield step(who("records", "REGISTRAR"), no, "receive",
               {"memo_in": "ทป 12/2569", "memo_date": "2026-11-19"})
    yield step(who("director", "REGISTRAR"), no, "decide",
               {"outcome": "approved"})
    officer = who("officer", "REGISTRAR")
    got = yield step(officer, no, "prepare",
                     cast.query("REGKMITL"))
    digest = got["artefact"]["digest"]
    yield step(who("executive", "REGISTRAR"), no, "check",
               {"outcome": "released", "digest": digest})
    yield step(officer, no, "deliver", {"digest": digest}, event="delivered")


def play(university, journey):
    """All of it, each act as it comes; the last answer."""
    answer = None
    while True:
        try:
            act = journey.send(answer)
        except StopIteration:
            return answer
        api = university.api(act.person)
        done = (api.call("POST", act.path, files=act.files) if act.files
                else api.post(act.path, act.body))
        assert done.status_code in (200, 201), f"{act}: {done.text}"
        answer = done.json()
