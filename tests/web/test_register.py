"""The register of an office: its columns, their order and their titles are the
procedure's, shown with an office and a procedure that Pratu does not ship."""
import csv
import io
import re
import zipfile

import pytest

from acts import icit_answers, registrar_answers
from conftest import ROOT, Api, Place
from journey import YEAR, good
from pages import Web
import test_import
from test_import import load, write

UNITS = """\
code,name_th,name_en,parent,kind,procedure
UNI,มหาวิทยาลัยตัวอย่าง,Sample University,,university,
LIB,สำนักหอสมุด,University Library,UNI,office,LIB-QP-01
ENG,คณะวิศวกรรมศาสตร์,Faculty of Engineering,UNI,faculty,
LIB-IT,ฝ่ายเทคโนโลยี,IT,LIB,division,
"""
USERS = """\
email,name,name_en,phone,position,unit,roles
malee@example.ac.th,นางมาลี ใจดี,Malee Chaidi,,,ENG,requester
orn@example.ac.th,นางสาวอร สารบรรณ,Orn Saraban,,,LIB,records@LIB
"""
SYSTEMS = """\
code,name_th,name_en,aliases,office,owner_unit,division,position,active,services,flagged,officers
LOAN,ระบบยืมคืน,Loans,,LIB,LIB,LIB-IT,1,yes,existing api,,
"""
# The column, its title in Thai and English; without one the usual title.
COLUMNS = [("system", "ฐานข้อมูลที่ให้บริการ", "Database served"),
           ("no", "", ""), ("memo_in", "หนังสือนำส่ง", "Covering letter"),
           ("unit", "", "")]
TITLES = {"th": ["ฐานข้อมูลที่ให้บริการ", "ลำดับ", "หนังสือนำส่ง", "หน่วยงานผู้ขอ"],
          "en": ["Database served", "No.", "Covering letter",
                 "Requesting unit"]}


def invented():
    """The registrar's manual under another name, with a register of its own."""
    text = (ROOT / "procedures" / "w-reg6-001.yaml").read_text()
    text = text.replace("code: W-REG6-001", "code: LIB-QP-01")
    text = text.replace("office: REGISTRAR", "office: LIB")
    items = [f"{{column: {c}, title: {{th: {th}, en: {en}}}}}" if th else c
             for c, th, en in COLUMNS]
    return re.sub(r"(?m)^register: .*$", f"register: [{', '.join(items)}]",
                  text)


@pytest.fixture(scope="module")
def library():
    place = Place().init()
    path = write(place, "lib.yaml", invented())
    done = place.pratu("procedure", "check", path)
    # Nobody is there yet: that is said, and is no fault of the file.
    assert done.returncode == 1 and "pratu user add" in done.stderr
    assert place.pratu("procedure", "load", path).returncode == 0
    for kind, text in (("unit", UNITS), ("user", USERS),
                       ("system", SYSTEMS)):
        done = load(place, kind, text)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
    yield place.serve()
    place.remove()


def api(place, email):
    return Api(place.desk, place.pratu("user", "token", email).stdout.strip())


def test_columns_order_and_titles_are_the_procedures(library):
    malee, orn = (api(library, f"{n}@example.ac.th") for n in ("malee", "orn"))
    no = good(malee.post("/requests", {
        "office": "LIB", "procedure": "LIB-QP-01", "submit": True,
        "answers": registrar_answers("สถิติการยืม") | {"systems": ["LOAN"]}}),
        201)["no"]
    good(orn.post(f"/requests/{no}/receive",
                  {"memo_in": "วศ 9/2569", "memo_date": "2026-11-02"}))
    row = ["LOAN", "1", "วศ 9/2569"]
    here = f"/register/LIB/{YEAR}"

    for lang, titles in TITLES.items():
        text = orn.get(f"{here}.csv", headers={
            "Accept-Language": lang}).content.decode("utf-8-sig")
        head, line = csv.reader(io.StringIO(text))
        assert (head, line[:3]) == (titles, row)
        book = orn.get(f"{here}.xlsx", headers={"Accept-Language": lang})
        texts = sheet_texts(book.content)
        assert texts[:4] == titles and texts[4] == "LOAN", texts
    export = library.pratu("register", "export", "--office", "LIB",
                           "--year", YEAR).stdout.lstrip("\ufeff")
    assert [l[:3] for l in csv.reader(io.StringIO(export))][1:] == [row]
    # The JSON keeps its names, whatever the procedure shows.
    told = orn.get(here).json()["rows"][0]
    assert (told["no"], told["request"], told["score"]) == (1, no, None)
    shown = orn.get("/procedures/LIB-QP-01").json()
    assert shown["register"] == [c for c, _, _ in COLUMNS]
    assert shown["register_titles"]["memo_in"] == {
        "th": "หนังสือนำส่ง", "en": "Covering letter"}


