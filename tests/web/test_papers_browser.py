"""The pages about papers in a browser: each keeps what every page must, wide and
narrow; a telephone sends a scan."""
import os
from pathlib import Path

import pytest

from browser import DESK, Browser
from conftest import University
from journey import YEAR, Desk, day, good


@pytest.fixture(scope="module")
def played():
    """A university with a signed notice and a cancelled number, looked at in both
    languages."""
    place = University()
    try:
        desk = Desk(place.demo())
        icit = desk.icit
        no = icit.until("acceptance")
        for body in ({"date": day(0), "no": "1/2"},
                     {"cancels": "1/2", "reason": "x"}):
            icit.records.ok(no, "letter", direction="out", **body)
        yield desk, no, good(icit.director.api.post(
            f"/requests/{no}/papers/notice/sign"), 201)
    finally:
        place.remove()


@pytest.mark.parametrize("lang", ["th", "en"])
def test_the_pages_in_a_browser(played, lang, tmp_path):
    desk, no, done = played
    icit = desk.icit
    b = Browser(desk.university.desk, lang, DESK,
                Path(os.environ.get("PRATU_SHOTS") or tmp_path))
    try:
        b.use_language()
        answers = icit.answers()
        b.given = [answers["title"], answers["purpose"], answers["detail"],
                   icit.director.name, *icit.director.name.split(),
                   "ผู้อำนวยการ", icit.director.request(no)["memo_in"]]
        b.sign_in(next(p for p in desk.university.facts["people"]
                       if p["email"] == icit.director.email))
        for path, name in ((f"/requests/{no}/papers", "papers"),
                           (f"/requests/{no}/scan/notice", "paper-scan"),
                           (f"/verify/{done['code']}", "verify"),
                           ("/verify", "verify-ask"),
                           ("/offices/ICIT/papers", "paper-texts"),
                           ("/offices/ICIT/papers/notice", "paper-text"),
                           (f"/numbers/ICIT/{YEAR}", "numbers")):
            b.go(path)
            b.look(name)
        assert not b.found, "\n".join(b.found)
    finally:
        b.close()
