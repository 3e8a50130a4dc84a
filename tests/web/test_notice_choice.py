"""How people want to be told: at once, in one mail a day, or not."""
import threading
from datetime import datetime, timedelta

import pytest

from journey import THAILAND, desk, good, refusal, wrong_fields  # noqa: F401
from test_acceptance import days_later
from test_mail import mailing, servers  # noqa: F401
from test_mail_kinds import let_go
from test_signing import signed_in

pytestmark = pytest.mark.both_stores


def choose(person, **how):
    return good(person.api.post("/me/notices", how))


def choices(person):
    return {c["group"]: c["how"] for c in person.get("/me/notices")["choices"]}


def test_each_group_as_one_likes(desk):  # noqa: F811
    person, other = desk.person("thanakrit.s"), desk.requester
    plain = {"waits": "now", "results": "now", "news": "now"}
    before = choices(other)
    assert choices(person) == plain
    assert {c["group"]: c["may"] for c in
            person.get("/me/notices")["choices"]} == {
        "waits": ["now", "digest"], "results": ["now", "digest"],
        "news": ["now", "digest", "none"]}
    choose(person, news="none", waits="digest")
    assert choices(person) == {**plain, "news": "none", "waits": "digest"}
    # What waits for somebody, and what became of his request, is never lost.
    for group in ("waits", "results"):
        assert wrong_fields(refusal(
            person.api.post("/me/notices", {group: "none"}), 422,
            "invalid")) == {group: "notice-not-silent"}
    assert wrong_fields(refusal(
        person.api.post("/me/notices", {"news": "hourly"}), 422,
        "invalid")) == {"news": "notice-how"}
    assert choices(other) == before
    web = signed_in(desk, person)
    page = web.open("/me")
    form = page.to("/me/notices")
    assert set(form.choices["waits"]) == {"now", "digest"}
    done = web.send(page, "/me/notices", waits="now", results="digest",
                    news="now")
    assert done.status == 200
    assert choices(person) == {**plain, "results": "digest"}
    wrong = web.send(page, "/me/notices", waits="none", results="now",
                     news="now")
    assert wrong.status == 422
    choose(person, **plain)


def next_working_day(desk):  # noqa: F811
    """In how many days; a day that no calendar names."""
    days = {r["day"] for r in desk.store("select day from calendar_day")}
    for n in range(1, 30):
        day = datetime.now(THAILAND) + timedelta(days=n)
        if day.weekday() < 5 and day.date().isoformat() not in days:
            return n, day.date().isoformat()
    pytest.fail("no working day")


def no_digest_today(desk, *people):  # noqa: F811
    """As if today's had gone: the next is another day's."""
    today = datetime.now(THAILAND).date().isoformat()
    for p in people:
        row, = desk.store(f"select id from person where email = '{p.email}'")
        desk.change("people", "insert into digest (person, day) values"
                              f" ({row['id']}, '{today}')")


def held(desk, person):  # noqa: F811
    return [r["held"] for r in desk.store(
        "select held from outbox where recipient ="
        f" '{person.email}' order by id")]


def test_one_mail_a_day(mailing, store):  # noqa: F811
    desk = mailing(store)
    icit, requester, director = desk.icit, desk.requester, desk.icit.director
    no_digest_today(desk, requester, director)
    web = signed_in(desk, director)
    web.open("/language/en")
    choose(requester, waits="digest", results="digest", news="none")
    choose(director, waits="digest")
    title, secret = "จำนวนบุคลากร <b>ก</b>", "เรื่องลับเฉพาะ"
    no = icit.until("decision", title=title)
    hidden = icit.until("intake", title=secret)
    icit.records.ok(hidden, "receive", **icit.memo(), secrecy="secret")
    icit.director.ok(no, "message", text="โทรศัพท์แล้ว")
    icit.director.ok(no, "return", message="ขอรายละเอียด ก-ข")
    desk.all_sent()
    # Nothing went to either; what is not wanted is not kept for the day.
    assert desk.server.to(requester.email) == []
    assert desk.server.to(director.email) == []
    assert set(held(desk, director)) == {"digest"}
    assert set(held(desk, requester)) == {"digest", "none"}
    # Two couriers, one digest for each.
    n, day = next_working_day(desk)

    def written(_):
        return len(desk.store(
            f"select person from digest where day = '{day}'")) >= 2
    two = [threading.Thread(target=days_later,
                            args=(desk.university, n, written))
           for _ in range(2)]
    for t in two:
        t.start()
    for t in two:
        t.join()
    let_go(desk)
    desk.all_sent()
    rows = desk.store("select recipient, cc, subject, body, link, request"
                      " from outbox where kind = 'digest' order by recipient")
    assert sorted(r["recipient"] for r in rows) == sorted(
        [requester.email, director.email])
    assert {(r["cc"], r["request"], r["link"]) for r in rows} == {("", "", "/")}
    def arrived(person):
        """The one mail; let_go() may have it sent again, under its own id."""
        first, *again = desk.server.to(person.email)
        assert all(m.id == first.id for m in again)
        return first

    his, hers = arrived(director), arrived(requester)
    assert his.id != hers.id and his.id.startswith("<pratu-")
    # In his language, in hers.
    assert "Notices of" in str(his.parsed["Subject"])
    assert "สรุปการแจ้งเตือน" in str(hers.parsed["Subject"])
    text, own = his.text(), hers.text()
    assert no in text and title in text and "<b>" not in his.text("html")
    assert "What waits for you now" in text
    waits = text.split("What waits for you now")[1]
    assert hidden in waits and no not in waits  # that is the requester's now
    assert no in own.split("เรื่องที่รอท่านดำเนินการอยู่ในขณะนี้")[1]
    # Of a secret memo's request its number; of no request its messages.
    assert hidden in text and secret not in text
    for mail in (his, hers):
        whole = mail.text() + mail.text("html")
        assert "ขอรายละเอียด ก-ข" not in whole
        assert "โทรศัพท์แล้ว" not in whole and "/accept/" not in whole
    assert set(held(desk, director)) <= {"told", ""}
    assert "digest" not in held(desk, requester)
    # The day is over: what comes now is the next day's.
    icit.go_on(icit.new(submit=False)["no"], "decision")
    days_later(desk.university, n, written)
    assert arrived(director).id == his.id


def test_links_that_are_secrets_and_copies_go_at_once(desk):  # noqa: F811
    """A link of acceptance in a mail of the next day would be a day lost, and a
    digest bears no secret; of what others get a copy, all get it at once."""
    icit, requester = desk.icit, desk.requester
    choose(requester, waits="digest", results="digest", news="none")
    try:
        no = icit.until("acceptance")
        one = icit.until("preparing")
        icit.officer.ok(one, "cannot", reason="ไม่มีข้อมูล")
    finally:
        choose(requester, waits="now", results="now", news="now")
    rows = {r["kind"]: r for r in desk.store(
        "select kind, held, cc from outbox where recipient ="
        f" '{requester.email}' and request in ('{no}', '{one}')")}
    assert rows["acceptance"]["held"] == ""
    assert rows["cannot"]["cc"] and rows["cannot"]["held"] == ""
    # What has no copies waits for the day's, or stands in it by now.
    assert rows["delivered"]["held"] in (
        {""} if rows["delivered"]["cc"] else {"digest", "told"})
