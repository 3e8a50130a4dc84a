"""The form of a request on pages: every field there and back, drafts, errors, files,
sending, papers."""
import hashlib
import re
from urllib.parse import urlsplit

import pytest

from page_forms import AGGREGATE, answers, Page, Reader
from page_forms import draft, requester  # noqa: F401


def test_what_is_known_is_not_asked_again(university, requester, draft):
    form = requester.form_of(draft)
    me = university.api("requester").get("/me").json()
    assert form.values("coordinator_email") == [me["email"]]
    assert form.values("coordinator_name") == [me["name"]]
    assert form.values("unit")[0]


ROUND_TRIP = {
    # A value of each type as it is typed, as the form shows it again, and as
    # the API has it.
    "title": ("  ขอ  ข้อมูล <b>&\"' ", "ขอ ข้อมูล <b>&\"'", "ขอ ข้อมูล <b>&\"'"),
    "purpose": ("\nบรรทัดแรก\r\nบรรทัดสอง", "บรรทัดแรก\nบรรทัดสอง",
                "บรรทัดแรก\nบรรทัดสอง"),
    "service_type": ("processing", "processing", "processing"),
    "formats": (["json", "other"], ["json", "other"], ["json", "other"]),
    "format_other": ("SPSS", "SPSS", "SPSS"),
    "systems": (["REG", "HRIS"], ["REG", "HRIS"], ["REG", "HRIS"]),
    "head_email": (" Somchai@Example.AC.TH ", "somchai@example.ac.th",
                   "somchai@example.ac.th"),
    "head_phone": ("๐๒-๕๕๕-๒๐๐๐ ต่อ ๒๒๒๕", "02-555-2000 ต่อ 2225",
                   "02-555-2000 ต่อ 2225"),
    "networks": ("192.0.2.10, 192.0.2.0/24\r\n2001:db8::/32",
                 "192.0.2.10/32\n192.0.2.0/24\n2001:db8::/32",
                 ["192.0.2.10/32", "192.0.2.0/24", "2001:db8::/32"]),
    "unit": ("คณะวิศวกรรมศาสตร์", "คณะวิศวกรรมศาสตร์", "คณะวิศวกรรมศาสตร์"),
    "terms_accepted": ("yes", "yes", True),
    "subjects": (["students"], ["students"], ["students"]),
}


DATES = {
    # As typed in three fields; ISO.
    "needed_by": (("๖", "5", "๒๕๗๐"), "2027-05-06"),
    "memo_date": (("1", "3", "69"), "2026-03-01"),
    "period_from": (("29", "2", "2567"), "2024-02-29"),
    "period_to": (("31", "12", "2026"), "2026-12-31"),
}


@pytest.mark.both_stores
def test_every_type_of_field_comes_back(university, requester, draft):
    requester.save(draft, identifiability="identified", formats=["other"])
    changes = {k: v[0] for k, v in ROUND_TRIP.items()}
    for key, (parts, _) in DATES.items():
        for part, value in zip(("day", "month", "year"), parts):
            changes[f"{key}-{part}"] = value
    answer = requester.save(draft, **changes)
    assert answer.headers["Location"].endswith("saved=1")
    form = requester.form_of(draft)
    kept = answers(university, draft)
    for key, (_, shown, stored) in ROUND_TRIP.items():
        want = shown if isinstance(shown, list) else [shown]
        assert form.values(key) == want, key
        assert kept[key] == stored, key
    for key, (_, iso) in DATES.items():
        assert kept[key] == iso, key
        year, month, day = map(int, iso.split("-"))
        assert form.values(key + "-day") == [str(day)]
        assert form.values(key + "-month") == [str(month)]
        assert form.values(key + "-year") == [str(year + 543)]
    # Sent as it stands, it stays as it is.
    requester.save(draft)
    assert answers(university, draft) == kept
    # In English too the field is one of the Buddhist era, as its label says.
    english = Reader(university, university.person("requester"), "en")
    assert english.form_of(draft).values("needed_by-year") == ["2570"]
    english.save(draft)
    assert answers(university, draft) == kept


