"""What may be asked of a connection, in the query string and as JSON, against
Python's own answer on the same rows."""
import base64
import csv
import io
import itertools
import json
import random
import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from gate_work import add_source, deliver, fields, make_db, problem
from journey import desk  # noqa: F401

COLUMNS = ["id", "name", "faculty", "gpa", "credits", "born", "seen", "active",
           "note", "code", "photo"]
TYPES = {"id": "integer", "gpa": "number", "credits": "integer",
         "born": "date", "seen": "datetime", "active": "boolean",
         "photo": "bytes"}
NAMES = ["สมชาย", "สมหญิง", "น้ำฝน", "ศรีสุดา", "Somchai", "SOMCHAI", "somchai",
         "O'Brien", "ก", "Ångström", "ångström", ""]
NOTES = ["a,b", "(x)", 'say "hi"', "back\\slash", "50%", "a_b", "a*b", "axb",
         "and=(a.eq.1)", "null", "line\nfeed", " lead", "trail ", "😀",
         "semi;colon", "&?#+", "a.b.c", "true", "é", "ÿ"]


def make_rows():
    dice = random.Random(2569)

    def maybe(value, chance=0.15):
        return None if dice.random() < chance else value
    rows = []
    for i in range(240):
        rows.append((
            i - 20, maybe(dice.choice(NAMES)),
            maybe(dice.choice(["ENG", "SCI", "วิทย์", "eng"])),
            maybe(dice.choice([0.0, 1.25, 2.5, 3.0, 3.75, 4.0, -1.5, 1e-9])),
            maybe(dice.choice([0, 3, 140, 2**53 + 1, -2**63, 2**63 - 1])),
            maybe(f"{dice.randint(1990, 2010)}-0{dice.randint(1, 9)}-1"
                  f"{dice.randint(0, 9)}"),
            maybe(f"2026-11-2{dice.randint(0, 9)}T0{dice.randint(0, 9)}:30:00"),
            maybe(dice.choice([0, 1])), maybe(dice.choice(NOTES)),
            maybe(dice.choice(["0012", "12", "012", "1e3", "A-1"])),
            maybe(b"\x00\xff", 0.5)))
    return rows


ROWS = make_rows()
DICTS = [dict(zip(COLUMNS, r)) for r in ROWS]


@pytest.fixture
def work(university, desk, tmp_path_factory):  # noqa: F811
    """(the GET connection, the POST connection) on the table of this file."""
    if not hasattr(desk, "gate_dialect"):
        path = make_db(university.dir / "sources" / "DIALECT.db",
                       "create table t(id integer primary key, name text,"
                       " faculty text, gpa real, credits integer, born date,"
                       " seen datetime, active boolean, note text, code text,"
                       " photo blob)", rows={"t": ROWS})
        add_source(university, "DIALECT", path)
        desk.gate_dialect = deliver(
            desk, source="DIALECT", sql="select * from t",
            outlets=["api-get", "api-post"],
            columns=[{"name": c, **({"type": TYPES[c]} if c in TYPES else {})}
                     for c in COLUMNS],
            filterable=[c for c in COLUMNS if c != "photo"])
    made = desk.gate_dialect
    return made.once("api-get"), made.once("api-post")


# -- a question as a tree: how it is written, and what it means

def cond(column, op, value):
    return ("test", column, op, value)


def no(tree):
    return ("not", tree)


def both(*trees):
    return ("and", list(trees))


def either(*trees):
    return ("or", list(trees))


def like(pattern, fold):
    out, i = "", 0
    while i < len(pattern):
        c = pattern[i]
        if c == "\\" and i + 1 < len(pattern):
            i += 1
            out += re.escape(pattern[i])
        else:
            out += {"%": ".*", "*": ".*", "_": "."}.get(c, re.escape(c))
        i += 1
    # Simple folding, as the gate has it: Python's IGNORECASE folds so too.
    made = re.compile(out, re.S | (re.I if fold else 0))
    return lambda v: made.fullmatch(v) is not None


def test_value(op, have, want):
    if op == "is":
        return {"null": have is None, "true": have == 1 and have is not None,
                "false": have == 0 and have is not None}[want]
    if have is None:
        return None
    if isinstance(have, str) and op not in ("like", "ilike", "in"):
        have, want = have.encode(), want.encode()  # as the source: by bytes
    return {"eq": lambda: have == want, "neq": lambda: have != want,
            "gt": lambda: have > want, "gte": lambda: have >= want,
            "lt": lambda: have < want, "lte": lambda: have <= want,
            "in": lambda: have in want,
            "like": lambda: like(want, False)(have),
            "ilike": lambda: like(want, True)(have)}[op]()


test_value.__test__ = False


