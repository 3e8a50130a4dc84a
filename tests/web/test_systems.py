"""The register of systems: read by everybody, brought as a file that is looked
at before it is taken in, on the page, over the API and from the command line;
what is hostile changes nothing and says where."""
import csv
import io
import json

import pytest

from acts import ICIT, icit_answers
from conftest import ADMIN, Api, Place
from journey import desk  # noqa: F401
from journey import day
from pages import Web
from test_import import SYSTEMS, complete, listed, load, write

HEAD = SYSTEMS.splitlines()[0]
# English name, an alias and the officer of HRIS change; ENTPROC ends; one more.
CHANGED = f"""\
{HEAD}
HRIS,ระบบบุคลากร,Staff,upis,ICIT,HRD,ICIT-DEV,1,yes,existing processing api,api,wipa@example.ac.th arun@example.ac.th
ENTPROC,ระบบพัสดุ,Procurement,,ICIT,HRD,ICIT-DEV,2,no,existing,,
GL3D,ระบบบัญชีสามมิติ,Ledgers,,ICIT,ICIT,ICIT-DEV,3,yes,existing api database,api,
"""
SCRIPT = "<script>alert(1)</script>"


def with_register(place):
    complete(place)
    # The head of the division prepares, too.
    users = ("email,name,name_en,phone,position,unit,roles\n"
             "arun@example.ac.th,นายอรุณ สว่างใจ,Arun Sawang,2201,หัวหน้าฝ่าย,"
             "ICIT-DEV,head@ICIT/ICIT-DEV officer@ICIT\n")
    assert load(place, "user", users).returncode == 0
    return place.serve()


@pytest.fixture(scope="module")
def shared():
    place = with_register(Place().init())
    yield place
    place.remove()


@pytest.fixture
def register(shared):
    """As the files of test_import.py have it."""
    assert load(shared, "system", SYSTEMS).returncode == 0
    return shared


def web(place, lang="th"):
    return Web(place.desk, {"email": ADMIN[0], "password": ADMIN[1]}, lang)


def api(place, email=ADMIN[0]):
    return Api(place.desk, place.pratu("user", "token", email).stdout.strip())


def look(page_of, text, **more):
    page = page_of.open("/systems/import")
    return page_of.send(page, "/systems/import", files={
        "file": ("systems.csv", text if isinstance(text, bytes)
                 else text.encode(), "text/csv")}, **more)


