"""The fuzz targets (tests/fuzz) by libFuzzer, a minute each, from the inputs that
are kept. What one finds is printed as hex, for tests/fuzz/corpus/NAME/.

    PRATU_ASAN     clang's tree with sanitizers, else build-asan
    PRATU_FUZZ_S   seconds each, else 60

In short they only show that they run: ./test tries the inputs that are kept in
suite unit."""
import os
import re
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT

TREE = Path(os.environ.get("PRATU_ASAN", ROOT / "build-asan")) / "tests/fuzz"
CORPUS = ROOT / "tests" / "fuzz" / "corpus"
TARGETS = sorted(d.name for d in CORPUS.iterdir() if d.is_dir())


def test_every_target_is_built_and_has_inputs():
    listed = re.findall(r"^  \['(\w+)',", (
        ROOT / "tests" / "fuzz" / "meson.build").read_text(), re.M)
    assert sorted(listed) == TARGETS and len(TARGETS) >= 12
    for name in TARGETS:
        assert (TREE / f"fuzz_{name}").exists(), name
        assert len(list((CORPUS / name).iterdir())) >= 3, name


@pytest.mark.long
@pytest.mark.parametrize("name", TARGETS)
def test_fuzz(name, seed, full_size, tmp_path):
    seconds = int(os.environ.get("PRATU_FUZZ_S", 60))
    words = CORPUS / f"{name}.dict"
    (tmp_path / "new").mkdir()
    done = subprocess.run(
        [TREE / f"fuzz_{name}", f"-seed={seed.randrange(1, 2**31)}",
         f"-max_total_time={seconds}" if full_size else "-runs=1000",
         "-timeout=10", "-rss_limit_mb=2048",
         "-print_final_stats=1", f"-artifact_prefix={tmp_path}/",
         *([f"-dict={words}"] if words.exists() else []),
         tmp_path / "new", CORPUS / name],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", timeout=seconds + 120,
        env={**os.environ, "UBSAN_OPTIONS":
             "halt_on_error=1:print_stacktrace=1"})
    for found in tmp_path.glob("*-*"):
        print(f"{found.name}: {found.read_bytes().hex()}")
    assert done.returncode == 0, done.stdout[-4000:]
    ran = int(re.search(r"number_of_executed_units: (\d+)", done.stdout)[1])
    took = int(re.search(r"Done \d+ runs in (\d+) second", done.stdout)[1])
    print(f"{name}: {ran} inputs in {took} s")
    assert ran >= 1000 and (took >= seconds or not full_size)
