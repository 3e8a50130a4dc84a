"""What an answer says of itself: the sheet about it in a workbook, ETag and 304,
texts that could not be decoded."""
import io
import json
import re
import sqlite3

import openpyxl
import pytest
import requests

from gate_work import (GateStore, add_source, deliver, make_db,
                       unix_post)
from journey import desk  # noqa: F401
from pages import Web

SQL = "select id, word from t"
ROWS = [(i, f"คำ {i}") for i in range(1, 21)]


class Told:
    def __init__(self, university, desk):  # noqa: F811
        self.path = make_db(
            university.dir / "sources" / "TOLD.db",
            "create table t(id integer primary key, word text)",
            rows={"t": ROWS})
        add_source(university, "TOLD", self.path)
        self.made = deliver(desk, outlets=["api-get", "api-post"], parts=[
            {"name": name, "source": "TOLD", "sql": sql,
             "columns": [{"name": "id", "title_th": "ลำดับ"},
                         {"name": "word", "title_en": "Word",
                          "class": "personal"}],
             "filterable": ["id", "word"]} for name, sql in (
                 ("data", SQL), ("clock", "select id, date('now') as word"
                                 " from t"))])
        self.call = self.made.connection("api-get", "data")
        self.clock = self.made.connection("api-get", "clock")
        self.logged = make_db(
            self.path.with_name("TOLDLOG.db"), "pragma journal_mode=wal",
            "create table t(id integer primary key, word text)",
            rows={"t": ROWS})
        add_source(university, "TOLDLOG", self.logged)
        self.log_call = deliver(
            desk, source="TOLDLOG", sql=SQL,
            filterable=["id"]).connection("api-get")
        self.posted = self.made.connection("api-post", "data")

    def change(self, sql, *values):
        db = sqlite3.connect(self.path)
        db.execute(sql, values)
        db.commit()
        db.close()


@pytest.fixture
def told(university, desk):  # noqa: F811
    if not hasattr(desk, "gate_told"):
        desk.gate_told = Told(university, desk)
    return desk.gate_told


def sheet_of(answer, name):
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["data", name]
    return [[c.value for c in row] for row in book[name].iter_rows()]


@pytest.mark.parametrize("lang, name, label", [
    ("th", "เกี่ยวกับข้อมูลชุดนี้", "วัตถุประสงค์"),
    ("en", "About this delivery", "Purpose")])
def test_a_workbook_says_what_it_is(told, desk, lang, name, label):  # noqa: F811
    answer = told.call.get(".xlsx?limit=3", headers={"Accept-Language": lang})
    assert answer.status_code == 200
    rows = sheet_of(answer, name)
    facts = {r[0]: r[1] for r in rows if r[0] and r[1]}
    values = list(facts.values())
    request = desk.requester.request(told.made.no)
    assert facts[label] == request["answers"]["purpose"]
    for value in (request["title"], told.made.no, told.call.url,
                  desk.requester.email, answer.headers["Delivery-Id"], "data"):
        assert value in values, (value, facts)
    if lang == "en":
        assert "Conditions of the owners" not in facts  # there are none
        assert re.fullmatch(r"[0-9]+ [A-Z][a-z]+ 20[0-9]{2} [0-9:]{5}",
                            facts["Sent"])
        assert [r[:5] for r in rows[-3:]] == [
            ["Name", "Meaning", "Type", "Class", "As shown"],
            ["id", "id", "Integer", "Internal", "As it is"],
            ["word", "Word", "Text", "Personal data", "As it is"]]
    store = GateStore(desk.university)
    assert store.delivery(answer)["n_rows"] == 3


def test_an_unchanged_answer_is_not_sent_again(told, desk):  # noqa: F811
    store = GateStore(desk.university)
    store.delivery(told.call.get())
    before = store.one("select count(*) as n from delivery where connection ="
                       f" '{told.call.id}'")["n"]
    for query in ("", "?id=gt.3&limit=5", ".csv?profile=excel", ".xlsx"):
        first = told.call.get(query)
        assert first.status_code == 200
        tag = first.headers["ETag"]
        assert re.fullmatch(r'W/"[0-9a-f]{32}"', tag)
        for known in (tag, tag[2:], f'"x", {tag}', "*"):
            again = told.call.get(query, headers={"If-None-Match": known})
            assert again.status_code == 304 and again.content == b"", known
            assert again.headers["ETag"] == tag
            # Nothing left: no delivery.
            assert "Delivery-Id" not in again.headers
        other = told.call.get(query, headers={"If-None-Match": '"x"'})
        assert other.status_code == 200 and other.headers["ETag"] == tag
    store.delivery(other)  # by then all before it are in the table
    assert store.one("select count(*) as n from delivery where connection = "
                     f"'{told.call.id}'")["n"] == before + 8


