#!/usr/bin/python3
"""The parts of pages in a real browser: gallery.py GALLERY

Serves what the program GALLERY writes, with the policy of the site, and looks
at every page in both languages, both themes and four widths. Needs chromium,
chromedriver and python3-selenium."""
import functools
import html.parser
import http.server
import os
import re
import subprocess
import sys
import tempfile
import threading

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; "
          "img-src 'self'; font-src 'self'; connect-src 'self'; "
          "form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
VOID = {'area', 'br', 'col', 'hr', 'img', 'input', 'link', 'meta', 'wbr',
        'circle', 'path', 'rect'}
number = 0
failed = 0


def check(name, problems):
    global number, failed
    number += 1
    failed += bool(problems)
    print(f'{"not ok" if problems else "ok"} {number} - {name}')
    for p in problems[:20]:
        print(f'# {p}')
    sys.stdout.flush()


class Server(http.server.SimpleHTTPRequestHandler):
    posts = []

    def end_headers(self):
        self.send_header('Content-Security-Policy', POLICY)
        super().end_headers()

    def guess_type(self, path):
        return {'.woff2': 'font/woff2', '.js': 'text/javascript'}.get(
            os.path.splitext(path)[1], super().guess_type(path))

    def do_POST(self):
        Server.posts.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        pass


