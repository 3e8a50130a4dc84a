"""PostGraphile 4 on the same table, by npm into the stage's own folder: the peer
of one-row answers from PostgreSQL."""
import subprocess

from conftest import free_port, wait_until
from stage import COLUMNS, Absent

import requests


def install(stage):
    """The program; Absent when there is no npm or it does not answer."""
    home = stage.dir / "npm"
    if not home.exists():
        home.mkdir()
        try:
            subprocess.run(
                ["npm", "install", "--silent", "--no-audit", "--no-fund",
                 "--prefix", home, "postgraphile@4"], check=True, timeout=180,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except (OSError, subprocess.SubprocessError) as why:
            raise Absent(f"npm: {why}") from why
    return home / "node_modules" / ".bin" / "postgraphile"


def start(stage):
    """The URL of its endpoint."""
    port = free_port()
    log = open(stage.dir / "postgraphile.log", "w")
    server = subprocess.Popen(
        [install(stage), "-c", stage.pg, "-s", "public", "-n", "127.0.0.1",
         "-p", str(port), "-q", "/graphql", "--disable-graphiql",
         "--disable-query-log"], stdout=log, stderr=log)

    def end():
        server.terminate()
        server.wait(20)
    stage.ended.append(end)
    url = f"http://127.0.0.1:{port}/graphql"

    def answers():
        try:
            return one_row(url, 1)
        except requests.exceptions.ConnectionError:
            return None
    wait_until("postgraphile", answers, 60)
    return url


# nodeId is how it calls a column named id; the argument keeps its own name.
FIELDS = " ".join("rowId: id" if c == "id" else c for c in COLUMNS)


def one_row(url, key):
    answer = requests.post(url, timeout=20, json={
        "query": f"{{studentById(id: \"{key}\") {{{FIELDS}}}}}"})
    answer.raise_for_status()
    row = answer.json()["data"]["studentById"]
    assert int(row["rowId"]) == key, answer.text
    return row


def wrk_script(stage):
    """A thousand keys in turn, with the values apart from the question."""
    path = stage.dir / "graph.lua"
    path.write_text(f"""
local asked, n = {{}}, 0
function init()
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  for i = 1, 1000 do
    asked[i] = wrk.format(nil, nil, nil,
      '{{"query":"query($k: BigInt!) {{studentById(id: $k) {{{FIELDS}}}}}",' ..
      '"variables":{{"k":"' .. (i * 7919 % {stage.n_rows} + 1) .. '"}}}}')
  end
end
function request()
  n = n % 1000 + 1
  return asked[n]
end
""")
    return path
