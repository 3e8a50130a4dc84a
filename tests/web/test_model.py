"""Random commands by random people, against a small model of the procedures:
states, who may do what (role × state × command, separation of duties), numbers
of the register, the clock. What the desk says goes into the model
only as names: roles of people, ids, digests."""
import http.client
import json
from datetime import date, timedelta
from itertools import count
from urllib.parse import urlsplit

import pytest

from journey import COMMANDS, QUERIES, YEAR, Desk, day

pytestmark = [pytest.mark.both_stores, pytest.mark.long]

STEPS, STEPS_LONG = 1000, 50000  # on each store
ALIVE = 20
EVERYBODY_EACH = 60  # steps between looks with everybody's eyes

OWNER = {"HRIS": "HRD", "REG": "DES", "GL3D": "ICIT", "GRADING": "ICIT",
         "REGKMITL": "REGISTRAR"}
ASKED_FOR = {"ICIT": [["HRIS"], ["REG"], ["GL3D"], ["GRADING"],
                      ["HRIS", "REG"]], "REGISTRAR": [["REGKMITL"]]}
DIVISION = {"ICIT": "ICIT-DEV", "REGISTRAR": "REG-IS"}

# The good way, and how often what is possible is done.
WAY = {"ICIT": {"intake": "decision", "decision": "assignment",
                "assignment": "preparing", "preparing": "delivery",
                "delivery": "acceptance"},
       "REGISTRAR": {"intake": "decision", "decision": "preparing",
                     "preparing": "release", "release": "delivery",
                     "delivery": "closed"}}
WEIGHT = {**dict.fromkeys(COMMANDS, 0.4), "submit": 5, "consent": 6,
          "receive": 6, "decide": 6, "assign": 4, "prepare": 2, "check": 6,
          "deliver": 5, "accept": 3, "reply": 6, "withdraw": 0.12,
          "cannot": 0.2, "recall": 0.7, "opine": 1, "redraft": 0.8,
          "classify": 1}

# Who did that, or whose request it is ("own"), may not do this.
APART = {
    "ICIT": {"consent": ["own"], "decide": ["own", "prepare"],
             "prepare": ["own", "decide"]},
    "REGISTRAR": {"decide": ["own", "prepare"],
                  "prepare": ["own", "decide", "check"],
                  "check": ["own", "prepare"]}}
TEMPTING = {"consent": ["consent"], "decision": ["decide"],
            "preparing": ["prepare"], "release": ["check"],
            "delivery": ["prepare"]}
FOR_THE_PROVIDER = ["consent", "receive", "decide", "assign", "prepare",
                    "check", "deliver"]


class Case:
    """A request as the model has it."""

    def __init__(self, office, systems, requester, named):
        self.office, self.asked_for = office, systems
        self.requester, self.named = requester, named
        self.state, self.version, self.no = "draft", 1, None
        self.shared, self.officers, self.acts = [], [], set()
        self.systems = []       # from when it was sent
        self.asked = set()      # owner units that have not answered
        self.endorsed = set()   # those that have agreed
        self.resume = None      # the state to go back to from a late consent
        self.source = self.start = self.agreed = None
        self.reached = False    # the office
        self.before_wait = None
        self.register = self.outcome = self.digest = None
        self.score = 0
        self.proposed = None
        self.granted = {}       # connection id: state
        self.consulted = {}     # whose opinion is awaited: in which state
        self.advisers = set()   # who was ever asked
        self.history = []

    def own(self, p):
        return p.email in [self.requester, *self.named, *self.shared]

    def did(self, p, *commands):
        return any((p.email, c) in self.acts for c in commands)

    def lacking(self):
        """Owner units that must be asked; the office's own need not be."""
        if self.office == "REGISTRAR":
            return set()
        return {OWNER[s] for s in self.systems} - {"ICIT"} - self.endorsed

    def ask(self, then):
        """Whoever lacks is asked before the request is in that state."""
        self.asked = self.lacking()
        self.state = "consent" if self.asked else then
        self.resume = then if self.asked else None

    def live(self):
        return any(s in ("active", "suspended") for s in self.granted.values())

    def apart(self, p, command):
        return any(self.own(p) if w == "own" else self.did(p, w)
                   for w in APART[self.office].get(command, []))


