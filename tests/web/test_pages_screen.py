"""The desk's pages on screens: as wide as they are, errors first, the keyboard
alone."""
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from page_forms import AGGREGATE, answers, Reader
from page_forms import draft, requester  # noqa: F401


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
