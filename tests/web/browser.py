"""A person at the desk, in a real Chromium: what they see, fill in and press.

Words come from the catalogue (po/) and from the procedures, so a page is found
and filled in by what stands on it, in either language. look() asks of a page
what every page must keep, at a desk's width and at a phone's, and takes its
picture into $PRATU_SHOTS, or into the test's own folder when something is wrong."""
import base64
import functools
import os
import re
import tempfile
import time
from pathlib import Path

import yaml
from selenium import webdriver
from selenium.common.exceptions import (StaleElementReferenceException,
                                        WebDriverException)
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

ROOT = Path(__file__).resolve().parents[2]
DESK, PHONE = 1280, 360
FLAGS = ("--headless=new", "--disable-dev-shm-usage", "--disable-gpu",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-quic",
         "--hide-scrollbars")
MONTHS = {
    "th": "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม "
          "กันยายน ตุลาคม พฤศจิกายน ธันวาคม".split(),
    "en": "January February March April May June July August September "
          "October November December".split()}


@functools.cache
def catalogue(lang):
    """The texts of po/*.LANG.po by their keys."""
    texts, key = {}, None
    for path in sorted((ROOT / "po").glob(f"*.{lang}.po")):
        for line in path.read_text().splitlines():
            kind, quote, rest = line.partition('"')
            if not quote or line.startswith("#"):
                continue
            text = re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]),
                          rest[:rest.rindex('"')])
            if kind.strip() == "msgid":
                key, texts[text] = text, ""
                into = None
            elif kind.strip() == "msgstr":
                into = key
                texts[key] = text
            elif into is not None:
                texts[into] += text
    return texts


@functools.cache
def procedure(code):
    return yaml.safe_load((ROOT / f"procedures/{code.lower()}.yaml")
                          .read_text())


