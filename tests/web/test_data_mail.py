"""Data in the mail itself where class, size and address allow it, a link otherwise,
and another agreed channel with who agreed (N-29)."""
import email
import email.policy
import hashlib

import pytest

from conftest import wait_until
from journey import day
from pages import Web
from test_mail import filed, mailing, servers  # noqa: F401


def put(desk, **settings):
    for name, value in settings.items():
        assert desk.university.pratu(
            "setting", "put", name.replace("_", "-"), value).returncode == 0


def ready(desk, formats=("csv", "xlsx"), **more):
    no = desk.icit.until("preparing")
    desk.icit.officer.ok(no, "prepare", **desk.icit.prepared(
        outlets=["export"], formats=list(formats), **more))
    return no, desk.icit.officer.request(no)["artefact"]["digest"]


def deliver(desk, no, digest, channel="mail", **more):
    desk.icit.officer.ok(no, "deliver", digest=digest, channel=channel, **more)
    return desk.requester.request(no)["channels"][-1]


def mails_of(desk, no, kind="data"):
    desk.all_sent()
    notices = [e["notice"] for e in desk.envelopes(
        f"o.kind = '{kind}' and o.request = '{no}'")]
    return [(n, m) for n in notices for m in desk.server.mails
            if m.id == "<" + desk.store(
                f"select message_id from mail where notice = {n}"
            )[0]["message_id"] + ">"]


@pytest.mark.both_stores
def test_data_go_along_when_class_size_and_address_allow(  # noqa: F811
        mailing, store):
    desk = mailing(store)
    put(desk, mail_domains="example.ac.th")
    no, digest = ready(desk)
    page = Web(desk.university.desk, entry(desk)).open(f"/requests/{no}")
    assert "ระบบจะแนบไฟล์ข้อมูลไปกับอีเมลถึงผู้ขอ" in page.text
    said = deliver(desk, no, digest)
    given = desk.requester.request(no)["deliveries"]
    assert said["mailed"] == {
        "attached": True, "to": desk.requester.email,
        "documents": [d["id"] for d in given]}
    assert said["digest"] == digest and said["channel"] == "mail"
    (notice, mail), = mails_of(desk, no)
    # To the requester and nobody else, and the very bytes that were checked.
    assert mail.to == desk.requester.email and not mail.parsed["Cc"]
    got = {name: content.encode() if isinstance(content, str) else content
           for name, content in mail.files().items()}
    assert set(got) == {d["name"] for d in given}
    for d in given:
        if d["format"] == "xlsx":
            assert hashlib.sha256(got[d["name"]]).hexdigest() == d["sha256"]
        assert d["sha256"] in mail.text()
    # The gate has on record who got it, and how.
    rows = wait_until("the deliveries are in the table", lambda: desk.store(
        "select key_id, address, sha256, status from delivery"
        f" where request = '{no}' and address = 'mail'", "shared"))
    assert {r["sha256"] for r in rows} == {d["sha256"] for d in given}
    assert {r["key_id"] for r in rows} == {desk.requester.email}
    # What is filed for years has the words and no data; nor has the spool.
    kept = filed(desk, notice)
    filed_mail = email.message_from_bytes(kept, policy=email.policy.default)
    assert list(filed_mail.iter_attachments()) == []
    words = filed_mail.get_body(("plain",)).get_content()
    assert all(d["sha256"] in words and d["name"] in words for d in given)
    assert not list((desk.university.dir / "people" / "spool").glob("*.eml"))
    # The other mails of the delivery have none.
    for _, other in mails_of(desk, no, "delivered"):
        assert other.files() == {}
    page = Web(desk.university.desk, entry(desk)).open(f"/requests/{no}")
    assert "แนบไฟล์ข้อมูลไปกับอีเมลถึง " + desk.requester.email in page.text
    assert desk.university.pratu("verify").returncode == 0
    assert desk.university.pratu("rebuild", "--check").returncode == 0


def entry(desk):
    return next(p for p in desk.university.facts["people"]
                if p["email"] == desk.icit.officer.email)