def truth(tree, row):
    """True, False, or None as SQL's unknown."""
    if tree[0] == "test":
        return test_value(tree[2], row[tree[1]], tree[3])
    if tree[0] == "not":
        inner = truth(tree[1], row)
        return None if inner is None else not inner
    values = [truth(t, row) for t in tree[1]]
    decides = tree[0] == "or"
    if any(v is decides for v in values):
        return decides
    return None if None in values else not decides


def text_of(value):
    if value is True or value is False:
        return str(value).lower()
    return str(value)


def quoted(value):
    return '"%s"' % text_of(value).replace("\\", "\\\\").replace('"', '\\"')


def nested(tree):
    """As it stands within and=(…)."""
    if tree[0] == "test":
        _, column, op, value = tree
        if op == "in":
            value = "(" + ",".join(quoted(v) for v in value) + ")"
        elif op != "is":
            value = quoted(value)
        return f"{column}.{op}.{value}"
    if tree[0] == "not":
        inner = tree[1]
        if inner[0] == "test":
            column, rest = nested(inner).split(".", 1)
            return f"{column}.not.{rest}"
        if inner[0] == "not":  # doubled: through a group of one
            return "not.and(" + nested(inner) + ")"
        return "not." + nested(inner)
    return tree[0] + "(" + ",".join(map(nested, tree[1])) + ")"


def pairs(tree):
    """As parameters of a GET: plain where it can be."""
    negated, inner = "", tree
    if tree[0] == "not" and tree[1][0] != "not":
        negated, inner = "not.", tree[1]
    if inner[0] == "test":
        _, column, op, value = inner
        if op == "in":
            value = "(" + ",".join(quoted(v) for v in value) + ")"
        return [(column, f"{negated}{op}.{text_of(value)}")]
    if inner[0] in ("and", "or"):
        return [(negated + inner[0],
                 "(" + ",".join(map(nested, inner[1])) + ")")]
    return [("and", "(" + nested(tree) + ")")]


def as_json(tree):
    if tree[0] == "test":
        _, column, op, value = tree
        if op == "is":
            value = {"null": None, "true": True, "false": False}[value]
        return {"column": column, "op": op, "value": value}
    if tree[0] == "not":
        if tree[1][0] == "test":
            made = as_json(tree[1])
            return {**made, "op": "not." + made["op"]}
        return {"not": as_json(tree[1])}
    return {tree[0]: [as_json(t) for t in tree[1]]}


def want_ids(tree):
    return [r["id"] for r in DICTS if truth(tree, r) is True]


def ask(work, tree):
    """The ids that GET, GET within brackets, and POST give: all the same."""
    get, post = work
    ids = []
    for answer in (get.get(params=[("select", "id"), *pairs(tree)]),
                   get.get(params=[("and", "(" + nested(tree) + ")"),
                                   ("select", "id")]),
                   post.post({"select": ["id"], "filter": as_json(tree)})):
        assert answer.status_code == 200, (tree, answer.text)
        ids.append([r["id"] for r in answer.json()])
    assert ids[0] == ids[1] == ids[2], tree
    return ids[0]


