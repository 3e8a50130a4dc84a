"""kill -9 of every process, in the middle of journeys of several clients: what
was acknowledged is there, and nothing is half done.

Each client keeps a journal of what was answered to it, and repeats what was not
under the same Idempotency-Key. After each restart the journal is held against
the store, read with the store's own shell. That a kill leaves the machine's
page cache in place is in the nature of it: whether a commit reached the disk
(synchronous=off, fsync=off) cannot be seen here, only by cutting the power."""
import collections
import hashlib
import itertools
import json
import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest
import requests

import acts
from conftest import wait_until
from shell import Shell

CLIENTS = 4
ROUNDS, ROUNDS_LONG = 11, 60         # kills of one university
LONG_S = 8 * 60                      # then no new university is begun
NAMES = ["pratu-desk", "pratu-gate", "pratu-courier"]
TARGETS = NAMES + ["all", "supervisor", "supervisor alone"]


class Acknowledged:
    """One act that was answered."""

    def __init__(self, act, key, answer):
        self.act, self.key = act, key
        self.status, self.body = answer.status_code, answer.content
        got = answer.json()
        self.version = got["version"]
        self.no = got.get("no") or act.path.split("/")[2]
        self.got = got


class Journal:
    def __init__(self):
        self.guard = threading.Lock()
        self.acknowledged, self.wrong, self.keys = [], [], []
        self.deliveries = []             # ids of whole answers of the gate
        self.unanswered = 0

    def add(self, one):
        with self.guard:
            self.acknowledged.append(one)

    def fault(self, words):
        with self.guard:
            self.wrong.append(words)

    def copy(self):
        with self.guard:
            assert not self.wrong, "\n".join(self.wrong[:5])
            return list(self.acknowledged)


class Client(threading.Thread):
    """Plays journeys until it is told to stop."""

    def __init__(self, university, cast, journal, number, rng):
        super().__init__(daemon=True)
        self.university, self.cast, self.journal = university, cast, journal
        self.number, self.rng, self.pause_s = number, rng, 0
        self.stopping = threading.Event()

    def run(self):
        for n in itertools.count():
            kind = acts.icit if (n + self.number) % 2 else acts.registrar
            attach = self.rng.randbytes(20_000) if n % 3 == 0 else None
            try:
                self.play(kind(self.cast, f"ขอข้อมูล {self.number}-{n}",
                               attach))
            except StopIteration:
                return
            except Exception as e:  # noqa: BLE001 - told to the test
                self.journal.fault(f"client {self.number}: {e!r}")
                return

    def play(self, journey):
        answer = None
        for act in iter(lambda: self.next(journey, answer), None):
            done = self.insist(act)
            one = Acknowledged(act, done.key, done)
            self.journal.add(one)
            answer = one.got
            if act.event == "delivered":
                self.read(act.person, answer)
            time.sleep(self.rng.uniform(0, self.pause_s))

    @staticmethod
    def next(journey, answer):
        try:
            return journey.send(answer)
        except StopIteration:
            return None

    def once(self, ask):
        """The answer; None when there was none, or "not now" (503)."""
        if self.stopping.is_set():
            raise StopIteration
        try:
            answer = ask()
        except requests.RequestException:
            self.journal.unanswered += 1
            return None
        return None if answer.status_code == 503 else answer

    def until_answered(self, what, ask):
        end = time.monotonic() + 90
        while True:
            answer = self.once(ask)
            if answer is not None:
                return answer
            if time.monotonic() > end:
                raise AssertionError(f"no answer for 90 s: {what}")
            time.sleep(self.rng.uniform(0.01, 0.1))

    def insist(self, act):
        key = f"{self.number}-{self.rng.getrandbits(64):x}"
        api = self.university.api(act.person)
        answer = self.until_answered(act, lambda: send(api, act, key))
        if answer.status_code not in (200, 201):
            raise AssertionError(f"{act}: {answer.status_code} {answer.text}")
        answer.key = key
        return answer

    def read(self, holder, request):
        """The rows of a connection, as its holder reads them."""
        connection = request["connections"][0]
        requester = self.cast.who("requester")
        api = self.university.api(requester)
        key = self.until_answered("a key", lambda: api.post(
            f"/connections/{connection['id']}/keys")).json()
        headers = {"Authorization": f"Bearer {key['key']}"}
        for _ in range(2):
            answer = self.until_answered("rows", lambda: requests.get(
                connection["url"], headers=headers, timeout=30))
            if answer.status_code != 200 or len(answer.json()) != 50:
                raise AssertionError(f"the gate: {answer.text}")
            with self.journal.guard:
                self.journal.deliveries.append(
                    (answer.headers["Delivery-Id"], answer.content))
        with self.journal.guard:
            self.journal.keys.append((key["id"], connection["id"]))


