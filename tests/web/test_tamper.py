"""Someone who reaches the store with its own shell changes it behind Pratu's
back: pratu verify names the event, pratu rebuild finds the row and mends it,
the desk acts on nothing that was changed, and nobody is accused who is clean.

What these do not look for: whoever takes the newest events away and sets the head
back, or writes the whole chain anew, leaves a chain that holds. The heads that
were signed show that: test_evidence."""
import json

import pytest

from journey import Desk, good
from shell import Shell, text

INTEGRITY = 6
TWO = "ขอข้อมูลที่ถูกแก้"


def verify(place):
    """What pratu verify says does not hold: {(seq, what)}."""
    done = place.pratu("verify", "--json")
    assert done.returncode in (0, INTEGRITY), done.stderr
    report = json.loads(done.stdout)
    assert bool(report["bad"]) == (done.returncode == INTEGRITY)
    for fault in report["faults"]:
        assert f"Event {fault['seq']}: " in done.stderr
    return {(f["seq"], f["what"]) for f in report["faults"]}


def differing(place, *options):
    """What pratu rebuild --check says differs from the events."""
    done = place.pratu("rebuild", "--check", "--json")
    assert done.returncode in (0, INTEGRITY), done.stderr
    differ = json.loads(done.stdout)["differ"]
    assert bool(differ) == (done.returncode == INTEGRITY)
    assert all(no in done.stderr for no in differ)
    return set(differ)


@pytest.fixture(scope="module")
def stories():
    made = {}
    yield made
    for place in made.values():
        place.remove()


@pytest.fixture
def story(stories, store, postgresql):
    """A university of requests in every state, with copies of its tables that
    put each test's harm right again."""
    from conftest import University
    if store not in stories:
        dsn = postgresql.new_database() if store == "postgresql" else None
        place = stories[store] = University(dsn)
        place.demo()
        place.nos = make_requests(Desk(place))
        Shell(place).change(*[f"create table kept_{t} as select * from {t}"
                              for t in TABLES])
    place = stories[store]
    place.shell = Shell(place)
    if place.process.poll() is not None:
        place.demo()
    yield place
    place.shell.change(*restore(place))
    assert verify(place) == set() and differing(place) == set()


TABLES = ["events", "chain", "cases", "case_viewer", "case_system",
          "case_waiting", "case_number", "register_row"]


def restore(place):
    return [one for t in TABLES for one in
            (f"delete from {t}", f"insert into {t} select * from kept_{t}")]


def make_requests(desk):
    """One in each state of both procedures, by state."""
    nos = {}
    for state in ("draft", "consent", "intake", "decision", "assignment",
                  "preparing", "delivery", "acceptance", "closed"):
        nos[state] = desk.icit.until(state, title=f"{TWO} {state}")
    for state in ("intake", "preparing", "release", "delivery", "closed"):
        nos[f"registrar {state}"] = desk.registrar.until(state)
    asked = desk.icit.until("decision")
    desk.icit.director.ok(asked, "return", message="ขอรายละเอียด")
    rejected = desk.icit.until("decision")
    desk.icit.director.ok(rejected, "decide", outcome="rejected", note="ไม่")
    return {**nos, "asked": asked, "rejected": rejected}


def middle(place):
    """An event with others before and after it, in its request as well."""
    return place.shell.rows(
        "select * from events where request = "
        f"{text(place.nos['closed'])} and version = 4")[0]


def other_byte(value, rng):
    """The text with one character changed, as an editor would do it."""
    at = rng.randrange(len(value))
    return (value[:at] + ("0" if value[at] != "0" else "1")
            + value[at + 1:])


# Events.

@pytest.mark.long
@pytest.mark.both_stores
@pytest.mark.parametrize("column", ["payload", "hash", "prev", "actor",
                                    "request", "type"])
def test_one_character_of_any_text_of_an_event(story, column, seed,
                                               full_size):
    for _ in range(200 if full_size else 3):
        event = middle(story)
        story.shell.change(
            f"update events set {column} = "
            f"{text(other_byte(event[column], seed))}"
            f" where seq = {event['seq']}")
        found = verify(story)
        assert event["seq"] in {seq for seq, _ in found}, found
        assert verify(story) == found, "it repaired something"
        story.shell.change(*restore(story))


