"""Pages, counts, envelopes and masks of a PostgreSQL source, through the gate:
what stays comes once while rows come and go, and every form says the same."""
import io
import json
import random
import subprocess
from collections import Counter

import openpyxl
import pytest

from gate_work import ALL_FORMS, deliver
from journey import desk  # noqa: F401
from test_gate_masks import as_texts, parsed
from test_gate_pages import walk
from test_gate_sources_pg import Server

LIVE = """
create table live(id int primary key, grp text collate "en-x-icu",
                  seen timestamptz, part float8);
insert into live select i, (array['a','A','ä','ก',null])[i % 5 + 1],
       '2026-11-20 08:30:00.1Z'::timestamptz + i % 3 * '1 us'::interval,
       (array[0.1, 0.1::float8 + 0.2, 1e300, null])[i % 4 + 1]
  from generate_series(1, 60) i;
create table alike(word text, born date, sure boolean, amount numeric);
insert into alike select (array['x','X','x '])[i % 3 + 1],
       date '2001-02-03' + i % 2, i % 2 = 0,
       (array[0.10, 12345678901234567890.5, null])[i % 3 + 1]
  from generate_series(1, 40) i;
create table long as select i as id, repeat('ก', 40) as word, i % 7 as num
  from generate_series(2, 6000, 2) i;
create table person(pid int primary key, born date, seen timestamptz,
  paid int8, ratio float8, sure boolean, name text, secret bytea);
insert into person values
 (1, '2001-02-03', '2026-11-20 08:30:00.123456+07', 30000, 0.1, true,
  'สมชาย', '\\x00ff'),
 (2, null, null, null, null, null, null, null),
 (3, '0044-03-15 BC', 'infinity', 0, 'NaN', false, '=1+1', '');
"""
MASKS = {"pid": "hash", "born": "year", "seen": "year", "paid": "partial",
         "ratio": "hash", "sure": "none", "name": "partial",
         "secret": "drop"}
SHOWN = [c for c in MASKS if c != "secret"]


class Pages:
    def __init__(self, university, desk, postgresql, folder):  # noqa: F811
        self.server = Server(postgresql)
        self.server.sql(LIVE, "grant select on live, alike, long, person to "
                        + self.server.role)
        secret = folder / "secret"
        secret.write_text(self.server.password)
        done = university.pratu(
            "source", "add", "PGPAGES", "--system", "HRIS", "--dsn",
            self.server.dsn, "--secret-file", secret)
        assert done.returncode == 0, done.stderr

        def part(name, sql, filterable, **more):
            return {"name": name, "source": "PGPAGES", "sql": sql,
                    "filterable": filterable, **more}
        live = ["id", "grp", "seen", "part"]
        self.made = deliver(desk, outlets=["api-get", "export"], parts=[
            part("live", "select * from live", live),
            part("loose", "select l.* from live l where true", live),
            part("alike", "select * from alike", ["word", "born", "sure"]),
            part("long", "select * from long", ["id", "num"]),
            part("person", "select * from person", ["sure"], columns=[
                {"name": c, "mask": m} if m != "none" else {"name": c}
                for c, m in MASKS.items()])])

    def call(self, name):
        return self.made.connection("api-get", name)

    def ask(self, sql):
        return subprocess.run(
            ["psql", "-qAtc", sql, self.server.owner], check=True, text=True,
            stdout=subprocess.PIPE).stdout.splitlines()


@pytest.fixture
def pages(university, desk, postgresql, tmp_path):  # noqa: F811
    if not hasattr(desk, "pages_pg"):
        desk.pages_pg = Pages(university, desk, postgresql, tmp_path)
    return desk.pages_pg


def test_pages_are_the_table_in_its_order(pages):
    """By PostgreSQL's own word for the order."""
    call = pages.call("live")
    for order, sql in (
            ("", "id"), ("part.desc", "part desc nulls last, id"),
            ("grp", 'grp collate "C" nulls first, id'),
            ("seen.desc,grp.desc.nullsfirst",
             'seen desc, grp collate "C" desc nulls first, id')):
        want = [int(n) for n in
                pages.ask(f"select id from live order by {sql}")]
        for limit in 7, 25:
            got = walk(call, f"limit={limit}" +
                       (f"&order={order}" if order else ""))
            assert [r[0] for page in got for r in page] == want, order
            assert [len(p) for p in got[:-1]] == [limit] * (len(got) - 1)


