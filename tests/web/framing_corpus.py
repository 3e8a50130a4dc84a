"""Requests whose framing is wrong, and requests that only look odd.

Each must be refused by any server of Pratu with a status of its list and the
connection closed; after most of them a well-formed second request follows on
the same connection, which must never be answered: that is request smuggling
(RFC 9112 11.2). The good ones must be answered, or the guard is over-eager.

    python3 framing_corpus.py 127.0.0.1:8080     prints a table
"""

import concurrent.futures
import re
import select
import socket
import sys
import time
from dataclasses import dataclass, field

PATH = b"/healthz"
HOST = b"Host: pratu.example.ac.th\r\n"
SECOND = b"GET /healthz?second=1 HTTP/1.1\r\n" + HOST + b"\r\n"
# A server has 10 s for a header that comes slowly, and may linger for 2 s.
PATIENCE_S = 14


@dataclass
class Case:
    name: str
    # Bytes, or pieces with a pause in seconds before each.
    send: object
    want: tuple = (400,)
    second: bool = True  # whether SECOND follows
    answers: int = 1
    closes: bool = True
    why: str = ""  # for those that are taken
    half_close: bool = False
    body: bytes = None  # what the last answer's body must be


def request(line=b"GET /healthz HTTP/1.1", fields=HOST, body=b""):
    return line + b"\r\n" + fields + b"\r\n" + body


def get(target):
    return request(b"GET " + target + b" HTTP/1.1")


def post(fields, body=b""):
    return request(b"POST /healthz HTTP/1.1", HOST + fields, body)


