"""A person at the desk's pages without a browser: signs in, opens a page, fills
a form and sends it, as HTML says. Scripts do not run here."""
import html.parser
from urllib.parse import urljoin

import requests

VOID = {"input", "br", "img", "meta", "link", "hr"}


class Form:
    def __init__(self, attrs):
        self.action = attrs.get("action", "")
        self.method = attrs.get("method", "get").lower()
        self.fields = []   # (name, value) that would be sent
        self.choices = {}  # name -> values that could be
        self.buttons = []  # (name, value, words)

    def names(self):
        return {n for n, _ in self.fields} | set(self.choices)

    def value(self, name):
        return next((v for n, v in self.fields if n == name), None)


class Page(html.parser.HTMLParser):
    """What stands on a page: .text, .forms, .links, .errors."""

    def __init__(self, answer):
        super().__init__()
        self.status, self.url = answer.status_code, answer.url
        self.answer, self.source = answer, answer.text
        self.forms, self.links, self.text, self.ids = [], [], "", []
        self.form = self.area = self.select = self.button = None
        self.inside = []  # elements with a class that are open
        self.errors, self.panels = [], []
        self.feed(answer.text)

    def handle_starttag(self, tag, pairs):
        a = dict(pairs)
        if tag not in VOID:
            self.inside.append((tag, a.get("class") or "", a.get("id")))
        if a.get("id"):
            self.ids.append(a["id"])
        if "panel" in (a.get("class") or "").split():
            self.panels.append(a.get("id"))
        if tag == "a":
            self.links.append(a.get("href"))
        if tag == "form":
            self.form = Form(a)
            self.forms.append(self.form)
        if self.form is None:
            return
        if tag == "input":
            self.take_input(a)
        elif tag == "textarea":
            self.area = [a.get("name"), ""]
        elif tag == "select":
            self.select = a.get("name")
        elif tag == "option" and self.select:
            values = self.form.choices.setdefault(self.select, [])
            values.append(a.get("value"))
            if "selected" in a or len(values) == 1:
                self.put(self.select, a.get("value"))
        elif tag == "button":
            self.button = [a.get("name"), a.get("value"), ""]

    def put(self, name, value):
        """The last one chosen of a select counts."""
        self.form.fields = [f for f in self.form.fields if f[0] != name]
        self.form.fields.append((name, value))

    def take_input(self, a):
        kind, name = a.get("type", "text"), a.get("name")
        if kind in ("radio", "checkbox"):
            self.form.choices.setdefault(name, []).append(a.get("value"))
            if "checked" in a:
                self.form.fields.append((name, a.get("value")))
        elif kind != "file":
            self.form.fields.append((name, a.get("value", "")))

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop()[0] != tag:
            pass
        if tag == "textarea" and self.area:
            self.form.fields.append((self.area[0],
                                     self.area[1].removeprefix("\n")))
            self.area = None
        elif tag == "select":
            self.select = None
        elif tag == "button" and self.button:
            self.form.buttons.append(tuple(self.button))
            self.button = None
        elif tag == "form":
            self.form = None

    def handle_data(self, data):
        self.text += data
        if self.area:
            self.area[1] += data
        if self.button:
            self.button[2] += data.strip()
        if any("error" in c.split() for _, c, _ in self.inside):
            self.errors.append(data.strip())

    def to(self, end):
        """The form whose action ends so."""
        for form in self.forms:
            if form.action.split("#")[0].endswith(end):
                return form
        raise AssertionError(f"no form to {end} on {self.url}: "
                             f"{[f.action for f in self.forms]}")

    def commands(self):
        """Commands that have a form or a page of their own here."""
        return {i.removeprefix("do-") for i in self.ids
                if i.startswith("do-")}

    def primary(self):
        return self.panels[0].removeprefix("do-") if self.panels else None


class Web:
    """One person's session."""

    def __init__(self, desk, entry=None, lang="th"):
        self.base = desk
        self.s = requests.Session()
        self.s.cookies.set("pratu_lang", lang)
        if entry:
            page = self.open("/sign-in")
            page = self.send(page, "/sign-in", email=entry["email"],
                             password=entry["password"])
            assert page.status == 200 and "/sign-in" not in page.url, page.text

    def open(self, path, **kwargs):
        return Page(self.s.get(urljoin(self.base, path), timeout=60, **kwargs))

    def send(self, page, end, button=None, files=None, follow=True, **values):
        """Fills the form that leads there and sends it. A value may be a list;
        None sends nothing. `button` is the value of the one pressed."""
        form = page.to(end)
        fields = [f for f in form.fields if f[0] not in values]
        for name, value in values.items():
            assert name in form.names(), (name, form.names())
            if value is None:
                continue
            for one in value if isinstance(value, list) else [value]:
                fields.append((name, one))
        if button is not None:
            fields.append(next((n, v) for n, v, _ in form.buttons
                               if v == button))
        return Page(self.s.request(
            form.method, urljoin(page.url, form.action.split("#")[0]),
            data=fields, files=files, timeout=120, allow_redirects=follow))
