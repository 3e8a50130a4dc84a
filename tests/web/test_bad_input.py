"""What nobody should send: each gets a clear answer in the reader's language,
with a stable code, and changes nothing. No answer is a failure of the server,
none of its processes ends, and its log has no complaint. What is refused before
a store is asked is tried on one store."""
import concurrent.futures
import contextlib
import hashlib
import html.parser
import json
import re
import unicodedata

import pytest
import requests

from journey import Person, call, desk, good  # noqa: F401
from pages import Web
from shell import Shell

THAI = re.compile("[\u0e00-\u0e7f]")
# What stands in front of an answer that was not asked for in a language.
LANGUAGES = [({}, True), ({"Accept-Language": "th"}, True),
             ({"Accept-Language": "en"}, False),
             ({"Accept-Language": "en-GB,en;q=0.9,th;q=0.8"}, False)]


def chain(university):
    """What an act would have changed."""
    return (Shell(university).rows(
        "select (select max(hash) from chain) as head,"
        " (select count(*) from events) as events,"
        " (select count(*) from cases) as cases,"
        " (select count(*) from attachment) as files,"
        " (select count(*) from idempotency) as kept,"
        " (select count(*) from outbox) as notices,"
        " (select sum(value) from counter) as numbers"),
        Shell(university, "shared").rows(
            "select (select count(*) from connection) as c,"
            " (select count(*) from access_key) as k,"
            " (select count(*) from upload) as u"))


def complaints(university, since):
    """Lines of the log that tell of a failure of the server's own."""
    return [line for line in university.output()[since:].splitlines()
            if '"error"' in line or "required:" in line
            or "ERROR:" in line or "runtime error" in line]


@contextlib.contextmanager
def alive(university):
    """The server stands as it stood, and has nothing to complain of."""
    log, processes = len(university.output()), university.processes()
    yield
    assert university.processes() == processes, university.output()[log:]
    assert complaints(university, log) == []


@contextlib.contextmanager
def nothing_happens(university):
    before = chain(university)
    with alive(university):
        yield
    assert chain(university) == before


