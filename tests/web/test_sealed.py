"""Idempotency-Key where the answer is a secret: the same call gives the same
bytes, one effect, and whoever reads the store learns nothing."""
from itertools import count

import pytest
import requests

from journey import Person, desk, good, refusal  # noqa: F401

pytestmark = pytest.mark.both_stores

keys = count(1)


def calls(desk):
    """path, body, by whom, the member that is secret, of each such call."""
    icit = desk.icit
    no = icit.until("acceptance")
    connection = desk.requester.request(no)["connections"][0]["id"]
    upload = icit.until("preparing")
    return {
        "token": ("/me/tokens", {"name": "สคริปต์", "days": 3},
                  desk.requester, "token"),
        "key": (f"/connections/{connection}/keys", {}, desk.requester, "key"),
        "upload": (f"/requests/{upload}/uploads", {"name": "a.csv"},
                   icit.officer, "url")}


def everything(desk):
    """All that the two stores hold, as one text."""
    found = []
    for part in ("people", "shared"):
        if desk.university.dsn:
            names = desk.store("select table_name as name from"
                               " information_schema.tables where"
                               f" table_schema = '{part}'", part)
        else:
            names = desk.store("select name from sqlite_master"
                               " where type = 'table'", part)
        for table in names:
            found.append(repr(desk.store(
                f"select * from {table['name']}", part)))
    return "\n".join(found)


@pytest.mark.parametrize("what", ["token", "key", "upload"])
def test_the_same_call_gives_the_same_secret(desk, what):
    path, body, person, member = calls(desk)[what]
    key = f"key-of-{what}-{next(keys)}"
    head = {"Idempotency-Key": key}
    first = person.api.post(path, body, headers=head)
    secret = good(first, 201)[member]
    again = person.api.post(path, body, headers=head)
    assert (again.status_code, again.content) == (201, first.content)

    # One effect.
    if what == "token":
        listed = person.get("/me/tokens")["tokens"]
        assert [t["id"] for t in listed].count(first.json()["id"]) == 1
        assert Person(desk.university, {
            "email": person.email, "name": "", "role": "",
            "token": secret}).get("/me")["email"] == person.email
    if what == "key":
        listed = person.get(path.removesuffix("/keys"))["keys"]
        assert [k["id"] for k in listed].count(first.json()["id"]) == 1
        assert len(listed) == 1
    if what == "upload":
        assert requests.put(secret, data=b"a\n1\n",
                            timeout=60).status_code == 201
        assert requests.put(again.json()["url"], data=b"a\n1\n",
                            timeout=60).status_code == 409

    # The same key for anything else is refused; another key is another call.
    refusal(person.api.post(path, {"name": "อื่น", "days": 1}, headers=head),
            422, "idempotency-reused")
    if person is desk.requester:
        draft = {"office": "ICIT", "submit": False, "answers": {"title": "ก"}}
        refusal(person.api.post("/requests", draft, headers=head), 422,
                "idempotency-reused")
    other = person.api.post(path, body,
                            headers={"Idempotency-Key": key + "x"})
    assert good(other, 201)[member] != secret

    # Neither secret nor key stands in a store, in part or whole.
    text = everything(desk)
    assert person.email in text
    assert secret.rsplit("/", 1)[-1] not in text
    assert secret.rsplit("/", 1)[-1].split("_", 1)[1] not in text
    assert key not in text


def test_another_token_of_the_person_cannot_open_it(desk):
    me = desk.requester
    head = {"Idempotency-Key": f"another-{next(keys)}"}
    body = {"name": "หนึ่ง", "days": 1}
    secret = good(me.api.post("/me/tokens", body, headers=head), 201)["token"]
    other = Person(desk.university, {"email": me.email, "name": "", "role": "",
                                     "token": secret})
    refusal(other.api.post("/me/tokens", body, headers=head), 409,
            "idempotency-sealed")
    assert me.api.post("/me/tokens", body,
                       headers=head).json()["token"] == secret


def test_without_a_key_each_call_makes_its_own(desk):
    body = {"name": "ไม่มีคีย์", "days": 1}
    made = {good(desk.requester.api.post("/me/tokens", body), 201)["token"]
            for _ in range(2)}
    assert len(made) == 2
