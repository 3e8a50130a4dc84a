"""Adds up the JUnit reports of a folder, one file a group of tests.

Prints a line for each group, names what failed and what was skipped, and ends
with "N passed, N failed". A group whose report cannot be read is one failure.
Ends with 0 when something ran and nothing failed.
"""
import sys
import xml.etree.ElementTree as ET
from pathlib import Path


def read(path):
    """Names of the tests of one report: passed, failed, skipped."""
    passed, failed, skipped = [], [], []
    try:
        root = ET.parse(path).getroot()
    except ET.ParseError:
        return passed, ["no report: the group did not run"], skipped
    for suite in root.iter("testsuite"):
        for case in suite.iter("testcase"):
            where = case.get("classname", "").split(".")[-1]
            name = f"{where}: {case.get('name')}"
            kinds = {child.tag for child in case}
            if kinds & {"failure", "error"}:
                failed.append(name)
            elif "skipped" in kinds:
                skipped.append(name)
            else:
                passed.append(name)
    return passed, failed, skipped


def main():
    n_passed, n_failed, all_skipped = 0, 0, []
    for path in sorted(Path(sys.argv[1]).glob("*.xml")):
        passed, failed, skipped = read(path)
        group = path.stem.split(" ", 1)[1]
        print(f"{group}: {len(passed)} passed, {len(failed)} failed"
              + (f", {len(skipped)} skipped" if skipped else ""))
        for name in failed:
            print(f"  failed: {name}")
        n_passed += len(passed)
        n_failed += len(failed)
        all_skipped += [f"{group}: {name}" for name in skipped]
    if n_passed + n_failed == 0:
        print("No test has that name.", file=sys.stderr)
    if all_skipped:
        print(f"{len(all_skipped)} skipped: " + "; ".join(all_skipped))
    print(f"{n_passed} passed, {n_failed} failed")
    return 0 if n_passed and not n_failed else 1


sys.exit(main())