def problem(answer, status, code, thai=True):
    """A refusal as contract.md has it, in one language."""
    assert answer.status_code == status, \
        f"{answer.status_code} {answer.text[:500]}"
    assert answer.headers["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert (said["status"], said["code"]) == (status, code), said
    words = [said["title"], said["detail"]] + [
        e["message"] for e in said.get("errors", [])]
    for text in words:
        assert text and bool(THAI.search(text)) == thai, said
    return {e["field"] for e in said.get("errors", [])}


def refused(university, ask, status, code, fields=None):
    """ask(headers) is refused so, in every language, and changes nothing."""
    with nothing_happens(university):
        for headers, thai in LANGUAGES:
            found = problem(ask(headers), status, code, thai)
            if fields is not None:
                assert found == set(fields)


def raw(person, method, path, body, kind="application/json", headers=None):
    return person.api.session.request(
        method, person.api.base + path, data=body, timeout=60,
        headers={"Content-Type": kind, **(headers or {})})


NEW = {"office": "ICIT", "submit": False}


def new(**answers):
    return json.dumps({**NEW, "answers": answers}).encode()


def nested(levels):
    return (b'{"office":"ICIT","answers":' + b'{"a":' * levels + b"1"
            + b"}" * levels + b"}")


# Bodies of POST /requests: what, body, status, code, wrong fields.
BODIES = [
    ("half a document", b'{"office":', 400, "syntax", None),
    ("not JSON", b"office=ICIT", 400, "syntax", None),
    ("a list", b"[]", 400, "not-an-object", None),
    ("a number", b"7", 400, "not-an-object", None),
    ("two documents", b"{}{}", 400, "syntax", None),
    ("a name twice", b'{"office":"ICIT","office":"ICIT"}', 400, "syntax",
     None),
    ("a name twice, deeper",
     b'{"office":"ICIT","answers":{"title":"a","title":"b"}}', 400,
     "syntax", None),
    ("33 levels", nested(33), 400, "syntax", None),
    ("10,000 levels", nested(10_000), 400, "syntax", None),
    ("10,000 lists", b'{"answers":' + b"[" * 10_000, 400, "syntax", None),
    ("broken UTF-8", b'{"office":"ICIT\xff"}', 400, "syntax", None),
    ("overlong UTF-8", b'{"office":"\xc0\xafICIT"}', 400, "syntax", None),
    ("half a surrogate", b'{"office":"\\ud800"}', 400, "syntax", None),
    ("NUL", b'{"office":"ICIT\\u0000"}', 400, "syntax", None),
    ("a number beyond all", b'{"office":1e400}', 400, "syntax", None),
    ("an integer beyond all", b'{"office":' + b"9" * 400 + b"}", 400,
     "syntax", None),
    ("UTF-16", '{"office":"ICIT"}'.encode("utf-16"), 400, "syntax", None),
    ("nothing", b"", 422, "invalid", {"office"}),
    ("blanks", b"   ", 400, "syntax", None),
    ("an unknown key", b'{"office":"ICIT","admin":true}', 422, "invalid",
     {"admin"}),
    ("an unknown answer", new(nothing="x"), 422, "invalid", {"nothing"}),
    ("answers that are a list", b'{"office":"ICIT","answers":[]}', 422,
     "invalid", {"answers"}),
    ("answers that are a text", b'{"office":"ICIT","answers":"x"}', 422,
     "invalid", {"answers"}),
    ("an office that is none", b'{"office":"NOWHERE"}', 422, "invalid",
     {"office"}),
    ("an office that is a number", b'{"office":7}', 422, "invalid",
     {"office"}),
    ("another office's procedure",
     b'{"office":"ICIT","procedure":"W-REG6-001"}', 422, "invalid",
     {"procedure"}),
    ("a draft that is sent as text", b'{"office":"ICIT","submit":"true"}',
     422, "invalid", {"submit"}),
    ("on behalf of a text", b'{"office":"ICIT","on_behalf":"x"}', 403,
     "only-records", None),
    ("on behalf, by a requester",
     '{"office":"ICIT","on_behalf":{"name":"ก","unit":"ICIT"}}'.encode(), 403,
     "only-records", None),
    ("a title that is a number", new(title=5), 422, "invalid", {"title"}),
    ("a title that is a list", new(title=["x"]), 422, "invalid", {"title"}),
    ("a title of a million", new(title="x" * 1_000_000), 422, "invalid",
     {"title"}),
    ("a Thai title of 300,000", new(title="ก" * 150_000), 422, "invalid",
     {"title"}),
    ("501 characters", new(title="ก" * 501), 422, "invalid", {"title"}),
    ("5,001 characters", new(detail="ก" * 5001), 422, "invalid", {"detail"}),
    ("a title with a bell", new(title="a\x07"), 422, "invalid", {"title"}),
    ("systems that are a number", new(systems=5), 422, "invalid",
     {"systems"}),
    ("systems that are an object", new(systems={"HRIS": 1}), 422, "invalid",
     {"systems"}),
    ("a system in a list in a list", new(systems=[["HRIS"]]), 422,
     "invalid", {"systems"}),
    ("51 systems", new(systems=[f"S{i}" for i in range(51)]), 422, "invalid", {"systems"}),
    ("a service type that is none", new(service_type="magic"), 422,
     "invalid", {"service_type"}),
    ("a day that is none", new(needed_by="2026-02-30"), 422, "invalid",
     {"needed_by"}),
    ("a day that is a number", new(needed_by=20261230), 422, "invalid",
     {"needed_by"}),
    ("a day that is a wish", new(needed_by="พรุ่งนี้"), 422, "invalid",
     {"needed_by"}),
    ("a network with bits behind its length", new(networks=["10.0.0.1/8"]),
     422, "invalid", {"networks"}),
    ("a network that is none", new(networks=["10.0.0.0/33"]), 422,
     "invalid", {"networks"}),
    ("an octal address", new(networks=["010.0.0.1"]), 422, "invalid",
     {"networks"}),
    ("an address without a house", new(head_email="nobody"), 422, "invalid",
     {"head_email"}),
    ("an address with a line", new(head_email="a@example.ac.th\nBcc: b"),
     422, "invalid", {"head_email"}),
    ("a flag that is a text", new(terms_accepted="perhaps"), 422, "invalid",
     {"terms_accepted"}),
    ("a form that is none", new(formats=["pdf"]), 422, "invalid",
     {"formats"}),
]


@pytest.mark.parametrize("what, body, status, code, fields", BODIES,
                         ids=[b[0] for b in BODIES])
def test_a_request_that_is_none(desk, what, body, status, code, fields):
    refused(desk.university,
            lambda h: raw(desk.requester, "POST", "/requests", body,
                          headers=h), status, code, fields)


def test_bodies_too_large_and_of_another_kind(desk):
    def send(body, kind="application/json", path="/requests"):
        return lambda h: raw(desk.requester, "POST", path, body, kind, h)

    large = new(title="x" * 10_000_000)
    refused(desk.university, send(large), 413, "too-large")
    refused(desk.university, send(new(title="x" * (1 << 20))), 413,
            "too-large")
    for kind in ("text/plain", "application/x-www-form-urlencoded",
                 "multipart/form-data; boundary=x", "application/xml"):
        refused(desk.university, send(new(title="x"), kind), 415, "media")
    no = desk.icit.new(submit=False)["no"]
    for path in (f"/requests/{no}/submit", f"/requests/{no}/uploads"):
        refused(desk.university, send(large, path=path), 413, "too-large")
    refused(desk.university,
            lambda h: raw(desk.requester, "PATCH", f"/requests/{no}", large,
                          headers=h), 413, "too-large")


# Commands in the state where they would be right: state, who, command, body.
COMMANDS = [
    ("decision", "director", "decide", {}, {"outcome"}),
    ("decision", "director", "decide", {"outcome": "perhaps"}, {"outcome"}),
    ("decision", "director", "decide", {"outcome": ["approved"]},
     {"outcome"}),
    ("decision", "director", "decide", {"outcome": "approved", "by": "me"},
     {"by"}),
    ("decision", "director", "decide", {"outcome": "rejected"}, {"note"}),
    ("decision", "director", "decide", {"outcome": "approved",
                                        "division": "NOWHERE"},
     {"division"}),
    ("decision", "director", "return", {}, {"message"}),
    ("decision", "director", "return", {"message": "   "}, {"message"}),
    ("decision", "director", "return", {"message": "ก" * 5001},
     {"message"}),
    ("intake", "records", "receive", {"memo_date": "31/2/2569"},
     {"memo_date"}),
    ("intake", "records", "receive", {"urgency": "now"}, {"urgency"}),
    ("intake", "records", "receive", {"received_at": "soon"},
     {"received_at"}),
    ("assignment", "head", "assign", {}, {"officer"}),
    ("assignment", "head", "assign", {"officer": "nobody@example.ac.th"},
     {"officer"}),
    ("assignment", "head", "assign", {"officers": "all"}, {"officers"}),
    ("preparing", "officer", "prepare", {}, None),
    ("preparing", "officer", "prepare",
     {"source": "HRIS", "sql": "select 1; drop table events",
      "outlets": ["api-get"]}, None),
    ("preparing", "officer", "prepare",
     {"source": "HRIS", "sql": "delete from staff", "outlets": ["api-get"]},
     None),
    ("preparing", "officer", "prepare",
     {"source": "HRIS", "sql": "select nothing from nowhere",
      "outlets": ["api-get"]}, None),
    ("preparing", "officer", "prepare",
     {"source": "GL3D", "sql": "select 1 as one", "outlets": ["api-get"]},
     None),
    ("preparing", "officer", "prepare",
     {"source": "HRIS", "sql": "select name_th from department",
      "outlets": ["carrier-pigeon"]}, None),
    ("preparing", "officer", "prepare",
     {"source": "HRIS", "sql": "select name_th from department",
      "outlets": ["api-get"], "filterable": ["nothing"]}, None),
    ("preparing", "officer", "prepare",
     {"source": "HRIS", "sql": "select name_th from department",
      "outlets": ["api-get"], "columns": [{"name": "other"}]}, None),
    ("preparing", "officer", "prepare",
     {"source": "HRIS", "sql": "select name_th from department",
      "outlets": ["api-get"], "networks": ["everywhere"]}, None),
    ("preparing", "officer", "prepare",
     {"source": "HRIS", "sql": "select name_th from department",
      "outlets": ["api-get"], "expires": "2020-01-01"}, None),
    ("preparing", "officer", "prepare",
     {"source": "HRIS", "sql": "x" * 500_000, "outlets": ["api-get"]}, None),
    ("preparing", "officer", "cannot", {"reason": ""}, {"reason"}),
    ("preparing", "officer", "cannot",
     {"reason": "ก", "files": ["../../etc/passwd"]}, {"files"}),
    ("acceptance", "requester", "accept", {"outcome": "accepted",
                                           "score": "5"}, {"score"}),
    ("acceptance", "requester", "accept", {"outcome": "accepted",
                                           "score": 5.5}, {"score"}),
    ("acceptance", "requester", "accept", {"outcome": "accepted",
                                           "score": 6}, {"score"}),
    ("acceptance", "requester", "accept", {"outcome": "accepted",
                                           "score": -1}, {"score"}),
    ("acceptance", "requester", "accept", {"outcome": "accepted",
                                           "score": 2**63 - 1}, {"score"}),
    ("acceptance", "requester", "accept", {"score": 5}, {"outcome"}),
]


@pytest.fixture(scope="module")
def waiting():
    """A request in each state, made once for each store."""
    return {}


@pytest.mark.parametrize("state, who, command, body, fields", COMMANDS,
                         ids=[f"{i} {c[2]}" for i, c in enumerate(COMMANDS)])
def test_a_command_that_says_something_else(
        desk, store, waiting, state, who, command, body, fields):
    key = (store, state)
    if key not in waiting:
        waiting[key] = desk.icit.until(state)
    person = desk.requester if who == "requester" else getattr(desk.icit, who)
    refused(desk.university,
            lambda h: person.send(waiting[key], command, headers=h, **body),
            422, "invalid", fields)


def test_a_digest_that_is_not_the_one_that_was_checked(desk):
    no = desk.icit.until("delivery")
    for digest in ("0" * 64, "", "x", "A" * 100_000):
        before = chain(desk.university)
        answer = desk.icit.officer.send(no, "deliver", digest=digest)
        assert answer.status_code in (409, 422), answer.text
        assert chain(desk.university) == before
    refused(desk.university,
            lambda h: desk.icit.officer.send(no, "deliver", headers=h,
                                             digest="0" * 64),
            409, "digest-differs")


# Addresses that lead nowhere: method, path below /api/v1, status, code.
NOWHERE = [
    ("GET", "/requests/ICIT-2569-99999", 404, "no-such-request"),
    ("GET", "/requests/'; drop table events; --", 404, "no-such-request"),
    ("GET", "/requests/%2e%2e%2f%2e%2e%2fetc", 400, "syntax"),
    ("GET", "/requests/" + "A" * 1500, 404, "no-such-request"),
    ("GET", "/requests/ICIT-2569-99999/events", 404, "no-such-request"),
    ("POST", "/requests/ICIT-2569-99999/submit", 404, "no-such-request"),
    ("POST", "/requests/ICIT-2569-99999/bless", 404, "no-such-command"),
    ("GET", "/nothing", 404, "not-found"),
    ("GET", "/requests/a/b/c/d/e", 404, "not-found"),
    ("GET", "/procedures/NONE", 404, "procedure-unknown"),
    ("GET", "/connections/none", 404, "no-such-connection"),
    ("POST", "/connections/none/keys", 404, "no-such-connection"),
    ("POST", "/connections/none/revoke", 404, "no-such-connection"),
    ("DELETE", "/connections/none/keys/none", 404, "no-such-connection"),
    ("DELETE", "/requests", 405, "method"),
    ("BREW", "/requests", 405, "method"),
    ("TRACE", "/requests", 405, "method"),
    ("PUT", "/requests/ICIT-2569-00001", 405, "method"),
    ("GET", "/requests?limit=-1", 422, "invalid"),
    ("GET", "/requests?limit=x", 422, "invalid"),
    ("GET", "/requests?limit=201", 422, "invalid"),
    ("GET", "/requests?limit=" + "9" * 30, 422, "invalid"),
    ("GET", "/requests?cursor=x", 422, "invalid"),
    ("GET", "/requests?state=nowhere", 422, "invalid"),
    ("GET", "/register/ICIT/x", 404, "no-register-year"),
    ("GET", "/register/ICIT/99999999999999999999", 404,
     "no-register-year"),
    ("GET", "/register/ICIT/2569.exe", 404, "not-found"),
    ("GET", "/register/NOWHERE/2569", 404, "not-found"),
]


@pytest.mark.both_stores
@pytest.mark.parametrize("method, path, status, code", NOWHERE,
                         ids=[f"{n[0]} {n[1][:40]}" for n in NOWHERE])
def test_an_address_that_leads_nowhere(desk, method, path, status, code):
    refused(desk.university,
            lambda h: desk.icit.records.api.call(method, path, headers=h),
            status, code)


@pytest.mark.both_stores
def test_what_is_found_by_any_words(desk):
    """Words to look for are words: nothing in them is an order."""
    with nothing_happens(desk.university):
        for q in ("%", "_", "'", "\\", "a' or '1'='1", "\u200b", "*" * 2000,
                  "\u0e39\u0e39\u0e48\u0e48", "<script>"):
            answer = desk.auditor.api.get("/requests", params={"q": q})
            assert answer.status_code == 200, answer.text
            assert "requests" in good(answer)


@pytest.mark.both_stores
def test_a_version_that_is_past(desk):
    no = desk.icit.until("decision")
    for version in ('"1"', '"-1"', '"x"', "7",
                    '"99999999999999999999"'):
        refused(desk.university,
                lambda h: desk.icit.director.send(
                    no, "decide", outcome="approved",
                    headers={"If-Match": version, **h}),
                412, "stale-version")
    now = desk.icit.director.request(no)["version"]
    answer = desk.icit.director.send(no, "decide", outcome="approved",
                                     headers={"If-Match": f'"{now}"'})
    assert good(answer)["version"] == now + 1


@pytest.mark.both_stores
def test_two_directors_at_once(desk):
    """One of them decides; the other is told that it is done."""
    second = another_director(desk)
    for round in range(3):
        no = desk.icit.until("decision")
        before = len(desk.auditor.get(f"/requests/{no}/events")["events"])
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(
                lambda one: one[0].send(no, "decide", **one[1]),
                [(desk.icit.director, {"outcome": "approved"}),
                 (second, {"outcome": "rejected", "note": "ไม่"})]))
        assert sorted(a.status_code for a in answers) == [200, 409]
        loser = next(a for a in answers if a.status_code == 409)
        problem(loser, 409, "not-in-this-state")
        events = desk.auditor.get(f"/requests/{no}/events")["events"]
        assert len(events) == before + 1
        winner = next(a for a in answers if a.status_code == 200).json()
        state = {"approved": "assignment", "rejected": "closed"}
        said = events[-1]["data"]["form"]["outcome"]
        assert winner["state"] == state[said]


