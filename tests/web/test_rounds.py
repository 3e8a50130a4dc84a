"""What an office does with the yearly list for destruction, eleven years on: the
committee, the head, the National Archives, and the files that go."""
import hashlib
import json
import os
import subprocess
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from conftest import PRATU, University, wait_until
from journey import Desk, good, refusal
from pages import Web
from test_acceptance import FAKETIME

YEARS = 11
LATER = datetime.now(timezone.utc) + timedelta(days=365.25 * YEARS + 10)
YEAR = (LATER + timedelta(hours=7)).year + 543
SAME = b"%PDF-1.4 the same in two requests"


class Later(University):
    """The same installation with its clock eleven years on."""
    shift = None

    def start(self, *command):
        env = {**os.environ, "LC_ALL": "C"}
        if self.shift:
            env |= {"LD_PRELOAD": FAKETIME, "FAKETIME": self.shift,
                    "NO_FAKE_STAT": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [PRATU, *map(str, command)], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True, env=env)
        return self


def later(day=0):
    then = LATER + timedelta(days=day)
    return f"+{int((then - datetime.now(timezone.utc)).total_seconds())}s"


def on(day=0):
    return (LATER + timedelta(days=day, hours=7)).date().isoformat()


def go_to(desk, day=0):
    """Serves on that day; tokens that ended meanwhile are good again."""
    place = desk.university
    place.stop()
    place.shift = later(day)
    desk.change("people", "update token set expires = 9000000000000")
    place.serve()


@pytest.fixture(scope="module")
def places():
    made = {}
    yield made
    for desk in made.values():
        desk.university.remove()


@pytest.fixture
def desk(places, store, postgresql):
    """A university of this file's own, once its cases are old."""
    assert Path(FAKETIME).exists()
    if store not in places:
        dsn = postgresql.new_database() if store == "postgresql" else None
        desk = places[store] = Desk(Later(dsn).demo())
        desk.cases = old_cases(desk)
        go_to(desk)
    return places[store]


def file_of(desk, kind, sha):
    return desk.university.dir / "people" / kind / sha[:2] / sha


def put_file(desk, kind, content):
    sha = hashlib.sha256(content).hexdigest()
    path = file_of(desk, kind, sha)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return sha


def with_mail(desk, no):
    """A mail as it was sent, as a mail server would have had it; its id."""
    notice = desk.store("select id from outbox where request ="
                        f" '{no}' order by id limit 1")[0]["id"]
    eml = f"Subject: {no}\r\n\r\n".encode()
    sha = put_file(desk, "mails", eml)
    desk.change("people", "insert into mail (notice, request, message_id,"
                f" sha256, bytes, at) values ({notice}, '{no}', '<{no}@x>',"
                f" '{sha}', {len(eml)}, 1)")
    return notice, sha


def old_cases(desk):
    """no -> what it has: closed today, each with files."""
    icit, made = desk.icit, []
    for i in range(5):
        no = icit.until("acceptance")
        one = icit.records.attach(no, "แนบ.pdf", f"%PDF-1.4 {i}".encode())
        both = icit.records.attach(no, "ร่วม.pdf", SAME) if i < 3 else None
        if i == 0:
            good(icit.director.api.post(
                f"/requests/{no}/papers/notice/sign"), 201)
        icit.go_on(no, "closed")
        made.append({"no": no, "files": [f for f in (one, both) if f]})
    made[0]["mail"], made[0]["eml"] = with_mail(desk, made[0]["no"])
    return made


def shas(desk, no):
    return {f["sha256"] for f in desk.icit.records.request(no)["files"]}


def act(person, one, name, status=200, **body):
    return good(person.api.post(f"/disposal-rounds/{one['id']}/{name}", body),
                status)


def refused(person, one, name, status, code, **body):
    return refusal(person.api.post(f"/disposal-rounds/{one['id']}/{name}",
                                   body), status, code)


def holds(place):
    for command in (("verify",), ("rebuild", "--check")):
        done = place.pratu(*command)
        assert done.returncode == 0, done.stdout + done.stderr


