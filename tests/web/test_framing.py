"""The HTTP server on the wire: what it refuses, what it takes, how it streams.

The corpus runs against http_echo, or against the server that FRAMING_TARGET
names (host:port with a /healthz); PRATU_BUILD is the build folder.
"""

import concurrent.futures
import gzip
import hashlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import framing_corpus as corpus  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("PRATU_BUILD", ROOT / "build"))
HTTP_ECHO = BUILD / "tests/unit/http_echo"
HOST = corpus.HOST
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"


class Echo:
    """A running http_echo on a free port, or on a Unix socket. Its clocks and
    waits run `speed` times as fast."""

    def __init__(self, address="127.0.0.1:0", *limits, guard=True, speed=1):
        env = dict(os.environ, HTTP_ECHO_GUARD="on" if guard else "off")
        self.speed = speed
        if speed != 1:
            assert os.path.exists(FAKETIME)
            env |= {"LD_PRELOAD": FAKETIME, "FAKETIME": f"+0 x{speed}"}
        self.process = subprocess.Popen(
            [HTTP_ECHO, address, *map(str, limits)], env=env,
            stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[1])
        self.target = ("127.0.0.1", self.port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(10)
        self.process.stdout.close()
        assert code == 0

    def connect(self, timeout=10):
        return socket.create_connection(self.target, timeout=timeout)


@pytest.fixture(scope="module")
def echo():
    with Echo() as e:
        yield e


@pytest.fixture(scope="module")
def framing_target(echo):
    other = os.environ.get("FRAMING_TARGET")
    if not other:
        return echo.target
    host, _, port = other.rpartition(":")
    return host, int(port)


def receive(s):
    """One whole answer: status, fields in lower case, body."""
    f = s.makefile("rb")
    status = int(f.readline().split()[1])
    fields = {}
    while True:
        line = f.readline().rstrip(b"\r\n")
        if not line:
            break
        name, _, value = line.decode().partition(":")
        fields[name.lower()] = value.strip()
    if fields.get("transfer-encoding") != "chunked":
        return status, fields, f.read(int(fields.get("content-length", 0)))
    body = b""
    while True:
        size = f.readline()
        if not size:
            raise EOFError(len(body))
        n = int(size, 16)
        chunk = f.read(n + 2)
        if len(chunk) < n + 2:
            raise EOFError(len(body))
        if n == 0:
            return status, fields, body
        body += chunk[:-2]


def ask(e, target, method="GET", fields=b"", body=None):
    with e.connect() as s:
        s.sendall(message(target, method, fields, body))
        return receive(s)


def message(target, method="GET", fields=b"", body=None):
    if body is not None:
        fields += b"Content-Length: %d\r\n" % len(body)
    line = b"%s %s HTTP/1.1" % (method.encode(), target.encode())
    return corpus.request(line, HOST + fields, body or b"")


def closed(s, within_s=5):
    """Whether the other side has ended the connection."""
    s.settimeout(within_s)
    try:
        while s.recv(65536):
            pass
    except socket.timeout:
        return False
    except OSError:
        pass
    return True


def report(played):
    return ["%s: %s" % (c.name, "; ".join(o.faults))
            for c, o in played if o.faults]


def test_bad_framing_is_refused_and_the_connection_closed(framing_target):
    cases = corpus.bad_cases()
    assert len(cases) >= 60
    assert report(corpus.play_all(framing_target, cases)) == []


def test_good_framing_is_answered(framing_target):
    cases = corpus.good_cases()
    assert len(cases) >= 20
    assert all(c.why for c in cases)
    assert report(corpus.play_all(framing_target, cases)) == []


def test_the_corpus_notices_a_missing_guard():
    names = ("two Hosts", "coding chunked", "NUL in a value", "folded line",
             "the same length twice", "%00 in the path", "version 2.0",
             "Content-Length with a plus", "101 fields",
             "last line ends in LF alone")
    cases = [c for c in corpus.bad_cases() if c.name in names]
    assert len(cases) == len(names)
    with Echo(guard=False) as e:
        played = corpus.play_all(e.target, cases)
        assert len(report(played)) == len(names)


def test_what_the_handler_sees(echo):
    status, fields, body = ask(
        echo, "/echo?b=%E0%B8%81+x&a=1&b=&c", "POST",
        b"X-Test:  two words \r\nCookie: a=b; pratu=\"xy z\"; c=\r\n",
        b"hello")
    saw = json.loads(body)
    assert status == 200
    assert saw["method"] == "POST" and saw["path"] == "/echo"
    assert saw["target"] == "/echo?b=%E0%B8%81+x&a=1&b=&c"
    assert saw["query"] == [["b", "ก x"], ["a", "1"], ["b", ""], ["c", ""]]
    assert saw["x"] == "two words" and saw["cookie"] == "xy z"
    assert saw["sha256"] == hashlib.sha256(b"hello").hexdigest()
    assert saw["peer"] == "127.0.0.1" and saw["peer_uid"] == -1
    assert fields["x-content-type-options"] == "nosniff"
    assert re.fullmatch(
        r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} "
        r"\d\d:\d\d:\d\d GMT", fields["date"])


