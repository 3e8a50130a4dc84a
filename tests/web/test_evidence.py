"""The gate's log of evidence, as an auditor would look at it who trusts no word
of Pratu: RFC 6962 in a few lines of Python, the notes of C2SP, the files; and
what happens when the gate is killed in mid-stream, or its disk says no."""
import base64
import concurrent.futures
import fcntl
import hashlib
import json
import os
import re
import resource
import signal
import subprocess
import time

import pytest
import requests

from conftest import run_pratu, wait_until
from gate_work import GateStore, deliver, gate_pid, problem
from journey import Desk
from shell import Shell

NOT_FOUND, INTEGRITY = 4, 6
SMALL = "select department_code, name_th from department"
ROWS = ("with recursive n(i) as (select 1 union all select i + 1 from n where"
        " i < {n}) select i, 'แถวที่ ' || i as t from n")


# RFC 6962, section 2.1, and RFC 9162, 2.1.3.2, as they stand there.

def leaf_hash(leaf):
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(leaves):
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return node_hash(root_of(leaves[:k]), root_of(leaves[k:]))


def root_by_proof(leaf, index, size, proof):
    assert index < size
    fn, sn, r = index, size - 1, leaf_hash(leaf)
    for p in proof:
        assert sn > 0
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0
    return r


# Notes: c2sp.org/signed-note. OpenSSL checks the signature.

def public_key(place, name="evidence.pub"):
    line = (place.dir / "shared" / name).read_text().splitlines()[-1]
    name, hashed, key = line.split("+", 2)
    key = base64.b64decode(key)
    assert key[0] == 1 and len(key) == 33
    number = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    assert number.hex() == hashed
    return name, number, key[1:]


def read_note(note, key, tmp):
    """(origin, size, root) of a note that the key has signed."""
    name, number, public = key
    text, _, signatures = note.partition("\n\n")
    text += "\n"
    found = re.fullmatch(r"— (\S+) (\S+)\n", signatures)
    assert found and found[1] == name
    signature = base64.b64decode(found[2], validate=True)
    assert signature[:4] == number
    (tmp / "key.der").write_bytes(
        bytes.fromhex("302a300506032b6570032100") + public)
    (tmp / "text").write_text(text)
    (tmp / "signature").write_bytes(signature[4:])
    done = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER",
         "-inkey", tmp / "key.der", "-rawin", "-in", tmp / "text",
         "-sigfile", tmp / "signature"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    origin, size, root = text.splitlines()
    return origin, int(size), base64.b64decode(root, validate=True)


# The files, as docs/EVIDENCE.md describes them.

def log_folder(place):
    folder, = (place.dir / "gate" / "evidence").iterdir()
    return folder


def leaves_of(folder):
    """All leaves, without Pratu."""
    leaves = []
    for file in sorted(folder.glob("*.seg")):
        data, at = file.read_bytes(), 64
        assert data[:16] == b"pratu evidence 1"
        assert int.from_bytes(data[40:48], "little") == len(leaves)
        while at + 16 <= len(data):
            n = int.from_bytes(data[at:at + 4], "little")
            if n == 0:
                break
            assert int.from_bytes(data[at + 8:at + 16],
                                  "little") == len(leaves)
            body, at, i = data[at + 16:at + 16 + n], at + 16 + n, 0
            while len(body) - i >= 4:
                length = int.from_bytes(body[i:i + 4], "little")
                if length == 0:
                    break
                leaves.append(body[i + 4:i + 4 + length])
                i += 4 + length
    return leaves


def records(place):
    """The leaves' records, by Delivery-Id."""
    by_id = {}
    for leaf in leaves_of(log_folder(place)):
        one = json.loads(leaf)
        by_id.setdefault(one["id"], {})[one["kind"]] = one
    return by_id


def verify(place, *args):
    done = place.pratu("verify", "--json", *args)
    assert done.returncode in (0, INTEGRITY), done.stderr
    report = json.loads(done.stdout)
    assert bool(report["bad"]) == (done.returncode == INTEGRITY)
    return report


def receipt_of(call, name):
    gate = call.url.split("/v1/")[0]
    return requests.get(f"{gate}/v1/deliveries/{name}", timeout=10,
                        headers={"Authorization": f"Bearer {call.key}"})


@pytest.fixture(scope="module")
def place():
    from conftest import University
    made = University()
    made.demo()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def own(place):
    """A desk of this module's university, which it may stop and damage."""
    return Desk(place)


@pytest.fixture(scope="module")
def call(own):
    return deliver(own, sql=SMALL, columns=[
        {"name": "department_code"}, {"name": "name_th"}],
        filterable=["department_code"]).connection()