def another_director(desk):
    """A second one at ICIT, with a token of his own."""
    u, email = desk.university, "deputy.d@example.ac.th"
    if not hasattr(u, "second_director"):
        done = u.pratu("user", "add", email, "--name", "รองผู้อำนวยการ",
                       "--unit", "ICIT", "--role", "director@ICIT",
                       stdin="a long enough pass phrase\n")
        assert done.returncode == 0, done.stderr
        done = u.pratu("user", "token", email, "--name", "test")
        assert done.returncode == 0, done.stderr
        token = re.search(r"prt_\S+", done.stdout)[0]
        u.second_director = Person(u, {"email": email, "name": "",
                                       "token": token})
    return u.second_director


# Who are you?

@pytest.mark.both_stores
@pytest.mark.parametrize("header", ids=lambda h: h[:20], argvalues=[
    "", "Bearer", "Bearer ", "Bearer x", "Bearer prt_", "Basic eDp5",
    "Bearer prt_" + "a" * 4000, "Bearer prt_' or '1'='1",
    "Bearer prt_\u00e9", "Bearer null", "prt_x",
    "Bearer prt_x Bearer prt_y", "Digest x",
])
def test_a_token_that_is_none(desk, header):
    def ask(h):
        sent = {"Authorization": header, **h}
        return requests.post(desk.requester.api.base + "/requests", json=NEW,
                             headers=sent, timeout=30)
    if not header.isascii():
        refused(desk.university, ask, 400, "syntax")
    elif header.startswith("Bearer ") and header.strip() != "Bearer":
        refused(desk.university, ask, 401, "token")
    else:
        refused(desk.university, ask, 401, "unauthenticated")