def sheet_texts(content):
    """The texts of a workbook's first sheet in their order."""
    with zipfile.ZipFile(io.BytesIO(content)) as z:
        name = next(n for n in z.namelist() if "sheet1.xml" in n)
        return re.findall(r"<t[^>]*>([^<]*)</t>", z.read(name).decode())


def test_the_page_has_the_same_columns(library):
    done = library.pratu("user", "passwd", "orn@example.ac.th",
                         stdin="a long enough password\n")
    assert done.returncode == 0, done.stderr
    orn = Web(library.desk, {"email": "orn@example.ac.th",
                             "password": "a long enough password"})
    for lang, titles in TITLES.items():
        page = orn.open(f"/register/LIB/{YEAR}?lang={lang}")
        assert page.status == 200
        heads = re.findall(r"<th [^>]*scope=\"col\"[^>]*>(.*?)</th>",
                           page.source, re.S)
        assert [re.sub(r"<[^>]*>|\s+$|^\s+", "", h) for h in heads] == titles


@pytest.mark.parametrize("item, says", [
    ("memo_inn", "memo_inn"),
    ("{column: memo_inn, title: {th: ที่, en: No.}}", "memo_inn"),
    ("{column: memo_in, title: {th: ที่}}", "title"),
    ("no, no", "no"),
])
def test_check_names_the_line(tmp_path, cli, item, says):
    lines = invented().splitlines()
    at = next(i for i, l in enumerate(lines) if l.startswith("register:"))
    lines[at] = f"register: [system, {item}]"
    path = tmp_path / "bad.yaml"
    path.write_text("\n".join(lines) + "\n")
    done = cli("procedure", "check", path)
    assert done.returncode != 0
    assert f"bad.yaml:{at + 1}:" in done.stderr and says in done.stderr


WIDE = ["no", "conditions", "late", "late_cause", "request"]


@pytest.fixture(scope="module")
def icit():
    """ICIT with a register that has the columns of conditions and lateness."""
    place = Place().init()
    text = (ROOT / "procedures" / "icit-qp-9001-24.yaml").read_text()
    text = text.replace("code: ICIT-QP-9001-24", "code: ICIT-QP-X")
    text = re.sub(r"(?m)^register: .*$", f"register: [{', '.join(WIDE)}]",
                  text)
    path = write(place, "x.yaml", text)
    assert place.pratu("procedure", "load", path).returncode == 0
    users = test_import.USERS + "orn@example.ac.th,นางสาวอร สารบรรณ,Orn,,," \
        "ICIT,records@ICIT\n"
    for kind, text in (
            ("unit", test_import.UNITS.replace("ICIT-QP-9001-24", "ICIT-QP-X")),
            ("user", users), ("system", test_import.SYSTEMS)):
        done = load(place, kind, text)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
    yield place.serve()
    place.remove()


def test_conditions_of_owners_stand_in_the_register(icit):
    malee, somsri, orn = (api(icit, f"{n}@example.ac.th")
                          for n in ("malee", "somsri", "orn"))
    no = good(malee.post("/requests", {
        "office": "ICIT", "procedure": "ICIT-QP-X", "submit": True,
        "answers": icit_answers("จำนวนบุคลากร")}), 201)["no"]
    good(somsri.post(f"/requests/{no}/consent", {
        "outcome": "endorsed", "conditions": "ลบเมื่อเสร็จงาน\n=ห้าม  ส่งต่อ"}))
    good(orn.post(f"/requests/{no}/receive",
                  {"memo_in": "วศ 9/2569", "memo_date": "2026-11-02"}))
    here, said = f"/register/ICIT/{YEAR}", "HRD: ลบเมื่อเสร็จงาน =ห้าม ส่งต่อ"
    told, = orn.get(here).json()["rows"]
    assert (told["conditions"], told["late"], told["late_cause"]) == (
        said, 0, None)
    text = orn.get(f"{here}.csv", headers={
        "Accept-Language": "th"}).content.decode("utf-8-sig")
    head, line = csv.reader(io.StringIO(text))
    assert head == ["ลำดับ", "เงื่อนไขของเจ้าของข้อมูล", "เกินกำหนด (วันทำการ)",
                    "สาเหตุที่เกินกำหนด", "เลขที่คำขอ"]
    assert line == ["1", said, "", "", no]
    book = orn.get(f"{here}.xlsx", headers={"Accept-Language": "en"})
    assert said in sheet_texts(book.content)
    done = icit.pratu("user", "passwd", "orn@example.ac.th",
                      stdin="a long enough password\n")
    assert done.returncode == 0, done.stderr
    page = Web(icit.desk, {"email": "orn@example.ac.th",
                           "password": "a long enough password"}).open(here)
    assert said in page.text and "เงื่อนไขของเจ้าของข้อมูล" in page.text
    # What the events say is what stands there.
    assert icit.pratu("rebuild", "--check").returncode == 0
