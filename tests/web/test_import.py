"""Units, systems, persons and calendars from CSV files: from `pratu init` to a
first request, and every way in which a file is refused as a whole."""
import json

import pytest

from acts import ICIT, icit_answers
from conftest import ADMIN, ROOT, Api
from pages import Web

NOT_FOUND = 4

UNITS = """\
code,name_th,name_en,parent,kind,procedure
UNI,มหาวิทยาลัยตัวอย่าง,Sample University,,university,
ICIT,สำนักคอมพิวเตอร์และเทคโนโลยีสารสนเทศ,Computer Institute,UNI,office,ICIT-QP-9001-24
ICIT-DEV,ฝ่ายพัฒนาระบบสารสนเทศ,IS Development,ICIT,division,
HRD,กองบริหารทรัพยากรมนุษย์,"Human Resources, Division of",UNI,division,
ENG,คณะวิศวกรรมศาสตร์,Faculty of Engineering,UNI,faculty,
"""
USERS = """\
email,name,name_en,phone,position,unit,roles
malee@example.ac.th,นางมาลี ใจดี,Malee Chaidi,2001,อาจารย์,ENG,requester
somsri@example.ac.th,นางสมศรี กิจไพศาล,Somsri Kit,1301,ผู้อำนวยการกอง,HRD,owner/HRD requester
arun@example.ac.th,นายอรุณ สว่างใจ,Arun Sawang,2201,หัวหน้าฝ่าย,ICIT-DEV,head@ICIT/ICIT-DEV
wipa@example.ac.th,นางสาววิภา แสงทอง,Wipa Saengthong,2229,นักวิชาการคอมพิวเตอร์,ICIT-DEV,officer@ICIT
"""
SYSTEMS = """\
code,name_th,name_en,aliases,office,owner_unit,division,position,active,services,flagged,officers
HRIS,ระบบบุคลากร,Personnel,hr,ICIT,HRD,ICIT-DEV,1,yes,existing processing api,api,wipa@example.ac.th
ENTPROC,ระบบพัสดุ,Procurement,,ICIT,HRD,ICIT-DEV,2,,existing,,
"""
DAYS = """\
day,kind,name_th,name_en
2030-01-01,public,วันขึ้นปีใหม่,New Year's Day
2030-04-06,public,วันจักรี,Chakri Day
"""


def write(place, name, text, encoding="utf-8"):
    path = place.top / name
    path.write_bytes(text if isinstance(text, bytes) else
                     text.encode(encoding))
    return path


def load(place, kind, text, *args, **kwargs):
    path = write(place, f"{kind}.csv", text, **kwargs)
    return place.pratu(kind, "import", path, *args)


def listed(place, kind):
    return json.loads(place.pratu(kind, "list", "--json").stdout)


def with_procedures(place):
    done = place.pratu("procedure", "load",
                       *sorted((ROOT / "procedures").glob("*.yaml")))
    assert done.returncode == 0, done.stderr
    return place


def complete(place):
    with_procedures(place)
    for kind, text in (("unit", UNITS), ("user", USERS), ("system", SYSTEMS)):
        done = load(place, kind, text)
        assert (done.returncode, done.stderr) == (0, ""), kind
    return place


@pytest.fixture
def place(make_place):
    return make_place()


@pytest.mark.both_stores
def test_from_init_to_a_first_request(make_place, store):
    place = complete(make_place(store)).serve()
    done = place.pratu("user", "token", "malee@example.ac.th")
    malee = Api(place.desk, done.stdout.strip())
    assert malee.get("/me").json()["name"] == "นางมาลี ใจดี"
    systems = {s["code"]: s for s in malee.get("/systems").json()["systems"]}
    assert set(systems) == {"HRIS", "ENTPROC"}
    made = malee.post("/requests", {
        "office": "ICIT", "procedure": ICIT, "submit": True,
        "answers": icit_answers("จำนวนบุคลากร")})
    assert made.status_code == 201, made.text
    # It waits for the owner whom the files name, and for nobody else.
    no = made.json()["no"]
    done = place.pratu("user", "token", "somsri@example.ac.th")
    somsri = Api(place.desk, done.stdout.strip())
    assert "consent" in somsri.get(f"/requests/{no}").json()["allowed"]
    done = place.pratu("user", "token", "wipa@example.ac.th")
    wipa = Api(place.desk, done.stdout.strip())
    assert "consent" not in wipa.get(f"/requests/{no}").json().get(
        "allowed", [])
    assert place.pratu("verify").returncode == 0


