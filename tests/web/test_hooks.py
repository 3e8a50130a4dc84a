"""Other systems that are told of events, at a real server on loopback: signed, in
the order of each request, and to no address that is not allowed."""
import json
import os
import re
import signal
import subprocess
import time

import pytest

from browser import DESK, Browser
from conftest import ROOT, University, wait_until
from hook_server import HookServer
from journey import Desk, good, refusal, wrong_fields
from pages import Web

ALLOWED = "127.0.0.0/8, ::1"


@pytest.fixture
def servers(tmp_path):
    made = []

    def make(**how):
        made.append(HookServer(tmp_path, **how))
        return made[-1]

    yield make
    for server in made:
        server.stop()


class Telling(Desk):
    """A university that may tell these servers; admin is its administrator."""

    def __init__(self, university, *servers, allow=ALLOWED, ports=None):
        super().__init__(university)
        university.stop()
        path = university.dir / "pratu.conf"
        ports = ports or ", ".join(str(s.port) for s in servers)
        lines = [f"ports = {ports}", f"ca_file = {servers[0].cert}"]
        if allow:
            lines.append(f"allow = {allow}")
        path.write_text(path.read_text().split("\n[hooks]")[0]
                        + "\n[hooks]\n" + "\n".join(lines) + "\n")
        university.serve()
        self.server = servers[0]
        self.admin = university.api(university.person("admin"))

    def hook(self, url=None, events=("*",), **more):
        return good(self.admin.post("/hooks", {
            "url": url or self.server.url, "description": "e-Office",
            "events": list(events), **more}), 201)

    def deliveries(self, hook):
        answer = self.admin.get(f"/hooks/{hook['id']}/deliveries")
        return good(answer)["deliveries"]

    def hurry(self):
        """What waits for another attempt is due now."""
        self.change("people", "update hook_delivery set until = 0"
                              " where state = 'waiting' and owner = ''")

    def quiet(self, hook, seconds=60):
        """Until nothing waits any more; its deliveries, oldest first."""
        def done():
            self.hurry()
            return self.store("select id from hook_delivery where"
                              " state = 'waiting'") == []
        wait_until("all to be told", done, seconds)
        return self.store("select * from hook_delivery where hook ="
                          f" '{hook['id']}' order by id")


@pytest.fixture(scope="module")
def universities():
    made = {}
    yield made
    for university in made.values():
        university.remove()


@pytest.fixture
def telling(universities, postgresql, servers):
    """One university for each store, without the hooks of the test before."""
    def make(store="sqlite", **how):
        if store not in universities:
            universities[store] = University(
                postgresql.new_database() if store == "postgresql" else None)
            universities[store].demo()
        desk = Telling(universities[store], servers(), **how)
        desk.change("people", "delete from hook_delivery")
        desk.change("people", "delete from hook")
        return desk
    return make


def told_of(server, no):
    return [t for t in server.taken() if t.body.get("request") == no]


