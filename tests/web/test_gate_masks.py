"""What is masked is masked in every form, document and preview, and nothing
about its values, or those of any column that is not filterable, can be learnt
by asking."""
import base64
import csv
import html.parser
import io
import json
import xml.etree.ElementTree as ET
from urllib.parse import parse_qsl, urlsplit

import openpyxl
import pytest

from gate_work import (ALL_FORMS, add_source, deliver, fields, make_db,
                       prepare_fails, problem, unix_post)
from journey import desk  # noqa: F401

NAMES = ["pid", "citizen", "email", "phone", "name", "born", "seen", "salary",
         "note", "faculty", "photo"]
ROWS = [
    ("P1", "1112034563562", "somchai@example.ac.th", "0812345678", "สมชาย",
     "2001-02-03", "2026-11-20T08:30:00", 30000, "x", "SCI", b"\x01"),
    ("P2", "1-1120-34563-56-2", "ก@example.com", "+66 81 234 5678",
     "ก้อง", "2544-02-29", "2569-01-01 00:00:00", 30001, "y", "ENG", None),
    ("P3", "12345", "no address", "02-123-4567", "น้ำ", "not a date", None,
     None, None, "SCI", b""),
    ("P4", None, "a@b@c", None, "Q", None, "2026-1-1", 2**53 + 1, "z", "ENG",
     b"\xff"),
    ("P5", "", "", "12", "é́x", "", "", 5, "", None, None),
]
PARTIAL = {  # citizen, email, phone, name
    "P1": ("x-xxxx-xxxxx-56-2", "s•••@example.ac.th", "•••5678", "ส•••"),
    "P2": ("x-xxxx-xxxxx-56-2", "ก•••@example.com", "•••5678", "ก้•••"),
    "P3": ("1•••", "n•••", "•••4567", "•••"),
    "P4": (None, "a•••", None, "•••"),
    "P5": ("•••", "•••", "1•••", "é́•••"),
}
YEARS = {"P1": (2001, 2026), "P2": (2544, 2569), "P3": (None, None),
         "P4": (None, None), "P5": (None, None)}
COLUMNS = [{"name": "pid", "mask": "hash"},
           {"name": "citizen", "mask": "partial", "class": "personal"},
           {"name": "email", "mask": "partial"},
           {"name": "phone", "mask": "partial"},
           {"name": "name", "mask": "partial"},
           {"name": "born", "mask": "year"}, {"name": "seen", "mask": "year"},
           {"name": "salary", "mask": "hash"}, {"name": "note"},
           {"name": "faculty"}, {"name": "photo", "mask": "drop"}]
SHOWN = [c for c in NAMES if c != "photo"]
SQL = "select * from person"


@pytest.fixture
def source(university):
    path = university.dir / "sources" / "MASKED.db"
    if not path.exists():
        make_db(path, "create table person(pid text primary key, citizen text,"
                " email text, phone text, name text, born date, seen datetime,"
                " salary integer, note text, faculty text, photo blob)",
                rows={"person": ROWS})
        add_source(university, "MASKED", path)
    return "MASKED"


@pytest.fixture
def made(desk, source):  # noqa: F811
    if not hasattr(desk, "gate_masked"):
        desk.gate_masked = deliver(
            desk, source=source, sql=SQL, columns=COLUMNS,
            outlets=["api-get", "api-post", "export"], formats=ALL_FORMS,
            filterable=["faculty"])
    return desk.gate_masked


def check_rows(rows):
    """The rows as lists in SHOWN's order; the codes of pid and salary."""
    assert len(rows) == len(ROWS)
    pids, salaries = [], []
    for row, have in zip(ROWS, rows):
        have = dict(zip(SHOWN, have))
        for name, want in zip(("citizen", "email", "phone", "name"),
                              PARTIAL[row[0]]):
            assert have[name] == want, (row[0], name)
        for name, want in zip(("born", "seen"), YEARS[row[0]]):
            assert have[name] == want, (row[0], name)
        assert have["note"] == row[8] and have["faculty"] == row[9]
        assert (have["salary"] is None) == (row[7] is None)
        pids.append(have["pid"])
        salaries.append(have["salary"])
    for code in pids + [s for s in salaries if s is not None]:
        assert len(base64.urlsafe_b64decode(code + "==")) == 16
    assert len(set(pids)) == len(ROWS)
    assert len(set(salaries)) == len(ROWS)
    return pids, salaries