def send(api, act, key):
    headers = {"Idempotency-Key": key}
    if act.files:
        return api.call("POST", act.path, files=act.files, headers=headers)
    return api.post(act.path, act.body, headers=headers)


# What must hold of a store, whatever was killed.

def events_of(people):
    """The store's events by request; versions 1, 2, 3 …"""
    of = collections.defaultdict(list)
    for e in people.rows("select seq, request, version, type, at, actor,"
                         " payload from events order by seq"):
        e["data"] = json.loads(e["payload"])
        of[e["request"]].append(e)
    for no, list_ in of.items():
        assert [e["version"] for e in list_] == \
            list(range(1, len(list_) + 1)), no
    return of


def lost(acknowledged, events):
    """Acts of the journal that the events do not tell of."""
    missing = []
    for one in acknowledged:
        list_ = events.get(one.no, [])
        event = list_[one.version - 1] if one.version <= len(list_) else None
        if not (event and event["type"] == one.act.event
                and event["actor"] == one.act.person["email"].lower()
                and event["data"].get("command") in (one.act.command,
                                                     "submit", None)):
            missing.append(f"{one.no} version {one.version}: {one.act}")
    return missing


def half_done(events, people, notices_of):
    """What an event should have brought with it and did not, or what is there
    without its event."""
    wrong = []
    told = collections.Counter()
    # Signed heads go out of themselves.
    for n in people.rows("select request, created from outbox"
                         " where kind <> 'heads'"):
        told[n["request"], n["created"]] += 1
    kept = collections.defaultdict(set)
    for row in people.rows("select body from idempotency"):
        body = json.loads(row["body"])
        kept[body.get("no")].add(body["version"])
    files = {f["id"]: f for f in people.rows("select * from attachment")}
    for no, list_ in events.items():
        for e in list_:
            want = notices_of[signature(e)]
            # The draft is submitted in the same transaction.
            if e["type"] != "drafted" and \
                    told.pop((no, e["at"]), 0) != want:
                wrong.append(f"{no} {e['version']}: notices, not {want}")
            if e["type"] == "attached":
                row = files.pop(e["data"]["id"], None)
                if not row or row["sha256"] != e["data"]["sha256"]:
                    wrong.append(f"{no} {e['version']}: no file")
                continue
            if e["type"] != "drafted" and e["version"] not in kept[no]:
                wrong.append(f"{no} {e['version']}: no kept answer")
        if len(list_) < 2:
            wrong.append(f"{no}: a draft that was not submitted")
    if told:
        wrong.append(f"notices of nothing: {told}")
    if files:
        wrong.append(f"files of nothing: {files}")
    return wrong


def signature(event):
    return (event["request"].split("-")[0], event["type"],
            event["data"].get("command"))


def register_gaps(events, people):
    """Numbers of the register that are missing, doubled, or of nobody. Rows
    that are newer than the events read are not looked at."""
    given = collections.defaultdict(list)
    for no, list_ in events.items():
        for e in list_:
            if e["data"].get("command") == "receive":
                given[no.split("-")[0]].append(
                    (e["data"]["register_no"], no))
    rows = collections.defaultdict(list)
    for r in people.rows("select office, number, request from register_row"):
        rows[r["office"]].append((r["number"], r["request"]))
    wrong = []
    for office in given.keys() | rows.keys():
        numbers = sorted(n for n, _ in given[office])
        if numbers != list(range(1, len(numbers) + 1)):
            wrong.append(f"{office}: {numbers}")
        if sorted(given[office]) != sorted(rows[office])[:len(numbers)]:
            wrong.append(f"{office}: the register is not its events")
    return wrong


def unpublished(events, shared):
    """Connections that were granted and that the gate does not know, and, when
    nobody writes meanwhile, those that it knows of nobody's grant."""
    known = {c["id"]: c for c in shared.rows(
        "select id, request, state from connection")}
    granted = {c["id"]: no for no, list_ in events.items() for e in list_
               for c in e["data"].get("connections", [])}
    wrong = [f"{no}: {id}" for id, no in granted.items()
             if known.get(id, {}).get("request") != no]
    return wrong, known.keys() - granted.keys()


def undelivered(journal, shared):
    """Answers of the gate that came whole and are not on record as they were;
    keys that were shown and are gone."""
    with journal.guard:
        got, keys = list(journal.deliveries), list(journal.keys)
    rows = {r["id"]: r for r in shared.rows(
        "select id, status, n_bytes, sha256 from delivery")}
    wrong = []
    for id, content in got:
        row = rows.get(id)
        # Who was killed between the last byte and the row's end leaves it open.
        if not row or row["status"] not in ("whole", "open") or (
                row["status"] == "whole" and
                row["sha256"] != hashlib.sha256(content).hexdigest()):
            wrong.append(f"delivery {id}: {row}")
    there = {(k["id"], k["connection"]) for k in shared.rows(
        "select id, connection from access_key where revoked = 0")}
    return wrong + [f"key {k}" for k in keys if k not in there]


