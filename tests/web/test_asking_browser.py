"""A draft is kept while one types, in a real browser; the check of the answers
and the request's page at both widths."""
import time

import pytest

from browser import DESK, PHONE, Browser
from journey import desk  # noqa: F401
from test_talk import PERSONAL

ICIT = "ICIT-QP-9001-24"
TITLE = {"th": "พิมพ์แล้วปิดหน้าต่าง", "en": "Typed and the window closed"}


def person_of(desk, person):
    return next(p for p in desk.university.facts["people"]
                if p["email"] == person.email)


def wait_for(what, seconds=20):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.2)


@pytest.mark.parametrize("lang,width", [("th", PHONE), ("en", DESK)])
def test_the_browser_keeps_what_is_typed(desk, tmp_path,  # noqa: F811
                                         lang, width):
    asks, title = desk.requester, TITLE[lang]
    no = desk.icit.new(submit=False, title="-", **PERSONAL)["no"]
    b = Browser(desk.university.desk, lang, width, tmp_path)
    try:
        b.given = [v for v in desk.icit.answers().values()
                   if isinstance(v, str)]
        b.use_language()
        b.sign_in(person_of(desk, asks))
        b.go(f"/requests/{no}/edit")
        box = b.field(b.label(ICIT, "title"))
        box.clear()
        box.send_keys(title)
        wait_for(lambda: asks.request(no)["title"] == title)
        said = b.t("pages.form.saved", "").strip()
        wait_for(lambda: said[:8] in b.text())
        # The button goes by the version that the last save left.
        box.send_keys(" 2")
        b.press(b.t("pages.form.save"))
        assert asks.request(no)["title"] == title + " 2"
        b.go(f"/requests/{no}/check")
        b.look("check")
        b.go(f"/requests/{no}")
        b.look("case")
        assert b.found == []
    finally:
        b.close()