@pytest.mark.parametrize("cookie", ids=lambda c: c[:20], argvalues=[
    "pratu=x", "pratu=", "pratu=" + "a" * 5000, "pratu=x; pratu=y",
    "pratu=\"x\"", "pratu=%00", "=x", ";;;",
    "pratu=' or '1'='1", "pratu_lang=xx; pratu=x",
])
def test_a_cookie_that_is_none(desk, cookie):
    with nothing_happens(desk.university):
        home = requests.get(
            desk.university.desk + "/requests", timeout=30,
            headers={"Cookie": cookie.encode("latin-1")},
            allow_redirects=False)
        assert home.status_code in (303, 401), home.status_code
        problem(requests.get(desk.requester.api.base + "/me", timeout=30,
                             headers={"Cookie": cookie.encode("latin-1")}),
                401, "unauthenticated")


# Files.

def multipart(name, content=b"%PDF-1.4", extra=b""):
    """One file whose name stands there byte by byte."""
    return (b'--b\r\nContent-Disposition: form-data; name="file"; filename="'
            + name + b'"\r\nContent-Type: application/pdf\r\n' + extra
            + b"\r\n" + content + b"\r\n--b--\r\n")


LONG_THAI = "บันทึกข้อความขอข้อมูลจากระบบสารสนเทศ" * 12
NAMES = [
    (b"../../x", "x"), (b"..\\..\\x.pdf", "x.pdf"), (b"/etc/passwd", "passwd"),
    (b"C:\\boot.ini", "boot.ini"), (b"..", "file"), (b".", "file"),
    (b"....", "file"), (b".htaccess", "htaccess"), (b"a/../../b", "b"),
    (b"%2e%2e%2fx", "%2e%2e%2fx"),
    (LONG_THAI[:132].encode() + b".pdf", None),
    ("บันทึก.pdf".encode(), "บันทึก.pdf"),
    ("\u202egpj.exe".encode(), "gpj.exe"),
    ("a\u200bb\u2066.pdf".encode(), "ab.pdf"),
    ("ท\u0e35\u0e48\u0e48.pdf".encode(), None),
    (b"<script>alert(1)</script>.pdf", "script>.pdf"),
    (b"'; drop table attachment; --", "'; drop table attachment; --"),
    (b"a" * 300 + b".pdf", None), (b"con.txt", "con.txt"),
    (b"", "file"),
]