CASES = [
    cond("id", "eq", 7), cond("id", "eq", -20), cond("id", "neq", 7),
    cond("id", "gt", 200), cond("id", "gte", 200), cond("id", "lt", -10),
    cond("id", "lte", -10), cond("id", "in", [1, 2, 3, -1, 9999]),
    cond("id", "in", []), no(cond("id", "in", [])),
    no(cond("id", "in", [1, 2, 3])), no(cond("id", "eq", 7)),
    cond("credits", "eq", 2**53 + 1), cond("credits", "eq", -2**63),
    cond("credits", "gte", 2**63 - 1), cond("credits", "in", [0, 3]),
    cond("gpa", "eq", 3), cond("gpa", "eq", 3.0), cond("gpa", "eq", 2.5),
    cond("gpa", "gt", -1.5), cond("gpa", "lte", 1e-9), cond("gpa", "neq", 0),
    cond("gpa", "in", [2.5, 4]), cond("gpa", "lt", 0.1),
    cond("name", "eq", "สมชาย"), cond("name", "eq", "somchai"),
    cond("name", "neq", "สมชาย"), cond("name", "eq", ""),
    cond("name", "eq", "O'Brien"), cond("name", "gt", "ก"),
    cond("name", "lt", "a"), cond("name", "in", ["น้ำฝน", "ก", ""]),
    cond("name", "like", "สม*"), cond("name", "like", "%ชาย"),
    cond("name", "like", "som%"), cond("name", "ilike", "som%"),
    cond("name", "ilike", "ångström"), cond("name", "like", "ångström"),
    cond("name", "ilike", "*CHAI"), cond("name", "like", "_"),
    cond("name", "like", ""), cond("name", "like", "*"),
    no(cond("name", "ilike", "som%")),
    cond("note", "eq", "a,b"), cond("note", "eq", "(x)"),
    cond("note", "eq", 'say "hi"'), cond("note", "eq", "back\\slash"),
    cond("note", "eq", "and=(a.eq.1)"), cond("note", "eq", "null"),
    cond("note", "eq", "line\nfeed"), cond("note", "eq", " lead"),
    cond("note", "eq", "trail "), cond("note", "eq", "😀"),
    cond("note", "eq", "&?#+"), cond("note", "eq", "a.b.c"),
    cond("note", "eq", "true"), cond("note", "like", "50\\%"),
    cond("note", "like", "a\\_b"), cond("note", "like", "a_b"),
    cond("note", "like", "a\\*b"), cond("note", "like", "a*b"),
    cond("note", "ilike", "É"), cond("note", "ilike", "Ÿ"),
    cond("note", "in", ["a,b", "(x)", 'say "hi"', "back\\slash"]),
    cond("code", "eq", "0012"), cond("code", "eq", "12"),
    cond("code", "in", ["12", "1e3"]), cond("code", "gt", "1"),
    cond("born", "gte", "2000-01-01"), cond("born", "lt", "1995-05-15"),
    cond("born", "like", "199*"), cond("born", "in", ["2001-01-10"]),
    cond("seen", "gt", "2026-11-25T00:00:00"), cond("seen", "like", "*T05*"),
    cond("active", "eq", True), cond("active", "neq", True),
    cond("active", "is", "true"), cond("active", "is", "false"),
    no(cond("active", "is", "true")), cond("active", "in", [True, False]),
    cond("name", "is", "null"), no(cond("name", "is", "null")),
    cond("gpa", "is", "null"), cond("code", "is", "null"),
    both(cond("id", "gt", 10), cond("id", "lt", 20)),
    either(cond("id", "eq", 1), cond("id", "eq", 2)),
    both(either(cond("gpa", "gte", 3), cond("gpa", "is", "null")),
         cond("faculty", "eq", "ENG")),
    no(both(cond("gpa", "gte", 3), cond("faculty", "eq", "ENG"))),
    no(either(cond("gpa", "gte", 3), cond("faculty", "eq", "ENG"))),
    no(no(cond("gpa", "gte", 3))),
    either(both(cond("note", "eq", "a,b"), cond("active", "eq", True)),
           both(cond("note", "eq", ")"), cond("name", "eq", "(")),
           no(cond("faculty", "in", ["ENG", "SCI", "วิทย์"]))),
]


@pytest.mark.parametrize("tree", CASES, ids=lambda t: nested(t)[:60])
def test_case(work, tree):
    assert ask(work, tree) == want_ids(tree)


def test_there_are_enough_cases_and_they_tell_something():
    assert len(CASES) >= 80
    sizes = [len(want_ids(t)) for t in CASES]
    assert sum(0 < n < len(ROWS) for n in sizes) > 0.8 * len(CASES)


def random_tree(dice, depth=0):
    kind = dice.random()
    if depth < 4 and kind < 0.35:
        return (dice.choice(["and", "or"]),
                [random_tree(dice, depth + 1)
                 for _ in range(dice.randint(1, 3))])
    if depth < 4 and kind < 0.5:
        return no(random_tree(dice, depth + 1))
    column = dice.choice([c for c in COLUMNS if c != "photo"])
    some = [r[column] for r in DICTS if r[column] is not None]
    value = dice.choice(some)
    if column == "active":
        value = bool(value)
    ops = ["eq", "neq", "gt", "gte", "lt", "lte", "in", "is"]
    if isinstance(value, str):
        ops += ["like", "ilike"]
    op = dice.choice(ops)
    if op == "is":
        return cond(column, "is", "null")
    if op == "in":
        return cond(column, "in", [
            bool(v) if column == "active" else v
            for v in dice.sample(some, dice.randint(1, 5))])
    if op in ("like", "ilike") and dice.random() < 0.7:
        cut = dice.randint(0, len(value))
        value = dice.choice(["*" + value[cut:], value[:cut] + "%",
                             value[:cut] + "_" + value[cut + 1:]])
        value = value if not value.endswith("\\") else value + "*"
    return cond(column, op, value)


def test_random_questions(work, seed, full_size):
    for _ in range(5000 if full_size else 150):
        tree = random_tree(seed)
        assert ask(work, tree) == want_ids(tree), nested(tree)


test_random_questions = pytest.mark.long(test_random_questions)


# -- how it may be written

