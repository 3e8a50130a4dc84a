"""The pages before a request is sent: the frame, signing in, my work, lists,
the form and its check, requests from paper, procedures, help, static files, and
what every page keeps."""
import html.parser
import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from conftest import ROOT

POLICY = ("default-src 'none'; script-src 'self'; style-src 'self';"
          " img-src 'self'; font-src 'self'; connect-src 'self';"
          " form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
          " object-src 'none'")
AGGREGATE = {
    "title": "จำนวนนักศึกษาใหม่ แยกตามคณะ", "purpose": "วางแผนอัตรากำลัง",
    "detail": "จำนวนนักศึกษาใหม่ ปีการศึกษา 2568", "needed_by-day": "30",
    "needed_by-month": "12", "needed_by-year": "2570", "formats": ["xlsx"],
    "identifiability": "aggregate"}


class Form:
    """A form as a browser would send it back."""

    def __init__(self, attrs):
        self.action = attrs.get("action", "")
        self.method = attrs.get("method", "get")
        self.fields = []  # (name, value), in order, of what would be sent
        self.buttons = []
        self.choices = {}

    def values(self, name):
        return [v for n, v in self.fields if n == name]

    def data(self, **changes):
        """What is sent when these fields are changed; None takes one out."""
        changes = {k.replace("__", "-"): v for k, v in changes.items()}
        sent = [(n, v) for n, v in self.fields if n not in changes]
        for name, value in changes.items():
            values = value if isinstance(value, list) else [value]
            sent += [(name, v) for v in values if v is not None]
        return sent


