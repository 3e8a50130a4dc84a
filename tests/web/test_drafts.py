"""Drafts, attachments, tokens, and what the API says to what it cannot take."""
import json

import pytest
import requests

from journey import desk, good, refusal, wrong_fields  # noqa: F401

pytestmark = pytest.mark.both_stores

MIB = 1 << 20


def patch(person, no, answers, **headers):
    return person.api.patch(f"/requests/{no}", {"answers": answers},
                            headers=headers)


@pytest.fixture
def no(desk):
    """A draft of the requester."""
    return desk.icit.new(submit=False)["no"]


def test_a_draft_is_changed_answer_by_answer(desk, no):
    r = good(patch(desk.requester, no, {"title": "  ชื่อ\u200bใหม่  ",
                                        "needed_by": "30 ธ.ค. 69"}))
    assert r["version"] == 2
    assert (r["title"], r["answers"]["title"]) == ("ชื่อใหม่", "ชื่อใหม่")
    assert r["answers"]["needed_by"] == "2026-12-30"
    assert r["answers"]["purpose"] == "ทำรายงานประจำปี"
    # An empty answer is absent.
    r = good(patch(desk.requester, no, {"purpose": "", "detail": "   "}))
    assert "purpose" not in r["answers"] and "detail" not in r["answers"]
    problem = desk.requester.refused(422, "invalid", no, "submit")
    assert wrong_fields(problem) == {"purpose": "required",
                                     "detail": "required"}
    # A known answer that this procedure does not ask is kept.
    r = good(patch(desk.requester, no, {"ethics_no": "EC 12/2569"}))
    assert r["answers"]["ethics_no"] == "EC 12/2569"


def test_a_draft_is_checked_as_it_is_saved(desk, no):
    problem = refusal(patch(desk.requester, no, {
        "hobby": "x", "needed_by": "31 กุมภาพันธ์ 2569", "formats": ["pdf"],
        "networks": ["10.0.0.0/99"], "coordinator_email": "nobody",
        "title": 7, "identifiability": "secret"}), 422, "invalid")
    assert set(wrong_fields(problem)) == {
        "hobby", "needed_by", "formats", "networks", "coordinator_email",
        "title", "identifiability"}
    assert wrong_fields(problem)["hobby"] == "unknown"
    assert all(e["message"] for e in problem["errors"])
    assert desk.requester.request(no)["version"] == 1
    problem = refusal(desk.requester.api.patch(
        f"/requests/{no}", {"answers": {}, "state": "closed"}), 422, "invalid")
    assert wrong_fields(problem) == {"state": "unknown"}
    problem = refusal(desk.requester.api.patch(
        f"/requests/{no}", {"answers": "x"}), 422, "invalid")
    assert list(wrong_fields(problem)) == ["answers"]


def test_what_depends_on_another_answer_is_required_then(desk, no):
    good(patch(desk.requester, no, {"identifiability": "identified"}))
    problem = desk.requester.refused(422, "invalid", no, "submit")
    assert wrong_fields(problem) == dict.fromkeys(
        ["subjects", "lawful_basis", "retention_until", "terms_accepted"],
        "required")
    good(patch(desk.requester, no, {
        "subjects": ["staff"], "lawful_basis": "pdpa-24-4",
        "retention_until": "2027-12-31", "terms_accepted": True}))
    assert desk.requester.ok(no, "submit")["state"] == "consent"


def test_an_unknown_system_is_found_at_the_submission(desk, no):
    good(patch(desk.requester, no, {"systems": ["HRIS", "NOPE"]}))
    problem = desk.requester.refused(422, "invalid", no, "submit")
    assert list(wrong_fields(problem)) == ["systems"]