@pytest.mark.parametrize("sent, stored", NAMES,
                         ids=[str(i) for i in range(len(NAMES))])
def test_a_file_with_a_name_of_its_own(desk, sent, stored):
    u = desk.university
    no = desk.icit.new(submit=False)["no"]
    content = b"%PDF-1.4 " + sent
    with alive(u):
        answer = raw(desk.requester, "POST", f"/requests/{no}/files",
                     multipart(sent, content),
                     "multipart/form-data; boundary=b")
        file = good(answer, 201)
        name = file["name"]
        assert stored is None or name == stored
        assert 0 < len(name.encode()) <= 255
        assert not re.search(r"[/\\\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e"
                             r"\u2066-\u2069]", name)
        assert unicodedata.normalize("NFC", name) == name
        back = desk.requester.api.get(f"/requests/{no}/files/{file['id']}")
        assert back.content == content
        disposition = back.headers["Content-Disposition"]
        assert disposition.startswith("attachment;")
        assert re.fullmatch(r"[\x20-\x7e]+", disposition)
    # It lies under its digest, and nowhere else.
    digest = hashlib.sha256(content).hexdigest()
    found = [p for p in u.top.rglob("*") if p.is_file()
             and p.suffix not in (".db", ".log") and p.stat().st_size
             == len(content) and p.read_bytes() == content]
    assert [p.relative_to(u.dir).as_posix() for p in found] == [
        f"people/attachments/{digest[:2]}/{digest}"]