def test_text_says_its_charset(echo):
    _, fields, _ = ask(echo, "/healthz")
    assert fields["content-type"] == "text/plain; charset=utf-8"
    _, fields, _ = ask(echo, "/echo")
    assert fields["content-type"] == "application/json"


def test_a_value_cannot_end_its_header_line(echo):
    _, fields, body = ask(echo, "/header?v=a%0D%0ASet-Cookie:%20x=y%0D%0A")
    assert "set-cookie" not in fields
    assert fields["x-said"] == "a__Set-Cookie: x=y__"
    assert body == b"ok\n"


def test_paths_and_methods(echo):
    assert ask(echo, "/absent")[0] == 404
    status, fields, _ = ask(echo, "/small")
    assert status == 405 and fields["allow"] == "POST, OPTIONS"
    assert fields.get("connection") is None
    status, fields, body = ask(echo, "/echo", "OPTIONS")
    assert status == 204 and body == b""
    assert fields["allow"] == "GET, HEAD, POST, OPTIONS"
    assert ask(echo, "*", "OPTIONS")[0] == 204
    assert ask(echo, "/healthz", "BREW")[0] == 405
    saw = json.loads(ask(echo, "/rest/a/b.c")[2])
    assert saw["args"] == [["arg", "a/b.c"]]
    saw = json.loads(ask(echo, "/item/%E0%B8%81%20x")[2])
    assert saw["args"] == [["arg", "ก x"]]


def test_head_goes_to_get_and_has_no_body(echo):
    with echo.connect() as s:
        s.sendall(message("/file/1000", "HEAD") + message("/stream/5", "HEAD")
                  + message("/healthz"))
        data = b""
        while data.count(b"\r\n\r\n") < 3 or not data.endswith(b"ok\n"):
            data += s.recv(65536)
    assert b"Content-Length: 1000\r\n" in data
    assert data.count(b"f" * 10) == 0
    assert data.count(b"HTTP/1.1 200 OK") == 3


def test_pipelined_bodies_do_not_run_into_each_other(echo):
    bodies = [b"a" * n for n in (0, 1, 5000, 70000, 3)]
    with echo.connect() as s:
        s.sendall(b"".join(message("/echo", "POST", b"", b) for b in bodies))
        data = b""
        while data.count(b'"peer_uid":-1}\n') < len(bodies):
            data += s.recv(65536)
    sums = re.findall(rb'"sha256":"([0-9a-f]{64})"', data)
    assert [x.decode() for x in sums] == \
        [hashlib.sha256(b).hexdigest() for b in bodies]


def test_a_body_that_looks_like_a_request_is_a_body(echo):
    inner = message("/healthz") * 3
    with echo.connect() as s:
        s.sendall(message("/echo", "POST", b"", inner))
        assert json.loads(receive(s)[2])["bytes"] == len(inner)
        s.sendall(message("/echo"))
        assert json.loads(receive(s)[2])["method"] == "GET"