@pytest.mark.both_stores
def test_each_event_is_told_once_signed_and_says_nothing_of_people(
        telling, store):
    desk = telling(store)
    hook = desk.hook()
    words = {"title": "ชื่อเรื่องของฉัน", "purpose": "เพื่อวิจัยเรื่องหนึ่ง"}
    no = desk.icit.until("acceptance", **words)
    desk.quiet(hook)
    events = desk.requester.get(f"/requests/{no}/events")["events"]
    got = told_of(desk.server, no)
    want = [e for e in events if e["type"] != "drafted"]
    assert [t.body["seq"] for t in got] == [e["seq"] for e in want]
    assert [t.body["type"] for t in got] == [e["type"] for e in want]
    assert len({t.id for t in got}) == len(got)
    for t, e in zip(got, want):
        body = t.body
        assert set(body) == {"version", "id", "seq", "request", "office",
                             "type", "at", "state", "outcome", "link"}
        assert body["version"] == 1 and body["id"] == t.id
        assert body["at"] == e["at"] and body["office"] == "ICIT"
        assert body["link"] == f"{desk.university.desk}/requests/{no}"
        assert t.headers["content-type"] == "application/json"
        assert t.signed_by(hook["secret"])
        assert not t.signed_by("whsec_" + "A" * 43 + "=")
    assert got[-1].body["state"] == "acceptance"
    whole = b"".join(t.raw for t in desk.server.got).decode()
    for secret in [*words.values(), "@", desk.requester.name]:
        assert secret not in whole
    # The secret stands nowhere: not in the store, the log, a page or the API.
    kept = desk.store("select secret from hook")[0]["secret"]
    assert hook["secret"] not in kept
    again = desk.admin.get(f"/hooks/{hook['id']}").text
    page = Web(desk.university.desk,
               desk.university.person("admin")).open(f"/hooks/{hook['id']}")
    for text in (again, page.text, desk.university.output(),
                 str(desk.deliveries(hook))):
        assert hook["secret"].removeprefix("whsec_") not in text
    key = desk.university.dir / "people" / "hooks.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.read_text() not in kept


def test_a_hook_is_told_what_it_asked_for_and_nothing_while_it_is_off(telling):
    desk = telling()
    some = desk.hook(events=["submitted", "withdrawn"])
    no = desk.icit.until("intake")
    assert {d["state"] for d in desk.quiet(some)} == {"sent"}
    assert {t.body["type"] for t in desk.server.got} == {"submitted"}
    good(desk.admin.patch(f"/hooks/{some['id']}", {"active": False}))
    desk.requester.ok(no, "withdraw", reason="ไม่ใช้แล้ว")
    good(desk.admin.patch(f"/hooks/{some['id']}", {"active": True}))
    other = desk.icit.until("intake")
    desk.requester.ok(other, "withdraw", reason="ไม่ใช้แล้ว")
    desk.quiet(some)
    assert [t.body["type"] for t in told_of(desk.server, no)] == ["submitted"]
    assert [t.body["type"] for t in told_of(desk.server, other)] == [
        "submitted", "withdrawn"]
    closed = told_of(desk.server, other)[-1].body
    assert (closed["state"], closed["outcome"]) == ("closed", "withdrawn")
    # A draft is its writer's own.
    draft = good(desk.requester.api.post("/requests", {
        "office": "ICIT", "answers": desk.icit.answers(),
        "submit": False}), 201)["no"]
    everything = desk.hook()
    desk.requester.attach(draft)
    desk.quiet(everything)
    assert told_of(desk.server, draft) == []


@pytest.mark.both_stores
def test_the_order_of_a_request_is_kept_while_server_and_courier_fall(
        telling, store, seed):
    desk = telling(store)
    desk.server.answer = lambda told: seed.choice([503, 503, "drop"]) \
        if seed.random() < 1 / 3 else 200
    hook = desk.hook()
    numbers = []
    for i in range(4):
        numbers.append(desk.icit.until("intake"))
        for k in range(3):
            desk.requester.ok(numbers[-1], "message", text=f"{i} {k}")
        desk.hurry()
        if i % 2:
            pid = desk.university.processes()["pratu-courier"]
            os.kill(pid, signal.SIGKILL)
            wait_until("its end", lambda: desk.university.processes().get(
                "pratu-courier") not in (pid, None))
            desk.change("people", "update hook_delivery set until = 0"
                        f" where owner like 'courier-{pid}-%'")
    rows = desk.quiet(hook, 90)
    assert {r["state"] for r in rows} == {"sent"}
    by_id = {}
    for t in desk.server.taken():
        by_id.setdefault(t.id, []).append(t)
    # None lost, and what came twice is the same message.
    assert set(by_id) == {r["message"] for r in rows}
    assert all(len({t.raw for t in v}) == 1 for v in by_id.values())
    for no in numbers:
        first = list(dict.fromkeys(
            t.body["seq"] for t in told_of(desk.server, no)))
        assert len(first) >= 4 and first == sorted(first)
    assert any(t.answered != 200 for t in desk.server.got)