def opened(desk):
    records, head = desk.icit.records, desk.icit.director
    listed = [r["request"] for r in
              records.get(f"/disposals/ICIT/{YEAR}")["rows"]]
    assert listed == [c["no"] for c in desk.cases]
    for person, status in ((head, 403), (desk.requester, 403),
                           (desk.registrar.records, 403)):
        assert person.api.post("/disposal-rounds", {
            "office": "ICIT", "year": YEAR}).status_code == status
    refusal(records.api.post("/disposal-rounds", {
        "office": "ICIT", "year": YEAR + 1}), 422, "invalid")
    one = good(records.api.post("/disposal-rounds", {
        "office": "ICIT", "year": YEAR}), 201)
    assert [x["request"] for x in one["lines"]] == listed
    assert records.get(f"/disposals/ICIT/{YEAR}")["rows"] == []
    assert records.get(f"/disposal-rounds?office=ICIT&year={YEAR}")[
        "rounds"][0]["id"] == one["id"]
    refusal(records.api.post("/disposal-rounds", {
        "office": "ICIT", "year": YEAR}), 409, "nothing-to-list")
    for stranger in (desk.requester, desk.registrar.records):
        refusal(stranger.api.get(f"/disposal-rounds/{one['id']}"), 404,
                "not-found")
    refusal(records.api.get(f"/requests/{one['id']}"), 404,
            "no-such-request")
    assert desk.auditor.get(f"/disposal-rounds/{one['id']}")["allowed"] == []
    return one


def considered(desk, one, members):
    records = desk.icit.records
    order = {"no": "12/2580", "on": on()}
    refused(records, one, "name", 422, "invalid",
            members=[m.email for m in members[:2]], **order)
    act(records, one, "name", members=[m.email for m in members], **order)
    for m in members:
        refused(m, one, "report", 409, "opinions-missing")
        if m is not members[2]:
            act(m, one, "opine", lines=[2], opinion="keep",
                until=on(400), reason="ยังใช้อ้างอิง")
        act(m, one, "opine", rest=True, opinion="destroy")
    refused(desk.icit.director, one, "opine", 403, "not-yours", rest=True,
            opinion="destroy")
    now = act(members[0], one, "report")
    assert [x["fate"] for x in now["lines"]] == [
        "destroy", "keep", "destroy", "destroy", "destroy"]
    return now


def decided(desk, one):
    records, head = desk.icit.records, desk.icit.director
    refused(records, one, "decide", 403, "not-yours", outcome="approved")
    for early in ("send", "answer", "carry"):
        refused(records, one, early, 409, "not-in-this-state")
    now = act(head, one, "decide", outcome="approved", keep=[4], note="รอคดี")
    assert now["lines"][3]["kept_by"] == "head"
    act(records, one, "send", no="อว 7101/9", on=on())
    refused(records, one, "answer", 409, "archives-wait", outcome="silent")
    refused(records, one, "carry", 409, "not-in-this-state")
    return act(records, one, "answer", outcome="agreed", no="วธ 1/1", on=on())


def stood_in_for(desk):
    """Two more heads: the first stands in for one of them, and for the first and the
    other one somebody does. Whoever is told besides the first."""
    heads = [f"head.{i}@example.ac.th" for i in (2, 3)]
    for one in heads:
        assert desk.university.pratu(
            "user", "add", one, "--name", f"นาย {one}", "--no-password",
            "--role", "director@ICIT").returncode == 0
    head, both = desk.icit.director.email, desk.registrar.executive.email
    for person, to in ((heads[0], head), (head, both), (heads[1], both)):
        good(desk.icit.records.api.post("/me/delegations", {
            "person": person, "to": to, "from": on(), "until": on(30),
            "order_no": "สทป. 1/2580", "kind": "acting",
            "office": "ICIT"}), 201)
    return [*heads, both]


def are_told(desk, one, members, heads):
    """Whoever has the next step in hand; a chair and a head have two parts. A head
    who stands in for another, and who stands in for two, is told once."""
    told = [(r["recipient"], r["body"]) for r in desk.store(
        "select recipient, body from outbox where kind = 'round' and link ="
        f" '/disposal-rounds/{one['id']}' order by id")]
    assert all(one["id"].split("-")[0] in body and f"{len(desk.cases)}" in body
               for _, body in told)
    named = [m.email for m in members]
    records = {p["email"] for p in desk.university.people("records", "ICIT")}
    assert [to for to, _ in told[:4]] == named + [members[0].email]
    assert sorted(to for to, _ in told[4:-2 * len(records)]) == sorted(
        [desk.icit.director.email, *heads])
    assert sorted(to for to, _ in told[-2 * len(records):]) == sorted(
        [*records, *records])