def test_a_mebibyte(echo):
    body = os.urandom(1 << 20)
    saw = json.loads(ask(echo, "/echo", "POST", b"", body)[2])
    assert saw["sha256"] == hashlib.sha256(body).hexdigest()


def test_spool(echo):
    body = os.urandom(9 << 20)
    before = set(os.listdir("/tmp"))
    saw = json.loads(ask(echo, "/spool", "POST", b"", body)[2])
    assert saw["sha256"] == hashlib.sha256(body).hexdigest()
    assert saw["bytes"] == len(body)
    assert not [x for x in set(os.listdir("/tmp")) - before if "spool" in x]
    saw = json.loads(ask(echo, "/spool", "POST", b"", b"")[2])
    assert saw["sha256"] == hashlib.sha256(b"").hexdigest()
    fds = os.listdir("/proc/%d/fd" % echo.process.pid)
    assert len(fds) < 20


def test_too_large_is_refused_before_it_is_sent(echo):
    with echo.connect() as s:
        s.sendall(b"POST /small HTTP/1.1\r\n" + HOST +
                  b"Content-Length: 101\r\n\r\n")
        status, fields, _ = receive(s)
        assert status == 413 and fields["connection"] == "close"
        assert closed(s)
    assert ask(echo, "/small", "POST", b"", b"a" * 100)[0] == 200
    assert ask(echo, "/healthz", "GET", b"", b"a")[0] == 413


def test_a_refusal_reaches_a_client_that_is_still_sending(echo):
    with echo.connect() as s:
        s.sendall(b"POST /small HTTP/1.1\r\n" + HOST +
                  b"Content-Length: 4000000\r\n\r\n")
        for _ in range(40):
            s.sendall(b"a" * 100000)
        assert receive(s)[0] == 413


def test_expect(echo):
    head = b"POST /small HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\n"
    with echo.connect() as s:
        s.sendall(head + b"Content-Length: 5\r\n\r\n")
        assert s.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        s.sendall(b"hello")
        assert receive(s)[0] == 200
        # The body is there already: nothing to ask for.
        s.sendall(head + b"Content-Length: 5\r\n\r\nhello")
        assert receive(s)[0] == 200
        s.sendall(head + b"Content-Length: 101\r\n\r\n")
        assert receive(s)[0] == 413


def test_half_closed_client_is_answered(echo):
    with echo.connect() as s:
        s.sendall(message("/echo", "POST", b"", b"hello"))
        s.shutdown(socket.SHUT_WR)
        assert receive(s)[0] == 200
        assert closed(s)


def test_a_body_that_ends_early_is_not_handled(echo):
    with echo.connect() as s:
        s.sendall(b"POST /echo HTTP/1.1\r\n" + HOST +
                  b"Content-Length: 10\r\n\r\nhello")
        s.shutdown(socket.SHUT_WR)
        s.settimeout(5)
        assert s.recv(100) == b""


def test_stream(echo):
    for n in (0, 1, 32767, 32768, 32769, 1000000):
        status, fields, body = ask(echo, "/stream/%d" % n)
        assert (status, len(body)) == (200, n)
        assert fields["transfer-encoding"] == "chunked"
        assert "content-length" not in fields


def test_stream_keeps_the_connection(echo):
    with echo.connect() as s:
        for _ in range(3):
            s.sendall(message("/stream/100000"))
            assert len(receive(s)[2]) == 100000


def test_broken_stream_has_no_last_chunk(echo):
    with echo.connect() as s:
        s.sendall(message("/broken/100000"))
        with pytest.raises(EOFError):
            receive(s)


def test_broken_stream_to_http_1_0_ends_in_a_reset(echo):
    old = b"GET /%s/100000 HTTP/1.0\r\n" + HOST + b"\r\n"
    with echo.connect() as s:
        s.sendall(old % b"stream")
        data = b""
        while got := s.recv(65536):
            data += got
        head, _, body = data.partition(b"\r\n\r\n")
        assert len(body) == 100000 and b"chunked" not in head
    with echo.connect() as s:
        s.sendall(old % b"broken")
        with pytest.raises(ConnectionResetError):
            while s.recv(65536):
                pass


