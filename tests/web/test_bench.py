"""bench/run runs, at a small size, and both sides give the same rows. No time
is looked at here: only docs/PERFORMANCE.md speaks of times."""
import os
import re
import subprocess
import sys

import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "bench"))

import work  # noqa: E402

ROWS = 3000
LINES = ["sqlite-json", "sqlite-csv", "first-byte", "memory-csv"]


def test_the_bench_runs_and_both_sides_agree():
    done = subprocess.run(
        ["/usr/bin/python3", ROOT / "bench/bench.py", "--rows", str(ROWS),
         "--rounds", "1", *LINES], text=True, timeout=120,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"{ROWS:,} rows of 8 columns")
    found = [re.match(rf"{name}  .*", row) for name in LINES
             for row in done.stdout.splitlines() if row.startswith(name)]
    assert len(found) == len(LINES) and all(found), done.stdout
    assert re.search(r"^4 figures, \d short of their goal$", done.stdout,
                     re.M)


PAIRS = {
    "json": ('[{"a":1,"b":2.50,"c":"ก\\"x"},\n{"a":2,"b":null,"c":""}]\n',
             '[{"a": 1, "b": 2.5, "c": "ก\\"x"},\n'
             '{"a": 2, "b": null, "c": ""}]\n'),
    "csv": ('a,b\r\n1,2.50\r\n"x, y",ก\r\n', 'a,b\n1,2.5\n"x, y",ก\n'),
}
FAULTS = {
    "a value": lambda s: s.replace("2.5", "2.6"),
    "a letter": lambda s: s.replace("ก", "ข"),
    "a row less": lambda s: s[:s.rindex("\n", 0, -1)] + "\n",
    "a row more": lambda s: s + s.splitlines()[-1].strip("]") + "\n",
}


@pytest.mark.parametrize("form", PAIRS)
def test_what_differs_is_found(form, tmp_path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.write_text(PAIRS[form][0])
    theirs.write_text(PAIRS[form][1])
    work.same_rows(form, ours, theirs, 2)
    for what, harm in FAULTS.items():
        theirs.write_text(harm(PAIRS[form][1]))
        with pytest.raises(AssertionError):
            work.same_rows(form, ours, theirs, 2)
            pytest.fail(f"{what} was not found")
