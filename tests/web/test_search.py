"""Search and order of Thai texts (domain.md 5.2, 5.3, 5.5) through the whole
desk, on both stores."""
import subprocess
from itertools import count

import pytest

from conftest import ROOT  # noqa: F401
from journey import desk  # noqa: F401

pytestmark = pytest.mark.both_stores
marks = count(1)

# What is typed → what is found by it: one storage form (domain.md 5.2).
ALIKE = {
    "น้ำ": ["\u0e19\u0e49\u0e4d\u0e32", "\u0e19\u0e4d\u0e49\u0e32",
            "\u0e19\u0e33\u0e49"],
    "กำ": ["\u0e01\u0e4d\u0e32"],
    "ที่": ["\u0e17\u0e48\u0e35", "\u0e17\u0e35\u0e35\u0e48\u0e48"],
    "ผู้": ["\u0e1c\u0e49\u0e39"],
    "แม่": ["\u0e40\u0e40\u0e21\u0e48"],
    "การ": ["ก\u200bาร"],
}


def found(person, q, **more):
    return {r["no"] for r in person.api.get(
        "/requests", params={"q": q, "limit": 200, **more})
        .json()["requests"]}


def test_every_way_of_typing_finds_every_other(desk):
    requester = desk.requester
    for form, others in ALIKE.items():
        tag = f"ค้นหา{next(marks)}x"
        no = desk.icit.new(submit=False, title=f"{tag} {form}")["no"]
        for other in [form, *others]:
            assert no in found(requester, f"{tag} {other}"), (form, other)
            back = desk.icit.new(submit=False, title=f"{tag} {other}")["no"]
            assert back in found(requester, f"{tag} {form}"), (form, other)


def test_short_words_digits_and_case(desk):
    no = desk.icit.new(submit=False,
                       title="งบประมาณ ๒๕๖๙ ของ Straße ICIT")["no"]
    for q in ("งบ", "2569", "๒๕๖๙", "icit", "STRASSE", "ประมาณ ๒๕"):
        assert no in found(desk.requester, q), q
    assert no not in found(desk.requester, "งบx")


def test_marks_of_like_stand_for_themselves(desk):
    one = desk.icit.new(submit=False, title="ร้อยละ 50%_ก\\ข!ค")["no"]
    two = desk.icit.new(submit=False, title="ร้อยละ 50 กขค")["no"]
    for q in ("50%", "%_", "_ก", "\\ข", "!ค", "50%_ก\\ข!ค"):
        got = found(desk.requester, q)
        assert one in got and two not in got, q
    assert not found(desk.requester, "50%ก")


def test_number_unit_system_and_answers(desk):
    icit = desk.icit
    no = icit.until("intake", detail="รายชื่อครุภัณฑ์เหลือใช้ปีกลาย")
    for q in (no, no.lower(), "ครุภัณฑ์เหลือใช้", "ทรัพยากรมนุษย์",
              "human-RESOURCE", "คณะวิศวกรรมศาสตร์", "HRIS",
              desk.requester.name.split()[-1]):
        assert no in found(icit.records, q), q
        assert no in found(icit.records, q, waiting="me"), q
    assert no not in found(icit.records, "ไม่มีคำนี้เลย")
    # Who may not see it does not find it.
    assert no not in found(desk.registrar.records, no)


def test_units_stand_in_thai_order(desk):
    """By their Thai names as ICU orders them, not by code nor by bytes."""
    desk.university.pratu("unit", "import", "-", stdin="")
    names = ["กฤษณัท", "กอ", "ก่อ", "กานดา", "เกษม", "แก้ว", "โกวิท", "ขวัญ",
             "ไข่มุก", "จิราพร"]
    rows = "".join(f"Z{90 - i},{n},{n},,division\n"
                   for i, n in enumerate(names))
    path = desk.university.dir / "units.csv"
    path.write_text("code,name_th,name_en,parent,kind\n" + rows)
    done = desk.university.pratu("unit", "import", path)
    assert done.returncode == 0, done.stderr
    listed = desk.university.pratu("unit", "list")
    assert listed.returncode == 0, listed.stderr
    at = [listed.stdout.index(f"Z{90 - i}") for i in range(len(names))]
    assert at == sorted(at), listed.stdout


def test_the_search_is_rebuilt(desk):
    no = desk.icit.new(submit=False, title="เรื่องที่หายจากดัชนี")["no"]
    desk.change("people", f"update cases set search = '' where no = '{no}'")
    assert no not in found(desk.requester, "หายจากดัชนี")
    assert desk.university.pratu("rebuild").returncode == 0
    assert no in found(desk.requester, "หายจากดัชนี")