def on_paper(desk, one, tmp_path):
    """The list in the columns of its form, and the report, as files."""
    base = f"/disposal-rounds/{one['id']}/files/"

    def text(name):
        pdf = tmp_path / name
        got = desk.icit.director.api.get(base + name)
        assert got.status_code == 200, got.text
        pdf.write_bytes(got.content)
        if os.environ.get("PRATU_SHOTS"):
            (Path(os.environ["PRATU_SHOTS"]) / name).write_bytes(got.content)
        return subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True,
                              stdout=subprocess.PIPE, text=True).stdout
    said = text("list.pdf")
    assert "บัญชีหนังสือขอทำลาย" in said and "แผ่นที่ 1 จาก" in said
    assert all(c["no"] in said for c in desk.cases)
    said = text("report.pdf")
    assert "บันทึกข้อความ" in said and "คณะกรรมการทำลายหนังสือ" in said
    assert "๑๒/๒๕๘๐" in said
    # As the committee reported, whatever the head kept since.
    assert "เห็นควรทำลาย ๔ เรื่อง" in said and "เก็บไว้ต่อ ๑ เรื่อง" in said
    csv = desk.icit.records.api.get(base + "list.csv").content.decode(
        "utf-8-sig")
    rows = csv.splitlines()
    assert "การพิจารณา" in rows[0] and "x ทำลาย" in rows[1]
    assert "เก็บไว้ถึง" in rows[2] and "ยังใช้อ้างอิง" in rows[2]
    assert "กรรมการเห็นต่าง 1 คน" in rows[2]
    assert desk.icit.records.api.get(base + "list.xlsx").content[:2] == b"PK"
    refusal(desk.icit.records.api.get(base + "other.pdf"), 404, "not-found")


def is_gone(desk, case, files):
    """410 with a page that says so; the events stay."""
    no, records = case["no"], desk.icit.records
    now = records.request(no)
    assert now["disposed"]["round"] and now["allowed"] == []
    assert all(r["destroyed"] for r in now["retention"]["records"]
               if r["class"] in ("attachment", "memo"))
    for f in case["files"]:
        refusal(records.api.get(f"/requests/{no}/files/{f}"), 410, "disposed")
    refusal(records.api.get(f"/requests/{no}/papers/request.pdf"), 410,
            "disposed")
    event = records.get(f"/requests/{no}/events")["events"][-1]
    assert event["type"] == "disposed" and event["by"] == "system"
    assert files <= {f["sha256"] for f in event["data"]["files"]}
    web = Web(desk.university.desk, entry_of(desk, records))
    page = web.open(f"/requests/{no}")
    assert "เอกสารของเรื่องนี้ถูกทำลายแล้ว" in page.text
    page = web.open(f"/requests/{no}/files/{case['files'][0]}")
    assert page.status == 410 and "ถูกทำลายตามบัญชีหนังสือขอทำลาย" in page.text


def entry_of(desk, person):
    return next(p for p in desk.university.facts["people"]
                if p["email"] == person.email)