def test_what_is_taken_out_is_gone(university, requester, draft):
    requester.save(draft, identifiability="identified", formats=["json"])
    requester.save(draft, systems=["REG"], terms_accepted="yes", title="x",
                   service_type="api", networks="192.0.2.1",
                   **{"memo_date-day": "1", "memo_date-month": "3",
                      "memo_date-year": "2569"})
    requester.save(draft, systems=None, terms_accepted=None, title="",
                   service_type="", networks="",
                   **{"memo_date-day": "", "memo_date-month": "",
                      "memo_date-year": ""})
    kept = answers(university, draft)
    for key in ("systems", "terms_accepted", "title", "service_type",
                "networks", "memo_date"):
        assert key not in kept, key
    assert kept["identifiability"] == "identified"


def test_what_the_form_does_not_show_is_kept(university, requester, draft):
    api = university.api("requester")
    done = api.patch(f"/requests/{draft}", {"answers": {
        "identifiability": "identified", "lawful_basis": "pdpa-24-4"}})
    assert done.status_code == 200
    requester.save(draft, identifiability="aggregate")
    assert not requester.form_of(draft).values("lawful_basis")
    requester.save(draft, title="อีกครั้ง")
    assert answers(university, draft)["lawful_basis"] == "pdpa-24-4"


def test_the_form_asks_what_the_answers_make_necessary(requester, draft):
    assert not requester.form_of(draft).values("format_other")
    requester.save(draft, formats=["xlsx"])
    answer = requester.save(draft, formats=["other"])
    assert answer.headers["Location"].endswith("more=1")
    page = requester.page(f"/requests/{draft}/edit?more=1")
    assert "f-format_other" in page.ids
    assert "มีคำถามเพิ่ม" in page.answer.text
    requester.save(draft, formats=["xlsx"], identifiability="aggregate")
    page = requester.page(f"/requests/{draft}/edit")
    assert "f-format_other" not in page.ids and "f-lawful_basis" not in page.ids


def test_what_was_typed_is_kept_on_an_error(university, requester, draft):
    typed = {"title": "เรื่อง <i>", "detail": "รายละเอียด\nสอง",
             "head_email": "ไม่ใช่อีเมล", "networks": "192.0.2.300",
             "needed_by-day": "31", "needed_by-month": "4",
             "needed_by-year": "2569", "formats": ["json", "xlsx"],
             "frequency": "term", "systems": ["HRIS"], "head_phone": "x"}
    before = answers(university, draft)
    page = Page(requester.save(draft, status=422, **typed))
    form = page.form(f"/requests/{draft}/edit")
    for key, value in typed.items():
        want = value if isinstance(value, list) else [value]
        assert form.values(key) == want, key
    assert page.title.startswith("ผิดพลาด")
    for field in ("head_email", "networks", "needed_by", "head_phone"):
        assert f"f-{field}-error" in page.ids or f"#f-{field}" in page.links
        assert f"#f-{field}" in page.links, field
    assert len(page.errors) == 4
    assert answers(university, draft) == before


def test_the_same_sentence_stands_above_and_at_the_field(requester, draft):
    answer = requester.save(draft, then="check", status=422)
    page = Page(answer)
    summary = re.findall(r'<li><a href="#f-[^"]+">([^<]+)</a>', answer.text)
    inline = [e.split(":", 1)[1].strip() for e in page.errors]
    assert len(summary) == 6, summary  # an aggregate needs no more
    assert summary == inline
    for link in page.links:
        if link.startswith("#f-"):
            assert link[1:] in page.ids, link


def test_a_form_that_was_overtaken_is_not_lost(university, requester, draft):
    form = requester.form_of(draft)
    requester.save(draft, title="อีกหน้าต่างหนึ่ง")
    answer = requester.post(f"/requests/{draft}/edit",
                            form.data(title="หน้าต่างแรก", then="save"))
    assert answer.status_code == 412
    again = Page(answer).form(f"/requests/{draft}/edit")
    assert again.values("title") == ["หน้าต่างแรก"]
    assert answers(university, draft)["title"] == "อีกหน้าต่างหนึ่ง"
    # Seen, and meant: now it goes through.
    answer = requester.post(f"/requests/{draft}/edit", again.data(then="save"))
    assert answer.status_code == 303
    assert answers(university, draft)["title"] == "หน้าต่างแรก"