def test_a_silent_hook_keeps_no_other_waiting_and_is_given_up(telling,
                                                              servers):
    desk = telling()
    silent = servers()
    desk = Telling(desk.university, desk.server, silent)
    silent.answer = lambda told: 500
    bad, fine = desk.hook(silent.url), desk.hook()
    no = desk.icit.until("intake")
    wait_until("the other", lambda: len(told_of(desk.server, no)) >= 2)
    waits = []
    for attempt in range(1, 5):
        row = wait_until("an attempt", lambda: [
            r for r in desk.store(
                "select * from hook_delivery where owner = '' and"
                f" hook = '{bad['id']}' and attempts = {attempt}")])[0]
        assert (row["status"], row["answer"]) == (500, "ok")
        waits.append((row["until"] - row["at"]) / 1000)
        desk.hurry()
    assert waits == [10, 20, 40, 80]
    # The next of the request waits for the one before.
    assert len({t.id for t in silent.got}) == 1
    desk.change("people", "update hook_delivery set first = first - 440000000"
                          " where first > 0")
    wait_until("its end", lambda: (desk.hurry(), desk.store(
        "select id from hook_delivery where state = 'failed'"))[1])
    page = Web(desk.university.desk,
               desk.university.person("admin")).open(f"/hooks/{bad['id']}")
    assert "ส่งไม่สำเร็จ" in page.text
    wait_until("the next", lambda: (desk.hurry(), len(
        {t.id for t in silent.got}) == 2)[1])
    # By hand, once more.
    silent.answer = lambda told: 200
    failed = [d for d in desk.deliveries(bad) if d["state"] == "failed"][0]
    good(desk.admin.post(
        f"/hooks/{bad['id']}/deliveries/{failed['id']}/again", {}), 202)
    desk.quiet(bad)
    assert failed["message"] in [t.id for t in silent.taken()]
    assert {r["state"] for r in desk.quiet(fine)} == {"sent"}


def test_one_that_is_gone_is_switched_off(telling):
    desk = telling()
    hook = desk.hook()
    desk.server.answer = lambda told: 410
    desk.icit.until("intake")
    wait_until("the end", lambda: not good(desk.admin.get(
        f"/hooks/{hook['id']}"))["active"])
    assert good(desk.admin.get(f"/hooks/{hook['id']}"))["off"] == "gone"
    told = len(desk.server.got)
    desk.icit.until("intake")
    desk.hurry()
    time.sleep(0.7)
    assert len(desk.server.got) == told == 1
    page = Web(desk.university.desk,
               desk.university.person("admin")).open(f"/hooks/{hook['id']}")
    assert "410" in page.text


def test_two_secrets_while_one_is_changed(telling):
    desk = telling()
    hook = desk.hook()
    new = good(desk.admin.post(f"/hooks/{hook['id']}/secret", {}), 201)
    assert new["secret"] != hook["secret"] and new["old_secret_until"]
    good(desk.admin.post(f"/hooks/{hook['id']}/test", {}), 202)
    desk.quiet(hook)
    told, = desk.server.got
    assert told.body["type"] == "test" and "request" not in told.body
    assert told.signed_by(hook["secret"]) and told.signed_by(new["secret"])
    desk.change("people", "update hook set old_until = 1")
    good(desk.admin.post(f"/hooks/{hook['id']}/test", {}), 202)
    desk.quiet(hook)
    told = desk.server.got[-1]
    assert told.signed_by(new["secret"]) and not told.signed_by(hook["secret"])


def examples():
    text = (ROOT / "docs" / "HOOKS.md").read_text()
    return {kind: re.search(f"```{kind}\n(.*?)```", text, re.S).group(1)
            for kind in ("python", "sh", "json")}