def test_a_stale_version_is_412(desk, no):
    asks = desk.requester
    answer = asks.api.get(f"/requests/{no}")
    assert answer.headers["ETag"] == '"1"'
    good(patch(asks, no, {"title": "ก"}, **{"If-Match": '"1"'}))
    refusal(patch(asks, no, {"title": "ข"}, **{"If-Match": '"1"'}), 412,
            "stale-version")
    for odd in ('W/"2"', "2x", '"two"'):
        refusal(patch(asks, no, {"title": "ข"}, **{"If-Match": odd}), 412,
                "stale-version")
    refusal(asks.send(no, "submit", headers={"If-Match": '"1"'}), 412,
            "stale-version")
    # 403 and 409 are said before it, 422 after it.
    refusal(asks.send(no, "decide", headers={"If-Match": '"1"'}), 403,
            "not-yours")
    refusal(asks.send(no, "reply", headers={"If-Match": '"1"'}), 409,
            "not-in-this-state")
    refusal(asks.send(no, "withdraw", headers={"If-Match": '"1"'}), 412,
            "stale-version")
    refusal(asks.send(no, "withdraw", headers={"If-Match": '"2"'}), 422,
            "invalid")
    assert asks.request(no)["title"] == "ก"
    good(asks.send(no, "submit", headers={"If-Match": '"2"'}))
    refusal(patch(asks, no, {"title": "ค"}), 409, "not-in-this-state")


def test_a_draft_is_its_makers_alone(desk, no):
    for other in desk.everybody():
        if other is desk.requester:
            continue
        refusal(other.api.get(f"/requests/{no}"), 404, "no-such-request")
        refusal(patch(other, no, {"title": "x"}), 404, "no-such-request")
    listed = desk.other.get("/requests?limit=200")["requests"]
    assert no not in [r["no"] for r in listed]
    mine = desk.requester.get("/requests?state=draft&limit=200")["requests"]
    assert no in [r["no"] for r in mine]


def test_the_same_key_is_the_same_answer(desk):
    key = {"Idempotency-Key": "draft-1"}
    body = {"office": "ICIT", "answers": desk.icit.answers(), "submit": False}

    def make(person, body, headers):
        return person.api.post("/requests", body, headers=headers)

    first = make(desk.requester, body, key)
    again = make(desk.requester, body, key)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    refusal(make(desk.requester, {**body, "answers": {}}, key), 422,
            "idempotency-reused")
    # Per person; and another key is another request.
    other = good(make(desk.other, body, key), 201)
    assert other["no"] != first.json()["no"]
    second = good(make(desk.requester, body, {"Idempotency-Key": "2"}), 201)
    assert second["no"] != first.json()["no"]
    for bad in ("x" * 201, "a b"):
        refusal(make(desk.requester, body, {"Idempotency-Key": bad}), 422,
                "idempotency-key")

    # A command too: given twice, done once.
    no = first.json()["no"]
    once = desk.requester.send(no, "submit", headers={
        "Idempotency-Key": "submit-1"})
    twice = desk.requester.send(no, "submit", headers={
        "Idempotency-Key": "submit-1"})
    assert (once.status_code, once.content) == (200, twice.content)
    desk.requester.refused(409, "not-in-this-state", no, "submit")
    # The key stands for one call: another path is another body.
    refusal(desk.requester.send(no, "note", headers={
        "Idempotency-Key": "submit-1"}, text="x"), 422, "idempotency-reused")


def test_what_was_refused_is_not_kept(desk, no):
    """A key whose call failed can be used again when the cause is mended."""
    good(patch(desk.requester, no, {"title": ""}))
    key = {"Idempotency-Key": f"mended-{no}"}
    refusal(desk.requester.send(no, "submit", headers=key), 422, "invalid")
    good(patch(desk.requester, no, {"title": "มีแล้ว"}))
    assert good(desk.requester.send(no, "submit", headers=key)
                )["state"] == "consent"


def test_preparing_twice_with_one_key_prepares_once(desk):
    icit = desk.icit
    no = icit.until("preparing")
    key = {"Idempotency-Key": f"prepare-{no}"}
    first = icit.officer.send(no, "prepare", headers=key, **icit.prepared())
    again = icit.officer.send(no, "prepare", headers=key, **icit.prepared())
    assert first.status_code == 200 and first.content == again.content
    events = icit.officer.get(f"/requests/{no}/events")["events"]
    given = [e["data"].get("command") for e in events]
    assert given.count("prepare") == 1