class Page(html.parser.HTMLParser):
    """A page: its forms, links, ids, errors, and what must not be in it."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer
        self.forms, self.links, self.ids, self.inline = [], [], set(), []
        self.errors, self.lang, self.title = [], None, ""
        self.other_language = None
        self._form = self._select = self._area = self._error = None
        self._title = False
        self.feed(answer.text)

    def handle_starttag(self, tag, pairs):
        attrs = dict(pairs)
        self.inline += [(tag, k) for k in attrs
                        if k == "style" or k.startswith("on")]
        if tag == "style" or (tag == "script" and not attrs.get("src")):
            self.inline.append((tag, ""))
        if "id" in attrs:
            assert attrs["id"] not in self.ids, attrs["id"]
            self.ids.add(attrs["id"])
        if tag == "html":
            self.lang = attrs.get("lang")
        elif tag == "title":
            self._title = True
        elif tag == "a":
            self.links.append(attrs.get("href"))
            if "hreflang" in attrs:
                self.other_language = attrs["href"]
        elif tag == "form":
            self._form = Form(attrs)
            self.forms.append(self._form)
        elif tag == "p" and "error" in attrs.get("class", "").split():
            self.errors.append("")
            self._error = True
        elif self._form is not None:
            self.control(tag, attrs)

    def control(self, tag, attrs):
        form, name = self._form, attrs.get("name")
        if tag == "input" and name:
            kind = attrs.get("type", "text")
            if kind in ("radio", "checkbox"):
                form.choices.setdefault(name, []).append(attrs.get("value"))
                if "checked" in attrs:
                    form.fields.append((name, attrs.get("value", "on")))
            elif kind != "file":
                form.fields.append((name, attrs.get("value") or ""))
        elif tag == "select":
            self._select = [name, None]
        elif tag == "option" and self._select:
            form.choices.setdefault(self._select[0], []).append(
                attrs.get("value"))
            if self._select[1] is None or "selected" in attrs:
                self._select[1] = attrs.get("value") or ""
        elif tag == "textarea":
            self._area = [name, ""]
        elif tag == "button":
            form.buttons.append((name, attrs.get("value")))

    def handle_data(self, data):
        if self._title:
            self.title += data
        if self._area:
            self._area[1] += data
        if self._error:
            self.errors[-1] += data

    def handle_endtag(self, tag):
        if tag == "title":
            self._title = False
        elif tag == "p":
            self._error = None
        elif tag == "select" and self._select:
            self._form.fields.append(tuple(self._select))
            self._select = None
        elif tag == "textarea" and self._area:
            # A browser drops the line end right after the tag.
            name, text = self._area
            self._form.fields.append((name, text.removeprefix("\n")))
            self._area = None
        elif tag == "form":
            self._form = None

    def form(self, action):
        return next(f for f in self.forms if f.action == action)


class Reader:
    """Somebody with a browser that keeps cookies."""

    def __init__(self, university, person=None, lang="th"):
        self.base = university.desk
        self.http = requests.Session()
        self.http.headers["Accept-Language"] = lang
        if person:
            self.sign_in(person)

    def get(self, path, **kwargs):
        return self.http.get(self.base + path, timeout=30, **kwargs)

    def page(self, path, status=200):
        answer = self.get(path)
        assert answer.status_code == status, answer.text[:2000]
        return Page(answer)

    def post(self, path, data, **kwargs):
        kwargs.setdefault("allow_redirects", False)
        return self.http.post(self.base + path, data=data, timeout=30, **kwargs)

    def sign_in(self, person, to="/"):
        answer = self.post("/sign-in", {"email": person["email"],
                                        "password": person["password"],
                                        "to": to})
        assert answer.status_code == 303, answer.text[:2000]
        return answer

    def csrf(self):
        return self.page("/").form("/sign-out").values("csrf")[0]

    def start(self, office):
        """A new draft; its number."""
        answer = self.post("/requests/new",
                           {"csrf": self.csrf(), "office": office})
        assert answer.status_code == 303, answer.text[:2000]
        return re.fullmatch(r"/requests/([A-Z0-9-]+)/edit",
                            answer.headers["Location"]).group(1)

    def form_of(self, no, query=""):
        return self.page(f"/requests/{no}/edit{query}").form(
            f"/requests/{no}/edit")

    def save(self, no, then="save", status=303, **changes):
        data = self.form_of(no).data(then=then, **changes)
        answer = self.post(f"/requests/{no}/edit", data)
        assert answer.status_code == status, answer.text[:3000]
        return answer


@pytest.fixture
def requester(university):
    return Reader(university, university.person("requester"))


@pytest.fixture
def draft(requester):
    return requester.start("ICIT")


def routes():
    """The rows of the table: method, path, door, who, shows."""
    text = (ROOT / "src/desk/routes.def").read_text()
    row = re.compile(r'ROUTE\(\s*"(\w+)",\s*"([^"]+)",\s*(\w+),\s*(\w+),\s*'
                     r'(\w+),\s*(\w+),\s*(\d+),\s*"(\w+)"\s*\)')
    found = [m.groups() for m in row.finditer(text)]
    assert len(found) == text.count("ROUTE(")
    return found


def page_routes(method):
    return [(path, who, shows) for m, path, _, door, who, _, _, shows
            in routes() if m == method and door == "page"]


def answers(university, no, person="requester"):
    return university.api(person).get(f"/requests/{no}").json()["answers"]


# Every page ---------------------------------------------------------------

def filled(path, no):
    return (path.replace("{no}", no).replace("{lang}", "th")
            .replace("{code}", "ICIT-QP-9001-24").replace("{office}", "ICIT")
            .replace("{year}", "2569").replace("{command}", "note")
            .replace("{id}", "none").replace("{secret}", "none")
            .replace("{key}", "none"))


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
        assert answer.headers["Content-Security-Policy"] == POLICY, path
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


# Language, light ----------------------------------------------------------

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


# Signing in and out -------------------------------------------------------

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


def test_the_demo_says_that_it_is_one_and_tells_no_secret(university):
    answer = Reader(university).get("/sign-in")
    assert "ระบบสาธิต" in answer.text and "demo.json" in answer.text
    for person in university.facts["people"]:
        assert person["password"] not in answer.text
        assert person["email"] not in answer.text


# The frame ----------------------------------------------------------------

@pytest.mark.parametrize("who,there,absent", [
    (("requester", None), ["/requests/new", "/connections"],
     ["/register", "/requests/new?on_behalf=1"]),
    (("records", "ICIT"), ["/requests/new?on_behalf=1", "/register"],
     ["/requests/new"]),
    (("director", "REGISTRAR"), ["/register"], ["/requests/new"]),
    (("auditor", None), ["/register"], ["/requests/new"]),
    (("admin", None), ["/requests"], ["/register", "/requests/new"]),
])
def test_everybody_is_led_where_he_may_go(university, who, there, absent):
    reader = Reader(university, university.person(*who))
    page = reader.page("/")
    for path in there:
        assert path in page.links
        assert reader.get(path).status_code == 200, path
    for path in absent:
        assert path not in page.links, path


def test_the_procedure_names_the_roles(university):
    for office, word in (("ICIT", "งานสารบรรณ"),
                         ("REGISTRAR", "ผู้ปฏิบัติงานบริหาร")):
        reader = Reader(university, university.person("records", office))
        text = reader.get("/").text
        assert re.search(f'person-role">[^<]*{word}', text), office


def test_a_stranger_reads_what_this_is(university):
    text = Reader(university).get("/").text
    assert "ICIT-QP-9001-24" in text and "W-REG6-001" in text
    assert "ไม่เกิน 10 วันทำการ" in text and "4–7 วันทำการ" in text
    english = Reader(university, lang="en").get("/").text
    assert "At most 10 working days" in english


# A new request ------------------------------------------------------------

def test_what_can_be_asked_is_said_before(university, requester):
    text = requester.get("/requests/new").text
    for word in ("STUENTRY", "REGKMITL", "กองบริการการศึกษา", "ICIT-QP-9001-24"):
        assert word in text, word
    records = Reader(university, university.person("records", "ICIT"))
    # Whoever may not ask is told where to go instead.
    answer = records.get("/requests/new")
    assert answer.status_code == 200 and "ใครขอข้อมูลได้" in answer.text
    assert 'action="/requests/new"' not in answer.text
    assert requester.get("/requests/new?on_behalf=1").status_code == 403


def test_what_is_known_is_not_asked_again(university, requester, draft):
    form = requester.form_of(draft)
    me = university.api("requester").get("/me").json()
    assert form.values("coordinator_email") == [me["email"]]
    assert form.values("coordinator_name") == [me["name"]]
    assert form.values("unit")[0]


ROUND_TRIP = {
    # A value of each type as it is typed, as the form shows it again, and as
    # the API has it.
    "title": ("  ขอ  ข้อมูล <b>&\"' ", "ขอ ข้อมูล <b>&\"'", "ขอ ข้อมูล <b>&\"'"),
    "purpose": ("\nบรรทัดแรก\r\nบรรทัดสอง", "บรรทัดแรก\nบรรทัดสอง",
                "บรรทัดแรก\nบรรทัดสอง"),
    "service_type": ("processing", "processing", "processing"),
    "formats": (["json", "other"], ["json", "other"], ["json", "other"]),
    "format_other": ("SPSS", "SPSS", "SPSS"),
    "systems": (["REG", "HRIS"], ["REG", "HRIS"], ["REG", "HRIS"]),
    "head_email": (" Somchai@Example.AC.TH ", "somchai@example.ac.th",
                   "somchai@example.ac.th"),
    "head_phone": ("๐๒-๕๕๕-๒๐๐๐ ต่อ ๒๒๒๕", "02-555-2000 ต่อ 2225",
                   "02-555-2000 ต่อ 2225"),
    "networks": ("192.0.2.10, 192.0.2.0/24\r\n2001:db8::/32",
                 "192.0.2.10/32\n192.0.2.0/24\n2001:db8::/32",
                 ["192.0.2.10/32", "192.0.2.0/24", "2001:db8::/32"]),
    "unit": ("คณะวิศวกรรมศาสตร์", "คณะวิศวกรรมศาสตร์", "คณะวิศวกรรมศาสตร์"),
    "terms_accepted": ("yes", "yes", True),
    "subjects": (["students"], ["students"], ["students"]),
}
DATES = {
    # As typed in three fields; ISO.
    "needed_by": (("๖", "5", "๒๕๗๐"), "2027-05-06"),
    "memo_date": (("1", "3", "69"), "2026-03-01"),
    "period_from": (("29", "2", "2567"), "2024-02-29"),
    "period_to": (("31", "12", "2026"), "2026-12-31"),
}


@pytest.mark.both_stores
def test_every_type_of_field_comes_back(university, requester, draft):
    requester.save(draft, identifiability="identified", formats=["other"])
    changes = {k: v[0] for k, v in ROUND_TRIP.items()}
    for key, (parts, _) in DATES.items():
        for part, value in zip(("day", "month", "year"), parts):
            changes[f"{key}-{part}"] = value
    answer = requester.save(draft, **changes)
    assert answer.headers["Location"].endswith("saved=1")
    form = requester.form_of(draft)
    kept = answers(university, draft)
    for key, (_, shown, stored) in ROUND_TRIP.items():
        want = shown if isinstance(shown, list) else [shown]
        assert form.values(key) == want, key
        assert kept[key] == stored, key
    for key, (_, iso) in DATES.items():
        assert kept[key] == iso, key
        year, month, day = map(int, iso.split("-"))
        assert form.values(key + "-day") == [str(day)]
        assert form.values(key + "-month") == [str(month)]
        assert form.values(key + "-year") == [str(year + 543)]
    # Sent as it stands, it stays as it is.
    requester.save(draft)
    assert answers(university, draft) == kept
    # In English too the field is one of the Buddhist era, as its label says.
    english = Reader(university, university.person("requester"), "en")
    assert english.form_of(draft).values("needed_by-year") == ["2570"]
    english.save(draft)
    assert answers(university, draft) == kept


def test_what_is_taken_out_is_gone(university, requester, draft):
    requester.save(draft, identifiability="identified", formats=["json"])
    requester.save(draft, systems=["REG"], terms_accepted="yes", title="x",
                   service_type="api", networks="192.0.2.1",
                   **{"memo_date-day": "1", "memo_date-month": "3",
                      "memo_date-year": "2569"})
    requester.save(draft, systems=None, terms_accepted=None, title="",
                   service_type="", networks="",
                   **{"memo_date-day": "", "memo_date-month": "",
                      "memo_date-year": ""})
    kept = answers(university, draft)
    for key in ("systems", "terms_accepted", "title", "service_type",
                "networks", "memo_date"):
        assert key not in kept, key
    assert kept["identifiability"] == "identified"


def test_what_the_form_does_not_show_is_kept(university, requester, draft):
    api = university.api("requester")
    done = api.patch(f"/requests/{draft}", {"answers": {
        "identifiability": "identified", "lawful_basis": "pdpa-24-4"}})
    assert done.status_code == 200
    requester.save(draft, identifiability="aggregate")
    assert not requester.form_of(draft).values("lawful_basis")
    requester.save(draft, title="อีกครั้ง")
    assert answers(university, draft)["lawful_basis"] == "pdpa-24-4"


def test_the_form_asks_what_the_answers_make_necessary(requester, draft):
    assert not requester.form_of(draft).values("format_other")
    requester.save(draft, formats=["xlsx"])
    answer = requester.save(draft, formats=["other"])
    assert answer.headers["Location"].endswith("more=1")
    page = requester.page(f"/requests/{draft}/edit?more=1")
    assert "f-format_other" in page.ids
    assert "มีคำถามเพิ่ม" in page.answer.text
    requester.save(draft, formats=["xlsx"], identifiability="aggregate")
    page = requester.page(f"/requests/{draft}/edit")
    assert "f-format_other" not in page.ids and "f-lawful_basis" not in page.ids


def test_what_was_typed_is_kept_on_an_error(university, requester, draft):
    typed = {"title": "เรื่อง <i>", "detail": "รายละเอียด\nสอง",
             "head_email": "ไม่ใช่อีเมล", "networks": "192.0.2.300",
             "needed_by-day": "31", "needed_by-month": "4",
             "needed_by-year": "2569", "formats": ["json", "xlsx"],
             "frequency": "term", "systems": ["HRIS"], "head_phone": "x"}
    before = answers(university, draft)
    page = Page(requester.save(draft, status=422, **typed))
    form = page.form(f"/requests/{draft}/edit")
    for key, value in typed.items():
        want = value if isinstance(value, list) else [value]
        assert form.values(key) == want, key
    assert page.title.startswith("ผิดพลาด")
    for field in ("head_email", "networks", "needed_by", "head_phone"):
        assert f"f-{field}-error" in page.ids or f"#f-{field}" in page.links
        assert f"#f-{field}" in page.links, field
    assert len(page.errors) == 4
    assert answers(university, draft) == before


def test_the_same_sentence_stands_above_and_at_the_field(requester, draft):
    answer = requester.save(draft, then="check", status=422)
    page = Page(answer)
    summary = re.findall(r'<li><a href="#f-[^"]+">([^<]+)</a>', answer.text)
    inline = [e.split(":", 1)[1].strip() for e in page.errors]
    assert len(summary) == 6, summary  # an aggregate needs no more
    assert summary == inline
    for link in page.links:
        if link.startswith("#f-"):
            assert link[1:] in page.ids, link


def test_a_form_that_was_overtaken_is_not_lost(university, requester, draft):
    form = requester.form_of(draft)
    requester.save(draft, title="อีกหน้าต่างหนึ่ง")
    answer = requester.post(f"/requests/{draft}/edit",
                            form.data(title="หน้าต่างแรก", then="save"))
    assert answer.status_code == 412
    again = Page(answer).form(f"/requests/{draft}/edit")
    assert again.values("title") == ["หน้าต่างแรก"]
    assert answers(university, draft)["title"] == "อีกหน้าต่างหนึ่ง"
    # Seen, and meant: now it goes through.
    answer = requester.post(f"/requests/{draft}/edit", again.data(then="save"))
    assert answer.status_code == 303
    assert answers(university, draft)["title"] == "หน้าต่างแรก"


def test_files_go_with_the_answers(university, requester, draft):
    data = requester.form_of(draft).data(then="save", title="มีเอกสารแนบ")
    answer = requester.post(
        f"/requests/{draft}/edit", data,
        files=[("file", ("บันทึก.pdf", b"%PDF-1.7 one", "application/pdf")),
               ("file", ("list.csv", b"a,b\n1,2\n", "text/csv"))])
    assert answer.status_code == 303, answer.text[:2000]
    request = university.api("requester").get(f"/requests/{draft}").json()
    assert [f["name"] for f in request["files"]] == ["บันทึก.pdf", "list.csv"]
    assert request["answers"]["title"] == "มีเอกสารแนบ"
    page = requester.page(f"/requests/{draft}/edit")
    files = [a for a in page.links if "/files/" in a]
    assert [requester.get(a).content for a in files] == [b"%PDF-1.7 one",
                                                         b"a,b\n1,2\n"]
    # An empty one is refused; the answers beside it are safe.
    answer = requester.post(
        f"/requests/{draft}/edit",
        requester.form_of(draft).data(then="save", title="ยังอยู่"),
        files=[("file", ("empty.txt", b"", "text/plain"))])
    assert answer.status_code == 422
    assert answers(university, draft)["title"] == "ยังอยู่"


@pytest.mark.both_stores
def test_check_and_send(university, requester, draft):
    answer = requester.get(f"/requests/{draft}/check")
    assert urlsplit(answer.url).path == f"/requests/{draft}/edit"
    assert Page(answer).title.startswith("ผิดพลาด")
    answer = requester.save(draft, then="check", systems=["REG", "GL3D"],
                            **AGGREGATE)
    assert answer.headers["Location"] == f"/requests/{draft}/check"
    page = requester.page(f"/requests/{draft}/check")
    text = page.answer.text
    for said in (AGGREGATE["title"], "30 ธันวาคม 2570", "Excel",
                 "กองบริการการศึกษา", "ภายในวันที่ ", "ไม่ได้ระบุ"):
        assert said in text, said
    assert text.count("f-title") >= 1
    for link in page.links:
        if "edit#f-" in link:
            target = requester.page(f"/requests/{draft}/edit")
            assert link.split("#")[1] in target.ids, link
    form = page.form(f"/requests/{draft}/submit")
    answer = requester.post(form.action, form.data())
    assert answer.headers["Location"] == f"/requests/{draft}?done=submit"
    request = university.api("requester").get(f"/requests/{draft}").json()
    assert request["state"] == "consent"
    # Sent is sent: the form leads to the request, pressing again does nothing.
    for path in (f"/requests/{draft}/edit", f"/requests/{draft}/check"):
        answer = requester.get(path, allow_redirects=False)
        assert answer.headers["Location"] == f"/requests/{draft}"
    answer = requester.post(form.action, form.data())
    assert answer.headers["Location"] == f"/requests/{draft}"
    again = university.api("requester").get(f"/requests/{draft}").json()
    assert again["version"] == request["version"]


def test_sending_what_is_not_whole_shows_what_is_missing(requester, draft):
    form = requester.form_of(draft)
    answer = requester.post(f"/requests/{draft}/submit",
                            {"csrf": form.values("csrf")[0]})
    assert answer.status_code == 422
    assert len(Page(answer).errors) == 6


def test_the_registrars_form_has_its_numbers(requester):
    no = requester.start("REGISTRAR")
    page = requester.page(f"/requests/{no}/edit")
    for label in ("1. หน่วยงาน", "9. จุดประสงค์โครงการ", "12. รูปแบบผลลัพธ์"):
        assert label in page.answer.text, label
    answer = requester.save(no, then="check", status=422)
    numbers = re.findall(r'<li><a href="#f-[^"]+">(\d+)\.', answer.text)
    # 1 and 6 to 8 are known of the requester already.
    assert numbers == ["3", "4", "5", "9", "10", "12", "13"]


def test_a_draft_is_its_writers_alone(university, draft):
    strangers = [university.people("requester")[1],
                 university.person("records", "ICIT"),
                 university.person("auditor"), university.person("admin")]
    for person in strangers:
        reader = Reader(university, person)
        for path in (f"/requests/{draft}/edit", f"/requests/{draft}/check"):
            assert reader.get(path).status_code == 404, person["role"]
        answer = reader.post(f"/requests/{draft}/edit",
                             {"csrf": reader.csrf(), "title": "x"})
        assert answer.status_code == 404
        assert reader.post(f"/requests/{draft}/submit",
                           {"csrf": reader.csrf()}).status_code == 404


def test_what_is_far_too_long_is_said_not_broken(requester, draft):
    long = "ก" * 20_000
    page = Page(requester.save(draft, status=422, purpose=long, title=long,
                               head_email=long, networks=long))
    form = page.form(f"/requests/{draft}/edit")
    assert set(form.values("purpose")[0].strip()) == {"ก"}
    for field in ("purpose", "title", "head_email"):
        assert f"#f-{field}" in page.links
    answer = requester.post(f"/requests/{draft}/edit", requester.form_of(
        draft).data(asked="title " * 8_000, then="save"))
    assert answer.status_code == 303
    odd = "a" + "\u200b" * 900
    for query in ({"q": odd}, {"office": odd, "cursor": "9" * 18 + ".x"},
                  {"q": "a" * 2000, "cursor": "9" * 18 + ".x"}):
        answer = requester.get("/requests", params=query, allow_redirects=False)
        assert answer.status_code in (200, 303), query
    assert requester.get("/requests?" + "x" * 7000).status_code == 200


# From paper ---------------------------------------------------------------

@pytest.mark.both_stores
def test_records_enters_a_paper(university):
    records = Reader(university, university.person("records", "ICIT"))
    path = "/requests/new?on_behalf=1"
    form = records.page(path).form(path)
    wrong = Page(records.post(path, form.data(
        **{"on_behalf.name": "", "on_behalf.unit": "กองแผนงาน",
           "on_behalf.email": "x", "memo_no": "อว 7105/๑๒"})))
    assert wrong.answer.status_code == 422
    again = wrong.form(path)
    assert again.values("on_behalf.unit") == ["กองแผนงาน"]
    assert again.values("memo_no") == ["อว 7105/๑๒"]
    assert "#f-on_behalf.name" in wrong.links
    assert "#f-on_behalf.email" in wrong.links
    answer = records.post(path, again.data(
        **{"on_behalf.name": "นางสาวสมหญิง ใจดี", "on_behalf.email": "",
           "signer_name": "นายสมชาย ใจดี", "memo_date-day": "17",
           "memo_date-month": "11", "memo_date-year": "2569"}),
        files=[("file", ("scan.pdf", b"%PDF-1.4 scan", "application/pdf"))])
    assert answer.status_code == 303, answer.text[:2000]
    no = answer.headers["Location"].split("/")[2]
    request = university.api(("records", "ICIT")).get(f"/requests/{no}").json()
    assert request["state"] == "draft"
    assert request["requester"]["name"] == "นางสาวสมหญิง ใจดี"
    assert request["entered_by"] == university.person("records",
                                                      "ICIT")["email"]
    assert request["answers"]["memo_date"] == "2026-11-17"
    assert request["answers"]["signer_name"] == "นายสมชาย ใจดี"
    assert [f["name"] for f in request["files"]] == ["scan.pdf"]
    # The rest as for everybody, until it is sent.
    assert "นางสาวสมหญิง ใจดี" in records.get(f"/requests/{no}/edit").text
    records.save(no, then="check", systems=["GL3D"], **AGGREGATE)
    form = records.page(f"/requests/{no}/check").form(f"/requests/{no}/submit")
    assert records.post(form.action, form.data()).status_code == 303
    request = university.api(("records", "ICIT")).get(f"/requests/{no}").json()
    assert request["state"] == "intake"


# Lists --------------------------------------------------------------------

def test_lists_are_filtered_by_their_address(university, requester):
    no = requester.start("REGISTRAR")
    requester.save(no, title="คำค้นเฉพาะ ๙๘๗")
    found = requester.page("/requests?q=เฉพาะ+987")
    assert f"/requests/{no}/edit" in found.links
    for query in ("q=ไม่มีคำนี้เลย", "state=closed&q=987", "office=ICIT&q=987",
                  "system=HRIS&q=987", "waiting=me&q=987"):
        page = requester.page("/requests?" + query)
        assert f"/requests/{no}/edit" not in page.links, query
    # What cannot be is the whole list again, not an error.
    for query in ("state=none", "cursor=x"):
        answer = requester.get("/requests?" + query, allow_redirects=False)
        assert answer.headers["Location"] == "/requests"


@pytest.mark.both_stores
def test_a_long_list_goes_on(university, requester):
    made = {requester.start("ICIT") for _ in range(26)}
    seen, path, pages = set(), "/requests?state=draft", 0
    while path and pages < 100:
        page = requester.page(path)
        seen |= {a.split("/")[2] for a in page.links if a.endswith("/edit")}
        more = re.search(r'<a href="([^"]+)" rel="next"', page.answer.text)
        path = more and more.group(1).replace("&amp;", "&")
        pages += 1
    assert pages >= 2 and made <= seen


def test_what_waits_for_one_is_on_his_first_page(university, requester, draft):
    requester.save(draft, then="check", systems=["REG"], **AGGREGATE)
    form = requester.page(f"/requests/{draft}/check").form(
        f"/requests/{draft}/submit")
    requester.post(form.action, form.data())
    waiting = university.api("requester").get(
        f"/requests/{draft}").json()["waiting_for"][0]["people"]
    owner = next(p for p in university.people("owner")
                 if p["email"] == waiting[0]["email"])
    reader = Reader(university, owner)
    page = reader.page("/requests?waiting=me")
    assert f"/requests/{draft}" in page.links
    count = re.search(r'class="count">(\d+)<', page.answer.text)
    assert count and int(count.group(1)) >= 1
    assert f"/requests/{draft}" not in requester.page(
        "/requests?waiting=me").links


def test_what_is_late_says_by_how_many_working_days(university):
    answered = {k: v for k, v in AGGREGATE.items() if "-" not in k}
    made = university.api("requester").post("/requests", {
        "office": "ICIT", "submit": True, "answers": {
            **answered, "needed_by": "2027-12-30", "systems": ["GL3D"]}})
    assert made.status_code == 201, made.text
    no = made.json()["no"]
    done = university.api(("records", "ICIT")).post(f"/requests/{no}/receive", {
        "memo_in": "อว 1/1", "memo_date": "2026-01-05",
        "received_at": "2026-01-06"})
    assert done.status_code == 200, done.text
    director = university.person("director", "ICIT")
    late = university.api(director).get(f"/requests/{no}").json()["overdue"]
    assert late > 5
    reader = Reader(university, director)
    for path in ("/", f"/requests?waiting=me&q={no}", f"/requests?q={no}"):
        text = reader.get(path).text
        row = text[text.index(f'href="/requests/{no}"'):]
        row = row[:row.index("</tr>")]
        assert f"เกินกำหนด {late} วันทำการ" in row, path
        assert "รอผู้อำนวยการพิจารณา" in row, path
    assert "เกินกำหนด" in re.search(r'class="figures".*?</ul>',
                                    reader.get("/").text, re.S).group(0)


# Procedures, help, files of every page -------------------------------------

@pytest.mark.parametrize("code,revision,day,clauses", [
    ("ICIT-QP-9001-24", "06", "6 พฤษภาคม 2569", ["5.2.2.2", "5.4.4"]),
    ("W-REG6-001", "01", "1 มีนาคม 2564", ["4.3"])])
def test_the_procedure_is_the_document_in_force(university, code, revision, day,
                                                clauses):
    reader = Reader(university)
    page = reader.page(f"/procedures/{code}")
    text = page.answer.text
    assert code in text and day in text
    assert re.search(f"แก้ไขครั้งที่</dt>\\s*<dd>\\s*{revision}", text)
    for clause in clauses:
        assert f"p-{clause}" in page.ids
    for link in page.links:
        if "#p-" in link:
            assert unquote(link.split("#")[1]) in page.ids, link
    assert "ไม่ได้" in text and "การแบ่งแยกหน้าที่" in text
    notice = "ทำลายทิ้งทันทีหากพบว่าเป็นฉบับไม่ทันสมัย" in text
    assert notice == (code == "ICIT-QP-9001-24")
    assert reader.get(f"/procedures/{code}?revision=99").status_code == 404
    assert reader.get("/procedures/NONE").status_code == 404


def test_every_error_code_is_explained(university):
    reader = Reader(university)
    page = reader.page("/help/errors")
    api = reader.get("/api/v1/openapi.json").json()
    codes = api["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
    assert len(codes) > 50 and set(codes) <= page.ids
    problem = reader.get("/api/v1/me").json()
    path, anchor = problem["type"].split("#")
    assert path == "/help/errors" and anchor in page.ids


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


# The description of the API -------------------------------------------------

def resolve(api, schema):
    if "$ref" in schema:
        return api["components"]["schemas"][schema["$ref"].split("/")[-1]]
    if "anyOf" in schema:
        return resolve(api, schema["anyOf"][0])
    return schema


def fits(api, schema, value, at):
    """The value has nothing that the schema does not name, of another type."""
    nullable = "anyOf" in schema
    schema = resolve(api, schema)
    if value is None:
        assert nullable, at
        return
    kinds = {"object": dict, "array": list, "string": str, "integer": int,
             "boolean": bool, "number": (int, float)}
    if "type" in schema:
        assert isinstance(value, kinds[schema["type"]]), at
    if "enum" in schema:
        assert value in schema["enum"], (at, value)
    for key in value if isinstance(value, dict) else ():
        if "properties" in schema:
            assert key in schema["properties"], (at, key)
            fits(api, schema["properties"][key], value[key], f"{at}.{key}")
    for i, item in enumerate(value if isinstance(value, list) else ()):
        fits(api, schema.get("items", {}), item, f"{at}[{i}]")


def test_the_api_is_as_it_is_described(university, requester, draft):
    api = requests.get(university.desk + "/api/v1/openapi.json",
                       timeout=30).json()
    assert api["openapi"] == "3.1.0"
    for method, path, _, door, *_ in routes():
        if door == "api" and "{command}" not in path:
            call = api["paths"][path][method.lower()]
            assert re.search("[ก-๙]", call["summary"]), path
    commands = [p for p in api["paths"] if "command_" in str(
        api["paths"][p].get("post", {}).get("operationId"))]
    assert len(commands) == 22
    ids = [c["operationId"] for p in api["paths"].values() for c in p.values()]
    assert len(ids) == len(set(ids))
    refs = set(re.findall(r"#/components/schemas/(\w+)", str(api)))
    assert refs <= set(api["components"]["schemas"])
    caller = university.api("requester")
    requester.save(draft, then="check", systems=["REG"], **AGGREGATE)
    assert caller.post(f"/requests/{draft}/submit").status_code == 200
    for path in ("/me", "/me/tokens", "/systems", "/procedures",
                 "/procedures/W-REG6-001", "/requests", "/connections",
                 f"/requests/{draft}", f"/requests/{draft}/events",
                 f"/requests/{draft}/clock"):
        pattern = "/api/v1" + path.replace(draft, "{no}").replace(
            "W-REG6-001", "{code}")
        call = api["paths"][pattern]["get"]
        schema = call["responses"]["200"]["content"]["application/json"]
        answer = caller.get(path)
        assert answer.status_code == 200
        fits(api, schema["schema"], answer.json(), path)
    missing = caller.get("/requests/NONE-1")
    fits(api, {"$ref": "#/components/schemas/Problem"}, missing.json(), "404")


# In a browser ---------------------------------------------------------------

@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    options = webdriver.ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage",
                 "--disable-gpu", "--no-first-run", "--disable-sync",
                 "--disable-background-networking",
                 "--disable-component-update",
                 f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options,
                              service=Service("/usr/bin/chromedriver"))
    yield driver
    driver.quit()


def look_as(browser, university, reader):
    """The browser goes on with the reader's session."""
    browser.get(university.desk + "/healthz")
    browser.delete_all_cookies()
    for name, value in reader.http.cookies.items():
        browser.add_cookie({"name": name, "value": value, "path": "/"})


