"""What the lines do: fetch, run a peer, compare, take medians."""
import csv
import dataclasses
import itertools
import json
import re
import statistics
import subprocess
import threading
import time
import zipfile

from stage import QUERY

# So many rows from each end are compared, value for value; of the rest, the
# number.
COMPARED = 2000


def median(values):
    return statistics.median(values)


def interleave(rounds, *sides):
    """Each side once unmeasured, then in turns; their figures by side."""
    got = [[] for _ in sides]
    for turn in range(rounds + 1):
        for side, run in enumerate(sides):
            value = run()
            if turn > 0:
                got[side].append(value)
    return got


@dataclasses.dataclass
class Fetched:
    first: float  # seconds until the first byte
    total: float


def fetch(grant, form, out):
    """The whole answer into a file, by curl."""
    done = subprocess.run(
        ["curl", "-sS", "--fail", "-o", out, "-H", "@-", "-w",
         "%{time_starttransfer} %{time_total}", f"{grant.url}.{form}"],
        input=f"Authorization: Bearer {grant.key}", text=True,
        stdout=subprocess.PIPE, check=True)
    return Fetched(*map(float, done.stdout.split()))


def timed(command, out):
    with open(out, "wb") as file:
        begin = time.monotonic()
        subprocess.run(command, stdout=file, check=True)
        return time.monotonic() - begin


def sqlite3_json(stage, out):
    return timed(["sqlite3", "-readonly", "-json", stage.db(), QUERY], out)


def sqlite3_csv(stage, out):
    return timed(["sqlite3", "-readonly", "-header", "-csv", stage.db(),
                  QUERY], out)


def xlsx_peer(stage, out):
    begin = time.monotonic()
    subprocess.run([stage.xlsx_peer, stage.db(), QUERY, out, stage.dir],
                   check=True)
    return time.monotonic() - begin


def psql_json(stage, out):
    return timed(["psql", "-qX", "-d", stage.pg, "-c",
                  f"copy (select row_to_json(t) from ({QUERY}) t)"
                  " to stdout"], out)


def psql_csv(stage, out):
    return timed(["psql", "-qX", "-d", stage.pg, "-c",
                  f"copy ({QUERY}) to stdout csv header"], out)


# -- the same rows on both sides

def ends_of(rows):
    """The first and the last rows, and how many there are."""
    rows = iter(rows)
    first = list(itertools.islice(rows, COMPARED))
    n, last = len(first), []
    for row in rows:
        n += 1
        last.append(row)
        if len(last) >= 2 * COMPARED:
            del last[:COMPARED]
    return first, last[-COMPARED:], n


def read_json(path):
    """Both write an object a line; psql writes bare objects, escaped for
    COPY."""
    with open(path, encoding="utf-8") as file:
        first, last, n = ends_of(file)

    def value(line):
        line = line.strip().strip("[]").rstrip(",").strip()
        try:
            return line and json.loads(line)
        except json.JSONDecodeError:
            return json.loads(line.replace("\\\\", "\\"))
    both = [[v for v in map(value, part) if v] for part in (first, last)]
    return both[0], both[1], n


def read_csv(path):
    with open(path, encoding="utf-8", newline="") as file:
        first, last, n = ends_of(csv.reader(file))
    return first, last, n - 1


def cell_text(cell):
    kind, text = re.search(r'<c [^>]*?(t="\w+")?>.*?<(?:v|t)[^>]*>(.*?)</',
                           cell).groups()
    return text if kind else float(text)


def read_xlsx(path):
    """Cells of the first sheet as texts and numbers; a text of either kind."""
    with zipfile.ZipFile(path) as z:
        sheet = z.read("xl/worksheets/sheet1.xml").decode()
        shared = ("xl/sharedStrings.xml" in z.namelist()
                  and z.read("xl/sharedStrings.xml"))
    assert not shared, "constant memory has no shared texts"
    found = re.finditer(r"<row .*?</row>", sheet, re.S)
    first, last, n = ends_of(m.group() for m in found)

    def cells(row):
        return [cell_text(c) for c in re.findall(r"<c .*?</c>", row, re.S)]
    return [cells(r) for r in first[1:]], [cells(r) for r in last], n - 1


READ = {"json": read_json, "csv": read_csv, "xlsx": read_xlsx}


def plain(row):
    """Numbers as numbers, however they were written."""
    def number(v):
        try:
            return round(float(v), 6)
        except (TypeError, ValueError):
            return v
    if isinstance(row, dict):
        return {k: number(v) for k, v in row.items()}
    return [number(v) for v in row]


def same_rows(form, ours, theirs, n_rows):
    """Ends the run when the two sides did not give the same."""
    a, b = READ[form](ours), READ[form](theirs)
    assert a[2] == b[2] == n_rows, f"{form}: {a[2]}, {b[2]}, not {n_rows} rows"
    for mine, other in ((a[0], b[0]), (a[1], b[1])):
        for x, y in itertools.zip_longest(mine, other):
            assert x and y and plain(x) == plain(y), f"{form}: {x} is not {y}"


# -- one row

def one_row(grant, key):
    answer = grant.get(".json", params={"id": f"eq.{key}"})
    assert answer.status_code == 200, answer.text
    assert [r["id"] for r in answer.json()] == [key]
    return answer.text


def wrk_script(stage, grant):
    """A thousand keys in turn; the secret stays off the command line."""
    path = stage.dir / "keyed.lua"
    path.touch(mode=0o600)
    path.write_text(f"""
wrk.headers["Authorization"] = "Bearer {grant.key}"
local asked, n = {{}}, 0
function init()
  for i = 1, 1000 do
    asked[i] = wrk.format("GET", wrk.path .. "?id=eq." ..
      (i * 7919 % {stage.n_rows} + 1))
  end
end
function request()
  n = n % 1000 + 1
  return asked[n]
end
""")
    return path


def wrk(url, script, threads=2, connections=32, seconds=3):
    out = subprocess.run(
        ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s",
         "--latency", "--timeout", "20s", "-s", script, url],
        stdout=subprocess.PIPE, text=True, check=True).stdout
    for bad in ("Non-2xx", "Socket errors"):
        assert bad not in out, out
    return out


def wrk_rate(url, script, connections=32):
    return float(re.search(r"Requests/sec:\s+([\d.]+)", wrk(
        url, script, connections=connections)).group(1))


MS = {"us": 0.001, "ms": 1, "s": 1000}


def wrk_p99_ms(url, script):
    out = wrk(url, script, threads=1, connections=1, seconds=2)
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    return float(number) * MS[unit]


# -- memory

def growth_mib(stage, run):
    """The most that anonymous memory was above its beginning during run()."""
    stop, most = threading.Event(), [0]
    before = stage.anon_kib()

    def look():
        while not stop.is_set():
            most[0] = max(most[0], stage.anon_kib())
            time.sleep(0.01)
    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        run()
    finally:
        stop.set()
        watcher.join()
    return max(0, most[0] - before) / 1024