def test_the_dry_run_shows_each_field_and_changes_nothing(register):
    before = listed(register, "system")
    done = load(register, "system", CHANGED, "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "changed\tHRIS"
    assert "\tname_en\tPersonnel\tStaff" in lines
    assert "\taliases\thr\tupis" in lines
    assert "\tofficers\twipa@example.ac.th\t" \
        "wipa@example.ac.th arun@example.ac.th" in lines
    assert lines[lines.index("changed\tENTPROC") + 1] == "\tactive\tyes\tno"
    assert "new\tGL3D" in lines
    assert "ENTPROC becomes inactive." in lines
    assert listed(register, "system") == before
    told = json.loads(load(register, "system", CHANGED, "--dry-run",
                           "--json").stdout)
    assert (told["new"], told["changed"], told["same"]) == (1, 2, 0)
    assert told["ended"] == ["ENTPROC"] and told["untouched"] == []
    assert {"field": "name_en", "was": "Personnel", "now": "Staff"} in \
        told["lines"][0]["fields"]


def test_an_administrator_looks_then_confirms(register):
    before = listed(register, "system")
    admin = web(register)
    page = look(admin, CHANGED)
    assert page.status == 200
    for words in ("ยังไม่ได้บันทึก", "จะเพิ่มใหม่ 1 เปลี่ยนแปลง 2 คงเดิม 0 ระบบ",
                  "ชื่ออังกฤษ: Personnel → Staff", "ยังใช้อยู่: yes → no",
                  "ชื่ออื่น: hr → upis", "ชื่อไทย: ระบบบัญชีสามมิติ"):
        assert words in page.text, words
    assert listed(register, "system") == before
    page = admin.send(page, "/systems/import")
    assert page.status == 200 and "นำเข้าทะเบียนระบบแล้ว" in page.text
    systems = {s["code"]: s for s in listed(register, "system")}
    assert systems["HRIS"]["name_en"] == "Staff"
    assert systems["ENTPROC"]["active"] is False
    assert systems["GL3D"]["flagged"] == "api"
    # The same again would change nothing, and offers no confirmation.
    page = look(admin, CHANGED)
    assert "ไม่มีอะไรเปลี่ยน" in page.text
    assert all("digest" not in f.names() for f in page.forms)
    # As text, not as a file; what the file does not name stays.
    page = admin.open("/systems/import")
    page = admin.send(page, "/systems/import", pasted="\n".join(
        SYSTEMS.splitlines()[:2]))
    assert "แฟ้มไม่ได้กล่าวถึง (คงเดิม): ENTPROC, GL3D" in page.text
    page = admin.send(page, "/systems/import")
    assert {s["code"] for s in listed(register, "system")} == \
        {"HRIS", "ENTPROC", "GL3D"}


def test_a_confirmation_is_of_what_was_looked_at(register):
    admin = web(register)
    page = look(admin, CHANGED)
    other = SYSTEMS.replace("Personnel", "People")
    assert load(register, "system", other).returncode == 0
    before = listed(register, "system")
    again = admin.send(page, "/systems/import")
    assert again.status == 409
    assert "ชื่ออังกฤษ: People → Staff" in again.text
    assert listed(register, "system") == before
    again = admin.send(again, "/systems/import")
    assert again.status == 200
    assert {s["code"]: s["name_en"] for s in listed(register, "system")
            }["HRIS"] == "Staff"


@pytest.mark.both_stores
def test_the_same_over_the_api(make_place, store):
    place = with_register(make_place(store))
    admin = api(place)
    told = admin.post("/systems/import",
                      {"text": CHANGED, "dry_run": True})
    assert told.status_code == 200, told.text
    report = told.json()
    assert report["dry_run"] is True
    assert report["ended"] == ["ENTPROC"]
    before = listed(place, "system")
    r = admin.post("/systems/import", {"text": SYSTEMS.replace(
        "Personnel", "x"), "digest": report["digest"]})
    assert (r.status_code, r.json()["code"]) == (409, "import-changed")
    assert listed(place, "system") == before
    r = admin.post("/systems/import", {"text": CHANGED,
                                       "digest": report["digest"]})
    assert r.status_code == 200 and r.json()["dry_run"] is False
    assert r.json()["digest"] == report["digest"]
    systems = {s["code"]: s
               for s in admin.get("/systems").json()["systems"]}
    assert [o["email"] for o in systems["HRIS"]["officers"]] == [
        "wipa@example.ac.th", "arun@example.ac.th"]
    assert systems["GL3D"]["unassigned"] is True
    assert systems["HRIS"]["unassigned"] is False
    # What is used no more is not waiting for an officer, nor asked for.
    assert systems["ENTPROC"]["unassigned"] is False
    malee = api(place, "malee@example.ac.th")
    r = malee.post("/requests", {
        "office": "ICIT", "procedure": ICIT, "submit": True,
        "answers": icit_answers("พัสดุ") | {"systems": ["ENTPROC"]}})
    assert r.status_code == 422, r.text
    assert r.json()["errors"][0]["field"] == "systems"


def test_whoever_does_not_administer_reads_only(register):
    malee = api(register, "malee@example.ac.th")
    r = malee.post("/systems/import", {"text": CHANGED})
    assert (r.status_code, r.json()["code"]) == (403, "only-admin")
    done = register.pratu("user", "passwd", "malee@example.ac.th",
                          stdin="a long enough pass phrase\n")
    assert done.returncode == 0, done.stderr
    person = Web(register.desk, {"email": "malee@example.ac.th",
                                 "password": "a long enough pass phrase"})
    page = person.open("/systems")
    assert page.status == 200
    for words in ("ระบบบุคลากร", "HRIS · hr", "กองบริหารทรัพยากรมนุษย์",
                  "นางสาววิภา แสงทอง", "เชื่อมต่อข้อมูลผ่าน API", "ตรวจเป็นพิเศษ",
                  "ยังไม่ได้กำหนด โปรดยืนยัน"):
        assert words in page.text, words
    assert "/systems/import" not in page.links
    assert person.open("/systems/import").status == 403
    # Said in English too.
    page = person.open("/systems?lang=en")
    assert "Unassigned – confirm" in page.text


def line(**cells):
    """HRIS with other cells."""
    names = HEAD.split(",")
    values = dict(zip(names, SYSTEMS.splitlines()[1].split(",")))
    return ",".join(cells.get(n, values[n]) for n in names)


HOSTILE = [  # the second line of the file, or all of it; where; code
    (line(name_th="=1+1"), "line 2: name_th", "not-plain"),
    (line(name_en='"@SUM(A1:A9)"'), "line 2: name_en", "not-plain"),
    (line(aliases="-2+3"), "line 2: aliases", "not-plain"),
    (line(name_en=SCRIPT), "line 2: name_en", "not-plain"),
    (line(code=SCRIPT), "line 2: code", "code-form"),
    (line(owner_unit="NOBODY"), "line 2: owner_unit", "unit-unknown"),
    (line(division="NOBODY"), "line 2: division", "unit-unknown"),
    (line(office="HRD"), "line 2: office", "office-unknown"),
    (line(officers="nobody@example.ac.th"), "line 2: officers",
     "officer-unknown"),
    (line(services="existing magic"), "line 2: services", "bad-choice"),
    (line() + "\n" + line(name_en="Twice"), "line 3: code", "file-twice"),
    (line() + ",more", "line 2: officers", "file-cells"),
    (line() + '\n"HRIS', "line 3: code", "file-quote"),
    (line(name_en="Nul\0l"), "line 2: name_en", "not-utf8"),
    (SYSTEMS.replace("aliases", "alias"), "line 1: alias", "column-near"),
    (SYSTEMS.replace("aliases", "สูตร"), "line 1: สูตร", "column-unknown"),
    (HEAD + "\n", "line 2: code", "file-empty"),
    ("{}", "line 1: {}", "column-unknown"),
]


@pytest.mark.parametrize("text, where, code", HOSTILE,
                         ids=[f"{w}-{c}" for _, w, c in HOSTILE])
def test_what_is_hostile_changes_nothing_and_says_where(register, text, where,
                                                        code):
    if not text.startswith((HEAD[:4], "{")):
        text = f"{HEAD}\n{text}\n"
    before = listed(register, "system")
    admin = api(register)
    for dry in (True, False):
        if "\0" in text:
            break  # a JSON text cannot have it: 400 before it comes here
        for lang in ("th", "en"):
            r = admin.post("/systems/import", {"text": text, "dry_run": dry},
                           headers={"Accept-Language": lang})
            assert r.status_code == 422, r.text
            errors = {e["field"]: e["code"] for e in r.json()["errors"]}
            assert errors.get(where) == code, r.json()
            assert all(e["message"] for e in r.json()["errors"])
    number, column = where.removeprefix("line ").split(": ")
    for lang, said in (("th", f"บรรทัดที่ {number}, {column}: "),
                       ("en", f"line {number}, {column}: ")):
        page = look(web(register, lang), text)
        assert page.status == 422
        assert said in page.text, page.text
        assert SCRIPT not in page.source
    assert listed(register, "system") == before


@pytest.mark.parametrize("content, status, said", [
    (SYSTEMS.encode("cp874"), 422, "บรรทัดที่ 2, name_th: "),
    (SYSTEMS.encode("utf-16"), 422, "บรรทัดที่ 1, "),
    (b"x" * (1 << 20), 422, "บรรทัดที่ 1, "),
    (b"x" * ((1 << 20) + 1), 413, "แฟ้มใหญ่เกินไป"),
    (b"x," * (5 << 20), 413, ""),
    (b"", 422, ""),
], ids=["cp874", "utf-16", "one cell", "over 1 MB", "10 MB", "empty"])
def test_files_that_are_no_such_table(register, content, status, said):
    before = listed(register, "system")
    page = look(web(register), content)
    assert page.status == status and said in page.text, page.text[:2000]
    assert listed(register, "system") == before


def test_damaged_thai_is_shown_before_it_is_kept(register):
    page = look(web(register), SYSTEMS.replace("ระบบบุคลากร", "ระบบจิरาพร"))
    assert page.status == 200
    assert "ข้อความไทยที่อาจเสียหาย" in page.text
    path = write(register, "damaged.csv",
                 SYSTEMS.replace("ระบบบุคลากร", "ระบบจิरาพร"))
    done = register.pratu("system", "import", path, "--dry-run")
    assert "warning: line 2: name_th" in done.stderr


def system_lines(place, **officers):
    """The register as it is, with other officers for some systems."""
    out = io.StringIO()
    lines = csv.DictWriter(out, HEAD.split(","), lineterminator="\n")
    lines.writeheader()
    for s in listed(place, "system"):
        lines.writerow({**s, "active": "yes" if s["active"] else "no",
                        "officers": officers.get(s["code"], s["officers"])})
    return out.getvalue()


@pytest.mark.both_stores
def test_without_an_officer_the_head_holds_the_work(desk):  # noqa: F811
    reg, place = desk.registrar, desk.university
    before = system_lines(place)
    no = reg.until("preparing")
    assert no in reg.officer.waits_for() and no not in reg.head.waits_for()
    done = load(place, "system", system_lines(place, REGKMITL=""))
    assert done.returncode == 0, done.stderr
    try:
        r = reg.records.request(no)
        assert r["owners"][0]["unassigned"] is True
        assert [p["email"] for w in r["waiting_for"] for p in w["people"]] == [
            reg.head.email]
        assert no in reg.head.waits_for()
        assert no not in reg.officer.waits_for()
        assert place.pratu("rebuild", "--check").returncode == 0
        page = Web(place.desk, next(
            p for p in place.facts["people"]
            if p["email"] == reg.head.email)).open(f"/requests/{no}")
        assert "ยังไม่ได้กำหนด โปรดยืนยัน" in page.text
        assert "ระบบนี้ยังไม่มีเจ้าหน้าที่ผู้รับผิดชอบ" in page.text
        # A request that comes to be prepared now tells the head.
        other = reg.until("preparing")
        assert reg.head.email in desk.whom(other, "waiting")
        # Whoever stands in for the head holds it with him.
        lent = reg.head.api.post("/me/delegations", {
            "to": reg.executive.email, "from": day(0), "until": day(3),
            "order_no": "1/2569", "kind": "acting"})
        assert lent.status_code == 201, lent.text
        assert no in reg.executive.waits_for()
        ended = reg.head.api.call(
            "DELETE", f"/me/delegations/{lent.json()['id']}")
        assert ended.status_code == 204
        assert no not in reg.executive.waits_for()
        # He names one, who holds it from then on.
        reg.head.ok(no, "assign", officer=reg.officer.email)
        assert no not in reg.head.waits_for()
        assert no in reg.officer.waits_for()
        reg.officer.ok(no, "prepare", **reg.prepared())
    finally:
        done = load(place, "system", before)
        assert done.returncode == 0, done.stderr
    assert other in reg.officer.waits_for()
    assert other not in reg.head.waits_for()
    assert place.pratu("rebuild", "--check").returncode == 0
