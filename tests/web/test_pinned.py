"""What is asked once and pinned to the connection: purpose, basis, of whom, how
far told, until when kept, and why each column is given out."""
import pytest

from journey import call, desk, wrong_fields  # noqa: F401
from test_pages_case import web  # noqa: F401
from test_talk import PERSONAL

pytestmark = pytest.mark.both_stores

WHY = "ใช้จับคู่กับระบบลงเวลา"


def prepared(icit, no, classes):
    """A body for prepare whose first columns have these classes."""
    body = icit.prepared()
    columns = [c["name"] for c in icit.officer.ok(
        no, "prepare", **body)["artefact"]["parts"][0]["columns"]]
    body["columns"] = [{"name": n, "class": c} for n, c in zip(
        columns, classes + ["internal"] * len(columns))]
    return body, columns


def test_a_reason_is_pinned_to_what_is_delivered(desk, web):  # noqa: F811
    icit, asks = desk.icit, desk.requester
    no = icit.until("preparing", recipients="งานทะเบียนบุคคล 2 คน",
                    **PERSONAL)
    body, columns = prepared(icit, no, ["personal", "sensitive"])
    bare = icit.officer.ok(no, "prepare", **body)["artefact"]
    assert "reasons" not in bare["parts"][0]
    # Of a column that is not there, or is not given out, there is none.
    for named in ({"nothing": WHY},):
        assert wrong_fields(icit.officer.refused(
            422, "invalid", no, "prepare", **body, reasons=named)) == \
            {"parts[0].reasons": "no-such-column"}
    dropped = {**body, "columns": [{**body["columns"][0], "mask": "drop"},
                                   *body["columns"][1:]], "filterable": []}
    icit.officer.refused(422, "invalid", no, "prepare", **dropped,
                         reasons={columns[0]: WHY})
    icit.officer.refused(422, "invalid", no, "prepare", **body,
                         reasons={columns[0]: "ย" * 501})
    made = icit.officer.ok(no, "prepare", **body,
                           reasons={columns[0]: WHY})["artefact"]
    assert made["parts"][0]["reasons"] == {columns[0]: WHY}
    assert made["digest"] != bare["digest"]
    assert WHY in web(icit.head).open(f"/requests/{no}").text
    # The form of the next preparing begins with it.
    page = web(icit.officer).open(f"/requests/{no}/prepare")
    assert page.to("/prepare").value("prepare.parts[0].reasons").strip() == \
        f"{columns[0]}: {WHY}"
    r = icit.officer.ok(no, "deliver", digest=made["digest"])
    connection = r["connections"][0]
    key = asks.key(connection)
    about = call(connection, key, "/about?lang=th").text
    for text in (WHY, "งานทะเบียนบุคคล 2 คน", "31 ธันวาคม 2570"):
        assert text in about, text
    page = web(asks).open(f"/connections/{connection['id']}")
    assert WHY in page.text and "31 ธ.ค. 2570" in page.text


def test_the_page_takes_reasons(desk, web):  # noqa: F811
    icit = desk.icit
    no = icit.until("preparing")
    body, columns = prepared(icit, no, ["personal"])
    session = web(icit.officer)
    page = session.open(f"/requests/{no}/prepare")
    done = session.send(page, "/prepare", button="finish", **{
        "prepare.confirm": ["exists", "releasable"],
        "prepare.parts[0].reasons": f"{columns[0]}: {WHY}: สองจุด\n"})
    assert done.status == 200 and not done.errors, done.errors
    part = icit.officer.request(no)["artefact"]["parts"][0]
    assert part["reasons"] == {columns[0]: f"{WHY}: สองจุด"}