@pytest.fixture(scope="module")
def big(own):
    return deliver(own, sql=ROWS.format(n=400_000),
                   formats=["csv", "json"]).connection()


def test_a_leaf_says_what_was_given_and_no_value(place, call):
    secret = "44321"
    answer = call.get(params={"department_code": f"gt.{secret}"})
    assert answer.status_code == 200
    name = answer.headers["Delivery-Id"]
    leaf, = [x for x in leaves_of(log_folder(place)) if name.encode() in x]
    assert secret.encode() not in leaf
    one = json.loads(leaf)
    assert leaf.decode() == json.dumps(one, sort_keys=True,
                                       ensure_ascii=False,
                                       separators=(",", ":"))
    want = {"kind": "delivery", "connection": call.id, "form": "json",
            "address": "127.0.0.1", "outcome": "whole",
            "rows": len(answer.json()), "bytes": len(answer.content),
            "sha256": hashlib.sha256(answer.content).hexdigest(),
            "query": hashlib.sha256(one["asked"].encode()).hexdigest()}
    assert {k: one[k] for k in want} == want
    assert one["purpose"] and one["key"] and "basis" in one
    assert re.fullmatch("[0-9a-f]{64}", one["contract"])
    assert abs(one["at"] / 1000 - time.time()) < 60


def test_a_receipt_as_an_auditor_checks_it(place, call, big, tmp_path):
    for answer in (call.get(), call.get(".csv"), big.get(".csv")):
        mine = call if answer.url.startswith(call.url) else big
        name = answer.headers["Delivery-Id"]
        # One that streamed has its end on record shortly after it.
        wait_until("the end", lambda: receipt_of(mine, name).json()[
            "status"] == "whole", 5)
        receipt = receipt_of(mine, name).json()
        origin, size, root = read_note(
            receipt["checkpoint"], public_key(place), tmp_path)
        assert origin == f"pratu.gate/{log_folder(place).name}"
        streamed = len(answer.content) > 65536
        assert len(receipt["records"]) == (2 if streamed else 1)
        for one in receipt["records"]:
            proof = [base64.b64decode(p) for p in one["proof"]]
            leaf = one["leaf"].encode()
            assert root_by_proof(leaf, one["index"], size, proof) == root
            assert leaves_of(log_folder(place))[one["index"]] == leaf
        last = json.loads(receipt["records"][-1]["leaf"])
        assert last["sha256"] == hashlib.sha256(answer.content).hexdigest()
        assert last["bytes"] == len(answer.content) == receipt["bytes"]
    # Nobody else's.
    other = deliver(Desk(place), sql=SMALL).connection()
    assert receipt_of(other, name).status_code == 404


def test_receipts_on_the_command_line(place, call, tmp_path):
    receipt = receipt_of(call, call.get().headers["Delivery-Id"]).json()
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(receipt))
    done = place.pratu("verify", "--receipt", file)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "at hand" in done.stdout
    # Far from the installation, with the public key alone.
    key = tmp_path / "evidence.pub"
    key.write_text((place.dir / "shared" / "evidence.pub").read_text())
    done = run_pratu("verify", "--receipt", file, "--key", key)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "The receipt holds.\n"
    done = run_pratu("verify", "--receipt", "-", "--key", key,
                     stdin=json.dumps(receipt))
    assert done.returncode == 0
    # Another's key; a file that is none; one that is not there.
    name, _, _ = public_key(place, "heads.pub")
    key.write_text((place.dir / "shared" / "heads.pub").read_text())
    done = run_pratu("verify", "--receipt", file, "--key", key)
    assert done.returncode == INTEGRITY and "known key" in done.stderr
    file.write_text("{}")
    assert place.pratu("verify", "--receipt", file).returncode == 1
    assert place.pratu("verify", "--receipt",
                       tmp_path / "x").returncode == NOT_FOUND
    # What it says for people is held against the leaf.
    for name, value in (("rows", receipt["rows"] + 1), ("status", "cut"),
                        ("sha256", "0" * 64), ("connection", "x"),
                        ("at", "2026-01-01T00:00:00Z"), ("id", "x")):
        file.write_text(json.dumps({**receipt, name: value}))
        assert place.pratu("verify", "--receipt",
                           file).returncode == INTEGRITY, name


