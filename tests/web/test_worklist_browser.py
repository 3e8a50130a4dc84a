"""The pages of one's own work in a browser: each keeps what every page must, wide
and narrow."""
import os
from pathlib import Path

import pytest

from browser import DESK, Browser
from journey import Desk


@pytest.mark.parametrize("lang", ["th", "en"])
def test_the_pages_in_a_browser(make_university, lang, tmp_path):
    desk = Desk(make_university())
    for _ in range(2):
        desk.icit.until("decision")
    b = Browser(desk.university.desk, lang, DESK,
                Path(os.environ.get("PRATU_SHOTS") or tmp_path))
    try:
        b.use_language()
        form = desk.icit.answers()
        b.given = [form["title"], form["purpose"], "หนึ่ง", "สอง",
                   "ผู้อำนวยการ", desk.icit.director.name]
        b.sign_in(next(p for p in desk.university.facts["people"]
                       if p["email"] == desk.icit.director.email))
        for path, name in (("/me", "me"), ("/decide", "decide-many"),
                           ("/requests?waiting=me", "work"),
                           ("/requests?q=a&office=ICIT", "filtered"),
                           ("/offices/ICIT/settings", "office")):
            b.go(path)
            b.look(name)
        assert not b.found, "\n".join(b.found)
    finally:
        b.close()
