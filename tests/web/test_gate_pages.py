"""Pages: nothing is lost, nothing comes twice, while rows come and go between
two of them; on tables with a key, without one, and with rows alike."""
import random
import sqlite3
from collections import Counter
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate_work import add_source, deliver, fields, make_db, problem
from journey import desk  # noqa: F401

PROPERTY = settings(max_examples=15, deadline=None, database=None,
                    print_blob=True, suppress_health_check=[
                        HealthCheck.function_scoped_fixture,
                        HealthCheck.too_slow])
GROUPS = [None, "A", "a", "B", "ก", "ข", ""]
NUMBERS = [None, -1.5, 0, 2, 2.5, 1e300, 2**53 + 1, -2**63]
WORDS = ["asc", "desc", "asc.nullslast", "desc.nullsfirst", "asc.nullsfirst",
         "desc.nullslast"]


def row_of(dice, i):
    return (i, dice.choice(GROUPS), dice.choice(NUMBERS),
            dice.choice([None, "x", "X", "y"]))


class Pages:
    """A source that changes, and its connections: keyed, loose (no key), and
    masked, whose key nobody sees."""

    def __init__(self, university, desk):  # noqa: F811
        self.path = university.dir / "sources" / "PAGES.db"
        make_db(self.path,
                "create table k(id integer primary key, grp text, num numeric,"
                " word text collate nocase)",
                "create table l(id integer, grp text, num numeric,"
                " word text collate nocase)")
        add_source(university, "PAGES", self.path)
        made = deliver(desk, outlets=["api-get", "api-post"], parts=[
            {"name": name, "source": "PAGES", "sql": sql,
             "columns": [{"name": "id"}, {"name": "grp"},
                         {"name": "num", "type": "number"}, {"name": "word"}],
             "filterable": ["grp", "num", "word", "id"]}
            for name, sql in (
                ("keyed", "select * from k"),
                ("twin", "select * from k"),
                ("loose", "select l.* from l"))])
        self.keyed = made.connection("api-get", "keyed")
        self.loose = made.connection("api-get", "loose")
        self.twin = made.connection("api-get", "twin")
        self.posted = made.connection("api-post", "keyed")

    def change(self, sql, rows=None):
        db = sqlite3.connect(self.path)
        if rows is None:
            db.execute(sql)
        else:
            db.executemany(sql, rows)
        db.commit()
        db.close()

    def fill(self, table, rows):
        self.change(f"delete from {table}")
        self.change(f"insert into {table} values (?,?,?,?)", rows)

    def rows(self, table):
        db = sqlite3.connect(self.path)
        rows = db.execute(f"select * from {table}").fetchall()
        db.close()
        return rows


@pytest.fixture
def pages(university, desk):  # noqa: F811
    if not hasattr(desk, "gate_pages"):
        desk.gate_pages = Pages(university, desk)
    return desk.gate_pages


def values(row):
    return tuple(int(v) if isinstance(v, str) and v.lstrip("-").isdigit()
                 else v for v in row.values())


def walk(call, query, between=lambda page: None):
    """All pages by their links."""
    answer, pages = call.get("?" + query), []
    while True:
        assert answer.status_code == 200, answer.text
        pages.append([values(r) for r in answer.json()])
        assert len(pages) < 500
        if "next" not in answer.links:
            return pages
        between(len(pages))
        answer = call.get(answer.links["next"]["url"][len(call.url):])


def sql_order(order):
    made = []
    for column, words in order:
        parts = words.split(".")
        made.append(column + " " + parts[0] + {
            "nullsfirst": " nulls first", "nullslast": " nulls last",
            "": ""}[parts[1] if len(parts) > 1 else ""])
    return made


ORDERS = st.lists(st.tuples(st.sampled_from(["grp", "num", "word", "id"]),
                            st.sampled_from(WORDS)),
                  max_size=3, unique_by=lambda o: o[0])


@PROPERTY
@given(order=ORDERS, limit=st.integers(1, 9), n=st.integers(0, 40),
       seed=st.integers(0, 2**32))