@pytest.mark.parametrize("query, want", [
    ("id=eq.5&id=lt.9", lambda r: r["id"] == 5),
    ("id=gt.5&id=lt.9", lambda r: 5 < r["id"] < 9),
    ("and=(id.gt.5,id.lt.9)", lambda r: 5 < r["id"] < 9),
    ("or=(id.eq.5,id.eq.6)&id=neq.5", lambda r: r["id"] == 6),
    ("not.or=(id.gt.5,id.lt.3)", lambda r: 3 <= r["id"] <= 5),
    ("not.and=(id.gt.5,id.lt.300)", lambda r: r["id"] <= 5),
    ("and=(not.or(id.gt.5,id.lt.3))", lambda r: 3 <= r["id"] <= 5),
    ("id=not.gt.5", lambda r: r["id"] <= 5),
    ("id=in.(1,2,3)", lambda r: r["id"] in (1, 2, 3)),
    ("id=not.in.(1,2,3)", lambda r: r["id"] not in (1, 2, 3)),
    ("note=eq.a,b", lambda r: r["note"] == "a,b"),
    ("note=eq.(x)", lambda r: r["note"] == "(x)"),
    ('note=eq.say "hi"', lambda r: r["note"] == 'say "hi"'),
    ("note=eq.a.b.c", lambda r: r["note"] == "a.b.c"),
    ("and=(note.eq.a.b.c)", lambda r: r["note"] == "a.b.c"),
    ('note=in.("a,b","(x)")', lambda r: r["note"] in ("a,b", "(x)")),
    ('note=in.("say \\"hi\\"")', lambda r: r["note"] == 'say "hi"'),
    ("note=in.(a*b,50%25)", lambda r: r["note"] in ("a*b", "50%")),
    ('name=in.("")', lambda r: r["name"] == ""),
    ("name=in.()", lambda r: False),
    ("name=eq.", lambda r: r["name"] == ""),
    ("name=eq.%E0%B8%81", lambda r: r["name"] == "ก"),
    ("note=eq.+lead", lambda r: r["note"] == " lead"),
    ("note=eq.%26%3F%23%2B", lambda r: r["note"] == "&?#+"),
    ("active=is.true&faculty=is.null",
     lambda r: r["active"] == 1 and r["faculty"] is None),
    ("active=eq.1", lambda r: r["active"] == 1),
    ("gpa=eq.3e0", lambda r: r["gpa"] == 3),
])
def test_written(work, query, want):
    """Values here are unquoted or encoded as a person types them."""
    answer = work[0].send("GET", "?select=id&" + query.replace('"', "%22")
                          .replace(" ", "%20").replace("\\", "%5C"))
    assert answer.status_code == 200, answer.text
    assert [r["id"] for r in answer.json()] == \
        [r["id"] for r in DICTS if want(r)]


@pytest.mark.parametrize("query, status, want", [
    ("nothing=eq.1", 422, {"nothing": "query-column"}),
    ("id=1", 422, {"id": "bad-operator"}),
    ("id=", 422, {"id": "bad-operator"}),
    ("id=gtx.1", 422, {"id": "bad-operator"}),
    ("id=EQ.1", 422, {"id": "bad-operator"}),
    ("id=not.not.eq.1", 422, {"id": "bad-operator"}),
    ("id=eq.x", 422, {"id": "query-value"}),
    ("id=eq.1.5", 422, {"id": "query-value"}),
    ("id=eq.9223372036854775808", 422, {"id": "query-value"}),
    ("gpa=eq.NaN", 422, {"gpa": "query-value"}),
    ("born=eq.2569-02-30", 422, {"born": "query-value"}),
    ("born=eq.01/03/2569", 422, {"born": "query-value"}),
    ("active=eq.yes", 422, {"active": "query-value"}),
    ("name=is.nothing", 422, {"name": "query-value"}),
    ("name=is.true", 422, {"name": "query-value"}),
    ("gpa=like.3*", 422, {"gpa": "query-operator"}),
    ("id=in.1,2", 422, {"id": "bad-filter"}),
    ("id=in.(1,2", 422, {"id": "bad-filter"}),
    ("id=in.(1,2)x", 422, {"id": "bad-filter"}),
    ("id=in.(1,x)", 422, {"id": "query-value"}),
    ('name=in.("a)', 422, {"name": "bad-filter"}),
    ("and=id.eq.1", 422, {"and": "bad-filter"}),
    ("and=(id.eq.1", 422, {"and": "bad-filter"}),
    ("and=(id.eq.1)x", 422, {"and": "bad-filter"}),
    ("and=(id.eq.1,)", 422, {"and": "bad-filter"}),
    ("and=()", 422, {"and": "bad-filter"}),
    ("or=(id)", 422, {"or": "bad-filter"}),
    ("and=(nothing.eq.1)", 422, {"nothing": "query-column"}),
    ("and=" + "(and" * 12 + "(id.eq.1)" + ")" * 12, 422,
     {"filter": "query-too-deep"}),
    ("and=" + "(and" * 300 + "(id.eq.1)" + ")" * 300, 422,
     {"and": "bad-filter"}),
    ("or=(" + ",".join(["id.eq.1"] * 101) + ")", 422,
     {"filter": "query-too-many"}),
    ("id=in.(" + ",".join(["1"] * 501) + ")", 422, {"id": "query-too-many"}),
    ("select=id,nothing", 422, {"select": "query-column"}),
    ("select=id,id", 422, {"select": "query-twice"}),
    ("select=id,", 422, {"select": "query-column"}),
    ("select=id&select=name", 422, {"select": "query-twice"}),
    ("order=nothing", 422, {"nothing": "query-column"}),
    ("order=id.up", 422, {"order": "bad-order"}),
    ("order=id.asc.desc", 422, {"order": "bad-order"}),
    ("order=id.nullsfirst.asc", 422, {"order": "bad-order"}),
    ("order=,", 422, {"order": "bad-order"}),
    ("order=id&order=name", 422, {"order": "query-twice"}),
    ("limit=-1", 422, {"limit": "bad-number"}),
    ("limit=1.5", 422, {"limit": "bad-number"}),
    ("limit=%2B1", 422, {"limit": "bad-number"}),
    ("limit=", 422, {"limit": "bad-number"}),
    ("limit=100000001", 422, {"limit": "bad-number"}),
    ("limit=99999999999999999999", 422, {"limit": "bad-number"}),
    ("limit=100000000&offset=1", 422, {"limit": "bad-number"}),
    ("limit=5&limit=6", 422, {"limit": "query-twice"}),
    ("offset=-1", 422, {"offset": "bad-number"}),
    ("offset=100000001", 422, {"offset": "bad-number"}),
    ("cursor=x", 422, {"cursor": "bad-cursor"}),
    ("cursor=MTA.AAAA", 422, {"cursor": "bad-cursor"}),
    ("id=gtx.1&limit=x&order=id.up", 422,
     {"id": "bad-operator", "limit": "bad-number", "order": "bad-order"}),
    ("photo=eq.1", 403, "query-not-filterable"),
    ("photo=is.null", 403, "query-not-filterable"),
    ("order=photo", 403, "query-not-filterable"),
    ("or=(id.eq.1,photo.is.null)", 403, "query-not-filterable"),
])
def test_refused(work, query, status, want):
    answer = work[0].send("GET", "?" + query.replace('"', "%22"))
    if status == 403:
        problem(answer, 403, want)
    else:
        assert fields(problem(answer, 422, "invalid")) == want