class Cells(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.rows, self.cell = [], None

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.cell = ""

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data

    def handle_endtag(self, tag):
        if tag == "td":
            self.rows[-1].append(self.cell)
            self.cell = None


def parsed(form, content):
    """Rows of any form with None and whole numbers where they can be told."""
    if form == "json":
        return [list(r.values()) for r in json.loads(content)]
    if form == "ndjson":
        return [list(json.loads(x).values()) for x in content.splitlines()]
    if form == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        return [[c.value for c in r] for r in book.worksheets[0].iter_rows()
                ][1:]
    if form == "xml":
        return [[c.text for c in r] for r in ET.fromstring(content)]
    if form == "csv":
        text = content.decode()
        return list(csv.reader(io.StringIO(text, newline="")))[1:]
    page = Cells()
    page.feed(content.decode())
    return [r for r in page.rows if r]


def as_texts(rows):
    return [["" if v is None else str(v) for v in r] for r in rows]


@pytest.mark.parametrize("form", ALL_FORMS)
def test_a_mask_holds_in_every_form(made, form):
    get, post = made.once("api-get"), made.once("api-post")
    exact = parsed("json", get.get(".json").content)
    codes = check_rows(exact)
    rows = parsed(form, get.get("." + form).content)
    if form in ("json", "ndjson"):
        assert rows == exact
    else:
        assert as_texts(rows) == as_texts(exact)
    # The same request's other connection has another key.
    other = check_rows(parsed("json", post.post({}).content))
    assert not set(codes[0]) & set(other[0])
    # And its document another one; the rest is the same.
    have = parsed(form, made.document(form)[1].content)
    for row, mine in zip(have, exact):
        row, mine = dict(zip(SHOWN, row)), dict(zip(SHOWN, mine))
        for name in SHOWN:
            want = "" if mine[name] is None else str(mine[name])
            got = "" if row[name] is None else str(row[name])
            if name in ("pid", "salary") and want:
                assert got and got != want
            else:
                assert got == want, name
    for secret in ("1112034563562", "somchai", "0812345678", "สมชาย",
                   "2001-02-03", "30000"):
        assert secret.encode() not in get.get(
            "." + form, headers={"Accept-Encoding": None}).content


def test_codes_stay_and_tell_equal_values_only(made):
    get = made.once("api-get")
    one, two = (parsed("json", get.get(".json").content) for _ in "ab")
    assert one == two
    picked = get.get("?select=salary,pid").json()
    assert [r["pid"] for r in picked] == [r[0] for r in one]


def test_a_preview_shows_masks(university, made):
    status, body = unix_post(
        university.dir / "shared" / "gate.sock", "/preview", {
            "source": "MASKED", "sql": SQL, "columns": COLUMNS,
            "request": made.no, "by": "a@example.ac.th"})
    assert status == 200, body
    at = [c["name"] for c in body["columns"]].index("photo")
    assert all(r[at] is None for r in body["rows"])
    rows = [r[:at] + r[at + 1:] for r in body["rows"]]
    codes = check_rows(rows)
    assert not set(codes[0]) & {
        r["pid"] for r in made.once("api-get").get(".json").json()}


@pytest.mark.parametrize("mask", ["hash", "partial", "drop", "year"])
def test_what_is_masked_cannot_be_filterable(desk, source, mask):  # noqa: F811
    column = "born" if mask == "year" else "note"
    answer = prepare_fails(
        desk, source=source, filterable=["faculty", column],
        sql="select note, faculty, born from person",
        columns=[{"name": c, **({"mask": mask} if c == column else {})}
                 for c in ("note", "faculty", "born")])
    assert answer.status_code == 422
    want = "no-such-column" if mask == "drop" else "masked-filterable"
    assert fields(answer.json()) == {"parts[0].filterable": want}
    assert column in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("mask, fits", [
    ("partial", ("text", "integer")), ("year", ("date", "datetime")),
    ("hash", ("text", "integer", "number", "boolean", "date", "datetime",
              "bytes"))])
def test_a_mask_fits_the_type(desk, source, mask, fits):  # noqa: F811
    types = ["text", "integer", "number", "boolean", "date", "datetime",
             "bytes"]
    names = [f"c{i}" for i in range(len(types))]
    answer = prepare_fails(
        desk, source=source,
        sql="select " + ",".join(f"note as {n}" for n in names)
            + " from person where 0",
        columns=[{"name": n, "type": t, "mask": mask}
                 for n, t in zip(names, types)])
    wrong = [n for n, t in zip(names, types) if t not in fits]
    if not wrong:
        assert answer.status_code == 200, answer.text
        return
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert {e["code"] for e in errors} == {"mask-type"}
    assert len(errors) == len(wrong)
    assert all(n in e["message"] for n, e in zip(wrong, errors))


def test_the_description_says_what_is_shown(made):
    get = made.once("api-get")
    row = get.get("/openapi.json").json()["components"]["schemas"]["row"]
    said = {n: (p["x-mask"], p["type"]) for n, p in row["properties"].items()}
    assert list(said) == SHOWN
    assert said["pid"] == ("hash", ["string", "null"])
    assert said["salary"] == ("hash", ["string", "null"])
    assert said["born"] == ("year", ["number", "string", "null"])
    assert said["citizen"] == ("partial", ["string", "null"])
    assert said["note"] == ("none", ["string", "null"])
    page = get.get("/about?lang=en").text
    for word in ("Replaced by a code", "Year only", "Partly hidden",
                 "As it is"):
        assert word in page
    assert "Leave this column out" not in page and "photo" not in page


# -- nothing is learnt

CLOSED = ["pid", "citizen", "born", "salary", "note"]  # masked, or not granted


def questions(column, value):
    """Every way to bring a value of the column to bear."""
    for op in ("eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike"):
        yield {column: f"{op}.{value}"}
        yield {column: f"not.{op}.{value}"}
    yield {column: f"in.({value})"}
    yield {column: "is.null"}
    yield {"and": f"({column}.eq.{value})"}
    yield {"or": f"(faculty.eq.SCI,{column}.eq.{value})"}
    yield {"not.or": f"(faculty.eq.SCI,not.and({column}.lt.{value}))"}
    yield {"order": column}
    yield {"order": f"faculty,{column}.desc.nullslast"}


@pytest.mark.parametrize("column", CLOSED)
def test_no_filter_no_order_no_count_no_error_tells(made, column):
    """The answer is one and the same, whether a row has the value or not."""
    get, post = made.once("api-get"), made.once("api-post")
    real = {"pid": "P1", "citizen": "1112034563562", "born": "2001-02-03",
            "salary": "30000", "note": "x"}[column]
    fake = {"pid": "P9", "citizen": "1112034563563", "born": "2001-02-04",
            "salary": "30009", "note": "w"}[column]
    seen = set()
    for value in (real, fake):
        for params in questions(column, value):
            for extra in ({}, {"limit": "1"}, {"limit": "0"}):
                headers = {"Prefer": "count=exact"} if extra else {}
                answer = get.get(params={**params, **extra}, headers=headers)
                if answer.status_code == 422:  # an operator not of its type
                    assert set(fields(answer.json()).values()) <= \
                        {"query-operator"}
                    continue
                problem(answer, 403, "query-not-filterable")
                assert "Total-Count" not in answer.headers
                seen.add(answer.text)
        answer = post.post({"filter": {"column": column, "op": "eq",
                                       "value": value}})
        problem(answer, 403, "query-not-filterable")
        seen.add(answer.text)
    assert len(seen) == 1


def test_dropped_columns_do_not_exist(made):
    get = made.once("api-get")
    for name in ("photo", "no_such_thing"):
        for params in ({name: "eq.1"}, {"order": name}, {"select": name}):
            body = problem(get.get(params=params), 422, "invalid")
            assert [e["code"] for e in body["errors"]] == ["query-column"]
    # A slip of the pen is put right, but never into what is not shown.
    body = problem(get.get(params={"photoo": "eq.1"}), 422, "invalid")
    assert "hint" not in body["errors"][0]
    body = problem(get.get(params={"facluty": "eq.1"}), 422, "invalid")
    assert body["errors"][0]["hint"] == "faculty"


def test_pages_are_not_in_the_order_of_a_masked_key(university, desk):  # noqa: F811,E501
    """pid is the table's key, but its order would tell what its code hides."""
    path = make_db(university.dir / "sources" / "MASKKEY.db",
                   "create table k(pid integer primary key, b text)",
                   rows={"k": [(i, f"{(i * 7) % 50:02d}")
                               for i in range(50)]})
    add_source(university, "MASKKEY", path)
    call = deliver(desk, source="MASKKEY", sql="select pid, b from k",
                   columns=[{"name": "pid", "mask": "hash"},
                            {"name": "b"}]).connection()
    rows, answer = [], call.get("?limit=7")
    while True:
        rows += answer.json()
        if "next" not in answer.links:
            break
        at = answer.links["next"]["url"]
        answer = call.get(at[len(call.url):])
    assert [r["b"] for r in rows] == [f"{i:02d}" for i in range(50)]
    assert len({r["pid"] for r in rows}) == 50


def test_a_cursor_shows_nothing(made):
    get = made.once("api-get")
    seen = set()
    for _ in range(5):
        url = get.get("?limit=1").links["next"]["url"]
        cursor = dict(parse_qsl(urlsplit(url).query))["cursor"]
        raw = base64.urlsafe_b64decode(cursor + "==")
        assert b"SCI" not in raw and b'"tx"' not in raw
        seen.add(cursor)
    assert len(seen) == 5
