"""What the desk's pages say to whom: the first page, procedures, lists, errors;
and that the API is as it is described."""
import re
from urllib.parse import unquote

import pytest
import requests

from journey import COMMANDS
from page_forms import AGGREGATE, Reader, routes
from page_forms import draft, requester  # noqa: F401


def test_the_demo_says_that_it_is_one_and_tells_no_secret(university):
    answer = Reader(university).get("/sign-in")
    assert "ระบบสาธิต" in answer.text and "demo.json" in answer.text
    for person in university.facts["people"]:
        assert person["password"] not in answer.text
        assert person["email"] not in answer.text


@pytest.mark.parametrize("who,there,absent", [
    (("requester", None), ["/requests/new", "/connections"],
     ["/register", "/requests/new?on_behalf=1"]),
    (("records", "ICIT"), ["/requests/new?on_behalf=1", "/register"],
     ["/requests/new"]),
    (("director", "REGISTRAR"), ["/register"], ["/requests/new"]),
    (("auditor", None), ["/register"], ["/requests/new"]),
    (("admin", None), ["/requests"], ["/register", "/requests/new"]),
])
def test_everybody_is_led_where_he_may_go(university, who, there, absent):
    reader = Reader(university, university.person(*who))
    page = reader.page("/")
    for path in there:
        assert path in page.links
        assert reader.get(path).status_code == 200, path
    for path in absent:
        assert path not in page.links, path


def test_the_procedure_names_the_roles(university):
    for office, word in (("ICIT", "งานสารบรรณ"),
                         ("REGISTRAR", "ผู้ปฏิบัติงานบริหาร")):
        reader = Reader(university, university.person("records", office))
        text = reader.get("/").text
        assert re.search(f'person-role">[^<]*{word}', text), office


def test_a_stranger_reads_what_this_is(university):
    text = Reader(university).get("/").text
    assert "ICIT-QP-9001-24" in text and "W-REG6-001" in text
    assert "ไม่เกิน 10 วันทำการ" in text and "4–7 วันทำการ" in text
    english = Reader(university, lang="en").get("/").text
    assert "At most 10 working days" in english


def test_what_can_be_asked_is_said_before(university, requester):
    text = requester.get("/requests/new").text
    for word in ("STUENTRY", "REGKMITL", "กองบริการการศึกษา", "ICIT-QP-9001-24"):
        assert word in text, word
    records = Reader(university, university.person("records", "ICIT"))
    # Whoever may not ask is told where to go instead.
    answer = records.get("/requests/new")
    assert answer.status_code == 200 and "ใครขอข้อมูลได้" in answer.text
    assert 'action="/requests/new"' not in answer.text
    assert requester.get("/requests/new?on_behalf=1").status_code == 403


def test_lists_are_filtered_by_their_address(university, requester):
    no = requester.start("REGISTRAR")
    requester.save(no, title="คำค้นเฉพาะ ๙๘๗")
    found = requester.page("/requests?q=เฉพาะ+987")
    assert f"/requests/{no}/edit" in found.links
    for query in ("q=ไม่มีคำนี้เลย", "state=closed&q=987", "office=ICIT&q=987",
                  "system=HRIS&q=987", "waiting=me&q=987"):
        page = requester.page("/requests?" + query)
        assert f"/requests/{no}/edit" not in page.links, query
    # What cannot be is the whole list again, not an error.
    for query in ("state=none", "cursor=x"):
        answer = requester.get("/requests?" + query, allow_redirects=False)
        assert answer.headers["Location"] == "/requests"


@pytest.mark.both_stores
def test_a_long_list_goes_on(university, requester):
    made = {requester.start("ICIT") for _ in range(26)}
    seen, path, pages = set(), "/requests?state=draft", 0
    while path and pages < 100:
        page = requester.page(path)
        seen |= {a.split("/")[2] for a in page.links if a.endswith("/edit")}
        more = re.search(r'<a href="([^"]+)" rel="next"', page.answer.text)
        path = more and more.group(1).replace("&amp;", "&")
        pages += 1
    assert pages >= 2 and made <= seen


def test_what_waits_for_one_is_on_his_first_page(university, requester, draft):
    requester.save(draft, then="check", systems=["REG"], **AGGREGATE)
    form = requester.page(f"/requests/{draft}/check").form(
        f"/requests/{draft}/submit")
    requester.post(form.action, form.data())
    waiting = university.api("requester").get(
        f"/requests/{draft}").json()["waiting_for"][0]["people"]
    owner = next(p for p in university.people("owner")
                 if p["email"] == waiting[0]["email"])
    reader = Reader(university, owner)
    page = reader.page("/requests?waiting=me")
    assert f"/requests/{draft}" in page.links
    count = re.search(r'class="count">(\d+)<', page.answer.text)
    assert count and int(count.group(1)) >= 1
    assert f"/requests/{draft}" not in requester.page(
        "/requests?waiting=me").links