def owns_a_system(c, p):
    return any(p.holds("owner", unit=OWNER[s]) for s in c.systems)


def is_head(c, p):
    return bool(c.systems) and p.holds("head", c.office, DIVISION[c.office])


def is_officer(c, p):
    if c.officers:
        return p.email in c.officers
    return (p.holds("officer", c.office) and
            any(s in p.officer_of for s in c.systems))


def may_become_officer(c, p):
    if c.office == "ICIT" and not c.officers:
        return p.holds("officer", c.office)
    return is_officer(c, p)


def sees(c, p):
    return (c.own(p)
            or p.holds("auditor") and c.state != "draft"
            or p.holds("dpo") and c.state != "draft"
            or p.of_office(c.office) and c.reached
            or owns_a_system(c, p))


def sees_from_inside(c, p):
    return (p.holds("dpo") and c.state != "draft"
            or p.of_office(c.office) and c.reached or owns_a_system(c, p))


def holds(c, p, state):
    """Whether the stage is his."""
    return {
        "consent": lambda: any(p.holds("owner", unit=u) for u in c.asked),
        "intake": lambda: p.holds("records", c.office),
        "decision": lambda: p.holds("director", c.office),
        "assignment": lambda: is_head(c, p),
        "preparing": lambda: (p.email in c.officers if c.office == "ICIT"
                              else is_officer(c, p)),
        "release": lambda: p.holds("executive", c.office),
        "delivery": lambda: (p.email in c.officers if c.office == "ICIT"
                             else is_officer(c, p)),
        "acceptance": lambda: c.own(p),
    }.get(state, lambda: False)()


def works_on(c, p):
    icit = c.office == "ICIT"
    return (icit and owns_a_system(c, p) or p.holds("records", c.office)
            or p.holds("director", c.office) or icit and is_head(c, p)
            or may_become_officer(c, p)
            or not icit and p.holds("executive", c.office))


def rule(c, p, command):
    """(whether it is ever his to do, whether now)."""
    s, icit = c.state, c.office == "ICIT"
    own, records = c.own(p), p.holds("records", c.office)
    officer, someday = is_officer(c, p), may_become_officer(c, p)
    director = p.holds("director", c.office)
    sent, over = bool(c.systems), s in ("acceptance", "closed")
    if command in ("submit", "redraft"):
        return own, s == "draft"
    if command == "consent":
        return (icit and (owns_a_system(c, p) or records),
                s == "consent" and (holds(c, p, s) or records))
    if command == "receive":
        return records, s == "intake"
    if command == "classify":
        return (records or someday,
                records and s in ("consent", "intake", "decision") or
                officer and s in ("preparing", "release", "delivery"))
    if command == "return":
        return works_on(c, p), (
            s in ("consent", "intake", "decision", "assignment", "preparing",
                  "release") and
            (holds(c, p, s) or records and s == "consent"))
    if command == "reply":
        return own, s == "waiting"
    if command == "decide":
        return director, s == "decision"
    if command == "assign":
        return is_head(c, p), s in ("assignment", "preparing")
    if command == "prepare":
        return someday, s in ("preparing", "delivery") and holds(c, p, s)
    if command == "cannot":
        return someday, s == "preparing" and holds(c, p, s)
    if command == "check":
        return not icit and p.holds("executive", c.office), s == "release"
    if command == "deliver":
        return someday, s == "delivery" and holds(c, p, s)
    if command == "accept":
        return own and not c.did(p, *FOR_THE_PROVIDER), (
            s == "acceptance" or not icit and s == "closed" and
            c.outcome == "delivered" and not c.score)
    if command == "letter":
        return records, sent
    if command == "keep":
        return records or director, sent
    if command == "recall":
        return (someday or is_head(c, p) or director or p.holds("dpo"),
                c.live())
    if command == "revoke":
        return (own or someday or is_head(c, p) or director or
                p.holds("admin") or owns_a_system(c, p), c.live())
    if command == "withdraw":
        return own or records, not over
    if command == "note":
        return own or sees_from_inside(c, p), s != "draft"
    if command == "extend":
        return someday or own, s == "preparing" and bool(
            officer or own and c.proposed)
    if command == "message":
        at = c.before_wait if s == "waiting" else s
        return own or works_on(c, p), sent and s != "closed" and (
            own or holds(c, p, at) or
            s == "acceptance" and p.email in c.officers)
    if command == "share":
        return p.email == c.requester, True
    if command == "opine":  # nothing here is flagged for the DPO
        return (p.holds("dpo") or p.email in c.advisers,
                p.email in c.consulted)
    if command == "delegate":
        at = c.before_wait if s == "waiting" else s
        return works_on(c, p), sent and s not in ("closed", "acceptance") \
            and holds(c, p, at)
    if command == "propose":  # no unit has a clerk here
        return False, False
    if command == "consult":
        executive = not icit and p.holds("executive", c.office)
        return director or executive, (director and s == "decision" or
                                       executive and s == "release")
    raise AssertionError(command)


