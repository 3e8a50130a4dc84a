"""sqlmap against a connection, at full size at its strongest: all techniques, level
5, risk 3, for every database that it knows, in each place that takes something.
It must find nothing; in a server that builds its SQL out of text it finds the
hole."""
import http.server
import os
import re
import sqlite3
import subprocess
import threading
from urllib.parse import parse_qsl, urlsplit

import pytest

from gate_work import add_source, deliver, make_db
from journey import desk  # noqa: F401

# One run, at full size on a machine that does other things too.
RUN_S = 7200
NOTHING = "all tested parameters do not appear to be injectable"
FOUND = "sqlmap identified the following injection point"
ROWS = [(i, f"name {i}", i * 1.5, f"20{i:02}-01-01", i % 2, f"sekret-{i}")
        for i in range(10, 40)]
TABLE = ("create table t(id integer primary key, name text, gpa real,"
         " born date, active boolean, secret text)")

# Where sqlmap puts its texts: at each star.
GET = {
    "text": "select=id,name&name=neq.x*&word=name 11*",
    "numbers": "id=gt.0*&gpa=gte.0*&num=0*",
    "words": "select=id,name*&order=id.desc*&limit=5*&offset=1*",
    "groups": "and=(name.neq.%22x*%22,id.gt.0*)&or=(id.eq.11,name.like.name*)",
    "lists": "name=in.(%22name 11*%22,%22x%22)&id=in.(11,12*)",
    "names": "id*=gt.0&and=(na*me.neq.x)&not.or=(active.is.true*)",
    "dates": "born=gt.2010-01-01*&active=is.true*&format=json*",
}
POST = {
    "values": '{"select":["id","name"],"filter":{"and":[{"column":"name",'
              '"op":"neq","value":"x*"},{"column":"id","op":"in","value":'
              '["11","12*"]}]},"params":{"word":"name 11*","num":"0*"}}',
    "words": '{"select":["id","name*"],"order":["id.desc*"],"limit":"5*",'
             '"offset":"1*"}',
    "names": '{"filter":{"or":[{"column":"id*","op":"gt*","value":"0"},'
             '{"not":{"column":"name","op":"like","value":"n*"}}]}}',
}


def sqlmap(tmp_path, name, request, full_size, techniques="BEUSTQ"):
    """What it says of the request, whose stars are places to try."""
    folder = tmp_path / name
    folder.mkdir()
    (folder / "request").write_bytes(request.replace("\n", "\r\n").encode())
    done = subprocess.run(
        ["sqlmap", "-r", folder / "request", "--batch", "--flush-session",
         "--ignore-stdin", "--skip-waf", "--retries=1", "--keep-alive", "--technique=" + techniques,
         "--disable-coloring", "--output-dir", folder,
         *(["--level=5", "--risk=3"] if full_size else [])],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=RUN_S, cwd=folder,
        env={**os.environ, "HOME": str(folder), "LC_ALL": "C.UTF-8"})
    return done.stdout


@pytest.fixture
def connections(university, desk):  # noqa: F811
    if not hasattr(desk, "sqlmap"):
        path = make_db(university.dir / "sources" / "SQLMAP.db", TABLE,
                       rows={"t": ROWS})
        add_source(university, "SQLMAP", path)
        desk.sqlmap = deliver(
            desk, source="SQLMAP", sql="select * from t where (:word is null"
            " or name = :word) and (:num is null or id >= :num)",
            outlets=["api-get", "api-post"],
            columns=[{"name": "id"}, {"name": "name"},
                     {"name": "gpa", "type": "number"},
                     {"name": "born", "type": "date"},
                     {"name": "active", "type": "boolean"},
                     {"name": "secret"}],
            params=[{"name": "word", "type": "text"},
                    {"name": "num", "type": "integer"}],
            filterable=["id", "name", "gpa", "born", "active"])
    return desk.sqlmap


def head(method, path, url, key):
    return (f"{method} {path} HTTP/1.1\nHost: {urlsplit(url).netloc}\n"
            f"Authorization: Bearer {key}\nAccept-Language: en\n")


def request_of(name, connections):
    """The request of that name, with its stars; without them it must give rows."""
    get, post = connections.once("api-get"), connections.once("api-post")
    path = urlsplit(get.url).path
    kind, _, which = name.partition("-")
    if kind == "get":
        query = GET[which].replace(" ", "%20")
        assert get.send("GET", "?" + query.replace("*", "")).json()
        return head("GET", f"{path}?{query}", get.url, get.key) + "\n"
    if kind == "post":
        body = POST[which]
        assert post.send("POST", "/query", data=body.replace("*", "")).json()
        return head("POST", urlsplit(post.url).path + "/query", post.url,
                    post.key) + "Content-Type: application/json\n" \
            f"Content-Length: {len(body)}\n\n{body}"
    return head("GET", path + "?limit=2", get.url, get.key) + \
        "User-Agent: a*\nReferer: http://a.example/*\nAccept: text/csv*\n" \
        "Cookie: a=b*\n\n"


@pytest.mark.long
@pytest.mark.parametrize("name", [
    *(f"get-{g}" for g in GET), *(f"post-{p}" for p in POST), "fields"])
def test_it_finds_nothing(name, full_size, connections, tmp_path):
    """In short: its first level, and that the other requests are what they
    should be."""
    request = request_of(name, connections)
    if not full_size and name not in ("get-text", "post-words"):
        return
    said = sqlmap(tmp_path, name, request, full_size)
    assert FOUND not in said and NOTHING in said, said
    tried = re.findall(r"testing if .* is dynamic", said)
    # At its strongest also what has no star.
    assert len(tried) >= request.count("*"), said


class Careless(http.server.BaseHTTPRequestHandler):
    """The gate as it must not be: the value becomes a piece of the SQL."""

    def do_GET(self):
        asked = dict(parse_qsl(urlsplit(self.path).query))
        db = sqlite3.connect(":memory:")
        db.execute(TABLE)
        db.executemany("insert into t values (?,?,?,?,?,?)", ROWS)
        try:
            rows = db.execute("select id, name from t where name <> '"
                              + asked["name"][4:] + "'").fetchall()
            status, text = 200, str(rows)
        except sqlite3.Error:
            status, text = 422, "no"
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def test_it_finds_a_hole(tmp_path):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Careless) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        said = sqlmap(tmp_path, "hole", head(
            "GET", "/?select=id&name=neq.x*", url, "none") + "\n", False, "B")
        server.shutdown()
    assert FOUND in said, said
