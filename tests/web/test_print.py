"""A procedure on paper: every sheet that the browser prints says which text it is,
and which page of how many, in the procedure's own words."""
import base64
import re
import subprocess

import pytest

import yaml

from browser import Browser
from conftest import ROOT

PAGES = {("ICIT-QP-9001-24", "th"): "หน้าที่ : {} จาก {}",
         ("ICIT-QP-9001-24", "en"): "Page {} of {}",
         ("W-REG6-001", "th"): "Page {} of {}",
         ("W-REG6-001", "en"): "Page {} of {}"}


def printed(browser, path):
    """The text of each sheet, blanks made one, as poppler reads it."""
    pdf = base64.b64decode(browser.driver.execute_cdp_cmd(
        "Page.printToPDF", {"preferCSSPageSize": True})["data"])
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", path, "-"], check=True,
                          stdout=subprocess.PIPE)
    sheets = done.stdout.decode().split("\f")
    assert sheets.pop().strip() == ""
    # Poppler puts blanks after raised marks.
    return [re.sub(r"\s+(?=[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e])", "",
                   re.sub(r"\s+", " ", s)) for s in sheets]


def tight(text):
    """Without blanks; a vowel as NFKC takes it apart."""
    return re.sub(r"\s", "", text).replace("\u0e33", "\u0e4d\u0e32")


def told(code):
    """The procedure's file."""
    return next(p for p in (yaml.safe_load(f.read_text()) for f in
                            (ROOT / "procedures").glob("*.yaml"))
                if p["code"] == code)


WORDS = {"th": "แก้ไขครั้งที่", "en": "Revision"}
STATUS = {"th": "ฉบับทางการ", "en": "Official"}


@pytest.mark.parametrize("lang", ["th", "en"])
def test_each_sheet_has_its_number(university, tmp_path, lang):
    browser = Browser(university.desk, lang, 1280, tmp_path)
    try:
        for code in ("ICIT-QP-9001-24", "W-REG6-001"):
            browser.driver.get(
                f"{university.desk}/procedures/{code}?lang={lang}")
            sheets = printed(browser, tmp_path / f"{code}.pdf")
            assert len(sheets) > 2, "a document of several sheets"
            revision = told(code)["revision"]
            for i, text in enumerate(sheets, 1):
                want = PAGES[code, lang].format(i, len(sheets))
                assert tight(want) in tight(text), (i, text[-300:])
                # It stands beside the notice, whose lines it parts.
                text = tight(text).replace(tight(want), "")
                # Poppler knows no blanks of Thai for sure.
                for said in (code, WORDS[lang] + revision, STATUS[lang]):
                    assert tight(said) in text, (i, said, text[:400])
                for key in ("title", "class", "notice"):
                    said = told(code).get(key, {}).get(lang, "")
                    assert tight(said) in text, (i, said, text)
    finally:
        browser.close()


def test_the_style_is_the_procedures_own_and_cannot_break_out(university):
    api = university.api()
    for (code, lang), words in PAGES.items():
        r = api.session.get(f"{university.desk}/procedures/{code}/print.css"
                            f"?lang={lang}", timeout=30)
        assert r.status_code == 200
        assert r.headers["Content-Type"] == "text/css; charset=utf-8"
        begin = words.split(" ")[0]
        assert f'content: "{begin} ' in r.text
        # Three parts of the label, two strings, a font in each of three boxes:
        # nothing got out of its own.
        assert r.text.count("{") == r.text.count("}") == 4
        assert r.text.count('"') == 2 * (3 + 2 + 3)
    r = api.session.get(f"{university.desk}/procedures/NONE/print.css",
                        timeout=30)
    assert r.status_code == 404
