"""Texts that would be SQL, through every place of the gate and of the desk that
takes one: each is refused, or means what it says, and none takes its time.

What a text means is known here, without the gate: every payload of injections.py
is the name in a row of its own, so a test on the name must find that row alone."""
import hashlib
import http.client
import json
import re
import sqlite3
import time
from urllib.parse import quote, quote_plus, urlsplit

import pytest

from gate_work import add_source, deliver, make_db
from injections import PAYLOADS, RAW
from journey import desk, good  # noqa: F401
from pages import Web

# Every slow payload asks for six seconds or more; the machine may be busy.
TOO_LONG_S = 4
SQL = ("select id, name, n, born, active, secret from t"
       " where (:word is null or name = :word) and (:num is null or n >= :num)")
ROWS = [(i + 1, p, i, f"20{i % 90 + 10}-01-01", i % 2, f"sekret-{i:04}")
        for i, p in enumerate(PAYLOADS)]
ID = {name: i for i, name, *_ in ROWS}


def test_there_are_enough_and_each_is_another():
    assert len(PAYLOADS) >= 300 and len(ID) == len(PAYLOADS)


class Wire:
    """One connection to a server, held open; says what came back, and fails for
    what must never come back."""

    def __init__(self, base, headers, source=None):
        self.to = urlsplit(base)
        self.headers, self.source = headers, source
        self.sent, self.slowest = 0, 0
        self.http = None

    def send(self, method, path, body=None, **headers):
        if self.http is None:
            self.http = http.client.HTTPConnection(
                self.to.hostname, self.to.port, timeout=60,
                source_address=self.source and (self.source, 0))
        begin = time.monotonic()
        self.http.request(method, path, body, {**self.headers, **headers})
        answer = self.http.getresponse()
        data = answer.read()
        took = time.monotonic() - begin
        if answer.will_close:
            self.http.close()
        self.sent += 1
        self.slowest = max(self.slowest, took)
        what = f"{method} {path[:300]} {body and body[:300]!r}: " \
               f"{answer.status} {data[:500]!r}"
        assert answer.status < 500, what
        assert took < TOO_LONG_S, f"{took:.1f} s for {what}"
        assert answer.status < 300 or b"sekret-" not in data, what
        return answer, data, what

    def refused(self, method, path, body=None, **headers):
        """It is, with problem details that name nothing of the source."""
        answer, data, what = self.send(method, path, body, **headers)
        assert 400 <= answer.status < 500, what
        assert answer.getheader("Content-Type") == \
            "application/problem+json", what
        problem = json.loads(data)
        assert problem["status"] == answer.status and problem["code"], what
        assert "syntax error" not in problem["detail"], what
        return {e["field"] for e in problem.get("errors", [])}

    def gives(self, want, method, path, body=None, **headers):
        answer, data, what = self.send(method, path, body, **headers)
        assert answer.status == 200, what
        assert {r["id"] for r in json.loads(data)} == want, what


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def work(university, desk):  # noqa: F811
    """Calls of a GET and of a POST connection; nothing of the source and none of
    the processes is another afterwards."""
    path = university.dir / "sources" / "INJECT.db"
    if not hasattr(desk, "injection"):
        make_db(path, "create table t(id integer primary key, name text,"
                " n integer, born date, active boolean, secret text)",
                "create table other(id integer, name text)",
                rows={"t": ROWS, "other": [(1, "sekret-other")]})
        add_source(university, "INJECT", path)
        desk.injection = deliver(
            desk, source="INJECT", sql=SQL, outlets=["api-get", "api-post"],
            params=[{"name": "word", "type": "text"},
                    {"name": "num", "type": "integer"}],
            filterable=["id", "name", "n", "born", "active"])
    before, processes = digest(path), university.processes()
    wires = []
    for outlet in ("api-get", "api-post"):
        c = desk.injection.once(outlet)
        wires.append(Wire(c.url, {"Authorization": f"Bearer {c.key}",
                                  "Accept-Language": "en"}))
        wires[-1].path = urlsplit(c.url).path
    yield wires
    assert digest(path) == before and university.processes() == processes
    print(f"{sum(w.sent for w in wires)} calls, the slowest took "
          f"{max(w.slowest for w in wires):.2f} s")