def test_the_checkpoints_are_roots_of_the_leaves(place, call, tmp_path):
    call.get()
    receipt_of(call, call.get().headers["Delivery-Id"])
    folder = log_folder(place)
    leaves = leaves_of(folder)
    notes = (folder / "checkpoints").read_text().split("\n\n")[:-1]
    notes = [f"{a}\n\n{b}\n" for a, b in zip(notes[::2], notes[1::2])]
    assert notes
    for note in notes:
        _, size, root = read_note(note, public_key(place), tmp_path)
        assert root_of(leaves[:size]) == root
    report = verify(place)
    assert report["bad"] == 0
    log, = report["logs"]
    assert log["leaves"] >= len(leaves) and log["checkpoints"] == len(notes)
    assert verify(place, "--log", folder)["logs"] == \
        verify(place, "--log", folder.parent)["logs"]
    secret = place.dir / "gate" / "evidence.key"
    assert secret.stat().st_mode & 0o777 == 0o600


def test_what_was_changed_is_found(place, call):
    """The unit tests try thousands; here the whole of the program, once."""
    call.get()
    receipt_of(call, call.get().headers["Delivery-Id"])
    folder = log_folder(place)
    file = folder / "00000000.seg"
    place.stop()
    try:
        good = file.read_bytes()
        at = good.index(b'"rows":')
        file.write_bytes(good[:at + 7] + b"8" + good[at + 8:])
        report = verify(place)
        assert {f["what"] for f in report["faults"]} >= {"leaf"}
        done = place.pratu("verify")
        assert done.returncode == INTEGRITY
        assert f"Log {folder.name}, at leaf" in done.stderr
        assert verify(place)["faults"] == report["faults"], "it repaired"
        file.write_bytes(good)
        assert verify(place)["bad"] == 0
        # All of it taken away, as if there had never been any.
        hidden = place.top / "hidden"
        folder.rename(hidden)
        assert verify(place)["bad"] > 0
        hidden.rename(folder)
    finally:
        place.demo()
    assert verify(place)["bad"] == 0


def limit_files(pid, n):
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (n, resource.RLIM_INFINITY))


def test_no_record_no_data(place, call, big, own):
    """The fault: the kernel lets the gate's process write no file any more. It
    says so, gives nothing, ends, and is there again."""
    made = deliver(own, sql=SMALL, outlets=["export"], formats=["csv"])
    name = own.rows("HRIS", SMALL)[0][1]
    for ask in (lambda: call.get(), lambda: call.get(".csv"),
                lambda: big.get(".csv"), lambda: made.holder.fetch(
                    made.documents[0])):
        pid = gate_pid(place)
        limit_files(pid, 0)
        answer = ask()
        problem(answer, 503, "not-recorded")
        assert name not in answer.text and "แถวที่" not in answer.text
        assert answer.headers["Retry-After"]
        assert "Delivery-Id" not in answer.headers
        wait_until("another process", lambda: place.processes().get(
            "pratu-gate", pid) != pid, 10)
        wait_until("data again", lambda: safe_status(ask) == 200, 10)
    assert verify(place)["bad"] == 0


def safe_status(ask):
    try:
        return ask().status_code
    except requests.RequestException:
        return None


def test_a_gate_that_cannot_open_its_log(place, call):
    """It serves, gives nothing, and goes on by itself when it can again."""
    place.stop()
    folder = place.dir / "gate" / "evidence"
    folder.rename(place.top / "evidence.hidden")
    folder.write_text("no folder")
    try:
        # Not ready, so `demo` would not come back.
        place.start("serve", "--dir", place.dir)
        wait_until("an answer", lambda: safe_status(call.get) == 503, 20)
        problem(call.get(), 503, "not-recorded")
        ready = requests.get(place.gate + "/readyz", timeout=10)
        assert ready.status_code == 503
    finally:
        folder.unlink()
        (place.top / "evidence.hidden").rename(folder)
    wait_until("data again", lambda: safe_status(call.get) == 200, 10)
    place.stop()
    place.demo()


def test_the_table_is_what_the_log_says(place, call):
    """After whatever happened to it: the gate fills in what is missing."""
    answers = [call.get() for _ in range(3)]
    store = GateStore(place)
    for answer in answers:
        store.delivery(answer)
    names = ", ".join(f"'{a.headers['Delivery-Id']}'" for a in answers)
    place.stop()
    Shell(place, "shared").change(
        f"delete from delivery where id in ({names})",
        "update evidence_log set leaves = 0")
    place.demo()
    for answer in answers:
        row = store.delivery(answer)
        assert row["sha256"] == hashlib.sha256(answer.content).hexdigest()
        assert row["log"] == log_folder(place).name
    count = "select count(*) as n from delivery"
    n = store.one(count)["n"]
    assert n == len(records(place))


# The head of the chain of events.

def heads(place):
    text = (place.dir / "people" / "heads").read_text()
    parts = text.split("\n\n")[:-1]
    return [f"{a}\n\n{b}\n" for a, b in zip(parts[::2], parts[1::2])]