class Page(html.parser.HTMLParser):
    """Balance of elements, ids, and what points to them."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.problems = [], []
        self.ids, self.refs, self.headings = [], [], []

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if len(a) != len(attrs):
            self.problems.append(f'<{tag}> has an attribute twice')
        if 'id' in a:
            self.ids.append(a['id'])
        self.refs += [a['for']] if 'for' in a else []
        for name in ('aria-describedby', 'aria-labelledby'):
            self.refs += a.get(name, '').split()
        if a.get('href', '').startswith('#'):
            self.refs.append(a['href'][1:])
        if tag == 'h1':
            self.headings.append(tag)
        if tag == 'img' and 'alt' not in a:
            self.problems.append('<img> without alt')
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f'</{tag}> at {self.getpos()}')


def check_html(folder, names):
    problems = []
    for name in names:
        with open(f'{folder}/{name}', encoding='utf-8') as f:
            text = f.read()
        page = Page()
        page.feed(text)
        found = list(page.problems)
        if page.open:
            found.append(f'never closed: {page.open}')
        if len(set(page.ids)) != len(page.ids):
            found.append('an id stands twice')
        found += [f'nothing is called {r}' for r in page.refs
                  if r not in page.ids]
        if len(page.headings) != 1:
            found.append(f'{len(page.headings)} h1')
        if re.search(r'\sstyle=|\son[a-z]+=|<style|<script>', text):
            found.append('something inline')
        problems += [f'{name}: {p}' for p in found]
    check(f'{len(names)} pages are well formed', problems)


TOO_WIDE = '''
return [document.documentElement.scrollWidth, window.innerWidth,
  Array.from(document.querySelectorAll('body *')).filter(function (e) {
    return e.getBoundingClientRect().right > window.innerWidth + 1 &&
      !e.closest('.scroll, pre, .hidden, .skip, thead');
  }).slice(0, 3).map(function (e) {
    return e.tagName + '.' + e.className;
  })];'''

TOO_SMALL = '''
var least = arguments[0];
return Array.from(document.querySelectorAll(
  'button, .button, input:not([type=hidden]), select, textarea, .nav a,' +
  '.tabs a, .pages a, .choice label, summary, .back a, .top a, .bottom a'))
  .filter(function (e) {
    var r = e.getBoundingClientRect();
    var small = e.matches('[type=radio], [type=checkbox]') ? 32 : least;
    return r.width > 0 && (r.height < small - 0.5 || r.width < 24);
  }).map(function (e) {
    var r = e.getBoundingClientRect();
    return e.tagName + ' ' + (e.className || e.type) + ' ' +
      Math.round(r.width) + 'x' + Math.round(r.height);
  });'''

CLIPPED = '''
return Array.from(document.querySelectorAll('body *')).filter(function (e) {
  var s = getComputedStyle(e);
  return e.childNodes.length && s.overflowY === 'hidden' &&
    !e.closest('.hidden, thead, svg');
}).map(function (e) { return e.tagName + '.' + e.className; });'''

FONTS = '''
var done = arguments[0];
document.fonts.ready.then(function () {
  done(Array.from(document.fonts).filter(function (f) {
    return f.status === 'loaded';
  }).length);
});'''


def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = '/usr/bin/chromium'
    for a in ('--headless=new', '--no-sandbox', '--disable-dev-shm-usage',
              '--disable-gpu', '--no-first-run', '--disable-sync',
              '--disable-background-networking', '--disable-component-update'):
        options.add_argument(a)
    options.set_capability('goog:loggingPrefs', {'browser': 'ALL'})
    return webdriver.Chrome(options=options,
                            service=Service('/usr/bin/chromedriver'))


def resize(driver, width):
    driver.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', {
        'width': width, 'height': 800, 'deviceScaleFactor': 1,
        'mobile': False})


def check_widths(driver, base, names):
    wide, small, clipped = [], [], []
    for name in names:
        driver.get(f'{base}/{name}')
        for width in (320, 360, 700, 1280):
            resize(driver, width)
            scroll, window, what = driver.execute_script(TOO_WIDE)
            if scroll > window or what:
                wide.append(f'{name} at {width}: {scroll} {what}')
            if width == 360:
                small += [f'{name}: {s}' for s in
                          driver.execute_script(TOO_SMALL, 44)]
                clipped += [f'{name}: {s}' for s in
                            driver.execute_script(CLIPPED)]
    check('no page scrolls sideways from 320 px on', wide)
    check('what is pressed is 44 px high', small)
    check('nothing hides what stands over its line', clipped)


def check_script(driver, base):
    driver.get(f'{base}/wrong-th.html')
    loaded = driver.execute_async_script(FONTS)
    check('the fonts are the own ones', [] if loaded == 4 else [str(loaded)])
    focus = driver.execute_script('return document.activeElement.className')
    check('the list of errors has the focus',
          [] if focus == 'problems' else [str(focus)])
    driver.find_element(By.CSS_SELECTOR, '.problems a').click()
    focus = driver.execute_script('return document.activeElement.id')
    check('its link leads to the field',
          [] if focus == 'f-purpose' else [str(focus)])
    area = driver.find_element(By.ID, 'f-purpose')
    area.send_keys('ก้' * 3)
    driver.implicitly_wait(0)
    text = ''
    for _ in range(50):
        text = driver.find_element(By.ID, 'f-purpose-count').text
        if '1994' in text:
            break
        driver.execute_async_script('setTimeout(arguments[0], 50)')
    check('characters are counted', [] if '1994' in text else [text])
    sql = driver.find_element(By.ID, 'f-sql').get_property('value')
    check('a textarea keeps its first line end',
          [] if sql.startswith('\nselect') else [repr(sql)])


def check_sending(driver, base):
    driver.get(f'{base}/form-en.html')
    Server.posts.clear()
    button = driver.find_element(By.CSS_SELECTOR, 'main .buttons button')
    for _ in range(3):
        driver.execute_script('arguments[0].click()', button)
    driver.execute_async_script('setTimeout(arguments[0], 300)')
    check('nothing is sent twice',
          [] if Server.posts == ['/requests'] else [str(Server.posts)])
    driver.get(f'{base}/case-en.html')
    Server.posts.clear()
    danger = driver.find_element(By.CSS_SELECTOR, '.danger')
    danger.click()
    alert = driver.switch_to.alert
    text = alert.text
    alert.dismiss()
    driver.execute_async_script('setTimeout(arguments[0], 200)')
    first = list(Server.posts)
    danger.click()
    driver.switch_to.alert.accept()
    driver.execute_async_script('setTimeout(arguments[0], 300)')
    check('a grave act is asked about', [] if text and not first and
          len(Server.posts) == 1 else [text, str(first), str(Server.posts)])


def check_copy(driver, base):
    driver.get(f'{base}/rest-en.html')
    driver.execute_cdp_cmd('Browser.grantPermissions', {
        'permissions': ['clipboardReadWrite', 'clipboardSanitizedWrite'],
        'origin': base})
    driver.find_element(By.CSS_SELECTOR, '[data-copy=secret]').click()
    got = driver.execute_async_script(
        'navigator.clipboard.readText().then(arguments[0], arguments[0])')
    check('the secret can be copied',
          [] if str(got).startswith('prk_') else [str(got)])


def check_files(driver, base, folder):
    driver.get(f'{base}/form-en.html')
    large = os.path.join(folder, 'large.pdf')
    with open(large, 'wb') as f:
        f.truncate((25 << 20) + 1)
    field = driver.find_element(By.ID, 'f-file')
    field.send_keys(large)
    told = driver.find_element(By.CSS_SELECTOR, '[role=alert]').text
    check('a file that is too large is told and taken out',
          [] if 'large.pdf' in told and '25' in told and
          not field.get_property('value') else [told])


def check_themes(driver, base):
    def ground(page, scheme, media=''):
        driver.execute_cdp_cmd('Emulation.setEmulatedMedia', {
            'media': media, 'features': [
                {'name': 'prefers-color-scheme', 'value': scheme}]})
        driver.get(f'{base}/{page}.html')
        colour = driver.execute_script(
            'return getComputedStyle(document.documentElement)'
            '.getPropertyValue("--ground")')
        return 'dark' if colour.strip() == '#12151f' else 'light'
    problems = [f'{case} is not {want}' for case, want in (
        (('case-th', 'dark'), 'dark'), (('case-th', 'light'), 'light'),
        (('case-th-light', 'dark'), 'light'),
        (('case-th-dark', 'light'), 'dark'),
        (('case-th-dark', 'dark', 'print'), 'light'),
    ) if ground(*case) != want]
    driver.execute_cdp_cmd('Emulation.setEmulatedMedia', {
        'media': '', 'features': []})
    check('the theme is the reader\'s, and paper is light', problems)


def check_keyboard(driver, base):
    driver.get(f'{base}/case-th.html')
    resize(driver, 1280)
    body = driver.find_element(By.TAG_NAME, 'body')
    body.send_keys(Keys.TAB)
    first = driver.switch_to.active_element
    problems = []
    if 'skip' not in first.get_attribute('class'):
        problems.append('the skip link is not first')
    elif first.rect['y'] < 0:
        problems.append('the skip link is not seen')
    for _ in range(40):
        e = driver.switch_to.active_element
        if e.tag_name == 'body':
            break
        style = driver.execute_script(
            'var s = getComputedStyle(arguments[0]);'
            'return s.outlineWidth + " " + s.outlineStyle + s.boxShadow', e)
        if not style.startswith('3px solid') or '6px' not in style:
            problems.append(f'{e.tag_name} {e.text!r}: {style}')
        e.send_keys(Keys.TAB)
    check('the focus is seen on every stop', problems)


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], folder], check=True)
        names = sorted(n for n in os.listdir(folder) if n.endswith('.html'))
        check_html(folder, names)
        server = http.server.ThreadingHTTPServer(
            ('127.0.0.1', 0), functools.partial(Server, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f'http://127.0.0.1:{server.server_port}'
        driver = browser()
        try:
            driver.set_script_timeout(10)
            check_widths(driver, base, [n for n in names if 'light' in n])
            check_script(driver, base)
            check_sending(driver, base)
            check_copy(driver, base)
            check_files(driver, base, folder)
            check_themes(driver, base)
            check_keyboard(driver, base)
            log = [e['message'] for e in driver.get_log('browser')
                   if 'favicon' not in e['message']]
            check('the console is empty', log)
        finally:
            driver.quit()
            server.shutdown()
    print(f'1..{number}')
    return 1 if failed else 0


sys.exit(main())
