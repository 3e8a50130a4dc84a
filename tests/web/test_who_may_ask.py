"""N-18: who may not ask for data gets a page that says where to go."""
import pytest
import requests

from journey import desk  # noqa: F401
from test_pages_case import web  # noqa: F401

pytestmark = pytest.mark.both_stores


def test_whoever_may_not_ask_is_led_on(desk, web):  # noqa: F811
    icit = desk.icit
    page = web(desk.auditor).open("/requests/new")
    assert page.status == 200 and "ใครขอข้อมูลได้" in page.text
    # Where nothing is set: the records offices, by name and e-mail.
    assert icit.records.email in page.text
    assert desk.registrar.records.email in page.text
    assert not any(f.action.endswith("/requests/new") for f in page.forms)
    # Whoever may is led to the form; a stranger reads the page as well.
    page = web(desk.requester).open("/who-may-ask")
    assert "/requests/new" in page.links
    stranger = requests.get(f"{desk.university.desk}/who-may-ask", timeout=60)
    assert stranger.status_code == 200 and "2540" in stranger.text
    english = web(desk.auditor, "en").open("/who-may-ask")
    assert "Official Information Act" in english.text
    # Over the API it stays a refusal.
    assert desk.auditor.api.post("/requests", {}).status_code == 403


def test_an_office_says_it_in_its_own_words(desk, web):  # noqa: F811
    pratu = desk.university.pratu
    name, words = "elsewhere.REGISTRAR.th", "ติดต่อ One Stop Service ชั้น 1"
    try:
        assert pratu("setting", "put", name, words).returncode == 0
        assert pratu("setting", "show", name).stdout.strip() == words
        page = web(desk.auditor).open("/who-may-ask")
        assert words in page.text
        assert desk.registrar.records.email not in page.text
        assert desk.icit.records.email in page.text
        # The other language has none of its own: better that than nothing.
        assert words in web(desk.auditor, "en").open("/who-may-ask").text
    finally:
        assert pratu("setting", "put", name, "").returncode == 0
    assert pratu("setting", "show", name).stdout.strip() == ""
    assert pratu("setting", "put", "colour", "x").returncode == 4
    assert pratu("setting", "put", "dpo-rows", "many").returncode == 5