def shown(browser, url, width):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 800, "deviceScaleFactor": 1,
        "mobile": width < 600})
    browser.get(url)
    # What is cut off, and what the policy stopped.
    wide = browser.execute_script(
        "return document.documentElement.scrollWidth"
        " - document.documentElement.clientWidth")
    problems = [e["message"] for e in browser.get_log("browser")
                if "Security Policy" in e["message"]]
    return wide, problems


@pytest.mark.parametrize("lang", ["th", "en"])
def test_no_page_is_wider_than_the_screen(university, requester, draft, browser,
                                          lang):
    requester.save(draft, identifiability="identified", formats=["other"],
                   systems=["REG", "GL3D"], **{
                       "title": "ขอความอนุเคราะห์จัดทำข้อมูล" * 6})
    whole = requester.start("ICIT")
    requester.save(whole, then="check", systems=["REG"], **AGGREGATE)
    places = [(None, ["/", "/sign-in", "/theme", "/help", "/help/errors",
                      "/procedures", "/procedures/ICIT-QP-9001-24",
                      "/procedures/W-REG6-001"]),
              (requester, ["/", "/requests", "/requests?state=draft",
                           "/requests/new", f"/requests/{draft}/edit",
                           f"/requests/{draft}/edit?complete=1",
                           f"/requests/{whole}/check"]),
              (Reader(university, university.person("records", "ICIT")),
               ["/", "/requests/new?on_behalf=1"])]
    for reader, paths in places:
        reader = reader or Reader(university)
        look_as(browser, university, reader)
        browser.get(f"{university.desk}/language/{lang}")
        for path in paths:
            for width in (320, 1280):
                wide, problems = shown(browser, university.desk + path, width)
                assert wide <= 0, (path, width, wide)
                assert problems == [], path


