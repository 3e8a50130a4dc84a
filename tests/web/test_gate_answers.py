"""What stands above and around the rows: preferences, counts, the envelope,
packing, CSV's profile, what travels in a body only, and errors that put a
question right."""
import csv
import gzip
import hashlib
import io
import json
import os
import time
from pathlib import Path

import pytest

from conftest import wait_until
from gate_work import (ALL_FORMS, GateStore, add_source, deliver, fields,
                       gate_pid, make_db, prepare_fails, problem)
from journey import desk  # noqa: F401

ROWS = [(i, ["=1+1", "+66", "-5", "@x", "\ttab", "\rcr", "plain", "ก,\"x\"",
             None, ""][i % 10], i * 0.5) for i in range(3000)]


@pytest.fixture
def made(university, desk):  # noqa: F811
    if not hasattr(desk, "gate_answers"):
        path = make_db(university.dir / "sources" / "ANSWERS.db",
                       "create table t(id integer primary key, name text,"
                       " half real)", rows={"t": ROWS})
        add_source(university, "ANSWERS", path)
        desk.gate_answers = deliver(
            desk, source="ANSWERS", outlets=["api-get", "api-post"],
            formats=ALL_FORMS,
            sql="select id, name, half from t where :who is null or"
                " name = :who", filterable=["id", "name"],
            params=[{"name": "who", "type": "text", "body_only": True}])
    return desk.gate_answers


@pytest.fixture
def both(made):
    return made.once("api-get"), made.once("api-post")


def raw(call, path, headers=None, **kwargs):
    """The answer and its bytes as they came over the wire."""
    answer = call.send("GET", path, stream=True, headers=headers or {},
                       **kwargs)
    return answer, answer.raw.read(decode_content=False)


# -- Prefer

@pytest.mark.parametrize("prefer, applied, count", [
    (None, None, None), ("count=none", "count=none", None),
    ("count=exact", "count=exact", "3000"),
    ("count=estimated", "count=exact", "3000"),
    ("Count=exact, respond-async", "count=exact", "3000"),
    ('count="exact"; x=1', "count=exact", "3000"),
    ("count=some", None, None), ("return=minimal", None, None),
    ("", None, None)])
def test_counting(both, prefer, applied, count):
    for answer in (both[0].get("?limit=2", headers={"Prefer": prefer}),
                   both[1].post({"limit": 2}, headers={"Prefer": prefer})):
        assert answer.status_code == 200 and len(answer.json()) == 2
        assert answer.headers.get("Preference-Applied") == applied
        assert answer.headers.get("Total-Count") == count


def test_a_count_is_of_the_question_not_of_its_page(both):
    get, post = both
    exact = {"Prefer": "count=exact"}
    for query, want in (("id=lt.10", 10), ("id=lt.10&limit=3", 10),
                        ("id=lt.10&limit=3&offset=5&order=name", 10),
                        ("or=(id.eq.1,name.is.null)", 301), ("id=lt.0", 0),
                        ("select=id&limit=0", 3000)):
        answer = get.get("?" + query, headers=exact)
        assert answer.headers["Total-Count"] == str(want), query
    answer = get.get("?limit=1000", headers=exact)
    nxt = answer.links["next"]["url"][len(get.url):]
    assert get.get(nxt, headers=exact).headers["Total-Count"] == "3000"
    answer = post.post({"params": {"who": "plain"}}, headers=exact)
    assert answer.headers["Total-Count"] == "300"
    problem(get.get("?half=gt.1", headers=exact), 403,
            "query-not-filterable")


def test_an_envelope(both, university):
    get, post = both
    want = {"Prefer": "envelope, count=exact"}
    answer = get.get("?limit=2&select=id", headers=want)
    body = answer.json()
    assert list(body) == ["data", "next", "truncated", "contract", "delivery"]
    assert body["data"] == [{"id": 0}, {"id": 1}]
    assert body["truncated"] is True
    assert body["next"] and "next" in answer.links
    assert body["delivery"] == answer.headers["Delivery-Id"]
    assert body["contract"]["id"] == get.id
    assert answer.headers["Data-Contract"] == \
        f"{get.id};v={body['contract']['digest'][:12]}"
    assert answer.headers["Preference-Applied"] == "count=exact, envelope"
    page = get.get(body["next"][len(get.url):], headers=want).json()
    assert page["data"] == [{"id": 2}, {"id": 3}]
    # One that streams, and its end; a page that streams; one of no rows.
    whole = get.get("", headers=want).json()
    assert [r["id"] for r in whole["data"]] == [r[0] for r in ROWS]
    assert whole["next"] is None and whole["truncated"] is False
    long = get.get("?limit=2500", headers=want)
    assert len(long.json()["data"]) == 2500
    page = get.get(long.json()["next"][len(get.url):], headers=want).json()
    assert [r["id"] for r in page["data"]] == list(range(2500, 3000))
    assert page["next"] is None
    none = post.post({"filter": {"column": "id", "op": "lt", "value": 0}},
                     headers=want).json()
    assert none["data"] == [] and none["truncated"] is False
    # What is recorded is the envelope, bytes and all.
    store = GateStore(university)
    answer, content = raw(get, "", {**want, "Accept-Encoding": "identity"})
    row = store.delivery(answer)
    assert row["sha256"] == hashlib.sha256(content).hexdigest()
    assert row["n_bytes"] == len(content) and row["status"] == "whole"
    # Only JSON has one; strict says so.
    answer = get.get(".csv?limit=1", headers=want)
    assert answer.headers["Preference-Applied"] == "count=exact"


