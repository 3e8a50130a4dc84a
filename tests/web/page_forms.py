"""Forms and pages of the desk as a browser without scripts would send and read
them; for the tests test_pages_*.py."""
import html.parser
import re

import pytest
import requests

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


def filled(path, no):
    return (path.replace("{no}", no).replace("{lang}", "th")
            .replace("{code}", "ICIT-QP-9001-24").replace("{office}", "ICIT")
            .replace("{year}", "2569").replace("{command}", "note")
            .replace("{id}", "none").replace("{secret}", "none")
            .replace("{key}", "none"))