def test_the_head_of_the_chain_is_signed_and_held_against_it(place, call,
                                                              tmp_path):
    shell = Shell(place)
    place.stop()  # signs what is there
    try:
        note = heads(place)[-1]
        _, seq, digest = read_note(note, public_key(place, "heads.pub"),
                                   tmp_path)
        last = shell.rows("select seq, hash from events order by seq desc"
                          " limit 1")[0]
        assert (seq, digest.hex()) == (last["seq"], last["hash"])
        assert verify(place)["bad"] == 0
        # The last event away, and the head set back: a chain that holds.
        kept = shell.rows("select * from events order by seq desc limit 1")[0]
        before = shell.rows("select seq, hash from events order by seq desc"
                            " limit 2")[1]
        shell.change(
            "create table kept_events as select * from events",
            f"delete from events where seq = {kept['seq']}",
            f"update chain set seq = {before['seq']},"
            f" hash = '{before['hash']}'")
        report = verify(place)
        assert report["faults"] == [{"seq": kept["seq"], "what": "lost"}]
        done = place.pratu("verify")
        assert done.returncode == INTEGRITY
        assert f"Event {kept['seq']}: it was signed" in done.stderr
        shell.change("delete from events",
                     "insert into events select * from kept_events",
                     "drop table kept_events",
                     f"update chain set seq = {last['seq']},"
                     f" hash = '{last['hash']}'")
        assert verify(place)["bad"] == 0
        # One byte of what was signed.
        file = place.dir / "people" / "heads"
        good = file.read_bytes()
        for at in range(len(good) - 300, len(good), 7):
            file.write_bytes(good[:at] + bytes([good[at] ^ 1]) +
                             good[at + 1:])
            assert verify(place)["bad"] > 0, at
        file.write_bytes(good)
        assert verify(place)["bad"] == 0
    finally:
        place.demo()


