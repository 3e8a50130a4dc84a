"""How one wants to be told, and the requester's copy, as pages in a browser."""
import os
from pathlib import Path

import pytest

from browser import DESK, Browser
from conftest import University
from journey import Desk, good
from test_papers import sign


@pytest.fixture(scope="module")
def played():
    place = University()
    try:
        desk = Desk(place.demo())
        no = desk.icit.until("acceptance")
        good(sign(desk.icit.director, no, "notice"), 201)
        yield desk, no
    finally:
        place.remove()


@pytest.mark.parametrize("lang", ["th", "en"])
def test_the_pages_in_a_browser(played, lang, tmp_path):
    desk, no = played
    icit, asks = desk.icit, desk.requester
    b = Browser(desk.university.desk, lang, DESK,
                Path(os.environ.get("PRATU_SHOTS") or tmp_path))
    try:
        b.use_language()
        answers = icit.answers()
        b.given = [answers["title"], asks.name, *asks.name.split(),
                   icit.director.name, *icit.director.name.split(),
                   "ผู้อำนวยการ", "นักวิเคราะห์นโยบายและแผน",
                   icit.director.request(no)["memo_in"]]
        b.sign_in(next(p for p in desk.university.facts["people"]
                       if p["email"] == asks.email))
        b.go("/me")
        b.js("for (const d of document.querySelectorAll('details'))"
             " d.open = true")
        b.look("me-notices")
        how = {"th": "none", "en": "digest"}[lang]
        b.choose(b.t("notice-group.news"), b.t(f"notice-how.{how}"))
        b.press(b.t("me.notices-save"))
        assert {c["group"]: c["how"] for c in
                asks.get("/me/notices")["choices"]}["news"] == how
        b.go(f"/requests/{no}/papers")
        b.look("papers-own-copy")
        assert not b.found, "\n".join(b.found)
        pdf = asks.api.get(f"/requests/{no}/copies/" + next(
            p for p in asks.get(f"/requests/{no}/papers")["papers"]
            if p["paper"] == "notice")["signed"][0]["code"]).content
        (b.shots / "copy.pdf").write_bytes(pdf)
    finally:
        b.close()