@pytest.mark.parametrize("body, want", [
    ({"nothing": 1}, {"nothing": "unknown"}),
    ({"select": 5}, {"select": "not-text"}),
    ({"select": ["id", 5]}, {"select": "not-text"}),
    ({"select": {"id": 1}}, {"select": "not-text"}),
    ({"order": 5}, {"order": "not-text"}),
    ({"order": ["id.up"]}, {"order": "bad-order"}),
    ({"limit": "x"}, {"limit": "bad-number"}),
    ({"limit": 1.5}, {"limit": "bad-number"}),
    ({"limit": [1]}, {"limit": "bad-number"}),
    ({"cursor": 5}, {"cursor": "not-text"}),
    ({"filter": 5}, {"filter": "bad-filter"}),
    ({"filter": []}, {"filter": "bad-filter"}),
    ({"filter": {}}, {"filter": "bad-filter"}),
    ({"filter": {"and": 5}}, {"filter": "bad-filter"}),
    ({"filter": {"and": [], "or": []}}, {"filter": "bad-filter"}),
    ({"filter": {"and": [5]}}, {"filter": "bad-filter"}),
    ({"filter": {"column": "id", "op": "eq"}}, {"filter": "bad-filter"}),
    ({"filter": {"column": "id", "op": "eq", "value": 1, "more": 1}},
     {"filter": "bad-filter"}),
    ({"filter": {"column": 5, "op": "eq", "value": 1}},
     {"filter": "bad-filter"}),
    ({"filter": cond("id", "eq", None)}, {"id": "bad-filter"}),
    ({"filter": cond("name", "eq", None)}, {"name": "bad-filter"}),
    ({"filter": cond("id", "eq", [1])}, {"id": "bad-filter"}),
    ({"filter": cond("id", "in", 1)}, {"id": "bad-filter"}),
    ({"filter": cond("id", "in", [1, None])}, {"id": "bad-filter"}),
    ({"filter": cond("id", "in", [[1]])}, {"id": "bad-filter"}),
    ({"filter": cond("id", "gtx", 1)}, {"id": "bad-operator"}),
    ({"filter": cond("id", "eq", "x")}, {"id": "query-value"}),
    ({"filter": cond("nothing", "eq", 1)}, {"nothing": "query-column"}),
    ({"params": {"x": 1}}, {"x": "parameter-unknown"}),
    ({"params": []}, {"params": "bad-type"}),
    ({"params": {"x": [1]}}, {"x": "bad-type"}),
])
def test_refused_bodies(work, body, want):
    made = dict(body)
    if isinstance(made.get("filter"), tuple):
        _, column, op, value = made["filter"]
        made["filter"] = {"column": column, "op": op, "value": value}
    answer = work[1].post(made)
    assert fields(problem(answer, 422, "invalid")) == want