BROKEN_FORMS = [
    ("no end", b'--b\r\nContent-Disposition: form-data; name="file";'
     b' filename="x"\r\n\r\nabc', 400, "syntax"),
    ("no boundary", multipart(b"x").replace(b"--b", b"--c"), 400, "syntax"),
    ("nothing", b"", 422, "invalid"),
    ("a name of 400 bytes cut within a letter",
     multipart(LONG_THAI.encode()[:400]), 400, "syntax"),
    ("a name of 2,000 bytes", multipart(b"a" * 2000), 413, "too-large"),
    ("no file", b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1'
     b"\r\n--b--\r\n", 422, "invalid"),
    ("two files", multipart(b"x").removesuffix(b"--b--\r\n")
     + multipart(b"y"), 422, "invalid"),
    ("an empty file", multipart(b"x", b""), 422, "attachment-empty"),
    ("NUL in the name", multipart(b"a\x00b"), 400, "syntax"),
    ("a line in the name", multipart(b"a\r\nX-Evil: 1"), 400, "syntax"),
    ("a name that is not UTF-8", multipart(b"\xff\xfe.pdf"), 400,
     "syntax"),
    ("too large", multipart(b"x", b"x" * (28 << 20)), 413, "too-large"),
    ("a file of more than 25 MiB", multipart(b"x", b"x" * (25 << 20)
                                             + b"y"), 413,
     "attachment-large"),
]


@pytest.mark.parametrize("what, body, status, code", BROKEN_FORMS,
                         ids=[b[0] for b in BROKEN_FORMS])
def test_a_form_that_is_none(desk, what, body, status, code):
    no = desk.icit.new(submit=False)["no"]

    def ask(h):
        return raw(desk.requester, "POST", f"/requests/{no}/files", body,
                   "multipart/form-data; boundary=b", h)
    refused(desk.university, ask, status, code)


# Texts.

SCRIPT = "<script>alert('x')</script>"
TEXTS = [
    SCRIPT, "\"><img src=x onerror=alert(1)>", "'; drop table events; --",
    "=HYPERLINK(\"http://example.org\",\"x\")", "+1+1", "-2+3", "@SUM(A1)",
    "{{7*7}} ${7*7} %s%n%x", "javascript:alert(1)", "</title><script>x",
    "&lt;b&gt; &amp;", "]]>", "<!--", "a" * 490,
]


class Elements(html.parser.HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, page):
        super().__init__()
        self.bad = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag in ("script", "iframe", "object", "embed", "base") and not (
                tag == "script" and (a.get("src") or "").startswith(
                    "/static/")):
            self.bad.append((tag, attrs))
        for name, value in attrs:
            if name.startswith("on") or name == "style" or (
                    name in ("href", "src", "action", "formaction")
                    and re.match(r"\s*(javascript|data|vbscript):",
                                 value or "", re.I)):
                self.bad.append((tag, name, value))

    def handle_data(self, data):
        self.words += data


def test_elements_see_what_they_look_for():
    for text in (SCRIPT, TEXTS[1], "<a href=' JavaScript:x'>", "<p style=x>",
                 "<script src=//example.org/x>", "<base href=/>"):
        assert Elements(f"<p>{text}</p>").bad, text
    assert not Elements("<script src=/static/a/x.js></script>&lt;script&gt;"
                        ).bad


def harmless(answer):
    assert answer.status_code in (200, 404, 409, 422), \
        f"{answer.status_code} {answer.url}"
    assert answer.headers["Content-Security-Policy"].startswith(
        "default-src 'none'; script-src 'self'")
    page = Elements(answer.text)
    assert page.bad == [], answer.url
    return page.words


def text_answers(desk, office):
    """Keys of the form's answers that take any text, from the API."""
    code = desk.requester.get("/systems") and {
        "ICIT": "ICIT-QP-9001-24", "REGISTRAR": "W-REG6-001"}[office]
    known = ["title", "project", "purpose", "detail", "caller_host",
             "format_other", "head_name", "coordinator_name", "signer_name",
             "signer_position", "memo_no", "recipients", "ethics_no"]
    asked = json.dumps(desk.requester.get(f"/procedures/{code}"))
    return known, [k for k in known if f'"{k}"' in asked]


@pytest.mark.both_stores
@pytest.mark.parametrize("i", range(len(TEXTS)))
def test_texts_are_texts(desk, i):
    """In every field of the form and every comment of the way, they come back
    as they went in and are words on every page."""
    text, icit, u = TEXTS[i], desk.icit, desk.university
    known, asked = text_answers(desk, "ICIT")
    assert {"title", "purpose", "detail"} <= set(asked)
    short = {k: text[:90] for k in ("memo_no", "ethics_no")}
    answers = {**{k: text for k in known}, **short}
    with alive(u):
        no = icit.until("decision", **answers)
        stored = desk.requester.request(no)["answers"]
        for key, value in answers.items():
            assert stored[key] == value, key
        icit.director.ok(no, "return", message=text)
        desk.requester.ok(no, "reply", message=text)
        icit.director.ok(no, "note", kind="note", text=text)
        icit.director.ok(no, "decide", outcome="approved", note=text)
        icit.head.ok(no, "assign", officer=icit.officer.email)
        icit.officer.ok(no, "cannot", reason=text)
        for person in (desk.requester, icit.director, icit.records):
            words = every_page(u, person, no)
            assert text in words, person
        row = [r for r in icit.records.get("/register/ICIT/2569")["rows"]
               if r["request"] == no]
        assert row[0]["title"] == text
        csv = icit.records.api.get("/register/ICIT/2569.csv").content.decode(
            "utf-8-sig")
        if text[0] in "=+-@":
            quoted = text.replace('"', '""')
            assert f"'{quoted}" in csv
            assert f',{text}' not in csv and f',"{quoted}' not in csv
    assert u.pratu("verify").returncode == 0