@pytest.mark.both_stores
def test_a_round_from_its_list_to_the_end(desk, tmp_path):
    icit, records = desk.icit, desk.icit.records
    one = opened(desk)
    members = [icit.head, icit.officers[0], icit.officers[1]]
    heads = stood_in_for(desk)
    considered(desk, one, members)
    decided(desk, one)
    on_paper(desk, one, tmp_path)
    first, kept, held, out, last = desk.cases
    files = {c["no"]: shas(desk, c["no"]) for c in desk.cases}
    copy, = desk.store("select payload from events where request ="
                       f" '{first['no']}' and type = 'papered'")
    copy = json.loads(copy["payload"])["copy"]["sha256"]
    paths = [file_of(desk, "attachments", s) for s in files[first["no"]]]
    paths += [file_of(desk, "copies", copy),
              file_of(desk, "mails", first["eml"])]
    assert all(p.exists() for p in paths)
    assert records.api.get(f"/requests/{first['no']}/mails/"
                           f"{first['mail']}").status_code == 200
    records.ok(held["no"], "keep", outcome="held", kind="litigation",
               reason="คดี")
    holds(desk.university)
    # One that was written a moment ago may be somebody's still to come.
    fresh, = (file_of(desk, "attachments", s) for s in files[last["no"]])
    os.utime(fresh, (LATER.timestamp(), LATER.timestamp()))
    # As a courier leaves it that is killed in the middle.
    shared = file_of(desk, "attachments", hashlib.sha256(SAME).hexdigest())
    shared.rename(shared.with_name(shared.name + ".going"))
    act(records, one, "carry")
    wait_until("the first is gone", lambda: records.get(
        f"/disposal-rounds/{one['id']}")["lines"][0]["fate"] == "gone", 40)
    time.sleep(4)
    assert fresh.exists() and records.get(
        f"/disposal-rounds/{one['id']}")["state"] == "carrying"
    assert records.request(last["no"])["disposed"]
    os.utime(fresh, (1, 1))
    done = wait_until("done", lambda: (lambda r: r["state"] == "done" and r)(
        records.get(f"/disposal-rounds/{one['id']}")), 40)
    assert [x["fate"] for x in done["lines"]] == [
        "gone", "keep", "left", "keep", "gone"]
    assert done["lines"][2]["why"] == "held"
    # What another request still has stays, and so does what was not approved.
    assert [p for p in paths if p.exists()] == [shared]
    assert not shared.with_name(shared.name + ".going").exists()
    how = {f["sha256"]: f["how"] for f in done["lines"][0]["destroyed"]}
    assert how.pop(shared.name) == "shared" and set(how.values()) == {
        "destroyed"}
    for case in (kept, held, out):
        assert all(file_of(desk, "attachments", s).exists()
                   for s in files[case["no"]])
        assert records.api.get(f"/requests/{case['no']}/files/"
                               f"{case['files'][0]}").status_code == 200
    is_gone(desk, first, files[first["no"]])
    is_gone(desk, last, files[last["no"]])
    assert not fresh.exists()
    refusal(records.api.get(f"/requests/{first['no']}/mails/{first['mail']}"),
            410, "disposed")
    assert not desk.store("select id from outbox where request ="
                          f" '{first['no']}' and body <> ''")
    holds(desk.university)
    are_told(desk, one, members, heads)
    # What the head kept comes again with the next list, the committee's not yet.
    rows = records.get(f"/disposals/ICIT/{YEAR + 1}")["rows"]
    assert [r["request"] for r in rows] == [out["no"]]


@pytest.mark.both_stores
def test_killed_in_between_it_goes_on(make_later, store):
    """Many lines; server and courier fall again and again while they go."""
    desk = make_later(store)
    place, records = desk.university, desk.icit.records
    nos = []
    for i in range(30):
        no = desk.icit.until("intake")
        desk.requester.attach(no, "a.pdf", f"%PDF {i}".encode())
        desk.requester.ok(no, "withdraw", reason="เลิก")
        nos.append(no)
    files = [file_of(desk, "attachments",
                     hashlib.sha256(f"%PDF {i}".encode()).hexdigest())
             for i in range(30)]
    assert all(f.exists() for f in files)
    go_to(desk)
    one = good(records.api.post("/disposal-rounds", {
        "office": "ICIT", "year": YEAR}), 201)
    members = [desk.icit.head, *desk.icit.officers[:2]]
    act(records, one, "name", members=[m.email for m in members], no="1",
        on=on())
    for m in members:
        act(m, one, "opine", rest=True, opinion="destroy")
    act(members[0], one, "report")
    act(desk.icit.director, one, "decide", outcome="approved")
    act(records, one, "send", no="1", on=on())
    act(records, one, "answer", outcome="agreed", no="1", on=on())
    assert all(f.exists() for f in files)
    act(records, one, "carry")
    for n in range(4):
        time.sleep(0.2 + n * 0.9)
        place.kill()
        place.serve()
    wait_until("done", lambda: records.get(
        f"/disposal-rounds/{one['id']}")["state"] == "done", 60)
    assert not any(f.exists() for f in files)
    for no in nos:
        types = [e["type"] for e in
                 desk.requester.get(f"/requests/{no}/events")["events"]]
        assert types.count("disposed") == 1
    holds(place)


@pytest.fixture
def make_later(postgresql):
    made = []

    def make(store):
        dsn = postgresql.new_database() if store == "postgresql" else None
        made.append(Later(dsn).demo())
        return Desk(made[-1])

    yield make
    for place in made:
        place.remove()