@pytest.mark.both_stores
@pytest.mark.parametrize("column", ["at", "version", "seq"])
@pytest.mark.parametrize("by", [1, -1, 1000000])
def test_one_number_of_an_event(story, column, by):
    event = middle(story)
    # An index would refuse a number that is given: out of its way first.
    story.shell.change(
        *([f"update events set {column} = {column} + 5000000 where"
           f" request = {text(event['request'])} and {column} ="
           f" {event[column] + by}"] if column != "at" else []),
        f"update events set {column} = {event[column] + by}"
        f" where seq = {event['seq']}")
    assert {event["seq"], event["seq"] + by, event["seq"] + 1} & \
        {seq for seq, _ in verify(story)}


@pytest.mark.both_stores
@pytest.mark.parametrize("harm, found", [
    # Deleted: the one after it has lost its neighbour.
    ("delete from events where seq = {seq}", (1, "gap")),
    ("delete from events where seq = (select max(seq) from events)",
     (None, "head")),
    ("delete from events", (None, "head")),
    # Two that change places, numbers and all.
    ("update events set seq = case seq when {seq} then -1 else -2 end where"
     " seq in ({seq}, {seq} + 1);"
     "update events set seq = case seq when -1 then {seq} + 1 else {seq} end"
     " where seq in (-1, -2)", (0, "prev")),
    # One that is put in: after the last, before the first, twice.
    ("insert into events select seq + 1, request, version + 1, type, at,"
     " actor, payload, hash, prev from events where seq ="
     " (select max(seq) from events)", (None, "hash")),
    ("insert into events select -5, request, 99, type, at, actor, payload,"
     " prev, hash from events where seq = {seq}", (None, "version")),
    ("insert into events select 0, request || 'x', 1, type, at, actor,"
     " payload, prev, hash from events where seq = {seq}", (None, "hash")),
    # Numbered anew from there on, so that no number is missing.
    ("delete from events where seq = {seq};"
     "update events set seq = -seq where seq > {seq};"
     "update events set seq = -seq - 1 where seq < 0;"
     "update chain set seq = seq - 1", (0, "prev")),
    # The head says something else.
    ("update chain set seq = seq - 1", (None, "head")),
    ("update chain set seq = seq + 1", (None, "head")),
    ("update chain set hash = prev from events where events.seq = {seq}",
     (None, "head")),
    ("delete from chain", (None, "head")),
    # A type that there is, and one that is none.
    ("update events set type = 'noted' where seq = {seq}", (0, "hash")),
    ("update events set type = 'blessed' where seq = {seq}", (0, "type")),
    ("update events set payload = '' where seq = {seq}", (0, "payload")),
    ("update events set payload = payload || ' ' where seq = {seq}",
     (0, "hash")),
    ("update events set hash = '' where seq = {seq}", (0, "hash")),
])
def test_the_row_of_events(story, harm, found):
    event = middle(story)
    story.shell.change(*harm.format(**event).split(";"))
    after, what = found
    faults = verify(story)
    assert what in {w for _, w in faults}, faults
    if after is not None:
        assert (event["seq"] + after, what) in faults


@pytest.mark.both_stores
def test_the_same_is_said_without_a_server(story):
    event = middle(story)
    story.shell.change(
        f"delete from events where seq = {event['seq']}",
        f"update events set actor = 'x' where seq = {event['seq'] + 3}",
        "delete from case_viewer")
    beside = verify(story), differing(story)
    assert {seq for seq, _ in beside[0]} >= {event["seq"] + 1,
                                             event["seq"] + 3}
    story.stop()
    assert (verify(story), differing(story)) == beside