# What every page keeps; gives sentences on what does not hold. Names that
# people or sources gave stand in code, pre, textarea or input.
LOOK = r"""
const [lang, least, keys, given] = arguments;
const found = [], all = (s) => Array.from(document.querySelectorAll(s));
const say = (e) => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') +
  (e.name ? '[' + e.name + ']' : '') + ' ' +
  JSON.stringify((e.textContent || '').trim().slice(0, 40));
const shown = (e) => e.checkVisibility();
const root = document.documentElement;
if (root.scrollWidth > window.innerWidth) {
  const wide = all('body *').filter((e) =>
    e.getBoundingClientRect().right > window.innerWidth + 1 &&
    !e.closest('.scroll, pre, .hidden, .skip, thead'));
  found.push('scrolls sideways: ' + root.scrollWidth + ' px; ' +
    wide.slice(0, 3).map(say).join('; '));
}
if (root.lang !== lang)
  found.push('lang is ' + root.lang);
if (!/\S/.test(document.title) || /^\s*[–-]/.test(document.title))
  found.push('title is ' + JSON.stringify(document.title));
if (all('h1').filter(shown).length !== 1)
  found.push(all('h1').length + ' h1');
let level = 0;
all('h1, h2, h3, h4, h5, h6').filter(shown).forEach((h) => {
  const n = Number(h.tagName[1]);
  if (n > level + 1 && !(level === 0 && h.closest('.problems, .notice')))
    found.push('after h' + level + ' comes ' + say(h));
  if (!h.textContent.trim())
    found.push('an empty heading');
  if (!h.closest('.problems, .notice') || level)
    level = n;
});
all('input:not([type=hidden]), select, textarea').forEach((e) => {
  const named = (e.labels && e.labels.length &&
      Array.from(e.labels).some((l) => l.textContent.trim())) ||
    e.getAttribute('aria-label') || e.getAttribute('aria-labelledby');
  if (!named)
    found.push('without a label: ' + say(e));
});
all('fieldset').forEach((f) => {
  const l = f.querySelector('legend');
  if (!l || !l.textContent.trim())
    found.push('fieldset without a legend: ' + say(f));
});
all('a, button, summary').filter(shown).forEach((e) => {
  if (!e.textContent.trim() && !e.getAttribute('aria-label'))
    found.push('nothing is said on ' + e.outerHTML.slice(0, 80));
  if (e.tagName === 'A' && !e.getAttribute('href'))
    found.push('a link to nowhere: ' + say(e));
});
const ids = all('[id]').map((e) => e.id);
ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) =>
  found.push('twice on the page: #' + id));
['for', 'aria-describedby', 'aria-labelledby'].forEach((a) =>
  all('[' + a + ']').forEach((e) =>
    e.getAttribute(a).split(/\s+/).filter((id) => id && !ids.includes(id))
      .forEach((id) => found.push(a + ' names no #' + id))));
all('a[href^="#"]').forEach((e) => {
  if (!ids.includes(decodeURIComponent(e.hash.slice(1))))
    found.push('nothing is at ' + e.hash);
});
all('img').forEach((e) => {
  if (!e.hasAttribute('alt') || !e.complete || !e.naturalWidth)
    found.push('image ' + e.src);
});
all('button, .button, input:not([type=hidden]), select, textarea, .nav a,' +
    '.tabs a, .pages a, .choice label, summary, .back a, .top a, .bottom a')
  .filter(shown).forEach((e) => {
  const r = e.getBoundingClientRect();
  const tick = e.matches('[type=radio], [type=checkbox]');
  const small = tick || e.closest('.dense') ? 24 : least;
  if (r.width > 0 && (r.height < small - 0.5 || r.width < 24))
    found.push('too small to press: ' + say(e) + ' ' + Math.round(r.width) +
      '×' + Math.round(r.height));
});
all('body *').filter((e) => shown(e) && e.childNodes.length &&
    getComputedStyle(e).overflowY === 'hidden' &&
    !e.closest('.hidden, thead, svg')).forEach((e) =>
  found.push('may be clipped: ' + say(e)));
all('main button, main .button, main .badge, main th, main td, main dd,' +
    'main dt, main label, main a').filter(shown).forEach((e) => {
  if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 &&
      !e.closest('.scroll, pre, .hidden'))
    found.push('wider than its place: ' + say(e));
});

/* Words: none of a code where a sentence belongs, none of the other language,
   and years as the language counts them. */
const texts = [];
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const t = walk.currentNode, e = t.parentElement;
  if (t.data.trim() && !e.closest('script, code, pre, .code, textarea'))
    texts.push([t.data.trim(), e]);
}
all('[aria-label], [placeholder], [title], [data-confirm]').forEach((e) =>
  ['aria-label', 'placeholder', 'title', 'data-confirm'].forEach((a) => {
    if (e.getAttribute(a))
      texts.push([e.getAttribute(a), e]);
  }));
texts.push([document.title.replace('ประตู', ''), root]);
const heads = new Set(keys.map((k) => k.split('.')[0]));
const known = new Set(keys);
texts.forEach(([text, e]) => {
  given.forEach((g) => { text = text.replaceAll(g, ''); });
  const cut = JSON.stringify(text.slice(0, 60));
  if (/\{\d\}/.test(text))
    found.push('a place is left open: ' + cut);
  (text.match(/[A-Za-z0-9@:/._-]+/g) || []).forEach((word) => {
    word = word.replace(/[.:]+$/, '');
    if (known.has(word) && word.includes('.') ||
        /^[a-z]+(-[a-z]+)*\.[a-z][a-z-]*$/.test(word) &&
        heads.has(word.split('.')[0]))
      found.push('not translated: ' + word);
  });
  if (/\b20\d\d-\d\d-\d\d/.test(text))
    found.push('a date as machines write it: ' + cut);
  if (lang === 'en' && /[\u0e01-\u0e5b]/.test(text) &&
      !e.closest('[lang=th], #preview .dense'))
    found.push('Thai on an English page: ' + cut);
  if (lang === 'en' && /(^|[\s(])25[5-9]\d($|[\s,.)])(?!B\.E\.)/.test(text))
    found.push('a year in พ.ศ. on an English page: ' + cut);
  if (lang === 'th' && /(^|[\s(])20[2-4]\d($|[\s,.)])/.test(text))
    found.push('a year in ค.ศ. on a Thai page: ' + cut);
});
all('time').forEach((e) => {
  const year = lang === 'th' ? /25[5-9]\d/ : /20[2-4]\d/;
  if (!e.getAttribute('datetime') || !year.test(e.textContent))
    found.push('time ' + say(e));
});
return found;
"""

# Called after the Tab key, so that the browser shows the focus of what a
# script focuses too.
FOCUS = r"""
const found = [];
Array.from(document.querySelectorAll('a[href], button, input, select,' +
    'textarea, summary, [tabindex="0"]')).forEach((e) => {
  if (!e.checkVisibility() || e.disabled || e.type === 'hidden')
    return;
  e.focus({ preventScroll: true, focusVisible: true });
  if (document.activeElement !== e)
    return;
  const s = getComputedStyle(e);
  if (s.outlineStyle !== 'solid' || parseFloat(s.outlineWidth) < 3)
    found.push('the focus is not seen on ' + e.outerHTML.slice(0, 80));
});
document.activeElement.blur();
return found;
"""