@pytest.mark.parametrize("name", ["live", "loose"])
def test_what_stays_comes_once(pages, name):
    dice = random.Random(7)
    for order in "seen,grp.desc", "part.desc":
        pages.server.sql("delete from live where id > 60")
        there = {int(n) for n in pages.ask("select id from live")}

        def between(page):
            if page > 8:
                return
            gone = dice.choice(sorted(there))
            there.discard(gone)
            pages.server.sql(
                f"delete from live where id = {gone}; insert into live"
                f" select {100 * page} + i, (array['a','ä','z'])[i], now(),"
                " 0.1 * i from generate_series(1, 3) i")
        got = Counter(r[0] for page in
                      walk(pages.call(name), f"limit=9&order={order}",
                           between) for r in page)
        assert max(got.values()) == 1
        assert there <= set(got), order


def test_rows_alike_are_counted(pages):
    got = walk(pages.call("alike"), "limit=3&order=born.desc")
    rows = Counter(r for page in got for r in page)
    assert sum(rows.values()) == 40 and len(rows) == 6
    assert sorted(rows.values()) == [6, 6, 7, 7, 7, 7]
    assert {r[0] for r in rows} == {"x", "X", "x "}


def test_a_long_page_ends_where_the_next_begins(pages):
    """It streams; its end is found before, and rows fall between."""
    odd = iter(range(1, 6000, 2))

    def between(page):
        pages.server.sql("insert into long values " + ",".join(
            f"({next(odd)}, 'x', 3)" for _ in range(20)))
    got = Counter(r[0] for page in
                  walk(pages.call("long"), "limit=1000&order=num", between)
                  for r in page)
    assert max(got.values()) == 1
    assert {n for n in got if n % 2 == 0} == set(range(2, 6001, 2))


def test_count_and_envelope(pages):
    call = pages.call("alike")
    answer = call.get("?limit=5&sure=is.true", headers={
        "Prefer": "count=exact, envelope"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Total-Count"] == "20"
    body = answer.json()
    rows = [v for v in body.values() if isinstance(v, list)][0]
    assert len(rows) == 5 and all(r["sure"] in (1, True) for r in rows)
    assert "cursor=" in json.dumps(body)
    for form in ALL_FORMS:
        answer = call.get(f".{form}?limit=1", headers={
            "Prefer": "count=exact"})
        assert answer.headers["Total-Count"] == "40", form


@pytest.mark.parametrize("form", ALL_FORMS)
def test_masks_in_every_form(pages, form):
    call = pages.call("person")
    exact = parsed("json", call.get(".json").content)
    assert [dict(zip(SHOWN, r)) for r in exact] == [
        {"pid": exact[0][0], "born": 2001, "seen": 2026, "paid": "3•••",
         "ratio": exact[0][4], "sure": 1, "name": "ส•••"},
        dict.fromkeys(SHOWN) | {"pid": exact[1][0]},
        {"pid": exact[2][0], "born": None, "seen": None, "paid": "•••",
         "ratio": exact[2][4], "sure": 0, "name": "=•••"}]
    assert len({r[0] for r in exact}) == 3
    assert exact[0][4] != exact[2][4] and len(exact[2][4]) == 22
    rows = parsed(form, call.get("." + form).content)
    assert rows == exact or as_texts(rows) == as_texts(exact)
    if form == "xlsx":  # one book of all parts
        book = openpyxl.load_workbook(io.BytesIO(
            pages.made.document(form)[1].content))
        have = [[c.value for c in r] for r in book["person"].iter_rows()][1:]
    else:
        have = parsed(form, pages.made.document(form, "person")[1].content)
    assert [r[1:4] for r in as_texts(have)] == \
        [r[1:4] for r in as_texts(exact)]
    for secret in "30000", "2001-02-03", "123456", "สมชาย":
        assert secret.encode() not in call.get(
            "." + form, headers={"Accept-Encoding": None}).content


def test_pages_by_a_masked_key(pages):
    """Nobody sees the key: what tells the rows apart is what is shown."""
    call = pages.call("person")
    one = call.get(".json").json()
    got = [r for page in walk(call, "limit=1") for r in page]
    assert sorted(r[0] for r in got) == sorted(r["pid"] for r in one)