def refused(c, p, command):
    """(status, code) before the body is looked at; None when he may."""
    if not sees(c, p):
        return 404, "no-such-request"
    ever, now = rule(c, p, command)
    if not ever:
        return 403, "not-yours"
    if c.apart(p, command):
        return 403, "apart"
    return None if now else (409, "not-in-this-state")


def allowed(c, p):
    return {k for k in COMMANDS if refused(c, p, k) is None}


# What is sent, what the body deserves, and what comes of it.


class Plan:
    def __init__(self, body, then=lambda c, now: None, refusal=None):
        self.body, self.then, self.refusal = body, then, refusal


def go(state, outcome=None):
    def then(c, now):
        c.state, c.outcome = state, outcome or c.outcome
    return then


class Bodies:
    """One method for each command: a right body, or one that is refused."""

    def __init__(self, world):
        self.w, self.random = world, world.random
        self.serial = count(1)

    def plan(self, c, p, command):
        return getattr(self, "on_" + command, self.on_redraft)(c, p)

    def on_redraft(self, c, p):
        return Plan({"answers": {"purpose": f"ข้อ {next(self.serial)}"}})

    def on_submit(self, c, p):
        return Plan({}, lambda c, now: sent(c))

    def on_consent(self, c, p):
        outcome = self.random.choices(["endorsed", "partial", "declined"],
                                      [12, 3, 1])[0]
        body = {"outcome": outcome}
        if outcome == "partial":
            body |= {"columns_refused": ["name_th"], "note": "ไม่ให้ชื่อ"}

        def then(c, now):
            if outcome == "declined":
                c.state, c.outcome = "closed", "declined"
                return
            his = {u for u in c.asked if p.holds("owner", unit=u)}
            c.asked, c.endorsed = c.asked - his, c.endorsed | his
            if not c.asked:
                c.state, c.resume, c.reached = c.resume, None, True
        # The records office brings it on paper, which is not here.
        return Plan(body, then, None if holds(c, p, "consent")
                    else (422, "invalid"))

    def on_receive(self, c, p):
        def then(c, now):
            rows = self.w.register[c.office]
            rows.append(c)
            c.register, c.state = len(rows), "decision"
            c.start = came
        came = date.fromisoformat(day(-self.random.randint(1, 4)))
        return Plan({"memo_in": f"ที่ {next(self.serial)}",
                     "memo_date": day(-5),
                     "received_at": f"{came}T03:00:00Z"}, then)

    def on_classify(self, c, p):
        if self.random.random() < 0.6:
            office = self.random.choice(["ICIT", "ICIT", c.office])
            systems = self.random.choice(ASKED_FOR[office])

            def then(c, now):
                c.systems = systems
                if c.lacking() or c.state == "consent":
                    c.ask(c.resume or c.state)
            return Plan({"systems": systems, "reason": "ตรงกว่า"}, then,
                        None if office == c.office else (422, "invalid"))
        return Plan({"service_type": self.random.choice(
            ["existing", "processing", "api"]), "reason": "ตรงกว่า"})

    def on_return(self, c, p):
        def then(c, now):
            c.before_wait, c.state = c.state, "waiting"
        return Plan({"message": "ปีใด"}, then)

    def on_reply(self, c, p):
        def then(c, now):
            c.state = c.before_wait
        return Plan({"message": "ปี 2569"}, then)

    def on_decide(self, c, p):
        if self.random.random() < 0.08:
            return Plan({"outcome": "rejected", "note": "ไม่เข้าเกณฑ์"},
                        go("closed", "rejected"))
        return Plan({"outcome": "approved"}, go(WAY[c.office]["decision"]))

    def on_assign(self, c, p):
        chosen = self.random.choice(
            [q for q in self.w.people if q.holds("officer", c.office)
             or q.holds("head", c.office)])

        def then(c, now):
            c.officers = [chosen.email]
            c.state = "preparing"
        return Plan({"officer": chosen.email}, then,
                    (422, "invalid") if c.apart(chosen, "prepare") else None)

    def on_prepare(self, c, p):
        source = (c.systems or c.asked_for)[0]

        def then(c, now):
            c.source = source
            c.digest = now["artefact"]["digest"]
            c.officers = c.officers or [p.email]
            c.state = WAY[c.office]["preparing"]
        return Plan({"source": source, "sql": QUERIES[source],
                     "outlets": ["api-get"],
                     "note": f"ครั้งที่ {next(self.serial)}"}, then)

    def on_cannot(self, c, p):
        def then(c, now):
            c.officers = c.officers or [p.email]
            c.state, c.outcome = "closed", "cannot"
        return Plan({"reason": "ไม่มีข้อมูล"}, then)

    def other_digest(self, body):
        return Plan({**body, "digest": "0" * 64},
                    refusal=(409, "digest-differs"))

    def on_check(self, c, p):
        outcome = self.random.choice(["released"] * 4 + ["returned"])
        body = {"outcome": outcome, "digest": c.digest, "note": "ดูแล้ว"}
        if self.random.random() < 0.1:
            return self.other_digest(body)
        if outcome == "released" and c.source not in c.systems:
            return Plan(body, refusal=(409, "system-not-named"))
        return Plan(body, go("delivery" if outcome == "released"
                             else "preparing"))

    def on_deliver(self, c, p):
        if self.random.random() < 0.1:
            return self.other_digest({})
        if c.source not in c.systems:
            return Plan({"digest": c.digest},
                        refusal=(409, "system-not-named"))

        def then(c, now):
            new = [x["id"] for x in now["connections"]
                   if x["id"] not in c.granted]
            assert len(new) == 1, now["connections"]
            for known, state in c.granted.items():
                if state != "revoked":
                    c.granted[known] = "replaced"
            c.granted[new[0]] = "active"
            c.state = WAY[c.office]["delivery"]
            if c.state == "closed":
                c.outcome = "delivered"
        return Plan({"digest": c.digest}, then)

    def on_accept(self, c, p):
        score, refuses = self.random.randint(1, 5), self.random.random() < 0.3
        body = {"outcome": "refused" if refuses else "accepted",
                "score": score}
        if c.state == "closed" and refuses:
            return Plan(body, refusal=(409, "closed-already"))

        def then(c, now):
            c.score = score
            if c.state == "closed":
                return
            c.state = "preparing" if refuses else "closed"
            if not refuses:
                c.outcome = "accepted"
            for known, state in c.granted.items():
                if refuses and state == "active":
                    c.granted[known] = "suspended"
        return Plan(body, then)

    def on_letter(self, c, p):
        return Plan({"direction": "out", "date": day(0),
                     "no": f"ออก {next(self.serial)}"})

    def on_keep(self, c, p):
        return Plan({"outcome": "held", "kind": "other", "reason": "เก็บไว้ก่อน"})

    def on_recall(self, c, p):
        ids = sorted(c.granted)
        gone = [i for i in ids if c.granted[i] == "revoked"]
        if not gone or self.random.random() < 0.9:
            ids = [i for i in ids if i not in gone]
            gone = []

        def then(c, now):
            c.granted |= dict.fromkeys(ids, "revoked")
            c.outcome = None
            c.ask("preparing")
        return Plan({"deliveries": ids, "reason": "ผิดคอลัมน์"}, then,
                    (422, "invalid") if gone or not ids else None)

    def on_revoke(self, c, p):
        if not c.granted:
            return Plan({"connection": "x"})
        one = self.random.choice(sorted(c.granted))

        def then(c, now):
            c.granted[one] = "revoked"
        return Plan({"connection": one, "reason": "พอแล้ว"}, then,
                    (409, "revoked-already")
                    if c.granted[one] == "revoked" else None)

    def on_withdraw(self, c, p):
        return Plan({"reason": "ไม่ใช้แล้ว"}, go("closed", "withdrawn"))

    def on_note(self, c, p):
        return Plan({"text": "โทรแล้ว", "kind": "phone"})

    def on_message(self, c, p):
        return Plan({"text": "เรียนถาม"})

    def on_opine(self, c, p):
        asked = p.email in c.consulted
        outcome = self.random.choice(["advised", "agree", "disagree", "hold"])
        bad = outcome == "hold" or outcome != "advised" and not asked
        return Plan({"outcome": outcome, "text": "ควรระวัง"},
                    lambda c, now: c.consulted.pop(p.email),
                    (422, "invalid") if bad else None)

    def on_delegate(self, c, p):
        """Nobody of the model stands in for anybody: test_handover does."""
        if self.random.random() < 0.5:
            return Plan({"to": p.email}, refusal=(409, "not-handed"))
        return Plan({"to": "nobody@example.ac.th"}, refusal=(422, "invalid"))

    def on_consult(self, c, p):
        q = self.random.choice(
            [q for q in self.w.people if q.of_office(c.office)])
        may = (q.holds("director", c.office) or q.holds("executive", c.office))

        def then(c, now):
            c.consulted[q.email] = c.state
            c.advisers.add(q.email)
        return Plan({"to": q.email, "text": "เห็นอย่างไร"}, then,
                    (422, "invalid") if not may or q is p or c.own(q) else
                    (409, "consulted-already") if q.email in c.consulted
                    else None)

    def on_extend(self, c, p):
        if c.own(p):
            due = c.proposed or day(90)

            def agreed(c, now):
                c.proposed, c.agreed = None, due
            return Plan({"due": due}, agreed,
                        None if c.proposed else (409, "other-day-proposed"))
        due = day(self.random.randint(40, 80))

        def then(c, now):
            c.proposed = due
        return Plan({"due": due, "cause": "volume", "reason": "มาก"}, then)

    def on_share(self, c, p):
        if c.shared and self.random.random() < 0.3:
            gone = self.random.choice(c.shared)
            return Plan({"remove": [gone]},
                        lambda c, now: c.shared.remove(gone))
        q = self.random.choice(self.w.people)
        bad = None
        if c.own(q):
            bad = (409, "holder-already")
        elif not q.holds("requester") or c.did(q, *FOR_THE_PROVIDER):
            bad = (422, "invalid")
        return Plan({"add": [q.email]},
                    lambda c, now: c.shared.append(q.email), bad)