def test_bodies_that_are_no_question(work):
    post = work[1]
    for raw in (b"{", b"[]", b"5", b'{"limit":1,"limit":2}', b"\xff", b"null",
                b'{"limit": 123456789012345678901234567890}'):
        answer = post.send("POST", "/query", data=raw)
        assert answer.status_code == 400, raw
        assert answer.json()["code"] in ("syntax", "not-an-object")
    assert post.send("POST", "/query", data=b"").status_code == 200
    deep = '{"filter":' + '{"not":' * 40 + "{}" + "}" * 41
    assert post.send("POST", "/query", data=deep).status_code == 400
    tree = cond("id", "eq", 1)
    for _ in range(12):
        tree = both(tree)
    answer = post.post({"filter": as_json(tree)})
    assert fields(problem(answer, 422, "invalid")) == \
        {"filter": "query-too-deep"}
    # As long as a body may be; not longer in the making than in the sending.
    answer = post.post({"select": ["id"] * 150_000})
    assert answer.status_code == 422
    assert answer.elapsed.total_seconds() < 1
    assert post.send("POST", "/query", data=b" " * (1 << 20) + b"{}",
                     ).status_code == 413
    # No value in the URL: it would stand in logs.
    answer = post.post({}, "/query?id=eq.1")
    assert fields(problem(answer, 422, "invalid")) == {"id": "in-the-body"}


def test_brackets_of_json_that_are_empty(work):
    post = work[1]
    assert len(post.post({"filter": {"and": []}}).json()) == len(ROWS)
    assert post.post({"filter": {"or": []}}).json() == []
    assert len(post.post({"filter": None, "select": None, "order": None,
                          "limit": None}).json()) == len(ROWS)


# -- order, select, limit

def sort_key(value):
    if value is None:
        return (0, 0)
    return (1, value.encode() if isinstance(value, str) else value)


def python_order(rows, orders):
    rows = list(rows)
    for written in reversed(orders):
        column, *words = written.split(".")
        down = "desc" in words
        rows.sort(key=lambda r: sort_key(r[column]), reverse=down)
        first = "nullsfirst" in words
        if first or "nullslast" in words:
            rows.sort(key=lambda r: (r[column] is None) != first)
    return rows


@pytest.mark.parametrize("orders", [
    ["id"], ["id.desc"], ["id.asc"], ["name", "id"], ["name.desc", "id.desc"],
    ["gpa.desc.nullslast", "id"], ["gpa.nullsfirst", "id"],
    ["gpa.asc.nullslast", "id"], ["gpa.desc.nullsfirst", "id"],
    ["faculty", "gpa.desc", "id"], ["credits", "id"], ["born.desc", "id"],
    ["active", "note", "id.desc"]])
def test_order(work, orders):
    want = [r["id"] for r in python_order(DICTS, orders)]
    get, post = work
    assert [r["id"] for r in get.rows(("order", ",".join(orders)))] == want
    for written in (orders, ",".join(orders)):
        answer = post.post({"order": written, "select": "id"})
        assert [r["id"] for r in answer.json()] == want


def test_select(work):
    get, post = work
    for names in (["id"], ["name", "id"], COLUMNS, list(reversed(COLUMNS))):
        row = get.rows(("select", ",".join(names)), ("limit", "1"))[0]
        assert list(row) == names
        assert list(post.post({"select": names}).json()[0]) == names
    for everything in ("", "*", " * "):
        assert list(get.rows(("select", everything))[0]) == COLUMNS
    assert list(get.rows(("select", " id , name "))[0]) == ["id", "name"]


def next_link(answer):
    assert "next" in answer.links, answer.headers
    return answer.links["next"]["url"]


@pytest.mark.parametrize("limit, form", [
    (1, "json"), (7, "csv"), (100, "ndjson"), (239, "json"), (240, "json"),
    (241, "json"), (1000, "json")])