def test_what_is_listed(place):
    complete(place)
    units = {u["code"]: u for u in listed(place, "unit")}
    assert units["ICIT"]["procedure"] == ICIT
    assert units["HRD"] == {
        "code": "HRD", "name_th": "กองบริหารทรัพยากรมนุษย์",
        "name_en": "Human Resources, Division of", "parent": "UNI",
        "kind": "division", "procedure": ""}
    systems = {s["code"]: s for s in listed(place, "system")}
    assert systems["HRIS"]["services"] == "api existing processing"
    assert systems["HRIS"]["flagged"] == "api"
    assert systems["HRIS"]["officers"] == "wipa@example.ac.th"
    assert systems["ENTPROC"]["active"] is True
    assert systems["ENTPROC"]["officers"] == ""
    assert "HRIS\tระบบบุคลากร\tICIT\tHRD\tICIT-DEV\t" in \
        place.pratu("system", "list").stdout
    assert "ENG\tคณะวิศวกรรมศาสตร์\tFaculty of Engineering\tUNI\tfaculty\t" \
        in place.pratu("unit", "list").stdout
    people = {p["email"]: p for p in listed(place, "user")}
    assert people["arun@example.ac.th"]["roles"] == [
        {"role": "head", "office": "ICIT", "unit": "ICIT-DEV"}]


def test_persons_of_a_file_sign_in_once_they_have_a_password(place):
    complete(place).serve()
    malee = {"email": "malee@example.ac.th",
             "password": "a long enough pass phrase"}
    with pytest.raises(AssertionError):
        Web(place.desk, malee)
    done = place.pratu("user", "passwd", malee["email"],
                       stdin=malee["password"] + "\n")
    assert done.returncode == 0, done.stderr
    Web(place.desk, malee)


def test_again_is_an_update(place):
    complete(place)
    done = load(place, "unit", UNITS)
    assert done.stdout == "0 new, 0 changed, 5 as before.\n"
    assert load(place, "user", USERS).stdout == \
        "0 new, 0 changed, 4 as before.\n"
    done = load(place, "unit", UNITS.replace("Faculty of Engineering",
                                             "Engineering") +
                "LIB,หอสมุด,Library,UNI,division,\n")
    assert done.stdout == "1 new, 1 changed, 4 as before.\n"
    done = load(place, "system", SYSTEMS.replace(
        "existing processing api,api,wipa@example.ac.th", "existing,,"))
    assert done.stdout == "0 new, 1 changed, 1 as before.\n"
    hris, = [s for s in listed(place, "system") if s["code"] == "HRIS"]
    assert (hris["services"], hris["flagged"], hris["officers"]) == \
        ("existing", "", "")


def only(place, email):
    return next(p for p in listed(place, "user") if p["email"] == email)


WIPA = "wipa@example.ac.th"
OTHER = USERS.replace(
    "นางสาววิภา แสงทอง,Wipa Saengthong,2229,นักวิชาการคอมพิวเตอร์,ICIT-DEV,"
    "officer@ICIT", "นางวิภา ใจงาม,Wipa Chaingam,2230,หัวหน้างาน,ENG,"
    "records@ICIT requester")


@pytest.mark.both_stores
def test_persons_who_are_there_become_as_in_the_file(make_place, store):
    place = complete(make_place(store)).serve()
    assert OTHER != USERS
    wipa = {"email": WIPA, "password": "a long enough pass phrase"}
    done = place.pratu("user", "passwd", WIPA, stdin=wipa["password"] + "\n")
    assert done.returncode == 0, done.stderr
    before = listed(place, "user")
    # First what would change.
    done = load(place, "user", OTHER, "--dry-run")
    assert done.stdout.splitlines()[:4] == [
        "same\tmalee@example.ac.th", "same\tsomsri@example.ac.th",
        "same\tarun@example.ac.th", f"changed\t{WIPA}"]
    assert listed(place, "user") == before
    shown = json.loads(load(place, "user", OTHER, "--dry-run",
                            "--json").stdout)
    assert (shown["changed"], shown["same"]) == (1, 3)

    assert load(place, "user", OTHER).stdout == \
        "0 new, 1 changed, 3 as before.\n"
    now = only(place, WIPA)
    assert (now["name"], now["name_en"], now["phone"], now["position"],
            now["unit"]) == ("นางวิภา ใจงาม", "Wipa Chaingam", "2230",
                             "หัวหน้างาน", "ENG")
    assert sorted((r["role"], r["office"]) for r in now["roles"]) == [
        ("records", "ICIT"), ("requester", "")]
    assert [p for p in listed(place, "user") if p["email"] != WIPA] == \
        [p for p in before if p["email"] != WIPA]
    # The same again changes nothing; the password is untouched.
    assert load(place, "user", OTHER).stdout == \
        "0 new, 0 changed, 4 as before.\n"
    Web(place.desk, wipa)
    # Who was disabled stays so.
    assert place.pratu("user", "disable", WIPA).returncode == 0
    assert load(place, "user", USERS).stdout.startswith("0 new, 1 changed")
    assert only(place, WIPA)["active"] is False
    with pytest.raises(AssertionError):
        Web(place.desk, wipa)