sessions = {}  # signed in once


def every_page(u, person, no):
    """The words of the pages on which a request is shown."""
    if (u.desk, person.email) not in sessions:
        sessions[u.desk, person.email] = Web(u.desk, next(
            p for p in u.facts["people"] if p["email"] == person.email))
    web = sessions[u.desk, person.email]
    words = ""
    for path in ("/", "/requests", f"/requests/{no}",
                 f"/requests/{no}/clock", "/register/ICIT/2569",
                 "/mailbox", f"/requests?q={no}"):
        words += harmless(web.s.get(u.desk + path, timeout=60))
    for link in sorted(set(re.findall(r'href="(/mailbox/\d+)"', web.s.get(
            u.desk + "/mailbox", timeout=60).text)))[-3:]:
        words += harmless(web.s.get(u.desk + link, timeout=60))
    return words


# Thai as it is typed: what is sent, what is stored.
MARKS = [
    ("ข้อมููลล", "ข้อมูลล"),               # a vowel twice
    ("ที่่", "ที่"),                        # a tone mark twice
    ("ก\u0e48\u0e35", "ก\u0e35\u0e48"),     # tone before vowel
    ("ก\u0e4d\u0e32", "ก\u0e33"),           # sara am in two
    ("เเม่", "แม่"),                        # two sara e
    ("ข้อ\u200bมูล", "ข้อมูล"),             # zero-width space
    ("ข้อ\u200c\u200d\ufeffมูล", "ข้อมูล"),
    ("ก  ข\u00a0ค", "ก ข ค"),
    ("  ริม  ", "ริม"),
    ("Cafe\u0301", "Café"),
]


@pytest.mark.both_stores
@pytest.mark.parametrize("sent, stored", MARKS,
                         ids=[str(i) for i in range(len(MARKS))])
def test_thai_is_stored_in_one_form(desk, sent, stored):
    with alive(desk.university):
        r = desk.icit.new(submit=False, title=sent, detail=sent)
        assert r["answers"]["title"] == stored
        assert r["answers"]["detail"] == stored
        found = desk.requester.get("/requests?q=" + requests.utils.quote(
            sent.strip()))["requests"]
        assert r["no"] in [f["no"] for f in found]
        words = every_page(desk.university, desk.requester, r["no"])
        assert stored in words


@pytest.mark.both_stores
def test_a_hundred_marks_on_one_letter(desk):
    """Stays within its line, and is one request among others."""
    with alive(desk.university):
        title = "ก" + "\u0e48" * 100 + "\u0e39" * 100
        r = desk.icit.new(submit=False, title=title)
        assert len(r["answers"]["title"]) <= 3
        heap = "a" + "\u0300\u0301" * 100
        r = desk.icit.new(submit=False, title=heap)
        every_page(desk.university, desk.requester, r["no"])


@pytest.mark.both_stores
@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\u200f", "\u061c"],
                         ids=["202e", "2066", "200f", "061c"])
def test_marks_that_turn_a_text_around(desk, mark):
    """Who decides sees what he decides: such a mark is refused or taken out."""
    with alive(desk.university):
        answer = desk.requester.api.post("/requests", {
            **NEW, "answers": {"title": f"อนุมัติ{mark}ไม่"}})
        if answer.status_code == 422:
            problem(answer, 422, "invalid")
        else:
            assert mark not in good(answer, 201)["answers"]["title"]


# Pages.

def page_of(answer, status, thai):
    """A page that says what is wrong, in its frame."""
    assert answer.status_code == status, \
        f"{answer.status_code} {answer.text[:300]}"
    words = harmless_page(answer)
    assert f'lang="{"th" if thai else "en"}"' in answer.text
    assert bool(THAI.search(words)) or not thai


def harmless_page(answer):
    page = Elements(answer.text)
    assert page.bad == []
    assert answer.headers["Content-Type"].startswith("text/html")
    return page.words


def test_large_and_broken_forms_to_pages(desk):
    u = desk.university
    entry = u.person("requester")
    no = desk.icit.new(submit=False)["no"]
    for lang, thai in (("th", True), ("en", False)):
        web = Web(u.desk, entry, lang)
        form = web.open(f"/requests/{no}/edit").to(f"/requests/{no}/edit")
        csrf = form.value("csrf")
        version = {k: v for k, v in form.fields if k in ("version",)}

        def send(path, status, data, **kwargs):
            with nothing_happens(u):
                page_of(web.s.post(u.desk + path, data=data, timeout=60,
                                   allow_redirects=False, **kwargs),
                        status, thai)

        filled = {"csrf": csrf, **version}
        send(f"/requests/{no}/edit", 413,
             {**filled, "title": "x" * 10_000_000})
        send(f"/requests/{no}/edit", 422, {**filled, "title": "x" * 60_000})
        send("/sign-in", 413, {"email": "x" * 10_000_000})
        send(f"/requests/{no}/submit", 413, {"csrf": csrf,
                                             "x": "x" * 10_000_000})
        send(f"/requests/{no}/edit", 403, {"title": "no token"})
        send(f"/requests/{no}/edit", 403, {"csrf": "x", "title": "wrong"})
        send(f"/requests/{no}/edit", 400, b"\xff=%zz",
             headers={"Content-Type": "application/x-www-form-urlencoded"})
        send(f"/requests/{no}/bless", 404, {"csrf": csrf})
        with nothing_happens(u):
            page_of(web.s.get(u.desk + "/nothing", timeout=30), 404, thai)
            page_of(web.s.get(u.desk + "/requests/ICIT-2569-99999",
                              timeout=30), 404, thai)
            page_of(web.s.get(u.desk + "/requests/<script>", timeout=30),
                    404, thai)


