"""Ways around what was agreed, and ways to stop the desk, each of which stood
open once."""
import json
import sqlite3
import subprocess
import threading
import time

import pytest
import requests

from journey import ACCEPTED, Desk, call, desk, good, wrong_fields  # noqa: F401

CONFIRM = {"confirm": {"exists": True, "releasable": True}}


def signed_in(desk, person):
    """A browser's session of the person."""
    entry = next(p for p in desk.university.facts["people"]
                 if p["email"] == person.email)
    session = requests.Session()
    answer = session.post(
        desk.university.desk + "/sign-in", timeout=60, allow_redirects=False,
        data={"email": person.email, "password": entry["password"]})
    assert answer.status_code == 303
    return session


# Steps that are skipped

def test_a_recall_does_not_pass_over_an_owner_who_is_asked(desk):
    icit = desk.icit
    no = icit.until("acceptance")
    desk.requester.ok(no, "accept", outcome="refused", comment="ไม่ครบ")
    old = icit.officer.request(no)["connections"][0]["id"]
    now = icit.officer.ok(no, "classify", systems=["HRIS", "REG"],
                          reason="ต้องใช้อีกระบบ")
    assert now["state"] == "consent"
    now = icit.officer.ok(no, "recall", deliveries=[old], reason="ผิดชุด")
    assert now["state"] == "consent"
    assert [w["unit"] for w in now["waiting_for"]] == ["DES"]
    body = icit.prepared(source="REG", sql="select name_th from faculty",
                         **CONFIRM)
    icit.officer.refused(409, "not-in-this-state", no, "prepare", **body)
    now = desk.owners["DES"].ok(no, "consent", outcome="endorsed")
    assert now["state"] == "preparing"
    icit.officer.ok(no, "prepare", **body)


def test_a_recall_with_nobody_to_ask_goes_back_to_the_work(desk):
    icit = desk.icit
    no = icit.until("acceptance")
    given = icit.officer.request(no)["connections"][0]["id"]
    now = icit.officer.ok(no, "recall", deliveries=[given], reason="ผิดชุด")
    assert now["state"] == "preparing"


def test_a_reply_after_the_register_does_not_change_the_systems(desk):
    icit = desk.icit
    no = icit.until("preparing", systems=["GL3D"])
    icit.officer.ok(no, "classify", systems=["GL3D", "HRIS"], reason="รวม")
    desk.owners["HRD"].ok(no, "return", message="ใช้ทำอะไร")
    now = desk.requester.ok(no, "reply", message="แก้แล้ว",
                            answers={"systems": ["GRADING"]})
    assert now["state"] == "consent"
    assert now["systems"] == ["GL3D", "HRIS"]


# Who gets the data

@pytest.mark.parametrize("field", ["coordinator_email", "head_email"])
def test_nobody_joins_those_who_get_the_data_after_the_decision(desk, field):
    icit = desk.icit
    no = icit.until("preparing")
    icit.officer.ok(no, "return", message="ใครประสานงาน")
    for person in (icit.director, desk.other):
        problem = desk.requester.refused(
            422, "invalid", no, "reply", message="คนนี้",
            answers={field: person.email})
        assert wrong_fields(problem) == {field: "holder-after-decision"}
    assert not desk.other.sees(no)
    desk.requester.ok(no, "reply", message="คนเดิม",
                      answers={field: desk.requester.email})


def test_before_the_decision_another_may_be_named(desk):
    icit = desk.icit
    no = icit.until("decision")
    icit.director.ok(no, "return", message="ใครประสานงาน")
    desk.requester.ok(no, "reply", answers={
        "coordinator_email": desk.other.email})
    assert desk.other.sees(no)


def test_a_column_is_named_once(desk):
    icit = desk.icit
    no = icit.until("preparing")
    problem = icit.officer.refused(
        422, "invalid", no, "prepare", source="HRIS",
        sql="select department_code, name_th from department",
        outlets=["export"], formats=["csv"], **CONFIRM,
        columns=[{"name": "department_code"},
                 {"name": "name_th", "mask": "drop"},
                 {"name": "name_th", "mask": "none"}])
    assert wrong_fields(problem) == {"parts[0].columns": "twice"}