def test_files_go_with_the_answers(university, requester, draft):
    data = requester.form_of(draft).data(then="save", title="มีเอกสารแนบ",
                                         lists_people="no")
    answer = requester.post(
        f"/requests/{draft}/edit", data,
        files=[("file", ("บันทึก.pdf", b"%PDF-1.7 one", "application/pdf")),
               ("file", ("list.csv", b"a,b\n1,2\n", "text/csv"))])
    assert answer.status_code == 303, answer.text[:2000]
    request = university.api("requester").get(f"/requests/{draft}").json()
    assert [f["name"] for f in request["files"]] == ["บันทึก.pdf", "list.csv"]
    assert request["answers"]["title"] == "มีเอกสารแนบ"
    page = requester.page(f"/requests/{draft}/edit")
    files = [a for a in page.links if "/files/" in a]
    assert [requester.get(a).content for a in files] == [b"%PDF-1.7 one",
                                                         b"a,b\n1,2\n"]
    # An empty one is refused; the answers beside it are safe.
    answer = requester.post(
        f"/requests/{draft}/edit",
        requester.form_of(draft).data(then="save", title="ยังอยู่",
                                      lists_people="no"),
        files=[("file", ("empty.txt", b"", "text/plain"))])
    assert answer.status_code == 422
    assert answers(university, draft)["title"] == "ยังอยู่"


def test_a_file_that_lists_people_is_not_taken(university, requester, draft):
    """The question stands beside the file; the answers are kept whatever it is."""
    content = b"id,name\n1,somebody\n"
    for said, words in ((None, "โปรดตอบว่า"), ("yes", "แนบที่นี่ไม่ได้")):
        data = requester.form_of(draft).data(
            then="save", title=f"เรื่อง {said}",
            **({"lists_people": said} if said else {}))
        answer = requester.post(
            f"/requests/{draft}/edit", data,
            files=[("file", ("รายชื่อ.csv", content, "text/csv"))])
        assert answer.status_code == 422
        page = Page(answer)
        assert words in answer.text and "#f-lists_people" in page.links
        assert (f"/requests/{draft}/tables" in page.links) == (said == "yes")
        assert answers(university, draft)["title"] == f"เรื่อง {said}"
    assert university.api("requester").get(
        f"/requests/{draft}").json()["files"] == []
    assert not list((university.dir / "people/attachments").rglob(
        hashlib.sha256(content).hexdigest()))
    # Without a file nobody is asked.
    assert requester.save(draft, title="ไม่มีไฟล์").status_code == 303


@pytest.mark.both_stores
def test_check_and_send(university, requester, draft):
    answer = requester.get(f"/requests/{draft}/check")
    assert urlsplit(answer.url).path == f"/requests/{draft}/edit"
    assert Page(answer).title.startswith("ผิดพลาด")
    answer = requester.save(draft, then="check", systems=["REG", "GL3D"],
                            **AGGREGATE)
    assert answer.headers["Location"] == f"/requests/{draft}/check"
    page = requester.page(f"/requests/{draft}/check")
    text = page.answer.text
    for said in (AGGREGATE["title"], "30 ธันวาคม 2570", "Excel",
                 "กองบริการการศึกษา", "ภายในวันที่ ", "ไม่ได้ระบุ"):
        assert said in text, said
    assert text.count("f-title") >= 1
    for link in page.links:
        if "edit#f-" in link:
            target = requester.page(f"/requests/{draft}/edit")
            assert link.split("#")[1] in target.ids, link
    form = page.form(f"/requests/{draft}/submit")
    answer = requester.post(form.action, form.data())
    assert answer.headers["Location"] == f"/requests/{draft}?done=submit"
    request = university.api("requester").get(f"/requests/{draft}").json()
    assert request["state"] == "consent"
    # Sent is sent: the form leads to the request, pressing again does nothing.
    for path in (f"/requests/{draft}/edit", f"/requests/{draft}/check"):
        answer = requester.get(path, allow_redirects=False)
        assert answer.headers["Location"] == f"/requests/{draft}"
    answer = requester.post(form.action, form.data())
    assert answer.headers["Location"] == f"/requests/{draft}"
    again = university.api("requester").get(f"/requests/{draft}").json()
    assert again["version"] == request["version"]


def test_sending_what_is_not_whole_shows_what_is_missing(requester, draft):
    form = requester.form_of(draft)
    answer = requester.post(f"/requests/{draft}/submit",
                            {"csrf": form.values("csrf")[0]})
    assert answer.status_code == 422
    assert len(Page(answer).errors) == 6