# The gate.

@pytest.fixture
def granted(desk, store, waiting):
    """A connection of a closed request, and a key."""
    if (store, "granted") not in waiting:
        icit = desk.icit
        no = icit.until("preparing")
        icit.officer.ok(no, "prepare", **icit.prepared(
            filterable=["department_code"],
            formats=["json", "csv", "xlsx", "ndjson", "html"]))
        r = icit.officer.request(no)
        r = icit.officer.ok(no, "deliver", digest=r["artefact"]["digest"])
        connection = desk.requester.request(no)["connections"][0]
        far = icit.until("preparing")
        icit.officer.ok(far, "prepare",
                        **icit.prepared(networks=["192.0.2.0/24"]))
        digest = icit.officer.request(far)["artefact"]["digest"]
        icit.officer.ok(far, "deliver", digest=digest)
        elsewhere = desk.requester.request(far)["connections"][0]
        waiting[store, "granted"] = (
            connection, desk.requester.key(connection),
            elsewhere, desk.requester.key(elsewhere))
    return waiting[store, "granted"]


QUESTIONS = [
    ("select=nothing", 422), ("nothing=eq.1", 422),
    ("department_code=1", 422), ("department_code=like", 422),
    ("department_code=zz.1", 422), ("department_code=eq", 422),
    ("department_code=in.(1,2", 422), ("and=(department_code.eq.1", 422),
    ("and=" + "(" * 5000, 422), ("or=()", 422),
    ("name_th=eq.x", 403), ("order=name_th", 403), ("order=nothing", 422),
    ("order=department_code.up", 422), ("limit=-1", 422), ("limit=x", 422),
    ("limit=" + "9" * 30, 422), ("offset=-1", 422), ("cursor=x", 422),
    ("format=exe", 406), ("department_code=eq.' or '1'='1", 200),
    ("department_code=eq.%00", 400), ("department_code=eq.\u0e01\u0e48", 200),
    ("department_code=is.nothing", 422),
    ("department_code=not.not.eq.1", 422),
]


@pytest.mark.parametrize("question, status", QUESTIONS,
                         ids=[q[0][:30] for q in QUESTIONS])
def test_a_question_that_is_none(desk, granted, question, status):
    connection, key = granted[:2]
    with alive(desk.university):
        for headers, thai in LANGUAGES:
            answer = requests.get(
                f"{connection['url']}?{question}", timeout=30,
                headers={"Authorization": f"Bearer {key}", **headers})
            assert answer.status_code == status, \
                f"{answer.status_code} {answer.text[:300]}"
            if status != 200:
                problem(answer, status, answer.json()["code"], thai)
            assert "department where" not in answer.text.lower()
            assert "sqlite" not in answer.text.lower()


@pytest.mark.parametrize("header, status, code", [
    (None, 401, "key-missing"), ("Bearer prk_wrong", 401, "key-wrong"),
    ("Bearer ", 401, "key-missing"), ("Basic !!!", 401, "key-missing"),
    ("Bearer prk_" + "x" * 5000, 401, "key-missing"),
    ("Basic Og==", 401, "key-missing"), ("prk_x", 401, "key-missing"),
    ("Bearer \u00ff", 400, "syntax"),
], ids=lambda v: str(v)[:20])
def test_a_key_that_is_none(desk, granted, header, status, code):
    def ask(h):
        sent = {**h, **({"Authorization": header.encode("latin-1")}
                        if header else {})}
        return requests.get(granted[0]["url"], headers=sent, timeout=30)
    refused(desk.university, ask, status, code)


@pytest.mark.both_stores
def test_a_key_of_another_and_an_address_outside(desk, granted):
    connection, key, elsewhere, its_key = granted

    def ask(url, with_key):
        return lambda h: requests.get(url, timeout=30, headers={
            "Authorization": f"Bearer {with_key}", **h})
    refused(desk.university, ask(elsewhere["url"], its_key), 403,
            "address-not-allowed")
    answer = call(elsewhere, key)
    assert answer.status_code in (401, 404)
    refused(desk.university, ask(desk.university.gate + "/v1/d/none", key),
            answer.status_code, answer.json()["code"])
    for forged in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP"):
        assert requests.get(elsewhere["url"], timeout=30, headers={
            "Authorization": f"Bearer {its_key}", forged: "192.0.2.7",
        }).status_code == 403


@pytest.mark.both_stores
def test_after_all_that_the_chain_holds(desk):
    u = desk.university
    assert u.pratu("verify").returncode == 0
    assert u.pratu("rebuild", "--check").returncode == 0