@pytest.mark.parametrize("prefer, form, good", [
    ("handling=strict, count=exact", "json", True),
    ("handling=strict, envelope", "json", True),
    ("handling=strict, envelope", "csv", False),
    ("count=many, handling=strict", "json", False),
    ("handling=strict, respond-async", "json", False),
    ("handling=lenient, respond-async", "json", True)])
def test_strict_handling(both, prefer, form, good):
    answer = both[0].get(f".{form}?limit=1", headers={"Prefer": prefer})
    if good:
        assert answer.status_code == 200
    else:
        assert fields(problem(answer, 422, "invalid")) == \
            {"Prefer": "bad-preference"}


def test_what_stands_above(both):
    for answer in (both[0].get("?limit=1"),
                   both[0].send("HEAD", "?limit=1")):
        assert answer.links["service-desc"]["url"] == \
            both[0].url + "/openapi.json"
        assert answer.links["describedby"]["url"] == both[0].url + "/about"
        vary = {v.strip() for v in answer.headers["Vary"].split(",")}
        assert {"Accept", "Accept-Encoding", "Authorization",
                "Prefer"} <= vary
        assert "Accept-Query" not in answer.headers


# -- packing

@pytest.mark.parametrize("form", ALL_FORMS)
def test_packed_is_the_same(both, university, form):
    """Short and long, GET and POST; the record is of the form's own bytes."""
    get, post = both
    store = GateStore(university)
    for query in ("?limit=200", ""):
        plain, want = raw(get, f".{form}{query}",
                          {"Accept-Encoding": "identity"})
        packed, bytes_ = raw(get, f".{form}{query}",
                             {"Accept-Encoding": "br, gzip;q=0.5"})
        assert "Content-Encoding" not in plain.headers
        if form == "xlsx":
            assert "Content-Encoding" not in packed.headers
            continue
        assert packed.headers["Content-Encoding"] == "gzip"
        assert len(bytes_) < len(want) / 2
        assert gzip.decompress(bytes_) == want
        row = store.delivery(packed)
        assert row["sha256"] == hashlib.sha256(want).hexdigest()
        assert row["n_bytes"] == len(want) and row["status"] == "whole"
    answer = post.post({"limit": 200}, f"/query.{form}",
                       headers={"Accept-Encoding": "gzip"})
    assert ("Content-Encoding" in answer.headers) == (form != "xlsx")
    for no in ("gzip;q=0", "identity", "deflate, br", "", "gzipped"):
        answer, _ = raw(get, f".{form}?limit=60", {"Accept-Encoding": no})
        assert "Content-Encoding" not in answer.headers, no
    answer, _ = raw(get, f".{form}?limit=1&select=id",
                    {"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers or form == "html"


# -- CSV

def test_csv_for_excel_is_declared(both):
    get, post = both
    plain = get.get(".csv?select=name")
    assert plain.headers["Content-Type"] == \
        "text/csv; charset=utf-8; header=present"
    rows = list(csv.reader(io.StringIO(plain.content.decode(), newline="")))
    assert [(r or [""])[0] for r in rows[1:]] == [r[1] or "" for r in ROWS]
    for answer in (
            get.get(".csv?select=name&profile=excel"),
            get.get("?select=name&format=csv&profile=excel"),
            get.get("?select=name",
                    headers={"Accept": "text/csv; profile=excel"}),
            get.get("?select=name",
                    headers={"Accept": 'text/csv;profile="excel"; q=0.9'}),
            post.post({"select": ["name"], "profile": "excel"},
                      "/query.csv"),
            post.post({"select": ["name"]}, "/query.csv?profile=excel")):
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == \
            "text/csv; charset=utf-8; header=present; profile=excel"
        assert answer.content.startswith(b"\xef\xbb\xbfname\r\n")
        rows = list(csv.reader(io.StringIO(
            answer.content.decode("utf-8-sig"), newline="")))
        assert [(r or [""])[0] for r in rows[1:]] == [
            "'" + r[1] if r[1] and r[1][0] in "=+-@\t\r" else r[1] or ""
            for r in ROWS]
    answer = get.get("?select=id&limit=2",
                     headers={"Accept": "text/csv; header=absent"})
    assert answer.content == b"0\r\n1\r\n"
    assert answer.headers["Content-Type"].endswith("header=absent")
    # A page keeps its profile.
    answer = get.get(".csv?select=name&profile=excel&limit=2")
    answer = get.get(answer.links["next"]["url"][len(get.url):])
    assert answer.content.startswith(b"\xef\xbb\xbfname\r\n'-5\r\n")
    answer = post.post({"limit": 2}, "/query.csv?profile=excel")
    url = answer.links["next"]["url"]
    assert "profile=excel" in url
    answer = post.post({"limit": 2}, url[len(post.url):])
    assert answer.status_code == 200 and b"'-5" in answer.content
    for path in (".csv?profile=word", ".json?profile=excel"):
        assert fields(problem(get.get(path), 422, "invalid")) == \
            {"profile": "bad-profile"}


# -- parameters that travel in a body only

def test_a_parameter_of_the_body_is_refused_in_a_url(both):
    get, post = both
    body = problem(get.get("?who=plain&limit=1"), 422, "invalid")
    assert fields(body) == {"who": "body-only"}
    assert "params" in body["errors"][0]["message"]
    assert "plain" not in json.dumps(body)
    assert fields(problem(post.post({}, "/query?who=plain"), 422,
                          "invalid")) == {"who": "in-the-body"}
    rows = post.post({"params": {"who": "plain"}}).json()
    assert {r["name"] for r in rows} == {"plain"} and len(rows) == 300
    said = get.get("/openapi.json").json()
    names = [p["name"] for p in
             said["paths"][f"/v1/d/{get.id}"]["get"]["parameters"]]
    assert "who" not in names and "profile" in names and "Prefer" in names
    said = post.get("/openapi.json").json()
    asked = said["components"]["schemas"]["question"]["properties"]
    assert "who" in asked["params"]["properties"]
    assert "body" in asked["params"]["properties"]["who"]["description"] \
        or "คำขอ" in asked["params"]["properties"]["who"]["description"]
    assert "in the body of a POST only" in get.get("/about?lang=en").text


def test_what_must_be_given_in_a_body_cannot_be_asked_by_get(made, desk):  # noqa: F811,E501
    one = {"name": "who", "type": "text", "body_only": True,
           "required": True}
    sql = "select id from t where name = :who"
    answer = prepare_fails(desk, source="ANSWERS", sql=sql, params=[one],
                           outlets=["api-get", "api-post"])
    assert fields(answer.json()) == {"parts[0].params": "param-body-only"}
    call = deliver(desk, source="ANSWERS", sql=sql, params=[one],
                   outlets=["api-post"]).connection("api-post")
    assert len(call.post({"params": {"who": "plain"}}).json()) == 300


# -- errors that put a question right

@pytest.mark.parametrize("query, hint", [
    ("id=5", "id=eq.5"), ("name=ก", "name=eq.ก"), ("id=gtee.5", "id=gte.5"),
    ("id=ge.5", "id=gte.5"), ("id=ne.5", "id=neq.5"), ("id=EQ.5", "id=eq.5"),
    ("id=not.gtx.5", "id=not.gt.5"), ("name=a.b", "name=eq.a.b"),
    ("and=(id.ge.5,name.eq.x)", "id.gte.5"), ("or=(id.iss.null)",
                                              "id.is.null"),
    ("nam=eq.x", "name"), ("order=nmae", "name"), ("select=idd", "id"),
    ("zzzz=eq.1", None)])
def test_the_right_form_is_shown(both, query, hint):
    body = problem(both[0].send("GET", "?" + query), 422, "invalid")
    assert body["errors"][0].get("hint") == hint
    if hint and "=" in hint and "." in hint:
        assert both[0].send("GET", "?" + hint).status_code == 200


def test_the_right_operator_is_shown_for_a_body(both):
    body = problem(both[1].post({"filter": {
        "column": "id", "op": "ge", "value": 5}}), 422, "invalid")
    assert body["errors"][0]["hint"] == "gte"


def test_a_slow_count_is_bounded(university, desk):  # noqa: F811
    """It has the budget of the rows, and ends with the caller."""
    call = deliver(
        desk, sql="with recursive n(i) as (select 1 union all select i + 1"
                  " from n where i < :most) select i from n",
        params=[{"name": "most", "type": "integer", "default": 5}],
    ).connection()
    began = time.monotonic()
    with pytest.raises(Exception):
        call.http.get(call.url + "?most=2000000000", timeout=1, headers={
            "Authorization": "Bearer " + call.key, "Prefer": "count=exact"})
    assert time.monotonic() - began < 5

    def idle():
        before = cpu(gate_pid(university))
        time.sleep(0.5)
        return cpu(gate_pid(university)) - before < 0.2
    wait_until("the count to end", idle, 10)


def cpu(pid):
    """Seconds of the processor that it has had."""
    stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
