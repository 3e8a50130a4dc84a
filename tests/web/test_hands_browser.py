"""Pages on which several hands work at one request, in a browser: each keeps
what every page must, wide and narrow."""
import json
import os
from pathlib import Path

import pytest

from browser import DESK, Browser
from conftest import University
from journey import Desk, Person


def opinions(desk):
    """A request whose director asked his deputy, who has answered once."""
    icit = desk.icit
    no = icit.until("decision")
    icit.director.ok(no, "consult", to=icit.executive.email, text="หนึ่ง")
    icit.executive.ok(no, "opine", outcome="agree", text="สอง")
    icit.director.ok(no, "consult", to=icit.executive.email, text="หนึ่ง")
    return [(icit.director, f"/requests/{no}", "decide-with-opinion"),
            (icit.executive, f"/requests/{no}", "opine"),
            (icit.executive, "/requests?waiting=me", "opinion-waits")]


def clerk(desk):
    """A clerk of HRD has proposed its answer to one request, not to another."""
    pratu = desk.university.pratu
    email, password = "clerk@example.ac.th", "prepares-the-answer"
    made = pratu("user", "add", email, "--name", "หนึ่ง", "--role",
                 "owner/HRD:clerk", stdin=password + "\n")
    assert made.returncode == 0, made.stderr
    token = json.loads(pratu("user", "token", email, "--json").stdout)
    entry = {"email": email, "name": "หนึ่ง", "role": "owner",
             "password": password, "token": token["token"]}
    desk.university.facts["people"].append(entry)
    person = Person(desk.university, entry)
    first, second = desk.icit.until("consent"), desk.icit.until("consent")
    person.ok(first, "propose", outcome="partial", columns_refused=["name"],
              note="สอง", conditions="สาม")
    return [(person, f"/requests/{second}", "propose"),
            (person, f"/requests/{first}", "propose-again"),
            (person, "/requests?waiting=me", "clerk-work"),
            (person, "/me", "clerk-me"),
            (desk.owners["HRD"], f"/requests/{first}", "sign-proposed")]


def handover(desk):
    """A request that its officer has handed to another."""
    icit = desk.icit
    no = icit.until("preparing")
    other = icit.officers[1]
    icit.officer.ok(no, "delegate", to=other.email, note="หนึ่ง")
    return [(icit.officer, f"/requests/{no}", "handed"),
            (other, f"/requests/{no}", "in-hand")]


PLAYS = [opinions, clerk, handover]


@pytest.fixture(scope="module")
def played():
    """A university in which all of it has happened, and its pages; looked at in
    both languages."""
    place = University()
    try:
        desk = Desk(place.demo())
        yield desk, [page for play in PLAYS for page in play(desk)]
    finally:
        place.remove()


@pytest.mark.parametrize("lang", ["th", "en"])
def test_the_pages_in_a_browser(played, lang, tmp_path):
    desk, pages = played
    form = desk.icit.answers()
    b = Browser(desk.university.desk, lang, DESK,
                Path(os.environ.get("PRATU_SHOTS") or tmp_path))
    try:
        b.use_language()
        positions = desk.store("select distinct position from person"
                               " order by length(position) desc")
        b.given = [form["title"], form["purpose"], form["detail"],
                   "หนึ่ง", "สอง", "สาม", "อว 7105"] + [
            p["position"] for p in positions if p["position"]] + [
            p["name"] for p in desk.university.facts["people"]]
        for i, person in enumerate(dict.fromkeys(p for p, _, _ in pages)):
            if i:
                b.sign_out()
            b.sign_in(next(p for p in desk.university.facts["people"]
                           if p["email"] == person.email))
            for who, path, name in pages:
                if who is person:
                    b.go(path)
                    b.look(name)
    finally:
        b.close()
    assert not b.found, "\n".join(b.found)