def test_what_is_published_late_is_what_was_delivered(make_university):
    """A connection whose line in the gate's store was lost comes back with the
    query that was checked, not with one that is being prepared."""
    university = make_university()
    desk = Desk(university)
    icit = desk.icit
    no = icit.until("preparing")
    icit.officer.ok(no, "prepare", **icit.prepared(
        outlets=["api-get", "api-post"]))
    icit.go_on(no, "acceptance")
    kept, ended = icit.officer.request(no)["connections"]
    icit.officer.ok(no, "recall", deliveries=[ended["id"]], reason="ผิด")
    icit.officer.ok(no, "prepare", **icit.prepared(
        sql="select name_th from department", outlets=["api-get"]))
    with sqlite3.connect(university.dir / "shared" / "gate.db") as db:
        db.execute("delete from access_key")
        db.execute("delete from connection")
        db.execute("update change set seq = 0")
    db.close()
    end = time.monotonic() + 20
    while time.monotonic() < end:
        found = desk.requester.api.get(f"/connections/{kept['id']}")
        if found.status_code == 200:
            break
        time.sleep(0.1)
    names = [c["name"] for c in good(found)["columns"]]
    assert names == ["department_code", "name_th"]


# What cannot be undone afterwards

@pytest.mark.parametrize("email", ["somebody@", "a@b", "two@at@example.ac.th"])
def test_a_paper_request_has_an_address_that_notices_can_go_to(desk, email):
    problem = desk.icit.records.api.post("/requests", {
        "office": "ICIT", "answers": desk.icit.answers(), "submit": True,
        "on_behalf": {"name": "ก", "email": email, "unit": "ENG"}})
    assert problem.status_code == 422
    assert wrong_fields(problem.json()) == {"on_behalf.email": "bad-email"}


# The desk goes on

def test_a_long_question_does_not_stop_the_desk(make_university):
    university = make_university()
    desk = Desk(university)
    session = signed_in(desk, desk.requester)
    before = university.processes()
    answer = session.get(
        university.desk + "/requests?cursor=9999999999999.X&q=" + "!" * 7500,
        timeout=60)
    assert answer.status_code == 200
    assert university.processes() == before


def test_many_long_notes_leave_the_page_readable(desk):
    icit = desk.icit
    no = icit.until("decision")
    for i in range(240):
        desk.requester.ok(no, "note", text="<" * 4990 + str(i))
    session = signed_in(desk, icit.director)
    page = session.get(f"{desk.university.desk}/requests/{no}", timeout=60)
    assert page.status_code == 200
    assert "&lt;" * 4990 + "239" in page.text


def test_who_has_left_does_not_answer_by_an_old_link(make_university):
    university = make_university()
    desk = Desk(university)
    no = desk.icit.until("acceptance")
    link = desk.notices(no, "acceptance")[-1]["link"]
    url = university.desk + link
    assert requests.get(url, timeout=60).status_code == 200
    done = university.pratu("user", "disable", desk.requester.email)
    assert done.returncode == 0, done.stderr
    assert requests.get(url, timeout=60).status_code == 410
    answer = requests.post(url, timeout=60, data={
        "accept.outcome": "accepted", "accept.score": "5"})
    assert answer.status_code == 410
    assert desk.icit.officer.state(no) == "acceptance"


# Two at once, where PostgreSQL lets them

class Session:
    """A transaction of psql that is held open."""

    def __init__(self, dsn):
        self.psql = subprocess.Popen(
            ["psql", "-X", "-qAt", "-v", "ON_ERROR_STOP=1", "-d", dsn],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, sql):
        self.psql.stdin.write(sql + "; select 'done';\n")
        self.psql.stdin.flush()
        lines = []
        while not lines or lines[-1] != "done":
            line = self.psql.stdout.readline()
            assert line, "psql has ended"
            lines.append(line.strip())
        return lines[:-1]

    def close(self):
        self.psql.stdin.close()
        self.psql.wait(20)


@pytest.fixture
def on_postgresql(make_university):
    university = make_university("postgresql")
    session = Session(university.dsn)
    yield Desk(university), session
    session.close()


def test_a_rebuild_waits_for_a_command(on_postgresql):
    desk, session = on_postgresql
    desk.icit.until("intake")
    session.run("begin; update people.chain set seq = seq")
    ended = threading.Event()

    def rebuild():
        done = desk.university.pratu("rebuild", "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["differ"] == []
        ended.set()
    thread = threading.Thread(target=rebuild)
    thread.start()
    assert not ended.wait(2)
    session.run("commit")
    thread.join(30)
    assert ended.is_set()


def test_publishing_never_goes_backwards(on_postgresql):
    """Another process is further on while this one is about to write."""
    desk, session = on_postgresql
    icit = desk.icit
    no = icit.until("delivery")
    digest = icit.officer.request(no)["artefact"]["digest"]
    session.run("begin; update shared.change set flag = flag")
    answers = []
    thread = threading.Thread(target=lambda: answers.append(
        icit.officer.send(no, "deliver", digest=digest)))
    thread.start()
    time.sleep(1.5)
    session.run("update shared.change set seq = seq + 1000; commit")
    thread.join(30)
    assert good(answers[0])["state"] == "acceptance"
    assert session.run("select seq > 1000 from shared.change") == ["t"]