def test_two_couriers_sign_one_after_another(place, call):
    """Each signs at its start, at its end and once a minute; none signs what
    the other has signed, nor anything older."""
    desk = Desk(place)
    before = len(heads(place))
    for _ in range(3):
        desk.icit.until("intake")
        second = subprocess.Popen(
            [place.process.args[0], "serve", "--only", "courier",
             "--dir", place.dir], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until("its note", lambda: len(heads(place)) > before, 10)
        before = len(heads(place))
        desk.icit.until("intake")
        second.terminate()
        second.wait(20)
    place.stop()
    try:
        assert len(heads(place)) > before
        assert verify(place)["bad"] == 0
    finally:
        place.demo()


def courier_alone(place, log):
    return subprocess.Popen(
        [place.process.args[0], "serve", "--only", "courier", "--dir",
         place.dir], stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def test_a_courier_that_runs_misses_what_it_signed(place, call, tmp_path):
    """The chain and the file of its heads shortened together hold; the courier
    knows better."""
    shell = Shell(place)
    Desk(place).icit.until("intake")
    place.stop()
    file = place.dir / "people" / "heads"
    log = tmp_path / "log"
    good = file.read_bytes()
    last = heads(place)[-1]
    last_seq = int(last.splitlines()[1])
    chain = shell.rows("select seq, hash from chain")[0]
    at = shell.rows(f"select seq, hash from events where seq < {last_seq}"
                    " order by seq desc limit 1")[0]
    assert chain["seq"] == last_seq

    def shorten():
        with open(file, "r+b") as f:
            f.truncate(len(good) - len(last.encode()) - 1)

    courier = None
    try:
        shell.change("create table kept_events as select * from events")
        shorten()  # so that this courier has signed it
        with open(log, "wb") as out:
            courier = courier_alone(place, out)
        wait_until("its note", lambda: last in heads(place), 10)
        shorten()
        shell.change(
            f"delete from events where seq > {at['seq']}",
            f"update chain set seq = {at['seq']}, hash = '{at['hash']}'")
        assert verify(place)["bad"] == 0  # nothing else tells
        courier.terminate()
        courier.wait(20)
        assert "a signed head was taken away" in log.read_text()
    finally:
        if courier and courier.poll() is None:
            courier.terminate()
            courier.wait(20)
        file.write_bytes(good)
        shell.change("delete from events",
                     "insert into events select * from kept_events",
                     "drop table kept_events",
                     f"update chain set seq = {chain['seq']},"
                     f" hash = '{chain['hash']}'")
        assert verify(place)["bad"] == 0
        place.demo()


def test_once_a_day_it_goes_out_of_the_house(place, call):
    store = Shell(place)
    told = "select recipient, body from outbox where kind = 'heads'"
    wait_until("the first day", lambda: store.rows(
        "select value from setting where name = 'heads.sent'"), 5)
    assert store.rows(told) == []
    place.stop()
    store.change("update setting set value = '2026-01-01' where name ="
                 " 'heads.sent'")
    place.demo()
    wait_until("the notice", lambda: store.rows(told), 5)
    one, = store.rows(told)
    assert one["recipient"] == place.person("admin")["email"]
    assert heads(place)[-1] in one["body"]
    notes = log_folder(place) / "checkpoints"
    assert notes.read_text().rstrip("\n")[-80:] in one["body"]
    # To whom the configuration says, instead.
    place.stop()
    with open(place.dir / "pratu.conf", "a") as conf:
        conf.write("\n[evidence]\nsend_to = keep@example.org\n")
    store.change("update setting set value = '2026-01-01' where name ="
                 " 'heads.sent'")
    place.demo()
    wait_until("the notice", lambda: len(store.rows(told)) == 2, 5)
    assert store.rows(told + " order by id desc")[0]["recipient"] == \
        "keep@example.org"


def test_couriers_send_the_day_s_heads_once(place, call, tmp_path):
    store = Shell(place)
    told = "select recipient, body from outbox where kind = 'heads'"
    wait_until("the first day", lambda: store.rows(
        "select value from setting where name = 'heads.sent'"), 5)
    place.stop()
    before = len(store.rows(told))
    couriers = []
    try:
        store.change("update setting set value = '2026-01-01' where name ="
                     " 'heads.sent'")
        with open(place.dir / "people" / "heads", "rb") as f, open(
                tmp_path / "log", "wb") as log:
            # All come to it at one moment.
            fcntl.flock(f, fcntl.LOCK_EX)
            couriers += [courier_alone(place, log) for _ in range(4)]
            waiting = f":{os.fstat(f.fileno()).st_ino} "
            wait_until("all of them", lambda: open("/proc/locks").read().count(
                waiting) >= 1 + len(couriers), 20)
            fcntl.flock(f, fcntl.LOCK_UN)
        wait_until("the notice", lambda: len(store.rows(told)) > before, 10)
    finally:
        for courier in couriers:
            courier.terminate()
        for courier in couriers:
            courier.wait(20)
        sent = len(store.rows(told)) - before
        place.demo()
    assert sent == 1


# Killed in mid-stream.

def download(call, at_most_s=60):
    """(Delivery-Id or None, bytes got, whether it came to its end)."""
    got, name = 0, None
    try:
        with requests.get(call.url + ".csv", stream=True, timeout=at_most_s,
                          headers={"Authorization": f"Bearer {call.key}"}
                          ) as answer:
            if answer.status_code != 200:
                return None, 0, False
            name = answer.headers["Delivery-Id"]
            for piece in answer.iter_content(65536):
                got += len(piece)
    except requests.RequestException:
        return name, got, False
    return name, got, True


@pytest.mark.long
def test_kill_9_of_the_gate_in_mid_stream(make_university, full_size, seed):
    """Every byte sent has its intent in the log; the log verifies; a reader
    never takes a part for the whole."""
    downloads, kills = (200, 20) if full_size else (24, 3)
    university = make_university()
    call = deliver(Desk(university), sql=ROWS.format(n=400_000),
                   formats=["csv"]).connection()
    _, whole, _ = download(call)
    results, broken = [], 0
    for _ in range(kills):
        with concurrent.futures.ThreadPoolExecutor(downloads) as pool:
            running = [pool.submit(download, call) for _ in range(downloads)]
            time.sleep(seed.uniform(0.3, 1.0))
            os.kill(gate_pid(university), signal.SIGKILL)
            results += [one.result() for one in running]
        wait_until("the gate again", lambda: safe_status(
            lambda: requests.get(university.gate + "/readyz",
                                 timeout=5)) == 200, 20)
        report = verify(university)
        assert report["bad"] == 0, report["faults"]
    known = records(university)
    for name, got, came_to_end in results:
        if came_to_end:
            assert got == whole, "a part that looked whole"
        elif got:
            broken += 1
        if name:
            assert {"intent", "delivery"} & known[name].keys(), name
    assert broken, "nothing was killed in mid-stream"
    # And the table says the same, without anybody's help.
    rows = {r["id"] for r in GateStore(university).rows(
        "select id from delivery")}
    assert rows == known.keys()
    university.stop()
    assert verify(university)["bad"] == 0
    print(f"{kills} kills, {len(results)} downloads, {broken} broken in"
          f" mid-stream, {len(known)} deliveries on record")
