"""A round of the yearly list in a browser, by everybody whose turn it is."""
import os
from pathlib import Path

import pytest

from browser import DESK, PHONE, Browser
from conftest import journeys, wait_until
from journey import Desk
from test_rounds import YEAR, Later, act, entry_of, go_to, on


@pytest.fixture(scope="module")
def desk():
    """Three old cases, and their day."""
    desk = Desk(Later().demo())
    icit = desk.icit
    desk.nos = []
    for i in range(3):
        no = icit.until("intake")
        icit.records.attach(no, "แนบ.pdf", f"%PDF-1.4 {i}".encode())
        icit.records.ok(no, "receive", **icit.memo(), received_no=f"{i + 7}")
        desk.requester.ok(no, "withdraw", reason="เลิกโครงการ")
        desk.nos.append(no)
    go_to(desk)
    yield desk
    desk.university.remove()


def day_of(b, legend, days=0):
    year, month, date = map(int, on(days).split("-"))
    b.date(legend, date, month, year)


def in_turn(b, desk, person, path):
    b.sign_in(entry_of(desk, person))
    b.go(path)


def called(desk, lang, person):
    name, = desk.store("select name, name_en from person"
                       f" where email = '{person.email}'")
    return (lang == "en" and name["name_en"]) or name["name"]


def named(b, desk):
    """By the order: a chair and two."""
    icit = desk.icit
    b.press(b.t("disposal-act.name"))
    b.look("name-lacks", 422)
    def name(person):
        return called(desk, b.lang, person)
    b.fill(b.t("rounds.chair"), name(icit.head))
    b.choose(b.t("rounds.others"), *map(name, icit.officers[:2]))
    b.fill(b.t("rounds.order-no"), "12/2580")
    day_of(b, b.t("rounds.order-on"))
    b.press(b.t("disposal-act.name"))
    assert name(icit.head) in b.text()


def said(b, desk, person, path, keeps):
    in_turn(b, desk, person, path)
    if keeps:
        b.choose(b.t("rounds.which"), b.t("round-scope.these"))
        b.fill(b.t("rounds.numbers"), "๒-2" if b.lang == "th" else "2")
        b.choose(b.t("disposals.opinion"), b.t("round-opinion.keep"))
        b.press(b.t("disposal-act.opine"))
        b.look("opine-lacks", 422)
        day_of(b, b.t("rounds.until"), 500)
        b.fill(b.t("rounds.reason"), "ใช้อ้างอิง")
        b.press(b.t("disposal-act.opine"))
    b.choose(b.t("rounds.which"), b.t("round-scope.rest"))
    b.choose(b.t("disposals.opinion"), b.t("round-opinion.destroy"))
    b.press(b.t("disposal-act.opine"))


def to_the_end(b, desk, path):
    icit = desk.icit
    b.press(b.t("disposal-act.report"))
    b.sign_out()
    in_turn(b, desk, icit.director, path)
    b.look("decide")
    b.choose(b.t("rounds.order-of"), b.t("round-decided.approved"))
    b.press(b.t("disposal-act.decide"))
    b.sign_out()
    in_turn(b, desk, icit.records, path)
    b.fill(b.t("rounds.memo-no"), "อว 7101/9")
    day_of(b, b.t("rounds.memo-on"))
    b.press(b.t("disposal-act.send"))
    b.choose(b.t("rounds.answered"), b.t("round-answer.silent"))
    b.press(b.t("disposal-act.answer"))
    b.look("too-early", 409)
    b.choose(b.t("rounds.answered"), b.t("round-answer.agreed"))
    b.fill(b.t("rounds.memo-no"), "วธ 0411/77")
    day_of(b, b.t("rounds.memo-on"))
    b.press(b.t("disposal-act.answer"))
    b.look("carry")


def carried(b, desk, one, path):
    records = desk.icit.records
    b.press(b.t("disposal-act.carry"), confirm=True)
    wait_until("done", lambda: records.get(
        f"/disposal-rounds/{one['id']}")["state"] == "done", 40)
    b.go(path)
    b.look("done")
    b.go(f"/requests/{desk.nos[0]}")
    b.look("case")
    file = records.request(desk.nos[0])["files"][0]["id"]
    b.go(f"/requests/{desk.nos[0]}/files/{file}")
    b.look("gone", 410)


def dropped(b):
    """All of it, and then not after all: the list is free again."""
    b.fill(b.t("rounds.reason"), "ทำซ้ำ")
    b.press(b.t("disposal-act.drop"))
    b.look("dropped")


@pytest.mark.long
@pytest.mark.parametrize("lang, width", journeys(("en", DESK), ("th", PHONE)))
def test_each_takes_his_turn(desk, lang, width, tmp_path):
    icit, records = desk.icit, desk.icit.records
    b = Browser(desk.university.desk, lang, width,
                Path(os.environ.get("PRATU_SHOTS") or tmp_path))
    try:
        b.use_language()
        people = desk.store("select name, position from person")
        b.given = [icit.answers()["title"], "ใช้อ้างอิง", "ทำซ้ำ", "อว", "วธ",
                   *(w for p in people for w in p["name"].split()),
                   *(p["position"] for p in people if p["position"])]
        in_turn(b, desk, records, f"/disposals/ICIT/{YEAR}")
        b.look("list")
        b.press(b.t("rounds.open"))
        one = records.get(f"/disposal-rounds?office=ICIT&year={YEAR}")[
            "rounds"][0]
        path = f"/disposal-rounds/{one['id']}"
        assert b.path() == path
        b.look("opened")
        named(b, desk)
        b.look("named")
        b.sign_out()
        said(b, desk, icit.head, path, True)
        b.look("opined")
        b.sign_out()
        act(icit.officers[0], one, "opine", lines=[2], opinion="keep",
            until=on(300), reason="ใช้อ้างอิง")
        for p in icit.officers[:2]:
            act(p, one, "opine", rest=True, opinion="destroy")
        in_turn(b, desk, icit.head, path)
        to_the_end(b, desk, path)
        if lang == "th":
            carried(b, desk, one, path)
        else:
            dropped(b)
        assert not b.found, "\n".join(b.found)
    finally:
        b.close()