class Harness:
    """Its clients rest up to `pause_s` after each act: with less to verify after
    each kill, there are as many kills in the midst of acts in less time."""

    def __init__(self, university, rng, pause_s=0):
        self.university, self.rng, self.pause_s = university, rng, pause_s
        self.people = Shell(university)
        self.shared = Shell(university, "shared")
        self.cast = acts.Cast(university)
        self.journal = Journal()
        self.notices_of = self.control()
        self.clients = []
        self.repeated = self.kills = 0

    def control(self):
        """How many notices each kind of event brings, from two journeys that
        nobody disturbs."""
        client = Client(self.university, self.cast, self.journal, 0, self.rng)
        for journey in (acts.icit, acts.registrar):
            client.play(journey(self.cast, "ไม่มีใครรบกวน", b"x"))
        assert not self.journal.wrong
        told = collections.Counter(
            (n["request"], n["created"]) for n in
            self.people.rows("select request, created from outbox"))
        return {signature(e): told[no, e["at"]]
                for no, list_ in events_of(self.people).items()
                for e in list_}

    def begin(self):
        self.clients = [
            Client(self.university, self.cast, self.journal, i + 1,
                   random.Random(self.rng.getrandbits(64)))
            for i in range(CLIENTS)]
        for client in self.clients:
            client.pause_s = self.pause_s
            client.start()

    def end(self):
        for client in self.clients:
            client.stopping.set()
        for client in self.clients:
            client.join(60)
            assert not client.is_alive(), "a client did not end"

    def kill(self, target):
        """Kills it, and brings all back."""
        u = self.university
        before = u.processes()
        self.kills += 1
        if target in NAMES:
            os.kill(before[target], signal.SIGKILL)
        elif target == "all":
            for pid in before.values():
                os.kill(pid, signal.SIGKILL)
        elif target == "supervisor":
            u.kill()
        else:
            u.process.kill()
            u.process.wait()
        if target.startswith("supervisor"):
            wait_until("its processes to end with it", lambda: not any(
                is_running(pid) for pid in before.values()))
            u.demo()
            return
        wait_until("three processes that answer",
                   lambda: u.alive() and self.answers(before, target))

    def answers(self, before, target):
        now = self.university.processes()
        gone = before.values() if target == "all" else [before[target]]
        if len(now) != 3 or any(pid in gone for pid in now.values()):
            return False
        try:
            return all(requests.get(base + "/readyz", timeout=5).ok
                       for base in (self.university.desk,
                                    self.university.gate))
        except requests.RequestException:
            return False

    def check(self):
        """All that must hold now. The journal first: what it has by then, the
        store must have."""
        acknowledged = self.journal.copy()
        events = events_of(self.people)
        assert lost(acknowledged, events) == []
        assert register_gaps(events, self.people) == []
        wait_until("the gate to know what was granted",
                   lambda: not unpublished(events, self.shared)[0], 10)
        # The table follows the log some tens of milliseconds behind.
        wait_until("what was delivered to be on record",
                   lambda: undelivered(self.journal, self.shared) == [], 5)
        self.commands()
        self.repeat(self.rng.sample(acknowledged, min(3, len(acknowledged))))
        assert self.people.rows(
            "select id from outbox where done = 0 and owner <> '' and"
            f" until > {int(time.time() * 1000) + 61_000}") == []

    def check_at_rest(self):
        """What is only sure when nobody writes meanwhile."""
        self.check()
        events = events_of(self.people)
        assert half_done(events, self.people, self.notices_of) == []
        assert unpublished(events, self.shared) == ([], set())
        self.files(events)
        self.log()
        acknowledged = self.journal.copy()
        self.repeat(self.rng.sample(acknowledged,
                                    min(200, len(acknowledged))))
        assert events_of(self.people) == events, "a repeated act acted again"
        self.commands()

    def commands(self):
        for command in (["verify"], ["rebuild", "--check"]):
            done = self.university.pratu(*command)
            assert done.returncode == 0, done.stdout + done.stderr

    def repeat(self, some):
        """The same call again: the same answer, byte for byte."""
        for one in some:
            api = self.university.api(one.act.person)
            answer = send(api, one.act, one.key)
            assert (answer.status_code, answer.content) == \
                (one.status, one.body), f"{one.act}"
            self.repeated += 1

    def files(self, events):
        """Every attachment can be read back as it was sent."""
        sums = {f["sha256"] for f in
                self.people.rows("select sha256 from attachment")}
        folder = self.university.dir / "people" / "attachments"
        kept = {hashlib.sha256(p.read_bytes()).hexdigest()
                for p in folder.rglob("*") if p.is_file()}
        assert sums <= kept

    def log(self):
        """Nobody ended but by our hand, and nothing failed on the way."""
        for line in self.university.output().splitlines():
            if line.startswith("{"):
                one = json.loads(line)
                assert one.get("how", "signal 9") == "signal 9", line
                assert one["event"] not in ("desk.failed", "gate.failed") or \
                    one.get("code") == "busy", line

    def report(self):
        print(f"{len(self.journal.acknowledged)} acts acknowledged,"
              f" {self.journal.unanswered} calls without an answer,"
              f" {len(self.journal.deliveries)} deliveries,"
              f" {self.repeated} acts repeated, {self.kills} kills")