def in_quotes(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def matching(pattern):
    """Ids that `like` finds, by the rule of docs/GATE.md."""
    out, i = "", 0
    while i < len(pattern):
        c, i = pattern[i], i + 1
        if c == "\\" and i < len(pattern):
            c, i = pattern[i], i + 1
            out += re.escape(c)
        else:
            out += {"%": ".*", "*": ".*", "_": "."}.get(c, re.escape(c))
    found = re.compile(out, re.S).fullmatch
    return {i for i, name, *_ in ROWS if found(name)}


def some(places, i, n, full_size):
    """All of them at full size, else n that go round with i."""
    if full_size:
        return places
    return [places[(i * n + k) % len(places)] for k in range(n)]


def above(text):
    return {i for i, name, *_ in ROWS if name.encode() > text.encode()}


def value_places(p):
    """Where a GET takes a value, and the ids that it then gives."""
    q, mine = quote(p, safe=""), {ID[p]}
    listed = quote(in_quotes(p), safe="")
    same = [f"name=eq.{q}", f"word={q}", f"name=not.neq.{q}",
            f"and=(name.eq.{listed},id.gt.0)",
            f"not.or=(name.neq.{listed},id.lt.0)",
            f"name=in.({listed},{listed})"]
    return "&".join(same), [
        *((place, mine) for place in same), (f"name=gt.{q}", above(p)),
        (f"name=like.{q}", matching(p)), (f"name=eq.{q}&name=neq.{q}", set())]


@pytest.mark.long
def test_values_of_a_get(work, full_size):
    """Where a value stands, it is that value: in all places at once, and in one
    after the other."""
    get = work[0]
    for i, p in enumerate(PAYLOADS):
        together, places = value_places(p)
        get.gives({ID[p]}, "GET", f"{get.path}?select=id&{together}")
        for query, want in some(places, i, 1, full_size):
            get.gives(want, "GET", f"{get.path}?select=id&{query}")


# Payloads that are an order of ours, and what they then ask.
MEANS = {("name={}", "eq.1"): set(), ("name={}", "in.(1)"): set(),
         ("id=in.({})", "1,2"): {1, 2}}
PLACES = ["name={}", "id=eq.{}", "n=gt.{}", "born=eq.{}", "active=is.{}",
          "id=in.({})", "select={}", "order={}", "limit={}", "offset={}",
          "cursor={}", "format={}", "num={}", "and={}", "or=({})",
          "and=(not.{})", "{}=eq.1", "and=({}.eq.1)"]


@pytest.mark.long
def test_places_of_a_get_that_take_no_text(work, full_size):
    get = work[0]
    for i, p in enumerate(PAYLOADS):
        q = quote(p, safe="")
        wrong = get.refused("GET", f"{get.path}?limit={q}&offset={q}&and={q}"
                            f"&or=({q})&order={q}&name={q}&{q}=eq.1")
        assert {"limit", "offset"} <= wrong
        wrong = get.refused("GET", f"{get.path}?id=eq.{q}&n=gt.{q}&select={q}"
                            f"&born=eq.{q}&active=is.{q}&{q}=eq.1")
        assert {"id", "n", "select", "born", "active", p} <= wrong
        for place in some(PLACES, i, 3, full_size):
            path = f"{get.path}?{place.format(q)}"
            if (place, p) in MEANS:
                get.gives(MEANS[place, p], "GET", path)
            else:
                get.refused("GET", path)
        get.refused("GET", f"{get.path}{'.' * (i % 2)}{q}")
        if p.isascii() and p.isprintable():
            get.refused("GET", get.path, Authorization="Bearer " + p)
            get.refused("GET", get.path, Accept="x/" + p.replace(",", ""))


def test_bytes_of_a_get(work):
    """Spellings that another reader of the URL might take for a quote."""
    get = work[0]
    for raw, means in RAW:
        raw = raw.replace(" ", "+")
        if means is None:
            for place in ("name=eq.", "word=", "select=", "order=", ""):
                get.refused("GET", f"{get.path}?{place}{raw}")
        else:
            want = {ID[means]} if means in ID else set()
            get.gives(want, "GET", f"{get.path}?select=id&name=eq.{raw}")
            get.gives(want, "GET", f"{get.path}?select=id&word={raw}")


def cond(value, op="eq", column="name"):
    return {"filter": {"column": column, "op": op, "value": value}}


def every(*conditions):
    return {"filter": {"and": [c["filter"] for c in conditions]}}


def body_values(p):
    """What a body takes a value in, and the ids that it then gives."""
    mine = {ID[p]}
    same = [cond(p), cond([p, p], "in"), cond(p, "not.neq")]
    together = {**every(*same), "params": {"word": p}}
    return together, [*((c, mine) for c in same), (cond(p, "like"), matching(p)),
                      (cond(p, "gt"), above(p)), ({"params": {"word": p}}, mine),
                      (every(cond(p), {"filter": {"not": {"or": []}}}), mine)]


def wrong_bodies(p):
    return [cond("x", "eq", p), cond("x", p), cond(p, "eq", "id"),
            cond([p], "in", "n"), cond(p, "eq", "born"),
            cond(p, "is", "active"), {"filter": p}, {"filter": [p]},
            {"filter": {p: []}}, {"select": [p]}, {"select": p},
            {"order": [p]}, {"order": p}, {"limit": p}, {"offset": p},
            {"cursor": p}, {"format": p}, {"params": {"num": p}},
            {"params": {p: 1}}, {"params": p}, {p: 1}]


@pytest.mark.long
def test_bodies(work, full_size):
    post = work[1]
    path = post.path + "/query"

    def refused(what):
        return post.refused("POST", path, json.dumps(what).encode())

    for i, p in enumerate(PAYLOADS):
        together, places = body_values(p)
        for what, want in [(together, {ID[p]}), *some(places, i, 1, full_size)]:
            post.gives(want, "POST", path,
                       json.dumps({"select": ["id"], **what}).encode())
        assert {"filter", "limit", "offset", "params", p} <= refused(
            {"filter": p, "limit": p, "offset": p, "params": p, "order": p,
             "cursor": p, "select": p, p: 1})
        assert {"select", "id", "n", "born", "active", p} <= refused(
            {"select": [p], **every(
                cond(p, "eq", "id"), cond([p], "in", "n"),
                cond(p, "eq", "born"), cond(p, "is", "active"),
                cond("x", "eq", p))})
        for what in some(wrong_bodies(p), i, 3, full_size):
            refused(what)
        post.refused("POST", path, p.encode())


def test_a_column_that_is_not_filterable_is_not_asked_by_another_name(work):
    """Neither in filters nor in orders, under any spelling SQLite knows."""
    get, post = work
    for name in ("secret", "SECRET", '"secret"', "t.secret", "[secret]",
                 "`secret`", "secret ", " secret", "secret\t", "sécret",
                 "main.t.secret", "secret collate nocase", "６secret"):
        q = quote(name, safe="")
        for query in (f"{q}=like.sekret*", f"order={q}", f"order={q}.desc",
                      f"or=({q}.eq.x,id.eq.1)", f"and=(not.or({q}.is.null))"):
            get.refused("GET", f"{get.path}?select=id&{query}")
        for what in (cond("s", "gt", name), {"order": [name]}):
            post.refused("POST", post.path + "/query",
                         json.dumps({"select": ["id"], **what}).encode())


# -- the desk

@pytest.fixture
def titled(desk):  # noqa: F811
    """Requests whose titles are payloads: title -> number."""
    if not hasattr(desk, "injection_titles"):
        plain = [p for p in PAYLOADS if "'" in p and p.isascii()
                 and p == " ".join(p.split())]
        desk.injection_titles = {
            p: desk.icit.new(submit=False, title=p)["no"] for p in plain[::20]}
    return desk.injection_titles


LISTS = ["requests?state={}", "requests?cursor={}", "requests?limit={}",
         "requests/{}", "procedures/{}", "connections/{}", "register/{}/2569",
         "register/ICIT/{}"]
PAGES = ["requests?state={0}&office={0}&system={0}&waiting={0}",
         "requests?cursor={}", "requests/{}", "mailbox?to={0}&before={0}"]


def like(p):
    """What a search for it finds: % and _ stand for others, as in SQL."""
    meant = {"%": ".*", "_": ".", "\\": r"\\?"}
    words = ["".join(meant.get(c) or re.escape(c) for c in word)
             for word in p.casefold().split()]
    return re.compile(r"\s+".join(words), re.S)


def words_of(person, no):
    """All that a request says, as a search reads it."""
    def texts(value):
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            return " ".join(texts(v) for v in value)
        return str(value)
    return texts(person.get(f"/requests/{no}")).casefold()


@pytest.mark.both_stores
@pytest.mark.long
def test_the_desks_lists(desk, titled, full_size):  # noqa: F811
    person = desk.requester
    api = Wire(person.api.base, {"Authorization": f"Bearer {person.token}",
                                 "Accept-Language": "en"})
    top = urlsplit(person.api.base).path
    before = desk.store("select count(*) as n from cases")

    def numbers(place, p):
        answer, data, what = api.send(
            "GET", f"{top}/requests?limit=200&{place}={quote(p, safe='')}")
        assert answer.status == 200, what
        return {r["no"] for r in json.loads(data)["requests"]}

    every = numbers("q", "")
    assert set(titled.values()) <= every
    for i, p in enumerate(PAYLOADS):
        q = quote(p, safe="")
        found = numbers("q", p)
        if p in titled:
            assert titled[p] in found
        if set(p) & set("'\"`;"):  # few others have such a title
            for other in found - set(titled.values()):
                assert like(p).search(words_of(person, other)), p
        for place in some(["office", "system"], i, 1, full_size):
            assert numbers(place, p) == set(), p
        for place in some(LISTS, i, 1, full_size):
            api.refused("GET", f"{top}/{place.format(q)}")
    assert desk.store("select count(*) as n from cases") == before
    print(f"{api.sent} calls, the slowest took {api.slowest:.2f} s")


@pytest.mark.long
def test_the_desks_pages(university, titled, full_size):
    web = Web(university.desk, university.person("requester"), lang="en")
    cookies = "; ".join(f"{c.name}={c.value}" for c in web.s.cookies)
    page = Wire(university.desk, {"Cookie": cookies, "Accept": "text/html"})

    def shown(path):
        answer, data, what = page.send("GET", path)
        assert answer.status in (200, 303, 400, 404, 422), what
        # What the server itself refuses has no page: %2F, say.
        assert b"<html" in data or answer.status in (303, 400), what
        return answer, data

    for i, p in enumerate(PAYLOADS):
        q = quote(p, safe="")
        answer, data = shown(f"/requests?q={q}")
        assert answer.status == 200
        if p in titled:
            assert titled[p].encode() in data
        for place in some(PAGES, i, 1, full_size):
            shown("/" + place.format(q))
    print(f"{page.sent} calls, the slowest took {page.slowest:.2f} s")


def test_the_door(university, desk):  # noqa: F811
    """Signing in. From addresses of their own: twenty tries are all that one
    has, and a password takes its time to check on purpose."""
    before = desk.store("select count(*) as n from session")
    door = Wire(university.desk, {"Accept": "text/html"})
    for p in PAYLOADS:
        answer, _, what = door.send(
            "GET", "/sign-in?to=" + quote(p, safe=""))
        assert answer.status == 200, what
    email = university.person("requester")["email"]
    for i, p in enumerate(PAYLOADS[::12]):
        door = Wire(university.desk, {
            "Accept": "text/html", "Origin": university.desk,
            "Content-Type": "application/x-www-form-urlencoded"},
            source=f"127.0.0.{50 + i // 8}")
        who = [p, email + p, p + email][i % 3]
        answer, _, what = door.send(
            "POST", "/sign-in",
            f"email={quote_plus(who)}&password={quote_plus(p)}&to=%2F")
        assert answer.status == 422, what
        assert not answer.getheader("Set-Cookie"), what
    assert desk.store("select count(*) as n from session") == before


def test_the_source_would_have_told():
    """The payloads are no empty threats: put into SQL as text, many are orders
    that SQLite carries out, or stumbles over."""
    db = sqlite3.connect(":memory:")
    db.execute("create table t(id, name, n, born, active, secret)")
    db.execute("insert into t values(1,'x',1,'','','sekret-1')")
    db.set_progress_handler(lambda: 1, 10_000)
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 10_000)
    worked = 0
    for p in PAYLOADS:
        try:
            rows = db.execute(f"select id from t where name = '{p}'").fetchall()
            worked += len(rows) > 0
        except (sqlite3.Error, sqlite3.Warning):
            worked += 1
    assert worked > len(PAYLOADS) / 4
