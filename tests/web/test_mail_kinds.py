"""Every kind of notice there is, at a real mail server, with hostile words in every
field that a person may fill. A kind that no story here tells is a failure."""
import json
import re
from datetime import date, timedelta

from conftest import ROOT, wait_until
from journey import ACCEPTED, APPROVED, ENDORSED, Person, day, good
from test_acceptance import days_later
from test_data_mail import deliver, put, ready
from test_mail import filed, mailing, plain, servers  # noqa: F401
from test_mail_form import said_name
from test_papers import sign
from test_time import add, admin_of, days_off, working

KINDS = set(re.findall(r"^NOTICE\((\w+)\)",
                       (ROOT / "src/core/outbox.def").read_text(), re.M))
# These come of a mailbox that is read, or of years: the story is in that test.
ELSEWHERE = {"bounced": "test_replies.py", "unsorted": "test_replies.py",
             "round": "test_rounds.py", "codes": "test_code_lists.py"}
HEADERS = {"Message-ID", "In-Reply-To", "References", "Date", "From", "To",
           "Cc", "Reply-To", "Subject", "Auto-Submitted", "Content-Language",
           "MIME-Version", "Content-Type"}
EVIL = "evil.example"
# Line ends with headers, what turns the line around, encoded words, markup.
HOSTILE = (f"ก\r\nBcc: x@{EVIL}\r\n\r\n<script>x</script>\u202e ลวง \u2066"
           f" =?UTF-8?B?eA==?= {{0}} %s " + "ยาว" * 300)
TITLE = f"ข้อมูล\u202eลวง =?UTF-8?Q?x?= <b> Bcc: x@{EVIL} " + "ยาว" * 40


def clerk(desk):
    pratu, email = desk.university.pratu, "clerk.kinds@example.ac.th"
    assert pratu("user", "add", email, "--name", "นางสาวร่าง เรื่องดี",
                 "--role", "owner/HRD:clerk",
                 stdin="prepares-the-answer\n").returncode == 0
    token = json.loads(pratu("user", "token", email, "--json").stdout)["token"]
    return Person(desk.university, {"email": email, "role": "owner",
                                    "name": "นางสาวร่าง เรื่องดี",
                                    "token": token})


def talk(desk):
    """consulted, opined, handed, unhanded, shared, unshared, message, asked,
    replied, flagged, held, lifted, proposed."""
    icit, asks = desk.icit, desk.requester
    no = icit.until("consent", title=TITLE, identifiability="identified",
                    lawful_basis="pdpa-26", subjects=["students"],
                    retention_until=day(300), terms_accepted=True)
    clerk(desk).ok(no, "propose", **ENDORSED, note=HOSTILE)
    icit.go_on(no, "decision")
    asks.ok(no, "share", add=[desk.other.email])
    asks.ok(no, "share", remove=[desk.other.email])
    asks.ok(no, "message", text=HOSTILE)
    icit.director.ok(no, "consult", to=icit.executive.email, text=HOSTILE)
    icit.executive.ok(no, "opine", outcome="disagree", text=HOSTILE)
    icit.director.ok(no, "delegate", to=icit.executive.email, note=HOSTILE)
    icit.director.ok(no, "delegate", to=icit.director.email)
    desk.dpo.ok(no, "opine", outcome="hold", text=HOSTILE)
    desk.dpo.ok(no, "opine", outcome="lifted", text=HOSTILE)
    icit.director.ok(no, "return", message=HOSTILE)
    asks.ok(no, "reply", message=HOSTILE)


def ends(desk):
    """declined, rejected, letter, cannot, withdrawn."""
    icit, asks = desk.icit, desk.requester
    no = icit.until("consent", title=TITLE)
    desk.owners["HRD"].ok(no, "consent", outcome="declined", note=HOSTILE)
    no = icit.until("decision", title=TITLE)
    icit.director.ok(no, "decide", outcome="rejected", note=HOSTILE)
    no = icit.until("decision", title=TITLE)
    asks.ok(no, "withdraw", reason=HOSTILE)
    no = icit.until("preparing", title=TITLE)
    assert icit.officer.api.call("POST", f"/requests/{no}/files", files={
        "file": ("a\r\nX-A: b.pdf", b"%PDF", "application/pdf")
    }).status_code == 400
    file = icit.officer.attach(no, "ผล\u202e; x=\"ก\".pdf", b"%PDF why")
    icit.officer.ok(no, "cannot", reason=HOSTILE, files=[file])


