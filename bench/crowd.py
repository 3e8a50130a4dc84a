"""Many clients at once, and what they leave of a fast one's patience."""
import re
import selectors
import socket
import subprocess
import threading
import time
from urllib.parse import urlsplit

import lines
import work
from conftest import wait_until

READERS = 100
READER_BYTES_S = 100_000
TICK_S = 0.1
IDLE = 1000
ROUNDS = 5


class Readers:
    """So many clients that each take their bytes at a modest pace."""

    def __init__(self, grant):
        self.at = urlsplit(grant.url)
        self.grant = grant
        self.sockets, self.got = [], 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.read)

    def connect(self):
        s = socket.socket()
        # Of the reader's own: little, as over a slow line.
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        s.connect((self.at.hostname, self.at.port))
        s.sendall(f"GET {self.at.path}.json HTTP/1.1\r\nHost: x\r\n"
                  f"Authorization: Bearer {self.grant.key}\r\n\r\n".encode())
        assert s.recv(12) == b"HTTP/1.1 200"
        s.setblocking(False)
        return s

    def read(self):
        share = int(READER_BYTES_S * TICK_S)
        while not self.stop.wait(TICK_S):
            for s in self.sockets:
                try:
                    got = s.recv(share)
                except BlockingIOError:
                    continue
                assert got, "the gate ended a slow reader"
                self.got += len(got)

    def __enter__(self):
        self.sockets = [self.connect() for _ in range(READERS)]
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()
        for s in self.sockets:
            s.close()


class Idle:
    """Connections that were answered once and say no more. From several
    addresses, since one may have 200."""

    def __init__(self, grant):
        self.at = urlsplit(grant.url)
        self.sockets = []

    def __enter__(self):
        for i in range(IDLE):
            s = socket.create_connection(
                (self.at.hostname, self.at.port), timeout=10,
                source_address=(f"127.0.0.{2 + i // 100}", 0))
            s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            self.sockets.append(s)
        for s in self.sockets:
            assert s.recv(4096).startswith(b"HTTP/1.1 200")
            s.setblocking(False)
        return self

    def still_open(self):
        def is_open(s):
            try:
                return s.recv(1) != b""
            except BlockingIOError:
                return True
        return sum(map(is_open, self.sockets))

    def __exit__(self, *_):
        for s in self.sockets:
            s.close()


def socket_kib(grant):
    """What the kernel holds for the gate's side of its connections."""
    out = subprocess.run(
        ["ss", "-tnmH", "state", "established", "sport", "=",
         f":{urlsplit(grant.url).port}"],
        stdout=subprocess.PIPE, text=True, check=True).stdout
    total = 0
    for r, f, w in re.findall(r"skmem:\(r(\d+),rb\d+,t\d+,tb\d+,f(\d+),w(\d+)",
                              out):
        total += int(r) + int(f) + int(w)
    return total / 1024


def at_most(line, work_, value, most, unit):
    return lines.Figure(line.name, work_, f"{value:.1f} {unit}", most=most,
                        value=value, goal_text=f"<= {most} {unit}")


def patience(line, quiet, crowded):
    ratio = work.median(crowded) / work.median(quiet)
    return lines.Figure(line.name, line.work + ", fast p99",
                        f"{work.median(crowded):.2f} ms", "alone",
                        f"{work.median(quiet):.2f} ms", most=2.5, value=ratio,
                        ratio=ratio, goal_text="<= 2.5 x")


def slow(stage, line):
    grant = stage.grant()
    script = work.wrk_script(stage, grant)
    quiet, crowded, kernel = [], [], []

    def fast():
        return work.wrk_p99_ms(grant.url + ".json", script)
    fast()
    before = stage.anon_kib()
    most = [0]
    for _ in range(ROUNDS):
        quiet.append(fast())
        with Readers(grant) as readers:
            time.sleep(0.5)
            crowded.append(fast())
            most[0] = max(most[0], stage.anon_kib())
            kernel.append(socket_kib(grant))
            assert readers.thread.is_alive(), "the readers have ended"
        wait_until("the readers' end", lambda: socket_kib(grant) < 4096, 30)
    yield patience(line, quiet, crowded)
    yield at_most(line, line.work + ", memory", (most[0] - before) / 1024, 64,
                  "MiB")
    yield at_most(line, line.work + ", kernel sockets", max(kernel) / 1024, 64,
                  "MiB")


def idle(stage, line):
    grant = stage.grant()
    script = work.wrk_script(stage, grant)
    quiet, crowded = [], []

    def fast():
        return work.wrk_p99_ms(grant.url + ".json", script)
    fast()
    for _ in range(ROUNDS):
        quiet.append(fast())
        with Idle(grant) as idlers:
            crowded.append(fast())
            still = idlers.still_open()
            assert still == IDLE, f"only {still} are still open"
    yield patience(line, quiet, crowded)