# What has that name, by role, seen, the whole name first.
NAMED = r"""
const [selector, name, within] = arguments;
const plain = (s) => s.replace(/[\s\u200b]+/g, ' ').trim();
const list = Array.from((within || document).querySelectorAll(selector))
  .filter((e) => e.checkVisibility());
const texts = list.map((e) => plain(e.getAttribute('aria-label') ||
  e.textContent));
const wanted = plain(name);
let i = texts.indexOf(wanted);
if (i < 0)
  i = texts.findIndex((t) => t.startsWith(wanted));
return i < 0 ? null : list[i];
"""


class Browser:
    """One person's browser. Everything goes through the pages."""

    def __init__(self, base, lang, width, shots):
        self.base, self.lang, self.width = base, lang, width
        self.shots = Path(os.environ.get("PRATU_SHOTS") or shots)
        self.shots.mkdir(parents=True, exist_ok=True)
        self.given = []  # what people typed: in whatever language
        self.found = []  # what look() saw, as "screen: sentence"
        self.n = 0
        self.prefix = f"{lang}-{width}"
        self.profile = tempfile.TemporaryDirectory(prefix="pratu-chromium.")
        self.driver = self.start()
        self.resize(width)

    def start(self):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for flag in FLAGS:
            options.add_argument(flag)
        options.add_argument(f"--user-data-dir={self.profile.name}")
        options.add_argument(f"--lang={self.lang}")
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = webdriver.Chrome(options=options,
                                  service=Service("/usr/bin/chromedriver"))
        driver.set_page_load_timeout(30)
        driver.set_script_timeout(10)
        return driver

    def close(self):
        self.driver.quit()
        self.profile.cleanup()

    def resize(self, width):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 800, "deviceScaleFactor": 1,
            "mobile": False})

    def js(self, script, *args):
        return self.driver.execute_script(script, *args)

    # Words

    def t(self, key, *args):
        """The text of a key in the page's language."""
        return self.words(self.lang, key, *args)

    @staticmethod
    def words(lang, key, *args):
        text = catalogue(lang)[key]
        for i, arg in enumerate(args):
            text = text.replace(f"{{{i}}}", str(arg))
        return text

    def label(self, code, key):
        """What a procedure's form calls an answer."""
        for section in procedure(code)["form"]:
            for field in section["fields"]:
                if field["key"] == key and "label" in field:
                    return field["label"][self.lang]
        return self.t("answer." + key)

    # Finding

    def named(self, selector, name, within=None, wait=5):
        end = time.monotonic() + wait
        while True:
            try:
                e = self.js(NAMED, selector, name, within)
            except WebDriverException:
                e = None
            if e is not None:
                return e
            if time.monotonic() > end:
                raise AssertionError(
                    f"no {selector} {name!r} on {self.driver.current_url}:\n"
                    + self.text())
            time.sleep(0.05)

    def has(self, selector, name, within=None):
        return self.js(NAMED, selector, name, within) is not None

    def text(self):
        return self.js("return document.body.innerText")

    def heading(self):
        return self.js("return document.querySelector('h1').textContent")

    def group(self, legend, within=None):
        """The fieldset of that legend."""
        e = self.named("legend", legend, within)
        return self.js("return arguments[0].closest('fieldset')", e)

    def field(self, label, within=None):
        e = self.named("label", label, within)
        return self.js("return arguments[0].control", e)

    # Doing

    def click(self, e):
        """Presses; when that leads to another page, until it is there."""
        self.js("arguments[0].scrollIntoView({block: 'center'})", e)
        e.click()
        self.settle()

    def settle(self):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                if self.js("return document.readyState") == "complete":
                    return
            except WebDriverException:
                pass
            time.sleep(0.02)
        raise AssertionError("the page never came")

    def go(self, path):
        self.driver.get(path if "://" in path else self.base + path)

    def press(self, name, within=None, confirm=None):
        """A button or a link of that name; a question is answered."""
        e = self.named("button, a, summary", name, within)
        old = self.driver.find_element(By.TAG_NAME, "html")
        self.js("arguments[0].scrollIntoView({block: 'center'})", e)
        stays = e.tag_name == "summary" or e.get_attribute("data-copy")
        e.click()
        if confirm is not None:
            alert = self.driver.switch_to.alert
            assert alert.text
            alert.accept() if confirm else alert.dismiss()
            stays = stays or not confirm
        if stays:
            return
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                old.is_enabled()
            except StaleElementReferenceException:
                break
            except WebDriverException:
                pass
            time.sleep(0.01)
        else:
            raise AssertionError(f"{name!r} led nowhere")
        self.settle()

    def fill(self, label, value, within=None):
        e = self.field(label, within)
        if e.tag_name == "select":
            Select(e).select_by_visible_text(value)
            return
        assert e.get_attribute("type") not in ("radio", "checkbox")
        e.clear()
        e.send_keys(value)

    def choose(self, legend, *names, within=None):
        """Ticks these choices of the group (a name may be its beginning)."""
        group = self.group(legend, within)
        for name in names:
            tick = self.field(name, group)
            if not tick.is_selected():
                self.js("arguments[0].scrollIntoView({block: 'center'})", tick)
                tick.click()
            assert tick.is_selected(), name

    def tick(self, label, within=None):
        e = self.field(label, within)
        if not e.is_selected():
            self.js("arguments[0].scrollIntoView({block: 'center'})", e)
            e.click()

    def date(self, legend, day, month, year, within=None):
        """year in ค.ศ.; typed as the page's readers count."""
        group = self.group(legend, within)
        boxes = group.find_elements(By.CSS_SELECTOR, "input")
        assert len(boxes) == 2
        for box, value in zip(boxes, (
                day, year + (543 if self.lang == "th" else 0))):
            box.clear()
            box.send_keys(str(value))
        Select(group.find_element(By.TAG_NAME, "select")).select_by_value(
            str(month))

    # Who

    def use_language(self):
        """By the link that every page has."""
        self.go("/")
        name = {"th": "ภาษาไทย", "en": "English"}[self.lang]
        if self.has("a", name):
            self.press(name)

    def sign_in(self, person):
        self.go("/sign-in")
        self.fill(self.t("pages.sign-in.email"), person["email"])
        self.fill(self.t("pages.sign-in.password"), person["password"])
        self.press(self.t("pages.sign-in.button"),
                   self.driver.find_element(By.TAG_NAME, "main"))
        assert self.has("button", self.t("layout.sign-out")), self.text()

    def sign_out(self):
        self.press(self.t("layout.sign-out"))
        assert not [c for c in self.driver.get_cookies()
                    if c["name"] in ("pratu", "__Host-pratu")]

    # Looking

    def shoot(self, name, width):
        """The whole page, with what lies below the window."""
        height = self.js("return document.documentElement.scrollHeight")
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {
            "captureBeyondViewport": True, "optimizeForSpeed": True,
            "clip": {"x": 0, "y": 0, "width": width, "scale": 1,
                     "height": min(height, 12000)}})
        path = self.shots / f"{name}-{width}.png"
        path.write_bytes(base64.b64decode(shot["data"]))

    def look(self, screen, status=200):
        """Everything that this page must keep, at both widths; a picture where
        somebody will look at it. A refusal has its status, which the browser's
        console says too."""
        self.n += 1
        name = f"{self.prefix}-{self.n:02}-{screen}"
        keys = [k for k in catalogue(self.lang) if k]
        found = []
        for width in (DESK, PHONE):
            self.resize(width)
            seen = [f"at {width}: {what}" for what in
                    self.js(LOOK, self.lang, 44, keys, sorted(
                        self.given, key=len, reverse=True))]
            if seen or os.environ.get("PRATU_SHOTS"):
                self.shoot(name, width)
            found += seen
        self.resize(self.width)
        for kind in ("rawKeyDown", "keyUp"):
            self.driver.execute_cdp_cmd("Input.dispatchKeyEvent", {
                "type": kind, "key": "Tab", "code": "Tab",
                "windowsVirtualKeyCode": 9})
        found += self.js(FOCUS)
        said = [m["message"] for m in self.driver.get_log("browser")]
        refused = [m for m in said if f"a status of {status} " in m]
        if status != 200 and len(refused) != 1:
            found.append(f"not refused with {status}")
        found += [f"console: {m}" for m in said if m not in refused]
        self.found += [f"{name} {self.path()}: {what}"
                       for what in dict.fromkeys(found)]

    def path(self):
        return self.driver.current_url.removeprefix(self.base)