def line_cases():
    lines = {
        "no version (HTTP/0.9)": b"GET /healthz",
        "no target": b"GET HTTP/1.1",
        "no target, two blanks": b"GET  HTTP/1.1",
        "method alone": b"GET",
        "two blanks after the method": b"GET  /healthz HTTP/1.1",
        "two blanks before the version": b"GET /healthz  HTTP/1.1",
        "tabs for blanks": b"GET\t/healthz\tHTTP/1.1",
        "blank before the method": b" GET /healthz HTTP/1.1",
        "blank after the version": b"GET /healthz HTTP/1.1 ",
        "blank in the target": b"GET /health z HTTP/1.1",
        "lower-case version": b"GET /healthz http/1.1",
        "version with a zero": b"GET /healthz HTTP/01.1",
        "version with two digits": b"GET /healthz HTTP/1.10",
        "version with a comma": b"GET /healthz HTTP/1,1",
        "another protocol": b"GET /healthz HTCPCP/1.0",
        "lower-case method": b"get /healthz HTTP/1.1",
        "method with a bracket": b"GE[T /healthz HTTP/1.1",
        "method with a colon": b"GET: /healthz HTTP/1.1",
        "method of 30 letters": b"G" * 30 + b" /healthz HTTP/1.1",
        "method not ASCII": "กET /healthz HTTP/1.1".encode(),
        "NUL in the method": b"G\0ET /healthz HTTP/1.1",
        "NUL in the target": b"GET /healthz\0x HTTP/1.1",
        "DEL in the target": b"GET /healthz\x7f HTTP/1.1",
        "vertical tab in the target": b"GET /healthz\x0bx HTTP/1.1",
        "raw UTF-8 in the target": "GET /ข HTTP/1.1".encode(),
        "fragment": b"GET /healthz#x HTTP/1.1",
        "authority-form": b"CONNECT pratu.example.ac.th:80 HTTP/1.1",
        "asterisk with GET": b"GET * HTTP/1.1",
        "target without slash": b"GET healthz HTTP/1.1",
        "absolute-form of another host":
            b"GET http://other.example.ac.th/healthz HTTP/1.1",
        "absolute-form with a user":
            b"GET http://a@pratu.example.ac.th/healthz HTTP/1.1",
        "absolute-form of another scheme":
            b"GET ftp://pratu.example.ac.th/healthz HTTP/1.1",
    }
    cases = [Case(name, request(line)) for name, line in lines.items()]
    for version in (b"1.2", b"2.0", b"3.0", b"0.9"):
        cases.append(Case("version " + version.decode(),
                          request(b"GET /healthz HTTP/" + version), (505,)))
    cases.append(Case("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                      (400, 505)))
    cases.append(Case("TLS greeting", bytes.fromhex(
        "16030100c8010000c40303") + bytes(200), (400,), second=False))
    return cases


def path_cases():
    targets = {
        "%00 in the path": b"/healthz%00", "%0A in the path": b"/a%0Ab",
        "%0D in the path": b"/a%0db", "%7F in the path": b"/a%7fb",
        "half an escape": b"/healthz%4", "escape at the end": b"/healthz%",
        "escape without hex": b"/a%zzb", "escape %u": b"/%u0041",
        "path not UTF-8": b"/%ff", "overlong slash": b"/a%c0%afb",
        "surrogate": b"/%ed%a0%80", "encoded slash": b"/a%2fhealthz",
        "two slashes": b"//healthz", "two slashes inside": b"/a//healthz",
        "dot segment": b"/./healthz", "dot-dot segment": b"/a/../healthz",
        "dot-dot at the end": b"/healthz/..",
        "encoded dot-dot": b"/a/%2e%2e/healthz",
        "half encoded dot-dot": b"/a/.%2E/healthz",
        "backslash": b"/a\\..\\healthz", "angle bracket": b"/<healthz",
        "quote": b'/"healthz', "%00 in the query": b"/healthz?a=%00",
        "half an escape in the query": b"/healthz?a=%a",
        "query not UTF-8": b"/healthz?a=%ff",
        "query with ESC": b"/healthz?a=%1b",
        "201 parameters": b"/healthz?" + b"&".join([b"a=1"] * 201),
    }
    cases = [Case(name, get(t)) for name, t in targets.items()]
    cases += [
        Case("path of 2,049 bytes", get(b"/" + b"a" * 2048), (414,)),
        Case("query of 8,193 bytes", get(b"/healthz?" + b"a" * 8193), (414,)),
        Case("request line without end", b"GET /" + b"a" * 20000, (414,),
             second=False),
    ]
    return cases


def field_cases():
    fields = {
        "no Host": b"X: a\r\n",
        "two Hosts": HOST + b"Host: other.example.ac.th\r\n",
        "the same Host twice": HOST + HOST,
        "empty Host": b"Host:\r\n",
        "Host with a path": b"Host: pratu.example.ac.th/x\r\n",
        "Host with a user": b"Host: a@pratu.example.ac.th\r\n",
        "two hosts in Host": b"Host: a.example.ac.th, b.example.ac.th\r\n",
        "Host with a bad port": b"Host: pratu.example.ac.th:8x\r\n",
        "Host with an open bracket": b"Host: [::1\r\n",
        "blank before the colon": HOST + b"X : a\r\n",
        "tab before the colon": HOST + b"X\t: a\r\n",
        "field without a name": HOST + b": a\r\n",
        "field without a colon": HOST + b"Xyz\r\n",
        "folded line": HOST + b"X: a\r\n b\r\n",
        "folded with a tab": HOST + b"X: a\r\n\tb\r\n",
        "folded Transfer-Encoding":
            HOST + b"Transfer-Encoding:\r\n chunked\r\n",
        "first field folded": b" X: a\r\n" + HOST,
        "NUL in a value": HOST + b"X: a\0b\r\n",
        "NUL in a name": HOST + b"X\0Y: a\r\n",
        "ESC in a value": HOST + b"X: a\x1b[0mb\r\n",
        "DEL in a value": HOST + b"X: a\x7fb\r\n",
        "bare LF between fields": HOST + b"X: a\nY: b\r\n",
        "bare CR between fields": HOST + b"X: a\rY: b\r\n",
        "CR CR LF": HOST + b"X: a\r\r\n",
        "name with a bracket": HOST + b"X(y): a\r\n",
        "name not ASCII": HOST + "ชื่อ: a\r\n".encode(),
        "value not UTF-8": HOST + b"X: \xff\xfe\r\n",
        "two Authorization": HOST + b"Authorization: a\r\nAuthorization: b\r\n",
    }
    cases = [Case(name, request(fields=f)) for name, f in fields.items()]
    many = b"".join(b"X-%d: a\r\n" % i for i in range(101))
    cases += [
        Case("101 fields", request(fields=HOST + many), (431,)),
        Case("header of 16 KiB and a byte", padded_to(16385), (431,)),
        Case("header of 19 KiB", padded_to(19456), (431,)),
        Case("header without end",
             b"GET /healthz HTTP/1.1\r\n" + b"X: aaaaaaaa\r\n" * 3000, (431,),
             second=False),
        Case("lines end in LF alone",
             request().replace(b"\r\n", b"\n"), (400,)),
        Case("lines end in LF alone, and no more comes",
             request().replace(b"\r\n", b"\n"), (400,), second=False),
        Case("a first line that ends in LF, and no more comes",
             b"GET /healthz HTTP/1.1\n", (400,), second=False),
        Case("last line ends in LF alone",
             b"GET /healthz HTTP/1.1\r\n" + HOST + b"\n"),
        Case("two empty lines before", b"\r\n\r\n" + request()),
        Case("LF before", b"\n" + request()),
        Case("CR before", b"\r" + request()),
    ]
    return cases


def length_cases():
    values = {
        "with a plus": b"+5", "negative": b"-5", "listed": b"5,5",
        "listed with a blank": b"5, 5", "with a word": b"5 x", "empty": b"",
        "hex": b"0x5", "in quotes": b'"5"', "with a dot": b"5.0",
        "with a leading zero": b"05", "with an exponent": b"5e0",
        "with NUL": b"5\x006", "with a vertical tab": b"\x0b5",
        "over 64 bits": b"18446744073709551621", "of 40 digits": b"9" * 40,
        "with a semicolon": b"5;a", "in Thai digits": "๕".encode(),
    }
    cases = [Case("Content-Length " + name,
                  post(b"Content-Length: " + v + b"\r\n", b"hello"))
             for name, v in values.items()]
    five = b"Content-Length: 5\r\n"
    fields = {
        "two different lengths": five + b"Content-Length: 6\r\n",
        "the same length twice": five + five,
        "length 0 and length 5": b"Content-Length: 0\r\n" + five,
        "two lengths, other case": five + b"content-LENGTH: 6\r\n",
        "length with an underscore": b"Content_Length: 5\r\n",
        "length with a blank before the colon": b"Content-Length : 5\r\n",
        "GET with two lengths": five + five,
    }
    for name, f in fields.items():
        one = post(f, b"hello")
        if name.startswith("GET"):
            one = request(fields=HOST + f, body=b"hello")
        cases.append(Case(name, one))
    cases.append(Case("length of 10^17",
                      post(b"Content-Length: 100000000000000000\r\n",
                           b"hello"), (405, 413)))
    return cases


def coding_cases():
    chunked = b"Transfer-Encoding: chunked\r\n"
    body = b"0\r\n\r\n"
    alone = {
        "chunked": chunked, "chunked in capitals":
        b"TRANSFER-ENCODING: CHUNKED\r\n",
        "chunked without a blank": b"Transfer-Encoding:chunked\r\n",
        "chunked with a tab": b"Transfer-Encoding:\tchunked\r\n",
        "identity": b"Transfer-Encoding: identity\r\n",
        "gzip, chunked": b"Transfer-Encoding: gzip, chunked\r\n",
        "chunked, identity": b"Transfer-Encoding: chunked, identity\r\n",
        "chunked twice": chunked + chunked,
        "unknown": b"Transfer-Encoding: xchunked\r\n",
        "quoted": b'Transfer-Encoding: "chunked"\r\n',
        "empty": b"Transfer-Encoding:\r\n",
    }
    cases = [Case("coding " + name, post(f, body), (411,))
             for name, f in alone.items()]
    both = {
        "length, then coding": b"Content-Length: 5\r\n" + chunked,
        "coding, then length": chunked + b"Content-Length: 5\r\n",
        "length 0 and coding": b"Content-Length: 0\r\n" + chunked,
        "length and identity":
            b"Content-Length: 5\r\nTransfer-Encoding: identity\r\n",
        "coding with an underscore": b"Transfer_Encoding: chunked\r\n",
        "coding with a blank before the colon":
            b"Transfer-Encoding : chunked\r\n",
        "coding with a vertical tab": b"Transfer-Encoding:\x0bchunked\r\n",
        "coding after a vertical tab": b"\x0bTransfer-Encoding: chunked\r\n",
        "coding after a bare CR": b"X: a\rTransfer-Encoding: chunked\r\n",
        "coding after a bare LF": b"X: a\nTransfer-Encoding: chunked\r\n",
        "coding with NUL": b"Transfer-Encoding: chunked\0\r\n",
    }
    cases += [Case(name, post(f, body), (400, 411)) for name, f in both.items()]
    cases.append(Case("coding on HTTP/1.0", request(
        b"POST /healthz HTTP/1.0", HOST + chunked, body), (400, 411)))
    cases.append(Case("coding on GET", request(
        fields=HOST + chunked, body=body), (411,)))
    return cases


def slow_cases():
    drip = [(1.0, b"GET /healthz HTTP/1.1\r\n")]
    drip += [(1.0, b"X: a\r\n")] * 15
    letters = [(0.7, bytes([c])) for c in b"GET /healthz HTTP/1.1"]
    return [
        Case("a line a second", drip, (400, 408), second=False),
        Case("a letter at a time", letters, (400, 408), second=False),
        Case("half a header, then nothing",
             [(0, b"GET /healthz HTTP/1.1\r\nHost: pra")], (400, 408),
             second=False),
        Case("half a header, then the end",
             [(0, b"GET /healthz HTTP/1.1\r\nHost: pra")], (400, 408),
             second=False, half_close=True),
    ]


def bad_cases():
    return (line_cases() + path_cases() + field_cases() + length_cases() +
            coding_cases() + slow_cases())


def good(name, send, why, **more):
    more.setdefault("want", (200,))
    more.setdefault("second", False)
    more.setdefault("closes", False)
    return Case(name, send, why=why, **more)


def padded_to(n):
    rest = n - len(request(fields=HOST + b"X: \r\n"))
    return request(fields=HOST + b"X: " + b"a" * rest + b"\r\n")


def good_cases():
    old = b"GET /healthz HTTP/1.0\r\n"
    return [
        good("plain", request(), "the simplest request"),
        good("then a second", request(), "keep-alive is the default",
             second=True, answers=2),
        good("three at once", request() * 3, "pipelining", answers=3),
        good("close", request(fields=HOST + b"Connection: close\r\n"),
             "the client asks for it", closes=True),
        good("close among others",
             request(fields=HOST + b"Connection: TE, Close\r\nTE: gzip\r\n"),
             "a list, of any case", closes=True),
        good("nothing after close",
             request(fields=HOST + b"Connection: close\r\n"),
             "what follows is not a request", second=True, closes=True),
        good("HTTP/1.0", old + HOST + b"\r\n", "old, but clear", closes=True),
        good("HTTP/1.0 without Host", old + b"\r\n",
             "HTTP/1.0 has no Host", closes=True),
        good("HEAD", request(b"HEAD /healthz HTTP/1.1"), "no body", body=b""),
        good("HEAD, then GET", request(b"HEAD /healthz HTTP/1.1"),
             "HEAD has no body to skip", second=True, answers=2),
        good("one empty line before", b"\r\n" + request(),
             "RFC 9112 2.2: at least one should be ignored"),
        good("absolute-form of the same host",
             get(b"http://pratu.example.ac.th/healthz"),
             "RFC 9112 3.2.2: it must be taken"),
        good("absolute-form in capitals",
             get(b"http://PRATU.example.ac.th/healthz"),
             "a host has no case"),
        good("Host with a port",
             request(fields=b"Host: pratu.example.ac.th:8080\r\n"), "usual"),
        good("Host by number", request(fields=b"Host: 127.0.0.1:8080\r\n"),
             "usual in tests"),
        good("Host of IPv6", request(fields=b"Host: [::1]:8080\r\n"),
             "brackets"),
        good("Host in lower case", request(fields=b"host: a.example.ac.th\r\n"),
             "a name has no case"),
        good("escaped letter", get(b"/%68ealthz"), "the same path"),
        good("query", get(b"/healthz?a=1&b=%E0%B8%81&c[]=x|y&d"),
             "what browsers send"),
        good("query with %2F and a line end",
             get(b"/healthz?back=%2Frequests%2F1&note=a%0D%0Ab"),
             "data, not structure"),
        good("query, empty", get(b"/healthz?"), "means nothing"),
        good("query that looks like a path", get(b"/healthz?a=//../.."),
             "not a path"),
        good("blanks around a value",
             request(fields=HOST + b"X: \t a b \t\r\n"), "RFC 9112 5.1: OWS"),
        good("no blank before a value", request(fields=b"Host:a\r\n"),
             "RFC 9112 5.1"),
        good("empty value", request(fields=HOST + b"X:\r\n"), "RFC 9110 5.5"),
        good("tab in a value", request(fields=HOST + b"X: a\tb\r\n"),
             "RFC 9110 5.5"),
        good("Thai in a value", request(fields=HOST + "X: ก\r\n".encode()),
             "UTF-8; header fields may hold it"),
        good("odd but legal name", request(fields=HOST + b"X!#$&'*+.^|~: a\r\n"),
             "RFC 9110 5.6.2"),
        good("100 fields", request(
            fields=HOST + b"X: a\r\n" * 99), "the limit itself"),
        good("header of 16 KiB", padded_to(16384), "the limit itself"),
        good("length 0 on GET", request(fields=HOST + b"Content-Length: 0\r\n"),
             "clear", second=True, answers=2),
        good("length with blanks around", request(
            fields=HOST + b"Content-Length:  0 \r\n"), "RFC 9112 5.1: OWS",
             second=True, answers=2),
        good("several pieces", [(0.1, bytes([c])) for c in request()[:20]] +
             [(0.1, request()[20:])], "slow, but in time"),
        good("half-closed", request(), "says that it sends no more",
             half_close=True, closes=True),
        good("Expect without a body",
             request(fields=HOST + b"Expect: 100-continue\r\n"),
             "nothing to wait for"),
    ]


@dataclass
class Outcome:
    statuses: list = field(default_factory=list)
    closed: bool = False
    body: bytes = b""
    faults: list = field(default_factory=list)


def answers_in(data, method_is_head):
    """Statuses and the last body; reads the framing of each answer."""
    statuses, body = [], b""
    while data:
        m = re.match(rb"HTTP/1\.1 (\d{3}) ", data)
        end = data.find(b"\r\n\r\n")
        if not m or end < 0:
            return statuses + ["?"], data
        head = data[:end].lower()
        data = data[end + 4:]
        status = int(m[1])
        if status >= 200:
            statuses.append(status)
        n = re.search(rb"\r\ncontent-length: (\d+)", head)
        n = int(n[1]) if n else 0
        if method_is_head and len(statuses) == 1:
            n = 0
        body, data = data[:n], data[n:]
    return statuses, body


def play(target, case):
    """Sends one case to (host, port) and says what came back."""
    out, data = Outcome(), b""
    pieces = [(0, case.send)] if isinstance(case.send, bytes) else case.send
    if case.second:
        pieces = pieces + [(0, SECOND)]
    until = time.monotonic() + PATIENCE_S
    with socket.create_connection(target, timeout=5) as s:
        try:
            for pause, piece in pieces:
                if pause and select.select([s], [], [], pause)[0]:
                    break  # the answer is there before the end
                s.sendall(piece)
            if case.half_close:
                s.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the server may have refused before the end
        # An open connection shows by silence; a closing one at once.
        s.settimeout(0.6 if not case.closes else 1)
        while time.monotonic() < until:
            try:
                got = s.recv(65536)
            except socket.timeout:
                if not case.closes:
                    break
                continue
            except OSError:
                got = b""
            if not got:
                out.closed = True
                break
            data += got
    out.statuses, out.body = answers_in(
        data, pieces[0][1].startswith(b"HEAD"))
    if len(out.statuses) != case.answers:
        out.faults.append("%d answers, not %d"
                          % (len(out.statuses), case.answers))
    out.faults += ["status %s, not %s" % (s, case.want)
                   for s in out.statuses if s not in case.want]
    if out.closed != case.closes:
        out.faults.append("closed" if out.closed else "still open")
    if case.body is not None and out.body != case.body:
        out.faults.append("body %r" % out.body[:40])
    if case.closes and out.statuses and out.statuses[0] != 200 and \
            b"\r\nconnection: close\r\n" not in data.lower():
        out.faults.append("does not say that it closes")
    return out


def play_all(target, cases):
    """[(case, outcome)], in order; several at a time, for some take 10 s."""
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        jobs = [pool.submit(play, target, c) for c in cases]
        return [(c, j.result()) for c, j in zip(cases, jobs)]


def main():
    host, _, port = sys.argv[1].rpartition(":")
    target = (host.strip("[]"), int(port))
    bad, good_ = bad_cases(), good_cases()
    wrong = 0
    for title, cases in (("to be refused", bad), ("to be answered", good_)):
        print("%s: %d" % (title, len(cases)))
        for case, out in play_all(target, cases):
            wrong += bool(out.faults)
            print("  %-40s %-12s %-7s %s" % (
                case.name, " ".join(map(str, out.statuses)) or "-",
                "closed" if out.closed else "open",
                "; ".join(out.faults) or "ok"))
    print("%d of %d wrong" % (wrong, len(bad) + len(good_)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