@pytest.mark.parametrize("harm, what", [
    ("update events set at = at + 0.5 where seq = {seq}", "form"),
    ("update events set version = 'x' where seq = {seq}", "form"),
    ("update events set at = 'noon' where seq = {seq}", "form"),
    ("update events set at = x'00' where seq = {seq}", "form"),
    ("update events set request = cast(request as blob) where seq = {seq}",
     "form"),
    ("update events set payload = cast(payload as blob) where seq = {seq}",
     "form"),
    ("update events set payload = cast(x'fffe' || payload as text)"
     " where seq = {seq}", "hash"),
    ("update events set payload = payload || char(0) where seq = {seq}",
     "hash"),
    ("update events set actor = actor || char(0) || 'x' where seq = {seq}",
     "hash"),
    ("update events set seq = null where seq = {seq}", "count"),
    ("insert into events select null, request, 99, type, at, actor, payload,"
     " prev, hash from events where seq = {seq}", "count"),
    ("update events set seq = 'last' where seq = {seq}", "form"),
    ("update events set seq = seq + 0.5 where seq = {seq}", "form"),
    ("update events set seq = -9223372036854775807 - 1 where seq = {seq}",
     "count"),
])
def test_what_only_sqlite_would_keep(story, store, harm, what):
    event = middle(story)
    story.shell.change(harm.format(**event))
    assert what in {w for _, w in verify(story)}
    differing(story)    # ends, whatever it says


@pytest.mark.both_stores
def test_two_rows_of_one_number(story, store):
    """As a store would take them without its index."""
    event = middle(story)
    away, back = {
        "sqlite": (["alter table events rename to events_kept",
                    "create table events as select * from events_kept"],
                   ["drop table events",
                    "alter table events_kept rename to events"]),
        "postgresql": (["alter table events drop constraint events_pkey"],
                       ["alter table events add primary key (seq)"]),
    }[store]
    twice = ("insert into events select seq, request, 99, type, at, actor,"
             f" payload, prev, hash from events where seq = {event['seq']}")
    story.shell.change(*away, twice)
    try:
        assert event["seq"] in {seq for seq, _ in verify(story)}
    finally:
        story.shell.change(*restore(story), *back)


@pytest.mark.both_stores
def test_nobody_acts_on_what_was_changed(story):
    """The request stands still, for everyone; the others go on."""
    desk = Desk(story)
    no, other = story.nos["decision"], story.nos["consent"]
    story.shell.change(
        "update events set payload = replace(payload, 'HRIS', 'GL3D')"
        f" where request = {text(no)} and version = 2")
    answer = desk.icit.director.send(no, "decide", outcome="approved")
    assert answer.status_code == 500
    assert answer.json()["code"] == "broken"
    assert desk.requester.api.get(f"/requests/{no}").status_code == 500
    assert "pratu verify" in story.output()
    assert desk.requester.state(other) == "consent"


@pytest.mark.both_stores
@pytest.mark.parametrize("harm", [
    "update events set actor = 'x' where {first}",
    "update events set seq = -7 where {first}",
    "update events set version = 70 where {first}",
    "delete from events where {first}",
])
def test_nothing_is_rebuilt_from_what_was_changed(story, harm):
    no = story.nos["decision"]
    story.shell.change(
        harm.format(first=f"request = {text(no)} and version = 1"))
    rows = story.shell.rows(f"select * from cases where no = {text(no)}")
    assert differing(story) == {no}
    mend = story.pratu("rebuild")
    assert mend.returncode != 0 and "pratu verify" in mend.stderr
    assert story.shell.rows(
        f"select * from cases where no = {text(no)}") == rows


# Projections.

def put(table, row, **changed):
    """An insert of the row, changed."""
    row = {**row, **changed}
    values = ", ".join(text(v) if isinstance(v, str) else str(v)
                       for v in row.values())
    return f"insert into {table} ({', '.join(row)}) values ({values})"


KEYS = {"cases": ["no"], "case_viewer": ["no", "viewer"],
        "case_system": ["no", "system"],
        "case_waiting": ["no", "stage", "unit", "holder", "starts"],
        "case_number": ["request", "nth"],
        "register_row": ["office", "year", "number"]}
OF = {"register_row": "request", "case_number": "request"}


def mends(story, nos):
    assert differing(story) == nos
    assert differing(story) == nos, "checking mended something"
    assert verify(story) == set()
    done = story.pratu("rebuild", "--json")
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)["differ"]) == nos
    assert differing(story) == set()
    for table, key in KEYS.items():
        order = ", ".join(key)
        assert story.shell.rows(f"select * from {table} order by {order}") \
            == story.shell.rows(f"select * from kept_{table}"
                                f" order by {order}"), table