def test_the_registrars_form_has_its_numbers(requester):
    no = requester.start("REGISTRAR")
    page = requester.page(f"/requests/{no}/edit")
    for label in ("1. หน่วยงาน", "9. จุดประสงค์โครงการ", "12. รูปแบบผลลัพธ์"):
        assert label in page.answer.text, label
    answer = requester.save(no, then="check", status=422)
    numbers = re.findall(r'<li><a href="#f-[^"]+">(\d+)\.', answer.text)
    # 1 and 6 to 8 are known of the requester already.
    assert numbers == ["3", "4", "5", "9", "10", "12", "13"]


def test_a_draft_is_its_writers_alone(university, draft):
    strangers = [university.people("requester")[1],
                 university.person("records", "ICIT"),
                 university.person("auditor"), university.person("admin")]
    for person in strangers:
        reader = Reader(university, person)
        for path in (f"/requests/{draft}/edit", f"/requests/{draft}/check"):
            assert reader.get(path).status_code == 404, person["role"]
        answer = reader.post(f"/requests/{draft}/edit",
                             {"csrf": reader.csrf(), "title": "x"})
        assert answer.status_code == 404
        assert reader.post(f"/requests/{draft}/submit",
                           {"csrf": reader.csrf()}).status_code == 404


def test_what_is_far_too_long_is_said_not_broken(requester, draft):
    long = "ก" * 20_000
    page = Page(requester.save(draft, status=422, purpose=long, title=long,
                               head_email=long, networks=long))
    form = page.form(f"/requests/{draft}/edit")
    assert set(form.values("purpose")[0].strip()) == {"ก"}
    for field in ("purpose", "title", "head_email"):
        assert f"#f-{field}" in page.links
    answer = requester.post(f"/requests/{draft}/edit", requester.form_of(
        draft).data(asked="title " * 8_000, then="save"))
    assert answer.status_code == 303
    odd = "a" + "\u200b" * 900
    for query in ({"q": odd}, {"office": odd, "cursor": "9" * 18 + ".x"},
                  {"q": "a" * 2000, "cursor": "9" * 18 + ".x"}):
        answer = requester.get("/requests", params=query, allow_redirects=False)
        assert answer.status_code in (200, 303), query
    assert requester.get("/requests?" + "x" * 7000).status_code == 200


@pytest.mark.both_stores
def test_records_enters_a_paper(university):
    records = Reader(university, university.person("records", "ICIT"))
    path = "/requests/new?on_behalf=1"
    form = records.page(path).form(path)
    wrong = Page(records.post(path, form.data(
        **{"on_behalf.name": "", "on_behalf.unit": "กองแผนงาน",
           "on_behalf.email": "x", "memo_no": "อว 7105/๑๒"})))
    assert wrong.answer.status_code == 422
    again = wrong.form(path)
    assert again.values("on_behalf.unit") == ["กองแผนงาน"]
    assert again.values("memo_no") == ["อว 7105/๑๒"]
    assert "#f-on_behalf.name" in wrong.links
    assert "#f-on_behalf.email" in wrong.links
    answer = records.post(path, again.data(
        **{"on_behalf.name": "นางสาวสมหญิง ใจดี", "on_behalf.email": "",
           "signer_name": "นายสมชาย ใจดี", "memo_date-day": "17",
           "memo_date-month": "11", "memo_date-year": "2569"}),
        files=[("file", ("scan.pdf", b"%PDF-1.4 scan", "application/pdf"))])
    assert answer.status_code == 303, answer.text[:2000]
    no = answer.headers["Location"].split("/")[2]
    request = university.api(("records", "ICIT")).get(f"/requests/{no}").json()
    assert request["state"] == "draft"
    assert request["requester"]["name"] == "นางสาวสมหญิง ใจดี"
    assert request["entered_by"] == university.person("records",
                                                      "ICIT")["email"]
    assert request["answers"]["memo_date"] == "2026-11-17"
    assert request["answers"]["signer_name"] == "นายสมชาย ใจดี"
    assert [f["name"] for f in request["files"]] == ["scan.pdf"]
    # The rest as for everybody, until it is sent.
    assert "นางสาวสมหญิง ใจดี" in records.get(f"/requests/{no}/edit").text
    records.save(no, then="check", systems=["GL3D"], **AGGREGATE)
    form = records.page(f"/requests/{no}/check").form(f"/requests/{no}/submit")
    assert records.post(form.action, form.data()).status_code == 303
    request = university.api(("records", "ICIT")).get(f"/requests/{no}").json()
    assert request["state"] == "intake"