def test_revoking_twice_with_one_key_revokes_once(desk):
    no = desk.icit.until("acceptance")
    asks = desk.requester
    path = f"/connections/{asks.request(no)['connections'][0]['id']}/revoke"
    key = {"Idempotency-Key": f"revoke-{no}"}
    first = asks.api.post(path, {"reason": "x"}, headers=key)
    again = asks.api.post(path, {"reason": "x"}, headers=key)
    assert first.status_code == 200 and first.content == again.content


def test_lists_show_what_one_sees_a_page_at_a_time(desk):
    word = "กำนั่นผู้ใหญ่บ้าน"
    made = [desk.icit.new(submit=False, title=f"{word} {i}")["no"]
            for i in range(5)]
    found, cursor = [], ""
    for _ in range(10):
        page = desk.requester.get(
            f"/requests?q={word}&limit=2&cursor={cursor}")
        assert len(page["requests"]) <= 2
        found += [r["no"] for r in page["requests"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == made[::-1]  # the newest change first
    assert desk.other.get(f"/requests?q={word}")["requests"] == []
    one = desk.requester.get(f"/requests?q={made[2]}&state=draft&office=ICIT")
    assert [r["no"] for r in one["requests"]] == [made[2]]
    assert desk.requester.get(
        f"/requests?q={made[2]}&state=intake")["requests"] == []
    for bad in ("state=nowhere", "limit=0", "limit=201", "limit=x",
                "cursor=x"):
        refusal(desk.requester.api.get("/requests?" + bad), 422, "invalid")


# Attachments.


def attach(person, no, name, content, **kwargs):
    return person.api.call("POST", f"/requests/{no}/files",
                           files={"file": (name, content, "text/plain")},
                           **kwargs)


@pytest.mark.parametrize("name, kept", [
    ("../../x", "x"), ("/etc/passwd", "passwd"), ("..\\..\\y.txt", "y.txt"),
    ("ที่ปรึกษาผู้ใหญ่กำนั่น น้ำแข็งปั่น ปู่ย่า.pdf",
     "ที่ปรึกษาผู้ใหญ่กำนั่น น้ำแข็งปั่น ปู่ย่า.pdf"),
    ("a\u202egnp.exe", "agnp.exe"), (".hidden", "hidden")])
def test_a_name_is_harmless_and_keeps_its_letters(desk, no, name, kept):
    content = name.encode()
    before = set(desk.university.top.rglob("*"))
    sent = good(attach(desk.requester, no, name.replace("\\", "\\\\"),
                       content), 201)
    assert sent["name"] == kept and sent["bytes"] == len(content)
    got = desk.requester.api.get(f"/requests/{no}/files/{sent['id']}")
    assert got.content == content
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    # On disk it has a name of Pratu's own, in the folder of attachments.
    new = [p for p in set(desk.university.top.rglob("*")) - before
           if p.is_file() and "desk.db" not in p.name]
    assert all("attachments" in str(p) for p in new)
    assert not any(kept.split(".")[0] in p.name for p in new)
    listed = desk.requester.request(no)["files"]
    assert [f["name"] for f in listed] == [kept]


def test_a_file_is_for_those_who_see_the_request(desk, no):
    sent = good(attach(desk.requester, no, "a.txt", b"x"), 201)
    path = f"/requests/{no}/files/{sent['id']}"
    assert desk.other.api.get(path).status_code == 404
    assert attach(desk.other, no, "b.txt", b"x").status_code == 404
    desk.requester.ok(no, "submit")
    hr = desk.owners["HRD"]
    assert hr.api.get(path).content == b"x"
    assert attach(hr, no, "c.txt", b"x").status_code == 201
    # Who only looks attaches nothing.
    assert desk.auditor.api.get(path).status_code == 200
    refusal(attach(desk.auditor, no, "d.txt", b"x"), 403, "not-yours")
    # A file of one request is no file of another.
    another = desk.icit.new()["no"]
    assert desk.requester.api.get(
        f"/requests/{another}/files/{sent['id']}").status_code == 404


def test_a_file_has_at_most_25_mib(desk, no):
    most = bytes(25 * MIB)
    sent = good(attach(desk.requester, no, "most.bin", most), 201)
    assert sent["bytes"] == 25 * MIB
    answer = attach(desk.requester, no, "more.bin", most + b"x")
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert len(desk.requester.request(no)["files"]) == 1


def test_a_request_has_at_most_20_files(desk, no):
    for i in range(20):
        good(attach(desk.requester, no, f"{i}.txt", b"x"), 201)
    answer = attach(desk.requester, no, "21.txt", b"x")
    assert answer.status_code in (409, 422), answer.text
    assert len(desk.requester.request(no)["files"]) == 20


def test_one_file_at_a_time_and_sent_once(desk, no):
    answer = desk.requester.api.call("POST", f"/requests/{no}/files",
                                     data={"nothing": "x"})
    assert answer.status_code in (415, 422)
    key = {"Idempotency-Key": f"file-{no}"}
    first = good(attach(desk.requester, no, "a.txt", b"x", headers=key), 201)
    again = good(attach(desk.requester, no, "a.txt", b"x", headers=key), 201)
    assert first == again
    refusal(attach(desk.requester, no, "a.txt", b"y", headers=key), 422,
            "idempotency-reused")
    assert len(desk.requester.request(no)["files"]) == 1


# Tokens, and bodies.


def test_a_token_that_may_only_read(desk, no):
    asks = desk.requester
    made = good(asks.api.post("/me/tokens", {
        "name": "อ่านอย่างเดียว", "read_only": True, "days": 7}), 201)
    assert made["token"].startswith("prt_")
    api = asks.api.session.__class__()
    api.headers["Authorization"] = f"Bearer {made['token']}"
    base = desk.university.desk + "/api/v1"
    assert api.get(base + "/me").json()["read_only"] is True
    seen = api.get(f"{base}/requests/{no}").json()
    assert (seen["no"], seen["allowed"]) == (no, [])
    refused = [
        api.post(f"{base}/requests/{no}/submit", json={}),
        api.patch(f"{base}/requests/{no}", json={"answers": {}}),
        api.post(base + "/requests", json={"office": "ICIT"}),
        api.post(f"{base}/requests/{no}/files", files={"file": ("a", b"x")}),
        api.post(f"{base}/requests/{no}/uploads", json={"name": "x"}),
        api.post(base + "/me/tokens", json={"name": "x"}),
        api.delete(f"{base}/me/tokens/{made['id']}"),
    ]
    for answer in refused:
        refusal(answer, 403, "read-only-token")
    # Its owner takes it away.
    listed = asks.get("/me/tokens")["tokens"]
    assert made["id"] in [t["id"] for t in listed]
    assert made["token"] not in json.dumps(listed)
    assert asks.api.delete(f"/me/tokens/{made['id']}").status_code == 204
    assert api.get(base + "/me").status_code == 401


def test_nobody_and_a_wrong_token(desk, no):
    base = desk.university.desk + "/api/v1"
    for headers, code in (
            ({}, "unauthenticated"),
            ({"Authorization": "Bearer prt_wrong"}, "token"),
            ({"Authorization": "Basic Og=="}, "unauthenticated")):
        for call in (requests.get(f"{base}/requests/{no}", headers=headers),
                     requests.post(f"{base}/requests/{no}/submit", json={},
                                   headers=headers)):
            problem = refusal(call, 401, code)
            assert call.headers["WWW-Authenticate"].startswith("Bearer")
            assert no not in json.dumps(problem)


@pytest.mark.parametrize("body", [
    b"{", b"[]", b'"x"', b"null", b'{"a":1,"a":2}', b'{"a":"\xff"}',
    b'{"a":"\\u0000"}', b"{} {}", b"nonsense", b"[" * 100])
def test_a_body_that_is_no_json_object_is_400(desk, no, body):
    answer = desk.requester.api.call(
        "POST", f"/requests/{no}/submit", data=body,
        headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"]
    assert desk.requester.state(no) == "draft"


def test_the_order_of_refusals(desk, no):
    """400 not JSON, 401, 404 may not see, 413/415, 403, 409, 412, 422."""
    def send(person, data=b"{}", media="application/json", command="decide",
             **headers):
        return person.api.call(
            "POST", f"/requests/{no}/{command}", data=data,
            headers={"Content-Type": media, **headers})
    nobody = requests.post(
        f"{desk.university.desk}/api/v1/requests/{no}/submit", data=b"{",
        headers={"Content-Type": "application/json"})
    assert nobody.status_code == 400
    assert send(desk.other, b"{").status_code == 400
    assert send(desk.other, media="text/plain").status_code == 404
    assert send(desk.requester, media="text/plain").status_code == 415
    assert send(desk.requester, b'{"x":1}', **{"If-Match": '"9"'}
                ).status_code == 403
    assert send(desk.requester, b'{"x":1}', command="reply",
                **{"If-Match": '"9"'}).status_code == 409
    assert send(desk.requester, b'{"x":1}', command="submit",
                **{"If-Match": '"9"'}).status_code == 412
    assert send(desk.requester, b'{"x":1}', command="submit"
                ).status_code == 422
    # Making one: the role is asked before the form.
    refusal(desk.auditor.api.post("/requests", {"x": 1}), 403,
            "only-requesters")
    problem = refusal(desk.requester.api.post("/requests", {
        "x": 1, "office": "NOPE"}), 422, "invalid")
    assert wrong_fields(problem)["x"] == "unknown"
    problem = refusal(desk.requester.api.post("/requests", {
        "office": "NOPE"}), 422, "invalid")
    assert wrong_fields(problem) == {"office": "bad-choice"}


def test_a_body_over_1_mib_is_413(desk, no):
    def body(n):
        head, tail = b'{"text":"', b'"}'
        return head + b"x" * (n - len(head) - len(tail)) + tail
    headers = {"Content-Type": "application/json"}
    for n, status in ((MIB, 422), (MIB + 1, 413)):
        answer = desk.requester.api.call(
            "POST", f"/requests/{no}/withdraw", data=body(n), headers=headers)
        assert answer.status_code == status, answer.text[:300]
    assert answer.headers["Content-Type"] == "application/problem+json"
    # To whom it is not to be seen its size is not spoken of.
    answer = desk.other.api.call(
        "POST", f"/requests/{no}/withdraw", data=body(MIB + 1),
        headers=headers)
    assert answer.status_code == 404
    answer = requests.post(
        f"{desk.university.desk}/api/v1/requests/{no}/withdraw",
        data=body(MIB + 1), headers=headers)
    assert answer.status_code == 401


def test_problems_come_in_the_readers_language(desk, no):
    thai = desk.requester.send(no, "decide").json()
    english = desk.requester.send(
        no, "decide", headers={"Accept-Language": "en-GB,en;q=0.9"}).json()
    assert thai["code"] == english["code"] == "not-yours"
    assert "พิจารณา" in thai["title"] and "decide" not in thai["title"]
    assert english["title"].isascii()
    late = desk.requester.send(no, "reply").json()
    assert "ร่าง" in late["title"] and "draft" not in late["title"]


def test_an_unknown_command_or_request_is_404(desk, no):
    refusal(desk.requester.send(no, "amend"), 404, "no-such-command")
    refusal(desk.requester.send("ICIT-2569-99999", "submit"), 404,
            "no-such-request")
    # Who does not see it is not even told which commands there are.
    assert desk.other.send(no, "amend").status_code == 404
