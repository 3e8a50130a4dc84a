"""The doors of the desk's pages: what no page contains, forms without their token,
the switch of languages, signing in and out."""
import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from page_forms import filled, Page, page_routes, POLICY, Reader
from page_forms import draft, requester  # noqa: F401


def policy_of(path, university, role):
    """A table goes to the gate from its page, for who may send one."""
    if role != "requester" or not path.endswith("/tables"):
        return POLICY
    return POLICY.replace("connect-src 'self'",
                          f"connect-src 'self' {university.gate}")


@pytest.mark.parametrize("role", [None, "requester", "records", "auditor"])
def test_no_page_has_script_or_style_in_it(university, draft, role):
    reader = Reader(university, role and university.person(role))
    seen = 0
    for path, who, _ in page_routes("GET"):
        answer = reader.get(filled(path, draft), allow_redirects=False)
        assert answer.status_code in (200, 303, 403, 404, 410), path
        if answer.status_code == 303:
            assert answer.headers["Location"].startswith("/"), path
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        page = Page(answer)
        seen += 1
        assert page.inline == [], (path, page.inline)
        assert page.lang == "th" and page.title.strip(), path
        assert answer.headers["Content-Security-Policy"] == policy_of(
            path, university, role), path
        assert answer.headers["Cache-Control"] == "no-store", path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        for link in page.links:
            assert link.startswith(("/", "#", "mailto:", "http")), link
    assert seen >= 6


def test_reading_changes_nothing(university, requester, draft):
    api = university.api("requester")

    def state():
        listed = api.get("/requests?limit=200").json()["requests"]
        return ([(r["no"], r["version"]) for r in listed],
                api.get(f"/requests/{draft}/events").json())

    before = state()
    for path, _, _ in page_routes("GET"):
        for method in ("GET", "HEAD"):
            requester.http.request(method, requester.base + filled(path, draft),
                                   timeout=30, allow_redirects=False)
    assert state() == before
    # A form that is sent to be read does not write either.
    requester.get(f"/requests/{draft}/edit?then=save&title=x")
    assert state() == before


@pytest.mark.parametrize("path", [p for p, who, _ in page_routes("POST")
                                  if who == "person"])
def test_no_form_without_its_token(university, requester, draft, path):
    before = university.api("requester").get(f"/requests/{draft}").json()
    for csrf in ({}, {"csrf": ""}, {"csrf": "x" * 43}):
        answer = requester.post(filled(path, draft), {
            **csrf, "office": "ICIT", "then": "save", "title": "changed"})
        assert answer.status_code == 403, (path, csrf)
        assert "form-expired" in answer.text
    assert university.api("requester").get(f"/requests/{draft}").json() == before


def test_another_site_can_send_no_form(university, requester):
    for path in ("/sign-in", "/sign-out", "/theme"):
        answer = requester.post(path, {"csrf": requester.csrf()}, headers={
            "Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403, path
    assert requester.csrf()


def test_a_token_of_another_session_is_none(university, requester):
    other = Reader(university, university.person("requester"))
    answer = requester.post("/requests/new", {"csrf": other.csrf(),
                                              "office": "ICIT"})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/", "/requests?state=draft&q=ก+ข",
                                  "/procedures/W-REG6-001", "/help?lang=th",
                                  "/no/such/page"])
def test_the_language_switch_keeps_the_page(university, requester, path):
    page = Page(requester.get(path))
    assert page.lang == "th"
    answer = requester.get(page.other_language)
    assert Page(answer).lang == "en", answer.url
    there = urlsplit(answer.url)
    assert there.path == urlsplit(path).path
    want = {k: v for k, v in parse_qs(urlsplit(path).query).items()
            if k != "lang"}
    assert parse_qs(there.query) == want
    back = Page(requester.get(Page(answer).other_language))
    assert back.lang == "th"


def test_the_form_keeps_its_page_in_the_other_language(university, requester,
                                                       draft):
    page = requester.page(f"/requests/{draft}/edit")
    answer = requester.get(page.other_language)
    assert urlsplit(answer.url).path == f"/requests/{draft}/edit"
    assert "Requesting unit" in answer.text


@pytest.mark.parametrize("to", [
    "//example.org/", "https://example.org/", "/\\example.org", "\\\\x",
    "javascript:alert(1)", "/%0d%0aSet-Cookie: a=b", "/\r\nX: y", "", "x",
    "/ /x", "///x", "/\t/x"])
