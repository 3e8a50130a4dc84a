"""The language that a person chooses on a page is the one in which Pratu writes
to him afterwards, until he chooses another."""
import pytest
import requests

from journey import desk, good  # noqa: F401
from pages import Web

pytestmark = pytest.mark.both_stores


@pytest.fixture
def person(desk):
    entry = next(p for p in desk.university.facts["people"]
                 if p["email"] == desk.requester.email)
    web = Web(desk.university.desk, entry)
    yield web
    web.open("/language/th?to=/")
    assert kept(desk) == "th"


def kept(desk):
    return desk.store("select lang from person where email ="
                      f" '{desk.requester.email}'")[0]["lang"]


def bare(desk, **headers):
    """A call that says nothing of languages."""
    answer = requests.get(
        f"{desk.university.desk}/api/v1/requests/NONE-2569-99999",
        headers={"Authorization": f"Bearer {desk.requester.token}",
                 "Accept-Language": None, **headers}, timeout=60)
    assert answer.status_code == 404
    return answer.json()["detail"]


def told(desk):
    """Subject of the notice of a rejection that goes to the requester."""
    no = desk.registrar.until("decision")
    good(desk.registrar.director.send(no, "decide", outcome="rejected",
                                      note="-"))
    return [n["subject"] for n in desk.store(
        f"select subject, recipient from outbox where request = '{no}'"
        " order by id") if n["recipient"] == desk.requester.email][-1]


def is_thai(text):
    return any("\u0e00" <= c <= "\u0e7f" for c in text)


def test_mails_and_problems_follow_the_choice(desk, person):
    assert kept(desk) == "th" and is_thai(bare(desk)) and is_thai(told(desk))
    page = person.open("/language/en?to=/requests")
    assert page.url.endswith("/requests") and kept(desk) == "en"
    assert not is_thai(bare(desk))
    # What the call itself asks for comes first.
    assert is_thai(bare(desk, **{"Accept-Language": "th"}))
    subject = told(desk)
    assert not is_thai(subject), subject
    person.open("/language/th?to=/")
    assert kept(desk) == "th" and is_thai(bare(desk))


def test_another_site_does_not_choose(desk, person):
    person.s.get(f"{desk.university.desk}/language/en?to=/", timeout=60,
                 headers={"Sec-Fetch-Site": "cross-site"})
    assert kept(desk) == "th"


def test_nobody_signed_in_changes_nobody(desk, person):
    web = Web(desk.university.desk)
    assert web.open("/language/en?to=/help").status == 200
    assert kept(desk) == "th"