def test_otherwise_there_is_a_link(mailing):  # noqa: F811
    desk = mailing()
    personal = {"columns": [
        {"name": "department_code", "class": "personal"},
        {"name": "name_th", "class": "internal"}]}

    def refused(why, **more):
        no, digest = ready(desk, formats=["csv"], **more)
        said = deliver(desk, no, digest)
        assert said["mailed"] == {"attached": False, "why": why, "documents": [],
                                  "to": desk.requester.email}, why
        assert mails_of(desk, no) == []
        (_, mail), *_ = mails_of(desk, no, "delivered")
        assert mail.files() == {} and f"/requests/{no}" in mail.text()
        given, = desk.requester.request(no)["deliveries"]
        assert given["expires"] and \
            desk.requester.fetch(given).status_code == 200
        return no

    # No list of domains is no domain.
    refused("address")
    put(desk, mail_domains="ac.th")
    refused("class", **personal)
    put(desk, mail_data_class="none")
    refused("class")
    put(desk, mail_data_class="personal", mail_data_bytes="10")
    no = refused("size", **personal)
    page = Web(desk.university.desk, entry(desk)).open(f"/requests/{no}")
    assert "เพราะไฟล์ใหญ่เกินที่กำหนด" in page.text
    put(desk, mail_data_bytes="100000")
    no, digest = ready(desk, formats=["csv"], **personal)
    assert deliver(desk, no, digest)["mailed"]["attached"]
    (_, mail), = mails_of(desk, no)
    assert len(mail.files()) == 1
    for name, wrong in (("mail-data-class", "secret"),
                        ("mail-data-bytes", "12582913"),
                        ("mail-data-bytes", "-")):
        assert desk.university.pratu(
            "setting", "put", name, wrong).returncode == 5, (name, wrong)


def test_what_was_recalled_meanwhile_is_not_mailed(mailing, servers):  # noqa
    """The mail waits for the gate, and the gate says that it has ended."""
    desk = mailing()
    put(desk, mail_domains="example.ac.th")
    no, digest = ready(desk, formats=["csv"])
    desk.server.fault = lambda step: "451 later" if step == "mail" else None
    deliver(desk, no, digest)
    spool = desk.university.dir / "people" / "spool"
    mine = desk.store("select id from outbox where kind = 'data'"
                      f" and request = '{no}'")[0]["id"]
    path = spool / f"{mine}.eml"
    wait_until("it is packed", path.exists)
    ids = [d["id"] for d in desk.requester.request(no)["deliveries"]]
    desk.icit.officer.ok(no, "recall", deliveries=ids, reason="ผิดชุด")
    path.unlink()
    desk.server.fault = None
    (_, mail), = mails_of(desk, no)
    assert mail.files() == {}
    assert "โปรดเปิดคำขอเพื่อดาวน์โหลด" in mail.text()


def test_another_channel_says_what_to_whom_and_who_agreed(mailing):  # noqa
    desk = mailing()
    no, digest = ready(desk, formats=["csv"])
    agreed = {"agreed_by": desk.requester.email, "agreed_on": day(-1),
              "agreed_how": "โทรศัพท์"}

    def wrong(field, **more):
        body = {"digest": digest, "channel": "other",
                "channel_note": "แผ่นดีวีดี", **agreed, **more}
        body = {k: v for k, v in body.items() if v is not None}
        problem = desk.icit.officer.refused(422, "invalid", no, "deliver",
                                            **body)
        assert field in {e["field"] for e in problem["errors"]}, problem

    wrong("agreed_by", agreed_by=desk.icit.officer.email)
    wrong("agreed_by", agreed_by=None)
    wrong("agreed_on", agreed_on=None)
    wrong("agreed_on", agreed_on=day(2))
    wrong("agreed_how", agreed_how=None)
    wrong("channel_note", channel_note=None)
    said = deliver(desk, no, digest, "other", channel_note="แผ่นดีวีดี",
                   channel_to="นางสาวผู้รับ ของ", **agreed)
    assert (said["channel"], said["note"], said["to"]) == (
        "other", "แผ่นดีวีดี", "นางสาวผู้รับ ของ")
    assert said["agreed"] == {"by": desk.requester.email, "on": day(-1),
                              "how": "โทรศัพท์"}
    assert said["digest"] == digest and said["mailed"] is None
    assert said["by"] == desk.icit.officer.email and said["at"]
    event = [e for e in desk.icit.officer.get(f"/requests/{no}/events")["events"]
             if e["type"] == "delivered"][0]
    assert event["data"]["agreed"] == said["agreed"]
    page = Web(desk.university.desk, entry(desk)).open(f"/requests/{no}")
    for words in ("ผู้ที่ตกลงช่องทาง", "โทรศัพท์", "นางสาวผู้รับ ของ"):
        assert words in page.text
    # Nothing is said of who agreed: then that is said.
    no, digest = ready(desk, formats=["csv"])
    said = deliver(desk, no, digest, "other", channel_note="แผ่นดีวีดี")
    assert said["agreed"] is None and said["to"] == desk.requester.name
    page = Web(desk.university.desk, entry(desk)).open(f"/requests/{no}")
    assert "ไม่ได้บันทึกว่าใครตกลงช่องทางนี้" in page.text