def test_to_leads_nowhere_else(university, to):
    reader = Reader(university)
    person = university.person("requester")
    for answer in (reader.get("/language/en", params={"to": to},
                              allow_redirects=False),
                   reader.sign_in(person, to)):
        assert answer.status_code == 303
        place = answer.headers["Location"]
        assert re.fullmatch(r"/([!-.0-~][!-~]*)?", place), place
        assert urlsplit(place).netloc == "" and urlsplit(place).scheme == ""
        assert not place.startswith("//") and "\\" not in place
        assert "X" not in answer.headers
    # Signed in already: the same door.
    answer = reader.get("/sign-in", params={"to": to}, allow_redirects=False)
    assert urlsplit(answer.headers["Location"]).netloc == ""


def test_where_one_was_going_is_kept_over_signing_in(university, draft):
    reader = Reader(university)
    wanted = f"/requests/{draft}/edit?saved=1"
    answer = reader.get(wanted)
    page = Page(answer)
    assert urlsplit(answer.url).path == "/sign-in"
    assert page.form("/sign-in").values("to") == [wanted]
    answer = reader.sign_in(university.person("requester"), wanted)
    assert answer.headers["Location"] == wanted


def test_light_and_dark_are_remembered(university):
    reader = Reader(university)
    assert "dark.css" in reader.get("/").text  # as the device has it
    for theme, there in (("light", False), ("dark", True), ("system", True)):
        answer = reader.post("/theme", {"theme": theme, "to": "/help"})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/help")
        text = reader.get("/help").text
        assert ("dark.css" in text) == there
        assert ('media="screen"' in text) == (theme == "dark")
    assert reader.post("/theme", {"theme": "<x>"}).headers.get(
        "Set-Cookie") is None


def test_a_wrong_password_keeps_the_address_and_says_one_thing(university):
    reader = Reader(university)
    known = university.person("dpo")["email"]
    said = set()
    for email in (known, "nobody@example.ac.th", "<b>&\"'"):
        answer = reader.post("/sign-in", {"email": email, "to": "/help",
                                          "password": "wrong-password-1"})
        page = Page(answer)
        assert answer.status_code == 422
        form = page.form("/sign-in")
        assert form.values("email") == [email]
        assert form.values("password") == [""]
        assert form.values("to") == ["/help"]
        assert "wrong-password-1" not in answer.text
        assert "Set-Cookie" not in answer.headers
        said.add(page.errors[0])
    assert len(said) == 1
    assert "Caps Lock" in answer.text


def test_the_other_keyboard_is_noticed(university):
    answer = Reader(university).post("/sign-in", {
        "email": "a@example.ac.th", "password": "ฟหกด่าสว"})
    assert "มีอักษรไทย" in answer.text and "ฟหกด่าสว" not in answer.text


def test_signing_out_ends_the_session_itself(university):
    reader = Reader(university, university.person("auditor"))
    cookie = reader.http.cookies.get("pratu")
    csrf = reader.csrf()
    answer = reader.post("/sign-out", {"csrf": csrf})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    again = requests.get(university.desk + "/requests", timeout=30,
                         cookies={"pratu": cookie}, allow_redirects=False)
    assert again.headers["Location"].startswith("/sign-in")
    # Pressing it once more harms nobody.
    assert reader.post("/sign-out", {}).status_code == 303


def test_the_session_cookie_is_out_of_reach_of_scripts(university):
    reader = Reader(university)
    answer = reader.sign_in(university.person("auditor"))
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_static_files_may_be_kept_for_ever(university):
    reader = Reader(university)
    path = re.search(r'href="(/static/[0-9a-f]+/pratu\.css)"',
                     reader.get("/").text).group(1)
    answer = reader.get(path)
    assert answer.headers["Content-Type"].startswith("text/css")
    assert "immutable" in answer.headers["Cache-Control"]
    again = reader.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    old = reader.get("/static/0000000000000000/pratu.css")
    assert old.content == answer.content
    assert "immutable" not in old.headers["Cache-Control"]
    assert reader.get("/static/x/none.css").status_code == 404
    assert reader.get("/favicon.ico").headers["Content-Type"].startswith(
        "image/svg")