def ends(e):
    return [int(x) for x in ask(e, "/ends")[2].split()]


def ends_become(e, want, within_s=5):
    """The end is told after the last byte has gone: a moment later."""
    until = time.monotonic() + within_s
    while ends(e) != want and time.monotonic() < until:
        time.sleep(0.02)
    return ends(e) == want


def test_stream_end_is_told_once_and_truly():
    with Echo() as e:
        ask(e, "/stream/1000")
        assert ends_become(e, [1, 0])
        with e.connect() as s:
            s.sendall(message("/broken/1000"))
            assert closed(s)
        assert ends_become(e, [1, 1])
        with e.connect() as s:
            s.sendall(message("/stream/1000", "HEAD",
                              b"Connection: close\r\n"))
            assert closed(s)
        assert ends_become(e, [1, 2])
        with e.connect() as s:
            s.sendall(message("/stream/100000000"))
            s.recv(1000)
        assert ends_become(e, [1, 3])


def multipart(*parts, boundary=b"XyZ"):
    body = b""
    for disposition, data in parts:
        body += b"--" + boundary + b"\r\nContent-Disposition: form-data; " + \
            disposition + b"\r\n\r\n" + data + b"\r\n"
    return body + b"--" + boundary + b"--\r\n"


MULTIPART = b"Content-Type: multipart/form-data; boundary=XyZ\r\n"
URLENCODED = b"Content-Type: application/x-www-form-urlencoded\r\n"


def test_forms(echo):
    saw = json.loads(ask(echo, "/form", "POST", URLENCODED,
                         b"a=1&b=%E0%B8%81+x%26&a=&&c")[2])
    assert saw["form"] == [["a", "1"], ["b", "ก x&"], ["a", ""], ["c", ""]]
    binary = os.urandom(5000) + b"\r\n--Xy\r\n--XyA" + bytes(10)
    body = multipart(
        (b'name="t"', "ข้อ\r\nความ".encode()),
        (b'name="f"; filename="C:\\dir\\' + "ก %22x%22.pdf".encode() + b'"\r\n'
         b"Content-Type: application/pdf", binary),
        (b'name="none"; filename=""', b""),
        (b'name=u; filename="a\\"b.txt"', b"u"))
    saw = json.loads(ask(echo, "/form", "POST", MULTIPART, body)[2])
    assert saw["form"] == [["t", "ข้อ\r\nความ"]]
    assert saw["files"][0] == {
        "field": "f", "filename": 'ก "x".pdf', "type": "application/pdf",
        "sha256": hashlib.sha256(binary).hexdigest(), "bytes": len(binary)}
    assert saw["files"][1]["filename"] == 'a"b.txt'
    assert len(saw["files"]) == 2
    assert json.loads(ask(echo, "/form", "POST")[2])["form"] == []


