"""pratu serve: three processes, watched over, that end with their supervisor."""
import os
import re
import signal
import socket
import sqlite3
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from conftest import PRATU, run_pratu, wait_until

NAMES = {"pratu-desk", "pratu-gate", "pratu-courier"}


def get(url):
    return requests.get(url, timeout=10)


def is_alive(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat[stat.rindex(")") + 2] != "Z"


@pytest.mark.both_stores
def test_desk_and_gate_answer(make_place, store):
    place = make_place(store).serve()
    for base in (place.desk, place.gate):
        for path in ("/healthz", "/readyz"):
            answer = get(base + path)
            assert (answer.status_code, answer.text) == (200, "ok\n")
    assert f"Desk: {place.desk}  Gate: {place.gate}" in place.output()


def test_three_processes_of_one_group_named_pratu(make_place):
    place = make_place().serve()
    found = place.processes()
    assert set(found) == NAMES
    for name, pid in found.items():
        assert os.getpgid(pid) == place.process.pid
        title = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
        assert title == name.replace("-", ": ").encode()
        limits = Path(f"/proc/{pid}/limits").read_text()
        assert re.search(r"Max core file size +0 +0 ", limits)
        status = Path(f"/proc/{pid}/status").read_text()
        assert "NoNewPrivs:\t1" in status
        assert "Umask:\t0077" in status


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_killed_process_is_back_within_two_seconds(make_place, name):
    place = make_place().serve()
    before = place.processes()
    os.kill(before[name], signal.SIGKILL)

    def is_back():
        now = place.processes()
        return set(now) == NAMES and now[name] != before[name] and now

    after = wait_until(name, is_back, 2)
    for other in NAMES - {name}:
        assert after[other] == before[other]
    for base in (place.desk, place.gate):
        wait_until(base, lambda: get(base + "/readyz").ok, 2)


def test_none_outlives_a_killed_supervisor(make_place):
    place = make_place().serve()
    pids = place.processes().values()
    place.process.kill()
    place.process.wait()
    wait_until("the end of all",
               lambda: not any(is_alive(pid) for pid in pids), 2)
    # The addresses are free again.
    place.serve()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_in_order(make_place, how):
    place = make_place().serve()
    pids = place.processes().values()
    place.process.send_signal(how)
    assert place.process.wait(10) == 0
    assert not any(is_alive(pid) for pid in pids)


def test_a_held_address_is_said_and_harms_nobody(make_place):
    place = make_place().serve()
    began = time.monotonic()
    second = place.pratu("serve")
    assert second.returncode == 1
    assert urlsplit(place.desk).netloc in second.stderr
    assert second.stdout == ""
    # A dying predecessor is waited for.
    assert 1.5 < time.monotonic() - began < 6
    assert get(place.desk + "/readyz").ok
    assert set(place.processes()) == NAMES


def test_an_address_that_comes_free_is_taken(make_place):
    place = make_place()
    host, port = urlsplit(place.desk).netloc.split(":")
    with socket.socket() as holder:
        holder.bind((host, int(port)))
        holder.listen()
        place.start("serve", "--dir", place.dir)
        time.sleep(0.7)
        place.alive()
    wait_until("the ready line", lambda: place.alive() and
               "Pratu is serving" in place.output(), 5)


def test_one_alone(make_place):
    place = make_place()
    place.start("serve", "--dir", place.dir, "--only", "gate")

    def answers():
        try:
            return place.alive() and get(place.gate + "/readyz").ok
        except requests.ConnectionError:
            return False

    wait_until("the gate", answers)
    with pytest.raises(requests.ConnectionError):
        get(place.desk + "/healthz")


def test_a_store_that_is_not_migrated_is_refused(make_place):
    place = make_place()
    for name in ("shared/gate.db", "people/desk.db"):
        (place.dir / name).unlink()
    done = place.pratu("serve")
    assert done.returncode == 5
    assert "Pratu is serving" not in done.stdout
    assert place.pratu("migrate").returncode == 0
    place.serve()


def test_a_store_is_set_to_write_durably(make_place):
    place = make_place()
    file = place.dir / "people" / "desk.db"
    with sqlite3.connect(file) as db:
        assert db.execute("pragma journal_mode=delete").fetchone() == (
            "delete",)
    place.serve()
    with sqlite3.connect(file) as db:
        assert db.execute("pragma journal_mode").fetchone() == ("wal",)


def test_readyz_tells_of_a_store_newer_than_the_program(make_place):
    place = make_place().serve()
    assert get(place.gate + "/readyz").ok
    for path in ("shared/gate.db", "people/desk.db"):
        with sqlite3.connect(place.dir / path) as db:
            db.execute("insert into schema_version"
                       " select version + 1, '9999_later.sql', digest, applied"
                       " from schema_version order by version desc limit 1")
    for base in (place.desk, place.gate):
        answer = get(base + "/readyz")
        assert (answer.status_code, answer.text) == (503, "not ready\n")
        assert get(base + "/healthz").ok


def test_a_hanging_process_is_killed_at_the_end(make_place):
    place = make_place().serve()
    pids = place.processes()
    os.kill(pids["pratu-desk"], signal.SIGSTOP)
    place.process.send_signal(signal.SIGTERM)
    assert place.process.wait(15) == 0
    assert not any(is_alive(pid) for pid in pids.values())


def test_check_config_names_line_and_nearest_key(tmp_path):
    conf = tmp_path / "pratu.conf"
    conf.write_text("# ours\n[desk]\nlisten = 127.0.0.1:8080\n"
                    "lisen = 127.0.0.1:9\n\nnonsense\n[gate]\n"
                    "listen = nowhere\nurl = ftp://x\n"
                    "[desk]\nlisten=127.0.0.1:8082\n")
    done = run_pratu("check-config", "--config", conf)
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        f'pratu: {conf}:4: There is no setting "desk.lisen".'
        ' Did you mean "desk.listen"?',
        f'pratu: {conf}:6: Neither "[section]" nor "key = value": nonsense',
        f'pratu: {conf}:8: "nowhere" cannot be the value of "gate.listen".',
        f'pratu: {conf}:9: "ftp://x" cannot be the value of "gate.url".',
        f'pratu: {conf}:11: "desk.listen" is set a second time.',
    ]
    assert run_pratu("serve", "--config", conf).returncode == 3


def test_serve_with_a_terminal_group_ends_by_group(make_place):
    place = make_place().serve()
    pids = place.processes().values()
    os.killpg(place.process.pid, signal.SIGINT)
    assert place.process.wait(10) == 0
    assert not any(is_alive(pid) for pid in pids)


def test_a_ready_line_only_after_all_answer(make_place):
    place = make_place()
    (place.dir / "people" / "desk.db").unlink()
    place.start("serve", "--dir", place.dir)
    wait_until("the gate", lambda: place.alive() and
               set(place.processes()) >= {"pratu-gate"})
    time.sleep(1)
    assert "Pratu is serving" not in place.output()
    # What the others wait for comes, and they need not be told.
    assert place.pratu("migrate").returncode == 0
    wait_until("the ready line", lambda: place.alive() and
               "Pratu is serving" in place.output(), 6)


def test_stdout_has_the_ready_line_and_nothing_else(make_place):
    place = make_place()
    server = subprocess.Popen(
        [PRATU, "serve", "--dir", place.dir], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "LC_ALL": "C"})
    try:
        line = server.stdout.readline()
        assert get(place.desk + "/healthz").ok
        assert get(place.gate + "/healthz").ok
        assert line.startswith("Pratu is serving.")
    finally:
        server.terminate()
        assert server.wait(10) == 0
        assert server.stdout.read() == ""
