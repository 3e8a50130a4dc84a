"""Numbers of letters: typed in where another system issues them, given by the
office's own form where it has one, through the calendar year, cancelled ones
kept. Top secret is refused."""
import re

import pytest

from journey import (APPROVED, YEAR, day, desk, good,  # noqa: F401
                     refusal, wrong_fields)
from test_signing import signed_in

pytestmark = pytest.mark.both_stores


def book(desk, office="ICIT"):
    return desk.icit.records.get(f"/numbers/{office}/{YEAR}")["numbers"]


def of(desk, no):
    return [(n["direction"], n["no"], n["cancelled"])
            for n in book(desk) if n["request"] == no]


def set_forms(desk, **forms):
    return desk.icit.records.api.patch("/offices/ICIT/settings", forms)


@pytest.fixture
def own_forms(desk):
    good(set_forms(desk, number_out="อว 7105.12/{n}",
                   number_receipt="{n}/{year}"))
    yield
    good(set_forms(desk, number_out="", number_receipt=""))


def test_numbers_are_what_was_typed_in(desk):
    icit, records = desk.icit, desk.icit.records
    no = icit.until("intake")
    records.ok(no, "receive", memo_in="อว 7201/๑๒", memo_date=day(-3),
               received_no="รับ 456")
    assert of(desk, no) == [("in", "อว 7201/๑๒", False),
                            ("receipt", "รับ 456", False)]
    wrong = records.refused(422, "invalid", no, "letter", direction="out",
                            date=day(0))
    assert wrong_fields(wrong) == {"no": "required"}
    records.ok(no, "letter", direction="out", no="อว 7101/9", date=day(0))
    # Another office's number is kept beside, and is not this one's.
    r = records.ok(no, "letter", direction="receipt", no="77",
                   date=day(-3), office="กองบริการการศึกษา")
    assert r["received_no"] == "รับ 456"
    assert ("receipt", "77", False) not in of(desk, no)
    rows = [n for n in book(desk) if n["request"] == no]
    assert [n["date"] for n in rows] == [day(-3), day(0), day(0)]
    assert all(n["by"] == records.email for n in rows)


def test_the_office_s_own_form_gives_the_next(desk, own_forms):
    icit, records = desk.icit, desk.icit.records
    given, receipts = [], []
    for _ in range(3):
        no = icit.until("intake")
        r = records.ok(no, "receive", **icit.memo())
        receipts.append(r["received_no"])
        r = records.ok(no, "letter", direction="out", date=day(0))
        given.append(r["memo_out"])
    first = int(given[0].split("/")[1])
    assert given == [f"อว 7105.12/{first + i}" for i in range(3)]
    start = int(receipts[0].split("/")[0])
    assert receipts == [f"{start + i}/{YEAR}" for i in range(3)]
    # A refused letter takes none.
    records.refused(422, "invalid", no, "letter", direction="out")
    r = records.ok(no, "letter", direction="out", date=day(0))
    assert r["memo_out"] == f"อว 7105.12/{first + 3}"
    # One that is typed in takes none either.
    records.ok(no, "letter", direction="out", no="พิเศษ 1", date=day(0))
    r = records.ok(no, "letter", direction="out", date=day(0))
    assert r["memo_out"] == f"อว 7105.12/{first + 4}"
    event = records.get(f"/requests/{no}/events")["events"][-1]
    assert event["data"]["no"] == r["memo_out"]


def test_a_cancelled_number_stays_and_is_not_used_again(desk, own_forms):
    icit, records = desk.icit, desk.icit.records
    no = icit.until("decision")
    icit.director.ok(no, "decide", outcome="rejected", note="มีเผยแพร่แล้ว")
    r = records.ok(no, "letter", direction="out", date=day(0))
    gone = r["memo_out"]
    assert not r["letter_due"]
    records.refused(422, "invalid", no, "letter", direction="out",
                    cancels=gone)
    wrong = records.refused(422, "invalid", no, "letter", direction="in",
                            cancels=gone, reason="พิมพ์ผิด")
    assert wrong_fields(wrong) == {"cancels": "no-such-number"}
    r = records.ok(no, "letter", direction="out", cancels=gone,
                   reason="พิมพ์ผิด")
    assert r["memo_out"] is None and r["letter_due"]
    page = signed_in(desk, records).open(f"/requests/{no}")
    assert re.search(re.escape(gone) + r" · [^·]+ · ยกเลิก", page.text)
    row = next(n for n in book(desk) if n["no"] == gone)
    assert row["cancelled"] and row["reason"] == "พิมพ์ผิด"
    records.refused(422, "invalid", no, "letter", direction="out",
                    cancels=gone, reason="อีกครั้ง")
    r = records.ok(no, "letter", direction="out", date=day(0))
    numbers = [int(re.search(r"/(\d+)$", x)[1]) for x in (gone, r["memo_out"])]
    assert numbers[1] == numbers[0] + 1
    assert desk.university.pratu("rebuild", "--check").returncode == 0


def test_top_secret_is_not_handled_here(desk):
    records, no = desk.icit.records, desk.icit.until("intake")
    wrong = records.refused(422, "invalid", no, "receive",
                            secrecy="top-secret", **desk.icit.memo())
    assert wrong_fields(wrong) == {"secrecy": "top-secret"}
    assert records.state(no) == "intake"
    records.ok(no, "receive", secrecy="secret", **desk.icit.memo())


def test_forms_are_looked_at(desk):
    for bad in ("อว 7105", "{n}{n}", "{n}/{month}", "{n" , "x" * 99 + "{n}"):
        assert wrong_fields(refusal(set_forms(desk, number_out=bad), 422,
                                    "invalid")) == {
            "number_out": "number-form"}, bad
    refusal(desk.requester.api.patch("/offices/ICIT/settings",
                                     {"number_out": "{n}"}),
            403, "not-office-settings")


def test_the_book_is_a_page_of_the_office(desk):
    records, no = desk.icit.records, desk.icit.until("decision")
    web = signed_in(desk, records)
    page = web.open(f"/register/ICIT/{YEAR}")
    assert f"/numbers/ICIT/{YEAR}" in page.links
    page = web.open(f"/numbers/ICIT/{YEAR}")
    assert page.status == 200 and no in page.text
    assert records.request(no)["memo_in"] in page.text
    assert signed_in(desk, desk.requester).open(
        f"/numbers/ICIT/{YEAR}").status == 404
    refusal(desk.requester.api.get(f"/numbers/ICIT/{YEAR}"), 404,
            "not-found")


def test_old_requests_get_their_numbers_when_the_store_is_rebuilt(desk):
    """As after an upgrade: the table is empty, the events are there."""
    no = desk.icit.until("decision")
    before = of(desk, no)
    assert before
    desk.change("people", f"delete from case_number where request = '{no}'")
    assert desk.university.pratu("rebuild", "--check").returncode == 6
    assert desk.university.pratu("rebuild").returncode == 0
    assert of(desk, no) == before
    desk.change("people", "update case_number set no = 'x'"
                f" where request = '{no}'")
    assert desk.university.pratu("rebuild", "--check").returncode == 6
    assert desk.university.pratu("rebuild").returncode == 0
    assert of(desk, no) == before