def test_bad_forms(echo):
    field = (b'name="a"', b"1")
    file = (b'name="f"; filename="f"', b"1")
    head, tail = b"--XyZ\r\n", b"\r\n--XyZ--\r\n"
    plain = b'Content-Disposition: form-data; name="a"\r\n'
    cases = [
        (400, URLENCODED, b"a=%zz"), (400, URLENCODED, b"a=%00"),
        (400, URLENCODED, b"a=%ff"), (400, URLENCODED, b"a=\xff"),
        (413, URLENCODED, b"&".join([b"a=1"] * 501)),
        (413, URLENCODED, b"a=" + b"x" * 65537),
        (415, b"Content-Type: text/plain\r\n", b"a=1"), (415, b"", b"a=1"),
        (415, URLENCODED + b"Content-Encoding: gzip\r\n",
         gzip.compress(b"a=1")),
        (400, b"Content-Type: multipart/form-data\r\n", multipart(field)),
        (400, b"Content-Type: multipart/form-data; boundary=\r\n", b"x"),
        (400, b"Content-Type: multipart/form-data; boundary=a; boundary=b\r\n",
         multipart(field, boundary=b"a")),
        (400, MULTIPART, multipart(field)[:-4]),
        (400, MULTIPART, b"preamble\r\n" + multipart(field)),
        (400, MULTIPART, multipart(field) + b"more"),
        (400, MULTIPART, head + b"\r\n\r\n1" + tail),
        (400, MULTIPART, head + plain + plain + b"\r\n1" + tail),
        (400, MULTIPART, head + b"Content-Disposition: attachment; name=a"
         b"\r\n\r\n1" + tail),
        (400, MULTIPART, multipart((b'name="a', b"1"))),
        (400, MULTIPART, multipart((b'name="a"; name="b"', b"1"))),
        (400, MULTIPART, multipart((b'name="a"', b"\xff"))),
        (400, MULTIPART, multipart((b'name="f"; filename="a%0Ab"', b"1"))),
        (415, MULTIPART, head + plain +
         b"Content-Transfer-Encoding: base64\r\n\r\nMQ==" + tail),
        (413, MULTIPART, multipart((b'name="a"', b"x" * 65537))),
        (413, MULTIPART, multipart(*[field] * 501)),
        (413, MULTIPART, multipart(*[file] * 21)),
        (413, MULTIPART, multipart((b'name="' + b"a" * 5000 + b'"', b"1"))),
        (413, URLENCODED, b"a=" + b"x" * (2 << 20)),
    ]
    for want, fields, body in cases:
        got = ask(echo, "/form", "POST", fields, body)[0]
        assert got == want, (fields, body[:200])
    for fields, body in ((URLENCODED, b"&".join([b"a=1"] * 500)),
                         (URLENCODED, b"a=" + b"x" * 65536),
                         (MULTIPART, multipart(*[file] * 20)),
                         (MULTIPART, multipart(*[field] * 500)),
                         (MULTIPART, multipart(field)[:-2])):
        assert ask(echo, "/form", "POST", fields, body)[0] == 200


def test_unix_socket_tells_the_user(tmp_path):
    path = tmp_path / "echo.sock"
    with Echo("unix:%s" % path) as e:
        assert path.stat().st_mode & 0o777 == 0o660
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(str(path))
            s.sendall(message("/echo"))
            saw = json.loads(receive(s)[2])
        assert saw["over_unix"] is True
        assert saw["peer_uid"] == os.getuid()
        # Another server does not take the place of a living one.
        second = subprocess.run([HTTP_ECHO, "unix:%s" % path],
                                capture_output=True, timeout=10)
        assert second.returncode == 1
        assert e.process.poll() is None
    # ... but of one that has gone.
    with Echo("unix:%s" % path):
        pass


def test_ipv6():
    with Echo("[::1]:0") as e:
        with socket.create_connection(("::1", e.port), timeout=5) as s:
            s.sendall(message("/echo"))
            assert json.loads(receive(s)[2])["peer"] == "::1"


def test_limit_per_address():
    with Echo("127.0.0.1:0", 50, 3) as e:
        held = [e.connect() for _ in range(3)]
        time.sleep(0.1)
        with e.connect() as s:
            assert receive(s)[0] == 503
            assert closed(s)
        held.pop().close()
        time.sleep(0.1)
        assert ask(e, "/healthz")[0] == 200
        for s in held:
            s.close()


def test_idle_connections_make_room_and_busy_ones_do_not():
    with Echo("127.0.0.1:0", 5, 100) as e:
        held = [e.connect() for _ in range(5)]
        time.sleep(0.1)
        assert ask(e, "/healthz")[0] == 200  # the oldest idle one has gone
        assert closed(held[0], 2)
        for s in held:
            s.close()
        time.sleep(0.2)
        busy = [e.connect() for _ in range(5)]
        for s in busy:
            s.sendall(message("/sleep/1500"))
        time.sleep(0.2)
        with e.connect() as s:
            assert receive(s)[0] == 503
        assert [receive(s)[0] for s in busy] == [200] * 5
        for s in busy:
            s.close()


