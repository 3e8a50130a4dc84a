"""A table that is sent in, in a real browser: a file that lists people finds the way
there, is sent with its progress, read, looked at, put right and sent again."""
import os
import time
from pathlib import Path

import pytest
import requests

from browser import DESK, Browser
from conftest import wait_until
from journey import Desk, good
from test_brought import STUDENTS, state_of, table, ticket


class Sender:
    def __init__(self, desk, lang, folder):
        self.desk, self.asks = desk, desk.requester
        self.no = desk.icit.new(submit=False)["no"]
        self.b = Browser(desk.university.desk, lang, DESK, Path(
            os.environ.get("PRATU_SHOTS") or folder))
        self.t = self.b.t
        answers = desk.icit.answers()
        self.b.given = [answers["title"], answers["purpose"],
                        answers["detail"], self.asks.name,
                        *self.asks.name.split(), "นักศึกษา.csv",
                        "แก้แล้ว.csv", "รายงาน.pdf", *STUDENTS[0],
                        *(s[1] for s in STUDENTS[1:]), "2026-11-20",
                        self.asks.request(self.no)["title"]]
        self.wrong = self.file(folder, "นักศึกษา.csv", table(bad=1))
        self.right = self.file(folder, "แก้แล้ว.csv", table())
        self.paper = self.file(folder, "รายงาน.pdf", b"%PDF-1.7\n1 0 obj\n")

    @staticmethod
    def file(folder, name, content):
        path = Path(folder) / name
        path.write_bytes(content)
        return path

    def uploads(self):
        return self.asks.get(f"/requests/{self.no}/uploads")["uploads"]

    def wait_read(self):
        wait_until("the page says that it was read", lambda:
                   not self.b.js("return document.querySelector("
                                 "'[data-watch]')") and
                   self.b.js("return document.readyState") == "complete",
                   seconds=30)

    def is_asked(self):
        """A list of people is not attached; the page leads on."""
        b = self.b
        b.go(f"/requests/{self.no}")
        b.field(self.t("case.attach")).send_keys(str(self.wrong))
        b.choose(self.t("brought.people"), self.t("brought.people-yes"))
        b.press(self.t("case.attach-button"))
        b.look("people-refused", 422)
        assert self.t("brought.people-title") in b.text()
        b.press(self.t("brought.send"))
        b.look("tables")

    def send(self, path, name):
        b = self.b
        n = len(self.uploads())
        b.field(self.t("brought.choose")).send_keys(str(path))
        b.press(self.t("brought.send"))
        assert b.heading() == path.name
        self.wait_read()
        b.look(name)
        assert len(self.uploads()) == n + 1

    def looks(self):
        b = self.b
        b.press(self.t("brought.look-open"))
        b.look("table-rows")
        for seen in ("C2", "31/02/2546", STUDENTS[1][1],
                     "1 มี.ค. 2546" if b.lang == "th" else "1 Mar 2003",
                     self.t("brought.has-wrong", 30, 1)):
            assert seen in b.text(), seen

    def is_handed_a_copy(self):
        """The page says when, the gate having told it."""
        b, one = self.b, self.uploads()[0]["id"]
        assert self.asks.api.get(f"/requests/{self.no}/uploads/{one}/corrected"
                                 ).status_code == 200
        wait_until("it is told", lambda: "returned" in [
            e["type"] for e in self.asks.get(
                f"/requests/{self.no}/events")["events"]])
        b.go(f"/requests/{self.no}/tables/{one}")
        b.look("table-handed")
        assert self.t("brought.handed") in b.text()

    def chooses(self):
        b = self.b
        b.js("arguments[0].value = 'text'", b.js(
            "return Array.from(document.querySelectorAll('select')).find("
            "s => s.name.endsWith('.check') && s.value === 'date')"))
        b.press(self.t("brought.read-again"))
        self.wait_read()
        assert self.t("brought.all-good", 30) in b.text()

    def sends_again(self):
        b = self.b
        b.press(self.t("brought.again"))
        self.send(self.right, "table-right")
        first = self.uploads()[0]
        assert first["replaces"] and first["found"]["wrong"] == 0
        b.press(self.t("brought.compare"))
        b.look("table-difference")
        assert self.t("brought.rows-changed") in b.text()

    def sends_what_is_none(self):
        b = self.b
        b.go(f"/requests/{self.no}/tables")
        self.send(self.paper, "table-refused")
        assert self.t("brought.refused") in b.text()
        assert self.uploads()[0]["state"] == "refused"

    def is_read_on_its_way(self):
        """What was read between the page and its first question is shown."""
        b = self.b
        told = good(ticket(self.asks, self.no, self.right.name), 201)
        asked = {"urls": ["*/api/v1/*"]}
        b.driver.execute_cdp_cmd("Network.enable", {})
        b.driver.execute_cdp_cmd("Network.setBlockedURLs", asked)
        b.go(f"/requests/{self.no}/tables/{told['id']}")
        assert requests.put(told["url"], data=table(),
                            timeout=60).status_code == 201
        wait_until("it is read", lambda: state_of(
            self.asks, self.no, told["id"])["state"] == "read")
        b.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
        self.wait_read()
        assert self.t("brought.all-good", 30) in b.text()

    def without_a_script(self):
        """In two steps; the gate leads back to the table's page."""
        b = self.b
        b.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled",
                                 {"value": True})
        b.go(f"/requests/{self.no}/tables")
        b.driver.find_element("id", "f-name").send_keys("แก้แล้ว.csv")
        b.driver.find_element("css selector", "[data-send] button").click()
        time.sleep(1)
        b.driver.find_element("id", "f-table").send_keys(str(self.right))
        b.driver.find_element("css selector", "form[enctype] button").click()
        time.sleep(1)
        b.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled",
                                 {"value": False})
        one = self.uploads()[0]
        assert b.driver.current_url.endswith(
            f"/requests/{self.no}/tables/{one['id']}")
        wait_until("it is read", lambda: state_of(
            self.asks, self.no, one["id"])["state"] == "read")

    def card(self):
        b = self.b
        b.go(f"/requests/{self.no}")
        b.look("case-tables")
        assert b.text().count("แก้แล้ว.csv") >= 2
        assert self.t("brought.copy-sha256") in b.text()


@pytest.mark.parametrize("lang", ["th", "en"])
def test_a_table_is_sent_in(make_university, lang, tmp_path):
    s = Sender(Desk(make_university()), lang, tmp_path)
    try:
        s.b.use_language()
        s.b.sign_in(next(p for p in s.desk.university.facts["people"]
                         if p["email"] == s.asks.email))
        s.is_asked()
        s.send(s.wrong, "table-wrong")
        s.looks()
        s.is_handed_a_copy()
        s.chooses()
        s.sends_again()
        s.sends_what_is_none()
        s.is_read_on_its_way()
        s.without_a_script()
        s.card()
        assert not s.b.found, "\n".join(s.b.found)
    finally:
        s.b.close()