def test_the_examples_of_the_documents_hold(telling, tmp_path):
    desk = telling()
    hook = desk.hook()
    desk.icit.until("intake")
    desk.quiet(hook)
    told = desk.server.got[-1]
    assert set(json.loads(examples()["json"])) == set(told.body)
    names = {}
    exec(examples()["python"], names)  # pylint: disable=exec-used
    check = names["is_from_pratu"]
    assert check(hook["secret"], told.headers, told.raw)
    assert not check(hook["secret"], told.headers, told.raw + b" ")
    assert not check(hook["secret"], told.headers, told.raw,
                     now=time.time() + 400)

    def shell(raw):
        (tmp_path / "body").write_bytes(raw)
        return subprocess.run(
            ["sh", "-c", examples()["sh"]], cwd=tmp_path, text=True,
            capture_output=True, check=False, env=os.environ | {
                "SECRET": hook["secret"], "ID": told.id,
                "STAMP": told.headers["webhook-timestamp"],
                "SIGNATURE": told.headers["webhook-signature"]}).stdout
    assert shell(told.raw) == "good\n"
    assert shell(told.raw + b" ") == "bad\n"


def test_without_its_key_the_page_says_so(telling):
    desk = telling()
    hook = desk.hook()
    (desk.university.dir / "people" / "hooks.key").unlink()
    good(desk.admin.post(f"/hooks/{hook['id']}/test", {}), 202)
    row = wait_until("an attempt", lambda: [
        d for d in desk.deliveries(hook) if d["at"]])[0]
    assert "hooks.key" in row["answer"] and row["state"] == "waiting"
    assert desk.server.got == []
    good(desk.admin.post(f"/hooks/{hook['id']}/secret", {}), 201)
    assert {r["state"] for r in desk.quiet(hook)} == {"sent"}


# Addresses.

LOOPBACKS = ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1",
             "017700000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]",
             "[::ffff:7f00:1]", "localhost", "localhost.", "x.localhost",
             "0.0.0.0", "0", "[::]", "127.0.0.1.", "[64:ff9b::7f00:1]"]
PRIVATE = ["10.0.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
           "100.64.0.1", "224.0.0.1", "255.255.255.255", "[fe80::1]",
           "[fc00::1]", "[ff02::1]", "[2002:7f00:1::]", "198.18.0.1",
           "[::ffff:10.0.0.1]", "[::10.0.0.1]", "192.0.2.1"]


def test_private_addresses_are_refused_when_they_are_entered(telling):
    desk = telling(allow=None, ports="443, 8443")
    for host in LOOPBACKS + PRIVATE:
        answer = desk.admin.post("/hooks", {
            "url": f"https://{host}/x", "description": "x", "events": ["*"]})
        problem = refusal(answer, 422, "invalid")
        assert wrong_fields(problem) == {"url": "hook-address"}, host
    for url, code in [("http://example.org/", "hook-https"),
                      ("https://example.org:22/", "hook-port"),
                      ("ftp://example.org/", "hook-url"),
                      ("https://u:p@example.org/", "hook-url"),
                      ("https://example.org/#x", "hook-url"),
                      ("https://exa mple.org/", "hook-url"),
                      ("https://example.org:99999/", "hook-url"),
                      ("https://[::1/", "hook-url"),
                      ("https:///x", "hook-url"),
                      ("https://example.org\\@127.0.0.1/", "hook-url"),
                      ("file:///etc/passwd", "hook-url"), ("", "required"),
                      ("https://example.org/" + "x" * 500, "hook-url")]:
        problem = refusal(desk.admin.post("/hooks", {
            "url": url, "description": "x", "events": ["*"]}), 422, "invalid")
        assert problem["errors"][0]["code"] == code, url
    assert desk.store("select id from hook") == []
    # Public ones may be entered, private ones where they are allowed.
    desk.hook("https://eoffice.example.org:8443/told?for=pratu")
    desk = Telling(desk.university, desk.server, allow="10.0.0.0/8",
                   ports="443, 80")
    desk.hook("https://10.1.2.3/x")
    desk.hook("http://10.1.2.3/x")
    refusal(desk.admin.post("/hooks", {
        "url": "https://192.168.1.1/", "description": "x",
        "events": ["*"]}), 422, "invalid")


