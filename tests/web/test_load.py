"""A university at its busiest: fifty requesters, two records officers and two
directors at once, on both stores. Whatever was answered is there once, numbers
have no gap and no double, and no answer is a fault of the server's."""
import json
import threading
import time
from collections import Counter, defaultdict
from itertools import count

import pytest

from journey import APPROVED, YEAR, Desk, Person, day

pytestmark = pytest.mark.both_stores

REQUESTERS = 50
SECONDS, SECONDS_LONG = 20, 300
FEWEST, MORE_SECONDS = 5, 100  # decisions


class Journal:
    """What was asked and answered, by all threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.acts = []              # (no, command, who), answered with success
        self.titles = {}            # no: the last title that was acknowledged
        self.statuses = Counter()   # (what, status)
        self.faults = []

    def note(self, what, answer, *expected):
        with self.lock:
            self.statuses[what, answer.status_code] += 1
            if answer.status_code not in expected:
                self.faults.append((what, answer.status_code,
                                    answer.text[:300]))
        return answer

    def acted(self, no, command, person, answer):
        """200, or somebody else was first."""
        self.note(command, answer, 200, 409)
        if answer.status_code == 200:
            with self.lock:
                self.acts.append((no, command, person.email))
        return answer.status_code == 200


class Busy:
    def __init__(self, desk, people, seconds):
        self.desk, self.people = desk, people
        self.journal = Journal()
        self.until = time.monotonic() + seconds
        self.latest = self.until + MORE_SECONDS
        self.memo = count(1)

    def on(self):
        """Until the time is over and each has had a turn, however slow the
        machine is."""
        now = time.monotonic()
        return now < self.until or (
            now < self.latest
            and self.journal.statuses["decide", 200] < FEWEST)

    def ask(self, person, seed):
        """A requester: a draft, changed under its version, sent twice under one
        key, looked for and at; each third has second thoughts."""
        journal, api = self.journal, person.api
        for n in count(1):
            if not self.on():
                return
            key = {"Idempotency-Key": f"{seed}-{n}"}
            body = {"office": "ICIT", "submit": False,
                    "answers": self.desk.icit.answers(systems=["GL3D"])}
            made = [journal.note("new", api.post("/requests", body,
                                                 headers=key), 201)
                    for _ in range(2)]
            if any(m.status_code != 201 for m in made):
                return
            assert made[0].content == made[1].content
            no = made[0].json()["no"]
            for k in range(2):
                title = f"ขอข้อมูล {seed}-{n}-{k}"
                if journal.note("patch", api.patch(
                        f"/requests/{no}", {"answers": {"title": title}}),
                        200).status_code == 200:
                    journal.titles[no] = title
            journal.acted(no, "submit", person, person.send(no, "submit"))
            journal.note("list", api.get("/requests?limit=20"), 200)
            journal.note("clock", api.get(f"/requests/{no}/clock"), 200)
            if n % 3 == 0:
                journal.acted(no, "withdraw", person, person.send(
                    no, "withdraw", reason="เปลี่ยนใจ"))

    def take(self, person, command, body):
        """Records or a director: the oldest that wait, side by side with the
        other of the kind, who sees the same list."""
        while self.on():
            page = self.journal.note("waiting", person.api.get(
                "/requests?waiting=me&limit=10"), 200)
            found = [r["no"] for r in page.json()["requests"]] \
                if page.status_code == 200 else []
            for no in found:
                self.journal.acted(no, command, person,
                                   person.send(no, command, **body()))
            if not found:
                time.sleep(0.05)

    def receive_body(self):
        return {"memo_in": f"อว 7105/{next(self.memo)}", "memo_date": day(-1)}

    def run(self):
        def careful(work, *args):
            try:
                work(*args)
            except Exception as e:  # noqa: BLE001 - told by the test itself
                self.journal.faults.append((work.__name__, repr(e)))
        threads = [threading.Thread(target=careful, args=(self.ask, p, i))
                   for i, p in enumerate(self.people["requester"])]
        for p in self.people["records"]:
            threads.append(threading.Thread(target=careful, args=(
                self.take, p, "receive", self.receive_body)))
        for p in self.people["director"]:
            threads.append(threading.Thread(target=careful, args=(
                self.take, p, "decide", lambda: APPROVED)))
        for t in threads:
            t.start()
        for t in threads:
            t.join(400)
        assert not any(t.is_alive() for t in threads)


@pytest.fixture
def busy(make_university, store, full_size):
    desk = Desk(make_university(store))
    university = desk.university
    rows = [(f"asks{i}@example.ac.th", "requester")
            for i in range(REQUESTERS)]
    rows += [("records2@example.ac.th", "records@ICIT"),
             ("director2@example.ac.th", "director@ICIT")]
    file = university.dir / "load.csv"
    file.write_text("email,name,name_en,phone,position,unit,roles\n" + "".join(
        f"{email},ผู้ใช้ที่ {i},,,,ENG,{role}\n"
        for i, (email, role) in enumerate(rows)), encoding="utf-8")
    made = university.pratu("user", "import", str(file))
    assert made.returncode == 0, made.stderr
    people = defaultdict(list)
    for email, role in rows:
        token = json.loads(university.pratu("user", "token", email,
                                            "--json").stdout)["token"]
        people[role.split("@")[0]].append(Person(university, {
            "email": email, "name": email, "token": token}))
    people["records"].append(desk.icit.records)
    people["director"].append(desk.icit.director)
    return Busy(desk, people, SECONDS_LONG if full_size else SECONDS)


def events_of(desk):
    """{no: [(command or type, who)]} of the whole store, in order."""
    found = defaultdict(list)
    for e in desk.store("select request, type, actor, payload from events"
                        " where request <> '' order by seq"):
        data = e["payload"]
        data = json.loads(data) if isinstance(data, str) else data
        found[e["request"]].append(
            (data.get("command") or e["type"], e["actor"], data))
    return found


@pytest.mark.long
def test_everybody_at_once(busy):
    busy.run()
    journal, desk = busy.journal, busy.desk
    print(f"{sum(journal.statuses.values())} answers: "
          f"{sorted(journal.statuses.items())}")
    assert not journal.faults, journal.faults[:10]
    assert journal.statuses["decide", 200] >= FEWEST

    # What was acknowledged is there, once; and nothing else.
    kept = events_of(desk)
    commands = ("submit", "withdraw", "receive", "decide")
    there = Counter((no, c, who) for no, es in kept.items()
                    for c, who, _ in es if c in commands)
    assert there == Counter(journal.acts)
    assert all(len([1 for c, _, _ in es if c == only]) <= 1
               for es in kept.values() for only in ("receive", "decide"))

    # No number is missing, none is double, none was lost to another.
    drawn = sorted(int(no.split("-")[-1]) for no in kept
                   if no.startswith(f"ICIT-{YEAR}-"))
    assert drawn == list(range(drawn[0], drawn[0] + len(drawn)))
    rows = desk.icit.records.get(f"/register/ICIT/{YEAR}")["rows"]
    received = [no for no, c, _ in journal.acts if c == "receive"]
    assert [r["no"] for r in rows] == list(range(1, len(rows) + 1))
    assert Counter(r["request"] for r in rows) == Counter(received)

    # No title was overwritten by an older one.
    titles = {r["no"]: r["title"] for r in desk.store(
        "select no, title from cases")}
    assert {no: titles[no] for no in journal.titles} == journal.titles
    assert desk.university.pratu("verify").returncode == 0
    assert desk.university.pratu("rebuild", "--check").returncode == 0