def test_pages_come_to_the_whole(work, limit, form):
    """By the link alone; the last page has none."""
    get = work[0]
    query = "?order=name.desc,id&select=id,note&id=gte.-20"
    whole = get.get("." + form + query).content.splitlines()
    header = whole[:1] if form == "csv" else []
    answer = get.get(f".{form}{query}&limit={limit}")
    pages, rows = 1, []
    while True:
        assert answer.status_code == 200, answer.text
        lines = answer.content.splitlines()
        rows += lines[len(header):] if form != "json" else answer.json()
        if "next" not in answer.links:
            break
        at = urlsplit(next_link(answer))
        assert at.path.endswith("." + form)
        assert "offset" not in dict(parse_qsl(at.query))
        answer = get.http.get(next_link(answer), timeout=10, headers={
            "Authorization": f"Bearer {get.key}"})
        pages += 1
    assert pages == max(1, -(-len(ROWS) // limit))
    if form == "json":
        assert rows == get.get("." + form + query).json()
    else:
        assert header + rows == whole


def test_pages_of_a_post_keep_values_out_of_the_url(work):
    post = work[1]
    body = {"limit": 50, "order": ["id"], "select": ["id"],
            "filter": as_json(cond("name", "neq", "สมชาย"))}
    ids, path = [], "/query.ndjson"
    for _ in range(20):
        answer = post.post(body, path)
        ids += [json.loads(line)["id"] for line in answer.text.splitlines()]
        if "next" not in answer.links:
            break
        assert next_link(answer).startswith(post.url + "/query.ndjson?cursor=")
        path = next_link(answer)[len(post.url):]
    assert ids == want_ids(cond("name", "neq", "สมชาย"))
    # In the body it is as good.
    answer = post.post(body)
    cursor = dict(parse_qsl(urlsplit(next_link(answer)).query))["cursor"]
    assert post.post({**body, "cursor": cursor}).json()[0]["id"] == ids[50]


def test_limit_0_gives_nothing_and_says_that_there_is_more(work):
    answer = work[0].get("?limit=0")
    assert answer.json() == [] and "next" in answer.links
    assert work[0].get(".csv?limit=0&select=id").text == "id\r\n"


def test_offset(work):
    get = work[0]
    ids = [r["id"] for r in DICTS]
    for offset, limit in ((0, 5), (5, 5), (235, 10), (240, 1), (1000, 1)):
        rows = get.rows(("order", "id"), ("offset", str(offset)),
                        ("limit", str(limit)))
        assert [r["id"] for r in rows] == ids[offset:offset + limit]
    assert [r["id"] for r in get.rows(("offset", "230"))] == ids[230:]


def test_a_cursor_is_of_one_question_and_one_connection(work):
    get, post = work
    answer = get.get("?limit=3&order=id")
    cursor = dict(parse_qsl(urlsplit(next_link(answer)).query))["cursor"]
    assert [r["id"] for r in get.get(
        f"?limit=3&order=id&cursor={cursor}").json()] == [-17, -16, -15]
    for query in ("?limit=4&order=id", "?limit=3&order=id.desc", "?limit=3",
                  "?limit=3&order=id&id=gt.0", "?limit=3&order=id&select=id"):
        answer = get.get(query + f"&cursor={cursor}")
        assert fields(problem(answer, 422, "invalid")) == \
            {"cursor": "bad-cursor"}, query
    for wrong in (cursor[:-1], cursor + "A", "A" + cursor, cursor[::-1],
                  "Ng." + cursor, cursor.swapcase()):
        answer = get.get(f"?limit=3&order=id&cursor={wrong}")
        assert answer.status_code == 422, wrong
    answer = post.post({"limit": 3, "order": ["id"], "cursor": cursor})
    assert answer.status_code == 422
    answer = get.get(f"?limit=3&order=id&offset=5&cursor={cursor}")
    assert fields(problem(answer, 422, "invalid")) == \
        {"offset": "cursor-has-place"}


# -- declared parameters

@pytest.fixture
def declared(work, desk):  # noqa: F811
    if not hasattr(desk, "gate_declared"):
        desk.gate_declared = deliver(
            desk, source="DIALECT", outlets=["api-get", "api-post"],
            sql="select id, name, faculty, gpa from t where"
                " (:faculty is null or faculty = :faculty)"
                " and id >= :first and (gpa is null or gpa <= :most)",
            filterable=["id", "faculty", "name"],
            params=[{"name": "faculty", "type": "text", "max_length": 10},
                    {"name": "first", "type": "integer", "required": True,
                     "min": -20, "max": 500},
                    {"name": "most", "type": "number", "default": 4,
                     "enum": [2, 3, 4]}])
    made = desk.gate_declared
    return made.once("api-get"), made.once("api-post")


@pytest.mark.parametrize("given, want", [
    ({"first": 0}, lambda r: r["id"] >= 0),
    ({"first": -20, "faculty": "วิทย์"}, lambda r: r["faculty"] == "วิทย์"),
    ({"first": -20, "most": 2}, lambda r: r["gpa"] is None or r["gpa"] <= 2),
    ({"first": 500}, lambda r: False)])
def test_parameters(declared, given, want):
    get, post = declared
    ids = [r["id"] for r in DICTS if want(r)]
    assert [r["id"] for r in get.rows(*[(k, str(v)) for k, v in
                                        given.items()])] == ids
    assert [r["id"] for r in post.post({"params": given}).json()] == ids
    assert [r["id"] for r in post.post(
        {"params": {k: str(v) for k, v in given.items()}}).json()] == ids


@pytest.mark.parametrize("query, want", [
    ("", {"first": "parameter-missing"}),
    ("first=x", {"first": "parameter-value"}),
    ("first=", {"first": "parameter-value"}),
    ("first=eq.1", {"first": "parameter-value"}),
    ("first=-21", {"first": "parameter-value"}),
    ("first=501", {"first": "parameter-value"}),
    ("first=1&first=2", {"first": "parameter-twice"}),
    ("first=1&most=2.5", {"most": "parameter-value"}),
    ("first=1&faculty=" + "ก" * 11, {"faculty": "parameter-value"}),
])
def test_parameters_that_are_refused(declared, query, want):
    answer = declared[0].send("GET", "?" + query)
    assert fields(problem(answer, 422, "invalid")) == want


def test_a_parameter_goes_before_a_column_of_its_name(declared):
    """The column is still asked about, within brackets."""
    get = declared[0]
    rows = get.rows(("first", "-20"), ("faculty", "ENG"))
    assert {r["faculty"] for r in rows} == {"ENG"}
    rows = get.rows(("first", "-20"), ("and", "(faculty.eq.SCI)"))
    assert rows and {r["faculty"] for r in rows} == {"SCI"}
    rows = get.rows(("first", "-20"), ("faculty", "ENG"),
                    ("and", "(faculty.eq.SCI)"))
    assert rows == []
    # Pages keep parameters, filters and order.
    answer = get.get("?first=0&id=gt.5&order=id.desc&limit=2")
    again = get.http.get(next_link(answer), timeout=10, headers={
        "Authorization": f"Bearer {get.key}"})
    ids = [r["id"] for r in answer.json() + again.json()]
    assert ids == [219, 218, 217, 216]


def test_bytes_that_are_no_text_are_not_well_formed(work):
    for query in ("name=eq.%FF", "name=eq.%00", "%FF=1"):
        assert work[0].send("GET", "?" + query).status_code == 400


def test_values_are_never_sql(work):
    get, post = work
    for value in ("' or 1=1 --", "x'); drop table t; --", "\"; select 1",
                  "@1", ":first", "$1", "?", "%27", "0x00"):
        tree = cond("name", "eq", value)
        assert ask((get, post), tree) == []
    for name in ('id"', "id) or (1=1", "t.id", "rowid", "t",
                 "ID", "id;"):
        answer = get.get(params={name: "eq.1"})
        assert fields(problem(answer, 422, "invalid")) == \
            {name: "query-column"}
        answer = get.get(params={"select": name})
        assert answer.status_code == 422
        answer = get.get(params={"order": name})
        assert answer.status_code == 422


def test_every_form_gives_the_same_rows(work):
    """Value for value: numbers, texts, nulls, bytes."""
    get, post = work
    names = [c for c in COLUMNS if c != "credits"]
    tree = either(cond("id", "lt", 60), cond("name", "eq", "O'Brien"))
    want = [[r[c] for c in names] for r in DICTS if truth(tree, r) is True]
    as_json_rows = [[base64.b64encode(v).decode() if isinstance(v, bytes)
                     else v for v in row] for row in want]
    query = [("select", ",".join(names)), *pairs(tree)]
    got = [list(r.values()) for r in get.rows(*query)]
    assert got == as_json_rows
    lines = get.get(".ndjson", params=query).content.splitlines()
    assert [list(json.loads(one).values()) for one in lines] == as_json_rows
    text = get.get(".csv", params=query).content.decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == names
    as_text = [["" if v is None else repr(v) if isinstance(v, float)
                else str(v) for v in row] for row in as_json_rows]
    for have, row in zip(rows[1:], as_text, strict=True):
        # A small exponent has more than one way to be written.
        assert [float(h) if w == "1e-09" else h for h, w in zip(have, row)] \
            == [1e-9 if w == "1e-09" else w for w in row]
    # Integers beyond 2^53 are texts in JSON.
    big = {r["id"]: r["credits"] for r in get.rows(("select", "id,credits"))}
    for r in DICTS:
        c = r["credits"]
        assert big[r["id"]] == (str(c) if c is not None and
                                abs(c) > 2**53 else c)


def test_groups_may_stand_side_by_side(work):
    get = work[0]
    for combo in itertools.product(["(id.gt.0)", "(id.lt.9,active.eq.1)"],
                                   ["(gpa.gte.3)", "(gpa.is.null,id.eq.2)"]):
        rows = get.rows(("and", combo[0]), ("or", combo[1]))

        def holds(r):
            first = r["id"] > 0 if "gt.0" in combo[0] else \
                r["id"] < 9 and r["active"] == 1
            second = (r["gpa"] or -9) >= 3 if "gte" in combo[1] else \
                r["gpa"] is None or r["id"] == 2
            return first and second
        assert [r["id"] for r in rows] == [r["id"] for r in DICTS if holds(r)]