def test_the_address_is_looked_at_when_the_socket_opens(telling, servers):
    """A name is nobody's until it is resolved; a redirect is not followed."""
    desk = telling()
    here, open_ = desk.server, servers(tls=False)
    desk = Telling(desk.university, here, open_)
    named, plain = desk.hook(), desk.hook(open_.url)
    both = [named, plain]
    # Nothing is allowed any more: what is entered already is refused now.
    desk = Telling(desk.university, here, open_, allow="10.0.0.0/8")
    for hook, host in zip(both, [f"https://localhost:{here.port}",
                                 f"http://0x7f.1:{open_.port}"]):
        desk.change("people", f"update hook set url = '{host}/told'"
                              f" where id = '{hook['id']}'")
        good(desk.admin.post(f"/hooks/{hook['id']}/test", {}), 202)
        row = wait_until("an attempt", lambda: [
            d for d in desk.deliveries(hook) if d["at"]])[0]
        assert row["answer"] == "address not allowed"
        assert (row["status"], row["state"]) == (0, "waiting")
    assert here.got == open_.got == []
    # Allowed again, but a redirect leads nowhere.
    desk = Telling(desk.university, here, open_)
    target = f"http://127.0.0.1:{open_.port}/secret"
    here.answer = lambda told: (302, {"Location": target})
    desk.hurry()
    row = wait_until("an answer", lambda: (desk.hurry(), [
        d for d in desk.deliveries(named) if d["status"]])[1])[0]
    assert (row["status"], row["state"]) == (302, "waiting")
    assert "/secret" not in [t.path for t in open_.got]
    # An answer of more than 64 KiB is not read to its end.
    here.answer = lambda told: b"x" * (10 << 20)
    assert {r["state"] for r in desk.quiet(named)} == {"sent"}
    assert desk.deliveries(named)[0]["answer"].startswith("xxx")


def test_no_proxy_of_the_environment_is_asked(telling, servers):
    proxy = servers(tls=False)
    names = ("https_proxy", "HTTPS_PROXY", "all_proxy", "http_proxy")
    before = {n: os.environ.get(n) for n in names}
    os.environ.update({n: f"http://127.0.0.1:{proxy.port}" for n in names})
    try:
        desk = telling()
    finally:
        for n, value in before.items():
            os.environ.pop(n)
            if value is not None:
                os.environ[n] = value
    hook = desk.hook()
    good(desk.admin.post(f"/hooks/{hook['id']}/test", {}), 202)
    desk.quiet(hook)
    assert len(desk.server.got) == 1 and proxy.got == []


def test_administrators_alone_and_the_demo_tells_nobody(telling, tmp_path):
    desk = telling()
    hook = desk.hook()
    for person in (desk.requester, desk.icit.director, desk.icit.records):
        for method, path in [("get", "/hooks"), ("post", "/hooks"),
                             ("get", f"/hooks/{hook['id']}"),
                             ("patch", f"/hooks/{hook['id']}"),
                             ("delete", f"/hooks/{hook['id']}"),
                             ("post", f"/hooks/{hook['id']}/secret"),
                             ("post", f"/hooks/{hook['id']}/test"),
                             ("get", f"/hooks/{hook['id']}/deliveries")]:
            more = [{}] if method in ("post", "patch") else []
            answer = getattr(person.api, method)(path, *more)
            assert answer.status_code == 403, (method, path)
    refusal(desk.admin.get("/hooks/nobody"), 404, "not-found")
    refusal(desk.admin.post(
        f"/hooks/{hook['id']}/deliveries/1/again", {}), 404, "not-found")
    desk.university.stop()
    desk.university.demo()
    assert desk.admin.get("/hooks").json()["enabled"] is False
    good(desk.admin.post(f"/hooks/{hook['id']}/test", {}), 202)
    time.sleep(1)
    assert desk.server.got == []
    assert desk.admin.delete(f"/hooks/{hook['id']}").status_code == 204
    assert desk.store("select id from hook_delivery") == []