@pytest.mark.both_stores
@pytest.mark.parametrize("table", KEYS)
def test_every_column_of_every_projection(story, table):
    """Each changed once, in a row of its own where there are enough."""
    of = OF.get(table, "no")
    rows = story.shell.rows(f"select * from {table} order by {of}")
    harm, nos = [], set()
    for i, column in enumerate(rows[0]):
        row = rows[(i * 7) % len(rows)]
        where = " and ".join(
            f"{k} = {text(row[k]) if isinstance(row[k], str) else row[k]}"
            for k in KEYS[table])
        new = (text(row[column] + "x") if isinstance(row[column], str)
               else row[column] + 1000)
        harm = f"update {table} set {column} = {new} where {where}"
        story.shell.change(harm)
        nos = {row[of]}
        if column == of:
            nos.add(row[of] + "x")
        found = differing(story)
        assert found == nos, harm
        story.shell.change(*restore(story))


@pytest.mark.both_stores
@pytest.mark.parametrize("table", KEYS)
def test_every_row_of_every_projection(story, table):
    """Taken away all at once; each request that had one is named."""
    of = OF.get(table, "no")
    nos = {r["no"] for r in
           story.shell.rows(f"select distinct {of} as no from {table}")}
    story.shell.change(f"delete from {table}")
    mends(story, nos)


@pytest.mark.both_stores
def test_rows_that_are_nobodys(story):
    no = story.nos["closed"]
    rows = {t: story.shell.rows(f"select * from {t} order by {k[0]}")
            for t, k in KEYS.items()}
    stranger = "ICIT-2569-09999"
    story.shell.change(
        put("cases", rows["cases"][0], no=stranger),
        put("case_viewer", rows["case_viewer"][0], no=stranger + "1"),
        put("case_system", rows["case_system"][0], no=stranger + "2"),
        put("case_waiting", rows["case_waiting"][0], no=stranger + "3"),
        put("register_row", rows["register_row"][0], number=77,
            request=stranger + "4"),
        # And rows too many of requests that there are.
        put("case_viewer", rows["case_viewer"][0], no=no, viewer="all2"),
        put("case_system", rows["case_system"][0],
            no=story.nos["consent"], system="GL3D"),
        put("case_waiting", rows["case_waiting"][0],
            no=story.nos["intake"], stage="decision"),
        put("register_row", rows["register_row"][0], number=78,
            request=story.nos["decision"]),
        put("register_row", rows["register_row"][0], number=79,
            request=story.nos["draft"]))
    mends(story, {stranger, *(f"{stranger}{i}" for i in range(1, 5)), no,
                  *(story.nos[s] for s in ("consent", "intake", "decision",
                                           "draft"))})


@pytest.mark.both_stores
def test_two_requests_that_change_places_in_the_register(story):
    a, b = story.nos["closed"], story.nos["decision"]
    story.shell.change(
        f"update register_row set request = case request when {text(a)}"
        f" then {text(b)} else {text(a)} end"
        f" where request in ({text(a)}, {text(b)})")
    mends(story, {a, b})


@pytest.mark.both_stores
def test_a_separator_in_a_text_hides_nothing(story):
    """Two columns whose texts, put together, are the same as before."""
    no = Desk(story).icit.new(submit=False, title="ก|ข")["no"]
    story.shell.change(
        "update cases set title = 'ก', requester = 'ข|' || requester"
        f" where no = {text(no)}")
    assert differing(story) == {no}
    assert story.pratu("rebuild").returncode == 0
    assert differing(story) == set()
    remember(story)


def remember(story):
    """What there is now is what the next tests start from."""
    story.shell.change(*[one for t in TABLES for one in
                         (f"delete from kept_{t}",
                          f"insert into kept_{t} select * from {t}")])


@pytest.mark.long
@pytest.mark.both_stores
def test_nobody_is_accused_who_is_clean(story, full_size):
    """Beside a desk that writes, and after people have changed."""
    desk = Desk(story)
    for i in range(100 if full_size else 8):
        no = desk.icit.new(submit=i % 2 == 0)["no"]
        good(desk.requester.api.get(f"/requests/{no}"))
        assert verify(story) == set()
        assert differing(story) == set()
    officers = story.people("officer", "REGISTRAR")
    done = story.pratu("user", "disable", officers[-1]["email"])
    assert done.returncode == 0, done.stderr
    assert differing(story) == set()
    story.stop()
    for _ in range(100 if full_size else 3):
        assert verify(story) == set()
        assert differing(story) == set()
    remember(story)