def delivered(desk):
    """waiting, assigned, extended, delivered, acceptance, copy, refused, closed,
    recalled, revoked."""
    icit, asks = desk.icit, desk.requester
    no = icit.until("preparing", title=TITLE)
    icit.officer.ok(no, "extend", due=day(60), cause="volume", reason=HOSTILE)
    asks.ok(no, "extend", due=day(60))
    icit.go_on(no, "delivery")
    icit.officer.ok(no, "deliver", message=HOSTILE,
                    digest=icit.officer.request(no)["artefact"]["digest"])
    good(sign(icit.director, no, "notice"), 201)
    asks.ok(no, "accept", outcome="refused", comment=HOSTILE)
    icit.go_on(no, "acceptance")
    icit.officer.ok(no, "recall", reason=HOSTILE, deliveries=[
        c["id"] for c in icit.officer.request(no)["connections"]
        if c["state"] == "active"])
    icit.go_on(no, "acceptance")
    asks.ok(no, "accept", **ACCEPTED, comment=HOSTILE)
    live = next(c for c in asks.request(no)["connections"]
                if c["state"] == "active")
    good(icit.officer.api.post(f"/connections/{live['id']}/revoke",
                               {"reason": HOSTILE}))


def data(desk):
    """data: the documents themselves, in the mail."""
    put(desk, mail_domains="example.ac.th")
    no, digest = ready(desk)
    assert deliver(desk, no, digest, message=HOSTILE)["mailed"]["attached"]


def brought(desk):
    """unusable, lost, found: of a table that was sent in."""
    no = desk.icit.until("preparing", title=TITLE)
    for state, finding in (
            ("refused", {"code": "heading-twice", "row": 1, "column": 27,
                         "detail": HOSTILE[:100]}),
            ("lost", {"code": "absent"})):
        one = good(desk.requester.api.post(f"/requests/{no}/uploads", {
            "name": f"ตาราง\u202e <b> {state}.csv", "kind": "table",
            "purpose": HOSTILE[:400]}), 201)["id"]
        said = json.dumps(finding).replace("'", "''")
        desk.change("shared", f"update inbound set state = '{state}', finding"
                    f" = '{said}', version = 1 where upload = '{one}'")
    def told():
        return {e["type"]: e for e in desk.requester.get(
            f"/requests/{no}/events")["events"]}

    wait_until("both are told", lambda: {"unusable", "lost"} <= told().keys())
    unusable = told()["unusable"]
    # What a heading says may be somebody's name: it is not kept for good.
    assert unusable["data"]["finding"] == {
        "code": "heading-twice", "row": 1, "column": 27}
    assert unusable["by"] == "system"
    assert unusable["data"]["sender"] == desk.requester.email
    found = json.dumps({"rows": 1, "columns": [], "wrong": 0, "double": 0,
                        "sheet": HOSTILE[:40]}).replace("'", "''")
    desk.change("shared", "update inbound set state = 'read', finding = '',"
                f" found = '{found}', version = 2 where upload = '{one}'")
    wait_until("it is told that it was found", lambda: "brought" in told())


def stands(desk):
    """delegated, undelegated."""
    made = good(desk.icit.director.api.post("/me/delegations", {
        "to": desk.icit.executive.email, "kind": "acting", "from": day(0),
        "until": day(3), "order_no": "7/2569 " + TITLE[:40]}), 201)
    desk.icit.director.api.call("DELETE", f"/me/delegations/{made['id']}")


def calendar(desk):
    """recalculated."""
    no = desk.icit.until("decision", title=TITLE)
    off, d = days_off(desk), date.fromisoformat(
        desk.icit.records.request(no)["due"])
    assert working(d, off)
    add(admin_of(desk), "government", d.isoformat())