def is_running(pid):
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


@pytest.mark.long
@pytest.mark.both_stores
def test_kill_9_loses_nothing_and_leaves_nothing_half_done(
        make_university, store, full_size, seed):
    rounds = ROUNDS_LONG if full_size else ROUNDS
    began, kills = time.monotonic(), 0
    # One after the other, so that the stores stay small.
    while kills == 0 or full_size and time.monotonic() - began < LONG_S:
        harness = Harness(make_university(store), seed,
                          0 if full_size else 0.05)
        harness.begin()
        # Every target in turn, in an order of its own.
        targets = [t for _ in range(rounds // len(TARGETS) + 1)
                   for t in seed.sample(TARGETS, len(TARGETS))][:rounds]
        for target in targets:
            time.sleep(seed.uniform(0.05, 0.8))
            harness.kill(target)
            harness.check()
        harness.end()
        harness.check_at_rest()
        harness.report()
        assert len(harness.journal.acknowledged) > rounds
        harness.university.remove()
        kills += rounds
    print(f"{kills} kills, {time.monotonic() - began:.0f} s")


# That the harness sees what it looks for.

@pytest.fixture
def played(make_university, store, seed):
    """A university with a journey of each procedure, at rest; all holds."""
    harness = Harness(make_university(store), seed)
    harness.check_at_rest()
    return harness


LAST = "(select max(seq) from events)"
PLANTED = [
    ("people", "register_gaps", ["update register_row set number = 2"]),
    ("people", "half_done",
     ["delete from outbox where id = (select max(id) from outbox)"]),
    ("people", "half_done",
     ["insert into outbox (id, kind, request, recipient, cc, subject, body,"
      " link, created, owner, until, done) select id + 1000, kind, request,"
      " recipient, cc, subject, body, link, created + 1, owner, until, done"
      " from outbox where id = 1"]),
    ("people", "half_done", ["delete from attachment where request ="
                             " (select min(request) from attachment)"]),
    # Of a command: the answer to an attachment is not asked for.
    ("people", "half_done",
     ["delete from idempotency where key = (select min(key)"
      " from idempotency where status = 200)"]),
    # As a commit that was answered and never reached the disk.
    ("people", "lost",
     [f"update chain set hash = (select prev from events where seq = {LAST})",
      f"delete from events where seq = {LAST}",
      "update chain set seq = seq - 1"]),
    ("shared", "undelivered", ["delete from delivery where id ="
                               " (select min(id) from delivery)"]),
    ("shared", "undelivered", ["update delivery set sha256 = '0'"]),
    ("shared", "undelivered", ["delete from access_key"]),
    ("shared", "unpublished",
     ["update connection set request = 'ICIT-2569-99999'"]),
]


@pytest.mark.both_stores
def test_the_harness_finds_what_is_planted(played):
    def found(finder):
        events = events_of(played.people)
        return len({
            "lost": lambda: lost(played.journal.acknowledged, events),
            "half_done": lambda: half_done(events, played.people,
                                           played.notices_of),
            "register_gaps": lambda: register_gaps(events, played.people),
            "undelivered": lambda: undelivered(played.journal,
                                               played.shared),
            "unpublished": lambda: unpublished(events, played.shared)[0],
        }[finder]())

    for schema, finder, harm in PLANTED:
        before = found(finder)
        getattr(played, schema).change(*harm)
        assert found(finder) > before, harm


@pytest.mark.both_stores
def test_the_harness_finds_an_act_that_never_was(played):
    one = played.journal.acknowledged[-1]
    one.version += 1
    with pytest.raises(AssertionError, match=one.no):
        played.check()
    one.version -= 1
    one.body += b" "
    with pytest.raises(AssertionError, match=one.act.path):
        played.check_at_rest()
