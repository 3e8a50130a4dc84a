"""bench/run: the lines, one after another, and the table of what they gave."""
import argparse
import os
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent),
                str(Path(__file__).resolve().parents[1] / "tests" / "web")]

from _pytest.outcomes import Failed  # noqa: E402
from lines import LINES  # noqa: E402
from stage import Absent, Stage  # noqa: E402

HEAD = ("line", "work", "Pratu", "against", "its", "ratio", "goal", "")


def read_arguments():
    p = argparse.ArgumentParser(prog="bench/run")
    p.add_argument("--long", action="store_true",
                   help="memory at ten times the rows too")
    p.add_argument("--rows", type=int, default=1_000_000)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--list", action="store_true", help="the lines' names")
    p.add_argument("names", nargs="*", metavar="NAME")
    a = p.parse_args()
    unknown = set(a.names) - {line.name for line in LINES}
    if unknown:
        p.error("no such line: " + ", ".join(sorted(unknown)))
    return a


def processor():
    for row in Path("/proc/cpuinfo").read_text().splitlines():
        if row.startswith("model name"):
            return row.split(":")[1].strip()
    return "?"


def print_table(rows):
    rows = [HEAD, *rows]
    widths = [max(len(r[i]) for r in rows) for i in range(len(HEAD))]
    for r in rows:
        print("  ".join(c.ljust(w) for c, w in zip(r, widths)).rstrip())


def main():
    a = read_arguments()
    # So that what was started ends, whoever ends this.
    for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(s, lambda n, _: sys.exit(128 + n))
    if a.list:
        print("\n".join(f"{line.name:18} {line.work}" for line in LINES))
        return 0
    begin, loads = time.monotonic(), [os.getloadavg()[0]]
    chosen = [line for line in LINES
              if (line.name in a.names if a.names else a.long or not line.long)]
    table, failed, absent, missed = [], [], [], 0
    stage = Stage(a.rows, a.rounds)
    try:
        for line in chosen:
            print(f"… {line.name}", file=sys.stderr, flush=True)
            try:
                for figure in line.run(stage, line):
                    table.append(figure.cells())
                    missed += figure.missed()
            except Absent as why:
                absent.append(f"{line.name}: {why}")
            except (AssertionError, Failed, OSError,
                    subprocess.SubprocessError) as why:
                failed.append(f"{line.name}: {why!r}"[:2000])
            loads.append(os.getloadavg()[0])
    finally:
        stage.close()
    print(f"{a.rows:,} rows of 8 columns, {os.cpu_count()} x {processor()};"
          f" load {statistics.median(loads):.1f}"
          f" ({min(loads):.1f}-{max(loads):.1f}),"
          f" {time.monotonic() - begin:.0f} s\n")
    print_table(table)
    print(f"\n{len(table)} figures, {missed} short of their goal")
    for why in absent:
        print("NOT MEASURED " + why)
    for why in failed:
        print("FAILED " + why)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