def let_go(desk):
    """What a courier of a later day held when it ended is free again."""
    desk.change("people", "update outbox set until = 0 where done = 0")
    desk.change("people", "update envelope set until = 0, owner = '',"
                          " flying = 0 where state = 'waiting'")


def later(desk):
    """heads, reminder, overdue, lapsed, digest."""
    for name, days in (("acceptance-reminder", "1"), ("acceptance-closes", "1")):
        assert desk.university.pratu("setting", "put", name,
                                     days).returncode == 0
    good(desk.icit.head.api.post("/me/notices", {"waits": "digest"}))
    desk.icit.until("assignment", title=TITLE)
    desk.icit.until("acceptance", title=TITLE)
    off = days_off(desk)

    def looked(at):
        rows = desk.store("select value from setting where name = 'reminders'")
        sent = desk.store("select value from setting where name = 'heads.sent'")
        return rows and rows[0]["value"] == at.date().isoformat() and sent

    for n in range(5, 60):
        if not working(date.fromisoformat(day(n)), off):
            continue
        days_later(desk.university, n, looked)
        let_go(desk)
        kinds = {r["kind"] for r in desk.store("select kind from outbox")}
        if {"heads", "reminder", "overdue", "lapsed", "digest"} <= kinds:
            return


def check_mail(desk, e, m):
    """The words, names and heads of one; nothing of a header's but the courier's."""
    assert set(m.parsed.keys()) - {"X-Pratu-Repeated"} <= HEADERS, e
    assert not m.parsed.defects
    assert str(m.parsed["Subject"]) == e["subject"], e
    assert len(e["subject"].encode()) <= 900 and e["subject"].strip()
    assert plain(e["body"]) in plain(m.text()), e["kind"]
    to, = m.parsed["To"].addresses
    assert to.addr_spec == e["recipient"]
    name = desk.names.get(to.addr_spec)
    assert name is None or said_name(m.data, "To") == name
    assert m.to == to.addr_spec or m.to in {
        a.addr_spec for a in m.parsed["Cc"].addresses}
    html = m.text("html")
    assert "<script" not in html and "<b>" not in html
    whole = m.text() + html
    assert not re.search(r"pr[tk]_[A-Za-z0-9]{8}", whole)
    for c in "\u202e\u2066\0":
        assert c not in e["subject"], e["kind"]


def test_every_kind_of_notice_is_mailed(mailing):  # noqa: F811
    desk = mailing()
    desk.names = {r["email"]: r["name"]
                  for r in desk.store("select email, name from person")}
    for story in (talk, ends, delivered, data, brought, stands, calendar, later):
        story(desk)
    desk.all_sent()
    notices = {n["notice"]: n for n in desk.store(
        "select m.notice, m.message_id, o.kind, o.recipient, o.cc, o.subject,"
        " o.body, o.link, o.files from mail m join outbox o on o.id ="
        " m.notice")}
    by_id = {f"<{n['message_id']}>": n for n in notices.values()}
    arrived = set()
    for m in desk.server.mails:
        assert m.to.endswith("@example.ac.th") and EVIL not in m.to
        e = by_id[m.id]
        check_mail(desk, e, m)
        arrived.add(e["kind"])
        if not e["link"].startswith("/accept/"):
            assert "/accept/" not in m.text()
        if e["kind"] == "cannot":
            (name, content), = m.files().items()
            assert content == b"%PDF why" and name.endswith(".pdf")
            assert "\u202e" not in name and "\n" not in name
    for kind, test in ELSEWHERE.items():
        assert kind in (ROOT / "tests/web" / test).read_text()
    assert KINDS - arrived - set(ELSEWHERE) == set(), "a kind without a story"
    # What is filed tells nobody how to accept.
    for n in notices.values():
        secret = n["link"].removeprefix("/accept/")
        if secret != n["link"]:
            assert secret.encode() not in filed(desk, n["notice"])