def test_what_is_late_says_by_how_many_working_days(university):
    answered = {k: v for k, v in AGGREGATE.items() if "-" not in k}
    made = university.api("requester").post("/requests", {
        "office": "ICIT", "submit": True, "answers": {
            **answered, "needed_by": "2027-12-30", "systems": ["GL3D"]}})
    assert made.status_code == 201, made.text
    no = made.json()["no"]
    done = university.api(("records", "ICIT")).post(f"/requests/{no}/receive", {
        "memo_in": "อว 1/1", "memo_date": "2026-01-05",
        "received_at": "2026-01-06"})
    assert done.status_code == 200, done.text
    director = university.person("director", "ICIT")
    late = university.api(director).get(f"/requests/{no}").json()["overdue"]
    assert late > 5
    reader = Reader(university, director)
    for path in ("/", f"/requests?waiting=me&q={no}", f"/requests?q={no}"):
        text = reader.get(path).text
        row = text[text.index(f'href="/requests/{no}"'):]
        row = row[:row.index("</tr>")]
        assert f"เกินกำหนด {late} วันทำการ" in row, path
        assert "รอผู้อำนวยการพิจารณา" in row, path
    assert "เกินกำหนด" in re.search(r'class="figures".*?</ul>',
                                    reader.get("/").text, re.S).group(0)


@pytest.mark.parametrize("code,revision,day,clauses", [
    ("ICIT-QP-9001-24", "06", "6 พฤษภาคม 2569", ["5.2.2.2", "5.4.4"]),
    ("W-REG6-001", "01", "1 มีนาคม 2564", ["4.3"])])
def test_the_procedure_is_the_document_in_force(university, code, revision, day,
                                                clauses):
    reader = Reader(university)
    page = reader.page(f"/procedures/{code}")
    text = page.answer.text
    assert code in text and day in text
    assert re.search(f"แก้ไขครั้งที่</dt>\\s*<dd>\\s*{revision}", text)
    for clause in clauses:
        assert f"p-{clause}" in page.ids
    for link in page.links:
        if "#p-" in link:
            assert unquote(link.split("#")[1]) in page.ids, link
    assert "ไม่ได้" in text and "การแบ่งแยกหน้าที่" in text
    notice = "ทำลายทิ้งทันทีหากพบว่าเป็นฉบับไม่ทันสมัย" in text
    assert notice == (code == "ICIT-QP-9001-24")
    assert reader.get(f"/procedures/{code}?revision=99").status_code == 404
    assert reader.get("/procedures/NONE").status_code == 404


def test_every_error_code_is_explained(university):
    reader = Reader(university)
    page = reader.page("/help/errors")
    api = reader.get("/api/v1/openapi.json").json()
    codes = api["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
    assert len(codes) > 50 and set(codes) <= page.ids
    problem = reader.get("/api/v1/me").json()
    path, anchor = problem["type"].split("#")
    assert path == "/help/errors" and anchor in page.ids


def resolve(api, schema):
    if "$ref" in schema:
        return api["components"]["schemas"][schema["$ref"].split("/")[-1]]
    if "anyOf" in schema:
        return resolve(api, schema["anyOf"][0])
    return schema


def fits(api, schema, value, at):
    """The value has nothing that the schema does not name, of another type."""
    nullable = "anyOf" in schema
    schema = resolve(api, schema)
    if value is None:
        assert nullable, at
        return
    kinds = {"object": dict, "array": list, "string": str, "integer": int,
             "boolean": bool, "number": (int, float)}
    if "type" in schema:
        assert isinstance(value, kinds[schema["type"]]), at
    if "enum" in schema:
        assert value in schema["enum"], (at, value)
    for key in value if isinstance(value, dict) else ():
        if "properties" in schema:
            assert key in schema["properties"], (at, key)
            fits(api, schema["properties"][key], value[key], f"{at}.{key}")
    for i, item in enumerate(value if isinstance(value, list) else ()):
        fits(api, schema.get("items", {}), item, f"{at}[{i}]")


def test_the_api_is_as_it_is_described(university, requester, draft):
    api = requests.get(university.desk + "/api/v1/openapi.json",
                       timeout=30).json()
    assert api["openapi"] == "3.1.0"
    for method, path, _, door, *_ in routes():
        if door == "api" and "{command}" not in path:
            call = api["paths"][path][method.lower()]
            assert re.search("[ก-๙]", call["summary"]), path
    commands = [p for p in api["paths"] if "command_" in str(
        api["paths"][p].get("post", {}).get("operationId"))]
    assert len(commands) == len(COMMANDS)
    ids = [c["operationId"] for p in api["paths"].values() for c in p.values()]
    assert len(ids) == len(set(ids))
    refs = set(re.findall(r"#/components/schemas/(\w+)", str(api)))
    assert refs <= set(api["components"]["schemas"])
    caller = university.api("requester")
    requester.save(draft, then="check", systems=["REG"], **AGGREGATE)
    assert caller.post(f"/requests/{draft}/submit").status_code == 200
    for path in ("/me", "/me/tokens", "/systems", "/procedures",
                 "/procedures/W-REG6-001", "/requests", "/connections",
                 f"/requests/{draft}", f"/requests/{draft}/events",
                 f"/requests/{draft}/clock"):
        pattern = "/api/v1" + path.replace(draft, "{no}").replace(
            "W-REG6-001", "{code}")
        call = api["paths"][pattern]["get"]
        schema = call["responses"]["200"]["content"]["application/json"]
        answer = caller.get(path)
        assert answer.status_code == 200
        fits(api, schema["schema"], answer.json(), path)
    missing = caller.get("/requests/NONE-1")
    fits(api, {"$ref": "#/components/schemas/Problem"}, missing.json(), "404")