def test_pages_of_a_still_table_are_the_table(pages, order, limit, n, seed):
    """In the source's own order; the key decides between equals."""
    dice = random.Random(seed)
    pages.fill("k", [row_of(dice, i) for i in range(n)])
    query = f"limit={limit}"
    if order:
        query += "&order=" + ",".join(f"{c}.{w}" for c, w in order)
    got = walk(pages.keyed, query)
    db = sqlite3.connect(pages.path)
    want = db.execute("select * from k order by "
                      + ", ".join(sql_order(order) + ["id"])).fetchall()
    db.close()
    assert [r for page in got for r in page] == want
    assert [len(p) for p in got[:-1]] == [limit] * (len(got) - 1)
    assert len(got) == max(1, -(-n // limit))


@PROPERTY
@given(order=ORDERS, limit=st.integers(1, 7), seed=st.integers(0, 2**32))
def test_no_row_is_lost_or_doubled_while_rows_come_and_go(
        pages, order, limit, seed):
    dice = random.Random(seed)
    rows = [row_of(dice, 2 * i) for i in range(30)]
    pages.fill("k", rows)
    gone, fresh = set(), [1]

    def between(_):
        for _ in range(dice.randint(0, 3)):
            if dice.random() < 0.5:
                fresh[0] += 2
                pages.change("insert into k values (?,?,?,?)",
                             [row_of(dice, fresh[0])])
            else:
                victim = dice.choice(rows)[0]
                gone.add(victim)
                pages.change(f"delete from k where id = {victim}")
    query = f"limit={limit}"
    if order:
        query += "&order=" + ",".join(f"{c}.{w}" for c, w in order)
    got = Counter(r for page in walk(pages.keyed, query, between)
                  for r in page)
    assert max(got.values()) == 1
    for row in rows:
        if row[0] not in gone:
            assert got[row] == 1, row


@PROPERTY
@given(order=ORDERS, limit=st.integers(1, 7), n=st.integers(0, 30),
       kinds=st.integers(1, 5), seed=st.integers(0, 2**32))
def test_rows_alike_are_counted(pages, order, limit, n, kinds, seed):
    """Without a key, and with many rows the same but for a letter's case."""
    dice = random.Random(seed)
    some = [row_of(dice, dice.randint(0, 1)) for _ in range(kinds)]
    rows = [dice.choice(some) for _ in range(n)]
    pages.fill("l", rows)
    query = f"limit={limit}"
    if order:
        query += "&order=" + ",".join(f"{c}.{w}" for c, w in order)
    got = walk(pages.loose, query)
    assert Counter(r for page in got for r in page) == Counter(rows)
    assert [len(p) for p in got[:-1]] == [limit] * (len(got) - 1)


def test_pages_too_long_to_be_built_first(pages):
    """They stream; their end is found before. Changes fall between."""
    rows = [(i, "ก" * 40, i % 7, "x") for i in range(0, 9000, 2)]
    for table, call in (("k", pages.keyed), ("l", pages.loose)):
        pages.fill(table, rows)
        odd = iter(range(1, 9000, 2))

        def between(_):
            pages.change(f"insert into {table} values (?,?,?,?)",
                         [(next(odd), "ข", 3, "y") for _ in range(40)])
            pages.change(f"delete from {table} where num = 6"
                         " and id % 10 = 0")
        for order in ("", "&order=num.desc", "&order=grp,num"):
            got = walk(call, "limit=1000" + order, between)
            flat = Counter(r for page in got for r in page)
            assert max(flat.values()) == 1
            assert len(got) >= 4
            for row in rows:
                if not (row[2] == 6 and row[0] % 10 == 0):
                    assert flat[row] == 1
    many = [(1, "ก" * 40, 1, "x")] * 3000
    pages.fill("l", many)
    assert sum(map(len, walk(pages.loose, "limit=1100"))) == 3000


def test_filters_and_the_page_hold_together(pages):
    dice = random.Random(7)
    pages.fill("k", [row_of(dice, i) for i in range(60)])
    for query in ("grp=in.(A,B,ก)", "or=(grp.is.null,num.gt.1)",
                  "not.and=(grp.eq.A,num.gt.0)"):
        whole = [values(r) for r in pages.keyed.get(
            "?order=num.desc,id&" + query).json()]
        got = walk(pages.keyed, "limit=4&order=num.desc,id&" + query)
        assert [r for page in got for r in page] == whole and len(got) > 2
        assert len(got) == -(-len(whole) // 4)


def test_offset_then_pages(pages):
    pages.fill("k", [(i, "A", i, "x") for i in range(30)])
    got = walk(pages.keyed, "limit=4&offset=10&order=id.desc")
    assert [r[0] for p in got for r in p] == list(range(19, -1, -1))


def test_values_too_large_for_a_url_are_counted_instead(pages):
    pages.fill("l", [(i, chr(97 + i) * 5000, 1, "\0x" if i % 2 else "x")
                     for i in range(9)])
    got = walk(pages.loose, "limit=2&order=grp")
    assert [r[1][0] for p in got for r in p] == list("abcdefghi")
    pages.fill("k", [(i, "a\0b", 1, "\0") for i in range(5)])
    got = walk(pages.keyed, "limit=2&order=grp,word")
    assert sorted(r[0] for p in got for r in p) == list(range(5))


def test_a_cursor_belongs_to_its_connection_and_question(pages):
    pages.fill("k", [(i, "A", i, "x") for i in range(30)])
    pages.fill("l", [(i, "A", i, "x") for i in range(30)])

    def cursor(call, query):
        url = call.get("?" + query).links["next"]["url"]
        return dict(parse_qsl(urlsplit(url).query))["cursor"]
    mine = cursor(pages.keyed, "limit=3")
    other = cursor(pages.loose, "limit=3")
    assert mine != cursor(pages.keyed, "limit=3")  # a nonce of its own
    for call, sent in ((pages.keyed, other), (pages.loose, mine),
                       (pages.twin, mine)):
        answer = call.get(params={"limit": "3", "cursor": sent})
        assert fields(problem(answer, 422, "invalid")) == \
            {"cursor": "bad-cursor"}
    dice = random.Random(1)
    for _ in range(60):
        at = dice.randrange(len(mine))
        bad = mine[:at] + dice.choice("AZaz09-_") + mine[at + 1:]
        answer = pages.keyed.get(params={"limit": "3", "cursor": bad})
        assert bad == mine or answer.status_code == 422, bad
    for bad in ("", "AAAA", "[0,0]", mine[:40], mine * 2):
        answer = pages.keyed.get(params={"limit": "3", "cursor": bad})
        assert answer.status_code == (200 if bad == "" else 422)


def test_query_and_post_go_on_in_the_body(pages):
    pages.fill("k", [(i, "A", i, "x") for i in range(10)])
    call = pages.posted
    body = {"limit": 4, "order": ["num.desc"], "select": ["id"]}
    for method, path in (("POST", "/query"), ("QUERY", ""),
                         ("QUERY", "/query")):
        ids, at = [], path
        for _ in range(9):
            answer = call.send(method, at, json=body)
            assert answer.status_code == 200, answer.text
            assert answer.headers["Accept-Query"] == '"application/json"'
            ids += [r["id"] for r in answer.json()]
            if "next" not in answer.links:
                break
            at = answer.links["next"]["url"][len(call.url):]
            assert at.startswith("/query?cursor=")
        assert ids == list(range(9, -1, -1)), method
    assert pages.keyed.send("QUERY", "", json=body).status_code == 405


@pytest.mark.parametrize("length", [3000, 4200, 7000, 7900, 8031])
def test_the_link_after_a_long_question_can_be_followed(pages, length):
    """Places of 3 KB beside questions of up to 8 KiB, as they came in: what
    does not fit goes on by counting."""
    pages.fill("k", [(i, "(" * 2990 + chr(97 + i), i, "x") for i in range(7)])
    question = "limit=3&order=grp&select=id,grp,num,word&word=not.in.("
    question += "*:'!@$/?*:'!@$/?,*:'!@$/?" * 400
    question = question[:length - 2] + "z)"
    answer, got, longest = pages.keyed.get("?" + question), [], 0
    while True:
        assert answer.status_code == 200, answer.text
        got += [r["id"] for r in answer.json()]
        if "next" not in answer.links:
            break
        query = urlsplit(answer.links["next"]["url"]).query
        assert len(query) <= 8192
        assert "word=not.in.(*:'!@$/?*:" in query
        longest = max(longest, len(query))
        answer = pages.keyed.get("?" + query)
    assert got == list(range(7)) and longest > length


def test_a_question_without_room_for_a_link_is_told_so(pages):
    pages.fill("k", [(i, "a", i, "x") for i in range(3)])
    question = "word=not.in.(" + "a" * 8030 + ")"
    assert len(pages.keyed.get("?" + question).json()) == 3
    refused = pages.keyed.get("?limit=2&" + question)
    assert problem(refused, 422, "invalid")["errors"][0]["code"] == \
        "question-too-long"