def test_what_is_wrong_with_the_settings_is_said(cli, tmp_path):
    conf = tmp_path / "pratu.conf"
    for line in ("ports = 0", "ports = https", "ports = 443,",
                 "allow = 10.0.0.1/8", "allow = example.org"):
        conf.write_text(f"[hooks]\n{line}\n")
        done = cli("check-config", "--config", conf)
        name = line.split(" ")[0]
        assert done.returncode == 3, line
        assert f'the value of "hooks.{name}"' in done.stderr, done.stderr


def test_the_pages(telling):
    desk = telling()
    admin = Web(desk.university.desk, desk.university.person("admin"))
    page = admin.open("/hooks")
    assert "ยังไม่มีระบบที่รับแจ้ง" in page.text
    page = admin.send(page, "/hooks", description="",
                      url=f"https://10.0.0.1:{desk.server.port}/",
                      events=["submitted"])
    assert page.status == 422 and "เครือข่ายภายใน" in page.text
    page = admin.send(page, "/hooks", description="e-Office",
                      url=desk.server.url, events=["submitted", "withdrawn"])
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", page.text).group()
    assert f'value="{desk.server.url}"' not in page.source
    hook = desk.admin.get("/hooks").json()["hooks"][0]
    assert hook["events"] == ["submitted", "withdrawn"]
    page = admin.open(f"/hooks/{hook['id']}")
    assert secret not in page.text
    page = admin.send(page, f"/hooks/{hook['id']}/test")
    desk.quiet(hook)
    assert desk.server.got[0].signed_by(secret)
    page = admin.open(f"/hooks/{hook['id']}")
    assert "ส่งแล้ว" in page.text
    page = admin.send(page, f"/hooks/{hook['id']}/again",
                      delivery=str(desk.deliveries(hook)[0]["id"]))
    desk.quiet(hook)
    assert len(desk.server.got) == 2
    assert desk.server.got[0].id == desk.server.got[1].id
    page = admin.send(page, f"/hooks/{hook['id']}", description="อื่น",
                      url=desk.server.url, events=["*"])
    changed = desk.admin.get(f"/hooks/{hook['id']}").json()
    assert (changed["description"], changed["events"], changed["active"]) == (
        "อื่น", ["*"], True)
    page = admin.send(admin.open(f"/hooks/{hook['id']}"),
                      f"/hooks/{hook['id']}/secret")
    assert re.search(r"whsec_[A-Za-z0-9+/=]+", page.text).group() != secret
    admin.send(page, f"/hooks/{hook['id']}/remove")
    assert desk.admin.get("/hooks").json()["hooks"] == []


@pytest.mark.parametrize("lang", ["th", "en"])
def test_the_pages_in_a_browser(telling, tmp_path, lang):
    desk = telling()
    b = Browser(desk.university.desk, lang, DESK, tmp_path)
    try:
        b.use_language()
        b.sign_in(desk.university.person("admin"))
        b.go("/hooks")
        b.look("empty")
        b.fill(b.t("hooks.description"), "e-Office")
        b.fill(b.t("hooks.url"), desk.server.url)
        b.given = ["e-Office", desk.server.url]
        b.choose(b.t("hooks.events"), b.t("hooks.event.submitted"))
        b.press(b.t("hooks.add"))
        b.look("secret")
        hook, = desk.admin.get("/hooks").json()["hooks"]
        no = desk.icit.until("intake")
        desk.quiet(hook)
        desk.server.answer = lambda told: 500
        good(desk.admin.post(f"/hooks/{hook['id']}/test", {}), 202)
        wait_until("an attempt", lambda: desk.deliveries(hook)[0]["at"])
        b.go(f"/hooks/{hook['id']}")
        assert no in b.text() and b.t("hooks.state.waiting") in b.text()
        b.look("hook")
        assert b.found == []
    finally:
        b.close()
