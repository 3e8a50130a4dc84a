"""The lines of the table. A line gives one or more figures; each says what was
measured of Pratu, what of the other, their ratio, and the goal."""
import dataclasses
from typing import Callable

import crowd
import graph
import paper
import work
from work import interleave, median


@dataclasses.dataclass
class Figure:
    """`ratio` is how many times as good Pratu is; or, without a peer, `ours`
    must be at most `most`, or at least `least`."""
    name: str
    work: str
    ours: str
    peer: str = ""
    theirs: str = ""
    ratio: float = None
    goal: float = None
    most: float = None
    least: float = None
    value: float = None
    goal_text: str = ""

    def missed(self):
        if self.most is not None:
            return self.value > self.most
        if self.least is not None:
            return self.value < self.least
        return self.goal is not None and self.ratio < self.goal

    def cells(self):
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        goal = self.goal_text or (
            "" if self.goal is None else f"{self.goal:g} x")
        return (self.name, self.work, self.ours, self.peer, self.theirs,
                ratio, goal, "MISSED" if self.missed() else "")


@dataclasses.dataclass
class Line:
    name: str
    work: str
    run: Callable
    goal: float = None
    long: bool = False


def whole(form, peer_name, peer, source="sqlite", rounds=None):
    """All rows in one form beside a tool that writes the same to a file."""
    def run(stage, line):
        grant = stage.grant(source)
        out = stage.dir / f"ours.{form}", stage.dir / f"theirs.{form}"
        ours, theirs = interleave(
            rounds or stage.rounds,
            lambda: work.fetch(grant, form, out[0]).total,
            lambda: peer(stage, out[1]))
        work.same_rows(form, *out, stage.n_rows)
        size = out[0].stat().st_size
        for path in out:
            path.unlink()
        yield Figure(line.name, line.work,
                     f"{median(ours):.3f} s, {size / median(ours) / 1e6:.0f}"
                     " MB/s", peer_name, f"{median(theirs):.3f} s",
                     median(theirs) / median(ours), line.goal)
    return run


def first_byte(stage, line):
    grant = stage.grant()
    out = stage.dir / "first.json"
    times = [work.fetch(grant, "json", out).first * 1000
             for _ in range(stage.rounds + 1)][1:]
    out.unlink()
    yield Figure(line.name, line.work, f"{median(times):.1f} ms", most=50,
                 value=median(times), goal_text="<= 50 ms")


def keyed(source="sqlite", durable=True, prize=None):
    """One row by its key, 32 connections, beside nginx and a constant."""
    def run(stage, line):
        grant = stage.grant(source, durable=durable)
        url = stage.nginx(work.one_row(grant, 4711))
        script = work.wrk_script(stage, grant)
        ours, theirs = interleave(
            stage.rounds,
            lambda: work.wrk_rate(grant.url + ".json", script),
            lambda: work.wrk_rate(url, script))
        goal = f"{line.goal:g} x" + (f" ({prize:g} x)" if prize else "")
        yield Figure(line.name, line.work, f"{median(ours):,.0f} /s",
                     "nginx, constant", f"{median(theirs):,.0f} /s",
                     median(ours) / median(theirs), line.goal, goal_text=goal)
    return run


def keyed_graph(stage, line):
    """One row by its key from PostgreSQL, beside PostGraphile; 16 at once, for
    so many may read such a source."""
    grant = stage.grant("postgresql")
    url, asked = graph.start(stage), graph.wrk_script(stage)
    script = work.wrk_script(stage, grant)
    mine = grant.get(".json", params={"id": "eq.1"}).json()[0]
    assert work.plain(list(mine.values())) == \
        work.plain(list(graph.one_row(url, 1).values()))
    ours, theirs = interleave(
        stage.rounds,
        lambda: work.wrk_rate(grant.url + ".json", script, 16),
        lambda: work.wrk_rate(url, asked, 16))
    yield Figure(line.name, line.work, f"{median(ours):,.0f} /s",
                 "PostGraphile 4", f"{median(theirs):,.0f} /s",
                 median(ours) / median(theirs), line.goal)


def memory(form, most_mib, times=1):
    """How far anonymous memory grows above that of the gate at rest."""
    def run(stage, line):
        n = stage.n_rows * times
        grant = stage.grant(n=n)
        work.one_row(grant, 1)
        out = stage.dir / f"memory.{form}"
        grown = work.growth_mib(stage, lambda: work.fetch(grant, form, out))
        out.unlink()
        yield Figure(line.name, line.work, f"{grown:.1f} MiB", most=most_mib,
                     value=grown, goal_text=f"<= {most_mib} MiB")
    return run


LINES = [
    Line("sqlite-json", "SQLite to JSON",
         whole("json", "sqlite3 -json", work.sqlite3_json), 2.5),
    Line("sqlite-csv", "SQLite to CSV",
         whole("csv", "sqlite3 -csv", work.sqlite3_csv), 2.0),
    Line("sqlite-xlsx", "SQLite to XLSX",
         whole("xlsx", "libxlsxwriter", work.xlsx_peer, rounds=3), 8.0),
    Line("pg-json", "PostgreSQL to JSON",
         whole("json", "psql copy row_to_json", work.psql_json, "postgresql"),
         3.0),
    Line("pg-csv", "PostgreSQL to CSV",
         whole("csv", "psql copy csv", work.psql_csv, "postgresql"), 1.0),
    Line("keyed", "one row by key, 32 at once", keyed(prize=0.4), 0.25),
    Line("keyed-no-sync", "the same, fdatasync off", keyed(durable=False),
         0.45),
    Line("pg-keyed", "one row by key, PostgreSQL", keyed_graph, 6.0),
    Line("first-byte", "first byte of all rows", first_byte),
    Line("memory-json", "memory, JSON", memory("json", 8)),
    Line("memory-csv", "memory, CSV", memory("csv", 8)),
    Line("memory-xlsx", "memory, XLSX", memory("xlsx", 32)),
    Line("memory-json-10", "memory, JSON, 10 x rows", memory("json", 8, 10),
         long=True),
    Line("memory-csv-10", "memory, CSV, 10 x rows", memory("csv", 8, 10),
         long=True),
    Line("memory-xlsx-10", "memory, XLSX, 10 x rows", memory("xlsx", 32, 10),
         long=True),
    Line("slow", "100 slow readers", crowd.slow),
    Line("idle", "1,000 idle connections", crowd.idle),
    Line("memo", "memos as PDF, one process", paper.beside_office(1)),
    Line("memo-two", "memos as PDF, two processes", paper.beside_office(2)),
    Line("memo-bare", "memos as PDF, one process", paper.beside_floor),
    Line("memo-desk", "memos from a desk, one client", paper.desk(1)),
    Line("memo-desk-two", "memos from a desk, two clients", paper.desk(2)),
]