def sent(c):
    """To the owners who are asked, or past them to the office."""
    c.systems = c.asked_for
    c.ask("intake")
    c.reached = not c.asked


class Somebody:
    """A person by what /me and the register of systems say of him."""

    def __init__(self, world, person):
        self.email, self.token = person.email, person.token
        me = world.read(self, "/me")
        self.roles = [(r["role"], r["office"], r["unit"])
                      for r in me["roles"]]
        self.officer_of = {
            s["code"] for office in DIVISION
            for s in world.read(self, f"/systems?office={office}")["systems"]
            if self.email in [o["email"] for o in s["officers"]]}

    def __repr__(self):
        return self.email.split("@")[0]

    def holds(self, role, office=None, unit=None):
        return any(r == role and office in (None, o) and unit in (None, u)
                   for r, o, u in self.roles)

    def of_office(self, office):
        return any(o == office for _, o, _ in self.roles)


class World:
    """The desk and the model beside it, step by step."""

    def __init__(self, desk, random):
        self.desk, self.random = desk, random
        self.line = http.client.HTTPConnection(
            urlsplit(desk.university.desk).netloc, timeout=60)
        self.people = [Somebody(self, p) for p in desk.everybody()]
        self.by_email = {p.email: p for p in self.people}
        self.tempted = {  # whom separation of duties is about
            office: [p for p in self.people if p.of_office(office) and
                     not p.holds("records") or office == "ICIT" and
                     p.holds("owner")] for office in DIVISION}
        self.bodies = Bodies(self)
        self.cases, self.made = [], {"ICIT": 0, "REGISTRAR": 0}
        self.register = {"ICIT": [], "REGISTRAR": []}
        self.step, self.seen, self.tempted_acts = 0, {}, 0
        self.off = {date.fromisoformat(d["day"]) for d in
                    desk.store("select day from calendar_day")}

    def call(self, method, path, p, body=None, headers=None):
        sent = {"Authorization": f"Bearer {p.token}", **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/json"
            body = json.dumps(body)
        self.line.request(method, "/api/v1" + path, body, sent)
        answer = self.line.getresponse()
        return answer.status, json.loads(answer.read())

    def read(self, p, path):
        status, answer = self.call("GET", path, p)
        assert status == 200, (p, path, answer)
        return answer

    def wrong(self, c, what):
        story = "\n".join(f"  {line}" for line in c.history)
        pytest.fail(f"step {self.step}, {c.no} of {c.requester} for"
                    f" {c.asked_for}, named {c.named}: {what}\n{story}")

    def alike(self, c, p, now, what=""):
        """What a person was shown, against the model."""
        clock = now["clock"] or {}
        want = {"state": c.state, "version": c.version, "allowed":
                sorted(allowed(c, p)), "register": c.register,
                "outcome": c.outcome,
                "granted": c.granted, "officers": c.officers}
        got = {"state": now["state"], "version": now["version"], "allowed":
               sorted(now["allowed"]), "register":
               (now["register"] or {}).get("no"),
               "outcome": now["outcome"],
               "granted": {x["id"]: x["state"] for x in now["connections"]},
               "officers": [o["email"] if isinstance(o, dict) else o
                            for o in now["officers"]]}
        differs = {k: (got[k], want[k]) for k in want if got[k] != want[k]}
        if differs:
            self.wrong(c, f"{what} {p} is shown, and should be: {differs}")
        if c.register and not c.granted and c.state != "closed" and \
                clock.get("paused") != (c.state == "waiting"):
            self.wrong(c, f"the clock of a request in {c.state}: {clock}")
        if c.office == "ICIT" and c.register and not c.granted and \
                c.state not in ("waiting", "closed"):
            due = c.agreed or self.due(c.start)
            if now["due"] != due:
                self.wrong(c, f"received {c.start}, due {now['due']},"
                              f" not {due}")

    def due(self, start):
        """Ten working days after the first that counts; the shortest walk."""
        def on(d):
            while d.weekday() > 4 or d in self.off:
                d += timedelta(days=1)
            return d
        d = on(start)
        for _ in range(10):
            d = on(d + timedelta(days=1))
        return d.isoformat()

    def begin(self):
        """Somebody fills a form: who may not ask is told so."""
        p = self.random.choice(
            self.people if self.random.random() < 0.1 else
            [q for q in self.people if q.holds("requester")])
        code = self.random.choice(["ICIT", "REGISTRAR"])
        systems = self.random.choice(ASKED_FOR[code])
        office = {"ICIT": self.desk.icit, "REGISTRAR": self.desk.registrar}
        more = {"coordinator_email": None, "head_email": None,
                "systems": systems}
        if code == "REGISTRAR":  # its form wants them
            more |= {"coordinator_email": "coordinator@example.ac.th",
                     "head_email": "head@example.ac.th"}
        for field in ("coordinator_email", "head_email"):
            if self.random.random() < 0.3:
                more[field] = self.random.choice(
                    self.tempted[code] if self.random.random() < 0.7
                    else self.people).email
        c = Case(code, systems, p.email, [
            e for e in (more["coordinator_email"], more["head_email"]) if e])
        status, now = self.call("POST", "/requests", p, {
            "office": code, "answers": office[code].answers(**more),
            "submit": False})
        should = 201 if p.holds("requester") else 403
        if status != should:
            self.wrong(c, f"{p} makes a request: {status}, not {should}: "
                          f"{now}")
        if status == 201:
            self.made[code] += 1
            c.no = now["no"]
            if c.no != f"{code}-{YEAR}-{self.made[code]:05}":
                self.wrong(c, f"it is the request {self.made[code]}")
            c.history.append(f"{p} makes {c.no}, a draft")
            self.cases.append(c)
            self.alike(c, p, now)

    def temptations(self):
        """What somebody could do now, were he not kept apart from it."""
        return [(c, p, k) for c in self.cases if c.state in TEMPTING
                for k in TEMPTING[c.state] for p in self.people
                if c.apart(p, k) and rule(c, p, k) == (True, True)
                and sees(c, p)]

    def choose(self):
        """A request, a person, a command: often one that is possible."""
        if self.random.random() < 0.15:
            tempting = self.temptations()
            if tempting:
                self.tempted_acts += 1
                return self.random.choice(tempting)
        alive = [c for c in self.cases if c.state != "closed"]
        closed = [c for c in self.cases if c.state == "closed"]
        c = self.random.choice(closed[-ALIVE:] if closed and
                               self.random.random() < 0.12 else alive)
        if self.random.random() < 0.55:
            for _ in range(40):
                k = self.random.choices(list(WEIGHT), list(WEIGHT.values()))[0]
                able = [p for p in self.people if refused(c, p, k) is None]
                if able:
                    return c, self.random.choice(able), k
        people = self.people if self.random.random() < 0.3 else [
            p for p in self.people if sees(c, p)]
        return (c, self.random.choice(people),
                self.random.choice([*COMMANDS, "redraft"]))

    def act(self):
        c, p, command = self.choose()
        plan, headers = self.bodies.plan(c, p, command), {}
        should = refused(c, p, command)
        chance = self.random.random()
        if chance < 0.06:
            other = c.version - 1 or c.version + 1
            headers["If-Match"] = f'"{other}"'
            should = should or (412, "stale-version")
        elif chance < 0.12:
            headers["If-Match"] = f'"{c.version}"'
        if chance > 0.92:
            plan.body = {"no such field": 1}
            should = should or (422, "invalid")
        should = should or plan.refusal
        path = f"/requests/{c.no}"
        method = "PATCH" if command == "redraft" else "POST"
        status, now = self.call(
            method, path if command == "redraft" else f"{path}/{command}",
            p, plan.body, headers)
        got = (status, now.get("code"))
        c.history.append(f"{p} {command} in {c.state} {plan.body} {headers}:"
                         f" {status} {now.get('code', '')}")
        self.seen[command, status] = self.seen.get((command, status), 0) + 1
        if (got if should else status) != (should or 200):
            self.wrong(c, f"{p} {command}: {got}, not {should or 200}: "
                          f"{now.get('title', '')} {now.get('errors', '')}")
        if should:
            asks = self.by_email[c.requester]
            self.alike(c, asks, self.read(asks, path), "afterwards")
            return
        c.version += 1
        c.acts.add((p.email, command))
        plan.then(c, now)
        # What was asked at a stage is of no use after it.
        at = c.before_wait if c.state == "waiting" else c.state
        c.consulted = {e: s for e, s in c.consulted.items() if s == at}
        self.alike(c, p, now)

    def everybody_looks(self):
        c = self.random.choice(self.cases)
        for p in self.people:
            status, now = self.call("GET", f"/requests/{c.no}", p)
            if status != (200 if sees(c, p) else 404):
                self.wrong(c, f"{p} looks: {status}")
            if status == 200:
                self.alike(c, p, now)

    def registers_agree(self):
        for office, cases in self.register.items():
            records = next(p for p in self.people
                           if p.holds("records", office))
            rows = self.read(records, f"/register/{office}/{YEAR}")["rows"]
            assert [(r["no"], r["request"]) for r in rows] == [
                (i, c.no) for i, c in enumerate(cases, 1)], office
            for row, c in zip(rows, cases):
                if (row["outcome"], row["score"] or 0) != (c.outcome, c.score):
                    self.wrong(c, f"the register has {row}, the model"
                                  f" {c.outcome}, {c.score}")

    def run(self, steps):
        for self.step in range(1, steps + 1):
            if sum(c.state != "closed" for c in self.cases) < ALIVE:
                self.begin()
            else:
                self.act()
            if self.step % EVERYBODY_EACH == 0:
                self.everybody_looks()


def test_the_desk_is_its_model(make_university, store, full_size, seed):
    desk = Desk(make_university(store))
    world = World(desk, seed)
    world.run(STEPS_LONG if full_size else STEPS)
    world.registers_agree()
    for args in (["verify"], ["rebuild", "--check"]):
        done = desk.university.pratu(*args)
        assert done.returncode == 0, (args, done.stdout, done.stderr)
    # It was no walk among refusals alone, nor without them.
    done = {k for k, status in world.seen if status == 200}
    assert done >= {"submit", "receive", "decide", "assign", "prepare",
                    "deliver"}
    assert not full_size or done >= set(COMMANDS) - {"propose", "delegate"}
    assert {404, 403, 409, 412, 422} <= {s for _, s in world.seen}
    assert world.tempted_acts > (100 if full_size else 0)