def test_slow_readers_do_not_block_others():
    with Echo() as e:
        slow = []
        for _ in range(100):
            s = socket.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.connect(e.target)
            s.sendall(message("/stream/50000000"))
            slow.append(s)
        time.sleep(0.5)
        times = []
        for _ in range(50):
            start = time.monotonic()
            assert ask(e, "/healthz")[0] == 200
            times.append(time.monotonic() - start)
            slow[len(times)].recv(100)
        rss = re.search(r"VmRSS:\s+(\d+)", pathlib.Path(
            "/proc/%d/status" % e.process.pid).read_text())
        print("slowest of 50: %.1f ms, %s KiB resident"
              % (max(times) * 1000, rss[1]))
        assert sorted(times)[45] < 0.2
        for s in slow:
            s.close()


def test_stop_finishes_what_is_in_hand():
    e = Echo()
    with e.connect() as busy, e.connect() as idle:
        idle.sendall(message("/healthz"))
        assert receive(idle)[0] == 200
        busy.sendall(message("/sleep/700"))
        time.sleep(0.2)
        start = time.monotonic()
        e.process.send_signal(signal.SIGTERM)
        assert closed(idle, 0.4)
        status, fields, _ = receive(busy)
        assert status == 200 and fields["connection"] == "close"
        busy.close()
        assert e.process.wait(5) == 0
        assert time.monotonic() - start < 2
        e.process.stdout.close()


def test_stop_cuts_what_does_not_end():
    e = Echo()
    with e.connect() as s:
        s.sendall(message("/stream/900000000"))
        time.sleep(0.2)
        e.process.send_signal(signal.SIGTERM)
        assert e.process.wait(6) == 0
        e.process.stdout.close()


def drip_body(e):
    """A body at 20 bytes a second; the limit is 1 KiB/s after 30 s."""
    with e.connect() as s:
        s.sendall(b"POST /echo HTTP/1.1\r\n" + HOST +
                  b"Content-Length: 100000\r\n\r\n")
        start = time.monotonic()
        s.settimeout(1 / e.speed)
        while time.monotonic() - start < 40:
            s.sendall(b"a" * 20)
            try:
                return s.recv(12), (time.monotonic() - start) * e.speed
            except socket.timeout:
                pass
    return b"", 40


def stop_reading(speed):
    """Asks for a lot and reads nothing; tells how long it is kept."""
    with Echo(speed=speed) as own, own.connect() as s:
        s.sendall(message("/stream/900000000"))
        start = time.monotonic()
        while time.monotonic() - start < 75:
            if ends(own) == [0, 1]:
                return (time.monotonic() - start) * speed
            time.sleep(1 / speed)
    return 75


def idle(e):
    with e.connect(timeout=45) as s:
        s.sendall(message("/healthz"))
        receive(s)
        start = time.monotonic()
        assert s.recv(1) == b""
        return (time.monotonic() - start) * e.speed


def mute(e):
    with e.connect(timeout=45) as s:
        start = time.monotonic()
        assert s.recv(1) == b""
        return (time.monotonic() - start) * e.speed


@pytest.mark.long
def test_time_limits(full_size):
    """In seconds of the server's clock, which runs faster in the short form."""
    speed = 1 if full_size else 4
    with Echo(speed=speed) as e, \
            concurrent.futures.ThreadPoolExecutor(4) as pool:
        body = pool.submit(drip_body, e)
        reader = pool.submit(stop_reading, speed)
        between = pool.submit(idle, e)
        nothing = pool.submit(mute, e)
        status, took = body.result()
        assert status == b"HTTP/1.1 408" and 29 < took < 34
        # What its buffers took at the start fills one window of 30 s.
        assert 29 < reader.result() < 70
        assert 29 < between.result() < 33
        assert 9 < nothing.result() < 12


if __name__ == "__main__":
    sys.exit(pytest.main([__file__, "-v"]))