def test_the_errors_are_read_first(university, requester, draft, browser):
    look_as(browser, university, requester)
    shown(browser, f"{university.desk}/requests/{draft}/edit?complete=1", 1280)
    focus = browser.switch_to.active_element
    assert "problems" in focus.get_attribute("class")
    focus.find_element(By.CSS_SELECTOR, "a").click()
    assert browser.switch_to.active_element.get_attribute("name") == "title"


def test_the_form_works_with_the_keyboard_alone(university, requester, browser):
    look_as(browser, university, requester)
    browser.get(f"{university.desk}/language/th")
    browser.get(university.desk + "/requests/new")
    button = browser.find_element(By.CSS_SELECTOR, "main form button")
    button.send_keys(Keys.ENTER)
    wait = WebDriverWait(browser, 10)
    wait.until(lambda b: b.current_url.endswith("/edit"))
    no = browser.current_url.split("/")[-2]
    title = browser.find_element(By.NAME, "title")
    title.send_keys("พิมพ์แล้วกด Enter", Keys.ENTER)
    # Enter asks for the check, which says what is missing; nothing is lost.
    wait.until(lambda b: b.title.startswith("ผิดพลาด"))
    assert browser.current_url.endswith(f"/requests/{no}/edit")
    title = browser.find_element(By.NAME, "title")
    assert title.get_attribute("value") == "พิมพ์แล้วกด Enter"
    assert answers(university, no)["title"] == "พิมพ์แล้วกด Enter"