def test_what_the_tag_is_bound_to(told):
    tags = [told.call.get(q, headers=h).headers["ETag"] for q, h in (
        ("", {}), ("?id=gt.3", {}), ("?id=gt.4", {}), (".ndjson", {}),
        ("?limit=5", {}), ("?limit=5&offset=5", {}), (".csv", {}),
        (".csv?profile=excel", {}), ("", {"Prefer": "envelope"}),
        ("?select=word", {}), ("", {"Accept-Language": "th"}))]
    assert len(set(tags)) == len(tags)
    page = told.call.get("?limit=5")
    cursor = page.links["next"]["url"][len(told.call.url):]
    assert told.call.get(cursor).headers["ETag"] not in tags
    # No tag where there is nothing to ask again, or nothing to tell by.
    assert "ETag" not in told.posted.post({}).headers
    assert "ETag" not in told.clock.get().headers
    assert told.clock.get(headers={"If-None-Match": "*"}).status_code == 200


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_changed_data_has_another_tag(told, mode):
    """Each write, at once, whichever journal; also one that leaves size and
    schema as they were, and while a writer holds the log open."""
    call = told.call if mode == "delete" else told.log_call
    db = sqlite3.connect(told.path if mode == "delete" else told.logged)
    assert db.execute("pragma journal_mode").fetchone()[0] == mode
    seen, question = [], "?id=eq.7"
    for i in range(20):
        seen.append(call.get(question).headers["ETag"])
        known = {"If-None-Match": seen[-1]}
        assert call.get(question, headers=known).status_code == 304
        db.execute("update t set word=? where id=7", (f"คำ {i + 100}",))
        db.commit()
        changed = call.get(question, headers=known)
        assert changed.status_code == 200
        assert changed.json() == [{"id": 7, "word": f"คำ {i + 100}"}]
    assert len(set(seen)) == 20
    db.close()


def test_a_file_put_in_its_place_has_another_tag(told):
    tag = told.call.get().headers["ETag"]
    other = make_db(told.path.with_suffix(".new"),
                    "create table t(id integer primary key, word text)",
                    rows={"t": ROWS})
    other.rename(told.path)
    answer = told.call.get(headers={"If-None-Match": tag})
    assert answer.status_code == 200 and answer.headers["ETag"] != tag


def receipt(call, answer):
    found = requests.get(
        f"{call.url.split('/v1/')[0]}/v1/deliveries/"
        + answer.headers["Delivery-Id"], timeout=10,
        headers={"Authorization": f"Bearer {call.key}"})
    assert found.status_code == 200, found.text
    return found.text.replace('\\"', '"')


def test_texts_that_cannot_be_decoded_are_reported(
        university, desk, told):  # noqa: F811
    """In the log, in the leaf of the receipt, to the officer, and by check."""
    told.change("insert into t values (900, cast(x'a1d2' as text))")
    told.change("insert into t values (901, cast(x'ff' as text))")
    try:
        answer = told.call.get("?id=gte.900")
        assert [r["word"] for r in answer.json()] == ["\ufffd\ufffd", "\ufffd"]
        assert '"bad_texts":2' in receipt(told.call, answer).replace(" ", "")
        line = [json.loads(r) for r in university.output().splitlines()
                if "gate.bad_text" in r
                and answer.headers["Delivery-Id"] in r]
        assert [r["count"] for r in line] == ["2"]
        clean = told.call.get("?id=lt.900")
        assert "bad_texts" not in receipt(told.call, clean)
        check = university.pratu("source", "check", "TOLD")
        assert check.returncode == 0
        assert re.search(r"U\+FFFD.*", check.stdout), check.stdout
        assert '"t"' in check.stdout
        status, seen = unix_post(
            university.dir / "shared" / "gate.sock", "/preview", {
            "source": "TOLD", "sql": SQL + " where id >= 900", "by": "a@b.c",
            "request": told.made.no, "lang": "en"})
        assert status == 200 and seen["bad_texts"] == 2
    finally:
        told.change("delete from t where id >= 900")
    assert "U+FFFD" not in university.pratu("source", "check", "TOLD").stdout


def test_the_officer_is_warned_of_them(university, desk, told):  # noqa: F811
    icit = desk.icit
    no = icit.until("preparing")
    told.change("insert into t values (900, cast(x'a1d2' as text))")
    try:
        officer = Web(university.desk, next(
        p for p in university.facts["people"]
        if p["email"] == icit.officer.email))
        page = officer.open(f"/requests/{no}/prepare")
        page = officer.send(page, "/prepare", "preview", **{
            "prepare.parts[0].from": "source:TOLD",
            "prepare.parts[0].sql": SQL + " where id >= 900",
            "prepare.outlets": ["api-get"], "prepare.formats": ["csv"]})
        assert "ถอดรหัสไม่ได้ 1 ข้อความ" in page.text
    finally:
        told.change("delete from t where id >= 900")