def test_a_bad_change_changes_nothing(place):
    complete(place)
    before = listed(place, "user")
    done = load(place, "user", OTHER.replace("records@ICIT requester",
                                             "records@NONE"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "line 5: roles: " in done.stderr
    assert listed(place, "user") == before


def test_a_file_leaves_an_administrator(place):
    complete(place)
    before = listed(place, "user")
    head = USERS.splitlines()[0]
    done = load(place, "user", f"{head}\n{ADMIN[0]},ผู้ดูแล,,,,,requester\n")
    assert done.returncode == 1
    assert "line 2: roles: At least one administrator must remain" in \
        done.stderr
    assert listed(place, "user") == before
    # Another who comes in before him is enough.
    done = load(place, "user", f"{head}\nmalee@example.ac.th,นางมาลี ใจดี,"
                f",,,ENG,admin\n{ADMIN[0]},ผู้ดูแล,,,,,requester\n")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("kind, text", [("unit", UNITS), ("user", USERS),
                                        ("system", SYSTEMS)])
def test_dry_run_shows_and_changes_nothing(place, kind, text):
    with_procedures(place)
    for one, other in (("unit", UNITS), ("user", USERS)):
        if one == kind:
            break
        assert load(place, one, other).returncode == 0
    before = listed(place, kind)
    lines = text.splitlines()[1:]
    done = load(place, kind, text, "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:-1] == [
        "new\t" + line.split(",")[0] for line in lines]
    assert "Nothing was changed" in done.stdout
    assert listed(place, kind) == before
    shown = json.loads(load(place, kind, text, "--dry-run", "--json").stdout)
    assert (shown["new"], shown["dry_run"]) == (len(lines), True)
    assert shown["lines"][0]["line"] == 2
    assert listed(place, kind) == before


@pytest.mark.parametrize("kind, old, new, said", [
    ("unit", "ENG,", "EN G,", "line 6: code: "),
    ("unit", "ENG,คณะวิศวกรรมศาสตร์", "ENG,", "line 6: name_th: "),
    ("unit", "Computer Institute,UNI", "Computer Institute,XX",
     "line 3: parent: "),
    ("unit", "UNI,faculty", "UNI,Faculty!", "line 6: kind: “Faculty!” is not"),
    ("unit", "ICIT-QP-9001-24", "ICIT-QP-1",
     "line 3: procedure: No procedure ICIT-QP-1 is in force"),
    ("unit", "office,ICIT-QP-9001-24", "office,", "line 3: procedure: "),
    ("unit", "faculty,", "faculty,ICIT-QP-9001-24", "line 6: procedure: Only"),
    ("unit", "ENG,คณะ", "HRD,คณะ", "line 6: code: “HRD” stands in the file"),
    ("unit", "faculty,", "faculty", "line 6: procedure: This line has 5"),
    ("unit", "faculty,", "faculty,,x", "line 6: procedure: This line has 7"),
    ("unit", "parent", "parrent",
     "line 1: parrent: There is no such column. Did you mean “parent”?"),
    ("unit", ",parent", ",code", "line 1: code: “code” stands"),
    ("unit", ",name_en", ",เจ้าของ", "line 1: name_en: The first line lacks"),
    ("unit", '"Human', '"Hu"man', "line 5: code: A quotation mark"),
    ("user", "malee@", "malee", "line 2: email: "),
    ("user", "ENG,requester", "XXX,requester", "line 2: unit: "),
    ("user", "officer@ICIT", "oficer@ICIT", "line 5: roles: “oficer” is not"),
    ("user", "officer@ICIT", "officer@NONE", "line 5: roles: "),
    ("user", "officer@ICIT", "officer", "line 5: roles: "),
    ("user", "owner/HRD", "owner", "line 3: roles: "),
    ("user", "นางมาลี ใจดี", "", "line 2: name: "),
    ("system", "ICIT,HRD,ICIT-DEV,1", "NONE,HRD,ICIT-DEV,1",
     "line 2: office: "),
    ("system", "HRD,ICIT-DEV,1", "NONE,ICIT-DEV,1", "line 2: owner_unit: "),
    ("system", "ICIT-DEV,1", "NONE,1", "line 2: division: "),
    ("system", "ICIT-DEV,1", "ICIT-DEV,first", "line 2: position: "),
    ("system", "ICIT-DEV,1", "ICIT-DEV,-1", "line 2: position: "),
    ("system", ",yes,", ",perhaps,", "line 2: active: “perhaps”"),
    ("system", "existing processing", "existing magic", "line 2: services: "),
    ("system", "api,api,", "api,database,", "line 2: flagged: “database”"),
    ("system", "wipa@", "malee@", "line 2: officers: "),
])
def test_a_bad_line_is_named_and_the_whole_file_refused(place, kind, old, new,
                                                        said):
    with_procedures(place)
    texts = {"unit": UNITS, "user": USERS, "system": SYSTEMS}
    for one in texts:
        if one == kind:
            break
        assert load(place, one, texts[one]).returncode == 0
    before = listed(place, kind)
    changed = texts[kind].replace(old, new, 1)
    assert changed != texts[kind]
    done = load(place, kind, changed)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"pratu: {said}" in done.stderr
    assert f"Nothing of {place.top}/{kind}.csv was taken in." in done.stderr
    assert listed(place, kind) == before


def test_all_bad_lines_are_named_at_once(place):
    with_procedures(place)
    done = load(place, "unit", UNITS.replace("faculty", "").replace(
        "ICIT-DEV,ฝ่าย", "ICIT DEV,ฝ่าย"))
    assert "line 4: code: " in done.stderr
    assert "line 6: kind: " in done.stderr
    many = "code,name_th,name_en,parent,kind\n" + "?,ก,a,,x\n" * 200
    done = load(place, "unit", many)
    assert done.stderr.count("\n") == 52
    assert "50 errors" in done.stderr


@pytest.mark.parametrize("text, said", [
    (b"", "line 1: code: The first line lacks"),
    (UNITS.splitlines()[0].encode(), "The file has no lines below"),
    (UNITS.encode("tis-620"), "line 2: name_th: "),
    (UNITS.encode("utf-16"), "line 1: "),
    (UNITS.encode().replace(b"Sample", b"Sam\0ple"), "line 2: name_en: "),
    (b"x" * (2 << 20), "unit.csv"),
    ("code,name_th,name_en,parent,kind\n" + "".join(
        f"A{i},ก,a,,x\n" for i in range(5001)), "Too many lines"),
], ids=["empty", "header", "tis-620", "utf-16", "nul", "large", "long"])
def test_files_that_are_no_such_table(place, text, said):
    done = load(place, "unit", text)
    assert done.returncode == 1
    assert said in done.stderr
    assert listed(place, "unit") == []


def test_columns_in_any_order_with_a_mark_and_other_line_ends(place):
    text = "kind,Code,name_en,parent,name_th\r\n" \
           "faculty,sci,Science,,คณะวิทยาศาสตร์\r\n"
    done = load(place, "unit", text, encoding="utf-8-sig")
    assert (done.returncode, done.stderr) == (0, "")
    assert listed(place, "unit") == [
        {"code": "SCI", "name_th": "คณะวิทยาศาสตร์", "name_en": "Science",
         "parent": "", "kind": "faculty", "procedure": ""}]
    assert place.pratu("unit", "import", "-", stdin=text).stdout == \
        "0 new, 0 changed, 1 as before.\n"
    assert place.pratu("unit", "import", "/nowhere.csv").returncode == \
        NOT_FOUND


@pytest.mark.parametrize("name, at", [
    ("จिราพร ใจดี", "จि"),                    # a vowel of Devanagari
    ("นาง ธี\u0e31ญญ", "ธี\u0e31"),           # two vowels above
    ("\u0e34น้ำ", "\u0e34"),                  # a mark without a consonant
    ("เ\u0e48า", "เ\u0e48"),
    ("คณะวิศวกรรมศาสตร์ น้ำทิพย์ ฤทธิ์ กตัญญู ก็ดี ธนาคารฯ (ฝ่าย ๒) “ก”", None),
    ("Café ประเทศไทย", None),
])
def test_thai_that_looks_damaged_is_a_warning(place, name, at):
    done = load(place, "unit", "code,name_th,name_en,parent,kind\n"
                f"SCI,{name},Science,,faculty\n")
    assert done.returncode == 0
    if at is None:
        assert done.stderr == ""
    else:
        assert f"warning: line 2: name_th: the Thai looks damaged at “{at}”" \
            in done.stderr


def test_calendar(place):
    done = load(place, "calendar", DAYS, "--dry-run")
    assert done.stdout.splitlines()[0] == "+\t2030-01-01\tpublic\tวันขึ้นปีใหม่"
    assert "Nothing was changed" in done.stdout
    assert load(place, "calendar", DAYS).stdout.startswith("2 days ")
    shown = json.loads(load(place, "calendar", DAYS, "--json").stdout)
    assert shown == {"days": 2, "dry_run": False, "new": 0, "changed": 0,
                     "gone": 0, "changes": [], "moved": 0}
    done = load(place, "calendar", DAYS.replace("2030-04-06", "2030-04-36"))
    assert done.returncode == 1
    assert "line 3: " in done.stderr
    done = load(place, "calendar", DAYS.replace("จักรี", "จिกรี"))
    assert "warning: line 3: name_th" in done.stderr
